/* SPDX-License-Identifier: MIT */
/*
 * Reading dead letters, and crossing out those that were dealt with. Runners append to the file
 * meanwhile, under its lock.
 */
#include "views/trigger_letters.h"

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

/* From the end on, since the newest are wanted; then the other way round. */
static void read_lines(struct arena *arena, const struct mapping *mapping, struct str text,
    uint64_t at, struct trigger_letters *out)
{
    size_t end = text.len;
    out->items = arena_array(arena, struct trigger_letter, TRIGGER_LETTERS_MOST);
    while (end && out->count < TRIGGER_LETTERS_MOST) {
        size_t begin = end - (text.at[end - 1] == '\n');
        size_t stop = begin;
        while (begin && text.at[begin - 1] != '\n')
            begin--;
        struct trigger_letter *letter = &out->items[TRIGGER_LETTERS_MOST - 1 - out->count];
        if (read_letter(arena, mapping, (struct str){text.at + begin, stop - begin}, letter)) {
            letter->at = at + begin;
            out->count++;
        }
        end = begin;
    }
    out->more = end > 0 || at > 0;
    out->items += TRIGGER_LETTERS_MOST - out->count;
}

bool trigger_letters_read(struct arena *arena, const char *path, const struct mapping *mapping,
    struct trigger_letters *out, struct err *err)
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
    uint64_t at = size > TRIGGER_LETTERS_BYTES ? size - TRIGGER_LETTERS_BYTES : 0;
    char *text = arena_alloc(arena, (size_t)(size - at) + 1);
    ssize_t n = pread(fd, text, (size_t)(size - at), (off_t)at);
    close(fd);
    if (n < 0)
        return err_errno(err, errno, "%s cannot be read", path);
    read_lines(arena, mapping, (struct str){text, (size_t)n}, at, out);
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
