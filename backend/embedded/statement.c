/* SPDX-License-Identifier: MIT */
/*
 * PartiQL statements as requests bring them: parameters, text, table and index, with the service's
 * refusals in its order. Runs nothing.
 */
#include "backend/embedded/statement.h"

#include "backend/embedded/shape.h"
#include "backend/embedded/wording.h"
#include "backend/json_in.h"

#define INVALID "One or more parameter values were invalid: "

/* ---- parameters ---- */

/* The number in the request's text that the refusal is about: the service reads those of
 * statements in its own way. */
static void reword_number(const struct json *json, struct err *err)
{
    struct number number;
    if (err->code != ERR_REFUSED || !str_starts(str_from(err->text), STR("Number ")))
        return;
    for (const struct json *m = json->first; m; m = m->next)
        if (err->at >= m->at && err->at < m->at + m->len) {
            reword_number(m, err);
            return;
        }
    if (json->type == JSON_STRING)
        partiql_decimal(&number, json->text, err);
}

static bool read_parameters(struct call *call, struct statement *s, struct err *err)
{
    const struct json *list = shape_get(s->json, STR("Parameters"));
    size_t count = list ? list->count : 0;
    s->parameters = arena_array(&call->arena, struct value, count);
    for (const struct json *m = list ? list->first : NULL; m; m = m->next) {
        struct buf *bytes = engine_buf(call, CALL_RECORD);
        if (!json_in_typed(bytes, m, err)) {
            reword_number(m, err);
            return wording_refuse(call, WORDING_OLDER, err);
        }
        s->parameters[s->parameter_count++] = value_of(arena_dup(&call->arena, buf_str(bytes)));
    }
    return true;
}

bool statement_read(
    struct call *call, const struct json *json, struct statement *out, struct err *err)
{
    *out = (struct statement){
        .json = json,
        .text = shape_text(json, STR("Statement")),
        .consistent = shape_truth(json, STR("ConsistentRead"), false),
        .item_on_failure =
            str_equal(shape_text(json, STR("ReturnValuesOnConditionCheckFailure")), STR("ALL_OLD")),
    };
    if (read_parameters(call, out, err))
        return true;
    err->at = ERR_NOWHERE; /* a place in the request, not in the statement */
    return false;
}

bool statement_parse(struct call *call, struct statement *s, struct err *err)
{
    return partiql_parse(&call->arena, s->text, s->parameters, s->parameter_count, &s->parsed, err);
}

/* ---- indexes ---- */

static bool is_projected(const struct catalog_index *index, struct str name)
{
    for (uint32_t i = 0; i < index->projected_count; i++)
        if (str_equal(index->projected[i], name))
            return true;
    return index->projection == CATALOG_ALL;
}

static bool has_column_before(const struct partiql_statement *p, uint32_t at, struct str root)
{
    for (uint32_t i = 0; i < at; i++)
        if (str_equal(p->columns[i].path.steps[0].name, root))
            return true;
    return false;
}

/* A global index cannot give what it does not hold. */
static bool check_columns(
    const struct partiql_statement *p, const struct catalog_index *index, struct err *err)
{
    struct buf missing = {0};
    for (uint32_t i = 0; i < p->column_count; i++) {
        struct str root = p->columns[i].path.steps[0].name;
        if (is_projected(index, root) || has_column_before(p, i, root))
            continue;
        buf_add(&missing, missing.len ? STR(", ") : STR_NONE);
        buf_add(&missing, root);
    }
    bool ok = missing.len == 0;
    if (!ok)
        err_invalid(err, INVALID "Global secondary index %.*s does not project [%.*s]",
            STR_ARG(index->name), STR_ARG(missing));
    buf_fini(&missing);
    return ok;
}

static bool find_index(const struct statement *s, const struct catalog_table *table,
    const struct catalog_index **index, struct err *err)
{
    struct str name = s->parsed.index;
    *index = name.at ? catalog_index_find(table, name) : NULL;
    if (!name.at)
        return true;
    if (!*index)
        return err_invalid(err, "The table does not have the specified index");
    if ((*index)->schema.partition > 1 || (*index)->schema.sort > 1)
        return err_invalid(err, "PartiQL statements cannot be executed on tables with "
                                "multi-attribute HASH keys or multi-attribute RANGE keys.");
    if ((*index)->backfilling)
        return err_invalid(
            err, "Cannot read from backfilling global secondary index: %.*s", STR_ARG(name));
    if ((*index)->global && s->consistent)
        return err_invalid(
            err, "Strongly consistent read is not supported on Global Secondary Indexes");
    return true;
}

bool statement_index(const struct statement *s, const struct catalog_table *table,
    const struct catalog_index **index, struct err *err)
{
    if (!find_index(s, table, index, err))
        return false;
    if (s->parsed.flaw) {
        *err = *s->parsed.flaw;
        return false;
    }
    return !*index || !(*index)->global || check_columns(&s->parsed, *index, err);
}
