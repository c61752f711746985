#!/bin/bash
# Goal: jobs/demo/run works from a fresh copy, twice in a row, and leaves files, but no process.
# slow
set -euo pipefail

copy=$SCENARIO_DIR/checkout
failures=0

expect() { # SENTENCE COMMAND...
    local sentence=$1
    shift
    if ! "$@"; then
        echo "FAILED: $sentence"
        failures=$((failures + 1))
    fi
}

# What git would give to somebody else: no build, no reports of ours.
fresh_copy() {
    mkdir "$copy"
    if git -C "$PRESSRUN_SOURCE_DIR" rev-parse --git-dir > /dev/null 2>&1; then
        git -C "$PRESSRUN_SOURCE_DIR" ls-files -z --cached --others --exclude-standard \
            | tar -C "$PRESSRUN_SOURCE_DIR" --null --files-from=- --ignore-failed-read -cf - 2> /dev/null | tar -C "$copy" -xf -
    else
        tar -C "$PRESSRUN_SOURCE_DIR" --exclude=./build --exclude='./build-*' --exclude=./out -cf - . | tar -C "$copy" -xf -
    fi
    chmod -R g+w "$copy" # as with umask 002
}

# The path is given in a file, so that it does not stand on grep's own command line.
processes_of_copy() {
    grep -lsaF -f "$SCENARIO_DIR/path" /proc/[0-9]*/cmdline || true
}

none_left() {
    [ -z "$(processes_of_copy)" ]
}

files_exist() { # LOG
    local file n=0
    while read -r file; do
        [ -s "$copy/$file" ] || return 1
        n=$((n + 1))
    done < <(grep -E '^out/demo/.*\.xlsx$' "$1")
    [ $n -eq 10 ]
}

counted_right() { # LOG
    local more
    more=$(sed -n 's/^and \([0-9]*\) more files.*/\1/p' "$1")
    [ "$((more + 10))" -eq "$(find "$copy/out/demo" -type f | wc -l)" ]
}

made_all() { # LOG
    local scheduled platform
    scheduled=$(grep -l '^schedule:' "$copy"/jobs/video-platform/*.yaml | wc -l)
    platform=$(grep -l '^scope: platform' "$copy"/jobs/video-platform/*.yaml | wc -l)
    [ "$scheduled" -ge 10 ] && [ "$(grep -c ': 1 rendered, 0 done before, 0 failed' "$1")" = "$platform" ] \
        && [ "$(grep -c ': 9 rendered, 0 done before, 0 failed' "$1")" = $((scheduled - platform)) ]
}

demo() { # NUMBER
    local log=$SCENARIO_DIR/demo-$1.log code=0
    (cd / && unset PRESSRUN_CONFIG FASTAPI_DB_PASSWORD && exec "$copy/jobs/demo/run" --videos 2000) > "$log" 2>&1 || code=$?
    sed 's/^/    /' "$log"
    expect "run $1 ends well" test $code = 0
    expect "run $1 leaves no process" none_left
    expect "the ten workbooks it lists are there" files_exist "$log"
    expect "and it counts the others right" counted_right "$log"
    expect "each job with a schedule is made for 9 tenants or once, none failed" made_all "$log"
    expect "nothing outside of build/ and out/ was written" test -z "$(find "$copy" -newer "$SCENARIO_DIR/start" -type f \
        ! -path "$copy/build/*" ! -path "$copy/out/*" | head -3)"
}

printf '%s' "$copy" > "$SCENARIO_DIR/path"
fresh_copy
# A process that does belong to the copy is noticed.
cp "$(command -v tail)" "$copy/out-of-sight"
expect "control: there is none before" none_left
"$copy/out-of-sight" -f /dev/null &
expect "control: a process that stays is noticed" test -n "$(processes_of_copy)"
kill $!
wait $! 2> /dev/null || true
rm "$copy/out-of-sight"
touch "$SCENARIO_DIR/start"
demo 1
demo 2
echo "$failures failures"
[ $failures = 0 ]
