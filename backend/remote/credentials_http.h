/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_REMOTE_CREDENTIALS_HTTP_H
#define BACKEND_REMOTE_CREDENTIALS_HTTP_H

#include "backend/remote/keys.h"
#include "backend/remote/process.h"

/* Keys from a container's agent (the AWS_CONTAINER_… variables) or from EC2's metadata service. */

/* Whether the variables name an agent. */
bool credentials_http_has_agent(void);
struct keys *credentials_http_agent(const struct process_limits *limits, struct err *err);
/* NULL with err->code == ERR_NONE where this is no machine of EC2's, or it has no role. `base` is
 * the service's address. Waits one second at most for it to answer. */
struct keys *credentials_http_machine(
    const char *base, const struct process_limits *limits, struct err *err);

#endif
