#!/bin/bash
# Layers see each other only along the arrows of docs/design.md, and each outside library has one
# home.   layers.sh [ROOT]
set -euo pipefail
cd "${1:-$(dirname "$0")/../..}"

# What a layer may include, besides itself.
declare -A may=(
    [lib]=''
    [config]='lib'
    [formats]='lib'
    [jobs]='config formats lib'
    [runner]='jobs config formats lib'
)
# A header of an outside library: extended regular expression, then the files that may include it.
homes=(
    'yaml\.h'           '^config/yaml\.c$'
    'mysqld?(/.*|_error)?\.h'  '^runner/database/'
    'mysql/.*|mariadb/.*'      '^runner/database/'
    'xlsxwriter.*'      '^formats/xlsx_library[a-z_]*\.[ch]$'
    'curl/.*'           '^runner/deliver/http(_url)?\.c$'
    'sqlite3\.h'        '^runner/ledger[a-z_]*\.[ch]$'
    'openssl/.*'        '^lib/hash\.c$'
    'zlib\.h'           '^formats/'
    'isa-l(/.*)?\.h'    '^formats/(checksum|deflate|inflate)\.c$'
    'zstd(_errors)?\.h' '^formats/zstd\.c$'
)

bad=0
report() {
    echo "$1: $2"
    bad=1
}

check_own() { # FILE:LINE FILE HEADER
    local layer=${2%%/*} target=${3%%/*}
    if [[ $3 != */* ]]; then
        report "$1" "write the path of \"$3\" from the root, as in \"lib/err.h\""
    elif [[ $target != "$layer" && " ${may[$layer]} " != *" $target "* ]]; then
        report "$1" "$layer must not include \"$3\" (it may see: $layer ${may[$layer]})"
    fi
}

check_foreign() { # FILE:LINE FILE HEADER
    local i
    for ((i = 0; i < ${#homes[@]}; i += 2)); do
        if [[ $3 =~ ^(${homes[i]})$ && ! $2 =~ ${homes[i + 1]} ]]; then
            report "$1" "<$3> has its home in ${homes[i + 1]}"
        fi
    done
}

includes() {
    find "${!may[@]}" -name '*.[ch]' -print0 2> /dev/null | sort -z \
        | xargs -0 -r grep -HnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*["<]' || true
}

found=0
while IFS=: read -r file line text; do
    found=$((found + 1))
    header=$(sed -E 's/^[^"<]*["<]([^">]*)[">].*/\1/' <<< "$text")
    if [[ $text == *include*'<'* ]]; then
        check_foreign "$file:$line" "$file" "$header"
    else
        check_own "$file:$line" "$file" "$header"
    fi
done < <(includes)

if [ "$found" -eq 0 ]; then
    echo "layers: no include found below $PWD: is this the root?" >&2
    exit 2
fi
exit $bad
