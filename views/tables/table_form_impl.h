/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TABLES_TABLE_FORM_IMPL_H
#define VIEWS_TABLES_TABLE_FORM_IMPL_H

#include "views/form_dialog.h"
#include "views/tables/listing.h"
#include "views/tables/table_form.h"
#include "views/tables/table_requests.h"

/* What the form's files say to each other: table_form.c asks and sends, table_form_fields.c knows
 * what the fields are. */
enum table_form_mode { TABLE_FORM_CREATE, TABLE_FORM_CHANGE, TABLE_FORM_INDEX };

/* Each index has these, one behind the other. */
enum table_index_field {
    INDEX_FIELD_NAME,
    INDEX_FIELD_HASH,
    INDEX_FIELD_HASH_TYPE,
    INDEX_FIELD_RANGE,
    INDEX_FIELD_RANGE_TYPE,
    INDEX_FIELD_PROJECTION,
    INDEX_FIELD_INCLUDE,
    INDEX_FIELD_READ,
    INDEX_FIELD_WRITE,
    INDEX_FIELD_COUNT
};
enum { TABLE_INDEXES = SPEC_GLOBALS_MAX + SPEC_LOCALS_MAX }; /* the global ones first */

enum table_field {
    TABLE_FIELD_NAME,
    TABLE_FIELD_HASH,
    TABLE_FIELD_HASH_TYPE,
    TABLE_FIELD_RANGE,
    TABLE_FIELD_RANGE_TYPE,
    TABLE_FIELD_BILLING,
    TABLE_FIELD_READ,
    TABLE_FIELD_WRITE,
    TABLE_FIELD_STREAM,
    TABLE_FIELD_TTL,
    TABLE_FIELD_PROTECTION,
    TABLE_FIELD_INDEX,
    TABLE_FIELD_TAG = TABLE_FIELD_INDEX + TABLE_INDEXES * INDEX_FIELD_COUNT,
    TABLE_FIELD_COUNT = TABLE_FIELD_TAG + SPEC_TAGS_MAX
};

struct table_form_fields {
    struct form *form; /* over `at` */
    enum table_form_mode mode;
    const struct table_spec *base; /* of the table that is there; NULL for a fresh one */
    const struct listing *listing; /* for names that are taken; may be NULL */
    bool tried;                    /* what is missing is said, too */
    struct form_field at[TABLE_FIELD_COUNT];
};

/* `arena` for labels; it must live as long as the fields. */
void table_form_fields_init(struct table_form_fields *f, struct arena *arena, bool ascii);
void table_form_fields_fini(struct table_form_fields *f);
/* As the table is. */
void table_form_fields_set(struct table_form_fields *f, const struct table_spec *spec);
/* Those that count now: of indexes and tags the ones that say something, and one more. */
void table_form_fields_show(struct table_form_fields *f);
/* form.check; data: the fields. */
void table_form_fields_check(void *data, struct form *form);
/* What they say; texts are borrowed from them. */
void table_form_fields_take(const struct table_form_fields *f, struct table_spec *out);

#endif
