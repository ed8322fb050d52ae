/* SPDX-License-Identifier: MIT */
/*
 * gzip, zlib and zstd in memory, piece by piece, so that a bomb costs no more than the bound and a
 * cut text still shows its front.
 *
 *   first bytes   1f 8b 08           gzip
 *                 28 b5 2f fd        zstd
 *                 x8 yy, 31 | x8yy   zlib, without a dictionary
 *
 * Must not know where the bytes are from.
 */
#include "backend/unpack.h"

#include <zlib.h>
#include <zstd.h>

enum { PIECE = 64 * 1024, WINDOW = 15, GZIP = 16, ZSTD_WINDOW_MAX = 23, ZLIB_LEAST = 8 };

static unsigned byte_at(struct str bytes, size_t at)
{
    return at < bytes.len ? (unsigned char)bytes.at[at] : 0;
}

enum unpack_form unpack_form(struct str bytes)
{
    unsigned head = byte_at(bytes, 0) << 8 | byte_at(bytes, 1);
    if (head == 0x1f8b && byte_at(bytes, 2) == Z_DEFLATED)
        return UNPACK_GZIP;
    if (str_starts(bytes, STR("\x28\xb5\x2f\xfd")))
        return UNPACK_ZSTD;
    bool zlib = (head >> 8 & 15) == Z_DEFLATED && head >> 12 <= 7 && head % 31 == 0 &&
                !(head & 0x20) && bytes.len >= ZLIB_LEAST;
    return zlib ? UNPACK_ZLIB : UNPACK_NONE;
}

const char *unpack_form_name(enum unpack_form form)
{
    static const char *const names[] = {"", "gzip", "zlib", "zstd"};
    return names[form];
}

/* Room for the next piece; 0 where the bound is reached: one byte more would tell of more. */
static size_t next_room(const struct buf *out, size_t end)
{
    size_t left = end - out->len;
    return left < PIECE ? left : PIECE;
}

/* Whether another gzip member stands behind the one that ended. */
static bool next_member(z_stream *z)
{
    struct str rest = {(const char *)z->next_in, z->avail_in};
    return unpack_form(rest) == UNPACK_GZIP && inflateReset(z) == Z_OK;
}

static enum unpack_end inflate_all(z_stream *z, bool gzip, size_t end, struct buf *out)
{
    for (;;) {
        size_t room = next_room(out, end);
        if (!room)
            return UNPACK_MORE;
        z->next_out = (Bytef *)buf_reserve(out, room);
        z->avail_out = (uInt)room;
        int code = inflate(z, Z_NO_FLUSH);
        out->len += room - z->avail_out;
        if (code == Z_STREAM_END && gzip && z->avail_in && next_member(z))
            continue;
        if (code == Z_STREAM_END)
            return z->avail_in ? UNPACK_DAMAGED : UNPACK_WHOLE;
        if (code == Z_BUF_ERROR || (code == Z_OK && !z->avail_in && z->avail_out))
            return UNPACK_SHORT;
        if (code != Z_OK)
            return UNPACK_DAMAGED;
    }
}

static enum unpack_end unpack_deflate(struct str bytes, bool gzip, size_t end, struct buf *out)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)bytes.at, .avail_in = (uInt)bytes.len};
    if (bytes.len > UINT32_MAX || inflateInit2(&z, WINDOW + (gzip ? GZIP : 0)) != Z_OK)
        return UNPACK_DAMAGED;
    enum unpack_end result = inflate_all(&z, gzip, end, out);
    inflateEnd(&z);
    return result;
}

static enum unpack_end unpack_zstd(struct str bytes, size_t end, struct buf *out)
{
    ZSTD_DStream *stream = ZSTD_createDStream();
    ZSTD_inBuffer in = {bytes.at, bytes.len, 0};
    enum unpack_end result = UNPACK_DAMAGED;
    if (!stream ||
        ZSTD_isError(ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, ZSTD_WINDOW_MAX)))
        goto out;
    for (;;) {
        size_t room = next_room(out, end), before = in.pos;
        if (!room) {
            result = UNPACK_MORE;
            break;
        }
        ZSTD_outBuffer piece = {buf_reserve(out, room), room, 0};
        size_t left = ZSTD_decompressStream(stream, &piece, &in);
        if (ZSTD_isError(left))
            break;
        out->len += piece.pos;
        if (left == 0 && in.pos == in.size) {
            result = UNPACK_WHOLE;
            break;
        }
        if (in.pos == before && piece.pos == 0) {
            result = UNPACK_SHORT;
            break;
        }
    }
out:
    ZSTD_freeDStream(stream);
    return result;
}

enum unpack_end unpack(struct str bytes, enum unpack_form form, size_t most, struct buf *out)
{
    /* one byte beyond the bound tells whole from more */
    size_t start = out->len, end = start + most + 1;
    enum unpack_end result = form == UNPACK_ZSTD ? unpack_zstd(bytes, end, out)
                             : form == UNPACK_NONE
                                 ? UNPACK_DAMAGED
                                 : unpack_deflate(bytes, form == UNPACK_GZIP, end, out);
    if (out->len > start + most) {
        out->len = start + most;
        result = UNPACK_MORE;
    }
    return result;
}
