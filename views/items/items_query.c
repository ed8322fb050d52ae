/* SPDX-License-Identifier: MIT */
/*
 * From a line to a key condition. Must not know how the line was asked for, nor run anything.
 */
#include "views/items/items_query.h"

#include "backend/json_in.h"
#include "backend/number.h"
#include "views/cells.h"
#include "views/item/literal.h"
#include "views/query/query_form.h"

enum { QUERY_WORDS_MAX = 8 };

struct query {
    const struct client_key *keys;
    uint32_t hash_count, key_count;
    struct arena arena;
    struct buf condition, names, values;
    struct value_open names_map, values_map;
    struct buf *about;
    struct err *err;
};

/* ---- words ---- */

static size_t query_string_end(struct str s)
{
    for (size_t i = 1; i < s.len; i++) {
        if (s.at[i] == '\\')
            i++;
        else if (s.at[i] == '"')
            return i + 1;
    }
    return s.len;
}

static size_t query_operator_length(struct str s)
{
    if (s.len && strchr("<>=", s.at[0]))
        return s.len > 1 && s.at[1] == '=' && s.at[0] != '=' ? 2 : 1;
    return 0;
}

/* word = operator | JSON string [ "*" ] | any but blank */
static bool query_word(struct str *rest, struct str *word)
{
    *rest = str_trim(*rest);
    if (rest->len == 0)
        return false;
    size_t end = query_operator_length(*rest);
    if (end == 0 && rest->at[0] == '"')
        end = query_string_end(*rest);
    while (end < rest->len && !query_operator_length(*rest) && rest->at[end] != ' ')
        end++;
    *word = str_take(*rest, end);
    *rest = str_skip(*rest, end);
    return true;
}

/* ---- values ---- */

static bool query_text(struct query *q, struct str word, struct str *text)
{
    *text = word;
    if (word.len == 0 || word.at[0] != '"')
        return true;
    const struct json *json = json_parse(&q->arena, word, q->err);
    if (!json)
        return false;
    *text = json->text;
    return true;
}

static bool query_put_value(
    struct query *q, const char *placeholder, enum value_type type, struct str word)
{
    struct str text;
    struct number number;
    if (!query_text(q, word, &text))
        return false;
    value_member(&q->values_map, &q->values, str_from(placeholder));
    if (type == VALUE_N) {
        if (!number_parse(&number, text, q->err))
            return false;
        value_put_number(&q->values, number_str(&number));
    } else if (type == VALUE_B) {
        struct buf bytes = {0};
        bool ok = json_in_base64(&bytes, text);
        value_put_binary(&q->values, buf_str(&bytes));
        buf_fini(&bytes);
        return ok ||
               err_set(q->err, ERR_DATA, "a binary key is typed in base64: %.*s", STR_ARG(text));
    } else {
        value_put_string(&q->values, text);
    }
    return text.len || err_set(q->err, ERR_DATA, "a key cannot be empty");
}

static void query_put_name(struct query *q, const char *placeholder, struct str name)
{
    value_member(&q->names_map, &q->names, str_from(placeholder));
    value_put_string(&q->names, name);
}

/* ---- conditions ---- */

static bool query_partition(struct query *q, uint32_t i, struct str word)
{
    static const char *const names[] = {"#p0", "#p1", "#p2", "#p3"};
    static const char *const values[] = {":p0", ":p1", ":p2", ":p3"};
    query_put_name(q, names[i], q->keys[i].name);
    buf_printf(&q->condition, "%s%s = %s", i ? " AND " : "", names[i], values[i]);
    buf_printf(q->about, "%s%.*s = %.*s", i ? ", " : "", STR_ARG(q->keys[i].name), STR_ARG(word));
    return query_put_value(q, values[i], q->keys[i].type, word);
}

static bool query_sort_between(
    struct query *q, const struct client_key *key, struct str low, struct str high)
{
    buf_add(&q->condition, STR("#s BETWEEN :s AND :t"));
    buf_printf(q->about, " %.*s..%.*s", STR_ARG(low), STR_ARG(high));
    return query_put_value(q, ":s", key->type, low) && query_put_value(q, ":t", key->type, high);
}

/* condition = operator value | value ".." value | value "*" | value */
static bool query_sort(struct query *q, struct str word, struct str rest)
{
    const struct client_key *key = &q->keys[q->hash_count];
    struct str operand = word;
    query_put_name(q, "#s", key->name);
    buf_add(&q->condition, STR(" AND "));
    buf_printf(q->about, ", %.*s", STR_ARG(key->name));
    if (query_operator_length(word)) {
        if (!query_word(&rest, &operand))
            return err_set(q->err, ERR_DATA, "a value is missing after %.*s", STR_ARG(word));
        buf_printf(&q->condition, "#s %.*s :s", STR_ARG(word));
        buf_printf(q->about, " %.*s %.*s", STR_ARG(word), STR_ARG(operand));
        return query_put_value(q, ":s", key->type, operand);
    }
    size_t dots = str_find(word, STR(".."));
    if (dots != SIZE_MAX && word.at[0] != '"')
        return query_sort_between(q, key, str_take(word, dots), str_skip(word, dots + 2));
    if (word.len > 1 && word.at[word.len - 1] == '*' && key->type != VALUE_N) {
        buf_add(&q->condition, STR("begins_with(#s, :s)"));
        buf_printf(q->about, " %.*s", STR_ARG(word));
        return query_put_value(q, ":s", key->type, str_take(word, word.len - 1));
    }
    buf_add(&q->condition, STR("#s = :s"));
    buf_printf(q->about, " = %.*s", STR_ARG(word));
    return query_put_value(q, ":s", key->type, word);
}

static bool query_build(struct query *q, struct str line)
{
    struct str word;
    for (uint32_t i = 0; i < q->hash_count; i++) {
        if (!query_word(&line, &word))
            return err_set(q->err, ERR_DATA, "type a value of %.*s (%s)", STR_ARG(q->keys[i].name),
                value_type_name(q->keys[i].type));
        if (!query_partition(q, i, word))
            return err_context(q->err, "%.*s", STR_ARG(q->keys[i].name));
    }
    if (!query_word(&line, &word))
        return true;
    if (q->key_count == q->hash_count)
        return err_set(q->err, ERR_DATA,
            "there is no sort key here: one value only (in quotes if it has blanks)");
    return query_sort(q, word, line);
}

struct browse *items_query_parse(const struct client_table *table, struct str index,
    struct str line, bool backward, struct buf *about, struct err *err)
{
    struct browse *schema = browse_scan(table, index), *browse = NULL;
    if (!schema) {
        err_set(err, ERR_DATA, "%.*s has no index %.*s", STR_ARG(table->name), STR_ARG(index));
        return NULL;
    }
    struct query q = {
        .hash_count = schema->index ? schema->index->hash_count : 1, .about = about, .err = err};
    q.keys = browse_keys(schema, &q.key_count);
    q.names_map = value_open(&q.names, VALUE_M);
    q.values_map = value_open(&q.values, VALUE_M);
    buf_clear(about);
    if (query_build(&q, line) && value_close(&q.names_map, &q.names, err) &&
        value_close(&q.values_map, &q.values, err))
        browse = browse_query(table, index, buf_str(&q.condition), value_of(buf_str(&q.names)),
            value_of(buf_str(&q.values)), backward);
    arena_fini(&q.arena);
    buf_fini(&q.condition);
    buf_fini(&q.names);
    buf_fini(&q.values);
    browse_unref(schema);
    return browse;
}

/* ---- as a line of the builder ---- */

static bool query_is_placeholder_byte(char c)
{
    return c == '_' || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

/* placeholder = ( "#" | ":" ) name; what it stands for goes into `out`. */
static size_t query_put_meaning(const struct client_read *read, struct str text, struct buf *out)
{
    size_t len = 1;
    struct value v;
    while (len < text.len && query_is_placeholder_byte(text.at[len]))
        len++;
    struct str name = str_take(text, len);
    if (text.at[0] == '#' && value_find(read->names, name, &v))
        query_form_name(out, v.data);
    else if (text.at[0] == ':' && value_find(read->values, name, &v))
        literal_add(out, v);
    return len;
}

void items_query_line(const struct browse *browse, struct buf *out)
{
    const struct client_read *read = &browse->read;
    struct str rest = read->key_condition;
    while (rest.len) {
        size_t len = 1;
        if (rest.at[0] == '#' || rest.at[0] == ':')
            len = query_put_meaning(read, rest, out);
        else
            buf_add_byte(out, rest.at[0]);
        rest = str_skip(rest, len);
    }
    if (browse->index) {
        buf_add(out, STR(" on "));
        query_form_name(out, browse->index->name);
    }
    if (read->backward)
        buf_add(out, STR(" descending"));
}
