#!/usr/bin/python3
# Goal: whatever a power cut leaves is whole: each step is on the disk before the next one relies on it.
"""The system calls of one run, in order. For each file: written, synced with its directory, and only then
recorded in the ledger; at the destination: written and synced, or linked when it was synced, under another
name, renamed, its directory synced and only then recorded, the manifest after its files are recorded. On a file
system that is synced as a whole: with links, and with copies, for the destination is another one. And on one
that is not trusted to be (ramfs), where each file is copied and synced by itself. The controls take single
calls out of the trace or swap two: each must be noticed."""

import atexit
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import faults

CALLS = ("openat", "write", "pwrite64", "fsync", "fdatasync", "syncfs", "rename", "link", "mkdir", "unlink",
         "ftruncate")
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
            if call in ("rename", "link", "mkdir", "unlink"):
                names = re.findall(r'"((?:[^"\\]|\\.)*)"', arguments)
                events.append((call, names[0], names[1] if call in ("rename", "link") else ""))
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

    def __init__(self, events, state, apart=()):
        self.events, self.wrong, self.apart = events, [], apart
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

    def synced(self, path, after, before=None):
        """The first call after which `path` is on the disk: its own, or one of the file system."""
        for i in range(after + 1, len(self.events) if before is None else before):
            call, name = self.events[i][:2]
            whole = call == "syncfs" and path.startswith(name) and not path.startswith(self.apart)
            if whole or call == "fsync" and name == path:
                return i
        return None

    def entered(self, path, root, after, before):
        """The directory holds the name, and those above it theirs, down from `root`. Until when."""
        until = after
        while path != root:
            directory = os.path.dirname(path)
            synced = self.synced(directory, after, before)
            if synced is None:
                self.wrong.append("the directory of %s is not synced" % path)
                return None
            until, path = max(until, synced), directory
            made = self.first("mkdir", path)
            if made is None or made > (before or len(self.events)):
                break
            after = made
        return until

    def stored(self, path, root):
        """One file of the spool; the index of the sync that ends it."""
        written = self.last("write", path, len(self.events))
        synced = written and self.synced(path, written)
        if synced is None:
            self.wrong.append("%s is not synced" % path)
            return None
        entered = self.entered(path, root, self.first("create", path), None)
        return entered and max(synced, entered)

    def begun(self, temp):
        """Where the file gets its first name at the destination: that of a copy, or of a link."""
        created, linked = self.first("create", temp), self.first("link", temp)
        return linked if created is None else created

    def published(self, final, root):
        """One file from its first byte to its name; the index of the sync of its directory."""
        renamed = self.first("rename", final)
        if renamed is None:
            self.wrong.append("%s is never renamed into place" % final)
            return None
        temp = self.events[renamed][1]
        linked = self.first("link", temp, before=renamed)
        written = self.last("write", temp, renamed) if linked is None else self.last(
            "write", self.events[linked][1], len(self.events))
        if written is None or self.first("write", final) is not None:
            self.wrong.append("%s is not written under another name" % final)
            return None
        if self.synced(self.events[linked][1] if linked is not None else temp, written, renamed) is None:
            self.wrong.append("%s is renamed before it is synced" % temp)
        return self.entered(final, root, renamed, None)


def judge(events, p, files):
    """All that is wrong with the order, for `files`: [(in the spool, at the destination)] by tenant."""
    order = Order(events, p.state, p.apart)
    for pairs in files:
        ends = [order.stored(spool, p.state + "/spool") for spool, _ in pairs]
        starts = [order.begun(temp_name(there)) for _, there in pairs]
        if None in ends or None in starts:
            order.wrong.append("the trace is not complete")
            continue
        recorded = order.commit_after(max(ends))
        if recorded is None or recorded > min(starts):
            order.wrong.append("%s is sent before it is recorded" % pairs[0][0])
        for _, there in pairs:
            delivered = order.published(there, p.out)
            done = delivered and order.commit_after(delivered)
            if not done or (there != pairs[-1][1] and done > starts[-1]):
                order.wrong.append("%s is not recorded before the manifest is sent" % there)
        if not pairs[-1][1].endswith("/manifest.json"):
            order.wrong.append("the manifest does not come last")
    return order.wrong


def temp_name(path):
    return os.path.join(os.path.dirname(path), ".%s.part" % os.path.basename(path))


def controls(checks, events, p, files, at_once, links=False):
    def without(call, path):
        return [e for e in events if not (e[0] == call and e[1] == path)]

    def noticed(what, changed):
        checks.that(changed != events and judge(changed, p, files), "%s: control: %s is noticed" % (p.name, what))

    spool, there = files[0][0]
    renamed = next(i for i, e in enumerate(events) if e[0] == "rename" and e[2] == there)
    if at_once:
        before = max(i for i in range(renamed) if events[i][0] == "syncfs")
        behind = next(i for i in range(renamed, len(events)) if events[i][0] == "syncfs")
        last = max(i for i, e in enumerate(events) if e[0] == "syncfs")
        checks.that(all(events[i][1] == p.out for i in (behind, last)), "the destination is synced")
        checks.that((events[before][1] == p.out) != links, "what is linked is not synced once more", events[before])
        noticed("a spool that is not synced", without("syncfs", p.state + "/spool"))
        if links:
            linked = next(i for i, e in enumerate(events) if e[0] == "link" and e[1] == spool)
            noticed("a link before the spool is synced", [events[linked]] + events[:linked] + events[linked + 1:])
            noticed("a file that is written to when it is linked",
                    events[:renamed] + [("write", spool, "")] + events[renamed:])
        else:
            noticed("a destination that is not synced before the names", events[:before] + events[before + 1:])
        noticed("a destination that is not synced behind the names", events[:behind] + events[behind + 1:])
        noticed("a destination that is not synced at last", events[:last])
    else:
        noticed("a file in the spool that is not synced", without("fsync", spool))
        noticed("a run's directory that is not synced", without("fsync", os.path.dirname(spool)))
        noticed("a spool that is not synced", without("fsync", p.state + "/spool"))
        noticed("a file at the destination that is not synced", without("fsync", temp_name(there)))
        noticed("a directory of the destination that is not synced", without("fsync", os.path.dirname(there)))
        noticed("a new directory that is not synced", without("fsync", os.path.dirname(os.path.dirname(there))))
    noticed("a ledger that is not synced", without("fdatasync", p.state + "/ledger.db"))
    noticed("a journal that is not synced", without("fdatasync", p.state + "/ledger.db-journal"))
    noticed("a rename that comes first", [events[renamed]] + events[:renamed] + events[renamed + 1:])
    noticed("a rename that comes last", events[:renamed] + events[renamed + 1:] + [events[renamed]])
    checks.that(judge(events, p, [list(reversed(pairs)) for pairs in files]),
                "%s: control: a manifest that comes first is noticed" % p.name)


def trace_run(checks, name, prepare, at_once, links=0):
    p = faults.Project(name, faults.on_socket(faults.server()))
    p.name, p.apart = name, ()
    prepare(p)
    p.init().untraced_leaks()
    p.job("all", {"one": "SELECT id, title FROM videos ORDER BY id", "two": "SELECT COUNT(*) AS n FROM videos"},
          formats="xlsx, csv, json, ndjson")
    log = os.path.join(p.directory, LOG)
    code, output = p.run_job("all", prefix=["strace", "-f", "-y", "-s", "0", "-qq", "-e", "signal=none", "-e",
                                            "trace=" + ",".join(CALLS), "-o", log])
    checks.that(code == 0, "%s: the run succeeds" % name, output)
    events = read_trace(log)
    rows = p.rows("SELECT d.run, a.name, d.key FROM deliveries d JOIN artifacts a ON a.id = d.artifact ORDER BY d.id")
    files = [[(os.path.join(p.state, "spool", str(run), name), os.path.join(p.out, key))
              for run, name, key in rows if run == wanted] for wanted in sorted({r[0] for r in rows})]
    checks.that([len(f) for f in files] == [7, 7] and len(events) > 200,
                "%s: the trace holds two runs of 7 files" % name, (files, len(events)))
    checks.that(any(e[0] == "syncfs" for e in events) == at_once, "%s: it is synced %s" % (
        name, "as a whole" if at_once else "file by file"))
    checks.that(sum(e[0] == "link" for e in events) == links, "%s: %d files are linked" % (name, links), files)
    wrong = judge(events, p, files)
    checks.that(not wrong, "%s: each step is on the disk before the next" % name, "\n    ".join(wrong))
    return events, p, files


def mount(kind, *paths):
    """File systems in memory: "tmpfs" is known to be synced whole by syncfs(2), "ramfs" is not."""
    for path in paths:
        os.makedirs(path, exist_ok=True)
        if subprocess.run(["mount", "-t", kind, "-o", "mode=0750", "pressrun-test", path], check=False).returncode:
            faults.skip("no file system can be mounted here: not root?")
        atexit.register(subprocess.run, ["umount", path], check=False)


def mount_inside(p):
    p.apart = (os.path.join(p.out, "9"),)
    mount("ramfs", *p.apart)


def main():
    faults.need("strace", "mount")
    checks = faults.Checks()
    controls(checks, *trace_run(checks, "linked", lambda p: None, True, 14), True, True)
    controls(checks, *trace_run(checks, "at-once", lambda p: mount("tmpfs", p.out), True), True)
    controls(checks, *trace_run(checks, "one-by-one", lambda p: mount("ramfs", p.state, p.out), False), False)
    # Where one tenant's directory is a mount of its own.
    events, p, files = trace_run(checks, "inside", mount_inside, True, 7)
    for path in (os.path.join(p.out, "9"), os.path.join(p.out, "9", "all")):
        changed = [e for e in events if not (e[0] == "fsync" and e[1] == path)]
        checks.that(changed != events and judge(changed, p, files),
                    "inside: control: a directory that is not synced is noticed", path)
    checks.finish()


main()
