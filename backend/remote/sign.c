/* SPDX-License-Identifier: MIT */
/*
 * Signing requests (AWS Signature Version 4):
 *
 *   canonical request = "POST" LF path LF LF (name ":" value LF)* LF names LF hash(body)
 *   text              = "AWS4-HMAC-SHA256" LF stamp LF date/region/dynamodb/aws4_request LF
 *                       hash(canonical request)
 *   key               = HMAC(HMAC(HMAC(HMAC("AWS4" secret, date), region), "dynamodb"),
 *                       "aws4_request")
 *
 * Not left to libcurl, which can do it: there the time is always this machine's, so that a clock
 * that is wrong could not be made up for; the secret would be in its buffers; and four of the
 * hashes would be made anew for each request.
 */
#include "backend/remote/sign.h"

#include <nettle/hmac.h>
#include <nettle/sha2.h>

#include <time.h>

static void add_hex(struct buf *out, const uint8_t hash[SHA256_DIGEST_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    char *at = buf_reserve(out, 2 * SHA256_DIGEST_SIZE);
    for (size_t i = 0; i < SHA256_DIGEST_SIZE; i++) {
        *at++ = digits[hash[i] >> 4];
        *at++ = digits[hash[i] & 15];
    }
    out->len += 2 * SHA256_DIGEST_SIZE;
}

static void add_hash(struct buf *out, struct str text)
{
    struct sha256_ctx sha;
    uint8_t hash[SHA256_DIGEST_SIZE];
    sha256_init(&sha);
    sha256_update(&sha, text.len, (const uint8_t *)text.at);
    sha256_digest(&sha, sizeof hash, hash);
    add_hex(out, hash);
}

/* May write over its key. */
static void hmac(struct str key, struct str text, uint8_t out[SHA256_DIGEST_SIZE])
{
    struct hmac_sha256_ctx h;
    hmac_sha256_set_key(&h, key.len, (const uint8_t *)key.at);
    hmac_sha256_update(&h, text.len, (const uint8_t *)text.at);
    hmac_sha256_digest(&h, SHA256_DIGEST_SIZE, out);
    explicit_bzero(&h, sizeof h);
}

static void derive(struct sign_key *key, struct str secret, struct str region, const char *stamp)
{
    struct buf first = {0};
    struct str so_far = {(const char *)key->bytes, SIGN_KEY_SIZE};
    buf_reserve(&first, 4 + secret.len); /* so that it does not move and leave a copy */
    buf_add(&first, STR("AWS4"));
    buf_add(&first, secret);
    memcpy(key->scope_date, stamp, 8);
    key->scope_date[8] = '\0';
    hmac(buf_str(&first), str_from(key->scope_date), key->bytes);
    explicit_bzero(first.at, first.cap);
    buf_fini(&first);
    hmac(so_far, region, key->bytes);
    hmac(so_far, STR("dynamodb"), key->bytes);
    hmac(so_far, STR("aws4_request"), key->bytes);
}

void sign_key_forget(struct sign_key *key)
{
    explicit_bzero(key, sizeof *key);
}

void sign_stamp(char out[SIGN_STAMP_SIZE], int64_t now_ms)
{
    const int64_t last = INT64_C(253402300799); /* of the year 9999: the form has no more digits */
    int64_t clock = now_ms < 0 ? 0 : now_ms / 1000;
    time_t seconds = (time_t)(clock > last ? last : clock);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    if (strftime(out, SIGN_STAMP_SIZE, "%Y%m%dT%H%M%SZ", &tm) == 0)
        out[0] = '\0';
}

static struct str signed_headers(const struct sign_request *request)
{
    return request->token.len
               ? STR("content-type;host;x-amz-date;x-amz-security-token;x-amz-target")
               : STR("content-type;host;x-amz-date;x-amz-target");
}

static void add_header(struct buf *out, struct str name, struct str value)
{
    buf_add(out, name);
    buf_add(out, value);
    buf_add_byte(out, '\n');
}

static void add_canonical(struct buf *out, const char *stamp, const struct sign_request *request)
{
    add_header(out, STR("POST\n"), request->path);
    buf_add_byte(out, '\n');
    add_header(out, STR("content-type:"), request->type);
    add_header(out, STR("host:"), request->host);
    add_header(out, STR("x-amz-date:"), str_from(stamp));
    if (request->token.len)
        add_header(out, STR("x-amz-security-token:"), request->token);
    add_header(out, STR("x-amz-target:"), request->target);
    buf_add_byte(out, '\n');
    buf_add(out, signed_headers(request));
    buf_add_byte(out, '\n');
    add_hash(out, request->body);
}

static void add_scope(struct buf *out, const struct sign_key *key, struct str region)
{
    buf_add(out, str_from(key->scope_date));
    buf_add_byte(out, '/');
    buf_add(out, region);
    buf_add(out, STR("/dynamodb/aws4_request"));
}

void sign_add(struct buf *out, struct sign_key *key, struct str id, struct str secret,
    struct str region, const char stamp[SIGN_STAMP_SIZE], const struct sign_request *request)
{
    struct buf canonical = {0}, text = {0};
    uint8_t signature[SHA256_DIGEST_SIZE];
    if (memcmp(key->scope_date, stamp, 8) != 0)
        derive(key, secret, region, stamp);
    add_canonical(&canonical, stamp, request);
    add_header(&text, STR("AWS4-HMAC-SHA256\n"), str_from(stamp));
    add_scope(&text, key, region);
    buf_add_byte(&text, '\n');
    add_hash(&text, buf_str(&canonical));
    hmac((struct str){(const char *)key->bytes, SIGN_KEY_SIZE}, buf_str(&text), signature);
    buf_add(out, STR("AWS4-HMAC-SHA256 Credential="));
    buf_add(out, id);
    buf_add_byte(out, '/');
    add_scope(out, key, region);
    buf_add(out, STR(", SignedHeaders="));
    buf_add(out, signed_headers(request));
    buf_add(out, STR(", Signature="));
    add_hex(out, signature);
    if (request->token.len)
        explicit_bzero(canonical.at, canonical.cap);
    buf_fini(&canonical);
    buf_fini(&text);
}
