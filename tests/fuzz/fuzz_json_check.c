/*
 * What reads back JSON and CSV files, and what judges the texts of JSON columns: the verdict
 * doesn't depend on where a piece ends, and a text that was taken stays one when it is put on one
 * line.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/csv_check.h"
#include "formats/json_check.h"
#include "formats/json_parse.h"
#include "formats/json_text.h"
#include "lib/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static bool parses(const char *text, size_t size, size_t step)
{
    struct json_parser p;
    json_parse_init(&p, JSON_CELL_DEPTH);
    for (size_t i = 0; i < size; i += step) {
        if (json_parse_feed(&p, text + i, size - i < step ? size - i : step) != 0)
            return false;
    }
    return json_parse_end(&p) == 0;
}

static void check_text(const char *text, size_t size)
{
    struct buf once, twice;
    bool valid = utf8_valid(text, size) && parses(text, size, size + 1);
    must(valid == json_text_valid(text, size));
    must(!utf8_valid(text, size) || valid == parses(text, size, 1));
    must(!utf8_valid(text, size) || valid == parses(text, size, 7));
    if (!valid)
        return;
    buf_init(&once, 4 * size + 16);
    buf_init(&twice, 4 * size + 16);
    json_text_compact(&once, text, size);
    must(buf_ok(&once) && json_text_valid(once.data, once.len));
    must(!memchr(once.data, '\n', once.len));
    json_text_compact(&twice, once.data, once.len);
    must(once.len == twice.len && memcmp(once.data, twice.data, once.len) == 0);
    json_text_readable(&twice, text, size);
    must(buf_ok(&twice) && utf8_valid(twice.data, twice.len));
    buf_release(&once);
    buf_release(&twice);
}

static void check_file(const char *text, size_t size)
{
    char path[] = "/tmp/fuzz-json-XXXXXX";
    const struct rendered rows[] = {{.rows = 1}, {.rows = 2}};
    struct proof proof;
    struct err e = {0};
    int fd = mkstemp(path);
    must(fd >= 0 && write(fd, text, size) == (ssize_t)size && close(fd) == 0);
    for (size_t n = 0; n <= 2; n++)
        (void)json_check(path, &format_default_options, rows, n, &proof, &e);
    (void)json_check_lines(path, &format_default_options, rows, 1, &proof, &e);
    (void)json_check_rows(path, &format_default_options, rows, 1, &proof, &e);
    for (unsigned i = 0; i < 4; i++) {
        struct format_options options = format_default_options;
        options.csv_bom = false;
        options.csv_lf = i & 1;
        options.csv_quote_all = i & 2;
        (void)csv_check(path, &options, rows, 1, &proof, &e);
    }
    (void)csv_check(path, &format_default_options, rows, 1, &proof, &e);
    unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_text((const char *)data, size);
    check_file((const char *)data, size);
    return 0;
}
