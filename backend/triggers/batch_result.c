/* SPDX-License-Identifier: MIT */
/*
 * Reads the answer of a function that was given a batch. It is the function's word: anything may be
 * in it, and what is not understood counts as a failure of the whole batch, so that nothing is
 * passed over that may have failed.
 */
#include "backend/triggers/batch_result.h"

#include "backend/json.h"
#include "backend/triggers/sequence.h"

/* Records are in the order of their numbers. `count` where there is none with this one. */
static size_t find_record(const struct delivery_record *records, size_t count, struct str sequence)
{
    size_t from = 0, to = count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (sequence_compare(records[middle].sequence, sequence) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from < count && str_equal(records[from].sequence, sequence) ? from : count;
}

/* failure := {"itemIdentifier": "<sequence number of a record in the batch>"} */
static size_t read_failure(
    const struct json *failure, const struct delivery_record *records, size_t count)
{
    const struct json *identifier = json_get(failure, STR("itemIdentifier"));
    return json_is(identifier, JSON_STRING) ? find_record(records, count, identifier->text) : count;
}

/* failures := null | [failure …]; how many records before the lowest one have succeeded. */
static size_t read_failures(
    const struct json *failures, const struct delivery_record *records, size_t count)
{
    size_t good = count;
    if (!failures || failures->type == JSON_NULL)
        return count;
    if (failures->type != JSON_ARRAY)
        return 0;
    for (const struct json *failure = failures->first; failure; failure = failure->next) {
        size_t at = read_failure(failure, records, count);
        if (at == count)
            return 0;
        good = at < good ? at : good;
    }
    return good;
}

/* answer := (nothing) | null | "" | [] | {"batchItemFailures": failures, …} */
static size_t read_good(
    const struct json *answer, const struct delivery_record *records, size_t count)
{
    if (answer->type == JSON_OBJECT)
        return read_failures(json_get(answer, STR("batchItemFailures")), records, count);
    bool nothing = answer->type == JSON_NULL ||
                   (answer->type == JSON_STRING && !answer->text.len) ||
                   (answer->type == JSON_ARRAY && !answer->count);
    return nothing ? count : 0;
}

void batch_result_read(struct arena *arena, struct str answer, bool report,
    const struct delivery_record *records, size_t count, struct batch_result *out)
{
    struct err err = ERR_INIT;
    *out = (struct batch_result){.good = count};
    answer = str_trim(answer);
    if (!answer.len)
        return;
    const struct json *json = json_parse(arena, answer, &err);
    if (!json) {
        out->good = report ? 0 : count;
        return;
    }
    if (report)
        out->good = read_good(json, records, count);
    const struct json *state = json_get(json, STR("state"));
    if (json_is(state, JSON_OBJECT))
        out->state = (struct str){answer.at + state->at, state->len};
}
