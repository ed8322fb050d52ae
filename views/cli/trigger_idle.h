/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_TRIGGER_IDLE_H
#define VIEWS_CLI_TRIGGER_IDLE_H

#include "backend/client.h"
#include "backend/triggers/registry.h"

/* Whether a mapping has dealt with all that is in its stream now, by what it keeps on the disk:
 * whichever process runs it. Adds its invocations so far to *calls. False where that cannot be
 * told. */
bool trigger_idle_mapping(struct client *client, struct registry *registry,
    const struct mapping *mapping, bool *idle, uint64_t *calls, struct err *err);

#endif
