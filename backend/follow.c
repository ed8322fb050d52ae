/* SPDX-License-Identifier: MIT */
/*
 * The consumer's side of DynamoDB Streams: which shards there are and in which order they may be
 * read, iterators, pages. Knows the four stream operations and nothing of who answers them. What
 * records mean is their reader's business.
 */
#include "backend/follow.h"

#include "backend/client_json.h"
#include "base/mem.h"

#include <stdlib.h>

enum shard_state { SHARD_WAITING, SHARD_READY, SHARD_OPEN, SHARD_DONE };

struct shard {
    struct buf id, parent;
    struct buf sequence; /* of the last record taken; empty = none yet */
    struct buf iterator;
    enum shard_state state;
    bool from_latest; /* begin with what comes, where no sequence number is known */
    bool listed;      /* by the last DescribeStream */
    bool drained;     /* its last page was the last one so far */
    uint64_t gaps;
};

struct follow {
    struct client *client;
    struct buf arn;
    enum follow_start start;
    int64_t began_ms;
    int64_t since_ms; /* records of earlier seconds are passed over; 0 = none are */
    struct shard *shards;
    size_t count, room;
    bool known;    /* the shards have been listed once */
    bool resumed;  /* some were dealt with before */
    bool stale;    /* there may be others by now */
    bool changed;  /* one has ended since: its children are to be looked for at once */
    bool disabled; /* the stream takes no more records */
    bool exact;    /* clocks are one */
    uint64_t gaps;
    follow_wants *wants;
    void *wanter;
    struct arena scratch;
    struct buf body;
    struct ddb_reply reply;
};

/* Clocks differ: who began with what comes and lost the place goes back a little too far. */
enum { SHARDS_MAX = 100000, SKEW_MS = 60 * 1000 };

/* ---- shards ---- */

static struct shard *find_shard(struct follow *f, struct str id)
{
    for (size_t i = 0; i < f->count; i++)
        if (str_equal(buf_str(&f->shards[i].id), id))
            return &f->shards[i];
    return NULL;
}

static struct shard *add_shard(struct follow *f, struct str id)
{
    if (f->count == f->room) {
        f->room = f->room ? 2 * f->room : 8;
        f->shards = mem_grow(f->shards, f->room * sizeof *f->shards);
    }
    struct shard *shard = &f->shards[f->count++];
    *shard = (struct shard){.state = SHARD_WAITING};
    buf_add(&shard->id, id);
    return shard;
}

static void shard_fini(struct shard *shard)
{
    buf_fini(&shard->id);
    buf_fini(&shard->parent);
    buf_fini(&shard->sequence);
    buf_fini(&shard->iterator);
}

static void end_shard(struct follow *f, struct shard *shard)
{
    shard->state = SHARD_DONE;
    buf_clear(&shard->iterator);
    f->stale = f->changed = true;
}

static void set_text(struct buf *to, struct str text)
{
    buf_clear(to);
    buf_add(to, text);
}

/* One shard of DescribeStream. Who wants what comes from now on needs none that is closed. */
static void note_shard(struct follow *f, const struct json *json)
{
    const struct json *range = json_get(json, STR("SequenceNumberRange"));
    const struct json *id = json_get(json, STR("ShardId"));
    const struct json *parent = json_get(json, STR("ParentShardId"));
    bool closed = json_get(range, STR("EndingSequenceNumber")) != NULL;
    if (!json_is(id, JSON_STRING) || f->count == SHARDS_MAX)
        return;
    struct shard *shard = find_shard(f, id->text);
    if (!shard)
        shard = add_shard(f, id->text);
    shard->listed = true;
    set_text(&shard->parent, json_is(parent, JSON_STRING) ? parent->text : STR_NONE);
    if (f->known || f->resumed || f->start != FOLLOW_LATEST)
        return;
    shard->from_latest = true;
    if (closed)
        shard->state = SHARD_DONE;
}

/* Shards that the service has forgotten are forgotten here once they are read. */
static void drop_unlisted(struct follow *f)
{
    size_t kept = 0;
    for (size_t i = 0; i < f->count; i++) {
        if (f->shards[i].listed || f->shards[i].state != SHARD_DONE)
            f->shards[kept++] = f->shards[i];
        else
            shard_fini(&f->shards[i]);
    }
    f->count = kept;
}

/* Who was behind a record in a shard has read the shards before it. */
static void end_ancestors(struct follow *f)
{
    for (size_t i = 0; i < f->count; i++) {
        const struct shard *shard = &f->shards[i];
        size_t steps = shard->sequence.len ? f->count : 0; /* at most: parents may go in circles */
        for (struct shard *before; steps && (before = find_shard(f, buf_str(&shard->parent)));
             steps--) {
            if (!before->sequence.len)
                before->state = SHARD_DONE;
            shard = before;
        }
    }
}

/* A parent that is not there any more has nothing left to read. */
static void make_ready(struct follow *f)
{
    for (size_t i = 0; i < f->count; i++) {
        struct shard *shard = &f->shards[i];
        const struct shard *parent = find_shard(f, buf_str(&shard->parent));
        if (shard->state == SHARD_WAITING && (!parent || parent->state == SHARD_DONE))
            shard->state = SHARD_READY;
    }
}

static bool has_active(const struct follow *f)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->shards[i].state != SHARD_DONE)
            return true;
    return false;
}

/* ---- asking ---- */

static const struct json *ask(struct follow *f, struct str operation, struct err *err)
{
    arena_reset(&f->scratch);
    buf_add_byte(&f->body, '}');
    return client_ask(f->client, operation, buf_str(&f->body), &f->reply, &f->scratch, err);
}

static void begin_body(struct follow *f)
{
    buf_clear(&f->body);
    buf_add_byte(&f->body, '{');
}

/* One page of shards; *after becomes the shard to go on behind, empty at the end. */
static bool list_page(struct follow *f, struct buf *after, struct err *err)
{
    begin_body(f);
    client_put_text(&f->body, STR("StreamArn"), buf_str(&f->arn));
    client_put_text(&f->body, STR("ExclusiveStartShardId"), buf_str(after));
    const struct json *answer = ask(f, STR("DescribeStream"), err);
    if (!answer)
        return false;
    const struct json *stream = json_get(answer, STR("StreamDescription"));
    const struct json *shards = json_get(stream, STR("Shards"));
    const struct json *last = json_get(stream, STR("LastEvaluatedShardId"));
    const struct json *status = json_get(stream, STR("StreamStatus"));
    for (const struct json *json = shards ? shards->first : NULL; json; json = json->next)
        note_shard(f, json);
    f->disabled = json_is(status, JSON_STRING) && str_equal(status->text, STR("DISABLED"));
    if (json_is(last, JSON_STRING) && str_equal(last->text, buf_str(after)))
        return client_bad_answer(err, STR("DescribeStream"));
    set_text(after, json_is(last, JSON_STRING) ? last->text : STR_NONE);
    return true;
}

static bool list_shards(struct follow *f, struct err *err)
{
    struct buf after = {0};
    bool good;
    for (size_t i = 0; i < f->count; i++)
        f->shards[i].listed = false;
    do {
        good = list_page(f, &after, err);
    } while (good && after.len);
    buf_fini(&after);
    if (!good)
        return false;
    drop_unlisted(f);
    if (!f->known)
        end_ancestors(f);
    f->known = true;
    f->stale = !has_active(f);
    f->changed = false;
    return true;
}

static bool refused_as(const struct err *err, const char *name)
{
    return err->code == ERR_REFUSED && strcmp(err->name, name) == 0;
}

static void count_gap(struct follow *f, struct shard *shard)
{
    f->gaps++;
    shard->gaps++;
}

/* What is lost is counted; what can be had again is asked for again. True: the error is dealt with.
 */
static bool recover(
    struct follow *f, struct shard *shard, struct follow_round *round, struct err *err)
{
    if (refused_as(err, "ExpiredIteratorException")) {
        shard->state = SHARD_READY;
        if (shard->from_latest && !shard->sequence.len)
            f->since_ms = f->began_ms - (f->exact ? 0 : SKEW_MS);
        shard->from_latest = false;
    } else if (refused_as(err, "TrimmedDataAccessException")) {
        count_gap(f, shard);
        shard->state = SHARD_READY;
        shard->from_latest = false;
        buf_clear(&shard->sequence);
    } else if (refused_as(err, "ResourceNotFoundException") && f->known) {
        count_gap(f, shard);
        end_shard(f, shard);
    } else {
        return false;
    }
    buf_clear(&shard->iterator);
    round->more = true;
    *err = ERR_INIT;
    return true;
}

static bool open_shard(
    struct follow *f, struct shard *shard, struct follow_round *round, struct err *err)
{
    struct str type = shard->sequence.len  ? STR("AFTER_SEQUENCE_NUMBER")
                      : shard->from_latest ? STR("LATEST")
                                           : STR("TRIM_HORIZON");
    begin_body(f);
    client_put_text(&f->body, STR("StreamArn"), buf_str(&f->arn));
    client_put_text(&f->body, STR("ShardId"), buf_str(&shard->id));
    client_put_text(&f->body, STR("ShardIteratorType"), type);
    client_put_text(&f->body, STR("SequenceNumber"), buf_str(&shard->sequence));
    const struct json *answer = ask(f, STR("GetShardIterator"), err);
    if (!answer)
        return recover(f, shard, round, err);
    const struct json *iterator = json_get(answer, STR("ShardIterator"));
    if (!json_is(iterator, JSON_STRING))
        return client_bad_answer(err, STR("GetShardIterator"));
    set_text(&shard->iterator, iterator->text);
    shard->state = SHARD_OPEN;
    return true;
}

/* ---- records ---- */

static struct json *copy_node(struct arena *arena, const struct json *node, struct str name)
{
    struct json *copy = arena_new(arena, struct json);
    *copy = *node;
    copy->name = name;
    copy->next = NULL;
    return copy;
}

/* GetRecords says Type and PrincipalId where Lambda's events say type and principalId. */
static struct json *copy_identity(struct arena *arena, const struct json *identity)
{
    struct json *copy = copy_node(arena, identity, identity->name);
    const struct json **tail = &copy->first;
    for (const struct json *member = identity->first; member; member = member->next) {
        struct str name = str_equal(member->name, STR("Type"))          ? STR("type")
                          : str_equal(member->name, STR("PrincipalId")) ? STR("principalId")
                                                                        : member->name;
        struct json *twin = copy_node(arena, member, name);
        *tail = twin;
        tail = &twin->next;
    }
    return copy;
}

const struct json *follow_event(
    struct arena *arena, const struct json *record, struct str stream_arn)
{
    struct json *event = copy_node(arena, record, STR_NONE);
    const struct json **tail = &event->first;
    struct json *member;
    for (const struct json *of = record->first; of; of = of->next) {
        bool identity = str_equal(of->name, STR("userIdentity")) && of->type == JSON_OBJECT;
        member = identity ? copy_identity(arena, of) : copy_node(arena, of, of->name);
        *tail = member;
        tail = &member->next;
    }
    member = arena_new(arena, struct json);
    *member = (struct json){.type = JSON_STRING, .name = STR("eventSourceARN"), .text = stream_arn};
    *tail = member;
    event->count++;
    return event;
}

static int64_t time_of(const struct json *dynamodb)
{
    char text[40] = "";
    const struct json *time = json_get(dynamodb, STR("ApproximateCreationDateTime"));
    if (!json_is(time, JSON_NUMBER) || time->text.len >= sizeof text)
        return 0;
    memcpy(text, time->text.at, time->text.len);
    double seconds = strtod(text, NULL);
    return seconds > 0 && seconds < 1e12 ? (int64_t)(seconds * 1000 + 0.5) : 0;
}

/* False: the reader has enough for now. */
static bool give_record(struct follow *f, struct shard *shard, const struct json *json,
    follow_see *see, void *context, struct follow_round *round)
{
    const struct json *dynamodb = json_get(json, STR("dynamodb"));
    const struct json *sequence = json_get(dynamodb, STR("SequenceNumber"));
    if (!json_is(sequence, JSON_STRING))
        return true;
    struct follow_record record = {
        .shard = buf_str(&shard->id), .sequence = sequence->text, .time_ms = time_of(dynamodb)};
    if (record.time_ms / 1000 >= f->since_ms / 1000) {
        record.event = follow_event(&f->scratch, json, buf_str(&f->arn));
        if (!see(context, &record))
            return false;
        round->records++;
    }
    set_text(&shard->sequence, sequence->text);
    return true;
}

/* What was not taken is asked for again: by the same iterator, or behind the last one taken. */
static void stop_before(struct shard *shard, bool first)
{
    if (first)
        return;
    buf_clear(&shard->iterator);
    shard->state = SHARD_READY;
}

static bool read_page(struct follow *f, struct shard *shard, follow_see *see, void *context,
    struct follow_round *round, struct err *err)
{
    begin_body(f);
    client_put_text(&f->body, STR("ShardIterator"), buf_str(&shard->iterator));
    const struct json *answer = ask(f, STR("GetRecords"), err);
    if (!answer)
        return recover(f, shard, round, err);
    const struct json *records = json_get(answer, STR("Records"));
    const struct json *next = json_get(answer, STR("NextShardIterator"));
    const struct json *first = records ? records->first : NULL;
    round->more = round->more || first;
    shard->drained = !first;
    for (const struct json *json = first; json; json = json->next) {
        if (!give_record(f, shard, json, see, context, round)) {
            stop_before(shard, json == first);
            return true;
        }
    }
    if (json_is(next, JSON_STRING))
        set_text(&shard->iterator, next->text);
    else
        end_shard(f, shard);
    return true;
}

static bool is_wanted(const struct follow *f, const struct shard *shard)
{
    return !f->wants || (shard->state != SHARD_READY && shard->state != SHARD_OPEN) ||
           f->wants(f->wanter, buf_str(&shard->id), buf_str(&shard->parent));
}

static bool read_shard(struct follow *f, struct shard *shard, follow_see *see, void *context,
    struct follow_round *round, struct err *err)
{
    if (!is_wanted(f, shard))
        return true;
    if (shard->state == SHARD_READY && !open_shard(f, shard, round, err))
        return false;
    return shard->state != SHARD_OPEN || read_page(f, shard, see, context, round, err);
}

/* ---- from outside ---- */

struct follow *follow_new(
    struct client *client, struct str stream_arn, enum follow_start start, int64_t time_ms)
{
    struct follow *f = mem_new(struct follow);
    f->client = client;
    f->start = start;
    f->began_ms = time_ms;
    f->since_ms = start == FOLLOW_TIME ? time_ms : 0;
    f->stale = true;
    buf_add(&f->arn, stream_arn);
    return f;
}

void follow_free(struct follow *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < f->count; i++)
        shard_fini(&f->shards[i]);
    free(f->shards);
    arena_fini(&f->scratch);
    buf_fini(&f->arn);
    buf_fini(&f->body);
    ddb_reply_fini(&f->reply);
    free(f);
}

/* A shard that was read, or was to be, earlier. */
static struct shard *know_shard(struct follow *f, struct str id)
{
    struct shard *shard = find_shard(f, id);
    f->resumed = true;
    return shard ? shard : add_shard(f, id);
}

void follow_resume(struct follow *f, struct str shard_id, struct str sequence)
{
    set_text(&know_shard(f, shard_id)->sequence, sequence);
}

void follow_finish(struct follow *f, struct str shard_id)
{
    know_shard(f, shard_id)->state = SHARD_DONE;
}

void follow_begin(struct follow *f, struct str shard_id, struct str iterator)
{
    struct shard *shard = know_shard(f, shard_id);
    set_text(&shard->iterator, iterator);
    shard->from_latest = true;
    shard->state = SHARD_OPEN;
}

void follow_trust_clock(struct follow *f)
{
    f->exact = true;
}

void follow_set_gate(struct follow *f, follow_wants *wants, void *context)
{
    f->wants = wants;
    f->wanter = context;
}

bool follow_poll(
    struct follow *f, follow_see *see, void *context, struct follow_round *round, struct err *err)
{
    *round = (struct follow_round){.gaps = f->gaps};
    if (f->stale && !list_shards(f, err))
        return false;
    make_ready(f);
    for (size_t i = 0; i < f->count; i++)
        if (!read_shard(f, &f->shards[i], see, context, round, err))
            return false;
    round->gaps = f->gaps;
    round->more = round->more || f->changed;
    round->ended = f->disabled && !f->changed && !has_active(f);
    return true;
}

bool follow_locate(struct follow *f, struct err *err)
{
    struct follow_round round = {0};
    if (f->stale && !list_shards(f, err))
        return false;
    make_ready(f);
    for (size_t i = 0; i < f->count; i++)
        if (f->shards[i].state == SHARD_READY && !open_shard(f, &f->shards[i], &round, err))
            return false;
    return true;
}

bool follow_shard_at(const struct follow *f, size_t nth, struct follow_shard *out)
{
    if (nth >= f->count)
        return false;
    const struct shard *shard = &f->shards[nth];
    *out = (struct follow_shard){.id = buf_str(&shard->id),
        .parent = buf_str(&shard->parent),
        .sequence = buf_str(&shard->sequence),
        .iterator = buf_str(&shard->iterator),
        .done = shard->state == SHARD_DONE,
        .drained = shard->drained,
        .gaps = shard->gaps};
    return true;
}

bool follow_arn(
    struct client *client, struct arena *arena, struct str table, struct str *arn, struct err *err)
{
    struct client_table facts;
    if (!client_describe(client, arena, table, &facts, err))
        return false;
    *arn = facts.stream_arn;
    return arn->len || err_set(err, ERR_DATA,
                           "the table %.*s has no stream; this turns one on: dynascope "
                           "update-table %.*s --stream NEW_AND_OLD_IMAGES",
                           STR_ARG(table), STR_ARG(table));
}
