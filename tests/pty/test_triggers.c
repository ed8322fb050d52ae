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
    term_send(&x->term, ":quit\r");
    term_expect_exit(&x->term, 0);
    term_close(&x->term);
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

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_elsewhere_shows_what_the_function_printed),
        cmocka_unit_test(nothing_is_sent_while_nothing_changes),
        cmocka_unit_test(what_came_with_a_store_asks_before_it_runs),
        cmocka_unit_test(a_record_is_replayed_from_the_stream),
    };
    if (argc < 2)
        return 64;
    program = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
