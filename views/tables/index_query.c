/* SPDX-License-Identifier: MIT */
/*
 * Queries from index to index. Must not know panes: text in, text or a reading out.
 */
#include "views/tables/index_query.h"

#include "views/item/literal.h"
#include "views/query/query_form.h"
#include "views/query/query_request.h"

/* ---- a reading as a line ---- */

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* placeholder = ( "#" | ":" ) letters */
static size_t placeholder_len(struct str text)
{
    size_t len = 1;
    if (text.at[0] != '#' && text.at[0] != ':')
        return 0;
    while (len < text.len && is_word(text.at[len]))
        len++;
    return len;
}

static void put_filled(struct buf *out, struct str expression, const struct client_read *read)
{
    for (size_t at = 0; at < expression.len;) {
        struct str rest = str_skip(expression, at), place;
        size_t len = placeholder_len(rest);
        struct value v;
        place = str_take(rest, len);
        if (len && rest.at[0] == '#' && read->names.type == VALUE_M &&
            value_find(read->names, place, &v))
            query_form_name(out, v.data);
        else if (len && rest.at[0] == ':' && read->values.type == VALUE_M &&
                 value_find(read->values, place, &v))
            literal_add(out, v);
        else
            buf_add(out, str_take(rest, len ? len : 1));
        at += len ? len : 1;
    }
}

static void put_part(
    struct buf *out, const char *word, struct str expression, const struct client_read *read)
{
    if (!expression.len)
        return;
    if (out->len)
        buf_add_byte(out, ' ');
    buf_add(out, str_from(word));
    put_filled(out, expression, read);
}

void index_query_line(const struct browse *browse, struct buf *out)
{
    const struct client_read *read = &browse->read;
    put_part(out, "", read->key_condition, read);
    put_part(out, "if ", read->filter, read);
    put_part(out, "show ", read->projection, read);
    if (out->len && read->backward)
        buf_add(out, STR(" descending"));
}

/* ---- on another index ---- */

static void put_on(struct buf *out, const struct query_form *form, struct str index)
{
    struct str text = buf_str(&form->text);
    struct query_span on = form->line.clauses[QUERY_ON];
    buf_add(out, str_trim(str_take(text, on.len ? on.at : text.len)));
    struct str behind = on.len ? str_trim(str_skip(text, on.at + on.len)) : STR_NONE;
    if (behind.len) {
        buf_add_byte(out, ' ');
        buf_add(out, behind);
    }
    buf_add(out, STR(" on "));
    if (index.len)
        query_form_name(out, index);
    else
        buf_add(out, STR("table"));
}

static bool is_key_of(const struct client_index *index, struct str name)
{
    for (uint32_t i = 0; i < index->hash_count + index->range_count; i++)
        if (str_equal(index->keys[i].name, name))
            return true;
    return false;
}

static bool has_attribute(
    const struct client_table *table, const struct client_index *index, struct str name)
{
    if (str_equal(index->projection, STR("ALL")) || is_key_of(index, name))
        return true;
    for (uint32_t i = 0; i < table->key_count; i++)
        if (str_equal(table->keys[i].name, name))
            return true;
    for (uint32_t i = 0; i < index->include_count; i++)
        if (str_equal(index->include[i], name))
            return true;
    return false;
}

/* A filter on what the entries do not have would find nothing, and look as if there were nothing.
 */
static bool sees_all(
    const struct client_table *table, const struct query_form *form, struct buf *why)
{
    const struct client_index *index = form->plan.index;
    for (uint32_t i = 0; index && i < form->line.term_count; i++) {
        const struct query_term *term = &form->line.terms[i];
        for (uint32_t k = 0; k < term->use_count; k++) {
            struct str name = form->line.uses[term->use_at + k];
            if (has_attribute(table, index, name))
                continue;
            buf_printf(why, "its entries have no %.*s (it projects %.*s)", STR_ARG(name),
                STR_ARG(index->projection));
            return false;
        }
    }
    return true;
}

struct browse *index_query_replan(const struct client_table *table, struct str line,
    struct str index, struct buf *text, struct buf *why)
{
    struct query_form form;
    struct browse *browse = NULL;
    buf_clear(text);
    query_form_init(&form, table);
    query_form_set(&form, line);
    if (form.good) {
        put_on(text, &form, index);
        query_form_set(&form, buf_str(text));
    }
    struct str got = form.plan.index ? form.plan.index->name : STR_NONE;
    if (!form.good || !form.planned)
        buf_add(why, str_from(form.err.text));
    else if (!str_equal(got, index))
        buf_printf(why, "it would be asked of %.*s", STR_ARG(got.len ? got : STR("the table")));
    else if (sees_all(table, &form, why))
        browse = query_request_browse(table, &form.line, &form.plan);
    query_form_fini(&form);
    return browse;
}

/* ---- an item's entry ---- */

static bool put_equal(struct buf *line, const char *between, const struct client_key *key,
    const struct client_index *index, struct value item, struct buf *why)
{
    struct value v;
    if (!value_find(item, key->name, &v)) {
        buf_printf(why, "the item has no %.*s", STR_ARG(key->name));
        return false;
    }
    if (v.type != key->type) {
        buf_printf(why, "its %.*s is of type %s, and a key of %.*s is %s", STR_ARG(key->name),
            value_type_name(v.type), STR_ARG(index ? index->name : STR("the table")),
            value_type_name(key->type));
        return false;
    }
    buf_add(line, str_from(line->len ? between : ""));
    query_form_name(line, key->name);
    buf_add(line, STR(" = "));
    literal_add(line, v);
    return true;
}

bool index_query_entry(const struct client_table *table, const struct client_index *index,
    struct value item, struct buf *line, struct buf *why)
{
    uint32_t count = index ? index->hash_count + index->range_count : table->key_count;
    const struct client_key *keys = index ? index->keys : table->keys;
    const char *between = " if ";
    if (item.type != VALUE_M) {
        buf_add(why, STR("there is no item under the cursor"));
        return false;
    }
    for (uint32_t i = 0; i < count; i++)
        if (!put_equal(line, " and ", &keys[i], index, item, why))
            return false;
    /* entries of an index may be many with the same keys: the table's tell which one it is */
    for (uint32_t i = 0; index && i < table->key_count; i++) {
        if (is_key_of(index, table->keys[i].name))
            continue;
        if (!put_equal(line, between, &table->keys[i], NULL, item, why))
            return false;
        between = " and ";
    }
    buf_add(line, STR(" on "));
    if (index)
        query_form_name(line, index->name);
    else
        buf_add(line, STR("table"));
    return true;
}
