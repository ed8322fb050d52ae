/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_COMMAND_LINE_H
#define VIEWS_COMMAND_LINE_H

#include "views/app.h"

/* The ":" line: reaches every command by its name, and completes names and arguments. */
void command_line_open(struct app *app, struct str text);
/* Says that nothing here bears this name, and which one was perhaps meant. */
void command_line_unknown(struct app *app, struct str name);

/* How well a candidate goes with what was typed: what begins with it comes before what only has its
 * letters in order; < 0 = it does not. */
int command_line_rank(struct str candidate, struct str typed);
/* Slips of the fingers from one to the other: letters too many, missing, wrong or swapped. */
int command_line_distance(struct str a, struct str b);

#endif
