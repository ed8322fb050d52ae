/* SPDX-License-Identifier: MIT */
/* An editor or a pager on our terminal, while the screen steps aside. */
#include "tui/child.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

extern char **environ;

static int spawn(pid_t *pid, char *const argv[])
{
    posix_spawnattr_t attr;
    posix_spawn_file_actions_t actions;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(&attr);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setsigdefault(&attr, &all);
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    int failed = posix_spawnp(pid, argv[0], &actions, &attr, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attr);
    return failed;
}

/* A child that stops itself (Ctrl-Z in an editor) takes us along, or the shell would not come back;
 * `fg` wakes the whole group. */
static int wait_for(pid_t pid)
{
    int state = 0;
    for (;;) {
        if (waitpid(pid, &state, WUNTRACED) < 0) {
            if (errno != EINTR)
                return 127;
            continue;
        }
        if (WIFEXITED(state))
            return WEXITSTATUS(state);
        if (WIFSIGNALED(state))
            return 128 + WTERMSIG(state);
        if (WIFSTOPPED(state))
            raise(SIGSTOP);
    }
}

bool child_run(struct screen *screen, char *const argv[], int *status, struct err *err)
{
    pid_t pid;
    screen_suspend(screen);
    int failed = spawn(&pid, argv);
    if (!failed)
        *status = wait_for(pid);
    screen_resume(screen);
    return failed ? err_errno(err, failed, "cannot run %s", argv[0]) : true;
}
