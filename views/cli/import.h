/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_IMPORT_H
#define VIEWS_CLI_IMPORT_H

#include "views/cli/cli.h"
#include "views/cli/loader.h"
#include "views/cli/progress.h"
#include "views/cli/records.h"
#include "views/cli/resume.h"

#include <pthread.h>

/* Private to import*.c: one run of the subcommand. */

enum import_add_key { IMPORT_ADD_NONE, IMPORT_ADD_UUID, IMPORT_ADD_LINE, IMPORT_ADD_NAME };

struct importing {
    struct cli *cli;
    struct str table_name;
    struct records_options options;
    struct client_key keys[2]; /* from --key, --sort-key; names empty where not given */
    struct client_table table;
    bool table_known;
    enum import_add_key add_key;
    bool skip, quiet, resume;
    int rejects; /* descriptor, or -1 */

    /* of the file that is read */
    const char *file;
    struct input in;
    struct records records;
    struct resume state;
    struct loader *loader;
    int64_t saved_ns;
    uint64_t first_index; /* of the run in this file */

    uint64_t written;
    pthread_mutex_t lock; /* guards what follows: the loader's threads report, too */
    struct progress progress;
    uint64_t bad, reported;
    struct err stopped; /* why a bad record ended it all */
};

/* The options of the command line; opens the file for rejects. */
bool import_take_options(struct importing *im, struct err *err);

/* A record that will not be written: reports it (or remembers it as the reason to stop) and says
 * whether to go on. For any thread. */
bool import_bad_record(void *context, const struct record *record, const struct err *err);
/* Whether a bad record has stopped the import; *err says which. */
bool import_was_stopped(struct importing *im, struct err *err);

/* Looks for the table; without one, --key has to be there. */
bool import_find_table(struct importing *im, struct err *err);
/* Makes the table before its first item, whose types the keys take over. */
bool import_make_table(struct importing *im, struct value item, struct err *err);
/* What is known of the key columns' types before the first record is read. */
const struct client_table *import_schema(struct importing *im, struct client_table *out);
/* Gives an item without a partition key one, where --add-key says so. */
bool import_complete_key(
    struct importing *im, const struct record *record, struct buf *item, struct err *err);

#endif
