/* SPDX-License-Identifier: MIT */
/* Which changes of a folder are changes of the code. */
#include "backend/triggers/watch.h"
#include "tests/test.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

struct room {
    struct watch *watch;
    char folder[64];
};

static void put(const struct room *room, const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", room->folder, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "x", 1), 1);
    close(fd);
}

static void make_folder(const struct room *room, const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", room->folder, name);
    assert_int_equal(mkdir(path, 0700), 0);
}

static void note(void *context, uint64_t tag)
{
    *(uint64_t *)context |= tag;
}

/* The tags that were touched, or-ed. */
static uint64_t seen(const struct room *room)
{
    uint64_t tags = 0;
    watch_read(room->watch, note, &tags);
    return tags;
}

static void room_open(struct room *room)
{
    static const char *const folders[] = {"lib", "node_modules", "__pycache__", ".git", "lib/deep"};
    strcpy(room->folder, "/tmp/dynascope-watch-XXXXXX");
    assert_non_null(mkdtemp(room->folder));
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        make_folder(room, folders[i]);
    room->watch = watch_new();
}

static int remove_one(const char *path, const struct stat *s, int type, struct FTW *where)
{
    (void)s;
    (void)type;
    (void)where;
    return remove(path);
}

static void room_close(struct room *room)
{
    watch_free(room->watch);
    nftw(room->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void code_counts_and_data_does_not(void **state)
{
    (void)state;
    struct room room;
    static const char *const code[] = {
        "index.js", "app.py", "lib/part.mjs", "config.json", "run", "bootstrap"};
    static const char *const data[] = {"out.txt", "log", "data.csv", ".index.js.swp", "app.pyc",
        "node_modules/a.js", "__pycache__/app.py", ".git/index.js", "lib/deep/a.js"};
    room_open(&room);
    watch_add(room.watch, 1, str_from(room.folder), STR("run"));
    for (size_t i = 0; i < sizeof code / sizeof *code; i++) {
        put(&room, code[i]);
        if (seen(&room) != 1)
            fail_msg("%s was not seen", code[i]);
    }
    for (size_t i = 0; i < sizeof data / sizeof *data; i++) {
        put(&room, data[i]);
        if (seen(&room) != 0)
            fail_msg("%s was seen", data[i]);
    }
    room_close(&room);
}

static void a_file_that_replaces_another_counts(void **state)
{
    (void)state;
    struct room room;
    char from[128], to[128];
    room_open(&room);
    put(&room, "index.js");
    put(&room, "index.js~");
    watch_add(room.watch, 1, str_from(room.folder), STR_NONE);
    snprintf(from, sizeof from, "%s/index.js~", room.folder);
    snprintf(to, sizeof to, "%s/index.js", room.folder);
    assert_int_equal(rename(from, to), 0);
    assert_int_equal(seen(&room), 1);
    assert_int_equal(unlink(to), 0);
    assert_int_equal(seen(&room), 1);
    room_close(&room);
}

static void several_may_watch_one_folder(void **state)
{
    (void)state;
    struct room room;
    room_open(&room);
    watch_add(room.watch, 1, str_from(room.folder), STR_NONE);
    watch_add(room.watch, 2, str_from(room.folder), STR("run"));
    put(&room, "index.js");
    assert_int_equal(seen(&room), 3);
    put(&room, "run");
    assert_int_equal(seen(&room), 2);
    watch_remove(room.watch, 1);
    put(&room, "index.js");
    assert_int_equal(seen(&room), 2);
    watch_remove(room.watch, 2);
    put(&room, "index.js");
    assert_int_equal(seen(&room), 0);
    room_close(&room);
}

static void a_folder_that_is_exchanged_counts(void **state)
{
    (void)state;
    struct room room;
    char from[128], to[128];
    room_open(&room);
    snprintf(from, sizeof from, "%s/lib", room.folder);
    snprintf(to, sizeof to, "%s/old", room.folder);
    watch_add(room.watch, 1, str_from(from), STR_NONE);
    assert_int_equal(rename(from, to), 0);
    assert_int_equal(seen(&room), 1);
    room_close(&room);
}

static void a_folder_that_is_not_there_is_not_watched(void **state)
{
    (void)state;
    struct room room;
    room_open(&room);
    watch_add(room.watch, 1, STR("/not/there"), STR_NONE);
    assert_int_equal(seen(&room), 0);
    room_close(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(code_counts_and_data_does_not),
        cmocka_unit_test(a_file_that_replaces_another_counts),
        cmocka_unit_test(several_may_watch_one_folder),
        cmocka_unit_test(a_folder_that_is_exchanged_counts),
        cmocka_unit_test(a_folder_that_is_not_there_is_not_watched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
