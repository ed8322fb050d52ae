/* SPDX-License-Identifier: MIT */
/*
 * What every backend and every caller of one share: making the call, reading and writing error
 * answers, the cancel flag and the deadline. Knows no implementation.
 */
#include "backend/backend_impl.h"
#include "backend/json.h"
#include "base/arena.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

void ddb_reply_fini(struct ddb_reply *reply)
{
    if (!reply)
        return;
    buf_fini(&reply->body);
    *reply = (struct ddb_reply){0};
}

bool ddb_call_stopped(const struct ddb_call *call, struct err *err)
{
    if (call->cancel && atomic_load_explicit(call->cancel, memory_order_relaxed)) {
        err_set(err, ERR_CANCELLED, "%.*s was cancelled", STR_ARG(call->operation));
        return true;
    }
    if (call->deadline_ns && clock_tick_ns() > call->deadline_ns) {
        err_set(err, ERR_CANCELLED, "%.*s took longer than it may", STR_ARG(call->operation));
        return true;
    }
    return false;
}

bool backend_call(
    struct backend *backend, const struct ddb_call *call, struct ddb_reply *reply, struct err *err)
{
    reply->status = 0;
    reply->placed = false;
    reply->attempts = 0;
    reply->request_id[0] = '\0';
    buf_clear(&reply->body);
    if (ddb_call_stopped(call, err))
        return false;
    return backend->ops->call(backend, call, reply, err);
}

bool backend_submit(struct backend *backend, struct ddb_task *task)
{
    if (!backend->ops->submit || ddb_call_stopped(&task->call, &task->err))
        return false;
    task->reply.status = 0;
    task->reply.placed = false;
    task->err = ERR_INIT;
    buf_clear(&task->reply.body);
    return backend->ops->submit(backend, task);
}

bool backend_close(struct backend *backend, struct err *err)
{
    struct err unheard = ERR_INIT;
    if (!backend)
        return true;
    char *label = backend->label;
    bool ok = backend->ops->close(backend, err ? err : &unheard);
    free(label);
    return ok;
}

const char *backend_label(const struct backend *backend)
{
    return backend->label ? backend->label : backend->ops->name;
}

/* ---- what is known of a backend ---- */

const char *backend_place(const struct backend *backend)
{
    return backend->place;
}

struct backend backend_wrap(const struct backend_ops *ops, const struct backend *inner)
{
    const char *label = backend_label(inner);
    struct backend outer = *inner;
    outer.ops = ops;
    outer.label = mem_dup(label, strlen(label));
    return outer;
}

bool backend_is_remote(const struct backend *backend)
{
    return backend->notes != NULL;
}

const char *backend_read_only_remedy(const struct backend *backend)
{
    return backend->read_only;
}

int64_t backend_budget(const struct backend *backend)
{
    return backend->budget;
}

const char *backend_word(const struct backend *backend)
{
    return backend->word;
}

const char *backend_colour(const struct backend *backend)
{
    return backend->colour ? backend->colour : "";
}

/* A request under way of which nothing has moved for seconds. */
static bool is_silent(const struct backend_notes *notes, struct backend_wait *out)
{
    enum { OVERDUE_MS = 2000 };
    int64_t moved_ns = atomic_load(&notes->moved_ns);
    int64_t silent_ms = (clock_tick_ns() - moved_ns) / 1000000;
    if (!moved_ns || silent_ms < OVERDUE_MS)
        return false;
    int64_t left_ms = atomic_load(&notes->stall_ms) - silent_ms;
    *out = (struct backend_wait){.attempt = atomic_load(&notes->trying),
        .attempts = atomic_load(&notes->tries),
        .left_ms = left_ms > 0 ? left_ms : 0,
        .silent_ms = silent_ms,
        .why = "no answer"};
    return true;
}

bool backend_waiting(const struct backend *backend, struct backend_wait *out)
{
    const struct backend_notes *notes = backend->notes;
    if (!notes || !atomic_load(&notes->attempt))
        return notes && is_silent(notes, out);
    const char *why = atomic_load(&notes->why);
    int64_t left_ns = atomic_load(&notes->until_ns) - clock_tick_ns();
    *out = (struct backend_wait){.attempt = atomic_load(&notes->attempt),
        .attempts = atomic_load(&notes->attempts),
        .left_ms = left_ns > 0 ? left_ns / 1000000 : 0,
        .why = why ? why : ""};
    return true;
}

bool backend_key_tail(const struct backend *backend, char out[BACKEND_KEY_TAIL + 1])
{
    uint32_t tail = backend->notes ? atomic_load(&backend->notes->key_tail) : 0;
    memcpy(out, &tail, BACKEND_KEY_TAIL);
    out[BACKEND_KEY_TAIL] = '\0';
    return tail != 0;
}

int64_t backend_skew_ms(const struct backend *backend)
{
    return backend->notes ? atomic_load(&backend->notes->skew_ms) : 0;
}

/* ---- error answers ---- */

static bool one_of(struct str name, const char *const *names)
{
    for (; *names; names++)
        if (str_equal(name, str_from(*names)))
            return true;
    return false;
}

/* The shapes that the service's framework defines, not the database. */
static const char *const framework[] = {"AccessDeniedException", "IncompleteSignatureException",
    "InvalidSignatureException", "MissingAuthenticationTokenException", "SerializationException",
    "UnknownOperationException", "UnrecognizedClientException", NULL};
static const char *const throttles[] = {"LimitExceededException",
    "ProvisionedThroughputExceededException", "RequestLimitExceeded", "ServiceUnavailable",
    "ThrottlingException", "TransactionInProgressException", NULL};
static const char *const refusals_of_person[] = {"ExpiredTokenException",
    "IncompleteSignatureException", "InvalidSignatureException",
    "MissingAuthenticationTokenException", "UnrecognizedClientException", NULL};

static enum err_code code_of(struct str name)
{
    if (one_of(name, throttles))
        return ERR_BUSY;
    if (one_of(name, refusals_of_person))
        return ERR_AUTH;
    return ERR_REFUSED;
}

static int status_of(struct str name)
{
    if (str_equal(name, STR("InternalServerError")))
        return 500;
    return str_equal(name, STR("ServiceUnavailable")) ? 503 : 400;
}

static const char *prefix_of(struct str name)
{
    if (str_equal(name, STR("ValidationException")))
        return "com.amazon.coral.validate#";
    if (one_of(name, framework))
        return "com.amazon.coral.service#";
    return "com.amazonaws.dynamodb.v20120810#";
}

void ddb_reply_refuse(struct ddb_reply *reply, const struct err *err)
{
    const char *name = err->name[0] ? err->name : "InternalServerError";
    struct str word = str_from(name);
    bool capital = one_of(word, framework) || str_equal(word, STR("TransactionCanceledException"));
    reply->status = status_of(word);
    reply->placed = err->at != ERR_NOWHERE;
    reply->at = reply->placed ? err->at : 0;
    reply->len = reply->placed ? err->len : 0;
    buf_clear(&reply->body);
    buf_printf(&reply->body, "{\"__type\":\"%s%s\",", prefix_of(word), name);
    buf_add(&reply->body, capital ? STR("\"Message\":") : STR("\"message\":"));
    json_put_string(&reply->body, str_from(err->text));
    buf_add_byte(&reply->body, '}');
}

/* ddb_reply_error() without the JSON: an endpoint that is no DynamoDB. */
static bool unreadable(const struct ddb_reply *reply, struct err *err)
{
    err_set(err, ERR_UNREACHABLE,
        "status %d without an error document: is this a DynamoDB endpoint?", reply->status);
    return true;
}

static struct str text_of(const struct json *json)
{
    return json_is(json, JSON_STRING) ? json->text : STR_NONE;
}

/* " (TableReadProvisionedThroughputExceeded: arn:…)" behind the message of a throttled call. */
static void add_reasons(const struct json *body, struct err *err)
{
    const struct json *list = json_get(body, STR("ThrottlingReasons"));
    struct buf text = {0};
    for (const struct json *one = json_is(list, JSON_ARRAY) ? list->first : NULL; one;
         one = one->next) {
        struct str reason = text_of(json_get(one, STR("reason")));
        struct str resource = text_of(json_get(one, STR("resource")));
        if (reason.len)
            buf_printf(&text, "%s%.*s%s%.*s", text.len ? ", " : "", STR_ARG(reason),
                resource.len ? ": " : "", STR_ARG(resource));
    }
    size_t len = strlen(err->text);
    if (text.len)
        snprintf(err->text + len, sizeof err->text - len, " (%s)", buf_cstr(&text));
    buf_fini(&text);
}

bool ddb_reply_error(const struct ddb_reply *reply, struct err *err)
{
    if (reply->status >= 200 && reply->status < 300)
        return false;
    struct arena arena = {0};
    struct err ignored = ERR_INIT;
    const struct json *body = json_parse(&arena, buf_str(&reply->body), &ignored);
    struct str name = text_of(json_get(body, STR("__type")));
    size_t hash = str_find_byte(name, '#');
    if (hash != SIZE_MAX)
        name = str_skip(name, hash + 1);
    struct str text = text_of(json_get(body, STR("message")));
    if (!text.at)
        text = text_of(json_get(body, STR("Message")));
    if (name.len) {
        char word[ERR_NAME_MAX] = "";
        memcpy(word, name.at, name.len < sizeof word ? name.len : sizeof word - 1);
        bool mute = !text.len && strcmp(word, "UnknownOperationException") == 0;
        if (mute) /* the service says no more than that */
            text = STR("the endpoint does not offer this operation");
        err_refuse(err, word, "%.*s", STR_ARG(text));
        err->code = code_of(name);
        add_reasons(body, err);
        if (reply->placed)
            err_place(err, reply->at, reply->len);
    } else {
        unreadable(reply, err);
    }
    arena_fini(&arena);
    return true;
}
