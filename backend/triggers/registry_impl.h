/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_REGISTRY_IMPL_H
#define BACKEND_TRIGGERS_REGISTRY_IMPL_H

#include "backend/triggers/folder.h"
#include "backend/triggers/registry.h"

#include <pthread.h>

/* What the registry's files share: registry.c, registry_function.c, registry_mapping.c. */

enum { REGISTRY_FILE_MAX = 1 << 20 };

/* What was found out about a function whose code has to be read for it. */
struct registry_verdict {
    char name[65];
    uint64_t signature; /* of all that decides; 0 = none */
    bool trusted;
};
enum { REGISTRY_VERDICTS = 64 };

struct registry {
    char *folder, *version_path;
    char *trusted; /* NULL: there is no place for such a file */
    const struct clock *clock;
    pthread_mutex_t lock; /* the verdicts */
    struct registry_verdict verdicts[REGISTRY_VERDICTS];
};

/* A change: the folder is there, and nobody else changes it meanwhile. */
struct registry_change {
    int folder, lock;
};
bool registry_begin(struct registry *r, struct registry_change *change, struct err *err);
/* `done`: something was changed, whoever watches is told. */
void registry_end(struct registry_change *change, bool done);

/* FOLDER/KIND and FOLDER/KIND/NAME; -1 where they are not there. */
bool registry_open_kind(struct registry *r, const char *kind, int *fd, struct err *err);
/* Reads FOLDER/KIND/NAME/FILE, open at `kind`, as JSON. *out NULL: there is none. */
bool registry_read(int kind, const char *name, const char *file, struct arena *arena,
    const struct json **out, struct err *err);
bool registry_write(int root, const char *kind, struct str name, const char *file, struct str text,
    struct err *err);
bool registry_remove(
    struct registry *r, const char *kind, struct str name, bool *found, struct err *err);

/* Lists what is of one kind: `see` has an arena of its own and says what is wrong in err. */
struct registry_list {
    struct registry *registry;
    struct arena *arena;
    struct buf *complaint;
    const char *kind;
    int fd; /* the kind's folder */
    bool (*see)(struct registry_list *list, const char *name, struct err *err);
    void *out;
};
bool registry_walk(struct registry_list *list, struct err *err);

#endif
