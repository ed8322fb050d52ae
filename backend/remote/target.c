/* SPDX-License-Identifier: MIT */
/*
 * From flags, variables and profiles to an endpoint and a region, in the order that the AWS tools
 * use:
 *
 *   profile    asked for ▸ AWS_PROFILE ▸ AWS_DEFAULT_PROFILE ▸ "default"
 *   region     asked for ▸ AWS_REGION ▸ AWS_DEFAULT_REGION ▸ the profile's
 *   endpoint   asked for ▸ AWS_ENDPOINT_URL_DYNAMODB ▸ AWS_ENDPOINT_URL ▸ the profile's services
 *              section ▸ the profile's endpoint_url ▸ made from the region
 *
 * DynamoDB Streams is a service of its own, but an endpoint that is not Amazon's serves both.
 * Fetches no keys.
 */
#include "backend/remote/target.h"

#include <stdlib.h>

static struct str variable(const char *name)
{
    return str_from(getenv(name));
}

static struct str of_profile(const struct target *t, const char *key)
{
    return profiles_get(&t->files, t->profile, str_from(key));
}

/* ---- profile and region ---- */

static bool find_profile(struct target *t, const struct target_ask *ask, struct err *err)
{
    struct str choices[] = {
        ask->profile, variable("AWS_PROFILE"), variable("AWS_DEFAULT_PROFILE"), STR("default")};
    size_t i = 0;
    while (!choices[i].len)
        i++;
    t->profile = arena_dup(&t->arena, choices[i]);
    t->profile_asked = i == 0;
    t->profile_named = i < 3;
    if (!t->profile_named || profiles_has(&t->files, t->profile) ||
        (i > 0 && str_equal(t->profile, STR("default"))))
        return true;
    char names[300];
    profiles_names(&t->files, names, sizeof names);
    return err_set(err, ERR_CONFIG, "there is no profile %.*s in %s or the credentials file%s%s%s",
        STR_ARG(str_take(t->profile, 100)), t->files.config_path,
        names[0] ? " (there are: " : ": `aws configure` makes one", names, names[0] ? ")" : "");
}

static bool is_region(struct str region)
{
    for (size_t i = 0; i < region.len; i++) {
        char c = region.at[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c == '-' && i)))
            return false;
    }
    return region.len > 0 && region.len <= 63;
}

static bool find_region(struct target *t, const struct target_ask *ask, struct err *err)
{
    struct str choices[] = {ask->region, variable("AWS_REGION"), variable("AWS_DEFAULT_REGION"),
        of_profile(t, "region")};
    for (size_t i = 0; i < 4 && !t->region.len; i++)
        t->region = arena_dup(&t->arena, choices[i]);
    if (t->region.len && !is_region(t->region))
        return err_set(err, ERR_CONFIG, "%.*s is no region: eu-west-1 and the like, or local",
            STR_ARG(str_take(t->region, 100)));
    t->signing = str_equal(t->region, STR("local")) ? STR("us-east-1") : t->region;
    return true;
}

/* ---- endpoints ---- */

static bool ignores_configured(const struct target *t)
{
    return str_equal_nocase(variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), STR("true")) ||
           str_equal_nocase(of_profile(t, "ignore_configured_endpoint_urls"), STR("true"));
}

static bool of_services(
    const struct target *t, const char *service, struct str *out, struct err *err)
{
    struct str services = of_profile(t, "services");
    *out = STR_NONE;
    if (!services.len)
        return true;
    if (!profiles_has_services(&t->files, services))
        return err_set(err, ERR_CONFIG,
            "the profile %.*s names the services section %.*s, which is not in %s",
            STR_ARG(t->profile), STR_ARG(str_take(services, 100)), t->files.config_path);
    *out = profiles_service(&t->files, services, str_from(service), STR("endpoint_url"));
    return true;
}

/* What the environment and the profile say of one service; empty = nothing. */
static bool configured(const struct target *t, const char *own_variable, const char *service,
    struct str *out, struct err *err)
{
    struct str in_services;
    *out = STR_NONE;
    if (!of_services(t, service, &in_services, err))
        return false;
    if (ignores_configured(t))
        return true;
    struct str choices[] = {variable(own_variable), variable("AWS_ENDPOINT_URL"), in_services,
        of_profile(t, "endpoint_url")};
    for (size_t i = 0; i < 4 && !out->len; i++)
        *out = choices[i];
    return true;
}

static bool compute(struct target *t, struct err *err)
{
    if (str_equal(t->region, STR("local")))
        return url_parse(&t->url, &t->arena, STR("http://localhost:8000"), err);
    if (!t->region.len)
        return err_set(err, ERR_CONFIG,
            "which region? --region, AWS_REGION, or region = … of the profile %.*s in %s",
            STR_ARG(t->profile), t->files.config_path);
    const char *end = str_starts(t->region, STR("cn-")) ? ".cn" : "";
    struct str table =
        arena_printf(&t->arena, "https://dynamodb.%.*s.amazonaws.com%s", STR_ARG(t->region), end);
    struct str streams = arena_printf(
        &t->arena, "https://streams.dynamodb.%.*s.amazonaws.com%s", STR_ARG(t->region), end);
    t->aws = true;
    return url_parse(&t->url, &t->arena, table, err) &&
           url_parse(&t->streams, &t->arena, streams, err);
}

static bool requires_account(const struct target *t)
{
    struct str mode = variable("AWS_ACCOUNT_ID_ENDPOINT_MODE");
    return str_equal_nocase(
        mode.len ? mode : of_profile(t, "account_id_endpoint_mode"), STR("required"));
}

static bool find_endpoints(struct target *t, const struct target_ask *ask, struct err *err)
{
    struct str table = ask->endpoint_url, streams = STR_NONE;
    if (!table.len && !configured(t, "AWS_ENDPOINT_URL_DYNAMODB", "dynamodb", &table, err))
        return false;
    if (!ask->endpoint_url.len &&
        !configured(t, "AWS_ENDPOINT_URL_DYNAMODB_STREAMS", "dynamodb_streams", &streams, err))
        return false;
    if (!table.len && requires_account(t))
        return err_set(err, ERR_CONFIG,
            "AWS_ACCOUNT_ID_ENDPOINT_MODE=required: endpoints by account are not offered; set it "
            "to preferred, or name one with --endpoint-url");
    bool ok = table.len ? url_parse(&t->url, &t->arena, table, err) : compute(t, err);
    if (ok && streams.len)
        ok = url_parse(&t->streams, &t->arena, streams, err);
    if (ok && !t->streams.text.len)
        t->streams = t->url;
    return ok;
}

/* ---- the rest ---- */

/* Beside an emulator nobody has chosen a region, and it does not matter. */
static void default_region(struct target *t)
{
    if (t->region.len)
        return;
    t->region = t->signing = STR("us-east-1");
}

static bool find_attempts(struct target *t, struct err *err)
{
    struct str text = variable("AWS_MAX_ATTEMPTS");
    uint64_t attempts;
    if (!text.len)
        text = of_profile(t, "max_attempts");
    if (!text.len)
        return true;
    if (!str_to_u64(text, &attempts) || attempts < 1 || attempts > 100)
        return err_set(
            err, ERR_CONFIG, "AWS_MAX_ATTEMPTS (max_attempts) is a number from 1 to 100");
    t->attempts = (unsigned)attempts;
    return true;
}

static void find_ca_bundle(struct target *t)
{
    struct str choices[] = {variable("AWS_CA_BUNDLE"), of_profile(t, "ca_bundle"),
        variable("SSL_CERT_FILE"), variable("CURL_CA_BUNDLE")};
    for (size_t i = 0; i < 4 && !t->ca_bundle.len; i++)
        t->ca_bundle = arena_dup(&t->arena, choices[i]);
}

bool target_resolve(struct target *t, const struct target_ask *ask, struct err *err)
{
    *t = (struct target){0};
    bool ok = profiles_load(&t->files, err) && find_profile(t, ask, err) &&
              find_region(t, ask, err) && find_endpoints(t, ask, err) && find_attempts(t, err);
    if (!ok) {
        target_fini(t);
        return false;
    }
    default_region(t);
    find_ca_bundle(t);
    return true;
}

void target_fini(struct target *t)
{
    profiles_fini(&t->files);
    arena_fini(&t->arena);
    *t = (struct target){0};
}
