/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TRIGGER_FORM_IMPL_H
#define VIEWS_TRIGGER_FORM_IMPL_H

#include "tui/form.h"
#include "views/task.h"
#include "views/trigger_form.h"

/* What the form's files say to each other: trigger_form.c asks, trigger_form_work.c does. */

enum trigger_field {
    FIELD_SCRIPT,
    FIELD_TABLE,
    FIELD_NAME,
    FIELD_RUNTIME,
    FIELD_HANDLER,
    FIELD_TIMEOUT,
    FIELD_START,
    FIELD_ENABLED,
    FIELD_BATCH,
    FIELD_WINDOW,
    FIELD_RETRIES,
    FIELD_AGE,
    FIELD_BISECT,
    FIELD_REPORT,
    FIELD_FACTOR,
    FIELD_TUMBLING,
    FIELD_FILTER,
    FIELD_DESTINATION,
    FIELD_COUNT
};

/* What is to be made or changed; texts in the task's arena. */
struct trigger_form_task {
    struct task task;
    struct registry *registry;
    bool fresh;
    struct str script, table, name, runtime, handler; /* for a fresh one */
    struct str uuid;                                  /* of one that is changed; may be empty */
    struct str function_json, mapping_json;           /* members as Lambda names them */
    struct str made;                                  /* its name, for the words */
    bool turn_on;                                     /* the table's stream, where it has none */
    bool streamless;                                  /* refused for that */
};

bool trigger_form_work(struct task *task, struct client *client, struct err *err);

#endif
