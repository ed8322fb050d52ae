/* SPDX-License-Identifier: MIT */
/*
 * A closed loop over HTTP/1.1: send, wait for the whole answer, note the time, send the next.
 * Answers carry a Content-Length (all servers here send one). Knows DynamoDB's headers, and of
 * bodies only the word "Count".
 */
#include "tests/bench/load.h"

#include "base/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { READ = 256 << 10, EVENTS = 64 };

struct link {
    int fd;
    struct buf request, answer;
    size_t head, length; /* of the answer, once its head is there */
    double sent;
};

struct run {
    const struct load *load;
    struct load_result *out;
    struct link links[LOAD_CONNECTIONS];
    unsigned live;
    uint32_t *took_us10; /* tenths of microseconds */
    size_t took_room;
    double end;
};

void load_give_up(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("bench_serve: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(70);
}

double load_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* User and system time in clock ticks: good to a hundredth of a second. */
double load_cpu_of(int pid)
{
    char path[64], line[512];
    unsigned long user = 0, system = 0;
    if (!pid)
        return 0;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    /* the program's name, in brackets, may hold blanks */
    if (fgets(line, sizeof line, file) && strrchr(line, ')'))
        sscanf(strrchr(line, ')') + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
            &system);
    fclose(file);
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

/* ---- requests ---- */

void load_request(struct buf *out, const char *operation, struct str body)
{
    const char *service =
        strstr("ListStreams DescribeStream GetShardIterator GetRecords", operation)
            ? "DynamoDBStreams"
            : "DynamoDB";
    buf_printf(out,
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-amz-json-1.0\r\n"
        "X-Amz-Date: 20260101T000000Z\r\nX-Amz-Target: %s_20120810.%s\r\n"
        "Authorization: AWS4-HMAC-SHA256 Credential=bench/20260101/us-east-1/dynamodb/aws4_request,"
        " SignedHeaders=host;x-amz-date;x-amz-target, Signature="
        "0000000000000000000000000000000000000000000000000000000000000000\r\n"
        "Content-Length: %zu\r\n\r\n",
        service, operation, body.len);
    buf_add(out, body);
}

bool load_connect(unsigned port, int *fd)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1;
    *fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(*fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(*fd, (struct sockaddr *)&to, sizeof to) == 0)
        return true;
    close(*fd);
    return false;
}

static void send_all(int fd, struct str bytes)
{
    while (bytes.len) {
        ssize_t sent = send(fd, bytes.at, bytes.len, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR)
            load_give_up("a connection broke: %s", strerror(errno));
        bytes = str_skip(bytes, sent > 0 ? (size_t)sent : 0);
    }
}

/* ---- answers ---- */

/* head = status-line *header CRLF; of the headers only Content-Length counts. */
static bool read_head(struct link *l)
{
    const char *text = buf_cstr(&l->answer), *end = strstr(text, "\r\n\r\n");
    if (!end)
        return false;
    const char *length = strcasestr(text, "\r\ncontent-length:");
    if (!length || length > end)
        load_give_up("an answer without Content-Length");
    l->head = (size_t)(end + 4 - text);
    l->length = strtoul(length + 17, NULL, 10);
    return true;
}

static int status_of(const struct link *l)
{
    return l->answer.len > 12 ? atoi(l->answer.at + 9) : 0;
}

/* Whether the answer is whole now. */
static bool receive(struct link *l)
{
    char *to = buf_reserve(&l->answer, READ);
    ssize_t got = recv(l->fd, to, READ - 1, 0);
    if (got == 0 || (got < 0 && errno != EINTR))
        load_give_up("the server hung up");
    l->answer.len += got > 0 ? (size_t)got : 0;
    return (l->head || read_head(l)) && l->answer.len >= l->head + l->length;
}

static void start_answer(struct link *l)
{
    buf_clear(&l->answer);
    l->head = 0;
}

/* "Count" stands at the beginning or at the end of an answer. */
static uint64_t count_of(struct str body)
{
    static const size_t near = 400;
    struct str front = str_take(body, near);
    struct str back = body.len > near ? str_skip(body, body.len - near) : body;
    const struct str name = STR("\"Count\":");
    size_t at = str_find(back, name);
    struct str found = at != SIZE_MAX ? str_skip(back, at) : STR_NONE;
    if (!found.len && (at = str_find(front, name)) != SIZE_MAX)
        found = str_skip(front, at);
    return found.len ? strtoull(found.at + name.len, NULL, 10) : 0;
}

/* ---- one request ---- */

int load_call(
    const struct load_server *server, const char *operation, struct str body, struct buf *answer)
{
    struct link l = {0};
    if (!load_connect(server->port, &l.fd))
        load_give_up("%s does not answer on port %u", server->name, server->port);
    load_request(&l.request, operation, body);
    send_all(l.fd, buf_str(&l.request));
    while (!receive(&l))
        ;
    int status = status_of(&l);
    if (answer) {
        buf_clear(answer);
        buf_add(answer, str_skip(buf_str(&l.answer), l.head));
        buf_cstr(answer);
    }
    close(l.fd);
    buf_fini(&l.request);
    buf_fini(&l.answer);
    return status;
}

/* ---- many ---- */

static void note_time(struct run *run, double seconds)
{
    uint64_t n = run->out->requests++;
    if (n == run->took_room) {
        run->took_room = run->took_room ? run->took_room * 2 : 1 << 16;
        run->took_us10 = mem_grow(run->took_us10, run->took_room * sizeof *run->took_us10);
    }
    run->took_us10[n] = seconds < 400 ? (uint32_t)(seconds * 1e7) : UINT32_MAX;
}

static void note_answer(struct run *run, struct link *l)
{
    struct str body = str_skip(buf_str(&l->answer), l->head);
    note_time(run, load_now() - l->sent);
    if (status_of(l) != 200) {
        if (run->out->errors++ == 0)
            snprintf(run->out->error, sizeof run->out->error, "%.*s", STR_ARG(str_take(body, 190)));
    } else if (run->load->counts_items) {
        run->out->items += count_of(body);
    }
}

static void send_next(struct run *run, unsigned i)
{
    struct link *l = &run->links[i];
    l->sent = load_now();
    if ((run->end && l->sent >= run->end) || !run->load->next(run->load->context, i, &l->request)) {
        run->live--;
        return;
    }
    start_answer(l);
    send_all(l->fd, buf_str(&l->request));
}

static void open_links(struct run *run, const struct load_server *server, int poll)
{
    for (unsigned i = 0; i < run->load->connections; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
        if (!load_connect(server->port, &run->links[i].fd))
            load_give_up("%s does not answer on port %u", server->name, server->port);
        epoll_ctl(poll, EPOLL_CTL_ADD, run->links[i].fd, &event);
        run->live++;
    }
}

static void close_links(struct run *run)
{
    for (unsigned i = 0; i < run->load->connections; i++) {
        close(run->links[i].fd);
        buf_fini(&run->links[i].request);
        buf_fini(&run->links[i].answer);
    }
}

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void set_percentiles(struct run *run)
{
    struct load_result *out = run->out;
    size_t n = out->requests;
    if (!n)
        return;
    qsort(run->took_us10, n, sizeof *run->took_us10, compare);
    out->p50_us = run->took_us10[n / 2] / 10.0;
    out->p99_us = run->took_us10[n - 1 - n / 100] / 10.0;
    out->worst_us = run->took_us10[n - 1] / 10.0;
}

static void loop(struct run *run, int poll)
{
    struct epoll_event events[EVENTS];
    while (run->live) {
        int count = epoll_wait(poll, events, EVENTS, 30000);
        if (count == 0)
            load_give_up("no answer for half a minute");
        for (int i = 0; i < count; i++) {
            struct link *l = &run->links[events[i].data.u32];
            if (!receive(l))
                continue;
            note_answer(run, l);
            send_next(run, events[i].data.u32);
        }
    }
}

void load_run(const struct load_server *server, const struct load *load, struct load_result *out)
{
    struct run *run = mem_new(struct run);
    int poll = epoll_create1(EPOLL_CLOEXEC);
    *out = (struct load_result){0};
    run->load = load;
    run->out = out;
    open_links(run, server, poll);
    double start = load_now(), cpu = load_cpu_of(server->pid);
    run->end = load->seconds ? start + load->seconds : 0;
    for (unsigned i = 0; i < load->connections; i++)
        send_next(run, i);
    loop(run, poll);
    out->seconds = load_now() - start;
    out->cpu = load_cpu_of(server->pid) - cpu;
    set_percentiles(run);
    close_links(run);
    close(poll);
    free(run->took_us10);
    free(run);
}
