/* SPDX-License-Identifier: MIT */
/* Lists of exports and imports. What a summary says is the operation's. */
#include "backend/embedded/job_list.h"

#include "backend/embedded/page_token.h"
#include "backend/embedded/shape.h"

enum { LIST_MAX = 25 };

struct listing {
    const struct job_listing *of;
    struct str table, after;
    size_t limit;
};

static bool put(
    struct call *call, const struct job_listing *of, const struct job *job, struct err *err)
{
    json_put_comma(call->out);
    buf_add_byte(call->out, '{');
    bool done = of->put(call, job, err);
    buf_add_byte(call->out, '}');
    return done;
}

static bool list(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    const struct listing *l = context;
    struct job job = {.id = l->after};
    struct str last = STR_NONE;
    size_t count = 0;
    buf_clear(call->out);
    buf_printf(call->out, "{\"%.*s\":[", STR_ARG(l->of->name));
    for (bool found = true; found;) {
        if (!job_next(txn, &call->arena, l->of->kind, job.id, true, &job, &found, err))
            return false;
        if (!found || (l->table.len && !str_equal(l->table, job.table)))
            continue;
        if (count++ == l->limit)
            break;
        if (!put(call, l->of, &job, err))
            return false;
        last = job.id;
    }
    buf_add_byte(call->out, ']');
    if (count > l->limit)
        page_token_put(call->out, last);
    buf_add_byte(call->out, '}');
    return true;
}

bool job_list(struct call *call, const struct job_listing *listing, struct err *err)
{
    struct listing l = {.of = listing,
        .table = engine_table_name(shape_text(call->body, STR("TableArn"))),
        .limit = (size_t)shape_number(call->body, listing->limit, LIST_MAX)};
    return page_token_read(call, &l.after, err) && engine_read(call, list, &l, err);
}
