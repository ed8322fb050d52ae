/* SPDX-License-Identifier: MIT */
/*
 * PartiQL from hostile text (UTF-8, as JSON gives it), run over a fixed item. The text has as many
 * parameters as it has question marks outside of quotes, up to four: each number is tried. Refusals
 * name a place inside the text; what is accepted gives the same answer twice and canonical values,
 * and nothing that writes passes for a read. uses: ds_partiql
 */
#include "backend/json_in.h"
#include "backend/partiql/partiql.h"
#include "base/utf8.h"
#include "tests/fuzz/fuzz.h"

enum { PARAMETERS = 4 };

static const char given[] = "{\"a\":{\"N\":\"1\"},\"b\":{\"S\":\"x\"},\"c\":{\"SS\":[\"x\",\"y\"]},"
                            "\"d\":{\"L\":[{\"N\":\"1\"}]}}";
static const char fixed[] =
    "{\"k\":{\"S\":\"x\"},\"s\":{\"N\":\"5\"},\"l\":{\"L\":[{\"N\":\"1\"},{\"S\":\"hello\"},{\"M\":"
    "{\"x\":{\"N\":\"2\"}}}]},\"ss\":{\"SS\":[\"q\",\"r\"]},\"m\":{\"M\":{\"e\":{\"NS\":[\"1\","
    "\"2\"]},\"f\":{\"B\":\"aGVsbG8=\"}}},\"t\":{\"S\":\"hello\"},\"z\":{\"NULL\":true}}";

struct run {
    struct arena arena;
    struct err err;
    struct buf item, parameters, out, again;
    struct value values[PARAMETERS];
    struct str text;
};

static void encode(struct run *r, struct buf *out, const char *json)
{
    const struct json *tree = json_parse(&r->arena, str_from(json), &r->err);
    FUZZ_CHECK(tree && json_in_typed_item(out, tree, &r->err));
}

static void prepare(struct run *r)
{
    struct str name;
    encode(r, &r->item, fixed);
    encode(r, &r->parameters, given);
    struct value_walk walk = value_walk(value_of(buf_str(&r->parameters)));
    for (int i = 0; i < PARAMETERS; i++)
        FUZZ_CHECK(value_next(&walk, &name, &r->values[i]));
}

static void check_value(const struct buf *bytes)
{
    struct err err = ERR_INIT;
    FUZZ_CHECK(value_check(buf_str(bytes), &err));
}

static void run_where(struct run *r, const struct partiql_statement *s)
{
    struct expr_condition condition = {.root = s->where};
    bool one = false, two = true;
    if (!s->where)
        return;
    struct value item = value_of(buf_str(&r->item));
    FUZZ_CHECK(expr_test(&condition, item, &one, &r->err));
    FUZZ_CHECK(expr_test(&condition, item, &two, &r->err) && one == two);
    expr_test(&condition, (struct value){0}, &one, &r->err);
}

static void run_columns(struct run *r, const struct partiql_statement *s)
{
    struct value v;
    for (uint32_t i = 0; i < s->column_count; i++) {
        FUZZ_CHECK(s->columns[i].path.count > 0 && s->columns[i].name.len > 0);
        expr_path_find(&s->columns[i].path, value_of(buf_str(&r->item)), &v);
    }
}

static void run_update(struct run *r, const struct partiql_statement *s)
{
    struct value item = value_of(buf_str(&r->item));
    buf_clear(&r->out);
    buf_clear(&r->again);
    if (!s->update || !expr_apply(s->update, item, &r->out, &r->err))
        return;
    check_value(&r->out);
    FUZZ_CHECK(expr_apply(s->update, item, &r->again, &r->err));
    FUZZ_CHECK(str_equal(buf_str(&r->out), buf_str(&r->again)));
}

static void run(struct run *r, const struct partiql_statement *s)
{
    FUZZ_CHECK(s->table.len > 0);
    FUZZ_CHECK(s->kind != PARTIQL_UPDATE || s->update);
    run_where(r, s);
    run_columns(r, s);
    run_update(r, s);
    if (s->kind == PARTIQL_INSERT) {
        struct err err = ERR_INIT;
        FUZZ_CHECK(s->item.type == VALUE_M && value_check(s->item.encoded, &err));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct run r = {.err = ERR_INIT, .text = {(const char *)bytes, len}};
    struct partiql_statement s;
    if (!utf8_valid(r.text))
        return 0;
    prepare(&r);
    for (size_t count = 0; count <= PARAMETERS; count++) {
        r.err = ERR_INIT;
        if (partiql_parse(&r.arena, r.text, r.values, count, &s, &r.err)) {
            FUZZ_CHECK(s.kind == PARTIQL_SELECT || !partiql_reads(r.text));
            run(&r, &s);
            break;
        }
        FUZZ_CHECK(r.err.code == ERR_REFUSED && r.err.text[0]);
        if (r.err.at != ERR_NOWHERE)
            FUZZ_CHECK(r.err.at <= len && r.err.len <= len - r.err.at);
    }
    arena_fini(&r.arena);
    buf_fini(&r.item);
    buf_fini(&r.parameters);
    buf_fini(&r.out);
    buf_fini(&r.again);
    return 0;
}
