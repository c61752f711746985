#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "jobs/name.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/utf8.h"
#include "runner/commands/commands.h"
#include "runner/ledger_periods.h"
#include "runner/manifest.h"
#include "runner/params.h"
#include "runner/progress.h"
#include "runner/reporter.h"
#include "runner/run.h"

static void print_dry_run(const struct app *app, const struct plan *plan)
{
    for (size_t i = 0; i < plan->n; i++) {
        const struct task *t = &plan->tasks[i];
        bool done = false;
        struct err ignored;
        ledger_is_done(app->ledger, t, &done, &ignored);
        printf("%s %s", t->job->name, t->period.label);
        if (t->tenant)
            printf(" tenant %s", t->tenant->id);
        printf(done ? " (done already)\n" : "\n");
        for (size_t d = 0; d < t->job->ndeliver; d++) {
            const struct destination *to =
                destinations_find(&app->destinations, t->job->deliver[d]);
            char key[LIMIT_KEY_BYTES];
            struct name_values values = {t->tenant ? t->tenant->id : "", t->job->name,
                                         t->period.label, MANIFEST_NAME, 1};
            if (to && to->batch)
                printf("    -> %s: one notice for all tenants\n", to->name);
            else if (to && destination_key(to, &values, key, &ignored) == 0)
                printf("    -> %s: %s\n", to->name, key);
        }
    }
}

static void print_bytes(uint64_t bytes)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    double v = (double)bytes;
    size_t u = 0;
    for (; v >= 1024 && u < 4; u++)
        v /= 1024;
    printf(u ? "%.1f %s" : "%.0f %s", v, units[u]);
}

static void print_summary(const struct job *job, const struct period *period,
                          const struct run_summary *s)
{
    printf("%s %s: %" PRIu64 " rendered, %" PRIu64 " done before, %" PRIu64 " failed; %" PRIu64
           " files, ",
           job->name, period->label, s->rendered, s->skipped, s->failed, s->files);
    print_bytes(s->bytes);
    printf("; %" PRIu64 " delivered", s->deliveries.delivered);
    if (s->deliveries.failed)
        printf(", %" PRIu64 " to be tried again", s->deliveries.failed);
    if (s->deliveries.dead)
        printf(", %" PRIu64 " given up", s->deliveries.dead);
    printf(s->stopped ? "; stopped by a signal\n" : "\n");
    if (s->held)
        printf("    %" PRIu64 " held, for they are not as expected: pressrun status --failed\n",
               s->held);
    if (s->withheld)
        printf("    %" PRIu64 " not delivered, for they are not as expected\n", s->withheld);
    if (s->undelivered)
        printf("    %" PRId64
               " files and notices of the job are not delivered yet or were given up\n",
               s->undelivered);
    if (s->failed || s->undelivered)
        printf("    pressrun status --failed shows why\n");
    else if (s->skipped)
        printf("    use --again to make reports that are done once more\n");
}

static void print_json(const struct job *job, const struct period *period,
                       const struct run_summary *s)
{
    printf("{\"job\": \"%s\", \"period\": \"%s\", \"rendered\": %" PRIu64 ", \"skipped\": %" PRIu64
           ", \"failed\": %" PRIu64 ", \"files\": %" PRIu64 ", \"bytes\": %" PRIu64
           ", \"rows\": %" PRIu64 ", \"delivered\": %" PRIu64 ", \"delivery_failed\": %" PRIu64
           ", \"delivery_dead\": %" PRIu64 ", \"undelivered\": %" PRId64 ", \"held\": %" PRIu64
           ", \"withheld\": %" PRIu64 ", \"stopped\": %s}\n",
           job->name, period->label, s->rendered, s->skipped, s->failed, s->files, s->bytes,
           s->rows, s->deliveries.delivered, s->deliveries.failed, s->deliveries.dead,
           s->undelivered, s->held, s->withheld, s->stopped ? "true" : "false");
}

/* The periods asked for: one, or all from one label to another, the oldest first. */
static int add_periods(struct app *app, const struct job *job, const struct command_options *o,
                       const struct tenant *tenants, size_t ntenants, struct plan *plan,
                       struct period *last, struct err *e)
{
    enum { MOST_PERIODS = 10000 };
    struct period p;
    if (!o->from && !o->to) {
        if (command_period(app, job, o->period, last, e) != 0)
            return -1;
        plan_add(plan, job, last, tenants, ntenants);
        return 0;
    }
    if (o->period || !o->from)
        return err_set(e, ERR_USAGE,
                       "--from LABEL begins a range of periods, --to LABEL ends it; "
                       "--period is for one alone");
    if (command_period(app, job, o->from, &p, e) != 0 ||
        command_period(app, job, o->to, last, e) != 0)
        return -1;
    if (p.end > last->end)
        return err_set(e, ERR_USAGE, "\"%s\" comes after \"%s\"", p.label, last->label);
    for (int n = 0;; n++, period_shift(&job->period, 1, &p)) {
        if (n == MOST_PERIODS)
            return err_set(e, ERR_USAGE, "more than %d periods at once", MOST_PERIODS);
        plan_add(plan, job, &p, tenants, ntenants);
        if (strcmp(p.label, last->label) == 0 || p.end >= last->end)
            return 0;
    }
}

/* Periods that a schedule had given up, and that are done now by hand; those only that were over
 * for every tenant. The tasks of a period follow each other. */
static int end_periods(struct app *app, const struct plan *plan, struct err *e)
{
    time_t now = app->now();
    for (size_t i = 0; i < plan->n;) {
        const struct task *first = &plan->tasks[i];
        bool over = true;
        for (; i < plan->n && strcmp(plan->tasks[i].period.label, first->period.label) == 0; i++)
            over = over && plan->tasks[i].period.end <= now;
        if (over && ledger_end_period(app->ledger, first->job->name, first->period.label, "done",
                                      NULL, now, e) != 0)
            return -1;
    }
    return 0;
}

static int run_plan(struct app *app, const struct job *job, const struct period *period,
                    const struct command_options *o, const struct plan *plan,
                    const struct param_value *values, const char *params_text, struct err *e)
{
    struct run_summary summary;
    struct run_order order = {
        .tasks = plan->tasks,
        .ntasks = plan->n,
        .params = values,
        .params_text = params_text,
        .again = o->again,
        .workers = (size_t)o->workers,
    };
    progress_enable(!o->quiet && !o->json);
    if (run_tasks(app, &order, &summary, e) != 0)
        return -1;
    if (!summary.failed && !summary.stopped && !o->tenant && !o->nparams &&
        end_periods(app, plan, e) != 0)
        return -1;
    if (o->json)
        print_json(job, period, &summary);
    else if (!o->quiet)
        print_summary(job, period, &summary);
    return run_exit_code(&summary);
}

static int run_run(struct app *app, int argc, char **argv, struct err *e)
{
    struct command_options o;
    struct plan plan = {0};
    struct tenant *tenants = NULL;
    struct param_value *values;
    struct period period;
    const char *params_text;
    const struct job *job;
    size_t ntenants = 0;
    int rc = command_read_options(&command_run, "tpPanjJqFT", argc, argv, &o, e);
    if (rc != 0)
        return rc < 0 ? -1 : 0;
    if (!o.operand) {
        err_set(e, ERR_USAGE, "run needs the name of a job");
        return err_hint(e, "pressrun plan lists them");
    }
    if (app_load(app, e) != 0) {
        app_print_problems(&app->problems, stderr);
        return -1;
    }
    job = app_job(app, o.operand, e);
    if (!job ||
        params_resolve(job, o.params, o.nparams, false, &app->arena, &values, &params_text, e) != 0)
        return -1;
    if (job->platform && o.tenant)
        return err_set(e, ERR_USAGE, "job \"%s\" is about the whole platform: it takes no --tenant",
                       job->name);
    if (app_open_state(app, e) != 0 || run_find_tenants(app, &tenants, &ntenants, e) != 0 ||
        command_select_tenant(o.tenant, &tenants, &ntenants, e) != 0)
        return -1;
    if (add_periods(app, job, &o, tenants, ntenants, &plan, &period, e) != 0) {
        rc = -1;
    } else if (o.dry_run) {
        print_dry_run(app, &plan);
        rc = 0;
    } else {
        rc = run_plan(app, job, &period, &o, &plan, values, params_text, e);
    }
    plan_release(&plan);
    return rc;
}

const struct command command_run = {
    .name = "run",
    .usage = "JOB [OPTION...]",
    .summary = "Makes the reports of a job for every tenant and delivers them",
    .help = "Options:\n"
            "  -t, --tenant ID          only for this tenant\n"
            "  -p, --period LABEL       2026-11-23, 2026-W47, 2026-11, 2026-Q4 or 2026, as the\n"
            "                           job's unit asks (default: the last complete period)\n"
            "  -F, --from LABEL         all periods from this one on, the oldest first,\n"
            "  -T, --to LABEL           up to this one (default: the last complete one)\n"
            "  -P, --param NAME=VALUE   a parameter of the job; may be given several times\n"
            "  -a, --again              also what is done already, as a new revision\n"
            "  -n, --dry-run            only say what would be made, and where it would go\n"
            "  -j, --jobs N             how many workers render at the same time, at most\n"
            "                           (default: one for each core);\n"
            "                           --max-parallel is the same\n"
            "  -q, --quiet              no progress, no summary\n"
            "  -J, --json               the summary as JSON\n\n"
            "A report that is done is not made again. A run that failed is, from the start.\n",
    .run = run_run,
};
