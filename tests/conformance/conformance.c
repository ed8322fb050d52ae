/* SPDX-License-Identifier: MIT */
/*
 * Plays transcripts (README.md) against a backend: a fresh embedded store for each file, with a
 * clock of its own, or any connection.
 */
#include "script.h"

#include "backend/backend_impl.h"
#include "backend/embedded/embedded.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct play {
    struct backend *backend;
    struct clock_fake clock;
    struct captures captures;
    struct buf operation, body, why;
    struct ddb_reply reply;
    const char *path;
    unsigned failures, cases;
};

static bool fail(struct play *p, const struct entry *entry, const char *what)
{
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

static void move_clock(struct play *p, const struct entry *entry)
{
    struct str rest = entry->text, word;
    int64_t ms;
    str_cut(&rest, ' ', &word);
    rest = str_trim(rest);
    if (str_equal(word, STR("clock")) && str_starts(rest, STR("+")) &&
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

static void play(struct play *p, const struct script *script)
{
    for (size_t i = 0; i < script->count; i++) {
        const struct entry *entry = &script->entries[i];
        const struct entry *next = i + 1 < script->count ? entry + 1 : NULL;
        if (entry->kind == '@') {
            move_clock(p, entry);
        } else if (entry->kind == '>') {
            bool expects = next && (next->kind == '<' || next->kind == '!');
            bool body =
                expects && next->kind == '!' && i + 2 < script->count && next[1].kind == '<';
            if (send(p, entry))
                check(p, entry, expects ? next : NULL, body ? next + 1 : NULL);
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

static void play_fresh(struct play *p, const struct script *script)
{
    char folder[] = "/tmp/dynascope-conformance-XXXXXX";
    struct err err = ERR_INIT;
    struct backend_options options = {.clock = &p->clock.clock, .no_sync = true};
    uint64_t findings = 0;
    p->backend = mkdtemp(folder) ? embedded_open(folder, &options, &err) : NULL;
    if (!p->backend) {
        see(p, err.text);
        return;
    }
    play(p, script);
    backend_close(p->backend, NULL);
    if (!embedded_check(folder, see, p, &findings, &err))
        see(p, err.text);
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void play_connection(struct play *p, const struct script *script, const char *connection)
{
    struct err err = ERR_INIT;
    p->backend = backend_open(connection, NULL, &err);
    if (!p->backend) {
        see(p, err.text);
        return;
    }
    play(p, script);
    backend_close(p->backend, NULL);
}

static unsigned play_file(const char *path, const char *connection)
{
    struct play p = {.path = path};
    struct script script;
    clock_fake_init(&p.clock, INT64_C(1767225600000)); /* the beginning of 2026 */
    if (!script_read(&script, path)) {
        fprintf(stderr, "%s cannot be read\n", path);
        return 1;
    }
    if (connection)
        play_connection(&p, &script, connection);
    else
        play_fresh(&p, &script);
    printf("%s: %u requests, %u failures\n", path, p.cases, p.failures);
    script_fini(&script);
    arena_fini(&p.captures.arena);
    buf_fini(&p.operation);
    buf_fini(&p.body);
    buf_fini(&p.why);
    ddb_reply_fini(&p.reply);
    return p.failures;
}

int main(int argc, char **argv)
{
    const char *connection = NULL;
    unsigned failures = 0;
    int c;
    while ((c = getopt(argc, argv, "c:")) != -1) {
        if (c != 'c')
            return 64;
        connection = optarg;
    }
    for (int i = optind; i < argc; i++)
        failures += play_file(argv[i], connection);
    return failures ? 1 : 0;
}
