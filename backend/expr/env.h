/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EXPR_ENV_H
#define BACKEND_EXPR_ENV_H

#include "backend/expr/expr.h"

/* What a placeholder ("#a", ":v") stands for; false where it is not defined. Notes that it is used.
 */
bool expr_env_name(struct expr_env *env, struct str key, struct str *name);
bool expr_env_value(struct expr_env *env, struct str key, struct value *value);

#endif
