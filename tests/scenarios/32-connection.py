#!/usr/bin/python3
# Goal: a connection that is lost anywhere, in any way, fails that tenant's run and nothing else.
"""A large report of tenant 1 is disturbed, those of tenants 8 and 9 are not. The run must fail for a
passing reason that is told, nothing of tenant 1 may be published, and the next run must succeed."""

import concurrent.futures
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import faults

# Tenant 1: every video many times; the others: few rows.
PAIRS = ("SELECT v.id, v.title, o.id AS other FROM videos v JOIN (SELECT id FROM videos ORDER BY id"
         " LIMIT %d) o ON v.tenant_id = 1 OR v.id = o.id ORDER BY v.id, o.id")
BIG = {"pairs": PAIRS % 60}
# Much more than what the buffers of the sockets on the way take in.
HUGE = {"pairs": PAIRS % 300}
# Slow before the first row, and slow from row to row; for tenant 1 only, who has the most videos.
SLOW_START = {"slow": "SELECT COUNT(*) AS n FROM videos a JOIN videos b ON a.tenant_id = 1 JOIN videos c"
                      " ON CONCAT(a.title, b.title) < CONCAT(c.title, a.slug)"}
SLOW_ROWS = {"slow": "SELECT id, SHA2(REPEAT(title, IF(tenant_id = 1, 60000, 1)), 512) AS digest FROM videos"}
TENANTS = 3
CUTS = (20, 400, 3000, 9000, 40000, 300000, 1000000, 2000000)

checks = faults.Checks()


class Trial:
    """A project of its own behind a proxy of its own, for one disturbed run and the next one."""

    def __init__(self, name, server, job, fault=None, timeout="30s", more="",
                 formats="csv, ndjson"):
        self.name, self.server = name, server
        self.fault = fault or faults.Fault()
        # The first connection asks for the tenants, the second is the worker's.
        self.proxy = faults.Proxy(server.port, lambda n: self.fault if n == 2 else faults.Fault())
        self.p = faults.Project(name.replace(" ", "-"), self.proxy.where(), tenants=(1, 8, 9),
                                timeout=timeout, program=faults.FAST).init()
        self.p.job("big", job, formats=formats, more=more)

    def that(self, truth, sentence, detail=""):
        return checks.that(truth, "%s: %s" % (self.name, sentence), detail)

    def start(self):
        return self.p.start("run", "big", "--period", faults.PERIOD)

    def judge(self, code, output, words, others=True):
        """`words`: of each tuple, one must be in the message or the hint."""
        if not self.that(code == (1 if others else 8), "exit code", (code, output)):
            return
        error = self.p.errors()[0]
        self.that(error[0] == "1" and error[1] == "database" and error[4] == 1,
                  "the reason is the database, and passing", error)
        for choices in words:
            self.that(any(w in error[2] + error[3] for w in choices), "the reason tells %s" % (choices,), error)
        files = self.p.published()
        self.that(not any(n.startswith("1/") for n in files) and not faults.wrong_with(files),
                  "nothing of tenant 1 is published", sorted(files))
        if others:
            self.that({n.split("/")[0] for n in files} == {"8", "9"} and "2 rendered" in output,
                      "the other tenants' reports are there", output)
        self.that(not self.p.spool() and not self.p.leftovers(), "nothing is left", self.p.spool())

    def run_again(self, reference):
        self.p.job("big", BIG, formats="csv, ndjson")
        code, output = self.p.run_job("big")
        files = self.p.published()
        csv = {n: len(d) for n, d in files.items() if n.endswith(".csv")}
        self.that(code == 0 and csv == reference and not faults.wrong_with(files), "the next run succeeds",
                  (output, csv))
        self.proxy.close()


LOST = ("Lost connection", "gone away", "2013", "2006")


def cut(server, reference, kind, after):
    fault = faults.Fault(kind, after)
    trial = Trial("%s at %d" % (kind, after), server, BIG, fault)
    code, output = finish(trial.start())
    trial.that(fault.struck.is_set(), "the connection was broken", fault.passed)
    words = [LOST] + ([("after ",)] if after >= 40000 else [])
    trial.judge(code, output, words)
    trial.run_again(reference)


def finish(process):
    output, _ = process.communicate(timeout=120)
    return process.returncode, output


def undisturbed(server):
    trial = Trial("undisturbed", server, BIG, formats="csv, ndjson, xlsx")
    code, output = finish(trial.start())
    files = trial.p.published()
    trial.that(code == 0 and len(files) == 4 * TENANTS and not faults.wrong_with(files), "succeeds", output)
    expected = int(server.sql("SELECT 60 * COUNT(*) FROM ai_pipeline_db.videos WHERE tenant_id = 1"))
    rows = dict(trial.p.rows("SELECT t.tenant, r.rows FROM runs r JOIN tasks t ON t.id = r.task"))
    trial.that(rows["1"] == expected > 50000, "control: it gives all rows", (rows, expected))
    trial.that(trial.fault.passed > max(CUTS), "control: the faults are inside the stream", trial.fault.passed)
    return {n: len(d) for n, d in files.items() if n.endswith(".csv")}


def held_in_the_middle(server, name):
    """A run whose server waits in the middle of the rows until the proxy goes on."""
    trial = Trial(name, server, HUGE, faults.Fault("pause", 1000000))
    process = trial.start()
    trial.fault.struck.wait(60)

    def is_blocked():
        ids = server.sql("SELECT id FROM information_schema.processlist WHERE user = 'ai_pipeline_readonly'"
                         " AND state = 'Writing to net'").split()
        return ids if len(ids) == 1 else None

    return trial, process, faults.wait_until(is_blocked, "the server waits for its reader")[0]


def killed_by_root(server, reference):
    for what, words in (("CONNECTION", LOST + ("1927", "killed")), ("QUERY", ("1317", "interrupted"))):
        trial, process, thread = held_in_the_middle(server, "KILL %s" % what)
        server.sql("KILL %s %s" % (what, thread))
        trial.fault.resume.set()
        trial.judge(*finish(process), [words, ("after ",)])
        trial.run_again(reference)


def server_dies(server, reference):
    trial, process, _ = held_in_the_middle(server, "server killed")
    pid = server.pid()
    faults.kill(pid)
    faults.wait_until(lambda: not faults.is_alive(pid), "the server is dead")
    trial.fault.resume.set()
    code, output = finish(process)
    trial.judge(code, output, [LOST, ("is the server up",)], others=False)
    trial.that(len(trial.p.errors()) == TENANTS, "each tenant's run failed", trial.p.errors())
    # Now it is down from the start.
    runs = trial.p.rows("SELECT COUNT(*) FROM runs")
    code, output = trial.p.run_job("big")
    trial.that(code == 8 and "can't connect to the database" in output and "is the server running" in output,
               "down at the start: exit code 8", output)
    trial.that(trial.p.rows("SELECT COUNT(*) FROM runs") == runs, "down at the start: no run is counted")
    server.start_again()
    trial.run_again(reference)


def too_slow(server, name, job, words):
    trial = Trial(name, server, job, timeout="1s")
    code, output = finish(trial.start())
    trial.judge(code, output, [("1969",), ("statement_timeout",)] + words)
    trial.p.job("big", job, formats="csv, ndjson", more="timeout: 60s\n")
    if job is SLOW_ROWS:
        code, output = trial.p.run_job("big")
        trial.that(code == 0 and len(trial.p.published()) == 3 * TENANTS, "timeout: in the job helps", output)


def silent_server(server, reference):
    """Neither rows nor an end: the client gives up by itself, ten seconds after the statement's limit."""
    fault = faults.Fault("stall", 1000000)
    trial = Trial("stall", server, BIG, fault, timeout="2s")
    started = time.monotonic()
    code, output = finish(trial.start())
    took = time.monotonic() - started
    trial.that(fault.struck.is_set() and 10 < took < 40, "it takes as long as it should", took)
    trial.judge(code, output, [LOST, ("after ",)])
    fault.resume.set()
    trial.p.write("pressrun.yaml", open(trial.p.config, encoding="utf-8").read().replace(": 2s", ": 60s"))
    trial.run_again(reference)


def patient_job(server, reference):
    """A job's own timeout allows a silence that statement_timeout would not."""
    fault = faults.Fault("pause", 1000000)
    trial = Trial("patience", server, BIG, fault, timeout="1s", more="timeout: 90s\n")
    process = trial.start()
    fault.struck.wait(60)
    time.sleep(13)  # silence is what is tested
    fault.resume.set()
    code, output = finish(process)
    trial.that(code == 0, "a silence within the job's own timeout", output)
    trial.run_again(reference)


def main():
    server = faults.OwnServer(videos=3000)
    reference = undisturbed(server)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        trials = [pool.submit(silent_server, server, reference), pool.submit(patient_job, server, reference)]
        for after in CUTS:
            trials.append(pool.submit(cut, server, reference, "cut", after))
        for after in (300000, 1500000):
            trials.append(pool.submit(cut, server, reference, "boundary", after))
            trials.append(pool.submit(cut, server, reference, "reset", after))
        for trial in trials:
            trial.result()
    too_slow(server, "slow start", SLOW_START, [])
    too_slow(server, "slow rows", SLOW_ROWS, [("after ",)])
    killed_by_root(server, reference)
    server_dies(server, reference)
    checks.finish()


main()
