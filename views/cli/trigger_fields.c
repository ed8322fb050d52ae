/* SPDX-License-Identifier: MIT */
/*
 * Options into AWS's JSON. Knows the names and how each is written, neither ranges nor meanings:
 * those are refused where all others are, with one set of words.
 *
 *     --batch-size 10 --filter '{…}'  ┐
 *     --cli-input-json '{"Timeout":5}'┴▶ {"Timeout":5,"BatchSize":10,"FilterCriteria":{…}}
 */
#include "views/cli/trigger_fields.h"

#include "backend/triggers/pattern.h"
#include "views/cli/source.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

enum { INPUT_MAX = 1 << 20 };

enum shape {
    TEXT,
    NUMBER,
    YES,
    NO,
    TYPES,       /* ["ReportBatchItemFailures"] */
    DESTINATION, /* {"OnFailure":{"Destination":"…"}} */
    FILTERS,     /* {"Filters":[{"Pattern":"…"}]} */
    VARIABLES,   /* {"Variables":{"NAME":"VALUE"}} */
    APART,       /* a member of struct trigger_fields */
    IGNORED,     /* in what AWS prints, and nothing that one sets */
};

static const struct field {
    const char *member;
    enum cli_option_id option; /* CLI_OPTION_COUNT: none */
    enum shape shape;
} fields[] = {
    {"FunctionName", CLI_TRIGGER_NAME, APART},
    {"Handler", CLI_HANDLER, APART},
    {"Runtime", CLI_RUNTIME, APART},
    {"Table", CLI_OPTION_COUNT, APART},
    {"EventSourceArn", CLI_OPTION_COUNT, APART},
    {"Script", CLI_OPTION_COUNT, APART},
    {"Timeout", CLI_TIMEOUT, NUMBER},
    {"MemorySize", CLI_MEMORY, NUMBER},
    {"Environment", CLI_ENVIRONMENT, VARIABLES},
    {"PassCredentials", CLI_PASS_CREDENTIALS, YES},
    {"PassCredentials", CLI_NO_PASS_CREDENTIALS, NO},
    {"Description", CLI_DESCRIPTION, TEXT},
    {"StartingPosition", CLI_STARTING_POSITION, TEXT},
    {"BatchSize", CLI_BATCH_SIZE, NUMBER},
    {"MaximumBatchingWindowInSeconds", CLI_BATCHING_WINDOW, NUMBER},
    {"ParallelizationFactor", CLI_PARALLELIZATION, NUMBER},
    {"MaximumRetryAttempts", CLI_RETRY_ATTEMPTS, NUMBER},
    {"MaximumRecordAgeInSeconds", CLI_RECORD_AGE, NUMBER},
    {"BisectBatchOnFunctionError", CLI_BISECT, YES},
    {"BisectBatchOnFunctionError", CLI_NO_BISECT, NO},
    {"TumblingWindowInSeconds", CLI_TUMBLING_WINDOW, NUMBER},
    {"FunctionResponseTypes", CLI_RESPONSE_TYPES, TYPES},
    {"DestinationConfig", CLI_DESTINATION, DESTINATION},
    {"FilterCriteria", CLI_FILTERS, FILTERS},
    {"Enabled", CLI_ENABLED, YES},
    {"Enabled", CLI_DISABLED, NO},
    {"Role", CLI_OPTION_COUNT, TEXT},
    {"UUID", CLI_OPTION_COUNT, IGNORED},
};

enum { FIELDS = sizeof fields / sizeof *fields };

/* ---- what options say ---- */

static bool put_number(
    const struct cli *cli, const struct field *field, struct buf *out, struct err *err)
{
    int64_t number;
    if (!str_to_i64(cli_value(cli, field->option), &number))
        return err_set(err, ERR_USAGE, "--%s %s: a whole number is needed",
            cli_option(field->option)->name, cli->value[field->option]);
    buf_printf(out, "%lld", (long long)number);
    return true;
}

static bool check_pattern(struct cli *cli, struct str text, struct err *err)
{
    const struct json *pattern = json_parse(&cli->arena, text, err);
    if (pattern && pattern_check(pattern, err))
        return true;
    cli_point_at(cli, "pattern", text);
    err->code = ERR_USAGE;
    return err_context(err, "--filter");
}

static void put_pattern(struct buf *out, struct str text)
{
    json_put_comma(out);
    buf_add(out, STR("{\"Pattern\":"));
    json_put_string(out, text);
    buf_add_byte(out, '}');
}

/* value = PATTERN | '{"Filters":[{"Pattern":"…"}]}', whose patterns are added */
static bool put_filter(struct cli *cli, struct str text, struct buf *out, struct err *err)
{
    struct err ignored = ERR_INIT;
    const struct json *json = json_parse(&cli->arena, text, &ignored);
    const struct json *filters = json_get(json, STR("Filters"));
    if (!json_is(filters, JSON_ARRAY)) {
        put_pattern(out, text);
        return check_pattern(cli, text, err);
    }
    for (const struct json *filter = filters->first; filter; filter = filter->next) {
        const struct json *pattern = json_get(filter, STR("Pattern"));
        if (!json_is(pattern, JSON_STRING))
            return err_set(err, ERR_USAGE, "--filter: each of Filters needs a Pattern");
        put_pattern(out, pattern->text);
        if (!check_pattern(cli, pattern->text, err))
            return false;
    }
    return true;
}

static bool put_filters(struct cli *cli, struct buf *out, struct err *err)
{
    buf_add(out, STR("{\"Filters\":["));
    for (size_t i = 0; i < cli->given_count; i++)
        if (cli->given[i].id == CLI_FILTERS && cli->given[i].value[0] &&
            !put_filter(cli, str_from(cli->given[i].value), out, err))
            return false;
    buf_add(out, STR("]}"));
    return true;
}

/* The last of those with one name counts. */
static bool is_given_later(const struct cli *cli, size_t at, struct str name)
{
    for (size_t i = at + 1; i < cli->given_count; i++) {
        struct str value = str_from(cli->given[i].value);
        if (cli->given[i].id == CLI_ENVIRONMENT && str_starts(value, name) &&
            str_skip(value, name.len).len && value.at[name.len] == '=')
            return true;
    }
    return false;
}

/* value = NAME "=" TEXT | "" */
static bool put_variables(const struct cli *cli, struct buf *out, struct err *err)
{
    buf_add(out, STR("{\"Variables\":{"));
    for (size_t i = 0; i < cli->given_count; i++) {
        struct str value = str_from(cli->given[i].value), name;
        if (cli->given[i].id != CLI_ENVIRONMENT || !value.len)
            continue;
        if (str_find_byte(value, '=') == SIZE_MAX)
            return err_set(
                err, ERR_USAGE, "--environment %s: NAME=VALUE is needed", cli->given[i].value);
        str_cut(&value, '=', &name);
        if (is_given_later(cli, i, name))
            continue;
        json_put_name(out, name);
        json_put_string(out, value);
    }
    buf_add(out, STR("}}"));
    return true;
}

/* A relative name is one in this folder, whichever runner reads it later. */
static bool put_path(struct str path, struct buf *out, struct err *err)
{
    char here[PATH_MAX];
    struct buf absolute = {0};
    if (path.len && path.at[0] != '/' && !str_starts(path, STR("arn:"))) {
        if (!getcwd(here, sizeof here))
            return err_set(err, ERR_FILE, "this folder has no name any more");
        buf_printf(&absolute, "%s/", here);
    }
    buf_add(&absolute, path);
    json_put_string(out, buf_str(&absolute));
    buf_fini(&absolute);
    return true;
}

static bool put_destination(struct cli *cli, struct buf *out, struct err *err)
{
    struct str value = cli_value(cli, CLI_DESTINATION);
    if (str_starts(value, STR("{"))) {
        const struct json *json = json_parse(&cli->arena, value, err);
        if (!json)
            return err_context(err, "--destination");
        json_put(out, json);
        return true;
    }
    buf_add(out, STR("{\"OnFailure\":{\"Destination\":"));
    bool ok = put_path(value, out, err);
    buf_add(out, STR("}}"));
    return ok;
}

static void put_types(struct str value, struct buf *out)
{
    buf_add_byte(out, '[');
    if (value.len)
        json_put_string(out, value);
    buf_add_byte(out, ']');
}

static bool put_option(struct cli *cli, const struct field *field, struct buf *out, struct err *err)
{
    struct str value = cli_value(cli, field->option);
    switch (field->shape) {
    case TEXT:
        json_put_string(out, value);
        return true;
    case NUMBER:
        return put_number(cli, field, out, err);
    case YES:
    case NO:
        buf_add(out, field->shape == YES ? STR("true") : STR("false"));
        return true;
    case TYPES:
        put_types(value, out);
        return true;
    case DESTINATION:
        return put_destination(cli, out, err);
    case FILTERS:
        return put_filters(cli, out, err);
    case VARIABLES:
        return put_variables(cli, out, err);
    default:
        return true;
    }
}

/* ---- what the JSON says ---- */

static const struct json *read_input(struct cli *cli, struct err *err)
{
    struct buf text = {0};
    const char *given = cli->value[CLI_INPUT_JSON];
    struct str file = str_from(given);
    if (str_starts(file, STR("file://")))
        given = arena_printf(&cli->arena, "@%s", given + sizeof "file://" - 1).at;
    bool good = cli_source_read(given, INPUT_MAX, &text, err);
    struct str kept = arena_dup(&cli->arena, buf_str(&text));
    buf_fini(&text);
    const struct json *json = good ? json_parse(&cli->arena, kept, err) : NULL;
    if (json && json->type == JSON_OBJECT)
        return json;
    if (json)
        err_set(err, ERR_DATA, "a JSON object is needed");
    cli_point_at(cli, "cli-input-json", kept);
    err_context(err, "--cli-input-json");
    return NULL;
}

static const struct field *find_field(struct str name)
{
    for (size_t i = 0; i < FIELDS; i++)
        if (str_equal(name, str_from(fields[i].member)))
            return &fields[i];
    return NULL;
}

static bool refuse_member(struct str name, struct err *err)
{
    const char *nearest = NULL;
    unsigned best = 6;
    for (size_t i = 0; i < FIELDS; i++) {
        unsigned away = cli_word_distance(name, str_from(fields[i].member));
        if (away < best) {
            best = away;
            nearest = fields[i].member;
        }
    }
    return err_set(err, ERR_USAGE, "--cli-input-json: there is no field '%.*s'%s%s%s",
        STR_ARG(str_take(name, 64)), nearest ? ": did you mean '" : "", nearest ? nearest : "",
        nearest ? "'?" : "");
}

static bool has_option(const struct cli *cli, struct str member)
{
    for (size_t i = 0; i < FIELDS; i++)
        if (fields[i].option != CLI_OPTION_COUNT && cli_has(cli, fields[i].option) &&
            str_equal(member, str_from(fields[i].member)))
            return true;
    return false;
}

static bool take_apart(
    const struct cli *cli, const struct json *input, struct trigger_fields *out, struct err *err)
{
    const struct {
        const char *member;
        struct str *to, option;
    } texts[] = {{"FunctionName", &out->name, cli_value(cli, CLI_TRIGGER_NAME)},
        {"Handler", &out->handler, cli_value(cli, CLI_HANDLER)},
        {"Runtime", &out->runtime, cli_value(cli, CLI_RUNTIME)}, {"Table", &out->table, STR_NONE},
        {"EventSourceArn", &out->table, STR_NONE}, {"Script", &out->script, STR_NONE}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const struct json *member = json_get(input, str_from(texts[i].member));
        if (member && member->type != JSON_STRING)
            return err_set(
                err, ERR_USAGE, "--cli-input-json: %s has to be a string", texts[i].member);
        if (texts[i].option.len || member)
            *texts[i].to = texts[i].option.len ? texts[i].option : member->text;
    }
    return true;
}

static bool put_input(
    const struct cli *cli, const struct json *input, struct buf *out, struct err *err)
{
    for (const struct json *m = input ? input->first : NULL; m; m = m->next) {
        const struct field *field = find_field(m->name);
        if (!field)
            return refuse_member(m->name, err);
        if (field->shape == APART || field->shape == IGNORED || has_option(cli, m->name))
            continue;
        json_put_name(out, m->name);
        json_put(out, m);
    }
    return true;
}

/* Two options for one field are one too many. */
static bool put_options(struct cli *cli, struct buf *out, struct err *err)
{
    for (size_t i = 0; i < FIELDS; i++) {
        if (fields[i].option == CLI_OPTION_COUNT || fields[i].shape == APART ||
            !cli_has(cli, fields[i].option))
            continue;
        if (i && strcmp(fields[i].member, fields[i - 1].member) == 0 &&
            cli_has(cli, fields[i - 1].option))
            return err_set(err, ERR_USAGE, "--%s and --%s: leave one out",
                cli_option(fields[i - 1].option)->name, cli_option(fields[i].option)->name);
        json_put_name(out, str_from(fields[i].member));
        if (!put_option(cli, &fields[i], out, err))
            return false;
    }
    return true;
}

bool trigger_fields_read(struct cli *cli, struct trigger_fields *out, struct err *err)
{
    const struct json *input = NULL;
    struct buf text = {0};
    *out = (struct trigger_fields){0};
    if (cli_has(cli, CLI_INPUT_JSON) && !(input = read_input(cli, err)))
        return false;
    buf_add_byte(&text, '{');
    bool ok = put_input(cli, input, &text, err) && put_options(cli, &text, err) &&
              take_apart(cli, input, out, err);
    buf_add_byte(&text, '}');
    if (ok)
        out->json = json_parse(&cli->arena, arena_dup(&cli->arena, buf_str(&text)), err);
    buf_fini(&text);
    return ok && out->json;
}

const struct json *trigger_fields_with(struct arena *arena, const struct json *object,
    const char *name, struct str text, struct err *err)
{
    struct buf copy = {0};
    json_put(&copy, object);
    copy.len--; /* the brace */
    json_put_name(&copy, str_from(name));
    json_put_string(&copy, text);
    buf_add_byte(&copy, '}');
    struct str kept = arena_dup(arena, buf_str(&copy));
    buf_fini(&copy);
    return json_parse(arena, kept, err);
}
