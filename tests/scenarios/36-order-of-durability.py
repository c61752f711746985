#!/usr/bin/python3
# Goal: whatever a power cut leaves is whole: each step is on the disk before the next one relies on it.
"""The system calls of one run, in order. For each file: written, synced, renamed, its directory synced, and
only then recorded in the ledger; the same again at the destination, the manifest after its files are
recorded. The controls take
single calls out of the trace or swap two: each must be noticed."""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import faults

CALLS = ("openat", "write", "pwrite64", "fsync", "fdatasync", "rename", "mkdir", "unlink", "ftruncate")
LINE = re.compile(r"^(\d+) +(\w+)\((.*)\) += (\d+)")
LOG = "strace.log"


def whole_lines(lines):
    """A call that another process came in between of, as one line where it ends."""
    begun = {}
    for line in lines:
        process, _, rest = line.partition(" ")
        if line.rstrip().endswith("<unfinished ...>"):
            begun[process] = line.rstrip()[:-len("<unfinished ...>")].rstrip()
        elif rest.lstrip().startswith("<... "):
            yield begun.pop(process, "") + line.partition(" resumed>")[2]
        else:
            yield line


def read_trace(path):
    """[(call, path, second path)] of the calls that succeeded."""
    events = []
    with open(path, encoding="utf-8", errors="replace") as f:
        for line in whole_lines(f):
            match = LINE.match(line)
            if not match:
                continue
            call, arguments = match.group(2), match.group(3)
            if call in ("rename", "mkdir", "unlink"):
                names = re.findall(r'"((?:[^"\\]|\\.)*)"', arguments)
                events.append((call, names[0], names[1] if call == "rename" else ""))
            elif call == "openat":
                names = re.findall(r'"((?:[^"\\]|\\.)*)"', arguments)
                if "O_CREAT" in arguments:
                    events.append(("create", names[0], ""))
            else:
                name = re.match(r"\d+<([^>]*)>", arguments)
                events.append(("write" if call == "pwrite64" else call, name.group(1) if name else "", ""))
    return events


class Order:
    """Looks for events one behind the other and notes what is missing."""

    def __init__(self, events, state):
        self.events, self.wrong = events, []
        self.ledger, self.journal = state + "/ledger.db", state + "/ledger.db-journal"

    def first(self, call, path, after=-1, before=None):
        for i in range(after + 1, len(self.events) if before is None else before):
            if self.events[i][0] == call and path in self.events[i][1:]:
                return i
        return None

    def last(self, call, path, before):
        return next((i for i in range(before - 1, -1, -1)
                     if self.events[i][0] == call and self.events[i][1] == path), None)

    def commit_after(self, i):
        """A transaction that began later, up to the sync that makes it count: journal, database."""
        begun = self.first("write", self.journal, i)
        synced = begun and self.first("fdatasync", self.journal, begun)
        written = synced and self.first("write", self.ledger, synced)
        return written and self.first("fdatasync", self.ledger, written)

    def published(self, final):
        """One file from its first byte to its name; the index of the sync of its directory."""
        renamed = self.first("rename", final)
        if renamed is None:
            self.wrong.append("%s is never renamed into place" % final)
            return None
        temp = self.events[renamed][1]
        written = self.last("write", temp, renamed)
        if written is None or self.first("write", final) is not None:
            self.wrong.append("%s is not written under another name" % final)
            return None
        if self.first("fsync", temp, written, renamed) is None:
            self.wrong.append("%s is renamed before it is synced" % temp)
        synced = self.first("fsync", os.path.dirname(final), renamed)
        if synced is None:
            self.wrong.append("the directory of %s is not synced" % final)
        return synced

    def directories(self, root):
        """A new directory is on the disk when the one above it is synced, before files go into it."""
        for i, (call, path, _) in enumerate(self.events):
            if call == "mkdir" and path.startswith(root):
                synced = self.first("fsync", os.path.dirname(path), i)
                used = next((k for k in range(i, len(self.events)) if self.events[k][0] == "create" and
                             self.events[k][1].startswith(path + "/")), len(self.events))
                if synced is None or synced > used:
                    self.wrong.append("%s is used before it is on the disk" % path)


def judge(events, p, files):
    """All that is wrong with the order, for `files`: [(in the spool, at the destination)] by tenant."""
    order = Order(events, p.state)
    order.directories(p.state + "/spool")
    order.directories(p.out)
    for pairs in files:
        ends = [order.published(spool) for spool, _ in pairs]
        starts = [order.first("create", os.path.join(os.path.dirname(there),
                                                     ".%s.part" % os.path.basename(there)))
                  for _, there in pairs]
        if None in ends or None in starts:
            order.wrong.append("the trace is not complete")
            continue
        recorded = order.commit_after(max(ends))
        if recorded is None or recorded > min(starts):
            order.wrong.append("%s is sent before it is recorded" % pairs[0][0])
        for _, there in pairs:
            delivered = order.published(there)
            done = delivered and order.commit_after(delivered)
            if not done or (there != pairs[-1][1] and done > starts[-1]):
                order.wrong.append("%s is not recorded before the manifest is sent" % there)
        if not pairs[-1][1].endswith("/manifest.json"):
            order.wrong.append("the manifest does not come last")
    return order.wrong


def controls(checks, events, p, files):
    def without(call, path):
        return [e for e in events if not (e[0] == call and e[1] == path)]

    def noticed(what, changed):
        checks.that(changed != events and judge(changed, p, files), "control: %s is noticed" % what)

    spool, there = files[0][0]
    temp = os.path.join(os.path.dirname(there), ".%s.part" % os.path.basename(there))
    noticed("a file in the spool that is not synced", without("fsync", spool + ".part"))
    noticed("a directory of the spool that is not synced", without("fsync", os.path.dirname(spool)))
    noticed("a file at the destination that is not synced", without("fsync", temp))
    noticed("a directory of the destination that is not synced", without("fsync", os.path.dirname(there)))
    noticed("a new directory that is not synced", without("fsync", os.path.dirname(os.path.dirname(there))))
    noticed("a ledger that is not synced", without("fdatasync", p.state + "/ledger.db"))
    noticed("a journal that is not synced", without("fdatasync", p.state + "/ledger.db-journal"))
    i = next(i for i, e in enumerate(events) if e[0] == "rename" and e[2] == there)
    noticed("a rename that comes first", [events[i]] + events[:i] + events[i + 1:])
    i = next(i for i, e in enumerate(events) if e[0] == "rename" and e[2] == spool)
    noticed("a rename that comes last", events[:i] + events[i + 1:] + [events[i]])
    checks.that(judge(events, p, [list(reversed(pairs)) for pairs in files]),
                "control: a manifest that comes first is noticed")


def main():
    faults.need("strace")
    checks = faults.Checks()
    p = faults.Project("project", faults.on_socket(faults.server())).init().untraced_leaks()
    p.job("all", {"one": "SELECT id, title FROM videos ORDER BY id", "two": "SELECT COUNT(*) AS n FROM videos"},
          formats="xlsx, csv, json, ndjson")
    log = os.path.join(p.directory, LOG)
    code, output = p.run_job("all", prefix=["strace", "-f", "-y", "-s", "0", "-qq", "-e", "signal=none", "-e",
                                            "trace=" + ",".join(CALLS), "-o", log])
    checks.that(code == 0, "the run succeeds", output)
    events = read_trace(log)
    rows = p.rows("SELECT d.run, a.name, d.key FROM deliveries d JOIN artifacts a ON a.id = d.artifact ORDER BY d.id")
    files = [[(os.path.join(p.state, "spool", str(run), name), os.path.join(p.out, key))
              for run, name, key in rows if run == wanted] for wanted in sorted({r[0] for r in rows})]
    checks.that([len(f) for f in files] == [7, 7] and len(events) > 300, "the trace holds two runs of 7 files",
                (files, len(events)))
    wrong = judge(events, p, files)
    checks.that(not wrong, "each step is on the disk before the next", "\n    ".join(wrong))
    controls(checks, events, p, files)
    checks.finish()


main()
