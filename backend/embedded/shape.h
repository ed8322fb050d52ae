/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_SHAPE_H
#define BACKEND_EMBEDDED_SHAPE_H

#include "backend/json.h"
#include "base/err.h"

/*
 * The shapes of requests, as const tables (shapes*.c): names, types, what is required, ranges,
 * lengths, patterns, enums, nesting. shape_check() holds a request against them as the service
 * does: first the JSON types of everything (SerializationException, the first one found), then the
 * constraints, which are collected ("2 validation errors detected: Value '0' at 'limit' failed to
 * satisfy constraint: …").
 */
enum shape_kind {
    SHAPE_STRING,
    SHAPE_INTEGER,
    SHAPE_LONG,
    SHAPE_DOUBLE,
    SHAPE_BOOLEAN,
    SHAPE_BLOB,
    SHAPE_TIMESTAMP,
    SHAPE_LIST,
    SHAPE_MAP,
    SHAPE_STRUCT,
    SHAPE_VALUE, /* an AttributeValue */
};

struct shape_field;

struct shape {
    enum shape_kind kind;
    const char *name;      /* the structure's own name, for error texts */
    bool has_min, has_max; /* of a number's value, a text's or collection's length */
    int64_t min, max;
    int64_t arn_max;                /* max of a text that is an ARN, 0 = the same */
    int64_t name_min;               /* min of one that is neither an ARN nor empty, 0 = the same */
    const char *pattern;            /* as the service prints it */
    bool (*match)(struct str text); /* what the pattern means */
    const char *const *values;      /* an enum's names, ended by NULL, in the service's order */
    const struct shape *member;     /* of a list; the values of a map */
    const struct shape *key;        /* the names of a map, or NULL */
    const struct shape_field *fields; /* of a structure, ended by shape NULL */
    /* A request that the service reads in two ways: what is newer below holds only where no
     * required member is missing and nothing is nested very deeply. */
    bool two_ways;
};

enum shape_need {
    SHAPE_OPTIONAL,
    SHAPE_REQUIRED,  /* "Member must not be null", collected with the others */
    SHAPE_PARAMETER, /* "The parameter 'X' is required but was not present in the request", alone */
};

struct shape_field {
    struct str name;
    const struct shape *shape;
    enum shape_need need;
    bool alone;   /* its failures are reported without those of other fields, before them */
    bool late;    /* looked at where nothing else failed */
    bool terse;   /* a wrong length is not quoted, and the name keeps its capital letter */
    bool as_json; /* errors quote the value as it was sent */
    /* Newer: the enum as it is named without saying whose it is; bare: nor how many errors. */
    const char *const *newer;
    bool bare;
};

#define SHAPE_MIN(n) .has_min = true, .min = (n)
#define SHAPE_MAX(n) .has_max = true, .max = (n)
#define SHAPE_MAY(field, of)                                                                       \
    {                                                                                              \
        .name = {(field), sizeof(field) - 1}, .shape = (of)                                        \
    }
#define SHAPE_MUST(field, of)                                                                      \
    {                                                                                              \
        .name = {(field), sizeof(field) - 1}, .shape = (of), .need = SHAPE_REQUIRED                \
    }
#define SHAPE_TERSE(field, of)                                                                     \
    {                                                                                              \
        .name = {(field), sizeof(field) - 1}, .shape = (of), .need = SHAPE_REQUIRED, .terse = true \
    }
#define SHAPE_END                                                                                  \
    {                                                                                              \
        .shape = NULL                                                                              \
    }

/* Refuses a request that does not fit. */
bool shape_check(const struct shape *shape, const struct json *request, struct err *err);

/* The first part of it: the JSON types alone. */
bool shape_check_types(const struct shape *shape, const struct json *request, struct err *err);

/* Whether values in it are nested so deeply that the service reads the request in its older way. */
bool shape_is_deep(const struct json *request);

/* The request's shape by operation, or NULL where there is none. */
const struct shape *shape_of(struct str operation);

static inline bool shape_is_truth(const struct json *json)
{
    return json->type == JSON_TRUE || json->type == JSON_FALSE;
}

/* A member that is present: JSON null counts as absent. */
const struct json *shape_get(const struct json *object, struct str name);
/* Text of a member, or STR_NONE. */
struct str shape_text(const struct json *object, struct str name);
bool shape_truth(const struct json *object, struct str name, bool otherwise);
int64_t shape_number(const struct json *object, struct str name, int64_t otherwise);

#endif
