#!/usr/bin/python3
# Goal: the jobs that come with pressrun give, cell by cell, what the guide's own queries would.
# databases: mysql
"""The catalogue with each of its filters, one video's details, videos without audio, the timeline, the
export of more than 25,000 videos of one tenant, updates, monitoring and the view over all tenants: every
cell of JSON, NDJSON and CSV against figures worked out in Python (tests/lib/guide.py) from the plain rows
of the tables. The dashboard, the processing report and the failures are in 22-shipped-reports."""

import collections
import copy
import datetime
import decimal
import glob
import json
import os
import re
import sys
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import guide
import scenario
import values
from scenario import PERIOD, ROOT, TODAY, Checks, Project

SCHEMA = "pressrun_guide"
LIMIT = 25000  # where the application's own export ends

# Videos that mislead a careless filter: title, instructor, short description, categories as stored.
TRAPS = (
    ("50% off", "100% José", "plain", '["100%"]'),
    ("500 off", "1000 Jose", "plain", '["1000"]'),
    ("snake_case", "A_B", "plain", '["a_b"]'),
    ("snakeXcase", "AXB", "plain", '["axb"]'),
    (r"C:\temp", r"back\slash", "plain", r'["back\\slash"]'),
    (r"C:\\temp", r"back\\slash", "plain", r'["back\\\\slash"]'),
    (r"\% \_", r"\%", "plain", r'["\\%"]'),
    ("nothing here", None, r"in the text: 50%_off\ 'quoted' too", r'["S\u00e9niors & doux", "\u0627\u0644"]'),
    ("nothing there", "ZOE MÜLLER", None, '["Séniors & doux"]'),
    ("' OR 1=1 -- ", "'; DROP TABLE videos; --", "plain", '[["nested"], "yoga"]'),
    ("no categories", "José Núñez", "plain", None),
    ("JSON that is no list", "Jose Nunez", "plain", '"Yoga"'),
)

# Parameters, and what meets no video at all.
FILTERS = r"""
category=Yoga
category=yoga
category=Kids "Fun"
category=Séniors & doux
category=ال
category=100%
category=a_b
category=back\slash
category=\%
category=nested
instructor=nunez
instructor=NÚÑEZ
instructor=zoë mül
instructor=o'connor
instructor="FLEX"
instructor=100%
instructor=%
instructor=a_b
instructor=_
instructor=\
instructor=\\
instructor=\%
instructor='; drop
search=50%
search=%
search=_
search=\
search=C:\temp
search=C:\\
search=\_
search=%_off\
search='
search='QUOTED' too
search=' or 1=1
search=vinyasa flow for HIPS
search=-minute meditation class
category=; instructor=; search=
category=Yoga; instructor=maya
category=Yoga; search=stretch
instructor=josé; search=%
category=Yoga; instructor=a; search=minute
"""
NOTHING = r"""
category=YOGA
category=Yog
category=Seniors & doux
category=%
category=_
category=\
category=%; instructor=maya
search=nothing at all like this
search=%%
instructor=1_0%
"""


def make_schema():
    """All of the sample data, with one tenant that has more videos than the application would export."""
    scenario.own_schema(SCHEMA, "guide-password", "1 = 1")
    text = ("UPDATE videos SET tenant_id = 1 WHERE tenant_id IN (2, 5, 7, 8) OR tenant_id = 3 AND id % 2 = 1;\n"
            # The preview with the higher id is not always the later one; mostly both are from the same second.
            "UPDATE video_audio_previews SET created_at = created_at - INTERVAL 1 DAY WHERE id % 4 = 1;\n")
    # Changed at the very borders of the period.
    for number, trap in enumerate(TRAPS):
        cells = ["NULL" if v is None else "CONVERT(X'%s' USING utf8mb4)" % v.encode().hex() for v in trap]
        for tenant in (6, 9):
            text += ("INSERT INTO videos (title, instructor, short_description, video_category, sync_status, "
                     "created_at, updated_at, tenant_id) VALUES (%s, 'completed', '%s' - INTERVAL %d HOUR, '%s', %d);\n"
                     % (", ".join(cells), PERIOD, number // 2, (PERIOD, TODAY)[number % 2], tenant))
    scenario.sql("SET NAMES utf8mb4;\n" + text, schema=SCHEMA)


# ---- what is in the files ----


def settle(columns, expected, found):
    """A rate may differ in its last digit, where the two servers round differently."""
    for i, (name, _) in enumerate(columns):
        for e, f in zip(expected, found) if name == "error_rate" else ():
            if e[i] is not None and f[i] is not None and abs(decimal.Decimal(e[i].decode()) - decimal.Decimal(f[i])) <= decimal.Decimal("0.0001"):
                e[i] = f[i].encode()


def sheet_rows(path, index):
    """Rows of a sheet that its filter covers, without the titles; the cover is before the first."""
    with zipfile.ZipFile(path) as z:
        sheet = z.read("xl/worksheets/sheet%d.xml" % (index + 2))
    last = int(re.search(rb'<autoFilter ref="(?:A1:)?[A-Z]+(\d+)"', sheet).group(1))
    assert all(b'<row r="%d"' % n in sheet for n in (1, last))
    return last - 1


def read_ndjson(path):
    with open(path, encoding="utf-8") as f:
        return [list(json.loads(line, parse_float=str).values()) for line in f.read().split("\n")[:-1]]


def check_files(checks, place, job, expected):
    """Every cell of JSON, NDJSON and CSV, and the number of rows in XLSX. Returns how many cells."""
    base, cells = os.path.join(place, job), 0
    document = {}
    if os.path.exists(base + ".json"):
        with open(base + ".json", encoding="utf-8") as f:
            document = {r["name"]: r for r in json.load(f, parse_float=str)["results"]}
        checks.equal(list(document), list(expected), "%s: result sets" % base)
    for index, (name, (columns, rows)) in enumerate(expected.items()):
        who = "%s, %s: " % (os.path.relpath(place, scenario.DIRECTORY), name)
        if document:
            found = [list(r.values()) for r in document[name]["rows"]]
            settle(columns, rows, found)
            checks.equal([(c["name"], c["type"]) for c in document[name]["columns"]], columns, who + "columns")
            checks.that(all(c["title"] != c["name"] for c in document[name]["columns"]), who + "columns have titles")
            wrong = values.differences(columns, rows, found, values.in_json)
            checks.that(not wrong, who + "JSON", wrong[:5])
            cells += len(rows) * len(columns)
        if os.path.exists("%s.%s.ndjson" % (base, name)):
            wrong = values.differences(columns, rows, read_ndjson("%s.%s.ndjson" % (base, name)), values.in_json)
            checks.that(not wrong, who + "NDJSON", wrong[:5])
            cells += len(rows) * len(columns)
        if os.path.exists("%s.%s.csv" % (base, name)):
            wrong = values.differences(columns, rows, values.read_csv("%s.%s.csv" % (base, name))[1], values.in_csv)
            checks.that(not wrong, who + "CSV", wrong[:5])
            cells += len(rows) * len(columns)
        if os.path.exists(base + ".xlsx"):
            checks.equal(sheet_rows(base + ".xlsx", index), len(rows), who + "XLSX has all rows")
    checks.that(cells or not any(r for _, r in expected.values()), "%s: something was compared" % base)
    return cells


def run(checks, project, job, *arguments, code=0, period=PERIOD):
    done = project.run("run", job, "--period", period, *arguments)
    checks.equal(done.code, code, "run %s %s" % (job, " ".join(arguments)))
    if done.code != code:
        print(done)
    return done


def check_nightly(checks, project, data):
    """For every tenant, whatever it has."""
    tenants = [t["id"].decode() for t in data.rows["tenants"] if t["is_active"] == b"1"]
    checks.that(len(data.of("1")) > LIMIT, "tenant 1 has more videos than the application would export", len(data.of("1")))
    for job, place, expect in (("video-catalogue", "out", lambda d, t: guide.catalogue(d, t, {})),
                               ("missing-audio", "out", guide.missing_audio), ("timeline", "out", guide.timeline),
                               ("metadata-export", "out", guide.export), ("video-updates", "out", guide.updates)):
        run(checks, project, job, "-j", "2")
        cells = sum(check_files(checks, project.path(place, t, job, PERIOD), job, expect(data, t)) for t in tenants)
        print("%-20s %8d cells of %d tenants" % (job, cells, len(tenants)))
    same = [project.path(place, "6/video-updates", PERIOD, "video-updates.json") for place in ("out", "portal")]
    checks.equal(*[open(p, "rb").read() for p in same], "the portal gets the updates, too")


def check_filters(checks, project, data):
    """Each filter for one tenant; what traps filters, another one has, too."""
    place = project.path("out/6/video-catalogue", PERIOD)
    complete = len(guide.catalogue(data, "6", {})["videos"][1])
    lines = [line for line in (FILTERS + NOTHING).split("\n") if line]
    for line in lines:
        chosen = dict(p.split("=", 1) for p in re.split("; (?=instructor=|search=)", line))
        arguments = [a for n, v in chosen.items() for a in ("--param", "%s=%s" % (n, v))]
        expected = guide.catalogue(data, "6", chosen)
        met = len(expected["videos"][1])
        run(checks, project, "video-catalogue", "--tenant", "6", *arguments)
        check_files(checks, place, "video-catalogue", expected)
        checks.equal(met > 0, line in FILTERS.split("\n"), "%s meets something, or not" % line)
        checks.that(met < complete or not any(chosen.values()), "%s leaves something out" % line)
    print("%-20s %8d filters" % ("video-catalogue", len(lines)))


def check_monitoring(checks, project, data):
    """The quarter of an hour with the most changes, and two at whose border tenant 6 has one."""
    def slot(v):
        return v["updated_at"][:14].decode() + "%02d" % (int(v["updated_at"][14:16]) // 15 * 15)
    busiest = collections.Counter(slot(v) for v in guide.within(data.of("1"), "updated_at", "2026", PERIOD)).most_common(1)[0][0]
    border = [PERIOD + " 13:45", PERIOD + " 14:00"]
    for start in [busiest] + border:
        begin = datetime.datetime.fromisoformat(start)
        end = begin + datetime.timedelta(minutes=15)
        label = begin.strftime("%Y-%m-%dT%H%M")
        run(checks, project, "monitoring-snapshot", period=label)
        for tenant in ("1", "3", "6", "9", "10"):
            expected = guide.monitoring(data, tenant, str(begin), str(end))
            place = project.path("portal", tenant, "monitoring-snapshot", label)
            check_files(checks, place, "monitoring-snapshot", expected)
            checks.equal(sorted(os.listdir(place)), ["manifest.json", "monitoring-snapshot.json"], "JSON only")
            if tenant == "1" and start == busiest:
                changed = int(dict(zip([n for n, _ in expected["now"][0]], expected["now"][1][0]))["updated_in_period"])
                checks.that(changed >= 3, "something changes in the busiest quarter of an hour", changed)
    checks.that(not os.path.exists(project.path("out/1/monitoring-snapshot")), "and goes to the portal only")


def check_details(checks, project, data):
    """Only the owner gets a report, whoever asks; each video in a period of its own."""
    rich = max(data.of("1"), key=lambda v: len(data.embeddings.get(v["id"], [])) + len(data.audio.get(v["id"], [])))["id"]
    cases = [(rich, "1"), (b"1", "6"), (b"30", "6"), (b"33", "6"), (data.of("9")[0]["id"], "9"),
             (data.of("4")[0]["id"], None), (b"999999999", None)]
    checks.that(data.embeddings[rich] and len(data.audio[rich]) > 1, "a video has embeddings and audio previews")
    for days, (video, owner) in enumerate(cases):
        label = (datetime.date.fromisoformat(PERIOD) - datetime.timedelta(days=days)).isoformat()
        done = run(checks, project, "video-details", "--param", "video=" + video.decode(), "--json", period=label)
        checks.equal(done.json()["withheld"], 9 - (owner is not None), "nobody else gets a report of video %s" % video)
        found = glob.glob(project.path("*/*/video-details", label))
        checks.equal(found, [project.path("out", owner, "video-details", label)] if owner else [], "the owner of %s" % video)
        if owner:
            check_files(checks, found[0], "video-details", guide.details(data, video))
    done = run(checks, project, "video-details", code=2)
    checks.that('parameter "video"' in done.err, "one must say which video", done)


def check_overview(checks, project, data):
    run(checks, project, "platform-overview")
    place = project.path("admin/platform-overview", PERIOD)
    cells = check_files(checks, place, "platform-overview", guide.overview(data))
    print("%-20s %8d cells" % ("platform-overview", cells))
    keys = [t["api_key"] for t in data.rows["tenants"]]
    for name in os.listdir(place):
        with open(os.path.join(place, name), "rb") as f:
            content = f.read()
        if name.endswith(".xlsx"):
            content = b"".join(zipfile.ZipFile(os.path.join(place, name)).read(m) for m in zipfile.ZipFile(
                os.path.join(place, name)).namelist())
        checks.that(not any(k in content for k in keys), "%s holds no api_key" % name)
    checks.equal(glob.glob(project.path("out/*/platform-overview")) + glob.glob(project.path("portal/*/platform-overview")), [],
                 "and nothing of it goes elsewhere")
    text = project.read("jobs/platform-overview.yaml")
    for name in ("reports", "portal"):
        project.write("jobs/platform-overview.yaml", text.replace("deliver: [admin]", "deliver: [%s]" % name))
        done = run(checks, project, "platform-overview", "--again", code=3)
        checks.that('"%s" may not receive reports about all tenants' % name in done.err, "a tenants' destination is refused", done)
    project.write("jobs/platform-overview.yaml", text.replace("tenants.plan_type,", "tenants.plan_type, tenants.api_key,"))
    done = project.run("check")
    checks.equal(done.code, 3, "check refuses the hidden column")
    checks.that('column "api_key" of table "tenants" is hidden' in done.out + done.err, "and says so", done)
    project.write("jobs/platform-overview.yaml", text)


def controls(checks, project, data):
    """One changed cell, in each column, is noticed; so are a row too few and figures of another tenant."""
    columns, rows = guide.export(data, "6")["videos"]
    found = read_ndjson(project.path("out/6/metadata-export", PERIOD, "metadata-export.videos.ndjson"))
    checks.equal(values.differences(columns, rows, found, values.in_json), [], "control: as it is, nothing differs")
    for i, (name, _) in enumerate(columns):
        changed = copy.deepcopy(found)
        changed[500][i] = {str: "x", bool: None}.get(type(changed[500][i]), 12345.5)
        checks.equal(len(values.differences(columns, rows, changed, values.in_json)), 1, "control: a changed %s is noticed" % name)
    checks.that(values.differences(columns, rows, found[:-1], values.in_json), "control: so is a row that is missing")
    for expect in (guide.missing_audio, guide.timeline, guide.updates, lambda d, t: guide.catalogue(d, t, {})):
        checks.that(expect(data, "1") != expect(data, "3"), "control: another tenant's rows are others")
    first = [v["audio_duration_seconds"] for v in (data.audio[k][0] for k in data.audio if len(data.audio[k]) > 1)]
    last = [data.audio[k][-1]["audio_duration_seconds"] for k in data.audio if len(data.audio[k]) > 1]
    checks.that(first != last, "control: which audio preview is the latest makes a difference")
    mixed = [k for k in data.audio if len(data.audio[k]) > 1 and int(data.audio[k][0]["id"]) < int(data.audio[k][1]["id"])]
    checks.that(mixed, "control: the latest is not always the one with the highest id")


def main():
    checks = Checks()
    make_schema()
    project = Project("guide", SCHEMA, SCHEMA, "guide-password")
    project.take_jobs()
    checked = project.run("check")
    checks.that(checked.code == 0 and "everything is well" in checked.out, "the jobs pass check", checked)
    data = guide.Data(SCHEMA)
    check_nightly(checks, project, data)
    controls(checks, project, data)
    check_filters(checks, project, data)
    check_monitoring(checks, project, data)
    check_details(checks, project, data)
    check_overview(checks, project, data)
    shipped = {n[:-5] for n in os.listdir(os.path.join(ROOT, "jobs/video-platform"))}
    made = {p.split("/")[-3] for p in glob.glob(project.path("*/**/manifest.json"), recursive=True)}
    checks.equal(shipped - made, {"tenant-dashboard", "processing-report", "failures"}, "all others that are shipped were made")
    checks.finish()


main()
