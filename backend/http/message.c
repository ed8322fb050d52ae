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
