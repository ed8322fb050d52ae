/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_SERVE_ACCEPT_H
#define BACKEND_SERVE_ACCEPT_H

#include "backend/serve/coding.h"

/* The coding that Accept-Encoding likes best of those that there are; none where it is empty. */
enum coding accept_choose(struct str value);

#endif
