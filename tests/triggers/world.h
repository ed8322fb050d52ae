/* SPDX-License-Identifier: MIT */
#ifndef TESTS_TRIGGERS_WORLD_H
#define TESTS_TRIGGERS_WORLD_H

/*
 * What the tests of triggers at work share: a store in a folder of its own, a table with a stream,
 * functions that write down what they were handed, the truth of the stream to compare with.
 *
 *     FOLDER/store/            the store, its triggers in store/triggers
 *     FOLDER/dynascope/trusted what may run (FOLDER is the user's state folder)
 *     FOLDER/NAME.log          a function's own account: see function.c
 */
#include "backend/client.h"
#include "backend/triggers/registry.h"
#include "backend/triggers/status.h"
#include "backend/triggers/triggers.h"

struct world {
    char folder[64], store[96], trusted[96];
    struct backend *backend;
    struct client client;
    struct registry *registry;
    struct triggers *triggers;
    struct clock_fake clock; /* of the store's records; off where its time is 0 */
    bool upkeep;             /* items expire */
    bool no_sync;            /* for filling it */
    struct arena arena;      /* of mappings */
    struct buf body;
    struct ddb_reply reply;
};

/* All of these end the program with words where something fails that should not. */
void world_fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
uint64_t world_draw(uint64_t *random);
double world_seconds(void); /* since some time */
void world_pause(unsigned ms);

void world_make(struct world *w);   /* the folder; nothing is open */
void world_remove(struct world *w); /* closes first */
void world_open(struct world *w);
void world_close(struct world *w);
/* Runs mappings in this process. `only` as in triggers_options. */
void world_run(struct world *w, const char *only);
void world_stop(struct world *w);

/* Any operation; the answer is in w->reply. */
void world_call(struct world *w, const char *operation, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Whether functions of this runtime can run here; says so where they cannot. */
bool world_has(const char *runtime);
/* A table with the partition key p (S) and a stream of both images. */
void world_table(struct world *w, const char *name);
void world_put(struct world *w, const char *table, const char *key, uint64_t value);

/* A function that is tests' own program: mode and log reach it by its environment. */
struct world_function {
    const char *name, *runtime, *handler, *folder; /* runtime NULL = exec; folder NULL = built */
    const char *mode, *extra;                      /* extra: another variable's value, EXTRA */
    unsigned timeout_s;
};
void world_function(struct world *w, const struct world_function *f);
/* Over what mapping_init() says: function, source and the rest are given. Fills in its UUID. */
void world_mapping(struct world *w, const char *table, struct mapping *m);
bool world_status(
    struct world *w, const struct mapping *m, struct arena *arena, struct status *out);
/* Until so many records are dealt with, and none is pending. */
void world_wait(struct world *w, const struct mapping *m, uint64_t records, double seconds);

/* The records of a table's stream, oldest first. */
struct world_record {
    char sequence[48], key[64];
    int64_t time_ms;
    char event; /* I, M or R */
};
struct world_records {
    struct world_record *items;
    size_t count, cap;
};
void world_records(struct world *w, const char *table, struct world_records *out);
void world_records_fini(struct world_records *r);
/* Its place, or SIZE_MAX. */
size_t world_find(const struct world_records *r, struct str sequence);

/* One line of a function's account. */
struct world_call {
    int pid;
    int64_t began_ns;
    char outcome[16];
    size_t *records, count; /* places in the truth; SIZE_MAX = not in it */
    struct world_call *next;
};
/* FOLDER/NAME.log, oldest first, in `arena`. */
struct world_call *world_calls(
    struct world *w, const char *name, const struct world_records *truth, struct arena *arena);

/* Of the processes that a function in mode "tree" has started, the first `most`. */
struct world_census {
    size_t started, left;
};
struct world_census world_census(const struct world *w, const char *name, size_t most);

/* The whole of a file; empty where there is none. */
void world_file(const char *path, struct buf *out);

#endif
