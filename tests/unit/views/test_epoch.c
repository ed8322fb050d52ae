/* SPDX-License-Identifier: MIT */
/* Which numbers are moments, and how they read. */
#include "backend/number.h"
#include "tests/test.h"
#include "views/epoch.h"

#include <time.h>

static const int64_t NONE = -1;

static void what_is_a_moment_and_what_is_not(void **state)
{
    (void)state;
    static const struct {
        const char *name, *number;
        int64_t ms;
    } table[] = {
        {"placedAt", "1732089600", 1732089600000},
        {"x", "1732089600", 1732089600000},
        {"x", "1732089600123", 1732089600123},
        {"x", "978307200", 978307200000},
        {"x", "978307199", -1},
        {"x", "2145916799", 2145916799000},
        {"phone", "2145916800", -1}, /* ten digits are no date by themselves */
        {"phone", "4155550123", -1},
        {"expires", "2145916800", 2145916800000},
        {"expires", "4102444799", 4102444799000},
        {"expires", "4102444800", -1},
        {"x", "978307200000", 978307200000},
        {"x", "978307199999", -1},
        {"x", "4102444799999", 4102444799999},
        {"x", "4102444800000", -1},
        {"id", "1732089600123456", -1},
        {"time_us", "1732089600123456", 1732089600123},
        {"id", "1732089600123456789", -1}, /* a snowflake */
        {"createdNs", "1732089600123456789", 1732089600123},
        {"created", "4102444800000000000", -1},
        {"created", "9223372036854775807", -1},
        {"created", "9223372036854775808", -1},
        {"created", "99999999999999999999999999999999999999", -1},
        {"created", "1E125", -1},
        {"created", "1.7320896E9", 1732089600000},
        {"created", "1.73208960000E12", 1732089600000},
        {"created", "1732089600.25", 1732089600000},
        {"created", "1732089600123.999999", 1732089600123},
        {"balance", "1410042942843.92846263", -1},
        {"balance", "1732089600.25", -1},
        {"created", "0.1732089600", -1},
        {"created", "1E-130", -1},
        {"created", "-1732089600", -1},
        {"created", "-1732089600123", -1},
        {"created", "-1732089600.5", -1},
        {"created", "0", -1},
        {"created", "12345", -1},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct number n;
        struct err err = ERR_INIT;
        assert_true(number_parse(&n, str_from(table[i].number), &err));
        int64_t ms = NONE;
        bool is = epoch_of(str_from(table[i].name), number_str(&n), &ms);
        if (is != (table[i].ms != NONE) || (is && ms != table[i].ms))
            fail_msg("%s = %s: %d, %lld", table[i].name, table[i].number, is, (long long)ms);
    }
    int64_t ms;
    assert_false(epoch_of(STR("at"), STR_NONE, &ms));
    assert_false(epoch_of(STR("at"), STR("\xff\xff"), &ms));
}

static void names_that_speak_of_time(void **state)
{
    (void)state;
    static const char *const yes[] = {"at", "createdAt", "created_at", "updated", "TTL", "ttl",
        "expires", "EXPIRATION", "startTime", "event-ts", "loggedOn", "birthDate", "x.ms"};
    static const char *const no[] = {"", "a", "flat", "person", "items", "minutes", "phone",
        "FORMAT", "customerId", "accounts", "beat"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        if (!epoch_name_like(str_from(yes[i])))
            fail_msg("%s", yes[i]);
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        if (epoch_name_like(str_from(no[i])))
            fail_msg("%s", no[i]);
}

static bool ttl(const char *number, int64_t *ms)
{
    struct number n;
    struct err err = ERR_INIT;
    assert_true(number_parse(&n, str_from(number), &err));
    return epoch_of_ttl((struct value){.type = VALUE_N, .data = number_str(&n)}, ms);
}

static void a_ttl_counts_seconds_whatever_the_number(void **state)
{
    (void)state;
    int64_t ms;
    assert_true(ttl("1", &ms) && ms == 1000);
    assert_true(ttl("1732089600", &ms) && ms == 1732089600000);
    assert_true(ttl("1732089600.9", &ms) && ms == 1732089600000);
    assert_false(ttl("1732089600000", &ms));
    assert_false(ttl("-5", &ms));
    assert_false(ttl("1E40", &ms));
    assert_false(epoch_of_ttl((struct value){.type = VALUE_S, .data = STR("1732089600")}, &ms));
    assert_false(epoch_of_ttl((struct value){0}, &ms));
}

static void expect(struct buf *out, const char *text)
{
    assert_string_equal(buf_cstr(out), text);
    buf_clear(out);
}

static void dates_name_their_zone(void **state)
{
    (void)state;
    struct buf out = {0};
    epoch_add(&out, 1732089600000, EPOCH_UTC), expect(&out, "2024-11-20 08:00 UTC");
    epoch_add_brief(&out, 1732089600999, EPOCH_UTC), expect(&out, "2024-11-20 08:00Z");
    epoch_add(&out, 951782400000, EPOCH_UTC), expect(&out, "2000-02-29 00:00 UTC");
    epoch_add(&out, 951868799000, EPOCH_UTC), expect(&out, "2000-02-29 23:59 UTC");
    epoch_add(&out, 0, EPOCH_UTC), expect(&out, "1970-01-01 00:00 UTC");
    epoch_add(&out, 253402300799000, EPOCH_UTC), expect(&out, "9999-12-31 23:59 UTC");
    epoch_add(&out, 253402300800000, EPOCH_UTC), expect(&out, "");
    epoch_add(&out, INT64_MAX, EPOCH_UTC), expect(&out, "");
    epoch_add(&out, INT64_MIN, EPOCH_LOCAL), expect(&out, "");
    epoch_add(&out, 1732089600000, EPOCH_OFF), expect(&out, "");
    setenv("TZ", "XYZ-5:30", 1);
    tzset();
    epoch_add(&out, 1732089600000, EPOCH_LOCAL), expect(&out, "2024-11-20 13:30 XYZ");
    epoch_add_brief(&out, 1732089600000, EPOCH_LOCAL), expect(&out, "2024-11-20 13:30 XYZ");
    buf_fini(&out);
}

/* Our own calendar against the library's, over leap years and centuries. */
static void the_calendar_is_the_library_s(void **state)
{
    (void)state;
    struct buf out = {0};
    for (int64_t seconds = 0; seconds < INT64_C(253402300800); seconds += 86400 * 13 + 3671) {
        time_t t = (time_t)seconds;
        struct tm tm;
        char text[40];
        gmtime_r(&t, &tm);
        strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &tm);
        epoch_add(&out, seconds * 1000, EPOCH_UTC);
        expect(&out, text);
    }
    buf_fini(&out);
}

static void the_time_left_has_two_units(void **state)
{
    (void)state;
    struct buf out = {0};
    const int64_t now = 1732089600500, s = 1000;
    epoch_add_left(&out, now, now), expect(&out, "expires now");
    epoch_add_left(&out, now + 59 * s, now), expect(&out, "in 59s");
    epoch_add_left(&out, now + 60 * s, now), expect(&out, "in 1min");
    epoch_add_left(&out, now + 61 * s, now), expect(&out, "in 1min 1s");
    epoch_add_left(&out, now + (3 * 86400 + 4 * 3600 + 59) * s, now), expect(&out, "in 3d 4h");
    epoch_add_left(&out, now + 366 * 86400 * s, now), expect(&out, "in 1y 1d");
    epoch_add_left(&out, now - 2 * 3600 * s, now), expect(&out, "expired 2h ago");
    epoch_add_left(&out, now - (2 * 3600 + 61) * s, now), expect(&out, "expired 2h 1min ago");
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_a_moment_and_what_is_not),
        cmocka_unit_test(names_that_speak_of_time),
        cmocka_unit_test(a_ttl_counts_seconds_whatever_the_number),
        cmocka_unit_test(dates_name_their_zone),
        cmocka_unit_test(the_calendar_is_the_library_s),
        cmocka_unit_test(the_time_left_has_two_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
