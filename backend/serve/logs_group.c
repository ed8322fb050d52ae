/* SPDX-License-Identifier: MIT */
/*
 * Groups of logs. There is one for each function (/aws/lambda/NAME) that has run; one that somebody
 * creates beforehand, and what is said of how long it is kept, is remembered as a paper.
 */
#include "backend/serve/logs_face.h"
#include "backend/serve/paper.h"
#include "backend/triggers/logs.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#define LAMBDA_GROUPS "/aws/lambda/"
enum { GROUP_NAME_MAX = 512, PAGE = 50 };

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

bool logs_group_name(struct face_call *call, struct str *name, struct err *err)
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
    if (!logs_group_name(call, &group, err) ||
        !find_function(call, group, &function, &found, err) ||
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

bool logs_describe_groups(struct face_call *call, struct err *err)
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

bool logs_create_group(struct face_call *call, struct err *err)
{
    struct str group;
    const struct json *said;
    bool there;
    if (!logs_group_name(call, &group, err) || !read_said(call, group, &said, err) ||
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

bool logs_delete_group(struct face_call *call, struct err *err)
{
    struct str group, function, ignored;
    bool found, removed;
    return logs_group(call, &ignored, err) && logs_group_name(call, &group, err) &&
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
    if (!logs_group(call, &ignored, err) || !logs_group_name(call, &group, err) ||
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

bool logs_put_retention(struct face_call *call, struct err *err)
{
    return say_retention(call, true, err);
}

bool logs_delete_retention(struct face_call *call, struct err *err)
{
    return say_retention(call, false, err);
}

bool logs_list_tags(struct face_call *call, struct err *err)
{
    (void)err;
    buf_add(&call->reply->body, STR("{\"tags\":{}}"));
    return true;
}
