# SPDX-License-Identifier: MIT
# What the tests of triggers share, behind lib.sh.

# stream_table NAME: a table with the key id and a stream.
stream_table() {
    run 0 call CreateTable '{"TableName":"'"$1"'","BillingMode":"PAY_PER_REQUEST",
        "KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
        "AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],
        "StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"}}'
}

# program NAME: the standard input as a program.
program() {
    cat >"$1"
    chmod +x "$1"
}

# field NAME: the first value of that name in $out, a string.
field() {
    printf '%s' "$out" | grep -o "\"$1\":\"[^\"]*\"" | head -n 1 | cut -d'"' -f4
}

# until_true COMMAND…: again and again, half a minute at most.
until_true() {
    local end=$((SECONDS + 30))
    until "$@"; do
        [ $SECONDS -lt $end ] || {
            fail "in vain: $*"
            return 1
        }
        sleep 0.02
    done
}
