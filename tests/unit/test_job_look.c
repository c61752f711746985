/* What a job says about how its report looks: titles in languages, figures, charts, colours. */
#include <stdlib.h>
#include <string.h>

#include "formats/logo.h"
#include "jobs/job.h"
#include "tests/unit/expect.h"
#include "tests/unit/files.h"
#include "tests/unit/job_fixture.h"

#define CONFIG                                                                                     \
    "database: {host: db, schema: s, user: u}\n"                                                   \
    "tenants: {query: SELECT id FROM tenants}\n"                                                   \
    "scope: {tenants: {tenant: id}, videos: {tenant: tenant_id}}\n"
#define JOB "job: daily\n"
/* A result set "all", whose other keys follow on the next lines. */
#define RESULT JOB "results:\n  all:\n    sql: SELECT id, title FROM videos\n"
#define COLUMN RESULT "    columns:\n      id: "

static void read_with(struct job_fixture *f, const char *config, const char *text)
{
    char path[1024];
    snprintf(path, sizeof(path), "%s/pressrun.yaml", unit_temp_dir());
    job_fixture_read(f, path, config, text);
}

static void read_good(struct job_fixture *f, const char *config, const char *text)
{
    read_with(f, config, text);
    expect_problems(&f->problems, "", text);
    ck_assert_ptr_nonnull(f->job);
}

static const char everything[] =
    "job: daily\n"
    "title: {en: Daily, de: Täglich, pt-BR: Diário}\n"
    "description: {de: Was neu ist, en: What is new}\n"
    "locale: de-CH\n"
    "period: {unit: week, first_day: saturday}\n"
    "figures:\n"
    "  - {result: days, column: n}\n"
    "  - {result: days, column: n, value: average, format: '0.0', title: {en: Mean, de: Mittel}}\n"
    "  - {result: list, column: title, value: last}\n"
    "results:\n"
    "  days:\n"
    "    title: {en: Days, de: Tage}\n"
    "    note: {en: Without Sundays, de: Ohne Sonntage}\n"
    "    sheet: {color: '#1F6fb2', hidden: true}\n"
    "    sql: SELECT id AS day, 1 AS n, 2 AS m FROM videos\n"
    "    columns:\n"
    "      day: {title: {en: Day, de: Tag}, note: {en: UTC}, align: center, width: 255}\n"
    "      n: {total: sum, bar: true, align: right, color: {'>= 5': good, '> -0.5': warning, "
    "'<=0': bad, '<   7': info, '4': neutral}}\n"
    "      m: {total: count, format: '0.0%', color: {Done: good, '=5': bad}}\n"
    "    chart:\n"
    "      - {x: day, y: n}\n"
    "      - {kind: line, stacked: true, x: day, y: [n, m], place: cover, title: {en: Line, de: "
    "Linie}, x_title: X, y_title: {en: Y}, y_format: '0%'}\n"
    "      - {kind: pie, x: day, y: [n], place: sheet}\n"
    "  list:\n"
    "    sql: SELECT title FROM videos\n"
    "    chart: {kind: bar, x: title, y: [title]}\n";

static void check_figures(const struct job *job)
{
    ck_assert_uint_eq(job->look.nfigures, 3);
    const struct figure_look *f = job->look.figures;
    ck_assert_str_eq(f[0].result, "days");
    ck_assert_str_eq(f[0].column, "n");
    ck_assert_int_eq(f[0].value, TOTAL_FIRST);
    ck_assert_ptr_null(f[0].title);
    ck_assert_ptr_null(f[0].number_format);
    ck_assert_int_eq(f[1].value, TOTAL_AVERAGE);
    ck_assert_str_eq(f[1].number_format, "0.0");
    ck_assert_str_eq(label_text(f[1].title, "de"), "Mittel");
    ck_assert_int_eq(f[2].value, TOTAL_LAST);
    ck_assert_uint_eq(job->figures_at[0].line, 7);
    ck_assert_uint_eq(job->figures_at[1].line, 8);
    ck_assert_uint_eq(job->figures_at[1].column, 5);
}

static void check_columns(const struct result_spec *r)
{
    ck_assert_uint_eq(r->ncolumns, 3);
    const struct column_look *day = &r->columns[0].look, *n = &r->columns[1].look,
                             *m = &r->columns[2].look;
    ck_assert_str_eq(label_text(r->columns[0].title, "de"), "Tag");
    ck_assert_str_eq(label_text(day->note, "de"), "UTC");
    ck_assert_int_eq(day->align, ALIGN_CENTER);
    ck_assert_double_eq(day->width, 255);
    ck_assert_int_eq(day->total, TOTAL_NONE);
    ck_assert(!day->bar && n->bar && !m->bar);
    ck_assert_int_eq(n->align, ALIGN_RIGHT);
    ck_assert_int_eq(n->total, TOTAL_SUM);
    ck_assert_int_eq(m->total, TOTAL_COUNT);
    ck_assert_str_eq(m->number_format, "0.0%");
    static const struct look_rule want[] = {{TEST_AT_LEAST, "5", COLOR_GOOD},
                                            {TEST_ABOVE, "-0.5", COLOR_WARNING},
                                            {TEST_AT_MOST, "0", COLOR_BAD},
                                            {TEST_BELOW, "7", COLOR_INFO},
                                            {TEST_IS, "4", COLOR_NEUTRAL}};
    ck_assert_uint_eq(n->nrules, 5);
    for (size_t i = 0; i < n->nrules; i++) {
        ck_assert_int_eq(n->rules[i].test, want[i].test);
        ck_assert_str_eq(n->rules[i].value, want[i].value);
        ck_assert_int_eq(n->rules[i].color, want[i].color);
    }
    ck_assert_uint_eq(m->nrules, 2);
    ck_assert_str_eq(m->rules[0].value, "Done");
    ck_assert_int_eq(m->rules[1].test, TEST_IS); /* = is no condition, but a text */
    ck_assert_str_eq(m->rules[1].value, "=5");
}

static void check_charts(const struct job *job)
{
    const struct result_look *look = &job->results[0].look;
    ck_assert_uint_eq(look->ncharts, 3);
    const struct chart_look *c = look->charts;
    ck_assert_int_eq(c[0].kind, CHART_COLUMN);
    ck_assert_int_eq(c[0].place, CHART_BESIDE);
    ck_assert(!c[0].stacked && !c[0].title);
    ck_assert_str_eq(c[0].x, "day");
    ck_assert_uint_eq(c[0].ny, 1);
    ck_assert_str_eq(c[0].y[0], "n");
    ck_assert_int_eq(c[1].kind, CHART_LINE);
    ck_assert_int_eq(c[1].place, CHART_COVER);
    ck_assert(c[1].stacked);
    ck_assert_uint_eq(c[1].ny, 2);
    ck_assert_str_eq(c[1].y[1], "m");
    ck_assert_str_eq(label_text(c[1].title, "de"), "Linie");
    ck_assert_str_eq(label_text(c[1].x_title, "de"), "X");
    ck_assert_str_eq(label_text(c[1].y_title, "de"), "Y");
    ck_assert_str_eq(c[1].y_format, "0%");
    ck_assert_int_eq(c[2].kind, CHART_PIE);
    ck_assert_int_eq(c[2].place, CHART_SHEET);
    ck_assert_uint_eq(job->results[0].charts_at[1].line, 22);
    ck_assert_uint_eq(job->results[1].look.ncharts, 1);
    ck_assert_int_eq(job->results[1].look.charts[0].kind, CHART_BAR);
}

START_TEST(test_everything)
{
    struct job_fixture f;
    read_good(&f, CONFIG, everything);
    const struct job *job = f.job;
    ck_assert_str_eq(job->locale->tag, "de-CH");
    ck_assert_str_eq(label_text(job->title, "de-CH"), "Täglich");
    ck_assert_str_eq(label_text(job->title, "pt"), "Diário");
    ck_assert_str_eq(label_text(job->title, "fr"), "Daily");
    ck_assert_str_eq(label_text(job->description, "fr"), "Was neu ist");
    ck_assert_int_eq(job->period.days_before_monday, 2);
    check_figures(job);
    const struct result_spec *days = &job->results[0];
    ck_assert_str_eq(label_text(days->title, "de"), "Tage");
    ck_assert_str_eq(label_text(days->look.note, "en"), "Without Sundays");
    ck_assert_int_eq(days->look.tab_color, 0x1F6FB2);
    ck_assert(days->look.hidden);
    ck_assert_int_eq(job->results[1].look.tab_color, -1);
    ck_assert(!job->results[1].look.hidden);
    check_columns(days);
    check_charts(job);
    job_fixture_release(&f);
}
END_TEST

START_TEST(test_defaults)
{
    struct job_fixture f;
    read_good(&f, CONFIG, RESULT);
    ck_assert_str_eq(f.job->locale->tag, "en");
    ck_assert_uint_eq(f.job->look.nfigures, 0);
    ck_assert_ptr_null(f.job->look.logo);
    ck_assert_int_eq(f.job->results[0].look.tab_color, -1);
    ck_assert_uint_eq(f.job->results[0].look.ncharts, 0);
    ck_assert_ptr_null(f.job->results[0].look.note);
    job_fixture_release(&f);
    /* Nothing written behind a key is as if it were not there. */
    static const char empty[] = RESULT "    chart:\n    sheet:\n    columns:\nfigures:\n";
    read_good(&f, CONFIG, empty);
    job_fixture_release(&f);
}
END_TEST

static const struct {
    const char *text, *expected;
} bad[] = {
    /* Titles. */
    {JOB "title: {English: Daily}\nresults: {a: {sql: SELECT id FROM videos}}\n",
     "2:9 \"English\" is no language | such as:  {en: Day, de: Tag, pt-BR: Dia}"},
    {RESULT "    title: {de_AT: Tag}\n", "5:13 \"de_AT\" is no language"},
    {RESULT "    title: {e: Tag}\n", "5:13 \"e\" is no language"},
    {RESULT "    title: {DE: Tag}\n", "5:13 \"DE\" is no language"},
    {RESULT "    title: {de-at: Tag}\n", "5:13 \"de-at\" is no language"},
    {RESULT "    title: {de-: Tag}\n", "5:13 \"de-\" is no language"},
    {RESULT "    title: {de-ATX: Tag}\n", "5:13 \"de-ATX\" is no language"},
    {RESULT "    title: {}\n",
     "5:12 \"title\" must be a text, or one for each language:  {en: Day, de: Tag}"},
    {RESULT "    title: [Day]\n", "5:12 \"title\" must be a text, or one for each language"},
    {RESULT "    title: {en: Day, de: [Tag]}\n",
     "5:26 \"title\" has no text in \"de\" | write a text for each language"},
    {RESULT "    title: {en: Day, de: }\n", "5:26 \"title\" has no text in \"de\""},
    {RESULT "    title:\n", "5:5 \"title\" in result \"all\" has no value"},
    {COLUMN "{title: {en: a, en: b}}\n", "6:27 key \"en\" already stands in line 6"},
    /* The locale, the logo, the period. */
    {RESULT "locale: ja\n", "5:9 locale \"ja\" is not known | one of: en, en-GB, en-US, de, de-CH, "
                            "es, fr, it, nl, pt"},
    {RESULT "logo: nowhere.png\n", "5:7 nowhere.png\": No such file or directory"},
    {RESULT "period: {unit: month, first_day: sunday}\n",
     "5:34 only weeks have a \"first_day\" | {unit: week, first_day: sunday}"},
    {RESULT "period: {unit: week, first_day: friday}\n",
     "5:33 \"first_day\" can't be \"friday\" | one of: monday, sunday, saturday"},
    /* Columns. */
    {COLUMN "{align: middle}\n", "6:19 \"align\" can't be \"middle\" | one of: auto, left, center"},
    {COLUMN "{total: avg}\n", "6:19 \"total\" can't be \"avg\" | one of: none, sum, average"},
    {COLUMN "{total: first}\n", "6:19 \"total\" can't be \"first\""},
    {COLUMN "{bar: 1}\n", "6:17 \"bar\" must be true or false, not \"1\""},
    {COLUMN "{width: 0}\n", "6:19 \"width\" must be a whole number from 1 to 255, not \"0\""},
    {COLUMN "{format: '0 km'}\n", "6:20 \"format\" is no number format: letters that are to be "
                                  "shown stand in quotes, as in 0 \"km\" | such as \"0.0%\""},
    {COLUMN "{note: {xx-1: a}}\n", "6:19 \"xx-1\" is no language"},
    /* Colours. */
    {COLUMN "{color: good}\n",
     "6:19 color must be a mapping, not a text | such as:  color: {completed: good, failed: bad}"},
    {COLUMN "{color: {done: green}}\n",
     "6:26 the color of \"done\" can't be \"green\" | one of: good, warning, bad, info, neutral"},
    {COLUMN "{color: {done: [good]}}\n", "6:26 the color of \"done\" can't be more than one word"},
    {COLUMN "{color: {'> five': good}}\n",
     "6:20 \"> five\" is no condition | a value of the column, or such as \">= 5\""},
    {COLUMN "{color: {'>': good}}\n", "6:20 \">\" is no condition"},
    {COLUMN "{color: {'>= 1e3': good}}\n", "6:20 \">= 1e3\" is no condition"},
    {COLUMN "{color: {'>= 5 ': good}}\n", "6:20 \">= 5 \" is no condition"},
    {COLUMN "{color: {'=> 5': good}}\n", "6:20 \"=> 5\" is no condition"},
    {COLUMN "{color: {'': good}}\n", "6:20 \"\" is no condition"},
    /* Charts. */
    {RESULT "    chart: line\n",
     "5:12 chart must be a mapping, not a text | such as:  chart: {kind"},
    {RESULT "    chart: []\n", ""},
    {RESULT "    chart: {}\n", "5:5 \"x\" is missing in chart\n5:5 \"y\" is missing in chart"},
    {RESULT "    chart: {x: id}\n", "5:5 \"y\" is missing in chart | the columns with the numbers"},
    {RESULT "    chart: {x: id, y: []}\n", "5:23 \"y\" names no column | such as:  y: videos"},
    {RESULT "    chart: {x: id, y: }\n", "5:23 \"y\" names no column"},
    {RESULT "    chart: {x: id, y: {a: b}}\n", "5:23 y must be a list, not a mapping"},
    {RESULT "    chart: {x: id, y: [id, id]}\n", "5:28 \"id\" stands twice in y"},
    {RESULT "    chart: {kind: pie, x: id, y: [id, title]}\n", "5:34 a pie shows one column"},
    {RESULT "    chart: {kind: donut, x: id, y: id}\n",
     "5:19 \"kind\" can't be \"donut\" | one of: line, area, column, bar, pie"},
    {RESULT "    chart: {place: below, x: id, y: id}\n",
     "5:20 \"place\" can't be \"below\" | one of: beside, cover, sheet"},
    {RESULT "    chart: {x: id, y: id, z: id}\n", "5:27 unknown key \"z\" in chart"},
    {RESULT "    chart: {x: id, y: id, y_format: '0%;\"'}\n",
     "5:37 \"y_format\" is no number format: a quote is not closed"},
    {RESULT "    chart: [{x: id, y: id}, {x: id}]\n", "5:29 \"y\" is missing in chart"},
    /* Sheets. */
    {RESULT "    sheet: red\n", "5:12 sheet must be a mapping, not a text"},
    {RESULT "    sheet: {color: red}\n", "5:20 \"red\" is no color | such as \"#1F6FB2\""},
    {RESULT "    sheet: {color: '#1F6FB'}\n", "5:20 \"#1F6FB\" is no color"},
    {RESULT "    sheet: {color: '#1F6FB2F'}\n", "5:20 is no color"},
    {RESULT "    sheet: {color: '#1F6FBG'}\n", "5:20 \"#1F6FBG\" is no color"},
    {RESULT "    sheet: {hidden: maybe}\n", "5:21 \"hidden\" must be true or false"},
    {RESULT "    sheet: {colour: '#000000'}\n", "5:13 (did you mean \"color\"?)"},
    /* Figures. */
    {RESULT "figures: {result: all, column: id}\n",
     "5:10 \"figures\" must be a list | such as:  figures: [{result: totals, column: videos}]"},
    {RESULT "figures: [all]\n", "5:11 a figure must be a mapping, not a text"},
    {RESULT "figures: [{column: id}]\n",
     "5:11 \"result\" is missing in a figure | the name of a result set"},
    {RESULT "figures: [{result: al, column: id}]\n",
     "5:20 there is no result set \"al\" (did you mean \"all\"?) | name one of \"results\""},
    {RESULT "figures: [{result: all, column: id, value: mean}]\n",
     "5:44 \"value\" can't be \"mean\" (did you mean \"min\"?) | one of: sum, average, min, max, "
     "count, first, last"},
    {RESULT "figures: [{result: all, column: id, format: ''}]\n",
     "5:45 \"format\" is no number format: it is empty"},
};

START_TEST(test_refusals)
{
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct job_fixture f;
        read_with(&f, CONFIG, bad[i].text);
        if (*bad[i].expected)
            ck_assert_msg(!f.job, "accepted: %s", bad[i].text);
        expect_problems(&f.problems, bad[i].expected, bad[i].text);
        job_fixture_release(&f);
    }
}
END_TEST

/* Lists have ends, and a text in a color may be as long as Excel takes one. */
START_TEST(test_too_many)
{
    static const struct {
        const char *head, *item, *tail, *expected;
        unsigned n;
    } cases[] = {
        {RESULT "    chart: [", "{x: id, y: id}, ", "]\n",
         "5:12 chart holds 21 entries; at most 20", 21},
        {RESULT "    chart: [", "{x: id, y: id}, ", "]\n", "", 20},
        {RESULT "figures: [", "{result: all, column: id}, ", "]\n",
         "5:10 figures holds 13 entries; at most 12", 13},
        {RESULT "figures: [", "{result: all, column: id}, ", "]\n", "", 12},
        {COLUMN "{color: {\"", "é", "\": good}}\n", "6:20 is no condition", 128},
        {COLUMN "{color: {\"", "é", "\": good}}\n", "", 127},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct job_fixture f;
        struct buf text;
        buf_init(&text, 1 << 16);
        buf_add_str(&text, cases[i].head);
        for (unsigned k = 0; k < cases[i].n; k++)
            buf_add_str(&text, cases[i].item);
        buf_add_str(&text, cases[i].tail);
        read_with(&f, CONFIG, text.data);
        expect_problems(&f.problems, cases[i].expected, text.data);
        buf_release(&text);
        job_fixture_release(&f);
    }
}
END_TEST

START_TEST(test_locale_and_logo)
{
    static const char png[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\xa0\0\0\0\x30";
    struct job_fixture f;
    struct buf path;
    buf_init(&path, 4096);
    buf_printf(&path, "%s/logo.png", unit_temp_dir());
    rows_put(path.data, png, sizeof(png) - 1);
    read_good(&f, CONFIG "locale: fr\nlogo: logo.png\n", RESULT);
    ck_assert_str_eq(f.job->locale->tag, "fr");
    ck_assert_str_eq(f.job->look.logo, path.data);
    job_fixture_release(&f);
    read_good(&f, CONFIG "locale: fr\n", RESULT "locale: de-AT\nlogo: logo.png\n");
    ck_assert_str_eq(f.job->locale->tag, "de");
    ck_assert_str_eq(f.job->look.logo, path.data);
    job_fixture_release(&f);
    /* What is wrong in pressrun.yaml is said there. */
    rows_put(path.data, "GIF89a", 6);
    read_with(&f, CONFIG "locale: tlh\nlogo: logo.png\n", RESULT);
    expect_problems(&f.problems,
                    "4:9 locale \"tlh\" is not known\n5:7 is neither a PNG nor a JPEG picture | "
                    "convert the logo to PNG",
                    "pressrun.yaml");
    job_fixture_release(&f);
    buf_release(&path);
}
END_TEST

int main(void)
{
    return unit_main("job_look",
                     (const TTest *const[]){test_everything, test_defaults, test_refusals,
                                            test_too_many, test_locale_and_logo, NULL});
}
