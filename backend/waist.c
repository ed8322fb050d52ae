/* SPDX-License-Identifier: MIT */
/* waist */
#include "base/str.h"
