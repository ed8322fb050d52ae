/* SPDX-License-Identifier: MIT */
/*
 * dynascope trigger generate-event: an event as a function would get it, made of items that are in
 * the table, or made up from its keys where there are too few.
 */
#include "backend/json_out.h"
#include "views/cli/trigger.h"

#include <inttypes.h>

enum { COUNT_MAX = 1000 };

struct generating {
    struct cli *cli;
    struct client_table table;
    struct str name, view; /* INSERT, NEW_AND_OLD_IMAGES */
    struct str arn;
    int64_t now_ms;
    struct buf *out;
};

static bool shows(const struct generating *g, const char *image)
{
    bool both = str_equal(g->view, STR("NEW_AND_OLD_IMAGES"));
    return both || str_equal(g->view, str_from(image));
}

/* ---- items ---- */

/* Every key attribute with a value that says what it is. */
static struct str make_up(struct generating *g, int64_t number)
{
    struct buf item = {0};
    buf_add_byte(&item, '{');
    for (uint32_t i = 0; i < g->table.key_count; i++) {
        const struct client_key *key = &g->table.keys[i];
        json_put_name(&item, key->name);
        if (key->type == VALUE_N)
            buf_printf(&item, "{\"N\":\"%" PRId64 "\"}", number);
        else if (key->type == VALUE_B)
            buf_add(&item, STR("{\"B\":\"ZXhhbXBsZQ==\"}"));
        else
            buf_printf(&item, "{\"S\":\"example-%" PRId64 "\"}", number);
    }
    buf_add_byte(&item, '}');
    struct str text = arena_dup(&g->cli->arena, buf_str(&item));
    buf_fini(&item);
    return text;
}

static bool is_key(const struct generating *g, struct str name)
{
    for (uint32_t i = 0; i < g->table.key_count; i++)
        if (str_equal(g->table.keys[i].name, name))
            return true;
    return false;
}

static void put_keys(struct generating *g, const struct json *item)
{
    buf_add_byte(g->out, '{');
    for (uint32_t i = 0; i < g->table.key_count; i++) {
        const struct json *value = json_get(item, g->table.keys[i].name);
        if (!value)
            continue;
        json_put_name(g->out, g->table.keys[i].name);
        json_put(g->out, value);
    }
    buf_add_byte(g->out, '}');
}

/* The item before its last change: one attribute was another. */
static void put_before(struct generating *g, const struct json *item)
{
    bool changed = false;
    buf_add_byte(g->out, '{');
    for (const struct json *a = item->first; a; a = a->next) {
        const struct json *text = json_get(a, STR("S")), *number = json_get(a, STR("N"));
        json_put_name(g->out, a->name);
        if (changed || is_key(g, a->name) || (!text && !number)) {
            json_put(g->out, a);
            continue;
        }
        buf_add(g->out, text ? STR("{\"S\":\"before\"}") : STR("{\"N\":\"0\"}"));
        changed = true;
    }
    buf_add_byte(g->out, '}');
}

/* ---- a record ---- */

static void put_images(struct generating *g, const struct json *item)
{
    bool insert = str_equal(g->name, STR("INSERT")), remove = str_equal(g->name, STR("REMOVE"));
    if (!remove && shows(g, "NEW_IMAGE")) {
        json_put_name(g->out, STR("NewImage"));
        json_put(g->out, item);
    }
    if (!insert && shows(g, "OLD_IMAGE")) {
        json_put_name(g->out, STR("OldImage"));
        if (remove)
            json_put(g->out, item);
        else
            put_before(g, item);
    }
}

static bool put_record(struct generating *g, struct str text, int64_t number, struct err *err)
{
    const struct json *item = json_parse(&g->cli->arena, text, err);
    if (!item)
        return false;
    json_put_comma(g->out);
    buf_printf(g->out,
        "{\"eventID\":\"%032" PRIx64 "\",\"eventName\":\"%.*s\",\"eventVersion\":\"1.1\","
        "\"eventSource\":\"aws:dynamodb\",\"awsRegion\":\"%.*s\",\"dynamodb\":{"
        "\"ApproximateCreationDateTime\":%" PRId64 ",\"Keys\":",
        (uint64_t)number, STR_ARG(g->name), STR_ARG(trigger_region(g->cli)), g->now_ms / 1000);
    put_keys(g, item);
    put_images(g, item);
    buf_printf(g->out,
        ",\"SequenceNumber\":\"9%020" PRId64 "\",\"SizeBytes\":%zu,\"StreamViewType\":\"%.*s\"},"
        "\"eventSourceARN\":",
        number * 100, text.len, STR_ARG(g->view));
    json_put_string(g->out, g->arn);
    buf_add_byte(g->out, '}');
    return true;
}

static bool put_records(struct generating *g, int64_t count, struct err *err)
{
    struct client_read read = {.table = g->table.name, .limit = count};
    struct client_page page;
    struct buf text = {0};
    bool ok = client_read(&g->cli->client, &g->cli->arena, &read, &page, err);
    for (int64_t i = 0; ok && i < count; i++) {
        buf_clear(&text);
        if (i < page.count)
            json_out_typed_item(&text, page.items[i]);
        struct str item =
            i < page.count ? arena_dup(&g->cli->arena, buf_str(&text)) : make_up(g, i + 1);
        ok = put_record(g, item, i + 1, err);
    }
    buf_fini(&text);
    return ok;
}

/* ---- the event ---- */

static bool take_name(struct generating *g, struct err *err)
{
    static const char *const names[] = {"INSERT", "MODIFY", "REMOVE"};
    g->name = STR("INSERT");
    for (size_t i = 0; cli_has(g->cli, CLI_EVENT_NAME) && i < 3; i++)
        if (str_equal_nocase(cli_value(g->cli, CLI_EVENT_NAME), str_from(names[i]))) {
            g->name = str_from(names[i]);
            return true;
        }
    return !cli_has(g->cli, CLI_EVENT_NAME) ||
           err_set(err, ERR_USAGE, "--event-name %s: INSERT, MODIFY or REMOVE",
               g->cli->value[CLI_EVENT_NAME]);
}

static void describe_stream(struct generating *g)
{
    const struct client_table *t = &g->table;
    g->view = t->stream_view.len ? t->stream_view : STR("NEW_AND_OLD_IMAGES");
    g->arn = t->stream_arn.len ? t->stream_arn
                               : arena_printf(&g->cli->arena, "%.*s/stream/2026-01-01T00:00:00.000",
                                     STR_ARG(t->arn));
}

bool cli_trigger_generate_event(struct cli *cli, struct err *err)
{
    struct buf event = {0};
    struct generating g = {.cli = cli, .now_ms = clock_now_ms(NULL), .out = &event};
    int64_t count;
    if (!cli_number(cli, CLI_RECORD_COUNT, 1, 1, &count, err) || !take_name(&g, err))
        return false;
    if (count > COUNT_MAX)
        return err_set(
            err, ERR_USAGE, "--count %s: %d at most", cli->value[CLI_RECORD_COUNT], COUNT_MAX);
    if (!cli_open(cli, CLI_READS, err) ||
        !client_describe_keys(&cli->client, &cli->arena, str_from(cli->args[0]), &g.table, err))
        return false;
    describe_stream(&g);
    buf_add(&event, STR("{\"Records\":["));
    bool ok = put_records(&g, count, err);
    buf_add(&event, STR("]}"));
    if (ok)
        cli_out_line(&cli->out, buf_str(&event));
    buf_fini(&event);
    return ok && cli_out_flush(&cli->out, err);
}
