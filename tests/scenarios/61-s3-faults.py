#!/usr/bin/python3
# Goal: whatever goes wrong on the way to S3 is said, and afterwards each key holds one object with the right bytes.
# needs: s3
"""Each fault meets a project of its own in an empty bucket. Right after the run: what the exit code, the ledger
and `status` say, and that nothing half is to be seen. Then all is well again, what waits is made due or is
asked for with --dead, and one object with the right bytes must be under each key. Faults that the server
can't be brought to are played by a proxy in front of it; the clock is shifted for pressrun alone."""

import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import delivery
import s3
from delivery import PERIOD, Checks, Project, wait_for
from http_fault_proxy import S3_ERROR, FaultProxy, s3_error

TENANT = "9"
# More than half a megabyte, so that an upload can be cut.
QUERY = "SELECT id, REPEAT(MD5(id), 700) AS filler FROM videos ORDER BY id LIMIT 50"
CSV = "%s/job/%s/job.rows.csv" % (TENANT, PERIOD)
HTML = "<html><body><h1>Please log in</h1></body></html>"
XML = {"Content-Type": "application/xml"}
WAITS, GIVEN_UP = "pending", "dead"


class Case:
    """What goes wrong, and what must be told about it. `state`: of the file that met the fault. `words`:
    some of them stand in the reason."""

    def __init__(self, name, state, words, *rules, settings=None, variables=None, stored=False):
        self.name, self.state, self.words, self.rules = name, state, words, rules
        self.settings, self.variables = settings or {}, variables
        self.stored = stored  # the server has taken the file nevertheless


def csv_rule(do, **more):
    return dict({"do": do, "method": "PUT", "path": r"\.csv"}, **more)


def error_rule(status, code, **more):
    return s3_error(status, code, method="PUT", path=r"\.csv", **more)


def cases():
    redirected = S3_ERROR % "PermanentRedirect</Code><Endpoint>s3.eu-west-9.example</Endpoint><Code>PermanentRedirect"
    wrong_region = S3_ERROR % "AuthorizationHeaderMalformed</Code><Region>eu-west-9</Region><Code>AuthorizationHeaderMalformed"
    return [
        Case("a wrong secret", GIVEN_UP, ["SignatureDoesNotMatch"], variables={"S3_SECRET": "wrong"}),
        Case("an unknown key id", GIVEN_UP, ["InvalidAccessKeyId"], settings={"access_key_id": "AKIDNOBODY"}),
        Case("a bucket that is not there", GIVEN_UP, ["NoSuchBucket"], settings={"bucket": "not-there"}),
        Case("a clock that is an hour behind", None, ["clock"], variables="clock"),
        Case("RequestTimeTooSkewed", None, ["clock"], error_rule(403, "RequestTimeTooSkewed", times=None)),
        Case("AccessDenied", GIVEN_UP, ["AccessDenied"], error_rule(403, "AccessDenied")),
        Case("another region, by header", None, ["eu-west-9"], csv_rule(
            "status", code=301, body=redirected, headers={"x-amz-bucket-region": "eu-west-9"}, times=None)),
        Case("another region, by 400", None, ["eu-west-9"], csv_rule(
            "status", code=400, body=wrong_region, headers=XML, times=None)),
        Case("SlowDown", WAITS, ["SlowDown", "503"], error_rule(503, "SlowDown")),
        Case("SlowDown before the body", WAITS, ["SlowDown", "503"], error_rule(503, "SlowDown", early=True)),
        Case("InternalError", WAITS, ["InternalError", "500"], error_rule(500, "InternalError")),
        Case("a conflict of writers", WAITS, ["409", "ConditionalRequestConflict"], error_rule(409, "ConditionalRequestConflict")),
        Case("502 with a page of HTML", WAITS, ["502"], csv_rule("status", code=502, body=HTML)),
        Case("200 with a page of HTML", WAITS, ["it is not"], csv_rule("status", code=200, body=HTML)),
        Case("200 with an error", WAITS, ["it is not"], csv_rule("status", code=200, body=S3_ERROR % "InternalError", headers=XML)),
        Case("200 with nothing", WAITS, ["it is not"], csv_rule("status", code=200)),
        Case("a redirect", None, ["30"], csv_rule(
            "status", code=307, headers={"Location": "http://127.0.0.1:1/elsewhere"}, times=None)),
        Case("closed without an answer", WAITS, ["no answer"], csv_rule("close")),
        Case("the upload is cut", WAITS, ["no answer"], csv_rule("reset_request", after=100000)),
        Case("the upload is cut late", WAITS, ["no answer"], csv_rule("reset_request", after=500000)),
        Case("the upload is damaged", None, ["BadDigest", "XAmzContentSHA256Mismatch"], csv_rule("corrupt_request")),
        Case("the reply is lost", WAITS, ["no answer"], csv_rule("lost_reply"), stored=True),
        Case("the reply is cut", WAITS, ["cut off"], csv_rule(
            "replace_reply", code=200, headers={"Content-Length": "1000"}, body="<x", close=True), stored=True),
        Case("the reply is garbage", WAITS, ["999"], csv_rule(
            "replace_reply", code=999, headers={"ETag": "\x01\x02"}, body="\x03", close=True), stored=True),
        Case("no answer", WAITS, ["time"], csv_rule("stall"), settings={"timeout": "1s"}),
        Case("no answer in the middle of the upload", WAITS, ["time"], csv_rule("stall", after=70000), settings={"timeout": "1s"}),
        Case("an answer that comes too late", WAITS, ["time"], csv_rule("hold_reply"), settings={"timeout": "1s"}, stored=True),
    ]


class Bench:
    """A project with an empty bucket behind a proxy."""

    def __init__(self, store, name, **settings):
        self.bucket, self.proxy = store.bucket("faults"), FaultProxy(store.port)
        self.right = self.bucket.destination(endpoint=self.proxy.endpoint)
        self.project = Project(name.replace(" ", "-"), tenants=(TENANT,), s3=dict(self.right, **settings))
        self.project.job("job", QUERY, deliver=["s3", "local"])

    def expected(self):
        return delivery.files_below(self.project.out)

    def state(self):
        found = self.project.ledger("SELECT state, error || ' ' || hint FROM deliveries WHERE destination = 's3'"
                                    " AND key LIKE '%.csv'")
        return found[0]

    def mend(self):
        """All is well from now on."""
        self.proxy.rules()
        self.proxy.forget()
        self.project.configure(s3=self.right)

    def close(self):
        self.proxy.close()


def check_case(checks, store, case):
    bench = Bench(store, case.name, **case.settings)
    project = bench.project
    variables = delivery.shifted_clock(-3600) if case.variables == "clock" else case.variables
    bench.proxy.rules(*case.rules)
    done = project.run_job("job", variables=variables)
    bench.proxy.release()
    checks.equal(done.code, 1, "%s: exit code 1" % case.name)
    state, error = bench.state()
    if case.state:
        checks.equal(state, case.state, "%s: what becomes of it" % case.name)
    status = str(project.run("status", "--failed"))
    for text, whose in ((str(error), "the ledger"), (status, "status --failed")):
        checks.that(error and any(word.lower() in text.lower() for word in case.words),
                    "%s: %s says why" % (case.name, whose), text)
    print("%-40s %-8s %s" % (case.name, state, error))
    checks.equal(bench.bucket.keys(), [CSV] if case.stored else [], "%s: nothing half is there, nor the manifest" % case.name)
    checks.equal(project.states("local"), {"delivered": 2}, "%s: the directory has its files" % case.name)
    checks.that(store.secret_access_key not in str(done) + status and "Signature=" not in str(done) + status,
                "%s: nothing secret is printed" % case.name)
    recover(checks, bench, case, state)
    bench.close()


def recover(checks, bench, case, state):
    project = bench.project
    bench.mend()
    if state == WAITS:
        early = project.run("deliver")
        checks.that(early.code == 1 and not bench.proxy.seen(), "%s: deliver does not send before it is due" % case.name, early)
        checks.that(project.due_now() >= 1, "%s: it waits" % case.name)
        done = project.run("deliver")
    else:
        done = project.run("deliver")
        checks.that(done.code == 1 and not bench.proxy.seen(), "%s: given up, it is not sent any more" % case.name, done)
        done = project.run("deliver", "--dead")
    checks.equal(done.code, 0, "%s: then it is delivered" % case.name)
    expected = bench.expected()
    checks.that(bench.bucket.all() == expected, "%s: one object under each key, with the right bytes" % case.name,
                (bench.bucket.keys(), sorted(expected)))
    checks.equal(project.states("s3"), {"delivered": 2}, "%s: delivered, the ledger says" % case.name)
    if case.stored:
        checks.that(bench.proxy.seen("HEAD", r"\.csv"), "%s: the server was asked whether it has the file" % case.name)
    checks.equal(project.run("status", "--failed").code, 0, "%s: and nothing has failed any more" % case.name)


# ---- a server without conditional writes ----


def check_unconditional(checks, store):
    """501 for If-None-Match: HEAD, then PUT without it, and a warning; what is there stays."""
    bench = Bench(store, "no conditions")
    bench.proxy.rules(s3_error(501, "NotImplemented", method="PUT", header="if-none-match", times=None))
    done = bench.project.run_job("job")
    checks.equal(done.code, 0, "a server without If-None-Match gets the files nevertheless")
    checks.that(bench.bucket.all() == bench.expected(), "the right bytes")
    checks.that("warning" in done.err and "If-None-Match" in done.err, "and a warning is logged", done.err)
    heads = [e["number"] for e in bench.proxy.seen("HEAD", r"\.csv") if e["status"] == 404]
    puts = [e["number"] for e in bench.proxy.seen("PUT", r"\.csv") if e["status"] == 200]
    checks.that(heads and puts and heads[0] < puts[0], "it is asked first whether something is there", (heads, puts))
    bench.close()
    bench = Bench(store, "no conditions twice")
    bench.proxy.rules(s3_error(501, "NotImplemented", method="PUT", header="if-none-match", times=None))
    bench.bucket.put(CSV, b"mine")
    checks.equal(bench.project.run_job("job").code, 1, "without conditions, too, what is there is in the way")
    checks.equal(bench.bucket.all(), {CSV: b"mine"}, "and stays")
    checks.that("CONFLICT" in bench.project.errors("s3"), "with the reason", bench.project.errors("s3"))
    bench.close()


# ---- one that is broken, another that is not ----


def check_independent(checks, store):
    """A destination that never answers keeps nobody waiting but itself."""
    proxy = FaultProxy(store.port)
    stuck, good = store.bucket("stuck"), store.bucket("good")
    project = Project("independent", s3=stuck.destination(endpoint=proxy.endpoint, timeout="60s", parallel=2),
                      good=good.destination())
    project.job("job", QUERY, formats="[csv, json, ndjson]", deliver=["s3", "good"])
    proxy.rules({"do": "stall", "times": None})
    running = project.start("run", "job", "--period", PERIOD)
    wait_for(lambda: len(good.keys()) == 4 * len(delivery.TENANTS), "the healthy destination has all", running, seconds=30)
    wait_for(lambda: len(proxy.seen()) == 2, "the other one hangs", running)
    checks.that(running.poll() is None and not any(e["done"] for e in proxy.seen()), "while the other one hangs still",
                proxy.seen())
    wait_for(lambda: project.states("good") == {"delivered": 8}, "the ledger knows meanwhile", running)
    checks.equal(stuck.keys(), [], "control: it got nothing")
    proxy.close()
    checks.equal(running.wait(), 1, "it ends with what waits")
    project.configure(s3=stuck.destination())
    project.due_now()
    checks.equal(project.run("deliver").code, 0, "and is delivered when it is well")
    checks.that(stuck.all() == good.all(), "with the same files")


def check_storm(checks, store):
    """A server that refuses for a while is not asked for each file again and again within one run."""
    bench = Bench(store, "storm")
    bench.proxy.rules(s3_error(503, "SlowDown", times=None, headers={"Retry-After": "120"}))
    began = time.time()
    checks.equal(bench.project.run_job("job").code, 1, "all is refused")
    checks.that(len(bench.proxy.seen()) <= 2, "one request for each file at most", bench.proxy.seen())
    next_at = bench.project.ledger("SELECT MIN(next_at) FROM deliveries WHERE state = 'pending' AND attempts > 0")[0][0]
    checks.that(115 <= next_at - began <= 185, "Retry-After is kept", next_at - began)
    bench.close()


def check_server_gone(checks, store):
    """Nobody listens; later somebody does."""
    bench = Bench(store, "gone")
    bench.proxy.close()
    done = bench.project.run_job("job")
    checks.equal((done.code, bench.state()[0]), (1, WAITS), "nobody listens: it waits")
    bench.project.configure(s3=bench.bucket.destination())
    bench.project.due_now()
    checks.equal(bench.project.run("deliver").code, 0, "somebody does: it is delivered")
    checks.that(bench.bucket.all() == bench.expected(), "the right bytes")


def main():
    checks = Checks()
    store = s3.Store()
    bench = Bench(store, "control")
    checks.equal(bench.project.run_job("job").code, 0, "control: without a fault all is well")
    checks.that(bench.bucket.all() == bench.expected() and CSV in bench.bucket.keys(), "control: the right bytes")
    checks.that(len(bench.bucket.get(CSV)) > 500000, "control: the file is large enough for the faults")
    bench.close()
    for case in cases():
        check_case(checks, store, case)
    check_unconditional(checks, store)
    check_independent(checks, store)
    check_storm(checks, store)
    check_server_gone(checks, store)
    checks.finish()


main()
