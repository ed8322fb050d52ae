/* SPDX-License-Identifier: MIT */
/*
 * Checks what is kept of the past: each history belongs to its table and its records can be joined;
 * each unfinished job is known as such and holds its table; each backup's file is as it was
 * written. Reads only; shares no code with walks nor steps.
 */
#include "backend/embedded/check_past.h"

#include "backend/embedded/backup_file.h"
#include "backend/embedded/batch.h"
#include "backend/embedded/history.h"
#include "backend/embedded/names.h"

#include <endian.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct past {
    const struct check_past *to;
    struct store_txn *txn;
    struct arena arena;
    struct catalog_table *tables; /* a list */
    struct listed *jobs;
    int64_t moment;
    struct buf item, key;
};

struct listed {
    struct job job;
    struct listed *next;
};

static void find(struct past *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void find(struct past *p, const char *format, ...)
{
    char line[512];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    p->to->see(p->to->context, line);
}

/* ---- rows ---- */

/* Rows that cannot be read are check.c's finding. */
static void read_table(struct past *p, struct str row)
{
    struct err ignored = ERR_INIT;
    struct catalog_table *table = arena_new(&p->arena, struct catalog_table);
    catalog_read(table, row, &ignored);
    table->next = p->tables;
    p->tables = table;
}

static void read_job(struct past *p, char kind, struct str row)
{
    struct err why = ERR_INIT;
    struct listed *listed = arena_new(&p->arena, struct listed);
    if (!job_decode(&listed->job, &p->arena, row, &why)) {
        find(p, "catalog: the row of a job cannot be read");
        return;
    }
    listed->job.kind = (enum job_kind)kind;
    listed->next = p->jobs;
    p->jobs = listed;
}

static void visit_row(struct past *p, struct store_cursor *c)
{
    char letter = store_key(c).len ? store_key(c).at[0] : '\0';
    if (letter == 't' || letter == 'd')
        read_table(p, store_value(c));
    else if (letter && strchr("beir", letter))
        read_job(p, letter, store_value(c));
}

static bool is_unfinished(const struct job *job)
{
    return job->state == JOB_RUNNING || job->state == JOB_DELETED;
}

static const struct job *job_by_number(struct past *p, uint32_t number)
{
    struct listed *l = p->jobs;
    while (l && !(is_unfinished(&l->job) && l->job.number == number))
        l = l->next;
    return l ? &l->job : NULL;
}

static const struct catalog_table *table_by_history(struct past *p, uint32_t history)
{
    const struct catalog_table *table = p->tables;
    while (table && table->history != history)
        table = table->next;
    return table;
}

static uint32_t id_behind(struct str key, struct str prefix)
{
    uint32_t big;
    memcpy(&big, key.at + prefix.len, sizeof big);
    return be32toh(big);
}

static void visit_meta(struct past *p, struct store_cursor *c)
{
    struct str key = store_key(c), jobs = STR("job.");
    if (str_starts(key, jobs) && key.len == jobs.len + 4 && !job_by_number(p, id_behind(key, jobs)))
        find(p, "jobs: the number %" PRIu32 " belongs to none", id_behind(key, jobs));
    if (str_starts(key, HISTORY_MARKER) && key.len == HISTORY_MARKER.len + 4 &&
        !table_by_history(p, id_behind(key, HISTORY_MARKER)))
        find(p, "history: the number %" PRIu32 " belongs to no table",
            id_behind(key, HISTORY_MARKER));
}

static uint32_t holds_on(struct past *p, uint32_t id)
{
    uint32_t holds = 0;
    for (struct listed *l = p->jobs; l; l = l->next)
        holds +=
            l->job.holds && id == (l->job.kind == JOB_RESTORE ? l->job.source_id : l->job.table_id);
    return holds;
}

static void check_table(struct past *p, const struct catalog_table *table)
{
    uint32_t holds = holds_on(p, table->id);
    if (holds != table->holds)
        find(p, "%.*s: %" PRIu32 " jobs hold it, its row says %" PRIu32, STR_ARG(table->name),
            holds, table->holds);
    if ((table->holds || table->recovery) && !table->history)
        find(p, "%.*s: what it was is needed and not kept", STR_ARG(table->name));
    if (table->filling && !job_by_number(p, table->filling))
        find(p, "%.*s: no job fills it", STR_ARG(table->name));
}

static bool check_jobs(struct past *p, struct err *err)
{
    for (struct listed *l = p->jobs; l; l = l->next) {
        struct str value;
        bool found;
        char key[8] = "job.";
        uint32_t big = htobe32(l->job.number);
        memcpy(key + 4, &big, sizeof big);
        if (!is_unfinished(&l->job))
            continue;
        if (!store_get(p->txn, STORE_META, (struct str){key, sizeof key}, &value, &found, err))
            return false;
        if (!found)
            find(p, "jobs: %.*s is not finished and will not be", STR_ARG(l->job.id));
    }
    return true;
}

/* ---- histories ---- */

static bool check_record(struct past *p, const struct catalog_table *table, struct str item,
    int64_t time, struct str stored, struct err *err)
{
    struct err why = ERR_INIT;
    struct str names;
    if (time > p->moment)
        find(p, "%.*s: its history has a time that was never given", STR_ARG(table->name));
    if (stored.len == 0)
        return true;
    if (!names_load(p->txn, table->id, &names, err))
        return false;
    buf_clear(&p->item);
    buf_clear(&p->key);
    key_put_id(&p->key, table->id);
    buf_add(&p->key, item);
    struct str key = arena_dup(&p->arena, buf_str(&p->key));
    if (!batch_join(&p->item, table, names, key, stored, &why) ||
        !value_check(buf_str(&p->item), &why)) {
        find(p, "%.*s: a record of its history cannot be read: %s", STR_ARG(table->name), why.text);
        return true;
    }
    buf_clear(&p->key);
    if (!key_of_item(&p->key, table->id, &table->schema, value_of(buf_str(&p->item)), NULL) ||
        !str_equal(buf_str(&p->key), key))
        find(p, "%.*s: a record of its history does not stand under its own key",
            STR_ARG(table->name));
    return true;
}

static bool walk_history(
    struct past *p, const struct catalog_table *table, struct store_cursor *c, struct err *err)
{
    struct buf from = {0};
    bool found;
    key_put_id(&from, table->history);
    bool done = store_seek(c, buf_str(&from), false, &found, err);
    while (done && found) {
        struct str item;
        uint32_t id = 0;
        int64_t time;
        bool whole = history_key_read(store_key(c), &id, &item, &time);
        if (id != table->history)
            break;
        if (!whole)
            find(p, "%.*s: a key of its history cannot be read", STR_ARG(table->name));
        else
            done = check_record(p, table, item, time, store_value(c), err);
        done = done && store_step(c, false, &found, err);
    }
    buf_fini(&from);
    return done;
}

static bool check_histories(struct past *p, struct err *err)
{
    struct store_cursor *c = store_cursor_open(p->txn, STORE_STREAM, err);
    bool done = c != NULL;
    for (const struct catalog_table *t = p->tables; done && t; t = t->next) {
        check_table(p, t);
        done = !t->history || walk_history(p, t, c, err);
    }
    store_cursor_close(c);
    return done;
}

/* ---- all ---- */

static bool each(struct past *p, enum store_space space,
    void (*visit)(struct past *p, struct store_cursor *c), struct err *err)
{
    bool found;
    struct store_cursor *c = store_cursor_open(p->txn, space, err);
    bool done = c && store_seek(c, STR_NONE, false, &found, err);
    while (done && found) {
        visit(p, c);
        done = store_step(c, false, &found, err);
    }
    store_cursor_close(c);
    return done;
}

static void past_fini(struct past *p)
{
    for (struct catalog_table *t = p->tables; t; t = t->next)
        arena_fini(&t->arena);
    arena_fini(&p->arena);
    buf_fini(&p->item);
    buf_fini(&p->key);
}

bool check_past_rows(struct store_txn *txn, void *context, struct err *err)
{
    struct past p = {.to = context, .txn = txn};
    bool done = each(&p, STORE_CATALOG, visit_row, err) && each(&p, STORE_META, visit_meta, err) &&
                history_last(txn, &p.moment, err) && check_jobs(&p, err) &&
                check_histories(&p, err);
    past_fini(&p);
    return done;
}

/* ---- files ---- */

static bool list_backups(struct store_txn *txn, void *context, struct err *err)
{
    struct past *p = context;
    p->txn = txn;
    return each(p, STORE_CATALOG, visit_row, err);
}

static bool read_backup(struct store *store, struct str id, struct buf *block, struct err *why)
{
    struct backup_file file;
    size_t count = 1;
    bool done = backup_file_open(&file, store, id, block, why);
    while (done && count)
        done = backup_file_read(&file, block, &count, why);
    backup_file_close(&file);
    return done;
}

bool check_past_files(struct store *store, const struct check_past *past, struct err *err)
{
    struct past p = {.to = past};
    bool done = store_read(store, list_backups, &p, err);
    for (struct listed *l = done ? p.jobs : NULL; l; l = l->next) {
        struct err why = ERR_INIT;
        if (l->job.kind == JOB_BACKUP && l->job.state == JOB_DONE &&
            !read_backup(store, l->job.id, &p.item, &why))
            find(&p, "backups/%.*s: %s", STR_ARG(l->job.id), why.text);
    }
    past_fini(&p);
    return done;
}
