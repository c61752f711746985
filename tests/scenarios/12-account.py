#!/usr/bin/python3
# Goal: an account that could do more than read is refused, and each guard is found, or missed, rightly.
# databases: mariadb mysql
"""Accounts of all kinds on a real server: with excess rights, with the wildcard of an unescaped _, with a
role, with a second account, with rights that make the guard worthless, with a wrong password. The
GRANTs that `pressrun check` prints are executed as they stand, and make the guard active."""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import isolation as iso

PASSWORD = "Pa55-word-of-this-test"
READ = "GRANT SELECT ON `ai\\_pipeline\\_db`.* TO {0}"
EXCESS = {  # what is granted besides SELECT, and the word that must be said
    "insert": ("GRANT INSERT ON `ai\\_pipeline\\_db`.* TO {0}", "INSERT"),
    "file": ("GRANT FILE ON *.* TO {0}", "FILE"),
    "execute": ("GRANT EXECUTE ON `ai\\_pipeline\\_db`.* TO {0}", "EXECUTE"),
    "function": ("GRANT EXECUTE ON FUNCTION ai_pipeline_db.leak TO {0}", "EXECUTE"),
    "all": ("GRANT ALL PRIVILEGES ON `ai\\_pipeline\\_db`.* TO {0}", "ALL PRIVILEGES"),
    "option": ("GRANT SELECT ON `ai\\_pipeline\\_db`.* TO {0} WITH GRANT OPTION", "GRANT OPTION"),
    "column": ("GRANT UPDATE (title) ON ai_pipeline_db.videos TO {0}", "UPDATE"),
    "lock": ("GRANT LOCK TABLES ON `ai\\_pipeline\\_db`.* TO {0}", "LOCK TABLES"),
    "process": ("GRANT PROCESS ON *.* TO {0}", "PROCESS"),
    "temporary": ("GRANT CREATE TEMPORARY TABLES ON `ai\\_pipeline\\_db`.* TO {0}", "CREATE TEMPORARY"),
}


class Scenario:
    def __init__(self):
        self.checks = iso.Checks()
        self.server = iso.Server(videos=100)
        self.that = self.checks.that
        self.server.sql("CREATE FUNCTION ai_pipeline_db.leak(i INT) RETURNS INT DETERMINISTIC RETURN i;")

    def account(self, name, *grants):
        who = "'%s'@'%%'" % name
        text = "CREATE USER %s IDENTIFIED BY '%s';\n" % (who, PASSWORD)
        self.server.sql(text + "".join(g.format(who) + ";\n" for g in grants))
        return name

    def check(self, user, database="", name=None, password=PASSWORD, variables=None):
        """(exit code, the answer of `check --json`, all that was printed)"""
        project = iso.Project(self.server, name or user, user=user, password=password, database=database)
        code, output = project.run("check", "--json", variables=variables)
        begin = output.find("{")
        try:
            answer = json.JSONDecoder().raw_decode(output[begin:])[0] if begin >= 0 else {}
        except ValueError:
            answer = {}
        self.that(answer, "%s: check answers in JSON" % user, output)
        return code, answer, output

    def excess(self):
        for name, (grant, word) in EXCESS.items():
            user = self.account("iso_" + name, READ, grant)
            code, answer, _ = self.check(user)
            errors = [p for p in answer.get("problems", []) if p["severity"] == "error"]
            self.that(code == 3, "%s: exit code 3" % name, (code, answer))
            self.that(any(word in p["message"] for p in errors), "%s is named: %s" % (name, word), errors)
            self.that(all(p["hint"] for p in errors), "%s: there is a hint" % name, errors)
            self.that(all(p["line"] > 0 for p in errors), "%s: there is a line" % name, errors)
            code, answer, _ = self.check(user, "  allow_excess_privileges: true\n", user + "-allowed")
            self.that(code == 0 and any(word in p["message"] and p["severity"] == "warning"
                                        for p in answer["problems"]),
                      "%s: a warning when allowed" % name, (code, answer))
        user = self.account("iso_reader", READ)
        code, answer, _ = self.check(user)
        self.that(code == 0 and not answer["problems"], "control: a reader is welcome", (code, answer))
        self.by_role()

    def by_role(self):
        """Rights that come with a role count, too."""
        self.server.sql("CREATE ROLE iso_writers; GRANT INSERT ON ai_pipeline_db.* TO iso_writers;")
        user = self.account("iso_by_role", READ, "GRANT iso_writers TO {0}",
                            "SET DEFAULT ROLE iso_writers %s {0}" % iso_word())
        code, answer, _ = self.check(user)
        self.that(code == 3, "a right of a role is found", (code, answer))

    def wildcard(self):
        secret = "SELECT secret FROM aiXpipelineXdb.secret;"
        code, answer, _ = self.check(iso.ACCOUNT, password=iso.PASSWORD)
        self.that(code == 0 and any("wildcard" in p["message"] and "\\_" in p["hint"]
                                    for p in answer["problems"]),
                  "the unescaped _ is warned of", (code, answer))
        output, _ = self.server.client(secret, iso.ACCOUNT, iso.PASSWORD)
        self.that("WILDCARD-SECRET-1" in output, "it is real: the other schema can be read", output)
        _, errors = self.server.client(secret, "iso_reader", PASSWORD)
        self.that("1142" in errors or "1044" in errors, "with \\_ it can't", errors)
        project = iso.Project(self.server, "wildcard", user=iso.ACCOUNT, password=iso.PASSWORD)
        answers = project.probe("rows", "3", texts=[secret[:-1], "SELECT 1 AS aixpipelinexdb FROM videos"])
        for answer in answers:
            self.that(answer.kind == "refused" and not answer.rows, "nor be named in a query", answer)

    def guards(self):
        self.server.make_powerless("iso_role", "iso_guard", PASSWORD)
        second = "  guard_account: {user: %s, password: {env: ISO_PASSWORD}}\n"
        code, answer, _ = self.check("iso_role")
        self.that(code == 0 and answer["guard"] == "role", "a role is found", (code, answer))
        code, answer, _ = self.check("iso_role", "  guard: required\n", "role-required")
        self.that(code == 0 and answer["guard"] == "role", "and is enough", (code, answer))
        code, answer, _ = self.check("iso_reader")
        self.that(code == 0 and answer["guard"] == "lexer", "a plain account has none", (code, answer))
        code, answer, output = self.check("iso_reader", "  guard: required\n", "plain-required")
        self.that(code == 4 and "can read table" in output, "required: exit code 4", (code, output))
        code, answer, _ = self.check("iso_reader", second % "iso_guard", "second")
        self.that(code == 0 and answer["guard"] == "account", "a second account", (code, answer))
        code, answer, output = self.check("iso_role", second % "iso_reader", "second-can-read")
        self.that(code == 4 and "is no guard" in output, "one that can read is no guard", (code, output))
        self.server.sql("GRANT SELECT ON ai_pipeline_db.videos TO 'iso_guard'@'%';")
        code, answer, output = self.check("iso_reader", second % "iso_guard", "second-one-table")
        self.that(code == 4 and '"videos' in output.replace("\\", ""), "not even one table", (code, output))
        self.server.sql("REVOKE SELECT ON ai_pipeline_db.videos FROM 'iso_guard'@'%';")

    def ineffective(self):
        """Rights that SET ROLE NONE does not take away."""
        required = "  guard: required\n"
        grants = ["GRANT SELECT ON ai_pipeline_db.videos TO 'iso_role'@'%'"]
        undo = ["REVOKE SELECT ON ai_pipeline_db.videos FROM 'iso_role'@'%'"]
        if iso.KIND == "mariadb":
            grants.append("GRANT SELECT ON ai_pipeline_db.tenants TO PUBLIC")
            undo.append("REVOKE SELECT ON ai_pipeline_db.tenants FROM PUBLIC")
        for grant, back in zip(grants, undo):
            self.server.sql(grant)
            _, answer, _ = self.check("iso_role", name="ineffective")
            self.that(answer.get("guard") == "lexer", "no guard after %s" % grant, answer)
            code, _, output = self.check("iso_role", required, "ineffective-required")
            self.that(code == 4 and "can read table" in output, "said after %s" % grant, (code, output))
            self.server.sql(back)
        code, answer, _ = self.check("iso_role", required, "effective-again")
        self.that(code == 0 and answer["guard"] == "role", "control: it is back", (code, answer))

    def printed_grants(self):
        for host in ("%", "localhost"):
            name = "iso_printed_%d" % len(host)
            who = "'%s'@'%s'" % (name, host)
            self.server.sql("CREATE USER %s IDENTIFIED BY '%s'; GRANT SELECT ON ai_pipeline_db.* TO %s;" % (
                who, PASSWORD, who))
            project = iso.Project(self.server, name, user=name, password=PASSWORD)
            code, output = project.run("check")
            lines = [l.strip() for l in output.split("\n") if l.startswith("    ") and ";" in l
                     and l.split()[0] in ("CREATE", "GRANT", "REVOKE", "SET")]
            self.that(code == 0 and len(lines) >= 7, "check prints the GRANTs", output)
            self.server.sql("DROP ROLE IF EXISTS pressrun_read;\n")
            _, errors = self.server.client("\n".join(lines) + "\n")
            self.that(not errors, "the GRANTs can be executed as printed", (lines, errors))
            code, answer, output = self.check(name, "  guard: required\n", name + "-after")
            self.that(code == 0 and answer["guard"] == "role", "and make the guard active", (code, output))
            self.server.sql("DROP ROLE pressrun_read;\n")

    def wrong_password(self):
        wrong = "N0t-the-password-at-all"
        project = iso.Project(self.server, "wrong", user="iso_reader", password=wrong)
        project.job("all", "SELECT id FROM videos")
        project.run("init")
        printed = ""
        for arguments in (["check"], ["check", "--json"], ["run", "all"],
                          ["preview", "all", "--tenant", "3"], ["--log-level", "debug", "run", "all"]):
            code, output = project.run(*arguments)
            printed += output
            self.that(code == 8, "%s: exit code 8" % arguments, (code, output))
        self.that("iso_reader" in printed and "1045" in printed, "the account is named", printed)
        self.that(wrong not in printed, "the password is not", printed)
        project = iso.Project(self.server, "right", user="iso_reader", password=PASSWORD)
        project.job("all", "SELECT id FROM videos")
        project.run("init")
        _, output = project.run("--log-level", "debug", "run", "all")
        self.that(PASSWORD not in output, "nor is a right one", output)


def iso_word():
    return "FOR" if iso.KIND == "mariadb" else "TO"


def main():
    scenario = Scenario()
    scenario.excess()
    scenario.wildcard()
    scenario.guards()
    scenario.ineffective()
    scenario.printed_grants()
    scenario.wrong_password()
    scenario.checks.finish()


main()
