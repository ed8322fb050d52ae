/* SPDX-License-Identifier: MIT */
/* The fields of a table: what they say, what is wrong with them, which of them are shown. */
#include "tests/test.h"
#include "views/tables/table_form_impl.h"

struct fields_test {
    struct table_form_fields fields;
    struct form form;
    struct arena arena;
    struct table_spec spec;
};

static int index_at(int index, enum table_index_field field)
{
    return TABLE_FIELD_INDEX + index * INDEX_FIELD_COUNT + (int)field;
}

static void begin(struct fields_test *t, enum table_form_mode mode, const struct table_spec *base)
{
    memset(t, 0, sizeof *t);
    t->fields.mode = mode;
    t->fields.base = base;
    t->fields.form = &t->form;
    table_form_fields_init(&t->fields, &t->arena, false);
    form_init(&t->form, t->fields.at, TABLE_FIELD_COUNT);
    t->form.check = table_form_fields_check;
    t->form.data = &t->fields;
    if (mode == TABLE_FORM_CHANGE)
        table_form_fields_set(&t->fields, base);
}

static void end(struct fields_test *t)
{
    table_form_fields_fini(&t->fields);
    arena_fini(&t->arena);
}

static void type(struct fields_test *t, int field, const char *text)
{
    line_edit_set(&t->fields.at[field].edit, str_from(text));
}

static const char *message(struct fields_test *t, int field)
{
    form_valid(&t->form);
    return t->fields.at[field].hidden ? "hidden" : buf_cstr(&t->fields.at[field].message);
}

static void the_fields_say_what_is_to_be_made(void **state)
{
    (void)state;
    struct fields_test t;
    begin(&t, TABLE_FORM_CREATE, NULL);
    type(&t, TABLE_FIELD_NAME, " Orders ");
    type(&t, TABLE_FIELD_HASH, "customerId");
    type(&t, TABLE_FIELD_RANGE, "at");
    t.fields.at[TABLE_FIELD_RANGE_TYPE].choice = 1;
    type(&t, index_at(0, INDEX_FIELD_NAME), "ByDay");
    type(&t, index_at(0, INDEX_FIELD_HASH), "day");
    type(&t, index_at(0, INDEX_FIELD_RANGE), "at");
    t.fields.at[index_at(0, INDEX_FIELD_PROJECTION)].choice = SPEC_KEYS_ONLY;
    type(&t, index_at(SPEC_GLOBALS_MAX, INDEX_FIELD_NAME), "ByAmount");
    type(&t, index_at(SPEC_GLOBALS_MAX, INDEX_FIELD_RANGE), "amount");
    t.fields.at[index_at(SPEC_GLOBALS_MAX, INDEX_FIELD_RANGE_TYPE)].choice = 1;
    t.fields.at[TABLE_FIELD_STREAM].choice = 1;
    type(&t, TABLE_FIELD_TAG, "team = x");
    t.fields.tried = true;
    assert_true(form_valid(&t.form));
    table_form_fields_take(&t.fields, &t.spec);
    assert_true(str_equal(t.spec.name, STR("Orders")));
    assert_int_equal(t.spec.range.type, VALUE_N);
    assert_int_equal(t.spec.global_count, 1);
    assert_int_equal(t.spec.globals[0].range.type, VALUE_N); /* as it is the table's */
    assert_int_equal(t.spec.globals[0].projection, SPEC_KEYS_ONLY);
    assert_int_equal(t.spec.local_count, 1);
    assert_true(str_equal(t.spec.locals[0].hash.name, STR("customerId")));
    assert_int_equal(t.spec.locals[0].range.type, VALUE_N);
    assert_true(str_equal(t.spec.stream_view, STR("NEW_AND_OLD_IMAGES")));
    assert_true(str_equal(t.spec.tags[0].key, STR("team")));
    assert_true(str_equal(t.spec.tags[0].value, STR("x")));
    assert_false(t.spec.provisioned);
    end(&t);
}

static void an_attribute_has_one_type_asked_for_where_it_stands_first(void **state)
{
    (void)state;
    struct fields_test t;
    begin(&t, TABLE_FORM_CREATE, NULL);
    type(&t, TABLE_FIELD_HASH, "a");
    type(&t, index_at(0, INDEX_FIELD_NAME), "ByB");
    type(&t, index_at(0, INDEX_FIELD_HASH), "b");
    type(&t, index_at(0, INDEX_FIELD_RANGE), "a");
    table_form_fields_show(&t.fields);
    assert_false(t.fields.at[TABLE_FIELD_HASH_TYPE].hidden);
    assert_false(t.fields.at[index_at(0, INDEX_FIELD_HASH_TYPE)].hidden);
    assert_true(t.fields.at[index_at(0, INDEX_FIELD_RANGE_TYPE)].hidden);
    type(&t, TABLE_FIELD_HASH, "c");
    table_form_fields_show(&t.fields);
    assert_false(t.fields.at[index_at(0, INDEX_FIELD_RANGE_TYPE)].hidden);
    end(&t);
}

static void what_is_missing_is_said_behind_it_and_not_before(void **state)
{
    (void)state;
    struct fields_test t;
    begin(&t, TABLE_FORM_CREATE, NULL);
    assert_string_equal(message(&t, TABLE_FIELD_NAME), "");
    assert_string_equal(message(&t, TABLE_FIELD_HASH), "");
    t.form.cursor = TABLE_FIELD_HASH;
    assert_string_equal(message(&t, TABLE_FIELD_NAME), "what is it to be called?");
    assert_string_equal(message(&t, TABLE_FIELD_HASH), "");
    t.fields.tried = true;
    assert_string_equal(message(&t, TABLE_FIELD_HASH), "which attribute?");
    end(&t);
}

static void what_is_wrong_stands_beside_its_field(void **state)
{
    (void)state;
    struct fields_test t;
    begin(&t, TABLE_FORM_CREATE, NULL);
    type(&t, TABLE_FIELD_NAME, "Or ders");
    assert_string_equal(message(&t, TABLE_FIELD_NAME), "letters, digits, _ . and - only");
    type(&t, TABLE_FIELD_HASH, "id");
    type(&t, TABLE_FIELD_RANGE, "id");
    assert_string_equal(message(&t, TABLE_FIELD_RANGE), "it is the partition key already");
    type(&t, TABLE_FIELD_RANGE, "");
    type(&t, index_at(0, INDEX_FIELD_NAME), "Twin");
    type(&t, index_at(0, INDEX_FIELD_HASH), "a");
    type(&t, index_at(1, INDEX_FIELD_NAME), "Twin");
    type(&t, index_at(1, INDEX_FIELD_HASH), "a");
    assert_string_equal(
        message(&t, index_at(1, INDEX_FIELD_NAME)), "there is an index of this name");
    int local = index_at(SPEC_GLOBALS_MAX, INDEX_FIELD_NAME);
    type(&t, local, "Local");
    assert_true(strstr(message(&t, local), "a table with a sort key") != NULL);
    assert_string_equal(message(&t, TABLE_FIELD_READ), "hidden");
    t.fields.at[TABLE_FIELD_BILLING].choice = 1;
    type(&t, TABLE_FIELD_READ, "0");
    assert_string_equal(message(&t, TABLE_FIELD_READ), "a number from 1 on");
    type(&t, index_at(0, INDEX_FIELD_WRITE), "99999999999999999999");
    assert_string_equal(message(&t, index_at(0, INDEX_FIELD_WRITE)), "a number from 1 on");
    type(&t, TABLE_FIELD_TAG, "nothing");
    assert_string_equal(message(&t, TABLE_FIELD_TAG), "NAME=VALUE is needed");
    type(&t, TABLE_FIELD_TAG, "a=1");
    type(&t, TABLE_FIELD_TAG + 1, "a=2");
    assert_string_equal(message(&t, TABLE_FIELD_TAG + 1), "this name is there already");
    end(&t);
}

static void an_emptied_index_goes_and_one_more_is_offered(void **state)
{
    (void)state;
    struct fields_test t;
    begin(&t, TABLE_FORM_CREATE, NULL);
    table_form_fields_show(&t.fields);
    assert_false(t.fields.at[index_at(0, INDEX_FIELD_NAME)].hidden);
    assert_true(t.fields.at[index_at(0, INDEX_FIELD_HASH)].hidden);
    assert_true(t.fields.at[index_at(1, INDEX_FIELD_NAME)].hidden);
    type(&t, index_at(0, INDEX_FIELD_NAME), "One");
    table_form_fields_show(&t.fields);
    assert_false(t.fields.at[index_at(0, INDEX_FIELD_HASH)].hidden);
    assert_false(t.fields.at[index_at(1, INDEX_FIELD_NAME)].hidden);
    for (int i = 0; i < SPEC_GLOBALS_MAX; i++)
        type(&t, index_at(i, INDEX_FIELD_NAME), "Full");
    table_form_fields_show(&t.fields);
    assert_false(t.fields.at[index_at(SPEC_GLOBALS_MAX - 1, INDEX_FIELD_HASH)].hidden);
    assert_false(t.fields.at[index_at(SPEC_GLOBALS_MAX, INDEX_FIELD_NAME)].hidden);
    assert_true(t.fields.at[index_at(SPEC_GLOBALS_MAX, INDEX_FIELD_RANGE)].hidden);
    end(&t);
}

static void a_table_as_it_is_differs_in_nothing(void **state)
{
    (void)state;
    struct fields_test t;
    struct arena arena = {0};
    struct table_requests requests;
    struct table_spec base = {.name = STR("Orders"),
        .hash = {STR("id"), VALUE_S},
        .provisioned = true,
        .units = {7, 8},
        .stream_view = STR("OLD_IMAGE"),
        .ttl = STR("until"),
        .protection = true,
        .global_count = 1,
        .tag_count = 1};
    base.globals[0] =
        (struct spec_index){.name = STR("ByA"), .hash = {STR("a"), VALUE_N}, .units = {1, 2}};
    base.tags[0] = (struct spec_tag){STR("team"), STR("x")};
    begin(&t, TABLE_FORM_CHANGE, &base);
    assert_true(form_valid(&t.form));
    assert_string_equal(t.fields.at[index_at(0, INDEX_FIELD_READ)].label, "ByA read units");
    table_form_fields_take(&t.fields, &t.spec);
    table_requests_change(&arena, &base, &t.spec, STR("arn"), &requests);
    assert_int_equal(requests.count, 0);
    type(&t, index_at(0, INDEX_FIELD_READ), "9");
    type(&t, TABLE_FIELD_TTL, "");
    type(&t, TABLE_FIELD_TAG, "");
    table_form_fields_take(&t.fields, &t.spec);
    table_requests_change(&arena, &base, &t.spec, STR("arn"), &requests);
    assert_int_equal(requests.count, 3);
    arena_fini(&arena);
    end(&t);
}

static void a_further_index_knows_the_types_that_are_there(void **state)
{
    (void)state;
    struct fields_test t;
    struct table_spec base = {.name = STR("Orders"), .hash = {STR("n"), VALUE_N}};
    begin(&t, TABLE_FORM_INDEX, &base);
    type(&t, index_at(0, INDEX_FIELD_NAME), "ByB");
    type(&t, index_at(0, INDEX_FIELD_HASH), "b");
    t.fields.at[index_at(0, INDEX_FIELD_HASH_TYPE)].choice = 2;
    type(&t, index_at(0, INDEX_FIELD_RANGE), "n");
    t.fields.tried = true;
    assert_true(form_valid(&t.form));
    assert_true(t.fields.at[TABLE_FIELD_NAME].hidden);
    assert_true(t.fields.at[index_at(0, INDEX_FIELD_RANGE_TYPE)].hidden);
    assert_true(t.fields.at[index_at(0, INDEX_FIELD_READ)].hidden);
    table_form_fields_take(&t.fields, &t.spec);
    assert_int_equal(t.spec.globals[0].hash.type, VALUE_B);
    assert_int_equal(t.spec.globals[0].range.type, VALUE_N);
    end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fields_say_what_is_to_be_made),
        cmocka_unit_test(an_attribute_has_one_type_asked_for_where_it_stands_first),
        cmocka_unit_test(what_is_missing_is_said_behind_it_and_not_before),
        cmocka_unit_test(what_is_wrong_stands_beside_its_field),
        cmocka_unit_test(an_emptied_index_goes_and_one_more_is_offered),
        cmocka_unit_test(a_table_as_it_is_differs_in_nothing),
        cmocka_unit_test(a_further_index_knows_the_types_that_are_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
