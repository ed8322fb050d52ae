/* SPDX-License-Identifier: MIT */
/* Keymap files: what is read, what is reported, what a key then means. */
#include "keymaps/keymaps.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void note(void *data, struct str message)
{
    buf_add(data, message);
    buf_add_byte(data, '\n');
}

static bool not_bogus(void *data, struct str context, struct str command)
{
    (void)data;
    (void)context;
    return !str_equal(command, STR("bogus"));
}

static struct buf problems;
static const struct keymap_report report = {&problems, note, not_bogus};

static struct keymap map_of(const char *text)
{
    struct keymap map = {0};
    buf_clear(&problems);
    keymap_add(&map, STR("my.keys"), str_from(text), &report);
    return map;
}

/* What keys do in items inside of global: the command, "…" for a beginning, "-" for nothing. */
static const char *meaning(const struct keymap *map, const char *keys)
{
    static const struct str chain[] = {{"items", 5}, {"global", 6}};
    static char answer[100];
    struct key_sequence sequence;
    struct str command;
    assert_true(key_sequence_parse(str_from(keys), &sequence));
    switch (keymap_lookup(map, chain, 2, &sequence, &command)) {
    case KEYMAP_COMMAND:
        snprintf(answer, sizeof answer, "%.*s", STR_ARG(command));
        return answer;
    case KEYMAP_PREFIX:
        return "…";
    case KEYMAP_NONE:
        break;
    }
    return "-";
}

static void inner_contexts_and_later_lines_win(void **state)
{
    struct keymap map = map_of("# a comment\n[global]\nq = quit\nx = one\nx = two arg\n"
                               "[items]\nq = close\ng g = first\n[tables]\nq = other\n");
    (void)state;
    assert_string_equal(meaning(&map, "q"), "close");
    assert_string_equal(meaning(&map, "x"), "two arg");
    assert_string_equal(meaning(&map, "g"), "…");
    assert_string_equal(meaning(&map, "g g"), "first");
    assert_string_equal(meaning(&map, "g x"), "-");
    assert_string_equal(meaning(&map, "y"), "-");
    assert_int_equal(problems.len, 0);
    keymap_fini(&map);
}

static void odd_keys_can_be_bound(void **state)
{
    struct keymap map = map_of("[global]\n= = pause\n[ = back\n] = on\nHash = number\n: = prompt\n"
                               "Semicolon = repeat\nSpace = mark\nCtrl-X Ctrl-S = write\n");
    (void)state;
    assert_string_equal(buf_cstr(&problems), "");
    assert_string_equal(meaning(&map, "="), "pause");
    assert_string_equal(meaning(&map, "["), "back");
    assert_string_equal(meaning(&map, "]"), "on");
    assert_string_equal(meaning(&map, "#"), "number");
    assert_string_equal(meaning(&map, ";"), "repeat");
    assert_string_equal(meaning(&map, "Space"), "mark");
    assert_string_equal(meaning(&map, "ctrl-x"), "…");
    keymap_fini(&map);
}

static void none_stops_a_key(void **state)
{
    struct keymap map = map_of("[global]\nq = quit\ng g = first\n[items]\nq = none\n");
    (void)state;
    assert_string_equal(meaning(&map, "q"), "-");
    keymap_fini(&map);
    map = map_of("[global]\ng g = first\n[items]\ng g = none\n");
    assert_string_equal(meaning(&map, "g g"), "-");
    keymap_fini(&map);
    map = map_of("[global]\ny = copy\ny = none\ny y = copy-item\n");
    assert_string_equal(meaning(&map, "y"), "…");
    assert_string_equal(meaning(&map, "y y"), "copy-item");
    keymap_fini(&map);
}

static void wrong_lines_are_reported_with_their_place_and_the_rest_is_kept(void **state)
{
    struct keymap map = map_of("q = early\n[global]\nHyper-x = one\na = \nb = bogus\njust words\n"
                               "x = fine\n[items\ny = also fine\n");
    (void)state;
    static const char *const starts[] = {"my.keys:1: ", "my.keys:3: no such key: Hyper-x",
        "my.keys:4: no command", "my.keys:5: no such command here: bogus",
        "my.keys:6: ", "my.keys:8: "};
    struct str rest = buf_str(&problems), line;
    for (size_t i = 0; i < 6; i++) {
        assert_true(str_cut(&rest, '\n', &line));
        if (!str_starts(line, str_from(starts[i])))
            fail_msg("\"%.*s\" does not start with %s", STR_ARG(line), starts[i]);
    }
    assert_int_equal(rest.len, 0);
    assert_string_equal(meaning(&map, "x"), "fine");
    assert_string_equal(meaning(&map, "y"), "also fine");
    keymap_fini(&map);
}

static void keys_of_a_command_are_those_that_reach_it(void **state)
{
    static const struct str chain[] = {{"items", 5}, {"global", 6}};
    struct keymap map =
        map_of("[global]\nj = down\nDown = down\nq = quit\n? = help\nx = set mouse\n"
               "[items]\nq = close\nj = jump\n");
    struct buf out = {0};
    (void)state;
    assert_true(keymap_keys(&map, chain, 2, STR("down"), &out));
    assert_string_equal(buf_cstr(&out), "Down");
    buf_clear(&out);
    assert_false(keymap_keys(&map, chain, 2, STR("quit"), &out));
    assert_true(keymap_keys(&map, chain + 1, 1, STR("quit"), &out));
    buf_clear(&out);
    assert_int_equal(keymap_all_keys(&map, chain + 1, 1, STR("down"), ", ", &out), 2);
    assert_string_equal(buf_cstr(&out), "j, Down");
    buf_clear(&out);
    assert_true(keymap_keys(&map, chain, 2, STR("set"), &out));
    assert_true(keymap_keys(&map, chain, 2, STR("set mouse"), &out));
    assert_string_equal(buf_cstr(&out), "xx");
    buf_fini(&out);
    keymap_fini(&map);
}

static void shipped_maps_have_no_mistakes(void **state)
{
    static const char *const names[] = {"default", "vim", "emacs"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct keymap map = {0};
        struct err err = ERR_INIT;
        buf_clear(&problems);
        assert_true(keymap_load(&map, STR_NONE, str_from(names[i]), &report, &err));
        assert_string_equal(buf_cstr(&problems), "");
        assert_true(map.count > 40);
        assert_string_not_equal(meaning(&map, ":"), "-");
        keymap_fini(&map);
    }
}

/* In no shipped map may a whole binding hide a longer one of the same context. */
static void no_shipped_binding_hides_a_longer_one(void **state)
{
    (void)state;
    for (int i = 0; keymap_shipped_name(i); i++) {
        struct keymap map = {0};
        struct err err = ERR_INIT;
        assert_true(keymap_load(&map, STR_NONE, str_from(keymap_shipped_name(i)), &report, &err));
        for (int b = 0; b < map.count; b++) {
            struct key_sequence start = map.bindings[b].keys;
            struct str command;
            while (--start.count > 0)
                if (keymap_lookup(&map, &map.bindings[b].context, 1, &start, &command) !=
                    KEYMAP_PREFIX)
                    fail_msg("%s: line %d is hidden", keymap_shipped_name(i), map.bindings[b].line);
        }
        keymap_fini(&map);
    }
}

static void a_file_of_ones_own_comes_before_the_shipped_one(void **state)
{
    char folder[] = "/tmp/keysXXXXXX", path[64];
    struct keymap map = {0};
    struct err err = ERR_INIT;
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/default.keys", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("include = default\n[global]\nF9 = mine\nbroken\n", file);
    fclose(file);
    buf_clear(&problems);
    assert_true(keymap_load(&map, str_from(folder), STR("default"), &report, &err));
    assert_string_equal(meaning(&map, "F9"), "mine");
    assert_string_not_equal(meaning(&map, ":"), "-");
    assert_true(str_find(buf_str(&problems), STR("/default.keys:4: ")) != SIZE_MAX);
    unlink(path);
    rmdir(folder);
    keymap_fini(&map);
}

static void a_map_that_is_not_there_is_an_error(void **state)
{
    struct keymap map = {0};
    struct err err = ERR_INIT;
    (void)state;
    assert_false(keymap_load(&map, STR("/nonexistent"), STR("mine"), &report, &err));
    assert_int_equal(err.code, ERR_CONFIG);
    assert_false(keymap_load(&map, STR_NONE, STR("../../etc/passwd"), &report, &err));
    assert_false(keymap_load(&map, STR_NONE, STR(""), &report, &err));
    keymap_fini(&map);
}

static void bindings_are_made_at_run_time(void **state)
{
    struct keymap map = map_of("[global]\nq = quit\n");
    struct err err = ERR_INIT;
    (void)state;
    assert_true(keymap_bind(&map, STR("items"), STR("Z Q"), STR("quit now"), &err));
    assert_string_equal(meaning(&map, "Z Q"), "quit now");
    assert_false(keymap_bind(&map, STR("items"), STR("Zz"), STR("quit"), &err));
    assert_int_equal(err.code, ERR_USAGE);
    keymap_fini(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inner_contexts_and_later_lines_win),
        cmocka_unit_test(odd_keys_can_be_bound),
        cmocka_unit_test(none_stops_a_key),
        cmocka_unit_test(wrong_lines_are_reported_with_their_place_and_the_rest_is_kept),
        cmocka_unit_test(keys_of_a_command_are_those_that_reach_it),
        cmocka_unit_test(shipped_maps_have_no_mistakes),
        cmocka_unit_test(no_shipped_binding_hides_a_longer_one),
        cmocka_unit_test(a_file_of_ones_own_comes_before_the_shipped_one),
        cmocka_unit_test(a_map_that_is_not_there_is_an_error),
        cmocka_unit_test(bindings_are_made_at_run_time),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    buf_fini(&problems);
    return failed;
}
