/* SPDX-License-Identifier: MIT */
/*
 * The query builder: one text, edited as a line or field by field, judged with each key. Must not
 * know how a query is planned, nor read anything itself.
 */
#include "views/pane_query.h"

#include "base/mem.h"
#include "views/app.h"
#include "views/contexts.h"
#include "views/literal.h"
#include "views/pane_items.h"
#include "views/pane_query_impl.h"
#include "views/query_lex.h"
#include "views/query_operators.h"
#include "views/query_request.h"

#include <stdlib.h>

/* ---- the text ---- */

static void judge(struct pane_query *p)
{
    pane_items_sample(p->view.app->items, &p->seen);
    buf_clear(&p->error);
    buf_clear(&p->verdict);
    buf_clear(&p->cost);
    buf_clear(&p->command);
    if (!p->form.planned)
        return;
    struct client_read read = query_request_read(&p->browse->table, &p->form.line, &p->form.plan);
    int64_t items = query_seen_estimate(&p->seen, &p->browse->table, &p->form.line, &p->form.plan);
    query_verdict_line(&p->form, &p->verdict);
    query_verdict_cost(&p->form, items, &p->cost);
    query_request_command(&read, &p->form.line, STR_NONE, &p->command);
}

/* What is being edited was changed. */
static void edited(struct pane_query *p)
{
    struct buf text = {0};
    if (p->at == PANE_QUERY_LINE)
        buf_add(&text, line_edit_text(&p->edit));
    else
        query_form_with(&p->base, &p->base.fields[p->at], line_edit_text(&p->edit), &text);
    query_form_set(&p->form, buf_str(&text));
    buf_fini(&text);
    judge(p);
}

static void go_to(struct pane_query *p, int at)
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
    go_to(p, at >= count ? PANE_QUERY_LINE : at < PANE_QUERY_LINE ? count - 1 : at);
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

/* ---- choices ---- */

/* The index after (or before) the one that is asked for: none, the table, each index. */
static void choose_index(struct pane_query *p, int step, struct buf *out)
{
    const struct client_table *table = &p->browse->table;
    int count = (int)table->index_count + 2, now = 0;
    struct str index = p->base.line.index;
    if (str_equal(index, STR("table")))
        now = 1;
    for (uint32_t i = 0; index.len && i < table->index_count; i++)
        if (str_equal(table->indexes[i].name, index))
            now = (int)i + 2;
    now = (now + step + count) % count;
    if (now == 1)
        buf_add(out, STR("table"));
    else if (now > 1)
        buf_add(out, table->indexes[now - 2].name);
}

/* The type that an attribute has in the items that are loaded. */
static enum value_type seen_type(const struct pane_query *p, const struct query_node *node)
{
    struct arena arena = {0};
    struct query_token *tokens = arena_array(&arena, struct query_token, QUERY_TOKENS_MAX);
    struct query_step steps[QUERY_STEPS_MAX];
    struct err err = ERR_INIT;
    enum value_type type = VALUE_NONE;
    size_t count;
    if (query_lex(&arena, query_form_part(&p->base, node->name), tokens, &count, &err) &&
        query_seen_steps(tokens, count, steps, &count))
        type = query_seen_type(&p->seen, steps, count);
    arena_fini(&arena);
    return type;
}

static void keep_value(struct pane_query *p, uint32_t node)
{
    const struct query_node *n = &p->base.line.nodes[node];
    struct str low = query_form_part(&p->base, n->low);
    if (!low.len || n->sized ||
        str_equal(query_operators_now(&p->base, node), STR("attribute_type")))
        return;
    buf_clear(&p->kept);
    buf_add(&p->kept, low);
}

/* The condition with the next (or the previous) of the operators that fit it. */
static void choose_operator(struct pane_query *p, int step, struct buf *text)
{
    const char *words[QUERY_OPERATORS_MAX];
    uint32_t node = p->base.fields[p->at].node;
    struct query_operand operand =
        query_operand_of(&p->base, node, seen_type(p, &p->base.line.nodes[node]));
    int count = (int)query_operators(operand, words), i = 0;
    while (i < count && !str_equal_nocase(query_operators_now(&p->base, node), str_from(words[i])))
        i++;
    if (i == count && step > 0)
        i = -1;
    keep_value(p, node);
    query_operators_put(&p->base, node, words[(i + step + count) % count], buf_str(&p->kept), text);
}

static void say_choice(struct pane_query *p)
{
    uint32_t node = p->base.fields[p->at].node;
    if (p->base.fields[p->at].kind == QUERY_FIELD_OPERATOR &&
        query_operand_of(&p->base, node, VALUE_NONE).partition)
        buf_add(&p->error,
            STR("a partition key takes = alone; another operator, typed here, makes it a filter"));
}

static void choose_join(struct pane_query *p, struct buf *text)
{
    const struct query_field *field = &p->base.fields[p->at];
    bool both = str_equal_nocase(query_form_part(&p->base, field->span), STR("and"));
    query_form_with(&p->base, field, both ? STR("or") : STR("and"), text);
}

static void toggle(struct pane_query *p, const char *word, struct buf *out)
{
    if (p->base.fields[p->at].span.len == 0)
        buf_add(out, str_from(word));
}

/* In a value's field: the values that were seen, one after the other. */
static bool choose_value(struct pane_query *p, int step)
{
    struct query_candidates *list = &p->candidates;
    struct str now = line_edit_text(&p->edit);
    pane_query_complete(p, STR_NONE, 0);
    int count = (int)list->count, i = 0;
    while (i < count && !str_equal(list->list[i].text, now))
        i++;
    if (!count)
        return false;
    i = i == count ? (step > 0 ? 0 : count - 1) : (i + step + count) % count;
    line_edit_set(&p->edit, list->list[i].text);
    edited(p);
    return true;
}

static bool choose(struct pane_query *p, int step)
{
    struct buf value = {0}, text = {0};
    if (p->at == PANE_QUERY_LINE || !p->form.good)
        return false;
    go_to(p, p->at);
    const struct query_field *field = &p->base.fields[p->at];
    switch (field->kind) {
    case QUERY_FIELD_INDEX:
        choose_index(p, step, &value);
        break;
    case QUERY_FIELD_ORDER:
        toggle(p, "descending", &value);
        break;
    case QUERY_FIELD_CONSISTENT:
        toggle(p, "consistent", &value);
        break;
    case QUERY_FIELD_OPERATOR:
        choose_operator(p, step, &text);
        break;
    case QUERY_FIELD_JOIN:
        choose_join(p, &text);
        break;
    default:
        return choose_value(p, step);
    }
    if (field->kind > QUERY_FIELD_TERM)
        query_form_with(&p->base, field, buf_str(&value), &text);
    query_form_set(&p->form, buf_str(&text));
    go_to(p, p->at < (int)p->form.field_count ? p->at : PANE_QUERY_LINE);
    judge(p);
    if (p->at != PANE_QUERY_LINE)
        say_choice(p);
    buf_fini(&value);
    buf_fini(&text);
    return true;
}

/* Whether the field is stepped through and not typed into. */
static bool is_choice(const struct pane_query *p)
{
    enum query_field_kind kind =
        p->at == PANE_QUERY_LINE ? QUERY_FIELD_TERM : p->form.fields[p->at].kind;
    return kind == QUERY_FIELD_ORDER || kind == QUERY_FIELD_CONSISTENT ||
           kind == QUERY_FIELD_INDEX || kind == QUERY_FIELD_JOIN;
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
        return choose(p, 1);
    case ACTION_CHOOSE_PREVIOUS:
        return choose(p, -1);
    default:
        break;
    }
    if (is_choice(p) && (action == ACTION_LEFT || action == ACTION_RIGHT))
        return choose(p, action == ACTION_RIGHT ? 1 : -1);
    if (is_choice(p) || !line_edit_handle(&p->edit, action))
        return false;
    edited(p);
    return true;
}

static void pane_query_text(struct view *view, struct str text)
{
    struct pane_query *p = (struct pane_query *)view;
    if (is_choice(p)) {
        choose(p, 1);
        return;
    }
    if (!line_edit_insert(&p->edit, text))
        app_say(view->app, ROLE_STATUS_WARNING, "too long for a query: nothing was inserted");
    edited(p);
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
    free(p);
}

/* ---- completion ---- */

static struct str column(void *data, int nth)
{
    return pane_items_column(((const struct app *)data)->items, nth);
}

void pane_query_complete(struct pane_query *p, struct str text, size_t at)
{
    struct query_complete_from from = {
        .table = &p->browse->table, .rows = &p->seen, .column = column, .data = p->view.app};
    if (p->candidates_at == at && p->candidates_field == p->at &&
        str_equal(buf_str(&p->candidates_text), text))
        return;
    if (p->at == PANE_QUERY_LINE)
        query_complete(&from, text, at, &p->candidates);
    else
        query_complete_field(&from, &p->base, &p->base.fields[p->at], text, at, &p->candidates);
    buf_clear(&p->candidates_text);
    buf_add(&p->candidates_text, text);
    p->candidates_at = at;
    p->candidates_field = p->at;
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

/* False: `form` says what is wrong. */
static bool show(struct app *app, const struct query_form *form)
{
    if (!form->planned)
        return false;
    struct browse *browse = query_request_browse(form->table, &form->line, &form->plan);
    history_add(&app->query_history, form->table->name, buf_str(&form->text));
    pane_items_ask(app->items, browse, buf_str(&form->text));
    browse_unref(browse);
    app_focus(app, APP_MAIN);
    return true;
}

static void pane_query_run(struct app *app, struct view *view, struct str args)
{
    (void)args;
    struct pane_query *p = (struct pane_query *)view;
    if (show(app, &p->form))
        app_overlay_close(app, view);
    else
        say_wrong(p, "");
}

static void pane_query_dismiss(struct app *app, struct view *view, struct str args)
{
    (void)args;
    app_overlay_close(app, view);
}

static bool pane_query_can_copy(struct app *app, struct view *view, struct buf *why)
{
    bool planned = ((struct pane_query *)view)->form.planned;
    (void)app;
    if (!planned)
        buf_add(why, STR("the query is not right yet"));
    return planned;
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

/* Another text; the cursor stays in the same place of the form. */
static void change(struct pane_query *p, struct str text)
{
    query_form_set(&p->form, text);
    go_to(p, p->at < (int)p->form.field_count && p->form.good ? p->at : PANE_QUERY_LINE);
    judge(p);
}

static void pane_query_drop(struct app *app, struct view *view, struct str args)
{
    (void)app;
    (void)args;
    struct pane_query *p = (struct pane_query *)view;
    struct buf text = {0};
    query_form_without(&p->form, p->form.fields[p->at].node, &text);
    change(p, buf_str(&text));
    buf_fini(&text);
}

static void pane_query_negate(struct app *app, struct view *view, struct str args)
{
    (void)app;
    (void)args;
    struct pane_query *p = (struct pane_query *)view;
    struct buf text = {0};
    query_form_negated(&p->form, p->form.fields[p->at].node, &text);
    change(p, buf_str(&text));
    buf_fini(&text);
}

static void pane_query_group(struct app *app, struct view *view, struct str args)
{
    (void)app;
    struct pane_query *p = (struct pane_query *)view;
    struct buf text = {0};
    uint32_t node = p->form.fields[p->at].node;
    bool off = str_equal(args, STR("off"));
    if (off ? query_form_ungrouped(&p->form, node, &text)
            : query_form_grouped(&p->form, node, &text)) {
        change(p, buf_str(&text));
    } else {
        buf_clear(&p->error);
        buf_add(&p->error, off ? STR("there are no brackets around this condition")
                               : STR("there is no condition before this one to put in brackets"));
    }
    buf_fini(&text);
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

static void pane_query_open(struct app *app, const struct browse *browse, struct str text)
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
    query_form_set(&p->form, text);
    go_to(p, PANE_QUERY_LINE);
    judge(p);
    app_overlay(app, &p->view);
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

bool pane_query_show(
    struct app *app, const struct client_table *table, struct str line, struct err *err)
{
    struct query_form form;
    query_form_init(&form, table);
    query_form_set(&form, line);
    bool ok = show(app, &form);
    if (!ok)
        *err = form.err;
    query_form_fini(&form);
    return ok;
}

void pane_query_ask(struct app *app, struct view *items, struct str args)
{
    const struct browse *browse = pane_items_browsed(items);
    struct err err = ERR_INIT;
    if (args.len == 0) {
        open_with(app, items, browse);
        return;
    }
    if (!pane_query_show(app, &browse->table, args, &err))
        app_fail(app, &err);
}
