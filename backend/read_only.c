/* SPDX-License-Identifier: MIT */
/* read_only */
#include "base/str.h"
