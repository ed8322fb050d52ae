/* SPDX-License-Identifier: MIT */
/*
 * Fewer bytes for the same screen, and none that terminals disagree on. Works on terminal output
 * whose texts hold no ESC (text.c sees to that). Knows the sequences of ECMA-48 only; what it does
 * not know it leaves alone.
 */
#include "tui/squeeze.h"
#include <stdio.h>

enum { PARAMS_MAX = 14, RUN_MAX = 96, REPEAT_MAX = 4096 };

/* SGR parameters collected from a run of sequences. */
struct looks {
    char text[RUN_MAX];
    size_t len;
    int params;
    bool reset; /* begins with a reset */
    bool full;  /* too much for one sequence */
};

/* sgr = ESC "[" { digit | ";" | ":" } "m"; its length or 0 */
static size_t sgr_length(struct str s)
{
    size_t i = 2;
    if (s.len < 3 || s.at[0] != '\033' || s.at[1] != '[')
        return 0;
    while (i < s.len && ((s.at[i] >= '0' && s.at[i] <= '9') || s.at[i] == ';' || s.at[i] == ':'))
        i++;
    return i < s.len && s.at[i] == 'm' ? i + 1 : 0;
}

static void add_param(struct looks *looks, struct str param)
{
    if (looks->len + param.len + 2 > sizeof looks->text || looks->params == PARAMS_MAX) {
        looks->full = true;
        return;
    }
    if (looks->params++)
        looks->text[looks->len++] = ';';
    memcpy(looks->text + looks->len, param.at, param.len);
    looks->len += param.len;
}

static void add_reset(struct looks *looks)
{
    looks->reset = true;
    looks->len = 0;
    looks->params = 0;
}

/* Parameters that belong to 38, 48 or 58: "5;n" or "2;r;g;b" may hold zeros that reset nothing. */
static int operands_of(struct str param, struct str rest)
{
    bool colour =
        str_equal(param, STR("38")) || str_equal(param, STR("48")) || str_equal(param, STR("58"));
    if (!colour)
        return 0;
    return str_starts(rest, STR("5;")) ? 2 : str_starts(rest, STR("2;")) ? 4 : 0;
}

static void add_sgr(struct looks *looks, struct str params)
{
    struct str param;
    int operands = 0;
    if (!params.len)
        add_reset(looks);
    while (str_cut(&params, ';', &param)) {
        bool zero = !param.len || str_equal(param, STR("0"));
        if (operands == 0 && zero) {
            add_reset(looks);
            continue;
        }
        operands = operands > 0 ? operands - 1 : operands_of(param, params);
        add_param(looks, param);
    }
}

/* run = { sgr | ESC "(B" } with at least one sgr; its length or 0, and what it amounts to */
static size_t read_run(struct str s, struct looks *looks)
{
    size_t at = 0, sequences = 0;
    *looks = (struct looks){0};
    for (;;) {
        struct str rest = str_skip(s, at);
        size_t len = sgr_length(rest);
        if (len) {
            add_sgr(looks, (struct str){rest.at + 2, len - 3});
            sequences++;
        } else if (str_starts(rest, STR("\033(B"))) {
            len = 3;
        } else {
            return sequences && !looks->full ? at : 0;
        }
        at += len;
    }
}

static void write_looks(struct buf *out, const struct looks *looks)
{
    buf_add(out, looks->reset && looks->params ? STR("\033[0;") : STR("\033["));
    buf_add_bytes(out, looks->text, looks->len);
    buf_add_byte(out, 'm');
}

/* repeat = ESC "[" digits "b"; its length or 0 */
static size_t read_repeat(struct str s, uint64_t *count)
{
    if (!str_starts(s, STR("\033[")))
        return 0;
    size_t end = 2;
    while (end < s.len && s.at[end] >= '0' && s.at[end] <= '9')
        end++;
    if (end == s.len || s.at[end] != 'b')
        return 0;
    struct str digits = str_take(str_skip(s, 2), end - 2);
    return str_to_u64(digits, count) && *count <= REPEAT_MAX ? end + 1 : 0;
}

/* Writes a sequence at the front of `s` in its better form; the length that it had, or 0. `last` is
 * the character just before it, 0 where there is none. */
static size_t rewrite(struct str s, int rows, struct str region, char last, struct buf *out)
{
    struct looks looks;
    uint64_t count;
    size_t len = read_repeat(s, &count);
    if (len && last >= ' ' && last < 0x7F) {
        while (count--)
            buf_add_byte(out, last);
        return len;
    }
    if (rows && str_starts(s, region)) {
        buf_add(out, STR("\033[r"));
        return region.len;
    }
    len = rows ? read_run(s, &looks) : 0;
    if (len)
        write_looks(out, &looks);
    return len;
}

void squeeze_output(struct str in, int rows, struct buf *out)
{
    char whole_region[32];
    snprintf(whole_region, sizeof whole_region, "\033[1;%dr", rows);
    struct str region = str_from(whole_region);
    buf_reserve(out, in.len);
    while (in.len) {
        size_t plain = str_find_byte(in, '\033');
        struct str text = str_take(in, plain);
        buf_add(out, text);
        in = str_skip(in, text.len);
        if (!in.len)
            return;
        char last = text.len ? text.at[text.len - 1] : '\0';
        size_t done = rewrite(in, rows, region, last, out);
        if (!done) {
            buf_add_byte(out, *in.at);
            done = 1;
        }
        in = str_skip(in, done);
    }
}
