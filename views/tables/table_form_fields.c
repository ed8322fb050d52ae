/* SPDX-License-Identifier: MIT */
/*
 * What the fields of a table are: how they become its description, what is wrong with them while
 * one types, and which of them count. Must not know what is sent (table_requests.c).
 *
 * An attribute that is a key twice has one type: it is asked for where the name stands first.
 */
#include "views/tables/table_form_impl.h"

#include <inttypes.h>

static const char *const types[] = {"S  string", "N  number", "B  binary"};
static const enum value_type type_values[] = {VALUE_S, VALUE_N, VALUE_B};
static const char *const billings[] = {"on demand", "provisioned"};
static const char *const views_of_streams[] = {
    "off", "NEW_AND_OLD_IMAGES", "NEW_IMAGE", "OLD_IMAGE", "KEYS_ONLY"};
static const char *const projections[] = {
    "ALL  every attribute", "KEYS_ONLY  keys alone", "INCLUDE  keys and those named"};

enum { TABLE_STREAM_VIEWS = sizeof views_of_streams / sizeof *views_of_streams };

static const struct {
    const char *label, *note;
} table_rows[TABLE_FIELD_INDEX] = {
    [TABLE_FIELD_NAME] = {"name", NULL},
    [TABLE_FIELD_HASH] = {"partition key", NULL},
    [TABLE_FIELD_HASH_TYPE] = {"  its type", NULL},
    [TABLE_FIELD_RANGE] = {"sort key", "none"},
    [TABLE_FIELD_RANGE_TYPE] = {"  its type", NULL},
    [TABLE_FIELD_BILLING] = {"billing", NULL},
    [TABLE_FIELD_READ] = {"  read units", NULL},
    [TABLE_FIELD_WRITE] = {"  write units", NULL},
    [TABLE_FIELD_STREAM] = {"stream", NULL},
    [TABLE_FIELD_TTL] = {"time to live", "off; or the attribute with the epoch second"},
    [TABLE_FIELD_PROTECTION] = {"deletion protection", NULL},
};
static const struct {
    const char *label, *note;
} index_rows[INDEX_FIELD_COUNT] = {
    [INDEX_FIELD_HASH] = {"  partition key", NULL},
    [INDEX_FIELD_HASH_TYPE] = {"    its type", NULL},
    [INDEX_FIELD_RANGE] = {"  sort key", "none"},
    [INDEX_FIELD_RANGE_TYPE] = {"    its type", NULL},
    [INDEX_FIELD_PROJECTION] = {"  projection", NULL},
    [INDEX_FIELD_INCLUDE] = {"  attributes", "beside the keys, with commas between"},
    [INDEX_FIELD_READ] = {"  read units", NULL},
    [INDEX_FIELD_WRITE] = {"  write units", NULL},
};

static int index_at(int index, enum table_index_field field)
{
    return TABLE_FIELD_INDEX + index * INDEX_FIELD_COUNT + (int)field;
}

static bool is_local(int index)
{
    return index >= SPEC_GLOBALS_MAX;
}

static struct str text_of(const struct table_form_fields *f, int field)
{
    return str_trim(line_edit_text(&f->at[field].edit));
}

/* ---- fields that hold keys ---- */

/* The name's field for each type's, in the order in which they stand. */
static int next_key(int field)
{
    static const int own[] = {TABLE_FIELD_HASH, TABLE_FIELD_RANGE};
    if (field < 0)
        return own[0];
    if (field == own[0])
        return own[1];
    if (field == own[1])
        return index_at(0, INDEX_FIELD_HASH);
    int index = (field - TABLE_FIELD_INDEX) / INDEX_FIELD_COUNT;
    int part = (field - TABLE_FIELD_INDEX) % INDEX_FIELD_COUNT;
    if (part == INDEX_FIELD_HASH)
        return index_at(index, INDEX_FIELD_RANGE);
    return index + 1 < TABLE_INDEXES ? index_at(index + 1, INDEX_FIELD_HASH) : -1;
}

static bool index_named(const struct table_form_fields *f, int index)
{
    return text_of(f, index_at(index, INDEX_FIELD_NAME)).len > 0;
}

/* Whether a key's field counts: those of unnamed indexes do not. */
static bool key_counts(const struct table_form_fields *f, int field)
{
    if (!text_of(f, field).len)
        return false;
    if (field < TABLE_FIELD_INDEX)
        return f->mode == TABLE_FORM_CREATE;
    int index = (field - TABLE_FIELD_INDEX) / INDEX_FIELD_COUNT;
    bool hash = (field - TABLE_FIELD_INDEX) % INDEX_FIELD_COUNT == INDEX_FIELD_HASH;
    return index_named(f, index) && !(hash && is_local(index));
}

/* The field that says this attribute's type: the first one with its name. */
static int first_with(const struct table_form_fields *f, struct str name, int up_to)
{
    for (int at = next_key(-1); at >= 0 && at < up_to; at = next_key(at))
        if (key_counts(f, at) && str_equal(text_of(f, at), name))
            return at;
    return up_to;
}

static enum value_type known_type(const struct table_form_fields *f, struct str name)
{
    return f->base && f->mode == TABLE_FORM_INDEX ? table_spec_type(f->base, name) : VALUE_NONE;
}

static struct client_key take_key(const struct table_form_fields *f, int field)
{
    struct str name = text_of(f, field);
    enum value_type known = known_type(f, name);
    int first = first_with(f, name, field);
    return (struct client_key){name, known ? known : type_values[f->at[first + 1].choice]};
}

/* ---- fields to a description ---- */

static int64_t take_number(const struct table_form_fields *f, int field)
{
    int64_t number = 0;
    return str_to_i64(text_of(f, field), &number) ? number : 0;
}

static void take_index(const struct table_form_fields *f, int index, struct spec_index *out)
{
    *out = (struct spec_index){.name = text_of(f, index_at(index, INDEX_FIELD_NAME)),
        .range = take_key(f, index_at(index, INDEX_FIELD_RANGE)),
        .projection = (enum spec_projection)f->at[index_at(index, INDEX_FIELD_PROJECTION)].choice,
        .include = text_of(f, index_at(index, INDEX_FIELD_INCLUDE)),
        .units = {take_number(f, index_at(index, INDEX_FIELD_READ)),
            take_number(f, index_at(index, INDEX_FIELD_WRITE))}};
    out->hash = take_key(f, is_local(index) ? TABLE_FIELD_HASH : index_at(index, INDEX_FIELD_HASH));
}

/* Those of a table that is there keep their keys. */
static void take_indexes(const struct table_form_fields *f, struct table_spec *out)
{
    if (f->mode == TABLE_FORM_CHANGE) {
        for (uint32_t i = 0; i < out->global_count; i++)
            out->globals[i].units =
                (struct spec_units){take_number(f, index_at((int)i, INDEX_FIELD_READ)),
                    take_number(f, index_at((int)i, INDEX_FIELD_WRITE))};
        return;
    }
    out->global_count = out->local_count = 0;
    for (int i = 0; i < TABLE_INDEXES; i++)
        if (index_named(f, i))
            take_index(f, i,
                is_local(i) ? &out->locals[out->local_count++]
                            : &out->globals[out->global_count++]);
}

/* tag = NAME "=" VALUE */
static struct spec_tag take_tag(struct str text)
{
    size_t equals = str_find_byte(text, '=');
    if (equals >= text.len)
        return (struct spec_tag){0};
    return (struct spec_tag){
        str_trim(str_take(text, equals)), str_trim(str_skip(text, equals + 1))};
}

static void take_tags(const struct table_form_fields *f, struct table_spec *out)
{
    out->tag_count = 0;
    for (int i = 0; i < SPEC_TAGS_MAX; i++)
        if (text_of(f, TABLE_FIELD_TAG + i).len)
            out->tags[out->tag_count++] = take_tag(text_of(f, TABLE_FIELD_TAG + i));
}

void table_form_fields_take(const struct table_form_fields *f, struct table_spec *out)
{
    int view = f->at[TABLE_FIELD_STREAM].choice;
    *out = f->base ? *f->base : (struct table_spec){0};
    if (f->mode == TABLE_FORM_CREATE) {
        out->name = text_of(f, TABLE_FIELD_NAME);
        out->hash = take_key(f, TABLE_FIELD_HASH);
        out->range = take_key(f, TABLE_FIELD_RANGE);
    }
    take_indexes(f, out);
    if (f->mode == TABLE_FORM_INDEX)
        return;
    out->provisioned = f->at[TABLE_FIELD_BILLING].choice == 1;
    if (out->provisioned)
        out->units = (struct spec_units){
            take_number(f, TABLE_FIELD_READ), take_number(f, TABLE_FIELD_WRITE)};
    out->stream_view = view ? str_from(views_of_streams[view]) : STR_NONE;
    out->ttl = text_of(f, TABLE_FIELD_TTL);
    out->protection = f->at[TABLE_FIELD_PROTECTION].choice == 1;
    if (!f->at[TABLE_FIELD_TAG].hidden && f->at[TABLE_FIELD_TAG].kind == FORM_TEXT)
        take_tags(f, out);
}

/* ---- which fields there are ---- */

static void show(struct table_form_fields *f, int field, bool shown)
{
    f->at[field].hidden = !shown;
}

static void show_key(struct table_form_fields *f, int field, bool shown)
{
    struct str name = text_of(f, field);
    show(f, field, shown);
    show(f, field + 1,
        shown && name.len && !known_type(f, name) && first_with(f, name, field) == field);
}

static bool provisioned(const struct table_form_fields *f)
{
    if (f->mode == TABLE_FORM_INDEX)
        return f->base->provisioned;
    return f->at[TABLE_FIELD_BILLING].choice == 1;
}

static void show_index(struct table_form_fields *f, int index, bool offered)
{
    bool all = f->mode == TABLE_FORM_INDEX ? index == 0 : offered && index_named(f, index);
    bool keys = all && !is_local(index);
    bool change = f->mode == TABLE_FORM_CHANGE && (uint32_t)index < f->base->global_count;
    int projection = f->at[index_at(index, INDEX_FIELD_PROJECTION)].choice;
    bool units = (keys || change) && provisioned(f);
    show(f, index_at(index, INDEX_FIELD_NAME), offered || all);
    show_key(f, index_at(index, INDEX_FIELD_HASH), keys);
    show_key(f, index_at(index, INDEX_FIELD_RANGE), all);
    show(f, index_at(index, INDEX_FIELD_PROJECTION), all);
    show(f, index_at(index, INDEX_FIELD_INCLUDE), all && projection == SPEC_INCLUDE);
    show(f, index_at(index, INDEX_FIELD_READ), units);
    show(f, index_at(index, INDEX_FIELD_WRITE), units);
}

/* Where the cursor is stays, also when its text has gone. */
static int last_named(const struct table_form_fields *f, int from, int to)
{
    int last = from - 1;
    int at = (f->form->cursor - TABLE_FIELD_INDEX) / INDEX_FIELD_COUNT;
    bool inside = f->form->cursor >= TABLE_FIELD_INDEX && f->form->cursor < TABLE_FIELD_TAG;
    for (int i = from; i < to; i++)
        if (index_named(f, i) || (inside && at == i))
            last = i;
    return last;
}

static void show_indexes(struct table_form_fields *f, int from, int to)
{
    int last = last_named(f, from, to);
    bool named = last < from || index_named(f, last);
    for (int i = from; i < to; i++)
        show_index(f, i, f->mode == TABLE_FORM_CREATE && i <= last + (named ? 1 : 0));
}

static void show_tags(struct table_form_fields *f)
{
    int shown = 0;
    bool any = f->mode != TABLE_FORM_INDEX;
    for (int i = 0; i < SPEC_TAGS_MAX; i++)
        if (text_of(f, TABLE_FIELD_TAG + i).len)
            shown = i + 1;
    if (f->form->cursor >= TABLE_FIELD_TAG && f->form->cursor - TABLE_FIELD_TAG > shown)
        shown = f->form->cursor - TABLE_FIELD_TAG;
    bool heading = f->at[TABLE_FIELD_TAG].kind == FORM_HEADING;
    for (int i = 0; i < SPEC_TAGS_MAX; i++)
        show(f, TABLE_FIELD_TAG + i, any && i <= (heading ? 0 : shown));
}

void table_form_fields_show(struct table_form_fields *f)
{
    bool create = f->mode == TABLE_FORM_CREATE, own = f->mode != TABLE_FORM_INDEX;
    show(f, TABLE_FIELD_NAME, create);
    show_key(f, TABLE_FIELD_HASH, create);
    show_key(f, TABLE_FIELD_RANGE, create);
    show(f, TABLE_FIELD_BILLING, own);
    show(f, TABLE_FIELD_READ, own && provisioned(f));
    show(f, TABLE_FIELD_WRITE, own && provisioned(f));
    show(f, TABLE_FIELD_STREAM, own);
    show(f, TABLE_FIELD_TTL, own);
    show(f, TABLE_FIELD_PROTECTION, own);
    show_indexes(f, 0, SPEC_GLOBALS_MAX);
    show_indexes(f, SPEC_GLOBALS_MAX, TABLE_INDEXES);
    show_tags(f);
}

/* ---- judging ---- */

static void say(struct table_form_fields *f, int field, const char *wrong)
{
    if (wrong && !f->at[field].message.len)
        buf_add(&f->at[field].message, str_from(wrong));
}

/* What is missing is said when the cursor has gone past it, not while it is on its way there. */
static bool missing(const struct table_form_fields *f, int field)
{
    return !text_of(f, field).len && (f->tried || f->form->cursor > field);
}

static void check_name(struct table_form_fields *f)
{
    struct str name = text_of(f, TABLE_FIELD_NAME);
    if (missing(f, TABLE_FIELD_NAME))
        say(f, TABLE_FIELD_NAME, "what is it to be called?");
    else if (name.len)
        say(f, TABLE_FIELD_NAME, table_spec_judge_name(name));
    if (f->listing && listing_find(f->listing, name))
        say(f, TABLE_FIELD_NAME, "there is a table of this name");
}

static void check_units(struct table_form_fields *f, int field)
{
    if (!f->at[field].hidden && take_number(f, field) < 1)
        say(f, field, "a number from 1 on");
}

static bool taken(const struct table_form_fields *f, int index)
{
    struct str name = text_of(f, index_at(index, INDEX_FIELD_NAME));
    for (int i = 0; i < index; i++)
        if (str_equal(name, text_of(f, index_at(i, INDEX_FIELD_NAME))))
            return true;
    for (uint32_t i = 0; f->base && i < f->base->global_count + f->base->local_count; i++) {
        const struct spec_index *one = i < f->base->global_count
                                           ? &f->base->globals[i]
                                           : &f->base->locals[i - f->base->global_count];
        if (str_equal(name, one->name))
            return true;
    }
    return false;
}

static void check_keys(struct table_form_fields *f, int hash, int range)
{
    if (missing(f, hash))
        say(f, hash, "which attribute?");
    say(f, hash, table_spec_judge_attribute(text_of(f, hash)));
    say(f, range, table_spec_judge_attribute(text_of(f, range)));
    if (text_of(f, range).len && str_equal(text_of(f, hash), text_of(f, range)))
        say(f, range, "it is the partition key already");
}

static void check_local(struct table_form_fields *f, int index)
{
    int range = index_at(index, INDEX_FIELD_RANGE);
    if (!text_of(f, TABLE_FIELD_RANGE).len)
        say(f, index_at(index, INDEX_FIELD_NAME),
            "a local index needs a table with a sort key: it has another one");
    if (missing(f, range))
        say(f, range, "by which attribute?");
    check_keys(f, TABLE_FIELD_HASH, range);
}

static void check_index(struct table_form_fields *f, int index)
{
    int name = index_at(index, INDEX_FIELD_NAME), include = index_at(index, INDEX_FIELD_INCLUDE);
    struct spec_index as;
    if (f->mode == TABLE_FORM_INDEX && missing(f, name))
        say(f, name, "what is it to be called?");
    if (f->mode != TABLE_FORM_CHANGE && index_named(f, index)) {
        say(f, name, table_spec_judge_name(text_of(f, name)));
        say(f, name, taken(f, index) ? "there is an index of this name" : NULL);
        if (is_local(index))
            check_local(f, index);
        else
            check_keys(f, index_at(index, INDEX_FIELD_HASH), index_at(index, INDEX_FIELD_RANGE));
        take_index(f, index, &as);
        if (as.include.len || missing(f, include))
            say(f, include, table_spec_judge_include(&as));
    }
    check_units(f, index_at(index, INDEX_FIELD_READ));
    check_units(f, index_at(index, INDEX_FIELD_WRITE));
}

static void check_tags(struct table_form_fields *f)
{
    if (f->at[TABLE_FIELD_TAG].kind != FORM_TEXT)
        return;
    for (int i = 0; i < SPEC_TAGS_MAX; i++) {
        struct spec_tag tag = take_tag(text_of(f, TABLE_FIELD_TAG + i));
        if (text_of(f, TABLE_FIELD_TAG + i).len)
            say(f, TABLE_FIELD_TAG + i, table_spec_judge_tag(tag.key, tag.value));
        for (int k = 0; tag.key.len && k < i; k++)
            if (str_equal(take_tag(text_of(f, TABLE_FIELD_TAG + k)).key, tag.key))
                say(f, TABLE_FIELD_TAG + i, "this name is there already");
    }
}

void table_form_fields_check(void *data, struct form *form)
{
    struct table_form_fields *f = data;
    (void)form;
    for (int i = 0; i < TABLE_FIELD_COUNT; i++)
        buf_clear(&f->at[i].message);
    table_form_fields_show(f);
    if (f->mode == TABLE_FORM_CREATE) {
        check_name(f);
        check_keys(f, TABLE_FIELD_HASH, TABLE_FIELD_RANGE);
    }
    check_units(f, TABLE_FIELD_READ);
    check_units(f, TABLE_FIELD_WRITE);
    say(f, TABLE_FIELD_TTL, table_spec_judge_attribute(text_of(f, TABLE_FIELD_TTL)));
    for (int i = 0; i < TABLE_INDEXES; i++)
        check_index(f, i);
    check_tags(f);
}

/* ---- making and filling them ---- */

static void init(
    struct form_field *field, enum form_kind kind, const char *label, const char *note, bool ascii)
{
    form_field_init(field, kind, label);
    field->note = note;
    field->edit.ascii = ascii;
}

static void choices(struct form_field *field, const char *const *words, int count)
{
    field->choices = words;
    field->choice_count = count;
}

static void init_index(struct table_form_fields *f, int index, bool ascii)
{
    bool first = index == 0 || index == SPEC_GLOBALS_MAX;
    const char *what = f->mode == TABLE_FORM_INDEX ? "name"
                       : is_local(index)           ? "local index"
                                                   : "global index";
    for (int i = 0; i < INDEX_FIELD_COUNT; i++) {
        bool choice = i == INDEX_FIELD_HASH_TYPE || i == INDEX_FIELD_RANGE_TYPE ||
                      i == INDEX_FIELD_PROJECTION;
        init(&f->at[index_at(index, (enum table_index_field)i)], choice ? FORM_CHOICE : FORM_TEXT,
            index_rows[i].label, index_rows[i].note, ascii);
    }
    struct form_field *name = &f->at[index_at(index, INDEX_FIELD_NAME)];
    name->label = what;
    name->note = f->mode == TABLE_FORM_INDEX ? NULL
                 : !first                    ? "one more"
                 : is_local(index)           ? "none; they cannot be added later"
                                             : "none; they can be added later, too";
    choices(&f->at[index_at(index, INDEX_FIELD_HASH_TYPE)], types, 3);
    choices(&f->at[index_at(index, INDEX_FIELD_RANGE_TYPE)], types, 3);
    choices(&f->at[index_at(index, INDEX_FIELD_PROJECTION)], projections, 3);
}

static void init_numbers(struct table_form_fields *f)
{
    line_edit_set(&f->at[TABLE_FIELD_READ].edit, STR("5"));
    line_edit_set(&f->at[TABLE_FIELD_WRITE].edit, STR("5"));
    for (int i = 0; i < SPEC_GLOBALS_MAX; i++) {
        line_edit_set(&f->at[index_at(i, INDEX_FIELD_READ)].edit, STR("5"));
        line_edit_set(&f->at[index_at(i, INDEX_FIELD_WRITE)].edit, STR("5"));
    }
}

/* Units of indexes that are there stand alone: they say whose they are. */
static void label_units(struct table_form_fields *f, struct arena *arena)
{
    for (uint32_t i = 0; f->mode == TABLE_FORM_CHANGE && i < f->base->global_count; i++) {
        struct str name = f->base->globals[i].name;
        f->at[index_at((int)i, INDEX_FIELD_READ)].label =
            arena_printf(arena, "%.*s read units", STR_ARG(name)).at;
        f->at[index_at((int)i, INDEX_FIELD_WRITE)].label =
            arena_printf(arena, "%.*s write units", STR_ARG(name)).at;
    }
}

void table_form_fields_init(struct table_form_fields *f, struct arena *arena, bool ascii)
{
    for (int i = 0; i < TABLE_FIELD_INDEX; i++) {
        bool choice = i == TABLE_FIELD_HASH_TYPE || i == TABLE_FIELD_RANGE_TYPE ||
                      i == TABLE_FIELD_BILLING || i == TABLE_FIELD_STREAM;
        init(&f->at[i],
            i == TABLE_FIELD_PROTECTION ? FORM_YES_NO
            : choice                    ? FORM_CHOICE
                                        : FORM_TEXT,
            table_rows[i].label, table_rows[i].note, ascii);
    }
    choices(&f->at[TABLE_FIELD_HASH_TYPE], types, 3);
    choices(&f->at[TABLE_FIELD_RANGE_TYPE], types, 3);
    choices(&f->at[TABLE_FIELD_BILLING], billings, 2);
    choices(&f->at[TABLE_FIELD_STREAM], views_of_streams, TABLE_STREAM_VIEWS);
    for (int i = 0; i < TABLE_INDEXES; i++)
        init_index(f, i, ascii);
    for (int i = 0; i < SPEC_TAGS_MAX; i++)
        init(&f->at[TABLE_FIELD_TAG + i], FORM_TEXT, i ? "" : "tags", i ? "one more" : "NAME=VALUE",
            ascii);
    init_numbers(f);
    label_units(f, arena);
}

void table_form_fields_fini(struct table_form_fields *f)
{
    for (int i = 0; i < TABLE_FIELD_COUNT; i++)
        form_field_fini(&f->at[i]);
}

static void set_units(struct table_form_fields *f, int field, struct spec_units units)
{
    struct buf text = {0};
    if (units.read < 1)
        return;
    buf_printf(&text, "%" PRId64, units.read);
    line_edit_set(&f->at[field].edit, buf_str(&text));
    buf_clear(&text);
    buf_printf(&text, "%" PRId64, units.write);
    line_edit_set(&f->at[field + 1].edit, buf_str(&text));
    buf_fini(&text);
}

static void set_tags(struct table_form_fields *f, const struct table_spec *spec)
{
    struct buf text = {0};
    for (uint32_t i = 0; i < spec->tag_count; i++) {
        buf_clear(&text);
        buf_printf(&text, "%.*s=%.*s", STR_ARG(spec->tags[i].key), STR_ARG(spec->tags[i].value));
        line_edit_set(&f->at[TABLE_FIELD_TAG + i].edit, buf_str(&text));
    }
    buf_fini(&text);
}

void table_form_fields_set(struct table_form_fields *f, const struct table_spec *spec)
{
    f->at[TABLE_FIELD_BILLING].choice = spec->provisioned;
    f->at[TABLE_FIELD_PROTECTION].choice = spec->protection;
    set_units(f, TABLE_FIELD_READ, spec->units);
    for (uint32_t i = 0; i < spec->global_count; i++)
        set_units(f, index_at((int)i, INDEX_FIELD_READ), spec->globals[i].units);
    for (int i = 1; i < TABLE_STREAM_VIEWS; i++)
        if (str_equal(str_from(views_of_streams[i]), spec->stream_view))
            f->at[TABLE_FIELD_STREAM].choice = i;
    line_edit_set(&f->at[TABLE_FIELD_TTL].edit, spec->ttl);
    set_tags(f, spec);
}
