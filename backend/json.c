/* SPDX-License-Identifier: MIT */
/* json */
#include "base/str.h"
