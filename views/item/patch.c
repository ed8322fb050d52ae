/* SPDX-License-Identifier: MIT */
/*
 * Copies an item and changes it in one place on the way. Items nest at most VALUE_DEPTH_MAX levels,
 * so the recursion is bounded by what value_check() has let in.
 */
#include "views/item/patch.h"

enum patch_kind { PATCH_SET, PATCH_REMOVE, PATCH_RENAME };

struct patch {
    enum patch_kind kind;
    const struct patch_path *path;
    struct value value;
    struct str name;
    bool done;
    struct err *err;
};

/* ---- paths ---- */

static bool patch_is_word(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.at[i];
        bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';
        if (!letter && c != '_' && c < 128 && !(i && ((c >= '0' && c <= '9') || c == '-')))
            return false;
    }
    return name.len > 0;
}

void patch_path_add(struct buf *out, const struct patch_path *path)
{
    for (size_t i = 0; i < path->count; i++) {
        const struct patch_step *step = &path->steps[i];
        if (!step->name.at) {
            buf_printf(out, "[%zu]", step->index);
            continue;
        }
        if (i)
            buf_add_byte(out, '.');
        buf_printf(out, patch_is_word(step->name) ? "%.*s" : "\"%.*s\"", STR_ARG(step->name));
    }
}

static bool patch_walk(
    struct value item, const struct patch_path *path, size_t count, struct value *out)
{
    *out = item;
    for (size_t i = 0; i < count; i++) {
        const struct patch_step *step = &path->steps[i];
        struct value inner = *out;
        bool found = step->name.at ? inner.type == VALUE_M && value_find(inner, step->name, out)
                                   : inner.type == VALUE_L && value_at(inner, step->index, out);
        if (!found)
            return false;
    }
    return true;
}

bool patch_find(struct value item, const struct patch_path *path, struct value *out)
{
    return patch_walk(item, path, path->count, out);
}

bool patch_find_parent(struct value item, const struct patch_path *path, struct value *out)
{
    return path->count && patch_walk(item, path, path->count - 1, out);
}

/* ---- copying ---- */

static bool patch_copy(struct patch *p, struct buf *out, struct value v, size_t depth);

/* One member that the path leads to. */
static bool patch_member(struct patch *p, struct buf *out, struct value_open *open, struct str name,
    struct value member, size_t depth)
{
    bool last = depth + 1 == p->path->count;
    if (last && p->kind == PATCH_REMOVE) {
        p->done = true;
        return true;
    }
    if (last && p->kind == PATCH_RENAME) {
        p->done = true;
        value_member(open, out, p->name);
        value_put(out, member);
        return true;
    }
    value_member(open, out, name);
    return patch_copy(p, out, member, depth + 1);
}

static bool patch_container(struct patch *p, struct buf *out, struct value v, size_t depth)
{
    const struct patch_step *step = &p->path->steps[depth];
    struct value_open open = value_open(out, v.type);
    struct value_walk walk = value_walk(v);
    struct str name;
    struct value member;
    bool ok = true;
    for (size_t i = 0; ok && value_next(&walk, &name, &member); i++) {
        bool here = v.type == VALUE_M ? step->name.at && str_equal(name, step->name)
                                      : !step->name.at && i == step->index;
        if (here) {
            ok = patch_member(p, out, &open, name, member, depth);
        } else {
            value_member(&open, out, name);
            value_put(out, member);
        }
    }
    if (ok && !p->done && p->kind == PATCH_SET && depth + 1 == p->path->count &&
        (step->name.at != NULL) == (v.type == VALUE_M)) {
        value_member(&open, out, step->name);
        value_put(out, p->value);
        p->done = true;
    }
    return ok && value_close(&open, out, p->err);
}

static bool patch_copy(struct patch *p, struct buf *out, struct value v, size_t depth)
{
    if (depth == p->path->count) {
        value_put(out, p->value);
        p->done = true;
        return true;
    }
    if (v.type == VALUE_M || v.type == VALUE_L)
        return patch_container(p, out, v, depth);
    value_put(out, v);
    return true;
}

static bool patch_run(struct patch *p, struct buf *out, struct value item)
{
    size_t start = out->len;
    if (patch_copy(p, out, item, 0) && p->done)
        return true;
    out->len = start;
    struct buf path = {0};
    patch_path_add(&path, p->path);
    if (p->err->code == ERR_NONE)
        err_set(
            p->err, ERR_DATA, "there is no %.*s in this item any more", STR_ARG(buf_str(&path)));
    buf_fini(&path);
    return false;
}

bool patch_set(struct buf *out, struct value item, const struct patch_path *path, struct value v,
    struct err *err)
{
    struct patch p = {.kind = PATCH_SET, .path = path, .value = v, .err = err};
    return patch_run(&p, out, item);
}

bool patch_remove(
    struct buf *out, struct value item, const struct patch_path *path, struct err *err)
{
    struct patch p = {.kind = PATCH_REMOVE, .path = path, .err = err};
    return patch_run(&p, out, item);
}

bool patch_rename(struct buf *out, struct value item, const struct patch_path *path,
    struct str name, struct err *err)
{
    struct patch p = {.kind = PATCH_RENAME, .path = path, .name = name, .err = err};
    struct value parent, old;
    if (patch_find_parent(item, path, &parent) && parent.type == VALUE_M &&
        value_find(parent, name, &old))
        return err_set(err, ERR_DATA, "there is already an attribute %.*s", STR_ARG(name));
    return patch_run(&p, out, item);
}
