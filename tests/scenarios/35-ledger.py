#!/usr/bin/python3
# Goal: without a ledger that can be trusted nothing is made or sent, and what to do is told.
"""A ledger that is missing, empty, foreign, damaged, of another version, read-only or locked: exit code 5,
and not one file of the destination is touched. With the backup back in place, no report is sent twice."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import faults

JOB = {"rows": "SELECT id, title FROM videos ORDER BY id"}
RESTORE = ("restore ledger.db and ledger.uuid from a backup",)


def unlink(*names):
    def damage(p):
        for name in names:
            os.unlink(os.path.join(p.state, name))
    return damage


def write(data, name="ledger.db"):
    def damage(p):
        with open(os.path.join(p.state, name), "wb") as f:
            f.write(data)
    return damage


def overwrite(first_page, pages):
    """Pages of rubbish in the middle of the file; the first page of a database is number 0 here."""
    def damage(p):
        with open(os.path.join(p.state, "ledger.db"), "r+b") as f:
            f.seek(4096 * first_page)
            f.write(b"\xa5" * 4096 * pages)
    return damage


def cut_in_half(p):
    path = os.path.join(p.state, "ledger.db")
    os.truncate(path, os.path.getsize(path) // 2)


def sql(*statements):
    def damage(p):
        db = sqlite3.connect(os.path.join(p.state, "ledger.db"))
        for statement in statements:
            db.execute(statement)
        db.commit()
        db.close()
    return damage


def foreign(p):
    os.unlink(os.path.join(p.state, "ledger.db"))
    sql("CREATE TABLE meta (name TEXT, value TEXT)", "PRAGMA user_version = 1")(p)


CASES = (
    ("the database is missing", unlink("ledger.db"), RESTORE),
    ("the side file is missing", unlink("ledger.uuid"), RESTORE),
    ("both are missing", unlink("ledger.db", "ledger.uuid"), ("no ledger in", "pressrun init") + RESTORE),
    ("the database is empty", write(b""), ("is empty",) + RESTORE),
    ("the side file is empty", write(b"", "ledger.uuid"), RESTORE),
    ("it is not a database", write(b"# notes about reports\n" * 500), ("restore ledger.db",)),
    ("it is another program's database", foreign, ("not a pressrun ledger",) + RESTORE),
    ("it belongs to another installation", sql("UPDATE meta SET value = '0123' WHERE name = 'ledger_uuid'"),
     ("does not belong to",) + RESTORE),
    ("pages are overwritten", overwrite(3, 2), ("restore ledger.db",)),
    ("its header is overwritten", overwrite(0, 1), ("restore ledger.db",)),
    ("it is cut", cut_in_half, ("restore ledger.db",)),
    ("it has a later version", sql("PRAGMA user_version = 99"), ("version 99", "or a newer one")),
    ("a table is missing", sql("PRAGMA foreign_keys = OFF", "DROP TABLE deliveries"), ()),
)


def stamps(p):
    """Enough to see any touch of the destination."""
    found = {}
    for name in faults.read_tree(p.out, hidden=True):
        status = os.stat(os.path.join(p.out, name))
        found[name] = (status.st_ino, status.st_mtime_ns, status.st_size)
    return found


def back_up(p, name):
    for file in ("ledger.db", "ledger.uuid"):
        shutil.copy2(os.path.join(p.state, file), os.path.join(p.directory, name + file))


def restore(p, name):
    for file in ("ledger.db", "ledger.uuid"):
        shutil.copy2(os.path.join(p.directory, name + file), os.path.join(p.state, file))


def nothing_works(checks, p, what, words, before, prefix=()):
    for command in (("run", "one", "--period", faults.PERIOD), ("deliver",), ("status",)):
        code, output = p.run(*command, prefix=prefix)
        checks.that(code == 5, "%s: %s ends with exit code 5" % (what, command[0]), (code, output))
        checks.that(all(w in output for w in words), "%s: %s tells what to do" % (what, command[0]), output)
    checks.that(stamps(p) == before, "%s: nothing is sent" % what)


def broken_ledgers(p, checks):
    before = stamps(p)
    for what, damage, words in CASES:
        damage(p)
        nothing_works(checks, p, what, words, before)
        if "ledger.db" in os.listdir(p.state) or "ledger.uuid" in os.listdir(p.state):
            # What is left of a ledger is not taken for a new installation.
            kept = {n: os.path.getsize(os.path.join(p.state, n)) for n in os.listdir(p.state)}
            code, output = p.run("init")
            now = {n: os.path.getsize(os.path.join(p.state, n)) for n in os.listdir(p.state)}
            checks.that(now == kept and (code == 5 or what == "a table is missing"),
                        "%s: init does not replace it" % what, (code, output))
        restore(p, "backup.")
        code, output = p.run_job("one")
        checks.that(code == 0 and "0 rendered, 2 done before" in output and stamps(p) == before,
                    "%s: with the backup nothing is sent again" % what, output)


def read_only(p, checks):
    """Root may write everywhere, so it has to give that up."""
    prefix = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"]
    path = os.path.join(p.state, "ledger.db")
    probe = subprocess.run([*prefix, "true"], check=False, stderr=subprocess.DEVNULL)
    before = stamps(p)
    os.chmod(path, 0o400)
    if probe.returncode == 0:
        code, output = p.run_job("one", "--again", prefix=prefix)
        checks.that(code == 5 and "readonly" in output and "ledger" in output,
                    "read-only: exit code 5, and the message tells it", output)
        checks.that(stamps(p) == before, "read-only: nothing is sent")
    else:
        print("read-only: not tested, setpriv can't drop capabilities here")
    os.chmod(path, 0o600)


def open_files(pid):
    try:
        return [os.readlink("/proc/%d/fd/%s" % (pid, fd)) for fd in os.listdir("/proc/%d/fd" % pid)]
    except OSError:
        return []


def locked(p, checks):
    path = os.path.join(p.state, "ledger.db")
    before = stamps(p)
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("BEGIN EXCLUSIVE")
    # Somebody is done within a moment: that is waited for.
    process = p.start("run", "one", "--period", faults.PERIOD)
    faults.wait_until(lambda: path in open_files(process.pid), "pressrun has opened the ledger")
    db.execute("ROLLBACK")
    output, _ = process.communicate(timeout=60)
    checks.that(process.returncode == 0, "locked for a moment: it waits", output)
    # Somebody who is never done.
    db.execute("BEGIN EXCLUSIVE")
    code, output = p.run_job("one", "--again")
    checks.that(code == 5 and "another program has it open" in output, "locked for long: exit code 5", output)
    checks.that(stamps(p) == before, "locked for long: nothing is sent")
    db.execute("ROLLBACK")
    db.close()


def two_at_once(server, checks):
    """While one works, the state directory is its own; looking is allowed."""
    fault = faults.Fault(hold=True)
    proxy = faults.Proxy(server.socket, lambda n: fault if n == 2 else faults.Fault())
    p = faults.Project("two", proxy.where()).init()
    p.job("one", JOB, formats="csv")
    first = p.start("run", "one", "--period", faults.PERIOD)
    faults.wait_until(lambda: len(proxy.links) == 2, "its worker connects")
    for command in (("run", "one"), ("deliver",), ("init",)):
        code, output = p.run(*command)
        checks.that(code == 6 and "process %d" % first.pid in output and "wait until it is done" in output,
                    "a second one: %s ends with exit code 6 and names the first" % command[0], (code, output))
    code, output = p.run("status")
    checks.that(code in (0, 1) and "rendering" in output, "a second one: status works", (code, output))
    fault.release.set()
    output, _ = first.communicate(timeout=60)
    checks.that(first.returncode == 0 and len(p.published()) == 4, "a second one: the first is undisturbed", output)
    # A lock is the process's, not the file's: who was killed leaves none.
    fault.release.clear()
    proxy.count = 0
    third = p.start("run", "one", "--period", faults.PERIOD, "--again")
    faults.wait_until(lambda: len(proxy.links) >= 4, "its worker connects")
    third.send_signal(signal.SIGKILL)
    third.communicate()
    fault.release.set()
    p.wait_for_lock()
    code, output = p.run_job("one")
    checks.that(code == 0, "a lock does not outlive its process", output)
    proxy.close()


def missing_state(server, checks):
    p = faults.Project("fresh", faults.on_socket(server))
    p.job("one", JOB, formats="csv")
    code, output = p.run_job("one")
    checks.that(code == 5 and "no state directory" in output and "pressrun init" in output,
                "no state directory: exit code 5 names init", output)
    checks.that(not os.path.exists(p.state) and not p.published(), "no state directory: none is made")


def main():
    checks = faults.Checks()
    server = faults.server()
    p = faults.Project("project", faults.on_socket(server)).init()
    p.job("one", JOB, formats="csv")
    code, output = p.run_job("one")
    checks.that(code == 0 and len(p.published()) == 4, "an undisturbed run", output)
    back_up(p, "backup.")
    broken_ledgers(p, checks)
    read_only(p, checks)
    # The control: with a ledger that knows nothing, all is sent again. That is what must not happen.
    before = stamps(p)
    fresh = faults.Project("control", faults.on_socket(server), out="../project/out").init()
    fresh.job("one", {"rows": JOB["rows"] + " LIMIT 5"}, formats="csv")
    code, output = fresh.run_job("one")
    checks.that(code == 0 and "2 rendered" in output and stamps(p) != before, "control: an empty ledger", output)
    locked(p, checks)
    two_at_once(server, checks)
    missing_state(server, checks)
    checks.finish()


main()
