#!/usr/bin/python3
# Goal: kill -9 at any system call of a delivery: the next start leads to one effect per key and one id per notice.
# needs: s3
# slow
"""A small report goes to a directory, to S3 and to a webhook. pressrun is killed at each of its calls that change
or send something, or at an even choice of them; then it is started once more, undisturbed, and everything is
judged by what the ledger says: the objects, the files, all notices that ever came. The same with a file that is
sent in parts, and with SIGTERM while the server is slow."""

import fcntl
import hashlib
import hmac
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import delivery
import faults
import s3
from delivery import PERIOD, SECRET, Checks, Project, wait_for
from http_fault_proxy import FaultProxy
from http_server import HttpServer, status

FILES = {"job": ["job.json", "job.rows.csv", "job.xlsx", "manifest.json"], "large": ["large.rows.csv", "manifest.json"]}
LARGE = "SELECT id, REPEAT(MD5(id), 16000) AS filler FROM videos ORDER BY id LIMIT 24"  # 12 MB: three parts
CALLS = ("write", "pwrite64", "fsync", "fdatasync", "syncfs", "rename", "unlink", "ftruncate", "mkdir", "rmdir", "connect", "sendto",
         "sendmsg", "writev", "recvfrom")
MUST = {"write", "pwrite64", "syncfs", "rename", "unlink", "connect", "sendto"}  # control: the trace shows them
POINTS, ALL_POINTS, LARGE_POINTS = 120, 12, 20
GRACE = 10  # seconds that a signal leaves to what is under way


class Hooks:
    """Receives the notices of all projects, each under a path of its own."""

    def __init__(self):
        self.server = HttpServer(status(204))

    def of(self, place):
        """[(id of the header, body, signature of the body)] that came for one project."""
        return [(r.header("webhook-id"), r.body, r.header("Signature")) for r in list(self.server.requests)
                if r.path == "/" + place]


class Lane:
    """A project that is set back before each kill; several work at the same time."""

    def __init__(self, name, bucket, hooks, checks, tenants=delivery.TENANTS):
        self.bucket, self.hooks, self.checks, self.tenants = bucket, hooks, checks, tenants
        self.p = Project(name, tenants=tenants)
        self.p.configure(hook={"kind": "webhook", "secret": {"env": "WEBHOOK_SECRET"}, "insecure": True,
                               "allow_private": ["127.0.0.1/32"], "url": hooks.server.url("/")},
                         s3=bucket.destination(multipart_threshold="5MiB", part_size="5MiB"))
        # LeakSanitizer can't work in a process that is traced.
        self.p.environment["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
        self.p.job("job", formats="[xlsx, csv, json]", deliver=["local", "s3", "hook"])
        self.p.job("large", LARGE, deliver=["s3", "hook"])
        self.log = self.p.path("strace.log")
        self.keep("clean")
        self.again = self.orphans = 0  # how often one more start was not enough, and an upload was left

    def keep(self, name):
        shutil.copytree(self.p.path("state"), self.p.path(name))

    def set_back(self, name, place, prefix="", job="job"):
        """The state that was kept, other places to deliver to."""
        for path in (self.p.path("state"), self.p.out):
            shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(self.p.path(name), self.p.path("state"))
        self.place, self.prefix, self.job = place, prefix, job
        self.p.change("hook", url=self.hooks.server.url("/" + place))
        self.p.change("s3", key=prefix + "{tenant.id}/{job}/{period}/{file}")

    def start(self, *arguments, prefix=()):
        return subprocess.Popen([*prefix, faults.FAST, *arguments], cwd=self.p.directory, env=self.p.environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def run(self, *arguments, prefix=()):
        """(exit code, all that was printed)"""
        process = self.start(*arguments, prefix=prefix)
        output, _ = process.communicate(timeout=120)
        return process.returncode, output.decode("utf-8", "replace")

    def run_job(self, prefix=()):
        return self.run("run", self.job, "--period", PERIOD, prefix=prefix)

    def wait_for_lock(self):
        """Workers of a pressrun that was killed hold it, too, until they have seen that."""
        def is_free():
            with open(self.p.path("state", "lock"), "rb") as f:
                try:
                    fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return False
            return True
        delivery.wait_until(is_free, "the lock is free")

    def remove_orphan(self):
        """An upload that was begun when its id was not in the ledger yet is left, without any part of it. That is
        what the bucket's lifecycle rule is for."""
        left = [u for u in self.bucket.uploads() if u[0].startswith(self.prefix)]
        if len(left) == 1 and not self.bucket.parts(*left[0]):
            self.orphans += 1
            self.bucket.client.abort_multipart_upload(Bucket=self.bucket.name, Key=left[0][0], UploadId=left[0][1])

    def found(self):
        """Everything that a judge wants to see."""
        return {
            "objects": self.bucket.all(self.prefix), "files": delivery.files_below(self.p.out),
            "notices": self.hooks.of(self.place), "spool": os.listdir(self.p.path("state", "spool")),
            "uploads": [key for key, _ in self.bucket.uploads() if key.startswith(self.prefix)],
            "integrity": self.p.ledger("PRAGMA integrity_check"),
            "rows": self.p.ledger("SELECT d.destination, d.key, d.kind, d.state, a.sha256 FROM deliveries d"
                                  " LEFT JOIN artifacts a ON a.id = d.artifact ORDER BY d.id"),
            "keys": ["%s%s/%s/%s/%s" % (self.prefix, t, self.job, PERIOD, f) for t in self.tenants for f in FILES[self.job]],
            "local": self.job == "job", "tenants": self.tenants, "prefix": self.prefix}

    def repair(self, point):
        """One clean start, and all is as if nothing had happened."""
        that = self.checks.that
        self.wait_for_lock()
        known = self.p.ledger("SELECT 1 FROM deliveries WHERE upload IS NOT NULL")
        code, output = self.run_job()
        for _ in range(5):
            if code != 1:
                break
            # The server was still busy with what the killed one had begun.
            self.again += 1
            time.sleep(0.3)
            self.p.due_now()
            code, output = self.run("deliver")
        that(code == 0, "%s: the next start succeeds" % point, output)
        if not known:
            self.remove_orphan()
        wrong = wrong_with(self.found())
        that(not wrong, "%s: one effect of each" % point, wrong)
        notices = len(self.hooks.of(self.place))
        code, output = self.run("deliver")
        that(code == 0 and len(self.hooks.of(self.place)) == notices, "%s: then nothing is left to do" % point, output)


# ---- the judge ----


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def wrong_with(found):
    """Everything that must never be seen at the end: a list of sentences."""
    wrong = ["%s is left" % (found[what],) for what in ("spool", "uploads") if found[what]]
    if found["integrity"] != [("ok",)]:
        wrong.append("the ledger is damaged: %s" % found["integrity"])
    rows = found["rows"]
    wrong += ["%s: %s is %s" % (row[0], row[1], row[3]) for row in rows if row[3] != "delivered"]
    for pair in {row[:2] for row in rows}:
        if sum(row[:2] == pair for row in rows) != 1:
            wrong.append("%s: %s is in the ledger twice" % pair)
    wrong += wrong_files("S3", found["objects"], found["keys"], [r for r in rows if r[0] == "s3"])
    if found["local"]:
        keys = [key[len(found["prefix"]):] for key in found["keys"]]
        wrong += wrong_files("directory", found["files"], keys, [r for r in rows if r[0] == "local"])
    return wrong + wrong_notices(found, [row[1] for row in rows if row[2] == "notice"])


def wrong_files(where, files, keys, rows):
    wrong = ["%s: %s is missing" % (where, key) for key in keys if key not in files]
    wrong += ["%s: %s is too much" % (where, key) for key in files if key not in keys]
    ledger = {row[1]: row[4] for row in rows}
    if sorted(ledger) != sorted(keys):
        wrong.append("%s: the ledger's keys are %s" % (where, sorted(ledger)))
    return wrong + ["%s: %s has other bytes" % (where, key) for key in files
                    if key in ledger and sha256(files[key]) != ledger[key]]


def wrong_notices(found, ids):
    wrong, notices = [], found["notices"]
    if len(ids) != len(found["tenants"]) or {n[0] for n in notices} != set(ids):
        wrong.append("ids of notices: %s in the ledger, %s came" % (ids, sorted({n[0] for n in notices})))
    for one in ids:
        bodies = {n[1] for n in notices if n[0] == one}
        if len(bodies) > 1:
            wrong.append("notice %s came with %d bodies" % (one, len(bodies)))
    for name, body, signature in notices:
        if signature != hmac.new(SECRET.encode(), body, "sha256").hexdigest():
            wrong.append("notice %s has a wrong signature" % name)
            continue
        told = json.loads(body)
        if told["id"] != name:
            wrong.append("notice %s calls itself %s" % (name, told["id"]))
        for artifact in told["artifacts"]:
            if sha256(found["objects"].get(artifact["key"], b"")) != artifact["sha256"]:
                wrong.append("notice %s tells of another %s" % (name, artifact["key"]))
    tenants = sorted({json.loads(n[1])["tenant"]["id"] for n in notices})
    return wrong if tenants == sorted(found["tenants"]) else wrong + ["notices of tenants %s" % tenants]


def judge_can_judge(checks, found):
    """The positive control: each kind of damage is noticed, and nothing is found where there is none."""
    def changed(what, **more):
        checks.that(wrong_with(dict(found, **more)), "control: %s is noticed" % what)

    checks.that(not wrong_with(found), "control: an undisturbed run is sound", wrong_with(found))
    for place in ("objects", "files"):
        for key in (files := found[place]):
            rest = {k: v for k, v in files.items() if k != key}
            changed("a missing %s of %s" % (key, place), **{place: rest})
            changed("a wrong byte in %s of %s" % (key, place), **{place: dict(rest, **{key: files[key][:-1] + b"?"})})
            changed("a cut %s of %s" % (key, place), **{place: dict(rest, **{key: files[key][:-1]})})
        changed("one too many of %s" % place, **{place: dict(files, another=b"x")})
    notices = found["notices"]
    name, body, _ = notices[0]

    def signed(text, as_name=name):
        return (as_name, text, hmac.new(SECRET.encode(), text, "sha256").hexdigest())

    checks.that(not wrong_with(dict(found, notices=notices * 2)), "control: a repeat is allowed")
    changed("an id with another body", notices=notices + [signed(body.replace(b"}\n", b" }\n"))])
    changed("another id", notices=notices + [signed(body.replace(name.encode(), b"pr_0"), "pr_0")])
    changed("an id that is not the body's", notices=notices[1:] + [signed(body, notices[1][0])])
    changed("a missing notice", notices=notices[1:])
    changed("a wrong signature", notices=[(name, body, "0" * 64)] + notices[1:])
    for state in ("pending", "dead"):
        changed("what is %s" % state, rows=found["rows"][:-1] + [(*found["rows"][-1][:3], state, found["rows"][-1][4])])
    changed("a delivery too many", rows=found["rows"] + found["rows"][:1])
    changed("a delivery that is not there", rows=found["rows"][1:])
    changed("a file in the spool", spool=["1"])
    changed("an unfinished upload", uploads=["k"])


# ---- where to kill ----


def points_of(log):
    """[(call, its number among its like)] of one process, in order; and those that follow a sent notice."""
    counts, found, behind, left = {}, [], [], 0
    with open(log, encoding="utf-8", errors="replace") as f:
        for line in f:
            match = re.match(r"(\w+)\(", line)
            if match:
                name = match.group(1)
                counts[name] = counts.get(name, 0) + 1
                found.append((name, counts[name]))
                if left:
                    behind.append(found[-1])
                left = 12 if '"POST /' in line else max(left - 1, 0)
    return found, behind


def choose(points, most, least):
    """About so many of them, evenly spread, and a few of each call."""
    chosen = []
    for call in sorted({p[0] for p in points}):
        own = [p for p in points if p[0] == call]
        n = min(len(own), max(least, len(own) * most // len(points)))
        chosen += [own[i * len(own) // n] for i in range(n)]
    return chosen


def was_killed(log):
    with open(log, encoding="utf-8", errors="replace") as f:
        return "killed by SIGKILL" in f.read()


class Tally:
    def __init__(self):
        self.kills, self.runs, self.lock = {}, 0, threading.Lock()

    def note(self, call, killed):
        with self.lock:
            self.runs += 1
            self.kills[call] = self.kills.get(call, 0) + killed

    def check(self, checks, what, calls):
        """A few points near the end may not be reached: what is on its way at once differs a little."""
        killed = sum(self.kills.values())
        checks.that(killed >= self.runs * 0.9, "%s: the kills happened" % what, "%d of %d" % (killed, self.runs))
        checks.that(all(self.kills.get(call) for call in calls), "%s: at each call" % what, self.kills)
        print("%s: %d kills at %d points: %s" % (what, killed, self.runs, self.kills))


def kill_run(lane, point, tally, all_processes=False):
    """`run` is killed before its nth call; with all_processes, each worker before its own nth, too."""
    call, n = point
    place = "%s-%d%s" % (call, n, "-all" if all_processes else "")
    lane.set_back("clean", place, "%s-%s/" % (os.path.basename(lane.p.directory), place))
    options = ("-f",) if all_processes else ()
    code, _ = lane.run_job(prefix=faults.strace(lane.log, *options, *faults.kill_at(call, n), calls=CALLS))
    killed = was_killed(lane.log)
    tally.note(call, killed)
    lane.checks.that(all_processes or killed == (code == -9), "%s: strace and the exit code agree" % place, code)
    lane.repair("killed at %s %d" % (call, n))


def kill_large(lane, point, tally):
    """`deliver` is killed with a file that goes in parts; what was rendered is the same each time."""
    call, n = point
    empty(lane.bucket)
    lane.set_back("rendered", "large-%s-%d" % point, job="large")
    lane.p.due_now()
    lane.run("deliver", prefix=faults.strace(lane.log, *faults.kill_at(call, n), calls=CALLS))
    tally.note(call, was_killed(lane.log))
    lane.repair("a large one killed at %s %d" % point)


def empty(bucket):
    for key in bucket.keys():
        bucket.client.delete_object(Bucket=bucket.name, Key=key)
    for key, upload in bucket.uploads():
        bucket.client.abort_multipart_upload(Bucket=bucket.name, Key=key, UploadId=upload)


def share(lanes, points, work):
    """Each lane takes the next point until none is left."""
    left, lock = list(reversed(points)), threading.Lock()

    def loop(lane):
        while True:
            with lock:
                if not left:
                    return
                point = left.pop()
            try:
                work(lane, point)
            except Exception as problem:
                lane.checks.that(False, "%s: %r" % (point, problem))

    threads = [threading.Thread(target=loop, args=(lane,)) for lane in lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def kills(checks, lanes):
    first = lanes[0]
    first.set_back("clean", "undisturbed", "undisturbed/")
    code, output = first.run_job(prefix=faults.strace(first.log, calls=CALLS))
    checks.that(code == 0, "the undisturbed run", output)
    judge_can_judge(checks, first.found())
    checks.that(len(first.hooks.of("undisturbed")) == len(first.tenants), "control: one notice for each tenant")
    points, behind = points_of(first.log)
    checks.that(behind and MUST <= {call for call, _ in points}, "the trace shows the calls that matter")
    print("%d calls of an undisturbed run, %d of them behind a notice" % (len(points), len(behind)))
    tally = Tally()
    share(lanes, sorted({*choose(points, POINTS, 8), *behind}), lambda lane, point: kill_run(lane, point, tally))
    tally.check(checks, "run", MUST)
    # The same with workers: whoever gets there is killed.
    tally = Tally()
    share(lanes, choose(points, ALL_POINTS, 2), lambda lane, point: kill_run(lane, point, tally, all_processes=True))
    tally.check(checks, "run and its workers", ())


def large_kills(checks, store, hooks):
    lanes = [Lane("large%d" % i, store.bucket("kill-large"), hooks, checks, tenants=("9",)) for i in range(2)]
    for lane in lanes:
        # Rendered while nobody listens.
        lane.p.change("s3", endpoint="http://127.0.0.1:1")
        code, output = lane.run("run", "large", "--period", PERIOD)
        checks.that(code == 1, "a report that can't be delivered", output)
        lane.p.change("s3", endpoint=store.endpoint)
        lane.keep("rendered")
    first = lanes[0]
    first.set_back("rendered", "large-undisturbed", job="large")
    first.p.due_now()
    code, output = first.run("deliver", prefix=faults.strace(first.log, calls=CALLS))
    checks.that(code == 0, "an undisturbed delivery in parts", output)
    checks.equal(wrong_with(first.found()), [], "and it is sound")
    checks.that(first.bucket.head("9/large/%s/large.rows.csv" % PERIOD).is_multipart(), "control: it went in parts")
    tally = Tally()
    share(lanes, choose(points_of(first.log)[0], LARGE_POINTS, 3), lambda lane, point: kill_large(lane, point, tally))
    tally.check(checks, "in parts", ("sendto", "pwrite64"))
    for lane in lanes:
        empty(lane.bucket)
    print("%d times one start more was not enough, %d uploads left without a part" % (
        sum(lane.again for lane in lanes), sum(lane.orphans for lane in lanes)))


# ---- SIGTERM ----


def terminate(lane, proxy, number, command, signals=1, rule=None):
    """A signal while the server is slow; the exit code and how long it took."""
    point = "SIGTERM %d of %s" % (number, command[0])
    proxy.rules(rule or {"do": "delay", "seconds": 0.4, "times": None})
    proxy.forget()
    process = lane.start(*command)
    wait_for(lambda: len(proxy.seen()) >= number, "the server is asked %d times" % number, process)
    began = time.monotonic()
    for _ in range(signals):
        process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
    output, _ = process.communicate(timeout=60)
    seconds = time.monotonic() - began
    lane.checks.equal(process.returncode, 1, "%s: exit code 1" % point)
    states = lane.p.states("s3")
    lane.checks.that(states.get("pending") and set(states) <= {"pending", "delivered"}, "%s: what was not sent waits" % point,
                     (states, output))
    proxy.rules()
    lane.p.due_now()
    lane.repair(point)
    return seconds


def sigterms(checks, store, hooks):
    proxy = FaultProxy(store.port)
    lane = Lane("term", store.bucket("terminate"), hooks, checks)
    lane.p.change("s3", endpoint=proxy.endpoint, parallel=2)
    run = ("run", "job", "--period", PERIOD)
    slowest = 0
    for number in (1, 2, 3, 4):
        lane.set_back("clean", "term-run-%d" % number, "run-%d/" % number)
        slowest = max(slowest, terminate(lane, proxy, number, run))
    for number in (1, 2, 3, 4):
        lane.set_back("clean", "term-deliver-%d" % number, "deliver-%d/" % number)
        proxy.rules({"do": "close", "times": None})
        lane.run_job()
        lane.p.due_now()
        slowest = max(slowest, terminate(lane, proxy, number, ("deliver",)))
    checks.that(slowest < 5, "what is under way ends, nothing new begins: %.1f s" % slowest)
    silent = {"do": "stall", "times": None}
    lane.set_back("clean", "term-silent", "silent/")
    seconds = terminate(lane, proxy, 1, run, rule=silent)
    checks.that(GRACE - 2 < seconds < GRACE + 5, "a silent server has %d s: %.1f" % (GRACE, seconds))
    lane.set_back("clean", "term-twice", "twice/")
    seconds = terminate(lane, proxy, 1, run, signals=2, rule=silent)
    checks.that(seconds < 3, "a second signal ends it at once: %.1f s" % seconds)
    proxy.close()


def main():
    faults.need("strace")
    checks, store, hooks = Checks(), s3.Store(), Hooks()
    bucket = store.bucket("kill")
    lanes = [Lane("lane%d" % i, bucket, hooks, checks) for i in range(min(4, 2 * (os.cpu_count() or 1)))]
    kills(checks, lanes)
    print("%d times one start more was not enough" % sum(lane.again for lane in lanes))
    large_kills(checks, store, hooks)
    sigterms(checks, store, hooks)
    checks.finish()


main()
