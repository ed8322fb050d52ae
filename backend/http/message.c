/* SPDX-License-Identifier: MIT */
/*
 * Requests and answers without a transport: finding headers, writing refusals. Knows no rule about
 * what is allowed.
 */
#include "backend/http/message.h"

#include "backend/json.h"

#include <stdarg.h>
#include <stdio.h>

/* Nearly all names differ in their length or in their first letter. */
static bool is_name(struct str name, struct str wanted)
{
    return name.len == wanted.len && ((name.at[0] ^ wanted.at[0]) & ~0x20) == 0 &&
           str_equal_nocase(name, wanted);
}

struct str message_get(const struct request *request, struct str name)
{
    for (size_t i = 0; i < request->header_count; i++)
        if (is_name(request->headers[i].name, name))
            return request->headers[i].value;
    return STR_NONE;
}

size_t message_count(const struct request *request, struct str name)
{
    size_t count = 0;
    for (size_t i = 0; i < request->header_count; i++)
        count += is_name(request->headers[i].name, name);
    return count;
}

struct str message_path(const struct request *request)
{
    size_t mark = str_find_byte(request->target, '?');
    return mark == SIZE_MAX ? request->target : str_take(request->target, mark);
}

struct str message_query(const struct request *request)
{
    size_t mark = str_find_byte(request->target, '?');
    return mark == SIZE_MAX ? STR_NONE : str_skip(request->target, mark + 1);
}

void reply_set(struct reply *reply, int status, struct str type, struct str text)
{
    reply->status = status;
    reply->type = type;
    buf_clear(&reply->body);
    buf_add(&reply->body, text);
}

/* ---- headers of replies ---- */

/* token = 1*( letter / digit / one of !#$%&'*+-.^_`|~ ) */
static bool is_token(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        bool alphanumeric =
            (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z' && !(c & 0x80));
        if (!alphanumeric && (!c || !strchr("!#$%&'*+-.^_`|~", c)))
            return false;
    }
    return s.len > 0;
}

static bool is_value(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if ((c < ' ' && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

/* What decides where an answer ends. */
static bool is_transports(struct str name)
{
    static const struct str names[] = {{"Content-Length", 14}, {"Transfer-Encoding", 17},
        {"Connection", 10}, {"Keep-Alive", 10}, {"Upgrade", 7}, {"Trailer", 7}, {"Date", 4}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_equal_nocase(name, names[i]))
            return true;
    return false;
}

bool reply_header(struct reply *reply, struct str name, struct str value)
{
    if (!is_token(name) || !is_value(value) || is_transports(name) ||
        reply->headers.len + name.len + value.len + 2 > REPLY_HEADERS_MAX)
        return false;
    buf_add(&reply->headers, name);
    buf_add_byte(&reply->headers, '\0');
    buf_add(&reply->headers, value);
    buf_add_byte(&reply->headers, '\0');
    return true;
}

/* ---- refusals ---- */

void reply_refuse(struct reply *reply, int status, const char *name, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    struct str type = reply->type.len ? reply->type : REPLY_JSON_10;
    reply_set(reply, status, type, STR("{\"__type\":\"com.amazon.coral.service#"));
    buf_add(&reply->body, str_from(name));
    buf_add_byte(&reply->body, '"');
    if (text[0]) {
        buf_add(&reply->body, STR(",\"message\":"));
        json_put_string(&reply->body, str_from(text));
    }
    buf_add_byte(&reply->body, '}');
}
