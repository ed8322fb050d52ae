/* SPDX-License-Identifier: MIT */
/* Values as Amazon Ion text. Knows neither files nor tables. */
#include "backend/embedded/ion_out.h"

#include "backend/json.h"
#include "backend/json_out.h"
#include "backend/number.h"

static bool is_identifier(struct str name)
{
    static const char *const words[] = {"null", "true", "false", "nan"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_equal(name, str_from(words[i])))
            return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && !(i && c >= '0' && c <= '9'))
            return false;
    }
    return name.len > 0;
}

/* 'name' with quotes; what JSON escapes is escaped the same. */
static void put_quoted(struct buf *out, struct str name)
{
    struct buf text = {0};
    json_put_string(&text, name);
    buf_add_byte(out, '\'');
    for (size_t i = 1; i + 1 < text.len; i++) {
        if (text.at[i] == '\'')
            buf_add_byte(out, '\\');
        buf_add_byte(out, text.at[i]);
    }
    buf_add_byte(out, '\'');
    buf_fini(&text);
}

static void put_comma(struct buf *out)
{
    char last = out->len ? out->at[out->len - 1] : '{';
    if (last != '{' && last != '[' && last != ':')
        buf_add_byte(out, ',');
}

void ion_out_name(struct buf *out, struct str name)
{
    put_comma(out);
    if (is_identifier(name))
        buf_add(out, name);
    else
        put_quoted(out, name);
    buf_add_byte(out, ':');
}

/* decimal = digits with a point, or with d for the power of ten: 2. 1.5 6d2 */
static void put_number(struct buf *out, struct str encoded)
{
    char text[NUMBER_TEXT_MAX];
    size_t len = number_format(encoded, text);
    bool decimal = false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == 'E' || text[i] == 'e')
            text[i] = 'd';
        decimal = decimal || text[i] == 'd' || text[i] == '.';
    }
    buf_add(out, (struct str){text, len});
    if (!decimal)
        buf_add_byte(out, '.');
}

static void put_blob(struct buf *out, struct str bytes)
{
    buf_add(out, STR("{{"));
    json_out_base64(out, bytes);
    buf_add(out, STR("}}"));
}

static void put_members(struct buf *out, struct value v)
{
    struct value_walk walk = value_walk(v);
    struct value member;
    struct str name;
    while (value_next(&walk, &name, &member)) {
        if (v.type == VALUE_M)
            ion_out_name(out, name);
        else
            put_comma(out);
        ion_out_value(out, member);
    }
}

static void put_set(struct buf *out, struct value v)
{
    buf_add(out, STR("$dynamodb_"));
    buf_add(out, str_from(value_type_name(v.type)));
    buf_add(out, STR("::["));
    put_members(out, v);
    buf_add_byte(out, ']');
}

void ion_out_value(struct buf *out, struct value v)
{
    switch (v.type) {
    case VALUE_NONE:
    case VALUE_NULL:
        buf_add(out, STR("null"));
        break;
    case VALUE_TRUE:
    case VALUE_FALSE:
        buf_add(out, v.type == VALUE_TRUE ? STR("true") : STR("false"));
        break;
    case VALUE_S:
        json_put_string(out, v.data);
        break;
    case VALUE_N:
        put_number(out, v.data);
        break;
    case VALUE_B:
        put_blob(out, v.data);
        break;
    case VALUE_SS:
    case VALUE_NS:
    case VALUE_BS:
        put_set(out, v);
        break;
    case VALUE_L:
    case VALUE_M:
        buf_add_byte(out, v.type == VALUE_L ? '[' : '{');
        put_members(out, v);
        buf_add_byte(out, v.type == VALUE_L ? ']' : '}');
        break;
    }
}
