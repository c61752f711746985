/*
 * A job: what to produce, for whom, about which period. One YAML file each, documented in
 * pressrun-job(5). Read-only after loading.
 */
#ifndef JOBS_JOB_H
#define JOBS_JOB_H

#include "config/config.h"
#include "formats/format.h"
#include "jobs/calendar.h"
#include "jobs/period.h"
#include "jobs/sql.h"

enum param_type {
    PARAM_TEXT,
    PARAM_INTEGER,
    PARAM_DECIMAL,
    PARAM_BOOLEAN,
    PARAM_DATE,
    PARAM_DATETIME,
};

/* A value for a parameter, checked against its type. `text` is NULL for SQL NULL. */
struct param_value {
    enum param_type type;
    const char *text;
};

struct param {
    const char *name;
    enum param_type type;
    bool required; /* no default: must be given with --param */
    struct param_value fallback;
    const char *description;
    struct place at;
};

/* How one column of a result set is shown; what is not said here comes from the database. */
struct column_spec {
    const char *name;
    const struct label *title;
    bool has_type;
    enum column_type type;
    struct column_look look;
    struct place at;
};

struct result_spec {
    const char *name;
    const struct label *title; /* never NULL */
    const struct sql *sql;
    struct result_look look;
    const struct place *charts_at; /* of each chart in `look` */
    const struct column_spec *columns;
    size_t ncolumns;
    struct place at;
};

enum job_catchup { CATCHUP_LATEST, CATCHUP_ALL, CATCHUP_SKIP };

/* When the job is due. */
struct job_schedule {
    const struct calendar *calendar; /* NULL: only when it is asked for */
    int64_t spread_s;
    enum job_catchup catchup; /* what happens to periods that were missed */
    int64_t max_age_s, max_runs;
    int due_by; /* minutes after local midnight; -1: never late */
};

enum job_otherwise { EXPECT_HOLD, EXPECT_SKIP, EXPECT_DELIVER };

/* What a report must look like to be delivered without a question. */
struct job_expect {
    int64_t min_rows;
    int max_drop; /* per cent of the rows of the last period; -1: any */
    enum job_otherwise otherwise;
};

struct job {
    const char *file;
    char sha256[HASH_HEX_SIZE]; /* of the file: which version of the job made a report */
    const char *name;
    const struct label *title;       /* never NULL */
    const struct label *description; /* or NULL */
    const struct locale *locale;
    struct report_look look;
    const struct place *figures_at; /* of each figure in `look` */
    bool platform;                  /* scope: platform, reads all tenants' rows */
    struct period_rule period;
    struct job_schedule schedule;
    struct job_expect expect;
    const char *datetime_zone; /* of DATETIME columns: period bounds are given in it */
    const struct param *params;
    size_t nparams;
    const struct result_spec *results;
    size_t nresults;
    const struct format **formats;
    size_t nformats;
    struct format_options options;
    const char **deliver; /* names of destinations that exist */
    size_t ndeliver;
    int64_t timeout_ms;    /* of one statement; 0: as the configuration says */
    int64_t time_limit_ms; /* of one run */
    struct place at;
};

struct jobs {
    struct job **items; /* by name */
    size_t n;
    size_t nbroken; /* files that could not be loaded: their problems were added */
    struct arena arena;
};

/* Loads every *.yaml below the configured directory. A file that is wrong stops only itself. */
struct jobs *jobs_load(const struct config *config, struct problems *problems);
void jobs_free(struct jobs *jobs);                                      /* takes NULL */
const struct job *jobs_find(const struct jobs *jobs, const char *name); /* NULL when unknown */

/*
 * Reads one job out of a parsed file whose name is `file`; what jobs_load() does for each. NULL
 * when anything is wrong. `sha256` is left empty: only who read the file has its bytes.
 */
struct job *job_read(const struct yaml_node *root, const char *file, const struct config *config,
                     struct arena *arena, struct problems *problems);

/* The built-in parameters :period_start :period_end :tenant_id are not in job->params. */
bool job_is_builtin_param(const char *name);
/* Checks a text against a type and puts it into canonical form in the arena. ERR_USAGE if wrong. */
int param_parse(enum param_type type, const char *text, struct arena *arena,
                struct param_value *out, struct err *e);

extern const char *const param_type_names[]; /* NULL-terminated, in the order of the enum */

/* Every table of keys in a job file, for help and for the manual's test. Ends with a NULL name. */
extern const struct fields_section job_sections[];

#endif
