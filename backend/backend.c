/* SPDX-License-Identifier: MIT */
/* backend */
#include "base/str.h"
