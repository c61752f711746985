/*
 * Templates of the last workbooks: nearly all of a job's tenants have the same one. The library is
 * only called for what is not here.
 */
#ifndef FORMATS_XLSX_TEMPLATES_H
#define FORMATS_XLSX_TEMPLATES_H

#include "formats/xlsx_template.h"

struct xlsx_templates;
struct xlsx_templates *xlsx_templates_new(void);
void xlsx_templates_free(struct xlsx_templates *c); /* takes NULL */
/* That of the frame, built when it is not there; it lives until the next call. NULL is an error. */
const struct xlsx_template *xlsx_templates_find(struct xlsx_templates *c,
                                                const struct xlsx_frame *frame,
                                                const char *temp_dir, struct err *e);

#endif
