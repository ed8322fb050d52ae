/* SPDX-License-Identifier: MIT */
/*
 * Small files in folders that nobody vouches for. Knows files, and nothing of what is in them.
 */
#include "backend/triggers/folder.h"

#include "base/file.h"
#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { DEPTH_MAX = 64 };

static int open_folder(int at, const char *name)
{
    /* the first folder is the user's to place: it may be a link */
    int follow = *name == '/' ? 0 : O_NOFOLLOW;
    return openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | follow);
}

static int make_folder(int at, const char *name)
{
    if (mkdirat(at, name, 0700) != 0)
        return errno == EEXIST ? open_folder(at, name) : -1;
    if (fchmodat(at, name, 0700, 0) != 0)
        return -1;
    if (at != AT_FDCWD)
        fsync(at);
    return open_folder(at, name);
}

bool folder_open(int at, const char *name, bool make, int *fd, struct err *err)
{
    *fd = -1;
    if (at == -1)
        return true;
    *fd = open_folder(at, name);
    if (*fd < 0 && errno == ENOENT && make)
        *fd = make_folder(at, name);
    if (*fd >= 0 || (errno == ENOENT && !make))
        return true;
    if (errno == ELOOP || errno == ENOTDIR)
        return err_set(err, ERR_FILE,
            "%s is not a folder of its own: what is there instead has to "
            "go first",
            name);
    return err_errno(err, errno, "the folder %s cannot be %s", name, make ? "made" : "opened");
}

void folder_close(int fd)
{
    if (fd >= 0)
        close(fd);
}

/* ---- files ---- */

static bool read_all(int fd, size_t most, struct buf *out)
{
    for (;;) {
        if (out->len > most) {
            errno = EFBIG;
            return false;
        }
        ssize_t n = read(fd, buf_reserve(out, 65536), 65536);
        if (n == 0)
            return true;
        if (n < 0 && errno != EINTR)
            return false;
        out->len += n > 0 ? (size_t)n : 0;
    }
}

bool folder_read(
    int folder, const char *name, size_t most, struct buf *out, bool *found, struct err *err)
{
    struct stat s;
    *found = false;
    if (folder == -1)
        return true;
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && errno == ENOENT)
        return true;
    bool plain = fd >= 0 && fstat(fd, &s) == 0 && S_ISREG(s.st_mode);
    if (fd < 0 && errno != ELOOP && errno != ENXIO)
        err_errno(err, errno, "%s cannot be read", name);
    else if (!plain)
        err_set(err, ERR_FILE, "%s is not a plain file", name);
    else if (!read_all(fd, most, out))
        err_errno(err, errno, "%s cannot be read", name);
    else
        *found = true;
    folder_close(fd);
    return *found;
}

static void random_name(char out[32], const char *front)
{
    uint64_t random = 0;
    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
        random = (uint64_t)getpid();
    snprintf(out, 32, "%s%016llx", front, (unsigned long long)random);
}

/* A new file that nobody else has, under a name of its own. */
static int make_file(int folder, char name[32])
{
    random_name(name, ".new-");
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0 && fchmod(fd, 0600) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static bool put_in_place(int folder, const char *from, const char *name, bool done)
{
    int number = errno;
    if (done && renameat(folder, from, folder, name) == 0)
        return true;
    number = done ? errno : number;
    unlinkat(folder, from, 0);
    errno = number;
    return false;
}

bool folder_replace(int folder, const char *name, struct str text, struct err *err)
{
    char beside[32];
    int fd = make_file(folder, beside);
    bool done = fd >= 0 && file_write_all(fd, text) && fsync(fd) == 0;
    if (fd >= 0 && close(fd) != 0)
        done = false;
    if (put_in_place(folder, beside, name, done) && fsync(folder) == 0)
        return true;
    return err_errno(err, errno, "%s cannot be written", name);
}

bool folder_touch(int folder, const char *name, struct err *err)
{
    char beside[32];
    struct timespec now[2] = {{.tv_nsec = UTIME_OMIT}, {0}};
    int fd = make_file(folder, beside);
    /* the time of the system's last tick would be the same for several changes */
    clock_gettime(CLOCK_REALTIME, &now[1]);
    bool done = fd >= 0 && file_write_all(fd, str_from(beside)) && futimens(fd, now) == 0;
    folder_close(fd);
    return put_in_place(folder, beside, name, done) ||
           err_errno(err, errno, "%s cannot be written", name);
}

/* ---- names ---- */

struct names {
    char **items;
    size_t count, room;
};

static void names_fini(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->items[i]);
    free(names->items);
}

static void names_add(struct names *names, const char *name)
{
    if (names->count == names->room) {
        names->room = names->room ? names->room * 2 : 16;
        names->items = mem_grow(names->items, names->room * sizeof *names->items);
    }
    names->items[names->count++] = mem_dup(name, strlen(name));
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All names but . and .. */
static bool names_read(struct names *names, int folder)
{
    int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
    if (!dir) {
        folder_close(copy);
        return false;
    }
    for (struct dirent *entry; (entry = readdir(dir));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            names_add(names, entry->d_name);
    closedir(dir);
    if (names->count)
        qsort(names->items, names->count, sizeof *names->items, compare_names);
    return true;
}

static bool each(int folder, bool dots, folder_see *see, void *context, struct err *err)
{
    struct names names = {0};
    if (folder == -1)
        return true;
    bool ok = names_read(&names, folder) || err_errno(err, errno, "a folder cannot be listed");
    for (size_t i = 0; ok && i < names.count; i++)
        if (dots || names.items[i][0] != '.')
            ok = see(context, names.items[i], err);
    names_fini(&names);
    return ok;
}

bool folder_each(int folder, folder_see *see, void *context, struct err *err)
{
    return each(folder, false, see, context, err);
}

bool folder_each_file(int folder, folder_see *see, void *context, struct err *err)
{
    return each(folder, true, see, context, err);
}

/* ---- removing ---- */

static bool remove_tree(int at, const char *name, int depth);

static bool remove_inside(int at, const char *name, int depth)
{
    struct names names = {0};
    int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 && fchmodat(at, name, 0700, 0) == 0)
        fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    bool ok = fd >= 0 && names_read(&names, fd);
    for (size_t i = 0; ok && i < names.count; i++)
        ok = remove_tree(fd, names.items[i], depth + 1);
    names_fini(&names);
    folder_close(fd);
    return ok;
}

static bool remove_tree(int at, const char *name, int depth)
{
    struct stat s;
    if (fstatat(at, name, &s, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT;
    if (!S_ISDIR(s.st_mode))
        return unlinkat(at, name, 0) == 0 || errno == ENOENT;
    return depth < DEPTH_MAX && remove_inside(at, name, depth) &&
           (unlinkat(at, name, AT_REMOVEDIR) == 0 || errno == ENOENT);
}

bool folder_remove(int at, const char *name, bool *found, struct err *err)
{
    char gone[32];
    random_name(gone, ".gone-");
    *found = at != -1 && renameat(at, name, at, gone) == 0;
    if (!*found)
        return at == -1 || errno == ENOENT || err_errno(err, errno, "%s cannot be removed", name);
    fsync(at);
    remove_tree(at, gone, 0); /* what stays behind is swept later */
    return true;
}

void folder_sweep(int folder)
{
    struct names names = {0};
    if (folder != -1)
        names_read(&names, folder);
    for (size_t i = 0; i < names.count; i++)
        if (strncmp(names.items[i], ".gone-", 6) == 0 || strncmp(names.items[i], ".new-", 5) == 0)
            remove_tree(folder, names.items[i], 0);
    names_fini(&names);
}
