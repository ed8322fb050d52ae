/* SPDX-License-Identifier: MIT */
/* One store, several processes: each sees the other's commits and follows when the map grows. */
#include "backend/embedded/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { NOBODY = 65534, EACH = 100, PROCESSES = 3 };

struct place {
    char folder[64];
    struct err err;
    int to_child[2], to_parent[2];
};

static int set_up(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    strcpy(p->folder, "/tmp/dynascope-processes-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    assert_true(pipe(p->to_child) == 0 && pipe(p->to_parent) == 0);
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;
    char command[192];
    for (int i = 0; i < 2; i++) {
        close(p->to_child[i]);
        close(p->to_parent[i]);
    }
    snprintf(command, sizeof command, "chmod -R u+w %s; rm -r %s", p->folder, p->folder);
    assert_int_equal(system(command), 0);
    free(p);
    return 0;
}

/* ---- what they do ---- */

static bool put_number(struct store_txn *txn, void *context, struct err *err)
{
    static const char value[3000];
    char key[24];
    int len = snprintf(key, sizeof key, "%08u", *(const unsigned *)context);
    return store_put(
        txn, STORE_ITEMS, (struct str){key, (size_t)len}, (struct str){value, sizeof value}, err);
}

static bool count_all(struct store_txn *txn, void *context, struct err *err)
{
    unsigned *count = context;
    struct store_cursor *c = store_cursor_open(txn, STORE_ITEMS, err);
    bool found = false;
    *count = 0;
    bool ok = c && store_seek(c, STR_NONE, false, &found, err);
    for (; ok && found; ++*count)
        ok = store_step(c, false, &found, err);
    return ok;
}

static bool put_some(struct store *store, unsigned from, unsigned count, struct err *err)
{
    for (unsigned i = from; i < from + count; i++)
        if (!store_write(store, put_number, &i, err))
            return false;
    return true;
}

/* Forks; the child runs `play` and ends with whether that went well. */
static pid_t start(bool (*play)(struct place *p, unsigned number), struct place *p, unsigned number)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        bool ok = play(p, number);
        if (!ok)
            fprintf(stderr, "process %u: %s\n", number, p->err.text);
        _exit(ok ? 0 : 1);
    }
    return pid;
}

static void expect_success(pid_t pid)
{
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static bool say(int pipe_end)
{
    return write(pipe_end, "!", 1) == 1;
}

static bool hear(int pipe_end)
{
    char byte;
    return read(pipe_end, &byte, 1) == 1;
}

static const struct store_options tiny = {.map_size = 64 * 1024};

/* ---- tests ---- */

static bool grow_when_told(struct place *p, unsigned number)
{
    (void)number;
    struct store *store = store_open(p->folder, &tiny, &p->err);
    bool ok = store && say(p->to_parent[1]) && hear(p->to_child[0]) &&
              put_some(store, 100, 200, &p->err) && say(p->to_parent[1]);
    store_close(store, NULL);
    return ok;
}

static void a_map_that_another_process_grew_is_followed(void **state)
{
    struct place *p = *state;
    unsigned count;
    pid_t pid = start(grow_when_told, p, 1);
    assert_true(hear(p->to_parent[0]));
    struct store *store = store_open(p->folder, &tiny, &p->err);
    assert_non_null(store);
    assert_true(put_some(store, 0, 2, &p->err));
    assert_true(store_read(store, count_all, &count, &p->err));
    assert_int_equal(count, 2);
    uint64_t version = store_version(store);
    assert_true(say(p->to_child[1]) && hear(p->to_parent[0]));
    assert_true(store_version(store) > version);
    if (!store_read(store, count_all, &count, &p->err))
        fail_msg("%s", p->err.text);
    assert_int_equal(count, 202);
    assert_true(put_some(store, 2, 1, &p->err));
    store_close(store, NULL);
    expect_success(pid);
}

static bool write_all(struct place *p, unsigned number)
{
    struct store *store = store_open(p->folder, &tiny, &p->err);
    bool ok = store && put_some(store, number * EACH, EACH, &p->err);
    store_close(store, NULL);
    return ok;
}

static void processes_that_create_and_fill_one_store_at_once_lose_nothing(void **state)
{
    struct place *p = *state;
    pid_t pids[PROCESSES];
    unsigned count;
    for (unsigned i = 0; i < PROCESSES; i++)
        pids[i] = start(write_all, p, i);
    for (unsigned i = 0; i < PROCESSES; i++)
        expect_success(pids[i]);
    struct store *store = store_open(p->folder, NULL, &p->err);
    assert_non_null(store);
    assert_true(store_read(store, count_all, &count, &p->err));
    assert_int_equal(count, PROCESSES * EACH);
    store_close(store, NULL);
}

/* As somebody who may look but not write. */
static bool look_only(struct place *p, unsigned number)
{
    unsigned count = 0;
    (void)number;
    if (geteuid() == 0 && (setegid(NOBODY) != 0 || seteuid(NOBODY) != 0))
        return false;
    struct store *store = store_open(p->folder, NULL, &p->err);
    if (store || p->err.code != ERR_FILE || !strstr(p->err.text, "--read-only"))
        return false;
    store = store_open(p->folder, &(struct store_options){.read_only = true}, &p->err);
    bool ok = store && store_read(store, count_all, &count, &p->err) && count == 5;
    store_close(store, NULL);
    return ok;
}

static void a_folder_that_cannot_be_written_is_named_and_can_be_read(void **state)
{
    struct place *p = *state;
    char path[96];
    struct store *store = store_open(p->folder, NULL, &p->err);
    assert_non_null(store);
    assert_true(put_some(store, 0, 5, &p->err));
    store_close(store, NULL);
    snprintf(path, sizeof path, "%s/data.mdb", p->folder);
    assert_int_equal(chmod(path, 0444), 0);
    snprintf(path, sizeof path, "%s/lock.mdb", p->folder);
    assert_int_equal(chmod(path, 0444), 0);
    assert_int_equal(chmod(p->folder, 0555), 0);
    expect_success(start(look_only, p, 1));
    assert_int_equal(unlink(path) == 0 || geteuid() != 0, 1); /* and without a lock file */
    expect_success(start(look_only, p, 2));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_map_that_another_process_grew_is_followed),
        TEST(processes_that_create_and_fill_one_store_at_once_lose_nothing),
        TEST(a_folder_that_cannot_be_written_is_named_and_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
