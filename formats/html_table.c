/* The table of a result set. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/html_parts.h"
#include "formats/xml_text.h"

static void put(struct html *h, const char *s)
{
    output_add_str(&h->page, s);
}

/* The note can be seen, not only be pointed at; `abbr` keeps it out of what is read at each cell.
 */
static void write_header(struct html *h, const struct html_section *s)
{
    put(h, "<thead><tr>");
    for (size_t i = 0; i < s->ncolumns; i++) {
        const struct html_column *c = &s->columns[i];
        put(h, "<th scope=\"col\" dir=\"auto\"");
        if (c->note) {
            put(h, " abbr=\"");
            html_page_text(h, c->title);
            put(h, "\"");
        }
        put(h, ">");
        html_page_text(h, c->title);
        if (c->note) {
            put(h, "<small dir=\"auto\">");
            html_page_text(h, c->note);
            put(h, "</small>");
        }
        put(h, "</th>");
    }
    put(h, "</tr></thead>\n");
}

static int copy_rows(struct html *h, const struct html_section *s, struct err *e)
{
    enum { BLOCK = 64 * 1024 };
    char *block = xmalloc(BLOCK);
    ssize_t n;
    while ((n = read(s->rows_fd, block, BLOCK)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break;
        output_add(&h->page, block, (size_t)n);
    }
    free(block);
    return n == 0 ? 0 : err_sys(e, "can't read the rows of \"%s\" back", s->name);
}

/* All columns that have a total have a sum, and the first column has none: one word says it. */
static bool has_one_label(const struct html_section *s)
{
    for (size_t i = 0; i < s->ncolumns; i++) {
        enum look_total total = s->columns[i].look->total;
        if (i ? total != TOTAL_NONE && total != TOTAL_SUM : total != TOTAL_NONE)
            return false;
    }
    return true;
}

static void write_total(struct html *h, const struct html_column *c, bool labelled)
{
    static const enum locale_word words[] = {
        [TOTAL_SUM] = WORD_TOTAL,   [TOTAL_AVERAGE] = WORD_AVERAGE, [TOTAL_MIN] = WORD_MINIMUM,
        [TOTAL_MAX] = WORD_MAXIMUM, [TOTAL_COUNT] = WORD_COUNT,
    };
    put(h, "<td>");
    if (c->look->total != TOTAL_NONE) {
        size_t len;
        const char *text = html_section_total(h, c, &len);
        if (labelled) {
            put(h, "<small>");
            html_page_text(h, locale_word(h->locale, words[c->look->total]));
            put(h, "</small> ");
        }
        xml_text_write(&h->page, text, len);
    }
    put(h, "</td>");
}

static void write_totals(struct html *h, const struct html_section *s)
{
    bool one = has_one_label(s);
    put(h, "<tfoot><tr>");
    for (size_t i = 0; i < s->ncolumns; i++) {
        if (i || !one) {
            write_total(h, &s->columns[i], !one);
            continue;
        }
        put(h, "<th scope=\"row\">");
        html_page_text(h, locale_word(h->locale, WORD_TOTAL));
        put(h, "</th>");
    }
    put(h, "</tr></tfoot>\n");
}

static void write_caption(struct html *h, const struct html_section *s)
{
    put(h, "<caption><span class=\"unseen\" dir=\"auto\">");
    html_page_text(h, s->title);
    put(h, "</span> ");
    html_page_text(h, locale_word(h->locale, WORD_ROWS));
    put(h, ": ");
    html_page_count(h, s->rows);
    put(h, "</caption>\n");
}

int html_table_write(struct html *h, const struct html_section *s, struct err *e)
{
    enum { TALL_ROWS = 50 }; /* that scroll by themselves, so that the next table is not far */
    char text[64];
    /* A box of its own that scrolls; who has no pointer reaches it with the keyboard. */
    put(h, s->shown > TALL_ROWS ? "<div class=\"table tall\"" : "<div class=\"table\"");
    put(h, " role=\"region\" tabindex=\"0\" aria-label=\"");
    html_page_text(h, s->title);
    snprintf(text, sizeof(text), "\">\n<table id=\"t%zu\">\n", (size_t)(s - h->sections));
    put(h, text);
    write_caption(h, s);
    write_header(h, s);
    put(h, "<tbody>\n");
    if (copy_rows(h, s, e) != 0)
        return -1;
    put(h, "</tbody>\n");
    if (html_section_has_totals(s))
        write_totals(h, s);
    put(h, "</table>\n</div>\n");
    return 0;
}
