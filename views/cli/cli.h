/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_CLI_H
#define VIEWS_CLI_CLI_H

#include "backend/client.h"
#include "views/cli/out.h"

/*
 * The command line: subcommands are rows of one table, options are rows of another. Parsing,
 * --help, the completions and the manual page are all made from these rows.
 */

enum cli_option_id {
    CLI_CONNECTION,
    CLI_READ_ONLY,
    CLI_READ_WRITE,
    CLI_PROFILE,
    CLI_REGION,
    CLI_ENDPOINT_URL,
    CLI_CONNECT_TIMEOUT,
    CLI_READ_TIMEOUT,
    CLI_BUDGET, /* the last of those of the connection */
    CLI_TYPED,
    CLI_HELP,
    CLI_VERSION,
    /* explorer */
    CLI_DEMO,
    CLI_KEYMAP,
    CLI_THEME,
    CLI_ASCII,
    CLI_MOUSE,
    CLI_GUTTER,
    /* reading */
    CLI_INDEX,
    CLI_KEY_CONDITION,
    CLI_FILTER,
    CLI_PROJECTION,
    CLI_NAMES,
    CLI_VALUES,
    CLI_LIMIT,
    CLI_PAGE_SIZE,
    CLI_CONSISTENT,
    CLI_FORWARD,
    CLI_NO_FORWARD,
    CLI_BACKWARD,
    CLI_SELECT,
    CLI_COUNT,
    CLI_START_KEY,
    CLI_SEGMENT,
    CLI_SEGMENTS,
    /* writing, calling, listing */
    CLI_CONDITION,
    CLI_RAW,
    CLI_LONG,
    /* import and generate */
    CLI_FORMAT,
    CLI_PATH,
    CLI_KEY,
    CLI_SORT_KEY,
    CLI_ADD_KEY,
    CLI_TYPES,
    CLI_NO_HEADER,
    CLI_EMPTY,
    CLI_ON_ERROR,
    CLI_REJECTS,
    CLI_NO_SYNC,
    CLI_RESUME,
    CLI_QUIET,
    CLI_ITEMS,
    CLI_BYTES,
    CLI_SEED,
    CLI_PARTITIONS,
    CLI_SCHEMA,
    /* serve */
    CLI_PORT,
    CLI_HOST,
    CLI_KEYS,
    CLI_TRACE,
    CLI_BUCKETS,
    /* stream */
    CLI_FOLLOW,
    CLI_FROM,
    CLI_PATTERN,
    CLI_ALL,
    /* copy */
    CLI_AS,
    CLI_MERGE,
    CLI_RATE,
    /* triggers: fields of functions and mappings */
    CLI_TRIGGER_NAME,
    CLI_HANDLER,
    CLI_RUNTIME,
    CLI_TIMEOUT,
    CLI_MEMORY,
    CLI_ENVIRONMENT,
    CLI_PASS_CREDENTIALS,
    CLI_NO_PASS_CREDENTIALS,
    CLI_DESCRIPTION,
    CLI_STARTING_POSITION,
    CLI_BATCH_SIZE,
    CLI_BATCHING_WINDOW,
    CLI_PARALLELIZATION,
    CLI_RETRY_ATTEMPTS,
    CLI_RECORD_AGE,
    CLI_BISECT,
    CLI_NO_BISECT,
    CLI_TUMBLING_WINDOW,
    CLI_RESPONSE_TYPES,
    CLI_DESTINATION,
    CLI_FILTERS,
    CLI_ENABLED,
    CLI_DISABLED,
    CLI_INPUT_JSON,
    CLI_STREAM_VIEW,
    /* triggers: what is done with them */
    CLI_SINCE,
    CLI_LAST,
    CLI_REQUEST_ID,
    CLI_EVENT,
    CLI_LOG,
    CLI_EVENT_NAME,
    CLI_RECORD_COUNT,
    CLI_FROM_FILE,
    CLI_SEQUENCE,
    CLI_STEP,
    CLI_DRY_RUN,
    CLI_UNCHANGED,
    CLI_YES,
    CLI_UNTIL_IDLE,
    CLI_NO_TRIGGERS,
    /* twins of panes */
    CLI_OUTPUT,
    CLI_PLAN,
    CLI_PRINT,
    CLI_SAVED,
    CLI_SET,
    CLI_ADD,
    CLI_REMOVE,
    CLI_DELETE_FROM,
    CLI_UPDATE,
    CLI_IF,
    CLI_PARAMETERS,
    /* sessions */
    CLI_RECORD,
    CLI_REPLAY,
    CLI_SPEED,
    CLI_TOUR,
    /* tables */
    CLI_GLOBAL_INDEX,
    CLI_LOCAL_INDEX,
    CLI_DROP_INDEX,
    CLI_PROVISIONED,
    CLI_ON_DEMAND,
    CLI_TTL,
    CLI_PROTECT,
    CLI_NO_PROTECT,
    CLI_TAG,
    CLI_UNTAG,
    CLI_REQUESTS,
    CLI_OPTION_COUNT
};

/* What a shell offers where a word of this kind is typed. */
enum cli_words {
    CLI_WORDS_NONE,
    CLI_WORDS_FILE,
    CLI_WORDS_FOLDER,
    CLI_WORDS_TABLE,
    CLI_WORDS_TRIGGER,
    CLI_WORDS_INDEX, /* of the table on the line */
    CLI_WORDS_CONNECTION,
    CLI_WORDS_SUBCOMMAND,
    CLI_WORDS_LIST
};

struct cli_option {
    const char *name;     /* without the dashes */
    const char *alias;    /* a second spelling, or NULL */
    char letter;          /* or 0 */
    const char *argument; /* what --help calls it; NULL = the option takes none */
    enum cli_words words;
    const char *list; /* for CLI_WORDS_LIST: the words, blank between */
    const char *help;
};

struct cli;
struct cli_command {
    const char *name;  /* a verb's is two words: "trigger add" */
    const char *alias; /* a second name (two words likewise), or NULL */
    const char *args;  /* synopsis of the arguments */
    const char *summary;
    const char *help; /* paragraphs; NULL = none */
    const enum cli_option_id
        *options;           /* ends with CLI_OPTION_COUNT; the common ones come by themselves */
    int args_min, args_max; /* args_max < 0 = any number */
    enum cli_words first;   /* what the first argument is */
    bool group;             /* has verbs: rows whose names begin with this one's */
    bool (*run)(struct cli *cli, struct err *err);
};

/* All rows; [0] is the explorer, whose name is "". *count of them. */
const struct cli_command *cli_commands_all(size_t *count);
/* NULL where there is none. */
const struct cli_command *cli_commands_find(struct str name);
/* A verb of a group by its own word; NULL where there is none. */
const struct cli_command *cli_commands_verb(const struct cli_command *group, struct str verb);
/* That word of a row; empty where it is none of the group's. */
struct str cli_command_verb(const struct cli_command *group, const struct cli_command *command);
/* The name nearest to a mistyped one, or NULL where none is near. */
const char *cli_commands_nearest(struct str name);
/* How many letters are to be added, dropped, changed or swapped with a neighbour, each counting
 * one; many for long words. */
unsigned cli_word_distance(struct str a, struct str b);
const struct cli_option *cli_option(enum cli_option_id id);
/* Whether a command takes an option: its own or one of those that all take. */
bool cli_command_takes(const struct cli_command *command, enum cli_option_id id);

/* ---- one run ---- */

/* A text of the user's that errors may point into. */
struct cli_text {
    const char *kind; /* "FilterExpression", … as the service's messages name it */
    struct str text;
};
enum { CLI_TEXTS_MAX = 6 };

struct cli_given {
    enum cli_option_id id;
    const char *value;
};

struct cli {
    const struct cli_command *command;
    const char *value[CLI_OPTION_COUNT]; /* "" for an option without argument; NULL = not given */
    struct cli_given *given; /* options in their order, for those that may be repeated */
    size_t given_count;
    int arg_count;
    const char **args;
    struct cli_out out;
    struct backend *backend; /* once cli_open() succeeded */
    struct client client;
    struct budget budget;        /* of the whole run */
    struct waiting *waiting;     /* says what requests wait for; NULL where nobody sees it */
    int64_t budget_asked;        /* by --budget; 0 = what the connection says */
    int64_t connect_ms, read_ms; /* by --cli-…-timeout; likewise */
    struct arena arena;          /* for the whole run */
    struct cli_text texts[CLI_TEXTS_MAX];
    size_t text_count;
    int exit_code; /* where a command ends without success and without an error of its own */
};

int cli_main(int argc, char **argv);

static inline bool cli_has(const struct cli *cli, enum cli_option_id id)
{
    return cli->value[id] != NULL;
}

static inline struct str cli_value(const struct cli *cli, enum cli_option_id id)
{
    return str_from(cli->value[id]);
}

/* The option's number, at least `least`; `otherwise` where it is not given. */
bool cli_number(const struct cli *cli, enum cli_option_id id, int64_t least, int64_t otherwise,
    int64_t *out, struct err *err);

/* Opens the connection that was asked for: -c, $DYNASCOPE_CONNECTION, the default store. A command
 * that only reads does not create a store that was named. */
enum cli_access { CLI_READS, CLI_WRITES, CLI_LOADS /* no sync before the end */ };
bool cli_open(struct cli *cli, enum cli_access access, struct err *err);
/* What the flags say of how to open. */
struct backend_options cli_backend_options(const struct cli *cli, enum cli_access access);
/* A client of a connection, which counts into `budget` where there is one to keep to. */
struct client cli_client(struct backend *backend, struct budget *budget);
/* Says on the terminal what requests of these connections wait for (`other` may be NULL), until the
 * end of the run. */
void cli_watch(struct cli *cli, struct backend *backend, struct backend *other);
void cli_unwatch(struct cli *cli);
const char *cli_connection(const struct cli *cli);

/* Remembers a text for messages that carry a place. */
void cli_point_at(struct cli *cli, const char *kind, struct str text);

/* Ctrl-C and its kind: set by the first one; the second one ends the process. */
const atomic_bool *cli_cancel(void);
bool cli_cancelled(struct err *err);
/* The signal that set it, or 0. */
int cli_cancel_signal(void);

/* The tables of the open connection, as `tables` prints them. */
bool cli_tables_print(struct cli *cli, struct err *err);

/* How a list is printed: as --output says, else as a table on a terminal and as JSON elsewhere. */
enum cli_form { CLI_FORM_TABLE, CLI_FORM_JSON, CLI_FORM_NAMES };
bool cli_form(const struct cli *cli, enum cli_form *out, struct err *err);

/* Subcommands with their options as mdoc(7). */
void cli_manual_add(struct buf *out);
/* Keys and commands of all contexts likewise. */
bool cli_manual_add_keys(struct buf *out, struct err *err);

/* ---- subcommands, one file each ---- */
bool cli_explorer_run(struct cli *cli, struct err *err);
bool cli_demo_run(struct cli *cli, struct err *err);
bool cli_call_run(struct cli *cli, struct err *err);
bool cli_tables_run(struct cli *cli, struct err *err);
bool cli_create_table_run(struct cli *cli, struct err *err);
bool cli_update_table_run(struct cli *cli, struct err *err);
bool cli_delete_table_run(struct cli *cli, struct err *err);
bool cli_purge_run(struct cli *cli, struct err *err);
bool cli_scan_run(struct cli *cli, struct err *err);
bool cli_query_run(struct cli *cli, struct err *err);
bool cli_get_run(struct cli *cli, struct err *err);
bool cli_put_run(struct cli *cli, struct err *err);
bool cli_delete_run(struct cli *cli, struct err *err);
bool cli_delete_items_run(struct cli *cli, struct err *err);
bool cli_update_items_run(struct cli *cli, struct err *err);
bool cli_undo_run(struct cli *cli, struct err *err);
bool cli_export_run(struct cli *cli, struct err *err);
bool cli_import_run(struct cli *cli, struct err *err);
bool cli_generate_run(struct cli *cli, struct err *err);
bool cli_serve_run(struct cli *cli, struct err *err);
bool cli_stream_run(struct cli *cli, struct err *err);
bool cli_copy_run(struct cli *cli, struct err *err);
bool cli_history_run(struct cli *cli, struct err *err);
bool cli_trigger_run(struct cli *cli, struct err *err);
bool cli_check_run(struct cli *cli, struct err *err);
bool cli_completions_run(struct cli *cli, struct err *err);
bool cli_help_run(struct cli *cli, struct err *err);
bool cli_ask_run(struct cli *cli, struct err *err);
bool cli_partiql_run(struct cli *cli, struct err *err);
bool cli_update_run(struct cli *cli, struct err *err);
bool cli_describe_run(struct cli *cli, struct err *err);
bool cli_indexes_run(struct cli *cli, struct err *err);
bool cli_connections_run(struct cli *cli, struct err *err);

#endif
