/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_WATCH_H
#define BACKEND_TRIGGERS_WATCH_H

#include "base/str.h"

/*
 * The code of functions, watched: its folder and the folders right in it. What no code is (hidden
 * files, caches, logs and data that a function writes) changes nothing; node_modules is too large
 * to be looked at, so a package that is exchanged there wants a touch of the code.
 */
struct watch;
struct watch *watch_new(void);
void watch_free(struct watch *watch);
int watch_fd(const struct watch *watch); /* readable when there is something; -1 = no watching */
/* `folder`, for whoever asks with `tag`; `name`: a file that counts whatever it is called. Again
 * with the same tag: instead of what it was. */
void watch_add(struct watch *watch, uint64_t tag, struct str folder, struct str name);
void watch_remove(struct watch *watch, uint64_t tag);
/* Takes what has come; `see` is told each tag whose code was touched, maybe more than once. */
void watch_read(struct watch *watch, void (*see)(void *context, uint64_t tag), void *context);

#endif
