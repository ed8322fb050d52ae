/* SPDX-License-Identifier: MIT */
/*
 * Files of backups, written and read a block at a time. A file has its name only when all of it is
 * on disk. Knows neither tables nor items; what the digest finds is damage, not malice: readers
 * check the items too.
 */
#include "backend/embedded/backup_file.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "backups"
#define MAGIC "dynascope backup"
enum { HEAD = sizeof MAGIC - 1 + 8, ROW_MAX = 1 << 20, DIGEST = 8, BLOCK = 8, NAME = 64 };

/* ---- numbers and digests ---- */

static void put32(struct buf *out, uint32_t n)
{
    uint32_t big = htobe32(n);
    buf_add(out, (struct str){(const char *)&big, sizeof big});
}

static void put64(struct buf *out, uint64_t n)
{
    uint64_t big = htobe64(n);
    buf_add(out, (struct str){(const char *)&big, sizeof big});
}

static uint32_t get32(const char *at)
{
    uint32_t big;
    memcpy(&big, at, sizeof big);
    return be32toh(big);
}

static uint64_t get64(const char *at)
{
    uint64_t big;
    memcpy(&big, at, sizeof big);
    return be64toh(big);
}

/* Words are little-endian, the last one is filled with zeros; the length makes those differ. */
static uint64_t digest(uint64_t before, struct str bytes)
{
    uint64_t h = before ^ (bytes.len * UINT64_C(0x9E3779B97F4A7C15)), w;
    while (bytes.len) {
        size_t take = bytes.len < sizeof w ? bytes.len : sizeof w;
        w = 0;
        memcpy(&w, bytes.at, take);
        h = (h ^ le64toh(w)) * UINT64_C(0xD6E8FEB86659FD93);
        h ^= h >> 32;
        bytes = str_skip(bytes, take);
    }
    return h;
}

/* ---- the folder ---- */

static bool name_file(char name[NAME], struct str id, const char *ending, struct err *err)
{
    int len = snprintf(name, NAME, "%.*s%s", STR_ARG(id), ending);
    return (len > 0 && len < NAME && str_find_byte(id, '/') == SIZE_MAX && id.at[0] != '.') ||
           err_set(err, ERR_FILE, "a backup has an impossible name");
}

static int open_folder(struct store *store, bool create)
{
    int top = open(store_path(store), O_RDONLY | O_DIRECTORY | O_CLOEXEC), folder = -1;
    if (top >= 0 && create && mkdirat(top, FOLDER, 0700) == 0 && fsync(top) != 0)
        create = false;
    if (top >= 0)
        folder = openat(top, FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    int code = errno;
    if (top >= 0)
        close(top);
    errno = code;
    return folder;
}

static bool fail(struct store *store, const char *doing, struct err *err)
{
    return err_errno(err, errno, "%s/" FOLDER ": %s", store_path(store), doing);
}

static bool open_file(struct backup_file *file, struct store *store, struct str id,
    const char *ending, int flags, struct err *err)
{
    char name[NAME];
    file->fd = -1;
    if (!name_file(name, id, ending, err))
        return false;
    int folder = open_folder(store, (flags & O_CREAT) != 0);
    if (folder < 0)
        return (errno == ENOENT && !(flags & O_CREAT)) ||
               fail(store, "the folder cannot be opened", err);
    file->fd = openat(folder, name, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
    int code = errno;
    close(folder);
    errno = code;
    return file->fd >= 0 || (errno == ENOENT && !(flags & O_CREAT)) ||
           fail(store, "the file of a backup cannot be opened", err);
}

void backup_file_close(struct backup_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
}

/* ---- writing ---- */

static bool write_all(struct backup_file *file, struct str bytes, struct err *err)
{
    while (bytes.len) {
        ssize_t put = pwrite(file->fd, bytes.at, bytes.len, file->offset);
        if (put < 0 && errno != EINTR)
            return err_errno(err, errno, "a backup cannot be written");
        if (put <= 0)
            continue;
        file->offset += put;
        bytes = str_skip(bytes, (size_t)put);
    }
    return true;
}

/* Adds the digest of what is in `bytes` and writes all of it. */
static bool write_digested(struct backup_file *file, struct buf *bytes, struct err *err)
{
    file->digest = digest(file->digest, buf_str(bytes));
    put64(bytes, file->digest);
    bool done = write_all(file, buf_str(bytes), err);
    buf_fini(bytes);
    return done;
}

bool backup_file_create(
    struct backup_file *file, struct store *store, struct str id, struct str row, struct err *err)
{
    struct buf head = {0};
    *file = (struct backup_file){.fd = -1};
    if (!open_file(file, store, id, ".part", O_RDWR | O_CREAT | O_TRUNC, err))
        return false;
    buf_add(&head, STR(MAGIC));
    put32(&head, BACKUP_FILE_VERSION);
    put32(&head, (uint32_t)row.len);
    buf_add(&head, row);
    return write_digested(file, &head, err);
}

bool backup_file_resume(
    struct backup_file *file, struct store *store, struct str id, bool *found, struct err *err)
{
    struct stat st;
    int64_t offset = file->offset;
    *found = false;
    if (!open_file(file, store, id, ".part", O_RDWR, err))
        return false;
    if (file->fd < 0 || fstat(file->fd, &st) != 0 || st.st_size < offset)
        return true;
    *found = true;
    return true;
}

bool backup_file_add(struct backup_file *file, struct str items, size_t count, struct err *err)
{
    struct buf block = {0};
    put32(&block, (uint32_t)items.len);
    put32(&block, (uint32_t)count);
    buf_add(&block, items);
    return write_digested(file, &block, err) &&
           (fdatasync(file->fd) == 0 || err_errno(err, errno, "a backup cannot be synced"));
}

static bool give_name(struct store *store, struct str id, struct err *err)
{
    char from[NAME], to[NAME];
    if (!name_file(from, id, ".part", err) || !name_file(to, id, "", err))
        return false;
    int folder = open_folder(store, false);
    bool done = folder >= 0 && renameat(folder, from, folder, to) == 0 && fsync(folder) == 0;
    if (!done)
        fail(store, "a backup cannot be named", err);
    if (folder >= 0)
        close(folder);
    return done;
}

bool backup_file_finish(struct backup_file *file, struct store *store, struct str id, int64_t items,
    int64_t bytes, struct err *err)
{
    struct buf end = {0};
    put32(&end, 0);
    put32(&end, 0);
    put64(&end, (uint64_t)items);
    put64(&end, (uint64_t)bytes);
    if (!write_digested(file, &end, err))
        return false;
    if (ftruncate(file->fd, file->offset) != 0 || fsync(file->fd) != 0)
        return err_errno(err, errno, "a backup cannot be synced");
    return give_name(store, id, err);
}

static bool remove_one(int folder, const char *name)
{
    return unlinkat(folder, name, 0) == 0 || errno == ENOENT;
}

bool backup_file_remove(struct store *store, struct str id, struct err *err)
{
    char part[NAME], name[NAME];
    if (!name_file(part, id, ".part", err) || !name_file(name, id, "", err))
        return false;
    int folder = open_folder(store, false);
    if (folder < 0)
        return errno == ENOENT || fail(store, "the folder cannot be opened", err);
    bool done = (remove_one(folder, part) && remove_one(folder, name)) ||
                fail(store, "a backup cannot be removed", err);
    close(folder);
    return done;
}

/* ---- reading ---- */

static bool damaged(const char *what, struct err *err)
{
    return err_set(err, ERR_DATA, "the backup is damaged: %s", what);
}

static bool read_all(struct backup_file *file, struct buf *out, size_t len, struct err *err)
{
    char *to = buf_reserve(out, len);
    for (size_t have = 0; have < len;) {
        ssize_t got = pread(file->fd, to + have, len - have, file->offset + (off_t)have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_errno(err, errno, "a backup cannot be read");
        if (got == 0)
            return damaged("it is cut short", err);
        have += (size_t)got;
    }
    out->len += len;
    file->offset += (int64_t)len;
    return true;
}

/* Reads the digest behind what is in `bytes`. */
static bool read_digest(struct backup_file *file, struct buf *bytes, struct err *err)
{
    uint64_t wanted = digest(file->digest, buf_str(bytes));
    size_t at = bytes->len;
    if (!read_all(file, bytes, DIGEST, err))
        return false;
    bytes->len = at;
    file->digest = get64(bytes->at + at);
    return file->digest == wanted || damaged("a checksum does not fit", err);
}

static bool read_head(struct backup_file *file, struct buf *head, struct err *err)
{
    if (!read_all(file, head, HEAD, err))
        return false;
    uint32_t version = get32(head->at + HEAD - 8), len = get32(head->at + HEAD - 4);
    if (!str_starts(buf_str(head), STR(MAGIC)))
        return damaged("it is not one of dynascope's", err);
    if (version != BACKUP_FILE_VERSION)
        return err_set(err, ERR_DATA,
            "the backup has version %" PRIu32 ", this program reads version %d", version,
            BACKUP_FILE_VERSION);
    if (len == 0 || len > ROW_MAX)
        return damaged("its first block has an impossible length", err);
    return read_all(file, head, len, err) && read_digest(file, head, err);
}

bool backup_file_open(
    struct backup_file *file, struct store *store, struct str id, struct buf *row, struct err *err)
{
    struct buf head = {0};
    *file = (struct backup_file){.fd = -1};
    if (!open_file(file, store, id, "", O_RDONLY, err))
        return false;
    if (file->fd < 0)
        return damaged("its file is gone", err);
    bool done = read_head(file, &head, err);
    if (done)
        buf_add(row, str_skip(buf_str(&head), HEAD));
    buf_fini(&head);
    return done;
}

bool backup_file_read(struct backup_file *file, struct buf *items, size_t *count, struct err *err)
{
    buf_clear(items);
    *count = 0;
    if (!read_all(file, items, BLOCK, err))
        return false;
    uint32_t len = get32(items->at);
    *count = get32(items->at + 4);
    if (len > BACKUP_FILE_BLOCK_MAX || (len == 0) != (*count == 0))
        return damaged("a block has an impossible length", err);
    if (!read_all(file, items, len ? len : 16, err) || !read_digest(file, items, err))
        return false;
    memmove(items->at, items->at + BLOCK, items->len - BLOCK);
    items->len -= BLOCK;
    return true;
}
