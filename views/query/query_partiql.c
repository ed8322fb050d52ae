/* SPDX-License-Identifier: MIT */
/*
 * Completion within a statement, by the word before the cursor's: statements that are being typed
 * are seldom well formed, so nothing is parsed.
 *
 *   SELECT status FROM "Orders"."By▏          word "By", before it "Orders" and a dot
 */
#include "views/query/query_partiql.h"

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || (c & 0x80);
}

static size_t word_start(struct str line, size_t at)
{
    while (at > 0 && is_word(line.at[at - 1]))
        at--;
    return at > 0 && (line.at[at - 1] == '"' || line.at[at - 1] == '\'') ? at - 1 : at;
}

static size_t skip_blanks_back(struct str line, size_t at)
{
    while (at > 0 && line.at[at - 1] == ' ')
        at--;
    return at;
}

/* The word that ends at `at`, without its quotes. */
static struct str word_before(struct str line, size_t at)
{
    bool quoted = at > 0 && line.at[at - 1] == '"';
    size_t end = quoted ? at - 1 : at, from = end;
    while (from > 0 && is_word(line.at[from - 1]))
        from--;
    return str_take(str_skip(line, from), end - from);
}

/* ---- candidates ---- */

/* or finds "Orders", too. */
static void add(struct query_candidates *out, struct str prefix, struct str text, uint32_t rows)
{
    struct str inside = text;
    bool quoted = text.len && (text.at[0] == '"' || text.at[0] == '\'');
    if (prefix.len && quoted && prefix.at[0] != text.at[0])
        inside = str_skip(text, 1);
    if (!text.len || out->count == QUERY_CANDIDATES_MAX || prefix.len > inside.len ||
        !str_equal_nocase(str_take(inside, prefix.len), prefix))
        return;
    out->list[out->count++] = (struct query_candidate){arena_dup(&out->arena, text), rows};
}

/* Names are put in double quotes, which suits all of them: keywords are reserved. */
static void add_name(struct query_candidates *out, struct str prefix, struct str name)
{
    add(out, prefix, arena_printf(&out->arena, "\"%.*s\"", STR_ARG(name)), 0);
}

/* "it's" of JSON is 'it''s' here. */
static struct str as_partiql(struct arena *arena, struct str literal)
{
    struct buf text = {0};
    if (!literal.len || literal.at[0] != '"')
        return literal;
    for (size_t i = 0; i < literal.len; i++) {
        if (literal.at[i] == '\\')
            return STR_NONE; /* escapes are JSON's alone */
        bool edge = i == 0 || i + 1 == literal.len;
        buf_add_byte(&text, edge ? '\'' : literal.at[i]);
        if (literal.at[i] == '\'')
            buf_add_byte(&text, '\'');
    }
    struct str kept = arena_dup(arena, buf_str(&text));
    buf_fini(&text);
    return kept;
}

static void add_values(const struct query_complete_from *from, struct str prefix, struct str name,
    struct query_candidates *out)
{
    struct query_step step = {.name = name};
    struct query_seen_value values[QUERY_SEEN_MAX];
    size_t count = query_seen_values(&out->arena, from->rows, &step, 1, false, values);
    for (size_t i = 0; i < count; i++)
        if (values[i].type == VALUE_S || values[i].type == VALUE_N)
            add(out, prefix, as_partiql(&out->arena, values[i].text), values[i].rows);
}

static void add_all(
    const struct query_complete_from *from, struct str prefix, struct query_candidates *out)
{
    static const char *const words[] = {"SELECT", "*", "FROM", "WHERE", "AND", "OR", "NOT", "IN",
        "BETWEEN", "IS", "MISSING", "NULL", "ORDER BY", "DESC", "begins_with(", "contains(",
        "size(", "attribute_type(", "INSERT INTO", "VALUE", "UPDATE", "SET", "REMOVE",
        "DELETE FROM", "RETURNING ALL NEW *", "RETURNING ALL OLD *"};
    struct str name;
    for (int i = 0; (name = from->column(from->data, i)).len; i++)
        add_name(out, prefix, name);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        add(out, prefix, str_from(words[i]), 0);
}

static bool is_operator(char c)
{
    return c == '=' || c == '<' || c == '>';
}

void query_partiql_complete(const struct query_complete_from *from, struct str line, size_t at,
    struct query_candidates *out)
{
    size_t start = word_start(line, at), before = skip_blanks_back(line, start);
    struct str prefix = str_take(str_skip(line, start), at - start), name;
    struct str word = word_before(line, before);
    arena_reset(&out->arena);
    out->count = 0;
    out->from = start;
    if (before == start && start > 0 && line.at[start - 1] == '.') {
        for (uint32_t i = 0; i < from->table->index_count; i++)
            add_name(out, prefix, from->table->indexes[i].name);
    } else if (before > 0 && is_operator(line.at[before - 1])) {
        while (before > 0 && is_operator(line.at[before - 1]))
            before--;
        add_values(from, prefix, word_before(line, skip_blanks_back(line, before)), out);
    } else if (str_equal_nocase(word, STR("FROM")) || str_equal_nocase(word, STR("INTO")) ||
               str_equal_nocase(word, STR("UPDATE"))) {
        for (int i = 0; from->named && (name = from->named(from->data, i)).len; i++)
            add_name(out, prefix, name);
    } else {
        add_all(from, prefix, out);
    }
}
