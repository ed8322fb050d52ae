/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_TRIGGER_CALL_H
#define VIEWS_CLI_TRIGGER_CALL_H

#include "views/cli/host.h"
#include "views/cli/trigger.h"

/* Functions called by hand, one after the other: a host that runs no mapping. */
struct host *trigger_call_open(struct cli *cli, const struct trigger_place *place, struct err *err);
/* Runs the function with the event and waits. False where it could not be run (a signal, its user
 * has not agreed to it): a function that fails is an answer. invocation_fini() afterwards. */
bool trigger_call(struct host *host, const struct function *function, struct str event,
    struct invocation *out, struct err *err);
/* The invocation's log on the standard error, made safe for terminals. */
void trigger_call_print_log(const struct invocation *invocation);

#endif
