#!/usr/bin/python3
# Goal: a disk that is full anywhere fails the run, says so, publishes nothing, and leaves nothing behind.
# slow
"""Small file systems for the spool, the ledger and the destination; a limit on the size of files, which
meets each writer at many places; and failing writes of the ledger. What succeeds, is whole."""

import atexit
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import faults

ROWS = {"rows": "SELECT id, title, instructor, slug, created_at FROM videos ORDER BY id"}
FORMATS = ("csv", "json", "ndjson", "xlsx")
HINT = "make room on "


def mount(path, size):
    os.makedirs(path)
    command = ["mount", "-t", "tmpfs", "-o", "size=%d,mode=0750" % size, "pressrun-test", path]
    if subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode != 0:
        faults.skip("no file system can be mounted here: not root?")
    atexit.register(subprocess.run, ["umount", path], check=False)


def resize(path, size):
    subprocess.run(["mount", "-o", "remount,size=%d" % size, path], check=True)


def fill(path, left):
    """Leaves so many bytes, in whole pages."""
    room = os.statvfs(path)
    with open(os.path.join(path, "ballast"), "wb") as f:
        f.write(b"x" * max(0, room.f_bavail * room.f_frsize - left))


def nothing_was_published(checks, p, what):
    checks.that(not p.published() and not p.leftovers(), "%s: nothing is published" % what,
                sorted(p.published()) + p.leftovers())
    checks.that(not any(p.spool()), "%s: the spool is empty" % what, p.spool())


def succeeds_then(checks, p, job, what):
    code, output = p.run_job(job)
    checks.that(code == 0 and p.published() and not faults.wrong_with(p.published()),
                "%s: succeeds when there is room" % what, output)
    checks.that(not p.spool() and not p.leftovers(), "%s: and nothing is left" % what, p.leftovers())


def full_spool(server, checks):
    """The state directory has room for the ledger, but not for the report."""
    for format_name in FORMATS:
        p = faults.Project("spool-" + format_name, faults.on_socket(server), tenants=(1,))
        mount(p.state, 8 << 20)
        p.init()
        p.job("big", ROWS, formats=format_name)
        fill(p.state, 300 << 10)
        code, output = p.run_job("big")
        what = "spool full, " + format_name
        checks.that(code == 1, "%s: exit code 1" % what, output)
        (error,) = p.errors()
        checks.that(error[1] == "io" and error[4] == 1, "%s: a passing reason" % what, error)
        checks.that("No space left on device" in error[2] or "full" in error[3],
                    "%s: the message tells it" % what, error)
        checks.that(HINT in error[3], "%s: and what to do" % what, error)
        nothing_was_published(checks, p, what)
        os.unlink(os.path.join(p.state, "ballast"))
        succeeds_then(checks, p, "big", what)


def limited_files(server, checks):
    """RLIMIT_FSIZE in steps. The one thing that may not be: success, and a report that is cut."""
    for format_name in FORMATS:
        p = faults.Project("limit-" + format_name, faults.on_socket(server), tenants=(1,),
                           program=faults.FAST).init()
        p.job("big", ROWS, formats=format_name)
        code, output = p.run_job("big")
        checks.that(code == 0, "without a limit", output)
        reference = {n: len(d) for n, d in p.published().items()}
        failures = successes = 0
        for kib in (128, 200, 300, 450, 600, 800, 1000, 1300, 1600, 2200, 3200, 5000, 8000):
            subprocess.run(["rm", "-rf", p.state, p.out], check=True)
            p.init()
            code, output = p.run_job("big", prefix=["prlimit", "--fsize=%d" % (kib << 10)])
            what = "%s, files limited to %d KiB" % (format_name, kib)
            if code == 0:
                successes += 1
                sizes = {n: len(d) for n, d in p.published().items()}
                checks.that(sizes.keys() == reference.keys() and not faults.wrong_with(p.published()),
                            "%s: a success is whole" % what, sizes)
                checks.that(all(abs(sizes[n] - reference[n]) < 100 for n in sizes),
                            "%s: and of the right size" % what, (sizes, reference))
                continue
            failures += 1
            checks.that(code == 1 and p.errors()[0][1] == "io", "%s: exit code 1" % what, output)
            nothing_was_published(checks, p, what)
        checks.that(failures >= 3 and successes >= 1, "%s: the steps meet both sides" % format_name,
                    (failures, successes))
        print("%s: %d limits failed the run, %d did not" % (format_name, failures, successes))


def full_ledger(server, checks):
    """No page left for the ledger."""
    p = faults.Project("ledger", faults.on_socket(server), tenants=(8,))
    mount(p.state, 4 << 20)
    p.init()
    p.job("small", ROWS, formats="csv")
    fill(p.state, 0)
    code, output = p.run_job("small")
    checks.that(code in (1, 5) and "full" in output + "full" * ("No space" in output),
                "ledger full: exit code 1 or 5, and the message tells it", output)
    nothing_was_published(checks, p, "ledger full")
    os.unlink(os.path.join(p.state, "ballast"))
    succeeds_then(checks, p, "small", "ledger full")


def failing_writes(server, checks):
    """Each write of the ledger fails once, for want of room or because the disk is broken."""
    p = faults.Project("writes", faults.on_socket(server), tenants=(8,), program=faults.FAST)
    p.untraced_leaks().job("small", ROWS, formats="csv")
    log = os.path.join(p.directory, "strace.log")
    p.init()
    code, output = p.run_job("small", prefix=faults.strace(log))
    checks.that(code == 0, "the undisturbed run", output)
    reference = p.published()
    points = [c for c in faults.calls_of(log) if c[0] == "pwrite64"][::2]
    points += [c for c in faults.calls_of(log) if c[0] == "fdatasync"]
    points += [("syncfs", 1)]  # of the spool
    checks.that(len(points) > 20, "the ledger is written", points)
    codes = {}
    for i, (call, n) in enumerate(points):
        # A full disk stays full.
        error, on = ("ENOSPC", "+") if call == "pwrite64" and i % 2 else ("EIO", "")
        what = "%s %d%s fails with %s" % (call, n, on, error)
        subprocess.run(["rm", "-rf", p.state, p.out], check=True)
        p.init()
        code, output = p.run_job("small", prefix=faults.strace(
            log, "-e", "inject=%s:error=%s:when=%d%s" % (call, error, n, on)))
        with open(log, encoding="utf-8", errors="replace") as f:
            checks.that("(INJECTED)" in f.read(), "%s: it did" % what)
        codes[code] = codes.get(code, 0) + 1
        # SQLite asks for one thing whose failure it does not mind: syncing the journal's directory.
        checks.that(code in (1, 5) or (call == "fdatasync" and not p.spool()), "%s: it is an error" % what,
                    (code, output))
        checks.that(not faults.wrong_with(p.published()), "%s: nothing incomplete is published" % what)
        done = p.rows("SELECT COUNT(*) FROM runs WHERE state = 'rendered'")[0][0]
        checks.that(done or not p.published(), "%s: nothing is sent without a record" % what)
        p.wait_for_lock()
        code, output = p.run_job("small")
        checks.that(code == 0 and p.published().keys() == reference.keys() and not p.spool(),
                    "%s: the next run repairs" % what, output)
    print("%d failing writes of the ledger, exit codes %s" % (len(points), codes))


def full_destination(server, checks):
    p = faults.Project("destination", faults.on_socket(server), tenants=(1, 9)).init()
    mount(p.out, 600 << 10)
    p.job("big", ROWS, formats="xlsx, csv")
    code, output = p.run_job("big")
    checks.that(code == 1 and "delivery.failed" in output and "No space left on device" in output and
                HINT in output, "destination full: exit code 1, and the message tells it", output)
    checks.that("2 rendered" in output, "destination full: both reports are rendered", output)
    files = p.published()
    checks.that(not faults.wrong_with(files) and not p.leftovers(), "destination full: nothing half",
                faults.wrong_with(files) + p.leftovers())
    checks.that(not any(n.startswith("1/") and n.endswith("manifest.json") for n in files),
                "destination full: no manifest for what is not there", sorted(files))
    checks.that(any(n.startswith("9/") and n.endswith("manifest.json") for n in files),
                "destination full: the small tenant's report is delivered", sorted(files))
    resize(p.out, 64 << 20)
    # Time passes: the next attempt would be due half a minute later.
    database = faults.sqlite3.connect(os.path.join(p.state, "ledger.db"))
    database.execute("UPDATE deliveries SET next_at = 0")
    database.commit()
    database.close()
    code, output = p.run("deliver")
    files = p.published()
    checks.that(code == 0 and not faults.wrong_with(files) and len(files) == 6 and not p.spool(),
                "destination full: the next attempt delivers all", (output, sorted(files)))


def full_output(server, checks):
    """A summary that can't be written is not silence."""
    p = faults.Project("output", faults.on_socket(server), tenants=(9,)).init()
    p.job("small", ROWS, formats="csv")
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run(p.command("run", "small"), env=p.environment, stdout=full, check=False,
                              stderr=subprocess.PIPE, text=True)
    checks.that(done.returncode == 1 and "standard output" in done.stderr,
                "standard output full: exit code 1", done.stderr)
    checks.that(len(p.published()) == 2, "standard output full: the report is there all the same")


def main():
    faults.need("strace", "prlimit", "mount")
    checks = faults.Checks()
    server = faults.server()
    full_spool(server, checks)
    limited_files(server, checks)
    full_ledger(server, checks)
    failing_writes(server, checks)
    full_destination(server, checks)
    full_output(server, checks)
    checks.finish()


main()
