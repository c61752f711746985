/* HTML: one page a report, complete in itself, for people who would rather look than download. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/html_check.h"
#include "formats/html_parts.h"
#include "formats/text.h"

static struct html *html_of(struct writer *w)
{
    return (struct html *)(void *)w;
}

static void html_free(struct writer *w)
{
    if (!w)
        return;
    struct html *h = html_of(w);
    for (size_t i = 0; i < h->nsections; i++)
        html_section_release(&h->sections[i]);
    output_release(&h->rows);
    output_release(&h->page);
    if (h->has_logo)
        logo_release(&h->logo);
    figures_release(&h->figures);
    buf_release(&h->clean);
    buf_release(&h->shown);
    arena_release(&h->arena);
    free(h);
}

static int html_open(struct writer **w, const char *path, const char *temp_dir,
                     const struct document *doc, const struct format_options *options,
                     struct err *e)
{
    struct html *h = xcalloc(1, sizeof(*h));
    const struct report_look *look = document_look(doc);
    const char *slash = strrchr(path, '/');
    h->writer.format = &format_html;
    h->doc = doc;
    h->locale = document_locale(doc);
    h->dir = arena_strdup(&h->arena, temp_dir);
    h->name = arena_strdup(&h->arena, slash ? slash + 1 : path);
    h->options = options;
    h->max_rows = options->html_max_rows;
    buf_init(&h->clean, TEXT_MAX_BYTES);
    buf_init(&h->shown, TEXT_MAX_BYTES);
    number_format_parse(&h->date, h->locale->date_format);
    number_format_parse(&h->datetime,
                        arena_printf(&h->arena, "%s hh:mm:ss", h->locale->date_format));
    figures_open(&h->figures, doc);
    if (look->logo && logo_read(&h->logo, look->logo, e) != 0)
        goto fail;
    h->has_logo = look->logo != NULL;
    if (output_open(&h->page, path, NULL, e) != 0)
        goto fail;
    *w = &h->writer;
    return 0;
fail:
    html_free(&h->writer);
    return -1;
}

static int html_begin(struct writer *w, const struct result *r, struct err *e)
{
    return html_section_begin(html_of(w), r, e);
}

static int html_row(struct writer *w, const struct cell *cells, struct err *e)
{
    return html_section_row(html_of(w), cells, e);
}

static int html_end(struct writer *w, struct err *e)
{
    return html_section_end(html_of(w), e);
}

static int html_finish(struct writer *w, struct err *e)
{
    struct html *h = html_of(w);
    if (html_page_write(h, e) != 0)
        return -1;
    return output_close(&h->page, e);
}

const struct format format_html = {
    .name = "html",
    .extension = "html",
    .media_type = "text/html",
    .per_result = false,
    .open = html_open,
    .begin = html_begin,
    .row = html_row,
    .end = html_end,
    .finish = html_finish,
    .free = html_free,
    .verify = html_check,
};
