/* SPDX-License-Identifier: MIT */
/* test: threads */
/* Things that are done after a while. */
#include "backend/serve/later.h"
#include "tests/test.h"

#include <semaphore.h>
#include <stdatomic.h>
#include <unistd.h>

struct job {
    struct later_job job; /* first */
    char name;
};

static char done[64];
static atomic_int done_count, dropped;

static void run(struct later_job *job)
{
    done[atomic_load(&done_count)] = ((struct job *)job)->name;
    atomic_fetch_add(&done_count, 1);
}

static void drop(struct later_job *job)
{
    (void)job;
    atomic_fetch_add(&dropped, 1);
}

static void await(int count)
{
    for (int i = 0; atomic_load(&done_count) < count; i++) {
        if (i == 30000)
            fail_msg("only %d are done", atomic_load(&done_count));
        usleep(1000);
    }
}

static struct job job_of(char name)
{
    return (struct job){.job = {.run = run, .drop = drop}, .name = name};
}

static sem_t gate;

static void wait_at_gate(struct later_job *job)
{
    (void)job;
    sem_wait(&gate);
}

/* What is long overdue comes first, what is far away not at all. */
static void jobs_are_done_when_they_are_due_and_in_that_order(void **state)
{
    enum { HOUR = 3600000 };
    struct later *later = later_new();
    struct later_job first = {.run = wait_at_gate, .drop = drop};
    struct job a = job_of('a'), b = job_of('b'), c = job_of('c'), far = job_of('x');
    (void)state;
    sem_init(&gate, 0, 0);
    assert_true(later_add(later, &first, -4 * HOUR));
    assert_true(later_add(later, &far.job, HOUR));
    assert_true(later_add(later, &c.job, -HOUR));
    assert_true(later_add(later, &a.job, -3 * HOUR));
    assert_true(later_add(later, &b.job, -2 * HOUR));
    sem_post(&gate);
    await(3);
    assert_memory_equal(done, "abc", 3);
    later_free(later);
    assert_int_equal(atomic_load(&dropped), 1);
    assert_int_equal(atomic_load(&done_count), 3);
    sem_destroy(&gate);
}

static void nothing_is_taken_after_the_end(void **state)
{
    (void)state;
    struct later *later = later_new();
    struct job a = job_of('a');
    later_stop(later);
    later_stop(later);
    assert_false(later_add(later, &a.job, 0));
    later_free(later);
    later_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_are_done_when_they_are_due_and_in_that_order),
        cmocka_unit_test(nothing_is_taken_after_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
