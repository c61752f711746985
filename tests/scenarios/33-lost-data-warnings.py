#!/usr/bin/python3
# Goal: what the database answers with a warning only, but wrongly, is never published.
"""Each expression gives a value, so the control shows that the plain client gets a row for it; pressrun
must fail the run instead, name the warning, the file and line of the query, and say what helps."""

import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import faults

# Name of the job, expression, code of the warning.
CASES = (
    ("division", "id / 0", 1365),
    ("modulo", "MOD(id, 0)", 1365),
    ("some-rows", "1 / (id % 2)", 1365),
    ("date", "CAST('2026-02-30' AS DATE)", 1292),
    ("text-as-date", "DATE(title)", 1292),
    ("number", "CAST(CONCAT(id, ' pieces') AS SIGNED)", 1292),
    ("text-as-number", "title + 0", 1292),
    ("decimal", "CAST(id * 1e30 AS DECIMAL(10, 2))", 1264),
    ("huge", "CAST(id * 1e30 AS SIGNED)", 1916),
    ("negative", "CAST(-1 AS UNSIGNED)", 1105),
    ("cut", "CAST(CONCAT(title, 'xxxxxx') AS CHAR(3))", 1292),
    ("parse-date", "STR_TO_DATE('soon', '%Y-%m-%d')", 1411),
    ("calendar", "DATE_ADD('9999-12-31', INTERVAL id DAY)", 1441),
    ("characters", "CONVERT(0xFF USING utf8mb4)", 1300),
    ("latin", "CONVERT(CONCAT(title, '\u0431') USING latin1)", 1977),
    ("base64", "FROM_BASE64('!!')", 1958),
    ("json", "JSON_EXTRACT('{bad', '$.a')", 4038),
    ("json-cut", "JSON_LENGTH('[1,')", 4037),
    ("json-path", "JSON_EXTRACT('{}', 'bad')", 4042),
    ("repeat", "LENGTH(REPEAT(title, 100000000))", 1301),
    ("group-concat", "(SELECT LENGTH(GROUP_CONCAT(REPEAT('x', 9000000))) FROM videos)", 1260),
)
# What authors write instead; and what looks alike, but loses nothing.
SOUND = ("id / NULLIF(0, 0)", "LEFT(title, 3)", "IF(JSON_VALID('{bad'), JSON_EXTRACT('{bad', '$.a'), NULL)",
         "CAST('2026-02-28' AS DATE)", "CAST(12.6 AS SIGNED)", "CONVERT(title USING utf8mb4)", "1 = 1.0")


def query(expression):
    return "SELECT\n  id,\n  %s AS value\nFROM videos ORDER BY id" % expression


def plain_client(server, expression):
    """All that comes out without pressrun, rows and warnings."""
    text = ("SET sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO', group_concat_max_len = 16777216;"
            " WITH videos AS (SELECT * FROM ai_pipeline_db.videos WHERE tenant_id = 9) %s;" % query(expression))
    return subprocess.run(
        ["mariadb", "--no-defaults", "--batch", "-N", "--show-warnings", "--default-character-set=utf8mb4",
         "-S", server.socket, "-u", "root"], input=text, text=True, errors="replace", check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout


def main():
    checks = faults.Checks()
    server = faults.server()
    p = faults.Project("project", faults.on_socket(server), tenants=(9,)).init()
    for name, expression, code in CASES:
        p.job(name, {"values": query(expression)}, formats="csv")
        said = plain_client(server, expression)
        checks.that("ERROR" not in said and "(Code %d)" % code in said,
                    "%s: control: a plain client gets rows, and warning %d" % (name, code), said[-300:])
        status, output = p.run_job(name)
        checks.that(status == 1, "%s: exit code 1" % name, (status, output))
        error = (p.errors() or [("", "", "", "", "")])[-1]
        checks.that(error[1] == "data" and "(%d)" % code in error[2] and error[4] == 0,
                    "%s: the run fails for lost data, warning %d" % (name, code), error)
        checks.that("jobs/%s.yaml:8: " % name in error[2] or "jobs/%s.yaml:7: " % name in error[2],
                    "%s: the query's place is told" % name, error)
        checks.that("change the query" in error[3], "%s: and what to do" % name, error)
    checks.that(not p.published() and not p.spool(), "nothing is published", sorted(p.published()))
    for i, expression in enumerate(SOUND):
        name = "sound%d" % i
        p.job(name, {"values": query(expression)}, formats="csv")
        status, output = p.run_job(name)
        checks.that(status == 0, "%s: nothing is lost, and the run succeeds" % expression, output)
    checks.finish()


main()
