/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_REMOTE_REMOTE_TEST_H
#define TESTS_UNIT_REMOTE_REMOTE_TEST_H

#include "tests/test.h"

#include <stdlib.h>
#include <sys/stat.h>

/* A home folder of the test's own, and none of the caller's variables. */
static inline void remote_test_clear(void)
{
    static const char *const names[] = {"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_REGION",
        "AWS_DEFAULT_REGION", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_DYNAMODB_STREAMS", "AWS_ACCESS_KEY_ID",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
        "AWS_MAX_ATTEMPTS", "AWS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE",
        "AWS_ACCOUNT_ID_ENDPOINT_MODE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN",
        "AWS_EC2_METADATA_DISABLED", "XDG_CONFIG_HOME", "http_proxy", "https_proxy", "HTTPS_PROXY"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unsetenv(names[i]);
}

static inline int remote_test_setup(void **state)
{
    static char home[64];
    snprintf(home, sizeof home, "/tmp/dynascope-remote-XXXXXX");
    *state = mkdtemp(home);
    remote_test_clear();
    setenv("HOME", home, 1);
    return *state ? 0 : -1;
}

static inline int remote_test_teardown(void **state)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", (char *)*state);
    return system(command);
}

/* HOME/name, folders made, readable by this user alone. */
static inline void remote_test_file(const char *name, const char *text)
{
    char path[256];
    const char *home = getenv("HOME");
    snprintf(path, sizeof path, "%s/%s", home, name);
    for (char *slash = strchr(path + strlen(home) + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    fclose(file);
    chmod(path, 0600);
}

#endif
