"""What the scenarios about isolation share: a server of their own, configurations, the probe, and an
oracle, which is a copy of the sample database that holds one tenant's rows and nothing else."""

import atexit
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DIRECTORY = os.environ.get("SCENARIO_DIR") or tempfile.mkdtemp(prefix="pressrun-scenario.")
PRESSRUN = os.environ.get("PRESSRUN") or os.path.join(ROOT, "build", "asan", "pressrun")
KIND = os.environ.get("DB_KIND") or "mariadb"
ACCOUNT, PASSWORD = "ai_pipeline_readonly", "ReadOnlyPass2025"
TABLES = ("tenants", "videos", "video_embeddings", "video_audio_previews")
# As pressrun pins them: another sql_mode would give other answers, and a clock other times.
PINS = ("sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', "
        "time_zone = '+00:00', timestamp = 1795478400, group_concat_max_len = 16777216")
TIME_LIMIT = {"mariadb": "max_statement_time = 3", "mysql": "max_execution_time = 3000"}[KIND]


def find_probe():
    """Beside the program under test, where the build puts it."""
    build = os.path.dirname(os.path.abspath(PRESSRUN))
    for path in (os.environ.get("ISOLATION_PROBE"), os.path.join(build, "tests", "isolation_probe"),
                 os.path.join(build, "isolation_probe")):
        if path and os.access(path, os.X_OK):
            return path
    sys.exit("isolation_probe is not beside %s: build with PRESSRUN_TESTS=ON" % PRESSRUN)


class Checks:
    """Counts what was checked; a failure is said at once and decides the exit code at the end."""

    def __init__(self):
        self.done = self.failed = 0

    def that(self, truth, sentence, detail=""):
        self.done += 1
        if not truth:
            self.failed += 1
            print("FAILED: %s%s" % (sentence, "\n    " + str(detail)[:1500] if detail != "" else ""))
        return bool(truth)

    def finish(self):
        print("%d checks, %d failed" % (self.done, self.failed))
        sys.exit(1 if self.failed or not self.done else 0)


class Server:
    """A private server with the sample data, stopped when the scenario ends."""

    def __init__(self, *options, videos=1500, name="server", port=False):
        self.directory = os.path.join(DIRECTORY, name)
        script = "jobs/demo/mariadb-server" if KIND == "mariadb" else "tests/lib/mysql-server"
        self.script = os.path.join(ROOT, script)
        ports = ["--port", "0"] if port and KIND == "mariadb" else []
        started = subprocess.run([self.script, "start", self.directory, *ports, *options],
                                 stdout=subprocess.PIPE, text=True, check=False)
        if started.returncode == 77:
            print("SKIPPED: MySQL can't be had here")
            sys.exit(77)
        if started.returncode != 0:
            sys.exit("the server did not start")
        atexit.register(subprocess.run, [self.script, "stop", self.directory], check=False)
        self.socket = started.stdout.strip()
        subprocess.run([os.path.join(ROOT, "jobs/demo/load"), "--socket", self.socket, "--videos",
                        str(videos), "--today", "2026-11-24", "--decoys"], check=True)

    def client(self, text, user="root", password="", schema="", init=""):
        """Runs statements as the mysql clients do; goes on after errors. (output, errors)"""
        command = ["mariadb", "--no-defaults", "--batch", "--skip-column-names", "--force",
                   "--binary-mode",
                   "--default-character-set=utf8mb4", "-S", self.socket, "-u", user]
        command += ["--init-command=" + init] if init else []
        command += [schema] if schema else []
        environment = dict(os.environ, MYSQL_PWD=password)
        # Bytes that are no UTF-8 (BINARY columns) pass through unharmed.
        done = subprocess.run(command, input=text.encode("utf-8", "surrogateescape"), env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        return (done.stdout.decode("utf-8", "surrogateescape"),
                done.stderr.decode("utf-8", "surrogateescape"))

    def sql(self, text, **options):
        """Statements that must succeed; their output."""
        output, errors = self.client(text, **options)
        if "ERROR" in errors:
            sys.exit("the server refused: %s\n%s" % (text[:500], errors))
        return output

    def answers(self, queries, user="root", password="", schema=""):
        """For each query its rows, sorted, or None after an error."""
        lines = []
        for i, query in enumerate(queries):
            lines.append("SELECT '@@begin %d';\n%s\n;\nSELECT '@@end %d';\n" % (i, query, i))
        output, errors = self.client("".join(lines), user, password, schema,
                                     "SET %s, %s" % (PINS, TIME_LIMIT))
        result, rows = [None] * len(queries), None
        for line in output.split("\n"):
            if line.startswith("@@begin "):
                rows = []
            elif line.startswith("@@end "):
                result[int(line[6:])] = rows
                rows = None
            elif rows is not None:
                rows.append(line)
        # An error leaves no rows behind, as an empty result does: its line tells them apart.
        firsts = [1]
        for text in lines:
            firsts.append(firsts[-1] + text.count("\n"))
        for number in re.findall(r"^ERROR \d+.*? at line (\d+)", errors, re.M):
            result[max(i for i in range(len(lines)) if firsts[i] <= int(number))] = None
        return [None if rows is None else sorted(rows) for rows in result]

    def make_powerless(self, role_account, guard_account, password):
        """An account whose rights are a role's, with the role that may read; and one without any."""
        tables = "".join("GRANT SELECT ON ai_pipeline_db.%s TO iso_read;\n" % t for t in TABLES)
        word = "FOR" if KIND == "mariadb" else "TO"
        self.sql("CREATE ROLE iso_read;\n" + tables +
                 "CREATE USER '%s'@'%%' IDENTIFIED BY '%s';\n" % (role_account, password) +
                 "CREATE USER '%s'@'%%' IDENTIFIED BY '%s';\n" % (guard_account, password) +
                 "GRANT iso_read TO '%s'@'%%';\n" % role_account +
                 "SET DEFAULT ROLE iso_read %s '%s'@'%%';\n" % (word, role_account))

    def make_oracle(self, tenant, schema):
        """A copy of the sample database with the rows and columns that one tenant may see."""
        child = "video_id IN (SELECT id FROM ai_pipeline_db.videos WHERE tenant_id = %s)" % tenant
        of_tenant = {"tenants": "id = %s" % tenant, "videos": "tenant_id = %s" % tenant,
                     "video_embeddings": child, "video_audio_previews": child}
        text = ("SET sql_mode = '';\nDROP DATABASE IF EXISTS {0};\nCREATE DATABASE {0} "
                "CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;\n").format(schema)
        for table in TABLES:
            text += ("CREATE TABLE {0}.{1} LIKE ai_pipeline_db.{1};\n"
                     "INSERT INTO {0}.{1} SELECT * FROM ai_pipeline_db.{1} WHERE {2};\n"
                     "ANALYZE TABLE {0}.{1};\n").format(schema, table, of_tenant[table])
        self.sql(text + "ALTER TABLE {0}.tenants DROP COLUMN api_key;\n"
                 "CREATE USER IF NOT EXISTS 'oracle_reader'@'%' IDENTIFIED BY 'oracle';\n"
                 "GRANT SELECT ON {0}.* TO 'oracle_reader'@'%';\n".format(schema))

    def foreign_values(self, tenant):
        """Texts that stand in rows of other tenants, in hidden columns or in other schemas only."""
        own = "v.tenant_id = %s" % tenant
        queries = ("SELECT api_key FROM ai_pipeline_db.tenants",
                   "SELECT jwp_id FROM ai_pipeline_db.videos v WHERE jwp_id IS NOT NULL AND NOT " + own,
                   "SELECT e.pinecone_id FROM ai_pipeline_db.video_embeddings e JOIN "
                   "ai_pipeline_db.videos v ON v.id = e.video_id WHERE NOT " + own,
                   "SELECT secret FROM other_db.secrets", "SELECT title FROM other_db.videos",
                   "SELECT secret FROM aiXpipelineXdb.secret")
        return set(self.sql(";\n".join(queries) + ";\n").split("\n")) - {"", "NULL"}


CONFIG = """\
database:
  socket: %(socket)s
  schema: %(schema)s
  user: %(user)s
  password: {env: %(password)s}
  statement_timeout: %(timeout)s
%(database)stenants:
  query: %(tenants)s
scope:
%(scope)sdestinations:
  reports: {kind: directory, path: %(out)s}
timezone: UTC
jobs_directory: jobs
state_directory: state
"""
DEMO_TENANTS = "SELECT id, name, display_name FROM tenants WHERE is_active = 1 ORDER BY id"
DEMO_SCOPE = """\
  tenants: {tenant: id, hide: [api_key]}
  videos: {tenant: tenant_id}
  video_embeddings: {through: videos, on: video_id}
  video_audio_previews: {through: videos, on: video_id}
"""


class Project:
    """A directory with a pressrun.yaml and jobs, as an operator would have it."""

    def __init__(self, server, name="project", user=ACCOUNT, password=PASSWORD, database="",
                 schema="ai_pipeline_db", tenants=DEMO_TENANTS, scope=DEMO_SCOPE,
                 timeout="3s"):
        self.directory = os.path.join(DIRECTORY, name)
        self.out = os.path.join(self.directory, "out")
        self.config = os.path.join(self.directory, "pressrun.yaml")
        os.makedirs(os.path.join(self.directory, "jobs"), exist_ok=True)
        self.environment = dict(os.environ, ISO_PASSWORD=password)
        self.write("pressrun.yaml", CONFIG % {
            "socket": server.socket, "schema": schema, "user": user, "password": "ISO_PASSWORD",
            "database": database, "tenants": tenants, "scope": scope, "out": self.out,
            "timeout": timeout})

    def write(self, name, text):
        path = os.path.join(self.directory, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(path, 0o644)

    def job(self, name, sql, more=""):
        """A job with one result set, written as CSV."""
        block = "".join("      %s\n" % line for line in sql.split("\n"))
        self.write("jobs/%s.yaml" % name,
                   "job: %s\ntitle: %s\nperiod: {unit: day}\n%sresults:\n  rows:\n    title: Rows\n"
                   "    sql: |\n%sformats: [csv]\ndeliver: [reports]\n" % (name, name, more, block))

    def run(self, *arguments, variables=None):
        """pressrun itself: (exit code, what it printed on both streams)"""
        environment = dict(self.environment, **(variables or {}))
        done = subprocess.run([PRESSRUN, "--config", self.config, *arguments], env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                              cwd=self.directory)
        return done.returncode, done.stdout.decode("utf-8", "replace")

    @classmethod
    def of_oracle(cls, server, schema, timeout="3s"):
        """The same configuration, but the database is the oracle."""
        return cls(server, schema, "oracle_reader", "oracle", schema=schema, timeout=timeout,
                   scope=DEMO_SCOPE.replace(", hide: [api_key]", ""))

    def probe(self, mode, *arguments, texts=()):
        """The probe's answers, one for each text or file."""
        stdin = b"".join(t.encode("utf-8", "surrogateescape") + b"\0" for t in texts)
        done = subprocess.run([find_probe(), mode, self.config, *arguments], input=stdin,
                              env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              check=False)
        if done.returncode != 0:
            sys.exit("isolation_probe %s ended with %d: %s" %
                     (mode, done.returncode, done.stderr.decode("utf-8", "replace")[:3000]))
        return read_answers(done.stdout.decode("utf-8", "surrogateescape"))


class Answer:
    """What the probe says about one query; `rows` are sorted lines as the clients print them."""

    def __init__(self, kind, code=0, message="", rows=None):
        self.kind, self.code, self.message, self.rows = kind, code, message, rows

    def __str__(self):
        return "%s %s %s" % (self.kind, self.code, self.message or (self.rows or [])[:5])


def read_answers(output):
    answers, rows = [], []
    for line in output.split("\n")[:-1]:
        kind, _, rest = line.partition("\t")
        if kind == "row":
            rows.append(rest)
            continue
        code, _, message = rest.partition("\t")
        good = kind in ("ok", "accepted")
        answers.append(Answer(kind, int(code or 0), message, sorted(rows) if good else None))
        rows = []
    return answers


def leaks(answer_rows, foreign):
    """The cells of rows that hold a value of another tenant."""
    found = []
    for row in answer_rows or []:
        found += [cell for cell in row.split("\t") if cell in foreign]
    return found
