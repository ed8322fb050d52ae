/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_TRIGGER_H
#define VIEWS_CLI_TRIGGER_H

#include "backend/triggers/triggers.h"
#include "views/cli/cli.h"

/* What the verbs of `trigger` share: the registry of the connection, and finding a trigger in it.
 */
struct trigger_place {
    struct buf folder; /* the registry's */
    struct registry *registry;
    struct registry_functions functions;
    struct registry_mappings mappings;
};

/* A function and one of its mappings; either may be missing. */
struct trigger {
    const struct function *function;
    const struct mapping *mapping;
};

/* Opens the connection and reads the registry into the run's arena. */
bool trigger_place_open(struct cli *cli, struct trigger_place *place, struct err *err);
void trigger_place_close(struct trigger_place *place);
/* ERR_USAGE where --read-only was said: triggers are files beside the tables. */
bool trigger_may_change(const struct cli *cli, struct err *err);
/* Reads it again. */
bool trigger_place_read(struct cli *cli, struct trigger_place *place, struct err *err);
/* By the function's name where that has one mapping at most, else by the mapping's UUID or at least
 * four characters of its beginning. Refuses with near names. */
bool trigger_find(
    const struct trigger_place *place, struct str word, struct trigger *out, struct err *err);
const struct function *trigger_function(const struct trigger_place *place, struct str name);
/* Those of a function; returns how many, *first is one of them. */
size_t trigger_mappings(
    const struct trigger_place *place, struct str function, const struct mapping **first);
/* What it is called: the function's name, or the UUID where that has other mappings. */
struct str trigger_name(const struct trigger_place *place, const struct trigger *trigger);
/* ResourceNotFoundException where the function, or the mapping, is missing. */
bool trigger_need_function(const struct trigger *trigger, struct err *err);
bool trigger_need_mapping(const struct trigger *trigger, struct err *err);
/* What the ARNs of this run are to say. */
struct str trigger_region(const struct cli *cli);
/* Asks on the terminal. Without one --yes is needed: ERR_USAGE. False without an error: no. */
bool trigger_confirm(struct cli *cli, const char *question, struct err *err);
/* Milliseconds since 1970 as UTC: 2026-01-31T12:00:00.000Z */
void trigger_put_time(struct buf *out, int64_t ms);

/* ---- the verbs ---- */
bool cli_trigger_add(struct cli *cli, struct err *err);
bool cli_trigger_edit(struct cli *cli, struct err *err);
bool cli_trigger_list(struct cli *cli, struct err *err);
bool cli_trigger_show(struct cli *cli, struct err *err);
bool cli_trigger_logs(struct cli *cli, struct err *err);
bool cli_trigger_runs(struct cli *cli, struct err *err);
bool cli_trigger_invoke(struct cli *cli, struct err *err);
bool cli_trigger_generate_event(struct cli *cli, struct err *err);
bool cli_trigger_replay(struct cli *cli, struct err *err);
bool cli_trigger_test_filter(struct cli *cli, struct err *err);
bool cli_trigger_dead_letters(struct cli *cli, struct err *err);
bool cli_trigger_enable(struct cli *cli, struct err *err);
bool cli_trigger_disable(struct cli *cli, struct err *err);
bool cli_trigger_retry(struct cli *cli, struct err *err);
bool cli_trigger_skip(struct cli *cli, struct err *err);
bool cli_trigger_remove(struct cli *cli, struct err *err);
bool cli_trigger_run_all(struct cli *cli, struct err *err);
bool cli_trigger_trust(struct cli *cli, struct err *err);

#endif
