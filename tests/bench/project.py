"""What pressrun is given to work with in tests/bench/run: a configuration, jobs, a state and a directory of
its own for each measurement, so that none finds what another one left."""

import os
import shutil
import subprocess
import tempfile

from database import COLUMNS

CONFIG = """\
database: {{socket: "{socket}", schema: bench, user: bench, password: {{env: BENCH_PASSWORD}}}}
tenants: {{query: "SELECT id, name FROM tenants WHERE id BETWEEN {first} AND {last} ORDER BY id"}}
scope:
  tenants: {{tenant: id}}
{scope}
destinations:
  out: {{kind: directory, path: out}}
"""

S3 = """\
  s3: {{kind: s3, endpoint: "{S3_ENDPOINT}", insecure: true, region: {S3_REGION}, bucket: {bucket},
       access_key_id: {S3_ACCESS_KEY_ID}, secret_access_key: {{env: BENCH_S3_SECRET}}}}
"""

JOB = """\
job: {name}
title: Sales
results:
  sales:
    sql: SELECT {columns} FROM {table}
formats: {formats}
{deliver}"""

FORMATS = {"csv": "[csv]", "json": "[json]", "xlsx": "[xlsx]", "small": "[{xlsx: {compression: small}}]",
           "all": "[csv, json, xlsx]"}


class Project:
    """A directory below `base`, on the file system that is to be measured; with `with` it goes away again. But on a
    disk many small files stay until the end: ext4 without a journal looks at each inode that was freed in the last
    minutes before it takes one, and whoever is measured next would pay for what was measured before."""

    def __init__(self, bench, base, tenants=(0, 0), s3=None):
        self.program = bench.pressrun
        self.stays = base == bench.directory and tenants[0] != tenants[1]
        self.environment = dict(os.environ, BENCH_PASSWORD="bench")
        self.directory = tempfile.mkdtemp(prefix="project.", dir=base)
        self.config = os.path.join(self.directory, "pressrun.yaml")
        self.output = os.path.join(self.directory, "out")
        os.mkdir(os.path.join(self.directory, "jobs"))
        config = CONFIG.format(socket=bench.database.socket, first=tenants[0], last=tenants[1], scope="\n".join(
            "  %s: {tenant: tenant_id}" % table for table in bench.database.tables))
        if s3:
            config += S3.format(**s3)
            self.environment["BENCH_S3_SECRET"] = s3["S3_SECRET_ACCESS_KEY"]
        self.write("pressrun.yaml", config)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        if not self.stays:
            shutil.rmtree(self.directory)

    def write(self, name, text):
        path = os.path.join(self.directory, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(path, 0o644)

    def add_job(self, table, formats, deliver=None):
        """The name of the new job, after the table and the formats."""
        name = "%s-%s" % (table.replace("_", "-"), formats)
        self.write("jobs/%s.yaml" % name, JOB.format(
            name=name, table=table, columns=", ".join(COLUMNS), formats=FORMATS[formats],
            deliver="deliver: [%s]\n" % deliver if deliver else ""))
        return name

    def init(self):
        subprocess.run(self.command("init"), env=self.environment, stdout=subprocess.DEVNULL, check=True)

    def command(self, *arguments):
        return [self.program, "--config", self.config, "--log-level", "error", *arguments]

    def run(self, job, workers=1):
        return self.command("run", job, "--quiet", "--jobs", str(workers))
