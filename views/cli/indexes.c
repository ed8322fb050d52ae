/* SPDX-License-Identifier: MIT */
/* dynascope indexes: what the index pane shows, as aligned columns or as JSON. */
#include "backend/json.h"
#include "views/cli/cli.h"
#include "views/cli/key.h"
#include "views/cli/report.h"
#include "views/cli/sheet.h"
#include "views/words.h"

static struct str kept(struct arena *arena, struct buf *text)
{
    struct str out = arena_dup(arena, buf_str(text));
    buf_fini(text);
    return out;
}

static struct str keys_text(struct arena *arena, const struct client_index *index)
{
    struct buf text = {0};
    for (uint32_t i = 0; i < index->hash_count + index->range_count; i++)
        buf_printf(&text, "%s%.*s:%s", i ? " " : "", STR_ARG(index->keys[i].name),
            value_type_name(index->keys[i].type));
    return kept(arena, &text);
}

static struct str size_text(struct arena *arena, int64_t bytes)
{
    struct buf text = {0};
    words_bytes(&text, bytes);
    return kept(arena, &text);
}

/* INCLUDE a b */
static struct str projection_text(struct arena *arena, const struct client_index *index)
{
    struct buf text = {0};
    buf_add(&text, index->projection);
    for (uint32_t i = 0; i < index->include_count; i++)
        buf_printf(&text, " %.*s", STR_ARG(index->include[i]));
    return kept(arena, &text);
}

static void add_row(struct cli *cli, struct sheet *sheet, const struct client_index *index)
{
    struct arena *arena = &cli->arena;
    const struct str cells[] = {index->name, index->global ? STR("global") : STR("local"),
        keys_text(arena, index), projection_text(arena, index),
        index->status.len ? index->status : STR("ACTIVE"),
        arena_printf(arena, "%lld", (long long)index->items), size_text(arena, index->bytes)};
    sheet_add(sheet, cells);
}

static void put_text(struct buf *out, const char *name, struct str text)
{
    json_put_name(out, str_from(name));
    json_put_string(out, text);
}

static void put_keys(struct buf *out, const struct client_index *index)
{
    json_put_name(out, STR("KeySchema"));
    buf_add_byte(out, '[');
    for (uint32_t i = 0; i < index->hash_count + index->range_count; i++) {
        json_put_comma(out);
        buf_add_byte(out, '{');
        put_text(out, "AttributeName", index->keys[i].name);
        put_text(out, "KeyType", i < index->hash_count ? STR("HASH") : STR("RANGE"));
        put_text(out, "AttributeType", str_from(value_type_name(index->keys[i].type)));
        buf_add_byte(out, '}');
    }
    buf_add_byte(out, ']');
}

static void put_projection(struct buf *out, const struct client_index *index)
{
    put_text(out, "Projection", index->projection);
    if (!index->include_count)
        return;
    json_put_name(out, STR("NonKeyAttributes"));
    buf_add_byte(out, '[');
    for (uint32_t i = 0; i < index->include_count; i++) {
        json_put_comma(out);
        json_put_string(out, index->include[i]);
    }
    buf_add_byte(out, ']');
}

static void print_json(struct cli *cli, const struct client_index *index)
{
    struct buf line = {0};
    buf_add_byte(&line, '{');
    put_text(&line, "Name", index->name);
    put_text(&line, "Kind", index->global ? STR("global") : STR("local"));
    put_keys(&line, index);
    put_projection(&line, index);
    put_text(&line, "Status", index->status.len ? index->status : STR("ACTIVE"));
    json_put_name(&line, STR("Items"));
    buf_printf(&line, "%lld", (long long)index->items);
    json_put_name(&line, STR("Bytes"));
    buf_printf(&line, "%lld}", (long long)index->bytes);
    cli_out_line(&cli->out, buf_str(&line));
    buf_fini(&line);
}

static void print_table(struct cli *cli, const struct client_table *t)
{
    static const struct sheet_head heads[] = {{"INDEX", false}, {"KIND", false}, {"KEYS", false},
        {"PROJECTION", false}, {"STATUS", false}, {"ITEMS", true}, {"SIZE", true}, {0}};
    struct sheet sheet;
    sheet_init(&sheet, &cli->arena, heads);
    for (uint32_t i = 0; i < t->index_count; i++)
        add_row(cli, &sheet, &t->indexes[i]);
    sheet_print(&sheet, &cli->out);
    sheet_fini(&sheet);
}

bool cli_indexes_run(struct cli *cli, struct err *err)
{
    struct client_table t;
    enum cli_form form;
    if (!cli_form(cli, &form, err) || !cli_open(cli, CLI_READS, err) ||
        !cli_key_schema(cli, cli->args[0], &t, err))
        return false;
    if (form == CLI_FORM_TABLE && t.index_count)
        print_table(cli, &t);
    else if (form == CLI_FORM_TABLE)
        cli_report_note("dynascope: %.*s has no secondary indexes", STR_ARG(t.name));
    for (uint32_t i = 0; form == CLI_FORM_JSON && i < t.index_count; i++)
        print_json(cli, &t.indexes[i]);
    for (uint32_t i = 0; form == CLI_FORM_NAMES && i < t.index_count; i++)
        cli_out_line(&cli->out, t.indexes[i].name);
    return true;
}
