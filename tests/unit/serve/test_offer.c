/* SPDX-License-Identifier: MIT */
/* test: threads */
/* The server with triggers, on real sockets: who is let in, how much, and what goes over the wire.
 */
#include "tests/unit/serve/keys_file.h"
#include "tests/unit/serve/server.h"
#include "tests/unit/triggers/folder_test.h"
#include "tests/unit/triggers/zip_maker.h"

#include "backend/json_out.h"

#include <grp.h>
#include <poll.h>
#include <sys/wait.h>

struct offered {
    struct folder_test folder;
    struct backend *backend;
    struct serve *serve;
    struct triggers *triggers;
    pthread_t thread;
    bool ran;
};

static void *serve_thread(void *context)
{
    struct offered *o = context;
    struct err err = ERR_INIT;
    o->ran = serve_run(o->serve, NULL, &err);
    return NULL;
}

static struct offered *open_offered(const struct serve_options *options)
{
    struct offered *o = mem_new(struct offered);
    struct err err = ERR_INIT;
    struct backend_options fast = {.no_sync = true};
    char folder[64], trusted[64];
    folder_test_begin(&o->folder);
    snprintf(folder, sizeof folder, "%s/triggers", o->folder.path);
    snprintf(trusted, sizeof trusted, "%s/trusted", o->folder.path);
    o->backend = backend_open("store", &fast, &err);
    o->serve = o->backend ? serve_open(o->backend, options, &err) : NULL;
    struct triggers_options of = {.folder = folder, .trusted = trusted, .region = STR("us-east-1")};
    o->triggers = o->serve ? triggers_open(o->backend, &of, &err) : NULL;
    if (!o->triggers)
        fail_msg("%s", err.text);
    serve_offer(o->serve, o->triggers);
    assert_int_equal(pthread_create(&o->thread, NULL, serve_thread, o), 0);
    return o;
}

static void close_offered(struct offered *o)
{
    serve_stop(o->serve);
    pthread_join(o->thread, NULL);
    assert_true(o->ran);
    triggers_close(o->triggers, 0);
    serve_close(o->serve);
    backend_close(o->backend, NULL);
    folder_test_end(&o->folder);
    free(o);
}

static int begin(void **state)
{
    *state = open_offered(NULL);
    return 0;
}

static int finish(void **state)
{
    close_offered(*state);
    return 0;
}

static struct wire wire_to(const struct offered *o)
{
    return (struct wire){.fd = connect_to(serve_port(o->serve))};
}

#define SIGNED_FOR(service)                                                                        \
    "X-Amz-Date: 20260101T000000Z\r\nAuthorization: AWS4-HMAC-SHA256 "                             \
    "Credential=local/20260101/eu-west-1/" service "/aws4_request, SignedHeaders=host, "           \
    "Signature=00\r\n"

static struct answered ask(struct offered *o, const char *head, struct str body)
{
    struct wire w = wire_to(o);
    struct buf out = {0};
    buf_printf(&out, "%sContent-Length: %zu\r\n\r\n", head, body.len);
    buf_add(&out, body);
    send_bytes(w.fd, buf_str(&out));
    struct answered a = wire_take(&w);
    buf_fini(&out);
    wire_close(&w);
    return a;
}

/* The same, where the head of the answer may be long: what matters is that it came whole. */
static struct answered ask_long(struct offered *o, const char *head)
{
    struct wire w = wire_to(o);
    struct answered a = {0};
    send_text(w.fd, head);
    send_text(w.fd, "Content-Length: 0\r\nConnection: close\r\n\r\n");
    while (wire_more(&w))
        ;
    size_t end = str_find(buf_str(&w.in), STR("\r\n\r\n"));
    if (end != SIZE_MAX) {
        a.status = atoi(w.in.at + 9);
        a.len = w.in.len - end - 4;
        a.body = mem_dup(w.in.at + end + 4, a.len);
    }
    wire_close(&w);
    return a;
}

static void expect(
    struct offered *o, const char *head, const char *body, int status, const char *said)
{
    struct answered a = ask(o, head, str_from(body));
    if (a.status != status || (said && (!a.body || !strstr(a.body, said))))
        fail_msg("%s\n%d %s%s", head, a.status, a.head, a.body ? a.body : "");
    answered_fini(&a);
}

#define LIST "GET /2015-03-31/functions HTTP/1.1\r\n" HOST
#define FORM "POST / HTTP/1.1\r\n" HOST "Content-Type: application/x-www-form-urlencoded\r\n"

/* ---- who is let in ---- */

static void faces_want_a_signature_but_functions_do_not(void **state)
{
    struct offered *o = *state;
    expect(o, LIST SIGNED_FOR("lambda"), "", 200, "{\"Functions\":[]}");
    expect(o, LIST, "", 403, "MissingAuthenticationTokenException");
    expect(o, "GET /v2/apis HTTP/1.1\r\n" HOST, "", 403, "MissingAuthenticationTokenException");
    expect(o, FORM, "Action=GetCallerIdentity", 403,
        "<Code>MissingAuthenticationTokenException</Code>");
    expect(o, FORM SIGNED_FOR("sts"), "Action=GetCallerIdentity", 200, "<Account>");
    expect(o,
        "POST / HTTP/1.1\r\n" HOST JSON_TYPE "X-Amz-Target: Logs_20140328.DescribeLogGroups\r\n",
        "{}", 400, "MissingAuthenticationTokenException");
    expect(o, "GET /lambda-url/none/ HTTP/1.1\r\n" HOST, "", 404, "has no URL");
}

static void pages_and_foreign_hosts_stay_outside(void **state)
{
    struct offered *o = *state;
    static const char *const heads[] = {
        "GET /lambda-url/f/ HTTP/1.1\r\n" HOST "Origin: http://evil.example\r\n",
        "GET /lambda-url/f/ HTTP/1.1\r\n" HOST "Origin: null\r\n",
        "GET /lambda-url/f/ HTTP/1.1\r\n" HOST
        "Sec-Fetch-Site: cross-site\r\nUser-Agent: Mozilla/5.0\r\n",
        "GET /lambda-url/f/ HTTP/1.1\r\nHost: evil.example\r\n",
        "GET /execute-api/a/ HTTP/1.1\r\n" HOST "User-Agent: Mozilla/5.0 (old)\r\n",
        LIST SIGNED_FOR("lambda") "Origin: http://localhost\r\n",
        LIST SIGNED_FOR("lambda") "Sec-Fetch-Site: same-origin\r\n",
        LIST SIGNED_FOR("lambda") "Sec-Fetch-Site: none\r\n",
        FORM SIGNED_FOR("iam") "Origin: http://evil.example\r\n",
        FORM SIGNED_FOR("iam") "User-Agent: Mozilla/5.0\r\n",
        "OPTIONS /lambda-url/f/ HTTP/1.1\r\n" HOST "Origin: http://evil.example\r\n",
    };
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        expect(o, heads[i], "", 403, NULL);
    expect(o,
        "GET /lambda-url/f/ HTTP/1.1\r\n" HOST
        "Sec-Fetch-Site: none\r\nUser-Agent: Mozilla/5.0\r\n",
        "", 404, NULL);
}

/* Asks as another user; the status that came. */
static int ask_as_nobody(struct offered *o, const char *head)
{
    unsigned port = serve_port(o->serve);
    pid_t child = fork();
    if (child == 0) {
        struct sockaddr_in a = {.sin_family = AF_INET,
            .sin_port = htons((uint16_t)port),
            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        char answer[64] = "";
        int fd;
        if (setgroups(0, NULL) != 0 || setgid(65534) != 0 || setuid(65534) != 0)
            _exit(1);
        fd = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
            _exit(2);
        send_text(fd, head);
        send_text(fd, "Content-Length: 0\r\n\r\n");
        _exit(recv(fd, answer, sizeof answer - 1, 0) > 12 ? atoi(answer + 9) / 2 : 3);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) * 2 : -1;
}

static void another_user_is_not_let_in(void **state)
{
    struct offered *o = *state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(ask_as_nobody(o, LIST SIGNED_FOR("lambda")), 402); /* 403, halved */
    assert_int_equal(ask_as_nobody(o, "GET /lambda-url/f/ HTTP/1.1\r\n" HOST), 402);
    assert_int_equal(ask_as_nobody(o, FORM SIGNED_FOR("iam")), 402);
    assert_int_equal(ask_as_nobody(o, "GET / HTTP/1.1\r\n" HOST), 200);
}

static void with_keys_a_signature_has_to_be_true(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    FILE *file = fopen("/tmp/dynascope-offer-keys", "we");
    assert_non_null(file);
    fputs(EXAMPLE_FILE, file);
    fclose(file);
    assert_int_equal(chmod("/tmp/dynascope-offer-keys", 0600), 0);
    (void)err;
    struct offered *o = open_offered(&(struct serve_options){.keys = "/tmp/dynascope-offer-keys"});
    unlink("/tmp/dynascope-offer-keys");
    expect(o, LIST SIGNED_FOR("lambda"), "", 403, "Signature");
    expect(o, FORM SIGNED_FOR("iam"), "Action=ListRoles", 403, "<ErrorResponse xmlns=");
    expect(
        o, "GET /lambda-url/f/ HTTP/1.1\r\n" HOST, "", 400, "MissingAuthenticationTokenException");
    close_offered(o);
}

/* ---- how much ---- */

static void only_code_may_be_large(void **state)
{
    struct offered *o = *state;
    struct buf body = {0};
    buf_add(&body, STR("{\"FunctionName\":\"f\",\"Runtime\":\"nodejs\",\"Handler\":\"a.b\","
                       "\"Role\":\"r\",\"Code\":{\"ZipFile\":\""));
    char *at = buf_reserve(&body, 20 << 20);
    memset(at, 'A', 20 << 20);
    body.len += 20 << 20;
    buf_add(&body, STR("\"}}"));
    struct answered a =
        ask(o, "POST /2015-03-31/functions HTTP/1.1\r\n" HOST SIGNED_FOR("lambda"), buf_str(&body));
    assert_int_equal(a.status, 400);
    assert_non_null(strstr(a.body, "unzip"));
    answered_fini(&a);
    a = ask(o, "POST /2015-03-31/functions/f/policy HTTP/1.1\r\n" HOST SIGNED_FOR("lambda"),
        buf_str(&body));
    assert_int_equal(a.status, 413);
    assert_non_null(
        strstr(a.body, "RequestTooLarge") || strstr(a.head, "RequestTooLarge") ? a.body : NULL);
    answered_fini(&a);
    buf_fini(&body);
    struct wire w = wire_to(o);
    send_text(w.fd, "PUT /2015-03-31/functions/f/code HTTP/1.1\r\n" HOST SIGNED_FOR(
                        "lambda") "Content-Length: 80000000\r\n\r\n");
    a = wire_take(&w);
    assert_int_equal(a.status, 413);
    answered_fini(&a);
    wire_close(&w);
}

/* ---- a function that runs ---- */

static void create(struct offered *o, const char *script)
{
    struct zip_maker zip = {0};
    struct buf body = {0};
    zip_add(&zip, (struct zip_entry){.name = "run", .text = script, .mode = 0100755});
    buf_add(&body, STR("{\"FunctionName\":\"f\",\"Runtime\":\"exec\",\"Handler\":\"run\","
                       "\"Timeout\":60,\"Role\":\"r\",\"Code\":{\"ZipFile\":\""));
    json_out_base64(&body, zip_end(&zip));
    buf_add(&body, STR("\"}}"));
    expect(o, "POST /2015-03-31/functions HTTP/1.1\r\n" HOST SIGNED_FOR("lambda"), buf_cstr(&body),
        201, NULL);
    expect(o, "POST /2021-10-31/functions/f/url HTTP/1.1\r\n" HOST SIGNED_FOR("lambda"),
        "{\"AuthType\":\"NONE\"}", 201, NULL);
    buf_fini(&body);
    zip_fini(&zip);
}

static void a_function_answers_over_the_wire(void **state)
{
    struct offered *o = *state;
    create(o, "#!/bin/sh\ncat >/dev/null\n"
              "echo "
              "'{\"statusCode\":202,\"headers\":{\"X-A\":\"b\",\"Content-Type\":\"text/"
              "x\"},\"cookies\":[\"c=d\"],\"body\":\"hi\"}'\n");
    struct answered a = ask(o, "GET /lambda-url/f/x HTTP/1.1\r\n" HOST, STR_NONE);
    assert_int_equal(a.status, 202);
    assert_string_equal(a.body, "hi");
    assert_non_null(strstr(a.head, "\r\nX-A: b\r\n"));
    assert_non_null(strstr(a.head, "\r\nSet-Cookie: c=d\r\n"));
    assert_non_null(strstr(a.head, "\r\nContent-Type: text/x\r\n"));
    assert_null(strstr(a.head, "Access-Control"));
    answered_fini(&a);
    a = ask(o,
        "POST /2015-03-31/functions/f/invocations HTTP/1.1\r\n" HOST SIGNED_FOR(
            "lambda") "X-Amz-Log-Type: Tail\r\n",
        STR("{}"));
    assert_int_equal(a.status, 200);
    assert_non_null(strstr(a.head, "\r\nX-Amz-Executed-Version: $LATEST\r\n"));
    assert_non_null(strstr(a.head, "\r\nX-Amz-Log-Result: "));
    answered_fini(&a);
}

static void long_headers_fit_beside_a_long_head(void **state)
{
    struct offered *o = *state;
    struct buf head = {0};
    create(o, "#!/bin/sh\ncat >/dev/null\nx=aaaaaaaaaaaaaaaa\nfor i in 1 2 3 4 5 6 7 8 9; do "
              "x=$x$x; done\n"
              "echo $x >&2\necho "
              "'{\"headers\":{\"X-Long\":\"'$x'\"},\"statusCode\":200,\"body\":\"ok\"}'\n");
    buf_add(&head, STR("GET /lambda-url/f/ HTTP/1.1\r\n" HOST "X-Filler: "));
    for (int i = 0; i < 12000; i++)
        buf_add_byte(&head, 'y');
    buf_add(&head, STR("\r\n"));
    struct answered a = ask_long(o, buf_cstr(&head));
    assert_int_equal(a.status, 200);
    assert_string_equal(a.body, "ok");
    answered_fini(&a);
    buf_clear(&head);
    buf_add(&head, STR("POST /2015-03-31/functions/f/invocations HTTP/1.1\r\n" HOST SIGNED_FOR(
                       "lambda") "X-Amz-Log-Type: Tail\r\nX-Filler: "));
    for (int i = 0; i < 12000; i++)
        buf_add_byte(&head, 'y');
    buf_add(&head, STR("\r\n"));
    a = ask_long(o, buf_cstr(&head));
    assert_int_equal(a.status, 200);
    answered_fini(&a);
    buf_fini(&head);
}

/* While one invocation runs, all others and the tables are served: none of the threads that read
 * sockets waits for a function. */
static void others_are_served_while_functions_run(void **state)
{
    enum { MANY = 12 };
    struct offered *o = *state;
    struct wire wires[MANY];
    create(o, "#!/bin/sh\ncat >/dev/null\nwhile [ ! -e \"$HOME/go\" ]; do sleep 0.02; done\necho "
              "'\"done\"'\n");
    char go[80];
    snprintf(go, sizeof go, "%s/go", getenv("HOME"));
    for (int i = 0; i < MANY; i++) {
        wires[i] = wire_to(o);
        send_text(
            wires[i].fd, "POST /2015-03-31/functions/f/invocations HTTP/1.1\r\n" HOST SIGNED_FOR(
                             "lambda") "Content-Length: 2\r\n\r\n{}");
    }
    for (int i = 0; i < 8; i++) {
        struct wire w = wire_to(o);
        struct answered a = wire_call(&w, "ListTables", "{}");
        assert_int_equal(a.status, 200);
        answered_fini(&a);
        wire_close(&w);
    }
    folder_test_write(go, "");
    for (int i = 0; i < MANY; i++) {
        struct answered a = wire_take(&wires[i]);
        assert_int_equal(a.status, 200);
        assert_string_equal(a.body, "\"done\"");
        answered_fini(&a);
        wire_close(&wires[i]);
    }
}

/* HOME of functions is a folder of this test's own. */
static int begin_at_home(void **state)
{
    begin(state);
    setenv("HOME", ((struct offered *)*state)->folder.path, 1);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin_at_home, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(faces_want_a_signature_but_functions_do_not),
        TEST(pages_and_foreign_hosts_stay_outside),
        TEST(another_user_is_not_let_in),
        cmocka_unit_test(with_keys_a_signature_has_to_be_true),
        TEST(only_code_may_be_large),
        TEST(a_function_answers_over_the_wire),
        TEST(long_headers_fit_beside_a_long_head),
        TEST(others_are_served_while_functions_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
