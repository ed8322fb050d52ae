/* SPDX-License-Identifier: MIT */
/*
 * Data that would like to be run: in values, keys and names of attributes and tables, in variables,
 * handlers, results and what functions print. Nothing is; every process has the same fixed words;
 * none of this program's secrets is in its environment, nor any data.
 */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* % = the file that must not come to be. */
static const char *const hostile[] = {
    "$(touch %)",
    "`touch %`",
    "; touch % ;",
    "| touch %",
    "& touch % &",
    "&& touch %",
    "|| touch %",
    "\n touch %\n",
    "' ; touch % ; '",
    "\" ; touch % ; \"",
    "$((`touch %`))",
    "<(touch %)",
    "() { :;}; touch %",
    "() { (a)=>\\' touch %",
    "${IFS}touch${IFS}%",
    "%s%n%x",
    "-e require('child_process').execSync('touch %')",
    "--eval=require('fs').writeFileSync('%','')",
    "--require=%",
    "-c __import__('os').system('touch %')",
    "');require('fs').writeFileSync('%','');('",
    "${require('fs').writeFileSync('%','')}",
    "__import__('os').system('touch %')",
    "{{7*7}} #{`touch %`} <%= `touch %` %>",
    "__proto__",
    "constructor.prototype",
    "../../../../../../tmp/x",
    "LD_PRELOAD=%",
    "NODE_OPTIONS=--require=%",
    "\033]0;title\007\033[2J\033[6n",
    "\r\nHTTP/1.1 200 OK\r\n\r\n",
    "\r\nLambda-Runtime-Aws-Request-Id: x\r\n",
    "\u202e\u2066\u200b\ufeff",
    "\",\"Records\":[],\"x\":\"",
    "\\\",\\\"\\u0000",
};
enum { HOSTILE = sizeof hostile / sizeof *hostile };

static const char *const tables[] = {"t..", "-rf", "--help", "-e.touch", "__proto__", "a-b_c.d"};
enum { TABLES = sizeof tables / sizeof *tables };

static const char mark[] = "m4rk"; /* in all that is hostile */

static void fill_in(const char *pattern, const char *canary, struct buf *out)
{
    struct str rest = str_from(pattern), piece;
    buf_clear(out);
    buf_printf(out, "%s ", mark);
    for (bool first = true; str_cut(&rest, '%', &piece); first = false) {
        if (!first)
            buf_add(out, str_from(canary));
        buf_add(out, piece);
    }
}

static void put_hostile(struct world *w, const char *table, struct str text, bool key)
{
    struct err err = ERR_INIT;
    buf_clear(&w->body);
    buf_printf(&w->body, "{\"TableName\":\"%s\",\"Item\":{\"p\":{\"S\":", table);
    json_put_string(&w->body, key ? text : STR("plain"));
    buf_add(&w->body, STR("},\"v\":{\"S\":"));
    json_put_string(&w->body, text);
    buf_add(&w->body, STR("},"));
    json_put_string(&w->body, text);
    buf_add(&w->body, STR(":{\"M\":{"));
    json_put_string(&w->body, text);
    buf_add(&w->body, STR(":{\"SS\":["));
    json_put_string(&w->body, text);
    buf_add(&w->body, STR("]}}}}}"));
    if (!client_call(&w->client, STR("PutItem"), buf_str(&w->body), &w->reply, &err))
        world_fail("%s", err.text);
}

static const struct runner {
    const char *name, *runtime, *handler, *folder;
} runners[] = {
    {"exec", "exec", "trigger_function", TRIGGERS_FUNCTIONS},
    {"node", "nodejs", "account.handler", TRIGGERS_SCRIPTS},
    {"python", "python", "account.handler", TRIGGERS_SCRIPTS},
};
enum { RUNNERS = sizeof runners / sizeof *runners };

/* One function a runtime and table, all on hostile items. */
static void run_all(struct world *w, const char *canary)
{
    static struct mapping m[RUNNERS][TABLES];
    static char names[RUNNERS][TABLES][32];
    struct buf text = {0};
    for (size_t t = 0; t < TABLES; t++) {
        world_table(w, tables[t]);
        for (size_t i = 0; i < HOSTILE; i++) {
            fill_in(hostile[i], canary, &text);
            put_hostile(w, tables[t], buf_str(&text), i % 2);
        }
    }
    for (size_t r = 0; r < RUNNERS; r++)
        for (size_t t = 0; world_has(runners[r].runtime) && t < TABLES; t++) {
            snprintf(names[r][t], sizeof names[r][t], "%s-%zu", runners[r].name, t);
            world_function(w, &(struct world_function){.name = names[r][t],
                                  .runtime = runners[r].runtime,
                                  .handler = runners[r].handler,
                                  .folder = runners[r].folder,
                                  .mode = "environ",
                                  .extra = "() { :;}; touch here; $(touch here)"});
            mapping_init(&m[r][t]);
            m[r][t].function = str_from(names[r][t]);
            m[r][t].from_start = true;
            m[r][t].batch_size = 7;
            m[r][t].retries = 0;
            world_mapping(w, tables[t], &m[r][t]);
        }
    world_run(w, NULL);
    for (size_t r = 0; r < RUNNERS; r++)
        for (size_t t = 0; world_has(runners[r].runtime) && t < TABLES; t++) {
            struct arena arena = {0};
            struct status s;
            world_wait(w, &m[r][t], HOSTILE, 60);
            world_status(w, &m[r][t], &arena, &s);
            if (s.ledger.succeeded != HOSTILE)
                world_fail("%s on %s: %llu of %d succeeded: %.*s", runners[r].name, tables[t],
                    (unsigned long long)s.ledger.succeeded, HOSTILE, STR_ARG(s.note));
            arena_fini(&arena);
        }
    buf_fini(&text);
}

/* ---- what they were started with ---- */

static void check_same_words(struct world *w, const char *name)
{
    char path[160];
    struct buf text = {0};
    struct str rest, line, first = STR_NONE;
    snprintf(path, sizeof path, "%s/%s.log.cmdline", w->folder, name);
    world_file(path, &text);
    for (rest = buf_str(&text); str_cut(&rest, '\n', &line) && line.len;
         first = first.len ? first : line)
        if (first.len && !str_equal(first, line))
            world_fail("%s: started with other words", name);
    if (first.len == 0 || str_find(buf_str(&text), str_from(mark)) != SIZE_MAX)
        world_fail("%s: data in its words", name);
    buf_fini(&text);
}

static void check_environment(struct world *w, const char *name)
{
    static const char *const secrets[] = {"CANARY", "DYNASCOPE_SECRET", "LD_PRELOAD", mark};
    char path[160];
    struct buf text = {0};
    snprintf(path, sizeof path, "%s/%s.log.environ", w->folder, name);
    world_file(path, &text);
    if (str_find(buf_str(&text), STR("AWS_LAMBDA_FUNCTION_NAME=")) == SIZE_MAX)
        world_fail("%s: no environment was seen", name);
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
        if (str_find(buf_str(&text), str_from(secrets[i])) != SIZE_MAX)
            world_fail("%s: %s in its environment", name, secrets[i]);
    buf_fini(&text);
}

/* ---- handlers ---- */

/* Those that are refused are as good as those that fail. */
static unsigned hostile_handlers(struct world *w, const char *canary)
{
    static const char *const runtimes[] = {"exec", "nodejs", "python", "provided"};
    unsigned refused = 0;
    struct buf text = {0}, name = {0};
    for (size_t i = 0; i < 4 * HOSTILE; i++) {
        struct err err = ERR_INIT;
        struct arena arena = {0};
        struct function f = {0};
        fill_in(hostile[i / 4], canary, &text);
        buf_clear(&name);
        buf_printf(&name,
            "{\"FunctionName\":\"handler-%zu\",\"Timeout\":3,\"Runtime\":\"%s\","
            "\"Role\":\"arn:aws:iam::000000000000:role/r\",\"Handler\":",
            i, runtimes[i % 4]);
        json_put_string(&name, str_skip(buf_str(&text), sizeof mark));
        buf_add_byte(&name, '}');
        const struct json *json = json_parse(&arena, buf_str(&name), &err);
        f.folder = str_from(TRIGGERS_SCRIPTS);
        if (json == NULL || !function_read(&arena, json, &f, &err) ||
            !registry_put_function(w->registry, &arena, &f, true, &err))
            refused++;
        arena_fini(&arena);
    }
    buf_fini(&text);
    buf_fini(&name);
    return refused;
}

struct call {
    struct invocation invocation;
    _Atomic bool done;
};

static void call_done(struct invocation *invocation)
{
    ((struct call *)invocation)->done = true;
}

static unsigned call_handlers(struct world *w)
{
    struct err err = ERR_INIT;
    struct arena arena = {0};
    struct registry_functions all;
    unsigned failed = 0;
    if (!registry_functions(w->registry, &arena, &all, NULL, &err))
        world_fail("%s", err.text);
    for (size_t i = 0; i < all.count; i++) {
        if (!str_starts(all.items[i].name, STR("handler-")))
            continue;
        struct call call = {
            .invocation = {
                .function = &all.items[i], .event = STR("{\"Records\":[]}"), .done = call_done}};
        invoker_start(triggers_invoker(w->triggers), &call.invocation);
        while (!call.done)
            world_pause(1);
        if (call.invocation.outcome == INVOKED_OK)
            world_fail("%.*s ran", STR_ARG(all.items[i].handler));
        invocation_fini(&call.invocation);
        failed++;
    }
    arena_fini(&arena);
    return failed;
}

static void check_names(struct world *w, const char *canary)
{
    struct buf text = {0};
    struct arena arena = {0};
    for (size_t i = 0; i < HOSTILE; i++) {
        struct err err = ERR_INIT;
        struct function f = {0};
        struct str name;
        fill_in(hostile[i], canary, &text);
        f.name = str_skip(buf_str(&text), sizeof mark);
        if (f.name.len == 0 || str_equal(f.name, STR("__proto__")))
            continue;
        if (function_name_of(f.name, &name, &err) && str_find_byte(name, '/') != SIZE_MAX)
            world_fail("%.*s is a function's name", STR_ARG(f.name));
    }
    (void)w;
    arena_fini(&arena);
    buf_fini(&text);
}

int main(void)
{
    static struct world w;
    char canary[128], name[32];
    struct stat st;
    setenv("AWS_ACCESS_KEY_ID", "AKIACANARY", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "CANARY-SECRET", 1);
    setenv("AWS_SESSION_TOKEN", "CANARY-TOKEN", 1);
    setenv("DATABASE_PASSWORD", "CANARY-PASSWORD", 1);
    setenv("DYNASCOPE_SECRET", "x", 1);
    setvbuf(stdout, NULL, _IOLBF, 0);
    world_make(&w);
    snprintf(canary, sizeof canary, "%s/run", w.folder);
    if (chdir(w.folder) != 0)
        world_fail("no folder");
    world_open(&w);
    run_all(&w, canary);
    for (size_t r = 0; r < RUNNERS; r++)
        for (size_t t = 0; world_has(runners[r].runtime) && t < TABLES; t++) {
            snprintf(name, sizeof name, "%s-%zu", runners[r].name, t);
            check_same_words(&w, name);
            check_environment(&w, name);
        }
    check_names(&w, canary);
    unsigned refused = hostile_handlers(&w, canary), failed = call_handlers(&w);
    if (stat(canary, &st) == 0 || stat("here", &st) == 0 ||
        stat(TRIGGERS_SCRIPTS "/here", &st) == 0)
        world_fail("something was run");
    printf(
        "%d strings in %d tables and %d runtimes; %u handlers refused, %u failed; none was run\n",
        HOSTILE, TABLES, RUNNERS, refused, failed);
    world_remove(&w);
    return 0;
}
