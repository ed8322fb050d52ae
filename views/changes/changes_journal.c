/* SPDX-License-Identifier: MIT */
/*
 * What was changed here, as a list from which each change can be taken back, or made again.
 */
#include "views/changes/pane_changes_impl.h"

#include "base/mem.h"
#include "views/cells.h"
#include "views/confirm.h"

#include <stdlib.h>

enum { JOURNAL_PARTS_SHOWN = 50, JOURNAL_LINES_ASKED = 8 };

static struct journal_entry *journal_nth(struct pane_changes *p, size_t nth)
{
    struct journal_entry *entry = p->view.app->journal.top;
    while (entry && nth-- > 0)
        entry = entry->below;
    return entry;
}

/* ---- turning ---- */

struct turning {
    struct app *app;
    struct buf id;
};

static void turning_free(void *context)
{
    struct turning *t = context;
    buf_fini(&t->id);
    free(t);
}

static void turning_yes(struct app *app, void *context)
{
    struct turning *t = context;
    struct journal_entry *entry = journal_find(&app->journal, buf_str(&t->id));
    if (entry && !entry->busy)
        journal_turn(&app->journal, entry);
}

static void add_parts(struct buf *out, const struct journal_entry *entry, size_t most)
{
    for (size_t i = 0; i < entry->count && i < most; i++) {
        const struct journal_part *part = &entry->parts[i];
        if (entry->count > 1) {
            cells_add_key(out, part->before.type ? part->before : part->after, part->table->keys,
                part->table->key_count);
            buf_printf(out, " of %.*s\n", STR_ARG(part->table->name));
        }
        staged_add_diff(out, part->before, part->after);
        if (i + 1 < entry->count)
            buf_add_byte(out, '\n');
    }
    if (entry->count > most)
        buf_printf(out, "… and %zu more items\n", entry->count - most);
}

/* What fits a question: of one item the first lines, of several their keys. */
static void add_brief(struct buf *out, const struct journal_entry *entry)
{
    struct buf lines = {0};
    struct str rest, line;
    size_t count = 0;
    if (entry->count == 1)
        add_parts(&lines, entry, 1);
    for (size_t i = 0; entry->count > 1 && i < entry->count; i++) {
        const struct journal_part *part = &entry->parts[i];
        cells_add_key(&lines, part->before.type ? part->before : part->after, part->table->keys,
            part->table->key_count);
        buf_printf(&lines, " of %.*s\n", STR_ARG(part->table->name));
        if (i == JOURNAL_LINES_ASKED)
            break;
    }
    for (rest = buf_str(&lines); count < JOURNAL_LINES_ASKED && str_cut(&rest, '\n', &line);
         count++)
        buf_printf(out, "  %.*s\n", STR_ARG(line));
    if (entry->count > JOURNAL_LINES_ASKED)
        buf_printf(out, "  … and %zu more items\n", entry->count - JOURNAL_LINES_ASKED);
    else if (rest.len)
        buf_add(out, STR("  …\n"));
    buf_fini(&lines);
}

void changes_turn(struct app *app, struct journal_entry *entry)
{
    struct buf text = {0};
    if (entry->busy) {
        app_say(app, ROLE_STATUS, "it is being written");
        return;
    }
    if (!entry->earlier && entry->count == 1) {
        journal_turn(&app->journal, entry);
        return;
    }
    struct turning *t = mem_new(struct turning);
    *t = (struct turning){.app = app};
    buf_add(&t->id, entry->id);
    buf_add(&text, entry->undone ? STR("Make again: ") : STR("Take back: "));
    buf_printf(&text, "%s ", entry->verb);
    journal_add_words(&text, entry, clock_now_ms(app->options.clock));
    if (entry->earlier)
        buf_add(&text, STR(", in an earlier session"));
    buf_add(&text, STR("?\n\n"));
    add_brief(&text, entry);
    buf_add(&text, STR("\nOnly where it is still as that left it."));
    confirm_open(app, &(struct confirm_spec){.title = entry->undone ? STR("Redo") : STR("Undo"),
                          .text = buf_str(&text),
                          .context = t,
                          .yes = turning_yes,
                          .free = turning_free});
    buf_fini(&text);
}

/* ---- the list ---- */

static void journal_title(struct pane_changes *p, struct buf *left, struct buf *right)
{
    const struct journal *j = &p->view.app->journal;
    buf_add(left, STR("Changes made here"));
    buf_printf(
        right, "%zu, the newest first%s", j->count, j->memory ? "" : " · forgotten at the end");
}

static size_t journal_count(struct pane_changes *p)
{
    return p->view.app->journal.count;
}

static const char *journal_state(const struct journal_entry *entry)
{
    if (entry->busy)
        return "writing";
    if (entry->refused)
        return "changed since";
    return entry->undone ? "taken back" : "done";
}

static void journal_cell(
    struct pane_changes *p, size_t row, enum changes_column column, struct buf *out)
{
    const struct journal_entry *entry = journal_nth(p, row);
    if (!entry)
        return;
    if (column == CHANGES_TIME)
        pane_changes_time(p, entry->time_ms, out);
    else if (column == CHANGES_STATE)
        buf_add(out, str_from(journal_state(entry)));
    else
        buf_printf(out, "%s %.*s", entry->verb, STR_ARG(entry->what));
}

static enum role journal_role(struct pane_changes *p, size_t row, enum changes_column column)
{
    const struct journal_entry *entry = journal_nth(p, row);
    bool quiet = !entry || entry->undone || column != CHANGES_WHAT;
    return entry && entry->refused && column == CHANGES_STATE ? ROLE_WARNING
           : quiet                                            ? ROLE_DIM
                                                              : ROLE_TEXT;
}

static void journal_preview(struct pane_changes *p, size_t row, struct buf *out)
{
    const struct journal_entry *entry = journal_nth(p, row);
    if (entry)
        add_parts(out, entry, JOURNAL_PARTS_SHOWN);
}

static void journal_back(struct pane_changes *p, size_t row)
{
    struct journal_entry *entry = journal_nth(p, row);
    if (entry->undone)
        app_say(p->view.app, ROLE_STATUS_WARNING, "it is taken back already");
    else
        changes_turn(p->view.app, entry);
}

static void journal_again(struct pane_changes *p, size_t row)
{
    struct journal_entry *entry = journal_nth(p, row);
    if (!entry->undone)
        app_say(p->view.app, ROLE_STATUS_WARNING, "it is not taken back");
    else
        changes_turn(p->view.app, entry);
}

void changes_journal_open(struct app *app)
{
    static const struct changes_source source = {
        .empty = "nothing was changed here yet",
        .title = journal_title,
        .count = journal_count,
        .cell = journal_cell,
        .role = journal_role,
        .preview = journal_preview,
        .back = journal_back,
        .again = journal_again,
    };
    app_show_over(app, &pane_changes_new(app, &source, NULL)->view);
}
