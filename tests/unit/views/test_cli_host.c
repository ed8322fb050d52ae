/* SPDX-License-Identifier: MIT */
/* What hosts triggers: nothing before there is something to run. */
#include "tests/test.h"
#include "views/cli/host.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct place {
    char folder[64], store[80], triggers[80], trusted[80], script[80];
    struct backend *backend;
};

static void place_open(struct place *p, bool read_only)
{
    struct err err = ERR_INIT;
    strcpy(p->folder, "/tmp/dynascope-host-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    snprintf(p->triggers, sizeof p->triggers, "%s/triggers", p->folder);
    snprintf(p->trusted, sizeof p->trusted, "%s/trusted", p->folder);
    snprintf(p->script, sizeof p->script, "%s/script", p->folder);
    FILE *script = fopen(p->script, "w");
    assert_non_null(script);
    fputs("#!/bin/sh\nexit 0\n", script);
    fclose(script);
    chmod(p->script, 0700);
    snprintf(p->store, sizeof p->store, "%s/store", p->folder);
    p->backend = backend_open(p->store, &(struct backend_options){.no_sync = true}, &err);
    assert_non_null(p->backend);
    if (read_only)
        p->backend = backend_read_only(p->backend);
}

static void place_close(struct place *p)
{
    char command[128];
    backend_close(p->backend, NULL);
    snprintf(command, sizeof command, "rm -rf %s", p->folder);
    assert_int_equal(system(command), 0);
}

static struct host *host_of(struct place *p)
{
    struct err err = ERR_INIT;
    struct host_options options = {.folder = p->triggers, .trusted = p->trusted, .run = true};
    struct host *host = host_new(p->backend, &options, &err);
    assert_non_null(host);
    return host;
}

/* Somebody else puts a function there. */
static void put_function(struct place *p)
{
    struct arena arena = {0};
    struct err err = ERR_INIT;
    struct function function;
    struct registry *registry = registry_open(p->triggers, p->trusted, NULL, &err);
    assert_non_null(registry);
    assert_true(
        function_of_script(&arena, STR("one"), p->script, STR_NONE, STR_NONE, &function, &err));
    assert_true(registry_put_function(registry, &arena, &function, true, &err));
    registry_close(registry);
    arena_fini(&arena);
}

static void it_starts_when_there_is_something_and_not_before(void **state)
{
    (void)state;
    struct place p;
    struct buf text = {0};
    place_open(&p, false);
    struct host *host = host_of(&p);
    assert_true(host_runs(host, NULL));
    assert_null(host_triggers(host));
    host_watch(host);
    assert_null(host_triggers(host));
    assert_int_equal(access(p.triggers, F_OK), -1);
    put_function(&p);
    host_wake(host);
    for (int i = 0; i < 3000 && !host_triggers(host); i++)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    assert_non_null(host_triggers(host));
    assert_false(host_trouble(host, &text));
    struct err err = ERR_INIT;
    assert_ptr_equal(host_start(host, &err), host_triggers(host));
    host_free(host);
    place_close(&p);
}

static void a_connection_that_is_read_only_runs_none_and_says_why(void **state)
{
    (void)state;
    struct place p;
    struct buf why = {0};
    place_open(&p, true);
    put_function(&p);
    struct host *host = host_of(&p);
    assert_false(host_runs(host, &why));
    assert_non_null(strstr(buf_cstr(&why), "read-only"));
    host_watch(host);
    host_free(host);
    buf_fini(&why);
    place_close(&p);
}

static void keys_are_new_each_time(void **state)
{
    (void)state;
    struct host_key a, b;
    struct err err = ERR_INIT;
    assert_true(host_key_make(&a, &err) && host_key_make(&b, &err));
    assert_int_equal(strlen(a.id), 20);
    assert_int_equal(strlen(a.secret), 40);
    assert_string_not_equal(a.id, b.id);
    assert_string_not_equal(a.secret, b.secret);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_starts_when_there_is_something_and_not_before),
        cmocka_unit_test(a_connection_that_is_read_only_runs_none_and_says_why),
        cmocka_unit_test(keys_are_new_each_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
