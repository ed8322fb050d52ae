/* SPDX-License-Identifier: MIT */
/*
 * Writes down what was given up. Several mappings, in several processes, may share a file: each
 * takes its lock to append. A line that a crash tore is ended before the next one begins.
 */
#include "backend/triggers/dead_letter.h"

#include "backend/json.h"
#include "backend/triggers/event.h"
#include "backend/triggers/function.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the document ---- */

static void put_text(struct buf *out, struct str name, struct str text)
{
    json_put_name(out, name);
    json_put_string(out, text);
}

static void put_number(struct buf *out, struct str name, uint64_t number)
{
    json_put_name(out, name);
    buf_add_u64(out, number);
}

static void put_time(struct buf *out, struct str name, int64_t time_ms, bool millis)
{
    json_put_name(out, name);
    buf_add_byte(out, '"');
    event_put_time(out, time_ms, millis);
    buf_add_byte(out, '"');
}

static void put_request(struct buf *out, const struct dead_letter *letter)
{
    struct buf arn = {0};
    function_put_arn(&arn, letter->region, letter->mapping->function);
    buf_add(out, STR("\"requestContext\":{"));
    put_text(out, STR("requestId"), letter->request_id);
    put_text(out, STR("functionArn"), buf_str(&arn));
    put_text(out, STR("condition"),
        letter->order->expired ? STR("RecordAgeExceeded") : STR("RetryAttemptsExhausted"));
    put_number(out, STR("approximateInvokeCount"), letter->order->attempt);
    buf_add_byte(out, '}');
    buf_fini(&arn);
}

static void put_batch(struct buf *out, const struct dead_letter *letter)
{
    const struct delivery_order *order = letter->order;
    buf_add(out, STR(",\"DDBStreamBatchInfo\":{"));
    put_text(out, STR("shardId"), letter->shard);
    if (order->count) {
        const struct delivery_record *first = &order->records[0];
        const struct delivery_record *last = &order->records[order->count - 1];
        put_text(out, STR("startSequenceNumber"), first->sequence);
        put_text(out, STR("endSequenceNumber"), last->sequence);
        put_time(out, STR("approximateArrivalOfFirstRecord"), first->time_ms, false);
        put_time(out, STR("approximateArrivalOfLastRecord"), last->time_ms, false);
    }
    put_number(out, STR("batchSize"), order->count);
    put_text(out, STR("streamArn"), letter->mapping->source);
    buf_add_byte(out, '}');
}

void dead_letter_put(struct buf *out, const struct dead_letter *letter)
{
    struct buf event = {0};
    buf_add_byte(out, '{');
    put_request(out, letter);
    if (letter->request_id.len)
        buf_add(out, STR(",\"responseContext\":{\"statusCode\":200,\"executedVersion\":"
                         "\"$LATEST\",\"functionError\":\"Unhandled\"}"));
    put_text(out, STR("version"), STR("1.0"));
    put_time(out, STR("timestamp"), letter->now_ms, true);
    put_batch(out, letter);
    event_put(&event, letter->order, letter->shard, letter->mapping->source);
    put_text(out, STR("payload"), buf_str(&event));
    buf_add_byte(out, '}');
    buf_fini(&event);
}

/* ---- the file ---- */

/* arn:aws:sqs:us-east-1:000000000000:failed → sqs-failed.jsonl */
static void put_arn_name(struct buf *path, struct str arn)
{
    struct str rest = arn, piece, service = STR_NONE, name = STR_NONE;
    for (int i = 0; str_cut(&rest, ':', &piece); i++) {
        service = i == 2 ? piece : service;
        name = piece.len ? piece : name;
    }
    size_t from = path->len + 1;
    buf_printf(path, "/%.*s-%.*s.jsonl", STR_ARG(service), STR_ARG(name));
    for (size_t i = from; i < path->len; i++)
        if (path->at[i] == '/')
            path->at[i] = '-';
}

void dead_letter_path(const char *mapping_folder, const struct mapping *mapping, struct buf *path)
{
    buf_clear(path);
    if (mapping->destination.len && *mapping->destination.at == '/') {
        buf_add(path, mapping->destination);
    } else {
        buf_add(path, str_from(mapping_folder));
        if (mapping->destination.len)
            put_arn_name(path, mapping->destination);
        else
            buf_add(path, STR("/dead-letters.jsonl"));
    }
    buf_cstr(path);
}

/* What is no plain file could block, or swallow it. */
static int open_file(const char *path, struct err *err)
{
    struct stat s;
    int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
    if (fd < 0) {
        err_errno(err, errno, "%s cannot be opened", path);
        return -1;
    }
    if (fstat(fd, &s) == 0 && S_ISREG(s.st_mode) && flock(fd, LOCK_EX) == 0)
        return fd;
    err_set(err, ERR_FILE, "%s is not a file that can be appended to", path);
    close(fd);
    return -1;
}

static bool ends_line(int fd, off_t size)
{
    char last;
    return size == 0 || (pread(fd, &last, 1, size - 1) == 1 && last == '\n');
}

/* A file that is new is there after a crash only once its folder is synced. */
static bool sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash && slash > path ? strndup(path, (size_t)(slash - path)) : strdup("/");
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    free(folder);
    return ok;
}

static bool append_line(int fd, const char *path, struct str line, struct err *err)
{
    off_t size = lseek(fd, 0, SEEK_END);
    bool ok = size >= 0 && (ends_line(fd, size) || file_write_all(fd, STR("\n"))) &&
              file_write_all(fd, line) && fdatasync(fd) == 0 && (size > 0 || sync_folder(path));
    int number = errno;
    if (!ok && size >= 0 && ftruncate(fd, size) != 0)
        number = number ? number : errno;
    return ok || err_errno(err, number, "%s cannot be written", path);
}

bool dead_letter_write(
    const char *mapping_folder, const struct dead_letter *letter, struct err *err)
{
    struct buf path = {0}, line = {0};
    dead_letter_path(mapping_folder, letter->mapping, &path);
    int fd = open_file(path.at, err);
    bool ok = fd >= 0;
    if (ok) {
        dead_letter_put(&line, letter);
        buf_add_byte(&line, '\n');
        ok = append_line(fd, path.at, buf_str(&line), err);
        close(fd);
    }
    buf_fini(&path);
    buf_fini(&line);
    return ok;
}
