/* SPDX-License-Identifier: MIT */
/*
 * Addresses of endpoints. Only what an endpoint needs is taken, so that nothing in an address can
 * mean something else further down: no user and password (they would end in logs), no query, no
 * fragment, no escapes, no dot segments. Opens nothing.
 */
#include "backend/remote/url.h"

enum { URL_MAX = 2048, PORT_MAX = 65535 };

static bool all_of(struct str text, const char *extra)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && (!c || !strchr(extra, c)))
            return false;
    }
    return true;
}

static bool is_loopback(struct str host)
{
    if (str_equal_nocase(host, STR("localhost")) || str_equal(host, STR("::1")))
        return true;
    return str_starts(host, STR("127.")) && all_of(host, ".") && !str_ends(host, STR(".")) &&
           strspn(host.at, "0123456789.") >= host.len;
}

/* host = "[" IPv6 "]" | name */
static bool cut_host(struct str *rest, struct str *host)
{
    if (rest->len && rest->at[0] == '[') {
        size_t close = str_find_byte(*rest, ']');
        if (close == SIZE_MAX)
            return false;
        *host = (struct str){rest->at + 1, close - 1};
        *rest = str_skip(*rest, close + 1);
        return host->len && all_of(*host, ":.");
    }
    size_t end = str_find_byte(*rest, ':');
    *host = str_take(*rest, end);
    *rest = str_skip(*rest, end == SIZE_MAX ? rest->len : end);
    return host->len && all_of(*host, "-._");
}

/* port = ":" digits | nothing */
static bool cut_port(struct str rest, uint64_t *port)
{
    *port = 0;
    if (!rest.len)
        return true;
    return rest.at[0] == ':' && str_to_u64(str_skip(rest, 1), port) && *port && *port <= PORT_MAX;
}

/* path = nothing | "/" {segment "/"}, no segment "." or ".." */
static bool is_path(struct str path)
{
    struct str piece;
    if (!all_of(path, "/-._~"))
        return false;
    while (str_cut(&path, '/', &piece))
        if (str_equal(piece, STR(".")) || str_equal(piece, STR("..")))
            return false;
    return true;
}

static bool refuse(struct str text, struct err *err)
{
    return err_set(err, ERR_CONFIG,
        "%.*s is no address of an endpoint: http://host, http://host:port or the same with https",
        STR_ARG(str_take(text, 200)));
}

/* url = ("http://" | "https://") host [port] [path] */
bool url_parse(struct url *url, struct arena *arena, struct str text, struct err *err)
{
    struct str rest = text;
    uint64_t port;
    *url = (struct url){.tls = str_starts(text, STR("https://"))};
    if (str_find_byte(text, '@') != SIZE_MAX)
        return err_set(err, ERR_CONFIG,
            "an address of an endpoint holds no user or password: keys come from a profile or the "
            "environment");
    if (text.len > URL_MAX || (!url->tls && !str_starts(text, STR("http://"))))
        return refuse(text, err);
    rest = str_skip(rest, url->tls ? 8 : 7);
    size_t slash = str_find_byte(rest, '/');
    struct str path = slash == SIZE_MAX ? STR("/") : str_skip(rest, slash);
    rest = str_take(rest, slash);
    if (!cut_host(&rest, &url->host) || !cut_port(rest, &port) || !is_path(path))
        return refuse(text, err);
    url->host = arena_dup(arena, url->host);
    url->path = arena_dup(arena, path);
    url->loopback = is_loopback(url->host);
    bool bracketed = str_find_byte(url->host, ':') != SIZE_MAX;
    url->head = port && port != (url->tls ? 443 : 80)
                    ? arena_printf(arena, bracketed ? "[%.*s]:%u" : "%.*s:%u", STR_ARG(url->host),
                          (unsigned)port)
                    : arena_printf(arena, bracketed ? "[%.*s]" : "%.*s", STR_ARG(url->host));
    url->text = arena_printf(
        arena, "http%s://%.*s%.*s", url->tls ? "s" : "", STR_ARG(url->head), STR_ARG(url->path));
    return true;
}
