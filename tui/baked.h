/* SPDX-License-Identifier: MIT */
#ifndef TUI_BAKED_H
#define TUI_BAKED_H

#include <stddef.h>

/* A text file that the build has put into the program (cmake/bake.cmake). A NULL name ends a table.
 */
struct baked {
    const char *name, *text;
    size_t len;
};

extern const struct baked keymaps_baked[];
extern const struct baked themes_baked[];

#endif
