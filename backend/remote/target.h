/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_REMOTE_TARGET_H
#define BACKEND_REMOTE_TARGET_H

#include "backend/remote/profiles.h"
#include "backend/remote/url.h"
#include "base/arena.h"

/* What was asked for: by flags or a named connection; empty = by the usual AWS sources. */
struct target_ask {
    struct str profile, region, endpoint_url;
};

/* Where requests go and who signs them, once all sources have been looked at. */
struct target {
    struct arena arena; /* owns all slices but those into `files` */
    struct profiles files;
    struct str profile;   /* "default" where nothing says otherwise */
    bool profile_asked;   /* by flag or named connection: the environment's keys do not count */
    bool profile_named;   /* by a variable, too */
    struct str region;    /* shown, and in ARNs */
    struct str signing;   /* the region of the signature */
    struct url url;       /* DynamoDB's */
    struct url streams;   /* DynamoDB Streams' */
    bool aws;             /* the service itself: no endpoint was named */
    struct str ca_bundle; /* a file, or empty */
    unsigned attempts;    /* 0 = the default */
};

/* No network, no waiting: variables and two files. ERR_CONFIG says which of them is wrong. */
bool target_resolve(struct target *t, const struct target_ask *ask, struct err *err);
void target_fini(struct target *t);

#endif
