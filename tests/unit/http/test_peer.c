/* SPDX-License-Identifier: MIT */
/* Whose process is at the other end of a connection. */
#include "backend/http/listen.h"
#include "backend/http/peer.h"
#include "tests/test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int connect_to(int family, unsigned port)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    inet_pton(AF_INET, "127.0.0.1", &v4.sin_addr);
    inet_pton(AF_INET6, "::ffff:127.0.0.1", &v6.sin6_addr);
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const void *address = family == AF_INET ? (void *)&v4 : (void *)&v6;
    socklen_t len = family == AF_INET ? sizeof v4 : sizeof v6;
    return connect(fd, address, len) == 0 ? fd : -1;
}

static int take(const struct listen *l)
{
    int fd;
    do
        fd = accept(l->sockets[0], NULL, NULL);
    while (fd < 0);
    return fd;
}

static void see_own(int family)
{
    struct listen l;
    struct err err = ERR_INIT;
    assert_true(listen_open(&l, "127.0.0.1", 0, &err));
    int client = connect_to(family, l.port);
    if (client < 0)
        skip();
    int server = take(&l);
    uid_t user = 12345;
    assert_true(peer_user(server, &user));
    assert_int_equal(user, geteuid());
    assert_true(peer_is_own(server));
    close(client);
    close(server);
    listen_close(&l);
}

static void who_has_closed_is_nobody(void **state)
{
    (void)state;
    struct listen l;
    struct err err = ERR_INIT;
    assert_true(listen_open(&l, "127.0.0.1", 0, &err));
    int client = connect_to(AF_INET, l.port);
    int server = take(&l);
    char byte;
    uid_t user;
    close(client);
    assert_int_equal(recv(server, &byte, 1, 0), 0); /* the end has come, and is acknowledged */
    assert_false(peer_user(server, &user));
    assert_false(peer_is_own(server));
    close(server);
    listen_close(&l);
}

static void a_process_of_the_same_user_is_known(void **state)
{
    (void)state;
    see_own(AF_INET);
}

static void a_client_that_speaks_ipv6_to_an_ipv4_address_is_known(void **state)
{
    (void)state;
    see_own(AF_INET6);
}

static void a_process_of_another_user_is_told_from_ones_own(void **state)
{
    (void)state;
    struct listen l;
    struct err err = ERR_INIT;
    if (geteuid() != 0)
        skip();
    assert_true(listen_open(&l, "127.0.0.1", 0, &err));
    pid_t child = fork();
    if (child == 0) {
        char byte;
        if (setuid(65534) != 0)
            _exit(1);
        int fd = connect_to(AF_INET, l.port);
        _exit(read(fd, &byte, 1) == 0 ? 0 : 1);
    }
    int server = take(&l), status;
    uid_t user = 0;
    assert_true(peer_user(server, &user));
    assert_int_equal(user, 65534);
    assert_false(peer_is_own(server));
    close(server);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    listen_close(&l);
}

static void nothing_is_known_of_a_socket_that_is_not_connected(void **state)
{
    (void)state;
    uid_t user;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_false(peer_user(fd, &user));
    assert_false(peer_is_own(fd));
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_has_closed_is_nobody),
        cmocka_unit_test(a_process_of_the_same_user_is_known),
        cmocka_unit_test(a_client_that_speaks_ipv6_to_an_ipv4_address_is_known),
        cmocka_unit_test(a_process_of_another_user_is_told_from_ones_own),
        cmocka_unit_test(nothing_is_known_of_a_socket_that_is_not_connected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
