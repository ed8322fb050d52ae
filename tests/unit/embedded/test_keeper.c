/* SPDX-License-Identifier: MIT */
/* The background thread: what is woken runs, what is due comes again, ends are waited for.
 * test: threads */
#include "tests/test.h"

#include "backend/embedded/engine.h"
#include "backend/embedded/keeper.h"

#include <pthread.h>
#include <semaphore.h>

/* Steps get the engine alone: ours stands at the front of a structure of the test. */
struct bed {
    struct engine engine; /* first */
    struct keeper *keeper;
    atomic_uint runs, ticks, left;
    atomic_bool failing, holding;
    sem_t entered, go;
    pthread_t thread;
};

static struct bed *bed_of(struct engine *engine)
{
    return (struct bed *)engine;
}

static bool work(struct engine *engine, bool *more, struct err *err)
{
    struct bed *bed = bed_of(engine);
    atomic_fetch_add(&bed->runs, 1);
    bed->thread = pthread_self();
    if (atomic_load(&bed->holding)) {
        sem_post(&bed->entered);
        sem_wait(&bed->go);
    }
    if (atomic_load(&bed->failing))
        return err_set(err, ERR_FILE, "the disk is full");
    *more = atomic_load(&bed->left) > 0 && atomic_fetch_sub(&bed->left, 1) > 1;
    return true;
}

static bool tick(struct engine *engine, bool *more, struct err *err)
{
    struct bed *bed = bed_of(engine);
    (void)more;
    (void)err;
    atomic_fetch_add(&bed->ticks, 1);
    sem_post(&bed->entered);
    return true;
}

static struct bed *bed_new(void)
{
    struct bed *bed = calloc(1, sizeof *bed);
    assert_non_null(bed);
    sem_init(&bed->entered, 0, 0);
    sem_init(&bed->go, 0, 0);
    bed->keeper = keeper_new(&bed->engine);
    keeper_task(bed->keeper, KEEPER_JOBS, work);
    keeper_task(bed->keeper, KEEPER_UPKEEP, tick);
    return bed;
}

static void bed_free(struct bed *bed)
{
    keeper_free(bed->keeper);
    sem_destroy(&bed->entered);
    sem_destroy(&bed->go);
    free(bed);
}

static void test_nothing_runs_that_nobody_woke(void **state)
{
    struct bed *bed = bed_new();
    struct err err = ERR_INIT;
    (void)state;
    assert_true(keeper_wait(bed->keeper, KEEPER_JOBS, &err));
    bed_free(bed);
    keeper_free(NULL);
}

static void test_work_runs_on_a_thread_of_its_own_until_none_is_left(void **state)
{
    struct bed *bed = bed_new();
    struct err err = ERR_INIT;
    (void)state;
    atomic_store(&bed->left, 5);
    keeper_wake(bed->keeper, KEEPER_JOBS);
    assert_true(keeper_wait(bed->keeper, KEEPER_JOBS, &err));
    assert_int_equal(atomic_load(&bed->runs), 5);
    assert_false(pthread_equal(bed->thread, pthread_self()));
    assert_int_equal(atomic_load(&bed->ticks), 0);
    bed_free(bed);
}

static void test_who_wakes_a_running_task_sees_it_run_again(void **state)
{
    struct bed *bed = bed_new();
    struct err err = ERR_INIT;
    (void)state;
    atomic_store(&bed->holding, true);
    keeper_wake(bed->keeper, KEEPER_JOBS);
    sem_wait(&bed->entered);
    keeper_wake(bed->keeper, KEEPER_JOBS); /* too late for the step that runs */
    atomic_store(&bed->holding, false);
    sem_post(&bed->go);
    assert_true(keeper_wait(bed->keeper, KEEPER_JOBS, &err));
    assert_int_equal(atomic_load(&bed->runs), 2);
    bed_free(bed);
}

static void test_a_failure_is_told_to_who_waits_and_forgotten_after_a_success(void **state)
{
    struct bed *bed = bed_new();
    struct err err = ERR_INIT;
    (void)state;
    atomic_store(&bed->failing, true);
    keeper_wake(bed->keeper, KEEPER_JOBS);
    assert_false(keeper_wait(bed->keeper, KEEPER_JOBS, &err));
    assert_string_equal(err.text, "the disk is full");
    atomic_store(&bed->failing, false);
    keeper_wake(bed->keeper, KEEPER_JOBS);
    err = ERR_INIT;
    assert_true(keeper_wait(bed->keeper, KEEPER_JOBS, &err));
    bed_free(bed);
}

static void test_a_period_brings_a_task_again_and_again(void **state)
{
    struct bed *bed = bed_new();
    (void)state;
    keeper_every(bed->keeper, KEEPER_UPKEEP, 1);
    for (int i = 0; i < 3; i++)
        sem_wait(&bed->entered);
    keeper_every(bed->keeper, KEEPER_UPKEEP, 0);
    assert_int_equal(atomic_load(&bed->runs), 0);
    bed_free(bed);
}

static void *let_go(void *context)
{
    struct bed *bed = context;
    while (!keeper_stopping(bed->keeper))
        sched_yield();
    sem_post(&bed->go);
    return NULL;
}

static void test_the_end_waits_for_the_step_that_runs_and_leaves_the_rest(void **state)
{
    struct bed *bed = bed_new();
    pthread_t other;
    (void)state;
    atomic_store(&bed->left, 1000);
    atomic_store(&bed->holding, true);
    keeper_wake(bed->keeper, KEEPER_JOBS);
    sem_wait(&bed->entered);
    assert_int_equal(pthread_create(&other, NULL, let_go, bed), 0);
    keeper_free(bed->keeper);
    bed->keeper = NULL;
    pthread_join(other, NULL);
    assert_int_equal(atomic_load(&bed->runs), 1);
    bed_free(bed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_runs_that_nobody_woke),
        cmocka_unit_test(test_work_runs_on_a_thread_of_its_own_until_none_is_left),
        cmocka_unit_test(test_who_wakes_a_running_task_sees_it_run_again),
        cmocka_unit_test(test_a_failure_is_told_to_who_waits_and_forgotten_after_a_success),
        cmocka_unit_test(test_a_period_brings_a_task_again_and_again),
        cmocka_unit_test(test_the_end_waits_for_the_step_that_runs_and_leaves_the_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
