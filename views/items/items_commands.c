/* SPDX-License-Identifier: MIT */
/*
 * What can be done in the items pane, one row a command. Must not draw.
 */
#include "base/mem.h"
#include "views/cells.h"
#include "views/changes/pane_changes.h"
#include "views/contexts.h"
#include "views/item/act.h"
#include "views/item/pane_item.h"
#include "views/items/copying.h"
#include "views/items/items_query.h"
#include "views/items/pane_items_impl.h"
#include "views/match.h"
#include "views/menu.h"
#include "views/prompt.h"
#include "views/query/pane_query.h"
#include "views/query/query_form.h"
#include "views/stream/pane_stream.h"
#include "views/tables/pane_indexes.h"
#include "views/tables/pane_table.h"
#include "views/tables/table_facts.h"
#include "views/words.h"

#include "backend/json_out.h"
#include <stdlib.h>

static struct pane_items *items_pane(struct view *view)
{
    return (struct pane_items *)view;
}

static const struct client_table *items_table(struct pane_items *p)
{
    return &p->feed.browse->table;
}

/* ---- when a command makes sense ---- */

static bool items_has_table(struct app *app, struct view *view, struct buf *why)
{
    (void)app;
    if (items_pane(view)->feed.browse)
        return true;
    buf_add(why, STR("no table is open"));
    return false;
}

static bool items_has_item(struct app *app, struct view *view, struct buf *why)
{
    if (!items_has_table(app, view, why))
        return false;
    if (pane_items_current(view).type == VALUE_M)
        return true;
    buf_add(why, STR("there is no item here"));
    return false;
}

static bool items_cell_at(struct pane_items *p, struct str *name, struct value *v)
{
    *name = pane_items_column(&p->view, p->grid.column);
    struct value item = pane_items_current(&p->view);
    return item.type == VALUE_M && value_find(item, *name, v);
}

static bool items_has_cell(struct app *app, struct view *view, struct buf *why)
{
    struct str name;
    struct value v;
    if (!items_has_item(app, view, why))
        return false;
    if (items_cell_at(items_pane(view), &name, &v))
        return true;
    buf_printf(why, "this item has no attribute %.*s", STR_ARG(name));
    return false;
}

static bool items_has_query(struct app *app, struct view *view, struct buf *why)
{
    if (!items_has_table(app, view, why))
        return false;
    if (browse_narrowed(items_pane(view)->feed.browse))
        return true;
    buf_add(why, STR("this shows all already"));
    return false;
}

/* ---- items ---- */

static void items_run_open(struct app *app, struct view *view, struct str args)
{
    (void)args;
    struct pane_items *p = items_pane(view);
    struct str name = pane_items_column(view, p->grid.column);
    if (p->marking.ranging) { /* it ends the range, too */
        pane_items_marks_keep_range(p);
        return;
    }
    app_show_item(app, pane_item_new(app, items_table(p), pane_items_current(view), name));
}

static void items_run_edit(struct app *app, struct view *view, struct str args)
{
    act_edit(app, items_table(items_pane(view)), pane_items_current(view),
        str_equal(args, STR("typed")));
}

static void items_run_edit_attribute(struct app *app, struct view *view, struct str args)
{
    struct pane_items *p = items_pane(view);
    struct patch_path path = {.count = 1};
    path.steps[0].name = args.len ? args : pane_items_column(view, p->grid.column);
    act_edit_attribute(app, items_table(p), pane_items_current(view), &path);
}

static void items_run_add(struct app *app, struct view *view, struct str args)
{
    (void)args;
    act_add(app, items_table(items_pane(view)));
}

static void items_run_history(struct app *app, struct view *view, struct str args)
{
    (void)args;
    changes_history_open(app, items_table(items_pane(view)), pane_items_current(view));
}

static void items_run_delete(struct app *app, struct view *view, struct str args)
{
    (void)args;
    act_delete(app, items_table(items_pane(view)), pane_items_current(view));
}

/* ---- index and query ---- */

static void items_run_index(struct app *app, struct view *view, struct str args)
{
    const struct client_table *table = items_table(items_pane(view));
    if (args.len)
        pane_indexes_switch(app, table->name, str_equal(args, STR("base")) ? STR_NONE : args);
    else
        pane_indexes_open(app, table);
}

static void items_run_entry(struct app *app, struct view *view, struct str args)
{
    struct value item = pane_items_current(view);
    if (args.len)
        pane_indexes_entry(app, items_table(items_pane(view)),
            str_equal(args, STR("base")) ? STR_NONE : args, item);
    else
        pane_indexes_open(app, items_table(items_pane(view)));
}

static void items_run_describe(struct app *app, struct view *view, struct str args)
{
    (void)args;
    pane_table_open(app, items_table(items_pane(view))->name);
}

static bool items_complete_index(struct app *app, struct view *view, int nth, struct buf *out)
{
    (void)app;
    const struct browse *b = pane_items_browsed(view);
    if (!b || nth > (int)b->table.index_count)
        return false;
    buf_add(out, nth == 0 ? STR("base") : b->table.indexes[nth - 1].name);
    return true;
}

static bool items_query(struct app *app, struct view *view, struct str line, struct err *err)
{
    struct pane_items *p = items_pane(view);
    const struct browse *b = p->feed.browse;
    struct buf about = {0};
    struct browse *query = items_query_parse(&b->table, b->index ? b->index->name : STR_NONE, line,
        b->query && b->read.backward, &about, err);
    if (query) {
        buf_clear(&p->about);
        buf_add(&p->about, buf_str(&about));
        pane_items_browse(view, query);
        buf_clear(&p->asked);
        items_query_line(query, &p->asked);
        browse_unref(query);
        app_focus(app, APP_MAIN);
    }
    buf_fini(&about);
    return query != NULL;
}

static bool items_query_accept(struct app *app, void *context, struct str text, struct err *err)
{
    (void)context;
    return items_query(app, app->items, text, err);
}

static void items_query_note(struct app *app, void *context, struct str text, struct buf *note)
{
    (void)context;
    (void)text;
    uint32_t count;
    const struct browse *b = pane_items_browsed(app->items);
    const struct client_key *keys = browse_keys(b, &count);
    uint32_t hashes = b->index ? b->index->hash_count : 1;
    if (count > hashes)
        buf_printf(note, "then %.*s: >= x, a..b, a*", STR_ARG(keys[hashes].name));
}

static void items_run_query(struct app *app, struct view *view, struct str args)
{
    struct pane_items *p = items_pane(view);
    uint32_t count;
    const struct client_key *keys = browse_keys(p->feed.browse, &count);
    struct err err = ERR_INIT;
    if (args.len) {
        if (!items_query(app, view, args, &err))
            app_fail(app, &err);
        return;
    }
    struct buf label = {0}, text = {0};
    struct value v;
    struct value item = pane_items_current(view);
    buf_printf(&label, "query %.*s = ", STR_ARG(keys[0].name));
    if (item.type == VALUE_M && value_find(item, keys[0].name, &v) && v.type != VALUE_B)
        cells_add(&text, v, v.type == VALUE_S && str_find_byte(v.data, ' ') != SIZE_MAX);
    prompt_open(app, &(struct prompt_spec){.label = buf_str(&label),
                         .text = buf_str(&text),
                         .history = &app->query_history,
                         .of = buf_str(&label),
                         .changed = items_query_note,
                         .accept = items_query_accept});
    buf_fini(&label);
    buf_fini(&text);
}

static void items_run_scan(struct app *app, struct view *view, struct str args)
{
    (void)args;
    const struct browse *b = pane_items_browsed(view);
    app_open_table(app, b->table.name, b->index ? b->index->name : STR_NONE);
}

/* ---- sorting ---- */

/* The line that it was asked with, the other way round. */
static void items_turn_line(const struct browse *b, struct str line, struct buf *out)
{
    struct query_form *form = mem_new(struct query_form);
    query_form_init(form, &b->table);
    query_form_set(form, line);
    for (size_t i = 0; line.len && form->good && i < form->field_count; i++)
        if (form->fields[i].kind == QUERY_FIELD_ORDER)
            query_form_with(
                form, &form->fields[i], b->read.backward ? STR_NONE : STR("descending"), out);
    query_form_fini(form);
    free(form);
}

/* A Query sorts by its sort key where it is read: the other way round is another reading. */
static bool items_turn_query(struct pane_items *p, int column)
{
    const struct browse *b = p->feed.browse;
    uint32_t count, hashes = b->index ? b->index->hash_count : 1;
    const struct client_key *keys = browse_keys(b, &count);
    struct str name = p->columns.list[column].name;
    if (!b->query || count <= hashes || !str_equal(keys[hashes].name, name))
        return false;
    struct client_read read = b->read; /* with its filter, and all else that was asked for */
    struct buf asked = {0};
    read.backward = !read.backward;
    struct browse *turned = browse_read(&b->table, &read);
    bool backward = turned->read.backward;
    items_turn_line(b, pane_items_asked(&p->view), &asked);
    pane_items_browse(&p->view, turned);
    buf_add(&p->asked, buf_str(&asked));
    browse_unref(turned);
    buf_fini(&asked);
    p->columns.list[column].sorted = backward ? -1 : 1;
    grid_go_column(&p->grid, column);
    return true;
}

static void items_run_sort(struct app *app, struct view *view, struct str args)
{
    struct pane_items *p = items_pane(view);
    int column = args.len ? columns_find(&p->columns, args) : p->grid.column;
    if (column < 0 || column >= p->columns.count) {
        app_say(app, ROLE_STATUS_ERROR, "no column %.*s", STR_ARG(args));
        return;
    }
    if (items_turn_query(p, column))
        return;
    struct str name = p->columns.list[column].name;
    bool same = p->order.direction && str_equal(buf_str(&p->order.sort), name);
    int direction = !same ? 1 : p->order.direction == 1 ? -1 : 0;
    pane_items_unsort(p);
    p->columns.list[column].sorted = (signed char)direction;
    p->order.direction = direction;
    p->columns.changed = true;
    buf_clear(&p->order.sort);
    buf_add(&p->order.sort, name);
    items_order_update(&p->order, &p->feed);
    pane_items_go_top(p);
    if (direction && !(feed_at_home(&p->feed) && feed_at_end(&p->feed)))
        app_say(app, ROLE_STATUS_WARNING,
            "sorted: only the %zu items that are loaded; Esc goes back to the table's order",
            p->feed.rows);
}

static bool items_complete_column(struct app *app, struct view *view, int nth, struct buf *out)
{
    (void)app;
    struct str name = pane_items_column(view, nth);
    buf_add(out, name);
    return name.len > 0;
}

/* ---- finding ---- */

static bool items_match(struct value item, struct str needle)
{
    return match_item(item, needle);
}

static void items_run_find_next(struct app *app, struct view *view, struct str args)
{
    struct pane_items *p = items_pane(view);
    (void)args;
    if (p->grid.cursor + 1 < (int64_t)items_order_rows(&p->order, &p->feed)) {
        grid_handle(&p->grid, ACTION_DOWN);
        return;
    }
    if (!pane_items_may_read_on(p, "find-next"))
        return;
    app_say(app, ROLE_STATUS, "reading on for %.*s …", STR_ARG(buf_str(&p->order.filter)));
    feed_find(&p->feed, items_match, buf_str(&p->order.filter));
}

static void items_run_find_previous(struct app *app, struct view *view, struct str args)
{
    (void)args;
    if (items_pane(view)->grid.cursor > 0)
        grid_handle(&items_pane(view)->grid, ACTION_UP);
    else
        app_say(app, ROLE_STATUS, "the first match of what is loaded");
}

static bool items_has_filter(struct app *app, struct view *view, struct buf *why)
{
    (void)app;
    if (items_pane(view)->order.filter.len)
        return true;
    buf_add(why, STR("nothing to look for: / takes a text"));
    return false;
}

/* ---- copying ---- */

static void items_run_copy(struct app *app, struct view *view, struct str args)
{
    struct str name;
    struct value v;
    (void)args;
    if (!items_cell_at(items_pane(view), &name, &v))
        return;
    struct buf text = {0}, what = {0};
    copying_add_value(&text, v);
    buf_printf(&what, "the value of %.*s", STR_ARG(name));
    app_copy(app, buf_str(&text), buf_str(&what));
    buf_fini(&text);
    buf_fini(&what);
}

static void items_run_copy_item(struct app *app, struct view *view, struct str args)
{
    struct buf text = {0};
    struct value item = pane_items_current(view);
    json_out_line(&text, item, str_equal(args, STR("typed")));
    app_copy(app, buf_str(&text),
        json_out_is_plain(item) ? STR("the item as JSON") : STR("the item as DynamoDB JSON"));
    buf_fini(&text);
}

static void items_run_copy_key(struct app *app, struct view *view, struct str args)
{
    copying_key(app, items_table(items_pane(view)), pane_items_current(view), args);
}

static void items_run_write_item(struct app *app, struct view *view, struct str args)
{
    struct buf text = {0};
    json_out_line(&text, pane_items_current(view), false);
    copying_write(app, args, buf_str(&text), STR("the item"));
    buf_fini(&text);
}

static void items_run_write_value(struct app *app, struct view *view, struct str args)
{
    struct buf text = {0}, what = {0};
    struct str name;
    struct value v;
    if (!items_cell_at(items_pane(view), &name, &v))
        return;
    copying_add_value(&text, v);
    buf_printf(&what, "the value of %.*s", STR_ARG(name));
    copying_write(app, args, buf_str(&text), buf_str(&what));
    buf_fini(&text);
    buf_fini(&what);
}

static void items_run_copy_path(struct app *app, struct view *view, struct str args)
{
    (void)args;
    app_copy(
        app, pane_items_column(view, items_pane(view)->grid.column), STR("the attribute's name"));
}

static void items_run_stream(struct app *app, struct view *view, struct str args)
{
    pane_stream_run(app, items_table(items_pane(view)), args);
}

const struct command items_commands[] = {
    {.name = "open",
        .help = "look at the item",
        .hint = "open",
        .priority = 9,
        .run = items_run_open,
        .enabled = items_has_item},
    {.name = "edit",
        .args = "[typed]",
        .help = "edit the item in the editor",
        .hint = "edit",
        .priority = 7,
        .flags = COMMAND_WRITES,
        .run = items_run_edit,
        .enabled = items_has_item},
    {.name = "edit-attribute",
        .args = "[NAME]",
        .help = "edit the attribute under the cursor",
        .hint = "change",
        .priority = 6,
        .flags = COMMAND_WRITES,
        .run = items_run_edit_attribute,
        .enabled = items_has_item,
        .complete = items_complete_column},
    {.name = "add",
        .help = "add an item, from a template in the editor",
        .hint = "add",
        .priority = 5,
        .flags = COMMAND_WRITES,
        .run = items_run_add,
        .enabled = items_has_table},
    {.name = "delete",
        .help = "delete the item, after asking",
        .hint = "delete",
        .priority = 4,
        .flags = COMMAND_WRITES | COMMAND_DESTROYS,
        .run = items_run_delete,
        .enabled = items_has_item},
    {.name = "item-history",
        .help = "the versions of the item that its stream still holds",
        .hint = "history",
        .priority = 1,
        .run = items_run_history,
        .enabled = items_has_item},
    {.name = "index",
        .args = "[NAME]",
        .help = "the table's indexes: switch, find the item's entry, create, delete",
        .hint = "index",
        .priority = 5,
        .run = items_run_index,
        .enabled = items_has_table,
        .complete = items_complete_index},
    {.name = "entry",
        .args = "[INDEX|base]",
        .help = "from the item to its entry in an index, or to the item in the table",
        .run = items_run_entry,
        .enabled = items_has_item,
        .complete = items_complete_index},
    {.name = "describe",
        .help = "all that is known of the table",
        .hint = "table",
        .priority = 1,
        .run = items_run_describe,
        .enabled = items_has_table},
    {.name = "query",
        .args = "[VALUE [CONDITION]]",
        .help = "read the items of one partition key: C101, C101 >= O50, C101 O5*, C101 a..b",
        .hint = "query",
        .priority = 6,
        .run = items_run_query,
        .enabled = items_has_table},
    {.name = "ask",
        .args = "[CONDITION]",
        .help = "query by any conditions, in a line and a form",
        .hint = "ask",
        .priority = 1,
        .run = pane_query_ask,
        .complete_at = pane_query_complete_line,
        .enabled = items_has_table},
    {.name = "partiql",
        .args = "[STATEMENT]",
        .help = "run a PartiQL statement: what it reads is shown, before it writes it asks",
        .run = pane_query_partiql,
        .enabled = items_has_table},
    {.name = "stream",
        .args = "[VIEW-TYPE|TABLE…|*]",
        .help = "watch the table's changes as they come",
        .hint = "stream",
        .priority = 3,
        .run = items_run_stream,
        .enabled = items_has_table,
        .complete = pane_stream_complete},
    {.name = "scan",
        .help = "back from a Query to all items",
        .run = items_run_scan,
        .enabled = items_has_query},
    {.name = "sort",
        .args = "[ATTRIBUTE]",
        .help = "sort the loaded items: ascending, descending, not; a Query by its sort key",
        .hint = "sort",
        .priority = 2,
        .run = items_run_sort,
        .enabled = items_has_table,
        .complete = items_complete_column},
    {.name = "columns",
        .args = "[reset|all|ATTRIBUTE]",
        .help = "which columns are shown; they are kept for each table and index",
        .run = items_run_columns,
        .enabled = items_has_table,
        .complete = items_complete_columns},
    {.name = "column-left",
        .help = "move the column to the left",
        .run = items_run_column_left,
        .enabled = items_has_table},
    {.name = "column-right",
        .help = "move the column to the right",
        .run = items_run_column_right,
        .enabled = items_has_table},
    {.name = "view-value",
        .help = "the whole value to read: wrapped, searched, as JSON or in hex",
        .run = items_run_view_value,
        .enabled = items_has_cell},
    {.name = "find-next",
        .help = "the next match of /, reading on at the last one",
        .hint = "next match",
        .priority = 8,
        .flags = COMMAND_REPEATS,
        .run = items_run_find_next,
        .enabled = items_has_filter},
    {.name = "find-previous",
        .help = "the previous match",
        .flags = COMMAND_REPEATS,
        .run = items_run_find_previous,
        .enabled = items_has_filter},
    {.name = "copy",
        .help = "copy the value",
        .hint = "copy",
        .priority = 1,
        .run = items_run_copy,
        .enabled = items_has_cell},
    {.name = "copy-item",
        .args = "[typed]",
        .help = "copy the item as one line of JSON",
        .run = items_run_copy_item,
        .enabled = items_has_item},
    {.name = "copy-path",
        .help = "copy the attribute's name",
        .run = items_run_copy_path,
        .enabled = items_has_item},
    {.name = "copy-key",
        .args = "[typed]",
        .help = "copy the item's key as JSON",
        .run = items_run_copy_key,
        .enabled = items_has_item},
    {.name = "write-item",
        .args = "[FILE]",
        .help = "write the item to a file, as a line of JSON",
        .flags = COMMAND_NAMED,
        .run = items_run_write_item,
        .enabled = items_has_item},
    {.name = "write-value",
        .args = "[FILE]",
        .help = "write the value to a file",
        .flags = COMMAND_NAMED,
        .run = items_run_write_value,
        .enabled = items_has_cell},
    {.name = "mark",
        .help = "mark the item, or take its mark away, and go on",
        .hint = "mark",
        .priority = 1,
        .flags = COMMAND_REPEATS,
        .run = pane_items_run_mark,
        .enabled = items_has_item},
    {.name = "mark-range",
        .help = "begin a range of marks, or keep the one that was begun",
        .run = pane_items_run_range,
        .enabled = items_has_item},
    {.name = "mark-shown",
        .help = "mark all items that are loaded and shown",
        .run = pane_items_run_mark_shown,
        .enabled = items_has_item},
    {.name = "mark-all",
        .help = "mark everything that this Scan or Query reads, loaded or not",
        .run = pane_items_run_mark_all,
        .enabled = pane_items_may_mark_all},
    {.name = "marked",
        .help = "choose what to do with the marked items",
        .hint = "marked",
        .priority = 8,
        .run = items_run_marked,
        .enabled = pane_items_has_marks},
    {.name = "unmark",
        .help = "take all marks away",
        .flags = COMMAND_NAMED,
        .run = pane_items_run_unmark,
        .enabled = pane_items_has_marks},
    {.name = "remark",
        .help = "bring back the marks that were dropped last",
        .flags = COMMAND_NAMED,
        .run = pane_items_run_remark,
        .enabled = pane_items_has_dropped},
    {.name = "delete-marked",
        .help = "delete the marked items, after asking",
        .flags = COMMAND_WRITES | COMMAND_NAMED | COMMAND_DESTROYS,
        .run = items_run_delete_marked,
        .enabled = pane_items_has_marks},
    {.name = "update-marked",
        .args = "[SET … REMOVE … ADD …]",
        .help = "change attributes of all marked items: SET status = \"new\", n = n + 1",
        .flags = COMMAND_WRITES | COMMAND_NAMED,
        .run = items_run_update_marked,
        .enabled = pane_items_has_marks},
    {.name = "export-marked",
        .args = "[typed|csv] [FILE]",
        .help = "write the marked items to a file: JSON lines, or CSV by its name",
        .flags = COMMAND_NAMED,
        .run = items_run_export_marked,
        .enabled = pane_items_has_marks},
    {.name = "copy-marked",
        .args = "[typed]",
        .help = "copy the marked items as JSON lines",
        .flags = COMMAND_NAMED,
        .run = items_run_copy_marked,
        .enabled = pane_items_has_marks},
    {.name = "undo-file",
        .args = "[FILE]",
        .help = "take back what an undo file of many items holds",
        .flags = COMMAND_WRITES | COMMAND_NAMED,
        .run = items_run_undo_file,
        .enabled = items_has_table},
    {.name = "marked-report",
        .help = "what went wrong with the marked items the last time",
        .flags = COMMAND_NAMED,
        .run = items_run_marked_report,
        .enabled = items_has_report},
    {0},
};
