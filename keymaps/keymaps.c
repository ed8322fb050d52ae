/* SPDX-License-Identifier: MIT */
/* keymaps */
#include "base/str.h"
