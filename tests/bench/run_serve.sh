# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# For sourcing by run, which sets: dynascope, bench (folders of programs), data, quick. Starts ours,
# the floor and the peers, each on a free port with a store of its own, and measures them in turns.

started=() servers=() work=''

stop_all() {
    local pid
    for pid in "${started[@]}"; do
        kill "$pid" 2>/dev/null || true
    done
    for pid in "${started[@]}"; do
        wait "$pid" 2>/dev/null || true
    done
    started=()
    [ -z "$work" ] || rm -rf "$work"
}

stop_last() {
    local pid=${started[-1]}
    kill "$pid" && wait "$pid" || true
    unset 'started[-1]'
}

# start NAME PORT COMMAND...: in the background; waits until the port is open.
start() {
    local name=$1 port=$2 pid
    shift 2
    "$@" >"$work/$name.log" 2>&1 &
    pid=$!
    started+=("$pid")
    for _ in {1..500}; do
        if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            servers+=("$name:$port:$pid")
            return
        fi
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.02
    done
    echo "$name does not start: $(tail -n 3 "$work/$name.log")" >&2
    return 1
}

# What comes from elsewhere runs without rights, and without our environment.
unprivileged() {
    local plain=(env -i "PATH=$PATH" HOME=/nonexistent)
    if [ "$(id -u)" -eq 0 ]; then
        exec setpriv --reuid 65534 --regid 65534 --clear-groups "${plain[@]}" "$@"
    fi
    exec "${plain[@]}" "$@"
}

# Both are optional. They are installed beside the stores, not in the tree.
install_peers() {
    local folder=$data/peers
    [ ! -d "$folder/node_modules" ] || return 0
    command -v npm >/dev/null || return 0
    mkdir -p "$folder"
    (cd "$folder" && timeout 120 npm install --no-audit --no-fund --ignore-scripts dynalite@4 \
        @dynoxide/linux-x64@1 >npm.log 2>&1) || echo "no peers: see $folder/npm.log" >&2
}

start_peers() {
    local modules=$data/peers/node_modules ports
    local dynalite=$modules/dynalite/cli.js dynoxide=$modules/@dynoxide/linux-x64/dynoxide
    mapfile -t ports < <("$bench/bench_serve" ports 4)
    mkdir -m 0777 "$work/theirs" && chmod 0777 "$work/theirs"
    if [ -f "$dynalite" ] && command -v node >/dev/null; then
        local how=(node "$dynalite" --host 127.0.0.1 --createTableMs 0 --deleteTableMs 0)
        start dynalite "${ports[0]}" unprivileged "${how[@]}" --port "${ports[0]}" || true
        start dynalite-disk "${ports[1]}" unprivileged "${how[@]}" --port "${ports[1]}" \
            --path "$work/theirs/dynalite" || true
    fi
    if [ -x "$dynoxide" ]; then
        local how=("$dynoxide" serve --host 127.0.0.1)
        start dynoxide "${ports[2]}" unprivileged "${how[@]}" --port "${ports[2]}" || true
        start dynoxide-disk "${ports[3]}" unprivileged "${how[@]}" --port "${ports[3]}" \
            --db-path "$work/theirs/dynoxide.db" || true
    fi
}

rates() {
    local ports
    mapfile -t ports < <("$bench/bench_serve" ports 4)
    start synced "${ports[0]}" "$dynascope" serve "$work/synced" --port "${ports[0]}"
    start bare-synced "${ports[1]}" "$bench/bench_floor" "${ports[1]}" "$work/bare-synced" sync
    start unsynced "${ports[2]}" "$dynascope" serve "$work/unsynced" --no-sync --port "${ports[2]}"
    start bare-unsynced "${ports[3]}" "$bench/bench_floor" "${ports[3]}" "$work/bare-unsynced"
    start_peers
    "$bench/bench_serve" rates all "$1" "$2" "$3" "${servers[@]}"
    stop_all_but_work
}

stop_all_but_work() {
    local kept=$work
    work='' && stop_all
    work=$kept servers=()
}

# A million items: what they cost in memory, how soon a server with them answers.
large() {
    local port
    port=$("$bench/bench_serve" ports 1)
    start large "$port" "$dynascope" serve "$work/large" --no-sync --port "$port"
    "$bench/bench_serve" memory "$1" "$2" "${servers[-1]}"
    "$bench/bench_serve" slow "$1" "$2" "${servers[-1]}"
    stop_last
    "$bench/bench_serve" start "$port" "$dynascope" serve "$work/large" --port "$port"
}

streams() {
    local port
    port=$("$bench/bench_serve" ports 1)
    start streams "$port" "$dynascope" serve "$work/streams" --no-sync --port "$port"
    "$bench/bench_serve" streams "$1" "$2" "$3" "${servers[-1]}"
    stop_last
}

serve() {
    work=$(mktemp -d "$data/serve-XXXXXX")
    chmod 0755 "$work"
    trap stop_all EXIT
    trap 'exit 130' INT TERM
    echo "load before: $(cut -d' ' -f1-3 /proc/loadavg)"
    install_peers
    if [ -n "$quick" ]; then
        rates 10000 0.3 1
        large 100000 0.2
        streams 20000 100000 0.3
    else
        rates 100000 0.7 2
        large 1000000 0.3
        streams 100000 1000000 0.7
    fi
    echo "load after: $(cut -d' ' -f1-3 /proc/loadavg)"
    stop_all
    trap - EXIT INT TERM
}
