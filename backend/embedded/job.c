/* SPDX-License-Identifier: MIT */
/*
 * Rows of jobs, holds on tables that jobs read, and the step that the keeper runs: jobs take turns,
 * so that a large one does not keep small ones waiting. Does not know what the kinds do.
 */
#include "backend/embedded/job.h"

#include "backend/embedded/history.h"
#include "backend/embedded/keeper.h"
#include "backend/embedded/row.h"
#include "backend/embedded/upkeep.h"

#include <endian.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/random.h>

#define PREFIX "job."
enum {
    ID_TIME = 14,            /* digits */
    FOREIGN_EVERY_MS = 2000, /* how often another process's unfinished job is looked at */
};

/* number = [ "-" ] digits [ "." digits ] [ ("e" | "E") [ "+" | "-" ] digits ]; what is too large
 * stays at the end of all times */
int64_t job_time_ms(const struct json *json, int64_t otherwise)
{
    if (!json)
        return otherwise;
    struct str rest = json->text;
    bool minus = str_starts(rest, STR("-")), point = false;
    int64_t digits = 0, power = 3;
    for (rest = str_skip(rest, minus); rest.len; rest = str_skip(rest, 1)) {
        char c = rest.at[0];
        if (c == '.')
            point = true;
        else if (c < '0' || c > '9')
            break;
        else if (digits < INT64_MAX / 100) {
            digits = digits * 10 + (c - '0');
            power -= point;
        } else
            power += !point;
    }
    if (rest.len > 1) {
        long e = strtol(str_skip(rest, 1).at, NULL, 10); /* a '}', ',' or blank ends the text */
        power += e > 99 ? 99 : e < -99 ? -99 : e;
    }
    for (; power < 0 && digits; power++)
        digits /= 10;
    for (; power > 0 && digits; power--)
        digits = digits < INT64_MAX / 10 ? digits * 10 : INT64_MAX;
    return minus ? -digits : digits;
}

/* ---- keys ---- */

struct job_key {
    char bytes[64];
    size_t len;
};

static struct str key_str(const struct job_key *key)
{
    return (struct str){key->bytes, key->len};
}

static struct job_key row_key(enum job_kind kind, struct str id)
{
    struct job_key key = {.bytes = {(char)kind}, .len = 1};
    struct str fit = str_take(id, sizeof key.bytes - 1);
    if (fit.len)
        memcpy(key.bytes + 1, fit.at, fit.len);
    key.len += fit.len;
    return key;
}

static struct job_key todo_key(uint32_t number)
{
    struct job_key key = {.bytes = PREFIX, .len = sizeof PREFIX - 1 + 4};
    uint32_t big = htobe32(number);
    memcpy(key.bytes + sizeof PREFIX - 1, &big, sizeof big);
    return key;
}

/* ---- rows ---- */

static void encode(struct buf *out, const struct job *job)
{
    struct row row = row_open(out);
    row_put_number(&row, "state", job->state);
    row_put_number(&row, "number", job->number);
    row_put_text(&row, "id", job->id);
    row_put_number(&row, "created", job->created_ms);
    row_put_number(&row, "ended", job->ended_ms);
    row_put_text(&row, "region", job->region);
    row_put_text(&row, "table", job->table);
    row_put_text(&row, "uuid", job->uuid);
    row_put_number(&row, "tableId", job->table_id);
    row_put_bytes(&row, "row", job->row);
    row_put_text(&row, "backup", job->backup);
    row_put_text(&row, "source", job->source);
    row_put_number(&row, "sourceId", job->source_id);
    row_put_number(&row, "moment", job->moment);
    row_put_number(&row, "from", job->from);
    row_put_truth(&row, "holds", job->holds);
    row_put_text(&row, "name", job->name);
    row_put_truth(&row, "system", job->system);
    row_put_number(&row, "expires", job->expires_ms);
    row_put_text(&row, "request", job->request);
    row_put_text(&row, "token", job->token);
    row_put_bytes(&row, "last", job->last);
    row_put_number(&row, "offset", job->offset);
    row_put_number(&row, "files", job->files);
    row_put_number(&row, "digest", job->digest);
    row_put_number(&row, "items", job->items);
    row_put_number(&row, "bytes", job->bytes);
    row_put_number(&row, "errors", job->errors);
    row_put_number(&row, "imported", job->imported);
    row_put_number(&row, "size", job->size);
    row_put_text(&row, "code", job->code);
    row_put_text(&row, "reason", job->reason);
    row_close(&row);
}

static void decode_source(struct job *out, struct arena *arena, struct value row)
{
    out->table = row_get_text(arena, row, "table");
    out->uuid = row_get_text(arena, row, "uuid");
    out->table_id = (uint32_t)row_get_number(row, "tableId");
    out->row = row_get_bytes(arena, row, "row");
    out->backup = row_get_text(arena, row, "backup");
    out->source = row_get_text(arena, row, "source");
    out->source_id = (uint32_t)row_get_number(row, "sourceId");
    out->moment = row_get_number(row, "moment");
    out->from = row_get_number(row, "from");
    out->holds = row_get_truth(row, "holds");
    out->name = row_get_text(arena, row, "name");
    out->system = row_get_truth(row, "system");
    out->expires_ms = row_get_number(row, "expires");
    out->request = row_get_text(arena, row, "request");
    out->token = row_get_text(arena, row, "token");
}

static void decode_progress(struct job *out, struct arena *arena, struct value row)
{
    out->last = row_get_bytes(arena, row, "last");
    out->offset = row_get_number(row, "offset");
    out->files = row_get_number(row, "files");
    out->digest = row_get_number(row, "digest");
    out->items = row_get_number(row, "items");
    out->bytes = row_get_number(row, "bytes");
    out->errors = row_get_number(row, "errors");
    out->imported = row_get_number(row, "imported");
    out->size = row_get_number(row, "size");
    out->code = row_get_text(arena, row, "code");
    out->reason = row_get_text(arena, row, "reason");
}

bool job_decode(struct job *out, struct arena *arena, struct str bytes, struct err *err)
{
    struct value row = value_of(bytes);
    int64_t state = row.type == VALUE_M ? row_get_number(row, "state") : -1;
    *out = (struct job){0};
    if (state >= JOB_RUNNING && state <= JOB_DELETED) {
        out->state = (enum job_state)state;
        out->number = (uint32_t)row_get_number(row, "number");
        out->id = row_get_text(arena, row, "id");
        out->created_ms = row_get_number(row, "created");
        out->ended_ms = row_get_number(row, "ended");
        out->region = row_get_text(arena, row, "region");
        decode_source(out, arena, row);
        decode_progress(out, arena, row);
    }
    return (out->id.len && out->number) ||
           err_set(err, ERR_FILE,
               "the catalog holds a row that cannot be read: run `dynascope check` on the store");
}

static bool is_unfinished(const struct job *job)
{
    return job->state == JOB_RUNNING || job->state == JOB_DELETED;
}

bool job_save(struct store_txn *txn, const struct job *job, struct err *err)
{
    struct job_key key = row_key(job->kind, job->id), todo = todo_key(job->number);
    struct buf row = {0};
    encode(&row, job);
    bool done = store_put(txn, STORE_CATALOG, key_str(&key), buf_str(&row), err);
    buf_fini(&row);
    if (!done)
        return false;
    return is_unfinished(job) ? store_put(txn, STORE_META, key_str(&todo), key_str(&key), err)
                              : store_delete(txn, STORE_META, key_str(&todo), NULL, err);
}

bool job_begin(struct store_txn *txn, struct job *job, struct err *err)
{
    return catalog_next_id(txn, &job->number, err) && job_save(txn, job, err);
}

bool job_remove(struct store_txn *txn, const struct job *job, struct err *err)
{
    struct job_key key = row_key(job->kind, job->id), todo = todo_key(job->number);
    return store_delete(txn, STORE_CATALOG, key_str(&key), NULL, err) &&
           store_delete(txn, STORE_META, key_str(&todo), NULL, err);
}

/* ---- finding ---- */

static bool read_row(
    struct job *out, struct arena *arena, enum job_kind kind, struct str row, struct err *err)
{
    bool done = job_decode(out, arena, row, err);
    out->kind = kind;
    return done;
}

bool job_get(struct store_txn *txn, struct arena *arena, enum job_kind kind, struct str id,
    struct job *out, bool *found, struct err *err)
{
    struct job_key key = row_key(kind, id);
    struct str row;
    return store_get(txn, STORE_CATALOG, key_str(&key), &row, found, err) &&
           (!*found || read_row(out, arena, kind, row, err));
}

bool job_stands(struct store_txn *txn, struct arena *arena, const struct job *before, bool *stands,
    struct err *err)
{
    struct job now;
    if (!job_get(txn, arena, before->kind, before->id, &now, stands, err))
        return false;
    *stands = *stands && now.state == before->state && now.offset == before->offset &&
              now.items == before->items && now.imported == before->imported &&
              now.errors == before->errors && str_equal(now.last, before->last);
    return true;
}

static bool seek_next(struct store_cursor *c, enum job_kind kind, struct str id, bool backward,
    bool *found, struct err *err)
{
    struct job_key key = row_key(kind, id);
    if (backward && id.len == 0)
        key.bytes[0]++;
    if (!store_seek(c, key_str(&key), backward, found, err))
        return false;
    if (*found && str_equal(store_key(c), key_str(&key)) && !store_step(c, backward, found, err))
        return false;
    *found = *found && store_key(c).at[0] == (char)kind;
    return true;
}

bool job_next(struct store_txn *txn, struct arena *arena, enum job_kind kind, struct str id,
    bool backward, struct job *out, bool *found, struct err *err)
{
    struct store_cursor *c = store_cursor_open(txn, STORE_CATALOG, err);
    bool done = c && seek_next(c, kind, id, backward, found, err) &&
                (!*found || read_row(out, arena, kind, store_value(c), err));
    store_cursor_close(c);
    return done;
}

bool job_unfinished(struct store_txn *txn, struct arena *arena, uint32_t after, struct job *out,
    bool *found, struct err *err)
{
    struct job_key from = todo_key(after + 1);
    struct store_cursor *c = store_cursor_open(txn, STORE_META, err);
    struct str key = STR_NONE;
    bool done = c && store_seek(c, key_str(&from), false, found, err);
    if (done && *found) {
        *found = str_starts(store_key(c), STR(PREFIX)) && store_value(c).len > 1;
        key = arena_dup(arena, store_value(c));
    }
    store_cursor_close(c);
    return done && (!*found || job_get(txn, arena, (enum job_kind)key.at[0], str_skip(key, 1), out,
                                   found, err));
}

/* Two of the same millisecond keep their order: the later one's id is a millisecond ahead. */
bool job_make_id(struct store_txn *txn, struct arena *arena, struct job *job, struct err *err)
{
    uint32_t random;
    int64_t ms = job->created_ms, before = 0;
    struct job last;
    bool found;
    if (!job_next(txn, arena, job->kind, STR_NONE, true, &last, &found, err))
        return false;
    if (found && str_to_i64(str_take(last.id, ID_TIME), &before) && ms <= before)
        ms = before + 1;
    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
        return err_set(err, ERR_INTERNAL, "the system gives no random numbers");
    job->id = arena_printf(arena, "%0*" PRId64 "-%08" PRIx32, ID_TIME, ms, random);
    return true;
}

/* ---- holds ---- */

bool job_hold(struct call *call, struct store_txn *txn, struct job *job,
    struct catalog_table *table, struct err *err)
{
    table->holds++;
    job->holds = true;
    return history_begin(txn, table, err) && history_moment(call, txn, &job->moment, err) &&
           catalog_put(txn, table, err);
}

bool job_table(struct call *call, struct store_txn *txn, struct str name, uint32_t id,
    const struct catalog_table **out, struct err *err)
{
    if (!engine_table_maybe(call, txn, name, out, err))
        return false;
    if (*out && (*out)->id == id)
        return true;
    if (!catalog_detached_get(txn, id, out, err))
        return false;
    if (*out)
        engine_hold(call, *out);
    return true;
}

bool job_discard_table(struct engine *engine, struct store_txn *txn,
    const struct catalog_table *table, struct err *err)
{
    if (!upkeep_discard(engine, txn, STORE_ITEMS, table->id, err))
        return false;
    if (!history_discard(engine, txn, table->history, err))
        return false;
    for (uint32_t i = 0; i < table->index_count; i++)
        if (!upkeep_discard(engine, txn, STORE_INDEX, table->indexes[i].id, err))
            return false;
    return true;
}

static bool release_deleted(
    struct engine *engine, struct store_txn *txn, struct catalog_table *table, struct err *err)
{
    if (table->holds)
        return catalog_detach(txn, table, err);
    return catalog_detached_remove(txn, table->id, err) &&
           job_discard_table(engine, txn, table, err);
}

bool job_release(struct call *call, struct store_txn *txn, struct job *job, struct err *err)
{
    const struct catalog_table *found, *named;
    struct str name = job->kind == JOB_RESTORE ? job->source : job->table;
    uint32_t id = job->kind == JOB_RESTORE ? job->source_id : job->table_id;
    if (!job->holds)
        return true;
    job->holds = false;
    if (!job_table(call, txn, name, id, &found, err) ||
        !engine_table_maybe(call, txn, name, &named, err))
        return false;
    if (!found)
        return true;
    struct catalog_table table = catalog_copy(found);
    table.holds -= table.holds > 0;
    if (!named || named->id != id)
        return release_deleted(call->engine, txn, &table, err);
    return history_end(call->engine, txn, &table, err) && catalog_put(txn, &table, err);
}

/* ---- steps ---- */

static bool run(struct call *call, struct job *job, struct err *err)
{
    switch (job->kind) {
    case JOB_BACKUP:
        return backup_work(call, job, err);
    case JOB_RESTORE:
        return restore_work(call, job, err);
    case JOB_EXPORT:
        return export_work(call, job, err);
    case JOB_IMPORT:
        return import_work(call, job, err);
    }
    return err_set(err, ERR_FILE, "the catalog holds a job of an unknown kind");
}

struct turn {
    uint32_t after;
    struct job job;
    bool found;
};

static bool pick(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct turn *turn = context;
    return job_unfinished(txn, &call->arena, turn->after, &turn->job, &turn->found, err);
}

/* The lease first, then the row: another process may have gone on meanwhile. */
static bool run_leased(struct call *call, struct turn *turn, struct err *err)
{
    uint32_t number = turn->job.number;
    struct ddb_call request = {.region = turn->job.region};
    turn->after = number - 1;
    call->request = &request;
    bool done = engine_read(call, pick, turn, err);
    if (done && turn->found && turn->job.number == number)
        done = run(call, &turn->job, err);
    turn->after = number;
    return done;
}

/* The next job after engine->job that no other process works at; *ran = there was one. */
static bool run_next(struct call *call, bool *ran, bool *foreign, struct err *err)
{
    struct engine *engine = call->engine;
    struct turn turn = {.after = engine->job};
    for (bool again = turn.after > 0;; again = false) {
        while (true) {
            if (!engine_read(call, pick, &turn, err))
                return false;
            if (!turn.found)
                break;
            engine->job = turn.after = turn.job.number;
            if (store_lease(engine->store, turn.job.number)) {
                *ran = true;
                bool done = run_leased(call, &turn, err);
                store_lease_end(engine->store, turn.after);
                return done;
            }
            *foreign = true;
        }
        if (!again)
            return true;
        turn.after = 0;
    }
}

static bool expire(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    const bool *trims = context;
    return (job_expire(call, txn, err) && (!*trims || history_trim(call, txn, err))) ||
           engine_spoil(txn);
}

/* Every hour, where no job runs: backups that have had their time become jobs too, to be removed; a
 * process that stays open walks through the histories. */
static bool find_expired(struct call *call, bool *more, struct err *err)
{
    struct engine *engine = call->engine;
    int64_t now = engine_now_ms(engine);
    bool trims =
        engine->idle && atomic_load_explicit(&engine->trim_ms, memory_order_relaxed) <= now;
    bool due = now < engine->expire_ms || now - engine->expire_ms >= JOB_EVERY_MS;
    if (*more || !(due || trims))
        return true;
    if (due)
        engine->expire_ms = now;
    *more = true; /* look again */
    return engine_write(call, expire, &trims, err);
}

bool job_step(struct engine *engine, bool *more, struct err *err)
{
    struct call *call = engine_take(engine);
    bool foreign = false;
    *more = false;
    bool done = run_next(call, more, &foreign, err) && find_expired(call, more, err);
    engine_give(call);
    keeper_every(engine->keeper, KEEPER_JOBS, foreign && !*more ? FOREIGN_EVERY_MS : JOB_EVERY_MS);
    return done;
}

static bool look(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct turn *turn = context;
    return pick(call, txn, turn, err) &&
           (turn->found || job_has_expired(call, txn, &turn->found, err));
}

bool job_look(struct engine *engine, struct err *err)
{
    struct call *call = engine_take(engine);
    struct turn turn = {0};
    bool done = engine_read(call, look, &turn, err);
    if (done && turn.found)
        keeper_wake(engine->keeper, KEEPER_JOBS);
    engine_give(call);
    return done;
}
