/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_SERVE_LAMBDA_H
#define BACKEND_SERVE_LAMBDA_H

#include "backend/serve/face.h"

/*
 * Lambda's REST calls, in several files: functions (lambda_function), what is said about them
 * (lambda_about, lambda_permission), event source mappings (lambda_mapping), function URLs
 * (lambda_url), invocations (lambda_invoke).
 */
void lambda_run(struct offer *offer, struct request *request, struct reply *reply);

/* ---- for the files of it ---- */

/* The name of the function that parts[0] refers to. */
bool lambda_name(struct face_call *call, struct str *name, struct err *err);
/* That function; ResourceNotFoundException where there is none. */
bool lambda_find(
    struct face_call *call, struct str reference, struct function *out, struct err *err);
bool lambda_not_found(struct face_call *call, struct str name, struct err *err);

bool lambda_create_function(struct face_call *call, struct err *err);
bool lambda_get_function(struct face_call *call, struct err *err);
bool lambda_get_configuration(struct face_call *call, struct err *err);
bool lambda_update_configuration(struct face_call *call, struct err *err);
bool lambda_update_code(struct face_call *call, struct err *err);
bool lambda_delete_function(struct face_call *call, struct err *err);
bool lambda_list_functions(struct face_call *call, struct err *err);

bool lambda_list_versions(struct face_call *call, struct err *err);
bool lambda_refuse_version(struct face_call *call, struct err *err);
bool lambda_list_aliases(struct face_call *call, struct err *err);
bool lambda_add_permission(struct face_call *call, struct err *err);
bool lambda_get_policy(struct face_call *call, struct err *err);
bool lambda_remove_permission(struct face_call *call, struct err *err);
bool lambda_tag(struct face_call *call, struct err *err);
bool lambda_untag(struct face_call *call, struct err *err);
bool lambda_list_tags(struct face_call *call, struct err *err);
bool lambda_put_concurrency(struct face_call *call, struct err *err);
bool lambda_get_concurrency(struct face_call *call, struct err *err);
bool lambda_delete_concurrency(struct face_call *call, struct err *err);
bool lambda_put_event_config(struct face_call *call, struct err *err);
bool lambda_update_event_config(struct face_call *call, struct err *err);
bool lambda_get_event_config(struct face_call *call, struct err *err);
bool lambda_delete_event_config(struct face_call *call, struct err *err);
bool lambda_account(struct face_call *call, struct err *err);
bool lambda_code_signing(struct face_call *call, struct err *err);
bool lambda_list_layers(struct face_call *call, struct err *err);
/* The paper KIND/NAME about a function; NULL in *out: there is none. */
bool lambda_about_read(struct face_call *call, const char *kind, struct str name,
    enum json_type type, const struct json **out, struct err *err);
bool lambda_about_write(struct face_call *call, const char *kind, struct str name,
    const struct buf *text, struct err *err);
bool lambda_about_remove(
    struct face_call *call, const char *kind, struct str name, bool *found, struct err *err);
/* The name of the function that the path refers to, which has to be there. */
bool lambda_about_find(struct face_call *call, struct str *name, struct err *err);
/* What is said about a function besides its configuration: removed with it. */
bool lambda_forget(struct face_call *call, struct str name, struct err *err);
/* Its tags as JSON: {"k":"v"}. */
bool lambda_put_tags(struct face_call *call, struct str name, struct buf *out, struct err *err);
bool lambda_keep_tags(
    struct face_call *call, struct str name, const struct json *tags, struct err *err);

bool lambda_create_mapping(struct face_call *call, struct err *err);
bool lambda_get_mapping(struct face_call *call, struct err *err);
bool lambda_update_mapping(struct face_call *call, struct err *err);
bool lambda_delete_mapping(struct face_call *call, struct err *err);
bool lambda_list_mappings(struct face_call *call, struct err *err);

bool lambda_create_url(struct face_call *call, struct err *err);
bool lambda_get_url(struct face_call *call, struct err *err);
bool lambda_update_url(struct face_call *call, struct err *err);
bool lambda_delete_url(struct face_call *call, struct err *err);
bool lambda_list_urls(struct face_call *call, struct err *err);

#endif
