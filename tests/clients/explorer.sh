#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The explorer at an emulator that is not ours, by hand: tests/pty/test_walk.c does the typing.
source "$(dirname "$0")/lib.sh" "$1"
start_dynalite
"$2/../pty/pty_test_walk" "$binary" "http://127.0.0.1:$port"
