/* SPDX-License-Identifier: MIT */
/*
 * Items out of text, one at a time. A line of DynamoDB JSON that is none ends its file, as the
 * service has it; a CSV record that does not fit the header, or whose key is no key, is passed over
 * alone. Knows neither files nor the store.
 */
#include "backend/embedded/import_read.h"

#include "backend/embedded/ion_in.h"
#include "backend/json_in.h"
#include "backend/number.h"
#include "base/utf8.h"

#include <ctype.h>

/* ---- DynamoDB JSON ---- */

/* line = [blanks] object [blanks] ("\n" | the end) */
static enum import_got take_line(struct str *text, bool last, struct str *line)
{
    size_t end = str_find_byte(*text, '\n');
    if (end == SIZE_MAX && !last)
        return IMPORT_MORE;
    *line = end == SIZE_MAX ? *text : str_take(*text, end);
    *text = str_skip(*text, end == SIZE_MAX ? text->len : end + 1);
    return str_trim(*line).len ? IMPORT_ITEM : IMPORT_BLANK;
}

/* A line is a text of its own to the parser: who counts the object's lines says which one it is. */
static void forget_line(struct err *err)
{
    struct str text = str_from(err->text), first = STR("line 1, ");
    if (str_starts(text, first))
        memmove(err->text, err->text + first.len, text.len - first.len + 1);
}

static enum import_got read_json(
    struct arena *arena, struct str *text, bool last, struct buf *item, struct err *err)
{
    struct str line;
    enum import_got got = take_line(text, last, &line);
    if (got != IMPORT_ITEM)
        return got;
    const struct json *json = json_parse(arena, str_trim(line), err);
    const struct json *object = json_get(json, STR("Item"));
    if (!json) {
        forget_line(err);
        return IMPORT_BROKEN;
    }
    if (!json_is(object, JSON_OBJECT)) {
        err_set(err, ERR_DATA, "the line has no Item");
        return IMPORT_BROKEN;
    }
    return json_in_typed_item(item, object, err) ? IMPORT_ITEM : IMPORT_BROKEN;
}

/* ---- CSV ---- */

enum { FIELDS_MAX = 1024 };

struct cut {
    struct str rest;
    char delimiter;
    bool last;
    bool ended; /* the record */
    bool more;
};

/* quoted = '"' [{byte | '""'}] '"' */
static bool cut_quoted(struct cut *cut, struct buf *field)
{
    cut->rest = str_skip(cut->rest, 1);
    while (true) {
        size_t quote = str_find_byte(cut->rest, '"');
        if (quote == SIZE_MAX)
            return false;
        buf_add(field, str_take(cut->rest, quote));
        cut->rest = str_skip(cut->rest, quote + 1);
        if (!str_starts(cut->rest, STR("\"")))
            return cut->rest.len || cut->last;
        buf_add_byte(field, '"');
        cut->rest = str_skip(cut->rest, 1);
    }
}

/* field = quoted | bytes; then the delimiter, or the record's end: ["\r"] "\n" | the end */
static bool cut_field(struct cut *cut, struct buf *field)
{
    if (str_starts(cut->rest, STR("\"")) && !cut_quoted(cut, field))
        return false;
    size_t at = 0;
    while (at < cut->rest.len && cut->rest.at[at] != cut->delimiter && cut->rest.at[at] != '\n')
        at++;
    if (at == cut->rest.len && !cut->last)
        return false;
    cut->ended = at == cut->rest.len || cut->rest.at[at] == '\n';
    struct str bytes = str_take(cut->rest, at);
    if (cut->ended && str_ends(bytes, STR("\r")))
        bytes.len--;
    buf_add(field, bytes);
    cut->rest = str_skip(cut->rest, at + (at < cut->rest.len));
    return true;
}

/* record = field [{delimiter field}]; *fields in the arena, the first FIELDS_MAX of *count */
static enum import_got cut_record(const struct import_reader *reader, struct arena *arena,
    struct str *text, bool last, struct str **fields, size_t *count)
{
    struct cut cut = {.rest = *text, .delimiter = reader->delimiter, .last = last};
    struct buf field = {0};
    *fields = arena_array(arena, struct str, FIELDS_MAX);
    *count = 0;
    bool whole = true;
    while (whole && !cut.ended) {
        buf_clear(&field);
        whole = cut_field(&cut, &field);
        if (whole && *count < FIELDS_MAX)
            (*fields)[*count] = arena_dup(arena, buf_str(&field));
        *count += whole;
    }
    buf_fini(&field);
    if (!whole)
        return last ? IMPORT_BROKEN : IMPORT_MORE;
    *text = cut.rest;
    return *count == 1 && (*fields)[0].len == 0 ? IMPORT_BLANK : IMPORT_ITEM;
}

enum import_got import_read_header(
    struct import_reader *reader, struct arena *arena, struct str *text, bool last, struct err *err)
{
    if (str_starts(*text, STR("\xEF\xBB\xBF")))
        *text = str_skip(*text, 3);
    enum import_got got = cut_record(reader, arena, text, last, &reader->header, &reader->columns);
    if (got == IMPORT_BROKEN)
        err_set(err, ERR_DATA, "the header is no whole record");
    if (got != IMPORT_ITEM || reader->columns <= FIELDS_MAX)
        return got;
    err_set(err, ERR_DATA, "the header has more than %d columns", FIELDS_MAX);
    return IMPORT_BROKEN;
}

/* The type of a column: that of a key it is part of, else S. */
static enum value_type type_of(const struct catalog_table *table, struct str name)
{
    int at = catalog_key_find(&table->schema, name);
    if (at >= 0)
        return table->schema.at[at].type;
    for (uint32_t i = 0; i < table->index_count; i++) {
        at = catalog_key_find(&table->indexes[i].schema, name);
        if (at >= 0)
            return table->indexes[i].schema.at[at].type;
    }
    return VALUE_S;
}

static bool put_field(struct buf *item, enum value_type type, struct str field, struct err *err)
{
    struct number number;
    struct buf bytes = {0};
    if (type == VALUE_N) {
        if (!number_parse(&number, str_trim(field), err))
            return false;
        value_put_number(item, number_str(&number));
    } else if (type == VALUE_B) {
        bool done = json_in_base64(&bytes, field);
        if (done)
            value_put_binary(item, buf_str(&bytes));
        buf_fini(&bytes);
        return done || err_set(err, ERR_DATA, "a binary key is no base64");
    } else {
        if (!utf8_valid(field))
            return err_set(err, ERR_DATA, "a field is no UTF-8");
        value_put_string(item, field);
    }
    return true;
}

static bool put_record(
    const struct import_reader *reader, const struct str *fields, struct buf *item, struct err *err)
{
    struct value_open map = value_open(item, VALUE_M);
    for (size_t i = 0; i < reader->columns; i++) {
        struct str name = reader->header[i];
        if (name.len == 0 || !utf8_valid(name))
            return err_set(err, ERR_DATA, "a column has no name");
        value_member(&map, item, name);
        if (!put_field(item, type_of(reader->table, name), fields[i], err))
            return false;
    }
    return value_close(&map, item, err);
}

static enum import_got read_csv(const struct import_reader *reader, struct arena *arena,
    struct str *text, bool last, struct buf *item, struct err *err)
{
    struct str *fields;
    size_t count, len = item->len;
    enum import_got got = cut_record(reader, arena, text, last, &fields, &count);
    if (got == IMPORT_BROKEN)
        err_set(err, ERR_DATA, "a quoted field has no end");
    if (got != IMPORT_ITEM)
        return got;
    bool done = count == reader->columns && count <= FIELDS_MAX
                    ? put_record(reader, fields, item, err)
                    : err_set(err, ERR_DATA, "the record has %zu fields, the header %zu", count,
                          reader->columns);
    if (!done)
        item->len = len;
    return done ? IMPORT_ITEM : IMPORT_INVALID;
}

/* ---- Ion ---- */

/* Nothing is in the text so far, but its end may be half a comment: so only blanks are taken. */
static enum import_got take_blanks(struct str *text)
{
    size_t blanks = 0;
    while (blanks < text->len && isspace((unsigned char)text->at[blanks]))
        blanks++;
    *text = str_skip(*text, blanks);
    return blanks ? IMPORT_BLANK : IMPORT_MORE;
}

static enum import_got read_ion(struct str *text, bool last, struct buf *item, struct err *err)
{
    struct str whole = *text;
    if (whole.len == 0)
        return last ? IMPORT_BLANK : IMPORT_MORE;
    switch (ion_in_next(text, item, err)) {
    case ION_IN_ITEM:
        return IMPORT_ITEM;
    case ION_IN_NONE:
        if (last)
            return IMPORT_BLANK;
        *text = whole;
        return take_blanks(text);
    case ION_IN_SHORT:
        if (!last)
            return IMPORT_MORE;
        err_set(err, ERR_DATA, "the text ends inside of a value");
        return IMPORT_BROKEN;
    case ION_IN_ERROR:
        break;
    }
    return IMPORT_BROKEN;
}

enum import_got import_read(const struct import_reader *reader, struct arena *arena,
    struct str *text, bool last, struct buf *item, struct err *err)
{
    enum import_got got = reader->format == IMPORT_JSON ? read_json(arena, text, last, item, err)
                          : reader->format == IMPORT_CSV
                              ? read_csv(reader, arena, text, last, item, err)
                              : read_ion(text, last, item, err);
    if (got != IMPORT_MORE || text->len <= IMPORT_ITEM_MAX)
        return got;
    err_set(err, ERR_DATA, "an item is longer than %d bytes of text", IMPORT_ITEM_MAX);
    return IMPORT_BROKEN;
}
