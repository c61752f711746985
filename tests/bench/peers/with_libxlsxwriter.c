/*
 * Reports as one writes them in C: the client's text protocol, stdio, and libxlsxwriter with
 * constant_memory, used as its tutorial does.
 *
 *     with_libxlsxwriter big TABLE TENANT FORMAT DIR       DIR/report.FORMAT
 *     with_libxlsxwriter burst TABLE FIRST LAST DIR        DIR/TENANT.csv, .json and .xlsx of each
 *                                                          tenant, from one query
 *     with_libxlsxwriter fetch TABLE FIRST LAST STEP       only asks, for every STEPth tenant
 */
#include <mysql.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

enum { CSV, JSON, XLSX, NFORMATS };
enum { PATH_SIZE = 4096, QUERY_SIZE = 512, MAX_DECIMALS = 31 };

static const char *const extensions[NFORMATS] = {"csv", "json", "xlsx"};

struct report {
    const MYSQL_FIELD *fields;
    unsigned nfields;
    lxw_row_t nrows;
    FILE *csv, *json; /* NULL: not wanted */
    lxw_workbook *workbook;
    lxw_worksheet *sheet;
    lxw_format *date, *numbers[MAX_DECIMALS]; /* by decimals; NULL: not needed so far */
};

static void fail(const char *what)
{
    fprintf(stderr, "with_libxlsxwriter: %s\n", what);
    exit(1);
}

static bool is_date(const MYSQL_FIELD *field)
{
    return field->type == MYSQL_TYPE_DATETIME || field->type == MYSQL_TYPE_TIMESTAMP;
}

static bool is_number(const MYSQL_FIELD *field)
{
    return IS_NUM(field->type) && !is_date(field);
}

static FILE *create(const char *path, int format)
{
    char name[PATH_SIZE];
    snprintf(name, sizeof(name), "%s.%s", path, extensions[format]);
    FILE *f = fopen(name, "w");
    if (!f)
        fail(name);
    return f;
}

static void csv_field(FILE *f, const char *text)
{
    if (!text[strcspn(text, ",\"\r\n")]) {
        fputs(text, f);
        return;
    }
    putc('"', f);
    for (; *text; text++) {
        if (*text == '"')
            putc('"', f);
        putc(*text, f);
    }
    putc('"', f);
}

static void csv_row(const struct report *r, MYSQL_ROW row)
{
    for (unsigned i = 0; i < r->nfields; i++) {
        if (i)
            putc(',', r->csv);
        if (row[i])
            csv_field(r->csv, row[i]);
    }
    putc('\n', r->csv);
}

static void json_text(FILE *f, const char *text)
{
    putc('"', f);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            putc('\\', f);
        if ((unsigned char)*text < ' ')
            fprintf(f, "\\u%04x", (unsigned)*text);
        else
            putc(*text, f);
    }
    putc('"', f);
}

static void json_row(const struct report *r, MYSQL_ROW row)
{
    fputs(r->nrows ? ",\n{" : "[\n{", r->json);
    for (unsigned i = 0; i < r->nfields; i++) {
        if (i)
            putc(',', r->json);
        json_text(r->json, r->fields[i].name);
        putc(':', r->json);
        if (!row[i])
            fputs("null", r->json);
        else if (is_number(&r->fields[i]))
            fputs(row[i], r->json);
        else
            json_text(r->json, row[i]);
    }
    putc('}', r->json);
}

static void xlsx_date(const struct report *r, lxw_col_t column, const char *text)
{
    lxw_datetime d = {0};
    if (sscanf(text, "%d-%d-%d %d:%d:%lf", &d.year, &d.month, &d.day, &d.hour, &d.min, &d.sec) != 6)
        fail(text);
    worksheet_write_datetime(r->sheet, r->nrows + 1, column, &d, r->date);
}

/* As many decimals as the column has: an amount shall not be 12.5 in one row and 12.25 in the next.
 */
static lxw_format *number_format(struct report *r, unsigned decimals)
{
    if (decimals >= MAX_DECIMALS) /* a FLOAT */
        return NULL;
    if (!r->numbers[decimals]) {
        char text[MAX_DECIMALS + 2];
        snprintf(text, sizeof(text), "0%s%.*s", decimals ? "." : "", (int)decimals,
                 "000000000000000000000000000000");
        r->numbers[decimals] = workbook_add_format(r->workbook);
        format_set_num_format(r->numbers[decimals], text);
    }
    return r->numbers[decimals];
}

static void xlsx_row(struct report *r, MYSQL_ROW row)
{
    for (unsigned i = 0; i < r->nfields; i++) {
        lxw_col_t column = (lxw_col_t)i;
        if (!row[i])
            continue;
        if (is_number(&r->fields[i]))
            worksheet_write_number(r->sheet, r->nrows + 1, column, strtod(row[i], NULL),
                                   number_format(r, r->fields[i].decimals));
        else if (is_date(&r->fields[i]))
            xlsx_date(r, column, row[i]);
        else
            worksheet_write_string(r->sheet, r->nrows + 1, column, row[i], NULL);
    }
}

static void begin(struct report *r, const bool *wanted, const char *path)
{
    if (wanted[CSV]) {
        r->csv = create(path, CSV);
        for (unsigned i = 0; i < r->nfields; i++)
            fprintf(r->csv, "%s%s", i ? "," : "", r->fields[i].name);
        putc('\n', r->csv);
    }
    if (wanted[JSON])
        r->json = create(path, JSON);
    if (wanted[XLSX]) {
        char name[PATH_SIZE];
        lxw_workbook_options options = {.constant_memory = LXW_TRUE};
        snprintf(name, sizeof(name), "%s.xlsx", path);
        r->workbook = workbook_new_opt(name, &options);
        r->sheet = workbook_add_worksheet(r->workbook, "Sales");
        r->date = workbook_add_format(r->workbook);
        format_set_num_format(r->date, "yyyy-mm-dd hh:mm:ss");
        for (unsigned i = 0; i < r->nfields; i++)
            worksheet_write_string(r->sheet, 0, (lxw_col_t)i, r->fields[i].name, NULL);
    }
}

static void end(struct report *r)
{
    if (r->csv && fclose(r->csv) != 0)
        fail("csv not written");
    if (r->json) {
        fputs(r->nrows ? "\n]\n" : "[]\n", r->json);
        if (fclose(r->json) != 0)
            fail("json not written");
    }
    if (r->workbook && workbook_close(r->workbook) != LXW_NO_ERROR)
        fail("xlsx not written");
}

/* path: of the files, without extension; NULL: the rows are only counted */
static void report(MYSQL *m, const char *table, unsigned long tenant, const bool *wanted,
                   const char *path)
{
    char query[QUERY_SIZE];
    struct report r = {0};
    MYSQL_ROW row;
    snprintf(query, sizeof(query),
             "SELECT id, customer, quantity, product, city, country, status, note, price, total, "
             "ordered_at, shipped_at FROM %s WHERE tenant_id = %lu",
             table, tenant);
    if (mysql_query(m, query) != 0)
        fail(mysql_error(m));
    MYSQL_RES *result = mysql_use_result(m);
    if (!result)
        fail(mysql_error(m));
    r.fields = mysql_fetch_fields(result);
    r.nfields = mysql_num_fields(result);
    if (path)
        begin(&r, wanted, path);
    for (; (row = mysql_fetch_row(result)); r.nrows++) {
        if (r.csv)
            csv_row(&r, row);
        if (r.json)
            json_row(&r, row);
        if (r.workbook)
            xlsx_row(&r, row);
    }
    if (mysql_errno(m) != 0)
        fail(mysql_error(m));
    if (path)
        end(&r);
    mysql_free_result(result);
}

static void each_tenant(MYSQL *m, char **argv, unsigned long step, const char *directory)
{
    static const bool all[NFORMATS] = {true, true, true};
    unsigned long last = strtoul(argv[4], NULL, 10);
    for (unsigned long t = strtoul(argv[3], NULL, 10); t <= last; t += step) {
        char path[PATH_SIZE];
        snprintf(path, sizeof(path), "%s/%lu", directory ? directory : "", t);
        report(m, argv[2], t, all, directory ? path : NULL);
    }
}

int main(int argc, char **argv)
{
    MYSQL *m = mysql_init(NULL);
    if (argc != 6)
        fail("usage: see the head of the source");
    mysql_options(m, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    if (!mysql_real_connect(m, NULL, "bench", getenv("BENCH_PASSWORD"), "bench", 0,
                            getenv("BENCH_SOCKET"), 0))
        fail(mysql_error(m));
    if (strcmp(argv[1], "big") == 0) {
        bool wanted[NFORMATS] = {false};
        char path[PATH_SIZE];
        for (int i = 0; i < NFORMATS; i++)
            wanted[i] = strcmp(argv[4], extensions[i]) == 0;
        snprintf(path, sizeof(path), "%s/report", argv[5]);
        report(m, argv[2], strtoul(argv[3], NULL, 10), wanted, path);
    } else if (strcmp(argv[1], "burst") == 0) {
        each_tenant(m, argv, 1, argv[5]);
    } else {
        each_tenant(m, argv, strtoul(argv[5], NULL, 10), NULL);
    }
    mysql_close(m);
    return 0;
}
