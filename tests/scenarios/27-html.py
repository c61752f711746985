#!/usr/bin/python3
# Goal: pages show what the database holds, to everybody, wherever they are opened.
# needs: browser
# slow
"""Pages of all tenants, with Arabic, Japanese and hostile texts, in headless Chromium: in light and dark, on
a phone and on paper. Their cells, read from the browser's own tree, are compared with the database; Deque's
axe looks for what would shut people out; nothing may be asked for from outside, nothing may run, and
nothing may stick out. Number formats are compared with another implementation of Excel's. Each kind of
check is tried on a page that is wrong on purpose. Pictures of all pages stay in $SCENARIO_DIR."""

import json
import os
import random
import re
import subprocess
import sys
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import npm
import pages
import scenario
import values
from scenario import DIRECTORY, PERIOD, Checks, Project

SHOTS = os.path.join(DIRECTORY, "shots")
MOST = 100  # rows of a result set on a page
LOCALES = {"1": "de", "2": "en-US", "3": "fr", "5": "nl", "6": "en", "7": "pt", "8": "en", "9": "en", "10": "de"}
WHOLE = ("1", "3", "6")  # tenants whose pages are looked at in every view
VIDEOS = (("id", "integer"), ("title", "text"), ("instructor", "text"), ("sync_status", "text"), ("error_message", "text"),
          ("video_category", "json"), ("run_time", "integer"), ("created_at", "datetime"), ("last_processed", "datetime"))
LOOK = """\
job: look
title: {en: Processing report, de: Verarbeitungsbericht, fr: Rapport de traitement}
description: Videos added on each of the last 30 days, and what became of them.
period: {unit: day, window: 30}
figures:
  - {result: daily, column: added, value: sum, title: {en: Videos added, de: Neue Videos}}
  - {result: daily, column: added, value: average, title: On a day}
  - {result: daily, column: error_rate, value: max, title: Worst day}
  - {result: daily, column: day, value: last, title: Last day}
results:
  daily:
    title: {en: By day, de: Nach Tagen}
    note: Days are days in UTC. Of days without new videos there is no row.
    sql: |
      SELECT DATE(created_at) AS day, COUNT(*) AS added, SUM(sync_status = 'completed') AS completed,
             SUM(sync_status = 'failed') AS failed, AVG(error_message IS NOT NULL) AS error_rate
      FROM videos WHERE created_at >= :period_start AND created_at < :period_end GROUP BY day ORDER BY day
    columns:
      day: {title: {en: Day, de: Tag}, format: ddd dd mmm}
      added: {title: Videos added, format: "#,##0", total: sum, bar: true}
      completed: {title: Completed, type: integer, total: sum}
      failed: {title: Failed, type: integer, total: max, color: {">= 5": bad, ">= 2": warning}}
      error_rate: {title: With an error, format: 0.0%, total: average, note: Share of the videos with an error on record}
    chart:
      - {kind: line, x: day, y: [added, completed, failed], y_title: Videos, title: Videos by day}
      - {kind: column, stacked: true, x: day, y: [completed, failed], title: What became of them}
      - {kind: area, x: day, y: error_rate, place: cover, title: Errors}
  status:
    title: Processing status
    sql: SELECT sync_status, COUNT(*) AS count FROM videos GROUP BY sync_status ORDER BY count DESC
    columns:
      sync_status: {title: Status, color: {completed: good, failed: bad, processing: info, pending: neutral}}
      count: {title: Videos, format: "#,##0", bar: true}
    chart: {kind: pie, x: sync_status, y: count}
  instructors:
    title: By instructor
    sql: SELECT instructor, COUNT(*) AS count FROM videos GROUP BY instructor ORDER BY count DESC, instructor LIMIT 20
    columns: {instructor: {width: 24}}
    chart: [{kind: bar, x: instructor, y: count, x_title: Instructor}, {kind: column, x: instructor, y: count}]
  hidden:
    sql: SELECT COUNT(*) AS n FROM videos
    sheet: {hidden: true}
  videos:
    title: All videos
    sql: SELECT VIDEOS FROM videos ORDER BY id
    columns: {sync_status: {color: {completed: good, failed: bad, processing: info, pending: neutral}}}
  nothing: {title: Nothing, sql: SELECT id FROM videos WHERE id < 0}
formats:
  - xlsx: {too_long: truncate}
  - csv
  - json
  - html: {max_rows: MOST}
deliver: [reports]
""".replace("VIDEOS", ", ".join(c for c, _ in VIDEOS)).replace("MOST", str(MOST))
VALUES = """\
job: values
title: "Every value: <b>&amp;\\" ' ]]> \\u00e9 \\U0001F600"
description: "<script>alert(1)</script>"
locale: %s
results:
  kinds:
    sql: SELECT %s FROM kinds ORDER BY id
    columns: {c_bytes: {type: text}}
formats: [html]
deliver: [reports]
"""
FORMATS = ("0", "0.0", "0.00", "#,##0", "#,##0.00", "0%", "0.0%", '0.0"%"', "€#,##0.00", '0.00" kg"', "[$$-409]#,##0.0",
           "#,##0;(#,##0)", '0.0;-0.0;"none"', "00000", "#,##0,", "0.0##", "[Blue]0.0", "0.0\\x")
DATE_FORMATS = ("yyyy-mm-dd", "d/m/yy", "ddd dd mmm", "dddd, d mmmm yyyy",
                'dd"."mm"."yyyy hh:mm', "h:mm AM/PM", "mm:ss", "hh:mm:ss.000")


# ---- making pages ----


def html_of(project, tenant, job):
    return os.path.join(project.out, tenant, job, PERIOD, job + ".html")


def without_time(path):
    with open(path, "rb") as f:
        return re.sub(rb"<time datetime=\"[^\"]*Z\">[^<]*</time>", b"", f.read())


def make_look(checks):
    project = Project("look")
    config = project.read("pressrun.yaml")
    cases = " ".join("WHEN %s THEN '%s'" % item for item in LOCALES.items())
    project.write("pressrun.yaml", config.replace("display_name FROM", "display_name, CASE id %s END AS locale FROM" % cases))
    project.write("jobs/look.yaml", LOOK)
    project.take_jobs()
    for name in os.listdir(project.path("jobs")):
        text = project.read("jobs/" + name)
        project.write("jobs/" + name, re.sub(r"(?m)^formats: \[(?!.*html)", "formats: [html, ", text))
    for name in ("look", "tenant-dashboard", "processing-report", "failures"):
        done = project.run("run", name, "--period", PERIOD)
        checks.equal(done.code, 0, "%s is made for all tenants" % name)
    again = Project("again")
    for name in ("pressrun.yaml", "jobs/look.yaml"):
        again.write(name, project.read(name))
    again.run("run", "look", "--period", PERIOD, "--tenant", "6")
    one, other = (without_time(html_of(p, "6", "look")) for p in (project, again))
    checks.that(one == other, "the same data gives the same page, but for when it was made")
    return project


def make_tables():
    """Every type of value, and numbers and moments to show in every format."""
    chance = random.Random(27)
    numbers = [0, 1, -1, 5, 12, 999, 1000, -1000, 123456789, 0.001, -0.999] + [
        round(chance.uniform(-1, 1) * 10 ** chance.randint(-3, 9), 6) for _ in range(150)]
    moments = ["%04d-%02d-%02d %02d:%02d:%02d" % tuple(chance.randint(*r) for r in (
        (1901, 2100), (1, 12), (1, 28), (0, 23), (0, 59), (0, 59))) for _ in numbers]
    scenario.own_schema("pressrun_html", "html-password")
    values.make_kinds("pressrun_html")
    scenario.sql("CREATE TABLE numbers (id INT, n DECIMAL(20,6), t DATETIME, tenant_id INT);" + "".join(
        "INSERT INTO numbers VALUES (%d, %.6f, '%s', 6);" % (i, n, t) for i, (n, t) in enumerate(zip(numbers, moments))),
        schema="pressrun_html")
    return numbers, moments


def make_values(checks):
    numbers, moments = make_tables()
    project = Project("values", "pressrun_html", "pressrun_html", "html-password",
                      "  kinds: {tenant: tenant_id}\n  numbers: {tenant: tenant_id}\n")
    for locale in ("en", "de"):
        text = VALUES % (locale, ", ".join(c for c, _, _ in values.COLUMNS))
        project.write("jobs/values-%s.yaml" % locale, text.replace("job: values", "job: values-" + locale))
    columns = ["n AS n%d" % i for i in range(len(FORMATS))] + ["t AS t%d" % i for i in range(len(DATE_FORMATS))]
    looks = ["      n%d: {format: '%s'}\n" % (i, f) for i, f in enumerate(FORMATS)] + [
        "      t%d: {format: '%s'}\n" % (i, f) for i, f in enumerate(DATE_FORMATS)]
    project.write("jobs/numbers.yaml", "job: numbers\nresults:\n  rows:\n    sql: SELECT %s FROM numbers ORDER BY id\n"
                  "    columns:\n%sformats: [html]\ndeliver: [reports]\n" % (", ".join(columns), "".join(looks)))
    for name in ("values-en", "values-de", "numbers"):
        done = project.run("run", name, "--period", PERIOD, "--tenant", "6")
        checks.equal(done.code, 0, "%s: %s" % (name, done))
    return project, numbers, moments


# ---- looking at them ----


def check_view(checks, name, found):
    """What must be so in every view of every page."""
    who = "%s, %s: " % (name, found["view"])
    checks.equal(found["console"], [], who + "nothing is complained about")
    checks.that(all(r.startswith(("file:", "data:")) for r in found["requests"]), who + "nothing is asked for", found["requests"])
    checks.equal(len([r for r in found["requests"] if r.startswith("file:")]), 1, who + "one file is all")
    checks.equal(found["scripts"], 0, who + "nothing that could run or fetch is in it")
    checks.equal(found["mode"], "CSS1Compat", who + "no quirks")
    checks.that(found["width"][0] <= found["width"][1], who + "nothing sticks out", found["width"])
    for pair, ratio in found["contrasts"].items():
        checks.that(ratio >= (3 if pair.startswith("c") else 4.5), who + "contrast of " + pair, "%.2f" % ratio)
    alike = pages.least_difference(found["colors"])
    checks.that(alike[0] >= 10, who + "colours of series can be told apart, whatever one sees", alike)
    if "axe" in found:
        checks.that(found["rules"] > 20, who + "axe has looked", found["rules"])
        checks.equal(found["axe"], [], who + "axe finds nothing")


def follow(path, found):
    """Links to places on the page and to files beside it: the names of files, and what leads nowhere."""
    files, broken = set(), []
    for link in found["links"]:
        target = urllib.parse.unquote(urllib.parse.urlparse(link["url"]).path)
        if not link["href"].startswith("#"):
            files.add(os.path.basename(target))
        if not link["there"] or os.path.dirname(target) != os.path.dirname(path) or not os.path.isfile(target):
            broken.append(link["href"])
    return files, broken


def check_look(checks, tenant, path, found):
    """The report with everything: its cells, its totals, its figures, its links."""
    locale = LOCALES[tenant]
    group = pages.LOCALES[locale][1]
    who = "tenant %s: " % tenant
    tables = {t["id"]: t for t in found["tables"]}
    checks.equal(list(tables), ["r-daily", "r-status", "r-instructors", "r-videos", "r-nothing"],
                 who + "sections, without the hidden one")
    rest = "FROM ai_pipeline_db.videos WHERE tenant_id = %s ORDER BY id LIMIT %d" % (tenant, MOST)
    database = scenario.rows([values.expression(n, t) for n, t in VIDEOS], rest)
    wrong = pages.differences(VIDEOS, database, tables["r-videos"]["rows"], locale)
    checks.that(not wrong, who + "cells are what the database holds", "\n    ".join(wrong[:10]))
    total = int(scenario.sql("SELECT COUNT(*) FROM ai_pipeline_db.videos WHERE tenant_id = %s" % tenant))
    says = [t for t in tables["r-videos"]["text"] if "{:,}".format(total).replace(",", group) in t and str(MOST) in t]
    checks.equal(len(says), 1 if total > MOST else 0, who + "it says so when it shows only some rows")
    with open(path.replace(".html", ".json"), encoding="utf-8") as f:
        rows = {r["name"]: r["rows"] for r in json.load(f)["results"]}
    daily = rows["daily"]
    added = "{:,}".format(sum(r["added"] for r in daily)).replace(",", group)
    checks.equal(found["figures"][0], added, who + "a figure is the sum")
    if daily:
        checks.equal(tables["r-daily"]["foot"][0][1].split(" ")[-1], added, who + "and so is the total")
    checks.equal(len(tables["r-daily"]["rows"]), len(daily), who + "days")
    checks.equal(found["lang"], locale, who + "language")
    files, _ = follow(path, found)
    beside = {f for f in os.listdir(os.path.dirname(path)) if f not in ("manifest.json", "look.html", "look.hidden.csv")}
    checks.equal(files, beside, who + "all other files are linked")
    checks.equal(len(found["charts"]), 6 if total else 0, who + "charts can be seen")
    checks.that(all(60 < c["height"] < 1500 for c in found["charts"]), who + "and have a height", found["charts"])


def look_at_reports(checks, tools, project):
    tasks, who = [], []
    for tenant in LOCALES:
        views = ["light", "phone"] + (["dark", "print"] if tenant in WHOLE else [])
        tasks.append({"name": "look-" + tenant, "file": html_of(project, tenant, "look"), "views": views,
                      "axe": tenant in WHOLE or tenant == "10", "tables": True, "shots": SHOTS})
        who.append(tenant)
    for tenant in ("1", "6", "10"):
        for name in ("tenant-dashboard", "processing-report", "failures"):
            tasks.append({"name": "%s-%s" % (name, tenant), "file": html_of(project, tenant, name), "views": ["light", "phone"],
                          "axe": tenant == "6", "tables": True, "shots": SHOTS})
    answers = pages.look(tools, tasks)
    for task, found in zip(tasks, answers):
        for view in found:
            check_view(checks, task["name"], view)
        checks.equal(follow(task["file"], found[0])[1], [], task["name"] + ": each link leads somewhere")
    for tenant, task, found in zip(who, tasks, answers):
        check_look(checks, tenant, task["file"], found[0])
    print("%d pages, %d views" % (len(tasks), sum(map(len, answers))))


def look_at_values(checks, tools, project, numbers, moments):
    names = ("values-en", "values-de", "numbers")
    tasks = [{"name": n, "file": html_of(project, "6", n), "views": ["light", "phone"], "tables": True, "shots": SHOTS}
             for n in names]
    found = dict(zip(names, pages.look(tools, tasks)))
    columns = [(n, t) for n, _, t in values.COLUMNS]
    database = scenario.rows([values.expression(n, t, k.split("(")[0].lower()) for n, k, t in values.COLUMNS],
                             "FROM pressrun_html.kinds WHERE tenant_id = 6 ORDER BY id")
    for name in names:
        for view in found[name]:
            check_view(checks, name, view)
    for locale in ("en", "de"):
        rows = found["values-" + locale][0]["tables"][0]["rows"]
        wrong = pages.differences(columns, database, rows, locale)
        checks.that(not wrong, "every value in %s is what the database holds" % locale, "\n    ".join(wrong[:20]))
        missed = sum(len(pages.differences([c], [[d]], [["changed " + cell]], locale)) != 1
                     for data, row in zip(database, rows) for c, d, cell in zip(columns, data, row))
        checks.equal(missed, 0, "control: a changed cell is noticed, whichever it is")
    check_formats(checks, found["numbers"][0]["tables"][0]["rows"], numbers, moments)


def check_formats(checks, rows, numbers, moments):
    ssf, why = npm.find(pages.SSF, "ssf")
    if not checks.that(ssf, "SheetJS's SSF is there", why):
        return
    pairs = [(f, n) for n in numbers for f in FORMATS]
    want = iter(pages.excel_formats(ssf, pairs + [(f, values.serial("datetime", t)) for t in moments for f in DATE_FORMATS]))
    wrong = []
    for n, row in zip(numbers, rows):
        for f, cell in zip(FORMATS, row):
            expected = next(want)
            if ";" not in f and not re.search("[1-9]", expected):  # no minus before nothing but zeros
                expected = expected.replace("-", "", 1)
            if cell != expected:
                wrong.append("%r of %r: %r, not %r" % (f, n, cell, expected))
    for t, row in zip(moments, rows):
        for f, cell in zip(DATE_FORMATS, row[len(FORMATS):]):
            expected = next(want)
            if cell != expected:
                wrong.append("%r of %r: %r, not %r" % (f, t, cell, expected))
    checks.that(not wrong, "numbers and dates look as in Excel", "%d: %s" % (len(wrong), "\n    ".join(wrong[:20])))
    print("%d values in Excel's formats" % (len(pairs) + len(moments) * len(DATE_FORMATS)))


# ---- on paper ----


def output_of(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.decode("utf-8")


def check_paper(checks, project):
    paper = os.path.join(SHOTS, "look-1.pdf")
    sizes = re.findall(r"Page +\d+ size: +([\d.]+) x ([\d.]+)", output_of("pdfinfo", "-l", "99", paper))
    checks.that(any(float(w) < float(h) for w, h in sizes) and any(float(w) > float(h) for w, h in sizes),
                "broad tables are printed on pages that are broad", sizes)
    text = output_of("pdftotext", "-layout", paper, "-").split("\f")
    with open(html_of(project, "1", "look").replace(".html", ".json"), encoding="utf-8") as f:
        videos = next(r["rows"] for r in json.load(f)["results"] if r["name"] == "videos")[:MOST]
    ids = [n for page in text for n in re.findall(r"(?m)^ {0,12}(\d+) {2,}\S", page) if "sync_status" in page]
    checks.that({str(v["id"]) for v in videos} <= set(ids), "every row is on paper")
    broad = [page for page in text if re.search(r"(?m)^ *id +title", page)]
    checks.that(len(broad) > 2, "each page of a long table has its header", len(broad))
    total = [page for page in text if re.search("Maximum", page)]
    checks.equal(len(total), 1, "totals stand once, at the end")


# ---- is anything noticed at all? ----


def plant(source, name, *changes):
    """A copy with something wrong, beside the page."""
    path = os.path.join(os.path.dirname(source), "planted-%s.html" % name)
    with open(source, encoding="utf-8", newline="") as f:
        text = f.read()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    with open(path, "w", encoding="utf-8", newline="") as f:
        f.write(text)
    return path


def controls(checks, tools, project):
    source = html_of(project, "9", "look")
    with open(source, encoding="utf-8") as f:
        policy = re.search('<meta http-equiv="Content-Security-Policy"[^>]*/>', f.read()).group()
    first = scenario.sql("SELECT MIN(id) FROM ai_pipeline_db.videos WHERE tenant_id = 9").strip()
    picture = '<img alt="x" src="http://127.0.0.1:9/x.png"/>'
    planted = {
        "script": plant(source, "script", ("<main>", "<main><script>document.title = 'it ran'</script>")),
        "fetch": plant(source, "fetch", (policy, ""), ("<main>", "<main>" + picture)),
        "blocked": plant(source, "blocked", ("<main>", "<main>" + picture)),
        "barrier": plant(source, "barrier", ("<main>", '<main><img src="data:,"/><p style="color:#999">pale</p>')),
        "wide": plant(source, "wide", ("<main>", '<main><p style="width:3000px">x</p>')),
        "cell": plant(source, "cell", ("<tr><td>%s</td>" % first, "<tr><td>%s0</td>" % first)),
        "link": plant(source, "link", ('href="look.xlsx"', 'href="look.ods"'), ('href="#r-daily"', 'href="#r-nowhere"')),
    }
    tasks = [{"name": n, "file": f, "views": ["light"], "axe": n == "barrier", "tables": True} for n, f in planted.items()]
    found = dict(zip(planted, (views[0] for views in pages.look(tools, tasks))))
    checks.that(found["script"]["console"] and found["script"]["scripts"] == 1, "control: a script is noticed")
    checks.that(found["script"]["title"] != "it ran", "and the page's policy keeps it from running")
    asked = found["fetch"]["requests"]
    checks.that(any("127.0.0.1" in r for r in asked), "control: what is asked for is noticed", asked)
    checks.that(found["blocked"]["console"], "and the page's policy forbids it", found["blocked"])
    barriers = {v["id"] for v in found["barrier"]["axe"]}
    checks.that({"image-alt", "color-contrast"} <= barriers, "control: axe finds what is wrong", barriers)
    checks.that(found["wide"]["width"][0] > found["wide"]["width"][1], "control: what sticks out is noticed")
    checks.that(pages.least_difference([[200, 90, 20], [150, 110, 0]])[0] < 10, "control: red and olive are alike to some")
    lost = follow(planted["link"], found["link"])[1]
    checks.equal(sorted(lost), ["#r-nowhere", "look.ods"], "control: links to nowhere are noticed")
    videos = next(t for t in found["cell"]["tables"] if t["id"] == "r-videos")
    database = scenario.rows([values.expression(n, t) for n, t in VIDEOS],
                             "FROM ai_pipeline_db.videos WHERE tenant_id = 9 ORDER BY id LIMIT %d" % MOST)
    wrong = pages.differences(VIDEOS, database, videos["rows"], "en")
    checks.equal(len(wrong), 1, "control: a cell that was changed is noticed")


def main():
    checks = Checks()
    os.makedirs(SHOTS, exist_ok=True)
    tools, why = pages.find_tools()
    if not tools:
        scenario.skip(why)
    project = make_look(checks)
    own, numbers, moments = make_values(checks)
    look_at_reports(checks, tools, project)
    look_at_values(checks, tools, own, numbers, moments)
    check_paper(checks, project)
    controls(checks, tools, project)
    checks.finish()


main()
