/* SPDX-License-Identifier: MIT */
/* Folding, moving and drawing of an item's attributes. */
#include "tui/screen.h"
#include "tui/tree.h"
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct row {
    int depth;
    bool branch;
    const char *label, *value;
};

static const struct row item[] = {{0, false, "orderId", "\"O5001\""}, {0, true, "items", "[2]"},
    {1, true, "0", "{2}"}, {2, false, "productId", "\"P100\""}, {2, false, "price", "49.99"},
    {1, true, "1", "{1}"}, {2, false, "productId", "\"P7\""}, {0, false, "tags", "⟨\"a\"⟩"}};

struct model {
    const struct row *rows;
    int64_t count;
};

static int64_t model_count(void *data)
{
    return ((struct model *)data)->count;
}

static void model_node(void *data, int64_t index, bool brief, struct tree_node *node)
{
    const struct row *row = &((struct model *)data)->rows[index];
    (void)brief;
    *node = (struct tree_node){.id = (uint64_t)(uintptr_t)row * 31,
        .depth = row->depth,
        .branch = row->branch,
        .label = str_from(row->label),
        .value = str_from(row->value)};
}

static struct model model = {item, 8};

static struct tree tree_new(int open_depth)
{
    struct tree tree;
    struct tree_source source = {&model, model_count, model_node};
    model.count = 8;
    tree_init(&tree, &source);
    tree.open_depth = open_depth;
    tree.gutter = true;
    tree_update(&tree);
    return tree;
}

static void play(struct tree *tree, const char *actions)
{
    struct str rest = str_from(actions), name;
    while (str_cut(&rest, ' ', &name)) {
        enum action action;
        assert_true(action_find(name, &action));
        assert_true(tree_handle(tree, action));
    }
}

static void assert_shown(struct tree *tree, int rows, int cols, const char *expected)
{
    struct frame frame = {0};
    struct buf text = {0};
    struct screen *screen = screen_memory_open(rows, cols);
    frame_resize(&frame, rows, cols);
    struct canvas c = frame_canvas(&frame);
    tree_arrange(tree, rows, cols);
    tree_draw(tree, &c);
    screen_present(screen, &frame);
    screen_memory_text(screen, &text);
    assert_string_equal(buf_cstr(&text), expected);
    buf_fini(&text);
    frame_fini(&frame);
    screen_close(screen);
}

static void branches_fold_and_unfold(void **state)
{
    struct tree tree = tree_new(0);
    (void)state;
    assert_shown(&tree, 8, 30,
        ">  orderId        \"O5001\"\n ▾ items          [2]\n   ▾ 0            {2}\n"
        "       productId  \"P100\"\n       price      49.99\n   ▾ 1            {1}\n"
        "       productId  \"P7\"\n   tags           ⟨\"a\"⟩\n");
    play(&tree, "down fold-toggle");
    assert_shown(&tree, 4, 30, "   orderId  \"O5001\"\n>▸ items    [2]\n   tags     ⟨\"a\"⟩\n\n");
    play(&tree, "unfold");
    assert_int_equal(tree.visible_count, 8);
    play(&tree, "down down down");
    assert_int_equal(tree_selected(&tree), 4);
    play(&tree, "fold");
    assert_int_equal(tree_selected(&tree), 2);
    play(&tree, "fold");
    assert_int_equal(tree.visible_count, 6);
    play(&tree, "fold");
    assert_int_equal(tree_selected(&tree), 1);
    tree_fini(&tree);
}

static void noted_node(void *data, int64_t index, bool brief, struct tree_node *node)
{
    (void)data;
    (void)brief;
    *node = (struct tree_node){.id = (uint64_t)index + 1,
        .label = STR("name"),
        .value = index ? STR("short") : STR("a value that is longer than the whole screen is"),
        .note = STR("JSON"),
        .aside = index < 2 ? STR("12 KB") : STR_NONE};
}

static void notes_and_sizes_stand_beside_values(void **state)
{
    struct tree tree;
    struct model three = {item, 3};
    (void)state;
    tree_init(&tree, &(struct tree_source){&three, model_count, noted_node});
    tree.gutter = true;
    tree_update(&tree);
    assert_shown(&tree, 3, 48,
        ">  name  a value that is longer t…  JSON  12 KB\n"
        "   name  short  JSON                      12 KB\n"
        "   name  short  JSON\n");
    /* too narrow for both: the value */
    assert_shown(&tree, 1, 30, ">  name  a value that…  12 KB\n");
    tree_fini(&tree);
}

static void deep_branches_start_folded(void **state)
{
    struct tree tree = tree_new(1);
    (void)state;
    assert_int_equal(tree.visible_count, 5);
    play(&tree, "unfold-all");
    assert_int_equal(tree.visible_count, 8);
    play(&tree, "fold-all");
    assert_int_equal(tree.visible_count, 3);
    tree_fini(&tree);
}

static void selecting_a_hidden_node_unfolds_its_way(void **state)
{
    struct tree tree = tree_new(0);
    (void)state;
    play(&tree, "fold-all");
    tree_select(&tree, 6);
    assert_int_equal(tree_selected(&tree), 6);
    assert_int_equal(tree.visible_count, 6);
    play(&tree, "parent parent parent");
    assert_int_equal(tree_selected(&tree), 1);
    tree_fini(&tree);
}

static void folding_and_cursor_survive_a_change_of_the_model(void **state)
{
    struct tree tree = tree_new(0);
    (void)state;
    play(&tree, "down fold last");
    assert_int_equal(tree_selected(&tree), 7);
    tree_update(&tree);
    assert_int_equal(tree_selected(&tree), 7);
    assert_int_equal(tree.visible_count, 3);
    model.count = 2;
    tree_update(&tree);
    assert_int_equal(tree.visible_count, 2);
    assert_int_equal(tree_selected(&tree), 1);
    model.count = 0;
    tree_update(&tree);
    assert_int_equal(tree_selected(&tree), -1);
    play(&tree, "fold unfold fold-toggle down up last parent fold-all");
    tree_fini(&tree);
}

static void any_size_can_be_drawn(void **state)
{
    struct tree tree = tree_new(0);
    struct frame frame = {0};
    (void)state;
    for (int rows = 0; rows < 10; rows++) {
        for (int cols = 0; cols < 40; cols++) {
            frame_resize(&frame, rows, cols);
            struct canvas c = frame_canvas(&frame);
            tree_arrange(&tree, rows, cols);
            tree_draw(&tree, &c);
            tree_handle(&tree, (enum action)((rows * 40 + cols) % ACTION_COUNT));
        }
    }
    frame_fini(&frame);
    tree_fini(&tree);
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(branches_fold_and_unfold),
        cmocka_unit_test(notes_and_sizes_stand_beside_values),
        cmocka_unit_test(deep_branches_start_folded),
        cmocka_unit_test(selecting_a_hidden_node_unfolds_its_way),
        cmocka_unit_test(folding_and_cursor_survive_a_change_of_the_model),
        cmocka_unit_test(any_size_can_be_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
