/* SPDX-License-Identifier: MIT */
/*
 * Plays transcripts (README.md) against a backend: a fresh embedded store for each file, with a
 * clock of its own; the same store behind HTTP; or any connection.
 */
#include "host.h"
#include "script.h"
#include "wire.h"

#include "backend/backend_impl.h"
#include "backend/embedded/embedded.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct play {
    struct backend *backend;
    struct clock_fake clock;
    struct captures captures;
    struct buf operation, body, why;
    struct ddb_reply reply;
    const char *path;
    unsigned failures, cases;
    bool until;         /* the next request is sent until its answer fits */
    bool quiet, missed; /* what does not fit is not a failure yet */
};

enum { TRIES = 10000, TRY_NS = 2000000 };

static bool fail(struct play *p, const struct entry *entry, const char *what)
{
    p->missed = true;
    if (p->quiet)
        return false;
    p->failures++;
    fprintf(stderr, "%s:%u: %s\n    %.*s %.300s\n    %d %.*s\n    %.*s\n", p->path, entry->line,
        what, STR_ARG(buf_str(&p->operation)), buf_cstr(&p->body), p->reply.status,
        (int)(p->reply.body.len < 600 ? p->reply.body.len : 600),
        p->reply.body.at ? p->reply.body.at : "", STR_ARG(buf_str(&p->why)));
    return false;
}

static bool send(struct play *p, const struct entry *entry)
{
    struct err err = ERR_INIT;
    struct str text = entry->text, operation;
    buf_clear(&p->operation);
    buf_clear(&p->body);
    buf_clear(&p->why);
    str_cut(&text, ' ', &operation);
    buf_add(&p->operation, operation);
    if (!script_expand(&p->body, text, &p->captures))
        return fail(p, entry, "a ${…} that means nothing");
    struct ddb_call call = {.operation = buf_str(&p->operation), .body = buf_str(&p->body)};
    p->cases++;
    if (backend_call(p->backend, &call, &p->reply, &err))
        return true;
    buf_add(&p->why, str_from(err.text));
    return fail(p, entry, "no answer");
}

static const struct json *answer(struct play *p, struct arena *arena, const struct entry *entry)
{
    struct err err = ERR_INIT;
    const struct json *json = json_parse(arena, buf_str(&p->reply.body), &err);
    if (!json)
        fail(p, entry, "the answer is no JSON");
    return json;
}

static bool expect_answer(struct play *p, struct arena *arena, const struct entry *entry)
{
    struct err err = ERR_INIT;
    struct buf text = {0};
    bool known = script_expand(&text, entry->text, &p->captures);
    struct str kept = arena_dup(arena, buf_str(&text));
    buf_fini(&text);
    if (str_trim(kept).len == 0)
        return p->reply.body.len == 0 || fail(p, entry, "an answer where there is to be none");
    const struct json *expected = known ? json_parse(arena, kept, &err) : NULL;
    if (!expected) {
        buf_add(&p->why, str_from(err.text));
        return fail(p, entry, "the transcript's answer is no JSON");
    }
    const struct json *actual = answer(p, arena, entry);
    if (!actual)
        return false;
    return match(expected, actual, &p->captures, &p->why) || fail(p, entry, "another answer");
}

static struct str message_of(const struct json *json)
{
    const struct json *message = json_get(json, STR("message"));
    if (!message)
        message = json_get(json, STR("Message"));
    return message ? message->text : STR_NONE;
}

static bool fits(struct str expected, struct str message)
{
    if (expected.len == 0)
        return true;
    if (str_ends(expected, STR("…")))
        return str_starts(message, str_take(expected, expected.len - sizeof "…" + 1));
    return str_equal(expected, message);
}

static bool expect_refusal(struct play *p, struct arena *arena, const struct entry *entry)
{
    struct buf expanded = {0};
    struct str rest, name;
    const struct json *actual = answer(p, arena, entry);
    if (!actual)
        return false;
    if (p->reply.status == 200)
        return fail(p, entry, "not refused");
    script_expand(&expanded, entry->text, &p->captures);
    rest = buf_str(&expanded);
    str_cut(&rest, ' ', &name);
    const struct json *type = json_get(actual, STR("__type"));
    struct str got = type ? str_skip(type->text, str_find_byte(type->text, '#') + 1) : STR_NONE;
    bool fine = str_equal(got, name) && fits(str_trim(rest), message_of(actual));
    buf_fini(&expanded);
    return fine || fail(p, entry, "another refusal");
}

static void obey(struct play *p, const struct entry *entry)
{
    struct str rest = entry->text, word;
    int64_t ms;
    str_cut(&rest, ' ', &word);
    rest = str_trim(rest);
    if (str_equal(word, STR("until")))
        p->until = true;
    else if (str_equal(word, STR("clock")) && str_starts(rest, STR("+")) &&
             str_to_i64(str_skip(rest, 1), &ms))
        p->clock.ms += ms;
    else
        fail(p, entry, "an @ line that means nothing");
}

/* `whole`: the refusal's body. */
static void check(struct play *p, const struct entry *sent, const struct entry *expected,
    const struct entry *whole)
{
    struct arena arena = {0};
    if (!expected) {
        if (p->reply.status != 200)
            fail(p, sent, "refused");
    } else if (expected->kind == '<' && p->reply.status != 200) {
        fail(p, expected, "refused");
    } else if (expected->kind == '<') {
        expect_answer(p, &arena, expected);
    } else if (expect_refusal(p, &arena, expected) && whole) {
        expect_answer(p, &arena, whole);
    }
    arena_fini(&arena);
}

static void ask(struct play *p, const struct entry *sent, const struct entry *expected,
    const struct entry *whole)
{
    if (send(p, sent))
        check(p, sent, expected, whole);
}

/* Work that goes on after its answer: asked for again and again, in no time that matters. */
static void ask_until(struct play *p, const struct entry *sent, const struct entry *expected,
    const struct entry *whole)
{
    const struct timespec moment = {.tv_nsec = TRY_NS};
    p->quiet = p->missed = true;
    for (int i = 0; i < TRIES && p->missed; i++) {
        p->missed = false;
        ask(p, sent, expected, whole);
        if (p->missed)
            nanosleep(&moment, NULL);
    }
    p->quiet = p->until = false;
    if (p->missed)
        ask(p, sent, expected, whole);
}

static void play(struct play *p, const struct script *script)
{
    for (size_t i = 0; i < script->count; i++) {
        const struct entry *entry = &script->entries[i];
        const struct entry *next = i + 1 < script->count ? entry + 1 : NULL;
        if (entry->kind == '@') {
            obey(p, entry);
        } else if (entry->kind == '>') {
            bool expects = next && (next->kind == '<' || next->kind == '!');
            bool body =
                expects && next->kind == '!' && i + 2 < script->count && next[1].kind == '<';
            (p->until ? ask_until : ask)(p, entry, expects ? next : NULL, body ? next + 1 : NULL);
            i += expects + body;
        } else {
            fail(p, entry, "a line that belongs to no request");
        }
    }
}

/* ---- stores ---- */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static void see(void *context, const char *finding)
{
    struct play *p = context;
    p->failures++;
    fprintf(stderr, "%s: check: %s\n", p->path, finding);
}

/* Where requests go. Zeroed: a fresh embedded store for each file. */
struct way {
    const char *connection; /* this connection */
    const char *url;        /* this server, by the test's own client */
    const char *binary;     /* `binary serve` over a fresh store */
    bool served;            /* a server in this process over a fresh store, with the test's clock */
    bool remote;            /* the product's client speaks HTTP, not the test's */
};

static struct backend *open_url(const struct way *way, const char *url, struct err *err)
{
    return way->remote ? backend_open(url, NULL, err) : wire_open(url, err);
}

/* Plays through `host`, which ends with it. */
static void play_host(
    struct play *p, const struct script *script, const struct way *way, struct host *host)
{
    struct err err = ERR_INIT;
    p->backend = host ? open_url(way, host_url(host), &err) : NULL;
    if (p->backend) {
        play(p, script);
        backend_close(p->backend, NULL);
    } else {
        see(p, err.code ? err.text : "no server");
    }
    if (host && !host_stop(host, &err))
        see(p, err.text);
}

static void play_process(
    struct play *p, const struct script *script, const struct way *way, const char *folder)
{
    struct err err = ERR_INIT;
    struct host *host = host_start(way->binary, folder, &err);
    if (!host)
        see(p, err.text);
    play_host(p, script, way, host);
}

static void play_embedded(
    struct play *p, const struct script *script, const struct way *way, const char *folder)
{
    struct err err = ERR_INIT;
    struct backend_options options = {.clock = &p->clock.clock, .no_sync = true};
    struct backend *store = embedded_open(folder, &options, &err);
    p->backend = store;
    if (!store)
        see(p, err.text);
    else if (way->served)
        play_host(p, script, way, host_serve(store, &err));
    else
        play(p, script);
    backend_close(store, NULL);
}

static void play_fresh(struct play *p, const struct script *script, const struct way *way)
{
    char folder[] = "/tmp/dynascope-conformance-XXXXXX";
    struct err err = ERR_INIT;
    uint64_t findings = 0;
    if (!mkdtemp(folder)) {
        see(p, "no folder");
        return;
    }
    (way->binary ? play_process : play_embedded)(p, script, way, folder);
    if (!embedded_check(folder, see, p, &findings, &err))
        see(p, err.text);
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void play_connection(struct play *p, const struct script *script, const struct way *way)
{
    struct err err = ERR_INIT;
    p->backend =
        way->url ? open_url(way, way->url, &err) : backend_open(way->connection, NULL, &err);
    if (!p->backend) {
        see(p, err.text);
        return;
    }
    play(p, script);
    backend_close(p->backend, NULL);
}

static unsigned play_file(const char *path, const struct way *way)
{
    struct play p = {.path = path};
    struct script script;
    clock_fake_init(&p.clock, INT64_C(1767225600000)); /* the beginning of 2026 */
    if (!script_read(&script, path)) {
        fprintf(stderr, "%s cannot be read\n", path);
        return 1;
    }
    if (way->connection || way->url)
        play_connection(&p, &script, way);
    else
        play_fresh(&p, &script, way);
    printf("%s: %u requests, %u failures\n", path, p.cases, p.failures);
    script_fini(&script);
    arena_fini(&p.captures.arena);
    buf_fini(&p.operation);
    buf_fini(&p.body);
    buf_fini(&p.why);
    ddb_reply_fini(&p.reply);
    return p.failures;
}

static bool take_options(struct way *way, int argc, char **argv)
{
    int c;
    while ((c = getopt(argc, argv, "c:w:s:tr")) != -1)
        switch (c) {
        case 'c':
            way->connection = optarg;
            break;
        case 'w':
            way->url = optarg;
            break;
        case 's':
            way->binary = optarg;
            break;
        case 't':
            way->served = true;
            break;
        case 'r':
            way->remote = true;
            break;
        default:
            return false;
        }
    return true;
}

int main(int argc, char **argv)
{
    struct way way = {0};
    unsigned failures = 0;
    if (!take_options(&way, argc, argv))
        return 64;
    for (int i = optind; i < argc; i++)
        failures += play_file(argv[i], &way);
    return failures ? 1 : 0;
}
