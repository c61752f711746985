#include <stdlib.h>
#include <string.h>

#include "jobs/job.h"
#include "tests/unit/expect.h"
#include "tests/unit/job_fixture.h"

static const char config_text[] = "database: {host: db, schema: s, user: u}\n"
                                  "tenants: {query: SELECT id FROM tenants}\n"
                                  "scope: {videos: {tenant: tenant_id}}\n";

static void read_job(struct job_fixture *f, const char *text)
{
    job_fixture_read(f, "pressrun.yaml", config_text, text);
}

#define JOB "job: daily\nresults: {all: {sql: SELECT id FROM videos}}\n"

START_TEST(what_is_not_said)
{
    static const char text[] = JOB "formats: [csv, json, json-rows, ndjson, xlsx]\n";
    struct job_fixture f;
    read_job(&f, text);
    expect_problems(&f.problems, "", text);
    ck_assert_uint_eq(f.job->nformats, 5);
    ck_assert_ptr_eq(f.job->formats[2], &format_json_rows);
    ck_assert_mem_eq(&f.job->options, &format_default_options, sizeof(format_default_options));
    job_fixture_release(&f);
}
END_TEST

START_TEST(each_option)
{
    static const char text[] = JOB
        "formats:\n"
        "  - csv: {delimiter: ';', decimal_sign: ',', quoting: all, line_ends: lf, bom: false,\n"
        "          null: \"NULL\", formula_guard: false, compress: zstd}\n"
        "  - xlsx: {too_long: truncate, compression: small}\n"
        "  - json\n"
        "  - json-rows: {compress: gzip}\n"
        "  - ndjson: {compress: zstd}\n";
    struct job_fixture f;
    read_job(&f, text);
    expect_problems(&f.problems, "", text);
    const struct format_options *o = &f.job->options;
    ck_assert_int_eq(o->csv_delimiter, ';');
    ck_assert_int_eq(o->csv_decimal, ',');
    ck_assert(o->csv_quote_all && o->csv_lf && !o->csv_bom && !o->csv_formula_guard);
    ck_assert_str_eq(o->csv_null, "NULL");
    ck_assert(o->xlsx_truncate && o->xlsx_small);
    ck_assert_ptr_eq(format_codec(o, &format_csv), &codec_zstd);
    ck_assert_ptr_null(format_codec(o, &format_xlsx));
    ck_assert_ptr_null(format_codec(o, &format_json));
    ck_assert_ptr_eq(format_codec(o, &format_json_rows), &codec_gzip);
    ck_assert_ptr_eq(format_codec(o, &format_ndjson), &codec_zstd);
    job_fixture_release(&f);
}
END_TEST

/* The defaults, written out, are the defaults; only of signs it is known that they were said. */
START_TEST(options_that_say_the_usual)
{
    static const char text[] =
        JOB "formats:\n"
            "  - csv: {delimiter: ',', decimal_sign: ., quoting: minimal, line_ends: crlf,\n"
            "          bom: true, null: '', formula_guard: true, compress: none}\n"
            "  - json: {compress: none}\n"
            "  - ndjson: {}\n"
            "  - xlsx: {too_long: error, compression: fast}\n";
    struct job_fixture f;
    read_job(&f, text);
    expect_problems(&f.problems, "", text);
    struct format_options o = f.job->options;
    ck_assert_int_eq(o.csv_delimiter, ',');
    ck_assert_int_eq(o.csv_decimal, '.');
    ck_assert_str_eq(o.csv_null, "");
    o.csv_delimiter = o.csv_decimal = 0;
    o.csv_null = format_default_options.csv_null;
    ck_assert_mem_eq(&o, &format_default_options, sizeof(o));
    job_fixture_release(&f);
}
END_TEST

START_TEST(refusals)
{
    static const struct {
        const char *formats, *expected;
    } bad[] = {
        {"csv: {decimal_sign: ;}", "3:31 \"decimal_sign\" can't be \";\" | one of \".\" \",\""},
        {"csv: {decimal_sign: \"\\t\"}", "3:31 \"decimal_sign\" can't be"},
        {"csv: {decimal_sign: ''}", "3:31 \"decimal_sign\" can't be"},
        {"csv: {quoting: always}", "3:26 \"quoting\" can't be \"always\" | one of: minimal, all"},
        {"csv: {line_ends: cr}", "3:28 \"line_ends\" can't be \"cr\" | one of: crlf, lf"},
        {"csv: {compress: lzma}", "3:27 \"compress\" can't be \"lzma\" | one of: none, gzip, zstd"},
        {"ndjson: {compress: yes}", "3:30 one of: none, gzip, zstd"},
        {"xlsx: {compress: gzip}", "3:18 unknown key \"compress\" in format \"xlsx\""},
        {"json-rows: {bom: true}", "3:23 unknown key \"bom\" in format \"json-rows\""},
        {"csv: {null: 'a,b'}", "3:23 \"null\" can't be \"a,b\" | a text without"},
        {"csv: {null: 'a\"'}", "3:23 \"null\" can't be"},
        {"csv: {null: \"a\\n\"}", "3:23 \"null\" can't be"},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct job_fixture f;
        struct arena arena = {0};
        const char *text = arena_printf(&arena, JOB "formats: [%s]\n", bad[i].formats);
        read_job(&f, text);
        ck_assert_msg(!f.job, "accepted: %s", text);
        expect_problems(&f.problems, bad[i].expected, text);
        job_fixture_release(&f);
        arena_release(&arena);
    }
}
END_TEST

int main(void)
{
    return unit_main("job_formats",
                     (const TTest *const[]){what_is_not_said, each_option,
                                            options_that_say_the_usual, refusals, NULL});
}
