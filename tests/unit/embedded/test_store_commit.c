/* SPDX-License-Identifier: MIT */
/* Group commit: threads that add, refuse and spoil at once, on a map that grows under them. */
#include "backend/embedded/store.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { THREADS = 8, ROUNDS = 150 };

/* Threads must not use cmocka's assertions: they count what is wrong. */
struct crowd {
    struct store *store;
    atomic_uint wrong, done;
};

struct member {
    struct crowd *crowd;
    unsigned id;
    uint64_t added; /* acknowledged */
};

/* ---- jobs ---- */

static bool read_counter(struct store_txn *txn, uint64_t *count, struct err *err)
{
    struct str value;
    bool found;
    *count = 0;
    if (!store_get(txn, STORE_CATALOG, STR("counter"), &value, &found, err))
        return false;
    if (found)
        memcpy(count, value.at, sizeof *count);
    return true;
}

struct job {
    unsigned id, round;
    uint64_t seen; /* the counter after this job */
};

static bool put_filler(struct store_txn *txn, const struct job *job, struct err *err)
{
    static const char filler[700];
    char key[32];
    int len = snprintf(key, sizeof key, "%u/%u", job->id, job->round);
    return store_put(
        txn, STORE_ITEMS, (struct str){key, (size_t)len}, (struct str){filler, sizeof filler}, err);
}

static bool add(struct store_txn *txn, void *context, struct err *err)
{
    struct job *job = context;
    job->seen = 0;
    if (!read_counter(txn, &job->seen, err))
        return false;
    job->seen++;
    return put_filler(txn, job, err) &&
           store_put(txn, STORE_CATALOG, STR("counter"),
               (struct str){(char *)&job->seen, sizeof job->seen}, err);
}

static bool refuse(struct store_txn *txn, void *context, struct err *err)
{
    struct job *job = context;
    if (!read_counter(txn, &job->seen, err))
        return false;
    return err_invalid(err, "refused by %u", job->id);
}

static bool spoil(struct store_txn *txn, void *context, struct err *err)
{
    struct job *job = context;
    if (!add(txn, job, err))
        return false;
    store_spoil(txn);
    return err_set(err, ERR_INTERNAL, "spoiled by %u", job->id);
}

static bool look(struct store_txn *txn, void *context, struct err *err)
{
    struct job *job = context;
    return read_counter(txn, &job->seen, err);
}

/* ---- writing, waiting in one way or the other ---- */

/* A submitted job and the thread that wants to know. */
struct wait {
    struct store_job job; /* first */
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool done;
};

static void end_wait(struct store_job *job)
{
    struct wait *wait = (struct wait *)job;
    pthread_mutex_lock(&wait->lock);
    wait->done = true;
    pthread_cond_signal(&wait->wake);
    pthread_mutex_unlock(&wait->lock);
}

static bool submit(struct store *store, store_fn *fn, void *context, struct err *err)
{
    struct wait wait = {
        .job = {.fn = fn, .context = context, .err = err, .done = end_wait},
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .wake = PTHREAD_COND_INITIALIZER,
    };
    store_submit(store, &wait.job);
    pthread_mutex_lock(&wait.lock);
    while (!wait.done)
        pthread_cond_wait(&wait.wake, &wait.lock);
    pthread_mutex_unlock(&wait.lock);
    pthread_cond_destroy(&wait.wake);
    pthread_mutex_destroy(&wait.lock);
    return wait.job.ok;
}

/* Every other member submits. */
static bool do_write(const struct member *m, store_fn *fn, struct job *job, struct err *err)
{
    return (m->id % 2 ? submit : store_write)(m->crowd->store, fn, job, err);
}

/* ---- the crowd ---- */

static bool play_round(struct member *m, struct job *job)
{
    struct store *store = m->crowd->store;
    struct err err = ERR_INIT;
    char expected[32];
    uint64_t before;
    if (!store_read(store, look, job, &err))
        return false;
    before = job->seen;
    if (job->round % 5 == 3) {
        snprintf(expected, sizeof expected, "refused by %u", m->id);
        return !do_write(m, refuse, job, &err) && strcmp(err.text, expected) == 0;
    }
    if (job->round % 16 == m->id) {
        snprintf(expected, sizeof expected, "spoiled by %u", m->id);
        return !do_write(m, spoil, job, &err) && strcmp(err.text, expected) == 0;
    }
    if (!do_write(m, add, job, &err) || job->seen <= before)
        return false;
    m->added++;
    before = job->seen;
    return store_read(store, look, job, &err) && job->seen >= before; /* reads its own write */
}

static void *play(void *context)
{
    struct member *m = context;
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct job job = {.id = m->id, .round = i};
        if (!play_round(m, &job))
            atomic_fetch_add(&m->crowd->wrong, 1);
    }
    atomic_fetch_add(&m->crowd->done, 1);
    return NULL;
}

static void no_findings(void *context, const char *finding)
{
    (void)context;
    fail_msg("%s", finding);
}

static void every_acknowledged_change_is_there_once_and_no_other(void **state)
{
    char folder[] = "/tmp/dynascope-commit-XXXXXX", command[64];
    struct err err = ERR_INIT;
    struct member members[THREADS];
    pthread_t threads[THREADS];
    struct crowd crowd = {0};
    struct job job;
    uint64_t added = 0;
    (void)state;
    assert_non_null(mkdtemp(folder));
    crowd.store = store_open(folder, &(struct store_options){.map_size = 64 * 1024}, &err);
    assert_non_null(crowd.store);
    for (unsigned i = 0; i < THREADS; i++) {
        members[i] = (struct member){.crowd = &crowd, .id = i};
        assert_int_equal(pthread_create(&threads[i], NULL, play, &members[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (unsigned i = 0; i < THREADS; i++)
        added += members[i].added;
    assert_int_equal(atomic_load(&crowd.wrong), 0);
    assert_true(store_read(crowd.store, look, &job, &err));
    assert_int_equal(job.seen, added);
    struct store_stat stat;
    assert_true(store_stat(crowd.store, &stat, &err));
    assert_int_equal(stat.entries[STORE_ITEMS], added);
    assert_true(store_check(crowd.store, no_findings, NULL, &err));
    store_close(crowd.store, NULL);
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

/* ---- a batch whose commit fails ---- */

struct gate {
    atomic_int fail; /* LMDB's or the system's code for the next commit */
};

static int fail_next_commit(void *context, enum store_step step)
{
    struct gate *gate = context;
    return step == STORE_STEP_COMMIT ? atomic_exchange(&gate->fail, 0) : 0;
}

static void a_map_that_is_full_at_the_commit_grows_and_nothing_is_lost(void **state)
{
    enum { MAP_FULL = -30792 }; /* MDB_MAP_FULL */
    char folder[] = "/tmp/dynascope-commit-XXXXXX", command[64];
    struct err err = ERR_INIT;
    struct gate gate = {0};
    struct job job = {.id = 1};
    (void)state;
    assert_non_null(mkdtemp(folder));
    struct store *store = store_open(
        folder, &(struct store_options){.fault = fail_next_commit, .fault_context = &gate}, &err);
    assert_non_null(store);
    atomic_store(&gate.fail, MAP_FULL);
    assert_true(store_write(store, add, &job, &err));
    assert_int_equal(job.seen, 1);
    assert_true(store_read(store, look, &job, &err));
    assert_int_equal(job.seen, 1);
    store_close(store, NULL);
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

/* ---- jobs that nobody waits for ---- */

enum { SUBMITTED = 100 };

struct counted {
    struct store_job job; /* first */
    struct job what;
    struct err err;
    atomic_uint *good;
};

static void count_good(struct store_job *job)
{
    struct counted *counted = (struct counted *)job;
    atomic_fetch_add(counted->good, job->ok ? 1 : 0);
}

static void submit_all(struct store *store, struct counted *all, store_fn *fn, atomic_uint *good)
{
    for (unsigned i = 0; i < SUBMITTED; i++) {
        all[i] = (struct counted){.what = {.id = i}, .good = good};
        all[i].job = (struct store_job){
            .fn = fn, .context = &all[i].what, .err = &all[i].err, .done = count_good};
        store_submit(store, &all[i].job);
    }
}

static void closing_waits_for_what_was_submitted(void **state)
{
    char folder[] = "/tmp/dynascope-commit-XXXXXX", command[64];
    struct counted *all = calloc(SUBMITTED, sizeof *all);
    struct err err = ERR_INIT;
    struct job job;
    atomic_uint good = 0;
    (void)state;
    assert_non_null(mkdtemp(folder));
    struct store *store = store_open(folder, NULL, &err);
    assert_non_null(store);
    submit_all(store, all, add, &good);
    store_close(store, NULL);
    assert_int_equal(atomic_load(&good), SUBMITTED);
    store = store_open(folder, NULL, &err);
    assert_non_null(store);
    assert_true(store_read(store, look, &job, &err));
    assert_int_equal(job.seen, SUBMITTED);
    store_close(store, NULL);
    free(all);
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

static void what_is_submitted_where_nothing_can_be_written_is_refused_at_once(void **state)
{
    char folder[] = "/tmp/dynascope-commit-XXXXXX", command[64];
    struct counted *all = calloc(SUBMITTED, sizeof *all);
    struct err err = ERR_INIT;
    atomic_uint good = 0;
    (void)state;
    assert_non_null(mkdtemp(folder));
    struct store *store = store_open(folder, NULL, &err);
    store_close(store, NULL);
    store = store_open(folder, &(struct store_options){.read_only = true}, &err);
    assert_non_null(store);
    submit_all(store, all, add, &good);
    assert_int_equal(atomic_load(&good), 0);
    assert_non_null(strstr(all[0].err.text, "reading only"));
    store_close(store, NULL);
    free(all);
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_acknowledged_change_is_there_once_and_no_other),
        cmocka_unit_test(a_map_that_is_full_at_the_commit_grows_and_nothing_is_lost),
        cmocka_unit_test(closing_waits_for_what_was_submitted),
        cmocka_unit_test(what_is_submitted_where_nothing_can_be_written_is_refused_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
