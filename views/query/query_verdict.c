/* SPDX-License-Identifier: MIT */
/* How a query would be answered, said in a line. Must not plan anything itself. */
#include "views/query/query_verdict.h"

#include "views/words.h"

/* ", name" of each term that is (not) a key's. */
static void add_terms(const struct query_form *form, bool keys, struct buf *out)
{
    bool any = false;
    for (uint32_t i = 0; i < form->line.term_count; i++) {
        const struct query_term *term = &form->line.terms[i];
        if ((form->plan.keys >> i & 1) != keys)
            continue;
        struct query_span span = term->name_span.len ? term->name_span : term->span;
        struct str name = term->name.len
                              ? term->name
                              : str_take(str_skip(buf_str(&form->text), span.at), span.len);
        buf_printf(out, "%s%.*s",
            any    ? ", "
            : keys ? " · key: "
                   : " · filter only: ",
            STR_ARG(name));
        any = true;
    }
}

/* 500 thousandths are 0.5 */
static void add_units(struct buf *out, int64_t units)
{
    if (units % 1000)
        buf_printf(out, "%lld.%lld", (long long)(units / 1000), (long long)(units % 1000 / 100));
    else
        words_count_short(out, units / 1000);
}

void query_verdict_cost(const struct query_form *form, int64_t items, struct buf *out)
{
    struct query_cost cost = query_plan_cost(form->table, &form->line, &form->plan, items);
    const char *how = form->plan.whole_key ? "reads "
                      : !form->plan.query  ? "reads all: about "
                      : cost.known         ? "reads about "
                                           : "reads at most ";
    buf_add(out, str_from(how));
    words_count_short(out, cost.items);
    buf_add(out, cost.items == 1 ? STR(" item, ") : STR(" items, "));
    add_units(out, cost.units);
    buf_add(out, STR(" RCU"));
    if (form->plan.query && !form->plan.whole_key && items >= 0)
        buf_add(out, STR(" (a guess from the items that are loaded)"));
}

void query_verdict_line(const struct query_form *form, struct buf *out)
{
    const struct query_plan *plan = &form->plan;
    struct str where = plan->index ? plan->index->name : form->table->name;
    buf_printf(out, "%s %s %.*s", plan->query ? "QUERY" : "SCAN", plan->query ? "on" : "of all of",
        STR_ARG(where));
    add_terms(form, true, out);
    add_terms(form, false, out);
}

bool query_verdict_reason(
    const struct query_form *form, uint32_t nth, struct buf *place, struct buf *why)
{
    for (uint32_t i = 0; i < form->plan.place_count; i++) {
        const struct query_place *p = &form->plan.places[i];
        bool answers = form->plan.query && p->index == form->plan.index;
        if (answers || !p->why.len || nth-- > 0)
            continue;
        buf_add(place, p->index ? p->index->name : STR("the table"));
        buf_add(why, p->why);
        return true;
    }
    return false;
}

const char *query_verdict_node(const struct query_form *form, uint32_t node)
{
    if (!form->planned || node >= form->line.node_count)
        return "";
    return form->plan.keys >> form->line.nodes[node].term & 1 ? "key" : "filter only";
}
