/* SPDX-License-Identifier: MIT */
/*
 * Finding and reading files that are shipped and may be replaced. Knows the lines that all of them
 * share, `include` and mistakes; what the other lines mean is the format's.
 */
#include "base/shelf.h"

#include "base/buf.h"

#include <stdio.h>

enum { INCLUDE_DEPTH_MAX = 8, SHOWN_MAX = 200 };

struct str shelf_text(const struct shelf *shelf, struct str name)
{
    for (const struct shelf_file *file = shelf->files; file->name; file++)
        if (str_equal(name, str_from(file->name)))
            return (struct str){file->text, file->len};
    return STR_NONE;
}

void shelf_problem(
    const struct shelf_reader *reader, size_t line, const char *what, struct str text)
{
    char message[ERR_TEXT_MAX];
    if (!reader->problem)
        return;
    int len = snprintf(message, sizeof message, "%.*s:%zu: %s%s%.*s", STR_ARG(reader->file), line,
        what, text.len ? ": " : "", STR_ARG(str_take(text, SHOWN_MAX)));
    size_t size = len < 0 ? 0 : (size_t)len < sizeof message ? (size_t)len : sizeof message - 1;
    reader->problem(reader->data, (struct str){message, size});
}

/* ---- lines ---- */

/* include = "include" "=" name of a shipped file */
static void read_include(struct shelf_reader *reader, const struct conf_line *line)
{
    struct str text = shelf_text(reader->shelf, line->value), outer = reader->file;
    if (!text.len || reader->depth == INCLUDE_DEPTH_MAX) {
        char what[80];
        snprintf(what, sizeof what, text.len ? "%ss include each other" : "no such shipped %s",
            reader->shelf->what);
        return shelf_problem(reader, line->number, what, line->value);
    }
    reader->depth++;
    shelf_read(reader, line->value, text);
    reader->depth--;
    reader->file = outer;
}

static bool read_section(void *context, const struct conf_line *line, struct err *err)
{
    struct shelf_reader *reader = context;
    return !reader->format.section || reader->format.section(reader->format.context, line, err);
}

static bool read_entry(void *context, const struct conf_line *line, struct err *err)
{
    struct shelf_reader *reader = context;
    if (line->section.len || !str_equal(line->key, STR("include")))
        return reader->format.entry(reader->format.context, line, err);
    read_include(reader, line);
    return true;
}

static bool read_other(void *context, const struct conf_line *line, struct err *err)
{
    shelf_problem(context, line->number, err->text, STR_NONE);
    *err = ERR_INIT;
    return true;
}

static struct conf_handler handler_of(struct shelf_reader *reader)
{
    return (struct conf_handler){
        .section = read_section, .entry = read_entry, .other = read_other, .context = reader};
}

/* ---- files ---- */

void shelf_read(struct shelf_reader *reader, struct str file, struct str text)
{
    struct conf_handler handler = handler_of(reader);
    struct err err = ERR_INIT;
    reader->file = file;
    if (!conf_parse(text, "", &handler, &err))
        shelf_problem(reader, 0, err.text, STR_NONE);
}

static bool is_file_name(struct str name)
{
    return name.len && name.len < 100 && str_find_byte(name, '/') == SIZE_MAX &&
           str_find_byte(name, '\0') == SIZE_MAX && name.at[0] != '.';
}

/* The user's file; true where there is one, well read or not. */
static bool load_own(
    struct shelf_reader *reader, struct str folder, struct str name, struct err *err)
{
    struct buf path = {0};
    buf_add(&path, folder);
    buf_printf(&path, "/%.*s%s", STR_ARG(name), reader->shelf->suffix);
    reader->file = buf_str(&path);
    struct conf_handler handler = handler_of(reader);
    bool found = conf_load(buf_cstr(&path), &handler, err);
    buf_fini(&path);
    return found;
}

static bool refuse_unknown(const struct shelf *shelf, struct str name, struct err *err)
{
    struct buf names = {0};
    for (const struct shelf_file *file = shelf->files; file->name; file++)
        buf_printf(&names, "%s%s", names.len ? ", " : "", file->name);
    err_set(err, ERR_CONFIG, "there is no %s \"%.*s\" (there are %s)", shelf->what,
        STR_ARG(str_take(name, 80)), buf_cstr(&names));
    buf_fini(&names);
    return false;
}

bool shelf_load(struct shelf_reader *reader, struct str folder, struct str name, struct err *err)
{
    struct err own = ERR_INIT;
    struct str text = shelf_text(reader->shelf, name);
    if (!is_file_name(name))
        return err_set(err, ERR_CONFIG, "a %s's name cannot be \"%.*s\"", reader->shelf->what,
            STR_ARG(str_take(name, 80)));
    if (folder.len && load_own(reader, folder, name, &own))
        return true;
    if (folder.len && own.code != ERR_NO_INPUT) {
        *err = own;
        err->code = ERR_CONFIG;
        return false;
    }
    if (!text.len)
        return refuse_unknown(reader->shelf, name, err);
    shelf_read(reader, name, text);
    return true;
}
