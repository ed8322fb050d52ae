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
static bool by_name_alone(const struct command *row)
{
    return row->flags & COMMAND_NAMED;
}

/* What works everywhere may have its key in those panes alone that it is about. */
static bool bound_somewhere(const struct keymap *map, const char *command)
{
    bool found = bound(map, "global", command);
    for (int c = 0; contexts_nth(c); c++)
        found = found || bound(map, contexts_nth(c)->name, command);
    return found;
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
                if (!by_name_alone(row) && !bound(&map, contexts_nth(c)->name, row->name)) {
                    printf(
                        "%s: %s in %s\n", keymap_shipped_name(i), row->name, contexts_nth(c)->name);
                    missing++;
                }
        for (const struct command *row = app_global_commands(); row->name; row++)
            if (!by_name_alone(row) && !bound_somewhere(&map, row->name)) {
                printf("%s: %s in global\n", keymap_shipped_name(i), row->name);
                missing++;
            }
        keymap_fini(&map);
    }
    assert_int_equal(missing, 0);
}

/* ---- nothing hides anything by accident ---- */

static bool is_pane(const char *context)
{
    static const char *const closed[] = {"form", "query", "prompt", "help", "confirm"};
    for (size_t i = 0; i < sizeof closed / sizeof *closed; i++)
        if (strcmp(closed[i], context) == 0)
            return false;
    return true;
}

/* Where it would do nothing, or the pane has a word of its own for it. */
static bool is_of_no_use(const char *context, const char *command)
{
    static const char *const pairs[][2] = {{"triggers", "triggers"}, {"changes", "undo"},
        {"stream", "find-next"}, {"stream", "find-previous"}, {"log", "find-next"},
        {"log", "find-previous"}, {"changes", "redo"}, {"conflict", "focus"}, {"conflict", "back"},
        {"conflict", "close"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (strcmp(pairs[i][0], context) == 0 && strcmp(pairs[i][1], command) == 0)
            return true;
    return false;
}

static void what_works_everywhere_has_a_key_in_every_pane(void **state)
{
    (void)state;
    int missing = 0;
    for (int i = 0; keymap_shipped_name(i); i++) {
        struct keymap map;
        load(&map, keymap_shipped_name(i));
        for (int c = 0; contexts_nth(c); c++) {
            const char *context = contexts_nth(c)->name;
            for (const struct command *row = app_global_commands(); row->name; row++)
                if (is_pane(context) && bound(&map, "global", row->name) &&
                    !is_of_no_use(context, row->name) && !bound(&map, context, row->name)) {
                    printf("%s: %s cannot be reached in %s\n", keymap_shipped_name(i), row->name,
                        context);
                    missing++;
                }
        }
        keymap_fini(&map);
    }
    assert_int_equal(missing, 0);
}

static void steps_have_a_key_in_every_pane(void **state)
{
    (void)state;
    static const char *const steps[] = {"up", "down", "left", "right", "page-up", "page-down",
        "first", "last", "half-page-up", "half-page-down"};
    for (int i = 0; keymap_shipped_name(i); i++) {
        struct keymap map;
        bool emacs = strcmp(keymap_shipped_name(i), "emacs") == 0;
        load(&map, keymap_shipped_name(i));
        for (int c = 0; contexts_nth(c); c++)
            for (size_t s = 0; s < sizeof steps / sizeof *steps - (emacs ? 2 : 0); s++)
                if (is_pane(contexts_nth(c)->name) &&
                    !bound(&map, contexts_nth(c)->name, steps[s]) &&
                    !str_starts(
                        str_from(steps[s]), STR("left")) && /* fold stands for it in trees */
                    !str_starts(str_from(steps[s]), STR("right")))
                    fail_msg("%s: no key for %s in %s", keymap_shipped_name(i), steps[s],
                        contexts_nth(c)->name);
        keymap_fini(&map);
    }
}

/* Pressing the keys one after the other, as a person does, ends in some command. */
static bool can_be_pressed(
    const struct keymap *map, const char *context, const struct key_sequence *keys)
{
    struct str contexts[2] = {str_from(context), STR("global")}, command;
    struct key_sequence now = {.count = 0};
    while (now.count < keys->count) {
        now.keys[now.count] = keys->keys[now.count];
        now.count++;
        enum keymap_result result =
            keymap_lookup(map, contexts, is_pane(context) ? 2 : 1, &now, &command);
        if (result != (now.count < keys->count ? KEYMAP_PREFIX : KEYMAP_COMMAND))
            return false;
    }
    return true;
}

static void no_key_of_a_pane_hides_a_longer_one_of_global(void **state)
{
    (void)state;
    int hidden = 0;
    for (int i = 0; keymap_shipped_name(i); i++) {
        struct keymap map;
        load(&map, keymap_shipped_name(i));
        for (int k = 0; k < map.count; k++)
            for (int c = 0; contexts_nth(c); c++) {
                const struct keymap_binding *b = &map.bindings[k];
                const char *context = contexts_nth(c)->name;
                bool here = str_equal(b->context, str_from(context)) ||
                            (is_pane(context) && str_equal(b->context, STR("global")));
                if (here && b->keys.count > 1 && !can_be_pressed(&map, context, &b->keys)) {
                    printf("%.*s:%d cannot be pressed in %s\n", STR_ARG(b->file), b->line, context);
                    hidden++;
                }
            }
        keymap_fini(&map);
    }
    assert_int_equal(hidden, 0);
}

/* A longer key of a pane makes a short one of global wait for what never comes, unless it says that
 * it means to. */
static void a_longer_key_of_a_pane_takes_a_short_one_of_global_on_purpose_only(void **state)
{
    (void)state;
    int taken = 0;
    for (int i = 0; keymap_shipped_name(i); i++) {
        struct keymap map;
        load(&map, keymap_shipped_name(i));
        for (int k = 0; k < map.count; k++) {
            const struct keymap_binding *b = &map.bindings[k];
            struct key_sequence one = {.keys = {b->keys.keys[0]}, .count = 1};
            struct str global = STR("global"), command;
            bool said = false;
            for (int n = 0; n < map.count; n++)
                said = said || (str_equal(map.bindings[n].context, b->context) &&
                                   key_sequence_equal(&map.bindings[n].keys, &one));
            if (b->keys.count > 1 && !str_equal(b->context, global) && !said &&
                keymap_lookup(&map, &global, 1, &one, &command) == KEYMAP_COMMAND &&
                !str_equal(command, STR("none"))) {
                printf("%.*s:%d takes a key from global: bind it to none first\n", STR_ARG(b->file),
                    b->line);
                taken++;
            }
        }
        keymap_fini(&map);
    }
    assert_int_equal(taken, 0);
}

static void no_section_binds_a_key_twice(void **state)
{
    (void)state;
    int twice = 0;
    for (int i = 0; keymap_shipped_name(i); i++) {
        struct keymap map;
        load(&map, keymap_shipped_name(i));
        for (int k = 0; k < map.count; k++)
            for (int n = 0; n < k; n++) {
                const struct keymap_binding *a = &map.bindings[n], *b = &map.bindings[k];
                if (str_equal(a->file, b->file) && str_equal(a->context, b->context) &&
                    key_sequence_equal(&a->keys, &b->keys)) {
                    printf("%.*s: lines %d and %d bind the same key\n", STR_ARG(b->file), a->line,
                        b->line);
                    twice++;
                }
            }
        keymap_fini(&map);
    }
    assert_int_equal(twice, 0);
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

static void every_context_says_what_it_is(void **state)
{
    (void)state;
    for (int i = 0; contexts_nth(i); i++)
        if (!contexts_nth(i)->about)
            fail_msg("%s", contexts_nth(i)->name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_context_says_what_it_is),
        cmocka_unit_test(every_binding_of_the_shipped_maps_names_a_command_that_exists),
        cmocka_unit_test(every_command_has_a_key_in_every_shipped_map),
        cmocka_unit_test(what_works_everywhere_has_a_key_in_every_pane),
        cmocka_unit_test(steps_have_a_key_in_every_pane),
        cmocka_unit_test(no_key_of_a_pane_hides_a_longer_one_of_global),
        cmocka_unit_test(a_longer_key_of_a_pane_takes_a_short_one_of_global_on_purpose_only),
        cmocka_unit_test(no_section_binds_a_key_twice),
        cmocka_unit_test(rows_are_complete_and_names_are_used_once),
        cmocka_unit_test(what_nothing_knows_is_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
