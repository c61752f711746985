#!/usr/bin/python3
# Goal: a webhook tells of each report, signed, once and the same in every attempt, and no answer harms anybody else.
# needs: s3
"""The other side is a server that records all it gets and answers as badly as it is told. Signatures are
computed here anew. That nothing came is seen by servers that count connections; that they would notice is
shown by letting each connection through once."""

import base64
import email.utils
import hashlib
import hmac
import json
import os
import re
import sys
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import delivery
import http_server as web
import s3
import scenario
from delivery import PERIOD, SECRET, Checks, Project, wait_for, wait_until
from http_server import HttpServer

TENANT = "9"
TOP = ["schema", "id", "type", "timestamp", "job", "title", "tenant", "run", "period", "artifacts", "snapshot",
       "snapshot_omitted"]
ARTIFACT = ["name", "format", "media_type", "bytes", "rows", "sha256", "destination", "key", "link", "expires_at"]
PLAIN_SECRET = "not a standard secret, but one of Laravel's"
LOOPBACK = ["127.0.0.1/32"]


def webhook(server, **more):
    return dict({"kind": "webhook", "url": server.url("/hook"), "secret": {"env": "WEBHOOK_SECRET"}, "insecure": True,
                 "allow_private": LOOPBACK}, **more)


def new_project(name, server, tenants=(TENANT,), formats="[csv]", **more):
    project = Project(name, tenants=tenants, portal=webhook(server, **more))
    project.job("job", formats=formats, deliver=["portal"])
    return project


def document(request):
    """(the body, its keys in order)"""
    return json.loads(request.body), [k for k, _ in json.loads(request.body, object_pairs_hook=list)]


# ---- signatures, as a receiver checks them ----


def is_signed_by_spatie(request, secret=SECRET):
    return request.header("Signature") == hmac.new(secret.encode(), request.body, hashlib.sha256).hexdigest()


def standard_signature(request, secret=SECRET):
    key = base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()
    text = b".".join([request.header("webhook-id").encode(), request.header("webhook-timestamp").encode(), request.body])
    return "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()


def is_signed_by_standard(request, *secrets):
    return request.header("webhook-signature").split(" ") == [standard_signature(request, s) for s in secrets or (SECRET,)]


# ---- what is sent ----


def check_body(checks, store):
    bucket, server = store.bucket("webhook"), HttpServer()
    there = {}

    def look_first(answering, request):  # all files must be there before anybody is told of them
        tenant = json.loads(request.body)["tenant"]["id"]
        there[tenant] = bucket.keys(tenant + "/")
        return web.status(204)(answering, request)
    server.behave(look_first)
    project = Project("body", reports=bucket.destination(), portal=webhook(
        server, headers={"X-Environment": "test ü", "X-Token": {"env": "WEBHOOK_TOKEN"}}))
    project.environment["WEBHOOK_TOKEN"] = "token-of-the-environment"
    project.job("job", formats="[xlsx, csv, json]", deliver=["reports", "portal", "local"], more='title: "Job \\"ü\\" & more"\n')
    began = time.time()
    done = project.run_job("job")
    checks.equal((done.code, len(server.requests)), (0, len(delivery.TENANTS)), "one notice for each tenant")
    files = delivery.files_below(project.out)
    runs = dict(project.ledger("SELECT t.tenant, r.id FROM runs r JOIN tasks t ON t.id = r.task"))
    rows = dict(project.ledger("SELECT t.tenant, r.rows FROM runs r JOIN tasks t ON t.id = r.task"))
    for request in server.requests:
        body, keys = document(request)
        tenant = body["tenant"]["id"]
        report = json.loads(files["%s/job/%s/job.json" % (tenant, PERIOD)])
        checks.equal((request.method, request.path), ("POST", "/hook"), "tenant %s: POST" % tenant)
        checks.equal(request.header("content-type"), "application/json", "its type")
        checks.that(request.header("user-agent", ).startswith("pressrun"), "its sender", request.headers)
        checks.equal(len(request.all("content-length")), 1, "its length")
        checks.that(is_signed_by_spatie(request), "signed for Laravel")
        checks.that(is_signed_by_standard(request), "signed by Standard Webhooks", request.headers)
        checks.equal(request.header("webhook-id"), body["id"], "its id")
        checks.that(abs(int(request.header("webhook-timestamp")) - began) < 60, "the time of the attempt")
        checks.equal(request.all("x-token"), ["token-of-the-environment"], "a header that is a secret")
        checks.equal(request.header("x-environment").encode("latin-1").decode(), "test ü", "a header that is a text")
        checks.equal(keys, TOP, "all keys in order")
        checks.that(re.fullmatch("pr_[0-9a-f]{32}", body["id"]), "the form of the id", body["id"])
        checks.equal((body["schema"], body["type"], body["job"], body["title"]),
                     ("pressrun.webhook/1", "report.ready", "job", 'Job "ü" & more'), "what it is about")
        checks.that(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", body["timestamp"]), "when", body["timestamp"])
        checks.equal(body["tenant"], report["tenant"], "the tenant as in the report")
        checks.equal(body["run"], {"id": runs[tenant], "revision": 1, "rows": rows[tenant]}, "the run")
        checks.equal(body["period"], {k: report["period"][k] for k in ("label", "start", "end")}, "the period")
        checks.that(body["snapshot"] == report and body["snapshot_omitted"] is None, "the snapshot is the JSON report",
                    body["snapshot_omitted"])
        check_artifacts(checks, body, files, tenant)
        checks.equal(there[tenant], sorted(a["key"] for a in body["artifacts"]), "all files were there when it came")
    ids = {json.loads(r.body)["id"] for r in server.requests}
    checks.equal(len(ids), len(delivery.TENANTS), "each tenant has its own id")
    checks.that(SECRET not in str(done) and "token-of-the" not in str(done), "no secret is printed")
    project.job("job", formats="[json]", deliver=["reports", "portal", "local"])
    checks.equal(project.run_job("job", "--again", "--tenant", TENANT).code, 0, "a second revision")
    body, _ = document(server.requests[-1])
    checks.that(body["id"] not in ids and body["run"]["revision"] == 2, "has another id", body["id"])
    checks.that(all("/r2/" in a["key"] for a in body["artifacts"]), "and tells its own keys", body["artifacts"])
    server.close()


def check_artifacts(checks, body, files, tenant):
    prefix = "%s/job/%s/" % (tenant, PERIOD)
    mine = {name[len(prefix):]: data for name, data in files.items() if name.startswith(prefix)}
    checks.equal(sorted(a["name"] for a in body["artifacts"]), sorted(mine), "each file is told of")
    manifest = {a["file"]: a for a in json.loads(mine["manifest.json"])["artifacts"]}
    for a in body["artifacts"]:
        data, known = mine[a["name"]], manifest.get(a["name"], {"format": "manifest", "media_type": "application/json"})
        checks.equal(list(a), ARTIFACT, "%s: all keys in order" % a["name"])
        checks.equal((a["bytes"], a["sha256"]), (len(data), hashlib.sha256(data).hexdigest()), "%s: bytes" % a["name"])
        checks.equal((a["format"], a["media_type"], a["rows"]),
                     (known["format"], known["media_type"], known.get("rows", a["rows"])), "%s: as in the manifest" % a["name"])
        checks.equal((a["destination"], a["key"]), ("reports", prefix + a["name"]), "%s: where it is" % a["name"])
        if not checks.that(a["link"], "%s: its link" % a["name"]):
            continue
        with urllib.request.urlopen(a["link"], timeout=30) as answer:
            checks.that(answer.read() == data, "%s: its link gives its bytes" % a["name"])
        lifetime = time.mktime(time.strptime(a["expires_at"], "%Y-%m-%dT%H:%M:%SZ")) - time.mktime(time.gmtime())
        checks.that(6.9 * 86400 < lifetime <= 7 * 86400, "%s: until when" % a["name"], a["expires_at"])


def check_settings(checks, store):
    """What a body and its headers are with each setting."""
    bucket, server = store.bucket("webhook"), HttpServer()
    standard = ["webhook-id", "webhook-timestamp", "webhook-signature"]
    for value, expected in (("spatie", ["Signature"]), ("standard", standard), ("both", ["Signature"] + standard)):
        project = new_project("signature-" + value, server, signature=value)
        checks.equal(project.run_job("job").code, 0, "signature: %s" % value)
        found = [n for n in ["Signature"] + standard if server.requests[-1].header(n)]
        checks.equal(found, expected, "signature: %s has its headers" % value)
    cases = (("inline-off", {"inline": 0}, "[json]", ["local"], "inline is off"),
             ("inline-small", {"inline": "100B"}, "[json]", ["local"], "too large"),
             ("no-json", {}, "[csv]", ["local"], "no json format"),
             ("compressed", {}, "[{json: {compress: gzip}}]", ["local"], "compressed"),
             ("off-and-compressed", {"inline": 0}, "[{json: {compress: gzip}}]", ["local"], "inline is off"),
             ("no-links", {"links": False}, "[json]", ["reports"], None),
             ("no-store", {}, "[json]", ["local"], None),
             ("one-hour", {"link_lifetime": "1h"}, "[json]", ["reports"], None))
    for name, settings, formats, others, omitted in cases:
        project = Project(name, tenants=(TENANT,), portal=webhook(server, **settings),
                          reports=bucket.destination(key="%s/{tenant.id}/{job}/{period}/{file}" % name))
        project.job("job", formats=formats, deliver=others + ["portal"])
        checks.equal(project.run_job("job").code, 0, "%s: delivered" % name)
        body, keys = document(server.requests[-1])
        checks.equal((keys, list(body["artifacts"][0])), (TOP, ARTIFACT), "%s: all keys nevertheless" % name)
        checks.equal((body["snapshot"] is None, body["snapshot_omitted"]), (omitted is not None, omitted),
                     "%s: why there is no snapshot" % name)
        first = body["artifacts"][0]
        stored = "reports" in others
        checks.equal((first["destination"], first["key"] is not None), ("reports" if stored else None, stored), "%s: where" % name)
        checks.equal((first["link"] is not None, first["expires_at"] is not None), (stored and "links" not in settings,) * 2,
                     "%s: links" % name)
        if name == "one-hour":
            checks.that("X-Amz-Expires=3600" in first["link"], "one-hour: the link's time", first["link"])
    server.close()


def check_numbers(checks):
    """Numbers that JavaScript would damage come as strings, as in the file."""
    server = HttpServer()
    project = new_project("numbers", server)
    project.job("job", "SELECT 9007199254740993 AS large, 0.10 AS tenth, NULL AS nothing, 'ü\U0001f600' AS words, 7 AS small",
                formats="[json]", deliver=["portal", "local"])
    checks.equal(project.run_job("job").code, 0, "numbers")
    row = document(server.requests[0])[0]["snapshot"]["results"][0]["rows"][0]
    checks.equal(row, {"large": "9007199254740993", "tenth": "0.10", "nothing": None, "words": "ü\U0001f600", "small": 7},
                 "values of the snapshot")
    server.close()


def check_platform(checks):
    server = HttpServer()
    project = Project("platform", portal=webhook(server, platform=True))
    project.job("whole", "SELECT COUNT(*) AS n FROM videos", deliver=["portal", "local"], formats="[json]",
                more="scope: platform\n")
    checks.equal(project.run_job("whole").code, 0, "a report of the platform")
    body, keys = document(server.requests[0])
    checks.equal((keys, body["tenant"]), (TOP, None), "has no tenant")
    project.change("portal", platform=False)
    done = project.run_job("whole", "--again")
    checks.that(done.code in (1, 3) and len(server.requests) == 1, "and does not go where those are not allowed", done)
    server.close()


def check_batch(checks):
    server = HttpServer()
    project = new_project("batch", server, tenants=("8", "9", "10"), notice="batch", platform=True)
    checks.equal(project.run_job("job").code, 0, "notice: batch")
    checks.equal(len(server.requests), 1, "one notice for all tenants")
    body, keys = document(server.requests[0])
    checks.equal(keys, ["schema", "id", "type", "timestamp", "job", "title", "period", "reports"], "its keys in order")
    checks.equal(body["type"], "report.batch", "its type")
    checks.equal(sorted(r["tenant"]["id"] for r in body["reports"]), ["10", "8", "9"], "all tenants")
    for report in body["reports"]:
        checks.equal(list(report), ["tenant", "run", "artifacts"], "keys of a report")
        checks.equal([list(a) for a in report["artifacts"]], [ARTIFACT] * 2, "and of its files")
    checks.that(is_signed_by_spatie(server.requests[0]) and is_signed_by_standard(server.requests[0]), "signed as any other")
    checks.equal((project.run_job("job").code, len(server.requests)), (0, 1), "nothing new, no notice")
    checks.equal(project.run_job("job", "--again", "--tenant", "9").code, 0, "one report anew")
    again, _ = document(server.requests[-1])
    checks.equal(len(server.requests), 2, "another notice")
    checks.that(again["id"] != body["id"], "with another id")
    project.change("portal", platform=False)
    checks.equal(project.run("check", "--offline").code, 3, "batch needs platform: true")
    server.close()


def check_rotation(checks):
    server = HttpServer()
    project = new_project("rotation", server, secret=[{"file": "new.secret"}, {"file": "old.secret"}])
    project.write("new.secret", SECRET + "\n", 0o600)
    project.write("old.secret", PLAIN_SECRET + "\n", 0o600)
    checks.equal(project.run_job("job").code, 0, "two secrets")
    request = server.requests[0]
    checks.that(is_signed_by_standard(request, SECRET, PLAIN_SECRET), "a signature by each, the newest first", request.headers)
    checks.that(is_signed_by_spatie(request, SECRET), "Laravel's header by the newest")
    project.change("portal", secret={"file": "old.secret"})
    project.run_job("job", "--again")
    request = server.requests[1]
    checks.that(is_signed_by_standard(request, PLAIN_SECRET) and is_signed_by_spatie(request, PLAIN_SECRET),
                "a secret of another form is taken as it is, without its line end", request.headers)
    checks.that(not is_signed_by_spatie(request, PLAIN_SECRET + "\n"), "control: the line end would make a difference")
    server.close()


# ---- attempts ----


def check_attempts(checks):
    """Refused thrice, heard at last: the same words each time, at a new time."""
    server = HttpServer(web.status(500), web.reset(), web.status(503), web.status(204))
    project = new_project("attempts", server, formats="[json]")
    project.run_job("job")
    for _ in range(3):
        before = int(server.requests[-1].time)
        wait_until(lambda: int(time.time()) > before, "the next second")
        project.due_now()
        project.run("deliver")
    checks.equal(len(server.requests), 4, "four attempts")
    checks.equal(project.deliveries("portal")[0][1:3], ("delivered", 4), "the ledger counts them")
    checks.equal(len({r.header("webhook-id") for r in server.requests}), 1, "one id")
    checks.equal(len({r.body for r in server.requests}), 1, "one body")
    stamps = [int(r.header("webhook-timestamp")) for r in server.requests]
    checks.that(stamps == sorted(set(stamps)), "each has its own time", stamps)
    checks.that(all(is_signed_by_standard(r) and is_signed_by_spatie(r) for r in server.requests), "and each is signed")
    checks.equal((project.run("deliver").code, len(server.requests)), (0, 4), "and that is all")
    server.close()


def check_kill(checks):
    """Killed when the other side has taken it, but before that was heard."""
    server, process = HttpServer(), []

    def kill_sender(answering, _request):
        project.kill(process[0])
        return False
    project = new_project("kill", server)
    server.behave(kill_sender, web.status(204))
    process.append(project.start("run", "job", "--period", PERIOD))
    server.wait_for(1)
    process[0].wait()
    checks.equal(project.states("portal"), {"pending": 1}, "control: the ledger does not know that it was taken")
    project.due_now()
    checks.equal(project.run("deliver").code, 0, "after kill -9 it is sent once more")
    first, second = server.requests
    checks.equal((first.header("webhook-id"), first.body), (second.header("webhook-id"), second.body), "with the same id and body")
    server.close()


def check_statuses(checks):
    server = HttpServer()
    for state, codes in (("delivered", (200, 201, 202, 204, 299)),
                         ("pending", (408, 425, 429, 500, 502, 503, 504, 507)),
                         ("dead", (301, 304, 307, 400, 401, 403, 404, 405, 413, 422, 426))):
        for code in codes:
            server.forget()
            server.behave(web.status(code))
            project = new_project("status-%d" % code, server)
            done = project.run_job("job")
            found = project.deliveries("portal")
            checks.equal([d[1] for d in found], [state], "%d: what becomes of it" % code)
            checks.equal(done.code, 0 if state == "delivered" else 1, "%d: exit code" % code)
            checks.equal(len(server.requests), 1, "%d: one attempt" % code)
            if state != "delivered":
                text = str(project.run("status", "--failed"))
                checks.that(str(code) in str(found[0][3]) and str(code) in text, "%d: it is told" % code, (found, text))
    server.close()


def check_retry_after(checks):
    server = HttpServer()
    project = new_project("retry-after", server)
    now = time.time()
    day = 86400

    def date(seconds):
        return email.utils.formatdate(time.time() + seconds, usegmt=True)
    for code, value, least, most in (
            (503, None, 10, 90), (429, "7", 7, 7), (503, "120", 120, 120), (503, "0", 1, 1), (429, "3600", 3600, 3600),
            (429, "3601", 3600, 3600), (503, "99999999999999", 3600, 3600), (503, "9" * 40, 10, 3600),
            (503, date(100), 98, 100), (503, date(30 * day), 3600, 3600), (503, date(-day), 1, 90),
            (503, time.strftime("%A, %d-%b-%y %H:%M:%S GMT", time.gmtime(now + 200)), 10, 200),
            (503, "7.5", 1, 90), (503, "-5", 10, 90), (503, "soon", 10, 90), (503, "", 10, 90), (503, "0x20", 10, 90),
            (503, "Wed, 99 Foo 2026 99:99:99 GMT", 10, 90)):
        name = "Retry-After: %s" % value
        server.behave(web.status(code, {} if value is None else {"Retry-After": value}))
        # Each is the first attempt of a new revision, whose pause would be the shortest.
        done = project.run_job("job", "--again")
        ended = time.time()
        state, attempts, next_at = project.ledger(
            "SELECT state, attempts, next_at FROM deliveries WHERE destination = 'portal' ORDER BY id DESC LIMIT 1")[0]
        checks.equal((done.code, state, attempts), (1, "pending", 1), "%s: it waits" % name)
        # In whole seconds; and the answer came some time before the run had ended, on a busy machine long before.
        checks.that(max(least - 20, least // 2 - 3) <= next_at - ended <= most + 1, "%s: until then" % name, next_at - ended)
        project.ledger("UPDATE deliveries SET state = 'superseded'")
    server.close()


def check_pauses(checks):
    """From 30 seconds the pause doubles to an hour, with some chance in it; after three days it is given up."""
    server = HttpServer(web.status(500))
    project = new_project("pauses", server)
    project.run_job("job")
    pauses = []
    for _ in range(9):
        next_at = project.ledger("SELECT next_at FROM deliveries")[0][0]
        pauses.append(next_at - int(time.time()))
        project.due_now()
        project.run("deliver")
    print("pauses: %s" % pauses)
    checks.that(all(0.4 * 30 * 2 ** i <= p <= 1.6 * 30 * 2 ** i for i, p in enumerate(pauses[:6])), "pauses double", pauses)
    checks.that(all(p <= 3600 * 1.6 for p in pauses), "an hour is the longest", pauses)
    project.ledger("UPDATE deliveries SET queued_at = queued_at - 3 * 86400 - 60")
    project.due_now()
    project.run("deliver")
    checks.equal(project.states("portal"), {"dead": 1}, "after three days it is given up")
    server.forget()
    server.behave(web.status(204))
    checks.equal((project.run("deliver").code, len(server.requests)), (1, 0), "and not sent any more, which the exit code tells")
    checks.equal((project.run("deliver", "--dead").code, len(server.requests)), (0, 1), "unless it is asked for")
    server.close()


def check_gone(checks):
    """410: nobody is there any more. Nothing is sent until an operator says so."""
    gone, other = HttpServer(web.status(410)), HttpServer()
    project = Project("gone", tenants=("8", "9", "10"), portal=webhook(gone, parallel=1), other=webhook(other))
    project.job("job", deliver=["portal", "other"])
    done = project.run_job("job")
    checks.equal(done.code, 1, "410: exit code 1")
    checks.equal(len(gone.requests), 1, "after the first answer nothing is sent")
    checks.equal((project.states("portal"), project.states("other")), ({"dead": 3}, {"delivered": 3}),
                 "its deliveries are dead, others are not touched")
    checks.that("410" in str(project.run("status", "--failed")), "status says why", project.run("status", "--failed"))
    gone.forget()
    gone.behave(web.status(204))
    for command in (("deliver",), ("run", "job", "--period", PERIOD, "--again")):
        checks.equal((project.run(*command).code, len(gone.requests)), (1, 0), "%s sends nothing there" % command[0])
    checks.equal(project.states("portal"), {"superseded": 3, "dead": 3}, "new ones are dead at once")
    checks.equal(project.run("deliver", "--destination", "portal").code, 0, "deliver --destination enables it again")
    checks.that(len(gone.requests) >= 3 and "dead" not in project.states("portal"), "and sends what waited",
                (project.states("portal"), gone.requests))
    before = len(gone.requests)
    checks.equal((project.run_job("job", "--again").code, len(gone.requests)), (0, before + 3), "and what comes")
    gone.close()
    other.close()


def check_needs_files(checks, store):
    """Nobody is told of files that are not there."""
    server, bucket = HttpServer(), store.bucket("webhook")
    project = Project("needs-files", tenants=(TENANT,), reports=bucket.destination(bucket="not-there"), portal=webhook(server))
    project.job("job", deliver=["reports", "portal"])
    checks.equal((project.run_job("job").code, server.connections), (1, 0), "without its files, a report is not announced")
    checks.that("delivered" not in project.states("portal"), "it waits, or is given up as well", project.states("portal"))
    project.configure(reports=bucket.destination())
    project.due_now()
    project.run("deliver", "--dead")
    project.due_now()
    checks.equal((project.run("deliver").code, len(server.requests)), (0, 1), "control: with them it is")
    server.close()


# ---- where it may not go ----


def check_redirects(checks):
    inside = HttpServer(web.status(200))
    server = HttpServer()
    for code in (301, 302, 303, 307, 308):
        for target in (inside.url("/internal"), "file:///etc/passwd", "//127.0.0.1:%d/" % inside.port,
                       "gopher://127.0.0.1:%d/" % inside.port):
            server.behave(web.redirect(target, code))
            project = new_project("redirect-%d-%d" % (code, len(server.requests)), server)
            done = project.run_job("job")
            checks.equal((done.code, project.states("portal")), (1, {"dead": 1}), "%d to %s is not followed" % (code, target))
    checks.equal(inside.connections, 0, "nobody came to the inside")
    project = new_project("inside", inside)
    checks.equal((project.run_job("job").code, inside.connections), (0, 1), "control: one who comes there is counted")
    for s in (inside, server):
        s.close()


def check_private(checks):
    four, six = HttpServer(), HttpServer(host="::1")
    port4, port6 = four.port, six.port
    targets = [("http://%s:%d/" % (host, port4)) for host in (
        "127.0.0.1", "localhost", "0.0.0.0", "0", "2130706433", "0177.0.0.1", "0x7f000001", "127.1", "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]", "x.localhost")]
    targets += ["http://[::1]:%d/" % port6, "http://[0:0:0:0:0:0:0:1]:%d/" % port6]
    allowed = ["127.0.0.1/32", "0.0.0.0/32", "::1/128"]
    project = new_project("private", four)
    for target in targets:
        for settings, let_through in ((None, False), (["10.0.0.0/8", "127.0.0.2/32"], False), (allowed, True)):
            four.forget()
            six.forget()
            project.change("portal", url=target, allow_private=settings)
            done = project.run_job("job", "--again")
            came = four.connections + six.connections
            project.ledger("UPDATE deliveries SET state = 'superseded' WHERE state != 'delivered'")
            if let_through:
                checks.that((done.code, came) == (0, 1), "control: %s is reached when it is allowed" % target, done)
            else:
                checks.that(done.code in (1, 3) and came == 0, "%s is refused with %s" % (target, settings), (came, done))
    project.change("portal", url=four.url().replace("http://", "http://user:password@"), allow_private=allowed)
    done = project.run("check", "--offline")
    checks.that(done.code == 3 and "password@" not in str(done), "a URL with a password is refused", done)
    project.change("portal", url=four.url(), insecure=False)
    checks.equal(project.run("check", "--offline").code, 3, "http is refused unless insecure: true")
    project.change("portal", insecure=True)
    checks.equal(project.run("check", "--offline").code, 0, "control: with it, all is well")
    for s in (four, six):
        s.close()


def check_environment(checks):
    """Proxies and passwords that the environment offers are not taken."""
    server, proxy = HttpServer(), HttpServer(web.status(200))
    project = new_project("environment", server)
    home = project.path("home")
    os.mkdir(home)
    project.write("home/.netrc", "machine 127.0.0.1 login me password secret\n", 0o600)
    names = ("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
    variables = dict({name: proxy.url() for name in names}, no_proxy="", HOME=home)
    checks.equal(project.run_job("job", variables=variables).code, 0, "with a proxy in the environment")
    checks.equal((len(server.requests), proxy.connections), (1, 0), "it goes the straight way")
    checks.equal(server.requests[0].header("authorization"), None, "and no password of .netrc is sent")
    for s in (server, proxy):
        s.close()


def check_tls(checks):
    certificates = os.path.join(scenario.DIRECTORY, "certificates")
    ca, right = web.make_certificate(certificates, "DNS:localhost", "IP:127.0.0.1", name="right")
    other_ca, wrong_name = web.make_certificate(certificates, "DNS:elsewhere.example", name="wrong")
    for name, certificate, authority, code in (("its authority", right, ca, 0), ("no authority", right, None, 1),
                                               ("another authority", right, other_ca, 1),
                                               ("another name", wrong_name, other_ca, 1)):
        server = HttpServer(tls=certificate)
        project = new_project("tls-" + name.replace(" ", "-"), server, tls_ca=authority, insecure=False)
        done = project.run_job("job")
        checks.equal((done.code, len(server.requests)), (code, 1 - code), "https with %s" % name)
        if code:
            checks.that("certificate" in project.errors("portal").lower() or "ssl" in project.errors("portal").lower(),
                        "https with %s: why" % name, project.errors("portal"))
        # insecure lets plain http through; it is no leave to talk to anybody over https.
        project.change("portal", insecure=True)
        project.run("deliver", "--dead")
        checks.equal(len(server.requests), 1 - code, "https with %s and insecure: true" % name)
        server.close()


# ---- answers that are an attack ----


def check_hostile(checks):
    server = HttpServer()
    project = new_project("hostile-control", server, timeout="2s")
    done, _, usual = project.measure("run", "job", "--period", PERIOD)
    checks.equal(done.code, 0, "control: a good answer")
    for name, behaviour, seconds in (
            ("no answer", web.silence(), 2), ("headers without an end", web.slow_headers(), 2),
            ("a slow body", web.slow_body(), 2), ("a slow body of an error", web.slow_body(code=500), 2),
            ("a body without an end", web.endless_body(), 2), ("an error without an end", web.endless_body(500), 2),
            ("a flood of headers", web.header_flood(), 2), ("a reset", web.reset(), 0),
            ("a cut body", web.cut_with_length(), 0), ("a cut body of an error", web.cut_with_length(500), 0),
            ("a cut chunk", web.cut_chunk(), 0), ("cut headers", web.cut_headers(500), 0), ("no length", web.no_length(500), 0),
            ("nothing at all", web.raw(), 0), ("no HTTP", web.raw("hello\r\n\r\n"), 0),
            ("HTTP of another kind", web.raw("HTTP/7.7 200 OK\r\n\r\n"), 0),
            ("a status that is none", web.raw("HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n"), 0),
            ("a length that is none", web.raw("HTTP/1.1 500 No\r\nContent-Length: -1\r\n\r\n"), 0),
            ("NUL in a header", web.raw("HTTP/1.1 500 No\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n"), 0),
            ("interim answers first", web.informational(50, web.status(204)), 0)):
        server.forget()
        server.behave(behaviour)
        project = new_project("hostile-" + name.replace(" ", "-"), server, timeout="2s")
        done, took, memory = project.measure("run", "job", "--period", PERIOD)
        states = project.states("portal")
        print("%-28s %-14s %4.1f s %4d MiB  %s" % (name, states, took, memory, project.errors("portal")))
        checks.that(took < seconds + 15, "%s: it ends in time" % name, took)
        checks.that(memory < usual + 24, "%s: with as much memory as usual" % name, (memory, usual))
        checks.that(done.code in (0, 1) and "AddressSanitizer" not in str(done), "%s: an exit code" % name, done)
        good = {"delivered"} if "interim" in name else {"delivered", "pending"}
        checks.that(set(states) <= good, "%s: it may go better later" % name, states)
        checks.that(done.code == (0 if "delivered" in states else 1), "%s: the exit code fits" % name, done.code)
        if "delivered" in states and "interim" not in name:
            checks.that("error" not in name, "%s: an error is none" % name)
        else:
            server.behave(web.status(204))
            project.due_now()
            checks.equal(project.run("deliver").code, 0, "%s: and it does" % name)
    server.close()


def check_words(checks):
    """What a server says is shown to people, but it writes no lines of its own, and learns nobody's secrets."""
    token = "token-of-the-environment"

    def echo(answering, request):
        return web.status(400, {}, b"bad token " + request.header("X-Token").encode())(answering, request)
    server = HttpServer()
    for name, behaviour in (("words", web.status(400, {}, b"because I say so")),
                            ("lines", web.status(400, {}, b"no\n2026-11-24T00:00:00Z info delivery.delivered run=1\r\n")),
                            ("colours", web.status(400, {}, b"\x1b[2J\x1b[31mgone\x07\x00\x9b")),
                            ("no UTF-8", web.status(400, {}, b"\xff\xfe\xc3(\xed\xa0\x80")),
                            ("right to left", web.status(400, {}, "\u202egone\u2066".encode())),
                            ("an echo", echo)):
        server.behave(behaviour)
        project = new_project("words-" + name.replace(" ", "-"), server, headers={"X-Token": {"env": "WEBHOOK_TOKEN"}})
        project.environment["WEBHOOK_TOKEN"] = token
        done = project.run_job("job")
        checks.equal((done.code, project.states("portal")), (1, {"dead": 1}), "%s: refused" % name)
        checks.that("400" in done.err and "delivery.dead" in done.err, "%s: control: the log tells" % name, done.err)
        lines = done.err.splitlines()
        checks.that(all(re.match(r"\d{4}-\d\d-\d\dT[\d:]+Z \w+ [a-z]+\.[a-z_]+( |$)", line) for line in lines)
                    and not any(" delivery.delivered " in line[:60] for line in lines),
                    "%s: one line for each event" % name, done.err)
        if name == "words":
            checks.that("because I say so" in project.errors("portal"), "control: words are kept", project.errors("portal"))
        everything = done.err + done.out + str(project.run("status", "--failed")) + project.run("status", "--json").out
        checks.that(not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", everything),
                    "%s: no control characters" % name, repr(everything))
        checks.that(token not in everything and SECRET not in everything and token not in project.errors("portal"),
                    "%s: no secret" % name, everything)
    server.close()


def check_one_hangs(checks):
    """One destination never answers; the other one gets its 99 notices meanwhile."""
    stuck, good = HttpServer(web.silence()), HttpServer()
    project = Project("hangs", stuck=webhook(stuck, timeout="60s", parallel=2), good=webhook(good))
    text = project.read("pressrun.yaml")
    project.write("pressrun.yaml", re.sub("  query: .*\n", "  query: SELECT id, title FROM videos ORDER BY id LIMIT 99\n", text))
    project.job("job", deliver=["stuck", "good"])
    running = project.start("run", "job", "--period", PERIOD)
    wait_for(lambda: len(good.requests) == 99, "99 notices have come", running, seconds=120)
    wait_for(lambda: project.states("good") == {"delivered": 99}, "and the ledger knows", running)
    checks.that(running.poll() is None and 1 <= len(stuck.requests) <= 2, "while the other one hangs", stuck.requests)
    checks.equal(len({r.header("webhook-id") for r in good.requests}), 99, "each with its own id")
    project.kill(running)
    stuck.behave(web.status(204))
    project.due_now()
    checks.equal(project.run("deliver").code, 0, "when it answers, it gets its own")
    checks.equal(len({r.header("webhook-id") for r in stuck.requests}), 99, "all 99")
    for s in (stuck, good):
        s.close()


def main():
    checks = Checks()
    store = s3.Store()
    check_body(checks, store)
    check_settings(checks, store)
    check_numbers(checks)
    check_platform(checks)
    check_batch(checks)
    check_rotation(checks)
    check_attempts(checks)
    check_kill(checks)
    check_statuses(checks)
    check_retry_after(checks)
    check_pauses(checks)
    check_gone(checks)
    check_needs_files(checks, store)
    check_redirects(checks)
    check_private(checks)
    check_environment(checks)
    check_tls(checks)
    check_hostile(checks)
    check_words(checks)
    check_one_hangs(checks)
    checks.finish()


main()
