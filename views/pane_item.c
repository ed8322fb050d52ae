/* SPDX-License-Identifier: MIT */
/*
 * The item view: a tree of values that folds, or the item's JSON, plain or typed. Must not know the
 * grid below it, but for going to its next item.
 */
#include "views/pane_item.h"

#include "base/mem.h"
#include "tui/pager.h"
#include "tui/tree.h"
#include "views/act.h"
#include "views/browse.h"
#include "views/cells.h"
#include "views/contexts.h"
#include "views/item_tree.h"
#include "views/match.h"
#include "views/pane_items.h"
#include "views/words.h"

#include "backend/json_out.h"
#include "backend/number.h"
#include <stdlib.h>

struct pane_item {
    struct view view;
    struct arena arena; /* owns the table's description */
    struct client_table table;
    struct item_tree model;
    struct tree tree;
    struct pager pager;
    bool json, typed; /* JSON instead of the tree; DynamoDB JSON */
    struct buf text;  /* the JSON */
    struct buf search;
    struct buf label, value, note;
    struct task *task;
    bool loaded, gone, stale; /* stale: asked to read again while it was read */
};

struct item_task {
    struct task task;
    struct str table;
    struct value key, item;
};

/* ---- the tree's source ---- */

static int64_t item_count(void *data)
{
    return ((struct pane_item *)data)->model.count;
}

/* What an epoch number means, or how large a value is that does not show whole. */
static void item_note(struct pane_item *p, const struct item_node *node)
{
    int64_t number, ms;
    if (node->value.type == VALUE_N && number_to_i64(node->value.data, &number) &&
        words_epoch_ms(number, &ms)) {
        bool ttl = node->depth == 0 && str_equal(node->name, p->table.ttl_attribute);
        words_utc(&p->note, ms);
        buf_add(&p->note, ttl ? STR(", expires ") : STR(", "));
        words_distance(&p->note, ms, clock_now_ms(p->view.app->options.clock));
    } else if (node->value.type == VALUE_S && node->value.data.len > 200) {
        words_bytes(&p->note, (int64_t)node->value.data.len);
    }
}

static bool item_is_key(const struct pane_item *p, const struct item_node *node)
{
    for (uint32_t i = 0; i < p->table.key_count && node->depth == 0; i++)
        if (str_equal(node->name, p->table.keys[i].name))
            return true;
    return false;
}

static void item_node(void *data, int64_t index, bool brief, struct tree_node *out)
{
    struct pane_item *p = data;
    const struct item_node *node = &p->model.nodes[index];
    out->id = node->id;
    out->depth = node->depth;
    out->branch = (node->value.type == VALUE_M || node->value.type == VALUE_L) && node->value.count;
    if (brief)
        return;
    buf_clear(&p->label);
    buf_clear(&p->value);
    buf_clear(&p->note);
    if (node->name.at)
        buf_add(&p->label, node->name);
    else
        buf_printf(&p->label, "%zu", node->index);
    cells_add(&p->value, node->value, true);
    item_note(p, node);
    out->label = buf_str(&p->label);
    out->value = buf_str(&p->value);
    out->note = item_is_key(p, node) ? STR("key") : buf_str(&p->note);
    out->label_role = item_is_key(p, node) ? ROLE_KEY : ROLE_LABEL;
    out->value_role = cells_role(node->value.type);
    out->note_role = ROLE_NOTE;
}

/* ---- the item ---- */

static void item_make_text(struct pane_item *p)
{
    if (!p->json)
        return;
    buf_clear(&p->text);
    struct value item = item_tree_item(&p->model);
    item.type == VALUE_M ? (void)json_out_pretty(&p->text, item, p->typed) : (void)0;
    pager_set(&p->pager, buf_str(&p->text));
}

static void item_show(struct pane_item *p, struct value item)
{
    item_tree_set(&p->model, &p->table, item);
    tree_update(&p->tree);
    item_make_text(p);
    p->view.app->dirty = true;
}

static bool item_work(struct task *task, struct client *client, struct err *err)
{
    struct item_task *t = (struct item_task *)task;
    return client_get(client, &task->arena, t->table, t->key, &t->item, err);
}

static void item_load(struct view *view);

static void item_ended(struct task *task)
{
    struct pane_item *p = task->owner;
    struct item_task *t = (struct item_task *)task;
    p->task = NULL;
    p->loaded = true;
    if (p->stale)
        item_load(&p->view);
    if (!task->ok) {
        app_fail(p->view.app, &task->err);
    } else if (t->item.type == VALUE_NONE) {
        p->gone = true;
        p->view.app->dirty = true;
    } else {
        p->gone = false;
        if (!value_equal(t->item, item_tree_item(&p->model)))
            item_show(p, t->item);
    }
}

static void item_load(struct view *view)
{
    struct pane_item *p = (struct pane_item *)view;
    struct buf key = {0};
    p->stale = p->task != NULL;
    if (p->task || !client_key_of(&p->table, item_tree_item(&p->model), &key)) {
        buf_fini(&key);
        return;
    }
    struct item_task *t = task_new(sizeof *t, p, item_work, item_ended);
    t->table = arena_dup(&t->task.arena, p->table.name);
    t->key = value_of(arena_dup(&t->task.arena, buf_str(&key)));
    buf_fini(&key);
    p->task = &t->task;
    task_submit(&t->task, view->app->worker);
}

bool pane_item_waiting(const struct view *view)
{
    const struct pane_item *p = (const struct pane_item *)view;
    return p->task && !p->loaded;
}

/* ---- the view ---- */

static void item_title(struct view *view, struct buf *left, struct buf *right)
{
    struct pane_item *p = (struct pane_item *)view;
    struct value item = item_tree_item(&p->model);
    buf_printf(left, "%.*s ▸ ", STR_ARG(p->table.name));
    cells_add_key(left, item, p->table.keys, p->table.key_count);
    if (p->search.len)
        buf_printf(left, "  /%.*s", STR_ARG(buf_str(&p->search)));
    if (p->gone)
        buf_add(right, STR("deleted meanwhile · "));
    if (p->json)
        buf_add(right, p->typed ? STR("DynamoDB JSON · ") : STR("JSON · "));
    words_bytes(right, (int64_t)value_item_size(item));
}

/* The path of the node under the cursor; false in JSON and in an empty item. */
static bool item_path(const struct pane_item *p, struct patch_path *path)
{
    int64_t node = p->json ? -1 : tree_selected(&p->tree);
    if (node < 0 || node >= p->model.count)
        return false;
    item_tree_path(&p->model, node, path);
    return true;
}

static void item_facts(struct view *view, struct buf *out)
{
    struct pane_item *p = (struct pane_item *)view;
    struct patch_path path;
    struct value v;
    if (!item_path(p, &path) || !patch_find(item_tree_item(&p->model), &path, &v))
        return;
    patch_path_add(out, &path);
    buf_printf(out, " · %s · ", value_type_name(v.type));
    words_bytes(out, (int64_t)value_size(v));
}

static void item_arrange(struct view *view, int rows, int cols)
{
    struct pane_item *p = (struct pane_item *)view;
    p->tree.focused = view->focused;
    p->tree.gutter = view->app->gutter;
    p->tree.search = buf_str(&p->search);
    p->pager.search = buf_str(&p->search);
    p->pager.ascii = view->app->frame.ascii;
    if (p->json)
        pager_arrange(&p->pager, rows, cols);
    else
        tree_arrange(&p->tree, rows, cols);
}

static void item_draw(const struct view *view, const struct canvas *c)
{
    const struct pane_item *p = (const struct pane_item *)view;
    if (p->json)
        pager_draw(&p->pager, c);
    else
        tree_draw(&p->tree, c);
}

static bool item_action(struct view *view, enum action action)
{
    struct pane_item *p = (struct pane_item *)view;
    return p->json ? pager_handle(&p->pager, action) : tree_handle(&p->tree, action);
}

static bool item_node_matches(const struct pane_item *p, int64_t node)
{
    struct buf text = {0};
    const struct item_node *n = &p->model.nodes[node];
    if (n->name.at)
        buf_add(&text, n->name);
    buf_add_byte(&text, ' ');
    cells_add(&text, n->value, false);
    bool found = match_text(buf_str(&text), buf_str(&p->search));
    buf_fini(&text);
    return found;
}

/* The next node, round the end, that has the text. */
static bool item_find(struct pane_item *p, int step, bool stay)
{
    if (p->json)
        return pager_find(&p->pager, buf_str(&p->search), step);
    int64_t at = tree_selected(&p->tree);
    for (int64_t i = stay ? 0 : 1; i <= p->model.count && at >= 0; i++) {
        int64_t node = (at + step * i + p->model.count) % p->model.count;
        if (item_node_matches(p, node)) {
            tree_select(&p->tree, node);
            return true;
        }
    }
    return false;
}

static void item_filter(struct view *view, struct str text)
{
    struct pane_item *p = (struct pane_item *)view;
    buf_clear(&p->search);
    buf_add(&p->search, text);
    if (text.len)
        item_find(p, 1, true);
}

static bool item_back(struct view *view)
{
    struct pane_item *p = (struct pane_item *)view;
    if (!p->search.len)
        return false;
    buf_clear(&p->search);
    return true;
}

static bool item_cancel(struct view *view)
{
    struct pane_item *p = (struct pane_item *)view;
    bool running = p->task != NULL;
    task_forget(p->task);
    p->task = NULL;
    return running;
}

static void item_free(struct view *view)
{
    struct pane_item *p = (struct pane_item *)view;
    task_forget(p->task);
    tree_fini(&p->tree);
    pager_fini(&p->pager);
    item_tree_fini(&p->model);
    buf_fini(&p->text);
    buf_fini(&p->search);
    buf_fini(&p->label);
    buf_fini(&p->value);
    buf_fini(&p->note);
    arena_fini(&p->arena);
    free(p);
}

/* ---- commands ---- */

static void item_run_edit(struct app *app, struct view *view, struct str args)
{
    struct pane_item *p = (struct pane_item *)view;
    act_edit(app, &p->table, item_tree_item(&p->model),
        str_equal(args, STR("typed")) || (p->json && p->typed));
}

typedef void act_on_path(
    struct app *, const struct client_table *, struct value, const struct patch_path *);

static void item_act(struct app *app, struct view *view, act_on_path *act)
{
    struct pane_item *p = (struct pane_item *)view;
    struct patch_path path = {0};
    if (item_path(p, &path))
        act(app, &p->table, item_tree_item(&p->model), &path);
}

static void item_run_edit_attribute(struct app *app, struct view *view, struct str args)
{
    (void)args;
    item_act(app, view, act_edit_attribute);
}

static void item_run_rename(struct app *app, struct view *view, struct str args)
{
    (void)args;
    item_act(app, view, act_rename_attribute);
}

static void item_run_remove(struct app *app, struct view *view, struct str args)
{
    (void)args;
    item_act(app, view, act_remove_attribute);
}

/* Into the map under the cursor where it is unfolded, else beside what is under the cursor. */
static void item_run_add_attribute(struct app *app, struct view *view, struct str args)
{
    struct pane_item *p = (struct pane_item *)view;
    struct patch_path path = {0};
    struct tree_node node = {0};
    int64_t at = tree_selected(&p->tree);
    (void)args;
    if (item_path(p, &path)) {
        item_node(p, at, true, &node);
        bool into = p->model.nodes[at].value.type == VALUE_M && !tree_folded(&p->tree, &node) &&
                    node.branch;
        if (!into && path.count)
            path.count--;
    }
    act_add_attribute(app, &p->table, item_tree_item(&p->model), &path);
}

static void item_run_delete(struct app *app, struct view *view, struct str args)
{
    struct pane_item *p = (struct pane_item *)view;
    (void)args;
    act_delete(app, &p->table, item_tree_item(&p->model));
}

static void item_run_json(struct app *app, struct view *view, struct str args)
{
    struct pane_item *p = (struct pane_item *)view;
    (void)app;
    (void)args;
    p->json = !p->json;
    item_make_text(p);
}

static void item_run_typed(struct app *app, struct view *view, struct str args)
{
    struct pane_item *p = (struct pane_item *)view;
    (void)app;
    (void)args;
    p->typed = p->json ? !p->typed : true;
    p->json = true;
    item_make_text(p);
}

static void item_run_copy(struct app *app, struct view *view, struct str args)
{
    struct pane_item *p = (struct pane_item *)view;
    struct patch_path path;
    struct value v;
    struct buf text = {0}, what = {0};
    (void)args;
    if (!item_path(p, &path) || !patch_find(item_tree_item(&p->model), &path, &v))
        return;
    if (v.type == VALUE_S)
        buf_add(&text, v.data);
    else
        json_out_plain(&text, v);
    buf_add(&what, STR("the value of "));
    patch_path_add(&what, &path);
    app_copy(app, buf_str(&text), buf_str(&what));
    buf_fini(&text);
    buf_fini(&what);
}

static void item_run_copy_path(struct app *app, struct view *view, struct str args)
{
    struct patch_path path;
    struct buf text = {0};
    (void)args;
    if (item_path((struct pane_item *)view, &path)) {
        patch_path_add(&text, &path);
        app_copy(app, buf_str(&text), STR("the path"));
    }
    buf_fini(&text);
}

static void item_run_copy_item(struct app *app, struct view *view, struct str args)
{
    struct pane_item *p = (struct pane_item *)view;
    struct buf text = {0};
    bool typed =
        p->typed || str_equal(args, STR("typed")) || !json_out_is_plain(item_tree_item(&p->model));
    json_out_pretty(&text, item_tree_item(&p->model), typed);
    app_copy(
        app, buf_str(&text), typed ? STR("the item as DynamoDB JSON") : STR("the item as JSON"));
    buf_fini(&text);
}

static void item_step(struct app *app, struct view *view, int step)
{
    struct pane_item *p = (struct pane_item *)view;
    if (!pane_items_step(app->items, step)) {
        app_say(app, ROLE_STATUS, step > 0 ? "the last item" : "the first item");
        return;
    }
    struct value item = pane_items_current(app->items);
    if (item.type != VALUE_M)
        return;
    p->gone = false;
    item_cancel(view);
    item_show(p, item);
    item_load(view);
}

static void item_run_next(struct app *app, struct view *view, struct str args)
{
    (void)args;
    item_step(app, view, 1);
}

static void item_run_previous(struct app *app, struct view *view, struct str args)
{
    (void)args;
    item_step(app, view, -1);
}

static void item_run_find_next(struct app *app, struct view *view, struct str args)
{
    (void)args;
    if (!item_find((struct pane_item *)view, 1, false))
        app_say(app, ROLE_STATUS_WARNING, "not found in this item");
}

static void item_run_find_previous(struct app *app, struct view *view, struct str args)
{
    (void)args;
    if (!item_find((struct pane_item *)view, -1, false))
        app_say(app, ROLE_STATUS_WARNING, "not found in this item");
}

static bool item_in_tree(struct app *app, struct view *view, struct buf *why)
{
    struct patch_path path;
    (void)app;
    if (item_path((struct pane_item *)view, &path))
        return true;
    buf_add(why, STR("choose an attribute in the tree first"));
    return false;
}

static bool item_searches(struct app *app, struct view *view, struct buf *why)
{
    (void)app;
    if (((struct pane_item *)view)->search.len)
        return true;
    buf_add(why, STR("nothing to look for: / takes a text"));
    return false;
}

const struct command pane_item_commands[] = {
    {.name = "edit",
        .args = "[typed]",
        .help = "edit the item in the editor",
        .hint = "edit",
        .priority = 7,
        .flags = COMMAND_WRITES,
        .run = item_run_edit},
    {.name = "edit-attribute",
        .help = "change the value under the cursor",
        .hint = "change",
        .priority = 8,
        .flags = COMMAND_WRITES,
        .run = item_run_edit_attribute,
        .enabled = item_in_tree},
    {.name = "add-attribute",
        .help = "add an attribute",
        .hint = "add",
        .priority = 5,
        .flags = COMMAND_WRITES,
        .run = item_run_add_attribute},
    {.name = "rename-attribute",
        .help = "rename the attribute under the cursor",
        .hint = "rename",
        .priority = 2,
        .flags = COMMAND_WRITES,
        .run = item_run_rename,
        .enabled = item_in_tree},
    {.name = "remove-attribute",
        .help = "remove the attribute under the cursor",
        .hint = "remove",
        .priority = 3,
        .flags = COMMAND_WRITES,
        .run = item_run_remove,
        .enabled = item_in_tree},
    {.name = "delete",
        .help = "delete the item, after asking",
        .flags = COMMAND_WRITES,
        .run = item_run_delete},
    {.name = "json",
        .help = "show the item as JSON, or as a tree again",
        .hint = "JSON",
        .priority = 6,
        .run = item_run_json},
    {.name = "typed",
        .help = "show DynamoDB JSON, or plain JSON",
        .hint = "typed",
        .priority = 1,
        .run = item_run_typed},
    {.name = "copy",
        .help = "copy the value under the cursor",
        .hint = "copy",
        .priority = 4,
        .run = item_run_copy,
        .enabled = item_in_tree},
    {.name = "copy-item",
        .args = "[typed]",
        .help = "copy the item as JSON",
        .run = item_run_copy_item},
    {.name = "copy-path",
        .help = "copy the path of the value",
        .run = item_run_copy_path,
        .enabled = item_in_tree},
    {.name = "next-item",
        .help = "the next item of the grid",
        .hint = "next",
        .priority = 3,
        .run = item_run_next},
    {.name = "previous-item", .help = "the previous item of the grid", .run = item_run_previous},
    {.name = "find-next",
        .help = "the next place with the text of /",
        .run = item_run_find_next,
        .enabled = item_searches},
    {.name = "find-previous",
        .help = "the previous place",
        .run = item_run_find_previous,
        .enabled = item_searches},
    {0},
};

static void item_mouse(struct view *view, enum input_mouse_kind kind, int row, int col)
{
    struct pane_item *p = (struct pane_item *)view;
    (void)col;
    if (kind == INPUT_MOUSE_WHEEL_UP)
        item_action(view, ACTION_UP);
    else if (kind == INPUT_MOUSE_WHEEL_DOWN)
        item_action(view, ACTION_DOWN);
    else if (!p->json && p->tree.top + row < p->tree.visible_count)
        p->tree.cursor = p->tree.top + row;
}

struct view *pane_item_new(
    struct app *app, const struct client_table *table, struct value item, struct str name)
{
    static const struct view_ops ops = {
        .context = "item",
        .commands = pane_item_commands,
        .title = item_title,
        .facts = item_facts,
        .arrange = item_arrange,
        .draw = item_draw,
        .action = item_action,
        .mouse = item_mouse,
        .filter = item_filter,
        .back = item_back,
        .refresh = item_load,
        .cancel = item_cancel,
        .free = item_free,
    };
    struct pane_item *p = mem_new(struct pane_item);
    p->view = (struct view){.ops = &ops, .app = app};
    browse_copy_table(&p->arena, table, &p->table);
    struct tree_source source = {.data = p, .count = item_count, .node = item_node};
    tree_init(&p->tree, &source);
    p->tree.open_depth = 2;
    pager_init(&p->pager);
    item_show(p, item);
    for (int64_t i = 0; i < p->model.count; i++)
        if (p->model.nodes[i].depth == 0 && str_equal(p->model.nodes[i].name, name))
            tree_select(&p->tree, i);
    item_load(&p->view);
    return &p->view;
}
