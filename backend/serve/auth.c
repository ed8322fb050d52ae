/* SPDX-License-Identifier: MIT */
/*
 * Takes the Authorization header (or its like in the query) apart and refuses what is incomplete,
 * in the service's words. Clients that send nonsense here would fail against the service too, so
 * they learn it here. Knows no keys and checks no signature.
 */
#include "backend/serve/auth.h"

/* parameter = NAME "=" value */
static bool take_parameter(struct str piece, struct str name, struct str *value)
{
    if (piece.len <= name.len || !str_starts(piece, name) || piece.at[name.len] != '=')
        return false;
    *value = str_skip(piece, name.len + 1);
    return true;
}

static void read_parameter(struct auth *auth, struct str piece)
{
    if (!take_parameter(piece, STR("Credential"), &auth->credential) &&
        !take_parameter(piece, STR("SignedHeaders"), &auth->signed_headers))
        take_parameter(piece, STR("Signature"), &auth->signature);
}

/* Authorization = algorithm 1*blank parameter *( ("," / blank) parameter ) */
static void read_header(struct auth *auth, struct str header)
{
    struct str piece;
    str_cut(&header, ' ', &auth->algorithm);
    while (str_cut(&header, ',', &piece)) {
        struct str word;
        while (str_cut(&piece, ' ', &word))
            read_parameter(auth, word);
    }
}

/* query = *( NAME "=" value "&" ); percent signs stay as they are: nothing is verified here */
static void read_query(struct auth *auth, struct str query)
{
    struct str piece;
    while (str_cut(&query, '&', &piece)) {
        take_parameter(piece, STR("X-Amz-Algorithm"), &auth->algorithm);
        take_parameter(piece, STR("X-Amz-Credential"), &auth->credential);
        take_parameter(piece, STR("X-Amz-SignedHeaders"), &auth->signed_headers);
        take_parameter(piece, STR("X-Amz-Signature"), &auth->signature);
        take_parameter(piece, STR("X-Amz-Date"), &auth->stamp);
    }
}

/* credential = key "/" date "/" region "/" service "/" "aws4_request" */
static void read_credential(struct auth *auth)
{
    struct str rest = auth->credential, parts[5] = {{0}}, more;
    for (size_t i = 0; i < 5; i++)
        if (!str_cut(&rest, '/', &parts[i]))
            return;
    if (str_cut(&rest, '/', &more))
        return;
    auth->key_id = parts[0];
    auth->date = parts[1];
    auth->region = parts[2];
    auth->service = parts[3];
    auth->terminator = parts[4];
}

/* ---- what is missing ---- */

static bool refuse_missing(struct reply *reply)
{
    reply_refuse(reply, 400, "MissingAuthenticationTokenException",
        "Request is missing Authentication Token");
    return false;
}

static const char *need(struct str part, const char *text)
{
    return part.len ? "" : text;
}

static bool check_header(const struct auth *auth, struct str header, struct reply *reply)
{
    if (auth->credential.len && auth->signature.len && auth->signed_headers.len && auth->stamp.len)
        return true;
    reply_refuse(reply, 400, "IncompleteSignatureException", "%s%s%s%sAuthorization=%.*s",
        need(auth->credential, "Authorization header requires 'Credential' parameter. "),
        need(auth->signature, "Authorization header requires 'Signature' parameter. "),
        need(auth->signed_headers, "Authorization header requires 'SignedHeaders' parameter. "),
        need(auth->stamp, "Authorization header requires existence of either a 'X-Amz-Date' or a "
                          "'Date' header. "),
        STR_ARG(header));
    return false;
}

#define IN_QUERY(name) "AWS query-string parameters must include '" name "'. "

static bool check_query(const struct auth *auth, struct reply *reply)
{
    if (auth->algorithm.len && auth->credential.len && auth->signature.len &&
        auth->signed_headers.len && auth->stamp.len)
        return true;
    reply_refuse(reply, 400, "IncompleteSignatureException",
        "%s%s%s%s%sRe-examine the query-string parameters.",
        need(auth->algorithm, IN_QUERY("X-Amz-Algorithm")),
        need(auth->credential, IN_QUERY("X-Amz-Credential")),
        need(auth->signature, IN_QUERY("X-Amz-Signature")),
        need(auth->signed_headers, IN_QUERY("X-Amz-SignedHeaders")),
        need(auth->stamp, IN_QUERY("X-Amz-Date")));
    return false;
}

static bool has_algorithm(struct str query)
{
    struct str piece;
    while (str_cut(&query, '&', &piece))
        if (str_starts(piece, STR("X-Amz-Algorithm")))
            return true;
    return false;
}

bool auth_read(const struct request *request, struct auth *auth, struct reply *reply)
{
    *auth = (struct auth){0};
    struct str header = message_get(request, STR("Authorization"));
    struct str query = message_query(request);
    auth->in_query = query.len && has_algorithm(query);
    if (header.len && auth->in_query) {
        reply_refuse(reply, 400, "InvalidSignatureException",
            "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP "
            "header.");
        return false;
    }
    if (!auth->in_query && !str_starts(header, STR("AWS4-")))
        return refuse_missing(reply);
    if (auth->in_query) {
        read_query(auth, query);
    } else {
        read_header(auth, header);
        auth->stamp = message_get(request, STR("X-Amz-Date"));
        if (!auth->stamp.len)
            auth->stamp = message_get(request, STR("Date"));
    }
    read_credential(auth);
    return auth->in_query ? check_query(auth, reply) : check_header(auth, header, reply);
}
