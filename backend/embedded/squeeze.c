/* SPDX-License-Identifier: MIT */
/*
 * Compressed files, by zlib and zstd. A file may be several compressed ones, one behind the other:
 * that is how both formats are appended to. Knows nothing of what is in them.
 */
#include "backend/embedded/squeeze.h"

#include "base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum { PIECE = 256 * 1024, WINDOW = 15, GZIP = 16, ZSTD_WINDOW_MAX = 27 };

bool squeeze_gzip(struct buf *out, struct str bytes, struct err *err)
{
    z_stream z = {0};
    if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, WINDOW + GZIP, 8, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        return err_set(err, ERR_INTERNAL, "zlib gives no memory");
    size_t most = deflateBound(&z, bytes.len);
    z.next_in = (Bytef *)(uintptr_t)bytes.at;
    z.avail_in = (uInt)bytes.len;
    z.next_out = (Bytef *)buf_reserve(out, most);
    z.avail_out = (uInt)most;
    int code = deflate(&z, Z_FINISH);
    out->len += z.total_out;
    deflateEnd(&z);
    return code == Z_STREAM_END || err_set(err, ERR_INTERNAL, "zlib cannot compress");
}

/* ---- reading ---- */

struct squeeze {
    int fd;
    enum squeeze_kind kind;
    z_stream gzip;
    ZSTD_DStream *zstd;
    unsigned char in[PIECE];
    size_t at, len;
    bool inside; /* of a compressed file: its end is still to come */
    bool over;   /* the descriptor has no more bytes */
};

struct squeeze *squeeze_open(int fd, enum squeeze_kind kind, struct err *err)
{
    struct squeeze *s = mem_new(struct squeeze);
    s->fd = fd;
    s->kind = kind;
    bool done = true;
    if (kind == SQUEEZE_GZIP)
        done = inflateInit2(&s->gzip, WINDOW + GZIP) == Z_OK;
    if (kind == SQUEEZE_ZSTD) {
        s->zstd = ZSTD_createDStream();
        done = s->zstd &&
               !ZSTD_isError(ZSTD_DCtx_setParameter(s->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_MAX));
    }
    if (done)
        return s;
    squeeze_close(s);
    err_set(err, ERR_INTERNAL, "there is no memory to read compressed files");
    return NULL;
}

void squeeze_close(struct squeeze *s)
{
    if (!s)
        return;
    if (s->kind == SQUEEZE_GZIP)
        inflateEnd(&s->gzip);
    ZSTD_freeDStream(s->zstd);
    close(s->fd);
    free(s);
}

static bool fill(struct squeeze *s, struct err *err)
{
    if (s->at < s->len || s->over)
        return true;
    ssize_t got;
    do
        got = read(s->fd, s->in, sizeof s->in);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return err_errno(err, errno, "a file cannot be read");
    s->at = 0;
    s->len = (size_t)got;
    s->over = got == 0;
    return true;
}

static bool damaged(const char *format, struct err *err)
{
    return err_set(err, ERR_DATA, "the file is no whole %s file", format);
}

static bool read_gzip(struct squeeze *s, char *to, size_t *got, struct err *err)
{
    z_stream *z = &s->gzip;
    if (!s->inside && inflateReset(z) != Z_OK)
        return damaged("gzip", err);
    s->inside = true;
    z->next_in = s->in + s->at;
    z->avail_in = (uInt)(s->len - s->at);
    z->next_out = (Bytef *)to;
    z->avail_out = PIECE;
    int code = inflate(z, Z_NO_FLUSH);
    s->at = s->len - z->avail_in;
    *got = PIECE - z->avail_out;
    s->inside = code != Z_STREAM_END;
    return code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR || damaged("gzip", err);
}

static bool read_zstd(struct squeeze *s, char *to, size_t *got, struct err *err)
{
    ZSTD_inBuffer in = {s->in, s->len, s->at};
    ZSTD_outBuffer out = {to, PIECE, 0};
    size_t left = ZSTD_decompressStream(s->zstd, &out, &in);
    s->at = in.pos;
    *got = out.pos;
    s->inside = left != 0;
    return !ZSTD_isError(left) || damaged("zstd", err);
}

static bool read_plain(struct squeeze *s, char *to, size_t *got)
{
    *got = s->len - s->at;
    memcpy(to, s->in + s->at, *got);
    s->at = s->len;
    return true;
}

static bool read_piece(struct squeeze *s, char *to, size_t *got, struct err *err)
{
    return s->kind == SQUEEZE_GZIP   ? read_gzip(s, to, got, err)
           : s->kind == SQUEEZE_ZSTD ? read_zstd(s, to, got, err)
                                     : read_plain(s, to, got);
}

bool squeeze_read(struct squeeze *s, struct buf *out, bool *end, struct err *err)
{
    *end = false;
    for (size_t got = 0; got == 0;) {
        if (!fill(s, err))
            return false;
        bool empty = s->at == s->len;
        if (empty && s->over && !s->inside) {
            *end = true;
            return true;
        }
        if (!read_piece(s, buf_reserve(out, PIECE), &got, err))
            return false;
        out->len += got;
        if (empty && s->over && got == 0)
            return damaged(s->kind == SQUEEZE_ZSTD ? "zstd" : "gzip", err);
    }
    return true;
}
