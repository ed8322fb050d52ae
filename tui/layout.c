/* SPDX-License-Identifier: MIT */
/*
 * Places panes. Knows numbers only, no widgets.
 *
 *   tree:  STACK( BESIDE( 0, STACK( 1, 2 ) ), 3 )      0 │ 1
 *                                                        ├───
 *   sizes that are asked for come first, then minimum    │ 2
 *   sizes, the rest is shared by weight               ───┴───
 *                                                      3
 */
#include "tui/layout.h"

enum { DEPTH_MAX = 8, CHILDREN_MAX = 16 };

static bool stacks(const struct layout_node *node)
{
    return node->kind == LAYOUT_STACK;
}

static int at_least_1(int value)
{
    return value > 0 ? value : 1;
}

static int children_of(const struct layout_node *node)
{
    return node->count < CHILDREN_MAX ? node->count : CHILDREN_MAX;
}

/* The least rows (or columns) that a node and its lines need. */
static int least_of(const struct layout_node *node, bool rows, int depth)
{
    int sum = 0, most = 0, shown = 0;
    if (node->kind == LAYOUT_PANE || depth == 0)
        return at_least_1(rows ? node->min_rows : node->min_cols);
    for (int i = 0; i < children_of(node); i++) {
        if (node->children[i].hidden)
            continue;
        int least = least_of(&node->children[i], rows, depth - 1);
        int line = shown > 0 && !node->children[i].joined;
        sum += least + line;
        most = least > most ? least : most;
        shown++;
    }
    return stacks(node) == rows ? sum : most;
}

/* Sizes of the children of a split along its direction; they add up to `room`. */
static void share(const struct layout_node *node, int room, int depth, int sizes[CHILDREN_MAX])
{
    int weights = 0, left = room;
    for (int i = 0; i < children_of(node); i++) {
        const struct layout_node *child = &node->children[i];
        sizes[i] = child->hidden ? 0 : least_of(child, stacks(node), depth);
        left -= sizes[i];
        weights += child->hidden || child->size > 0 ? 0 : at_least_1(child->weight);
    }
    /* wanted sizes are served in order, as far as they go */
    for (int i = 0; i < children_of(node); i++) {
        const struct layout_node *child = &node->children[i];
        int more = child->hidden || child->size <= sizes[i] ? 0 : child->size - sizes[i];
        more = more < left ? more : left > 0 ? left : 0;
        sizes[i] += more;
        left -= more;
    }
    for (int i = 0; i < children_of(node) && weights > 0 && left > 0; i++) {
        const struct layout_node *child = &node->children[i];
        if (child->hidden || child->size > 0)
            continue;
        int part = (int)((long)left * at_least_1(child->weight) / weights);
        weights -= at_least_1(child->weight);
        sizes[i] += part;
        left -= part;
    }
    /* nobody takes the rest: the last one does */
    for (int i = children_of(node) - 1; i >= 0 && left > 0; i--) {
        if (!node->children[i].hidden) {
            sizes[i] += left;
            left = 0;
        }
    }
}

static void add_line(struct layout *layout, bool vertical, int row, int col, int len)
{
    if (layout->line_count < LAYOUT_LINES_MAX && len > 0)
        layout->lines[layout->line_count++] = (struct layout_line){vertical, row, col, len};
}

static void place(
    struct layout *layout, const struct layout_node *node, struct layout_rect area, int depth);

static void place_children(
    struct layout *layout, const struct layout_node *node, struct layout_rect area, int depth)
{
    int sizes[CHILDREN_MAX] = {0}, lines = 0, shown = 0;
    bool down = stacks(node);
    for (int i = 0; i < children_of(node); i++)
        if (!node->children[i].hidden)
            lines += shown++ > 0 && !node->children[i].joined;
    share(node, (down ? area.rows : area.cols) - lines, depth - 1, sizes);
    int at = 0;
    shown = 0;
    for (int i = 0; i < children_of(node); i++) {
        if (node->children[i].hidden)
            continue;
        if (shown++ > 0 && !node->children[i].joined) {
            add_line(layout, !down, area.row + (down ? at : 0), area.col + (down ? 0 : at),
                down ? area.cols : area.rows);
            at++;
        }
        struct layout_rect part =
            down ? (struct layout_rect){area.row + at, area.col, sizes[i], area.cols}
                 : (struct layout_rect){area.row, area.col + at, area.rows, sizes[i]};
        place(layout, &node->children[i], part, depth - 1);
        at += sizes[i];
    }
}

static void place(
    struct layout *layout, const struct layout_node *node, struct layout_rect area, int depth)
{
    if (depth == 0)
        return;
    if (node->kind != LAYOUT_PANE)
        place_children(layout, node, area, depth);
    else if (node->pane >= 0 && node->pane < LAYOUT_PANES_MAX)
        layout->panes[node->pane] = area;
}

void layout_place(
    struct layout *layout, const struct layout_node *root, int rows, int cols, int focus, bool zoom)
{
    *layout = (struct layout){0};
    if (rows < LAYOUT_MIN_ROWS || cols < LAYOUT_MIN_COLS) {
        layout->tiny = true;
        return;
    }
    bool fits = least_of(root, true, DEPTH_MAX) <= rows && least_of(root, false, DEPTH_MAX) <= cols;
    layout->single = zoom || !fits;
    if (!layout->single)
        place(layout, root, (struct layout_rect){0, 0, rows, cols}, DEPTH_MAX);
    else if (focus >= 0 && focus < LAYOUT_PANES_MAX)
        layout->panes[focus] = (struct layout_rect){0, 0, rows, cols};
}

static void draw_notice(const struct canvas *c)
{
    struct str notice = STR("too small: 20x5");
    canvas_text(c, c->rows / 2, 0, c->cols, notice, ROLE_WARNING, CANVAS_CENTER | CANVAS_CUT);
}

void layout_draw(const struct layout *layout, const struct canvas *c)
{
    if (layout->tiny) {
        draw_notice(c);
        return;
    }
    for (int i = 0; i < layout->line_count; i++) {
        const struct layout_line *line = &layout->lines[i];
        if (line->vertical)
            canvas_vline(c, line->row, line->col, line->len, ROLE_BORDER);
        else
            canvas_hline(c, line->row, line->col, line->len, ROLE_BORDER);
    }
}

bool layout_shows(const struct layout *layout, int pane)
{
    return pane >= 0 && pane < LAYOUT_PANES_MAX && layout->panes[pane].rows > 0 &&
           layout->panes[pane].cols > 0;
}

struct canvas layout_canvas(const struct layout *layout, const struct canvas *c, int pane)
{
    if (!layout_shows(layout, pane))
        return canvas_sub(c, 0, 0, 0, 0);
    const struct layout_rect *r = &layout->panes[pane];
    return canvas_sub(c, r->row, r->col, r->rows, r->cols);
}

int layout_pane_at(const struct layout *layout, int row, int col)
{
    for (int i = 0; i < LAYOUT_PANES_MAX; i++) {
        const struct layout_rect *r = &layout->panes[i];
        if (row >= r->row && row < r->row + r->rows && col >= r->col && col < r->col + r->cols)
            return i;
    }
    return -1;
}
