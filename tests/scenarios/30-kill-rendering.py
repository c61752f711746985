#!/usr/bin/python3
# Goal: kill -9 at any system call that changes something: never half a report, and the next run repairs.
"""The parent is killed at each such call of a whole run, the worker at each of its own, one call a time.
After each kill the destination is judged, then one clean run must give byte for byte what an undisturbed
run gives. For that, the tasks exist before: an attempt that found no database fixed their generated_at."""

import os
import shutil
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import faults

TENANTS = (8, 9)
RESULTS = {
    "latest": "SELECT id, title, sync_status, created_at FROM videos ORDER BY id DESC LIMIT 30",
    "states": "SELECT sync_status, COUNT(*) AS n, AVG(run_time) AS run_time, NOW() AS made FROM videos"
              " GROUP BY sync_status ORDER BY sync_status",
}
FILES = 1 + 2 + 1 + 2 + 1  # xlsx, csv, json, ndjson, manifest


def new_project(name, where):
    p = faults.Project(name, where, tenants=TENANTS, program=faults.FAST).untraced_leaks()
    p.job("small", RESULTS, formats="xlsx, csv, json, ndjson")
    return p


def make_template(server, checks):
    """A ledger with both tasks, each with one attempt that failed."""
    # One connection asks for the tenants; that of each worker finds nothing.
    proxy = faults.Proxy(server.socket, lambda number: faults.Fault(refuse=number > 1))
    p = new_project("template", proxy.where()).init()
    code, output = p.run_job("small")
    states = p.rows("SELECT state, COUNT(*) FROM runs GROUP BY state")
    checks.that(code == 8 and states == [("failed", 2)], "the template's tasks failed", output)
    proxy.close()
    return p


class Lane:
    """One of several that test at the same time: a project that is set back before each kill."""

    def __init__(self, name, server, template, checks):
        self.p = new_project(name, faults.on_socket(server))
        self.server, self.template, self.checks = server, template, checks
        self.log = os.path.join(self.p.directory, "strace.log")
        self.reference = {}

    def set_back(self):
        for path in (self.p.state, self.p.out):
            shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(self.template.state, self.p.state)

    def judge(self, point):
        """Right after the kill: what is there is whole, and no manifest says more than there is."""
        files = self.p.published()
        wrong = faults.wrong_with(files)
        wrong += [n for n in files if files[n] != self.reference.get(n)]
        self.checks.that(not wrong, "%s: what is published is whole" % point, wrong)

    def repair(self, point, interrupted):
        """One clean run, and all is as if nothing had happened."""
        code, output = self.p.run_job("small")
        self.checks.that(code == 0, "%s: the next run succeeds" % point, output)
        files = self.p.published()
        self.checks.that(files == self.reference, "%s: the files are those of an undisturbed run" % point,
                         sorted(n for n in self.reference if files.get(n) != self.reference[n]))
        self.checks.that(not self.p.spool(), "%s: the spool is empty" % point, self.p.spool())
        self.checks.that(not self.p.leftovers(), "%s: nothing else is left" % point, self.p.leftovers())
        self.judge_ledger(point, interrupted)

    def judge_ledger(self, point, interrupted):
        p, that = self.p, self.checks.that
        that(p.rows("PRAGMA integrity_check") == [("ok",)], "%s: the ledger is sound" % point)
        rendered = p.rows("SELECT task FROM runs WHERE state = 'rendered' ORDER BY task")
        that(rendered == [(1,), (2,)], "%s: each task is rendered once" % point, rendered)
        states = dict(p.rows("SELECT state, COUNT(*) FROM runs GROUP BY state"))
        that(set(states) <= {"rendered", "failed", "interrupted"} and
             states.get("interrupted", 0) in interrupted,
             "%s: the ledger tells what was interrupted" % point, states)
        keys = p.rows("SELECT destination, key, COUNT(*), MIN(state), MIN(state) = MAX(state)"
                      " FROM deliveries GROUP BY destination, key")
        that(len(keys) == FILES * len(TENANTS) and all(k[2:] == (1, "delivered", 1) for k in keys),
             "%s: each key has one effect" % point, keys)

    def kill_parent(self, call, n):
        point = "parent killed at %s %d" % (call, n)
        self.set_back()
        process = self.p.start("run", "small", "--period", faults.PERIOD,
                               prefix=faults.strace(self.log, *faults.kill_at(call, n)))
        output, _ = process.communicate(timeout=60)
        if not self.checks.that(faults.was_killed(self.log), "%s: it was" % point, output):
            return
        self.judge(point)
        # Nothing was claimed yet, or everything done, or one task was at work.
        self.repair(point, (0, 1))

    def kill_worker(self, call, n, tries):
        """The worker waits for its connection in a proxy until strace is attached to it."""
        point = "worker killed at %s %d" % (call, n)
        self.set_back()
        proxy = faults.Proxy(self.server.socket, lambda number: faults.Fault(hold=number == 2))
        p = self.p
        p.write("held.yaml", open(p.config, encoding="utf-8").read().replace(
            "socket: %s" % self.server.socket, "\n  ".join(proxy.where())))
        plain, p.config = p.config, os.path.join(p.directory, "held.yaml")
        process = p.start("run", "small", "--period", faults.PERIOD)
        p.config = plain
        faults.wait_until(lambda: proxy.count == 2, "the worker connects")
        worker = faults.children(process.pid)[0]
        tracer = faults.attach(worker, self.log, *(faults.kill_at(call, n) if call else ()))
        proxy.links[1].release.set()
        output, _ = process.communicate(timeout=60)
        tracer.wait(timeout=60)
        proxy.close()
        tries.append(output)
        if not call:
            return
        if not self.checks.that(faults.was_killed(self.log), "%s: it was" % point, output):
            return
        self.checks.that(process.returncode == 1, "%s: exit code 1" % point, output)
        self.checks.that(output.count("run.failed") == 1 and "signal 9 (Killed)" in output and
                         "1 rendered" in output, "%s: one task failed, for the signal" % point, output)
        self.judge(point)
        self.checks.that(len({n.split("/")[0] for n in p.published()}) == 1 and
                         len(p.published()) == FILES, "%s: the other tenant is done" % point)
        self.repair(point, (0,))


def reference_run(lane, checks):
    """Undisturbed, but traced: what must come out, and where the parent can be killed."""
    lane.set_back()
    code, output = lane.p.run_job("small", prefix=faults.strace(lane.log))
    checks.that(code == 0, "the undisturbed run", output)
    lane.reference = lane.p.published()
    checks.that(len(lane.reference) == FILES * len(TENANTS), "it gives all files", len(lane.reference))
    faults.damage_is_noticed(checks, lane.reference)
    lane.judge_ledger("undisturbed", (0,))
    return faults.calls_of(lane.log)


def share(lanes, points, work):
    """Each lane takes the next point until none is left."""
    left = list(reversed(points))
    lock = threading.Lock()

    def loop(lane):
        while True:
            with lock:
                if not left:
                    return
                point = left.pop()
            work(lane, point)

    threads = [threading.Thread(target=loop, args=(lane,)) for lane in lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main():
    faults.need("strace")
    checks = faults.Checks()
    server = faults.server()
    template = make_template(server, checks)
    lanes = [Lane("lane%d" % i, server, template, checks) for i in range(min(4, 2 * (os.cpu_count() or 1)))]

    points = reference_run(lanes[0], checks)
    for lane in lanes:
        lane.reference = lanes[0].reference
    kinds = {call for call, _ in points}
    checks.that({"write", "pwrite64", "fsync", "fdatasync", "rename"} <= kinds,
                "the trace shows the calls that matter", kinds)
    share(lanes, points, lambda lane, point: lane.kill_parent(*point))
    print("%d kill points of the parent" % len(points))

    tries = []
    lanes[0].kill_worker(None, 0, tries)
    checks.that(lanes[0].p.published() == lanes[0].reference, "a worker that is only watched", tries)
    points = faults.calls_of(lanes[0].log)
    kinds = {call for call, _ in points}
    checks.that({"write", "fsync", "rename", "sendto"} <= kinds, "the worker's calls are seen", kinds)
    share(lanes, points, lambda lane, point: lane.kill_worker(*point, tries))
    print("%d kill points of the worker" % len(points))
    checks.finish()


main()
