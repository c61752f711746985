"""What tests/bench/run prints: tables in Markdown, for docs/performance.md."""

import datetime
import os
import subprocess

import peers


def number(n):
    return format(n, ",")


def table(head, rows):
    print("| %s |\n|%s" % (" | ".join(head), "---|" * len(head)))
    for row in rows:
        print("| %s |" % " | ".join(row))
    print()


def machine(bench):
    def first(path, mark):
        with open(path, encoding="utf-8") as f:
            return next((line.partition(":")[2].strip() for line in f if line.startswith(mark)), "?")
    files = {place: subprocess.run(["stat", "-f", "-c", "%T", path], stdout=subprocess.PIPE, text=True,
                                   check=True).stdout.strip() for place, path in bench.places.items()}
    print("Measured %s on %d processors (%s), %s of memory, Linux %s; files on %s unless it says tmpfs (%s). MariaDB %s on "
          "the same machine, over its socket, everything in its memory. Load of the machine: %s at the beginning, %s at the end. "
          "Rounds: %d; figures are their medians, and ratios are taken within a round." % (
              datetime.date.today(), os.cpu_count(), first("/proc/cpuinfo", "model name"), first("/proc/meminfo", "MemTotal"),
              os.uname().release, files["disk"], files["tmpfs"], bench.database.version(),
              *("%.1f" % load for load in (bench.load_before, os.getloadavg()[0])), bench.options.rounds))
    if bench.peers:
        print("Peers: %s." % bench.peer_versions)
    print()


def faster(times, than):
    return "%.1f times faster than %s" % (times, than) if times >= 1 else "takes %.1f times as long as %s" % (1 / times, than)


class Headline:
    """The lines of the goal, each with what was measured."""

    def __init__(self, bench):
        self.bench, self.rounds, self.sizes, self.peers = bench, bench.rounds, bench.sizes, bench.peers
        self.n = bench.sizes.rows

    def times_f(self, form):
        f = (self.n, "fetch", "rendered")
        return "%.2f F rendered, %.2f F with all of that" % (
            self.rounds.ratio((self.n, form, "rendered"), f), self.rounds.ratio((self.n, form, "whole"), f))

    def beside_libxlsxwriter(self, form):
        """(times faster, its part in size)"""
        other = (self.n, peers.LIBXLSXWRITER, "xlsx")
        return (self.rounds.ratio(other, (self.n, form, "whole")),
                self.rounds.ratio((self.n, form, "bytes"), (*other, "bytes")))

    def xlsx(self):
        said = self.times_f("xlsx")
        if self.peers:
            times, size = self.beside_libxlsxwriter("xlsx")
            said += "; %s, file %+.0f %%" % (faster(times, "libxlsxwriter"), 100 * size - 100)
        return said

    def small(self):
        said = self.times_f("small")
        if self.peers:
            times, size = self.beside_libxlsxwriter("small")
            said += "; file %+.0f %%, %s" % (100 * size - 100, faster(times, "libxlsxwriter"))
        return said

    def one_pass(self):
        return "%.2f" % self.rounds.ratio_to_sum((self.n, "all", "whole"), [(self.n, f, "whole") for f in ("csv", "json", "xlsx")])

    def burst(self, place):
        one, two = ("burst", place, 1), ("burst", place, 2)
        said = "%.2f s with two workers, %.2f s with one" % (self.rounds.median(two), self.rounds.median(one))
        if self.peers:
            by = {key: self.rounds.ratio(("burst", place, key), two) for key in self.peers}
            best = min((by[key], key) for key in (peers.PYTHON, peers.NODE, peers.PANDAS))
            said += "; libxlsxwriter needs %.1f s; %s; %s; %s, the fastest that installs from Debian or npm" % (
                self.rounds.median(("burst", place, peers.LIBXLSXWRITER)), faster(by[peers.LIBXLSXWRITER], "that"),
                faster(by[peers.PYTHON], "Python XlsxWriter"), faster(best[0], self.peers[best[1]].name))
        return said

    def s3(self):
        if not self.bench.options.s3:
            return "not measured (--s3)"
        name, ideal = ("s3", "pressrun"), ("s3", "ideal")
        used = [self.rounds.median((*name, what)) for what in ("cpu", "server", "storage")]
        return "%.2f times the directory run (%.2f s); processor time of pressrun %.1f s, of the database %.1f s, of the S3 " \
            "server %.1f s, so %d processors need %.1f s at least; a client that does nothing but send the same %s files " \
            "needs %.2f s, and the S3 server %.1f s of processor time" % (
                self.rounds.ratio(name, ("s3", "directory")), self.rounds.median(name), *used, os.cpu_count(),
                sum(used) / os.cpu_count(), number(self.bench.s3_files), self.rounds.median(ideal),
                self.rounds.median((*ideal, "storage")))

    def two_workers(self, place):
        one, two = ("burst", place, 1), ("burst", place, 2)
        busy = self.rounds.median((*two, "cpu")) + self.rounds.median((*two, "server"))
        return "%.2f times (%.2f s); two bare fetch loops against one: %.2f times; pressrun and the database use %.0f %% of " \
            "%d processors meanwhile" % (
                self.rounds.ratio(one, two), self.rounds.median(two), self.rounds.ratio(("burst", "F", 1), ("burst", "F", 2)),
                100 * busy / os.cpu_count() / self.rounds.median(two), os.cpu_count())

    def memory(self):
        sizes, names = self.sizes, {}
        for n in (sizes.few_rows, sizes.rows, sizes.most_rows):
            names["one report of %s rows" % number(n)] = (n, "all", "whole")
        names["%s tenants" % number(sizes.burst_tenants)] = ("burst", "disk", 2)
        names["%s tenants" % number(sizes.many_tenants)] = ("many", "tmpfs", sizes.many_tenants)
        said = []
        for what, name in names.items():
            if self.rounds.has(name):
                parent, workers = self.rounds.values[(*name, "memory")][-1]
                said.append("%s: %s" % (what, " + ".join("%.1f" % (kib / 1024) for kib in (parent, *workers))))
        return "MiB: " + "; ".join(said)

    def many(self, place):
        few, many = (("many", place, n) for n in (self.sizes.fewer_tenants, self.sizes.many_tenants))
        return "%.1f s, %.1f times the %.2f s of %s tenants; in the ledger %.1f %% of it (%s calls), the plan %.1f %%" % (
            self.rounds.median(many), self.rounds.ratio(many, few), self.rounds.median(few), number(few[2]),
            100 * self.rounds.ratio((*many, "ledger"), many), number(int(self.rounds.median((*many, "calls")))),
            100 * self.rounds.ratio((*many, "plan"), many))

    def rows(self):
        rows, s = number(self.n), self.sizes
        return [
            ("CSV, %s rows x 12" % rows, "1.10 F rendered, 1.25 F with hash, verification, fsync and ledger",
             self.times_f("csv")),
            ("JSON, %s x 12" % rows, "1.15 F rendered, 1.35 F with all of that", self.times_f("json")),
            ("XLSX, %s x 12" % rows, "1.6 F and 10 times faster than plain libxlsxwriter, at most 20 % larger", self.xlsx()),
            ("XLSX `small`", "smaller than libxlsxwriter's, and 3 times faster", self.small()),
            ("all three in one pass", "0.55 of three runs one by one", self.one_pass()),
            ("%s tenants x 3 formats, %s rows, to a directory" % (number(s.burst_tenants), number(s.burst_rows)),
             "1.5 s where plain libxlsxwriter needs 10; 30 times faster than Python XlsxWriter, 12 times faster than the "
             "fastest peer that installs from Debian or npm", self.burst("disk")),
            ("the same with state and files on tmpfs", "", self.burst("tmpfs")),
            ("the same to S3 on loopback", "1.3 times the directory run, or the S3 server's own limit shown", self.s3()),
            ("two workers against one", "1.6 times, or the database's limit shown", self.two_workers("disk")),
            ("the same on tmpfs", "", self.two_workers("tmpfs")),
            ("peak memory, parent and workers", "24 MB and 8 MB a worker, flat from %s to %s rows" % (
                number(s.few_rows), number(s.most_rows)), self.memory()),
            ("%s tenants, %d rows each" % (number(s.many_tenants), s.many_rows),
             "time grows linearly from %s; ledger and plan stay under 10 %% of it" % number(s.fewer_tenants), self.many("disk")),
            ("the same on tmpfs", "", self.many("tmpfs"))]


def one_report(bench):
    rounds, sizes = bench.rounds, bench.sizes
    rows = []
    for n in sorted({sizes.rows, sizes.slow_rows}, reverse=True):
        f = (n, "fetch", "rendered")
        if not rounds.has(f):
            continue
        rows.append(("fetch only (F)", "", number(n), "%.2f" % rounds.median(f), "1.00", "", "", ""))
        for form in ("csv", "json", "xlsx", "small"):
            name = (n, form, "whole")
            rows.append(("**pressrun**", "xlsx, small" if form == "small" else form, number(n), *figures(
                rounds, name, f), "1.0", megabytes(rounds.median((n, form, "bytes")))))
        for key, peer in bench.peers.items():
            for form in peer.formats:
                name, mine = (n, key, form), (n, "csv" if form == "tsv" else form, "whole")
                if rounds.has(name):
                    rows.append((peer.name, form, number(n), *figures(rounds, name, f),
                                 "%.1f" % rounds.ratio(name, mine), megabytes(rounds.median((*name, "bytes")))))
    table(("one report", "format", "rows", "s", "x F", "peak MiB", "x pressrun", "MB"), rows)


def figures(rounds, name, f):
    return "%.2f" % rounds.median(name), "%.2f" % rounds.ratio(name, f), "%.0f" % (rounds.median((*name, "peak")) / 1024)


def megabytes(n):
    return "%.1f" % (n / 1e6)


def many_reports(bench):
    rounds, rows = bench.rounds, []
    for place in bench.places:
        base = ("burst", place, 2)
        names = [("**pressrun**, 1 worker", ("burst", place, 1)), ("**pressrun**, 2 workers", base)]
        names += [(peer.name + (" (tsv only)" if peer.formats == ("tsv",) else ""), ("burst", place, key))
                  for key, peer in bench.peers.items()]
        if place == "disk":
            names += [("fetch only, %d connection%s" % (n, "s" * (n > 1)), ("burst", "F", n)) for n in (1, 2)]
        for what, name in names:
            rows.append((what, "" if name[1] == "F" else place, *("%.2f" % rounds.median(key) for key in (
                name, (*name, "cpu"), (*name, "server"))), "%.1f" % rounds.ratio(name, base)))
    table(("%s tenants, %s rows, 3 formats" % (number(bench.sizes.burst_tenants), number(bench.sizes.burst_rows)), "files on",
           "s", "CPU s", "server's CPU s", "x pressrun"), rows)


def profile(bench):
    if not all(bench.profiles.values()):
        print("No profile: perf is missing, or not allowed here.\n")
        return
    whats = sorted({what for shares in bench.profiles.values() for what in shares},
                   key=lambda what: -sum(shares.get(what, 0) for shares in bench.profiles.values()))
    table(("pressrun's processor time, %", *bench.profiles),
          [(what, *("%.0f" % shares.get(what, 0) for shares in bench.profiles.values())) for what in whats])


def show(bench):
    machine(bench)
    table(("work", "goal", "measured"), Headline(bench).rows())
    one_report(bench)
    many_reports(bench)
    profile(bench)
    if bench.compared:
        print("Compared, and found to hold the same cells:\n")
        print("\n".join("* " + line for line in bench.compared))
