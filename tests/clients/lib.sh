# SPDX-License-Identifier: MIT
# What the tests with real clients share: a server on a store of its own, credentials that mean
# nothing, and a clear word where a client is not installed. Usage: source lib.sh BINARY
set -u
binary=$(readlink -f "$1")
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
folder=$(mktemp -d "${TMPDIR:-/tmp}/dynascope-clients-XXXXXX")
server=
trap 'stop_server; rm -rf "$folder"' EXIT
caches=${DYNASCOPE_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/dynascope-tests}
export HOME=$folder LC_ALL=C.UTF-8 AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=secret
export AWS_DEFAULT_REGION=eu-west-1 AWS_REGION=eu-west-1 AWS_EC2_METADATA_DISABLED=true AWS_PAGER=
unset AWS_PROFILE AWS_SESSION_TOKEN DYNASCOPE_CONNECTION

# skip WHY: the test counts as skipped, not as passed.
skip() {
    printf 'skipped: %s\n' "$*"
    exit 77
}

# npm_packages NAME PACKAGE…: $modules is a folder with these packages from the npm registry, kept
# outside of the tree from run to run.
npm_packages() {
    modules=$caches/$1
    shift
    command -v node >/dev/null || skip "Node.js is not installed"
    [ ! -f "$modules/complete" ] || return 0
    command -v npm >/dev/null || skip "npm is not installed"
    mkdir -p "$modules" && (cd "$modules" && echo '{"private":true}' >package.json &&
        timeout 300 npm install --no-audit --no-fund --ignore-scripts "$@" && : >complete) >"$folder/npm.log" 2>&1 ||
        skip "$* could not be installed from the npm registry: $(tail -n 1 "$folder/npm.log")"
}

# start_server WORD…: sets $url when the server says that it is ready.
start_server() {
    : >"$folder/ready"
    "$binary" serve "$folder/store" --port 0 "$@" >"$folder/ready" 2>"$folder/log" &
    server=$!
    local tries=0
    until grep -q http "$folder/ready"; do
        tries=$((tries + 1))
        if [ "$tries" -gt 600 ] || ! kill -0 "$server" 2>/dev/null; then
            cat "$folder/log" >&2
            exit 1
        fi
        sleep 0.05
    done
    url=$(grep -o 'http://[^ ]*' "$folder/ready")
}

# An emulator that is not ours, from the npm registry: sets $port. Keys are dummies there.
start_dynalite() {
    npm_packages dynalite dynalite
    unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
    node -e '
        const server = require(process.argv[1] + "/node_modules/dynalite")({createTableMs: 0, deleteTableMs: 0})
        server.listen(0, "127.0.0.1", () => console.log(server.address().port))' "$modules" >"$folder/port" 2>"$folder/log" &
    emulator=$!
    trap 'kill $emulator 2>/dev/null; rm -rf "$folder"' EXIT
    until [ -s "$folder/port" ]; do
        kill -0 $emulator 2>/dev/null || { cat "$folder/log" >&2; exit 1; }
        sleep 0.05
    done
    port=$(cat "$folder/port")
}

# Exit code 0 means that everything was answered and the store closed.
stop_server() {
    local code=0
    [ -n "$server" ] || return 0
    kill -TERM "$server" 2>/dev/null
    wait "$server" || code=$?
    server=
    [ "$code" = 0 ] || {
        printf 'the server ended with %s: %s\n' "$code" "$(cat "$folder/log")" >&2
        exit 1
    }
}
