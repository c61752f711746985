/*
 * Every ceiling in one place: what a file, a text or a number may be at most. A growable buffer is
 * born with one of these, so no input can make the program use memory without bound.
 */
#ifndef LIB_LIMITS_H
#define LIB_LIMITS_H

enum {
    LIMIT_YAML_BYTES = 256 * 1024, /* a pressrun.yaml or job file */
    LIMIT_YAML_DEPTH = 16,         /* libyaml is quadratic in nesting */
    LIMIT_YAML_NODES = 20000,
    LIMIT_SECRET_BYTES = 4096,
    LIMIT_SQL_BYTES = 64 * 1024,        /* an author's query */
    LIMIT_STATEMENT_BYTES = 512 * 1024, /* the query with its shadows */
    LIMIT_TENANT_ID_BYTES = 64,
    LIMIT_NAME_BYTES = 64,  /* job, result set, parameter, destination */
    LIMIT_KEY_BYTES = 1024, /* an object key; S3's own limit */
    LIMIT_PATH_BYTES = 4096,
    LIMIT_COLUMNS = 1000, /* of a result set */
    LIMIT_CELL_BYTES = 64 * 1024 * 1024,
    LIMIT_PROBLEMS = 100, /* reported at once */
};

#endif
