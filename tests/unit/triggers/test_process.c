/* SPDX-License-Identifier: MIT */
/* Processes of functions: what they start with, and that nothing of them stays. */
#include "backend/triggers/process.h"
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs a line of the shell, as a test may; functions never do. */
static bool spawn(struct process *p, const char *line, struct err *err)
{
    static uint64_t number;
    *p = PROCESS_NONE;
    process_mark(p, ++number);
    const char *const words[] = {"/bin/sh", "-c", line, NULL};
    const char *const environment[] = {p->mark, "PATH=/usr/bin:/bin", NULL};
    struct process_start how = {
        .program = "/bin/sh", .words = words, .environment = environment, .folder = "/", .in = -1};
    return process_spawn(p, &how, err);
}

static void wait_for(int fd)
{
    struct pollfd one = {.fd = fd, .events = POLLIN};
    assert_int_equal(poll(&one, 1, 60000), 1);
}

/* All that it prints until it ends. */
static void see(const char *line, const char *text)
{
    struct process p;
    struct err err = ERR_INIT;
    char out[1024] = "";
    int status;
    int64_t memory;
    assert_true(spawn(&p, line, &err));
    wait_for(p.pidfd);
    ssize_t got = read(p.out, out, sizeof out - 1);
    assert_true(got >= 0);
    out[got] = '\0';
    assert_string_equal(out, text);
    process_bury(&p, &status, &memory);
    assert_int_equal(status, 0);
    assert_int_equal(p.pid, 0);
}

static void it_starts_with_a_clean_table(void **state)
{
    (void)state;
    int mine = open("/etc/passwd", O_RDONLY); /* without O_CLOEXEC */
    signal(SIGINT, SIG_IGN);
    see("ls /proc/self/fd | tr '\\n' ' '", "0 1 2 3 "); /* 3 is that of ls on the folder */
    see("ulimit -c", "0\n");
    see("pwd", "/\n");
    see("tr '\\0' '\\n' </proc/$$/environ | cut -d= -f1; cat; echo more >&2",
        "DYNASCOPE_PROCESS\nPATH\nmore\n");
    see("grep SigIgn /proc/self/status | grep -c 0000000000000000", "1\n");
    see("[ $$ = $(ps -o sid= -p $$) ] && [ $$ = $(ps -o pgid= -p $$) ] && echo own", "own\n");
    signal(SIGINT, SIG_DFL);
    close(mine);
}

static void what_cannot_be_run_is_told(void **state)
{
    (void)state;
    struct process p = PROCESS_NONE;
    struct err err = ERR_INIT;
    const char *const words[] = {"/not/there", NULL};
    struct process_start how = {
        .program = words[0], .words = words, .environment = words + 1, .folder = "/", .in = -1};
    process_mark(&p, 1);
    assert_false(process_spawn(&p, &how, &err));
    assert_int_equal(err.code, ERR_NO_INPUT);
    assert_non_null(strstr(err.text, "/not/there"));
    how.program = "/bin/sh";
    how.folder = "/not/here";
    assert_false(process_spawn(&p, &how, &err));
    assert_non_null(strstr(err.text, "/not/here"));
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nobody was left */
    assert_int_equal(errno, ECHILD);
}

static bool is_alive(const char *file)
{
    char path[64], state = 'Z';
    int pid = 0;
    FILE *f = fopen(file, "r");
    if (!f || fscanf(f, "%d", &pid) != 1)
        fail_msg("no process in %s", file);
    fclose(f);
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    f = fopen(path, "r");
    if (f && fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
        state = 'Z';
    if (f)
        fclose(f);
    return state != 'Z' && state != 'X';
}

/* `line` leaves the pid of a process in $F and prints "ready". */
static void see_killed(const char *line)
{
    struct process p;
    struct err err = ERR_INIT;
    char whole[1024], file[64] = "/tmp/dynascope-process-XXXXXX", out[16];
    int status, fd = mkstemp(file);
    int64_t memory;
    snprintf(whole, sizeof whole, "F=%s; %s", file, line);
    assert_true(spawn(&p, whole, &err));
    wait_for(p.out);
    assert_true(read(p.out, out, sizeof out) > 0);
    assert_true(is_alive(file));
    const struct process *one = &p;
    process_kill(&one, 1);
    assert_false(is_alive(file));
    process_bury(&p, &status, &memory);
    assert_true(WIFSIGNALED(status) || WIFEXITED(status));
    close(fd);
    unlink(file);
}

static void children_are_killed_wherever_they_went(void **state)
{
    (void)state;
    see_killed("echo $$ >$F; echo ready; sleep 1000");
    see_killed("sleep 1000 & echo $! >$F; echo ready; sleep 1000");
    see_killed("setsid sh -c 'echo $$ >'$F'; echo ready; exec sleep 1000'");
    see_killed("(setsid sh -c 'echo $$ >'$F'; echo ready; exec sleep 1000 >/dev/null 2>&1' &) ; "
               "sleep 1000");
    see_killed(
        "(setsid sh -c 'trap \"\" TERM; echo $$ >'$F'; echo ready; sleep 1000; sleep 1000' &)");
}

static void who_has_cleared_his_environment_is_found_by_his_parent(void **state)
{
    (void)state;
    see_killed("env -i setsid sh -c 'echo $$ >'$F'; echo ready; exec sleep 1000'; true");
}

static void memory_is_told(void **state)
{
    (void)state;
    struct process p;
    struct err err = ERR_INIT;
    int status;
    int64_t memory;
    char out[16];
    assert_true(spawn(&p, "echo ready; read x; sleep 1000", &err));
    wait_for(p.out);
    assert_true(read(p.out, out, sizeof out) > 0);
    assert_true(process_memory_most_kb(&p) > 100);
    process_ask(&p);
    wait_for(p.pidfd);
    process_bury(&p, &status, &memory);
    assert_true(memory > 100);
    assert_int_equal(process_memory_most_kb(&p), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_starts_with_a_clean_table),
        cmocka_unit_test(what_cannot_be_run_is_told),
        cmocka_unit_test(children_are_killed_wherever_they_went),
        cmocka_unit_test(who_has_cleared_his_environment_is_found_by_his_parent),
        cmocka_unit_test(memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
