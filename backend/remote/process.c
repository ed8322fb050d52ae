/* SPDX-License-Identifier: MIT */
/*
 * Programs that print credentials: started, listened to, ended. What they print is secret, so it
 * goes into memory that is wiped; what they say on the standard error is for the user.
 *
 *   spawn ─▶ poll both pipes ─▶ both at their end, or the program has ended ─▶ reaped
 *                 ╰─ cancelled, too late, too much ─▶ the group is killed ─▶ reaped
 */
#include "backend/remote/process.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_MS = 60000, LOOK_MS = 50 };

extern char **environ;

/* ---- splitting ---- */

/* One word, unquoted in place; *at is moved past it. False where a quote is not closed. */
static bool take_word(char **at, char **word)
{
    char *from = *at, *to = *at, quote = 0;
    *word = to;
    for (; *from && (quote || !strchr(" \t\r\n", *from)); from++) {
        if (quote ? *from == quote : *from == '\'' || *from == '"')
            quote = quote ? 0 : *from;
        else if (*from == '\\' && quote != '\'' && from[1] && (!quote || strchr("\"\\$`", from[1])))
            *to++ = *++from;
        else
            *to++ = *from;
    }
    *at = *from ? from + 1 : from;
    *to = '\0';
    return !quote;
}

/* command = word {blank word} */
bool process_split(char *text, char *words[PROCESS_WORDS_MAX + 1], struct err *err)
{
    size_t count = 0;
    for (char *at = text + strspn(text, " \t\r\n"); *at; at += strspn(at, " \t\r\n")) {
        if (count == PROCESS_WORDS_MAX)
            return err_set(err, ERR_CONFIG, "it has more than %d words", PROCESS_WORDS_MAX);
        if (!take_word(&at, &words[count++]))
            return err_set(err, ERR_CONFIG, "a quote is not closed");
    }
    words[count] = NULL;
    return count || err_set(err, ERR_CONFIG, "it names no program");
}

/* ---- starting ---- */

struct process {
    pid_t pid;
    int out, err;
};

static void close_pair(int pair[2])
{
    close(pair[0]);
    close(pair[1]);
}

static int spawn(pid_t *pid, const char *const words[], int out, int err)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&how);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, err, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&files, 3);
    posix_spawnattr_setflags(
        &how, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&how, 0);
    posix_spawnattr_setsigmask(&how, &none);
    posix_spawnattr_setsigdefault(&how, &all);
    int failed = posix_spawnp(pid, words[0], &files, &how, (char *const *)words, environ);
    posix_spawnattr_destroy(&how);
    posix_spawn_file_actions_destroy(&files);
    return failed;
}

static bool start(struct process *p, const char *const words[], struct err *err)
{
    int out[2], errors[2];
    if (pipe2(out, O_CLOEXEC) != 0)
        return err_errno(err, errno, "cannot make a pipe");
    if (pipe2(errors, O_CLOEXEC) != 0) {
        close_pair(out);
        return err_errno(err, errno, "cannot make a pipe");
    }
    int failed = spawn(&p->pid, words, out[1], errors[1]);
    close(out[1]);
    close(errors[1]);
    p->out = out[0];
    p->err = errors[0];
    if (!failed)
        return true;
    close(p->out);
    close(p->err);
    return err_set(err, ERR_CONFIG, "cannot run %s: %s", words[0], strerror(failed));
}

/* ---- listening ---- */

/* False at the pipe's end, or where it is too much. */
static bool take_out(struct process *p, struct secret *out)
{
    char piece[4096];
    ssize_t got = read(p->out, piece, sizeof piece);
    if (got > 0)
        secret_add(out, piece, (size_t)got);
    explicit_bzero(piece, sizeof piece);
    return (got > 0 && out->len <= PROCESS_OUT_MAX) || (got < 0 && errno == EINTR);
}

/* The end of it is what matters. */
static bool take_errors(struct process *p, struct buf *said)
{
    char piece[4096];
    ssize_t got = read(p->err, piece, sizeof piece);
    if (got <= 0)
        return got < 0 && errno == EINTR;
    buf_add_bytes(said, piece, (size_t)got);
    if (said->len > PROCESS_ERR_MAX) {
        memmove(said->at, said->at + said->len - PROCESS_ERR_MAX, PROCESS_ERR_MAX);
        said->len = PROCESS_ERR_MAX;
    }
    return true;
}

static bool may_go_on(const struct process_limits *limits, int64_t until_ns, struct err *err)
{
    if (limits->cancel && atomic_load_explicit(limits->cancel, memory_order_relaxed))
        return err_set(err, ERR_CANCELLED, "cancelled while waiting for credentials");
    if (limits->deadline_ns && clock_tick_ns() > limits->deadline_ns)
        return err_set(err, ERR_CANCELLED, "waiting for credentials took longer than it may");
    return clock_tick_ns() < until_ns || err_set(err, ERR_CONFIG, "it takes too long");
}

/* Until both pipes are at their end. What the program leaves running may hold them open, so its own
 * end counts, too. */
static bool listen_to(struct process *p, const struct process_limits *limits, struct secret *out,
    struct buf *said, int *status, bool *reaped, struct err *err)
{
    int64_t until = clock_tick_ns() + (limits->most_ms ? limits->most_ms : MOST_MS) * 1000000;
    struct pollfd fds[2] = {{.fd = p->out, .events = POLLIN}, {.fd = p->err, .events = POLLIN}};
    while (fds[0].fd >= 0 || fds[1].fd >= 0) {
        if (!may_go_on(limits, until, err))
            return false;
        int ready = poll(fds, 2, *reaped ? 0 : LOOK_MS);
        if (ready <= 0 && *reaped)
            break;
        if (ready > 0 && fds[0].revents && !take_out(p, out))
            fds[0].fd = -1;
        if (ready > 0 && fds[1].revents && !take_errors(p, said))
            fds[1].fd = -1;
        if (out->len > PROCESS_OUT_MAX)
            return err_set(err, ERR_CONFIG, "it prints too much");
        if (!*reaped && ready <= 0)
            *reaped = waitpid(p->pid, status, WNOHANG) == p->pid;
    }
    return true;
}

/* A program that has closed its pipes may still run. */
static bool reap(
    struct process *p, const struct process_limits *limits, int *status, struct err *err)
{
    int64_t until = clock_tick_ns() + (limits->most_ms ? limits->most_ms : MOST_MS) * 1000000;
    pid_t ended;
    while ((ended = waitpid(p->pid, status, WNOHANG)) == 0 || (ended < 0 && errno == EINTR)) {
        if (!may_go_on(limits, until, err))
            return false;
        poll(NULL, 0, 2);
    }
    return true;
}

static void end(struct process *p)
{
    int status;
    kill(-p->pid, SIGKILL);
    while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
        ;
}

/* ---- the whole ---- */

static bool explain(const char *name, int status, const struct buf *said, struct err *err)
{
    struct str text = str_trim(buf_str(said));
    if (WIFSIGNALED(status))
        return err_set(err, ERR_CONFIG, "%s was ended by signal %d", name, WTERMSIG(status));
    return err_set(err, ERR_CONFIG, "%s ended with exit code %d%s%.*s", name, WEXITSTATUS(status),
        text.len ? ": " : "", STR_ARG(text));
}

bool process_capture(const char *const words[], const struct process_limits *limits,
    struct secret *out, struct err *err)
{
    struct process p = {0};
    struct buf said = {0};
    int status = 0;
    bool reaped = false;
    if (!start(&p, words, err))
        return false;
    bool ok = listen_to(&p, limits, out, &said, &status, &reaped, err);
    ok = ok && (reaped || (reaped = reap(&p, limits, &status, err)));
    if (!reaped)
        end(&p);
    if (!ok && err->code != ERR_CANCELLED)
        err_context(err, "%s", words[0]);
    if (ok && status)
        ok = explain(words[0], status, &said, err);
    close(p.out);
    close(p.err);
    buf_fini(&said);
    return ok;
}

bool process_found(const char *name)
{
    struct str rest = str_from(getenv("PATH")), folder;
    bool found = false;
    while (!found && str_cut(&rest, ':', &folder)) {
        struct buf path = {0};
        buf_printf(&path, "%.*s/%s", STR_ARG(folder), name);
        found = access(buf_cstr(&path), X_OK) == 0;
        buf_fini(&path);
    }
    return found;
}
