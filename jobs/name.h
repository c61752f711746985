/*
 * Names that leave the house: tenant ids as parts of keys, and key templates.
 *
 * A tenant's id is used, never its name: [A-Za-z0-9_-]{1,64}, so that two tenants can't map to one
 * key and no key leaves its prefix (CWE-22). Templates know {tenant.id} {job} {period} {file}.
 * Each must hold {job} and end in {file}; one for tenants' reports must hold {tenant.id}.
 */
#ifndef JOBS_NAME_H
#define JOBS_NAME_H

#include <stdbool.h>

#include "lib/err.h"
#include "lib/limits.h"
#include "lib/problems.h"

/* Stands for the tenant in keys of reports about the whole platform; no tenant id can equal it. */
#define NAME_PLATFORM "@platform"

bool name_is_tenant_id(const char *id);
/* Checks a template when it is read. */
int name_check_template(const char *template, const struct place *at, bool platform,
                        struct problems *problems);

struct name_values {
    const char *tenant_id; /* "" for the platform */
    const char *job, *period, *file;
    int revision; /* over 1: "r2/" stands before the file; 0 or 1 where files are replaced */
};
/* Fills a template in; `out` has LIMIT_KEY_BYTES. Refuses empty, "." and ".." segments again. */
int name_expand(const char *template, const struct name_values *values, char *out, struct err *e);

#endif
