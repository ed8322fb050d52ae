/* SPDX-License-Identifier: MIT */
/*
 * Errors for people: one line, and where the error knows its place in an expression or a JSON text,
 * the text with the place underlined.
 *
 *   dynascope: ValidationException: Invalid FilterExpression: Syntax error; …
 *     a = :b AND AND c
 *                ^~~
 *
 * The standard error may be a terminal, so nothing of the message gets there unescaped.
 */
#include "views/cli/report.h"
#include "base/utf8.h"

#include <langinfo.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

enum { WINDOW_BEFORE = 48, WINDOW_AFTER = 24 };

/* The text that an error points into: the one whose kind the message names, else the only one. What
 * is wrong with an expression names it; another place is one in the request's own JSON. */
static const struct cli_text *text_of(
    const struct err *err, const struct cli_text *texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_find(str_from(err->text), str_from(texts[i].kind)) != SIZE_MAX)
            return &texts[i];
    return count == 1 && !strstr(texts[0].kind, "Expression") ? &texts[0] : NULL;
}

/* Columns that a text takes once it is made safe. */
static size_t columns(struct str text, bool ascii)
{
    struct buf safe = {0};
    cli_out_add_safe(&safe, text, ascii);
    size_t width = 0;
    for (struct str rest = buf_str(&safe); rest.len;) {
        uint32_t point;
        int wide = utf8_next(&rest, &point) ? wcwidth((wchar_t)point) : 1;
        width += wide > 0 ? (size_t)wide : 0;
    }
    buf_fini(&safe);
    return width;
}

/* Moves an offset back to the start of its character. */
static size_t to_border(struct str text, size_t at)
{
    while (at > 0 && at < text.len && ((unsigned char)text.at[at] & 0xC0) == 0x80)
        at--;
    return at;
}

static void add_place(struct buf *out, struct str text, const struct err *err, bool ascii)
{
    size_t at = err->at < text.len ? to_border(text, err->at) : text.len;
    size_t end = err->len < text.len - at ? at + err->len : text.len;
    size_t from = at > WINDOW_BEFORE ? to_border(text, at - WINDOW_BEFORE) : 0;
    size_t to = text.len - end > WINDOW_AFTER ? to_border(text, end + WINDOW_AFTER) : text.len;
    if (end - at > WINDOW_BEFORE)
        to = end = to_border(text, at + WINDOW_BEFORE);
    struct str before = {text.at + from, at - from}, marked = {text.at + at, end - at};
    buf_add(out, from ? STR("  ... ") : STR("  "));
    cli_out_add_safe(out, (struct str){text.at + from, to - from}, ascii);
    buf_add(out, from ? STR("\n      ") : STR("\n  "));
    for (size_t i = columns(before, ascii); i; i--)
        buf_add_byte(out, ' ');
    buf_add_byte(out, '^');
    for (size_t i = columns(marked, ascii); i > 1; i--)
        buf_add_byte(out, '~');
    buf_add_byte(out, '\n');
}

void cli_report_format(
    struct buf *out, const struct err *err, const struct cli_text *texts, size_t count, bool ascii)
{
    buf_add(out, STR("dynascope: "));
    if (err->name[0]) {
        cli_out_add_safe(out, str_from(err->name), ascii);
        if (err->text[0])
            buf_add(out, STR(": "));
    }
    cli_out_add_safe(out, str_from(err->text), ascii);
    buf_add_byte(out, '\n');
    const struct cli_text *text = err->at == ERR_NOWHERE ? NULL : text_of(err, texts, count);
    if (text)
        add_place(out, text->text, err, ascii);
}

static bool is_ascii_terminal(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
}

static void write_error(const struct buf *text)
{
    for (size_t done = 0; done < text->len;) {
        ssize_t n = write(STDERR_FILENO, text->at + done, text->len - done);
        if (n <= 0)
            break;
        done += (size_t)n;
    }
}

void cli_report(const struct cli *cli, const struct err *err)
{
    struct buf out = {0};
    cli_report_format(&out, err, cli->texts, cli->text_count, is_ascii_terminal());
    write_error(&out);
    buf_fini(&out);
}

static void __attribute__((format(printf, 1, 0)))
write_words(const char *format, va_list args, const char *end)
{
    struct buf out = {0};
    char text[ERR_TEXT_MAX];
    vsnprintf(text, sizeof text, format, args);
    cli_out_add_safe(&out, str_from(text), is_ascii_terminal());
    buf_add(&out, str_from(end));
    write_error(&out);
    buf_fini(&out);
}

void cli_report_note(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    write_words(format, args, "\n");
    va_end(args);
}

void cli_report_ask(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    write_words(format, args, "");
    va_end(args);
}
