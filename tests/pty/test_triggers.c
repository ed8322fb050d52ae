/* SPDX-License-Identifier: MIT */
/* Triggers in the explorer: functions at work, and such as wait for their user's word. */
#include "tests/pty/sample.h"

#include "tests/test.h"

#include <stdio.h>
#include <sys/stat.h>

static const char *program;

struct fixture {
    struct sample sample;
    struct term term;
    char script[96], state[96];
};

static void write_script(struct fixture *x, const char *text)
{
    snprintf(x->script, sizeof x->script, "%s/count.sh", x->sample.folder);
    FILE *file = fopen(x->script, "we");
    assert_true(file && fputs(text, file) >= 0 && fclose(file) == 0);
    assert_int_equal(chmod(x->script, 0700), 0);
}

static void begin(struct fixture *x)
{
    struct buf errors = {0};
    sample_init(&x->sample, program);
    free(sample_call(&x->sample, "CreateTable",
        "{\"TableName\":\"Orders\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[{"
        "\"AttributeName\":\"id\",\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":[{"
        "\"AttributeName\":\"id\",\"AttributeType\":\"S\"}],\"StreamSpecification\":{"
        "\"StreamEnabled\":true,\"StreamViewType\":\"NEW_IMAGE\"}}"));
    write_script(x, "#!/bin/sh\ncat >/dev/null\necho it saw a change >&2\n");
    if (sample_run(&x->sample, NULL, NULL, &errors, "trigger", "add", "-c", x->sample.store,
            "Orders", x->script, "--starting-position", "TRIM_HORIZON", NULL))
        fail_msg("trigger add: %s", buf_cstr(&errors));
    buf_fini(&errors);
}

static void start(struct fixture *x, const char *const *env)
{
    static const char *const arguments[] = {"Orders", NULL};
    sample_open(&x->sample, &x->term,
        &(struct sample_start){.arguments = arguments, .env = env, .rows = 24, .cols = 100});
    term_expect(&x->term, "Orders");
    term_send(&x->term, "t");
    term_expect(&x->term, "Triggers 1");
}

static void end(struct fixture *x)
{
    sample_quit(&x->term);
    sample_fini(&x->sample);
}

static void put(struct fixture *x)
{
    free(sample_call(
        &x->sample, "PutItem", "{\"TableName\":\"Orders\",\"Item\":{\"id\":{\"S\":\"1\"}}}"));
}

static void a_change_elsewhere_shows_what_the_function_printed(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    start(&x, NULL);
    term_expect(&x.term, "runner: this process");
    term_expect(&x.term, "idle");
    put(&x);
    term_expect(&x.term, "it saw a change");
    term_expect(&x.term, "REPORT RequestId: ");
    term_expect(&x.term, "ok");
    term_send(&x.term, "o");
    term_expect(&x.term, "1 invocation");
    term_send(&x.term, TERM_ENTER);
    term_expect(&x.term, "\"eventName\": \"INSERT\"");
    end(&x);
}

static void nothing_is_sent_while_nothing_changes(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    start(&x, NULL);
    term_expect(&x.term, "idle");
    term_settle(&x.term, 700); /* longer than it takes to look again */
    term_forget(&x.term);
    assert_int_equal(term_settle(&x.term, 1500), 0);
    end(&x);
}

static void what_came_with_a_store_asks_before_it_runs(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    put(&x);
    snprintf(x.state, sizeof x.state, "XDG_STATE_HOME=%s/another", x.sample.folder);
    const char *const env[] = {x.state, NULL};
    start(&x, env);
    term_expect(&x.term, "untrusted");
    term_send(&x.term, "T");
    term_expect(&x.term, "It did not come from you.");
    term_expect(&x.term, "count.sh");
    assert_false(term_shows(&x.term, "it saw a change"));
    term_send(&x.term, "n");
    term_expect_gone(&x.term, "It did not come from you.");
    term_expect(&x.term, "untrusted");
    term_send(&x.term, "Ty");
    term_expect(&x.term, "it saw a change");
    end(&x);
}

static void a_record_is_replayed_from_the_stream(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    put(&x);
    start(&x, NULL);
    term_expect(&x.term, "it saw a change");
    term_send(&x.term, ":replay 1\r");
    term_expect(&x.term, "1 of 1 batches called, 0 failed");
    end(&x);
}

static void put_id(struct fixture *x, const char *id)
{
    char body[128];
    snprintf(body, sizeof body, "{\"TableName\":\"Orders\",\"Item\":{\"id\":{\"S\":\"%s\"}}}", id);
    free(sample_call(&x->sample, "PutItem", body));
}

/* A function that names the record of the item 2 as failed, on a mapping that asks for that. */
static void begin_naming(struct fixture *x)
{
    struct buf errors = {0};
    begin(x);
    write_script(x, "#!/bin/sh\ne=$(cat)\n"
                    "s=$(echo \"$e\" | sed 's/.*\"SequenceNumber\":\"\\([0-9]*\\)\".*/\\1/')\n"
                    "case $e in\n*'\"S\":\"2\"'*)\n"
                    "echo \"{\\\"batchItemFailures\\\":[{\\\"itemIdentifier\\\":\\\"$s\\\"}]}\";;\n"
                    "esac\n");
    if (sample_run(&x->sample, NULL, NULL, &errors, "trigger", "edit", "-c", x->sample.store,
            "count", "--function-response-types", "ReportBatchItemFailures", "--disabled", NULL))
        fail_msg("trigger edit: %s", buf_cstr(&errors));
    buf_fini(&errors);
    put_id(x, "1");
    put_id(x, "2");
    put_id(x, "3");
}

static void records_are_replayed_step_by_step_and_failures_that_it_names_are_seen(void **state)
{
    (void)state;
    struct fixture x;
    begin_naming(&x);
    start(&x, NULL);
    term_send(&x.term, ":replay step 10\r");
    term_expect(&x.term, "Record 1 of 3");
    term_expect(&x.term, "{\"id\":{\"S\":\"1\"}}");
    term_send(&x.term, "\r");
    term_expect(&x.term, "Record 2 of 3");
    term_expect(&x.term, "ok after");
    term_send(&x.term, "\r");
    term_expect(&x.term, "Record 3 of 3");
    term_expect(&x.term, "named as failed");
    term_send(&x.term, "skip\r");
    term_expect(&x.term, "2 of 3 batches called, 1 failed (1 record), 1 skipped");
    end(&x);
}

static void a_replay_that_waits_goes_on_or_is_stopped(void **state)
{
    (void)state;
    struct fixture x;
    begin_naming(&x);
    start(&x, NULL);
    term_send(&x.term, ":replay step 10\r");
    term_expect(&x.term, "Record 1 of 3");
    term_send(&x.term, "\x1b");
    term_expect_gone(&x.term, "Record 1 of 3");
    term_expect(&x.term, "0 of 3, it waits");
    term_send(&x.term, ":replay\r");
    term_expect(&x.term, "Record 1 of 3");
    term_send(&x.term, "the rest\r");
    term_expect(&x.term, "3 of 3 batches called, 1 failed (1 record)");
    term_send(&x.term, ":replay step 10\r");
    term_expect(&x.term, "Record 1 of 3");
    term_send(&x.term, "stop\r");
    term_expect(&x.term, "0 of 3 batches called");
    end(&x);
}

static void an_event_larger_than_is_kept_is_read_from_the_stream_again(void **state)
{
    (void)state;
    struct fixture x;
    struct buf body = {0};
    begin(&x);
    buf_add(
        &body, STR("{\"TableName\":\"Orders\",\"Item\":{\"id\":{\"S\":\"large\"},\"v\":{\"S\":\""));
    for (int i = 0; i < 20000; i++)
        buf_add_byte(&body, 'v');
    buf_add(&body, STR("\"}}}"));
    free(sample_call(&x.sample, "PutItem", buf_cstr(&body)));
    buf_fini(&body);
    start(&x, NULL);
    term_expect(&x.term, "it saw a change");
    term_send(&x.term, "o");
    term_expect(&x.term, "1 invocation ");
    term_send(&x.term, "\r");
    term_expect(&x.term, "its records, read from the stream again:");
    end(&x);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_elsewhere_shows_what_the_function_printed),
        cmocka_unit_test(nothing_is_sent_while_nothing_changes),
        cmocka_unit_test(what_came_with_a_store_asks_before_it_runs),
        cmocka_unit_test(a_record_is_replayed_from_the_stream),
        cmocka_unit_test(records_are_replayed_step_by_step_and_failures_that_it_names_are_seen),
        cmocka_unit_test(a_replay_that_waits_goes_on_or_is_stopped),
        cmocka_unit_test(an_event_larger_than_is_kept_is_read_from_the_stream_again),
    };
    if (argc < 2)
        return 64;
    program = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
