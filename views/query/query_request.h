/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_QUERY_QUERY_REQUEST_H
#define VIEWS_QUERY_QUERY_REQUEST_H

#include "views/items/browse.h"
#include "views/query/query_plan.h"

/*
 * What a planned query asks for: as a read, as the exact request, and as the command that asks the
 * same with the AWS CLI.
 */

/* Slices are borrowed from table, line and plan. */
struct client_read query_request_read(
    const struct client_table *table, const struct query_line *line, const struct query_plan *plan);
/* For the items grid; everything is copied. */
struct browse *query_request_browse(
    const struct client_table *table, const struct query_line *line, const struct query_plan *plan);
/* Where the AWS CLI is to ask; empty = as it is set up. */
struct query_target {
    struct str endpoint, region, profile;
};
/* What a connection's words say of it: http://host:port, aws:PROFILE@REGION. */
struct query_target query_request_target(struct str connection);
/* aws dynamodb query --table-name …, quoted for a shell. */
void query_request_command(const struct client_read *read, const struct query_line *line,
    const struct query_target *target, struct buf *out);
/* aws dynamodb execute-statement --statement … */
void query_request_statement(
    struct str statement, const struct query_target *target, struct buf *out);
/* A word as a POSIX shell takes it: in single quotes where it needs any. */
void query_request_quote(struct buf *out, struct str word);

#endif
