#!/usr/bin/python3
# Goal: what must not be reported is refused with a sentence that says why, and the guide's OR is harmless.
# databases: mariadb mysql
"""Hidden columns, tables without a scope, views, other schemas, information_schema: on an account that may
read all of the schema. Each refusal names file and line and the reason. The control shows that the
account itself can read what is refused."""

import csv
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import isolation as iso

TENANT = "3"
# What an author writes, and a part of what must be said.
REFUSED = {
    "hidden": ("SELECT id, api_key FROM tenants", "hidden"),
    "hidden-alias": ("SELECT t.api_key AS name FROM tenants t", "hidden"),
    "hidden-where": ("SELECT id FROM tenants WHERE api_key LIKE 'k%'", "hidden"),
    "hidden-order": ("SELECT id FROM tenants ORDER BY api_key", "hidden"),
    "hidden-case": ("SELECT id, API_KEY FROM tenants", "hidden"),
    "hidden-subquery": ("SELECT (SELECT MAX(api_key) FROM tenants) AS k FROM videos", "hidden"),
    "no-scope": ("SELECT * FROM secrets", "has no scope"),
    "view": ("SELECT * FROM all_videos", "has no scope"),
    "schema": ("SELECT * FROM ai_pipeline_db.videos", "can't be named with its database"),
    "other-schema": ("SELECT * FROM other_db.secrets", "can't be named with its database"),
    "wildcard-schema": ("SELECT * FROM aiXpipelineXdb.secret", "can't be named with its database"),
    "information-schema": ("SELECT table_name FROM information_schema.tables", "can't be named with its database"),
    "mysql": ("SELECT user FROM mysql.user", "can't be named with its database"),
    "second-statement": ("SELECT id FROM videos; SELECT id FROM videos", ";"),
    "write": ("DELETE FROM videos", "SELECT"),
    "sleep": ("SELECT SLEEP(10)", "SLEEP"),
    "lock": ("SELECT id FROM videos FOR UPDATE", "can't change or lock rows"),
    "file": ("SELECT id FROM videos INTO OUTFILE '/tmp/x'", "INTO"),
}
FAILURES = ("SELECT id, title, sync_status, error_message FROM videos\n"
            "WHERE sync_status = 'failed' OR error_message IS NOT NULL ORDER BY id")


def refused(checks, project):
    for name, (sql, reason) in REFUSED.items():
        project.job(name, sql)
        for arguments in (["preview", name, "--tenant", TENANT], ["run", name]):
            code, output = project.run(*arguments)
            checks.that(code in (1, 3, 4, 8), "%s: %s fails" % (name, arguments[0]), (code, output))
            plain = output.replace('\\"', '"')
            checks.that(reason in plain, "%s: %s says why" % (name, arguments[0]), output)
            checks.that("jobs/%s.yaml:" % name in plain, "%s: %s says where" % (name, arguments[0]), output)
        os.remove(os.path.join(project.directory, "jobs", name + ".yaml"))
    checks.that(not os.path.exists(project.out), "nothing was published")


def checked(checks, project):
    """`check` says all of it at once, with its place."""
    for name, (sql, _) in REFUSED.items():
        project.job(name, sql)
    code, output = project.run("check")
    checks.that(code != 0, "check fails", output)
    for name, (_, reason) in REFUSED.items():
        lines = [l for l in output.split("\n") if "jobs/%s.yaml:" % name in l or '"%s"' % name in l]
        checks.that(lines, "check names %s" % name, output)
        text = output[output.find(lines[0]):] if lines else ""
        checks.that(reason in text, "check says why %s" % name, text[:400])
        os.remove(os.path.join(project.directory, "jobs", name + ".yaml"))


def star(checks, server, project):
    project.job("star", "SELECT * FROM tenants")
    code, output = project.run("preview", "star", "--tenant", TENANT)
    key = server.sql("SELECT api_key FROM ai_pipeline_db.tenants WHERE id = %s;" % TENANT).strip()
    checks.that(code == 0 and "api_key" not in output, "SELECT * has no hidden column", output)
    checks.that(key and key not in output, "SELECT * does not show its value")
    checks.that(key in server.client("SELECT api_key FROM ai_pipeline_db.tenants;", iso.ACCOUNT,
                                     iso.PASSWORD)[0], "control: the account itself can read it")


def views(checks, server):
    project = iso.Project(server, "views", scope=iso.DEMO_SCOPE + "  all_videos: {tenant: tenant_id}\n")
    project.job("v", "SELECT id FROM all_videos")
    code, output = project.run("check")
    checks.that(code == 3 and "is a view" in output, "a view in the scope is refused", (code, output))
    checks.that("pressrun.yaml:" in output, "it says where", output)


def guide(checks, server, project):
    project.job("guide", FAILURES)
    code, output = project.run("run", "guide", "--tenant", TENANT)
    checks.that(code == 0, "the guide's query runs", output)
    rows = []
    for base, _, files in os.walk(os.path.join(project.out, TENANT)):
        for name in files:
            if name.endswith(".csv"):
                with open(os.path.join(base, name), encoding="utf-8-sig", newline="") as f:
                    rows += [int(row[0]) for row in list(csv.reader(f))[1:]]
    condition = "(sync_status = 'failed' OR error_message IS NOT NULL)"
    own = server.sql("SELECT id FROM ai_pipeline_db.videos WHERE tenant_id = %s AND %s ORDER BY id;" % (
        TENANT, condition)).split()
    naive = server.sql("SELECT COUNT(*) FROM ai_pipeline_db.videos WHERE tenant_id = %s AND "
                       "sync_status = 'failed' OR error_message IS NOT NULL;" % TENANT).strip()
    checks.that(rows == [int(i) for i in own] and rows, "it gives the tenant's rows", (len(rows), len(own)))
    checks.that(int(naive) > len(own), "control: a filter put in front would leak", (naive, len(own)))


def main():
    checks = iso.Checks()
    server = iso.Server(videos=1500)
    server.sql("CREATE TABLE ai_pipeline_db.secrets (id INT);\n"
               "CREATE VIEW ai_pipeline_db.all_videos AS SELECT * FROM ai_pipeline_db.videos;\n")
    project = iso.Project(server)
    project.run("init")
    refused(checks, project)
    checked(checks, project)
    star(checks, server, project)
    views(checks, server)
    guide(checks, server, project)
    checks.finish()


main()
