#include "jobs/job.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/expect.h"
#include "tests/unit/job_fixture.h"

static const char config_text[] = "database: {host: db, schema: ai_pipeline_db, user: u}\n"
                                  "tenants: {query: SELECT id FROM tenants}\n"
                                  "scope:\n"
                                  "  tenants: {tenant: id, hide: [api_key]}\n"
                                  "  videos: {tenant: tenant_id}\n"
                                  "timezone: Europe/Berlin\n"
                                  "destinations:\n"
                                  "  reports: {kind: directory}\n"
                                  "  portal: {kind: directory}\n"
                                  "  office: {kind: directory, platform: true}\n";

static void read_job(struct job_fixture *f, const char *text)
{
    job_fixture_read(f, "pressrun.yaml", config_text, text);
}

#define JOB     "job: daily\n"
#define RESULTS "results: {all: {sql: SELECT id FROM videos}}\n"
#define MINIMAL JOB RESULTS

START_TEST(defaults)
{
    struct job_fixture f;
    read_job(&f, MINIMAL);
    expect_problems(&f.problems, "", MINIMAL);
    const struct job *job = f.job;
    ck_assert_str_eq(job->file, "jobs/daily.yaml");
    ck_assert_str_eq(job->sha256, "");
    ck_assert_str_eq(job->name, "daily");
    ck_assert_str_eq(label_text(job->title, "en"), "daily");
    ck_assert_ptr_null(job->description);
    ck_assert(!job->platform);
    ck_assert_int_eq(job->period.unit, PERIOD_DAY);
    ck_assert_int_eq(job->period.window, 1);
    ck_assert_str_eq(job->period.timezone, "Europe/Berlin");
    ck_assert_uint_eq(job->nparams, 0);
    ck_assert_uint_eq(job->nresults, 1);
    ck_assert_str_eq(job->results[0].name, "all");
    ck_assert_str_eq(label_text(job->results[0].title, "en"), "all");
    ck_assert_ptr_nonnull(job->results[0].sql);
    ck_assert_uint_eq(job->results[0].ncolumns, 0);
    ck_assert_uint_eq(job->nformats, 1);
    ck_assert_ptr_eq(job->formats[0], &format_xlsx);
    ck_assert_int_eq(job->options.csv_delimiter, format_default_options.csv_delimiter);
    ck_assert_uint_eq(job->ndeliver, 0);
    ck_assert_int_eq(job->timeout_ms, 0);
    job_fixture_release(&f);
}
END_TEST

static const char everything_text[] =
    "job: daily\n"
    "title: Daily\n"
    "description: What came in.\n"
    "timezone: America/New_York\n"
    "period: {unit: week, window: 4}\n"
    "params:\n"
    "  status: {type: text, default: done, description: Only these}\n"
    "  since: {type: date}\n"
    "  least: {type: integer, default: null}\n"
    "  nothing: {default: ''}\n"
    "  flag: {type: boolean, default: yes}\n"
    "results:\n"
    "  first:\n"
    "    title: First sheet\n"
    "    sql: |\n"
    "      SELECT id, title FROM videos\n"
    "      WHERE created_at >= :period_start AND created_at < :period_end\n"
    "        AND sync_status = :status AND created_at > :since AND 1 = :flag\n"
    "    columns:\n"
    "      id: {title: Number, type: integer, width: 12}\n"
    "      title: {format: '@'}\n"
    "  second: {sql: 'SELECT id FROM tenants WHERE id >= :least AND name <> :nothing'}\n"
    "formats:\n"
    "  - csv: {delimiter: \"\\t\", bom: true, formula_guard: false, null: \"NULL\"}\n"
    "  - xlsx: {too_long: truncate}\n"
    "  - json\n"
    "  - html: {max_rows: 250}\n"
    "deliver: [portal, reports]\n"
    "timeout: 90s\n";

START_TEST(everything)
{
    struct job_fixture f;
    read_job(&f, everything_text);
    expect_problems(&f.problems, "", everything_text);
    const struct job *job = f.job;
    ck_assert_str_eq(label_text(job->title, "en"), "Daily");
    ck_assert_str_eq(label_text(job->description, "en"), "What came in.");
    ck_assert_str_eq(job->period.timezone, "America/New_York");
    ck_assert_int_eq(job->period.unit, PERIOD_WEEK);
    ck_assert_int_eq(job->period.window, 4);

    ck_assert_uint_eq(job->nparams, 5);
    ck_assert_str_eq(job->params[0].name, "status");
    ck_assert_str_eq(job->params[0].fallback.text, "done");
    ck_assert_str_eq(job->params[0].description, "Only these");
    ck_assert(!job->params[0].required);
    ck_assert_int_eq(job->params[1].type, PARAM_DATE);
    ck_assert(job->params[1].required);
    ck_assert(!job->params[2].required);
    ck_assert_ptr_null(job->params[2].fallback.text);
    ck_assert_int_eq(job->params[2].fallback.type, PARAM_INTEGER);
    ck_assert_int_eq(job->params[3].type, PARAM_TEXT);
    ck_assert_str_eq(job->params[3].fallback.text, "");
    ck_assert_str_eq(job->params[4].fallback.text, "1");

    ck_assert_uint_eq(job->nresults, 2);
    const struct result_spec *first = &job->results[0];
    ck_assert_str_eq(label_text(first->title, "en"), "First sheet");
    ck_assert_uint_eq(first->sql->at.line, 16);
    ck_assert_uint_eq(first->sql->at.column, 7);
    ck_assert_uint_eq(first->ncolumns, 2);
    ck_assert_str_eq(label_text(first->columns[0].title, "en"), "Number");
    ck_assert(first->columns[0].has_type);
    ck_assert_int_eq(first->columns[0].type, COLUMN_INTEGER);
    ck_assert_double_eq(first->columns[0].look.width, 12);
    ck_assert(!first->columns[1].has_type);
    ck_assert_ptr_null(first->columns[1].title);
    ck_assert_str_eq(first->columns[1].look.number_format, "@");

    ck_assert_uint_eq(job->nformats, 4);
    ck_assert_ptr_eq(job->formats[0], &format_csv);
    ck_assert_ptr_eq(job->formats[1], &format_xlsx);
    ck_assert_ptr_eq(job->formats[2], &format_json);
    ck_assert_int_eq(job->options.csv_delimiter, '\t');
    ck_assert(job->options.csv_bom);
    ck_assert(!job->options.csv_formula_guard);
    ck_assert_str_eq(job->options.csv_null, "NULL");
    ck_assert(job->options.xlsx_truncate);
    ck_assert_ptr_eq(job->formats[3], &format_html);
    ck_assert_uint_eq(job->options.html_max_rows, 250);
    ck_assert_uint_eq(job->ndeliver, 2);
    ck_assert_str_eq(job->deliver[0], "portal");
    ck_assert_int_eq(job->timeout_ms, 90000);
    job_fixture_release(&f);
}
END_TEST

START_TEST(platform)
{
    static const char text[] = MINIMAL "scope: platform\ndeliver: [office]\n";
    struct job_fixture f;
    read_job(&f, text);
    expect_problems(&f.problems, "", text);
    ck_assert(f.job->platform);
    job_fixture_release(&f);
}
END_TEST

START_TEST(delimiters)
{
    static const struct {
        const char *written;
        char read;
    } cases[] = {{"','", ','}, {"';'", ';'}, {"'|'", '|'}, {"\"\\t\"", '\t'}, {"\\t", '\t'}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct job_fixture f;
        struct arena arena = {0};
        read_job(&f, arena_printf(&arena, MINIMAL "formats: [csv: {delimiter: %s}]\n",
                                  cases[i].written));
        expect_problems(&f.problems, "", cases[i].written);
        ck_assert_int_eq(f.job->options.csv_delimiter, cases[i].read);
        job_fixture_release(&f);
        arena_release(&arena);
    }
}
END_TEST

#define WITH_SQL(sql) JOB "results: {all: {sql: \"" sql "\"}}\n"

static const struct {
    const char *text, *expected;
} bad[] = {
    {"- x\n", "1:1 a job must be a mapping, not a list"},
    {"{}\n", "1:1 \"job\" is missing in the job\n1:1 \"results\" is missing in the job"},
    {"job: other\n" RESULTS, "1:6 job \"other\" does not have the name of its file | rename the "
                             "file to other.yaml, or write job: daily"},
    {"job: Daily Report\n" RESULTS, "1:6 \"job\" must be a name of a-z"},
    {MINIMAL "shedule: x\ntitel: y\n", "3:1 unknown key \"shedule\" in the job\n4:1 unknown key "
                                       "\"titel\" in the job (did you mean \"title\"?)"},
    {MINIMAL "scope: all\n", "3:8 \"scope\" can't be \"all\" | one of: tenant, platform"},
    {MINIMAL "timezone: Mars\n", "3:11 time zone \"Mars\" is not known here"},
    {MINIMAL "period: day\n", "3:9 period must be a mapping, not a text | such as:  period: {unit"},
    {MINIMAL "period: {unit: decade}\n",
     "3:16 one of: day, week, month, quarter, year, hour, minute"},
    {MINIMAL "period: {unit: minute, every: 7}\n", "3:31 periods of 7 minutes are not possible"},
    {MINIMAL "period: {unit: day, every: 2}\n", "3:28 periods of 2 days are not possible"},
    {MINIMAL "schedule: daily at noon\n", "3:11 "},
    {MINIMAL "schedule: {at: daily, due_by: 25:00}\n", "3:31 \"25:00\" is no time of day"},
    {MINIMAL "schedule: {at: daily, catchup: some}\n", "3:32 one of: latest, all, skip"},
    {MINIMAL "schedule: {spread: 5m}\n", "3:1 \"at\" is missing in schedule"},
    {"job: daily\nresults: {all: {sql: 'SELECT id FROM videos WHERE title = :who'}}\n"
     "schedule: daily\nparams: {who: {type: text}}\n",
     "3:11 nobody can give parameter \"who\" when the job runs by schedule"},
    {MINIMAL "expect: {max_drop: half}\n", "3:20 \"half\" is no percentage"},
    {MINIMAL "expect: {max_drop: 101%}\n", "3:20 \"101%\" is no percentage"},
    {MINIMAL "expect: {otherwise: panic}\n", "3:21 one of: hold, skip, deliver"},
    {MINIMAL "datetime_timezone: Mars\n", "3:20 time zone \"Mars\" is not known here"},
    {MINIMAL "period: {unit: days}\n", "3:16 (did you mean \"day\"?)"},
    {MINIMAL "period: {window: 0}\n", "3:18 from 1 to 1000"},
    {MINIMAL "period: {window: 1001}\n", "3:18 from 1 to 1000"},
    {MINIMAL "timeout: 30\n", "3:10 a duration such as 30s, 5m, 2h"},
    /* Results. */
    {JOB "results: {}\n", "2:10 a job needs at least one result set"},
    {JOB "results: [x]\n", "2:10 results must be a mapping, not a list"},
    {JOB "results: {all: SELECT 1}\n", "2:16 result \"all\" must be a mapping"},
    {JOB "results: {all: {title: x}}\n", "2:11 \"sql\" is missing in result \"all\""},
    {JOB "results: {'A/B': {sql: SELECT id FROM videos}}\n",
     "2:11 \"A/B\" can't be the name of a result set"},
    {JOB "results: {all: {sql: SELECT id FROM videos, columns: [id]}}\n",
     "2:54 columns must be a mapping"},
    {JOB "results: {all: {sql: SELECT id FROM videos, columns: {id: {type: int}}}}\n",
     "2:66 \"type\" can't be \"int\" | one of: text, integer, decimal"},
    {JOB "results: {all: {sql: SELECT id FROM videos, columns: {id: {type: dates}}}}\n",
     "2:66 (did you mean \"date\"?)"},
    {JOB "results: {all: {sql: SELECT id FROM videos, columns: {id: {width: 300}}}}\n",
     "2:67 from 1 to 255"},
    {JOB "results: {all: {sql: SELECT id FROM videos, columns: {id: {format: ''}}}}\n",
     "2:68 \"format\" is no number format: it is empty"},
    {JOB "results: {all: {sql: SELECT id FROM videos, columns: {id: {tilte: x}}}}\n",
     "2:60 unknown key \"tilte\" in column \"id\" (did you mean \"title\"?)"},
    /* Queries: that the rules of jobs/sql.h are asked, and the job's own. */
    {WITH_SQL("DELETE FROM videos"), "2:23 SELECT"},
    {WITH_SQL("SELECT id FROM vidoes"), "2:38 vidoes"},
    {WITH_SQL("SELECT id FROM ai_pipeline_db.videos"),
     "2:38 a table can't be named with its database"},
    {WITH_SQL("SELECT id AS Ai_Pipeline_DB FROM videos"),
     "2:36 \"Ai_Pipeline_DB\" is the name of a database"},
    {JOB "results:\n  all:\n    sql: |\n      SELECT id\n      FROM videos\n      WHERE "
         "id > :least\n",
     "7:18 parameter \":least\" is not declared | declare it:  params: {least: {type: text}}"},
    {WITH_SQL("SELECT id FROM videos WHERE id = :statu") "params: {status: {default: x}}\n",
     "2:56 parameter \":statu\" is not declared (did you mean \"status\"?)\n3:10 warning: no query "
     "uses parameter \"status\" | remove it, or use it"},
    {WITH_SQL("SELECT id FROM videos WHERE created_at > :period_stat"),
     "2:64 (did you mean \"period_start\"?)"},
    {WITH_SQL("SELECT :tenant_id AS t FROM videos") "scope: platform\n",
     "2:30 parameter \":tenant_id\" has no value here | a job with scope: platform has no tenant"},
    /* Parameters. */
    {WITH_SQL("SELECT :p AS p FROM videos") "params: [p]\n",
     "2:30 parameter \":p\" is not declared\n3:9 params must be a mapping, not a list"},
    {MINIMAL "params: {Status: {}}\n", "3:10 \"Status\" can't be the name of a parameter\n"
                                       "3:10 warning: no query uses"},
    {MINIMAL "params: {a-b: {}}\n", "3:10 \"a-b\" can't be the name\n3:10 warning: no query uses"},
    {MINIMAL "params: {tenant_id: {}}\n", "3:10 parameter \"tenant_id\" is built in\n"
                                          "3:10 warning:"},
    {WITH_SQL("SELECT :p AS p FROM videos") "params: {p: {type: int}}\n",
     "3:20 \"type\" can't be \"int\" | one of: text, integer, decimal, boolean, date, datetime"},
    {WITH_SQL("SELECT :p AS p FROM videos") "params: {p: {type: date, default: 1.1.2026}}\n",
     "3:35 \"1.1.2026\" is not a date; write it as 2026-11-23"},
    {WITH_SQL("SELECT :p AS p FROM videos") "params: {p: {default: [1]}}\n",
     "3:23 \"default\" must be one value"},
    /* Formats. */
    {MINIMAL "formats: xlsx\n",
     "3:10 \"formats\" must be a list of at least one format | such as:"},
    {MINIMAL "formats: []\n", "3:10 \"formats\" must be a list of at least one format"},
    {MINIMAL "formats: [xslx]\n",
     "3:11 unknown format \"xslx\" (did you mean \"xlsx\"?) | one of:"},
    {MINIMAL "formats: [csv, csv]\n", "3:16 format \"csv\" stands twice"},
    {MINIMAL "formats: [csv, {csv: {bom: true}}]\n", "3:16 format \"csv\" stands twice"},
    {MINIMAL "formats: [{csv: {}, xlsx: {}}]\n", "3:11 a format is a name, or a name with"},
    {MINIMAL "formats: [[csv]]\n", "3:11 a format is a name"},
    {MINIMAL "formats: [csv: {delimiter: ':'}]\n", "3:28 \"delimiter\" can't be \":\" | one of"},
    {MINIMAL "formats: [csv: {delimiter: ''}]\n", "3:28 \"delimiter\" can't be \"\""},
    {MINIMAL "formats: [csv: {delimiter: ',,'}]\n", "3:28 \"delimiter\" can't be \",,\""},
    {MINIMAL "formats: [html: {max_rows: -1}]\n", "3:28 max_rows"},
    {MINIMAL "formats: [html: {max_rows: all}]\n", "3:28 max_rows"},
    {MINIMAL "formats: [csv: {bom: 1}]\n", "3:22 true or false"},
    {MINIMAL "formats: [csv: {too_long: error}]\n", "3:17 unknown key \"too_long\" in format "
                                                    "\"csv\""},
    {MINIMAL "formats: [json: {bom: true}]\n", "3:18 unknown key \"bom\" in format \"json\""},
    {MINIMAL "formats: [xlsx: {too_long: cut}]\n", "3:28 one of: error, truncate"},
    {MINIMAL "formats: [csv: yes]\n", "3:16 format \"csv\" must be a mapping"},
    /* Destinations. */
    {MINIMAL "deliver: reports\n", "3:10 deliver must be a list, not a text"},
    {MINIMAL "deliver: [report]\n", "3:11 there is no destination \"report\" (did you mean "
                                    "\"reports\"?) | describe it in \"destinations\" of "
                                    "pressrun.yaml"},
    {MINIMAL "deliver: [portal, portal]\n", "3:19 \"portal\" stands twice in deliver"},
    {MINIMAL "scope: platform\ndeliver: [office, reports]\n",
     "4:19 destination \"reports\" may not receive reports about all tenants"},
    /* All at once. */
    {"job: other\nscope: x\nperiod: {unit: y}\nresults: {all: {sql: DROP TABLE videos}}\n"
     "formats: [pdf]\ndeliver: [nowhere]\n",
     "1:6 does not have the name\n2:8 \"scope\" can't be\n3:16 \"unit\" can't be\n4:22 SELECT\n"
     "5:11 unknown format\n6:11 there is no destination"},
};

START_TEST(refusals)
{
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct job_fixture f;
        read_job(&f, bad[i].text);
        ck_assert_msg(!f.job, "accepted: %s", bad[i].text);
        expect_problems(&f.problems, bad[i].expected, bad[i].text);
        job_fixture_release(&f);
    }
}
END_TEST

START_TEST(unused_parameter_is_a_warning)
{
    static const char text[] = MINIMAL "params: {status: {}}\n";
    struct job_fixture f;
    read_job(&f, text);
    ck_assert_ptr_nonnull(f.job);
    expect_problems(&f.problems, "3:10 warning: no query uses parameter \"status\"", text);
    job_fixture_release(&f);
}
END_TEST

/* A platform destination may well receive what is about one tenant. */
START_TEST(tenant_job_to_a_platform_destination)
{
    static const char text[] = MINIMAL "deliver: [office]\n";
    struct job_fixture f;
    read_job(&f, text);
    expect_problems(&f.problems, "", text);
    ck_assert_ptr_nonnull(f.job);
    job_fixture_release(&f);
}
END_TEST

START_TEST(builtin_params)
{
    ck_assert(job_is_builtin_param("period_start"));
    ck_assert(job_is_builtin_param("period_end"));
    ck_assert(job_is_builtin_param("tenant_id"));
    ck_assert(!job_is_builtin_param("tenant"));
}
END_TEST

START_TEST(sections)
{
    for (const struct fields_section *s = job_sections; s->name; s++) {
        for (const struct field *f = s->fields; f->key; f++)
            ck_assert_msg(f->help && *f->help, "%s.%s has no help", s->name, f->key);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {defaults,
                                  everything,
                                  platform,
                                  delimiters,
                                  refusals,
                                  unused_parameter_is_a_warning,
                                  tenant_job_to_a_platform_destination,
                                  builtin_params,
                                  sections,
                                  NULL};
    return unit_main("job", tests);
}
