/* SPDX-License-Identifier: MIT */
/*
 * One call over the wire: attempts, and what may be concluded from how each of them ended.
 *
 *                         ╭───────────── again, after a while ─────────────╮
 *   keys ─▶ sign ─▶ send ─┼─ refused before it left ───────────────────────┤
 *                         ├─ lost: no answer, half of one, a wrong checksum ┴ if it may be repeated
 *                         ├─ 5xx ──────────────────────────────── likewise; else: outcome unknown
 *                         ├─ throttled: was not carried out, again
 *                         ├─ keys expired, clock wrong: put right once, again
 *                         ╰─ any other answer: the end
 *
 * What may be repeated: reads; operations whose row in the table says so; unconditional puts and
 * deletes that ask for no old item, whose second time changes nothing; transactions, by their
 * token. Whatever else was sent and not answered is ERR_UNKNOWN: its caller reads back.
 */
#include "backend/json.h"
#include "backend/ops.h"
#include "backend/remote/remote_impl.h"
#include "base/arena.h"

#include <libdeflate.h>
#include <poll.h>
#include <stdio.h>

enum { LOOK_MS = 50, SKEW_MS = 4 * 60000, OPERATION_MAX = 64 };

enum step { STEP_AGAIN, STEP_ANSWERED, STEP_FAILED };

struct exchange {
    struct remote *r;
    const struct ddb_call *call;
    struct ddb_reply *reply;
    struct err *err;
    const struct op *op;
    struct buf with_token; /* the body, where a token had to be added */
    struct head_request request;
    struct head head;
    struct retry retry;
    struct transport_answer answer;
    struct keys *keys;
    uint32_t random;
    bool writes, transaction;
    bool in_doubt; /* an attempt was sent and may have been carried out */
    bool renewed, corrected;
};

/* ---- what may be repeated ---- */

/* Has no condition that its own first time would make fail, and no answer that would differ. */
static bool is_plain_write(struct str body)
{
    static const char *const telling[] = {"ConditionExpression", "Expected", "ConditionalOperator"};
    struct arena arena = {0};
    struct err ignored = ERR_INIT;
    const struct json *json = json_parse(&arena, body, &ignored);
    const struct json *values = json_get(json, STR("ReturnValues"));
    bool plain = json_is(json, JSON_OBJECT) && (!values || str_equal(values->text, STR("NONE")));
    for (size_t i = 0; plain && i < sizeof telling / sizeof *telling; i++)
        plain = !json_get(json, str_from(telling[i]));
    arena_fini(&arena);
    return plain;
}

static bool may_repeat(const struct exchange *x)
{
    struct str name = x->call->operation;
    if (!x->writes || x->transaction || (x->op && x->op->idempotent))
        return true;
    return (str_equal(name, STR("PutItem")) || str_equal(name, STR("DeleteItem"))) &&
           is_plain_write(x->request.body);
}

/* A transaction bears a token, so that the service knows it again. Nothing is added to what is not
 * an object: the service says what is wrong with it. */
static void add_token(struct exchange *x)
{
    struct arena arena = {0};
    struct err ignored = ERR_INIT;
    char token[37];
    struct str body = str_trim(x->call->body);
    const struct json *json = json_parse(&arena, body, &ignored);
    x->transaction = json_is(json, JSON_OBJECT);
    if (x->transaction && !json_get(json, STR("ClientRequestToken"))) {
        head_uuid(token);
        buf_printf(
            &x->with_token, "{\"ClientRequestToken\":\"%s\"%s", token, json->count ? "," : "");
        buf_add(&x->with_token, str_skip(body, 1));
        x->request.body = buf_str(&x->with_token);
    }
    arena_fini(&arena);
}

/* ---- ends ---- */

static enum step unknown(struct exchange *x, const char *why)
{
    char reason[ERR_TEXT_MAX];
    snprintf(reason, sizeof reason, "%s", why);
    err_set(x->err, ERR_UNKNOWN,
        "%.*s may or may not have been applied: it was sent, but %s. Read back before trying it "
        "again",
        STR_ARG(x->call->operation), reason);
    return STEP_FAILED;
}

/* An end without an answer; x->err says why. */
static enum step fail(struct exchange *x)
{
    if (x->writes && x->in_doubt)
        return unknown(x, x->err->text);
    if (x->err->code == ERR_CANCELLED)
        err_context(x->err, "%.*s", STR_ARG(x->call->operation));
    else if (x->retry.attempt > 1)
        err_context(x->err, "after %u attempts", x->retry.attempt);
    return STEP_FAILED;
}

/* ---- waiting ---- */

static void tell(struct exchange *x, int64_t until_ns, const char *why)
{
    struct backend_notes *notes = &x->r->notes;
    atomic_store(&notes->until_ns, until_ns);
    atomic_store(&notes->why, why);
    atomic_store(&notes->attempts, x->retry.attempts);
    atomic_store(&notes->attempt, why ? x->retry.attempt : 0);
}

/* Before the next attempt. */
static bool wait(struct exchange *x, int64_t delay_ms, const char *why)
{
    int64_t until = clock_tick_ns() + delay_ms * 1000000, left;
    bool stopped = false;
    tell(x, until, why);
    while (!stopped && (left = until - clock_tick_ns()) > 0) {
        int ms = (int)((left + 999999) / 1000000);
        poll(NULL, 0, ms < LOOK_MS ? ms : LOOK_MS);
        stopped = ddb_call_stopped(x->call, x->err);
    }
    tell(x, 0, NULL);
    return !stopped;
}

/* Another attempt if there is to be one; x->err or the reply stays for the end otherwise. */
static bool again(struct exchange *x, enum retry_kind kind, const char *why, enum step *step)
{
    int64_t delay;
    x->random = x->random * 1664525u + 1013904223u;
    if (!retry_next(&x->retry, kind, x->answer.retry_after_ms, x->random, &delay))
        return false;
    *step = wait(x, delay, why) ? STEP_AGAIN : fail(x);
    return true;
}

/* ---- no answer ---- */

static enum step lost(struct exchange *x)
{
    enum step step;
    bool stopped = x->err->code == ERR_CANCELLED;
    x->in_doubt = x->in_doubt || x->answer.sent;
    if (!stopped && !x->answer.hopeless && (!x->answer.sent || may_repeat(x)) &&
        again(x, RETRY_TRANSIENT, "no answer", &step))
        return step;
    return fail(x);
}

/* ---- answers ---- */

static bool is_whole(const struct exchange *x)
{
    const struct buf *body = &x->reply->body;
    return !x->answer.has_crc || libdeflate_crc32(0, body->at, body->len) == x->answer.crc;
}

/* Some operations succeed without a word; who it was then says the request's id. */
static bool is_silence(const struct exchange *x)
{
    return x->reply->body.len == 0 && x->answer.status == 200 && x->answer.id[0];
}

static bool is_object(struct str body)
{
    struct str text = str_trim(str_take(body, 64));
    return text.len && text.at[0] == '{';
}

/* A refusal that came under the status of a success, as some gateways make them. */
static bool is_disguised(const struct exchange *x)
{
    enum { REFUSAL_MAX = 4096 };
    struct str body = buf_str(&x->reply->body);
    struct arena arena = {0};
    struct err ignored = ERR_INIT;
    bool small = body.len <= REFUSAL_MAX && str_find(body, STR("\"__type\"")) != SIZE_MAX;
    const struct json *json = small ? json_parse(&arena, body, &ignored) : NULL;
    bool disguised = json_is(json_get(json, STR("__type")), JSON_STRING);
    arena_fini(&arena);
    return disguised;
}

/* What is said of a write must be readable: a proxy's half answer is none. Pages are read by those
 * who asked. */
static bool is_readable(const struct exchange *x)
{
    struct str body = buf_str(&x->reply->body);
    struct arena arena = {0};
    struct err ignored = ERR_INIT;
    bool plain = !x->writes || body.len == 0 || str_equal(body, STR("{}"));
    bool good = plain || json_parse(&arena, body, &ignored);
    arena_fini(&arena);
    return good;
}

/* Of a text without control characters, so that a page of HTML does not fill the screen. */
static enum step not_dynamodb(struct exchange *x)
{
    int status = x->answer.status;
    x->answer.hopeless = true;
    if (status >= 300 && status < 400)
        err_set(x->err, ERR_UNREACHABLE,
            "%s sends elsewhere (status %d), which is not followed: is this a DynamoDB endpoint?",
            x->request.url->text.at, status);
    else
        err_set(x->err, ERR_UNREACHABLE,
            "%s answers with status %d, but not as DynamoDB does: is this a DynamoDB endpoint?",
            x->request.url->text.at, status);
    if (status >= 300 && status < 500) /* whoever it was: this attempt was refused */
        return fail(x);
    x->answer.sent = true;
    return lost(x);
}

static enum step garbled(struct exchange *x, const char *why)
{
    x->answer.sent = true;
    err_set(
        x->err, ERR_UNREACHABLE, "the answer of %s came damaged: %s", x->request.url->text.at, why);
    return lost(x);
}

/* "com.amazon…#Name" */
static void take_name(const struct exchange *x, char name[ERR_NAME_MAX])
{
    struct err refusal = ERR_INIT;
    ddb_reply_error(x->reply, &refusal);
    memcpy(name, refusal.name, ERR_NAME_MAX);
}

static bool one_of(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

/* Keys that have expired: once more with new ones, where there may be any. */
static bool renew(struct exchange *x, const char *name, enum step *step)
{
    static const char *const expired[] = {"ExpiredTokenException", "ExpiredToken", NULL};
    struct buf remedy = {0};
    if (!one_of(name, expired))
        return false;
    *step = STEP_AGAIN;
    if (!x->renewed && credentials_reject(x->r->credentials, x->keys)) {
        x->renewed = true;
        return true;
    }
    credentials_remedy(x->r->credentials, &remedy);
    err_refuse(x->err, name, "the session token of profile %.*s has expired: %s",
        STR_ARG(x->r->target.profile), buf_cstr(&remedy));
    x->err->code = ERR_AUTH;
    buf_fini(&remedy);
    *step = fail(x);
    return true;
}

/* Keys that are not known there, or a secret that is not theirs: with what to do about it. */
static bool rejected(struct exchange *x, const char *name, enum step *step)
{
    static const char *const unknown_keys[] = {"UnrecognizedClientException",
        "InvalidSignatureException", "SignatureDoesNotMatch", "InvalidClientTokenId", NULL};
    struct buf remedy = {0};
    struct err refusal = ERR_INIT;
    if (!one_of(name, unknown_keys))
        return false;
    ddb_reply_error(x->reply, &refusal);
    if (strstr(refusal.text, "Signature expired") || strstr(refusal.text, "not yet current"))
        buf_add(&remedy, STR("set this machine's clock, or the endpoint's"));
    else
        credentials_remedy(x->r->credentials, &remedy);
    err_refuse(x->err, name, "%s (%s)", refusal.text, buf_cstr(&remedy));
    x->err->code = ERR_AUTH;
    buf_fini(&remedy);
    *step = fail(x);
    return true;
}

/* A clock that is minutes off: the request was refused for its date, which the answer's corrects.
 */
static bool correct(struct exchange *x, const char *name, enum step *step)
{
    static const char *const dated[] = {"InvalidSignatureException", "SignatureDoesNotMatch",
        "RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed", NULL};
    if (x->corrected || !x->answer.date_ms || !one_of(name, dated))
        return false;
    int64_t skew = clock_now_ms(x->r->clock) - x->answer.date_ms;
    int64_t change = skew - atomic_load(&x->r->notes.skew_ms);
    if (change > -SKEW_MS && change < SKEW_MS)
        return false;
    atomic_store(&x->r->notes.skew_ms, skew);
    x->corrected = true;
    *step = STEP_AGAIN;
    return true;
}

static const char *why_of(enum retry_kind kind)
{
    return kind == RETRY_THROTTLED ? "throttled" : "the service failed";
}

static enum step refused(struct exchange *x)
{
    char name[ERR_NAME_MAX];
    enum step step;
    int status = x->answer.status;
    take_name(x, name);
    if (renew(x, name, &step) || correct(x, name, &step) || rejected(x, name, &step))
        return step;
    bool failed = status >= 500;
    enum retry_kind kind = retry_kind_of(status, str_from(name));
    x->in_doubt = x->in_doubt || failed;
    if (kind != RETRY_NOT && (!failed || may_repeat(x)) && again(x, kind, why_of(kind), &step))
        return step;
    /* the service knows a transaction again by its token: that one was not applied before either */
    if (x->writes && x->in_doubt && strcmp(name, "TransactionCanceledException") != 0) {
        struct err refusal = ERR_INIT;
        ddb_reply_error(x->reply, &refusal);
        err_context(&refusal, "the service answered with %s", name);
        return unknown(x, refusal.text);
    }
    retry_succeeded(&x->retry);
    return STEP_ANSWERED;
}

static enum step judge(struct exchange *x)
{
    x->reply->status = x->answer.status;
    memcpy(x->reply->request_id, x->answer.id, sizeof x->reply->request_id);
    if (!is_whole(x))
        return garbled(x, "its checksum (x-amz-crc32) is wrong");
    bool success = x->answer.status >= 200 && x->answer.status < 300;
    if (!is_object(buf_str(&x->reply->body)) && !is_silence(x) &&
        (success || x->answer.status < 500))
        return not_dynamodb(x);
    if (success && !is_readable(x))
        return garbled(x, "it is not JSON");
    if (success && is_disguised(x)) {
        x->reply->status = x->answer.status = 400;
        success = false;
    }
    if (!success)
        return refused(x);
    retry_succeeded(&x->retry);
    return STEP_ANSWERED;
}

/* ---- attempts ---- */

/* Enough to tell keys apart by, and only of one that is long enough to keep the rest to itself. */
static void note_key(struct exchange *x)
{
    enum { ID_LEAST = 16 };
    struct str id = secret_str(&x->keys->id);
    uint32_t tail = 0;
    for (size_t i = id.len - BACKEND_KEY_TAIL; id.len >= ID_LEAST && i < id.len; i++)
        if (id.at[i] <= ' ' || id.at[i] > '~')
            return;
    if (id.len >= ID_LEAST)
        memcpy(&tail, id.at + id.len - BACKEND_KEY_TAIL, sizeof tail);
    atomic_store_explicit(&x->r->notes.key_tail, tail, memory_order_relaxed);
}

static enum step attempt(struct exchange *x)
{
    struct process_limits limits = {.cancel = x->call->cancel, .deadline_ns = x->call->deadline_ns};
    keys_drop(x->keys);
    x->keys = credentials_take(x->r->credentials, &limits, x->err);
    if (!x->keys)
        return fail(x);
    note_key(x);
    x->request.attempt = x->retry.attempt;
    x->request.attempts = x->retry.attempts;
    head_make(&x->head, x->r, x->keys, &x->request);
    struct transport_request request = {.method = "POST",
        .url = x->request.url->text.at,
        .headers = x->head.lines,
        .header_count = x->head.count,
        .body = x->request.body,
        .once = x->writes && !(x->op && x->op->idempotent),
        .moved_ns = &x->r->notes.moved_ns,
        .cancel = x->call->cancel,
        .deadline_ns = x->call->deadline_ns};
    x->answer.body = &x->reply->body;
    x->reply->attempts++;
    atomic_store(&x->r->notes.trying, x->retry.attempt);
    atomic_store(&x->r->notes.tries, x->retry.attempts);
    bool whole = transport_ask(x->r->transport, &request, &x->answer, x->err);
    atomic_store(&x->r->notes.moved_ns, 0);
    return whole ? judge(x) : lost(x);
}

/* operation = letter {letter | digit}: it stands in the head */
static bool is_name(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (i && c >= '0' && c <= '9')))
            return false;
    }
    return name.len > 0 && name.len <= OPERATION_MAX;
}

static void start(struct exchange *x)
{
    struct str name = x->call->operation;
    x->op = op_find(name);
    x->writes = !ddb_call_reads(x->call);
    x->request.streams = x->op && x->op->service == OP_STREAMS;
    x->request.operation = name;
    x->request.body = x->call->body;
    x->request.url = x->request.streams ? &x->r->target.streams : &x->r->target.url;
    x->retry = retry_start(&x->r->bucket, x->r->attempts);
    x->random = head_invocation(x->r, x->request.invocation);
    if (str_equal(name, STR("TransactWriteItems")) || str_equal(name, STR("ExecuteTransaction")))
        add_token(x);
}

bool exchange_run(
    struct remote *r, const struct ddb_call *call, struct ddb_reply *reply, struct err *err)
{
    struct exchange x = {.r = r, .call = call, .reply = reply, .err = err};
    enum step step;
    if (!is_name(call->operation)) {
        struct err refusal = ERR_INIT;
        err_refuse(&refusal, "UnknownOperationException", "%s", "");
        ddb_reply_refuse(reply, &refusal);
        return true;
    }
    start(&x);
    while ((step = attempt(&x)) == STEP_AGAIN)
        ;
    keys_drop(x.keys);
    head_fini(&x.head);
    buf_fini(&x.with_token);
    return step == STEP_ANSWERED;
}
