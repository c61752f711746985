"""Runs programs, says what they used, and sums up rounds."""

import collections
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time

Used = collections.namedtuple("Used", "seconds cpu server_cpu peak_kib workers_kib")  # of the program, of what it started


class Memory(threading.Thread):
    """Watches the most memory that a program, and each process it started, had resident. What wait4() tells
    can't be taken: it begins with the size of whoever started the program."""

    PAUSE = 0.02

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.found, self.over = pid, {}, threading.Event()
        self.start()

    def run(self):
        while True:
            for pid in (self.pid, *children(self.pid)):
                self.found[pid] = max(high_water(pid), self.found.get(pid, 0))
            if self.over.wait(self.PAUSE):
                return

    def end(self):
        self.over.set()
        self.join()


def run(command, database=None, environment=None, directory=None):
    """What a program used until it ended, which must be well. What others left to write is on the disk before
    it starts: else it would wait for that in its own fsync."""
    os.sync()
    server_before = database.cpu_seconds() if database else 0
    with tempfile.TemporaryFile() as errors:
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors, env=environment, cwd=directory)
        memory = Memory(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        memory.end()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            errors.seek(0)
            sys.exit("%s ended with %d:\n%s" % (" ".join(command), process.returncode,
                                                errors.read().decode(errors="replace")[-2000:]))
    server = database.cpu_seconds() - server_before if database else 0
    return Used(seconds, usage.ru_utime + usage.ru_stime, server, memory.found.pop(process.pid),
                sorted(memory.found.values()))


def processor_seconds(pid_file):
    """What a server has used of the processors since it started."""
    with open(pid_file, encoding="ascii") as f:
        pid = f.read().strip()
    with open("/proc/%s/stat" % pid, encoding="ascii") as f:
        fields = f.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def children(pid):
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid), encoding="ascii") as f:
            return [int(child) for child in f.read().split()]
    except OSError:
        return []


def high_water(pid):
    try:
        with open("/proc/%d/status" % pid, encoding="utf-8") as f:
            return next((int(line.split()[1]) for line in f if line.startswith("VmHWM:")), 0)
    except OSError:
        return 0


class Rounds:
    """What was measured, by name, a value a round. Ratios are taken inside a round, where the machine was
    equally fast for both, and their median is what counts."""

    def __init__(self):
        self.values = {}

    def add(self, name, value):
        self.values.setdefault(name, []).append(value)

    def add_used(self, name, used):
        """The seconds under the name itself, the rest beside them. One sees how far it is, and what is known when
        it is stopped."""
        print("    %s: %.2f s" % (" ".join(str(part) for part in name), used.seconds), file=sys.stderr)
        self.add(name, used.seconds)
        self.add((*name, "cpu"), used.cpu)
        self.add((*name, "server"), used.server_cpu)
        self.add((*name, "peak"), max(used.peak_kib, *used.workers_kib, 0))
        self.add((*name, "memory"), (used.peak_kib, used.workers_kib))

    def has(self, name):
        return name in self.values

    def median(self, name):
        return statistics.median(self.values[name])

    def ratio(self, a, b):
        """How many times b fits into a. What has fewer rounds is compared in those."""
        return statistics.median(x / y for x, y in zip(self.values[a], self.values[b]))

    def ratio_to_sum(self, a, parts):
        return statistics.median(values[0] / sum(values[1:]) for values in zip(
            self.values[a], *(self.values[p] for p in parts)))
