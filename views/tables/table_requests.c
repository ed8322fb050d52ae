/* SPDX-License-Identifier: MIT */
/*
 * Descriptions of tables as the service's requests: CreateTable from one, UpdateTable and its kin
 * from what differs between two. Must not know who asks.
 *
 *   before ─┐            ┌─ billing, units      UpdateTable
 *           ├─ differs? ─┼─ stream              UpdateTable (off, then on: a view cannot be
 * changed) after ──┘            ├─ time to live        UpdateTimeToLive (likewise) ├─ protection
 * UpdateTable └─ tags                UntagResource, TagResource
 */
#include "views/tables/table_requests.h"

#include <inttypes.h>

/* ---- parts of bodies ---- */

static void put_text(struct buf *out, struct str name, struct str text)
{
    json_put_name(out, name);
    json_put_string(out, text);
}

static void put_truth(struct buf *out, struct str name, bool truth)
{
    json_put_name(out, name);
    buf_add(out, truth ? STR("true") : STR("false"));
}

static void put_units(struct buf *out, struct spec_units units)
{
    json_put_name(out, STR("ProvisionedThroughput"));
    buf_printf(out, "{\"ReadCapacityUnits\":%" PRId64 ",\"WriteCapacityUnits\":%" PRId64 "}",
        units.read, units.write);
}

static void put_key(struct buf *out, const struct client_key *key, const char *kind)
{
    if (!key->name.len)
        return;
    json_put_comma(out);
    buf_add_byte(out, '{');
    put_text(out, STR("AttributeName"), key->name);
    put_text(out, STR("KeyType"), str_from(kind));
    buf_add_byte(out, '}');
}

static void put_schema(
    struct buf *out, const struct client_key *hash, const struct client_key *range)
{
    json_put_name(out, STR("KeySchema"));
    buf_add_byte(out, '[');
    put_key(out, hash, "HASH");
    put_key(out, range, "RANGE");
    buf_add_byte(out, ']');
}

static void put_projection(struct buf *out, const struct spec_index *index)
{
    struct str rest = index->include, one;
    json_put_name(out, STR("Projection"));
    buf_add_byte(out, '{');
    put_text(out, STR("ProjectionType"), str_from(table_spec_projection(index->projection)));
    if (index->projection == SPEC_INCLUDE) {
        json_put_name(out, STR("NonKeyAttributes"));
        buf_add_byte(out, '[');
        while (str_cut(&rest, ',', &one)) {
            json_put_comma(out);
            json_put_string(out, str_trim(one));
        }
        buf_add_byte(out, ']');
    }
    buf_add_byte(out, '}');
}

static void put_index(struct buf *out, const struct client_key *hash,
    const struct spec_index *index, bool provisioned)
{
    json_put_comma(out);
    buf_add_byte(out, '{');
    put_text(out, STR("IndexName"), index->name);
    put_schema(out, hash, &index->range);
    put_projection(out, index);
    if (provisioned)
        put_units(out, index->units);
    buf_add_byte(out, '}');
}

/* Each attribute once, however many keys it is. */
struct definitions {
    struct buf *out;
    struct str seen[2 + 2 * SPEC_GLOBALS_MAX + SPEC_LOCALS_MAX];
    uint32_t count;
};

static void define(struct definitions *d, const struct client_key *key)
{
    if (!key->name.len)
        return;
    for (uint32_t i = 0; i < d->count; i++)
        if (str_equal(d->seen[i], key->name))
            return;
    d->seen[d->count++] = key->name;
    json_put_comma(d->out);
    buf_add_byte(d->out, '{');
    put_text(d->out, STR("AttributeName"), key->name);
    put_text(d->out, STR("AttributeType"), str_from(value_type_name(key->type)));
    buf_add_byte(d->out, '}');
}

static void define_all(struct definitions *d, const struct table_spec *spec)
{
    define(d, &spec->hash);
    define(d, &spec->range);
    for (uint32_t i = 0; i < spec->local_count; i++)
        define(d, &spec->locals[i].range);
    for (uint32_t i = 0; i < spec->global_count; i++) {
        define(d, &spec->globals[i].hash);
        define(d, &spec->globals[i].range);
    }
}

static void put_stream(struct buf *out, struct str view)
{
    json_put_name(out, STR("StreamSpecification"));
    buf_add_byte(out, '{');
    put_truth(out, STR("StreamEnabled"), view.len > 0);
    if (view.len)
        put_text(out, STR("StreamViewType"), view);
    buf_add_byte(out, '}');
}

static void put_tags(struct buf *out, const struct spec_tag *tags, uint32_t count)
{
    json_put_name(out, STR("Tags"));
    buf_add_byte(out, '[');
    for (uint32_t i = 0; i < count; i++) {
        json_put_comma(out);
        buf_add_byte(out, '{');
        put_text(out, STR("Key"), tags[i].key);
        put_text(out, STR("Value"), tags[i].value);
        buf_add_byte(out, '}');
    }
    buf_add_byte(out, ']');
}

/* ---- requests ---- */

static void begin(struct buf *out, struct str table)
{
    buf_clear(out);
    buf_add_byte(out, '{');
    put_text(out, STR("TableName"), table);
}

static void add(
    struct table_requests *r, enum table_part part, struct str operation, struct buf *body)
{
    buf_add_byte(body, '}');
    r->at[r->count++] = (struct table_request){
        .part = part, .operation = operation, .body = arena_dup(r->arena, buf_str(body))};
}

static void add_ttl(struct table_requests *r, struct str table, struct str attribute, bool on)
{
    struct buf body = {0};
    begin(&body, table);
    json_put_name(&body, STR("TimeToLiveSpecification"));
    buf_add_byte(&body, '{');
    put_truth(&body, STR("Enabled"), on);
    put_text(&body, STR("AttributeName"), attribute);
    buf_add_byte(&body, '}');
    add(r, PART_TTL, STR("UpdateTimeToLive"), &body);
    buf_fini(&body);
}

static void put_indexes(struct buf *body, const struct table_spec *spec, bool global)
{
    uint32_t count = global ? spec->global_count : spec->local_count;
    if (!count)
        return;
    json_put_name(body, global ? STR("GlobalSecondaryIndexes") : STR("LocalSecondaryIndexes"));
    buf_add_byte(body, '[');
    for (uint32_t i = 0; i < count; i++)
        if (global)
            put_index(body, &spec->globals[i].hash, &spec->globals[i], spec->provisioned);
        else
            put_index(body, &spec->hash, &spec->locals[i], false);
    buf_add_byte(body, ']');
}

static void put_create(struct buf *body, const struct table_spec *spec)
{
    struct definitions d = {.out = body};
    begin(body, spec->name);
    json_put_name(body, STR("AttributeDefinitions"));
    buf_add_byte(body, '[');
    define_all(&d, spec);
    buf_add_byte(body, ']');
    put_schema(body, &spec->hash, &spec->range);
    put_indexes(body, spec, false);
    put_indexes(body, spec, true);
    put_text(
        body, STR("BillingMode"), spec->provisioned ? STR("PROVISIONED") : STR("PAY_PER_REQUEST"));
    if (spec->provisioned)
        put_units(body, spec->units);
    if (spec->stream_view.len)
        put_stream(body, spec->stream_view);
    if (spec->protection)
        put_truth(body, STR("DeletionProtectionEnabled"), true);
    if (spec->tag_count)
        put_tags(body, spec->tags, spec->tag_count);
}

void table_requests_create(
    struct arena *arena, const struct table_spec *spec, struct table_requests *out)
{
    struct buf body = {0};
    *out = (struct table_requests){.arena = arena};
    put_create(&body, spec);
    add(out, PART_TABLE, STR("CreateTable"), &body);
    if (spec->ttl.len)
        add_ttl(out, spec->name, spec->ttl, true);
    buf_fini(&body);
}

/* ---- what differs ---- */

static bool same_units(struct spec_units a, struct spec_units b)
{
    return a.read == b.read && a.write == b.write;
}

static const struct spec_index *global_named(const struct table_spec *spec, struct str name)
{
    for (uint32_t i = 0; i < spec->global_count; i++)
        if (str_equal(spec->globals[i].name, name))
            return &spec->globals[i];
    return NULL;
}

/* Whether the request is to name the index's units: those that differ, and all of them where the
 * table becomes a provisioned one. */
static bool index_differs(
    const struct table_spec *before, const struct table_spec *after, const struct spec_index *index)
{
    const struct spec_index *was = global_named(before, index->name);
    return after->provisioned && was &&
           (!before->provisioned || !same_units(was->units, index->units));
}

static void put_index_units(
    struct buf *body, const struct table_spec *before, const struct table_spec *after)
{
    bool any = false;
    for (uint32_t i = 0; i < after->global_count; i++) {
        if (!index_differs(before, after, &after->globals[i]))
            continue;
        if (!any) {
            json_put_name(body, STR("GlobalSecondaryIndexUpdates"));
            buf_add_byte(body, '[');
            any = true;
        }
        json_put_comma(body);
        buf_add(body, STR("{\"Update\":{"));
        put_text(body, STR("IndexName"), after->globals[i].name);
        put_units(body, after->globals[i].units);
        buf_add(body, STR("}}"));
    }
    if (any)
        buf_add_byte(body, ']');
}

static void change_billing(
    struct table_requests *r, const struct table_spec *before, const struct table_spec *after)
{
    bool mode = before->provisioned != after->provisioned;
    bool units = after->provisioned && !same_units(before->units, after->units);
    bool indexes = false;
    for (uint32_t i = 0; i < after->global_count; i++)
        indexes = indexes || index_differs(before, after, &after->globals[i]);
    if (!mode && !units && !indexes)
        return;
    struct buf body = {0};
    begin(&body, before->name);
    if (mode)
        put_text(&body, STR("BillingMode"),
            after->provisioned ? STR("PROVISIONED") : STR("PAY_PER_REQUEST"));
    if (after->provisioned && (mode || units))
        put_units(&body, after->units);
    put_index_units(&body, before, after);
    add(r, PART_BILLING, STR("UpdateTable"), &body);
    buf_fini(&body);
}

static void add_stream(struct table_requests *r, struct str table, struct str view)
{
    struct buf body = {0};
    begin(&body, table);
    put_stream(&body, view);
    add(r, PART_STREAM, STR("UpdateTable"), &body);
    buf_fini(&body);
}

static void change_stream(
    struct table_requests *r, const struct table_spec *before, const struct table_spec *after)
{
    if (str_equal(before->stream_view, after->stream_view))
        return;
    if (before->stream_view.len)
        add_stream(r, before->name, STR_NONE);
    if (after->stream_view.len)
        add_stream(r, before->name, after->stream_view);
}

static void change_ttl(
    struct table_requests *r, const struct table_spec *before, const struct table_spec *after)
{
    if (str_equal(before->ttl, after->ttl))
        return;
    if (before->ttl.len)
        add_ttl(r, before->name, before->ttl, false);
    if (after->ttl.len)
        add_ttl(r, before->name, after->ttl, true);
}

static void change_protection(
    struct table_requests *r, const struct table_spec *before, const struct table_spec *after)
{
    struct buf body = {0};
    if (before->protection == after->protection)
        return;
    begin(&body, before->name);
    put_truth(&body, STR("DeletionProtectionEnabled"), after->protection);
    add(r, PART_PROTECTION, STR("UpdateTable"), &body);
    buf_fini(&body);
}

static const struct spec_tag *tag_named(const struct table_spec *spec, struct str key)
{
    for (uint32_t i = 0; i < spec->tag_count; i++)
        if (str_equal(spec->tags[i].key, key))
            return &spec->tags[i];
    return NULL;
}

static void begin_tags(struct buf *body, struct str arn)
{
    buf_clear(body);
    buf_add_byte(body, '{');
    put_text(body, STR("ResourceArn"), arn);
}

static void remove_tags(struct table_requests *r, const struct table_spec *before,
    const struct table_spec *after, struct str arn)
{
    struct buf body = {0};
    uint32_t gone = 0;
    begin_tags(&body, arn);
    json_put_name(&body, STR("TagKeys"));
    buf_add_byte(&body, '[');
    for (uint32_t i = 0; i < before->tag_count; i++) {
        if (tag_named(after, before->tags[i].key))
            continue;
        json_put_comma(&body);
        json_put_string(&body, before->tags[i].key);
        gone++;
    }
    buf_add_byte(&body, ']');
    if (gone)
        add(r, PART_TAGS, STR("UntagResource"), &body);
    buf_fini(&body);
}

static void change_tags(struct table_requests *r, const struct table_spec *before,
    const struct table_spec *after, struct str arn)
{
    struct spec_tag fresh[SPEC_TAGS_MAX];
    uint32_t count = 0;
    struct buf body = {0};
    remove_tags(r, before, after, arn);
    for (uint32_t i = 0; i < after->tag_count; i++) {
        const struct spec_tag *was = tag_named(before, after->tags[i].key);
        if (!was || !str_equal(was->value, after->tags[i].value))
            fresh[count++] = after->tags[i];
    }
    begin_tags(&body, arn);
    put_tags(&body, fresh, count);
    if (count)
        add(r, PART_TAGS, STR("TagResource"), &body);
    buf_fini(&body);
}

void table_requests_change(struct arena *arena, const struct table_spec *before,
    const struct table_spec *after, struct str arn, struct table_requests *out)
{
    *out = (struct table_requests){.arena = arena};
    change_billing(out, before, after);
    change_stream(out, before, after);
    change_ttl(out, before, after);
    change_protection(out, before, after);
    change_tags(out, before, after, arn);
}

/* ---- indexes ---- */

void table_requests_add_index(struct arena *arena, const struct table_spec *table,
    const struct spec_index *index, struct table_requests *out)
{
    struct buf body = {0};
    struct definitions d = {.out = &body};
    *out = (struct table_requests){.arena = arena};
    begin(&body, table->name);
    json_put_name(&body, STR("AttributeDefinitions"));
    buf_add_byte(&body, '[');
    define_all(&d, table);
    define(&d, &index->hash);
    define(&d, &index->range);
    buf_add_byte(&body, ']');
    json_put_name(&body, STR("GlobalSecondaryIndexUpdates"));
    buf_add(&body, STR("[{\"Create\":"));
    put_index(&body, &index->hash, index, table->provisioned);
    buf_add(&body, STR("}]"));
    add(out, PART_TABLE, STR("UpdateTable"), &body);
    buf_fini(&body);
}

void table_requests_remove_index(
    struct arena *arena, struct str table, struct str index, struct table_requests *out)
{
    struct buf body = {0};
    *out = (struct table_requests){.arena = arena};
    begin(&body, table);
    json_put_name(&body, STR("GlobalSecondaryIndexUpdates"));
    buf_add(&body, STR("[{\"Delete\":{"));
    put_text(&body, STR("IndexName"), index);
    buf_add(&body, STR("}}]"));
    add(out, PART_TABLE, STR("UpdateTable"), &body);
    buf_fini(&body);
}

void table_requests_delete(struct arena *arena, struct str table, struct table_requests *out)
{
    struct buf body = {0};
    *out = (struct table_requests){.arena = arena};
    begin(&body, table);
    add(out, PART_TABLE, STR("DeleteTable"), &body);
    buf_fini(&body);
}

/* ---- sending, showing ---- */

static bool send_one(struct client *client, const struct table_request *request, struct err *err)
{
    struct ddb_reply reply = {0};
    bool ok = client_call(client, request->operation, request->body, &reply, err) &&
              !ddb_reply_error(&reply, err);
    ddb_reply_fini(&reply);
    return ok;
}

bool table_requests_send(struct client *client, const struct table_requests *requests,
    struct str table, size_t *done, struct err *err)
{
    for (*done = 0; *done < requests->count; ++*done)
        if ((*done && !client_wait_active(client, table, err)) ||
            !send_one(client, &requests->at[*done], err))
            return false;
    return true;
}

static void show_body(struct buf *out, const struct json *body)
{
    for (const struct json *m = body->first; m; m = m->next) {
        buf_printf(out, "  %.*s: ", STR_ARG(m->name));
        json_put(out, m);
        buf_add_byte(out, '\n');
    }
}

void table_requests_show(const struct table_requests *requests, struct buf *out)
{
    struct arena arena = {0};
    struct err ignored = ERR_INIT;
    for (size_t i = 0; i < requests->count; i++) {
        const struct json *body = json_parse(&arena, requests->at[i].body, &ignored);
        buf_printf(out, "%.*s\n", STR_ARG(requests->at[i].operation));
        if (body)
            show_body(out, body);
    }
    arena_fini(&arena);
}

void table_requests_take(struct arena *arena, enum table_part part, const struct table_spec *after,
    struct table_spec *before)
{
    if (part == PART_BILLING) {
        before->provisioned = after->provisioned;
        before->units = after->units;
        for (uint32_t i = 0; i < before->global_count && i < after->global_count; i++)
            before->globals[i].units = after->globals[i].units;
    } else if (part == PART_STREAM) {
        before->stream_view = arena_dup(arena, after->stream_view);
    } else if (part == PART_TTL) {
        before->ttl = arena_dup(arena, after->ttl);
    } else if (part == PART_PROTECTION) {
        before->protection = after->protection;
    } else if (part == PART_TAGS) {
        before->tag_count = after->tag_count;
        for (uint32_t i = 0; i < after->tag_count; i++)
            before->tags[i] = (struct spec_tag){
                arena_dup(arena, after->tags[i].key), arena_dup(arena, after->tags[i].value)};
    }
}
