#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The completion scripts are scripts, and offer what the program takes.
source "$(dirname "$0")/lib.sh" "$1"

run 64 completions csh
for shell in bash zsh fish; do
    run 0 completions $shell
    printf '%s\n' "$out" >completion.$shell
    has "$out" "dynascope"
    has "$out" "index-name"
    ! command -v $shell >/dev/null || $shell -n completion.$shell || fail "completion.$shell is no script"
done

create Users id:S
create Orders id:S

# complete WORD…: what bash would offer for the last word
complete_words() {
    COMP_WORDS=(dynascope "$@") COMP_CWORD=$# COMPREPLY=()
    _dynascope
    out=$(printf '%s\n' "${COMPREPLY[@]}")
}
dynascope() { "$binary" "$@"; }
source completion.bash

complete_words sc
same "$out" scan
complete_words scan U
same "$out" Users
complete_words scan --fi
same "$out" --filter-expression
complete_words import Orders --format j
has "$out" jsonl
complete_words -c "$folder/nowhere" scan U
same "$out" ""
complete_words tables --l
same "$out" --long
complete_words completions z
same "$out" zsh

# verbs, and the names of triggers
printf '#!/bin/sh\n' >count
chmod +x count
run 0 trigger add Orders count --stream KEYS_ONLY
complete_words tr
same "$out" trigger
complete_words trigger ge
same "$out" generate-event
complete_words trigger up
same "$out" update
complete_words trigger show c
same "$out" count
complete_words trigger update c
same "$out" count
complete_words trigger add O
same "$out" Orders
complete_words trigger add --starting-position T
same "$out" TRIM_HORIZON
complete_words trigger logs --fo
same "$out" --follow
complete_words -c "$folder/nowhere" trigger show c
same "$out" ""

run 0 completions mdoc
has "$out" ".Ss dynascope trigger add"
has "$out" ".It Fl c , Fl \\-connection Ar CONNECTION"
if command -v mandoc >/dev/null; then
    { printf '.Dd $Mdocdate$\n.Dt X 1\n.Os\n.Sh NAME\n.Nm x\n.Nd y\n.Sh DESCRIPTION\n'; printf '%s\n' "$out"; } >page
    mandoc -T utf8 -W error page >/dev/null || fail "the manual's part is no mdoc"
fi
finish
