/* SPDX-License-Identifier: MIT */
/* What is packed into strings and binary: every form, nested ones, bombs, damage. */
#include "backend/json_out.h"
#include "tests/test.h"
#include "views/item/item_tree.h"
#include "views/item/unfold.h"

#include <zlib.h>
#include <zstd.h>

/* ---- making ---- */

static void deflate_to(struct buf *out, struct str bytes, int window)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t most = deflateBound(&z, bytes.len);
    z.next_in = (Bytef *)(uintptr_t)bytes.at;
    z.avail_in = (uInt)bytes.len;
    z.next_out = (Bytef *)buf_reserve(out, most);
    z.avail_out = (uInt)most;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    out->len += z.total_out;
    deflateEnd(&z);
}

static void gzip_to(struct buf *out, struct str bytes)
{
    deflate_to(out, bytes, 15 + 16);
}

static void zlib_to(struct buf *out, struct str bytes)
{
    deflate_to(out, bytes, 15);
}

static void zstd_to(struct buf *out, struct str bytes)
{
    size_t most = ZSTD_compressBound(bytes.len);
    out->len += ZSTD_compress(buf_reserve(out, most), most, bytes.at, bytes.len, 3);
}

static struct value as(enum value_type type, struct str bytes)
{
    return (struct value){.type = type, .data = bytes};
}

/* ---- looking ---- */

static void expect_plain(struct value v, const char *form, const char *json)
{
    struct buf out = {0}, text = {0};
    struct unfold u;
    struct err err = ERR_INIT;
    if (!unfold_value(v, &out, &u, &err))
        fail_msg("%s", err.text);
    assert_string_equal(u.form, form);
    assert_string_equal(u.lack, "");
    struct value inside = value_of(buf_str(&out));
    assert_int_not_equal(inside.type, VALUE_NONE);
    json_out_plain(&text, inside);
    assert_string_equal(buf_cstr(&text), json);
    buf_fini(&out);
    buf_fini(&text);
}

static void refuse(struct value v, const char *word)
{
    struct buf out = {0};
    struct unfold u;
    struct err err = ERR_INIT;
    buf_add(&out, STR("before"));
    assert_false(unfold_value(v, &out, &u, &err));
    if (!strstr(err.text, word))
        fail_msg("%s, not %s", err.text, word);
    assert_int_equal(out.len, 6);
    buf_fini(&out);
}

static void strings_hold_json(void **state)
{
    (void)state;
    expect_plain(
        as(VALUE_S, STR("{\"a\":[1,2.50,null,true]}")), "JSON", "{\"a\":[1,2.5,null,true]}");
    expect_plain(as(VALUE_S, STR(" [] \n")), "JSON", "[]");
    expect_plain(as(VALUE_S, STR("\"{\\\"a\\\":1}\"")), "JSON", "\"{\\\"a\\\":1}\"");
    refuse(as(VALUE_S, STR("{\"a\":1,}")), "no JSON");
    refuse(as(VALUE_S, STR("{\"a\":1,\"a\":2}")), "no JSON");
    refuse(as(VALUE_S, STR("[1234567890123456789012345678901234567890]")), "no attribute could");
    refuse(as(VALUE_S, STR("")), "neither");
    refuse(as(VALUE_S, STR("hello, world")), "neither");
    refuse(as(VALUE_N, STR("\x80")), "only a string");
    refuse((struct value){.type = VALUE_TRUE}, "only a string");
}

static void json_that_is_too_deep_is_refused(void **state)
{
    (void)state;
    static const int depths[] = {VALUE_DEPTH_MAX + 1, 300, 100000};
    for (size_t i = 0; i < sizeof depths / sizeof *depths; i++) {
        struct buf text = {0};
        for (int depth = 0; depth < depths[i]; depth++)
            buf_add_byte(&text, '[');
        for (int depth = 0; depth < depths[i]; depth++)
            buf_add_byte(&text, ']');
        refuse(as(VALUE_S, buf_str(&text)), "JSON");
        buf_fini(&text);
    }
}

static void base64_comes_in_two_alphabets_with_or_without_padding(void **state)
{
    (void)state;
    expect_plain(as(VALUE_S, STR("aGVsbG8=")), "base64", "\"hello\"");
    expect_plain(as(VALUE_S, STR("aGVsbG8")), "base64", "\"hello\"");
    expect_plain(as(VALUE_S, STR("aGVs\r\nbG8=\n")), "base64", "\"hello\"");
    expect_plain(as(VALUE_S, STR("8J-YgA")), "base64", "\"\xF0\x9F\x98\x80\"");
    expect_plain(as(VALUE_S, STR("8J+YgA==")), "base64", "\"\xF0\x9F\x98\x80\"");
    refuse(as(VALUE_S, STR("aGVsbG8=!")), "neither");
    refuse(as(VALUE_S, STR("a")), "neither");
    refuse(as(VALUE_S, STR("====")), "neither");
    refuse(as(VALUE_S, STR("aGVs bG8")), "neither");
}

static void tokens_show_their_two_halves(void **state)
{
    (void)state;
    struct str token = STR("eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIiwiaWF0IjoxNzMyMDg5NjAwfQ.c2ln");
    expect_plain(as(VALUE_S, token), "token",
        "{\"header\":{\"alg\":\"none\"},\"payload\":{\"iat\":1732089600,\"sub\":\"1\"}}");
    refuse(as(VALUE_S, STR("eyJhbGciOiJub25lIn0.!!.c2ln")), "neither");
    refuse(as(VALUE_S, STR("eyJ.eyJ.a.b")), "neither");
}

static void packed_bytes_in_each_form(void **state)
{
    (void)state;
    static void (*const pack[])(struct buf *, struct str) = {gzip_to, zlib_to, zstd_to};
    static const char *const forms[] = {"gzip", "zlib", "zstd"};
    for (int i = 0; i < 3; i++) {
        struct buf packed = {0};
        pack[i](&packed, STR("{\"a\":1}"));
        assert_string_equal(unfold_guess(as(VALUE_B, buf_str(&packed))), forms[i]);
        expect_plain(as(VALUE_B, buf_str(&packed)), forms[i], "\"{\\\"a\\\":1}\"");
        buf_fini(&packed);
    }
    struct buf two = {0};
    gzip_to(&two, STR("one "));
    gzip_to(&two, STR("two"));
    expect_plain(as(VALUE_B, buf_str(&two)), "gzip", "\"one two\"");
    buf_fini(&two);
    expect_plain(as(VALUE_B, STR("plain text")), "text", "\"plain text\"");
    refuse(as(VALUE_B, STR("\xff\x00\x01")), "neither text nor packed");
    refuse(as(VALUE_B, STR("")), "neither text nor packed");
}

/* Unfolds and says how much came out and what it lacks. */
static size_t unfolded(struct str bytes, const char *lack)
{
    struct buf out = {0};
    struct unfold u;
    struct err err = ERR_INIT;
    if (!unfold_value(as(VALUE_B, bytes), &out, &u, &err))
        fail_msg("%s", err.text);
    assert_string_equal(u.lack, lack);
    struct value inside = value_of(buf_str(&out));
    assert_true(inside.type == VALUE_S || inside.type == VALUE_B);
    buf_fini(&out);
    return inside.data.len;
}

static void a_bomb_gives_a_megabyte_and_says_so(void **state)
{
    (void)state;
    static void (*const pack[])(struct buf *, struct str) = {gzip_to, zlib_to, zstd_to};
    struct buf zeros = {0};
    size_t huge = (size_t)64 << 20;
    memset(buf_reserve(&zeros, huge), 'a', huge);
    zeros.len = huge;
    for (int i = 0; i < 3; i++) {
        struct buf bomb = {0}, exact = {0}, more = {0};
        pack[i](&bomb, buf_str(&zeros));
        assert_int_equal(unfolded(buf_str(&bomb), "the first 1 MB"), UNFOLD_BYTES_MAX);
        pack[i](&exact, str_take(buf_str(&zeros), UNFOLD_BYTES_MAX));
        assert_int_equal(unfolded(buf_str(&exact), ""), UNFOLD_BYTES_MAX);
        pack[i](&more, str_take(buf_str(&zeros), UNFOLD_BYTES_MAX + 1));
        assert_int_equal(unfolded(buf_str(&more), "the first 1 MB"), UNFOLD_BYTES_MAX);
        buf_fini(&bomb);
        buf_fini(&exact);
        buf_fini(&more);
    }
    buf_fini(&zeros);
}

static void what_is_cut_off_shows_its_front(void **state)
{
    (void)state;
    struct buf text = {0}, packed = {0};
    for (int i = 0; i < 5000; i++)
        buf_printf(&text, "line %d\n", i * 7919 % 5000);
    gzip_to(&packed, buf_str(&text));
    size_t half = unfolded(str_take(buf_str(&packed), packed.len / 2), "cut off");
    assert_in_range(half, 1, text.len - 1);
    assert_int_equal(unfolded(str_take(buf_str(&packed), packed.len - 1), "cut off"), text.len);
    refuse(as(VALUE_B, str_take(buf_str(&packed), 10)), "cut off");
    packed.at[packed.len - 6] ^= 1; /* of the checksum */
    assert_int_equal(unfolded(buf_str(&packed), "damaged"), text.len);
    buf_fini(&packed);
    buf_fini(&text);
}

/* Each byte of a packed text changed, each front of it: whatever comes, it ends. */
static void damage_anywhere_ends_well(void **state)
{
    (void)state;
    static void (*const pack[])(struct buf *, struct str) = {gzip_to, zlib_to, zstd_to};
    for (int i = 0; i < 3; i++) {
        struct buf packed = {0};
        pack[i](&packed, STR("the quick brown fox jumps over the lazy dog and the quick dog"));
        for (size_t at = 0; at < 2 * packed.len; at++) {
            struct buf out = {0};
            struct unfold u;
            struct err err = ERR_INIT;
            bool cut = at >= packed.len;
            if (!cut)
                packed.at[at] ^= 0x55;
            struct str bytes = str_take(buf_str(&packed), cut ? at - packed.len : packed.len);
            if (unfold_value(as(VALUE_B, bytes), &out, &u, &err))
                assert_int_not_equal(value_of(buf_str(&out)).type, VALUE_NONE);
            if (!cut)
                packed.at[at] ^= 0x55;
            buf_fini(&out);
        }
        buf_fini(&packed);
    }
}

/* ---- in an item's tree ---- */

static void put_item(struct buf *out, struct str payload)
{
    struct err err = ERR_INIT;
    struct value_open item = value_open(out, VALUE_M);
    value_member(&item, out, STR("id"));
    value_put_string(out, STR("k"));
    value_member(&item, out, STR("payload"));
    value_put_string(out, payload);
    assert_true(value_close(&item, out, &err));
}

static int64_t node_named(const struct item_tree *tree, const char *name)
{
    for (int64_t i = tree->count - 1; i >= 0; i--)
        if (str_equal(tree->nodes[i].name, str_from(name)))
            return i;
    fail_msg("no node %s", name);
    return -1;
}

static void unfold_in(struct item_tree *tree, const struct client_table *table, const char *name)
{
    struct err err = ERR_INIT;
    if (!item_tree_unfold(tree, node_named(tree, name), &err))
        fail_msg("%s", err.text);
    item_tree_set(tree, table, item_tree_item(tree));
}

static void layers_unfold_one_after_the_other_and_change_no_path(void **state)
{
    (void)state;
    static const struct client_table table = {
        .key_count = 1, .keys = {{.name = {"id", 2}, .type = VALUE_S}}};
    struct buf packed = {0}, base64 = {0}, item = {0}, second = {0};
    struct item_tree tree = {0};
    struct patch_path path;
    gzip_to(&packed, STR("{\"a\":{\"b\":[10,20]}}"));
    json_out_base64(&base64, buf_str(&packed));
    put_item(&item, buf_str(&base64));
    item_tree_set(&tree, &table, value_of(buf_str(&item)));
    assert_int_equal(tree.count, 2);
    unfold_in(&tree, &table, "payload");
    assert_int_equal(tree.count, 3);
    unfold_in(&tree, &table, "base64");
    unfold_in(&tree, &table, "gzip");
    assert_int_equal(tree.count, 8);
    const struct item_node *last = &tree.nodes[7];
    assert_true(last->inside);
    assert_int_equal(last->value.type, VALUE_N);
    item_tree_path(&tree, 7, &path);
    assert_int_equal(path.count, 1);
    assert_true(str_equal(path.steps[0].name, STR("payload")));
    assert_true(value_equal(item_tree_item(&tree), value_of(buf_str(&item))));
    /* the next item: what is no base64 there stays as it is */
    put_item(&second, STR("{}"));
    item_tree_set(&tree, &table, value_of(buf_str(&second)));
    assert_int_equal(tree.count, 3);
    assert_string_equal(tree.nodes[1].form, "JSON");
    /* folded again */
    unfold_in(&tree, &table, "payload");
    assert_int_equal(tree.count, 2);
    item_tree_fini(&tree);
    buf_fini(&packed);
    buf_fini(&base64);
    buf_fini(&item);
    buf_fini(&second);
}

static void guesses_are_cheap_and_quiet(void **state)
{
    (void)state;
    assert_null(unfold_guess(as(VALUE_S, STR("PENDING"))));
    assert_null(unfold_guess(as(VALUE_S, STR("{"))));
    assert_null(unfold_guess(as(VALUE_S, STR("\"quoted\""))));
    assert_null(unfold_guess(as(VALUE_S, STR("   "))));
    assert_null(unfold_guess(as(VALUE_B, STR("x"))));
    assert_null(unfold_guess((struct value){0}));
    assert_string_equal(unfold_guess(as(VALUE_S, STR("{\"a\":1}"))), "JSON");
    assert_string_equal(unfold_guess(as(VALUE_S, STR("H4sIAAAA"))), "base64");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_hold_json),
        cmocka_unit_test(json_that_is_too_deep_is_refused),
        cmocka_unit_test(base64_comes_in_two_alphabets_with_or_without_padding),
        cmocka_unit_test(tokens_show_their_two_halves),
        cmocka_unit_test(packed_bytes_in_each_form),
        cmocka_unit_test(a_bomb_gives_a_megabyte_and_says_so),
        cmocka_unit_test(what_is_cut_off_shows_its_front),
        cmocka_unit_test(damage_anywhere_ends_well),
        cmocka_unit_test(layers_unfold_one_after_the_other_and_change_no_path),
        cmocka_unit_test(guesses_are_cheap_and_quiet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
