"""What the scenarios about delivery share: projects with destinations of any kind, a look into their
ledger, and pressrun as a process that is timed or killed."""

import fcntl
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time

import scenario
from faults import wait_until
from scenario import PERIOD, PRESSRUN, SOCKET, Checks, Result

__all__ = ["Checks", "PERIOD", "Project", "wait_until"]

# Small tenants of the sample database.
TENANTS = ("8", "9")
QUERY = "SELECT id, title, run_time, created_at FROM videos ORDER BY id LIMIT 50"
# What a process has used at most begins with what its parent has, so a small one starts it.
MEASURE = """
import os, sys
pid = os.spawnv(os.P_NOWAIT, sys.argv[2], sys.argv[2:])
_, status, usage = os.wait4(pid, 0)
with open(sys.argv[1], "w") as f:
    f.write(str(usage.ru_maxrss))
sys.exit(os.waitstatus_to_exitcode(status))
"""
SECRET = "whsec_bm90IGEgc2VjcmV0IGJ1dCBlbm91Z2ggYnl0ZXM="


class Project(scenario.Project):
    """A project whose destinations are given as dictionaries of settings. `local`, a directory, is
    always there, too."""

    def __init__(self, name, tenants=TENANTS, **destinations):
        self.tenants = tenants
        super().__init__(name, init=False)
        self.environment["WEBHOOK_SECRET"] = SECRET
        self.destinations = {}
        self.configure(**destinations)
        done = self.run("init")
        if done.code != 0:
            raise RuntimeError("pressrun init failed: %s" % done)

    def configure(self, **destinations):
        """Adds destinations, or settles them anew."""
        self.destinations.update(destinations)
        self.write_configuration()

    def change(self, name, **settings):
        """Changes some settings of one destination."""
        self.destinations[name] = dict(self.destinations[name], **settings)
        self.write_configuration()

    def write_configuration(self):
        text = scenario.CONFIG.format(socket=SOCKET, schema="ai_pipeline_db", user="ai_pipeline_readonly", scope="")
        text = text.split("destinations:\n")[0].replace(
            "WHERE is_active = 1", "WHERE id IN (%s)" % ", ".join(self.tenants))
        text += "destinations:\n  local: {kind: directory, path: out, platform: true}\n"
        for name, settings in self.destinations.items():
            # JSON is YAML, but for the keys, which stand without quotes here as people write them.
            text += "  %s:\n" % name
            text += "".join("    %s: %s\n" % (k, json.dumps(v)) for k, v in settings.items() if v is not None)
        self.write("pressrun.yaml", text)

    def job(self, name, query=QUERY, formats="[csv]", deliver=("local",), more=""):
        self.write("jobs/%s.yaml" % name, scenario.job(name, query, formats, more).replace(
            "deliver: [reports]", "deliver: [%s]" % ", ".join(deliver)))

    def run_job(self, name, *arguments, **options):
        return self.run("run", name, "--period", PERIOD, *arguments, **options)

    # ---- its ledger, by other means than pressrun's own ----

    def ledger(self, statement, *values):
        with sqlite3.connect(self.path("state", "ledger.db"), timeout=20) as db:
            return db.execute(statement, values).fetchall()

    def deliveries(self, destination, where="1"):
        """[(key, state, attempts, error)], in the ledger's order."""
        return self.ledger("SELECT key, state, attempts, error FROM deliveries WHERE destination = ? AND %s ORDER BY id"
                           % where, destination)

    def states(self, destination):
        """How many deliveries are in which state."""
        return dict(self.ledger("SELECT state, COUNT(*) FROM deliveries WHERE destination = ? GROUP BY state",
                                destination))

    def errors(self, destination):
        """All that is told about what failed there, in one text."""
        return " | ".join(str(error) for _, _, _, error in self.deliveries(destination, "error IS NOT NULL"))

    def due_now(self):
        """Makes waiting deliveries due, instead of waiting until they are; how many."""
        with sqlite3.connect(self.path("state", "ledger.db"), timeout=20) as db:
            return db.execute("UPDATE deliveries SET next_at = 0 WHERE state = 'pending'").rowcount

    # ---- as a process ----

    def start(self, *arguments, variables=None):
        """pressrun in the background, in a process group of its own."""
        return subprocess.Popen([PRESSRUN, *arguments], cwd=self.directory, env=dict(self.environment, **(variables or {})),
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                start_new_session=True)

    def measure(self, *arguments, variables=None):
        """(result, seconds, MiB at most): of pressrun and its workers."""
        usage = os.path.join(scenario.DIRECTORY, "usage")
        began = time.monotonic()
        done = subprocess.run([sys.executable, "-E", "-S", "-c", MEASURE, usage, PRESSRUN, *arguments], cwd=self.directory,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=dict(self.environment, **(variables or {})), check=False)
        seconds = time.monotonic() - began
        with open(usage, encoding="ascii") as f:
            return Result(done), seconds, int(f.read()) / 1024

    def kill(self, process):
        """kill -9 of pressrun and its workers; returns when nothing of them is left."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

        def lock_is_free():  # the workers hold it, too
            with open(self.path("state", "lock"), "rb") as f:
                try:
                    fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return False
            return True
        wait_until(lock_is_free, "the lock is free")


def wait_for(condition, what, process=None, seconds=60):
    """Waits for something that pressrun is about to do; fails at once when it has ended before."""
    def holds():
        if condition():
            return True
        if process and process.poll() is not None and not condition():
            raise RuntimeError("pressrun ended with %s before %s" % (process.returncode, what))
        return False
    wait_until(holds, what, seconds)


def files_below(root):
    """{relative name: bytes}"""
    found = {}
    for directory, _, names in os.walk(root):
        for name in names:
            path = os.path.join(directory, name)
            with open(path, "rb") as f:
                found[os.path.relpath(path, root)] = f.read()
    return found


def shifted_clock(seconds):
    """Variables with which pressrun sees another time. A program with sanitizers bears what is loaded
    before them."""
    library = os.path.join(scenario.DIRECTORY, "shifted_clock.so")
    if not os.path.exists(library):
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, os.path.join(scenario.ROOT, "tests/lib/shifted_clock.c")],
                       check=True)
    return {"LD_PRELOAD": library, "SHIFT_SECONDS": str(seconds),
            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}
