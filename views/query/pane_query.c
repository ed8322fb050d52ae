/* SPDX-License-Identifier: MIT */
/*
 * The query builder: one text, edited as a line or field by field, judged with each key. Must not
 * know how a query is planned, nor read anything itself.
 */
#include "views/query/pane_query.h"

#include "base/mem.h"
#include "views/app.h"
#include "views/contexts.h"
#include "views/item/literal.h"
#include "views/items/pane_items.h"
#include "views/query/pane_query_impl.h"
#include "views/query/query_partiql.h"
#include "views/query/query_request.h"

#include <stdlib.h>

/* ---- the text ---- */

static void judge_statement(struct pane_query *p)
{
    struct query_target target = pane_query_target(p->view.app);
    struct str text = buf_str(&p->form.text);
    arena_reset(&p->statement_arena);
    query_statement_read(&p->statement_arena, text, &p->statement);
    p->form.good = p->form.planned = false;
    p->form.err = p->statement.err;
    p->form.field_count = 0;
    if (!p->statement.good)
        return;
    query_statement_verdict(&p->statement, &p->verdict);
    if (!p->statement.reads)
        buf_add(&p->cost, STR("asks before it writes"));
    query_request_statement(text, &target, &p->command);
}

void pane_query_judge(struct pane_query *p)
{
    struct query_target target = pane_query_target(p->view.app);
    pane_items_sample(p->view.app->items, &p->seen);
    buf_clear(&p->error);
    buf_clear(&p->verdict);
    buf_clear(&p->cost);
    buf_clear(&p->command);
    p->is_statement = p->at == PANE_QUERY_LINE && query_statement_is(buf_str(&p->form.text));
    if (p->is_statement)
        judge_statement(p);
    if (!p->form.planned)
        return;
    struct client_read read = query_request_read(&p->browse->table, &p->form.line, &p->form.plan);
    int64_t items = query_seen_estimate(&p->seen, &p->browse->table, &p->form.line, &p->form.plan);
    query_verdict_line(&p->form, &p->verdict);
    query_verdict_cost(&p->form, items, &p->cost);
    query_request_command(&read, &p->form.line, &target, &p->command);
}

/* What is being edited was changed. */
void pane_query_edited(struct pane_query *p)
{
    struct buf text = {0};
    if (p->at == PANE_QUERY_LINE)
        buf_add(&text, line_edit_text(&p->edit));
    else
        query_form_with(&p->base, &p->base.fields[p->at], line_edit_text(&p->edit), &text);
    query_form_set(&p->form, buf_str(&text));
    buf_fini(&text);
    pane_query_judge(p);
}

void pane_query_go_to(struct pane_query *p, int at)
{
    struct buf text = {0};
    p->at = at;
    if (at == PANE_QUERY_LINE) {
        buf_add(&text, buf_str(&p->form.text));
    } else {
        query_form_set(&p->base, buf_str(&p->form.text));
        query_form_get(&p->base, &p->base.fields[at], &text);
    }
    line_edit_set(&p->edit, buf_str(&text));
    buf_fini(&text);
}

void pane_query_set(struct pane_query *p, struct str text)
{
    query_form_set(&p->form, text);
    pane_query_go_to(p, PANE_QUERY_LINE);
    pane_query_judge(p);
}

static void say_wrong(struct pane_query *p, const char *first)
{
    buf_clear(&p->error);
    buf_printf(&p->error, "%s%s", first, p->form.err.text);
}

/* Fields are places in a text that can be read: what cannot is mended in the line first. */
static void move_to(struct pane_query *p, int at)
{
    if (at != PANE_QUERY_LINE && !p->form.good) {
        say_wrong(p, "first finish this: ");
        return;
    }
    int count = (int)p->form.field_count;
    pane_query_go_to(p, at >= count ? PANE_QUERY_LINE : at < PANE_QUERY_LINE ? count - 1 : at);
}

static void move_row(struct pane_query *p, int step)
{
    int at = p->at, row = at < 0 ? -1 : pane_query_row(p, at);
    do {
        at += step;
    } while (at >= 0 && at < (int)p->form.field_count && pane_query_row(p, at) == row);
    while (at > 0 && step < 0 && pane_query_row(p, at - 1) == pane_query_row(p, at))
        at--;
    move_to(p, at);
}

/* ---- the view ---- */

static bool pane_query_action(struct view *view, enum action action)
{
    struct pane_query *p = (struct pane_query *)view;
    switch (action) {
    case ACTION_NEXT:
        move_to(p, p->at + 1);
        return true;
    case ACTION_PREVIOUS:
        move_to(p, p->at - 1);
        return true;
    case ACTION_UP:
    case ACTION_DOWN:
        move_row(p, action == ACTION_UP ? -1 : 1);
        return true;
    case ACTION_CHOOSE_NEXT:
        return pane_query_choose(p, 1);
    case ACTION_CHOOSE_PREVIOUS:
        return pane_query_choose(p, -1);
    default:
        break;
    }
    if (pane_query_is_choice(p) && (action == ACTION_LEFT || action == ACTION_RIGHT))
        return pane_query_choose(p, action == ACTION_RIGHT ? 1 : -1);
    if (pane_query_is_choice(p) || !line_edit_handle(&p->edit, action))
        return false;
    pane_query_edited(p);
    return true;
}

static void pane_query_text(struct view *view, struct str text)
{
    struct pane_query *p = (struct pane_query *)view;
    if (pane_query_is_choice(p)) {
        pane_query_choose(p, 1);
        return;
    }
    if (!line_edit_insert(&p->edit, text))
        app_say(view->app, ROLE_STATUS_WARNING, "too long for a query: nothing was inserted");
    pane_query_edited(p);
}

static void pane_query_mouse(struct view *view, enum input_mouse_kind kind, int row, int col)
{
    struct pane_query *p = (struct pane_query *)view;
    if (kind == INPUT_MOUSE_WHEEL_UP || kind == INPUT_MOUSE_WHEEL_DOWN)
        move_row(p, kind == INPUT_MOUSE_WHEEL_UP ? -1 : 1);
    else if (kind == INPUT_MOUSE_PRESS)
        move_to(p, pane_query_field_at(p, row, col));
}

static void pane_query_free(struct view *view)
{
    struct pane_query *p = (struct pane_query *)view;
    browse_unref(p->browse);
    query_form_fini(&p->form);
    query_form_fini(&p->base);
    line_edit_fini(&p->edit);
    buf_fini(&p->verdict);
    buf_fini(&p->cost);
    buf_fini(&p->command);
    buf_fini(&p->error);
    buf_fini(&p->keys);
    buf_fini(&p->kept);
    buf_fini(&p->candidates_text);
    query_complete_fini(&p->candidates);
    arena_fini(&p->statement_arena);
    free(p);
}

/* ---- completion ---- */

static struct str column(void *data, int nth)
{
    return pane_items_column(((const struct app *)data)->items, nth);
}

static struct str table_name(void *data, int nth)
{
    const struct listing *listing = &((const struct app *)data)->listing;
    return (size_t)nth < listing->count ? listing->entries[nth]->name : STR_NONE;
}

void pane_query_complete(struct pane_query *p, struct str text, size_t at)
{
    struct query_complete_from from = {.table = &p->browse->table,
        .rows = &p->seen,
        .column = column,
        .named = table_name,
        .data = p->view.app};
    if (p->candidates_at == at && p->candidates_field == p->at &&
        str_equal(buf_str(&p->candidates_text), text))
        return;
    if (p->is_statement)
        query_partiql_complete(&from, text, at, &p->candidates);
    else if (p->at == PANE_QUERY_LINE)
        query_complete(&from, text, at, &p->candidates);
    else
        query_complete_field(&from, &p->base, &p->base.fields[p->at], text, at, &p->candidates);
    buf_clear(&p->candidates_text);
    buf_add(&p->candidates_text, text);
    p->candidates_at = at;
    p->candidates_field = p->at;
}

void pane_query_complete_line(struct app *app, struct view *items, struct str line, size_t at,
    size_t *from, void (*offer)(void *to, struct str text, struct str note), void *to)
{
    struct query_rows seen = {0};
    struct query_candidates *found = mem_new(struct query_candidates);
    struct query_complete_from source = {
        .table = &pane_items_browsed(items)->table, .rows = &seen, .column = column, .data = app};
    struct buf note = {0};
    pane_items_sample(items, &seen);
    if (!query_statement_is(line))
        query_complete(&source, line, at, found);
    *from = found->from;
    for (size_t i = 0; i < found->count; i++) {
        buf_clear(&note);
        if (found->list[i].rows)
            buf_printf(&note, "%u of the items that are loaded", found->list[i].rows);
        offer(to, found->list[i].text, buf_str(&note));
    }
    buf_fini(&note);
    query_complete_fini(found);
    free(found);
}

static bool complete(void *data, struct str text, size_t at, int nth, size_t *from, struct buf *out)
{
    struct pane_query *p = data;
    pane_query_complete(p, text, at);
    if ((size_t)nth >= p->candidates.count)
        return false;
    *from = p->candidates.from;
    buf_add(out, p->candidates.list[nth].text);
    return true;
}

static bool recall(void *data, int age, struct str prefix, struct buf *out)
{
    const struct pane_query *p = data;
    return history_recall(&p->view.app->query_history, p->browse->table.name, age, prefix, out);
}

/* ---- commands ---- */

static void pane_query_run(struct app *app, struct view *view, struct str args)
{
    (void)args;
    struct pane_query *p = (struct pane_query *)view;
    struct buf line = {0};
    struct err err = ERR_INIT;
    buf_add(&line, buf_str(&p->form.text));
    app_overlay_detach(app, view); /* what asks first opens over the items */
    if (pane_query_start(app, &p->browse->table, buf_str(&line), &err)) {
        view->ops->free(view);
    } else {
        say_wrong(p, "");
        if (!p->error.len)
            buf_add(&p->error, str_from(err.text));
        app_overlay(app, view);
    }
    buf_fini(&line);
}

static void pane_query_dismiss(struct app *app, struct view *view, struct str args)
{
    (void)args;
    app_overlay_close(app, view);
}

static bool pane_query_can_copy(struct app *app, struct view *view, struct buf *why)
{
    const struct pane_query *p = (const struct pane_query *)view;
    bool good = p->is_statement ? p->statement.good : p->form.planned;
    (void)app;
    if (!good)
        buf_add(why, STR("the query is not right yet"));
    return good;
}

static void pane_query_copy(struct app *app, struct view *view, struct str args)
{
    struct pane_query *p = (struct pane_query *)view;
    struct buf request = {0};
    if (!str_equal(args, STR("request"))) {
        app_copy(app, buf_str(&p->command), STR("the AWS CLI's command"));
        return;
    }
    struct client_read read = query_request_read(&p->browse->table, &p->form.line, &p->form.plan);
    if (p->is_statement)
        client_statement_body(&request, buf_str(&p->form.text));
    else
        client_read_body(&request, &read);
    app_copy(app, buf_str(&request), STR("the request"));
    buf_fini(&request);
}

static bool pane_query_can_drop(struct app *app, struct view *view, struct buf *why)
{
    struct pane_query *p = (struct pane_query *)view;
    bool can =
        p->at != PANE_QUERY_LINE && p->form.good && p->form.fields[p->at].kind <= QUERY_FIELD_TERM;
    (void)app;
    if (!can)
        buf_add(why, STR("the cursor is in no condition's field"));
    return can;
}

const struct command pane_query_commands[] = {
    {.name = "accept",
        .help = "run the query",
        .hint = "run",
        .priority = 9,
        .run = pane_query_run},
    {.name = "drop",
        .help = "take the condition out",
        .hint = "drop condition",
        .priority = 6,
        .run = pane_query_drop,
        .enabled = pane_query_can_drop},
    {.name = "negate",
        .help = "put \"not\" before the condition, or take it away",
        .hint = "not",
        .priority = 3,
        .run = pane_query_negate,
        .enabled = pane_query_can_drop},
    {.name = "group",
        .args = "[off]",
        .help = "put the condition and the one before it in brackets; off: take them away",
        .hint = "brackets",
        .priority = 3,
        .run = pane_query_group,
        .enabled = pane_query_can_drop},
    {.name = "copy",
        .args = "[request]",
        .help = "copy the AWS CLI's command, or the request",
        .hint = "copy command",
        .priority = 5,
        .run = pane_query_copy,
        .enabled = pane_query_can_copy},
    {.name = "past",
        .help = "queries that were asked or saved before, to go on from",
        .hint = "asked before",
        .priority = 4,
        .run = pane_query_run_past},
    {.name = "dismiss",
        .help = "close without running",
        .hint = "leave",
        .priority = 8,
        .run = pane_query_dismiss},
    {0},
};

static const struct view_ops pane_query_ops = {
    .context = "query",
    .closed = true,
    .commands = pane_query_commands,
    .arrange = pane_query_arrange,
    .draw = pane_query_draw,
    .action = pane_query_action,
    .text = pane_query_text,
    .mouse = pane_query_mouse,
    .free = pane_query_free,
};

static struct pane_query *pane_query_open(
    struct app *app, const struct browse *browse, struct str text)
{
    struct pane_query *p = mem_new(struct pane_query);
    p->view = (struct view){.ops = &pane_query_ops, .app = app};
    p->browse = browse_scan(&browse->table, STR_NONE);
    p->at = PANE_QUERY_LINE;
    p->candidates_at = SIZE_MAX;
    query_form_init(&p->form, &p->browse->table);
    query_form_init(&p->base, &p->browse->table);
    line_edit_init(&p->edit);
    p->edit.hooks = (struct line_edit_hooks){.data = p, .history = recall, .complete = complete};
    pane_query_set(p, text);
    return app_overlay(app, &p->view) ? p : NULL;
}

bool pane_query_mend(
    struct app *app, const struct browse *browse, struct str line, const struct err *err)
{
    struct pane_query *p = app->overlay_count ? NULL : pane_query_open(app, browse, line);
    if (!p)
        return false;
    p->form.err = *err;
    p->form.err.at = ERR_NOWHERE;
    p->form.planned = p->statement.good = false;
    if (p->is_statement)
        query_statement_place(line, &p->form.err);
    buf_add(&p->error, str_from(err->text));
    return true;
}

/* Begins with what was asked last, or with the partition key of the item here. */
static void open_with(struct app *app, struct view *items, const struct browse *browse)
{
    struct buf text = {0};
    struct value v, item = pane_items_current(items);
    const struct client_key *key = &browse->table.keys[0];
    buf_add(&text, pane_items_asked(items));
    if (!text.len && item.type == VALUE_M && value_find(item, key->name, &v)) {
        query_form_name(&text, key->name);
        buf_add(&text, STR(" = "));
        literal_add(&text, v);
    }
    pane_query_open(app, browse, buf_str(&text));
    buf_fini(&text);
}

void pane_query_ask(struct app *app, struct view *items, struct str args)
{
    const struct browse *browse = pane_items_browsed(items);
    struct err err = ERR_INIT;
    if (args.len == 0) {
        open_with(app, items, browse);
        return;
    }
    if (!pane_query_start(app, &browse->table, args, &err))
        app_fail(app, &err);
}

void pane_query_partiql(struct app *app, struct view *items, struct str args)
{
    const struct browse *browse = pane_items_browsed(items);
    struct buf text = {0};
    if (query_statement_is(args)) {
        pane_query_ask(app, items, args);
        return;
    }
    if (args.len) {
        app_say(app, ROLE_STATUS_ERROR, "a statement begins with SELECT, INSERT, UPDATE or DELETE");
        return;
    }
    struct value v, item = pane_items_current(items);
    const struct client_key *key = &browse->table.keys[0];
    buf_printf(&text, "SELECT * FROM \"%.*s\"", STR_ARG(browse->table.name));
    if (item.type == VALUE_M && key->type != VALUE_B && value_find(item, key->name, &v)) {
        buf_printf(&text, " WHERE \"%.*s\" = ", STR_ARG(key->name));
        query_statement_value(&text, v);
    }
    pane_query_open(app, browse, buf_str(&text));
    buf_fini(&text);
}
