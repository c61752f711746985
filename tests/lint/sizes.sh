#!/bin/bash
# A function has at most 60 lines, a file 450, a header 150.   sizes.sh [ROOT]
# A function is what house style makes it: a signature, a brace of its own in the first column, and
# the closing brace there too.
set -euo pipefail
cd "${1:-$(dirname "$0")/../..}"

mapfile -t files < <(find lib config formats jobs runner tests -name '*.[ch]' 2> /dev/null | sort)
if [ ${#files[@]} -eq 0 ]; then
    echo "sizes: no sources below $PWD: is this the root?" >&2
    exit 2
fi

awk -v function_max=60 -v file_max=450 -v header_max=150 '
    function end_of_file() {
        max = previous ~ /\.h$/ ? header_max : file_max
        if (lines > max) {
            printf "%s: %d lines; %d is the most\n", previous, lines, max
            bad = 1
        }
    }
    FNR == 1 { if (NR > 1) end_of_file(); previous = FILENAME; inside = 0; signature = 0 }
    { lines = FNR }
    !inside && /^[A-Za-z_].*\(/ { signature = FNR; name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name) }
    /^\{/ && signature { inside = 1 }
    /^\}/ && inside {
        if (FNR - signature + 1 > function_max) {
            printf "%s:%d: %s() has %d lines; %d is the most\n", FILENAME, signature, name, FNR - signature + 1, function_max
            bad = 1
        }
        inside = 0
        signature = 0
    }
    END { end_of_file(); exit bad }
' "${files[@]}"
