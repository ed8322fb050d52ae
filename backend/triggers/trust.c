/* SPDX-License-Identifier: MIT */
/*
 * What this user agreed to run. A function is known by a hash over all that decides what would run;
 * the file has a line for each. Knows nothing of how functions run.
 *
 *     line = 64 hexadecimal digits " " NAME "\n"
 *     hash = SHA-256 over fields, each with its length in front: the registry's folder, name,
 *            runtime, handler, environment, whether credentials are passed, and the code's folder,
 *            or for code that lies in the registry its files: path, executable or not, bytes
 */
#include "backend/triggers/trust.h"

#include "backend/triggers/folder.h"
#include "base/file.h"

#include <nettle/sha2.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 1 << 20, DEPTH_MAX = 64, HEX = 2 * SHA256_DIGEST_SIZE };

/* ---- the hash ---- */

static void add_field(struct sha256_ctx *hash, struct str bytes)
{
    char len[24];
    int n = snprintf(len, sizeof len, "%zu:", bytes.len);
    sha256_update(hash, (size_t)n, (const uint8_t *)len);
    sha256_update(hash, bytes.len, (const uint8_t *)(bytes.at ? bytes.at : ""));
}

struct tree {
    struct sha256_ctx *hash;
    int folder, depth;
};

static bool add_bytes(struct sha256_ctx *hash, int fd)
{
    uint8_t block[65536];
    for (ssize_t n; (n = read(fd, block, sizeof block)) != 0;) {
        if (n < 0 && errno != EINTR)
            return false;
        sha256_update(hash, n > 0 ? (size_t)n : 0, block);
    }
    return true;
}

static bool add_tree(struct sha256_ctx *hash, int folder, int depth, struct err *err);

static bool add_file(struct sha256_ctx *hash, int fd, const struct stat *s)
{
    char head[64];
    snprintf(head, sizeof head, "%d:%lld", (s->st_mode & 0111) != 0, (long long)s->st_size);
    add_field(hash, str_from(head));
    return add_bytes(hash, fd);
}

static bool add_entry(void *context, const char *name, struct err *err)
{
    struct tree *tree = context;
    struct stat s;
    int fd = openat(tree->folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    bool ok = false;
    add_field(tree->hash, str_from(name));
    if (fd < 0 || fstat(fd, &s) != 0)
        err_errno(err, errno, "the code's %s cannot be read", name);
    else if (S_ISDIR(s.st_mode))
        ok = add_tree(tree->hash, fd, tree->depth + 1, err);
    else if (!S_ISREG(s.st_mode))
        err_set(err, ERR_FILE, "the code's %s is neither a file nor a folder", name);
    else
        ok = add_file(tree->hash, fd, &s) || err_errno(err, errno, "the code's %s", name);
    folder_close(fd);
    return ok;
}

/* Names with a dot in front count too: they can be loaded as well. */
static bool add_tree(struct sha256_ctx *hash, int folder, int depth, struct err *err)
{
    struct tree tree = {hash, folder, depth};
    add_field(hash, STR("{"));
    if (depth > DEPTH_MAX)
        return err_set(err, ERR_FILE, "the code's folders are too deep");
    bool ok = folder_each_file(folder, add_entry, &tree, err);
    add_field(hash, STR("}"));
    return ok;
}

static bool add_code(struct sha256_ctx *hash, const struct function *function, struct err *err)
{
    char path[PATH_MAX];
    int fd;
    add_field(hash, function->stored ? STR("stored") : function->folder);
    if (!function->stored)
        return true;
    snprintf(path, sizeof path, "%.*s", STR_ARG(function->folder));
    if (!folder_open(AT_FDCWD, path, false, &fd, err))
        return false;
    bool ok = fd == -1 || add_tree(hash, fd, 0, err);
    folder_close(fd);
    return ok;
}

/* The folder as the file system knows it: the same store by another way is the same. */
static void add_registry(struct sha256_ctx *hash, const char *registry)
{
    char *real = realpath(registry, NULL);
    add_field(hash, str_from(real ? real : registry));
    free(real);
}

static bool hash_function(
    char hex[HEX + 1], const char *registry, const struct function *function, struct err *err)
{
    struct sha256_ctx hash;
    struct buf environment = {0};
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_init(&hash);
    add_registry(&hash, registry);
    add_field(&hash, function->name);
    add_field(&hash, function->runtime_name);
    add_field(&hash, function->handler);
    if (function->environment)
        json_put(&environment, function->environment);
    add_field(&hash, buf_str(&environment));
    buf_fini(&environment);
    add_field(&hash, function->pass_credentials ? STR("1") : STR("0"));
    bool ok = add_code(&hash, function, err);
    sha256_digest(&hash, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    return ok;
}

/* ---- the file ---- */

/* The user's own file: links are theirs to make, so it is opened by its whole path. */
static bool read_lines(const char *trusted, struct buf *out, struct err *err)
{
    int fd = open(trusted, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat s;
    if (fd < 0)
        return errno == ENOENT || err_errno(err, errno, "cannot read %s", trusted);
    bool ok = fstat(fd, &s) == 0 && S_ISREG(s.st_mode);
    if (ok && (s.st_uid != geteuid() || (s.st_mode & 022)))
        ok = err_set(
            err, ERR_CONFIG, "%s can be written by others: chown it and chmod 600 it", trusted);
    else if (!ok)
        err_set(err, ERR_FILE, "%s is not a plain file", trusted);
    for (ssize_t n = 1; ok && n != 0 && out->len < 2 * FILE_MAX;) {
        n = read(fd, buf_reserve(out, 65536), 65536);
        out->len += n > 0 ? (size_t)n : 0;
        if (n < 0 && errno != EINTR)
            ok = err_errno(err, errno, "cannot read %s", trusted);
    }
    close(fd);
    return ok;
}

static bool has_line(struct str lines, const char *hex)
{
    for (struct str line; str_cut(&lines, '\n', &line);)
        if (line.len > HEX && line.at[HEX] == ' ' && memcmp(line.at, hex, HEX) == 0)
            return true;
    return false;
}

bool trust_has(const char *trusted, const char *registry, const struct function *function,
    bool *out, struct err *err)
{
    struct buf lines = {0};
    char hex[HEX + 1];
    *out = false;
    bool ok = read_lines(trusted, &lines, err);
    if (ok && lines.len) {
        ok = hash_function(hex, registry, function, err);
        *out = ok && has_line(buf_str(&lines), hex);
    }
    buf_fini(&lines);
    return ok;
}

static bool append_line(const char *trusted, struct str line, struct err *err)
{
    int fd = open(trusted, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
    struct stat s;
    bool ok = fd >= 0 && fstat(fd, &s) == 0;
    if (ok && s.st_size > FILE_MAX)
        ok = ftruncate(fd, 0) == 0; /* years of lines: those still in use are asked for again */
    ok = ok && write(fd, line.at, line.len) == (ssize_t)line.len && fsync(fd) == 0;
    if (!ok)
        err_errno(err, errno, "cannot write %s", trusted);
    folder_close(fd);
    return ok;
}

bool trust_add(
    const char *trusted, const char *registry, const struct function *function, struct err *err)
{
    struct buf lines = {0}, path = {0};
    char hex[HEX + 1];
    if (*trusted != '/')
        return err_set(
            err, ERR_USAGE, "the file of what is trusted takes an absolute name: %s", trusted);
    buf_add(&path, str_from(trusted));
    buf_cstr(&path);
    bool ok = hash_function(hex, registry, function, err) && file_make_parents(path.at, err) &&
              read_lines(trusted, &lines, err);
    if (ok && !has_line(buf_str(&lines), hex)) {
        buf_clear(&lines);
        buf_printf(&lines, "%s %.*s\n", hex, STR_ARG(function->name));
        ok = append_line(trusted, buf_str(&lines), err);
    }
    buf_fini(&path);
    buf_fini(&lines);
    return ok;
}

bool trust_default_path(struct buf *path, struct err *err)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    if (state && *state == '/')
        buf_add(path, str_from(state));
    else if (home && *home == '/')
        buf_printf(path, "%s/.local/state", home);
    else
        return err_set(
            err, ERR_CONFIG, "which functions are trusted? Neither XDG_STATE_HOME nor HOME is set");
    buf_add(path, STR("/dynascope/trusted"));
    buf_cstr(path);
    return true;
}
