#!/usr/bin/python3
# Goal: a tenant's id of whatever type selects that tenant's rows, and ids that can't be told apart are refused.
# databases: mariadb mysql
"""The traps of comparing ids: text columns that equal 0, integers that equal '1abc', collations that fold
case, accents and trailing blanks, numbers beyond 2^63, bytes, and rows of nobody. Each row of the tables
says in its note whose it is; a report may hold no other. The control shows with a plain client that the
comparison without pressrun's second, exact one does take foreign rows."""

import csv
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import isolation as iso

ACCOUNT, PASSWORD = "ids_reader", "ids-password"
# schema: the type of the ids; SQL of each id that a tenant has; whose ids are only in rows
GOOD = {
    "ids_int": ("INT", ["1", "2", "10", "-5"], []),
    "ids_big": ("BIGINT UNSIGNED", ["1", "9223372036854775808", "18446744073709551615"], []),
    "ids_text": ("VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
                 ["'acme'", "'0'", "'1abc'", "'1'"], ["'ACME'", "'acmé'", "'acme '", "'00'", "''"]),
    "ids_latin": ("VARCHAR(40) CHARACTER SET latin1", ["'acme'", "'b_c-D'"], ["'Acme'", "'acmé'"]),
    "ids_char": ("CHAR(12) CHARACTER SET ascii", ["'acme'", "'acm'"], ["'ACME'"]),
    "ids_bytes": ("BINARY(16)", ["UNHEX('00112233445566778899aabbccddeeff')", "UNHEX(REPEAT('00', 16))"],
                  ["UNHEX('00112233445566778899aabbccddee00')"]),
}
if iso.KIND == "mariadb":
    GOOD["ids_uuid"] = ("UUID", ["'123e4567-e89b-12d3-a456-426614174000'",
                                 "'123e4567-e89b-12d3-a456-426614174001'"], [])
# schema: type, ids, what is said
BAD = {
    "bad_case": ("VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", ["'acme'", "'ACME'"], "case"),
    "bad_path": ("VARCHAR(40)", ["'../acme'"], "can't be part of a file name"),
    "bad_slash": ("VARCHAR(40)", ["'a/b'"], "can't be part of a file name"),
    "bad_empty": ("VARCHAR(40)", ["''"], "can't be part of a file name"),
    "bad_long": ("VARCHAR(200)", ["REPEAT('a', 65)"], "can't be part of a file name"),
    "bad_decimal": ("DECIMAL(10,2)", ["1"], "can't be compared exactly"),
    "bad_float": ("DOUBLE", ["1"], "can't be compared exactly"),
}


def make(server, schema, kind, ids, others):
    text = ("CREATE SCHEMA {0} CHARACTER SET utf8mb4;\n"
            "CREATE TABLE {0}.tenants (id {1} NULL, name VARCHAR(80));\n"
            "CREATE TABLE {0}.things (n INT AUTO_INCREMENT PRIMARY KEY, owner {1} NULL, note VARCHAR(80), "
            "KEY (owner));\n"
            "CREATE TABLE {0}.parts (n INT AUTO_INCREMENT PRIMARY KEY, thing INT, note VARCHAR(80));\n"
            ).format(schema, kind)
    for i, value in enumerate(ids + others):
        if i < len(ids):
            text += "INSERT INTO %s.tenants VALUES (%s, 'name %d');\n" % (schema, value, i)
        text += "INSERT INTO %s.things (owner, note) VALUES (%s, 'of %d'), (%s, 'of %d');\n" % (
            schema, value, i, value, i)
    text += ("INSERT INTO {0}.things (owner, note) VALUES (NULL, 'of nobody');\n"
             "INSERT INTO {0}.parts (thing, note) SELECT n, note FROM {0}.things;\n"
             "GRANT SELECT ON {0}.* TO '{1}'@'%';\n").format(schema, ACCOUNT)
    server.sql(text)


def project_of(server, schema, name=None):
    project = iso.Project(
        server, name or schema, ACCOUNT, PASSWORD, schema=schema,
        tenants="SELECT id, name FROM tenants ORDER BY name",
        scope="  tenants: {tenant: id}\n  things: {tenant: owner}\n  parts: {through: things, on: thing, "
              "references: n}\n", timeout="5s")
    project.job("both", "SELECT 'thing' AS kind, note FROM things\nUNION ALL SELECT 'part', note FROM parts\n"
                        "UNION ALL SELECT 'tenant', name FROM tenants ORDER BY kind, note")
    project.run("init")
    return project


def notes(project, tenant):
    directory = os.path.join(project.out, tenant, "both")
    for base, _, files in os.walk(directory):
        for name in files:
            if name.endswith(".csv"):
                with open(os.path.join(base, name), encoding="utf-8-sig", newline="") as f:
                    return sorted(tuple(row) for row in list(csv.reader(f))[1:])
    return None


def good(server, checks, schema, kind, ids, others):
    make(server, schema, kind, ids, others)
    project = project_of(server, schema)
    code, output = project.run("run", "both")
    checks.that(code == 0, "%s runs" % schema, output)
    tenants = server.sql("SELECT %s FROM %s.tenants ORDER BY name;" % (
        "LOWER(HEX(id))" if "BINARY" in kind else "id", schema)).split("\n")[:-1]
    checks.that(len(tenants) == len(ids), "%s has its tenants" % schema, tenants)
    for i, tenant in enumerate(tenants):
        wanted = sorted([("thing", "of %d" % i)] * 2 + [("part", "of %d" % i)] * 2 +
                        [("tenant", "name %d" % i)])
        checks.that(notes(project, tenant) == wanted, "%s: tenant %s gets its rows and no others" % (
            schema, tenant), notes(project, tenant))


def controls(server, checks):
    taken = server.sql("SELECT COUNT(*) FROM ids_text.things WHERE owner = 'acme';").strip()
    checks.that(int(taken) > 2, "control: a collation takes foreign ids for 'acme'", taken)
    taken = server.sql("SELECT COUNT(*) FROM ids_text.things WHERE owner = 0;").strip()
    checks.that(int(taken) > 2, "control: text without digits equals 0", taken)


def bad(server, checks, schema, kind, ids, sentence):
    make(server, schema, kind, ids, [])
    project = project_of(server, schema)
    code, output = project.run("run", "both")
    checks.that(code in (1, 3), "%s is refused" % schema, (code, output))
    checks.that(sentence in output, "%s: it says why" % schema, output)
    checks.that(not os.path.exists(project.out), "%s: nothing is published" % schema)


def null_id(server, checks):
    server.sql("INSERT INTO ids_int.tenants VALUES (NULL, 'nobody');")
    code, output = project_of(server, "ids_int", "null").run("run", "both")
    checks.that(code == 1 and "NULL" in output, "a tenant without an id is refused", (code, output))
    server.sql("DELETE FROM ids_int.tenants WHERE id IS NULL;")


def exact_ids(server, checks):
    """Ids that no report could be named after are compared exactly all the same."""
    project = project_of(server, "ids_text", "exact")
    own = "SELECT note FROM things"
    for i, tenant in enumerate(("acme", "0", "1abc", "1", "ACME", "acm\u00e9", "acme ", "00", "")):
        answer = project.probe("rows", tenant, texts=[own])[0]
        checks.that(answer.rows == ["of %d" % i] * 2, "exactly %r" % tenant, answer)
    for tenant in ("acme  ", "Acme", "0.0", "\u00c0cme", "acme\u200b", " acme"):
        answer = project.probe("rows", tenant, texts=[own])[0]
        checks.that(answer.rows == [], "nobody is %r" % tenant, answer)
    project = project_of(server, "ids_int", "exact-int")
    for tenant in ("1abc", "1.0", " 1", "0x1", "1e0", "' OR 1 = 1 -- ", "99999999999999999999"):
        answer = project.probe("rows", tenant, texts=[own])[0]
        checks.that(answer.kind == "refused" and not answer.rows, "no integer: %r" % tenant, answer)
    project = project_of(server, "ids_bytes", "exact-bytes")
    for tenant in ("00112233445566778899AABBCCDDEEFF", "0", "zz", "0x00112233445566778899aabbccddeeff"):
        answer = project.probe("rows", tenant, texts=[own])[0]
        checks.that(answer.kind == "refused" and not answer.rows, "not hexadecimal: %r" % tenant, answer)


def canary(server, checks):
    """Rows that even a tenant gets that does not exist, and references that fit two tenants."""
    project = project_of(server, "ids_big", "canary")
    code, output = project.run("check")
    checks.that(code == 0, "control: the canary is content", (code, output))
    server.sql("CREATE SCHEMA ids_ghost;\nCREATE TABLE ids_ghost.tenants (id BIGINT, name VARCHAR(80));\n"
               "INSERT INTO ids_ghost.tenants VALUES (1, 'one');\n"
               "CREATE TABLE ids_ghost.things (n INT PRIMARY KEY, owner BIGINT, note VARCHAR(80));\n"
               "INSERT INTO ids_ghost.things VALUES (1, 1, 'of one'), (2, -9223372036854775808, 'of all');\n"
               "CREATE TABLE ids_ghost.parts (n INT PRIMARY KEY, thing INT, note VARCHAR(80));\n"
               "GRANT SELECT ON ids_ghost.* TO '%s'@'%%';" % ACCOUNT)
    project = project_of(server, "ids_ghost")
    for arguments in (["check"], ["run", "both"], ["preview", "both", "--tenant", "1"]):
        code, output = project.run(*arguments)
        checks.that(code in ((3, 4) if arguments == ["check"] else (4,)) and "does not exist" in output,
                    "the canary finds rows of nobody: %s" % arguments[0], (code, output))
    checks.that(not os.path.exists(project.out), "nothing is published")

    server.sql("CREATE TABLE ids_int.codes (n INT PRIMARY KEY, owner INT, code VARCHAR(20), UNIQUE (owner, code));\n"
               "INSERT INTO ids_int.codes VALUES (1, 1, 'x'), (2, 2, 'x');\n"
               "CREATE TABLE ids_int.uses (n INT PRIMARY KEY, code VARCHAR(20));\n"
               "INSERT INTO ids_int.uses VALUES (1, 'x');")
    project = iso.Project(server, "shared-code", ACCOUNT, PASSWORD, schema="ids_int",
                          tenants="SELECT id, name FROM tenants", timeout="5s",
                          scope="  tenants: {tenant: id}\n  codes: {tenant: owner}\n"
                                "  uses: {through: codes, on: code, references: code}\n")
    code, output = project.run("check")
    checks.that(code == 3 and "is not unique" in output, "a reference must fit one row", (code, output))
    server.sql("DELETE FROM ids_int.codes WHERE n = 2; ALTER TABLE ids_int.codes ADD UNIQUE (code);")
    code, output = project.run("check")
    checks.that(code == 0, "control: with a unique key it may", (code, output))
    server.sql("CREATE TABLE ids_int.loose (n INT PRIMARY KEY, thing VARCHAR(20));\n"
               "INSERT INTO ids_int.loose VALUES (1, '1abc');")
    project = iso.Project(server, "loose", ACCOUNT, PASSWORD, schema="ids_int",
                          tenants="SELECT id, name FROM tenants", timeout="5s",
                          scope="  tenants: {tenant: id}\n  things: {tenant: owner}\n"
                                "  loose: {through: things, on: thing, references: n}\n")
    code, output = project.run("check")
    checks.that(code == 3 and "different types" in output, "a text can't refer to a number", (code, output))
    taken = server.sql("SELECT COUNT(*) FROM ids_int.loose WHERE thing IN (SELECT n FROM ids_int.things);")
    checks.that(taken.strip() == "1", "control: the server takes '1abc' for 1", taken)


def wrong_column(server, checks):
    """Rows say themselves whose they are; one of another tenant stops the job, deliveries included."""
    server.sql("CREATE TABLE ids_int.right_one (n INT AUTO_INCREMENT PRIMARY KEY, tenant_id INT);\n"
               "INSERT INTO ids_int.right_one (tenant_id) VALUES (1), (2);\n")
    project = iso.Project(server, "wrong", ACCOUNT, PASSWORD, schema="ids_int",
                          tenants="SELECT id, name FROM tenants WHERE id IN (1, 2) ORDER BY id",
                          scope="  tenants: {tenant: id}\n  right_one: {tenant: tenant_id}\n", timeout="5s")
    project.job("honest", "SELECT tenant_id, n FROM right_one")
    project.job("lying", "SELECT 2 AS tenant_id, n FROM right_one")
    project.run("init")
    code, output = project.run("run", "honest")
    checks.that(code == 0, "control: rows that say their own tenant pass", output)
    code, output = project.run("run", "lying")
    checks.that(code == 4, "rows that say another tenant end with exit code 4", (code, output))
    plain = output.replace('\\"', '"')
    checks.that('tenant_id = "2"' in plain and 'tenant "1"' in plain, "it says which", output)
    checks.that(not os.path.exists(os.path.join(project.out, "1", "lying")), "nothing is published")
    code, output = project.run("status", "--failed", "--json")
    checks.that('"isolation"' in output, "the ledger keeps it", output)
    stopped(checks, project)


def stopped(checks, project):
    """What a job rendered before its mistake and did not deliver yet stays where it is."""
    destination, late = project.out, project.out + "-away"
    os.rename(destination, late)
    with open(destination, "w", encoding="utf-8"):
        pass  # a file in the place of the directory: nothing can be delivered
    project.job("late", "SELECT tenant_id, n FROM right_one")
    code, output = project.run("run", "late")
    checks.that(code == 1, "the first reports wait for their destination", (code, output))
    project.job("late", "SELECT 2 AS tenant_id, n FROM right_one")
    code, output = project.run("run", "late", "--again")
    checks.that(code == 4, "then the job makes a mistake", (code, output))
    os.remove(destination)
    os.rename(late, destination)
    code, output = project.run("deliver")
    checks.that(not os.path.exists(os.path.join(destination, "1", "late")) and
                not os.path.exists(os.path.join(destination, "2", "late")),
                "deliveries of that job are stopped", (code, output))
    project.job("late", "SELECT tenant_id, n FROM right_one")
    code, output = project.run("run", "late", "--again")
    checks.that(code == 0 and os.path.exists(os.path.join(destination, "2", "late")),
                "control: put right and run again, they arrive", (code, output))


def main():
    checks = iso.Checks()
    server = iso.Server(videos=100)
    server.sql("CREATE USER '%s'@'%%' IDENTIFIED BY '%s';" % (ACCOUNT, PASSWORD))
    for schema, (kind, ids, others) in GOOD.items():
        good(server, checks, schema, kind, ids, others)
    controls(server, checks)
    for schema, (kind, ids, sentence) in BAD.items():
        bad(server, checks, schema, kind, ids, sentence)
    exact_ids(server, checks)
    canary(server, checks)
    null_id(server, checks)
    wrong_column(server, checks)
    checks.finish()


main()
