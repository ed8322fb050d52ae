/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_ENVIRONMENT_H
#define BACKEND_TRIGGERS_ENVIRONMENT_H

#include "backend/triggers/function.h"

/*
 * What a function's process gets to see: nothing of the environment of this program but the paths,
 * home and language of its user, then Lambda's variables, then the function's own. And which
 * program it is.
 */
struct environment_facts {
    const struct function *function;
    const char *mark;    /* NAME=VALUE: comes first */
    unsigned port;       /* of the Runtime API; 0 = none */
    const char *stream;  /* of its log */
    struct str region;   /* of ARNs */
    struct str endpoint; /* where SDKs go; empty = their own */
    struct str remote;   /* backend_place() of a remote connection; empty = it is none */
    struct str access_key, secret_key, session_token; /* for it; empty = some that mean nothing */
};

/* NAME=VALUE, NULL-ended; in the arena. The function's own variables come before those of the
 * user's, and never before Lambda's. */
const char *const *environment_make(struct arena *arena, const struct environment_facts *facts);

/* The program and its fixed arguments, NULL-ended; `*script`: it reads a runtime's bootstrap from
 * its standard input. ERR_NO_INPUT: there is no such runtime on this machine (`*missing`), or no
 * such file. */
const char *const *environment_program(struct arena *arena, const struct function *function,
    bool *script, bool *missing, struct err *err);

#endif
