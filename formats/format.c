#include "formats/format.h"

#include <stdio.h>
#include <string.h>

const struct format_options format_default_options = {
    .csv_bom = true,
    .csv_formula_guard = true,
    .csv_null = "",
    .xlsx_truncate = false,
    .html_max_rows = 10000,
};

static const struct format *const registry[] = {
    &format_xlsx, &format_csv, &format_json, &format_json_rows, &format_ndjson, &format_html, NULL,
};
_Static_assert(sizeof(registry) / sizeof(registry[0]) <= FORMAT_MAX, "FORMAT_MAX is too small");

const struct locale *document_locale(const struct document *doc)
{
    return doc->locale ? doc->locale : &locale_default;
}

const struct report_look *document_look(const struct document *doc)
{
    return doc->look ? doc->look : &report_look_none;
}

const struct result_look *result_look(const struct result *r)
{
    return r->look ? r->look : &result_look_none;
}

bool result_has_totals(const struct result *r)
{
    for (size_t i = 0; i < r->ncolumns; i++) {
        if (column_look(&r->columns[i])->total != TOTAL_NONE)
            return true;
    }
    return false;
}

const struct format *format_by_name(const char *name)
{
    for (const struct format *const *f = registry; *f; f++) {
        if (strcmp((*f)->name, name) == 0)
            return *f;
    }
    return NULL;
}

const struct format *format_at(size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (!registry[i])
            return NULL;
    }
    return registry[index];
}

size_t format_index(const struct format *format)
{
    size_t i = 0;
    while (registry[i] && registry[i] != format)
        i++;
    return i;
}

const struct codec *format_codec(const struct format_options *options, const struct format *format)
{
    return options->compress[format_index(format)];
}

int format_file_name(const struct format *format, const struct format_options *options,
                     const char *job, const char *result, char name[ARTIFACT_NAME_SIZE])
{
    const struct codec *codec = format_codec(options, format);
    int len = snprintf(name, ARTIFACT_NAME_SIZE, "%s%s%s.%s%s%s", job, result[0] ? "." : "", result,
                       format->extension, codec ? "." : "", codec ? codec->extension : "");
    return len < 0 || len >= ARTIFACT_NAME_SIZE || strchr(name, '/') ? -1 : 0;
}
