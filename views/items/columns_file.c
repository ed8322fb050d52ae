/* SPDX-License-Identifier: MIT */
/*
 * The lines that remember columns. Must not know grids or files: text in, text out. A line is found
 * by its beginning, so that the others need not be parsed.
 */
#include "views/items/columns_file.h"

#include "backend/json.h"

enum { WIDTH_MAX = 4096 };

/* {"table":"Orders","index":"", */
static struct str head_of(struct buf *out, struct str table, struct str index)
{
    buf_add(out, STR("{\"table\":"));
    json_put_string(out, table);
    buf_add(out, STR(",\"index\":"));
    json_put_string(out, index);
    buf_add(out, STR(",\"columns\":["));
    return buf_str(out);
}

/* ---- reading ---- */

static void read_column(const struct json *json, struct arena *arena, struct columns_kept *out)
{
    const struct json *name = json_get(json, STR("name"));
    int64_t width;
    if (!json_is(name, JSON_STRING) || !name->text.len || name->text.len > COLUMNS_NAME_MAX ||
        out->count == COLUMNS_KEPT_MAX)
        return;
    for (int i = 0; i < out->count; i++)
        if (str_equal(out->list[i].name, name->text))
            return;
    if (!json_to_i64(json_get(json, STR("width")), &width) || width < 0 || width > WIDTH_MAX)
        width = 0;
    out->list[out->count++] = (struct columns_kept_one){.name = arena_dup(arena, name->text),
        .width = (int)width,
        .hidden = json_is(json_get(json, STR("hidden")), JSON_TRUE),
        .pinned = json_is(json_get(json, STR("pinned")), JSON_TRUE)};
}

static void read_line(struct str line, struct arena *arena, struct columns_kept *out)
{
    struct arena parsed = {0};
    struct err ignored = ERR_INIT;
    const struct json *json = json_parse(&parsed, line, &ignored);
    const struct json *columns = json_get(json, STR("columns"));
    const struct json *sort = json_get(json, STR("sort"));
    if (json_is(columns, JSON_ARRAY))
        for (const struct json *c = columns->first; c; c = c->next)
            read_column(c, arena, out);
    if (json_is(sort, JSON_STRING) && sort->text.len <= COLUMNS_NAME_MAX)
        out->sort = arena_dup(arena, sort->text);
    out->descending = json_is(json_get(json, STR("descending")), JSON_TRUE);
    arena_fini(&parsed);
}

void columns_file_find(struct str text, struct str table, struct str index, struct arena *arena,
    struct columns_kept *out)
{
    struct buf head = {0};
    struct str line, found = STR_NONE;
    *out = (struct columns_kept){0};
    head_of(&head, table, index);
    while (text.len && str_cut(&text, '\n', &line))
        if (str_starts(line, buf_str(&head)))
            found = line; /* the last one is the newest */
    if (found.len)
        read_line(found, arena, out);
    buf_fini(&head);
}

/* ---- writing ---- */

static void put_column(struct buf *out, const struct columns_kept_one *column)
{
    if (column->name.len > COLUMNS_NAME_MAX)
        return;
    json_put_comma(out);
    buf_add(out, STR("{\"name\":"));
    json_put_string(out, column->name);
    if (column->width > 0)
        buf_printf(out, ",\"width\":%d", column->width);
    if (column->hidden)
        buf_add(out, STR(",\"hidden\":true"));
    if (column->pinned)
        buf_add(out, STR(",\"pinned\":true"));
    buf_add_byte(out, '}');
}

static void put_line(struct buf *out, const struct columns_kept *kept)
{
    for (int i = 0; i < kept->count; i++)
        put_column(out, &kept->list[i]);
    buf_add_byte(out, ']');
    if (kept->sort.len && kept->sort.len <= COLUMNS_NAME_MAX) {
        buf_add(out, STR(",\"sort\":"));
        json_put_string(out, kept->sort);
        if (kept->descending)
            buf_add(out, STR(",\"descending\":true"));
    }
    buf_add(out, STR("}\n"));
}

/* From the end of the text, as many whole lines as may be. */
static struct str newest_lines(struct str text, size_t most, int lines)
{
    size_t start = text.len;
    while (start > 0 && lines-- > 0) {
        size_t at = start - 1;
        while (at > 0 && text.at[at - 1] != '\n')
            at--;
        if (text.len - at > most)
            break;
        start = at;
    }
    return str_skip(text, start);
}

void columns_file_put(struct buf *out, struct str text, struct str table, struct str index,
    const struct columns_kept *kept, size_t most)
{
    struct buf mine = {0}, others = {0};
    struct str line, head = head_of(&mine, table, index);
    while (text.len && str_cut(&text, '\n', &line))
        if (line.len && *line.at == '{' && !str_starts(line, head)) {
            buf_add(&others, line);
            buf_add_byte(&others, '\n');
        }
    if (kept)
        put_line(&mine, kept);
    else
        buf_clear(&mine);
    size_t left = mine.len < most ? most - mine.len : 0;
    buf_add(out, newest_lines(buf_str(&others), left, COLUMNS_LINES_MAX - 1));
    if (mine.len <= most)
        buf_add(out, buf_str(&mine));
    buf_fini(&mine);
    buf_fini(&others);
}
