/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_TRIGGERS_LAB_H
#define TESTS_UNIT_TRIGGERS_LAB_H

#include "backend/triggers/invoker.h"
#include "tests/test.h"

#include <ftw.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * An invoker with a folder for code, and invocations that are waited for. Who waits gives up after
 * a minute, which fails the test instead of hanging it.
 */
struct lab {
    char folder[64]; /* of the registry; the code is in folder/code */
    struct invoker *invoker;
};

struct lab_call {
    struct invocation invocation;
    pthread_mutex_t lock;
    pthread_cond_t over;
    bool done;
};

static inline bool lab_has(const char *program)
{
    char command[128];
    snprintf(command, sizeof command, "command -v %s >/dev/null", program);
    return system(command) == 0;
}

/* Skips the test with a word where the program is not installed. */
#define LAB_WANTS(program)                                                                         \
    do {                                                                                           \
        if (!lab_has(program)) {                                                                   \
            print_message("skipped: %s is not installed\n", program);                              \
            skip();                                                                                \
        }                                                                                          \
    } while (0)

static inline struct invoker_options lab_options(const struct lab *lab)
{
    return (struct invoker_options){.folder = lab->folder};
}

static inline void lab_make(struct lab *lab)
{
    char path[128];
    strcpy(lab->folder, "/tmp/dynascope-lab-XXXXXX");
    assert_non_null(mkdtemp(lab->folder));
    static const char *const folders[] = {"code", "functions", "functions/f"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        snprintf(path, sizeof path, "%s/%s", lab->folder, folders[i]);
        assert_int_equal(mkdir(path, 0700), 0);
    }
}

static inline void lab_open_with(struct lab *lab, const struct invoker_options *options)
{
    struct err err = ERR_INIT;
    lab->invoker = invoker_open(options, &err);
    if (!lab->invoker)
        fail_msg("%s", err.text);
}

static inline void lab_open(struct lab *lab)
{
    lab_make(lab);
    struct invoker_options options = lab_options(lab);
    lab_open_with(lab, &options);
}

static inline int lab_remove_one(
    const char *path, const struct stat *s, int type, struct FTW *where)
{
    (void)s;
    (void)type;
    (void)where;
    return remove(path);
}

static inline void lab_close(struct lab *lab)
{
    invoker_close(lab->invoker);
    nftw(lab->folder, lab_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* A file of the code; executable where it begins with #!. */
static inline void lab_write(const struct lab *lab, const char *name, const char *text)
{
    char path[256], *slash;
    snprintf(path, sizeof path, "%s/code/%s", lab->folder, name);
    if ((slash = strchr(path + strlen(lab->folder) + 6, '/'))) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    chmod(path, text[0] == '#' && text[1] == '!' ? 0700 : 0600);
}

static inline struct function lab_function(
    const struct lab *lab, enum function_runtime runtime, const char *handler, char folder[128])
{
    static const char *const names[] = {"nodejs20.x", "python3.11", "provided", "exec"};
    snprintf(folder, 128, "%s/code", lab->folder);
    return (struct function){.name = STR("f"),
        .runtime = runtime,
        .runtime_name = str_from(names[runtime]),
        .handler = str_from(handler),
        .folder = str_from(folder),
        .timeout_s = 20,
        .memory_mb = 128};
}

static inline void lab_done(struct invocation *invocation)
{
    struct lab_call *call = invocation->context;
    pthread_mutex_lock(&call->lock);
    call->done = true;
    pthread_cond_signal(&call->over);
    pthread_mutex_unlock(&call->lock);
}

static inline void lab_call_init(
    struct lab_call *call, const struct function *function, struct str event)
{
    *call = (struct lab_call){
        .invocation = {.function = function, .event = event, .done = lab_done, .context = call}};
    pthread_mutex_init(&call->lock, NULL);
    pthread_cond_init(&call->over, NULL);
}

static inline void lab_start(
    struct lab *lab, struct lab_call *call, const struct function *function, struct str event)
{
    lab_call_init(call, function, event);
    invoker_start(lab->invoker, &call->invocation);
}

static inline void lab_wait(struct lab_call *call)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 60;
    pthread_mutex_lock(&call->lock);
    while (!call->done)
        if (pthread_cond_timedwait(&call->over, &call->lock, &until) != 0)
            fail_msg("the invocation is not over after a minute");
    pthread_mutex_unlock(&call->lock);
    buf_cstr(&call->invocation.payload);
    buf_cstr(&call->invocation.tail);
}

static inline void lab_fini(struct lab_call *call)
{
    invocation_fini(&call->invocation);
}

/* One invocation from its start to its end. */
static inline void lab_invoke(
    struct lab *lab, struct lab_call *call, const struct function *function, const char *event)
{
    lab_start(lab, call, function, str_from(event));
    lab_wait(call);
}

static inline void lab_expect(
    const struct lab_call *call, enum invoked outcome, const char *payload)
{
    const struct invocation *i = &call->invocation;
    if (i->outcome != outcome || strcmp(i->payload.at, payload) != 0)
        fail_msg("outcome %d, payload %s, log:\n%s", (int)i->outcome, i->payload.at, i->tail.at);
}

static inline void lab_says(struct str text, const char *part)
{
    if (str_find(text, str_from(part)) == SIZE_MAX)
        fail_msg("no \"%s\" in:\n%.*s", part, STR_ARG(text));
}

static inline void lab_logs(const struct lab_call *call, const char *part)
{
    lab_says(buf_str(&call->invocation.tail), part);
}

#endif
