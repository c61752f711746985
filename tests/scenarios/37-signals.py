#!/usr/bin/python3
# Goal: a signal ends a run within two seconds: recorded, nothing half, no process left, and it can go on.
"""pressrun is in the middle of the rows, in the middle of a query, or about to connect when it is told to
stop. What is killed with -9 can't record anything, but its workers end with it."""

import os
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import faults

ROWS = {"rows": "SELECT v.id, v.title, o.id AS other FROM videos v JOIN (SELECT id FROM videos ORDER BY id"
                " LIMIT 3) o ORDER BY v.id, o.id"}
SLOW = {"rows": "SELECT COUNT(*) AS n FROM videos a JOIN videos b JOIN videos c"
                " ON CONCAT(a.title, b.title) < CONCAT(c.title, a.slug)"}
GRACE = 2.0

checks = faults.Checks()


class Stopped:
    """A run that has come to a known point, with its workers."""

    def __init__(self, name, server, job=None, fault=None, workers=1):
        faults_at = {n: fault() if fault else faults.Fault() for n in range(2, 2 + workers)}
        self.proxy = faults.Proxy(server.socket, lambda n: faults_at.get(n, faults.Fault()))
        self.p = faults.Project(name.replace(" ", "-"), self.proxy.where(), tenants=(2, 8, 9), workers=workers).init()
        self.p.job("job", job or ROWS, formats="xlsx, csv, json")
        self.name, self.workers, self.faults = name, workers, faults_at
        self.process = self.p.start("run", "job", "--period", faults.PERIOD, "-j", str(workers),
                                    start_new_session=True)
        faults.wait_until(lambda: len(self.proxy.links) == 1 + workers, "the workers connect")
        self.children = faults.children(self.process.pid)
        checks.that(len(self.children) == workers, "%s: it has its workers" % name, self.children)

    def wait_for_rows(self):
        for fault in self.faults.values():
            fault.struck.wait(60)
        return self

    def send(self, number, group=False):
        started = time.monotonic()
        (os.killpg if group else os.kill)(self.process.pid, number)
        output, _ = self.process.communicate(timeout=60)
        took = time.monotonic() - started
        self.that(took < GRACE, "it ends within two seconds", took)
        faults.wait_until(lambda: not any(faults.is_alive(c) for c in self.children), "no worker is left", GRACE)
        return self.process.returncode, output

    def that(self, truth, sentence, detail=""):
        checks.that(truth, "%s: %s" % (self.name, sentence), detail)

    def judge(self, code, output):
        self.that(code == 1 and "stopped by a signal" in output, "exit code 1", (code, output))
        errors = self.p.errors()
        self.that(len(errors) == self.workers and all("told to stop" in e[2] and e[4] == 1 for e in errors),
                  "the runs are recorded as stopped, to be tried again", errors)
        self.nothing_half()

    def nothing_half(self):
        self.that(not self.p.published() and not self.p.leftovers(), "nothing is published", self.p.published())

    def run_again(self, states):
        for fault in self.faults.values():
            fault.resume.set()
            fault.release.set()
        self.p.job("job", ROWS, formats="xlsx, csv, json")
        self.p.wait_for_lock()
        code, output = self.p.run_job("job")
        files = self.p.published()
        self.that(code == 0 and len(files) == 12 and not faults.wrong_with(files), "the next run does it all", output)
        self.that(not self.p.spool() and not self.p.leftovers(), "and nothing is left", self.p.spool())
        got = dict(self.p.rows("SELECT state, COUNT(*) FROM runs GROUP BY state"))
        self.that(got == {"rendered": 3, **states}, "the ledger tells both", got)
        self.proxy.close()


def in_the_rows():
    return faults.Fault("pause", 30000)


def before_connecting():
    return faults.Fault(hold=True)


def main():
    server = faults.server()
    for number in (signal.SIGTERM, signal.SIGINT):
        s = Stopped("in the rows %s" % number.name, server, fault=in_the_rows).wait_for_rows()
        s.judge(*s.send(number))
        s.run_again({"failed": 1})
        s = Stopped("before connecting %s" % number.name, server, fault=before_connecting)
        s.judge(*s.send(number))
        s.run_again({"failed": 1})
    s = Stopped("in a query", server, job=SLOW)
    faults.wait_until(lambda: server.sql(
        "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE '%CONCAT(a.title%' AND"
        " user = 'ai_pipeline_readonly' AND command = 'Execute'").strip() != "0", "the query runs")
    s.judge(*s.send(signal.SIGTERM))
    s.run_again({"failed": 1})
    # Ctrl-C on a terminal goes to all of them.
    s = Stopped("from a terminal", server, fault=in_the_rows, workers=2).wait_for_rows()
    s.judge(*s.send(signal.SIGINT, group=True))
    s.run_again({"failed": 2})
    for number in (signal.SIGKILL, signal.SIGHUP):
        s = Stopped("killed by %s" % number.name, server, fault=in_the_rows, workers=2).wait_for_rows()
        code, output = s.send(number)
        s.that(code == -number, "it is dead", (code, output))
        s.nothing_half()
        s.run_again({"interrupted": 2})
    # The control: undisturbed, all is there, so what was missing above was missing for the signal.
    s = Stopped("undisturbed", server)
    output, _ = s.process.communicate(timeout=60)
    s.that(s.process.returncode == 0 and len(s.p.published()) == 12, "control: it succeeds", output)
    checks.finish()


main()
