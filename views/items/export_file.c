/* SPDX-License-Identifier: MIT */
/*
 * Writing items to a file. Must not know where they come from. The columns of CSV are known when
 * the last item has come: until then they are kept as lines.
 *
 *   NAME.XXXXXX  lines ──rename──▶ NAME
 *   NAME.XXXXXX  typed lines ─▶ NAME.YYYYYY  csv ──rename──▶ NAME
 */
#include "views/items/export_file.h"

#include "backend/json_in.h"
#include "backend/json_out.h"
#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EXPORT_PENDING = 1 << 18 };

struct export_file {
    enum export_format format;
    bool replace;
    int fd;
    struct buf name, temporary, pending;
    int64_t bytes;
    struct arena arena; /* names of columns */
    struct str *columns;
    size_t column_count;
};

enum export_format export_format_of(struct str name)
{
    size_t len = name.len;
    return len > 4 && str_equal_nocase(str_skip(name, len - 4), STR(".csv")) ? EXPORT_CSV
                                                                             : EXPORT_LINES;
}

/* ---- the file ---- */

/* What open() would give a new file. */
static mode_t ordinary_mode(void)
{
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

static bool export_make(struct export_file *f, struct err *err)
{
    buf_clear(&f->temporary);
    buf_printf(&f->temporary, "%s.XXXXXX", buf_cstr(&f->name));
    buf_cstr(&f->temporary);
    f->fd = mkostemp(f->temporary.at, O_CLOEXEC);
    if (f->fd < 0)
        buf_clear(&f->temporary);
    return f->fd >= 0 || err_errno(err, errno, "cannot create %s", f->name.at);
}

static bool export_flush(struct export_file *f, struct err *err)
{
    bool ok = file_write_all(f->fd, buf_str(&f->pending));
    f->bytes += (int64_t)f->pending.len;
    buf_clear(&f->pending);
    return ok || err_errno(err, errno, "cannot write %s", f->name.at);
}

static bool export_taken(const char *name, struct err *err)
{
    return err_set(err, ERR_FILE, "%s is there already: choose another name", name);
}

/* A link never replaces anything; some file systems have none. */
static bool export_settle_new(struct export_file *f, struct err *err)
{
    if (link(f->temporary.at, f->name.at) == 0)
        return unlink(f->temporary.at) == 0 || true;
    if (errno == EEXIST)
        return export_taken(f->name.at, err);
    if (access(f->name.at, F_OK) == 0)
        return export_taken(f->name.at, err);
    return rename(f->temporary.at, f->name.at) == 0 ||
           err_errno(err, errno, "cannot write %s", f->name.at);
}

static bool export_settle(struct export_file *f, struct err *err)
{
    if (fchmod(f->fd, ordinary_mode()) != 0 || fsync(f->fd) != 0)
        return err_errno(err, errno, "cannot write %s", f->name.at);
    if (!f->replace)
        return export_settle_new(f, err);
    return rename(f->temporary.at, f->name.at) == 0 ||
           err_errno(err, errno, "cannot write %s", f->name.at);
}

static void export_drop(struct export_file *f)
{
    if (f->fd >= 0)
        close(f->fd);
    if (f->temporary.len)
        unlink(f->temporary.at);
    f->fd = -1;
    buf_clear(&f->temporary);
}

struct export_file *export_file_open(const char *name, enum export_format format, bool replace,
    const struct client_table *table, struct err *err)
{
    struct export_file *f = mem_new(struct export_file);
    f->format = format;
    f->replace = replace;
    f->fd = -1;
    buf_add(&f->name, str_from(name));
    f->columns = mem_zero(EXPORT_COLUMNS_MAX, sizeof *f->columns);
    for (uint32_t i = 0; table && i < table->key_count; i++)
        f->columns[f->column_count++] = arena_dup(&f->arena, table->keys[i].name);
    bool ok = name[0] ? replace || access(name, F_OK) != 0 || export_taken(name, err)
                      : err_set(err, ERR_USAGE, "the file needs a name");
    if (ok && export_make(f, err))
        return f;
    export_file_free(f);
    return NULL;
}

void export_file_free(struct export_file *f)
{
    if (!f)
        return;
    export_drop(f);
    buf_fini(&f->name);
    buf_fini(&f->temporary);
    buf_fini(&f->pending);
    arena_fini(&f->arena);
    free(f->columns);
    free(f);
}

int64_t export_file_bytes(const struct export_file *f)
{
    return f->bytes;
}

/* ---- items ---- */

static bool export_see_columns(struct export_file *f, struct value item, struct err *err)
{
    struct value_walk walk = value_walk(item);
    struct str name;
    struct value v;
    while (value_next(&walk, &name, &v)) {
        size_t i = 0;
        while (i < f->column_count && !str_equal(f->columns[i], name))
            i++;
        if (i < f->column_count)
            continue;
        if (f->column_count == EXPORT_COLUMNS_MAX)
            return err_set(err, ERR_DATA,
                "the items have more than %d different attributes: too many for CSV",
                EXPORT_COLUMNS_MAX);
        f->columns[f->column_count++] = arena_dup(&f->arena, name);
    }
    return true;
}

bool export_file_add(struct export_file *f, struct value item, struct err *err)
{
    if (f->format == EXPORT_CSV && !export_see_columns(f, item, err))
        return false;
    json_out_line(&f->pending, item, f->format != EXPORT_LINES);
    return f->pending.len < EXPORT_PENDING || export_flush(f, err);
}

/* ---- CSV ---- */

/* field = plain | '"' { any | '""' } '"' */
static void csv_add(struct buf *out, struct str text)
{
    bool plain = text.len && text.at[0] != ' ' && text.at[text.len - 1] != ' ';
    for (size_t i = 0; i < text.len && plain; i++)
        plain = !strchr(",\"\r\n;\t", text.at[i]) || !text.at[i];
    if (plain) {
        buf_add(out, text);
        return;
    }
    buf_add_byte(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '"')
            buf_add_byte(out, '"');
        buf_add_byte(out, text.at[i]);
    }
    buf_add_byte(out, '"');
}

static bool csv_holds_all(struct value v)
{
    struct buf item = {0};
    struct err err = ERR_INIT;
    struct value_open map = value_open(&item, VALUE_M);
    value_member(&map, &item, STR("v"));
    value_put(&item, v);
    bool plain = value_close(&map, &item, &err) && json_out_is_plain(value_of(buf_str(&item)));
    buf_fini(&item);
    return plain;
}

static void csv_add_value(struct buf *out, struct value v)
{
    struct buf text = {0};
    if (v.type == VALUE_S)
        buf_add(&text, v.data);
    else if (v.type == VALUE_B)
        json_out_base64(&text, v.data);
    else if (csv_holds_all(v))
        json_out_plain(&text, v);
    else
        json_out_typed(&text, v);
    csv_add(out, buf_str(&text));
    buf_fini(&text);
}

static void csv_add_row(struct export_file *f, struct value item)
{
    for (size_t i = 0; i < f->column_count; i++) {
        struct value v;
        if (i)
            buf_add_byte(&f->pending, ',');
        if (value_find(item, f->columns[i], &v))
            csv_add_value(&f->pending, v);
    }
    buf_add(&f->pending, STR("\r\n"));
}

static bool csv_convert_line(struct export_file *f, struct str line, struct err *err)
{
    struct arena arena = {0};
    struct buf item = {0};
    const struct json *json = json_parse(&arena, line, err);
    bool ok = json && json_in_typed_item(&item, json, err);
    if (ok)
        csv_add_row(f, value_of(buf_str(&item)));
    arena_fini(&arena);
    buf_fini(&item);
    return ok && (f->pending.len < EXPORT_PENDING || export_flush(f, err));
}

static bool csv_convert(struct export_file *f, FILE *lines, struct err *err)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t len;
    bool ok = true;
    for (size_t i = 0; i < f->column_count; i++) {
        if (i)
            buf_add_byte(&f->pending, ',');
        csv_add(&f->pending, f->columns[i]);
    }
    buf_add(&f->pending, STR("\r\n"));
    while (ok && (len = getline(&line, &room, lines)) > 0)
        ok = csv_convert_line(f, (struct str){line, (size_t)len}, err);
    free(line);
    if (ok && ferror(lines))
        ok = err_errno(err, errno, "cannot read back what was written for %s", f->name.at);
    return ok;
}

/* The lines become the second temporary file. */
static bool export_to_csv(struct export_file *f, struct err *err)
{
    FILE *lines = fopen(f->temporary.at, "re");
    if (!lines)
        return err_errno(err, errno, "cannot read back what was written for %s", f->name.at);
    export_drop(f);
    f->bytes = 0;
    bool ok = export_make(f, err) && csv_convert(f, lines, err) && export_flush(f, err);
    fclose(lines);
    return ok;
}

bool export_file_finish(struct export_file *f, struct err *err)
{
    if (!export_flush(f, err) || (f->format == EXPORT_CSV && !export_to_csv(f, err)) ||
        !export_settle(f, err))
        return false;
    buf_clear(&f->temporary);
    return true;
}

bool export_text(const char *name, struct str text, bool replace, struct err *err)
{
    struct export_file *f = export_file_open(name, EXPORT_LINES, replace, NULL, err);
    if (!f)
        return false;
    buf_add(&f->pending, text);
    bool ok = export_file_finish(f, err);
    export_file_free(f);
    return ok;
}
