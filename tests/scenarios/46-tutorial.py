#!/usr/bin/python3
# Goal: who does what docs/tutorial.md says, word by word, has the report that it promises.
"""Every block of the tutorial is carried out as tests/lib/newcomer.py tells, in a home of its own, against the database
that the tutorial itself starts. All that is there before is the source in ~/pressrun, and pressrun in the PATH. At
the end the workbooks are read and compared with the database."""

import atexit
import datetime
import glob
import os
import re
import subprocess
import sys

import openpyxl

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import scenario
from newcomer import Broken, Newcomer, page
from scenario import DIRECTORY, ROOT, Checks

HOME = os.path.join(DIRECTORY, "home")
REPORTS = os.path.join(HOME, "reports")
SERVER = os.path.join(ROOT, "jobs/demo/mariadb-server")
STOP = "$ ~/pressrun/jobs/demo/mariadb-server stop demo\n"


def last_week():
    today = datetime.datetime.now(datetime.timezone.utc).date()
    monday = today - datetime.timedelta(days=today.weekday() + 7)
    return monday, "%d-W%02d" % monday.isocalendar()[:2]


def days_in_database(tenant):
    monday, _ = last_week()
    found = scenario.text_rows(
        ["DATE(created_at)", "COUNT(*)", "SUM(sync_status = 'completed')", "SUM(sync_status = 'failed')"],
        "FROM ai_pipeline_db.videos WHERE tenant_id = %d AND created_at >= '%s' AND created_at < '%s' "
        "GROUP BY DATE(created_at) ORDER BY 1" % (tenant, monday, monday + datetime.timedelta(days=7)))
    return [(day, int(a), int(c), int(f)) for day, a, c, f in found]


def texts(sheet):
    return [c.value for row in sheet.iter_rows() for c in row if c.value is not None]


def workbook(checks, tenant, title, sheet_name, headings, total):
    _, week = last_week()
    path = os.path.join(REPORTS, "out", str(tenant), "weekly-videos", week, "weekly-videos.xlsx")
    if not checks.that(os.path.exists(path), "the workbook of tenant %d" % tenant, glob.glob(REPORTS + "/out/*/*/*")):
        return
    book = openpyxl.load_workbook(path)
    cover, sheet = book.worksheets
    expected = days_in_database(tenant)
    checks.that(len(expected) == 7 and sum(f for _, _, _, f in expected) > 0, "control: tenant %d has data" % tenant, expected)
    shown = texts(cover)
    checks.equal(shown[0], title, "its title")
    checks.equal(sheet.title, sheet_name, "its sheet")
    for heading, figure in ((headings[1], sum(r[1] for r in expected)), (headings[3], sum(r[3] for r in expected))):
        place = shown.index(heading) if heading in shown else None
        checks.that(place is not None and figure in shown[place:place + 4], "the figure %s %d" % (heading, figure), shown)
    rows = [[c.value for c in row] for row in sheet.iter_rows(max_col=4)]
    checks.equal(rows[0], headings, "headings")
    found = [(str(r[0].date()), r[1], r[2], r[3]) for r in rows[1:8]]
    checks.equal(found, expected, "the days are those of the database")
    checks.that(rows[8][0] == total and all(str(c).startswith("=SUBTOTAL(") for c in rows[8][1:]), "totals below", rows[8:])
    if not checks.equal(len(cover._charts), 1, "a chart on the first sheet"):
        return
    ranges = [s.val.numRef.f.replace("'", "") for s in cover._charts[0].series]
    checks.equal(ranges, ["%s!$%s$2:$%s$8" % (sheet_name, c, c) for c in "CD"], "of what was completed and what failed")
    checks.equal(cover._charts[0].grouping, "stacked", "one on top of the other")


def links(checks, text):
    """Files that the tutorial points to; chapters of others are theirs to name."""
    targets = re.findall(r"\]\(([^)#]+)", text)
    checks.that(len(targets) > 5, "the tutorial has links", targets)
    for target in targets:
        checks.that(os.path.exists(os.path.join(ROOT, "docs", target)), "it points to %s, which is there" % target)


def archive(checks):
    _, week = last_week()
    names = sorted(os.listdir(os.path.join(REPORTS, "archive", "weekly-videos", week)))
    active = [t for t, in scenario.text_rows(["id"], "FROM ai_pipeline_db.tenants WHERE is_active = 1")]
    checks.equal(names, sorted(active), "the second destination has every tenant")


def controls(checks, text):
    """A tutorial in which something is wrong fails there, and the same page without that does not."""
    part = text.split("## 2. ")[1].split("\n```yaml")[0]
    checks.that("$ pressrun init\n" in part and "next: pressrun check\n" in part, "control: the page is as the controls need it", part)
    cases = (("as it is", part, None),
             ("a command that fails", part.replace("$ pressrun init\n", "$ pressrun innit\n"), "innit"),
             ("an output that is not so", part.replace("next: pressrun check\n", "next: pressrun run\n"), "is shown with"),
             ("an output that is longer", part.replace("next: pressrun check\n", ""), "is shown with"),
             ("a file that is not there", part + "\n```yaml\n# jobs/other.yaml\ntitle: x\n```\n", 'no file "jobs/other.yaml"'),
             ("an edit that changes nothing", part + "\n```yaml\n# pressrun.yaml\ntimezone: UTC\n```\n", "changes nothing"),
             ("an exit code that is another", part + "\n```console\n$ pressrun innit\n$ echo $?\n3\n```\n", "innit"),
             ("an exit code that is not told", part + "\n```console\n$ (exit 3)\n```\n", "exit 3"),
             ("a block of another kind", part + "\n```sh\npressrun init\n```\n", 'kind "sh"'))
    for i, (what, broken, reason) in enumerate(cases):
        print("-- control: " + what)
        try:
            Newcomer("control-%d" % i).follow(broken)
            why = None
        except Broken as e:
            why = str(e)
        checks.that((why is None) if reason is None else why is not None and reason in why, "control: %s" % what, why)


def main():
    checks = Checks()
    text = page("docs/tutorial.md")
    links(checks, text)
    controls(checks, text)
    os.makedirs(HOME)
    os.symlink(ROOT, os.path.join(HOME, "pressrun"))
    atexit.register(subprocess.run, [SERVER, "stop", os.path.join(REPORTS, "demo")], check=False)
    me = Newcomer("home/start", HOME=HOME)
    before, after = text.split(STOP)
    try:
        done = me.follow(before + "```\n")
        checks.that(done > 20, "the whole tutorial was done", done)
    except Broken as e:
        checks.that(False, "the tutorial is right", e)
        checks.finish()
    scenario.SOCKET = os.path.join(REPORTS, "demo/mariadb.sock")
    workbook(checks, 1, "Videos of the week", "Day by day", ["Day", "Added", "Completed", "Failed"], "Total")
    workbook(checks, 2, "Videos der Woche", "Tag für Tag", ["Tag", "Neu", "Fertig", "Fehlgeschlagen"], "Summe")
    archive(checks)
    checks.equal(me.follow("```console\n" + STOP + after), 1, "the server is stopped")
    checks.that(not os.path.exists(scenario.SOCKET), "and gone")
    checks.finish()


main()
