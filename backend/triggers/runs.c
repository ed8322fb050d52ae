/* SPDX-License-Identifier: MIT */
/*
 * Invocations that were, a line of JSON each. Knows nothing of what an event is.
 *
 *     runs    the newer lines, appended in one write each
 *     runs.1  the older ones: runs is renamed to it when it has 8 MB
 */
#include "backend/triggers/runs.h"

#include "backend/json.h"
#include "backend/triggers/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 8 << 20, PART_MAX = 16 << 10, FIRST_LOOK = 256 << 10 };

static const struct text_field {
    const char *name;
    size_t at, most;
} texts[] = {
    {"id", offsetof(struct run, request_id), 64},
    {"mapping", offsetof(struct run, mapping), 64},
    {"outcome", offsetof(struct run, outcome), 32},
    {"shard", offsetof(struct run, shard), 128},
    {"first", offsetof(struct run, first), 64},
    {"last", offsetof(struct run, last), 64},
    {"stream", offsetof(struct run, log_stream), 128},
    {"event", offsetof(struct run, event), PART_MAX},
    {"result", offsetof(struct run, result), PART_MAX},
};

static const struct number_field {
    const char *name;
    size_t at;
} numbers[] = {
    {"time", offsetof(struct run, time_ms)},
    {"duration", offsetof(struct run, duration_us)},
    {"init", offsetof(struct run, init_us)},
    {"memory", offsetof(struct run, memory_kb)},
};

enum { TEXTS = sizeof texts / sizeof *texts, NUMBERS = sizeof numbers / sizeof *numbers };

/* ---- writing ---- */

static void put_text(struct buf *line, const struct text_field *field, struct str text)
{
    bool event = field->at == offsetof(struct run, event);
    if (!text.len || (event && text.len > field->most))
        return; /* half an event is none */
    json_put_name(line, str_from(field->name));
    json_put_string(line, str_take(text, field->most));
}

static void put_line(struct buf *line, const struct run *run)
{
    buf_add_byte(line, '{');
    for (size_t i = 0; i < NUMBERS; i++) {
        json_put_name(line, str_from(numbers[i].name));
        buf_printf(line, "%" PRId64, *(const int64_t *)((const char *)run + numbers[i].at));
    }
    buf_printf(line, ",\"attempt\":%u,\"records\":%u", run->attempt, run->records);
    for (size_t i = 0; i < TEXTS; i++)
        put_text(line, &texts[i], *(const struct str *)((const char *)run + texts[i].at));
    buf_add(line, STR("}\n"));
}

/* Whoever finds the file full renames it, unless another one was quicker. */
static void rotate(int folder, int fd)
{
    struct stat mine, there;
    if (fstat(fd, &mine) != 0 || mine.st_size < FILE_MAX || flock(fd, LOCK_EX | LOCK_NB) != 0)
        return;
    if (fstatat(folder, "runs", &there, AT_SYMLINK_NOFOLLOW) == 0 && there.st_ino == mine.st_ino)
        renameat(folder, "runs", folder, "runs.1");
}

bool run_add(const char *function_folder, const struct run *run, struct err *err)
{
    struct buf line = {0};
    int folder;
    if (!folder_open(AT_FDCWD, function_folder, true, &folder, err))
        return false;
    put_line(&line, run);
    int fd = openat(folder, "runs",
        O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
    bool ok = fd >= 0 && write(fd, line.at, line.len) == (ssize_t)line.len;
    if (ok)
        rotate(folder, fd);
    else
        err_errno(err, errno, "%s/runs cannot be written", function_folder);
    buf_fini(&line);
    folder_close(fd);
    folder_close(folder);
    return ok;
}

/* ---- reading ---- */

struct reading {
    struct arena *arena;
    struct run *out;
    size_t most, count;
};

static bool read_run(struct arena *arena, struct str line, struct run *run)
{
    struct err ignored = ERR_INIT;
    const struct json *json = json_parse(arena, arena_dup(arena, line), &ignored);
    int64_t value;
    if (!json_is(json, JSON_OBJECT))
        return false;
    *run = (struct run){0};
    for (size_t i = 0; i < TEXTS; i++) {
        const struct json *text = json_get(json, str_from(texts[i].name));
        if (json_is(text, JSON_STRING))
            *(struct str *)((char *)run + texts[i].at) = text->text;
    }
    for (size_t i = 0; i < NUMBERS; i++)
        if (json_to_i64(json_get(json, str_from(numbers[i].name)), &value))
            *(int64_t *)((char *)run + numbers[i].at) = value;
    if (json_to_i64(json_get(json, STR("attempt")), &value))
        run->attempt = (unsigned)value;
    if (json_to_i64(json_get(json, STR("records")), &value))
        run->records = (unsigned)value;
    return true;
}

/* Lines from the end of `text` on; a last one without its line feed is being written. */
static void read_lines(struct reading *r, struct str text)
{
    size_t end = text.len;
    while (end && text.at[end - 1] != '\n')
        end--;
    while (end && r->count < r->most) {
        size_t begin = end - 1;
        while (begin && text.at[begin - 1] != '\n')
            begin--;
        struct str line = {text.at + begin, end - 1 - begin};
        r->count += read_run(r->arena, line, &r->out[r->count]);
        end = begin;
    }
}

static size_t count_lines(struct str text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.at[i] == '\n';
    return count;
}

/* The end of a file that holds as many lines as are wanted, from the start of a line on. */
static void read_end(int fd, off_t size, size_t lines, struct buf *out)
{
    for (off_t look = FIRST_LOOK;; look *= 4) {
        off_t at = size > look ? size - look : 0;
        buf_clear(out);
        ssize_t n = pread(fd, buf_reserve(out, (size_t)(size - at)), (size_t)(size - at), at);
        out->len = n > 0 ? (size_t)n : 0;
        if (at && out->len)
            *out->at = ' '; /* the first line is whole only by chance: it counts as none */
        if (!at || n <= 0 || count_lines(buf_str(out)) > lines)
            return;
    }
}

static void read_file(struct reading *r, int folder, const char *name)
{
    struct buf text = {0};
    struct stat s;
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return;
    if (fstat(fd, &s) == 0 && S_ISREG(s.st_mode) && s.st_size <= 2 * FILE_MAX) {
        read_end(fd, s.st_size, r->most - r->count, &text);
        read_lines(r, buf_str(&text));
    }
    buf_fini(&text);
    close(fd);
}

bool runs_read(const char *function_folder, struct arena *arena, size_t most, struct run **out,
    size_t *count, struct err *err)
{
    struct reading r = {.arena = arena, .most = most};
    int folder;
    *count = 0;
    *out = r.out = arena_array(arena, struct run, most ? most : 1);
    if (!folder_open(AT_FDCWD, function_folder, false, &folder, err))
        return false;
    if (folder >= 0)
        read_file(&r, folder, "runs");
    if (folder >= 0 && r.count < most)
        read_file(&r, folder, "runs.1");
    folder_close(folder);
    *count = r.count;
    return true;
}
