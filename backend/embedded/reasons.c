/* SPDX-License-Identifier: MIT */
/*
 * Collects why a transaction is cancelled and words the refusal. Knows neither requests nor items'
 * tables.
 *
 *   {"message":"Transaction cancelled, … [None, ConditionalCheckFailed]",
 *    "CancellationReasons":[{"Code":"None"},{"Code":"ConditionalCheckFailed","Message":…,"Item":…}]}
 */
#include "backend/embedded/reasons.h"

#include "backend/json_out.h"

void reasons_start(struct reasons *reasons, struct call *call, size_t count)
{
    *reasons =
        (struct reasons){.at = arena_array(&call->arena, struct reason, count), .count = count};
}

void reasons_add(struct reasons *reasons, size_t action, const char *code, struct str text)
{
    reasons->any = true;
    reasons->at[action] = (struct reason){.code = code, .text = text};
}

void reasons_add_condition(
    struct reasons *reasons, struct call *call, size_t action, struct value item)
{
    reasons_add(reasons, action, "ConditionalCheckFailed", STR("The conditional request failed"));
    if (item.type == VALUE_M)
        reasons->at[action].item = value_of(arena_dup(&call->arena, item.encoded));
}

bool reasons_take(struct reasons *reasons, struct call *call, size_t action, struct err *err)
{
    struct reason *reason = &reasons->at[action];
    struct str text = str_from(err->text);
    if (err->code != ERR_REFUSED || !str_equal(str_from(err->name), STR("ValidationException")) ||
        str_starts(text, STR("One or more parameter values are not valid")))
        return false;
    reasons->any = true;
    reason->code = "ValidationError";
    reason->text = arena_dup(&call->arena, text);
    *err = ERR_INIT;
    return true;
}

static struct str code_of(const struct reason *reason)
{
    return reason->code ? str_from(reason->code) : STR("None");
}

static void put_reason(struct buf *out, const struct reason *reason)
{
    json_put_comma(out);
    buf_add_byte(out, '{');
    engine_put_text(out, STR("Code"), code_of(reason));
    if (reason->code)
        engine_put_text(out, STR("Message"), reason->text);
    if (reason->item.type == VALUE_M) {
        json_put_name(out, STR("Item"));
        json_out_typed_item(out, reason->item);
    }
    buf_add_byte(out, '}');
}

bool reasons_refuse(const struct reasons *reasons, struct call *call, struct err *err)
{
    struct buf codes = {0};
    buf_clear(&call->failure);
    buf_add(&call->failure, STR(",\"CancellationReasons\":["));
    for (size_t i = 0; i < reasons->count; i++) {
        buf_add(&codes, i ? STR(", ") : STR(""));
        buf_add(&codes, code_of(&reasons->at[i]));
        put_reason(&call->failure, &reasons->at[i]);
    }
    buf_add_byte(&call->failure, ']');
    err_refuse(err, "TransactionCanceledException",
        "Transaction cancelled, please refer cancellation reasons for specific reasons [%.*s]",
        STR_ARG(buf_str(&codes)));
    buf_fini(&codes);
    return false;
}
