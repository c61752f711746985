#!/usr/bin/python3
# Goal: the same data and the same run give the same bytes, wherever and whenever.
"""The first attempt of each task fails on a wrong query, which fixes its time. The directory, its ledger
included, is then copied, so that both copies make the second attempt at the same task. One does so at
once, the other later, in another time zone, language and directory, with more workers and another
umask: all files must be equal. A new revision has another time, and that must show."""

import hashlib
import os
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import scenario
from scenario import DIRECTORY, PERIOD, PRESSRUN, Checks, Project

JOBS = ("failures", "packed", "processing-report", "tenant-dashboard")


def fail_once(checks, project):
    """The tasks exist and have their time; no report does."""
    for job in JOBS:
        project.write("jobs/%s.yaml" % job, scenario.job(job, "SELECT no_such_column FROM videos"))
        done = project.run("run", job, "--period", PERIOD)
        checks.that(done.code != 0 and "no_such_column" in done.err, "the first attempt at %s fails" % job, done)
    checks.that(not os.path.exists(project.out), "nothing was delivered")
    project.take_jobs()
    project.write("jobs/packed.yaml", scenario.job(
        "packed", "SELECT id, title, run_time / 7 AS x FROM videos ORDER BY id",
        "[{csv: {compress: gzip, decimal_sign: ','}}, {json: {compress: zstd}}, {json-rows: {compress: gzip}}]"))


def make_locale():
    """A German locale of our own, where the system has the sources to make one."""
    place = os.path.join(DIRECTORY, "locales")
    os.makedirs(place)
    try:
        subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8", os.path.join(place, "de_DE.UTF-8")],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    except FileNotFoundError:
        pass
    made = os.path.isdir(os.path.join(place, "de_DE.UTF-8"))
    print("a German locale is %s" % ("in use" if made else "named, but this system has none"))
    return place


def hashes(directory):
    found = {}
    for base, _, names in os.walk(directory):
        for name in names:
            path = os.path.join(base, name)
            with open(path, "rb") as f:
                found[os.path.relpath(path, directory)] = hashlib.sha256(f.read()).hexdigest()
    return found


def until_a_later_second(since):
    """A ZIP file knows even seconds only: two of them later, a clock that leaks in must show."""
    while time.time() < since + 2.1:
        pass


def make_elsewhere(checks, copy):
    away = dict(os.environ, REPORT_PASSWORD="ReadOnlyPass2025", TZ="Pacific/Kiritimati", LANG="de_DE.UTF-8",
                LC_ALL="de_DE.UTF-8", LC_NUMERIC="de_DE.UTF-8", LOCPATH=make_locale(), COLUMNS="40",
                TMPDIR=os.path.join(DIRECTORY, "tmp"), HOME="/nonexistent",
                # glibc never frees the list that it makes of LOCPATH when a library asks for a locale.
                ASAN_OPTIONS="detect_leaks=0")
    os.makedirs(away["TMPDIR"])
    for job in JOBS:
        done = subprocess.run([PRESSRUN, "--config", os.path.join(copy, "pressrun.yaml"), "run", job,
                               "--period", PERIOD, "--jobs", "3"], cwd="/", env=away, umask=0o077,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        checks.equal(done.returncode, 0, "%s is made elsewhere" % job)


def main():
    checks = Checks()
    project = Project("here")
    fail_once(checks, project)
    copy = os.path.join(DIRECTORY, "there")
    shutil.copytree(project.directory, copy)
    for job in JOBS:
        checks.equal(project.run("run", job, "--period", PERIOD).code, 0, "%s is made" % job)
    until_a_later_second(time.time())
    make_elsewhere(checks, copy)
    here, there = hashes(project.out), hashes(os.path.join(copy, "out"))
    different = [n for n in here if here[n] != there.get(n)]
    checks.that(len(here) >= 100, "there are files of many tenants", len(here))
    checks.equal(sorted(here), sorted(there), "the same files")
    checks.that(not different, "the same bytes", different[:10])
    print("%d files, %d different" % (len(here), len(different)))
    project.run("run", "failures", "--period", PERIOD, "--tenant", "6", "--again")
    again = hashes(project.out)
    changed = sorted(os.path.basename(n) for n in here if again[n] != here[n])
    checks.equal(changed, ["failures.html", "failures.json", "failures.xlsx", "manifest.json"],
                 "control: another time is in the files that tell it, and the CSV is the same still")
    checks.finish()


main()
