/* SPDX-License-Identifier: MIT */
/* canvas */
#include "base/str.h"
