/* SPDX-License-Identifier: MIT */
#ifndef BASE_CONF_H
#define BASE_CONF_H

#include "base/err.h"
#include "base/str.h"

/*
 * The one reader of INI texts: our configuration, keymaps, themes and the AWS files. The rules are
 * those of the AWS tools, so that one file means the same to all of them:
 *
 *     # a comment, as is a line that starts with ;     (only whole lines: values keep # and ;)
 *     [profile dev]                a section; a comment may follow the bracket
 *     key = value = with = signs   cut at the first '=', both sides trimmed, no quotes, no escapes
 *     services =
 *       endpoint_url = http://…    indented deeper than the key above: belongs to that key
 *
 * A key may be "=" itself, alone or at the start of a line ("= = widen"), and may be "[" or "]".
 * What starts a comment cannot start a key: formats that need '#' or ';' as a key give them names.
 * Lines have no length limit. Nothing is copied: all slices point into the text.
 */
struct conf_line {
    const char *file;   /* the name given to conf_parse() */
    size_t number;      /* of the line, from 1 */
    struct str section; /* the text between the brackets; empty before the first section */
    struct str parent;  /* the key that an indented line belongs to, or empty */
    struct str key;     /* empty for an indented line under a key that has a value of its own: */
    struct str value;   /* then `value` is the whole line and goes on where the value above ended */
};

/* What a format does with the lines. False stops the reading; the error gets "file:line: " in
 * front. */
struct conf_handler {
    bool (*section)(void *context, const struct conf_line *line, struct err *err); /* or NULL */
    bool (*entry)(void *context, const struct conf_line *line, struct err *err);
    /* A line that is none of the above: `value` is the line, err->text says what is wrong. True
     * goes on with the next line: for formats that report all mistakes, or have words without '='.
     * NULL = the first one ends the reading. */
    bool (*other)(void *context, const struct conf_line *line, struct err *err);
    void *context;
};

/* `file` is used in messages only. Malformed lines are ERR_CONFIG. */
bool conf_parse(
    struct str text, const char *file, const struct conf_handler *handler, struct err *err);

/* Reads a whole file (at most 4 MiB). A missing file is ERR_NO_INPUT, one that cannot be read
 * ERR_FILE; the slices die when this returns. */
bool conf_load(const char *path, const struct conf_handler *handler, struct err *err);

/* For sections that have a kind: "profile dev" of kind "profile" gives "dev", quotes around the
 * name removed. False when the section is of another kind. */
bool conf_section_name(struct str section, const char *kind, struct str *name);

/* yes/no, true/false, on/off, 1/0 in any case; false with ERR_CONFIG for anything else. */
bool conf_to_bool(struct str value, bool *out, struct err *err);

#endif
