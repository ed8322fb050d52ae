/* SPDX-License-Identifier: MIT */
/*
 * Settings of a table that are changed by operations of their own: time to live and tags; and the
 * two operations that describe the service itself.
 */
#include "backend/embedded/ops.h"
#include "backend/embedded/shape.h"
#include "backend/embedded/sweep.h"
#include "backend/embedded/tags.h"

/* ---- changing a table's row ---- */

struct setting {
    struct str table;
    bool by_arn; /* the name came from a ResourceArn */
    bool (*change)(struct call *call, struct catalog_table *table, struct err *err);
    /* what else is to be written with the row, or NULL */
    bool (*mark)(struct store_txn *txn, const struct catalog_table *table, struct err *err);
};

static bool refuse_arn(const struct call *call, struct str arn, struct err *err)
{
    return err_refuse(err, "AccessDeniedException",
        "User: arn:aws:iam::000000000000:root is not authorized to perform: dynamodb:%.*s on "
        "resource: %.*s",
        STR_ARG(call->request->operation), STR_ARG(arn));
}

static bool find_table(struct call *call, struct store_txn *txn, const struct setting *s,
    const struct catalog_table **table, struct err *err)
{
    if (!engine_table_maybe(call, txn, s->table, table, err))
        return false;
    if (*table)
        return true;
    if (s->by_arn)
        return refuse_arn(call, s->table, err);
    return err_refuse(err, "ResourceNotFoundException",
        "Requested resource not found: Table: %.*s not found",
        STR_ARG(engine_table_name(s->table)));
}

static bool change_in(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    const struct setting *s = context;
    const struct catalog_table *table;
    if (!find_table(call, txn, s, &table, err))
        return false;
    struct catalog_table copy = catalog_copy(table);
    if (!s->change(call, &copy, err))
        return false;
    return (catalog_put(txn, &copy, err) && (!s->mark || s->mark(txn, &copy, err))) ||
           engine_spoil(txn);
}

static bool run_change(struct call *call, struct setting *s, struct err *err)
{
    return engine_write(call, change_in, s, err);
}

/* ---- time to live ---- */

enum { TTL_INTERVAL_MS = 60 * 60 * 1000 };

static bool change_ttl(struct call *call, struct catalog_table *table, struct err *err)
{
    const struct json *json = shape_get(call->body, STR("TimeToLiveSpecification"));
    struct str attribute = shape_text(json, STR("AttributeName"));
    bool enabled = shape_truth(json, STR("Enabled"), false);
    if (enabled && table->ttl_enabled && !str_equal(attribute, table->ttl))
        return err_invalid(err,
            "TimeToLive is active on a different AttributeName: current AttributeName is %.*s",
            STR_ARG(table->ttl));
    if (enabled == table->ttl_enabled)
        return err_invalid(
            err, enabled ? "TimeToLive is already enabled" : "TimeToLive is already disabled");
    if (!enabled && !str_equal(attribute, table->ttl))
        return err_invalid(err,
            "TimeToLive is active on a different AttributeName: current AttributeName is %.*s",
            STR_ARG(table->ttl));
    if (table->ttl_ms && engine_now_ms(call->engine) < table->ttl_ms + TTL_INTERVAL_MS)
        return err_invalid(
            err, "Time to live has been modified multiple times within a fixed interval");
    table->ttl = attribute;
    table->ttl_enabled = enabled;
    table->ttl_ms = engine_now_ms(call->engine);
    return true;
}

bool op_update_ttl(struct call *call, struct err *err)
{
    struct setting s = {.table = shape_text(call->body, STR("TableName")),
        .change = change_ttl,
        .mark = sweep_mark};
    const struct json *json = shape_get(call->body, STR("TimeToLiveSpecification"));
    if (!run_change(call, &s, err))
        return false;
    buf_add(call->out, STR("{\"TimeToLiveSpecification\":{"));
    engine_put_text(call->out, STR("AttributeName"), shape_text(json, STR("AttributeName")));
    engine_put_bool(call->out, STR("Enabled"), shape_truth(json, STR("Enabled"), false));
    buf_add(call->out, STR("}}"));
    return true;
}

static bool describe_ttl(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    const struct setting *s = context;
    const struct catalog_table *table;
    struct buf *out = call->out;
    if (!find_table(call, txn, s, &table, err))
        return false;
    buf_clear(out);
    buf_add(out, STR("{\"TimeToLiveDescription\":{"));
    engine_put_text(
        out, STR("TimeToLiveStatus"), table->ttl_enabled ? STR("ENABLED") : STR("DISABLED"));
    if (table->ttl_enabled)
        engine_put_text(out, STR("AttributeName"), table->ttl);
    buf_add(out, STR("}}"));
    return true;
}

bool op_describe_ttl(struct call *call, struct err *err)
{
    struct setting s = {.table = shape_text(call->body, STR("TableName"))};
    return engine_read(call, describe_ttl, &s, err);
}

/* ---- tags ---- */

static bool check_arn(const struct call *call, struct setting *s, struct err *err)
{
    struct str arn = shape_text(call->body, STR("ResourceArn")), resource;
    *s = (struct setting){.table = arn, .by_arn = true, .change = s->change};
    if (!str_starts(arn, STR("arn:")))
        return err_invalid(err,
            "One or more parameter values were invalid: ARNs must start with 'arn:': %.*s",
            STR_ARG(arn));
    if (!engine_read_arn(arn, &resource) || !str_starts(resource, STR("table/")))
        return refuse_arn(call, arn, err);
    return str_find(resource, STR("/index/")) == SIZE_MAX ||
           err_invalid(err,
               "One or more parameter values were invalid: Invalid resource arn provided, only "
               "table or stream is accepted. Provided resource arn: %.*s",
               STR_ARG(arn));
}

static struct str tag_key_of(const struct json *entry)
{
    return entry->type == JSON_STRING ? entry->text : shape_text(entry, STR("Key"));
}

static bool is_named(const struct json *list, struct str key)
{
    for (const struct json *m = list->first; m; m = m->next)
        if (str_equal(tag_key_of(m), key))
            return true;
    return false;
}

/* The old tags without those that `list` names, and the new ones behind them. */
static bool merge_tags(struct call *call, struct catalog_table *table, const struct json *list,
    struct value added, struct err *err)
{
    enum { TAGS_MAX = 50 };
    struct buf bytes = {0};
    struct str key;
    struct value v;
    struct value_open map = value_open(&bytes, VALUE_M);
    const struct value groups[2] = {table->tags, added};
    for (size_t i = 0; i < 2; i++) {
        if (groups[i].type != VALUE_M)
            continue;
        struct value_walk walk = value_walk(groups[i]);
        while (value_next(&walk, &key, &v))
            if (i == 1 || !is_named(list, key)) {
                value_member(&map, &bytes, key);
                value_put(&bytes, v);
            }
    }
    bool done = value_close(&map, &bytes, err);
    table->tags = value_of(arena_dup(&call->arena, buf_str(&bytes)));
    buf_fini(&bytes);
    if (done && table->tags.count > TAGS_MAX)
        return err_invalid(
            err, "Number of Tags exceed the current limit for the provided ResourceArn");
    return done;
}

static bool add_tags(struct call *call, struct catalog_table *table, struct err *err)
{
    const struct json *list = shape_get(call->body, STR("Tags"));
    struct value added;
    if (list->count == 0)
        return err_invalid(err, "Atleast one Tag needs to be provided as Input.");
    return tags_parse(call, list, &added, err) && merge_tags(call, table, list, added, err);
}

static bool remove_tags(struct call *call, struct catalog_table *table, struct err *err)
{
    const struct json *list = shape_get(call->body, STR("TagKeys"));
    if (list->count == 0)
        return err_invalid(err, "Atleast one Tag Key needs to be provided as Input.");
    return merge_tags(call, table, list, (struct value){0}, err);
}

bool op_tag_resource(struct call *call, struct err *err)
{
    struct setting s = {.change = add_tags};
    return check_arn(call, &s, err) && run_change(call, &s, err);
}

bool op_untag_resource(struct call *call, struct err *err)
{
    struct setting s = {.change = remove_tags};
    return check_arn(call, &s, err) && run_change(call, &s, err);
}

static bool list_tags(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    const struct setting *s = context;
    const struct catalog_table *table;
    struct buf *out = call->out;
    struct str key;
    struct value v;
    if (!find_table(call, txn, s, &table, err))
        return false;
    buf_clear(out);
    buf_add(out, STR("{\"Tags\":["));
    struct value_walk walk = value_walk(table->tags);
    while (table->tags.type == VALUE_M && value_next(&walk, &key, &v)) {
        json_put_comma(out);
        buf_add_byte(out, '{');
        engine_put_text(out, STR("Key"), key);
        engine_put_text(out, STR("Value"), v.data);
        buf_add_byte(out, '}');
    }
    buf_add(out, STR("]}"));
    return true;
}

bool op_list_tags(struct call *call, struct err *err)
{
    struct setting s = {0};
    return check_arn(call, &s, err) && engine_read(call, list_tags, &s, err);
}

/* ---- the service itself ---- */

bool op_describe_limits(struct call *call, struct err *err)
{
    (void)err;
    buf_add(call->out,
        STR("{\"AccountMaxReadCapacityUnits\":80000,\"AccountMaxWriteCapacityUnits\":80000,"
            "\"TableMaxReadCapacityUnits\":40000,\"TableMaxWriteCapacityUnits\":40000}"));
    return true;
}

bool op_describe_endpoints(struct call *call, struct err *err)
{
    (void)err;
    struct str own = call->request->endpoint;
    if (!own.len)
        own =
            arena_printf(&call->arena, "dynamodb.%.*s.amazonaws.com", STR_ARG(engine_region(call)));
    buf_add(call->out, STR("{\"Endpoints\":[{"));
    engine_put_text(call->out, STR("Address"), own);
    engine_put_i64(call->out, STR("CachePeriodInMinutes"), 1440);
    buf_add(call->out, STR("}]}"));
    return true;
}
