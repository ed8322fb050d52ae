/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TABLES_TABLE_SPEC_H
#define VIEWS_TABLES_TABLE_SPEC_H

#include "backend/client.h"
#include "backend/json.h"

/*
 * What can be said of a table when it is made or changed, whoever says it: a form, a command line,
 * or DescribeTable's answer. All slices are borrowed.
 */
enum { SPEC_GLOBALS_MAX = 20, SPEC_LOCALS_MAX = 5, SPEC_TAGS_MAX = 50 };

enum spec_projection { SPEC_ALL, SPEC_KEYS_ONLY, SPEC_INCLUDE };

struct spec_units {
    int64_t read, write; /* 0 = none */
};

struct spec_index {
    struct str name;
    struct client_key hash, range; /* range.name empty = no sort key */
    enum spec_projection projection;
    struct str include;      /* names, commas between them */
    struct spec_units units; /* where the table is provisioned; of global ones */
};

struct spec_tag {
    struct str key, value;
};

struct table_spec {
    struct str name;
    struct client_key hash, range; /* likewise */
    bool provisioned;
    struct spec_units units;
    struct str stream_view; /* empty = no stream */
    struct str ttl;         /* attribute; empty = none */
    bool protection;
    uint32_t global_count, local_count, tag_count;
    struct spec_index globals[SPEC_GLOBALS_MAX], locals[SPEC_LOCALS_MAX];
    struct spec_tag tags[SPEC_TAGS_MAX];
};

/* From the answers: DescribeTable's Table, DescribeTimeToLive's and ListTagsOfResource's; the last
 * two may be NULL. More than there is room for is left out. */
void table_spec_read(struct arena *arena, const struct json *table, const struct json *ttl,
    const struct json *tags, struct table_spec *out);

/* The type that the table's keys or an index of it give an attribute; VALUE_NONE where none does.
 */
enum value_type table_spec_type(const struct table_spec *spec, struct str attribute);
const char *table_spec_projection(enum spec_projection projection);

/*
 * What is wrong with one thing, as a sentence to put beside it; NULL where nothing is. Empty names
 * are judged by whoever needs them.
 */
const char *table_spec_judge_name(struct str name); /* of a table or an index */
const char *table_spec_judge_attribute(struct str name);
const char *table_spec_judge_include(const struct spec_index *index);
const char *table_spec_judge_tag(struct str key, struct str value);
/* The first thing that is wrong with all of it: for those who have no fields. */
bool table_spec_check(const struct table_spec *spec, struct err *err);

#endif
