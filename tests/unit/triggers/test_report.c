/* SPDX-License-Identifier: MIT */
/* The words of the service around an invocation. */
#include "backend/triggers/report.h"
#include "tests/test.h"

static const struct function function = {.memory_mb = 128, .timeout_s = 3};

static void fill(struct invocation *i)
{
    *i = (struct invocation){.function = &function,
        .duration_us = 1234,
        .memory_kb = 50 << 10,
        .request_id = "11111111-2222-4333-8444-555555555555"};
}

static void expect(struct output *o, const char *text)
{
    buf_cstr(&o->tail);
    assert_string_equal(o->tail.at, text);
    output_fini(o);
}

static void an_invocation_has_three_lines(void **state)
{
    (void)state;
    struct output o = {0};
    struct invocation i;
    fill(&i);
    report_start(&o, &i);
    report_end(&o, &i);
    expect(&o, "START RequestId: 11111111-2222-4333-8444-555555555555 Version: $LATEST\n"
               "END RequestId: 11111111-2222-4333-8444-555555555555\n"
               "REPORT RequestId: 11111111-2222-4333-8444-555555555555\tDuration: 1.23 ms\tBilled "
               "Duration: 2 ms\tMemory Size: 128 MB\tMax Memory Used: 50 MB\t\n");
}

static void a_cold_one_says_how_long_it_took_to_start(void **state)
{
    (void)state;
    struct output o = {0};
    struct invocation i;
    fill(&i);
    i.init_us = 45670;
    report_end(&o, &i);
    assert_true(
        str_ends(buf_str(&o.tail), STR("Max Memory Used: 50 MB\tInit Duration: 45.67 ms\t\n")));
    output_fini(&o);
}

static void a_timeout_has_its_line_and_document(void **state)
{
    (void)state;
    struct output o = {0};
    struct buf payload = {0};
    struct invocation i;
    fill(&i);
    report_timeout(&o, &i, 1763654400123);
    report_put_timeout(&payload, &i);
    expect(&o, "2025-11-20T16:00:00.123Z 11111111-2222-4333-8444-555555555555 Task timed out after "
               "3.00 seconds\n\n");
    assert_string_equal(buf_cstr(&payload),
        "{\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"RequestId: "
        "11111111-2222-4333-8444-555555555555 Error: Task timed out after 3.00 seconds\"}");
    buf_fini(&payload);
}

static void an_exit_is_worded_by_its_status(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *text;
    } cases[] = {
        {0, "Error: Runtime exited without providing a reason\"}"},
        {1 << 8, "Error: Runtime exited with error: exit status 1\"}"},
        {9, "Error: Runtime exited with error: signal: killed\"}"},
        {11, "Error: Runtime exited with error: signal: segmentation fault\"}"},
    };
    struct buf payload = {0};
    struct invocation i;
    fill(&i);
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        report_put_exit(&payload, &i, cases[n].status);
        assert_true(str_starts(buf_str(&payload), STR("{\"errorType\":\"Runtime.ExitError\"")));
        assert_true(str_ends(buf_str(&payload), str_from(cases[n].text)));
    }
    buf_fini(&payload);
}

static void names_are_uuids_that_differ(void **state)
{
    (void)state;
    char a[37], b[37], trace[96];
    report_name(a);
    report_name(b);
    assert_int_equal(strlen(a), 36);
    assert_string_not_equal(a, b);
    assert_int_equal(a[14], '4');
    assert_non_null(strchr("89ab", a[19]));
    report_trace(trace, sizeof trace, 1763654400123);
    assert_int_equal(strncmp(trace, "Root=1-691f3b00-", 16), 0);
    assert_non_null(strstr(trace, ";Parent="));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_invocation_has_three_lines),
        cmocka_unit_test(a_cold_one_says_how_long_it_took_to_start),
        cmocka_unit_test(a_timeout_has_its_line_and_document),
        cmocka_unit_test(an_exit_is_worded_by_its_status),
        cmocka_unit_test(names_are_uuids_that_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
