#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The page of what is offered and what is not says what the program does: each operation that it knows
# stands in one of the two tables, and answers accordingly.
root=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../..
source "$(dirname "$0")/lib.sh" "$1"
page=$root/backend/COMPATIBILITY.md

# rows HEADING: the first column of the table below it.
rows() { sed -n "/^## $1\$/,/^## /s/^| \([A-Z][A-Za-z]*\) |.*/\1/p" "$page"; }

offered=$(rows 'Operations that are offered')
refused=$(rows 'Operations that are not')
known=$(sed -n 's/^ *OP(\([A-Z][A-Za-z]*\), .*/\1/p' "$root/backend/ops.c")
same "$(sort <<<"$offered"$'\n'"$refused")" "$(sort <<<"$known")" 'the operations of the page'
# lists are read from top to bottom
same "$(LC_ALL=C sort <<<"$offered")" "$offered" 'the order of what is offered'
same "$(LC_ALL=C sort <<<"$refused")" "$refused" 'the order of what is not'
[ "$(wc -l <<<"$known")" -gt 50 ] || fail 'the table of operations was not found'

# answers OPERATION: what an empty request gets.
answers() { "$binary" call -c "$folder/store" "$1" '{}' 2>&1 </dev/null; }
for operation in $offered; do
    has_not "$(answers "$operation")" UnknownOperationException "$operation"
done
for operation in $refused; do
    has "$(answers "$operation")" UnknownOperationException "$operation"
done
finish
