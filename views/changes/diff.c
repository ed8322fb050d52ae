/* SPDX-License-Identifier: MIT */
/*
 * Two values side by side. Names and members of sets are in order in both (value.h), so one pass
 * over both is enough. Must not know what is done with a difference.
 */
#include "views/changes/diff.h"

#include "views/cells.h"

struct diff_pass {
    diff_see *see;
    void *context;
    struct patch_path path;
};

static bool diff_values(struct diff_pass *d, struct value old, struct value new);

static bool diff_tell(struct diff_pass *d, enum diff_kind kind, struct value old, struct value new)
{
    struct diff diff = {.kind = kind, .path = &d->path, .old = old, .new = new};
    return d->see(d->context, &diff);
}

/* A place one step further down. */
static bool diff_below(
    struct diff_pass *d, struct patch_step step, struct value old, struct value new)
{
    if (d->path.count == PATCH_STEPS_MAX)
        return true;
    d->path.steps[d->path.count++] = step;
    bool go_on = old.type == VALUE_NONE   ? diff_tell(d, DIFF_ADDED, old, new)
                 : new.type == VALUE_NONE ? diff_tell(d, DIFF_REMOVED, old, new)
                                          : diff_values(d, old, new);
    d->path.count--;
    return go_on;
}

/* One side of a merge: the next member, or none. */
struct diff_side {
    struct value_walk walk;
    struct str name;
    struct value value;
    bool there;
};

static void diff_step(struct diff_side *side)
{
    side->there = value_next(&side->walk, &side->name, &side->value);
    if (!side->there)
        side->value = (struct value){0};
}

static struct diff_side diff_begin(struct value container)
{
    struct diff_side side = {.walk = value_walk(container)};
    if (container.type != VALUE_NONE)
        diff_step(&side);
    return side;
}

static bool diff_maps(struct diff_pass *d, struct value old, struct value new)
{
    struct diff_side a = diff_begin(old), b = diff_begin(new);
    while (a.there || b.there) {
        int order = !a.there ? 1 : !b.there ? -1 : str_compare(a.name, b.name);
        struct str name = order <= 0 ? a.name : b.name;
        struct value none = {0};
        struct patch_step step = {.name = name.at ? name : STR("")};
        if (!diff_below(d, step, order <= 0 ? a.value : none, order >= 0 ? b.value : none))
            return false;
        if (order <= 0)
            diff_step(&a);
        if (order >= 0)
            diff_step(&b);
    }
    return true;
}

static bool diff_lists(struct diff_pass *d, struct value old, struct value new)
{
    struct diff_side a = diff_begin(old), b = diff_begin(new);
    for (size_t i = 0; a.there || b.there; i++) {
        if (!diff_below(d, (struct patch_step){.index = i}, a.value, b.value))
            return false;
        diff_step(&a);
        diff_step(&b);
    }
    return true;
}

static bool diff_sets(struct diff_pass *d, struct value old, struct value new)
{
    struct diff_side a = diff_begin(old), b = diff_begin(new);
    struct value none = {0};
    while (a.there || b.there) {
        int order = !a.there ? 1 : !b.there ? -1 : value_compare(a.value, b.value);
        if (order < 0 && !diff_tell(d, DIFF_MEMBER_OUT, a.value, none))
            return false;
        if (order > 0 && !diff_tell(d, DIFF_MEMBER_IN, none, b.value))
            return false;
        if (order <= 0)
            diff_step(&a);
        if (order >= 0)
            diff_step(&b);
    }
    return true;
}

static bool diff_values(struct diff_pass *d, struct value old, struct value new)
{
    if (value_equal(old, new))
        return true;
    if (old.type == new.type && old.type == VALUE_M)
        return diff_maps(d, old, new);
    if (old.type == new.type && old.type == VALUE_L)
        return diff_lists(d, old, new);
    if (old.type == new.type && value_is_set(old.type))
        return diff_sets(d, old, new);
    return diff_tell(d, DIFF_CHANGED, old, new);
}

bool diff_walk(struct value old, struct value new, diff_see *see, void *context)
{
    struct diff_pass d = {.see = see, .context = context};
    return diff_maps(&d, old, new);
}

/* Both sides are to be seen, however long one is. */
static void add_side(struct buf *out, struct value side, size_t most)
{
    static const struct str ellipsis = {"…", sizeof "…" - 1};
    size_t from = out->len;
    cells_add(out, side, true);
    if (out->len - from <= most)
        return;
    out->len = from + most - ellipsis.len;
    while (out->len > from && (out->at[out->len] & 0xC0) == 0x80)
        out->len--;
    buf_add(out, ellipsis);
}

size_t diff_add(struct buf *out, const struct diff *diff, size_t most)
{
    size_t arrow = 0;
    patch_path_add(out, diff->path);
    buf_add(out, STR("  "));
    switch (diff->kind) {
    case DIFF_ADDED:
    case DIFF_MEMBER_IN:
        buf_add(out, STR("+ "));
        cells_add(out, diff->new, true);
        break;
    case DIFF_REMOVED:
    case DIFF_MEMBER_OUT:
        buf_add(out, STR("- "));
        cells_add(out, diff->old, true);
        break;
    case DIFF_CHANGED:
        add_side(out, diff->old, most);
        arrow = out->len;
        buf_add(out, STR(DIFF_ARROW));
        add_side(out, diff->new, most);
        break;
    }
    return arrow;
}

void diff_add_plain(struct buf *out, const struct diff *diff)
{
    patch_path_add(out, diff->path);
    buf_add(out, STR("  "));
    cells_add(out, diff->new.type == VALUE_NONE ? diff->old : diff->new, true);
}
