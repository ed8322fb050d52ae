/* SPDX-License-Identifier: MIT */
/*
 * Expressions of every kind from hostile text, run over an item that may be hostile too. The first
 * byte chooses the kind, the text ends at a zero byte, what follows is the item (else a fixed one).
 * Refusals name a place inside the text; what is accepted gives canonical values from a sound item.
 * uses: ds_expr
 */
#include "backend/expr/expr.h"
#include "backend/json_in.h"
#include "tests/fuzz/fuzz.h"

static const char names[] = "{\"#a\":\"a\",\"#b\":\"b\",\"#c\":\"c d\",\"#s\":\"set\"}";
static const char values[] =
    "{\":n\":{\"N\":\"1\"},\":m\":{\"N\":\"-2.5e10\"},\":s\":{\"S\":\"he\"},\":b\":{\"B\":\"aGU=\"}"
    ",\":"
    "t\":{\"S\":\"N\"},\":l\":{\"L\":[{\"N\":\"1\"}]},\":o\":{\"M\":{\"x\":{\"S\":\"y\"}}},\":ss\":"
    "{"
    "\"SS\":[\"p\",\"q\"]},\":ns\":{\"NS\":[\"1\",\"3\"]},\":f\":{\"BOOL\":false}}";
static const char fixed[] = "{\"a\":{\"N\":\"5\"},\"b\":{\"L\":[{\"N\":\"1\"},{\"S\":\"hello\"},{"
                            "\"M\":{\"x\":{\"N\":\"2\"}}}]"
                            "},\"c "
                            "d\":{\"SS\":[\"q\",\"r\"]},\"d\":{\"M\":{\"e\":{\"NS\":[\"1\",\"2\"]},"
                            "\"f\":{\"B\":\"aGVsbG8=\""
                            "}}},\"s\":{\"S\":\"hello\"},\"z\":{\"NULL\":true}}";

struct run {
    struct arena arena;
    struct err err;
    struct expr_env *env;
    struct buf fixed_item, out, again;
    struct str text;
    struct value item;
    bool sound;
};

static void check_error(const struct run *r)
{
    FUZZ_CHECK(r->err.code == ERR_REFUSED && r->err.text[0]);
    FUZZ_CHECK(r->err.at <= r->text.len && r->err.len <= r->text.len - r->err.at);
}

static void check_value(const struct run *r, const struct buf *bytes)
{
    struct err err;
    if (r->sound)
        FUZZ_CHECK(value_check(buf_str(bytes), &err));
}

static bool see(void *context, const struct expr_path *path)
{
    const struct run *r = context;
    FUZZ_CHECK(path->count > 0 && path->count <= EXPR_DEPTH_MAX && path->steps[0].index < 0);
    FUZZ_CHECK(path->at <= r->text.len && path->len <= r->text.len - path->at);
    return true;
}

static void run_condition(struct run *r, enum expr_kind kind)
{
    bool one = false, two = true;
    const struct expr_condition *c =
        expr_parse_condition(&r->arena, r->env, kind, r->text, &r->err);
    if (!c) {
        check_error(r);
        return;
    }
    FUZZ_CHECK(expr_test(c, r->item, &one, &r->err) && expr_test(c, r->item, &two, &r->err));
    FUZZ_CHECK(one == two);
    expr_test(c, (struct value){0}, &one, &r->err);
    expr_condition_attributes(c, see, r);
}

static void run_key_condition(struct run *r)
{
    struct expr_key_condition k;
    if (!expr_parse_key_condition(&r->arena, r->env, r->text, &k, &r->err)) {
        if (r->err.at != ERR_NOWHERE)
            check_error(r);
        return;
    }
    FUZZ_CHECK(k.count >= 1 && k.count <= 8);
    for (uint32_t i = 0; i < k.count; i++)
        FUZZ_CHECK(k.terms[i].low.type != VALUE_NONE && k.terms[i].op != EXPR_NE);
}

static void run_projection(struct run *r)
{
    const struct expr_projection *p = expr_parse_projection(&r->arena, r->env, r->text, &r->err);
    if (!p) {
        check_error(r);
        return;
    }
    expr_project(p, r->item, &r->out);
    check_value(r, &r->out);
    expr_projection_attributes(p, see, r);
}

static void run_update(struct run *r)
{
    const struct expr_update *u = expr_parse_update(&r->arena, r->env, r->text, &r->err);
    if (!u) {
        check_error(r);
        return;
    }
    expr_update_attributes(u, see, r);
    expr_update_reads(u, see, r);
    expr_update_touched(u, r->item, &r->again);
    check_value(r, &r->again);
    buf_clear(&r->again);
    if (!expr_apply(u, r->item, &r->out, &r->err)) {
        FUZZ_CHECK(r->out.len == 0 && r->err.text[0]);
        return;
    }
    check_value(r, &r->out);
    FUZZ_CHECK(expr_apply(u, r->item, &r->again, &r->err));
    FUZZ_CHECK(str_equal(buf_str(&r->out), buf_str(&r->again)));
    buf_clear(&r->again);
    expr_update_touched(u, value_of(buf_str(&r->out)), &r->again);
    check_value(r, &r->again);
}

/* An item from the input where there is one: sound or not, it must not harm. */
static void choose_item(struct run *r, struct str rest)
{
    struct err err;
    r->sound = rest.len == 0 || value_check(rest, &err);
    r->item = value_of(rest.len ? rest : buf_str(&r->fixed_item));
    if (rest.len == 0 || r->item.type == VALUE_M)
        return;
    r->item = value_of(buf_str(&r->fixed_item));
    r->sound = true;
}

static void prepare(struct run *r, struct str input)
{
    const struct json *n = json_parse(&r->arena, STR(names), &r->err);
    const struct json *v = json_parse(&r->arena, STR(values), &r->err);
    const struct json *i = json_parse(&r->arena, STR(fixed), &r->err);
    r->env = expr_env_new(&r->arena, n, v, &r->err);
    FUZZ_CHECK(r->env && json_in_typed_item(&r->fixed_item, i, &r->err));
    size_t end = str_find_byte(input, '\0');
    r->text = str_take(input, end);
    choose_item(r, end < input.len ? str_skip(input, end + 1) : STR_NONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct run r = {.err = ERR_INIT};
    if (len == 0)
        return 0;
    prepare(&r, (struct str){(const char *)bytes + 1, len - 1});
    switch (bytes[0] % 5) {
    case EXPR_KEY_CONDITION:
        run_key_condition(&r);
        break;
    case EXPR_PROJECTION:
        run_projection(&r);
        break;
    case EXPR_UPDATE:
        run_update(&r);
        break;
    default:
        run_condition(&r, (enum expr_kind)(bytes[0] % 5));
    }
    expr_env_check_used(r.env, &r.err);
    arena_fini(&r.arena);
    buf_fini(&r.fixed_item);
    buf_fini(&r.out);
    buf_fini(&r.again);
    return 0;
}
