/* SPDX-License-Identifier: MIT */
/* themes */
#include "base/str.h"
