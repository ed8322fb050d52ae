/* SPDX-License-Identifier: MIT */
/*
 * A page as lines: the items' text goes through json_lines, the rest of the answer is small and
 * read like any other. Keeps no state.
 *
 *   {"Items":[ … ],"Count":2,"LastEvaluatedKey":{…}}
 *            └ lines    └ and "[]" instead: read as JSON
 */
#include "backend/client_json.h"
#include "backend/json_lines.h"
#include "backend/json_out.h"
#include "backend/json_skim.h"

/* The list of items; empty where there is none. */
static struct str find_items(struct str answer)
{
    const struct str usual = STR("{\"Items\":");
    struct str items = str_starts(answer, usual) ? str_skip(answer, usual.len)
                                                 : json_skim_from(answer, STR("Items"));
    return items.len && *items.at == '[' ? items : STR_NONE;
}

/* An answer that was read whole, as lines. */
static bool print_items(struct arena *arena, const struct client_read *read,
    const struct ddb_reply *reply, bool typed, struct buf *lines, struct client_page *out,
    struct err *err)
{
    if (!client_take(arena, read, reply, out, err))
        return false;
    for (uint32_t i = 0; out->items && i < out->count; i++)
        json_out_line(lines, out->items[i], typed);
    out->items = NULL;
    return true;
}

bool client_take_lines(struct arena *arena, const struct client_read *read,
    const struct ddb_reply *reply, bool typed, struct buf *lines, struct client_page *out,
    struct err *err)
{
    struct str operation = read->key_condition.len ? STR("Query") : STR("Scan");
    struct str answer = buf_str(&reply->body), items = find_items(answer), after = items;
    struct ddb_reply rest = {.status = reply->status};
    struct err unreadable = ERR_INIT;
    uint32_t count;
    if (!items.len)
        return print_items(arena, read, reply, typed, lines, out, err);
    if (!json_lines_items(lines, &after, typed, &count, &unreadable))
        return client_bad_answer(err, operation);
    buf_add(&rest.body, str_take(answer, (size_t)(items.at - answer.at)));
    buf_add(&rest.body, STR("[]"));
    buf_add(&rest.body, after);
    bool ok = client_take(arena, read, &rest, out, err);
    out->count = count;
    out->items = NULL;
    ddb_reply_fini(&rest);
    return ok;
}

bool client_read_lines(struct client *c, struct arena *arena, const struct client_read *read,
    bool typed, struct buf *lines, struct client_page *out, struct err *err)
{
    struct ddb_reply reply = {0};
    bool ok = client_fetch(c, read, &reply, err) &&
              client_take_lines(arena, read, &reply, typed, lines, out, err);
    ddb_reply_fini(&reply);
    return ok;
}
