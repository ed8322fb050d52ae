/* SPDX-License-Identifier: MIT */
/*
 * Starting and burying processes. posix_spawn() can neither tie a child's life to its parent's nor
 * set limits, so the child is made by vfork(), which copies nothing however large the parent is:
 *
 *   vfork ─▶ setsid, dies with its parent, signals as by default, limits, 0 1 2, nothing else,
 *            folder ─▶ execve ─▶ runs
 *                         ╰─ fails: errno through a pipe that execve would have closed
 *
 * Between the two it may only make system calls. Who belongs to a process is process_tree.c's.
 */
#include "backend/triggers/process.h"

#include "backend/triggers/process_tree.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FILES_MOST = 4096 };

void process_mark(struct process *p, uint64_t number)
{
    process_tree_mark(p->mark, sizeof p->mark, getpid(), number);
}

/* ---- the child ---- */

struct child {
    const struct process_start *how;
    int in, out, errors, complaint;
    pid_t parent;
    sigset_t none;
};

static void reset_signals(const struct child *c)
{
    struct sigaction plain = {.sa_handler = SIG_DFL};
    for (int number = 1; number < NSIG; number++)
        sigaction(number, &plain, NULL);
    sigprocmask(SIG_SETMASK, &c->none, NULL);
}

static void set_limits(void)
{
    struct rlimit core = {0, 0}, files;
    setrlimit(RLIMIT_CORE, &core);
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_max > FILES_MOST) {
        files =
            (struct rlimit){files.rlim_cur < FILES_MOST ? files.rlim_cur : FILES_MOST, FILES_MOST};
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

/* Everything else is closed by execve(), the pipe for the complaint included. */
static bool set_files(const struct child *c)
{
    if (dup2(c->in, STDIN_FILENO) < 0 || dup2(c->out, STDOUT_FILENO) < 0 ||
        dup2(c->errors, STDERR_FILENO) < 0)
        return false;
    return syscall(SYS_close_range, 3u, ~0u, 4u /* CLOSE_RANGE_CLOEXEC */) == 0 || errno == ENOSYS;
}

static void be_child(const struct child *c)
{
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    reset_signals(c);
    set_limits();
    if (getppid() == c->parent && set_files(c) && chdir(c->how->folder) == 0)
        execve(c->how->program, (char *const *)c->how->words, (char *const *)c->how->environment);
    int number = errno;
    ssize_t ignored = write(c->complaint, &number, sizeof number);
    (void)ignored;
    _exit(127);
}

/* What the child does must not touch this frame. */
static __attribute__((noinline)) pid_t make_child(const struct child *c)
{
    pid_t pid = vfork();
    if (pid == 0)
        be_child(c);
    return pid;
}

/* ---- its parent ---- */

static bool refuse(const struct process_start *how, int number, struct err *err)
{
    enum err_code code = number == EAGAIN || number == ENOMEM || number == EMFILE ||
                                 number == ENFILE || number == ETXTBSY
                             ? ERR_BUSY
                             : ERR_NO_INPUT;
    const char *why = number == ENOEXEC ? "it is no program, and has no #! line" : strerror(number);
    return err_set(err, code, "cannot run %s in %s: %s", how->program, how->folder, why);
}

/* Signals that arrive meanwhile are for the parent. */
static int run_child(struct child *c, int complaint, pid_t *pid)
{
    sigset_t all, before;
    int number = 0;
    sigfillset(&all);
    sigemptyset(&c->none);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    *pid = make_child(c);
    number = *pid < 0 ? errno : 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(c->complaint);
    if (*pid > 0 && read(complaint, &number, sizeof number) == sizeof number)
        waitpid(*pid, NULL, 0);
    return number;
}

struct pipes {
    int out[2], errors[2], complaint[2];
};

static void close_one(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static bool open_pipes(struct pipes *pipes, bool apart)
{
    *pipes = (struct pipes){{-1, -1}, {-1, -1}, {-1, -1}};
    return pipe2(pipes->out, O_CLOEXEC) == 0 && pipe2(pipes->complaint, O_CLOEXEC) == 0 &&
           (!apart || pipe2(pipes->errors, O_CLOEXEC) == 0);
}

static void close_pipes(struct pipes *pipes)
{
    int *fds[] = {
        &pipes->out[0], &pipes->out[1], &pipes->errors[0], &pipes->errors[1], &pipes->complaint[0]};
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        close_one(fds[i]);
}

static void keep(struct process *p, struct pipes *pipes, pid_t pid)
{
    p->pid = pid;
    p->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    p->out = pipes->out[0];
    p->errors = pipes->errors[0];
    fcntl(p->out, F_SETFL, O_NONBLOCK);
    if (p->errors >= 0)
        fcntl(p->errors, F_SETFL, O_NONBLOCK);
    pipes->out[0] = pipes->errors[0] = -1;
}

bool process_spawn(struct process *p, const struct process_start *how, struct err *err)
{
    struct pipes pipes;
    pid_t pid = -1;
    int number = 0, nothing = how->in < 0 ? open("/dev/null", O_RDONLY | O_CLOEXEC) : -1;
    if (open_pipes(&pipes, how->apart)) {
        struct child c = {.how = how,
            .in = how->in < 0 ? nothing : how->in,
            .out = pipes.out[1],
            .errors = how->apart ? pipes.errors[1] : pipes.out[1],
            .complaint = pipes.complaint[1],
            .parent = getpid()};
        number = run_child(&c, pipes.complaint[0], &pid);
    } else {
        number = errno;
        close_one(&pipes.complaint[1]);
    }
    if (number == 0)
        keep(p, &pipes, pid);
    close_pipes(&pipes);
    close_one(&nothing);
    if (number == 0 && p->pidfd >= 0)
        return true;
    if (number == 0) {
        process_kill((const struct process *const *)&p, 1);
        process_bury(p, &(int){0}, &(int64_t){0});
        number = EMFILE;
    }
    return refuse(how, number, err);
}

/* ---- the end ---- */

void process_ask(const struct process *p)
{
    if (p->pid > 0)
        kill(-p->pid, SIGTERM);
}

/* While one is a zombie nobody else gets its number, so that what is left can be found by it. */
void process_kill(const struct process *const *some, size_t count)
{
    struct process_tree *trees = mem_zero(count + 1, sizeof *trees);
    size_t trees_count = 0;
    for (size_t i = 0; i < count; i++)
        if (some[i]->pid > 0)
            trees[trees_count++] = (struct process_tree){some[i]->pid, some[i]->mark};
    process_tree_kill(trees, trees_count);
    free(trees);
}

void process_bury(struct process *p, int *status, int64_t *memory_kb)
{
    struct rusage usage = {0};
    while (p->pid > 0 && wait4(p->pid, status, 0, &usage) < 0 && errno == EINTR)
        ;
    *memory_kb = usage.ru_maxrss;
    close_one(&p->pidfd);
    close_one(&p->out);
    close_one(&p->errors);
    p->pid = 0;
}

void process_sweep(void)
{
    process_tree_sweep();
}

/* ---- memory ---- */

/* The file's text, or an empty one. */
static const char *read_proc(pid_t pid, const char *name, char *text, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, text, size - 1) : 0;
    text[got > 0 ? got : 0] = '\0';
    if (fd >= 0)
        close(fd);
    return text;
}

int64_t process_memory_most_kb(const struct process *p)
{
    char text[4096];
    int64_t kb = 0;
    const char *row = strstr(read_proc(p->pid, "status", text, sizeof text), "VmHWM:");
    return row && sscanf(row, "VmHWM: %" SCNd64, &kb) == 1 ? kb : 0;
}

int64_t process_memory_kb(const struct process *p)
{
    char text[128];
    int64_t all = 0, shared = 0;
    read_proc(p->pid, "statm", text, sizeof text);
    if (sscanf(text, "%*d %" SCNd64 " %" SCNd64, &all, &shared) != 2)
        return 0;
    return (all - shared) * (sysconf(_SC_PAGESIZE) / 1024);
}
