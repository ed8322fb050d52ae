/* SPDX-License-Identifier: MIT */
/* Sleeping until something happens: what wakes, and what does not. */
#include "backend/triggers/wake.h"
#include "tests/test.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct fixture {
    struct wake wake;
    struct buf coming, folder, path;
    char base[64];
};

static struct fixture begin(void)
{
    struct fixture f = {.base = "/tmp/dynascope-wake.XXXXXX"};
    struct err err = ERR_INIT;
    assert_non_null(mkdtemp(f.base));
    assert_true(wake_open(&f.wake, &err));
    buf_printf(&f.folder, "%s/store/triggers", f.base);
    return f;
}

static void end(struct fixture *f)
{
    wake_close(&f->wake);
    buf_clear(&f->path);
    buf_printf(&f->path, "rm -rf %s", f->base);
    assert_int_equal(system(buf_cstr(&f->path)), 0);
    buf_fini(&f->coming);
    buf_fini(&f->folder);
    buf_fini(&f->path);
}

static const char *below(struct fixture *f, const char *name)
{
    buf_clear(&f->path);
    buf_printf(&f->path, "%s/%s", f->base, name);
    return buf_cstr(&f->path);
}

static bool watch(struct fixture *f)
{
    return wake_watch_coming(&f->wake, buf_cstr(&f->folder), "version", &f->coming);
}

static void touch(struct fixture *f, const char *name)
{
    int file = open(below(f, name), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    close(file);
}

static void what_is_not_there_yet_is_seen_coming(void **state)
{
    (void)state;
    struct fixture f = begin();
    assert_true(watch(&f));
    assert_int_equal(wake_wait(&f.wake, 0), 0);
    assert_int_equal(mkdir(below(&f, "store"), 0700), 0);
    assert_int_equal(wake_wait(&f.wake, -1), WAKE_FOLDER);
    assert_true(watch(&f));
    assert_int_equal(mkdir(below(&f, "store/triggers"), 0700), 0);
    while (wake_wait(&f.wake, -1) != WAKE_FOLDER)
        ;
    assert_true(watch(&f));
    touch(&f, "store/triggers/version");
    while (wake_wait(&f.wake, -1) != WAKE_FOLDER)
        ;
    end(&f);
}

/* To look again is no event by itself: whoever looks in a loop would never sleep. */
static void watching_again_wakes_nobody(void **state)
{
    (void)state;
    struct fixture f = begin();
    assert_int_equal(mkdir(below(&f, "store"), 0700), 0);
    for (int i = 0; i < 5; i++) {
        assert_true(watch(&f));
        struct pollfd watched = {.fd = f.wake.watch, .events = POLLIN};
        assert_int_equal(poll(&watched, 1, 0), 0);
    }
    touch(&f, "store/data.mdb");
    assert_int_equal(wake_wait(&f.wake, -1), 0);
    end(&f);
}

static void a_signal_is_not_lost_where_nobody_waits_yet(void **state)
{
    (void)state;
    struct fixture f = begin();
    wake_signal(&f.wake);
    assert_int_equal(wake_wait(&f.wake, -1), WAKE_SIGNAL);
    assert_int_equal(wake_wait(&f.wake, 0), 0);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_there_yet_is_seen_coming),
        cmocka_unit_test(watching_again_wakes_nobody),
        cmocka_unit_test(a_signal_is_not_lost_where_nobody_waits_yet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
