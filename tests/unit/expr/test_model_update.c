/* SPDX-License-Identifier: MIT */
/*
 * Random updates and projections on random items, against a model that copies trees: it marks what
 * is removed, puts what is set, and closes the lists at the end.
 */
#include "naive.h"

enum { ROUNDS = 50000, ACTIONS_MAX = 4 };

enum clause { SET, REMOVE, ADD, DELETE, CLAUSES };
enum form { OPERAND, PLUS, MINUS, APPEND };

/* An operand: a literal, a path, or if_not_exists(path, other). */
struct operand {
    struct naive_path path;
    struct naive *value; /* NULL: the path */
    struct operand *other;
};

struct action {
    enum clause clause;
    enum form form;
    struct naive_path target;
    struct operand left, right;
};

struct update {
    unsigned count;
    struct action actions[ACTIONS_MAX];
};

/* The container of a target; NULL where there is none of the right kind. */
static struct naive *parent_of(struct naive *item, const struct naive_path *target)
{
    struct naive_path parent = *target;
    const struct naive_step *last = &target->steps[--parent.count];
    struct naive *n = parent.count ? naive_find(item, &parent) : item;
    return n && n->type == (last->name ? VALUE_M : VALUE_L) ? n : NULL;
}

/* ---- making ---- */

/* A literal that the form takes, and paths that lead to such a value, most of the time. */
static struct operand random_operand(
    struct arena *arena, struct chance *c, const struct naive *item, enum form form, unsigned depth)
{
    struct operand o = {0};
    unsigned pick = chance_below(c, 8);
    enum value_type type = form == APPEND ? VALUE_L : form == OPERAND ? VALUE_NONE : VALUE_N;
    const struct naive *found = NULL;
    if (pick < 4) {
        do
            o.value = naive_random(arena, c, 1);
        while (type && o.value->type != type);
    } else {
        for (int tries = 0; tries < 8 && !(found && (!type || found->type == type)); tries++) {
            o.path = naive_random_path(c, item);
            found = naive_find(item, &o.path);
        }
    }
    if (pick >= 6 && depth) {
        o.other = arena_new(arena, struct operand);
        *o.other = random_operand(arena, c, item, form, depth - 1);
    }
    return o;
}

static struct action random_action(struct arena *arena, struct chance *c, const struct naive *item)
{
    struct action a = {.clause = (enum clause)chance_below(c, CLAUSES)};
    if (chance_below(c, 2))
        a.clause = SET;
    a.target = naive_random_path(c, item);
    while (a.target.count > 1 && !parent_of((struct naive *)item, &a.target) && chance_below(c, 6))
        a.target = naive_random_path(c, item);
    a.form = (enum form)chance_below(c, 4);
    a.left = random_operand(arena, c, item, a.form, 2);
    a.right = random_operand(arena, c, item, a.form, 2);
    if (a.clause == ADD || a.clause == DELETE)
        a.left = (struct operand){.value = a.clause == DELETE || chance_below(c, 2)
                                               ? naive_random_set(arena, c)
                                               : naive_scalar(arena, c, VALUE_N)};
    return a;
}

/* ---- the model ---- */

/* A removed member of a list stays in its place until the end. */
static struct naive removed;

static struct naive *copy(struct arena *arena, const struct naive *n)
{
    struct naive *new = naive_new(arena, n->type);
    *new = *n;
    for (unsigned i = 0; i < n->count; i++)
        new->members[i] = copy(arena, n->members[i]);
    return new;
}

static const struct naive *find_operand(const struct operand *o, const struct naive *item)
{
    const struct naive *found = o->value ? o->value : naive_find(item, &o->path);
    return found || !o->other ? found : find_operand(o->other, item);
}

static struct naive *combine(
    struct arena *arena, enum form form, const struct naive *a, const struct naive *b)
{
    struct naive *n = copy(arena, a);
    if (form == APPEND) {
        if (a->type != VALUE_L || b->type != VALUE_L)
            return NULL;
        for (unsigned i = 0; i < b->count; i++)
            naive_add(n, NULL, b->members[i]);
        return n;
    }
    if (a->type != VALUE_N || b->type != VALUE_N)
        return NULL;
    n->number += form == PLUS ? b->number : -b->number;
    return n;
}

static struct naive *merge(
    struct arena *arena, const struct naive *old, const struct naive *more, bool add)
{
    struct naive *n = naive_new(arena, old->type);
    for (unsigned i = 0; i < old->count; i++)
        if (add || !naive_has(more, old->members[i]))
            naive_add(n, NULL, old->members[i]);
    for (unsigned i = 0; add && i < more->count; i++)
        if (!naive_has(old, more->members[i]))
            naive_add(n, NULL, more->members[i]);
    return n->count ? n : &removed;
}

/* What stands at the target afterwards: NULL for an error, &removed for nothing. */
static struct naive *outcome(struct arena *arena, const struct action *a, const struct naive *item)
{
    const struct naive *old = naive_find(item, &a->target);
    if (a->clause == REMOVE)
        return &removed;
    if (a->clause == SET) {
        const struct naive *left = find_operand(&a->left, item),
                           *right = find_operand(&a->right, item);
        if (!left || (a->form != OPERAND && !right))
            return NULL;
        return a->form == OPERAND ? copy(arena, left) : combine(arena, a->form, left, right);
    }
    if (!old)
        return a->clause == ADD ? copy(arena, a->left.value) : &removed;
    if (old->type != a->left.value->type)
        return NULL;
    if (old->type == VALUE_N)
        return combine(arena, PLUS, old, a->left.value);
    return merge(arena, old, a->left.value, a->clause == ADD);
}

static void put_in_map(struct naive *map, const char *name, struct naive *value)
{
    for (unsigned i = 0; i < map->count; i++)
        if (strcmp(map->names[i], name) == 0) {
            map->members[i] = value;
            return;
        }
    naive_add(map, name, value);
}

/* Appended members keep their order of indexes: each goes behind those with a smaller one. */
static void put_in_list(
    struct naive *list, unsigned length, int64_t index, struct naive *value, int64_t *appended)
{
    if (index < length) {
        list->members[index] = value;
        return;
    }
    unsigned at = length;
    while (at < list->count && appended[at] < index)
        at++;
    naive_add(list, NULL, value);
    memmove(
        &list->members[at + 1], &list->members[at], (list->count - 1 - at) * sizeof *list->members);
    memmove(&appended[at + 1], &appended[at], (list->count - 1 - at) * sizeof *appended);
    list->members[at] = value;
    appended[at] = index;
}

static void close_up(struct naive *n)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < n->count; i++) {
        if (n->members[i] == &removed)
            continue;
        n->names[kept] = n->names[i];
        n->members[kept] = n->members[i];
        close_up(n->members[kept++]);
    }
    n->count = kept;
}

/* NULL where the service refuses. */
static struct naive *model_apply(struct arena *arena, const struct update *u, struct naive *item)
{
    struct naive *after = copy(arena, item);
    struct {
        struct naive *list;
        unsigned length;
        int64_t appended[NAIVE_MAX * 4];
    } lists[ACTIONS_MAX] = {{0}};
    for (unsigned i = 0; i < u->count; i++)
        if ((lists[i].list = parent_of(after, &u->actions[i].target)))
            lists[i].length = lists[i].list->count;
    for (unsigned i = 0; i < u->count; i++) {
        const struct action *a = &u->actions[i];
        const struct naive_step *last = &a->target.steps[a->target.count - 1];
        struct naive *value = outcome(arena, a, item);
        unsigned same = 0;
        if (!value || !lists[i].list)
            return NULL;
        while (lists[same].list != lists[i].list)
            same++;
        if (last->name)
            put_in_map(lists[i].list, last->name, value);
        else if (value != &removed || last->index < lists[i].length)
            put_in_list(lists[i].list, lists[i].length, last->index, value, lists[same].appended);
    }
    close_up(after);
    return after;
}

/* ---- writing ---- */

static void write_operand(struct naive_text *t, const struct operand *o)
{
    bool paren = !chance_below(t->chance, 8);
    buf_add(&t->text, paren ? STR("(") : STR_NONE);
    if (o->other && !o->value) {
        buf_add(&t->text, STR("if_not_exists("));
        naive_put_path(t, &o->path);
        buf_add(&t->text, STR(", "));
        write_operand(t, o->other);
        buf_add_byte(&t->text, ')');
    } else if (o->value) {
        naive_put_value(t, o->value);
    } else {
        naive_put_path(t, &o->path);
    }
    buf_add(&t->text, paren ? STR(")") : STR_NONE);
}

static void write_action(struct naive_text *t, const struct action *a)
{
    naive_put_path(t, &a->target);
    if (a->clause == REMOVE)
        return;
    if (a->clause != SET) {
        buf_add_byte(&t->text, ' ');
        naive_put_value(t, a->left.value);
        return;
    }
    buf_add(&t->text, a->form == APPEND ? STR(" = list_append(") : STR(" = "));
    write_operand(t, &a->left);
    if (a->form != OPERAND) {
        buf_add(&t->text, a->form == PLUS ? STR(" + ") : a->form == MINUS ? STR("-") : STR(","));
        write_operand(t, &a->right);
    }
    buf_add(&t->text, a->form == APPEND ? STR(")") : STR_NONE);
}

static void write_update(struct naive_text *t, const struct update *u)
{
    static const char *const words[] = {"SET ", "remove ", "Add ", "DELETE "};
    for (unsigned clause = 0; clause < CLAUSES; clause++) {
        bool first = true;
        for (unsigned i = 0; i < u->count; i++) {
            if (u->actions[i].clause != clause)
                continue;
            buf_add(&t->text, str_from(first ? words[clause] : ", "));
            write_action(t, &u->actions[i]);
            first = false;
        }
        buf_add(&t->text, first ? STR_NONE : STR(" "));
    }
}

/* ---- the property of updates ---- */

static void expect_same(struct request *r, uint64_t seed, struct naive_text *text,
    const struct naive *item, const struct naive *wanted, struct str got)
{
    struct buf bytes = {0};
    if (wanted)
        naive_encode(&r->arena, wanted, &bytes);
    if (!wanted != !got.len || (wanted && !str_equal(got, buf_str(&bytes)))) {
        struct buf before = {0}, after = {0};
        naive_json(&before, item);
        if (wanted)
            naive_json(&after, wanted);
        buf_clear(&r->text);
        if (got.len)
            json_out_typed(&r->text, value_of(got));
        fail_msg("seed %llu: %s\nwith %s\non     %s\ngives  %s (%s)\nwanted %s",
            (unsigned long long)seed, buf_cstr(&text->text), buf_cstr(&text->values),
            buf_cstr(&before), buf_cstr(&r->text), r->err.text, buf_cstr(&after));
    }
    buf_fini(&bytes);
}

enum end { REFUSED_BY_PARSER, REFUSED_BY_ITEM, DONE };

static enum end update_round(uint64_t seed)
{
    struct arena arena = {0};
    struct chance c = {seed * 0x9E3779B97F4A7C15ULL + 1};
    struct naive *item = naive_random_item(&arena, &c);
    struct update u = {.count = 1 + chance_below(&c, ACTIONS_MAX)};
    struct naive_text text = {.arena = &arena, .chance = &c};
    struct request r;
    for (unsigned i = 0; i < u.count; i++)
        u.actions[i] = random_action(&arena, &c, item);
    write_update(&text, &u);
    buf_add(&text.values, STR("}"));
    request_init(&r, naive_names_json, text.count ? buf_cstr(&text.values) : NULL);
    assert_non_null(r.env);
    naive_encode(&arena, item, &r.item);
    const struct expr_update *update =
        expr_parse_update(&r.arena, r.env, buf_str(&text.text), &r.err);
    enum end end = REFUSED_BY_PARSER;
    if (update) {
        const struct naive *wanted = model_apply(&arena, &u, item);
        end =
            expr_apply(update, value_of(buf_str(&r.item)), &r.out, &r.err) ? DONE : REFUSED_BY_ITEM;
        expect_same(&r, seed, &text, item, wanted, buf_str(&r.out));
    } else if (strstr(r.err.text, "Syntax error") || strstr(r.err.text, "redundant")) {
        fail_msg("seed %llu: %s: %s", (unsigned long long)seed, buf_cstr(&text.text), r.err.text);
    }
    buf_fini(&text.text);
    buf_fini(&text.values);
    request_fini(&r);
    arena_fini(&arena);
    return end;
}

static void random_updates_do_what_the_model_does(void **state)
{
    (void)state;
    unsigned ends[3] = {0};
    for (uint64_t seed = 1; seed <= ROUNDS; seed++)
        ends[update_round(seed)]++;
    assert_true(ends[DONE] > ROUNDS / 8 && ends[REFUSED_BY_ITEM] > ROUNDS / 20);
}

/* ---- projections ---- */

/* The part of `n` at the paths that go through here; NULL for nothing. */
static struct naive *model_project(struct arena *arena, const struct naive *n,
    const struct naive_path *paths, unsigned count, const struct naive_path *here)
{
    struct naive *part = naive_new(arena, n->type);
    for (unsigned i = 0; i < count; i++)
        if (paths[i].count == here->count &&
            memcmp(paths[i].steps, here->steps, here->count * sizeof *here->steps) == 0)
            return (struct naive *)n;
    if ((n->type != VALUE_L && n->type != VALUE_M) || here->count == 4)
        return NULL;
    for (unsigned i = 0; i < n->count; i++) {
        struct naive_path below = *here;
        below.steps[below.count] = (struct naive_step){0};
        if (n->type == VALUE_M)
            below.steps[below.count].name = n->names[i];
        else
            below.steps[below.count].index = i;
        below.count++;
        struct naive *member = model_project(arena, n->members[i], paths, count, &below);
        if (member)
            naive_add(part, n->names[i], member);
    }
    return part->count ? part : NULL;
}

static bool projection_round(uint64_t seed)
{
    struct arena arena = {0};
    struct chance c = {seed * 0x9E3779B97F4A7C15ULL + 1};
    struct naive *item = naive_random_item(&arena, &c);
    struct naive_path paths[5];
    unsigned count = 1 + chance_below(&c, 5);
    struct naive_text text = {.arena = &arena, .chance = &c};
    struct request r;
    for (unsigned i = 0; i < count; i++) {
        paths[i] = naive_random_path(&c, item);
        /* names by address, so that steps can be compared as bytes */
        for (unsigned s = 0; s < paths[i].count; s++)
            for (size_t k = 0; paths[i].steps[s].name && k < 5; k++)
                if (strcmp(paths[i].steps[s].name, naive_names[k]) == 0)
                    paths[i].steps[s].name = naive_names[k];
        buf_add(&text.text, i ? STR(", ") : STR_NONE);
        naive_put_path(&text, &paths[i]);
    }
    request_init(&r, naive_names_json, NULL);
    naive_encode(&arena, item, &r.item);
    const struct expr_projection *projection =
        expr_parse_projection(&r.arena, r.env, buf_str(&text.text), &r.err);
    if (projection) {
        struct naive *wanted = model_project(&arena, item, paths, count, &(struct naive_path){0});
        expr_project(projection, value_of(buf_str(&r.item)), &r.out);
        expect_same(
            &r, seed, &text, item, wanted ? wanted : naive_new(&arena, VALUE_M), buf_str(&r.out));
    } else if (!strstr(r.err.text, "Two document paths")) {
        fail_msg("seed %llu: %s: %s", (unsigned long long)seed, buf_cstr(&text.text), r.err.text);
    }
    bool parsed = projection != NULL;
    buf_fini(&text.text);
    request_fini(&r);
    arena_fini(&arena);
    return parsed;
}

static void random_projections_take_what_the_model_takes(void **state)
{
    (void)state;
    unsigned parsed = 0;
    for (uint64_t seed = 1; seed <= ROUNDS / 2; seed++)
        parsed += projection_round(seed);
    assert_true(parsed > ROUNDS / 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_updates_do_what_the_model_does),
        cmocka_unit_test(random_projections_take_what_the_model_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
