/* SPDX-License-Identifier: MIT */
/*
 * Bulk loads without syncing. A process that is killed loses nothing by it, a machine that goes
 * down may tear the file: so a marker says that one is under way, and in which boot of the machine.
 *
 *   no marker --begin--> marker of this boot (and a shared lock) --end, last one out--> no marker
 *        ^                     | killed                      | the machine goes down
 *        +--sync at next open--+                             v
 *                                                marker of another boot: refused
 */
#include "backend/embedded/store_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { BOOT_ID = 36, MARKER_PATH = 4096 };

static bool read_line(const char *path, char line[BOOT_ID + 1])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t got = read(fd, line, BOOT_ID);
    close(fd);
    line[got > 0 ? got : 0] = '\0';
    return true;
}

static bool marker_path(const struct store *store, char path[MARKER_PATH], struct err *err)
{
    int len = snprintf(path, MARKER_PATH, "%s/%s", store->path, STORE_UNSYNCED_FILE);
    return len < MARKER_PATH || err_set(err, ERR_FILE, "%s: the path is too long", store->path);
}

/* One that is there is of this boot, or it would have been refused: another loader's, who must not
 * find it cut. */
static bool write_marker(const char *path, const char *boot)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    size_t len = strlen(boot);
    bool ok = write(fd, boot, len) == (ssize_t)len && fsync(fd) == 0;
    return close(fd) == 0 && ok;
}

bool store_bulk_begin(struct store *store, struct err *err)
{
    char path[MARKER_PATH], boot[BOOT_ID + 1] = "";
    if (!marker_path(store, path, err))
        return false;
    read_line("/proc/sys/kernel/random/boot_id", boot);
    store_file_lock(store, F_RDLCK, STORE_LOCK_BULK);
    if (!write_marker(path, boot)) {
        struct err ignored = ERR_INIT;
        int code = errno;
        store_bulk_end(store, &ignored);
        return store_fail(store, code, "marking a load without syncing", err);
    }
    return store->unsynced = store_folder_sync(store, err);
}

/* Whoever gets the byte for itself is the last of the loaders. */
bool store_bulk_end(struct store *store, struct err *err)
{
    char path[MARKER_PATH];
    if (!marker_path(store, path, err))
        return false;
    if (store_file_lock(store, F_WRLCK, STORE_LOCK_BULK) == 0 && unlink(path) != 0 &&
        errno != ENOENT)
        return err_errno(err, errno, "%s cannot be removed", path);
    store_file_lock(store, F_UNLCK, STORE_LOCK_BULK);
    return true;
}

bool store_bulk_check(struct store *store, bool *stale, struct err *err)
{
    char path[MARKER_PATH], marked[BOOT_ID + 1] = "", boot[BOOT_ID + 1] = "";
    *stale = false;
    if (!marker_path(store, path, err))
        return false;
    if (!read_line(path, marked))
        return true;
    read_line("/proc/sys/kernel/random/boot_id", boot);
    /* an empty one: its load was killed before it began */
    if (marked[0] == '\0' || strcmp(marked, boot) == 0) {
        *stale = !store->options.read_only && store_file_lock(store, F_WRLCK, STORE_LOCK_BULK) == 0;
        return true;
    }
    if (store->options.for_check)
        return true;
    return err_set(err, ERR_FILE,
        "a bulk load without syncing into the store %s was interrupted when the machine went "
        "down: its data may be torn. Load it again into a new folder; or, if `dynascope check %s` "
        "finds nothing, remove the file %s and go on",
        store->path, store->path, path);
}
