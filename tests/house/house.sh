#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Checks the rules of the house on the sources: house.sh CHECK [BUILD-FOLDER]. Prints each place
# that breaks the rule as FILE:LINE and fails if there is one.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
shopt -s globstar nullglob
broken=0

complain() {
    printf '%s\n' "$*"
    broken=1
}

product_files() { printf '%s\n' {base,backend,tui,keymaps,themes,views}/**/*.[ch]; }

# includes FILE...: lines FILE:LINE:INCLUDED for includes from the root of the repository.
includes() { grep -Hno '^ *# *include *"[^"]*"' "$@" | sed 's/# *include *"//; s/"$//; s/: */:/2' || true; }

# may_see ROOM PATTERN WHY: all includes of files below ROOM match the extended pattern.
may_see() {
    local line files=("$1"/**/*.[ch])
    while IFS= read -r line; do
        [ -z "$line" ] || complain "$line: $3"
    done < <(includes "${files[@]}" | grep -vE ":($2)$")
}

# Arrows point down only; tui and backend never see each other.
check_floors() {
    may_see base 'base/[a-z0-9_]+\.h' 'base sees only itself'
    may_see tui '(base|tui)/[a-z0-9_]+\.h' 'tui sees base and itself'
    may_see backend '(base|backend|backend/[a-z]+)/[a-z0-9_]+\.h' 'backend sees base and itself'
    may_see backend/expr '(base/[a-z0-9_]+|backend/(number|value|json|json_in|json_out)|backend/expr/[a-z0-9_]+)\.h' \
        'expressions see values and base'
    may_see backend/partiql '(base/[a-z0-9_]+|backend/(number|value)|backend/expr/(expr|ast)|backend/partiql/[a-z0-9_]+)\.h' \
        'statements see expressions, values and base'
    may_see keymaps '(base/[a-z0-9_]+|tui/(key|baked)|keymaps/[a-z0-9_]+)\.h' 'keymaps see keys, base and what is baked in'
    may_see themes '(base/[a-z0-9_]+|tui/(style|baked)|themes/[a-z0-9_]+)\.h' 'themes see styles, base and what is baked in'
}

# Only backend.c (and tests) name an implementation of the interface.
check_implementations() {
    local line
    while IFS= read -r line; do
        case $line in
        '' | backend/backend.c:* | backend/embedded/*:*:backend/embedded/*) ;;
        backend/remote/*:*:backend/remote/*) ;;
        *) complain "$line: only backend.c names an implementation" ;;
        esac
    done < <(product_files | xargs grep -Hno '^ *# *include *"backend/\(embedded\|remote\)/[^"]*"' |
        sed 's/# *include *"//; s/"$//')
}

# What comes from outside has one door.
check_includers() {
    local library files
    for library in '\(n\?curses\|term\|ncursesw/[a-z]*\)\.h' 'lmdb\.h' 'curl/[a-z]*\.h' 'microhttpd\.h' 'zip\.h'; do
        files=$(product_files | xargs grep -l "^ *# *include *<$library>" || true)
        [ "$(grep -c . <<<"$files")" -le 1 ] || complain "more than one file includes <$library>:" $files
    done
}

# Line 1 is the licence, line 2 opens the paragraph that says what the file is for.
check_heads() {
    local file
    for file in {base,backend,tui,keymaps,themes,views,tests}/**/*.[ch]; do
        [ "$(head -n 1 "$file")" = '/* SPDX-License-Identifier: MIT */' ] ||
            complain "$file:1: the SPDX line is missing"
        [[ $file == *.h ]] || [[ $(sed -n 2p "$file") == '/*'* ]] ||
            complain "$file:2: the paragraph that says what it is for is missing"
    done
    for file in run check .ci/* tests/**/*.sh tests/bench/run*; do
        head -n 2 "$file" | grep -q 'SPDX-License-Identifier: MIT' || complain "$file:1: the SPDX line is missing"
    done
}

# Every room has a README that fits on a screen.
check_readmes() {
    local room lines
    for room in base backend backend/*/ tui keymaps themes views views/*/ tests; do
        room=${room%/}
        if [ ! -f "$room/README.md" ]; then
            complain "$room/README.md: missing"
            continue
        fi
        lines=$(wc -l <"$room/README.md")
        [ "$lines" -le 30 ] || complain "$room/README.md: $lines lines, at most 30"
    done
}

check_layout() {
    local found
    found=$(grep -nP '\t| +$|\r' {base,backend,tui,keymaps,themes,views,tests}/**/*.[ch] || true)
    [ -z "$found" ] || complain "tabs or blanks at the end:" "$found"
    found=$(grep -nE '^ *typedef +(struct|union)' $(product_files) || true)
    [ -z "$found" ] || complain "typedef of a struct:" "$found"
}

# objects BUILD: the product's object files; those of files that are gone stay out.
objects() {
    local object source
    while IFS= read -r object; do
        source=${object#"$1"/}
        source=${source/CMakeFiles\/*.dir\//}
        [ ! -f "${source%.o}" ] || printf '%s\n' "$object"
    done < <(find "$1"/{base,backend,tui,keymaps,themes,views} -name '*.c.o' 2>/dev/null)
}

# A function's prefix is the name of its file, of the header that declares it, of a struct that this
# header defines, or of the folder. Where several files make up one thing (shapes.c, shapes_items.c)
# their first word will do (ddb_ for the nouns of the interface), and so do the words behind a kind's name (pane_items.c: items_).
check_prefixes() {
    local found headers=({base,backend,tui,keymaps,themes,views}/**/*.h)
    found=$({
        grep -oE '^struct [a-z_0-9]+ \{' "${headers[@]}" | sed 's/:struct / struct /'
        grep -oE '[a-z_0-9]+' "${headers[@]}" | sort -u | sed 's/:/ word /'
        objects "$1" | xargs nm -A -g --defined-only | sed 's/:/ /'
    } | awk '
        function base(path) { sub(".*/", "", path); sub(/\.(c\.o|h)$/, "", path); return path }
        function folder(path) { sub("/[^/]*$", "", path); return base(path) }
        function starts(text, prefix) { return index(text, prefix) == 1 }
        # shapes_items: shape
        function first_word(stem) { sub("_.*", "", stem); sub("s$", "", stem); return stem }
        $2 == "struct" { structs[$1 " " $3] = 1; next }
        $2 == "word" { if (!($3 in header)) header[$3] = $1; next }
        $3 != "T" && $3 != "D" && $3 != "R" { next }
        {
            symbol = $4; stem = base($1); behind = stem; sub("^[^_]*_", "", behind)
            front = symbol; sub("_.*", "", front)
            if (starts(symbol, first_word(stem)) || starts(symbol, behind "_") ||
                starts(symbol, folder($1) "_") || starts(symbol, "ddb_") || symbol == "main" ||
                starts(symbol, first_word(base(header[symbol]))) && header[symbol] ||
                (header[symbol] " " front) in structs)
                next
            # stands in front of the C library'"'"'s
            if (stem == "gather" && symbol == "write")
                next
            print stem ".c: " symbol " begins with none of " stem "_, its header, its folder"
        }')
    [ -z "$found" ] || complain "$found"
}

# No mutable globals but flags that signal handlers set.
check_globals() {
    local found
    found=$(objects "$1" | xargs objdump -t 2>/dev/null | awk '
        /file format/ { file = $1 }
        / O \.(data|bss|tbss|tdata)(\.[a-z]|\t|$)/ && !/ O \.data\.rel\.ro/ { print file " " $NF }' |
        grep -vE '/(signal\.c\.o: guard|cli\.c\.o: cancelled(_by)?)$' || true)
    [ -z "$found" ] || complain "mutable globals:" "$found"
}

"check_$1" "${2:-}"
exit "$broken"
