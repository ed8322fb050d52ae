/* SPDX-License-Identifier: MIT */
/* The sample store. */
#include "backend/client.h"
#include "backend/triggers/registry.h"
#include "tests/test.h"
#include "views/cli/demo.h"
#include "views/cli/demo_tables.h"
#include "views/cli/demo_triggers.h"

#include <sys/stat.h>
#include <time.h>

static int64_t count_of(struct client *client, const char *table)
{
    struct arena arena = {0};
    struct err err = ERR_INIT;
    struct client_table t;
    assert_true(client_describe(client, &arena, str_from(table), &t, &err));
    int64_t items = t.items;
    arena_fini(&arena);
    return items;
}

static void it_has_the_tables_and_every_feature(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    struct arena arena = {0};
    struct backend *demo = demo_open(true, &err);
    assert_non_null(demo);
    struct client client = {.backend = demo};
    const struct str *names;
    size_t count, global = 0, local = 0, streams = 0, provisioned = 0, guarded = 0;
    assert_true(client_tables(&client, &arena, &names, &count, &err));
    assert_int_equal(count, 10);
    for (size_t i = 0; i < count; i++) {
        struct client_table t;
        assert_true(client_describe(&client, &arena, names[i], &t, &err));
        assert_true(t.items > 0);
        for (uint32_t k = 0; k < t.index_count; k++) {
            global += t.indexes[k].global;
            local += !t.indexes[k].global;
        }
        streams += t.stream_view.len > 0;
        provisioned += str_equal(t.billing, STR("PROVISIONED"));
        guarded += t.deletion_protection;
    }
    assert_int_equal(global, 3);
    assert_int_equal(local, 1);
    assert_int_equal(streams, 5);
    assert_int_equal(provisioned, 2);
    assert_int_equal(guarded, 1);
    arena_fini(&arena);
    backend_close(demo, NULL);
}

static void its_items_hold_every_type(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    struct arena arena = {0};
    struct backend *demo = demo_open(true, &err);
    struct client client = {.backend = demo};
    struct client_read read = {.table = STR("AllTypes")};
    struct client_page page;
    bool seen[VALUE_BS + 1] = {false};
    assert_true(client_read(&client, &arena, &read, &page, &err));
    for (uint32_t i = 0; i < page.count; i++) {
        struct str name;
        struct value member;
        for (struct value_walk w = value_walk(page.items[i]); value_next(&w, &name, &member);)
            seen[member.type] = true;
    }
    for (int type = VALUE_NULL; type <= VALUE_BS; type++)
        assert_true(seen[type]);
    arena_fini(&arena);
    backend_close(demo, NULL);
}

static void every_change_of_the_traffic_is_accepted(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    struct backend *demo = demo_open(true, &err);
    struct client client = {.backend = demo};
    int64_t events = count_of(&client, "Events");
    for (uint64_t step = 0; step < 200; step++) {
        bool ok = demo_tables_change(&client, step, &err);
        if (!ok)
            fail_msg("step %d: %s", (int)step, err.text);
    }
    assert_int_equal(count_of(&client, "Events"), events + 75);
    backend_close(demo, NULL);
}

static void nothing_stays_behind(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    struct stat s;
    struct backend *demo = demo_open(false, &err); /* with traffic */
    char path[256];
    snprintf(path, sizeof path, "%s", demo_path(demo));
    assert_int_equal(stat(path, &s), 0);
    assert_int_equal(s.st_mode & 0777, 0700);
    backend_close(demo, NULL);
    assert_int_equal(stat(path, &s), -1);
}

/* By the thread of the traffic: nobody waits for it. */
static void it_has_triggers_that_go_with_it(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    struct arena arena = {0};
    struct registry_mappings mappings = {0};
    struct buf folder = {0}, trusted = {0};
    struct backend *demo = demo_open(false, &err);
    struct stat s;
    demo_triggers_folder(demo_path(demo), &folder);
    demo_triggers_trusted(demo_path(demo), &trusted);
    struct registry *registry = registry_open(buf_cstr(&folder), buf_cstr(&trusted), NULL, &err);
    for (int i = 0; i < 3000 && !mappings.count; i++) {
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
        assert_true(registry_mappings(registry, &arena, &mappings, NULL, &err));
    }
    assert_true(mappings.count > 0);
    assert_true(str_equal(mapping_table(&mappings.items[0]), STR("Orders")));
    struct function function;
    bool found;
    assert_true(
        registry_function(registry, &arena, mappings.items[0].function, &function, &found, &err));
    assert_true(found && !function.untrusted);
    registry_close(registry);
    backend_close(demo, NULL);
    assert_int_equal(stat(buf_cstr(&folder), &s), -1);
    arena_fini(&arena);
    buf_fini(&folder);
    buf_fini(&trusted);
}

static void without_room_it_says_so(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    setenv("TMPDIR", "/nowhere/at/all", 1);
    assert_null(demo_open(true, &err));
    assert_int_equal(err.code, ERR_FILE);
    assert_non_null(strstr(err.text, "/nowhere/at/all"));
    unsetenv("TMPDIR");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_has_the_tables_and_every_feature),
        cmocka_unit_test(its_items_hold_every_type),
        cmocka_unit_test(every_change_of_the_traffic_is_accepted),
        cmocka_unit_test(nothing_stays_behind),
        cmocka_unit_test(it_has_triggers_that_go_with_it),
        cmocka_unit_test(without_room_it_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
