/*
 * What reads back a page; and texts that are written into one: whatever they are made of, the page
 * is proven, and holds them between its tags only.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/html_check.h"
#include "formats/text.h"
#include "formats/xml_parse.h"
#include "formats/xml_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void check_page(const uint8_t *data, size_t size)
{
    char path[] = "/tmp/fuzz-html-XXXXXX";
    const struct rendered rows[] = {{.rows = 2, .totals = true}, {.hidden = true}, {.rows = 0}};
    struct proof proof;
    struct err e = {0};
    int fd = mkstemp(path);
    must(fd >= 0 && write(fd, data, size) == (ssize_t)size && close(fd) == 0);
    for (size_t n = 0; n <= 3; n++)
        (void)html_check(path, &format_default_options, rows, n, &proof, &e);
    unlink(path);
}

static void check_text(const uint8_t *data, size_t size)
{
    struct buf clean, out;
    struct xml_parser p;
    uint64_t replaced = 0;
    size_t len = size;
    buf_init(&clean, 4 * size + 16);
    buf_init(&out, 32 * size + 64);
    const char *text = text_clean(&clean, (const char *)data, &len, false, &replaced);
    buf_add_str(&out, "<a b=\"");
    xml_text_add(&out, text, len);
    buf_add_str(&out, "\">");
    xml_text_add(&out, text, len);
    buf_add_str(&out, "</a>");
    xml_parse_init(&p, "a");
    must(xml_parse_feed(&p, out.data, out.len) == 0 && xml_parse_end(&p) == 0 && p.count == 1);
    buf_release(&clean);
    buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_page(data, size);
    check_text(data, size);
    return 0;
}
