/* SPDX-License-Identifier: MIT */
/* The table that an import writes to: its key, its making, and keys for items that have none. */
#include "backend/number.h"
#include "views/cli/import.h"
#include "views/cli/table.h"

#include <stdio.h>

/* ---- keys ---- */

static void put_uuid(const struct importing *im, uint64_t index, struct buf *out)
{
    /* from the run's seed and the record's number, so that going on makes the same keys again */
    uint64_t x[2];
    for (int i = 0; i < 2; i++) {
        uint64_t z = im->state.seed + (index * 2 + (uint64_t)i + 1) * 0x9E3779B97F4A7C15u;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
        z = (z ^ z >> 27) * 0x94D049BB133111EBu;
        x[i] = z ^ z >> 31;
    }
    char text[37];
    snprintf(text, sizeof text, "%08x-%04x-8%03x-%04x-%012llx", (unsigned)(x[0] >> 32),
        (unsigned)(x[0] >> 16 & 0xFFFF), (unsigned)(x[0] & 0xFFF),
        (unsigned)(0x8000 | (x[1] >> 48 & 0x3FFF)), (unsigned long long)(x[1] & 0xFFFFFFFFFFFFu));
    value_put_string(out, str_from(text));
}

static void put_line(const struct importing *im, uint64_t index, struct buf *out)
{
    struct number number;
    enum value_type type = im->table_known ? im->table.keys[0].type : im->keys[0].type;
    if (type == VALUE_S) {
        char digits[24];
        int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)index + 1);
        value_put_string(out, (struct str){digits, (size_t)len});
    } else {
        number_from_i64(&number, (int64_t)index + 1);
        value_put_number(out, number_str(&number));
    }
}

/* Gives an item without a partition key one. */
bool import_complete_key(
    struct importing *im, const struct record *record, struct buf *item, struct err *err)
{
    struct str name = im->table_known ? im->table.keys[0].name : im->keys[0].name, attribute;
    struct value old = value_of(buf_str(item)), member;
    if (im->add_key == IMPORT_ADD_NONE || value_find(old, name, &member))
        return true;
    struct buf with = {0};
    struct value_open open = value_open(&with, VALUE_M);
    for (struct value_walk walk = value_walk(old); value_next(&walk, &attribute, &member);) {
        value_member(&open, &with, attribute);
        value_put(&with, member);
    }
    value_member(&open, &with, name);
    if (im->add_key == IMPORT_ADD_UUID)
        put_uuid(im, record->place.index, &with);
    else if (im->add_key == IMPORT_ADD_NAME)
        value_put_string(&with, record->name);
    else
        put_line(im, record->place.index, &with);
    bool ok = value_close(&open, &with, err);
    buf_clear(item);
    buf_add(item, buf_str(&with));
    buf_fini(&with);
    return ok;
}

/* ---- the table ---- */

/* A document that only wraps the items: which of its members holds them? */
static bool find_wrapped(struct value item, struct str *name)
{
    struct value list, first;
    for (struct value_walk walk = value_walk(item); value_next(&walk, name, &list);)
        if (list.type == VALUE_L && value_at(list, 0, &first) && first.type == VALUE_M)
            return true;
    return false;
}

static bool no_key(const struct client_key *key, struct value item, struct err *err)
{
    struct str name;
    if (find_wrapped(item, &name))
        return err_set(err, ERR_DATA,
            "the first item has no %.*s to be the key, but a list of maps called %.*s: are the "
            "items "
            "there? --path %.*s",
            STR_ARG(key->name), STR_ARG(name), STR_ARG(name));
    return err_set(err, ERR_DATA,
        "the first item has no %.*s to be the key: its attributes are named otherwise; --add-key "
        "makes keys",
        STR_ARG(key->name));
}

/* The types of keys that were given without one are those of the first item. */
static bool infer_types(struct importing *im, struct value item, struct err *err)
{
    struct value member;
    for (int i = 0; i < 2 && im->keys[i].name.len; i++) {
        struct client_key *key = &im->keys[i];
        if (key->type)
            continue;
        if (!value_find(item, key->name, &member))
            return no_key(key, item, err);
        key->type = member.type;
        if (key->type != VALUE_S && key->type != VALUE_N && key->type != VALUE_B)
            return err_set(err, ERR_DATA,
                "%.*s cannot be a key: in the first item its type is %s, and keys are S, N or B",
                STR_ARG(key->name), value_type_name(member.type));
    }
    return true;
}

bool import_make_table(struct importing *im, struct value item, struct err *err)
{
    bool found;
    if (im->table_known)
        return true;
    if (!infer_types(im, item, err) ||
        !cli_table_create(
            &im->cli->client, im->table_name, im->keys, im->keys[1].name.len ? 2 : 1, err) ||
        !cli_table_find(&im->cli->client, &im->cli->arena, im->table_name, &im->table, &found, err))
        return false;
    im->table_known = found;
    return found || err_set(err, ERR_BUSY, "the table disappeared again");
}

static bool check_key(const struct importing *im, int i, struct err *err)
{
    const struct client_key *asked = &im->keys[i], *own = &im->table.keys[i];
    if (!asked->name.len)
        return true;
    bool same = (uint32_t)i < im->table.key_count && str_equal(asked->name, own->name) &&
                (!asked->type || asked->type == own->type);
    return same || err_set(err, ERR_USAGE,
                       "%.*s exists with another key: leave --key and --sort-key out, or name "
                       "another table",
                       STR_ARG(im->table_name));
}

bool import_find_table(struct importing *im, struct err *err)
{
    if (!cli_table_find(
            &im->cli->client, &im->cli->arena, im->table_name, &im->table, &im->table_known, err))
        return false;
    if (im->table_known)
        return check_key(im, 0, err) && check_key(im, 1, err);
    return im->keys[0].name.len ||
           err_set(err, ERR_USAGE,
               "there is no table %.*s: --key NAME (and --sort-key NAME) make it",
               STR_ARG(im->table_name));
}

/* What is known of the key columns' types before the first record is read. */
const struct client_table *import_schema(struct importing *im, struct client_table *out)
{
    if (im->table_known)
        return &im->table;
    *out = (struct client_table){0};
    for (int i = 0; i < 2; i++)
        if (im->keys[i].name.len && im->keys[i].type)
            out->keys[out->key_count++] = im->keys[i];
    return out;
}
