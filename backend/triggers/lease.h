/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_LEASE_H
#define BACKEND_TRIGGERS_LEASE_H

#include "base/err.h"

/*
 * One runner a mapping, whichever process that is: a lock on MAPPING-FOLDER/lease that dies with
 * its process and is not handed on to the functions it starts. A process that is stopped keeps it.
 */
struct lease {
    int fd; /* -1 = none */
    bool taken;
};
#define LEASE_INIT ((struct lease){.fd = -1})

/* Takes it where nobody has it: see lease->taken. May be called again and again. */
bool lease_try(struct lease *lease, const char *mapping_folder, struct err *err);
void lease_drop(struct lease *lease);
/* Whether a process has it now. */
bool lease_held(const char *mapping_folder);

#endif
