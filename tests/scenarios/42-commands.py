#!/usr/bin/python3
# Goal: every command does what the manual says: options, exit codes, JSON, parameters, tables.

import json
import os
import re
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import scenario
from scenario import PERIOD, PRESSRUN, ROOT, SOCKET, Checks, Project, day_before

INJECTION = "x' OR 1=1 -- "
PARAMS = """\
params:
  a_text: {type: text, default: null}
  an_integer: {type: integer, default: null}
  a_decimal: {type: decimal, default: null}
  a_boolean: {type: boolean, default: null}
  a_date: {type: date, default: null}
  a_datetime: {type: datetime, default: null}
"""
BY_TITLE = "SELECT id, title FROM videos WHERE title = :a_text OR :a_text = 'all' ORDER BY id"
ECHO = ("SELECT :a_text AS a_text, :an_integer AS an_integer, :a_decimal AS a_decimal, :a_boolean AS a_boolean, "
        ":a_date AS a_date, :a_datetime AS a_datetime, :period_start AS period_start, :period_end AS period_end, "
        ":tenant_id AS tenant")


# ---- the manual and the program's own help ----


def manual_options():
    """Long options by command, as docs/pressrun.1 has them. "" are the global ones."""
    with open(os.path.join(ROOT, "docs/pressrun.1"), encoding="utf-8") as f:
        text = f.read()
    sections = {"": text.split(".Sh GLOBAL OPTIONS")[1].split(".Sh ")[0]}
    commands = text.split(".Sh COMMANDS")[1].split(".Sh ")[0]
    for part in re.split(r"^\.It Cm ", commands, flags=re.M)[1:]:
        sections[part.split()[0]] = part
    # Fl is an option when it begins a macro or an argument, wherever in the line.
    return {name: set(re.findall(r"(?:Fl|,) -([a-z][a-z-]+)", part)) for name, part in sections.items()}


def check_help(checks, project):
    manual = manual_options()
    overview = project.run("help").out
    commands = re.findall(r"^  ([a-z]+)  +[A-Z]", overview, re.M)
    checks.equal(sorted(commands), sorted(c for c in manual if c), "the manual has the commands that help lists")
    globals_ = set(re.findall(r"^  --([a-z-]+)", overview, re.M))
    checks.equal(globals_, manual[""], "global options")
    for command in commands:
        done = project.run(command, "--help")
        checks.equal((done.code, done.err), (0, ""), "%s --help" % command)
        checks.equal(done.out, project.run("help", command).out, "help %s says the same" % command)
        options = set(re.findall(r"--([a-z][a-z-]+)", done.out)) - {"config", "help"}
        checks.equal(options, manual[command] - {"help"}, "%s: help and manual know the same options" % command)
        for option in sorted(options):
            refused = project.run(command, "--%s=x" % option, "--no-such-option").err
            checks.that("no-such-option" in refused or '"--%s=x"' % option in refused or "--%s" % option in refused,
                        "%s takes --%s" % (command, option), refused)
        unknown = project.run(command, "--no-such-option")
        checks.equal(unknown.code, 2, "%s refuses what it does not know" % command)
        checks.that('%s has no option "--no-such-option"' % command in unknown.err, "and says so", unknown)
    checks.that(re.fullmatch(r"pressrun \d+\.\d+\.\d+\n", project.run("--version").out), "--version")


# ---- exit codes ----


USAGE = (
    ((), "no command"),
    (("rnu",), 'there is no command "rnu"'),
    (("help", "rnu"), 'there is no command "rnu"'),
    (("--log-level", "loud", "plan"), "--log-level is error, warning, info or debug"),
    (("new",), "new needs a name for the job\n    such as:  pressrun new weekly-videos"),
    (("new", "jobs/Weekly Videos!.yaml"), "can't be the name of a job: a-z, 0-9, - and _, at most 64\n    pressrun new weekly-videos\n"),
    (("new", "Übersicht"), "    pressrun new weekly-report\n"),
    (("new", "a" * 65), "    pressrun new weekly-report\n"),
    (("new", "failures"), '"jobs/failures.yaml" is there already: nothing was written'),
    (("run",), "run needs the name of a job"),
    (("run", "failures", "extra"), '"extra" is one word too many'),
    (("run", "failurs"), 'there is no job "failurs" below "jobs" (did you mean "failures"?)'),
    (("run", "failures", "--tenant"), "--tenant needs a value"),
    (("run", "failures", "-t", "1", "--tenant", "2"), '--tenant is given twice: "1" and "2"'),
    (("run", "failures", "--tenant", "77"), 'there is no tenant "77" among the 9 that tenants.query gives'),
    (("run", "failures", "--period", "2026-11"), '"2026-11" is a month, but the job is about a day'),
    (("run", "failures", "--period", "2026-02-30"), 'there is no day "2026-02-30"'),
    (("run", "failures", "--period", "yesterday"), '"yesterday" is not a period'),
    (("run", "failures", "--period", "../../x"), '"../../x" is not a period'),
    (("run", "failures", "--jobs", "0"), '--jobs takes a number from 1 to 64, not "0"'),
    (("run", "failures", "--jobs", "many"), '--jobs takes a number from 1 to 64, not "many"'),
    (("run", "failures", "--param", "x=1"), 'job "failures" has no parameter "x"'),
    (("run", "failures", "-xq"), 'run has no option "-x"'),
    (("run", "failures", "--offline"), "run has no option --offline"),
    (("run", "by-title", "--param", "a_text"), '"a_text" is not name=value'),
    (("run", "by-title", "--param", "a_tex=1"), 'has no parameter "a_tex" (did you mean "a_text"?)'),
    (("run", "by-title", "-P", "a_text=1", "-P", "a_text=2"), 'parameter "a_text" is given twice'),
    (("run", "by-title", "--param", "an_integer=1.5"), '--param an_integer: "1.5" is not a whole number'),
    (("run", "by-title", "--param", "an_integer=9223372036854775808"), "is not a whole number of 64 bits"),
    (("run", "by-title", "--param", "a_decimal=1e5"), '"1e5" is not a decimal number'),
    (("run", "by-title", "--param", "a_boolean=maybe"), '"maybe" is not true or false'),
    (("run", "by-title", "--param", "a_date=23.11.2026"), '"23.11.2026" is not a date; write it as 2026-11-23'),
    (("run", "by-title", "--param", "a_date=2026-02-29"), '"2026-02-29" is not a date'),
    (("run", "by-title", "--param", "a_datetime=2026-11-23"), '"2026-11-23" is not a date and time'),
    (("run", "needy"), 'parameter "who" of job "needy" has no default'),
    (("preview", "failures"), "preview needs a tenant"),
    (("preview", "failures", "--tenant", "1", "--result", "x"), 'job "failures" has no result set "x"'),
    (("preview", "failures", "--tenant", "1", "--limit", "0"), "--limit takes a number from 1"),
    (("plan", "failurs"), 'there is no job "failurs"'),
    (("plan", "--json", "--period", "2026-11-31"), 'there is no day "2026-11-31"'),
    (("plan", "failures", "--json", "--period", "2026-11"), '"2026-11" is a month, but the job is about a day'),
)


def check_usage(checks, project):
    for arguments, message in USAGE:
        done = project.run(*arguments)
        checks.equal((done.code, done.out), (2, ""), "exit code 2: pressrun %s" % " ".join(arguments))
        checks.that(message in done.err, "pressrun %s says what is wrong" % " ".join(arguments), done.err)
    checks.that(not os.path.exists(project.out), "nothing was made by any of these")


def check_other_codes(checks, project):
    bad = Project("bad")
    bad.write("jobs/broken.yaml", "job: broken\n")
    done = bad.run("run", "broken")
    checks.equal(done.code, 3, "a broken job: exit code 3")
    checks.that("broken.yaml:1:1" in done.err and "pressrun check" in done.err, "where and why", done)
    for name, old, new in (("server", SOCKET, "/nonexistent/mysqld.sock"), ("password", "", "")):
        bad.write("pressrun.yaml", project.read("pressrun.yaml").replace(old, new) if old else project.read("pressrun.yaml"))
        bad.take_jobs()
        done = bad.run("run", "failures", variables={"REPORT_PASSWORD": "wrong"})
        checks.equal(done.code, 8, "no way into the database (%s): exit code 8" % name)
        print(done.err.rstrip())
    os.unlink(bad.path("pressrun.yaml"))
    checks.equal(bad.run("run", "failures").code, 3, "no pressrun.yaml: exit code 3")
    bad.write("pressrun.yaml", project.read("pressrun.yaml"))
    os.unlink(bad.path("state/ledger.db"))
    done = bad.run("run", "failures")
    checks.equal(done.code, 5, "a ledger that is gone: exit code 5")
    print(done.err.rstrip())
    # Only tenant 6 has a text that is too long for a cell.
    project.write("jobs/partly.yaml", scenario.job("partly", "SELECT id, long_description FROM videos ORDER BY id", "[xlsx]"))
    done = project.run("run", "partly", "--period", PERIOD, "--json")
    checks.equal((done.code, done.json()["failed"], done.json()["rendered"]), (1, 1, 8), "one of nine fails: exit code 1")
    status = project.run("status", "partly", "--failed")
    checks.equal(status.code, 1, "status --failed: exit code 1 while there are any")
    checks.that('column "long_description"' in status.out and "too_long: truncate" in status.out, "with the reason", status)
    checks.equal((project.run("status", "failures", "--failed").code, project.run("status", "failures", "--failed").out),
                 (0, "nothing has failed\n"), "and 0 when there are none")


def check_busy(checks, project):
    """A second pressrun on the same state directory gives way to the first, which goes on."""
    first = subprocess.Popen([PRESSRUN, "run", "failures", "--period", day_before(PERIOD), "--quiet"], cwd=project.directory,
                             env=project.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while first.poll() is None and project.read("state/lock").strip() != str(first.pid):
        pass
    first.send_signal(signal.SIGSTOP)
    second = project.run("run", "failures", "--period", PERIOD)
    first.send_signal(signal.SIGCONT)
    status = project.run("status", "--json")
    checks.equal(second.code, 6, "another pressrun is at work: exit code 6")
    print(second.err.rstrip())
    checks.that(str(first.pid) in second.err, "which one it is", second)
    checks.equal(status.code, 0, "status can be asked meanwhile")
    checks.equal(first.wait(), 0, "the first one is not disturbed")


# ---- new ----


def days_of(table, column, tenant):
    """What the query of a new job must give, by the database's own client."""
    return [{"day": day, "records": int(n)} for day, n in scenario.text_rows(
        ["DATE(%s)" % column, "COUNT(*)"], "FROM %s WHERE tenant_id = %s AND %s >= '%s' - INTERVAL 30 DAY AND %s < '%s' "
        "GROUP BY DATE(%s) ORDER BY 1" % (table, tenant, column, scenario.TODAY, column, scenario.TODAY, column))]


def made(project, job, tenant):
    """The rows of a new job's report, made as its next lines say."""
    done = project.run("run", job, "--tenant", tenant, "--period", PERIOD, "--quiet")
    with open(os.path.join(project.out, tenant, job, PERIOD, job + ".json"), encoding="utf-8") as f:
        return done.code, json.load(f)["results"][0]["rows"]


def check_new(checks):
    project = Project("new")
    done = project.run("new", "fresh")
    print(done.out.rstrip())
    checks.equal((done.code, done.out), (0, 'jobs/fresh.yaml written: it counts "videos" by day of "created_at"\n'
                                            "next: pressrun check\n      pressrun preview fresh --tenant ID\n"), "new")
    checks.equal(project.run("check").out.splitlines()[-1], "everything is well", "what it writes is well")
    checks.equal(project.run("preview", "fresh", "--tenant", "1", "--period", PERIOD).code, 0, "it can be seen at once")
    rows = days_of("ai_pipeline_db.videos", "created_at", 1)
    checks.that(len(rows) > 20, "control: there is something to count", rows)
    checks.equal(made(project, "fresh", "1"), (0, rows), "and made: the days of a tenant")
    checks.equal(made(project, "fresh", "10"), (0, []), "of one without rows, too")
    check_nothing_lost(checks, project)
    done = project.run("new", "blind", variables={"REPORT_PASSWORD": "wrong"})
    print(done.out.rstrip())
    checks.equal((done.code, done.err), (0, ""), "without the database there is a job as well")
    checks.that("not by day, as no column with a time is known: " in done.out and "Access denied" in done.out, "and it is said why", done)
    number = int(scenario.sql("SELECT COUNT(*) FROM ai_pipeline_db.videos WHERE tenant_id = 6"))
    checks.equal(made(project, "blind", "6"), (0, [{"records": number}]), "it counts")
    text = re.sub(r"^( *)#(?! )", r"\1", project.read("jobs/blind.yaml"), flags=re.M)
    project.write("jobs/blind.yaml", text.replace("WHERE", "WHERE :status = 'publish' AND"))
    done = project.run("check")
    checks.equal((done.code, "warning: no query" in done.out), (0, False), "all that is switched off works when it is on")
    checks.that("days: By day" in project.run("preview", "blind", "--tenant", "6").out, "so there are days, too")
    os.rename(project.path("pressrun.yaml"), project.path("elsewhere.yaml"))
    done = project.run("new", "x")
    checks.equal((done.code, os.path.exists(project.path("jobs/x.yaml"))), (3, False), "no pressrun.yaml, no job")
    checks.that("pressrun init writes one" in done.err, "but what to do", done)


def check_nothing_lost(checks, project):
    os.makedirs(project.path("jobs/below"))
    project.write("jobs/broken.yaml", "my notes")
    os.symlink("nowhere", project.path("jobs/link.yaml"))
    project.write("jobs/below/deep.yaml", project.read("jobs/fresh.yaml").replace("job: fresh", "job: deep"))
    before = {n: project.read("jobs/" + n) for n in ("fresh.yaml", "broken.yaml", "below/deep.yaml")}
    for name, file in (("fresh", "fresh.yaml"), ("broken", "broken.yaml"), ("link", "link.yaml"), ("deep", "below/deep.yaml")):
        done = project.run("new", name)
        checks.equal((done.code, done.out), (2, ""), "%s is not overwritten" % file)
        checks.that('"jobs/%s" is there already' % file in done.err, "and new says so", done)
    checks.equal({n: project.read("jobs/" + n) for n in before}, before, "the files are as they were")
    checks.equal(sorted(os.listdir(project.path("jobs"))), ["below", "broken.yaml", "fresh.yaml", "link.yaml"], "and no other one is there")
    os.unlink(project.path("jobs/broken.yaml"))
    os.unlink(project.path("jobs/link.yaml"))


def check_new_words(checks):
    """Tables and columns with the names of keywords; a table without a time before, a time that is hidden."""
    scenario.own_schema("pressrun_new", "words")
    scenario.sql("""CREATE TABLE pressrun_new.`plain` (id INT PRIMARY KEY, tenant_id BIGINT UNSIGNED, d DATE);
                    CREATE TABLE pressrun_new.`order` (id INT PRIMARY KEY, tenant_id BIGINT UNSIGNED, created_at DATETIME,
                        `a column` DATETIME, `from` TIMESTAMP NULL, `to` DATETIME);
                    INSERT INTO pressrun_new.`order` SELECT id, tenant_id, NULL, NULL, created_at, NULL FROM ai_pipeline_db.videos""")
    project = Project("words", schema="pressrun_new", user="pressrun_new", password="words")
    project.write("pressrun.yaml", project.read("pressrun.yaml").replace(
        "scope:\n", "scope:\n  plain: {tenant: tenant_id}\n  order: {tenant: tenant_id, hide: [created_at]}\n"))
    done = project.run("new", "null")
    checks.that('it counts "order" by day of "from"' in done.out, "the first table with a time that may be shown", done)
    checks.equal(project.run("check").out.splitlines()[-1], "everything is well", "keywords are no matter")
    rows = days_of("pressrun_new.`order`", "`from`", 6)
    checks.that(len(rows) > 5, "control: there is something to count", rows)
    checks.equal(made(project, "null", "6"), (0, rows), "the days are right")


# ---- run ----


def ledger_runs(project, *arguments):
    return project.run("status", *arguments, "--limit", "1000", "--json").json()["runs"]


def check_run(checks, project):
    done = project.run("run", "failures", "--tenant", "6", "--period", PERIOD, "--dry-run")
    checks.equal((done.code, done.out), (0, "failures %s tenant 6\n    -> reports: 6/failures/%s/manifest.json\n" % (PERIOD, PERIOD)),
                 "--dry-run says what would be made")
    checks.that(not os.path.exists(project.out) and not ledger_runs(project), "and makes nothing")
    done = project.run("run", "failures", "--tenant", "6", "--period", PERIOD)
    checks.equal(done.code, 0, "--tenant")
    checks.equal(os.listdir(project.out), ["6"], "makes a report for this tenant only")
    answer = project.run("run", "failures", "--period", PERIOD, "--json", "-j", "2").json()
    checks.equal(sorted(answer), ["bytes", "delivered", "delivery_dead", "delivery_failed", "failed", "files", "held", "job", "period",
                                  "rendered", "rows", "skipped", "stopped", "undelivered", "withheld"], "keys of the summary")
    checks.equal((answer["rendered"], answer["skipped"], answer["failed"]), (8, 1, 0), "what is done is not made again")
    checks.equal(answer["delivered"], answer["files"], "each file is delivered")
    done = project.run("run", "failures", "--period", PERIOD)
    checks.equal(done.out, "failures %s: 0 rendered, 9 done before, 0 failed; 0 files, 0 bytes; 0 delivered\n"
                 "    use --again to make reports that are done once more\n" % PERIOD, "the summary")
    checks.that("(done already)" in project.run("run", "failures", "--period", PERIOD, "-n").out, "a dry run knows it, too")
    checks.equal(project.run("run", "failures", "--period", PERIOD, "--quiet").out, "", "--quiet says nothing")
    done = project.run("run", "failures", "--period", PERIOD, "--tenant", "6", "--again", "--json")
    checks.equal(done.json()["rendered"], 1, "--again makes it once more")
    runs = ledger_runs(project, "failures", "--tenant", "6")
    checks.equal([(r["revision"], r["attempt"], r["state"]) for r in runs], [(2, 1, "rendered"), (1, 1, "rendered")],
                 "as a new revision")
    checks.equal(sorted(runs[0]), ["attempt", "bytes", "deliveries", "delivery_attempts", "delivery_destination",
                                  "delivery_error", "delivery_hint", "delivery_next_at", "error", "error_kind", "files", "finished_at",
                                   "hint", "job", "period", "revision", "rows", "run", "started_at", "state", "tenant"],
                 "keys of a run")
    checks.equal(len(ledger_runs(project)), 10, "status lists all runs")
    checks.equal(len(project.run("status", "--limit", "3", "--json").json()["runs"]), 3, "--limit")
    checks.equal(project.run("deliver").out, "0 delivered, 0 not delivered yet or given up\n", "deliver has nothing to do")


def check_plan(checks, project):
    answer = project.run("plan", "--period", PERIOD, "--json").json()
    checks.equal(answer["schema"], "pressrun.plan/1", "plan --json")
    jobs = {j["job"]: j for j in answer["jobs"]}
    checks.equal(sorted(jobs["failures"]), ["done", "end", "job", "next", "period", "start", "tasks", "tenants"], "keys of a plan")
    checks.equal((jobs["failures"]["tasks"], jobs["failures"]["done"], jobs["by-title"]["done"]), (9, 9, 0), "what is done")
    checks.equal([t["id"] for t in jobs["failures"]["tenants"]], list("123567") + ["8", "9", "10"], "tenants in the query's order")
    checks.equal(jobs["failures"]["start"], PERIOD + "T00:00:00Z", "bounds of the period")
    done = project.run("plan", "failures", "--period", PERIOD)
    print(done.out.rstrip())
    checks.that("9 of 9 reports done" in done.out, "plan for people", done)
    nobody = Project("nobody")
    nobody.take_jobs()
    nobody.write("pressrun.yaml", nobody.read("pressrun.yaml").replace("is_active = 1", "is_active = 7").replace(
        "path: out}", "path: out}\n  office: {kind: directory, path: office, platform: true}"))
    nobody.write("jobs/whole.yaml", scenario.job("whole", "SELECT COUNT(*) AS n FROM videos", more="scope: platform\n").replace(
        "[reports]", "[office]"))
    done = nobody.run("plan", "--period", PERIOD, "--json")
    try:
        daily = [n[:-5] for n in sorted(os.listdir(nobody.path("jobs"))) if "unit: minute" not in nobody.read("jobs/" + n)]
        checks.that("whole" in daily and "failures" in daily, "control: there are jobs about days", daily)
        checks.equal([j["job"] for j in done.json()["jobs"]], daily, "without tenants, each job of the unit is in the plan still")
    except ValueError as e:
        checks.that(False, "without tenants, the plan is JSON still", "%s\n%s" % (e, done))
    done = nobody.run("run", "whole", "--period", PERIOD, "--json")
    checks.equal((done.code, done.json()["rendered"]), (0, 1), "a report of the platform needs no tenant")
    checks.equal(nobody.run("run", "whole", "--tenant", "1").code, 2, "and takes none")


# ---- parameters ----


def check_params(checks, project):
    def found(*arguments):
        done = project.run("run", "by-title", "--tenant", "1", "--period", PERIOD, *arguments)
        if not checks.equal(done.code, 0, "by-title %s" % (arguments,)):
            print(done)
        with open(os.path.join(project.out, "1/by-title", PERIOD, "by-title.json"), encoding="utf-8") as f:
            return json.load(f)["results"][0]["rows"]
    everything = len(found("--param", "a_text=all"))
    checks.that(everything > 1000, "control: the query can give all rows", everything)
    checks.equal(found("--param", "a_text=" + INJECTION), [], "a value with a quote matches nothing")
    pasted = scenario.sql("SELECT COUNT(*) FROM videos WHERE tenant_id = 1 AND title = '%s'" % INJECTION, schema="ai_pipeline_db")
    checks.that(int(pasted) > 1000, "control: pasted into the query, it would match", pasted)
    title = scenario.text_rows(["title"], "FROM ai_pipeline_db.videos WHERE tenant_id = 1 AND title LIKE '%\\'%' LIMIT 1")[0][0]
    rows = found("--param", "a_text=" + title)
    checks.that(rows and all(r["title"] == title for r in rows), "a title with a quote finds itself", title)
    runs = ledger_runs(project, "by-title")
    checks.equal(len({r["revision"] for r in runs}), 3, "other parameters make another revision")
    checks.equal(project.run("run", "by-title", "--tenant", "1", "--period", PERIOD, "--param", "a_text=" + title, "--json").json()["skipped"],
                 1, "the same ones do not")
    given = {"a_text": "O'Brien \\ \" % _ :x ? \n\t😀", "an_integer": "-9223372036854775808", "a_decimal": "-0.10",
             "a_boolean": "true", "a_date": "2024-02-29", "a_datetime": "2026-11-23T17:30:05"}
    arguments = [a for k, v in given.items() for a in ("--param", "%s=%s" % (k, v))]
    done = project.run("run", "echo", "--tenant", "6", "--period", PERIOD, *arguments)
    checks.equal(done.code, 0, "a value of every type")
    with open(os.path.join(project.out, "6/echo", PERIOD, "echo.json"), encoding="utf-8") as f:
        row = json.load(f)["results"][0]["rows"][0]
    checks.equal(row["a_text"], given["a_text"], "text comes back as it was")
    checks.equal(str(row["an_integer"]), given["an_integer"], "integer")
    checks.equal(float(row["a_decimal"]), -0.1, "decimal")
    checks.equal(int(row["a_boolean"]), 1, "boolean")
    checks.that(str(row["a_date"]).startswith("2024-02-29"), "date", row)
    checks.that(str(row["a_datetime"]).startswith("2026-11-23 17:30:05"), "datetime", row)
    checks.that(str(row["period_start"]).startswith(PERIOD + " 00:00:00"), "period_start", row)
    checks.that(str(row["period_end"]).startswith(scenario.TODAY + " 00:00:00"), "period_end", row)
    checks.equal(str(row["tenant"]), "6", "tenant_id")
    done = project.run("run", "echo", "--tenant", "9", "--period", PERIOD)
    with open(os.path.join(project.out, "9/echo", PERIOD, "echo.json"), encoding="utf-8") as f:
        row = json.load(f)["results"][0]["rows"][0]
    checks.equal([row[k] for k in given], [None] * 6, "default: null is NULL")


# ---- preview ----


def check_preview(checks, project):
    before = ledger_runs(project)
    done = project.run("preview", "look", "--tenant", "1", "--period", PERIOD, "--limit", "5")
    print(done.out.rstrip())
    lines = done.out.splitlines()
    checks.equal((done.code, done.err), (0, ""), "preview")
    checks.equal(lines[0], "rows: rows", "the result set's name")
    rules = [m.span() for m in re.finditer("-+", lines[2])]
    checks.equal(len(rules), 5, "a line under each column")
    for line in [lines[1]] + lines[3:8]:
        checks.that(all(line[e:e + 2] in ("", "  ") for _, e in rules), "columns stand below each other: %s" % line)
    for line in lines[3:8]:
        checks.that(line[rules[0][0]:rules[0][1]].strip().isdigit() and line[rules[0][1] - 1].isdigit(), "numbers to the right")
        checks.equal(line[rules[3][0]:rules[3][1]].strip(), "NULL", "NULL is shown")
    checks.equal(lines[8], "(the first 5 rows; --limit N shows more)", "what is left out is said")
    done = project.run("preview", "look", "--tenant", "10", "--period", PERIOD)
    checks.equal(done.out.splitlines()[-1], "(0 rows)", "no rows are shown as such")
    only = project.run("preview", "tenant-dashboard", "--tenant", "1", "--period", PERIOD, "--result", "totals")
    checks.equal(only.out.count(": "), 1, "--result shows one of them")
    checks.equal(project.run("preview", "tenant-dashboard", "--tenant", "1").out.count("\n\n"), 3, "all four otherwise")
    checks.equal(ledger_runs(project), before, "the ledger knows nothing of it")


def main():
    checks = Checks()
    project = Project()
    project.take_jobs()
    project.write("jobs/by-title.yaml", scenario.job("by-title", BY_TITLE, "[json]", PARAMS))
    project.write("jobs/echo.yaml", scenario.job("echo", ECHO, "[json]", PARAMS))
    project.write("jobs/needy.yaml", scenario.job("needy", "SELECT :who AS who", more="params: {who: {type: text}}\n"))
    project.write("jobs/look.yaml", scenario.job(
        "look", "SELECT id, title, run_time * 1.5 AS longer, NULL AS nothing, created_at FROM videos ORDER BY id"))
    checks.equal(project.run("check").code, 0, "all jobs are well")
    check_help(checks, project)
    check_usage(checks, project)
    check_new(checks)
    check_new_words(checks)
    check_run(checks, project)
    check_plan(checks, project)
    check_params(checks, project)
    check_preview(checks, project)
    check_busy(checks, project)
    check_other_codes(checks, project)
    checks.finish()


main()
