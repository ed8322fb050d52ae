/* SPDX-License-Identifier: MIT */
/*
 * The forms that IAM and STS are sent, and the XML that they answer:
 *
 *     Action=GetRole&Version=2010-05-08&RoleName=r
 *     <GetRoleResponse xmlns="…"><GetRoleResult>…</GetRoleResult><ResponseMetadata>…
 *
 * A web page can send such a form without asking first: who got here has a signature, too.
 */
#include "backend/serve/iam.h"

#include "backend/serve/paper.h"
#include "backend/triggers/member.h"
#include "base/utf8.h"

#include <sys/random.h>

#define XML STR("text/xml")

/* ---- XML ---- */

/* What XML has no place for, not even as an escape, becomes a question mark. */
static void put_escaped(struct buf *out, struct str text)
{
    uint32_t point;
    while (text.len) {
        const char *at = text.at;
        bool fine = utf8_next(&text, &point);
        if (point == '<')
            buf_add(out, STR("&lt;"));
        else if (point == '>')
            buf_add(out, STR("&gt;"));
        else if (point == '&')
            buf_add(out, STR("&amp;"));
        else if (point == '"')
            buf_add(out, STR("&quot;"));
        else if (!fine || (point < ' ' && point != '\n' && point != '\t'))
            buf_add_byte(out, '?');
        else
            buf_add_bytes(out, at, (size_t)(text.at ? text.at - at : 0));
    }
}

void iam_open(struct buf *out, const char *name)
{
    buf_printf(out, "<%s>", name);
}

void iam_close(struct buf *out, const char *name)
{
    buf_printf(out, "</%s>", name);
}

void iam_put(struct buf *out, const char *name, struct str text)
{
    iam_open(out, name);
    put_escaped(out, text);
    iam_close(out, name);
}

void iam_put_members(struct buf *out, const struct json *object)
{
    for (const struct json *m = object ? object->first : NULL; m; m = m->next) {
        char name[64];
        struct str given = str_take(m->name, sizeof name - 1);
        memcpy(name, given.at, given.len);
        name[given.len] = '\0';
        iam_put(out, name, m->text);
    }
}

void iam_put_encoded(struct buf *out, const char *name, struct str document)
{
    struct buf text = {0};
    for (size_t i = 0; i < document.len; i++) {
        char c = document.at[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     (c && strchr("-_.~", c));
        if (plain)
            buf_add_byte(&text, c);
        else
            buf_printf(&text, "%%%02X", (unsigned char)c);
    }
    face_put_text(out, name, buf_str(&text));
    buf_fini(&text);
}

void iam_put_id(struct buf *out, const char *name, const char *prefix)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    uint8_t bytes[17] = {0};
    char text[32];
    size_t len = strlen(prefix);
    ssize_t ignored = getrandom(bytes, sizeof bytes, 0);
    (void)ignored;
    memcpy(text, prefix, len);
    for (size_t i = 0; i < sizeof bytes; i++)
        text[len++] = digits[bytes[i] & 31];
    face_put_text(out, name, (struct str){text, len});
}

/* ---- parameters ---- */

struct str iam_parameter(struct face_call *call, const char *name)
{
    return face_parameter(&call->arena, call->request->body, str_from(name));
}

static bool is_name(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
            !(c && strchr("_+=,.@-", c)))
            return false;
    }
    return text.len > 0;
}

bool iam_name(
    struct face_call *call, const char *name, size_t most, struct str *out, struct err *err)
{
    *out = iam_parameter(call, name);
    if (out->len <= most && is_name(*out))
        return true;
    return err_refuse(err, "ValidationError",
        "1 validation error detected: Value at '%s' failed to satisfy constraint: it has 1 to %zu "
        "letters, digits or one of _+=,.@-",
        name, most);
}

bool iam_document(struct face_call *call, const char *name, struct str *out, struct err *err)
{
    struct err why = ERR_INIT;
    *out = iam_parameter(call, name);
    if (!out->len)
        return err_refuse(err, "ValidationError",
            "1 validation error detected: Value null at '%s' failed to satisfy constraint: Member "
            "must not be null",
            name);
    return json_is(json_parse(&call->arena, *out, &why), JSON_OBJECT) ||
           err_refuse(err, "MalformedPolicyDocument", "This policy contains invalid Json");
}

bool iam_read(struct face_call *call, struct str paper, const struct json **out, struct err *err)
{
    struct str text;
    *out = NULL;
    if (!paper_get(call->offer->papers, paper, &call->arena, &text, err))
        return false;
    return !text.at || (*out = json_parse(&call->arena, text, err)) != NULL;
}

struct str iam_text(const struct json *object, const char *name)
{
    const struct json *member = json_get(object, str_from(name));
    return json_is(member, JSON_STRING) ? member->text : STR_NONE;
}

/* ---- STS ---- */

static bool caller_identity(struct face_call *call, struct err *err)
{
    struct buf *out = &call->reply->body;
    (void)err;
    iam_put(out, "Arn", STR("arn:aws:iam::000000000000:root"));
    iam_put(out, "UserId", STR("000000000000"));
    iam_put(out, "Account", STR("000000000000"));
    return true;
}

/* ---- the operations ---- */

static const struct face_row rows[] = {
    {"CreateRole", "", "", iam_create_role},
    {"GetRole", "", "", iam_get_role},
    {"ListRoles", "", "", iam_list_roles},
    {"DeleteRole", "", "", iam_delete_role},
    {"UpdateAssumeRolePolicy", "", "", iam_update_trust},
    {"PutRolePolicy", "", "", iam_put_role_policy},
    {"GetRolePolicy", "", "", iam_get_role_policy},
    {"ListRolePolicies", "", "", iam_list_role_policies},
    {"DeleteRolePolicy", "", "", iam_delete_role_policy},
    {"AttachRolePolicy", "", "", iam_attach},
    {"DetachRolePolicy", "", "", iam_detach},
    {"ListAttachedRolePolicies", "", "", iam_list_attached},
    {"CreatePolicy", "", "", iam_create_policy},
    {"GetPolicy", "", "", iam_get_policy},
    {"GetPolicyVersion", "", "", iam_get_policy_version},
    {"ListPolicies", "", "", iam_list_policies},
    {"DeletePolicy", "", "", iam_delete_policy},
};
static const struct face_row sts_rows[] = {
    {"GetCallerIdentity", "", "", caller_identity},
};

static const struct face_row *find(bool sts, struct str action)
{
    const struct face_row *table = sts ? sts_rows : rows;
    size_t count = sts ? sizeof sts_rows / sizeof *sts_rows : sizeof rows / sizeof *rows;
    for (size_t i = 0; i < count; i++)
        if (str_equal(action, str_from(table[i].name)))
            return &table[i];
    return NULL;
}

static int status_of(const struct err *err)
{
    if (err->code != ERR_REFUSED)
        return 500;
    if (strcmp(err->name, "NoSuchEntity") == 0)
        return 404;
    return strcmp(err->name, "EntityAlreadyExists") == 0 || strcmp(err->name, "DeleteConflict") == 0
               ? 409
               : 400;
}

static const char *space_of(bool sts)
{
    return sts ? "https://sts.amazonaws.com/doc/2011-06-15/"
               : "https://iam.amazonaws.com/doc/2010-05-08/";
}

static void put_request_id(struct buf *out)
{
    char id[MEMBER_UUID + 1];
    member_uuid(id);
    iam_put(out, "RequestId", str_from(id));
}

static void refuse(struct reply *reply, bool sts, const struct err *err)
{
    int status = status_of(err);
    reply_set(reply, status, XML, STR_NONE);
    buf_printf(&reply->body, "<ErrorResponse xmlns=\"%s\"><Error>", space_of(sts));
    iam_put(&reply->body, "Type", status >= 500 ? STR("Receiver") : STR("Sender"));
    iam_put(&reply->body, "Code", err->name[0] ? str_from(err->name) : STR("ServiceFailure"));
    iam_put(&reply->body, "Message", str_from(err->text));
    buf_add(&reply->body, STR("</Error>"));
    put_request_id(&reply->body);
    buf_add(&reply->body, STR("</ErrorResponse>\n"));
}

void iam_refuse(struct reply *reply, const struct err *err)
{
    refuse(reply, false, err);
}

static bool answer(struct face_call *call, bool sts, struct request *request, struct err *err)
{
    struct buf *out = &call->reply->body;
    struct str action = iam_parameter(call, "Action");
    const struct face_row *row = find(sts, action);
    if (!row)
        return err_refuse(err, "InvalidAction", "%s's %.*s is not offered here",
            sts ? "STS" : "IAM", STR_ARG(str_take(action, 64)));
    request->operation = str_from(row->name);
    buf_printf(out, "<%sResponse xmlns=\"%s\"><%sResult>", row->name, space_of(sts), row->name);
    offer_lock(call->offer);
    bool ok = row->run(call, err);
    offer_unlock(call->offer);
    buf_printf(out, "</%sResult><ResponseMetadata>", row->name);
    put_request_id(out);
    buf_printf(out, "</ResponseMetadata></%sResponse>\n", row->name);
    return ok;
}

void iam_run(struct offer *offer, struct request *request, struct reply *reply)
{
    struct face_call call = {.offer = offer,
        .request = request,
        .reply = reply,
        .region = request->region.len ? request->region : STR("us-east-1")};
    struct err err = ERR_INIT;
    bool sts = str_equal(request->operation, STR("STS"));
    reply_set(reply, 200, XML, STR_NONE);
    if (!sts)
        face_note(&call);
    if (!answer(&call, sts, request, &err))
        refuse(reply, sts, &err);
    arena_fini(&call.arena);
}
