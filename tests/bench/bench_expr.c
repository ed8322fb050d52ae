/* SPDX-License-Identifier: MIT */
/*
 * Nanoseconds of CPU to parse expressions and to run them on an item of ten attributes. Each figure
 * is the best of nine rounds. With an argument only the rows that contain it. To hold: a typical
 * expression parsed in 1500 ns, `a = :x AND size(b) > :n` tested in 150 ns.
 */
#include "backend/expr/expr.h"
#include "backend/json_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 9, CALLS = 100000 };

static const char item_text[] =
    "{\"a\":5,\"b\":\"a text of a few "
    "words\",\"c\":true,\"d\":[1,2,3],\"e\":{\"x\":1,\"y\":\"two\"},"
    "\"f\":12.5,\"g\":null,\"h\":\"warehouse-7, third shelf from the door\",\"i\":1718031234567,"
    "\"j\":\"last\"}";
static const char names_text[] = "{\"#n\":\"name\"}";
static const char values_text[] =
    "{\":x\":{\"N\":\"5\"},\":n\":{\"N\":\"3\"},\":s\":{\"S\":\"ware\"},\":one\":{\"N\":\"1\"}}";

struct bench {
    struct arena values, arena;
    struct expr_env *env;
    struct buf item, out;
    struct value value;
    struct err err;
    const struct expr_condition *condition;
    const struct expr_update *update;
    const struct expr_projection *projection;
    uint64_t sink;
};

static void give_up(struct bench *b, const char *what)
{
    fprintf(stderr, "bench_expr: %s: %s\n", what, b->err.text);
    exit(70);
}

static void env_from_json(struct bench *b)
{
    arena_reset(&b->arena);
    const struct json *n = json_parse(&b->arena, STR(names_text), &b->err);
    const struct json *v = json_parse(&b->arena, STR(values_text), &b->err);
    b->sink += expr_env_new(&b->arena, n, v, &b->err) != NULL;
}

static void parse_condition(struct bench *b, const char *text)
{
    arena_reset(&b->arena);
    b->condition = expr_parse_condition(&b->arena, b->env, EXPR_CONDITION, str_from(text), &b->err);
    if (!b->condition)
        give_up(b, text);
}

static void parse_update(struct bench *b, const char *text)
{
    arena_reset(&b->arena);
    b->update = expr_parse_update(&b->arena, b->env, str_from(text), &b->err);
    if (!b->update)
        give_up(b, text);
}

static void parse_projection(struct bench *b, const char *text)
{
    arena_reset(&b->arena);
    b->projection = expr_parse_projection(&b->arena, b->env, str_from(text), &b->err);
    if (!b->projection)
        give_up(b, text);
}

static void test(struct bench *b, const char *text)
{
    bool truth;
    (void)text;
    expr_test(b->condition, b->value, &truth, &b->err);
    b->sink += truth;
}

static void apply(struct bench *b, const char *text)
{
    buf_clear(&b->out);
    if (!expr_apply(b->update, b->value, &b->out, &b->err))
        give_up(b, text);
}

static void project(struct bench *b, const char *text)
{
    (void)text;
    buf_clear(&b->out);
    expr_project(b->projection, b->value, &b->out);
}

static void env(struct bench *b, const char *text)
{
    (void)text;
    env_from_json(b);
}

static const struct row {
    const char *name, *text;
    void (*prepare)(struct bench *, const char *);
    void (*run)(struct bench *, const char *);
} rows[] = {
    {"placeholders from JSON, 1 + 4", "", NULL, env},
    {"parse  condition", "a = :x AND size(b) > :n", NULL, parse_condition},
    {"parse  condition", "attribute_not_exists(#n)", NULL, parse_condition},
    {"parse  condition", "(a = :x OR begins_with(h, :s)) AND NOT e.x IN (:n, :one)", NULL,
        parse_condition},
    {"parse  update", "SET a = a + :one, e.y = :s REMOVE g", NULL, parse_update},
    {"parse  projection", "a, e.x, d[1], h", NULL, parse_projection},
    {"test", "a = :x AND size(b) > :n", parse_condition, test},
    {"test", "i > :x AND begins_with(h, :s)", parse_condition, test},
    {"test", "attribute_exists(j)", parse_condition, test},
    {"apply", "SET a = :x", parse_update, apply},
    {"apply", "SET a = a + :one, e.y = :s REMOVE g", parse_update, apply},
    {"project", "a, e.x, d[1], h", parse_projection, project},
};

static int64_t cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static double measure(struct bench *b, const struct row *row)
{
    double best = 1e9;
    if (row->prepare)
        row->prepare(b, row->text);
    for (int round = 0; round < ROUNDS; round++) {
        int64_t start = cpu_ns();
        for (int i = 0; i < CALLS; i++)
            row->run(b, row->text);
        double each = (double)(cpu_ns() - start) / CALLS;
        if (each < best)
            best = each;
    }
    return best;
}

int main(int argc, char **argv)
{
    struct bench b = {.err = ERR_INIT};
    const struct json *n = json_parse(&b.values, STR(names_text), &b.err);
    const struct json *v = json_parse(&b.values, STR(values_text), &b.err);
    const struct json *i = json_parse(&b.values, STR(item_text), &b.err);
    b.env = expr_env_new(&b.values, n, v, &b.err);
    if (!b.env || !json_in_item(&b.item, i, false, &b.err))
        give_up(&b, "setup");
    b.value = value_of(buf_str(&b.item));
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
        if (argc < 2 || strstr(rows[r].name, argv[1]))
            printf("%8.0f ns  %-20s %s\n", measure(&b, &rows[r]), rows[r].name, rows[r].text);
    arena_fini(&b.arena);
    arena_fini(&b.values);
    buf_fini(&b.item);
    buf_fini(&b.out);
    return b.sink == UINT64_MAX;
}
