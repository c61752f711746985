/* A job read from a text, with all it lives in: what the tests of the parts of a job share. */
#ifndef TESTS_UNIT_JOB_FIXTURE_H
#define TESTS_UNIT_JOB_FIXTURE_H

#include <string.h>

#include "jobs/job.h"
#include "tests/unit/unit.h"

struct job_fixture {
    struct config *config;
    struct arena arena;
    struct problems problems;
    struct job *job; /* NULL when the problems say why */
};

/* `path` is that of the configuration: other paths in it are relative to its directory. */
static inline void job_fixture_read(struct job_fixture *f, const char *path, const char *config,
                                    const char *text)
{
    memset(f, 0, sizeof(*f));
    f->config = config_load_text(path, config, strlen(config), &f->problems);
    ck_assert_ptr_nonnull(f->config);
    const struct yaml_node *root =
        yaml_read_text(&f->arena, "jobs/daily.yaml", text, strlen(text), &f->problems);
    if (root)
        f->job = job_read(root, "jobs/daily.yaml", f->config, &f->arena, &f->problems);
}

static inline void job_fixture_release(struct job_fixture *f)
{
    problems_release(&f->problems);
    arena_release(&f->arena);
    config_free(f->config);
}

#endif
