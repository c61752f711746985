#!/usr/bin/python3
# Goal: kill -9 at any system call that changes something: never half a report, and the next run repairs.
# slow
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
LATEST = {"latest": "SELECT id, title, sync_status, created_at FROM videos ORDER BY id DESC LIMIT 30"}
STATES = {"states": "SELECT sync_status, COUNT(*) AS n, AVG(run_time) AS run_time, NOW() AS made"
                    " FROM videos GROUP BY sync_status ORDER BY sync_status"}
# The parent has the same to do for each file: two formats will do. The worker writes them all.
FILES = {"two": 3, "all": 7}


def new_project(name, where):
    p = faults.Project(name, where, tenants=TENANTS, program=faults.FAST).untraced_leaks()
    p.job("two", LATEST, formats="xlsx, csv")
    p.job("all", {**LATEST, **STATES}, formats="xlsx, csv, json, ndjson")
    return p


def make_template(server, checks):
    """A ledger with all tasks, each with one attempt that failed."""
    # One connection of each run asks for the tenants; that of each worker finds nothing.
    proxy = faults.Proxy(server.socket, lambda number: faults.Fault(refuse=number not in (1, 4)))
    p = new_project("template", proxy.where()).init()
    codes = [p.run_job(job) for job in FILES]
    states = p.rows("SELECT state, COUNT(*) FROM runs GROUP BY state")
    checks.that([c[0] for c in codes] == [8, 8] and states == [("failed", 4)],
                "the template's tasks failed", codes)
    proxy.close()
    return p


class Lane:
    """One of several that test at the same time: a project that is set back before each kill."""

    def __init__(self, name, server, template, checks):
        self.survived = 0
        self.p = new_project(name, faults.on_socket(server))
        self.server, self.template, self.checks = server, template, checks
        self.log = os.path.join(self.p.directory, "strace.log")
        self.reference = {}  # by job: the files of an undisturbed run

    def set_back(self):
        for path in (self.p.state, self.p.out):
            shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(self.template.state, self.p.state)

    def judge(self, point, job):
        """Right after the kill: what is there is whole, and no manifest says more than there is."""
        files = self.p.published()
        wrong = faults.wrong_with(files, self.reference[job])
        wrong += [n for n in files if files[n] != self.reference[job].get(n)]
        self.checks.that(not wrong, "%s: what is published is whole" % point, wrong)

    def repair(self, point, job, interrupted):
        """One clean run, and all is as if nothing had happened."""
        p, that, reference = self.p, self.checks.that, self.reference[job]
        code, output = p.run_job(job)
        that(code == 0, "%s: the next run succeeds" % point, output)
        files = p.published()
        that(files == reference, "%s: the files are those of an undisturbed run" % point,
             sorted(n for n in reference if files.get(n) != reference[n]))
        that(not p.spool(), "%s: the spool is empty" % point, p.spool())
        that(not p.leftovers(), "%s: nothing else is left" % point, p.leftovers())
        that(not p.shared(), "%s: each file has one name" % point, p.shared())
        self.judge_ledger(point, job, interrupted)

    def judge_ledger(self, point, job, interrupted):
        p, that = self.p, self.checks.that
        that(p.rows("PRAGMA integrity_check") == [("ok",)], "%s: the ledger is sound" % point)
        runs = p.rows("SELECT t.tenant, r.state, COUNT(*) FROM runs r JOIN tasks t ON t.id = r.task"
                      " WHERE t.job = '%s' AND r.state <> 'failed' GROUP BY 1, 2" % job)
        rendered = [r for r in runs if r[1] == "rendered"]
        that([r[2] for r in rendered] == [1] * len(TENANTS), "%s: each task is rendered once" % point, runs)
        others = [r for r in runs if r[1] != "rendered"]
        that(all(r[1] == "interrupted" for r in others) and sum(r[2] for r in others) in interrupted,
             "%s: the ledger tells what was interrupted" % point, runs)
        keys = p.rows("SELECT destination, key, COUNT(*), MIN(state), MIN(state) = MAX(state)"
                      " FROM deliveries GROUP BY destination, key")
        that(len(keys) == FILES[job] * len(TENANTS) and all(k[2:] == (1, "delivered", 1) for k in keys),
             "%s: each key has one effect" % point, keys)

    def kill_parent(self, call, n):
        point = "parent killed at %s %d" % (call, n)
        self.set_back()
        process = self.p.start("run", "two", "--period", faults.PERIOD,
                               prefix=faults.strace(self.log, *faults.kill_at(call, n)))
        output, _ = process.communicate(timeout=60)
        if not faults.was_killed(self.log):
            # Results that end together are recorded together: some runs need fewer calls than others.
            self.survived += 1
            self.checks.that(process.returncode == 0, "%s: it had come to its end" % point, output)
            return
        self.p.wait_for_lock()
        self.judge(point, "two")
        # Nothing was claimed yet, or everything done, or one task was at work.
        self.repair(point, "two", (0, 1))

    def watch_worker(self, *options):
        """A run whose worker waits for its connection in a proxy until strace is attached to it."""
        self.set_back()
        p = self.p
        proxy = faults.Proxy(self.server.socket, lambda number: faults.Fault(hold=number == 2))
        with open(p.config, encoding="utf-8") as f:
            p.write("held.yaml", f.read().replace("socket: %s" % self.server.socket,
                                                  "\n  ".join(proxy.where())))
        plain, p.config = p.config, os.path.join(p.directory, "held.yaml")
        process = p.start("run", "all", "--period", faults.PERIOD)
        p.config = plain
        faults.wait_until(lambda: len(proxy.links) == 2, "the worker connects")
        tracer = faults.attach(faults.children(process.pid)[0], self.log, *options,
                               calls=(*faults.CHANGING, "sendto"))
        proxy.links[1].release.set()
        output, _ = process.communicate(timeout=60)
        tracer.wait(timeout=60)
        proxy.close()
        return process.returncode, output

    def kill_worker(self, call, n):
        point = "worker killed at %s %d" % (call, n)
        that = self.checks.that
        code, output = self.watch_worker(*faults.kill_at(call, n))
        if not that(faults.was_killed(self.log), "%s: it was" % point, output):
            return
        that(code == 1, "%s: exit code 1" % point, output)
        that(output.count("run.failed") == 1 and "signal 9 (Killed)" in output and "1 rendered" in output,
             "%s: one task failed, for the signal" % point, output)
        self.judge(point, "all")
        that(len({n.split("/")[0] for n in self.p.published()}) == 1 and
             len(self.p.published()) == FILES["all"], "%s: the other tenant is done" % point)
        self.repair(point, "all", (0,))


def parent_points(lane):
    """The undisturbed run, traced: what must come out, and where the parent can be killed."""
    lane.set_back()
    code, output = lane.p.run_job("two", prefix=faults.strace(lane.log))
    lane.checks.that(code == 0, "the undisturbed run", output)
    lane.reference["two"] = lane.p.published()
    lane.judge_ledger("undisturbed", "two", (0,))
    points = faults.calls_of(lane.log)
    kinds = {call for call, _ in points}
    lane.checks.that({"write", "pwrite64", "syncfs", "fdatasync", "link", "chmod", "utimensat", "rename", "mkdir", "unlink"} <= kinds,
                     "the trace shows the calls that matter", kinds)
    return points


def worker_points(lane):
    code, output = lane.watch_worker()
    lane.checks.that(code == 0, "a run with a worker that is only watched", output)
    lane.reference["all"] = lane.p.published()
    lane.judge_ledger("watched", "all", (0,))
    faults.damage_is_noticed(lane.checks, lane.reference["all"])
    calls = faults.calls_of(lane.log)
    # Nearly all that it sends are questions to the database: some of them, and the last ones; but
    # with the very last the parent has all it waits for.
    sent = [point for point in calls if point[0] == "sendto"]
    points = [point for point in calls if point[0] != "sendto"] + sent[:-4:10] + sent[-4:-1]
    kinds = {call for call, _ in points}
    lane.checks.that({"write", "mkdir", "unlink", "sendto"} <= kinds, "the worker's calls are seen", kinds)
    return points


def revisions(server, checks):
    """Killed while a newer revision replaces an older one, under keys without a directory of their own."""
    p = faults.Project("revisions", faults.on_socket(server), tenants=(9,), program=faults.FAST).init()
    p.untraced_leaks().write("pressrun.yaml", open(p.config, encoding="utf-8").read().replace(
        "kind: directory", 'kind: directory, key: "{tenant.id}/{job}-{period}-{file}"'))
    p.job("rev", {"rows": "SELECT id, :n AS n FROM videos ORDER BY id"}, formats="csv, json",
          more="params: {n: {type: integer}}\n")
    prefix = "9/rev-%s-" % faults.PERIOD
    names = [prefix + name for name in ("rev.rows.csv", "rev.json", "manifest.json")]
    killed_in = os.path.join(p.directory, "strace.log")

    def run(n, name=None):
        """Killed when it gives its copy of that file its name."""
        copy = os.path.join(p.out, "9", ".%s.part" % os.path.basename(name or ""))
        where = ("-P", copy, *faults.kill_at("rename", 1)) if name else ()
        code, output = p.run_job("rev", "--param", "n=%d" % n, prefix=faults.strace(killed_in, *where))
        p.wait_for_lock()
        if name:
            checks.that(faults.was_killed(killed_in), "revision %d: killed at %s" % (n, name), output)
        else:
            checks.that(code == 0, "revision %d: succeeds" % n, output)
        return {name: p.published().get(name) for name in names}

    first = run(1)
    checks.that(all(first.values()), "revision 1 is there", first)
    # JSON goes first, CSV next.
    mixed = run(2, names[0])
    checks.that(mixed[names[0]] == first[names[0]] and mixed[names[1]] != first[names[1]],
                "control: one file of revision 2 is there, one of revision 1", mixed)
    checks.that(mixed[names[2]] is None, "while files are replaced, no manifest vouches for them", mixed)
    checks.that(p.leftovers(), "control: a copy is left", p.leftovers())
    last = run(3)
    checks.that(all(last.values()) and not faults.wrong_with(
        {os.path.join("9", n[len(prefix):]): d for n, d in last.items()}), "revision 3 is whole", last)
    checks.that(not p.leftovers() and not p.spool(), "nothing is left of the others", p.leftovers() + p.spool())
    states = dict(p.rows("SELECT state, COUNT(*) FROM deliveries GROUP BY state"))
    checks.that(set(states) == {"delivered", "superseded"}, "what was not sent is superseded", states)


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

    for kind, find, kill in (("parent", parent_points, Lane.kill_parent),
                             ("worker", worker_points, Lane.kill_worker)):
        points = find(lanes[0])
        for lane in lanes[1:]:
            lane.reference = lanes[0].reference
        share(lanes, points, lambda lane, point, kill=kill: kill(lane, *point))
        survived = sum(lane.survived for lane in lanes)
        print("%d kill points of the %s, %d of them behind its end" % (len(points), kind, survived))
        checks.that(survived < len(points) / 5, "control: nearly all were really killed", survived)
    revisions(server, checks)
    checks.finish()


main()
