/* SPDX-License-Identifier: MIT */
/*
 * The floor: what nobody can do without who speaks DynamoDB's protocol and keeps items in LMDB. One
 * thread, epoll, JSON made into bytes and back by hand, one put or get a key. No conditions, no
 * expressions, no validation, no indexes, no sizes: it answers what bench_serve asks, and would
 * crash on anything else. What a server reaches of its speed is what its semantics leave.
 *
 *   bench_floor PORT FOLDER [sync]
 *
 * With sync a round of epoll shares one durable commit; without, each write has one of its own.
 *
 *   item:   member* 0xff            member:  len (1) name value
 *   value:  'S' | 'N' len (2) bytes   't' | 'f'   'M' item   'L' value* 0xff
 */
#include "base/buf.h"

#include <arpa/inet.h>
#include <lmdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    CLIENTS = 1024,
    READ = 128 << 10,
    EVENTS = 64,
    KEY_MAX = 256,
    PAGE = 1 << 20,
    COUNTED = 400
};

struct client {
    struct buf in, out;
    bool waits; /* for the commit */
};

static struct floor {
    MDB_env *env;
    MDB_dbi items;
    MDB_txn *write, *read;
    bool sync;
    struct client clients[CLIENTS];
    struct buf value, body;
} f;

static void must(int code, const char *what)
{
    if (code == 0)
        return;
    fprintf(stderr, "bench_floor: %s: %s\n", what, mdb_strerror(code));
    exit(70);
}

/* ---- JSON as a client sends it (no blanks, no escapes) to bytes and back ---- */

static const char *encode_value(const char *at, struct buf *out);

/* text = '"' byte* '"' */
static const char *encode_text(const char *at, struct buf *out, unsigned width)
{
    const char *end = memchr(at + 1, '"', READ);
    size_t len = (size_t)(end - at - 1);
    if (width == 2)
        buf_add_byte(out, (char)(len >> 8));
    buf_add_byte(out, (char)len);
    buf_add_bytes(out, at + 1, len);
    return end + 1;
}

/* map = "{" [ text ":" value *( "," text ":" value ) ] "}" */
static const char *encode_map(const char *at, struct buf *out)
{
    while (*++at == '"') {
        at = encode_value(encode_text(at, out, 1) + 1, out);
        if (*at != ',')
            break;
    }
    buf_add_byte(out, (char)0xff);
    return at + 1;
}

/* list = "[" [ value *( "," value ) ] "]" */
static const char *encode_list(const char *at, struct buf *out)
{
    while (*++at == '{') {
        at = encode_value(at, out);
        if (*at != ',')
            break;
    }
    buf_add_byte(out, (char)0xff);
    return at + 1;
}

/* value = "{" type ":" ( text / "true" / "false" / map / list ) "}" */
static const char *encode_value(const char *at, struct buf *out)
{
    char type = at[2];
    if (type == 'B') { /* {"BOOL":… */
        buf_add_byte(out, at[8]);
        return at + (at[8] == 't' ? 13 : 14);
    }
    buf_add_byte(out, type);
    at += 5;
    at = type == 'M'   ? encode_map(at, out)
         : type == 'L' ? encode_list(at, out)
                       : encode_text(at, out, 2);
    return at + 1;
}

static const unsigned char *decode_value(const unsigned char *at, struct buf *out);

static const unsigned char *decode_map(const unsigned char *at, struct buf *out)
{
    buf_add_byte(out, '{');
    for (bool first = true; *at != 0xff; first = false) {
        buf_add(out, first ? STR("\"") : STR(",\""));
        buf_add_bytes(out, at + 1, at[0]);
        buf_add(out, STR("\":"));
        at = decode_value(at + 1 + at[0], out);
    }
    buf_add_byte(out, '}');
    return at + 1;
}

static const unsigned char *decode_list(const unsigned char *at, struct buf *out)
{
    buf_add_byte(out, '[');
    for (bool first = true; *at != 0xff; first = false) {
        if (!first)
            buf_add_byte(out, ',');
        at = decode_value(at, out);
    }
    buf_add_byte(out, ']');
    return at + 1;
}

static const unsigned char *decode_value(const unsigned char *at, struct buf *out)
{
    char front[] = "{\"X\":";
    unsigned char type = *at++;
    if (type == 't' || type == 'f') {
        buf_add(out, type == 't' ? STR("{\"BOOL\":true}") : STR("{\"BOOL\":false}"));
        return at;
    }
    front[2] = (char)type;
    buf_add_bytes(out, front, 5);
    if (type == 'M') {
        at = decode_map(at, out);
    } else if (type == 'L') {
        at = decode_list(at, out);
    } else {
        size_t len = (size_t)at[0] << 8 | at[1];
        buf_add_byte(out, '"');
        buf_add_bytes(out, at + 2, len);
        buf_add_byte(out, '"');
        at += 2 + len;
    }
    buf_add_byte(out, '}');
    return at;
}

/* ---- keys and transactions ---- */

/* Adds the string behind `name` and a slash; where it ends. */
static const char *add_text(const char *at, const char *name, char *key, size_t *len)
{
    at = strstr(at, name) + strlen(name);
    const char *end = strchr(at, '"');
    memcpy(key + *len, at, (size_t)(end - at));
    *len += (size_t)(end - at);
    key[(*len)++] = '/';
    return end;
}

static const char *read_key(const char *at, char *key, size_t *len)
{
    *len = 0;
    at = add_text(at, "\"pk\":{\"S\":\"", key, len);
    return add_text(at, "\"sk\":{\"S\":\"", key, len);
}

static const char *put_item(const char *at)
{
    char key[KEY_MAX];
    size_t len;
    read_key(at, key, &len);
    buf_clear(&f.value);
    at = encode_map(at, &f.value);
    MDB_val k = {len, key}, v = {f.value.len, f.value.at};
    if (!f.write)
        must(mdb_txn_begin(f.env, NULL, 0, &f.write), "begin");
    must(mdb_put(f.write, f.items, &k, &v, 0), "put");
    return at;
}

static void commit(void)
{
    must(mdb_txn_commit(f.write), "commit");
    f.write = NULL;
}

/* A snapshot for one answer. */
static void begin_read(void)
{
    must(f.read ? mdb_txn_renew(f.read) : mdb_txn_begin(f.env, NULL, MDB_RDONLY, &f.read), "begin");
}

/* ---- operations ---- */

static const char *get_item(const char *at, struct buf *out)
{
    char key[KEY_MAX];
    size_t len;
    at = read_key(at, key, &len);
    MDB_val k = {len, key}, v;
    if (mdb_get(f.read, f.items, &k, &v) == 0)
        decode_map(v.mv_data, out);
    return at;
}

static void get(const char *body, struct buf *out)
{
    begin_read();
    buf_add(out, STR("{\"Item\":"));
    get_item(body, out);
    buf_add_byte(out, '}');
    mdb_txn_reset(f.read);
}

static void batch_get(const char *body, struct buf *out)
{
    begin_read();
    buf_add(out, STR("{\"Responses\":{\"bench\":["));
    for (bool first = true; (body = strstr(body, "\"pk\"")); first = false) {
        if (!first)
            buf_add_byte(out, ',');
        body = get_item(body, out);
    }
    buf_add(out, STR("]},\"UnprocessedKeys\":{}}"));
    mdb_txn_reset(f.read);
}

/* Items from `key` on: those that begin with it, or a page of 1 MB. */
static void walk(const char *key, size_t len, bool prefix, struct buf *out)
{
    MDB_cursor *cursor;
    MDB_val k = {len, (void *)(uintptr_t)key}, v;
    size_t count = 0;
    begin_read();
    must(mdb_cursor_open(f.read, f.items, &cursor), "cursor");
    int code = mdb_cursor_get(cursor, &k, &v, MDB_SET_RANGE);
    buf_add(out, STR("{\"Items\":["));
    while (code == 0 && count * COUNTED < PAGE) {
        if (prefix && (k.mv_size < len || memcmp(k.mv_data, key, len)))
            break;
        if (count++)
            buf_add_byte(out, ',');
        decode_map(v.mv_data, out);
        code = mdb_cursor_get(cursor, &k, &v, MDB_NEXT);
    }
    buf_printf(out, "],\"Count\":%zu}", count);
    mdb_cursor_close(cursor);
    mdb_txn_reset(f.read);
}

static void query(const char *body, struct buf *out)
{
    char key[KEY_MAX];
    size_t len = 0;
    add_text(body, "\":p\":{\"S\":\"", key, &len);
    walk(key, len, true, out);
}

static void scan(const char *body, struct buf *out)
{
    char key[KEY_MAX];
    size_t len;
    read_key(body, key, &len);
    walk(key, len, false, out);
}

/* Whether it wrote. */
static bool answer(const char *operation, const char *body, struct buf *out)
{
    if (!strncmp(operation, "PutItem", 7)) {
        put_item(strstr(body, "\"Item\":") + 7);
        buf_add(out, STR("{}"));
        return true;
    }
    if (!strncmp(operation, "BatchWriteItem", 14)) {
        while ((body = strstr(body, "\"Item\":")))
            body = put_item(body + 7);
        buf_add(out, STR("{\"UnprocessedItems\":{}}"));
        return true;
    }
    if (!strncmp(operation, "GetItem", 7))
        get(body, out);
    else if (!strncmp(operation, "BatchGetItem", 12))
        batch_get(body, out);
    else if (!strncmp(operation, "Query", 5))
        query(body, out);
    else if (!strncmp(operation, "Scan", 4))
        scan(body, out);
    else
        buf_add(out, STR("{\"Table\":{\"TableStatus\":\"ACTIVE\"}}"));
    return false;
}

/* ---- HTTP ---- */

static void send_out(int fd, struct client *c)
{
    struct str rest = buf_str(&c->out);
    while (rest.len) {
        ssize_t sent = send(fd, rest.at, rest.len, MSG_NOSIGNAL);
        if (sent <= 0)
            break;
        rest = str_skip(rest, (size_t)sent);
    }
    c->waits = false;
}

static void serve_request(int fd, struct client *c, const char *head, const char *body)
{
    const char *operation = strstr(head, "DynamoDB_20120810.");
    buf_clear(&f.body);
    bool wrote = answer(operation ? operation + 18 : "", body, &f.body);
    buf_clear(&c->out);
    buf_printf(&c->out,
        "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nx-amzn-RequestId: "
        "0123456789ABCDEFGHIJKLMNOPQRSTUV0123456789ABCDEFGHIJ\r\nx-amz-crc32: 2745614147\r\n"
        "Content-Length: %zu\r\n\r\n",
        f.body.len);
    buf_add(&c->out, buf_str(&f.body));
    if (wrote && !f.sync)
        commit();
    c->waits = wrote && f.sync;
    if (!c->waits)
        send_out(fd, c);
}

static void read_from(int fd, struct client *c)
{
    char *to = buf_reserve(&c->in, READ);
    ssize_t got = recv(fd, to, READ - 1, 0);
    if (got <= 0) {
        close(fd);
        buf_clear(&c->in);
        return;
    }
    c->in.len += (size_t)got;
    const char *head = buf_cstr(&c->in), *end = strstr(head, "\r\n\r\n");
    const char *length = end ? strcasestr(head, "content-length:") : NULL;
    if (!length || c->in.len < (size_t)(end + 4 - head) + strtoul(length + 15, NULL, 10))
        return;
    serve_request(fd, c, head, end + 4);
    buf_clear(&c->in);
}

static void take(int listener, int poll)
{
    int on = 1, fd = accept(listener, NULL, NULL);
    if (fd < 0 || fd >= CLIENTS)
        exit(70);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
}

static void answer_waiting(const struct epoll_event *events, int count)
{
    commit();
    for (int i = 0; i < count; i++)
        if (f.clients[events[i].data.fd].waits)
            send_out(events[i].data.fd, &f.clients[events[i].data.fd]);
}

_Noreturn static void loop(int listener)
{
    int poll = epoll_create1(0);
    struct epoll_event events[EVENTS], event = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int count = epoll_wait(poll, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == listener)
                take(listener, poll);
            else
                read_from(events[i].data.fd, &f.clients[events[i].data.fd]);
        }
        if (f.write)
            answer_waiting(events, count);
    }
}

static void open_store(const char *folder)
{
    MDB_txn *txn;
    mkdir(folder, 0700);
    must(mdb_env_create(&f.env), "mdb_env_create");
    mdb_env_set_mapsize(f.env, (size_t)1 << 36);
    mdb_env_set_maxdbs(f.env, 2);
    must(mdb_env_open(f.env, folder, f.sync ? 0 : MDB_NOSYNC, 0600), folder);
    must(mdb_txn_begin(f.env, NULL, 0, &txn), "begin");
    must(mdb_dbi_open(txn, "items", MDB_CREATE, &f.items), "items");
    must(mdb_txn_commit(txn), "commit");
}

int main(int argc, char **argv)
{
    int on = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    if (argc < 3)
        return 64;
    struct sockaddr_in at = {.sin_family = AF_INET,
        .sin_port = htons((uint16_t)atoi(argv[1])),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    f.sync = argc > 3;
    open_store(argv[2]);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&at, sizeof at) || listen(listener, 64)) {
        perror("bench_floor");
        return 70;
    }
    loop(listener);
}
