/* SPDX-License-Identifier: MIT */
/*
 * A query line's structure: which words belong to which term or clause. The parser of expressions
 * has the last word on what a term may be; this file only cuts, and maps its complaints back.
 *
 *   status = "PENDING" and amount > 100 if size(note) > 3 show orderId limit 50
 *   ╰───── term ─────╯     ╰── term ──╯    ╰── filter ──╯ ╰─ clause ─╯ ╰clause╯
 */
#include "views/query/query_line.h"

#include "views/query/query_nodes.h"
#include "views/query/query_terms.h"

struct parser {
    struct query_builder builder;
    struct query_token *tokens;
    size_t count, at;
    struct query_line *line;
    struct query_expression terms[QUERY_TERMS_MAX], show;
    struct query_section sections[2]; /* before and behind "if" */
    struct err *err;
};

static const struct query_token *peek(const struct parser *p)
{
    return &p->tokens[p->at];
}

static bool complain(struct parser *p, const struct query_token *token, const char *what)
{
    err_set(p->err, ERR_DATA, "%s", what);
    return err_place(p->err, token->at, token->len);
}

static bool is_word(const struct query_token *token, const char *word)
{
    return (token->kind == QUERY_NAME || token->kind == QUERY_WORD) &&
           str_equal_nocase(token->name, str_from(word));
}

/* ---- where terms end ---- */

static bool continues_operand(const struct query_token *next)
{
    return next->kind == QUERY_OPERATOR || next->kind == QUERY_DOT || next->kind == QUERY_INDEX ||
           is_word(next, "between") || is_word(next, "in");
}

static bool completes(const struct query_token *token)
{
    return token->kind == QUERY_NAME || token->kind == QUERY_INDEX ||
           token->kind == QUERY_LITERAL || token->kind == QUERY_CLOSE;
}

struct str query_clause_word(enum query_clause clause)
{
    static const struct str words[QUERY_CLAUSES] = {STR("if"), STR("show"), STR("on"), STR("limit"),
        STR("ascending"), STR("descending"), STR("consistent"), STR("segments")};
    return words[clause];
}

/* QUERY_CLAUSES where the word begins none; one in backquotes never does. */
static enum query_clause clause_of(const struct query_token *token)
{
    int clause = 0;
    bool plain = token->kind == QUERY_NAME && token->len == token->name.len;
    while (clause < QUERY_CLAUSES &&
           !(plain && str_equal_nocase(token->name, query_clause_word((enum query_clause)clause))))
        clause++;
    return (enum query_clause)clause;
}

static bool is_clause_word(const struct query_token *token)
{
    return clause_of(token) != QUERY_CLAUSES;
}

/* An attribute may be called "limit": a clause begins where no operand can stand, or where what
 * follows makes it none. */
static bool begins_clause(const struct parser *p, size_t i)
{
    const struct query_token *token = &p->tokens[i];
    bool first = i == 0 || completes(&p->tokens[i - 1]) || is_clause_word(&p->tokens[i - 1]);
    return is_clause_word(token) && first && !continues_operand(token + 1);
}

static size_t deeper(size_t depth, const struct query_token *token)
{
    if (token->kind == QUERY_OPEN)
        return depth + 1;
    return depth - (token->kind == QUERY_CLOSE && depth > 0);
}

/* The end of what stands before the next clause; *any_or: an "or" outside of brackets. */
static size_t section_end(const struct parser *p, size_t from, bool *any_or)
{
    size_t depth = 0, i = from;
    *any_or = false;
    for (; p->tokens[i].kind != QUERY_END && (depth || !begins_clause(p, i)); i++) {
        depth = deeper(depth, &p->tokens[i]);
        *any_or = *any_or || (depth == 0 && is_word(&p->tokens[i], "or"));
    }
    return i;
}

/* The end of one term: the next "and" that is not the one of BETWEEN. */
static size_t term_end(const struct parser *p, size_t from, size_t end)
{
    size_t depth = 0, i = from;
    bool between = false;
    for (; i < end; i++) {
        const struct query_token *token = &p->tokens[i];
        depth = deeper(depth, token);
        if (depth || token->kind != QUERY_WORD)
            continue;
        if (is_word(token, "and") && !between)
            break;
        between = is_word(token, "between");
    }
    return i;
}

/* ---- terms ---- */

static bool add_term(struct parser *p, size_t from, size_t end, bool filter_only)
{
    struct query_line *line = p->line;
    const struct query_token *first = &p->tokens[from], *last = &p->tokens[end ? end - 1 : 0];
    if (from == end)
        return complain(p, first, "a condition is missing here");
    if (line->term_count == QUERY_TERMS_MAX)
        return complain(p, first, "a query has at most 64 conditions");
    struct query_expression *e = &p->terms[line->term_count];
    struct query_term *term = &line->terms[line->term_count++];
    term->span = (struct query_span){first->at, last->at + last->len - first->at};
    term->filter_only = filter_only;
    term->use_at = line->use_count;
    if (!query_build_expression(&p->builder, first, end - from, e))
        return false;
    term->use_count = line->use_count - term->use_at;
    term->expression = e->text;
    return query_term_shape(&p->builder, first, end - from, term);
}

/* terms = term { "and" term } */
static bool parse_terms(struct parser *p, bool filter_only)
{
    bool any_or;
    size_t end = section_end(p, p->at, &any_or);
    p->sections[filter_only] = (struct query_section){p->at, end};
    if (any_or) {
        size_t from = p->at;
        p->at = end;
        return add_term(p, from, end, filter_only);
    }
    for (;;) {
        size_t stop = term_end(p, p->at, end);
        if (!add_term(p, p->at, stop, filter_only))
            return false;
        p->at = stop;
        if (stop == end)
            return true;
        p->at++;
    }
}

/* ---- clauses ---- */

static bool take_name(struct parser *p, const char *what, struct str *out, struct query_span *span)
{
    const struct query_token *token = peek(p);
    if (token->kind != QUERY_NAME)
        return complain(p, token, what);
    *out = token->name;
    *span = (struct query_span){token->at, token->len};
    p->at++;
    return true;
}

static bool take_number(struct parser *p, int64_t *out)
{
    const struct query_token *token = peek(p);
    if (token->kind != QUERY_LITERAL || !str_to_i64(token->name, out) || *out <= 0)
        return complain(p, token, "a number above 0 goes here");
    p->at++;
    return true;
}

static void note_show(struct parser *p, size_t from)
{
    struct query_line *line = p->line;
    for (size_t i = from; i < p->at; i++) {
        bool begins = i == from || p->tokens[i - 1].kind == QUERY_COMMA;
        if (begins && p->tokens[i].kind == QUERY_NAME && line->show_count < QUERY_TERMS_MAX)
            line->show[line->show_count++] = p->tokens[i].name;
    }
}

static bool take_show(struct parser *p)
{
    bool ignored;
    size_t from = p->at;
    p->at = section_end(p, from, &ignored);
    if (p->at == from)
        return complain(p, peek(p), "show takes attributes: show orderId, address.city");
    const struct query_token *first = &p->tokens[from], *last = &p->tokens[p->at - 1];
    p->line->show_span = (struct query_span){first->at, last->at + last->len - first->at};
    note_show(p, from);
    if (!query_build_expression(&p->builder, first, p->at - from, &p->show))
        return false;
    p->line->projection = p->show.text;
    return true;
}

static bool parse_clause_rest(struct parser *p, enum query_clause clause)
{
    struct query_line *line = p->line;
    switch (clause) {
    case QUERY_IF:
        return parse_terms(p, true);
    case QUERY_SHOW:
        return take_show(p);
    case QUERY_ON:
        return take_name(p, "the name of an index goes here", &line->index, &line->index_span);
    case QUERY_LIMIT:
        return take_number(p, &line->limit);
    case QUERY_SEGMENTS:
        return take_number(p, &line->segments);
    case QUERY_CONSISTENT:
        return line->consistent = true;
    default:
        line->backward = clause == QUERY_DESCENDING;
        return true;
    }
}

static bool parse_clause(struct parser *p)
{
    const struct query_token *word = peek(p);
    enum query_clause clause = clause_of(word);
    if (p->line->clauses[clause].len)
        return complain(p, word, "this is said twice");
    p->at++;
    if (!parse_clause_rest(p, clause))
        return false;
    const struct query_token *last = &p->tokens[p->at - 1];
    p->line->clauses[clause] = (struct query_span){word->at, last->at + last->len - word->at};
    return true;
}

static bool parse_line(struct parser *p)
{
    if (peek(p)->kind != QUERY_END && !begins_clause(p, p->at) && !parse_terms(p, false))
        return false;
    while (peek(p)->kind != QUERY_END) {
        if (!begins_clause(p, p->at))
            return complain(
                p, peek(p), "and, if, show, on, limit, descending or the end would go here");
        if (!parse_clause(p))
            return false;
    }
    return true;
}

/* ---- the last word ---- */

/* "desc" is the beginning of one, and no other word is. */
static struct str clause_meant(struct str word)
{
    for (int i = 0; i < QUERY_CLAUSES && word.len > 2; i++)
        if (str_starts(query_clause_word((enum query_clause)i), word))
            return query_clause_word((enum query_clause)i);
    return STR_NONE;
}

/* The parser quotes the expression, whose placeholders are nobody's words. */
static void say_in_words(const struct parser *p, struct err *err)
{
    size_t at = err->at, len = err->len;
    struct str token = str_take(str_skip(p->line->text, at), len), meant = clause_meant(token);
    if (str_find(str_from(err->text), STR("Syntax error; token: ")) == SIZE_MAX)
        return;
    if (str_find(str_from(err->text), STR("token: \"<EOF>\"")) != SIZE_MAX)
        err_set(err, ERR_DATA, "not finished: an operator, a value or a bracket is missing");
    else if (meant.len)
        err_set(err, ERR_DATA, "is %.*s meant?", STR_ARG(meant));
    else
        err_set(err, ERR_DATA, "%.*s does not belong here", STR_ARG(token));
    err_place(err, at, len);
}

static bool check_term(struct parser *p, struct expr_env *env, const struct query_expression *e)
{
    if (expr_parse_condition(p->builder.arena, env, EXPR_FILTER, e->text, p->err))
        return true;
    query_place_in_line(e, p->err);
    say_in_words(p, p->err);
    return false;
}

static bool check(struct parser *p)
{
    struct arena *arena = p->builder.arena;
    struct query_line *line = p->line;
    const struct json *names =
        line->names_json.len ? json_parse(arena, line->names_json, p->err) : NULL;
    const struct json *values =
        line->values_json.len ? json_parse(arena, line->values_json, p->err) : NULL;
    struct expr_env *env = expr_env_new(arena, names, values, p->err);
    if (!env)
        return false;
    for (uint32_t i = 0; i < line->term_count; i++)
        if (!check_term(p, env, &p->terms[i]))
            return false;
    if (!p->show.count || expr_parse_projection(arena, env, p->show.text, p->err))
        return true;
    query_place_in_line(&p->show, p->err);
    return false;
}

bool query_line_parse(struct arena *arena, struct str text, struct query_line *out, struct err *err)
{
    struct parser *p = arena_new(arena, struct parser);
    *p = (struct parser){.line = out, .err = err};
    p->tokens = arena_array(arena, struct query_token, QUERY_TOKENS_MAX);
    *out = (struct query_line){.text = text};
    query_builder_init(&p->builder, arena, out, err);
    bool good = query_lex(arena, text, p->tokens, &p->count, err) && parse_line(p) &&
                query_builder_end(&p->builder) && check(p) &&
                query_nodes_find(&p->builder, p->tokens, p->sections);
    query_builder_fini(&p->builder);
    return good;
}
