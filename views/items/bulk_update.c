/* SPDX-License-Identifier: MIT */
/*
 * A typed update into an UpdateExpression with placeholders. Only words are told apart here; what
 * they may say together is for the expression's own parser, whose errors are turned back into
 * places of the typed text. Must not know how many items it is for.
 *
 *   SET  status  =  "SHIPPED"   ADD  n   1
 *   SET  #n0     =  :v0         ADD  #n1 :v1
 */
#include "views/items/bulk_update.h"

#include "backend/json_out.h"
#include "views/item/literal.h"

enum { UPDATE_WORDS_MAX = 600 };

struct update_word {
    size_t typed, typed_len, at; /* where it stands in the text, and in the expression */
};

struct update_lex {
    struct bulk_update *u;
    struct str text;
    size_t at;
    bool operand;   /* a value may begin here: "[" and "{" are not what they are in a path */
    bool adding;    /* in ADD or DELETE: a value follows a path */
    bool path;      /* directly behind a part of a path */
    unsigned depth; /* of brackets of functions */
    struct buf out, names, values;
    uint32_t name_count, value_count;
    struct update_word words[UPDATE_WORDS_MAX];
    size_t word_count;
    struct err *err;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c < 0;
}

static char peek(const struct update_lex *l, size_t ahead)
{
    return l->at + ahead < l->text.len ? l->text.at[l->at + ahead] : '\0';
}

static bool complain(struct update_lex *l, size_t len, const char *what)
{
    err_set(l->err, ERR_DATA, "%s", what);
    return err_place(l->err, l->at, len);
}

/* Goes over `len` bytes of the text, which became what stands in `out` from `at` on. */
static bool take(struct update_lex *l, size_t len, size_t at)
{
    if (l->word_count == UPDATE_WORDS_MAX)
        return complain(l, 1, "this is too long for one update");
    l->words[l->word_count++] = (struct update_word){l->at, len, at};
    l->at += len;
    return true;
}

static bool put_same(struct update_lex *l, size_t len)
{
    size_t at = l->out.len;
    buf_add(&l->out, str_take(str_skip(l->text, l->at), len));
    return take(l, len, at);
}

/* ---- values ---- */

static bool put_value(struct update_lex *l, size_t len, struct value v)
{
    size_t at = l->out.len;
    buf_printf(&l->values, "%s\":v%u\":", l->value_count ? "," : "{", l->value_count);
    json_out_typed(&l->values, v);
    buf_printf(&l->out, ":v%u", l->value_count++);
    l->operand = l->path = false;
    return take(l, len, at);
}

static bool put_literal(struct update_lex *l, size_t len)
{
    struct buf value = {0};
    struct err err = ERR_INIT;
    struct str text = str_take(str_skip(l->text, l->at), len);
    bool ok = literal_parse(&value, text, VALUE_NONE, &err)
                  ? put_value(l, len, value_of(buf_str(&value)))
                  : complain(l, len, err.text);
    buf_fini(&value);
    return ok;
}

/* "'" { any | "''" } "'" */
static bool put_quoted(struct update_lex *l)
{
    struct buf text = {0}, value = {0};
    size_t end = 1;
    for (; peek(l, end) && (peek(l, end) != '\'' || peek(l, end + 1) == '\''); end++) {
        buf_add_byte(&text, peek(l, end));
        end += peek(l, end) == '\'';
    }
    value_put_string(&value, buf_str(&text));
    bool ok = peek(l, end) ? put_value(l, end + 1, value_of(buf_str(&value)))
                           : complain(l, l->text.len - l->at, "this text has no closing quote");
    buf_fini(&text);
    buf_fini(&value);
    return ok;
}

static size_t string_end(const struct update_lex *l, size_t from)
{
    size_t end = from + 1;
    while (peek(l, end) && peek(l, end) != '"')
        end += peek(l, end) == '\\' && peek(l, end + 1) ? 2 : 1;
    return peek(l, end) ? end + 1 : 0;
}

static bool put_string(struct update_lex *l)
{
    size_t end = string_end(l, 0);
    return end ? put_literal(l, end)
               : complain(l, l->text.len - l->at, "this text has no closing quote");
}

/* A JSON array or object, by its brackets. */
static bool put_document(struct update_lex *l)
{
    size_t depth = 0, end = 0;
    while (peek(l, end)) {
        char c = peek(l, end);
        depth += c == '[' || c == '{';
        depth -= c == ']' || c == '}';
        size_t next = c == '"' ? string_end(l, end) : end + 1;
        if (!depth)
            return put_literal(l, next);
        if (!next)
            break;
        end = next;
    }
    return complain(l, l->text.len - l->at, "a bracket is not closed here");
}

static bool put_set(struct update_lex *l, struct str close)
{
    size_t end = str_find(str_skip(l->text, l->at), close);
    return end != SIZE_MAX ? put_literal(l, end + close.len)
                           : complain(l, l->text.len - l->at, "this set is not closed");
}

static bool put_number(struct update_lex *l)
{
    size_t end = 1;
    while (is_digit(peek(l, end)) || peek(l, end) == '.' || peek(l, end) == 'e' ||
           peek(l, end) == 'E' ||
           ((peek(l, end) == '-' || peek(l, end) == '+') &&
               (peek(l, end - 1) == 'e' || peek(l, end - 1) == 'E')))
        end++;
    return put_literal(l, end);
}

/* ---- names ---- */

static bool put_name(struct update_lex *l, struct str name, size_t len)
{
    size_t at = l->out.len;
    buf_printf(&l->names, "%s\"#n%u\":", l->name_count ? "," : "{", l->name_count);
    json_put_string(&l->names, name);
    buf_printf(&l->out, "#n%u", l->name_count++);
    l->operand = l->adding;
    l->path = true;
    return take(l, len, at);
}

static bool put_clause(struct update_lex *l, struct str word)
{
    l->adding = str_equal_nocase(word, STR("ADD")) || str_equal_nocase(word, STR("DELETE"));
    l->operand = l->path = false;
    return put_same(l, word.len);
}

static bool is_clause(struct str word)
{
    return str_equal_nocase(word, STR("SET")) || str_equal_nocase(word, STR("REMOVE")) ||
           str_equal_nocase(word, STR("ADD")) || str_equal_nocase(word, STR("DELETE"));
}

/* Behind a clause's word a name comes, and a name behind a comma or a dot: so an attribute may be
 * called "set". */
static bool is_at_clause(const struct update_lex *l, struct str word)
{
    size_t ahead = word.len;
    struct str before = str_trim(buf_str(&l->out));
    bool first = l->word_count == 0;
    bool inside = before.len && strchr(".,", before.at[before.len - 1]);
    while (peek(l, ahead) == ' ')
        ahead++;
    return is_clause(word) && !inside && (first || !l->operand || l->adding) &&
           (is_name(peek(l, ahead)) || peek(l, ahead) == '`');
}

static bool put_word(struct update_lex *l)
{
    size_t end = 0;
    while (is_name(peek(l, end)))
        end++;
    struct str word = str_take(str_skip(l->text, l->at), end);
    if (is_at_clause(l, word))
        return put_clause(l, word);
    if (peek(l, end) == '(') {
        l->operand = l->path = false;
        return put_same(l, end);
    }
    bool value = str_equal(word, STR("true")) || str_equal(word, STR("false")) ||
                 str_equal(word, STR("null"));
    return value && l->operand ? put_literal(l, end) : put_name(l, word, end);
}

/* "`" { any | "``" } "`" */
static bool put_backquoted(struct update_lex *l)
{
    struct buf name = {0};
    size_t end = 1;
    for (; peek(l, end) && (peek(l, end) != '`' || peek(l, end + 1) == '`'); end++) {
        buf_add_byte(&name, peek(l, end));
        end += peek(l, end) == '`';
    }
    bool ok = !peek(l, end) ? complain(l, l->text.len - l->at, "a name in backquotes is not closed")
              : !name.len   ? complain(l, end + 1, "a name is missing between the backquotes")
                            : put_name(l, buf_str(&name), end + 1);
    buf_fini(&name);
    return ok;
}

/* ---- the text ---- */

static bool put_sign(struct update_lex *l, char c)
{
    l->depth += c == '(';
    l->depth -= c == ')' && l->depth;
    l->operand = (c && strchr("=+-(", c)) || (c == ',' && l->depth);
    l->path = c == '.';
    return put_same(l, 1);
}

static bool begins_number(const struct update_lex *l, char c)
{
    return is_digit(c) || (l->operand && (c == '-' || c == '+' || c == '.') &&
                              (is_digit(peek(l, 1)) || peek(l, 1) == '.'));
}

static bool lex_one(struct update_lex *l)
{
    char c = peek(l, 0);
    bool list = c == '[' && l->path && !(l->adding && l->at && l->text.at[l->at - 1] == ' ');
    if (c == '"')
        return put_string(l);
    if (c == '\'')
        return put_quoted(l);
    if (c == '`')
        return put_backquoted(l);
    if (str_starts(str_skip(l->text, l->at), STR("<<")))
        return put_set(l, STR(">>"));
    if (str_starts(str_skip(l->text, l->at), STR("⟨")))
        return put_set(l, STR("⟩"));
    if (c == '{' || (c == '[' && !list))
        return put_document(l);
    if (list) {
        size_t end = 1;
        while (is_digit(peek(l, end)))
            end++;
        if (end == 1 || peek(l, end) != ']')
            return complain(l, end, "an element of a list is written [0]");
        return put_same(l, end + 1);
    }
    if (begins_number(l, c))
        return put_number(l);
    if (is_name(c))
        return put_word(l);
    if (strchr("=+-(),.", c))
        return put_sign(l, c);
    return complain(l, 1,
        c == ':' || c == '#' ? "no placeholders are needed: write the value or the name itself"
                             : "this means nothing here");
}

/* text = { blank | word } */
static bool lex_all(struct update_lex *l)
{
    while (l->at < l->text.len) {
        char c = peek(l, 0);
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            buf_add_byte(&l->out, ' ');
            l->at++;
        } else if (!c) {
            return complain(l, 1, "this means nothing here");
        } else if (!lex_one(l)) {
            return false;
        }
    }
    return true;
}

/* A place in the expression becomes one in the text. */
static void place_in_text(const struct update_lex *l, struct err *err)
{
    const struct update_word *found = NULL;
    for (size_t i = 0; i < l->word_count && err->at != ERR_NOWHERE; i++)
        if (l->words[i].at <= err->at)
            found = &l->words[i];
    if (found) {
        err->at = found->typed;
        err->len = found->typed_len;
    }
}

/* ---- what it means ---- */

struct key_check {
    const struct client_table *table;
    const struct expr_path *path;
};

static bool is_no_key(void *context, const struct expr_path *path)
{
    struct key_check *check = context;
    for (uint32_t i = 0; i < check->table->key_count; i++)
        if (str_equal(path->steps[0].name, check->table->keys[i].name)) {
            check->path = path;
            return false;
        }
    return true;
}

static bool update_check_keys(
    const struct bulk_update *u, const struct client_table *table, struct err *err)
{
    struct key_check check = {.table = table};
    if (expr_update_attributes(u->update, is_no_key, &check))
        return true;
    err_set(err, ERR_DATA, "%.*s is a key attribute: it cannot change",
        STR_ARG(check.path->steps[0].name));
    return err_place(err, check.path->at, check.path->len);
}

bool bulk_update_parse_raw(struct bulk_update *u, const struct client_table *table,
    struct str expression, struct str names_json, struct str values_json, struct err *err)
{
    u->expression = arena_dup(&u->arena, expression);
    u->names_json = arena_dup(&u->arena, names_json);
    u->values_json = arena_dup(&u->arena, values_json);
    const struct json *names = NULL, *values = NULL;
    if (u->names_json.len && !(names = json_parse(&u->arena, u->names_json, err)))
        return false;
    if (u->values_json.len && !(values = json_parse(&u->arena, u->values_json, err)))
        return false;
    struct expr_env *env = expr_env_new(&u->arena, names, values, err);
    if (!env)
        return false;
    u->update = expr_parse_update(&u->arena, env, u->expression, err);
    return u->update && expr_env_check_used(env, err) && update_check_keys(u, table, err);
}

bool bulk_update_parse(
    struct bulk_update *u, const struct client_table *table, struct str text, struct err *err)
{
    struct update_lex l = {.u = u, .text = text, .err = err};
    bool ok = str_trim(text).len ? lex_all(&l)
                                 : complain(&l, 0, "SET, REMOVE or ADD says what is to change");
    if (ok && l.name_count)
        buf_add_byte(&l.names, '}');
    if (ok && l.value_count)
        buf_add_byte(&l.values, '}');
    if (ok && !bulk_update_parse_raw(
                  u, table, buf_str(&l.out), buf_str(&l.names), buf_str(&l.values), err)) {
        ok = false;
        place_in_text(&l, err);
    }
    buf_fini(&l.out);
    buf_fini(&l.names);
    buf_fini(&l.values);
    return ok;
}

void bulk_update_fini(struct bulk_update *u)
{
    arena_fini(&u->arena);
    *u = (struct bulk_update){0};
}

bool bulk_update_apply(
    const struct bulk_update *u, struct value before, struct buf *out, struct err *err)
{
    return expr_apply(u->update, before, out, err);
}
