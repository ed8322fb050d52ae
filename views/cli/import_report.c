/* SPDX-License-Identifier: MIT */
/*
 * Records that are not imported: FILE:LINE:COLUMN: why. The first one stops the import, or all are
 * told (the first of them one by one) and kept in a file of rejects.
 */
#include "views/cli/import.h"
#include "views/cli/report.h"

#include <errno.h>
#include <unistd.h>

enum { REPORTS_MAX = 50 };

/* FILE:LINE or FILE:LINE:COLUMN. A place inside the record is counted on from where that starts. */
static void add_where(
    struct buf *out, const struct importing *im, const struct record *record, const struct err *err)
{
    uint64_t line = record->place.line;
    size_t column = 0;
    for (size_t i = 0; err->at != ERR_NOWHERE && i < err->at && i < record->text.len; i++) {
        column = record->text.at[i] == '\n' ? 0 : column + 1;
        line += record->text.at[i] == '\n';
    }
    buf_printf(out, "%s:%llu", im->in.name, (unsigned long long)line);
    if (err->at != ERR_NOWHERE)
        buf_printf(out, ":%zu", column + 1);
}

/* The message without the parser's own place, which counts from the record's start. */
static const char *without_place(const struct err *err)
{
    if (err->at == ERR_NOWHERE || strncmp(err->text, "line ", 5) != 0)
        return err->text;
    const char *colon = strstr(err->text, ": ");
    return colon ? colon + 2 : err->text;
}

static void reject(struct importing *im, const struct record *record)
{
    struct buf line = {0};
    if (im->rejects < 0)
        return;
    buf_add(&line, record->text);
    buf_add_byte(&line, '\n');
    ssize_t n = write(im->rejects, line.at, line.len);
    if (n != (ssize_t)line.len)
        cli_report_note(
            "dynascope: cannot write to %s: %s", im->cli->value[CLI_REJECTS], strerror(errno));
    buf_fini(&line);
}

/* With the lock held. */
static void report_skipped(struct importing *im, const char *where, const struct err *err)
{
    if (im->reported > REPORTS_MAX)
        return;
    progress_wipe(&im->progress);
    if (im->reported++ < REPORTS_MAX)
        cli_report_note("dynascope: %s: %s%s%s", where, err->name, err->name[0] ? ": " : "",
            without_place(err));
    else
        cli_report_note("dynascope: more bad records follow; they are only counted");
}

/* Counts and reports a record that will not be written. Returns whether to go on. */
bool import_bad_record(void *context, const struct record *record, const struct err *err)
{
    struct importing *im = context;
    struct buf where = {0};
    add_where(&where, im, record, err);
    pthread_mutex_lock(&im->lock);
    im->bad++;
    if (im->skip) {
        reject(im, record);
        report_skipped(im, buf_cstr(&where), err);
    } else if (im->stopped.code == ERR_NONE) {
        err_set(&im->stopped, ERR_DATA, "%s: %s%s%s", buf_cstr(&where), err->name,
            err->name[0] ? ": " : "", without_place(err));
    }
    pthread_mutex_unlock(&im->lock);
    buf_fini(&where);
    return im->skip;
}

/* Whether a bad record has stopped the import; *err says which. */
bool import_was_stopped(struct importing *im, struct err *err)
{
    pthread_mutex_lock(&im->lock);
    bool stopped = im->stopped.code != ERR_NONE;
    if (stopped)
        *err = im->stopped;
    pthread_mutex_unlock(&im->lock);
    return stopped;
}
