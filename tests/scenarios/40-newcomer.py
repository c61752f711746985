#!/usr/bin/python3
# Goal: who does what README.md says, word by word, has a report a minute later.
"""The job, the commands and the GRANT are taken out of README.md itself; nothing is edited but where the
database is. The examples of the manual pages are tried as well, and every file that README.md points to
must be there."""

import json
import os
import re
import shlex
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import scenario
from newcomer import Newcomer, page
from scenario import ROOT, Checks


def readme():
    return page("README.md")


def example(name):
    """The example of a manual page, as people would copy it."""
    section = page("docs/" + name).split(".Sh EXAMPLES\n")[1]
    return re.search(r"^\.Bd -literal\n(.*?)^\.Ed", section, re.M | re.S).group(1)


def newcomer(name, password="ReadOnlyPass2025"):
    return Newcomer(name, FASTAPI_DB_HOST="127.0.0.1", FASTAPI_DB_PORT=os.environ["DB_PORT"], FASTAPI_DB_PASSWORD=password)


def first_job(checks):
    text = readme().split("## A first job in ten lines")[1].split("\n## ")[0]
    commands = [c.split("#")[0].strip() for c in re.findall(r"^    \$ (.*)$", text, re.M)]
    written = re.search(r"```yaml\n(.*?)```", text, re.S).group(1)
    checks.equal(commands[0], "pressrun init", "README begins with pressrun init")
    checks.equal(written.count("\n"), 10, "the first job has ten lines")
    me = newcomer("newcomer")
    done = me.shell(commands[0])
    checks.equal((done.code, done.err), (0, ""), "pressrun init")
    checks.equal(sorted(os.listdir(me.directory)), ["jobs", "pressrun.yaml", "state"], "what it made")
    checks.that(me.read("pressrun.yaml").count("#") > 15, "pressrun.yaml is explained")
    before = me.read("pressrun.yaml")
    checks.equal(me.shell("pressrun check").code, 0, "the examples that init wrote are well")
    checks.equal(me.shell("pressrun init").code, 0, "init may be run again")
    checks.equal(me.read("pressrun.yaml"), before, "and leaves what is there")
    hints = re.findall(r"^#   (pressrun [^\n]* --tenant ID)$", me.read("jobs/first-report.yaml"), re.M)
    checks.equal(len(hints), 2, "the first job says what can be tried")
    checks.equal(me.shell(hints[0].replace("ID", "1")).code, 0, "and it can")
    me.write("jobs/failures.yaml", written)
    results = {}
    for command in commands[1:]:
        results[command] = me.shell(command)
        checks.equal(results[command].code, 0, command)
    check, preview, run, status = results.values()
    checks.that(check.out.endswith("everything is well\n"), "check says so")
    checks.that(re.search(r"^ *id  title +error_message$", preview.out, re.M), "preview shows the columns")
    checks.that(re.search(r"9 rendered, 0 done before, 0 failed; 36 files, .*; 36 delivered", run.out), "run tells what it made")
    checks.equal(status.out.count(" rendered "), 9, "status lists nine runs")
    files = [os.path.join(base, n) for base, _, names in os.walk(os.path.join(me.directory, "out")) for n in names]
    checks.equal(sorted({n.rsplit(".")[-1] for n in files}), ["csv", "json", "xlsx"], "files of each format")
    report = [n for n in files if re.search("/7/failures/[^/]+/failures.json$", n)]
    with open(report[0], encoding="utf-8") as f:
        found = {r["id"] for r in json.load(f)["results"][0]["rows"]}
    expected = scenario.text_rows(["id"], "FROM ai_pipeline_db.videos WHERE tenant_id = 7 AND "
                                  "(sync_status = 'failed' OR error_message IS NOT NULL)")
    checks.equal(found, {int(i) for i, in expected}, "tenant 7 has its failures, and nobody else's")


def account(checks):
    """The account made by the statements in README.md is one that pressrun has nothing to say about."""
    statements = "\n".join(re.findall(r"^    ((?:CREATE USER|GRANT) .*;)$", readme(), re.M))
    checks.that("CREATE USER" in statements and "GRANT SELECT" in statements, "README has both", statements)
    name = "pressrun_newcomer"
    scenario.sql("DROP USER IF EXISTS '%s'@'%%'" % name)
    scenario.sql(statements.replace("ai_pipeline_readonly", name).replace("'...'", "'newcomer'"))
    me = newcomer("account", password="newcomer")
    me.shell("pressrun init")
    me.write("pressrun.yaml", me.read("pressrun.yaml").replace("user: ai_pipeline_readonly", "user: " + name))
    done = me.shell("pressrun check")
    checks.equal((done.code, "warning" in done.out), (0, False), "no warning about the account of README.md")
    scenario.sql("DROP USER '%s'@'%%'" % name)
    as_written = re.findall(r"#   (CREATE USER .*;|GRANT .*;)", me.read("pressrun.yaml"))
    checks.equal(as_written, statements.split("\n"), "the same stands in what init writes")


def manual_examples(checks):
    me = newcomer("manual")
    os.makedirs(os.path.join(me.directory, "jobs"))
    me.write("pressrun.yaml", example("pressrun.yaml.5").replace(
        "  schema:", "  port: %s\n  schema:" % os.environ["DB_PORT"]))
    me.write("jobs/failures.yaml", example("pressrun-job.5"))
    done = me.shell("pressrun check")
    checks.equal(done.code, 0, "the examples of pressrun.yaml(5) and pressrun-job(5) work")
    me.shell("pressrun init")
    commands = re.findall(r"^\.Dl \$ (.*)$", page("docs/pressrun.1"), re.M)
    checks.that(len(commands) >= 3, "pressrun(1) has examples", commands)
    for command in commands:
        checks.equal(me.shell(command).code, 0, "example of pressrun(1): %s" % command)


def links(checks):
    targets = re.findall(r"\]\(([^)#:]+)\)", readme())
    checks.that(len(targets) > 5, "README has links")
    for target in targets:
        checks.that(os.path.exists(os.path.join(ROOT, target)), "README.md points to %s, which is there" % target)
    for program in re.findall(r"^    ((?:jobs|tests)/[a-z/-]+)$", readme(), re.M):
        checks.that(os.access(os.path.join(ROOT, shlex.split(program)[0]), os.X_OK), "%s can be run" % program)


def main():
    checks = Checks()
    first_job(checks)
    account(checks)
    manual_examples(checks)
    links(checks)
    checks.finish()


main()
