/* SPDX-License-Identifier: MIT */
/* What may be typed next in a query's line, and what the items that were seen tell. */
#include "backend/json_in.h"
#include "tests/test.h"
#include "views/query/query_partiql.h"

#include <stdlib.h>

static const struct client_index by_status = {.name = STR("ByStatus"),
    .global = true,
    .status = STR("ACTIVE"),
    .hash_count = 1,
    .keys = {{STR("status"), VALUE_S}},
    .projection = STR("ALL"),
    .items = 600,
    .bytes = 60000};

static struct client_table orders(void)
{
    struct client_table t = {.name = STR("Orders"),
        .key_count = 2,
        .index_count = 1,
        .indexes = &by_status,
        .items = 600,
        .bytes = 60000};
    t.keys[0] = (struct client_key){STR("id"), VALUE_S};
    t.keys[1] = (struct client_key){STR("at"), VALUE_N};
    return t;
}

/* ---- items ---- */

enum { ITEMS = 6 };

struct sample {
    struct arena arena;
    struct value items[ITEMS];
    struct query_rows rows;
};

static struct value item_at(const void *data, size_t row)
{
    return ((const struct sample *)data)->items[row];
}

static void sample_init(struct sample *s)
{
    static const char *const texts[ITEMS] = {("{\"id\":\"A\",\"at\":1,\"status\":\"PAID\","
                                              "\"address\":{\"city\":\"Bern\"},\"two words\":1}"),
        "{\"id\":\"A\",\"at\":2,\"status\":\"PENDING\",\"lines\":[{\"sku\":\"X\"}]}",
        "{\"id\":\"A\",\"at\":3,\"status\":\"PENDING\",\"tags\":[\"red\",\"blue\"]}",
        "{\"id\":\"B\",\"at\":1,\"status\":\"PENDING\",\"tags\":[\"red\"]}",
        "{\"id\":\"B\",\"at\":2,\"status\":\"PAID\",\"open\":true}",
        "{\"id\":\"C\",\"at\":1,\"status\":\"LOST\",\"open\":false}"};
    *s = (struct sample){0};
    for (size_t i = 0; i < ITEMS; i++) {
        struct buf encoded = {0};
        struct err err = ERR_INIT;
        const struct json *json = json_parse(&s->arena, str_from(texts[i]), &err);
        assert_true(json && json_in_plain(&encoded, json, &err));
        s->items[i] = value_of(arena_dup(&s->arena, buf_str(&encoded)));
        buf_fini(&encoded);
    }
    s->rows = (struct query_rows){.data = s, .item = item_at, .count = ITEMS, .fair = true};
}

static struct str column(void *data, int nth)
{
    static const char *const names[] = {"id", "at", "status", "two words", NULL};
    (void)data;
    return nth < 5 ? str_from(names[nth]) : STR_NONE;
}

/* The first candidates at the end of the text (or at "|"), with blanks between. */
static void assert_next(const char *text, const char *expected)
{
    struct sample s;
    struct client_table table = orders();
    struct query_candidates *c = calloc(1, sizeof *c);
    struct buf got = {0};
    sample_init(&s);
    struct query_complete_from from = {.table = &table, .rows = &s.rows, .column = column};
    query_complete(&from, str_from(text), strlen(text), c);
    for (size_t i = 0; i < c->count && got.len < strlen(expected); i++)
        buf_printf(&got, "%s%.*s", i ? " " : "", STR_ARG(c->list[i].text));
    if (strcmp(buf_cstr(&got), expected) != 0)
        print_message("%s\n", text);
    assert_string_equal(buf_cstr(&got), expected);
    buf_fini(&got);
    query_complete_fini(c);
    free(c);
    arena_fini(&s.arena);
}

static void values_that_were_seen_come_by_how_often(void **state)
{
    (void)state;
    assert_next("status = ", "\"PENDING\" \"PAID\" \"LOST\"");
    assert_next("status = \"P", "\"PENDING\" \"PAID\"");
    assert_next("status = pa", "\"PAID\"");
    assert_next("id = \"A\" and status in (\"PAID\", ", "\"PENDING\" \"PAID\" \"LOST\"");
    assert_next("at between ", "1 2 3");
    assert_next("at between 1 and ", "1 2 3");
    assert_next("begins_with(status, ", "\"PENDING\" \"PAID\" \"LOST\"");
    assert_next("contains(tags, ", "\"red\" \"blue\"");
    assert_next("address.city = ", "\"Bern\"");
    assert_next("lines[0].sku = ", "\"X\"");
    assert_next("open = ", "false true");
    assert_next("attribute_type(status, ", "\"S\" \"N\"");
}

static void attributes_and_paths_begin_a_condition(void **state)
{
    (void)state;
    assert_next("", "id at status `two words` address.city lines[0] lines[0].sku");
    assert_next("st", "status");
    assert_next("not s", "status size(");
    assert_next("(status = \"x\" or ad", "address.city");
    assert_next("address.", "address.city");
    assert_next("if tw", "`two words`");
    assert_next("id = \"A\" show ", "id at status");
    assert_next("id = \"A\" show id, ", "id at status");
    assert_next("id = \"A\" on ", "table ByStatus");
}

static void operators_and_words_go_on(void **state)
{
    (void)state;
    assert_next("at ", "= <> < <= > >= between in (");
    assert_next("open ", "= <>");
    assert_next("id = \"A\" ", "and or if show on limit");
    assert_next("id = \"A\" an", "and");
    assert_next("attribute_exists(id) ", "and or if");
    assert_next("id = \"A\" limit ", "");
}

/* ---- statements ---- */

static struct str table_name(void *data, int nth)
{
    (void)data;
    return nth == 0 ? STR("Orders") : nth == 1 ? STR("Other") : STR_NONE;
}

static void assert_in_statement(const char *text, const char *expected)
{
    struct sample s;
    struct client_table table = orders();
    struct query_candidates *c = calloc(1, sizeof *c);
    struct buf got = {0};
    sample_init(&s);
    struct query_complete_from from = {
        .table = &table, .rows = &s.rows, .column = column, .named = table_name};
    query_partiql_complete(&from, str_from(text), strlen(text), c);
    for (size_t i = 0; i < c->count && got.len < strlen(expected); i++)
        buf_printf(&got, "%s%.*s", i ? " " : "", STR_ARG(c->list[i].text));
    assert_string_equal(buf_cstr(&got), expected);
    buf_fini(&got);
    query_complete_fini(c);
    free(c);
    arena_fini(&s.arena);
}

static void statements_are_completed_by_their_words(void **state)
{
    (void)state;
    assert_in_statement("SELECT * FROM ", "\"Orders\" \"Other\"");
    assert_in_statement("SELECT * FROM \"Or", "\"Orders\"");
    assert_in_statement("UPDATE ot", "\"Other\"");
    assert_in_statement("SELECT * FROM Orders.", "\"ByStatus\"");
    assert_in_statement("SELECT * FROM \"Orders\".\"B", "\"ByStatus\"");
    assert_in_statement("SELECT * FROM Orders WHERE st", "\"status\"");
    assert_in_statement("SELECT * FROM Orders wh", "WHERE");
    assert_in_statement("SELECT * FROM Orders WHERE \"status\" = ", "'PENDING' 'PAID' 'LOST'");
    assert_in_statement("SELECT * FROM Orders WHERE status='P", "'PENDING' 'PAID'");
    assert_in_statement("SELECT * FROM Orders WHERE at >= ", "1 2 3");
    assert_in_statement("", "\"id\"");
}

/* ---- guesses ---- */

static int64_t estimate(const char *text, bool all)
{
    struct sample s;
    struct client_table table = orders();
    struct query_form form;
    sample_init(&s);
    s.rows.all = all;
    query_form_init(&form, &table);
    query_form_set(&form, str_from(text));
    assert_true(form.planned);
    int64_t items = query_seen_estimate(&s.rows, &table, &form.line, &form.plan);
    query_form_fini(&form);
    arena_fini(&s.arena);
    return items;
}

static void what_was_seen_tells_how_much_is_read(void **state)
{
    (void)state;
    assert_int_equal(estimate("id = 'A'", false), 3); /* a partition is together */
    assert_int_equal(estimate("id = 'A' and at > 1", false), 2);
    assert_int_equal(estimate("id = 'Z'", false), 2);             /* the mean: 6 of 3 */
    assert_int_equal(estimate("status = 'PENDING'", false), 300); /* 3 of 6, of 600 */
    assert_int_equal(estimate("status = 'PENDING'", true), 3);    /* these are all */
    assert_int_equal(estimate("id = 'Z'", true), 0);
    assert_int_equal(estimate("open = true", false), -1); /* a Scan reads all */
}

/* Whatever is typed, at any place. */
static void nonsense_has_candidates_or_none(void **state)
{
    (void)state;
    static const char *const words[] = {"a", "status", " ", "(", ")", "\"", "'", "`", "=", "and ",
        "in", "between", "[", "0]", ".", ",", "size(", "show ", "on ", "⟨", "😀", "if ", "not "};
    struct sample s;
    struct client_table table = orders();
    struct query_candidates *c = calloc(1, sizeof *c);
    sample_init(&s);
    struct query_complete_from from = {.table = &table, .rows = &s.rows, .column = column};
    srand(11);
    for (int round = 0; round < 3000; round++) {
        struct buf text = {0};
        for (int i = rand() % 30; i > 0; i--)
            buf_add(&text, str_from(words[(size_t)rand() % (sizeof words / sizeof *words)]));
        size_t at = text.len ? (size_t)rand() % (text.len + 1) : 0;
        query_complete(&from, buf_str(&text), at, c);
        assert_true(c->from <= at);
        buf_fini(&text);
    }
    query_complete_fini(c);
    free(c);
    arena_fini(&s.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_that_were_seen_come_by_how_often),
        cmocka_unit_test(attributes_and_paths_begin_a_condition),
        cmocka_unit_test(operators_and_words_go_on),
        cmocka_unit_test(statements_are_completed_by_their_words),
        cmocka_unit_test(what_was_seen_tells_how_much_is_read),
        cmocka_unit_test(nonsense_has_candidates_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
