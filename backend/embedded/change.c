/* SPDX-License-Identifier: MIT */
/*
 * From an update and the item before it to the item after it, with the checks and the words that
 * the service has for updates alone. Knows no request and does not write.
 *
 *   key ─▶ touched? ─▶ apply ─▶ index keys ─▶ size
 */
#include "backend/embedded/change.h"

#include "backend/embedded/index.h"
#include "backend/embedded/item.h"
#include "backend/embedded/key_path.h"

struct key_use {
    const struct catalog_table *table;
    struct str found;
};

static bool look_for_key(void *context, const struct expr_path *path)
{
    struct key_use *use = context;
    if (catalog_key_find(&use->table->schema, path->steps[0].name) < 0)
        return true;
    use->found = path->steps[0].name;
    return false;
}

bool change_check(const struct catalog_table *table, const struct request_expressions *expressions,
    struct err *err)
{
    struct key_use use = {.table = table};
    if (expressions->update)
        expr_update_attributes(expressions->update, look_for_key, &use);
    if (use.found.len)
        return err_invalid(err,
            "One or more parameter values were invalid: Cannot update attribute %.*s. This "
            "attribute is part of the key",
            STR_ARG(use.found));
    return key_path_check_update(table, expressions->update, err);
}

static bool refuse_empty(bool binary, struct err *err)
{
    return err_invalid(err,
        "One or more parameter values are not valid. The update expression attempted to update a "
        "secondary index key to a value that is not supported. The AttributeValue for a key "
        "attribute cannot contain an empty %s value.",
        binary ? "binary" : "string");
}

/* The service has words of its own for an update expression that spoils an index key; those of a
 * wrong type not in transactions. */
static bool check_indexes(const struct catalog_table *table,
    const struct request_expressions *expressions, struct value item, bool transacted,
    struct err *err)
{
    struct err why = ERR_INIT;
    if (expressions->legacy_update)
        return index_check(table, item, err);
    if (index_check(table, item, &why))
        return true;
    struct str text = str_from(why.text);
    if (str_find(text, STR("cannot contain an empty")) != SIZE_MAX)
        return refuse_empty(str_find(text, STR("empty binary")) != SIZE_MAX, err);
    if (str_find(text, STR("Type mismatch")) != SIZE_MAX && !transacted)
        return err_invalid(err, "The update expression attempted to update the secondary index "
                                "key to unsupported type");
    if (str_find(text, STR("exceeded")) != SIZE_MAX)
        return err_invalid(err, "The update expression attempted to update the secondary index "
                                "key beyond allowed size limits");
    *err = why;
    return false;
}

/* AttributeUpdates have their own word for a wrong type, statements for too deep an item. */
static bool refuse_update(const struct request_expressions *expressions, struct err *err)
{
    if (expressions->statement && str_starts(str_from(err->text), STR("Nesting Levels")))
        return err_invalid(err, "Nesting Levels have exceeded supported limits");
    if (!expressions->legacy_update || !str_starts(str_from(err->text), STR("An operand")))
        return false;
    return err_invalid(err, "Type mismatch for attribute to update");
}

bool change_apply(struct call *call, const struct catalog_table *table,
    const struct request_expressions *expressions, struct value key, struct value old,
    bool transacted, struct value *item, struct err *err)
{
    const struct expr_update *update = expressions->update;
    bool missing = old.type == VALUE_NONE;
    *item = missing ? key : old; /* without an expression: the key alone, or as it is */
    if (!update)
        return true;
    if (missing && !expr_update_creates(update)) {
        *item = (struct value){0};
        return true;
    }
    struct buf *out = engine_buf(call, CALL_NEW);
    if (!expr_apply(update, *item, out, err))
        return refuse_update(expressions, err);
    *item = value_of(buf_str(out));
    return check_indexes(table, expressions, *item, transacted, err) &&
           item_check_updated_size(table, *item, err);
}
