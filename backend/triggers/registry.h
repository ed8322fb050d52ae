/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_REGISTRY_H
#define BACKEND_TRIGGERS_REGISTRY_H

#include "backend/triggers/function.h"
#include "backend/triggers/mapping.h"
#include "base/clock.h"

/*
 * The functions and mappings of one connection, as files that any process may read while another
 * changes them (each is replaced in one step, changes take a lock):
 *
 *     FOLDER/                          0700; STORE/triggers, or one in the state folder of the user
 *       functions/NAME/function.json
 *       functions/NAME/code/ID/…       what came as a zip
 *       functions/NAME/logs/…          see logs.h
 *       functions/NAME/runs            see runs.h
 *       mappings/UUID/mapping.json
 *       mappings/UUID/progress, lease, status, dead-letters.jsonl    the runner's
 *       lock, version                  version is written anew with each change: watch it
 */
struct registry; /* may be used by several threads at once */

/* Never creates the folder: that is the first change's work. `trusted` = the file of what this user
 * agreed to run (see trust.h); NULL = the user's own. */
struct registry *registry_open(
    const char *folder, const char *trusted, const struct clock *clock, struct err *err);
void registry_close(struct registry *registry);
const char *registry_folder(const struct registry *registry);
/* FOLDER/functions/NAME or FOLDER/mappings/UUID, NUL-terminated; made where it is not there. */
bool registry_function_folder(
    struct registry *r, struct str name, struct buf *path, struct err *err);
bool registry_mapping_folder(
    struct registry *r, struct str uuid, struct buf *path, struct err *err);
/* Differs from what it was when anything has changed since; 0 = empty. Costs two stat(). */
uint64_t registry_version(struct registry *registry);
/* The file to watch with inotify (its folder may not be there yet). */
const char *registry_version_path(const struct registry *registry);

struct registry_functions {
    struct function *items;
    size_t count;
};
struct registry_mappings {
    struct mapping *items;
    size_t count;
};
/* All, by name; by time of creation. A file that cannot be read is left out and told in `complaint`
 * (may be NULL). */
bool registry_functions(struct registry *r, struct arena *arena, struct registry_functions *out,
    struct buf *complaint, struct err *err);
bool registry_mappings(struct registry *r, struct arena *arena, struct registry_mappings *out,
    struct buf *complaint, struct err *err);
/* *found false: there is none. A mapping is found by its UUID. */
bool registry_function(struct registry *r, struct arena *arena, struct str name,
    struct function *out, bool *found, struct err *err);
bool registry_mapping(struct registry *r, struct arena *arena, struct str uuid, struct mapping *out,
    bool *found, struct err *err);

/* What this process puts is trusted by its user. Time, revision, and a fresh mapping's UUID are
 * set; these slices live in `arena`. ResourceConflictException where `fresh` and there is one. */
bool registry_put_function(struct registry *r, struct arena *arena, struct function *function,
    bool fresh, struct err *err);
/* The same together with its code, from a zip: unpacked beside the old code, then both change in
 * one step; folder, stored, sha and size are set. InvalidParameterValueException where it is not a
 * zip, wants out of its folder, or is larger than Lambda takes. */
bool registry_put_code(struct registry *r, struct arena *arena, struct function *function,
    struct str zip, bool fresh, struct err *err);
/* This user has seen what would run and agrees: whoever runs triggers here notices. */
bool registry_trust(struct registry *r, const struct function *function, struct err *err);
/* With its logs and code; its mappings stay, as in Lambda. */
bool registry_remove_function(struct registry *r, struct str name, bool *found, struct err *err);
/* ResourceConflictException where function and stream are the pair of another one;
 * ResourceNotFoundException where one that is not fresh is gone. */
bool registry_put_mapping(
    struct registry *r, struct arena *arena, struct mapping *mapping, bool fresh, struct err *err);
/* With its progress; the runner lets go of it first. */
bool registry_remove_mapping(struct registry *r, struct str uuid, bool *found, struct err *err);

#endif
