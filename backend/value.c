/* SPDX-License-Identifier: MIT */
/* value */
#include "base/str.h"
