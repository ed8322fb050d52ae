/* SPDX-License-Identifier: MIT */
/*
 * An event source mapping's configuration: read from Lambda's JSON and written back, with its
 * ranges, defaults and words. Knows neither files nor streams; what patterns mean is in pattern.c.
 */
#include "backend/triggers/mapping.h"

#include "backend/triggers/function.h"
#include "backend/triggers/member.h"
#include "backend/triggers/pattern.h"

#include <inttypes.h>

enum { ARN_MAX = 2048, BATCH_MAX = 10000 };

void mapping_init(struct mapping *mapping)
{
    *mapping = (struct mapping){
        .batch_size = 100,
        .factor = 1,
        .retries = -1,
        .age_s = -1,
        .enabled = true,
    };
}

/* ---- what it joins ---- */

/* A mapping's function may be changed, its stream may not. */
static bool read_function(const struct json *json, struct mapping *out, struct err *err)
{
    struct str reference = out->function;
    if (!member_text(json, "FunctionName", 170, &reference, err))
        return false;
    if (!reference.at)
        return member_refuse(err, STR_NONE, "FunctionName", "Member must not be null");
    return function_name_of(reference, &out->function, err);
}

/* source = "arn:aws:dynamodb:" REGION ":" ACCOUNT ":table/" TABLE "/stream/" LABEL */
static bool is_stream(struct str arn, struct str *table)
{
    struct str rest = arn, piece;
    static const char *const front[] = {"arn", NULL, "dynamodb", NULL, NULL};
    for (size_t i = 0; i < sizeof front / sizeof *front; i++)
        if (!str_cut(&rest, ':', &piece) || (front[i] && !str_equal(piece, str_from(front[i]))))
            return false;
    if (!str_starts(rest, STR("table/")))
        return false;
    rest = str_skip(rest, 6);
    size_t at = str_find_byte(rest, '/');
    *table = str_take(rest, at);
    return table->len && at != SIZE_MAX && str_starts(str_skip(rest, at), STR("/stream/")) &&
           str_skip(rest, at).len > sizeof "/stream/" - 1;
}

static bool is_clean(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.at[i] < ' ' || text.at[i] == 0x7f)
            return false;
    return true;
}

static bool read_source(const struct json *json, struct mapping *out, struct err *err)
{
    struct str table, source = out->source;
    if (!source.len && !member_text(json, "EventSourceArn", ARN_MAX, &source, err))
        return false;
    if (!source.at)
        return member_refuse(err, STR_NONE, "EventSourceArn", "Member must not be null");
    if (!str_starts(source, STR("arn:")) || !is_clean(source))
        return member_refuse(err, source, "EventSourceArn",
            "Member must satisfy regular expression pattern: "
            "arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:([a-z]{2}(-gov)?-[a-z]+-\\d{1})?:(\\d{12})?:("
            "."
            "*)");
    if (!is_stream(source, &table))
        return member_invalid(err,
            "Unrecognized event source: %.*s is not the ARN of a table's stream "
            "(arn:aws:dynamodb:REGION:ACCOUNT:table/NAME/stream/LABEL)",
            STR_ARG(str_take(source, 256)));
    out->source = source;
    return true;
}

static bool read_start(const struct json *json, struct mapping *out, bool fresh, struct err *err)
{
    struct str position = STR_NONE;
    if (!fresh)
        return true;
    if (!member_text(json, "StartingPosition", 32, &position, err))
        return false;
    if (!position.at)
        return member_invalid(err, "1 validation error detected: Value null at 'startingPosition' "
                                   "failed to satisfy constraint: Member must not be null.");
    if (str_equal(position, STR("AT_TIMESTAMP")))
        return member_invalid(err, "Unsupported starting position for arn type: %.*s",
            STR_ARG(str_take(out->source, 256)));
    out->from_start = str_equal(position, STR("TRIM_HORIZON"));
    return out->from_start || str_equal(position, STR("LATEST")) ||
           member_refuse(err, position, "StartingPosition",
               "Member must satisfy enum value set: [LATEST, AT_TIMESTAMP, TRIM_HORIZON]");
}

/* ---- how it delivers ---- */

static bool read_unsigned(const struct json *json, const char *name, unsigned low, unsigned high,
    unsigned *out, struct err *err)
{
    int64_t value = *out;
    if (!member_number(json, name, low, high, &value, err))
        return false;
    *out = (unsigned)value;
    return true;
}

static bool read_signed(
    const struct json *json, const char *name, int high, int *out, struct err *err)
{
    int64_t value = *out;
    if (!member_number(json, name, -1, high, &value, err))
        return false;
    *out = (int)value;
    return true;
}

static bool read_numbers(const struct json *json, struct mapping *out, struct err *err)
{
    if (!read_unsigned(json, "BatchSize", 1, BATCH_MAX, &out->batch_size, err) ||
        !read_unsigned(json, "MaximumBatchingWindowInSeconds", 0, 300, &out->window_s, err) ||
        !read_unsigned(json, "ParallelizationFactor", 1, 10, &out->factor, err) ||
        !read_signed(json, "MaximumRetryAttempts", 10000, &out->retries, err) ||
        !read_signed(json, "MaximumRecordAgeInSeconds", 604800, &out->age_s, err) ||
        !read_unsigned(json, "TumblingWindowInSeconds", 0, 900, &out->tumbling_s, err))
        return false;
    return out->age_s == -1 || out->age_s >= 60 ||
           member_invalid(err, "MaximumRecordAgeInSeconds must be either -1 (forever) or between "
                               "60 and 604800 (inclusive)");
}

static bool read_report(const struct json *json, struct mapping *out, struct err *err)
{
    const struct json *types;
    if (!member_of_type(json, "FunctionResponseTypes", JSON_ARRAY, &types, err))
        return false;
    if (!types)
        return true;
    for (const struct json *type = types->first; type; type = type->next)
        if (type->type != JSON_STRING || !str_equal(type->text, STR("ReportBatchItemFailures")))
            return member_refuse(err, type->text.at ? type->text : STR("[]"),
                "FunctionResponseTypes",
                "Member must satisfy constraint: [Member must satisfy enum value set: "
                "[ReportBatchItemFailures]]");
    out->report = types->count > 0;
    return true;
}

static bool is_destination(struct str text)
{
    static const char *const services[] = {"sqs", "sns", "s3"};
    struct str rest = text, piece;
    if (!is_clean(text))
        return false;
    if (!text.len || *text.at == '/')
        return !text.len || (text.len > 1 && text.at[text.len - 1] != '/');
    if (!str_cut(&rest, ':', &piece) || !str_equal(piece, STR("arn")) ||
        !str_cut(&rest, ':', &piece) || !str_cut(&rest, ':', &piece))
        return false;
    for (size_t i = 0; i < sizeof services / sizeof *services; i++)
        if (str_equal(piece, str_from(services[i])))
            return rest.len > 0;
    return false;
}

/* destination = "{" [ "OnFailure" ":" "{" [ "Destination" ":" ( FILE | ARN ) ] "}" ] "}" */
static bool read_destination(const struct json *json, struct mapping *out, struct err *err)
{
    const struct json *config, *failure, *success;
    struct str destination = STR_NONE;
    if (!member_of_type(json, "DestinationConfig", JSON_OBJECT, &config, err) ||
        !member_of_type(config, "OnFailure", JSON_OBJECT, &failure, err) ||
        !member_of_type(config, "OnSuccess", JSON_OBJECT, &success, err) ||
        !member_text(failure, "Destination", 1024, &destination, err))
        return false;
    if (success && success->count)
        return member_invalid(err, "Unsupported DestinationConfig parameter for given event source "
                                   "mapping type.");
    if (!is_destination(destination))
        return member_invalid(err,
            "Invalid destination %.*s: it takes an absolute file name, or the ARN of an SQS queue, "
            "an SNS topic or an S3 bucket",
            STR_ARG(str_take(destination, 256)));
    if (config)
        out->destination = destination;
    return true;
}

/* ---- filters ---- */

static bool read_filter(
    struct arena *arena, const struct json *json, struct mapping *out, struct err *err)
{
    struct str text = STR_NONE;
    if (json->type != JSON_OBJECT)
        return err_refuse(err, "SerializationException", "each of Filters is a structure");
    if (!member_text(json, "Pattern", MAPPING_FILTER_BYTES, &text, err))
        return false;
    text = arena_dup(arena, text.len ? text : STR("{}"));
    const struct json *pattern = json_parse(arena, text, err);
    if (!pattern)
        return err_refuse(
            err, "InvalidParameterValueException", "Invalid filter pattern definition.");
    if (!pattern_check(pattern, err))
        return false;
    out->filters[out->filter_count].text = text;
    out->filters[out->filter_count++].pattern = pattern;
    return true;
}

/* filters = "{" [ "Filters" ":" "[" { "{" "Pattern" ":" string "}" } "]" ] "}" */
static bool read_filters(
    struct arena *arena, const struct json *json, struct mapping *out, struct err *err)
{
    const struct json *criteria, *filters;
    if (!member_of_type(json, "FilterCriteria", JSON_OBJECT, &criteria, err) ||
        !member_of_type(criteria, "Filters", JSON_ARRAY, &filters, err))
        return false;
    if (!criteria)
        return true;
    out->filter_count = 0;
    if (filters && filters->count > MAPPING_FILTERS_MAX)
        return member_invalid(err, "%u filters are more than the %d that a mapping may have",
            (unsigned)filters->count, MAPPING_FILTERS_MAX);
    for (const struct json *filter = filters ? filters->first : NULL; filter; filter = filter->next)
        if (!read_filter(arena, filter, out, err))
            return false;
    return true;
}

/* ---- reading ---- */

static bool read_identity(const struct json *json, struct mapping *out, struct err *err)
{
    if (!out->uuid.len && !member_text(json, "UUID", MEMBER_UUID, &out->uuid, err))
        return false;
    member_seconds(json, "LastModified", &out->modified_ms);
    member_seconds(json, "Created", &out->created_ms);
    return true;
}

bool mapping_read(
    struct arena *arena, const struct json *json, struct mapping *out, struct err *err)
{
    bool fresh = !out->source.len;
    if (!json_is(json, JSON_OBJECT))
        return err_refuse(err, "SerializationException",
            "an event source mapping's configuration is a JSON object");
    return read_function(json, out, err) && read_source(json, out, err) &&
           read_start(json, out, fresh, err) && read_numbers(json, out, err) &&
           member_flag(json, "BisectBatchOnFunctionError", &out->bisect, err) &&
           member_flag(json, "Enabled", &out->enabled, err) && read_report(json, out, err) &&
           read_destination(json, out, err) && read_filters(arena, json, out, err) &&
           read_identity(json, out, err);
}

/* ---- writing ---- */

static void put_text(struct buf *out, const char *name, struct str text)
{
    json_put_name(out, str_from(name));
    json_put_string(out, text);
}

static void put_filters(const struct mapping *mapping, struct buf *out)
{
    if (!mapping->filter_count)
        return;
    buf_add(out, STR(",\"FilterCriteria\":{\"Filters\":["));
    for (size_t i = 0; i < mapping->filter_count; i++) {
        json_put_comma(out);
        buf_add_byte(out, '{');
        put_text(out, "Pattern", mapping->filters[i].text);
        buf_add_byte(out, '}');
    }
    buf_add(out, STR("]}"));
}

static void put_destination(const struct mapping *mapping, struct buf *out)
{
    buf_add(out, STR(",\"DestinationConfig\":{\"OnFailure\":{"));
    if (mapping->destination.len)
        put_text(out, "Destination", mapping->destination);
    buf_add(out, STR("}}"));
}

/* What mapping.json and EventSourceMappingConfiguration have in common. */
static void put_common(const struct mapping *m, struct buf *out)
{
    put_text(out, "UUID", m->uuid);
    put_text(out, "EventSourceArn", m->source);
    put_text(out, "StartingPosition", m->from_start ? STR("TRIM_HORIZON") : STR("LATEST"));
    buf_printf(out,
        ",\"BatchSize\":%u,\"MaximumBatchingWindowInSeconds\":%u,\"ParallelizationFactor\":%u,"
        "\"MaximumRetryAttempts\":%d,\"MaximumRecordAgeInSeconds\":%d,"
        "\"TumblingWindowInSeconds\":%u,\"BisectBatchOnFunctionError\":%s,"
        "\"FunctionResponseTypes\":[%s],\"LastModified\":",
        m->batch_size, m->window_s, m->factor, m->retries, m->age_s, m->tumbling_s,
        m->bisect ? "true" : "false", m->report ? "\"ReportBatchItemFailures\"" : "");
    member_put_seconds(out, m->modified_ms);
    put_filters(m, out);
    put_destination(m, out);
}

void mapping_write(const struct mapping *mapping, struct str region, struct str state,
    struct str result, struct buf *out)
{
    buf_add_byte(out, '{');
    put_common(mapping, out);
    buf_add(out, STR(",\"FunctionArn\":\""));
    function_put_arn(out, region, mapping->function);
    buf_printf(out,
        "\",\"EventSourceMappingArn\":\"arn:aws:lambda:%.*s:000000000000:event-source-mapping:%.*"
        "s\"",
        STR_ARG(region), STR_ARG(mapping->uuid));
    put_text(out, "State", state);
    put_text(out, "StateTransitionReason", STR("User action"));
    put_text(out, "LastProcessingResult", result);
    buf_add_byte(out, '}');
}

void mapping_write_row(const struct mapping *mapping, struct buf *out)
{
    buf_add_byte(out, '{');
    put_common(mapping, out);
    put_text(out, "FunctionName", mapping->function);
    buf_printf(out, ",\"Enabled\":%s,\"Created\":", mapping->enabled ? "true" : "false");
    member_put_seconds(out, mapping->created_ms);
    buf_add(out, STR("}\n"));
}

/* ---- use ---- */

bool mapping_wants(const struct mapping *mapping, const struct json *event)
{
    for (size_t i = 0; i < mapping->filter_count; i++)
        if (pattern_matches(mapping->filters[i].pattern, event))
            return true;
    return !mapping->filter_count;
}

struct str mapping_table(const struct mapping *mapping)
{
    struct str table = STR_NONE;
    return is_stream(mapping->source, &table) ? table : STR_NONE;
}
