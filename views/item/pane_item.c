/* SPDX-License-Identifier: MIT */
/*
 * The item view: a tree of values that folds, or the item's JSON, plain or typed. Must not know the
 * grid below it, but for going to its next item.
 */
#include "views/item/pane_item.h"

#include "base/mem.h"
#include "views/app.h"
#include "views/cells.h"
#include "views/changes/pane_staged.h"
#include "views/contexts.h"
#include "views/id_time.h"
#include "views/item/pane_item_impl.h"
#include "views/items/browse.h"
#include "views/match.h"
#include "views/words.h"

#include "backend/json_out.h"
#include <stdlib.h>

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

static bool item_is_ttl(const struct pane_item *p, const struct item_node *node)
{
    return node->depth == 0 && p->table.ttl_attribute.len &&
           str_equal(node->name, p->table.ttl_attribute);
}

/* The members of a list bear its name. */
static struct str item_node_name(const struct pane_item *p, const struct item_node *node)
{
    while (!node->name.at && node->parent >= 0)
        node = &p->model.nodes[node->parent];
    return node->name;
}

static void item_note_ttl(struct pane_item *p, struct value v)
{
    int64_t ms;
    if (!epoch_of_ttl(v, &ms)) {
        buf_add(&p->note, v.type == VALUE_N ? STR("never expires: TTL counts seconds since 1970")
                                            : STR("never expires: TTL is a number"));
        return;
    }
    epoch_add(&p->note, ms, p->view.app->dates);
    buf_add(&p->note, STR(", "));
    epoch_add_left(&p->note, ms, clock_now_ms(p->view.app->options.clock));
}

/* What is unfolded from a string or binary, or may be; else how long it is. */
static void item_note_packed(struct pane_item *p, const struct item_node *node)
{
    const char *guess = node->form ? NULL : unfold_guess(node->value);
    size_t before = p->note.len;
    bool binary = node->value.type == VALUE_B;
    if (node->form)
        buf_printf(&p->note, "%s inside %s%s%s", node->form, binary ? "binary" : "a string",
            *node->lack ? ", " : "", node->lack);
    else if (guess)
        buf_add(&p->note, str_from(guess));
    if (node->value.type == VALUE_S && node->value.data.len > 200) {
        buf_add(&p->note, p->note.len > before ? STR(", ") : STR(""));
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

/* When a value was, as far as it says so: a number that is a time, an identifier made of one. */
static bool item_note_time(struct pane_item *p, const struct item_node *node)
{
    const struct app *app = p->view.app;
    const char *kind = NULL;
    int64_t ms;
    bool number =
        node->value.type == VALUE_N && epoch_of(item_node_name(p, node), node->value.data, &ms);
    if (node->value.type == VALUE_S)
        kind = id_time(node->value.data, &ms);
    if (!number && !kind)
        return false;
    if (kind)
        buf_printf(&p->note, "%s of ", kind);
    epoch_add(&p->note, ms, app->dates);
    buf_add(&p->note, STR(", "));
    words_distance(&p->note, ms, clock_now_ms(app->options.clock));
    return true;
}

/* What it is, what it means, what is inside or how large it is. */
static void item_note(struct pane_item *p, const struct item_node *node)
{
    bool dates = p->view.app->dates != EPOCH_OFF;
    bool key = item_is_key(p, node);
    if (key)
        buf_add(&p->note, STR("key, "));
    size_t before = p->note.len;
    if (dates && item_is_ttl(p, node))
        item_note_ttl(p, node->value);
    else if (!dates || node->form || !item_note_time(p, node))
        item_note_packed(p, node);
    if (key && p->note.len == before)
        p->note.len -= 2;
}

/* As the service counts: an attribute's name is part of it. */
static size_t item_node_size(const struct item_node *node)
{
    return value_size(node->value) + node->name.len;
}

static bool item_staged(struct pane_item *p, int64_t index)
{
    struct patch_path path;
    if (!p->view.app->staged.first || p->model.nodes[index].inside)
        return false;
    item_tree_path(&p->model, index, &path);
    return pane_staged_note(p->view.app, &p->table, item_tree_item(&p->model), &path, &p->note);
}

void pane_item_node(void *data, int64_t index, bool brief, struct tree_node *out)
{
    struct pane_item *p = data;
    const struct item_node *node = &p->model.nodes[index];
    out->id = node->id;
    out->depth = node->depth;
    bool nested = node->value.type == VALUE_M || node->value.type == VALUE_L;
    out->branch = (nested && node->value.count) || node->form;
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
    bool staged = item_staged(p, index);
    if (!staged)
        item_note(p, node);
    out->label = buf_str(&p->label);
    out->value = buf_str(&p->value);
    out->note = buf_str(&p->note);
    out->label_role = item_is_key(p, node) ? ROLE_KEY : node->inside ? ROLE_NOTE : ROLE_LABEL;
    out->value_role = cells_role(node->value.type);
    out->note_role = staged ? ROLE_CHANGED : ROLE_NOTE;
    if (p->sizes && !node->inside) {
        buf_clear(&p->aside);
        words_bytes(&p->aside, (int64_t)item_node_size(node));
        out->aside = buf_str(&p->aside);
    }
}

/* ---- the item ---- */

void pane_item_make_text(struct pane_item *p)
{
    if (!p->json)
        return;
    buf_clear(&p->text);
    struct value item = item_tree_item(&p->model);
    item.type == VALUE_M ? (void)json_out_pretty(&p->text, item, p->typed) : (void)0;
    pager_set(&p->pager, buf_str(&p->text));
}

void pane_item_show(struct pane_item *p, struct value item)
{
    struct buf stored = {0}; /* `item` may be of the old one */
    buf_add(&stored, item.encoded);
    buf_fini(&p->stored);
    p->stored = stored;
    p->staged_version = p->view.app->staged.version;
    item = pane_staged_item(p->view.app, &p->table, value_of(buf_str(&p->stored)));
    item_tree_set(&p->model, &p->table, item);
    tree_update(&p->tree);
    pane_item_make_text(p);
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
        if (!value_equal(t->item, value_of(buf_str(&p->stored))))
            pane_item_show(p, t->item);
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

struct value pane_item_current(const struct view *view)
{
    return item_tree_item(&((const struct pane_item *)view)->model);
}

const struct client_table *pane_item_table(const struct view *view)
{
    return &((const struct pane_item *)view)->table;
}

bool pane_item_waiting(const struct view *view)
{
    const struct pane_item *p = (const struct pane_item *)view;
    return p->task && !p->loaded;
}

/* ---- the view ---- */

/* "expires in 3d 4h · " */
static void item_title_ttl(const struct pane_item *p, struct value item, struct buf *out)
{
    struct value v;
    int64_t ms, now = clock_now_ms(p->view.app->options.clock);
    struct str name = p->table.ttl_attribute;
    if (p->view.app->dates == EPOCH_OFF || item.type != VALUE_M || !name.len ||
        !value_find(item, name, &v) || !epoch_of_ttl(v, &ms))
        return;
    if (ms / 1000 > now / 1000)
        buf_add(out, STR("expires "));
    epoch_add_left(out, ms, now);
    buf_add(out, STR(" · "));
}

/* How near the service's limit it is, once that may matter. */
static void item_title_size(size_t size, struct buf *out)
{
    words_bytes(out, (int64_t)size);
    if (size > VALUE_ITEM_MAX / 2)
        buf_printf(out, ", %zu %% of 400 KB", size * 100 / VALUE_ITEM_MAX);
}

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
    pane_staged_title(p->view.app, &p->table, item, right);
    if (p->json)
        buf_add(right, p->typed ? STR("DynamoDB JSON · ") : STR("JSON · "));
    item_title_ttl(p, item, right);
    item_title_size(value_item_size(item), right);
}

const struct item_node *pane_item_at(const struct pane_item *p)
{
    int64_t node = p->json ? -1 : tree_selected(&p->tree);
    return node < 0 || node >= p->model.count ? NULL : &p->model.nodes[node];
}

bool pane_item_path(const struct pane_item *p, struct patch_path *path)
{
    const struct item_node *node = pane_item_at(p);
    if (!node || node->inside)
        return false;
    item_tree_path(&p->model, node - p->model.nodes, path);
    return true;
}

static void item_facts(struct view *view, struct buf *out)
{
    struct pane_item *p = (struct pane_item *)view;
    const struct item_node *node = pane_item_at(p);
    if (!node)
        return;
    pane_item_place(p, node, out);
    buf_printf(out, " · %s · ", value_type_name(node->value.type));
    words_bytes(out, (int64_t)value_size(node->value));
    if (node->inside)
        buf_add(out, STR(" · inside a string: to read only"));
}

static void item_arrange(struct view *view, int rows, int cols)
{
    struct pane_item *p = (struct pane_item *)view;
    if (p->staged_version != view->app->staged.version)
        pane_item_show(p, value_of(buf_str(&p->stored)));
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
bool pane_item_find(struct pane_item *p, int step, bool stay)
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
    buf_clear(&view->app->message);
    if (text.len && !pane_item_find(p, 1, true))
        app_say(view->app, ROLE_STATUS_WARNING, "not found in this item");
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
    buf_fini(&p->stored);
    buf_fini(&p->label);
    buf_fini(&p->value);
    buf_fini(&p->note);
    buf_fini(&p->aside);
    arena_fini(&p->arena);
    free(p);
}

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
    struct tree_source source = {.data = p, .count = item_count, .node = pane_item_node};
    tree_init(&p->tree, &source);
    p->tree.open_depth = 2;
    pager_init(&p->pager);
    pane_item_show(p, item);
    for (int64_t i = 0; i < p->model.count; i++)
        if (p->model.nodes[i].depth == 0 && str_equal(p->model.nodes[i].name, name))
            tree_select(&p->tree, i);
    item_load(&p->view);
    return &p->view;
}
