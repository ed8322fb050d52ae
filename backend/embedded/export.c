/* SPDX-License-Identifier: MIT */
/*
 * Exports being written. A step makes one whole data file of what a few short snapshots give, adds
 * its line to a manifest in the making, and commits how far it has come; a step that is done again
 * writes the same file again. The last one writes the manifests. What goes wrong with files fails
 * the export; what goes wrong with the store is tried again.
 */
#include "backend/embedded/export.h"

#include "backend/embedded/batch.h"
#include "backend/embedded/bucket.h"
#include "backend/embedded/history.h"
#include "backend/embedded/ion_out.h"
#include "backend/embedded/names.h"
#include "backend/embedded/shape.h"
#include "backend/embedded/squeeze.h"
#include "backend/json_out.h"

#include <inttypes.h>
#include <nettle/md5.h>
#include <time.h>

#define LINES "manifest-files.json.lines" /* of the manifest in the making */
enum { FILE_BYTES = 8 << 20, NAME_LETTERS = 26 };

struct making {
    struct call *call;
    struct job *job;
    struct export_request request;
    struct bucket bucket;
    struct buf text; /* of the data file */
    size_t count;
    bool end;
};

/* ---- names ---- */

void export_read_request(struct export_request *out, const struct json *json)
{
    const struct json *part = shape_get(json, STR("IncrementalExportSpecification"));
    *out = (struct export_request){
        .bucket = shape_text(json, STR("S3Bucket")),
        .prefix = shape_text(json, STR("S3Prefix")),
        .ion = str_equal(shape_text(json, STR("ExportFormat")), STR("ION")),
        .incremental = str_equal(shape_text(json, STR("ExportType")), STR("INCREMENTAL_EXPORT")),
        .new_only = str_equal(shape_text(part, STR("ExportViewType")), STR("NEW_IMAGE")),
    };
}

static void put_top(struct buf *out, const struct export_request *request)
{
    buf_add(out, request->prefix);
    if (request->prefix.len && !str_ends(request->prefix, STR("/")))
        buf_add_byte(out, '/');
    buf_add(out, STR("AWSDynamoDB/"));
}

static void put_key(
    struct buf *out, const struct export_request *request, const struct job *job, const char *name)
{
    put_top(out, request);
    buf_add(out, job->id);
    buf_add_byte(out, '/');
    buf_add(out, str_from(name));
}

void export_put_manifest_key(
    struct buf *out, const struct export_request *request, const struct job *job)
{
    put_key(out, request, job, "manifest-summary.json");
}

/* Names look random and are not: a step that is done again finds its file. */
static void put_data_key(struct buf *out, const struct making *m)
{
    uint64_t h = UINT64_C(0x9E3779B97F4A7C15) * (uint64_t)(m->job->files + 1);
    if (m->request.incremental) {
        put_top(out, &m->request);
        buf_add(out, STR("data/"));
    } else {
        put_key(out, &m->request, m->job, "data/");
    }
    for (size_t i = 0; i < m->job->id.len; i++)
        h = (h ^ (unsigned char)m->job->id.at[i]) * UINT64_C(0xD6E8FEB86659FD93);
    for (int i = 0; i < NAME_LETTERS; i++) {
        h ^= h >> 29;
        h *= UINT64_C(0x9E3779B97F4A7C15);
        buf_add_byte(out, "abcdefghijklmnopqrstuvwxyz234567"[h >> 59]);
    }
    buf_add(out, m->request.ion ? STR(".ion.gz") : STR(".json.gz"));
}

/* ---- lines ---- */

static void put_image(struct making *m, const char *name, struct value item)
{
    if (m->request.ion) {
        ion_out_name(&m->text, str_from(name));
        ion_out_value(&m->text, item);
        return;
    }
    json_put_name(&m->text, str_from(name));
    json_out_typed_item(&m->text, item);
}

static void open_line(struct making *m, bool record)
{
    if (m->request.ion)
        buf_add(&m->text, record ? STR("$ion_1_0 {Record:{") : STR("$ion_1_0 {"));
    else
        buf_add_byte(&m->text, '{');
}

static void close_line(struct making *m, bool record)
{
    buf_add(&m->text, m->request.ion && record ? STR("}}\n") : STR("}\n"));
    m->count++;
}

static bool add_items(struct making *m, const struct batch *batch, struct err *err)
{
    struct str rest = buf_str(&batch->items);
    struct value item;
    while (batch_next(&rest, &item)) {
        open_line(m, false);
        put_image(m, "Item", item);
        close_line(m, false);
    }
    return rest.len == 0 || err_set(err, ERR_INTERNAL, "an item that was read cannot be read");
}

/* ---- the whole table ---- */

static void set_last(struct making *m, struct str last)
{
    m->job->last = arena_dup(&m->call->arena, last);
}

static bool gather_items(struct making *m, struct err *err)
{
    bool done = true;
    while (done && !m->end && m->text.len < FILE_BYTES) {
        struct batch batch = {0};
        done = batch_read(m->call, m->job, m->job->table, m->job->table_id, &batch, err) &&
               add_items(m, &batch, err);
        set_last(m, buf_str(&batch.last));
        m->job->bytes += batch.bytes;
        m->end = batch.end;
        batch_fini(&batch);
    }
    return done;
}

/* ---- what changed ---- */

static void put_keys(struct making *m, const struct catalog_table *table, struct value item)
{
    struct buf keys = {0};
    struct err ignored = ERR_INIT;
    struct value v;
    struct value_open map = value_open(&keys, VALUE_M);
    for (size_t i = 0; i < table->schema.count; i++)
        if (value_find(item, table->schema.at[i].name, &v)) {
            value_member(&map, &keys, table->schema.at[i].name);
            value_put(&keys, v);
        }
    value_close(&map, &keys, &ignored);
    put_image(m, "Keys", value_of(buf_str(&keys)));
    buf_fini(&keys);
}

static void put_metadata(struct making *m, int64_t written_ms)
{
    if (m->request.ion)
        buf_printf(&m->text, "Metadata:{WriteTimestampMicros:%" PRId64 ".}", written_ms * 1000);
    else
        buf_printf(&m->text, "\"Metadata\":{\"WriteTimestampMicros\":{\"N\":\"%" PRId64 "\"}}",
            written_ms * 1000);
}

static bool add_change(struct making *m, const struct catalog_table *table, struct str names,
    const struct history_change *change, struct err *err)
{
    struct buf *old = engine_buf(m->call, CALL_OLD), *new = engine_buf(m->call, CALL_NEW);
    if (change->old.len == 0 && change->new.len == 0)
        return true; /* it came and went */
    if ((change->old.len && !batch_join(old, table, names, change->key, change->old, err)) ||
        (change->new.len && !batch_join(new, table, names, change->key, change->new, err)))
        return false;
    open_line(m, true);
    put_metadata(m, change->written_ms);
    put_keys(m, table, value_of(buf_str(new->len ? new : old)));
    if (old->len && !m->request.new_only)
        put_image(m, "OldImage", value_of(buf_str(old)));
    if (new->len)
        put_image(m, "NewImage", value_of(buf_str(new)));
    close_line(m, true);
    m->job->bytes += (int64_t)(old->len + new->len);
    return true;
}

/* One snapshot a file: changes are few beside the table. */
static bool walk_changes(struct making *m, const struct catalog_table *table,
    struct history_changes *changes, struct str names, struct err *err)
{
    size_t looked = 0;
    bool found = true;
    while (looked++ < 10 * BATCH_ITEMS && m->text.len < FILE_BYTES) {
        if (!history_changes_next(changes, &found, err))
            return false;
        if (!found)
            break;
        if (!add_change(m, table, names, &changes->change, err))
            return false;
        set_last(m, changes->change.key);
    }
    m->end = !found;
    return true;
}

static bool gather_changes(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct making *m = context;
    const struct catalog_table *table;
    struct history_changes changes;
    struct str names;
    m->end = true;
    if (!job_table(call, txn, m->job->table, m->job->table_id, &table, err))
        return false;
    if (!table || !table->history)
        return true;
    if (!names_load(txn, table->id, &names, err) ||
        !history_changes_open(
            &changes, txn, table, m->job->from, m->job->moment + 1, m->job->last, err))
        return false;
    bool done = walk_changes(m, table, &changes, names, err);
    history_changes_close(&changes);
    return done;
}

/* ---- files ---- */

static void md5(struct str bytes, uint8_t digest[MD5_DIGEST_SIZE])
{
    struct md5_ctx md5;
    md5_init(&md5);
    md5_update(&md5, bytes.len, (const uint8_t *)bytes.at);
    md5_digest(&md5, MD5_DIGEST_SIZE, digest);
}

static void put_md5(struct buf *out, struct str bytes)
{
    uint8_t digest[MD5_DIGEST_SIZE];
    md5(bytes, digest);
    json_out_base64(out, (struct str){(const char *)digest, sizeof digest});
}

static void put_etag(struct buf *out, struct str bytes)
{
    uint8_t digest[MD5_DIGEST_SIZE];
    md5(bytes, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        buf_printf(out, "%02x", digest[i]);
    buf_add(out, STR("-1"));
}

static bool add_line(struct making *m, struct str key, struct str data, struct err *err)
{
    struct buf line = {0}, name = {0};
    buf_add_byte(&line, '{');
    engine_put_i64(&line, STR("itemCount"), (int64_t)m->count);
    json_put_name(&line, STR("md5Checksum"));
    buf_add_byte(&line, '"');
    put_md5(&line, data);
    buf_add_byte(&line, '"');
    json_put_name(&line, STR("etag"));
    buf_add_byte(&line, '"');
    put_etag(&line, data);
    buf_add_byte(&line, '"');
    engine_put_text(&line, STR("dataFileS3Key"), key);
    buf_add(&line, STR("}\n"));
    put_key(&name, &m->request, m->job, LINES);
    bool done = bucket_append(&m->bucket, buf_str(&name), m->job->offset, buf_str(&line), err);
    m->job->offset += (int64_t)line.len;
    buf_fini(&line);
    buf_fini(&name);
    return done;
}

static bool write_data(struct making *m, struct err *err)
{
    struct buf key = {0}, data = {0};
    if (m->count == 0 && (m->job->files || !m->end))
        return true;
    put_data_key(&key, m);
    bool done = squeeze_gzip(&data, buf_str(&m->text), err) &&
                bucket_put(&m->bucket, buf_str(&key), buf_str(&data), err) &&
                add_line(m, buf_str(&key), buf_str(&data), err);
    m->job->files++;
    m->job->items += (int64_t)m->count;
    buf_fini(&key);
    buf_fini(&data);
    return done;
}

/* ---- manifests ---- */

static void put_iso(struct buf *out, const char *name, int64_t ms)
{
    time_t seconds = ms / 1000;
    struct tm tm;
    char text[32];
    gmtime_r(&seconds, &tm);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
    json_put_name(out, str_from(name));
    buf_printf(out, "\"%s.%03dZ\"", text, (int)(ms % 1000));
}

static void put_text(struct buf *out, const char *name, struct str text)
{
    json_put_name(out, str_from(name));
    if (text.len)
        json_put_string(out, text);
    else
        buf_add(out, STR("null"));
}

static void put_arns(struct buf *out, struct making *m)
{
    struct buf arn = {0};
    engine_put_table_arn(&arn, m->call, m->job->table);
    size_t len = arn.len;
    buf_add(&arn, STR("/export/"));
    buf_add(&arn, m->job->id);
    put_text(out, "exportArn", buf_str(&arn));
    put_text(out, "tableArn", str_take(buf_str(&arn), len));
    buf_fini(&arn);
}

static void put_summary(struct buf *out, struct making *m, const struct json *body)
{
    const struct job *job = m->job;
    struct buf key = {0};
    buf_add_byte(out, '{');
    put_text(out, "version", m->request.incremental ? STR("2023-08-01") : STR("2020-06-30"));
    put_arns(out, m);
    put_iso(out, "startTime", job->created_ms);
    put_iso(out, "endTime", job->ended_ms);
    put_text(out, "tableId", job->uuid);
    if (m->request.incremental) {
        put_iso(out, "exportFromTime", job->from);
        put_iso(out, "exportToTime", job->moment + 1);
    }
    put_iso(out, "exportTime", m->request.incremental ? job->moment + 1 : job->moment);
    put_text(out, "s3Bucket", m->request.bucket);
    put_text(out, "s3Prefix", m->request.prefix);
    struct str sse = shape_text(body, STR("S3SseAlgorithm"));
    put_text(out, "s3SseAlgorithm", sse.len ? sse : STR("AES256"));
    put_text(out, "s3SseKmsKeyId", shape_text(body, STR("S3SseKmsKeyId")));
    put_key(&key, &m->request, job, "manifest-files.json");
    put_text(out, "manifestFilesS3Key", buf_str(&key));
    engine_put_i64(out, STR("billedSizeBytes"), job->bytes);
    engine_put_i64(out, STR("itemCount"), job->items);
    put_text(out, "outputFormat", m->request.ion ? STR("ION") : STR("DYNAMODB_JSON"));
    if (m->request.incremental) {
        put_text(
            out, "outputView", m->request.new_only ? STR("NEW_IMAGE") : STR("NEW_AND_OLD_IMAGES"));
        put_text(out, "exportType", STR("INCREMENTAL_EXPORT"));
    }
    buf_add_byte(out, '}');
    buf_fini(&key);
}

/* A manifest and its checksum. */
static bool put_manifest(
    struct making *m, const char *name, const char *sum_name, struct str bytes, struct err *err)
{
    struct buf key = {0}, sum_key = {0}, sum = {0};
    put_key(&key, &m->request, m->job, name);
    put_key(&sum_key, &m->request, m->job, sum_name);
    put_md5(&sum, bytes);
    bool done = bucket_put(&m->bucket, buf_str(&key), bytes, err) &&
                bucket_put(&m->bucket, buf_str(&sum_key), buf_str(&sum), err);
    buf_fini(&key);
    buf_fini(&sum_key);
    buf_fini(&sum);
    return done;
}

static bool finish(struct making *m, const struct json *body, struct err *err)
{
    struct buf part = {0}, files = {0}, summary = {0};
    m->job->state = JOB_DONE;
    m->job->ended_ms = engine_now_ms(m->call->engine);
    put_key(&part, &m->request, m->job, LINES);
    put_summary(&summary, m, body);
    bool done =
        bucket_get(&m->bucket, buf_str(&part), &files, err) &&
        put_manifest(m, "manifest-files.json", "manifest-files.md5", buf_str(&files), err) &&
        put_manifest(m, "manifest-summary.json", "manifest-summary.md5", buf_str(&summary), err);
    buf_fini(&part);
    buf_fini(&files);
    buf_fini(&summary);
    return done;
}

/* Not sooner than the export has ended: the last step done again needs it. */
static void remove_lines(struct making *m)
{
    struct buf part = {0};
    struct err ignored = ERR_INIT;
    put_key(&part, &m->request, m->job, LINES);
    bucket_delete(&m->bucket, buf_str(&part), &ignored);
    buf_fini(&part);
}

/* ---- steps ---- */

static bool begin(struct making *m, struct err *err)
{
    struct buf key = {0};
    bool found;
    if (!bucket_open(&m->bucket, m->call->engine, m->request.bucket, true, &found, err))
        return false;
    if (!found) {
        m->job->code = STR("S3NoSuchBucket");
        return err_set(err, ERR_FILE, "The specified bucket does not exist");
    }
    if (m->job->files)
        return true;
    put_key(&key, &m->request, m->job, "_started");
    bool done = bucket_put(&m->bucket, buf_str(&key), STR_NONE, err);
    buf_fini(&key);
    return done;
}

static bool commit(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct job job = *(const struct job *)context;
    if (job.state != JOB_RUNNING && !job_release(call, txn, &job, err))
        return engine_spoil(txn);
    return job_save(txn, &job, err) || engine_spoil(txn);
}

static void fail(struct call *call, struct job *job, struct err *err)
{
    job->state = JOB_FAILED;
    job->ended_ms = engine_now_ms(call->engine);
    if (job->code.len == 0)
        job->code = STR("S3FileError");
    job->reason = arena_dup(&call->arena, str_from(err->text));
    *err = ERR_INIT;
}

static bool gather(struct making *m, struct err *err)
{
    return m->request.incremental ? engine_read(m->call, gather_changes, m, err)
                                  : gather_items(m, err);
}

bool export_work(struct call *call, struct job *job, struct err *err)
{
    struct making m = {.call = call, .job = job, .bucket = {.fd = -1}};
    struct str request = job->request;
    const struct json *body = json_parse(&call->arena, request, err);
    if (!body)
        return false;
    export_read_request(&m.request, body);
    bool done = gather(&m, err);
    if (done && !(begin(&m, err) && write_data(&m, err) && (!m.end || finish(&m, body, err))))
        fail(call, job, err);
    done = done && engine_write(call, commit, job, err);
    if (done && job->state == JOB_DONE)
        remove_lines(&m);
    bucket_close(&m.bucket);
    buf_fini(&m.text);
    return done;
}
