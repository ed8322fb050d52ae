/* SPDX-License-Identifier: MIT */
/* Connections when the server ends: whose wait is woken, whose is left alone. */
#include "backend/http/links.h"

#include "tests/test.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* A connection that is watched as the transport's library watches it. */
struct watched {
    struct links links;
    struct link link;
    int peer, epoll;
};

static void watch(struct watched *w, enum link_phase phase)
{
    int ends[2];
    struct epoll_event wanted = {.events = EPOLLIN | EPOLLET};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    *w = (struct watched){.peer = ends[1], .epoll = epoll_create1(EPOLL_CLOEXEC)};
    w->link.fd = ends[0];
    assert_int_equal(epoll_ctl(w->epoll, EPOLL_CTL_ADD, ends[0], &wanted), 0);
    links_init(&w->links, 1000000, 1000000);
    links_add(&w->links, &w->link);
    link_enter(&w->link, phase);
}

static bool woken(struct watched *w)
{
    struct epoll_event event;
    return epoll_wait(w->epoll, &event, 1, 0) == 1;
}

static void unwatch(struct watched *w)
{
    links_remove(&w->links, &w->link);
    links_fini(&w->links);
    close(w->link.fd);
    close(w->epoll);
    if (w->peer >= 0)
        close(w->peer);
}

static void hang_up(struct watched *w)
{
    close(w->peer);
    w->peer = -1;
}

static void who_hung_up_within_a_body_is_noticed_at_the_end(void **state)
{
    struct watched w;
    char bytes[8];
    (void)state;
    watch(&w, LINK_BODY);
    assert_int_equal(write(w.peer, "half", 4), 4);
    hang_up(&w);
    assert_true(woken(&w));
    assert_int_equal(read(w.link.fd, bytes, sizeof bytes), 4); /* less than asked for: no more */
    assert_false(woken(&w));
    links_finish(&w.links);
    assert_true(woken(&w));
    assert_int_equal(read(w.link.fd, bytes, sizeof bytes), 0);
    unwatch(&w);
}

static void who_is_sending_a_body_may_go_on(void **state)
{
    struct watched w;
    char bytes[8];
    (void)state;
    watch(&w, LINK_BODY);
    links_finish(&w.links);
    assert_false(woken(&w));
    assert_int_equal(write(w.peer, "rest", 4), 4);
    hang_up(&w);
    links_finish(&w.links);
    assert_int_equal(read(w.link.fd, bytes, sizeof bytes), 4);
    unwatch(&w);
}

static void who_has_no_request_under_way_is_woken_at_the_end(void **state)
{
    static const enum link_phase phases[] = {LINK_NEW, LINK_IDLE, LINK_HEAD};
    (void)state;
    for (size_t i = 0; i < sizeof phases / sizeof *phases; i++) {
        struct watched w;
        watch(&w, phases[i]);
        links_finish(&w.links);
        assert_true(woken(&w));
        unwatch(&w);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_hung_up_within_a_body_is_noticed_at_the_end),
        cmocka_unit_test(who_is_sending_a_body_may_go_on),
        cmocka_unit_test(who_has_no_request_under_way_is_woken_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
