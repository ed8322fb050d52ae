/* SPDX-License-Identifier: MIT */
/*
 * kill -9 while backups, restores, exports and imports are under way: the next process finishes
 * them, each backup is the table at its call, and the store's check finds nothing.
 *
 *   child    put k = n; CreateBackup n; say n; RestoreTableFromBackup, export, import, delete …
 *   parent   kill after a random number of words; open; wait; restore backups and look; check
 */
#include "fault.h"

#include "backend/backend_impl.h"
#include "backend/embedded/embedded.h"
#include "backend/json.h"

#include <signal.h>

enum { ROUNDS = 5, FILLER = 40, FILLER_BYTES = 40000, WORDS_MAX = 9 };

struct side {
    struct backend *backend;
    struct buf body;
    struct ddb_reply reply;
};

static bool send(struct side *s, const char *operation, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool send(struct side *s, const char *operation, const char *format, ...)
{
    struct err err = ERR_INIT;
    char text[4096];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    buf_clear(&s->body);
    buf_add(&s->body, str_from(text));
    struct ddb_call call = {.operation = str_from(operation), .body = buf_str(&s->body)};
    return backend_call(s->backend, &call, &s->reply, &err) && s->reply.status == 200;
}

static bool says(struct side *s, const char *text)
{
    return str_find(buf_str(&s->reply.body), str_from(text)) != SIZE_MAX;
}

/* The text of a member, wherever it stands. */
static bool word_of(struct side *s, const char *name, char out[256])
{
    char quoted[64];
    snprintf(quoted, sizeof quoted, "\"%s\":\"", name);
    struct str body = buf_str(&s->reply.body);
    size_t at = str_find(body, str_from(quoted));
    if (at == SIZE_MAX)
        return false;
    struct str rest = str_skip(body, at + strlen(quoted));
    snprintf(out, 256, "%.*s", (int)str_find_byte(rest, '"'), rest.at);
    return true;
}

#define SCHEMA                                                                                     \
    "\"AttributeDefinitions\":[{\"AttributeName\":\"p\",\"AttributeType\":\"S\"}],\"KeySchema\":[" \
    "{\"AttributeName\":\"p\",\"KeyType\":\"HASH\"}],\"BillingMode\":\"PAY_PER_REQUEST\""

static bool fill(struct side *s)
{
    static char filler[FILLER_BYTES];
    struct err err = ERR_INIT;
    bool done = send(s, "CreateTable", "{\"TableName\":\"tab\"," SCHEMA "}") &&
                send(s, "UpdateContinuousBackups",
                    "{\"TableName\":\"tab\",\"PointInTimeRecoverySpecification\":{"
                    "\"PointInTimeRecoveryEnabled\":true}}");
    memset(filler, 'x', sizeof filler);
    for (int i = 0; done && i < FILLER; i++) {
        buf_clear(&s->body);
        buf_printf(&s->body,
            "{\"TableName\":\"tab\",\"Item\":{\"p\":{\"S\":\"f%d\"},\"v\":{\"S\":\"%.*s\"}}}", i,
            FILLER_BYTES, filler);
        struct ddb_call call = {.operation = STR("PutItem"), .body = buf_str(&s->body)};
        done = backend_call(s->backend, &call, &s->reply, &err) && s->reply.status == 200;
    }
    return done;
}

static bool put(struct side *s, unsigned n)
{
    return send(s, "PutItem",
        "{\"TableName\":\"tab\",\"Item\":{\"p\":{\"S\":\"k\"},\"v\":{\"N\":\"%u\"}}}", n);
}

/* Starts some of everything; says each number whose backup was acknowledged. */
static void child(const char *path, int pipe, unsigned first)
{
    struct side s = {0};
    struct err err = ERR_INIT;
    char arn[256];
    s.backend = embedded_open(path, NULL, &err);
    for (unsigned n = first; s.backend; n++) {
        if (!put(&s, n) ||
            !send(&s, "CreateBackup", "{\"TableName\":\"tab\",\"BackupName\":\"b-%u\"}", n) ||
            !word_of(&s, "BackupArn", arn) || write(pipe, &n, sizeof n) != sizeof n)
            _exit(1);
        put(&s, n + 1000000);
        send(&s, "RestoreTableToPointInTime",
            "{\"SourceTableName\":\"tab\",\"TargetTableName\":\"past-%u\","
            "\"UseLatestRestorableTime\":true}",
            n);
        send(&s, "ExportTableToPointInTime",
            "{\"TableArn\":\"arn:aws:dynamodb:us-east-1:000000000000:table/tab\",\"S3Bucket\":"
            "\"b1\",\"S3Prefix\":\"e%u\"}",
            n);
        send(&s, "ImportTable",
            "{\"S3BucketSource\":{\"S3Bucket\":\"b1\",\"S3KeyPrefix\":\"e%u/\"},\"InputFormat\":"
            "\"DYNAMODB_JSON\",\"InputCompressionType\":\"GZIP\",\"TableCreationParameters\":{"
            "\"TableName\":\"import-%u\"," SCHEMA "}}",
            n - 1, n);
        send(&s, "RestoreTableFromBackup", "{\"TargetTableName\":\"back-%u\",\"BackupArn\":\"%s\"}",
            n, arn);
        send(&s, "DeleteTable", "{\"TableName\":\"past-%u\"}", n - 2);
    }
    _exit(1);
}

/* Kills after so many words; the last number that was said. */
static unsigned run_once(const char *path, unsigned first, uint64_t *seed)
{
    int ends[2], status;
    unsigned n, last = first - 1;
    uint64_t wanted = fault_draw(seed) % WORDS_MAX;
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        close(ends[0]);
        child(path, ends[1], first);
    }
    close(ends[1]);
    for (uint64_t i = 0; read(ends[0], &n, sizeof n) == (ssize_t)sizeof n; i++) {
        last = n;
        if (i == wanted)
            kill(pid, SIGKILL);
    }
    close(ends[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    return last;
}

static void await(struct side *s, const char *operation, const char *body, const char *until_not)
{
    do
        assert_true(send(s, operation, "%s", body));
    while (says(s, until_not));
}

static void expect_backup(struct side *s, unsigned n)
{
    char quoted[64], arn[256], value[64];
    assert_true(send(s, "ListBackups", "{\"TableName\":\"tab\"}"));
    snprintf(quoted, sizeof quoted, "\"BackupName\":\"b-%u\"", n);
    struct str body = buf_str(&s->reply.body);
    size_t name = str_find(body, str_from(quoted));
    if (name == SIZE_MAX)
        fail_msg("the backup %u was acknowledged and is not there", n);
    /* its ARN stands right before its name */
    size_t at = 0, next;
    while ((next = str_find(str_skip(body, at), STR("\"BackupArn\":\""))) != SIZE_MAX &&
           at + next < name)
        at += next + sizeof "\"BackupArn\":\"" - 1;
    struct str rest = str_skip(body, at);
    snprintf(arn, sizeof arn, "%.*s", (int)str_find_byte(rest, '"'), rest.at);
    assert_true(send(s, "RestoreTableFromBackup",
        "{\"TargetTableName\":\"look-%u\",\"BackupArn\":\"%s\"}", n, arn));
    char table[64];
    snprintf(table, sizeof table, "{\"TableName\":\"look-%u\"}", n);
    await(s, "DescribeTable", table, "\"CREATING\"");
    assert_true(send(s, "GetItem", "{\"TableName\":\"look-%u\",\"Key\":{\"p\":{\"S\":\"k\"}}}", n));
    snprintf(value, sizeof value, "{\"N\":\"%u\"}", n);
    if (!says(s, value))
        fail_msg("the backup %u is not the table at its call: %.*s", n,
            STR_ARG(buf_str(&s->reply.body)));
    assert_true(send(s, "DescribeTable", "%s", table));
    assert_true(says(s, "\"ItemCount\":41"));
    assert_true(send(s, "DeleteTable", "%s", table));
}

static void see(void *context, const char *finding)
{
    (void)context;
    print_message("check: %s\n", finding);
}

static void what_a_kill_leaves_is_finished_by_the_next(void **state)
{
    struct fault_folder f;
    struct err err = ERR_INIT;
    struct side s = {0};
    uint64_t seed = 77, findings = 0;
    unsigned next = 2;
    (void)state;
    fault_folder_make(&f);
    s.backend = embedded_open(f.path, NULL, &err);
    assert_non_null(s.backend);
    assert_true(fill(&s));
    backend_close(s.backend, NULL);
    for (int i = 0; i < ROUNDS; i++) {
        unsigned last = run_once(f.path, next, &seed);
        assert_true(embedded_check(f.path, see, NULL, &findings, &err));
        assert_int_equal(findings, 0);
        s.backend = embedded_open(f.path, NULL, &err);
        assert_non_null(s.backend);
        await(&s, "ListBackups", "{\"TableName\":\"tab\"}", "\"CREATING\"");
        await(&s, "ListExports", "{\"MaxResults\":25}", "\"IN_PROGRESS\"");
        await(&s, "ListImports", "{\"PageSize\":25}", "\"IN_PROGRESS\"");
        if (last >= next)
            expect_backup(&s, last);
        backend_close(s.backend, NULL);
        assert_true(embedded_check(f.path, see, NULL, &findings, &err));
        assert_int_equal(findings, 0);
        next = last + 2;
    }
    buf_fini(&s.body);
    ddb_reply_fini(&s.reply);
    fault_folder_remove(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_kill_leaves_is_finished_by_the_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
