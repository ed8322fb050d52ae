/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_REPORT_H
#define VIEWS_CLI_REPORT_H

#include "views/cli/cli.h"

/* "dynascope: what: remedy" on the standard error, and below it the place in the user's text. */
void cli_report(const struct cli *cli, const struct err *err);
/* The same as text; `ascii` = nothing above 7 bits. */
void cli_report_format(
    struct buf *out, const struct err *err, const struct cli_text *texts, size_t count, bool ascii);
/* One line of our own on the standard error, made safe like errors. */
void cli_report_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same without the line feed: a question. */
void cli_report_ask(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
