/* SPDX-License-Identifier: MIT */
/* Blocks of bytes from the terminal, as characters. A character cut by a block's end waits for the
 * next. */
#include "tui/raw_input.h"
#include "base/utf8.h"
#include <poll.h>
#include <unistd.h>

enum { CHARACTER_MAX = 4 };

bool raw_input_pending(const struct raw_input *raw)
{
    return raw->at < raw->len;
}

/* Reads more behind what is left; false where there is nothing. */
static bool refill(struct raw_input *raw, int fd)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    size_t left = raw->len - raw->at;
    memmove(raw->bytes, raw->bytes + raw->at, left);
    raw->at = 0;
    raw->len = left;
    if (poll(&ready, 1, 0) <= 0 || !(ready.revents & POLLIN))
        return false;
    ssize_t got = read(fd, raw->bytes + left, sizeof raw->bytes - left);
    if (got <= 0)
        return false;
    raw->len += (size_t)got;
    return true;
}

static struct str rest_of(const struct raw_input *raw)
{
    return (struct str){raw->bytes + raw->at, raw->len - raw->at};
}

/* Whether the bytes at hand may be the beginning of a character only. */
static bool is_cut(struct str rest)
{
    uint32_t point;
    struct str at = rest;
    return rest.len < CHARACTER_MAX && (unsigned char)*rest.at >= 0xC2 && !utf8_next(&at, &point);
}

bool raw_input_next(struct raw_input *raw, int fd, struct input_unit *unit)
{
    *unit = (struct input_unit){.kind = INPUT_UNIT_CHARACTER};
    if (!raw_input_pending(raw) && !refill(raw, fd))
        return false;
    if (is_cut(rest_of(raw)))
        refill(raw, fd);
    struct str rest = rest_of(raw);
    if (!utf8_next(&rest, &unit->code))
        unit->code = 0xFFFD;
    raw->at = raw->len - rest.len;
    return true;
}
