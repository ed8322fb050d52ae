/* SPDX-License-Identifier: MIT */
/* An endpoint to talk to: `dynascope serve` in a process of its own. */
#include "tests/pty/endpoint.h"

#include "tests/test.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

void endpoint_start(struct endpoint *e, const char *program, const char *store, int port)
{
    int out[2];
    char line[512] = "", number[16];
    const char *words[] = {program, "serve", store, "--port", number, NULL};
    snprintf(number, sizeof number, "%d", port);
    assert_int_equal(pipe(out), 0);
    e->pid = fork();
    assert_true(e->pid >= 0);
    if (e->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM); /* also where the test fails */
        dup2(out[1], STDOUT_FILENO);
        close(out[0]);
        close(out[1]);
        execv(program, (char *const *)words);
        _exit(127);
    }
    close(out[1]);
    for (size_t len = 0; len + 1 < sizeof line && !strchr(line, '\n');) {
        ssize_t got = read(out[0], line + len, sizeof line - 1 - len);
        assert_true(got > 0);
        len += (size_t)got;
    }
    close(out[0]);
    assert_int_equal(sscanf(line, "dynascope serve: %63s", e->url), 1);
    assert_int_equal(sscanf(strrchr(e->url, ':'), ":%d", &e->port), 1);
}

void endpoint_stop(struct endpoint *e)
{
    kill(e->pid, SIGCONT);
    kill(e->pid, SIGTERM);
    waitpid(e->pid, NULL, 0);
}
