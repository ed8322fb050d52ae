/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_JOB_H
#define BACKEND_EMBEDDED_JOB_H

#include "backend/embedded/engine.h"

/*
 * Work that goes on after its answer: backups, restores, exports, imports. Each is a row of the
 * catalog, which also says how far it has come: a step is done when its progress is committed, so a
 * process may end at any point and another one goes on.
 *
 *   STORE_CATALOG   kind (1) | id           → row
 *   STORE_META      job. | number (4)       → that key, while there is something to do
 *
 *   RUNNING ──steps──▶ DONE or FAILED        DELETED: files are to be removed, then the row
 *
 * Who runs a step holds the lease of the job's number (store_lease()), which ends with the process.
 */
enum job_kind { JOB_BACKUP = 'b', JOB_EXPORT = 'e', JOB_IMPORT = 'i', JOB_RESTORE = 'r' };
enum job_state { JOB_RUNNING, JOB_DONE, JOB_FAILED, JOB_DELETED };

#define JOB_KEPT_MS (INT64_C(90) * 24 * 60 * 60 * 1000) /* descriptions of exports, imports */

struct job {
    enum job_kind kind;
    enum job_state state;
    uint32_t number;
    struct str id; /* 14 digits of its time in ms, '-', 8 hexadecimal digits */
    int64_t created_ms, ended_ms;
    struct str region; /* of ARNs that are written into files */

    /* the table: what is read by a backup or an export, what is filled by the others */
    struct str table, uuid; /* its name and TableId */
    uint32_t table_id;
    struct str row; /* backup: the table's row at that time */

    /* what is read by a restore: a backup's id, or a table */
    struct str backup, source;
    uint32_t source_id;
    int64_t moment;     /* as of then: of a table that is read */
    int64_t from;       /* incremental export: what was written in [from, moment] */
    bool holds;         /* the table that is read, see catalog_table.holds */
    struct str name;    /* backup */
    bool system;        /* backup: made by the store when its table was deleted */
    int64_t expires_ms; /* 0 = never */

    struct str request; /* export, import: its JSON, for descriptions */
    struct str token;   /* ClientToken, as given or made up */

    /* progress */
    struct str last; /* the last store key that was read */
    int64_t offset;  /* bytes of the file in hand */
    int64_t files;   /* that are done; an import: of which the rest was skipped */
    int64_t digest;  /* of the file so far */
    int64_t items, bytes, errors, imported, size;
    struct str code, reason; /* of a failure */
};

/* Sets job->id, which comes after those of its kind that there are. In the arena. */
bool job_make_id(struct store_txn *txn, struct arena *arena, struct job *job, struct err *err);
/* Gives a number, writes the row, remembers that there is something to do. */
bool job_begin(struct store_txn *txn, struct job *job, struct err *err);
/* Writes the row; a job that is DONE or FAILED is nothing to be done any more. */
bool job_save(struct store_txn *txn, const struct job *job, struct err *err);
bool job_remove(struct store_txn *txn, const struct job *job, struct err *err);

/* Strings in the arena. */
bool job_get(struct store_txn *txn, struct arena *arena, enum job_kind kind, struct str id,
    struct job *out, bool *found, struct err *err);
/* The job after this id; `backward`: before it, STR_NONE being the end. */
bool job_next(struct store_txn *txn, struct arena *arena, enum job_kind kind, struct str id,
    bool backward, struct job *out, bool *found, struct err *err);
/* The unfinished job with the lowest number above `after`. */
bool job_unfinished(struct store_txn *txn, struct arena *arena, uint32_t after, struct job *out,
    bool *found, struct err *err);
/* Whether the job stands where it stood when `before` was read: a step that another process has
 * done meanwhile, where leases do not hold, is not to be counted again. */
bool job_stands(struct store_txn *txn, struct arena *arena, const struct job *before, bool *stands,
    struct err *err);
bool job_decode(struct job *out, struct arena *arena, struct str row, struct err *err);

/* Puts a hold on the table that is to be read as of now: sets job->moment, and the table's row is
 * `table`, which is written. */
bool job_hold(struct call *call, struct store_txn *txn, struct job *job,
    struct catalog_table *table, struct err *err);
/* The table that a job reads, deleted or not; *out NULL where it is gone. Valid as engine_table().
 */
bool job_table(struct call *call, struct store_txn *txn, struct str name, uint32_t id,
    const struct catalog_table **out, struct err *err);
/* Takes the hold off; a deleted table without holds goes for good. */
bool job_release(struct call *call, struct store_txn *txn, struct job *job, struct err *err);

/* All keys of a table are garbage from now on. */
bool job_discard_table(struct engine *engine, struct store_txn *txn,
    const struct catalog_table *table, struct err *err);

/* Ends the job at that time (job_expire.c): a backup is removed, another finished one forgotten. */
bool job_expire_at(struct store_txn *txn, const struct job *job, int64_t ms, struct err *err);
/* Whether the time of some has come; ends some of them. */
enum { JOB_EXPIRE_MAX = 1000 };
bool job_has_expired(struct call *call, struct store_txn *txn, bool *has, struct err *err);
bool job_expire(struct call *call, struct store_txn *txn, struct err *err);

/* A timestamp of a request, seconds with a fraction, in milliseconds; `otherwise` where there is
 * none. */
int64_t job_time_ms(const struct json *json, int64_t otherwise);

/* A bounded step of one unfinished job: KEEPER_JOBS. Where there is none, and the last time is long
 * ago, what has had its time goes. */
enum { JOB_EVERY_MS = 60 * 60 * 1000 };
bool job_step(struct engine *engine, bool *more, struct err *err);
/* Wakes the keeper where an earlier process left something to do. */
bool job_look(struct engine *engine, struct err *err);

/* What the kinds do in a step (backup.c, restore.c, export.c, import.c): reads, writes files, and
 * commits its progress. A failure is tried again later. */
typedef bool job_work(struct call *call, struct job *job, struct err *err);
job_work backup_work, restore_work, export_work, import_work;

#endif
