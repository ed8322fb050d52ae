/* SPDX-License-Identifier: MIT */
/*
 * kill -9 at any moment: what was acknowledged is there, the store opens and is sound.
 *
 *   child    write 0, say 0, write 1, say 1, ...        (4 threads of it, one pipe)
 *   parent   read the pipe for a random while, kill, open, look, check; 50 times on one store
 *
 * This shows that commits are atomic and that dead locks and readers are cleared away. It shows
 * nothing about power: the system's cache outlives a process.
 */
#include "fault.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>

enum { KILLS = 50, WRITERS = 4 };

struct writer {
    struct store *store;
    int pipe;
    uint64_t next; /* numbers of this writer: next, next + WRITERS, ... */
};

static void *write_on(void *context)
{
    struct writer *w = context;
    struct err err = ERR_INIT;
    for (;; w->next += WRITERS) {
        if (!store_write(w->store, fault_put, &w->next, &err) ||
            write(w->pipe, &w->next, sizeof w->next) != sizeof w->next)
            _exit(1);
    }
}

static void child(const struct fault_folder *f, int pipe, const uint64_t *next)
{
    struct writer writers[WRITERS];
    struct err err = ERR_INIT;
    pthread_t thread;
    struct store *store =
        store_open(f->path, &(struct store_options){.map_size = 256 * 1024}, &err);
    if (store == NULL)
        _exit(1);
    for (size_t i = 0; i < WRITERS; i++) {
        writers[i] = (struct writer){store, pipe, next[i]};
        if (pthread_create(&thread, NULL, write_on, &writers[i]) != 0)
            _exit(1);
    }
    pause();
    _exit(0);
}

/* Reads acknowledgements, kills after `wanted` of them, reads the rest that was said before. */
static void kill_after(pid_t pid, int pipe, uint64_t wanted, uint64_t *next)
{
    uint64_t number;
    for (uint64_t i = 0; read(pipe, &number, sizeof number) == (ssize_t)sizeof number; i++) {
        next[number % WRITERS] = number + WRITERS;
        if (i == wanted)
            kill(pid, SIGKILL);
    }
}

struct expected {
    const uint64_t *next;
    uint64_t missing, extra;
};

/* Entries up to next are acknowledged; one more of each writer may have been committed unheard. */
static bool look(struct store_txn *txn, void *context, struct err *err)
{
    struct expected *x = context;
    struct fault_entry e;
    struct str value;
    bool found;
    for (uint64_t w = 0; w < WRITERS; w++)
        for (uint64_t n = w; n <= x->next[w] + WRITERS; n += WRITERS) {
            fault_entry_make(&e, n);
            if (!store_get(txn, STORE_ITEMS, e.key_str, &value, &found, err))
                return false;
            if (n < x->next[w])
                x->missing += !found || !str_equal(value, e.value_str);
            else if (n > x->next[w])
                x->extra += found;
        }
    return true;
}

static void run_once(const struct fault_folder *f, uint64_t *seed, uint64_t *next)
{
    int ends[2], status;
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        close(ends[0]);
        child(f, ends[1], next);
    }
    close(ends[1]);
    kill_after(pid, ends[0], fault_draw(seed) % 60, next);
    close(ends[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
}

static void no_acknowledged_write_is_lost_by_a_kill(void **state)
{
    struct fault_folder f;
    struct err err = ERR_INIT;
    uint64_t seed = 2024, next[WRITERS];
    (void)state;
    fault_folder_make(&f);
    for (uint64_t w = 0; w < WRITERS; w++)
        next[w] = w;
    for (int i = 0; i < KILLS; i++) {
        struct expected x = {.next = next};
        run_once(&f, &seed, next);
        struct store *store = store_open(f.path, NULL, &err);
        if (store == NULL || !store_read(store, look, &x, &err) ||
            !store_check(store, fault_finding, NULL, &err))
            fail_msg("%s", err.text);
        assert_int_equal(x.missing, 0);
        assert_int_equal(x.extra, 0);
        store_close(store, NULL);
    }
    assert_true(next[0] > WRITERS * KILLS / 4);
    fault_folder_remove(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_acknowledged_write_is_lost_by_a_kill),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
