#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "jobs/job.h"
#include "lib/file.h"
#include "lib/limits.h"

enum { MAX_DIRECTORIES_DEEP = 8, MAX_FILES = 10000 };

/* The job files of a tree. */
struct listing {
    char **paths;
    size_t n, cap;
    struct jobs *jobs;
    struct problems *problems;
};

static bool ends_with(const char *name, const char *suffix)
{
    size_t len = strlen(name), tail = strlen(suffix);
    return len > tail && strcmp(name + len - tail, suffix) == 0;
}

static void add_problem(struct listing *l, const char *path, const char *hint, const char *msg)
{
    const struct place whole = {.file = path};
    problems_add(l->problems, &whole, hint, "can't be read: %s", msg);
    l->jobs->nbroken++;
}

static void add_file(struct listing *l, const char *path)
{
    if (l->n == MAX_FILES)
        return;
    if (l->n == l->cap) {
        l->cap = l->cap ? l->cap * 2 : 32;
        l->paths = xrealloc(l->paths, l->cap, sizeof(*l->paths));
    }
    l->paths[l->n++] = xstrdup(path);
}

static void list_directory(struct listing *l, const char *directory, int depth);

static void list_entry(struct listing *l, const char *directory, const char *name, int depth)
{
    char path[LIMIT_PATH_BYTES];
    struct stat st, target;
    struct err e = {0};
    if (name[0] == '.' || file_join(path, directory, name, &e) != 0)
        return;
    if (lstat(path, &st) != 0) {
        if (errno != ENOENT)
            add_problem(l, path, NULL, strerror(errno));
        return;
    }
    /* A link to a directory could lead anywhere, or round in a circle; one to a file is fine. */
    if (S_ISDIR(st.st_mode)) {
        list_directory(l, path, depth + 1);
        return;
    }
    if (S_ISLNK(st.st_mode) && stat(path, &target) == 0 && S_ISDIR(target.st_mode))
        return;
    if (ends_with(name, ".yaml"))
        add_file(l, path);
    else if (ends_with(name, ".yml"))
        problems_warn(l->problems, &(struct place){.file = path}, "rename it to .yaml",
                      "this file is not read: job files end in .yaml");
}

static void list_directory(struct listing *l, const char *directory, int depth)
{
    if (depth > MAX_DIRECTORIES_DEEP) {
        add_problem(l, directory, NULL, "nested too deep");
        return;
    }
    DIR *d = opendir(directory);
    if (!d) {
        add_problem(l, directory, depth ? NULL : "make it, or set jobs_directory in pressrun.yaml",
                    strerror(errno));
        return;
    }
    for (const struct dirent *entry; (entry = readdir(d));)
        list_entry(l, directory, entry->d_name, depth);
    closedir(d);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(struct job *const *)a)->name, (*(struct job *const *)b)->name);
}

/* The bytes are read once, so that the checksum is of what was understood. */
static struct job *load(const char *path, const struct config *config, struct jobs *jobs,
                        struct problems *problems)
{
    const struct place whole = {.file = path};
    struct job *job = NULL;
    struct err e = {0};
    struct buf text;
    buf_init(&text, LIMIT_YAML_BYTES);
    if (file_read(path, FILE_NOT_WRITABLE_BY_OTHERS, &text, &e) != 0) {
        problems_add(problems, &whole, e.hint, "%s", e.msg);
        goto out;
    }
    const struct yaml_node *root =
        yaml_read_text(&jobs->arena, path, text.data, text.len, problems);
    if (root)
        job = job_read(root, path, config, &jobs->arena, problems);
    if (job)
        hash_bytes(text.data, text.len, job->sha256);
out:
    buf_release(&text);
    return job;
}

static void add(struct jobs *jobs, struct job *job, struct problems *problems)
{
    if (!job) {
        jobs->nbroken++;
        return;
    }
    for (size_t i = 0; i < jobs->n; i++) {
        if (strcmp(jobs->items[i]->name, job->name) == 0) {
            problems_add(problems, &job->at, "give one of them another name",
                         "job \"%s\" is already in \"%s\"", job->name, jobs->items[i]->file);
            jobs->nbroken++;
            return;
        }
    }
    jobs->items[jobs->n++] = job;
}

struct jobs *jobs_load(const struct config *config, struct problems *problems)
{
    struct jobs *jobs = xcalloc(1, sizeof(*jobs));
    struct listing l = {.jobs = jobs, .problems = problems};
    list_directory(&l, config->jobs_directory, 0);
    if (l.n)
        qsort(l.paths, l.n, sizeof(*l.paths), by_path);
    jobs->items = arena_alloc(&jobs->arena, (l.n + 1) * sizeof(*jobs->items));
    for (size_t i = 0; i < l.n; i++) {
        add(jobs, load(l.paths[i], config, jobs, problems), problems);
        free(l.paths[i]);
    }
    free(l.paths);
    if (jobs->n)
        qsort(jobs->items, jobs->n, sizeof(struct job *), by_name);
    return jobs;
}

void jobs_free(struct jobs *jobs)
{
    if (!jobs)
        return;
    arena_release(&jobs->arena);
    free(jobs);
}

const struct job *jobs_find(const struct jobs *jobs, const char *name)
{
    for (size_t i = 0; i < jobs->n; i++) {
        if (strcmp(jobs->items[i]->name, name) == 0)
            return jobs->items[i];
    }
    return NULL;
}
