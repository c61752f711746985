"""What the scenarios about faults share: projects whose state and files can be judged, a proxy that
breaks connections, and strace as a way to kill a process at a chosen system call."""

import fcntl
import hashlib
import io
import json
import os
import re
import select
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import zipfile

import isolation as iso
import openpyxl

DIRECTORY = iso.DIRECTORY
PRESSRUN = iso.PRESSRUN
# Where many runs are needed and no sanitizer is wanted.
FAST = os.environ.get("PRESSRUN_RELEASE") or PRESSRUN
PERIOD = "2026-11-23"
Checks = iso.Checks


def skip(why):
    print("SKIPPED: %s" % why)
    sys.exit(77)


def need(*programs):
    for program in programs:
        if not shutil.which(program):
            skip("%s is not installed" % program)


def wait_until(condition, what, seconds=30):
    """Polls; an event that never comes is a failure of the scenario, not a longer sleep."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.005)
    raise TimeoutError("waited %d s in vain until %s" % (seconds, what))


class SharedServer(iso.Server):
    """The server of tests/run: to read from, not to break."""

    def __init__(self):
        self.socket, self.port = os.environ["DB_SOCKET"], int(os.environ["DB_PORT"])


class OwnServer(iso.Server):
    """A server that may be broken; the report account may use TCP as well."""

    def __init__(self, *options, **more):
        super().__init__(*options, port=True, **more)
        with open(os.path.join(self.directory, "port"), encoding="ascii") as f:
            self.port = int(f.read())

    def start_again(self):
        subprocess.run([self.script, "start", self.directory, "--port", str(self.port)], check=True,
                       stdout=subprocess.DEVNULL)

    def pid(self):
        with open(os.path.join(self.directory, "pid"), encoding="ascii") as f:
            return int(f.read())


def server():
    return SharedServer() if os.environ.get("DB_SOCKET") else OwnServer(videos=30000)


CONFIG = """\
database:
  %(where)s
  schema: ai_pipeline_db
  user: ai_pipeline_readonly
  password: {env: FAULTS_PASSWORD}
  statement_timeout: %(timeout)s
  connections: %(workers)d
%(database)stenants:
  query: SELECT id, name, display_name FROM tenants WHERE id IN (%(tenants)s) ORDER BY id
scope:
  tenants: {tenant: id, hide: [api_key]}
  videos: {tenant: tenant_id}
  video_embeddings: {through: videos, on: video_id}
  video_audio_previews: {through: videos, on: video_id}
destinations:
  reports: {kind: directory, path: %(out)s}
timezone: UTC
jobs_directory: jobs
state_directory: %(state)s
"""


def block(sql):
    return "".join("      %s\n" % line for line in sql.strip().split("\n"))


class Project:
    """A directory with a pressrun.yaml, jobs, a ledger and a destination. With one worker, unless told
    otherwise: then the same calls come in the same order."""

    def __init__(self, name, where, tenants=(8, 9), timeout="30s", database="", state="state",
                 out="out", program=PRESSRUN, workers=1):
        self.directory = os.path.join(DIRECTORY, name)
        self.state, self.out = (os.path.join(self.directory, p) for p in (state, out))
        self.config = os.path.join(self.directory, "pressrun.yaml")
        self.program, self.tenants = program, tenants
        # LeakSanitizer can't work in a process that is traced.
        self.environment = dict(os.environ, FAULTS_PASSWORD=iso.PASSWORD, LC_ALL="C",
                                ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", ""))
        os.makedirs(os.path.join(self.directory, "jobs"))
        self.write("pressrun.yaml", CONFIG % {
            "where": "\n  ".join(where), "timeout": timeout, "database": database, "workers": workers,
            "tenants": ", ".join(map(str, tenants)), "out": self.out, "state": self.state})

    def write(self, name, text):
        path = os.path.join(self.directory, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(path, 0o644)

    def job(self, name, results, formats="xlsx, csv, json", more=""):
        """Results are SQL by name."""
        text = "job: %s\ntitle: Job %s\nperiod: {unit: day}\n%sresults:\n" % (name, name, more)
        for result, sql in results.items():
            text += "  %s:\n    title: %s\n    sql: |\n%s" % (result, result, block(sql))
        self.write("jobs/%s.yaml" % name,
                   text + "formats: [%s]\ndeliver: [reports]\n" % formats)

    def command(self, *arguments):
        return [self.program, "--config", self.config, *arguments]

    def start(self, *arguments, prefix=(), **options):
        """pressrun in the background, its messages in .stderr."""
        return subprocess.Popen([*prefix, *self.command(*arguments)], env=self.environment,
                                cwd=self.directory, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                errors="replace", **options)

    def run(self, *arguments, prefix=(), **options):
        """(exit code, all that it printed)"""
        process = self.start(*arguments, prefix=prefix, **options)
        output, _ = process.communicate(timeout=300)
        return process.returncode, output

    def run_job(self, job, *arguments, **options):
        return self.run("run", job, "--period", PERIOD, *arguments, **options)

    def init(self):
        code, output = self.run("init")
        if code != 0:
            sys.exit("init failed: %s" % output)
        return self

    def untraced_leaks(self):
        """For processes under strace."""
        self.environment["ASAN_OPTIONS"] += ":detect_leaks=0"
        return self

    def rows(self, sql):
        """Asks the ledger, by other means than pressrun's own."""
        db = sqlite3.connect(os.path.join(self.state, "ledger.db"), timeout=20)
        try:
            return db.execute(sql).fetchall()
        finally:
            db.close()

    def errors(self):
        """(tenant, kind, error, hint, transient) of the failed runs, in order."""
        return self.rows("SELECT t.tenant, r.error_kind, r.error, r.hint, r.transient FROM runs r"
                         " JOIN tasks t ON t.id = r.task WHERE r.state = 'failed' ORDER BY r.id")

    def spool(self):
        path = os.path.join(self.state, "spool")
        return sorted(os.listdir(path)) if os.path.isdir(path) else []

    def wait_for_lock(self):
        """The workers of a pressrun that was killed hold its lock until they are gone, too."""
        def is_free():
            with open(os.path.join(self.state, "lock"), "rb") as f:
                try:
                    fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return False
                return True
        wait_until(is_free, "the lock is free")

    def published(self):
        """All files of the destination under their final names, with their bytes."""
        return read_tree(self.out, hidden=False)

    def shared(self):
        """Files of the destination that have another name somewhere, or are not as readable as they should be."""
        found = [os.path.join(self.out, name) for name in self.published()]
        return [path for path in found if os.lstat(path).st_nlink != 1 or os.lstat(path).st_mode & 0o777 != 0o640]

    def leftovers(self):
        """What is in the destination and is no report."""
        return sorted(set(read_tree(self.out, hidden=True)) - set(self.published()))


def read_tree(root, hidden):
    found = {}
    for directory, _, files in os.walk(root):
        for name in files:
            if hidden or not name.startswith("."):
                path = os.path.join(directory, name)
                with open(path, "rb") as f:
                    found[os.path.relpath(path, root)] = f.read()
    return found


def wrong_with(files, sound=None):
    """Everything that must never be seen in a destination: a list of sentences, empty when all is well.
    `files` are names and bytes as of Project.published(); what is in `sound` as well was judged before."""
    wrong = []
    for name, data in files.items():
        if sound and sound.get(name) == data:
            continue
        try:
            if name.endswith(".json"):
                json.loads(data)
            elif name.endswith(".ndjson"):
                assert not data or data.endswith(b"\n"), "the last line is cut"
                for line in data.decode("utf-8").split("\n")[:-1]:
                    json.loads(line)
            elif name.endswith(".csv"):
                assert data.endswith(b"\r\n"), "the last record is cut"
            elif name.endswith(".xlsx"):
                open_workbook(data)
            else:
                wrong.append("%s: not a name of ours" % name)
        except Exception as problem:
            wrong.append("%s: not whole: %s" % (name, problem))
    for name, data in files.items():
        if os.path.basename(name) == "manifest.json":
            try:
                artifacts = json.loads(data)["artifacts"]
            except (ValueError, KeyError) as problem:
                wrong.append("%s: %s" % (name, problem))
                continue
            for a in artifacts:
                there = files.get(os.path.join(os.path.dirname(name), a["file"]))
                if there is None:
                    wrong.append("%s vouches for %s, which is not there" % (name, a["file"]))
                elif hashlib.sha256(there).hexdigest() != a["sha256"]:
                    wrong.append("%s vouches for another %s" % (name, a["file"]))
    return wrong


def open_workbook(data):
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        assert z.testzip() is None, "a member is damaged"
    return openpyxl.load_workbook(io.BytesIO(data), read_only=True)


def damage_is_noticed(checks, files):
    """The positive control of wrong_with(): each kind of damage is seen."""
    checks.that(files and not wrong_with(files), "control: an undisturbed run is sound",
                wrong_with(files))
    for end in (".xlsx", ".json", ".csv"):  # the last two bytes of JSON are a bracket and a line end
        name = next(n for n in files if n.endswith(end))
        for cut in (len(files[name]) // 2, len(files[name]) - 2):
            checks.that(wrong_with({**files, name: files[name][:cut]}),
                        "control: %s cut to %d bytes is noticed" % (end, cut))
    manifest = next(n for n in files if n.endswith("manifest.json"))
    report = next(n for n in files if n.endswith(".csv"))
    checks.that(wrong_with({n: d for n, d in files.items() if n != report}),
                "control: a manifest without its file is noticed")
    checks.that(wrong_with({**files, manifest: files[manifest][:-5]}),
                "control: a cut manifest is noticed")


# ------------------------------------------------------------------------------------------- strace

CHANGING = ("write", "pwrite64", "fsync", "fdatasync", "syncfs", "rename", "link", "chmod", "utimensat", "unlink",
            "unlinkat", "rmdir", "ftruncate", "mkdir")


def strace(log, *options, calls=CHANGING):
    """A prefix that traces the process itself, not its children."""
    return ["strace", "-q", "-e", "trace=" + ",".join(calls), "-o", log,
            *options]


def kill_at(call, n):
    return ("-e", "inject=%s:signal=KILL:when=%d" % (call, n))


def calls_of(log):
    """[(call, its number among its like)] of the calls of one process that did something."""
    counts, found = {}, []
    with open(log, encoding="utf-8", errors="replace") as f:
        for line in f:
            match = re.match(r"(\w+)\(.*\) += (-?\d+)", line)
            if match:
                name = match.group(1)
                counts[name] = counts.get(name, 0) + 1
                if int(match.group(2)) >= 0:
                    found.append((name, counts[name]))
    return found


def was_killed(log):
    with open(log, encoding="utf-8", errors="replace") as f:
        return "killed by SIGKILL" in f.read()


def children(pid):
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid), encoding="ascii") as f:
            return [int(p) for p in f.read().split()]
    except OSError:
        return []


def is_alive(pid):
    """A zombie is dead."""
    try:
        with open("/proc/%d/stat" % pid, encoding="ascii") as f:
            return f.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


# -------------------------------------------------------------------------------------------- proxy

class Proxy:
    """Between pressrun and its server, on a port of loopback. `plan` decides what becomes of each
    connection: it is called with the connection's number (from 1) and returns a Fault."""

    def __init__(self, upstream, plan=None):
        self.upstream, self.plan = upstream, plan or (lambda number: Fault())
        self.count = 0
        self.links = []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def where(self):
        return ["host: 127.0.0.1", "port: %d" % self.port]

    def accept(self):
        """Until the process ends or the proxy is closed."""
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.count += 1
            fault = self.plan(self.count)
            fault.client = client
            self.links.append(fault)
            threading.Thread(target=self.serve, args=(client, fault), daemon=True).start()

    def serve(self, client, fault):
        if fault.refuse:
            reset(client)
            return
        fault.release.wait()
        try:
            if isinstance(self.upstream, str):
                there = socket.socket(socket.AF_UNIX)
                there.connect(self.upstream)
            else:
                there = socket.create_connection(("127.0.0.1", self.upstream))
        except OSError:
            reset(client)
            return
        threading.Thread(target=pump, args=(client, there, None, fault), daemon=True).start()
        pump(there, client, fault)

    def close(self):
        self.listener.close()


class Fault:
    """What happens to one connection. After `after` bytes from the server: "cut" closes it inside a
    packet, "boundary" behind the packet that is on its way, "reset" with a RST, "stall" goes silent;
    "pause" waits for `resume`."""

    def __init__(self, kind=None, after=0, refuse=False, hold=False):
        self.kind, self.after, self.refuse = kind, after, refuse
        self.release, self.struck, self.resume, self.gone = (threading.Event() for _ in range(4))
        self.passed = 0
        self.client = None
        self.held = b""
        if not hold:
            self.release.set()

    def take(self, data):
        """(bytes to pass on, go on?)"""
        if self.kind is None or self.struck.is_set():
            return data, True
        if self.kind == "boundary":
            return self.take_packets(data)
        if self.passed + len(data) <= self.after:
            return data, True
        rest = data[:self.after - self.passed]
        if self.kind == "pause":
            rest = data
        self.struck.set()
        return rest, self.kind == "pause"

    def take_packets(self, data):
        self.held += data
        out = b""
        while len(self.held) >= 4:
            size = 4 + int.from_bytes(self.held[:3], "little")
            if len(self.held) < size:
                break
            out, self.held = out + self.held[:size], self.held[size:]
            if self.passed + len(out) > self.after:
                self.struck.set()
                return out, False
        return out, True


def reset(sock):
    """Closes with a RST."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    sock.close()


def pump(source, sink, fault, other=None):
    """Copies one direction. `other` is the fault of the opposite one: a socket on which somebody still
    waits in recv() can't be reset."""
    try:
        while True:
            while other and not select.select([source], [], [], 0.05)[0]:
                if other.gone.is_set():
                    return
            data = source.recv(65536)
            if not data:
                break
            go_on = True
            if fault:
                data, go_on = fault.take(data)
                fault.passed += len(data)
            sink.sendall(data)
            if fault and fault.struck.is_set() and fault.kind == "pause":
                fault.resume.wait()
            if not go_on:
                if fault.kind == "stall":
                    fault.resume.wait()
                if fault.kind == "reset":
                    fault.gone.set()
                    reset(sink)
                break
    except OSError:
        pass
    for s in (source, sink):
        try:
            s.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def on_socket(any_server):
    return ["socket: %s" % any_server.socket]


def kill(pid, number=signal.SIGKILL):
    os.kill(pid, number)


def attach(pid, log, *options, calls=CHANGING):
    """Traces one process, without its children, from now on."""
    tracer = subprocess.Popen(strace(log, *options, "-p", str(pid), calls=calls),
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def is_traced():
        with open("/proc/%d/status" % pid, encoding="ascii", errors="replace") as f:
            return "TracerPid:\t%d\n" % tracer.pid in f.read()

    wait_until(is_traced, "strace is attached")
    return tracer
