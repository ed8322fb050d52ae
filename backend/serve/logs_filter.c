/* SPDX-License-Identifier: MIT */
/*
 * Reads a pattern once and looks for its words in messages.
 *
 *     pattern = *( [ "?" | "-" ] ( word | quoted ) )
 */
#include "backend/serve/logs_filter.h"

enum kind { TERM_MUST, TERM_MAY, TERM_NOT };

struct logs_term {
    struct str text;
    enum kind kind;
};

enum { TERMS_MAX = 64, PATTERN_MAX = 1024 };

static bool invalid(struct err *err, const char *why)
{
    return err_refuse(err, "InvalidParameterException", "Invalid filter pattern: %s", why);
}

/* quoted = '"' *( "\" any | any ) '"' */
static bool read_quoted(struct arena *arena, struct str *rest, struct str *out)
{
    char *at = arena_alloc(arena, rest->len + 1);
    size_t len = 0, i = 1;
    for (; i < rest->len && rest->at[i] != '"'; i++) {
        if (rest->at[i] == '\\' && i + 1 < rest->len)
            i++;
        at[len++] = rest->at[i];
    }
    if (i >= rest->len)
        return false;
    *rest = str_skip(*rest, i + 1);
    *out = (struct str){at, len};
    return true;
}

static void read_word(struct str *rest, struct str *out)
{
    size_t i = 0;
    while (i < rest->len && rest->at[i] != ' ' && rest->at[i] != '\t' && rest->at[i] != '"')
        i++;
    *out = str_take(*rest, i);
    *rest = str_skip(*rest, i);
}

static bool read_term(
    struct arena *arena, struct str *rest, struct logs_term *term, struct err *err)
{
    char first = *rest->at;
    term->kind = first == '?' ? TERM_MAY : first == '-' ? TERM_NOT : TERM_MUST;
    if (term->kind != TERM_MUST)
        *rest = str_skip(*rest, 1);
    if (rest->len && *rest->at == '"') {
        if (!read_quoted(arena, rest, &term->text))
            return invalid(err, "a quotation mark is not closed");
    } else {
        read_word(rest, &term->text);
    }
    return term->text.len > 0 || invalid(err, "a word is missing");
}

bool logs_filter_read(
    struct arena *arena, struct str pattern, struct logs_filter *out, struct err *err)
{
    struct str rest = str_trim(pattern);
    *out = (struct logs_filter){.terms = arena_array(arena, struct logs_term, TERMS_MAX)};
    if (pattern.len > PATTERN_MAX)
        return invalid(err, "it has at most 1024 characters");
    if (rest.len && (*rest.at == '{' || *rest.at == '[' || *rest.at == '%'))
        return invalid(err, "patterns of JSON { }, of columns [ ] and regular expressions % % are "
                            "not offered here: look for words or \"quoted phrases\"");
    for (; rest.len; rest = str_trim(rest)) {
        if (out->count == TERMS_MAX)
            return invalid(err, "it has at most 64 words");
        if (!read_term(arena, &rest, &out->terms[out->count++], err))
            return false;
    }
    return true;
}

bool logs_filter_matches(const struct logs_filter *filter, struct str message)
{
    bool any = false, wanted = false;
    for (size_t i = 0; i < filter->count; i++) {
        const struct logs_term *t = &filter->terms[i];
        bool there = str_find(message, t->text) != SIZE_MAX;
        if (t->kind != TERM_MAY && there != (t->kind == TERM_MUST))
            return false;
        wanted = wanted || t->kind == TERM_MAY;
        any = any || (t->kind == TERM_MAY && there);
    }
    return any || !wanted;
}
