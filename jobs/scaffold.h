/*
 * A job file to start from: what `pressrun new` writes, and `pressrun init` as the first job.
 *
 * It is right as it stands: its query is over a table of the configuration's own scope, and its
 * reports go to a destination that is there. A line with a # and no blank behind it is a key that
 * is switched off; without the # it works.
 */
#ifndef JOBS_SCAFFOLD_H
#define JOBS_SCAFFOLD_H

#include "config/config.h"
#include "lib/buf.h"

struct scaffold {
    const char *job; /* its name, as parse_name() wants it */
    const char *table;
    const char *column;      /* a DATETIME or TIMESTAMP of the table; NULL when none is known */
    const char *destination; /* NULL when there is none for tenants */
};

/* With what the configuration tells; which column holds a time is only in the database. */
void scaffold_init(struct scaffold *s, const char *job, const struct config *config);
/* True for a table that has many rows of each tenant, as far as its rule tells. */
bool scaffold_suits(const struct scope_rule *rule);

/* Appends the text of the file. */
void scaffold_write(const struct scaffold *s, struct buf *out);

#endif
