/* What stands before the page's body, with the style of each column. */
#include <stdio.h>
#include <string.h>

#include "formats/html_parts.h"
#include "formats/svg_chart.h"

static void add_column(struct html *h, size_t section, size_t column, const char *style)
{
    char text[512];
    snprintf(text, sizeof(text), "#t%zu :is(td,th):nth-child(%zu){%s}\n", section, column + 1,
             style);
    output_add_str(&h->page, text);
}

/* Where zero is, and how many per cent of the cell one is. */
static void bar_style(const struct html_column *c, char *out, size_t size)
{
    double range = c->high - c->low;
    double unit = range > 0 ? 100 / range : 0;
    snprintf(out, size, "min-width:10em;--z:%.6g%%;--u:%.9g%%", -c->low * unit, unit);
}

static void width_style(const struct html_column *c, char *out, size_t size)
{
    enum { FEW = 8 };
    out[0] = '\0';
    if (c->look->width > 0)
        snprintf(out, size, "min-width:min(%.4gch,60vw);max-width:max(%.4gch,48ch)", c->look->width,
                 c->look->width);
    else if (!html_value_is_right(c) && c->widest > FEW)
        snprintf(out, size, "min-width:%dch", c->widest + 1);
}

static void style_column(struct html *h, size_t section, size_t column)
{
    const struct html_column *c = &h->sections[section].columns[column];
    char text[128];
    if (html_value_is_right(c))
        add_column(h, section, column, "text-align:right;white-space:nowrap");
    else if (c->look->align == ALIGN_CENTER)
        add_column(h, section, column, "text-align:center");
    width_style(c, text, sizeof(text));
    if (text[0])
        add_column(h, section, column, text);
    if (c->look->bar) {
        bar_style(c, text, sizeof(text));
        add_column(h, section, column, text);
    }
}

static void put_styles(struct html *h)
{
    output_add_str(&h->page, "<style>\n");
    output_add_str(&h->page, html_style);
    output_add_str(&h->page, svg_chart_css);
    output_add_str(&h->page, "\n");
    for (size_t i = 0; i < h->nsections; i++) {
        const struct html_section *s = &h->sections[i];
        for (size_t k = 0; k < s->ncolumns && !s->hidden && s->rows; k++)
            style_column(h, i, k);
    }
    output_add_str(&h->page, "</style>\n");
}

void html_head_write(struct html *h)
{
    const struct document *doc = h->doc;
    output_add_str(&h->page, "<!DOCTYPE html>\n<html lang=\"");
    output_add_str(&h->page, h->locale->tag);
    output_add_str(&h->page,
                   "\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                   "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
                   "form-action 'none'\"/>\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                   "<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>");
    html_page_text(h, doc->title);
    output_add_str(&h->page, " – ");
    html_page_text(h,
                   doc->tenant_id[0] ? doc->tenant_name : locale_word(h->locale, WORD_ALL_TENANTS));
    output_add_str(&h->page, " – ");
    html_page_text(h, doc->period_text);
    output_add_str(&h->page, "</title>\n");
    put_styles(h);
    output_add_str(&h->page, "</head>\n");
}
