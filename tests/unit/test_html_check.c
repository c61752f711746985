#include <dirent.h>

#include "tests/unit/pages.h"

#define HEAD "<!DOCTYPE html>\n<html><body>"
#define TAIL "</body></html>\n"
#define TABLE(rows, totals)                                                                        \
    "<section><table><thead><tr><th>A</th></tr></thead><tbody>" rows "</tbody>" totals             \
    "</table></section>"
#define ROW   "<tr><td>1</td></tr>"
#define TOTAL "<tfoot><tr><td>1</td></tr></tfoot>"

START_TEST(test_verify_refuses)
{
    static const struct {
        const char *text;
        const char *wrong; /* NULL: nothing */
    } cases[] = {
        {HEAD TABLE(ROW ROW, TOTAL) TAIL, NULL},
        {"", "ends before its root element"},
        {"<html></html>", "does not begin with <!DOCTYPE html>"},
        {"<!DOCTYPE html>\n", "ends before its root element"},
        {"<!DOCTYPE html>\n<body></body>", "the root element is not <html>"},
        {HEAD TAIL, "no section for result set 1"},
        {HEAD TABLE(ROW, TOTAL) TAIL, "2 rows were written, but section 1 holds 1"},
        {HEAD TABLE(ROW ROW ROW, TOTAL) TAIL, "2 rows were written, but section 1 holds 3"},
        {HEAD TABLE(ROW ROW, "") TAIL, "1 rows of totals were written, but section 1 holds 0"},
        {HEAD TABLE(ROW "<tr></tr>", TOTAL) TAIL, "more or fewer cells"},
        {HEAD TABLE(ROW "<tr><td>1</td><td>2</td></tr>", TOTAL) TAIL, "more or fewer cells"},
        {HEAD TABLE(ROW ROW, TOTAL) TABLE(ROW ROW, TOTAL) TAIL, "more sections than result sets"},
        {HEAD TABLE(ROW ROW, TOTAL) "<script>1</script>" TAIL, "<script> does not belong"},
        {HEAD TABLE(ROW ROW, TOTAL) "<iframe/>" TAIL, "<iframe> does not belong"},
        {HEAD TABLE(ROW ROW, TOTAL) "<!-- -->" TAIL, "a wrong character"},
        {HEAD TABLE(ROW ROW, TOTAL) "<p>&nbsp;</p>" TAIL, "unknown entity"},
        {HEAD TABLE(ROW ROW, TOTAL) "<br>" TAIL, "<br> does not belong"},
        {HEAD TABLE(ROW ROW, TOTAL) "<p></div>" TAIL, "closing tag of another element"},
        {HEAD TABLE(ROW ROW, TOTAL) "<p class=x></p>" TAIL, "without quotes"},
        {HEAD TABLE(ROW ROW, TOTAL) "</body></html>x", "outside of the root"},
        {HEAD TABLE(ROW ROW, TOTAL) "\xff" TAIL, "not valid UTF-8"},
        {HEAD TABLE(ROW ROW, TOTAL) "\x01" TAIL, "a character that XML forbids"},
        {HEAD TABLE(ROW ROW, TOTAL) "</body>", "ends before its root element"},
    };
    struct err e = {0};
    struct proof proof;
    const struct rendered rendered = {.rows = 2, .totals = true};
    const char *path = rows_path("bad.html");
    for (size_t i = 0; i < ROWS_COUNT(cases); i++) {
        rows_put(path, cases[i].text, strlen(cases[i].text));
        int rc = format_html.verify(path, defaults, &rendered, 1, &proof, &e);
        if (cases[i].wrong)
            ck_error(rc, &e, cases[i].wrong);
        else
            ck_ok(rc, &e);
    }
    ck_error(format_html.verify("/nonexistent", defaults, &rendered, 1, &proof, &e), &e,
             "can't read");
}
END_TEST

/* Wherever the page is cut, and whichever byte becomes the start of a tag: the check sees it. */
START_TEST(test_verify_sees_damage)
{
    const struct set set = PLAIN_SET("first", "First", NULL, 3);
    struct err e = {0};
    struct proof proof;
    size_t len, seen = 0;
    const char *path = rows_path("damaged.html");
    ck_ok(write_page(&rows_document, defaults, &set, 1, path, NULL, &e), &e);
    char *text = rows_read(path, &len);
    for (size_t at = 0; at < len - 1; at += at < len - 2000 ? 37 : 3) {
        rows_put(path, text, at);
        int rc = verify_page(defaults, &set, 1, path, &proof, &e);
        if (rc != -1)
            ck_abort_msg("not seen: cut at %zu", at);
        if (text[at] == '<')
            continue;
        char was = text[at];
        text[at] = '<';
        rows_put(path, text, len);
        rc = verify_page(defaults, &set, 1, path, &proof, &e);
        text[at] = was;
        if (rc != -1)
            ck_abort_msg("not seen: a tag at %zu: %.40s", at, text + at);
        seen++;
    }
    ck_assert_uint_gt(seen, 500);
    rows_put(path, text, len);
    ck_ok(verify_page(defaults, &set, 1, path, &proof, &e), &e);
    /* One row less: what a lost block would leave. */
    char *row = strstr(text, "<tr><td><time"), *next = strstr(row + 1, "<tr><td><time");
    memmove(row, next, strlen(next) + 1);
    rows_put(path, text, strlen(text));
    ck_error(verify_page(defaults, &set, 1, path, &proof, &e), &e,
             "6 rows were written, but section 1 holds 5");
    free(text);
}
END_TEST

/* Files in the directory for what is aside whose name says that they hold rows. */
static unsigned count_left(void)
{
    unsigned n = 0;
    struct dirent *entry;
    DIR *d = opendir(unit_temp_dir());
    ck_assert_ptr_nonnull(d);
    while ((entry = readdir(d)) != NULL)
        n += strstr(entry->d_name, ".rows") != NULL;
    closedir(d);
    return n;
}

/* A full disk: while rows go aside, and while the page is put together. */
START_TEST(test_full_disk)
{
    const struct set set = PLAIN_SET("first", "First", NULL, 4000);
    struct err e = {0};
    for (rlim_t size = 1 << 16; size <= 1 << 19; size *= 2) {
        const char *path = rows_path("full.html");
        rows_limit_files(size);
        int rc = write_page(&rows_document, defaults, &set, 1, path, NULL, &e);
        rows_limit_files(RLIM_INFINITY);
        ck_error(rc, &e, "can't write");
        ck_assert(e.transient && e.kind == ERR_IO && e.hint[0]);
        ck_assert_uint_eq(count_left(), 0);
    }
    const char *path = rows_path("room.html");
    ck_ok(write_page(&rows_document, defaults, &set, 1, path, NULL, &e), &e);
    ck_assert_uint_eq(count_left(), 0);
    /* A file that is there is never overwritten. */
    ck_error(write_page(&rows_document, defaults, &set, 1, path, NULL, &e), &e, "can't create");
}
END_TEST

/* Writers that are given up at any point. */
START_TEST(test_abandoned)
{
    const struct set set = PLAIN_SET("first", "First", NULL, 1);
    struct err e = {0};
    for (int steps = 0; steps < 4; steps++) {
        struct writer *w = NULL;
        ck_ok(format_html.open(&w, rows_path("half.html"), unit_temp_dir(), &rows_document,
                               defaults, &e),
              &e);
        if (steps > 0)
            ck_ok(format_html.begin(w, &set.result, &e), &e);
        if (steps > 1)
            ck_ok(format_html.row(w, set.cells, &e), &e);
        if (steps > 2)
            ck_ok(format_html.end(w, &e), &e);
        format_html.free(w);
        ck_assert_uint_eq(count_left(), 0);
    }
    format_html.free(NULL);
}
END_TEST

int main(void)
{
    return unit_main("html_check",
                     (const TTest *const[]){test_verify_refuses, test_verify_sees_damage,
                                            test_full_disk, test_abandoned, NULL});
}
