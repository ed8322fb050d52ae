/* SPDX-License-Identifier: MIT */
/*
 * Places in a query's text as fields. Must not draw, and must not remember anything but the text.
 */
#include "views/query_form.h"

#include "backend/json.h"
#include "views/query_lex.h"

void query_form_init(struct query_form *form, const struct client_table *table)
{
    *form = (struct query_form){.table = table};
    query_form_set(form, STR_NONE);
}

void query_form_fini(struct query_form *form)
{
    buf_fini(&form->text);
    arena_fini(&form->arena);
}

/* ---- fields ---- */

static void add_field(
    struct query_form *form, enum query_field_kind kind, uint32_t term, struct query_span span)
{
    form->fields[form->field_count++] = (struct query_field){kind, term, span};
}

static void add_term(struct query_form *form, uint32_t i)
{
    const struct query_term *term = &form->line.terms[i];
    if (!term->name_span.len) {
        add_field(form, QUERY_FIELD_TERM, i, term->span);
        return;
    }
    add_field(form, QUERY_FIELD_NAME, i, term->name_span);
    add_field(form, QUERY_FIELD_OPERATOR, i, term->op_span);
    if (term->low_span.len)
        add_field(form, QUERY_FIELD_VALUE, i, term->low_span);
    if (term->high_span.len)
        add_field(form, QUERY_FIELD_UPPER, i, term->high_span);
}

/* The text of a clause without its word. */
static struct query_span behind_word(const struct query_form *form, enum query_clause clause)
{
    struct query_span span = form->line.clauses[clause];
    size_t word = query_clause_word(clause).len;
    struct str text = str_take(str_skip(buf_str(&form->text), span.at), span.len);
    while (word < text.len && text.at[word] == ' ')
        word++;
    return span.len ? (struct query_span){span.at + (uint32_t)word, span.len - (uint32_t)word}
                    : span;
}

static void find_fields(struct query_form *form)
{
    const struct query_span none = {(uint32_t)form->text.len, 0};
    form->field_count = 0;
    for (uint32_t i = 0; i < form->line.term_count; i++)
        add_term(form, i);
    add_field(form, QUERY_FIELD_ADD, form->line.term_count, none);
    add_field(form, QUERY_FIELD_INDEX, 0, behind_word(form, QUERY_ON));
    add_field(form, QUERY_FIELD_SHOW, 0, behind_word(form, QUERY_SHOW));
    add_field(form, QUERY_FIELD_ORDER, 0, form->line.clauses[QUERY_DESCENDING]);
    add_field(form, QUERY_FIELD_LIMIT, 0, behind_word(form, QUERY_LIMIT));
    add_field(form, QUERY_FIELD_CONSISTENT, 0, form->line.clauses[QUERY_CONSISTENT]);
}

void query_form_set(struct query_form *form, struct str text)
{
    struct buf kept = {0};
    buf_add(&kept, text); /* may be part of form->text */
    buf_fini(&form->text);
    form->text = kept;
    arena_reset(&form->arena);
    form->err = ERR_INIT;
    form->good = query_line_parse(&form->arena, buf_str(&form->text), &form->line, &form->err);
    form->planned =
        form->good && query_plan(&form->arena, form->table, &form->line, &form->plan, &form->err);
    if (form->good)
        find_fields(form);
}

/* ---- values as fields ---- */

/* "PENDING" is shown as PENDING where that comes back the same. */
static bool is_plain_string(struct str text)
{
    if (text.len < 3 || text.at[0] != '"' || text.at[text.len - 1] != '"')
        return false;
    struct str inside = str_take(str_skip(text, 1), text.len - 2);
    char first = inside.at[0];
    bool letter = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z');
    for (size_t i = 0; i < inside.len; i++)
        if (inside.at[i] == '\\' || inside.at[i] == '"')
            return false;
    return letter && !str_equal(inside, STR("true")) && !str_equal(inside, STR("false")) &&
           !str_equal(inside, STR("null"));
}

void query_form_get(const struct query_form *form, const struct query_field *field, struct buf *out)
{
    struct str text = str_take(str_skip(buf_str(&form->text), field->span.at), field->span.len);
    bool value = field->kind == QUERY_FIELD_VALUE || field->kind == QUERY_FIELD_UPPER;
    if (value && is_plain_string(text))
        text = str_take(str_skip(text, 1), text.len - 2);
    buf_add(out, text);
}

static enum value_type key_type(const struct query_form *form, struct str name)
{
    const struct client_table *table = form->table;
    for (uint32_t i = 0; i < table->key_count; i++)
        if (str_equal(table->keys[i].name, name))
            return table->keys[i].type;
    for (uint32_t i = 0; i < table->index_count; i++)
        for (uint32_t k = 0; k < table->indexes[i].hash_count + table->indexes[i].range_count; k++)
            if (str_equal(table->indexes[i].keys[k].name, name))
                return table->indexes[i].keys[k].type;
    return VALUE_NONE;
}

/* Whether the text is one literal by itself, as the line reads it. */
static bool is_literal(struct str text, enum value_type wanted)
{
    struct arena arena = {0};
    struct query_line line;
    struct err err = ERR_INIT;
    struct buf probe = {0};
    buf_printf(&probe, "a = %.*s", STR_ARG(text));
    bool good = query_line_parse(&arena, buf_str(&probe), &line, &err) && line.term_count == 1 &&
                line.terms[0].low_span.len == text.len;
    good = good && (wanted != VALUE_S || line.terms[0].low.type == VALUE_S);
    buf_fini(&probe);
    arena_fini(&arena);
    return good;
}

static void put_value(const struct query_form *form, const struct query_field *field,
    struct str text, struct buf *out)
{
    struct str name = form->line.terms[field->term].name;
    if (text.len && !is_literal(text, key_type(form, name)))
        json_put_string(out, text);
    else
        buf_add(out, text);
}

/* ---- changing the text ---- */

static void replace(
    const struct query_form *form, struct query_span span, struct str text, struct buf *out)
{
    struct str all = buf_str(&form->text);
    buf_add(out, str_take(all, span.at));
    buf_add(out, text);
    buf_add(out, str_skip(all, span.at + span.len));
}

/* With the blanks before it. */
static struct query_span with_blank(const struct query_form *form, struct query_span span)
{
    while (span.at && form->text.at[span.at - 1] == ' ') {
        span.at--;
        span.len++;
    }
    return span;
}

static void set_clause(const struct query_form *form, enum query_clause clause, struct str text,
    bool wordless, struct buf *out)
{
    struct query_span span = form->line.clauses[clause];
    struct buf words = {0};
    if (span.len == 0)
        span.at = (uint32_t)form->text.len;
    span = with_blank(form, span);
    if (text.len)
        buf_printf(&words, "%s%.*s%s%.*s", span.at ? " " : "", STR_ARG(query_clause_word(clause)),
            wordless ? "" : " ", STR_ARG(wordless ? STR_NONE : text));
    replace(form, span, buf_str(&words), out);
    buf_fini(&words);
}

/* Where one more term goes: behind the last one, before all clauses. */
static void append_term(const struct query_form *form, struct str text, struct buf *out)
{
    const struct query_line *line = &form->line;
    const struct query_term *last = line->term_count ? &line->terms[line->term_count - 1] : NULL;
    struct query_span place = {last ? last->span.at + last->span.len : 0, 0};
    struct buf words = {0};
    if (text.len)
        buf_printf(&words, "%s%.*s%s", last ? " and " : "", STR_ARG(text),
            !last && form->text.len ? " " : "");
    replace(form, place, buf_str(&words), out);
    buf_fini(&words);
}

void query_form_with(const struct query_form *form, const struct query_field *field,
    struct str text, struct buf *out)
{
    struct buf value = {0};
    switch (field->kind) {
    case QUERY_FIELD_VALUE:
    case QUERY_FIELD_UPPER:
        put_value(form, field, text, &value);
        replace(form, field->span, buf_str(&value), out);
        break;
    case QUERY_FIELD_ADD:
        append_term(form, text, out);
        break;
    case QUERY_FIELD_INDEX:
        set_clause(form, QUERY_ON, text, false, out);
        break;
    case QUERY_FIELD_SHOW:
        set_clause(form, QUERY_SHOW, text, false, out);
        break;
    case QUERY_FIELD_LIMIT:
        set_clause(form, QUERY_LIMIT, text, false, out);
        break;
    case QUERY_FIELD_ORDER:
        set_clause(form, QUERY_DESCENDING, text, true, out);
        break;
    case QUERY_FIELD_CONSISTENT:
        set_clause(form, QUERY_CONSISTENT, text, true, out);
        break;
    default:
        replace(form, field->span, text, out);
    }
    buf_fini(&value);
}

void query_form_name(struct buf *out, struct str name)
{
    struct query_token tokens[QUERY_TOKENS_MAX];
    struct err err = ERR_INIT;
    size_t count;
    bool plain = query_lex(name, tokens, &count, &err) && count == 1 &&
                 tokens[0].kind == QUERY_NAME && tokens[0].len == name.len;
    buf_printf(out, plain ? "%.*s" : "`%.*s`", STR_ARG(name));
}

void query_form_without(const struct query_form *form, uint32_t term, struct buf *out)
{
    const struct query_line *line = &form->line;
    struct query_span span = line->terms[term].span;
    bool after = term + 1 < line->term_count &&
                 line->terms[term + 1].filter_only == line->terms[term].filter_only;
    bool before = term > 0 && line->terms[term - 1].filter_only == line->terms[term].filter_only;
    if (after) {
        span.len = line->terms[term + 1].span.at - span.at;
    } else {
        uint32_t from = before ? line->terms[term - 1].span.at + line->terms[term - 1].span.len
                        : line->terms[term].filter_only ? line->clauses[QUERY_IF].at
                                                        : span.at;
        span = with_blank(form, (struct query_span){from, span.at + span.len - from});
    }
    replace(form, span, STR_NONE, out);
}
