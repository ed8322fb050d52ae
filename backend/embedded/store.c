/* SPDX-License-Identifier: MIT */
/* store */
#include "base/str.h"
