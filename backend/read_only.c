/* SPDX-License-Identifier: MIT */
/*
 * A decorator that lets nothing be written: operations that change data or tables are refused
 * before they reach the backend. PartiQL statements pass where each of them is a SELECT. An
 * operation that this program does not know is refused too, since it might write.
 */
#include "backend/backend_impl.h"
#include "backend/json.h"
#include "backend/ops.h"
#include "backend/partiql/partiql.h"
#include "base/arena.h"
#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>

struct guarded {
    struct backend backend;
    struct backend *inner;
};

static const struct backend_ops guarded_ops;

static struct guarded *guarded_of(struct backend *backend)
{
    assert(backend->ops == &guarded_ops);
    return (struct guarded *)backend;
}

static bool is_select(const struct json *statement)
{
    return json_is(statement, JSON_STRING) && partiql_reads(statement->text);
}

static bool all_select(const struct json *statements)
{
    if (!json_is(statements, JSON_ARRAY))
        return false;
    for (const struct json *member = statements->first; member; member = member->next)
        if (!is_select(json_get(member, STR("Statement"))))
            return false;
    return statements->count > 0;
}

/* Whether a PartiQL request only reads. What cannot be understood counts as writing. */
static bool statements_read(const struct ddb_call *call)
{
    struct arena arena = {0};
    struct err ignored = ERR_INIT;
    bool reads = false;
    const struct json *body = json_parse(&arena, call->body, &ignored);
    if (str_equal(call->operation, STR("ExecuteStatement")))
        reads = is_select(json_get(body, STR("Statement")));
    else if (str_equal(call->operation, STR("BatchExecuteStatement")))
        reads = all_select(json_get(body, STR("Statements")));
    else if (str_equal(call->operation, STR("ExecuteTransaction")))
        reads = all_select(json_get(body, STR("TransactStatements")));
    arena_fini(&arena);
    return reads;
}

bool ddb_call_reads(const struct ddb_call *call)
{
    const struct op *op = op_find(call->operation);
    return op && (!op->writes || statements_read(call));
}

static bool guarded_call(
    struct backend *backend, const struct ddb_call *call, struct ddb_reply *reply, struct err *err)
{
    struct guarded *g = guarded_of(backend);
    if (ddb_call_reads(call))
        return backend_call(g->inner, call, reply, err);
    struct err refusal = ERR_INIT;
    err_refuse(&refusal, "AccessDeniedException",
        "%.*s is refused: this connection is open read-only; %s", STR_ARG(call->operation),
        g->backend.read_only);
    ddb_reply_refuse(reply, &refusal);
    return true;
}

static bool guarded_close(struct backend *backend, struct err *err)
{
    struct guarded *g = guarded_of(backend);
    bool ok = backend_close(g->inner, err);
    free(g);
    return ok;
}

static const struct backend_ops guarded_ops = {
    .name = "read-only", .call = guarded_call, .close = guarded_close};

struct backend *backend_read_only_because(struct backend *inner, const char *remedy)
{
    struct guarded *g = mem_new(struct guarded);
    *g = (struct guarded){.backend = backend_wrap(&guarded_ops, inner), .inner = inner};
    g->backend.read_only = remedy;
    return &g->backend;
}

struct backend *backend_read_only(struct backend *inner)
{
    return backend_read_only_because(inner, "open it without --read-only to write");
}
