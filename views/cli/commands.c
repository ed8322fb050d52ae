/* SPDX-License-Identifier: MIT */
/*
 * The rows: every subcommand and every option, once. Nothing here runs; parsing, --help,
 * completions and the manual page read it.
 */
#include "views/cli/cli.h"

/* ---- options ---- */

static const struct cli_option options[CLI_OPTION_COUNT] = {
    [CLI_CONNECTION] = {.name = "connection",
        .letter = 'c',
        .argument = "CONNECTION",
        .words = CLI_WORDS_FOLDER,
        .help = "what to work on: a folder (a store), http(s)://host[:port], "
                "aws[:PROFILE][@REGION], or a "
                "name from the configuration file; without it $DYNASCOPE_CONNECTION, else the "
                "default store"},
    [CLI_READ_ONLY] = {.name = "read-only", .help = "refuse every operation that writes"},
    [CLI_READ_WRITE] = {.name = "read-write",
        .help = "let a remote connection be written to, which is read-only otherwise"},
    [CLI_PROFILE] = {.name = "profile",
        .argument = "NAME",
        .help = "the AWS profile that signs; without a connection, aws is meant"},
    [CLI_REGION] = {.name = "region",
        .argument = "REGION",
        .help = "the AWS region of a remote connection; of a store, the one in its ARNs "
                "(us-east-1)"},
    [CLI_ENDPOINT_URL] = {.name = "endpoint-url",
        .argument = "URL",
        .help = "the endpoint instead of Amazon's own; without a connection, aws is meant"},
    [CLI_BUDGET] = {.name = "budget",
        .argument = "UNITS",
        .help = "capacity units, read and write together, that one action may consume: then it "
                "stops and says how to go on"},
    [CLI_TYPED] = {.name = "typed",
        .help = "print DynamoDB JSON ({\"N\":\"1\"}) always, not only where plain JSON would lose "
                "something"},
    [CLI_HELP] = {.name = "help", .letter = 'h', .help = "print this help and exit"},
    [CLI_VERSION] = {.name = "version", .letter = 'V', .help = "print the version and exit"},

    [CLI_DEMO] = {.name = "demo",
        .help = "open a sample store with live traffic in a temporary folder"},
    [CLI_KEYMAP] = {.name = "keymap",
        .argument = "NAME",
        .words = CLI_WORDS_LIST,
        .list = "default vim emacs",
        .help = "the keymap: default, vim, emacs, or one of your own"},
    [CLI_THEME] = {.name = "theme",
        .argument = "NAME",
        .words = CLI_WORDS_LIST,
        .list = "default light high-contrast mono",
        .help = "the colours: default, light, high-contrast, mono, or your own"},
    [CLI_ASCII] = {.name = "ascii", .help = "put nothing but ASCII on the screen"},
    [CLI_MOUSE] = {.name = "mouse", .help = "use the mouse (the terminal's own selection stops)"},
    [CLI_GUTTER] = {.name = "gutter",
        .help = "mark the cursor's row in the gutter only, for slow lines"},

    [CLI_INDEX] = {.name = "index-name",
        .alias = "index",
        .letter = 'i',
        .argument = "NAME",
        .help = "read a secondary index"},
    [CLI_KEY_CONDITION] = {.name = "key-condition-expression",
        .argument = "EXPRESSION",
        .help = "the key condition in DynamoDB's own language"},
    [CLI_FILTER] = {.name = "filter-expression",
        .alias = "filter",
        .letter = 'f',
        .argument = "EXPRESSION",
        .help = "keep only the items that match"},
    [CLI_PROJECTION] = {.name = "projection-expression",
        .alias = "projection",
        .argument = "EXPRESSION",
        .help = "print only these attributes"},
    [CLI_NAMES] = {.name = "expression-attribute-names",
        .alias = "names",
        .argument = "JSON",
        .help = "what #names stand for: {\"#s\":\"status\"}"},
    [CLI_VALUES] = {.name = "expression-attribute-values",
        .alias = "values",
        .argument = "JSON",
        .help = "what :values stand for, plain or typed: {\":s\":\"PENDING\"}"},
    [CLI_LIMIT] = {.name = "limit",
        .alias = "max-items",
        .letter = 'n',
        .argument = "COUNT",
        .help = "stop after so many items"},
    [CLI_PAGE_SIZE] = {.name = "page-size",
        .argument = "COUNT",
        .help = "items to look at in one request"},
    [CLI_CONSISTENT] = {.name = "consistent-read", .help = "read what was written last"},
    [CLI_FORWARD] = {.name = "scan-index-forward",
        .help = "in order of the sort key (the default)"},
    [CLI_NO_FORWARD] = {.name = "no-scan-index-forward", .help = "the same as --backward"},
    [CLI_BACKWARD] = {.name = "backward",
        .letter = 'b',
        .help = "in reverse order of the sort key"},
    [CLI_SELECT] = {.name = "select",
        .argument = "COUNT",
        .words = CLI_WORDS_LIST,
        .list = "COUNT",
        .help = "COUNT: the same as --count"},
    [CLI_COUNT] = {.name = "count", .help = "print how many items there are instead of the items"},
    [CLI_START_KEY] = {.name = "exclusive-start-key",
        .argument = "JSON",
        .help = "begin behind this key"},
    [CLI_SEGMENT] = {.name = "segment",
        .argument = "NUMBER",
        .help = "only this part of a scan in parts, from 0"},
    [CLI_SEGMENTS] = {.name = "total-segments",
        .alias = "segments",
        .argument = "COUNT",
        .help = "how many parts the scan has: all are read at the same time (up to 64), or the one "
                "that --segment names"},

    [CLI_CONDITION] = {.name = "condition-expression",
        .alias = "condition",
        .argument = "EXPRESSION",
        .help = "write only where this holds"},
    [CLI_RAW] = {.name = "raw", .help = "print an error answer's JSON on the standard output, too"},
    [CLI_LONG] = {.name = "long",
        .letter = 'l',
        .help = "a line for each table: items, size, keys, indexes, stream, TTL"},

    [CLI_FORMAT] = {.name = "format",
        .argument = "FORMAT",
        .words = CLI_WORDS_LIST,
        .list = "auto json jsonl csv tsv",
        .help = "json (arrays too), jsonl, csv or tsv; without it, found from name and content"},
    [CLI_PATH] = {.name = "path",
        .argument = "NAME[.NAME]",
        .help = "the items are in the array at this place inside the JSON document"},
    [CLI_KEY] = {.name = "key",
        .argument = "NAME[:TYPE]",
        .help = "partition key of a table that does not exist yet; TYPE is S (default), N or B"},
    [CLI_SORT_KEY] = {.name = "sort-key",
        .argument = "NAME[:TYPE]",
        .help = "sort key of a table that does not exist yet"},
    [CLI_ADD_KEY] = {.name = "add-key",
        .argument = "KIND",
        .words = CLI_WORDS_LIST,
        .list = "uuid line name",
        .help = "give items without a partition key one: uuid; line, their number in the input; or "
                "name, where the items are the members of a JSON object"},
    [CLI_TYPES] = {.name = "types",
        .argument = "NAME=TYPE,…",
        .help = "types of CSV columns: S, N, BOOL, B, JSON"},
    [CLI_NO_HEADER] = {.name = "no-header",
        .help = "the first CSV line is data; columns are called c1, c2, …"},
    [CLI_EMPTY] = {.name = "empty",
        .argument = "MEANING",
        .words = CLI_WORDS_LIST,
        .list = "absent string null",
        .help = "an empty CSV cell is no attribute (absent, the default), \"\" (string) or null"},
    [CLI_ON_ERROR] = {.name = "on-error",
        .argument = "ACTION",
        .words = CLI_WORDS_LIST,
        .list = "stop skip",
        .help = "stop at a bad line (the default), or skip it and go on"},
    [CLI_REJECTS] = {.name = "rejects",
        .argument = "FILE",
        .words = CLI_WORDS_FILE,
        .help = "write the skipped lines to this file"},
    [CLI_NO_SYNC] = {.name = "no-sync",
        .help = "sync the disk once at the end: much faster, but a power cut in between may cost "
                "the whole store"},
    [CLI_RESUME] = {.name = "resume", .help = "go on where it was interrupted"},
    [CLI_QUIET] = {.name = "quiet", .letter = 'q', .help = "no progress and no summary"},
    [CLI_ITEMS] = {.name = "count",
        .letter = 'n',
        .argument = "COUNT",
        .help = "how many items to make (1000)"},
    [CLI_BYTES] = {.name = "size",
        .argument = "BYTES",
        .help = "about how big each item is (400), at most 400 KB"},
    [CLI_SEED] = {.name = "seed",
        .argument = "NUMBER",
        .help = "the same seed makes the same items (1)"},
    [CLI_PARTITIONS] = {.name = "partitions",
        .argument = "COUNT",
        .help = "over how many partition keys the items spread (a hundredth of the items)"},
    [CLI_SCHEMA] = {.name = "schema",
        .argument = "NAME",
        .words = CLI_WORDS_LIST,
        .list = "orders users events wide",
        .help = "what the items look like: orders, users, events or wide"},

    [CLI_PORT] = {.name = "port",
        .argument = "NUMBER",
        .help = "listen on this port (8000); 0 is any free one"},
    [CLI_HOST] = {.name = "host",
        .argument = "ADDRESS",
        .help = "listen on this address instead of loopback; it needs --keys"},
    [CLI_KEYS] = {.name = "keys",
        .argument = "FILE",
        .words = CLI_WORDS_FILE,
        .help = "take only requests that are signed with an access key of this file, which looks "
                "like ~/.aws/credentials"},
    [CLI_BUCKETS] = {.name = "buckets",
        .argument = "DIR",
        .words = CLI_WORDS_FOLDER,
        .help = "the folder of S3 buckets for ExportTableToPointInTime and ImportTable; by default "
                "the folder buckets in the store's"},
    [CLI_TRACE] = {.name = "trace", .help = "print a line for each request on the standard error"},

    [CLI_FOLLOW] = {.name = "follow",
        .letter = 'F',
        .help = "go on with what comes, until a signal stops it"},
    [CLI_FROM] = {.name = "from",
        .argument = "START",
        .words = CLI_WORDS_LIST,
        .list = "TRIM_HORIZON LATEST",
        .help = "begin at TRIM_HORIZON (all that is there), LATEST (what comes; the default with "
                "--follow), a time (2026-01-31T12:00:00Z) or so long ago (15m)"},
    [CLI_PATTERN] = {.name = "pattern",
        .argument = "JSON",
        .help = "only records that match this filter pattern, or one of an array of patterns, as "
                "Lambda's event source mappings take them"},

    [CLI_AS] = {.name = "as", .argument = "NAME", .help = "the copy's name, if not the table's"},
    [CLI_MERGE] = {.name = "merge",
        .help = "write into a table that is there: items with the same key are replaced"},
    [CLI_RATE] = {.name = "rate",
        .argument = "COUNT",
        .help = "read at most so many items a second, of all parts together"},
};

const struct cli_option *cli_option(enum cli_option_id id)
{
    return &options[id];
}

/* ---- commands ---- */

#define OPTIONS(...) ((const enum cli_option_id[]){__VA_ARGS__, CLI_OPTION_COUNT})
#define READING                                                                                    \
    CLI_INDEX, CLI_FILTER, CLI_PROJECTION, CLI_NAMES, CLI_VALUES, CLI_LIMIT, CLI_PAGE_SIZE,        \
        CLI_CONSISTENT, CLI_SELECT, CLI_COUNT, CLI_START_KEY, CLI_TYPED

static const struct cli_command commands[] = {
    {.name = "",
        .args = "[CONNECTION] [TABLE]",
        .summary = "open the explorer",
        .help =
            "Opens the explorer on a store or a remote endpoint: tables, items, editing. "
            "CONNECTION "
            "is a folder (a store; it is created where there is none), http(s)://host[:port], aws, "
            "aws:PROFILE@REGION, or a name from the configuration file; without --read-write, a "
            "remote "
            "one is read-only. With --demo and no terminal, the sample store is printed as text.",
        .options = OPTIONS(CLI_DEMO, CLI_KEYMAP, CLI_THEME, CLI_ASCII, CLI_MOUSE, CLI_GUTTER),
        .args_max = 2,
        .first = CLI_WORDS_FOLDER,
        .run = cli_explorer_run},
    {.name = "call",
        .args = "OPERATION [JSON|@FILE|-]",
        .summary = "run one API operation by its DynamoDB name",
        .help =
            "Sends the JSON body (default {}) and prints the answer's. An error answer is one "
            "line on the standard error and exit code 1. What goes on after its answer (a backup, "
            "a restore, an export, an import) is done before the program ends.",
        .options = OPTIONS(CLI_RAW, CLI_BUCKETS),
        .args_min = 1,
        .args_max = 2,
        .run = cli_call_run},
    {.name = "tables",
        .args = "",
        .summary = "list the tables",
        .options = OPTIONS(CLI_LONG),
        .run = cli_tables_run},
    {.name = "scan",
        .args = "TABLE",
        .summary = "print all items of a table, one a line",
        .help = "Reads page after page to the end, or to --limit. With --segments the parts of the "
                "table are read at the same time: faster, and in no order.",
        .options = OPTIONS(READING, CLI_SEGMENT, CLI_SEGMENTS, CLI_RATE),
        .args_min = 1,
        .args_max = 1,
        .first = CLI_WORDS_TABLE,
        .run = cli_scan_run},
    {.name = "query",
        .args = "TABLE [PARTITION-KEY [SORT-CONDITION]]",
        .summary = "print the items of one partition, one a line",
        .help = "PARTITION-KEY is a bare value, typed by the table's or the index's schema, or a "
                "JSON object with the partition key attributes. SORT-CONDITION is a value, or "
                "'= V', '< V', '<= V', '> V', '>= V', 'between V and V' or 'begins_with V', in one "
                "word or in several.",
        .options = OPTIONS(READING, CLI_KEY_CONDITION, CLI_BACKWARD, CLI_FORWARD, CLI_NO_FORWARD),
        .args_min = 1,
        .args_max = 6,
        .first = CLI_WORDS_TABLE,
        .run = cli_query_run},
    {.name = "get",
        .args = "TABLE KEY…",
        .summary = "print one item",
        .help = "KEY is the partition key and, where the table has one, the sort key, as bare "
                "values typed by the table's schema; or one or more JSON objects, plain or typed. "
                "Exit code 1 where there is no such item.",
        .options = OPTIONS(CLI_TYPED),
        .args_min = 2,
        .args_max = -1,
        .first = CLI_WORDS_TABLE,
        .run = cli_get_run},
    {.name = "put",
        .args = "TABLE [ITEM|@FILE|-]",
        .summary = "write items",
        .help = "ITEM is JSON, plain or typed. A file or the standard input (the default) may hold "
                "many items, one behind the other. For large files, see import.",
        .options = OPTIONS(CLI_CONDITION, CLI_NAMES, CLI_VALUES),
        .args_min = 1,
        .args_max = 2,
        .first = CLI_WORDS_TABLE,
        .run = cli_put_run},
    {.name = "delete",
        .args = "TABLE KEY…",
        .summary = "delete items",
        .help = "KEY as for get. Deleting what is not there is no error, as in DynamoDB; "
                "--condition 'attribute_exists(…)' makes it one.",
        .options = OPTIONS(CLI_CONDITION, CLI_NAMES, CLI_VALUES),
        .args_min = 2,
        .args_max = -1,
        .first = CLI_WORDS_TABLE,
        .run = cli_delete_run},
    {.name = "import",
        .args = "TABLE FILE…|-",
        .summary = "load JSON lines, JSON arrays, DynamoDB JSON or CSV",
        .help = "Where the table does not exist, --key (and --sort-key) create it. Bad lines are "
                "reported as FILE:LINE. An import that was interrupted goes on with --resume; no "
                "item is lost, and what is written twice is written with the same content.",
        .options = OPTIONS(CLI_FORMAT, CLI_PATH, CLI_KEY, CLI_SORT_KEY, CLI_ADD_KEY, CLI_TYPES,
            CLI_NO_HEADER, CLI_EMPTY, CLI_ON_ERROR, CLI_REJECTS, CLI_NO_SYNC, CLI_RESUME,
            CLI_QUIET),
        .args_min = 2,
        .args_max = -1,
        .first = CLI_WORDS_TABLE,
        .run = cli_import_run},
    {.name = "export",
        .args = "TABLE [FILE]",
        .summary = "write all items of a table to a file, one a line",
        .help = "The file appears under its name when it is complete. With --segments the parts of "
                "the table are read at the same time: faster, and in no order.",
        .options = OPTIONS(CLI_INDEX, CLI_FILTER, CLI_PROJECTION, CLI_NAMES, CLI_VALUES, CLI_LIMIT,
            CLI_PAGE_SIZE, CLI_CONSISTENT, CLI_SEGMENTS, CLI_RATE, CLI_TYPED),
        .args_min = 1,
        .args_max = 2,
        .first = CLI_WORDS_TABLE,
        .run = cli_export_run},
    {.name = "generate",
        .args = "TABLE",
        .summary = "make sample items, as many as wanted",
        .help = "Makes the table where there is none. The same options make the same items.",
        .options = OPTIONS(
            CLI_ITEMS, CLI_BYTES, CLI_SEED, CLI_PARTITIONS, CLI_SCHEMA, CLI_NO_SYNC, CLI_QUIET),
        .args_min = 1,
        .args_max = 1,
        .first = CLI_WORDS_TABLE,
        .run = cli_generate_run},
    {.name = "copy",
        .args = "FROM TABLE TO",
        .summary = "copy a table from one connection to another",
        .help = "The copy gets the table's keys, indexes and billing, then its items, by a scan in "
                "parts at a time, is read back and compared by count and digest, and gets the "
                "table's stream and time to live at last. What is written to the source meanwhile "
                "may be missing. A copy that was interrupted goes on with --resume. Tags are not "
                "copied.",
        .options = OPTIONS(CLI_AS, CLI_SEGMENTS, CLI_RATE, CLI_CONSISTENT, CLI_RESUME, CLI_MERGE,
            CLI_NO_SYNC, CLI_QUIET),
        .args_min = 3,
        .args_max = 3,
        .first = CLI_WORDS_FOLDER,
        .run = cli_copy_run},
    {.name = "stream",
        .args = "TABLE",
        .summary = "print the change records of a table's stream, one a line",
        .help = "The records look as Lambda hands them to functions. TABLE may be the ARN of a "
                "stream, also of a table that was deleted in the last 24 hours.",
        .options = OPTIONS(CLI_FOLLOW, CLI_FROM, CLI_PATTERN, CLI_LIMIT),
        .args_min = 1,
        .args_max = 1,
        .first = CLI_WORDS_TABLE,
        .run = cli_stream_run},
    {.name = "serve",
        .args = "[STORE]",
        .summary = "put a store behind the DynamoDB HTTP API",
        .help = "The AWS CLI and every SDK work on it with --endpoint-url http://localhost:8000. "
                "On loopback any credentials and any region will do; web pages are refused. "
                "Ctrl-C answers what is in flight and stops.",
        .options = OPTIONS(CLI_PORT, CLI_HOST, CLI_KEYS, CLI_TRACE, CLI_NO_SYNC, CLI_BUCKETS),
        .args_max = 1,
        .first = CLI_WORDS_FOLDER,
        .run = cli_serve_run},
    {.name = "check",
        .args = "[STORE]",
        .summary = "check a store's consistency",
        .help = "One line a finding; exit code 65 where there are any.",
        .options = OPTIONS(CLI_OPTION_COUNT),
        .args_max = 1,
        .first = CLI_WORDS_FOLDER,
        .run = cli_check_run},
    {.name = "completions",
        .args = "bash|zsh|fish|mdoc",
        .summary = "print a shell's completion script",
        .help = "mdoc prints the option lists of the manual page.",
        .options = OPTIONS(CLI_OPTION_COUNT),
        .args_min = 1,
        .args_max = 1,
        .run = cli_completions_run},
    {.name = "help",
        .args = "[SUBCOMMAND]",
        .summary = "explain a subcommand",
        .options = OPTIONS(CLI_OPTION_COUNT),
        .args_max = 1,
        .run = cli_help_run},
};

enum { COMMANDS = sizeof commands / sizeof *commands };

const struct cli_command *cli_commands_all(size_t *count)
{
    *count = COMMANDS;
    return commands;
}

const struct cli_command *cli_commands_find(struct str name)
{
    for (size_t i = 1; i < COMMANDS; i++)
        if (str_equal(str_from(commands[i].name), name))
            return &commands[i];
    return NULL;
}

bool cli_command_takes(const struct cli_command *command, enum cli_option_id id)
{
    if (id <= CLI_BUDGET || id == CLI_HELP || id == CLI_VERSION)
        return true; /* those of the connection and these two */
    for (const enum cli_option_id *own = command->options; *own != CLI_OPTION_COUNT; own++)
        if (*own == id)
            return true;
    return false;
}

/* ---- nearest name ---- */

enum { NAME_MAX_LENGTH = 40 };

static unsigned smaller(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* How many letters are to be added, dropped, changed or swapped with a neighbour (each counts one).
 */
static unsigned distance(struct str a, struct str b)
{
    unsigned row[3][NAME_MAX_LENGTH + 1];
    if (a.len > NAME_MAX_LENGTH || b.len > NAME_MAX_LENGTH)
        return NAME_MAX_LENGTH;
    for (unsigned j = 0; j <= b.len; j++)
        row[1][j] = j;
    for (unsigned i = 1; i <= a.len; i++) {
        unsigned *now = row[(i + 1) % 3], *last = row[i % 3], *before = row[(i + 2) % 3];
        now[0] = i;
        for (unsigned j = 1; j <= b.len; j++) {
            unsigned cost = a.at[i - 1] != b.at[j - 1];
            now[j] = smaller(smaller(last[j] + 1, now[j - 1] + 1), last[j - 1] + cost);
            if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1])
                now[j] = smaller(now[j], before[j - 2] + 1);
        }
    }
    return row[(a.len + 1) % 3][b.len];
}

const char *cli_commands_nearest(struct str name)
{
    const char *nearest = NULL;
    unsigned best = 3;
    for (size_t i = 1; i < COMMANDS; i++) {
        struct str own = str_from(commands[i].name);
        unsigned away = distance(name, own);
        if (away < best && away < own.len) {
            best = away;
            nearest = commands[i].name;
        }
    }
    return nearest;
}
