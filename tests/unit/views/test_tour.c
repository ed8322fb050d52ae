/* SPDX-License-Identifier: MIT */
/* The tour's texts against keymaps and small screens: what it says to press exists. */
#include "keymaps/keymaps.h"
#include "tests/test.h"
#include "views/contexts.h"
#include "views/sessions/tour.h"

static void quiet(void *data, struct str message)
{
    (void)data;
    (void)message;
}

/* Calls `see` with each "context:command" in braces. */
static void each_key(const char *text, void (*see)(struct str context, struct str command))
{
    for (const char *at = strchr(text, '{'); at; at = strchr(at + 1, '{')) {
        const char *end = strchr(at, '}');
        assert_non_null(end);
        struct str command = {at + 1, (size_t)(end - at - 1)}, context;
        str_cut(&command, ':', &context);
        see(context, command);
    }
}

static void see_known(struct str context, struct str command)
{
    struct str name, rest = command;
    str_cut(&rest, ' ', &name);
    if (!contexts_know(context, name))
        fail_msg("%.*s knows no %.*s", STR_ARG(context), STR_ARG(name));
}

static void see_bound(struct str context, struct str command)
{
    for (int i = 0; keymap_shipped_name(i); i++) {
        struct keymap map = {0};
        struct err err = ERR_INIT;
        struct keymap_report report = {.problem = quiet};
        struct str contexts[2] = {context, STR("global")};
        struct buf keys = {0};
        assert_true(keymap_load(&map, STR_NONE, str_from(keymap_shipped_name(i)), &report, &err));
        if (!keymap_keys(&map, contexts, 2, command, &keys))
            fail_msg("%s: no key for %.*s in %.*s", keymap_shipped_name(i), STR_ARG(command),
                STR_ARG(context));
        buf_fini(&keys);
        keymap_fini(&map);
    }
}

static void each_step_names_commands_that_exist(void **state)
{
    (void)state;
    for (int i = 0; tour_text(i, false); i++) {
        each_key(tour_text(i, false), see_known);
        each_key(tour_text(i, true), see_known);
    }
}

static void each_command_has_a_key_in_every_shipped_map(void **state)
{
    (void)state;
    for (int i = 0; tour_text(i, false); i++) {
        each_key(tour_text(i, false), see_bound);
        each_key(tour_text(i, true), see_bound);
    }
}

/* Three rows of 38 columns. */
static void the_brief_texts_fit_a_small_screen(void **state)
{
    (void)state;
    for (int i = 0; tour_text(i, true); i++) {
        size_t len = strlen(tour_text(i, true));
        for (const char *at = tour_text(i, true); (at = strchr(at, '{')); at++)
            len -= (size_t)(strchr(at, '}') - at) - 4; /* a key is about so long */
        if (len > 105)
            fail_msg("%zu characters: %s", len, tour_text(i, true));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_step_names_commands_that_exist),
        cmocka_unit_test(each_command_has_a_key_in_every_shipped_map),
        cmocka_unit_test(the_brief_texts_fit_a_small_screen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
