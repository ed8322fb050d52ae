/* SPDX-License-Identifier: MIT */
/*
 * Exports and imports on real files: what an export writes is what the service's readers expect,
 * comes back by an import the same, and nothing outside of the buckets is touched.
 *
 * test: threads
 */
#include "tests/unit/embedded/harness.h"

#include "backend/embedded/engine.h"
#include "backend/embedded/import_read.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/md5.h>
#include <sys/stat.h>
#include <zlib.h>
#include <zstd.h>

#define ARN "arn:aws:dynamodb:us-east-1:000000000000:table/tab"

/* ---- files ---- */

static void path_of(struct bench *b, const char *key, char path[512])
{
    snprintf(path, 512, "%s/buckets/%s", b->folder, key);
}

static void make_folders(const char *path)
{
    char copy[512];
    snprintf(copy, sizeof copy, "%s", path);
    for (char *at = copy + 1; *at; at++)
        if (*at == '/') {
            *at = '\0';
            mkdir(copy, 0700);
            *at = '/';
        }
}

static void write_bytes(struct bench *b, const char *key, const void *bytes, size_t len)
{
    char path[512];
    path_of(b, key, path);
    make_folders(path);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    fclose(f);
}

static void write_text(struct bench *b, const char *key, const char *text)
{
    write_bytes(b, key, text, strlen(text));
}

static void read_bytes(struct bench *b, const char *key, struct buf *out)
{
    char path[512];
    path_of(b, key, path);
    FILE *f = fopen(path, "rb");
    if (!f)
        fail_msg("%s is not there", path);
    size_t got;
    buf_clear(out);
    while ((got = fread(buf_reserve(out, 65536), 1, 65536, f)) > 0)
        out->len += got;
    fclose(f);
}

static void gunzip(struct buf *out, struct str bytes)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)bytes.at, .avail_in = (uInt)bytes.len};
    int code = Z_OK;
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    while (code != Z_STREAM_END) {
        z.next_out = (Bytef *)buf_reserve(out, 65536);
        z.avail_out = 65536;
        code = inflate(&z, Z_NO_FLUSH);
        assert_true(code == Z_OK || code == Z_STREAM_END);
        out->len += 65536 - z.avail_out;
    }
    inflateEnd(&z);
}

/* ---- jobs ---- */

static const struct json *description(struct bench *b)
{
    const struct json *json = bench_json(b);
    return json->first;
}

static struct str text_of(struct bench *b, const char *name)
{
    const struct json *text = json_get(description(b), str_from(name));
    if (!text)
        fail_msg("no %s in %.*s", name, STR_ARG(buf_str(&b->reply.body)));
    return text->text;
}

static int64_t number_of(struct bench *b, const char *name)
{
    int64_t n = -1;
    json_to_i64(json_get(description(b), str_from(name)), &n);
    return n;
}

/* Asks until it is no longer IN_PROGRESS. */
static void await_end(struct bench *b, const char *operation, const char *member, struct str arn)
{
    struct buf body = {0};
    buf_printf(&body, "{\"%s\":\"%.*s\"}", member, STR_ARG(arn));
    do
        bench_ok(b, operation, buf_cstr(&body));
    while (bench_says(b, "\"IN_PROGRESS\""));
    buf_fini(&body);
}

static void run_export(struct bench *b, const char *body)
{
    bench_ok(b, "ExportTableToPointInTime", body);
    char arn[200];
    snprintf(arn, sizeof arn, "%.*s", STR_ARG(text_of(b, "ExportArn")));
    await_end(b, "DescribeExport", "ExportArn", str_from(arn));
}

static void run_import(struct bench *b, const char *body)
{
    bench_ok(b, "ImportTable", body);
    char arn[200];
    snprintf(arn, sizeof arn, "%.*s", STR_ARG(text_of(b, "ImportArn")));
    await_end(b, "DescribeImport", "ImportArn", str_from(arn));
}

#define SCHEMA                                                                                     \
    "\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[{\"AttributeName\":\"p\",\"KeyType\":"     \
    "\"HASH\"},{\"AttributeName\":\"s\",\"KeyType\":\"RANGE\"}],\"AttributeDefinitions\":[{"       \
    "\"AttributeName\":\"p\",\"AttributeType\":\"S\"},{\"AttributeName\":\"s\","                   \
    "\"AttributeType\":\"N\"}]"

static void import_into(struct bench *b, const char *table, const char *prefix, const char *rest)
{
    struct buf body = {0};
    buf_printf(&body,
        "{\"S3BucketSource\":{\"S3Bucket\":\"b1\",\"S3KeyPrefix\":\"%s\"},%s,"
        "\"TableCreationParameters\":{\"TableName\":\"%s\"," SCHEMA "}}",
        prefix, rest, table);
    run_import(b, buf_cstr(&body));
    buf_fini(&body);
}

static void scan(struct bench *b, const char *table, struct buf *out)
{
    struct buf body = {0};
    buf_printf(&body, "{\"TableName\":\"%s\"}", table);
    bench_ok(b, "Scan", buf_cstr(&body));
    const struct json *items = json_get(bench_json(b), STR("Items"));
    buf_clear(out);
    buf_add(out, str_take(str_skip(buf_str(&b->reply.body), items->at), items->len));
    buf_fini(&body);
}

static void expect_same(struct bench *b, const char *one, const char *other)
{
    struct buf x = {0}, y = {0};
    scan(b, one, &x);
    scan(b, other, &y);
    if (!str_equal(buf_str(&x), buf_str(&y)))
        fail_msg("%.*s\nis not\n%.*s", STR_ARG(buf_str(&x)), STR_ARG(buf_str(&y)));
    buf_fini(&x);
    buf_fini(&y);
}

/* ---- a table of all types ---- */

static const char *const all_types[] = {
    "{\"p\":{\"S\":\"a\"},\"s\":{\"N\":\"1\"},\"text\":{\"S\":\"q\\\"b\\\\n\\n t\\t \\u0001 "
    "\xC3\xA9 \xF0\x9F\xA6\x91\"},\"empty\":{\"S\":\"\"},\"n\":{\"N\":\"-17.5\"},\"small\":{\"N\":"
    "\"1E-130\"},\"big\":{\"N\":\"9.9E+125\"},\"digits\":{\"N\":"
    "\"11111111111111111111111111111111111111\"},\"hundred\":{\"N\":\"600\"}}",
    "{\"p\":{\"S\":\"a\"},\"s\":{\"N\":\"2\"},\"bin\":{\"B\":\"AAH+/w==\"},\"none\":{\"B\":\"\"},"
    "\"yes\":{\"BOOL\":true},\"no\":{\"BOOL\":false},\"nothing\":{\"NULL\":true}}",
    "{\"p\":{\"S\":\"b\"},\"s\":{\"N\":\"-3\"},\"ss\":{\"SS\":[\"x\",\"y\"]},\"ns\":{\"NS\":[\"1\","
    "\"-2\",\"3.5\"]},\"bs\":{\"BS\":[\"AA==\",\"AQ==\"]},\"l\":{\"L\":[{\"S\":\"s\"},{\"L\":[]},"
    "{\"M\":{}},{\"N\":\"0\"}]},\"m\":{\"M\":{\"a.b\":{\"N\":\"1\"},\"it's\":{\"S\":\"x\"},"
    "\"null\":{\"S\":\"word\"},\"$1\":{\"BOOL\":true},\"deep\":{\"M\":{\"er\":{\"L\":[{\"NULL\":"
    "true}]}}}}}}",
};

static void fill(struct bench *b)
{
    bench_init(b);
    bench_ok(b, "CreateTable", BENCH_TABLE);
    for (size_t i = 0; i < 3; i++) {
        struct buf body = {0};
        buf_printf(&body, "{\"TableName\":\"tab\",\"Item\":%s}", all_types[i]);
        bench_ok(b, "PutItem", buf_cstr(&body));
        buf_fini(&body);
    }
    bench_ok(b, "UpdateContinuousBackups",
        "{\"TableName\":\"tab\",\"PointInTimeRecoverySpecification\":{"
        "\"PointInTimeRecoveryEnabled\":true}}");
}

/* The folder of the last export's manifest, by its key. */
static void export_folder(struct bench *b, char folder[256])
{
    struct str key = text_of(b, "ExportManifest");
    snprintf(folder, 256, "%.*s", (int)(key.len - sizeof "manifest-summary.json" + 1), key.at);
}

static void test_an_export_comes_back_the_same_in_both_formats(void **state)
{
    static const char *const formats[] = {"DYNAMODB_JSON", "ION"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct bench b;
        char body[256], folder[256], data[300];
        fill(&b);
        snprintf(body, sizeof body,
            "{\"TableArn\":\"" ARN "\",\"S3Bucket\":\"b1\",\"S3Prefix\":\"x/y\",\"ExportFormat\":"
            "\"%s\"}",
            formats[i]);
        run_export(&b, body);
        assert_int_equal(number_of(&b, "ItemCount"), 3);
        export_folder(&b, folder);
        snprintf(data, sizeof data, "%sdata/", folder);
        snprintf(body, sizeof body, "\"InputFormat\":\"%s\",\"InputCompressionType\":\"GZIP\"",
            formats[i]);
        import_into(&b, "copy", data, body);
        if (!bench_says(&b, "\"COMPLETED\""))
            fail_msg("%.*s", STR_ARG(buf_str(&b.reply.body)));
        assert_int_equal(number_of(&b, "ImportedItemCount"), 3);
        expect_same(&b, "tab", "copy");
        bench_fini(&b);
    }
}

static void md5_text(struct str bytes, char out[25])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct md5_ctx md5;
    unsigned char d[18] = {0};
    md5_init(&md5);
    md5_update(&md5, bytes.len, (const uint8_t *)bytes.at);
    md5_digest(&md5, 16, d);
    for (size_t i = 0; i < 18; i += 3) {
        unsigned v = (unsigned)d[i] << 16 | (unsigned)d[i + 1] << 8 | d[i + 2];
        for (size_t k = 0; k < 4; k++)
            out[i / 3 * 4 + k] = digits[v >> (18 - 6 * k) & 63];
    }
    out[22] = out[23] = '=';
    out[24] = '\0';
}

static void expect_md5(struct bench *b, const char *folder, const char *name, const char *sum)
{
    char key[400], expected[25];
    struct buf bytes = {0}, text = {0};
    snprintf(key, sizeof key, "b1/%s%s", folder, name);
    read_bytes(b, key, &bytes);
    snprintf(key, sizeof key, "b1/%s%s", folder, sum);
    read_bytes(b, key, &text);
    md5_text(buf_str(&bytes), expected);
    assert_string_equal(buf_cstr(&text), expected);
    buf_fini(&bytes);
    buf_fini(&text);
}

static void test_manifests_name_files_counts_and_checksums(void **state)
{
    struct bench b;
    struct err err = ERR_INIT;
    struct buf bytes = {0}, text = {0};
    struct arena arena = {0};
    char folder[256], key[400], sum[25];
    (void)state;
    fill(&b);
    b.clock.ms += 1000;
    run_export(&b, "{\"TableArn\":\"" ARN "\",\"S3Bucket\":\"b1\"}");
    export_folder(&b, folder);
    expect_md5(&b, folder, "manifest-files.json", "manifest-files.md5");
    expect_md5(&b, folder, "manifest-summary.json", "manifest-summary.md5");
    snprintf(key, sizeof key, "b1/%s_started", folder);
    read_bytes(&b, key, &bytes);
    assert_int_equal(bytes.len, 0);

    snprintf(key, sizeof key, "b1/%smanifest-files.json", folder);
    read_bytes(&b, key, &bytes);
    const struct json *line = json_parse(&arena, buf_str(&bytes), &err);
    assert_non_null(line);
    int64_t count = 0;
    assert_true(json_to_i64(json_get(line, STR("itemCount")), &count));
    assert_int_equal(count, 3);
    snprintf(key, sizeof key, "b1/%.*s", STR_ARG(json_get(line, STR("dataFileS3Key"))->text));
    read_bytes(&b, key, &text);
    md5_text(buf_str(&text), sum);
    assert_true(str_equal(json_get(line, STR("md5Checksum"))->text, str_from(sum)));
    assert_true(str_ends(json_get(line, STR("etag"))->text, STR("-1")));
    struct buf lines = {0};
    gunzip(&lines, buf_str(&text));
    assert_true(str_starts(buf_str(&lines), STR("{\"Item\":{")));
    buf_fini(&lines);

    snprintf(key, sizeof key, "b1/%smanifest-summary.json", folder);
    read_bytes(&b, key, &bytes);
    const struct json *summary = json_parse(&arena, buf_str(&bytes), &err);
    assert_true(str_equal(json_get(summary, STR("version"))->text, STR("2020-06-30")));
    assert_true(
        str_equal(json_get(summary, STR("exportTime"))->text, STR("2026-01-01T00:00:01.000Z")));
    assert_true(str_equal(json_get(summary, STR("tableArn"))->text, STR(ARN)));
    assert_true(json_is(json_get(summary, STR("s3SseKmsKeyId")), JSON_NULL));
    buf_fini(&bytes);
    buf_fini(&text);
    arena_fini(&arena);
    bench_fini(&b);
}

static void test_an_export_is_the_table_at_its_moment(void **state)
{
    struct bench b;
    char folder[256], data[300];
    (void)state;
    fill(&b);
    run_export(&b, "{\"TableArn\":\"" ARN "\",\"S3Bucket\":\"b1\"}");
    export_folder(&b, folder);
    snprintf(data, sizeof data, "%sdata/", folder);
    import_into(
        &b, "then", data, "\"InputFormat\":\"DYNAMODB_JSON\",\"InputCompressionType\":\"GZIP\"");
    b.clock.ms += 10000;
    bench_ok(&b, "DeleteItem",
        "{\"TableName\":\"tab\",\"Key\":{\"p\":{\"S\":\"a\"},\"s\":{\"N\":\"1\"}}}");
    bench_ok(&b, "PutItem",
        "{\"TableName\":\"tab\",\"Item\":{\"p\":{\"S\":\"new\"},\"s\":{\"N\":\"1\"}}}");
    run_export(&b, "{\"TableArn\":\"" ARN "\",\"S3Bucket\":\"b1\",\"ExportTime\":1767225605}");
    export_folder(&b, folder);
    snprintf(data, sizeof data, "%sdata/", folder);
    import_into(
        &b, "copy", data, "\"InputFormat\":\"DYNAMODB_JSON\",\"InputCompressionType\":\"GZIP\"");
    expect_same(&b, "then", "copy");
    bench_fini(&b);
}

static void put(struct bench *b, const char *key, int value)
{
    char body[200];
    snprintf(body, sizeof body,
        "{\"TableName\":\"tab\",\"Item\":{\"p\":{\"S\":\"%s\"},\"s\":{\"N\":\"0\"},\"v\":{\"N\":"
        "\"%d\"}}}",
        key, value);
    bench_ok(b, "PutItem", body);
}

static void drop(struct bench *b, const char *key)
{
    char body[200];
    snprintf(body, sizeof body,
        "{\"TableName\":\"tab\",\"Key\":{\"p\":{\"S\":\"%s\"},\"s\":{\"N\":\"0\"}}}", key);
    bench_ok(b, "DeleteItem", body);
}

/* The only data file of an incremental export, unpacked. */
static void changes_of(struct bench *b, struct buf *out)
{
    struct buf manifest = {0}, data = {0};
    struct arena arena = {0};
    struct err err = ERR_INIT;
    char folder[256], key[400];
    export_folder(b, folder);
    snprintf(key, sizeof key, "b1/%smanifest-files.json", folder);
    read_bytes(b, key, &manifest);
    const struct json *line = json_parse(&arena, buf_str(&manifest), &err);
    assert_non_null(line);
    snprintf(key, sizeof key, "b1/%.*s", STR_ARG(json_get(line, STR("dataFileS3Key"))->text));
    assert_non_null(strstr(key, "b1/AWSDynamoDB/data/"));
    read_bytes(b, key, &data);
    gunzip(out, buf_str(&data));
    buf_fini(&manifest);
    buf_fini(&data);
    arena_fini(&arena);
}

static bool has(struct buf *text, const char *line)
{
    return str_find(buf_str(text), str_from(line)) != SIZE_MAX;
}

static void test_an_incremental_export_has_the_last_state_of_what_changed(void **state)
{
    struct bench b;
    struct buf lines = {0};
    (void)state;
    fill(&b);
    b.clock.ms = INT64_C(1767225600000) + 600000;
    put(&b, "changed", 1);
    put(&b, "gone", 1);
    put(&b, "before", 1);
    b.clock.ms = INT64_C(1767225600000) + 1000000; /* the time begins, inclusive */
    put(&b, "changed", 2);
    b.clock.ms += 300000;
    put(&b, "changed", 3);
    drop(&b, "gone");
    put(&b, "made", 1);
    put(&b, "fleeting", 1);
    b.clock.ms += 1000;
    drop(&b, "fleeting");
    b.clock.ms = INT64_C(1767225600000) + 2000000; /* and ends, exclusive */
    put(&b, "changed", 4);
    put(&b, "after", 1);
    run_export(&b, "{\"TableArn\":\"" ARN "\",\"S3Bucket\":\"b1\",\"ExportType\":"
                   "\"INCREMENTAL_EXPORT\",\"IncrementalExportSpecification\":{\"ExportFromTime\":"
                   "1767226600,\"ExportToTime\":1767227600}}");
    assert_int_equal(number_of(&b, "ItemCount"), 3);
    changes_of(&b, &lines);
    assert_true(has(&lines, "{\"Metadata\":{\"WriteTimestampMicros\":{\"N\":\"1767226900000000\"}},"
                            "\"Keys\":{\"p\":{\"S\":\"changed\"},\"s\":{\"N\":\"0\"}},\"OldImage\":"
                            "{\"p\":{\"S\":\"changed\"},\"s\":{\"N\":\"0\"},\"v\":{\"N\":\"1\"}},"
                            "\"NewImage\":{\"p\":{\"S\":\"changed\"},\"s\":{\"N\":\"0\"},\"v\":{"
                            "\"N\":\"3\"}}}\n"));
    assert_true(has(&lines, "\"Keys\":{\"p\":{\"S\":\"gone\"},\"s\":{\"N\":\"0\"}},\"OldImage\":{"
                            "\"p\":{\"S\":\"gone\"},\"s\":{\"N\":\"0\"},\"v\":{\"N\":\"1\"}}}\n"));
    assert_true(
        has(&lines, "\"Keys\":{\"p\":{\"S\":\"made\"},\"s\":{\"N\":\"0\"}},\"NewImage\":{"));
    assert_false(has(&lines, "fleeting"));
    assert_false(has(&lines, "before"));
    assert_false(has(&lines, "after"));
    buf_fini(&lines);
    bench_fini(&b);
}

/* ---- imports ---- */

static void test_csv_has_a_header_quotes_and_typed_keys(void **state)
{
    struct bench b;
    struct buf items = {0};
    (void)state;
    bench_init(&b);
    write_text(&b, "b1/in/a.csv",
        "\xEF\xBB\xBFp,s,note\r\na,1,\"x, \"\"y\"\"\nz\"\r\na,2,\r\nb,not-a-number,q\r\n"
        "c,3\r\n\r\nd,4,last");
    import_into(&b, "tab", "in/", "\"InputFormat\":\"CSV\"");
    assert_int_equal(number_of(&b, "ImportedItemCount"), 3);
    assert_int_equal(number_of(&b, "ErrorCount"), 2);
    assert_true(bench_says(&b, "\"FailureCode\":\"ItemValidationError\""));
    scan(&b, "tab", &items);
    assert_true(has(&items, "\"note\":{\"S\":\"x, \\\"y\\\"\\nz\"}"));
    assert_true(has(&items, "{\"note\":{\"S\":\"\"},\"p\":{\"S\":\"a\"},\"s\":{\"N\":\"2\"}}") ||
                has(&items, "\"s\":{\"N\":\"2\"}"));
    assert_true(has(&items, "\"note\":{\"S\":\"last\"}"));
    buf_fini(&items);
    write_text(&b, "b1/other/a.csv", "a;1;x\nb;2;y\n");
    import_into(&b, "two", "other/",
        "\"InputFormat\":\"CSV\",\"InputFormatOptions\":{\"Csv\":{\"Delimiter\":\";\","
        "\"HeaderList\":[\"p\",\"s\",\"v\"]}}");
    assert_true(bench_says(&b, "\"COMPLETED\""));
    assert_int_equal(number_of(&b, "ImportedItemCount"), 2);
    bench_fini(&b);
}

static void test_csv_with_more_columns_than_are_read_is_refused(void **state)
{
    struct bench b;
    struct buf text = {0};
    (void)state;
    bench_init(&b);
    buf_add(&text, STR("p,s"));
    for (int i = 0; i < 1100; i++)
        buf_printf(&text, ",c%d", i);
    buf_add(&text, STR("\nx,1"));
    for (int i = 0; i < 1100; i++)
        buf_printf(&text, ",%d", i);
    write_bytes(&b, "b1/in/a.csv", text.at, text.len);
    buf_fini(&text);
    import_into(&b, "tab", "in/", "\"InputFormat\":\"CSV\"");
    assert_int_equal(number_of(&b, "ErrorCount"), 1);
    assert_true(bench_says(&b, "the header has more than 1024 columns"));
    bench_fini(&b);
}

static void test_a_broken_line_ends_its_file_and_no_other(void **state)
{
    struct bench b;
    (void)state;
    bench_init(&b);
    write_text(&b, "b1/in/1.json",
        "{\"Item\":{\"p\":{\"S\":\"a\"},\"s\":{\"N\":\"1\"}}}\n   \n\n{\"NotItem\":{}}\n"
        "{\"Item\":{\"p\":{\"S\":\"lost\"},\"s\":{\"N\":\"1\"}}}\n");
    write_text(&b, "b1/in/2.json",
        "{\"Item\":{\"p\":{\"S\":\"b\"},\"s\":{\"N\":\"1\"}}}\n"
        "{\"Item\":{\"s\":{\"N\":\"1\"}}}\n"
        "{\"Item\":{\"p\":{\"S\":\"c\"},\"s\":{\"N\":\"1\"}}}");
    write_text(&b, "b1/in/3.json", "");
    write_text(&b, "b1/in/4.json", "{\"Item\": ");
    write_text(&b, "b1/in/deep/er/5.json", "{\"Item\":{\"p\":{\"S\":\"d\"},\"s\":{\"N\":\"1\"}}}");
    write_text(&b, "b1/in/6.json",
        "{\"Item\":{\"p\":{\"S\":\"e\"},\"s\":{\"N\":\"1\"},\"\":{\"S\":\"v\"}}}");
    write_text(&b, "b1/else/7.json", "{\"Item\":{\"p\":{\"S\":\"no\"},\"s\":{\"N\":\"1\"}}}");
    import_into(&b, "tab", "in/", "\"InputFormat\":\"DYNAMODB_JSON\"");
    assert_true(bench_says(&b, "\"FailureCode\":\"ItemValidationError\""));
    assert_int_equal(number_of(&b, "ImportedItemCount"), 4);
    assert_int_equal(number_of(&b, "ErrorCount"), 4);
    assert_int_equal(number_of(&b, "ProcessedItemCount"), 8);
    bench_ok(&b, "Scan", "{\"TableName\":\"tab\",\"Select\":\"COUNT\"}");
    assert_int_equal(bench_number(&b, "Count"), 4);
    bench_fini(&b);
}

static void assert_reason(struct bench *b, const char *wanted)
{
    struct str reason = text_of(b, "FailureMessage");
    if (!str_equal(reason, str_from(wanted)))
        fail_msg("%.*s", STR_ARG(reason));
}

#define GOOD "{\"Item\":{\"p\":{\"S\":\"a\"},\"s\":{\"N\":\"1\"}}}\n"
#define WRONG "{\"Item\":{\"p\":{\"N\":\"1\"},\"s\":{\"N\":\"1\"}}}\n"
#define SOME_FAILED                                                                                \
    "Some of the items failed validation checks and were not imported. The first of them, in "

static void test_the_first_error_is_told_with_its_object_and_line(void **state)
{
    struct bench b;
    (void)state;
    bench_init(&b);
    write_text(&b, "b1/one/k.json", GOOD GOOD "not json\n" GOOD);
    import_into(&b, "one", "one/", "\"InputFormat\":\"DYNAMODB_JSON\"");
    assert_reason(&b, SOME_FAILED "one/k.json, line 3, column 1: expected a value, found 'n'; the "
                                  "rest of one/k.json was skipped");
    write_text(&b, "b1/two/k.json", GOOD "\n" WRONG "not json\n" GOOD);
    import_into(&b, "two", "two/", "\"InputFormat\":\"DYNAMODB_JSON\"");
    assert_reason(&b,
        SOME_FAILED "two/k.json, line 3: One or more parameter values were invalid: Type mismatch "
                    "for key p expected: S actual: N. In two/k.json, line 4, column 1: expected a "
                    "value, found 'n'; the rest of two/k.json was skipped");
    write_text(&b, "b1/last/k.json", GOOD "not json\n\n");
    import_into(&b, "last", "last/", "\"InputFormat\":\"DYNAMODB_JSON\"");
    assert_reason(&b, SOME_FAILED "last/k.json, line 2, column 1: expected a value, found 'n'");
    write_text(&b, "b1/csv/a.csv", "p,s,w\na,1,x\n\"b\nc\",2,\n,3,z\nd,1\n");
    import_into(&b, "csv", "csv/", "\"InputFormat\":\"CSV\"");
    assert_true(number_of(&b, "ErrorCount") == 2);
    assert_reason(&b, SOME_FAILED "csv/a.csv, line 5: One or more parameter values are not valid. "
                                  "The AttributeValue for a key attribute cannot contain an empty "
                                  "string value. Key: p");
    write_text(&b, "b1/short/a.csv", "p,s,w\na,1,x\nd,1\n");
    import_into(&b, "short", "short/", "\"InputFormat\":\"CSV\"");
    assert_reason(&b, SOME_FAILED "short/a.csv, line 3: the record has 2 fields, the header 3");
    write_text(&b, "b1/ion/a.ion", "$ion_1_0\n{Item:{p:\"a\",s:1.}}\n\n{Item:{p:1.,s:1.}}\n");
    import_into(&b, "ion", "ion/", "\"InputFormat\":\"ION\"");
    assert_reason(&b,
        SOME_FAILED "ion/a.ion, line 4: One or more parameter values were invalid: Type mismatch "
                    "for key p expected: S actual: N");
    bench_fini(&b);
}

static void test_compressed_files_may_be_several_and_must_be_whole(void **state)
{
    static const char one[] = "{\"Item\":{\"p\":{\"S\":\"a\"},\"s\":{\"N\":\"1\"}}}\n";
    static const char two[] = "{\"Item\":{\"p\":{\"S\":\"b\"},\"s\":{\"N\":\"1\"}}}\n";
    struct bench b;
    char packed[1024];
    size_t len = 0;
    (void)state;
    bench_init(&b);
    len += ZSTD_compress(packed, sizeof packed, one, sizeof one - 1, 3);
    len += ZSTD_compress(packed + len, sizeof packed - len, two, sizeof two - 1, 3);
    write_bytes(&b, "b1/z/a.zst", packed, len);
    import_into(
        &b, "tab", "z/", "\"InputFormat\":\"DYNAMODB_JSON\",\"InputCompressionType\":\"ZSTD\"");
    assert_true(bench_says(&b, "\"COMPLETED\""));
    assert_int_equal(number_of(&b, "ImportedItemCount"), 2);
    assert_int_equal(number_of(&b, "ProcessedSizeBytes"), 2 * (sizeof one - 1));
    write_bytes(&b, "b1/cut/a.zst", packed, len - 3);
    import_into(
        &b, "cut", "cut/", "\"InputFormat\":\"DYNAMODB_JSON\",\"InputCompressionType\":\"ZSTD\"");
    assert_int_equal(number_of(&b, "ErrorCount"), 1);
    write_text(&b, "b1/plain/a.gz", one);
    import_into(
        &b, "not", "plain/", "\"InputFormat\":\"DYNAMODB_JSON\",\"InputCompressionType\":\"GZIP\"");
    assert_int_equal(number_of(&b, "ErrorCount"), 1);
    assert_int_equal(number_of(&b, "ImportedItemCount"), 0);
    bench_fini(&b);
}

static void test_ion_as_people_write_it_is_read(void **state)
{
    struct bench b;
    struct buf items = {0};
    (void)state;
    bench_init(&b);
    write_text(&b, "b1/in/a.ion",
        "$ion_1_0 // a comment\n"
        "{ Item: { p: \"a\", s: 1, 'quoted name': '''long ''' '''string''', \"x\": 6d2,\n"
        "  e: 1.5e1, y: true, n: null.string, b: {{ AAH+/w== }}, sym: word,\n"
        "  l: [1, 2.50, [], {}], set: $dynamodb_NS::[1., 2.], u: \"\\u00e9\\x41\" } }\n"
        "/* and */ $ion_1_0 {Item:{p:\"b\",s:2.}} {Item:{p:\"c\",s:-3.}}");
    import_into(&b, "tab", "in/", "\"InputFormat\":\"ION\"");
    if (!bench_says(&b, "\"COMPLETED\""))
        fail_msg("%.*s", STR_ARG(buf_str(&b.reply.body)));
    assert_int_equal(number_of(&b, "ImportedItemCount"), 3);
    scan(&b, "tab", &items);
    assert_true(has(&items, "\"quoted name\":{\"S\":\"long string\"}"));
    assert_true(has(&items, "\"x\":{\"N\":\"600\"}"));
    assert_true(has(&items, "\"e\":{\"N\":\"15\"}"));
    assert_true(has(&items, "\"b\":{\"B\":\"AAH+/w==\"}"));
    assert_true(has(&items, "\"sym\":{\"S\":\"word\"}"));
    assert_true(has(&items, "\"n\":{\"NULL\":true}"));
    assert_true(has(&items, "\"u\":{\"S\":\"\xC3\xA9"
                            "A\"}"));
    buf_fini(&items);
    bench_fini(&b);
}

static void test_no_link_leads_out_of_a_bucket(void **state)
{
    struct bench b;
    char path[512], outside[128];
    (void)state;
    bench_init(&b);
    snprintf(outside, sizeof outside, "%s-outside", b.folder);
    assert_int_equal(mkdir(outside, 0700), 0);
    snprintf(path, sizeof path, "%s/a.json", outside);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("{\"Item\":{\"p\":{\"S\":\"secret\"},\"s\":{\"N\":\"1\"}}}\n", f);
    fclose(f);
    write_text(&b, "b1/in/1.json", "{\"Item\":{\"p\":{\"S\":\"a\"},\"s\":{\"N\":\"1\"}}}\n");
    char link[512];
    path_of(&b, "b1/in/2.json", link);
    assert_int_equal(symlink(path, link), 0);
    path_of(&b, "b1/in/folder", link);
    assert_int_equal(symlink(outside, link), 0);
    path_of(&b, "b1/in/fifo", link);
    assert_int_equal(mkfifo(link, 0600), 0);
    path_of(&b, "b2", link);
    assert_int_equal(symlink(outside, link), 0);
    import_into(&b, "tab", "in/", "\"InputFormat\":\"DYNAMODB_JSON\"");
    assert_true(bench_says(&b, "\"COMPLETED\""));
    assert_int_equal(number_of(&b, "ImportedItemCount"), 1);
    bench_ok(&b, "UpdateContinuousBackups",
        "{\"TableName\":\"tab\",\"PointInTimeRecoverySpecification\":{"
        "\"PointInTimeRecoveryEnabled\":true}}");
    run_export(&b, "{\"TableArn\":\"" ARN "\",\"S3Bucket\":\"b2\"}");
    assert_true(bench_says(&b, "\"FAILED\""));
    path_of(&b, "b1/AWSDynamoDB", link);
    assert_int_equal(symlink(outside, link), 0);
    run_export(&b, "{\"TableArn\":\"" ARN "\",\"S3Bucket\":\"b1\"}");
    assert_true(bench_says(&b, "\"FAILED\""));
    snprintf(link, sizeof link, "%s/data", outside);
    assert_int_not_equal(access(link, F_OK), 0);
    unlink(path);
    assert_int_equal(rmdir(outside), 0); /* nothing has been written there */
    bench_fini(&b);
}

/* Else a file of blanks is kept whole in memory, and read from its beginning again and again. */
static void test_blanks_between_ion_values_are_taken_and_half_a_comment_is_not(void **state)
{
    struct import_reader reader = {.format = IMPORT_ION};
    struct arena arena = {0};
    struct buf item = {0};
    struct err err = ERR_INIT;
    struct str blanks = STR(" \n\t "), half = STR(" // half"), none = STR("");
    (void)state;
    assert_int_equal(import_read(&reader, &arena, &blanks, false, &item, &err), IMPORT_BLANK);
    assert_int_equal(blanks.len, 0);
    assert_int_equal(import_read(&reader, &arena, &none, false, &item, &err), IMPORT_MORE);
    assert_int_equal(import_read(&reader, &arena, &half, false, &item, &err), IMPORT_BLANK);
    assert_true(str_equal(half, STR("// half")));
    assert_int_equal(import_read(&reader, &arena, &half, false, &item, &err), IMPORT_MORE);
    assert_true(str_equal(half, STR("// half")));
    assert_int_equal(import_read(&reader, &arena, &half, true, &item, &err), IMPORT_BLANK);
    assert_int_equal(half.len, 0);
    buf_fini(&item);
    arena_fini(&arena);
}

enum { ITEMS = 120, BYTES = 100000 }; /* more than one data file */

static void put_large_items(struct bench *b)
{
    struct buf body = {0};
    for (int i = 0; i < ITEMS; i++) {
        buf_clear(&body);
        buf_printf(&body,
            "{\"TableName\":\"tab\",\"Item\":{\"p\":{\"S\":\"p%d\"},\"s\":{\"N\":\"%d\"},\"v\":{"
            "\"S\":\"",
            i % 5, i);
        memset(buf_reserve(&body, BYTES), 'a' + i % 26, BYTES);
        body.len += BYTES;
        buf_add(&body, STR("\"}}}"));
        bench_ok(b, "PutItem", buf_cstr(&body));
    }
    buf_fini(&body);
}

/* Larger than a step: several data files, an import in many steps, closed in between. */
static void test_large_tables_go_in_steps_that_survive_an_end(void **state)
{
    struct bench b;
    struct buf body = {0};
    char folder[256], data[300], arn[200];
    (void)state;
    bench_init(&b);
    bench_ok(&b, "CreateTable", BENCH_TABLE);
    put_large_items(&b);
    bench_ok(&b, "UpdateContinuousBackups",
        "{\"TableName\":\"tab\",\"PointInTimeRecoverySpecification\":{"
        "\"PointInTimeRecoveryEnabled\":true}}");
    bench_ok(&b, "ExportTableToPointInTime", "{\"TableArn\":\"" ARN "\",\"S3Bucket\":\"b1\"}");
    snprintf(arn, sizeof arn, "%.*s", STR_ARG(text_of(&b, "ExportArn")));
    bench_close(&b);
    b.options.no_sync = false;
    bench_open(&b);
    await_end(&b, "DescribeExport", "ExportArn", str_from(arn));
    assert_int_equal(number_of(&b, "ItemCount"), ITEMS);
    export_folder(&b, folder);
    snprintf(data, sizeof data, "%sdata/", folder);
    buf_clear(&body);
    buf_printf(&body,
        "{\"S3BucketSource\":{\"S3Bucket\":\"b1\",\"S3KeyPrefix\":\"%s\"},\"InputFormat\":"
        "\"DYNAMODB_JSON\",\"InputCompressionType\":\"GZIP\",\"TableCreationParameters\":{"
        "\"TableName\":\"copy\"," SCHEMA "}}",
        data);
    bench_ok(&b, "ImportTable", buf_cstr(&body));
    snprintf(arn, sizeof arn, "%.*s", STR_ARG(text_of(&b, "ImportArn")));
    for (int i = 0; i < 5; i++) {
        bench_close(&b);
        bench_open(&b);
    }
    await_end(&b, "DescribeImport", "ImportArn", str_from(arn));
    assert_int_equal(number_of(&b, "ImportedItemCount"), ITEMS);
    expect_same(&b, "tab", "copy");
    buf_fini(&body);
    bench_fini(&b);
}

/* The commit of the last step fails once, when all files are written. */
struct last_commit {
    char summary[512]; /* the file that is written last */
    atomic_bool failed;
};

static int fail_last_commit(void *context, enum store_step step)
{
    struct last_commit *last = context;
    if (step != STORE_STEP_COMMIT || atomic_load(&last->failed) || access(last->summary, F_OK) != 0)
        return 0;
    atomic_store(&last->failed, true);
    return ENOSPC;
}

static void test_the_last_step_of_an_export_may_be_done_twice(void **state)
{
    struct bench b;
    struct last_commit last = {.failed = false};
    struct store_options store = {
        .no_sync = true, .fault = fail_last_commit, .fault_context = &last};
    struct buf files = {0};
    struct err err = ERR_INIT;
    char folder[256], key[300], arn[200];
    (void)state;
    bench_init(&b);
    bench_ok(&b, "CreateTable", BENCH_TABLE);
    put_large_items(&b);
    bench_ok(&b, "UpdateContinuousBackups",
        "{\"TableName\":\"tab\",\"PointInTimeRecoverySpecification\":{"
        "\"PointInTimeRecoveryEnabled\":true}}");
    bench_ok(&b, "ExportTableToPointInTime", "{\"TableArn\":\"" ARN "\",\"S3Bucket\":\"b1\"}");
    snprintf(arn, sizeof arn, "%.*s", STR_ARG(text_of(&b, "ExportArn")));
    snprintf(folder, sizeof folder, "b1/AWSDynamoDB%s/", strrchr(arn, '/'));
    snprintf(key, sizeof key, "%smanifest-summary.json", folder);
    path_of(&b, key, last.summary);
    bench_close(&b);
    b.options.no_sync = false;
    store.clock = &b.clock.clock;
    b.backend = engine_open(b.folder, &b.options, &store, &err);
    assert_non_null(b.backend);
    await_end(&b, "DescribeExport", "ExportArn", str_from(arn));
    assert_true(atomic_load(&last.failed));
    assert_true(bench_says(&b, "\"COMPLETED\""));
    snprintf(key, sizeof key, "%smanifest-files.json", folder);
    read_bytes(&b, key, &files);
    assert_true(str_find_byte(buf_str(&files), '\0') == SIZE_MAX);
    assert_true(str_starts(buf_str(&files), STR("{\"itemCount\"")));
    buf_fini(&files);
    bench_fini(&b);
}

/* Nothing in it is an item, so nothing fills a batch: a job behind it still has its turn. */
static void test_a_file_without_items_goes_in_steps_too(void **state)
{
    enum { LINES = 20 << 20 };
    struct bench b;
    struct buf packed = {0};
    (void)state;
    bench_init(&b);
    char *lines = malloc(LINES);
    assert_non_null(lines);
    memset(lines, '\n', LINES);
    packed.len = ZSTD_compress(buf_reserve(&packed, LINES), LINES, lines, LINES, 1);
    write_bytes(&b, "b1/in/a.zst", packed.at, packed.len);
    free(lines);
    buf_fini(&packed);
    bench_ok(&b, "ImportTable",
        "{\"S3BucketSource\":{\"S3Bucket\":\"b1\",\"S3KeyPrefix\":\"in/\"},\"InputFormat\":\"CSV\","
        "\"InputCompressionType\":\"ZSTD\",\"InputFormatOptions\":{\"Csv\":{\"HeaderList\":[\"p\","
        "\"s\"]}},\"TableCreationParameters\":{\"TableName\":\"tab\"," SCHEMA "}}");
    write_text(&b, "b1/small/a.csv", "p,s\na,1\n");
    import_into(&b, "small", "small/", "\"InputFormat\":\"CSV\"");
    bench_close(&b);
    b.options.read_only = true;
    bench_open(&b);
    bench_ok(&b, "ListImports", "{}");
    assert_true(bench_says(&b, "\"IN_PROGRESS\""));
    bench_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_export_comes_back_the_same_in_both_formats),
        cmocka_unit_test(test_manifests_name_files_counts_and_checksums),
        cmocka_unit_test(test_an_export_is_the_table_at_its_moment),
        cmocka_unit_test(test_an_incremental_export_has_the_last_state_of_what_changed),
        cmocka_unit_test(test_csv_has_a_header_quotes_and_typed_keys),
        cmocka_unit_test(test_csv_with_more_columns_than_are_read_is_refused),
        cmocka_unit_test(test_a_broken_line_ends_its_file_and_no_other),
        cmocka_unit_test(test_the_first_error_is_told_with_its_object_and_line),
        cmocka_unit_test(test_compressed_files_may_be_several_and_must_be_whole),
        cmocka_unit_test(test_ion_as_people_write_it_is_read),
        cmocka_unit_test(test_blanks_between_ion_values_are_taken_and_half_a_comment_is_not),
        cmocka_unit_test(test_no_link_leads_out_of_a_bucket),
        cmocka_unit_test(test_large_tables_go_in_steps_that_survive_an_end),
        cmocka_unit_test(test_the_last_step_of_an_export_may_be_done_twice),
        cmocka_unit_test(test_a_file_without_items_goes_in_steps_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
