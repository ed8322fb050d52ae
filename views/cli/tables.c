/* SPDX-License-Identifier: MIT */
/*
 * dynascope tables: the names, or what the tables pane shows, as aligned columns or as JSON.
 */
#include "backend/json.h"
#include "views/cli/cli.h"
#include "views/cli/key.h"
#include "views/cli/sheet.h"

/* 532 B, 1.4 KB, 23 MB */
static struct str size_text(struct arena *arena, int64_t bytes)
{
    static const char *const units[] = {"B", "KB", "MB", "GB", "TB"};
    double size = (double)bytes;
    int unit = 0;
    while (size >= 1000 && unit < 4) {
        size /= 1024;
        unit++;
    }
    return arena_printf(arena, unit && size < 10 ? "%.1f %s" : "%.0f %s", size, units[unit]);
}

static struct str keys_text(struct arena *arena, const struct client_table *t)
{
    struct buf text = {0};
    for (uint32_t i = 0; i < t->key_count; i++)
        buf_printf(&text, "%s%.*s:%s", i ? " " : "", STR_ARG(t->keys[i].name),
            value_type_name(t->keys[i].type));
    struct str kept = arena_dup(arena, buf_str(&text));
    buf_fini(&text);
    return kept;
}

static struct str indexes_text(struct arena *arena, const struct client_table *t)
{
    struct buf text = {0};
    for (uint32_t i = 0; i < t->index_count; i++)
        buf_printf(&text, "%s%.*s", i ? " " : "", STR_ARG(t->indexes[i].name));
    struct str kept = text.len ? arena_dup(arena, buf_str(&text)) : STR("-");
    buf_fini(&text);
    return kept;
}

static struct str or_dash(struct str text)
{
    return text.len ? text : STR("-");
}

static void add_row(struct cli *cli, struct sheet *sheet, const struct client_table *t)
{
    struct arena *arena = &cli->arena;
    const struct str cells[] = {t->name, arena_printf(arena, "%lld", (long long)t->items),
        size_text(arena, t->bytes), keys_text(arena, t), indexes_text(arena, t),
        or_dash(t->stream_view), or_dash(t->ttl_attribute)};
    sheet_add(sheet, cells);
}

/* ---- JSON ---- */

static void put_text(struct buf *out, const char *name, struct str text)
{
    if (!text.len)
        return;
    json_put_name(out, str_from(name));
    json_put_string(out, text);
}

static void put_names(struct buf *out, const struct client_table *t)
{
    json_put_name(out, STR("Keys"));
    buf_add_byte(out, '[');
    for (uint32_t i = 0; i < t->key_count; i++) {
        json_put_comma(out);
        json_put_string(out, t->keys[i].name);
    }
    buf_add(out, STR("]"));
    json_put_name(out, STR("Indexes"));
    buf_add_byte(out, '[');
    for (uint32_t i = 0; i < t->index_count; i++) {
        json_put_comma(out);
        json_put_string(out, t->indexes[i].name);
    }
    buf_add_byte(out, ']');
}

static void print_json(struct cli *cli, const struct client_table *t)
{
    struct buf line = {0};
    buf_add_byte(&line, '{');
    put_text(&line, "Name", t->name);
    put_text(&line, "Status", t->status);
    json_put_name(&line, STR("Items"));
    buf_printf(&line, "%lld", (long long)t->items);
    json_put_name(&line, STR("Bytes"));
    buf_printf(&line, "%lld", (long long)t->bytes);
    put_names(&line, t);
    put_text(&line, "Stream", t->stream_view);
    put_text(&line, "TTL", t->ttl_attribute);
    buf_add_byte(&line, '}');
    cli_out_line(&cli->out, buf_str(&line));
    buf_fini(&line);
}

/* ---- the command ---- */

/* One that is deleted meanwhile is left out. */
static bool print_facts(
    struct cli *cli, const struct str *names, size_t count, struct sheet *sheet, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        struct client_table t;
        if (cli_cancelled(err))
            return false;
        if (client_describe(&cli->client, &cli->arena, names[i], &t, err)) {
            if (sheet)
                add_row(cli, sheet, &t);
            else
                print_json(cli, &t);
        } else if (strcmp(err->name, "ResourceNotFoundException") != 0) {
            return false;
        }
        *err = ERR_INIT;
    }
    return true;
}

static bool print_long(struct cli *cli, const struct str *names, size_t count, struct err *err)
{
    static const struct sheet_head heads[] = {{"TABLE", false}, {"ITEMS", true}, {"SIZE", true},
        {"KEYS", false}, {"INDEXES", false}, {"STREAM", false}, {"TTL", false}, {0}};
    struct sheet sheet;
    sheet_init(&sheet, &cli->arena, heads);
    bool ok = print_facts(cli, names, count, &sheet, err);
    if (ok)
        sheet_print(&sheet, &cli->out);
    sheet_fini(&sheet);
    return ok;
}

bool cli_form(const struct cli *cli, enum cli_form *out, struct err *err)
{
    struct str word = cli_value(cli, CLI_OUTPUT);
    *out = cli->out.terminal ? CLI_FORM_TABLE : CLI_FORM_JSON;
    if (!cli_has(cli, CLI_OUTPUT))
        return true;
    if (str_equal_nocase(word, STR("table")))
        *out = CLI_FORM_TABLE;
    else if (str_equal_nocase(word, STR("json")))
        *out = CLI_FORM_JSON;
    else if (str_equal_nocase(word, STR("names")))
        *out = CLI_FORM_NAMES;
    else
        return err_set(err, ERR_USAGE, "--output %s: table, json or names", cli->value[CLI_OUTPUT]);
    return true;
}

bool cli_tables_print(struct cli *cli, struct err *err)
{
    const struct str *names;
    size_t count;
    enum cli_form form;
    if (!cli_form(cli, &form, err) ||
        !client_tables(&cli->client, &cli->arena, &names, &count, err))
        return false;
    if (!cli_has(cli, CLI_OUTPUT))
        form = cli_has(cli, CLI_LONG) ? CLI_FORM_TABLE : CLI_FORM_NAMES;
    if (form == CLI_FORM_JSON)
        return print_facts(cli, names, count, NULL, err);
    if (form == CLI_FORM_TABLE)
        return print_long(cli, names, count, err);
    for (size_t i = 0; i < count; i++)
        cli_out_line(&cli->out, names[i]);
    return true;
}

bool cli_tables_run(struct cli *cli, struct err *err)
{
    return cli_open(cli, CLI_READS, err) && cli_tables_print(cli, err);
}
