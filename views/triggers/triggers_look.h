/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TRIGGERS_TRIGGERS_LOOK_H
#define VIEWS_TRIGGERS_TRIGGERS_LOOK_H

#include "backend/triggers/registry.h"
#include "backend/triggers/status.h"
#include "views/task.h"

/*
 * The triggers of the connection as they are now: what is configured, and how each fares. Read on
 * the worker's thread, what is configured only where it changed; a row a mapping, then a row a
 * function that has none.
 */
struct triggers_row {
    const struct function *function; /* NULL: there is none of that name */
    const struct mapping *mapping;   /* NULL: only the function */
    struct str name;                 /* as the command line calls it */
    /* NUL-terminated; where the function's logs are, and the mapping's status; or empty */
    struct str function_folder, mapping_folder;
    struct status status;
};

struct triggers_look {
    struct registry *registry; /* borrowed */
    struct worker *worker;
    void *context;
    void (*changed)(void *context); /* what is shown has to be shown anew */
    struct arena config, statuses;  /* own the rows' texts */
    struct triggers_row *rows;
    size_t count;
    struct buf complaint; /* of files that cannot be read */
    struct err err;       /* of the last reading */
    uint64_t version;
    bool looked;
    struct task *task;
};

void triggers_look_init(struct triggers_look *look, struct registry *registry,
    struct worker *worker, void *context, void (*changed)(void *context));
void triggers_look_fini(struct triggers_look *look);
/* Looks again, unless it does already. */
void triggers_look_refresh(struct triggers_look *look);
/* Whether anything may change by itself: somebody runs a mapping. */
bool triggers_look_alive(const struct triggers_look *look);
/* "running", "untrusted", "no function"…; what is configured counts before what a runner says. */
const char *triggers_look_state(const struct triggers_row *row);

#endif
