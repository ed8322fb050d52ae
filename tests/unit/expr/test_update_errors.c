/* SPDX-License-Identifier: MIT */
/* What updates refuse: while they are read, and when they meet an item. */
#include "expr_test.h"

static const char values[] =
    "{\":s\":{\"S\":\"a\"},\":n\":{\"N\":\"1\"},\":b\":{\"B\":\"YQ==\"},\":t\":{\"BOOL\":true},\":"
    "null\""
    ":{\"NULL\":true},\":ss\":{\"SS\":[\"a\"]},\":ns\":{\"NS\":[\"1\"]},\":bs\":{\"BS\":[\"YQ==\"]}"
    ",\":l"
    "\":{\"L\":[]},\":m\":{\"M\":{}},\":big\":{\"N\":\"9e125\"},\":tiny\":{\"N\":\"1e-130\"}}";

struct row {
    const char *text, *error, *place;
};

static void expect_place(const struct row *row, const struct err *err)
{
    struct str text = str_from(row->text);
    assert_true(err->at <= text.len && err->len <= text.len - err->at);
    if (row->place && !str_equal((struct str){text.at + err->at, err->len}, str_from(row->place)))
        fail_msg("%s: the place is \"%.*s\", not \"%s\"", row->text, (int)err->len,
            text.at + err->at, row->place);
}

static void expect_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct request r;
        char whole[ERR_TEXT_MAX];
        request_init(&r, "{\"#c\":\"c\",\"#3\":\"[3]\"}", values);
        assert_non_null(r.env);
        if (expr_parse_update(&r.arena, r.env, str_from(rows[i].text), &r.err))
            fail_msg("accepted: %s", rows[i].text);
        snprintf(whole, sizeof whole, "Invalid UpdateExpression: %s", rows[i].error);
        if (strcmp(r.err.text, whole) != 0)
            fail_msg("%s\n    says %s\n    not  %s", rows[i].text, r.err.text, whole);
        assert_string_equal(r.err.name, "ValidationException");
        expect_place(&rows[i], &r.err);
        request_fini(&r);
    }
}

#define ROWS(...)                                                                                  \
    expect_rows((const struct row[]){__VA_ARGS__},                                                 \
        sizeof((const struct row[]){__VA_ARGS__}) / sizeof(struct row))

static void a_syntax_error_quotes_the_word_and_its_neighbours(void **state)
{
    (void)state;
    ROWS({"INVALID SYNTAX HERE", "Syntax error; token: \"INVALID\", near: \"INVALID SYNTAX\"",
             "INVALID"},
        {"SET", "Syntax error; token: \"<EOF>\", near: \"SET\"", ""},
        {"set a", "Syntax error; token: \"<EOF>\", near: \"a\"", ""},
        {"SET a = :n,", "Syntax error; token: \"<EOF>\", near: \",\"", ""},
        {"ADD hits : incr", "Syntax error; token: \":\", near: \"hits : incr\"", ":"},
        {"add a", "Syntax error; token: \"<EOF>\", near: \"a\"", NULL},
        {"set a=set", "Syntax error; token: \"set\", near: \"=set\"", "set"},
        {"remove a = b", "Syntax error; token: \"=\", near: \"a = b\"", "="},
        {"add a = b", "Syntax error; token: \"=\", near: \"a = b\"", "="},
        {"delete a b", "Syntax error; token: \"b\", near: \"a b\"", "b"},
        {"add a (:n)", "Syntax error; token: \"(\", near: \"a (:n\"", "("},
        {"delete a if_not_exists(b)",
            "Syntax error; token: \"if_not_exists\", near: \"a if_not_exists(\"", NULL},
        {"remove a b", "Syntax error; token: \"b\", near: \"a b\"", "b"},
        {"set :s = b", "Syntax error; token: \":s\", near: \"set :s =\"", ":s"},
        {"remove :s", "Syntax error; token: \":s\", near: \"remove :s\"", ":s"},
        {"set a = b / c", "Syntax error; token: \"/\", near: \"b / c\"", "/"},
        {"set a[1] = 1", "Syntax error; token: \"1\", near: \"= 1\"", "1"},
        {"SET a = if_not_exists(a, 0)", "Syntax error; token: \"0\", near: \", 0)\"", "0"},
        {"SET if_not_exist(a, b) = a", "Syntax error; token: \"(\", near: \"if_not_exist(a\"", "("},
        {"SET a = if_not_exists(c, :n+:n)", "Syntax error; token: \"+\", near: \":n+:n\"", "+"},
        {"set (a = (b + c))", "Syntax error; token: \"(\", near: \"set (a\"", "("},
        {"set a = (b.c).d + e", "Syntax error; token: \".\", near: \").d\"", "."},
        {"set a = (b.c)[0] + e", "Syntax error; token: \"[\", near: \")[0\"", "["},
        {"set a = b + c + d", "Syntax error; token: \"+\", near: \"c + d\"", "+"},
        {"set a = (b + c) + d", "Syntax error; token: \"+\", near: \") + d\"", "+"},
        {"SET a = = :n", "Syntax error; token: \"=\", near: \"= = :n\"", "="},
        {"SET a = _f(b)", "Syntax error; token: \"_\", near: \"= _f\"", "_"},
        {"SET a = :n REMOVE", "Syntax error; token: \"<EOF>\", near: \"REMOVE\"", ""},
        {"SET a = ((b))", "The expression has redundant parentheses;", "("},
        {"SET a = ((b + c))", "Syntax error; token: \"+\", near: \"b + c\"", "+"},
        {"", "The expression can not be empty;", ""}, );
}

static void names_functions_and_sections_are_checked(void **state)
{
    (void)state;
    ROWS({" set #c = :c set abOrt = true ",
             "Attribute name is a reserved keyword; reserved keyword: abOrt", "abOrt"},
        {" remove Absolute ", "Attribute name is a reserved keyword; reserved keyword: Absolute",
            "Absolute"},
        {"set #c = if_not_exist(:c) set c = d", "Invalid function name; function: if_not_exist",
            "if_not_exist"},
        {"SET a = LIST_APPEND(:l, :l)", "Invalid function name; function: LIST_APPEND", NULL},
        {"SET a = size(b)", "The function is not allowed in an update expression; function: size",
            "size"},
        {"SET a = attribute_exists(b)",
            "The function is not allowed in an update expression; function: attribute_exists",
            NULL},
        {"SET a = list_append(list_append(:l, :l), :l)",
            "The function is not allowed to be used this way in an expression; function: "
            "list_append",
            "list_append"},
        {"SET a = if_not_exists(b, list_append(:l, :l))",
            "The function is not allowed to be used this way in an expression; function: "
            "list_append",
            NULL},
        {"SET a = list_append(:l, :l) + :n",
            "The function is not allowed to be used this way in an expression; function: "
            "list_append",
            NULL},
        {"set a = #x set c = :d",
            "The \"SET\" section can only be used once in an update expression;", "set"},
        {"remove #d set a = b remove e",
            "The \"REMOVE\" section can only be used once in an update expression;", "remove"},
        {"add #d :e set a = b add e :f",
            "The \"ADD\" section can only be used once in an update expression;", "add"},
        {"delete #d :e set a = b delete #e :f",
            "The \"DELETE\" section can only be used once in an update expression;", "delete"},
        {"SET a[2147483648] = :n",
            "List index is not within the allowable range; index: [2147483648]", "2147483648"},
        {"SET #x = if_not_exists(:x)",
            "An expression attribute name used in the document path is not defined; attribute "
            "name: #x",
            "#x"},
        {"SET c = if_not_exists(:x)",
            "An expression attribute value used in expression is not defined; attribute value: :x",
            ":x"}, );
}

#define OVERLAP(one, two)                                                                          \
    "Two document paths overlap with each other; must remove or rewrite one of these paths; path " \
    "one: " one ", path two: " two
#define CONFLICT(one, two)                                                                         \
    "Two document paths conflict with each other; must remove or rewrite one of these paths; "     \
    "path "                                                                                        \
    "one: " one ", path two: " two

static void targets_must_not_overlap_or_conflict(void **state)
{
    (void)state;
    ROWS({"SET a = :n, a = :s", OVERLAP("[a]", "[a]"), "a"},
        {"set d[1] = a, d.b = a, c[1].a = a, #c = if_not_exists(a)", OVERLAP("[c, [1], a]", "[c]"),
            "#c"},
        {"set c.b.#c = a, c = a", OVERLAP("[c, b, c]", "[c]"), "c"},
        {"set a = b remove a, #c", OVERLAP("[a]", "[a]"), NULL},
        {"set #c[3].#3 = a, #c[3] = a", OVERLAP("[c, [3], [3]]", "[c, [3]]"), "#c[3]"},
        {"remove c, #c.a", OVERLAP("[c]", "[c, a]"), NULL},
        {"remove a, #c, a, #3", OVERLAP("[a]", "[a]"), NULL},
        {"SET a[1][1][1] = :n, a[1] = :n", OVERLAP("[a, [1], [1], [1]]", "[a, [1]]"), NULL},
        {"set #c[3].#3 = a, #c.#3[3] = if_not_exists(a)",
            CONFLICT("[c, [3], [3]]", "[c, [3], [3]]"), NULL},
        {"remove a.#c set a[1] = #3", CONFLICT("[a, c]", "[a, [1]]"), "a[1]"},
        {"SET a.b.c = :n, a.b[2] = :n", CONFLICT("[a, b, c]", "[a, b, [2]]"), NULL}, );
}

#define SECTION(clause, type)                                                                      \
    "Incorrect operand type for operator or function; operator: " clause ", operand type: " type   \
    ", typeSet: ALLOWED_FOR_" clause "_OPERAND"
#define WRONG(function, type)                                                                      \
    "Incorrect operand type for operator or function; operator or function: " function             \
    ", operand type: " type

static void literals_must_have_types_that_their_place_takes(void **state)
{
    (void)state;
    ROWS({"set b = list_append(:s, a), c = if_not_exists(a) add a.b :s", SECTION("ADD", "STRING"),
             ":s"},
        {"add a.b :null", SECTION("ADD", "NULL"), ":null"},
        {"add a :t", SECTION("ADD", "BOOLEAN"), ":t"}, {"add a :b", SECTION("ADD", "BINARY"), NULL},
        {"add a :m", SECTION("ADD", "MAP"), NULL}, {"add a :l", SECTION("ADD", "LIST"), NULL},
        {"delete a :n", SECTION("DELETE", "NUMBER"), ":n"},
        {"delete a :s", SECTION("DELETE", "STRING"), NULL},
        {"delete a :l", SECTION("DELETE", "LIST"), NULL},
        {"set a = list_append(:s, a)", WRONG("list_append", "S"), ":s"},
        {"set a = list_append(a, :n)", WRONG("list_append", "N"), NULL},
        {"set a = list_append(:m, a)", WRONG("list_append", "M"), NULL},
        {"set a = a + :s", WRONG("+", "S"), ":s"}, {"set a = :b + a", WRONG("+", "B"), ":b"},
        {"set a = a - :t", WRONG("-", "BOOL"), NULL}, {"set a = a - :l", WRONG("-", "L"), NULL},
        {"set a = :ns + :n", WRONG("+", "NS"), NULL},
        {"set a = if_not_exists(c)",
            "Incorrect number of operands for operator or function; operator or function: "
            "if_not_exists, number of operands: 1",
            "if_not_exists(c)"},
        {"set a = list_append(:l, :l, :l)",
            "Incorrect number of operands for operator or function; operator or function: "
            "list_append, number of operands: 3",
            NULL},
        {"set a = if_not_exists(:n, c)",
            "Operator or function requires a document path; operator or function: if_not_exists",
            ":n"},
        {"set a = if_not_exists(if_not_exists(a, b), c)",
            "Operator or function requires a document path; operator or function: if_not_exists",
            NULL},
        {"set a = if_not_exists(a, a)",
            "The first operand must be distinct from the remaining operands for this operator or "
            "function; operator: if_not_exists, first operand: [a]",
            NULL}, );
}

/* ---- against an item ---- */

struct meeting {
    const char *text, *item, *error, *place;
};

static void expect_meetings(const struct meeting *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct request r;
        request_init(&r, NULL, values);
        const struct expr_update *update =
            expr_parse_update(&r.arena, r.env, str_from(rows[i].text), &r.err);
        if (!update)
            fail_msg("%s: %s", rows[i].text, r.err.text);
        if (expr_apply(update, request_item(&r, rows[i].item), &r.out, &r.err))
            fail_msg("done: %s on %s", rows[i].text, rows[i].item);
        if (strcmp(r.err.text, rows[i].error) != 0)
            fail_msg("%s\n    says %s\n    not  %s", rows[i].text, r.err.text, rows[i].error);
        assert_string_equal(r.err.name, "ValidationException");
        assert_int_equal(r.out.len, 0);
        expect_place(&(struct row){rows[i].text, NULL, rows[i].place}, &r.err);
        request_fini(&r);
    }
}

#define MEETINGS(...)                                                                              \
    expect_meetings((const struct meeting[]){__VA_ARGS__},                                         \
        sizeof((const struct meeting[]){__VA_ARGS__}) / sizeof(struct meeting))

#define BAD_PATH "The document path provided in the update expression is invalid for update"
#define BAD_TYPE "An operand in the update expression has an incorrect data type"
#define MISSING "The provided expression refers to an attribute that does not exist in the item"

static void targets_need_parents_of_the_right_kind(void **state)
{
    (void)state;
    static const char item[] = "{\"a\":\"x\",\"l\":[1],\"m\":{\"k\":1}}";
    MEETINGS({"SET a.c = :n", item, BAD_PATH, "a.c"}, {"SET l.c = :n", item, BAD_PATH, NULL},
        {"SET q.c = :n", item, BAD_PATH, NULL}, {"SET m[0] = :n", item, BAD_PATH, "m[0]"},
        {"SET a[0] = :n", item, BAD_PATH, NULL}, {"SET q[0] = :n", item, BAD_PATH, NULL},
        {"SET l[1].x = :n", item, BAD_PATH, NULL}, {"SET m.k.x = :n", item, BAD_PATH, NULL},
        {"REMOVE a.c", item, BAD_PATH, NULL}, {"REMOVE q.c", item, BAD_PATH, "q.c"},
        {"REMOVE q[0]", item, BAD_PATH, NULL}, {"ADD q.c :n", item, BAD_PATH, NULL},
        {"DELETE q.c :ss", item, BAD_PATH, NULL},
        {"SET m.q.r = :n", "{\"m\":{}}", BAD_PATH, NULL}, );
}

static void operands_must_be_there_and_of_the_right_type(void **state)
{
    (void)state;
    static const char item[] =
        "{\"s\":{\"S\":\"x\"},\"n\":{\"N\":\"1\"},\"l\":{\"L\":[]},\"ss\":{\"SS\":["
        "\"a\"]}}";
    MEETINGS({"SET a = q", item, MISSING, "q"}, {"SET a = q + :n", item, MISSING, "q"},
        {"SET a = list_append(:l, q)", item, MISSING, "q"},
        {"SET a = if_not_exists(q, r)", item, MISSING, "r"},
        {"SET a = s + :n", item, BAD_TYPE, "s"}, {"SET a = :n - l", item, BAD_TYPE, "l"},
        {"SET a = list_append(s, :l)", item, BAD_TYPE, "s"},
        {"SET a = list_append(:l, n)", item, BAD_TYPE, "n"},
        {"SET a = if_not_exists(s, :n) + :n", item, BAD_TYPE, NULL},
        {"ADD s :n", item, BAD_TYPE, "s"}, {"ADD n :ss", item, BAD_TYPE, "n"},
        {"ADD ss :ns", item, BAD_TYPE, NULL}, {"ADD l :ss", item, BAD_TYPE, NULL},
        {"DELETE ss :ns", item, BAD_TYPE, "ss"}, {"DELETE n :ns", item, BAD_TYPE, NULL},
        {"SET a = q, b = s + :n", item, BAD_TYPE, NULL},
        {"SET a = q, b.c = :n", item, BAD_PATH, "b.c"},
        {"SET b.c = :n ADD s :n", item, BAD_TYPE, "s"}, );
}

static void arithmetic_is_never_rounded(void **state)
{
    (void)state;
    static const char item[] = "{\"big\":9e125,\"one\":1,\"tiny\":1e-130}";
    struct request r;
    static const char *const texts[] = {"SET a = big + :big", "ADD big :big", "SET a = one + :tiny",
        "ADD one :tiny", "SET a = big - one"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        request_init(&r, NULL, values);
        const struct expr_update *update =
            expr_parse_update(&r.arena, r.env, str_from(texts[i]), &r.err);
        assert_non_null(update);
        assert_false(expr_apply(update, request_item(&r, item), &r.out, &r.err));
        assert_string_equal(r.err.name, "ValidationException");
        assert_int_not_equal(r.err.at, ERR_NOWHERE);
        request_fini(&r);
    }
}

/* `depth` lists around a string. */
static void put_lists(struct buf *out, int depth)
{
    for (int i = 0; i < depth; i++)
        buf_add(out, STR("{\"L\":["));
    buf_add(out, STR("{\"S\":\"leaf\"}"));
    for (int i = 0; i < depth; i++)
        buf_add(out, STR("]}"));
}

static bool set_nested(const char *target, int depth)
{
    struct request r;
    struct buf json = {0};
    char text[64];
    buf_add(&json, STR("{\":v\":"));
    put_lists(&json, depth);
    buf_add_byte(&json, '}');
    request_init(&r, NULL, buf_cstr(&json));
    assert_non_null(r.env);
    snprintf(text, sizeof text, "SET %s = :v", target);
    const struct expr_update *update = expr_parse_update(&r.arena, r.env, str_from(text), &r.err);
    assert_non_null(update);
    bool ok = expr_apply(update, request_item(&r, "{\"m\":{\"l\":[1]}}"), &r.out, &r.err);
    if (!ok)
        assert_string_equal(r.err.text, "Nesting Levels have exceeded supported limits: Attributes "
                                        "in the item have nested levels beyond supported limit");
    buf_fini(&json);
    request_fini(&r);
    return ok;
}

static void the_result_has_at_most_32_levels(void **state)
{
    (void)state;
    assert_true(set_nested("a", 31));
    assert_true(set_nested("m.x", 30));
    assert_false(set_nested("m.x", 31));
    assert_true(set_nested("m.l[0]", 29));
    assert_false(set_nested("m.l[0]", 30));
    assert_false(set_nested("m.l[7]", 30));
}

static void a_damaged_item_is_refused(void **state)
{
    (void)state;
    struct request r;
    request_init(&r, NULL, values);
    const struct expr_update *update =
        expr_parse_update(&r.arena, r.env, STR("SET z = :n"), &r.err);
    request_item(&r, "{\"a\":\"text\",\"b\":\"more\"}");
    char *name_length = memchr(r.item.at, 1, r.item.len);
    assert_non_null(name_length);
    *name_length = 99;
    assert_false(expr_apply(update, value_of(buf_str(&r.item)), &r.out, &r.err));
    assert_int_equal(r.err.code, ERR_DATA);
    assert_int_equal(r.out.len, 0);
    request_fini(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_syntax_error_quotes_the_word_and_its_neighbours),
        cmocka_unit_test(names_functions_and_sections_are_checked),
        cmocka_unit_test(targets_must_not_overlap_or_conflict),
        cmocka_unit_test(literals_must_have_types_that_their_place_takes),
        cmocka_unit_test(targets_need_parents_of_the_right_kind),
        cmocka_unit_test(operands_must_be_there_and_of_the_right_type),
        cmocka_unit_test(arithmetic_is_never_rounded),
        cmocka_unit_test(the_result_has_at_most_32_levels),
        cmocka_unit_test(a_damaged_item_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
