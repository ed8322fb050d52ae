/* SPDX-License-Identifier: MIT */
/*
 * Memory for keys: grown by copying and wiping, since realloc() leaves copies behind; freed wiped.
 * Knows not what the bytes are.
 */
#include "backend/remote/secret.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

void secret_fini(struct secret *s)
{
    if (s->at)
        explicit_bzero(s->at, s->cap);
    free(s->at);
    *s = (struct secret){0};
}

static void secret_grow(struct secret *s, size_t cap)
{
    char *bytes = mem_alloc(cap);
    if (s->len)
        memcpy(bytes, s->at, s->len);
    size_t len = s->len;
    secret_fini(s);
    *s = (struct secret){.at = bytes, .len = len, .cap = cap};
}

void secret_add(struct secret *s, const void *bytes, size_t len)
{
    if (s->cap - s->len < len + 1)
        secret_grow(s, s->cap + len + 1 < 2 * s->cap ? 2 * s->cap : s->cap + len + 1);
    if (len)
        memcpy(s->at + s->len, bytes, len);
    s->len += len;
    s->at[s->len] = '\0';
}

void secret_set(struct secret *s, struct str text)
{
    secret_fini(s);
    secret_add(s, text.at, text.len);
}

static bool read_all(int fd, struct secret *s, const char *path, size_t max, struct err *err)
{
    char piece[4096];
    ssize_t got;
    while ((got = read(fd, piece, sizeof piece)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_errno(err, errno, "cannot read %s", path);
        secret_add(s, piece, (size_t)got);
        if (s->len > max) {
            err_set(err, ERR_CONFIG, "%s is larger than %zu bytes: it is not read", path, max);
            break;
        }
    }
    explicit_bzero(piece, sizeof piece);
    return s->len <= max;
}

bool secret_read_file(struct secret *s, const char *path, size_t max, struct err *err)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return false;
    if (fd < 0)
        return err_errno(err, errno, "cannot open %s", path);
    bool ok = fstat(fd, &info) == 0 || err_errno(err, errno, "cannot read %s", path);
    secret_forbid_cores(); /* before there is anything to keep */
    if (ok && S_ISREG(info.st_mode) && (info.st_mode & S_IWOTH))
        ok = err_set(err, ERR_CONFIG,
            "%s can be written by anybody, so it is not trusted: chmod o-w %s", path, path);
    ok = ok && read_all(fd, s, path, max, err);
    close(fd);
    if (!ok)
        secret_fini(s);
    return ok;
}

void secret_forbid_cores(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_cur <= 1)
        return;
    limit.rlim_cur = limit.rlim_max < 1 ? limit.rlim_max : 1;
    setrlimit(RLIMIT_CORE, &limit);
}
