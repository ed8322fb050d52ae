/* SPDX-License-Identifier: MIT */
/* client */
#include "base/str.h"
