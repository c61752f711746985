#!/usr/bin/python3
# Goal: the shipped jobs show every tenant the figures that a person with a calculator would get.
"""The dashboard, the processing report of 30 days and the failures of each tenant, in JSON, CSV and
XLSX, against figures counted here from the plain rows of the tables, without the SQL of the jobs."""

import collections
import datetime
import decimal
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import scenario
import values
from scenario import PERIOD, TODAY, Checks, Project

FAILURES = ("id", "wp_post_id", "title", "instructor", "sync_status", "error_message", "last_processed",
            "created_at", "updated_at")
DAYS = 30


def read_tables():
    """The rows of each tenant as dictionaries, and what belongs to videos."""
    columns = FAILURES + ("tenant_id", "video_category")
    videos = collections.defaultdict(list)
    for row in scenario.text_rows(columns, "FROM ai_pipeline_db.videos"):
        video = dict(zip(columns, row))
        videos[video["tenant_id"]].append(video)
    embedded = {v for v, in scenario.text_rows(["video_id"], "FROM ai_pipeline_db.video_embeddings")}
    previews = scenario.text_rows(["video_id", "generation_status"], "FROM ai_pipeline_db.video_audio_previews")
    return videos, embedded, {v for v, _ in previews}, {v for v, s in previews if s == "completed"}


def category(video):
    """The first one; nothing stored, an empty list and JSON's null are the same: none."""
    value = json.loads(video["video_category"] or "null")
    first = value[0] if isinstance(value, list) and value else None
    return first if first is None or isinstance(first, str) else json.dumps(first)


def expected_totals(videos, embedded, previewed, finished):
    ids = {v["id"] for v in videos}
    return {"total_videos": len(videos), "videos_with_embeddings": len(ids & embedded),
            "videos_with_audio": len(ids & previewed), "with_audio": len(ids & finished),
            "processing": sum(v["sync_status"] == "processing" for v in videos)}


def expected_days(videos):
    """(day, added, completed, failed, error rate) of each day with videos, the latest first."""
    today = datetime.date.fromisoformat(TODAY)
    days = collections.defaultdict(list)
    for v in videos:
        days[v["created_at"][:10]].append(v)
    first = (today - datetime.timedelta(days=DAYS)).isoformat()
    result = []
    for day in sorted((d for d in days if first <= d < TODAY), reverse=True):
        found = days[day]
        errors = decimal.Decimal(sum(v["error_message"] is not None for v in found)) / len(found) * 100
        result.append((day, len(found), sum(v["sync_status"] == "completed" for v in found),
                       sum(v["sync_status"] == "failed" for v in found), errors))
    return result


def expected_failures(videos):
    found = [v for v in videos if v["sync_status"] == "failed" or v["error_message"] is not None]
    found.sort(key=lambda v: (v["created_at"], int(v["id"])), reverse=True)
    return [[v[c] for c in FAILURES] for v in found]


def by_instructor(tenant):
    """Names are one as the database compares them: only it can count. As the application asks it."""
    return [int(n) for n, in scenario.text_rows(
        ["COUNT(*)"], "FROM ai_pipeline_db.videos WHERE tenant_id = %s GROUP BY instructor" % tenant)]


def results(project, tenant, job):
    with open(os.path.join(project.out, tenant, job, PERIOD, job + ".json"), encoding="utf-8") as f:
        return {r["name"]: r["rows"] for r in json.load(f)["results"]}


def check_dashboard(checks, found, tenant, videos, sets):
    who = "tenant %s, dashboard: " % tenant
    checks.equal(found["totals"], [expected_totals(videos, *sets)], who + "totals")
    categories = [(r["category"], r["count"]) for r in found["videos_by_category"]]
    checks.equal(dict(categories), dict(collections.Counter(map(category, videos))), who + "categories")
    statuses = [(r["sync_status"], r["count"]) for r in found["processing_status"]]
    checks.equal(dict(statuses), dict(collections.Counter(v["sync_status"] for v in videos)), who + "status")
    instructors = [(r["instructor"], r["count"]) for r in found["videos_by_instructor"]]
    checks.equal(sorted(n for _, n in instructors), sorted(by_instructor(tenant)), who + "instructors")
    own = {v["instructor"] and values.clean(v["instructor"].encode(), True) for v in videos}
    checks.that({i for i, _ in instructors} <= own, who + "names are the tenant's own")
    for groups in (categories, statuses, instructors):
        counts = [n for _, n in groups]
        checks.equal((sum(counts), len(dict(groups))), (len(videos), len(groups)), who + "each video counts once")
        checks.equal(counts, sorted(counts, reverse=True), who + "the largest first")


def check_processing(checks, project, tenant, videos):
    days = expected_days(videos)
    who = "tenant %s, processing report: " % tenant
    found = results(project, tenant, "processing-report")["daily"]
    checks.equal([(r["date"], r["videos_added"], r["completed"], r["failed"]) for r in found],
                 [d[:4] for d in days], who + "days")
    close = decimal.Decimal("0.0001")
    rates = [abs(decimal.Decimal(r["error_rate"]) - d[4]) <= close for r, d in zip(found, days)]
    checks.that(all(rates), who + "error rates", [(r, d) for r, d in zip(found, days)][:3])
    path = os.path.join(project.out, tenant, "processing-report", PERIOD, "processing-report")
    titles, cells = values.read_csv(path + ".daily.csv")
    checks.equal(titles, ["Day", "Videos added", "Completed", "Failed", "With an error"], who + "titles")
    checks.equal([r[:4] for r in cells], [[d[0], *map(str, d[1:4])] for d in days], who + "CSV")
    _, sheet = values.read_xlsx(path + ".xlsx", 1)
    checks.equal([[c[1] for c in r[1:4]] for r in sheet], [list(d[1:4]) for d in days], who + "XLSX")
    checks.that(all(r[0][0] == "date" and r[4][0] == "number" for r in sheet), who + "typed cells in XLSX")
    checks.that(all(abs(r[4][1] - float(d[4])) < 0.0001 for r, d in zip(sheet, days)), who + "rates in XLSX")
    return len(days)


def check_failures(checks, project, tenant, videos):
    expected = expected_failures(videos)
    who = "tenant %s, failures: " % tenant
    found = results(project, tenant, "failures")["failures"]
    as_text = [[v if v is None else str(v) for v in r.values()] for r in found]
    clean = [[v if v is None else values.clean(v.encode(), True) for v in r] for r in expected]
    checks.equal(as_text, clean, who + "JSON")
    _, cells = values.read_csv(os.path.join(project.out, tenant, "failures", PERIOD, "failures.failures.csv"))
    checks.equal([r[0] for r in cells], [r[0] for r in expected], who + "CSV")
    _, sheet = values.read_xlsx(os.path.join(project.out, tenant, "failures", PERIOD, "failures.xlsx"), 1)
    checks.equal([str(int(r[0][1])) for r in sheet], [r[0] for r in expected], who + "XLSX")
    return len(expected)


def controls(checks, project, tables):
    """Figures of another tenant, or of the day before, are not taken for right."""
    videos, *sets = tables
    totals = results(project, "1", "tenant-dashboard")["totals"]
    checks.that(totals != [expected_totals(videos["2"], *sets)], "control: another tenant's totals differ")
    checks.that(totals != [expected_totals(videos["1"][1:], *sets)], "control: a missing video makes a difference")
    checks.that(expected_days(videos["1"]) != expected_days(videos["1"][:-1]), "control: also in the days")
    foreign = {v["id"] for t in videos for v in videos[t] if t != "1"}
    leaked = [r["id"] for r in results(project, "1", "failures")["failures"] if str(r["id"]) in foreign]
    checks.that(not leaked, "no failure of another tenant", leaked[:5])


def main():
    checks = Checks()
    project = Project()
    project.take_jobs()
    for job in ("tenant-dashboard", "processing-report", "failures"):
        done = project.run("run", job, "--period", PERIOD)
        checks.equal(done.code, 0, "%s is made" % job)
    tables = read_tables()
    videos, *sets = tables
    tenants = [t for t, in scenario.text_rows(["id"], "FROM ai_pipeline_db.tenants WHERE is_active = 1 ORDER BY id")]
    checks.equal(sorted(os.listdir(project.out)), sorted(tenants), "a directory for each active tenant")
    for tenant in tenants:
        own = videos[tenant]
        check_dashboard(checks, results(project, tenant, "tenant-dashboard"), tenant, own, sets)
        days = check_processing(checks, project, tenant, own)
        failures = check_failures(checks, project, tenant, own)
        print("tenant %-2s %6d videos, %2d days, %4d failures" % (tenant, len(own), days, failures))
    controls(checks, project, tables)
    checks.finish()


main()
