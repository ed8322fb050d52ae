/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TRIGGERS_TRIGGER_FORM_IMPL_H
#define VIEWS_TRIGGERS_TRIGGER_FORM_IMPL_H

#include "views/form_dialog.h"
#include "views/task.h"
#include "views/triggers/trigger_form.h"

/* What the form's files say to each other: trigger_form.c asks, trigger_form_fields.c knows what
 * the fields are, trigger_form_work.c does it. */

enum { FORM_VARIABLES = 48 };

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
    FIELD_FILTER, /* and as many more as there may be */
    FIELD_FILTER_LAST = FIELD_FILTER + MAPPING_FILTERS_MAX - 1,
    FIELD_DESTINATION,
    FIELD_VARIABLE, /* likewise */
    FIELD_VARIABLE_LAST = FIELD_VARIABLE + FORM_VARIABLES - 1,
    FIELD_MEMORY,
    FIELD_CREDENTIALS,
    FIELD_COUNT
};

enum trigger_form_owner { OF_FORM, OF_FUNCTION, OF_MAPPING };

struct trigger_form {
    struct form_dialog dialog;
    struct form_field fields[FIELD_COUNT];
    bool fresh;
    bool had_variables;
    bool offered; /* to turn the table's stream on; until the next key */
    struct buf name, uuid;
    struct buf code, handler; /* of one that is there: where its code is, and what is called */
    struct task *task;
};

void trigger_form_fields_init(struct trigger_form *f, bool ascii);
/* Of the fields that come more than once, those that say something and an empty one. */
void trigger_form_fields_show(struct trigger_form *f);
/* form.check; data: the form's. */
void trigger_form_fields_check(void *data, struct form *form);
/* The members of one owner, as Lambda names them: "{…}". */
void trigger_form_fields_put(
    const struct trigger_form *f, enum trigger_form_owner owner, struct buf *out);
/* As they are. */
void trigger_form_fields_set_mapping(struct trigger_form *f, const struct mapping *mapping);
void trigger_form_fields_set_function(struct trigger_form *f, const struct function *function);
void trigger_form_fields_set_number(struct trigger_form *f, int field, int64_t number);
void trigger_form_fields_hide(struct trigger_form *f, enum trigger_form_owner owner);

/* What is to be made or changed; texts in the task's arena. */
struct trigger_form_task {
    struct task task;
    struct registry *registry;
    bool fresh;
    struct str script, name, runtime, handler; /* script, runtime: empty = as it is, or guessed */
    struct str table;                          /* for a fresh one */
    struct str uuid;                           /* of one that is changed; may be empty */
    struct str function_json, mapping_json;    /* members as Lambda names them */
    struct str made;                           /* its name, for the words */
    bool turn_on;                              /* the table's stream, where it has none */
    bool streamless;                           /* refused for that */
};

bool trigger_form_work(struct task *task, struct client *client, struct err *err);

#endif
