/* SPDX-License-Identifier: MIT */
/* Trees made without a text, as the translators of other languages make them. */
#include "expr_test.h"

#include "backend/expr/ast.h"

static struct value literal(struct request *r, const char *json)
{
    struct buf bytes = {0};
    assert_true(json_in_typed(&bytes, request_json(r, json), &r->err));
    struct value v = value_of(arena_dup(&r->arena, buf_str(&bytes)));
    buf_fini(&bytes);
    return v;
}

static struct expr_node *name(struct request *r, const char *text)
{
    return expr_ast_path(&r->arena, &(struct expr_step){str_from(text), -1}, 1);
}

static struct expr_node *two(struct request *r, enum expr_node_kind kind, unsigned op,
    struct expr_node *a, struct expr_node *b)
{
    struct expr_node *node = expr_ast_node(&r->arena, kind, op);
    expr_ast_add(node, a);
    expr_ast_add(node, b);
    return node;
}

static void a_condition_made_by_hand_runs(void **state)
{
    (void)state;
    struct request r;
    bool truth = false;
    request_init(&r, NULL, NULL);
    struct expr_node *one = expr_ast_value(&r.arena, literal(&r, "{\"N\":\"1\"}"));
    struct expr_node *same = two(&r, EXPR_NODE_COMPARE, EXPR_EQ, name(&r, "a"), one);
    struct expr_node *not = expr_ast_node(&r.arena, EXPR_NODE_NOT, 0);
    struct expr_node *x = expr_ast_value(&r.arena, literal(&r, "{\"S\":\"x\"}"));
    expr_ast_add(not, two(&r, EXPR_NODE_CALL, EXPR_CONTAINS, name(&r, "reserved ☺"), x));
    const struct expr_condition *c =
        expr_ast_condition(&r.arena, two(&r, EXPR_NODE_AND, 0, same, not ));
    assert_true(expr_test(c, request_item(&r, "{\"a\":1,\"reserved ☺\":\"y\"}"), &truth, &r.err));
    assert_true(truth);
    assert_true(expr_test(c, request_item(&r, "{\"a\":1,\"reserved ☺\":\"xy\"}"), &truth, &r.err));
    assert_false(truth);
    request_fini(&r);
}

static void the_legacy_add_appends_to_lists_and_refuses_other_types(void **state)
{
    (void)state;
    struct request r;
    request_init(&r, NULL, NULL);
    struct expr_action add = {
        EXPR_ADD, name(&r, "l"), expr_ast_value(&r.arena, literal(&r, "{\"L\":[{\"N\":\"2\"}]}"))};
    const struct expr_update *update = expr_ast_update(&r.arena, &add, 1);
    assert_true(expr_apply(update, request_item(&r, "{\"l\":[1]}"), &r.out, &r.err));
    assert_string_equal(request_result(&r), "{\"l\":[1,2]}");
    buf_clear(&r.out);
    assert_true(expr_apply(update, request_item(&r, "{}"), &r.out, &r.err));
    assert_string_equal(request_result(&r), "{\"l\":[2]}");
    buf_clear(&r.out);
    struct expr_action wrong = {
        EXPR_ADD, name(&r, "s"), expr_ast_value(&r.arena, literal(&r, "{\"S\":\"2\"}"))};
    update = expr_ast_update(&r.arena, &wrong, 1);
    assert_false(expr_apply(update, request_item(&r, "{\"s\":\"1\"}"), &r.out, &r.err));
    wrong.clause = EXPR_DELETE;
    assert_false(expr_apply(update, request_item(&r, "{\"s\":\"1\"}"), &r.out, &r.err));
    assert_string_equal(
        r.err.text, "An operand in the update expression has an incorrect data type");
    request_fini(&r);
}

static void a_projection_made_by_hand_takes_attributes_in_any_order(void **state)
{
    (void)state;
    struct request r;
    request_init(&r, NULL, NULL);
    const struct expr_path *paths[] = {&name(&r, "z")->path, &name(&r, "a b")->path};
    const struct expr_projection *p = expr_ast_projection(&r.arena, paths, 2);
    expr_project(p, request_item(&r, "{\"a b\":1,\"c\":2,\"z\":3}"), &r.out);
    assert_string_equal(request_result(&r), "{\"a b\":1,\"z\":3}");
    request_fini(&r);
}

static void functions_are_known_by_name(void **state)
{
    (void)state;
    for (unsigned f = 0; f < EXPR_PLUS; f++) {
        const char *text = expr_ast_function_name((enum expr_function)f);
        assert_int_equal(expr_ast_function(str_from(text)), f);
    }
    assert_int_equal(expr_ast_function(STR("+")), EXPR_UNKNOWN_FUNCTION);
    assert_int_equal(expr_ast_function(STR("SIZE")), EXPR_UNKNOWN_FUNCTION);
    assert_int_equal(expr_ast_function(STR("")), EXPR_UNKNOWN_FUNCTION);
}

static void nesting_counts_lists_and_maps(void **state)
{
    (void)state;
    struct request r;
    request_init(&r, NULL, NULL);
    assert_int_equal(expr_ast_nest(literal(&r, "{\"N\":\"1\"}")), 0);
    assert_int_equal(expr_ast_nest(literal(&r, "{\"SS\":[\"a\"]}")), 0);
    assert_int_equal(expr_ast_nest(literal(&r, "{\"L\":[]}")), 1);
    assert_int_equal(
        expr_ast_nest(literal(
            &r, "{\"M\":{\"a\":{\"L\":[]},\"b\":{\"L\":[{\"M\":{}}]},\"c\":{\"N\":\"1\"}}}")),
        3);
    request_fini(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_condition_made_by_hand_runs),
        cmocka_unit_test(the_legacy_add_appends_to_lists_and_refuses_other_types),
        cmocka_unit_test(a_projection_made_by_hand_takes_attributes_in_any_order),
        cmocka_unit_test(functions_are_known_by_name),
        cmocka_unit_test(nesting_counts_lists_and_maps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
