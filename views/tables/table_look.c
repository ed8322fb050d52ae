/* SPDX-License-Identifier: MIT */
/*
 * Asks what is known of a table: four requests, of which only the first one must succeed. Must not
 * know what is done with the answers.
 */
#include "views/tables/table_look.h"

struct str table_look_text(const struct json *object, struct str name)
{
    const struct json *text = json_get(object, name);
    return json_is(text, JSON_STRING) ? text->text : STR_NONE;
}

int64_t table_look_number(const struct json *object, struct str name)
{
    int64_t number = 0;
    const struct json *json = json_get(object, name);
    return json && json_to_i64(json, &number) ? number : 0;
}

static const struct json *ask(struct client *client, struct arena *arena, struct str operation,
    struct str member, struct str value, struct err *err)
{
    struct buf body = {0};
    struct ddb_reply reply = {0};
    const struct json *answer = NULL;
    buf_add_byte(&body, '{');
    json_put_name(&body, member);
    json_put_string(&body, value);
    buf_add_byte(&body, '}');
    if (client_call(client, operation, buf_str(&body), &reply, err) &&
        !ddb_reply_error(&reply, err))
        answer = json_parse(arena, arena_dup(arena, buf_str(&reply.body)), err);
    ddb_reply_fini(&reply);
    buf_fini(&body);
    return answer;
}

static bool ask_aside(struct client *client, struct arena *arena, struct table_look *look,
    enum table_aside aside, struct err *err)
{
    static const struct str operations[ASIDE_COUNT] = {[ASIDE_TTL] = STR("DescribeTimeToLive"),
        [ASIDE_BACKUPS] = STR("DescribeContinuousBackups"),
        [ASIDE_TAGS] = STR("ListTagsOfResource")};
    bool tags = aside == ASIDE_TAGS;
    struct err here = ERR_INIT;
    struct str member = tags ? STR("ResourceArn") : STR("TableName");
    struct str value = table_look_text(look->table, tags ? STR("TableArn") : STR("TableName"));
    look->asides[aside] = ask(client, arena, operations[aside], member, value, &here);
    if (look->asides[aside])
        return true;
    if (here.code == ERR_CANCELLED || here.code == ERR_UNREACHABLE) {
        *err = here;
        return false;
    }
    look->why[aside] = arena_dup(arena, str_from(here.name[0] ? here.name : here.text));
    return true;
}

bool table_look_read(struct client *client, struct arena *arena, struct str name,
    struct table_look *out, struct err *err)
{
    *out = (struct table_look){0};
    const struct json *answer =
        ask(client, arena, STR("DescribeTable"), STR("TableName"), name, err);
    out->table = json_get(answer, STR("Table"));
    if (!answer)
        return false;
    if (!json_is(out->table, JSON_OBJECT))
        return err_set(err, ERR_DATA, "DescribeTable: the answer has no Table");
    for (enum table_aside i = 0; i < ASIDE_COUNT; i++)
        if (!ask_aside(client, arena, out, i, err))
            return false;
    return true;
}
