/* SPDX-License-Identifier: MIT */
/* ImportTable, DescribeImport, ListImports. How files are read is import.c's. */
#include "backend/embedded/bucket.h"
#include "backend/embedded/import.h"
#include "backend/embedded/job_list.h"
#include "backend/embedded/keeper.h"
#include "backend/embedded/ops.h"
#include "backend/embedded/restore.h"
#include "backend/embedded/shape.h"
#include "backend/embedded/table_make.h"
#include "backend/embedded/table_parse.h"

enum { TOKEN_MS = 8 * 60 * 60 * 1000 };

/* ---- answers ---- */

static void put_arn(struct call *call, struct str name, const struct job *job, bool table)
{
    json_put_name(call->out, name);
    buf_add_byte(call->out, '"');
    engine_put_table_arn(call->out, call, job->table);
    if (!table) {
        buf_add(call->out, STR("/import/"));
        buf_add(call->out, job->id);
    }
    buf_add_byte(call->out, '"');
}

static struct str status_of(const struct job *job)
{
    return job->state == JOB_RUNNING ? STR("IN_PROGRESS")
           : job->state == JOB_DONE  ? STR("COMPLETED")
                                     : STR("FAILED");
}

/* A member of the request, as it was sent. */
static void put_sent(
    struct buf *out, const struct job *job, const struct json *body, const char *name)
{
    const struct json *sent = shape_get(body, str_from(name));
    if (!sent)
        return;
    json_put_name(out, str_from(name));
    buf_add(out, str_take(str_skip(job->request, sent->at), sent->len));
}

static void put_common(struct call *call, const struct job *job, const struct json *body)
{
    struct buf *out = call->out;
    put_arn(call, STR("ImportArn"), job, false);
    engine_put_text(out, STR("ImportStatus"), status_of(job));
    put_arn(call, STR("TableArn"), job, true);
    put_sent(out, job, body, "S3BucketSource");
    put_sent(out, job, body, "InputFormat");
    engine_put_time(out, STR("StartTime"), job->created_ms);
    if (job->state != JOB_RUNNING)
        engine_put_time(out, STR("EndTime"), job->ended_ms);
}

static bool put_description(struct call *call, const struct job *job, struct err *err)
{
    struct buf *out = call->out;
    const struct json *body = json_parse(&call->arena, job->request, err);
    if (!body)
        return false;
    buf_clear(out);
    buf_add(out, STR("{\"ImportTableDescription\":{"));
    put_common(call, job, body);
    engine_put_text(out, STR("TableId"), job->uuid);
    engine_put_text(out, STR("ClientToken"), job->token);
    put_sent(out, job, body, "InputFormatOptions");
    put_sent(out, job, body, "TableCreationParameters");
    struct str squeezed = shape_text(body, STR("InputCompressionType"));
    engine_put_text(out, STR("InputCompressionType"), squeezed.len ? squeezed : STR("NONE"));
    engine_put_i64(out, STR("ErrorCount"), job->errors);
    engine_put_i64(out, STR("ImportedItemCount"), job->imported);
    engine_put_i64(out, STR("ProcessedItemCount"), job->imported + job->errors);
    if (job->size)
        engine_put_i64(out, STR("ProcessedSizeBytes"), job->size);
    if (job->state == JOB_FAILED) {
        engine_put_text(out, STR("FailureCode"), job->code);
        engine_put_text(out, STR("FailureMessage"), job->reason);
    }
    buf_add(out, STR("}}"));
    return true;
}

/* ---- ImportTable ---- */

/* A token is good while its import runs: then its table is there, which is refused first. */
static bool find_token(
    struct call *call, struct store_txn *txn, struct job *job, bool *found, struct err *err)
{
    struct str token = shape_text(call->body, STR("ClientToken"));
    int64_t after = engine_now_ms(call->engine) - TOKEN_MS;
    *job = (struct job){0};
    *found = token.len > 0;
    while (*found) {
        if (!job_next(txn, &call->arena, JOB_IMPORT, job->id, true, job, found, err))
            return false;
        if (*found && job->created_ms <= after)
            *found = false;
        if (*found && job->state == JOB_RUNNING && str_equal(job->token, token))
            return true;
    }
    return true;
}

static bool check_free(struct call *call, struct store_txn *txn, struct str name, struct err *err)
{
    const struct catalog_table *same;
    if (!engine_table_maybe(call, txn, name, &same, err))
        return false;
    return !same ||
           err_refuse(err, "ResourceInUseException", "Table already exists: %.*s", STR_ARG(name));
}

static bool start(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct catalog_table table = *(const struct catalog_table *)context;
    struct job job, before;
    bool again;
    if (!find_token(call, txn, &before, &again, err))
        return false;
    if (again && str_equal(before.table, table.name))
        return put_description(call, &before, err);
    if (again)
        return err_refuse(err, "ImportConflictException",
            "Duplicate request detected with conflicting parameters");
    if (!check_free(call, txn, table.name, err))
        return false;
    job = (struct job){.kind = JOB_IMPORT,
        .request = call->request->body,
        .token = shape_text(call->body, STR("ClientToken"))};
    if (job.token.len == 0)
        job.token = table.uuid;
    return (restore_begin(call, txn, &table, &job, err) &&
               job_expire_at(txn, &job, job.created_ms + JOB_KEPT_MS, err) &&
               put_description(call, &job, err)) ||
           engine_spoil(txn);
}

static bool check_request(struct call *call, struct err *err)
{
    const struct json *source = shape_get(call->body, STR("S3BucketSource"));
    struct str prefix = shape_text(source, STR("S3KeyPrefix"));
    bool csv = str_equal(shape_text(call->body, STR("InputFormat")), STR("CSV"));
    if (prefix.len && !bucket_is_prefix(prefix))
        return err_invalid(err,
            "Invalid S3KeyPrefix: %.*s: it is a path of folders, without empty parts, . and ..",
            STR_ARG(prefix));
    return csv || !shape_get(call->body, STR("InputFormatOptions")) ||
           err_invalid(err, "InputFormatOptions can only be specified for the InputFormat CSV");
}

/* The table's parameters are those of CreateTable, one level down. */
static bool parse_table(struct call *call, struct catalog_table *table, struct err *err)
{
    const struct json *body = call->body;
    call->body = shape_get(body, STR("TableCreationParameters"));
    bool done = table_parse_create(call, table, err);
    call->body = body;
    return done && table_make_uuid(&call->arena, &table->uuid, err);
}

bool op_import_table(struct call *call, struct err *err)
{
    struct catalog_table *table = arena_new(&call->arena, struct catalog_table);
    if (!check_request(call, err) || !parse_table(call, table, err) ||
        !engine_write(call, start, table, err))
        return false;
    keeper_wake(call->engine->keeper, KEEPER_JOBS);
    return true;
}

/* ---- DescribeImport ---- */

static bool describe(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct str arn = shape_text(call->body, STR("ImportArn")), name = engine_table_name(arn);
    size_t at = str_find(arn, STR("/import/"));
    struct job job;
    bool found;
    (void)context;
    if (at == SIZE_MAX || name.len < 3 || name.len == arn.len)
        return err_invalid(err, "Invalid Import ARN: %.*s", STR_ARG(arn));
    if (!job_get(txn, &call->arena, JOB_IMPORT, str_skip(arn, at + sizeof "/import/" - 1), &job,
            &found, err))
        return false;
    if (!found || !str_equal(name, job.table))
        return err_refuse(err, "ImportNotFoundException", "Import not found: %.*s", STR_ARG(arn));
    return put_description(call, &job, err);
}

bool op_describe_import(struct call *call, struct err *err)
{
    return engine_read(call, describe, NULL, err);
}

/* ---- ListImports ---- */

static bool put_summary(struct call *call, const struct job *job, struct err *err)
{
    const struct json *body = json_parse(&call->arena, job->request, err);
    if (body)
        put_common(call, job, body);
    return body != NULL;
}

bool op_list_imports(struct call *call, struct err *err)
{
    const struct job_listing listing = {
        JOB_IMPORT, STR("ImportSummaryList"), STR("PageSize"), put_summary};
    return job_list(call, &listing, err);
}
