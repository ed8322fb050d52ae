/* SPDX-License-Identifier: MIT */
/*
 * Places in a query's text as fields. Must not draw, and must not remember anything but the text.
 */
#include "views/query/query_form.h"

#include "backend/json.h"
#include "views/query/query_terms.h"

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
    struct query_form *form, enum query_field_kind kind, uint32_t node, struct query_span span)
{
    struct query_field *field = &form->fields[form->field_count++];
    *field = (struct query_field){.kind = kind, .node = node, .span = span};
    if (kind > QUERY_FIELD_TERM)
        return;
    const struct query_node *of = &form->line.nodes[node];
    field->depth = of->depth;
    field->negated = of->negation.len > 0;
    field->sized = of->sized;
    field->ranged = of->high.len > 0;
    field->outer = !field->negated && of->parent >= 0 && (uint32_t)of->parent + 1 == node &&
                   form->line.nodes[of->parent].negation.len;
    form->joined = form->joined || field->negated || field->outer || kind == QUERY_FIELD_JOIN;
}

/* The group whose first member this is shows its own "and" or "or" there. */
static struct query_span join_of(const struct query_form *form, uint32_t i)
{
    const struct query_node *nodes = form->line.nodes, *node = &nodes[i];
    while (!node->join.len && node->parent >= 0 && &nodes[node->parent + 1] == node)
        node = &nodes[node->parent];
    return node->join;
}

static void add_node(struct query_form *form, uint32_t i)
{
    const struct query_node *node = &form->line.nodes[i];
    struct query_span join = join_of(form, i);
    if (node->open.len)
        return;
    if (join.len)
        add_field(form, QUERY_FIELD_JOIN, i, join);
    if (!node->name.len) {
        uint32_t skip = node->negation.len ? node->negation.len + 1 : 0;
        add_field(form, QUERY_FIELD_TERM, i,
            (struct query_span){node->span.at + skip, node->span.len - skip});
        return;
    }
    add_field(form, QUERY_FIELD_NAME, i, node->name);
    add_field(form, QUERY_FIELD_OPERATOR, i, node->op);
    if (node->low.len)
        add_field(form, node->list ? QUERY_FIELD_LIST : QUERY_FIELD_VALUE, i, node->low);
    if (node->high.len)
        add_field(form, QUERY_FIELD_UPPER, i, node->high);
}

/* The text of a clause without its word. */
static struct query_span behind_word(const struct query_form *form, enum query_clause clause)
{
    struct query_span span = form->line.clauses[clause];
    size_t word = query_clause_word(clause).len;
    struct str text = query_form_part(form, span);
    while (word < text.len && text.at[word] == ' ')
        word++;
    return span.len ? (struct query_span){span.at + (uint32_t)word, span.len - (uint32_t)word}
                    : span;
}

static void find_fields(struct query_form *form)
{
    const struct query_span none = {(uint32_t)form->text.len, 0};
    form->field_count = 0;
    form->joined = false;
    for (uint32_t i = 0; i < form->line.node_count; i++)
        add_node(form, i);
    add_field(form, QUERY_FIELD_ADD, form->line.node_count, none);
    add_field(form, QUERY_FIELD_INDEX, 0, behind_word(form, QUERY_ON));
    add_field(form, QUERY_FIELD_SHOW, 0, behind_word(form, QUERY_SHOW));
    add_field(form, QUERY_FIELD_ORDER, 0, form->line.clauses[QUERY_DESCENDING]);
    add_field(form, QUERY_FIELD_LIMIT, 0, behind_word(form, QUERY_LIMIT));
    add_field(form, QUERY_FIELD_CONSISTENT, 0, form->line.clauses[QUERY_CONSISTENT]);
    add_field(form, QUERY_FIELD_SEGMENTS, 0, behind_word(form, QUERY_SEGMENTS));
}

struct str query_form_part(const struct query_form *form, struct query_span span)
{
    return str_take(str_skip(buf_str(&form->text), span.at), span.len);
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
        if (inside.at[i] == '\\' || inside.at[i] == '"' || (unsigned char)inside.at[i] < ' ' ||
            inside.at[i] == 0x7F)
            return false;
    return letter && !str_equal(inside, STR("true")) && !str_equal(inside, STR("false")) &&
           !str_equal(inside, STR("null"));
}

struct str query_form_shown(struct str value)
{
    return is_plain_string(value) ? str_take(str_skip(value, 1), value.len - 2) : value;
}

void query_form_get(const struct query_form *form, const struct query_field *field, struct buf *out)
{
    struct str text = query_form_part(form, field->span);
    bool value = field->kind == QUERY_FIELD_VALUE || field->kind == QUERY_FIELD_UPPER;
    buf_add(out, value ? query_form_shown(text) : text);
}

enum value_type query_form_key_type(const struct query_form *form, struct str name)
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

/* Whether the text is one literal by itself, as the line reads it; of a type, where one is wanted.
 */
static bool is_literal(struct str text, enum value_type wanted)
{
    struct arena arena = {0};
    struct query_token *tokens = arena_array(&arena, struct query_token, QUERY_TOKENS_MAX);
    struct err err = ERR_INIT;
    struct buf probe = {0};
    struct query_builder b = {.arena = &arena, .err = &err};
    struct value v = {0};
    size_t count;
    buf_printf(&probe, "= %.*s", STR_ARG(text));
    bool good = query_lex(&arena, buf_str(&probe), tokens, &count, &err) && count == 2 &&
                tokens[1].kind == QUERY_LITERAL && tokens[1].len == text.len &&
                query_read_literal(&b, &tokens[1], &v);
    good = good && (wanted != VALUE_S || v.type == VALUE_S);
    buf_fini(&probe);
    arena_fini(&arena);
    return good;
}

static void put_one(struct str text, enum value_type wanted, struct buf *out)
{
    if (text.len && !is_literal(text, wanted))
        json_put_string(out, text);
    else
        buf_add(out, text);
}

static bool in_list(struct str text)
{
    struct arena arena = {0};
    struct query_line line;
    struct err err = ERR_INIT;
    struct buf probe = {0};
    buf_printf(&probe, "a in (%.*s)", STR_ARG(text));
    bool good = query_line_parse(&arena, buf_str(&probe), &line, &err) && line.node_count == 1 &&
                line.nodes[0].list && line.nodes[0].low.len == text.len;
    buf_fini(&probe);
    arena_fini(&arena);
    return good;
}

/* PENDING, SHIPPED: each is quoted that has to be. */
static void put_list(struct str text, enum value_type wanted, struct buf *out)
{
    struct str piece;
    bool any = false;
    if (!text.len || in_list(text)) {
        buf_add(out, text);
        return;
    }
    while (str_cut(&text, ',', &piece)) {
        buf_add(out, any ? STR(", ") : STR_NONE);
        put_one(str_trim(piece), wanted, out);
        any = true;
    }
}

static void put_value(const struct query_form *form, const struct query_field *field,
    struct str text, struct buf *out)
{
    const struct query_node *node = &form->line.nodes[field->node];
    struct str name = node->sized ? STR_NONE : query_form_part(form, node->name);
    enum value_type wanted = query_form_key_type(form, name);
    if (field->kind == QUERY_FIELD_LIST)
        put_list(text, wanted, out);
    else
        put_one(text, wanted, out);
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

/* Where one more term goes: behind the last one, before all clauses. One with "or" in it is put in
 * brackets, so that what it said stays true. */
static void append_term(const struct query_form *form, struct str text, struct buf *out)
{
    const struct query_line *line = &form->line;
    const struct query_term *last = line->term_count ? &line->terms[line->term_count - 1] : NULL;
    struct query_span place = {last ? last->span.at + last->span.len : 0, 0};
    bool any_or = false;
    for (uint32_t i = 0; last && i < line->node_count; i++)
        any_or |= !line->nodes[i].depth && line->nodes[i].join.len == 2 &&
                  line->nodes[i].span.at > last->span.at;
    struct buf words = {0};
    if (text.len && any_or) {
        place = last->span;
        buf_printf(&words, "(%.*s) and %.*s", STR_ARG(query_form_part(form, place)), STR_ARG(text));
    } else if (text.len) {
        buf_printf(&words, "%s%.*s%s", last ? " and " : "", STR_ARG(text),
            !last && form->text.len ? " " : "");
    }
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
    case QUERY_FIELD_LIST:
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
    case QUERY_FIELD_SEGMENTS:
        set_clause(form, QUERY_SEGMENTS, text, false, out);
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

/* Letters, digits and "_", and too long or too short for any word of the language: most names. */
static bool is_plain_name(struct str name)
{
    static const char *const words[] = {
        "and", "or", "not", "in", "between", "true", "false", "null"};
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && !(i && c >= '0' && c <= '9'))
            return false;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_equal_nocase(name, str_from(words[i])))
            return false;
    return name.len > 0;
}

void query_form_name(struct buf *out, struct str name)
{
    if (is_plain_name(name)) {
        buf_add(out, name);
        return;
    }
    struct arena arena = {0};
    struct query_token *tokens = arena_array(&arena, struct query_token, QUERY_TOKENS_MAX);
    struct err err = ERR_INIT;
    size_t count;
    bool plain = query_lex(&arena, name, tokens, &count, &err) && count == 1 &&
                 tokens[0].kind == QUERY_NAME && tokens[0].len == name.len && name.at[0] != '`';
    arena_fini(&arena);
    if (plain) {
        buf_add(out, name);
        return;
    }
    buf_add_byte(out, '`');
    for (size_t i = 0; i < name.len; i++) {
        buf_add_byte(out, name.at[i]);
        if (name.at[i] == '`')
            buf_add_byte(out, '`');
    }
    buf_add_byte(out, '`');
}

/* ---- conditions and groups ---- */

/* The next (or the previous) member of the same group; NULL = none. */
static const struct query_node *beside(
    const struct query_form *form, const struct query_node *node, bool after)
{
    const struct query_line *line = &form->line;
    const struct query_node *found = NULL;
    for (uint32_t i = 0; i < line->node_count; i++) {
        const struct query_node *other = &line->nodes[i];
        if (other->parent != node->parent || other->filter_only != node->filter_only)
            continue;
        if (after && other > node)
            return other;
        if (!after && other < node)
            found = other;
    }
    return found;
}

void query_form_without(const struct query_form *form, uint32_t i, struct buf *out)
{
    const struct query_node *nodes = form->line.nodes, *node = &nodes[i];
    if (i >= form->line.node_count) {
        buf_add(out, buf_str(&form->text));
        return;
    }
    const struct query_node *next = beside(form, node, true), *before = beside(form, node, false);
    while (!next && !before && node->parent >= 0) {
        node = &nodes[node->parent];
        next = beside(form, node, true);
        before = beside(form, node, false);
    }
    struct query_span span = node->span;
    if (next) {
        span.len = next->span.at - span.at;
    } else {
        uint32_t from = before              ? before->span.at + before->span.len
                        : node->filter_only ? form->line.clauses[QUERY_IF].at
                                            : span.at;
        span = with_blank(form, (struct query_span){from, span.at + span.len - from});
    }
    replace(form, span, STR_NONE, out);
}

void query_form_negated(const struct query_form *form, uint32_t i, struct buf *out)
{
    const struct query_node *node = &form->line.nodes[i];
    struct query_span span = node->negation;
    if (!span.len) {
        replace(form, (struct query_span){node->span.at, 0}, STR("not "), out);
        return;
    }
    span.len += span.at + span.len < form->text.len && form->text.at[span.at + span.len] == ' ';
    replace(form, span, STR_NONE, out);
}

bool query_form_grouped(const struct query_form *form, uint32_t i, struct buf *out)
{
    const struct query_node *nodes = form->line.nodes, *node = &nodes[i];
    const struct query_node *before = beside(form, node, false);
    while (!before && node->parent >= 0) {
        node = &nodes[node->parent];
        before = beside(form, node, false);
    }
    if (!before)
        return false;
    struct query_span span = {before->span.at, node->span.at + node->span.len - before->span.at};
    struct buf words = {0};
    buf_printf(&words, "(%.*s)", STR_ARG(query_form_part(form, span)));
    replace(form, span, buf_str(&words), out);
    buf_fini(&words);
    return true;
}

bool query_form_ungrouped(const struct query_form *form, uint32_t i, struct buf *out)
{
    const struct query_node *node = &form->line.nodes[i];
    if (node->parent < 0)
        return false;
    node = &form->line.nodes[node->parent];
    uint32_t open = node->open.at, close = node->close.at;
    struct str all = buf_str(&form->text);
    buf_add(out, str_take(all, open));
    buf_add(out, str_take(str_skip(all, open + 1), close - open - 1));
    buf_add(out, str_skip(all, close + 1));
    return true;
}
