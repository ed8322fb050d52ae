/* SPDX-License-Identifier: MIT */
/*
 * A small world for triggers: made, opened, written to, read back. Everything that goes wrong ends
 * the program with its reason, so that tests read like a tale.
 */
#include "world.h"

#include "backend/embedded/embedded.h"
#include "backend/follow.h"
#include "backend/triggers/sequence.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

void world_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("FAILED: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

uint64_t world_draw(uint64_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return *random * UINT64_C(0x2545F4914F6CDD1D) >> 16;
}

double world_seconds(void)
{
    return (double)clock_tick_ns() / 1e9;
}

void world_pause(unsigned ms)
{
    struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    nanosleep(&pause, NULL);
}

/* ---- the folder and what is open ---- */

void world_make(struct world *w)
{
    *w = (struct world){0};
    const char *base = getenv("TMPDIR");
    snprintf(w->folder, sizeof w->folder, "%.30s/dynascope-world-XXXXXX", base ? base : "/tmp");
    if (mkdtemp(w->folder) == NULL)
        world_fail("no folder %s", w->folder);
    snprintf(w->store, sizeof w->store, "%s/store", w->folder);
    snprintf(w->trusted, sizeof w->trusted, "%s/dynascope/trusted", w->folder);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path);
}

void world_remove(struct world *w)
{
    world_close(w);
    nftw(w->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void world_open(struct world *w)
{
    struct err err = ERR_INIT;
    struct buf path = {0};
    struct backend_options options = {
        .clock = w->clock.ms ? &w->clock.clock : NULL, .upkeep = w->upkeep, .no_sync = w->no_sync};
    w->backend = embedded_open(w->store, &options, &err);
    if (w->backend == NULL || !triggers_folder(w->backend, &path, &err))
        world_fail("open: %s", err.text);
    w->client = (struct client){.backend = w->backend};
    w->registry = registry_open(buf_cstr(&path), w->trusted, NULL, &err);
    if (w->registry == NULL)
        world_fail("registry: %s", err.text);
    buf_fini(&path);
}

void world_close(struct world *w)
{
    struct err err = ERR_INIT;
    world_stop(w);
    registry_close(w->registry);
    w->registry = NULL;
    if (w->backend && !backend_close(w->backend, &err))
        world_fail("close: %s", err.text);
    w->backend = NULL;
    arena_fini(&w->arena);
    buf_fini(&w->body);
    ddb_reply_fini(&w->reply);
}

void world_run(struct world *w, const char *only)
{
    struct err err = ERR_INIT;
    char watch[128];
    snprintf(watch, sizeof watch, "%s/data.mdb", w->store);
    struct triggers_options options = {
        .folder = registry_folder(w->registry),
        .trusted = w->trusted,
        .watch_path = watch,
        .run = true,
        .only = only,
    };
    w->triggers = triggers_open(w->backend, &options, &err);
    if (w->triggers == NULL)
        world_fail("triggers: %s", err.text);
}

void world_stop(struct world *w)
{
    if (w->triggers)
        triggers_close(w->triggers, 2000);
    w->triggers = NULL;
}

/* ---- tables and items ---- */

static void call(struct world *w, const char *operation)
{
    struct err err = ERR_INIT;
    if (!client_call(&w->client, str_from(operation), buf_str(&w->body), &w->reply, &err))
        world_fail("%s: %s", operation, err.text);
}

void world_call(struct world *w, const char *operation, const char *format, ...)
{
    char text[8192];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    buf_clear(&w->body);
    buf_add(&w->body, str_from(text));
    call(w, operation);
}

static bool in_path(const char *program)
{
    struct str rest = str_from(getenv("PATH")), folder;
    struct buf path = {0};
    bool found = false;
    while (!found && str_cut(&rest, ':', &folder)) {
        buf_clear(&path);
        buf_printf(&path, "%.*s/%s", STR_ARG(folder), program);
        found = access(buf_cstr(&path), X_OK) == 0;
    }
    buf_fini(&path);
    return found;
}

bool world_has(const char *runtime)
{
    const char *program = strcmp(runtime, "nodejs") == 0   ? "node"
                          : strcmp(runtime, "python") == 0 ? "python3"
                                                           : NULL;
    if (!program || in_path(program))
        return true;
    printf("skipped: %s is not installed\n", program);
    return false;
}

void world_table(struct world *w, const char *name)
{
    world_call(w, "CreateTable",
        "{\"TableName\":\"%s\",\"AttributeDefinitions\":[{\"AttributeName\":\"p\","
        "\"AttributeType\":\"S\"}],\"KeySchema\":[{\"AttributeName\":\"p\",\"KeyType\":\"HASH\"}],"
        "\"BillingMode\":\"PAY_PER_REQUEST\",\"StreamSpecification\":{\"StreamEnabled\":true,"
        "\"StreamViewType\":\"NEW_AND_OLD_IMAGES\"}}",
        name);
}

void world_put(struct world *w, const char *table, const char *key, uint64_t value)
{
    buf_clear(&w->body);
    buf_printf(&w->body, "{\"TableName\":\"%s\",\"Item\":{\"p\":{\"S\":", table);
    json_put_string(&w->body, str_from(key));
    buf_printf(&w->body, "},\"v\":{\"N\":\"%llu\"}}}", (unsigned long long)value);
    call(w, "PutItem");
}

/* ---- functions and mappings ---- */

void world_function(struct world *w, const struct world_function *f)
{
    struct err err = ERR_INIT;
    struct arena arena = {0};
    struct buf text = {0};
    const char *handler = f->handler ? f->handler : "trigger_function";
    buf_printf(&text,
        "{\"FunctionName\":\"%s\",\"Runtime\":\"%s\",\"Handler\":\"%s\",\"Timeout\":%u,"
        "\"Role\":\"arn:aws:iam::000000000000:role/r\",\"Environment\":{\"Variables\":{"
        "\"MODE\":\"%s\",\"LOG\":\"%s/%s.log\",\"EXTRA\":\"%s\"}}}",
        f->name, f->runtime ? f->runtime : "exec", handler, f->timeout_s ? f->timeout_s : 30,
        f->mode ? f->mode : "ok", w->folder, f->name, f->extra ? f->extra : "");
    const struct json *json = json_parse(&arena, buf_str(&text), &err);
    struct function function = {0};
    if (json == NULL || !function_read(&arena, json, &function, &err))
        world_fail("function %s: %s", f->name, err.text);
    function.folder = str_from(f->folder ? f->folder : TRIGGERS_FUNCTIONS);
    if (!registry_put_function(w->registry, &arena, &function, false, &err))
        world_fail("function %s: %s", f->name, err.text);
    buf_fini(&text);
    arena_fini(&arena);
}

void world_mapping(struct world *w, const char *table, struct mapping *m)
{
    struct err err = ERR_INIT;
    if (!follow_arn(&w->client, &w->arena, str_from(table), &m->source, &err) ||
        !registry_put_mapping(w->registry, &w->arena, m, true, &err))
        world_fail("mapping of %s: %s", table, err.text);
}

bool world_status(struct world *w, const struct mapping *m, struct arena *arena, struct status *out)
{
    struct err err = ERR_INIT;
    struct buf path = {0};
    bool found = false;
    if (!registry_mapping_folder(w->registry, m->uuid, &path, &err) ||
        !status_read(buf_cstr(&path), arena, out, &found, &err))
        world_fail("status: %s", err.text);
    buf_fini(&path);
    return found;
}

static bool sums_hold(const struct delivery_ledger *l)
{
    return l->seen == l->succeeded + l->filtered + l->dropped + l->expired + l->pending;
}

void world_wait(struct world *w, const struct mapping *m, uint64_t records, double seconds)
{
    double end = world_seconds() + seconds;
    struct arena arena = {0};
    for (struct status s = {0};; world_pause(10)) {
        arena_reset(&arena);
        bool found = world_status(w, m, &arena, &s);
        if (found && !sums_hold(&s.ledger))
            world_fail("%.*s: the ledger's sums are off", STR_ARG(m->function));
        if (found && s.ledger.pending == 0 && s.ledger.seen >= records)
            break;
        if (world_seconds() > end)
            world_fail("%.*s: %llu of %llu records seen, %llu pending, state %s, %.*s: %.*s",
                STR_ARG(m->function), (unsigned long long)s.ledger.seen,
                (unsigned long long)records, (unsigned long long)s.ledger.pending,
                status_word(s.state), STR_ARG(s.last_result), STR_ARG(s.note));
    }
    arena_fini(&arena);
}

/* ---- the truth ---- */

static bool see_record(void *context, const struct follow_record *record)
{
    struct world_records *r = context;
    if (r->count == r->cap) {
        r->cap = r->cap ? r->cap * 2 : 1024;
        r->items = realloc(r->items, r->cap * sizeof *r->items);
        if (r->items == NULL)
            abort();
    }
    struct world_record *one = &r->items[r->count++];
    const struct json *keys = json_get(json_get(record->event, STR("dynamodb")), STR("Keys"));
    struct str key = json_get(json_get(keys, STR("p")), STR("S"))->text;
    snprintf(one->sequence, sizeof one->sequence, "%.*s", STR_ARG(record->sequence));
    snprintf(one->key, sizeof one->key, "%.*s", STR_ARG(key));
    one->time_ms = record->time_ms;
    one->event = json_get(record->event, STR("eventName"))->text.at[0];
    return true;
}

void world_records(struct world *w, const char *table, struct world_records *out)
{
    struct err err = ERR_INIT;
    struct arena arena = {0};
    struct follow_round round = {.more = true};
    struct str arn;
    *out = (struct world_records){0};
    if (!follow_arn(&w->client, &arena, str_from(table), &arn, &err))
        world_fail("stream of %s: %s", table, err.text);
    struct follow *follow = follow_new(&w->client, arn, FOLLOW_TRIM_HORIZON, 0);
    for (unsigned empty = 0; empty < 3; empty = round.records || round.more ? 0 : empty + 1)
        if (!follow_poll(follow, see_record, out, &round, &err))
            world_fail("stream of %s: %s", table, err.text);
    follow_free(follow);
    arena_fini(&arena);
}

void world_records_fini(struct world_records *r)
{
    free(r->items);
    *r = (struct world_records){0};
}

size_t world_find(const struct world_records *r, struct str sequence)
{
    size_t from = 0, to = r->count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (sequence_compare(str_from(r->items[middle].sequence), sequence) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from < r->count && str_equal(str_from(r->items[from].sequence), sequence) ? from
                                                                                     : SIZE_MAX;
}

static void read_call(
    struct str line, const struct world_records *truth, struct arena *arena, struct world_call *out)
{
    struct str word, key;
    size_t cap = 0;
    int64_t number = 0;
    for (size_t i = 0; str_cut(&line, ' ', &word); i++) {
        if (i == 1 || i == 2)
            str_to_i64(word, &number);
        if (i == 1)
            out->pid = (int)number;
        else if (i == 2)
            out->began_ns = number;
        else if (i == 3)
            snprintf(out->outcome, sizeof out->outcome, "%.*s", STR_ARG(word));
        if (i < 4 || !str_cut(&word, ':', &key))
            continue;
        if (out->count == cap) {
            size_t *larger = arena_array(arena, size_t, cap = cap ? cap * 2 : 16);
            if (out->count)
                memcpy(larger, out->records, out->count * sizeof *larger);
            out->records = larger;
        }
        out->records[out->count++] = world_find(truth, key);
    }
}

struct world_call *world_calls(
    struct world *w, const char *name, const struct world_records *truth, struct arena *arena)
{
    struct buf text = {0};
    char path[160];
    struct world_call *first = NULL, **next = &first;
    struct str rest, line;
    snprintf(path, sizeof path, "%s/%s.log", w->folder, name);
    world_file(path, &text);
    for (rest = buf_str(&text); str_cut(&rest, '\n', &line) && line.len;) {
        if (line.at[0] != 'b')
            continue;
        *next = arena_new(arena, struct world_call);
        read_call(line, truth, arena, *next);
        next = &(*next)->next;
    }
    buf_fini(&text);
    return first;
}

void world_file(const char *path, struct buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? 1 : 0;
    buf_clear(out);
    while (got > 0) {
        char *room = buf_reserve(out, 1 << 16);
        got = read(fd, room, 1 << 16);
        out->len += got > 0 ? (size_t)got : 0;
    }
    if (fd >= 0)
        close(fd);
}

/* ---- who is left ---- */

/* Not if another one has its number by now. */
static bool lives(int pid, uint64_t began)
{
    char path[64], text[1024];
    unsigned long long start = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return false;
    size_t got = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[got] = '\0';
    const char *behind = strrchr(text, ')'), *at = behind;
    for (unsigned i = 0; at != NULL && i < 20; i++)
        at = strchr(at + 1, ' ');
    return at != NULL && sscanf(at, "%llu", &start) == 1 && start == began && behind[2] != 'Z' &&
           behind[2] != 'X';
}

struct world_census world_census(const struct world *w, const char *name, size_t most)
{
    struct world_census c = {0};
    struct buf text = {0};
    struct str rest, line, word;
    char path[160];
    snprintf(path, sizeof path, "%s/%s.log.pids", w->folder, name);
    world_file(path, &text);
    for (rest = buf_str(&text); c.started < most && str_cut(&rest, '\n', &line) && line.len;
         c.started++) {
        uint64_t pid = 0, began = 0;
        struct str words = str_skip(line, 5);
        str_cut(&words, ' ', &word);
        str_to_u64(word, &pid);
        str_to_u64(words, &began);
        c.left += lives((int)pid, began);
    }
    buf_fini(&text);
    return c;
}
