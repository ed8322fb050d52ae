#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# trigger: names, paths, values and files that want something else than what they are for.
source "$(dirname "$0")/lib.sh" "$1"
source "$(dirname "$0")/trigger_lib.sh"

stream_table Orders
program keep <<SCRIPT
#!/bin/sh
cat >>$folder/events
echo "\$ODD" >&2
SCRIPT

# ---- names ----
for name in '' '../x' 'a/b' 'a b' 'a;touch pwned' $'a\nb' $'\e[31m' "$(printf 'n%.0s' {1..65})" 'ä' '.'; do
    [ -z "$name" ] || run 1 trigger add Orders keep --name "$name"
    run 1 trigger show "$name"
    has_not "$err" $'\e'
done
run 1 trigger show "$(printf 'x%.0s' {1..5000})"
run 1 trigger show 0000
run 64 trigger add Orders keep --filter "$(printf '[%.0s' {1..5000})"
run 65 trigger add --cli-input-json "$(printf '{"a":%.0s' {1..1000})"
run 1 trigger add Orders keep --filter "{\"eventName\":[\"$(printf 'x%.0s' {1..5000})\"]}"

# ---- paths that a shell would take apart ----
odd=$'$(touch pwned) `touch pwned`; touch pwned "\'\n& x'
mkdir "$odd"
cp keep "$odd/run-it"
run 0 trigger add Orders "$odd/run-it" --name odd --environment "ODD=$odd"
run 0 put Orders '{"id":"$(touch pwned)","`touch pwned`":"; touch pwned\u0000\u001b[31m"}'
run 0 trigger run --until-idle
has "$(cat events)" '$(touch pwned)'
run 0 trigger logs odd
has "$out" '$(touch pwned) `touch pwned`; touch pwned'
run 0 trigger invoke odd -e '{"$(touch pwned)":1}'
[ ! -e pwned ] && [ ! -e "$odd/pwned" ] || fail "something was executed"
run 0 trigger edit odd --environment 'ODD=$HOME'
run 0 trigger invoke odd
run 0 trigger logs odd --last 3
has "$out" '$HOME'

# nothing of this environment or of these descriptors gets to functions
program look <<SCRIPT
#!/bin/sh
cat >/dev/null
env >$folder/environment
ls /proc/self/fd >$folder/descriptors
SCRIPT
run 0 trigger add Orders look
AWS_SECRET_ACCESS_KEY=canary SECRET=canary run 0 trigger invoke look
has_not "$(cat environment)" canary
has "$(cat environment)" AWS_LAMBDA_FUNCTION_NAME=look
has "$(cat environment)" AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:
same "$(sort -n descriptors | tail -n 1)" 3 "the highest descriptor, that of ls itself"

# ---- files that are not what they were ----
triggers=data/dynascope/store/triggers
run 0 trigger remove odd
echo '{"FunctionName":' >$triggers/functions/look/function.json
run 0 trigger list
has "$err" "look"
run 1 trigger invoke look
run 1 trigger run --until-idle
rm -r $triggers/functions/look
run 0 trigger list
has "$out" '"State":"no function"'
run 1 trigger logs look
has "$err" "is gone"
run 1 trigger run --until-idle
run 0 trigger remove look
run 0 trigger list
same "$out" ""

# a destination that cannot be written blocks the trigger, and says so; nothing is lost
program refuse <<'SCRIPT'
#!/bin/sh
exit 1
SCRIPT
run 0 trigger add Orders refuse --maximum-retry-attempts 0 --destination "$folder/nowhere/letters"
run 0 put Orders '{"id":"one"}'
"$binary" trigger run >ran 2>&1 &
runner=$!
blocked() { "$binary" trigger list | grep -q '"State":"blocked"'; }
until_true blocked
run 0 trigger list
has "$out" "nowhere/letters"
mkdir nowhere
run 0 trigger retry refuse
written() { [ -s nowhere/letters ]; }
until_true written
kill -TERM $runner
wait $runner
run 0 trigger dead-letters refuse
same "$(wc -l <"$folder/.out")" 1 "a document"
printf 'garbage\n\0{"a":\n[]\n' >>nowhere/letters
run 0 trigger dead-letters refuse
same "$(wc -l <"$folder/.out")" 1 "what is no document is passed over"

# ---- a folder that others own the place of ----
run 64 trigger run --read-only
has "$err" "read-only"
run 64 trigger add Orders keep --read-only --name other
for verb in edit enable disable remove; do run 64 trigger $verb refuse --read-only; done

# ---- a closed reader ----
timeout 30 "$binary" trigger run refuse | head -n 1 >first
same "${PIPESTATUS[0]}" 0 "running for a reader that has gone"
timeout 30 "$binary" trigger logs refuse --follow | head -n 1 >first
same "${PIPESTATUS[0]}" 0 "following for a reader that has gone"
has "$(cat first)" "START"
finish
