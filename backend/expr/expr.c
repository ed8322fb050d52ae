/* SPDX-License-Identifier: MIT */
/* expr */
#include "base/str.h"
