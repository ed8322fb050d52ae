#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The AWS SDK for JavaScript, version 2, which older functions and tutorials are written with.
source "$(dirname "$0")/lib.sh" "$1"
npm_packages js-sdk2 aws-sdk@2
export AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE=1 NODE_PATH=$modules/node_modules
start_server
node "$here/javascript2_calls.cjs" "$url" || exit 1
stop_server
