/* SPDX-License-Identifier: MIT */
/*
 * The least HTTP client that can tell whether a server speaks the DynamoDB protocol. It shares
 * nothing with the product's own HTTP (no library, another CRC-32), so that a mistake on one side
 * is not hidden by the same mistake on the other.
 *
 *   send ─ head ─ body ─ checks ─ answer
 */
#include "tests/conformance/wire.h"

#include "backend/backend_impl.h"
#include "backend/ops.h"
#include "base/mem.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { SILENCE_SECONDS = 60, HEAD_MAX = 16384, BODY_MAX = 64 << 20, ID_LEN = 52 };

struct wire {
    struct backend backend;
    struct sockaddr_in address;
    int fd; /* -1 = not connected */
    struct buf out, in;
    char last_id[ID_LEN + 1];
};

/* What a head says. */
struct head {
    int status;
    struct str type, id, checksum, length;
    bool closes;
};

/* ---- the connection ---- */

static void disconnect(struct wire *w)
{
    if (w->fd >= 0)
        close(w->fd);
    w->fd = -1;
    buf_clear(&w->in);
}

static bool reconnect(struct wire *w, struct err *err)
{
    struct timeval silence = {.tv_sec = SILENCE_SECONDS};
    int on = 1;
    if (w->fd >= 0)
        return true;
    w->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (w->fd < 0)
        return err_errno(err, errno, "socket");
    setsockopt(w->fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof silence);
    setsockopt(w->fd, SOL_SOCKET, SO_SNDTIMEO, &silence, sizeof silence);
    setsockopt(w->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(w->fd, (const struct sockaddr *)&w->address, sizeof w->address) == 0)
        return true;
    err_errno(err, errno, "connect");
    disconnect(w);
    return false;
}

/* A server may refuse by the head and hang up: what it said is read in any case. */
static void send_all(struct wire *w, struct str bytes)
{
    while (bytes.len) {
        ssize_t sent = send(w->fd, bytes.at, bytes.len, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        bytes = str_skip(bytes, (size_t)sent);
    }
}

static bool read_more(struct wire *w, struct err *err)
{
    char *to = buf_reserve(&w->in, 65536);
    ssize_t got = recv(w->fd, to, 65536, 0);
    if (got < 0)
        return err_errno(err, errno, "reading the answer");
    if (got == 0)
        return err_set(err, ERR_UNREACHABLE, "the connection ended within an answer");
    w->in.len += (size_t)got;
    return true;
}

/* ---- requests ---- */

static void put_request(struct buf *out, const struct ddb_call *call)
{
    const struct op *op = op_find(call->operation);
    const char *api = op && op->service == OP_STREAMS ? "DynamoDBStreams" : "DynamoDB";
    buf_clear(out);
    buf_printf(out,
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-amz-json-1.0\r\n"
        "X-Amz-Target: %s_20120810.%.*s\r\nX-Amz-Date: 20260101T000000Z\r\n"
        "Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, "
        "SignedHeaders=host, Signature=0\r\nContent-Length: %zu\r\n\r\n",
        api, STR_ARG(call->operation), call->body.len);
    buf_add(out, call->body);
}

/* ---- answers ---- */

/* header = name ":" blanks value blanks CR LF */
static void take_header(struct head *head, struct str line)
{
    struct str name, value = line;
    str_cut(&value, ':', &name);
    value = str_trim(value);
    if (str_equal_nocase(name, STR("content-type")))
        head->type = value;
    else if (str_equal_nocase(name, STR("content-length")))
        head->length = value;
    else if (str_equal_nocase(name, STR("x-amzn-requestid")))
        head->id = value;
    else if (str_equal_nocase(name, STR("x-amz-crc32")))
        head->checksum = value;
    else if (str_equal_nocase(name, STR("connection")))
        head->closes = str_equal_nocase(value, STR("close"));
}

/* head = "HTTP/1.1 " status " " reason CR LF { header } */
static bool parse_head(struct head *head, struct str text, struct err *err)
{
    struct str line, version;
    int64_t status;
    str_cut(&text, '\n', &line);
    str_cut(&line, ' ', &version);
    if (!str_equal(version, STR("HTTP/1.1")) || !str_to_i64(str_take(line, 3), &status) ||
        status < 200 || status > 599)
        return err_set(err, ERR_DATA, "no status line of HTTP/1.1");
    *head = (struct head){.status = (int)status};
    while (str_cut(&text, '\n', &line))
        take_header(head, line);
    return true;
}

static bool read_head(struct wire *w, struct head *head, size_t *end, struct err *err)
{
    size_t at;
    while ((at = str_find(buf_str(&w->in), STR("\r\n\r\n"))) == SIZE_MAX) {
        if (w->in.len > HEAD_MAX)
            return err_set(err, ERR_DATA, "the answer's head has no end");
        if (!read_more(w, err))
            return false;
    }
    *end = at + 4;
    return parse_head(head, str_take(buf_str(&w->in), at + 2), err);
}

static uint32_t crc32_of(struct str bytes)
{
    uint32_t crc = 0xFFFFFFFFu;
    for (size_t i = 0; i < bytes.len; i++) {
        crc ^= (unsigned char)bytes.at[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    return ~crc;
}

static bool check_id(struct wire *w, struct str id, struct err *err)
{
    for (size_t i = 0; i < id.len; i++)
        if (!((id.at[i] >= 'A' && id.at[i] <= 'Z') || (id.at[i] >= '0' && id.at[i] <= '9')))
            return err_set(err, ERR_DATA, "x-amzn-RequestId: %.*s", STR_ARG(id));
    if (id.len != ID_LEN)
        return err_set(err, ERR_DATA, "x-amzn-RequestId has %zu characters", id.len);
    if (str_equal(id, str_from(w->last_id)))
        return err_set(err, ERR_DATA, "x-amzn-RequestId is the last answer's");
    memcpy(w->last_id, id.at, id.len);
    return true;
}

static bool check_answer(struct wire *w, const struct head *head, struct str body, struct err *err)
{
    uint64_t checksum;
    if (!str_equal(head->type, STR("application/x-amz-json-1.0")))
        return err_set(err, ERR_DATA, "Content-Type: %.*s", STR_ARG(head->type));
    if (!str_to_u64(head->checksum, &checksum) || checksum != crc32_of(body))
        return err_set(err, ERR_DATA, "x-amz-crc32: %.*s, but the body's is %u",
            STR_ARG(head->checksum), crc32_of(body));
    return check_id(w, head->id, err);
}

static bool take_answer(struct wire *w, struct ddb_reply *reply, struct err *err)
{
    struct head head;
    size_t at = 0;
    uint64_t len;
    if (!read_head(w, &head, &at, err))
        return false;
    if (!str_to_u64(head.length, &len) || len > BODY_MAX)
        return err_set(err, ERR_DATA, "Content-Length: %.*s", STR_ARG(head.length));
    /* the bytes may move, so the head is read again when all are there */
    while (w->in.len < at + len)
        if (!read_more(w, err))
            return false;
    if (!parse_head(&head, str_take(buf_str(&w->in), at - 2), err))
        return false;
    if (w->in.len > at + len)
        return err_set(err, ERR_DATA, "%zu bytes follow the answer", w->in.len - at - (size_t)len);
    struct str body = str_skip(buf_str(&w->in), at);
    if (!check_answer(w, &head, body, err))
        return false;
    reply->status = head.status;
    buf_add(&reply->body, body);
    buf_clear(&w->in);
    if (head.closes)
        disconnect(w);
    return true;
}

/* ---- the backend ---- */

static bool call_wire(
    struct backend *backend, const struct ddb_call *call, struct ddb_reply *reply, struct err *err);
static bool close_wire(struct backend *backend, struct err *err);
static const struct backend_ops ops = {.name = "wire", .call = call_wire, .close = close_wire};

static struct wire *cast(struct backend *backend)
{
    assert(backend->ops == &ops);
    return (struct wire *)backend;
}

static bool call_wire(
    struct backend *backend, const struct ddb_call *call, struct ddb_reply *reply, struct err *err)
{
    struct wire *w = cast(backend);
    if (!reconnect(w, err))
        return false;
    put_request(&w->out, call);
    send_all(w, buf_str(&w->out));
    if (take_answer(w, reply, err))
        return true;
    disconnect(w);
    return false;
}

static bool close_wire(struct backend *backend, struct err *err)
{
    struct wire *w = cast(backend);
    (void)err;
    disconnect(w);
    buf_fini(&w->in);
    buf_fini(&w->out);
    free(w);
    return true;
}

struct backend *wire_open(const char *url, struct err *err)
{
    struct str rest = str_from(url), host;
    uint64_t port;
    char text[64];
    if (!str_starts(rest, STR("http://")))
        goto wrong;
    rest = str_skip(rest, 7);
    str_cut(&rest, ':', &host);
    if (!str_to_u64(rest, &port) || port > 65535 || host.len >= sizeof text)
        goto wrong;
    snprintf(text, sizeof text, "%.*s", STR_ARG(host));
    struct wire *w = mem_new(struct wire);
    *w = (struct wire){.backend.ops = &ops, .fd = -1};
    w->address.sin_family = AF_INET;
    w->address.sin_port = htons((uint16_t)port);
    if (inet_pton(AF_INET, text, &w->address.sin_addr) == 1 && reconnect(w, err))
        return &w->backend;
    free(w);
    if (err->code)
        return NULL;
wrong:
    err_set(err, ERR_USAGE, "%s: not of the form http://127.0.0.1:PORT", url);
    return NULL;
}
