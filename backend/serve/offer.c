/* SPDX-License-Identifier: MIT */
/*
 * The counter of what is offered besides DynamoDB: who may ask, how much may come, which face
 * answers.
 *
 *   head ─▶ offer_admit() ─▶ body, signature ─▶ offer_begin() ─┬─▶ offer_start(): an invocation
 *             who? how much?                                   └─▶ offer_run(): all else, on a
 *                                                                  thread that may wait
 *
 * Code arrives here by HTTP and runs as this user. So it is taken from this user's own processes
 * alone (or root's), whichever the signature, unless signatures are verified. All that these faces
 * show (what functions print, their environments) is kept from others alike.
 */
#include "backend/serve/offer.h"

#include "backend/http/peer.h"
#include "backend/serve/face.h"
#include "backend/serve/function_face.h"
#include "backend/serve/gate.h"
#include "backend/serve/gateway.h"
#include "backend/serve/iam.h"
#include "backend/serve/lambda.h"
#include "backend/serve/lambda_invoke.h"
#include "backend/serve/logs_face.h"

#include <stdlib.h>
#include <unistd.h>

void offer_init(struct offer *offer, struct backend *backend, struct triggers *triggers,
    const struct clock *clock, const char *url, bool verified)
{
    struct buf papers = {0};
    *offer = (struct offer){.backend = backend,
        .triggers = triggers,
        .registry = triggers_registry(triggers),
        .invoker = triggers_invoker(triggers),
        .invoke = invoker_start,
        .drop = invoker_drop,
        .clock = clock,
        .url = url,
        .verified = verified,
        .later = later_new(),
        .retry_ms = {60000, 120000}};
    buf_printf(&papers, "%s/faces", registry_folder(offer->registry));
    buf_cstr(&papers);
    offer->papers = buf_take(&papers);
    pthread_mutex_init(&offer->changing, NULL);
}

void offer_stop(struct offer *offer)
{
    later_stop(offer->later);
}

void offer_fini(struct offer *offer)
{
    if (!offer->papers)
        return;
    later_free(offer->later);
    free(offer->papers);
    pthread_mutex_destroy(&offer->changing);
    *offer = (struct offer){0};
}

void offer_lock(struct offer *offer)
{
    pthread_mutex_lock(&offer->changing);
}

void offer_unlock(struct offer *offer)
{
    pthread_mutex_unlock(&offer->changing);
}

void offer_unlock_changed(struct offer *offer)
{
    pthread_mutex_unlock(&offer->changing);
    if (offer->triggers)
        triggers_wake(offer->triggers);
}

/* ---- who, how much ---- */

/* Of a connection, kept with it: its user does not change. */
enum { PEER_UNKNOWN, PEER_OURS, PEER_FOREIGN };

static bool is_ours(struct request *request)
{
    uid_t user;
    if (request->peer == PEER_UNKNOWN) {
        bool ours = peer_user(request->socket, &user) && (user == geteuid() || user == 0);
        request->peer = ours ? PEER_OURS : PEER_FOREIGN;
    }
    return request->peer == PEER_OURS;
}

static bool refuse(enum route_face face, struct reply *reply, const struct err *err)
{
    if (face == ROUTE_FORM) {
        iam_refuse(reply, err);
        reply->status = 403;
    } else {
        face_refuse(reply, err);
    }
    return false;
}

static bool check_peer(
    const struct offer *offer, enum route_face face, struct request *request, struct reply *reply)
{
    struct err err = ERR_INIT;
    if (offer->verified || is_ours(request))
        return true;
    err_refuse(&err, "AccessDeniedException",
        "Functions run as the user who started dynascope serve, so only that user's own processes "
        "on this machine may create, change, invoke or read them: ask as that user, or start serve "
        "with --keys and sign with one of its keys");
    return refuse(face, reply, &err);
}

/* CreateFunction, UpdateFunctionCode */
static bool brings_code(const struct request *request)
{
    struct arena arena = {0};
    struct str parts[FACE_PARTS], path = message_path(request);
    bool post = str_equal(request->method, STR("POST")),
         put = str_equal(request->method, STR("PUT"));
    bool fits = (post && face_fits(&arena, "/2015-03-31/functions", path, parts)) ||
                (put && face_fits(&arena, "/2015-03-31/functions/{}/code", path, parts));
    arena_fini(&arena);
    return fits;
}

/* Whoever has only a signature to show sends its body before that can be verified. */
static bool check_length(enum route_face face, struct request *request, struct reply *reply)
{
    uint64_t length = gate_length(request), most = REQUEST_BODY_MAX;
    struct err err = ERR_INIT;
    if (face == ROUTE_LAMBDA && length > most && brings_code(request) && is_ours(request))
        most = OFFER_CODE_MAX;
    if (length <= most)
        return true;
    err_refuse(&err, "RequestTooLargeException",
        "Request must be smaller than %llu bytes for this operation: it has %llu",
        (unsigned long long)most, (unsigned long long)length);
    return refuse(face, reply, &err);
}

static bool refuse_browser(struct reply *reply, const char *why)
{
    reply_set(reply, 403, REPLY_TEXT, str_from(why));
    reply->bare = true;
    return false;
}

/* Foreign pages are turned away at the gate. What a function answers may be a page, too, which is
 * of this origin then: it may ask functions, and nothing else. An old browser does not tell where a
 * request comes from: it may be a page's picture. */
static bool check_browser(enum route_face face, const struct request *request, struct reply *reply)
{
    bool tells = message_get(request, STR("Sec-Fetch-Site")).len > 0;
    if (tells && face != ROUTE_FUNCTION)
        return refuse_browser(reply, "web pages are not served\n");
    if (!tells && str_starts(message_get(request, STR("User-Agent")), STR("Mozilla/")))
        return refuse_browser(reply, "browsers have to say Sec-Fetch-Site here\n");
    return true;
}

bool offer_admit(
    const struct offer *offer, enum route_face face, struct request *request, struct reply *reply)
{
    return check_browser(face, request, reply) && check_peer(offer, face, request, reply) &&
           check_length(face, request, reply);
}

/* ---- which face ---- */

enum http_next offer_begin(struct offer *offer, enum route_face face, struct str service,
    struct request *request, struct reply *reply)
{
    (void)offer;
    (void)reply;
    request->face = (int)face;
    if (face == ROUTE_FORM)
        request->operation = str_equal(service, STR("sts")) ? STR("STS") : STR("IAM");
    return HTTP_START;
}

bool offer_start(struct offer *offer, struct request *request, struct reply *reply,
    void (*done)(void *ticket), void *ticket)
{
    struct lambda_ticket waits = {done, ticket};
    if (request->face == ROUTE_LAMBDA)
        return lambda_start(offer, request, reply, &waits);
    return request->face == ROUTE_FUNCTION && function_face_start(offer, request, reply, &waits);
}

void offer_run(struct offer *offer, struct request *request, struct reply *reply)
{
    switch ((enum route_face)request->face) {
    case ROUTE_LAMBDA:
        lambda_run(offer, request, reply);
        break;
    case ROUTE_GATEWAY:
        gateway_run(offer, request, reply);
        break;
    case ROUTE_LOGS:
        logs_face_run(offer, request, reply);
        break;
    case ROUTE_FORM:
        iam_run(offer, request, reply);
        break;
    case ROUTE_FUNCTION: /* started, or answered by that */
    case ROUTE_NOWHERE:
    case ROUTE_DYNAMODB:
        break;
    }
}
