/* SPDX-License-Identifier: MIT */
/*
 * A query's line from hostile text, with all that the query builder does with it: words, plan,
 * verdict, form, candidates, statement. Places stay inside the text; a form's field that is set to
 * what it shows changes nothing; what a condition is rewritten to can be read. uses: ds_views
 */
#include "tests/fuzz/fuzz.h"
#include "views/query/query_operators.h"
#include "views/query/query_partiql.h"
#include "views/query/query_request.h"
#include "views/query/query_statement.h"
#include "views/query/query_verdict.h"

#include <stdlib.h>

static const struct client_index by_status = {.name = STR("ByStatus"),
    .status = STR("ACTIVE"),
    .projection = STR("ALL"),
    .global = true,
    .hash_count = 1,
    .range_count = 1,
    .keys = {{STR("status"), VALUE_S}, {STR("at"), VALUE_N}},
    .items = 10,
    .bytes = 1000};

static struct client_table table(void)
{
    return (struct client_table){.name = STR("Orders"),
        .key_count = 2,
        .keys = {{STR("id"), VALUE_S}, {STR("at"), VALUE_N}},
        .index_count = 1,
        .indexes = &by_status,
        .items = 10,
        .bytes = 1000};
}

static struct value no_item(const void *data, size_t row)
{
    (void)data;
    (void)row;
    return (struct value){0};
}

static struct str column(void *data, int nth)
{
    static const char *const names[] = {"id", "at", "status", "two words", "a`b"};
    (void)data;
    return nth < 5 ? str_from(names[nth]) : STR_NONE;
}

static void check_place(const struct err *err, struct str text)
{
    FUZZ_CHECK(err->text[0]);
    FUZZ_CHECK(err->at == ERR_NOWHERE || (err->at <= text.len && err->len <= text.len - err->at));
}

static void check_fields(const struct query_form *form)
{
    for (size_t i = 0; i < form->field_count; i++) {
        struct buf shown = {0}, text = {0};
        query_form_get(form, &form->fields[i], &shown);
        query_form_with(form, &form->fields[i], buf_str(&shown), &text);
        if (form->fields[i].kind <= QUERY_FIELD_TERM)
            FUZZ_CHECK(str_equal(buf_str(&text), buf_str(&form->text)));
        buf_fini(&shown);
        buf_fini(&text);
    }
}

/* The text may be refused in the service's words (two pairs of brackets are one too many), but not
 * be something that is no words. */
static void check_changes(const struct query_form *form, struct query_form *other)
{
    const char *words[QUERY_OPERATORS_MAX];
    for (uint32_t i = 0; i < form->line.node_count; i++) {
        struct buf text = {0};
        query_form_without(form, i, &text);
        query_form_set(other, buf_str(&text));
        buf_clear(&text);
        query_form_negated(form, i, &text);
        query_form_set(other, buf_str(&text));
        buf_clear(&text);
        if (query_form_grouped(form, i, &text) || query_form_ungrouped(form, i, &text))
            query_form_set(other, buf_str(&text));
        size_t count = query_operators(query_operand_of(form, i, VALUE_NONE), words);
        for (size_t k = 0; form->line.nodes[i].name.len && k < count; k++) {
            buf_clear(&text);
            query_operators_put(form, i, words[k], STR("7"), &text);
            query_form_set(other, buf_str(&text));
        }
        buf_fini(&text);
    }
}

static void check_good(const struct query_form *form, const struct query_rows *rows)
{
    struct buf out = {0};
    struct query_target target = {.endpoint = STR("http://x")};
    struct client_read read = query_request_read(form->table, &form->line, &form->plan);
    query_verdict_line(form, &out);
    query_verdict_cost(
        form, query_seen_estimate(rows, form->table, &form->line, &form->plan), &out);
    query_request_command(&read, &form->line, &target, &out);
    client_read_body(&out, &read);
    buf_fini(&out);
}

static void check_statement(struct str text)
{
    struct arena arena = {0};
    struct query_statement statement;
    query_statement_read(&arena, text, &statement);
    if (!statement.good)
        check_place(&statement.err, text);
    arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    struct client_table orders = table();
    struct query_rows rows = {.item = no_item};
    struct query_complete_from from = {.table = &orders, .rows = &rows, .column = column};
    if (size > 2000)
        return 0;
    struct query_form *form = calloc(2, sizeof *form);
    struct query_candidates *candidates = calloc(1, sizeof *candidates);
    query_form_init(&form[0], &orders);
    query_form_init(&form[1], &orders);
    query_form_set(&form[0], text);
    if (form->good) {
        check_fields(form);
        check_changes(form, &form[1]);
    }
    if (form->planned)
        check_good(form, &rows);
    else
        check_place(&form->err, text);
    query_complete(&from, text, size, candidates);
    query_complete(&from, text, size / 2, candidates);
    FUZZ_CHECK(candidates->from <= size / 2);
    query_partiql_complete(&from, text, size / 2, candidates);
    FUZZ_CHECK(candidates->from <= size / 2);
    if (query_statement_is(text))
        check_statement(text);
    query_form_fini(&form[0]);
    query_form_fini(&form[1]);
    query_complete_fini(candidates);
    free(candidates);
    free(form);
    return 0;
}
