/* SPDX-License-Identifier: MIT */
/* The sample store: not written yet. */
#include "views/cli/demo.h"

struct backend *demo_open(bool quiet, struct err *err)
{
    (void)quiet;
    err_set(err, ERR_INTERNAL, "the sample store is not in this build");
    return NULL;
}

const char *demo_path(const struct backend *demo)
{
    (void)demo;
    return "";
}
