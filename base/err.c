/* SPDX-License-Identifier: MIT */
/* Errors as values: set once, given context, shown once. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

/* Cuts an incomplete UTF-8 sequence off the end of a text that vsnprintf() shortened. */
static void trim_partial_character(char *text)
{
    size_t len = strlen(text), back = 0;
    while (back < 3 && back < len && ((unsigned char)text[len - 1 - back] & 0xC0) == 0x80)
        back++;
    if (back >= len)
        return;
    unsigned char lead = (unsigned char)text[len - 1 - back];
    size_t need = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
    if (need > back)
        text[len - 1 - back] = '\0';
}

__attribute__((format(printf, 2, 0))) static void format_into(
    char text[ERR_TEXT_MAX], const char *format, va_list args)
{
    if (vsnprintf(text, ERR_TEXT_MAX, format, args) >= ERR_TEXT_MAX)
        trim_partial_character(text);
}

static void start(struct err *err, enum err_code code, const char *name)
{
    err->code = code;
    err->at = ERR_NOWHERE;
    err->len = 0;
    snprintf(err->name, sizeof err->name, "%s", name);
}

bool err_set(struct err *err, enum err_code code, const char *format, ...)
{
    va_list args;
    start(err, code, "");
    va_start(args, format);
    format_into(err->text, format, args);
    va_end(args);
    return false;
}

bool err_refuse(struct err *err, const char *name, const char *format, ...)
{
    va_list args;
    start(err, ERR_REFUSED, name);
    va_start(args, format);
    format_into(err->text, format, args);
    va_end(args);
    return false;
}

bool err_invalid(struct err *err, const char *format, ...)
{
    va_list args;
    start(err, ERR_REFUSED, "ValidationException");
    va_start(args, format);
    format_into(err->text, format, args);
    va_end(args);
    return false;
}

bool err_errno(struct err *err, int number, const char *format, ...)
{
    char what[ERR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    format_into(what, format, args);
    va_end(args);
    return err_set(err, ERR_FILE, "%s: %s", what, strerror(number));
}

bool err_context(struct err *err, const char *format, ...)
{
    char before[ERR_TEXT_MAX], after[ERR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    format_into(before, format, args);
    va_end(args);
    memcpy(after, err->text, sizeof after);
    if (snprintf(err->text, sizeof err->text, "%s: %s", before, after) >= (int)sizeof err->text)
        trim_partial_character(err->text);
    return false;
}

bool err_place(struct err *err, size_t at, size_t len)
{
    if (err->at == ERR_NOWHERE) {
        err->at = at;
        err->len = len;
    }
    return false;
}

int err_exit_code(enum err_code code)
{
    switch (code) {
    case ERR_NONE:
        return 0;
    case ERR_USAGE:
        return 64;
    case ERR_DATA:
        return 65;
    case ERR_NO_INPUT:
        return 66;
    case ERR_UNREACHABLE:
        return 69;
    case ERR_INTERNAL:
        return 70;
    case ERR_FILE:
        return 74;
    case ERR_BUSY:
    case ERR_BUDGET:
        return 75;
    case ERR_AUTH:
        return 77;
    case ERR_CONFIG:
        return 78;
    case ERR_REFUSED:
        return 1;
    case ERR_CANCELLED:
        return 130;
    case ERR_UNKNOWN:
        return 76;
    }
    return 70;
}
