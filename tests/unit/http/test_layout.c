/* SPDX-License-Identifier: MIT */
/* Heads as the HTTP library leaves them: what it forgave shows. */
#include "backend/http/layout.h"
#include "tests/unit/http/request_of.h"

/* "POST / HTTP/1.1", "Host: a": where the library wrote its NULs. */
#define LINE "POST\0/\0HTTP/1.1"
#define HOST "Host\0 a"
#define END "\0\0"

struct head {
    char bytes[256];
    struct request request;
    struct layout layout;
};

/* The request that a parser would have seen: names and values by their offsets. */
static struct head *head_of(const char *bytes, size_t len, const size_t (*headers)[2], size_t count)
{
    static struct head h;
    h = (struct head){0};
    memcpy(h.bytes, bytes, len);
    h.layout = (struct layout){h.bytes, len};
    h.request.method = str_from(h.bytes);
    h.request.target = STR("/");
    h.request.version = str_from(h.bytes + 7);
    for (size_t i = 0; i < count; i++)
        h.request.headers[h.request.header_count++] = (struct request_header){
            str_from(h.bytes + headers[i][0]), str_from(h.bytes + headers[i][1])};
    return &h;
}

#define CHECK(bytes, ...)                                                                          \
    check(bytes, sizeof bytes - 1, (const size_t[][2]){__VA_ARGS__},                               \
        sizeof((const size_t[][2]){__VA_ARGS__}) / sizeof(size_t[2]))

static bool check(const char *bytes, size_t len, const size_t (*headers)[2], size_t count)
{
    struct head *h = head_of(bytes, len, headers, count);
    return layout_check(&h->layout, &h->request);
}

static void a_strict_head_passes(void **state)
{
    (void)state;
    assert_true(CHECK(LINE END HOST END END, {17, 23}));
    assert_true(CHECK(LINE END "Host\0a" END END, {17, 22}));
    assert_true(CHECK(LINE END "Host\0 \t  a" END "B\0" END END, {17, 26}, {29, 31}));
}

static void a_line_that_ended_with_a_bare_lf_is_seen(void **state)
{
    (void)state;
    assert_false(CHECK(LINE "\0" HOST END END, {16, 22}));
    assert_false(CHECK(LINE END HOST "\0" END, {17, 23}));
    assert_false(CHECK(LINE END HOST END "\0", {17, 23}));
}

static void text_behind_a_nul_is_seen(void **state)
{
    (void)state;
    assert_false(CHECK(LINE END "Host\0 a\0hidden" END END, {17, 23}));
    assert_false(CHECK(LINE END "Host\0 a\0\0Length: 5" END END, {17, 23}));
}

static void a_header_that_was_moved_or_skipped_is_seen(void **state)
{
    (void)state;
    struct head *h = head_of(
        LINE END HOST END END, sizeof(LINE END HOST END END) - 1, (const size_t[][2]){{17, 23}}, 1);
    h->request.headers[0].value = STR("a");
    assert_false(layout_check(&h->layout, &h->request));
    h->request.header_count = 0;
    assert_false(layout_check(&h->layout, &h->request));
}

static void a_head_that_is_shorter_than_its_slices_is_not_read_beyond(void **state)
{
    (void)state;
    for (size_t len = 0; len < sizeof(LINE END HOST END END) - 1; len++) {
        struct head *h = head_of(LINE END HOST END END, sizeof(LINE END HOST END END) - 1,
            (const size_t[][2]){{17, 23}}, 1);
        h->layout.len = len;
        assert_false(layout_check(&h->layout, &h->request));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_strict_head_passes),
        cmocka_unit_test(a_line_that_ended_with_a_bare_lf_is_seen),
        cmocka_unit_test(text_behind_a_nul_is_seen),
        cmocka_unit_test(a_header_that_was_moved_or_skipped_is_seen),
        cmocka_unit_test(a_head_that_is_shorter_than_its_slices_is_not_read_beyond),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
