/* SPDX-License-Identifier: MIT */
/*
 * The INI reader. It knows lines, sections and keys and nothing of what they mean: each format
 * brings a handler. Every line is one of
 *
 *     blank | comment | section | entry | indented entry
 *
 * and only two things are remembered from line to line: the section, and the last key with its
 * indentation and whether it had a value (an indented line below is its child or its continuation).
 */
#include "base/conf.h"

#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { FILE_MAX = 4 << 20, READ_SIZE = 16 << 10 };

struct parser {
    const struct conf_handler *handler;
    struct conf_line line;
    struct str last_key;
    size_t last_indent;
    bool last_has_value;
};

static bool call(const struct parser *p,
    bool (*handle)(void *, const struct conf_line *, struct err *), struct err *err)
{
    if (handle == NULL || handle(p->handler->context, &p->line, err))
        return true;
    return err_context(err, "%s:%zu", p->line.file, p->line.number);
}

/* A malformed line: the handler's to judge, where it wants to. */
static bool fail(struct parser *p, struct str text, struct err *err, const char *what)
{
    struct err wrong = ERR_INIT;
    err_set(&wrong, ERR_CONFIG, "%s", what);
    p->line.key = STR_NONE;
    p->line.value = text;
    if (p->handler->other && p->handler->other(p->handler->context, &p->line, &wrong))
        return true;
    *err = wrong;
    return err_context(err, "%s:%zu", p->line.file, p->line.number);
}

static bool starts_comment(struct str s)
{
    return s.len && (s.at[0] == '#' || s.at[0] == ';');
}

static bool has_control(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (((unsigned char)s.at[i] < 0x20 && s.at[i] != '\t') || s.at[i] == 0x7F)
            return true;
    return false;
}

/* section = "[" text "]" [comment] */
static bool cut_section(struct str text, struct str *name)
{
    size_t close = str_find_byte(text, ']');
    if (text.at[0] != '[' || close == SIZE_MAX)
        return false;
    struct str after = str_trim(str_skip(text, close + 1));
    *name = str_trim((struct str){text.at + 1, close - 1});
    return after.len == 0 || starts_comment(after);
}

/* entry = key "=" value ; a '=' that opens the line is part of the key */
static bool cut_entry(struct str text, struct str *key, struct str *value)
{
    size_t at = str_find_byte(str_skip(text, 1), '=');
    if (at == SIZE_MAX)
        return false;
    *key = str_trim(str_take(text, at + 1));
    *value = str_trim(str_skip(text, at + 2));
    return true;
}

static bool take_section(struct parser *p, struct str text, struct str name, struct err *err)
{
    if (name.len == 0)
        return fail(p, text, err, "a section needs a name between [ and ]");
    p->line.section = name;
    p->line.parent = p->line.key = p->line.value = STR_NONE;
    p->last_key = STR_NONE;
    return call(p, p->handler->section, err);
}

/* indented entry = blank key "=" value | blank text, below a key that has a value */
static bool take_indented(struct parser *p, struct str text, struct err *err)
{
    p->line.parent = p->last_key;
    p->line.key = STR_NONE;
    p->line.value = text;
    if (!p->last_has_value && !cut_entry(text, &p->line.key, &p->line.value))
        return fail(
            p, text, err, "expected key = value below the key that this line is indented under");
    return call(p, p->handler->entry, err);
}

static bool take_entry(struct parser *p, struct str text, size_t indent, struct err *err)
{
    p->line.parent = STR_NONE;
    if (!cut_entry(text, &p->line.key, &p->line.value))
        return fail(p, text, err, "expected key = value, [section] or a comment starting with #");
    p->last_key = p->line.key;
    p->last_indent = indent;
    p->last_has_value = p->line.value.len > 0;
    return call(p, p->handler->entry, err);
}

static bool take_line(struct parser *p, struct str line, struct err *err)
{
    struct str text = str_trim(line), name;
    if (text.len == 0 || starts_comment(text))
        return true;
    if (has_control(text))
        return fail(p, text, err, "a control character: only tabs and printable text are allowed");
    size_t indent = (size_t)(text.at - line.at);
    if (p->last_key.len && indent > p->last_indent)
        return take_indented(p, text, err);
    if (cut_section(text, &name))
        return take_section(p, text, name, err);
    return take_entry(p, text, indent, err);
}

bool conf_parse(
    struct str text, const char *file, const struct conf_handler *handler, struct err *err)
{
    struct parser p = {.handler = handler, .line.file = file};
    struct str line;
    if (str_starts(text, STR("\xEF\xBB\xBF")))
        text = str_skip(text, 3);
    while (str_cut(&text, '\n', &line)) {
        p.line.number++;
        if (!take_line(&p, line, err))
            return false;
    }
    return true;
}

/* In pieces and not by the file's size: it may be a pipe, and it may grow meanwhile. */
static bool read_all(int fd, const char *path, struct buf *bytes, struct err *err)
{
    while (bytes->len <= FILE_MAX) {
        ssize_t got = read(fd, buf_reserve(bytes, READ_SIZE), READ_SIZE);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_errno(err, errno, "cannot read %s", path);
        if (got == 0)
            return true;
        bytes->len += (size_t)got;
    }
    return err_set(err, ERR_CONFIG, "%s is larger than 4 MiB: not a configuration file", path);
}

bool conf_load(const char *path, const struct conf_handler *handler, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return err_set(err, ERR_NO_INPUT, "there is no file %s", path);
    if (fd < 0)
        return err_errno(err, errno, "cannot open %s", path);
    struct buf bytes = {0};
    bool good = read_all(fd, path, &bytes, err) && conf_parse(buf_str(&bytes), path, handler, err);
    buf_fini(&bytes);
    close(fd);
    return good;
}

/* section name = kind blank {blank} (name | '"' name '"') */
bool conf_section_name(struct str section, const char *kind, struct str *name)
{
    struct str word = str_from(kind);
    struct str rest = str_skip(section, word.len);
    if (!str_starts(section, word) || rest.len == 0 || (rest.at[0] != ' ' && rest.at[0] != '\t'))
        return false;
    rest = str_trim(rest);
    if (rest.len >= 2 && (rest.at[0] == '"' || rest.at[0] == '\'') &&
        rest.at[rest.len - 1] == rest.at[0])
        rest = (struct str){rest.at + 1, rest.len - 2};
    *name = rest;
    return rest.len > 0;
}

bool conf_to_bool(struct str value, bool *out, struct err *err)
{
    static const char *const words[] = {
        "no", "yes", "false", "true", "off", "on", "0", "1"}; /* odd = true */
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_equal_nocase(value, str_from(words[i]))) {
            *out = i % 2;
            return true;
        }
    }
    return err_set(err, ERR_CONFIG, "\"%.*s\" is neither yes nor no", STR_ARG(value));
}
