/* SPDX-License-Identifier: MIT */
/*
 * Compressed bodies, by libdeflate: whole buffers, no streams. What comes packed may promise
 * anything about its size, so room grows with what comes out, up to a bound:
 *
 *   member member … ─▶ room for 4 times as much ─▶ too little ─▶ twice the room ─▶ … ─▶ too large
 *
 * Knows no headers.
 */
#include "backend/http/coding.h"

#include <libdeflate.h>

enum { LEVEL = 1, ROOM_MIN = 64 << 10 };

struct str coding_name(enum coding coding)
{
    switch (coding) {
    case CODING_GZIP:
        return STR("gzip");
    case CODING_DEFLATE:
        return STR("deflate");
    case CODING_NONE:
    case CODING_COUNT:
        break;
    }
    return STR("identity");
}

/* "deflate" is the form of zlib, whatever its name says. */
bool coding_pack(enum coding coding, struct str bytes, struct buf *out)
{
    struct libdeflate_compressor *c = libdeflate_alloc_compressor(LEVEL);
    bool gzip = coding == CODING_GZIP;
    buf_clear(out);
    if (!c)
        return false;
    size_t room = gzip ? libdeflate_gzip_compress_bound(c, bytes.len)
                       : libdeflate_zlib_compress_bound(c, bytes.len);
    char *at = buf_reserve(out, room);
    out->len = gzip ? libdeflate_gzip_compress(c, bytes.at, bytes.len, at, room)
                    : libdeflate_zlib_compress(c, bytes.at, bytes.len, at, room);
    libdeflate_free_compressor(c);
    return out->len > 0;
}

/* ---- unpacking ---- */

static size_t first_room(size_t len, size_t left)
{
    size_t room = len < left / 4 ? len * 4 : left;
    room = room > ROOM_MIN ? room : ROOM_MIN;
    return room < left ? room : left;
}

/* One member, from the front of `bytes`. */
static enum coding_result unpack_member(
    struct libdeflate_decompressor *d, struct str *bytes, size_t most, struct buf *out)
{
    size_t left = most - out->len, in = 0, got = 0;
    for (size_t room = first_room(bytes->len, left);; room = room < left / 2 ? room * 2 : left) {
        char *at = buf_reserve(out, room ? room : 1);
        enum libdeflate_result result =
            libdeflate_gzip_decompress_ex(d, bytes->at, bytes->len, at, room, &in, &got);
        if (result == LIBDEFLATE_INSUFFICIENT_SPACE && room < left)
            continue;
        if (result == LIBDEFLATE_INSUFFICIENT_SPACE)
            return CODING_TOO_LARGE;
        if (result != LIBDEFLATE_SUCCESS)
            return CODING_BROKEN;
        out->len += got;
        *bytes = str_skip(*bytes, in);
        return CODING_DONE;
    }
}

enum coding_result coding_unpack(struct str bytes, size_t most, struct buf *out)
{
    struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
    enum coding_result result = d && bytes.len ? CODING_DONE : CODING_BROKEN;
    buf_clear(out);
    while (result == CODING_DONE && bytes.len)
        result = unpack_member(d, &bytes, most, out);
    libdeflate_free_decompressor(d);
    return result;
}
