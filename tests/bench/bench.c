/*
 * Measures one report of one tenant: the fetch loop alone (F), then the same rows rendered into
 * each format and into all of them, verified, hashed and synced. Each in a process of its own, in
 * turn, so that memory and CPU are each one's own and a drift of the machine's speed touches all
 * alike.
 *
 *     bench CONFIG JOB TENANT DIRECTORY ROUNDS
 *
 * Prints a line for each: name, wall and CPU seconds (medians), ratio to F, peak memory, bytes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/mem.h"
#include "runner/app.h"
#include "runner/params.h"
#include "runner/reporter.h"

enum { MAX_ROUNDS = 25, NWORK = 5 };

struct sample {
    double wall, cpu;
    long peak_kib;
};

struct figure { /* what a child reports: plain data through a pipe */
    uint64_t rows, bytes;
};

static const struct format *only_csv[] = {&format_csv};
static const struct format *only_json[] = {&format_json};
static const struct format *only_xlsx[] = {&format_xlsx};
static const struct format *all[] = {&format_csv, &format_json, &format_xlsx};

static const struct {
    const char *name;
    const struct format **formats; /* NULL: fetch only */
    size_t n;
} work[NWORK] = {
    {"fetch only (F)", NULL, 0}, {"csv", only_csv, 1},          {"json", only_json, 1},
    {"xlsx", only_xlsx, 1},      {"csv + json + xlsx", all, 3},
};

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fail(const struct err *e)
{
    fprintf(stderr, "bench: %s\n", e->msg);
    exit(1);
}

static void fetch_only(struct reporter *r, const struct report_input *in, struct figure *f)
{
    struct err e;
    struct row_source *rows;
    const struct cell *row;
    int rc;
    if (reporter_rows(r, in, 0, &rows, &e) != 0)
        fail(&e);
    while ((rc = rows->next(rows, &row, &e)) == 1) {
        f->rows++;
        for (size_t i = 0; i < rows->ncolumns; i++)
            f->bytes += row[i].len;
    }
    rows->free(rows);
    if (rc != 0 || reporter_end(r, &e) != 0)
        fail(&e);
}

static void render_files(struct reporter *r, const struct report_input *in, struct figure *f)
{
    struct err e;
    struct artifact *artifacts;
    size_t n;
    if (reporter_render(r, in, &artifacts, &n, &e) != 0)
        fail(&e);
    for (size_t i = 0; i < n; i++) {
        f->bytes += artifacts[i].size_bytes;
        if (artifacts[i].rows > f->rows)
            f->rows = artifacts[i].rows;
    }
    free(artifacts);
}

/* The child connects first; its time begins when the job is cleared and ready to run. */
static void child(const struct config *config, const struct report_input *in, size_t which, int out)
{
    struct err e;
    struct reporter *r;
    struct problems problems = {0};
    struct figure f = {0};
    struct job job = *in->task->job;
    struct task task = *in->task;
    struct report_input mine = *in;
    job.formats = work[which].formats;
    job.nformats = work[which].n;
    task.job = &job;
    mine.task = &task;
    if (reporter_open(config, &r, &problems, &e) != 0 || reporter_clear_job(r, &mine, &e) != 0)
        fail(&e);
    double start = now_s();
    if (work[which].n)
        render_files(r, &mine, &f);
    else
        fetch_only(r, &mine, &f);
    double wall = now_s() - start;
    if (write(out, &f, sizeof(f)) < 0 || write(out, &wall, sizeof(wall)) < 0)
        exit(1);
    exit(0);
}

static struct sample run_one(const struct config *config, const struct report_input *in,
                             size_t which, struct figure *f)
{
    struct err e;
    struct rusage used;
    struct sample s = {0};
    int fds[2], status;
    if (file_remove_tree(in->directory, &e) != 0 || file_make_dirs(in->directory, 0700, &e) != 0)
        fail(&e);
    if (pipe(fds) != 0)
        exit(1);
    pid_t pid = fork();
    if (pid == 0)
        child(config, in, which, fds[1]);
    close(fds[1]);
    if (read(fds[0], f, sizeof(*f)) != sizeof(*f) ||
        read(fds[0], &s.wall, sizeof(s.wall)) != sizeof(s.wall))
        exit(1);
    close(fds[0]);
    wait4(pid, &status, 0, &used);
    s.cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
            (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    s.peak_kib = used.ru_maxrss;
    return s;
}

static int by_number(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(const double *values, size_t n)
{
    double sorted[MAX_ROUNDS];
    memcpy(sorted, values, n * sizeof(*values));
    qsort(sorted, n, sizeof(*sorted), by_number);
    return sorted[n / 2];
}

static void measure(const struct config *config, const struct report_input *in, size_t rounds)
{
    static double wall[NWORK][MAX_ROUNDS], cpu[NWORK][MAX_ROUNDS], ratio[NWORK][MAX_ROUNDS];
    long peak[NWORK] = {0};
    struct figure f[NWORK];
    for (size_t round = 0; round < rounds; round++) {
        for (size_t i = 0; i < NWORK; i++) {
            f[i] = (struct figure){0};
            struct sample s = run_one(config, in, i, &f[i]);
            wall[i][round] = s.wall;
            cpu[i][round] = s.cpu;
            ratio[i][round] = s.wall / wall[0][round];
            if (s.peak_kib > peak[i])
                peak[i] = s.peak_kib;
        }
    }
    printf("%-18s %9s %8s %8s %8s %10s %12s\n", "work", "rows", "wall s", "cpu s", "x F",
           "peak KiB", "bytes");
    for (size_t i = 0; i < NWORK; i++)
        printf("%-18s %9llu %8.3f %8.3f %8.2f %10ld %12llu\n", work[i].name,
               (unsigned long long)f[i].rows, median(wall[i], rounds), median(cpu[i], rounds),
               median(ratio[i], rounds), peak[i], (unsigned long long)f[i].bytes);
}

static time_t wall_clock(void)
{
    return time(NULL);
}

int main(int argc, char **argv)
{
    struct err e = {0};
    if (argc != 6) {
        fprintf(stderr, "usage: bench CONFIG JOB TENANT DIRECTORY ROUNDS\n");
        return 2;
    }
    struct app app = {.config_path = argv[1], .now = wall_clock};
    const struct job *job = NULL;
    struct param_value *values;
    const char *text;
    if (app_load(&app, &e) != 0 || !(job = app_job(&app, argv[2], &e)) ||
        params_resolve(job, NULL, 0, false, &app.arena, &values, &text, &e) != 0) {
        app_print_problems(&app.problems, stderr);
        fail(&e);
    }
    struct tenant tenant = {argv[3], argv[3]};
    struct task task = {job, {0}, &tenant};
    period_last_complete(&job->period, app.now(), &task.period);
    struct report_input in = {
        .task = &task, .params = values, .generated_at = app.now(), .directory = argv[4]};
    size_t rounds = (size_t)(argv[5][0] - '0');
    measure(app.config, &in, rounds < 1 || rounds > 9 ? 3 : rounds);
    app_release(&app);
    return 0;
}
