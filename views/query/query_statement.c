/* SPDX-License-Identifier: MIT */
/*
 * Statements as far as they are understood here: the parser of the store reads them, whatever
 * endpoint runs them later. Runs nothing.
 */
#include "views/query/query_statement.h"

#include "backend/partiql/partiql.h"

enum { STATEMENT_MAX = 64 << 10 }; /* the service takes 8,192 characters */

static const struct str verbs[] = {
    STR("SELECT"), STR("INSERT"), STR("UPDATE"), STR("DELETE"), STR("EXISTS")};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* "select = 1" is about an attribute of that name, and so is "update in (…)". */
bool query_statement_is(struct str line)
{
    line = str_trim(line);
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        struct str rest = str_trim(str_skip(line, verbs[i].len));
        struct str word = rest;
        if (!str_equal_nocase(str_take(line, verbs[i].len), verbs[i]) || line.len <= verbs[i].len ||
            !is_blank(line.at[verbs[i].len]))
            continue;
        str_cut(&rest, ' ', &word);
        return !(word.len && strchr("=<>!.[(", word.at[0])) && !str_equal_nocase(word, STR("in")) &&
               !str_equal_nocase(word, STR("between"));
    }
    return false;
}

void query_statement_read(struct arena *arena, struct str line, struct query_statement *out)
{
    struct partiql_statement s;
    *out = (struct query_statement){.err = ERR_INIT, .reads = partiql_reads(line)};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (str_equal_nocase(str_take(str_trim(line), verbs[i].len), verbs[i]))
            out->verb = verbs[i];
    if (line.len > STATEMENT_MAX) {
        err_set(&out->err, ERR_DATA, "a statement has at most %d KB", STATEMENT_MAX >> 10);
        return;
    }
    if (!partiql_parse(arena, line, NULL, 0, &s, &out->err))
        return;
    if (s.kind == PARTIQL_EXISTS) {
        err_set(&out->err, ERR_DATA, "EXISTS is a condition of a transaction: it reads nothing");
        return;
    }
    out->good = true;
    out->reads = s.kind == PARTIQL_SELECT;
    out->table = s.table;
    out->index = s.index.at ? s.index : STR_NONE;
    out->narrowed = s.where != NULL;
}

void query_statement_verdict(const struct query_statement *s, struct buf *out)
{
    buf_printf(out, "PartiQL %.*s: %s %.*s", STR_ARG(s->verb),
        s->reads ? "reads" : "writes one item of", STR_ARG(s->table));
    if (s->index.len)
        buf_printf(out, " by %.*s", STR_ARG(s->index));
    if (s->reads && !s->narrowed)
        buf_add(out, STR(" · all of it, page by page"));
}

void query_statement_value(struct buf *out, struct value v)
{
    char text[NUMBER_TEXT_MAX];
    if (v.type == VALUE_N) {
        buf_add(out, (struct str){text, number_format(v.data, text)});
        return;
    }
    buf_add_byte(out, '\'');
    for (size_t i = 0; i < v.data.len; i++) {
        buf_add_byte(out, v.data.at[i]);
        if (v.data.at[i] == '\'')
            buf_add_byte(out, '\'');
    }
    buf_add_byte(out, '\'');
}

/* Bytes of the line before a row and column, which count from 1 and in characters. */
static size_t offset_of(struct str line, int64_t row, int64_t col)
{
    size_t at = 0;
    for (; row > 1 && at < line.len; at++)
        row -= line.at[at] == '\n';
    for (; col > 1 && at < line.len; col--)
        do
            at++;
        while (at < line.len && (line.at[at] & 0xC0) == 0x80);
    return at;
}

/* place = "at" digits ":" digits ":" digits */
void query_statement_place(struct str line, struct err *err)
{
    struct str rest = str_from(err->text), piece;
    int64_t n[3];
    size_t at;
    while (err->at == ERR_NOWHERE && (at = str_find(rest, STR("at "))) != SIZE_MAX) {
        int count = 0;
        rest = str_skip(rest, at + 3);
        struct str word = rest;
        size_t len = 0;
        while (
            len < word.len && (word.at[len] == ':' || (word.at[len] >= '0' && word.at[len] <= '9')))
            len++;
        word = str_take(word, len);
        while (count < 3 && str_cut(&word, ':', &piece) && str_to_i64(piece, &n[count]))
            count++;
        if (count == 3 && n[0] > 0 && n[1] > 0 && n[2] >= 0) {
            size_t from = offset_of(line, n[0], n[1]);
            err_place(err, from, offset_of(str_skip(line, from), 1, n[2] + 1));
        }
    }
}
