/* SPDX-License-Identifier: MIT */
/* The shipped keymaps against the rows of commands: nothing is bound to nothing, nothing is out of
 * reach. */
#include "keymaps/keymaps.h"
#include "tests/test.h"
#include "tui/action.h"
#include "views/app.h"
#include "views/contexts.h"

static int problems;

static void on_problem(void *data, struct str message)
{
    printf("%s: %.*s\n", (const char *)data, STR_ARG(message));
    problems++;
}

static bool known(void *data, struct str context, struct str command)
{
    (void)data;
    return contexts_know(context, command);
}

static void load(struct keymap *map, const char *name)
{
    struct err err = ERR_INIT;
    struct keymap_report report = {
        .data = (void *)(uintptr_t)name, .problem = on_problem, .known = known};
    *map = (struct keymap){0};
    assert_true(keymap_load(map, STR_NONE, str_from(name), &report, &err));
}

static void every_binding_of_the_shipped_maps_names_a_command_that_exists(void **state)
{
    (void)state;
    problems = 0;
    for (int i = 0; keymap_shipped_name(i); i++) {
        struct keymap map;
        load(&map, keymap_shipped_name(i));
        for (int k = 0; k < map.count; k++) {
            struct str rest = map.bindings[k].command, name;
            str_cut(&rest, ' ', &name);
            if (!str_equal(name, STR("none")) && !contexts_know(map.bindings[k].context, name)) {
                printf("%.*s: %.*s\n", STR_ARG(map.bindings[k].context), STR_ARG(name));
                problems++;
            }
        }
        keymap_fini(&map);
    }
    assert_int_equal(problems, 0);
}

static bool bound(const struct keymap *map, const char *context, const char *command)
{
    struct str contexts[2] = {str_from(context), STR("global")};
    struct buf keys = {0};
    bool found = keymap_keys(map, contexts, 2, str_from(command), &keys);
    buf_fini(&keys);
    return found;
}

/* What needs an argument or is rare is reached by ":" alone. */
static bool by_name_alone(const char *command)
{
    static const char *const names[] = {"set", "theme", "keymap", "table", "connect", "quit"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], command) == 0)
            return true;
    return false;
}

static void every_command_has_a_key_in_every_shipped_map(void **state)
{
    (void)state;
    int missing = 0;
    for (int i = 0; keymap_shipped_name(i); i++) {
        struct keymap map;
        load(&map, keymap_shipped_name(i));
        for (int c = 0; contexts_nth(c); c++)
            for (const struct command *row = contexts_nth(c)->commands; row->name; row++)
                if (!bound(&map, contexts_nth(c)->name, row->name)) {
                    printf(
                        "%s: %s in %s\n", keymap_shipped_name(i), row->name, contexts_nth(c)->name);
                    missing++;
                }
        for (const struct command *row = app_global_commands(); row->name; row++)
            if (!by_name_alone(row->name) && !bound(&map, "global", row->name)) {
                printf("%s: %s in global\n", keymap_shipped_name(i), row->name);
                missing++;
            }
        keymap_fini(&map);
    }
    assert_int_equal(missing, 0);
}

static void rows_are_complete_and_names_are_used_once(void **state)
{
    (void)state;
    enum action action;
    for (int c = 0; contexts_nth(c); c++)
        for (const struct command *row = contexts_nth(c)->commands; row->name; row++) {
            assert_non_null(row->help);
            assert_non_null(row->run);
            assert_false(action_find(str_from(row->name), &action));
            for (const struct command *other = contexts_nth(c)->commands; other != row; other++)
                assert_string_not_equal(other->name, row->name);
        }
}

static void what_nothing_knows_is_not_known(void **state)
{
    (void)state;
    assert_false(contexts_know(STR("items"), STR("nonsense")));
    assert_false(contexts_know(STR("nowhere"), STR("quit")));
    assert_false(contexts_know(STR("prompt"), STR("quit")));
    assert_false(contexts_know(STR("confirm"), STR("up")));
    assert_true(contexts_know(STR("items"), STR("quit")));
    assert_true(contexts_know(STR("global"), STR("find-next")));
    assert_true(contexts_know(STR("prompt"), STR("word-left")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_binding_of_the_shipped_maps_names_a_command_that_exists),
        cmocka_unit_test(every_command_has_a_key_in_every_shipped_map),
        cmocka_unit_test(rows_are_complete_and_names_are_used_once),
        cmocka_unit_test(what_nothing_knows_is_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
