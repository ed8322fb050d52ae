/* SPDX-License-Identifier: MIT */
/*
 * Fewer bytes for the same screen. Works on terminal output whose texts hold no ESC (text.c sees to
 * that). Knows the sequences of ECMA-48 only; what it does not know it leaves alone.
 */
#include "tui/squeeze.h"
#include "base/str.h"
#include <stdio.h>

enum { PARAMS_MAX = 14, RUN_MAX = 96 };

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

static size_t write_looks(char *out, const struct looks *looks)
{
    size_t len = 0;
    out[len++] = '\033';
    out[len++] = '[';
    if (looks->reset && looks->params) {
        out[len++] = '0';
        out[len++] = ';';
    }
    memcpy(out + len, looks->text, looks->len);
    len += looks->len;
    out[len++] = 'm';
    return len;
}

/* A run in its short form at the front of `out`, or 0 where it would be longer than it was. */
static size_t squeeze_run(char *out, const struct looks *looks, size_t run)
{
    char text[RUN_MAX + 8];
    size_t len = write_looks(text, looks);
    if (len > run)
        return 0;
    memcpy(out, text, len);
    return len;
}

size_t squeeze_output(char *bytes, size_t len, int rows)
{
    char whole_region[32];
    struct looks looks;
    size_t out = 0;
    struct str s = {bytes, len};
    snprintf(whole_region, sizeof whole_region, "\033[1;%dr", rows);
    struct str region = str_from(whole_region);
    while (s.len) {
        size_t run = *s.at == '\033' ? read_run(s, &looks) : 0;
        size_t made = run ? squeeze_run(bytes + out, &looks, run) : 0;
        if (made) {
            out += made;
            s = str_skip(s, run);
        } else if (*s.at == '\033' && str_starts(s, region)) {
            memcpy(bytes + out, "\033[r", 3);
            out += 3;
            s = str_skip(s, region.len);
        } else {
            bytes[out++] = *s.at;
            s = str_skip(s, 1);
        }
    }
    return out;
}
