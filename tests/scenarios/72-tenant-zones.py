#!/usr/bin/python3
# Goal: each tenant's report is about the tenant's own days, made once they are over there, in the tenant's language.
"""Tenants with a time zone and a locale of their own, by two columns of tenants.query, under clocks that are set
(faketime). Rows are compared with what the database's own arithmetic gives for those bounds."""

import glob
import json
import os
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import scenario

# faketime and sanitizers both want to be loaded first; the release build has none.
PRESSRUN = os.environ.get("PRESSRUN_RELEASE") or sys.exit("PRESSRUN_RELEASE is not set: needs the release build")
FAKETIME = (glob.glob("/usr/lib/*/faketime/libfaketime.so.1") or scenario.skip("there is no libfaketime here"))[0]
# Tenant 1 has the job's zone, 2 one that is behind, 3 one that is ahead, 5 one that there is not. Hours from UTC.
ZONES = {"2": ("America/Los_Angeles", -8), "3": ("Asia/Tokyo", 9)}
QUERY = ("SELECT id, name, display_name,"
         " CASE id WHEN 2 THEN 'America/Los_Angeles' WHEN 3 THEN 'Asia/Tokyo' WHEN 5 THEN 'Mars/Olympus' END AS timezone,"
         " CASE id WHEN 2 THEN 'en_US.UTF-8' WHEN 3 THEN 'fr-CA' WHEN 5 THEN 'tlh' END AS locale"
         " FROM tenants WHERE is_active = 1 AND id <= 5 ORDER BY id")
JOB = """\
job: daily
title: {en: Added, de: Neu, fr: Nouveau}
locale: de
timezone: Europe/Berlin
period: {unit: day}
schedule: "*-*-* 02:00"
results:
  added:
    sql: SELECT id, created_at FROM videos WHERE created_at >= :period_start AND created_at < :period_end ORDER BY id
formats: [json]
deliver: [reports]
"""


class Project(scenario.Project):
    def at(self, when, *arguments):
        clock = dict(self.environment, TZ="UTC", LD_PRELOAD=FAKETIME, FAKETIME="@" + when, DONT_FAKE_MONOTONIC="1",
                     FAKETIME_DONT_FAKE_MONOTONIC="1")
        return scenario.Result(subprocess.run(
            [PRESSRUN, *arguments], cwd=self.directory, env=clock, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, check=False))

    def tick(self, when):
        return self.at(when, "tick", "--json")

    def report(self, tenant, period):
        name = "out/%s/daily/%s/daily.json" % (tenant, period)
        return json.loads(self.read(name)) if os.path.exists(self.path(name)) else None

    def due(self):
        with sqlite3.connect(self.path("state", "ledger.db")) as ledger:
            return ledger.execute("SELECT period, state, datetime(due_at, 'unixepoch'), reason FROM periods").fetchall()


def expected(tenant, day, offset_hours):
    """The ids of a tenant's videos of a local day."""
    return [int(r[0]) for r in scenario.text_rows(
        ["id"], "FROM ai_pipeline_db.videos WHERE tenant_id = %s AND created_at >= '%s 00:00:00' - INTERVAL %d HOUR"
        " AND created_at < '%s 00:00:00' - INTERVAL %d HOUR + INTERVAL 1 DAY ORDER BY id"
        % (tenant, day, offset_hours, day, offset_hours))]


def ids(report):
    return [row["id"] for row in report["results"][0]["rows"]]


def project(name):
    p = Project(name)
    p.write("pressrun.yaml", p.read("pressrun.yaml").replace(
        "SELECT id, name, display_name FROM tenants WHERE is_active = 1 ORDER BY id", QUERY))
    return p


def check_failure(checks):
    """What fails for good for one tenant takes no report from another whose day ends later."""
    p = project("failure")
    p.write("jobs/daily.yaml", JOB.replace("[json]", "[xlsx, json]").replace(
        "SELECT id, created_at", "SELECT id, created_at, REPEAT('x', CASE WHEN :tenant_id = 1 THEN 40000 ELSE 1 END) AS note"))
    p.tick("2026-11-21 12:00:00")
    done = p.tick("2026-11-22 01:30:00")
    checks.equal(([t for t in "1235" if p.report(t, "2026-11-21")], done.code), (["3", "5"], 1), "one tenant's report fails")
    checks.equal([d[1:3] for d in p.due()], [("due", "2026-11-22 08:00:00")], "the period goes on for the others")
    p.tick("2026-11-22 08:00:30")
    checks.that(p.report("2", "2026-11-21"), "the later day's report is made")
    checks.equal([d[1] for d in p.due()], ["failed"], "and then the period has failed")


def check_by_hand(checks):
    """A run by hand before the day is over somewhere does not end the period."""
    p = project("by-hand")
    p.write("jobs/daily.yaml", JOB)
    p.tick("2026-11-21 12:00:00")
    p.tick("2026-11-22 01:30:00")
    done = p.at("2026-11-22 03:10:00", "run", "daily", "--period", "2026-11-21", "--quiet")
    early = p.report("2", "2026-11-21")
    checks.that(done.code == 0 and early, "control: the look ahead is there: %s" % done)
    checks.equal([d[1:3] for d in p.due()], [("due", "2026-11-22 08:00:00")], "the period is still due")
    p.tick("2026-11-22 08:00:30")
    report = p.report("2", "2026-11-21")
    checks.equal(ids(report), expected("2", "2026-11-21", -8), "the whole day is in the report")
    checks.that(report["generated_at"] > early["generated_at"], "which is made anew")


def main():
    checks = scenario.Checks()
    check_failure(checks)
    check_by_hand(checks)
    p = project("zones")
    p.write("jobs/daily.yaml", JOB)
    p.tick("2026-11-21 12:00:00")

    done = p.tick("2026-11-22 01:30:00")  # 02:30 in Berlin; the 21st goes on until 08:00 UTC in Los Angeles
    checks.equal(done.code, 0, "the tick when the day is over in Berlin: %s" % done)
    made = [t for t in "1235" if p.report(t, "2026-11-21")]
    checks.equal(made, ["1", "3", "5"], "reports are made where the day is over")
    checks.equal([d[:3] for d in p.due()], [("2026-11-21", "due", "2026-11-22 08:00:00")],
                 "the period waits for the other zone")
    checks.that("tenant.unknown" in done.err and "Mars/Olympus" in done.err and "tlh" in done.err,
                "an unknown zone or locale is told: %s" % done.err)
    p.tick("2026-11-22 07:59:00")
    checks.equal(p.report("2", "2026-11-21"), None, "nothing before the day is over there")
    p.tick("2026-11-22 08:00:30")
    checks.that(p.report("2", "2026-11-21"), "the report is made when it is")
    checks.equal([d[:2] for d in p.due()], [("2026-11-21", "done")], "and the period is done")

    differ = 0
    for tenant in "1235":
        zone, offset = ZONES.get(tenant, ("Europe/Berlin", 1))
        report = p.report(tenant, "2026-11-21")
        want = expected(tenant, "2026-11-21", offset)
        checks.equal(ids(report), want, "tenant %s: the videos of its own day" % tenant)
        checks.equal(report["period"]["timezone"], zone, "tenant %s: its zone" % tenant)
        differ += want != expected(tenant, "2026-11-21", 1)
    checks.that(differ == 2, "the days of the zones hold different videos, or nothing was shown (%d)" % differ)
    checks.equal([p.report(t, "2026-11-21")["title"] for t in "1235"], ["Neu", "Added", "Nouveau", "Neu"],
                 "each in its language, or in the job's")
    checks.finish()


if __name__ == "__main__":
    main()
