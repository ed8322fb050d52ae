/* SPDX-License-Identifier: MIT */
/*
 * The journal of a mapping: lines of JSON, each with its checksum, each saying all that is to be
 * known of one thing; the last good line of a thing holds.
 *
 *     CRC32-in-hex {"Start":{"FromStart":false,"TimeMs":1767225600000}}
 *     CRC32-in-hex {"Shard":"shardId-…","Places":["…"],"Ledger":[…],"Iterator":"…","Done":true,
 *                   "WindowStart":…,"WindowState":{…}}
 *     CRC32-in-hex {"Forget":"shardId-…","Ledger":[sums of all that were forgotten]}
 *     CRC32-in-hex {"Gaps":3}
 *
 * Ledger: succeeded, filtered, dropped, expired, delivered, retried, calls, errors. A line that is
 * torn or damaged is passed over: what is older holds then, and records come again.
 *
 *     put ─▶ pending lines ─sync─▶ append, fdatasync        grown large, or failed before:
 *                                                           a new file beside, fsync, rename
 */
#include "backend/triggers/progress.h"

#include "backend/http/checksum.h"
#include "backend/json.h"
#include "backend/triggers/folder.h"
#include "backend/triggers/progress_line.h"
#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { COMPACT_MIN = 1 << 20, COMPACT_TIMES = 8 };
#define FILE_MAX ((size_t)1 << 30)

struct row {
    struct buf id, iterator, state;
    struct buf sequence[DELIVERY_LANES_MAX];
    struct progress_shard shard; /* its slices point to those */
};

struct progress {
    int folder, fd;
    struct progress_start start;
    struct row **rows;
    size_t count, room;
    struct delivery_ledger forgotten;
    uint64_t gaps;
    struct buf pending; /* lines to be appended */
    size_t size, live;  /* bytes of the file; of it when it was new */
    bool suspect;       /* the file is not to be appended to */
    bool damaged;       /* it had lines that nobody wrote, or has lost its start */
};

/* ---- rows ---- */

static struct row *find_row(const struct progress *p, struct str id)
{
    for (size_t i = 0; i < p->count; i++)
        if (str_equal(p->rows[i]->shard.id, id))
            return p->rows[i];
    return NULL;
}

static struct row *add_row(struct progress *p, struct str id)
{
    if (p->count == p->room) {
        p->room = p->room ? 2 * p->room : 8;
        p->rows = mem_grow(p->rows, p->room * sizeof(struct row *));
    }
    struct row *row = p->rows[p->count++] = mem_new(struct row);
    buf_add(&row->id, id);
    row->shard.id = buf_str(&row->id);
    return row;
}

static void free_row(struct row *row)
{
    buf_fini(&row->id);
    buf_fini(&row->iterator);
    buf_fini(&row->state);
    for (int i = 0; i < DELIVERY_LANES_MAX; i++)
        buf_fini(&row->sequence[i]);
    free(row);
}

static struct str keep(struct buf *to, struct str text)
{
    buf_clear(to);
    buf_add(to, text);
    return buf_str(to);
}

static void set_row(struct row *row, const struct progress_shard *shard)
{
    struct delivery_place *place = &row->shard.place;
    *place = shard->place;
    for (unsigned i = 0; i < DELIVERY_LANES_MAX; i++)
        place->sequence[i] =
            keep(&row->sequence[i], i < place->factor ? shard->place.sequence[i] : STR_NONE);
    place->window_state = keep(&row->state, shard->place.window_state);
    row->shard.iterator = keep(&row->iterator, shard->iterator);
    row->shard.done = shard->done;
}

static void drop_row(struct progress *p, struct str id)
{
    for (size_t i = 0; i < p->count; i++) {
        if (!str_equal(p->rows[i]->shard.id, id))
            continue;
        free_row(p->rows[i]);
        p->rows[i] = p->rows[--p->count];
        return;
    }
}

/* ---- reading lines ---- */

static uint64_t number_of(const struct json *json)
{
    uint64_t number = 0;
    if (json_is(json, JSON_NUMBER))
        str_to_u64(json->text, &number);
    return number;
}

static struct str text_of(const struct json *json)
{
    return json_is(json, JSON_STRING) ? json->text : STR_NONE;
}

static void read_ledger(const struct json *json, struct delivery_ledger *out)
{
    uint64_t *const fields[PROGRESS_LEDGER] = {&out->succeeded, &out->filtered, &out->dropped,
        &out->expired, &out->delivered, &out->retried, &out->calls, &out->errors};
    const struct json *number = json_is(json, JSON_ARRAY) ? json->first : NULL;
    for (int i = 0; i < PROGRESS_LEDGER && number; i++, number = number->next)
        *fields[i] = number_of(number);
    out->seen = out->succeeded + out->filtered + out->dropped + out->expired;
}

/* line := {"Shard": id, "Places": [number …], "Ledger": [number …], …} */
static void read_shard(struct progress *p, struct str text, const struct json *line)
{
    struct progress_shard shard = {.id = text_of(json_get(line, STR("Shard")))};
    const struct json *places = json_get(line, STR("Places"));
    const struct json *state = json_get(line, STR("WindowState"));
    struct delivery_place *place = &shard.place;
    const struct json *sequence = json_is(places, JSON_ARRAY) ? places->first : NULL;
    for (; sequence && place->factor < DELIVERY_LANES_MAX; sequence = sequence->next)
        place->sequence[place->factor++] = text_of(sequence);
    read_ledger(json_get(line, STR("Ledger")), &place->ledger);
    shard.iterator = text_of(json_get(line, STR("Iterator")));
    shard.done = json_is(json_get(line, STR("Done")), JSON_TRUE);
    if (json_is(state, JSON_OBJECT)) {
        place->window_start_ms = (int64_t)number_of(json_get(line, STR("WindowStart")));
        place->window_state = (struct str){text.at + state->at, state->len};
    }
    struct row *row = find_row(p, shard.id);
    set_row(row ? row : add_row(p, shard.id), &shard);
}

static void read_thing(struct progress *p, struct str text, const struct json *line)
{
    const struct json *start = json_get(line, STR("Start"));
    if (json_get(line, STR("Shard"))) {
        read_shard(p, text, line);
    } else if (json_get(line, STR("Forget"))) {
        drop_row(p, text_of(json_get(line, STR("Forget"))));
        read_ledger(json_get(line, STR("Ledger")), &p->forgotten);
    } else if (start) {
        p->start.fixed = true;
        p->start.from_start = json_is(json_get(start, STR("FromStart")), JSON_TRUE);
        p->start.time_ms = (int64_t)number_of(json_get(start, STR("TimeMs")));
    } else if (json_get(line, STR("Gaps"))) {
        p->gaps = number_of(json_get(line, STR("Gaps")));
    }
}

/* line := 8 hex digits, a blank, JSON. False where it is not whole. */
static bool read_line(struct progress *p, struct arena *arena, struct str line)
{
    char sum[9];
    struct err err = ERR_INIT;
    struct str text = str_skip(line, 9);
    if (line.len < 10 || line.at[8] != ' ')
        return false;
    snprintf(sum, sizeof sum, "%08x", (unsigned)checksum_crc32(text));
    arena_reset(arena);
    const struct json *json = memcmp(sum, line.at, 8) == 0 ? json_parse(arena, text, &err) : NULL;
    if (json)
        read_thing(p, text, json);
    return json;
}

static void read_lines(struct progress *p, struct str rest)
{
    struct arena arena = {0};
    struct str line;
    p->suspect = rest.len && rest.at[rest.len - 1] != '\n';
    while (str_cut(&rest, '\n', &line))
        if (line.len && !read_line(p, &arena, line)) {
            p->suspect = true;
            p->damaged = p->damaged || rest.at; /* a torn one is the last one */
        }
    arena_fini(&arena);
}

/* ---- the file ---- */

static void put_all(const struct progress *p, struct buf *out)
{
    if (p->start.fixed)
        progress_line_start(out, &p->start);
    progress_line_gaps(out, p->gaps);
    progress_line_forgotten(out, STR_NONE, &p->forgotten);
    for (size_t i = 0; i < p->count; i++)
        progress_line_shard(out, &p->rows[i]->shard);
}

static bool reopen(struct progress *p, struct err *err)
{
    folder_close(p->fd);
    p->fd = openat(p->folder, "progress", O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
    return p->fd >= 0 || err_errno(err, errno, "progress cannot be opened");
}

static bool write_anew(struct progress *p, struct err *err)
{
    struct buf text = {0};
    put_all(p, &text);
    p->size = p->live = text.len;
    bool ok = folder_replace(p->folder, "progress", buf_str(&text), err) && reopen(p, err);
    buf_fini(&text);
    p->suspect = !ok;
    if (ok)
        buf_clear(&p->pending);
    return ok;
}

static bool append(int fd, struct str text)
{
    return file_write_all(fd, text) && fdatasync(fd) == 0;
}

static bool is_large(const struct progress *p)
{
    size_t most = COMPACT_TIMES * p->live;
    return p->size + p->pending.len > (most > COMPACT_MIN ? most : COMPACT_MIN);
}

bool progress_sync(struct progress *p, struct err *err)
{
    if (!progress_dirty(p))
        return true;
    if (p->suspect || p->fd < 0 || is_large(p))
        return write_anew(p, err);
    p->size += p->pending.len;
    if (append(p->fd, buf_str(&p->pending))) {
        buf_clear(&p->pending);
        return true;
    }
    p->suspect = true;
    return err_errno(err, errno, "progress cannot be written");
}

bool progress_dirty(const struct progress *p)
{
    return p->pending.len > 0;
}

/* ---- from outside ---- */

struct progress *progress_open(const char *mapping_folder, struct err *err)
{
    struct progress *p = mem_new(struct progress);
    struct buf text = {0};
    bool found;
    p->fd = -1;
    bool ok =
        folder_open(AT_FDCWD, mapping_folder, false, &p->folder, err) &&
        (p->folder >= 0 ||
            err_set(err, ERR_NO_INPUT, "%s is not there any more", mapping_folder)) &&
        (folder_read(p->folder, "progress", FILE_MAX, &text, &found, err) || err->code == ERR_NONE);
    if (ok) {
        read_lines(p, buf_str(&text));
        /* the start is the first line of each new file, which takes its place as a whole */
        p->damaged = p->damaged || (found && !p->start.fixed);
        p->size = p->live = text.len;
        if (text.len && !p->suspect)
            ok = reopen(p, err);
    }
    buf_fini(&text);
    if (ok)
        return p;
    progress_close(p);
    return NULL;
}

void progress_close(struct progress *p)
{
    if (!p)
        return;
    folder_close(p->fd);
    folder_close(p->folder);
    for (size_t i = 0; i < p->count; i++)
        free_row(p->rows[i]);
    free(p->rows);
    buf_fini(&p->pending);
    free(p);
}

bool progress_damaged(const struct progress *p)
{
    return p->damaged;
}

struct progress_start progress_start(const struct progress *p)
{
    return p->start;
}

void progress_set_start(struct progress *p, const struct progress_start *start)
{
    p->start = *start;
    p->start.fixed = true;
    progress_line_start(&p->pending, &p->start);
}

bool progress_shard_at(const struct progress *p, size_t nth, struct progress_shard *out)
{
    if (nth >= p->count)
        return false;
    *out = p->rows[nth]->shard;
    return true;
}

void progress_put(struct progress *p, const struct progress_shard *shard)
{
    struct row *row = find_row(p, shard->id);
    if (!row)
        row = add_row(p, shard->id);
    set_row(row, shard);
    progress_line_shard(&p->pending, &row->shard);
}

void progress_forget(struct progress *p, struct str id)
{
    const struct row *row = find_row(p, id);
    struct delivery_ledger *sums = &p->forgotten;
    if (!row)
        return;
    const struct delivery_ledger *more = &row->shard.place.ledger;
    sums->succeeded += more->succeeded;
    sums->filtered += more->filtered;
    sums->dropped += more->dropped;
    sums->expired += more->expired;
    sums->delivered += more->delivered;
    sums->retried += more->retried;
    sums->calls += more->calls;
    sums->errors += more->errors;
    sums->seen = sums->succeeded + sums->filtered + sums->dropped + sums->expired;
    progress_line_forgotten(&p->pending, id, sums);
    drop_row(p, id);
}

struct delivery_ledger progress_forgotten(const struct progress *p)
{
    return p->forgotten;
}

uint64_t progress_gaps(const struct progress *p)
{
    return p->gaps;
}

void progress_set_gaps(struct progress *p, uint64_t gaps)
{
    p->gaps = gaps;
    progress_line_gaps(&p->pending, gaps);
}
