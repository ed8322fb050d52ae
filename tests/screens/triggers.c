/* SPDX-License-Identifier: MIT */
/*
 * The triggers of the screen tests. Written as files where the registry would choose names by
 * itself: what is on a screen must be the same each time.
 */
#include "tests/screens/triggers.h"

#include "backend/triggers/dead_letter.h"
#include "backend/triggers/logs.h"
#include "backend/triggers/registry.h"
#include "backend/triggers/runs.h"
#include "backend/triggers/status.h"

#include <stdio.h>

#define NOW INT64_C(1732100000000)
#define STREAM "arn:aws:dynamodb:us-east-1:000000000000:table/Orders/stream/2024-11-20T10:53:20.000"
#define ID "05b1c2aa-7f4e-4f0c-9d5e-00000000000"

static const struct sample {
    const char *name, *uuid, *members;
    bool trusted;
    struct status status;
} samples[] = {
    {"notify-status", "11111111-1111-4111-8111-111111111111", "", true,
        {.state = STATUS_RUNNING,
            .pid = 4242,
            .time_ms = NOW - 1000,
            .last_result = {"OK", 2},
            .lag_ms = 12,
            .ledger =
                {.seen = 104410, .succeeded = 104400, .pending = 10, .calls = 10441, .errors = 3},
            .median_us = 2110,
            .loops = true,
            .calls = {[20] = 4, [40] = 9, [45] = 17, [50] = 3, [58] = 8, [59] = 2}}},
    {"totals", "22222222-2222-4222-8222-222222222222", ",\"MaximumRetryAttempts\":4", true,
        {.state = STATUS_RETRYING,
            .pid = 4242,
            .time_ms = NOW - 1000,
            .last_result = {"PROBLEM: Function call failed", 29},
            .attempt = 2,
            .again_ms = NOW + 2500,
            .blocked_at = {"100000000000000000039681", 24},
            .lag_ms = 4000,
            .ledger = {.seen = 92,
                .succeeded = 80,
                .dropped = 1,
                .expired = 1,
                .pending = 10,
                .calls = 88,
                .errors = 7},
            .median_us = 31000,
            .calls = {[50] = 1, [54] = 4, [59] = 1}}},
    {"audit", "33333333-3333-4333-8333-333333333333", ",\"Enabled\":false", true, {0}},
    {"foreign", "44444444-4444-4444-8444-444444444444", "", false, {0}},
};

enum { SAMPLES = sizeof samples / sizeof *samples };

static bool write_text(const char *path, const char *text, struct err *err)
{
    FILE *file = fopen(path, "we");
    bool ok = file && fputs(text, file) >= 0;
    if (file && fclose(file) != 0)
        ok = false;
    return ok || err_set(err, ERR_FILE, "%s cannot be written", path);
}

static bool put_function(struct registry *r, const struct sample *s, struct err *err)
{
    struct arena arena = {0};
    struct buf path = {0}, text = {0};
    struct function function;
    bool found;
    bool ok = registry_function_folder(r, str_from(s->name), &path, err);
    buf_printf(&path, "/function.json");
    buf_printf(&text,
        "{\"FunctionName\":\"%s\",\"Runtime\":\"nodejs\",\"Handler\":\"index.handler\",\"Folder\":"
        "\"/home/ada/fn\",\"Timeout\":30,\"Environment\":{\"Variables\":{\"TABLE\":\"Totals\","
        "\"LEVEL\":\"debug\"}}}",
        s->name);
    ok = ok && write_text(buf_cstr(&path), buf_cstr(&text), err) &&
         registry_function(r, &arena, str_from(s->name), &function, &found, err);
    ok = ok && (!s->trusted || registry_trust(r, &function, err));
    buf_fini(&path);
    buf_fini(&text);
    arena_fini(&arena);
    return ok;
}

static bool put_mapping(struct registry *r, const struct sample *s, int nth, struct err *err)
{
    struct buf path = {0}, text = {0};
    bool ok = registry_mapping_folder(r, str_from(s->uuid), &path, err);
    ok = ok && (!s->status.pid || status_write(path.at, &s->status, err));
    buf_printf(&path, "/mapping.json");
    buf_printf(&text,
        "{\"UUID\":\"%s\",\"FunctionName\":\"%s\",\"EventSourceArn\":\"" STREAM
        "\",\"StartingPosition\":\"LATEST\",\"Created\":%d,\"LastModified\":%d%s}",
        s->uuid, s->name, 1732000000 + nth, 1732000000 + nth, s->members);
    ok = ok && write_text(buf_cstr(&path), buf_cstr(&text), err);
    buf_fini(&path);
    buf_fini(&text);
    return ok;
}

/* ---- what one of them has done ---- */

static bool put_log(const char *folder, struct clock_fake *clock, struct err *err)
{
    static const char *const lines[] = {"INIT_START Runtime Version: nodejs\n",
        "START RequestId: " ID "1 Version: $LATEST\n",
        "2024-11-20T10:53:10.000Z\t" ID
        "1\tINFO\tstatus changed { item: 'O5001', to: 'SHIPPED' }\n",
        "END RequestId: " ID "1\n",
        "REPORT RequestId: " ID "1\tDuration: 2.11 ms\tBilled Duration: 3 ms\n",
        "START RequestId: " ID "2 Version: $LATEST\n",
        "2024-11-20T10:53:11.000Z\t" ID "2\tERROR\tno such order: \x1b[31mO9\x07\n",
        "Error: no such order\n    at handler (index.mjs:3:9)\n", "END RequestId: " ID "2\n",
        "REPORT RequestId: " ID "2\tDuration: 31.00 ms\tBilled Duration: 31 ms\n"};
    struct log_writer *writer = log_writer_open(folder, &clock->clock, err);
    if (!writer)
        return false;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        log_add(writer, str_from(lines[i]));
        clock->ms += 250;
    }
    log_writer_close(writer);
    return true;
}

static bool put_runs(const char *folder, const char *mapping, struct err *err)
{
    struct run run = {.request_id = STR(ID "1"),
        .mapping = str_from(mapping),
        .outcome = STR("ok"),
        .time_ms = NOW - 10000,
        .duration_us = 2110,
        .init_us = 41000,
        .memory_kb = 60000,
        .attempt = 1,
        .records = 1,
        .shard = STR("shardId-00000001732100000000-00000001"),
        .first = STR("100000000000000000039680"),
        .last = STR("100000000000000000039680"),
        .event = STR("{\"Records\":[{\"eventName\":\"MODIFY\",\"dynamodb\":{\"Keys\":{\"id\":"
                     "{\"S\":\"O5001\"}}}}]}"),
        .result = STR("null")};
    if (!run_add(folder, &run, err))
        return false;
    run.request_id = STR(ID "2");
    run.outcome = STR("error");
    run.time_ms += 1000;
    run.duration_us = 31000;
    run.init_us = 0;
    run.attempt = 2;
    run.first = run.last = STR("100000000000000000039681");
    run.result = STR("{\"errorType\":\"Error\",\"errorMessage\":\"no such order\"}");
    return run_add(folder, &run, err);
}

static bool put_letters(const char *folder, const struct sample *s, struct err *err)
{
    struct delivery_record record = {.sequence = STR("100000000000000000039600"),
        .event = STR("{\"eventName\":\"INSERT\",\"dynamodb\":{\"SequenceNumber\":"
                     "\"100000000000000000039600\"}}"),
        .time_ms = NOW - 60000};
    struct delivery_order order = {
        .kind = DELIVERY_GIVE_UP, .attempt = 3, .records = &record, .count = 1};
    struct mapping mapping;
    mapping_init(&mapping);
    mapping.uuid = str_from(s->uuid);
    mapping.function = str_from(s->name);
    mapping.source = STR(STREAM);
    struct dead_letter letter = {.mapping = &mapping,
        .region = STR("us-east-1"),
        .shard = STR("shardId-00000001732100000000-00000001"),
        .request_id = STR(ID "0"),
        .order = &order,
        .now_ms = NOW - 30000};
    if (!dead_letter_write(folder, &letter, err))
        return false;
    order.expired = true;
    letter.now_ms += 5000;
    return dead_letter_write(folder, &letter, err);
}

/* An event larger than is kept, and a document as the service writes it, without its records: the
 * stream of this sample has neither. */
static bool put_places(const char *folder, const char *mapping_folder, struct err *err)
{
    struct run run = {.request_id = STR(ID "3"),
        .mapping = str_from(samples[2].uuid),
        .outcome = STR("ok"),
        .time_ms = NOW - 9000,
        .duration_us = 9000,
        .attempt = 1,
        .records = 900,
        .shard = STR("shardId-00000001732100000000-00000001"),
        .first = STR("100000000000000000038000"),
        .last = STR("100000000000000000038899"),
        .result = STR("null")};
    struct buf path = {0};
    buf_printf(&path, "%s/dead-letters.jsonl", mapping_folder);
    bool ok = run_add(folder, &run, err) &&
              write_text(buf_cstr(&path),
                  "{\"requestContext\":{\"functionArn\":\"arn:aws:lambda:us-east-1:000000000000:"
                  "function:audit\",\"condition\":\"RetryAttemptsExhausted\"},\"timestamp\":"
                  "\"2024-11-20T10:53:00.000Z\",\"DDBStreamBatchInfo\":{\"shardId\":"
                  "\"shardId-00000001732100000000-00000001\",\"startSequenceNumber\":"
                  "\"100000000000000000038000\",\"endSequenceNumber\":"
                  "\"100000000000000000038899\",\"batchSize\":900,\"streamArn\":\"" STREAM "\"}}\n",
                  err);
    buf_fini(&path);
    return ok;
}

static bool put_past(struct registry *r, const struct clock *clock, struct err *err)
{
    struct buf function = {0}, mapping = {0};
    struct clock_fake ticking;
    clock_fake_init(&ticking, clock_now_ms(clock) - 10000);
    bool ok = registry_function_folder(r, STR("totals"), &function, err) &&
              registry_mapping_folder(r, str_from(samples[1].uuid), &mapping, err) &&
              put_log(function.at, &ticking, err) && put_runs(function.at, samples[1].uuid, err) &&
              put_letters(mapping.at, &samples[1], err);
    buf_clear(&function);
    buf_clear(&mapping);
    ok = ok && registry_function_folder(r, STR("audit"), &function, err) &&
         registry_mapping_folder(r, str_from(samples[2].uuid), &mapping, err) &&
         put_places(function.at, mapping.at, err);
    buf_fini(&function);
    buf_fini(&mapping);
    return ok;
}

/* ---- the whole ---- */

bool triggers_sample_fill(struct triggers_sample *sample, const char *folder, const char *trusted,
    const struct clock *clock, struct err *err)
{
    struct registry *r = registry_open(folder, trusted, clock, err);
    bool ok = r != NULL;
    *sample = (struct triggers_sample){{LEASE_INIT, LEASE_INIT}};
    for (int i = 0; ok && i < SAMPLES; i++)
        ok = put_function(r, &samples[i], err) && put_mapping(r, &samples[i], i, err);
    ok = ok && put_past(r, clock, err);
    for (int i = 0; ok && i < 2; i++) {
        struct buf path = {0};
        ok = registry_mapping_folder(r, str_from(samples[i].uuid), &path, err) &&
             lease_try(&sample->leases[i], path.at, err);
        buf_fini(&path);
    }
    registry_close(r);
    return ok;
}

void triggers_sample_free(struct triggers_sample *sample)
{
    for (int i = 0; i < 2; i++)
        lease_drop(&sample->leases[i]);
}
