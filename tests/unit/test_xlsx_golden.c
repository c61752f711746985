/*
 * A workbook with all that one can show, part by part as tests/golden/xlsx holds it: whoever
 * changes how workbooks are written sees what else has changed. To renew the parts, after a look at
 * the workbook in a spreadsheet program:
 *
 *   PRESSRUN_RENEW_GOLDEN=/tmp/golden.xlsx build/asan/tests/test_xlsx_golden
 *
 * writes it there, too. In the files, each element begins a line. They are what one version of
 * libxlsxwriter writes; with another one, the test is skipped.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/file.h"
#include "tests/unit/xlsx_parts.h"

#define VERSION "1.1.4"
const char *lxw_version(void); /* its header and this test have macros of the same name */

/* ---- the workbook ---- */

static const struct label_text day_texts[] = {{"en", "Day"}, {"de", "Tag"}},
                               note_texts[] = {{NULL, "Ohne die <gelöschten>."}},
                               chart_texts[] = {{"de", "Videos & Fehler"}};
static const struct label note = {note_texts, 1}, figure_title = {day_texts, 2},
                          chart_title = {chart_texts, 1};
static const struct look_rule number_rules[] = {{TEST_AT_LEAST, "5", COLOR_BAD},
                                                {TEST_ABOVE, "0", COLOR_WARNING},
                                                {TEST_IS, "0", COLOR_GOOD}},
                              text_rules[] = {{TEST_IS, "done \"well\"", COLOR_INFO},
                                              {TEST_IS, "failed", COLOR_NEUTRAL}};
static const struct column_look
    noted = {.note = &note, .total = TOTAL_COUNT, .rules = text_rules, .nrules = 2},
    counted = {.total = TOTAL_SUM, .bar = true, .rules = number_rules, .nrules = 3},
    money = {.total = TOTAL_AVERAGE, .number_format = "#,##0.00 €"},
    left = {.align = ALIGN_LEFT, .total = TOTAL_MIN}, middle = {.align = ALIGN_CENTER},
    wide = {.width = 40}, weekday = {.number_format = "ddd dd.mm.", .align = ALIGN_RIGHT};
static const struct column columns[] = {
    {"text", "Text", COLUMN_TEXT, &noted},        {"count", "Anzahl", COLUMN_INTEGER, &counted},
    {"money", "Betrag", COLUMN_DECIMAL, &money},  {"mean", "Mittel", COLUMN_FLOAT, &left},
    {"on", "An", COLUMN_BOOLEAN, NULL},           {"day", "Tag", COLUMN_DATE, &weekday},
    {"took", "Dauer", COLUMN_TIME, &middle},      {"at", "Zeit", COLUMN_DATETIME, NULL},
    {"tags", "Schlagwörter", COLUMN_JSON, &wide}, {"raw", "Bytes", COLUMN_BINARY, NULL},
};
static const struct cell cells[] = {
    CELL("done \"well\""),
    CELL("7"),
    CELL("1234.50"),
    CELL("0.25"),
    CELL("1"),
    CELL("2026-11-01"),
    CELL("36:15:00"),
    CELL("2026-11-01 10:30:00"),
    CELL("[\"a\", \"ü\"]"),
    CELL("\x01\xff"), /* */
    CELL("=1+1 _x0041_"),
    CELL("0"),
    CELL("12345678901234567890.12"),
    CELL("1e-05"),
    CELL("0"),
    CELL("0000-00-00"),
    CELL("00:00:01.5"),
    CELL("2026-11-02 00:00:00.250000"),
    CELL("{\"a\": 1}"),
    CELL(""), /* */
    CELL_NULL,
    CELL_NULL,
    CELL("-1.00"),
    CELL_NULL,
    CELL_NULL,
    CELL_NULL,
    CELL("-01:00:00"),
    CELL_NULL,
    CELL_NULL,
    CELL_NULL,
};

static const char *const y[] = {"count", "money"};
static const struct chart_look
    charts[] = {{CHART_LINE, false, CHART_BESIDE, NULL, "at", y, 2, &figure_title, &note, "0.0"},
                {CHART_COLUMN, true, CHART_SHEET, &chart_title, "text", y, 2, NULL, NULL, NULL}},
    hidden_charts[] = {{CHART_PIE, false, CHART_COVER, &chart_title, "s", y, 1, NULL, NULL, NULL},
                       {CHART_BAR, false, CHART_COVER, NULL, "s", y, 1, NULL, NULL, NULL}};
static const struct result_look
    shown = {.note = &note, .charts = charts, .ncharts = 2, .tab_color = 0x1F6FB2},
    hidden = {.charts = hidden_charts, .ncharts = 2, .tab_color = -1, .hidden = true};
static const struct column statuses[] = {{"s", "Status", COLUMN_TEXT, NULL},
                                         {"count", "Anzahl", COLUMN_INTEGER, NULL}};
static const struct cell status_cells[] = {CELL("done"), CELL("7"), CELL("failed"), CELL("1")};

static const struct parts_sheet sheets[] = {
    PARTS_SHEET("all", "Alles: 2026", &shown, columns, cells),
    PARTS_SHEET("hidden", "Status", &hidden, statuses, status_cells),
    {{"nothing", "Q3", NULL, statuses, ROWS_COUNT(statuses)}, NULL, 0},
};

static const struct figure_look figures[] = {
    {"all", "count", TOTAL_SUM, NULL, NULL},
    {"all", "money", TOTAL_AVERAGE, &figure_title, NULL},
    {"all", "day", TOTAL_FIRST, NULL, NULL},
    {"all", "text", TOTAL_FIRST, NULL, NULL},
    {"nothing", "count", TOTAL_MAX, NULL, "0"},
};

static const char *make_book(void)
{
    static const char png[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\x40\0\0\0\x60\x08\x02\0\0\0\0"
                              "\0\0\0\0\0\0\0IEND\xae\x42\x60\x82";
    const struct report_look look = {
        .figures = figures, .nfigures = ROWS_COUNT(figures), .logo = rows_path("logo.png")};
    struct document doc = rows_document;
    rows_put(look.logo, png, sizeof(png) - 1);
    doc.look = &look;
    doc.locale = locale_by_tag("de");
    doc.description = "Was geschah.\nUnd was nicht.";
    doc.period_text = "November 2026";
    return parts_make(&doc, sheets, ROWS_COUNT(sheets), XLSX_MAX_ROWS);
}

/* ---- its parts ---- */

/* Each element on a line of its own. */
static char *in_lines(const char *xml)
{
    struct buf out;
    buf_init(&out, 1 << 24);
    for (const char *p = xml; *p; p++) {
        buf_add_char(&out, *p);
        if (p[0] == '>' && p[1] == '<')
            buf_add_char(&out, '\n');
    }
    buf_add_char(&out, '\n');
    return out.data;
}

/* The library's own theme, and the picture as it was given. */
static bool is_golden(const char *part)
{
    return strcmp(part, "xl/theme/theme1.xml") != 0 && strncmp(part, "xl/media/", 9) != 0;
}

static const char *golden_path(struct arena *arena, const char *part)
{
    const char *source = getenv("PRESSRUN_SOURCE_DIR");
    return arena_printf(arena, "%s/tests/golden/xlsx/%s", source ? source : ".", part);
}

static void renew(struct arena *arena, const char *part, const char *text)
{
    struct err e = {0};
    char dir[4096];
    const char *path = golden_path(arena, part);
    file_dirname(dir, path);
    ck_ok(file_make_dirs(dir, 0777, true, &e), &e);
    rows_put(path, text, strlen(text));
}

/* The first line that differs. */
static void compare(const char *part, const char *have, const char *want)
{
    for (unsigned line = 1; *have || *want; line++) {
        size_t a = strcspn(have, "\n"), b = strcspn(want, "\n");
        ck_assert_msg(a == b && memcmp(have, want, a) == 0,
                      "%s, line %u:\n    was    %.*s\n    is now %.*s\n(see the head of this test)",
                      part, line, (int)b, want, (int)a, have);
        have += a + (have[a] == '\n');
        want += b + (want[b] == '\n');
    }
}

static void check_part(struct arena *arena, const char *book, const char *part)
{
    size_t len;
    char *xml = parts_read(book, part), *have = in_lines(xml);
    const char *path = golden_path(arena, part);
    if (getenv("PRESSRUN_RENEW_GOLDEN")) {
        renew(arena, part, have);
    } else {
        FILE *f = fopen(path, "rb");
        ck_assert_msg(f != NULL, "%s is new: no %s (see the head of this test)", part, path);
        fclose(f);
        char *want = rows_read(path, &len);
        compare(part, have, want);
        free(want);
    }
    free(xml);
    free(have);
}

START_TEST(test_parts)
{
    /* As many as are in tests/golden/xlsx. */
    enum { PARTS = 25 };
    struct arena arena = {0};
    struct err e = {0};
    struct zip z;
    size_t n = 0;
    const char *book = make_book(), *copy = getenv("PRESSRUN_RENEW_GOLDEN");
    ck_ok(zip_read_open(&z, book, &e), &e);
    for (size_t i = 0; i < z.n; i++) {
        if (!is_golden(z.members[i].name))
            continue;
        check_part(&arena, book, z.members[i].name);
        n++;
    }
    ck_assert_msg(n == PARTS, "%zu parts, not %d", n, PARTS);
    zip_read_release(&z);
    if (copy && *copy) {
        size_t len;
        char *bytes = rows_read(book, &len);
        rows_put(copy, bytes, len);
        free(bytes);
    }
    arena_release(&arena);
}
END_TEST

int main(void)
{
    if (strcmp(lxw_version(), VERSION) != 0) {
        printf("skipped: the parts are those of libxlsxwriter %s, this is %s\n", VERSION,
               lxw_version());
        return 77;
    }
    return unit_main("xlsx_golden", (const TTest *const[]){test_parts, NULL});
}
