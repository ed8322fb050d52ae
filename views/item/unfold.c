/* SPDX-License-Identifier: MIT */
/*
 * One layer off a value at a time. What is inside is as hostile as the value itself: it is parsed
 * strictly, bounded, and becomes a value like any other, so that nobody above needs to know where
 * it comes from. Must not know items or screens.
 */
#include "views/item/unfold.h"

#include "backend/json_in.h"
#include "backend/unpack.h"
#include "base/utf8.h"

/* ---- text ---- */

bool unfold_is_text(struct str bytes)
{
    size_t controls = 0, length = 0;
    uint32_t point;
    while (bytes.len) {
        if (!utf8_next(&bytes, &point))
            return false;
        bool blank = point == '\n' || point == '\r' || point == '\t';
        controls += (point < 0x20 && !blank) || (point >= 0x7F && point < 0xA0);
        length++;
    }
    return controls * 20 <= length;
}

static void put_bytes(struct buf *out, struct str bytes)
{
    if (unfold_is_text(bytes))
        value_put_string(out, bytes);
    else
        value_put_binary(out, bytes);
}

/* ---- JSON ---- */

static bool unfold_json(struct str text, struct buf *out, struct err *err)
{
    struct arena arena = {0};
    struct err inner = ERR_INIT;
    size_t start = out->len;
    const struct json *json = json_parse(&arena, text, &inner);
    bool ok = json && json_in_plain(out, json, &inner);
    if (!ok) {
        out->len = start;
        err_set(err, ERR_DATA, json ? "JSON that no attribute could hold: %s" : "no JSON: %s",
            inner.text);
    }
    arena_fini(&arena);
    return ok;
}

static bool like_json(struct str text)
{
    text = str_trim(text);
    if (text.len < 2)
        return false;
    char last = text.at[text.len - 1];
    return (*text.at == '{' && last == '}') || (*text.at == '[' && last == ']') ||
           (*text.at == '"' && last == '"');
}

/* ---- base64 ---- */

/* The alphabet of RFC 4648, section 4, whichever of the two was used; line ends left out. */
static bool in_one_alphabet(struct str text, struct buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == '\n' || c == '\r' || c == '=')
            continue;
        bool known = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                     c == '+' || c == '/' || c == '-' || c == '_';
        if (!known)
            return false;
        buf_add_byte(out, c == '-' ? '+' : c == '_' ? '/' : c);
    }
    while (out->len % 4)
        buf_add_byte(out, '=');
    return true;
}

static bool decode_base64(struct str text, struct buf *out)
{
    struct buf plain = {0};
    bool ok = text.len > 0 && in_one_alphabet(text, &plain) && plain.len > 0 &&
              json_in_base64(out, buf_str(&plain));
    buf_fini(&plain);
    return ok;
}

static bool unfold_base64(struct str text, struct buf *out)
{
    struct buf bytes = {0};
    bool ok = decode_base64(str_trim(text), &bytes);
    if (ok)
        put_bytes(out, buf_str(&bytes));
    buf_fini(&bytes);
    return ok;
}

/* ---- tokens ---- */

/* token = part "." part "." [ part ] */
static bool cut_token(struct str text, struct str part[3])
{
    int count = 0;
    text = str_trim(text);
    if (!str_starts(text, STR("eyJ")))
        return false;
    while (count < 3 && str_cut(&text, '.', &part[count]))
        count++;
    return count >= 2 && text.len == 0;
}

static bool put_part(struct value_open *map, struct buf *out, struct str name, struct str part)
{
    struct buf text = {0};
    struct err ignored = ERR_INIT;
    value_member(map, out, name);
    bool ok = decode_base64(part, &text) && unfold_json(buf_str(&text), out, &ignored);
    buf_fini(&text);
    return ok;
}

static bool unfold_token(struct str text, struct buf *out)
{
    struct str part[3];
    struct err ignored = ERR_INIT;
    size_t start = out->len;
    if (!cut_token(text, part))
        return false;
    struct value_open map = value_open(out, VALUE_M);
    bool ok = put_part(&map, out, STR("header"), part[0]) &&
              put_part(&map, out, STR("payload"), part[1]) && value_close(&map, out, &ignored);
    if (!ok)
        out->len = start;
    return ok;
}

/* ---- packed bytes ---- */

static bool unfold_packed(
    struct str bytes, enum unpack_form form, struct buf *out, struct unfold *u, struct err *err)
{
    static const char *const lacks[] = {
        [UNPACK_WHOLE] = "",
        [UNPACK_MORE] = "the first 1 MB",
        [UNPACK_SHORT] = "cut off",
        [UNPACK_DAMAGED] = "damaged",
    };
    struct buf inside = {0};
    u->form = unpack_form_name(form);
    enum unpack_end end = unpack(bytes, form, UNFOLD_BYTES_MAX, &inside);
    bool ok = inside.len || end == UNPACK_WHOLE;
    u->lack = lacks[end];
    if (ok)
        put_bytes(out, buf_str(&inside));
    else
        err_set(err, ERR_DATA, "it begins like %s but is %s", u->form, u->lack);
    buf_fini(&inside);
    return ok;
}

static bool unfold_binary(struct str bytes, struct buf *out, struct unfold *u, struct err *err)
{
    enum unpack_form form = unpack_form(bytes);
    if (form != UNPACK_NONE)
        return unfold_packed(bytes, form, out, u, err);
    if (!bytes.len || !unfold_is_text(bytes))
        return err_set(err, ERR_DATA, "neither text nor packed by gzip, zlib or zstd");
    u->form = "text";
    value_put_string(out, bytes);
    return true;
}

static bool unfold_string(struct str text, struct buf *out, struct unfold *u, struct err *err)
{
    bool json = like_json(text);
    u->form = "JSON";
    if (json && unfold_json(text, out, err))
        return true;
    u->form = "token";
    if (unfold_token(text, out))
        return true;
    u->form = "base64";
    if (unfold_base64(text, out))
        return true;
    return json ? false : err_set(err, ERR_DATA, "neither JSON nor base64");
}

bool unfold_value(struct value v, struct buf *out, struct unfold *u, struct err *err)
{
    *u = (struct unfold){.form = "", .lack = ""};
    if (v.type == VALUE_S)
        return unfold_string(v.data, out, u, err);
    if (v.type == VALUE_B)
        return unfold_binary(v.data, out, u, err);
    return err_set(err, ERR_DATA, "only a string or binary can hold something packed");
}

const char *unfold_guess(struct value v)
{
    struct str part[3];
    enum unpack_form form;
    if (v.type == VALUE_B && (form = unpack_form(v.data)) != UNPACK_NONE)
        return unpack_form_name(form);
    if (v.type != VALUE_S || v.data.len < 3)
        return NULL;
    if (like_json(v.data) && *str_trim(v.data).at != '"')
        return "JSON";
    /* gzip and zlib in base64 begin alike */
    if (str_starts(v.data, STR("H4sI")))
        return "base64";
    return cut_token(v.data, part) ? "token" : NULL;
}
