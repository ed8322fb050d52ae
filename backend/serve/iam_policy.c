/* SPDX-License-Identifier: MIT */
/* Policies of one's own, each with one version: papers policy-of/ARN. */
#include "backend/serve/iam.h"
#include "backend/serve/paper.h"

#define DOCUMENT "PolicyDocument"

static struct str paper_of(struct face_call *call, struct str arn)
{
    return arena_printf(&call->arena, "policy-of/%.*s", STR_ARG(arn));
}

/* All but the document, which a version has. */
static void put_policy(struct face_call *call, const char *element, const struct json *policy)
{
    struct buf *out = &call->reply->body;
    iam_open(out, element);
    for (const struct json *m = policy->first; m; m = m->next) {
        char name[64];
        if (str_equal(m->name, STR(DOCUMENT)) || m->name.len >= sizeof name)
            continue;
        memcpy(name, m->name.at, m->name.len);
        name[m->name.len] = '\0';
        iam_put(out, name, m->text);
    }
    iam_close(out, element);
}

static void make_policy(
    struct face_call *call, struct buf *out, struct str name, struct str arn, struct str document)
{
    struct str description = iam_parameter(call, "Description");
    struct buf time = {0};
    face_put_time(&time, clock_now_ms(call->offer->clock));
    buf_add_byte(out, '{');
    face_put_text(out, "PolicyName", name);
    iam_put_id(out, "PolicyId", "ANPA");
    face_put_text(out, "Arn", arn);
    face_put_text(out, "Path", STR("/"));
    face_put_text(out, "DefaultVersionId", STR("v1"));
    face_put_text(out, "AttachmentCount", STR("0"));
    face_put_text(out, "PermissionsBoundaryUsageCount", STR("0"));
    face_put_text(out, "IsAttachable", STR("true"));
    if (description.len)
        face_put_text(out, "Description", description);
    face_put_text(out, "CreateDate", buf_str(&time));
    face_put_text(out, "UpdateDate", buf_str(&time));
    iam_put_encoded(out, DOCUMENT, document);
    buf_add_byte(out, '}');
    buf_fini(&time);
}

bool iam_create_policy(struct face_call *call, struct err *err)
{
    struct str name, document, arn;
    const struct json *policy;
    struct buf made = {0};
    if (!iam_name(call, "PolicyName", 128, &name, err) ||
        !iam_document(call, DOCUMENT, &document, err))
        return false;
    arn = arena_printf(&call->arena, "arn:aws:iam::000000000000:policy/%.*s", STR_ARG(name));
    if (!iam_read(call, paper_of(call, arn), &policy, err))
        return false;
    if (policy)
        return err_refuse(err, "EntityAlreadyExists",
            "A policy called %.*s already exists. Duplicate names are not allowed.", STR_ARG(name));
    make_policy(call, &made, name, arn, document);
    bool ok = paper_put(call->offer->papers, paper_of(call, arn), buf_str(&made), err) &&
              (policy = json_parse(&call->arena, arena_dup(&call->arena, buf_str(&made)), err));
    buf_fini(&made);
    if (ok)
        put_policy(call, "Policy", policy);
    return ok;
}

static bool find(
    struct face_call *call, struct str *arn, const struct json **policy, struct err *err)
{
    *arn = iam_parameter(call, "PolicyArn");
    if (!arn->len)
        return err_refuse(err, "ValidationError", "PolicyArn: Member must not be null");
    return iam_read(call, paper_of(call, *arn), policy, err) &&
           (*policy || err_refuse(err, "NoSuchEntity", "Policy %.*s was not found.",
                           STR_ARG(str_take(*arn, 256))));
}

bool iam_get_policy(struct face_call *call, struct err *err)
{
    struct str arn;
    const struct json *policy;
    if (!find(call, &arn, &policy, err))
        return false;
    put_policy(call, "Policy", policy);
    return true;
}

bool iam_get_policy_version(struct face_call *call, struct err *err)
{
    struct str arn, version = iam_parameter(call, "VersionId");
    const struct json *policy;
    struct buf *out = &call->reply->body;
    if (!find(call, &arn, &policy, err))
        return false;
    if (!str_equal(version, STR("v1")))
        return err_refuse(err, "NoSuchEntity", "Policy %.*s version %.*s does not exist.",
            STR_ARG(arn), STR_ARG(str_take(version, 16)));
    iam_open(out, "PolicyVersion");
    iam_put(out, "Document", iam_text(policy, DOCUMENT));
    iam_put(out, "VersionId", version);
    iam_put(out, "IsDefaultVersion", STR("true"));
    iam_put(out, "CreateDate", iam_text(policy, "CreateDate"));
    iam_close(out, "PolicyVersion");
    return true;
}

bool iam_list_policies(struct face_call *call, struct err *err)
{
    struct str *papers;
    size_t count;
    if (!paper_list(call->offer->papers, STR("policy-of/"), &call->arena, &papers, &count, err))
        return false;
    iam_open(&call->reply->body, "Policies");
    for (size_t i = 0; i < count; i++) {
        const struct json *policy;
        if (!iam_read(call, papers[i], &policy, err))
            return false;
        if (policy)
            put_policy(call, "member", policy);
    }
    iam_close(&call->reply->body, "Policies");
    iam_put(&call->reply->body, "IsTruncated", STR("false"));
    return true;
}

/* Whether any role has it. */
static bool is_attached(struct face_call *call, struct str arn, bool *out, struct err *err)
{
    struct str *papers;
    size_t count;
    *out = false;
    if (!paper_list(call->offer->papers, STR("attached/"), &call->arena, &papers, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        *out = *out || str_ends(papers[i], arn);
    return true;
}

bool iam_delete_policy(struct face_call *call, struct err *err)
{
    struct str arn;
    const struct json *policy;
    bool attached, found;
    if (!find(call, &arn, &policy, err) || !is_attached(call, arn, &attached, err))
        return false;
    if (attached)
        return err_refuse(err, "DeleteConflict", "Cannot delete a policy attached to entities.");
    return paper_remove(call->offer->papers, paper_of(call, arn), &found, err);
}
