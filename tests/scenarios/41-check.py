#!/usr/bin/python3
# Goal: pressrun check says everything that is wrong at once, each with its place and what to write.
"""Broken files and the exact lines that people must see. What stands in the files and what is said
about them are side by side below, so that a message can be read and judged."""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import scenario
from scenario import SOCKET, Checks, Project

# ---- pressrun.yaml: everything that can be wrong in its keys ----

BAD_CONFIG = """\
databse:
  host: 127.0.0.1
database:
  host: 127.0.0.1
  socket: /run/mysqld/mysqld.sock
  port: 70000
  schema: ai-pipeline-db
  user: ${NO_SUCH_VARIABLE}
  password: hunter2
  statement_timeout: 5 minutes
  connect_timeout: 1ms
  tls: {mode: verify}
  guard: yes
timezone: Europe/Berln
tenants: {qery: SELECT id FROM tenants}
scope:
  videos: {tenant: tenant_id, hide: api_key}
  both: {tenant: id, shared: true}
  neither: {}
  Videos: {tenant: tenant_id}
destinations:
  Reports: {kind: directory, path: out}
  reports: {path: out, platform: maybe}
"""
SAID_OF_CONFIG = """\
pressrun.yaml:1:1: error: unknown key "databse" in pressrun.yaml (did you mean "database"?)
    known keys: database, tenants, scope, destinations, timezone, locale, logo, jobs_directory, state_directory
pressrun.yaml:3:1: error: database needs either "host" or "socket"
    host: 127.0.0.1, or socket: /run/mysqld/mysqld.sock
pressrun.yaml:6:9: error: "port" must be a whole number from 1 to 65535, not "70000"
    TCP port (default: 3306)
pressrun.yaml:7:11: error: "schema" must be of letters, digits and _ only
pressrun.yaml:8:9: error: the environment variable "NO_SUCH_VARIABLE" is not set
    set it, or write ${NAME:-default} to have a default
pressrun.yaml:9:13: error: "password" can't stand in the file itself
    write where it is: {credential: NAME} (systemd), {file: PATH} or {env: NAME}
pressrun.yaml:10:22: error: "statement_timeout" must be a duration such as 30s, 5m, 2h from 1s to 1d, not "5 minutes"
    how long one query may take, such as 5m (the default)
pressrun.yaml:11:20: error: "connect_timeout" must be a duration such as 30s, 5m, 2h from 1s to 10m, not "1ms"
    such as 10s (the default)
pressrun.yaml:12:15: error: "mode" can't be "verify"
    one of: auto, off, verify-ca, verify-full
pressrun.yaml:13:10: error: "guard" can't be "yes"
    one of: auto, required
pressrun.yaml:14:11: error: time zone "Europe/Berln" is not known here
    a name of the tz database such as Europe/Berlin or UTC
pressrun.yaml:15:1: error: "query" is missing in tenants
    SELECT of id, name and perhaps display_name: a row for each tenant
pressrun.yaml:15:11: error: unknown key "qery" in tenants (did you mean "query"?)
    known keys: query
pressrun.yaml:17:37: error: "hide" of table "videos" must be a list, not a text
    write a list: [one, two]
pressrun.yaml:18:3: error: table "both" can belong to a tenant in one way only
    one of {tenant: COLUMN}, {through: TABLE, on: COLUMN}, {shared: true}
pressrun.yaml:19:3: error: how do rows of "neither" belong to a tenant?
    one of {tenant: COLUMN}, {through: TABLE, on: COLUMN}, {shared: true}
pressrun.yaml:20:3: error: table "Videos" differs from "videos" only in case
pressrun.yaml:22:3: error: "Reports" can't be the name of a destination
    a-z, 0-9, - and _, at most 64
pressrun.yaml:23:3: error: "kind" is missing in destination "reports"
    what it is, such as directory
pressrun.yaml:23:34: error: "platform" must be true or false, not "maybe"
    true: may receive reports about all tenants (jobs with scope: platform)
"""

# ---- destinations and jobs ----

CONFIG = """\
database:
  socket: %s
  schema: ai_pipeline_db
  user: ai_pipeline_readonly
  password: {env: REPORT_PASSWORD}
tenants: {query: "SELECT id, name FROM tenants ORDER BY id"}
scope:
  videos: {tenant: tenant_id}
  tenants: {tenant: id, hide: [api_key]}
destinations:
  reports: {kind: directory, path: out}
""" % SOCKET
BAD_DESTINATIONS = """\
  cloud: {kind: folder, path: out}
  mixed: {kind: directory, path: out, key: "{job}/{file}"}
  third: {kind: directory, pth: out}
  shout: {kind: directory, path: out, key: "{tenant}/{job}/{file}"}
"""
SAID_OF_DESTINATIONS = """\
pressrun.yaml:12:3: error: destination "cloud" has unknown kind "folder"
    known kinds: directory, s3, webhook
pressrun.yaml:13:44: error: key template "{job}/{file}" must hold {tenant.id}, or tenants would overwrite each other's files
    for example {tenant.id}/{job}/{period}/{file}
pressrun.yaml:14:3: error: "path" is missing in destination "third"
    the directory; relative to pressrun.yaml
pressrun.yaml:14:28: error: unknown key "pth" in destination "third" (did you mean "path"?)
    known keys: kind, platform, path, key
pressrun.yaml:15:44: error: key template "{tenant}/{job}/{file}" has a placeholder that is not known
    the placeholders are {tenant.id} {job} {period} {file}
"""
JOBS = {
    "anchors": """\
job: anchors
title: &a x
description: *a
---
b: 1
""",
    "keys": """\
job: quays
titel: A typo
period: {unit: fortnight, window: 0}
timezone: Nowhere
timeout: soon
params:
  status: {type: string}
  limit: {type: integer, default: many}
  Bad: {}
  period_start: {type: date}
results:
  first:
    sql: SELECT id FROM video WHERE post_status = :statu
    columns: {id: {type: number, wdth: 3}}
  second: {}
formats: [xls, csv: {delimiter: "::"}, csv]
deliver: [report, reports]
""",
    "sql": """\
job: sql
results:
  a: {sql: "SELECT 1 INTO OUTFILE '/tmp/x'"}
  b: {sql: "SELECT id FROM (WITH x AS (SELECT 1) SELECT * FROM x) y"}
  c: {sql: "SELECT id FROM videos /*! WHERE 1 */"}
  d: {sql: "SELECT LOAD_FILE(1), cuont(*) FROM videos"}
  e: {sql: "SELECT id FROM videos FOR UPDATE"}
  f: {sql: "SELECT (id FROM videos"}
  g: {sql: "SELECT 'open FROM videos"}
  h: {sql: DELETE FROM videos}
  i:
    sql: |
      SELECT id
      FROM ai_pipeline_db.videos
      WHERE id = SLEEP(9)
  j: {sql: "SELECT id FROM videos WHERE id = @x; DROP TABLE videos"}
  k: {sql: SELECT id FROM Videos}
""",
    "tabs": "job: tabs\nresults:\n\trows: {sql: SELECT id FROM videos}\n",
    "twice": """\
job: twice
results:
  rows: {sql: SELECT id FROM videos}
results:
  rows: {sql: SELECT id FROM videos}
""",
    "open": "job: open\nresults:\n  rows: {sql: SELECT id FROM videos}\n",
    "empty": "",
    "latin": b"job: latin\ntitle: caf\xe9\n",
    "list": "- job: list\n",
}
SAID_OF_JOBS = """\
jobs/anchors.yaml:2:8: error: anchors (&name) are not supported
    put text that begins with & into quotes
jobs/anchors.yaml:3:14: error: aliases (*name) are not supported
    write the value out; put text that begins with * into quotes
jobs/anchors.yaml:4:1: error: a second document (---) is not supported
    write one file for each
jobs/empty.yaml: error: the file is empty
jobs/gone.yaml: error: can't read "jobs/gone.yaml": No such file or directory
jobs/keys.yaml:1:6: error: job "quays" does not have the name of its file
    rename the file to quays.yaml, or write job: keys
jobs/keys.yaml:2:1: error: unknown key "titel" in the job (did you mean "title"?)
    known keys: job, title, description, scope, locale, logo, timezone, datetime_timezone, schedule, expect, period, params, figures, results, formats, deliver, timeout, time_limit
jobs/keys.yaml:3:16: error: "unit" can't be "fortnight"
    one of: day, week, month, quarter, year, hour, minute
jobs/keys.yaml:3:35: error: "window" must be a whole number from 1 to 1000, not "0"
    the last so many units in one report (default: 1)
jobs/keys.yaml:4:11: error: time zone "Nowhere" is not known here
    a name of the tz database such as Europe/Berlin or UTC
jobs/keys.yaml:5:10: error: "timeout" must be a duration such as 30s, 5m, 2h from 1s to 1d, not "soon"
    how long one query may take (default: as in pressrun.yaml)
jobs/keys.yaml:7:18: error: "type" can't be "string"
    one of: text, integer, decimal, boolean, date, datetime
jobs/keys.yaml:8:35: error: "many" is not a whole number of 64 bits
jobs/keys.yaml:9:3: error: "Bad" can't be the name of a parameter
    a-z first, then a-z, 0-9 and _, at most 64
jobs/keys.yaml:10:3: error: parameter "period_start" is built in and always there
    give it another name
jobs/keys.yaml:13:25: error: table "video" has no scope
    did you mean videos?
jobs/keys.yaml:13:51: error: parameter ":statu" is not declared (did you mean "status"?)
    declare it:  params: {statu: {type: text}}
jobs/keys.yaml:14:26: error: "type" can't be "number"
    one of: text, integer, decimal, float, boolean, date, time, datetime, json, binary
jobs/keys.yaml:14:34: error: unknown key "wdth" in column "id" (did you mean "width"?)
    known keys: title, type, format, width, align, note, total, bar, color
jobs/keys.yaml:15:3: error: "sql" is missing in result "second"
    one SELECT; it sees the rows of one tenant only
jobs/keys.yaml:16:11: error: unknown format "xls" (did you mean "xlsx"?)
    one of: xlsx, csv, json, json-rows, ndjson, html
jobs/keys.yaml:16:33: error: "delimiter" can't be "::"
    one of "," ";" "|" "\\t"
jobs/keys.yaml:16:40: error: format "csv" stands twice in the list
    keep one of the two
jobs/keys.yaml:17:11: error: there is no destination "report" (did you mean "reports"?)
    describe it in "destinations" of pressrun.yaml
jobs/latin.yaml:2:11: error: the byte 0xe9 is not valid UTF-8 here
    save the file as UTF-8
jobs/list.yaml:1:1: error: a job must be a mapping, not a list
    write "key: value", one on each line, indented below its name
jobs/old.yml: warning: this file is not read: job files end in .yaml
    rename it to .yaml
jobs/open.yaml: error: "jobs/open.yaml" can be written by others (mode 0664)
    chmod go-w 'jobs/open.yaml'
jobs/sql.yaml:3:22: error: INTO writes to a file or a variable
    pressrun writes the files: delete it
jobs/sql.yaml:3:27: error: OUTFILE writes to a file of the server
    pressrun writes the files: delete it
jobs/sql.yaml:4:29: error: WITH inside a query can't be used
    move it to the very beginning: WITH a AS (...), b AS (...) SELECT ...
jobs/sql.yaml:5:35: error: the database runs what stands in a comment that begins with /*! or /*M!
    write what is in it as plain SQL, or delete it
jobs/sql.yaml:6:20: error: the function "LOAD_FILE" can't be used
    a report reads tables, not the server's files
jobs/sql.yaml:6:34: error: the function "cuont" can't be used
    did you mean COUNT?
jobs/sql.yaml:7:39: error: a report can't change or lock rows
    delete it
jobs/sql.yaml:8:29: error: 1 parenthesis is not closed
    close it
jobs/sql.yaml:9:20: error: a string that begins here does not end
    end it with the quote it begins with
jobs/sql.yaml:10:12: error: a query begins with SELECT, not with "DELETE"
    a result set is one SELECT, or WITH ... SELECT
jobs/sql.yaml:14:12: error: a table can't be named with its database
    write the table alone: pressrun puts the tenant's own rows in its place
jobs/sql.yaml:15:18: error: the function "SLEEP" can't be used
    it only wastes the database's time, past any time limit
jobs/sql.yaml:16:46: error: variables (@name, @@name) can't be used
    declare a parameter and write :name
jobs/sql.yaml:16:48: error: a semicolon
    a query is one statement: delete the semicolon
jobs/sql.yaml:17:27: error: write videos, not Videos
    case counts in the names of tables
jobs/tabs.yaml:3:1: error: a tab can't be used for indentation
    indent with spaces, two for each level
jobs/twice.yaml:4:1: error: key "results" already stands in line 2
    keep one of the two
"""


def compare(checks, found, expected, sentence):
    """Line by line, so that a message that was changed is seen at once."""
    checks.that(found == expected, sentence)
    if found != expected:
        want, have = expected.splitlines(), found.splitlines()
        for line in [w for w in want if w not in have]:
            print("  - " + line)
        for line in [h for h in have if h not in want]:
            print("  + " + line)


def main():
    checks = Checks()
    project = Project(init=False)
    project.write("pressrun.yaml", BAD_CONFIG)
    done = project.run("check", "--offline")
    compare(checks, done.out, SAID_OF_CONFIG, "all that is wrong in the keys of pressrun.yaml")
    checks.equal(done.code, 3, "exit code 3")

    project.write("pressrun.yaml", CONFIG + BAD_DESTINATIONS)
    for name, text in JOBS.items():
        project.write("jobs/%s.yaml" % name, text, 0o664 if name == "open" else 0o644)
    os.symlink("/nonexistent", project.path("jobs/gone.yaml"))
    project.write("jobs/old.yml", "job: old\n")
    done = project.run("check", "--offline")
    compare(checks, done.out, SAID_OF_JOBS + SAID_OF_DESTINATIONS, "all that is wrong in destinations and jobs")
    checks.equal(done.code, 3, "exit code 3")
    said = [line for line in (SAID_OF_CONFIG + SAID_OF_DESTINATIONS + SAID_OF_JOBS).splitlines() if ": error: " in line]
    print("%d mistakes, each with its place" % len(said))
    as_json(checks, project, (SAID_OF_JOBS + SAID_OF_DESTINATIONS).count(": error: "))
    repaired(checks, project)
    with_database(checks, project)
    checks.finish()


def as_json(checks, project, errors):
    done = project.run("check", "--offline", "--json")
    answer = done.json()
    checks.equal((done.code, answer["ok"], answer["schema"]), (3, False, "pressrun.check/1"), "as JSON")
    found = [p for p in answer["problems"] if p["severity"] == "error"]
    checks.equal(len(found), errors, "as many errors in JSON")
    checks.that(all(sorted(p) == ["column", "file", "hint", "line", "message", "severity"] for p in answer["problems"]),
                "each with the same keys")
    checks.equal({p["severity"] for p in answer["problems"]}, {"error", "warning"}, "warnings are told apart")


def repaired(checks, project):
    """One file after the other is put right; --offline asks no database."""
    project.write("pressrun.yaml", CONFIG.replace(SOCKET, "/nonexistent/mysqld.sock"))
    for name in os.listdir(project.path("jobs")):
        os.unlink(project.path("jobs", name))
    project.write("jobs/well.yaml", scenario.job("well", "SELECT id FROM videos ORDER BY id"))
    done = project.run("check", "--offline")
    checks.equal((done.code, done.out), (0, "all files are well; the database was not asked\n"), "offline: all is well")
    done = project.run("check")
    checks.equal(done.code, 8, "the database was asked without --offline")
    checks.that('can\'t connect to the database at "/nonexistent/mysqld.sock"' in done.out
                or "can't connect to the database at /nonexistent/mysqld.sock" in done.out, "and says where", done)
    project.write("pressrun.yaml", CONFIG, 0o664)
    done = project.run("check", "--offline")
    compare(checks, done.out, 'pressrun.yaml: error: "pressrun.yaml" can be written by others (mode 0664)\n'
            "    chmod go-w 'pressrun.yaml'\n", "a pressrun.yaml that others can write is refused")
    os.unlink(project.path("pressrun.yaml"))
    done = project.run("check")
    compare(checks, done.out, "pressrun.yaml: error: there is no such file\n"
            "    pressrun init writes one with comments; --config names another\n", "no pressrun.yaml at all")
    checks.equal(done.code, 3, "exit code 3")


QUERIES = {
    "column": "SELECT id,\n       tittle\nFROM videos",
    "hidden": "SELECT api_key FROM tenants",
    "same": "SELECT id, id FROM videos",
    "syntax": "SELECT id\nFROM FROM\nvideos",
}
SAID_OF_QUERIES = """\
jobs/column.yaml:6: error: result set "rows": the database refused the query: Unknown column 'tittle' in 'SELECT' (1054)
jobs/hidden.yaml:6: error: result set "rows": the database refused the query: Unknown column 'api_key' in 'SELECT' (1054)
    column "api_key" of table "tenants" is hidden: it can't be reported (pressrun.yaml:9)
jobs/same.yaml:1:1: error: result set "rows": two columns are called "id"
    give each column of the query a name of its own with AS
jobs/spec.yaml:7:15: error: result set "rows": the query has no column "iid" (did you mean "id"?)
    name columns as the query names them
"""


def with_database(checks, project):
    """What only the database knows: tables, columns, grants, what a query is made of."""
    project.write("pressrun.yaml", CONFIG.replace("hide: [api_key]", "hide: [api_kee]").replace(
        "destinations:", "  movies: {tenant: tenant_id}\ndestinations:"))
    done = project.run("check")
    checks.equal(done.code, 3, "a table and a column that are not there: exit code 3")
    checks.that('pressrun.yaml:9:3: error: table "tenants" has 0 of the 1 columns to hide' in done.out, "the column", done)
    checks.that('pressrun.yaml:10:3: error: table "movies" is not in schema "ai_pipeline_db"' in done.out, "the table", done)
    project.write("pressrun.yaml", CONFIG)
    for name, query in QUERIES.items():
        project.write("jobs/%s.yaml" % name, scenario.job(name, query))
    project.write("jobs/spec.yaml", scenario.job("spec", "SELECT id FROM videos").replace(
        "formats:", "    columns: {iid: {title: Number}}\nformats:"))
    done = project.run("check")
    checks.equal(done.code, 3, "queries that the server refuses: exit code 3")
    said, rest = done.out.split("jobs/syntax.yaml:")
    compare(checks, said, SAID_OF_QUERIES, "what is wrong with queries, each with its line")
    checks.that(rest.startswith("7: error:") and "near 'FROM" in rest.split("\n")[0], "a mistake in SQL, with its line", rest)
    checks.that("at line" not in rest.split("\n")[0], "no line of anything but the file", rest.split("\n")[0])
    for name in (*QUERIES, "spec"):
        os.unlink(project.path("jobs/%s.yaml" % name))
    done = project.run("check", "--json")
    answer = done.json()
    checks.equal((done.code, answer["ok"], answer["guard"]), (0, True, "lexer"), "all is well")
    checks.that(answer["server"], "the server's version")
    done = project.run("check")
    checks.that(done.code == 0 and done.out.endswith("everything is well\n"), "everything is well", done)
    checks.that("GRANT SELECT ON `ai_pipeline_db`.`videos`" in done.out, "the GRANTs of the next wall", done)


main()
