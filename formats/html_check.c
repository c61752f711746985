#include "formats/html_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/input.h"
#include "formats/xml_parse.h"
#include "lib/mem.h"

#define DOCTYPE "<!DOCTYPE html>\n"

enum place { OUTSIDE, HEADER, ROWS, TOTALS };

struct page {
    struct xml_parser parser;
    const struct rendered *results;
    size_t nresults, next; /* the result set that the next section must be */
    uint64_t max_rows;
    enum place place;
    uint64_t rows, totals;
    size_t cells, columns; /* of this row, and of the header */
    char wrong[160];
};

static bool is_ours(const char *name)
{
    static const char *const ours[] = {
        "a",    "body",       "caption", "circle", "dd",    "desc",  "details", "div",     "dl",
        "dt",   "figcaption", "figure",  "h1",     "h2",    "head",  "header",  "html",    "img",
        "li",   "main",       "meta",    "nav",    "p",     "path",  "rect",    "section", "small",
        "span", "style",      "summary", "svg",    "table", "tbody", "td",      "text",    "tfoot",
        "th",   "thead",      "time",    "title",  "tr",    "ul",
    };
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
        if (strcmp(ours[i], name) == 0)
            return true;
    }
    return false;
}

static void skip_hidden(struct page *p)
{
    while (p->next < p->nresults && p->results[p->next].hidden)
        p->next++;
}

/* At the end of a section: whether it held what its result set does. */
static const char *end_section(struct page *p)
{
    skip_hidden(p);
    if (p->next == p->nresults)
        return "there are more sections than result sets";
    const struct rendered *r = &p->results[p->next++];
    uint64_t rows = p->max_rows && r->rows > p->max_rows ? p->max_rows : r->rows;
    uint64_t totals = r->totals && r->rows;
    if (p->rows == rows && p->totals == totals)
        return NULL;
    bool lost = p->rows != rows;
    snprintf(p->wrong, sizeof(p->wrong), "%llu %s were written, but section %zu holds %llu",
             (unsigned long long)(lost ? rows : totals), lost ? "rows" : "rows of totals", p->next,
             (unsigned long long)(lost ? p->rows : p->totals));
    return p->wrong;
}

static void open_place(struct page *p, const char *name)
{
    if (strcmp(name, "section") == 0)
        p->rows = p->totals = 0;
    else if (strcmp(name, "thead") == 0) {
        p->place = HEADER;
        p->columns = 0;
    } else if (strcmp(name, "tbody") == 0)
        p->place = ROWS;
    else if (strcmp(name, "tfoot") == 0)
        p->place = TOTALS;
    else if (strcmp(name, "tr") == 0)
        p->cells = 0;
    else if (strcmp(name, "td") == 0 || strcmp(name, "th") == 0)
        p->cells++;
}

static const char *close_place(struct page *p, const char *name)
{
    if (strcmp(name, "section") == 0)
        return end_section(p);
    if (strcmp(name, "thead") == 0 || strcmp(name, "tbody") == 0 || strcmp(name, "tfoot") == 0)
        p->place = OUTSIDE;
    if (strcmp(name, "tr") != 0)
        return NULL;
    if (p->place == HEADER)
        p->columns = p->cells;
    else if (p->cells != p->columns)
        return "a row has more or fewer cells than the header";
    p->rows += p->place == ROWS;
    p->totals += p->place == TOTALS;
    return NULL;
}

static const char *element(void *ctx, const char *name, bool opens)
{
    struct page *p = ctx;
    if (!opens)
        return close_place(p, name);
    if (!is_ours(name)) {
        snprintf(p->wrong, sizeof(p->wrong), "<%s> does not belong into a page of ours", name);
        return p->wrong;
    }
    open_place(p, name);
    return NULL;
}

static int feed(struct page *p, const char *s, size_t len, struct err *e)
{
    if (xml_parse_feed(&p->parser, s, len) != 0)
        return err_set(e, ERR_IO, "%s (byte %llu)", p->parser.wrong,
                       (unsigned long long)p->parser.offset + sizeof(DOCTYPE) - 1);
    return 0;
}

static int check_end(struct page *p, struct err *e)
{
    if (xml_parse_end(&p->parser) != 0)
        return err_set(e, ERR_IO, "%s", p->parser.wrong);
    if (strcmp(xml_parse_root(&p->parser), "html") != 0)
        return err_set(e, ERR_IO, "the root element is not <html>");
    skip_hidden(p);
    if (p->next != p->nresults)
        return err_set(e, ERR_IO, "the page has no section for result set %zu", p->next + 1);
    return 0;
}

int html_check(const char *path, const struct format_options *options,
               const struct rendered *results, size_t nresults, struct proof *proof, struct err *e)
{
    struct page *p = xcalloc(1, sizeof(*p)); /* the parser's stack is large */
    struct input in = {0};
    const char *s = NULL;
    size_t len = 0, skip = sizeof(DOCTYPE) - 1;
    int rc = -1, got;
    p->results = results;
    p->nresults = nresults;
    p->max_rows = options->html_max_rows;
    xml_parse_init(&p->parser, "tr");
    p->parser.element = element;
    p->parser.ctx = p;
    if (input_open(&in, path, NULL, e) != 0)
        goto out;
    while ((got = input_next(&in, &s, &len, e)) == 1) {
        if (skip && (len < skip || memcmp(s, DOCTYPE, skip) != 0)) {
            err_set(e, ERR_IO, "the page does not begin with <!DOCTYPE html>");
            goto out;
        }
        if (feed(p, s + skip, len - skip, e) != 0)
            goto out;
        skip = 0;
    }
    if (got != 0 || check_end(p, e) != 0)
        goto out;
    input_prove(&in, proof);
    rc = 0;
out:
    input_release(&in);
    free(p);
    return rc;
}
