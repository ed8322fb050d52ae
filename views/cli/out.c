/* SPDX-License-Identifier: MIT */
/*
 * Standard output: buffered, safe on terminals, quiet when the reader goes away. Knows nothing of
 * items; lines come in as text.
 */
#include "views/cli/out.h"
#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <stdlib.h>
#include <unistd.h>

enum { OUT_FULL = 64 * 1024, SYNC_BYTES = 8 << 20 };

void cli_out_init(struct cli_out *out, int fd)
{
    *out = (struct cli_out){.fd = fd, .terminal = isatty(fd) == 1};
    const char *codeset = nl_langinfo(CODESET);
    out->ascii = out->terminal && strcmp(codeset, "UTF-8") != 0;
}

void cli_out_fini(struct cli_out *out)
{
    buf_fini(&out->pending);
}

/* First and last code points of what a terminal must not get; in order. */
static const uint32_t unsafe[][2] = {
    {0x00, 0x1F},       /* C0 */
    {0x7F, 0x9F},       /* DEL, C1 */
    {0xAD, 0xAD},       /* soft hyphen */
    {0x34F, 0x34F},     /* combining grapheme joiner */
    {0x61C, 0x61C},     /* Arabic letter mark */
    {0x115F, 0x1160},   /* Hangul fillers */
    {0x17B4, 0x17B5},   /* Khmer inherent vowels */
    {0x180B, 0x180F},   /* Mongolian selectors */
    {0x200B, 0x200F},   /* zero width, direction marks */
    {0x2028, 0x202E},   /* separators, embeddings, overrides */
    {0x2060, 0x206F},   /* invisible operators, isolates */
    {0x3164, 0x3164},   /* Hangul filler */
    {0xFEFF, 0xFEFF},   /* byte order mark */
    {0xFFA0, 0xFFA0},   /* half-width Hangul filler */
    {0xFFF9, 0xFFFB},   /* interlinear annotation */
    {0x13430, 0x1345F}, /* Egyptian format controls */
    {0x1BCA0, 0x1BCA3}, /* shorthand format controls */
    {0x1D173, 0x1D17A}, /* musical format controls */
    {0xE0000, 0xE0FFF}, /* tags, supplementary selectors */
};

bool cli_out_is_unsafe(uint32_t point)
{
    if (point >= 0x20 && point < 0x7F)
        return false;
    for (size_t i = 0; i < sizeof unsafe / sizeof *unsafe; i++)
        if (point >= unsafe[i][0] && point <= unsafe[i][1])
            return true;
    return false;
}

static void add_escape(struct buf *to, uint32_t point)
{
    if (point < 0x10000) {
        buf_printf(to, "\\u%04x", (unsigned)point);
        return;
    }
    point -= 0x10000;
    buf_printf(
        to, "\\u%04x\\u%04x", 0xD800 + (unsigned)(point >> 10), 0xDC00 + (unsigned)(point & 0x3FF));
}

/* Length of the run of printable ASCII at the front: most of all text. */
static size_t plain_run(struct str text)
{
    size_t n = 0;
    while (n < text.len && text.at[n] >= 0x20 && text.at[n] < 0x7F)
        n++;
    return n;
}

void cli_out_add_safe(struct buf *to, struct str text, bool ascii)
{
    while (text.len) {
        size_t run = plain_run(text);
        buf_add(to, str_take(text, run));
        text = str_skip(text, run);
        if (!text.len)
            break;
        struct str before = text;
        uint32_t point;
        if (!utf8_next(&text, &point))
            add_escape(to, 0xFFFD);
        else if ((ascii && point >= 0x80) || cli_out_is_unsafe(point))
            add_escape(to, point);
        else
            buf_add(to, str_take(before, before.len - text.len));
    }
}

void cli_out_text(struct cli_out *out, struct str text)
{
    if (out->closed)
        return;
    if (out->terminal)
        cli_out_add_safe(&out->pending, text, out->ascii);
    else
        buf_add(&out->pending, text);
}

void cli_out_words(struct cli_out *out, struct str text)
{
    static const struct str ellipsis = {"…", sizeof "…" - 1};
    for (size_t at; out->ascii && (at = str_find(text, ellipsis)) != SIZE_MAX;) {
        buf_add(&out->pending, str_take(text, at));
        buf_add(&out->pending, STR("..."));
        text = str_skip(text, at + ellipsis.len);
    }
    buf_add(&out->pending, text);
}

/* The disk begins with what is there already, so that less is left for the sync at the end. */
static void begin_sync(struct cli_out *out, size_t written)
{
    out->unsynced += written;
    if (!out->file || out->unsynced < SYNC_BYTES)
        return;
    sync_file_range(out->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
    out->unsynced = 0;
}

static void write_bytes(struct cli_out *out, struct str bytes)
{
    while (bytes.len && !out->closed) {
        ssize_t n = write(out->fd, bytes.at, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            out->error = errno == EPIPE ? 0 : errno;
            out->closed = true;
            break;
        }
        bytes = str_skip(bytes, (size_t)n);
        begin_sync(out, (size_t)n);
    }
}

static bool write_all(struct cli_out *out)
{
    if (out->pending.len)
        waiting_wipe(out->waiting);
    write_bytes(out, buf_str(&out->pending));
    buf_clear(&out->pending);
    return !out->closed;
}

void cli_out_line(struct cli_out *out, struct str line)
{
    if (line.len && line.at[line.len - 1] == '\n')
        line.len--;
    cli_out_text(out, line);
    buf_add_byte(&out->pending, '\n');
    if (out->pending.len >= OUT_FULL)
        write_all(out);
}

void cli_out_block(struct cli_out *out, struct str lines)
{
    struct str line;
    if (!out->terminal && lines.len >= OUT_FULL) {
        write_all(out);
        write_bytes(out, lines);
    } else if (!out->terminal) {
        cli_out_text(out, lines);
    } else {
        while (str_cut(&lines, '\n', &line))
            cli_out_line(out, line);
    }
}

bool cli_out_flush(struct cli_out *out, struct err *err)
{
    if (!out->closed)
        write_all(out);
    if (out->error)
        return err_errno(err, out->error, "cannot write to the standard output");
    return !out->closed;
}
