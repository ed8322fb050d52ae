/* SPDX-License-Identifier: MIT */
/*
 * A table's page: the service's answers in words. Must not know where it is shown.
 *
 *   Orders is ACTIVE
 *     items            1,204,113
 *     size             480 MB, 418 B an item
 *   Keys
 *     partition key    customerId  S
 */
#include "views/tables/table_page.h"

#include "views/words.h"

#include <stdlib.h>

enum { PAGE_LABEL = 20 };

/* ---- lines ---- */

static void label(struct buf *out, const char *text)
{
    buf_printf(out, "  %-*s", PAGE_LABEL, text);
}

static void heading(struct buf *out, const char *text)
{
    buf_printf(out, "\n%s\n", text);
}

static void line(struct buf *out, const char *name, struct str text)
{
    if (!text.len)
        return;
    label(out, name);
    buf_add(out, text);
    buf_add_byte(out, '\n');
}

static void count_line(struct buf *out, const char *name, int64_t count)
{
    label(out, name);
    words_count(out, count);
    buf_add_byte(out, '\n');
}

static struct str text_at(const struct json *object, struct str name)
{
    return table_look_text(object, name);
}

static int64_t number_at(const struct json *object, struct str name)
{
    return table_look_number(object, name);
}

/* Epoch seconds, perhaps with a fraction. */
static void time_line(struct buf *out, const char *name, const struct json *seconds, int64_t now_ms)
{
    char text[41] = "";
    if (!json_is(seconds, JSON_NUMBER) || seconds->text.len >= sizeof text)
        return;
    memcpy(text, seconds->text.at, seconds->text.len);
    double value = strtod(text, NULL);
    if (!(value > 0 && value < 1e14))
        return;
    label(out, name);
    words_utc(out, (int64_t)(value * 1000));
    buf_add(out, STR(", "));
    words_distance(out, (int64_t)(value * 1000), now_ms);
    buf_add_byte(out, '\n');
}

static void size_line(struct buf *out, int64_t bytes, int64_t items)
{
    label(out, "size");
    words_bytes(out, bytes);
    if (items > 0) {
        buf_add(out, STR(", "));
        words_bytes(out, bytes / items);
        buf_add(out, STR(" an item"));
    }
    buf_add_byte(out, '\n');
}

static void members_line(struct buf *out, const char *name, const struct json *list)
{
    if (!json_is(list, JSON_ARRAY) || !list->count)
        return;
    label(out, name);
    for (const struct json *one = list->first; one; one = one->next)
        buf_printf(out, "%s%.*s", one == list->first ? "" : ", ", STR_ARG(one->text));
    buf_add_byte(out, '\n');
}

/* ---- what tables and indexes have alike ---- */

static struct str type_at(const struct json *definitions, struct str name)
{
    const struct json *one = json_is(definitions, JSON_ARRAY) ? definitions->first : NULL;
    for (; one; one = one->next)
        if (str_equal(text_at(one, STR("AttributeName")), name))
            return text_at(one, STR("AttributeType"));
    return STR("?");
}

static void keys(struct buf *out, const struct json *owner, const struct json *definitions)
{
    const struct json *schema = json_get(owner, STR("KeySchema"));
    const struct json *one = json_is(schema, JSON_ARRAY) ? schema->first : NULL;
    for (; one; one = one->next) {
        bool range = str_equal(text_at(one, STR("KeyType")), STR("RANGE"));
        struct str name = text_at(one, STR("AttributeName"));
        struct str type = type_at(definitions, name);
        label(out, range ? "sort key" : "partition key");
        buf_printf(out, "%.*s  %.*s\n", STR_ARG(name), STR_ARG(type));
    }
}

static void pair_line(struct buf *out, const char *name, int64_t read, int64_t write,
    const char *read_word, const char *write_word)
{
    if (!read && !write)
        return;
    label(out, name);
    if (read >= 0)
        words_count(out, read);
    else
        buf_add(out, STR("any"));
    buf_printf(out, " %s, ", read_word);
    if (write >= 0)
        words_count(out, write);
    else
        buf_add(out, STR("any"));
    buf_printf(out, " %s\n", write_word);
}

static void throughput(struct buf *out, const struct json *owner, int64_t now_ms)
{
    const struct json *units = json_get(owner, STR("ProvisionedThroughput"));
    const struct json *warm = json_get(owner, STR("WarmThroughput"));
    const struct json *most = json_get(owner, STR("OnDemandThroughput"));
    pair_line(out, "provisioned", number_at(units, STR("ReadCapacityUnits")),
        number_at(units, STR("WriteCapacityUnits")), "read units", "write units");
    time_line(out, "last increase", json_get(units, STR("LastIncreaseDateTime")), now_ms);
    time_line(out, "last decrease", json_get(units, STR("LastDecreaseDateTime")), now_ms);
    int64_t decreases = number_at(units, STR("NumberOfDecreasesToday"));
    if (decreases)
        count_line(out, "decreases today", decreases);
    pair_line(out, "on demand at most", number_at(most, STR("MaxReadRequestUnits")),
        number_at(most, STR("MaxWriteRequestUnits")), "read units", "write units");
    pair_line(out, "warm throughput", number_at(warm, STR("ReadUnitsPerSecond")),
        number_at(warm, STR("WriteUnitsPerSecond")), "reads", "writes a second");
    struct str status = text_at(warm, STR("Status"));
    if (status.len && !str_equal(status, STR("ACTIVE")))
        line(out, "", status);
}

/* ---- sections ---- */

static void overview(struct buf *out, const struct json *t, int64_t now_ms)
{
    int64_t items = number_at(t, STR("ItemCount"));
    const struct json *class = json_get(t, STR("TableClassSummary"));
    const struct json *billing = json_get(t, STR("BillingModeSummary"));
    bool protected = json_is(json_get(t, STR("DeletionProtectionEnabled")), JSON_TRUE);
    buf_printf(out, "%.*s is %.*s\n", STR_ARG(text_at(t, STR("TableName"))),
        STR_ARG(text_at(t, STR("TableStatus"))));
    count_line(out, "items", items);
    size_line(out, number_at(t, STR("TableSizeBytes")), items);
    time_line(out, "created", json_get(t, STR("CreationDateTime")), now_ms);
    line(out, "deletion protection", protected ? STR("on") : STR("off"));
    line(out, "class", text_at(class, STR("TableClass")));
    time_line(out, "class changed", json_get(class, STR("LastUpdateDateTime")), now_ms);
    line(out, "ARN", text_at(t, STR("TableArn")));
    heading(out, "Keys");
    keys(out, t, json_get(t, STR("AttributeDefinitions")));
    heading(out, "Billing");
    struct str mode = text_at(billing, STR("BillingMode"));
    line(out, "mode", mode.len ? mode : STR("PROVISIONED"));
    time_line(out, "on demand since", json_get(billing, STR("LastUpdateToPayPerRequestDateTime")),
        now_ms);
    throughput(out, t, now_ms);
}

static void one_index(
    struct buf *out, const struct json *index, const struct json *t, bool global, int64_t now_ms)
{
    const struct json *projection = json_get(index, STR("Projection"));
    int64_t items = number_at(index, STR("ItemCount"));
    struct str status = text_at(index, STR("IndexStatus"));
    buf_printf(out, "\n%s index %.*s%s%.*s", global ? "Global" : "Local",
        STR_ARG(text_at(index, STR("IndexName"))), status.len ? " is " : "", STR_ARG(status));
    if (json_is(json_get(index, STR("Backfilling")), JSON_TRUE))
        buf_add(out, STR(", backfilling"));
    buf_add_byte(out, '\n');
    keys(out, index, json_get(t, STR("AttributeDefinitions")));
    line(out, "projection", text_at(projection, STR("ProjectionType")));
    members_line(out, "attributes", json_get(projection, STR("NonKeyAttributes")));
    count_line(out, "items", items);
    size_line(out, number_at(index, STR("IndexSizeBytes")), items);
    throughput(out, index, now_ms);
    line(out, "ARN", text_at(index, STR("IndexArn")));
}

static void indexes(struct buf *out, const struct json *t, struct str member, int64_t now_ms)
{
    const struct json *list = json_get(t, member);
    const struct json *one = json_is(list, JSON_ARRAY) ? list->first : NULL;
    for (; one; one = one->next)
        one_index(out, one, t, str_starts(member, STR("Global")), now_ms);
}

static void stream(struct buf *out, const struct json *t)
{
    const struct json *s = json_get(t, STR("StreamSpecification"));
    bool on = json_is(json_get(s, STR("StreamEnabled")), JSON_TRUE);
    heading(out, "Stream");
    line(out, "view", on ? text_at(s, STR("StreamViewType")) : STR("off"));
    line(out, on ? "ARN" : "the last one's ARN", text_at(t, STR("LatestStreamArn")));
    line(out, "label", text_at(t, STR("LatestStreamLabel")));
}

static void unknown(struct buf *out, const struct table_look *look, enum table_aside aside)
{
    label(out, "");
    buf_printf(out, "not known here (%.*s)\n", STR_ARG(look->why[aside]));
}

static void live(struct buf *out, const struct table_look *look)
{
    const struct json *ttl = json_get(look->asides[ASIDE_TTL], STR("TimeToLiveDescription"));
    heading(out, "Time to live");
    if (!look->asides[ASIDE_TTL]) {
        unknown(out, look, ASIDE_TTL);
        return;
    }
    struct str status = text_at(ttl, STR("TimeToLiveStatus"));
    line(out, "status", status.len ? status : STR("DISABLED"));
    line(out, "attribute", text_at(ttl, STR("AttributeName")));
}

static void backups(struct buf *out, const struct table_look *look, int64_t now_ms)
{
    const struct json *all =
        json_get(look->asides[ASIDE_BACKUPS], STR("ContinuousBackupsDescription"));
    const struct json *past = json_get(all, STR("PointInTimeRecoveryDescription"));
    heading(out, "Backups");
    if (!look->asides[ASIDE_BACKUPS]) {
        unknown(out, look, ASIDE_BACKUPS);
        return;
    }
    line(out, "continuous", text_at(all, STR("ContinuousBackupsStatus")));
    line(out, "point in time", text_at(past, STR("PointInTimeRecoveryStatus")));
    int64_t days = number_at(past, STR("RecoveryPeriodInDays"));
    if (days)
        count_line(out, "days kept", days);
    time_line(out, "from", json_get(past, STR("EarliestRestorableDateTime")), now_ms);
    time_line(out, "to", json_get(past, STR("LatestRestorableDateTime")), now_ms);
}

static void tags(struct buf *out, const struct table_look *look)
{
    const struct json *list = json_get(look->asides[ASIDE_TAGS], STR("Tags"));
    heading(out, "Tags");
    if (!look->asides[ASIDE_TAGS])
        unknown(out, look, ASIDE_TAGS);
    else if (!json_is(list, JSON_ARRAY) || !list->count)
        buf_add(out, STR("  none\n"));
    const struct json *one = json_is(list, JSON_ARRAY) ? list->first : NULL;
    for (; one; one = one->next) {
        struct str key = text_at(one, STR("Key"));
        buf_printf(out, "  %.*s%*s", STR_ARG(key),
            key.len < PAGE_LABEL ? (int)(PAGE_LABEL - key.len) : 2, "");
        buf_add(out, text_at(one, STR("Value")));
        buf_add_byte(out, '\n');
    }
}

/* Members that have a section above. */
static bool is_shown(struct str name)
{
    static const struct str shown[] = {STR("TableName"), STR("TableStatus"), STR("ItemCount"),
        STR("TableSizeBytes"), STR("CreationDateTime"), STR("DeletionProtectionEnabled"),
        STR("TableClassSummary"), STR("TableArn"), STR("KeySchema"), STR("AttributeDefinitions"),
        STR("BillingModeSummary"), STR("ProvisionedThroughput"), STR("OnDemandThroughput"),
        STR("WarmThroughput"), STR("GlobalSecondaryIndexes"), STR("LocalSecondaryIndexes"),
        STR("StreamSpecification"), STR("LatestStreamArn"), STR("LatestStreamLabel")};
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        if (str_equal(shown[i], name))
            return true;
    return false;
}

static void rest_of(struct buf *out, const struct json *object, int depth)
{
    for (const struct json *m = object->first; m; m = m->next) {
        if (!depth && is_shown(m->name))
            continue;
        if (json_is(m, JSON_OBJECT) && m->count && depth < 4) {
            buf_printf(out, "  %*s%.*s\n", depth * 2, "", STR_ARG(m->name));
            rest_of(out, m, depth + 1);
            continue;
        }
        int room = PAGE_LABEL - depth * 2;
        buf_printf(out, "  %*s%.*s%*s", depth * 2, "", STR_ARG(m->name),
            (int)m->name.len < room ? room - (int)m->name.len : 1, "");
        if (json_is(m, JSON_STRING))
            buf_add(out, m->text);
        else
            json_put(out, m);
        buf_add_byte(out, '\n');
    }
}

void table_page_write(struct buf *out, const struct table_look *look, int64_t now_ms)
{
    overview(out, look->table, now_ms);
    indexes(out, look->table, STR("LocalSecondaryIndexes"), now_ms);
    indexes(out, look->table, STR("GlobalSecondaryIndexes"), now_ms);
    stream(out, look->table);
    live(out, look);
    backups(out, look, now_ms);
    tags(out, look);
    size_t before = out->len;
    heading(out, "More");
    size_t headed = out->len;
    rest_of(out, look->table, 0);
    if (out->len == headed)
        out->len = before;
}
