/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_TABLE_WORDS_H
#define VIEWS_CLI_TABLE_WORDS_H

#include "views/cli/cli.h"
#include "views/tables/table_requests.h"

/* Tables as options describe them: for create-table and update-table. Texts are borrowed from the
 * command line or in the arena. */

/* --key, --sort-key, --global-index, --local-index: those of a fresh table. */
bool table_words_keys(struct cli *cli, struct table_spec *spec, struct err *err);
/* --provisioned, --on-demand, --stream, --ttl, --protect, --tag and what takes them away: what is
 * not given stays as it is. */
bool table_words_settings(struct cli *cli, struct table_spec *spec, struct err *err);
/*
 * index = NAME KEY[:TYPE] [KEY[:TYPE]] [projection] [READ/WRITE]       (local: its sort key alone)
 * projection = "ALL" | "KEYS_ONLY" | "INCLUDE=" NAME { "," NAME }
 */
bool table_words_index(const struct table_spec *spec, struct str text, bool local,
    struct spec_index *out, struct err *err);

/* Sends them, or with --requests prints each as a line of JSON. */
bool table_words_send(
    struct cli *cli, struct str table, const struct table_requests *requests, struct err *err);
/* Without --yes asks for the table's name to be typed; false with an error where it was not. */
bool table_words_confirm(
    struct cli *cli, const struct client_table *table, const char *what, struct err *err);

#endif
