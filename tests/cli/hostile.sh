#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Data that wants to steer the terminal does not reach it, whether it is printed or complained about.
source "$(dirname "$0")/lib.sh" "$1"

create Tab k:S
run 0 put Tab '{"k":"a","esc":"\u001b[31mred\u0007","c1":"\u009b2J","bidi":"\u202etxt.exe","zero":"a\u200bb\ufeff","del":"\u007f","tag":"\udb40\udc41","ok":"héllo 日本 👍"}'

# into a pipe: JSON as it is
run 0 get Tab a
has "$out" '\u001b[31mred\u0007'
has "$out" 'héllo 日本 👍'

# on a terminal: nothing but text
if command -v script >/dev/null; then
    script -qec "'$binary' get Tab a" /dev/null </dev/null >"$folder/screen" 2>&1
    screen=$(cat "$folder/screen")
    has "$screen" 'héllo 日本 👍' "text on a terminal"
    for escape in '\u001b[31mred\u0007' '\u009b2J' '\u202etxt.exe' 'a\u200bb\ufeff' '"del":"\u007f"' '\udb40\udc41'; do
        has "$screen" "$escape" "an escape on a terminal"
    done
    if LC_ALL=C grep -q $'[\001-\010\013\014\016-\037\177]' "$folder/screen"; then
        fail "a control character reached the terminal"
    fi
    LC_ALL=C script -qec "LC_ALL=C '$binary' get Tab a" /dev/null </dev/null >"$folder/screen" 2>&1
    if LC_ALL=C grep -q $'[\200-\377]' "$folder/screen"; then
        fail "a character above 7 bits reached a terminal that cannot show it"
    fi
fi

# complaints quote what they complain about, safely
run 64 $'scan\e]0;title\a'
has_not "$err" $'\e' "an error"
run 1 scan $'Tab\e[2J'
has_not "$err" $'\e' "an error"
run 1 scan Tab --filter $'a = \e[31m'
has_not "$err" $'\e' "an error"
printf '{"k":"\033[31m"}\n' >bad.jsonl
run 65 import Tab bad.jsonl
has_not "$err" $'\e' "an error"
mv bad.jsonl $'bad\e[31m.jsonl'
run 65 import Tab $'bad\e[31m.jsonl'
has_not "$err" $'\e' "an error"
finish
