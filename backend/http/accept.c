/* SPDX-License-Identifier: MIT */
/*
 * Accept-Encoding, read as the service reads it, which is more leniently than the standard:
 *
 *   value     = entry *( "," entry )
 *   entry     = name *( ";" parameter )        name: gzip, deflate, "*"; others are passed over
 *   parameter = name "=" text                  the first "q" is the weight; without one it is 1
 *
 * A weight above 1 is 1, one below 0 is 0, one that is no number is 1. The highest weight wins,
 * then what has a name rather than "*", then what comes first.
 */
#include "backend/http/accept.h"

struct wish {
    bool named;
    double weight;
    size_t at; /* which entry */
};

struct wishes {
    struct wish of[CODING_COUNT], any;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* weight = [ "-" ] *digit [ "." *digit ] */
static double read_weight(struct str text)
{
    double weight = 0, place = 1;
    bool negative = str_starts(text, STR("-"));
    size_t i = negative;
    for (; i < text.len && is_digit(text.at[i]); i++)
        weight = weight > 1 ? weight : weight * 10 + (text.at[i] - '0');
    if (i < text.len && text.at[i] == '.')
        for (i++; i < text.len && is_digit(text.at[i]); i++)
            weight += (text.at[i] - '0') * (place /= 10);
    if (i < text.len || text.len == negative)
        return 1;
    return negative ? 0 : weight > 1 ? 1 : weight;
}

/* The parameters behind an entry's name. */
static double find_weight(struct str rest)
{
    struct str parameter, name;
    while (str_cut(&rest, ';', &parameter))
        if (str_cut(&parameter, '=', &name) && str_equal_nocase(str_trim(name), STR("q")))
            return read_weight(str_trim(parameter));
    return 1;
}

static struct wish *find_wish(struct wishes *wishes, struct str name)
{
    if (str_equal(name, STR("*")))
        return &wishes->any;
    for (enum coding s = CODING_NONE + 1; s < CODING_COUNT; s++)
        if (str_equal_nocase(name, coding_name(s)))
            return &wishes->of[s];
    return NULL;
}

static void read_entry(struct wishes *wishes, struct str entry, size_t at)
{
    struct str name;
    if (!str_cut(&entry, ';', &name))
        return;
    struct wish *wish = find_wish(wishes, str_trim(name));
    double weight = find_weight(entry);
    if (wish && (!wish->named || weight > wish->weight))
        *wish = (struct wish){true, weight, at};
}

static bool is_better(const struct wish *a, const struct wish *b)
{
    if (a->weight != b->weight)
        return a->weight > b->weight;
    if (a->named != b->named)
        return a->named;
    return a->named && a->at < b->at;
}

enum coding accept_choose(struct str value)
{
    struct wishes wishes = {0};
    struct str entry;
    enum coding best = CODING_NONE;
    for (size_t at = 0; str_cut(&value, ',', &entry); at++)
        read_entry(&wishes, entry, at);
    for (enum coding s = CODING_NONE + 1; s < CODING_COUNT; s++) {
        if (!wishes.of[s].named)
            wishes.of[s].weight = wishes.any.weight;
        if (is_better(&wishes.of[s], &wishes.of[best]))
            best = s;
    }
    return wishes.of[best].weight > 0 ? best : CODING_NONE;
}
