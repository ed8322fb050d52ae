# SPDX-License-Identifier: MIT
# What the command line tests share: a folder of their own, a run with its output and exit code, and
# expectations that say what was wrong. Usage: source lib.sh BINARY
set -u
binary=$(readlink -f "$1")
[ -x "$binary" ] || {
    echo "there is no program $1" >&2
    exit 1
}
folder=$(mktemp -d "${TMPDIR:-/tmp}/dynascope-cli-XXXXXX")
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
export HOME=$folder/home XDG_DATA_HOME=$folder/data XDG_STATE_HOME=$folder/state
export XDG_CONFIG_HOME=$folder/config LC_ALL=C.UTF-8 TMPDIR=$folder/tmp
unset DYNASCOPE_CONNECTION
mkdir -p "$HOME" "$TMPDIR"
failures=0

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    failures=$((failures + 1))
}

# run EXIT-CODE WORD…: runs dynascope; its output is in $out, its errors in $err.
run() {
    local wanted=$1 code=0
    shift
    "$binary" "$@" >"$folder/.out" 2>"$folder/.err" </dev/null || code=$?
    out=$(cat "$folder/.out") err=$(cat "$folder/.err")
    [ "$code" = "$wanted" ] || fail "dynascope $* ended with $code, not $wanted: $err"
}

# feed EXIT-CODE TEXT WORD…: the same with a text on the standard input.
feed() {
    local wanted=$1 text=$2 code=0
    shift 2
    printf '%s' "$text" | "$binary" "$@" >"$folder/.out" 2>"$folder/.err" || code=$?
    out=$(cat "$folder/.out") err=$(cat "$folder/.err")
    [ "$code" = "$wanted" ] || fail "dynascope $* ended with $code, not $wanted: $err"
}

same() {
    [ "$1" = "$2" ] || fail "${3:-output}: got «$1» instead of «$2»"
}

has() {
    case $1 in
    *"$2"*) ;;
    *) fail "${3:-output}: «$1» has no «$2»" ;;
    esac
}

has_not() {
    case $1 in
    *"$2"*) fail "${3:-output}: «$1» has «$2»" ;;
    esac
}

# create TABLE PARTITION-KEY:TYPE [SORT-KEY:TYPE]
create() {
    local schema='{"AttributeName":"'${2%:*}'","KeyType":"HASH"}'
    local types='{"AttributeName":"'${2%:*}'","AttributeType":"'${2##*:}'"}'
    if [ $# -gt 2 ]; then
        schema+=',{"AttributeName":"'${3%:*}'","KeyType":"RANGE"}'
        types+=',{"AttributeName":"'${3%:*}'","AttributeType":"'${3##*:}'"}'
    fi
    run 0 call CreateTable '{"TableName":"'"$1"'","KeySchema":['"$schema"'],
        "AttributeDefinitions":['"$types"'],"BillingMode":"PAY_PER_REQUEST"}'
}

finish() {
    [ "$failures" = 0 ] || {
        echo "$failures expectations failed" >&2
        exit 1
    }
}
