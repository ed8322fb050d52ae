# SPDX-License-Identifier: MIT
# Whether an answer (standard input) is what a document shows (the first argument). Members that the
# document does not show may be there: the service adds some over the years. Lists of objects match
# in any order, "<any>" matches any value, "<time>" a time in either of the client's spellings, and
# text with "*" in it as a pattern of the shell.
import fnmatch
import json
import re
import sys


def fits(wanted, got):
    if wanted == "<any>":
        return True
    if wanted == "<time>":
        return isinstance(got, (int, float)) or bool(re.match(r"\d{4}-\d\d-\d\dT", str(got)))
    if isinstance(wanted, dict):
        return isinstance(got, dict) and all(k in got and fits(v, got[k]) for k, v in wanted.items())
    if isinstance(wanted, list):
        return isinstance(got, list) and same_members(wanted, got)
    if isinstance(wanted, str) and "*" in wanted:
        return fnmatch.fnmatchcase(str(got), wanted)
    return type(wanted) is type(got) and wanted == got


def same_members(wanted, got):
    left = list(got)
    for one in wanted:
        place = next((i for i, other in enumerate(left) if fits(one, other)), None)
        if place is None:
            return False
        left.pop(place)
    return not left


wanted, text = json.loads(sys.argv[1]), sys.stdin.read()
if not fits(wanted, json.loads(text)):
    sys.exit(f"shown: {json.dumps(wanted)}\nis:    {text}")
