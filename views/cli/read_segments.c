/* SPDX-License-Identifier: MIT */
/*
 * A scan in segments, printed: lines are made in each segment's thread, and written by this one.
 * Knows neither options nor files.
 *
 *   segment 0   page ─▶ lines ─┐
 *   segment 1   page ─▶ lines ─┼─▶ output
 *    …                         ┘
 */
#include "views/cli/read_segments.h"

#include "backend/segments.h"
#include "views/cli/read.h"

/* What a segment has for the output, beside its lines. */
struct block {
    uint32_t items;
    struct buf next; /* behind what was printed; empty = the beginning */
    bool done;
};

struct spreading {
    struct cli *cli;
    struct cli_out *out;
    bool count_only;
    int64_t left; /* items that are still wanted; < 0 = all */
    int64_t count;
    struct block blocks[SEGMENTS_MAX];
    struct buf lines[SEGMENTS_MAX];
};

static bool note_items(
    void *context, unsigned segment, const struct client_page *page, struct err *err)
{
    struct spreading *s = context;
    (void)err;
    s->blocks[segment].items = page->count;
    return true;
}

static bool print_lines(
    void *context, unsigned segment, struct str next, bool *enough, struct err *err)
{
    struct spreading *s = context;
    struct block *block = &s->blocks[segment];
    struct str lines = buf_str(&s->lines[segment]);
    int64_t items = block->items;
    if (cli_cancelled(err))
        return false;
    if (s->left >= 0 && items > s->left) {
        items = s->left;
        lines = cli_read_first(lines, items);
    }
    s->count += items;
    s->left -= s->left < 0 ? 0 : items;
    *enough = s->left == 0;
    cli_out_block(s->out, lines);
    buf_clear(&s->lines[segment]);
    buf_clear(&block->next);
    buf_add(&block->next, next);
    block->done = !next.len;
    return s->count_only || cli_out_flush(s->out, err);
}

/* Where each segment would go on. */
static void note_places(const struct spreading *s, const struct client_read *read, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        const struct block *block = &s->blocks[i];
        struct client_read rest = {.segment = i, .segments = count};
        if (count == 1)
            rest = *read;
        if (block->next.len)
            rest.start = value_of(buf_str(&block->next));
        if (!block->done)
            cli_read_note(s->cli, &rest);
    }
}

bool read_segments_print(struct cli *cli, const struct client_read *read,
    const struct read_spread *spread, struct cli_out *out, int64_t *count, struct err *err)
{
    struct client_read each = *read;
    struct spreading s = {
        .cli = cli, .out = out, .count_only = read->count_only, .left = spread->limit};
    struct segments segments = {.client = cli->client,
        .read = &each,
        .count = spread->segments,
        .rate = spread->rate,
        .lines = s.lines,
        .typed = cli_has(cli, CLI_TYPED),
        .context = &s,
        .work = note_items,
        .take = print_lines};
    /* looked at in vain is what is not printed */
    if (s.left >= 0 && !read->filter.len && (!each.limit || each.limit > s.left))
        each.limit = s.left;
    bool ok = segments_run(&segments, err);
    if (!ok && err->code == ERR_BUDGET)
        note_places(&s, read, spread->segments);
    for (unsigned i = 0; i < SEGMENTS_MAX; i++) {
        buf_fini(&s.lines[i]);
        buf_fini(&s.blocks[i].next);
    }
    *count = s.count;
    return ok;
}
