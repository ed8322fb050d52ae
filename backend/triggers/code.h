/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_CODE_H
#define BACKEND_TRIGGERS_CODE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/*
 * A function's code as it comes: a zip. Lambda's limits hold: 50 MB packed, 250 MB unpacked; and
 * 10,000 files here. libzip is loaded when the first one comes: with what it brings along it would
 * cost every start some milliseconds.
 */
enum { CODE_PACKED_MAX = 50 << 20, CODE_UNPACKED_MAX = 250 << 20, CODE_FILES_MAX = 10000 };

/* Unpacks into the folder `name` below `at`, which must not be there yet. What was unpacked before
 * an error stays: the caller removes it. InvalidParameterValueException for what is no zip, names
 * that lead out of the folder, links, devices, encrypted files; RequestEntityTooLargeException and
 * the like for the limits. */
bool code_unpack(int at, const char *name, struct str zip, struct err *err);
/* The base64 of its SHA-256, as Lambda shows it. */
void code_sha256(struct str zip, struct buf *out);

#endif
