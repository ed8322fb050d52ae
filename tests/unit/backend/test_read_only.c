/* SPDX-License-Identifier: MIT */
/* The decorator that lets nothing be written. */
#include "backend/ops.h"
#include "tests/unit/backend/fake_backend.h"

static bool passes(struct str operation, const char *body)
{
    char name[64];
    snprintf(name, sizeof name, "%.*s", STR_ARG(operation));
    const struct fake_answer script[] = {{name, 200, "{}"}, {0}};
    struct backend *backend = backend_read_only(&fake_open(script)->backend);
    struct ddb_call call = {.operation = operation, .body = str_from(body)};
    struct ddb_reply reply = {0};
    struct err err = ERR_INIT;
    assert_true(backend_call(backend, &call, &reply, &err));
    bool through = reply.status == 200;
    if (!through) {
        assert_true(ddb_reply_error(&reply, &err));
        assert_string_equal(err.name, "AccessDeniedException");
        assert_non_null(strstr(err.text, "--read-only"));
    }
    ddb_reply_fini(&reply);
    backend_close(backend, NULL);
    return through;
}

static void reads_pass_and_writes_are_refused_with_a_remedy(void **state)
{
    (void)state;
    size_t count;
    const struct op *all = op_all(&count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(passes(all[i].name, "{}"), !all[i].writes);
}

static void an_operation_that_nobody_knows_might_write(void **state)
{
    (void)state;
    assert_false(passes(STR("DropEverything"), "{}"));
    assert_false(passes(STR("getItem"), "{}"));
}

static void select_statements_pass_and_others_do_not(void **state)
{
    (void)state;
    struct str one = STR("ExecuteStatement");
    assert_true(passes(one, "{\"Statement\":\"SELECT * FROM t\"}"));
    assert_true(passes(one, "{\"Statement\":\" select a from t\"}"));
    assert_true(passes(one, "{\"Statement\":\"-- a note\\nSELECT * FROM t\"}"));
    assert_true(passes(one, "{\"Statement\":\"/* DELETE */SELECT/**/* FROM t\"}"));
    assert_false(passes(one, "{\"Statement\":\"DELETE FROM t\"}"));
    assert_false(passes(one, "{\"Statement\":\"-- SELECT\\nDELETE FROM t\"}"));
    assert_false(passes(one, "{\"Statement\":\"/* SELECT\"}"));
    assert_false(passes(one, "{\"Statement\":\"FROM t WHERE a = 1 SET b = 2\"}"));
    assert_false(passes(one, "{\"Statement\":\"EXISTS(SELECT * FROM t)\"}"));
    assert_false(passes(one, "{\"Statement\":\"selected\"}"));
    assert_false(passes(one, "{\"Statement\":\"select\"}"));
    assert_false(passes(one, "{\"Statement\":7}"));
    assert_false(passes(one, "not json"));
}

static void a_batch_passes_where_every_statement_reads(void **state)
{
    (void)state;
    struct str batch = STR("BatchExecuteStatement");
    assert_true(passes(batch, "{\"Statements\":[{\"Statement\":\"SELECT * FROM t\"}]}"));
    assert_false(passes(batch, "{\"Statements\":[{\"Statement\":\"SELECT * FROM t\"},"
                               "{\"Statement\":\"INSERT INTO t VALUE {}\"}]}"));
    assert_false(passes(batch, "{\"Statements\":[]}"));
    assert_true(passes(STR("ExecuteTransaction"),
        "{\"TransactStatements\":[{\"Statement\":\"SELECT * FROM t\"}]}"));
}

static void the_inner_label_stays_and_the_inner_backend_is_closed(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {{0}};
    bool closed = false;
    struct fake_backend *fake = fake_open(script);
    fake->closed = &closed;
    struct backend *backend = backend_read_only(&fake->backend);
    assert_string_equal(backend_label(backend), "fake");
    backend_close(backend, NULL);
    assert_true(closed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_pass_and_writes_are_refused_with_a_remedy),
        cmocka_unit_test(an_operation_that_nobody_knows_might_write),
        cmocka_unit_test(select_statements_pass_and_others_do_not),
        cmocka_unit_test(a_batch_passes_where_every_statement_reads),
        cmocka_unit_test(the_inner_label_stays_and_the_inner_backend_is_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
