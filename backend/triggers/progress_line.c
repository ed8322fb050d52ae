/* SPDX-License-Identifier: MIT */
/*
 * Writes a journal's lines; progress.c reads them.
 */
#include "backend/triggers/progress_line.h"

#include "backend/http/checksum.h"
#include "backend/json.h"

#include <stdio.h>

static size_t begin_line(struct buf *out)
{
    size_t at = out->len;
    buf_add(out, STR("00000000 {"));
    return at;
}

static void end_line(struct buf *out, size_t at)
{
    char sum[9];
    buf_add_byte(out, '}');
    struct str body = str_skip(buf_str(out), at + 9);
    snprintf(sum, sizeof sum, "%08x", (unsigned)checksum_crc32(body));
    memcpy(out->at + at, sum, 8);
    buf_add_byte(out, '\n');
}

static void put_number(struct buf *out, struct str name, uint64_t number)
{
    json_put_name(out, name);
    buf_add_u64(out, number);
}

static void put_text(struct buf *out, struct str name, struct str text)
{
    json_put_name(out, name);
    json_put_string(out, text);
}

static void put_ledger(struct buf *out, const struct delivery_ledger *ledger)
{
    const uint64_t numbers[PROGRESS_LEDGER] = {ledger->succeeded, ledger->filtered, ledger->dropped,
        ledger->expired, ledger->delivered, ledger->retried, ledger->calls, ledger->errors};
    json_put_name(out, STR("Ledger"));
    for (int i = 0; i < PROGRESS_LEDGER; i++) {
        buf_add_byte(out, i ? ',' : '[');
        buf_add_u64(out, numbers[i]);
    }
    buf_add_byte(out, ']');
}

/* The function's own JSON, on one line: raw line ends are blanks between its tokens. */
static void put_state(struct buf *out, struct str state)
{
    json_put_name(out, STR("WindowState"));
    for (size_t i = 0; i < state.len; i++)
        buf_add_byte(out, state.at[i] == '\n' || state.at[i] == '\r' ? ' ' : state.at[i]);
}

static void put_places(struct buf *out, const struct delivery_place *place)
{
    json_put_name(out, STR("Places"));
    for (unsigned i = 0; i < place->factor; i++) {
        buf_add_byte(out, i ? ',' : '[');
        json_put_string(out, place->sequence[i]);
    }
    buf_add(out, place->factor ? STR("]") : STR("[]"));
}

void progress_line_shard(struct buf *out, const struct progress_shard *shard)
{
    size_t at = begin_line(out);
    put_text(out, STR("Shard"), shard->id);
    put_places(out, &shard->place);
    put_ledger(out, &shard->place.ledger);
    if (shard->iterator.len)
        put_text(out, STR("Iterator"), shard->iterator);
    if (shard->done)
        buf_add(out, STR(",\"Done\":true"));
    if (shard->place.window_state.len) {
        put_number(out, STR("WindowStart"), (uint64_t)shard->place.window_start_ms);
        put_state(out, shard->place.window_state);
    }
    end_line(out, at);
}

void progress_line_start(struct buf *out, const struct progress_start *start)
{
    size_t at = begin_line(out);
    buf_add(out, STR("\"Start\":{\"FromStart\":"));
    buf_add(out, start->from_start ? STR("true") : STR("false"));
    put_number(out, STR("TimeMs"), (uint64_t)start->time_ms);
    buf_add_byte(out, '}');
    end_line(out, at);
}

void progress_line_gaps(struct buf *out, uint64_t gaps)
{
    size_t at = begin_line(out);
    put_number(out, STR("Gaps"), gaps);
    end_line(out, at);
}

void progress_line_forgotten(struct buf *out, struct str id, const struct delivery_ledger *sums)
{
    size_t at = begin_line(out);
    put_text(out, STR("Forget"), id);
    put_ledger(out, sums);
    end_line(out, at);
}
