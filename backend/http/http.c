/* SPDX-License-Identifier: MIT */
/*
 * HTTP by libmicrohttpd, which parses and buffers on a few threads of its own; each socket
 * that comes in at the door goes to the thread that has the fewest. One request at a time on a
 * connection:
 *
 *   request line ─▶ head ─admit()─▶ body ─begin()─┬─▶ run() here ───────────────┬─▶ reply
 *                    ╰─ refused ─▶ reply, close   ├─▶ suspended, start()ed or ──┤
 *                                                 │   run() on the crew, resumed│
 *                                                 ╰─ answered ──────────────────╯
 *
 * Reading happens on the thread that has the socket: many small requests in one round, no thread
 * woken for one. What waits for the disk goes elsewhere, so that many wait for the same commit: to
 * the backend, which runs what was started together, or else to the crew, a thread each.
 *
 * The library is loaded when the first server is opened: it brings a TLS library along, which would
 * more than double the start of every other subcommand. Knows no DynamoDB.
 */
#include "backend/http/http.h"

#include "backend/http/accept.h"
#include "backend/http/checksum.h"
#include "backend/http/crew.h"
#include "backend/http/door.h"
#include "backend/http/layout.h"
#include "backend/http/links.h"
#include "base/clock.h"
#include "base/mem.h"

#include <dlfcn.h>
#include <errno.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    THREADS_MAX = 4,
    POOL_BYTES = 32 << 10, /* the library's memory for a connection: head, reply's head, input;
                              it is zeroed for each request */
    KEPT_BYTES = 64 << 10, /* buffers up to this size stay with their connection */
    SPARE_BYTES = 4 << 20, /* and up to this size with their thread */
    SPARES = 2,
    PACK_BYTES = 4 << 10, /* replies from this size on travel compressed, if the client likes it */
    DRAIN_BYTES = 64 << 20, /* a body that is too large is read up to here, so that the client
                               comes to reading the answer */
    LOOK_NS = 1000000,      /* at the end: whether all is answered */
    GRACE_MS = 10000,       /* for what is in flight at the end */
    LIBRARY_MOST = 1 << 16, /* connections; counted here, since 0.9.75 keeps a mutex at its limit */
    SILENCE_S = 60,         /* the library's own limit: nothing read or written for so long */
};

/* ---- the library ---- */

#define FUNCTIONS(X)                                                                               \
    X(start_daemon)                                                                                \
    X(stop_daemon)                                                                                 \
    X(add_connection)                                                                              \
    X(get_connection_info)                                                                         \
    X(get_connection_values_n)                                                                     \
    X(suspend_connection)                                                                          \
    X(resume_connection)                                                                           \
    X(create_response_from_buffer)                                                                 \
    X(add_response_header)                                                                         \
    X(queue_response)                                                                              \
    X(destroy_response)                                                                            \
    X(get_version)

struct library {
    void *handle;
#define MEMBER(name) __typeof__(MHD_##name) *name;
    FUNCTIONS(MEMBER)
#undef MEMBER
    bool parses_in_place; /* as layout.h describes it */
};

static bool library_load(struct library *lib, struct err *err)
{
    lib->handle = dlopen("libmicrohttpd.so.12", RTLD_NOW | RTLD_LOCAL);
    if (!lib->handle)
        return err_set(err, ERR_INTERNAL,
            "serve needs libmicrohttpd (Debian's package libmicrohttpd12): %s", dlerror());
#define FIND(function)                                                                             \
    lib->function = (__typeof__(lib->function))dlsym(lib->handle, "MHD_" #function);               \
    if (!lib->function)                                                                            \
        return err_set(err, ERR_INTERNAL, "libmicrohttpd has no MHD_" #function);
    FUNCTIONS(FIND)
#undef FIND
    lib->parses_in_place = strncmp(lib->get_version(), "0.9.7", 5) == 0;
    return true;
}

/* ---- the server ---- */

/* One of the library's threads. */
struct io {
    struct MHD_Daemon *daemon;
    _Atomic unsigned count;
    struct buf spares[SPARES]; /* large buffers between two answers; of this thread alone */
};

struct http {
    struct library lib;
    struct http_handler handler;
    struct http_limits limits;
    struct links links;
    struct crew *crew;
    struct io io[THREADS_MAX];
    int wake;
    atomic_bool stopping;
    _Atomic uint64_t requests;
    uint64_t seed;
    /* Requests that others answer: their connections are suspended. */
    _Atomic unsigned away;
    atomic_bool closing; /* nothing goes away any more */
};

/* A connection and its current request. */
struct client {
    struct link link; /* first: links.h hands it back */
    struct crew_job job;
    struct http *http;
    struct io *io;
    struct MHD_Connection *connection;
    struct buf target, body, packed; /* packed: the reply, where it travels so */
    struct request request;
    struct reply reply;
    int64_t start_ns;
    bool ready; /* the reply is there, the end of the body (or of a suspension) is waited for */
    bool answered;
};

/* ---- replies ---- */

/* A well-mixed number from a counter (SplitMix64). */
static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* Unique, not secret. */
static void name_reply(struct http *http, struct reply *reply)
{
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
    uint64_t count = atomic_fetch_add_explicit(&http->requests, 1, memory_order_relaxed), bits = 0;
    for (size_t i = 0; i < REQUEST_ID_LENGTH; i++, bits >>= 5) {
        if (i % 12 == 0)
            bits = mix(http->seed + count * 8 + i / 12);
        reply->id[i] = digits[bits & 31];
    }
    reply->id[REQUEST_ID_LENGTH] = '\0';
}

/* What is short costs more to pack than to send. */
static enum coding pack_reply(struct client *c)
{
    struct str body = buf_str(&c->reply.body);
    enum coding coding = CODING_NONE;
    if (body.len >= PACK_BYTES && !c->reply.bare)
        coding = accept_choose(message_get(&c->request, STR("Accept-Encoding")));
    return coding && coding_pack(coding, body, &c->packed) ? coding : CODING_NONE;
}

/* headers = *( NAME NUL VALUE NUL ) */
static void add_own_headers(
    const struct library *lib, struct MHD_Response *response, struct str headers)
{
    struct str name, value;
    while (str_cut(&headers, '\0', &name) && str_cut(&headers, '\0', &value))
        lib->add_response_header(response, name.at, value.at);
}

static void add_headers(
    struct client *c, struct MHD_Response *response, enum coding coding, struct str body)
{
    const struct library *lib = &c->http->lib;
    struct reply *reply = &c->reply;
    char number[11];
    if (!reply->bare) {
        name_reply(c->http, reply);
        snprintf(number, sizeof number, "%" PRIu32, checksum_crc32(body));
        lib->add_response_header(response, "x-amzn-RequestId", reply->id);
        lib->add_response_header(response, "x-amz-crc32", number);
    }
    if (reply->type.len)
        lib->add_response_header(response, "Content-Type", reply->type.at);
    add_own_headers(lib, response, buf_str(&reply->headers));
    if (coding)
        lib->add_response_header(response, "Content-Encoding", coding_name(coding).at);
    if (reply->closing || atomic_load_explicit(&c->http->stopping, memory_order_relaxed))
        lib->add_response_header(response, "Connection", "close");
}

/* The body stays where it is until the library has sent it. */
static enum MHD_Result send_reply(struct client *c)
{
    const struct library *lib = &c->http->lib;
    if (c->http->handler.done)
        c->http->handler.done(
            c->http->handler.context, &c->request, &c->reply, clock_tick_ns() - c->start_ns);
    enum coding coding = pack_reply(c);
    struct buf *body = coding ? &c->packed : &c->reply.body;
    struct MHD_Response *response =
        lib->create_response_from_buffer(body->len, body->at, MHD_RESPMEM_PERSISTENT);
    if (!response)
        return MHD_NO;
    add_headers(c, response, coding, buf_str(body));
    enum MHD_Result queued =
        lib->queue_response(c->connection, (unsigned)c->reply.status, response);
    lib->destroy_response(response);
    c->answered = true;
    return queued;
}

/* ---- heads ---- */

static enum MHD_Result see_header(void *context, enum MHD_ValueKind kind, const char *name,
    size_t name_len, const char *value, size_t value_len)
{
    (void)kind;
    struct request *request = context;
    if (request->header_count < REQUEST_HEADERS_MAX)
        request->headers[request->header_count] =
            (struct request_header){{name, name_len}, {value ? value : "", value_len}};
    request->header_count++;
    return MHD_YES;
}

static bool refuse_head(struct reply *reply, int status, const char *why)
{
    reply->bare = true;
    reply->closing = true;
    reply_set(reply, status, REPLY_TEXT, str_from(why));
    return false;
}

static size_t head_bytes(struct client *c)
{
    const union MHD_ConnectionInfo *info =
        c->http->lib.get_connection_info(c->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info ? info->header_size : 0;
}

static bool read_head(struct client *c, const char *method, const char *version)
{
    struct request *request = &c->request;
    const struct library *lib = &c->http->lib;
    size_t len = head_bytes(c);
    request->method = str_from(method);
    request->version = str_from(version);
    request->target = buf_str(&c->target);
    lib->get_connection_values_n(c->connection, MHD_HEADER_KIND, see_header, request);
    bool many = request->header_count > REQUEST_HEADERS_MAX;
    if (many)
        request->header_count = REQUEST_HEADERS_MAX;
    if (many || len > REQUEST_HEAD_MAX)
        return refuse_head(&c->reply, 431, "the head of a request has at most 16 KB, 64 headers\n");
    struct layout layout = {method, len};
    if (lib->parses_in_place && !layout_check(&layout, request))
        return refuse_head(&c->reply, 400, "the head of the request is malformed\n");
    return true;
}

/* A refusal is best sent at once. But a client that is still sending would not read it, and a
 * connection that is closed on unread bytes takes the answer along. An answer before the end of the
 * request costs the connection, too. */
static bool may_wait(const struct client *c)
{
    uint64_t length = 0;
    if (!c->reply.closing && !message_count(&c->request, STR("Content-Length")))
        return true;
    return c->reply.status == 413 && !message_get(&c->request, STR("Expect")).len &&
           str_to_u64(message_get(&c->request, STR("Content-Length")), &length) &&
           length <= DRAIN_BYTES;
}

static enum MHD_Result on_head(struct client *c, const char *method, const char *version)
{
    const struct http_handler *handler = &c->http->handler;
    link_enter(&c->link, LINK_BODY);
    if (!read_head(c, method, version))
        return send_reply(c);
    if (handler->admit(handler->context, &c->request, &c->reply))
        return MHD_YES;
    c->reply.closing = c->reply.closing || c->reply.bare;
    c->ready = may_wait(c);
    return c->ready ? MHD_YES : send_reply(c);
}

/* ---- bodies ---- */

/* What a head promises is not yet there: memory grows with what comes. */
static void take_body(struct client *c, const char *bytes, size_t len)
{
    atomic_fetch_add_explicit(&c->link.received, len, memory_order_relaxed);
    c->request.body_came += len;
    size_t most = c->http->limits.body;
    if (most && len > most - c->body.len)
        len = most - c->body.len;
    if (!c->ready)
        buf_add_bytes(&c->body, bytes, len);
}

static void come_back(void *ticket)
{
    struct client *c = ticket;
    struct http *http = c->http; /* the client may be gone once it is resumed */
    c->ready = true;
    http->lib.resume_connection(c->connection);
    atomic_fetch_sub(&http->away, 1); /* and so may the server now */
}

static void run_apart(struct crew_job *job)
{
    struct client *c = (struct client *)((char *)job - offsetof(struct client, job));
    c->http->handler.run(c->http->handler.context, &c->request, &c->reply);
    come_back(c);
}

static bool start(struct client *c)
{
    const struct http_handler *handler = &c->http->handler;
    return handler->start && handler->start(handler->context, &c->request, &c->reply, come_back, c);
}

/* From here on no connection is suspended: the library must not stop while one is. Looks now and
 * then: a lock to be woken by would be taken twice for each request by all threads. */
static void await_away(struct http *http)
{
    atomic_store(&http->closing, true);
    while (atomic_load(&http->away))
        nanosleep(&(struct timespec){.tv_nsec = LOOK_NS}, NULL);
}

/* Somebody else answers: this thread goes on with its other connections. Who closes sees the count
 * or is seen, whichever of the two was first. */
static enum MHD_Result run_elsewhere(struct client *c)
{
    atomic_fetch_add(&c->http->away, 1);
    if (atomic_load(&c->http->closing)) {
        atomic_fetch_sub(&c->http->away, 1);
        return MHD_NO;
    }
    c->http->lib.suspend_connection(c->connection);
    if (start(c))
        return MHD_YES;
    c->job.run = run_apart;
    crew_add(c->http->crew, &c->job);
    return MHD_YES;
}

/* Nobody else waits for this thread: one hand-over less. */
static bool is_alone(const struct client *c)
{
    return atomic_load_explicit(&c->io->count, memory_order_relaxed) == 1;
}

static void lend_spare(struct client *c)
{
    for (size_t i = 0; i < SPARES && c->reply.body.cap == 0; i++) {
        c->reply.body = c->io->spares[i];
        c->io->spares[i] = (struct buf){0};
    }
}

static enum MHD_Result on_whole(struct client *c)
{
    struct http *http = c->http;
    link_enter(&c->link, LINK_WORKING);
    if (c->ready)
        return send_reply(c);
    c->request.body = buf_str(&c->body);
    lend_spare(c);
    enum http_next next = http->handler.begin(http->handler.context, &c->request, &c->reply);
    if (next == HTTP_START || (next == HTTP_RUN_APART && !is_alone(c)))
        return run_elsewhere(c);
    if (next != HTTP_ANSWERED)
        http->handler.run(http->handler.context, &c->request, &c->reply);
    return send_reply(c);
}

/* ---- the library's callbacks ---- */

static struct client *client_of(struct http *http, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        http->lib.get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

/* The request line has come. The library decodes the target in place afterwards. */
static void *on_line(void *context, const char *target, struct MHD_Connection *connection)
{
    struct client *c = client_of(context, connection);
    link_enter(&c->link, LINK_HEAD);
    c->start_ns = clock_tick_ns();
    atomic_store_explicit(&c->link.received, 0, memory_order_relaxed);
    buf_clear(&c->target);
    buf_clear(&c->body);
    buf_clear(&c->reply.body);
    buf_clear(&c->reply.headers);
    buf_add(&c->target, str_from(target));
    c->request.header_count = 0;
    c->request.body_came = 0;
    c->request.body = c->request.operation = c->request.region = STR_NONE;
    c->reply = (struct reply){.body = c->reply.body, .headers = c->reply.headers};
    c->ready = c->answered = false;
    return NULL;
}

/* Called when the head is there, for each piece of the body, after it, and after a suspension. */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *piece, size_t *piece_len, void **state)
{
    (void)url;
    struct client *c = client_of(context, connection);
    if (!c || c->answered)
        return MHD_NO;
    if (!*state) {
        *state = c;
        return on_head(c, method, version);
    }
    if (*piece_len) {
        take_body(c, piece, *piece_len);
        *piece_len = 0;
        return MHD_YES;
    }
    return on_whole(c);
}

static void keep_or_free(struct io *io, struct buf *body)
{
    if (body->cap <= KEPT_BYTES)
        return;
    for (size_t i = 0; i < SPARES && body->cap <= SPARE_BYTES; i++) {
        if (io->spares[i].cap == 0) {
            io->spares[i] = *body;
            buf_clear(&io->spares[i]);
            *body = (struct buf){0};
            return;
        }
    }
    buf_fini(body);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
    enum MHD_RequestTerminationCode why)
{
    (void)why;
    (void)state;
    struct client *c = client_of(context, connection);
    if (!c)
        return;
    keep_or_free(c->io, &c->reply.body);
    struct buf *mine[] = {&c->body, &c->packed, &c->request.unpacked};
    for (size_t i = 0; i < sizeof mine / sizeof mine[0]; i++)
        if (mine[i]->cap > KEPT_BYTES)
            buf_fini(mine[i]);
    link_enter(&c->link, LINK_IDLE);
    if (atomic_load(&c->http->stopping))
        shutdown(c->link.fd, SHUT_RD);
}

static void wake_up(struct http *http)
{
    uint64_t one = 1;
    ssize_t ignored = write(http->wake, &one, sizeof one);
    (void)ignored;
}

static struct io *io_of(struct http *http, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        http->lib.get_connection_info(connection, MHD_CONNECTION_INFO_DAEMON);
    for (size_t i = 0; i < http->limits.threads; i++)
        if (info && http->io[i].daemon == info->daemon)
            return &http->io[i];
    return &http->io[0];
}

/* The library keeps a copy of what it is told of the peer: the only thing that travels along with a
 * socket that it is given. */
struct address {
    struct sockaddr_storage peer;
    uint64_t mark;
};

static uint64_t mark_of(struct http *http, struct MHD_Connection *connection)
{
    struct address address = {0};
    const union MHD_ConnectionInfo *info =
        http->lib.get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (info && info->client_addr)
        memcpy(&address, info->client_addr, sizeof address);
    return address.mark;
}

static void open_client(struct http *http, struct MHD_Connection *connection, void **slot)
{
    const union MHD_ConnectionInfo *info =
        http->lib.get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct client *c = mem_new(struct client);
    c->http = http;
    c->connection = connection;
    c->link.fd = c->request.socket = info->connect_fd;
    c->io = io_of(http, connection);
    c->request.mark = mark_of(http, connection);
    *slot = c;
    links_add(&http->links, &c->link);
}

static void close_client(struct http *http, struct client *c)
{
    links_remove(&http->links, &c->link);
    atomic_fetch_sub(&c->io->count, 1);
    atomic_fetch_sub(&http->links.count, 1);
    if (atomic_load(&http->stopping))
        wake_up(http);
    buf_fini(&c->target);
    buf_fini(&c->body);
    buf_fini(&c->packed);
    buf_fini(&c->request.unpacked);
    buf_fini(&c->reply.body);
    buf_fini(&c->reply.headers);
    free(c);
}

static void on_connection(void *context, struct MHD_Connection *connection, void **slot,
    enum MHD_ConnectionNotificationCode what)
{
    if (what == MHD_CONNECTION_NOTIFY_STARTED)
        open_client(context, connection, slot);
    else if (*slot)
        close_client(context, *slot);
}

/* ---- opening and closing ---- */

static bool start_threads(struct http *http, struct err *err)
{
    const unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ITC |
                           MHD_ALLOW_SUSPEND_RESUME;
    for (size_t i = 0; i < http->limits.threads; i++) {
        http->io[i].daemon = http->lib.start_daemon(flags, 0, NULL, NULL, on_request, http,
            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_BYTES, MHD_OPTION_CONNECTION_LIMIT,
            (unsigned)LIBRARY_MOST, MHD_OPTION_CONNECTION_TIMEOUT,
            http->limits.idle_ms < 0 ? 0u : (unsigned)SILENCE_S, MHD_OPTION_STRICT_FOR_CLIENT, 1,
            MHD_OPTION_URI_LOG_CALLBACK, on_line, http, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
            http, MHD_OPTION_NOTIFY_CONNECTION, on_connection, http, MHD_OPTION_END);
        if (!http->io[i].daemon)
            return err_set(
                err, ERR_INTERNAL, "the HTTP server does not start: %s", strerror(errno));
    }
    return true;
}

static void set_limits(struct http *http, const struct http_limits *given)
{
    struct http_limits *limits = &http->limits;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    *limits = given ? *given : (struct http_limits){0};
    if (!limits->threads)
        limits->threads = processors > 1 ? (unsigned)processors : 1;
    if (limits->threads > THREADS_MAX)
        limits->threads = THREADS_MAX;
    limits->writers = limits->writers ? limits->writers : 64;
    limits->connections = limits->connections ? limits->connections : 256;
    limits->head_ms = limits->head_ms ? limits->head_ms : 10000;
    limits->idle_ms = limits->idle_ms ? limits->idle_ms : 75000;
}

/* The signals that ask for an end go to the thread that waits in http_run(). */
static void block_signals(sigset_t *before)
{
    sigset_t asking;
    sigemptyset(&asking);
    sigaddset(&asking, SIGINT);
    sigaddset(&asking, SIGTERM);
    sigaddset(&asking, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &asking, before);
}

struct http *http_open(
    const struct http_handler *handler, const struct http_limits *limits, struct err *err)
{
    struct http *http = mem_new(struct http);
    sigset_t before;
    http->handler = *handler;
    set_limits(http, limits);
    links_init(&http->links, http->limits.head_ms, http->limits.idle_ms);
    http->crew = crew_new(http->limits.writers);
    http->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (getrandom(&http->seed, sizeof http->seed, GRND_NONBLOCK) != sizeof http->seed)
        http->seed = (uint64_t)clock_tick_ns();
    block_signals(&before);
    bool started = library_load(&http->lib, err) && start_threads(http, err);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (started)
        return http;
    http_close(http);
    return NULL;
}

void http_close(struct http *http)
{
    if (!http)
        return;
    await_away(http); /* what comes back is sent before the library stops */
    crew_free(http->crew);
    for (size_t i = 0; i < THREADS_MAX; i++) {
        if (http->io[i].daemon)
            http->lib.stop_daemon(http->io[i].daemon);
        for (size_t j = 0; j < SPARES; j++)
            buf_fini(&http->io[i].spares[j]);
    }
    links_fini(&http->links);
    if (http->wake >= 0)
        close(http->wake);
    free(http);
}

void http_stop(struct http *http)
{
    atomic_store(&http->stopping, true);
    wake_up(http);
}

unsigned http_connections(const struct http *http)
{
    return atomic_load(&http->links.count);
}

/* ---- accepting ---- */

static struct io *least_busy(struct http *http)
{
    struct io *least = &http->io[0];
    for (size_t i = 1; i < http->limits.threads; i++)
        if (atomic_load(&http->io[i].count) < atomic_load(&least->count))
            least = &http->io[i];
    return least;
}

static void take_connection(void *context, int fd)
{
    http_take(context, fd, 0);
}

void http_take(struct http *http, int fd, uint64_t mark)
{
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct address address = {.mark = mark};
    socklen_t peer_len = sizeof address.peer;
    getpeername(fd, (struct sockaddr *)&address.peer, &peer_len);
    struct io *io = least_busy(http);
    atomic_fetch_add(&io->count, 1);
    atomic_fetch_add(&http->links.count, 1);
    if (http->lib.add_connection(io->daemon, fd, (struct sockaddr *)&address, sizeof address) ==
        MHD_YES)
        return;
    atomic_fetch_sub(&io->count, 1); /* the library has closed the socket */
    atomic_fetch_sub(&http->links.count, 1);
}

/* ---- running ---- */

bool http_run(
    struct http *http, const int *sockets, size_t count, const atomic_bool *stop, struct err *err)
{
    sigset_t before;
    struct door door = {.links = &http->links,
        .most = http->limits.connections,
        .sockets = sockets,
        .count = count,
        .wake = http->wake,
        .stopping = &http->stopping,
        .stop = stop,
        .signals = &before,
        .take = take_connection,
        .context = http};
    if (http->wake < 0 || count > DOOR_SOCKETS_MAX)
        return err_set(err, ERR_INTERNAL, "cannot wait for connections");
    block_signals(&before);
    door_keep(&door);
    atomic_store(&http->stopping, true);
    door_close(&door, GRACE_MS);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return true;
}
