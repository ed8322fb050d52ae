/* SPDX-License-Identifier: MIT */
/*
 * DescribeContinuousBackups and UpdateContinuousBackups: point-in-time recovery switched on and
 * off. What writes keep while it is on is history.c's. A table can be restored up to now: nothing
 * lags behind here.
 */
#include "backend/embedded/history.h"
#include "backend/embedded/ops.h"
#include "backend/embedded/recovery.h"
#include "backend/embedded/shape.h"

enum { DAY_MS = 24 * 60 * 60 * 1000, SECOND_MS = 1000 };

int64_t recovery_earliest(const struct engine *engine, const struct catalog_table *table)
{
    int64_t oldest = engine_now_ms(engine) - (int64_t)table->recovery_days * DAY_MS;
    return table->recovery_ms > oldest ? table->recovery_ms : oldest;
}

/* Writes never go back in time. Jobs that read a table let the next write be a millisecond ahead:
 * that alone is no clock that was set back. */
bool recovery_latest(struct call *call, struct store_txn *txn, int64_t *latest, struct err *err)
{
    int64_t last, now = engine_now_ms(call->engine);
    if (!history_last(txn, &last, err))
        return false;
    *latest = last > now + 1 ? last : now;
    return true;
}

static int64_t whole_second(int64_t ms)
{
    return ms - ms % SECOND_MS;
}

int64_t recovery_clamp(int64_t asked, int64_t earliest)
{
    return asked < earliest && asked >= whole_second(earliest) ? earliest : asked;
}

bool recovery_moment(struct call *call, struct store_txn *txn, const struct catalog_table *table,
    int64_t *moment, bool *inside, struct err *err)
{
    int64_t earliest = recovery_earliest(call->engine, table), now = engine_now_ms(call->engine);
    int64_t latest, last, asked = *moment;
    if (!recovery_latest(call, txn, &latest, err) || !history_last(txn, &last, err))
        return false;
    bool is_back = latest > now + SECOND_MS;
    if (asked == now || (is_back && asked >= whole_second(now) && asked < now))
        *moment = last > now ? last : now;
    else
        *moment = recovery_clamp(asked, earliest);
    *inside = *moment >= earliest && (*moment <= latest || asked == now);
    return true;
}

static bool find_table(
    struct call *call, struct store_txn *txn, const struct catalog_table **table, struct err *err)
{
    struct str name = shape_text(call->body, STR("TableName"));
    if (!engine_table_maybe(call, txn, name, table, err))
        return false;
    return *table || err_refuse(err, "TableNotFoundException", "Table not found: %.*s",
                         STR_ARG(engine_table_name(name)));
}

static void put_recovery(struct call *call, const struct catalog_table *table, int64_t latest)
{
    struct buf *out = call->out;
    engine_put_text(
        out, STR("PointInTimeRecoveryStatus"), table->recovery ? STR("ENABLED") : STR("DISABLED"));
    if (!table->recovery)
        return;
    int64_t earliest = recovery_earliest(call->engine, table);
    engine_put_i64(out, STR("RecoveryPeriodInDays"), table->recovery_days);
    engine_put_time(out, STR("EarliestRestorableDateTime"), whole_second(earliest));
    engine_put_time(out, STR("LatestRestorableDateTime"), latest > earliest ? latest : earliest);
}

static bool put_description(
    struct call *call, struct store_txn *txn, const struct catalog_table *table, struct err *err)
{
    struct buf *out = call->out;
    int64_t latest;
    if (!recovery_latest(call, txn, &latest, err))
        return false;
    buf_clear(out);
    buf_add(out, STR("{\"ContinuousBackupsDescription\":{"));
    engine_put_text(out, STR("ContinuousBackupsStatus"), STR("ENABLED"));
    json_put_name(out, STR("PointInTimeRecoveryDescription"));
    buf_add_byte(out, '{');
    put_recovery(call, table, latest);
    buf_add(out, STR("}}}"));
    return true;
}

static bool describe(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    const struct catalog_table *table;
    (void)context;
    return find_table(call, txn, &table, err) && put_description(call, txn, table, err);
}

bool op_describe_recovery(struct call *call, struct err *err)
{
    return engine_read(call, describe, NULL, err);
}

static bool enable(struct call *call, struct store_txn *txn, struct catalog_table *table,
    int64_t days, struct err *err)
{
    table->recovery_days = (uint32_t)days;
    if (table->recovery)
        return true;
    table->recovery = true;
    return history_begin(txn, table, err) && history_moment(call, txn, &table->recovery_ms, err);
}

static bool disable(
    struct call *call, struct store_txn *txn, struct catalog_table *table, struct err *err)
{
    table->recovery = false;
    table->recovery_days = 0;
    table->recovery_ms = 0;
    return history_end(call->engine, txn, table, err);
}

static bool update(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    const struct json *wanted = context;
    const struct catalog_table *table;
    if (!find_table(call, txn, &table, err))
        return false;
    if (table->filling)
        return err_refuse(err, "ContinuousBackupsUnavailableException",
            "Backups are being enabled for the table: %.*s. Please retry later",
            STR_ARG(table->name));
    struct catalog_table copy = catalog_copy(table);
    bool on = shape_truth(wanted, STR("PointInTimeRecoveryEnabled"), false);
    int64_t days = shape_number(wanted, STR("RecoveryPeriodInDays"),
        copy.recovery ? copy.recovery_days : RECOVERY_DAYS_MAX);
    bool done = (on ? enable(call, txn, &copy, days, err) : disable(call, txn, &copy, err)) &&
                catalog_put(txn, &copy, err) && put_description(call, txn, &copy, err);
    return done || engine_spoil(txn);
}

bool op_update_recovery(struct call *call, struct err *err)
{
    const struct json *wanted = shape_get(call->body, STR("PointInTimeRecoverySpecification"));
    if (!shape_truth(wanted, STR("PointInTimeRecoveryEnabled"), false) &&
        shape_get(wanted, STR("RecoveryPeriodInDays")))
        return err_invalid(err, "One or more parameter values were invalid: RecoveryPeriodInDays "
                                "can only be specified when PointInTimeRecoveryEnabled is true");
    return engine_write(call, update, (void *)(uintptr_t)wanted, err);
}
