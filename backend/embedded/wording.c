/* SPDX-License-Identifier: MIT */
/*
 * One mistake, three wordings; which operation has which is embedded.c's. Runs for refused requests
 * only and knows nothing but the text and the place of an error, and the request.
 *
 *   plain    Input collection ["a", "b", "b"] contains duplicates.          sorted, quoted
 *   counted  1 validation error detected: …                                 the same behind a count
 *   older    Input collection [b, a, b] contains duplicates.                as sent
 *            ExpressionAttributeValues contains invalid value: … for key :v
 */
#include "backend/embedded/wording.h"

#include "backend/embedded/shape.h"

#include <stdlib.h>

#define INVALID "One or more parameter values were invalid: "
#define NOT_NUMERIC "The parameter cannot be converted to a numeric value"
#define COLLECTION INVALID "Input collection"

static bool is_text(const struct err *err, const char *start)
{
    return str_starts(str_from(err->text), str_from(start));
}

/* ---- counted ---- */

static bool is_counted(const struct err *err)
{
    struct str text = str_from(err->text);
    size_t at = 0;
    while (at < text.len && text.at[at] >= '0' && text.at[at] <= '9')
        at++;
    return at > 0 && str_starts(str_skip(text, at), STR(" validation error"));
}

static void count(const struct call *call, struct err *err)
{
    bool early = call->held_count == 0; /* no table was looked at */
    if (early && call->body && !is_counted(err) && !shape_is_deep(call->body))
        err_context(err, "1 validation error detected");
}

/* ---- older ---- */

/* Another text at the same place. */
static void say(struct err *err, const char *before, struct str text, const char *after)
{
    size_t at = err->at, len = err->len;
    err_invalid(err, "%s%.*s%s", before, STR_ARG(text), after);
    err_place(err, at, len);
}

/* The value that was refused. */
static const struct json *find_place(const struct json *json, size_t at)
{
    const struct json *found = json->at == at ? json : NULL;
    for (const struct json *m = json->first; m && !found; m = m->next)
        if (at >= m->at && at < m->at + m->len)
            found = find_place(m, at);
    return found;
}

static void say_duplicates(const struct json *set, struct err *err)
{
    struct buf text = {0};
    if (!set || set->type != JSON_ARRAY)
        return;
    for (const struct json *m = set->first; m && text.len < ERR_TEXT_MAX; m = m->next) {
        buf_add(&text, m == set->first ? STR_NONE : STR(", "));
        buf_add(&text, str_take(m->text, ERR_TEXT_MAX));
    }
    if (str_equal(set->name, STR("NS")))
        say(err, "Input collection contains duplicates", STR_NONE, "");
    else if (str_equal(set->name, STR("BS")))
        say(err, COLLECTION " [", buf_str(&text), "]of type BS contains duplicates.");
    else
        say(err, COLLECTION " [", buf_str(&text), "] contains duplicates.");
    buf_fini(&text);
}

/* The older reader keeps the place of the first digit in 32 bits: there it becomes a tiny one. */
static bool wraps(struct str number)
{
    size_t e = str_find(number, STR("e")), digits = 0;
    if (e == SIZE_MAX)
        e = str_find(number, STR("E"));
    for (size_t i = 0; i < number.len && number.at[i] != '.' && i < e; i++)
        digits += number.at[i] >= '0' && number.at[i] <= '9';
    char text[24] = "";
    struct str exponent = e == SIZE_MAX ? STR_NONE : str_take(str_skip(number, e + 1), 20);
    for (size_t i = 0; i < exponent.len; i++)
        text[i] = exponent.at[i];
    long long value = strtoll(text, NULL, 10);
    return value <= INT32_MAX && value + (long long)digits > INT32_MAX;
}

static void say_older(const struct json *value, struct err *err)
{
    if (is_text(err, COLLECTION))
        say_duplicates(value, err);
    else if (strcmp(err->text, NOT_NUMERIC ": ") == 0)
        say(err, NOT_NUMERIC, STR_NONE, "");
    else if (is_text(err, "Number overflow") && value && wraps(value->text))
        say(err, "Number underflow. Attempting to store a number with magnitude smaller than ",
            STR("supported range"), "");
}

/* The placeholder that holds the value. */
static void name_placeholder(const struct json *values, struct err *err)
{
    for (const struct json *m = values ? values->first : NULL; m; m = m->next)
        if (err->at >= m->at && err->at < m->at + m->len) {
            struct buf text = {0};
            buf_printf(&text, "%s for key %.*s", err->text, STR_ARG(m->name));
            say(err, "ExpressionAttributeValues contains invalid value: ", buf_str(&text), "");
            buf_fini(&text);
            return;
        }
}

static void age(const struct call *call, struct err *err)
{
    if (err->at == ERR_NOWHERE || !call->body)
        return;
    say_older(find_place(call->body, err->at), err);
    name_placeholder(shape_get(call->body, STR("ExpressionAttributeValues")), err);
}

bool wording_refuse(struct call *call, enum wording wording, struct err *err)
{
    if (err->code != ERR_REFUSED || strcmp(err->name, "ValidationException") != 0)
        return false;
    if (wording == WORDING_COUNTED)
        count(call, err);
    else if (wording == WORDING_OLDER)
        age(call, err);
    return false;
}
