/*
 * Measures one report of one tenant: the fetch loop alone (F), then the same rows rendered into
 * each format and into all of them, verified, hashed and synced. Each in a process of its own, in
 * turn, so that memory and CPU are each one's own and a drift of the machine's speed touches all
 * alike.
 *
 *     bench CONFIG JOB TENANT DIRECTORY ROUNDS
 *
 * Prints a line for each: rows, seconds until rendered and until proven, the same as multiples of
 * F, CPU seconds of the process, its peak memory, bytes. Medians of the rounds.
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

enum { MAX_ROUNDS = 25, NWORK = 6 };

enum measured { RENDERED, PROVEN, CPU, NMEASURED };

struct figure { /* what a child reports: plain data through a pipe */
    uint64_t rows, bytes;
    double rendered, proven;
};

static const struct format *only_csv[] = {&format_csv};
static const struct format *only_json[] = {&format_json};
static const struct format *only_xlsx[] = {&format_xlsx};
static const struct format *all[] = {&format_csv, &format_json, &format_xlsx};

static const struct {
    const char *name;
    const struct format **formats; /* NULL: fetch only */
    size_t n;
    bool small; /* xlsx: {compression: small} */
} work[NWORK] = {
    {"fetch only (F)", NULL, 0, false}, {"csv", only_csv, 1, false},
    {"json", only_json, 1, false},      {"xlsx", only_xlsx, 1, false},
    {"xlsx small", only_xlsx, 1, true}, {"csv + json + xlsx", all, 3, false},
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
    double start = now_s();
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
    f->rendered = f->proven = now_s() - start;
}

static void render_files(struct reporter *r, const struct report_input *in, struct figure *f)
{
    struct err e;
    struct render *render;
    struct row_source *rows;
    const struct artifact *artifacts;
    const struct job *job = in->task->job;
    struct document doc = {.job = job->name,
                           .title = task_title(in->task),
                           .description = "",
                           .tenant_id = "0",
                           .tenant_name = "0",
                           .period = in->task->period.label,
                           .period_text = "",
                           .timezone = "UTC",
                           .generated_at = in->generated_at};
    const struct result about = {.name = "sales", .title = "Sales"};
    size_t n;
    double start = now_s();
    if (reporter_rows(r, in, 0, &rows, &e) != 0 ||
        render_open(&render, in->directory, &doc, (const struct format *const *)job->formats,
                    job->nformats, &job->options, 1, &e) != 0 ||
        render_result(render, &about, rows, &f->rows, &e) != 0 || reporter_end(r, &e) != 0)
        fail(&e);
    rows->free(rows);
    f->rendered = now_s() - start;
    if (render_finish(render, &artifacts, &n, &e) != 0)
        fail(&e);
    f->proven = now_s() - start;
    for (size_t i = 0; i < n; i++)
        f->bytes += artifacts[i].size_bytes;
    render_free(render);
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
    job.options.xlsx_small = work[which].small;
    task.job = &job;
    mine.task = &task;
    if (reporter_open(config, &r, &problems, &e) != 0 || reporter_clear_job(r, &mine, &e) != 0)
        fail(&e);
    if (work[which].n)
        render_files(r, &mine, &f);
    else
        fetch_only(r, &mine, &f);
    exit(write(out, &f, sizeof(f)) == sizeof(f) ? 0 : 1);
}

static void run_one(const struct config *config, const struct report_input *in, size_t which,
                    struct figure *f, double *cpu_s, long *peak_kib)
{
    struct err e;
    struct rusage used;
    int fds[2], status;
    if (file_remove_tree(in->directory, &e) != 0 ||
        file_make_dirs(in->directory, 0700, true, &e) != 0)
        fail(&e);
    if (pipe(fds) != 0)
        exit(1);
    pid_t pid = fork();
    if (pid == 0)
        child(config, in, which, fds[1]);
    close(fds[1]);
    if (read(fds[0], f, sizeof(*f)) != sizeof(*f))
        exit(1);
    close(fds[0]);
    wait4(pid, &status, 0, &used);
    *cpu_s = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
             (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    if (used.ru_maxrss > *peak_kib)
        *peak_kib = used.ru_maxrss;
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
    static double seconds[NWORK][NMEASURED][MAX_ROUNDS], ratio[NWORK][NMEASURED][MAX_ROUNDS];
    long peak[NWORK] = {0};
    struct figure f[NWORK];
    for (size_t round = 0; round < rounds; round++) {
        for (size_t i = 0; i < NWORK; i++) {
            f[i] = (struct figure){0};
            run_one(config, in, i, &f[i], &seconds[i][CPU][round], &peak[i]);
            seconds[i][RENDERED][round] = f[i].rendered;
            seconds[i][PROVEN][round] = f[i].proven;
            ratio[i][RENDERED][round] = f[i].rendered / f[0].rendered;
            ratio[i][PROVEN][round] = f[i].proven / f[0].rendered;
        }
    }
    printf("%-18s %9s %11s %9s %8s %8s %8s %10s %12s\n", "work", "rows", "rendered s", "proven s",
           "x F", "x F", "cpu s", "peak KiB", "bytes");
    for (size_t i = 0; i < NWORK; i++)
        printf("%-18s %9llu %11.3f %9.3f %8.2f %8.2f %8.3f %10ld %12llu\n", work[i].name,
               (unsigned long long)f[i].rows, median(seconds[i][RENDERED], rounds),
               median(seconds[i][PROVEN], rounds), median(ratio[i][RENDERED], rounds),
               median(ratio[i][PROVEN], rounds), median(seconds[i][CPU], rounds), peak[i],
               (unsigned long long)f[i].bytes);
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
    struct tenant tenant = {.id = argv[3], .name = argv[3]};
    struct task task = {.job = job, .tenant = &tenant};
    period_last_complete(&job->period, app.now(), &task.period);
    struct report_input in = {
        .task = &task, .params = values, .generated_at = app.now(), .directory = argv[4]};
    size_t rounds = (size_t)(argv[5][0] - '0');
    measure(app.config, &in, rounds < 1 || rounds > 9 ? 3 : rounds);
    app_release(&app);
    return 0;
}
