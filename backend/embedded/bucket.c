/* SPDX-License-Identifier: MIT */
/*
 * Buckets: folders below one root. Every step of a path is opened by itself and may not be a link,
 * so no name leads out of the root, however it is spelled and whatever lies there. Knows nothing of
 * what objects are for.
 */
#include "backend/embedded/bucket.h"

#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOT "buckets"
#define PART ".part"
enum { NAME_LEN = 255, DEPTH_MAX = 64 };

/* ---- names ---- */

static bool is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool bucket_is_name(struct str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!is_alphanumeric(name.at[i]) && !strchr(".-_", name.at[i]))
            return false;
    return name.len && is_alphanumeric(name.at[0]) && is_alphanumeric(name.at[name.len - 1]);
}

static bool is_part(struct str part)
{
    return part.len && part.len + sizeof PART <= NAME_LEN && !str_equal(part, STR(".")) &&
           !str_equal(part, STR("..")) && str_find_byte(part, '\0') == SIZE_MAX;
}

bool bucket_is_prefix(struct str prefix)
{
    struct str rest = prefix, part;
    if (prefix.len > BUCKET_KEY_MAX)
        return false;
    while (str_cut(&rest, '/', &part))
        if (!is_part(part) && !(part.len == 0 && rest.at == NULL && prefix.len > 1))
            return false;
    return true;
}

/* ---- folders ---- */

static bool fail(const char *doing, struct str name, struct err *err)
{
    return err_errno(err, errno, "%s %.*s", doing, STR_ARG(name));
}

static int open_root(const struct engine *engine, bool create)
{
    if (engine->buckets)
        return open(engine->buckets, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int top = open(store_path(engine->store), O_RDONLY | O_DIRECTORY | O_CLOEXEC), root = -1;
    if (top >= 0 && create)
        mkdirat(top, ROOT, 0700);
    if (top >= 0)
        root = openat(top, ROOT, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    int code = errno;
    if (top >= 0)
        close(top);
    errno = code;
    return root;
}

static int open_part(int folder, struct str part, bool create)
{
    char name[NAME_LEN + 1];
    snprintf(name, sizeof name, "%.*s", STR_ARG(part));
    int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (fd >= 0 || !create || errno != ENOENT)
        return fd;
    if (mkdirat(folder, name, 0700) != 0 && errno != EEXIST)
        return -1;
    if (fsync(folder) != 0)
        return -1;
    return openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

bool bucket_open(struct bucket *bucket, const struct engine *engine, struct str name, bool create,
    bool *found, struct err *err)
{
    bucket->fd = -1;
    *found = false;
    if (!bucket_is_name(name) || name.len > NAME_LEN)
        return true;
    int root = open_root(engine, create);
    if (root >= 0) {
        bucket->fd = open_part(root, name, create);
        int code = errno;
        close(root);
        errno = code;
    }
    *found = bucket->fd >= 0;
    return *found || errno == ENOENT || errno == ENOTDIR || errno == ELOOP ||
           fail("the folder of a bucket cannot be opened:", name, err);
}

void bucket_close(struct bucket *bucket)
{
    if (bucket->fd >= 0)
        close(bucket->fd);
    bucket->fd = -1;
}

/* The folder that a key's object lies in, and its name there. */
static int open_folder(
    struct bucket *bucket, struct str key, bool create, char name[NAME_LEN + 1], struct err *err)
{
    struct str rest = key, part;
    int folder = openat(bucket->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (!bucket_is_prefix(key) || key.len == 0) {
        close(folder);
        err_set(err, ERR_FILE, "no file can have the key %.*s", STR_ARG(key));
        return -1;
    }
    while (folder >= 0 && str_cut(&rest, '/', &part) && rest.at) {
        int next = open_part(folder, part, create);
        int code = errno;
        close(folder);
        errno = code;
        folder = next;
    }
    if (folder < 0)
        fail("the folder cannot be opened of", key, err);
    snprintf(name, NAME_LEN + 1, "%.*s", STR_ARG(part));
    return folder;
}

/* ---- objects ---- */

static bool write_at(int fd, int64_t offset, struct str bytes)
{
    while (bytes.len) {
        ssize_t put = pwrite(fd, bytes.at, bytes.len, offset);
        if (put < 0 && errno != EINTR)
            return false;
        if (put <= 0)
            continue;
        offset += put;
        bytes = str_skip(bytes, (size_t)put);
    }
    return true;
}

/* What somebody has taken away meanwhile is not made up with zeros. */
static bool cut_file(int fd, int64_t offset)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return false;
    if (st.st_size < offset)
        errno = ENODATA;
    return st.st_size >= offset && ftruncate(fd, offset) == 0;
}

static bool write_file(int folder, const char *name, int64_t offset, struct str bytes)
{
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return false;
    bool done = cut_file(fd, offset) && write_at(fd, offset, bytes) && fsync(fd) == 0;
    int code = errno;
    close(fd);
    errno = code;
    return done;
}

bool bucket_put(struct bucket *bucket, struct str key, struct str bytes, struct err *err)
{
    char name[NAME_LEN + 1], part[NAME_LEN + sizeof PART];
    int folder = open_folder(bucket, key, true, name, err);
    if (folder < 0)
        return false;
    snprintf(part, sizeof part, "%s" PART, name);
    bool done = (write_file(folder, part, 0, bytes) && renameat(folder, part, folder, name) == 0 &&
                    fsync(folder) == 0) ||
                fail("a file cannot be written:", key, err);
    close(folder);
    return done;
}

bool bucket_append(
    struct bucket *bucket, struct str key, int64_t offset, struct str bytes, struct err *err)
{
    char name[NAME_LEN + 1];
    int folder = open_folder(bucket, key, true, name, err);
    if (folder < 0)
        return false;
    bool done =
        write_file(folder, name, offset, bytes) || fail("a file cannot be written:", key, err);
    close(folder);
    return done;
}

bool bucket_delete(struct bucket *bucket, struct str key, struct err *err)
{
    char name[NAME_LEN + 1];
    int folder = open_folder(bucket, key, false, name, err);
    if (folder < 0)
        return false;
    bool done = unlinkat(folder, name, 0) == 0 || errno == ENOENT ||
                fail("a file cannot be removed:", key, err);
    close(folder);
    return done;
}

bool bucket_read(struct bucket *bucket, struct str key, int *fd, struct err *err)
{
    char name[NAME_LEN + 1];
    struct stat st;
    int folder = open_folder(bucket, key, false, name, err);
    *fd = -1;
    if (folder < 0)
        return false;
    /* not blocking: a fifo would wait for its writer */
    *fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    int code = errno;
    close(folder);
    errno = code;
    if (*fd >= 0 && fstat(*fd, &st) == 0 && S_ISREG(st.st_mode))
        return true;
    if (*fd >= 0) {
        close(*fd);
        errno = EINVAL;
    }
    *fd = -1;
    return fail("a file cannot be read:", key, err);
}

bool bucket_get(struct bucket *bucket, struct str key, struct buf *out, struct err *err)
{
    enum { PIECE = 64 * 1024 };
    int fd;
    ssize_t got = 1;
    if (!bucket_read(bucket, key, &fd, err))
        return false;
    while (got > 0 || (got < 0 && errno == EINTR)) {
        got = read(fd, buf_reserve(out, PIECE), PIECE);
        out->len += got > 0 ? (size_t)got : 0;
    }
    close(fd);
    return got == 0 || fail("a file cannot be read:", key, err);
}

/* ---- listing ---- */

struct listing {
    struct str prefix;
    struct arena *arena;
    struct str *keys;
    size_t count, room;
    struct buf path; /* of the folder, with its slash */
};

static bool add_key(struct listing *l, struct str key, struct err *err)
{
    if (l->count == BUCKET_OBJECTS_MAX)
        return err_set(err, ERR_FILE, "more than %d files begin with the prefix %.*s",
            BUCKET_OBJECTS_MAX, STR_ARG(l->prefix));
    if (l->count == l->room) {
        l->room = l->room ? l->room * 2 : 64;
        l->keys = mem_grow(l->keys, l->room * sizeof *l->keys);
    }
    l->keys[l->count++] = arena_dup(l->arena, key);
    return true;
}

static bool list_folder(struct listing *l, int folder, int depth, struct err *err);

/* A file that fits, a folder that may hold some; links and the rest are passed over. */
static bool list_entry(struct listing *l, int folder, const char *name, int depth, struct err *err)
{
    struct stat st;
    size_t len = l->path.len;
    bool done = true;
    buf_add(&l->path, str_from(name));
    struct str path = buf_str(&l->path), common = path;
    if (common.len > l->prefix.len)
        common.len = l->prefix.len;
    if (str_starts(l->prefix, common) && fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
        if (S_ISREG(st.st_mode) && str_starts(path, l->prefix))
            done = add_key(l, path, err);
        else if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX && path.len < BUCKET_KEY_MAX) {
            int next = open_part(folder, str_from(name), false);
            buf_add_byte(&l->path, '/');
            done = next < 0 || list_folder(l, next, depth + 1, err);
        }
    }
    l->path.len = len;
    return done;
}

/* Takes the descriptor. */
static bool list_folder(struct listing *l, int folder, int depth, struct err *err)
{
    DIR *names = fdopendir(folder);
    const struct dirent *entry;
    bool done = true;
    if (!names) {
        close(folder);
        return err_errno(err, errno, "a folder cannot be read");
    }
    while (done && (entry = readdir(names)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            done = list_entry(l, folder, entry->d_name, depth, err);
    closedir(names);
    return done;
}

static int by_bytes(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

bool bucket_list(struct bucket *bucket, struct str prefix, struct arena *arena, struct str **keys,
    size_t *count, struct err *err)
{
    struct listing l = {.prefix = prefix, .arena = arena};
    int top = openat(bucket->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool done = top >= 0 ? list_folder(&l, top, 0, err)
                         : err_errno(err, errno, "the folder of a bucket cannot be read");
    if (done && l.count)
        qsort(l.keys, l.count, sizeof *l.keys, by_bytes);
    *keys = arena_array(arena, struct str, l.count + 1);
    if (l.count)
        memcpy(*keys, l.keys, l.count * sizeof **keys);
    *count = l.count;
    free(l.keys);
    buf_fini(&l.path);
    return done;
}
