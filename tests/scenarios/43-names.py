#!/usr/bin/python3
# Goal: whatever tenants and videos are called, no log line, no terminal line and no path is broken by it.
"""Tenant ids that could mean something in a path are refused; names with line breaks, escape sequences,
direction marks and forged log lines are shown harmlessly, and stay what they are inside the files."""

import json
import os
import pty
import re
import select
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import openpyxl
import scenario
from scenario import PERIOD, PRESSRUN, Checks, Project, job

SCHEMA = "pressrun_names"
BAD_IDS = ("..", ".", "a/b", "../1", "a b", "", "a\\b", "é", "a\nb", "a\x1b[2J", "x" * 65, "a%2fb", "a.b", "~", "a:b", "{job}",
           "1;2", "\u202e1")
GOOD_IDS = ("A", "b-1", "C_2", "x" * 64)
FORGED = "x\n2026-11-24T02:00:00Z info delivery.delivered run=1 job=failures tenant=1"
NAMES = (FORGED, "red \x1b[31m\x1b[2K\x1b]0;title\x07", "\u202egnp.exe\u202c \u2066x\u2069", 'quotes " \' ` \\', "tab\tCR\rLF\nend",
         "=HYPERLINK(\"http://evil.example\")", "</t> <b> & ]]>", "\u2028line\u2029paragraph", "\x7f\u0085 \x01",
         "👩‍👩‍👧‍👦", "[]:*?/\\", "' OR 1=1 -- ", "NULL", "%s%n%d", " ", "History")
# What must never reach a terminal or a log: controls but line feed, marks that turn the direction, line ends of Unicode.
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def literal(text):
    return "CONVERT(X'%s' USING utf8mb4)" % text.encode().hex()


def make_tables():
    scenario.own_schema(SCHEMA, "names-password", "tenant_id = 6")
    scenario.sql("""
        CREATE TABLE ids (id VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, name TEXT CHARACTER SET utf8mb4,
                          is_active INT NOT NULL DEFAULT 1);
        UPDATE tenants SET is_active = 0;""" + "".join(
        "INSERT INTO tenants (id, name, display_name, is_active, api_key, created_at, updated_at) VALUES "
        "(%d, 'tenant-%d', %s, 1, '', '2026-11-24', '2026-11-24');" % (100 + i, i, literal(name)) for i, name in enumerate(NAMES))
        + "INSERT INTO videos (title, created_at, updated_at, tenant_id, sync_status, error_message) SELECT display_name, "
        "'2026-11-23', '2026-11-23', id, 'failed', display_name FROM tenants WHERE is_active = 1;", schema=SCHEMA)


def check_ids(checks):
    project = Project("ids", SCHEMA, SCHEMA, "names-password", "  ids: {tenant: id}\n")
    project.write("pressrun.yaml", project.read("pressrun.yaml").replace("name, display_name FROM tenants", "name FROM ids"))
    project.write("jobs/rows.yaml", job("rows", "SELECT id, name FROM ids"))
    for bad in BAD_IDS:
        scenario.sql("DELETE FROM ids; INSERT INTO ids (id, name) VALUES ('good', 'good'), (%s, 'bad')" % literal(bad), schema=SCHEMA)
        done = project.run("run", "rows", "--period", PERIOD)
        checks.that(done.code == 1 or done.code == 3, "id %r is refused" % bad, done)
        checks.that("can't be part of a file name" in done.err, "id %r: says why" % bad, done)
        checks.that(not UNSAFE.search(done.out + done.err), "id %r is shown harmlessly" % bad, ascii(done.err))
        checks.that(not os.path.exists(project.out), "id %r: nothing is made for anybody" % bad)
    print(done.err.splitlines()[-2:])
    for pair in (("acme", "ACME"), ("same", "same")):
        scenario.sql("DELETE FROM ids; INSERT INTO ids (id) VALUES ('%s'), ('%s')" % pair, schema=SCHEMA)
        done = project.run("run", "rows", "--period", PERIOD)
        checks.that(done.code in (1, 3), "ids %s and %s are refused" % pair, done)
        print(done.err.splitlines()[-2:])
    scenario.sql("DELETE FROM ids; " + "".join("INSERT INTO ids (id) VALUES ('%s');" % i for i in GOOD_IDS), schema=SCHEMA)
    checks.equal(project.run("run", "rows", "--period", PERIOD).code, 0, "control: ids of the manual are taken")
    checks.equal(sorted(os.listdir(project.out)), sorted(GOOD_IDS), "each with its directory")


def is_one_event(line):
    """A line of the log as docs/log.md describes it."""
    return re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (error|warning|info|debug) [a-z]+\.[a-z]+'
                        r'( [a-z_0-9]+=([^ "=\\]+|"([^"\\]|\\["\\])*"))*', line)


def on_terminal(project, *arguments):
    """What a person at a terminal sees, progress line included."""
    leader, follower = pty.openpty()
    process = subprocess.Popen([PRESSRUN, *arguments], cwd=project.directory, env=project.environment, stdin=subprocess.DEVNULL,
                               stdout=follower, stderr=follower)
    os.close(follower)
    data = b""
    while select.select([leader], [], [], 60)[0]:
        try:
            part = os.read(leader, 65536)
        except OSError:
            break
        if not part:
            break
        data += part
    os.close(leader)
    return process.wait(), data.decode("utf-8", "replace")


def check_outputs(checks, project):
    done = project.run("--log-level", "debug", "run", "failures", "--period", PERIOD)
    checks.equal(done.code, 0, "reports of tenants with such names are made")
    lines = done.err.splitlines()
    checks.that(len(lines) > 3 * len(NAMES), "there is a log", len(lines))
    broken = [line for line in done.err.split("\n")[:-1] if not is_one_event(line)]
    checks.equal(broken, [], "each line of the log is one event")
    checks.equal(sum("delivery.delivered run=1 job=failures tenant=1 " in line + " " for line in lines), 0, "none is forged")
    for name, arguments in (("run", ("run", "failures", "--period", PERIOD, "--again")), ("plan", ("plan",)), ("status", ("status",)),
                            ("preview", ("preview", "failures", "--tenant", "100", "--period", PERIOD)),
                            ("preview 2", ("preview", "failures", "--tenant", "101", "--period", PERIOD)),
                            ("preview 3", ("preview", "who", "--tenant", "102", "--period", PERIOD)),
                            ("dry run", ("run", "failures", "--dry-run"))):
        code, seen = on_terminal(project, *arguments)
        checks.equal(code, 0, "%s on a terminal" % name)
        # pressrun itself goes back to the start of the line and clears it, to show progress.
        rest = re.sub("\r\n|\r|\x1b\\[K", "\n", seen)
        checks.that(not UNSAFE.search(rest), "%s: nothing but plain lines reaches a terminal" % name,
                    ascii([line for line in rest.split("\n") if UNSAFE.search(line)][:3]))
        checks.that(not any(re.match("2026-11-24T02:00:00Z info", line) for line in rest.split("\n")), "%s: no forged line" % name)
    project.write("jobs/fails.yaml", job("fails", "SELECT id, JSON_VALUE(title, title) AS x, GROUP_CONCAT(title) AS y FROM videos "
                                         "WHERE CAST(title AS DATE) IS NULL GROUP BY id"))
    for arguments in (("run", "fails", "--period", PERIOD), ("status", "--failed"), ("run", "failures", "--tenant", FORGED),
                      ("run", "failures", "--period", FORGED), ("run", FORGED), ("run", "failures", "--param", FORGED),
                      ("run", "failures", FORGED), ("run", "failures", "--" + FORGED), (FORGED,), ("--" + FORGED,),
                      ("help", FORGED), ("status", FORGED), ("--config", FORGED, "status"), ("--log-level", FORGED, "plan"),
                      ("run", "failures", "--jobs", FORGED), ("init", FORGED)):
        done = project.run(*arguments)
        checks.that(not UNSAFE.search(done.out + done.err), "%s: shown harmlessly" % (arguments[:2],), ascii(done.err))
        checks.that(not any(re.match("2026-11-24T02", line) for line in (done.out + done.err).split("\n")),
                    "%s: no forged line" % (arguments,), ascii(done.err))


def check_files(checks, project):
    """In the files the names are what they are, and the paths know nothing of them."""
    paths = [os.path.relpath(os.path.join(base, n), project.out) for base, _, names in os.walk(project.out) for n in names]
    checks.that(all(re.fullmatch("[a-z0-9/.-]+", p) for p in paths), "paths are plain", paths[:3])
    for i, name in enumerate(NAMES):
        place = os.path.join(project.out, str(100 + i), "failures", PERIOD)
        with open(os.path.join(place, "failures.json"), encoding="utf-8") as f:
            document = json.load(f)
        checks.equal(document["tenant"]["name"], name, "JSON names tenant %r" % name)
        checks.equal(document["results"][0]["rows"][0]["title"], name, "and its video")
        with open(os.path.join(place, "manifest.json"), encoding="utf-8") as f:
            checks.equal(json.load(f)["tenant"]["name"], name, "the manifest, too")
        sheet = openpyxl.load_workbook(os.path.join(place, "failures.xlsx")).worksheets[0]
        texts = [scenario.unescape_xlsx(c.value) for row in sheet.iter_rows() for c in row if isinstance(c.value, str)]
        checks.that({name, "%s (%d)" % (name, 100 + i)} & set(texts) or not name.strip(), "the workbook's first sheet names %r" % name, texts)


def main():
    checks = Checks()
    checks.that(UNSAFE.search(NAMES[1]) and not is_one_event("2026-11-24T02:00:00Z info run.rendered x=" + NAMES[1])
                and not is_one_event(FORGED), "control: an unsafe name and a broken line are noticed")
    make_tables()
    check_ids(checks)
    project = Project("names", SCHEMA, SCHEMA, "names-password")
    project.take_jobs()
    project.write("jobs/who.yaml", job("who", "SELECT id, display_name, name FROM tenants"))
    check_outputs(checks, project)
    check_files(checks, project)
    checks.finish()


main()
