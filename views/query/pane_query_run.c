/* SPDX-License-Identifier: MIT */
/*
 * What becomes of a query that is right: shown in the grid; before that asked about, where it may
 * read a large remote table from end to end or where it writes. Must not know how it was typed.
 *
 *   line ─▶ plan ─▶ dear? ─▶ question ─▶ grid
 *   SELECT … ─────▶ dear? ─▶ question ─▶ grid
 *   INSERT … ──────────────▶ question ─▶ task ─▶ what it did
 */
#include "backend/json_out.h"
#include "base/mem.h"
#include "views/app.h"
#include "views/confirm.h"
#include "views/items/pane_items.h"
#include "views/query/pane_query_impl.h"
#include "views/words.h"

#include <stdlib.h>

struct query_target pane_query_target(const struct app *app)
{
    const struct backend_options *open = app->options.open;
    const char *place = backend_place(worker_backend(app->worker));
    struct query_target target = query_request_target(str_from(app->options.connection));
    if (!target.endpoint.len && !target.profile.len && !target.region.len)
        target = query_request_target(str_from(place));
    if (open && open->endpoint_url.len)
        target.endpoint = open->endpoint_url;
    if (open && open->region.len)
        target.region = open->region;
    if (open && open->profile.len)
        target.profile = open->profile;
    return target;
}

/* ---- what costs much ---- */

/* A statement without the partition key in it reads the whole table. */
static bool reads_all(const struct browse *browse)
{
    if (browse->query || !browse_narrowed(browse))
        return false;
    uint32_t count;
    const struct client_key *keys = browse_keys(browse, &count);
    return !browse->statement.len || str_find(browse->statement, keys[0].name) == SIZE_MAX;
}

bool pane_query_is_dear(const struct app *app, const struct browse *browse, struct buf *text)
{
    enum { SCAN_UNIT_BYTES = 8192 };
    int64_t items = browse_items(browse);
    if (!app->scan_ask || items < app->scan_ask || !backend_is_remote(worker_backend(app->worker)))
        return false;
    int64_t bytes = browse->index ? browse->index->bytes : browse->table.bytes;
    int64_t units = (bytes + SCAN_UNIT_BYTES - 1) / SCAN_UNIT_BYTES;
    buf_printf(text, "This may read all of %.*s%s%.*s: about ", STR_ARG(browse->table.name),
        browse->index ? " ▸ " : "", STR_ARG(browse->index ? browse->index->name : STR_NONE));
    words_count(text, items);
    buf_add(text, STR(" items, "));
    words_bytes(text, bytes);
    buf_add(text, STR(", "));
    words_count(text, browse->read.consistent ? 2 * units : units);
    buf_add(text, STR(" read capacity units,\nuntil the screen is full, or Ctrl-C stops it. "));
    buf_add(text, STR("(:set scan-ask N asks from N items on)"));
    return true;
}

struct dear {
    struct browse *browse;
    struct buf about;
};

static void dear_free(void *context)
{
    struct dear *dear = context;
    browse_unref(dear->browse);
    buf_fini(&dear->about);
    free(dear);
}

/* What lies over the grid goes, and with it perhaps the text. */
static void begin(struct app *app, struct browse *browse, struct str about)
{
    struct buf line = {0};
    buf_add(&line, about);
    app_close_over(app);
    if (app->item)
        app_show_item(app, NULL);
    if (app->stream)
        app_show_stream(app, NULL);
    pane_items_ask(app->items, browse, buf_str(&line));
    app_focus(app, APP_MAIN);
    buf_fini(&line);
}

static void dear_yes(struct app *app, void *context)
{
    struct dear *dear = context;
    begin(app, dear->browse, buf_str(&dear->about));
    pane_items_agree(app->items);
}

void pane_query_begin(struct app *app, struct browse *browse, struct str about)
{
    struct buf text = {0};
    if (!reads_all(browse) || !pane_query_is_dear(app, browse, &text)) {
        begin(app, browse, about);
        browse_unref(browse);
    } else {
        struct dear *dear = mem_new(struct dear);
        dear->browse = browse;
        buf_add(&dear->about, about);
        confirm_open(app, &(struct confirm_spec){.title = STR("Scan"),
                              .text = buf_str(&text),
                              .context = dear,
                              .yes = dear_yes,
                              .free = dear_free});
    }
    buf_fini(&text);
}

/* ---- statements that write ---- */

struct writing {
    struct task task; /* first */
    struct str statement, verb, table;
    struct client_page page;
};

static bool write_work(struct task *task, struct client *client, struct err *err)
{
    struct writing *w = (struct writing *)task;
    struct str next;
    return client_statement(client, &task->arena, w->statement, STR_NONE, 0, &w->page, &next, err);
}

static void write_ended(struct task *task)
{
    struct writing *w = (struct writing *)task;
    struct app *app = task->owner;
    struct buf answer = {0};
    if (!task->ok) {
        query_statement_place(w->statement, &task->err);
        app_fail(app, &task->err);
        return;
    }
    for (uint32_t i = 0; i < w->page.count; i++) {
        buf_add(&answer, i ? STR(", ") : STR(": "));
        json_out_line(&answer, w->page.items[i], false);
    }
    app_say(app, ROLE_STATUS, "%.*s of one item of %.*s done%.*s", STR_ARG(w->verb),
        STR_ARG(w->table), STR_ARG(str_take(buf_str(&answer), 300)));
    buf_fini(&answer);
    listing_refresh_table(&app->listing, w->table);
    if (app->items->ops->refresh)
        app->items->ops->refresh(app->items);
}

static void write_yes(struct app *app, void *context)
{
    const struct buf *line = context;
    struct query_statement statement;
    struct writing *w = task_new(sizeof *w, app, write_work, write_ended);
    w->statement = arena_dup(&w->task.arena, buf_str(line));
    query_statement_read(&w->task.arena, w->statement, &statement);
    w->verb = statement.verb;
    w->table = arena_dup(&w->task.arena, statement.table);
    app_say(app, ROLE_STATUS, "%.*s …", STR_ARG(w->verb));
    task_submit(&w->task, app->worker);
    task_join(&app->tasks, &w->task);
}

static void line_free(void *context)
{
    buf_fini(context);
    free(context);
}

/* The statement in lines that a dialog takes, and what it means. */
static void ask_to_write(struct app *app, struct str line, const struct query_statement *statement)
{
    enum { WIDTH = 60, LINES = 6 };
    struct buf text = {0}, *kept = mem_new(struct buf);
    struct str rest = line;
    buf_add(kept, line);
    for (int i = 0; rest.len && i < LINES; i++) {
        size_t len = rest.len < WIDTH ? rest.len : WIDTH;
        while (len < rest.len && (rest.at[len] & 0xC0) == 0x80)
            len++;
        buf_add(&text, str_take(rest, len));
        rest = str_skip(rest, len);
        buf_add(&text, rest.len && i + 1 == LINES ? STR(" …\n") : STR("\n"));
    }
    for (size_t i = 0; i + 1 < text.len; i++)
        if (text.at[i] == '\r' || text.at[i] == '\t')
            text.at[i] = ' ';
    buf_printf(
        &text, "\nIt writes to %.*s, and no undo takes that back.", STR_ARG(statement->table));
    confirm_open(app, &(struct confirm_spec){.title = STR("Run the statement"),
                          .text = buf_str(&text),
                          .danger = true,
                          .context = kept,
                          .yes = write_yes,
                          .free = line_free});
    buf_fini(&text);
}

static bool may_write(struct app *app, struct err *err)
{
    struct buf why = {0};
    bool may = app_writable(app, &why);
    if (!may)
        err_set(err, ERR_REFUSED, "%.*s", STR_ARG(buf_str(&why)));
    buf_fini(&why);
    return may;
}

/* ---- both ---- */

/* The table that a statement names, as it is described; NULL with what is wrong. */
static const struct client_table *named(struct app *app, const struct client_table *here,
    const struct query_statement *statement, struct err *err)
{
    const struct listing_entry *e = listing_find(&app->listing, statement->table);
    if (str_equal(here->name, statement->table))
        return here;
    if (e && e->described)
        return &e->table;
    err_set(err, ERR_DATA,
        e ? "%.*s is not described yet: try again in a moment" : "there is no table %.*s",
        STR_ARG(statement->table));
    return NULL;
}

/* A reading of what the line asks for; NULL with what is wrong. */
static struct browse *read_statement(struct app *app, const struct client_table *here,
    struct str line, const struct query_statement *statement, struct err *err)
{
    const struct client_table *table = named(app, here, statement, err);
    struct browse *browse = table ? browse_statement(table, statement->index, line) : NULL;
    if (table && !browse)
        err_set(err, ERR_DATA, "%.*s has no index %.*s", STR_ARG(statement->table),
            STR_ARG(statement->index));
    return browse;
}

static struct browse *read_line(const struct client_table *table, struct str line, struct err *err)
{
    struct query_form form;
    query_form_init(&form, table);
    query_form_set(&form, line);
    struct browse *browse =
        form.planned ? query_request_browse(table, &form.line, &form.plan) : NULL;
    if (!browse)
        *err = form.err;
    query_form_fini(&form);
    return browse;
}

/* `typed`: it is remembered, and what writes is asked about; else it is refused where it writes. */
static bool run(
    struct app *app, const struct client_table *table, struct str line, bool typed, struct err *err)
{
    struct arena arena = {0};
    struct query_statement statement = {.reads = true, .good = true};
    bool is_statement = query_statement_is(line);
    struct browse *browse = NULL;
    if (is_statement)
        query_statement_read(&arena, line, &statement);
    bool good = statement.good;
    if (!good)
        *err = statement.err;
    else if (!statement.reads)
        good = typed ? may_write(app, err) : err_set(err, ERR_DATA, "this statement writes");
    else
        browse = is_statement ? read_statement(app, table, line, &statement, err)
                              : read_line(table, line, err);
    good = good && (browse || !statement.reads);
    if (good && typed)
        history_add(&app->query_history, table->name, line);
    if (good && browse)
        pane_query_begin(app, browse, line);
    else if (good)
        ask_to_write(app, line, &statement);
    arena_fini(&arena);
    return good;
}

bool pane_query_start(
    struct app *app, const struct client_table *table, struct str line, struct err *err)
{
    return run(app, table, line, true, err);
}

bool pane_query_show(
    struct app *app, const struct client_table *table, struct str line, struct err *err)
{
    return run(app, table, line, false, err);
}
