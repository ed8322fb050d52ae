/* SPDX-License-Identifier: MIT */
/*
 * Runs a SELECT: one range of keys after the other, as the plan has them, until the page is full.
 * The token to go on with holds the place and a digest of what was asked, so that it fits no other
 * statement:
 *
 *   base64 ( 01 | digest (16) | varint branch | LastEvaluatedKey as an M )
 */
#include "backend/embedded/statement_select.h"

#include "backend/embedded/key_path.h"
#include "backend/embedded/shape.h"
#include "backend/embedded/token.h"
#include "backend/json_in.h"
#include "backend/json_out.h"

enum { TOKEN_VERSION = 1, DIGEST_BYTES = 16 };

void statement_select_fini(struct statement_select *select)
{
    page_fini(&select->page);
}

/* ---- ORDER BY ---- */

static const struct partiql_sort *find_sort(const struct partiql_statement *p, struct str name)
{
    for (uint32_t i = 0; i < p->sort_count; i++)
        if (str_equal(p->sorts[i].name, name))
            return &p->sorts[i];
    return NULL;
}

static bool has_partitions(const struct statement_plan *plan)
{
    for (uint32_t i = 1; i < plan->count; i++)
        if (!value_equal(plan->branches[i].partition, plan->branches[0].partition))
            return true;
    return false;
}

static bool check_sorts(const struct statement_select *select, struct err *err)
{
    const struct partiql_statement *p = &select->statement->parsed;
    const struct key_schema *schema = select->plan.schema;
    if (p->sort_count && !p->where)
        return err_invalid(
            err, "Must have WHERE clause in the statement when using ORDER BY clause.");
    for (uint32_t i = 0; i < p->sort_count; i++)
        if (catalog_key_find(schema, p->sorts[i].name) < 0)
            return err_invalid(err,
                "Attribute %.*s in ORDER BY clause must be part of the primary key",
                STR_ARG(p->sorts[i].name));
    if (p->sort_count && !select->plan.keyed)
        return err_invalid(err, "Must have at least one non-optional hash key condition in WHERE "
                                "clause when using ORDER BY clause.");
    if (p->sort_count && has_partitions(&select->plan) && !find_sort(p, schema->at[0].name))
        return err_invalid(err, "Must have hash key in ORDER BY clause when more than one hash key "
                                "condition specified in WHERE clause.");
    return true;
}

static void reverse(struct statement_branch *branches, uint32_t count)
{
    for (uint32_t i = 0; i < count / 2; i++) {
        struct statement_branch swapped = branches[i];
        branches[i] = branches[count - 1 - i];
        branches[count - 1 - i] = swapped;
    }
}

static bool same_partition(const struct statement_branch *a, const struct statement_branch *b)
{
    return str_equal(a->partition.data, b->partition.data);
}

/* Without a word on the sort key, an ORDER BY reads it backward: so does the service. */
static void sort_branches(struct statement_select *select)
{
    const struct partiql_statement *p = &select->statement->parsed;
    struct statement_plan *plan = &select->plan;
    const struct key_schema *schema = plan->schema;
    const struct partiql_sort *hash = find_sort(p, schema->at[0].name);
    const struct partiql_sort *sort = schema->sort ? find_sort(p, schema->at[1].name) : NULL;
    bool backward = p->sort_count && (!sort || sort->descending);
    bool down = hash && hash->descending;
    select->page.backward = backward;
    if (down)
        reverse(plan->branches, plan->count);
    for (uint32_t i = 0, end; i < plan->count && down != backward; i = end) {
        for (end = i + 1; end < plan->count; end++)
            if (!same_partition(&plan->branches[i], &plan->branches[end]))
                break;
        reverse(&plan->branches[i], end - i);
    }
}

/* ---- the token ---- */

static void digest_of(const struct statement_select *select, struct token_digest *digest)
{
    const struct statement *s = select->statement;
    uint32_t id = page_id(&select->page);
    token_digest_start(digest);
    token_digest_add(digest, s->text);
    token_digest_add(digest, (struct str){(const char *)&id, sizeof id});
    for (size_t i = 0; i < s->parameter_count; i++)
        token_digest_add(digest, s->parameters[i].encoded);
}

static void put_token(struct call *call, const struct statement_select *select)
{
    struct token_digest digest;
    struct buf *bytes = engine_buf(call, CALL_RECORD), *text = engine_buf(call, CALL_JSON);
    digest_of(select, &digest);
    buf_add_byte(bytes, TOKEN_VERSION);
    buf_add_bytes(bytes, &digest, DIGEST_BYTES);
    value_put_varint(bytes, select->branch);
    buf_add(bytes, buf_str(&select->page.last));
    json_out_base64(text, buf_str(bytes));
    engine_put_text(call->out, STR("NextToken"), buf_str(text));
}

static bool refuse_token(struct err *err)
{
    return err_invalid(err, "Invalid NextToken");
}

static bool read_place(
    struct statement_select *select, struct str bytes, struct value *start, struct err *err)
{
    struct err ignored = ERR_INIT;
    uint64_t branch;
    if (!value_read_varint(&bytes, &branch) || !value_check(bytes, &ignored))
        return refuse_token(err);
    *start = value_of(bytes);
    select->branch = (uint32_t)branch;
    return (start->type == VALUE_M && branch < (select->plan.keyed ? select->plan.count : 1)) ||
           refuse_token(err);
}

static bool read_token(
    struct call *call, struct statement_select *select, struct value *start, struct err *err)
{
    struct token_digest digest;
    struct buf *bytes = engine_buf(call, CALL_ITEM);
    if (select->next_token.len == 0)
        return true;
    if (!json_in_base64(bytes, select->next_token) || bytes->len < 1 + DIGEST_BYTES ||
        bytes->at[0] != TOKEN_VERSION)
        return refuse_token(err);
    digest_of(select, &digest);
    if (memcmp(bytes->at + 1, &digest, DIGEST_BYTES) != 0)
        return err_invalid(err, "NextToken does not match request");
    return read_place(select, str_skip(buf_str(bytes), 1 + DIGEST_BYTES), start, err);
}

/* Cuts the range: what follows the token's key, in the direction of the walk. */
static bool cut(struct call *call, struct page *page, struct value start, struct err *err)
{
    struct buf *key = engine_buf(call, CALL_KEY);
    if (!key_of_item(key, page_id(page), page_schema(page), start, NULL) ||
        str_compare(buf_str(key), buf_str(&page->from)) < 0 ||
        str_compare(buf_str(key), buf_str(&page->to)) >= 0)
        return refuse_token(err);
    struct buf *border = page->backward ? &page->to : &page->from;
    buf_clear(border);
    buf_add(border, buf_str(key));
    if (!page->backward)
        buf_add_byte(border, '\0'); /* the least key above it */
    return true;
}

/* ---- running ---- */

static bool lacks_column(const struct partiql_statement *p, const struct catalog_index *index)
{
    for (uint32_t i = 0; i < p->column_count; i++) {
        struct str root = p->columns[i].path.steps[0].name;
        uint32_t k = 0;
        while (k < index->projected_count && !str_equal(index->projected[k], root))
            k++;
        if (k == index->projected_count)
            return true;
    }
    return false;
}

static bool make_plan(struct call *call, struct statement_select *select, struct err *err)
{
    const struct statement *s = select->statement;
    struct page *page = &select->page;
    const struct catalog_index *index = page->index;
    struct statement_plan *plan = &select->plan;
    if (!statement_plan_make(&call->arena, page_schema(page), s->parsed.where, plan, err) ||
        !check_sorts(select, err) || !statement_plan_check_types(plan, err) ||
        !statement_plan_check_overlaps(plan, err))
        return false;
    struct expr_condition where = {.root = s->parsed.where};
    if (where.root && !key_path_check_condition(page->table, &where, err))
        return false;
    if (index && !statement_plan_check_index(plan, index, &call->arena, err))
        return false;
    statement_plan_order(plan);
    sort_branches(select);
    page->select = &s->parsed;
    page->filter = plan->filtered ? expr_ast_condition(&call->arena, s->parsed.where) : NULL;
    page->filter_entry = true;
    page->fetch = index && !index->global && index->projection != CATALOG_ALL &&
                  lacks_column(&s->parsed, index);
    page->consistent = s->consistent;
    return true;
}

static bool run_branch(struct call *call, struct store_txn *txn, struct statement_select *select,
    struct value start, struct err *err)
{
    struct page *page = &select->page;
    statement_plan_range(&select->plan, select->branch, page);
    if (start.type != VALUE_NONE && !cut(call, page, start, err))
        return false;
    if (!page_run_on(call, txn, page, err))
        return false;
    page_charge(page, &select->used);
    page->before += page->bytes;
    if (page->limit)
        page->limit -= page->scanned;
    select->more = page->more;
    return true;
}

bool statement_select_run(
    struct call *call, struct store_txn *txn, struct statement_select *select, struct err *err)
{
    struct page *page = &select->page;
    struct value start = {0};
    page->before = 0;
    page->limit = select->limit;
    select->branch = 0;
    select->more = false;
    if (!engine_table(call, txn, select->statement->parsed.table, &page->table, err) ||
        !statement_index(select->statement, page->table, &page->index, err) ||
        !make_plan(call, select, err) || !read_token(call, select, &start, err))
        return false;
    select->used = (struct capacity){.table = page->table};
    uint32_t count = select->plan.keyed ? select->plan.count : 1;
    buf_add_byte(call->out, '[');
    for (; select->branch < count; select->branch++) {
        if (!run_branch(call, txn, select, start, err))
            return false;
        if (select->more)
            break;
        start = (struct value){0};
    }
    buf_add_byte(call->out, ']');
    return true;
}

void statement_select_put_more(struct call *call, const struct statement_select *select)
{
    if (!select->more)
        return;
    put_token(call, select);
    json_put_name(call->out, STR("LastEvaluatedKey"));
    json_out_typed_item(call->out, value_of(buf_str(&select->page.last)));
}

/* ---- one item ---- */

bool statement_select_key(struct call *call, const struct statement *s,
    const struct catalog_table *table, struct value *key, struct err *err)
{
    struct statement_plan plan;
    if (!statement_plan_make(&call->arena, &table->schema, s->parsed.where, &plan, err))
        return false;
    *key = statement_plan_key(&plan, &call->arena);
    if (key->type != VALUE_NONE)
        return true;
    for (uint32_t i = 0; i < plan.count; i++)
        if (plan.branches[i].mismatch.at)
            return true;
    return statement_plan_check_overlaps(&plan, err);
}
