#include "formats/look.h"

const struct column_look column_look_none = {0};
const struct result_look result_look_none = {.tab_color = -1};
const struct report_look report_look_none = {0};
