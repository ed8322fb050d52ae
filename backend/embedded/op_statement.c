/* SPDX-License-Identifier: MIT */
/*
 * ExecuteStatement: one PartiQL statement, a page of a SELECT or the write of one item.
 */
#include "backend/embedded/ops.h"
#include "backend/embedded/shape.h"
#include "backend/embedded/statement.h"
#include "backend/embedded/statement_select.h"

struct run {
    struct statement statement;
    struct statement_select select;
    struct statement_write write;
};

static void begin(struct call *call)
{
    buf_clear(call->out);
    buf_add(call->out, STR("{\"Items\":"));
}

static bool select_in(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct run *run = context;
    begin(call);
    return statement_select_run(call, txn, &run->select, err);
}

static bool run_select(struct call *call, struct run *run, struct err *err)
{
    struct statement_select *select = &run->select;
    select->statement = &run->statement;
    select->limit = shape_number(call->body, STR("Limit"), 0);
    select->next_token = shape_text(call->body, STR("NextToken"));
    if (!engine_read(call, select_in, run, err))
        return false;
    statement_select_put_more(call, select);
    capacity_put(call->out, &select->used, capacity_mode(call->body));
    return true;
}

static bool write_in(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct run *run = context;
    begin(call);
    if (!statement_write_run(call, txn, &run->statement, &run->write, err))
        return false;
    buf_add_byte(call->out, '[');
    statement_write_put(call, call->out, &run->statement, &run->write);
    buf_add_byte(call->out, ']');
    return true;
}

static bool run_write(struct call *call, struct run *run, struct err *err)
{
    if (!engine_write(call, write_in, run, err))
        return false;
    capacity_put(call->out, &run->write.used, capacity_mode(call->body));
    return true;
}

static bool run_any(struct call *call, struct run *run, struct err *err)
{
    if (run->statement.parsed.kind == PARTIQL_EXISTS)
        return err_invalid(err, "EXISTS can only be used in ExecuteTransaction write requests.");
    return statement_is_read(&run->statement) ? run_select(call, run, err)
                                              : run_write(call, run, err);
}

bool op_execute_statement(struct call *call, struct err *err)
{
    struct run *run = arena_new(&call->arena, struct run);
    bool done = statement_read(call, call->body, &run->statement, err) &&
                statement_parse(call, &run->statement, err) && run_any(call, run, err);
    if (done)
        buf_add_byte(call->out, '}');
    statement_select_fini(&run->select);
    return done;
}
