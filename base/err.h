/* SPDX-License-Identifier: MIT */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/str.h"

/*
 * What went wrong. Set once where it happens, given context on the way up, shown once. The codes
 * are kinds of remedy; the command line turns them into exit codes (sysexits).
 */
enum err_code {
    ERR_NONE,
    ERR_USAGE,       /* the command line is wrong                                  64 */
    ERR_DATA,        /* input data is malformed: a JSON text, an expression        65 */
    ERR_NO_INPUT,    /* a file, folder or store that should be there is not        66 */
    ERR_UNREACHABLE, /* an endpoint does not answer                                69 */
    ERR_INTERNAL,    /* ours: should not happen                                    70 */
    ERR_FILE,        /* the disk or a file refuses: full, read-only, damaged       74 */
    ERR_BUSY,        /* throttled or locked: the same thing may work later         75 */
    ERR_BUDGET,      /* the budget of capacity is spent: more was not asked for    75 */
    ERR_AUTH,        /* credentials are missing or refused                         77 */
    ERR_CONFIG,      /* a configuration, keymap or theme file is wrong             78 */
    ERR_REFUSED,     /* DynamoDB's answer is an error (see name)                    1 */
    ERR_CANCELLED,   /* the user or a signal stopped it                           130 */
    ERR_UNKNOWN,     /* a write was sent, and no answer says whether it was applied:
                        read back before saying either                            76 */
};

#define ERR_NOWHERE SIZE_MAX
enum { ERR_NAME_MAX = 64, ERR_TEXT_MAX = 4096 };

struct err {
    enum err_code code;
    char name[ERR_NAME_MAX]; /* DynamoDB's exception name, e.g. ValidationException, or "" */
    size_t at, len;          /* the place in the user's text (bytes), or at = ERR_NOWHERE */
    char text[ERR_TEXT_MAX]; /* one sentence or more, UTF-8, may quote hostile data */
};

#define ERR_INIT ((struct err){.at = ERR_NOWHERE})

/* All of these return false, so that `return err_set(...)` says it all. Too long a text is cut at a
 * character's border. */
bool err_set(struct err *err, enum err_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A DynamoDB exception: code ERR_REFUSED, name, message exactly as the service words it. */
bool err_refuse(struct err *err, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* err_refuse(err, "ValidationException", ...) */
bool err_invalid(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The C library's errno as an ERR_FILE, "…: No space left on device". */
bool err_errno(struct err *err, int number, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Puts "context: " in front of the text. */
bool err_context(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Remembers where in the user's text it is; keeps an earlier place. */
bool err_place(struct err *err, size_t at, size_t len);

/* The process exit code for a code: see ecosystem conventions in the man page. */
int err_exit_code(enum err_code code);

#endif
