/* SPDX-License-Identifier: MIT */
/* Log streams: written, read meanwhile, torn, full, and such as nobody vouches for. */
#include "backend/triggers/logs.h"

#include "tests/unit/triggers/folder_test.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

struct fixture {
    struct folder_test folder;
    struct arena arena;
    struct err err;
    struct clock_fake clock;
    struct log_writer *writer;
};

enum { NOW = 1767225600 };

static void begin(struct fixture *x)
{
    *x = (struct fixture){.err = ERR_INIT};
    folder_test_begin(&x->folder);
    clock_fake_init(&x->clock, NOW * INT64_C(1000));
    x->writer = log_writer_open(x->folder.path, &x->clock.clock, &x->err);
    if (!x->writer)
        fail_msg("%s", x->err.text);
}

static void end(struct fixture *x)
{
    log_writer_close(x->writer);
    arena_fini(&x->arena);
    folder_test_end(&x->folder);
}

static struct str stream(const struct fixture *x)
{
    return str_from(log_writer_stream(x->writer));
}

static bool collect(void *context, const struct log_event *event)
{
    struct buf *out = context;
    buf_add(out, event->message);
    return true;
}

/* All messages from a place on, one behind the other. */
static const char *read_all(struct fixture *x, uint64_t *at, size_t most, struct buf *out)
{
    buf_clear(out);
    if (!log_read(x->folder.path, stream(x), at, most, collect, out, &x->err))
        fail_msg("%s", x->err.text);
    return buf_cstr(out);
}

static void path_of_stream(const struct fixture *x, char path[160])
{
    char name[64];
    const char *text = log_writer_stream(x->writer);
    snprintf(name, sizeof name, "%.10s-%s", text, text + strlen(text) - 32);
    name[4] = name[7] = '-';
    snprintf(path, 160, "%s/logs/%s.log", x->folder.path, name);
}

static void events_are_read_from_any_place_on(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    struct buf out = {0};
    uint64_t at = 0;
    log_add(x.writer, STR("one\n"));
    log_add(x.writer, STR(""));
    log_add(x.writer, STR("two\n"));
    assert_string_equal(read_all(&x, &at, 10, &out), ""); /* not before the flush */
    log_flush(x.writer);
    assert_string_equal(read_all(&x, &at, 1, &out), "one\n");
    assert_string_equal(read_all(&x, &at, 10, &out), "two\n");
    assert_string_equal(read_all(&x, &at, 10, &out), "");
    log_add(x.writer, STR("three\n"));
    log_flush(x.writer);
    assert_string_equal(read_all(&x, &at, 10, &out), "three\n");
    at = 0;
    assert_string_equal(read_all(&x, &at, 10, &out), "one\ntwo\nthree\n");
    at = 20;
    assert_string_equal(read_all(&x, &at, 10, &out), ""); /* a made-up token */
    at = UINT64_MAX;
    assert_string_equal(read_all(&x, &at, 10, &out), "");
    buf_fini(&out);
    end(&x);
}

struct places {
    uint64_t at[8];
    size_t count;
};

static bool collect_places(void *context, const struct log_event *event)
{
    struct places *places = context;
    places->at[places->count++] = event->at;
    return places->count < 3;
}

static void a_token_is_the_place_of_an_event_and_one(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    struct places places = {0};
    struct buf out = {0};
    uint64_t at = 0;
    for (int i = 0; i < 5; i++) {
        char text[] = {(char)('a' + i), '\n', '\0'};
        log_add(x.writer, str_from(text));
    }
    log_flush(x.writer);
    assert_true(log_read(x.folder.path, stream(&x), &at, 9, collect_places, &places, &x.err));
    assert_int_equal(places.count, 3);
    assert_true(at == places.at[2] + 1);
    at = places.at[0] + 1;
    assert_string_equal(read_all(&x, &at, 9, &out), "b\nc\nd\ne\n");
    assert_true(log_tail(x.folder.path, stream(&x), 2, &at, &x.err));
    assert_string_equal(read_all(&x, &at, 9, &out), "d\ne\n");
    assert_true(log_tail(x.folder.path, stream(&x), 5, &at, &x.err) && at == 0);
    assert_true(log_tail(x.folder.path, stream(&x), 500, &at, &x.err) && at == 0);
    assert_true(log_tail(x.folder.path, stream(&x), 0, &at, &x.err));
    assert_string_equal(read_all(&x, &at, 9, &out), "");
    buf_fini(&out);
    end(&x);
}

static void streams_are_listed_with_their_times(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    struct log_streams all;
    log_add(x.writer, STR("first\n"));
    x.clock.ms += 5000;
    log_add(x.writer, STR("last\n"));
    log_flush(x.writer);
    struct log_writer *second = log_writer_open(x.folder.path, &x.clock.clock, &x.err);
    assert_non_null(second);
    assert_true(log_streams(x.folder.path, &x.arena, &all, &x.err));
    assert_int_equal(all.count, 2);
    assert_true(str_equal(all.items[0].name, stream(&x)));
    assert_true(str_starts(all.items[0].name, STR("2026/01/01/[$LATEST]")));
    assert_int_equal(all.items[0].name.len, 20 + 32);
    assert_true(all.items[0].created_ms == NOW * INT64_C(1000));
    assert_true(all.items[0].first_ms == NOW * INT64_C(1000));
    assert_true(all.items[0].last_ms == NOW * INT64_C(1000) + 5000);
    assert_true(all.items[1].first_ms == 0 && all.items[1].last_ms == 0);
    log_writer_close(second);
    assert_true(log_streams("/nowhere", &x.arena, &all, &x.err) && all.count == 0);
    end(&x);
}

static void only_the_user_may_read_them(void **state)
{
    (void)state;
    mode_t before = umask(0);
    struct fixture x;
    begin(&x);
    char path[160];
    path_of_stream(&x, path);
    assert_int_equal(folder_test_mode(path), 0600);
    assert_int_equal(folder_test_mode("logs"), 0700);
    umask(before);
    end(&x);
}

static void a_message_that_is_too_long_is_cut_and_says_so(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    struct buf text = {0}, out = {0};
    uint64_t at = 0;
    while (text.len < (size_t)LOG_MESSAGE_MAX + 7)
        buf_add(&text, STR("é"));
    log_add(x.writer, buf_str(&text));
    log_add(x.writer, STR("next\n"));
    log_flush(x.writer);
    read_all(&x, &at, 1, &out);
    assert_true(out.len <= LOG_MESSAGE_MAX && out.len > LOG_MESSAGE_MAX - 8);
    assert_non_null(strstr(out.at, "é… [cut: 262152 bytes]\n"));
    assert_string_equal(read_all(&x, &at, 1, &out), "next\n");
    buf_fini(&text);
    buf_fini(&out);
    end(&x);
}

/* Every length at which a writer may have died. */
static void a_torn_end_hides_nothing_that_is_whole(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    struct buf out = {0};
    char path[160];
    uint64_t at = 0;
    struct stat s;
    log_add(x.writer, STR("whole\n"));
    log_flush(x.writer);
    path_of_stream(&x, path);
    assert_true(stat(path, &s) == 0);
    off_t whole = s.st_size;
    log_add(x.writer, STR("torn\n"));
    log_flush(x.writer);
    assert_true(stat(path, &s) == 0);
    for (off_t len = s.st_size - 1; len >= whole; len--) {
        assert_true(truncate(path, len) == 0);
        at = 0;
        assert_string_equal(read_all(&x, &at, 9, &out), "whole\n");
        assert_true(log_tail(x.folder.path, stream(&x), 1, &at, &x.err));
        assert_string_equal(read_all(&x, &at, 9, &out), "whole\n");
    }
    buf_fini(&out);
    end(&x);
}

static void bytes_that_were_turned_are_never_shown(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    struct buf out = {0};
    char path[160], bytes[200];
    struct log_streams all;
    log_add(x.writer, STR("one\n"));
    log_add(x.writer, STR("two\n"));
    log_flush(x.writer);
    path_of_stream(&x, path);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    ssize_t len = pread(fd, bytes, sizeof bytes, 0);
    assert_true(len > 40);
    for (ssize_t i = 16; i < len; i++) {
        uint64_t at = 0;
        char turned = (char)(bytes[i] ^ 0x55);
        assert_true(pwrite(fd, &turned, 1, i) == 1);
        const char *text = read_all(&x, &at, 9, &out);
        assert_true(strcmp(text, "") == 0 || strcmp(text, "one\n") == 0);
        assert_true(log_tail(x.folder.path, stream(&x), 1, &at, &x.err));
        assert_true(log_streams(x.folder.path, &x.arena, &all, &x.err));
        assert_true(pwrite(fd, bytes + i, 1, i) == 1);
    }
    close(fd);
    buf_fini(&out);
    end(&x);
}

static void what_is_no_stream_is_passed_over(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    struct log_streams all;
    struct buf out = {0};
    uint64_t at = 0;
    folder_test_write("logs/notes.txt", "x");
    folder_test_write("logs/2026-01-01-00000000000000000000000000000000.log", "x");
    assert_true(mkfifo("logs/2026-01-01-00000000000000000000000000000001.log", 0600) == 0);
    assert_true(
        symlink("/etc/passwd", "logs/2026-01-01-00000000000000000000000000000002.log") == 0);
    assert_true(log_streams(x.folder.path, &x.arena, &all, &x.err));
    assert_int_equal(all.count, 1);
    static const char *const names[] = {"", "../../etc/passwd",
        "2026/01/01/[$LATEST]00000000000000000000000000000000",
        "2026/01/01/[$LATEST]00000000000000000000000000000001",
        "2026/01/01/[$LATEST]00000000000000000000000000000002",
        "2026/01/01/[$LATEST]0000000000000000000000000000000/"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_true(log_read(x.folder.path, str_from(names[i]), &at, 9, collect, &out, &x.err));
        assert_true(log_tail(x.folder.path, str_from(names[i]), 9, &at, &x.err));
        assert_int_equal(out.len, 0);
    }
    buf_fini(&out);
    end(&x);
}

static int64_t total_bytes(struct fixture *x, size_t *count)
{
    struct log_streams all;
    int64_t bytes = 0;
    assert_true(log_streams(x->folder.path, &x->arena, &all, &x->err));
    for (size_t i = 0; i < all.count; i++)
        bytes += all.items[i].bytes;
    *count = all.count;
    return bytes;
}

static void a_full_stream_rolls_on_and_the_oldest_go(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    char first[160], now[160];
    struct buf line = {0};
    size_t count;
    while (line.len < 100000)
        buf_add(&line, STR("0123456789"));
    path_of_stream(&x, first);
    for (int i = 0; i < 1000; i++) {
        log_add(x.writer, buf_str(&line));
        log_flush(x.writer);
        x.clock.ms++;
    }
    path_of_stream(&x, now);
    assert_string_not_equal(first, now);
    assert_int_equal(access(first, F_OK), -1);
    int64_t bytes = total_bytes(&x, &count);
    assert_true(bytes <= LOG_TOTAL_MAX && bytes > LOG_TOTAL_MAX / 2);
    assert_true(count >= 7 && count <= 9);
    buf_fini(&line);
    end(&x);
}

static void no_more_streams_are_kept_than_the_limit(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    size_t count;
    char path[160];
    for (int i = 0; i < LOG_STREAMS_MAX + 20; i++) {
        snprintf(path, sizeof path, "logs/2025-01-01-%032x.log", (unsigned)i);
        folder_test_write(path, "dslog 1\n12345678");
    }
    struct log_writer *writer = log_writer_open(x.folder.path, &x.clock.clock, &x.err);
    total_bytes(&x, &count);
    assert_int_equal(count, LOG_STREAMS_MAX);
    assert_int_equal(access("logs/2025-01-01-00000000000000000000000000000000.log", F_OK), -1);
    log_writer_close(writer);
    end(&x);
}

static void a_writer_whose_stream_was_removed_goes_on_in_another(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    struct buf out = {0};
    char path[160];
    uint64_t at = 0;
    log_add(x.writer, STR("gone\n"));
    log_flush(x.writer);
    path_of_stream(&x, path);
    assert_true(unlink(path) == 0);
    log_add(x.writer, STR("here\n"));
    log_flush(x.writer);
    assert_string_equal(read_all(&x, &at, 9, &out), "here\n");
    buf_fini(&out);
    end(&x);
}

/* A limit on the size of files stands in for a full disk. */
static void what_the_disk_does_not_take_is_counted(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    struct buf out = {0}, large = {0};
    struct rlimit before, small;
    uint64_t at = 0;
    while (large.len < 5000)
        buf_add(&large, STR("x"));
    assert_true(getrlimit(RLIMIT_FSIZE, &before) == 0);
    small = before;
    small.rlim_cur = 1000;
    signal(SIGXFSZ, SIG_IGN);
    log_add(x.writer, STR("before\n"));
    log_flush(x.writer);
    assert_true(setrlimit(RLIMIT_FSIZE, &small) == 0);
    log_add(x.writer, buf_str(&large));
    log_add(x.writer, STR("lost too\n"));
    log_flush(x.writer);
    assert_true(setrlimit(RLIMIT_FSIZE, &before) == 0);
    log_add(x.writer, STR("after\n"));
    log_flush(x.writer);
    assert_string_equal(read_all(&x, &at, 9, &out),
        "before\n[2 lines could not be written here: File too large]\nafter\n");
    buf_fini(&out);
    buf_fini(&large);
    end(&x);
}

static int write_lines(const char *folder, int pipe_end)
{
    struct err err = ERR_INIT;
    struct log_writer *writer = log_writer_open(folder, NULL, &err);
    if (!writer ||
        write(pipe_end, log_writer_stream(writer), LOG_NAME_MAX) != (ssize_t)LOG_NAME_MAX)
        return 1;
    for (int i = 0; i < 20000; i++) {
        char line[16];
        snprintf(line, sizeof line, "%d\n", i);
        log_add(writer, str_from(line));
        if (i % 7 == 0)
            log_flush(writer);
    }
    log_writer_close(writer);
    return 0;
}

struct expectation {
    int next;
    bool ok;
};

static bool expect_next(void *context, const struct log_event *event)
{
    struct expectation *e = context;
    char line[16];
    snprintf(line, sizeof line, "%d\n", e->next++);
    e->ok = e->ok && str_equal(event->message, str_from(line));
    return e->ok;
}

static void it_is_read_while_another_process_writes(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    int ends[2], status;
    char name[LOG_NAME_MAX];
    struct expectation e = {.ok = true};
    uint64_t at = 0;
    assert_true(pipe(ends) == 0);
    pid_t child = fork();
    if (child == 0)
        _exit(write_lines(x.folder.path, ends[1]));
    assert_true(read(ends[0], name, sizeof name) == (ssize_t)sizeof name);
    for (bool over = false; !over;) {
        over = waitpid(child, &status, WNOHANG) == child;
        assert_true(log_read(x.folder.path, str_from(name), &at, 100000, expect_next, &e, &x.err));
    }
    assert_int_equal(status, 0);
    assert_true(e.ok);
    assert_int_equal(e.next, 20000);
    close(ends[0]);
    close(ends[1]);
    end(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_are_read_from_any_place_on),
        cmocka_unit_test(a_token_is_the_place_of_an_event_and_one),
        cmocka_unit_test(streams_are_listed_with_their_times),
        cmocka_unit_test(only_the_user_may_read_them),
        cmocka_unit_test(a_message_that_is_too_long_is_cut_and_says_so),
        cmocka_unit_test(a_torn_end_hides_nothing_that_is_whole),
        cmocka_unit_test(bytes_that_were_turned_are_never_shown),
        cmocka_unit_test(what_is_no_stream_is_passed_over),
        cmocka_unit_test(a_full_stream_rolls_on_and_the_oldest_go),
        cmocka_unit_test(no_more_streams_are_kept_than_the_limit),
        cmocka_unit_test(a_writer_whose_stream_was_removed_goes_on_in_another),
        cmocka_unit_test(what_the_disk_does_not_take_is_counted),
        cmocka_unit_test(it_is_read_while_another_process_writes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
