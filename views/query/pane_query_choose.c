/* SPDX-License-Identifier: MIT */
/*
 * The query builder's form: what is chosen there instead of typed, and conditions that are joined,
 * turned round, put in brackets and taken out. Each ends in another text.
 */
#include "views/app.h"
#include "views/item/literal.h"
#include "views/query/pane_query_impl.h"
#include "views/query/query_lex.h"
#include "views/query/query_operators.h"

/* ---- choices ---- */

/* The index after (or before) the one that is asked for: none, the table, each index. */
static void choose_index(struct pane_query *p, int step, struct buf *out)
{
    const struct client_table *table = &p->browse->table;
    int count = (int)table->index_count + 2, now = 0;
    struct str index = p->base.line.index;
    if (str_equal(index, STR("table")))
        now = 1;
    for (uint32_t i = 0; index.len && i < table->index_count; i++)
        if (str_equal(table->indexes[i].name, index))
            now = (int)i + 2;
    now = (now + step + count) % count;
    if (now == 1)
        buf_add(out, STR("table"));
    else if (now > 1)
        buf_add(out, table->indexes[now - 2].name);
}

/* The type that an attribute has in the items that are loaded. */
static enum value_type seen_type(const struct pane_query *p, const struct query_node *node)
{
    struct arena arena = {0};
    struct query_token *tokens = arena_array(&arena, struct query_token, QUERY_TOKENS_MAX);
    struct query_step steps[QUERY_STEPS_MAX];
    struct err err = ERR_INIT;
    enum value_type type = VALUE_NONE;
    size_t count;
    if (query_lex(&arena, query_form_part(&p->base, node->name), tokens, &count, &err) &&
        query_seen_steps(tokens, count, steps, &count))
        type = query_seen_type(&p->seen, steps, count);
    arena_fini(&arena);
    return type;
}

static void keep_value(struct pane_query *p, uint32_t node)
{
    const struct query_node *n = &p->base.line.nodes[node];
    struct str low = query_form_part(&p->base, n->low);
    if (!low.len || n->sized ||
        str_equal(query_operators_now(&p->base, node), STR("attribute_type")))
        return;
    buf_clear(&p->kept);
    buf_add(&p->kept, low);
}

/* The condition with the next (or the previous) of the operators that fit it. */
static void choose_operator(struct pane_query *p, int step, struct buf *text)
{
    const char *words[QUERY_OPERATORS_MAX];
    uint32_t node = p->base.fields[p->at].node;
    struct query_operand operand =
        query_operand_of(&p->base, node, seen_type(p, &p->base.line.nodes[node]));
    int count = (int)query_operators(operand, words), i = 0;
    while (i < count && !str_equal_nocase(query_operators_now(&p->base, node), str_from(words[i])))
        i++;
    if (i == count && step > 0)
        i = -1;
    keep_value(p, node);
    query_operators_put(&p->base, node, words[(i + step + count) % count], buf_str(&p->kept), text);
}

static void say_choice(struct pane_query *p)
{
    uint32_t node = p->base.fields[p->at].node;
    if (p->base.fields[p->at].kind == QUERY_FIELD_OPERATOR &&
        query_operand_of(&p->base, node, VALUE_NONE).partition)
        buf_add(&p->error,
            STR("a partition key takes = alone; another operator, typed here, makes it a filter"));
}

static void choose_join(struct pane_query *p, struct buf *text)
{
    const struct query_field *field = &p->base.fields[p->at];
    bool both = str_equal_nocase(query_form_part(&p->base, field->span), STR("and"));
    query_form_with(&p->base, field, both ? STR("or") : STR("and"), text);
}

static void toggle(struct pane_query *p, const char *word, struct buf *out)
{
    if (p->base.fields[p->at].span.len == 0)
        buf_add(out, str_from(word));
}

/* Where the last of several begins: of a list of values or attributes. */
static size_t last_part(const struct pane_query *p, struct str text)
{
    enum query_field_kind kind = p->base.fields[p->at].kind;
    size_t at = text.len;
    if (kind != QUERY_FIELD_LIST && kind != QUERY_FIELD_SHOW)
        return 0;
    while (at > 0 && text.at[at - 1] != ',')
        at--;
    while (at && at < text.len && text.at[at] == ' ')
        at++;
    return at;
}

/* What was seen and may stand in the field, one after the other. */
static bool choose_value(struct pane_query *p, int step)
{
    struct query_candidates *list = &p->candidates;
    struct buf text = {0};
    buf_add(&text, line_edit_text(&p->edit));
    size_t from = last_part(p, buf_str(&text));
    struct str now = str_skip(buf_str(&text), from);
    pane_query_complete(p, str_take(buf_str(&text), from), from);
    int count = (int)list->count, i = 0;
    while (i < count && !str_equal(list->list[i].text, now))
        i++;
    if (i == count)
        i = step > 0 ? -1 : 0;
    if (count) {
        text.len = from;
        buf_add(&text, list->list[(i + step + count) % count].text);
        line_edit_set(&p->edit, buf_str(&text));
        pane_query_edited(p);
    }
    buf_fini(&text);
    return count > 0;
}

bool pane_query_choose(struct pane_query *p, int step)
{
    struct buf value = {0}, text = {0};
    if (p->at == PANE_QUERY_LINE)
        return false;
    enum query_field_kind kind = p->base.fields[p->at].kind;
    bool typed = kind != QUERY_FIELD_OPERATOR && !pane_query_is_choice(p);
    if (typed || !p->form.good)
        return typed && choose_value(p, step);
    pane_query_go_to(p, p->at);
    const struct query_field *field = &p->base.fields[p->at];
    switch (field->kind) {
    case QUERY_FIELD_INDEX:
        choose_index(p, step, &value);
        break;
    case QUERY_FIELD_ORDER:
        toggle(p, "descending", &value);
        break;
    case QUERY_FIELD_CONSISTENT:
        toggle(p, "consistent", &value);
        break;
    case QUERY_FIELD_OPERATOR:
        choose_operator(p, step, &text);
        break;
    case QUERY_FIELD_JOIN:
        choose_join(p, &text);
        break;
    default:
        break;
    }
    if (field->kind > QUERY_FIELD_TERM)
        query_form_with(&p->base, field, buf_str(&value), &text);
    query_form_set(&p->form, buf_str(&text));
    pane_query_go_to(p, p->at < (int)p->form.field_count ? p->at : PANE_QUERY_LINE);
    pane_query_judge(p);
    if (p->at != PANE_QUERY_LINE)
        say_choice(p);
    buf_fini(&value);
    buf_fini(&text);
    return true;
}

/* Whether the field is stepped through and not typed into. */
bool pane_query_is_choice(const struct pane_query *p)
{
    enum query_field_kind kind =
        p->at == PANE_QUERY_LINE ? QUERY_FIELD_TERM : p->form.fields[p->at].kind;
    return kind == QUERY_FIELD_ORDER || kind == QUERY_FIELD_CONSISTENT ||
           kind == QUERY_FIELD_INDEX || kind == QUERY_FIELD_JOIN;
}

/* ---- conditions ---- */

/* Another text; the cursor stays in the same place of the form. */
static void change(struct pane_query *p, struct str text)
{
    query_form_set(&p->form, text);
    pane_query_go_to(p, p->at < (int)p->form.field_count && p->form.good ? p->at : PANE_QUERY_LINE);
    pane_query_judge(p);
}

void pane_query_drop(struct app *app, struct view *view, struct str args)
{
    (void)app;
    (void)args;
    struct pane_query *p = (struct pane_query *)view;
    struct buf text = {0};
    query_form_without(&p->form, p->form.fields[p->at].node, &text);
    change(p, buf_str(&text));
    buf_fini(&text);
}

void pane_query_negate(struct app *app, struct view *view, struct str args)
{
    (void)app;
    (void)args;
    struct pane_query *p = (struct pane_query *)view;
    struct buf text = {0};
    query_form_negated(&p->form, p->form.fields[p->at].node, &text);
    change(p, buf_str(&text));
    buf_fini(&text);
}

void pane_query_group(struct app *app, struct view *view, struct str args)
{
    (void)app;
    struct pane_query *p = (struct pane_query *)view;
    struct buf text = {0};
    uint32_t node = p->form.fields[p->at].node;
    bool off = str_equal(args, STR("off"));
    if (off ? query_form_ungrouped(&p->form, node, &text)
            : query_form_grouped(&p->form, node, &text)) {
        change(p, buf_str(&text));
    } else {
        buf_clear(&p->error);
        buf_add(&p->error, off ? STR("there are no brackets around this condition")
                               : STR("there is no condition before this one to put in brackets"));
    }
    buf_fini(&text);
}
