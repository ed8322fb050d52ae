/* SPDX-License-Identifier: MIT */
/*
 * Runs conditions over encoded items in place: nothing is decoded, nothing allocated. An operand
 * that is not there (a missing attribute, the size of a number) makes every comparison false but
 * <>. Must not know the text of expressions.
 */
#include "backend/expr/ast.h"

#include "backend/number.h"

/* The result of size() needs a place of its own. */
struct operand {
    struct value value;
    struct number number;
};

static bool test(const struct expr_node *node, struct value item);

/* ---- size ---- */

/* The service counts a string's UTF-16 units: one a character, two above U+FFFF. */
static size_t utf16_units(struct str text)
{
    size_t units = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        units += (c & 0xC0) != 0x80;
        units += c >= 0xF0;
    }
    return units;
}

static bool size_of(struct value v, size_t *size)
{
    switch (v.type) {
    case VALUE_S:
        *size = utf16_units(v.data);
        return true;
    case VALUE_B:
        *size = v.data.len;
        return true;
    case VALUE_L:
    case VALUE_M:
    case VALUE_SS:
    case VALUE_NS:
    case VALUE_BS:
        *size = v.count;
        return true;
    default:
        return false;
    }
}

/* ---- operands ---- */

static bool find_operand(const struct expr_node *node, struct value item, struct operand *out);

static bool find_size(const struct expr_node *call, struct value item, struct operand *out)
{
    size_t size;
    if (!find_operand(call->first, item, out) || !size_of(out->value, &size))
        return false;
    number_from_i64(&out->number, (int64_t)size);
    out->value = (struct value){.type = VALUE_N, .data = number_str(&out->number)};
    return true;
}

/* What a condition comes to, where it is an operand itself: statements may compare it. */
static bool find_truth(const struct expr_node *node, struct value item, struct operand *out)
{
    static const char tags[] = {VALUE_FALSE, VALUE_TRUE};
    if (!expr_ast_is_condition(node))
        return false;
    bool truth = test(node, item);
    out->value =
        (struct value){.type = truth ? VALUE_TRUE : VALUE_FALSE, .encoded = {&tags[truth], 1}};
    return true;
}

static bool find_operand(const struct expr_node *node, struct value item, struct operand *out)
{
    switch (node->kind) {
    case EXPR_NODE_PATH:
        return expr_path_find(&node->path, item, &out->value);
    case EXPR_NODE_VALUE:
        out->value = node->value;
        return true;
    case EXPR_NODE_CALL:
        return node->op == EXPR_SIZE ? find_size(node, item, out) : find_truth(node, item, out);
    default:
        return find_truth(node, item, out);
    }
}

/* ---- comparisons ---- */

static bool ordered(enum value_type type)
{
    return type == VALUE_S || type == VALUE_N || type == VALUE_B;
}

static bool equal(struct value a, struct value b)
{
    if (a.type != b.type)
        return false;
    return ordered(a.type) ? str_equal(a.data, b.data) : value_equal(a, b);
}

static bool holds(enum expr_operator op, int order)
{
    switch (op) {
    case EXPR_LT:
        return order < 0;
    case EXPR_LE:
        return order <= 0;
    case EXPR_GT:
        return order > 0;
    default:
        return order >= 0;
    }
}

static bool test_compare(const struct expr_node *node, struct value item)
{
    struct operand a, b;
    enum expr_operator op = (enum expr_operator)node->op;
    bool both = find_operand(node->first, item, &a) && find_operand(node->first->next, item, &b);
    if (op == EXPR_EQ)
        return both && equal(a.value, b.value);
    if (op == EXPR_NE)
        return !both || !equal(a.value, b.value);
    if (!both || a.value.type != b.value.type || !ordered(a.value.type))
        return false;
    /* numbers too: their encoding sorts as they do */
    return holds(op, str_compare(a.value.data, b.value.data));
}

static bool test_between(const struct expr_node *node, struct value item)
{
    struct operand v, low, high;
    const struct expr_node *bound = node->first->next;
    return find_operand(node->first, item, &v) && ordered(v.value.type) &&
           find_operand(bound, item, &low) && low.value.type == v.value.type &&
           str_compare(low.value.data, v.value.data) <= 0 &&
           find_operand(bound->next, item, &high) && high.value.type == v.value.type &&
           str_compare(v.value.data, high.value.data) <= 0;
}

static bool test_in(const struct expr_node *node, struct value item)
{
    struct operand v, member;
    if (!find_operand(node->first, item, &v))
        return false;
    for (const struct expr_node *n = node->first->next; n; n = n->next)
        if (find_operand(n, item, &member) && equal(v.value, member.value))
            return true;
    return false;
}

/* ---- functions ---- */

static bool begins_with(struct value v, struct value prefix)
{
    return v.type == prefix.type && (v.type == VALUE_S || v.type == VALUE_B) &&
           str_starts(v.data, prefix.data);
}

static bool list_contains(struct value list, struct value wanted)
{
    struct value_walk walk = value_walk(list);
    struct str name;
    struct value member;
    while (value_next(&walk, &name, &member))
        if (equal(member, wanted))
            return true;
    return false;
}

static bool contains(struct value v, struct value wanted)
{
    if (v.type == VALUE_S || v.type == VALUE_B)
        return wanted.type == v.type && str_find(v.data, wanted.data) != SIZE_MAX;
    if (value_is_set(v.type))
        return value_contains(v, wanted);
    return v.type == VALUE_L && list_contains(v, wanted);
}

static bool has_type(struct value v, struct value name)
{
    return name.type == VALUE_S && str_equal(str_from(value_type_name(v.type)), name.data);
}

static bool test_call(const struct expr_node *node, struct value item)
{
    struct operand a, b;
    bool found = find_operand(node->first, item, &a);
    enum expr_function function = (enum expr_function)node->op;
    if (function == EXPR_ATTRIBUTE_EXISTS)
        return found;
    if (function == EXPR_ATTRIBUTE_NOT_EXISTS)
        return !found;
    if (!found || !node->first->next || !find_operand(node->first->next, item, &b))
        return false;
    if (function == EXPR_BEGINS)
        return begins_with(a.value, b.value);
    if (function == EXPR_CONTAINS)
        return contains(a.value, b.value);
    return function == EXPR_ATTRIBUTE_TYPE && has_type(a.value, b.value);
}

/* ---- conditions ---- */

/* Stops at the first part that decides. */
static bool test_chain(const struct expr_node *node, struct value item)
{
    bool decides = node->kind == EXPR_NODE_OR;
    for (const struct expr_node *n = node->first; n; n = n->next)
        if (test(n, item) == decides)
            return decides;
    return !decides;
}

static bool test(const struct expr_node *node, struct value item)
{
    switch (node->kind) {
    case EXPR_NODE_COMPARE:
        return test_compare(node, item);
    case EXPR_NODE_BETWEEN:
        return test_between(node, item);
    case EXPR_NODE_IN:
        return test_in(node, item);
    case EXPR_NODE_NOT:
        return !test(node->first, item);
    case EXPR_NODE_AND:
    case EXPR_NODE_OR:
        return test_chain(node, item);
    case EXPR_NODE_CALL:
        return test_call(node, item);
    default:
        return false;
    }
}

bool expr_test(
    const struct expr_condition *condition, struct value item, bool *truth, struct err *err)
{
    (void)err; /* no condition that was parsed fails while it runs */
    *truth = test(condition->root, item);
    return true;
}

/* ---- visitors ---- */

static bool visit(const struct expr_node *node,
    bool (*see)(void *context, const struct expr_path *path), void *context)
{
    if (node->kind == EXPR_NODE_PATH)
        return see(context, &node->path);
    for (const struct expr_node *n = node->first; n; n = n->next)
        if (!visit(n, see, context))
            return false;
    return true;
}

bool expr_condition_attributes(const struct expr_condition *condition,
    bool (*see)(void *context, const struct expr_path *path), void *context)
{
    return visit(condition->root, see, context);
}

bool expr_update_attributes(const struct expr_update *update,
    bool (*see)(void *context, const struct expr_path *path), void *context)
{
    for (uint32_t i = 0; i < update->count; i++)
        if (!see(context, &update->actions[i].target->path))
            return false;
    return true;
}

bool expr_update_reads(const struct expr_update *update,
    bool (*see)(void *context, const struct expr_path *path), void *context)
{
    for (uint32_t i = 0; i < update->count; i++)
        if (update->actions[i].value && !visit(update->actions[i].value, see, context))
            return false;
    return true;
}
