/* SPDX-License-Identifier: MIT */
/*
 * What is done to the marked items: asked for, confirmed, begun; and what of the marks is left
 * after it. Must not draw, nor do it (bulk_run.h).
 */
#include "views/items/items_marked.h"

#include "base/mem.h"
#include "views/cells.h"
#include "views/confirm.h"
#include "views/guard.h"
#include "views/menu.h"
#include "views/pane_text.h"
#include "views/prompt.h"
#include "views/words.h"

#include <stdlib.h>

enum { MARKED_FEW = 10, MARKED_LISTED = 6 };

/* A run under way, as the pane knows it. */
struct marked_run {
    struct pane_items *pane;
    struct bulk_run *run;
    enum bulk_kind kind;
    struct buf table;
};

static struct pane_items *marked_pane(struct view *view)
{
    return (struct pane_items *)view;
}

/* ---- a run ---- */

static bool marked_same_table(const struct marked_run *r)
{
    const struct browse *b = r->pane->feed.browse;
    return b && str_equal(b->table.name, buf_str(&r->table));
}

static void marked_settled(void *context, const struct mark *mark, enum bulk_outcome outcome)
{
    struct marked_run *r = context;
    struct marking *m = &r->pane->marking;
    bool done = outcome == BULK_DONE;
    if (m->all || !marked_same_table(r) || !marks_has(&m->set, mark->key))
        return;
    if (outcome == BULK_GONE || (done && r->kind == BULK_DELETE))
        marks_remove(&m->set, mark->key);
    else if (done && r->kind == BULK_UPDATE)
        marks_add(&m->set, mark); /* seen as it is now */
}

static void marked_run_free(struct marked_run *r)
{
    r->pane->run = NULL;
    buf_fini(&r->table);
    free(r);
}

/* What took a run back is not taken back itself. */
static void marked_note_undo(struct marked_run *r, bool whole)
{
    struct pane_items *p = r->pane;
    if (r->kind == BULK_RESTORE && whole)
        buf_clear(&p->undo_file);
    if (r->kind == BULK_RESTORE || r->kind == BULK_EXPORT)
        return;
    buf_clear(&p->undo_table);
    buf_add(&p->undo_table, buf_str(&r->table));
    p->undo_ms = clock_now_ms(p->view.app->options.clock);
}

static void marked_ended(void *context, bool whole, struct str report)
{
    struct marked_run *r = context;
    struct pane_items *p = r->pane;
    struct app *app = p->view.app;
    bool none = whole && r->kind == BULK_DELETE && marked_same_table(r) && p->marking.all;
    p->ended_late = app->quit || app->connect.len;
    buf_clear(&p->report);
    buf_add(&p->report, report);
    marked_note_undo(r, whole);
    marked_run_free(r);
    if (none && !report.len)
        marking_clear(&p->marking);
    if (report.len && app_top(app) == &p->view)
        items_run_marked_report(app, &p->view, STR_NONE);
}

bool items_marked_cancel(struct pane_items *p)
{
    if (p->run)
        bulk_run_stop(p->run->run);
    return p->run != NULL;
}

bool pane_items_working(const struct view *view)
{
    return ((const struct pane_items *)view)->run != NULL;
}

void items_marked_fini(struct pane_items *p)
{
    if (!p->run)
        return;
    bulk_run_forget(p->run->run);
    marked_run_free(p->run);
}

void pane_items_farewell(const struct view *view, struct buf *out)
{
    const struct pane_items *p = (const struct pane_items *)view;
    if (p->run)
        bulk_run_add_farewell(p->run->run, out);
    else if (p->ended_late)
        buf_add(out, buf_str(&p->view.app->message));
}

void pane_items_wrote(
    struct view *view, const struct client_table *table, struct value before, struct value after)
{
    struct pane_items *p = marked_pane(view);
    struct buf key = {0};
    struct mark mark;
    bool here = p->feed.browse && str_equal(p->feed.browse->table.name, table->name) &&
                !p->marking.all && before.type == VALUE_M &&
                marks_key_put(&p->feed.browse->table, before, &key) &&
                marks_find(&p->marking.set, buf_str(&key), &mark);
    if (here && after.type == VALUE_M) {
        mark.print = marks_print(&p->feed.browse->table, mark.scope, after);
        mark.key = buf_str(&key);
        marks_add(&p->marking.set, &mark);
    } else if (here) {
        marks_remove(&p->marking.set, buf_str(&key));
    }
    buf_fini(&key);
}

void marked_begin(struct marked_ask *ask)
{
    struct pane_items *p = ask->pane;
    struct marked_run *r = mem_new(struct marked_run);
    *r = (struct marked_run){.pane = p, .kind = ask->kind};
    const struct client_table *table = &p->feed.browse->table;
    buf_add(&r->table, table->name);
    bool back = ask->kind == BULK_RESTORE;
    struct bulk_run_spec spec = {.bulk = {.kind = ask->kind,
                                     .table = table,
                                     .all = back ? NULL : p->marking.all,
                                     .marks = back ? NULL : &p->marking.set,
                                     .threads = BULK_THREADS_MAX},
        .update = ask->update,
        .what = buf_str(&ask->what),
        .total = back ? -1 : pane_items_marks_count(p),
        .file = {buf_cstr(&ask->file), ask->file.len},
        .format = ask->format,
        .replace = ask->replace,
        .context = r,
        .settled = marked_settled,
        .ended = marked_ended,
        .undo = &p->undo_file,
        .undone = &p->undone};
    ask->update = (struct bulk_update){0};
    r->run = bulk_run_new(p->view.app, &spec);
    p->run = r;
    if (!r->run)
        marked_run_free(r);
    bulk_update_fini(&spec.update);
}

/* ---- asking ---- */

void marked_ask_free(void *context)
{
    struct marked_ask *ask = context;
    bulk_update_fini(&ask->update);
    buf_fini(&ask->file);
    buf_fini(&ask->what);
    buf_fini(&ask->phrase);
    buf_fini(&ask->text);
    buf_fini(&ask->first);
    free(ask);
}

struct marked_ask *marked_ask_new(struct pane_items *p, enum bulk_kind kind)
{
    struct marked_ask *ask = mem_new(struct marked_ask);
    *ask = (struct marked_ask){.pane = p, .kind = kind};
    pane_items_marks_keep_range(p);
    pane_items_marks_words(p, &ask->what);
    buf_printf(&ask->what, " of %.*s", STR_ARG(p->feed.browse->table.name));
    return ask;
}

/* One at a time, so that what is said of it is clear. */
bool marked_refuses(struct app *app, struct pane_items *p, bool writes)
{
    struct buf why = {0};
    if (p->run)
        buf_add(&why, STR("the marked items are being worked on: wait, or stop that first"));
    else if (writes)
        app_writable(app, &why);
    if (why.len)
        app_say(app, ROLE_STATUS_WARNING, "%s", buf_cstr(&why));
    bool refused = why.len > 0;
    buf_fini(&why);
    return refused;
}

static void marked_yes(struct app *app, void *context)
{
    (void)app;
    marked_begin(context);
}

/* Commas, as in the label, are taken too. */
static bool marked_is_phrase(const struct marked_ask *ask, struct str text)
{
    struct str wanted = buf_str(&ask->phrase);
    size_t at = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == ',' && !(at < wanted.len && wanted.at[at] == ','))
            continue;
        if (at == wanted.len || wanted.at[at++] != text.at[i])
            return false;
    }
    return at == wanted.len;
}

static void marked_phrase_note(struct app *app, void *context, struct str text, struct buf *note)
{
    const struct marked_ask *ask = context;
    (void)app;
    int64_t count = pane_items_marks_count(ask->pane);
    if (count >= 0)
        words_plural(note, count, "item");
    else
        buf_add(note, STR("all that match"));
    buf_add(note,
        marked_is_phrase(ask, str_trim(text)) ? STR(" · Enter does it") : STR(" · Esc keeps them"));
}

/* The prompt frees what was asked for: what begins takes it over. */
static bool marked_phrase_accept(struct app *app, void *context, struct str text, struct err *err)
{
    struct marked_ask *ask = context;
    (void)app;
    if (!marked_is_phrase(ask, str_trim(text)))
        return err_set(err, ERR_DATA, "%s is to be typed", buf_cstr(&ask->phrase));
    marked_begin(ask);
    return true;
}

static void marked_list(struct pane_items *p, struct buf *out)
{
    const struct client_table *table = &p->feed.browse->table;
    struct mark mark;
    size_t at = 0;
    for (int i = 0; i < MARKED_LISTED && marks_next(&p->marking.set, &at, &mark); i++) {
        struct buf item = {0};
        buf_add(out, STR("  "));
        if (marks_key_item(table, mark.key, &item))
            cells_add_key(out, value_of(buf_str(&item)), table->keys, table->key_count);
        buf_add_byte(out, '\n');
        buf_fini(&item);
    }
    if (p->marking.set.count > MARKED_LISTED)
        buf_printf(out, "  and %zu more\n", p->marking.set.count - MARKED_LISTED);
}

static void marked_ask_few(struct app *app, struct marked_ask *ask)
{
    struct buf text = {0};
    bool delete = ask->kind == BULK_DELETE;
    buf_printf(
        &text, "%s the %.*s?\n\n", delete ? "Delete" : "Change", STR_ARG(buf_str(&ask->what)));
    marked_list(ask->pane, &text);
    if (delete)
        buf_add(&text, STR("\nWhat somebody changed since you saw it is kept."));
    else
        buf_printf(&text, "\n%.*s", STR_ARG(buf_str(&ask->text)));
    confirm_open(app, &(struct confirm_spec){
                          .title = delete ? STR("Delete marked items") : STR("Change marked items"),
                          .text = buf_str(&text),
                          .danger = true,
                          .context = ask,
                          .yes = marked_yes,
                          .free = marked_ask_free});
    buf_fini(&text);
}

/* Many are not confirmed by a key that a finger hits by itself: their number is typed, or where it
 * is not known the table's name; behind the connection's word, where it has one. */
static void marked_ask_many(struct app *app, struct marked_ask *ask, int64_t count)
{
    struct buf label = {0};
    struct str word = guard_word(app);
    buf_printf(&ask->phrase, "%.*s%s", STR_ARG(word), word.len ? " " : "");
    if (count >= 0)
        buf_printf(&ask->phrase, "%lld", (long long)count);
    else
        buf_add(&ask->phrase, ask->pane->feed.browse->table.name);
    bool delete = ask->kind == BULK_DELETE;
    app_say(app, ROLE_STATUS_WARNING, "%s %.*s; %s", delete ? "deletes" : "changes",
        STR_ARG(buf_str(&ask->what)),
        delete ? "what somebody changed since you saw it is kept" : buf_cstr(&ask->text));
    buf_printf(&label, "type %.*s to %s them: ", STR_ARG(buf_str(&ask->phrase)),
        delete ? "delete" : "change");
    prompt_open(app, &(struct prompt_spec){.label = buf_str(&label),
                         .context = ask,
                         .changed = marked_phrase_note,
                         .accept = marked_phrase_accept,
                         .free = marked_ask_free});
    buf_fini(&label);
}

void marked_confirm(struct app *app, struct marked_ask *ask)
{
    int64_t count = pane_items_marks_count(ask->pane);
    bool few = count >= 0 && count <= MARKED_FEW && !ask->pane->marking.all;
    if (few)
        marked_ask_few(app, ask);
    else
        marked_ask_many(app, ask, count);
}

void items_run_delete_marked(struct app *app, struct view *view, struct str args)
{
    (void)args;
    if (!marked_refuses(app, marked_pane(view), true))
        marked_confirm(app, marked_ask_new(marked_pane(view), BULK_DELETE));
}

/* ---- the menu, the report ---- */

static void marked_accept(struct app *app, struct str value)
{
    app_run(app, value);
}

void items_run_marked(struct app *app, struct view *view, struct str args)
{
    static const struct {
        const char *text, *command;
        bool writes;
    } rows[] = {{"delete them …", "delete-marked", true},
        {"change an attribute of all …", "update-marked", true},
        {"write them to a file, as JSON lines or CSV …", "export-marked", false},
        {"write them to a file, as DynamoDB JSON …", "export-marked typed", false},
        {"copy them as JSON lines", "copy-marked", false},
        {"copy them as DynamoDB JSON", "copy-marked typed", false},
        {"unmark them", "unmark", false}};
    struct buf title = {0}, why = {0};
    (void)args;
    pane_items_marks_keep_range(marked_pane(view));
    pane_items_marks_words(marked_pane(view), &title);
    struct menu *menu = menu_new(app, buf_str(&title));
    bool writable = app_writable(app, &why);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        menu_add(menu, &(struct menu_row){.text = str_from(rows[i].text),
                           .right = rows[i].writes && !writable ? STR("read-only") : STR_NONE,
                           .value = str_from(rows[i].command),
                           .disabled = rows[i].writes && !writable});
    menu_open(menu, marked_accept);
    buf_fini(&title);
    buf_fini(&why);
}

bool items_has_report(struct app *app, struct view *view, struct buf *why)
{
    (void)app;
    if (marked_pane(view)->report.len)
        return true;
    buf_add(why, STR("nothing went wrong the last time"));
    return false;
}

void items_run_marked_report(struct app *app, struct view *view, struct str args)
{
    (void)args;
    pane_text_open(app, STR("Marked items"), buf_str(&marked_pane(view)->report));
}
