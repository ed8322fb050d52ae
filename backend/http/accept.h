/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_HTTP_ACCEPT_H
#define BACKEND_HTTP_ACCEPT_H

#include "backend/http/coding.h"

/* The coding that Accept-Encoding likes best of those that there are; none where it is empty. */
enum coding accept_choose(struct str value);

#endif
