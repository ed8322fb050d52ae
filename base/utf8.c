/* SPDX-License-Identifier: MIT */
/* Strict UTF-8, the only decoder of the program. */
#include "base/utf8.h"

/* Length of the sequence that a lead byte opens, 0 for a byte that opens none. */
static unsigned sequence_length(unsigned char lead)
{
    if (lead < 0x80)
        return 1;
    if (lead < 0xC2)
        return 0;
    return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
}

static bool in_range(uint32_t point, unsigned length)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    return point >= least[length] && point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
}

static bool decode(struct str s, unsigned length, uint32_t *point)
{
    const unsigned char *at = (const unsigned char *)s.at;
    if (length == 0 || s.len < length)
        return false;
    uint32_t value = length == 1 ? at[0] : at[0] & (0x7Fu >> length);
    for (unsigned i = 1; i < length; i++) {
        if ((at[i] & 0xC0) != 0x80)
            return false;
        value = value << 6 | (at[i] & 0x3F);
    }
    *point = value;
    return in_range(value, length);
}

bool utf8_next(struct str *rest, uint32_t *point)
{
    unsigned char lead = (unsigned char)rest->at[0];
    unsigned length = sequence_length(lead);
    bool good = decode(*rest, length, point);
    if (!good) {
        *point = lead;
        length = 1;
    }
    rest->at += length;
    rest->len -= length;
    return good;
}

/* Eight ASCII bytes at a time: most text is ASCII. */
static size_t ascii_prefix(struct str s)
{
    size_t i = 0;
    for (uint64_t word; i + 8 <= s.len; i += 8) {
        memcpy(&word, s.at + i, 8);
        if (word & 0x8080808080808080u)
            break;
    }
    return i;
}

bool utf8_valid(struct str s)
{
    size_t skip = ascii_prefix(s);
    uint32_t point;
    if (skip == s.len)
        return true;
    for (s.at += skip, s.len -= skip; s.len;)
        if (!utf8_next(&s, &point))
            return false;
    return true;
}

size_t utf8_encode(char out[4], uint32_t point)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    size_t length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--, point >>= 6)
        out[i] = (char)(0x80 | (point & 0x3F));
    out[0] = (char)((0xF00u >> length & 0xFF) | point);
    return length;
}

void utf8_add(struct buf *b, uint32_t point)
{
    char bytes[4];
    buf_add_bytes(b, bytes, utf8_encode(bytes, point));
}

size_t utf8_length(struct str s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.len; i++)
        count += ((unsigned char)s.at[i] & 0xC0) != 0x80;
    return count;
}

size_t utf8_before(struct str s, size_t offset)
{
    while (offset > 0 && ((unsigned char)s.at[--offset] & 0xC0) == 0x80)
        ;
    return offset;
}
