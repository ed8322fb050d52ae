/* SPDX-License-Identifier: MIT */
/* Jobs on threads that are started when they are needed. */
#include "backend/http/crew.h"
#include "tests/test.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

struct job {
    struct crew_job job;
    atomic_int *ran;
    sem_t *started, *go;
};

static void run(struct crew_job *job)
{
    struct job *j = (struct job *)job;
    if (j->started) {
        sem_post(j->started);
        sem_wait(j->go);
    }
    atomic_fetch_add(j->ran, 1);
}

static void every_job_runs_once_and_the_end_waits_for_all(void **state)
{
    (void)state;
    enum { JOBS = 5000 };
    static struct job jobs[JOBS];
    atomic_int ran = 0;
    struct crew *crew = crew_new(4);
    for (int i = 0; i < JOBS; i++) {
        jobs[i] = (struct job){.job = {.run = run}, .ran = &ran};
        crew_add(crew, &jobs[i].job);
    }
    crew_free(crew);
    assert_int_equal(atomic_load(&ran), JOBS);
}

/* Group commit rests on this: jobs that wait for each other's end have to run at the same time. */
static void as_many_wait_at_the_same_time_as_there_may_be(void **state)
{
    (void)state;
    enum { MOST = 16 };
    static struct job jobs[MOST];
    atomic_int ran = 0;
    sem_t started, go;
    sem_init(&started, 0, 0);
    sem_init(&go, 0, 0);
    struct crew *crew = crew_new(MOST);
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < MOST; i++) {
            jobs[i] =
                (struct job){.job = {.run = run}, .ran = &ran, .started = &started, .go = &go};
            crew_add(crew, &jobs[i].job);
        }
        for (int i = 0; i < MOST; i++)
            sem_wait(&started);
        for (int i = 0; i < MOST; i++)
            sem_post(&go);
        while (atomic_load(&ran) < (round + 1) * MOST)
            ;
    }
    crew_free(crew);
    assert_int_equal(atomic_load(&ran), 20 * MOST);
}

static void a_crew_without_work_ends_at_once(void **state)
{
    (void)state;
    crew_free(crew_new(8));
    crew_free(NULL);
}

int main(void)
{
    /* test: threads */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_job_runs_once_and_the_end_waits_for_all),
        cmocka_unit_test(as_many_wait_at_the_same_time_as_there_may_be),
        cmocka_unit_test(a_crew_without_work_ends_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
