/* The parts of job.c that stand in files of their own; for nobody else. */
#ifndef JOBS_JOB_PARTS_H
#define JOBS_JOB_PARTS_H

#include "jobs/job.h"

/* What reading a job needs on its way down. */
struct job_reading {
    struct job *job;
    const struct config *config;
    struct arena *arena;
    struct problems *problems;
};

extern const struct field job_param_fields[], job_result_fields[], job_column_fields[];
extern const struct field job_schedule_fields[], job_expect_fields[];
extern const struct field job_chart_fields[], job_sheet_fields[], job_figure_fields[];
extern const struct field job_csv_fields[], job_html_fields[], job_json_fields[];
extern const struct field job_xlsx_fields[], job_no_fields[];

/* Each fills its part of the job and adds what is wrong to the problems. Nodes may be NULL. */
void job_params_read(const struct job_reading *r, const struct yaml_node *node);
void job_results_read(const struct job_reading *r, const struct yaml_node *node);
void job_column_read(const struct job_reading *r, const struct yaml_node *node,
                     struct column_spec *column);
void job_charts_read(const struct job_reading *r, const struct yaml_node *node,
                     struct result_spec *result);
void job_sheet_read(const struct job_reading *r, const struct yaml_node *node,
                    struct result_spec *result);
void job_look_read(const struct job_reading *r, const struct yaml_node *root, const char *locale,
                   const char *logo);
void job_figures_read(const struct job_reading *r, const struct yaml_node *node);
/* What a workbook would be damaged by is a problem. `key` of `node` holds the number format. */
void job_number_format_check(const struct job_reading *r, const struct yaml_node *node,
                             const char *key);
/* A label of one text for everyone. */
const struct label *job_label(struct arena *arena, const char *text);
void job_formats_read(const struct job_reading *r, const struct yaml_node *node);
void job_schedule_read(const struct job_reading *r, const struct yaml_node *node); /* zone known */
void job_schedule_check_params(const struct job_reading *r, const struct yaml_node *node);
void job_expect_read(const struct job_reading *r, const struct yaml_node *node);

/* Parameters that no query uses are probably a slip. To be called when the results are known. */
void job_params_check_use(const struct job_reading *r);

/* How many children a mapping or sequence has; more than `max` is a problem and 0. */
size_t job_count(const struct job_reading *r, const struct yaml_node *node, const char *what,
                 size_t max);

#endif
