/* SPDX-License-Identifier: MIT */
/*
 * The head of a request, in one place. The signed lines are those that sign.h names; what else is
 * sent says who asks and which attempt it is. "Expect:" keeps libcurl from waiting for a go-ahead
 * before large bodies.
 */
#include "backend/remote/remote_impl.h"

#include <stdlib.h>
#include <sys/random.h>

#define CONTENT_TYPE "application/x-amz-json-1.0"

enum { EXPECT_BYTES = 64 << 10 }; /* libcurl asks from 1 MiB on */

static void put_uuid(char out[37], unsigned char b[16])
{
    static const char digits[] = "0123456789abcdef";
    char *at = out;
    b[6] = (unsigned char)((b[6] & 0x0F) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3F) | 0x80);
    for (size_t i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *at++ = '-';
        *at++ = digits[b[i] >> 4];
        *at++ = digits[b[i] & 15];
    }
    *at = '\0';
}

uint32_t head_uuid(char out[37])
{
    unsigned char b[20];
    uint32_t more;
    if (getrandom(b, sizeof b, 0) != (ssize_t)sizeof b)
        abort(); /* so few bytes always come at once */
    put_uuid(out, b);
    memcpy(&more, b + 16, sizeof more);
    return more;
}

/* A well-mixed number from a counter (SplitMix64). */
static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

uint32_t head_invocation(struct remote *r, char out[37])
{
    uint64_t count = atomic_fetch_add(&r->invocations, 1);
    uint64_t halves[2] = {mix(count), mix(~count)};
    unsigned char b[16];
    memcpy(b, halves, sizeof b);
    put_uuid(out, b);
    return (uint32_t)mix(count ^ 0x5555555555555555u);
}

/* Lines are found again by their places: the text moves as it grows. */
struct lines {
    struct buf *text;
    size_t starts[TRANSPORT_HEADERS_MAX];
    size_t count;
};

static void begin(struct lines *l, const char *name)
{
    l->starts[l->count++] = l->text->len;
    buf_add(l->text, str_from(name));
}

static void end(struct lines *l)
{
    buf_add_byte(l->text, '\0');
}

static struct str line(struct lines *l, const char *name, struct str value)
{
    begin(l, name);
    buf_add(l->text, value);
    end(l);
    return value;
}

/* The derived key is shared: a copy is signed with, so that the lock is not held meanwhile. */
static void sign(struct remote *r, struct keys *keys, struct buf *out, const char *stamp,
    const struct sign_request *request)
{
    struct sign_key key;
    pthread_mutex_lock(&r->lock);
    bool same = r->signer == keys;
    key = same ? r->key : (struct sign_key){0};
    pthread_mutex_unlock(&r->lock);
    bool fresh = memcmp(key.scope_date, stamp, 8) == 0;
    sign_add(out, &key, secret_str(&keys->id), secret_str(&keys->secret), r->target.signing, stamp,
        request);
    if (!fresh) {
        pthread_mutex_lock(&r->lock);
        keys_drop(r->signer);
        r->signer = keys_share(keys);
        r->key = key;
        pthread_mutex_unlock(&r->lock);
    }
    sign_key_forget(&key);
}

static void add_signed(struct lines *l, struct remote *r, struct keys *keys,
    const struct head_request *request, struct str target)
{
    char stamp[SIGN_STAMP_SIZE];
    struct buf authorization = {0};
    sign_stamp(stamp, clock_now_ms(r->clock) - atomic_load(&r->notes.skew_ms));
    struct sign_request what = {.host = line(l, "Host: ", request->url->head),
        .path = request->url->path,
        .type = line(l, "Content-Type: ", STR(CONTENT_TYPE)),
        .target = line(l, "X-Amz-Target: ", target),
        .body = request->body};
    line(l, "X-Amz-Date: ", str_from(stamp));
    if (keys->token.len)
        what.token = line(l, "X-Amz-Security-Token: ", secret_str(&keys->token));
    sign(r, keys, &authorization, stamp, &what);
    line(l, "Authorization: ", buf_str(&authorization));
    buf_fini(&authorization);
}

void head_make(
    struct head *head, struct remote *r, struct keys *keys, const struct head_request *request)
{
    struct lines l = {.text = &head->text};
    struct buf target = {0};
    head_fini(head);
    buf_reserve(&head->text, 1536 + keys->token.len); /* one piece: no copies are left behind */
    buf_printf(&target, "%s.%.*s",
        request->streams ? "DynamoDBStreams_20120810" : "DynamoDB_20120810",
        STR_ARG(request->operation));
    add_signed(&l, r, keys, request, buf_str(&target));
    line(&l, "amz-sdk-invocation-id: ", str_from(request->invocation));
    begin(&l, "amz-sdk-request: ");
    buf_printf(l.text, "attempt=%u; max=%u", request->attempt, request->attempts);
    end(&l);
    if (request->body.len > EXPECT_BYTES)
        line(&l, "Expect:", STR_NONE);
    buf_fini(&target);
    for (size_t i = 0; i < l.count; i++)
        head->lines[i] = head->text.at + l.starts[i];
    head->count = l.count;
}

void head_fini(struct head *head)
{
    if (head->text.at)
        explicit_bzero(head->text.at, head->text.cap);
    buf_fini(&head->text);
    head->count = 0;
}
