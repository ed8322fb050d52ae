/* SPDX-License-Identifier: MIT */
/*
 * Roles with the policies that are written into them or attached: a paper each.
 *
 *     role/NAME   role-policy/NAME/POLICY   attached/NAME/ARN
 */
#include "backend/serve/iam.h"
#include "backend/serve/paper.h"

static struct str paper_of(struct face_call *call, const char *kind, struct str role, struct str of)
{
    return arena_printf(&call->arena, "%s/%.*s/%.*s", kind, STR_ARG(role), STR_ARG(of));
}

static struct str role_paper(struct face_call *call, struct str role)
{
    return arena_printf(&call->arena, "role/%.*s", STR_ARG(role));
}

static bool no_role(struct err *err, struct str role)
{
    return err_refuse(
        err, "NoSuchEntity", "The role with name %.*s cannot be found.", STR_ARG(role));
}

/* The role that RoleName names, which has to be there. */
static bool find_role(
    struct face_call *call, struct str *name, const struct json **role, struct err *err)
{
    return iam_name(call, "RoleName", 64, name, err) &&
           iam_read(call, role_paper(call, *name), role, err) && (*role || no_role(err, *name));
}

static void put_role(struct face_call *call, const char *element, const struct json *role)
{
    iam_open(&call->reply->body, element);
    iam_put_members(&call->reply->body, role);
    iam_close(&call->reply->body, element);
}

static bool is_path(struct str path)
{
    for (size_t i = 0; i < path.len; i++)
        if (path.at[i] < '!' || path.at[i] == 0x7f)
            return false;
    return path.len <= 512 && path.len > 0 && *path.at == '/' && path.at[path.len - 1] == '/';
}

static void make_role(
    struct face_call *call, struct buf *out, struct str name, struct str path, struct str trust)
{
    struct str description = iam_parameter(call, "Description");
    struct str session = iam_parameter(call, "MaxSessionDuration");
    struct buf time = {0};
    face_put_time(&time, clock_now_ms(call->offer->clock));
    buf_add_byte(out, '{');
    face_put_text(out, "Path", path);
    face_put_text(out, "RoleName", name);
    iam_put_id(out, "RoleId", "AROA");
    face_put_text(out, "Arn",
        arena_printf(
            &call->arena, "arn:aws:iam::000000000000:role%.*s%.*s", STR_ARG(path), STR_ARG(name)));
    face_put_text(out, "CreateDate", buf_str(&time));
    iam_put_encoded(out, "AssumeRolePolicyDocument", trust);
    if (description.len)
        face_put_text(out, "Description", description);
    face_put_text(out, "MaxSessionDuration", session.len ? session : STR("3600"));
    buf_add_byte(out, '}');
    buf_fini(&time);
}

bool iam_create_role(struct face_call *call, struct err *err)
{
    struct str name, trust, path = iam_parameter(call, "Path");
    const struct json *role;
    struct buf made = {0};
    if (!path.len)
        path = STR("/");
    if (!iam_name(call, "RoleName", 64, &name, err) ||
        !iam_document(call, "AssumeRolePolicyDocument", &trust, err) ||
        !iam_read(call, role_paper(call, name), &role, err))
        return false;
    if (!is_path(path))
        return err_refuse(err, "ValidationError", "Path begins and ends with a slash");
    if (role)
        return err_refuse(
            err, "EntityAlreadyExists", "Role with name %.*s already exists.", STR_ARG(name));
    make_role(call, &made, name, path, trust);
    bool ok = paper_put(call->offer->papers, role_paper(call, name), buf_str(&made), err) &&
              (role = json_parse(&call->arena, arena_dup(&call->arena, buf_str(&made)), err));
    buf_fini(&made);
    if (ok)
        put_role(call, "Role", role);
    return ok;
}

bool iam_get_role(struct face_call *call, struct err *err)
{
    struct str name;
    const struct json *role;
    if (!find_role(call, &name, &role, err))
        return false;
    put_role(call, "Role", role);
    return true;
}

bool iam_list_roles(struct face_call *call, struct err *err)
{
    struct str *papers, prefix = iam_parameter(call, "PathPrefix");
    size_t count;
    if (!paper_list(call->offer->papers, STR("role/"), &call->arena, &papers, &count, err))
        return false;
    iam_open(&call->reply->body, "Roles");
    for (size_t i = 0; i < count; i++) {
        const struct json *role;
        if (!iam_read(call, papers[i], &role, err))
            return false;
        if (role && str_starts(iam_text(role, "Path"), prefix))
            put_role(call, "member", role);
    }
    iam_close(&call->reply->body, "Roles");
    iam_put(&call->reply->body, "IsTruncated", STR("false"));
    return true;
}

static bool is_free(
    struct face_call *call, const char *kind, struct str role, const char *first, struct err *err)
{
    struct str *papers, prefix = paper_of(call, kind, role, STR_NONE);
    size_t count;
    if (!paper_list(call->offer->papers, prefix, &call->arena, &papers, &count, err))
        return false;
    return !count ||
           err_refuse(err, "DeleteConflict", "Cannot delete entity, must %s first.", first);
}

bool iam_delete_role(struct face_call *call, struct err *err)
{
    struct str name;
    const struct json *role;
    bool found;
    return find_role(call, &name, &role, err) &&
           is_free(call, "attached", name, "detach all policies", err) &&
           is_free(call, "role-policy", name, "delete policies", err) &&
           paper_remove(call->offer->papers, role_paper(call, name), &found, err);
}

bool iam_update_trust(struct face_call *call, struct err *err)
{
    struct str name, trust;
    const struct json *role;
    struct buf changed = {0};
    if (!find_role(call, &name, &role, err) || !iam_document(call, "PolicyDocument", &trust, err))
        return false;
    buf_add_byte(&changed, '{');
    for (const struct json *m = role->first; m; m = m->next) {
        if (str_equal(m->name, STR("AssumeRolePolicyDocument"))) {
            iam_put_encoded(&changed, "AssumeRolePolicyDocument", trust);
        } else {
            json_put_name(&changed, m->name);
            json_put_string(&changed, m->text);
        }
    }
    buf_add_byte(&changed, '}');
    bool ok = paper_put(call->offer->papers, role_paper(call, name), buf_str(&changed), err);
    buf_fini(&changed);
    return ok;
}

/* ---- policies that are written into a role ---- */

static bool names_of_policy(
    struct face_call *call, struct str *role, struct str *policy, struct err *err)
{
    const struct json *found;
    return find_role(call, role, &found, err) && iam_name(call, "PolicyName", 128, policy, err);
}

bool iam_put_role_policy(struct face_call *call, struct err *err)
{
    struct str role, policy, document;
    struct buf text = {0};
    if (!names_of_policy(call, &role, &policy, err) ||
        !iam_document(call, "PolicyDocument", &document, err))
        return false;
    buf_add_byte(&text, '{');
    face_put_text(&text, "RoleName", role);
    face_put_text(&text, "PolicyName", policy);
    iam_put_encoded(&text, "PolicyDocument", document);
    buf_add_byte(&text, '}');
    bool ok = paper_put(
        call->offer->papers, paper_of(call, "role-policy", role, policy), buf_str(&text), err);
    buf_fini(&text);
    return ok;
}

static bool no_policy(struct err *err, struct str policy)
{
    return err_refuse(
        err, "NoSuchEntity", "The role policy with name %.*s cannot be found.", STR_ARG(policy));
}

bool iam_get_role_policy(struct face_call *call, struct err *err)
{
    struct str role, policy;
    const struct json *kept;
    if (!names_of_policy(call, &role, &policy, err) ||
        !iam_read(call, paper_of(call, "role-policy", role, policy), &kept, err))
        return false;
    iam_put_members(&call->reply->body, kept);
    return kept || no_policy(err, policy);
}

bool iam_delete_role_policy(struct face_call *call, struct err *err)
{
    struct str role, policy;
    bool found;
    return names_of_policy(call, &role, &policy, err) &&
           paper_remove(
               call->offer->papers, paper_of(call, "role-policy", role, policy), &found, err) &&
           (found || no_policy(err, policy));
}

bool iam_list_role_policies(struct face_call *call, struct err *err)
{
    struct str role, *papers, prefix;
    const struct json *found;
    size_t count;
    if (!find_role(call, &role, &found, err))
        return false;
    prefix = paper_of(call, "role-policy", role, STR_NONE);
    if (!paper_list(call->offer->papers, prefix, &call->arena, &papers, &count, err))
        return false;
    iam_open(&call->reply->body, "PolicyNames");
    for (size_t i = 0; i < count; i++)
        iam_put(&call->reply->body, "member", str_skip(papers[i], prefix.len));
    iam_close(&call->reply->body, "PolicyNames");
    iam_put(&call->reply->body, "IsTruncated", STR("false"));
    return true;
}

/* ---- policies that are attached ---- */

static bool names_of_attached(
    struct face_call *call, struct str *role, struct str *arn, struct err *err)
{
    const struct json *found;
    if (!find_role(call, role, &found, err))
        return false;
    *arn = iam_parameter(call, "PolicyArn");
    return (str_starts(*arn, STR("arn:")) && arn->len >= 20 && arn->len <= 2048) ||
           err_refuse(err, "InvalidInput", "ARN %.*s is not valid.", STR_ARG(str_take(*arn, 256)));
}

/* Policies of the service (arn:aws:iam::aws:policy/…) are all there; one's own have to be made. */
static bool check_policy(struct face_call *call, struct str arn, struct err *err)
{
    const struct json *policy;
    if (str_starts(arn, STR("arn:aws:iam::aws:policy/")))
        return true;
    if (!iam_read(call, arena_printf(&call->arena, "policy-of/%.*s", STR_ARG(arn)), &policy, err))
        return false;
    return policy || err_refuse(err, "NoSuchEntity",
                         "Policy %.*s does not exist or is not attachable.", STR_ARG(arn));
}

bool iam_attach(struct face_call *call, struct err *err)
{
    struct str role, arn;
    return names_of_attached(call, &role, &arn, err) && check_policy(call, arn, err) &&
           paper_put(call->offer->papers, paper_of(call, "attached", role, arn), STR("{}"), err);
}

bool iam_detach(struct face_call *call, struct err *err)
{
    struct str role, arn;
    bool found;
    return names_of_attached(call, &role, &arn, err) &&
           paper_remove(call->offer->papers, paper_of(call, "attached", role, arn), &found, err) &&
           (found || err_refuse(err, "NoSuchEntity", "Policy %.*s was not found.", STR_ARG(arn)));
}

static struct str name_in(struct str arn)
{
    size_t at = arn.len;
    while (at && arn.at[at - 1] != '/')
        at--;
    return str_skip(arn, at);
}

bool iam_list_attached(struct face_call *call, struct err *err)
{
    struct str role, *papers, prefix;
    const struct json *found;
    struct buf *out = &call->reply->body;
    size_t count;
    if (!find_role(call, &role, &found, err))
        return false;
    prefix = paper_of(call, "attached", role, STR_NONE);
    if (!paper_list(call->offer->papers, prefix, &call->arena, &papers, &count, err))
        return false;
    iam_open(out, "AttachedPolicies");
    for (size_t i = 0; i < count; i++) {
        struct str arn = str_skip(papers[i], prefix.len);
        iam_open(out, "member");
        iam_put(out, "PolicyName", name_in(arn));
        iam_put(out, "PolicyArn", arn);
        iam_close(out, "member");
    }
    iam_close(out, "AttachedPolicies");
    iam_put(out, "IsTruncated", STR("false"));
    return true;
}
