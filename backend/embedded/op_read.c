/* SPDX-License-Identifier: MIT */
/*
 * Query and Scan: from the request to a range of keys, its checks, and the answer around the page.
 *
 *   Query   key condition: id, hash, partition, then one of all = < > between begins_with
 *   Scan    a segment of the hashes
 *   both    a range of keys, which ExclusiveStartKey cuts after (or before) its key
 */
#include "backend/embedded/key_path.h"
#include "backend/embedded/legacy.h"
#include "backend/embedded/ops.h"
#include "backend/embedded/page.h"
#include "backend/embedded/page_range.h"
#include "backend/embedded/request.h"
#include "backend/embedded/shape.h"
#include "backend/json_out.h"

#include <inttypes.h>

#define INVALID "One or more parameter values were invalid: "

enum select { SELECT_DEFAULT, SELECT_ALL, SELECT_PROJECTED, SELECT_SPECIFIC, SELECT_COUNT };

struct read {
    bool is_query;
    struct str table, index;
    struct request_expressions expressions;
    enum select select;
    struct value start; /* ExclusiveStartKey or VALUE_NONE */
    int64_t segment, segments;
    struct page page;
};

/* ---- checks that need no table ---- */

static enum select select_of(const struct json *body)
{
    static const char *const names[] = {
        "", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES", "SPECIFIC_ATTRIBUTES", "COUNT"};
    struct str word = shape_text(body, STR("Select"));
    for (unsigned i = 1; i < 5; i++)
        if (str_equal(word, str_from(names[i])))
            return (enum select)i;
    return SELECT_DEFAULT;
}

/* Query's refusals of a Select begin as the framework's do. */
static const char *beginning(const struct read *r)
{
    return r->is_query ? "1 validation error detected: " : "";
}

static bool refuse_projection(const struct read *r, const char *parameter, struct err *err)
{
    enum select select = r->select;
    return err_invalid(err, "%sCannot specify the %s when choosing to get %s", beginning(r),
        parameter,
        select == SELECT_COUNT ? "only the Count"
        : select == SELECT_ALL ? "ALL_ATTRIBUTES"
                               : "ALL_PROJECTED_ATTRIBUTES");
}

static bool check_select(const struct call *call, const struct read *r, struct err *err)
{
    bool legacy = shape_get(call->body, STR("AttributesToGet")) != NULL;
    bool projection = legacy || shape_get(call->body, STR("ProjectionExpression"));
    if (projection && r->select != SELECT_DEFAULT && r->select != SELECT_SPECIFIC)
        return refuse_projection(r, legacy ? "AttributesToGet" : "ProjectionExpression", err);
    if (r->select == SELECT_SPECIFIC && !projection)
        return err_invalid(err,
            "%sMust specify the AttributesToGet or ProjectionExpression when choosing to get "
            "SPECIFIC_ATTRIBUTES",
            beginning(r));
    if (r->select == SELECT_PROJECTED && r->index.len == 0)
        return err_invalid(
            err, "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName");
    return true;
}

static bool check_segment(const struct call *call, struct read *r, struct err *err)
{
    const struct json *segment = shape_get(call->body, STR("Segment"));
    const struct json *segments = shape_get(call->body, STR("TotalSegments"));
    r->segment = shape_number(call->body, STR("Segment"), 0);
    r->segments = shape_number(call->body, STR("TotalSegments"), 1);
    if (segment && !segments)
        return err_invalid(err, "The TotalSegments parameter is required but was not present in "
                                "the request when Segment parameter is present");
    if (segments && !segment)
        return err_invalid(err, "The Segment parameter is required but was not present in the "
                                "request when parameter TotalSegments is present");
    if (r->segment >= r->segments)
        return err_invalid(err,
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
            "Segment: %" PRId64 " is not less than TotalSegments: %" PRId64,
            r->segment, r->segments);
    return true;
}

static bool read_start(struct call *call, struct read *r, struct err *err)
{
    const struct json *start = shape_get(call->body, STR("ExclusiveStartKey"));
    if (!start)
        return true;
    if (request_item(&call->bufs[CALL_ITEM], start, &r->start, err))
        return true;
    return !r->is_query && err->code == ERR_REFUSED &&
                   !str_equal(str_from(err->name), STR("SerializationException"))
               ? err_context(err, "The provided starting key is invalid")
               : false;
}

static bool check_key_parameters(const struct call *call, const struct read *r, struct err *err)
{
    return !r->is_query || shape_get(call->body, STR("KeyConditionExpression")) ||
           shape_get(call->body, STR("KeyConditions")) ||
           err_invalid(err, "Either the KeyConditions or KeyConditionExpression parameter must be "
                            "specified in the request.");
}

static bool read_request(struct call *call, struct read *r, struct err *err)
{
    const struct json *body = call->body;
    r->table = shape_text(body, STR("TableName"));
    r->index = shape_text(body, STR("IndexName"));
    r->select = select_of(body);
    r->page.limit = shape_number(body, STR("Limit"), 0);
    r->page.backward = r->is_query && !shape_truth(body, STR("ScanIndexForward"), true);
    r->page.consistent = shape_truth(body, STR("ConsistentRead"), false);
    r->page.count_only = r->select == SELECT_COUNT;
    const struct request_rules *rules = r->is_query ? &request_query : &request_scan;
    return request_check(body, rules, err) && legacy_filter(call, body, &r->expressions, err) &&
           legacy_attributes(call, body, &r->expressions, err) &&
           check_key_parameters(call, r, err) && read_start(call, r, err) &&
           check_select(call, r, err) && check_segment(call, r, err) &&
           request_expressions(call, body, rules, &r->expressions, err) &&
           (!r->is_query || legacy_keys(call, body, &r->expressions, err));
}

/* ---- table and index ---- */

static bool find_index(struct read *r, struct err *err)
{
    struct page *page = &r->page;
    if (r->index.len == 0)
        return true;
    page->index = catalog_index_find(page->table, r->index);
    if (!page->index)
        return err_invalid(
            err, "The table does not have the specified index: %.*s", STR_ARG(r->index));
    if (page->index->backfilling)
        return err_invalid(
            err, "Cannot read from backfilling global secondary index: %.*s", STR_ARG(r->index));
    if (page->index->global && page->consistent)
        return err_invalid(err, "Consistent reads are not supported on global secondary indexes");
    return true;
}

struct missing {
    const struct catalog_index *index;
    struct str name;
};

static bool is_projected(const struct catalog_index *index, struct str name)
{
    if (index->projection == CATALOG_ALL)
        return true;
    for (uint32_t i = 0; i < index->projected_count; i++)
        if (str_equal(index->projected[i], name))
            return true;
    return false;
}

static bool look_for_missing(void *context, const struct expr_path *path)
{
    struct missing *missing = context;
    if (is_projected(missing->index, path->steps[0].name))
        return true;
    missing->name = path->steps[0].name;
    return false;
}

/* What the expressions name that an index does not hold: fetched for a local one, refused for a
 * global one. */
static bool check_projection(struct read *r, struct err *err)
{
    struct page *page = &r->page;
    const struct catalog_index *index = page->index;
    struct missing missing = {.index = index};
    if (!index || index->projection == CATALOG_ALL)
        return true;
    if (r->expressions.projection)
        expr_projection_attributes(r->expressions.projection, look_for_missing, &missing);
    if (!index->global) {
        page->fetch = r->select == SELECT_ALL || missing.name.len;
        return true;
    }
    if (r->select == SELECT_ALL)
        return err_invalid(err,
            INVALID "Select type ALL_ATTRIBUTES is not supported for global secondary index %.*s "
                    "because its projection type is not ALL",
            STR_ARG(index->name));
    if (missing.name.len)
        return err_invalid(err, INVALID "Global secondary index %.*s does not project [%.*s]",
            STR_ARG(index->name), STR_ARG(missing.name));
    return true;
}

/* ---- ExclusiveStartKey ---- */

#define START_INVALID "The provided starting key is invalid"
#define START_MISMATCH START_INVALID ": The provided key element does not match the schema"

static bool refuse_start(struct err *err)
{
    return err_invalid(err, START_INVALID);
}

/* A Scan says more of attributes that are missing or too many. */
static bool refuse_names(const struct read *r, struct err *err)
{
    return r->is_query ? refuse_start(err) : err_invalid(err, START_MISMATCH);
}

static bool check_start_shape(
    const struct read *r, const struct key_schema *schema, struct err *err)
{
    struct value v;
    if (r->start.count != schema->count)
        return refuse_names(r, err);
    for (size_t i = 0; i < schema->count; i++)
        if (!value_find(r->start, schema->at[i].name, &v))
            return refuse_names(r, err);
    for (size_t i = 0; i < schema->count; i++)
        if (value_find(r->start, schema->at[i].name, &v) &&
            (v.type != schema->at[i].type || v.data.len == 0))
            return err_invalid(err, START_MISMATCH);
    return true;
}

static bool same_partition(
    const struct read *r, const struct key_schema *schema, const struct page_range_keys *c)
{
    struct value v;
    for (uint32_t i = 0; i < schema->partition; i++)
        if (!value_find(r->start, schema->at[i].name, &v) || !str_equal(v.data, c->at[i]->low.data))
            return false;
    return true;
}

static bool refuse_outside(const struct read *r, const struct key_schema *schema,
    const struct page_range_keys *c, struct err *err)
{
    if (!r->is_query)
        return err_invalid(err,
            "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use "
            "ExclusiveStartKey with correct Segment. TotalSegments: %" PRId64 " Segment: %" PRId64,
            r->segments, r->segment);
    bool same = same_partition(r, schema, c);
    if (c->count == schema->partition)
        return err_invalid(err, "The provided starting key is outside query boundaries based on "
                                "provided conditions");
    return same ? err_invalid(
                      err, "The provided starting key does not match the range key predicate")
                : err_invalid(err, "The query can return at most one row and cannot be restarted");
}

/* Cuts the range: what follows the start key, in the direction of the walk. */
static bool apply_start(
    struct call *call, struct read *r, const struct page_range_keys *c, struct err *err)
{
    struct page *page = &r->page;
    const struct key_schema *schema = page_schema(page);
    struct buf *key = engine_buf(call, CALL_KEY);
    if (r->start.type == VALUE_NONE)
        return true;
    if (!check_start_shape(r, schema, err))
        return false;
    key_of_item(key, page_id(page), schema, r->start, NULL);
    if (str_compare(buf_str(key), buf_str(&page->from)) < 0 ||
        str_compare(buf_str(key), buf_str(&page->to)) >= 0)
        return refuse_outside(r, schema, c, err);
    struct buf *border = page->backward ? &page->to : &page->from;
    buf_clear(border);
    buf_add(border, buf_str(key));
    if (!page->backward)
        buf_add_byte(border, '\0'); /* the least key above it */
    return true;
}

/* ---- Query's filter may not name keys ---- */

struct key_use {
    const struct key_schema *schema;
    struct str found;
};

static bool look_for_key(void *context, const struct expr_path *path)
{
    struct key_use *use = context;
    if (catalog_key_find(use->schema, path->steps[0].name) < 0)
        return true;
    use->found = path->steps[0].name;
    return false;
}

static bool check_filter(const struct call *call, const struct read *r, struct err *err)
{
    struct key_use use = {.schema = page_schema(&r->page)};
    bool legacy = shape_get(call->body, STR("QueryFilter")) != NULL;
    if (r->is_query && r->expressions.condition)
        expr_condition_attributes(r->expressions.condition, look_for_key, &use);
    return use.found.len == 0 ||
           err_invalid(err,
               "%s can only contain non-primary key attributes: Primary key attribute: %.*s",
               legacy ? "QueryFilter" : "Filter Expression", STR_ARG(use.found));
}

/* KeyConditions are older than indexes whose keys have several attributes each. */
static bool check_legacy_keys(
    const struct call *call, const struct key_schema *schema, struct err *err)
{
    bool several = schema->partition > 1 || schema->sort > 1;
    return !several || !shape_get(call->body, STR("KeyConditions")) ||
           err_invalid(err, "Query key condition not supported");
}

static bool check_key_paths(const struct read *r, struct err *err)
{
    return key_path_check_projection(r->page.table, r->expressions.projection, err) &&
           key_path_check_condition(r->page.table, r->expressions.condition, err);
}

/* ---- running ---- */

static bool set_page(struct call *call, struct read *r, struct err *err)
{
    struct page *page = &r->page;
    struct page_range_keys c = {0};
    if (!find_index(r, err) || !check_legacy_keys(call, page_schema(page), err))
        return false;
    if (r->is_query) {
        if (!page_range_order(page_schema(page), &r->expressions.keys, &c, err))
            return false;
        page_range_set(page, &c);
    } else {
        buf_clear(&page->from);
        buf_clear(&page->to);
        key_segment(
            &page->from, &page->to, page_id(page), (uint32_t)r->segment, (uint32_t)r->segments);
    }
    return apply_start(call, r, &c, err) && check_projection(r, err) &&
           check_filter(call, r, err) && check_key_paths(r, err);
}

static bool read_in(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct read *r = context;
    r->page.fetch = false;
    if (!engine_table(call, txn, r->table, &r->page.table, err) || !set_page(call, r, err))
        return false;
    r->page.filter = r->expressions.condition;
    r->page.projection = r->expressions.projection;
    buf_clear(call->out);
    buf_add_byte(call->out, '{');
    if (!r->page.count_only)
        json_put_name(call->out, STR("Items"));
    return page_run(call, txn, &r->page, err);
}

static void put_answer(struct call *call, struct read *r)
{
    struct buf *out = call->out;
    struct capacity used = {0};
    engine_put_i64(out, STR("Count"), r->page.count);
    engine_put_i64(out, STR("ScannedCount"), r->page.scanned);
    if (r->page.more) {
        json_put_name(out, STR("LastEvaluatedKey"));
        json_out_typed_item(out, value_of(buf_str(&r->page.last)));
    }
    page_charge(&r->page, &used);
    capacity_put(out, &used, capacity_mode(call->body));
    buf_add_byte(out, '}');
}

static bool run(struct call *call, bool is_query, struct err *err)
{
    struct read *r = arena_new(&call->arena, struct read);
    r->is_query = is_query;
    bool done = read_request(call, r, err) && engine_read(call, read_in, r, err);
    if (done)
        put_answer(call, r);
    page_fini(&r->page);
    return done;
}

bool op_query(struct call *call, struct err *err)
{
    return run(call, true, err);
}

bool op_scan(struct call *call, struct err *err)
{
    return run(call, false, err);
}
