/* SPDX-License-Identifier: MIT */
/* The file of what was before, written and read back. Must not know what is done with it. */
#include "views/items/undo_file.h"

#include "backend/json_in.h"
#include "backend/json_out.h"
#include "base/file.h"
#include "base/mem.h"
#include "views/places/state_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { UNDO_NAME_MAX = 100, UNDO_DIGEST = 16, UNDO_TRIES = 1000 };

/* Table names are of letters, digits, "_", "-" and "."; an endpoint may think otherwise. */
static void add_name(struct buf *path, struct str table, int64_t now_ms, int nth)
{
    char when[32];
    time_t seconds = (time_t)(now_ms / 1000);
    struct tm utc;
    strftime(when, sizeof when, "%Y%m%dT%H%M%SZ", gmtime_r(&seconds, &utc));
    for (size_t i = 0; i < table.len && i < UNDO_NAME_MAX; i++) {
        char c = table.at[i];
        bool fit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '-' || c == '_' || (c == '.' && i);
        buf_add_byte(path, fit ? c : '_');
    }
    buf_printf(path, "-%s-%ld", when, (long)getpid());
    if (nth)
        buf_printf(path, "-%d", nth);
    buf_add(path, STR(".jsonl"));
    buf_cstr(path);
}

static bool is_old(int folder, const char *name, int64_t now_ms)
{
    struct stat st;
    return str_ends(str_from(name), STR(".jsonl")) &&
           fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
           now_ms / 1000 - st.st_mtime > (int64_t)UNDO_FILE_DAYS * 24 * 3600;
}

static void remove_old(const char *path, int64_t now_ms)
{
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && (entry = readdir(folder));)
        if (is_old(dirfd(folder), entry->d_name, now_ms))
            unlinkat(dirfd(folder), entry->d_name, 0);
    if (folder)
        closedir(folder);
}

bool undo_file_open(struct undo_file *u, struct str table, int64_t now_ms, struct err *err)
{
    *u = (struct undo_file){.fd = -1};
    if (!state_file_path(&u->path, "undo", STR_NONE, err))
        return false;
    u->path.len -= UNDO_DIGEST;
    remove_old(buf_cstr(&u->path), now_ms);
    size_t folder = u->path.len;
    for (int nth = 0; u->fd < 0 && nth < UNDO_TRIES; nth++) {
        u->path.len = folder;
        add_name(&u->path, table, now_ms, nth);
        /* Two runs of one second have a file each: who has no use for his removes it. */
        u->fd = open(u->path.at, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (u->fd < 0 && errno != EEXIST)
            break;
    }
    return u->fd >= 0 || err_errno(err, errno, "what was before cannot be kept in %s", u->path.at);
}

static void add_version(struct buf *out, struct value item)
{
    if (item.type == VALUE_M)
        json_out_typed_item(out, item);
    else
        buf_add(out, STR("null"));
}

struct undo_line undo_file_add(
    struct undo_file *u, const struct client_table *table, struct value before, struct value after)
{
    size_t start = u->pending.len;
    buf_add(&u->pending, STR("{\"Table\":"));
    json_put_string(&u->pending, table->name);
    buf_add(&u->pending, STR(",\"Before\":"));
    add_version(&u->pending, before);
    buf_add(&u->pending, STR(",\"After\":"));
    add_version(&u->pending, after);
    buf_add(&u->pending, STR("}\n"));
    u->lines++;
    return (struct undo_line){.at = u->bytes + start, .len = u->pending.len - start};
}

bool undo_file_flush(struct undo_file *u, struct err *err)
{
    bool ok =
        !u->pending.len || (file_write_all(u->fd, buf_str(&u->pending)) && fdatasync(u->fd) == 0);
    u->bytes += ok ? u->pending.len : 0;
    buf_clear(&u->pending);
    return ok || err_errno(err, errno, "what was before cannot be kept in %s", u->path.at);
}

bool undo_file_strike(struct undo_file *u, struct undo_line line, struct err *err)
{
    size_t len = line.len - 1; /* its end stays */
    char *blank = mem_alloc(len);
    memset(blank, ' ', len);
    bool ok = pwrite(u->fd, blank, len, (off_t)line.at) == (ssize_t)len;
    free(blank);
    u->lines--;
    return ok || err_errno(err, errno, "%s cannot be put right", u->path.at);
}

void undo_file_close(struct undo_file *u)
{
    if (u->fd > 0) {
        close(u->fd);
        if (!u->lines)
            unlink(u->path.at);
    }
    buf_fini(&u->path);
    buf_fini(&u->pending);
    *u = (struct undo_file){.fd = -1};
}

/* ---- reading ---- */

bool undo_reader_open(struct undo_reader *r, const char *path, struct err *err)
{
    *r = (struct undo_reader){.file = fopen(path, "re")};
    return r->file || err_errno(err, errno, "cannot read %s", path);
}

void undo_reader_close(struct undo_reader *r)
{
    if (r->file)
        fclose(r->file);
    free(r->line);
    *r = (struct undo_reader){0};
}

static bool read_version(
    struct arena *arena, const struct json *json, struct value *out, struct err *err)
{
    struct buf bytes = {0};
    *out = (struct value){0};
    if (json_is(json, JSON_NULL))
        return true;
    bool ok = json_is(json, JSON_OBJECT) ? json_in_typed_item(&bytes, json, err)
                                         : err_set(err, ERR_DATA, "it has no version of an item");
    if (ok)
        *out = value_of(arena_dup(arena, buf_str(&bytes)));
    buf_fini(&bytes);
    return ok;
}

bool undo_reader_next(struct undo_reader *r, struct arena *arena, struct str *table,
    struct value *before, struct value *after, struct err *err)
{
    ssize_t len;
    do {
        len = getline(&r->line, &r->room, r->file);
        r->number++;
    } while (len > 0 && !str_trim((struct str){r->line, (size_t)len}).len);
    if (len <= 0)
        return ferror((FILE *)r->file) ? err_set(err, ERR_FILE, "the undo file cannot be read")
                                       : false;
    const struct json *json = NULL;
    if (len > UNDO_FILE_LINE_MAX)
        err_set(err, ERR_DATA, "it is longer than any item");
    else
        json = json_parse(arena, arena_dup(arena, (struct str){r->line, (size_t)len}), err);
    const struct json *name = json_get(json, STR("Table"));
    if (json && !json_is(name, JSON_STRING))
        err_set(err, ERR_DATA, "it names no table");
    if (err->code != ERR_NONE || !read_version(arena, json_get(json, STR("Before")), before, err) ||
        !read_version(arena, json_get(json, STR("After")), after, err))
        return err_context(err, "line %llu of the undo file", (unsigned long long)r->number);
    *table = name->text;
    return true;
}
