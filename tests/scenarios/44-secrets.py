#!/usr/bin/python3
# Goal: the password of the database is never written anywhere, whatever goes right or wrong.
"""An account's password is a canary. It is looked for in everything that pressrun prints, logs at the
level debug, writes to ledger, spool, files and the database's own log of statements, and shows of
itself in /proc, on good ways and on every bad one. The canary is found wherever it is put on purpose."""

import atexit
import base64
import hashlib
import os
import shlex
import subprocess
import sys
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import scenario
from scenario import PERIOD, PRESSRUN, SOCKET, Checks, Project, job

SCHEMA = "pressrun_secrets"
CANARY = "Canary-7f3a$'\"\\%s{}:/x"
WRONG = "Wrong-51c0ffee-canary"
CORE = ("Canary-7f3a", "51c0ffee")  # the part that no quoting changes


def forms():
    """What a secret looks like when a program writes it without thinking."""
    found = []
    for secret in (CANARY, WRONG):
        raw = secret.encode()
        found += [raw, base64.b64encode(raw), raw.hex().encode(), raw.hex().upper().encode(),
                  urllib.parse.quote(secret).encode(), hashlib.sha1(raw).hexdigest().encode(),
                  hashlib.sha256(raw).hexdigest().encode()]
    return found + [core.encode() for core in CORE]


FORMS = forms()


def holds(data):
    return any(f in data for f in FORMS)


def tree(directory):
    """Files below a directory that hold a secret, and how many bytes were looked at."""
    found, size = [], 0
    for base, _, names in os.walk(directory):
        for name in names:
            path = os.path.join(base, name)
            if os.path.islink(path) or name == "the-secret":
                continue
            with open(path, "rb") as f:
                data = f.read()
            size += len(data)
            if holds(data) or holds(name.encode()):
                found.append(path)
    return found, size


class Watched:
    """Runs pressrun, keeps what it prints, and looks at what /proc tells of it and its workers."""

    def __init__(self, checks, project):
        self.checks, self.project, self.printed, self.looked = checks, project, 0, 0

    def run(self, sentence, code, *arguments, variables=None):
        p = subprocess.Popen([PRESSRUN, "--log-level", "debug", *arguments], cwd=self.project.directory,
                             env=dict(self.project.environment, **(variables or {})), stdin=subprocess.DEVNULL,
                             stdout=open(self.project.path("stdout"), "wb"), stderr=open(self.project.path("stderr"), "wb"))
        told = b""
        while p.poll() is None:
            told += self.look(p.pid)
        output = b""
        for name in ("stdout", "stderr"):
            with open(self.project.path(name), "rb") as f:
                output += f.read()
            os.unlink(self.project.path(name))
        self.printed += len(output)
        text = output.decode("utf-8", "replace")
        self.checks.that(code is None or p.returncode == code, "%s: exit code %s" % (sentence, code),
                         "%s\n%s" % (p.returncode, text[-1500:]))
        self.checks.that(not holds(output), "%s: nothing is printed" % sentence, text)
        self.checks.that(not holds(told), "%s: /proc tells nothing" % sentence)
        return text

    def look(self, pid):
        """Command lines and names of the process and its children; the environment is the user's own."""
        data = b""
        try:
            with open("/proc/%d/task/%d/children" % (pid, pid), encoding="ascii") as f:
                children = f.read().split()
        except OSError:
            children = []
        for process in [str(pid)] + children:
            for name in ("cmdline", "comm", "maps"):
                try:
                    with open("/proc/%s/%s" % (process, name), "rb") as f:
                        data += f.read()
                except OSError:
                    continue
                self.looked += 1
        return data


def good_ways(checks, watched):
    watched.run("check", 0, "check")
    watched.run("check --json", 0, "check", "--json")
    watched.run("plan", 0, "plan", "--json")
    watched.run("run", 0, "run", "failures", "--period", PERIOD, "--jobs", "2")
    watched.run("preview", 0, "preview", "failures", "--tenant", "6", "--period", PERIOD)
    watched.run("status", 0, "status", "--json")
    project = watched.project
    kept = project.read("pressrun.yaml")
    for how, text in (("file", "{file: the-secret}"), ("credential", "{credential: the-secret}")):
        project.write("pressrun.yaml", kept.replace("{env: REPORT_PASSWORD}", text))
        project.write("the-secret", CANARY + "\n", 0o600)
        watched.run("a secret in a %s" % how, 0, "run", "failures", "--period", PERIOD, "--again",
                    variables={"CREDENTIALS_DIRECTORY": project.directory, "REPORT_PASSWORD": "not used"})
    project.write("the-secret", CANARY + "\n", 0o644)
    project.write("pressrun.yaml", kept.replace("{env: REPORT_PASSWORD}", "{file: the-secret}"))
    watched.run("a file that others can read", None, "check")
    project.write("the-secret", CANARY + "\n\n", 0o600)
    watched.run("a secret with a line too many", None, "check")
    project.write("the-secret", "\0" + CANARY, 0o600)
    watched.run("a secret with a NUL", None, "check")
    project.write("the-secret", CANARY * 300, 0o600)
    watched.run("a secret that is too long", None, "check")
    os.unlink(project.path("the-secret"))
    watched.run("a secret that is gone", None, "check")
    project.write("pressrun.yaml", kept)


def bad_ways(checks, watched):
    project = watched.project
    kept = project.read("pressrun.yaml")

    def with_config(sentence, code, old, new, *arguments, variables=None):
        project.write("pressrun.yaml", kept.replace(old, new))
        text = watched.run(sentence, code, *(arguments or ("run", "failures", "--period", PERIOD, "--again")), variables=variables)
        project.write("pressrun.yaml", kept)
        return text
    watched.run("a wrong password", 8, "run", "failures", "--period", PERIOD, variables={"REPORT_PASSWORD": WRONG})
    watched.run("a wrong password, checked", 8, "check", variables={"REPORT_PASSWORD": WRONG})
    watched.run("no password", 3, "run", "failures", "--period", PERIOD, variables={"REPORT_PASSWORD": ""})
    # A server without TLS, a certificate that is none, a wrong address.
    tcp = "host: 127.0.0.1\n  port: %s" % os.environ.get("DB_PORT", "1")
    text = with_config("TLS with a server that has none", 8, "socket: " + SOCKET, tcp + "\n  tls: {mode: verify-full}")
    print(text.splitlines()[-2:])
    project.write("ca.pem", "no certificate\n")
    with_config("TLS with a broken certificate", None, "socket: " + SOCKET, tcp + "\n  tls: {mode: verify-ca, ca: ca.pem}")
    with_config("nobody listens", 8, "socket: " + SOCKET, "host: 127.0.0.1\n  port: 1")
    with_config("an unknown host", 8, "socket: " + SOCKET, "host: no-such-host.invalid\n  connect_timeout: 1s")
    with_config("a guard account of the same password", None, "timezone:",
                "  guard_account: {user: %s, password: {env: REPORT_PASSWORD}}\ntimezone:" % SCHEMA)
    with_config("a guard that can't be had", None, "timezone:", "  guard: required\ntimezone:")
    with_config("the password in the file itself", 3, "password: {env: REPORT_PASSWORD}", "passwrd: %s" % "x", "check")
    # What a user who knows no better would write: it must not be repeated on the terminal.
    for i, line in enumerate(("password: \"%s\"", "password: {env: \"%s\"}", "password: {plain: \"%s\"}", "password: [\"%s\"]")):
        with_config("the password in the wrong place (%d)" % (i + 1), 3, "password: {env: REPORT_PASSWORD}", line % WRONG, "check")
        project.write("pressrun.yaml", kept)
    for name, query in (("syntax", "SELECT FROM WHERE"), ("lexer", "SELECT @@version"), ("data", "SELECT JSON_EXTRACT(title, '$[') FROM videos")):
        project.write("jobs/%s.yaml" % name, job(name, query))
        watched.run("a query that fails (%s)" % name, None, "run", name, "--period", PERIOD)
        watched.run("and its check (%s)" % name, None, "check")
        os.unlink(project.path("jobs/%s.yaml" % name))
    os.rename(project.path("state/ledger.db"), project.path("state/away"))
    watched.run("no ledger", 5, "run", "failures", "--period", PERIOD)
    os.rename(project.path("state/away"), project.path("state/ledger.db"))
    project.write("out-is-a-file", "")
    with_config("a destination that fails", 1, "path: out}", "path: out-is-a-file}")
    watched.run("deliver", None, "deliver")
    watched.run("status --failed", 1, "status", "--failed")


def killed(checks, watched):
    """What a process leaves behind that is ended in its middle: no core, nothing in the spool."""
    import resource
    project = watched.project

    def allow_core():
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    try:
        p = subprocess.Popen([PRESSRUN, "run", "failures", "--period", PERIOD, "--again"], cwd=project.directory, env=project.environment,
                             preexec_fn=allow_core, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except (ValueError, subprocess.SubprocessError):
        print("core files can't be allowed here: not tested")
        return
    while p.poll() is None and project.read("state/lock").strip() != str(p.pid):
        pass
    readable = os.access("/proc/%d/mem" % p.pid, os.R_OK) and os.geteuid() != 0
    p.send_signal(6)
    p.wait()
    checks.that(not readable, "others of the same user can't read its memory")
    found, _ = tree(project.directory)
    checks.equal(found, [], "an aborted process leaves no secret")
    checks.equal([n for n in os.listdir(project.directory) if n.startswith("core")], [], "and no core file")


def server_log(checks):
    """Everything that the server was sent, as it logs it."""
    log = scenario.sql("SELECT CONVERT(argument USING utf8mb4) FROM mysql.general_log WHERE user_host LIKE '%s%%'" % SCHEMA)
    checks.that(log.count("\n") > 50, "control: the server's log has what pressrun sent", log.count("\n"))
    checks.that(not holds(log.encode()), "no statement holds the password")
    print("%d statements in the server's log" % log.count("\n"))


def controls(checks, project):
    """Planted, it is found: in a file, in a name, in a log line, encoded."""
    for i, form in enumerate(FORMS):
        checks.that(holds(b"x" + form + b"y"), "control: form %d is noticed" % i)
    place = project.path("planted")
    os.makedirs(place)
    for name in ("ledger.db", "stderr.log"):
        with open(os.path.join(place, name), "wb") as f:
            f.write(b"\0" * 5000 + base64.b64encode(CANARY.encode()) + b"\n")
    checks.equal(len(tree(place)[0]), 2, "control: planted secrets are found")
    for name in os.listdir(place):
        os.unlink(os.path.join(place, name))
    done = subprocess.run(["/bin/sh", "-c", ": %s; cat /proc/$$/cmdline" % shlex.quote(CANARY)], stdout=subprocess.PIPE, check=True)
    checks.that(holds(done.stdout), "control: on a command line it is found")


def main():
    checks = Checks()
    scenario.own_schema(SCHEMA, CANARY.replace("\\", "\\\\").replace("'", "''"))
    project = Project(schema=SCHEMA, user=SCHEMA, password=CANARY)
    project.take_jobs()
    controls(checks, project)
    atexit.register(scenario.sql, "SET GLOBAL general_log = 0; TRUNCATE mysql.general_log; SET GLOBAL log_output = 'FILE'")
    scenario.sql("SET GLOBAL log_output = 'TABLE'; TRUNCATE mysql.general_log; SET GLOBAL general_log = 1")
    watched = Watched(checks, project)
    good_ways(checks, watched)
    bad_ways(checks, watched)
    server_log(checks)
    killed(checks, watched)
    found, size = tree(project.directory)
    checks.equal(found, [], "no file holds a secret")
    print("%d bytes printed, %d bytes of files and %d looks into /proc searched for %d forms" % (
        watched.printed, size, watched.looked, len(FORMS)))
    checks.finish()


main()
