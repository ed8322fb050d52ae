/* SPDX-License-Identifier: MIT */
/*
 * CSV (RFC 4180) as records.
 *
 *   record := field (separator field)* line-end
 *   field  := '"' (character | '""')* '"' | character*        the first form may hold line ends
 *
 * A cell becomes a number only where that loses nothing: where its text is just what the number
 * would be printed as. And since a column of postal codes has some cells like 04109 and others like
 * 10115, one such cell at the head of the file makes the whole column text.
 */
#include "backend/json_in.h"
#include "backend/number.h"
#include "base/utf8.h"
#include "views/cli/records.h"

static char separator(const struct records *r)
{
    return r->format == RECORDS_TSV ? '\t' : ',';
}

/* ---- where a record ends ---- */

enum where { FIELD_START, BARE, QUOTED, QUOTE_IN_QUOTED };
struct span {
    enum where where;
};

/* Feeds bytes; returns how many belong to the record, its line end included. */
static size_t span_feed(struct span *s, struct str text, char sep, bool *done)
{
    *done = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (s->where == QUOTED) {
            if (c == '"')
                s->where = QUOTE_IN_QUOTED;
        } else if (s->where == QUOTE_IN_QUOTED && c == '"') {
            s->where = QUOTED;
        } else if (c == '\n') {
            *done = true;
            return i + 1;
        } else if (c == sep) {
            s->where = FIELD_START;
        } else {
            s->where = s->where == FIELD_START && c == '"' ? QUOTED : BARE;
        }
    }
    return text.len;
}

/* Length of the record at the window's start. *open where the input ends inside quotes. */
static bool find_record(struct records *r, size_t *len, bool *open, struct err *err)
{
    struct span span = {0};
    *len = 0;
    for (;;) {
        bool done;
        *len += span_feed(&span, str_skip(input_window(r->in), *len), separator(r), &done);
        *open = !done && span.where == QUOTED;
        if (done || r->in->end)
            return true;
        if (!input_more(r->in, err))
            return false;
    }
}

/* ---- a record's cells ---- */

struct cells {
    struct arena *arena;
    struct str *at;
    size_t count, room;
};

static void add_cell(struct cells *cells, struct str cell)
{
    if (cells->count == cells->room) {
        size_t room = cells->room ? cells->room * 2 : 32;
        struct str *more = arena_array(cells->arena, struct str, room);
        if (cells->count)
            memcpy(more, cells->at, cells->count * sizeof *more);
        cells->at = more;
        cells->room = room;
    }
    cells->at[cells->count++] = cell;
}

static struct str without_line_end(struct str text)
{
    if (text.len && text.at[text.len - 1] == '\n')
        text.len--;
    if (text.len && text.at[text.len - 1] == '\r')
        text.len--;
    return text;
}

/* '"' (character | '""')* '"'; `rest` begins behind the first quote and is moved behind the last.
 */
static bool quoted_cell(struct cells *cells, struct str *rest, struct err *err)
{
    struct str all = *rest;
    char *out = arena_alloc(cells->arena, all.len + 1);
    size_t n = 0, i = 0;
    for (; i < all.len; i++) {
        if (all.at[i] == '"' && !(i + 1 < all.len && all.at[i + 1] == '"'))
            break;
        i += all.at[i] == '"';
        out[n++] = all.at[i];
    }
    if (i == all.len)
        return err_set(err, ERR_DATA, "a quote is not closed");
    add_cell(cells, (struct str){out, n});
    *rest = str_skip(all, i + 1);
    return true;
}

static bool split(struct cells *cells, struct str rest, char sep, struct err *err)
{
    for (;;) {
        if (rest.len && rest.at[0] == '"') {
            rest = str_skip(rest, 1);
            if (!quoted_cell(cells, &rest, err))
                return false;
            if (rest.len && rest.at[0] != sep)
                return err_set(err, ERR_DATA,
                    "field %zu has text behind its closing quote; a quote inside is written \"\"",
                    cells->count);
        } else {
            size_t end = str_find_byte(rest, sep);
            add_cell(cells, str_take(rest, end == SIZE_MAX ? rest.len : end));
            rest = str_skip(rest, end == SIZE_MAX ? rest.len : end);
        }
        if (!rest.len)
            return true;
        rest = str_skip(rest, 1);
    }
}

/* ---- columns ---- */

static bool is_canonical_number(struct str text)
{
    struct number number;
    struct err ignored = ERR_INIT;
    char printed[NUMBER_TEXT_MAX];
    if (!text.len || text.len > NUMBER_TEXT_MAX || (text.at[0] != '-' && text.at[0] < '0') ||
        text.at[0] > '9' || !number_parse(&number, text, &ignored))
        return false;
    size_t len = number_format(number_str(&number), printed);
    return str_equal(text, (struct str){printed, len});
}

static struct records_column *find_column(struct records *r, struct str name)
{
    for (size_t i = 0; i < r->column_count; i++)
        if (str_equal(r->columns[i].name, name))
            return &r->columns[i];
    return NULL;
}

static bool name_columns(struct records *r, const struct cells *cells, struct err *err)
{
    r->columns = arena_array(&r->arena, struct records_column, cells->count);
    for (size_t i = 0; i < cells->count; i++) {
        struct str name = r->options.no_header ? arena_printf(&r->arena, "c%zu", i + 1)
                                               : arena_dup(&r->arena, cells->at[i]);
        if (!name.len || !utf8_valid(name))
            return err_set(err, ERR_DATA,
                "%s: column %zu has no proper name: name it in the first line, or use --no-header",
                r->in->name, i + 1);
        if (find_column(r, name))
            return err_set(
                err, ERR_DATA, "%s: two columns are called %.*s", r->in->name, STR_ARG(name));
        r->columns[r->column_count++].name = name;
    }
    return true;
}

/* type := S | N | B | BOOL | JSON */
static enum value_type parse_type(struct str word)
{
    if (str_equal_nocase(word, STR("JSON")))
        return VALUE_M;
    enum value_type type = value_type_from_name(word);
    return type == VALUE_S || type == VALUE_N || type == VALUE_B || type == VALUE_TRUE ? type
                                                                                       : VALUE_NONE;
}

/* types := column '=' type (',' column '=' type)* */
static bool apply_types(struct records *r, struct err *err)
{
    struct str rest = r->options.types, one;
    while (str_cut(&rest, ',', &one)) {
        size_t equals = SIZE_MAX;
        for (size_t i = 0; i < one.len; i++)
            if (one.at[i] == '=')
                equals = i;
        struct str name = str_trim(str_take(one, equals == SIZE_MAX ? one.len : equals));
        enum value_type type =
            equals == SIZE_MAX ? VALUE_NONE : parse_type(str_trim(str_skip(one, equals + 1)));
        struct records_column *column = find_column(r, name);
        if (!type)
            return err_set(err, ERR_USAGE,
                "--types %.*s: write COLUMN=TYPE with S, N, B, BOOL or JSON", STR_ARG(one));
        if (!column)
            return err_set(err, ERR_USAGE, "--types: there is no column %.*s", STR_ARG(name));
        column->type = type;
        column->fixed = true;
    }
    return true;
}

static void apply_keys(struct records *r, const struct client_key *keys, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct records_column *column = find_column(r, keys[i].name);
        if (!column || column->fixed)
            continue;
        column->type = keys[i].type;
        column->fixed = true;
    }
}

static void apply_schema(struct records *r, const struct client_table *table)
{
    if (!table)
        return;
    apply_keys(r, table->keys, table->key_count);
    for (uint32_t i = 0; i < table->index_count; i++)
        apply_keys(r, table->indexes[i].keys,
            table->indexes[i].hash_count + table->indexes[i].range_count);
}

static void look_at(struct records *r, const struct cells *cells)
{
    for (size_t i = 0; i < r->column_count && i < cells->count; i++) {
        struct records_column *column = &r->columns[i];
        if (column->fixed || column->type == VALUE_S || !cells->at[i].len)
            continue;
        column->type = is_canonical_number(cells->at[i]) ? VALUE_N : VALUE_S;
    }
}

/* The records that are in the window already, for their types only. */
static void look_at_head(struct records *r)
{
    struct str rest = input_window(r->in);
    while (rest.len) {
        struct span span = {0};
        struct cells cells = {.arena = &r->scratch};
        struct err ignored = ERR_INIT;
        bool done;
        size_t len = span_feed(&span, rest, separator(r), &done);
        if (!done && !r->in->end)
            break;
        if (split(&cells, without_line_end(str_take(rest, len)), separator(r), &ignored))
            look_at(r, &cells);
        rest = str_skip(rest, len);
        arena_reset(&r->scratch);
    }
}

bool records_csv_open(struct records *r, const struct client_table *schema, struct err *err)
{
    struct cells cells = {.arena = &r->arena};
    size_t len;
    bool open;
    if (!find_record(r, &len, &open, err))
        return false;
    struct str line = without_line_end(str_take(input_window(r->in), len));
    if (!split(&cells, line, separator(r), err))
        return err_context(err, "%s:1", r->in->name);
    if (line.len && !name_columns(r, &cells, err))
        return false;
    if (!r->options.no_header)
        input_take(r->in, len);
    r->place = (struct records_place){.offset = r->in->offset, .line = r->in->line};
    if (!apply_types(r, err))
        return false;
    apply_schema(r, schema);
    look_at_head(r);
    return true;
}

/* ---- cells into values ---- */

static bool put_number(struct buf *out, struct str cell, struct err *err)
{
    struct number number;
    if (!number_parse(&number, cell, err))
        return false;
    value_put_number(out, number_str(&number));
    return true;
}

static bool put_bool(struct buf *out, struct str cell, struct err *err)
{
    bool yes = str_equal_nocase(cell, STR("true")) || str_equal(cell, STR("1"));
    bool no = str_equal_nocase(cell, STR("false")) || str_equal(cell, STR("0"));
    if (!yes && !no)
        return err_set(err, ERR_DATA, "a BOOL cell is true, false, 1 or 0");
    value_put_bool(out, yes);
    return true;
}

static bool put_binary(struct buf *out, struct str cell, struct err *err)
{
    struct buf bytes = {0};
    bool ok = json_in_base64(&bytes, cell);
    if (ok)
        value_put_binary(out, buf_str(&bytes));
    else
        err_set(err, ERR_DATA, "a cell of type B is base64");
    buf_fini(&bytes);
    return ok;
}

static bool put_json(struct records *r, struct buf *out, struct str cell, struct err *err)
{
    const struct json *json = json_parse(&r->scratch, cell, err);
    return json && json_in_plain(out, json, err);
}

static bool put_string(struct buf *out, struct str cell, struct err *err)
{
    if (!utf8_valid(cell))
        return err_set(err, ERR_DATA, "the text is no UTF-8: convert the file with iconv");
    value_put_string(out, cell);
    return true;
}

static bool put_typed(struct records *r, const struct records_column *column, struct buf *out,
    struct str cell, struct err *err)
{
    switch (column->type) {
    case VALUE_N:
        return put_number(out, cell, err);
    case VALUE_B:
        return put_binary(out, cell, err);
    case VALUE_TRUE:
        return put_bool(out, cell, err);
    case VALUE_M:
        return put_json(r, out, cell, err);
    default:
        return put_string(out, cell, err);
    }
}

static bool put_cell(struct records *r, const struct records_column *column, struct buf *out,
    struct str cell, struct err *err)
{
    if (column->fixed)
        return put_typed(r, column, out, cell, err);
    if (column->type != VALUE_S && is_canonical_number(cell))
        return put_number(out, cell, err);
    return put_string(out, cell, err);
}

/* Adds the attribute, or leaves it out. */
static bool put_attribute(struct records *r, const struct records_column *column,
    struct value_open *item, struct buf *out, struct str cell, struct err *err)
{
    enum records_empty empty = r->options.empty;
    bool text = !column->fixed || column->type == VALUE_S;
    if (!cell.len && (empty == RECORDS_ABSENT || (empty == RECORDS_STRING && !text)))
        return true;
    value_member(item, out, column->name);
    if (!cell.len && empty == RECORDS_NULL)
        value_put_null(out);
    else if (!put_cell(r, column, out, cell, err))
        return err_context(err, "column %.*s", STR_ARG(column->name));
    return true;
}

static bool put_record(
    struct records *r, const struct cells *cells, struct buf *out, struct err *err)
{
    if (cells->count != r->column_count)
        return err_set(err, ERR_DATA, "%zu fields where the first line has %zu", cells->count,
            r->column_count);
    struct value_open item = value_open(out, VALUE_M);
    for (size_t i = 0; i < cells->count; i++)
        if (!put_attribute(r, &r->columns[i], &item, out, cells->at[i], err))
            return false;
    return value_close(&item, out, err);
}

enum records_outcome records_csv_next(
    struct records *r, struct record *record, struct buf *item, struct err *err)
{
    struct str line;
    bool open;
    do {
        size_t len;
        if (!find_record(r, &len, &open, err))
            return RECORDS_FAILED;
        if (!len)
            return RECORDS_END;
        records_take(r, record, len);
        line = without_line_end(record->text);
        r->place.index -= !line.len; /* empty lines are no records */
    } while (!line.len);
    if (open) {
        err_set(err, ERR_DATA, "%s:%llu: a quote that opens in this record is never closed",
            r->in->name, (unsigned long long)record->place.line);
        return RECORDS_FAILED;
    }
    struct cells cells = {.arena = &r->scratch};
    bool ok = split(&cells, line, separator(r), err) && put_record(r, &cells, item, err);
    record->text = line;
    return ok ? RECORDS_ITEM : RECORDS_BAD;
}
