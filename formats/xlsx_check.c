#include "formats/xlsx_check.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text.h"
#include "formats/xlsx_table.h"
#include "formats/xml_parse.h"
#include "lib/file.h"
#include "lib/mem.h"
#include "lib/utf8.h"

/* A part on its way through the XML parser. */
struct part {
    struct xml_parser parser;
    uint64_t merged; /* cells over several columns */
    char head[8]; /* the bytes of a character that the last piece cut, and of the piece behind it */
    size_t head_len;
};

static int feed(struct part *part, const char *p, size_t len, struct err *e)
{
    if (!utf8_valid(p, len))
        return err_set(e, ERR_IO, "not valid UTF-8");
    if (xml_parse_feed(&part->parser, p, len) != 0)
        return err_set(e, ERR_IO, "%s (byte %llu)", part->parser.wrong,
                       (unsigned long long)part->parser.offset);
    return 0;
}

static int sink(void *ctx, const char *p, size_t len, struct err *e)
{
    struct part *part = ctx;
    /* Completes the character of which the last piece held the beginning. */
    while (part->head_len && len) {
        part->head[part->head_len++] = *p++;
        len--;
        if (text_whole(part->head, part->head_len) == part->head_len) {
            size_t n = part->head_len;
            part->head_len = 0;
            if (feed(part, part->head, n, e) != 0)
                return -1;
        }
    }
    size_t whole = text_whole(p, len);
    part->head_len += len - whole;
    memcpy(part->head + part->head_len - (len - whole), p + whole, len - whole);
    return feed(part, p, whole, e);
}

/* The logo: its checksum is all that is looked at. */
static int ignore(void *ctx, const char *p, size_t len, struct err *e)
{
    (void)ctx, (void)p, (void)len, (void)e;
    return 0;
}

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

static const char *count_merged(void *ctx, const char *name, bool opens)
{
    struct part *part = ctx;
    part->merged += opens && strcmp(name, "mergeCell") == 0;
    return NULL;
}

/* Unpacks and parses one part; the parser has counted its <row> elements. */
static int check_part(const struct zip *z, const struct zip_member *m, struct part *part,
                      struct err *e)
{
    if (strncmp(m->name, "xl/media/", 9) == 0)
        return zip_read_member(z, m, ignore, NULL, e);
    if (!ends_with(m->name, ".xml") && !ends_with(m->name, ".rels"))
        return err_set(e, ERR_IO, "\"%s\" doesn't belong into a workbook of ours", m->name);
    xml_parse_init(&part->parser, "row");
    part->parser.element = count_merged;
    part->parser.ctx = part;
    part->merged = part->head_len = 0;
    if (zip_read_member(z, m, sink, part, e) != 0)
        return -1;
    if (part->head_len)
        return err_set(e, ERR_IO, "\"%s\" ends inside a character", m->name);
    if (xml_parse_end(&part->parser) != 0)
        return err_set(e, ERR_IO, "\"%s\" %s", m->name, part->parser.wrong);
    bool sheet = strncmp(m->name, "xl/worksheets/", 14) == 0 && ends_with(m->name, ".xml");
    if (sheet && strcmp(xml_parse_root(&part->parser), "worksheet") != 0)
        return err_set(e, ERR_IO, "\"%s\" is not a worksheet", m->name);
    return 0;
}

int xlsx_check_required(const struct zip *z, struct err *e)
{
    static const char *const required[] = {
        "[Content_Types].xml",        "_rels/.rels",   "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels", "xl/styles.xml", "xl/worksheets/sheet1.xml",
    };
    for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++) {
        if (!zip_read_find(z, required[i]))
            return err_set(e, ERR_IO, "\"%s\" is missing", required[i]);
    }
    return 0;
}

/* Sheet 1 is the cover; the sheets of a result set follow each other and all but the last are full.
 */
static int sheet_number(const char *name)
{
    int number = 0, end = 0;
    if (sscanf(name, "xl/worksheets/sheet%9d.xml%n", &number, &end) != 1 || name[end])
        return 0;
    return number;
}

/* What a sheet must hold: with a header and a line without rows as many <row> as with one of data,
 * but that line alone is merged. */
struct expected {
    uint64_t rows;
    bool nothing;
};

/* Of each sheet, in order; element 0 is the cover and not known. */
static struct expected *expected_sheets(const struct rendered *results, size_t nresults,
                                        uint32_t max_rows, size_t *n)
{
    size_t total = 1;
    for (size_t i = 0; i < nresults; i++) {
        uint64_t per_sheet = xlsx_table_sheet_rows(max_rows, results[i].totals);
        total += results[i].rows ? (size_t)((results[i].rows - 1) / per_sheet + 1) : 1;
    }
    struct expected *expected = xcalloc(total, sizeof(*expected));
    size_t at = 1;
    for (size_t i = 0; i < nresults; i++) {
        uint64_t per_sheet = xlsx_table_sheet_rows(max_rows, results[i].totals);
        uint64_t left = results[i].rows;
        do {
            uint64_t here = left < per_sheet ? left : per_sheet;
            expected[at++] = (struct expected){here + 1, results[i].rows == 0};
            left -= here;
        } while (left);
        /* Below the last rows the totals; instead of none the line that says so. */
        expected[at - 1].rows += results[i].totals || results[i].rows == 0;
    }
    *n = total;
    return expected;
}

static int check_sheet(const char *name, const struct part *part, const struct expected *expected,
                       struct err *e)
{
    if (part->parser.count != expected->rows)
        return err_set(e, ERR_IO, "\"%s\" holds %llu rows with its header, %llu were written", name,
                       (unsigned long long)part->parser.count, (unsigned long long)expected->rows);
    if (part->merged != expected->nothing)
        return err_set(e, ERR_IO, "\"%s\" %s", name,
                       expected->nothing ? "holds a row, none was written"
                                         : "says that there are no rows, but some were written");
    return 0;
}

static int check_parts(const struct zip *z, const struct expected *expected, size_t nsheets,
                       struct err *e)
{
    static const struct expected nothing = {0, false};
    int rc = -1;
    size_t found = 0;
    struct part *part = xcalloc(1, sizeof(*part));
    for (size_t i = 0; i < z->n; i++) {
        const struct zip_member *m = &z->members[i];
        if (check_part(z, m, part, e) != 0)
            goto out;
        int number = sheet_number(m->name);
        if (number <= 0)
            continue;
        found++;
        const struct expected *want = (size_t)number > nsheets ? &nothing : &expected[number - 1];
        if (number > 1 && check_sheet(m->name, part, want, e) != 0)
            goto out;
    }
    rc = found == nsheets ? 0
                          : err_set(e, ERR_IO, "%zu sheets were written, but the file holds %zu",
                                    nsheets, found);
out:
    free(part);
    return rc;
}

int xlsx_check(const char *path, const struct rendered *results, size_t nresults, uint32_t max_rows,
               struct proof *proof, struct err *e)
{
    struct zip z = {0};
    struct proof found = {0};
    size_t nsheets;
    struct expected *expected = expected_sheets(results, nresults, max_rows, &nsheets);
    int rc = -1;
    if (zip_read_open(&z, path, e) != 0)
        goto out;
    if (xlsx_check_required(&z, e) != 0 || check_parts(&z, expected, nsheets, e) != 0 ||
        hash_file(path, found.sha256, e) != 0)
        goto out;
    found.size_bytes = z.size;
    *proof = found;
    rc = 0;
out:
    free(expected);
    zip_read_release(&z);
    return rc;
}
