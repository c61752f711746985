#include "formats/row.h"

#include <string.h>

static const char *const names[] = {
    [COLUMN_TEXT] = "text",     [COLUMN_INTEGER] = "integer",   [COLUMN_DECIMAL] = "decimal",
    [COLUMN_FLOAT] = "float",   [COLUMN_BOOLEAN] = "boolean",   [COLUMN_DATE] = "date",
    [COLUMN_TIME] = "time",     [COLUMN_DATETIME] = "datetime", [COLUMN_JSON] = "json",
    [COLUMN_BINARY] = "binary",
};

const struct column_look *column_look(const struct column *c)
{
    return c->look ? c->look : &column_look_none;
}

const char *column_type_name(enum column_type type)
{
    return names[type];
}

bool column_type_is_number(enum column_type type)
{
    return type == COLUMN_INTEGER || type == COLUMN_DECIMAL || type == COLUMN_FLOAT;
}

bool column_type_by_name(const char *name, enum column_type *out)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i], name) == 0) {
            *out = (enum column_type)i;
            return true;
        }
    }
    return false;
}
