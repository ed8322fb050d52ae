/* SPDX-License-Identifier: MIT */
/*
 * Tags of a request: which characters they may have, how many there may be, each key once. Knows
 * neither what bears the tags nor the store.
 */
#include "backend/embedded/tags.h"

#include "backend/embedded/shape.h"

enum { TAGS_MAX = 50 };

/* Letters of any script, digits, blanks and a few signs. */
static bool is_tag_text(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        bool plain =
            c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!plain && (c == '\0' || !strchr(" +-=._:/@", c)))
            return false;
    }
    return true;
}

static bool check_once(const struct json *list, const struct json *tag, struct err *err)
{
    struct str key = shape_text(tag, STR("Key"));
    for (const struct json *t = list->first; t != tag; t = t->next)
        if (str_equal(shape_text(t, STR("Key")), key))
            return err_invalid(err,
                "Duplicate Tag Keys provided as input: Duplicate Tag Key found %.*s", STR_ARG(key));
    return true;
}

static bool check_tags(const struct json *list, struct err *err)
{
    for (const struct json *t = list->first; t; t = t->next) {
        struct str key = shape_text(t, STR("Key")), text = shape_text(t, STR("Value"));
        if (!is_tag_text(key))
            return err_invalid(err, "The Tag Key provided is invalid, Key: %.*s", STR_ARG(key));
        if (str_starts(key, STR("aws:")))
            return err_invalid(
                err, "Tag Key cannot be prefixed with aws:, Key: %.*s", STR_ARG(key));
        if (!is_tag_text(text))
            return err_invalid(
                err, "The Tag Value provided is invalid, Value: %.*s", STR_ARG(text));
        if (!check_once(list, t, err))
            return false;
    }
    return true;
}

bool tags_parse(struct call *call, const struct json *list, struct value *out, struct err *err)
{
    struct buf bytes = {0};
    *out = (struct value){0};
    if (!list || list->count == 0)
        return true;
    if (list->count > TAGS_MAX)
        return err_invalid(
            err, "Number of Tags exceed the current limit for the provided ResourceArn");
    if (!check_tags(list, err))
        return false;
    struct value_open map = value_open(&bytes, VALUE_M);
    for (const struct json *t = list->first; t; t = t->next) {
        value_member(&map, &bytes, shape_text(t, STR("Key")));
        value_put_string(&bytes, shape_text(t, STR("Value")));
    }
    bool done = value_close(&map, &bytes, err);
    *out = value_of(arena_dup(&call->arena, buf_str(&bytes)));
    buf_fini(&bytes);
    return done;
}
