/* SPDX-License-Identifier: MIT */
/*
 * The door: from a statement's text and its parameters to what DynamoDB runs, or to the service's
 * refusal. Knows no table and no item.
 *
 *   text ─ lex ─ parse ─▶ tree of the text ─┬ condition ┐
 *                                           ├ change    ├▶ struct partiql_statement
 *                                           └ literal   ┘
 */
#include "backend/partiql/partiql.h"

#include "backend/partiql/make.h"

/* ---- the table ---- */

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
}

static bool check_table(struct partiql_maker *m, const struct partiql_node *at, struct str name)
{
    bool good = name.len >= 3 && name.len <= 255;
    for (size_t i = 0; good && i < name.len; i++)
        good = is_name_byte(name.at[i]);
    return good || str_starts(name, STR("arn:")) ||
           partiql_make_refuse(m, at,
               "Table name should be within the length [3, 255] and only contain 'a-z', 'A-Z', "
               "'0-9', '-', '_', '.'.");
}

static bool check_component(struct partiql_maker *m, const struct partiql_node *node)
{
    if (node->kind == PARTIQL_NODE_INDEX)
        return partiql_make_refuse(m, node, "Invalid list expression in source.");
    if (node->kind != PARTIQL_NODE_NAME)
        return partiql_make_refuse(m, node, "Unexpected from source");
    return node->text.len ||
           partiql_make_refuse(m, node, "Path component cannot be an empty string");
}

/* source = table [ "." index ] */
static bool read_source(
    struct partiql_maker *m, const struct partiql_query *q, struct partiql_statement *out)
{
    const struct partiql_node *node = q->source;
    const struct partiql_node *table = node->kind == PARTIQL_NODE_PATH ? node->first : node;
    const struct partiql_node *index = node->kind == PARTIQL_NODE_PATH ? table->next : NULL;
    if (node->kind == PARTIQL_NODE_PATH && node->count > 2)
        return partiql_make_refuse(
            m, node, "A path may contain at most 2 components in the FROM clause");
    if (!check_component(m, table) || (index && !check_component(m, index)))
        return false;
    if (index && q->verb == PARTIQL_VERB_INSERT)
        return partiql_make_refuse(m, node,
            "FROM clause may only contain a single table name in data manipulation statements");
    if (index && q->verb != PARTIQL_VERB_SELECT)
        return partiql_make_refuse(m, node, "This operation is not supported on an index");
    out->table = table->text;
    out->index = index ? index->text : STR_NONE;
    return check_table(m, table, table->text);
}

/* ---- columns ---- */

/* The last name and the indexes behind it. */
static struct str column_name(struct arena *arena, const struct expr_path *path)
{
    uint32_t last = path->count - 1;
    struct buf text = {0};
    while (last > 0 && path->steps[last].index >= 0)
        last--;
    if (last == path->count - 1)
        return path->steps[last].name;
    buf_add(&text, path->steps[last].name);
    for (uint32_t i = last + 1; i < path->count; i++) {
        buf_add_byte(&text, '[');
        buf_add_u64(&text, (uint64_t)path->steps[i].index);
        buf_add_byte(&text, ']');
    }
    struct str name = arena_dup(arena, buf_str(&text));
    buf_fini(&text);
    return name;
}

static bool read_column(
    struct partiql_maker *m, const struct partiql_node *node, struct partiql_column *column)
{
    if (!partiql_make_is_path(node))
        return partiql_make_refuse_at(m, node, "Unexpected path component");
    struct expr_node *path = partiql_operand_path(m, node);
    if (!path)
        return false;
    if (path->count > EXPR_DEPTH_MAX)
        return partiql_make_refuse(m, node,
            "The document path has too many nesting levels; nesting levels: %u", path->count);
    *column =
        (struct partiql_column){.name = column_name(m->arena, &path->path), .path = path->path};
    return true;
}

static bool read_columns(struct partiql_maker *m, const struct partiql_node *list,
    struct partiql_column *columns, uint32_t *count)
{
    for (const struct partiql_node *n = list->first; n; n = n->next) {
        struct partiql_column *column = &columns[*count];
        if (!read_column(m, n, column))
            return false;
        for (uint32_t i = 0; i < *count; i++)
            if (str_equal(columns[i].name, column->name))
                return partiql_make_refuse(
                    m, n, "Duplicate identifiers in select clause: %.*s", STR_ARG(column->name));
        ++*count;
    }
    return true;
}

/* What is wrong with the columns is kept for later. */
static void make_columns(
    struct partiql_maker *m, const struct partiql_node *list, struct partiql_statement *out)
{
    struct err flaw = ERR_INIT;
    struct partiql_maker quiet = *m;
    quiet.err = &flaw;
    out->all = list->first->kind == PARTIQL_NODE_STAR;
    if (out->all)
        return;
    struct partiql_column *columns = arena_array(m->arena, struct partiql_column, list->count);
    out->columns = columns;
    if (read_columns(&quiet, list, columns, &out->column_count))
        return;
    struct err *kept = arena_alloc(m->arena, sizeof *kept);
    *kept = flaw;
    out->flaw = kept;
}

/* ---- statements ---- */

static bool read_sorts(
    struct partiql_maker *m, const struct partiql_order *order, struct partiql_statement *out)
{
    uint32_t count = 0;
    for (const struct partiql_order *o = order; o; o = o->next)
        count++;
    struct partiql_sort *sorts = arena_array(m->arena, struct partiql_sort, count);
    out->sorts = sorts;
    for (const struct partiql_order *o = order; o; o = o->next) {
        if (o->by->kind != PARTIQL_NODE_NAME)
            return partiql_make_refuse(m, o->by,
                "Argument to ORDER BY must be of type VariableReference. Type: %s",
                partiql_make_kind(o->by));
        sorts[out->sort_count++] =
            (struct partiql_sort){.name = o->by->text, .descending = o->descending};
    }
    return true;
}

static bool read_where(
    struct partiql_maker *m, const struct partiql_query *q, struct partiql_statement *out)
{
    return !q->where || (out->where = partiql_condition(m, q->where));
}

static bool check_clauses(struct partiql_maker *m, const struct partiql_query *q)
{
    struct partiql_node at = {.at = q->clause_at, .len = q->clause_len};
    if (q->joined)
        return err_invalid(m->err, "Only select from a single table or index is supported.");
    if (q->alias)
        return err_invalid(m->err, "Aliasing is not supported");
    return !q->clause || partiql_make_refuse_at(m, &at, "Unsupported clause: %s", q->clause);
}

static bool make_select(
    struct partiql_maker *m, const struct partiql_query *q, struct partiql_statement *out)
{
    out->kind = PARTIQL_SELECT;
    if (q->values)
        return err_invalid(m->err, "Select projection doesn't support value or pivot keywords");
    if (!read_source(m, q, out) || !read_where(m, q, out) || !read_sorts(m, q->order, out))
        return false;
    make_columns(m, q->list, out);
    return true;
}

static bool make_insert(
    struct partiql_maker *m, const struct partiql_query *q, struct partiql_statement *out)
{
    out->kind = PARTIQL_INSERT;
    if (!read_source(m, q, out))
        return false;
    if (q->returning)
        return err_invalid(m->err, "RETURNING is not supported in INSERT");
    if (q->values)
        return partiql_make_refuse(m, q->item,
            "Unsupported operation: Inserting multiple items in a single statement is not "
            "supported, use \"INSERT INTO tableName VALUE item\" instead");
    if (q->item->kind != PARTIQL_NODE_MAP)
        return partiql_make_refuse(m, q->item,
            "Unsupported format in item expression. Please use struct format {...} to express item "
            "values for insert statement.");
    return partiql_literal_item(m, q->item, &out->item);
}

static enum partiql_returning returning_of(enum partiql_word word)
{
    switch (word) {
    case WORD_ALL_OLD:
        return PARTIQL_RETURN_ALL_OLD;
    case WORD_ALL_NEW:
        return PARTIQL_RETURN_ALL_NEW;
    case WORD_MODIFIED_OLD:
        return PARTIQL_RETURN_MODIFIED_OLD;
    case WORD_MODIFIED_NEW:
        return PARTIQL_RETURN_MODIFIED_NEW;
    default:
        return PARTIQL_RETURN_NONE;
    }
}

static bool make_update(
    struct partiql_maker *m, const struct partiql_query *q, struct partiql_statement *out)
{
    out->kind = PARTIQL_UPDATE;
    if (!q->source)
        return err_invalid(m->err, "Unexpected from source");
    return read_source(m, q, out) && (out->update = partiql_change_all(m, q->changes)) &&
           read_where(m, q, out);
}

static bool make_delete(
    struct partiql_maker *m, const struct partiql_query *q, struct partiql_statement *out)
{
    static const char *const names[] = {"", "ALL OLD", "ALL NEW", "MODIFIED OLD", "MODIFIED NEW"};
    out->kind = PARTIQL_DELETE;
    if (!read_source(m, q, out) || !read_where(m, q, out))
        return false;
    return out->returning <= PARTIQL_RETURN_ALL_OLD ||
           err_invalid(m->err,
               "Invalid returning clause: RETURNING %s *. Only RETURNING ALL OLD * is allowed in "
               "DELETE statements.",
               names[out->returning]);
}

static bool make_query(
    struct partiql_maker *m, const struct partiql_query *q, struct partiql_statement *out)
{
    out->returning = returning_of(q->returning);
    if (!check_clauses(m, q))
        return false;
    switch (q->verb) {
    case PARTIQL_VERB_SELECT:
        return make_select(m, q, out);
    case PARTIQL_VERB_INSERT:
        return make_insert(m, q, out);
    case PARTIQL_VERB_UPDATE:
        return make_update(m, q, out);
    default:
        return make_delete(m, q, out);
    }
}

/* statement = query | "EXISTS" "(" select ")" */
static bool make(
    struct partiql_maker *m, const struct partiql_node *root, struct partiql_statement *out)
{
    const struct partiql_node *inner = root->first;
    if (root->kind == PARTIQL_NODE_QUERY)
        return make_query(m, root->query, out);
    if (root->kind != PARTIQL_NODE_CALL || !str_equal(root->text, STR("exists")) ||
        root->count != 1 || inner->kind != PARTIQL_NODE_QUERY ||
        inner->query->verb != PARTIQL_VERB_SELECT)
        return partiql_make_refuse(m, root, "Unsupported operation: %s", partiql_make_kind(root));
    if (!make_query(m, inner->query, out))
        return false;
    out->kind = PARTIQL_EXISTS;
    return true;
}

bool partiql_parse(struct arena *arena, struct str text, const struct value *parameters,
    size_t count, struct partiql_statement *out, struct err *err)
{
    struct partiql_parser p;
    struct partiql_maker m = {
        .arena = arena, .err = err, .text = text, .parameters = parameters, .count = count};
    *out = (struct partiql_statement){0};
    const struct partiql_node *root = partiql_parse_text(&p, arena, text, err);
    if (!root)
        return false;
    if (p.parameters != count)
        return err_invalid(err, "Number of parameters in request and statement don't match.");
    return make(&m, root, out);
}

bool partiql_reads(struct str text)
{
    return partiql_lex_reads(text);
}
