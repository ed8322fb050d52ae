/* SPDX-License-Identifier: MIT */
/*
 * Answers of functions, by what they mean to an event source mapping with ReportBatchItemFailures:
 * an empty list, null, {} or no body are a full success; an identifier that is empty, null, unknown
 * or under another name is a full failure, and so is what is no JSON.
 */
#include "trigger_moods.h"

uint64_t mood_draw(uint64_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return *random * UINT64_C(0x2545F4914F6CDD1D) >> 16;
}

size_t mood_below(uint64_t *random, size_t below)
{
    return mood_draw(random) % below;
}

bool mood_chance(uint64_t *random, unsigned in)
{
    return mood_below(random, in) == 0;
}

void mood_success(struct buf *out, uint64_t *random, bool report)
{
    static const char *const full[] = {"", "null", "{}", "[]", "\"\"", "{\"batchItemFailures\":[]}",
        "{\"batchItemFailures\": null}", " {\"other\":1} "};
    static const char *const any[] = {"oops", "{\"batchItemFailures\":[{\"itemIdentifier\":\"\"}]}",
        "\"done\"", "42", "{", "{\"statusCode\":200}"};
    const char *text =
        report || mood_chance(random, 2) ? full[mood_below(random, 8)] : any[mood_below(random, 6)];
    buf_add(out, str_from(text));
}

void mood_nonsense(struct buf *out, uint64_t *random, struct str known)
{
    static const char *const shapes[] = {"{\"batchItemFailures\":[{\"itemIdentifier\":\"\"}]}",
        "{\"batchItemFailures\":[{\"itemIdentifier\":null}]}",
        "{\"batchItemFailures\":[{\"itemIdentifier\":17}]}",
        "{\"batchItemFailures\":[{\"identifier\":\"%\"}]}",
        "{\"batchItemFailures\":[{\"itemIdentifier\":\"123456789012345678901\"}]}",
        "{\"batchItemFailures\":[{\"itemIdentifier\":\"%\"},{\"itemIdentifier\":\"none\"}]}",
        "{\"batchItemFailures\":[{\"itemIdentifier\":\"%\"}", "oops",
        "{\"batchItemFailures\":[{}]}"};
    struct str rest = str_from(shapes[mood_below(random, sizeof shapes / sizeof *shapes)]), piece;
    for (bool first = true; str_cut(&rest, '%', &piece); first = false) {
        if (!first)
            buf_add(out, known);
        buf_add(out, piece);
    }
}

void mood_partial(struct buf *out, const struct str *sequences, size_t count)
{
    buf_add(out, STR("{\"batchItemFailures\":["));
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "%s{\"itemIdentifier\":\"%.*s\"}", i ? "," : "", STR_ARG(sequences[i]));
    buf_add(out, STR("]}"));
}
