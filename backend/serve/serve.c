/* SPDX-License-Identifier: MIT */
/*
 * The server put together: the port, the rules, the transport. Whoever opens it beyond this machine
 * has to bring keys.
 */
#include "backend/serve/serve.h"

#include "backend/http/listen.h"
#include "backend/serve/answer.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

struct serve {
    struct listen listen;
    struct answer answer;
    struct keys *keys;
    struct http *http;
    struct offer offer; /* where triggers were handed over */
    char *host;
    char url[96];
};

static bool open_keys(struct serve *s, const struct serve_options *options, struct err *err)
{
    if (options->keys) {
        s->keys = keys_load(options->keys, err);
        if (!s->keys)
            return false;
    }
    if (options->key_id.len) {
        s->keys = s->keys ? s->keys : keys_begin();
        if (!keys_add(s->keys, options->key_id, options->key_secret, err))
            return false;
    }
    return s->keys || s->listen.loopback ||
           err_set(err, ERR_USAGE,
               "%s can be reached from other machines, so requests have to be signed: name a file "
               "of access keys with --keys",
               s->listen.name);
}

static void set_rules(struct serve *s, struct backend *backend, const struct serve_options *options)
{
    s->answer = (struct answer){.backend = backend,
        .gate = {.host = str_from(s->host), .any_host = s->keys != NULL},
        .keys = s->keys,
        .clock = options->clock,
        .quick_writes = options->quick_writes,
        .trace = options->trace};
}

static bool open_http(struct serve *s, const struct serve_options *options, struct err *err)
{
    struct http_handler handler = answer_handler(&s->answer);
    struct http_limits limits = {.connections = options->connections,
        .head_ms = options->head_ms,
        .idle_ms = options->idle_ms};
    s->http = http_open(&handler, &limits, err);
    return s->http != NULL;
}

struct serve *serve_open(
    struct backend *backend, const struct serve_options *given, struct err *err)
{
    struct serve_options options = given ? *given : (struct serve_options){0};
    struct serve *s = mem_new(struct serve);
    if (options.host)
        s->host = mem_dup(options.host, strlen(options.host));
    if (listen_open(&s->listen, s->host, options.port, err) && open_keys(s, &options, err)) {
        set_rules(s, backend, &options);
        snprintf(s->url, sizeof s->url, "http://%s:%u", s->listen.name, s->listen.port);
        if (open_http(s, &options, err))
            return s;
    }
    serve_close(s);
    return NULL;
}

void serve_offer(struct serve *s, struct triggers *triggers)
{
    offer_init(&s->offer, s->answer.backend, triggers, s->answer.clock, s->url, s->keys != NULL);
    s->answer.offer = &s->offer;
}

bool serve_run(struct serve *s, const atomic_bool *stop, struct err *err)
{
    bool ok = http_run(s->http, s->listen.sockets, s->listen.count, stop, err);
    offer_stop(&s->offer);
    listen_close(&s->listen);
    return ok;
}

void serve_stop(struct serve *s)
{
    http_stop(s->http);
}

void serve_close(struct serve *s)
{
    if (!s)
        return;
    http_close(s->http);
    listen_close(&s->listen);
    offer_fini(&s->offer);
    keys_free(s->keys);
    free(s->host);
    free(s);
}

unsigned serve_port(const struct serve *s)
{
    return s->listen.port;
}

const char *serve_url(const struct serve *s)
{
    return s->url;
}
