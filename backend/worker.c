/* SPDX-License-Identifier: MIT */
/* worker */
#include "base/str.h"
