#include "formats/csv_check.h"

#include <string.h>

#include "formats/csv.h"
#include "formats/input.h"
#include "formats/text.h"

enum state {
    FIELD_START,
    PLAIN,       /* inside a field without quotes */
    NULL_TEXT,   /* the same, where only NULL may have none */
    QUOTED,      /* inside quotes */
    AFTER_QUOTE, /* behind a quote that ended the field, or the first of two */
    AFTER_CR,
    RECORD_START, /* behind a line's end: a good place for the file's end */
};

struct parser {
    enum state state;
    unsigned char delimiter;
    bool quote_all, lf;
    const char *null;                /* the text of NULL */
    size_t null_len, matched;        /* how much of it this field has */
    uint64_t records, fields, width; /* fields of this record, and of the header */
    const char *wrong;
    unsigned char plain[256]; /* 1: may stand in a field without quotes */
};

static void end_record(struct parser *p)
{
    p->fields++;
    if (p->records == 0)
        p->width = p->fields;
    else if (p->fields != p->width)
        p->wrong = "a record has more or fewer fields than the header";
    p->records++;
    p->fields = 0;
}

/* A byte that ends a field: delimiter, CR, or LF where lines end with that alone. */
static enum state end_field(struct parser *p, unsigned char c)
{
    if (c == p->delimiter) {
        p->fields++;
        return FIELD_START;
    }
    if (p->lf && c == '\n') {
        end_record(p);
        return RECORD_START;
    }
    if (p->lf || c != '\r')
        p->wrong = p->lf ? "a quote or carriage return stands where none may"
                         : "a quote or line feed stands where none may";
    return AFTER_CR;
}

/* A field without quotes, where all but NULL have some. */
static enum state null_text(struct parser *p, unsigned char c)
{
    bool whole = p->matched == p->null_len;
    if (!whole && c == (unsigned char)p->null[p->matched]) {
        p->matched++;
        return NULL_TEXT;
    }
    if (whole && !p->plain[c])
        return end_field(p, c);
    p->wrong = "a field that is not NULL stands without quotes";
    return NULL_TEXT;
}

static enum state step(struct parser *p, unsigned char c)
{
    switch (p->state) {
    case RECORD_START:
    case FIELD_START:
        if (c == '"')
            return QUOTED;
        p->matched = 0;
        if (p->quote_all)
            return null_text(p, c);
        return p->plain[c] ? PLAIN : end_field(p, c);
    case PLAIN:
        return p->plain[c] ? PLAIN : end_field(p, c);
    case NULL_TEXT:
        return null_text(p, c);
    case QUOTED:
        return c == '"' ? AFTER_QUOTE : QUOTED;
    case AFTER_QUOTE:
        return c == '"' ? QUOTED : end_field(p, c);
    case AFTER_CR:
        break;
    }
    if (c != '\n')
        p->wrong = "a carriage return stands without its line feed";
    end_record(p);
    return RECORD_START;
}

/* Skips what can't change the state; most bytes of a file end here. */
static size_t skip(const struct parser *p, const char *s, size_t at, size_t len)
{
    if (p->state == QUOTED) {
        const char *quote = memchr(s + at, '"', len - at);
        return quote ? (size_t)(quote - s) : len;
    }
    if (p->state != PLAIN)
        return at;
    do
        at += text_plain_run(s + at, len - at, (char)p->delimiter);
    while (at < len && p->plain[(unsigned char)s[at]] && ++at < len);
    return at;
}

static int parse(struct parser *p, const char *s, size_t len, struct err *e)
{
    if (memchr(s, '\0', len))
        return err_set(e, ERR_IO, "a NUL byte in the file");
    for (size_t i = 0; i < len; i++) {
        i = skip(p, s, i, len);
        if (i == len)
            break;
        p->state = step(p, (unsigned char)s[i]);
        if (p->wrong)
            return err_set(e, ERR_IO, "%s (record %llu)", p->wrong,
                           (unsigned long long)p->records + 1);
    }
    return 0;
}

static int check_end(const struct parser *p, uint64_t rows, struct err *e)
{
    if (p->state != RECORD_START || p->records == 0)
        return err_set(e, ERR_IO, "the file ends inside record %llu",
                       (unsigned long long)p->records + 1);
    if (p->records - 1 != rows)
        return err_set(e, ERR_IO, "%llu rows were written, but the file holds %llu",
                       (unsigned long long)rows, (unsigned long long)p->records - 1);
    return 0;
}

static void parser_init(struct parser *p, const struct format_options *options)
{
    *p = (struct parser){.state = RECORD_START,
                         .delimiter = (unsigned char)csv_delimiter(options),
                         .quote_all = options->csv_quote_all,
                         .lf = options->csv_lf,
                         .null = options->csv_null,
                         .null_len = strlen(options->csv_null)};
    memset(p->plain, 1, sizeof(p->plain));
    p->plain[p->delimiter] = p->plain['"'] = p->plain['\r'] = p->plain['\n'] = 0;
}

int csv_check(const char *path, const struct format_options *options,
              const struct rendered *results, size_t nresults, struct proof *proof, struct err *e)
{
    if (nresults != 1)
        return err_set(e, ERR_INTERNAL, "a CSV file holds one result set, not %zu", nresults);
    int rc = -1;
    struct input in = {0};
    struct parser parser;
    parser_init(&parser, options);
    if (input_open(&in, path, format_codec(options, &format_csv), e) != 0)
        return -1;
    const char *p = NULL;
    size_t len = 0;
    int got = input_next(&in, &p, &len, e);
    bool bom = got == 1 && len >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0;
    if (got == 1 && options->csv_bom != bom) {
        err_set(e, ERR_IO, "the byte order mark is %s", bom ? "there" : "missing");
        goto out;
    }
    if (bom) {
        p += 3;
        len -= 3;
    }
    for (; got == 1; got = input_next(&in, &p, &len, e)) {
        if (parse(&parser, p, len, e) != 0)
            goto out;
    }
    if (got != 0 || check_end(&parser, results[0].rows, e) != 0)
        goto out;
    input_prove(&in, proof);
    rc = 0;
out:
    input_release(&in);
    return rc;
}
