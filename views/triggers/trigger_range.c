/* SPDX-License-Identifier: MIT */
/*
 * Reading a batch from its stream again. Between its first and its last record there may be others:
 * such as the filters keep back, and those of batches that ran at the same time. Which ones were
 * its own is known only where their number is right, so that is what is checked.
 *
 *     shard  ── first ─ x ─ r ─ x ─ r ─ last ──▶     x: filtered, or of another lane
 */
#include "views/triggers/trigger_range.h"

#include "backend/client_json.h"
#include "backend/follow.h"
#include "backend/triggers/event.h"
#include "backend/triggers/sequence.h"
#include "base/mem.h"
#include "views/triggers/trigger_events.h"

#include <inttypes.h>
#include <stdlib.h>

/* EMPTY_MOST: pages without records are no end of the shard, but this many in a row are enough. */
enum { BYTES_MOST = 64 << 20, EMPTY_MOST = 100 };

struct found {
    size_t at, len; /* in the texts */
    uint64_t item;
};

struct reading {
    struct client *client;
    const struct mapping *mapping;
    const struct trigger_range *range;
    struct arena arena; /* of one answer */
    struct ddb_reply reply;
    struct buf body, iterator, texts;
    struct found *found;
    size_t count, room;
    bool begun, ended; /* the first one, the last one was seen */
    int empty;
};

static bool refuse_gone(const struct reading *r, struct err *err)
{
    return err_set(err, ERR_NO_INPUT, "the records from %.*s on have left the stream",
        STR_ARG(r->range->first));
}

static const struct json *ask(struct reading *r, struct str operation, struct err *err)
{
    arena_reset(&r->arena);
    buf_add_byte(&r->body, '}');
    const struct json *answer =
        client_ask(r->client, operation, buf_str(&r->body), &r->reply, &r->arena, err);
    bool gone = !answer && err->code == ERR_REFUSED &&
                (strcmp(err->name, "TrimmedDataAccessException") == 0 ||
                    strcmp(err->name, "ResourceNotFoundException") == 0 ||
                    strcmp(err->name, "ValidationException") == 0);
    if (gone)
        refuse_gone(r, err);
    return answer;
}

static bool take_iterator(struct reading *r, const struct json *iterator)
{
    buf_clear(&r->iterator);
    if (json_is(iterator, JSON_STRING))
        buf_add(&r->iterator, iterator->text);
    return r->iterator.len > 0;
}

static bool open_shard(struct reading *r, struct err *err)
{
    buf_clear(&r->body);
    buf_add_byte(&r->body, '{');
    client_put_text(&r->body, STR("StreamArn"), r->mapping->source);
    client_put_text(&r->body, STR("ShardId"), r->range->shard);
    client_put_text(&r->body, STR("ShardIteratorType"), STR("AT_SEQUENCE_NUMBER"));
    client_put_text(&r->body, STR("SequenceNumber"), r->range->first);
    const struct json *answer = ask(r, STR("GetShardIterator"), err);
    return answer && (take_iterator(r, json_get(answer, STR("ShardIterator"))) ||
                         client_bad_answer(err, STR("GetShardIterator")));
}

/* ---- records ---- */

static bool keep(struct reading *r, const struct json *event, struct err *err)
{
    size_t at = r->texts.len;
    if (!mapping_wants(r->mapping, event))
        return true;
    json_put(&r->texts, event);
    if (r->texts.len > BYTES_MOST)
        return err_set(err, ERR_DATA, "there are more than %d MB between %.*s and %.*s",
            BYTES_MOST >> 20, STR_ARG(r->range->first), STR_ARG(r->range->last));
    if (r->count == r->room) {
        r->room = r->room ? 2 * r->room : 64;
        r->found = mem_grow(r->found, r->room * sizeof *r->found);
    }
    r->found[r->count++] = (struct found){at, r->texts.len - at, event_item(event)};
    return true;
}

static bool take_record(struct reading *r, const struct json *json, struct err *err)
{
    const struct json *event = follow_event(&r->arena, json, r->mapping->source);
    struct str sequence = trigger_event_sequence(event);
    if (!r->begun && sequence_compare(sequence, r->range->first) != 0)
        return refuse_gone(r, err);
    r->begun = true;
    int order = sequence_compare(sequence, r->range->last);
    r->ended = order >= 0;
    return order > 0 || keep(r, event, err);
}

static bool read_page(struct reading *r, struct err *err)
{
    buf_clear(&r->body);
    buf_add_byte(&r->body, '{');
    client_put_text(&r->body, STR("ShardIterator"), buf_str(&r->iterator));
    const struct json *answer = ask(r, STR("GetRecords"), err);
    if (!answer)
        return false;
    const struct json *records = json_get(answer, STR("Records"));
    const struct json *json = json_is(records, JSON_ARRAY) ? records->first : NULL;
    r->empty = json ? 0 : r->empty + 1;
    for (; json && !r->ended; json = json->next)
        if (!take_record(r, json, err))
            return false;
    if (!take_iterator(r, json_get(answer, STR("NextShardIterator"))) || r->empty == EMPTY_MOST)
        r->ended = true;
    return true;
}

/* ---- which of them ---- */

static bool is_in_lane(const struct reading *r, size_t nth, unsigned factor)
{
    return r->found[nth].item % factor == r->found[0].item % factor;
}

static size_t count_lane(const struct reading *r, unsigned factor)
{
    size_t count = 0;
    for (size_t i = 0; i < r->count; i++)
        count += is_in_lane(r, i, factor);
    return count;
}

/* *factor: 1 = all that were found. */
static bool choose(const struct reading *r, unsigned *factor, struct err *err)
{
    uint64_t wanted = r->range->records > 0 ? (uint64_t)r->range->records : r->count;
    *factor = 1;
    if (!r->begun)
        return refuse_gone(r, err);
    if (r->count && r->count == wanted)
        return true;
    *factor = r->mapping->factor;
    if (r->count && *factor > 1 && count_lane(r, *factor) == wanted)
        return true;
    return err_set(err, ERR_NO_INPUT,
        "from %.*s to %.*s, %zu records pass the filters now, and the batch had %" PRIu64
        ": it cannot be told which ones. A replay takes all of them",
        STR_ARG(r->range->first), STR_ARG(r->range->last), r->count, wanted);
}

static void put_event(const struct reading *r, unsigned factor, struct buf *out)
{
    bool first = true;
    buf_add(out, STR("{\"Records\":["));
    for (size_t i = 0; i < r->count; i++) {
        if (!is_in_lane(r, i, factor))
            continue;
        buf_add(out, first ? STR_NONE : STR(","));
        buf_add(out, (struct str){r->texts.at + r->found[i].at, r->found[i].len});
        first = false;
    }
    buf_add(out, STR("]}"));
}

static void reading_fini(struct reading *r)
{
    arena_fini(&r->arena);
    ddb_reply_fini(&r->reply);
    buf_fini(&r->body);
    buf_fini(&r->iterator);
    buf_fini(&r->texts);
    free(r->found);
}

bool trigger_range_read(struct client *client, const struct mapping *mapping,
    const struct trigger_range *range, struct buf *event, struct err *err)
{
    struct reading r = {.client = client, .mapping = mapping, .range = range};
    unsigned factor;
    bool ok = open_shard(&r, err);
    while (ok && !r.ended)
        ok = read_page(&r, err);
    ok = ok && choose(&r, &factor, err);
    if (ok)
        put_event(&r, factor, event);
    reading_fini(&r);
    return ok;
}
