/* SPDX-License-Identifier: MIT */
/* The checksum of answers. Clients compute it again over what they read and repeat the request
 * where it differs. */
#include "backend/http/checksum.h"

#include <libdeflate.h>

uint32_t checksum_crc32(struct str bytes)
{
    return libdeflate_crc32(0, bytes.at, bytes.len);
}
