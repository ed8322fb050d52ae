/* SPDX-License-Identifier: MIT */
/* The checksum of answers. Clients compute it again over what they read and repeat the request
 * where it differs. */
#include "backend/serve/checksum.h"

#include <zlib.h>

uint32_t checksum_crc32(struct str bytes)
{
    return (uint32_t)crc32_z(0, (const unsigned char *)bytes.at, bytes.len);
}
