/* SPDX-License-Identifier: MIT */
/* Key conditions: which forms are taken, which are refused and where, and what a term holds. */
#include "expr_test.h"

static const char values[] = "{\":s\":{\"S\":\"a\"},\":z\":{\"S\":\"z\"},\":n\":{\"N\":\"1\"},\":"
                             "t\":{\"BOOL\":true},\":f\":{"
                             "\"BOOL\":false}}";

static bool parse(struct request *r, const char *text, struct expr_key_condition *out)
{
    request_init(r, "{\"#pk\":\"pk\"}", values);
    assert_non_null(r->env);
    return expr_parse_key_condition(&r->arena, r->env, str_from(text), out, &r->err);
}

/* "name operator low [high]" a term, with values as typed JSON. */
static void expect_terms(const char *text, const char *terms)
{
    static const char *const ops[] = {"=", "<>", "<", "<=", ">", ">=", "between", "begins_with"};
    struct request r;
    struct expr_key_condition k;
    struct buf seen = {0};
    if (!parse(&r, text, &k))
        fail_msg("%s: %s", text, r.err.text);
    for (uint32_t i = 0; i < k.count; i++) {
        const struct expr_key_term *t = &k.terms[i];
        assert_true(t->at + t->len <= strlen(text) && t->len > 0);
        buf_printf(&seen, "%s%.*s %s ", i ? "; " : "", STR_ARG(t->name), ops[t->op]);
        json_out_plain(&seen, t->low);
        if (t->op == EXPR_BETWEEN) {
            buf_add_byte(&seen, ' ');
            json_out_plain(&seen, t->high);
        }
    }
    assert_string_equal(buf_cstr(&seen), terms);
    buf_fini(&seen);
    request_fini(&r);
}

static void terms_come_apart_in_order_of_the_text(void **state)
{
    (void)state;
    expect_terms("pk = :s", "pk = \"a\"");
    expect_terms("#pk = :s AND sk > :n", "pk = \"a\"; sk > 1");
    expect_terms("sk <= :n and pk = :s", "sk <= 1; pk = \"a\"");
    expect_terms("pk = :s AND sk BETWEEN :s AND :z", "pk = \"a\"; sk between \"a\" \"z\"");
    expect_terms("pk = :s AND begins_with(sk, :z)", "pk = \"a\"; sk begins_with \"z\"");
    expect_terms("a = :s AND b = :n AND c < :n", "a = \"a\"; b = 1; c < 1");
}

static void operands_may_be_turned_round(void **state)
{
    (void)state;
    expect_terms(":s = pk AND :n <= sk", "pk = \"a\"; sk >= 1");
    expect_terms(":n < sk", "sk > 1");
    expect_terms(":n > sk", "sk < 1");
    expect_terms(":n >= sk", "sk <= 1");
}

static void parentheses_change_nothing(void **state)
{
    (void)state;
    expect_terms("(pk = :s) AND (sk = :n)", "pk = \"a\"; sk = 1");
    expect_terms("(pk = :s AND (sk = :n))", "pk = \"a\"; sk = 1");
    expect_terms("(pk) = (:s) AND ((a = :n) AND b = :n)", "pk = \"a\"; a = 1; b = 1");
}

static void expect_error(const char *text, const char *error, const char *place)
{
    struct request r;
    struct expr_key_condition k;
    if (parse(&r, text, &k))
        fail_msg("accepted: %s", text);
    if (strcmp(r.err.text, error) != 0)
        fail_msg("%s\n    says %s\n    not  %s", text, r.err.text, error);
    if (place && !str_equal((struct str){text + r.err.at, r.err.len}, str_from(place)))
        fail_msg("%s: the place is \"%.*s\"", text, (int)r.err.len, text + r.err.at);
    request_fini(&r);
}

#define OPERATOR "Invalid operator used in KeyConditionExpression: "
#define CONDITION "Invalid condition in KeyConditionExpression: "
#define INVALID "Invalid KeyConditionExpression: "

static void only_some_operators_are_allowed(void **state)
{
    (void)state;
    expect_error("pk = :s OR sk = :n", OPERATOR "OR", "pk = :s OR sk = :n");
    expect_error("pk = :s AND (sk = :n OR sk = :s)", OPERATOR "OR", "sk = :n OR sk = :s");
    expect_error("NOT pk = :s", OPERATOR "NOT", NULL);
    expect_error("pk IN (:s, :z)", OPERATOR "IN", NULL);
    expect_error("pk <> :s", OPERATOR "<>", "pk <> :s");
    expect_error("attribute_exists(pk)", OPERATOR "attribute_exists", NULL);
    expect_error("attribute_not_exists(pk)", OPERATOR "attribute_not_exists", NULL);
    expect_error("contains(pk, :s)", OPERATOR "contains", NULL);
    expect_error("a > b and size(b) > c or a > c", OPERATOR "OR", NULL);
}

static void each_term_has_one_plain_attribute_and_values(void **state)
{
    (void)state;
    expect_error(":s BETWEEN pk AND :z",
        CONDITION "BETWEEN operator must have the key attribute as its first operand", NULL);
    expect_error("begins_with(:s, pk)",
        CONDITION "begins_with operator must have the key attribute as its first operand", NULL);
    expect_error("a = b", CONDITION "Multiple attribute names used in one condition", "b");
    expect_error(
        "a BETWEEN b AND :n", CONDITION "Multiple attribute names used in one condition", "b");
    expect_error(
        "begins_with(a, b)", CONDITION "Multiple attribute names used in one condition", NULL);
    expect_error(":n > :n", CONDITION "No key attribute specified", NULL);
    expect_error("size(a) > :n", INVALID "KeyConditionExpressions cannot contain nested operations",
        "size(a)");
    expect_error("size(b) > a AND a.b > b",
        INVALID "KeyConditionExpressions cannot contain nested operations", NULL);
    expect_error("pk = :s AND sk.foo = :n",
        INVALID "KeyConditionExpressions cannot have conditions on nested attributes", "sk.foo");
    expect_error("b[0] > :n",
        INVALID "KeyConditionExpressions cannot have conditions on nested attributes", NULL);
    expect_error("pk = :s AND sk > :n AND sk < :n",
        INVALID "KeyConditionExpressions must only contain one condition per key", "sk < :n");
    expect_error("#pk = :s AND pk = :s",
        INVALID "KeyConditionExpressions must only contain one condition per key", "pk = :s");
}

static void it_is_a_condition_first_of_all(void **state)
{
    (void)state;
    expect_error("", INVALID "The expression can not be empty;", "");
    expect_error("((pk = :s))", INVALID "The expression has redundant parentheses;", "(");
    expect_error("a > 4", INVALID "Syntax error; token: \"4\", near: \"> 4\"", "4");
    expect_error("pk = :s AND begins_with(sk, :n)",
        INVALID
        "Incorrect operand type for operator or function; operator or function: begins_with, "
        "operand type: N",
        ":n");
    expect_error("pk = :s AND sk < :t",
        INVALID "Incorrect operand type for operator or function; operator or function: <, operand "
                "type: BOOL",
        ":t");
    expect_error("pk = :s AND :t >= sk",
        INVALID "Incorrect operand type for operator or function; operator or function: >=, "
                "operand type: BOOL",
        ":t");
    expect_error("pk = :s AND sk BETWEEN :f AND :t",
        INVALID "Incorrect operand type for operator or function; operator or function: BETWEEN, "
                "operand type: BOOL",
        ":f");
    expect_error("pk BETWEEN :z AND :s",
        INVALID
        "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
        "lower bound operand: AttributeValue: {S:z}, upper bound operand: AttributeValue: {S:a}",
        NULL);
    expect_error("pk = :missing AND begins_with(sk, :n)",
        INVALID "An expression attribute value used in expression is not defined; attribute value: "
                ":missing",
        NULL);
}

static void there_is_room_for_eight_terms(void **state)
{
    (void)state;
    expect_terms("a=:n AND b=:n AND c=:n AND d=:n AND e=:n AND f=:n AND g=:n AND h=:n",
        "a = 1; b = 1; c = 1; d = 1; e = 1; f = 1; g = 1; h = 1");
    expect_error("a=:n AND b=:n AND c=:n AND d=:n AND e=:n AND f=:n AND g=:n AND h=:n AND i=:n",
        "The number of query conditions (9) exceeds the number of key attributes defined in the "
        "schema "
        "(8)",
        NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terms_come_apart_in_order_of_the_text),
        cmocka_unit_test(operands_may_be_turned_round),
        cmocka_unit_test(parentheses_change_nothing),
        cmocka_unit_test(only_some_operators_are_allowed),
        cmocka_unit_test(each_term_has_one_plain_attribute_and_values),
        cmocka_unit_test(it_is_a_condition_first_of_all),
        cmocka_unit_test(there_is_room_for_eight_terms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
