/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_RUNNER_IMPL_H
#define BACKEND_TRIGGERS_RUNNER_IMPL_H

#include "backend/follow.h"
#include "backend/triggers/lease.h"
#include "backend/triggers/loops.h"
#include "backend/triggers/process.h"
#include "backend/triggers/progress.h"
#include "backend/triggers/runner.h"
#include "backend/triggers/status.h"
#include "backend/triggers/wake.h"

#include <pthread.h>

/* Private to runner*.c. All of it belongs to the runner's thread, but for the atomics, the wake's
 * signal and the list of results. */

/* An invocation of a lane, used again for its next one. */
struct runner_job {
    struct invocation invocation; /* first */
    struct runner *runner;
    struct runner_shard *shard;
    struct runner_job *next; /* in the list of results */
    unsigned lane, attempt;
    size_t count;
    struct buf event, first, last; /* sequence numbers of the batch */
    uint64_t *items;
    size_t item_room;
    bool running;
};

struct runner_shard {
    struct buf id, parent, iterator;
    struct delivery *delivery;
    uint64_t kept; /* the version that is synced */
    bool read;     /* to its end */
    bool finished; /* and all of it dealt with, which is kept */
    bool wants;    /* was not read for want of room, or before its parent's end */
    unsigned in_flight;
    struct runner_job *jobs[DELIVERY_LANES_MAX];
    char request_id[DELIVERY_LANES_MAX][37]; /* of the last invocation */
};

enum runner_note {
    RUNNER_NOTE_CONFIG,  /* the function is not there, or not trusted */
    RUNNER_NOTE_JOURNAL, /* the disk */
    RUNNER_NOTE_LETTER,  /* the destination */
    RUNNER_NOTE_STREAM,  /* the stream cannot be read */
    RUNNER_NOTE_END,     /* the stream has ended */
    RUNNER_NOTE_REFUSED, /* the function was not run */
    RUNNER_NOTE_LOOP,
    RUNNER_NOTE_GAP,
    RUNNER_NOTES
};

enum { RUNNER_DURATIONS = 64 };

struct runner_meter {
    uint32_t calls[STATUS_SLOTS], errors[STATUS_SLOTS], longest_us[STATUS_SLOTS];
    int64_t slot; /* number of the last one, time / STATUS_SLOT_MS */
    int64_t durations[RUNNER_DURATIONS];
    uint64_t count;
    int64_t last_ms, last_us;
    bool problem; /* the last one failed */
};

struct runner {
    struct runner_options options;
    struct buf uuid, region, watch_path, folder;
    pthread_t thread;
    atomic_bool stopping, ended, untrusted, poked;
    _Atomic int64_t kill_ns; /* when to kill what runs; 0 = not yet */
    struct wake wake;
    struct client client;

    struct arena arena; /* of the configuration */
    struct mapping mapping;
    struct function function;
    struct buf function_folder;
    struct buf row;   /* the mapping's configuration as a text, to see whether it changed */
    uint64_t version; /* of the registry that it was read from */
    bool have_mapping, have_function, stale;

    struct lease lease;
    bool waited; /* somebody else had it */
    struct progress *progress;
    struct follow *follow;
    struct runner_shard **shards;
    size_t shard_count, shard_room;
    struct runner_shard *seen; /* the shard of the last record */

    bool due;  /* the stream is to be read */
    bool over; /* it has ended */
    bool killed;
    unsigned read_errors;
    int64_t read_again_ms, read_next_ms;
    unsigned echo;   /* how often to look again after the data was written to; 0 = not */
    int64_t echo_ns; /* when */
    double tokens;   /* reads that may find nothing */
    int64_t tokens_ns;
    uint64_t gaps, gaps_before;

    unsigned in_flight;
    int64_t turn_ms; /* the last turn was then */
    int64_t give_ms; /* there is something to do then */
    bool settled;    /* something was dealt with that is not kept */
    int64_t keep_ms; /* keep what was filtered then; 0 = nothing */
    int64_t journal_again_ms;
    bool journal_bad;
    pthread_mutex_t lock; /* of the results */
    struct runner_job *results, **results_end;

    struct buf event; /* scratch */
    struct loops loops;
    struct runner_meter meter;
    struct buf notes[RUNNER_NOTES];
    bool status_due;
    int64_t status_ns; /* when it was written */
    uint64_t random;
};

/* ---- runner_config.c ---- */
/* Reads mapping and function again where the registry has changed. False: they cannot be read. */
bool runner_config_load(struct runner *r, struct err *err);

/* ---- runner_start.c ---- */
/* Fixes where it begins, unless it is. Under the lease. */
bool runner_start_fix(struct client *client, struct progress *progress,
    const struct mapping *mapping, int64_t now_ms, struct err *err);

/* ---- runner_shard.c: reading ---- */
/* Makes the follower and the shards out of what is kept. */
void runner_shard_begin(struct runner *r);
/* Frees them. Nothing is in flight. */
void runner_shard_end(struct runner *r);
/* The data was written to. */
void runner_shard_written(struct runner *r);
/* Reads where there is something to read and room for it. */
void runner_shard_read(struct runner *r, int64_t now_ms);
/* When to look again: on the wall's clock, and on the monotonic one. */
int64_t runner_shard_echo(const struct runner *r);
int64_t runner_shard_wake(struct runner *r, int64_t now_ms);

/* The lowest number of a place's lanes; empty where one has none. */
struct str runner_shard_lowest(const struct delivery_place *place);

/* ---- runner_keep.c ---- */
/* Keeps what is dealt with. False: it could not be. */
bool runner_keep(struct runner *r, int64_t now_ms, bool all);

/* ---- runner_job.c: orders and results ---- */
void runner_job_take(struct runner *r, int64_t now_ms);
/* Carries out what there is to do; when there will be something again. */
int64_t runner_job_give(struct runner *r, int64_t now_ms);
void runner_job_kill(struct runner *r);
void runner_job_free(struct runner_job *job);

/* ---- runner_status.c ---- */
void runner_note(struct runner *r, enum runner_note note, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void runner_note_err(struct runner *r, enum runner_note note, const struct err *err);
void runner_note_clear(struct runner *r, enum runner_note note);
void runner_meter_add(struct runner *r, const struct invocation *invocation, bool failed);
/* Writes it where it is due; when it is due. `now`: at once. */
int64_t runner_status_write(struct runner *r, int64_t now_ms, bool now);

#endif
