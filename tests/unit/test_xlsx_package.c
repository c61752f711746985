/* What libxlsxwriter made is taken only when it is whole: it reports success on a full disk, too.
 */
#include <string.h>

#include "formats/xlsx_package.h"
#include "formats/zip_write.h"
#undef CELL /* the library's */
#include "tests/unit/xlsx_parts.h"

enum { PARTS = 7 };
struct part {
    const char *name, *text;
};
static const struct part whole[PARTS] = {
    {"[Content_Types].xml", "<Types><Default Extension=\"xml\"/></Types>"},
    {"_rels/.rels", "<Relationships/>"},
    {"xl/workbook.xml", "<workbook><sheets><sheet/></sheets></workbook>"},
    {"xl/_rels/workbook.xml.rels", "<Relationships/>"},
    {"xl/styles.xml", "<styleSheet>é</styleSheet>"},
    {"xl/worksheets/sheet1.xml", "<worksheet><sheetData></sheetData></worksheet>"},
    {"xl/worksheets/sheet2.xml", "<worksheet><sheetData></sheetData></worksheet>"},
};

/* Takes a package over in which a part ends after so many bytes; sheet 2 is ours. */
static int take(size_t cut_part, size_t len, struct written *written, struct err *e)
{
    struct zip_write z;
    const char *path = rows_path("package.xlsx");
    ck_ok(zip_write_open(&z, path, e), e);
    for (size_t i = 0; i < PARTS; i++) {
        size_t n = i == cut_part ? len : strlen(whole[i].text);
        const struct zip_member m = {.name = whole[i].name,
                                     .packed = n,
                                     .size = n,
                                     .crc = deflate_crc32(0, whole[i].text, n)};
        zip_write_member(&z, &m);
        output_add(&z.out, whole[i].text, n);
    }
    ck_ok(zip_write_close(&z, e), e);
    zip_write_release(&z);
    lxw_worksheet sheet = {0};
    struct xlsx_rows *rows = xlsx_rows_open(unit_temp_dir(), false);
    xlsx_rows_begin(rows, &sheet, 1);
    ck_ok(xlsx_rows_row(rows, 0, 0, e), e);
    xlsx_rows_text(rows, 0, "a", 1, NULL);
    xlsx_rows_count(rows);
    ck_ok(xlsx_rows_end(rows, e), e);
    int rc = xlsx_package_finish(path, rows, written, e);
    xlsx_rows_free(rows);
    unlink(path);
    return rc;
}

START_TEST(test_cut_parts)
{
    struct written written = {0};
    struct err e = {0};
    ck_ok(take(PARTS, 0, &written, &e), &e);
    ck_assert(written.known && written.rows == 1);
    for (size_t part = 0; part < PARTS; part++) {
        for (size_t len = 0; len < strlen(whole[part].text); len++) {
            ck_error(take(part, len, &written, &e), &e, whole[part].name);
            ck_assert(e.kind == ERR_IO && e.transient);
        }
    }
}
END_TEST

int main(void)
{
    return unit_main("xlsx_package", (const TTest *const[]){test_cut_parts, NULL});
}
