#!/bin/bash
# Goal: built with Oracle's libmysqlclient, pressrun makes the very same reports as with MariaDB Connector/C.
# databases: mysql
# slow
#
# The library comes from Debian unstable and needs its C library, so the program is run by that one's
# dynamic linker. On MariaDB it can't log in with a password of the native kind, which Oracle took out
# of its library: then the message must say so.
set -euo pipefail

root=$PRESSRUN_SOURCE_DIR
mapfile -t sid < <("$root/tests/lib/sid-packages" mysql-client usr/include/mysql/mysql.h libmysqlclient-dev)
[ ${#sid[@]} = 3 ] || exit 77 # it said why
client=${sid[0]} linker=${sid[1]} libraries=${sid[2]}
build=$root/build/mysqlclient
failed=0

check() { # SENTENCE COMMAND...
    local sentence=$1
    shift
    if "$@"; then echo "good: $sentence"; else echo "FAILED: $sentence"; failed=1; fi
}

# The file says where the library would be if it were installed.
found=$(find "$client/usr/lib" -name mysqlclient.pc | head -1)
# shellcheck disable=SC2016  # ${...} are pkg-config's
sed -e "s|^prefix=.*|prefix=$client/usr|" -e '/^Requires/d' \
    -e 's|^Cflags:.*|Cflags: -I${includedir} -I${prefix}/include|' \
    "$found" > mysqlclient.pc
if ! { PKG_CONFIG_PATH=$PWD cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo \
    -DPRESSRUN_TESTS=OFF -DPRESSRUN_WERROR=ON -DPRESSRUN_MYSQL=mysqlclient \
    -DCMAKE_EXE_LINKER_FLAGS=-Wl,--allow-shlib-undefined && cmake --build "$build"; } > build.log 2>&1; then
    tail -30 build.log
    exit 1
fi
machine=/usr/lib/$(uname -m)-linux-gnu:/lib/$(uname -m)-linux-gnu
oracle() { "$linker" --library-path "$libraries:$machine" "$build/pressrun" "$@"; }
check "it is linked with libmysqlclient" grep -q libmysqlclient "$build/pressrun"

cat > pressrun.yaml << YAML
database: {socket: "\${DB_SOCKET}", schema: ai_pipeline_db, user: ai_pipeline_readonly, password: {env: FASTAPI_DB_PASSWORD}}
jobs_directory: $root/jobs/video-platform
state_directory: \${STATE}
tenants:
  query: SELECT id, name, display_name FROM tenants WHERE is_active = 1 ORDER BY id
scope:
  tenants: {tenant: id, hide: [api_key]}
  videos: {tenant: tenant_id}
  video_embeddings: {through: videos, on: video_id}
  video_audio_previews: {through: videos, on: video_id}
destinations:
  reports: {kind: directory, path: "\${OUT}"}
  portal: {kind: directory, path: "\${OUT}/portal"}
  admin: {kind: directory, path: "\${OUT}/admin", key: "{job}/{period}/{file}", platform: true}
YAML
chmod go-w pressrun.yaml

if [ "$DB_KIND" = mariadb ]; then
    STATE=state-oracle OUT=out-oracle oracle check > answer.txt 2>&1 && code=0 || code=$?
    check "exit code 8 without the plug-in" test "$code" = 8
    check "the message names the way to log in" grep -q "mysql_native_password" answer.txt
    check "and what to do" grep -q "MariaDB Connector/C" answer.txt
    cat answer.txt
    exit $failed
fi

# Those with a schedule need no parameter. The one of the last quarter of an hour would be about another one.
mapfile -t jobs < <(grep -l '^schedule:' "$root"/jobs/video-platform/*.yaml | xargs grep -L 'unit: minute' \
    | xargs -n 1 basename --suffix=.yaml)
make_reports() { # PROGRAM NAME
    export STATE=state-$2 OUT=out-$2
    "$1" --log-level error init > /dev/null
    "$1" check > "check-$2.txt" || cat "check-$2.txt"
    for job in "${jobs[@]}"; do
        "$1" --log-level error run "$job"
    done
}
make_reports oracle oracle
make_reports "$PRESSRUN" connector

# All but the moment of the run, which workbooks, documents and pages carry.
# shellcheck disable=SC2317  # called by check
same_but_moment() { # EXPRESSION FILE OTHER
    cmp -s <(sed "$1" "$2") <(sed "$1" "$3")
}
compared=0
while IFS= read -r -d '' file; do
    other=out-connector/${file#out-oracle/}
    compared=$((compared + 1))
    case $file in
    *.xlsx) continue ;;
    *manifest.json) continue ;; # holds the hashes of the documents
    *.json) check "$file" same_but_moment 's/"generated_at": "[^"]*"//' "$file" "$other" ;;
    *.html) check "$file" same_but_moment 's|<dd><time datetime="[^<]*</time>||' "$file" "$other" ;;
    *) check "$file" cmp -s "$file" "$other" ;;
    esac
done < <(find out-oracle -type f -print0)
check "all files are there ($compared)" test "$compared" = "$(find out-connector -type f | wc -l)"
check "there are many" test "$compared" -gt 100
echo 1 >> out-oracle/1/failures/*/failures.failures.csv
check "control: a changed file is noticed" test "$(cmp -s out-oracle/1/failures/*/failures.failures.csv \
    out-connector/1/failures/*/failures.failures.csv && echo same)" != same
exit $failed
