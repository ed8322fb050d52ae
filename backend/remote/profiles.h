/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_REMOTE_PROFILES_H
#define BACKEND_REMOTE_PROFILES_H

#include "backend/remote/secret.h"
#include "base/err.h"
#include "base/str.h"

/*
 * The two files of an AWS user, ~/.aws/config and ~/.aws/credentials (or where AWS_CONFIG_FILE and
 * AWS_SHARED_CREDENTIALS_FILE say), with the meaning that all AWS tools give them. Zeroed memory
 * holds no profile. Slices live until profiles_fini().
 */
struct profiles_entry; /* one key = value */
struct profiles {
    struct secret config, credentials; /* the texts */
    struct profiles_entry *entries;
    size_t count, cap;
    bool shared_writable; /* others of the group may write one of the files */
    char *config_path;
};

/* Files that are not there are empty. */
bool profiles_load(struct profiles *p, struct err *err);
void profiles_fini(struct profiles *p);

/* Whether a profile has a section in one of the files. */
bool profiles_has(const struct profiles *p, struct str profile);
/* A key of a profile, STR_NONE where it has none. What the credentials file says wins. */
struct str profiles_get(const struct profiles *p, struct str profile, struct str key);
/* Whether the key is in the credentials file, for the order of sources. */
bool profiles_in_credentials(const struct profiles *p, struct str profile, struct str key);
bool profiles_has_services(const struct profiles *p, struct str name);
/* [services NAME], below `service`: its key. */
struct str profiles_service(
    const struct profiles *p, struct str name, struct str service, struct str key);
/* The names of all profiles, for messages: "default, dev, prod", at most so many bytes. */
void profiles_names(const struct profiles *p, char *out, size_t size);

#endif
