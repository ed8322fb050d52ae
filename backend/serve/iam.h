/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_SERVE_IAM_H
#define BACKEND_SERVE_IAM_H

#include "backend/serve/face.h"

/*
 * The IAM calls that go with functions (roles and policies), and STS GetCallerIdentity, so that
 * what tutorials and scripts say goes through. All of it is kept and shown again; nothing is
 * enforced, which each answer says (X-Dynascope-Note). Roles and their policies: iam_role.c;
 * policies of their own: iam_policy.c.
 */
void iam_run(struct offer *offer, struct request *request, struct reply *reply);
/* A refusal as clients of the query protocol read it. */
void iam_refuse(struct reply *reply, const struct err *err);

/* ---- for the files of it ---- */

/* A parameter of the form: STR_NONE where it is not there. */
struct str iam_parameter(struct face_call *call, const char *name);
/* A name that has to be there, of the characters that IAM allows. */
bool iam_name(
    struct face_call *call, const char *name, size_t most, struct str *out, struct err *err);
/* A policy document: JSON. */
bool iam_document(struct face_call *call, const char *name, struct str *out, struct err *err);
/* <NAME>text</NAME> */
void iam_put(struct buf *out, const char *name, struct str text);
/* The members of an object, each as an element. */
void iam_put_members(struct buf *out, const struct json *object);
void iam_open(struct buf *out, const char *name);
void iam_close(struct buf *out, const char *name);
/* Adds "name":text in JSON, percent-encoded as IAM shows documents. */
void iam_put_encoded(struct buf *out, const char *name, struct str document);
/* The paper "kind/name" as an object; NULL where there is none. */
bool iam_read(struct face_call *call, struct str paper, const struct json **out, struct err *err);
struct str iam_text(const struct json *object, const char *name);
/* AROA… */
void iam_put_id(struct buf *out, const char *name, const char *prefix);

bool iam_create_role(struct face_call *call, struct err *err);
bool iam_get_role(struct face_call *call, struct err *err);
bool iam_list_roles(struct face_call *call, struct err *err);
bool iam_delete_role(struct face_call *call, struct err *err);
bool iam_update_trust(struct face_call *call, struct err *err);
bool iam_put_role_policy(struct face_call *call, struct err *err);
bool iam_get_role_policy(struct face_call *call, struct err *err);
bool iam_list_role_policies(struct face_call *call, struct err *err);
bool iam_delete_role_policy(struct face_call *call, struct err *err);
bool iam_attach(struct face_call *call, struct err *err);
bool iam_detach(struct face_call *call, struct err *err);
bool iam_list_attached(struct face_call *call, struct err *err);
bool iam_create_policy(struct face_call *call, struct err *err);
bool iam_get_policy(struct face_call *call, struct err *err);
bool iam_get_policy_version(struct face_call *call, struct err *err);
bool iam_list_policies(struct face_call *call, struct err *err);
bool iam_delete_policy(struct face_call *call, struct err *err);

#endif
