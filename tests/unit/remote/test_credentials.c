/* SPDX-License-Identifier: MIT */
/* The chain of sources: which one wins, what it is asked, when it is asked again. test: threads */
#include "backend/remote/credentials.h"
#include "tests/remote/proxy.h"
#include "tests/unit/remote/remote_test.h"

#include <sys/stat.h>

static const struct process_limits patient = {.most_ms = 20000};

/* ---- a chain ---- */

struct chain {
    struct target target;
    struct credentials *credentials;
    struct clock_fake clock;
};

static void open_chain(struct chain *c, const char *profile, const char *url, const char *metadata)
{
    struct err err = ERR_INIT;
    struct target_ask ask = {
        .profile = str_from(profile), .region = STR("eu-west-1"), .endpoint_url = str_from(url)};
    if (!target_resolve(&c->target, &ask, &err))
        fail_msg("%s", err.text);
    clock_fake_init(&c->clock, INT64_C(1795176000000)); /* 2026-11-20T12:00:00Z */
    c->credentials = credentials_open(&(struct credentials_options){
        .target = &c->target, .clock = &c->clock.clock, .metadata = metadata});
}

static void close_chain(struct chain *c)
{
    credentials_close(c->credentials);
    target_fini(&c->target);
}

static void take(struct chain *c, const char *id)
{
    struct err err = ERR_INIT;
    struct keys *keys = credentials_take(c->credentials, &patient, &err);
    if (!keys)
        fail_msg("%s", err.text);
    assert_string_equal(keys->id.at, id);
    keys_drop(keys);
}

static void refuse(struct chain *c, enum err_code code, const char *part)
{
    struct err err = ERR_INIT;
    struct keys *keys = credentials_take(c->credentials, &patient, &err);
    assert_null(keys);
    if (err.code != code || !strstr(err.text, part))
        fail_msg("\"%s\" is not in: %d %s", part, (int)err.code, err.text);
    assert_null(strstr(err.text, "CANARY"));
}

/* One look at one chain. */
static void check(const char *profile, const char *url, const char *id)
{
    struct chain c = {0};
    open_chain(&c, profile, url, NULL);
    take(&c, id);
    close_chain(&c);
}

static void check_refused(const char *profile, enum err_code code, const char *part)
{
    struct chain c = {0};
    open_chain(&c, profile, NULL, NULL);
    refuse(&c, code, part);
    close_chain(&c);
}

/* A program in a folder of the test's own that comes first in PATH. */
static void install(const char *name, const char *script)
{
    char file[64], path[256];
    snprintf(file, sizeof file, "bin/%s", name);
    remote_test_file(file, script);
    snprintf(path, sizeof path, "%s/bin/%s", getenv("HOME"), name);
    chmod(path, 0700);
    snprintf(path, sizeof path, "%s/bin:/usr/bin:/bin", getenv("HOME"));
    setenv("PATH", path, 1);
}

static int runs(void)
{
    char path[128];
    int count = 0, c;
    snprintf(path, sizeof path, "%s/runs", getenv("HOME"));
    FILE *file = fopen(path, "r");
    while (file && (c = getc(file)) != EOF)
        count += c == '\n';
    if (file)
        fclose(file);
    return count;
}

#define DOCUMENT(id, more)                                                                         \
    "echo run >>$HOME/runs\necho '{\"Version\":1,\"AccessKeyId\":\"" id                            \
    "\",\"SecretAccessKey\":\"CANARY\"" more "}'\n"

/* ---- */

static void the_environment_wins_unless_a_profile_is_asked_for(void **state)
{
    (void)state;
    remote_test_file(".aws/credentials",
        "[default]\naws_access_key_id=FILE\naws_secret_access_key=s\n[dev]\naws_access_key_id=DEV\n"
        "aws_secret_access_key=s\n");
    check(NULL, NULL, "FILE");
    setenv("AWS_ACCESS_KEY_ID", "ENV", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "CANARY", 1);
    check(NULL, NULL, "ENV");
    check("dev", NULL, "DEV");
    setenv("AWS_PROFILE", "dev", 1);
    check(NULL, NULL, "ENV");
    unsetenv("AWS_SECRET_ACCESS_KEY");
    check_refused(NULL, ERR_CONFIG, "secret access key is missing");
}

static void sources_of_a_profile_come_in_the_documented_order(void **state)
{
    (void)state;
    install("keys", "#!/bin/sh\n" DOCUMENT("PROCESS", ""));
    install("aws", "#!/bin/sh\necho \"$@\" >>$HOME/asked\n" DOCUMENT("CLI", ""));
    remote_test_file(
        ".aws/config", "[profile p]\naws_access_key_id=CONFIG\naws_secret_access_key=s\n");
    check("p", NULL, "CONFIG");
    remote_test_file(".aws/config",
        "[profile p]\naws_access_key_id=CONFIG\naws_secret_access_key=s\n"
        "credential_process = keys\n");
    check("p", NULL, "PROCESS");
    remote_test_file(".aws/config", "[profile p]\ncredential_process = keys\nlogin_session = x\n");
    check("p", NULL, "CLI");
    remote_test_file(".aws/credentials", "[p]\naws_access_key_id=FILE\naws_secret_access_key=s\n");
    check("p", NULL, "FILE");
    remote_test_file(".aws/config", "[profile p]\nrole_arn = arn:x\nsource_profile = q\n");
    check("p", NULL, "CLI");
    remote_test_file(".aws/config", "[profile p]\nsso_session = x\n");
    check("p", NULL, "CLI");
}

static void a_role_without_the_aws_cli_says_exactly_that(void **state)
{
    (void)state;
    remote_test_file(".aws/config", "[profile p]\nsso_session = x\n");
    char path[128];
    snprintf(path, sizeof path, "%s/nothing", getenv("HOME"));
    setenv("PATH", path, 1);
    check_refused("p", ERR_CONFIG, "no program `aws`");
    setenv("PATH", "/usr/bin:/bin", 1);
    install("aws", "#!/bin/sh\necho 'Token has expired' >&2\nexit 255\n");
    check_refused("p", ERR_CONFIG, "Token has expired; run `aws sso login --profile p`");
    install("aws", "#!/bin/sh\necho 'usage: aws: error: Invalid choice, valid choices are:' >&2\n"
                   "exit 2\n");
    check_refused("p", ERR_CONFIG, "the `aws` along PATH is version 1");
}

static void a_program_in_a_file_that_the_group_may_write_is_not_run(void **state)
{
    (void)state;
    char path[128];
    install("keys", "#!/bin/sh\n" DOCUMENT("PROCESS", ""));
    remote_test_file(".aws/config", "[profile p]\ncredential_process = keys\n");
    snprintf(path, sizeof path, "%s/.aws/config", getenv("HOME"));
    chmod(path, 0660);
    check_refused("p", ERR_CONFIG, "chmod go-w");
    assert_int_equal(runs(), 0);
}

static void an_emulator_on_this_machine_needs_no_keys_and_asks_nobody(void **state)
{
    (void)state;
    install("aws", "#!/bin/sh\n" DOCUMENT("CLI", ""));
    remote_test_file(".aws/config", "[default]\nsso_session = x\n");
    check(NULL, "http://127.0.0.1:8000", "local");
    assert_int_equal(runs(), 0);
    check("default", "http://127.0.0.1:8000", "CLI"); /* asked for by name */
    setenv("AWS_ACCESS_KEY_ID", "ENV", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
    check(NULL, "http://127.0.0.1:8000", "ENV");
}

/* ---- neighbours by HTTP ---- */

struct route {
    const char *line, *header; /* "GET /path", what its head must have */
    int status;
    const char *body;
};

struct neighbour {
    int listener;
    unsigned port;
    pthread_t thread;
    atomic_bool stop;
    const struct route *routes;
    atomic_int asked;
};

static void answer_one(struct neighbour *n, int fd)
{
    char head[8192] = "";
    size_t len = 0;
    ssize_t got;
    while (!strstr(head, "\r\n\r\n") && len + 1 < sizeof head &&
           (got = recv(fd, head + len, sizeof head - 1 - len, 0)) > 0) {
        len += (size_t)got;
        head[len] = '\0';
    }
    const struct route *r = n->routes;
    while (r->line && (strncmp(head, r->line, strlen(r->line)) || !strstr(head, r->header)))
        r++;
    struct buf out = {0};
    buf_printf(&out, "HTTP/1.1 %d X\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
        r->line ? r->status : 404, strlen(r->line ? r->body : ""), r->line ? r->body : "");
    proxy_send(fd, out.at, out.len);
    buf_fini(&out);
    atomic_fetch_add(&n->asked, 1);
}

static void *neighbour_main(void *context)
{
    struct neighbour *n = context;
    while (!atomic_load(&n->stop)) {
        struct pollfd one = {.fd = n->listener, .events = POLLIN};
        int fd = poll(&one, 1, 20) > 0 ? accept4(n->listener, NULL, NULL, SOCK_CLOEXEC) : -1;
        if (fd >= 0) {
            answer_one(n, fd);
            close(fd);
        }
    }
    return NULL;
}

static void open_neighbour(struct neighbour *n, const struct route *routes)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    *n = (struct neighbour){.routes = routes};
    n->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(n->listener, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(n->listener, 16), 0);
    getsockname(n->listener, (struct sockaddr *)&at, &len);
    n->port = ntohs(at.sin_port);
    pthread_create(&n->thread, NULL, neighbour_main, n);
}

static void close_neighbour(struct neighbour *n)
{
    atomic_store(&n->stop, true);
    pthread_join(n->thread, NULL);
    close(n->listener);
}

#define KEYS(id)                                                                                   \
    "{\"AccessKeyId\":\"" id "\",\"SecretAccessKey\":\"CANARY\",\"Token\":\"t\","                  \
    "\"Expiration\":\"2026-11-20T18:00:00Z\"}"

static void a_container_gives_keys_to_who_has_its_token(void **state)
{
    (void)state;
    static const struct route routes[] = {
        {"GET /creds ", "Authorization: Bearer one", 200, KEYS("AGENT1")},
        {"GET /creds ", "Authorization: two", 200, KEYS("AGENT2")}, {0}};
    struct neighbour n;
    char url[64], path[128];
    open_neighbour(&n, routes);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/creds", n.port);
    setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url, 1);
    setenv("http_proxy", "http://127.0.0.1:1", 1); /* neighbours are not behind a proxy */
    setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "Bearer one", 1);
    check(NULL, NULL, "AGENT1");
    snprintf(path, sizeof path, "%s/token", getenv("HOME"));
    setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", path, 1);
    remote_test_file("token", "two\n");
    check(NULL, NULL, "AGENT2");
    remote_test_file("token", "three\n");
    check_refused(NULL, ERR_CONFIG, "status 404");
    remote_test_file("token", "two\r\nEvil: yes\n");
    check_refused(NULL, ERR_CONFIG, "token is malformed");
    close_neighbour(&n);
}

static void a_containers_address_stays_within_the_machine(void **state)
{
    (void)state;
    setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://example.com/creds", 1);
    check_refused(NULL, ERR_CONFIG, "not from example.com");
    setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://user@127.0.0.1/creds", 1);
    check_refused(NULL, ERR_CONFIG, "AWS_CONTAINER");
}

static void a_machine_of_ec2_gives_the_keys_of_its_role(void **state)
{
    (void)state;
    static const struct route routes[] = {
        {"PUT /latest/api/token ", "X-aws-ec2-metadata-token-ttl-seconds: 21600", 200, "TOKEN"},
        {"GET /latest/meta-data/iam/security-credentials/ ", "X-aws-ec2-metadata-token: TOKEN", 200,
            "my-role\n"},
        {"GET /latest/meta-data/iam/security-credentials/my-role ",
            "X-aws-ec2-metadata-token: TOKEN", 200, KEYS("MACHINE")},
        {0}};
    struct neighbour n;
    struct chain c = {0};
    char base[64];
    open_neighbour(&n, routes);
    snprintf(base, sizeof base, "http://127.0.0.1:%u", n.port);
    open_chain(&c, NULL, NULL, base);
    take(&c, "MACHINE");
    close_chain(&c);
    assert_int_equal(n.asked, 3);
    setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
    open_chain(&c, NULL, NULL, base);
    refuse(&c, ERR_CONFIG, "AWS_ACCESS_KEY_ID");
    close_chain(&c);
    assert_int_equal(n.asked, 3);
    close_neighbour(&n);
}

static void where_nobody_answers_there_are_no_keys(void **state)
{
    (void)state;
    struct chain c = {0};
    open_chain(&c, NULL, NULL, "http://127.0.0.1:1");
    refuse(&c, ERR_CONFIG, "`aws configure`");
    close_chain(&c);
}

/* ---- renewal ---- */

#define UNTIL(time) ",\"Expiration\":\"2026-11-20T" time "Z\""

static void keys_are_fetched_again_ahead_of_their_end(void **state)
{
    (void)state;
    struct chain c = {0};
    install("keys", "#!/bin/sh\n" DOCUMENT("FIRST", UNTIL("13:00:00")));
    remote_test_file(".aws/config", "[profile p]\ncredential_process = keys\n");
    open_chain(&c, "p", NULL, NULL);
    take(&c, "FIRST");
    c.clock.ms += 44 * 60000; /* 12:44 */
    take(&c, "FIRST");
    assert_int_equal(runs(), 1);
    install("keys", "#!/bin/sh\n" DOCUMENT("SECOND", UNTIL("14:00:00")));
    c.clock.ms += 2 * 60000; /* 12:46: within a quarter of an hour */
    take(&c, "SECOND");
    assert_int_equal(runs(), 2);
    close_chain(&c);
}

static void keys_that_are_still_good_outlive_a_failure_to_renew(void **state)
{
    (void)state;
    struct chain c = {0};
    install("keys", "#!/bin/sh\n" DOCUMENT("FIRST", UNTIL("13:00:00")));
    remote_test_file(".aws/config", "[profile p]\ncredential_process = keys\n");
    open_chain(&c, "p", NULL, NULL);
    take(&c, "FIRST");
    install("keys", "#!/bin/sh\necho run >>$HOME/runs\nexit 1\n");
    c.clock.ms += 50 * 60000;
    take(&c, "FIRST");
    take(&c, "FIRST"); /* not asked at every request */
    assert_int_equal(runs(), 2);
    c.clock.ms += 9 * 60000;
    take(&c, "FIRST");
    assert_int_equal(runs(), 3);
    c.clock.ms += 60000; /* the end */
    refuse(&c, ERR_CONFIG, "exit code 1");
    close_chain(&c);
}

static void keys_without_an_end_are_never_fetched_again(void **state)
{
    (void)state;
    struct chain c = {0};
    install("keys", "#!/bin/sh\n" DOCUMENT("FIRST", ""));
    remote_test_file(".aws/config", "[profile p]\ncredential_process = keys\n");
    open_chain(&c, "p", NULL, NULL);
    take(&c, "FIRST");
    c.clock.ms += INT64_C(365) * 86400000;
    take(&c, "FIRST");
    assert_int_equal(runs(), 1);
    close_chain(&c);
}

static void keys_that_come_expired_are_an_error(void **state)
{
    (void)state;
    install("keys", "#!/bin/sh\n" DOCUMENT("OLD", UNTIL("11:00:00")));
    remote_test_file(".aws/config", "[profile p]\ncredential_process = keys\n");
    check_refused("p", ERR_AUTH, "for profile p have expired already: run the credential_process");
}

static void *take_one(void *context)
{
    struct err err = ERR_INIT;
    struct keys *keys = credentials_take(((struct chain *)context)->credentials, &patient, &err);
    keys_drop(keys);
    return keys;
}

static void many_threads_ask_once(void **state)
{
    (void)state;
    struct chain c = {0};
    pthread_t threads[8];
    install("keys", "#!/bin/sh\n" DOCUMENT("ONE", ""));
    remote_test_file(".aws/config", "[profile p]\ncredential_process = keys\n");
    open_chain(&c, "p", NULL, NULL);
    for (int i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, take_one, &c);
    for (int i = 0; i < 8; i++) {
        void *got;
        pthread_join(threads[i], &got);
        assert_non_null(got);
    }
    assert_int_equal(runs(), 1);
    close_chain(&c);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, remote_test_setup, remote_test_teardown)
    const struct CMUnitTest tests[] = {
        EACH(the_environment_wins_unless_a_profile_is_asked_for),
        EACH(sources_of_a_profile_come_in_the_documented_order),
        EACH(a_role_without_the_aws_cli_says_exactly_that),
        EACH(a_program_in_a_file_that_the_group_may_write_is_not_run),
        EACH(an_emulator_on_this_machine_needs_no_keys_and_asks_nobody),
        EACH(a_container_gives_keys_to_who_has_its_token),
        EACH(a_containers_address_stays_within_the_machine),
        EACH(a_machine_of_ec2_gives_the_keys_of_its_role),
        EACH(where_nobody_answers_there_are_no_keys),
        EACH(keys_are_fetched_again_ahead_of_their_end),
        EACH(keys_that_are_still_good_outlive_a_failure_to_renew),
        EACH(keys_without_an_end_are_never_fetched_again),
        EACH(keys_that_come_expired_are_an_error),
        EACH(many_threads_ask_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
