#!/bin/bash
# Every shell script of the tree passes shellcheck.   shellcheck.sh [ROOT]
# Exit code 77: there is no shellcheck to ask.
set -euo pipefail
cd "${1:-$(dirname "$0")/../..}"

if ! command -v shellcheck > /dev/null; then
    echo "shellcheck: SKIPPED, shellcheck is not installed" >&2
    exit 77
fi
# A script is a file that begins with a line like #!/bin/sh, whatever its name.
mapfile -t files < <(find . \( -path ./.git -o -path './build*' -o -path ./out -o -name node_modules \) -prune \
    -o -type f -size -256k -print0 | sort -z | xargs -0 awk 'FNR == 1 && /^#!.*[\/ ](ba|da)?sh( |$)/ { print FILENAME } { nextfile }')
if [ ${#files[@]} -eq 0 ]; then
    echo "shellcheck: no shell script below $PWD: is this the root?" >&2
    exit 2
fi
shellcheck --external-sources --source-path=SCRIPTDIR "${files[@]}"
