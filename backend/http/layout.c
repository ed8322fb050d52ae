/* SPDX-License-Identifier: MIT */
/*
 * A second look at a head that the HTTP library has parsed. The library forgives what RFC 9112 lets
 * it forgive (a bare LF ends a line, folded lines are joined, text behind a NUL is dropped), and
 * what one program forgives and another does not is how requests are smuggled. It parses in place,
 * so the bytes are still there:
 *
 *     P O S T 0 / 0 H T T P / 1 . 1 0 0 H o s t 0 _ l o c a l h o s t 0 0 … 0 0
 *     method  ^   ^                 ^^^ name    ^ ^ value             ^^^ the next line
 *             SP  SP               CRLF         : blanks             CRLF
 *
 * Reads nothing outside the head.
 */
#include "backend/http/layout.h"

/* A place in the head; false = the head is not as it should be. */
struct walk {
    const char *at, *end;
};

/* The slice stands here. */
static bool pass(struct walk *w, struct str slice)
{
    if (slice.at != w->at || slice.len > (size_t)(w->end - w->at))
        return false;
    w->at += slice.len;
    return true;
}

/* So many bytes that were overwritten. */
static bool pass_nul(struct walk *w, size_t count)
{
    for (; count; count--, w->at++)
        if (w->at == w->end || *w->at)
            return false;
    return true;
}

static void pass_blanks(struct walk *w)
{
    while (w->at < w->end && (*w->at == ' ' || *w->at == '\t'))
        w->at++;
}

/* request-line = method SP target SP version CRLF. The library decodes the target where it stands,
 * so its length counts and not its bytes. */
static bool pass_line(struct walk *w, const struct request *request)
{
    if (!pass(w, request->method) || !pass_nul(w, 1))
        return false;
    if (request->target.len >= (size_t)(w->end - w->at))
        return false;
    w->at += request->target.len;
    return pass_nul(w, 1) && pass(w, request->version) && pass_nul(w, 2);
}

/* field-line = name ":" *blank value CRLF */
static bool pass_header(struct walk *w, const struct request_header *header)
{
    if (!pass(w, header->name) || !pass_nul(w, 1))
        return false;
    pass_blanks(w);
    return pass(w, header->value) && pass_nul(w, 2);
}

/* head = request-line *field-line CRLF */
bool layout_check(const struct layout *head, const struct request *request)
{
    struct walk w = {head->at, head->at + head->len};
    if (!pass_line(&w, request))
        return false;
    for (size_t i = 0; i < request->header_count; i++)
        if (!pass_header(&w, &request->headers[i]))
            return false;
    return pass_nul(&w, 2) && w.at == w.end;
}
