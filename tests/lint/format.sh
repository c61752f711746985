#!/bin/bash
# Sources look as .clang-format says. To mend them: clang-format -i FILES.   format.sh [ROOT]
# Exit code 77: there is no clang-format to ask.
set -euo pipefail
cd "${1:-$(dirname "$0")/../..}"

if ! command -v clang-format > /dev/null; then
    echo "format: SKIPPED, clang-format is not installed" >&2
    exit 77
fi
mapfile -t files < <(find lib config formats jobs runner tests -name '*.[ch]' 2> /dev/null | sort)
if [ ${#files[@]} -eq 0 ]; then
    echo "format: no sources below $PWD: is this the root?" >&2
    exit 2
fi
# One line for each place, without the excerpts.
clang-format --style=file --dry-run --Werror "${files[@]}" 2>&1 | sed -n '/: error: /p'
