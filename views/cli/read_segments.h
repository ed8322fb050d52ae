/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_READ_SEGMENTS_H
#define VIEWS_CLI_READ_SEGMENTS_H

#include "views/cli/cli.h"

/* How a reading is spread and slowed down: --total-segments without --segment, --rate. */
struct read_spread {
    unsigned segments; /* read at the same time; 1 = one after the other */
    int64_t rate;      /* items looked at a second; 0 = as fast as it goes */
    int64_t limit;     /* items to print; < 0 = all */
};

/* Prints all pages, each item whole; items of one segment in order, segments as they come. *count
 * items were printed or, with --count, found. */
bool read_segments_print(struct cli *cli, const struct client_read *read,
    const struct read_spread *spread, struct cli_out *out, int64_t *count, struct err *err);

#endif
