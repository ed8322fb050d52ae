/* SPDX-License-Identifier: MIT */
/*
 * AWS Signature Version 4, the server's side:
 *
 *   canonical request = method LF path LF query LF (name ":" value LF)* LF names LF hash(body)
 *   text              = "AWS4-HMAC-SHA256" LF time LF date/region/service/aws4_request LF
 *                       hash(canonical request)
 *   key               = HMAC(HMAC(HMAC(HMAC("AWS4" secret, date), region), service),
 * "aws4_request") signature         = HMAC(key, text)
 *
 * The only user of the library of hashes. Signatures are compared in constant time.
 */
#include "backend/serve/sigv4.h"

#include "base/mem.h"

#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <nettle/sha2.h>

#include <stdlib.h>
#include <time.h>

/* ---- hashes ---- */

static void hex(const uint8_t hash[SIGV4_HASH], char out[65])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < SIGV4_HASH; i++) {
        out[2 * i] = digits[hash[i] >> 4];
        out[2 * i + 1] = digits[hash[i] & 15];
    }
    out[64] = '\0';
}

static void hash_hex(struct str text, char out[65])
{
    struct sha256_ctx sha;
    uint8_t hash[SIGV4_HASH];
    sha256_init(&sha);
    sha256_update(&sha, text.len, (const uint8_t *)text.at);
    sha256_digest(&sha, sizeof hash, hash);
    hex(hash, out);
}

/* May write over its key. */
static void hmac(struct str key, struct str text, uint8_t out[SIGV4_HASH])
{
    struct hmac_sha256_ctx h;
    hmac_sha256_set_key(&h, key.len, (const uint8_t *)key.at);
    hmac_sha256_update(&h, text.len, (const uint8_t *)text.at);
    hmac_sha256_digest(&h, SIGV4_HASH, out);
    explicit_bzero(&h, sizeof h);
}

/* ---- what is signed ---- */

/* Blanks at the ends go, several in between become one. */
static void put_value(struct buf *out, struct str value)
{
    bool blank = false;
    value = str_trim(value);
    for (size_t i = 0; i < value.len; i++) {
        char c = value.at[i] == '\t' ? ' ' : value.at[i];
        if (c != ' ' || !blank)
            buf_add_byte(out, c);
        blank = c == ' ';
    }
}

static void put_header(struct buf *out, const struct request *request, struct str name)
{
    bool first = true;
    buf_add(out, name);
    buf_add_byte(out, ':');
    for (size_t i = 0; i < request->header_count; i++) {
        if (!str_equal_nocase(request->headers[i].name, name))
            continue;
        buf_add(out, first ? STR("") : STR(","));
        put_value(out, request->headers[i].value);
        first = false;
    }
    buf_add_byte(out, '\n');
}

/* The path as it was sent, escaped once more, as all services but S3 have it. */
static void put_path(struct buf *out, struct str path)
{
    for (size_t i = 0; i < path.len; i++) {
        char c = path.at[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     (c && strchr("-._~/", c));
        if (plain)
            buf_add_byte(out, c);
        else
            buf_printf(out, "%%%02X", (unsigned char)c);
    }
}

enum { PAIRS_MAX = 256 };

static int by_name(const void *a, const void *b)
{
    struct str x = *(const struct str *)a, y = *(const struct str *)b, x_name = x, y_name = y;
    str_cut(&x, '=', &x_name);
    str_cut(&y, '=', &y_name);
    int names = str_compare(x_name, y_name);
    return names ? names : str_compare(x, y);
}

/* query = *( pair "&" ), by name and value; a name without a value has an empty one */
static void put_query(struct buf *out, struct str query)
{
    struct str pairs[PAIRS_MAX];
    size_t count = 0;
    while (count < PAIRS_MAX && str_cut(&query, '&', &pairs[count]))
        count += pairs[count].len > 0;
    qsort(pairs, count, sizeof *pairs, by_name);
    for (size_t i = 0; i < count; i++) {
        buf_add(out, i ? STR("&") : STR(""));
        buf_add(out, pairs[i]);
        if (str_find_byte(pairs[i], '=') == SIZE_MAX)
            buf_add_byte(out, '=');
    }
}

void sigv4_canonical(
    struct buf *out, const struct request *request, struct str signed_headers, struct str hash)
{
    struct str rest = signed_headers, name;
    buf_add(out, request->method);
    buf_add_byte(out, '\n');
    put_path(out, message_path(request));
    buf_add_byte(out, '\n');
    put_query(out, message_query(request));
    buf_add_byte(out, '\n');
    while (str_cut(&rest, ';', &name))
        put_header(out, request, name);
    buf_add_byte(out, '\n');
    buf_add(out, signed_headers);
    buf_add_byte(out, '\n');
    buf_add(out, hash);
}

static struct str bytes_of(const uint8_t hash[SIGV4_HASH])
{
    return (struct str){(const char *)hash, SIGV4_HASH};
}

static void derive(struct str secret, const struct auth *auth, uint8_t key[SIGV4_HASH])
{
    struct buf first = {0};
    buf_add(&first, STR("AWS4"));
    buf_add(&first, secret);
    hmac(buf_str(&first), auth->date, key);
    explicit_bzero(first.at, first.len);
    buf_fini(&first);
    hmac(bytes_of(key), auth->region, key);
    hmac(bytes_of(key), auth->service, key);
    hmac(bytes_of(key), auth->terminator, key);
}

void sigv4_sign(struct str secret, const struct auth *auth, struct str canonical, char out[65])
{
    struct buf text = {0};
    char hash[65];
    uint8_t key[SIGV4_HASH], signature[SIGV4_HASH];
    hash_hex(canonical, hash);
    buf_printf(&text, "AWS4-HMAC-SHA256\n%.*s\n%.*s/%.*s/%.*s/%.*s\n%s", STR_ARG(auth->stamp),
        STR_ARG(auth->date), STR_ARG(auth->region), STR_ARG(auth->service),
        STR_ARG(auth->terminator), hash);
    derive(secret, auth, key);
    hmac(bytes_of(key), buf_str(&text), signature);
    explicit_bzero(key, sizeof key);
    hex(signature, out);
    buf_fini(&text);
}

/* ---- checks in the service's order ---- */

static bool invalid(struct reply *reply, const char *text)
{
    reply_refuse(reply, 400, "InvalidSignatureException", "%s", text);
    return false;
}

static bool two(const char *at, int *out)
{
    if (at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9')
        return false;
    *out = (at[0] - '0') * 10 + (at[1] - '0');
    return true;
}

/* stamp = YYYYMMDD "T" hhmmss "Z" */
static bool to_ms(struct str stamp, int64_t *ms)
{
    struct tm tm = {0};
    int century, year;
    if (stamp.len != 16 || stamp.at[8] != 'T' || stamp.at[15] != 'Z')
        return false;
    if (!two(stamp.at, &century) || !two(stamp.at + 2, &year) || !two(stamp.at + 4, &tm.tm_mon) ||
        !two(stamp.at + 6, &tm.tm_mday) || !two(stamp.at + 9, &tm.tm_hour) ||
        !two(stamp.at + 11, &tm.tm_min) || !two(stamp.at + 13, &tm.tm_sec))
        return false;
    tm.tm_year = century * 100 + year - 1900;
    tm.tm_mon--;
    *ms = (int64_t)timegm(&tm) * 1000;
    return true;
}

static void put_stamp(char out[17], int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    strftime(out, 17, "%Y%m%dT%H%M%SZ", &tm);
}

static bool check_time(const struct auth *auth, int64_t now_ms, struct reply *reply)
{
    int64_t ms;
    char now[17], edge[17];
    if (!to_ms(auth->stamp, &ms)) {
        reply_refuse(reply, 400, "IncompleteSignatureException",
            "Date must be in ISO-8601 'basic format'. Got '%.*s'. See "
            "http://en.wikipedia.org/wiki/ISO_8601",
            STR_ARG(auth->stamp));
        return false;
    }
    bool old = ms < now_ms - SIGV4_SKEW_MS;
    if (!old && ms <= now_ms + SIGV4_SKEW_MS)
        return true;
    put_stamp(now, now_ms);
    put_stamp(edge, old ? now_ms - SIGV4_SKEW_MS : now_ms + SIGV4_SKEW_MS);
    reply_refuse(reply, 400, "InvalidSignatureException",
        "Signature %s: %.*s is %s %s (%s %c 15 min.)", old ? "expired" : "not yet current",
        STR_ARG(auth->stamp), old ? "now earlier than" : "still later than", edge, now,
        old ? '-' : '+');
    return false;
}

static bool is_signed(const struct auth *auth, struct str name)
{
    struct str rest = auth->signed_headers, piece;
    while (str_cut(&rest, ';', &piece))
        if (str_equal(piece, name))
            return true;
    return false;
}

static bool check_signed(
    const struct auth *auth, const struct request *request, struct reply *reply)
{
    if (!is_signed(auth, STR("host")))
        return invalid(reply, "'Host' must be a 'SignedHeader' in the AWS Authorization.");
    if (!is_signed(auth, STR("x-amz-date")))
        return invalid(reply, "'X-Amz-Date' must be a 'SignedHeader' in the AWS Authorization.");
    size_t targets = message_count(request, STR("X-Amz-Target"));
    if (targets > 1 || (targets && !is_signed(auth, STR("x-amz-target"))))
        return invalid(reply, "'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization.");
    if (message_count(request, STR("X-Amz-Date")) != 1)
        return invalid(reply, "a request has one 'X-Amz-Date'.");
    return true;
}

static bool check_scope(const struct auth *auth, struct str wanted, struct reply *reply)
{
    if (!auth->terminator.len) {
        reply_refuse(reply, 400, "IncompleteSignatureException",
            "Credential must have exactly 5 slash-delimited elements, e.g. "
            "keyid/date/region/service/term, got '%.*s'",
            STR_ARG(auth->credential));
        return false;
    }
    bool service = str_equal(auth->service, wanted);
    bool end = str_equal(auth->terminator, STR("aws4_request"));
    bool date = str_equal(auth->date, str_take(auth->stamp, 8));
    if (service && end && date)
        return true;
    struct buf text = {0};
    if (!service)
        buf_printf(
            &text, "Credential should be scoped to correct service: '%.*s'. ", STR_ARG(wanted));
    if (!end)
        buf_printf(&text,
            "Credential should be scoped with a valid terminator: 'aws4_request', not '%.*s'. ",
            STR_ARG(auth->terminator));
    if (!date)
        buf_printf(&text,
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
            "HTTP: '%.*s' != '%.*s', from '%.*s'.",
            STR_ARG(auth->date), STR_ARG(str_take(auth->stamp, 8)), STR_ARG(auth->stamp));
    invalid(reply, buf_cstr(&text));
    buf_fini(&text);
    return false;
}

static bool check_algorithm(const struct auth *auth, struct reply *reply)
{
    if (str_equal(auth->algorithm, STR("AWS4-HMAC-SHA256")))
        return true;
    reply_refuse(reply, 400, "IncompleteSignatureException",
        "Unsupported AWS 'algorithm': '%.*s' (only AWS4-HMAC-SHA256 for now). ",
        STR_ARG(auth->algorithm));
    return false;
}

static bool check_signature(
    struct str secret, const struct request *request, const struct auth *auth, struct reply *reply)
{
    char body[65], wanted[65];
    struct buf canonical = {0};
    hash_hex(request->body, body);
    struct str claimed = message_get(request, STR("X-Amz-Content-Sha256"));
    struct str hash = {body, 64};
    bool fits = !claimed.len || str_equal(claimed, hash);
    sigv4_canonical(&canonical, request, auth->signed_headers, hash);
    sigv4_sign(secret, auth, buf_str(&canonical), wanted);
    buf_fini(&canonical);
    if (fits && auth->signature.len == 64 && memeql_sec(wanted, auth->signature.at, 64))
        return true;
    return invalid(reply,
        "The request signature we calculated does not match the signature you provided. Check your "
        "AWS Secret Access Key and signing method. Consult the service documentation for details.");
}

bool sigv4_verify(const struct keys *keys, const struct request *request, const struct auth *auth,
    struct str service, int64_t now_ms, struct reply *reply)
{
    struct str secret;
    bool elsewhere = str_equal(service, STR("dynamodb")) && !str_equal(request->target, STR("/"));
    if (auth->in_query || elsewhere)
        return invalid(reply, "requests are signed in the 'Authorization' header and go to '/'.");
    if (!check_time(auth, now_ms, reply) || !check_signed(auth, request, reply) ||
        !check_algorithm(auth, reply) || !check_scope(auth, service, reply))
        return false;
    if (!keys_find(keys, auth->key_id, &secret)) {
        reply_refuse(reply, 400, "UnrecognizedClientException",
            "The security token included in the request is invalid.");
        return false;
    }
    return check_signature(secret, request, auth, reply);
}
