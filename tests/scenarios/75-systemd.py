#!/usr/bin/python3
# Goal: the shipped units under a real systemd. They are free of warnings and well locked up. The timer
# starts the service, which makes and delivers real reports from a real database, with the password as a
# credential and nowhere else. What fails starts pressrun-failed@, what takes long says so and may go on,
# what hangs is ended, ticks that were missed are caught up by one, and the tunnel comes back.
# needs: systemd

import atexit
import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import faults  # noqa: E402
from scenario import DIRECTORY, PRESSRUN, ROOT, SOCKET, Checks, own_schema, sql  # noqa: E402

SCHEMA = "systemd_test"
PASSWORD = "only-a-credential"
UNITS = ("pressrun.timer", "pressrun.service", "pressrun@daily.service", "pressrun-tunnel@db.service",
         "pressrun-failed@pressrun.service.service", "pressrun-failed@pressrun@daily.service.service")
BOOTED = os.path.join(ROOT, "tests/lib/booted-systemd")
CONFIG = """\
database:
  {server}
  schema: {schema}
  user: {schema}
  password: {{credential: db-password}}
state_directory: /var/lib/pressrun
tenants:
  query: SELECT id, name FROM tenants WHERE is_active = 1 ORDER BY id
scope:
  tenants: {{tenant: id, hide: [api_key]}}
  videos: {{tenant: tenant_id}}
  video_embeddings: {{through: videos, on: video_id}}
  video_audio_previews: {{through: videos, on: video_id}}
destinations:
  reports: {{kind: directory, path: /srv/reports}}
"""
JOB = """\
job: {name}
{schedule}period: {{unit: day}}
results:
  rows: {{sql: SELECT id FROM {table}}}
formats: [csv]
deliver: [reports]
"""

check = Checks()


def until(condition, what, seconds=30):
    """Each look inside is a process or two: ten in a second are enough."""
    return faults.wait_until(lambda: condition() or time.sleep(0.1), what, seconds)


def write(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(path, mode)


def install(prefix, destination=""):
    """The units and the program, as "cmake --install" puts them there."""
    build = os.path.join(DIRECTORY, "build" + prefix.replace("/", "-"))
    for command in (["cmake", "-S", ROOT, "-B", build, "-DPRESSRUN_TESTS=OFF", "-DCMAKE_INSTALL_PREFIX=" + prefix],
                    ["cmake", "--install", build, "--component", "systemd"]):
        done = subprocess.run(command, env=dict(os.environ, DESTDIR=destination), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False, timeout=300)
        if done.returncode != 0:
            sys.exit("%s failed:\n%s" % (command, done.stdout.decode()))
    binary = os.path.join(destination + prefix, "bin/pressrun")
    os.makedirs(os.path.dirname(binary), exist_ok=True)
    shutil.copy(os.environ.get("PRESSRUN_RELEASE") or PRESSRUN, binary)


# ---- without booting ----


def analyze(*arguments, **variables):
    return subprocess.run(["systemd-analyze", *arguments], env=dict(os.environ, **variables), text=True, timeout=120,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)


def units_are_sound():
    prefix = os.path.join(DIRECTORY, "prefix")
    install(prefix)
    units = os.path.join(prefix, "lib/systemd/system")
    path = units + ":/usr/lib/systemd/system:/lib/systemd/system"

    def verify():  # mere warnings leave the exit code at 0
        done = analyze("verify", "--man=no", *(u if "@" in u else os.path.join(units, u) for u in UNITS),
                       SYSTEMD_UNIT_PATH=path)
        return (done.returncode, done.stdout)
    check.equal(verify(), (0, ""), "systemd has nothing to say about the units")
    dropin = os.path.join(units, "pressrun@.service.d/control.conf")
    write(dropin, "[Service]\nProtectSistem=strict\n")
    check.that("ProtectSistem" in verify()[1], "a control: it would complain about an unknown setting")
    shutil.rmtree(os.path.dirname(dropin))

    for name in sorted(glob.glob(units + "/*.service")):
        done = analyze("security", "--offline=true", "--threshold=20", "--no-pager", name)
        score = re.search(r"exposure level for \S+ ([0-9.]+)", done.stdout)
        check.that(done.returncode == 0 and score and float(score.group(1)) <= 2.0,
                   "%s is locked up well" % os.path.basename(name), done.stdout[-300:])
        print("%s: exposure %s" % (os.path.basename(name), score.group(1) if score else "?"))


# ---- the machine ----


class Machine:
    """The booted container. What is put into self.root before lies over the machine's own root."""

    def __init__(self):
        self.directory = os.path.join(DIRECTORY, "machine")
        self.root = os.path.join(self.directory, "root")
        self.leader = None

    def start(self):
        code = subprocess.run([BOOTED, "start", self.directory], timeout=120, check=False).returncode
        if code == 77:
            if check.failed:
                check.finish()
            print("SKIPPED: no systemd can be booted here; the units were checked without")
            sys.exit(77)
        if code != 0:
            sys.exit("booting failed")
        with open(os.path.join(self.directory, "leader"), encoding="ascii") as f:
            self.leader = f.read().strip()

    def stop(self):
        subprocess.run([BOOTED, "stop", self.directory], timeout=60, check=False)

    def path(self, path):
        """A file inside, as it is seen from here."""
        return "/proc/%s/root%s" % (self.leader, path)

    def write(self, path, text, mode=0o644):
        write(self.path(path), text, mode)

    def run(self, *command, ok=True):
        done = subprocess.run([BOOTED, "run", self.directory, *command], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
                              stderr=subprocess.STDOUT, text=True, errors="replace", timeout=120, check=False)
        if ok and done.returncode != 0:
            raise RuntimeError("%s: exit code %d\n%s\n%s" % (
                " ".join(command), done.returncode, done.stdout, self.journal("--lines=40")))
        return done

    def systemctl(self, *arguments, ok=True):
        return self.run("systemctl", *arguments, ok=ok)

    def show(self, unit, name):
        return self.systemctl("show", "--property=" + name, "--value", unit).stdout.strip()

    def journal(self, *arguments):
        return self.run("journalctl", "--no-pager", "--output=cat", "--quiet", *arguments, ok=False).stdout

    def starts(self, unit):
        """How often a unit was started (SD_MESSAGE_UNIT_STARTING)."""
        return len(self.journal("UNIT=" + unit, "MESSAGE_ID=7d4958e842da4a758f6c1cdc7b36dcc5").splitlines())

    def dropin(self, unit, text):
        """Overrides settings; None takes it back."""
        path = "/etc/systemd/system/%s.d/test.conf" % unit
        if text is None:
            os.unlink(self.path(path))
        else:
            self.write(path, text)
        self.systemctl("daemon-reload")

    def start_unit(self, unit):
        """Starts it and waits; its exit code, and its result."""
        self.systemctl("start", unit, ok=False)
        return int(self.show(unit, "ExecMainStatus")), self.show(unit, "Result")

    def ended(self, unit):
        until(lambda: self.show(unit, "ActiveState") in ("inactive", "failed"), unit + " ended", 60)

    def failures(self, unit):
        """The lines that pressrun-failed@ has written about a unit."""
        return [line for line in self.journal("--priority=err", "--identifier=pressrun-failed").splitlines()
                if "unit=%s " % unit in line]


machine = Machine()


def configure(server):
    machine.write("/etc/pressrun/pressrun.yaml", CONFIG.format(server=server, schema=SCHEMA))


def add_job(name, table="videos", schedule=""):
    machine.write("/etc/pressrun/jobs/%s.yaml" % name, JOB.format(name=name, table=table, schedule=schedule))


def schedule_job(name, table="videos"):
    """A job that the next tick runs: due each second since the tick that sees it first."""
    add_job(name, table, 'schedule: "*:*:*"\n')
    machine.systemctl("start", "pressrun.service", ok=False)
    seen = time.time()
    until(lambda: time.time() > seen + 1, "it is due")


def reports(job):
    """The reports that have been delivered, complete."""
    return sorted(glob.glob(machine.path("/srv/reports/*/%s/*/manifest.json" % job)))


def as_service(*arguments):
    """pressrun by hand as the service runs it, by the shell function of docs/systemd.md."""
    with open(os.path.join(ROOT, "docs/systemd.md"), encoding="utf-8") as f:
        function = re.search(r"^    pressrun-as-service\(\) \{\n.*?^    \}$", f.read(), re.MULTILINE | re.DOTALL).group()
    return machine.run("bash", "-c", function + '\npressrun-as-service "$@"', "bash", *arguments, ok=False)


class Lock:
    """Holds a table, so that a query waits."""

    def __init__(self, table):
        atexit.register(self.release)  # or the schema could not be dropped
        self.process = subprocess.Popen(
            ["mariadb", "--no-defaults", "--unbuffered", "--skip-column-names", "-S", SOCKET, "-u", "root", SCHEMA],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.process.stdin.write("LOCK TABLES %s WRITE; SELECT 'held';\n" % table)
        self.process.stdin.flush()
        if self.process.stdout.readline().strip() != "held":
            sys.exit("the table could not be locked")

    def awaited(self):
        return "Waiting for table metadata lock" in sql("SELECT state FROM information_schema.processlist")

    def release(self):
        if self.process.poll() is None:
            self.process.communicate(timeout=30)


# ---- what is shown ----


def boot():
    install("/usr/local", machine.root)
    write(machine.root + "/etc/pressrun/credentials/db-password", PASSWORD + "\n", 0o600)
    if not os.environ.get("PRESSRUN_RELEASE"):  # leaks are looked for with ptrace(2), which the sandbox forbids
        for unit in ("pressrun", "pressrun@"):
            write(machine.root + "/etc/systemd/system/%s.service.d/sanitizer.conf" % unit,
                  "[Service]\nEnvironment=ASAN_OPTIONS=detect_leaks=0\n")
    machine.start()


def it_is_installed():
    entry = machine.run("getent", "passwd", "pressrun", ok=False).stdout
    check.that(entry.strip().endswith("/nologin"), "sysusers made the account, without a shell", entry)
    modes = machine.run("stat", "--format=%a %U %G", "/etc/pressrun", "/etc/pressrun/jobs", "/etc/pressrun/credentials",
                        "/var/lib/pressrun").stdout.splitlines()
    check.equal(modes, ["2750 root pressrun", "2750 root pressrun", "700 root root", "750 pressrun pressrun"],
                "tmpfiles made the directories")
    # As docs/systemd.md tells to do it.
    machine.run("pressrun", "init", "/etc/pressrun")
    machine.run("rm", "-r", "/etc/pressrun/state")
    example = machine.run("runuser", "-u", "pressrun", "--", "ls", "/etc/pressrun/jobs").stdout.split()
    machine.run("runuser", "-u", "pressrun", "--", "cat", "/etc/pressrun/pressrun.yaml", "/etc/pressrun/jobs/" + example[0])
    os.unlink(machine.path("/etc/pressrun/jobs/" + example[0]))
    configure("host: 127.0.0.1\n  port: %s" % os.environ["DB_PORT"])
    machine.run("runuser", "-u", "pressrun", "--", "pressrun", "init", "/etc/pressrun")
    machine.run("install", "--directory", "--owner=pressrun", "--group=pressrun", "/srv/reports")
    done = as_service("check")
    check.equal(done.returncode, 0, "check has nothing to say when it runs as the service does: %s" % done.stdout)
    done = machine.run("runuser", "-u", "pressrun", "--", "pressrun", "check", ok=False)
    check.equal(done.returncode, 3, "a control: without systemd's credentials there is no password")


def the_timer_makes_reports():
    machine.dropin("pressrun.service", "[Service]\nReadWritePaths=/srv/reports\n")
    schedule_job("ticked")
    before = machine.starts("pressrun.service")
    machine.systemctl("enable", "--now", "--quiet", "pressrun.timer")
    check.equal(reports("ticked"), [], "nothing is there before the tick")
    until(lambda: machine.starts("pressrun.service") > before, "the timer started the service", 90)
    machine.ended("pressrun.service")
    check.equal(machine.show("pressrun.service", "Result"), "success", "the tick succeeded")
    second = int(machine.show("pressrun.service", "ExecMainStartTimestamp").split()[2].split(":")[2])
    check.that(second <= 3, "it came when the minute began, not up to a minute later", second)
    check.equal(len(reports("ticked")), 2, "each tenant has a report")
    owner = os.stat(reports("ticked")[0])
    check.equal((owner.st_uid, owner.st_mode & 0o777), (os.stat(machine.path("/var/lib/pressrun")).st_uid, 0o640),
                "reports belong to pressrun, and its group reads them")
    check.equal(machine.failures("pressrun.service"), [], "nothing failed")
    check.that("run.rendered" in machine.journal("--unit=pressrun.service", "--priority=info"), "events are in the journal")
    machine.systemctl("stop", "pressrun.timer")


def a_missed_tick_is_caught_up_once():
    # Due once an hour, and not while this runs.
    other = (time.localtime().tm_min + 30) % 60
    timer = "[Timer]\nOnCalendar=\nOnCalendar=*:%02d\n" % other
    stamp = machine.path("/var/lib/systemd/timers/stamp-pressrun.timer")

    def starts_after_three_days():
        days_ago = time.time() - 3 * 86400
        os.utime(stamp, (days_ago, days_ago))
        before = machine.starts("pressrun.service")
        machine.systemctl("start", "pressrun.timer")
        machine.ended("pressrun.service")
        until(lambda: machine.show("pressrun.timer", "SubState") == "waiting", "the timer waits again")
        machine.systemctl("stop", "pressrun.timer")
        return machine.starts("pressrun.service") - before

    machine.dropin("pressrun.timer", timer)
    check.equal(starts_after_three_days(), 1, "72 missed ticks are caught up by one, at once")
    machine.dropin("pressrun.timer", timer + "Persistent=no\n")
    check.equal(starts_after_three_days(), 0, "a control: without Persistent= by none")
    machine.dropin("pressrun.timer", None)


def failures_are_told():
    def fails(unit, code, why):
        before = len(machine.failures(unit))
        found = machine.start_unit(unit)
        machine.ended("pressrun-failed@%s.service" % unit)
        check.equal(found, (code, "exit-code"), "%s: exit code %d" % (why, code))
        lines = until(lambda: machine.failures(unit)[before:], "%s: a line in the journal" % why)
        check.that(len(lines) == 1 and "result=exit-code code=exited status=%d " % code in lines[0]
                   and re.search(r"invocation=[0-9a-f]{32}", lines[0]), "%s: pressrun-failed@ tells it" % why, lines)

    credential = "/etc/pressrun/credentials/db-password"
    schedule_job("refused")
    machine.write(credential, "wrong", 0o600)
    fails("pressrun.service", 8, "a wrong password")
    schedule_job("without-password")
    os.unlink(machine.path(credential))
    fails("pressrun.service", 3, "a missing password")
    machine.write(credential, PASSWORD, 0o600)
    add_job("failing")
    # What the manual says about ReadWritePaths=: this unit has none yet.
    fails("pressrun@failing.service", 1, "a destination that the sandbox closes")
    machine.dropin("pressrun@.service", "[Service]\nReadWritePaths=/srv/reports\n")
    check.equal(reports("failing"), [], "nothing came through the sandbox")
    done = as_service("deliver", "--destination", "reports")
    check.equal((done.returncode, len(reports("failing"))), (0, 2), "it is delivered when the way is free: %s" % done.stdout)


def work_may_take_long():
    for unit in ("pressrun.service", "pressrun@failing.service"):  # both have run
        check.equal((machine.show(unit, "WatchdogUSec"), machine.show(unit, "NotifyAccess")), ("10min", "main"),
                    unit + " is watched")
    # Shorter than what is shipped: pressrun says every ten seconds that it works.
    machine.dropin("pressrun.service", "[Service]\nReadWritePaths=/srv/reports\nWatchdogSec=14s\n")
    schedule_job("slow", "video_audio_previews")
    lock = Lock("video_audio_previews")
    machine.systemctl("start", "--no-block", "pressrun.service")
    until(lock.awaited, "the query waits")
    began = time.monotonic()
    # Longer than a lock is waited for, as a large report would: the worker stands still.
    worker = machine.run("pgrep", "--parent", machine.show("pressrun.service", "MainPID")).stdout.split()
    machine.run("kill", "-STOP", *worker)
    lock.release()
    status = until(lambda: machine.show("pressrun.service", "StatusText"), "there is a status")
    check.that("slow" in status, "the status tells what it works on", status)

    machine.systemctl("start", "--no-block", "pressrun@waiting.service")
    check.equal(machine.show("pressrun@waiting.service", "SubState"), "dead", "a job by hand waits for a tick that works")

    def heard():
        return machine.show("pressrun.service", "WatchdogTimestampMonotonic")
    last = heard()
    until(lambda: heard() != last, "pressrun says again that it works")
    machine.systemctl("daemon-reload")  # as each installation of a package does
    until(lambda: time.monotonic() > began + 16, "the time without a message would have passed")
    check.equal(machine.show("pressrun.service", "ActiveState"), "activating", "it goes on")
    machine.run("kill", "-CONT", *worker)
    machine.ended("pressrun.service")
    check.equal(machine.show("pressrun.service", "Result"), "success", "it ended well")
    check.equal(len(reports("slow")), 2, "the reports are there")
    until(lambda: machine.starts("pressrun@waiting.service"), "it is the turn of the job by hand")
    machine.ended("pressrun@waiting.service")
    check.equal((machine.show("pressrun@waiting.service", "Result"), len(reports("waiting"))), ("success", 2),
                "the job that had waited for the tick has run")


def what_hangs_is_ended():
    schedule_job("hanging", "video_audio_previews")
    lock = Lock("video_audio_previews")
    before = len(machine.failures("pressrun.service"))
    machine.systemctl("start", "--no-block", "pressrun.service")
    until(lock.awaited, "the query waits")
    machine.run("kill", "-STOP", machine.show("pressrun.service", "MainPID"))
    machine.ended("pressrun.service")
    lock.release()
    check.equal(machine.show("pressrun.service", "Result"), "watchdog", "the watchdog has ended it")
    lines = until(lambda: machine.failures("pressrun.service")[before:], "a line in the journal")
    check.that("result=watchdog" in lines[-1], "pressrun-failed@ tells it", lines)
    check.equal(machine.run("pgrep", "--uid", "pressrun", ok=False).stdout, "", "no worker is left")
    machine.dropin("pressrun.service", "[Service]\nReadWritePaths=/srv/reports\n")
    machine.systemctl("start", "pressrun.service")
    check.equal(len(reports("hanging")), 2, "the next tick makes the reports")


def a_job_runs_by_hand():
    check.equal(machine.start_unit("pressrun@nothing.service"), (2, "exit-code"), "an unknown job is refused")
    add_job("held", "video_audio_previews")
    lock = Lock("video_audio_previews")
    machine.systemctl("start", "--no-block", "pressrun@held.service")
    until(lock.awaited, "the query waits", 30)
    check.equal(machine.start_unit("pressrun.service"), (0, "success"), "a tick that finds another at work leaves it alone")
    lock.release()
    machine.ended("pressrun@held.service")
    check.equal((machine.show("pressrun@held.service", "Result"), len(reports("held"))), ("success", 2), "the job has run")


def ssh_server(port):
    """A server of ssh inside, to which the key may only forward the port of the database."""
    for name in ("host", "client"):
        machine.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/etc/test-ssh-" + name)
    public = {}
    for name in ("host", "client"):
        with open(machine.path("/etc/test-ssh-%s.pub" % name), encoding="ascii") as f:
            public[name] = " ".join(f.read().split()[:2])
    machine.write("/etc/test-ssh-authorized", 'restrict,port-forwarding,permitopen="127.0.0.1:%s" %s\n' % (
        os.environ["DB_PORT"], public["client"]), 0o600)
    machine.write("/etc/test-sshd.conf", "ListenAddress 127.0.0.1:%d\nHostKey /etc/test-ssh-host\nUsePAM no\nStrictModes no\n"
                  "PermitRootLogin prohibit-password\nAuthorizedKeysFile /etc/test-ssh-authorized\n" % port)
    machine.run("systemd-run", "--quiet", "--unit=test-sshd", "--property=RuntimeDirectory=sshd", "/usr/sbin/sshd", "-D", "-e",
                "-f", "/etc/test-sshd.conf")
    os.rename(machine.path("/etc/test-ssh-client"), machine.path("/etc/pressrun/tunnel-db.key"))
    machine.write("/etc/pressrun/tunnel-db.known_hosts", "[127.0.0.1]:%d %s\n" % (port, public["host"]))


def free_port():
    import socket
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def the_tunnel_comes_back():
    if not os.path.exists("/usr/sbin/sshd"):
        print("no openssh-server here: the tunnel was verified, but not used")
        return
    unit = "pressrun-tunnel@db.service"
    port = free_port()
    ssh_server(port)
    machine.write("/etc/pressrun/tunnel-db.conf", "TARGET=root@127.0.0.1\nPORT=%d\n"
                  "FORWARD=/run/pressrun-tunnel-db/db.sock:127.0.0.1:%s\n" % (port, os.environ["DB_PORT"]))
    configure("socket: /run/pressrun-tunnel-db/db.sock")
    for name in ("tunnel-before", "tunnel", "tunnel-again"):
        add_job(name)
    check.equal(machine.start_unit("pressrun@tunnel-before.service"), (8, "exit-code"), "a control: no tunnel, no database")
    until(lambda: "listening on" in machine.journal("--unit=test-sshd").lower(), "the server of ssh listens")
    machine.systemctl("start", unit)  # returns when the tunnel stands
    check.equal(machine.start_unit("pressrun@tunnel.service"), (0, "success"), "a report through the tunnel")
    check.equal(len(reports("tunnel")), 2, "it was delivered")
    machine.systemctl("kill", "--signal=KILL", unit)
    until(lambda: machine.show(unit, "NRestarts") == "1" and machine.show(unit, "ActiveState") == "active",
               "the tunnel is there again", 30)
    check.equal(machine.start_unit("pressrun@tunnel-again.service"), (0, "success"), "a report through the new tunnel")

    machine.write("/etc/pressrun/tunnel-db.known_hosts", "")
    machine.systemctl("restart", unit, ok=False)
    check.that(machine.show(unit, "ActiveState") != "active", "a server that is not known is not trusted")
    machine.systemctl("stop", unit)


def no_secret_is_left():
    found = machine.run("grep", "-rlF", PASSWORD, "/var/lib/pressrun", "/srv/reports", "/etc/systemd", "/run/systemd", ok=False)
    check.equal(found.stdout, "", "the password is in no file but its own")
    check.that(PASSWORD not in machine.journal(), "nor in the journal")
    found = machine.run("grep", "-rlF", PASSWORD, "/etc/pressrun", ok=False).stdout.split()
    check.equal(found, ["/etc/pressrun/credentials/db-password"], "a control: there it is")


def terminate(*_):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it comes to the whole group, and once more from timeout(1)
    sys.exit(143)


def main():
    signal.signal(signal.SIGTERM, terminate)
    units_are_sound()
    own_schema(SCHEMA, PASSWORD)
    try:
        boot()
        it_is_installed()
        the_timer_makes_reports()
        a_missed_tick_is_caught_up_once()
        failures_are_told()
        add_job("waiting")
        work_may_take_long()
        what_hangs_is_ended()
        a_job_runs_by_hand()
        the_tunnel_comes_back()
        no_secret_is_left()
    finally:
        if machine.leader and (check.failed or sys.exc_info()[0] not in (None, SystemExit)):
            print(machine.journal("--output=short", "--unit=pressrun*", "--lines=200"))
        machine.stop()
    check.finish()


if __name__ == "__main__":
    main()
