/* SPDX-License-Identifier: MIT */
/*
 * The rows: every subcommand, once. Nothing here runs; parsing, --help, completions and the manual
 * page read it. The options are in option_rows.c, what looks rows up in lookup.c.
 */
#include "views/cli/cli.h"

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
        .args = "TABLE…",
        .summary = "print the change records of tables' streams, one a line",
        .help = "The records look as Lambda hands them to functions; those of several tables come "
                "in the order of their times. TABLE may be the ARN of a stream, also of a table "
                "that was deleted in the last 24 hours.",
        .options = OPTIONS(CLI_ALL, CLI_FOLLOW, CLI_FROM, CLI_PATTERN, CLI_LIMIT),
        .args_max = -1,
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
        .args = "[SUBCOMMAND…]",
        .summary = "explain a subcommand",
        .options = OPTIONS(CLI_OPTION_COUNT),
        .args_max = 2,
        .run = cli_help_run},
};

enum { COMMANDS = sizeof commands / sizeof *commands };

const struct cli_command *cli_commands_all(size_t *count)
{
    *count = COMMANDS;
    return commands;
}
