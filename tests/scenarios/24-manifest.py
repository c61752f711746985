#!/usr/bin/python3
# Goal: a manifest vouches for exactly what lies beside it, at every moment.
"""manifest.json is compared with the files: names, sizes, SHA-256, rows, columns. While new revisions
replace old ones it is read in a tight loop: whenever the same manifest is there before and after, the
files it names must be the ones it describes."""

import glob
import hashlib
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import scenario
import values
from scenario import PERIOD, PRESSRUN, Checks, Project

SCHEMA = "pressrun_manifest"
JOB = """\
job: both
title: "Two \\"results\\""
period: {unit: day}
results:
  videos:
    title: All videos
    sql: SELECT id, title, run_time, created_at FROM videos ORDER BY id
    columns: {run_time: {title: Seconds}}
  status:
    sql: SELECT sync_status, COUNT(*) AS videos FROM videos GROUP BY sync_status ORDER BY sync_status
formats: [xlsx, csv, json, ndjson]
deliver: [reports]
"""


def read(path):
    with open(path, "rb") as f:
        return f.read()


def violations(directory, manifest):
    """Named files that are not as described."""
    wrong = []
    for a in manifest["artifacts"]:
        try:
            data = read(os.path.join(directory, a["file"]))
        except FileNotFoundError:
            wrong.append("%s is not there" % a["file"])
            continue
        if len(data) != a["size_bytes"] or hashlib.sha256(data).hexdigest() != a["sha256"]:
            wrong.append("%s has other bytes" % a["file"])
    return wrong


def vouched(directory):
    """Violations while one and the same manifest was there, None while there was none."""
    path = os.path.join(directory, "manifest.json")
    try:
        before, text = os.stat(path), read(path)
        wrong = violations(directory, json.loads(text))
        after = os.stat(path)
    except FileNotFoundError:
        return None, None
    same = (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    return (wrong, text) if same else (None, None)


def check_contents(checks, project, tenant, videos):
    directory = os.path.join(project.out, tenant, "both", PERIOD)
    manifest = json.loads(read(os.path.join(directory, "manifest.json")))
    names = [a["file"] for a in manifest["artifacts"]]
    checks.equal(sorted(os.listdir(directory)), sorted(names + ["manifest.json"]), "nothing else is in the directory")
    checks.equal(sorted(names), ["both.json", "both.status.csv", "both.status.ndjson", "both.videos.csv",
                                 "both.videos.ndjson", "both.xlsx"], "each file is named once")
    checks.equal(violations(directory, manifest), [], "sizes and SHA-256 are right")
    document = json.loads(read(os.path.join(directory, "both.json")))
    for key in ("job", "title", "tenant", "period", "generated_at"):
        checks.equal(manifest[key], document[key], "%s is as in the JSON report" % key)
    checks.equal((manifest["job"], manifest["tenant"]["id"], manifest["period"]["label"], manifest["schema"]),
                 ("both", tenant, PERIOD, "pressrun.manifest/1"), "what it is about")
    rows = {r["name"]: r["rows"] for r in manifest["results"]}
    statuses = len(scenario.text_rows(["sync_status"], "FROM %s.videos WHERE tenant_id = %s GROUP BY sync_status" % (SCHEMA, tenant)))
    checks.equal(rows, {"videos": videos, "status": statuses}, "rows are as many as in the database")
    checks.equal([[c["name"], c["title"], c["type"]] for c in manifest["results"][0]["columns"]],
                 [["id", "id", "integer"], ["title", "title", "text"], ["run_time", "Seconds", "integer"],
                  ["created_at", "created_at", "datetime"]], "columns with titles and types")
    for a in manifest["artifacts"]:
        expected = sum(rows.values()) if a["result"] is None else rows[a["result"]]
        checks.equal(a["rows"], expected, "rows of %s" % a["file"])
        checks.equal(a["format"], a["file"].rsplit(".")[-1], "format of %s" % a["file"])
        checks.that(re.fullmatch("[a-z]+/[a-z0-9.+-]+", a["media_type"]), "media type of %s" % a["file"])
    checks.equal(len(values.read_csv(os.path.join(directory, "both.videos.csv"))[1]), videos, "rows in the CSV itself")
    return directory, manifest


def watch(project, directories):
    """One new revision, watched until it is there; (times with a manifest, without, violations, texts)."""
    seen, absent, wrong, texts = 0, 0, [], set()
    process = subprocess.Popen([PRESSRUN, "run", "both", "--period", PERIOD, "--again", "--quiet"],
                               cwd=project.directory, env=project.environment, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    running = True
    while running:
        running = process.poll() is None  # once more after its end
        for directory in directories:
            found, text = vouched(directory)
            if found is None:
                absent += 1
            else:
                seen += 1
                wrong += found
                texts.add(text)
    return process.returncode, seen, absent, wrong, texts


def main():
    checks = Checks()
    scenario.own_schema(SCHEMA, "manifest-password")
    project = Project(schema=SCHEMA, user=SCHEMA, password="manifest-password")
    project.write("jobs/both.yaml", JOB)
    checks.equal(project.run("run", "both", "--period", PERIOD).code, 0, "the first revision is made")
    count = {t: int(n) for t, n in scenario.text_rows(["tenant_id", "COUNT(*)"], "FROM %s.videos GROUP BY tenant_id" % SCHEMA)}
    first = {}
    for tenant in ("6", "9"):
        directory, first[tenant] = check_contents(checks, project, tenant, count[tenant])

    # A manifest that outlives its files would be noticed.
    path = os.path.join(directory, "both.videos.csv")
    kept = read(path)
    with open(path, "wb") as f:
        f.write(kept.replace(b"0", b"1", 1))
    checks.equal(vouched(directory)[0], ["both.videos.csv has other bytes"], "control: a changed file is noticed")
    with open(path, "wb") as f:
        f.write(kept)

    directories = [os.path.join(project.out, t, "both", PERIOD) for t in ("6", "9")]
    total = [0, 0]
    for revision in range(2, 7):
        scenario.sql("UPDATE %s.videos SET title = CONCAT('revision %d of ', id), run_time = %d" % (SCHEMA, revision, revision))
        code, seen, absent, wrong, texts = watch(project, directories)
        total = [total[0] + seen, total[1] + absent]
        checks.equal(code, 0, "revision %d is made" % revision)
        checks.equal(wrong, [], "revision %d: no manifest ever vouched for other bytes" % revision)
        checks.that(len(texts) == 4, "revision %d: old and new manifests of both tenants were seen" % revision, len(texts))
    print("%d looks at a manifest with all its files, %d without one" % tuple(total))
    checks.that(total[1] > 0, "it was also looked at while there was none")
    for tenant in ("6", "9"):
        directory, last = check_contents(checks, project, tenant, count[tenant])
        changed = {a["file"] for a, b in zip(last["artifacts"], first[tenant]["artifacts"]) if a["sha256"] != b["sha256"]}
        checks.that({"both.videos.csv", "both.json", "both.xlsx"} <= changed, "the new revision replaced the old", changed)
    checks.equal(glob.glob(project.out + "/**/.*", recursive=True), [], "no temporary file is left")
    checks.finish()


main()
