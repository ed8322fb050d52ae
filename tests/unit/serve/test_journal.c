/* SPDX-License-Identifier: MIT */
/* Lines about requests. */
#include "backend/serve/journal.h"
#include "tests/unit/http/request_of.h"

static const char *line_of(struct request *request, const char *body)
{
    static struct buf out;
    struct reply reply = {.status = 200};
    buf_add(&reply.body, STR("{}"));
    buf_clear(&out);
    request->body = str_from(body);
    journal_format(&out, request, &reply, 1795176000007, 1234567);
    reply_fini(&reply);
    static char line[2048];
    snprintf(line, sizeof line, "%s", buf_cstr(&out));
    buf_fini(&out);
    return line;
}

static void a_line_names_operation_table_status_time_and_bytes(void **state)
{
    (void)state;
    struct request request = request_of("POST / HTTP/1.1\n");
    request.operation = STR("PutItem");
    const char *line = line_of(&request, "{\"TableName\":\"Music\"}");
    assert_non_null(strstr(line, ".007 PutItem Music 200 1.23 ms 21 B in 2 B out\n"));
}

static void what_is_no_operation_shows_method_and_target(void **state)
{
    (void)state;
    struct request request = request_of("GET /x?y HTTP/1.1\n");
    assert_non_null(strstr(line_of(&request, ""), " GET /x?y 200 "));
}

static void nothing_but_printable_ascii_gets_through(void **state)
{
    (void)state;
    struct request request = request_of("POST / HTTP/1.1\n");
    request.operation = STR("Put\033[31mItem");
    const char *line =
        line_of(&request, "{\"TableName\":\"a\\u001b]0;x\\u0007\\u202e\xc3\xa4 \\n\"}");
    for (const char *c = line; c[1]; c++)
        assert_true(*c >= ' ' && *c < 0x7f);
    assert_non_null(strstr(line, "Put?[31mItem a?]0;x???????"));
}

static void broken_and_huge_bodies_show_no_table(void **state)
{
    (void)state;
    struct request request = request_of("POST / HTTP/1.1\n");
    request.operation = STR("Scan");
    assert_non_null(strstr(line_of(&request, "{\"TableName\":"), " Scan - 200"));
    assert_non_null(strstr(line_of(&request, "{\"TableName\":7}"), " Scan - 200"));
    assert_non_null(strstr(line_of(&request, "[]"), " Scan - 200"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_names_operation_table_status_time_and_bytes),
        cmocka_unit_test(what_is_no_operation_shows_method_and_target),
        cmocka_unit_test(nothing_but_printable_ascii_gets_through),
        cmocka_unit_test(broken_and_huge_bodies_show_no_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
