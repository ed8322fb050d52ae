/* SPDX-License-Identifier: MIT */
/*
 * What a trigger's fields are: how they become the JSON that makes a trigger, what is wrong with
 * them (judged by what judges that JSON, so ranges and words are those of the service), and what
 * they say of one that is there. Filters and variables come more than once: behind the last one
 * there is an empty field for one more, and an emptied one goes.
 */
#include "base/clock.h"
#include "views/app.h"
#include "views/triggers/trigger_form_impl.h"

#include <inttypes.h>

/* How a field becomes a member of a JSON object. */
enum shape {
    SHAPE_NONE,
    SHAPE_TEXT,
    SHAPE_NUMBER,
    SHAPE_FLAG,
    SHAPE_REPORT,
    SHAPE_FILTER,
    SHAPE_DEAD,
    SHAPE_VARIABLE
};
static const struct spec {
    const char *label, *member, *note;
    enum shape shape;
    enum trigger_form_owner owner;
    bool fresh; /* only where it is made */
} specs[FIELD_COUNT] = {
    [FIELD_SCRIPT] = {"script", NULL, "a .mjs .js .py, or a program", SHAPE_NONE, OF_FORM, false},
    [FIELD_TABLE] = {"table", NULL, NULL, SHAPE_NONE, OF_FORM, true},
    [FIELD_NAME] = {"name", NULL, "as the script is called", SHAPE_NONE, OF_FORM, true},
    [FIELD_RUNTIME] = {"runtime", NULL, NULL, SHAPE_NONE, OF_FORM, false},
    [FIELD_HANDLER] = {"handler", "Handler", "by convention", SHAPE_TEXT, OF_FUNCTION, false},
    [FIELD_TIMEOUT] = {"timeout, s", "Timeout", NULL, SHAPE_NUMBER, OF_FUNCTION, false},
    [FIELD_START] = {"start at", "StartingPosition", NULL, SHAPE_TEXT, OF_MAPPING, true},
    [FIELD_ENABLED] = {"enabled", "Enabled", NULL, SHAPE_FLAG, OF_MAPPING, false},
    [FIELD_BATCH] = {"batch size", "BatchSize", NULL, SHAPE_NUMBER, OF_MAPPING, false},
    [FIELD_WINDOW] = {"batching window, s", "MaximumBatchingWindowInSeconds", NULL, SHAPE_NUMBER,
        OF_MAPPING, false},
    [FIELD_RETRIES] = {"retries", "MaximumRetryAttempts", "-1: until the record expires",
        SHAPE_NUMBER, OF_MAPPING, false},
    [FIELD_AGE] = {"record age, s", "MaximumRecordAgeInSeconds", "-1: as the stream has it",
        SHAPE_NUMBER, OF_MAPPING, false},
    [FIELD_BISECT] = {"bisect on error", "BisectBatchOnFunctionError", NULL, SHAPE_FLAG, OF_MAPPING,
        false},
    [FIELD_REPORT] = {"partial failures", "FunctionResponseTypes", NULL, SHAPE_REPORT, OF_MAPPING,
        false},
    [FIELD_FACTOR] = {"parallel per shard", "ParallelizationFactor", NULL, SHAPE_NUMBER, OF_MAPPING,
        false},
    [FIELD_TUMBLING] = {"tumbling window, s", "TumblingWindowInSeconds", NULL, SHAPE_NUMBER,
        OF_MAPPING, false},
    [FIELD_FILTER] = {"filter", "FilterCriteria", "all, or as {\"eventName\":[\"INSERT\"]}",
        SHAPE_FILTER, OF_MAPPING, false},
    [FIELD_DESTINATION] = {"dead letters", "DestinationConfig", "the trigger's own file",
        SHAPE_DEAD, OF_MAPPING, false},
    [FIELD_VARIABLE] = {"environment", "Environment", "NAME=VALUE", SHAPE_VARIABLE, OF_FUNCTION,
        false},
    [FIELD_MEMORY] = {"memory, MB", "MemorySize", "128", SHAPE_NUMBER, OF_FUNCTION, false},
    [FIELD_CREDENTIALS] = {"credentials", "PassCredentials", NULL, SHAPE_FLAG, OF_FUNCTION, false},
};

/* Fields that come more than once are like their first one. */
static int first_of(int field)
{
    if (field >= FIELD_FILTER && field <= FIELD_FILTER_LAST)
        return FIELD_FILTER;
    return field >= FIELD_VARIABLE && field <= FIELD_VARIABLE_LAST ? FIELD_VARIABLE : field;
}

static const struct spec *spec_of(int field)
{
    return &specs[first_of(field)];
}

static int last_of(int field)
{
    return field == FIELD_FILTER     ? FIELD_FILTER_LAST
           : field == FIELD_VARIABLE ? FIELD_VARIABLE_LAST
                                     : field;
}

static struct str text_of(const struct trigger_form *f, int field)
{
    return str_trim(form_text(&f->dialog.form, field));
}

/* ---- fields to JSON ---- */

static void put_text(struct buf *out, const char *before, struct str text, const char *after)
{
    buf_add(out, str_from(before));
    json_put_string(out, text);
    buf_add(out, str_from(after));
}

/* variable = NAME "=" VALUE */
static void put_variable(struct buf *out, struct str text)
{
    size_t equals = str_find_byte(text, '=');
    json_put_name(out, str_trim(str_take(text, equals < text.len ? equals : text.len)));
    json_put_string(out, equals < text.len ? str_skip(text, equals + 1) : STR_NONE);
}

static void put_member(struct buf *out, const struct spec *spec, struct str text)
{
    int64_t number;
    bool yes = str_starts(text, STR("yes"));
    json_put_name(out, str_from(spec->member));
    switch (spec->shape) {
    case SHAPE_NUMBER:
        if (str_to_i64(text, &number))
            buf_printf(out, "%" PRId64, number);
        else
            json_put_string(out, text);
        break;
    case SHAPE_FLAG:
        buf_add(out, yes ? STR("true") : STR("false"));
        break;
    case SHAPE_REPORT:
        buf_add(out, yes ? STR("[\"ReportBatchItemFailures\"]") : STR("[]"));
        break;
    case SHAPE_FILTER:
        put_text(out, "{\"Filters\":[{\"Pattern\":", text, "}]}");
        break;
    case SHAPE_DEAD:
        if (text.len)
            put_text(out, "{\"OnFailure\":{\"Destination\":", text, "}}");
        else
            buf_add(out, STR("{\"OnFailure\":{}}"));
        break;
    case SHAPE_VARIABLE:
        buf_add(out, STR("{\"Variables\":{"));
        put_variable(out, text);
        buf_add(out, STR("}}"));
        break;
    default:
        json_put_string(out, text);
    }
}

static void put_filters(const struct trigger_form *f, struct buf *out)
{
    bool first = true;
    buf_add(out, STR("{\"Filters\":["));
    for (int i = FIELD_FILTER; i <= FIELD_FILTER_LAST; i++) {
        if (!text_of(f, i).len)
            continue;
        put_text(out, first ? "{\"Pattern\":" : ",{\"Pattern\":", text_of(f, i), "}");
        first = false;
    }
    buf_add(out, STR("]}"));
}

static void put_variables(const struct trigger_form *f, struct buf *out)
{
    buf_add(out, STR("{\"Variables\":{"));
    for (int i = FIELD_VARIABLE; i <= FIELD_VARIABLE_LAST; i++)
        if (text_of(f, i).len)
            put_variable(out, form_text(&f->dialog.form, i));
    buf_add(out, STR("}}"));
}

static bool has_any(const struct trigger_form *f, int first)
{
    for (int i = first; i <= last_of(first); i++)
        if (text_of(f, i).len)
            return true;
    return false;
}

/* Empty texts and numbers keep what is there, or the default. */
static bool says_something(const struct trigger_form *f, int field)
{
    const struct spec *spec = spec_of(field);
    if (f->fields[field].hidden || !spec->member || f->fields[field].kind == FORM_HEADING)
        return false;
    if (field == FIELD_HANDLER && !f->fresh && text_of(f, FIELD_SCRIPT).len)
        return false; /* goes with the script */
    if (spec->shape == SHAPE_VARIABLE)
        return f->had_variables || has_any(f, FIELD_VARIABLE);
    bool needs = spec->shape == SHAPE_TEXT || spec->shape == SHAPE_NUMBER;
    return !needs || text_of(f, field).len > 0;
}

static void put_field(const struct trigger_form *f, int field, struct buf *out)
{
    if (field != FIELD_FILTER && field != FIELD_VARIABLE) {
        put_member(out, &specs[field], text_of(f, field));
        return;
    }
    json_put_name(out, str_from(specs[field].member));
    (field == FIELD_FILTER ? put_filters : put_variables)(f, out);
}

void trigger_form_fields_put(
    const struct trigger_form *f, enum trigger_form_owner owner, struct buf *out)
{
    buf_add_byte(out, '{');
    for (int i = 0; i < FIELD_COUNT; i++)
        if (first_of(i) == i && specs[i].owner == owner && says_something(f, i))
            put_field(f, i, out);
    buf_add_byte(out, '}');
}

/* ---- judging ---- */

/* One member alone, over something that is right without it. */
static bool judge(struct arena *arena, const struct spec *spec, struct str text, struct err *err)
{
    struct buf json = {0};
    struct mapping mapping;
    struct function function = {.name = STR("f"),
        .runtime_name = STR("nodejs"),
        .handler = STR("a.b"),
        .timeout_s = 3,
        .memory_mb = 128};
    mapping_init(&mapping);
    mapping.function = STR("f");
    mapping.source = STR("arn:aws:dynamodb:us-east-1:000000000000:table/T/stream/1");
    buf_add_byte(&json, '{');
    put_member(&json, spec, text);
    buf_add_byte(&json, '}');
    const struct json *parsed = json_parse(arena, arena_dup(arena, buf_str(&json)), err);
    buf_fini(&json);
    return parsed && (spec->owner == OF_FUNCTION ? function_read(arena, parsed, &function, err)
                                                 : mapping_read(arena, parsed, &mapping, err));
}

/* What the service says, without the part that names the field once more. */
static void put_words(struct buf *out, const struct spec *spec, const struct err *err)
{
    struct str text = str_from(err->text);
    size_t at = str_find(text, STR("constraint: "));
    if (spec->shape == SHAPE_NUMBER && strcmp(err->name, "SerializationException") == 0)
        buf_add(out, STR("a number is needed"));
    else if (spec->shape == SHAPE_VARIABLE && str_find(text, STR("Map keys")) != SIZE_MAX)
        buf_add(out, STR("a name is a letter, then letters, digits and _"));
    else
        buf_add(out, at == SIZE_MAX ? text : str_skip(text, at + sizeof "constraint: " - 1));
}

/* What is wrong with a variable beside what the service says of it. */
static const char *judge_variable(const struct trigger_form *f, int field)
{
    struct str text = text_of(f, field);
    size_t equals = str_find_byte(text, '=');
    if (equals >= text.len)
        return "NAME=VALUE is needed";
    for (int i = FIELD_VARIABLE; i < field; i++) {
        struct str other = text_of(f, i);
        size_t at = str_find_byte(other, '=');
        if (at < other.len &&
            str_equal(str_trim(str_take(other, at)), str_trim(str_take(text, equals))))
            return "this name is there already";
    }
    return NULL;
}

static void check_field(struct trigger_form *f, struct arena *arena, int field)
{
    struct err err = ERR_INIT;
    const struct spec *spec = spec_of(field);
    struct str text = text_of(f, field);
    struct buf *message = &f->fields[field].message;
    bool many = first_of(field) == FIELD_FILTER || first_of(field) == FIELD_VARIABLE;
    buf_clear(message);
    if (f->fields[field].kind != FORM_TEXT || !says_something(f, field) || (many && !text.len))
        return;
    const char *wrong = spec->shape == SHAPE_VARIABLE ? judge_variable(f, field) : NULL;
    if (wrong)
        buf_add(message, str_from(wrong));
    else if (!judge(arena, spec, text, &err))
        put_words(message, spec, &err);
}

void trigger_form_fields_check(void *data, struct form *form)
{
    struct trigger_form *f = data;
    struct arena arena = {0};
    (void)form;
    trigger_form_fields_show(f);
    for (int i = 0; i < FIELD_COUNT; i++)
        check_field(f, &arena, i);
    if (f->fresh && !text_of(f, FIELD_TABLE).len)
        buf_add(&f->fields[FIELD_TABLE].message, STR("which table?"));
    arena_fini(&arena);
}

/* ---- fields that come more than once ---- */

static void show_some(struct trigger_form *f, int first, int last)
{
    int shown = first;
    if (f->fields[first].hidden || f->fields[first].kind == FORM_HEADING)
        return;
    for (int i = first; i <= last; i++)
        if (text_of(f, i).len)
            shown = i + 1;
    if (f->dialog.form.cursor > shown && f->dialog.form.cursor <= last)
        shown = f->dialog.form.cursor;
    for (int i = first + 1; i <= last; i++)
        f->fields[i].hidden = i > shown;
}

void trigger_form_fields_show(struct trigger_form *f)
{
    show_some(f, FIELD_FILTER, FIELD_FILTER_LAST);
    show_some(f, FIELD_VARIABLE, FIELD_VARIABLE_LAST);
}

/* ---- filling it ---- */

static const char *const runtimes[] = {"by the script", "nodejs", "python", "provided", "exec"};
static const char *const other_runtimes[] = {"as it is", "nodejs", "python", "provided", "exec"};
static const char *const credentials[] = {
    "a key for these tables alone", "yes: it gets YOUR keys, with all that they may do"};
static const char *const starts[] = {"LATEST", "TRIM_HORIZON"};
static const char *const truths[] = {"no", "yes"};

static enum form_kind kind_of(int field)
{
    if (field == FIELD_RUNTIME || field == FIELD_START || field == FIELD_CREDENTIALS)
        return FORM_CHOICE;
    bool truth = spec_of(field)->shape == SHAPE_FLAG || spec_of(field)->shape == SHAPE_REPORT;
    return truth ? FORM_YES_NO : FORM_TEXT;
}

static void init_field(struct trigger_form *f, int i, bool ascii)
{
    struct form_field *field = &f->fields[i];
    bool first = first_of(i) == i;
    form_field_init(field, kind_of(i),
        first                         ? specs[i].label
        : first_of(i) == FIELD_FILTER ? "or"
                                      : "");
    field->note = first ? specs[i].note : first_of(i) == FIELD_FILTER ? "one more" : "NAME=VALUE";
    field->hidden = !first || (specs[i].fresh && !f->fresh);
    field->choices = i == FIELD_RUNTIME       ? f->fresh ? runtimes : other_runtimes
                     : i == FIELD_START       ? starts
                     : i == FIELD_CREDENTIALS ? credentials
                                              : truths;
    field->choice_count = i == FIELD_RUNTIME ? 5 : 2;
    field->edit.ascii = ascii;
    field->edit.keep_controls = first_of(i) == FIELD_VARIABLE;
}

void trigger_form_fields_init(struct trigger_form *f, bool ascii)
{
    for (int i = 0; i < FIELD_COUNT; i++)
        init_field(f, i, ascii);
}

static void set_text(struct trigger_form *f, int field, struct str text)
{
    line_edit_set(&f->fields[field].edit, text);
}

void trigger_form_fields_set_number(struct trigger_form *f, int field, int64_t number)
{
    struct buf text = {0};
    buf_printf(&text, "%" PRId64, number);
    set_text(f, field, buf_str(&text));
    buf_fini(&text);
}

void trigger_form_fields_set_mapping(struct trigger_form *f, const struct mapping *m)
{
    trigger_form_fields_set_number(f, FIELD_BATCH, m->batch_size);
    trigger_form_fields_set_number(f, FIELD_WINDOW, m->window_s);
    trigger_form_fields_set_number(f, FIELD_RETRIES, m->retries);
    trigger_form_fields_set_number(f, FIELD_AGE, m->age_s);
    trigger_form_fields_set_number(f, FIELD_FACTOR, m->factor);
    trigger_form_fields_set_number(f, FIELD_TUMBLING, m->tumbling_s);
    set_text(f, FIELD_DESTINATION, m->destination);
    f->fields[FIELD_ENABLED].choice = m->enabled;
    f->fields[FIELD_BISECT].choice = m->bisect;
    f->fields[FIELD_REPORT].choice = m->report;
    for (size_t i = 0; i < m->filter_count; i++)
        set_text(f, FIELD_FILTER + (int)i, m->filters[i].text);
}

/* More than fit: they stay, and can be changed elsewhere. */
static void set_variables(struct trigger_form *f, const struct json *environment)
{
    struct buf text = {0};
    int field = FIELD_VARIABLE;
    f->had_variables = environment && environment->count > 0;
    if (environment && environment->count > FORM_VARIABLES) {
        f->fields[FIELD_VARIABLE].kind = FORM_HEADING;
        f->fields[FIELD_VARIABLE].label = "environment: so many are changed by 'trigger edit'";
        return;
    }
    for (const struct json *v = f->had_variables ? environment->first : NULL; v; v = v->next) {
        buf_clear(&text);
        buf_printf(&text, "%.*s=", STR_ARG(v->name));
        buf_add(&text, v->text);
        set_text(f, field++, buf_str(&text));
    }
    buf_fini(&text);
}

void trigger_form_fields_set_function(struct trigger_form *f, const struct function *function)
{
    buf_add(&f->handler, function->handler);
    buf_printf(&f->code, "stays: %.*s", STR_ARG(function->folder));
    f->fields[FIELD_SCRIPT].note = buf_cstr(&f->code);
    set_text(f, FIELD_HANDLER, function->handler);
    trigger_form_fields_set_number(f, FIELD_TIMEOUT, function->timeout_s);
    trigger_form_fields_set_number(f, FIELD_MEMORY, function->memory_mb);
    f->fields[FIELD_CREDENTIALS].choice = function->pass_credentials;
    set_variables(f, function->environment);
}

void trigger_form_fields_hide(struct trigger_form *f, enum trigger_form_owner owner)
{
    for (int i = 0; i < FIELD_COUNT; i++)
        if (spec_of(i)->owner == owner)
            f->fields[i].hidden = true;
}
