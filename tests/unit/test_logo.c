#include "formats/logo.h"

#include <string.h>
#include <sys/stat.h>

#include "tests/unit/rows.h"

#define PNG_HEAD "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
#define BYTES(s) (s), sizeof(s) - 1
/* A frame header of a JPEG: its marker, length, 8 bits, height 48 and width 160, no components. */
#define FRAME(marker) "\xff" marker "\0\x08\x08\0\x30\0\xa0\0"

static const struct {
    const char *bytes;
    size_t len;
    const char *media_type; /* NULL: no picture */
    unsigned width, height;
} cases[] = {
    {BYTES(PNG_HEAD "\0\0\0\xa0\0\0\0\x30\x08\x02\0\0\0"), "image/png", 160, 48},
    {BYTES(PNG_HEAD "\0\0\x27\x10\0\0\x27\x10"), "image/png", 10000, 10000},
    {BYTES(PNG_HEAD "\0\0\x27\x11\0\0\0\x30"), NULL, 0, 0}, /* a side of 10001 */
    {BYTES(PNG_HEAD "\0\0\0\x30\0\0\x27\x11"), NULL, 0, 0},
    {BYTES(PNG_HEAD "\xff\xff\xff\xff\xff\xff\xff\xff"), NULL, 0, 0},
    {BYTES(PNG_HEAD "\0\0\0\0\0\0\0\x30"), NULL, 0, 0},
    {BYTES(PNG_HEAD "\0\0\0\xa0\0\0\0\0"), NULL, 0, 0},
    {BYTES(PNG_HEAD "\0\0\0\xa0\0\0\0"), NULL, 0, 0}, /* cut */
    {BYTES("\x89PNG\r\n\x1a\n\0\0\0\rIDAT\0\0\0\xa0\0\0\0\x30"), NULL, 0, 0},
    {BYTES("\x89PNG\n\x1a\n\n\0\0\0\rIHDR\0\0\0\xa0\0\0\0\x30"), NULL, 0, 0}, /* sent as a text */
    {BYTES("\xff\xd8" FRAME("\xc0")), "image/jpeg", 160, 48},
    {BYTES("\xff\xd8\xff\xe0\0\x04JF\xff\xdb\0\x02" FRAME("\xc2")), "image/jpeg", 160, 48},
    {BYTES("\xff\xd8\xff\xc4\0\x04\0\0\xff\xc8\0\x02\xff\xcc\0\x02" FRAME("\xcf")), "image/jpeg",
     160, 48},
    {BYTES("\xff\xd8\xff\xe0\0\x04JF"), NULL, 0, 0},                 /* no frame */
    {BYTES("\xff\xd8\xff\xe0\xff\xffJF" FRAME("\xc0")), NULL, 0, 0}, /* a segment beyond the end */
    {BYTES("\xff\xd8\xff\xe0\0\x03JF" FRAME("\xc0")), NULL, 0, 0},   /* no marker behind it */
    {BYTES("\xff\xd8\xff\xe0\0\0\xff\xe0\0\0\xff\xe0\0\0"), NULL, 0, 0},
    {BYTES("\xff\xd8\xff\xc0\0\x08\x08\0\x30\0"), NULL, 0, 0},
    {BYTES("\xff\xd8\xff"), NULL, 0, 0},
    {BYTES("GIF89a\xa0\0\x30\0"), NULL, 0, 0},
    {BYTES("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"160\" height=\"48\"/>"), NULL, 0, 0},
    {"", 0, NULL, 0, 0},
};

START_TEST(test_pictures)
{
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        struct err e = {0};
        struct logo logo;
        const char *path = rows_path("logo");
        rows_put(path, cases[i].bytes, cases[i].len);
        int rc = logo_read(&logo, path, &e);
        ck_assert_msg((rc == 0) == (cases[i].media_type != NULL), "case %zu: %s", i, e.msg);
        if (rc != 0) {
            ck_error(rc, &e, "is neither a PNG nor a JPEG picture");
            ck_assert_ptr_nonnull(strstr(e.msg, path));
            ck_assert_ptr_nonnull(strstr(e.hint, "convert the logo to PNG"));
            ck_assert_int_eq(e.kind, ERR_CONFIG);
            continue;
        }
        ck_assert_str_eq(logo.media_type, cases[i].media_type);
        ck_assert_msg(logo.width == cases[i].width && logo.height == cases[i].height,
                      "case %zu: %u x %u", i, logo.width, logo.height);
        ck_assert_uint_eq(logo.data.len, cases[i].len);
        ck_assert_int_eq(memcmp(logo.data.data, cases[i].bytes, cases[i].len), 0);
        logo_release(&logo);
    }
}
END_TEST

/* The border itself is taken. */
START_TEST(test_size)
{
    const char *path = rows_path("large.png");
    char *bytes = xcalloc(1, LOGO_MAX_BYTES + 1);
    memcpy(bytes, cases[0].bytes, cases[0].len);
    for (size_t more = 0; more <= 1; more++) {
        struct err e = {0};
        struct logo logo;
        rows_put(path, bytes, LOGO_MAX_BYTES + more);
        int rc = logo_read(&logo, path, &e);
        if (more) {
            ck_error(rc, &e, "larger than");
            continue;
        }
        ck_ok(rc, &e);
        logo_release(&logo);
    }
    free(bytes);
}
END_TEST

START_TEST(test_files)
{
    struct err e = {0};
    struct logo logo;
    const char *path = rows_path("logo.png");
    ck_error(logo_read(&logo, path, &e), &e, path);
    ck_error(logo_read(&logo, unit_temp_dir(), &e), &e, unit_temp_dir());
    rows_put(path, cases[0].bytes, cases[0].len);
    ck_ok(logo_read(&logo, path, &e), &e);
    logo_release(&logo);
    ck_assert_int_eq(chmod(path, 0666), 0);
    ck_error(logo_read(&logo, path, &e), &e, "can be written by others");
}
END_TEST

int main(void)
{
    return unit_main("logo", (const TTest *const[]){test_pictures, test_size, test_files, NULL});
}
