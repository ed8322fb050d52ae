/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_TRIGGER_FIELDS_H
#define VIEWS_CLI_TRIGGER_FIELDS_H

#include "backend/json.h"
#include "views/cli/cli.h"

/*
 * A trigger's fields as they were given: by options, which are AWS's names in the AWS CLI's
 * spelling, and by --cli-input-json with AWS's names themselves. Both come to the same JSON object,
 * which function_read() and mapping_read() take; an option goes before the JSON's member.
 */
struct trigger_fields {
    const struct json *json; /* all but those below */
    /* Empty where they were not given: */
    struct str name, handler, runtime;
    struct str table;  /* a name, or the ARN of a stream */
    struct str script; /* a path */
};

/* All of it lives in the run's arena. */
bool trigger_fields_read(struct cli *cli, struct trigger_fields *out, struct err *err);
/* A copy of an object with one more member, a string; it has none of that name. */
const struct json *trigger_fields_with(struct arena *arena, const struct json *object,
    const char *name, struct str text, struct err *err);

#endif
