/* SPDX-License-Identifier: MIT */
/*
 * Files of lines beside each other in one folder. Knows nothing of what they say. Who adds a line
 * and who makes a file anew exclude each other by a lock on the folder's file "lock"; it is held
 * for as long as one write takes, so that whoever finds it taken waits a moment and no longer.
 */
#include "views/places/memory.h"

#include "backend/backend.h"
#include "base/file.h"
#include "base/mem.h"
#include "views/places/state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MEMORY_LOCK_TRIES = 500 }; /* of a millisecond */

struct memory {
    struct buf folder; /* with its "/" */
};

struct memory *memory_open(struct str identity)
{
    struct err ignored = ERR_INIT;
    struct memory *memory = mem_new(struct memory);
    if (!state_file_path(&memory->folder, "explorer", identity, &ignored)) {
        memory_free(memory);
        return NULL;
    }
    buf_add(&memory->folder, STR("/"));
    return memory;
}

/* A store is known by where its data is, whatever it was called this time. */
struct memory *memory_of_connection(const char *connection, bool remote)
{
    struct buf path = {0};
    struct err ignored = ERR_INIT;
    struct memory *memory = NULL;
    char real[PATH_MAX];
    if (remote)
        return memory_open(str_from(connection));
    if (connection && connection[0])
        buf_add(&path, str_from(connection));
    else
        backend_default_path(&path, &ignored);
    buf_add(&path, STR("/data.mdb"));
    if (realpath(buf_cstr(&path), real))
        memory = memory_open(str_from(real));
    buf_fini(&path);
    return memory;
}

void memory_free(struct memory *memory)
{
    if (!memory)
        return;
    buf_fini(&memory->folder);
    free(memory);
}

static const char *path_of(const struct memory *memory, const char *name, struct buf *path)
{
    buf_add(path, buf_str(&memory->folder));
    buf_add(path, str_from(name));
    return buf_cstr(path);
}

bool memory_read(const struct memory *memory, const char *name, struct buf *out)
{
    struct buf path = {0};
    size_t before = out->len;
    if (memory)
        state_file_read(path_of(memory, name, &path), MEMORY_BYTES_MAX + 1, out);
    buf_fini(&path);
    if (out->len - before <= MEMORY_BYTES_MAX)
        return true;
    out->len = before;
    return false;
}

/* The descriptor that holds it; -1 where it is not to be had, which is no reason to stand still. */
static int take_lock(const struct memory *memory)
{
    struct buf path = {0};
    struct timespec moment = {.tv_nsec = 1000000};
    int fd = open(path_of(memory, "lock", &path), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    bool taken = false;
    for (int i = 0; fd >= 0 && !taken && i < MEMORY_LOCK_TRIES; i++) {
        taken = flock(fd, LOCK_EX | LOCK_NB) == 0;
        if (!taken)
            nanosleep(&moment, NULL);
    }
    buf_fini(&path);
    if (fd >= 0 && !taken)
        close(fd);
    return taken ? fd : -1;
}

/* The path of a file, and the lock under which nobody else makes it anew; -1 with err. */
static int open_for_one(
    const struct memory *memory, const char *name, struct buf *path, struct err *err)
{
    path_of(memory, name, path);
    if (!file_make_parents(path->at, err))
        return -1;
    int lock = take_lock(memory);
    if (lock < 0)
        err_set(err, ERR_BUSY, "another explorer holds %s: try again", path->at);
    return lock;
}

bool memory_replace(const struct memory *memory, const char *name, struct str text, struct err *err)
{
    struct buf path = {0};
    if (!memory)
        return true;
    int lock = open_for_one(memory, name, &path, err);
    bool ok = lock >= 0 && state_file_replace(path.at, text, name, err);
    if (lock >= 0)
        close(lock);
    buf_fini(&path);
    return ok;
}

/* Whether the last write of all was cut off, by a full disk or a crash. */
static bool ends_within_line(int fd)
{
    struct stat st;
    char last = '\n';
    return fstat(fd, &st) == 0 && st.st_size > 0 && pread(fd, &last, 1, st.st_size - 1) == 1 &&
           last != '\n';
}

/* What cannot be finished at once, a pipe in its place, is not waited for. */
static bool append(const char *path, struct str text)
{
    int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
    bool ok = fd >= 0 && (!ends_within_line(fd) || file_write_all(fd, STR("\n"))) &&
              file_write_all(fd, text);
    int error = errno;
    if (fd >= 0)
        close(fd);
    errno = error;
    return ok;
}

bool memory_append(const struct memory *memory, const char *name, struct str line, struct err *err)
{
    struct buf path = {0}, text = {0};
    if (!memory)
        return true;
    path_of(memory, name, &path);
    buf_add(&text, line);
    buf_add(&text, STR("\n"));
    bool ok = file_make_parents(path.at, err);
    int lock = ok ? take_lock(memory) : -1;
    if (ok && !append(path.at, buf_str(&text)))
        ok = err_errno(err, errno, "cannot remember %s in %s", name, path.at);
    if (lock >= 0)
        close(lock);
    buf_fini(&text);
    buf_fini(&path);
    return ok;
}

/* The end of a file that is too long begins with half a line: that one goes. */
static void read_newest(const char *path, struct buf *out)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    off_t from = fd >= 0 && fstat(fd, &st) == 0 && st.st_size > MEMORY_BYTES_MAX
                     ? st.st_size - MEMORY_BYTES_MAX
                     : 0;
    ssize_t n = fd >= 0 ? pread(fd, buf_reserve(out, MEMORY_BYTES_MAX), MEMORY_BYTES_MAX, from) : 0;
    out->len = n > 0 ? (size_t)n : 0;
    size_t end = from ? str_find_byte(buf_str(out), '\n') : SIZE_MAX;
    if (from) {
        struct str whole = end == SIZE_MAX ? STR_NONE : str_skip(buf_str(out), end + 1);
        out->len = whole.len;
        if (whole.len)
            memmove(out->at, whole.at, whole.len);
    }
    if (fd >= 0)
        close(fd);
}

bool memory_rewrite(const struct memory *memory, const char *name,
    bool (*change)(void *context, struct str old, struct buf *text), void *context, struct err *err)
{
    struct buf path = {0}, old = {0}, text = {0};
    if (!memory)
        return true;
    int lock = open_for_one(memory, name, &path, err);
    bool ok = lock >= 0;
    if (ok) {
        read_newest(path.at, &old);
        if (change(context, buf_str(&old), &text))
            ok = state_file_replace(path.at, buf_str(&text), name, err);
    }
    if (lock >= 0)
        close(lock);
    buf_fini(&text);
    buf_fini(&old);
    buf_fini(&path);
    return ok;
}
