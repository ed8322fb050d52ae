/* SPDX-License-Identifier: MIT */
/*
 * Who may invoke a function: statements, kept as the paper policy/NAME and shown again as the
 * policy that the service would make of them. Enforced by nobody.
 */
#include "backend/serve/lambda.h"
#include "backend/triggers/member.h"

/* ---- who may invoke ---- */

static void put_condition(struct buf *out, const char *operator, const char * key, struct str value)
{
    json_put_name(out, str_from(operator));
    buf_add_byte(out, '{');
    face_put_text(out, key, value);
    buf_add_byte(out, '}');
}

struct permission {
    struct str sid, action, principal, source, account;
};

static void put_principal(struct buf *out, struct str principal)
{
    json_put_name(out, STR("Principal"));
    if (str_equal(principal, STR("*"))) {
        buf_add(out, STR("\"*\""));
        return;
    }
    buf_add_byte(out, '{');
    face_put_text(out, str_ends(principal, STR(".amazonaws.com")) ? "Service" : "AWS", principal);
    buf_add_byte(out, '}');
}

static void put_statement(
    struct face_call *call, struct str name, const struct permission *p, struct buf *out)
{
    struct buf arn = {0};
    function_put_arn(&arn, call->region, name);
    buf_add_byte(out, '{');
    face_put_text(out, "Sid", p->sid);
    face_put_text(out, "Effect", STR("Allow"));
    put_principal(out, p->principal);
    face_put_text(out, "Action", p->action);
    face_put_text(out, "Resource", buf_str(&arn));
    if (p->source.len || p->account.len) {
        buf_add(out, STR(",\"Condition\":{"));
        if (p->account.len)
            put_condition(out, "StringEquals", "AWS:SourceAccount", p->account);
        if (p->source.len)
            put_condition(out, "ArnLike", "AWS:SourceArn", p->source);
        buf_add_byte(out, '}');
    }
    buf_add_byte(out, '}');
    buf_fini(&arn);
}

static bool read_permission(struct face_call *call, struct permission *p, struct err *err)
{
    *p = (struct permission){0};
    if (!member_text(call->body, "StatementId", 100, &p->sid, err) ||
        !member_text(call->body, "Action", 128, &p->action, err) ||
        !member_text(call->body, "Principal", 256, &p->principal, err) ||
        !member_text(call->body, "SourceArn", 2048, &p->source, err) ||
        !member_text(call->body, "SourceAccount", 12, &p->account, err))
        return false;
    struct str *must[] = {&p->sid, &p->action, &p->principal};
    static const char *const names[] = {"StatementId", "Action", "Principal"};
    for (size_t i = 0; i < 3; i++)
        if (!must[i]->len)
            return member_refuse(err, STR_NONE, names[i], "Member must not be null");
    return true;
}

static const struct json *statement_of(const struct json *statements, struct str sid)
{
    for (const struct json *s = statements ? statements->first : NULL; s; s = s->next) {
        const struct json *name = json_get(s, STR("Sid"));
        if (name && str_equal(name->text, sid))
            return s;
    }
    return NULL;
}

/* The statements but for `without`, and `more`. */
static bool keep_statements(struct face_call *call, struct str name, const struct json *statements,
    const struct json *without, struct str more, struct err *err)
{
    struct buf out = {0};
    buf_add_byte(&out, '[');
    for (const struct json *s = statements ? statements->first : NULL; s; s = s->next) {
        if (s == without)
            continue;
        json_put_comma(&out);
        json_put(&out, s);
    }
    if (more.len) {
        json_put_comma(&out);
        buf_add(&out, more);
    }
    buf_add_byte(&out, ']');
    bool ok, found, empty = out.len == 2;
    ok = empty ? lambda_about_remove(call, "policy", name, &found, err)
               : lambda_about_write(call, "policy", name, &out, err);
    buf_fini(&out);
    return ok;
}

static bool add_permission(struct face_call *call, struct str name, const struct permission *p,
    struct str statement, struct err *err)
{
    const struct json *statements;
    if (!lambda_about_read(call, "policy", name, JSON_ARRAY, &statements, err))
        return false;
    if (statement_of(statements, p->sid))
        return err_refuse(err, "ResourceConflictException",
            "The statement id (%.*s) provided already exists. Please provide a new statement id, "
            "or remove the existing statement.",
            STR_ARG(p->sid));
    return keep_statements(call, name, statements, NULL, statement, err);
}

bool lambda_add_permission(struct face_call *call, struct err *err)
{
    struct permission p;
    struct str name;
    struct buf statement = {0};
    if (!lambda_about_find(call, &name, err) || !read_permission(call, &p, err))
        return false;
    put_statement(call, name, &p, &statement);
    offer_lock(call->offer);
    bool ok = add_permission(call, name, &p, buf_str(&statement), err);
    offer_unlock(call->offer);
    buf_add_byte(&call->reply->body, '{');
    face_put_text(&call->reply->body, "Statement", buf_str(&statement));
    buf_add_byte(&call->reply->body, '}');
    buf_fini(&statement);
    call->reply->status = 201;
    face_note(call);
    return ok;
}

static bool no_policy(struct err *err)
{
    return err_refuse(
        err, "ResourceNotFoundException", "The resource you requested does not exist.");
}

bool lambda_get_policy(struct face_call *call, struct err *err)
{
    struct str name;
    const struct json *statements;
    struct buf policy = {0};
    if (!lambda_about_find(call, &name, err) ||
        !lambda_about_read(call, "policy", name, JSON_ARRAY, &statements, err))
        return false;
    if (!statements)
        return no_policy(err);
    buf_add(&policy, STR("{\"Version\":\"2012-10-17\",\"Id\":\"default\",\"Statement\":"));
    json_put(&policy, statements);
    buf_add_byte(&policy, '}');
    buf_add_byte(&call->reply->body, '{');
    face_put_text(&call->reply->body, "Policy", buf_str(&policy));
    buf_add_byte(&call->reply->body, '}');
    buf_fini(&policy);
    face_note(call);
    return true;
}

static bool remove_permission(struct face_call *call, struct str name, struct err *err)
{
    const struct json *statements, *statement;
    if (!lambda_about_read(call, "policy", name, JSON_ARRAY, &statements, err))
        return false;
    statement = statement_of(statements, call->parts[1]);
    if (!statement)
        return err_refuse(err, "ResourceNotFoundException",
            "Statement %.*s is not found in resource policy.",
            STR_ARG(str_take(call->parts[1], 100)));
    return keep_statements(call, name, statements, statement, STR_NONE, err);
}

bool lambda_remove_permission(struct face_call *call, struct err *err)
{
    struct str name;
    call->reply->status = 204;
    if (!lambda_about_find(call, &name, err))
        return false;
    offer_lock(call->offer);
    bool ok = remove_permission(call, name, err);
    offer_unlock(call->offer);
    return ok;
}
