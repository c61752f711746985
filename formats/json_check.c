#include "formats/json_check.h"

#include <string.h>

#include "formats/input.h"
#include "formats/json_parse.h"

/* What has been seen of the document so far. */
struct document_check {
    const struct rendered *results;
    size_t nresults;
    size_t done;          /* result sets that were read whole */
    bool has_results;     /* and that their array was */
    uint64_t array_items; /* of the current result set: its rows, UINT64_MAX before */
    uint64_t row_count;   /* and what it says about itself */
};

static const char *result_done(struct document_check *d)
{
    if (d->done == d->nresults)
        return "more result sets than were written";
    if (d->array_items != d->results[d->done].rows)
        return "a result set's rows are not as many as were written";
    if (d->row_count != d->results[d->done].rows)
        return "a result set's row_count is not the number of rows written";
    d->done++;
    d->array_items = d->row_count = UINT64_MAX;
    return NULL;
}

/* Objects two deep are result sets: `results` is the only array of objects at the document's top.
 */
static const char *watch(void *ctx, const struct json_value *v)
{
    struct document_check *d = ctx;
    if (v->depth == 3 && v->kind == '[' && strcmp(v->key, "rows") == 0)
        d->array_items = v->n;
    else if (v->depth == 3 && v->kind == '0' && strcmp(v->key, "row_count") == 0)
        d->row_count = v->n;
    else if (v->depth == 2 && v->kind == '{')
        return result_done(d);
    else if (v->depth == 1 && v->kind == '[' && strcmp(v->key, "results") == 0) {
        if (d->has_results || v->n != d->nresults || d->done != d->nresults)
            return "not the result sets that were written";
        d->has_results = true;
    }
    return NULL;
}

static int wrong(const struct json_parser *p, struct err *e)
{
    return err_set(e, ERR_IO, "%s (byte %llu)", p->wrong, (unsigned long long)p->offset);
}

/* Parses a file that is one value. */
static int parse_file(const char *path, const struct codec *codec, struct json_parser *parser,
                      struct proof *proof, struct err *e)
{
    int rc = -1;
    struct input in = {0};
    if (input_open(&in, path, codec, e) != 0)
        return -1;
    const char *p;
    size_t len;
    int got;
    while ((got = input_next(&in, &p, &len, e)) == 1) {
        if (json_parse_feed(parser, p, len) != 0) {
            wrong(parser, e);
            goto out;
        }
    }
    if (got < 0)
        goto out;
    if (json_parse_end(parser) != 0) {
        wrong(parser, e);
        goto out;
    }
    input_prove(&in, proof);
    rc = 0;
out:
    input_release(&in);
    return rc;
}

int json_check(const char *path, const struct format_options *options,
               const struct rendered *results, size_t nresults, struct proof *proof, struct err *e)
{
    struct document_check d = {.results = results,
                               .nresults = nresults,
                               .array_items = UINT64_MAX,
                               .row_count = UINT64_MAX};
    struct json_parser parser;
    struct proof found;
    json_parse_init(&parser, JSON_MAX_DEPTH);
    parser.watch = watch;
    parser.ctx = &d;
    if (parse_file(path, format_codec(options, &format_json), &parser, &found, e) != 0)
        return -1;
    if (!d.has_results)
        return err_set(e, ERR_IO, "the document has no \"results\"");
    *proof = found;
    return 0;
}

/* What has been seen of an array of rows. */
struct rows_check {
    uint64_t items;
    bool is_array;
};

static const char *only_rows(void *ctx, const struct json_value *v)
{
    struct rows_check *c = ctx;
    if (v->depth == 1 && v->kind != '{')
        return "a row is not an object";
    if (v->depth == 0) {
        c->is_array = v->kind == '[';
        c->items = v->n;
    }
    return NULL;
}

int json_check_rows(const char *path, const struct format_options *options,
                    const struct rendered *results, size_t nresults, struct proof *proof,
                    struct err *e)
{
    if (nresults != 1)
        return err_set(e, ERR_INTERNAL, "an array of rows is one result set, not %zu", nresults);
    struct rows_check c = {0};
    struct json_parser parser;
    struct proof found;
    json_parse_init(&parser, JSON_MAX_DEPTH);
    parser.watch = only_rows;
    parser.ctx = &c;
    if (parse_file(path, format_codec(options, &format_json_rows), &parser, &found, e) != 0)
        return -1;
    if (!c.is_array)
        return err_set(e, ERR_IO, "the file is not an array");
    if (c.items != results[0].rows)
        return err_set(e, ERR_IO, "%llu rows were written, but the file holds %llu",
                       (unsigned long long)results[0].rows, (unsigned long long)c.items);
    *proof = found;
    return 0;
}

/* Lines found so far, and the parser inside the current one. */
struct lines_check {
    struct json_parser parser;
    uint64_t lines;
    bool inside; /* the current line has begun */
};

static const char *only_objects(void *ctx, const struct json_value *v)
{
    (void)ctx;
    return v->depth == 0 && v->kind != '{' ? "a line is not an object" : NULL;
}

/* Feeds a piece of one line. */
static int feed_line(struct lines_check *l, const char *p, size_t len)
{
    if (!l->inside) {
        json_parse_init(&l->parser, JSON_MAX_DEPTH);
        l->parser.watch = only_objects;
        l->inside = true;
    }
    return json_parse_feed(&l->parser, p, len);
}

static int feed_lines(struct lines_check *l, const char *p, size_t len, struct err *e)
{
    while (len) {
        const char *newline = memchr(p, '\n', len);
        size_t n = newline ? (size_t)(newline - p) : len;
        if (feed_line(l, p, n) != 0 || (newline && json_parse_end(&l->parser) != 0)) {
            wrong(&l->parser, e);
            return err_wrap(e, "line %llu", (unsigned long long)l->lines + 1);
        }
        if (!newline)
            return 0;
        l->inside = false;
        l->lines++;
        p += n + 1;
        len -= n + 1;
    }
    return 0;
}

int json_check_lines(const char *path, const struct format_options *options,
                     const struct rendered *results, size_t nresults, struct proof *proof,
                     struct err *e)
{
    if (nresults != 1)
        return err_set(e, ERR_INTERNAL, "an NDJSON file holds one result set, not %zu", nresults);
    int rc = -1;
    struct input in = {0};
    struct lines_check l = {0};
    if (input_open(&in, path, format_codec(options, &format_ndjson), e) != 0)
        return -1;
    const char *p;
    size_t len;
    int got;
    while ((got = input_next(&in, &p, &len, e)) == 1) {
        if (feed_lines(&l, p, len, e) != 0)
            goto out;
    }
    if (got < 0)
        goto out;
    if (l.inside) {
        err_set(e, ERR_IO, "the file ends inside line %llu", (unsigned long long)l.lines + 1);
        goto out;
    }
    if (l.lines != results[0].rows) {
        err_set(e, ERR_IO, "%llu rows were written, but the file holds %llu",
                (unsigned long long)results[0].rows, (unsigned long long)l.lines);
        goto out;
    }
    input_prove(&in, proof);
    rc = 0;
out:
    input_release(&in);
    return rc;
}
