#!/usr/bin/python3
# Goal: a destination that is wrong for a while loses nothing, and says so in each exit code until it is well.
"""A file in the place of the directory, a destination that is renamed in the configuration, a pipe and a link
under a report's name. What could not be delivered is delivered afterwards; until then `run` and `deliver`
end with 1, although they had nothing to do themselves."""

import os
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import isolation as iso

TENANT = "9"


def due_now(project):
    """Makes waiting deliveries due, instead of waiting 30 seconds."""
    with sqlite3.connect(os.path.join(project.directory, "state", "ledger.db")) as ledger:
        return ledger.execute("UPDATE deliveries SET next_at = 0 WHERE state = 'pending'").rowcount


def files(project):
    return sorted(n for _, _, names in os.walk(os.path.join(project.out, TENANT)) for n in names)


def new_project(server, name):
    project = iso.Project(server, name)
    project.job("job", "SELECT id, title FROM videos")
    project.run("init")
    return project


def well_again(checks, project, what):
    checks.that(due_now(project) == 2, "%s: both files wait" % what)
    code, output = project.run("deliver")
    checks.that(code == 0 and files(project) == ["job.rows.csv", "manifest.json"],
                "%s: they arrive when it is well" % what, (code, output, files(project)))
    code, output = project.run("run", "job", "--tenant", TENANT)
    checks.that(code == 0, "%s: then all is done" % what, (code, output))


def in_the_way(checks, server):
    project = new_project(server, "way")
    with open(project.out, "w", encoding="utf-8"):
        pass
    code, output = project.run("run", "job", "--tenant", TENANT)
    checks.that(code == 1, "nothing can be delivered", (code, output))
    for command in (["deliver"], ["run", "job", "--tenant", TENANT]):
        code, output = project.run(*command)
        checks.that(code == 1 and "not delivered yet" in output, "%s does not call it done" % command[0],
                    (code, output))
    os.remove(project.out)
    well_again(checks, project, "in the way")


def renamed(checks, server):
    project = new_project(server, "renamed")
    with open(project.out, "w", encoding="utf-8"):
        pass
    project.run("run", "job", "--tenant", TENANT)
    os.remove(project.out)
    with open(project.config, encoding="utf-8") as f:
        right = f.read()
    project.write("pressrun.yaml", right.replace("  reports:", "  elsewhere:"))
    due_now(project)
    project.job("job", "SELECT id, title FROM videos\n")
    code, output = project.run("deliver")
    checks.that(code == 1 and not files(project), "a renamed destination gets nothing", (code, output))
    project.write("pressrun.yaml", right)
    well_again(checks, project, "renamed")


def not_a_file(checks, server):
    project = new_project(server, "pipe")
    code, output = project.run("run", "job", "--tenant", TENANT)
    checks.that(code == 0, "control: it is delivered", (code, output))
    base = os.path.join(project.out, TENANT, "job", os.listdir(os.path.join(project.out, TENANT, "job"))[0])
    path = os.path.join(base, "job.rows.csv")
    outside = os.path.join(project.directory, "outside")
    for what in ("pipe", "link"):
        os.remove(path)
        if what == "pipe":
            os.mkfifo(path)
        else:
            with open(outside, "w", encoding="utf-8") as f:
                f.write("mine")
            os.symlink(outside, path)
        try:
            done = subprocess.run([iso.PRESSRUN, "--config", project.config, "run", "job", "--tenant", TENANT,
                                   "--again"], env=project.environment, timeout=60, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, check=False)
            checks.that(done.returncode == 0, "a %s does not stop it" % what, done.stdout)
        except subprocess.TimeoutExpired:
            checks.that(False, "a %s hangs it" % what)
        checks.that(os.path.isfile(path) and not os.path.islink(path), "the %s is replaced by the file" % what)
    with open(outside, encoding="utf-8") as f:
        checks.that(f.read() == "mine", "what the link led to is as it was")


def damaged(checks, server):
    """What an earlier process rendered and had no time to send is read again before it is delivered: nobody
    knows what became of it."""
    project = new_project(server, "damaged")
    with open(project.out, "w", encoding="utf-8"):
        pass
    project.run("run", "job", "--tenant", TENANT)
    os.remove(project.out)
    with sqlite3.connect(os.path.join(project.directory, "state", "ledger.db")) as ledger:
        ledger.execute("UPDATE deliveries SET attempts = 0, next_at = 0")
    with open(os.path.join(project.directory, "state", "spool", "1", "job.rows.csv"), "r+b") as f:
        f.write(b"#")
    code, output = project.run("run", "job", "--tenant", "10")
    checks.that(os.path.isdir(os.path.join(project.out, "10")), "control: the new report is delivered", output)
    checks.that(code == 1 and "is not the file that was rendered" in output and "job.rows.csv" not in files(project),
                "an older one whose file was damaged meanwhile is not", (code, output, files(project)))


def main():
    checks = iso.Checks()
    server = iso.Server(videos=300)
    in_the_way(checks, server)
    renamed(checks, server)
    not_a_file(checks, server)
    damaged(checks, server)
    checks.finish()


main()
