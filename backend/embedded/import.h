/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_IMPORT_H
#define BACKEND_EMBEDDED_IMPORT_H

#include "backend/embedded/job.h"

/* Imports: the files of a bucket into a new table. */

/* Ends what steps keep open: called when the keeper has ended. */
void import_file_close(struct engine *engine);

#endif
