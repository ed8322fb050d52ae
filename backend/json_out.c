/* SPDX-License-Identifier: MIT */
/* json_out */
#include "base/str.h"
