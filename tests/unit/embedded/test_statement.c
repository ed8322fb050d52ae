/* SPDX-License-Identifier: MIT */
/*
 * A SELECT finds what a Scan with the same filter finds, however its WHERE is planned: random
 * items, random conditions on key and other attributes, on a table and its indexes, in one page and
 * in many.
 */
#include "tests/unit/embedded/harness.h"

#include "backend/json_in.h"
#include "tests/unit/backend/random_value.h"

enum { ROUNDS = 3000, ITEMS = 90, FOUND_MAX = 200, VALUES = 16 };

static const char table[] =
    "{\"TableName\":\"tab\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[{\"AttributeName\":"
    "\"p\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"s\",\"KeyType\":\"RANGE\"}],"
    "\"AttributeDefinitions\":[{\"AttributeName\":\"p\",\"AttributeType\":\"S\"},{"
    "\"AttributeName\":\"s\",\"AttributeType\":\"N\"},{\"AttributeName\":\"g\",\"AttributeType\":"
    "\"S\"},{\"AttributeName\":\"n\",\"AttributeType\":\"N\"}],\"GlobalSecondaryIndexes\":[{"
    "\"IndexName\":\"global\",\"KeySchema\":[{\"AttributeName\":\"g\",\"KeyType\":\"HASH\"},{"
    "\"AttributeName\":\"n\",\"KeyType\":\"RANGE\"}],\"Projection\":{\"ProjectionType\":\"ALL\"}}],"
    "\"LocalSecondaryIndexes\":[{\"IndexName\":\"local\",\"KeySchema\":[{\"AttributeName\":\"p\","
    "\"KeyType\":\"HASH\"},{\"AttributeName\":\"n\",\"KeyType\":\"RANGE\"}],\"Projection\":{"
    "\"ProjectionType\":\"ALL\"}}]}";

/* The same condition in both languages. Value i of the expression is :v<i>, a number or a text. */
struct texts {
    struct rng *rng;
    struct buf statement, filter;
    bool used[VALUES];
};

static void add_both(struct texts *t, const char *text)
{
    buf_add(&t->statement, str_from(text));
    buf_add(&t->filter, str_from(text));
}

/* Numbers 0..7, texts a..h. */
static void add_value(struct texts *t, bool number)
{
    unsigned i = rng_below(t->rng, VALUES / 2);
    unsigned slot = number ? i : VALUES / 2 + i;
    if (number)
        buf_printf(&t->statement, "%u", i);
    else
        buf_printf(&t->statement, "'%c'", 'a' + (int)i);
    buf_printf(&t->filter, ":v%u", slot);
    t->used[slot] = true;
}

static void add_in(struct texts *t, const char *name, bool number)
{
    unsigned count = 1 + rng_below(t->rng, 3);
    buf_printf(&t->statement, "%s IN [", name);
    buf_printf(&t->filter, "%s IN (", name);
    for (unsigned i = 0; i < count; i++) {
        add_both(t, i ? ", " : "");
        add_value(t, number);
    }
    buf_add(&t->statement, STR("]"));
    buf_add(&t->filter, STR(")"));
}

static void add_leaf(struct texts *t)
{
    static const char *const names[] = {"p", "p", "p", "s", "s", "g", "n", "x"};
    static const char *const operators[] = {" = ", " = ", " <> ", " < ", " <= ", " > ", " >= "};
    const char *name = names[rng_below(t->rng, 8)];
    bool number = name[0] == 's' || name[0] == 'n';
    unsigned kind = rng_below(t->rng, 9);
    if (kind == 0) {
        add_in(t, name, number);
    } else if (kind == 1) {
        add_both(t, "attribute_exists(");
        add_both(t, name);
        add_both(t, ")");
    } else if (kind == 2 && !number) {
        add_both(t, "begins_with(");
        add_both(t, name);
        add_both(t, ", ");
        add_value(t, false);
        add_both(t, ")");
    } else {
        add_both(t, name);
        add_both(t, operators[name[0] == 'p' ? rng_below(t->rng, 2) : rng_below(t->rng, 7)]);
        add_value(t, number);
    }
}

static void add_condition(struct texts *t, unsigned depth)
{
    unsigned kind = depth ? rng_below(t->rng, 5) : 9;
    if (kind == 0) {
        add_both(t, "NOT ");
        add_leaf(t);
    } else if (kind <= 3) {
        unsigned count = 2 + rng_below(t->rng, 2);
        const char *joint = kind == 1 ? " OR " : " AND ";
        add_both(t, "(");
        for (unsigned i = 0; i < count; i++) {
            add_both(t, i ? joint : "");
            add_condition(t, depth - 1);
        }
        add_both(t, ")");
    } else {
        add_leaf(t);
    }
}

/* One of =, <, …, BETWEEN on the sort key. */
static void add_range(struct texts *t)
{
    static const char *const operators[] = {" = ", " < ", " <= ", " > ", " >= ", " <> ", " = "};
    unsigned kind = rng_below(t->rng, 9);
    if (kind == 8) {
        unsigned low = rng_below(t->rng, VALUES / 2), high = low + rng_below(t->rng, 2);
        high = high < VALUES / 2 ? high : low;
        buf_printf(&t->statement, "s BETWEEN %u AND %u", low, high);
        buf_printf(&t->filter, "s BETWEEN :v%u AND :v%u", low, high);
        t->used[low] = t->used[high] = true;
        return;
    }
    if (kind == 7) {
        add_in(t, "s", true);
        return;
    }
    add_both(t, kind == 6 ? "NOT s" : "s");
    add_both(t, operators[kind]);
    add_value(t, true);
}

/* p = 'a' AND s > 5 AND …, several of them: what becomes ranges. */
static void add_ranges(struct texts *t)
{
    unsigned count = 1 + rng_below(t->rng, 3);
    for (unsigned i = 0; i < count; i++) {
        add_both(t, i ? " OR (p = " : "(p = ");
        add_value(t, false);
        for (unsigned k = rng_below(t->rng, 3); k > 0; k--) {
            add_both(t, " AND ");
            add_range(t);
        }
        if (rng_below(t->rng, 3) == 0) {
            add_both(t, " AND ");
            add_leaf(t);
        }
        add_both(t, ")");
    }
}

/* ---- items ---- */

static void put_items(struct bench *b, struct rng *rng)
{
    struct buf body = {0};
    for (unsigned i = 0; i < ITEMS; i++) {
        buf_clear(&body);
        buf_printf(&body,
            "{\"TableName\":\"tab\",\"Item\":{\"p\":{\"S\":\"%c\"},\"s\":{\"N\":\"%u\"}",
            'a' + (int)rng_below(rng, 6), rng_below(rng, 9));
        if (rng_below(rng, 3))
            buf_printf(&body, ",\"g\":{\"S\":\"%c\"}", 'a' + (int)rng_below(rng, 4));
        if (rng_below(rng, 3))
            buf_printf(&body, ",\"n\":{\"N\":\"%u\"}", rng_below(rng, 9));
        if (rng_below(rng, 3))
            buf_printf(&body, ",\"x\":{\"S\":\"%c%c\"}", 'a' + (int)rng_below(rng, 8),
                'a' + (int)rng_below(rng, 8));
        buf_add(&body, STR("}}"));
        bench_ok(b, "PutItem", buf_cstr(&body));
    }
    buf_fini(&body);
}

/* ---- what was found: one number a key, sorted ---- */

struct found {
    int at[FOUND_MAX];
    size_t count;
};

static int compare(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static struct str text_of(const struct json *item, struct str name, struct str type)
{
    return json_get(json_get(item, name), type)->text;
}

static void add_items(struct found *found, const struct json *items)
{
    for (const struct json *m = items->first; m; m = m->next) {
        assert_true(found->count < FOUND_MAX);
        found->at[found->count++] = text_of(m, STR("p"), STR("S")).at[0] * 100 +
                                    (text_of(m, STR("s"), STR("N")).at[0] - '0');
    }
}

static void sort_found(struct found *found)
{
    qsort(found->at, found->count, sizeof *found->at, compare);
}

static void put_values(struct buf *out, const struct texts *t)
{
    bool any = false;
    for (unsigned i = 0; i < VALUES; i++)
        if (t->used[i]) {
            buf_add(out, any ? STR(",") : STR(",\"ExpressionAttributeValues\":{"));
            if (i < VALUES / 2)
                buf_printf(out, "\":v%u\":{\"N\":\"%u\"}", i, i);
            else
                buf_printf(out, "\":v%u\":{\"S\":\"%c\"}", i, 'a' + (int)(i - VALUES / 2));
            any = true;
        }
    buf_add(out, any ? STR("}") : STR_NONE);
}

static void scan(struct bench *b, const struct texts *t, const char *index, struct found *found)
{
    struct buf body = {0};
    buf_printf(&body, "{\"TableName\":\"tab\",\"FilterExpression\":\"%.*s\"", STR_ARG(t->filter));
    if (index)
        buf_printf(&body, ",\"IndexName\":\"%s\"", index);
    put_values(&body, t);
    buf_add_byte(&body, '}');
    bench_ok(b, "Scan", buf_cstr(&body));
    add_items(found, json_get(bench_json(b), STR("Items")));
    sort_found(found);
    buf_fini(&body);
}

/* All pages; false where the service would not run it. */
static bool select_all(
    struct bench *b, const struct texts *t, const char *index, unsigned limit, struct found *found)
{
    struct buf body = {0}, token = {0};
    bool ok = true;
    do {
        buf_clear(&body);
        buf_add(&body, STR("{\"Statement\":\"SELECT p, s FROM tab"));
        if (index)
            buf_printf(&body, ".\\\"%s\\\"", index);
        buf_printf(&body, " WHERE %.*s\"", STR_ARG(t->statement));
        if (limit)
            buf_printf(&body, ",\"Limit\":%u", limit);
        if (token.len)
            buf_printf(&body, ",\"NextToken\":\"%.*s\"", STR_ARG(token));
        buf_add_byte(&body, '}');
        ok = bench_call(b, "ExecuteStatement", buf_cstr(&body)) == 200;
        buf_clear(&token);
        if (ok) {
            const struct json *answer = bench_json(b), *more = json_get(answer, STR("NextToken"));
            add_items(found, json_get(answer, STR("Items")));
            if (more)
                buf_add(&token, more->text);
        } else if (!bench_says(b, "Overlapping") && !bench_says(b, "Too many decomposed")) {
            fail_msg("%.*s\n%.*s", STR_ARG(body), STR_ARG(b->reply.body));
        }
    } while (ok && token.len);
    sort_found(found);
    buf_fini(&body);
    buf_fini(&token);
    return ok;
}

static void a_select_finds_what_a_scan_finds(void **state)
{
    (void)state;
    static const char *const indexes[] = {NULL, NULL, "global", "local"};
    struct bench b;
    struct rng rng = {7};
    struct texts t = {.rng = &rng};
    unsigned ran = 0;
    bench_init(&b);
    bench_ok(&b, "CreateTable", table);
    put_items(&b, &rng);
    for (unsigned i = 0; i < ROUNDS; i++) {
        const char *index = indexes[rng_below(&rng, 4)];
        struct found expected = {0}, one = {0}, many = {0};
        buf_clear(&t.statement);
        buf_clear(&t.filter);
        memset(t.used, 0, sizeof t.used);
        if (rng_below(&rng, 2))
            add_ranges(&t);
        else
            add_condition(&t, 3);
        if (!select_all(&b, &t, index, 0, &one))
            continue;
        ran++;
        scan(&b, &t, index, &expected);
        assert_true(select_all(&b, &t, index, 1 + rng_below(&rng, 7), &many));
        if (one.count != expected.count || many.count != expected.count ||
            memcmp(one.at, expected.at, one.count * sizeof *one.at) != 0 ||
            memcmp(many.at, expected.at, many.count * sizeof *many.at) != 0)
            fail_msg("%s %.*s: %zu, in pages %zu, instead of %zu", index ? index : "",
                STR_ARG(t.statement), one.count, many.count, expected.count);
    }
    assert_true(ran > ROUNDS / 2);
    buf_fini(&t.statement);
    buf_fini(&t.filter);
    bench_fini(&b);
}

/* ---- places of refusals ---- */

static void a_refused_statement_is_placed_in_its_text(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    bench_ok(&b, "CreateTable", table);
    assert_int_equal(bench_call(&b, "ExecuteStatement",
                         "{\"Statement\":\"SELECT * FROM tab WHERE p = 'a' foo\"}"),
        400);
    assert_true(b.reply.placed);
    assert_int_equal(b.reply.at, 32);
    assert_int_equal(b.reply.len, 3);
    bench_call(&b, "ExecuteStatement",
        "{\"Parameters\":[{\"N\":\"x\"}],\"Statement\":\"SELECT * FROM tab WHERE p = ?\"}");
    assert_false(b.reply.placed); /* the parameter is not in the statement */
    bench_call(&b, "ExecuteStatement", "{\"Statement\":\"SELECT * FROM tab WHERE p = 1\"}");
    assert_false(b.reply.placed);
    bench_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_select_finds_what_a_scan_finds),
        cmocka_unit_test(a_refused_statement_is_placed_in_its_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
