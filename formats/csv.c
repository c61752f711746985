/*
 * CSV: RFC 4180, UTF-8, CRLF unless the options say otherwise. One file a result set; the first
 * record holds the columns' titles.
 *
 * A cell is quoted when it must be, and when it would otherwise read like NULL: with the default
 * NULL text "", a NULL is nothing between two delimiters and an empty string is `""`. NULL itself
 * is never quoted.
 */
#include "formats/csv.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "formats/csv_check.h"
#include "formats/format.h"
#include "formats/output.h"
#include "formats/text.h"
#include "lib/mem.h"

enum byte_class {
    MUST_QUOTE = 1, /* delimiter, quote, CR, LF */
    MUST_CLEAN = 2, /* not ASCII, or NUL: look closer */
    FORMULA =
        4, /* at the start of a text: =, +, -, @, what is skipped before them, full-width forms */
};

struct csv {
    struct writer writer;
    struct output out;
    const struct format_options *options;
    const struct result *result;
    char delimiter, decimal;
    size_t null_len;
    size_t shortest_plain; /* a value of fewer bytes is looked at closely */
    struct buf scratch;
    unsigned char classes[256];
};

char csv_delimiter(const struct format_options *options)
{
    if (options->csv_delimiter)
        return options->csv_delimiter;
    return options->locale && options->locale->decimal_sign == ',' ? ';' : ',';
}

char csv_decimal_sign(const struct format_options *options)
{
    if (options->csv_decimal)
        return options->csv_decimal;
    return options->locale ? options->locale->decimal_sign : '.';
}

static struct csv *csv_of(struct writer *w)
{
    return (struct csv *)(void *)w;
}

/* The classes of the formula guard are OWASP's list (CWE-1236) and full-width forms (EF BC ..). */
static void set_classes(struct csv *c)
{
    memset(c->classes + 0x80, MUST_CLEAN, 0x80);
    c->classes[0] = MUST_CLEAN;
    c->classes['"'] = c->classes['\r'] = c->classes['\n'] = MUST_QUOTE;
    c->classes[(unsigned char)c->delimiter] = MUST_QUOTE;
    for (const char *p = "=+-@\t\r\n\xef"; *p; p++)
        c->classes[(unsigned char)*p] |= FORMULA;
}

static int csv_open(struct writer **w, const char *path, const char *temp_dir,
                    const struct document *doc, const struct format_options *options, struct err *e)
{
    (void)temp_dir, (void)doc;
    struct csv *c = xcalloc(1, sizeof(*c));
    if (output_open(&c->out, path, format_codec(options, &format_csv), e) != 0) {
        free(c);
        return -1;
    }
    c->writer.format = &format_csv;
    c->options = options;
    c->delimiter = csv_delimiter(options);
    c->decimal = csv_decimal_sign(options);
    c->shortest_plain = options->csv_quote_all ? SIZE_MAX : 1;
    c->null_len = strlen(options->csv_null);
    buf_init(&c->scratch, TEXT_MAX_BYTES);
    set_classes(c);
    if (options->csv_bom)
        output_add_str(&c->out, "\xef\xbb\xbf");
    *w = &c->writer;
    return 0;
}

/* Length of the run at the start whose bytes are of none of the classes. */
static size_t plain_run(const struct csv *c, const char *s, size_t len, unsigned classes)
{
    size_t i = 0;
    while (i < len && !(c->classes[(unsigned char)s[i]] & classes))
        i++;
    return i;
}

static bool reads_as_null(const struct csv *c, const char *s, size_t len)
{
    return len == c->null_len && memcmp(s, c->options->csv_null, len) == 0;
}

/* Whether a spreadsheet would take the text for a formula. */
static bool starts_formula(const struct csv *c, const char *s, size_t len)
{
    if (len == 0 || !(c->classes[(unsigned char)s[0]] & FORMULA))
        return false;
    if ((unsigned char)s[0] != 0xef)
        return true;
    return len >= 3 && s[1] == '\xbc' && memchr("\x9d\x8b\x8d\xa0", s[2], 4);
}

static void add_quoted(struct csv *c, const char *s, size_t len, bool guard)
{
    output_add_char(&c->out, '"');
    if (guard)
        output_add_char(&c->out, '\'');
    const char *quote;
    while ((quote = memchr(s, '"', len)) != NULL) {
        size_t n = (size_t)(quote - s) + 1;
        output_add(&c->out, s, n);
        output_add_char(&c->out, '"');
        s += n;
        len -= n;
    }
    output_add(&c->out, s, len);
    output_add_char(&c->out, '"');
}

/* `textual`: the value is a string of the database, so it may be a formula in disguise. */
static void add_value(struct csv *c, const char *s, size_t len, bool textual)
{
    if (plain_run(c, s, len, MUST_CLEAN) < len)
        s = text_clean(&c->scratch, s, &len, false, &c->writer.notes.replaced_characters);
    bool guard = textual && c->options->csv_formula_guard && starts_formula(c, s, len);
    if (guard)
        c->writer.notes.guarded_formulas++;
    if (c->options->csv_quote_all || plain_run(c, s, len, MUST_QUOTE) < len ||
        reads_as_null(c, s, len)) {
        add_quoted(c, s, len, guard);
        return;
    }
    if (guard)
        output_add_char(&c->out, '\'');
    output_add(&c->out, s, len);
}

/* The common case in one scan of the bytes: nothing about the value is special. */
static void add(struct csv *c, const char *s, size_t len, bool textual)
{
    if (len < c->shortest_plain || len == c->null_len ||
        (textual && c->classes[(unsigned char)s[0]] & FORMULA) ||
        text_plain_run(s, len, c->delimiter) < len)
        add_value(c, s, len, textual);
    else
        output_add(&c->out, s, len);
}

static bool made_of(const char *bytes, const char *s, size_t len)
{
    size_t i = 0;
    while (i < len && s[i] && strchr(bytes, s[i]))
        i++;
    return i == len;
}

/* The number with the sign that was asked for in place of its point: a copy in `scratch`. What is
 * no number, in a column that a job calls one, stays as it is. */
static const char *with_decimal_sign(struct csv *c, const char *s, size_t len)
{
    const char *point = memchr(s, '.', len);
    if (!point || !made_of("0123456789+-eE", point + 1, (size_t)(s + len - point) - 1) ||
        !made_of("0123456789-", s, (size_t)(point - s)))
        return s;
    buf_clear(&c->scratch);
    buf_add(&c->scratch, s, len);
    c->scratch.data[point - s] = c->decimal;
    return c->scratch.data;
}

static void add_cell(struct csv *c, enum column_type type, const struct cell *cell)
{
    const char *s = cell->text;
    size_t len = cell->len;
    if (!s) {
        output_add(&c->out, c->options->csv_null, c->null_len);
    } else if (type == COLUMN_TEXT || type == COLUMN_JSON) {
        add(c, s, len, true);
    } else if (type == COLUMN_BOOLEAN && len == 1 && (*s == '0' || *s == '1')) {
        s = *s == '1' ? "true" : "false";
        add(c, s, strlen(s), false);
    } else {
        if (type == COLUMN_BINARY)
            s = text_hex(&c->scratch, s, &len);
        else if (c->decimal != '.' && (type == COLUMN_DECIMAL || type == COLUMN_FLOAT))
            s = with_decimal_sign(c, s, len);
        add(c, s, len, false);
    }
}

static void end_record(struct csv *c)
{
    if (c->options->csv_lf)
        output_add_char(&c->out, '\n');
    else
        output_add(&c->out, "\r\n", 2);
}

static int csv_begin(struct writer *w, const struct result *r, struct err *e)
{
    struct csv *c = csv_of(w);
    c->result = r;
    for (size_t i = 0; i < r->ncolumns; i++) {
        if (i)
            output_add_char(&c->out, c->delimiter);
        add(c, r->columns[i].title, strlen(r->columns[i].title), true);
    }
    end_record(c);
    return output_ok(&c->out, e);
}

static int csv_row(struct writer *w, const struct cell *cells, struct err *e)
{
    struct csv *c = csv_of(w);
    const struct result *r = c->result;
    for (size_t i = 0; i < r->ncolumns; i++) {
        if (i)
            output_add_char(&c->out, c->delimiter);
        add_cell(c, r->columns[i].type, &cells[i]);
    }
    end_record(c);
    return output_end_row(&c->out, e);
}

static int csv_end(struct writer *w, struct err *e)
{
    return output_ok(&csv_of(w)->out, e);
}

static int csv_finish(struct writer *w, struct err *e)
{
    struct csv *c = csv_of(w);
    int rc = output_close(&c->out, e);
    w->written = c->out.written;
    return rc;
}

static void csv_free(struct writer *w)
{
    if (!w)
        return;
    struct csv *c = csv_of(w);
    output_release(&c->out);
    buf_release(&c->scratch);
    free(c);
}

const struct format format_csv = {
    .name = "csv",
    .extension = "csv",
    .media_type = "text/csv",
    .per_result = true,
    .open = csv_open,
    .begin = csv_begin,
    .row = csv_row,
    .end = csv_end,
    .finish = csv_finish,
    .free = csv_free,
    .verify = csv_check,
};
