/* SPDX-License-Identifier: MIT */
/*
 * The gate: heads in, refusals out. A web page that the user looks at can reach this machine's
 * loopback ports: it must neither read nor write here, not even where its name was made to point at
 * 127.0.0.1 (DNS rebinding, which shows in Host alone). No answer ever carries a header that would
 * let a page read it. Knows no operation and no body.
 */
#include "backend/serve/gate.h"

#include <string.h>

/* ---- the syntax of heads ---- */

/* One bit a character: letters, digits and !#$%&'*+-.^_`|~ (every byte of every head is asked for).
 */
static const uint64_t token_bytes[4] = {0x03ff6cfa00000000, 0x57ffffffc7fffffe};

/* token = 1*( letter / digit / one of !#$%&'*+-.^_`|~ ) */
static bool is_token(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if (!(token_bytes[c / 64] >> c % 64 & 1))
            return false;
    }
    return s.len > 0;
}

/* Whether one of eight bytes may be a control character: below 0x20, or 0x7f. */
static bool is_suspicious(const char *at)
{
    const uint64_t ones = UINT64_MAX / 255;
    uint64_t x, del;
    memcpy(&x, at, sizeof x);
    del = x ^ ones * 0x7f;
    return (((x - ones * 0x20) & ~x) | ((del - ones) & ~del)) & ones * 0x80;
}

/* field-value: no control characters but the tab. */
static bool is_text(struct str s)
{
    size_t i = 0;
    while (i + 8 <= s.len && !is_suspicious(s.at + i))
        i += 8;
    for (; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if ((c < ' ' && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

/* target: visible ASCII */
static bool is_target(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] <= ' ' || s.at[i] == 0x7f)
            return false;
    return s.len > 0 && s.at[0] == '/';
}

static bool is_well_formed(const struct request *request)
{
    if (!is_token(request->method) || !is_target(request->target))
        return false;
    for (size_t i = 0; i < request->header_count; i++)
        if (!is_token(request->headers[i].name) || !is_text(request->headers[i].value))
            return false;
    return true;
}

/* ---- how long the body is: two opinions are none ---- */

static bool bad(struct reply *reply, int status, const char *why)
{
    reply->bare = true;
    reply_set(reply, status, REPLY_TEXT, str_from(why));
    return false;
}

static bool check_length(const struct request *request, struct reply *reply)
{
    size_t lengths = message_count(request, STR("Content-Length"));
    size_t encodings = message_count(request, STR("Transfer-Encoding"));
    uint64_t length;
    if (encodings && (lengths || encodings > 1))
        return bad(reply, 400, "Content-Length and Transfer-Encoding exclude each other\n");
    if (encodings)
        return bad(reply, 411, "send a Content-Length: bodies in chunks are not taken\n");
    if (lengths > 1)
        return bad(reply, 400, "more than one Content-Length\n");
    struct str text = message_get(request, STR("Content-Length"));
    if (lengths && (text.len > 19 || !str_to_u64(text, &length)))
        return bad(reply, 400, "Content-Length is not a number\n");
    return true;
}

uint64_t gate_length(const struct request *request)
{
    uint64_t length = 0;
    str_to_u64(message_get(request, STR("Content-Length")), &length);
    return length;
}

/* ---- who is asking ---- */

/* Cuts ":PORT" off; "[::1]:8000" keeps the brackets. False where the port is no number. */
static bool cut_port(struct str *host)
{
    size_t from = 0;
    if (host->len && host->at[0] == '[') {
        from = str_find_byte(*host, ']');
        if (from == SIZE_MAX)
            return false;
    }
    size_t colon = str_find_byte(str_skip(*host, from), ':');
    if (colon == SIZE_MAX)
        return from == 0 || from + 1 == host->len;
    uint64_t port;
    struct str digits = str_skip(*host, from + colon + 1);
    if (digits.len > 5 || !str_to_u64(digits, &port) || port > 65535)
        return false;
    *host = str_take(*host, from + colon);
    return true;
}

/* 127.x.x.x */
static bool is_loopback_v4(struct str host)
{
    struct str part;
    size_t parts = 0;
    while (str_cut(&host, '.', &part)) {
        uint64_t number;
        if (part.len > 3 || !str_to_u64(part, &number) || number > 255)
            return false;
        if (parts++ == 0 && number != 127)
            return false;
    }
    return parts == 4;
}

bool gate_is_loopback(struct str host)
{
    return cut_port(&host) && (str_equal_nocase(host, STR("localhost")) ||
                                  str_equal(host, STR("[::1]")) || is_loopback_v4(host));
}

static bool is_ours(const struct gate *gate, struct str host)
{
    if (gate_is_loopback(host))
        return true;
    struct str name = host;
    if (!gate->host.len || !cut_port(&name))
        return false;
    if (name.len > 2 && name.at[0] == '[')
        name = str_take(str_skip(name, 1), name.len - 2);
    return str_equal_nocase(name, gate->host);
}

static bool check_host(const struct gate *gate, const struct request *request, struct reply *reply)
{
    if (message_count(request, STR("Host")) != 1)
        return bad(reply, 400, "a request needs one Host\n");
    struct str host = message_get(request, STR("Host"));
    if (gate->any_host || is_ours(gate, host))
        return true;
    return bad(reply, 403,
        "this Host is not served: address the server as localhost, 127.0.0.1 or [::1], or start it "
        "with --host\n");
}

static bool check_page(const struct request *request, struct reply *reply)
{
    struct str site = message_get(request, STR("Sec-Fetch-Site"));
    bool foreign =
        site.len && !str_equal(site, STR("none")) && !str_equal(site, STR("same-origin"));
    if (message_count(request, STR("Origin")) || foreign)
        return bad(reply, 403, "web pages are not served\n");
    return true;
}

/* ---- all of it ---- */

bool gate_check(const struct gate *gate, const struct request *request, struct reply *reply)
{
    if (!is_well_formed(request))
        return bad(reply, 400, "the head of the request is malformed\n");
    if (!str_equal(request->version, STR("HTTP/1.1")) &&
        !str_equal(request->version, STR("HTTP/1.0")))
        return bad(reply, 505, "HTTP/1.1 is spoken here\n");
    return check_length(request, reply) && check_host(gate, request, reply) &&
           check_page(request, reply);
}
