/* SPDX-License-Identifier: MIT */
/*
 * Groups and streams of logs. There is a group for each function (/aws/lambda/NAME), with the
 * streams that triggers/logs.h keeps; a group that somebody creates beforehand is remembered. What
 * functions print is all that is ever in them: events cannot be put.
 */
#include "backend/serve/logs_face.h"

#include "backend/serve/paper.h"
#include "backend/triggers/logs.h"
#include "backend/triggers/member.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LAMBDA_GROUPS "/aws/lambda/"
enum { GROUP_NAME_MAX = 512, PAGE = 50 };

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

/* ---- groups ---- */

/* name, or arn = "arn:aws:logs:" REGION ":" ACCOUNT ":log-group:" NAME [ ":*" ] */
static struct str name_of(struct str reference)
{
    size_t at = str_find(reference, STR(":log-group:"));
    if (!str_starts(reference, STR("arn:")) || at == SIZE_MAX)
        return reference;
    reference = str_skip(reference, at + sizeof ":log-group:" - 1);
    return str_ends(reference, STR(":*")) ? str_take(reference, reference.len - 2) : reference;
}

static bool group_name(struct face_call *call, struct str *name, struct err *err)
{
    *name = STR_NONE;
    if (!logs_text(call, "logGroupName", name, err) ||
        (!name->at && !logs_text(call, "logGroupIdentifier", name, err)))
        return false;
    *name = name_of(*name);
    if (name->len >= 1 && name->len <= GROUP_NAME_MAX)
        return true;
    return logs_invalid(err, "1 validation error detected: Value at 'logGroupName' failed to "
                             "satisfy constraint: Member must have 1 to 512 characters");
}

static bool no_group(struct err *err)
{
    return err_refuse(err, "ResourceNotFoundException", "The specified log group does not exist.");
}

/* *found false: no function has that group. */
static bool find_function(
    struct face_call *call, struct str group, struct str *function, bool *found, struct err *err)
{
    struct function row;
    struct err ignored = ERR_INIT;
    *found = false;
    *function = str_skip(group, sizeof LAMBDA_GROUPS - 1);
    struct str name;
    if (!str_starts(group, STR(LAMBDA_GROUPS)) || !function_name_of(*function, &name, &ignored) ||
        !str_equal(name, *function))
        return true;
    return registry_function(call->offer->registry, &call->arena, name, &row, found, err);
}

static struct str folder_of(struct face_call *call, struct str function)
{
    return arena_printf(&call->arena, "%s/functions/%.*s", registry_folder(call->offer->registry),
        STR_ARG(function));
}

static struct str paper_of(struct face_call *call, struct str group)
{
    return arena_printf(&call->arena, "log-group/%.*s", STR_ARG(group));
}

/* What was said about a group: {"createdAt":…,"retentionInDays":…}; NULL = nothing. */
static bool read_said(
    struct face_call *call, struct str group, const struct json **said, struct err *err)
{
    struct str text;
    *said = NULL;
    if (!paper_get(call->offer->papers, paper_of(call, group), &call->arena, &text, err))
        return false;
    return !text.at || (*said = json_parse(&call->arena, text, err)) != NULL;
}

bool logs_group(struct face_call *call, struct str *folder, struct err *err)
{
    struct str group, function;
    const struct json *said = NULL;
    bool found;
    if (!group_name(call, &group, err) || !find_function(call, group, &function, &found, err) ||
        (!found && !read_said(call, group, &said, err)))
        return false;
    *folder = folder_of(call, found ? function : STR("-"));
    return found || said || no_group(err);
}

/* ---- DescribeLogGroups ---- */

struct group {
    struct str name;
    const struct json *said;
    int64_t created_ms, bytes;
};

static bool read_group(
    struct face_call *call, struct str function, struct group *out, struct err *err)
{
    struct log_streams streams = {0};
    *out =
        (struct group){.name = arena_printf(&call->arena, LAMBDA_GROUPS "%.*s", STR_ARG(function))};
    if (!log_streams(folder_of(call, function).at, &call->arena, &streams, err) ||
        !read_said(call, out->name, &out->said, err))
        return false;
    for (size_t i = 0; i < streams.count; i++)
        out->bytes += streams.items[i].bytes;
    out->created_ms = streams.count ? streams.items[0].created_ms : 0;
    if (out->said)
        json_to_i64(json_get(out->said, STR("createdAt")), &out->created_ms);
    return true;
}

static void put_group(struct face_call *call, const struct group *group)
{
    struct buf *out = &call->reply->body;
    int64_t days;
    struct str arn = arena_printf(&call->arena, "arn:aws:logs:%.*s:000000000000:log-group:%.*s",
        STR_ARG(call->region), STR_ARG(group->name));
    json_put_comma(out);
    buf_add_byte(out, '{');
    face_put_text(out, "logGroupName", group->name);
    face_put_number(out, "creationTime", group->created_ms);
    if (json_to_i64(json_get(group->said, STR("retentionInDays")), &days))
        face_put_number(out, "retentionInDays", days);
    face_put_number(out, "metricFilterCount", 0);
    face_put_text(out, "arn", arena_printf(&call->arena, "%.*s:*", STR_ARG(arn)));
    face_put_number(out, "storedBytes", group->bytes);
    face_put_text(out, "logGroupClass", STR("STANDARD"));
    face_put_text(out, "logGroupArn", arn);
    buf_add_byte(out, '}');
}

static int by_name(const void *a, const void *b)
{
    return str_compare(((const struct group *)a)->name, ((const struct group *)b)->name);
}

/* Groups of functions that have run, and those that were created. */
static bool all_groups(struct face_call *call, struct group **out, size_t *count, struct err *err)
{
    struct registry_functions functions;
    struct str *papers;
    size_t paper_count;
    if (!registry_functions(call->offer->registry, &call->arena, &functions, NULL, err) ||
        !paper_list(
            call->offer->papers, STR("log-group/"), &call->arena, &papers, &paper_count, err))
        return false;
    struct group *groups =
        arena_array(&call->arena, struct group, functions.count + paper_count + 1);
    size_t n = 0;
    for (size_t i = 0; i < functions.count; i++) {
        if (!read_group(call, functions.items[i].name, &groups[n], err))
            return false;
        n += groups[n].created_ms != 0;
    }
    size_t of_functions = n;
    for (size_t i = 0; i < paper_count; i++) {
        struct str name = str_skip(papers[i], sizeof "log-group/" - 1);
        bool there = false;
        for (size_t j = 0; j < of_functions; j++)
            there = there || str_equal(groups[j].name, name);
        groups[n] = (struct group){.name = name};
        if (there)
            continue;
        if (!read_said(call, name, &groups[n].said, err))
            return false;
        json_to_i64(json_get(groups[n].said, STR("createdAt")), &groups[n].created_ms);
        n++;
    }
    qsort(groups, n, sizeof *groups, by_name);
    *out = groups;
    *count = n;
    return true;
}

static bool fits(struct str name, struct str prefix, struct str pattern)
{
    return str_starts(name, prefix) && (!pattern.len || str_find(name, pattern) != SIZE_MAX);
}

static bool describe_groups(struct face_call *call, struct err *err)
{
    struct str prefix = STR_NONE, pattern = STR_NONE, token = STR_NONE;
    int64_t most = PAGE;
    struct group *groups;
    size_t count, i, shown = 0;
    if (!logs_text(call, "logGroupNamePrefix", &prefix, err) ||
        !logs_text(call, "logGroupNamePattern", &pattern, err) ||
        !logs_text(call, "nextToken", &token, err) ||
        !logs_number(call, "limit", 1, 50, &most, err) || !all_groups(call, &groups, &count, err))
        return false;
    buf_add(&call->reply->body, STR("{\"logGroups\":["));
    for (i = 0; i < count; i++) {
        if (!fits(groups[i].name, prefix, pattern) ||
            (token.len && str_compare(groups[i].name, token) < 0))
            continue;
        if (shown++ == (size_t)most)
            break;
        put_group(call, &groups[i]);
    }
    buf_add_byte(&call->reply->body, ']');
    if (i < count)
        face_put_text(&call->reply->body, "nextToken", groups[i].name);
    buf_add_byte(&call->reply->body, '}');
    return true;
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
    if (!read_streams_wanted(call, &w, err) || !group_name(call, &group, err) ||
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

/* ---- what is said about groups ---- */

static bool keep_said(
    struct face_call *call, struct str group, int64_t created_ms, int64_t days, struct err *err)
{
    struct buf out = {0};
    buf_add_byte(&out, '{');
    face_put_number(&out, "createdAt", created_ms);
    if (days)
        face_put_number(&out, "retentionInDays", days);
    buf_add_byte(&out, '}');
    bool ok = paper_put(call->offer->papers, paper_of(call, group), buf_str(&out), err);
    buf_fini(&out);
    return ok;
}

static bool has_logs(struct face_call *call, struct str group, bool *out, struct err *err)
{
    struct str function;
    struct log_streams streams = {0};
    if (!find_function(call, group, &function, out, err))
        return false;
    if (*out && !log_streams(folder_of(call, function).at, &call->arena, &streams, err))
        return false;
    *out = streams.count > 0;
    return true;
}

static bool create_group(struct face_call *call, struct err *err)
{
    struct str group;
    const struct json *said;
    bool there;
    if (!group_name(call, &group, err) || !read_said(call, group, &said, err) ||
        !has_logs(call, group, &there, err))
        return false;
    if (said || there)
        return err_refuse(
            err, "ResourceAlreadyExistsException", "The specified log group already exists");
    return keep_said(call, group, clock_now_ms(call->offer->clock), 0, err);
}

/* The files of the streams; a process that still writes goes on in one that is gone, so it ends. */
static bool remove_streams(struct face_call *call, struct str function, struct err *err)
{
    struct log_streams streams = {0};
    struct str logs = arena_printf(&call->arena, "%.*s/logs", STR_ARG(folder_of(call, function)));
    if (!log_streams(folder_of(call, function).at, &call->arena, &streams, err))
        return false;
    call->offer->drop(call->offer->invoker, function);
    DIR *dir = opendir(logs.at);
    struct dirent *entry;
    while (dir && (entry = readdir(dir)))
        if (entry->d_name[0] != '.')
            unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir)
        closedir(dir);
    return true;
}

static bool delete_group(struct face_call *call, struct err *err)
{
    struct str group, function, ignored;
    bool found, removed;
    return logs_group(call, &ignored, err) && group_name(call, &group, err) &&
           find_function(call, group, &function, &found, err) &&
           (!found || remove_streams(call, function, err)) &&
           paper_remove(call->offer->papers, paper_of(call, group), &removed, err);
}

static bool say_retention(struct face_call *call, bool keep, struct err *err)
{
    static const int64_t allowed[] = {1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731,
        1096, 1827, 2192, 2557, 2922, 3288, 3653};
    struct str group, ignored;
    const struct json *said;
    int64_t days = 0, created = clock_now_ms(call->offer->clock);
    bool fine = !keep;
    if (!logs_group(call, &ignored, err) || !group_name(call, &group, err) ||
        !logs_number(call, "retentionInDays", 1, 3653, &days, err) ||
        !read_said(call, group, &said, err))
        return false;
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
        fine = fine || allowed[i] == days;
    if (!fine)
        return logs_invalid(err, "retentionInDays is one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, "
                                 "180, 365, 400, 545, 731, … 3653");
    json_to_i64(json_get(said, STR("createdAt")), &created);
    face_note(call);
    return keep_said(call, group, created, keep ? days : 0, err);
}

static bool put_retention(struct face_call *call, struct err *err)
{
    return say_retention(call, true, err);
}

static bool delete_retention(struct face_call *call, struct err *err)
{
    return say_retention(call, false, err);
}

static bool list_group_tags(struct face_call *call, struct err *err)
{
    (void)err;
    buf_add(&call->reply->body, STR("{\"tags\":{}}"));
    return true;
}

/* ---- the operations ---- */

static const struct face_row rows[] = {
    {"DescribeLogGroups", "", "", describe_groups},
    {"DescribeLogStreams", "", "", describe_streams},
    {"GetLogEvents", "", "", logs_get_events},
    {"FilterLogEvents", "", "", logs_filter_events},
    {"CreateLogGroup", "", "", create_group},
    {"DeleteLogGroup", "", "", delete_group},
    {"PutRetentionPolicy", "", "", put_retention},
    {"DeleteRetentionPolicy", "", "", delete_retention},
    {"ListTagsForResource", "", "", list_group_tags},
    {"ListTagsLogGroup", "", "", list_group_tags},
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
