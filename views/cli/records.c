/* SPDX-License-Identifier: MIT */
/* Which format an input has, and what the formats share. The formats themselves stand in
 * records_json.c and records_csv.c. */
#include "views/cli/records.h"

/* At least `len` bytes in the window, or the end of the input. */
static bool fill(struct input *in, size_t len, struct err *err)
{
    while (!in->end && input_window(in).len < len)
        if (!input_more(in, err))
            return false;
    return true;
}

/* What people rename and forget: formats that would only give strange errors. */
static bool check_head(struct input *in, struct err *err)
{
    struct str head = input_window(in);
    if (str_starts(head, STR("\x1f\x8b")))
        return err_set(
            err, ERR_DATA, "%s is gzip data: zcat it into 'dynascope import TABLE -'", in->name);
    if (str_starts(head, STR("\x28\xb5\x2f\xfd")))
        return err_set(
            err, ERR_DATA, "%s is zstd data: zstdcat it into 'dynascope import TABLE -'", in->name);
    if (str_starts(head, STR("PK\x03\x04")))
        return err_set(err, ERR_DATA, "%s is a zip archive: unpack it first", in->name);
    if (str_starts(head, STR("\xff\xfe")) || str_starts(head, STR("\xfe\xff")))
        return err_set(err, ERR_DATA, "%s is UTF-16: convert it with iconv -t UTF-8", in->name);
    if (str_starts(head, STR("\xef\xbb\xbf")))
        input_take(in, 3);
    return true;
}

static bool ends_in(struct str name, struct str suffix)
{
    return name.len >= suffix.len &&
           str_equal_nocase(str_skip(name, name.len - suffix.len), suffix);
}

static enum records_format by_name(struct str name)
{
    static const struct {
        const char *suffix;
        enum records_format format;
    } suffixes[] = {{".jsonl", RECORDS_JSONL}, {".ndjson", RECORDS_JSONL}, {".csv", RECORDS_CSV},
        {".tsv", RECORDS_TSV}};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        if (ends_in(name, str_from(suffixes[i].suffix)))
            return suffixes[i].format;
    return RECORDS_AUTO;
}

/* Whether the first line holds whole JSON values: brackets closed at its end. */
static bool line_is_whole(struct str head)
{
    size_t len = str_find_byte(head, '\n');
    struct str line = str_trim(str_take(head, len == SIZE_MAX ? head.len : len));
    int depth = 0;
    bool string = false;
    for (size_t i = 0; i < line.len; i++) {
        char c = line.at[i];
        if (string && c == '\\')
            i++;
        else if (c == '"')
            string = !string;
        else if (!string && (c == '{' || c == '['))
            depth++;
        else if (!string && (c == '}' || c == ']'))
            depth--;
    }
    return depth == 0 && !string;
}

static enum records_format by_content(struct input *in)
{
    struct str head = input_window(in);
    while (head.len && strchr(" \t\r\n", head.at[0]) && head.at[0])
        head = str_skip(head, 1);
    if (!head.len)
        return RECORDS_JSONL; /* nothing has any format */
    if (head.at[0] == '[')
        return RECORDS_JSON;
    if (head.at[0] == '{')
        return line_is_whole(head) ? RECORDS_JSONL : RECORDS_JSON;
    size_t line = str_find_byte(head, '\n');
    struct str first = str_take(head, line == SIZE_MAX ? head.len : line);
    return str_find_byte(first, '\t') != SIZE_MAX && str_find_byte(first, ',') == SIZE_MAX
               ? RECORDS_TSV
               : RECORDS_CSV;
}

static bool is_csv(const struct records *r)
{
    return r->format == RECORDS_CSV || r->format == RECORDS_TSV;
}

static void find_format(struct records *r)
{
    r->format = r->options.format;
    if (r->options.path.len || r->options.members)
        r->format = RECORDS_JSON;
    if (r->format == RECORDS_AUTO)
        r->format = by_name(str_from(r->in->name));
    if (r->format != RECORDS_AUTO)
        return;
    r->format = by_content(r->in);
    if (is_csv(r) && ends_in(str_from(r->in->name), STR(".json")))
        r->format = RECORDS_JSON; /* whatever it is, it is not a table */
}

/* Without a line feed the whole file would be taken for the names of columns. */
static bool check_line_ends(const struct input *in, struct err *err)
{
    struct str head = input_window(in);
    size_t at = str_find_byte(head, '\r');
    if (at == SIZE_MAX || at + 1 == head.len || str_find_byte(head, '\n') != SIZE_MAX)
        return true;
    return err_set(err, ERR_DATA,
        "the lines of %s end in carriage returns alone: tr '\\r' '\\n' converts them", in->name);
}

bool records_open(struct records *r, struct input *in, const struct records_options *options,
    const struct client_table *schema, struct err *err)
{
    enum { HEAD = 64 * 1024 };
    *r = (struct records){.in = in, .options = *options};
    if (!fill(in, HEAD, err) || !check_head(in, err))
        return false;
    find_format(r);
    if (!is_csv(r))
        return records_json_open(r, err);
    return check_line_ends(in, err) && records_csv_open(r, schema, err);
}

void records_close(struct records *r)
{
    arena_fini(&r->arena);
    arena_fini(&r->scratch);
    *r = (struct records){0};
}

bool records_resume(struct records *r, const struct records_place *place, struct err *err)
{
    r->place = *place;
    r->inside = place->inside;
    r->over = false;
    return input_seek(r->in, place->offset, place->line, err);
}

void records_take(struct records *r, struct record *record, size_t len)
{
    uint64_t index = r->place.index;
    record->place = (struct records_place){r->in->offset, r->in->line, index, r->inside};
    record->text = str_take(input_window(r->in), len);
    input_take(r->in, len);
    r->place = (struct records_place){r->in->offset, r->in->line, index + 1, r->inside};
}

enum records_outcome records_next(
    struct records *r, struct record *record, struct buf *item, struct err *err)
{
    buf_clear(item);
    arena_reset(&r->scratch);
    *record = (struct record){.place = r->place};
    if (r->over)
        return RECORDS_END;
    enum records_outcome outcome = is_csv(r) ? records_csv_next(r, record, item, err)
                                             : records_json_next(r, record, item, err);
    r->over = outcome == RECORDS_END;
    return outcome;
}
