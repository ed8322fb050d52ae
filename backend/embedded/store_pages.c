/* SPDX-License-Identifier: MIT */
/*
 * LMDB's page format read by itself, trusting nothing: LMDB follows whatever it maps, so before a
 * suspect file is given to it somebody has to look at every page that its newest meta page leads
 * to. Reads with pread(), so a short file is an answer and no signal. Knows pages; not what is in
 * them.
 *
 *   page      number 8 | pad 2 | flags 2 | lower 2, upper 2 | pointers ... (free) ... nodes
 *   overflow  number 8 | pad 2 | flags 2 | pages 4 | bytes of one long value
 *   node      lo 2 | hi 2 | flags 2 | key length 2 | key | value
 *             leaf: lo, hi = value length; branch: lo, hi, flags = page number
 *   database  pad 4 | flags 2 | depth 2 | branch, leaf, overflow pages | entries | root    (8 each)
 *   meta      magic 4 | version 4 | address 8 | map size 8 | free list's database | main database
 *             | last page 8 | transaction 8
 *
 * Numbers are in the machine's byte order.
 */
#include "backend/embedded/store_impl.h"

#include "base/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PAGE_HEAD = 16,
    NODE_HEAD = 8,
    DB_BYTES = 48,
    META_BYTES = 24 + 2 * DB_BYTES + 16,
    BRANCH = 0x01,
    LEAF = 0x02,
    OVERFLOW = 0x04,
    META = 0x08,
    BIG_VALUE = 0x01, /* the value is the number of an overflow page */
    SUB_DATABASE = 0x02,
    INTEGER_KEYS = 0x08,
    DEPTH_MAX = 32, /* of LMDB's own cursors */
    KEY_MAX = 511,
    FINDINGS_MAX = 100,
    MAGIC = 0xBEEFC0DE,
};

struct database {
    uint16_t flags, depth;
    uint64_t branches, leaves, overflows, entries, root;
};

enum tree { FREE_LIST, MAIN, NAMED };

struct walk {
    int fd;
    uint32_t page_size;
    uint64_t pages, last_page; /* in the file; by the meta page */
    unsigned char *used;       /* a bit a page */
    unsigned char *buffers[DEPTH_MAX];
    uint64_t findings;
    void (*see)(void *context, const char *finding);
    void *context;
};

/* One tree while it is walked: what it counted, and what comes next must be above. */
struct tree_walk {
    struct walk *walk;
    enum tree tree;
    struct database db, counted;
    unsigned char last[KEY_MAX];
    size_t last_len;
    bool any, border; /* `last` is set; it is a branch's key, which the next one may equal */
    struct buf named; /* of MAIN: database records found */
};

static uint64_t load(const unsigned char *at, size_t bytes)
{
    uint64_t v = 0;
    memcpy(&v, at, bytes);
    return v;
}

static bool wrong(struct walk *w, uint64_t page, const char *what)
{
    char line[160];
    if (w->findings++ < FINDINGS_MAX) {
        snprintf(line, sizeof line, "page %llu: %s", (unsigned long long)page, what);
        w->see(w->context, line);
    }
    return false;
}

/* ---- pages ---- */

/* Marks pages as used: each one has one owner. */
static bool claim(struct walk *w, uint64_t page, uint64_t count)
{
    if (page < 2 || page >= w->pages || count > w->pages - page)
        return wrong(w, page, page < 2 ? "is a meta page" : "is outside the file");
    if (page + count - 1 > w->last_page)
        return wrong(w, page, "is beyond the last page of the meta page");
    for (uint64_t i = page; i < page + count; i++) {
        if (w->used[i / 8] & 1u << i % 8)
            return wrong(w, i, "is used twice");
        w->used[i / 8] |= (unsigned char)(1u << i % 8);
    }
    return true;
}

static bool read_at(struct walk *w, uint64_t page, unsigned char *to, size_t len)
{
    ssize_t got = pread(w->fd, to, len, (off_t)(page * w->page_size));
    return got == (ssize_t)len || wrong(w, page, "cannot be read whole");
}

static size_t node_count(const unsigned char *page)
{
    return (load(page + 12, 2) - PAGE_HEAD) / 2;
}

static bool check_header(struct walk *w, uint64_t number, const unsigned char *page, bool leaf)
{
    uint64_t flags = load(page + 10, 2), lower = load(page + 12, 2), upper = load(page + 14, 2);
    if (load(page, 8) != number)
        return wrong(w, number, "bears another number");
    if (flags != (leaf ? LEAF : BRANCH))
        return wrong(w, number, "is of another kind than its place");
    if (lower < PAGE_HEAD || lower % 2 || lower > upper || upper > w->page_size)
        return wrong(w, number, "has impossible bounds");
    return node_count(page) > 0 || wrong(w, number, "is empty");
}

/* ---- nodes ---- */

struct node {
    struct str key;
    const unsigned char *data;
    uint64_t flags, size, child;
};

static bool read_node(
    struct walk *w, uint64_t number, const unsigned char *page, size_t i, struct node *node)
{
    uint64_t at = load(page + PAGE_HEAD + 2 * i, 2), room = w->page_size;
    if (at < load(page + 14, 2) || at + NODE_HEAD > room)
        return wrong(w, number, "has a node outside itself");
    const unsigned char *head = page + at;
    size_t key = (size_t)load(head + 6, 2);
    bool leaf = load(page + 10, 2) == LEAF;
    node->flags = leaf ? load(head + 4, 2) : 0;
    node->size = load(head, 4);
    node->child = load(head, 6);
    node->key = (struct str){(const char *)head + NODE_HEAD, key};
    node->data = head + NODE_HEAD + key;
    uint64_t inside = !leaf ? 0 : node->flags & BIG_VALUE ? 8 : node->size;
    if (key > KEY_MAX || at + NODE_HEAD + key + inside > room)
        return wrong(w, number, "has a node that reaches outside itself");
    return true;
}

static int compare_keys(const struct tree_walk *t, struct str a, struct str b)
{
    if (!(t->db.flags & INTEGER_KEYS))
        return str_compare(a, b);
    uint64_t x = load((const unsigned char *)a.at, 8), y = load((const unsigned char *)b.at, 8);
    return x < y ? -1 : x > y;
}

static void set_last(struct tree_walk *t, struct str key, bool border)
{
    memcpy(t->last, key.at, key.len);
    t->last_len = key.len;
    t->any = true;
    t->border = border;
}

/* Keys rise over all leaves of a tree. */
static bool check_order(struct tree_walk *t, uint64_t number, struct str key)
{
    struct str last = {(const char *)t->last, t->last_len};
    if (key.len == 0 || (t->db.flags & INTEGER_KEYS && key.len != 8))
        return wrong(t->walk, number, "has a key of an impossible length");
    int order = t->any ? compare_keys(t, last, key) : -1;
    if (order > 0 || (order == 0 && !t->border))
        return wrong(t->walk, number, "has a key out of order");
    set_last(t, key, false);
    return true;
}

static bool check_overflow(struct tree_walk *t, const struct node *node, uint64_t *first)
{
    struct walk *w = t->walk;
    unsigned char head[PAGE_HEAD];
    *first = load(node->data, 8);
    if (*first >= w->pages)
        return wrong(w, *first, "is outside the file");
    if (!read_at(w, *first, head, sizeof head))
        return false;
    uint64_t count = load(head + 12, 4);
    if (load(head, 8) != *first || load(head + 10, 2) != OVERFLOW || count == 0)
        return wrong(w, *first, "is no overflow page");
    if (PAGE_HEAD + node->size > count * w->page_size)
        return wrong(w, *first, "is too short for its value");
    t->counted.overflows += count;
    return claim(w, *first, count);
}

/* ---- the free list: how many, then so many page numbers ---- */

static bool check_free(struct walk *w, uint64_t number, const unsigned char *list, uint64_t bytes)
{
    uint64_t count = bytes >= 8 ? load(list, 8) : UINT64_MAX;
    if (count > bytes / 8 - 1)
        return wrong(w, number, "has a free list longer than itself");
    for (uint64_t i = 1; i <= count; i++) {
        uint64_t page = load(list + 8 * i, 8);
        /* never written where it was taken and given back at once: may lie beyond the file */
        if (page > w->last_page || page < 2)
            return wrong(w, number, "has an impossible page in its free list");
        if (page < w->pages && !claim(w, page, 1))
            return false;
    }
    return true;
}

static bool check_free_node(
    struct tree_walk *t, uint64_t number, const struct node *node, uint64_t overflow)
{
    struct walk *w = t->walk;
    if (!(node->flags & BIG_VALUE))
        return check_free(w, number, node->data, node->size);
    unsigned char *list = mem_alloc(node->size);
    ssize_t got = pread(w->fd, list, node->size, (off_t)(overflow * w->page_size + PAGE_HEAD));
    bool ok = got == (ssize_t)node->size && check_free(w, number, list, node->size);
    free(list);
    return ok;
}

/* ---- trees ---- */

static bool check_leaf_node(struct tree_walk *t, uint64_t number, const struct node *node)
{
    uint64_t overflow = 0, allowed = t->tree == MAIN ? SUB_DATABASE : BIG_VALUE;
    t->counted.entries++;
    if (node->flags & ~allowed)
        return wrong(t->walk, number, "has a node of an unknown kind");
    if (!check_order(t, number, node->key))
        return false;
    if (node->flags & BIG_VALUE && !check_overflow(t, node, &overflow))
        return false;
    if (t->tree == FREE_LIST)
        return check_free_node(t, number, node, overflow);
    if (t->tree == MAIN) {
        if (!(node->flags & SUB_DATABASE) || node->size != DB_BYTES)
            return wrong(t->walk, number, "has a database record of another form");
        buf_add_bytes(&t->named, node->data, DB_BYTES);
    }
    return true;
}

/* A branch's keys are borders: what is left of one is less, what is right of it is not. */
static bool check_border(struct tree_walk *t, uint64_t number, struct str key)
{
    struct str last = {(const char *)t->last, t->last_len};
    if (key.len == 0 || (t->db.flags & INTEGER_KEYS && key.len != 8))
        return wrong(t->walk, number, "has a key of an impossible length");
    if (t->any && compare_keys(t, last, key) >= 0)
        return wrong(t->walk, number, "has a border below its left side");
    set_last(t, key, true);
    return true;
}

static bool walk_tree(struct tree_walk *t, uint64_t number, size_t depth)
{
    struct walk *w = t->walk;
    bool leaf = depth + 1 == t->db.depth, ok = true;
    unsigned char *page = w->buffers[depth];
    struct node node = {0};
    if (!claim(w, number, 1) || !read_at(w, number, page, w->page_size) ||
        !check_header(w, number, page, leaf))
        return false;
    if (leaf)
        t->counted.leaves++;
    else
        t->counted.branches++;
    for (size_t i = 0; ok && i < node_count(page); i++)
        ok = read_node(w, number, page, i, &node) &&
             (leaf ? check_leaf_node(t, number, &node)
                   : (i == 0 || check_border(t, number, node.key)) &&
                         walk_tree(t, node.child, depth + 1));
    return ok;
}

static struct database read_database(const unsigned char *at)
{
    return (struct database){
        .flags = (uint16_t)load(at + 4, 2),
        .depth = (uint16_t)load(at + 6, 2),
        .branches = load(at + 8, 8),
        .leaves = load(at + 16, 8),
        .overflows = load(at + 24, 8),
        .entries = load(at + 32, 8),
        .root = load(at + 40, 8),
    };
}

static bool check_counts(struct tree_walk *t)
{
    const struct database *a = &t->db, *b = &t->counted;
    if (a->branches == b->branches && a->leaves == b->leaves && a->overflows == b->overflows &&
        a->entries == b->entries)
        return true;
    return wrong(t->walk, t->db.root, "is the root of a tree whose counts are wrong");
}

static bool check_tree(struct tree_walk *t)
{
    const struct database *db = &t->db;
    if (db->flags & ~(t->tree == FREE_LIST ? INTEGER_KEYS : 0))
        return wrong(t->walk, db->root, "is the root of a tree of an unknown kind");
    if (db->root == UINT64_MAX)
        return db->depth == 0 && check_counts(t);
    if (db->depth == 0 || db->depth > DEPTH_MAX)
        return wrong(t->walk, db->root, "is the root of a tree of an impossible depth");
    return walk_tree(t, db->root, 0) && check_counts(t);
}

static void check_named(struct walk *w, struct str records)
{
    for (; records.len >= DB_BYTES; records = str_skip(records, DB_BYTES)) {
        struct tree_walk t = {.walk = w, .tree = NAMED};
        t.db = read_database((const unsigned char *)records.at);
        check_tree(&t);
    }
}

static void check_meta(struct walk *w, const unsigned char *meta)
{
    struct tree_walk free_list = {.walk = w, .tree = FREE_LIST};
    struct tree_walk root = {.walk = w, .tree = MAIN};
    free_list.db = read_database(meta + 24);
    root.db = read_database(meta + 24 + DB_BYTES);
    free_list.db.flags |= INTEGER_KEYS;
    w->last_page = load(meta + 24 + 2 * DB_BYTES, 8);
    check_tree(&free_list);
    check_tree(&root);
    check_named(w, buf_str(&root.named));
    buf_fini(&root.named);
}

/* ---- the whole ---- */

static bool read_meta(struct walk *w, uint64_t number, unsigned char meta[META_BYTES])
{
    unsigned char page[PAGE_HEAD + META_BYTES];
    if (pread(w->fd, page, sizeof page, (off_t)(number * w->page_size)) != (ssize_t)sizeof page)
        return wrong(w, number, "cannot be read whole");
    memcpy(meta, page + PAGE_HEAD, META_BYTES);
    if (!(load(page + 10, 2) & META) || (uint32_t)load(meta, 4) != (uint32_t)MAGIC)
        return wrong(w, number, "is no meta page");
    return true;
}

static void check_pages(struct walk *w)
{
    unsigned char metas[2][META_BYTES];
    if (!read_meta(w, 0, metas[0]))
        return;
    w->page_size = (uint32_t)load(metas[0] + 24, 4);
    if (w->page_size < 512 || w->page_size > 65536 || w->page_size & (w->page_size - 1)) {
        wrong(w, 0, "names an impossible page size");
        return;
    }
    if (!read_meta(w, 1, metas[1]))
        return;
    size_t txn = META_BYTES - 8;
    w->pages /= w->page_size;
    w->used = mem_zero(w->pages / 8 + 1, 1);
    for (size_t i = 0; i < DEPTH_MAX; i++)
        w->buffers[i] = mem_alloc(w->page_size);
    check_meta(w, metas[load(metas[1] + txn, 8) > load(metas[0] + txn, 8)]);
}

bool store_pages_check(int fd, uint64_t *findings, void (*see)(void *context, const char *finding),
    void *context, struct err *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return err_errno(err, errno, "the store's file");
    struct walk w = {.fd = fd, .pages = (uint64_t)st.st_size, .see = see, .context = context};
    w.page_size = 4096;
    check_pages(&w);
    free(w.used);
    for (size_t i = 0; i < DEPTH_MAX; i++)
        free(w.buffers[i]);
    *findings = w.findings;
    return true;
}
