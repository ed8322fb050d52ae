/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_SERVE_FUNCTION_FACE_H
#define BACKEND_SERVE_FUNCTION_FACE_H

#include "backend/serve/lambda_invoke.h"

/*
 * What functions are put behind: http://HOST/lambda-url/NAME/… where the function has a URL, and
 * http://HOST/execute-api/API/… where an API has a route to it. Always answers.
 */
bool function_face_start(
    struct offer *offer, struct request *request, struct reply *reply, struct lambda_ticket *waits);

#endif
