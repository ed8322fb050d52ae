/* SPDX-License-Identifier: MIT */
/*
 * A lane's queue: records in the order of the shard, their bytes in chunks that are used again. So
 * a record costs no allocation, and what an order points to stays where it is.
 *
 *     entries   [····first───────────count──▶·····]      grows, slides down when half is free
 *     chunks    oldest ─▶ … ─▶ newest (is filled)         a chunk without records is the next spare
 *
 * Knows nothing of batches.
 */
#include "backend/triggers/delivery_impl.h"

#include "base/mem.h"

#include <stdlib.h>

struct delivery_chunk {
    struct delivery_chunk *next;
    size_t size, used;
    size_t records; /* that lie in it */
    char bytes[];
};

enum { CHUNK_SIZE = 256 * 1024, ENTRIES_MIN = 64 };

static struct delivery_chunk *take_chunk(struct delivery_lane *lane, size_t size)
{
    struct delivery_chunk *chunk = lane->spare;
    if (chunk && chunk->size >= size) {
        lane->spare = NULL;
    } else {
        size_t room = size > CHUNK_SIZE ? size : CHUNK_SIZE;
        chunk = mem_alloc(sizeof *chunk + room);
        chunk->size = room;
    }
    chunk->next = NULL;
    chunk->used = chunk->records = 0;
    return chunk;
}

static void free_chunk(struct delivery_lane *lane, struct delivery_chunk *chunk)
{
    if (!lane->spare && chunk->size == CHUNK_SIZE)
        lane->spare = chunk;
    else
        free(chunk);
}

/* A chunk with so much room, which is the newest one. */
static struct delivery_chunk *reserve(struct delivery_lane *lane, size_t size)
{
    struct delivery_chunk *chunk = lane->newest;
    if (chunk && chunk->size - chunk->used >= size)
        return chunk;
    chunk = take_chunk(lane, size);
    if (lane->newest)
        lane->newest->next = chunk;
    else
        lane->oldest = chunk;
    lane->newest = chunk;
    return chunk;
}

static void release(struct delivery_lane *lane, struct delivery_chunk *chunk)
{
    chunk->records--;
    while (lane->oldest && !lane->oldest->records) {
        struct delivery_chunk *empty = lane->oldest;
        lane->oldest = empty->next;
        if (!lane->oldest)
            lane->newest = NULL;
        free_chunk(lane, empty);
    }
}

static struct str keep(struct delivery_chunk *chunk, struct str text)
{
    char *at = chunk->bytes + chunk->used;
    if (text.len)
        memcpy(at, text.at, text.len);
    chunk->used += text.len;
    return (struct str){at, text.len};
}

static void make_room(struct delivery_lane *lane)
{
    if (lane->first + lane->count < lane->room)
        return;
    if (lane->first > lane->room / 2) {
        memmove(lane->entries, lane->entries + lane->first, lane->count * sizeof *lane->entries);
        lane->first = 0;
        return;
    }
    lane->room = lane->room ? 2 * lane->room : ENTRIES_MIN;
    lane->entries = mem_grow(lane->entries, lane->room * sizeof *lane->entries);
}

void delivery_lane_push(struct delivery_lane *lane, const struct delivery_record *record,
    struct str before, int64_t now_ms)
{
    size_t size = record->sequence.len + record->event.len + before.len;
    struct delivery_chunk *chunk = reserve(lane, size);
    make_room(lane);
    struct delivery_entry *entry = &lane->entries[lane->first + lane->count++];
    *entry = (struct delivery_entry){.record = *record, .chunk = chunk, .pushed_ms = now_ms};
    entry->record.sequence = keep(chunk, record->sequence);
    entry->record.event = keep(chunk, record->event);
    entry->before = keep(chunk, before);
    chunk->records++;
    lane->bytes += record->event.len;
}

struct delivery_entry *delivery_lane_at(const struct delivery_lane *lane, size_t nth)
{
    return nth < lane->count ? &lane->entries[lane->first + nth] : NULL;
}

uint64_t delivery_lane_pop(struct delivery_lane *lane, size_t count)
{
    uint64_t filtered = 0;
    for (; count; count--) {
        struct delivery_entry *entry = &lane->entries[lane->first++];
        lane->count--;
        lane->bytes -= entry->record.event.len;
        filtered += entry->filtered;
        release(lane, entry->chunk);
    }
    if (!lane->count)
        lane->first = 0;
    return filtered;
}

const struct delivery_record *delivery_lane_hand(struct delivery_lane *lane, size_t count)
{
    if (count > lane->handed_room) {
        lane->handed_room = count;
        lane->handed = mem_grow(lane->handed, count * sizeof *lane->handed);
    }
    for (size_t i = 0; i < count; i++)
        lane->handed[i] = lane->entries[lane->first + i].record;
    lane->handed_count = count;
    return lane->handed;
}

void delivery_lane_fini(struct delivery_lane *lane)
{
    while (lane->oldest) {
        struct delivery_chunk *chunk = lane->oldest;
        lane->oldest = chunk->next;
        free(chunk);
    }
    free(lane->spare);
    free(lane->entries);
    free(lane->handed);
    buf_fini(&lane->floor);
    *lane = (struct delivery_lane){0};
}
