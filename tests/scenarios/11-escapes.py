#!/usr/bin/python3
# Goal: each known way around the shadows is closed twice: by the lexer, and by the guard without it.
# databases: mariadb mysql
"""The corpus tests/escapes/, twice. With the rules on, on a plain account, each file ends as its first
line says. With the rules off, the guard alone refuses whatever reaches beyond the shadows, in both of
its modes; what it accepts is run as it stands and gives what an oracle gives, a database with only the
tenant's rows. The control: with neither lexer nor guard, the same files show rows of other tenants."""

import glob
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import isolation as iso

TENANT = 3
# Allowed, but about the connection and not about rows: their answers can't be an oracle's.
ABOUT_THE_SESSION = ("function-user", "function-current-user-call", "function-database", "current-user",
                     "function-rand", "function-uuid", "function-sysdate", "information-schema",
                     "processlist")
FEWEST_LEAKS = 18  # of the control


def name_of(path):
    return os.path.basename(path)[4:-len(".sql")]


def expectation_of(path):
    with open(path, "rb") as f:
        return f.readline().decode("utf-8").strip()[len("-- expect: "):]


def with_the_rules(project, oracle, checks, files):
    answers = project.probe("files", str(TENANT), *files)
    checks.that(len(answers) == len(files), "each file has an answer", len(answers))
    allowed = []
    for path, answer in zip(files, answers):
        expectation = expectation_of(path)
        if expectation == "allowed":
            allowed.append((path, answer))
        else:
            checks.that(answer.kind == "refused" and expectation in answer.message,
                        "%s is refused: %s" % (name_of(path), expectation), answer)
    expected = oracle.probe("raw", str(TENANT), *[path for path, _ in allowed])
    for (path, answer), own in zip(allowed, expected):
        checks.that((answer.rows, answer.code) == (own.rows, own.code),
                    "%s gives what the oracle gives" % name_of(path), "%s\n    oracle %s" % (answer, own))
    print("rules on: %d files, %d refused, %d allowed" % (
        len(files), sum(a.kind == "refused" for a in answers), len(allowed)))
    checks.that(len(allowed) >= 10, "some of the corpus is allowed")


def without_the_rules(mode, project, oracle, checks, files, leaking, foreign):
    code, output = project.run("check", "--json")
    checks.that('"guard": "%s"' % mode in output, "the guard is active: %s" % mode, (code, output))
    guard = project.probe("guard", *files)
    checks.that(len(guard) == len(files), "each file has an answer", len(guard))
    accepted = [path for path, answer in zip(files, guard) if answer.kind == "accepted"]
    through = [name_of(path) for path in accepted if path in leaking]
    checks.that(not through, "the guard refuses all that reaches rows of others", through)
    answers = project.probe("raw", str(TENANT), *accepted)
    same = errors = 0
    for path, answer, own in zip(accepted, answers, oracle.probe("raw", str(TENANT), *accepted)):
        name = name_of(path)
        checks.that(not iso.leaks(answer.rows, foreign), "%s shows nothing of others" % name, answer)
        if answer.rows is None:
            errors += 1
        elif name not in ABOUT_THE_SESSION:
            same += checks.that(answer.rows == own.rows, "%s gives what the oracle gives" % name,
                                "%s\n    oracle %s" % (answer, own))
    print("rules off, guard %s: %d refused, %d accepted (%d with the oracle's rows, %d errors)" % (
        mode, len(files) - len(accepted), len(accepted), same, errors))
    checks.that(same >= 20, "the guard accepts what is harmless")


def main():
    checks = iso.Checks()
    server = iso.Server()
    server.make_oracle(TENANT, "oracle")
    server.make_powerless("iso_role", "iso_guard", "iso password")
    files = sorted(glob.glob(os.path.join(iso.ROOT, "tests", "escapes", "*.sql")))
    checks.that(len(files) >= 60, "the corpus is there", len(files))
    foreign = server.foreign_values(TENANT)
    plain = iso.Project(server, "plain", timeout="1s")
    role = iso.Project(server, "role", user="iso_role", password="iso password", timeout="1s",
                       database="  guard: required\n")
    second = iso.Project(server, "second", timeout="1s", database="  guard: required\n  guard_account: {user: "
                         "iso_guard, password: {env: ISO_GUARD}}\n")
    second.environment["ISO_GUARD"] = "iso password"

    control = plain.probe("raw", str(TENANT), *files)
    leaking = {path for path, answer in zip(files, control) if iso.leaks(answer.rows, foreign)}
    print("control, neither lexer nor guard: %d of %d files show values of others" % (
        len(leaking), len(files)))
    checks.that(len(leaking) >= FEWEST_LEAKS, "the control leaks", len(leaking))

    oracle = iso.Project.of_oracle(server, "oracle", timeout="1s")
    with_the_rules(plain, oracle, checks, files)
    without_the_rules("role", role, oracle, checks, files, leaking, foreign)
    without_the_rules("account", second, oracle, checks, files, leaking, foreign)
    checks.finish()


main()
