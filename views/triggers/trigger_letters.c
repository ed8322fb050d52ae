/* SPDX-License-Identifier: MIT */
/*
 * Reading dead letters, and crossing out those that were dealt with. The file may be shared by
 * mappings and is appended to by runners, so a document that was dealt with is overwritten with
 * blanks where it stands, under the lock that appending takes.
 *
 *     {"requestContext":…,"payload":"{\"Records\":[…]}"}\n      ──redriven──▶   "          …   \n"
 */
#include "views/triggers/trigger_letters.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static struct str text_of(const struct json *object, const char *name)
{
    const struct json *found = json_get(object, str_from(name));
    return json_is(found, JSON_STRING) ? found->text : STR_NONE;
}

static bool is_ours(const struct mapping *m, const struct json *request, const struct json *batch)
{
    struct str arn = text_of(request, "functionArn");
    size_t len = m->function.len;
    return str_equal(text_of(batch, "streamArn"), m->source) && arn.len > len &&
           str_ends(arn, m->function) && arn.at[arn.len - len - 1] == ':';
}

static bool read_letter(
    struct arena *arena, const struct mapping *mapping, struct str line, struct trigger_letter *out)
{
    struct err ignored = ERR_INIT;
    const struct json *json = json_parse(arena, line, &ignored);
    const struct json *request = json_get(json, STR("requestContext"));
    const struct json *batch = json_get(json, STR("DDBStreamBatchInfo"));
    if (!json_is(json, JSON_OBJECT) || !is_ours(mapping, request, batch))
        return false;
    *out = (struct trigger_letter){.line = line,
        .time = text_of(json, "timestamp"),
        .condition = text_of(request, "condition"),
        .request_id = text_of(request, "requestId"),
        .shard = text_of(batch, "shardId"),
        .first = text_of(batch, "startSequenceNumber"),
        .last = text_of(batch, "endSequenceNumber"),
        .payload = text_of(json, "payload")};
    json_to_i64(json_get(request, STR("approximateInvokeCount")), &out->calls);
    json_to_i64(json_get(batch, STR("batchSize")), &out->records);
    return true;
}

static void add_letter(
    struct arena *arena, struct trigger_letters *out, const struct trigger_letter *letter)
{
    if ((out->count & (out->count - 1)) == 0) {
        struct trigger_letter *more = arena_array(arena, struct trigger_letter, 2 * out->count + 1);
        if (out->count)
            memcpy(more, out->items, out->count * sizeof *more);
        out->items = more;
    }
    out->items[out->count++] = *letter;
}

static void turn_round(struct trigger_letters *letters)
{
    for (size_t i = 0, j = letters->count; i + 1 < j; i++) {
        struct trigger_letter kept = letters->items[i];
        letters->items[i] = letters->items[--j];
        letters->items[j] = kept;
    }
}

/* From the end on, since the newest are wanted; then the other way round. */
static void read_lines(struct arena *arena, const struct mapping *mapping, struct str text,
    uint64_t at, size_t most, struct trigger_letters *out)
{
    size_t end = text.len;
    struct trigger_letter letter;
    while (end && out->count < most) {
        size_t begin = end - (text.at[end - 1] == '\n');
        size_t stop = begin;
        while (begin && text.at[begin - 1] != '\n')
            begin--;
        if (read_letter(arena, mapping, (struct str){text.at + begin, stop - begin}, &letter)) {
            letter.at = at + begin;
            add_letter(arena, out, &letter);
        }
        end = begin;
    }
    out->more = end > 0 || at > 0;
    turn_round(out);
}

bool trigger_letters_read(struct arena *arena, const char *path, const struct mapping *mapping,
    const struct trigger_letters_limits *limits, struct trigger_letters *out, struct err *err)
{
    struct stat s;
    *out = (struct trigger_letters){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return errno == ENOENT || err_errno(err, errno, "%s cannot be read", path);
    if (fstat(fd, &s) != 0 || !S_ISREG(s.st_mode)) {
        close(fd);
        return err_set(err, ERR_FILE, "%s is no plain file", path);
    }
    uint64_t size = (uint64_t)s.st_size;
    uint64_t at = size > limits->bytes ? size - limits->bytes : 0;
    char *text = arena_alloc(arena, (size_t)(size - at) + 1);
    ssize_t n = pread(fd, text, (size_t)(size - at), (off_t)at);
    close(fd);
    if (n < 0)
        return err_errno(err, errno, "%s cannot be read", path);
    read_lines(arena, mapping, (struct str){text, (size_t)n}, at, limits->count, out);
    return true;
}

static bool write_blanks(int fd, uint64_t at, struct str line, char *room)
{
    if (pread(fd, room, line.len, (off_t)at) != (ssize_t)line.len ||
        memcmp(room, line.at, line.len) != 0)
        return true; /* somebody else was quicker */
    memset(room, ' ', line.len);
    return pwrite(fd, room, line.len, (off_t)at) == (ssize_t)line.len && fdatasync(fd) == 0;
}

bool trigger_letters_blank(const char *path, uint64_t at, struct str line, struct err *err)
{
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    char *room = mem_alloc(line.len + 1);
    bool ok = fd >= 0 && flock(fd, LOCK_EX) == 0 && write_blanks(fd, at, line, room);
    if (!ok)
        err_errno(err, errno, "%s cannot be changed", path);
    free(room);
    if (fd >= 0)
        close(fd);
    return ok;
}

/* Under the lock: what a runner appended meanwhile is seen. */
void trigger_letters_tidy(const char *path)
{
    char piece[4096];
    bool all = true;
    ssize_t n = 1;
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd >= 0 && flock(fd, LOCK_EX) == 0) {
        while (all && (n = read(fd, piece, sizeof piece)) > 0)
            for (ssize_t i = 0; all && i < n; i++)
                all = piece[i] == ' ' || piece[i] == '\n';
        if (all && n == 0 && ftruncate(fd, 0) != 0)
            all = false; /* it stays as blanks */
    }
    if (fd >= 0)
        close(fd);
}
