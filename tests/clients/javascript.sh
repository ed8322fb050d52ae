#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The AWS SDK for JavaScript, version 3: the document client, paginators, streams.
source "$(dirname "$0")/lib.sh" "$1"
npm_packages js-sdk @aws-sdk/client-dynamodb @aws-sdk/lib-dynamodb @aws-sdk/client-dynamodb-streams
# modules are looked for beside the program
ln -s "$modules/node_modules" "$folder/node_modules"
cp "$here/javascript_items.mjs" "$folder"
start_server
node "$folder/javascript_items.mjs" "$url" || exit 1
stop_server
