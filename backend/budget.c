/* SPDX-License-Identifier: MIT */
/*
 * A budget of capacity: as text, and as a sum of what answers say. Must not know who asks, nor what
 * an action is.
 *
 *   {"Items":[…],"ConsumedCapacity":{"TableName":"T","CapacityUnits":12.5}}     + 12.5
 *   {"UnprocessedItems":{},"ConsumedCapacity":[{…"CapacityUnits":25.0},{…}]}    + each of them
 */
#include "backend/budget.h"

#include "backend/json.h"
#include "backend/json_skim.h"
#include "base/arena.h"

#include <stdlib.h>

enum { UNIT = 1000, FRACTION_DIGITS = 3, WHOLE_DIGITS = 12 };

/* Digits from the front into *number; returns how many. */
static size_t take_digits(struct str *text, int64_t *number)
{
    size_t count = 0;
    while (text->len && text->at[0] >= '0' && text->at[0] <= '9' && count <= WHOLE_DIGITS) {
        *number = *number * 10 + (text->at[0] - '0');
        *text = str_skip(*text, 1);
        count++;
    }
    return count;
}

/* budget := digit{1,12} [ "." digit{1,3} ], more than 0 */
bool budget_parse(struct str text, int64_t *out, struct err *err)
{
    struct str rest = text;
    int64_t whole = 0, part = 0;
    size_t digits = take_digits(&rest, &whole), behind = 0;
    bool point = rest.len && rest.at[0] == '.';
    if (point) {
        rest = str_skip(rest, 1);
        behind = take_digits(&rest, &part);
    }
    bool good = !rest.len && digits && digits <= WHOLE_DIGITS && (!point || behind) &&
                behind <= FRACTION_DIGITS;
    for (; behind < FRACTION_DIGITS; behind++)
        part *= 10;
    *out = good ? whole * UNIT + part : 0;
    return *out > 0 || err_set(err, ERR_USAGE,
                           "a budget is a number of capacity units, such as 100 or 2.5, not %.*s",
                           STR_ARG(text));
}

void budget_put(struct buf *out, int64_t thousandths)
{
    int digits = FRACTION_DIGITS;
    int64_t part = thousandths % UNIT;
    buf_printf(out, "%lld", (long long)(thousandths / UNIT));
    if (!part)
        return;
    for (; part % 10 == 0; part /= 10)
        digits--;
    buf_printf(out, ".%0*lld", digits, (long long)part);
}

bool budget_is_spent(const struct budget *budget)
{
    return budget && budget->limit && atomic_load(&budget->spent) >= budget->limit;
}

bool budget_refuse(const struct budget *budget, struct err *err)
{
    struct buf spent = {0}, limit = {0};
    budget_put(&spent, atomic_load(&budget->spent));
    budget_put(&limit, budget->limit);
    err_set(err, ERR_BUDGET,
        "the budget is spent: %.*s of %.*s capacity units; a larger --budget goes further",
        STR_ARG(buf_str(&spent)), STR_ARG(buf_str(&limit)));
    buf_fini(&spent);
    buf_fini(&limit);
    return false;
}

/* What is no sensible figure counts as nothing. */
static int64_t units_of(const struct json *consumed)
{
    const struct json *units = json_get(consumed, STR("CapacityUnits"));
    char text[32] = "";
    if (!json_is(units, JSON_NUMBER) || units->text.len >= sizeof text)
        return 0;
    memcpy(text, units->text.at, units->text.len);
    double number = strtod(text, NULL);
    return number > 0 && number < 1e9 ? (int64_t)(number * UNIT + 0.5) : 0;
}

void budget_charge(struct budget *budget, struct str answer)
{
    struct arena scratch = {0};
    struct err unreadable = ERR_INIT;
    struct str text = json_skim_member(answer, STR("ConsumedCapacity"));
    const struct json *consumed = text.len ? json_parse(&scratch, text, &unreadable) : NULL;
    int64_t sum = units_of(consumed);
    if (json_is(consumed, JSON_ARRAY))
        for (const struct json *one = consumed->first; one; one = one->next)
            sum += units_of(one);
    atomic_fetch_add(&budget->spent, sum);
    arena_fini(&scratch);
}
