/* SPDX-License-Identifier: MIT */
/*
 * dynascope trigger dead-letters: the documents of what was given up, and their delivery once more.
 * A file may be shared by mappings and is appended to by runners, so a document that was dealt with
 * is overwritten with blanks where it stands, under the lock that appending takes; a file of
 * nothing but blanks is emptied.
 *
 *     {"requestContext":…,"payload":"{\"Records\":[…]}"}\n      ──redriven──▶   "          …   \n"
 */
#include "backend/triggers/batch_result.h"
#include "backend/triggers/dead_letter.h"
#include "views/cli/report.h"
#include "views/cli/sheet.h"
#include "views/cli/source.h"
#include "views/cli/trigger_call.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MOST = 512 << 20 };

struct letter {
    size_t at, len; /* in the file */
    const struct json *json;
};

struct letters {
    struct cli *cli;
    struct trigger trigger;
    struct buf path, text;
    struct letter *items;
    size_t count, room;
};

/* ---- reading ---- */

static struct str text_at(const struct json *json, const char *a, const char *b)
{
    const struct json *inner = b ? json_get(json, str_from(a)) : json;
    const struct json *found = json_get(inner, str_from(b ? b : a));
    return json_is(found, JSON_STRING) ? found->text : STR_NONE;
}

/* Whether a document is about this mapping: a destination may have those of others. */
static bool is_ours(const struct letters *l, const struct json *json)
{
    struct str arn = text_at(json, "requestContext", "functionArn");
    struct str source = text_at(json, "DDBStreamBatchInfo", "streamArn");
    const struct mapping *mapping = l->trigger.mapping;
    return str_equal(source, mapping->source) && str_ends(arn, mapping->function) &&
           arn.len > mapping->function.len && arn.at[arn.len - mapping->function.len - 1] == ':';
}

static void add_letter(struct letters *l, struct str line)
{
    struct err ignored = ERR_INIT; /* a line that a crash tore, or somebody else's */
    const struct json *json = json_parse(&l->cli->arena, line, &ignored);
    if (!json_is(json, JSON_OBJECT) || !is_ours(l, json))
        return;
    if (l->count == l->room) {
        size_t room = l->room ? 2 * l->room : 64;
        struct letter *items = arena_array(&l->cli->arena, struct letter, room);
        if (l->count)
            memcpy(items, l->items, l->count * sizeof *items);
        l->items = items;
        l->room = room;
    }
    l->items[l->count++] =
        (struct letter){.at = (size_t)(line.at - l->text.at), .len = line.len, .json = json};
}

static bool read_letters(struct letters *l, struct err *err)
{
    struct buf name = {0};
    struct stat s;
    if (stat(buf_cstr(&l->path), &s) != 0 && errno == ENOENT)
        return true;
    buf_printf(&name, "@%s", buf_cstr(&l->path));
    bool ok = cli_source_read(buf_cstr(&name), FILE_MOST, &l->text, err);
    buf_fini(&name);
    struct str rest = buf_str(&l->text), line;
    while (ok && str_cut(&rest, '\n', &line))
        if (str_trim(line).len)
            add_letter(l, line);
    return ok;
}

/* ---- listing ---- */

static struct str number_at(const struct json *json, const char *a, const char *b)
{
    const struct json *found = json_get(json_get(json, str_from(a)), str_from(b));
    return json_is(found, JSON_NUMBER) ? found->text : STR("-");
}

static void print_table(struct letters *l, size_t from)
{
    static const struct sheet_head heads[] = {{"TIME", false}, {"CONDITION", false},
        {"CALLS", true}, {"RECORDS", true}, {"FIRST SEQUENCE NUMBER", false}, {0}};
    struct sheet sheet;
    sheet_init(&sheet, &l->cli->arena, heads);
    for (size_t i = from; i < l->count; i++) {
        const struct json *json = l->items[i].json;
        struct str cells[] = {text_at(json, "timestamp", NULL),
            text_at(json, "requestContext", "condition"),
            number_at(json, "requestContext", "approximateInvokeCount"),
            number_at(json, "DDBStreamBatchInfo", "batchSize"),
            text_at(json, "DDBStreamBatchInfo", "startSequenceNumber")};
        sheet_add(&sheet, cells);
    }
    if (from < l->count)
        sheet_print(&sheet, &l->cli->out);
    sheet_fini(&sheet);
}

static bool list(struct letters *l, size_t from, struct err *err)
{
    if (l->cli->out.terminal && !l->count) {
        cli_report_note("there are no dead letters");
    } else if (l->cli->out.terminal) {
        print_table(l, from);
    } else {
        for (size_t i = from; i < l->count; i++)
            cli_out_line(&l->cli->out, (struct str){l->text.at + l->items[i].at, l->items[i].len});
    }
    return cli_out_flush(&l->cli->out, err);
}

/* ---- delivering once more ---- */

/* Only where it still stands there: the file may have been emptied or exchanged. */
static bool blank(struct letters *l, const struct letter *letter, struct err *err)
{
    int fd = open(buf_cstr(&l->path), O_RDWR | O_CLOEXEC);
    struct buf there = {0}, blanks = {0};
    if (fd < 0 || flock(fd, LOCK_EX) != 0) {
        err_errno(err, errno, "%s cannot be changed", buf_cstr(&l->path));
        goto done;
    }
    char *at = buf_reserve(&there, letter->len);
    memset(buf_reserve(&blanks, letter->len), ' ', letter->len);
    bool same = pread(fd, at, letter->len, (off_t)letter->at) == (ssize_t)letter->len &&
                memcmp(at, l->text.at + letter->at, letter->len) == 0;
    if (same && (pwrite(fd, blanks.at, letter->len, (off_t)letter->at) != (ssize_t)letter->len ||
                    fdatasync(fd) != 0))
        err_errno(err, errno, "%s cannot be changed", buf_cstr(&l->path));
done:
    buf_fini(&there);
    buf_fini(&blanks);
    if (fd >= 0)
        close(fd);
    return err->code == ERR_NONE;
}

/* Under the lock: what a runner appended meanwhile is seen. */
static void empty_if_blank(struct letters *l)
{
    char piece[4096];
    bool all = true;
    ssize_t n = 1;
    int fd = open(buf_cstr(&l->path), O_RDWR | O_CLOEXEC);
    if (fd >= 0 && flock(fd, LOCK_EX) == 0) {
        while (all && (n = read(fd, piece, sizeof piece)) > 0)
            for (ssize_t i = 0; all && i < n; i++)
                all = piece[i] == ' ' || piece[i] == '\n';
        if (all && n == 0 && ftruncate(fd, 0) != 0)
            all = false; /* it stays as blanks */
    }
    if (fd >= 0)
        close(fd);
}

/* Whether the function has dealt with all of it. */
static bool is_dealt_with(struct letters *l, const struct json *event, const struct invocation *i)
{
    struct arena arena = {0};
    struct batch_result result;
    const struct json *list = json_get(event, STR("Records"));
    size_t count = list ? list->count : 0, at = 0;
    struct delivery_record *records = arena_zero(&arena, (count + 1) * sizeof *records);
    for (const struct json *r = list ? list->first : NULL; r; r = r->next)
        records[at++].sequence = text_at(r, "dynamodb", "SequenceNumber");
    batch_result_read(
        &arena, buf_str(&i->payload), l->trigger.mapping->report, records, count, &result);
    arena_fini(&arena);
    return i->outcome == INVOKED_OK && result.good >= count;
}

static void tell(
    struct letters *l, const struct letter *letter, const struct invocation *i, bool dealt_with)
{
    struct buf line = {0};
    buf_printf(&line, "{\"Outcome\":\"%s\",\"DealtWith\":%s,\"RequestId\":\"%s\"",
        trigger_call_word(i->outcome), dealt_with ? "true" : "false", i->request_id);
    json_put_name(&line, STR("FirstSequenceNumber"));
    json_put_string(&line, text_at(letter->json, "DDBStreamBatchInfo", "startSequenceNumber"));
    buf_add_byte(&line, '}');
    cli_out_line(&l->cli->out, buf_str(&line));
    buf_fini(&line);
}

/* *done: it was dealt with. */
static bool redrive_one(
    struct letters *l, struct host *host, const struct letter *letter, bool *done, struct err *err)
{
    struct invocation i;
    struct str payload = text_at(letter->json, "payload", NULL);
    struct str first = text_at(letter->json, "DDBStreamBatchInfo", "startSequenceNumber");
    *done = false;
    const struct json *event = payload.len ? json_parse(&l->cli->arena, payload, err) : NULL;
    if (!event)
        return err_set(err, ERR_DATA,
            "the document of %.*s has no records in it: 'dynascope trigger replay --sequence' has "
            "them while they are in the stream",
            STR_ARG(first));
    bool ok = trigger_call(host, l->trigger.function, payload, &i, err);
    if (ok) {
        *done = is_dealt_with(l, event, &i);
        tell(l, letter, &i, *done);
        ok = cli_out_flush(&l->cli->out, err) && (!*done || blank(l, letter, err));
    }
    invocation_fini(&i);
    return ok;
}

static bool confirm(struct letters *l, size_t count, struct err *err)
{
    struct buf question = {0};
    buf_printf(&question, "Deliver %zu batch%s that had been given up to %.*s again?", count,
        count == 1 ? "" : "es", STR_ARG(l->trigger.function->name));
    bool yes = trigger_confirm(l->cli, buf_cstr(&question), err);
    buf_fini(&question);
    l->cli->exit_code = 1;
    return yes;
}

static bool redrive(
    struct letters *l, const struct trigger_place *place, size_t from, struct err *err)
{
    size_t done = 0, total = l->count - from;
    bool ok = trigger_need_function(&l->trigger, err);
    if (ok && !total) {
        cli_report_note("there are no dead letters");
        return true;
    }
    struct host *host = ok && confirm(l, total, err) ? trigger_call_open(l->cli, place, err) : NULL;
    ok = host != NULL;
    for (size_t i = from; ok && i < l->count; i++) {
        bool one;
        ok = !cli_cancelled(err) && redrive_one(l, host, &l->items[i], &one, err);
        done += ok && one;
    }
    if (host) {
        empty_if_blank(l);
        cli_report_note("%zu of %zu batches were dealt with", done, total);
    }
    host_free(host);
    return ok && done == total;
}

/* ---- both ---- */

static bool open_letters(struct letters *l, struct trigger_place *place, struct err *err)
{
    struct buf folder = {0};
    if (!trigger_place_open(l->cli, place, err) ||
        !trigger_find(place, str_from(l->cli->args[0]), &l->trigger, err) ||
        !trigger_need_mapping(&l->trigger, err))
        return false;
    bool ok = registry_mapping_folder(place->registry, l->trigger.mapping->uuid, &folder, err);
    if (ok)
        dead_letter_path(buf_cstr(&folder), l->trigger.mapping, &l->path);
    buf_fini(&folder);
    return ok && read_letters(l, err);
}

static bool run(struct letters *l, struct trigger_place *place, struct err *err)
{
    struct cli *cli = l->cli;
    bool again = cli->arg_count > 1;
    int64_t last;
    if (again && strcmp(cli->args[1], "redrive") != 0)
        return err_set(err, ERR_USAGE, "'%s': the only word here is redrive", cli->args[1]);
    if (!cli_number(cli, CLI_LAST, 1, INT64_MAX, &last, err) || !open_letters(l, place, err))
        return false;
    size_t from = l->count > (uint64_t)last ? l->count - (size_t)last : 0;
    return again ? redrive(l, place, from, err) : list(l, from, err);
}

bool cli_trigger_dead_letters(struct cli *cli, struct err *err)
{
    struct letters l = {.cli = cli};
    struct trigger_place place = {0};
    bool ok = run(&l, &place, err);
    buf_fini(&l.path);
    buf_fini(&l.text);
    trigger_place_close(&place);
    return ok;
}
