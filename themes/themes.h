/* SPDX-License-Identifier: MIT */
#ifndef THEMES_THEMES_H
#define THEMES_THEMES_H

#include "base/err.h"
#include "tui/style.h"

/*
 * How roles look. A theme is a text file (themes/README.md): `role = colour on colour attributes`.
 */
struct theme_report {
    void *data;
    void (*problem)(void *data, struct str message); /* "mine.theme:3: no such role: titel" */
};

/* The shipped themes: "default", "light", "high-contrast", "mono", …; NULL ends the names. */
const char *theme_shipped_name(int index);
struct str theme_shipped(struct str name);

/* Reads a text into `table`, on top of what is there (all unset at first), for a terminal with
 * `colours` colours. A wrong line is reported and left out. */
void theme_add(struct style_table *table, int colours, struct str file, struct str text,
    const struct theme_report *report);
/* A theme by name: the user's `folder`/NAME.theme if it is there, else the shipped one; inherited
 * and ready for screen_styles(). With colours = 0 (or NO_COLOR) colours are taken away. False with
 * ERR_CONFIG where there is no such theme; the table is then the mono one. */
bool theme_load(struct style_table *table, int colours, struct str folder, struct str name,
    const struct theme_report *report, struct err *err);

#endif
