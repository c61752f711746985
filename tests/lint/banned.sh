#!/bin/bash
# Functions that overflow, share state or guess, comments in // and notes for later do not land.
#   banned.sh [ROOT]
set -euo pipefail
cd "${1:-$(dirname "$0")/../..}"

mapfile -t files < <(find lib config formats jobs runner tests -name '*.[ch]' 2> /dev/null | sort)
if [ ${#files[@]} -eq 0 ]; then
    echo "banned: no sources below $PWD: is this the root?" >&2
    exit 2
fi

# Goes through each line character by character, so that what stands in texts and comments is no call.
LC_ALL=C awk '
    BEGIN {
        n = split("sprintf vsprintf strcpy strcat strtok atoi atol atof strtol gmtime localtime ctime asctime " \
                  "system popen gets tmpnam mktemp alloca", names, " ")
        for (i = 1; i <= n; i++) banned[names[i]] = 1
    }
    function report(what) {
        printf "%s:%d: %s\n", FILENAME, FNR, what
        bad = 1
    }
    # The code of a line without comments and without what is in quotes.
    function code(line,    out, i, c, two, quote) {
        out = ""
        quote = ""
        for (i = 1; i <= length(line); i++) {
            c = substr(line, i, 1)
            two = substr(line, i, 2)
            if (comment) {
                if (two == "*/") { comment = 0; i++ }
            } else if (quote != "") {
                if (c == "\\") i++
                else if (c == quote) quote = ""
            } else if (two == "/*") { comment = 1; i++ }
            else if (two == "//") { report("a comment in //: write /* ... */"); break }
            else if (c == "\"" || c == "\047") { quote = c; out = out " " }
            else out = out c
        }
        return out
    }
    FNR == 1 { comment = 0 }
    /(^|[^A-Za-z_])(TODO|FIXME|XXX)([^A-Za-z_]|$)/ { report("a note for later: do it, or file an issue") }
    {
        rest = code($0)
        while (match(rest, /[A-Za-z_][A-Za-z0-9_]*[ ]*\(/)) {
            name = substr(rest, RSTART, RLENGTH - 1)
            sub(/ +$/, "", name)
            if (name in banned) report(name "() is banned")
            rest = substr(rest, RSTART + RLENGTH)
        }
    }
    END { exit bad }
' "${files[@]}"
