/* SPDX-License-Identifier: MIT */
/*
 * Reading in the item view: what is packed into strings and binary, long values in a pager, the
 * sizes of attributes. Changes nothing of the item.
 */
#include "views/cells.h"
#include "views/item/pane_item_impl.h"
#include "views/pane_text.h"

bool pane_item_has_value(struct app *app, struct view *view, struct buf *why)
{
    (void)app;
    if (pane_item_at((struct pane_item *)view))
        return true;
    buf_add(why, STR("choose an attribute in the tree first"));
    return false;
}

/* The steps from one node, which is left out, down to another. */
static void place_below(const struct pane_item *p, const struct item_node *top,
    const struct item_node *node, struct buf *out)
{
    struct patch_path path = {0};
    const struct item_node *at = node;
    size_t count = 0;
    for (; at != top; at = &p->model.nodes[at->parent])
        count++;
    path.count = count < PATCH_STEPS_MAX ? count : PATCH_STEPS_MAX;
    for (at = node; at != top; at = &p->model.nodes[at->parent])
        if (--count < PATCH_STEPS_MAX)
            path.steps[count] = (struct patch_step){.name = at->name, .index = at->index};
    patch_path_add(out, &path);
}

void pane_item_place(const struct pane_item *p, const struct item_node *node, struct buf *out)
{
    const struct item_node *top = node;
    while (top->inside)
        top = &p->model.nodes[top->parent];
    struct patch_path path;
    item_tree_path(&p->model, top - p->model.nodes, &path);
    patch_path_add(out, &path);
    if (top == node)
        return;
    buf_add(out, STR(" ▸ "));
    place_below(p, top, node, out);
}

void pane_item_unfold(struct app *app, struct view *view, struct str args)
{
    struct pane_item *p = (struct pane_item *)view;
    const struct item_node *node = pane_item_at(p);
    struct err err = ERR_INIT;
    struct tree_node shown = {0};
    (void)args;
    if (!item_tree_unfold(&p->model, node - p->model.nodes, &err)) {
        app_say(app, ROLE_STATUS_WARNING, "nothing to unfold: %s", err.text);
        return;
    }
    item_tree_set(&p->model, &p->table, item_tree_item(&p->model));
    tree_update(&p->tree);
    node = pane_item_at(p);
    if (!node || !node->form)
        return;
    pane_item_node(p, node - p->model.nodes, true, &shown);
    if (tree_folded(&p->tree, &shown))
        tree_handle(&p->tree, ACTION_UNFOLD);
}

void pane_item_view(struct app *app, struct view *view, struct str args)
{
    struct pane_item *p = (struct pane_item *)view;
    const struct item_node *node = pane_item_at(p);
    struct buf title = {0};
    (void)args;
    cells_add_key(&title, item_tree_item(&p->model), p->table.keys, p->table.key_count);
    buf_add(&title, STR(" ▸ "));
    pane_item_place(p, node, &title);
    pane_text_open_value(app, buf_str(&title), node->value);
    buf_fini(&title);
}

void pane_item_sizes(struct app *app, struct view *view, struct str args)
{
    struct pane_item *p = (struct pane_item *)view;
    (void)args;
    p->sizes = !p->sizes;
    app->dirty = true;
}
