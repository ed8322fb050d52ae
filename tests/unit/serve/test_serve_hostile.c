/* SPDX-License-Identifier: MIT */
/* test: threads */
/*
 * The server against clients that mean harm or know no better: ambiguous and malformed requests,
 * floods, hang-ups. Each malformed request is followed by a good one that must not be answered: the
 * connection has to be given up, since nobody knows where the next request begins.
 */
#include "tests/unit/serve/server.h"

#define LIST "X-Amz-Target: DynamoDB_20120810.ListTables\r\n"
#define GOOD "POST / HTTP/1.1\r\n" HOST JSON_TYPE LIST SIGNED "Content-Length: 2\r\n\r\n{}"
/* A good request but for one line. */
#define WITH(line) "POST / HTTP/1.1\r\n" HOST JSON_TYPE LIST SIGNED line "\r\n{}"
#define FIRST(line) line HOST JSON_TYPE LIST SIGNED "Content-Length: 2\r\n\r\n{}"

struct piece {
    const char *text;
    size_t len;
};
#define P(text)                                                                                    \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }

static const struct piece corpus[] = {
    /* two opinions about the length */
    P(WITH("Content-Length: 2\r\nContent-Length: 2\r\n")),
    P(WITH("Content-Length: 2\r\nContent-Length: 44\r\n")),
    P(WITH("Content-Length: 44\r\ncontent-LENGTH: 2\r\n")),
    P(WITH("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n")),
    P(WITH("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n")),
    P(WITH("Transfer-Encoding: chunked\r\n")),
    P(WITH("Transfer-Encoding: Chunked\r\n")),
    P(WITH("Transfer-Encoding: xchunked\r\n")),
    P(WITH("Transfer-Encoding: chunked, identity\r\n")),
    P(WITH("Transfer-Encoding: identity\r\n")),
    P(WITH("Transfer-Encoding:\r\n")),
    P(WITH("Transfer-Encoding:\tchunked\r\n")),
    P(WITH("Transfer-Encoding: \x0b"
           "chunked\r\n")),
    P(WITH("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n")),
    P(WITH("X: y\r\n Transfer-Encoding: chunked\r\nContent-Length: 2\r\n")),
    P(WITH("Content-Length : 2\r\n")),
    P(WITH("Content-Length\t: 2\r\n")),
    P(WITH("Content-Length: 2 \r\n")),
    P(WITH("Content-Length: +2\r\n")),
    P(WITH("Content-Length: -2\r\n")),
    P(WITH("Content-Length: 0x2\r\n")),
    P(WITH("Content-Length: 2,2\r\n")),
    P(WITH("Content-Length: 2;2\r\n")),
    P(WITH("Content-Length: 2.0\r\n")),
    P(WITH("Content-Length: 2e0\r\n")),
    P(WITH("Content-Length: \r\n")),
    P(WITH("Content-Length: 18446744073709551618\r\n")),
    P(WITH("Content-Length: 99999999999999999999999\r\n")),
    P(WITH("Content-Length: 9223372036854775807\r\n")),
    P(WITH(" Content-Length: 2\r\n")),
    P(WITH("Content_Length: 2\r\nContent-Length: x\r\n")),
    /* ends of lines */
    P("POST / HTTP/1.1\n" HOST JSON_TYPE LIST SIGNED "Content-Length: 2\r\n\r\n{}"),
    P("POST / HTTP/1.1\r\nHost: localhost\n" JSON_TYPE LIST SIGNED "Content-Length: 2\r\n\r\n{}"),
    P("POST / HTTP/1.1\r\n" HOST JSON_TYPE LIST SIGNED "Content-Length: 2\n\n{}"),
    P("POST / HTTP/1.1\r\n" HOST JSON_TYPE LIST SIGNED "Content-Length: 2\r\n\n{}"),
    P("POST / HTTP/1.1\r\n" HOST JSON_TYPE LIST SIGNED "Content-Length: 2\n\r\n{}"),
    P(WITH("X: a\rContent-Length: 44\r\nContent-Length: 2\r\n")),
    P(WITH("X: a\r\rContent-Length: 2\r\n")),
    P(WITH("X: a\nContent-Length: 2\r\n")),
    P(WITH("X: a\n\rContent-Length: 2\r\n")),
    P(WITH("X: a\r\n b\r\nContent-Length: 2\r\n")),
    P(WITH("X: a\r\n\tb\r\nContent-Length: 2\r\n")),
    P(WITH("X:\r\n a\r\nContent-Length: 2\r\n")),
    P("POST / HTTP/1.1\r\n Host: localhost\r\n" JSON_TYPE LIST SIGNED
      "Content-Length: 2\r\n\r\n{}"),
    /* bytes that do not belong */
    P(WITH("X: a\0b\r\nContent-Length: 2\r\n")),
    P(WITH("X: a\0\0b: c\r\nContent-Length: 2\r\n")),
    P(WITH("X\0: a\r\nContent-Length: 2\r\n")),
    P(WITH("X: \x01\r\nContent-Length: 2\r\n")),
    P(WITH("X: \x7f\r\nContent-Length: 2\r\n")),
    P(WITH("X: \x1b[31m\r\nContent-Length: 2\r\n")),
    P(WITH("X\xff: a\r\nContent-Length: 2\r\n")),
    P(WITH("X Y: a\r\nContent-Length: 2\r\n")),
    P(WITH("X\tY: a\r\nContent-Length: 2\r\n")),
    P(WITH("(X): a\r\nContent-Length: 2\r\n")),
    P(WITH("X@Y: a\r\nContent-Length: 2\r\n")),
    P(WITH("\"X\": a\r\nContent-Length: 2\r\n")),
    P(WITH(": a\r\nContent-Length: 2\r\n")),
    P(WITH("X\r\nContent-Length: 2\r\n")),
    P(WITH("X;a\r\nContent-Length: 2\r\n")),
    /* request lines */
    P(FIRST("POST  / HTTP/1.1\r\n")),
    P(FIRST("POST /  HTTP/1.1\r\n")),
    P(FIRST("POST\t/ HTTP/1.1\r\n")),
    P(FIRST("POST / HTTP/1.1 \r\n")),
    P(FIRST(" POST / HTTP/1.1\r\n")),
    P(FIRST("POST / a HTTP/1.1\r\n")),
    P(FIRST("POST /\0 HTTP/1.1\r\n")),
    P(FIRST("POST /\x01 HTTP/1.1\r\n")),
    P(FIRST("POST /\x7f HTTP/1.1\r\n")),
    P(FIRST("POST /\xc3\xa4 HTTP/1.1\r\n")),
    P(FIRST("POST / HTTP/1.1\0\r\n")),
    P(FIRST("PO\0ST / HTTP/1.1\r\n")),
    P(FIRST("P(ST / HTTP/1.1\r\n")),
    P(FIRST("POST http://localhost/ HTTP/1.1\r\n")),
    P(FIRST("POST localhost:80 HTTP/1.1\r\n")),
    P(FIRST("POST * HTTP/1.1\r\n")),
    P(FIRST("POST /\r\n")),
    P(FIRST("POST\r\n")),
    P(FIRST("POST / HTTP/1.1x\r\n")),
    P(FIRST("POST / HTTP/1.\r\n")),
    P(FIRST("POST / HTTP/11\r\n")),
    P(FIRST("POST / HTTP/1.2\r\n")),
    P(FIRST("POST / HTTP/2.0\r\n")),
    P(FIRST("POST / HTTP/0.9\r\n")),
    P(FIRST("POST / http/1.1\r\n")),
    P(FIRST("POST / HTTP/1,1\r\n")),
    P(FIRST("POST / FTP/1.1\r\n")),
    P("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    P("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
    P("SSH-2.0-OpenSSH_9.2\r\n\r\n"),
    P("EHLO localhost\r\n\r\n"),
    /* whom it is for, and from where */
    P("POST / HTTP/1.1\r\n" JSON_TYPE LIST SIGNED "Content-Length: 2\r\n\r\n{}"),
    P(WITH("Host: localhost\r\nContent-Length: 2\r\n")),
    P(WITH("host: attacker.example\r\nContent-Length: 2\r\n")),
    P("POST / HTTP/1.1\r\nHost: attacker.example\r\n" JSON_TYPE LIST SIGNED
      "Content-Length: 2\r\n\r\n{}"),
    P("POST / HTTP/1.1\r\nHost: localhost, attacker.example\r\n" JSON_TYPE LIST SIGNED
      "Content-Length: 2\r\n\r\n{}"),
    P("POST / HTTP/1.1\r\nHost: localhost@attacker.example\r\n" JSON_TYPE LIST SIGNED
      "Content-Length: 2\r\n\r\n{}"),
    P("POST / HTTP/1.1\r\nHost: localhost:8000:8000\r\n" JSON_TYPE LIST SIGNED
      "Content-Length: 2\r\n\r\n{}"),
    P("POST / HTTP/1.0\r\n" JSON_TYPE LIST SIGNED "Content-Length: 2\r\n\r\n{}"),
    P(WITH("Origin: http://attacker.example\r\nContent-Length: 2\r\n")),
    P(WITH("Origin: null\r\nContent-Length: 2\r\n")),
    P(WITH("origin: http://localhost:8000\r\nContent-Length: 2\r\n")),
    P(WITH("Sec-Fetch-Site: cross-site\r\nContent-Length: 2\r\n")),
    P(WITH("Sec-Fetch-Site: same-site\r\nContent-Length: 2\r\n")),
    P("OPTIONS / HTTP/1.1\r\n" HOST "Origin: http://attacker.example\r\n"
      "Access-Control-Request-Method: POST\r\n\r\n"),
};

/* Refused or hung up on, and nothing behind it answered. */
static void refused_and_closed(struct server *s, struct str request)
{
    struct wire w = wire_open(s);
    send_bytes(w.fd, request);
    send_text(w.fd, GOOD);
    while (wire_more(&w))
        ;
    struct str said = buf_str(&w.in);
    bool refused = said.len == 0 || str_starts(said, STR("HTTP/1.1 4")) ||
                   str_starts(said, STR("HTTP/1.1 505"));
    if (!refused || str_find(said, STR("HTTP/1.1 2")) != SIZE_MAX ||
        str_find(said, STR("Access-Control")) != SIZE_MAX)
        fail_msg("%.*s\n─▶ %.*s", STR_ARG(request), STR_ARG(said));
    wire_close(&w);
}

static void ambiguous_requests_are_refused_and_the_connection_given_up(void **state)
{
    for (size_t i = 0; i < sizeof corpus / sizeof *corpus; i++)
        refused_and_closed(*state, (struct str){corpus[i].text, corpus[i].len});
}

static void put_with(struct buf *out, struct str before, char byte, struct str after)
{
    buf_clear(out);
    buf_add(out, STR("POST / HTTP/1.1\r\n" HOST JSON_TYPE LIST SIGNED));
    buf_add(out, before);
    buf_add_byte(out, byte);
    buf_add(out, after);
    buf_add(out, STR("\r\nContent-Length: 2\r\n\r\n{}"));
}

static void control_characters_have_no_place_in_a_head(void **state)
{
    struct buf out = {0};
    for (int i = 0; i <= 32; i++) {
        char byte = (char)(i == 32 ? 0x7f : i);
        if (byte == '\t')
            continue;
        put_with(&out, STR("X"), byte, STR("Y: a"));
        refused_and_closed(*state, buf_str(&out));
        put_with(&out, STR("X: a"), byte, STR("b"));
        refused_and_closed(*state, buf_str(&out));
        put_with(&out, STR("X: a\r\nX:"), byte, STR("b"));
        refused_and_closed(*state, buf_str(&out));
    }
    buf_fini(&out);
}

static void still_serves(struct server *s)
{
    struct wire w = wire_open(s);
    wire_must(&w, "ListTables", "{}");
    wire_close(&w);
}

/* ---- sizes ---- */

static int status_of_head(struct server *s, const char *name, size_t bytes, size_t headers)
{
    struct wire w = wire_open(s);
    struct buf out = {0};
    buf_add(&out, STR("GET / HTTP/1.1\r\n" HOST));
    for (size_t i = 0; i < headers; i++)
        buf_printf(&out, "X-%zu: y\r\n", i);
    buf_add(&out, str_from(name));
    while (out.len < bytes)
        buf_add_byte(&out, 'x');
    buf_add(&out, STR("\r\n\r\n"));
    send_bytes(w.fd, buf_str(&out));
    struct answered a = wire_take(&w);
    int status = a.status;
    answered_fini(&a);
    buf_fini(&out);
    wire_close(&w);
    return status;
}

static void heads_have_at_most_16_kb_and_64_headers(void **state)
{
    assert_int_equal(status_of_head(*state, "X: ", 16000, 0), 200);
    assert_int_equal(status_of_head(*state, "X: ", 17000, 0), 431);
    assert_int_equal(status_of_head(*state, "X: ", 200000, 0), 431);
    assert_int_equal(status_of_head(*state, "X: ", 0, 60), 200);
    assert_int_equal(status_of_head(*state, "X: ", 0, 100), 431);
    still_serves(*state);
}

static int status_of_body(struct server *s, const char *claim, char fill, size_t len, char *said)
{
    struct wire w = wire_open(s);
    char head[1024];
    char *body = mem_alloc(len);
    memset(body, fill, len);
    snprintf(head, sizeof head,
        "POST / HTTP/1.1\r\n" HOST JSON_TYPE LIST SIGNED "Content-Length: %s\r\n\r\n", claim);
    send_text(w.fd, head);
    send_bytes(w.fd, (struct str){body, len});
    struct answered a = wire_take(&w);
    int status = a.status;
    snprintf(said, 256, "%s", a.body ? a.body : "");
    answered_fini(&a);
    free(body);
    wire_close(&w);
    return status;
}

static void bodies_have_at_most_16_mb(void **state)
{
    char said[256];
    assert_int_equal(status_of_body(*state, "16777216", ' ', 16777216, said), 200);
    assert_int_equal(status_of_body(*state, "16777217", ' ', 16777217, said), 413);
    assert_int_equal(status_of_body(*state, "9223372036854775", ' ', 0, said), 413);
    still_serves(*state);
}

static void sixteen_megabytes_of_brackets_are_a_serialization_error(void **state)
{
    char said[256];
    assert_int_equal(status_of_body(*state, "16777216", '[', 16777216, said), 400);
    assert_non_null(strstr(said, "SerializationException"));
    still_serves(*state);
}

/* ---- hang-ups ---- */

static void hanging_up_anywhere_harms_nobody(void **state)
{
    struct server *s = *state;
    for (size_t i = 0; i < sizeof GOOD - 1; i += 7) {
        struct wire w = wire_open(s);
        send_bytes(w.fd, (struct str){GOOD, i});
        if (i % 2) { /* without a farewell */
            struct linger now = {.l_onoff = 1};
            setsockopt(w.fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        }
        wire_close(&w);
    }
    still_serves(s);
}

static void who_never_reads_the_answer_harms_nobody(void **state)
{
    struct server *s = *state;
    struct wire w = wire_open(s);
    struct buf out = {0};
    for (int i = 0; i < 2000; i++)
        put_call(&out, "ListTables", STR("{}"));
    send_bytes(w.fd, buf_str(&out));
    still_serves(s);
    buf_fini(&out);
    wire_close(&w);
}

/* ---- deadlines and a full house ---- */

static void who_dawdles_is_hung_up_on(void **state)
{
    (void)state;
    struct serve_options options = {.head_ms = 100, .idle_ms = 100};
    struct server *s = server_start(NULL, &options);
    struct wire silent = wire_open(s), slow = wire_open(s), stuck = wire_open(s);
    send_text(slow.fd, "POST / HTTP/1.1\r\nHost: loc");
    send_text(
        stuck.fd, "POST / HTTP/1.1\r\n" HOST JSON_TYPE LIST SIGNED "Content-Length: 9\r\n\r\n{");
    assert_true(wire_ends(&silent));
    assert_true(wire_ends(&slow));
    assert_true(wire_ends(&stuck));
    struct wire idle = wire_open(s);
    wire_must(&idle, "ListTables", "{}");
    assert_true(wire_ends(&idle));
    still_serves(s);
    wire_close(&silent);
    wire_close(&slow);
    wire_close(&stuck);
    wire_close(&idle);
    server_stop(s);
}

static void a_full_house_makes_room_for_who_is_quick(void **state)
{
    (void)state;
    enum { ROOM = 8, CROWD = 100 };
    struct serve_options options = {.connections = ROOM};
    struct server *s = server_start(NULL, &options);
    struct wire crowd[CROWD], guest = wire_open(s);
    wire_must(&guest, "ListTables", "{}");
    for (int i = 0; i < CROWD; i++) {
        crowd[i] = wire_open(s);
        send_text(crowd[i].fd, "POST / HTTP/1.1\r\nHost: loc");
        if (i % 10 == 0)
            still_serves(s);
    }
    still_serves(s);
    wire_must(&guest, "ListTables", "{}"); /* who was answered is kept, however long it waits */
    wire_close(&guest);
    for (int i = 0; i < CROWD; i++)
        wire_close(&crowd[i]);
    server_stop(s);
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
        cmocka_unit_test(ambiguous_requests_are_refused_and_the_connection_given_up),
        cmocka_unit_test(control_characters_have_no_place_in_a_head),
        cmocka_unit_test(heads_have_at_most_16_kb_and_64_headers),
        cmocka_unit_test(bodies_have_at_most_16_mb),
        cmocka_unit_test(sixteen_megabytes_of_brackets_are_a_serialization_error),
        cmocka_unit_test(hanging_up_anywhere_harms_nobody),
        cmocka_unit_test(who_never_reads_the_answer_harms_nobody),
        cmocka_unit_test(who_dawdles_is_hung_up_on),
        cmocka_unit_test(a_full_house_makes_room_for_who_is_quick),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
