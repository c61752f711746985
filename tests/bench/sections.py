"""What tests/bench/run measures, a method a section. All values go into one Rounds; tables.py prints them."""

import glob
import importlib.machinery
import importlib.util
import os
import random
import shutil
import subprocess
import tempfile

import compare
import measure
import peers
import profiling
from project import Project

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
RELEASE = os.path.join(ROOT, "build/release")
BENCH_WORK = {"fetch only (F)": "fetch", "csv": "csv", "json": "json", "xlsx": "xlsx", "xlsx small": "small",
              "csv + json + xlsx": "all"}
WHOLE = ("csv", "json", "xlsx", "small", "all")
SAMPLE, SEED = 60, 20261124
S3_CONNECTIONS = 16


class Bench:
    def __init__(self, options, sizes, database, directory, memory_directory):
        self.options, self.sizes, self.database, self.directory = options, sizes, database, directory
        self.load_before = os.getloadavg()[0]
        self.pressrun = os.path.join(RELEASE, "pressrun")
        self.fetch = os.path.join(RELEASE, "tests/with_libxlsxwriter")
        self.places = {"disk": directory, "tmpfs": memory_directory}
        self.rounds = measure.Rounds()
        self.profiles, self.compared = {}, []
        self.kept = {}  # what wrote the burst: the directory of its files
        os.environ.update(BENCH_SOCKET=database.socket, BENCH_PASSWORD="bench")
        self.peers = self.install_peers() if not options.no_peers else {}

    def install_peers(self):
        directory = os.path.join(self.directory, "npm")
        os.mkdir(directory)
        found = peers.install(directory, os.path.join(RELEASE, "tests"))
        self.peer_versions = peers.versions(directory)
        return found

    def load(self):
        sizes, db = self.sizes, self.database
        db.add_tenants(sizes.many_tenants)
        large = {sizes.rows, sizes.slow_rows, sizes.few_rows, sizes.compared_rows}
        self.large = {rows: db.add_large(rows) for rows in sorted(large)}
        self.burst_table = db.add_uneven(sizes.burst_tenants, sizes.burst_rows)
        self.many_table = db.add_even(sizes.many_tenants, sizes.many_rows)
        for table in self.large.values():
            self.ask(table, (0, 0))
        self.ask(self.burst_table, (1, sizes.burst_tenants))

    def ask(self, table, tenants, connections=1):
        """The fetch loop alone over tenants, split among connections."""
        first, last = tenants
        one = '"$0" fetch %s %%d %d %d & ' % (table, last, connections)
        script = "".join(one % (first + i) for i in range(connections)) + "for job in $(jobs -p); do wait $job || exit 1; done"
        return measure.run(["bash", "-c", script, self.fetch], self.database)

    def scratch(self, place, *name):
        path = os.path.join(self.places[place], *name)
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(path)
        return path

    # ---- one report ----

    def single(self):
        for first in (True, *[False] * (self.options.rounds - 1)):
            sizes = {self.sizes.rows} | ({self.sizes.slow_rows} if self.peers and first else set())
            for rows in sorted(sizes):
                self.single_bench(rows)
                for form in WHOLE:
                    self.single_whole(rows, form)
                for key, peer in self.peers.items():
                    if rows == (self.sizes.rows if peer.fast else self.sizes.slow_rows):
                        self.single_peer(rows, key, peer)

    def single_bench(self, rows):
        """In the process: F, and each format until it is rendered."""
        with Project(self, self.directory) as project:
            job = project.add_job(self.large[rows], "csv")
            os.sync()
            said = subprocess.run([os.path.join(RELEASE, "tests/bench"), project.config, job, "0",
                                   os.path.join(self.directory, "files"), "1"],
                                  stdout=subprocess.PIPE, text=True, check=True).stdout
        for line in said.splitlines()[1:]:
            name, found, rendered, _, _, _, _, _, size = line.rsplit(None, 8)
            if int(found) != rows:
                raise SystemExit("bench found %s rows of %d" % (found, rows))
            self.rounds.add((rows, BENCH_WORK[name], "rendered"), float(rendered))
            self.rounds.add((rows, BENCH_WORK[name], "bytes"), int(size))

    def single_whole(self, rows, form):
        with Project(self, self.directory) as project:
            job = project.add_job(self.large[rows], form)
            project.init()
            self.rounds.add_used((rows, form, "whole"), measure.run(
                project.run(job), self.database, environment=project.environment))

    def single_peer(self, rows, key, peer):
        for form in peer.formats:
            directory = self.scratch("disk", "peer")
            self.rounds.add_used((rows, key, form), measure.run(
                peer.big(self.large[rows], form, directory), self.database, directory=peer.directory,
                environment=dict(os.environ, TMPDIR=directory)))
            self.rounds.add((rows, key, form, "bytes"), os.path.getsize(os.path.join(directory, "report." + form)))
        shutil.rmtree(directory)

    # ---- many reports ----

    def burst(self):
        for i in range(self.options.rounds):
            for place in self.places:
                self.burst_whole(place, 1)
                self.burst_whole(place, 2)
                for key, peer in self.peers.items():
                    if key == peers.LIBXLSXWRITER or i == 0:
                        self.burst_peer(place, key, peer)
            for connections in (1, 2):
                self.rounds.add_used(("burst", "F", connections),
                                     self.ask(self.burst_table, (1, self.sizes.burst_tenants), connections))

    def burst_whole(self, place, workers, name=None):
        project = Project(self, self.places[place], (1, self.sizes.burst_tenants))
        job = project.add_job(self.burst_table, "all", "out")
        project.init()
        self.rounds.add_used(name or ("burst", place, workers), measure.run(
            project.run(job, workers), self.database, environment=project.environment))
        project.__exit__()
        if place == "disk" and workers == 1:
            self.kept["pressrun"] = project

    def burst_peer(self, place, key, peer):
        directory = tempfile.mkdtemp(prefix="burst.", dir=self.places[place])
        self.rounds.add_used(("burst", place, key), measure.run(
            peer.burst(self.burst_table, (1, self.sizes.burst_tenants), directory), self.database,
            directory=peer.directory, environment=dict(os.environ, TMPDIR=self.places[place])))
        if place == "disk":
            self.kept[key] = directory
        else:
            shutil.rmtree(directory)

    def s3(self):
        """The same burst to a bucket, and the same files sent by a client that does nothing else."""
        if not self.options.s3:
            return
        loader = importlib.machinery.SourceFileLoader("delivery", os.path.join(HERE, "delivery"))
        delivery = importlib.util.module_from_spec(importlib.util.spec_from_loader("delivery", loader))
        loader.exec_module(delivery)
        started = subprocess.run([os.path.join(ROOT, "tests/lib/s3-server"), "start", os.path.join(self.directory, "s3")],
                                 stdout=subprocess.PIPE, text=True, check=True).stdout
        variables = dict(line.split("=", 1) for line in started.splitlines())
        server = delivery.Server(int(variables["S3_ENDPOINT"].rsplit(":", 1)[1]), variables)
        files = [(os.path.relpath(path, self.kept["pressrun"].output), open(path, "rb").read())
                 for path in glob.glob(self.kept["pressrun"].output + "/**", recursive=True) if os.path.isfile(path)]
        for _ in range(self.options.rounds):
            bucket = server.bucket()
            with Project(self, self.directory, (1, self.sizes.burst_tenants), dict(variables, bucket=bucket)) as project:
                job = project.add_job(self.burst_table, "all", "s3")
                project.init()
                self.burst_whole("disk", 1, ("s3", "directory"))
                before = self.s3_server_seconds()
                self.rounds.add_used(("s3", "pressrun"), measure.run(project.run(job), self.database,
                                                                environment=project.environment))
                self.rounds.add(("s3", "pressrun", "storage"), self.s3_server_seconds() - before)
            server.must_have(bucket, len(files))
            bucket, before = server.bucket(), self.s3_server_seconds()
            self.rounds.add(("s3", "ideal"), delivery.ideal(server, server.port, bucket, files, S3_CONNECTIONS))
            self.rounds.add(("s3", "ideal", "storage"), self.s3_server_seconds() - before)
        self.s3_files = len(files)

    def s3_server_seconds(self):
        paths = glob.glob(os.path.join(self.directory, "s3", "*.pid"))
        if not paths:
            raise SystemExit("the S3 server has left no *.pid")
        return sum(measure.processor_seconds(path) for path in paths)

    def many(self):
        """Ten times as many tenants should take ten times as long; and what of that is ledger and plan."""
        for i in range(self.options.rounds):
            for place in self.places if i == 0 else ("tmpfs",):
                for tenants in (self.sizes.fewer_tenants, self.sizes.many_tenants):
                    with Project(self, self.places[place], (1, tenants)) as project:
                        self.many_whole(project, ("many", place, tenants))

    def many_whole(self, project, name):
        told = os.path.join(project.directory, "sqlite_time")
        timed = dict(project.environment, BENCH_SQLITE_TIME=told,
                     LD_PRELOAD=os.path.join(RELEASE, "tests/libsqlite_time.so"))
        job = project.add_job(self.many_table, "all", "out")
        project.init()
        self.rounds.add_used((*name, "plan"), measure.run(project.command("run", job, "--dry-run"),
                                                          environment=project.environment))
        self.rounds.add_used(name, measure.run(project.run(job), self.database, environment=timed))
        with open(told, encoding="ascii") as f:
            seconds, calls = f.read().split()
        self.rounds.add((*name, "ledger"), float(seconds))
        self.rounds.add((*name, "calls"), int(calls))

    # ---- what else ----

    def memory(self):
        """Of one report; that of many is known from before."""
        for rows in {self.sizes.few_rows, self.sizes.rows} | ({self.sizes.most_rows} if self.options.memory else set()):
            if rows not in self.large:
                self.large[rows] = self.database.add_large(rows)
            if not self.rounds.has((rows, "all", "whole")):
                self.single_whole(rows, "all")

    def profile(self):
        for form in ("csv", "json", "xlsx"):
            with Project(self, self.directory) as project:
                job = project.add_job(self.large[self.sizes.rows], form)
                project.init()
                self.profiles[form] = profiling.profile(project.run(job), project.environment, self.directory)
        with Project(self, self.directory, (1, self.sizes.burst_tenants)) as project:
            job = project.add_job(self.burst_table, "all", "out")
            project.init()
            self.profiles["burst"] = profiling.profile(project.run(job), project.environment, self.directory)

    def compare(self):
        """Ends the program when any cell differs."""
        self.compare_one()
        for key in self.peers:
            self.compare_burst(key)

    def compare_one(self):
        table = self.large[self.sizes.compared_rows]
        with Project(self, self.directory) as project:
            jobs = [project.add_job(table, form, "out") for form in ("all", "small")]
            project.init()
            for job in jobs:
                measure.run(project.run(job), environment=project.environment)
            paths = [path for form in peers.FORMATS for path in self.files_of(project, "0", form)]
            for key, peer in self.peers.items():
                directory = self.scratch("disk", "peer", key)
                for form in peer.formats:
                    measure.run(peer.big(table, form, directory), directory=peer.directory)
                    paths.append(os.path.join(directory, "report." + form))
            rows = compare.compare_all(paths[0], paths[1:])
        self.compared.append("one report of %s rows: %s cells, the same in all %d files (CSV, JSON, XLSX read by openpyxl)" % (
            format(rows, ","), format(rows * len(compare.COLUMNS), ","), len(paths)))

    @staticmethod
    def files_of(project, tenant, form):
        return sorted(path for path in glob.glob("%s/%s/*/*/*.%s" % (project.output, tenant, form))
                      if not path.endswith("/manifest.json"))

    def compare_burst(self, key):
        """CSV and JSON of each tenant; workbooks of the largest, the smallest and some by chance."""
        peer, reference = self.peers[key], self.kept["pressrun"]
        tenants = range(1, self.sizes.burst_tenants + 1)
        sample = {tenants[0], tenants[-1]} | set(random.Random(SEED).sample(tenants[1:-1], SAMPLE - 2))
        rows = books = 0
        for tenant in tenants:
            mine = [path for form in peers.FORMATS for path in self.files_of(reference, tenant, form)
                    if form != "xlsx" or tenant in sample]
            theirs = [os.path.join(self.kept[key], "%d.%s" % (tenant, form)) for form in peer.formats
                      if form != "xlsx" or tenant in sample]
            rows += compare.compare_all(mine[0], mine[1:] + theirs)
            books += "xlsx" in peer.formats and tenant in sample
        if rows != self.sizes.burst_rows:
            raise SystemExit("the burst of %s has %d rows, not %d" % (peer.name, rows, self.sizes.burst_rows))
        self.compared.append("%s tenants, pressrun and %s: %s rows, the same cells%s" % (
            format(len(tenants), ","), peer.name, format(rows, ","), "; %d workbooks, sample of seed %d" % (
                books, SEED) if books else ""))
