#!/bin/bash
# Each lint can fail: on a small tree without fault it is content, and for each fault that is put into
# the tree it complains.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
tree=$(mktemp -d "${TMPDIR:-/tmp}/pressrun-lint.XXXXXX")
trap 'rm -rf "$tree"' EXIT
failures=0

clean_tree() {
    rm -rf "${tree:?}"/*
    mkdir -p "$tree"/{lib,config,formats,jobs,runner/deliver,runner/database,tests/lint}
    cp "$root/.clang-format" "$tree/"
    cat > "$tree/lib/a.c" << 'SOURCE'
#include "lib/a.h"

/* sprintf() and // in a comment, and below in a text, are nobody's business. */
const char *a_text(void)
{
    return "https://example.com/ sprintf(";
}
SOURCE
    printf '#ifndef LIB_A_H\n#define LIB_A_H\n\nconst char *a_text(void);\n\n#endif\n' > "$tree/lib/a.h"
    printf '#!/bin/sh\nexit 0\n' > "$tree/tests/a"
}

lint() { # NAME: its exit code
    "$here/$1.sh" "$tree" > "$tree/output" 2>&1 && echo 0 || echo $?
}

expect() { # NAME, what was done to the tree, 0 or 1
    local code
    code=$(lint "$1")
    if [ "$code" = 77 ]; then
        echo "$1: SKIPPED"
    elif [ "$code" != "$3" ]; then
        echo "$1: exit code $code instead of $3 on a tree with $2"
        sed 's/^/    /' "$tree/output"
        failures=1
    fi
}

add() { # FILE, text to add at its end
    printf '%b\n' "$2" >> "$tree/$1"
}

breaks() { # NAME, FILE, text: with that text in that file, the lint fails
    clean_tree
    add "$2" "$3"
    expect "$1" "$3 in $2" 1
}

for name in layers sizes banned format shellcheck; do
    clean_tree
    expect "$name" "no fault" 0
done

breaks layers lib/b.c '#include "config/config.h"'
breaks layers lib/b.c '#  include  "runner/run.h"'
breaks layers config/b.c '#include "formats/row.h"'
breaks layers formats/b.h '#include "config/config.h"'
breaks layers formats/b.c '#include "jobs/job.h"'
breaks layers jobs/b.c '#include "runner/run.h"'
breaks layers jobs/b.c '#include "job.h"'
breaks layers runner/b.c '#include "tests/unit/unit.h"'
breaks layers config/config.c '#include <yaml.h>'
breaks layers runner/run.c '#include <mysql.h>'
breaks layers jobs/b.c '#include <mysql/mysql.h>'
breaks layers formats/csv.c '#include <xlsxwriter.h>'
breaks layers formats/xlsx_rows.c '#include <xlsxwriter.h>'
breaks layers runner/deliver/s3.c '#include <curl/curl.h>'
breaks layers runner/run.c '#include <sqlite3.h>'
breaks layers runner/run.c '#include <openssl/evp.h>'
breaks layers lib/b.c '#include <zlib.h>'
breaks layers formats/gzip.c '#include <zstd.h>'

lines() { # COUNT of lines
    yes "${2:-}" | head -n "$1"
}
breaks sizes lib/a.c "int f(void)\n{\n$(lines 57 '    f();')\n    return 0;\n}"
breaks sizes lib/b.c "$(lines 450 'int x;')\nint y;"
breaks sizes lib/b.h "$(lines 150 'extern int x;')\nextern int y;"
clean_tree
add lib/b.c "int f(void)\n{\n$(lines 56 '    f();')\n    return 0;\n}"
expect sizes "a function of exactly 60 lines" 0

for name in sprintf strcpy strcat strtok atoi strtol gmtime localtime system popen; do
    breaks banned lib/b.c "int f(void)\n{\n    return $name(0);\n}"
done
breaks banned lib/b.c 'int x; // why'
breaks banned lib/b.h '/* TODO: later */'
breaks banned lib/b.h '/* FIXME */'
clean_tree
add lib/b.c 'int f(void)\n{\n    return snprintf(0) + gmtime_r(0) + my_system(0);\n}'
expect banned "names that only look alike" 0

breaks format lib/a.c 'int   f( void ){return 0;}'
breaks shellcheck tests/a "rm \$2"

exit $failures
