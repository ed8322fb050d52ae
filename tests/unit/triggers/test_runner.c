/* SPDX-License-Identifier: MIT */
/*
 * A mapping's runner on a real store, with a function that is a few lines of the test.
 * test: threads
 */
#include "tests/unit/triggers/runner_lab.h"

#include "backend/triggers/lease.h"
#include "backend/triggers/progress.h"

static void what_is_written_is_delivered_and_kept(void **state)
{
    (void)state;
    struct runner_lab lab;
    struct status status;
    lab_make(&lab);
    lab_put_many(&lab, 250);
    lab_add(&lab);
    lab_run(&lab);
    LAB_WAIT(&lab, lab.records == 250);
    assert_int_equal(lab_calls(&lab), 3); /* batches of 100 */
    lab_put_many(&lab, 1);
    LAB_WAIT(&lab, lab.records == 251);
    LAB_WAIT_STATUS(&lab, &status, status.ledger.succeeded == 251);
    assert_int_equal(status.ledger.seen, 251);
    assert_int_equal(status.ledger.calls, lab_calls(&lab));
    assert_string_equal(status_word(status.state), "idle");
    lab_stop(&lab);
    assert_true(lab_status(&lab, &status));
    assert_string_equal(status_word(status.state), "stopped");

    lab_put_many(&lab, 10);
    lab_run(&lab);
    LAB_WAIT(&lab, lab.records == 261); /* none twice */
    LAB_WAIT_STATUS(&lab, &status, status.ledger.succeeded == 261);
    lab_free(&lab);
}

/* ---- where it begins ---- */

static void latest_is_when_the_mapping_was_made_not_when_it_first_runs(void **state)
{
    (void)state;
    struct runner_lab lab;
    lab_make(&lab);
    lab.mapping.from_start = false;
    lab_put_many(&lab, 5);
    lab_add(&lab);
    lab_put_many(&lab, 3);
    lab_run(&lab);
    LAB_WAIT(&lab, lab.records == 3);
    lab_put_many(&lab, 1);
    LAB_WAIT(&lab, lab.records == 4);
    lab_free(&lab);
}

static void latest_holds_when_its_iterator_has_expired_long_ago(void **state)
{
    (void)state;
    struct runner_lab lab;
    lab_make_with(&lab, true);
    lab.mapping.from_start = false;
    lab_put_many(&lab, 5);
    lab.clock.ms += 2000;
    lab_add(&lab);
    lab_put_many(&lab, 3);
    lab.clock.ms += 3600 * 1000;
    lab_run(&lab);
    LAB_WAIT(&lab, lab.records == 3);
    lab_put_many(&lab, 1);
    LAB_WAIT(&lab, lab.records == 4);
    lab_free(&lab);
}

static void a_stream_whose_shards_roll_is_read_on(void **state)
{
    (void)state;
    struct runner_lab lab;
    struct status status;
    lab_make_with(&lab, true);
    lab.mapping.from_start = false;
    lab_add(&lab);
    lab_run(&lab);
    for (int i = 1; i <= 5; i++) {
        lab_put_many(&lab, 10);
        LAB_WAIT(&lab, lab.records == (uint64_t)i * 10);
        lab.clock.ms += 5 * 3600 * 1000; /* shards take records for four hours */
    }
    lab_stop(&lab);
    lab_put_many(&lab, 10);
    lab_run(&lab);
    LAB_WAIT(&lab, lab.records == 60);
    LAB_WAIT_STATUS(&lab, &status, status.ledger.succeeded == 60);
    assert_int_equal(status.gaps, 0);
    lab_free(&lab);
}

/* ---- failures ---- */

static enum invoked fail_always(struct runner_lab *lab, struct str event, struct buf *payload)
{
    (void)lab;
    (void)event;
    buf_add(payload, STR("{\"errorMessage\":\"no\",\"errorType\":\"Error\"}"));
    return INVOKED_ERROR;
}

/* Says that the records with this number, and those behind it, have failed. */
static enum invoked fail_from(struct runner_lab *lab, struct str event, struct buf *payload)
{
    struct arena arena = {0};
    struct err err = ERR_INIT;
    const struct json *json = json_parse(&arena, event, &err);
    buf_add(payload, STR("{\"batchItemFailures\":["));
    for (const struct json *r = json_get(json, STR("Records"))->first; r; r = r->next) {
        const struct json *d = json_get(r, STR("dynamodb"));
        const struct json *v = json_get(json_get(json_get(d, STR("NewImage")), STR("v")), STR("N"));
        int64_t number;
        assert_true(str_to_i64(v->text, &number));
        if (number >= *(int64_t *)lab->context)
            buf_printf(payload, "%s{\"itemIdentifier\":\"%.*s\"}",
                payload->at[payload->len - 1] == '[' ? "" : ",",
                STR_ARG(json_get(d, STR("SequenceNumber"))->text));
    }
    buf_add(payload, STR("]}"));
    arena_fini(&arena);
    return INVOKED_OK;
}

static void a_shard_waits_until_all_of_its_parent_is_dealt_with(void **state)
{
    (void)state;
    struct runner_lab lab;
    struct err err = ERR_INIT;
    lab_make_with(&lab, true);
    lab.answer = fail_always;
    lab_put(&lab, "same", 1111);
    lab_add(&lab);
    lab_run(&lab);
    LAB_WAIT(&lab, lab.calls == 1);
    lab.clock.ms += 5 * 3600 * 1000;
    lab_put(&lab, "same", 2222);                   /* in the next shard */
    for (uint64_t calls = 2; calls < 6; calls++) { /* each time the stream is looked at, too */
        assert_true(status_ask(lab_folder(&lab), STATUS_RETRY_NOW, &err));
        LAB_WAIT(&lab, lab.calls >= calls);
    }
    assert_true(str_find(buf_str(&lab.events), STR("2222")) == SIZE_MAX);
    pthread_mutex_lock(&lab.lock);
    lab.answer = NULL;
    pthread_mutex_unlock(&lab.lock);
    assert_true(status_ask(lab_folder(&lab), STATUS_RETRY_NOW, &err));
    LAB_WAIT(&lab, str_find(buf_str(&lab.events), STR("2222")) != SIZE_MAX);
    lab_free(&lab);
}

static void what_succeeded_of_a_batch_does_not_come_again_after_a_restart(void **state)
{
    (void)state;
    struct runner_lab lab;
    struct status status;
    int64_t bad = 7;
    lab_make(&lab);
    lab.mapping.report = true;
    lab.answer = fail_from;
    lab.context = &bad;
    lab_put_many(&lab, 10);
    lab_add(&lab);
    lab_run(&lab);
    LAB_WAIT_STATUS(&lab, &status, status.state == STATUS_RETRYING);
    assert_int_equal(status.ledger.succeeded, 6);
    assert_int_equal(status.ledger.pending, 4);
    assert_true(status.blocked_at.len > 0);
    assert_true(str_equal(status.last_result, STR("PROBLEM: Function call failed")));
    lab_stop(&lab);
    lab.answer = NULL;
    lab.records = 0;
    lab_run(&lab);
    LAB_WAIT(&lab, lab.records == 4);
    LAB_WAIT_STATUS(&lab, &status, status.ledger.succeeded == 10);
    assert_int_equal(status.ledger.seen, 10);
    lab_free(&lab);
}

static void what_has_failed_too_often_is_written_down_and_it_goes_on(void **state)
{
    (void)state;
    struct runner_lab lab;
    struct status status;
    int64_t bad = 3;
    lab_make(&lab);
    lab.mapping.report = lab.mapping.bisect = true;
    lab.mapping.retries = 0;
    lab.mapping.batch_size = 3;
    lab.answer = fail_from;
    lab.context = &bad;
    lab_put_many(&lab, 4); /* 3 and 4 fail */
    lab_add(&lab);
    lab_run(&lab);
    LAB_WAIT_STATUS(&lab, &status, status.ledger.dropped == 2);
    assert_int_equal(status.ledger.succeeded, 2);
    char path[256];
    snprintf(path, sizeof path, "%s/dead-letters.jsonl", lab_folder(&lab));
    char *text = folder_test_read(path);
    assert_non_null(strstr(text, "RetryAttemptsExhausted"));
    assert_non_null(strstr(text, "00000000-0000-0000-0000-000000000001"));
    free(text);
    pthread_mutex_lock(&lab.lock);
    bad = 1000;
    pthread_mutex_unlock(&lab.lock);
    lab_put_many(&lab, 1);
    LAB_WAIT_STATUS(&lab, &status, status.ledger.succeeded == 3);
    lab_free(&lab);
}

/* Each third record fails; when a call comes, all that was before it is on the disk. */
static enum invoked look_at_the_disk(struct runner_lab *lab, struct str event, struct buf *payload)
{
    struct err err = ERR_INIT;
    struct progress_shard shard = {0};
    struct progress *p = progress_open(lab_folder(lab), &err);
    (void)event;
    (void)payload;
    assert_non_null(p);
    progress_shard_at(p, 0, &shard);
    if (shard.place.ledger.seen != lab->calls)
        *(uint64_t *)lab->context += 1;
    progress_close(p);
    return lab->calls % 3 ? INVOKED_OK : INVOKED_ERROR;
}

static void each_call_comes_after_what_was_before_it_is_kept(void **state)
{
    (void)state;
    struct runner_lab lab;
    uint64_t late = 0;
    lab_make(&lab);
    lab.answer = look_at_the_disk;
    lab.context = &late;
    lab.mapping.batch_size = 1;
    lab.mapping.retries = 0;
    lab_put_many(&lab, 30);
    lab_add(&lab);
    lab_run(&lab);
    LAB_WAIT(&lab, lab.calls == 30);
    lab_stop(&lab);
    assert_int_equal(late, 0);
    lab_free(&lab);
}

static void a_destination_that_cannot_be_written_blocks_and_says_so(void **state)
{
    (void)state;
    struct runner_lab lab;
    struct status status;
    struct err err = ERR_INIT;
    char path[128];
    lab_make(&lab);
    snprintf(path, sizeof path, "%s/later/letters.jsonl", lab.folder.path);
    lab.mapping.destination = str_from(path);
    lab.mapping.retries = 0;
    lab.answer = fail_always;
    lab_put_many(&lab, 2);
    lab_add(&lab);
    lab_run(&lab);
    LAB_WAIT_STATUS(&lab, &status, status.state == STATUS_BLOCKED);
    assert_true(str_find(status.note, str_from(path)) != SIZE_MAX);
    assert_int_equal(status.ledger.pending, 2);
    assert_int_equal(mkdir("later", 0700), 0);
    assert_true(status_ask(lab_folder(&lab), STATUS_RETRY_NOW, &err));
    LAB_WAIT_STATUS(&lab, &status, status.ledger.dropped == 2);
    assert_int_equal(status.state, STATUS_IDLE);
    lab_free(&lab);
}

static void by_hand_a_batch_that_fails_is_skipped(void **state)
{
    (void)state;
    struct runner_lab lab;
    struct status status;
    struct err err = ERR_INIT;
    lab_make(&lab);
    lab.answer = fail_always;
    lab_put_many(&lab, 2);
    lab_add(&lab);
    lab_run(&lab);
    LAB_WAIT_STATUS(&lab, &status, status.state == STATUS_RETRYING);
    assert_true(status_ask(lab_folder(&lab), STATUS_SKIP, &err));
    LAB_WAIT_STATUS(&lab, &status, status.ledger.dropped == 2);
    lab_free(&lab);
}

static void a_journal_that_cannot_be_used_blocks_until_it_can(void **state)
{
    (void)state;
    struct runner_lab lab;
    struct status status;
    char path[256];
    lab_make(&lab);
    lab_add(&lab);
    snprintf(path, sizeof path, "%s/progress", lab_folder(&lab));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    lab_put_many(&lab, 2);
    lab_run(&lab);
    LAB_WAIT_STATUS(&lab, &status, status.state == STATUS_BLOCKED);
    assert_int_equal(lab_calls(&lab), 0);
    assert_int_equal(rmdir(path), 0);
    LAB_WAIT_STATUS(&lab, &status, status.ledger.succeeded == 2);
    lab_free(&lab);
}

static void a_clock_that_is_set_back_holds_nothing_up(void **state)
{
    (void)state;
    struct runner_lab lab;
    struct status status;
    int64_t bad = 1;
    lab_make_with(&lab, true);
    lab.mapping.report = true;
    lab.answer = fail_from;
    lab.context = &bad;
    lab_put_many(&lab, 3);
    lab_add(&lab);
    lab_run(&lab);
    LAB_WAIT_STATUS(&lab, &status, status.state == STATUS_RETRYING);
    assert_int_equal(lab_calls(&lab), 1);
    lab.clock.ms -= 3 * 3600 * 1000;
    LAB_WAIT(&lab, lab.calls == 2);
    lab_free(&lab);
}

/* In the place of the journal: what it says, changed by `damage`. */
static void damage_journal(struct runner_lab *lab, void (*damage)(char *text))
{
    char path[256];
    snprintf(
        path, sizeof path, "store/triggers/mappings/%.*s/progress", STR_ARG(lab->mapping.uuid));
    char *text = folder_test_read(path);
    damage(text);
    folder_test_write(path, text);
    free(text);
}

static void lose_all(char *text)
{
    *text = '\0';
}

static void lose_start(char *text)
{
    *strstr(text, "Start") = 's';
}

static void run_damaged(void (*damage)(char *text), uint64_t again)
{
    struct runner_lab lab;
    struct status status;
    lab_make(&lab);
    lab.mapping.from_start = false;
    lab_add(&lab);
    lab_put_many(&lab, 2);
    lab_run(&lab);
    LAB_WAIT(&lab, lab.records == 2);
    lab_stop(&lab);
    lab_put_many(&lab, 3);
    damage_journal(&lab, damage);
    lab_run(&lab);
    LAB_WAIT(&lab, lab.records == 2 + again + 3);
    LAB_WAIT_STATUS(&lab, &status, str_find(status.note, STR("progress was damaged")) != SIZE_MAX);
    lab_free(&lab);
}

static void a_damaged_journal_loses_no_records_and_is_told(void **state)
{
    (void)state;
    run_damaged(lose_start, 0);
    run_damaged(lose_all, 2);
}

/* ---- filters ---- */

static void what_is_filtered_is_kept_without_a_call(void **state)
{
    (void)state;
    struct runner_lab lab;
    struct status status;
    struct err err = ERR_INIT;
    lab_make(&lab);
    lab.mapping.filter_count = 1;
    lab.mapping.filters[0].text = STR("{\"dynamodb\":{\"NewImage\":{\"v\":{\"N\":[\"3\"]}}}}");
    lab.mapping.filters[0].pattern = json_parse(&lab.arena, lab.mapping.filters[0].text, &err);
    lab_put_many(&lab, 2);
    lab_add(&lab);
    lab_run(&lab);
    /* kept by itself, soon */
    LAB_WAIT_STATUS(&lab, &status, status.ledger.filtered == 2);
    struct progress_shard shard = {0};
    for (int tries = 0; tries < 1200 && !shard.place.ledger.filtered; tries++) {
        const struct timespec pause = {.tv_nsec = 50000000};
        struct progress *p = progress_open(lab_folder(&lab), &err);
        assert_non_null(p);
        progress_shard_at(p, 0, &shard);
        progress_close(p);
        nanosleep(&pause, NULL);
    }
    assert_int_equal(shard.place.ledger.filtered, 2);
    assert_int_equal(lab_calls(&lab), 0);
    lab_put_many(&lab, 2);
    LAB_WAIT_STATUS(&lab, &status, status.ledger.succeeded == 1 && status.ledger.filtered == 3);
    assert_int_equal(lab_records(&lab), 1);
    lab_free(&lab);
}

/* ---- what is changed meanwhile ---- */

static void what_is_disabled_ends_what_is_in_flight_and_keeps_its_place(void **state)
{
    (void)state;
    struct runner_lab lab;
    struct status status;
    lab_make(&lab);
    lab_hold(&lab);
    lab.mapping.batch_size = 1;
    lab_put_many(&lab, 3);
    lab_add(&lab);
    lab_run(&lab);
    LAB_WAIT(&lab, lab.held_count == 1);
    lab.mapping.enabled = false;
    lab_change(&lab);
    lab_release(&lab);
    LAB_WAIT(&lab, lab.ended);
    assert_true(runner_ended(lab.runner));
    lab_stop(&lab);
    assert_in_range(lab_records(&lab), 1, 2); /* one more may have been under way */
    uint64_t records = lab_records(&lab);
    assert_true(lab_status(&lab, &status));
    assert_int_equal(status.state, STATUS_DISABLED);
    assert_int_equal(status.ledger.succeeded, records);
    lab.mapping.enabled = true;
    lab_change(&lab);
    lab_run(&lab);
    LAB_WAIT(&lab, lab.records == 3);
    lab_free(&lab);
}

static void a_mapping_that_was_changed_goes_on_under_its_new_rules(void **state)
{
    (void)state;
    struct runner_lab lab;
    struct status status;
    lab_make(&lab);
    lab.mapping.batch_size = 1;
    lab_put_many(&lab, 3);
    lab_add(&lab);
    lab_run(&lab);
    LAB_WAIT_STATUS(&lab, &status, status.ledger.succeeded == 3);
    lab.mapping.batch_size = 10;
    lab.mapping.factor = 4;
    lab_hold(&lab);
    lab_put_many(&lab, 1);
    LAB_WAIT(&lab, lab.held_count == 1);
    lab_change(&lab);
    lab_put_many(&lab, 20);
    lab_release(&lab);
    LAB_WAIT(&lab, lab.records == 24);
    assert_in_range(lab_calls(&lab), 6, 12);
    lab_free(&lab);
}

static void a_mapping_that_was_removed_lets_its_runner_end(void **state)
{
    (void)state;
    struct runner_lab lab;
    struct err err = ERR_INIT;
    bool found;
    lab_make(&lab);
    lab_add(&lab);
    lab_run(&lab);
    assert_true(registry_remove_mapping(lab.registry, lab.mapping.uuid, &found, &err));
    runner_wake(lab.runner);
    LAB_WAIT(&lab, lab.ended);
    lab_free(&lab);
}

static void a_function_that_is_not_there_is_waited_for(void **state)
{
    (void)state;
    struct runner_lab lab;
    struct status status;
    struct err err = ERR_INIT;
    struct function function;
    bool found;
    lab_make(&lab);
    lab_put_many(&lab, 1);
    lab_add(&lab);
    assert_true(registry_remove_function(lab.registry, STR("f"), &found, &err));
    lab_run(&lab);
    LAB_WAIT_STATUS(&lab, &status, status.state == STATUS_BLOCKED);
    assert_int_equal(lab_calls(&lab), 0);
    assert_true(
        function_of_script(&lab.arena, STR("f"), "f.sh", STR_NONE, STR("exec"), &function, &err));
    assert_true(registry_put_function(lab.registry, &lab.arena, &function, true, &err));
    runner_wake(lab.runner);
    LAB_WAIT(&lab, lab.records == 1);
    lab_free(&lab);
}

static void a_function_that_is_not_trusted_does_not_run(void **state)
{
    (void)state;
    struct runner_lab lab;
    struct status status;
    lab_make(&lab);
    lab_put_many(&lab, 1);
    lab_add(&lab);
    assert_int_equal(rename("trusted", "kept"), 0);
    lab_run(&lab);
    LAB_WAIT_STATUS(&lab, &status, status.state == STATUS_UNTRUSTED);
    assert_true(runner_untrusted(lab.runner));
    assert_int_equal(lab_calls(&lab), 0);
    assert_int_equal(rename("kept", "trusted"), 0);
    runner_wake(lab.runner);
    LAB_WAIT(&lab, lab.records == 1);
    lab_free(&lab);
}

static void a_stream_that_was_turned_off_is_read_to_its_end_and_that_is_told(void **state)
{
    (void)state;
    struct runner_lab lab;
    struct status status;
    lab_make(&lab);
    lab_put_many(&lab, 3);
    lab_add(&lab);
    lab_call(&lab, "UpdateTable",
        "{\"TableName\":\"Orders\",\"StreamSpecification\":{\"StreamEnabled\":false}}");
    lab_run(&lab);
    LAB_WAIT(&lab, lab.records == 3);
    LAB_WAIT_STATUS(&lab, &status, status.state == STATUS_ENDED);
    assert_true(str_find(status.note, STR("turn a stream on")) != SIZE_MAX);
    lab_stop(&lab);
    lab_call(&lab, "UpdateTable",
        "{\"TableName\":\"Orders\",\"StreamSpecification\":{\"StreamEnabled\":true,"
        "\"StreamViewType\":\"NEW_IMAGE\"}}");
    lab_run(&lab);
    LAB_WAIT_STATUS(&lab, &status,
        status.state == STATUS_ENDED && str_find(status.note, STR("has a new one")) != SIZE_MAX);
    assert_int_equal(lab_records(&lab), 3);
    lab_free(&lab);
}

static void a_stream_that_is_gone_is_told_with_what_was_lost(void **state)
{
    (void)state;
    struct runner_lab lab;
    struct status status;
    lab_make_with(&lab, true);
    lab_put_many(&lab, 3);
    lab_add(&lab);
    lab_run(&lab);
    LAB_WAIT_STATUS(&lab, &status, status.ledger.succeeded == 3);
    lab_stop(&lab);
    lab_put_many(&lab, 3);
    lab_call(&lab, "DeleteTable", "{\"TableName\":\"Orders\"}");
    lab.clock.ms += 25 * 3600 * 1000;
    for (int i = 0; i < 2; i++) {
        lab_run(&lab);
        LAB_WAIT_STATUS(&lab, &status, status.state == STATUS_ENDED && status.gaps == 1);
        lab_stop(&lab);
    }
    assert_int_equal(lab_records(&lab), 3);
    assert_int_equal(status.ledger.seen, 3);
    lab_free(&lab);
}

static void a_table_that_was_deleted_is_told_when_its_stream_is_read(void **state)
{
    (void)state;
    struct runner_lab lab;
    struct status status;
    lab_make(&lab);
    lab_put_many(&lab, 3);
    lab_add(&lab);
    lab_call(&lab, "DeleteTable", "{\"TableName\":\"Orders\"}");
    lab_run(&lab);
    LAB_WAIT_STATUS(&lab, &status, status.state == STATUS_ENDED);
    assert_int_equal(status.ledger.succeeded, 3);
    assert_int_equal(status.gaps, 0);
    assert_true(str_find(status.note, STR("is gone")) != SIZE_MAX);
    lab_free(&lab);
}

/* ---- who runs it ---- */

static void a_second_runner_waits_and_takes_over(void **state)
{
    (void)state;
    struct runner_lab lab;
    lab_make(&lab);
    lab_add(&lab);
    lab_run(&lab);
    lab_put_many(&lab, 1);
    LAB_WAIT(&lab, lab.records == 1);
    struct runner *second = lab_runner(&lab);
    lab_put_many(&lab, 1);
    LAB_WAIT(&lab, lab.records == 2);
    lab_stop(&lab);
    lab_put_many(&lab, 1);
    LAB_WAIT(&lab, lab.records == 3);
    assert_int_equal(lab_calls(&lab), 3);
    runner_close(second, 0);
    lab_free(&lab);
}

static void what_was_killed_on_closing_comes_again(void **state)
{
    (void)state;
    struct runner_lab lab;
    lab_make(&lab);
    lab_hold(&lab);
    lab_put_many(&lab, 2);
    lab_add(&lab);
    lab_run(&lab);
    LAB_WAIT(&lab, lab.held_count == 1);
    lab_stop(&lab);
    assert_false(lease_held(lab_folder(&lab)));
    lab.hold = false;
    lab_run(&lab);
    LAB_WAIT(&lab, lab.records == 2);
    lab_free(&lab);
}

/* ---- windows, loops ---- */

static enum invoked keep_state(struct runner_lab *lab, struct str event, struct buf *payload)
{
    buf_printf(payload, "{\"state\":{\"records\":%llu}}",
        (unsigned long long)(lab->records + lab_count_records(event)));
    return INVOKED_OK;
}

static void a_windows_state_outlives_its_runner_and_ends_with_a_last_call(void **state)
{
    (void)state;
    struct runner_lab lab;
    struct status status;
    lab_make_with(&lab, true);
    lab.mapping.tumbling_s = 60;
    lab.answer = keep_state;
    lab_put_many(&lab, 2);
    lab_add(&lab);
    lab_run(&lab);
    LAB_WAIT(&lab, lab.records == 2);
    lab_stop(&lab);
    lab.clock.ms += 30 * 1000;
    lab_put_many(&lab, 1);
    lab_run(&lab);
    LAB_WAIT(&lab, lab.records == 3);
    assert_true(str_find(buf_str(&lab.events), STR("\"state\":{\"records\":2}")) != SIZE_MAX);
    lab_stop(&lab);
    lab_run(&lab); /* nothing is written from now on */
    LAB_WAIT_STATUS(&lab, &status, status.state == STATUS_IDLE);
    lab.clock.ms += 60 * 1000;
    runner_wake(lab.runner);
    LAB_WAIT(
        &lab, str_find(buf_str(&lab.events), STR("\"isFinalInvokeForWindow\":true")) != SIZE_MAX);
    assert_true(str_find(buf_str(&lab.events), STR("\"state\":{\"records\":3}")) != SIZE_MAX);
    lab_free(&lab);
}

static enum invoked write_back(struct runner_lab *lab, struct str event, struct buf *payload)
{
    (void)event;
    (void)payload;
    lab_put(lab, "same", lab->calls + 100);
    return INVOKED_OK;
}

static void a_function_that_feeds_itself_is_told_of_and_goes_on(void **state)
{
    (void)state;
    struct runner_lab lab;
    struct status status;
    lab_make(&lab);
    lab.answer = write_back;
    lab_put(&lab, "same", 1);
    lab_add(&lab);
    lab_run(&lab);
    LAB_WAIT_STATUS(&lab, &status, status.loops);
    assert_true(str_find(status.note, STR("feed itself")) != SIZE_MAX);
    LAB_WAIT(&lab, lab.calls > 100);
    lab_free(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_delivered_and_kept),
        cmocka_unit_test(latest_is_when_the_mapping_was_made_not_when_it_first_runs),
        cmocka_unit_test(latest_holds_when_its_iterator_has_expired_long_ago),
        cmocka_unit_test(a_stream_whose_shards_roll_is_read_on),
        cmocka_unit_test(a_shard_waits_until_all_of_its_parent_is_dealt_with),
        cmocka_unit_test(what_succeeded_of_a_batch_does_not_come_again_after_a_restart),
        cmocka_unit_test(what_has_failed_too_often_is_written_down_and_it_goes_on),
        cmocka_unit_test(each_call_comes_after_what_was_before_it_is_kept),
        cmocka_unit_test(a_destination_that_cannot_be_written_blocks_and_says_so),
        cmocka_unit_test(by_hand_a_batch_that_fails_is_skipped),
        cmocka_unit_test(a_journal_that_cannot_be_used_blocks_until_it_can),
        cmocka_unit_test(a_clock_that_is_set_back_holds_nothing_up),
        cmocka_unit_test(a_damaged_journal_loses_no_records_and_is_told),
        cmocka_unit_test(what_is_filtered_is_kept_without_a_call),
        cmocka_unit_test(what_is_disabled_ends_what_is_in_flight_and_keeps_its_place),
        cmocka_unit_test(a_mapping_that_was_changed_goes_on_under_its_new_rules),
        cmocka_unit_test(a_mapping_that_was_removed_lets_its_runner_end),
        cmocka_unit_test(a_function_that_is_not_there_is_waited_for),
        cmocka_unit_test(a_function_that_is_not_trusted_does_not_run),
        cmocka_unit_test(a_stream_that_was_turned_off_is_read_to_its_end_and_that_is_told),
        cmocka_unit_test(a_stream_that_is_gone_is_told_with_what_was_lost),
        cmocka_unit_test(a_table_that_was_deleted_is_told_when_its_stream_is_read),
        cmocka_unit_test(a_second_runner_waits_and_takes_over),
        cmocka_unit_test(what_was_killed_on_closing_comes_again),
        cmocka_unit_test(a_windows_state_outlives_its_runner_and_ends_with_a_last_call),
        cmocka_unit_test(a_function_that_feeds_itself_is_told_of_and_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
