/* SPDX-License-Identifier: MIT */
/*
 * Documents as files:
 *
 *     role/lambda+role  ─▶  FOLDER/role%2Flambda%2Brole.json
 *
 * Letters, digits, "_" and "-" stay; all else is written as %XX, so that no name is hidden, "..",
 * or somebody else's. A document is written beside its place, synced and put there. Knows nothing
 * of what the documents say.
 */
#include "backend/serve/paper.h"
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX ".json"

/* ---- names ---- */

static bool stays(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

static void put_name(struct buf *out, struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (stays(name.at[i]))
            buf_add_byte(out, name.at[i]);
        else
            buf_printf(out, "%%%02X", (unsigned char)name.at[i]);
    }
}

static int digit_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* file = *( byte | "%" HEX HEX ) ".json"; false for what is none of ours */
static bool read_name(struct arena *arena, struct str file, struct str *name)
{
    if (!str_ends(file, STR(SUFFIX)))
        return false;
    file.len -= sizeof SUFFIX - 1;
    char *out = arena_alloc(arena, file.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < file.len; i++) {
        char c = file.at[i];
        if (c == '%') {
            int high = i + 2 < file.len ? digit_of(file.at[i + 1]) : -1;
            int low = i + 2 < file.len ? digit_of(file.at[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (!stays(c)) {
            return false;
        }
        out[len++] = c;
    }
    *name = (struct str){out, len};
    return len > 0;
}

static bool path_of(struct buf *path, const char *folder, struct str name, struct err *err)
{
    size_t bytes = 0;
    for (size_t i = 0; i < name.len; i++)
        bytes += stays(name.at[i]) ? 1 : 3;
    if (!name.len || bytes > PAPER_NAME_MAX)
        return err_refuse(err, "ValidationException",
            "A name of %zu bytes is too long to be kept here: %.*s", name.len,
            STR_ARG(str_take(name, 64)));
    buf_clear(path);
    buf_add(path, str_from(folder));
    buf_add_byte(path, '/');
    put_name(path, name);
    buf_add(path, STR(SUFFIX));
    buf_cstr(path);
    return true;
}

/* ---- writing ---- */

/* The folder, and the one that it is in. */
static bool make_folder(const char *folder, struct err *err)
{
    struct stat st;
    if (stat(folder, &st) == 0)
        return true;
    struct buf above = {0};
    buf_add(&above, str_from(folder));
    while (above.len && above.at[above.len - 1] != '/')
        above.len--;
    if (above.len)
        above.len--;
    if (above.len)
        mkdir(buf_cstr(&above), 0700);
    buf_fini(&above);
    return mkdir(folder, 0700) == 0 || errno == EEXIST || err_errno(err, errno, "%s", folder);
}

static bool sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return ok;
}

static bool write_beside(const char *beside, struct str text)
{
    int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool ok = file_write_all(fd, text) && fsync(fd) == 0;
    int number = errno;
    close(fd);
    errno = number;
    return ok;
}

bool paper_put(const char *folder, struct str name, struct str text, struct err *err)
{
    struct buf path = {0}, beside = {0};
    uint64_t random = 0;
    if (text.len > PAPER_MAX)
        return err_refuse(err, "ValidationException", "a document has at most 1 MB");
    bool ok = path_of(&path, folder, name, err) && make_folder(folder, err);
    if (ok) {
        ssize_t ignored = getrandom(&random, sizeof random, 0);
        (void)ignored;
        buf_printf(&beside, "%s/.%016llx", folder, (unsigned long long)random);
        ok = write_beside(buf_cstr(&beside), text) && rename(beside.at, path.at) == 0 &&
             sync_folder(folder);
        if (!ok) {
            err_errno(err, errno, "%s", path.at);
            unlink(beside.at);
        }
    }
    buf_fini(&path);
    buf_fini(&beside);
    return ok;
}

bool paper_remove(const char *folder, struct str name, bool *found, struct err *err)
{
    struct buf path = {0};
    *found = false;
    bool ok = path_of(&path, folder, name, err);
    if (ok) {
        *found = unlink(path.at) == 0;
        ok = (*found && sync_folder(folder)) ||
             (!*found && (errno == ENOENT || errno == ENOTDIR)) ||
             err_errno(err, errno, "%s", path.at);
    }
    buf_fini(&path);
    return ok;
}

/* ---- reading ---- */

static bool read_all(int fd, struct arena *arena, struct str *text)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return false;
    if (!S_ISREG(st.st_mode) || st.st_size > PAPER_MAX) {
        errno = EFBIG;
        return false;
    }
    char *at = arena_alloc(arena, (size_t)st.st_size + 1);
    size_t len = 0;
    ssize_t got;
    while (len < (size_t)st.st_size &&
           (got = pread(fd, at + len, (size_t)st.st_size - len, (off_t)len)) > 0)
        len += (size_t)got;
    *text = (struct str){at, len};
    return len == (size_t)st.st_size;
}

bool paper_get(
    const char *folder, struct str name, struct arena *arena, struct str *text, struct err *err)
{
    struct buf path = {0};
    *text = STR_NONE;
    bool ok = path_of(&path, folder, name, err);
    if (ok) {
        int fd = open(path.at, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0)
            ok = errno == ENOENT || errno == ENOTDIR || err_errno(err, errno, "%s", path.at);
        else if (!read_all(fd, arena, text))
            ok = err_errno(err, errno ? errno : EIO, "%s", path.at);
        if (fd >= 0)
            close(fd);
    }
    buf_fini(&path);
    return ok;
}

static int by_bytes(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

bool paper_list(const char *folder, struct str prefix, struct arena *arena, struct str **names,
    size_t *count, struct err *err)
{
    struct buf found = {0};
    struct dirent *entry;
    *count = 0;
    DIR *dir = opendir(folder);
    if (!dir)
        return errno == ENOENT || errno == ENOTDIR || err_errno(err, errno, "%s", folder);
    while ((entry = readdir(dir))) {
        struct str name;
        if (read_name(arena, str_from(entry->d_name), &name) && str_starts(name, prefix))
            buf_add_bytes(&found, &name, sizeof name);
    }
    closedir(dir);
    *count = found.len / sizeof **names;
    *names = arena_alloc(arena, found.len + 1);
    memcpy(*names, found.at ? found.at : "", found.len);
    qsort(*names, *count, sizeof **names, by_bytes);
    buf_fini(&found);
    return true;
}
