/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_COUNT_H
#define VIEWS_COUNT_H

#include "tui/key.h"
#include "views/command.h"

/*
 * A number before a movement: "1 0 j" goes ten rows down, "3 G" to the third row. The command
 * `count N` begins one with its first digit, plain `count` with 4 for the next digit to replace;
 * digits that follow belong to it, whatever else they are bound to.
 */
enum { COUNT_MAX = 9999, COUNT_USUAL = 4 };
struct count {
    bool on;
    bool usual; /* nothing was typed yet: the first digit replaces it */
    int times;
};

/* Whether a key goes on with a number that has begun. */
bool count_digit(struct count *count, struct key key);
/* Runs what a key is bound to, as often as was asked for. */
void count_run(struct app *app, struct str line);
/* The row of `count`: begins one. */
void count_begin(struct app *app, struct view *view, struct str args);

#endif
