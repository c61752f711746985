#!/usr/bin/python3
# Goal: with too little memory or too few files a run fails and says so; it is never half a report.
"""Limits in steps, from far too little to enough: each run either gives all, or fails, publishes nothing and
leaves nothing behind. A worker that is killed stands for the kernel's own answer to too little memory."""

import os
import sqlite3
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import faults

# A text of many megabytes in each of its rows: the worker needs far more than its parent.
LARGE = {"rows": "SELECT id, REPEAT('0123456789', 1000000) AS text FROM videos ORDER BY id LIMIT 5"}
SMALL = {"rows": "SELECT id, title FROM videos ORDER BY id"}


def sweep(checks, server, name, job, formats, limits):
    """Runs with each limit: {limit: (exit code, output)}."""
    results = {}
    p = faults.Project(name, faults.on_socket(server), tenants=(9,), program=faults.FAST).init()
    p.job("job", job, formats=formats)
    for limit, prefix in limits:
        what = "%s %s" % (name, limit)
        code, output = p.run_job("job", "--again", prefix=prefix)
        results[limit] = (code, output)
        files = p.published()
        checks.that(not faults.wrong_with(files), "%s: what is published is whole" % what, faults.wrong_with(files))
        if code == 0:
            checks.that(len(files) == 1 + formats.count(",") + 1, "%s: a success gives all" % what, sorted(files))
        else:
            # Unless what failed was to record that all is there.
            checks.that(len(files) in (0, 1 + formats.count(",") + 1) and not p.leftovers(),
                        "%s: a failure gives nothing" % what, sorted(files))
            checks.that(output.strip(), "%s: a failure says something" % what, code)
        # The lock is free, the ledger sound, and what was left behind is swept away.
        for entry in files:
            os.unlink(os.path.join(p.out, entry))
        p.wait_for_lock()
        # What could not be sent for want of files is due again in half a minute.
        with sqlite3.connect(os.path.join(p.state, "ledger.db")) as ledger:
            ledger.execute("UPDATE deliveries SET next_at = 0 WHERE state = 'pending'")
        status, said = p.run("deliver")
        checks.that(status == 0 and not p.spool(), "%s: it leaves nothing behind" % what, (said, p.spool()))
    code, output = p.run_job("job", "--again")
    checks.that(code == 0, "%s: without a limit it succeeds" % name, output)
    bad = [limit for limit, (code, _) in results.items() if code != 0]
    checks.that(bad and len(bad) < len(results), "%s: the steps meet both sides" % name,
                {limit: code for limit, (code, _) in results.items()})
    print("%s: %d of %d limits failed the run, with exit codes %s" % (
        name, len(bad), len(results), sorted({results[limit][0] for limit in bad})))
    return results


def memory(checks, server):
    if not os.environ.get("PRESSRUN_RELEASE"):
        print("memory: not tested, a program with sanitizers reserves terabytes of addresses")
        return
    limits = [("%d MiB" % mib, ["prlimit", "--as=%d" % (mib << 20)])
              for mib in (8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 96, 112, 128, 192, 256)]
    results = sweep(checks, server, "memory", LARGE, "csv, json", limits)
    told = [output for code, output in results.values() if code == 1 and "run.failed" in output]
    checks.that(told and all("retry=" in o and "error=" in o for o in told),
                "memory: a worker that ran out of it is a failed run", told)
    checks.that(any("out of memory" in o or "signal" in o for o in told), "memory: and the reason is told", told)


def files(checks, server):
    limits = [("%d" % n, ["prlimit", "--nofile=%d" % n]) for n in range(4, 31)]
    results = sweep(checks, server, "files", SMALL, "xlsx, csv, json, ndjson", limits)
    for limit, (code, output) in results.items():
        checks.that(code >= 0 and "by signal" not in output, "files %s: nothing crashes" % limit, (code, output))
        # What the libraries make of it has other words.
        checks.that(code == 0 or "Too many open files" in output or "(24)" in output or "unable to open" in output or
                    "libxlsxwriter" in output or "error while loading shared libraries" in output,
                    "files %s: the reason is told" % limit, output)


def killed_worker(checks, server):
    fault = faults.Fault(hold=True)
    proxy = faults.Proxy(server.socket, lambda n: fault if n == 2 else faults.Fault())
    p = faults.Project("killed", proxy.where(), tenants=(8, 9)).init()
    p.job("job", SMALL, formats="xlsx, csv")
    process = p.start("run", "job", "--period", faults.PERIOD)
    faults.wait_until(lambda: len(proxy.links) == 2, "the worker connects")
    faults.kill(faults.children(process.pid)[0])
    output, _ = process.communicate(timeout=60)
    error = p.errors()[0]
    checks.that(process.returncode == 1 and "1 rendered" in output, "a killed worker: one tenant's run failed", output)
    checks.that("signal 9 (Killed)" in error[2] and "out of memory" in error[3] and error[4] == 1,
                "a killed worker: the reason, and where to look", error)
    checks.that({n.split("/")[0] for n in p.published()} == {"9"}, "a killed worker: the other tenant is done")
    code, output = p.run_job("job")
    checks.that(code == 0 and len(p.published()) == 6 and not p.spool(), "a killed worker: the next run repairs", output)
    proxy.close()


def main():
    faults.need("prlimit")
    checks = faults.Checks()
    server = faults.server()
    killed_worker(checks, server)
    files(checks, server)
    memory(checks, server)
    checks.finish()


main()
