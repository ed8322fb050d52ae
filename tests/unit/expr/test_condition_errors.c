/* SPDX-License-Identifier: MIT */
/* The words of the service, the place in the text, and which of several errors comes first. */
#include "expr_test.h"

static const char values[] = "{\":s\":{\"S\":\"a\"},\":s2\":{\"S\":\"b\"},\":n\":{\"N\":\"1\"},\":"
                             "n2\":{\"N\":\"20\"},\":b\":{"
                             "\"B\":\"YQ==\"},\":b2\":{\"B\":\"YWE=\"},\":t\":{\"BOOL\":true},\":"
                             "null\":{\"NULL\":true},\":ss\":{"
                             "\"SS\":[\"a\"]},\":ns\":{\"NS\":[\"1\"]},\":bs\":{\"BS\":[\"YQ==\"]},"
                             "\":l\":{\"L\":[]},\":m\":{"
                             "\"M\":{}}}";

struct row {
    const char *text, *error, *place; /* the error without "Invalid …Expression: " */
};

static void expect_rows(enum expr_kind kind, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct request r;
        char whole[ERR_TEXT_MAX];
        struct str text = str_from(rows[i].text);
        request_init(&r, "{\"#a\":\"a\"}", values);
        assert_non_null(r.env);
        if (expr_parse_condition(&r.arena, r.env, kind, text, &r.err))
            fail_msg("accepted: %s", rows[i].text);
        snprintf(whole, sizeof whole, "Invalid %s: %s", expr_kind_name(kind), rows[i].error);
        if (strcmp(r.err.text, whole) != 0)
            fail_msg("%s\n    says %s\n    not  %s", rows[i].text, r.err.text, whole);
        assert_string_equal(r.err.name, "ValidationException");
        assert_true(r.err.at <= text.len && r.err.len <= text.len - r.err.at);
        if (rows[i].place &&
            !str_equal((struct str){text.at + r.err.at, r.err.len}, str_from(rows[i].place)))
            fail_msg("%s: the place is \"%.*s\", not \"%s\"", rows[i].text, (int)r.err.len,
                text.at + r.err.at, rows[i].place);
        request_fini(&r);
    }
}

#define ROWS(kind, ...)                                                                            \
    expect_rows(kind, (const struct row[]){__VA_ARGS__},                                           \
        sizeof((const struct row[]){__VA_ARGS__}) / sizeof(struct row))

static void a_syntax_error_quotes_the_word_and_its_neighbours(void **state)
{
    (void)state;
    ROWS(EXPR_CONDITION, {"a", "Syntax error; token: \"<EOF>\", near: \"a\"", ""},
        {"a = ", "Syntax error; token: \"<EOF>\", near: \"=\"", ""},
        {"a  =  = :v", "Syntax error; token: \"=\", near: \"=  = :v\"", "="},
        {"attribute_not_exists(", "Syntax error; token: \"<EOF>\", near: \"(\"", ""},
        {"attribute_not_exists()", "Syntax error; token: \")\", near: \"()\"", ")"},
        {"things are not", "Syntax error; token: \"are\", near: \"things are not\"", "are"},
        {"a > 4", "Syntax error; token: \"4\", near: \"> 4\"", "4"},
        {"_hidden = :n", "Syntax error; token: \"_\", near: \"_hidden\"", "_"},
        {"book-price = :n", "Syntax error; token: \"-\", near: \"book-price\"", "-"},
        {"a = :n AND", "Syntax error; token: \"<EOF>\", near: \"AND\"", ""},
        {"a = :n b", "Syntax error; token: \"b\", near: \":n b\"", "b"},
        {"a : n", "Syntax error; token: \":\", near: \"a : n\"", ":"},
        {"ü > a", "Syntax error; token: \"ü\", near: \"ü >\"", "ü"},
        {"a > ü", "Syntax error; token: \"ü\", near: \"> ü\"", "ü"},
        {"set = :n", "Syntax error; token: \"set\", near: \"set =\"", "set"},
        {"a > between", "Syntax error; token: \"between\", near: \"> between\"", "between"},
        {"a in b, c", "Syntax error; token: \"b\", near: \"in b,\"", "b"},
        {"a in ()", "Syntax error; token: \")\", near: \"()\"", ")"},
        {"a in (b,c,)", "Syntax error; token: \")\", near: \",)\"", ")"},
        {"a between b or c", "Syntax error; token: \"or\", near: \"b or c\"", "or"},
        {"NOT a", "Syntax error; token: \"<EOF>\", near: \"a\"", ""},
        {"(a AND b = :n)", "Syntax error; token: \"AND\", near: \"a AND b\"", "AND"},
        {"a = :n OR b", "Syntax error; token: \"<EOF>\", near: \"b\"", ""},
        {"(a = :n", "Syntax error; token: \"<EOF>\", near: \":n\"", ""},
        {"a = :n)", "Syntax error; token: \")\", near: \":n)\"", ")"},
        {"attribute_exists(a) = ", "Syntax error; token: \"<EOF>\", near: \"=\"", ""}, );
}

static void paths_have_names_dots_and_digits_in_brackets(void **state)
{
    (void)state;
    ROWS(EXPR_FILTER, {"attribute_exists(a..b)", "Syntax error; token: \".\", near: \"..b\"", "."},
        {"attribute_exists(a[b])", "Syntax error; token: \"b\", near: \"[b]\"", "b"},
        {"attribute_exists(a[])", "Syntax error; token: \"]\", near: \"[])\"", "]"},
        {"a[01] = :n", "Syntax error; token: \"1\", near: \"01]\"", "1"},
        {"a[-1] = :n", "Syntax error; token: \"-\", near: \"[-1\"", "-"},
        {"a[:n] = :n", "Syntax error; token: \":n\", near: \"[:n]\"", ":n"},
        {"a[#a] = :n", "Syntax error; token: \"#a\", near: \"[#a]\"", "#a"},
        {"a.:s < :n", "Syntax error; token: \":s\", near: \".:s <\"", ":s"},
        {"a > :s.b", "Syntax error; token: \".\", near: \":s.b\"", "."},
        {"size(a).b > :n", "Syntax error; token: \".\", near: \").b\"", "."},
        {"(size(a))[0] > :n", "Syntax error; token: \"[\", near: \")[0\"", "["},
        {"(a)between(b.(c.d))and(c)", "Syntax error; token: \"(\", near: \".(c\"", "("},
        {"a.b. = :n", "Syntax error; token: \"=\", near: \". = :n\"", "="},
        {"a[2147483648] = :n", "List index is not within the allowable range; index: [2147483648]",
            "2147483648"},
        {"a[99999999999999999999] = :n",
            "List index is not within the allowable range; index: [99999999999999999999]", NULL}, );
}

static void redundant_parentheses_are_refused(void **state)
{
    (void)state;
    ROWS(EXPR_CONDITION, {"((a = :n))", "The expression has redundant parentheses;", "("},
        {"((attribute_exists(a)))", "The expression has redundant parentheses;", "("},
        {"a=:n and b > ((c))", "The expression has redundant parentheses;", "("},
        {"(a)between(((b.c)).d)and(c)", "The expression has redundant parentheses;", "("},
        {"a > whatever((:s), ((b)))", "The expression has redundant parentheses;", "("},
        {"a=b AND ((a=b AND b=c)) AND a=b", "The expression has redundant parentheses;", "("},
        {"a=b OR ((a=b OR (b=c OR c=d)))", "The expression has redundant parentheses;", "("},
        {"(((a = :n)))", "The expression has redundant parentheses;", "("},
        {"NOT ((a = :n))", "The expression has redundant parentheses;", "("}, );
}

static void functions_have_names_places_and_numbers_of_operands(void **state)
{
    (void)state;
    ROWS(EXPR_FILTER, {"whatever(a)", "Invalid function name; function: whatever", "whatever"},
        {"attRIbute_exIsts(a)", "Invalid function name; function: attRIbute_exIsts", NULL},
        {"if_not_exists(a, b) = :n",
            "The function is not allowed in a condition expression; function: if_not_exists",
            "if_not_exists"},
        {"list_append(a, b)",
            "The function is not allowed in a condition expression; function: list_append", NULL},
        {"size(a)",
            "The function is not allowed to be used this way in an expression; function: size",
            "size"},
        {"NOT (size(a))",
            "The function is not allowed to be used this way in an expression; function: size",
            "size"},
        {"attribute_exists(a) > :n",
            "The function is not allowed to be used this way in an expression; function: "
            "attribute_exists",
            "attribute_exists"},
        {"(contains(a, b)) = :n",
            "The function is not allowed to be used this way in an expression; function: contains",
            NULL},
        {"size(contains(a, b)) > a",
            "The function is not allowed to be used this way in an expression; function: contains",
            "contains"},
        {"a between b and attribute_exists(c)",
            "The function is not allowed to be used this way in an expression; function: "
            "attribute_exists",
            NULL},
        {"a in (b, begins_with(c, d))",
            "The function is not allowed to be used this way in an expression; function: "
            "begins_with",
            NULL},
        {"attribute_exists(a, b)",
            "Incorrect number of operands for operator or function; operator or function: "
            "attribute_exists, number of operands: 2",
            "attribute_exists(a, b)"},
        {"attribute_type(a)",
            "Incorrect number of operands for operator or function; operator or function: "
            "attribute_type, number of operands: 1",
            NULL},
        {"begins_with(a, size(b), c)",
            "Incorrect number of operands for operator or function; operator or function: "
            "begins_with, number of operands: 3",
            NULL},
        {"size(a, b) > :n",
            "Incorrect number of operands for operator or function; operator or function: size, "
            "number of operands: 2",
            "size(a, b)"}, );
}

static void names_and_values_must_be_defined_and_not_reserved(void **state)
{
    (void)state;
    ROWS(EXPR_CONDITION,
        {":s < abOrT", "Attribute name is a reserved keyword; reserved keyword: abOrT", "abOrT"},
        {"a.size = :n", "Attribute name is a reserved keyword; reserved keyword: size", "size"},
        {"#x.y = :n",
            "An expression attribute name used in the document path is not defined; attribute "
            "name: #x",
            "#x"},
        {"x.#y.#z = :nope",
            "An expression attribute name used in the document path is not defined; attribute "
            "name: #y",
            "#y"},
        {"a = :nope",
            "An expression attribute value used in expression is not defined; attribute value: "
            ":nope",
            ":nope"}, );
}

static void the_first_operand_must_differ_from_the_others(void **state)
{
    (void)state;
    ROWS(EXPR_FILTER,
        {"a = #a",
            "The first operand must be distinct from the remaining operands for this operator or "
            "function; operator: =, first operand: [a]",
            "a = #a"},
        {"a <> a",
            "The first operand must be distinct from the remaining operands for this operator or "
            "function; operator: <>, first operand: [a]",
            NULL},
        {"contains(ab.bc[1].a, ab.bc[1].#a)",
            "The first operand must be distinct from the remaining operands for this operator or "
            "function; operator: contains, first operand: [ab, bc, [1], a]",
            NULL},
        {"attribute_type(a, a)",
            "The first operand must be distinct from the remaining operands for this operator or "
            "function; operator: attribute_type, first operand: [a]",
            NULL},
        {"a BETWEEN b AND a",
            "The first operand must be distinct from the remaining operands for this operator or "
            "function; operator: BETWEEN, first operand: [a]",
            NULL},
        {"a IN (b, c, a)",
            "The first operand must be distinct from the remaining operands for this operator or "
            "function; operator: IN, first operand: [a]",
            NULL},
        {"((a=a) AND (b=b))",
            "The first operand must be distinct from the remaining operands for this operator or "
            "function; operator: =, first operand: [a]",
            "a=a"}, );
}

#define WRONG(function, type)                                                                      \
    "Incorrect operand type for operator or function; operator or function: " function             \
    ", operand type: " type

static void literals_must_have_types_that_the_operator_takes(void **state)
{
    (void)state;
    ROWS(EXPR_CONDITION, {"a < :t", WRONG("<", "BOOL"), ":t"}, {":l <= a", WRONG("<=", "L"), ":l"},
        {"a > :null", WRONG(">", "NULL"), NULL}, {":ss >= a", WRONG(">=", "SS"), ":ss"},
        {"a BETWEEN :m AND :m", WRONG("BETWEEN", "M"), ":m"},
        {"a BETWEEN b AND :bs", WRONG("BETWEEN", "BS"), NULL},
        {"begins_with(a, :n)", WRONG("begins_with", "N"), ":n"},
        {"begins_with(:ns, a)", WRONG("begins_with", "NS"), NULL},
        {"begins_with(a, size(b))", WRONG("begins_with", "N"), "size(b)"},
        {"size(:n) > a", WRONG("size", "N"), ":n"}, {"size(:t) > a", WRONG("size", "BOOL"), NULL},
        {"size(:null) > a", WRONG("size", "NULL"), NULL},
        {"size(size(a)) > :n", WRONG("size", "N"), "size(a)"},
        {"attribute_not_exists(size(:n))", WRONG("size", "N"), NULL},
        {"attribute_type(a, :n)", WRONG("attribute_type", "N"), NULL},
        {"attribute_type(a, size(b))", WRONG("attribute_type", "N"), NULL},
        {"attribute_type(a, b)", WRONG("attribute_type", "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}"), "b"},
        {"attribute_type(a, :s)",
            "Invalid attribute type name found; type: a, valid types: "
            "{B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
            ":s"},
        {"attribute_exists(:s)",
            "Operator or function requires a document path; operator or function: attribute_exists",
            ":s"},
        {"attribute_not_exists(size(:s))",
            "Operator or function requires a document path; operator or function: "
            "attribute_not_exists",
            NULL}, );
}

static void bounds_of_between_must_be_of_one_type_and_in_order(void **state)
{
    (void)state;
    ROWS(EXPR_FILTER,
        {"a between :n and :s",
            "The BETWEEN operator requires same data type for lower and upper bounds; lower bound "
            "operand: AttributeValue: {N:1}, upper bound operand: AttributeValue: {S:a}",
            ":n and :s"},
        {"a between :n2 and :n",
            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
            "lower bound operand: AttributeValue: {N:20}, upper bound operand: AttributeValue: "
            "{N:1}",
            ":n2 and :n"},
        {"a between :b2 and :b",
            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
            "lower bound operand: AttributeValue: {B:YWE=}, upper bound operand: AttributeValue: "
            "{B:YQ==}",
            NULL}, );
}

/* Inside one text the kind of error decides, not the place; among conditions the place does. */
static void the_first_error_is_the_service_s_first(void **state)
{
    (void)state;
    ROWS(EXPR_FILTER,
        {"abort = :n AND x = = :n", "Syntax error; token: \"=\", near: \"= = :n\"", NULL},
        {"abort = :n AND whatever(#nope)", "Invalid function name; function: whatever", NULL},
        {"abort = :n AND size(a)",
            "The function is not allowed to be used this way in an expression; function: size",
            NULL},
        {"size(a) OR whatever(a)", "Invalid function name; function: whatever", NULL},
        {"#nope = :n AND abort = :n",
            "Attribute name is a reserved keyword; reserved keyword: abort", NULL},
        {"attribute_exists(views, #nope)",
            "Attribute name is a reserved keyword; reserved keyword: views", NULL},
        {"a[9999999999] = :n AND abort = :n",
            "Attribute name is a reserved keyword; reserved keyword: abort", NULL},
        {"a = a AND #nope = :n",
            "The first operand must be distinct from the remaining operands for this operator or "
            "function; operator: =, first operand: [a]",
            NULL},
        {"begins_with(:nope, #nope, #b)",
            "An expression attribute value used in expression is not defined; attribute value: "
            ":nope",
            NULL},
        {"begins_with(a, :n) AND pk = :missing", WRONG("begins_with", "N"), NULL},
        {"pk = :missing AND begins_with(a, :n)",
            "An expression attribute value used in expression is not defined; attribute value: "
            ":missing",
            NULL},
        {"NOT a < :t AND b = b", WRONG("<", "BOOL"), NULL}, );
}

static void an_empty_expression_is_refused(void **state)
{
    (void)state;
    ROWS(EXPR_FILTER, {"", "The expression can not be empty;", ""},
        {" \n\t", "The expression can not be empty;", NULL}, );
}

/* ---- limits ---- */

static void expect_long(struct buf *text, const char *error)
{
    ROWS(EXPR_CONDITION, {buf_cstr(text), error, NULL}, );
    buf_clear(text);
}

static void repeat(struct buf *text, const char *piece, int times)
{
    for (int i = 0; i < times; i++)
        buf_add(text, str_from(piece));
}

static void an_expression_has_at_most_4096_bytes(void **state)
{
    (void)state;
    struct buf text = {0};
    buf_add(&text, STR("a = :n"));
    repeat(&text, " ", 4096 - 6);
    struct request r;
    request_init(&r, NULL, values);
    assert_non_null(expr_parse_condition(&r.arena, r.env, EXPR_CONDITION, buf_str(&text), &r.err));
    request_fini(&r);
    buf_add_byte(&text, ' ');
    expect_long(
        &text, "Expression size has exceeded the maximum allowed size; expression size: 4097");
    repeat(&text, "(", 200000);
    expect_long(
        &text, "Expression size has exceeded the maximum allowed size; expression size: 200000");
    buf_fini(&text);
}

static void an_expression_has_at_most_300_operators(void **state)
{
    (void)state;
    static const char error[] = "The expression contains too many operators; operator count: 301";
    struct buf text = {0};
    struct request r;
    repeat(&text, "NOT ", 299);
    buf_add(&text, STR("a = :n"));
    request_init(&r, NULL, values);
    assert_non_null(expr_parse_condition(&r.arena, r.env, EXPR_CONDITION, buf_str(&text), &r.err));
    request_fini(&r);
    buf_clear(&text);
    repeat(&text, "NOT ", 300);
    buf_add(&text, STR("a <= :n"));
    ROWS(EXPR_CONDITION, {buf_cstr(&text), error, "<="}, );
    buf_clear(&text);
    repeat(&text, "NOT ", 1000);
    buf_add(&text, STR("a = :n"));
    ROWS(EXPR_CONDITION, {buf_cstr(&text), error, "NOT"}, );
    buf_clear(&text);
    buf_add(&text, STR("a<b "));
    repeat(&text, "or (a<b ", 454);
    repeat(&text, ")", 454);
    expect_long(&text, error);
    buf_add(&text, STR("a=b"));
    repeat(&text, " OR a=b", 150);
    expect_long(&text, error);
    buf_add(&text, STR("a < "));
    repeat(&text, "size(", 680);
    buf_add(&text, STR("b"));
    repeat(&text, ")", 680);
    expect_long(&text, error);
    buf_fini(&text);
}

static void thousands_of_parentheses_do_not_run_deep(void **state)
{
    (void)state;
    struct buf text = {0};
    repeat(&text, "(", 4096);
    expect_long(&text, "Syntax error; token: \"<EOF>\", near: \"(\"");
    repeat(&text, "(", 2045);
    buf_add(&text, STR("a=:n"));
    repeat(&text, ")", 2045);
    expect_long(&text, "The expression has redundant parentheses;");
    repeat(&text, "(", 1000);
    buf_add(&text, STR("a=:n"));
    expect_long(&text, "Syntax error; token: \"<EOF>\", near: \":n\"");
    repeat(&text, "NOT(", 1020);
    expect_long(&text, "Syntax error; token: \"<EOF>\", near: \"(\"");
    buf_fini(&text);
}

static void in_takes_at_most_100_operands(void **state)
{
    (void)state;
    struct buf text = {0};
    buf_add(&text, STR("a IN (:n"));
    repeat(&text, ",:n", 99);
    buf_add_byte(&text, ')');
    struct request r;
    request_init(&r, NULL, values);
    assert_non_null(expr_parse_condition(&r.arena, r.env, EXPR_CONDITION, buf_str(&text), &r.err));
    request_fini(&r);
    text.len--;
    buf_add(&text, STR(",:n)"));
    expect_long(
        &text, "The IN operator is provided with too many operands; number of operands: 101");
    buf_fini(&text);
}

static void a_path_has_at_most_32_steps(void **state)
{
    (void)state;
    struct buf text = {0};
    buf_add(&text, STR("attribute_exists(a"));
    repeat(&text, ".b", 31);
    buf_add_byte(&text, ')');
    struct request r;
    request_init(&r, NULL, values);
    assert_non_null(expr_parse_condition(&r.arena, r.env, EXPR_CONDITION, buf_str(&text), &r.err));
    request_fini(&r);
    text.len--;
    buf_add(&text, STR("[0])"));
    expect_long(&text, "The document path has too many nesting levels; nesting levels: 33");
    buf_add(&text, STR("(a"));
    repeat(&text, ".b", 31);
    buf_add(&text, STR(").c.d = :n"));
    expect_long(&text, "The document path has too many nesting levels; nesting levels: 34");
    buf_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_syntax_error_quotes_the_word_and_its_neighbours),
        cmocka_unit_test(paths_have_names_dots_and_digits_in_brackets),
        cmocka_unit_test(redundant_parentheses_are_refused),
        cmocka_unit_test(functions_have_names_places_and_numbers_of_operands),
        cmocka_unit_test(names_and_values_must_be_defined_and_not_reserved),
        cmocka_unit_test(the_first_operand_must_differ_from_the_others),
        cmocka_unit_test(literals_must_have_types_that_the_operator_takes),
        cmocka_unit_test(bounds_of_between_must_be_of_one_type_and_in_order),
        cmocka_unit_test(the_first_error_is_the_service_s_first),
        cmocka_unit_test(an_empty_expression_is_refused),
        cmocka_unit_test(an_expression_has_at_most_4096_bytes),
        cmocka_unit_test(an_expression_has_at_most_300_operators),
        cmocka_unit_test(thousands_of_parentheses_do_not_run_deep),
        cmocka_unit_test(in_takes_at_most_100_operands),
        cmocka_unit_test(a_path_has_at_most_32_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
