/* SPDX-License-Identifier: MIT */
/*
 * The second implementation of the interface: an endpoint behind HTTP. Here is how it opens, what
 * it is called and how it closes; a call is exchange.c's.
 */
#include "backend/remote/remote_impl.h"

#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>

static const struct backend_ops remote_ops;

static struct remote *remote_of(struct backend *backend)
{
    assert(backend->ops == &remote_ops);
    return (struct remote *)backend;
}

static bool remote_call(
    struct backend *backend, const struct ddb_call *call, struct ddb_reply *reply, struct err *err)
{
    return exchange_run(remote_of(backend), call, reply, err);
}

static bool remote_close(struct backend *backend, struct err *err)
{
    struct remote *r = remote_of(backend);
    (void)err;
    transport_close(r->transport);
    credentials_close(r->credentials);
    keys_drop(r->signer);
    sign_key_forget(&r->key);
    pthread_mutex_destroy(&r->lock);
    target_fini(&r->target);
    free(r->place);
    free(r);
    return true;
}

static const struct backend_ops remote_ops = {
    .name = "remote", .call = remote_call, .close = remote_close};

/* "aws · prod · eu-west-1", "http://127.0.0.1:8000" */
static char *make_label(const struct target *t)
{
    struct buf label = {0};
    struct str url = t->url.text;
    if (str_ends(url, STR("/")))
        url.len--;
    if (t->aws)
        buf_printf(&label, "aws · %.*s · %.*s", STR_ARG(t->profile), STR_ARG(t->region));
    else
        buf_add(&label, url);
    if (!t->aws && t->profile_asked)
        buf_printf(&label, " · %.*s", STR_ARG(t->profile));
    return buf_take(&label);
}

struct backend *remote_open(const struct remote_options *options, struct err *err)
{
    struct remote *r = mem_new(struct remote);
    if (!target_resolve(&r->target, &options->ask, err)) {
        free(r);
        return NULL;
    }
    if (getenv("AWS_SECRET_ACCESS_KEY"))
        secret_forbid_cores(); /* what comes later is forbidden when it is read */
    r->clock = options->clock;
    r->attempts = r->target.attempts;
    r->place = make_label(&r->target);
    r->backend = (struct backend){
        .ops = &remote_ops, .label = make_label(&r->target), .place = r->place, .notes = &r->notes};
    r->credentials = credentials_open(&(struct credentials_options){
        .target = &r->target, .clock = options->clock, .metadata = options->metadata});
    r->transport = transport_open(
        &(struct transport_options){.agent = "dynascope/" DYNASCOPE_VERSION " os/linux",
            .ca_bundle = r->target.ca_bundle,
            .direct = r->target.url.loopback,
            .connect_ms = options->connect_ms,
            .stall_ms = options->stall_ms});
    atomic_init(&r->notes.stall_ms, options->stall_ms ? options->stall_ms : TRANSPORT_STALL_MS);
    pthread_mutex_init(&r->lock, NULL);
    char seed[37];
    atomic_init(&r->invocations, (uint64_t)head_uuid(seed) << 32);
    return &r->backend;
}
