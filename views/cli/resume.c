/* SPDX-License-Identifier: MIT */
/*
 * Where an interrupted import goes on. What is remembered is always a place before which everything
 * is written, so going on there loses nothing; items after it may be written twice, with the same
 * content.
 */
#include "views/cli/resume.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEAD = 64 * 1024, STATE_MAX = 64 * 1024 };
#define MAGIC "dynascope-import 1"

static uint64_t hash(uint64_t h, struct str bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        h = (h ^ (unsigned char)bytes.at[i]) * 0x100000001B3u;
    return h;
}

static const uint64_t hash_start = 0xCBF29CE484222325u;

/* ---- the folder ---- */

/* A relative path counts as unset. */
static bool add_state_home(struct buf *path, struct err *err)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    if (state && state[0] == '/')
        buf_add(path, str_from(state));
    else if (home && home[0] == '/')
        buf_printf(path, "%s/.local/state", home);
    else
        return err_set(err, ERR_CONFIG,
            "where may the import remember its place? Neither XDG_STATE_HOME nor HOME is set");
    buf_add(path, STR("/dynascope/import/"));
    return true;
}

static bool make_folders(char *path, struct err *err)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        bool made = mkdir(path, 0700) == 0 || errno == EEXIST;
        if (!made)
            err_errno(err, errno, "cannot make the folder %s", path);
        *slash = '/';
        if (!made)
            return false;
    }
    return true;
}

static void add_real_path(struct buf *out, const char *path)
{
    char *real = realpath(path, NULL);
    buf_add(out, str_from(real ? real : path));
    free(real);
}

/* ---- reading ---- */

static bool take_number(struct str value, uint64_t *out)
{
    return str_to_u64(value, out);
}

static void take_word(struct resume *s, struct str name, struct str value, bool *fits)
{
    uint64_t n = 0;
    if (str_equal(name, STR("table")))
        *fits = *fits && str_equal(value, buf_str(&s->table));
    else if (str_equal(name, STR("file")))
        *fits = *fits && str_equal(value, buf_str(&s->file));
    else if (!take_number(value, &n))
        *fits = false;
    else if (str_equal(name, STR("head")))
        s->head = n;
    else if (str_equal(name, STR("offset")))
        s->place.offset = n;
    else if (str_equal(name, STR("line")))
        s->place.line = n;
    else if (str_equal(name, STR("index")))
        s->place.index = n;
    else if (str_equal(name, STR("inside")))
        s->place.inside = n != 0;
    else if (str_equal(name, STR("seed")))
        s->seed = n;
    else if (str_equal(name, STR("done")))
        s->done = n != 0;
}

/* state := magic '\n' (name ' ' value '\n')* */
static bool parse(struct resume *s, struct str text)
{
    struct str line, name;
    bool fits = str_cut(&text, '\n', &line) && str_equal(line, STR(MAGIC));
    while (fits && str_cut(&text, '\n', &line)) {
        struct str value = line;
        if (!line.len)
            continue;
        fits = str_cut(&value, ' ', &name);
        if (fits)
            take_word(s, name, value, &fits);
    }
    return fits;
}

static void read_state(struct resume *s)
{
    struct buf text = {0};
    int fd = open(s->path.at, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    ssize_t n = read(fd, buf_reserve(&text, STATE_MAX), STATE_MAX);
    close(fd);
    text.len = n > 0 ? (size_t)n : 0;
    s->found = parse(s, buf_str(&text));
    buf_fini(&text);
}

/* Digest of the file's head, to tell whether it is still the same file. *plain false where reading
 * it would take something away. */
static bool digest_head(const char *file, uint64_t *digest, bool *plain, struct err *err)
{
    struct buf head = {0};
    struct stat s;
    *plain = false;
    if (strcmp(file, "-") == 0)
        return true;
    bool ok = stat(file, &s) == 0;
    *plain = ok && S_ISREG(s.st_mode);
    int fd = *plain ? open(file, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t n = fd < 0 ? 0 : read(fd, buf_reserve(&head, HEAD), HEAD);
    if (!ok || (*plain && fd < 0) || n < 0) {
        err_errno(err, errno, "cannot open %s", file);
        err->code = ERR_NO_INPUT;
        ok = false;
    }
    head.len = n > 0 ? (size_t)n : 0;
    *digest = hash(hash_start, buf_str(&head));
    if (fd >= 0)
        close(fd);
    buf_fini(&head);
    return ok;
}

/* The small file's name: a digest of what the import is. */
static uint64_t name_of(const struct resume *s, const char *store)
{
    struct buf where = {0};
    add_real_path(&where, store);
    uint64_t name = hash(hash_start, buf_str(&where));
    buf_fini(&where);
    name = hash(hash(name, STR("\n")), buf_str(&s->table));
    return hash(hash(name, STR("\n")), buf_str(&s->file));
}

bool resume_open(
    struct resume *s, const char *store, struct str table, const char *file, struct err *err)
{
    bool plain;
    *s = (struct resume){0};
    if (!digest_head(file, &s->head_now, &plain, err) || !plain)
        return err->code == ERR_NONE;
    add_real_path(&s->file, file);
    buf_add(&s->table, table);
    uint64_t name = name_of(s, store);
    /* a line feed in the file's name would break the small file's lines */
    for (size_t i = 0; i < s->file.len; i++)
        if (s->file.at[i] == '\n')
            s->file.at[i] = ' ';
    if (!add_state_home(&s->path, err) || !make_folders((char *)buf_cstr(&s->path), err)) {
        buf_clear(&s->path);
        return false;
    }
    buf_printf(&s->path, "%016" PRIx64, name);
    buf_cstr(&s->path);
    read_state(s);
    return true;
}

void resume_close(struct resume *s)
{
    buf_fini(&s->path);
    buf_fini(&s->table);
    buf_fini(&s->file);
    *s = (struct resume){0};
}

/* ---- writing ---- */

static void format(struct buf *out, const struct resume *s)
{
    buf_printf(out, MAGIC "\ntable %.*s\nfile %.*s\nhead %" PRIu64 "\n",
        STR_ARG(buf_str(&s->table)), STR_ARG(buf_str(&s->file)), s->head);
    buf_printf(out, "offset %" PRIu64 "\nline %" PRIu64 "\nindex %" PRIu64 "\n", s->place.offset,
        s->place.line, s->place.index);
    buf_printf(out, "inside %d\nseed %" PRIu64 "\ndone %d\n", s->place.inside, s->seed, s->done);
}

static bool write_file(const char *path, struct str text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool ok = write(fd, text.at, text.len) == (ssize_t)text.len;
    return close(fd) == 0 && ok;
}

bool resume_save(const struct resume *s, struct err *err)
{
    struct buf text = {0}, temporary = {0};
    if (!s->path.len)
        return true;
    format(&text, s);
    buf_printf(&temporary, "%.*s.new", STR_ARG(buf_str(&s->path)));
    bool ok =
        write_file(buf_cstr(&temporary), buf_str(&text)) && rename(temporary.at, s->path.at) == 0;
    if (!ok)
        err_errno(err, errno, "cannot remember the import's place in %s", s->path.at);
    buf_fini(&text);
    buf_fini(&temporary);
    return ok;
}

void resume_forget(struct resume *s)
{
    if (s->path.len)
        unlink(s->path.at);
}
