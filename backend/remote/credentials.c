/* SPDX-License-Identifier: MIT */
/*
 * The chain of sources, in the order of the AWS tools, and the keys that it gave last:
 *
 *   environment ▸ role or SSO profile ▸ credentials file ▸ `aws login` profile ▸
 *   credential_process ▸ config file ▸ container ▸ machine
 *
 * The environment is left out where a profile was asked for by name. Role, SSO and login profiles
 * are the AWS CLI's to understand: it is run and prints keys. Beside an emulator on this machine
 * nothing is run or probed unless a profile was asked for, and any keys will do.
 *
 *   none ──take──▶ asking ──▶ fresh ──15 min before the end──▶ asked again by one, used by all
 *                     ╰─ failed                    10 min before the end ──▶ waited for
 */
#include "backend/remote/credentials.h"

#include "backend/remote/credentials_http.h"
#include "base/mem.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { ADVISORY_MS = 15 * 60000, MANDATORY_MS = 10 * 60000, AGAIN_MS = 30000, LOOK_MS = 50 };

enum kind { KIND_FIXED, KIND_CLI, KIND_PROCESS, KIND_AGENT, KIND_MACHINE, KIND_ANY };

struct credentials {
    struct credentials_options options;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t ended; /* somebody has asked */
    bool asking;
    enum kind kind; /* of the last keys */
    struct keys *keys;
    int64_t again_ms; /* a failed attempt ahead of time is not repeated before */
};

struct credentials *credentials_open(const struct credentials_options *options)
{
    struct credentials *c = mem_new(struct credentials);
    c->options = *options;
    if (!c->options.metadata)
        c->options.metadata = "http://169.254.169.254";
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->ended, NULL);
    return c;
}

void credentials_close(struct credentials *c)
{
    if (!c)
        return;
    keys_drop(c->keys);
    pthread_cond_destroy(&c->ended);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

/* ---- sources ---- */

/* One round through the chain. A source that is there but fails ends it: going on would sign as
 * somebody else. */
struct round {
    const struct credentials *c;
    const struct target *target;
    const struct process_limits *limits;
    enum kind kind;
    bool remedied; /* the error says itself what to do */
    struct keys *keys;
};

static struct str variable(const char *name)
{
    return str_from(getenv(name));
}

static struct str of_profile(const struct round *r, const char *key)
{
    return profiles_get(&r->target->files, r->target->profile, str_from(key));
}

static bool from_environment(struct round *r, struct err *err)
{
    struct str id = variable("AWS_ACCESS_KEY_ID"), secret = variable("AWS_SECRET_ACCESS_KEY");
    if (r->target->profile_asked || (!id.len && !secret.len))
        return true;
    r->kind = KIND_FIXED;
    r->keys = keys_new(id, secret, variable("AWS_SESSION_TOKEN"),
        "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", err);
    return r->keys != NULL;
}

/* The profile's own keys, from one file or the other. */
static bool from_files(struct round *r, bool credentials_file, struct err *err)
{
    struct str id = of_profile(r, "aws_access_key_id"), key = STR("aws_access_key_id");
    const struct target *t = r->target;
    if (!id.len || profiles_in_credentials(&t->files, t->profile, key) != credentials_file)
        return true;
    struct buf from = {0};
    buf_printf(&from, "profile %.*s", STR_ARG(t->profile));
    r->kind = KIND_FIXED;
    r->keys = keys_new(id, of_profile(r, "aws_secret_access_key"),
        of_profile(r, "aws_session_token"), buf_cstr(&from), err);
    buf_fini(&from);
    return r->keys != NULL;
}

static bool take_output(
    struct round *r, const char *const words[], const char *from, struct err *err)
{
    struct secret out = {0};
    if (process_capture(words, r->limits, &out, err))
        r->keys = keys_parse(secret_str(&out), from, err);
    secret_fini(&out);
    return r->keys != NULL;
}

static bool from_cli(struct round *r, bool profile, struct err *err)
{
    struct buf option = {0};
    buf_printf(&option, "--profile=%.*s", STR_ARG(r->target->profile));
    const char *words[] = {"aws", "configure", "export-credentials", "--format", "process",
        profile ? buf_cstr(&option) : NULL, NULL};
    r->kind = KIND_CLI;
    bool found = process_found("aws");
    bool ok = found && take_output(r, words, "aws configure export-credentials", err);
    bool old = found && !ok && strstr(err->text, "nvalid choice"); /* in its usage, a page of it */
    r->remedied = !found || old;
    if (old)
        err_set(err, ERR_CONFIG,
            "its keys come from a role, SSO or a login, which version 2 of the AWS CLI fetches: "
            "the `aws` along PATH is version 1");
    else if (!found)
        err_set(err, ERR_CONFIG,
            "its keys come from a role, SSO or a login, which the AWS CLI fetches: there is no "
            "program `aws` along PATH");
    buf_fini(&option);
    return ok;
}

static bool wants_cli(const struct round *r, bool login)
{
    if (login)
        return of_profile(r, "login_session").len > 0;
    return of_profile(r, "role_arn").len || of_profile(r, "sso_session").len ||
           of_profile(r, "sso_start_url").len;
}

static bool from_web_identity(struct round *r, struct err *err)
{
    if (r->target->profile_asked || !variable("AWS_WEB_IDENTITY_TOKEN_FILE").len ||
        !variable("AWS_ROLE_ARN").len)
        return true;
    return from_cli(r, false, err);
}

static bool from_process(struct round *r, struct err *err)
{
    struct str command = of_profile(r, "credential_process");
    char *words[PROCESS_WORDS_MAX + 1];
    if (!command.len)
        return true;
    r->kind = KIND_PROCESS;
    if (r->target->files.shared_writable)
        return err_set(err, ERR_CONFIG,
            "credential_process: others of the group may write the file, so the program is not "
            "run: "
            "chmod go-w %s",
            r->target->files.config_path);
    char *text = mem_dup(command.at, command.len);
    bool ok = process_split(text, words, err);
    if (!ok)
        err_context(err, "credential_process");
    ok = ok && take_output(r, (const char *const *)words, "credential_process", err);
    free(text);
    return ok;
}

static bool from_agent(struct round *r, struct err *err)
{
    if (!credentials_http_has_agent())
        return true;
    r->kind = KIND_AGENT;
    r->keys = credentials_http_agent(r->limits, err);
    return r->keys != NULL;
}

static bool from_machine(struct round *r, struct err *err)
{
    struct err wrong = ERR_INIT;
    if (str_equal_nocase(variable("AWS_EC2_METADATA_DISABLED"), STR("true")))
        return true;
    r->kind = KIND_MACHINE;
    r->keys = credentials_http_machine(r->c->options.metadata, r->limits, &wrong);
    if (wrong.code != ERR_NONE)
        *err = wrong;
    return r->keys || wrong.code == ERR_NONE;
}

/* ---- the chain ---- */

/* What costs nothing. */
static bool from_near(struct round *r, struct err *err)
{
    return from_environment(r, err) && (r->keys || from_files(r, true, err)) &&
           (r->keys || from_files(r, false, err));
}

static bool from_all(struct round *r, struct err *err)
{
    return from_environment(r, err) &&
           (r->keys ||
               (wants_cli(r, false) ? from_cli(r, true, err) : from_web_identity(r, err))) &&
           (r->keys || from_files(r, true, err)) &&
           (r->keys || !wants_cli(r, true) || from_cli(r, true, err)) &&
           (r->keys || from_process(r, err)) && (r->keys || from_files(r, false, err)) &&
           (r->keys || from_agent(r, err)) && (r->keys || from_machine(r, err));
}

static bool none(const struct target *t, struct err *err)
{
    if (t->profile_named)
        return err_set(err, ERR_CONFIG,
            "no credentials for profile %.*s: `aws configure --profile %.*s` stores keys, `aws "
            "configure sso --profile %.*s` sets up a login",
            STR_ARG(t->profile), STR_ARG(t->profile), STR_ARG(t->profile));
    return err_set(err, ERR_CONFIG,
        "no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or `aws configure` (or "
        "`aws configure sso`) makes a profile%s",
        t->aws ? "" : "; where the endpoint does not check them, any words will do");
}

static void add_remedy(const struct target *t, enum kind kind, struct buf *out)
{
    if (kind == KIND_CLI)
        buf_printf(out, "run `aws sso login --profile %.*s` (or `aws login`)", STR_ARG(t->profile));
    else if (kind == KIND_FIXED && t->profile_named)
        buf_printf(out, "put new keys into profile %.*s", STR_ARG(t->profile));
    else if (kind == KIND_FIXED)
        buf_add(out, STR("set new AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN"));
    else if (kind == KIND_PROCESS)
        buf_printf(out, "run the credential_process of profile %.*s by hand to see what it says",
            STR_ARG(t->profile));
    else if (kind == KIND_ANY)
        buf_add(out, STR("no keys were found, so made-up ones signed: --profile NAME, or set "
                         "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"));
    else
        buf_add(out, STR("look at the source of the credentials"));
}

static void explain(const struct round *r, struct err *err)
{
    struct buf remedy = {0};
    if (err->code == ERR_CANCELLED)
        return;
    add_remedy(r->target, r->kind, &remedy);
    bool ends = r->kind == KIND_CLI && !r->remedied;
    char text[ERR_TEXT_MAX];
    memcpy(text, err->text, sizeof text);
    err_set(err, ERR_CONFIG, "no credentials for profile %.*s: %s%s%s", STR_ARG(r->target->profile),
        text, ends ? "; " : "", ends ? buf_cstr(&remedy) : "");
    buf_fini(&remedy);
}

static struct keys *any_keys(struct err *err)
{
    return keys_new(STR("local"), STR("local"), STR_NONE, "", err);
}

static struct keys *look(
    struct credentials *c, const struct process_limits *limits, enum kind *kind, struct err *err)
{
    const struct target *t = c->options.target;
    struct round r = {.c = c, .target = t, .limits = limits, .kind = KIND_ANY};
    bool near = t->url.loopback && !t->profile_asked;
    bool ok = near ? from_near(&r, err) : from_all(&r, err);
    *kind = r.kind;
    if (!ok)
        explain(&r, err);
    else if (!r.keys && t->url.loopback)
        r.keys = any_keys(err);
    else if (!r.keys)
        none(t, err);
    if (ok && r.keys && r.kind != KIND_ANY)
        secret_forbid_cores();
    return r.keys;
}

/* ---- taking ---- */

static int64_t now_of(const struct credentials *c)
{
    return clock_now_ms(c->options.clock);
}

/* With the lock held: whether the keys are good for so much longer. */
static bool good_for(const struct credentials *c, int64_t ms)
{
    return c->keys && (!c->keys->expires_ms || c->keys->expires_ms > now_of(c) + ms);
}

/* With the lock held, and let go meanwhile. */
static bool ask(struct credentials *c, const struct process_limits *limits, struct err *err)
{
    enum kind kind;
    c->asking = true;
    pthread_mutex_unlock(&c->lock);
    struct keys *keys = look(c, limits, &kind, err);
    pthread_mutex_lock(&c->lock);
    c->asking = false;
    if (keys) {
        keys_drop(c->keys);
        c->keys = keys;
        c->kind = kind;
    } else {
        c->again_ms = now_of(c) + AGAIN_MS;
    }
    pthread_cond_broadcast(&c->ended);
    return keys != NULL;
}

/* With the lock held: for somebody else's asking, a moment at a time. */
static bool wait_for_end(
    struct credentials *c, const struct process_limits *limits, struct err *err)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += LOOK_MS * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    pthread_cond_timedwait(&c->ended, &c->lock, &until);
    if (limits->cancel && atomic_load(limits->cancel))
        return err_set(err, ERR_CANCELLED, "cancelled while waiting for credentials");
    return !limits->deadline_ns || clock_tick_ns() < limits->deadline_ns ||
           err_set(err, ERR_CANCELLED, "waiting for credentials took longer than it may");
}

/* With the lock held. */
static bool stale(const struct credentials *c, struct err *err)
{
    struct buf remedy = {0};
    add_remedy(c->options.target, c->kind, &remedy);
    err_set(err, ERR_AUTH, "the credentials that came for profile %.*s have expired already: %s",
        STR_ARG(c->options.target->profile), buf_cstr(&remedy));
    buf_fini(&remedy);
    return false;
}

/* With the lock held. Keys that are still good outlive a failure to get newer ones. */
static bool have_keys(struct credentials *c, const struct process_limits *limits, struct err *err)
{
    for (;;) {
        bool soon = !good_for(c, ADVISORY_MS);
        if (!soon)
            return true;
        if (c->asking ? good_for(c, MANDATORY_MS) : good_for(c, 0) && now_of(c) < c->again_ms)
            return true;
        if (!c->asking) {
            struct err wrong = ERR_INIT;
            if (ask(c, limits, &wrong))
                return good_for(c, 0) || stale(c, err);
            if (good_for(c, 0) && wrong.code != ERR_CANCELLED)
                return true;
            *err = wrong;
            return false;
        }
        if (!wait_for_end(c, limits, err))
            return false;
    }
}

struct keys *credentials_take(
    struct credentials *c, const struct process_limits *limits, struct err *err)
{
    pthread_mutex_lock(&c->lock);
    struct keys *keys = have_keys(c, limits, err) ? keys_share(c->keys) : NULL;
    pthread_mutex_unlock(&c->lock);
    return keys;
}

bool credentials_reject(struct credentials *c, const struct keys *keys)
{
    pthread_mutex_lock(&c->lock);
    bool renewable = c->kind != KIND_FIXED && c->kind != KIND_ANY;
    if (renewable && c->keys == keys) {
        keys_drop(c->keys);
        c->keys = NULL;
    }
    pthread_mutex_unlock(&c->lock);
    return renewable;
}

void credentials_remedy(const struct credentials *c, struct buf *out)
{
    struct credentials *inside = (struct credentials *)c;
    pthread_mutex_lock(&inside->lock);
    enum kind kind = inside->kind;
    pthread_mutex_unlock(&inside->lock);
    add_remedy(c->options.target, kind, out);
}
