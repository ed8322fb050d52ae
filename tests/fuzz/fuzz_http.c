/* SPDX-License-Identifier: MIT */
/*
 * Heads of requests as strangers send them, through everything of ours that reads them: the second
 * look at the layout, the gate, the routes, the signature. uses: ds_serve
 *
 * Input: a head, lines with CR LF, then a body. It is laid out in memory as the HTTP library does
 * it.
 */
#include "backend/http/layout.h"
#include "backend/serve/auth.h"
#include "backend/serve/gate.h"
#include "backend/serve/journal.h"
#include "backend/serve/route.h"
#include "backend/serve/sigv4.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

/* Overwrites the separator with NUL and returns the text before it. */
static struct str cut(char **at, char *end, char separator)
{
    char *hit = memchr(*at, separator, (size_t)(end - *at));
    char *stop = hit ? hit : end;
    struct str piece = {*at, strnlen(*at, (size_t)(stop - *at))};
    if (hit)
        *hit++ = '\0';
    *at = hit ? hit : end;
    return piece;
}

static char *line_end(char *at, char *end)
{
    char *feed = memchr(at, '\n', (size_t)(end - at));
    if (!feed)
        return end;
    *feed = '\0';
    if (feed > at && feed[-1] == '\r')
        feed[-1] = '\0';
    return feed + 1;
}

static void read_header(struct request *request, char *at, char *end)
{
    if (request->header_count == REQUEST_HEADERS_MAX)
        return;
    struct request_header *header = &request->headers[request->header_count];
    header->name = cut(&at, end, ':');
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    header->value = (struct str){at, strnlen(at, (size_t)(end - at))};
    request->header_count++;
}

static char *read_head(struct request *request, char *at, char *end)
{
    char *next = line_end(at, end);
    request->method = cut(&at, next, ' ');
    request->target = cut(&at, next, ' ');
    request->version = (struct str){at, strnlen(at, (size_t)(next - at))};
    for (at = next; at < end; at = next) {
        next = line_end(at, end);
        if (*at == '\0')
            return next;
        read_header(request, at, next);
    }
    return end;
}

static void read_all(struct request *request)
{
    struct gate gate = {.host = STR("192.0.2.7")};
    struct reply reply = {0};
    struct auth auth;
    struct buf line = {0}, canonical = {0};
    bool passed = gate_check(&gate, request, &reply);
    FUZZ_CHECK(passed || (reply.status >= 400 && reply.closing == false));
    if (passed)
        FUZZ_CHECK(message_count(request, STR("Origin")) == 0);
    request->operation = route_find(request).op ? route_find(request).op->name : STR_NONE;
    if (auth_read(request, &auth, &reply)) {
        char signature[65];
        sigv4_canonical(&canonical, request, auth.signed_headers, STR("00"));
        sigv4_sign(STR("secret"), &auth, buf_str(&canonical), signature);
        FUZZ_CHECK(strlen(signature) == 64);
    }
    journal_format(&line, request, &reply, 0, 0);
    for (size_t i = 0; i + 1 < line.len; i++)
        FUZZ_CHECK(line.at[i] >= ' ' && line.at[i] < 0x7f);
    buf_fini(&line);
    buf_fini(&canonical);
    buf_fini(&reply.body);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    char *text = malloc(len + 1);
    struct request *request = calloc(1, sizeof *request);
    memcpy(text, bytes, len);
    text[len] = '\0';
    char *body = read_head(request, text, text + len);
    struct layout layout = {text, (size_t)(body - text)};
    if (layout_check(&layout, request))
        FUZZ_CHECK(request->version.len + 6 <= layout.len);
    request->body = (struct str){body, (size_t)(text + len - body)};
    read_all(request);
    free(request);
    free(text);
    return 0;
}
