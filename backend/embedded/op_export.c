/* SPDX-License-Identifier: MIT */
/*
 * ExportTableToPointInTime, DescribeExport, ListExports. What is written, and how, is export.c's.
 */
#include "backend/embedded/bucket.h"
#include "backend/embedded/export.h"
#include "backend/embedded/job_list.h"
#include "backend/embedded/keeper.h"
#include "backend/embedded/ops.h"
#include "backend/embedded/recovery.h"
#include "backend/embedded/shape.h"

#include <inttypes.h>

enum {
    TOKEN_MS = 8 * 60 * 60 * 1000,
    PERIOD_MIN_MS = 15 * 60 * 1000,
    PERIOD_MAX_MS = 24 * 60 * 60 * 1000,
};

/* ---- answers ---- */

static void put_arn(struct call *call, struct str name, const struct job *job, bool table)
{
    json_put_name(call->out, name);
    buf_add_byte(call->out, '"');
    engine_put_table_arn(call->out, call, job->table);
    if (!table) {
        buf_add(call->out, STR("/export/"));
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

static void put_given(struct buf *out, const struct json *body, const char *name)
{
    struct str text = shape_text(body, str_from(name));
    if (text.len)
        engine_put_text(out, str_from(name), text);
}

static void put_period(struct buf *out, const struct job *job, const struct json *body)
{
    const struct json *part = shape_get(body, STR("IncrementalExportSpecification"));
    struct str view = shape_text(part, STR("ExportViewType"));
    json_put_name(out, STR("IncrementalExportSpecification"));
    buf_add_byte(out, '{');
    engine_put_time(out, STR("ExportFromTime"), job->from);
    engine_put_time(out, STR("ExportToTime"), job->moment + 1);
    engine_put_text(out, STR("ExportViewType"), view.len ? view : STR("NEW_AND_OLD_IMAGES"));
    buf_add_byte(out, '}');
}

static void put_end(struct buf *out, const struct job *job, const struct export_request *request)
{
    struct buf key = {0};
    if (job->state == JOB_RUNNING)
        return;
    engine_put_time(out, STR("EndTime"), job->ended_ms);
    if (job->state == JOB_FAILED) {
        engine_put_text(out, STR("FailureCode"), job->code);
        engine_put_text(out, STR("FailureMessage"), job->reason);
        return;
    }
    export_put_manifest_key(&key, request, job);
    engine_put_text(out, STR("ExportManifest"), buf_str(&key));
    engine_put_i64(out, STR("BilledSizeBytes"), job->bytes);
    engine_put_i64(out, STR("ItemCount"), job->items);
    buf_fini(&key);
}

static bool put_description(struct call *call, const struct job *job, struct err *err)
{
    struct buf *out = call->out;
    struct export_request request;
    const struct json *body = json_parse(&call->arena, job->request, err);
    if (!body)
        return false;
    export_read_request(&request, body);
    struct str sse = shape_text(body, STR("S3SseAlgorithm"));
    buf_clear(out);
    buf_add(out, STR("{\"ExportDescription\":{"));
    put_arn(call, STR("ExportArn"), job, false);
    engine_put_text(out, STR("ExportStatus"), status_of(job));
    engine_put_time(out, STR("StartTime"), job->created_ms);
    put_arn(call, STR("TableArn"), job, true);
    engine_put_text(out, STR("TableId"), job->uuid);
    if (!request.incremental)
        engine_put_time(out, STR("ExportTime"), job->moment);
    engine_put_text(out, STR("ClientToken"), job->token);
    put_given(out, body, "S3Bucket");
    put_given(out, body, "S3BucketOwner");
    put_given(out, body, "S3Prefix");
    engine_put_text(out, STR("S3SseAlgorithm"), sse.len ? sse : STR("AES256"));
    put_given(out, body, "S3SseKmsKeyId");
    engine_put_text(out, STR("ExportFormat"), request.ion ? STR("ION") : STR("DYNAMODB_JSON"));
    put_given(out, body, "ExportType");
    if (request.incremental)
        put_period(out, job, body);
    put_end(out, job, &request);
    buf_add(out, STR("}}"));
    return true;
}

/* ---- a token that was used ---- */

static bool is_same_text(const struct json *a, const struct json *b, const char *name)
{
    const struct json *x = shape_get(a, str_from(name)), *y = shape_get(b, str_from(name));
    return (!x && !y) || (x && y && str_equal(x->text, y->text));
}

static bool is_same(const struct json *a, const struct json *b)
{
    static const char *const names[] = {"TableArn", "ExportTime", "S3Bucket", "S3BucketOwner",
        "S3Prefix", "S3SseAlgorithm", "S3SseKmsKeyId", "ExportFormat", "ExportType"};
    static const char *const parts[] = {"ExportFromTime", "ExportToTime", "ExportViewType"};
    const struct json *x = shape_get(a, STR("IncrementalExportSpecification"));
    const struct json *y = shape_get(b, STR("IncrementalExportSpecification"));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!is_same_text(a, b, names[i]))
            return false;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!is_same_text(x, y, parts[i]))
            return false;
    return true;
}

/* *found = the request was made before: `job` is what became of it. */
static bool find_token(
    struct call *call, struct store_txn *txn, struct job *job, bool *found, struct err *err)
{
    struct str token = shape_text(call->body, STR("ClientToken"));
    int64_t after = engine_now_ms(call->engine) - TOKEN_MS;
    bool is = false;
    *job = (struct job){0};
    do {
        if (!job_next(txn, &call->arena, JOB_EXPORT, job->id, true, job, found, err))
            return false;
        is = *found && job->created_ms > after && str_equal(job->token, token);
    } while (*found && !is && job->created_ms > after);
    *found = is;
    if (!is)
        return true;
    const struct json *before = json_parse(&call->arena, job->request, err);
    return before && (is_same(before, call->body) ||
                         err_refuse(err, "ExportConflictException",
                             "Duplicate request detected with conflicting parameters"));
}

/* ---- ExportTableToPointInTime ---- */

static bool refuse_time(const char *what, struct err *err)
{
    return err_refuse(err, "InvalidExportTimeException", "%s", what);
}

static bool check_period(struct call *call, const struct catalog_table *table, int64_t now,
    struct job *job, struct err *err)
{
    const struct json *part = shape_get(call->body, STR("IncrementalExportSpecification"));
    int64_t earliest = recovery_earliest(call->engine, table);
    job->from =
        recovery_clamp(job_time_ms(shape_get(part, STR("ExportFromTime")), earliest), earliest);
    int64_t to = job_time_ms(shape_get(part, STR("ExportToTime")), now);
    if (job->from >= to)
        return refuse_time("Export period from time must be before export period to time", err);
    if (job->from < earliest || to > now)
        return refuse_time("The export period must lie between EarliestRestorableDateTime and "
                           "LatestRestorableDateTime",
            err);
    if (to - job->from < PERIOD_MIN_MS)
        return refuse_time("Difference between export period from time and export period to time "
                           "is less than 15 minutes",
            err);
    if (to - job->from > PERIOD_MAX_MS)
        return refuse_time("Difference between export period from time and export period to time "
                           "is more than 24 hours",
            err);
    job->moment = to - 1;
    return true;
}

static bool check_moment(struct call *call, struct store_txn *txn,
    const struct catalog_table *table, struct job *job, struct err *err)
{
    const struct json *time = shape_get(call->body, STR("ExportTime"));
    bool inside = true;
    job->moment = job_time_ms(time, 0);
    if (time && !recovery_moment(call, txn, table, &job->moment, &inside, err))
        return false;
    return inside || refuse_time("ExportTime must lie between EarliestRestorableDateTime and "
                                 "LatestRestorableDateTime",
                         err);
}

static bool find_table(
    struct call *call, struct store_txn *txn, const struct catalog_table **table, struct err *err)
{
    struct str arn = shape_text(call->body, STR("TableArn"));
    if (!engine_table_maybe(call, txn, arn, table, err))
        return false;
    if (!*table)
        return err_refuse(err, "TableNotFoundException", "Table not found: %.*s",
            STR_ARG(engine_table_name(arn)));
    return (*table)->recovery ||
           err_refuse(err, "PointInTimeRecoveryUnavailableException",
               "Point in time recovery is not enabled for table '%.*s'", STR_ARG((*table)->name));
}

static bool begin(struct call *call, struct store_txn *txn, const struct catalog_table *found,
    struct job *job, struct err *err)
{
    struct catalog_table table = catalog_copy(found);
    int64_t asked = job->moment;
    bool now = !shape_get(call->body, STR("ExportTime")) && !job->from;
    job->table = table.name;
    job->table_id = table.id;
    job->uuid = table.uuid;
    job->region = engine_region(call);
    job->request = call->request->body;
    if (!job_make_id(txn, &call->arena, job, err) || !job_hold(call, txn, job, &table, err))
        return engine_spoil(txn);
    if (!now)
        job->moment = asked;
    if (job->token.len == 0)
        job->token = job->id;
    return (job_begin(txn, job, err) &&
               job_expire_at(txn, job, job->created_ms + JOB_KEPT_MS, err) &&
               put_description(call, job, err)) ||
           engine_spoil(txn);
}

static bool start(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    const struct catalog_table *table;
    struct job job, before;
    bool again = false;
    (void)context;
    struct str token = shape_text(call->body, STR("ClientToken"));
    if (token.len && !find_token(call, txn, &before, &again, err))
        return false;
    if (again)
        return put_description(call, &before, err);
    if (!find_table(call, txn, &table, err))
        return false;
    int64_t now = engine_now_ms(call->engine);
    job = (struct job){.kind = JOB_EXPORT, .created_ms = now, .token = token};
    bool incremental =
        str_equal(shape_text(call->body, STR("ExportType")), STR("INCREMENTAL_EXPORT"));
    if (!(incremental ? check_period(call, table, now, &job, err)
                      : check_moment(call, txn, table, &job, err)))
        return false;
    return begin(call, txn, table, &job, err);
}

static bool check_request(struct call *call, struct err *err)
{
    struct str arn = shape_text(call->body, STR("TableArn"));
    struct str prefix = shape_text(call->body, STR("S3Prefix"));
    const struct json *part = shape_get(call->body, STR("IncrementalExportSpecification"));
    bool incremental =
        str_equal(shape_text(call->body, STR("ExportType")), STR("INCREMENTAL_EXPORT"));
    if (!str_starts(arn, STR("arn:")) || str_find(arn, STR(":table/")) == SIZE_MAX)
        return err_invalid(err, "Invalid tableArn: %.*s", STR_ARG(arn));
    if (prefix.len && !bucket_is_prefix(prefix))
        return err_invalid(err,
            "Invalid S3Prefix: %.*s: it is a path of folders, without empty parts, . and ..",
            STR_ARG(prefix));
    if (part && !incremental)
        return err_invalid(err, "IncrementalExportSpecification can only be specified when "
                                "ExportType is INCREMENTAL_EXPORT");
    if (!part && incremental)
        return err_invalid(err, "IncrementalExportSpecification must be specified when ExportType "
                                "is INCREMENTAL_EXPORT");
    return !incremental || !shape_get(call->body, STR("ExportTime")) ||
           err_invalid(
               err, "ExportTime can not be specified when ExportType is INCREMENTAL_EXPORT");
}

bool op_export_table(struct call *call, struct err *err)
{
    if (!check_request(call, err) || !engine_write(call, start, NULL, err))
        return false;
    keeper_wake(call->engine->keeper, KEEPER_JOBS);
    return true;
}

/* ---- DescribeExport ---- */

static bool describe(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct str arn = shape_text(call->body, STR("ExportArn"));
    size_t at = str_find(arn, STR("/export/"));
    struct job job;
    bool found;
    (void)context;
    if (at == SIZE_MAX)
        return err_invalid(err, "Invalid Export ARN: %.*s", STR_ARG(arn));
    if (!job_get(txn, &call->arena, JOB_EXPORT, str_skip(arn, at + sizeof "/export/" - 1), &job,
            &found, err))
        return false;
    if (!found || !str_equal(engine_table_name(arn), job.table))
        return err_refuse(err, "ExportNotFoundException", "Export not found: %.*s", STR_ARG(arn));
    return put_description(call, &job, err);
}

bool op_describe_export(struct call *call, struct err *err)
{
    return engine_read(call, describe, NULL, err);
}

/* ---- ListExports ---- */

static bool put_summary(struct call *call, const struct job *job, struct err *err)
{
    struct export_request request;
    const struct json *body = json_parse(&call->arena, job->request, err);
    if (!body)
        return false;
    export_read_request(&request, body);
    put_arn(call, STR("ExportArn"), job, false);
    engine_put_text(call->out, STR("ExportStatus"), status_of(job));
    engine_put_text(call->out, STR("ExportType"),
        request.incremental ? STR("INCREMENTAL_EXPORT") : STR("FULL_EXPORT"));
    return true;
}

bool op_list_exports(struct call *call, struct err *err)
{
    const struct job_listing listing = {
        JOB_EXPORT, STR("ExportSummaries"), STR("MaxResults"), put_summary};
    return job_list(call, &listing, err);
}
