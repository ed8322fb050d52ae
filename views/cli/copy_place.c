/* SPDX-License-Identifier: MIT */
/* The file in which a copy notes how far its segments came. What it reads is not trusted: it is
 * taken whole or not at all. */
#include "views/cli/copy_place.h"

#include "views/places/state_file.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#define MAGIC "dynascope-copy 1"
enum { PLACE_MAX = 1 << 20 };

bool copy_place_open(struct copy_place *place, struct str identity, struct err *err)
{
    *place = (struct copy_place){0};
    if (!state_file_path(&place->path, "copy", identity, err))
        return false;
    place->found = access(buf_cstr(&place->path), F_OK) == 0;
    return true;
}

void copy_place_fini(struct copy_place *place)
{
    buf_fini(&place->path);
}

void copy_place_forget(struct copy_place *place)
{
    unlink(buf_cstr(&place->path));
}

/* ---- writing ---- */

static void put_segment(struct buf *out, unsigned number, const struct copy_segment *segment)
{
    const struct copy_sum *sum = &segment->sum;
    buf_printf(out, "segment %u %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " ", number,
        sum->items, sum->bytes, sum->digest[0], sum->digest[1]);
    if (segment->done || !segment->start.len)
        buf_add_byte(out, segment->done ? '.' : '-');
    for (size_t i = 0; !segment->done && i < segment->start.len; i++)
        buf_printf(out, "%02x", (unsigned char)segment->start.at[i]);
    buf_add_byte(out, '\n');
}

bool copy_place_save(const struct copy_place *place, const struct copy_segment *segments,
    unsigned count, struct err *err)
{
    struct buf text = {0};
    buf_printf(&text, MAGIC "\nfresh %d\nsegments %u\n", place->fresh, count);
    for (unsigned i = 0; i < count; i++)
        put_segment(&text, i, &segments[i]);
    bool ok = state_file_replace(place->path.at, buf_str(&text), "the copy's place", err);
    buf_fini(&text);
    return ok;
}

/* ---- reading ---- */

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool take_key(struct str hex, struct buf *out)
{
    struct err err = ERR_INIT;
    for (size_t i = 0; i + 1 < hex.len; i += 2) {
        int high = hex_digit(hex.at[i]), low = hex_digit(hex.at[i + 1]);
        if (high < 0 || low < 0)
            return false;
        buf_add_byte(out, (char)(high << 4 | low));
    }
    return hex.len && hex.len % 2 == 0 && value_check(buf_str(out), &err) &&
           value_of(buf_str(out)).type == VALUE_M;
}

static bool take_word(struct str *line, const char *word)
{
    struct str got;
    return str_cut(line, ' ', &got) && str_equal(got, str_from(word));
}

static bool take_number(struct str *line, uint64_t *out)
{
    struct str got;
    return str_cut(line, ' ', &got) && str_to_u64(got, out);
}

static bool take_count(struct str *text, const char *word, uint64_t *out)
{
    struct str line;
    return str_cut(text, '\n', &line) && take_word(&line, word) && take_number(&line, out);
}

/* segment = "segment" number items bytes digest digest start "\n" */
static bool take_segment(struct str line, unsigned number, struct copy_segment *out)
{
    uint64_t named;
    struct copy_sum *sum = &out->sum;
    if (!take_word(&line, "segment") || !take_number(&line, &named) || named != number ||
        !take_number(&line, &sum->items) || !take_number(&line, &sum->bytes) ||
        !take_number(&line, &sum->digest[0]) || !take_number(&line, &sum->digest[1]))
        return false;
    out->done = str_equal(line, STR("."));
    return out->done || str_equal(line, STR("-")) || take_key(line, &out->start);
}

/* place = magic "\n" "fresh" bit "\n" "segments" count "\n" { segment } */
static bool parse(struct str text, bool *fresh, struct copy *out)
{
    struct str line;
    uint64_t count, bit;
    if (!str_cut(&text, '\n', &line) || !str_equal(line, STR(MAGIC)) ||
        !take_count(&text, "fresh", &bit) || !take_count(&text, "segments", &count) || count < 1 ||
        count > COPY_SEGMENTS_MAX)
        return false;
    *fresh = bit != 0;
    out->segments = (unsigned)count;
    for (unsigned i = 0; i < out->segments; i++)
        if (!str_cut(&text, '\n', &line) || !take_segment(line, i, &out->at[i]))
            return false;
    return !text.len;
}

bool copy_place_take(struct copy_place *place, struct copy *copy)
{
    struct buf text = {0};
    struct copy found = {0};
    bool fresh = false;
    state_file_read(place->path.at, PLACE_MAX, &text);
    bool good = parse(buf_str(&text), &fresh, &found);
    if (good) {
        copy->segments = found.segments;
        memcpy(copy->at, found.at, sizeof copy->at);
        place->fresh = fresh;
    } else {
        copy_fini(&found);
    }
    buf_fini(&text);
    return good;
}
