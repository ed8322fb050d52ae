/* SPDX-License-Identifier: MIT */
/* Paths, queries and errors of services that speak REST. */
#include "backend/serve/face.h"
#include "tests/unit/http/request_of.h"

static struct arena arena;
static struct str parts[FACE_PARTS];

static bool fits(const char *form, const char *path)
{
    return face_fits(&arena, form, str_from(path), parts);
}

static void a_path_fits_its_form_piece_by_piece(void **state)
{
    (void)state;
    assert_true(fits("/a/{}/b/{}", "/a/x/b/y"));
    assert_true(str_equal(parts[0], STR("x")) && str_equal(parts[1], STR("y")));
    assert_true(fits("/a/{}", "/a/x/"));
    assert_true(fits("/a/{}", "/a/%41%2f%C3%A4"));
    assert_true(str_equal(parts[0], STR("A/\xc3\xa4")));
    assert_true(fits("/a/{+}", "/a/x/y%20z"));
    assert_true(str_equal(parts[0], STR("x/y z")));
    assert_true(fits("/a/{+}", "/a"));
    assert_false(fits("/a/{}", "/a"));
    assert_false(fits("/a/{}", "/a/"));
    assert_false(fits("/a/{}", "/a//"));
    assert_false(fits("/a/{}", "/a/x/y"));
    assert_false(fits("/a", "/b"));
    assert_false(fits("/a/b", "/a%2Fb"));
    assert_false(fits("/a", "/%61")); /* words of the form are never escaped */
}

static void a_piece_is_text_without_zero_bytes(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "/a/%00", "/a/x%00y", "/a/%", "/a/%4", "/a/%zz", "/a/%ff", "/a/%c3%28", "/a/%ed%a0%80"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (fits("/a/{}", wrong[i]))
            fail_msg("%s", wrong[i]);
}

static const char *parameter(const char *query, const char *name)
{
    struct str value = face_parameter(&arena, str_from(query), str_from(name));
    return value.at ? arena_dup(&arena, value).at : NULL;
}

static void parameters_are_found_and_decoded(void **state)
{
    (void)state;
    assert_string_equal(parameter("a=1&b=2", "b"), "2");
    assert_string_equal(parameter("a=x+y%2Bz", "a"), "x y+z");
    assert_string_equal(parameter("%61=1", "a"), "1");
    assert_string_equal(parameter("a=1&a=2", "a"), "1");
    assert_string_equal(parameter("a", "a"), "");
    assert_string_equal(parameter("a=", "a"), "");
    assert_string_equal(parameter("a=%zz", "a"), "");
    assert_string_equal(parameter("a=b=c", "a"), "b=c");
    assert_null(parameter("", "a"));
    assert_null(parameter("b=1&&=&ab=2", "a"));
}

static void an_error_has_its_status_and_its_name(void **state)
{
    (void)state;
    static const struct {
        const char *name, *said;
        int status;
    } all[] = {
        {"ResourceNotFoundException", "{\"Type\":\"User\",\"Message\":\"a \\\"b\\\"\"}", 404},
        {"TooManyRequestsException", "{\"Type\":\"User\",\"message\":\"a \\\"b\\\"\"}", 429},
        {"InvalidParameterValueException", "{\"Type\":\"User\",\"message\":\"a \\\"b\\\"\"}", 400},
        {"AccessDeniedException", "{\"Type\":\"User\",\"Message\":\"a \\\"b\\\"\"}", 403},
    };
    struct reply reply = {0};
    struct err err = ERR_INIT;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        err_refuse(&err, all[i].name, "a \"b\"");
        face_refuse(&reply, &err);
        assert_int_equal(reply.status, all[i].status);
        assert_string_equal(text_of(&reply), all[i].said);
        assert_int_equal(strcmp(reply.headers.at, "X-Amzn-ErrorType"), 0);
        assert_string_equal(reply.headers.at + 17, all[i].name);
    }
    err_set(&err, ERR_FILE, "the disk");
    face_refuse(&reply, &err);
    assert_int_equal(reply.status, 500);
    assert_string_equal(text_of(&reply), "{\"Type\":\"Service\",\"Message\":\"the disk\"}");
    reply_fini(&reply);
}

static int end(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_fits_its_form_piece_by_piece),
        cmocka_unit_test(a_piece_is_text_without_zero_bytes),
        cmocka_unit_test(parameters_are_found_and_decoded),
        cmocka_unit_test(an_error_has_its_status_and_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, end);
}
