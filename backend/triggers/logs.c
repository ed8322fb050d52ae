/* SPDX-License-Identifier: MIT */
/*
 * Reading log streams: which there are, their events from a place on, the last ones. A stream may
 * be written meanwhile by another process, and its bytes may be anything.
 */
#include "backend/triggers/logs.h"

#include "backend/triggers/logs_impl.h"
#include "base/mem.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { HEX = 32, DATE = 10, BLOCK = 1 << 20, TAIL_MAX = 16 << 20 };

/* ---- names ---- */

/* d = digit, x = lower-case hexadecimal digit, anything else = itself */
static bool fits(struct str text, const char *shape)
{
    if (text.len != strlen(shape))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        bool ok = shape[i] == 'd'   ? isdigit(c) != 0
                  : shape[i] == 'x' ? isdigit(c) || (c >= 'a' && c <= 'f')
                                    : c == (unsigned char)shape[i];
        if (!ok)
            return false;
    }
    return true;
}

#define HEX_SHAPE "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

bool log_file_of(struct str stream, char out[LOG_NAME_MAX])
{
    if (!fits(stream, "dddd/dd/dd/[$LATEST]" HEX_SHAPE))
        return false;
    memcpy(out, stream.at, DATE);
    out[4] = out[7] = out[DATE] = '-';
    memcpy(out + DATE + 1, stream.at + stream.len - HEX, HEX);
    strcpy(out + DATE + 1 + HEX, ".log");
    return true;
}

bool log_stream_of(const char *file, char out[LOG_NAME_MAX])
{
    if (!fits(str_from(file), "dddd-dd-dd-" HEX_SHAPE ".log"))
        return false;
    memcpy(out, file, DATE);
    out[4] = out[7] = '/';
    strcpy(out + DATE, "/[$LATEST]");
    strncat(out, file + DATE + 1, HEX);
    return true;
}

bool log_open_folder(const char *function_folder, bool make, int *fd, struct err *err)
{
    int folder;
    *fd = -1;
    if (!folder_open(AT_FDCWD, function_folder, make, &folder, err))
        return false;
    bool ok = folder_open(folder, "logs", make, fd, err);
    folder_close(folder);
    return ok;
}

static int open_stream(int folder, const char *file, struct stat *s)
{
    int fd = openat(folder, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd >= 0 && (fstat(fd, s) != 0 || !S_ISREG(s->st_mode))) {
        close(fd);
        return -1;
    }
    return fd;
}

/* ---- events ---- */

/* Bytes of a stream: `at` is the place of the first. */
struct piece {
    uint64_t at;
    struct str bytes;
};

enum found { WHOLE, TORN, SHORT }; /* SHORT: more bytes may make it whole */

static enum found event_at(
    const struct piece *piece, uint64_t place, struct log_event *event, uint64_t *next)
{
    struct str rest = str_skip(piece->bytes, (size_t)(place - piece->at));
    if (rest.len < LOG_AROUND)
        return SHORT;
    size_t len = (size_t)log_get(rest.at, 4);
    if (len > LOG_MESSAGE_MAX)
        return TORN;
    if (rest.len < LOG_AROUND + len)
        return SHORT;
    const unsigned char *summed = (const unsigned char *)rest.at + 8;
    if (log_get(rest.at + LOG_FRONT + len, 4) != len ||
        log_get(rest.at + 4, 4) != crc32(0, summed, (uInt)(8 + len)))
        return TORN;
    int64_t time = (int64_t)log_get(rest.at + 8, 8);
    *event = (struct log_event){
        .time_ms = time, .ingestion_ms = time, .message = {rest.at + LOG_FRONT, len}, .at = place};
    *next = place + LOG_AROUND + len;
    return WHOLE;
}

static bool read_piece(int fd, uint64_t at, size_t most, struct buf *block, struct piece *out)
{
    buf_clear(block);
    buf_reserve(block, most);
    while (block->len < most) {
        ssize_t n = pread(fd, block->at + block->len, most - block->len, (off_t)(at + block->len));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        if (n == 0)
            break;
        block->len += (size_t)n;
    }
    *out = (struct piece){at, buf_str(block)};
    return true;
}

struct reading {
    int fd;
    size_t most;
    bool (*see)(void *context, const struct log_event *event);
    void *context;
    struct buf block;
};

/* Where the first event stands that is not before the token: behind the one it was made from. */
static uint64_t start_of(struct reading *r, uint64_t token)
{
    struct piece piece;
    struct log_event event;
    uint64_t next;
    if (token <= LOG_HEAD)
        return LOG_HEAD;
    if (read_piece(r->fd, token - 1, LOG_AROUND + LOG_MESSAGE_MAX, &r->block, &piece) &&
        event_at(&piece, token - 1, &event, &next) == WHOLE)
        return next;
    return UINT64_MAX; /* a made-up token, or a stream that ends there */
}

static bool read_from(struct reading *r, uint64_t place, uint64_t *token)
{
    struct piece piece;
    struct log_event event;
    uint64_t next;
    while (r->most) {
        if (!read_piece(r->fd, place, BLOCK, &r->block, &piece))
            return false;
        uint64_t begin = place;
        while (r->most && event_at(&piece, place, &event, &next) == WHOLE) {
            *token = event.at + 1;
            place = next;
            r->most--;
            if (!r->see(r->context, &event))
                return true;
        }
        if (place == begin)
            return true; /* all that is there */
    }
    return true;
}

bool log_read(const char *function_folder, struct str stream, uint64_t *at, size_t most,
    bool (*see)(void *context, const struct log_event *event), void *context, struct err *err)
{
    struct reading r = {.most = most, .see = see, .context = context};
    char file[LOG_NAME_MAX];
    struct stat s;
    int folder;
    if (!log_file_of(stream, file))
        return true;
    if (!log_open_folder(function_folder, false, &folder, err))
        return false;
    r.fd = folder >= 0 ? open_stream(folder, file, &s) : -1;
    folder_close(folder);
    if (r.fd < 0)
        return true;
    uint64_t start = start_of(&r, *at);
    bool ok = start == UINT64_MAX || read_from(&r, start, at) ||
              err_errno(err, errno, "the log %s cannot be read", file);
    buf_fini(&r.block);
    close(r.fd);
    return ok;
}

/* ---- the last ones ---- */

/* The place of the event that ends at `end`, or 0. */
static uint64_t before(const struct piece *piece, uint64_t end)
{
    struct log_event event;
    uint64_t next;
    if (end < piece->at + LOG_AROUND)
        return 0;
    size_t len = (size_t)log_get(piece->bytes.at + (end - piece->at) - LOG_BACK, 4);
    if (len > LOG_MESSAGE_MAX || end - piece->at < LOG_AROUND + len)
        return 0;
    uint64_t place = end - LOG_AROUND - len;
    return event_at(piece, place, &event, &next) == WHOLE && next == end ? place : 0;
}

/* Where the last whole event ends: the end, or for a torn stream what reading forwards finds. */
static uint64_t last_end(const struct piece *piece)
{
    struct log_event event;
    uint64_t end = piece->at + piece->bytes.len, place = LOG_HEAD, next;
    if (before(piece, end))
        return end;
    if (piece->at > LOG_HEAD)
        return 0;
    while (place < end && event_at(piece, place, &event, &next) == WHOLE)
        place = next;
    return place;
}

bool log_tail(
    const char *function_folder, struct str stream, size_t count, uint64_t *at, struct err *err)
{
    char file[LOG_NAME_MAX];
    struct stat s;
    struct piece piece;
    struct buf block = {0};
    int folder;
    *at = 0;
    if (!log_file_of(stream, file))
        return true;
    if (!log_open_folder(function_folder, false, &folder, err))
        return false;
    int fd = folder >= 0 ? open_stream(folder, file, &s) : -1;
    folder_close(folder);
    if (fd < 0)
        return true;
    uint64_t size = (uint64_t)s.st_size, begin = size > TAIL_MAX ? size - TAIL_MAX : 0;
    if (read_piece(fd, begin, (size_t)(size - begin), &block, &piece) && piece.bytes.len) {
        uint64_t place = last_end(&piece);
        for (size_t i = 0; i < count && place; i++)
            place = before(&piece, place);
        uint64_t previous = place ? before(&piece, place) : 0;
        *at = previous ? previous + 1 : 0;
    }
    buf_fini(&block);
    close(fd);
    return true;
}

/* ---- which there are ---- */

static int64_t time_of(int fd, uint64_t place)
{
    char front[LOG_FRONT];
    return pread(fd, front, sizeof front, (off_t)place) == (ssize_t)sizeof front
               ? (int64_t)log_get(front + 8, 8)
               : 0;
}

/* Without reading what is in between; where the end is torn, the file's own time will do. */
static int64_t last_time(int fd, const struct stat *s)
{
    char back[LOG_BACK];
    uint64_t size = (uint64_t)s->st_size;
    if (size < LOG_HEAD + LOG_AROUND)
        return 0;
    if (pread(fd, back, sizeof back, (off_t)(size - LOG_BACK)) == (ssize_t)sizeof back) {
        uint64_t len = log_get(back, 4), place = size - LOG_AROUND - len;
        char front[4];
        if (len <= size - LOG_HEAD - LOG_AROUND &&
            pread(fd, front, sizeof front, (off_t)place) == (ssize_t)sizeof front &&
            log_get(front, 4) == len)
            return time_of(fd, place);
    }
    return (int64_t)s->st_mtim.tv_sec * 1000 + s->st_mtim.tv_nsec / 1000000;
}

struct listing {
    int folder;
    struct arena *arena;
    struct log_streams *out;
};

static void add_stream(struct listing *l, struct log_stream stream)
{
    struct log_streams *out = l->out;
    if ((out->count & (out->count - 1)) == 0) {
        struct log_stream *more = arena_array(l->arena, struct log_stream, out->count * 2 + 1);
        if (out->count)
            memcpy(more, out->items, out->count * sizeof *more);
        out->items = more;
    }
    out->items[out->count++] = stream;
}

static bool see_stream(void *context, const char *file, struct err *err)
{
    struct listing *l = context;
    char name[LOG_NAME_MAX], head[LOG_HEAD];
    struct stat s;
    (void)err;
    if (!log_stream_of(file, name))
        return true;
    int fd = open_stream(l->folder, file, &s);
    if (fd < 0)
        return true;
    if (pread(fd, head, sizeof head, 0) == (ssize_t)sizeof head &&
        memcmp(head, "dslog 1\n", 8) == 0)
        add_stream(l, (struct log_stream){.name = arena_dup(l->arena, str_from(name)),
                          .created_ms = (int64_t)log_get(head + 8, 8),
                          .first_ms = time_of(fd, LOG_HEAD),
                          .last_ms = last_time(fd, &s),
                          .bytes = (int64_t)s.st_size});
    close(fd);
    return true;
}

static int compare_streams(const void *a, const void *b)
{
    const struct log_stream *x = a, *y = b;
    if (x->created_ms != y->created_ms)
        return x->created_ms < y->created_ms ? -1 : 1;
    return str_compare(x->name, y->name);
}

bool log_streams(
    const char *function_folder, struct arena *arena, struct log_streams *out, struct err *err)
{
    struct listing l = {.arena = arena, .out = out};
    *out = (struct log_streams){0};
    if (!log_open_folder(function_folder, false, &l.folder, err))
        return false;
    bool ok = folder_each(l.folder, see_stream, &l, err);
    folder_close(l.folder);
    if (out->count)
        qsort(out->items, out->count, sizeof *out->items, compare_streams);
    return ok;
}

/* ---- making room ---- */

struct old_file {
    char name[LOG_NAME_MAX];
    int64_t bytes;
};

struct old_files {
    int folder;
    struct old_file *items;
    size_t count;
    int64_t bytes;
};

static bool see_old(void *context, const char *file, struct err *err)
{
    struct old_files *all = context;
    char name[LOG_NAME_MAX];
    struct stat s;
    (void)err;
    if (!log_stream_of(file, name) || fstatat(all->folder, file, &s, AT_SYMLINK_NOFOLLOW) != 0)
        return true;
    if ((all->count & (all->count - 1)) == 0)
        all->items = mem_grow(all->items, (all->count * 2 + 1) * sizeof *all->items);
    struct old_file *item = &all->items[all->count++];
    strcpy(item->name, file);
    item->bytes = (int64_t)s.st_size;
    all->bytes += item->bytes;
    return true;
}

/* In order of names, which begin with the date and the time of creation. */
void log_prune(int folder, int64_t room, const char *keep)
{
    struct old_files all = {.folder = folder};
    struct err ignored = ERR_INIT;
    folder_each(folder, see_old, &all, &ignored);
    size_t left = all.count;
    for (size_t i = 0; i < all.count; i++) {
        if (all.bytes + room <= LOG_TOTAL_MAX && left < LOG_STREAMS_MAX)
            break;
        if (keep && strcmp(all.items[i].name, keep) == 0)
            continue;
        unlinkat(folder, all.items[i].name, 0);
        all.bytes -= all.items[i].bytes;
        left--;
    }
    free(all.items);
}
