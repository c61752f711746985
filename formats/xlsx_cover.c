#include "formats/xlsx_cover.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/zone.h"

static int put(struct xlsx_pen *p, lxw_col_t col, const char *s, enum xlsx_style style,
               struct err *e)
{
    return xlsx_pen_text(p, col, s, strlen(s), p->styles[style], e);
}

/* A label, what it labels, and on to the next row. */
static int put_line(struct xlsx_pen *p, const char *label, const char *value, struct err *e)
{
    if (put(p, 0, label, XLSX_LABEL, e) != 0 || put(p, 1, value, XLSX_PLAIN, e) != 0)
        return -1;
    p->row++;
    return 0;
}

static int put_instant(struct xlsx_pen *p, const char *label, time_t t, const char *zone,
                       struct err *e)
{
    struct civil c;
    char text[128];
    zone_from_utc(zone, t, &c);
    snprintf(text, sizeof(text), "%04d-%02d-%02d %02d:%02d:%02d %s", c.year, c.month, c.day, c.hour,
             c.minute, c.second, zone);
    return put_line(p, label, text, e);
}

static int put_heading(struct xlsx_pen *p, const struct document *doc, struct err *e)
{
    if (put(p, 0, doc->title, XLSX_TITLE, e) != 0)
        return -1;
    p->row++;
    if (doc->description[0]) {
        if (put(p, 0, doc->description, XLSX_PLAIN, e) != 0)
            return -1;
        p->row++;
    }
    p->row++;
    return 0;
}

static int put_facts(struct xlsx_pen *p, const struct document *doc, struct err *e)
{
    const char *zone = zone_exists(doc->timezone) ? doc->timezone : "UTC";
    char generated[32];
    civil_format_utc(doc->generated_at, generated);
    strncat(generated, " UTC", sizeof(generated) - strlen(generated) - 1);
    if (doc->tenant_id[0] && (put_line(p, "Tenant", doc->tenant_name, e) != 0 ||
                              put_line(p, "Tenant id", doc->tenant_id, e) != 0))
        return -1;
    if (!doc->tenant_id[0] && put_line(p, "Tenant", "all tenants", e) != 0)
        return -1;
    if (put_line(p, "Period", doc->period_text, e) != 0 ||
        put_instant(p, "From", doc->period_start, zone, e) != 0 ||
        put_instant(p, "Until, not included", doc->period_end, zone, e) != 0 ||
        put_line(p, "Generated", generated, e) != 0 || put_line(p, "Job", doc->job, e) != 0)
        return -1;
    p->row++;
    return 0;
}

static int put_contents(struct xlsx_pen *p, const struct xlsx_content *contents, size_t n,
                        struct err *e)
{
    char text[24];
    if (put(p, 0, "Contents", XLSX_HEADER, e) != 0 || put(p, 1, "Sheet", XLSX_HEADER, e) != 0 ||
        put(p, 2, "Rows", XLSX_HEADER, e) != 0)
        return -1;
    for (size_t i = 0; i < n; i++) {
        p->row++;
        int len = snprintf(text, sizeof(text), "%" PRIu64, contents[i].rows);
        struct cell rows = {text, (size_t)len};
        if (put(p, 0, contents[i].title, XLSX_PLAIN, e) != 0 ||
            put(p, 1, contents[i].sheet, XLSX_PLAIN, e) != 0 ||
            xlsx_pen_cell(p, 2, COLUMN_INTEGER, NULL, &rows, e) != 0)
            return -1;
    }
    return 0;
}

int xlsx_cover_write(struct xlsx_pen *p, const struct document *doc,
                     const struct xlsx_content *contents, size_t ncontents, struct err *e)
{
    p->row = 0;
    if (put_heading(p, doc, e) != 0 || put_facts(p, doc, e) != 0 ||
        put_contents(p, contents, ncontents, e) != 0)
        return -1;
    if (xlsx_pen_result(worksheet_set_column(p->sheet, 0, 0, 28, NULL), "set a width", e) != 0 ||
        xlsx_pen_result(worksheet_set_column(p->sheet, 1, 1, 44, NULL), "set a width", e) != 0)
        return -1;
    worksheet_set_landscape(p->sheet);
    worksheet_fit_to_pages(p->sheet, 1, 0);
    return 0;
}
