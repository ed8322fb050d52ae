/* SPDX-License-Identifier: MIT */
/*
 * Paths, queries, bodies and errors of services that speak REST. Pieces of a path are decoded after
 * it was cut at its slashes: "a%2Fb" is one piece, and "%2e%2e" a piece like any other, since none
 * of them ever becomes a part of a file's name. Knows no operation.
 */
#include "backend/serve/face.h"

#include "backend/serve/journal.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <sys/random.h>
#include <time.h>

/* ---- escapes ---- */

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool face_decode(struct arena *arena, struct str text, bool form, struct str *out)
{
    char *at = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == '%') {
            int high = i + 2 < text.len ? digit_of(text.at[i + 1]) : -1;
            int low = i + 2 < text.len ? digit_of(text.at[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (char)(high * 16 + low);
            i += 2;
        }
        at[len++] = form && text.at[i] == '+' ? ' ' : c;
    }
    *out = (struct str){at, len};
    return true;
}

/* query = *( NAME [ "=" value ] "&" ) */
struct str face_parameter(struct arena *arena, struct str query, struct str name)
{
    struct str piece, key, decoded;
    while (str_cut(&query, '&', &piece)) {
        if (!str_cut(&piece, '=', &key) || !face_decode(arena, key, true, &decoded) ||
            !str_equal(decoded, name))
            continue;
        if (!piece.at || !face_decode(arena, piece, true, &decoded))
            return STR("");
        return decoded;
    }
    return STR_NONE;
}

struct str face_query(struct face_call *call, const char *name)
{
    return face_parameter(&call->arena, message_query(call->request), str_from(name));
}

bool face_limit(struct face_call *call, const char *name, int64_t fallback, int64_t most,
    int64_t *out, struct err *err)
{
    struct str text = face_query(call, name);
    *out = fallback;
    if (!text.at)
        return true;
    if (!str_to_i64(text, out) || *out < 1 || *out > 10000)
        return err_refuse(err, "ValidationException",
            "1 validation error detected: Value '%.*s' at '%s' failed to satisfy constraint: "
            "Member must be a number from 1 to 10000",
            STR_ARG(str_take(text, 64)), name);
    if (*out > most)
        *out = most;
    return true;
}

/* ---- paths ---- */

static struct str trimmed(struct str path)
{
    return path.len > 1 && path.at[path.len - 1] == '/' ? str_take(path, path.len - 1) : path;
}

static bool is_word(struct str s)
{
    return s.len > 0 && str_find_byte(s, '\0') == SIZE_MAX && utf8_valid(s);
}

/* form = *( "/" ( word | "{}" ) ) [ "/{+}" ] */
bool face_fits(struct arena *arena, const char *form, struct str path, struct str parts[FACE_PARTS])
{
    struct str rest = str_from(form), want, have;
    size_t part = 0;
    path = trimmed(path);
    while (str_cut(&rest, '/', &want)) {
        if (str_equal(want, STR("{+}"))) {
            parts[part] = STR("");
            return !path.at || face_decode(arena, path, false, &parts[part]);
        }
        if (!str_cut(&path, '/', &have))
            return false;
        if (str_equal(want, STR("{}"))) {
            if (!face_decode(arena, have, false, &parts[part]) || !is_word(parts[part]))
                return false;
            part++;
        } else if (!str_equal(want, have)) {
            return false;
        }
    }
    return !path.at;
}

static bool check_path(struct face_call *call, struct str path, struct err *err)
{
    struct str decoded;
    return (face_decode(&call->arena, path, false, &decoded) && is_word(decoded)) ||
           err_refuse(err, "ValidationException",
               "the path of the request is not well-formed: its escapes have to make UTF-8 without "
               "zero bytes");
}

bool face_match(struct face_call *call, const struct face_row *rows, size_t count,
    const struct face_row **row, struct err *err)
{
    struct str path = message_path(call->request);
    *row = NULL;
    if (!check_path(call, path, err))
        return false;
    for (size_t i = 0; i < count && !*row; i++)
        if (str_equal(call->request->method, str_from(rows[i].method)) &&
            face_fits(&call->arena, rows[i].path, path, call->parts))
            *row = &rows[i];
    return true;
}

bool face_read_body(struct face_call *call, struct err *err)
{
    struct err why = ERR_INIT;
    call->body = NULL;
    if (!call->request->body.len)
        return true;
    call->body = json_parse(&call->arena, call->request->body, &why);
    if (json_is(call->body, JSON_OBJECT))
        return true;
    return err_refuse(err, "SerializationException", "%s",
        call->body ? "the body of the request is no JSON object" : why.text);
}

/* ---- answers ---- */

void face_put_text(struct buf *out, const char *name, struct str text)
{
    json_put_name(out, str_from(name));
    json_put_string(out, text);
}

void face_put_number(struct buf *out, const char *name, int64_t value)
{
    json_put_name(out, str_from(name));
    buf_printf(out, "%" PRId64, value);
}

void face_put_flag(struct buf *out, const char *name, bool value)
{
    json_put_name(out, str_from(name));
    buf_add(out, value ? STR("true") : STR("false"));
}

void face_put_time(struct buf *out, int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;
    char text[32];
    gmtime_r(&seconds, &tm);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
    buf_printf(out, "%s.%03dZ", text, (int)(ms % 1000));
}

void face_new_id(char out[11])
{
    static const char digits[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    uint8_t bytes[10] = {0};
    ssize_t ignored = getrandom(bytes, sizeof bytes, 0);
    (void)ignored;
    for (size_t i = 0; i < sizeof bytes; i++)
        out[i] = digits[bytes[i] % 36];
    out[10] = '\0';
}

void face_note(struct face_call *call)
{
    static const char text[] = "kept, and enforced by nobody: there are no principals here";
    reply_header(call->reply, STR("X-Dynascope-Note"), STR(text));
    if (!atomic_exchange(&call->offer->told, true))
        journal_note("roles, policies and permissions are kept and enforced by nobody");
}

/* What their models call the text. */
struct refusal {
    const char *name;
    int status;
    bool capital; /* "Message" */
};

static const struct refusal refusals[] = {
    {"ResourceNotFoundException", 404, true},
    {"NotFoundException", 404, false},
    {"FunctionUrlConfigNotFoundException", 404, true},
    {"ProvisionedConcurrencyConfigNotFoundException", 404, false},
    {"UnknownOperationException", 404, false},
    {"ResourceConflictException", 409, false},
    {"ConflictException", 409, false},
    {"ResourceInUseException", 400, true},
    {"PreconditionFailedException", 412, true},
    {"RequestTooLargeException", 413, false},
    {"UnsupportedMediaTypeException", 415, false},
    {"TooManyRequestsException", 429, false},
    {"AccessDeniedException", 403, true},
    {"MissingAuthenticationTokenException", 403, false},
    {"ServiceException", 500, true},
};

static struct refusal refusal_of(const struct err *err)
{
    if (err->code != ERR_REFUSED || !err->name[0])
        return (struct refusal){"ServiceException", 500, true};
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        if (strcmp(err->name, refusals[i].name) == 0)
            return refusals[i];
    return (struct refusal){err->name, 400, false};
}

void face_refuse(struct reply *reply, const struct err *err)
{
    struct refusal r = refusal_of(err);
    bool ours = r.status >= 500;
    buf_clear(&reply->headers);
    reply_set(reply, r.status, REPLY_JSON,
        ours ? STR("{\"Type\":\"Service\",") : STR("{\"Type\":\"User\","));
    buf_add(&reply->body, r.capital ? STR("\"Message\":") : STR("\"message\":"));
    json_put_string(&reply->body, str_from(err->text));
    buf_add_byte(&reply->body, '}');
    reply_header(reply, STR("X-Amzn-ErrorType"), str_from(r.name));
}
