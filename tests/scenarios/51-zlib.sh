#!/bin/bash
# Goal: where ISA-L is not installed, zlib does its work: the same formats, the same tests.
# slow
set -euo pipefail

build=$SCENARIO_DIR/build
tests=(test_checksum test_codec test_deflate test_output test_render test_xlsx test_xlsx_check test_xlsx_golden
    test_xlsx_rows test_xlsx_template test_zip_write)

cmake -S "$PRESSRUN_SOURCE_DIR" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DPRESSRUN_TESTS=ON -DPRESSRUN_ISAL=OFF \
    > "$SCENARIO_DIR/cmake.log"
cmake --build "$build" --target pressrun xlsx_reference "${tests[@]}" > "$SCENARIO_DIR/build.log" \
    || { tail -20 "$SCENARIO_DIR/build.log"; exit 1; }

linked() { # PROGRAM
    ldd "$1" | grep -q libisal
}
# The control: if the other one isn't linked with it either, this test says nothing.
linked "$PRESSRUN_RELEASE" || { echo "ISA-L was not found for $PRESSRUN_RELEASE"; exit 77; }
linked "$build/pressrun" && { echo "FAILED: pressrun is linked with ISA-L all the same"; exit 1; }

regex=$(IFS='|'; echo "${tests[*]}")
ctest --test-dir "$build" -R "^unit/($regex)\$" -j "$(nproc)" --output-on-failure --no-tests=error --timeout 300
ctest --test-dir "$build" -R "^unit/($regex)\$" -N | grep -q "^Total Tests: ${#tests[@]}\$" || {
    echo "FAILED: not all of ${#tests[@]} tests were run"
    exit 1
}
