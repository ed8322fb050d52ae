/* SPDX-License-Identifier: MIT */
/* The registry: files that several processes change, in folders that nobody vouches for. */
#include "backend/triggers/registry.h"

#include "tests/unit/triggers/folder_test.h"
#include "tests/unit/triggers/zip_maker.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>

struct fixture {
    struct folder_test folder;
    struct arena arena;
    struct err err;
    struct clock_fake clock;
    struct registry *registry;
    char trusted[64];
};

static void begin(struct fixture *x)
{
    *x = (struct fixture){.err = ERR_INIT};
    folder_test_begin(&x->folder);
    clock_fake_init(&x->clock, 1767225600123);
    snprintf(x->trusted, sizeof x->trusted, "%s/state/trusted", x->folder.path);
    x->registry = registry_open("store/triggers", x->trusted, &x->clock.clock, &x->err);
    assert_non_null(x->registry);
}

static void end(struct fixture *x)
{
    registry_close(x->registry);
    arena_fini(&x->arena);
    folder_test_end(&x->folder);
}

static struct function function_of(const char *name)
{
    return (struct function){
        .name = str_from(name),
        .runtime_name = STR("python3.12"),
        .runtime = RUNTIME_PYTHON,
        .handler = STR("app.lambda_handler"),
        .folder = STR("/srv/code"),
        .timeout_s = 30,
        .memory_mb = 128,
    };
}

static struct mapping mapping_of(const char *function, const char *table)
{
    static char source[100];
    struct mapping mapping;
    snprintf(
        source, sizeof source, "arn:aws:dynamodb:us-east-1:000000000000:table/%s/stream/1", table);
    mapping_init(&mapping);
    mapping.function = str_from(function);
    mapping.source = str_from(source);
    return mapping;
}

static void put_function(struct fixture *x, const char *name)
{
    struct function function = function_of(name);
    if (!registry_put_function(x->registry, &x->arena, &function, true, &x->err))
        fail_msg("%s", x->err.text);
}

static bool get_function(struct fixture *x, const char *name, struct function *out)
{
    bool found;
    x->err = ERR_INIT;
    return registry_function(x->registry, &x->arena, str_from(name), out, &found, &x->err) && found;
}

static size_t count_functions(struct fixture *x, struct buf *complaint)
{
    struct registry_functions all;
    x->err = ERR_INIT;
    if (!registry_functions(x->registry, &x->arena, &all, complaint, &x->err))
        fail_msg("%s", x->err.text);
    return all.count;
}

static void nothing_is_made_by_looking(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    struct registry_mappings mappings;
    struct function function;
    struct mapping mapping;
    bool found;
    assert_int_equal(count_functions(&x, NULL), 0);
    assert_true(registry_mappings(x.registry, &x.arena, &mappings, NULL, &x.err));
    assert_int_equal(mappings.count, 0);
    assert_false(get_function(&x, "f", &function));
    assert_true(registry_mapping(x.registry, &x.arena, STR("u"), &mapping, &found, &x.err));
    assert_true(registry_remove_function(x.registry, STR("f"), &found, &x.err) && !found);
    assert_int_equal(registry_version(x.registry), 0);
    assert_int_equal(access("store", F_OK), -1);
    end(&x);
}

static void what_was_put_is_read_by_name(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    put_function(&x, "zebra");
    put_function(&x, "ant");
    struct registry_functions all;
    assert_true(registry_functions(x.registry, &x.arena, &all, NULL, &x.err));
    assert_int_equal(all.count, 2);
    assert_true(str_equal(all.items[0].name, STR("ant")));
    assert_true(str_equal(all.items[1].name, STR("zebra")));
    assert_true(str_equal(all.items[0].last_modified, STR("2026-01-01T00:00:00.123+0000")));
    assert_int_equal(all.items[0].revision.len, 36);
    assert_false(all.items[0].untrusted);
    assert_int_equal(all.items[0].timeout_s, 30);
    end(&x);
}

static void a_second_one_of_the_same_name_is_refused(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    put_function(&x, "f");
    struct function again = function_of("f");
    assert_false(registry_put_function(x.registry, &x.arena, &again, true, &x.err));
    assert_string_equal(x.err.name, "ResourceConflictException");
    assert_string_equal(x.err.text, "Function already exist: f");
    again.timeout_s = 5;
    assert_true(registry_put_function(x.registry, &x.arena, &again, false, &x.err));
    assert_true(get_function(&x, "f", &again));
    assert_int_equal(again.timeout_s, 5);
    end(&x);
}

static void each_change_has_a_version_of_its_own(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    uint64_t seen[50];
    put_function(&x, "f");
    struct function function = function_of("f");
    for (size_t i = 0; i < 50; i++) {
        assert_true(registry_put_function(x.registry, &x.arena, &function, false, &x.err));
        seen[i] = registry_version(x.registry);
        assert_int_equal(seen[i], registry_version(x.registry));
        for (size_t j = 0; j < i; j++)
            assert_int_not_equal(seen[i], seen[j]);
    }
    end(&x);
}

static void only_the_user_may_look(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    mode_t before = umask(0);
    put_function(&x, "f");
    struct buf path = {0};
    assert_true(registry_mapping_folder(x.registry, STR("m"), &path, &x.err));
    umask(before);
    static const char *const folders[] = {"store", "store/triggers", "store/triggers/functions",
        "store/triggers/functions/f", "store/triggers/mappings/m", "state"};
    static const char *const files[] = {"store/triggers/lock", "store/triggers/version",
        "store/triggers/functions/f/function.json", "state/trusted"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        assert_int_equal(folder_test_mode(folders[i]), 0700);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        assert_int_equal(folder_test_mode(files[i]), 0600);
    buf_fini(&path);
    end(&x);
}

static void a_removed_function_takes_its_folder_along(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    bool found;
    put_function(&x, "f");
    put_function(&x, "g");
    folder_test_write("store/triggers/functions/f/runs", "x");
    assert_true(registry_remove_function(x.registry, STR("f"), &found, &x.err) && found);
    assert_int_equal(access("store/triggers/functions/f", F_OK), -1);
    assert_true(registry_remove_function(x.registry, STR("f"), &found, &x.err) && !found);
    assert_int_equal(count_functions(&x, NULL), 1);
    end(&x);
}

/* ---- mappings ---- */

static void a_mapping_gets_its_uuid_and_a_pair_is_there_once(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    struct mapping a = mapping_of("f", "A"), read;
    bool found;
    assert_true(registry_put_mapping(x.registry, &x.arena, &a, true, &x.err));
    assert_int_equal(a.uuid.len, 36);
    assert_true(a.created_ms == 1767225600123 && a.modified_ms == a.created_ms);
    struct mapping again = a;
    assert_false(registry_put_mapping(x.registry, &x.arena, &again, true, &x.err));
    assert_string_equal(x.err.name, "ResourceConflictException");
    assert_non_null(strstr(x.err.text, a.uuid.at));
    x.clock.ms += 1000;
    a.batch_size = 7;
    assert_true(registry_put_mapping(x.registry, &x.arena, &a, false, &x.err));
    assert_true(registry_mapping(x.registry, &x.arena, a.uuid, &read, &found, &x.err) && found);
    assert_int_equal(read.batch_size, 7);
    assert_true(read.modified_ms == read.created_ms + 1000);
    struct mapping b = mapping_of("g", "A");
    assert_true(registry_put_mapping(x.registry, &x.arena, &b, true, &x.err));
    struct registry_mappings all;
    assert_true(registry_mappings(x.registry, &x.arena, &all, NULL, &x.err));
    assert_int_equal(all.count, 2);
    assert_true(str_equal(all.items[0].function, STR("f")));
    assert_true(registry_remove_mapping(x.registry, a.uuid, &found, &x.err) && found);
    assert_false(registry_put_mapping(x.registry, &x.arena, &a, false, &x.err));
    assert_string_equal(x.err.name, "ResourceNotFoundException");
    end(&x);
}

/* ---- hostile folders ---- */

static void what_cannot_be_read_is_left_out_and_told(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    struct buf complaint = {0};
    put_function(&x, "good");
    assert_true(mkdir("store/triggers/functions/broken", 0700) == 0);
    folder_test_write("store/triggers/functions/broken/function.json", "{\"FunctionName\":");
    assert_true(mkdir("store/triggers/functions/liar", 0700) == 0);
    folder_test_write("store/triggers/functions/liar/function.json",
        "{\"FunctionName\":\"good\",\"Runtime\":\"exec\"}");
    assert_true(mkdir("store/triggers/functions/fifo", 0700) == 0);
    assert_true(mkfifo("store/triggers/functions/fifo/function.json", 0600) == 0);
    assert_true(mkdir("store/triggers/functions/link", 0700) == 0);
    folder_test_write("elsewhere.json", "{\"FunctionName\":\"link\",\"Runtime\":\"exec\"}");
    assert_true(
        symlink("../../../../elsewhere.json", "store/triggers/functions/link/function.json") == 0);
    assert_true(symlink("good", "store/triggers/functions/alias") == 0);
    assert_true(mkdir("store/triggers/functions/huge", 0700) == 0);
    folder_test_write("store/triggers/functions/huge/function.json", "");
    assert_true(truncate("store/triggers/functions/huge/function.json", 3 << 20) == 0);
    assert_true(mkdir("store/triggers/functions/a b", 0700) == 0);
    assert_true(mkdir("store/triggers/functions/logs-only", 0700) == 0);
    folder_test_write("store/triggers/functions/file", "x");
    assert_int_equal(count_functions(&x, &complaint), 1);
    static const char *const told[] = {
        "broken", "liar", "fifo", "link", "alias", "huge", "a b", "file"};
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        char place[64];
        snprintf(place, sizeof place, "/functions/%s: ", told[i]);
        if (!strstr(buf_cstr(&complaint), place))
            fail_msg("%s is not told: %s", told[i], buf_cstr(&complaint));
    }
    assert_null(strstr(buf_cstr(&complaint), "logs-only"));
    struct function function;
    assert_false(get_function(&x, "fifo", &function));
    buf_fini(&complaint);
    end(&x);
}

static void a_link_in_the_place_of_a_folder_is_not_followed(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    struct function function = function_of("f");
    assert_true(mkdir("store", 0700) == 0 && mkdir("store/triggers", 0700) == 0);
    assert_true(mkdir("elsewhere", 0700) == 0);
    assert_true(symlink("../../elsewhere", "store/triggers/functions") == 0);
    assert_false(registry_put_function(x.registry, &x.arena, &function, true, &x.err));
    assert_int_equal(access("elsewhere/f", F_OK), -1);
    assert_true(unlink("store/triggers/functions") == 0);
    assert_true(unlink("store/triggers/lock") == 0);
    folder_test_write("elsewhere/lock", "");
    assert_true(symlink("../../elsewhere/lock", "store/triggers/lock") == 0);
    assert_false(registry_put_function(x.registry, &x.arena, &function, true, &x.err));
    end(&x);
}

static void names_that_lead_elsewhere_are_refused(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    struct buf path = {0};
    static const char *const names[] = {"", ".", "..", "a/b", "../../x", "/etc"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct function function = function_of(names[i]);
        bool found;
        assert_false(registry_function_folder(x.registry, str_from(names[i]), &path, &x.err));
        assert_false(registry_put_function(x.registry, &x.arena, &function, false, &x.err));
        assert_false(get_function(&x, names[i], &function));
        registry_remove_function(x.registry, str_from(names[i]), &found, &x.err);
        registry_remove_mapping(x.registry, str_from(names[i]), &found, &x.err);
        assert_false(found);
    }
    buf_fini(&path);
    end(&x);
}

/* ---- several at once ---- */

enum { CHILDREN = 4, ROUNDS = 25 };

static int change_often(int child)
{
    struct err err = ERR_INIT;
    struct arena arena = {0};
    char name[32];
    struct registry *registry = registry_open("store/triggers", NULL, NULL, &err);
    for (int i = 0; i < ROUNDS; i++) {
        snprintf(name, sizeof name, "f%d-%d", child, i);
        struct function own = function_of(name), shared = function_of("shared");
        bool found;
        shared.timeout_s = (unsigned)(1 + child);
        if (!registry_put_function(registry, &arena, &own, true, &err) ||
            !registry_put_function(registry, &arena, &shared, false, &err) ||
            (i % 2 && !registry_remove_function(registry, own.name, &found, &err)))
            return 1;
        struct registry_functions all;
        struct buf complaint = {0};
        if (!registry_functions(registry, &arena, &all, &complaint, &err) || complaint.len)
            return 2;
        buf_fini(&complaint);
        arena_reset(&arena);
    }
    registry_close(registry);
    arena_fini(&arena);
    return 0;
}

static void several_processes_change_it_at_once(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    setenv("XDG_STATE_HOME", x.folder.path, 1);
    for (int child = 0; child < CHILDREN; child++)
        if (fork() == 0)
            _exit(change_often(child));
    for (int child = 0; child < CHILDREN; child++) {
        int status;
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    assert_int_equal(count_functions(&x, NULL), 1 + CHILDREN * (ROUNDS + 1) / 2);
    end(&x);
}

/* Whose was it? The first one's alone. */
static int win_often(int start)
{
    struct err err = ERR_INIT;
    struct arena arena = {0};
    char name[32], byte;
    int wins = 0;
    struct registry *registry = registry_open("store/triggers", NULL, NULL, &err);
    if (read(start, &byte, 1) != 0)
        return 255;
    for (int i = 0; i < ROUNDS; i++) {
        snprintf(name, sizeof name, "new-%d", i);
        struct function function = function_of(name);
        wins += registry_put_function(registry, &arena, &function, true, &err);
    }
    registry_close(registry);
    arena_fini(&arena);
    return wins;
}

static void one_process_alone_makes_a_function(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    int start[2], wins = 0;
    setenv("XDG_STATE_HOME", x.folder.path, 1);
    assert_true(pipe(start) == 0);
    for (int child = 0; child < CHILDREN; child++) {
        if (fork() == 0) {
            close(start[1]);
            _exit(win_often(start[0]));
        }
    }
    close(start[1]); /* now */
    for (int child = 0; child < CHILDREN; child++) {
        int status;
        assert_true(wait(&status) > 0 && WIFEXITED(status));
        wins += WEXITSTATUS(status);
    }
    close(start[0]);
    assert_int_equal(wins, ROUNDS);
    end(&x);
}

struct reading {
    struct registry *registry;
    atomic_bool stop;
    atomic_int wrong;
};

static void *read_often(void *context)
{
    struct reading *reading = context;
    struct arena arena = {0};
    while (!atomic_load(&reading->stop)) {
        struct err err = ERR_INIT;
        struct registry_functions all;
        if (!registry_functions(reading->registry, &arena, &all, NULL, &err))
            atomic_fetch_add(&reading->wrong, 1);
        for (size_t i = 0; i < all.count; i++)
            atomic_fetch_add(&reading->wrong, all.items[i].untrusted);
        arena_reset(&arena);
    }
    arena_fini(&arena);
    return NULL;
}

static void several_threads_read_while_one_changes(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    struct reading reading = {.registry = x.registry};
    pthread_t threads[3];
    put_function(&x, "f");
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_often, &reading), 0);
    for (int i = 0; i < 100; i++) {
        struct function function = function_of(i % 2 ? "f" : "g");
        function.timeout_s = 1 + (unsigned)i;
        assert_true(registry_put_function(x.registry, &x.arena, &function, false, &x.err));
    }
    atomic_store(&reading.stop, true);
    for (size_t i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&reading.wrong), 0);
    end(&x);
}

/* ---- code ---- */

static void code_from_a_zip_replaces_the_one_before(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    struct function function = function_of("f"), read;
    struct zip_maker one = {0}, two = {0};
    zip_add(&one, (struct zip_entry){"app.py", "one", 0, 0, 0});
    zip_add(&two, (struct zip_entry){"app.py", "two", 0, 0, 0});
    if (!registry_put_code(x.registry, &x.arena, &function, zip_end(&one), true, &x.err))
        fail_msg("%s", x.err.text);
    assert_true(get_function(&x, "f", &read));
    assert_true(read.stored && !read.untrusted && read.code_sha256.len == 44);
    assert_true(read.code_size == (int64_t)one.files.len);
    struct str first = read.folder;
    assert_true(chdir(read.folder.at) == 0);
    char *text = folder_test_read("app.py");
    assert_string_equal(text, "one");
    free(text);
    assert_true(chdir(x.folder.path) == 0);
    assert_true(registry_put_code(x.registry, &x.arena, &read, zip_end(&two), false, &x.err));
    assert_true(get_function(&x, "f", &read));
    assert_false(str_equal(read.folder, first));
    assert_int_equal(access(first.at, F_OK), 0); /* for those who run it still */
    assert_false(registry_put_code(x.registry, &x.arena, &read, STR("no zip"), false, &x.err));
    assert_true(get_function(&x, "f", &function));
    assert_true(str_equal(read.folder, function.folder));
    zip_fini(&one);
    zip_fini(&two);
    end(&x);
}

static void code_that_was_changed_is_no_longer_trusted(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    struct function function = function_of("f");
    struct zip_maker zip = {0};
    char path[300];
    zip_add(&zip, (struct zip_entry){"app.py", "one", 0, 0, 0});
    assert_true(registry_put_code(x.registry, &x.arena, &function, zip_end(&zip), true, &x.err));
    assert_true(get_function(&x, "f", &function) && !function.untrusted);
    snprintf(path, sizeof path, "%s/.hidden", function.folder.at);
    folder_test_write(path, "import os");
    assert_true(get_function(&x, "f", &function) && function.untrusted);
    uint64_t before = registry_version(x.registry);
    assert_true(registry_trust(x.registry, &function, &x.err));
    assert_int_not_equal(before, registry_version(x.registry));
    assert_true(get_function(&x, "f", &function) && !function.untrusted);
    zip_fini(&zip);
    end(&x);
}

static void a_store_that_was_moved_finds_its_code_and_asks_anew(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    struct function function = function_of("f");
    struct zip_maker zip = {0};
    zip_add(&zip, (struct zip_entry){"app.py", "one", 0, 0, 0});
    assert_true(registry_put_code(x.registry, &x.arena, &function, zip_end(&zip), true, &x.err));
    assert_true(rename("store", "moved") == 0);
    struct registry *moved = registry_open("moved/triggers/", x.trusted, NULL, &x.err);
    bool found;
    assert_true(registry_function(moved, &x.arena, STR("f"), &function, &found, &x.err) && found);
    assert_true(function.untrusted);
    assert_int_equal(access(function.folder.at, F_OK), 0);
    registry_close(moved);
    zip_fini(&zip);
    end(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_made_by_looking),
        cmocka_unit_test(what_was_put_is_read_by_name),
        cmocka_unit_test(a_second_one_of_the_same_name_is_refused),
        cmocka_unit_test(each_change_has_a_version_of_its_own),
        cmocka_unit_test(only_the_user_may_look),
        cmocka_unit_test(a_removed_function_takes_its_folder_along),
        cmocka_unit_test(a_mapping_gets_its_uuid_and_a_pair_is_there_once),
        cmocka_unit_test(what_cannot_be_read_is_left_out_and_told),
        cmocka_unit_test(a_link_in_the_place_of_a_folder_is_not_followed),
        cmocka_unit_test(names_that_lead_elsewhere_are_refused),
        cmocka_unit_test(several_processes_change_it_at_once),
        cmocka_unit_test(one_process_alone_makes_a_function),
        cmocka_unit_test(several_threads_read_while_one_changes),
        cmocka_unit_test(code_from_a_zip_replaces_the_one_before),
        cmocka_unit_test(code_that_was_changed_is_no_longer_trusted),
        cmocka_unit_test(a_store_that_was_moved_finds_its_code_and_asks_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
