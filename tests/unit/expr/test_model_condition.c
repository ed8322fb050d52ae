/* SPDX-License-Identifier: MIT */
/*
 * Random conditions on random items, against an evaluator that works on plain structs: the
 * condition is made as a tree, judged as a tree, and only then written as text for the code under
 * test.
 */
#include "naive.h"

enum { ROUNDS = 50000 };

enum shape {
    PATH,
    LITERAL,
    SIZE,
    COMPARE,
    BETWEEN,
    IN,
    EXISTS,
    NOT_EXISTS,
    TYPE,
    BEGINS,
    CONTAINS,
    NOT,
    AND,
    OR
};

struct tree {
    enum shape shape;
    unsigned op, count;
    struct naive_path path;
    struct naive *value;
    struct tree *parts[4];
};

static const char *const comparators[] = {"=", "<>", "<", "<=", ">", ">="};

/* ---- making ---- */

static struct tree *make(struct arena *arena, enum shape shape)
{
    struct tree *t = arena_new(arena, struct tree);
    t->shape = shape;
    return t;
}

/* A literal of a type that the static checks let pass, most of the time. */
static struct naive *random_literal(
    struct arena *arena, struct chance *c, const struct naive *item, enum shape shape, unsigned op)
{
    bool order = (shape == COMPARE && op > 1) || shape == BETWEEN;
    if (order || shape == BEGINS)
        return naive_scalar(arena, c, shape == BEGINS || chance_below(c, 2) ? VALUE_S : VALUE_N);
    if (chance_below(c, 2) && item->count)
        return item->members[chance_below(c, item->count)];
    return naive_random(arena, c, 1);
}

static struct tree *random_operand(
    struct arena *arena, struct chance *c, const struct naive *item, enum shape shape, unsigned op)
{
    unsigned pick = chance_below(c, 10);
    struct tree *t = make(arena, pick < 5 ? PATH : pick < 9 ? LITERAL : SIZE);
    if (t->shape == PATH)
        t->path = naive_random_path(c, item);
    else if (t->shape == LITERAL)
        t->value = random_literal(arena, c, item, shape, op);
    else
        t->parts[t->count++] = random_operand(arena, c, item, BEGINS, 0);
    return t;
}

static struct tree *random_type_name(struct arena *arena, struct chance *c)
{
    struct tree *t = make(arena, LITERAL);
    t->value = naive_new(arena, VALUE_S);
    t->value->text = value_type_name((enum value_type)(VALUE_NULL + chance_below(c, VALUE_BS)));
    return t;
}

static struct tree *random_condition(
    struct arena *arena, struct chance *c, const struct naive *item, unsigned depth)
{
    static const unsigned operands[] = {[COMPARE] = 2,
        [BETWEEN] = 3,
        [EXISTS] = 1,
        [NOT_EXISTS] = 1,
        [TYPE] = 1,
        [BEGINS] = 2,
        [CONTAINS] = 2};
    enum shape shape = (enum shape)(COMPARE + chance_below(c, depth ? 11 : 8));
    struct tree *t = make(arena, shape);
    t->op = chance_below(c, 6);
    if (shape >= NOT) {
        for (unsigned i = shape == NOT ? 1 : 2 + chance_below(c, 2); i > 0; i--)
            t->parts[t->count++] = random_condition(arena, c, item, depth - 1);
        return t;
    }
    for (unsigned i = shape == IN ? 2 + chance_below(c, 3) : operands[shape]; i > 0; i--)
        t->parts[t->count++] = random_operand(arena, c, item, shape, t->op);
    if (shape == EXISTS || shape == NOT_EXISTS) {
        t->parts[0] = make(arena, PATH);
        t->parts[0]->path = naive_random_path(c, item);
    }
    if (shape == TYPE)
        t->parts[t->count++] = random_type_name(arena, c);
    return t;
}

/* ---- judging ---- */

static int64_t units(const char *text)
{
    return strcmp(text, "é") == 0 ? 1 : (int64_t)strlen(text) - (strcmp(text, "𝄞") == 0 ? 2 : 0);
}

static bool has_size(const struct naive *n)
{
    return n->type >= VALUE_S && n->type != VALUE_N;
}

static const struct naive *judge_operand(
    struct arena *arena, const struct tree *t, const struct naive *item)
{
    if (t->shape == PATH)
        return naive_find(item, &t->path);
    if (t->shape == LITERAL)
        return t->value;
    const struct naive *of = judge_operand(arena, t->parts[0], item);
    if (!of || !has_size(of))
        return NULL;
    struct naive *size = naive_new(arena, VALUE_N);
    size->number = of->type == VALUE_S   ? units(of->text)
                   : of->type == VALUE_B ? (int64_t)strlen(of->text)
                                         : of->count;
    return size;
}

/* -2 where there is no order. */
static int judge_order(const struct naive *a, const struct naive *b)
{
    if (!a || !b || a->type != b->type)
        return -2;
    if (a->type == VALUE_N)
        return a->number < b->number ? -1 : a->number > b->number;
    if (a->type != VALUE_S && a->type != VALUE_B)
        return -2;
    int order = strcmp(a->text, b->text); /* plain char is compared as unsigned by strcmp */
    return order < 0 ? -1 : order > 0;
}

static bool judge_compare(unsigned op, const struct naive *a, const struct naive *b)
{
    int order = judge_order(a, b);
    bool same = a && b && naive_equal(a, b);
    switch (op) {
    case 0:
        return same;
    case 1:
        return !same;
    case 2:
        return order == -1;
    case 3:
        return order == -1 || order == 0;
    case 4:
        return order == 1;
    default:
        return order == 1 || order == 0;
    }
}

static bool judge_contains(const struct naive *a, const struct naive *b)
{
    if (a->type == VALUE_S || a->type == VALUE_B)
        return a->type == b->type && strstr(a->text, b->text);
    return (a->type == VALUE_L || value_is_set(a->type)) && naive_has(a, b);
}

static bool judge_function(const struct tree *t, const struct naive *a, const struct naive *b)
{
    if (t->shape == EXISTS || t->shape == NOT_EXISTS)
        return (a != NULL) == (t->shape == EXISTS);
    if (!a || !b)
        return false;
    if (t->shape == TYPE)
        return strcmp(value_type_name(a->type), b->text) == 0;
    if (t->shape == BEGINS)
        return a->type == b->type && (a->type == VALUE_S || a->type == VALUE_B) &&
               strncmp(a->text, b->text, strlen(b->text)) == 0;
    return judge_contains(a, b);
}

static bool judge(struct arena *arena, const struct tree *t, const struct naive *item)
{
    if (t->shape >= NOT) {
        bool truth = t->shape == AND;
        for (unsigned i = 0; i < t->count; i++) {
            bool part = judge(arena, t->parts[i], item);
            truth = t->shape == NOT ? !part : t->shape == AND ? truth && part : truth || part;
        }
        return truth;
    }
    const struct naive *v[4] = {NULL};
    for (unsigned i = 0; i < t->count; i++)
        v[i] = judge_operand(arena, t->parts[i], item);
    if (t->shape == COMPARE)
        return judge_compare(t->op, v[0], v[1]);
    if (t->shape == BETWEEN)
        return judge_compare(5, v[0], v[1]) && judge_compare(3, v[0], v[2]);
    if (t->shape == IN)
        return judge_compare(0, v[0], v[1]) || judge_compare(0, v[0], v[2]) ||
               judge_compare(0, v[0], v[3]);
    return judge_function(t, v[0], v[1]);
}

/* ---- writing ---- */

static void write_tree(struct naive_text *out, const struct tree *t);

static void write_list(
    struct naive_text *out, const struct tree *t, unsigned from, const char *between)
{
    for (unsigned i = from; i < t->count; i++) {
        buf_add(&out->text, str_from(i > from ? between : ""));
        write_tree(out, t->parts[i]);
    }
}

static void write_call(struct naive_text *out, const struct tree *t, const char *name)
{
    buf_printf(&out->text, "%s%s(", name, chance_below(out->chance, 4) ? "" : " ");
    write_list(out, t, 0, ",");
    buf_add_byte(&out->text, ')');
}

static void write_bare(struct naive_text *out, const struct tree *t)
{
    static const char *const calls[] = {[SIZE] = "size",
        [EXISTS] = "attribute_exists",
        [NOT_EXISTS] = "attribute_not_exists",
        [TYPE] = "attribute_type",
        [BEGINS] = "begins_with",
        [CONTAINS] = "contains"};
    switch (t->shape) {
    case PATH:
        naive_put_path(out, &t->path);
        return;
    case LITERAL:
        naive_put_value(out, t->value);
        return;
    case COMPARE:
        write_tree(out, t->parts[0]);
        buf_printf(&out->text, " %s ", comparators[t->op]);
        write_tree(out, t->parts[1]);
        return;
    case BETWEEN:
        write_tree(out, t->parts[0]);
        buf_add(&out->text, STR(" Between "));
        write_list(out, t, 1, " and ");
        return;
    case IN:
        write_tree(out, t->parts[0]);
        buf_add(&out->text, STR(" in ("));
        write_list(out, t, 1, ", ");
        buf_add_byte(&out->text, ')');
        return;
    case NOT:
        buf_add(&out->text, STR("NOT "));
        write_list(out, t, 0, "");
        return;
    case AND:
    case OR:
        write_list(out, t, 0, t->shape == AND ? " AND " : " or ");
        return;
    default:
        write_call(out, t, calls[t->shape]);
    }
}

/* In parentheses where the binding needs them, and sometimes where not. */
static void write_tree(struct naive_text *out, const struct tree *t)
{
    bool needed = t->shape == AND || t->shape == OR;
    bool paren = needed || !chance_below(out->chance, 6);
    if (paren)
        buf_add_byte(&out->text, '(');
    write_bare(out, t);
    if (paren)
        buf_add_byte(&out->text, ')');
}

/* ---- the property ---- */

/* 1: agreed on true, 0: on false, -1: refused by the static checks. */
static int run_round(uint64_t seed)
{
    struct arena arena = {0};
    struct chance c = {seed * 0x9E3779B97F4A7C15ULL + 1};
    struct naive *item = naive_random_item(&arena, &c);
    struct tree *tree = random_condition(&arena, &c, item, 3);
    struct naive_text text = {.arena = &arena, .chance = &c};
    struct request r;
    write_tree(&text, tree);
    buf_add(&text.values, STR("}"));
    request_init(&r, naive_names_json, text.count ? buf_cstr(&text.values) : NULL);
    assert_non_null(r.env);
    naive_encode(&arena, item, &r.item);
    const struct expr_condition *condition =
        expr_parse_condition(&r.arena, r.env, EXPR_FILTER, buf_str(&text.text), &r.err);
    int agreed = -1;
    if (condition) {
        bool truth = false, wanted = judge(&arena, tree, item);
        assert_true(expr_test(condition, value_of(buf_str(&r.item)), &truth, &r.err));
        if (truth != wanted) {
            naive_json(&r.text, item);
            fail_msg("seed %llu: %s\nwith %s\non %s\nis %d", (unsigned long long)seed,
                buf_cstr(&text.text), buf_cstr(&text.values), buf_cstr(&r.text), truth);
        }
        agreed = truth;
    } else if (strstr(r.err.text, "Syntax error") || strstr(r.err.text, "redundant")) {
        fail_msg("seed %llu: %s: %s", (unsigned long long)seed, buf_cstr(&text.text), r.err.text);
    }
    buf_fini(&text.text);
    buf_fini(&text.values);
    request_fini(&r);
    arena_fini(&arena);
    return agreed;
}

static void random_conditions_mean_what_the_naive_evaluator_says(void **state)
{
    (void)state;
    unsigned truths = 0, falsities = 0;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        int agreed = run_round(seed);
        truths += agreed == 1;
        falsities += agreed == 0;
    }
    /* the static checks refuse some; enough must be left on both sides */
    assert_true(truths > ROUNDS / 5 && falsities > ROUNDS / 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_conditions_mean_what_the_naive_evaluator_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
