/* SPDX-License-Identifier: MIT */
/*
 * The environment of a function's process, which is also how its SDKs are pointed at the store: new
 * ones read the endpoint from it, the bundled bootstraps tell it to those that do not. No data of
 * items is in it, and none of this program's secrets unless the function says PassCredentials.
 */
#include "backend/triggers/environment.h"

#include "base/mem.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct maker {
    struct arena *arena;
    const char **items;
    size_t count, cap;
};

/* ---- a list of variables, in which the first of a name counts ---- */

static bool has(const struct maker *m, struct str name)
{
    for (size_t i = 0; i < m->count; i++)
        if (strncmp(m->items[i], name.at, name.len) == 0 && m->items[i][name.len] == '=')
            return true;
    return false;
}

static void push(struct maker *m, const char *item)
{
    if (m->count == m->cap) {
        const char **old = m->items;
        m->cap = m->cap ? m->cap * 2 : 64;
        m->items = arena_array(m->arena, const char *, m->cap);
        if (m->count)
            memcpy(m->items, old, m->count * sizeof *old);
    }
    m->items[m->count++] = item;
}

static void set(struct maker *m, const char *name, struct str value)
{
    if (!has(m, str_from(name)) && !memchr(value.at ? value.at : "", '\0', value.len))
        push(m, arena_printf(m->arena, "%s=%.*s", name, STR_ARG(value)).at);
}

static void set_number(struct maker *m, const char *name, unsigned value)
{
    set(m, name, arena_printf(m->arena, "%u", value));
}

static void pass(struct maker *m, const char *name)
{
    const char *value = getenv(name);
    if (value)
        set(m, name, str_from(value));
}

/* ---- whose variables ---- */

static void set_lambdas(struct maker *m, const struct environment_facts *facts)
{
    const struct function *f = facts->function;
    set(m, "AWS_LAMBDA_FUNCTION_NAME", f->name);
    set(m, "AWS_LAMBDA_FUNCTION_VERSION", STR("$LATEST"));
    set_number(m, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", f->memory_mb);
    set_number(m, "AWS_LAMBDA_FUNCTION_TIMEOUT", f->timeout_s);
    set(m, "AWS_LAMBDA_LOG_GROUP_NAME",
        arena_printf(m->arena, "/aws/lambda/%.*s", STR_ARG(f->name)));
    set(m, "AWS_LAMBDA_LOG_STREAM_NAME", str_from(facts->stream));
    set(m, "AWS_LAMBDA_INITIALIZATION_TYPE", STR("on-demand"));
    if (facts->port)
        set(m, "AWS_LAMBDA_RUNTIME_API", arena_printf(m->arena, "127.0.0.1:%u", facts->port));
    set(m, "AWS_EXECUTION_ENV",
        arena_printf(m->arena, "AWS_Lambda_%.*s", STR_ARG(f->runtime_name)));
    set(m, "_HANDLER", f->handler);
    set(m, "LAMBDA_TASK_ROOT", f->folder);
    set(m, "AWS_REGION", facts->region);
    set(m, "AWS_DEFAULT_REGION", facts->region);
}

/* What is on this machine is kept with keys of its own, whatever the function says. */
static bool passes(const struct environment_facts *facts)
{
    return facts->function->pass_credentials && facts->remote.len;
}

static void set_keys(struct maker *m, const struct environment_facts *facts)
{
    static const char *const names[] = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"};
    if (passes(facts)) {
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            pass(m, names[i]);
        return;
    }
    bool given = facts->access_key.len != 0;
    set(m, "AWS_ACCESS_KEY_ID", given ? facts->access_key : STR("local"));
    set(m, "AWS_SECRET_ACCESS_KEY", given ? facts->secret_key : STR("local"));
    if (facts->session_token.len)
        set(m, "AWS_SESSION_TOKEN", facts->session_token);
}

static void set_own(struct maker *m, const struct function *f)
{
    const struct json *each = json_is(f->environment, JSON_OBJECT) ? f->environment->first : NULL;
    for (; each; each = each->next)
        if (each->type == JSON_STRING && each->name.len &&
            str_find_byte(each->name, '=') == SIZE_MAX &&
            str_find_byte(each->name, '\0') == SIZE_MAX)
            set(m, arena_dup(m->arena, each->name).at, each->text);
}

/* With its user's own keys an SDK goes where its user goes. place = URL [" · " profile] | words */
static struct str endpoint_of(const struct environment_facts *facts)
{
    struct str place = facts->remote, url = STR_NONE;
    if (!passes(facts))
        return facts->endpoint;
    return str_starts(place, STR("http")) && str_cut(&place, ' ', &url) ? url : STR_NONE;
}

static void set_endpoints(struct maker *m, const struct environment_facts *facts)
{
    static const char *const names[] = {"AWS_ENDPOINT_URL_DYNAMODB",
        "AWS_ENDPOINT_URL_DYNAMODB_STREAMS", "AWS_ENDPOINT_URL_LAMBDA"};
    struct str endpoint = endpoint_of(facts);
    for (size_t i = 0; endpoint.len && i < sizeof names / sizeof *names; i++)
        set(m, names[i], endpoint);
}

/* lib/node_modules beside the program's bin: where `npm install -g` puts things */
static struct str modules_beside(struct arena *arena, const char *program)
{
    char real[PATH_MAX];
    char *slash = program && realpath(program, real) ? strrchr(real, '/') : NULL;
    if (!slash)
        return STR_NONE;
    *slash = '\0';
    return arena_printf(arena, "%s/../lib/node_modules:", real);
}

static const char *find_program(struct arena *arena, const char *name);

static void set_paths(struct maker *m, const struct function *f)
{
    const char *own = getenv("NODE_PATH"), *libraries = getenv("PYTHONPATH");
    set(m, "PATH", str_from(getenv("PATH") ? getenv("PATH") : "/usr/local/bin:/usr/bin:/bin"));
    set(m, "HOME", str_from(getenv("HOME") ? getenv("HOME") : "/"));
    set(m, "LANG", str_from(getenv("LANG") ? getenv("LANG") : "C.UTF-8"));
    set(m, "TZ", STR(":UTC"));
    if (libraries)
        set(m, "PYTHONPATH", str_from(libraries));
    /* what came as a zip was agreed to byte by byte: a cache beside it would be a change of it */
    if (f->stored)
        set(m, "PYTHONDONTWRITEBYTECODE", STR("1"));
    if (f->runtime != RUNTIME_NODEJS)
        return;
    struct str beside = modules_beside(m->arena, find_program(m->arena, "node"));
    set(m, "NODE_PATH",
        arena_printf(m->arena,
            "%s%s%.*s/node_modules:/opt/nodejs/node_modules:%.*s/usr/lib/"
            "node_modules:/usr/local/lib/node_modules",
            own ? own : "", own ? ":" : "", STR_ARG(f->folder), STR_ARG(beside)));
}

const char *const *environment_make(struct arena *arena, const struct environment_facts *facts)
{
    struct maker m = {.arena = arena};
    push(&m, facts->mark);
    set_lambdas(&m, facts);
    set_keys(&m, facts);
    set_own(&m, facts->function);
    set_endpoints(&m, facts);
    set_paths(&m, facts->function);
    push(&m, NULL);
    return m.items;
}

/* ---- programs ---- */

static bool is_program(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 && S_ISREG(s.st_mode) && access(path, X_OK) == 0;
}

static const char *find_program(struct arena *arena, const char *name)
{
    const char *path = getenv("PATH");
    struct str rest = str_from(path ? path : "/usr/local/bin:/usr/bin:/bin"), folder;
    while (str_cut(&rest, ':', &folder)) {
        const char *each = arena_printf(arena, "%.*s/%s", STR_ARG(folder), name).at;
        if (folder.len && folder.at[0] == '/' && is_program(each))
            return each;
    }
    return NULL;
}

static const char *const *words_of(struct arena *arena, const char *first, const char *second)
{
    const char **words = arena_array(arena, const char *, 3);
    words[0] = first;
    words[1] = second;
    return words;
}

/* The version that the runtime's name asks for, where it is here; else the one that is. */
static const char *find_runtime(struct arena *arena, const struct function *f)
{
    if (f->runtime == RUNTIME_NODEJS) {
        const char *node = find_program(arena, "node");
        return node ? node : find_program(arena, "nodejs");
    }
    const char *exact = find_program(arena, arena_dup(arena, f->runtime_name).at);
    return exact ? exact : find_program(arena, "python3");
}

static const char *find_file(struct arena *arena, const struct function *f)
{
    struct str name = f->handler;
    bool inside = name.len && name.at[0] != '/' && str_find(name, STR("..")) == SIZE_MAX;
    const char *own =
        inside ? arena_printf(arena, "%.*s/%.*s", STR_ARG(f->folder), STR_ARG(name)).at : NULL;
    if (own && (is_program(own) || f->runtime == RUNTIME_EXEC))
        return own;
    return f->runtime == RUNTIME_EXEC
               ? NULL
               : arena_printf(arena, "%.*s/bootstrap", STR_ARG(f->folder)).at;
}

const char *const *environment_program(struct arena *arena, const struct function *function,
    bool *script, bool *missing, struct err *err)
{
    *missing = false;
    *script = function->runtime == RUNTIME_NODEJS || function->runtime == RUNTIME_PYTHON;
    const char *program = *script ? find_runtime(arena, function) : find_file(arena, function);
    if (program && (*script || is_program(program)))
        return words_of(arena, program, *script ? "-" : NULL);
    *missing = *script;
    if (*script)
        err_set(err, ERR_NO_INPUT, "%s is not installed, or not in PATH: %.*s cannot run",
            function->runtime == RUNTIME_NODEJS ? "Node.js" : "Python 3", STR_ARG(function->name));
    else if (program)
        err_set(err, ERR_NO_INPUT, "%s is not there, or not executable", program);
    else
        err_set(err, ERR_NO_INPUT, "'%.*s' is not a valid handler name: it names a program in %.*s",
            STR_ARG(function->handler), STR_ARG(function->folder));
    return NULL;
}
