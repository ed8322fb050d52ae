#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The same requests to dynascope and to two independent emulators, dynalite and dynoxide, whose packages
# come from the npm registry: differential.sh BINARY [SESSIONS [SEED]]. Each difference has to be one of
# differential/known.differences. The emulators run on loopback, without the rights of root.
source "$(dirname "$0")/../clients/lib.sh" "$1"
python=/usr/bin/python3
[ -x "$python" ] || skip "python3 is not installed"
[ "$(uname -sm)" = 'Linux x86_64' ] || skip "dynoxide's package is for Linux on x86_64"
npm_packages dynalite dynalite@4
dynalite=$modules
npm_packages dynoxide @dynoxide/linux-x64@1
# where another user can read them
mkdir "$folder/peers" && chmod 755 "$folder" "$folder/peers" || exit 1
cp -r "$dynalite/node_modules" "$modules/node_modules/@dynoxide/linux-x64/dynoxide" "$folder/peers" || exit 1
chmod -R a+rX "$folder/peers"
node=$(readlink -f "$(command -v node)")
[ "$(id -u)" -ne 0 ] || setpriv --reuid=65534 --regid=65534 --clear-groups "$node" --version >/dev/null 2>&1 ||
    skip "another user cannot run $node"
"$python" -B "$here/../conformance/differential/play.py" --sessions "${2:-40}" --seed "${3:-1}" \
    "$binary serve $folder/store --port PORT" \
    "dynalite=$node $folder/peers/node_modules/dynalite/cli.js --host 127.0.0.1 --port PORT --createTableMs 0 --deleteTableMs 0 --updateTableMs 0" \
    "dynoxide=$folder/peers/dynoxide serve --host 127.0.0.1 --port PORT"
