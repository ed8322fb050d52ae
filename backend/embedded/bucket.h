/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_BUCKET_H
#define BACKEND_EMBEDDED_BUCKET_H

#include "backend/embedded/engine.h"

/*
 * S3 buckets as folders, for exports and imports: bucket B is the folder B of the root, by default
 * STORE/buckets; an object's key is its path. Nothing outside of the root is read or written: names
 * are checked, and no link below it is followed.
 */
enum { BUCKET_OBJECTS_MAX = 50000, BUCKET_KEY_MAX = 1024 };

struct bucket {
    int fd;
};

/* bucket = (letter | digit) [{letter | digit | "." | "-" | "_"} (letter | digit)]; for shapes */
bool bucket_is_name(struct str name);
/* Whether it can be (the beginning of) a key here: parts between slashes that are neither empty nor
 * "." nor "..", without NUL. */
bool bucket_is_prefix(struct str prefix);

/* *found says whether there is one; `create` makes it. The caller closes it. */
bool bucket_open(struct bucket *bucket, const struct engine *engine, struct str name, bool create,
    bool *found, struct err *err);
void bucket_close(struct bucket *bucket);

/* Writes an object whole, on disk when it returns; folders are made as needed. */
bool bucket_put(struct bucket *bucket, struct str key, struct str bytes, struct err *err);
/* Cuts an object at `offset` (made where there is none) and appends there. */
bool bucket_append(
    struct bucket *bucket, struct str key, int64_t offset, struct str bytes, struct err *err);
/* The whole of a small object. */
bool bucket_get(struct bucket *bucket, struct str key, struct buf *out, struct err *err);
bool bucket_delete(struct bucket *bucket, struct str key, struct err *err);

/* Opens an object for reading; the caller closes *fd. */
bool bucket_read(struct bucket *bucket, struct str key, int *fd, struct err *err);
/* Keys that begin with `prefix`, in byte order, in the arena. */
bool bucket_list(struct bucket *bucket, struct str prefix, struct arena *arena, struct str **keys,
    size_t *count, struct err *err);

#endif
