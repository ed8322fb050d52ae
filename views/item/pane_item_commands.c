/* SPDX-License-Identifier: MIT */
/*
 * What can be done in the item view, one row a command. Must not draw.
 */
#include "views/changes/pane_changes.h"
#include "views/contexts.h"
#include "views/item/act.h"
#include "views/item/pane_item_impl.h"
#include "views/items/copying.h"
#include "views/items/pane_items.h"

#include "backend/json_out.h"

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
    if (pane_item_path(p, &path))
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
    if (pane_item_path(p, &path)) {
        pane_item_node(p, at, true, &node);
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

static void item_run_history(struct app *app, struct view *view, struct str args)
{
    struct pane_item *p = (struct pane_item *)view;
    (void)args;
    changes_history_open(app, &p->table, item_tree_item(&p->model));
}

static void item_run_json(struct app *app, struct view *view, struct str args)
{
    struct pane_item *p = (struct pane_item *)view;
    (void)app;
    (void)args;
    p->json = !p->json;
    pane_item_make_text(p);
}

static void item_run_typed(struct app *app, struct view *view, struct str args)
{
    struct pane_item *p = (struct pane_item *)view;
    (void)app;
    (void)args;
    p->typed = p->json ? !p->typed : true;
    p->json = true;
    pane_item_make_text(p);
}

static void item_run_copy(struct app *app, struct view *view, struct str args)
{
    struct pane_item *p = (struct pane_item *)view;
    const struct item_node *node = pane_item_at(p);
    struct buf text = {0}, what = {0};
    (void)args;
    copying_add_value(&text, node->value);
    buf_add(&what, STR("the value of "));
    pane_item_place(p, node, &what);
    app_copy(app, buf_str(&text), buf_str(&what));
    buf_fini(&text);
    buf_fini(&what);
}

static void item_run_write_value(struct app *app, struct view *view, struct str args)
{
    struct pane_item *p = (struct pane_item *)view;
    const struct item_node *node = pane_item_at(p);
    struct buf text = {0}, what = {0};
    copying_add_value(&text, node->value);
    buf_add(&what, STR("the value of "));
    pane_item_place(p, node, &what);
    copying_write(app, args, buf_str(&text), buf_str(&what));
    buf_fini(&text);
    buf_fini(&what);
}

static void item_run_write_item(struct app *app, struct view *view, struct str args)
{
    struct buf text = {0};
    json_out_line(&text, item_tree_item(&((struct pane_item *)view)->model), false);
    copying_write(app, args, buf_str(&text), STR("the item"));
    buf_fini(&text);
}

static void item_run_copy_key(struct app *app, struct view *view, struct str args)
{
    struct pane_item *p = (struct pane_item *)view;
    copying_key(app, &p->table, item_tree_item(&p->model), args);
}

static void item_run_copy_path(struct app *app, struct view *view, struct str args)
{
    struct patch_path path;
    struct buf text = {0};
    (void)args;
    if (pane_item_path((struct pane_item *)view, &path)) {
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
    view->ops->cancel(view);
    pane_item_show(p, item);
    view->ops->refresh(view);
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
    if (!pane_item_find((struct pane_item *)view, 1, false))
        app_say(app, ROLE_STATUS_WARNING, "not found in this item");
}

static void item_run_find_previous(struct app *app, struct view *view, struct str args)
{
    (void)args;
    if (!pane_item_find((struct pane_item *)view, -1, false))
        app_say(app, ROLE_STATUS_WARNING, "not found in this item");
}

static bool item_in_tree(struct app *app, struct view *view, struct buf *why)
{
    struct patch_path path;
    (void)app;
    if (pane_item_path((struct pane_item *)view, &path))
        return true;
    if (pane_item_has_value(app, view, why))
        buf_add(why, STR("this stands inside a string: change the string, or copy from here"));
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

static bool item_is_of_grid(struct app *app, struct view *view, struct buf *why)
{
    (void)view;
    if (!app->stream)
        return true;
    buf_add(why, STR("this item was opened from the stream"));
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
        .flags = COMMAND_WRITES | COMMAND_DESTROYS,
        .run = item_run_remove,
        .enabled = item_in_tree},
    {.name = "delete",
        .help = "delete the item, after asking",
        .flags = COMMAND_WRITES | COMMAND_DESTROYS,
        .run = item_run_delete},
    {.name = "item-history",
        .help = "the versions of the item that its stream still holds",
        .hint = "history",
        .priority = 2,
        .run = item_run_history},
    {.name = "json",
        .help = "show the item as JSON, or as a tree again",
        .hint = "view",
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
        .enabled = pane_item_has_value},
    {.name = "copy-item",
        .args = "[typed]",
        .help = "copy the item as JSON",
        .run = item_run_copy_item},
    {.name = "copy-key",
        .args = "[typed]",
        .help = "copy the item's key as JSON",
        .run = item_run_copy_key},
    {.name = "write-item",
        .args = "[FILE]",
        .help = "write the item to a file, as a line of JSON",
        .flags = COMMAND_NAMED,
        .run = item_run_write_item},
    {.name = "write-value",
        .args = "[FILE]",
        .help = "write the value under the cursor to a file",
        .flags = COMMAND_NAMED,
        .run = item_run_write_value,
        .enabled = pane_item_has_value},
    {.name = "copy-path",
        .help = "copy the path of the value",
        .run = item_run_copy_path,
        .enabled = item_in_tree},
    {.name = "unfold-value",
        .help = "what is inside the value: JSON, base64, gzip, zlib, zstd; or fold it again",
        .hint = "unfold",
        .priority = 2,
        .run = pane_item_unfold,
        .enabled = pane_item_has_value},
    {.name = "view-value",
        .help = "the whole value to read: wrapped, searched, as JSON or in hex",
        .hint = "read",
        .priority = 3,
        .run = pane_item_view,
        .enabled = pane_item_has_value},
    {.name = "sizes",
        .help = "the bytes of each attribute, as the service counts them",
        .run = pane_item_sizes},
    {.name = "next-item",
        .help = "the next item of the grid",
        .hint = "next",
        .priority = 3,
        .flags = COMMAND_REPEATS,
        .run = item_run_next,
        .enabled = item_is_of_grid},
    {.name = "previous-item",
        .help = "the previous item of the grid",
        .flags = COMMAND_REPEATS,
        .run = item_run_previous,
        .enabled = item_is_of_grid},
    {.name = "find-next",
        .help = "the next place with the text of /",
        .flags = COMMAND_REPEATS,
        .run = item_run_find_next,
        .enabled = item_searches},
    {.name = "find-previous",
        .help = "the previous place",
        .flags = COMMAND_REPEATS,
        .run = item_run_find_previous,
        .enabled = item_searches},
    {0},
};
