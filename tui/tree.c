/* SPDX-License-Identifier: MIT */
/*
 * The tree: which nodes are visible, cursor, folding. The model lists all nodes in document order;
 * a folded one hides those that follow it at a greater depth. Knows nothing of what nodes mean.
 */
#include "tui/tree.h"
#include "base/mem.h"
#include "tui/text.h"
#include <stdlib.h>

enum { LABEL_MAX = 32, INDENT = 2, ASIDE_MAX = 16, NOTE_MAX = 32, VALUE_MIN = 24 };

void tree_init(struct tree *tree, const struct tree_source *source)
{
    *tree = (struct tree){.source = *source, .focused = true, .rows = 1};
}

void tree_fini(struct tree *tree)
{
    free(tree->visible);
    free(tree->toggled);
    *tree = (struct tree){0};
}

static struct tree_node node_at(const struct tree *tree, int64_t index, bool brief)
{
    struct tree_node node = {0};
    tree->source.node(tree->source.data, index, brief, &node);
    return node;
}

/* Where an id is among the sorted ones, or would be. */
static size_t place_of(const struct tree *tree, uint64_t id)
{
    size_t low = 0, high = tree->toggled_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (tree->toggled[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_toggled(const struct tree *tree, uint64_t id)
{
    size_t at = place_of(tree, id);
    return at < tree->toggled_count && tree->toggled[at] == id;
}

static void toggle(struct tree *tree, uint64_t id)
{
    size_t at = place_of(tree, id), after = tree->toggled_count - at;
    if (is_toggled(tree, id)) {
        tree->toggled_count--;
        memmove(tree->toggled + at, tree->toggled + at + 1, (after - 1) * sizeof id);
        return;
    }
    tree->toggled = mem_grow(tree->toggled, (tree->toggled_count + 1) * sizeof id);
    memmove(tree->toggled + at + 1, tree->toggled + at, after * sizeof id);
    tree->toggled[at] = id;
    tree->toggled_count++;
}

bool tree_folded(const struct tree *tree, const struct tree_node *node)
{
    bool folded = tree->open_depth > 0 && node->depth >= tree->open_depth;
    return node->branch && folded != is_toggled(tree, node->id);
}

static int64_t row_of(const struct tree *tree, int64_t index)
{
    int64_t low = 0, high = tree->visible_count;
    while (low < high) {
        int64_t middle = (low + high) / 2;
        if (tree->visible[middle] < index)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void find_visible(struct tree *tree)
{
    int64_t count = tree->source.count(tree->source.data);
    int hidden_below = -1; /* depth of the folded node that hides what follows */
    tree->visible = mem_grow(tree->visible, (size_t)(count + 1) * sizeof *tree->visible);
    tree->visible_count = 0;
    for (int64_t i = 0; i < count; i++) {
        struct tree_node node = node_at(tree, i, true);
        if (hidden_below >= 0 && node.depth > hidden_below)
            continue;
        hidden_below = tree_folded(tree, &node) ? node.depth : -1;
        tree->visible[tree->visible_count++] = i;
    }
}

static void go(struct tree *tree, int64_t row)
{
    if (row >= tree->visible_count)
        row = tree->visible_count - 1;
    tree->cursor = row < 0 ? 0 : row;
}

/* Finds what is visible; the cursor stays on the node or goes to the one that hides it. */
static void update_at(struct tree *tree, int64_t index)
{
    find_visible(tree);
    int64_t row = row_of(tree, index);
    go(tree, row < tree->visible_count && tree->visible[row] == index ? row : row - 1);
}

void tree_update(struct tree *tree)
{
    uint64_t id = 0;
    int64_t before = tree->cursor, count = tree->source.count(tree->source.data);
    bool had = tree->visible_count > 0;
    if (had)
        id = tree->cursor_id;
    find_visible(tree);
    go(tree, before);
    for (int64_t row = 0; had && row < tree->visible_count && count; row++) {
        if (node_at(tree, tree->visible[row], true).id == id) {
            go(tree, row);
            break;
        }
    }
}

int64_t tree_selected(const struct tree *tree)
{
    return tree->cursor < tree->visible_count ? tree->visible[tree->cursor] : -1;
}

/* The node that encloses one, or -1. */
static int64_t parent_of(const struct tree *tree, int64_t index)
{
    int depth = node_at(tree, index, true).depth;
    for (int64_t i = index - 1; i >= 0; i--)
        if (node_at(tree, i, true).depth < depth)
            return i;
    return -1;
}

void tree_select(struct tree *tree, int64_t index)
{
    if (index < 0 || index >= tree->source.count(tree->source.data))
        return;
    for (int64_t up = parent_of(tree, index); up >= 0; up = parent_of(tree, up)) {
        struct tree_node node = node_at(tree, up, true);
        if (tree_folded(tree, &node))
            toggle(tree, node.id);
    }
    update_at(tree, index);
}

static void fold(struct tree *tree, bool folded)
{
    int64_t index = tree_selected(tree);
    if (index < 0)
        return;
    struct tree_node node = node_at(tree, index, true);
    if (node.branch && tree_folded(tree, &node) != folded) {
        toggle(tree, node.id);
        update_at(tree, index);
    } else if (folded && parent_of(tree, index) >= 0) {
        update_at(tree, parent_of(tree, index));
    }
}

static void fold_toggle(struct tree *tree)
{
    int64_t index = tree_selected(tree);
    if (index < 0)
        return;
    struct tree_node node = node_at(tree, index, true);
    if (!node.branch)
        return;
    toggle(tree, node.id);
    update_at(tree, index);
}

static int compare_ids(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static void fold_all(struct tree *tree, bool folded)
{
    int64_t index = tree_selected(tree), count = tree->source.count(tree->source.data);
    tree->toggled = mem_grow(tree->toggled, ((size_t)count + 1) * sizeof *tree->toggled);
    tree->toggled_count = 0;
    for (int64_t i = 0; i < count; i++) {
        struct tree_node node = node_at(tree, i, true);
        bool by_itself = tree->open_depth > 0 && node.depth >= tree->open_depth;
        if (node.branch && by_itself != folded)
            tree->toggled[tree->toggled_count++] = node.id;
    }
    qsort(tree->toggled, tree->toggled_count, sizeof *tree->toggled, compare_ids);
    update_at(tree, index < 0 ? 0 : index);
}

static bool handle_folding(struct tree *tree, enum action action)
{
    switch (action) {
    case ACTION_LEFT:
    case ACTION_FOLD:
        return fold(tree, true), true;
    case ACTION_RIGHT:
    case ACTION_UNFOLD:
        return fold(tree, false), true;
    case ACTION_FOLD_TOGGLE:
        return fold_toggle(tree), true;
    case ACTION_FOLD_ALL:
        return fold_all(tree, true), true;
    case ACTION_UNFOLD_ALL:
        return fold_all(tree, false), true;
    case ACTION_PARENT:
        if (tree_selected(tree) >= 0 && parent_of(tree, tree_selected(tree)) >= 0)
            update_at(tree, parent_of(tree, tree_selected(tree)));
        return true;
    default:
        return false;
    }
}

static bool handle_moves(struct tree *tree, enum action action)
{
    int page = tree->rows > 1 ? tree->rows : 1, half = page > 1 ? page / 2 : 1;
    switch (action) {
    case ACTION_UP:
        return go(tree, tree->cursor - 1), true;
    case ACTION_DOWN:
        return go(tree, tree->cursor + 1), true;
    case ACTION_PAGE_UP:
        return tree->top -= page, go(tree, tree->cursor - page), true;
    case ACTION_PAGE_DOWN:
        return tree->top += page, go(tree, tree->cursor + page), true;
    case ACTION_HALF_UP:
        return tree->top -= half, go(tree, tree->cursor - half), true;
    case ACTION_HALF_DOWN:
        return tree->top += half, go(tree, tree->cursor + half), true;
    case ACTION_TOP:
        return go(tree, 0), true;
    case ACTION_BOTTOM:
        return go(tree, tree->visible_count - 1), true;
    case ACTION_CENTER:
        return tree->top = tree->cursor - tree->rows / 2, true;
    case ACTION_CURSOR_TOP:
        return tree->top = tree->cursor, true;
    case ACTION_CURSOR_BOTTOM:
        return tree->top = tree->cursor - tree->rows + 1, true;
    default:
        return false;
    }
}

static void remember_cursor(struct tree *tree)
{
    int64_t index = tree_selected(tree);
    if (index >= 0)
        tree->cursor_id = node_at(tree, index, true).id;
}

bool tree_handle(struct tree *tree, enum action action)
{
    bool used = handle_moves(tree, action) || handle_folding(tree, action);
    remember_cursor(tree);
    return used;
}

/* ---- drawing ---- */

static int label_end(const struct tree *tree, const struct tree_node *node)
{
    (void)tree;
    return node->depth * INDENT + text_columns(node->label, LABEL_MAX, false);
}

void tree_arrange(struct tree *tree, int rows, int cols)
{
    tree->rows = rows > 0 ? rows : 1;
    tree->cols = cols;
    go(tree, tree->cursor);
    if (tree->top > tree->visible_count - tree->rows)
        tree->top = tree->visible_count - tree->rows;
    if (tree->top > tree->cursor)
        tree->top = tree->cursor;
    if (tree->top < tree->cursor - tree->rows + 1)
        tree->top = tree->cursor - tree->rows + 1;
    tree->top = tree->top < 0 ? 0 : tree->top;
    tree->label_width = 0;
    for (int64_t row = tree->top; row < tree->visible_count && row < tree->top + tree->rows;
         row++) {
        struct tree_node node = node_at(tree, tree->visible[row], false);
        int end = label_end(tree, &node);
        tree->label_width = end > tree->label_width ? end : tree->label_width;
    }
    int most = cols / 2 > LABEL_MAX ? LABEL_MAX : cols / 2;
    tree->label_width = tree->label_width > most ? most : tree->label_width;
    remember_cursor(tree);
}

/* A long value leaves room for a short note, where there is enough for both. */
static int value_room(const struct tree_node *node, int room, bool ascii)
{
    int note = node->note.len ? text_columns(node->note, NOTE_MAX, ascii) : 0;
    int value = room - note - 2;
    return note && note <= NOTE_MAX && value >= VALUE_MIN ? value : room;
}

/* gutter(1) fold(2) indented label, two blanks, value, two blanks, note, aside at the right edge */
static void draw_node(const struct tree *tree, const struct canvas *c, int y,
    const struct tree_node *node, enum role bar, bool folded)
{
    unsigned flags = bar != ROLE_TEXT ? CANVAS_PLAIN : 0u;
    int x = 1 + node->depth * INDENT, value_x = 3 + tree->label_width + 2;
    if (node->branch)
        canvas_glyph(c, y, x, folded ? GLYPH_FOLDED : GLYPH_UNFOLDED, bar ? bar : ROLE_TREE_FOLD);
    int width = value_x - 2 - (x + 2);
    canvas_text(
        c, y, x + 2, width > 4 ? width : 4, node->label, bar ? bar : node->label_role, flags);
    if (x + 2 + 4 > value_x - 2 && width <= 4)
        value_x = x + 2 + 4 + 2;
    int end = tree->cols;
    if (node->aside.len) {
        int columns = text_columns(node->aside, ASIDE_MAX, c->frame->ascii);
        canvas_text(
            c, y, end - columns - 1, columns, node->aside, bar ? bar : node->note_role, flags);
        end -= columns + 3;
    }
    int room = value_room(node, end - value_x, c->frame->ascii);
    int used = canvas_text(c, y, value_x, room, node->value, bar ? bar : node->value_role, flags);
    if (tree->search.len)
        canvas_match(c, y, value_x, room, node->value, flags, tree->search, ROLE_MATCH);
    int note_x = value_x + used + 2;
    canvas_text(c, y, note_x, end - note_x, node->note, bar ? bar : node->note_role, flags);
}

void tree_draw(const struct tree *tree, const struct canvas *c)
{
    for (int y = 0; y < tree->rows && tree->top + y < tree->visible_count; y++) {
        struct tree_node node = node_at(tree, tree->visible[tree->top + y], false);
        bool cursor = tree->top + y == tree->cursor;
        enum role bar = ROLE_TEXT;
        if (cursor && !tree->gutter)
            bar = tree->focused ? ROLE_CURSOR : ROLE_CURSOR_UNFOCUSED;
        if (bar != ROLE_TEXT)
            canvas_fill(c, y, 0, 1, tree->cols, bar);
        draw_node(tree, c, y, &node, bar, tree_folded(tree, &node));
        if (cursor && tree->gutter && tree->focused)
            canvas_text(c, y, 0, 1, STR(">"), ROLE_CURSOR_GUTTER, CANVAS_CUT);
    }
}
