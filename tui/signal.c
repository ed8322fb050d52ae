/* SPDX-License-Identifier: MIT */
/*
 * Signals read as events through a signalfd, and the last resort: what to do to the terminal when
 * the program crashes. The guard's bytes are the one global state here; a handler has no other way.
 */
#include "tui/signal.h"
#include <errno.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

enum { GUARD_MAX = 256 };

static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP};

static struct guard {
    volatile sig_atomic_t armed;
    int tty;
    size_t len;
    char restore[GUARD_MAX];
    struct termios modes;
} guard;

static sigset_t events(void)
{
    static const int numbers[] = {SIGWINCH, SIGCONT, SIGTSTP, SIGINT, SIGHUP, SIGTERM};
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sigaddset(&set, numbers[i]);
    return set;
}

bool signal_open(struct signals *signals, struct err *err)
{
    sigset_t set = events();
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, NULL);
    pthread_sigmask(SIG_BLOCK, &set, &signals->before);
    signals->fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (signals->fd >= 0)
        return true;
    int number = errno;
    pthread_sigmask(SIG_SETMASK, &signals->before, NULL);
    return err_errno(err, number, "cannot watch for signals");
}

void signal_close(struct signals *signals)
{
    if (signals->fd <= 0)
        return;
    close(signals->fd);
    signals->fd = -1;
    pthread_sigmask(SIG_SETMASK, &signals->before, NULL);
}

bool signal_next(struct signals *signals, int *number)
{
    struct signalfd_siginfo info;
    if (read(signals->fd, &info, sizeof info) != sizeof info)
        return false;
    *number = (int)info.ssi_signo;
    return true;
}

/* Runs with SA_RESETHAND, so raising again does what would have happened without us. */
static void crash(int number)
{
    if (guard.armed) {
        guard.armed = 0;
        (void)!write(guard.tty, guard.restore, guard.len);
        tcsetattr(guard.tty, TCSANOW, &guard.modes);
    }
    raise(number);
}

void signal_guard(int tty, const struct termios *modes, const char *restore, size_t len)
{
    struct sigaction action = {.sa_handler = crash, .sa_flags = (int)SA_RESETHAND | SA_NODEFER};
    guard.armed = 0;
    guard.tty = tty;
    guard.modes = *modes;
    guard.len = len < GUARD_MAX ? len : GUARD_MAX;
    memcpy(guard.restore, restore, guard.len);
    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++) {
        struct sigaction before;
        /* sanitizers have handlers of their own that say more; leave those */
        if (sigaction(fatal[i], NULL, &before) == 0 && before.sa_handler == SIG_DFL)
            sigaction(fatal[i], &action, NULL);
    }
    guard.armed = 1;
}

void signal_unguard(void)
{
    guard.armed = 0;
}
