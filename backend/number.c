/* SPDX-License-Identifier: MIT */
/* number */
#include "base/str.h"
