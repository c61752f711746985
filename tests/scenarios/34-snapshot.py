#!/usr/bin/python3
# Goal: all result sets of a task show the same moment, whatever others write in the meantime.
"""A proxy holds the first result set in its middle while another session changes the tables."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import faults

# Without a sort the server reads while it sends; three hundred rows a video are more than buffers take.
RESULTS = {
    "stream": "SELECT v.id, o.n FROM videos v JOIN (SELECT id AS n FROM videos ORDER BY id LIMIT 300) o",
    "totals": "SELECT COUNT(*) AS n, SUM(id) AS total, MAX(id) AS newest FROM videos",
    "embeddings": "SELECT COUNT(*) AS n FROM video_embeddings",
}
TOTALS = "SELECT COUNT(*), SUM(id), MAX(id) FROM ai_pipeline_db.videos WHERE tenant_id = 1"
CHANGE = """
DELETE FROM ai_pipeline_db.videos WHERE tenant_id = 1 AND id % 3 = 0;
INSERT INTO ai_pipeline_db.videos (title, created_at, updated_at, tenant_id)
    SELECT CONCAT('new ', seq), NOW(), NOW(), 1 FROM ai_pipeline_db.seq_1_to_700;
"""


class Held:
    """A run of tenant 1 that stands in the middle of its first result set."""

    def __init__(self, server, name):
        self.fault = faults.Fault("pause", 500000)
        proxy = faults.Proxy(server.port, lambda n: self.fault if n == 2 else faults.Fault())
        self.p = faults.Project(name, proxy.where(), tenants=(1,), program=faults.FAST).init()
        self.p.job("twice", RESULTS, formats="csv")
        self.process = self.p.start("run", "twice", "--period", faults.PERIOD)
        self.fault.struck.wait(60)
        faults.wait_until(lambda: server.sql(
            "SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'ai_pipeline_readonly'"
            " AND state = 'Writing to net'").strip() == "1", "the server waits for its reader")

    def go_on(self):
        self.fault.resume.set()
        output, _ = self.process.communicate(timeout=120)
        return self.process.returncode, output

    def csv(self, result):
        data = self.p.published()["1/twice/%s/twice.%s.csv" % (faults.PERIOD, result)]
        return [line.split(",") for line in data.decode("utf-8-sig").strip().split("\r\n")[1:]]


def others_write(server, checks):
    before = server.sql(TOTALS).split()
    held = Held(server, "writes")
    server.sql(CHANGE)
    after = server.sql(TOTALS).split()
    checks.that(before != after, "control: two plain queries differ", (before, after))
    code, output = held.go_on()
    checks.that(code == 0, "the run succeeds", output)
    checks.that(held.csv("totals") == [before], "the second result set shows the moment of the first",
                (held.csv("totals"), before, after))
    stream = held.csv("stream")
    ids = {int(row[0]) for row in stream}
    checks.that(len(stream) == 300 * int(before[0]) and sum(ids) == int(before[1]),
                "the first result set has all rows of that moment", (len(stream), len(ids), before))
    code, output = held.p.run_job("twice", "--again")
    checks.that(code == 0 and held.csv("totals") == [after], "the next revision shows the new rows",
                (held.csv("totals"), after))


def table_altered(server, checks):
    """The snapshot does not hold for a table whose definition changed before it was read."""
    held = Held(server, "altered")
    server.sql("ALTER TABLE ai_pipeline_db.video_embeddings ADD COLUMN more INT, ALGORITHM=COPY")
    code, output = held.go_on()
    checks.that(code == 8 and "1 failed" in output, "a table was altered: the run fails", output)
    (error,) = held.p.errors()
    checks.that(error[1] == "database" and error[4] == 1 and "1412" in error[2] and "altered" in error[3],
                "a table was altered: a passing reason, 1412", error)
    checks.that(not held.p.published() and not held.p.spool(), "a table was altered: nothing is published")
    code, output = held.p.run_job("twice")
    checks.that(code == 0, "a table was altered: the next run succeeds", output)


def alter_waits(server, checks):
    """A table that is being read can't be altered; who tries waits, and the report is whole."""
    held = Held(server, "waits")
    before = server.sql(TOTALS).split()
    _, errors = server.client("SET lock_wait_timeout = 1; ALTER TABLE ai_pipeline_db.videos ADD COLUMN more INT")
    checks.that("ERROR 1205" in errors, "the table that is read can't be altered", errors)
    code, output = held.go_on()
    checks.that(code == 0 and held.csv("totals") == [before], "and the run succeeds", output)
    server.sql("ALTER TABLE ai_pipeline_db.videos ADD COLUMN more INT")


def main():
    checks = faults.Checks()
    server = faults.OwnServer(videos=3000)
    others_write(server, checks)
    table_altered(server, checks)
    alter_waits(server, checks)
    checks.finish()


main()
