/* SPDX-License-Identifier: MIT */
/* Jobs on another thread, their ends on ours. */
#include "backend/worker.h"
#include "tests/unit/backend/fake_backend.h"

#include <poll.h>
#include <sched.h>
#include <semaphore.h>

static const struct fake_answer nothing[] = {{0}};

struct test_job {
    struct worker_job job;
    sem_t *started, *go; /* where set: tells that it runs, then waits */
    bool wait_for_cancel;
    int *order;
    int ran, done, saw_cancel;
};

static void run(struct worker_job *job, struct backend *backend)
{
    struct test_job *t = (struct test_job *)job;
    assert_non_null(backend);
    if (t->started)
        sem_post(t->started);
    if (t->go)
        sem_wait(t->go);
    while (t->wait_for_cancel && !atomic_load(&job->cancel))
        sched_yield();
    t->saw_cancel = atomic_load(&job->cancel);
    t->ran = t->order ? ++*t->order : 1;
}

static void done(struct worker_job *job)
{
    ((struct test_job *)job)->done++;
}

static struct test_job make(void)
{
    return (struct test_job){.job = {.run = run, .done = done}};
}

static void wait_readable(struct worker *w)
{
    struct pollfd p = {.fd = worker_fd(w), .events = POLLIN};
    assert_int_equal(poll(&p, 1, 10000), 1);
}

static bool is_readable(struct worker *w)
{
    struct pollfd p = {.fd = worker_fd(w), .events = POLLIN};
    return poll(&p, 1, 0) == 1;
}

static void jobs_run_in_order_and_end_once_on_the_collecting_thread(void **state)
{
    (void)state;
    enum { COUNT = 500 };
    static struct test_job jobs[COUNT];
    struct worker *w = worker_new(&fake_open(nothing)->backend);
    int order = 0;
    for (int i = 0; i < COUNT; i++) {
        jobs[i] = make();
        jobs[i].order = &order;
        worker_submit(w, &jobs[i].job);
    }
    for (size_t ended = 0; ended < COUNT;) {
        wait_readable(w);
        ended += worker_collect(w);
    }
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(jobs[i].ran, i + 1);
        assert_int_equal(jobs[i].done, 1);
    }
    assert_false(is_readable(w));
    worker_free(w);
}

static void collecting_does_not_wait(void **state)
{
    (void)state;
    struct worker *w = worker_new(&fake_open(nothing)->backend);
    sem_t started, go;
    sem_init(&started, 0, 0);
    sem_init(&go, 0, 0);
    struct test_job job = make();
    job.started = &started;
    job.go = &go;
    worker_submit(w, &job.job);
    sem_wait(&started);
    assert_true(worker_busy(w));
    assert_int_equal(worker_collect(w), 0);
    assert_int_equal(worker_wait(w, 0), 0);
    sem_post(&go);
    while (!worker_wait(w, 1000))
        ;
    assert_int_equal(job.done, 1);
    assert_false(worker_busy(w));
    worker_free(w);
    sem_destroy(&started);
    sem_destroy(&go);
}

static void waiting_returns_at_once_where_nothing_is_under_way(void **state)
{
    (void)state;
    struct worker *w = worker_new(&fake_open(nothing)->backend);
    assert_int_equal(worker_wait(w, 60000), 0);
    worker_free(w);
}

static void a_cancelled_job_learns_it_and_still_ends(void **state)
{
    (void)state;
    struct worker *w = worker_new(&fake_open(nothing)->backend);
    struct test_job job = make();
    job.wait_for_cancel = true;
    worker_submit(w, &job.job);
    worker_cancel(w, &job.job);
    wait_readable(w);
    assert_int_equal(worker_collect(w), 1);
    assert_int_equal(job.saw_cancel, 1);
    worker_free(w);
}

static void freeing_cancels_what_runs_and_drops_what_waits(void **state)
{
    (void)state;
    sem_t started;
    sem_init(&started, 0, 0);
    bool closed = false;
    struct fake_backend *fake = fake_open(nothing);
    fake->closed = &closed;
    struct worker *w = worker_new(&fake->backend);
    struct test_job running = make(), waiting[3] = {make(), make(), make()};
    running.wait_for_cancel = true;
    running.started = &started;
    worker_submit(w, &running.job);
    sem_wait(&started);
    for (int i = 0; i < 3; i++)
        worker_submit(w, &waiting[i].job);
    worker_free(w);
    assert_int_equal(running.done, 1);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(waiting[i].ran, 0);
        assert_int_equal(waiting[i].done, 1);
        assert_true(atomic_load(&waiting[i].job.cancel));
    }
    assert_true(closed);
    sem_destroy(&started);
}

struct again {
    struct worker_job job;
    struct worker *worker;
    int left, done;
};

static void run_again(struct worker_job *job, struct backend *backend)
{
    (void)job;
    (void)backend;
}

static void submit_again(struct worker_job *job)
{
    struct again *a = (struct again *)job;
    a->done++;
    if (a->left-- > 0)
        worker_submit(a->worker, job);
}

static void an_end_may_submit_the_next_job(void **state)
{
    (void)state;
    struct worker *w = worker_new(&fake_open(nothing)->backend);
    struct again a = {.job = {.run = run_again, .done = submit_again}, .worker = w, .left = 50};
    worker_submit(w, &a.job);
    while (a.done < 51) {
        wait_readable(w);
        worker_collect(w);
    }
    assert_int_equal(a.done, 51);
    worker_free(w);
    worker_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_run_in_order_and_end_once_on_the_collecting_thread),
        cmocka_unit_test(collecting_does_not_wait),
        cmocka_unit_test(waiting_returns_at_once_where_nothing_is_under_way),
        cmocka_unit_test(a_cancelled_job_learns_it_and_still_ends),
        cmocka_unit_test(freeing_cancels_what_runs_and_drops_what_waits),
        cmocka_unit_test(an_end_may_submit_the_next_job),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
