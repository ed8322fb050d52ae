/* SPDX-License-Identifier: MIT */
/* test: threads */
/* A server that is killed: every write that it had answered is in the store. */
#include "tests/unit/serve/server.h"

#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>

enum { WRITERS = 6, WRITES_BEFORE_DEATH = 300, ROUNDS = 3 };

struct writer {
    unsigned port;
    int number;
    atomic_int *answered; /* by all */
    int mine;             /* how many of this writer's were answered: 0, 1, … mine - 1 */
};

/* In a process of its own; never returns. */
static void be_the_server(const char *folder, int out)
{
    struct err err = ERR_INIT;
    struct backend *backend = backend_open(folder, NULL, &err);
    struct serve *serve = backend ? serve_open(backend, NULL, &err) : NULL;
    unsigned port = serve ? serve_port(serve) : 0;
    if (write(out, &port, sizeof port) == sizeof port && serve)
        serve_run(serve, NULL, &err);
    _exit(1);
}

static pid_t start_server(const char *folder, unsigned *port)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        be_the_server(folder, ends[1]);
    close(ends[1]);
    assert_int_equal(read(ends[0], port, sizeof *port), sizeof *port);
    assert_true(*port > 0);
    close(ends[0]);
    return child;
}

static void *write_until_it_dies(void *context)
{
    struct writer *me = context;
    struct wire w = {.fd = connect_to(me->port)};
    char body[256];
    for (;; me->mine++) {
        snprintf(body, sizeof body,
            "{\"TableName\":\"Counters\",\"Item\":{\"id\":{\"S\":\"%d-%d\"}}}", me->number,
            me->mine);
        struct answered a = wire_call(&w, "PutItem", body);
        bool done = a.status == 200;
        answered_fini(&a);
        if (!done)
            break;
        atomic_fetch_add(me->answered, 1);
    }
    wire_close(&w);
    return NULL;
}

static void create_table(unsigned port)
{
    struct wire w = {.fd = connect_to(port)};
    wire_must(&w, "CreateTable", CREATE_COUNTERS);
    wire_close(&w);
}

static void check_writer(struct backend *backend, const struct writer *writer)
{
    char body[256];
    for (int i = 0; i < writer->mine; i++) {
        struct ddb_reply reply = {0};
        struct err err = ERR_INIT;
        snprintf(body, sizeof body,
            "{\"TableName\":\"Counters\",\"Key\":{\"id\":{\"S\":\"%d-%d\"}}}", writer->number, i);
        struct ddb_call call = {.operation = STR("GetItem"), .body = str_from(body)};
        assert_true(backend_call(backend, &call, &reply, &err));
        if (str_find(buf_str(&reply.body), STR("\"Item\"")) == SIZE_MAX)
            fail_msg("lost: %s", body);
        ddb_reply_fini(&reply);
    }
}

static void see_finding(void *context, const char *finding)
{
    (void)context;
    fail_msg("%s", finding);
}

static void kill_once(void)
{
    char folder[] = "/tmp/dynascope-serve-XXXXXX";
    struct writer writers[WRITERS];
    pthread_t threads[WRITERS];
    atomic_int answered = 0;
    unsigned port;
    uint64_t findings;
    struct err err = ERR_INIT;
    assert_non_null(mkdtemp(folder));
    pid_t server = start_server(folder, &port);
    create_table(port);
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (struct writer){.port = port, .number = i, .answered = &answered};
        assert_int_equal(pthread_create(&threads[i], NULL, write_until_it_dies, &writers[i]), 0);
    }
    while (atomic_load(&answered) < WRITES_BEFORE_DEATH)
        usleep(500);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    for (int i = 0; i < WRITERS; i++)
        pthread_join(threads[i], NULL);
    struct backend *backend = backend_open(folder, NULL, &err);
    assert_non_null(backend);
    for (int i = 0; i < WRITERS; i++)
        check_writer(backend, &writers[i]);
    assert_true(backend_close(backend, &err));
    assert_true(backend_check(folder, see_finding, NULL, &findings, &err));
    server_remove(folder);
}

static void what_was_answered_survives_a_kill(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++)
        kill_once();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_answered_survives_a_kill),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
