/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_HTTP_CHECKSUM_H
#define BACKEND_HTTP_CHECKSUM_H

#include "base/str.h"

/* CRC-32 as in ISO 3309 and zlib: what x-amz-crc32 carries. */
uint32_t checksum_crc32(struct str bytes);

#endif
