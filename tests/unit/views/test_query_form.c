/* SPDX-License-Identifier: MIT */
/* The form beside a query's line: fields are places in its text. */
#include "tests/test.h"
#include "views/query/query_operators.h"

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
        .name = STR("Orders"), .key_count = 2, .index_count = 1, .indexes = &by_status};
    t.keys[0] = (struct client_key){STR("id"), VALUE_S};
    t.keys[1] = (struct client_key){STR("at"), VALUE_N};
    return t;
}

static const struct query_field *field(
    const struct query_form *form, enum query_field_kind kind, uint32_t term)
{
    for (size_t i = 0; i < form->field_count; i++)
        if (form->fields[i].kind == kind && form->fields[i].node == term)
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
    /* nodes: a = 1 │ not (…) │ b = 2 │ c = 3 │ d = 4 */
    assert_without(
        "a = 1 and not (b = 2 or c = 3) and d = 4", 2, "a = 1 and not (c = 3) and d = 4");
    assert_without(
        "a = 1 and not (b = 2 or c = 3) and d = 4", 3, "a = 1 and not (b = 2) and d = 4");
    assert_without("a = 1 and (b = 2) and d = 4", 2, "a = 1 and d = 4");
    assert_without("a = 1 if (b = 2)", 2, "a = 1");
    assert_without("a = ", 3, "a = ");
}

static void assert_shape(const char *text, const char *expected)
{
    struct client_table table = orders();
    struct query_form form;
    struct buf shape = {0};
    query_form_init(&form, &table);
    query_form_set(&form, str_from(text));
    if (!form.good)
        print_message("%s: %s\n", text, form.err.text);
    assert_true(form.good);
    for (size_t i = 0; i < form.field_count; i++) {
        const struct query_field *f = &form.fields[i];
        if (f->kind > QUERY_FIELD_TERM)
            break;
        buf_printf(&shape, "%s%s%.*s",
            f->kind == QUERY_FIELD_NAME || f->kind == QUERY_FIELD_TERM ? "|" : "·",
            f->negated && f->kind != QUERY_FIELD_JOIN ? "!" : "",
            STR_ARG(query_form_part(&form, f->span)));
    }
    assert_string_equal(buf_cstr(&shape), expected);
    buf_fini(&shape);
    query_form_fini(&form);
}

static void nested_filters_are_fields(void **state)
{
    (void)state;
    assert_shape("a = 1 or b = 2", "|a·=·1·or|b·=·2");
    assert_shape("a = 1 and (b = 2 or size(c) > 3)", "|a·=·1·and|b·=·2·or|c·>·3");
    assert_shape(
        "not a in (1, 2) if attribute_exists(b.c[0])", "|!a·!in·!1, 2|b.c[0]·attribute_exists");
    assert_shape("a between 1 and 2 or b = 3", "|a·between·1·2·or|b·=·3");
    assert_shape("not (a = 1)", "|a·=·1");
    assert_shape("a = b and c = 1", "|a = b·and|c·=·1");
}

static void assert_made(bool (*make)(const struct query_form *, uint32_t, struct buf *),
    const char *text, uint32_t node, const char *expected)
{
    struct client_table table = orders();
    struct query_form form;
    struct buf out = {0};
    query_form_init(&form, &table);
    query_form_set(&form, str_from(text));
    assert_true(form.good);
    assert_true(make(&form, node, &out) == (expected != NULL));
    if (expected)
        assert_string_equal(buf_cstr(&out), expected);
    buf_fini(&out);
    query_form_fini(&form);
}

static bool negate(const struct query_form *form, uint32_t node, struct buf *out)
{
    query_form_negated(form, node, out);
    return true;
}

static void brackets_and_not_come_and_go(void **state)
{
    (void)state;
    assert_made(query_form_grouped, "a = 1 and b = 2 or c = 3", 2, "a = 1 and (b = 2 or c = 3)");
    assert_made(query_form_grouped, "a = 1", 0, NULL);
    assert_made(query_form_ungrouped, "a = 1 and (b = 2 or c = 3)", 3, "a = 1 and b = 2 or c = 3");
    assert_made(query_form_ungrouped, "a = 1", 0, NULL);
    assert_made(negate, "a = 1 and b = 2", 1, "a = 1 and not b = 2");
    assert_made(negate, "a = 1 and not b = 2", 1, "a = 1 and b = 2");
    assert_made(negate, "not begins_with(a, 'x')", 0, "begins_with(a, 'x')");
}

static void assert_operator(const char *text, uint32_t node, const char *op, const char *expected)
{
    struct client_table table = orders();
    struct query_form form;
    struct buf out = {0};
    query_form_init(&form, &table);
    query_form_set(&form, str_from(text));
    query_operators_put(&form, node, op, STR("7"), &out);
    assert_string_equal(buf_cstr(&out), expected);
    query_form_set(&form, buf_str(&out));
    assert_true(form.good);
    buf_fini(&out);
    query_form_fini(&form);
}

static void a_condition_takes_another_operator(void **state)
{
    (void)state;
    assert_operator("a = 1 and b = 2", 0, "between", "a between 1 and 1 and b = 2");
    assert_operator("a between 1 and 2", 0, "=", "a = 1");
    assert_operator("a = 1", 0, "in", "a in (1)");
    assert_operator("a in ('x, y', 2)", 0, "=", "a = 'x, y'");
    assert_operator(
        "not contains(a, 'x') or b = 2", 0, "begins_with", "not begins_with(a, 'x') or b = 2");
    assert_operator("a = 1", 0, "attribute_exists", "attribute_exists(a)");
    assert_operator("attribute_exists(a)", 0, "=", "a = 7");
    assert_operator("not size(a) > 3", 0, "<", "not a < 7");
    assert_operator("a.b[0] = 1", 0, "size", "size(a.b[0]) >= 1");
    assert_operator("a = 1", 0, "attribute_type", "attribute_type(a, \"S\")");
}

static void assert_offered(const char *text, uint32_t node, enum value_type seen, const char *all)
{
    struct client_table table = orders();
    struct query_form form;
    const char *words[QUERY_OPERATORS_MAX];
    struct buf out = {0};
    query_form_init(&form, &table);
    query_form_set(&form, str_from(text));
    size_t count = query_operators(query_operand_of(&form, node, seen), words);
    for (size_t i = 0; i < count; i++)
        buf_printf(&out, "%s%s", i ? " " : "", words[i]);
    assert_string_equal(buf_cstr(&out), all);
    buf_fini(&out);
    query_form_fini(&form);
}

static void operators_are_those_that_make_sense(void **state)
{
    (void)state;
    assert_offered("id = 'x'", 0, VALUE_NONE, "=");
    assert_offered("id = 'x' and at = 1", 1, VALUE_NONE, "= < <= > >= between");
    assert_offered("amount = 1", 0, VALUE_N,
        "= <> < <= > >= between in attribute_exists attribute_not_exists attribute_type");
    assert_offered(
        "open = true", 0, VALUE_TRUE, "= <> attribute_exists attribute_not_exists attribute_type");
    assert_offered("tags = ⟨\"a\"⟩", 0, VALUE_SS,
        "= <> contains size attribute_exists attribute_not_exists attribute_type");
}

static void names_of_any_kind_come_back(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "two words", "in", "limit", "true", "a.b", "a`b", "``",
        "😀", "[0]", "0", "a\"b", "size", "⟨x⟩"};
    struct client_table table = orders();
    struct query_form form;
    query_form_init(&form, &table);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct buf text = {0};
        query_form_name(&text, str_from(names[i]));
        buf_add(&text, STR(" = 1"));
        query_form_set(&form, buf_str(&text));
        assert_true(form.good);
        assert_int_equal(form.line.term_count, 1);
        assert_true(str_equal(form.line.terms[0].name, str_from(names[i])));
        buf_fini(&text);
    }
    query_form_fini(&form);
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
        "a = {\"B\":\"AQ==\"} and contains(tags, \"t\") on ByStatus descending consistent",
        "not (a in (\"x\", 2) or b.c[0] <> 3) and d = 4 segments 3"};
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
        cmocka_unit_test(nested_filters_are_fields),
        cmocka_unit_test(brackets_and_not_come_and_go),
        cmocka_unit_test(a_condition_takes_another_operator),
        cmocka_unit_test(operators_are_those_that_make_sense),
        cmocka_unit_test(names_of_any_kind_come_back),
        cmocka_unit_test(what_cannot_be_read_keeps_the_fields_of_before),
        cmocka_unit_test(setting_a_field_to_itself_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
