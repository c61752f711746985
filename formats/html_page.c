/* The page, from top to bottom, when all rows have been there. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/html_parts.h"
#include "formats/text.h"
#include "formats/xml_text.h"
#include "lib/hash.h"
#include "lib/zone.h"

static void put(struct html *h, const char *s)
{
    output_add_str(&h->page, s);
}

void html_page_text(struct html *h, const char *text)
{
    size_t len = strlen(text);
    /* Titles are checked where they are read, names of tenants come from the database. */
    uint64_t *replaced = &h->writer.notes.replaced_characters;
    text = text_clean(&h->clean, text, &len, false, replaced);
    *replaced += xml_text_write(&h->page, text, len);
}

/* ---- numbers of rows ---- */

static void count_text(const struct html *h, uint64_t n, char *out, size_t size)
{
    char digits[24];
    struct buf shown;
    buf_init(&shown, 128);
    int len = snprintf(digits, sizeof(digits), "%" PRIu64, n);
    number_format_plain(h->locale, true, digits, (size_t)len, &shown);
    snprintf(out, size, "%s", shown.data);
    buf_release(&shown);
}

void html_page_count(struct html *h, uint64_t n)
{
    char text[64];
    count_text(h, n, text, sizeof(text));
    html_page_text(h, text);
}

void html_page_counts(struct html *h, enum locale_word sentence, uint64_t first, uint64_t second)
{
    char one[64], other[64], text[512];
    count_text(h, first, one, sizeof(one));
    count_text(h, second, other, sizeof(other));
    locale_sentence(h->locale, sentence, one, other, text, sizeof(text));
    html_page_text(h, text);
}

/* ---- links to the other files ---- */

/* A relative URL of one segment (RFC 3986). */
static void put_url(struct html *h, const char *name)
{
    static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                     "0123456789-._~";
    char escape[4];
    for (const char *p = name; *p; p++) {
        if (strchr(unreserved, *p)) {
            output_add_char(&h->page, *p);
            continue;
        }
        snprintf(escape, sizeof(escape), "%%%02X", (unsigned char)*p);
        put(h, escape);
    }
}

void html_page_links(struct html *h, const char *result)
{
    char name[ARTIFACT_NAME_SIZE];
    bool any = false;
    for (size_t i = 0; i < h->doc->nformats; i++) {
        const struct format *f = h->doc->formats[i];
        if (f == &format_html || f->per_result != (result[0] != '\0') ||
            format_file_name(f, h->options, h->doc->job, result, name) != 0)
            continue;
        put(h, any ? "<li><a href=\"" : "<ul class=\"files\">\n<li><a href=\"");
        put_url(h, name);
        put(h, "\">");
        html_page_text(h, name);
        put(h, "</a></li>\n");
        any = true;
    }
    put(h, any ? "</ul>\n" : "");
}

/* ---- above the result sets ---- */

static void put_fact(struct html *h, enum locale_word label, const char *value)
{
    put(h, "<div><dt>");
    html_page_text(h, locale_word(h->locale, label));
    put(h, "</dt><dd dir=\"auto\">");
    html_page_text(h, value);
    put(h, "</dd></div>\n");
}

static void put_generated(struct html *h)
{
    const struct document *doc = h->doc;
    const char *zone = zone_exists(doc->timezone) ? doc->timezone : "UTC";
    struct civil c;
    char utc[32], local[64];
    zone_from_utc(zone, doc->generated_at, &c);
    int len = snprintf(local, sizeof(local), "%04d-%02d-%02d %02d:%02d:%02d", c.year, c.month,
                       c.day, c.hour, c.minute, c.second);
    civil_format_rfc3339(doc->generated_at, utc);
    buf_clear(&h->shown);
    number_format_show(&h->datetime, h->locale, COLUMN_DATETIME, local, (size_t)len, &h->shown);
    put(h, "<div><dt>");
    html_page_text(h, locale_word(h->locale, WORD_GENERATED));
    put(h, "</dt><dd><time datetime=\"");
    put(h, utc);
    put(h, "\">");
    put(h, h->shown.data);
    put(h, "</time> ");
    html_page_text(h, zone);
    put(h, "</dd></div>\n");
}

static void put_logo(struct html *h)
{
    const struct logo *l = &h->logo;
    char text[128];
    char *data = xmalloc(4 * ((l->data.len + 2) / 3) + 1);
    hash_base64(l->data.data, l->data.len, data);
    /* The tenant's name stands below it: who can't see it misses nothing. */
    snprintf(text, sizeof(text),
             "<img class=\"logo\" alt=\"\" width=\"%u\" height=\"%d\" src=\"data:%s;base64,",
             (l->width * LOGO_HEIGHT + l->height / 2) / l->height, LOGO_HEIGHT, l->media_type);
    put(h, text);
    put(h, data);
    put(h, "\"/>\n");
    free(data);
}

static void put_header(struct html *h)
{
    const struct document *doc = h->doc;
    put(h, "<header>\n");
    if (h->has_logo)
        put_logo(h);
    put(h, "<h1 dir=\"auto\">");
    html_page_text(h, doc->title);
    put(h, "</h1>\n");
    if (doc->description[0]) {
        put(h, "<p class=\"lead\" dir=\"auto\">");
        html_page_text(h, doc->description);
        put(h, "</p>\n");
    }
    put(h, "<dl class=\"facts\">\n");
    put_fact(h, WORD_TENANT,
             doc->tenant_id[0] ? doc->tenant_name : locale_word(h->locale, WORD_ALL_TENANTS));
    put_fact(h, WORD_PERIOD, doc->period_text);
    put_generated(h);
    put(h, "</dl>\n</header>\n");
}

/* The value of a figure: a cell as it is, or a number with signs between thousands. */
static const char *figure_text(struct html *h, const struct figure *f, struct buf *digits,
                               size_t *len)
{
    struct html_column c = {.type = f->type, .look = &column_look_none};
    const char *format = f->number_format;
    struct cell cell = tally_text(&f->tally);
    *len = 0;
    if (!tally_is_cell(f->look->value)) {
        int places = f->type == COLUMN_FLOAT ? -1 : f->tally.places;
        if (f->look->value == TOTAL_AVERAGE && places >= 0 && places < 2)
            places = 2;
        if (f->look->value == TOTAL_COUNT) {
            places = 0;
            format = f->look->number_format; /* the column's is for its values */
        }
        c.type = COLUMN_DECIMAL;
        cell.text = tally_decimal(&f->tally, places, digits) ? digits->data : NULL;
        cell.len = digits->len;
    }
    if (!cell.text)
        return "–";
    number_format_parse(&c.format, format);
    return html_value_text(h, &c, &cell, true, len);
}

static void put_figure(struct html *h, const struct figure *f)
{
    enum { MOST = 200, MEDIUM = 7, SMALL = 11 }; /* bytes; how large letters may be */
    struct buf digits;
    size_t len;
    buf_init(&digits, 8192);
    const char *text = figure_text(h, f, &digits, &len);
    len = len ? text_whole(text, len < MOST ? len : MOST) : strlen(text);
    put(h, "<div><dt dir=\"auto\">");
    xml_text_write(&h->page, f->title, strlen(f->title));
    put(h, len > SMALL    ? "</dt><dd class=\"small\" dir=\"auto\">"
           : len > MEDIUM ? "</dt><dd class=\"medium\" dir=\"auto\">"
                          : "</dt><dd dir=\"auto\">");
    h->writer.notes.replaced_characters += xml_text_write(&h->page, text, len);
    put(h, "</dd></div>\n");
    buf_release(&digits);
}

static void put_figures(struct html *h)
{
    size_t n = 0;
    for (size_t i = 0; i < h->figures.n; i++)
        n += h->figures.items[i].counted;
    if (!n)
        return;
    put(h, "<dl class=\"figures\">\n");
    for (size_t i = 0; i < h->figures.n; i++) {
        if (h->figures.items[i].counted)
            put_figure(h, &h->figures.items[i]);
    }
    put(h, "</dl>\n");
}

static void put_contents(struct html *h)
{
    size_t n = 0;
    for (size_t i = 0; i < h->nsections; i++)
        n += !h->sections[i].hidden;
    if (n < 2)
        return;
    put(h, "<nav aria-labelledby=\"contents\">\n<h2 id=\"contents\">");
    html_page_text(h, locale_word(h->locale, WORD_CONTENTS));
    put(h, "</h2>\n<ul>\n");
    for (size_t i = 0; i < h->nsections; i++) {
        const struct html_section *s = &h->sections[i];
        if (s->hidden)
            continue;
        put(h, "<li><a href=\"#r-");
        put_url(h, s->name);
        put(h, "\">");
        html_page_text(h, s->title);
        put(h, "</a> <small>");
        html_page_count(h, s->rows);
        put(h, "</small></li>\n");
    }
    put(h, "</ul>\n</nav>\n");
}

static void put_files(struct html *h)
{
    size_t n = 0;
    for (size_t i = 0; i < h->doc->nformats; i++)
        n += h->doc->formats[i] != &format_html && !h->doc->formats[i]->per_result;
    if (!n)
        return;
    put(h, "<nav aria-labelledby=\"files\">\n<h2 id=\"files\">");
    html_page_text(h, locale_word(h->locale, WORD_FILES));
    put(h, "</h2>\n");
    html_page_links(h, "");
    put(h, "</nav>\n");
}

/* ---- a result set ---- */

/* A chart and a narrow table have room side by side. */
static int put_rows(struct html *h, const struct html_section *s, struct err *e)
{
    enum { NARROW_COLUMNS = 3 };
    const unsigned places = 1u << CHART_BESIDE | 1u << CHART_SHEET;
    bool pair = html_chart_count(s, places) == 1 && s->ncolumns <= NARROW_COLUMNS;
    put(h, pair ? "<div class=\"pair\">\n" : "");
    html_chart_write(h, s, places, pair);
    if (html_table_write(h, s, e) != 0)
        return -1;
    put(h, pair ? "</div>\n" : "");
    return 0;
}

static int put_section(struct html *h, const struct html_section *s, struct err *e)
{
    enum { BROAD_COLUMNS = 6 };
    /* What is broad is printed on pages that are. */
    put(h, s->ncolumns > BROAD_COLUMNS ? "<section class=\"broad\" id=\"r-" : "<section id=\"r-");
    html_page_text(h, s->name);
    put(h, "\">\n<h2 dir=\"auto\">");
    html_page_text(h, s->title);
    put(h, "</h2>\n");
    if (s->note) {
        put(h, "<p class=\"note\" dir=\"auto\">");
        html_page_text(h, s->note);
        put(h, "</p>\n");
    }
    if (s->rows) {
        if (put_rows(h, s, e) != 0)
            return -1;
    } else {
        put(h, "<p class=\"empty\">");
        html_page_text(h, locale_word(h->locale, WORD_NO_ROWS));
        put(h, "</p>\n");
    }
    if (s->shown < s->rows) {
        put(h, "<p class=\"shown\">");
        html_page_counts(h, WORD_SHOWN, s->shown, s->rows);
        put(h, "</p>\n");
        html_page_links(h, "");
    }
    html_page_links(h, s->name);
    put(h, "</section>\n");
    return output_ok(&h->page, e);
}

int html_page_write(struct html *h, struct err *e)
{
    html_head_write(h);
    put(h, "<body>\n<div class=\"page\">\n");
    put_header(h);
    put(h, "<main>\n");
    put_figures(h);
    for (size_t i = 0; i < h->nsections; i++)
        html_chart_write(h, &h->sections[i],
                         1u << CHART_COVER | (unsigned)h->sections[i].hidden << CHART_SHEET, false);
    put(h, "<div class=\"lists\">\n");
    put_contents(h);
    put_files(h);
    put(h, "</div>\n");
    for (size_t i = 0; i < h->nsections; i++) {
        if (!h->sections[i].hidden && put_section(h, &h->sections[i], e) != 0)
            return -1;
    }
    put(h, "</main>\n</div>\n</body>\n</html>\n");
    return output_ok(&h->page, e);
}
