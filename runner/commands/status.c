#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/json.h"
#include "lib/limits.h"
#include "lib/mem.h"
#include "lib/utf8.h"
#include "lib/zone.h"
#include "runner/commands/status.h"

struct listing {
    const struct command_options *options;
    size_t shown, bad;
};

static bool is_bad(const struct run_row *r)
{
    return strcmp(r->state, "failed") == 0 || strcmp(r->state, "interrupted") == 0 ||
           strcmp(r->state, "held") == 0 || r->dead || (r->pending && r->delivery_error[0]);
}

static const char *delivery_word(const struct run_row *r)
{
    if (r->dead)
        return "given up";
    if (r->pending)
        return "pending";
    return r->delivered ? "delivered" : "-";
}

static void print_visible(const char *label, const char *text)
{
    struct buf b;
    buf_init(&b, 64 * 1024);
    utf8_add_visible(&b, text, strlen(text), 1024);
    printf("        %s%s\n", label, b.data);
    buf_release(&b);
}

static void print_delivery(const struct run_row *r)
{
    char label[LIMIT_NAME_BYTES + 8], when[32];
    snprintf(label, sizeof(label), "%s: ", r->delivery_destination);
    print_visible(label, r->delivery_error);
    if (r->delivery_hint[0])
        print_visible("hint: ", r->delivery_hint);
    civil_format_utc(r->delivery_next_at, when);
    if (r->delivery_next_at)
        printf("        attempt %d failed, the next is due at %s UTC\n", r->delivery_attempts,
               when);
    else
        printf("        given up after attempt %d; again with: pressrun deliver --retry %" PRId64
               "\n",
               r->delivery_attempts, r->run);
}

static void print_text(struct listing *l, const struct run_row *r)
{
    char when[32];
    civil_format_utc(r->started_at, when);
    if (l->shown == 0)
        printf("%6s  %-19s  %-24s %-10s %-20s %3s %-11s %9s %5s  %s\n", "run", "started (UTC)",
               "job", "period", "tenant", "rev", "state", "rows", "files", "delivery");
    printf("%6" PRId64 "  %-19s  %-24s %-10s %-20s %3d %-11s %9" PRId64 " %5" PRId64 "  %s\n",
           r->run, when, r->job, r->period, r->tenant[0] ? r->tenant : "(platform)", r->revision,
           r->state, r->rows, r->files, delivery_word(r));
    if (r->error[0])
        print_visible("", r->error);
    if (r->hint[0])
        print_visible("hint: ", r->hint);
    if (strcmp(r->state, "held") == 0)
        printf("        to deliver it all the same: pressrun release %" PRId64 "\n", r->run);
    if (r->delivery_error[0])
        print_delivery(r);
}

static void add_time(struct buf *b, const char *key, time_t t)
{
    char text[32];
    json_add_key(b, key);
    civil_format_rfc3339(t, text);
    json_add_string(b, t ? text : NULL);
}

static void add_delivery(struct buf *b, const struct run_row *r)
{
    bool failed = r->delivery_error[0];
    json_add_key(b, "delivery_error");
    json_add_string(b, failed ? r->delivery_error : NULL);
    json_add_key(b, "delivery_hint");
    json_add_string(b, r->delivery_hint[0] ? r->delivery_hint : NULL);
    json_add_key(b, "delivery_destination");
    json_add_string(b, failed ? r->delivery_destination : NULL);
    buf_printf(b, ", \"delivery_attempts\": %d", r->delivery_attempts);
    add_time(b, "delivery_next_at", r->delivery_next_at);
}

static void print_json(const struct listing *l, const struct run_row *r)
{
    struct buf b;
    buf_init(&b, 64 * 1024);
    buf_add_char(&b, '{');
    buf_printf(&b, "\"run\": %" PRId64, r->run);
    const struct {
        const char *key, *value;
    } texts[] = {{"job", r->job},
                 {"period", r->period},
                 {"tenant", r->tenant[0] ? r->tenant : NULL},
                 {"state", r->state}};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        json_add_key(&b, texts[i].key);
        json_add_string(&b, texts[i].value);
    }
    buf_printf(&b, ", \"revision\": %d, \"attempt\": %d", r->revision, r->attempt);
    add_time(&b, "started_at", r->started_at);
    add_time(&b, "finished_at", r->finished_at);
    buf_printf(&b,
               ", \"rows\": %" PRId64 ", \"files\": %" PRId64 ", \"bytes\": %" PRId64
               ", \"deliveries\": {\"pending\": %" PRId64 ", \"delivered\": %" PRId64
               ", \"dead\": %" PRId64 "}",
               r->rows, r->files, r->bytes, r->pending, r->delivered, r->dead);
    json_add_key(&b, "error_kind");
    json_add_string(&b, r->error_kind[0] ? r->error_kind : NULL);
    json_add_key(&b, "error");
    json_add_string(&b, r->error[0] ? r->error : NULL);
    json_add_key(&b, "hint");
    json_add_string(&b, r->hint[0] ? r->hint : NULL);
    add_delivery(&b, r);
    printf("%s\n  %s}", l->shown ? "," : "", b.data);
    buf_release(&b);
}

static int show(void *ctx, const struct run_row *row, struct err *e)
{
    (void)e;
    struct listing *l = ctx;
    if (l->options->json)
        print_json(l, row);
    else
        print_text(l, row);
    l->shown++;
    l->bad += is_bad(row);
    return 0;
}

static int check(struct app *app, const struct command_options *o, struct err *e)
{
    if (app_load(app, e) != 0) {
        app_print_problems(&app->problems, stderr);
        return -1;
    }
    if (app->jobs->nbroken)
        app_print_problems(&app->problems, stderr);
    if (ledger_open(app->config->state_directory, &app->ledger, e) != 0)
        return -1;
    int rc = status_check(app, o, e);
    return rc == 0 && app->jobs->nbroken ? err_exit_code(ERR_CONFIG) : rc;
}

static int run_status(struct app *app, int argc, char **argv, struct err *e)
{
    struct command_options o;
    int rc = command_read_options(&command_status, "tflcJ", argc, argv, &o, e);
    if (rc != 0)
        return rc < 0 ? -1 : 0;
    if (o.check)
        return check(app, &o, e);
    /* What is printed waits in memory, or whoever pages through it would keep the ledger locked. */
    enum { WAITING_BYTES = 16 * 1024 * 1024 };
    setvbuf(stdout, xmalloc(WAITING_BYTES), _IOFBF, WAITING_BYTES);
    struct listing listing = {&o, 0, 0};
    struct run_filter filter = {o.operand, o.tenant, o.failed, o.limit};
    app->config = config_load(app->config_path, &app->problems);
    if (!app->config) {
        app_print_problems(&app->problems, stderr);
        return err_set(e, ERR_CONFIG, "\"%s\" could not be used", app->config_path);
    }
    if (ledger_open(app->config->state_directory, &app->ledger, e) != 0)
        return -1;
    if (o.json)
        printf("{\"schema\": \"pressrun.status/1\", \"runs\": [");
    if (ledger_runs(app->ledger, &filter, show, &listing, e) != 0)
        return -1;
    if (o.json)
        printf("\n]}\n");
    else if (!listing.shown)
        printf(o.failed ? "nothing has failed\n" : "no runs yet\n");
    return listing.bad && o.failed ? 1 : 0;
}

const struct command command_status = {
    .name = "status",
    .usage = "[JOB] [OPTION...]",
    .summary = "Lists the runs in the ledger, the latest first",
    .help =
        "Options:\n"
        "  -t, --tenant ID   only of this tenant\n"
        "  -f, --failed      only what failed or could not be delivered; exit code 1 if any\n"
        "  -c, --check       is anything missing, late, failed, held or given up that should be\n"
        "                    there by the schedules? exit code 1 if any\n"
        "  -l, --limit N     at most so many (default: 20)\n"
        "  -J, --json        as JSON\n",
    .run = run_status,
};
