/* SPDX-License-Identifier: MIT */
/* The form beside a query's line: fields are places in its text. */
#include "tests/test.h"
#include "views/query_form.h"

#include <stdlib.h>

static const struct client_index by_status = {.name = STR("ByStatus"),
    .global = true,
    .status = STR("ACTIVE"),
    .hash_count = 1,
    .keys = {{STR("status"), VALUE_S}},
    .projection = STR("ALL")};

static struct client_table orders(void)
{
    struct client_table t = {
        .name = STR("Orders"), .key_count = 1, .index_count = 1, .indexes = &by_status};
    t.keys[0] = (struct client_key){STR("id"), VALUE_S};
    return t;
}

static const struct query_field *field(
    const struct query_form *form, enum query_field_kind kind, uint32_t term)
{
    for (size_t i = 0; i < form->field_count; i++)
        if (form->fields[i].kind == kind && form->fields[i].term == term)
            return &form->fields[i];
    fail_msg("no such field");
    return NULL;
}

/* Sets the field and takes the text over. */
static void change(
    struct query_form *form, enum query_field_kind kind, uint32_t term, const char *text)
{
    struct buf out = {0};
    uint32_t at = kind >= QUERY_FIELD_INDEX ? 0 : term;
    query_form_with(form, field(form, kind, at), str_from(text), &out);
    query_form_set(form, buf_str(&out));
    buf_fini(&out);
}

static void a_field_is_a_place_in_the_line(void **state)
{
    (void)state;
    struct client_table table = orders();
    struct query_form form;
    query_form_init(&form, &table);
    query_form_set(&form, STR("status = \"PENDING\" and amount > 100 show id"));
    assert_true(form.good && form.planned);
    struct buf out = {0};
    query_form_get(&form, field(&form, QUERY_FIELD_VALUE, 0), &out);
    assert_string_equal(buf_cstr(&out), "PENDING");
    buf_clear(&out);
    query_form_get(&form, field(&form, QUERY_FIELD_SHOW, 0), &out);
    assert_string_equal(buf_cstr(&out), "id");
    change(&form, QUERY_FIELD_VALUE, 0, "SHIPPED");
    change(&form, QUERY_FIELD_OPERATOR, 1, "<=");
    change(&form, QUERY_FIELD_VALUE, 1, "5");
    assert_string_equal(buf_cstr(&form.text), "status = \"SHIPPED\" and amount <= 5 show id");
    buf_fini(&out);
    query_form_fini(&form);
}

static void values_are_quoted_where_they_have_to_be(void **state)
{
    (void)state;
    struct client_table table = orders();
    struct query_form form;
    query_form_init(&form, &table);
    query_form_set(&form, STR("id = \"x\" and note = 1"));
    change(&form, QUERY_FIELD_VALUE, 0, "42");
    change(&form, QUERY_FIELD_VALUE, 1, "two \"words\"");
    assert_string_equal(buf_cstr(&form.text), "id = \"42\" and note = \"two \\\"words\\\"\"");
    change(&form, QUERY_FIELD_VALUE, 1, "42");
    assert_string_equal(buf_cstr(&form.text), "id = \"42\" and note = 42");
    change(&form, QUERY_FIELD_VALUE, 1, "1 or id = 2");
    assert_string_equal(buf_cstr(&form.text), "id = \"42\" and note = \"1 or id = 2\"");
    query_form_fini(&form);
}

static void clauses_come_and_go(void **state)
{
    (void)state;
    struct client_table table = orders();
    struct query_form form;
    query_form_init(&form, &table);
    change(&form, QUERY_FIELD_INDEX, 0, "ByStatus");
    change(&form, QUERY_FIELD_ADD, 0, "status = 'P'");
    change(&form, QUERY_FIELD_ORDER, 0, "descending");
    change(&form, QUERY_FIELD_LIMIT, 0, "5");
    change(&form, QUERY_FIELD_ADD, 1, "amount > 1");
    assert_string_equal(
        buf_cstr(&form.text), "status = 'P' and amount > 1 on ByStatus descending limit 5");
    assert_true(form.good && form.line.backward && form.line.limit == 5);
    change(&form, QUERY_FIELD_INDEX, 0, "");
    change(&form, QUERY_FIELD_ORDER, 0, "");
    change(&form, QUERY_FIELD_LIMIT, 0, "");
    assert_string_equal(buf_cstr(&form.text), "status = 'P' and amount > 1");
    query_form_fini(&form);
}

static void assert_without(const char *text, uint32_t term, const char *expected)
{
    struct client_table table = orders();
    struct query_form form;
    struct buf out = {0};
    query_form_init(&form, &table);
    query_form_set(&form, str_from(text));
    query_form_without(&form, term, &out);
    assert_string_equal(buf_cstr(&out), expected);
    buf_fini(&out);
    query_form_fini(&form);
}

static void a_term_goes_with_its_and(void **state)
{
    (void)state;
    assert_without("a = 1 and b = 2 and c = 3", 0, "b = 2 and c = 3");
    assert_without("a = 1 and b = 2 and c = 3", 1, "a = 1 and c = 3");
    assert_without("a = 1 and b = 2 and c = 3", 2, "a = 1 and b = 2");
    assert_without("a = 1 if b = 2 limit 3", 1, "a = 1 limit 3");
    assert_without("a = 1", 0, "");
}

static void what_cannot_be_read_keeps_the_fields_of_before(void **state)
{
    (void)state;
    struct client_table table = orders();
    struct query_form form;
    query_form_init(&form, &table);
    query_form_set(&form, STR("id = 'x'"));
    size_t fields = form.field_count;
    query_form_set(&form, STR("id = "));
    assert_false(form.good);
    assert_int_equal(form.field_count, fields);
    query_form_fini(&form);
}

/* Every field of any good text, set to what it shows, leaves a text that means the same. */
static void setting_a_field_to_itself_changes_nothing(void **state)
{
    (void)state;
    static const char *const lines[] = {"status = \"P Q\" and amount between 1 and 2",
        "begins_with(id, \"x\") and size(a) > 3 show id, status limit 3",
        "a = {\"B\":\"AQ==\"} and contains(tags, \"t\") on ByStatus descending consistent"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct client_table table = orders();
        struct query_form form;
        query_form_init(&form, &table);
        query_form_set(&form, str_from(lines[i]));
        assert_true(form.good);
        for (size_t f = 0; f < form.field_count; f++) {
            struct buf text = {0}, out = {0};
            query_form_get(&form, &form.fields[f], &text);
            query_form_with(&form, &form.fields[f], buf_str(&text), &out);
            assert_string_equal(buf_cstr(&out), lines[i]);
            buf_fini(&text);
            buf_fini(&out);
        }
        query_form_fini(&form);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_field_is_a_place_in_the_line),
        cmocka_unit_test(values_are_quoted_where_they_have_to_be),
        cmocka_unit_test(clauses_come_and_go),
        cmocka_unit_test(a_term_goes_with_its_and),
        cmocka_unit_test(what_cannot_be_read_keeps_the_fields_of_before),
        cmocka_unit_test(setting_a_field_to_itself_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
