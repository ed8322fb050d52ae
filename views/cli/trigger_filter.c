/* SPDX-License-Identifier: MIT */
/* dynascope trigger test-filter: which records of a stream would pass, and how many. */
#include "backend/follow.h"
#include "backend/triggers/mapping.h"
#include "backend/triggers/pattern.h"
#include "views/cli/report.h"
#include "views/cli/source.h"
#include "views/cli/trigger.h"
#include "views/cli/trigger_records.h"

#include <inttypes.h>

enum { PATTERN_MAX = 64 * 1024, LAST_DEFAULT = 100 };

struct testing {
    struct cli *cli;
    struct mapping mapping; /* its filters alone */
    uint64_t records, passed;
};

static bool add_pattern(struct testing *t, const struct json *pattern, struct err *err)
{
    if (t->mapping.filter_count == MAPPING_FILTERS_MAX)
        return err_set(err, ERR_USAGE, "a mapping has at most %d filters", MAPPING_FILTERS_MAX);
    t->mapping.filters[t->mapping.filter_count++].pattern = pattern;
    return pattern_check(pattern, err);
}

/* pattern = object | "[" object … "]" */
static bool take_patterns(struct testing *t, struct err *err)
{
    struct cli *cli = t->cli;
    struct buf text = {0};
    bool ok = cli_source_read(cli->args[0], PATTERN_MAX, &text, err);
    struct str kept = arena_dup(&cli->arena, buf_str(&text));
    buf_fini(&text);
    if (!ok)
        return false;
    const struct json *json = json_parse(&cli->arena, kept, err);
    ok = json != NULL;
    if (json && json->type == JSON_ARRAY && !json->first)
        return err_set(err, ERR_USAGE, "[] matches nothing: a pattern is needed");
    for (const struct json *p = ok && json->type == JSON_ARRAY ? json->first : json; ok && p;
         p = json->type == JSON_ARRAY ? p->next : NULL)
        ok = add_pattern(t, p, err);
    if (ok)
        return true;
    cli_point_at(cli, "pattern", kept);
    err->code = ERR_USAGE;
    return err_context(err, "the pattern");
}

static bool see_record(void *context, const struct trigger_record *record, struct err *err)
{
    struct testing *t = context;
    struct buf line = {0};
    bool passes = mapping_wants(&t->mapping, record->event);
    t->records++;
    t->passed += passes;
    buf_printf(&line, "{\"Passes\":%s", passes ? "true" : "false");
    trigger_record_put(record, &line);
    buf_add_byte(&line, '}');
    cli_out_line(&t->cli->out, buf_str(&line));
    buf_fini(&line);
    return !cli_cancelled(err) && cli_out_flush(&t->cli->out, err);
}

static bool find_stream(struct cli *cli, struct str *arn, struct err *err)
{
    *arn = STR_NONE;
    if (cli_has(cli, CLI_FROM_FILE))
        return true;
    if (cli->arg_count < 2)
        return err_set(err, ERR_USAGE, "which records? name a table, or a file with --from-file");
    *arn = str_from(cli->args[1]);
    return cli_open(cli, CLI_READS, err) &&
           (str_starts(*arn, STR("arn:")) || follow_arn(&cli->client, &cli->arena, *arn, arn, err));
}

bool cli_trigger_test_filter(struct cli *cli, struct err *err)
{
    struct testing t = {.cli = cli};
    struct str arn;
    bool all = cli_has(cli, CLI_SINCE) || cli_has(cli, CLI_SEQUENCE);
    if (!take_patterns(&t, err) || !find_stream(cli, &arn, err) ||
        !trigger_records_each(cli, arn, all ? -1 : LAST_DEFAULT, see_record, &t, err))
        return false;
    cli_report_note("%" PRIu64 " of %" PRIu64 " records would pass", t.passed, t.records);
    return true;
}
