/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_BACKEND_FAKE_BACKEND_H
#define TESTS_UNIT_BACKEND_FAKE_BACKEND_H

#include "backend/backend_impl.h"
#include "base/mem.h"
#include "tests/test.h"

#include <stdlib.h>

/*
 * A backend that answers from a script: each call must be the next one of it. What was asked is
 * kept for the test to look at.
 */
struct fake_answer {
    const char *operation;
    int status; /* 0 = no answer at all */
    const char *body;
};

enum { FAKE_CALLS_MAX = 32 };

struct fake_backend {
    struct backend backend;
    const struct fake_answer *script;
    size_t calls;
    unsigned attempts; /* of each answer */
    char *request[FAKE_CALLS_MAX];
    bool *closed;
};

static inline bool fake_call(
    struct backend *backend, const struct ddb_call *call, struct ddb_reply *reply, struct err *err)
{
    struct fake_backend *fake = (struct fake_backend *)backend;
    const struct fake_answer *answer = &fake->script[fake->calls];
    assert_true(fake->calls < FAKE_CALLS_MAX);
    assert_non_null(answer->operation);
    assert_true(str_equal(call->operation, str_from(answer->operation)));
    fake->request[fake->calls++] = mem_dup(call->body.at, call->body.len);
    if (!answer->status)
        return err_set(err, ERR_UNREACHABLE, "nobody answers");
    reply->status = answer->status;
    reply->attempts = fake->attempts;
    buf_add(&reply->body, str_from(answer->body));
    return true;
}

static inline bool fake_close(struct backend *backend, struct err *err)
{
    (void)err;
    struct fake_backend *fake = (struct fake_backend *)backend;
    for (size_t i = 0; i < fake->calls; i++)
        free(fake->request[i]);
    if (fake->closed)
        *fake->closed = true;
    free(fake);
    return true;
}

static const struct backend_ops fake_ops = {.name = "fake", .call = fake_call, .close = fake_close};

static inline struct fake_backend *fake_open(const struct fake_answer *script)
{
    struct fake_backend *fake = mem_new(struct fake_backend);
    fake->backend.ops = &fake_ops;
    fake->script = script;
    return fake;
}

#endif
