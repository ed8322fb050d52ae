/* SPDX-License-Identifier: MIT */
/* trace */
#include "base/str.h"
