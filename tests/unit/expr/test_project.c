/* SPDX-License-Identifier: MIT */
/* Projections: which parts of an item come out, and which lists of paths are refused. */
#include "expr_test.h"

struct row {
    const char *text, *item, *part;
};

static void expect_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct request r;
        request_init(&r, "{\"#ab\":\"a.b\",\"#n\":\"name\"}", NULL);
        const struct expr_projection *p =
            expr_parse_projection(&r.arena, r.env, str_from(rows[i].text), &r.err);
        if (!p)
            fail_msg("%s: %s", rows[i].text, r.err.text);
        expr_project(p, request_item(&r, rows[i].item), &r.out);
        if (strcmp(request_result(&r), rows[i].part) != 0)
            fail_msg("%s of %s\n    is  %s\n    not %s", rows[i].text, rows[i].item,
                buf_cstr(&r.text), rows[i].part);
        request_fini(&r);
    }
}

#define ROWS(...)                                                                                  \
    expect_rows((const struct row[]){__VA_ARGS__},                                                 \
        sizeof((const struct row[]){__VA_ARGS__}) / sizeof(struct row))

static const char item[] = "{\"a\":{\"b\":{\"c\":3,\"d\":4},\"l\":[10,{\"x\":1,\"y\":2},[20,21]]},"
                           "\"a.b\":9,\"l\":[0,1,2,3],"
                           "\"name\":\"n\",\"z\":null}";

static void whole_attributes_are_taken(void **state)
{
    (void)state;
    ROWS({"z", item, "{\"z\":null}"}, {"z,l", item, "{\"l\":[0,1,2,3],\"z\":null}"},
        {"#n, #ab", item, "{\"a.b\":9,\"name\":\"n\"}"}, );
}

static void nesting_is_kept_and_holes_of_lists_close(void **state)
{
    (void)state;
    ROWS({"a.b.c", item, "{\"a\":{\"b\":{\"c\":3}}}"}, {"l[2], l[0]", item, "{\"l\":[0,2]}"},
        {"a.l[1].y, a.l[0], a.b.d", item, "{\"a\":{\"b\":{\"d\":4},\"l\":[10,{\"y\":2}]}}"},
        {"a.l[2][1]", item, "{\"a\":{\"l\":[[21]]}}"},
        {"l[3],l[1],z,l[2]", item, "{\"l\":[1,2,3],\"z\":null}"},
        {"l[0], l[9]", item, "{\"l\":[0]}"}, );
}

static void what_is_not_there_leaves_no_trace(void **state)
{
    (void)state;
    ROWS({"q", item, "{}"}, {"a.q", item, "{}"}, {"a.b.q.r, z", item, "{\"z\":null}"},
        {"l.x", item, "{}"}, {"a[0]", item, "{}"}, {"z.x, z2", item, "{}"}, {"l[4]", item, "{}"},
        {"a.l[1].q, a.l[0].x, a.b.c", item, "{\"a\":{\"b\":{\"c\":3}}}"}, {"a", "", "{}"},
        {"a", "{}", "{}"}, );
}

static void expect_error(const char *text, const char *error, const char *place)
{
    struct request r;
    char whole[ERR_TEXT_MAX];
    request_init(&r, "{\"#b\":\"a\"}", NULL);
    assert_null(expr_parse_projection(&r.arena, r.env, str_from(text), &r.err));
    snprintf(whole, sizeof whole, "Invalid ProjectionExpression: %s", error);
    assert_string_equal(r.err.text, whole);
    if (!str_equal((struct str){text + r.err.at, r.err.len}, str_from(place)))
        fail_msg("%s: the place is \"%.*s\"", text, (int)r.err.len, text + r.err.at);
    request_fini(&r);
}

static void errors_are_the_service_s(void **state)
{
    (void)state;
    expect_error("", "The expression can not be empty;", "");
    expect_error("!!!", "Syntax error; token: \"!\", near: \"!!\"", "!");
    expect_error("a,", "Syntax error; token: \"<EOF>\", near: \",\"", "");
    expect_error("a b", "Syntax error; token: \"b\", near: \"a b\"", "b");
    expect_error("a, :v", "Syntax error; token: \":v\", near: \", :v\"", ":v");
    expect_error("(a)", "Syntax error; token: \"(\", near: \"(a\"", "(");
    expect_error("l[a]", "Syntax error; token: \"a\", near: \"[a]\"", "a");
    expect_error("l[999999999999999999999]",
        "List index is not within the allowable range; index: [999999999999999999999]",
        "999999999999999999999");
    expect_error("a, name", "Attribute name is a reserved keyword; reserved keyword: name", "name");
    expect_error("x.#y",
        "An expression attribute name used in the document path is not defined; attribute name: #y",
        "#y");
#define BEFORE                                                                                     \
    "Two document paths overlap with each other; must remove or rewrite one of these paths; "
    expect_error("a, a", BEFORE "path one: [a], path two: [a]", "a");
    expect_error("a, #b", BEFORE "path one: [a], path two: [a]", "#b");
    expect_error("a, a.b", BEFORE "path one: [a], path two: [a, b]", "a.b");
    expect_error("x, a[1].c, a[1]", BEFORE "path one: [a, [1], c], path two: [a, [1]]", "a[1]");
    expect_error("a.b, a[0]",
        "Two document paths conflict with each other; must remove or rewrite one of these paths; "
        "path "
        "one: [a, b], path two: [a, [0]]",
        "a[0]");
}

/* The limit is the text's: what the names stand for may be longer. */
static void many_paths_and_long_names_are_projected(void **state)
{
    (void)state;
    struct request r;
    struct buf text = {0}, wide = {0};
    for (int i = 0; i < 800; i++) {
        buf_printf(&text, "%sa%03d", i ? "," : "", 799 - i);
        buf_printf(&wide, "%s\"a%03d\":%d", i ? "," : "{", i, i);
    }
    buf_add(&wide, STR(",\"zz\":1}"));
    request_init(&r, NULL, NULL);
    const struct expr_projection *p =
        expr_parse_projection(&r.arena, r.env, buf_str(&text), &r.err);
    assert_non_null(p);
    expr_project(p, request_item(&r, buf_cstr(&wide)), &r.out);
    request_result(&r);
    assert_int_equal(value_of(buf_str(&r.out)).count, 800);
    buf_fini(&text);
    buf_fini(&wide);
    request_fini(&r);
}

static bool collect(void *context, const struct expr_path *path)
{
    unsigned *count = context;
    return (*count += path->count) < 5;
}

static void the_visitor_sees_the_paths(void **state)
{
    (void)state;
    struct request r;
    unsigned steps = 0;
    request_init(&r, NULL, NULL);
    const struct expr_projection *p =
        expr_parse_projection(&r.arena, r.env, STR("a.b, c, d[1]"), &r.err);
    assert_false(expr_projection_attributes(p, collect, &steps));
    assert_int_equal(steps, 5);
    request_fini(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_attributes_are_taken),
        cmocka_unit_test(nesting_is_kept_and_holes_of_lists_close),
        cmocka_unit_test(what_is_not_there_leaves_no_trace),
        cmocka_unit_test(errors_are_the_service_s),
        cmocka_unit_test(many_paths_and_long_names_are_projected),
        cmocka_unit_test(the_visitor_sees_the_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
