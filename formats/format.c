#include "formats/format.h"

#include <string.h>

const struct format_options format_default_options = {
    .csv_bom = true,
    .csv_formula_guard = true,
    .csv_null = "",
    .xlsx_truncate = false,
};

static const struct format *const registry[] = {
    &format_xlsx, &format_csv, &format_json, &format_json_rows, &format_ndjson, NULL,
};
_Static_assert(sizeof(registry) / sizeof(registry[0]) <= FORMAT_MAX, "FORMAT_MAX is too small");

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
