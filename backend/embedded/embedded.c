/* SPDX-License-Identifier: MIT */
/*
 * The embedded store as a backend: opening it, finding an operation's row, running it, turning what
 * it refuses into an answer. Knows the operations by name only.
 *
 *   call ─▶ row of `table` ─▶ JSON ─▶ shape ─▶ the operation's function ─▶ answer in reply->body
 */
#include "backend/embedded/embedded.h"

#include "backend/embedded/idle.h"
#include "backend/embedded/import.h"
#include "backend/embedded/job.h"
#include "backend/embedded/keeper.h"
#include "backend/embedded/ops.h"
#include "backend/embedded/shape.h"
#include "backend/embedded/upkeep.h"
#include "backend/embedded/wording.h"
#include "backend/ops.h"
#include "base/mem.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

struct row {
    struct str name;
    engine_op *run;
    const struct shape *shape; /* found once, when the engine opens */
    enum wording wording;
};

#define ROW(operation, function) WORDED(operation, function, WORDING_PLAIN)
#define WORDED(operation, function, wording)                                                       \
    {                                                                                              \
        {operation, sizeof operation - 1}, function, NULL, wording                                 \
    }

/* By how often they are asked for: the search is linear. */
static const struct row table[] = {
    ROW("GetItem", op_get_item),
    WORDED("PutItem", op_put_item, WORDING_COUNTED),
    ROW("Query", op_query),
    WORDED("UpdateItem", op_update_item, WORDING_COUNTED),
    WORDED("Scan", op_scan, WORDING_OLDER),
    WORDED("BatchWriteItem", op_batch_write_item, WORDING_OLDER),
    ROW("BatchGetItem", op_batch_get_item),
    WORDED("DeleteItem", op_delete_item, WORDING_COUNTED),
    ROW("TransactWriteItems", op_transact_write_items),
    ROW("TransactGetItems", op_transact_get_items),
    ROW("ExecuteStatement", op_execute_statement),
    ROW("BatchExecuteStatement", op_batch_execute_statement),
    ROW("ExecuteTransaction", op_execute_transaction),
    ROW("GetRecords", op_get_records),
    ROW("DescribeTable", op_describe_table),
    ROW("ListTables", op_list_tables),
    ROW("CreateTable", op_create_table),
    ROW("UpdateTable", op_update_table),
    ROW("DeleteTable", op_delete_table),
    ROW("DescribeTimeToLive", op_describe_ttl),
    ROW("UpdateTimeToLive", op_update_ttl),
    ROW("TagResource", op_tag_resource),
    ROW("UntagResource", op_untag_resource),
    ROW("ListTagsOfResource", op_list_tags),
    ROW("DescribeLimits", op_describe_limits),
    ROW("DescribeEndpoints", op_describe_endpoints),
    ROW("ListStreams", op_list_streams),
    ROW("DescribeStream", op_describe_stream),
    ROW("GetShardIterator", op_get_shard_iterator),
    ROW("CreateBackup", op_create_backup),
    ROW("DescribeBackup", op_describe_backup),
    ROW("ListBackups", op_list_backups),
    ROW("DeleteBackup", op_delete_backup),
    ROW("RestoreTableFromBackup", op_restore_backup),
    ROW("RestoreTableToPointInTime", op_restore_past),
    ROW("ExportTableToPointInTime", op_export_table),
    ROW("DescribeExport", op_describe_export),
    ROW("ListExports", op_list_exports),
    ROW("ImportTable", op_import_table),
    ROW("DescribeImport", op_describe_import),
    ROW("ListImports", op_list_imports),
    ROW("DescribeContinuousBackups", op_describe_recovery),
    ROW("UpdateContinuousBackups", op_update_recovery),
};

enum {
    ROWS = sizeof table / sizeof table[0],
    SCRATCH_KEPT = 1 << 20,
    BODY_MAX = 16 << 20,
    SUBMITTED_MAX = 64 << 10, /* bytes of a body: others would wait for larger ones */
};

/* Calls that are not running keep their memory here, shapes are looked up once. */
struct call_pool {
    pthread_mutex_t lock;
    struct call *free;
    const struct shape *shapes[ROWS];
};

/* ---- the pool ---- */

static struct call_pool *pool_new(void)
{
    struct call_pool *pool = mem_new(struct call_pool);
    pthread_mutex_init(&pool->lock, NULL);
    for (size_t i = 0; i < ROWS; i++)
        pool->shapes[i] = shape_of(table[i].name);
    return pool;
}

static void call_free(struct call *call)
{
    arena_fini(&call->arena);
    for (size_t i = 0; i < CALL_BUFS; i++)
        buf_fini(&call->bufs[i]);
    buf_fini(&call->failure);
    free(call->held);
    free(call);
}

static void pool_free(struct call_pool *pool)
{
    if (!pool)
        return;
    while (pool->free) {
        struct call *call = pool->free;
        pool->free = call->next;
        call_free(call);
    }
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

static struct call *pool_take(struct engine *engine)
{
    struct call_pool *pool = engine->pool;
    pthread_mutex_lock(&pool->lock);
    struct call *call = pool->free;
    if (call)
        pool->free = call->next;
    pthread_mutex_unlock(&pool->lock);
    if (!call)
        call = mem_new(struct call);
    call->engine = engine;
    return call;
}

static void call_release(struct call *call)
{
    while (call->held_count)
        catalog_release(call->held[--call->held_count]);
    buf_clear(&call->failure);
}

static void pool_give(struct call *call)
{
    struct call_pool *pool = call->engine->pool;
    call_release(call);
    arena_reset(&call->arena);
    for (size_t i = 0; i < CALL_BUFS; i++)
        if (call->bufs[i].cap > SCRATCH_KEPT)
            buf_fini(&call->bufs[i]);
    pthread_mutex_lock(&pool->lock);
    call->next = pool->free;
    pool->free = call;
    pthread_mutex_unlock(&pool->lock);
}

struct call *engine_take(struct engine *engine)
{
    struct call *call = pool_take(engine);
    call->request = NULL;
    call->reply = NULL;
    call->out = NULL;
    call->joined = NULL;
    return call;
}

void engine_give(struct call *call)
{
    pool_give(call);
}

/* ---- a call ---- */

static struct engine *engine_of(struct backend *backend);

static bool parse_body(struct call *call, struct err *err)
{
    struct err why = ERR_INIT;
    struct str body = call->request->body;
    if (body.len > BODY_MAX)
        return err_refuse(err, "SerializationException", "The request is larger than 16 MB");
    if (str_trim(body).len == 0)
        body = STR("{}");
    call->body = json_parse(&call->arena, body, &why);
    return call->body || err_refuse(err, "SerializationException", "%s", why.text);
}

/* What can be said of a request without running it. */
static bool read_request(struct call *call, struct err *err)
{
    const struct shape *shape = call->engine->pool->shapes[call->row];
    call->body = NULL;
    return (parse_body(call, err) && shape_check(shape, call->body, err)) ||
           wording_refuse(call, table[call->row].wording, err);
}

static bool run_request(struct call *call, struct err *err)
{
    return table[call->row].run(call, err) || wording_refuse(call, table[call->row].wording, err);
}

static void put_failure(struct call *call)
{
    struct buf *out = call->out;
    if (call->failure.len == 0 || out->len == 0)
        return;
    out->len--; /* the closing brace */
    buf_add(out, buf_str(&call->failure));
    buf_add_byte(out, '}');
}

/* A refusal is an answer; anything else means that there is none. */
static bool answer(struct call *call, bool done, struct err *err)
{
    if (done) {
        call->reply->status = 200;
        return true;
    }
    if (err->name[0] == '\0')
        return false;
    ddb_reply_refuse(call->reply, err);
    put_failure(call);
    *err = ERR_INIT;
    return true;
}

/* Operations that need what is not here (Kinesis streams, CloudWatch, policies, other regions) are
 * refused by name. */
static bool refuse_unknown(struct ddb_reply *reply, struct str operation)
{
    reply->status = 400;
    buf_add(
        &reply->body, STR("{\"__type\":\"com.amazon.coral.service#UnknownOperationException\""));
    if (op_find(operation))
        buf_printf(&reply->body,
            ",\"message\":\"The operation %.*s is not supported by this store\"",
            STR_ARG(operation));
    buf_add_byte(&reply->body, '}');
    return true;
}

static size_t row_of(struct str operation)
{
    size_t row = 0;
    while (row < ROWS && !str_equal(table[row].name, operation))
        row++;
    return row;
}

static struct call *begin(
    struct engine *engine, size_t row, const struct ddb_call *request, struct ddb_reply *reply)
{
    struct call *call = pool_take(engine);
    call->row = row;
    call->request = request;
    call->reply = reply;
    call->out = &reply->body;
    call->joined = NULL;
    return call;
}

static bool engine_call(struct backend *backend, const struct ddb_call *request,
    struct ddb_reply *reply, struct err *err)
{
    size_t row = row_of(request->operation);
    if (row == ROWS)
        return refuse_unknown(reply, request->operation);
    struct call *call = begin(engine_of(backend), row, request, reply);
    struct err why = ERR_INIT;
    bool ran = read_request(call, &why) && run_request(call, &why);
    bool done = answer(call, ran, &why);
    if (!done)
        *err = why;
    pool_give(call);
    idle_note(engine_of(backend));
    return done;
}

/* ---- a call that nobody waits for: all of it runs in a transaction that it shares ---- */

/* Those that read what is asked, write items in one transaction, answer, and nothing else. */
static bool may_submit(engine_op *run)
{
    return run == op_put_item || run == op_update_item || run == op_delete_item ||
           run == op_batch_write_item || run == op_transact_write_items;
}

/* May run again: what was read of the request stays. */
static bool run_submitted(struct store_txn *txn, void *context, struct err *err)
{
    struct call *call = context;
    *err = ERR_INIT;
    call_release(call);
    buf_clear(call->out);
    call->joined = txn;
    return run_request(call, err);
}

static void end_submitted(struct store_job *job)
{
    struct call *call = job->context;
    struct ddb_task *task = call->task;
    task->answered = answer(call, job->ok, &task->err);
    idle_note(call->engine);
    pool_give(call);
    task->done(task);
}

static bool engine_submit(struct backend *backend, struct ddb_task *task)
{
    struct engine *engine = engine_of(backend);
    size_t row = row_of(task->call.operation);
    if (row == ROWS || !may_submit(table[row].run) || task->call.body.len > SUBMITTED_MAX)
        return false;
    struct call *call = begin(engine, row, &task->call, &task->reply);
    call->task = task;
    call->job = (struct store_job){
        .fn = run_submitted, .context = call, .err = &task->err, .done = end_submitted};
    if (read_request(call, &task->err))
        store_submit(engine->store, &call->job);
    else
        end_submitted(&call->job);
    return true;
}

/* ---- opening ---- */

static bool engine_free(struct engine *engine, struct err *err)
{
    if (!engine)
        return true;
    keeper_free(engine->keeper);
    import_file_close(engine);
    idle_free(engine->idle);
    pool_free(engine->pool);
    catalog_free(engine->catalog);
    bool ok = store_close(engine->store, err);
    free((char *)(uintptr_t)engine->region.at);
    free(engine->buckets);
    free(engine);
    return ok;
}

/* What a job could not do now is in the store, and done by the next process. */
static bool engine_close(struct backend *backend, struct err *err)
{
    struct engine *engine = engine_of(backend);
    struct err unheard = ERR_INIT;
    bool done = !engine->finish || keeper_wait(engine->keeper, KEEPER_JOBS, err ? err : &unheard);
    return engine_free(engine, done ? err : NULL) && done;
}

static const struct backend_ops engine_ops = {
    .name = "embedded", .call = engine_call, .submit = engine_submit, .close = engine_close};

static struct engine *engine_of(struct backend *backend)
{
    assert(backend->ops == &engine_ops);
    return (struct engine *)backend;
}

static struct engine *engine_new(const struct backend_options *options)
{
    struct str region = options->region.len ? options->region : STR("us-east-1");
    struct engine *engine = mem_new(struct engine);
    engine->backend.ops = &engine_ops;
    engine->clock = options->clock;
    engine->read_only = options->read_only;
    engine->region = (struct str){mem_dup(region.at, region.len), region.len};
    engine->catalog = catalog_new();
    engine->pool = pool_new();
    engine->keeper = keeper_new(engine);
    engine->finish = options->finish;
    if (options->buckets)
        engine->buckets = mem_dup(options->buckets, strlen(options->buckets));
    return engine;
}

static void set_label(struct engine *engine)
{
    struct buf label = {0};
    buf_printf(&label, "local · %s", store_path(engine->store));
    engine->backend.label = buf_take(&label);
    engine->backend.place = store_path(engine->store);
}

struct backend *engine_open(const char *path, const struct backend_options *options,
    const struct store_options *store, struct err *err)
{
    struct engine *engine = engine_new(options);
    engine->store = store_open(path, store, err);
    if (!engine->store || !upkeep_look(engine, err)) {
        engine_free(engine, NULL);
        return NULL;
    }
    set_label(engine);
    if (options->upkeep && !options->read_only)
        idle_start(engine);
    keeper_task(engine->keeper, KEEPER_JOBS, job_step);
    if (engine->idle)
        keeper_every(engine->keeper, KEEPER_JOBS, JOB_EVERY_MS);
    if (!options->read_only && !options->no_sync && !job_look(engine, err)) {
        engine_free(engine, NULL);
        return NULL;
    }
    return &engine->backend;
}

struct backend *embedded_open(
    const char *path, const struct backend_options *given, struct err *err)
{
    struct backend_options options = given ? *given : (struct backend_options){0};
    struct store_options store = {.must_exist = options.must_exist,
        .read_only = options.read_only,
        .no_sync = options.no_sync,
        .clock = options.clock};
    return engine_open(path, &options, &store, err);
}
