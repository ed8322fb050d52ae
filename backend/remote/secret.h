/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_REMOTE_SECRET_H
#define BACKEND_REMOTE_SECRET_H

#include "base/err.h"

/* Bytes that are overwritten before they are freed. Zeroed memory is an empty secret. */
struct secret {
    char *at; /* NUL-terminated, or NULL */
    size_t len, cap;
};

void secret_fini(struct secret *s);
void secret_set(struct secret *s, struct str text);
void secret_add(struct secret *s, const void *bytes, size_t len);
static inline struct str secret_str(const struct secret *s)
{
    return (struct str){s->at, s->len};
}

/* The whole file, and no cores from then on. False without an error where there is none (err->code
 * stays ERR_NONE); ERR_CONFIG where it is larger than `max` or not a regular file's size, ERR_FILE
 * where it cannot be read. Files that anybody may write to are refused. */
bool secret_read_file(struct secret *s, const char *path, size_t max, struct err *err);

/* No core file of this process holds what it knows: its limit becomes one byte, which the system
 * takes as "none" for files and for collecting programs alike. */
void secret_forbid_cores(void);

#endif
