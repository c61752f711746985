#!/usr/bin/python3
# Goal: a large file goes to S3 in parts; kill -9 anywhere leaves one object with the right bytes and no upload open.
# needs: s3
"""One report of 30 MB is rendered while the server refuses everything; each case goes on from a copy of that
project, with a bucket and a proxy of its own. The proxy holds a request or an answer, so that pressrun is killed
exactly there. Then a clean `deliver` must end well."""

import hashlib
import math
import os
import re
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import delivery
import s3
import scenario
from delivery import PERIOD, Checks, Project, wait_for
from http_fault_proxy import S3_ERROR, FaultProxy, s3_error

TENANT = "1"
MIB = 1024 * 1024
PART = 5 * MIB
LARGE = "SELECT id, REPEAT(MD5(id), 500) AS filler FROM videos ORDER BY id LIMIT %d"  # 16 kB a row
CSV = "%s/job/%s/job.rows.csv" % (TENANT, PERIOD)
MANIFEST = "%s/job/%s/manifest.json" % (TENANT, PERIOD)
CREATE, PARTS, COMPLETE = ("POST", r"\?uploads"), ("PUT", "partNumber="), ("POST", r"\?uploadId=")
XML = {"Content-Type": "application/xml"}
FAILED = S3_ERROR % "InternalError"


def rule(do, request, **more):
    return dict({"do": do, "method": request[0], "path": request[1]}, **more)


def nth_part(do, number, **more):
    return rule(do, ("PUT", r"partNumber=%d\b" % number), **more)


class Template:
    """The rendered report that waits, and what must arrive."""

    def __init__(self, store, name="template", rows=1900):
        self.store, self.name = store, name
        proxy = FaultProxy(store.port)
        proxy.rules(s3_error(503, "SlowDown", times=None))
        self.project = Project(name, tenants=(TENANT,), s3=self.settings(proxy, store.bucket("unused")))
        self.project.job("job", LARGE % rows, deliver=["s3", "local"])
        self.project.run_job("job")
        proxy.close()
        self.expected = delivery.files_below(self.project.out)
        self.nparts = math.ceil(len(self.expected[CSV]) / PART)

    @staticmethod
    def settings(proxy, bucket):
        return bucket.destination(endpoint=proxy.endpoint, multipart_threshold="5MiB", part_size="5MiB")


class Case:
    """A copy of the template whose deliveries are due, with a bucket of its own."""

    count = 0

    def __init__(self, template, checks, name, *rules):
        Case.count += 1
        self.checks, self.name, self.expected, self.nparts = checks, name, template.expected, template.nparts
        self.bucket, self.proxy = template.store.bucket("multipart"), FaultProxy(template.store.port)
        directory = os.path.join(scenario.DIRECTORY, "case-%d" % Case.count)
        shutil.copytree(template.project.directory, directory)
        self.project = Project.__new__(Project)
        self.project.__dict__ = dict(template.project.__dict__, directory=directory, destinations={},
                                     out=os.path.join(directory, "out"))
        self.project.configure(s3=template.settings(self.proxy, self.bucket))
        self.project.due_now()
        self.proxy.rules(*rules)

    def that(self, truth, sentence, detail=""):
        return self.checks.that(truth, "%s: %s" % (self.name, sentence), detail)

    def parts_sent(self):
        return [e for e in self.proxy.seen(*PARTS) if e["status"] == 200]

    def upload(self):
        """The id that the ledger knows."""
        return self.project.ledger("SELECT upload FROM deliveries WHERE destination = 's3' AND key = ?", CSV)[0][0]

    def state(self):
        return self.project.ledger("SELECT state, error FROM deliveries WHERE destination = 's3' AND key = ?", CSV)[0]

    def end(self, code=0, command=("deliver",)):
        """A clean start, after which all is as it should be."""
        self.proxy.rules()
        self.project.due_now()
        done = self.project.run(*command)
        self.that(done.code == code, "then it is delivered", done)
        self.that(self.bucket.keys() == sorted(self.expected), "one object under each key", self.bucket.keys())
        for key, data in self.expected.items():
            self.that(key in self.bucket.keys() and self.bucket.get(key) == data, "with the right bytes: " + key)
        self.that(self.bucket.uploads() == [], "no upload is left open", self.bucket.uploads())
        self.that(self.project.states("s3") == {"delivered": 2}, "delivered, the ledger says", self.project.deliveries("s3"))
        self.close()

    def close(self):
        self.proxy.close()
        self.bucket.clear()
        shutil.rmtree(self.project.directory)


def check_plain(checks, template):
    case = Case(template, checks, "undisturbed")
    done, _, memory = case.project.measure("deliver")
    case.that(done.code == 0, "it is delivered", done)
    case.that(len(case.parts_sent()) == case.nparts and case.nparts >= 5, "in parts",
              [e["target"] for e in case.proxy.seen()])
    number = re.compile(r"partNumber=(\d+)")
    sizes = [e["received"] for e in sorted(case.parts_sent(), key=lambda e: int(number.search(e["target"]).group(1)))]
    case.that(sizes == [PART] * (case.nparts - 1) + [len(case.expected[CSV]) - PART * (case.nparts - 1)],
              "of the size that is configured", sizes)
    case.that(all(e["headers"].get("x-amz-content-sha256") == e["sha256"] for e in case.parts_sent()),
              "each signed with its own hash")
    case.that(all("content-md5" in e["headers"] for e in case.parts_sent()), "and with Content-MD5")
    found = case.bucket.head(CSV)
    case.that(found.is_multipart() and found.etag.endswith("-%d" % case.nparts), "control: the server saw parts", found.etag)
    case.that(not case.bucket.head(MANIFEST).is_multipart(), "the small file went as one")
    case.that(found.metadata.get("pressrun-sha256") == hashlib.sha256(case.expected[CSV]).hexdigest()
              and found.metadata.get("pressrun-tenant") == TENANT, "its metadata are those of any file", found.metadata)
    case.that(found.type.startswith("text/csv") and found.disposition.startswith("attachment"), "its type and name, too",
              (found.type, found.disposition))
    small, _, little = case.project.measure("deliver")
    case.that(memory - little < 60, "the file is not held in memory", "%d MiB, with nothing to do %d MiB" % (memory, little))
    case.that(small.code == 0, "and nothing is left to do", small)
    case.end()


# ---- kill -9 ----


def kill_points(nparts):
    """(what is held, the request that is waited for, uploads that nobody can know of)"""
    return [
        ("before the upload is created", rule("hold_request", CREATE), CREATE, 0),
        ("when the server has created it, but that was not heard", rule("hold_reply", CREATE), CREATE, 1),
        ("after it was created", rule("hold_request", PARTS, times=None), PARTS, 0),
        ("in the middle of a part", nth_part("throttle", 2, rate=PART / 5), ("PUT", r"partNumber=2\b"), 0),
        ("between parts", nth_part("hold_reply", nparts // 2), ("PUT", r"partNumber=%d\b" % (nparts // 2)), 0),
        ("at the last part", nth_part("hold_reply", nparts), ("PUT", r"partNumber=%d\b" % nparts), 0),
        ("before it is completed", rule("hold_request", COMPLETE), COMPLETE, 0),
        ("when the server has completed it, but that was not heard", rule("hold_reply", COMPLETE), COMPLETE, 0),
        ("before the manifest", rule("hold_request", ("PUT", "manifest")), ("PUT", "manifest"), 0),
        ("when the manifest is there, but that was not heard", rule("hold_reply", ("PUT", "manifest")), ("PUT", "manifest"), 0),
    ]


def check_kills(checks, template):
    for name, held, request, unknown in kill_points(template.nparts):
        case = Case(template, checks, "killed " + name, held)
        running = case.project.start("deliver")
        if held["do"] == "throttle":
            wait_for(lambda: any(e["received"] > MIB for e in case.proxy.seen(*request)), "the part is on its way", running)
        else:
            wait_for(lambda: any(e["held"] for e in case.proxy.seen(*request)), "it is held", running)
        if request is PARTS:
            known = case.upload()
            case.that(known, "the ledger knows the upload before its first part is sent")
            case.that([known] == [u for _, u in case.bucket.uploads()], "and it is the server's", case.bucket.uploads())
        if "at the last part" in name:  # it is there, too; the others have been answered
            wait_for(lambda: len(case.parts_sent()) == case.nparts - 1, "all other parts are there", running)
        visible = case.bucket.keys()
        case.that(set(visible) <= set(case.expected), "nothing else is to be seen")
        case.that(all(case.bucket.get(k) == case.expected[k] for k in visible), "what is to be seen is whole")
        case.project.kill(running)
        case.proxy.release()
        wait_for(lambda: all(e["done"] for e in case.proxy.seen()), "the proxy has noticed")
        before_end = len(case.bucket.uploads())
        if unknown:
            case.that(case.upload() is None and before_end == 1, "control: the ledger can't know that upload")
            for key, upload in case.bucket.uploads():  # as the bucket's lifecycle rule would
                case.bucket.client.abort_multipart_upload(Bucket=case.bucket.name, Key=key, UploadId=upload)
        case.proxy.forget()
        project, proxy = case.project, case.proxy
        proxy.rules()
        project.due_now()
        done = project.run("deliver")
        case.that(done.code == 0, "the next one delivers it", done)
        again = len(case.parts_sent())
        if "at the last part" in name:
            case.that(again == 0, "parts that are there are not sent again", again)
        if "completed it" in name or "manifest" in name:
            case.that(again == 0, "what is there is not sent again", again)
        case.end()


# ---- answers ----


def check_answers(checks, template):
    space = " \n" * 5
    for name, rules in (
            ("Complete is answered 200 with an error", [rule("status", COMPLETE, code=200, body=FAILED, headers=XML)]),
            ("Complete is answered 200 with white space and an error",
             [rule("status", COMPLETE, code=200, body=space + FAILED, headers=XML)]),
            ("Complete is answered 200 with nothing", [rule("status", COMPLETE, code=200)]),
            ("Complete is answered 200 with half a result",
             [rule("status", COMPLETE, code=200, body="<CompleteMultipartUploadRes", close=True)]),
            ("Complete is answered 200 with a page of HTML", [rule("status", COMPLETE, code=200, body="<html>CompleteMultipart")]),
            ("Complete is answered 500", [rule("status", COMPLETE, code=500, body=FAILED, headers=XML)]),
            ("Complete is not answered", [rule("close", COMPLETE, times=None)]),
            ("a part is refused for now", [nth_part("status", 2, code=503, body=S3_ERROR % "SlowDown", headers=XML)]),
            ("a part is cut", [nth_part("reset_request", 3, after=MIB)]),
            ("a part is damaged", [nth_part("corrupt_request", 2)]),
            ("the answer to a part is lost", [nth_part("lost_reply", 3)]),
            ("the answer to a part is without its tag", [nth_part("replace_reply", 3, code=200)]),
            ("the upload is refused for now", [rule("status", CREATE, code=500, body=FAILED, headers=XML)]),
            ("the upload's id is missing", [rule("status", CREATE, code=200, body="<x/>", headers=XML)])):
        case = Case(template, checks, name, *rules)
        done = case.project.run("deliver")
        case.that(done.code == 1, "it is not called done", done)
        state, error = case.state()
        case.that(state in ("pending", "dead") and error, "the ledger has the reason", (state, error))
        case.that(case.bucket.keys() == [], "nothing is to be seen, no manifest either", case.bucket.keys())
        case.that(state == "pending" or case.bucket.uploads() == [], "what is given up leaves no upload", case.bucket.uploads())
        print("%-60s %-8s %s" % (name, state, error))
        case.end(command=("deliver",) if state == "pending" else ("deliver", "--dead"))


def check_done_nevertheless(checks, template):
    """The server has completed the upload and says something else, or nothing that is heard."""
    for name, do in (("the answer to Complete is lost", rule("lost_reply", COMPLETE)),
                     ("Complete worked, but is answered with an error",
                      rule("replace_reply", COMPLETE, code=200, body=FAILED, headers=XML)),
                     ("Complete worked, but is answered 500",
                      rule("replace_reply", COMPLETE, code=500, body=FAILED, headers=XML)),
                     ("Complete worked, but its answer is damaged", rule("corrupt_reply", COMPLETE)),
                     ("Complete worked, but its answer is cut", rule("truncate_reply", COMPLETE, after=20))):
        case = Case(template, checks, name, do)
        done = case.project.run("deliver")
        case.that(CSV in case.bucket.keys() and case.bucket.get(CSV) == case.expected[CSV], "control: the object is there")
        case.that(done.code in (0, 1), "it is done, or will be", done)
        sent = len(case.parts_sent())
        case.end()
        case.that(sent == len(case.parts_sent()) == case.nparts, "no part is sent twice", (sent, len(case.parts_sent())))


# ---- written once ----


def check_conflicts(checks, template):
    case = Case(template, checks, "another file is there")
    case.bucket.put(CSV, b"mine")
    done = case.project.run("deliver")
    case.that(done.code == 1 and "CONFLICT" in str(case.state()[1]), "it is in the way", (done, case.state()))
    case.that(case.bucket.all() == {CSV: b"mine"}, "and stays")
    case.that(case.bucket.uploads() == [], "no upload is left open", case.bucket.uploads())
    case.that(case.proxy.seen(*COMPLETE) == [], "control: nothing was completed over it")
    case.close()

    case = Case(template, checks, "another file comes while parts are sent", nth_part("hold_request", 2))
    running = case.project.start("deliver")
    wait_for(lambda: any(e["held"] for e in case.proxy.seen(*PARTS)), "a part is held", running)
    case.bucket.put(CSV, b"mine")
    case.proxy.release()
    case.that(running.wait() == 1 and "CONFLICT" in str(case.state()[1]), "it is in the way", case.state())
    case.that(case.bucket.all() == {CSV: b"mine"}, "and stays")
    case.that(case.bucket.uploads() == [], "no upload is left open", case.bucket.uploads())
    case.close()

    first = Case(template, checks, "the same file is there")
    first.project.run("deliver")
    second = Case(template, checks, "the same file is there")
    second.project.configure(s3=template.settings(first.proxy, first.bucket))
    first.proxy.forget()
    second.that(second.project.run("deliver").code == 0, "that will do")
    second.that(first.parts_sent() == [], "and is not sent again")
    second.that(second.project.states("s3") == {"delivered": 2}, "delivered")
    second.close()
    first.end()


def check_given_up(checks, template):
    case = Case(template, checks, "refused for good in the middle", nth_part(
        "status", 3, code=403, body=S3_ERROR % "AccessDenied", headers=XML))
    done = case.project.run("deliver")
    case.that((done.code, case.state()[0]) == (1, "dead"), "it is given up", (done, case.state()))
    case.that("AccessDenied" in str(case.state()[1]), "with the reason", case.state())
    case.that(case.bucket.uploads() == [], "and the upload is removed", case.bucket.uploads())
    case.end(command=("deliver", "--dead"))

    case = Case(template, checks, "the upload is removed by somebody", nth_part("hold_request", 4))
    running = case.project.start("deliver")
    wait_for(lambda: any(e["held"] for e in case.proxy.seen(*PARTS)), "a part is held", running)
    for key, upload in case.bucket.uploads():
        case.bucket.client.abort_multipart_upload(Bucket=case.bucket.name, Key=key, UploadId=upload)
    case.proxy.release()
    case.that(running.wait() == 1 and case.state()[0] == "pending", "it waits", case.state())
    case.end()


def check_very_large(checks, store):
    """200 MB, by the program as it is installed."""
    template = Template(store, "very-large", rows=13000)
    case = Case(template, checks, "200 MB")
    size = len(template.expected[CSV])
    done, seconds, memory = case.project.measure("deliver")
    case.that(size > 200e6 and done.code == 0, "it is delivered", (size, done))
    print("%d MB in %.1f s with %d MiB of memory" % (size / 1e6, seconds, memory))
    case.that(memory < 128, "with little memory", memory)
    case.end()


def main():
    checks = Checks()
    store = s3.Store()
    template = Template(store)
    checks.that(len(template.expected[CSV]) > 25e6, "control: the file is large", len(template.expected[CSV]))
    check_plain(checks, template)
    check_kills(checks, template)
    check_answers(checks, template)
    check_done_nevertheless(checks, template)
    check_conflicts(checks, template)
    check_given_up(checks, template)
    if os.environ.get("PRESSRUN_RELEASE"):
        delivery.PRESSRUN = scenario.PRESSRUN = os.environ["PRESSRUN_RELEASE"]
        check_very_large(checks, store)
    checks.finish()


main()
