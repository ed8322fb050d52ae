/* SPDX-License-Identifier: MIT */
/* app */
#include "base/str.h"
