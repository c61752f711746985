#include "formats/format.h"

#include <string.h>

const struct format_options format_default_options = {
    .csv_delimiter = ',',
    .csv_bom = true,
    .csv_formula_guard = true,
    .csv_null = "",
    .xlsx_truncate = false,
};

static const struct format *const registry[] = {
    &format_xlsx, &format_csv, &format_json, &format_ndjson, NULL,
};

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
