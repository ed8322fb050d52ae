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

# a Tab makes no store
for kind in tables indexes triggers; do
    run 0 completions $kind -- dynascope scan Orders
    same "$out$err" ""
done
[ ! -e "$XDG_DATA_HOME/dynascope" ] || fail "completion made a store"

create Users id:S
run 0 call CreateTable '{"TableName":"Orders","BillingMode":"PAY_PER_REQUEST",
    "KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
    "AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"status","AttributeType":"S"}],
    "GlobalSecondaryIndexes":[{"IndexName":"ByStatus","KeySchema":[{"AttributeName":"status","KeyType":"HASH"}],
        "Projection":{"ProjectionType":"ALL"}}]}'
mkdir -p "$XDG_CONFIG_HOME/dynascope"
printf '[connection production]\nprofile = p\n[connection other]\nstore = %s/other\n' "$folder" \
    >"$XDG_CONFIG_HOME/dynascope/config"
run 0 -c other/ call CreateTable '{"TableName":"Elsewhere","BillingMode":"PAY_PER_REQUEST",
    "KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]}'

# what scripts ask for: names, by the line so far, and nothing where there are none
run 0 completions tables -- dynascope scan
same "$out" 'Orders
Users'
run 0 completions tables -- dynascope -c other scan
same "$out" Elsewhere
run 0 completions tables -- dynascope -c "$folder/nowhere" scan
same "$out$err" ""
run 0 completions tables -- dynascope --endpoint-url http://localhost:1 scan --li
same "$out$err" ""
run 0 completions indexes -- dynascope query Orders --index-name
same "$out" ByStatus
run 0 completions indexes -- dynascope query
same "$out$err" ""
run 0 completions indexes -- dynascope query Nowhere
same "$out$err" ""
run 0 completions connections --
same "$(sort <<<"$out")" 'other
production'
run 64 completions nonsense --

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
complete_words scan --limit 5 U
same "$out" Users
complete_words query Orders -i B
same "$out" ByStatus
complete_words query -c other Orders --index B
same "$out" ""
complete_words -c prod
same "$out" production
complete_words -c other scan ""
same "$out" Elsewhere
complete_words help parti
same "$out" partiql
complete_words copy prod
same "$out" production
complete_words --rep
same "$out" --replay

# bash takes a URL apart at its colons
complete_words scan -c http : //localhost : 1 U
same "$out" ""

# the shells themselves, where they are
PATH=$folder/bin:$PATH
mkdir -p bin
ln -s "$binary" bin/dynascope
if command -v fish >/dev/null; then
    fish_words() { fish --no-config -c "source completion.fish; complete -C '$1'" 2>&1 | cut -f 1 | grep -v '/$' | sort; }
    same "$(fish_words 'dynascope scan U')" Users fish
    same "$(fish_words 'dynascope query Orders --index-name ')" ByStatus fish
    same "$(fish_words 'dynascope -c other scan ')" Elsewhere fish
    same "$(fish_words 'dynascope scan -c prod')" production fish
    has "$(fish_words 'dynascope par')" partiql fish
    has "$(fish_words 'dynascope import Orders --format j')" jsonl fish
fi
if command -v zsh >/dev/null; then
    # what zsh offers for a line that is typed into a terminal of its own
    cat >offers.zsh <<'EOF'
zmodload zsh/zpty
zpty z zsh -f -i
send() { zpty -w z "$1" }
send 'PS1=; stty -echo cols 200'
send 'autoload -U compinit; compinit -u -D; source ./completion.zsh 2>/dev/null; compdef _dynascope dynascope'
send 'compadd() { builtin compadd -O hits "$@"; print -rl -- "<$^hits>"; builtin compadd "$@"; }'
send 'list() { _main_complete; print -r -- "<E""ND>"; }; zle -C list complete-word list; bindkey "^X" list; print -r -- "<REA""DY>"'
while zpty -r z line && [[ $line != *'<READY>'* ]]; do :; done
zpty -n -w z "$1"$'\x18'
while zpty -r z line && [[ $line != *'<END>'* ]]; do print -r -- "$line"; done
EOF
    zsh_words() { zsh -f offers.zsh "$1" | tr -d '\r' | grep -oE '<[^<>]+>' | tr -d '<>' | grep -v '/$' | sort -u; }
    same "$(zsh_words 'dynascope scan U')" Users zsh
    same "$(zsh_words 'dynascope query Orders --index-name ')" ByStatus zsh
    same "$(zsh_words 'dynascope -c other scan ')" Elsewhere zsh
    has "$(zsh_words 'dynascope scan -c prod')" production zsh
    has "$(zsh_words 'dynascope par')" partiql zsh
fi

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
