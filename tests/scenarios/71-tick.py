#!/usr/bin/python3
# Goal: each period that a schedule asks for is made once, whatever happens to ticks, clocks, files and workers.
"""The real program under clocks that are set (faketime): three days off, a clock that goes back or far ahead, a
worker that hangs, twenty ticks at once, a job file that is broken or edited in between, a database that is
away. What is not as expected is held and released; `status --check` tells what is missing, late or held."""

import glob
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import scenario
from faults import wait_until

# faketime and sanitizers both want to be loaded first; the release build has none.
PRESSRUN = os.environ.get("PRESSRUN_RELEASE") or sys.exit("PRESSRUN_RELEASE is not set: needs the release build")
JOB = """\
job: {name}
timezone: Europe/Berlin
period: {{unit: {unit}}}
schedule: {schedule}
{more}results:
  rows: {{sql: "{sql}"}}
formats: [csv]
deliver: [reports]
"""
SQL = "SELECT id, title FROM videos ORDER BY id LIMIT 5"
TENANTS = 9
FAKETIME = (glob.glob("/usr/lib/*/faketime/libfaketime.so.1") or scenario.skip("there is no libfaketime here"))[0]


class Project(scenario.Project):
    def job(self, name="daily", unit="day", schedule='"*-*-* 02:00"', more="", sql=SQL):
        self.write("jobs/%s.yaml" % name, JOB.format(name=name, unit=unit, schedule=schedule, more=more, sql=sql))

    def clock(self, when):
        return dict(self.environment, TZ="UTC", LD_PRELOAD=FAKETIME, FAKETIME="@" + when, DONT_FAKE_MONOTONIC="1",
                    FAKETIME_DONT_FAKE_MONOTONIC="1")

    def at(self, when, *arguments, check=None, variables=None):
        """Runs pressrun at a time of UTC."""
        done = scenario.Result(subprocess.run(
            [PRESSRUN, *arguments], cwd=self.directory, env=dict(self.clock(when), **(variables or {})), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, check=False))
        if check is not None and done.code != check:
            print("unexpected: %s %s: %s" % (when, arguments, done))
        return done

    def tick(self, when, *arguments, **options):
        return self.at(when, "tick", "--json", *arguments, **options)

    def ledger(self, query):
        with sqlite3.connect(self.path("state", "ledger.db")) as ledger:
            return ledger.execute(query).fetchall()

    def periods(self, job="daily"):
        return [(p, s) for p, s in self.ledger("SELECT period, state FROM periods WHERE job = '%s'"
                                               " ORDER BY due_at, id" % job)]

    def runs(self, job="daily"):
        """How many runs each task has had."""
        return self.ledger("SELECT t.period, t.tenant, COUNT(*) FROM runs r JOIN tasks t ON t.id = r.task"
                           " WHERE t.job = '%s' GROUP BY 1, 2 ORDER BY 1, 2" % job)


def once_each(checks, project, periods, what, job="daily"):
    runs = project.runs(job)
    checks.equal((sorted({r[0] for r in runs}), {r[2] for r in runs}, len(runs)),
                 (sorted(periods), {1}, TENANTS * len(periods)), "%s: one run of each tenant" % what)


def check_days(checks):
    p = Project("days")
    p.job()
    checks.equal(p.tick("2026-11-20 12:00:00").json()["done"], 0, "a new job has nothing to do yet")
    checks.equal(p.tick("2026-11-21 00:59:00").json()["done"], 0, "nor a minute before its time")
    checks.equal(p.tick("2026-11-21 01:00:00").json()["done"], 1, "then it runs")
    checks.equal(p.tick("2026-11-21 01:00:30").json()["done"], 0, "and not again")
    checks.equal(p.periods(), [("2026-11-20", "done")], "about the day before")
    once_each(checks, p, ["2026-11-20"], "one day")
    done = p.at("2026-11-21 02:00:00", "status", "--check")
    checks.equal((done.code, done.out), (0, "nothing is missing, late, failed, held or given up\n"), "all is well")
    # Three days off.
    done = p.at("2026-11-24 12:00:00", "status", "--check", "--json")
    checks.equal((done.code, [(x["what"], x["period"]) for x in done.json()["problems"]]),
                 (1, [("missing", "2026-11-21"), ("missing", "2026-11-22"), ("missing", "2026-11-23")]),
                 "after three days off, --check misses three periods")
    checks.equal(p.tick("2026-11-24 12:00:00").json(), dict(done=1, failed=0, skipped=2, delivered=2 * TENANTS,
                 undelivered=0, stopped=False, busy=False), "the latest is made, two are skipped")
    reasons = p.ledger("SELECT period, reason FROM periods WHERE state = 'skipped'")
    checks.that(len(reasons) == 2 and all("newer period" in r for _, r in reasons), "with the reason", reasons)
    checks.equal(p.at("2026-11-24 12:01:00", "status", "--check").code, 0, "and nothing is missing any more")
    once_each(checks, p, ["2026-11-20", "2026-11-23"], "after three days off")


def check_catch_up(checks):
    p = Project("all")
    p.job(schedule='{at: "*-*-* 02:00", catchup: all, max_runs: 2}')
    p.tick("2026-11-20 12:00:00", check=0)
    answer = p.tick("2026-11-24 12:00:00").json()
    checks.equal((answer["done"], answer["skipped"]), (2, 2), "catchup: all makes max_runs")
    order = [r[0] for r in p.ledger("SELECT DISTINCT t.period FROM runs r JOIN tasks t ON t.id = r.task ORDER BY r.id")]
    checks.equal(order, ["2026-11-22", "2026-11-23"], "the oldest first")
    p = Project("skip")
    p.job(schedule='{at: "*-*-* 02:00", catchup: skip}')
    p.tick("2026-11-20 12:00:00", check=0)
    checks.equal(p.tick("2026-11-21 01:20:00").json()["skipped"], 1, "catchup: skip makes nothing late")
    checks.equal(p.tick("2026-11-22 01:01:00").json()["done"], 1, "but what is due")


def check_clocks(checks):
    p = Project("clocks")
    p.job()
    p.tick("2026-11-20 12:00:00", check=0)
    p.tick("2026-11-21 01:00:00", check=0)
    before = p.runs()
    for when in ("2026-11-20 12:00:00", "2026-11-21 00:30:00", "2016-01-01 00:00:00", "2026-11-21 01:30:00"):
        checks.equal(p.tick(when).json()["done"], 0, "a clock that goes back to %s makes nothing twice" % when)
    checks.equal(p.runs(), before, "not one run more")
    answer = p.tick("2036-11-21 12:00:00").json()
    checks.equal(answer["done"], 1, "a clock ten years ahead does not flood")
    checks.that(len(p.periods()) <= 410, "nor the ledger", len(p.periods()))
    for day in ("22", "23"):
        done = p.tick("2026-11-%s 01:00:00" % day)
        checks.equal(done.json()["done"], 1, "when it is right again, days go on")
        checks.equal("tick.clock_back" in done.err, day == "22", "which is told once")
    checks.equal([d for d, s in p.periods() if s == "done"], ["2026-11-20", "2026-11-21", "2026-11-22", "2036-11-20"],
                 "each day is there")
    checks.equal(p.at("2026-11-23 02:00:00", "status", "--check").code, 0, "and nothing is missing")


def check_changes_of_the_clock(checks):
    p = Project("dst")
    p.job(schedule='"*-*-* 02:30"')
    p.job("hourly", unit="hour", schedule="{at: hourly, catchup: all, max_runs: 100}")
    p.tick("2026-10-23 12:00:00", check=0)
    for when in ("2026-10-24 12:00:00", "2026-10-25 00:15:00", "2026-10-25 00:31:00", "2026-10-25 01:31:00",
                 "2026-10-25 12:00:00", "2026-10-26 12:00:00"):
        p.tick(when, check=0)
    checks.equal([d for d, s in p.periods() if s == "done"], ["2026-10-23", "2026-10-24", "2026-10-25"],
                 "a time that comes twice is due once")
    hours = [h for h, s in p.periods("hourly") if h.startswith("2026-10-25") and s == "done"]
    checks.that("2026-10-25T02" in hours, "hours go on over the change", hours)
    checks.that("2026-10-25T02b" in hours, "also those that come twice", hours)
    once_each(checks, p, ["2026-10-23", "2026-10-24", "2026-10-25"], "over the change")


def check_twenty(checks):
    p = Project("twenty")
    p.job()
    p.tick("2026-11-20 12:00:00", check=0)
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(p.tick("2026-11-21 01:00:00"))) for _ in range(20)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    checks.equal({a.code for a in answers}, {0}, "twenty ticks at once end well")
    checks.equal(sum(a.json()["done"] for a in answers), 1, "one of them does it")
    checks.that(sum(a.json()["busy"] for a in answers) > 0, "others say that somebody is at work")
    once_each(checks, p, ["2026-11-20"], "twenty ticks")


def check_hung_worker(checks):
    p = Project("hung")
    p.job(more="time_limit: 3s\n")
    p.tick("2026-11-20 12:00:00", check=0)
    tick = subprocess.Popen([PRESSRUN, "tick", "--json"], cwd=p.directory, env=p.clock("2026-11-21 01:00:00"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    workers = []

    def worker_runs():
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(tick.pid)], stdout=subprocess.PIPE,
                                  check=False).stdout.split()
        workers[:] = [int(c) for c in children]
        return workers or tick.poll() is not None
    wait_until(worker_runs, "a worker runs", 20)
    for worker in workers:
        try:
            os.kill(worker, signal.SIGSTOP)
        except ProcessLookupError:
            pass
    out, err = tick.communicate(timeout=60)
    if "took longer than 3 seconds" in err.decode():
        checks.equal(tick.returncode, 1, "a worker that hangs is ended, and told")
        checks.equal(json.loads(out)["failed"], 1, "its period is tried again")
        p.tick("2026-11-21 01:05:00", check=0)
    checks.equal(p.periods(), [("2026-11-20", "done")], "and done then")
    checks.that(workers and "took longer than 3 seconds" in err.decode(), "control: a worker was stopped in its work",
                err.decode())


def check_files(checks):
    p = Project("files")
    p.job()
    p.job("other")
    p.tick("2026-11-20 12:00:00", check=0)
    p.write("jobs/other.yaml", "job: other\nresults: {rows: {sql: SELECT 1}}\nformats: [pdf]\n")
    done = p.tick("2026-11-21 01:00:00")
    checks.that(done.code == 3 and "job.broken" in done.err and "other.yaml" in done.err, "a broken file is told", done)
    checks.equal(p.periods(), [("2026-11-20", "done")], "and stops only itself")
    p.job("other")
    checks.equal(p.tick("2026-11-21 01:05:00").json()["done"], 1, "mended, it is made up for")
    once_each(checks, p, ["2026-11-20"], "the mended one", "other")
    os.remove(p.path("jobs", "other.yaml"))
    checks.equal(p.tick("2026-11-22 01:05:00").code, 0, "a file that is gone is no failure")
    p.job(sql="SELECT no_such_column FROM videos")
    done = p.tick("2026-11-23 01:00:00")
    checks.that(done.code == 8 and p.periods()[-1] == ("2026-11-22", "failed"),
                "what can't succeed by itself has failed", "%s %s" % (done, p.periods()))
    check = p.at("2026-11-23 01:10:00", "status", "--check")
    checks.that(check.code == 1 and "failed   daily 2026-11-22" in check.out, "--check tells", check)
    p.job()
    checks.equal(p.at("2026-11-23 01:20:00", "run", "daily", "--period", "2026-11-22").code, 0, "made by hand")
    checks.equal(p.at("2026-11-23 01:30:00", "status", "--check").code, 0, "it is well again")


def check_edited_schedule(checks):
    p = Project("edited")
    p.job(schedule='{at: "*-*-* 22:00", spread: 24h}')
    p.tick("2026-11-20 12:00:00", check=0)
    p.tick("2026-11-22 12:00:00", check=0)
    made = [d for d, s in p.periods() if s == "done"]
    p.job(schedule='"*-*-* 06:00"')
    checks.equal(p.tick("2026-11-22 12:05:00").json()["done"], 1, "what is due earlier now is made at once")
    checks.equal([d for d, s in p.periods() if s == "done"], sorted(made + ["2026-11-21"]), "it is yesterday's")
    checks.equal(p.tick("2026-11-23 05:01:00").json()["done"], 1, "and the next day's in its turn")
    p.job(schedule='"Mon *-*-* 06:00"')
    p.tick("2026-11-25 12:00:00", check=0)
    checks.equal(p.at("2026-11-25 12:10:00", "status", "--check").code, 0, "days of an old schedule are not missed")


def check_database_away(checks):
    p = Project("away")
    p.job()
    p.tick("2026-11-20 12:00:00", check=0)
    good = p.read("pressrun.yaml")
    p.write("pressrun.yaml", good.replace(scenario.SOCKET, "/nonexistent/mysqld.sock"))
    done = p.tick("2026-11-21 01:00:00")
    checks.that(done.code == 8 and "tick.failed" in done.err, "a database that is away has its exit code", done)
    checks.equal(p.tick("2026-11-21 01:00:10").code, 0, "it is left alone for a while")
    p.write("pressrun.yaml", good)
    checks.equal(p.tick("2026-11-21 01:02:00").json()["done"], 1, "then it is tried again")
    once_each(checks, p, ["2026-11-20"], "a database that was away")


def check_expectations(checks):
    p = Project("expect")
    p.job(more="expect: {min_rows: 4, otherwise: hold}\n")
    p.tick("2026-11-20 12:00:00", check=0)
    done = p.tick("2026-11-21 01:00:00")
    held = p.ledger("SELECT r.id FROM runs r WHERE state = 'held'")
    checks.that(done.code == 1 and held and "run.unexpected" in done.err, "a report that is too short is held", done)
    check = p.at("2026-11-21 02:00:00", "status", "--check")
    checks.that(check.code == 1 and "held     daily" in check.out, "--check tells", check)
    checks.equal(p.tick("2026-11-21 01:05:00").json()["done"], 0, "it is not made again")
    files = sum(len(n) for _, _, n in os.walk(p.out))
    for run, in held:
        checks.equal(p.at("2026-11-21 02:00:00", "release", str(run)).code, 0, "released")
    checks.equal(sum(len(n) for _, _, n in os.walk(p.out)), files + 2 * len(held), "it is delivered")
    checks.equal(p.at("2026-11-21 02:10:00", "status", "--check").code, 0, "and all is well")
    checks.equal(p.at("2026-11-21 02:10:00", "release", str(held[0][0])).code, 2, "once")
    p.job(more="expect: {max_drop: 50%, otherwise: skip}\n", sql=SQL.replace("LIMIT 5", "LIMIT 2"))
    done = p.tick("2026-11-22 01:00:00")
    skipped = p.ledger("SELECT COUNT(*), MIN(error) FROM runs WHERE state = 'skipped'")
    checks.that(done.code == 0 and skipped[0][0] >= TENANTS - 1 and "max_drop" in skipped[0][1],
                "a fall is skipped, and recorded", (done, skipped))
    checks.that(not os.path.exists(os.path.join(p.out, "1", "daily", "2026-11-21")), "and not delivered")


def check_backfill(checks):
    p = Project("range")
    p.job()
    done = p.at("2026-11-24 12:00:00", "run", "daily", "--from", "2026-11-20", "--to", "2026-11-22", "--max-parallel", "2",
                "--json")
    checks.equal((done.code, done.json()["rendered"]), (0, 3 * TENANTS), "three days by hand")
    done = p.at("2026-11-24 12:00:00", "run", "daily", "--from", "2026-11-19", "--to", "2026-11-22", "--json")
    checks.equal((done.json()["rendered"], done.json()["skipped"]), (TENANTS, 3 * TENANTS), "done ones are not repeated")
    done = p.at("2026-11-24 12:00:00", "run", "daily", "--from", "2026-11-22", "--again", "--to", "2026-11-22", "--json")
    checks.equal(done.json()["rendered"], TENANTS, "unless --again")
    for arguments in (("--to", "2026-11-22"), ("--from", "2026-11-22", "--to", "2026-11-20"), ("--from", "2026-11")):
        checks.equal(p.at("2026-11-24 12:00:00", "run", "daily", *arguments).code, 2, "refused: %s" % (arguments,))


def check_foreground(checks):
    p = Project("every")
    p.job(unit="minute", schedule='"*:*:0/2"')
    keep = subprocess.Popen([PRESSRUN, "tick", "--every", "1s", "--quiet"], cwd=p.directory, env=p.environment,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        checks.that(wait_until(lambda: any(s == "done" for _, s in p.periods()), "a minute is done", 75),
                    "it ticks until something is due")
        checks.equal(p.run("status").code, 0, "others can work in between")
    finally:
        keep.send_signal(signal.SIGTERM)
        out, err = keep.communicate(timeout=20)
    checks.equal((keep.returncode, out), (0, b""), "and ends well when it is told to: %s" % err.decode()[-300:])


def main():
    checks = scenario.Checks()
    for check in (check_days, check_catch_up, check_clocks, check_changes_of_the_clock, check_twenty, check_hung_worker,
                  check_files, check_edited_schedule, check_database_away, check_expectations, check_backfill, check_foreground):
        print("-- %s" % check.__name__)
        check(checks)
    checks.finish()


main()
