/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_EXPR_EXPR_TEST_H
#define TESTS_UNIT_EXPR_EXPR_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "backend/expr/expr.h"
#include "backend/json_in.h"
#include "backend/json_out.h"

/*
 * One request's worth of state. Everything is written as JSON in the tests: items plain or typed,
 * values typed, results plain JSON (a set shows as an array, sorted).
 */
struct request {
    struct arena arena;
    struct err err;
    struct expr_env *env;
    struct buf item, out, text;
};

static inline const struct json *request_json(struct request *r, const char *text)
{
    if (!text)
        return NULL;
    const struct json *json = json_parse(&r->arena, str_from(text), &r->err);
    if (!json)
        fail_msg("%s in %s", r->err.text, text);
    return json;
}

/* NULL names or values stand for parameters that the request does not have. */
static inline void request_init(struct request *r, const char *names, const char *values)
{
    memset(r, 0, sizeof *r);
    r->err = ERR_INIT;
    const struct json *n = request_json(r, names), *v = request_json(r, values);
    r->env = expr_env_new(&r->arena, n, v, &r->err);
}

static inline void request_fini(struct request *r)
{
    arena_fini(&r->arena);
    buf_fini(&r->item);
    buf_fini(&r->out);
    buf_fini(&r->text);
}

/* "" stands for an item that does not exist. */
static inline struct value request_item(struct request *r, const char *item)
{
    if (!item || !*item)
        return (struct value){0};
    buf_clear(&r->item);
    if (!json_in_item(&r->item, request_json(r, item), false, &r->err))
        fail_msg("%s in %s", r->err.text, item);
    return value_of(buf_str(&r->item));
}

/* What was written to r->out as plain JSON; it must be a canonical value. */
static inline const char *request_result(struct request *r)
{
    struct err err = ERR_INIT;
    if (!value_check(buf_str(&r->out), &err))
        fail_msg("the result is not canonical: %s", err.text);
    buf_clear(&r->text);
    assert_true(json_out_plain(&r->text, value_of(buf_str(&r->out))));
    return buf_cstr(&r->text);
}

#endif
