#!/usr/bin/python3
# Goal: hundreds of small reports share their waits for the disk, and still each is whole, there once, and nobody else's.
"""A schema of its own with 600 tenants of a few rows each, two workers with tasks in stock. The run goes undisturbed,
is told to stop, loses a worker, and is killed, at moments when some of the files are there: what is not begun leaves
no trace, a lost worker costs its one run, and the next run makes up for everything."""

import os
import random
import re
import signal
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import faults
import scenario

TENANTS = 600
PERIOD = "2026-11-23"
SCHEMA, PASSWORD = "many_tenants", "many-small-reports"
# Where many runs are needed and no sanitizer is wanted.
PROGRAM = os.environ.get("PRESSRUN_RELEASE") or scenario.PRESSRUN

checks = scenario.Checks()


def expected():
    """The file of each tenant, by an independent way from the tables."""
    lines = {str(t): ["id,note"] for t in range(1, TENANTS + 1)}
    for item, tenant, note in scenario.text_rows(["id", "tenant_id", "note"],
                                                 "FROM %s.items ORDER BY tenant_id, id" % SCHEMA):
        lines[tenant].append("%s,%s" % (item, note))
    return {"%s/all/%s/all.items.csv" % (t, PERIOD): "\ufeff" + "".join(l + "\r\n" for l in text)
            for t, text in lines.items()}


class Many:
    def __init__(self, name):
        self.name, self.directory = name, os.path.join(scenario.DIRECTORY, name)
        os.makedirs(os.path.join(self.directory, "jobs"))
        self.write("pressrun.yaml", """\
database:
  socket: %s
  schema: %s
  user: %s
  password: {env: MANY_PASSWORD}
timezone: UTC
tenants:
  query: SELECT id, name FROM tenants ORDER BY id
scope:
  tenants: {tenant: id}
  items: {tenant: tenant_id}
destinations:
  reports: {kind: directory, path: out}
""" % (scenario.SOCKET, SCHEMA, SCHEMA))
        self.write("jobs/all.yaml", """\
job: all
title: All
results:
  items:
    sql: SELECT id, note FROM items ORDER BY id
formats: [csv]
deliver: [reports]
""")
        self.out = os.path.join(self.directory, "out")
        self.state = os.path.join(self.directory, "state")
        self.environment = dict(os.environ, MANY_PASSWORD=PASSWORD)
        self.that(self.run("init")[0] == 0, "init")

    def write(self, name, text):
        with open(os.path.join(self.directory, name), "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(f.name, 0o644)

    def that(self, truth, sentence, detail=""):
        return checks.that(truth, "%s: %s" % (self.name, sentence), detail)

    def start(self, *arguments, prefix=()):
        return subprocess.Popen([*prefix, PROGRAM, *arguments], cwd=self.directory, env=self.environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def start_run(self, *more, prefix=()):
        return self.start("--log-level", "warning", "run", "all", "--period", PERIOD, "-j", "2", *more, prefix=prefix)

    def run(self, *arguments, prefix=()):
        process = self.start(*arguments, prefix=prefix)
        output, _ = process.communicate(timeout=240)
        return process.returncode, output

    def run_all(self, *more):
        process = self.start_run(*more)
        output, _ = process.communicate(timeout=240)
        return process.returncode, output

    def rows(self, query):
        with sqlite3.connect("file:%s/ledger.db?mode=ro" % self.state, uri=True) as ledger:
            return ledger.execute(query).fetchall()

    def published(self):
        return faults.read_tree(self.out, False)

    def wrong(self, reference):
        """The files that are not what they must be, or must not be there."""
        files = {n: d for n, d in self.published().items() if not n.endswith("manifest.json")}
        return [n for n in files.keys() | reference.keys()
                if files.get(n, b"").decode("utf-8", "replace") != reference.get(n)]

    def judge(self, reference, revision=1):
        """Everything is there: each file as it must be, each task done once, nothing left over."""
        wrong = self.wrong(reference)
        self.that(not wrong, "each tenant has its own rows and no others", wrong)
        runs = self.rows("SELECT t.tenant, COUNT(*) FROM runs r JOIN tasks t ON t.id = r.task"
                         " WHERE r.state = 'rendered' AND t.revision = %d GROUP BY 1" % revision)
        self.that(len(runs) == TENANTS and all(n == 1 for _, n in runs), "each task is rendered once", runs[:9])
        keys = self.rows("SELECT d.key, COUNT(*) FROM deliveries d JOIN runs r ON r.id = d.run JOIN tasks t ON t.id = r.task"
                         " WHERE d.state = 'delivered' AND t.revision = %d GROUP BY 1" % revision)
        self.that(len(keys) == 2 * TENANTS and all(n == 1 for _, n in keys), "each file is delivered once", keys[:9])
        self.that(not os.listdir(os.path.join(self.state, "spool")), "the spool is empty")
        hidden = [n for n in faults.read_tree(self.out, True) if os.path.basename(n).startswith(".")]
        self.that(not hidden, "nothing else is left", hidden)
        self.that(self.rows("PRAGMA integrity_check") == [("ok",)], "the ledger is sound")


def undisturbed(reference):
    many = Many("undisturbed")
    log = os.path.join(many.directory, "calls")
    code, output = many.run("run", "all", "--period", PERIOD, "-j", "2", "-q", prefix=(
        "strace", "-f", "-c", "-e", "trace=syncfs,fsync,fdatasync", "-o", log))
    many.that(code == 0, "the run succeeds", output)
    many.judge(reference)
    with open(log, encoding="utf-8") as f:
        counts = {name: int(n) for n, name in re.findall(r"(\d+) +(\w*sync\w*)$", f.read(), re.M)}
    many.that(0 < counts.get("syncfs", 0) < TENANTS and sum(counts.values()) < 3 * TENANTS,
              "the disk is waited for by many reports together", counts)
    # Controls: what judge() must notice.
    name, other = list(reference)[:2]
    path, text = os.path.join(many.out, name), reference[name]
    for what, damage in (("a row that is missing", text[:text.rindex("\n", 0, -1) + 1]),
                         ("a row of another tenant", text + reference[other].splitlines()[-1] + "\r\n")):
        with open(path, "w", encoding="utf-8", newline="") as f:
            f.write(damage)
        many.that(many.wrong(reference) == [name], "control: %s is noticed" % what)


def told_to_stop(reference):
    many = Many("told-to-stop")
    for revision, more in ((1, ()), (2, ("--again",))):
        process = many.start_run(*more)
        before = many.rows("SELECT MAX(id) FROM runs")[0][0] or 0
        faults.wait_until(lambda: process.poll() is not None or many.rows(
            "SELECT COUNT(*) FROM runs WHERE state = 'rendered' AND id > %d" % before)[0][0] >= 40, "reports are made", 60)
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=60)
        states = dict(many.rows("SELECT state, COUNT(*) FROM runs WHERE id > %d GROUP BY 1" % before))
        many.that(process.returncode == 1 and "stopped by a signal" in output, "exit code 1", output)
        many.that(40 <= states.get("rendered", 0) < TENANTS and set(states) <= {"rendered", "failed"},
                  "what was done is recorded", states)
        many.that(1 <= states.get("failed", 0) <= 2, "what the two workers had in hand can be tried again", states)
        tasks = many.rows("SELECT COUNT(*) FROM tasks WHERE revision = %d" % revision)[0][0]
        many.that(tasks == sum(states.values()), "what nobody began leaves no trace", (tasks, states))
        # Without --again: of the second revision, only what was begun is made.
        code, output = many.run_all()
        many.that(code == 0, "the next run succeeds", output)
        if revision == 1:
            many.judge(reference)
        else:
            done = many.rows("SELECT COUNT(*), SUM(r.state = 'rendered') FROM tasks t JOIN runs r ON r.task = t.id AND"
                             " r.state = 'rendered' WHERE t.revision = 2")[0]
            many.that(done == (tasks, tasks), "and makes what was begun", (done, tasks))


class LockedTable:
    """While it is locked, workers wait in their queries, with tasks in stock."""

    def __enter__(self):
        self.client = subprocess.Popen(
            ["mariadb", "--no-defaults", "--batch", "--unbuffered", "-S", scenario.SOCKET, "-u", "root", SCHEMA],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.client.stdin.write("LOCK TABLES items WRITE; SELECT 'locked';\n")
        self.client.stdin.flush()
        while self.client.stdout.readline().strip() != "locked":
            pass
        return self

    def __exit__(self, *_):
        self.client.communicate("UNLOCK TABLES;\n")


def waiting():
    return int(scenario.sql("SELECT COUNT(*) FROM information_schema.processlist WHERE user = '%s'"
                            " AND state LIKE 'Waiting for table%%'" % SCHEMA))


def lose_worker(many):
    """A run one of whose workers is killed in a query; None when it was over too soon."""
    process = many.start_run()
    faults.wait_until(lambda: many.rows("SELECT 1 FROM runs WHERE state = 'rendered'") or process.poll() is not None,
                      "a report is made", 60)
    with LockedTable():
        try:
            # Less than the ten seconds that pressrun waits for a lock.
            faults.wait_until(lambda: waiting() == 2, "both workers wait", 5)
        except TimeoutError:
            process.kill()
            process.communicate()
            return None
        os.kill(faults.children(process.pid)[0], signal.SIGKILL)
        faults.wait_until(lambda: many.rows("SELECT 1 FROM runs WHERE state = 'failed'"), "the parent notices", 60)
    output, _ = process.communicate(timeout=240)
    # On a machine that is very busy the lock may have lasted too long.
    return None if "Lock wait timeout" in output else (process.returncode, output)


def lost_worker(reference):
    for attempt in range(5):
        many = Many("lost-worker-%d" % attempt)
        done = lose_worker(many)
        if done:
            break
    if not many.that(done, "control: a worker was killed in a query"):
        return
    code, output = done
    states = dict(many.rows("SELECT state, COUNT(*) FROM runs GROUP BY 1"))
    many.that(code == 1 and output.count("run.failed") == 1 and "signal 9 (Killed)" in output,
              "it is told, with the signal", output)
    many.that(states == {"rendered": TENANTS - 1, "failed": 1}, "it costs one run; what it had in stock is done", states)
    code, output = many.run_all()
    many.that(code == 0, "the next run succeeds", output)
    many.judge(reference)


def killed(reference):
    many = Many("killed")
    dice = random.Random(20261123)
    kills = 0
    for _ in range(12):
        process = many.start_run()
        seconds = dice.uniform(0.01, 0.4)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            kills += 1
        process.communicate(timeout=60)
        faults.wait_until(lambda: not faults.children(process.pid), "its workers end")
        torn = [n for n, d in many.published().items()
                if n in reference and d.decode("utf-8", "replace") != reference[n]]
        many.that(not torn, "what is published is whole", torn)
        if process.returncode == 0:
            break
    many.that(kills >= 2, "control: it was killed", kills)
    code, output = many.run_all()
    many.that(code == 0, "the next run succeeds", output)
    many.judge(reference)


def main():
    faults.need("strace")
    scenario.sql("""
DROP DATABASE IF EXISTS {0}; DROP USER IF EXISTS '{0}'@'%';
CREATE DATABASE {0} CHARACTER SET utf8mb4;
USE {0};
CREATE TABLE {0}.tenants (id INT PRIMARY KEY, name VARCHAR(40) NOT NULL);
CREATE TABLE {0}.items (id INT PRIMARY KEY, tenant_id INT NOT NULL, note VARCHAR(40) NOT NULL, KEY (tenant_id));
INSERT INTO {0}.tenants SELECT seq, CONCAT('Tenant ', seq) FROM seq_1_to_{1};
INSERT INTO {0}.items SELECT seq, 1 + seq * 7919 % {1}, CONCAT('note-', SHA1(seq)) FROM seq_1_to_{2};
CREATE USER '{0}'@'%' IDENTIFIED BY '{3}';
GRANT SELECT ON {0}.* TO '{0}'@'%';
""".format(SCHEMA, TENANTS, 5 * TENANTS, PASSWORD))
    try:
        reference = expected()
        undisturbed(reference)
        told_to_stop(reference)
        lost_worker(reference)
        killed(reference)
    finally:
        scenario.sql("DROP DATABASE {0}; DROP USER '{0}'@'%'".format(SCHEMA))
    checks.finish()


main()
