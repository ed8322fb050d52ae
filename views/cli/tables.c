/* SPDX-License-Identifier: MIT */
/* dynascope tables: the names, or with --long what the tables pane shows, as aligned columns. */
#include "base/utf8.h"
#include "views/cli/cli.h"
#include "views/cli/key.h"

enum { COLUMNS = 7 };

struct row {
    struct str cell[COLUMNS];
};

static const bool to_the_right[COLUMNS] = {[1] = true, [2] = true};

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

static bool fill_row(struct cli *cli, struct str name, struct row *row, struct err *err)
{
    struct client_table t;
    struct arena *arena = &cli->arena;
    if (!client_describe(&cli->client, arena, name, &t, err))
        return false;
    *row = (struct row){{name, arena_printf(arena, "%lld", (long long)t.items),
        size_text(arena, t.bytes), keys_text(arena, &t), indexes_text(arena, &t),
        or_dash(t.stream_view), or_dash(t.ttl_attribute)}};
    return true;
}

static void print_row(struct cli *cli, const struct row *row, const size_t *widths)
{
    struct buf line = {0};
    for (int i = 0; i < COLUMNS; i++) {
        int gap = (int)(widths[i] - utf8_length(row->cell[i]));
        if (to_the_right[i])
            buf_printf(&line, "%*s", gap, "");
        buf_add(&line, row->cell[i]);
        if (i == COLUMNS - 1)
            break;
        buf_printf(&line, "%*s", to_the_right[i] ? 2 : gap + 2, "");
    }
    cli_out_line(&cli->out, buf_str(&line));
    buf_fini(&line);
}

static bool print_long(struct cli *cli, const struct str *names, size_t count, struct err *err)
{
    struct row *rows = arena_array(&cli->arena, struct row, count + 1);
    size_t widths[COLUMNS] = {0}, filled = 1;
    rows[0] = (struct row){{STR("TABLE"), STR("ITEMS"), STR("SIZE"), STR("KEYS"), STR("INDEXES"),
        STR("STREAM"), STR("TTL")}};
    for (size_t i = 0; i < count; i++) {
        if (fill_row(cli, names[i], &rows[filled], err))
            filled++;
        else if (strcmp(err->name, "ResourceNotFoundException") != 0)
            return false; /* one that was deleted meanwhile is left out */
    }
    *err = ERR_INIT;
    for (size_t r = 0; r < filled; r++)
        for (int i = 0; i < COLUMNS; i++)
            if (utf8_length(rows[r].cell[i]) > widths[i])
                widths[i] = utf8_length(rows[r].cell[i]);
    for (size_t r = 0; r < filled; r++)
        print_row(cli, &rows[r], widths);
    return true;
}

bool cli_tables_print(struct cli *cli, struct err *err)
{
    const struct str *names;
    size_t count;
    if (!client_tables(&cli->client, &cli->arena, &names, &count, err))
        return false;
    if (cli_has(cli, CLI_LONG))
        return print_long(cli, names, count, err);
    for (size_t i = 0; i < count; i++)
        cli_out_line(&cli->out, names[i]);
    return true;
}

bool cli_tables_run(struct cli *cli, struct err *err)
{
    return cli_open(cli, CLI_READS, err) && cli_tables_print(cli, err);
}
