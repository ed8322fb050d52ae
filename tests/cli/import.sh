#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# import: every format, its bad records, the table that it makes.
source "$(dirname "$0")/lib.sh" "$1"

# lines TABLE: its items, sorted
lines() {
    run 0 scan "$1"
    out=$(printf '%s\n' "$out" | LC_ALL=C sort)
}

# JSON lines, the DynamoDB export's too; the key's type comes from the first item
printf '%s\n' '{"id":"a","n":1}' '' '{"Item":{"id":{"S":"b"},"n":{"N":"2"}}}' \
    '{"id":{"S":"c"},"set":{"NS":["2","1"]}}' >data.jsonl
run 0 import Lines data.jsonl --key id
has "$err" "3 items imported into Lines"
lines Lines
same "$out" '{"id":"a","n":1}
{"id":"b","n":2}
{"id":{"S":"c"},"set":{"NS":["1","2"]}}'
run 65 import Numbers --key n:N --sort-key id data.jsonl --on-error skip -q
has "$err" "data.jsonl:4: ValidationException"
run 64 import Lines data.jsonl --key other
has "$err" "another key"
run 64 import Absent data.jsonl
has "$err" "--key NAME"
run 65 import Absent data.jsonl --key nothing
has "$err" "no nothing to be the key"
run 66 import Lines missing.jsonl
has "$err" "missing.jsonl"
feed 0 '{"id":"stdin"}' import Lines -
has "$err" "1 item imported"
run 0 get Lines stdin

# arrays, over several lines and in one, inside a document, an object's members
printf '[\n  {"id": "a",\n   "v": [1, "]"]},\n  {"id": "b\\"", "v": {}}\n]\n' >array.json
run 0 import Arrays array.json --key id
lines Arrays
same "$out" '{"id":"a","v":[1,"]"]}
{"id":"b\"","v":{}}'
printf '{"skip":[{"id":"no"},[[]],"x]"],"deep":{"rows":[{"id":"r1"},{"id":"r2"}],"rest":[}' >wrapped.json
run 0 import Wrapped wrapped.json --key id --path deep.rows
lines Wrapped
same "$out" '{"id":"r1"}
{"id":"r2"}'
run 65 import Wrapped wrapped.json --path deep.nowhere
has "$err" "nowhere"
run 65 import Wrapped wrapped.json --path skip.id
printf '{"3166-1":[{"alpha_2":"AD"}]}' >iso.json
run 65 import Iso iso.json --key alpha_2
has "$err" "--path 3166-1"
printf '{"text/a":{"x":1},"text/b":{"x":2}}' >members.json
run 0 import Members members.json --key type --add-key name
lines Members
same "$out" '{"type":"text/a","x":1}
{"type":"text/b","x":2}'
printf '[{"id":"a"},{"id":"b"},' >cut.json
run 65 import Arrays cut.json
has "$err" "cut off"
printf '[]' >empty.json
run 0 import Arrays empty.json
has "$err" "0 items"
: >nothing.jsonl
run 0 import Arrays nothing.jsonl

# CSV: quotes, line ends inside, BOM, CRLF; numbers only where nothing is lost
printf '\xef\xbb\xbfid,zip,amount,text\r\n1,04109,1.5,"two\nlines, a comma and ""quotes"""\r\n2,10115,1.10,\r\n3,00000,-7,x\r\n' >data.csv
run 0 import Csv data.csv --key id
lines Csv
same "$out" '{"amount":"-7","id":3,"text":"x","zip":"00000"}
{"amount":"1.10","id":2,"zip":"10115"}
{"amount":"1.5","id":1,"text":"two\nlines, a comma and \"quotes\"","zip":"04109"}'
run 0 import CsvText data.csv --key id:S --types 'amount=N,zip=N' --empty null
lines CsvText
same "$out" '{"amount":-7,"id":"3","text":"x","zip":0}
{"amount":1.1,"id":"2","text":null,"zip":10115}
{"amount":1.5,"id":"1","text":"two\nlines, a comma and \"quotes\"","zip":4109}'
printf 'a\tb\n1\tx\n' >data.tsv
run 0 import Tsv data.tsv --key a
lines Tsv
same "$out" '{"a":1,"b":"x"}'
printf '7,x\n8,y\n' >bare.csv
run 0 import Bare bare.csv --no-header --key c1
lines Bare
same "$out" '{"c1":7,"c2":"x"}
{"c1":8,"c2":"y"}'
printf 'id,ok,j,b\n1,true,"{""a"":[1]}",AAEC\n2,maybe,1,AA==\n3,false,{,AA==\n4,0,1,*\n' >typed.csv
run 65 import Typed typed.csv --key id --types 'ok=BOOL,j=JSON,b=B' --on-error skip
has "$err" "typed.csv:3: column ok: a BOOL cell"
has "$err" "typed.csv:4"
has "$err" "typed.csv:5: column b: a cell of type B is base64"
has "$err" "3 records were not imported"
lines Typed
same "$out" '{"b":{"B":"AAEC"},"id":{"N":"1"},"j":{"M":{"a":{"L":[{"N":"1"}]}}},"ok":{"BOOL":true}}'
run 64 import Typed typed.csv --types 'nothing=S'
run 64 import Typed typed.csv --types 'ok=X'
printf 'id,id\n1,2\n' >twice.csv
run 65 import Typed twice.csv
has "$err" "two columns are called id"
printf 'id,x\n1,"never closed\n2,y\n' >open.csv
run 65 import Typed open.csv --on-error skip
has "$err" "open.csv:2: a quote that opens in this record is never closed"

# bad records: named by file, line and column; stopped or skipped; kept
cat >bad.jsonl <<'END'
{"id":"good1"}
{"id":"x","n":1e200}
{"id":"y"
{"other":1}
[1]
{"id":5}
{"id":"good2"}
END
run 65 import Bad bad.jsonl --key id
has "$err" "bad.jsonl:2:"
has "$err" "--resume --on-error skip"
lines Bad
same "$out" '{"id":"good1"}'
run 65 import Bad bad.jsonl --resume --on-error skip --rejects rejects
has "$err" "going on with bad.jsonl at line 2"
has "$err" "bad.jsonl:2:15: ValidationException: Number overflow"
has "$err" "bad.jsonl:3:"
has "$err" "bad.jsonl:4: ValidationException"
has "$err" "bad.jsonl:5"
has "$err" "bad.jsonl:6: ValidationException"
has "$err" "5 records were not imported"
lines Bad
same "$out" '{"id":"good1"}
{"id":"good2"}'
same "$(LC_ALL=C sort rejects)" '[1]
{"id":"x","n":1e200}
{"id":"y"
{"id":5}
{"other":1}'
{ printf '{"id":"big","t":"'; head -c 420000 /dev/zero | tr '\0' x; printf '"}\n{"id":"small"}\n'; } >big.jsonl
run 65 import Bad big.jsonl --on-error skip
has "$err" "big.jsonl:1: ValidationException: 1 validation error detected: Item size has exceeded the maximum allowed size"
run 0 get Bad small
printf '\xff\xfe{}' >utf16.jsonl
run 65 import Bad utf16.jsonl
has "$err" "iconv"
printf '{"id":"z"}\n' | gzip >packed.jsonl.gz
run 65 import Bad packed.jsonl.gz
has "$err" "zcat"

# keys for what has none
run 0 import Uuid data.jsonl --key uid --add-key uuid
run 0 scan Uuid --projection uid
same "$(printf '%s\n' "$out" | grep -cE '"[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"')" 3
run 0 import Numbered data.jsonl array.json --key no:N --add-key line
run 0 query Numbered 5
has "$out" '"no":5'

# the same key twice: the last one wins
for i in $(seq 300); do printf '{"id":"same","v":%d}\n' "$i"; done >same.jsonl
run 0 import Same same.jsonl --key id
run 0 get Same same
same "$out" '{"id":"same","v":300}'

# quiet, and nothing left behind
run 0 import Same same.jsonl -q
same "$err" ""
has_not "$(cat "$folder"/state/dynascope/import/*)" same.jsonl "a place that is remembered"
run 0 check
same "$out" "no findings"
# nothing is passed over without a word: zero bytes, what is no table, line ends of long ago
printf '{"id":"a"}\n\0\0\n{"id":"b"}\n' >zero.jsonl
run 65 import Zero zero.jsonl --key id
has "$err" "zero.jsonl:2"
run 65 import Zero zero.jsonl --key id --on-error skip
run 0 scan Zero --count
same "$out" 2
head -c 1000 /dev/zero >zeros
run 65 import Zeros zeros --format json --key id
echo 5 >number.json
run 65 import Number number.json --key id
has "$err" "an item is a JSON object"
printf 'id,n\ra,1\rb,2\r' >old.csv
run 65 import Old old.csv --key id
has "$err" "carriage returns"
finish
