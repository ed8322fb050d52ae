/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_SERVE_LOGS_FACE_H
#define BACKEND_SERVE_LOGS_FACE_H

#include "backend/serve/face.h"

/*
 * CloudWatch Logs: what functions printed, as groups /aws/lambda/NAME of streams; reads, and what
 * may be said about groups (logs_group). Events are in logs_events, the words that FilterLogEvents
 * looks for in logs_filter.
 */
void logs_face_run(struct offer *offer, struct request *request, struct reply *reply);

/* ---- for the files of it ---- */

/* The folder of the function whose group the request names (logGroupName, or a logGroupIdentifier);
 * ResourceNotFoundException where there is none. */
bool logs_group(struct face_call *call, struct str *folder, struct err *err);
/* The group's name, whether or not it is there. */
bool logs_group_name(struct face_call *call, struct str *name, struct err *err);
/* A member of the request: text, or a number; ranges as the service has them. */
bool logs_text(struct face_call *call, const char *name, struct str *out, struct err *err);
bool logs_number(struct face_call *call, const char *name, int64_t low, int64_t high, int64_t *out,
    struct err *err);
bool logs_invalid(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

bool logs_describe_groups(struct face_call *call, struct err *err);
bool logs_create_group(struct face_call *call, struct err *err);
bool logs_delete_group(struct face_call *call, struct err *err);
bool logs_put_retention(struct face_call *call, struct err *err);
bool logs_delete_retention(struct face_call *call, struct err *err);
bool logs_list_tags(struct face_call *call, struct err *err);
bool logs_get_events(struct face_call *call, struct err *err);
bool logs_filter_events(struct face_call *call, struct err *err);

#endif
