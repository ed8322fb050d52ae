/* SPDX-License-Identifier: MIT */
/*
 * Holds requests against the tables of shapes. Knows JSON and the wording of the service's
 * framework, nothing of tables or items: all of that wording stands here and nowhere else.
 *
 *   request ──types──▶ SerializationException, the first
 *           ──constraints──▶ ValidationException, up to ten collected
 */
#include "backend/embedded/shape.h"

#include "base/buf.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    COLLECT_MAX = 10,
    QUOTE_MAX = 1024,
    NEWER_DEPTH_MAX = 62, /* levels of values that the service reads in the newer way */
};

const struct json *shape_get(const struct json *object, struct str name)
{
    const struct json *member = json_get(object, name);
    return member && member->type != JSON_NULL ? member : NULL;
}

struct str shape_text(const struct json *object, struct str name)
{
    const struct json *member = shape_get(object, name);
    return member ? member->text : STR_NONE;
}

bool shape_truth(const struct json *object, struct str name, bool otherwise)
{
    const struct json *member = shape_get(object, name);
    return member ? member->type == JSON_TRUE : otherwise;
}

/* The integer part where there is a fraction; far values are cut to the type's range. */
static int64_t number_value(const struct json *json)
{
    int64_t exact;
    if (json_to_i64(json, &exact))
        return exact;
    char text[64];
    snprintf(text, sizeof text, "%.*s", STR_ARG(json->text));
    double wide = 0;
    sscanf(text, "%lf", &wide);
    return wide >= 9.2e18 ? INT64_MAX : wide <= -9.2e18 ? INT64_MIN : (int64_t)wide;
}

int64_t shape_number(const struct json *object, struct str name, int64_t otherwise)
{
    const struct json *member = shape_get(object, name);
    return member && member->type == JSON_NUMBER ? number_value(member) : otherwise;
}

/* ---- constraints ---- */

struct collect {
    struct buf text;
    unsigned count;
    bool older, bare;
};

/* Where a value stands in the request: keySchema.1.member.attributeName. */
struct place {
    const struct place *above;
    struct str name;
    bool small; /* the name's first letter is printed small */
    bool terse; /* wrong lengths are not quoted */
    bool as_json;
};

static void put_small_first(struct buf *out, struct str name)
{
    buf_add_byte(out, (char)(name.at[0] | 0x20));
    buf_add(out, str_skip(name, 1));
}

static void put_place(struct buf *out, const struct place *place, bool small)
{
    if (place->above) {
        put_place(out, place->above, small);
        buf_add_byte(out, '.');
    }
    if (place->small && small)
        put_small_first(out, place->name);
    else
        buf_add(out, place->name);
}

static void put_quoted(struct buf *out, const struct shape *shape, const struct json *json);

static void put_collection(struct buf *out, const struct shape *shape, const struct json *json)
{
    bool list = shape->kind == SHAPE_LIST;
    buf_add_byte(out, list ? '[' : '{');
    for (const struct json *m = json->first; m; m = m->next) {
        if (m != json->first)
            buf_add(out, STR(", "));
        if (!list) {
            buf_add(out, m->name);
            buf_add_byte(out, '=');
        }
        put_quoted(out, shape->member, m);
    }
    buf_add_byte(out, list ? ']' : '}');
}

static void put_structure(struct buf *out, const struct shape *shape, const struct json *json)
{
    buf_add(out, str_from(shape->name ? shape->name : ""));
    buf_add_byte(out, '(');
    for (const struct shape_field *f = shape->fields; f->shape; f++) {
        if (f != shape->fields)
            buf_add(out, STR(", "));
        put_small_first(out, f->name);
        buf_add_byte(out, '=');
        put_quoted(out, f->shape, json_get(json, f->name));
    }
    buf_add_byte(out, ')');
}

static void put_bytes(struct buf *out, struct str base64)
{
    size_t len = base64.len / 4 * 3;
    len -= str_ends(base64, STR("==")) ? 2 : str_ends(base64, STR("=")) ? 1 : 0;
    buf_printf(out, "java.nio.HeapByteBuffer[pos=0 lim=%zu cap=%zu]", len, len);
}

/* The way in which the service's framework prints what was sent. */
static void put_quoted(struct buf *out, const struct shape *shape, const struct json *json)
{
    if (out->len > ERR_TEXT_MAX)
        return;
    if (json == NULL || json->type == JSON_NULL)
        buf_add(out, STR("null"));
    else if (shape->kind == SHAPE_LIST || shape->kind == SHAPE_MAP)
        put_collection(out, shape, json);
    else if (shape->fields)
        put_structure(out, shape, json);
    else if (shape->kind == SHAPE_BLOB)
        put_bytes(out, json->text);
    else if (shape_is_truth(json))
        buf_add(out, json->type == JSON_TRUE ? STR("true") : STR("false"));
    else
        buf_add(out, json->text);
}

/* What is wrong with a value stands behind it: a very long one must not push that out of the text.
 */
static void cut_quoted(struct buf *out, size_t start)
{
    if (out->len - start <= QUOTE_MAX)
        return;
    char ends[2] = {out->at[out->len - 2], out->at[out->len - 1]};
    out->len = utf8_before(buf_str(out), start + QUOTE_MAX);
    buf_add(out, STR("…"));
    for (size_t i = 0; i < 2; i++) /* of what is a list or a map the end shows */
        if (ends[i] == ']' || ends[i] == '}')
            buf_add_byte(out, ends[i]);
}

static struct buf *open_text(struct collect *c)
{
    if (c->count++)
        buf_add(&c->text, STR("; "));
    return &c->text;
}

static struct buf *open_finding(struct collect *c, const struct place *place,
    const struct shape *shape, const struct json *json)
{
    struct buf *out = open_text(c);
    size_t start = out->len;
    buf_add(out, STR("Value "));
    if (json == NULL) {
        buf_add(out, STR("null "));
    } else {
        buf_add_byte(out, '\'');
        if (place->as_json)
            json_put(out, json);
        else
            put_quoted(out, shape, json);
        cut_quoted(out, start);
        buf_add(out, STR("' "));
    }
    buf_add(out, STR("at '"));
    put_place(out, place, true);
    buf_add(out, STR("' failed to satisfy constraint: "));
    return out;
}

/* The same for a length or a number out of its bounds. */
static struct buf *open_bound(struct collect *c, const struct place *place,
    const struct shape *shape, const struct json *json)
{
    if (!place->terse || c->older)
        return open_finding(c, place, shape, json);
    struct buf *out = open_text(c);
    buf_add(out, STR("Value at '"));
    put_place(out, place, false);
    buf_add(out, STR("' failed to satisfy constraint: "));
    return out;
}

static void put_bound(struct buf *out, const char *what, bool greater, int64_t bound)
{
    buf_printf(out, "Member must have %s %s than or equal to %" PRId64, what,
        greater ? "greater" : "less", bound);
}

static void put_values(struct buf *out, const char *const *values)
{
    buf_add(out, STR("Member must satisfy enum value set: ["));
    for (size_t i = 0; values[i]; i++)
        buf_printf(out, "%s%s", i ? ", " : "", values[i]);
    buf_add_byte(out, ']');
}

static void put_pattern(struct buf *out, const struct shape *shape)
{
    buf_printf(out, "Member must satisfy regular expression pattern: %s", shape->pattern);
}

static bool is_full(const struct collect *c)
{
    return c->count >= COLLECT_MAX || c->text.len > ERR_TEXT_MAX;
}

static bool in_values(const char *const *values, struct str text)
{
    for (size_t i = 0; values[i]; i++)
        if (str_equal(text, str_from(values[i])))
            return true;
    return false;
}

static void check_text(struct collect *c, const struct shape *shape, const struct json *json,
    const struct place *place)
{
    int64_t length = (int64_t)utf8_length(json->text);
    bool arn = shape->arn_max && str_starts(json->text, STR("arn:"));
    if (shape->values && !in_values(shape->values, json->text))
        put_values(open_finding(c, place, shape, json), shape->values);
    if (shape->match && !shape->match(json->text))
        put_pattern(open_finding(c, place, shape, json), shape);
    if (shape->has_max && length > (arn ? shape->arn_max : shape->max))
        put_bound(open_finding(c, place, shape, json), "length", false, shape->max);
    int64_t min = length && !arn && shape->name_min ? shape->name_min : shape->min;
    if (shape->has_min && length < min)
        put_bound(open_bound(c, place, shape, json), "length", true, min);
}

static void check_number(struct collect *c, const struct shape *shape, const struct json *json,
    const struct place *place)
{
    int64_t value = number_value(json);
    if (shape->has_min && value < shape->min)
        put_bound(open_bound(c, place, shape, json), "value", true, shape->min);
    if (shape->has_max && value > shape->max)
        put_bound(open_bound(c, place, shape, json), "value", false, shape->max);
}

static void check_count(struct collect *c, const struct shape *shape, const struct json *json,
    const struct place *place)
{
    if (shape->has_max && json->count > shape->max)
        put_bound(open_bound(c, place, shape, json), "length", false, shape->max);
    if (shape->has_min && json->count < shape->min)
        put_bound(open_bound(c, place, shape, json), "length", true, shape->min);
}

static void check(struct collect *c, const struct shape *shape, const struct json *json,
    const struct place *place);

static void check_list(struct collect *c, const struct shape *shape, const struct json *json,
    const struct place *place)
{
    check_count(c, shape, json, place);
    unsigned number = 0;
    for (const struct json *m = json->first; m && !is_full(c); m = m->next) {
        char text[32];
        int len = snprintf(text, sizeof text, "%u.member", ++number);
        struct place below = {.above = place, .name = {text, (size_t)len}};
        if (m->type == JSON_NULL)
            buf_add(open_finding(c, &below, shape->member, NULL), STR("Member must not be null"));
        else
            check(c, shape->member, m, &below);
    }
}

static bool length_fits(const struct shape *shape, int64_t length)
{
    return (!shape->has_min || length >= shape->min) && (!shape->has_max || length <= shape->max);
}

static void put_rules(struct buf *out, const struct shape *shape)
{
    const char *between = "";
    if (shape->has_max) {
        put_bound(out, "length", false, shape->max);
        between = ", ";
    }
    if (shape->has_min) {
        buf_add(out, str_from(between));
        put_bound(out, "length", true, shape->name_min ? shape->name_min : shape->min);
        between = ", ";
    }
    if (shape->pattern) {
        buf_add(out, str_from(between));
        put_pattern(out, shape);
    }
}

static void report_map(struct collect *c, const struct shape *shape, const struct json *json,
    const struct place *place, const char *which, const struct shape *rules)
{
    struct buf *out = open_finding(c, place, shape, json);
    buf_printf(out, "Map %s must satisfy constraint: [", which);
    put_rules(out, rules);
    buf_add_byte(out, ']');
}

static bool key_fits(const struct shape *rules, struct str name)
{
    int64_t length = (int64_t)utf8_length(name);
    return length_fits(rules, length) && length >= rules->name_min &&
           (!rules->match || rules->match(name));
}

static void check_map(struct collect *c, const struct shape *shape, const struct json *json,
    const struct place *place)
{
    check_count(c, shape, json, place);
    for (const struct json *m = json->first; m && !is_full(c); m = m->next) {
        if (shape->key && !key_fits(shape->key, m->name))
            report_map(c, shape, json, place, "keys", shape->key);
        if (shape->member->kind == SHAPE_LIST && !length_fits(shape->member, m->count))
            report_map(c, shape, json, place, "value", shape->member);
    }
    for (const struct json *m = json->first; m && !is_full(c); m = m->next) {
        struct place below = {.above = place, .name = m->name};
        struct place member = {.above = &below, .name = STR("member")};
        struct shape inner = *shape->member;
        if (inner.kind == SHAPE_LIST) /* its length was reported above */
            inner.has_min = inner.has_max = false;
        if (m->type == JSON_NULL && inner.kind == SHAPE_STRUCT)
            buf_add(open_finding(c, &member, &inner, NULL), STR("Member must not be null"));
        else if (m->type != JSON_NULL && inner.kind != SHAPE_VALUE)
            check(c, &inner, m, &member);
    }
}

static void check_field(struct collect *c, const struct shape_field *field, const struct json *json,
    const struct place *above)
{
    struct place place = {.above = above,
        .name = field->name,
        .small = true,
        .terse = field->terse,
        .as_json = field->as_json};
    bool newer = field->newer && !c->older;
    if (json && newer && !in_values(field->shape->values, json->text)) {
        buf_add(open_text(c), STR("Failed to satisfy constraint: "));
        put_values(&c->text, field->newer);
        c->bare = c->bare || field->bare;
    } else if (json)
        check(c, field->shape, json, &place);
    else if (field->need == SHAPE_REQUIRED)
        buf_add(open_finding(c, &place, field->shape, NULL), STR("Member must not be null"));
}

static void check_fields(struct collect *c, const struct shape *shape, const struct json *json,
    const struct place *place, bool late)
{
    for (const struct shape_field *f = shape->fields; f->shape && !is_full(c); f++) {
        const struct json *member = shape_get(json, f->name);
        if (f->late == late && (member || f->need != SHAPE_OPTIONAL))
            check_field(c, f, member, place);
    }
}

static void check_structure(struct collect *c, const struct shape *shape, const struct json *json,
    const struct place *place)
{
    check_fields(c, shape, json, place, false);
    if (c->count == 0)
        check_fields(c, shape, json, place, true);
}

static void check(struct collect *c, const struct shape *shape, const struct json *json,
    const struct place *place)
{
    switch (shape->kind) {
    case SHAPE_STRING:
        check_text(c, shape, json, place);
        break;
    case SHAPE_INTEGER:
    case SHAPE_LONG:
        check_number(c, shape, json, place);
        break;
    case SHAPE_LIST:
        check_list(c, shape, json, place);
        break;
    case SHAPE_MAP:
        check_map(c, shape, json, place);
        break;
    case SHAPE_STRUCT:
        check_structure(c, shape, json, place);
        break;
    default: /* its own readers know the rest */
        break;
    }
}

static bool report(struct collect *c, struct err *err)
{
    bool fine = c->count == 0;
    if (!fine && c->bare)
        err_invalid(err, "%s", buf_cstr(&c->text));
    else if (!fine)
        err_invalid(err, "%u validation error%s detected: %s", c->count, c->count > 1 ? "s" : "",
            buf_cstr(&c->text));
    buf_fini(&c->text);
    return fine;
}

/* ---- requests that are read in two ways ---- */

static bool nests_beyond(const struct json *json, unsigned levels)
{
    for (const struct json *m = json->first; m; m = m->next)
        if (levels == 0 || nests_beyond(m, levels - 1))
            return true;
    return false;
}

bool shape_is_deep(const struct json *request)
{
    /* Two levels of JSON make one of a value; above them are the request and its member. */
    return nests_beyond(request, 2 + 2 * NEWER_DEPTH_MAX);
}

static bool lacks_member(const struct shape *shape, const struct json *request)
{
    for (const struct shape_field *f = shape->fields; f->shape; f++)
        if (f->need == SHAPE_REQUIRED && !f->alone && !shape_get(request, f->name))
            return true;
    return false;
}

/* What failed is put into words again where the older ones hold. */
static bool say_older(
    const struct shape *shape, const struct json *request, bool fine, struct err *err)
{
    if (fine || !shape->two_ways || !(lacks_member(shape, request) || shape_is_deep(request)))
        return fine;
    struct collect c = {.older = true};
    check_structure(&c, shape, request, NULL);
    return report(&c, err);
}

static bool check_alone(const struct shape *shape, const struct json *request, struct err *err)
{
    for (const struct shape_field *f = shape->fields; f->shape; f++) {
        const struct json *member = shape_get(request, f->name);
        if (f->need == SHAPE_PARAMETER && member == NULL)
            return err_invalid(err,
                "The parameter '%.*s' is required but was not present in the request",
                STR_ARG(f->name));
        struct collect c = {0};
        if (f->alone && member)
            check_field(&c, f, member, NULL);
        if (!report(&c, err))
            return false;
    }
    return true;
}

bool shape_check(const struct shape *shape, const struct json *request, struct err *err)
{
    if (!shape_check_types(shape, request, err))
        return false;
    if (!check_alone(shape, request, err))
        return say_older(shape, request, false, err);
    struct collect c = {0};
    check_structure(&c, shape, request, NULL);
    return say_older(shape, request, report(&c, err), err);
}
