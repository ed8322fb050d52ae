/* SPDX-License-Identifier: MIT */
/*
 * Where an interrupted import goes on. What is remembered is always a place before which everything
 * is written, so going on there loses nothing; items after it may be written twice, with the same
 * content.
 */
#include "views/cli/resume.h"
#include "views/places/state_file.h"

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
    state_file_read(s->path.at, STATE_MAX, &text);
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
    *digest = state_file_digest(STATE_FILE_SEED, buf_str(&head));
    if (fd >= 0)
        close(fd);
    buf_fini(&head);
    return ok;
}

/* What the import is. */
static void add_identity(struct buf *out, const struct resume *s, const char *store)
{
    add_real_path(out, store);
    buf_printf(out, "\n%.*s\n%.*s", STR_ARG(buf_str(&s->table)), STR_ARG(buf_str(&s->file)));
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
    struct buf identity = {0};
    add_identity(&identity, s, store);
    bool ok = state_file_path(&s->path, "import", buf_str(&identity), err);
    buf_fini(&identity);
    /* a line feed in the file's name would break the small file's lines */
    for (size_t i = 0; i < s->file.len; i++)
        if (s->file.at[i] == '\n')
            s->file.at[i] = ' ';
    if (ok)
        read_state(s);
    else
        buf_clear(&s->path);
    return ok;
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

bool resume_save(const struct resume *s, struct err *err)
{
    struct buf text = {0};
    if (!s->path.len)
        return true;
    format(&text, s);
    bool ok = state_file_replace(s->path.at, buf_str(&text), "the import's place", err);
    buf_fini(&text);
    return ok;
}

void resume_forget(struct resume *s)
{
    if (s->path.len)
        unlink(s->path.at);
}
