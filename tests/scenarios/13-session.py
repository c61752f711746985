#!/usr/bin/python3
# Goal: no setting of the server changes what a report says; one that gives a default database stops it.
# databases: mariadb mysql
"""A server of its own, whose global settings are changed one after another. Each could cut a result, read
a text differently or move a time; the rows must be those of the untouched server. The controls show
with a plain client that the setting does change something. With init_connect = 'USE ...' nothing may run."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import isolation as iso

TENANT = "3"
QUERIES = (
    "SELECT id, title FROM videos",
    "SELECT COUNT(*), GROUP_CONCAT(id ORDER BY id) FROM videos",
    "SELECT \"double 'quotes'\" AS a, 'back\\\\slash \\'x\\'' AS b, 'it''s' AS c FROM videos",
    "SELECT sync_status, title, COUNT(*) FROM videos GROUP BY id",
    "SELECT NOW(), CURDATE(), UNIX_TIMESTAMP('2026-07-01 12:00:00'), FROM_UNIXTIME(0)",
    "SELECT id, DATE_FORMAT(created_at, '%W %M'), WEEK(created_at), run_time / 7 FROM videos",
    "SELECT id FROM videos WHERE id IS NULL",
    "SELECT id FROM videos WHERE created_at < :period_start",
    "SELECT HEX(title), title FROM videos",
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) SELECT COUNT(*) FROM n",
    "SELECT CONCAT('a', NULL), 1 = 1, NOT 1 BETWEEN 0 AND 5, 5 - 3 FROM tenants",
    "SELECT CAST('2026-02-30' AS CHAR), CHAR(65), 'a ' = 'a' FROM tenants",
)
# name, value, a query for the control, which gives something else than before (or fails)
SETTINGS = [
    ("sql_select_limit", "10", "SELECT id FROM ai_pipeline_db.videos"),
    ("sql_mode", "'ANSI_QUOTES'", "SELECT \"double\""),
    ("sql_mode", "'NO_BACKSLASH_ESCAPES'", "SELECT 'a\\\\b'"),
    ("sql_mode", "'HIGH_NOT_PRECEDENCE,PIPES_AS_CONCAT,REAL_AS_FLOAT,IGNORE_SPACE'",
     "SELECT NOT 1 BETWEEN -5 AND 5"),
    ("sql_mode", "'ONLY_FULL_GROUP_BY,NO_UNSIGNED_SUBTRACTION'",
     "SELECT CAST(0 AS UNSIGNED) - 1"),
    ("group_concat_max_len", "20", "SELECT GROUP_CONCAT(id ORDER BY id) FROM ai_pipeline_db.videos"),
    ("time_zone", "'+05:30'", "SELECT FROM_UNIXTIME(0)"),
    ("lc_time_names", "'de_DE'", "SELECT DATE_FORMAT('2026-05-05', '%W %M')"),
    ("default_week_format", "3", "SELECT WEEK('2026-01-01')"),
    ("div_precision_increment", "1", "SELECT 1 / 7"),
    ("sql_auto_is_null", "1", None),
    ("character_set_server", "latin1", None),
    ("max_error_count", "0", None),
]
if iso.KIND == "mariadb":
    SETTINGS += [
        ("sql_mode", "'ORACLE'", "SELECT \"double\""),
        ("sql_mode", "'MSSQL'", "SELECT \"double\""),
        ("sql_mode", "'EMPTY_STRING_IS_NULL,PAD_CHAR_TO_FULL_LENGTH'", None),
        ("tx_isolation", "'READ-COMMITTED'", "SELECT @@tx_isolation"),
        ("max_recursive_iterations", "100", QUERIES[9]),
        ("max_statement_time", "0.2", "SELECT SLEEP(0.5)"),
    ]
else:
    SETTINGS += [
        ("transaction_isolation", "'READ-COMMITTED'", "SELECT @@transaction_isolation"),
        ("cte_max_recursion_depth", "100", QUERIES[9]),
        ("max_execution_time", "200", "SELECT SLEEP(0.5)"),
    ]


def plain(server, query):
    return server.client(query + ";\n", iso.ACCOUNT, iso.PASSWORD)


def rows_of(project):
    return [(a.kind, a.code, a.rows) for a in project.probe("rows", TENANT, texts=QUERIES)]


def unaffected(server, project, checks, normal):
    changed = 0
    for name, value, control in SETTINGS:
        before = plain(server, control) if control else None
        server.sql("SET @old = @@GLOBAL.%s; SET GLOBAL %s = %s;" % (name, name, value))
        found = rows_of(project)
        different = [(q, a, b) for q, a, b in zip(QUERIES, found, normal) if a != b]
        checks.that(not different, "%s = %s changes nothing" % (name, value), different[:1])
        if control:
            after = plain(server, control)
            changed += after != before
            checks.that(after != before, "control: %s = %s changes another client's result" % (name, value),
                        after)
        server.sql("SET GLOBAL %s = DEFAULT;" % name)
    print("%d settings, %d of them seen by a plain client" % (len(SETTINGS), changed))


def init_connect(server, project, checks):
    server.sql("SET GLOBAL init_connect = 'USE ai_pipeline_db';")
    output, _ = plain(server, "SELECT DATABASE()")
    checks.that("ai_pipeline_db" in output, "control: init_connect gives a default database", output)
    for arguments in (["check"], ["run", "all"], ["preview", "all", "--tenant", TENANT]):
        code, output = project.run(*arguments)
        checks.that(code == 4, "%s: exit code 4" % arguments, (code, output))
        checks.that("default database" in output and "init_connect" in output, "it says why", output)
    checks.that(not os.path.exists(project.out), "nothing was published")
    server.sql("SET GLOBAL init_connect = 'SET @x = 1';")
    code, output = project.run("check")
    checks.that(code == 0, "another init_connect does no harm", (code, output))
    server.sql("SET GLOBAL init_connect = '';")
    code, output = project.run("run", "all")
    checks.that(code == 0 and os.path.isdir(project.out), "control: without it, it runs", (code, output))


def main():
    checks = iso.Checks()
    server = iso.Server()
    project = iso.Project(server)
    project.job("all", "SELECT id, title FROM videos")
    project.run("init")
    normal = rows_of(project)
    bad = [(q, n) for q, n in zip(QUERIES, normal) if n[0] != "ok"]
    checks.that(not bad, "each query runs on the untouched server", bad)
    init_connect(server, project, checks)
    unaffected(server, project, checks, normal)
    checks.that(rows_of(project) == normal, "the untouched server is back")
    checks.finish()


main()
