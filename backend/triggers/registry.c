/* SPDX-License-Identifier: MIT */
/*
 * The folder of functions and mappings as such: opening, changing one at a time, telling those who
 * watch. Knows neither what a function nor what a mapping is.
 *
 *     change:  flock(lock) ─▶ files are replaced ─▶ version is renamed in ─▶ unlock
 */
#include "backend/triggers/registry.h"

#include "backend/triggers/registry_impl.h"
#include "backend/triggers/trust.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LOCK_TRIES = 3000, LOCK_PAUSE_MS = 10 };

/* ---- opening ---- */

/* Without a home there is nowhere to remember what is trusted: then nothing is. */
static char *trusted_path(const char *given)
{
    struct buf path = {0};
    struct err ignored = ERR_INIT;
    if (given)
        return mem_dup(given, strlen(given));
    if (!trust_default_path(&path, &ignored)) {
        buf_fini(&path);
        return NULL;
    }
    return buf_take(&path);
}

struct registry *registry_open(
    const char *folder, const char *trusted, const struct clock *clock, struct err *err)
{
    struct buf path = {0}, version = {0};
    char here[PATH_MAX] = "";
    if (*folder != '/' && !getcwd(here, sizeof here)) {
        err_errno(err, errno, "where is %s?", folder);
        return NULL;
    }
    struct registry *r = mem_new(struct registry);
    buf_printf(&path, "%s%s%s", here, *here ? "/" : "", folder);
    while (path.len > 1 && path.at[path.len - 1] == '/')
        path.len--;
    r->folder = buf_take(&path);
    buf_printf(&version, "%s/version", r->folder);
    r->version_path = buf_take(&version);
    r->trusted = trusted_path(trusted);
    r->clock = clock;
    pthread_mutex_init(&r->lock, NULL);
    return r;
}

void registry_close(struct registry *r)
{
    if (!r)
        return;
    pthread_mutex_destroy(&r->lock);
    free(r->trusted);
    free(r->version_path);
    free(r->folder);
    free(r);
}

const char *registry_folder(const struct registry *r)
{
    return r->folder;
}

const char *registry_version_path(const struct registry *r)
{
    return r->version_path;
}

static uint64_t mix(uint64_t h, uint64_t more)
{
    return (h ^ more) * 0x9e3779b97f4a7c15u;
}

static uint64_t mix_file(uint64_t h, const char *path)
{
    struct stat s;
    if (!path || stat(path, &s) != 0)
        return h;
    h = mix(h + 1, (uint64_t)s.st_ino);
    h = mix(h ^ h >> 29, (uint64_t)s.st_mtim.tv_sec);
    return mix(h ^ h >> 31, (uint64_t)s.st_mtim.tv_nsec ^ (uint64_t)s.st_size << 32);
}

uint64_t registry_version(struct registry *r)
{
    uint64_t version = mix_file(0, r->version_path);
    return version ? mix_file(version, r->trusted) : 0;
}

/* ---- changing ---- */

static bool take_lock(int fd)
{
    const struct timespec pause = {.tv_nsec = LOCK_PAUSE_MS * 1000000L};
    for (int i = 0; i < LOCK_TRIES; i++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return true;
        if (errno != EWOULDBLOCK && errno != EINTR)
            return false;
        nanosleep(&pause, NULL);
    }
    errno = EWOULDBLOCK;
    return false;
}

static bool open_lock(struct registry_change *change, const char *folder, struct err *err)
{
    change->lock = openat(
        change->folder, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (change->lock >= 0 && take_lock(change->lock))
        return true;
    if (change->lock >= 0 && errno == EWOULDBLOCK)
        return err_set(err, ERR_BUSY,
            "another process has been changing the triggers in %s for half a minute: try again, or "
            "end that process",
            folder);
    return err_errno(err, errno, "%s/lock cannot be locked", folder);
}

/* The folders above are there or are the store's; the last one or two are made. */
static bool make_folder(const char *path, int *fd, struct err *err)
{
    char *copy = mem_dup(path, strlen(path)), *slash = copy;
    bool ok = true;
    while (ok && (slash = strchr(slash + 1, '/'))) {
        *slash = '\0';
        ok = mkdir(copy, 0700) == 0 || errno == EEXIST ||
             err_errno(err, errno, "cannot make the folder %s", copy);
        *slash = '/';
    }
    ok = ok && folder_open(AT_FDCWD, path, true, fd, err);
    free(copy);
    return ok;
}

bool registry_begin(struct registry *r, struct registry_change *change, struct err *err)
{
    *change = (struct registry_change){-1, -1};
    if (make_folder(r->folder, &change->folder, err) && open_lock(change, r->folder, err))
        return true;
    registry_end(change, false);
    return false;
}

void registry_end(struct registry_change *change, bool done)
{
    struct err ignored = ERR_INIT;
    if (done)
        folder_touch(change->folder, "version", &ignored);
    folder_close(change->lock); /* which unlocks */
    folder_close(change->folder);
}

bool registry_write(
    int root, const char *kind, struct str name, const char *file, struct str text, struct err *err)
{
    char own[80];
    int folder = -1, fd = -1;
    snprintf(own, sizeof own, "%.*s", STR_ARG(name));
    bool ok = folder_open(root, kind, true, &folder, err) &&
              folder_open(folder, own, true, &fd, err) && folder_replace(fd, file, text, err);
    if (ok)
        folder_sweep(folder);
    folder_close(fd);
    folder_close(folder);
    return ok;
}

bool registry_remove(
    struct registry *r, const char *kind, struct str name, bool *found, struct err *err)
{
    struct registry_change change;
    char own[80];
    int folder = -1;
    *found = false;
    snprintf(own, sizeof own, "%.*s", STR_ARG(name));
    if (!registry_open_kind(r, kind, &folder, err))
        return false;
    if (folder == -1)
        return true; /* nothing was ever changed here, and nothing is now */
    folder_close(folder);
    if (!registry_begin(r, &change, err))
        return false;
    bool ok = folder_open(change.folder, kind, false, &folder, err) &&
              folder_remove(folder, own, found, err);
    if (ok)
        folder_sweep(folder);
    folder_close(folder);
    registry_end(&change, *found);
    return ok;
}

/* ---- reading ---- */

bool registry_open_kind(struct registry *r, const char *kind, int *fd, struct err *err)
{
    int root;
    *fd = -1;
    if (!folder_open(AT_FDCWD, r->folder, false, &root, err))
        return false;
    bool ok = folder_open(root, kind, false, fd, err);
    folder_close(root);
    return ok;
}

bool registry_read(int kind, const char *name, const char *file, struct arena *arena,
    const struct json **out, struct err *err)
{
    struct buf text = {0};
    bool found = false;
    int fd = -1;
    *out = NULL;
    bool ok = folder_open(kind, name, false, &fd, err) &&
              folder_read(fd, file, REGISTRY_FILE_MAX, &text, &found, err);
    folder_close(fd);
    if (ok && found) {
        *out = json_parse(arena, arena_dup(arena, buf_str(&text)), err);
        ok = *out != NULL;
    }
    buf_fini(&text);
    return ok;
}

/* What is wrong with one is told; the others are listed. */
static bool see_one(void *context, const char *name, struct err *err)
{
    struct registry_list *list = context;
    struct err wrong = ERR_INIT;
    (void)err;
    if (!list->see(list, name, &wrong) && list->complaint)
        buf_printf(list->complaint, "%s/%s/%s: %s\n", list->registry->folder, list->kind, name,
            wrong.text);
    return true;
}

bool registry_walk(struct registry_list *list, struct err *err)
{
    if (!registry_open_kind(list->registry, list->kind, &list->fd, err))
        return false;
    bool ok = folder_each(list->fd, see_one, list, err);
    folder_close(list->fd);
    return ok;
}

/* ---- places ---- */

static bool place(
    struct registry *r, const char *kind, struct str name, struct buf *path, struct err *err)
{
    char own[80];
    int root = -1, folder = -1, fd = -1;
    if (!name.len || name.len >= sizeof own || *name.at == '.' ||
        str_find_byte(name, '/') != SIZE_MAX || str_find_byte(name, '\0') != SIZE_MAX)
        return err_set(
            err, ERR_USAGE, "'%.*s' is no name of a folder", STR_ARG(str_take(name, 64)));
    snprintf(own, sizeof own, "%.*s", STR_ARG(name));
    bool ok = make_folder(r->folder, &root, err) && folder_open(root, kind, true, &folder, err) &&
              folder_open(folder, own, true, &fd, err);
    folder_close(fd);
    folder_close(folder);
    folder_close(root);
    if (ok) {
        buf_printf(path, "%s/%s/%s", r->folder, kind, own);
        buf_cstr(path);
    }
    return ok;
}

bool registry_function_folder(
    struct registry *r, struct str name, struct buf *path, struct err *err)
{
    return place(r, "functions", name, path, err);
}

bool registry_mapping_folder(struct registry *r, struct str uuid, struct buf *path, struct err *err)
{
    return place(r, "mappings", uuid, path, err);
}
