"""What the scenarios about reports and commands share: a database client that is not pressrun's, a
directory as an operator would have it, and a counter of checks."""

import atexit
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TABLES = ("tenants", "videos", "video_embeddings", "video_audio_previews")


def _need(name):
    value = os.environ.get(name)
    if not value:
        sys.exit("%s is not set: scenarios are started by tests/run" % name)
    return value


DIRECTORY = _need("SCENARIO_DIR")
PRESSRUN = _need("PRESSRUN")
SOCKET = _need("DB_SOCKET")
TODAY = _need("DB_TODAY")  # the day after the last one with data


def skip(why):
    print("SKIPPED: %s" % why)
    sys.exit(77)


class Checks:
    """Counts what was checked; a failure is said at once and decides the exit code at the end."""

    def __init__(self):
        self.done = self.failed = 0

    def that(self, truth, sentence, detail=""):
        self.done += 1
        if not truth:
            self.failed += 1
            print("FAILED: %s%s" % (sentence, "\n    " + str(detail)[:3000] if detail != "" else ""))
        return bool(truth)

    def equal(self, found, expected, sentence):
        return self.that(found == expected, sentence,
                         "found    %.1200r\n    expected %.1200r" % (found, expected))

    def finish(self):
        print("%d checks, %d failed" % (self.done, self.failed))
        sys.exit(1 if self.failed or not self.done else 0)


# ---- the database, by its own client ----


def sql(text, user="root", password="", schema=""):
    """Runs statements; their output as it came, one line a row."""
    command = ["mariadb", "--no-defaults", "--batch", "--skip-column-names", "-S", SOCKET, "-u", user,
               "--default-character-set=utf8mb4",
               "--init-command=SET time_zone = '+00:00', sql_mode = ''"]
    done = subprocess.run(command + ([schema] if schema else []), input=text.encode(),
                          env=dict(os.environ, MYSQL_PWD=password), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        sys.exit("the server refused: %s\n%s" % (text[:600], done.stderr.decode("utf-8", "replace")))
    return done.stdout.decode("utf-8", "replace")


def rows(expressions, rest):
    """SELECT of expressions, each as the bytes of its text, None for NULL: nothing gets lost in hex."""
    hexed = ["IFNULL(HEX(%s), '-')" % e for e in expressions]
    output = sql("SELECT CONCAT_WS(',', %s) %s" % (", ".join(hexed), rest))
    return [[None if v == "-" else bytes.fromhex(v) for v in line.split(",")]
            for line in output.splitlines()]


def text_rows(columns, rest):
    """The same as str; every column is shown as the server shows it to people."""
    return [[None if v is None else v.decode("utf-8") for v in row]
            for row in rows(["CONVERT(CAST(%s AS CHAR) USING utf8mb4)" % c for c in columns], rest)]


def own_schema(name, password, where="tenant_id IN (6, 9)"):
    """A copy of the sample database that a scenario may change, and an account that reads it. Gone
    at the end."""
    def drop():
        sql("DROP DATABASE IF EXISTS %s; DROP USER IF EXISTS '%s'@'%%'" % (name, name))
    text = "CREATE DATABASE %s CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;\n" % name
    conditions = {"tenants": where.replace("tenant_id", "id"), "videos": where}
    for table in TABLES:
        condition = conditions.get(table, "video_id IN (SELECT id FROM ai_pipeline_db.videos WHERE %s)" % where)
        text += ("CREATE TABLE {0}.{1} LIKE ai_pipeline_db.{1};\n"
                 "INSERT INTO {0}.{1} SELECT * FROM ai_pipeline_db.{1} WHERE {2};\n").format(name, table, condition)
    drop()
    atexit.register(drop)
    sql(text + "CREATE USER '%s'@'%%' IDENTIFIED BY '%s';\nGRANT SELECT ON `%s`.* TO '%s'@'%%';\n" % (
        name, password, name.replace("_", "\\_"), name))


# ---- pressrun ----

CONFIG = """\
database:
  socket: {socket}
  schema: {schema}
  user: {user}
  password: {{env: REPORT_PASSWORD}}
timezone: UTC
tenants:
  query: SELECT id, name, display_name FROM tenants WHERE is_active = 1 ORDER BY id
scope:
  tenants: {{tenant: id, hide: [api_key]}}
  videos: {{tenant: tenant_id}}
  video_embeddings: {{through: videos, on: video_id}}
  video_audio_previews: {{through: videos, on: video_id}}
{scope}destinations:
  reports: {{kind: directory, path: out}}
  portal: {{kind: directory, path: portal}}
  admin: {{kind: directory, path: admin, key: "{{job}}/{{period}}/{{file}}", platform: true}}
"""


class Result:
    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout.decode("utf-8", "replace")
        self.err = done.stderr.decode("utf-8", "replace")

    def __str__(self):
        return "exit code %d\n%s%s" % (self.code, self.out, self.err)

    def json(self):
        return json.loads(self.out)


class Project:
    """A directory with pressrun.yaml, jobs and state, initialised."""

    def __init__(self, name="project", schema="ai_pipeline_db", user="ai_pipeline_readonly",
                 password="ReadOnlyPass2025", scope="", init=True):
        self.directory = os.path.join(DIRECTORY, name)
        self.out = os.path.join(self.directory, "out")
        self.environment = dict(os.environ, REPORT_PASSWORD=password)
        os.makedirs(os.path.join(self.directory, "jobs"))
        self.write("pressrun.yaml", CONFIG.format(socket=SOCKET, schema=schema, user=user, scope=scope))
        if init and self.run("init").code != 0:
            sys.exit("pressrun init failed: %s" % self.run("init"))

    def path(self, *parts):
        return os.path.join(self.directory, *parts)

    def write(self, name, text, mode=0o644):
        with open(self.path(name), "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode("utf-8"))
        os.chmod(self.path(name), mode)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as f:
            return f.read()

    def take_jobs(self):
        """The shipped jobs, as an operator would install them."""
        for name in sorted(os.listdir(os.path.join(ROOT, "jobs/video-platform"))):
            with open(os.path.join(ROOT, "jobs/video-platform", name), "rb") as f:
                self.write("jobs/" + name, f.read())

    def run(self, *arguments, variables=None, before=None):
        environment = dict(self.environment, **(variables or {}))
        return Result(subprocess.run([PRESSRUN, *arguments], cwd=self.directory, env=environment,
                                     stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE, preexec_fn=before, check=False))


def job(name, query, formats="[csv]", more=""):
    """A job file with one result set, `rows`."""
    block = "".join("      %s\n" % line for line in query.strip("\n").split("\n"))
    return "job: %s\nperiod: {unit: day}\n%sresults:\n  rows:\n    sql: |\n%sformats: %s\ndeliver: [reports]\n" % (
        name, more, block, formats)


def day_before(day):
    import datetime
    return (datetime.date.fromisoformat(day) - datetime.timedelta(days=1)).isoformat()


PERIOD = day_before(TODAY)  # the last day with data


def unescape_xlsx(text):
    """What Excel makes of _xHHHH_ in a text."""
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m.group(1), 16)), text)
