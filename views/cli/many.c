/* SPDX-License-Identifier: MIT */
/*
 * dynascope delete-items, update-items, undo: one thing done to many items. Which ones, a Query
 * or Scan says, or lines of keys. What was before is kept in an undo file.
 *
 *   keys in lines ─▶ marks, at most MARKS_MAX at a time ─┐
 *   --key-condition-expression, --filter-expression ─────┴─▶ bulk_step() … ─▶ what was done
 */
#include "views/cli/key.h"
#include "views/cli/progress.h"
#include "views/cli/read.h"
#include "views/cli/report.h"
#include "views/cli/table_words.h"
#include "views/items/bulk.h"

#include "backend/json_in.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { MANY_LINE_MAX = 4 << 20 };

struct many {
    struct cli *cli;
    struct client_table table;
    struct bulk_spec spec;
    struct bulk_update update;
    struct undo_file undo;
    struct progress progress;
    struct client_read read;
    const char *done;   /* "deleted" */
    const char *asking; /* "deletes" */
    const char *lines;  /* the argument that names lines of keys, or NULL */
    int64_t counts[BULK_OUTCOMES], begun;
    size_t line;
};

/* ---- one run ---- */

static void many_show(struct many *m, const struct bulk *bulk)
{
    uint64_t done = (uint64_t)(m->begun + bulk_begun(bulk));
    progress_show(&m->progress, done, done);
}

static void many_add(struct many *m, const struct bulk *bulk)
{
    struct str failures = bulk_failures(bulk), line;
    progress_wipe(&m->progress);
    for (int i = 0; i < BULK_OUTCOMES; i++)
        m->counts[i] += bulk_count(bulk, (enum bulk_outcome)i);
    m->begun += bulk_begun(bulk);
    while (str_cut(&failures, '\n', &line))
        if (line.len)
            cli_report_note("%.*s", STR_ARG(line));
}

static bool many_run(struct many *m, struct err *err)
{
    struct bulk *bulk = bulk_new(&m->spec);
    struct client client = m->cli->client;
    bool more = true;
    client.limits.cancel = NULL; /* what is under way has an end that can be told */
    while (more) {
        more = bulk_step(bulk, &client);
        many_show(m, bulk);
        if (atomic_load(cli_cancel()))
            bulk_stop(bulk);
    }
    many_add(m, bulk);
    bool ok = bulk_err(bulk)->code == ERR_NONE;
    if (!ok)
        *err = *bulk_err(bulk);
    bulk_free(bulk);
    return ok && !cli_cancelled(err);
}

/* ---- lines of keys ---- */

static bool many_take_line(struct many *m, struct str text, struct marks *marks, struct err *err)
{
    struct arena arena = {0};
    struct buf item = {0}, key = {0};
    const struct json *json = json_parse(&arena, text, err);
    bool ok = json && json_in_item(&item, json, true, err);
    struct value v = ok ? value_of(buf_str(&item)) : (struct value){0};
    if (ok && !marks_key_put(&m->table, v, &key))
        ok = err_set(err, ERR_DATA, "it lacks a key attribute");
    bool whole = cli_has(m->cli, CLI_UNCHANGED);
    struct mark mark = {.key = buf_str(&key),
        .scope = whole ? MARKS_WHOLE : MARKS_UNKNOWN,
        .print = ok ? marks_print(&m->table, MARKS_WHOLE, v) : 0};
    if (ok)
        marks_add(marks, &mark);
    buf_fini(&item);
    buf_fini(&key);
    arena_fini(&arena);
    return ok || err_context(err, "line %zu", m->line);
}

static bool many_read_lines(
    struct many *m, FILE *file, struct marks *marks, bool *end, struct err *err)
{
    char *text = NULL;
    size_t room = 0;
    ssize_t len = 0;
    bool ok = true;
    while (ok && marks->count < MARKS_MAX && marks->keys.len < MARKS_BYTES_MAX / 2 &&
           (len = getline(&text, &room, file)) > 0) {
        m->line++;
        struct str line = str_trim((struct str){text, (size_t)len});
        if (len > MANY_LINE_MAX)
            ok = err_set(err, ERR_DATA, "line %zu is longer than any item", m->line);
        else if (line.len)
            ok = many_take_line(m, line, marks, err);
    }
    *end = len <= 0;
    if (ok && ferror(file))
        ok = err_set(err, ERR_FILE, "the lines cannot be read");
    free(text);
    return ok;
}

/* What came before a bad line is done by then only where there were more lines than are held. */
static bool many_run_lines(struct many *m, struct err *err)
{
    bool standard = strcmp(m->lines, "-") == 0, end = false, ok = true;
    FILE *file = standard ? stdin : fopen(m->lines + (m->lines[0] == '@'), "re");
    if (!file)
        return err_errno(err, errno, "cannot read %s", m->lines);
    while (ok && !end) {
        struct marks marks = {0};
        ok = many_read_lines(m, file, &marks, &end, err);
        m->spec.marks = &marks;
        if (ok && marks.count)
            ok = many_run(m, err);
        marks_fini(&marks);
    }
    if (!standard)
        fclose(file);
    return ok;
}

static bool many_run_query(struct many *m, struct err *err)
{
    struct browse *all = browse_read(&m->table, &m->read);
    if (!all)
        return err_set(err, ERR_USAGE, "%.*s has no index %.*s", STR_ARG(m->table.name),
            STR_ARG(m->read.index));
    m->spec.all = all;
    bool ok = many_run(m, err);
    browse_unref(all);
    return ok;
}

/* ---- what was done ---- */

static void many_count(struct buf *out, int64_t n, const char *words)
{
    char number[PROGRESS_NUMBER_MAX];
    if (n)
        buf_printf(out, "; %s %s", progress_number(number, (uint64_t)n), words);
}

static void many_report(struct many *m)
{
    char number[PROGRESS_NUMBER_MAX];
    struct buf text = {0};
    bool dry = m->spec.dry;
    int64_t done = m->counts[BULK_DONE];
    buf_printf(&text, "%s item%s %s%s", progress_number(number, (uint64_t)done),
        done == 1 ? "" : "s", dry ? "would be " : "", m->done);
    if (!dry)
        buf_printf(&text, " in %.1f s", progress_seconds(&m->progress));
    many_count(&text, m->counts[BULK_SAME], "had nothing to change");
    many_count(&text, m->counts[BULK_CHANGED], "kept: they have changed");
    many_count(&text, m->counts[BULK_GONE], "not there");
    many_count(&text, m->counts[BULK_FAILED], "failed");
    many_count(&text, m->counts[BULK_UNSURE], "unknown: no answer came");
    many_count(&text, m->counts[BULK_LEFT], "left as they are");
    cli_report_note("%s", buf_cstr(&text));
    if (!done && !m->counts[BULK_UNSURE])
        m->undo.lines = 0;
    if (m->undo.fd >= 0 && m->undo.lines)
        cli_report_note(
            "dynascope: 'dynascope undo %.*s' takes it back", STR_ARG(buf_str(&m->undo.path)));
    buf_fini(&text);
}

static bool many_go(struct many *m, bool (*run)(struct many *m, struct err *err), struct err *err)
{
    struct cli *cli = m->cli;
    bool keeps = !m->spec.dry && m->spec.kind != BULK_RESTORE;
    m->spec.table = &m->table;
    m->spec.threads = BULK_THREADS_MAX;
    m->spec.budget = cli->client.limits.budget;
    if (keeps && !undo_file_open(&m->undo, m->table.name, clock_now_ms(NULL), err))
        return false;
    m->spec.undo = keeps ? &m->undo : NULL;
    progress_init(&m->progress, m->done, 0, cli_has(cli, CLI_QUIET));
    progress_watch(&m->progress, cli->waiting);
    bool ok = run(m, err);
    progress_wipe(&m->progress);
    cli_unwatch(cli);
    if (!cli_has(cli, CLI_QUIET) || !ok)
        many_report(m);
    bool kept = m->counts[BULK_FAILED] || m->counts[BULK_CHANGED] || m->counts[BULK_UNSURE];
    if (kept && !m->spec.dry)
        cli->exit_code = 1;
    undo_file_close(&m->undo);
    return ok && !cli->exit_code;
}

/* ---- which items ---- */

/* Where lines come in, nobody can be asked. */
static bool many_confirm(struct many *m, struct err *err)
{
    struct buf what = {0};
    if (m->spec.dry)
        return true;
    buf_printf(&what, "%s %s items of", m->asking, m->lines ? "the given" : "all matching");
    bool ok = table_words_confirm(m->cli, &m->table, buf_cstr(&what), err);
    buf_fini(&what);
    return ok;
}

static bool many_choose(struct many *m, int at, struct err *err)
{
    struct cli *cli = m->cli;
    bool query = cli_has(cli, CLI_KEY_CONDITION) || cli_has(cli, CLI_FILTER);
    m->lines = cli->arg_count > at ? cli->args[at] : NULL;
    if (m->lines && strcmp(m->lines, "-") != 0 && m->lines[0] != '@')
        return err_set(err, ERR_USAGE,
            "%s: keys come in lines, from @FILE or - (the standard input)", m->lines);
    if (m->lines && (query || cli_has(cli, CLI_INDEX)))
        return err_set(err, ERR_USAGE, "either lines of keys or a query say which items");
    if (!m->lines && !query)
        return err_set(err, ERR_USAGE,
            "which items? --key-condition-expression or --filter-expression says it, or lines of "
            "keys from @FILE or -");
    if (cli_has(cli, CLI_UNCHANGED) && !m->lines)
        return err_set(err, ERR_USAGE, "--unchanged goes with lines that are whole items");
    return true;
}

/* Said once, not of each item. */
static bool many_check_writable(const struct many *m, struct err *err)
{
    const char *remedy = m->spec.dry ? NULL : backend_read_only_remedy(m->cli->backend);
    return !remedy || err_set(err, ERR_REFUSED, "this connection is read-only: %s", remedy);
}

static bool many_prepare(struct many *m, int at, struct err *err)
{
    struct cli *cli = m->cli;
    m->undo.fd = -1;
    m->spec.dry = cli_has(cli, CLI_DRY_RUN);
    return many_choose(m, at, err) && cli_read_options(cli, &m->read, err) &&
           cli_open(cli, m->spec.dry ? CLI_READS : CLI_WRITES, err) &&
           many_check_writable(m, err) && cli_key_schema(cli, cli->args[0], &m->table, err);
}

static bool many_begin(struct many *m, struct err *err)
{
    return many_confirm(m, err) && many_go(m, m->lines ? many_run_lines : many_run_query, err);
}

bool cli_delete_items_run(struct cli *cli, struct err *err)
{
    struct many m = {.cli = cli, .spec.kind = BULK_DELETE, .done = "deleted", .asking = "deletes"};
    return many_prepare(&m, 1, err) && many_begin(&m, err);
}

bool cli_update_items_run(struct cli *cli, struct err *err)
{
    struct many m = {.cli = cli, .spec.kind = BULK_UPDATE, .done = "changed", .asking = "changes"};
    struct str text = str_from(cli->args[1]);
    bool ok = many_prepare(&m, 2, err);
    cli_point_at(cli, "UpdateExpression", text);
    ok = ok && bulk_update_parse(&m.update, &m.table, text, err);
    m.spec.update = &m.update;
    ok = ok && many_begin(&m, err);
    bulk_update_fini(&m.update);
    return ok;
}

/* ---- taking back ---- */

static bool many_run_past(struct many *m, struct err *err)
{
    struct undo_reader reader;
    if (!undo_reader_open(&reader, m->lines, err))
        return false;
    m->spec.past = &reader;
    bool ok = many_run(m, err);
    undo_reader_close(&reader);
    return ok;
}

/* The first line names the table. */
static bool many_past_table(struct many *m, struct err *err)
{
    struct undo_reader reader;
    struct value before, after;
    struct str table;
    if (!undo_reader_open(&reader, m->lines, err))
        return false;
    bool ok = undo_reader_next(&reader, &m->cli->arena, &table, &before, &after, err);
    if (!ok && err->code == ERR_NONE)
        err_set(err, ERR_DATA, "%s is empty: there is nothing to take back", m->lines);
    undo_reader_close(&reader);
    return ok && cli_key_schema(m->cli, arena_dup(&m->cli->arena, table).at, &m->table, err);
}

bool cli_undo_run(struct cli *cli, struct err *err)
{
    struct many m = {.cli = cli,
        .spec.kind = BULK_RESTORE,
        .done = "taken back",
        .lines = cli->args[0],
        .undo.fd = -1};
    m.spec.dry = cli_has(cli, CLI_DRY_RUN);
    return cli_open(cli, m.spec.dry ? CLI_READS : CLI_WRITES, err) &&
           many_check_writable(&m, err) && many_past_table(&m, err) &&
           many_go(&m, many_run_past, err);
}
