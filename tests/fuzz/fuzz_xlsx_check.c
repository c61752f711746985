/*
 * What reads back a workbook. The XML parser gets the input as it is, too: behind a CRC-32 a fuzzer
 * hardly reaches it.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "formats/xlsx_check.h"
#include "formats/xml_parse.h"
#include "lib/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

/* In pieces of `step` characters. */
static bool is_xml(const char *text, size_t size, size_t step)
{
    struct xml_parser p;
    uint32_t cp;
    xml_parse_init(&p, "row");
    for (size_t i = 0; i < size;) {
        size_t n = 0;
        for (size_t k = 0; k < step && i + n < size; k++)
            n += utf8_decode(text + i + n, size - i - n, &cp);
        if (xml_parse_feed(&p, text + i, n) != 0)
            return false;
        i += n;
    }
    return xml_parse_end(&p) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    char path[] = "/tmp/fuzz-xlsx-XXXXXX";
    const struct rendered rows = {.rows = 2};
    struct proof proof;
    struct err e = {0};
    if (utf8_valid(text, size))
        must(is_xml(text, size, 1) == is_xml(text, size, size + 1));
    int fd = mkstemp(path);
    must(fd >= 0 && write(fd, data, size) == (ssize_t)size && close(fd) == 0);
    (void)xlsx_check(path, &rows, 1, 3, &proof, &e);
    unlink(path);
    return 0;
}
