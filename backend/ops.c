/* SPDX-License-Identifier: MIT */
/* ops */
#include "base/str.h"
