#!/usr/bin/python3
# Goal: one report that breaks isolation stops the whole job, also what other workers hold; a typo does not.
# databases: mariadb mysql
"""Rows of the smallest tenant claim to be another's while the largest tenant's report is still being made by
another worker: it must not go out. With a guard, a misspelled column is a mistake in the query and no
breach: what waits for delivery still waits afterwards."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import isolation as iso

LARGE, SMALL = "1", "9"
ROWS = "SELECT %s AS tenant_id, a.id FROM videos a JOIN videos b"
HONEST, LYING = ROWS % "a.tenant_id", ROWS % ("IF(a.tenant_id = %s, %s, a.tenant_id)" % (SMALL, LARGE))


def delivered(project, tenant, job):
    return os.path.isdir(os.path.join(project.out, tenant, job))


def other_workers(checks, server):
    project = iso.Project(server, "workers", timeout="60s")
    project.job("pairs", HONEST)
    project.run("init")
    code, output = project.run("run", "pairs", "-j", "9")
    checks.that(code == 0 and delivered(project, LARGE, "pairs"), "control: honest rows go out", output)
    project.job("lies", LYING)
    code, output = project.run("run", "lies", "-j", "9")
    checks.that(code == 4, "the breach is exit code 4", (code, output))
    checks.that(not delivered(project, SMALL, "lies"), "the report that broke it is not published")
    checks.that(not delivered(project, LARGE, "lies"), "nor one that another worker had in hand")
    checks.that("broke isolation" in output, "it says why that one was stopped", output)
    code, output = project.run("deliver")
    checks.that(not delivered(project, LARGE, "lies"), "nothing of the job waits to go out", output)


def typo(checks, server):
    server.make_powerless("role_reader", "nobody", "role-password")
    project = iso.Project(server, "typo", user="role_reader", password="role-password")
    project.job("job", "SELECT id, title FROM videos")
    project.run("init")
    with open(project.out, "w", encoding="utf-8"):
        pass  # a file in the place of the directory: deliveries wait
    code, output = project.run("run", "job", "--tenant", SMALL)
    checks.that(code == 1, "its files wait", (code, output))
    project.job("job", "SELECT id, titel FROM videos")
    code, output = project.run("run", "job", "--tenant", SMALL, "--again")
    checks.that(code == 8 and "titel" in output, "a typo under the guard is no breach", (code, output))
    project.job("job", "SELECT id FROM secrets_of_others")
    code, output = project.run("run", "job", "--tenant", SMALL, "--again")
    checks.that(code in (3, 4), "control: what reaches past the scope is not taken for a typo", (code, output))
    os.remove(project.out)
    code, output = project.run("status", "--json")
    checks.that('"dead": 2' not in output, "the typo gave nothing up", output)


def main():
    checks = iso.Checks()
    server = iso.Server(videos=1500)
    other_workers(checks, server)
    typo(checks, server)
    checks.finish()


main()
