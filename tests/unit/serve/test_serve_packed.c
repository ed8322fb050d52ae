/* SPDX-License-Identifier: MIT */
/* test: threads */
/* Bodies that travel compressed, on real sockets. */
#include "backend/http/checksum.h"
#include "backend/http/coding.h"
#include "tests/unit/serve/server.h"

static struct answered call_with(
    struct wire *w, const char *headers, const char *operation, struct str body)
{
    struct buf out = {0};
    buf_printf(&out,
        "POST / HTTP/1.1\r\n" HOST JSON_TYPE SIGNED
        "X-Amz-Target: DynamoDB_20120810.%s\r\n%s\r\nContent-Length: %zu\r\n\r\n",
        operation, headers, body.len);
    buf_add(&out, body);
    send_bytes(w->fd, buf_str(&out));
    buf_fini(&out);
    return wire_take(w);
}

static void a_packed_request_is_understood(void **state)
{
    struct wire w = wire_open(*state);
    struct buf packed = {0};
    assert_true(coding_pack(CODING_GZIP, STR("{\"Limit\":1}"), &packed));
    struct answered a = call_with(&w, "Content-Encoding: gzip", "ListTables", buf_str(&packed));
    assert_int_equal(a.status, 200);
    answered_fini(&a);
    a = call_with(&w, "Content-Encoding: identity", "ListTables", STR("{}"));
    assert_int_equal(a.status, 200);
    answered_fini(&a);
    wire_close(&w);
    buf_fini(&packed);
}

static void what_is_not_packed_as_it_says_is_refused(void **state)
{
    static const struct {
        const char *header;
        struct str body;
    } cases[] = {{"Content-Encoding: gzip", {"{}", 2}}, {"Content-Encoding: gzip", {"", 0}},
        {"Content-Encoding: br", {"{}", 2}}};
    struct wire w = wire_open(*state);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct answered a = call_with(&w, cases[i].header, "ListTables", cases[i].body);
        assert_int_equal(a.status, 400);
        assert_true(
            str_find((struct str){a.body, a.len}, STR("#SerializationException")) != SIZE_MAX);
        answered_fini(&a);
    }
    wire_close(&w);
}

static void a_request_that_unpacks_to_too_much_is_too_large(void **state)
{
    struct wire w = wire_open(*state);
    struct buf packed = {0}, bytes = {0};
    enum { SIZE = (16 << 20) + 1 };
    memset(buf_reserve(&bytes, SIZE), ' ', SIZE);
    bytes.len = SIZE;
    assert_true(coding_pack(CODING_GZIP, buf_str(&bytes), &packed));
    struct answered a = call_with(&w, "Content-Encoding: gzip", "ListTables", buf_str(&packed));
    assert_int_equal(a.status, 413);
    answered_fini(&a);
    wire_close(&w);
    buf_fini(&packed);
    buf_fini(&bytes);
}

static void a_long_answer_is_packed_for_those_who_like_it(void **state)
{
    const struct str get = STR("{\"TableName\":\"Counters\",\"Key\":{\"id\":{\"S\":\"a\"}}}");
    struct wire w = wire_open(*state);
    struct buf item = {0}, plain = {0};
    wire_must(&w, "CreateTable", CREATE_COUNTERS);
    struct answered a = call_with(&w, "Accept-Encoding: gzip", "GetItem", get);
    assert_int_equal(a.status, 200);
    assert_null(strstr(a.head, "Content-Encoding")); /* short */
    answered_fini(&a);
    buf_printf(&item,
        "{\"TableName\":\"Counters\",\"Item\":{\"id\":{\"S\":\"a\"},\"x\":{\"S\":\"%05000d\"}}}",
        7);
    wire_must(&w, "PutItem", buf_cstr(&item));
    a = call_with(&w, "Accept-Encoding: gzip;q=0", "GetItem", get);
    assert_null(strstr(a.head, "Content-Encoding"));
    struct answered b = call_with(&w, "Accept-Encoding: gzip", "GetItem", get);
    assert_non_null(strstr(b.head, "Content-Encoding: gzip\r\n"));
    assert_true(b.len < a.len);
    const char *crc = strstr(b.head, "x-amz-crc32: ");
    assert_non_null(crc);
    assert_true(checksum_crc32((struct str){b.body, b.len}) == strtoul(crc + 13, NULL, 10));
    assert_int_equal(coding_unpack((struct str){b.body, b.len}, a.len, &plain), CODING_DONE);
    assert_true(str_equal(buf_str(&plain), (struct str){a.body, a.len}));
    answered_fini(&a);
    answered_fini(&b);
    buf_fini(&item);
    buf_fini(&plain);
    wire_close(&w);
}

static int start(void **state)
{
    *state = server_start(NULL, NULL);
    return 0;
}

static int stop(void **state)
{
    server_stop(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_packed_request_is_understood),
        cmocka_unit_test(what_is_not_packed_as_it_says_is_refused),
        cmocka_unit_test(a_request_that_unpacks_to_too_much_is_too_large),
        cmocka_unit_test(a_long_answer_is_packed_for_those_who_like_it),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
