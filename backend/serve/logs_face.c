/* SPDX-License-Identifier: MIT */
/*
 * CloudWatch Logs' calls and their members; streams of a group, which are those that
 * triggers/logs.h keeps. What functions print is all that is ever in them: events cannot be put.
 */
#include "backend/serve/logs_face.h"

#include "backend/triggers/logs.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { PAGE = 50 };

/* ---- members ---- */

bool logs_invalid(struct err *err, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return err_refuse(err, "InvalidParameterException", "%s", text);
}

bool logs_text(struct face_call *call, const char *name, struct str *out, struct err *err)
{
    const struct json *member = json_get(call->body, str_from(name));
    if (member && member->type == JSON_NULL)
        member = NULL;
    if (member && member->type != JSON_STRING)
        return err_refuse(err, "SerializationException", "%s is text", name);
    if (member)
        *out = member->text;
    return true;
}

bool logs_number(struct face_call *call, const char *name, int64_t low, int64_t high, int64_t *out,
    struct err *err)
{
    const struct json *member = json_get(call->body, str_from(name));
    if (!member || member->type == JSON_NULL)
        return true;
    if (!json_to_i64(member, out))
        return err_refuse(err, "SerializationException", "%s is a number", name);
    return (*out >= low && *out <= high) ||
           logs_invalid(err,
               "1 validation error detected: Value '%lld' at '%s' failed to satisfy constraint: "
               "Member must have a value from %lld to %lld",
               (long long)*out, name, (long long)low, (long long)high);
}

static bool logs_flag(struct face_call *call, const char *name, bool *out)
{
    const struct json *member = json_get(call->body, str_from(name));
    *out = json_is(member, JSON_TRUE);
    return !member || member->type == JSON_TRUE || member->type == JSON_FALSE;
}

/* ---- DescribeLogStreams ---- */

static void put_stream(struct face_call *call, struct str group, const struct log_stream *s)
{
    struct buf *out = &call->reply->body;
    json_put_comma(out);
    buf_add_byte(out, '{');
    face_put_text(out, "logStreamName", s->name);
    face_put_number(out, "creationTime", s->created_ms);
    if (s->first_ms)
        face_put_number(out, "firstEventTimestamp", s->first_ms);
    if (s->last_ms) {
        face_put_number(out, "lastEventTimestamp", s->last_ms);
        face_put_number(out, "lastIngestionTime", s->last_ms);
    }
    face_put_text(out, "uploadSequenceToken", STR("-"));
    face_put_text(out, "arn",
        arena_printf(&call->arena, "arn:aws:logs:%.*s:000000000000:log-group:%.*s:log-stream:%.*s",
            STR_ARG(call->region), STR_ARG(group), STR_ARG(s->name)));
    face_put_number(out, "storedBytes", 0); /* as the service says since 2019 */
    buf_add_byte(out, '}');
}

static int by_stream_name(const void *a, const void *b)
{
    return str_compare(((const struct log_stream *)a)->name, ((const struct log_stream *)b)->name);
}

static int by_last_event(const void *a, const void *b)
{
    const struct log_stream *x = a, *y = b;
    return x->last_ms != y->last_ms ? (x->last_ms < y->last_ms ? -1 : 1) : by_stream_name(a, b);
}

struct streams_wanted {
    struct str prefix, token;
    int64_t most;
    bool by_time, descending;
};

static bool read_streams_wanted(struct face_call *call, struct streams_wanted *w, struct err *err)
{
    struct str order = STR("LogStreamName");
    *w = (struct streams_wanted){.most = PAGE};
    if (!logs_text(call, "logStreamNamePrefix", &w->prefix, err) ||
        !logs_text(call, "nextToken", &w->token, err) || !logs_text(call, "orderBy", &order, err) ||
        !logs_number(call, "limit", 1, 50, &w->most, err))
        return false;
    w->by_time = str_equal(order, STR("LastEventTime"));
    if (!w->by_time && !str_equal(order, STR("LogStreamName")))
        return logs_invalid(err, "orderBy is LogStreamName or LastEventTime");
    if (w->by_time && w->prefix.len)
        return logs_invalid(err, "Cannot order by LastEventTime with a logStreamNamePrefix.");
    return logs_flag(call, "descending", &w->descending) ||
           err_refuse(err, "SerializationException", "descending is true or false");
}

static bool describe_streams(struct face_call *call, struct err *err)
{
    struct streams_wanted w;
    struct log_streams all = {0};
    struct str folder, group;
    size_t i = 0, shown = 0;
    if (!read_streams_wanted(call, &w, err) || !logs_group_name(call, &group, err) ||
        !logs_group(call, &folder, err) || !log_streams(folder.at, &call->arena, &all, err))
        return false;
    if (all.count)
        qsort(all.items, all.count, sizeof *all.items, w.by_time ? by_last_event : by_stream_name);
    buf_add(&call->reply->body, STR("{\"logStreams\":["));
    /* the token is the name of the stream that the page begins with */
    bool on = !w.token.len;
    for (; i < all.count; i++) {
        const struct log_stream *s = &all.items[w.descending ? all.count - 1 - i : i];
        on = on || str_equal(s->name, w.token);
        if (!on || !str_starts(s->name, w.prefix))
            continue;
        if (shown++ == (size_t)w.most) {
            buf_add_byte(&call->reply->body, ']');
            face_put_text(&call->reply->body, "nextToken", s->name);
            buf_add_byte(&call->reply->body, '}');
            return true;
        }
        put_stream(call, group, s);
    }
    buf_add(&call->reply->body, STR("]}"));
    return true;
}

/* ---- the operations ---- */

static const struct face_row rows[] = {
    {"DescribeLogGroups", "", "", logs_describe_groups},
    {"DescribeLogStreams", "", "", describe_streams},
    {"GetLogEvents", "", "", logs_get_events},
    {"FilterLogEvents", "", "", logs_filter_events},
    {"CreateLogGroup", "", "", logs_create_group},
    {"DeleteLogGroup", "", "", logs_delete_group},
    {"PutRetentionPolicy", "", "", logs_put_retention},
    {"DeleteRetentionPolicy", "", "", logs_delete_retention},
    {"ListTagsForResource", "", "", logs_list_tags},
    {"ListTagsLogGroup", "", "", logs_list_tags},
};

static bool run(struct face_call *call, struct request *request, struct err *err)
{
    struct str target = message_get(request, STR("X-Amz-Target"));
    struct str name = str_skip(target, sizeof "Logs_20140328." - 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!str_equal(name, str_from(rows[i].name)))
            continue;
        request->operation = str_from(rows[i].name);
        return face_read_body(call, err) && rows[i].run(call, err);
    }
    return err_refuse(err, "UnknownOperationException",
        "CloudWatch Logs' %.*s is not offered here: functions' logs are read, not put",
        STR_ARG(str_take(name, 64)));
}

void logs_face_run(struct offer *offer, struct request *request, struct reply *reply)
{
    struct face_call call = {.offer = offer,
        .request = request,
        .reply = reply,
        .region = request->region.len ? request->region : STR("us-east-1")};
    struct err err = ERR_INIT;
    struct str type = reply->type;
    reply_set(reply, 200, type, STR_NONE);
    if (!run(&call, request, &err)) {
        buf_clear(&reply->headers);
        reply_refuse(reply, err.code == ERR_REFUSED ? 400 : 500,
            err.name[0] ? err.name : "ServiceUnavailableException", "%s", err.text);
    }
    arena_fini(&call.arena);
}
