/* SPDX-License-Identifier: MIT */
/*
 * Keys by HTTP from next door: never through a proxy, with an answer of a few KB at most. A
 * container's agent is only asked on addresses that stay within the machine or are encrypted, since
 * the address comes from a variable.
 */
#include "backend/remote/credentials_http.h"

#include "backend/remote/transport.h"
#include "backend/remote/url.h"
#include "base/clock.h"

#include <stdlib.h>

enum { ANSWER_MAX = 128 << 10, AGENT_MS = 5000, MACHINE_MS = 1000, TOKEN_MAX = 16 << 10 };

/* One request; *status = 0 where nobody answered. The caller wipes `body`. */
static bool ask(const char *method, const char *url, const char *const *headers, size_t count,
    int64_t wait_ms, const struct process_limits *limits, struct buf *body, int *status,
    struct err *err)
{
    struct transport_options options = {
        .direct = true, .connect_ms = wait_ms, .stall_ms = wait_ms, .answer_max = ANSWER_MAX};
    struct transport_request request = {.method = method,
        .url = url,
        .headers = headers,
        .header_count = count,
        .cancel = limits->cancel,
        .deadline_ns = limits->deadline_ns};
    struct transport_answer answer = {.body = body};
    struct transport *t = transport_open(&options);
    buf_reserve(body, ANSWER_MAX); /* so that it does not move and leave copies */
    bool ok = transport_ask(t, &request, &answer, err);
    *status = ok ? answer.status : 0;
    transport_close(t);
    return ok;
}

static void wipe(struct buf *b)
{
    if (b->at)
        explicit_bzero(b->at, b->cap);
    buf_fini(b);
}

/* ---- a container's agent ---- */

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value && value[0] ? value : NULL;
}

bool credentials_http_has_agent(void)
{
    return variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") ||
           variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");
}

static bool is_near(const struct url *url)
{
    static const char *const hosts[] = {"169.254.170.2", "169.254.170.23", "fd00:ec2::23"};
    if (url->tls || url->loopback)
        return true;
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
        if (str_equal_nocase(url->host, str_from(hosts[i])))
            return true;
    return false;
}

static bool agent_url(struct arena *arena, struct url *url, struct err *err)
{
    const char *relative = variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    struct str text = relative ? arena_printf(arena, "http://169.254.170.2%s", relative)
                               : str_from(variable("AWS_CONTAINER_CREDENTIALS_FULL_URI"));
    if (!url_parse(url, arena, text, err))
        return err_context(err, "AWS_CONTAINER_CREDENTIALS_…_URI");
    return is_near(url) ||
           err_set(err, ERR_CONFIG,
               "AWS_CONTAINER_CREDENTIALS_FULL_URI: keys are fetched by https, or from this "
               "machine, not from %.*s",
               STR_ARG(url->host));
}

/* The token may change, so the file is read each time. */
static bool agent_token(struct secret *line, struct err *err)
{
    const char *path = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    struct secret token = {0};
    struct err missing = ERR_INIT;
    if (path && !secret_read_file(&token, path, TOKEN_MAX, &missing))
        return missing.code == ERR_NONE ? err_set(err, ERR_CONFIG,
                                              "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: there is "
                                              "no file %s",
                                              path)
                                        : err_set(err, missing.code, "%s", missing.text);
    struct str text = path ? str_trim(secret_str(&token))
                           : str_from(variable("AWS_CONTAINER_AUTHORIZATION_TOKEN"));
    bool ok = true;
    for (size_t i = 0; i < text.len; i++)
        ok = ok && (unsigned char)text.at[i] >= ' ' && text.at[i] != 0x7F;
    secret_add(line, "Authorization: ", 15);
    secret_add(line, text.at, text.len);
    if (!text.len)
        secret_fini(line);
    secret_fini(&token);
    return ok || err_set(err, ERR_CONFIG, "the container's authorization token is malformed");
}

struct keys *credentials_http_agent(const struct process_limits *limits, struct err *err)
{
    struct arena arena = {0};
    struct secret line = {0};
    struct buf body = {0};
    struct url url;
    struct keys *keys = NULL;
    int status;
    if (agent_url(&arena, &url, err) && agent_token(&line, err)) {
        const char *headers[] = {line.at};
        if (!ask("GET", url.text.at, headers, line.at ? 1 : 0, AGENT_MS, limits, &body, &status,
                err))
            err_context(err, "the container's credentials");
        else if (status != 200)
            err_set(err, ERR_CONFIG, "the container's credentials: %s answers with status %d",
                url.text.at, status);
        else
            keys = keys_parse(buf_str(&body), "the container's credentials", err);
    }
    wipe(&body);
    secret_fini(&line);
    arena_fini(&arena);
    return keys;
}

/* ---- EC2's metadata service, version 2 ---- */

/* token ─▶ the role's name ─▶ its keys */
struct machine {
    const char *base;
    const struct process_limits *limits;
    struct secret token; /* the header's line */
    struct buf body;
};

static bool machine_get(
    struct machine *m, const char *path, struct str last, int *status, struct err *err)
{
    struct buf url = {0};
    const char *headers[] = {m->token.at};
    buf_printf(&url, "%s%s%.*s", m->base, path, STR_ARG(last));
    buf_clear(&m->body);
    bool ok = ask("GET", buf_cstr(&url), headers, 1, MACHINE_MS, m->limits, &m->body, status, err);
    buf_fini(&url);
    return ok;
}

static bool machine_token(struct machine *m, int *status, struct err *err)
{
    struct buf url = {0};
    const char *headers[] = {"X-aws-ec2-metadata-token-ttl-seconds: 21600"};
    buf_printf(&url, "%s/latest/api/token", m->base);
    bool ok = ask("PUT", buf_cstr(&url), headers, 1, MACHINE_MS, m->limits, &m->body, status, err);
    secret_add(&m->token, "X-aws-ec2-metadata-token: ", 26);
    for (size_t i = 0; ok && i < m->body.len; i++)
        ok = m->body.at[i] > ' ' && m->body.at[i] <= '~';
    if (ok)
        secret_add(&m->token, m->body.at, m->body.len);
    buf_fini(&url);
    return ok;
}

/* The role's name is the answer's first line. */
static struct str role_of(const struct buf *body)
{
    struct str rest = buf_str(body), line = STR_NONE;
    str_cut(&rest, '\n', &line);
    line = str_trim(line);
    for (size_t i = 0; i < line.len; i++)
        if (line.at[i] <= ' ' || line.at[i] > '~' || strchr("/?#%\\", line.at[i]))
            return STR_NONE;
    return line;
}

static struct keys *machine_keys(struct machine *m, struct err *err)
{
    static const char path[] = "/latest/meta-data/iam/security-credentials/";
    struct err nobody = ERR_INIT;
    struct arena arena = {0};
    struct keys *keys = NULL;
    int status;
    if (!machine_token(m, &status, &nobody) || status != 200 ||
        !machine_get(m, path, STR_NONE, &status, &nobody) || status != 200) {
        if (nobody.code == ERR_CANCELLED)
            *err = nobody;
        return NULL;
    }
    struct str role = arena_dup(&arena, role_of(&m->body));
    if (role.len && machine_get(m, path, role, &status, err)) {
        if (status == 200)
            keys = keys_parse(buf_str(&m->body), "the machine's role", err);
        else
            err_set(err, ERR_CONFIG, "the machine's role: status %d instead of keys", status);
    }
    arena_fini(&arena);
    return keys;
}

struct keys *credentials_http_machine(
    const char *base, const struct process_limits *limits, struct err *err)
{
    struct machine m = {.base = base, .limits = limits};
    struct keys *keys = machine_keys(&m, err);
    secret_fini(&m.token);
    wipe(&m.body);
    return keys;
}
