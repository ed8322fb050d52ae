/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_DEMO_TRIGGERS_H
#define VIEWS_CLI_DEMO_TRIGGERS_H

#include "backend/client.h"

/* Puts two triggers on the sample store's tables, their scripts written into `folder`: one for the
 * shell, one for Node or Python where there is one. */
bool demo_triggers_make(struct client *client, const char *folder, struct err *err);
/* The registry's folder in the sample store's, and the file of what may run. NUL-terminated. */
void demo_triggers_folder(const char *folder, struct buf *out);
void demo_triggers_trusted(const char *folder, struct buf *out);

#endif
