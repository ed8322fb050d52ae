/* SPDX-License-Identifier: MIT */
/* Files written whole, and the folders above them. */
#include "base/file.h"
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LARGE = 1 << 20 };

static void *drain(void *context)
{
    static char room[4096];
    size_t *got = context;
    int fd = (int)got[1];
    for (ssize_t n; (n = read(fd, room, sizeof room)) > 0;)
        got[0] += (size_t)n;
    return NULL;
}

static void a_text_goes_out_in_as_many_pieces_as_it_takes(void **state)
{
    (void)state;
    int ends[2];
    pthread_t reader;
    char *text = calloc(1, LARGE);
    assert_non_null(text);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    size_t got[2] = {0, (size_t)ends[0]};
    assert_int_equal(pthread_create(&reader, NULL, drain, got), 0);
    assert_true(file_write_all(ends[1], (struct str){text, LARGE}));
    close(ends[1]);
    pthread_join(reader, NULL);
    close(ends[0]);
    assert_int_equal(got[0], LARGE);
    free(text);
}

static void what_cannot_be_written_is_told(void **state)
{
    (void)state;
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_false(file_write_all(fd, STR("x")));
    assert_int_equal(errno, ENOSPC);
    assert_true(file_write_all(fd, STR_NONE));
    close(fd);
}

static void folders_above_are_made_for_this_user_alone(void **state)
{
    (void)state;
    char base[] = "/tmp/dynascope-file.XXXXXX", path[128];
    struct err err = ERR_INIT;
    struct stat s;
    mode_t mask = umask(0);
    assert_non_null(mkdtemp(base));
    snprintf(path, sizeof path, "%s/a/b/name", base);
    assert_true(file_make_parents(path, &err));
    assert_true(file_make_parents(path, &err));
    assert_int_equal(access(path, F_OK), -1);
    *strrchr(path, '/') = '\0';
    assert_int_equal(stat(path, &s), 0);
    assert_int_equal(s.st_mode & 0777, 0700);
    assert_int_equal(rmdir(path), 0);
    *strrchr(path, '/') = '\0';
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(rmdir(base), 0);
    umask(mask);
}

static void a_file_in_the_way_is_named(void **state)
{
    (void)state;
    char path[] = "/dev/null/a/b";
    struct err err = ERR_INIT;
    assert_false(file_make_parents(path, &err));
    assert_non_null(strstr(err.text, "/dev/null/a"));
    assert_string_equal(path, "/dev/null/a/b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_goes_out_in_as_many_pieces_as_it_takes),
        cmocka_unit_test(what_cannot_be_written_is_told),
        cmocka_unit_test(folders_above_are_made_for_this_user_alone),
        cmocka_unit_test(a_file_in_the_way_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
