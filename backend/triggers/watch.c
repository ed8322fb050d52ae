/* SPDX-License-Identifier: MIT */
/*
 * inotify on the folders of functions. One descriptor for all; a folder that several functions
 * share has one watch of the kernel's, and a row here for each of them. Knows no functions.
 */
#include "backend/triggers/watch.h"

#include "base/buf.h"
#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

enum { FOLDERS_MOST = 64 }; /* right in a function's folder */

struct row {
    int wd;
    uint64_t tag;
    char *name;
};

struct watch {
    int fd;
    struct row *rows;
    size_t count, cap;
};

struct watch *watch_new(void)
{
    struct watch *watch = mem_new(struct watch);
    watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    return watch;
}

void watch_free(struct watch *watch)
{
    if (!watch)
        return;
    if (watch->fd >= 0)
        close(watch->fd);
    for (size_t i = 0; i < watch->count; i++)
        free(watch->rows[i].name);
    free(watch->rows);
    free(watch);
}

int watch_fd(const struct watch *watch)
{
    return watch->fd;
}

/* ---- rows ---- */

static void add_row(struct watch *watch, const char *path, uint64_t tag, struct str name)
{
    int wd = inotify_add_watch(watch->fd, path,
        IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF |
            IN_ONLYDIR);
    if (wd < 0)
        return;
    if (watch->count == watch->cap) {
        watch->cap = watch->cap ? watch->cap * 2 : 16;
        watch->rows = mem_grow(watch->rows, watch->cap * sizeof *watch->rows);
    }
    watch->rows[watch->count++] = (struct row){wd, tag, mem_dup(name.at, name.len)};
}

static bool is_watched(const struct watch *watch, int wd)
{
    for (size_t i = 0; i < watch->count; i++)
        if (watch->rows[i].wd == wd)
            return true;
    return false;
}

static bool is_folder_of_code(const struct dirent *entry)
{
    return entry->d_type == DT_DIR && entry->d_name[0] != '.' &&
           strcmp(entry->d_name, "node_modules") != 0 && strcmp(entry->d_name, "__pycache__") != 0;
}

void watch_add(struct watch *watch, uint64_t tag, struct str folder, struct str name)
{
    struct buf path = {0};
    struct dirent *entry;
    watch_remove(watch, tag);
    if (watch->fd < 0)
        return;
    buf_add(&path, folder);
    add_row(watch, buf_cstr(&path), tag, name);
    DIR *open = opendir(path.at);
    for (int left = FOLDERS_MOST; open && left && (entry = readdir(open));) {
        if (!is_folder_of_code(entry))
            continue;
        path.len = folder.len;
        buf_printf(&path, "/%s", entry->d_name);
        add_row(watch, buf_cstr(&path), tag, name);
        left--;
    }
    if (open)
        closedir(open);
    buf_fini(&path);
}

void watch_remove(struct watch *watch, uint64_t tag)
{
    for (size_t i = watch->count; i-- > 0;) {
        if (watch->rows[i].tag != tag)
            continue;
        int wd = watch->rows[i].wd;
        free(watch->rows[i].name);
        watch->rows[i] = watch->rows[--watch->count];
        if (!is_watched(watch, wd))
            inotify_rm_watch(watch->fd, wd);
    }
}

/* ---- events ---- */

/* A function may write beside its code as often as it runs; that must not start it anew. */
static bool is_code(struct str file, struct str own)
{
    static const struct str endings[] = {{".js", 3}, {".mjs", 4}, {".cjs", 4}, {".json", 5},
        {".ts", 3}, {".py", 3}, {".sh", 3}, {".so", 3}, {".node", 5}, {".wasm", 5}};
    if (str_equal(file, own) || str_equal(file, STR("bootstrap")))
        return true;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (str_ends(file, endings[i]) && file.at[0] != '.')
            return true;
    return false;
}

static bool counts(const struct inotify_event *event, const struct row *row)
{
    if (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF))
        return true;
    return event->len && !(event->mask & IN_ISDIR) &&
           is_code(str_from(event->name), str_from(row->name));
}

void watch_read(struct watch *watch, void (*see)(void *context, uint64_t tag), void *context)
{
    char bytes[16 << 10] __attribute__((aligned(8)));
    ssize_t got;
    while (watch->fd >= 0 && (got = read(watch->fd, bytes, sizeof bytes)) > 0) {
        for (char *at = bytes; at < bytes + got;) {
            const struct inotify_event *event = (const struct inotify_event *)at;
            at += sizeof *event + event->len;
            for (size_t i = 0; i < watch->count; i++)
                if (event->mask & IN_Q_OVERFLOW ||
                    (watch->rows[i].wd == event->wd && counts(event, &watch->rows[i])))
                    see(context, watch->rows[i].tag);
        }
    }
}
