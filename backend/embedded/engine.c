/* SPDX-License-Identifier: MIT */
/*
 * What the operations share: tables looked up once a call, transactions, names of resources, the
 * smallest words of answers. Knows no operation.
 */
#include "backend/embedded/engine.h"

#include "backend/embedded/upkeep.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdlib.h>

int64_t engine_now_ms(const struct engine *engine)
{
    return clock_now_ms(engine->clock);
}

/* ---- tables ---- */

struct str engine_table_name(struct str name)
{
    struct str rest = name;
    size_t at = str_starts(name, STR("arn:")) ? str_find(name, STR(":table/")) : SIZE_MAX;
    if (at == SIZE_MAX)
        return name;
    rest = str_skip(name, at + sizeof ":table/" - 1);
    size_t end = str_find_byte(rest, '/');
    return end == SIZE_MAX ? rest : str_take(rest, end);
}

void engine_hold(struct call *call, const struct catalog_table *table)
{
    if (call->held_count == call->held_room) {
        call->held_room = call->held_room ? call->held_room * 2 : 4;
        call->held = mem_grow(call->held, call->held_room * sizeof *call->held);
    }
    call->held[call->held_count++] = table;
}

bool engine_table_maybe(struct call *call, struct store_txn *txn, struct str name,
    const struct catalog_table **out, struct err *err)
{
    if (!catalog_find(call->engine->catalog, txn, engine_table_name(name), out, err))
        return false;
    if (*out)
        engine_hold(call, *out);
    return true;
}

bool engine_table(struct call *call, struct store_txn *txn, struct str name,
    const struct catalog_table **out, struct err *err)
{
    if (!engine_table_maybe(call, txn, name, out, err))
        return false;
    /* one that is still being restored or imported is not there for items */
    return (*out && !(*out)->filling) ||
           err_refuse(err, "ResourceNotFoundException", "Requested resource not found");
}

/* ---- transactions ---- */

struct run {
    struct call *call;
    engine_fn *fn;
    void *context;
    size_t held;
};

/* A function that runs again holds the tables of its last run only. */
static void release_from(struct call *call, size_t from)
{
    while (call->held_count > from)
        catalog_release(call->held[--call->held_count]);
}

static bool run_read(struct store_txn *txn, void *context, struct err *err)
{
    struct run *run = context;
    return run->fn(run->call, txn, run->context, err);
}

bool engine_read(struct call *call, engine_fn *fn, void *context, struct err *err)
{
    struct run run = {call, fn, context, 0};
    if (call->joined)
        return run_read(call->joined, &run, err);
    return store_read(call->engine->store, run_read, &run, err);
}

static bool run_write(struct store_txn *txn, void *context, struct err *err)
{
    struct run *run = context;
    release_from(run->call, run->held);
    buf_clear(&run->call->failure);
    if (!run->fn(run->call, txn, run->context, err))
        return false;
    return upkeep_after_write(run->call->engine, txn, err) || engine_spoil(txn);
}

bool engine_write(struct call *call, engine_fn *fn, void *context, struct err *err)
{
    struct run run = {call, fn, context, call->held_count};
    if (call->joined)
        return run_write(call->joined, &run, err);
    return store_write(call->engine->store, run_write, &run, err);
}

bool engine_spoil(struct store_txn *txn)
{
    store_spoil(txn);
    return false;
}

/* ---- names of resources ---- */

struct str engine_region(const struct call *call)
{
    return call->request && call->request->region.len ? call->request->region
                                                      : call->engine->region;
}

void engine_put_table_arn(struct buf *out, const struct call *call, struct str table)
{
    buf_add(out, STR("arn:aws:dynamodb:"));
    buf_add(out, engine_region(call));
    buf_add(out, STR(":" ENGINE_ACCOUNT ":table/"));
    buf_add(out, table);
}

/* arn = "arn:" partition ":dynamodb:" region ":" account ":" resource */
bool engine_read_arn(struct str arn, struct str *resource)
{
    struct str part, service, account;
    *resource = arn;
    return str_cut(resource, ':', &part) && str_equal(part, STR("arn")) &&
           str_cut(resource, ':', &part) && str_cut(resource, ':', &service) &&
           str_equal(service, STR("dynamodb")) && str_cut(resource, ':', &part) &&
           str_cut(resource, ':', &account) && str_equal(account, STR(ENGINE_ACCOUNT)) &&
           resource->len > 0;
}

void engine_put_index_arn(
    struct buf *out, const struct call *call, struct str table, struct str index)
{
    engine_put_table_arn(out, call, table);
    buf_add(out, STR("/index/"));
    buf_add(out, index);
}

void engine_put_stream_arn(
    struct buf *out, const struct call *call, struct str table, struct str label)
{
    engine_put_table_arn(out, call, table);
    buf_add(out, STR("/stream/"));
    buf_add(out, label);
}

/* ---- words of answers ---- */

void engine_put_text(struct buf *out, struct str name, struct str text)
{
    json_put_name(out, name);
    json_put_string(out, text);
}

void engine_put_i64(struct buf *out, struct str name, int64_t number)
{
    json_put_name(out, name);
    if (number < 0)
        buf_add_byte(out, '-');
    buf_add_u64(out, number < 0 ? -(uint64_t)number : (uint64_t)number);
}

void engine_put_bool(struct buf *out, struct str name, bool truth)
{
    json_put_name(out, name);
    buf_add(out, truth ? STR("true") : STR("false"));
}

void engine_put_time(struct buf *out, struct str name, int64_t ms)
{
    json_put_name(out, name);
    buf_printf(out, "%" PRId64 ".%03d", ms / 1000, (int)(ms % 1000));
}
