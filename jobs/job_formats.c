#include <stddef.h>
#include <string.h>

#include "jobs/job_parts.h"

/* Options as they are written; formats/format.h has them as they are used. */
struct options {
    const char *delimiter, *decimal_sign, *null;
    bool bom, formula_guard;
    int quoting, line_ends, compress, compression, too_long;
    int64_t max_rows;
};

static const char *const quoting_choices[] = {"minimal", "all", NULL};
static const char *const line_ends_choices[] = {"crlf", "lf", NULL};
static const char *const compress_choices[] = {"none", "gzip", "zstd", NULL};
static const char *const compression_choices[] = {"fast", "small", NULL};
static const char *const too_long_choices[] = {"error", "truncate", NULL};

#define COMPRESS_HELP "none (the default), gzip or zstd: names of files then end in .gz or .zst"

const struct field job_csv_fields[] = {
    {"delimiter", FIELD_LITERAL, offsetof(struct options, delimiter),
     .help =
         "between fields: \",\", \";\", \"|\" or \"\\t\" (default: as the locale's spreadsheets)"},
    {"decimal_sign", FIELD_LITERAL, offsetof(struct options, decimal_sign),
     .help = "of decimals and floats: \".\" or \",\" (default: that of the locale)"},
    {"quoting", FIELD_CHOICE, offsetof(struct options, quoting), .choices = quoting_choices,
     .help = "minimal (the default): what must be quoted; all: whatever is not NULL"},
    {"line_ends", FIELD_CHOICE, offsetof(struct options, line_ends), .choices = line_ends_choices,
     .help = "crlf (the default) or lf"},
    {"bom", FIELD_BOOLEAN, offsetof(struct options, bom),
     .help = "begin with a byte order mark, by which Excel recognises UTF-8 (default: true)"},
    {"formula_guard", FIELD_BOOLEAN, offsetof(struct options, formula_guard),
     .help = "put a ' before texts that a spreadsheet would take for a formula (default: true)"},
    {"null", FIELD_LITERAL, offsetof(struct options, null),
     .help = "what stands for NULL (default: nothing)"},
    {"compress", FIELD_CHOICE, offsetof(struct options, compress), .choices = compress_choices,
     .help = COMPRESS_HELP},
    {0},
};

const struct field job_json_fields[] = {
    {"compress", FIELD_CHOICE, offsetof(struct options, compress), .choices = compress_choices,
     .help = COMPRESS_HELP},
    {0},
};

const struct field job_xlsx_fields[] = {
    {"too_long", FIELD_CHOICE, offsetof(struct options, too_long), .choices = too_long_choices,
     .help = "texts over 32,767 characters: error (the default) or truncate"},
    {"compression", FIELD_CHOICE, offsetof(struct options, compression),
     .choices = compression_choices,
     .help = "fast (the default), or small: cells then don't say where they are if they follow "
             "each other"},
    {0},
};

const struct field job_html_fields[] = {
    {"max_rows", FIELD_INTEGER, offsetof(struct options, max_rows), .min = 0, .max = 1000000000,
     .help = "so many rows of a result set are on the page, 0: all (default: 10000)"},
    {0},
};

const struct field job_no_fields[] = {{0}};

/* What a format can be told in a job; one that is not listed has no options. */
static const struct field *options_of(const char *format)
{
    static const struct fields_section tables[] = {
        {"csv", job_csv_fields},        {"html", job_html_fields},   {"json", job_json_fields},
        {"json-rows", job_json_fields}, {"ndjson", job_json_fields}, {"xlsx", job_xlsx_fields}};
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        if (strcmp(tables[i].name, format) == 0)
            return tables[i].fields;
    }
    return job_no_fields;
}

static void refuse(const struct job_reading *r, const struct yaml_node *node, const char *key,
                   const char *text, const char *hint)
{
    problems_add(r->problems, &yaml_get(node, key)->at, hint, "\"%s\" can't be \"%s\"", key,
                 yaml_show(r->arena, text));
}

/* One of the bytes; NULL text: not said. */
static void read_sign(const struct job_reading *r, const struct yaml_node *node, const char *key,
                      const char *text, const char *bytes, const char *hint, char *out)
{
    if (!text)
        return;
    const char *sign = strcmp(text, "\\t") == 0 ? "\t" : text;
    if (strlen(sign) == 1 && strchr(bytes, *sign))
        *out = *sign;
    else
        refuse(r, node, key, text, hint);
}

static void read_csv(const struct job_reading *r, const struct yaml_node *node,
                     const struct options *written)
{
    struct format_options *o = &r->job->options;
    read_sign(r, node, "delimiter", written->delimiter, ",;|\t", "one of \",\" \";\" \"|\" \"\\t\"",
              &o->csv_delimiter);
    read_sign(r, node, "decimal_sign", written->decimal_sign, ".,", "one of \".\" \",\"",
              &o->csv_decimal);
    /* NULL is never quoted: it must read as one field with any delimiter. */
    if (strpbrk(written->null, ",;|\t\"\r\n"))
        refuse(r, node, "null", written->null, "a text without , ; | \" tabs and line ends");
    o->csv_null = written->null;
    o->csv_bom = written->bom;
    o->csv_formula_guard = written->formula_guard;
    o->csv_quote_all = written->quoting;
    o->csv_lf = written->line_ends;
}

static void read_options(const struct job_reading *r, const struct yaml_node *node,
                         const struct format *format)
{
    struct format_options *o = &r->job->options;
    struct options written = {
        .null = o->csv_null,
        .bom = o->csv_bom,
        .formula_guard = o->csv_formula_guard,
        .quoting = o->csv_quote_all,
        .line_ends = o->csv_lf,
        .compression = o->xlsx_small,
        .too_long = o->xlsx_truncate,
        .max_rows = (int64_t)o->html_max_rows,
    };
    const char *what = arena_printf(r->arena, "format \"%s\"", format->name);
    if (fields_read(node, what, options_of(format->name), &written, r->arena, r->problems) != 0)
        return;
    read_csv(r, node, &written);
    o->xlsx_small = written.compression;
    o->xlsx_truncate = written.too_long;
    o->compress[format_index(format)] = codec_by_name(compress_choices[written.compress]);
    o->html_max_rows = (uint64_t)written.max_rows;
}

static void unknown_format(const struct job_reading *r, const struct place *at, const char *name)
{
    size_t n = 0;
    const char *list = "one of: ";
    while (format_at(n))
        n++;
    const char **names = arena_alloc(r->arena, (n + 1) * sizeof(*names));
    for (size_t i = 0; i < n; i++) {
        names[i] = format_at(i)->name;
        list = arena_printf(r->arena, "%s%s%s", list, i ? ", " : "", names[i]);
    }
    problems_add(r->problems, at, list, "unknown format \"%s\"%s", yaml_show(r->arena, name),
                 fields_did_you_mean(r->arena, name, names, n));
}

/* `- csv` or `- csv: {delimiter: ";"}`. */
static void read_format(const struct job_reading *r, const struct yaml_node *node)
{
    struct job *job = r->job;
    const struct yaml_node *options = node->kind == YAML_MAPPING ? node->first : NULL;
    const char *name = options ? options->key : node->kind == YAML_SCALAR ? node->text : NULL;
    if (!name || (options && options->next)) {
        problems_add(r->problems, &node->at,
                     "such as:  - csv   or, with options,  - csv: {delimiter: \";\"}",
                     "a format is a name, or a name with its options");
        return;
    }
    const struct format *format = format_by_name(name);
    if (!format) {
        unknown_format(r, &node->at, name);
        return;
    }
    for (size_t i = 0; i < job->nformats; i++) {
        if (job->formats[i] == format) {
            problems_add(r->problems, &node->at, "keep one of the two",
                         "format \"%s\" stands twice in the list", name);
            return;
        }
    }
    job->formats[job->nformats++] = format;
    if (options && !yaml_is_null(options))
        read_options(r, options, format);
}

void job_formats_read(const struct job_reading *r, const struct yaml_node *node)
{
    enum { MAX_FORMATS = 50 };
    struct job *job = r->job;
    job->options = format_default_options;
    if (!node) {
        job->formats = arena_alloc(r->arena, sizeof(*job->formats));
        job->formats[job->nformats++] = &format_xlsx;
        return;
    }
    if (node->kind != YAML_SEQUENCE || !node->first) {
        problems_add(r->problems, &node->at, "such as:  formats: [xlsx, csv, json]",
                     "\"formats\" must be a list of at least one format");
        return;
    }
    size_t n = job_count(r, node, "formats", MAX_FORMATS);
    job->formats = arena_alloc(r->arena, (n + 1) * sizeof(*job->formats));
    for (const struct yaml_node *f = n ? node->first : NULL; f; f = f->next)
        read_format(r, f);
}
