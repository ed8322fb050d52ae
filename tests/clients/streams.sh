#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Streams with boto3: a consumer of shards, all views, closed streams, time to live.
source "$(dirname "$0")/lib.sh" "$1"
/usr/bin/python3 -c 'import boto3' 2>/dev/null || skip "boto3 is not installed (Debian's package python3-boto3)"
start_server
/usr/bin/python3 "$here/boto3_streams.py" "$url" || exit 1
stop_server
