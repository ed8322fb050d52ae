#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The AWS SDK for JavaScript, version 3: the document client, paginators, streams. The packages come
# from the folder that DYNASCOPE_JS_SDK names, or are installed from the npm registry once.
source "$(dirname "$0")/lib.sh" "$1"
modules=${DYNASCOPE_JS_SDK:-$2/js-sdk}
command -v node >/dev/null || skip "Node.js is not installed"
packages=(@aws-sdk/client-dynamodb @aws-sdk/lib-dynamodb @aws-sdk/client-dynamodb-streams)
if [ ! -d "$modules/node_modules/@aws-sdk/lib-dynamodb" ]; then
    command -v npm >/dev/null || skip "npm is not installed"
    mkdir -p "$modules"
    (cd "$modules" && echo '{"private":true}' >package.json &&
        timeout 300 npm install --no-audit --no-fund --ignore-scripts "${packages[@]}") >"$folder/npm.log" 2>&1 ||
        skip "the AWS SDK for JavaScript could not be installed from the npm registry: $(tail -n 1 "$folder/npm.log")"
fi
cp "$here/javascript_items.mjs" "$modules/javascript_items.mjs"
start_server
node "$modules/javascript_items.mjs" "$url" || exit 1
stop_server
