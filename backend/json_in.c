/* SPDX-License-Identifier: MIT */
/* json_in */
#include "base/str.h"
