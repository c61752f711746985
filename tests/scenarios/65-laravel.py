#!/usr/bin/python3
# Goal: a Laravel application takes every report once, and a tenant downloads what was delivered.
# needs: s3 laravel
"""The application of tests/laravel, the one that docs/laravel.md quotes, runs with PHP's own server on
SQLite and with nginx and php-fpm on MariaDB. First it is tested by itself, with requests that python has
signed: it must refuse what it should. Then pressrun delivers to it, by way of S3."""

import hashlib
import json
import os
import re
import subprocess
import sys
import textwrap
import time
from multiprocessing.pool import ThreadPool

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import delivery
import http_server
import laravel
import s3
import scenario
from delivery import PERIOD
from http_fault_proxy import FaultProxy
from laravel import Application, Browser, spatie, standard
from scenario import ROOT, Checks

GUIDE = os.path.join(ROOT, "docs", "laravel.md")
STANDARD, SPATIE, PACKAGE = "/webhooks/pressrun-standard", "/webhooks/pressrun", "/webhooks/spatie"
GUARDED, THROTTLED = "/guarded/pressrun", "/api/webhooks/pressrun"
OLD, NEW = "a raw secret", "whsec_" + "bmV3ZXIgdGhhbiB0aGUgb3RoZXIsIDMyIGJ5dGVzIGw="
TENANTS = ("6", "8", "9")
numbers = iter(range(1000, 10**6))
checks = Checks()


# ---- the application, by itself ----


def artifact(name, form, data, link=None, expires="2036-01-01T00:00:00Z"):
    return {"name": name, "format": form, "media_type": "application/" + form, "bytes": len(data), "rows": 1,
            "sha256": hashlib.sha256(data).hexdigest(), "destination": "store", "key": "6/daily/" + name,
            "link": link, "expires_at": link and expires}


def message(period, tenant="6", revision=1, snapshot="yes", artifacts=(), ident=None, **more):
    """A message as pressrun makes it: (its id, its bytes)."""
    if snapshot == "yes":
        snapshot = {"schema": "pressrun.report/1", "results": [{"rows": [{"n": revision, "text": "  Ünï €  ", "empty": ""}]}]}
    ident = ident or "pr_%032x" % next(numbers)
    return ident, json.dumps(dict({
        "schema": "pressrun.webhook/1", "id": ident, "type": "report.ready", "timestamp": "2026-11-24T02:00:07Z",
        "job": "daily", "title": "Daily <b>report</b>", "tenant": {"id": tenant, "name": "Studio"},
        "run": {"id": 1, "revision": revision, "rows": 1},
        "period": {"label": period, "start": "2026-11-23T00:00:00Z", "end": "2026-11-24T00:00:00Z"},
        "artifacts": list(artifacts), "snapshot": snapshot, "snapshot_omitted": None if snapshot else "too large"},
        **more), ensure_ascii=False).encode()


def post(app, path, body, headers):
    """(status, text) of the answer."""
    status, _, answer = Browser(app).request("POST", path, body, headers)
    return status, answer.decode("utf-8", "replace")


def send(app, sent, path=STANDARD, **more):
    return post(app, path, sent[1], standard(sent[1], OLD, ident=sent[0], **more))


def snapshots(app, period=None, job="daily"):
    """[(tenant, revision, data)]"""
    where = "job = '%s'" % job + (" AND period = '%s'" % period if period else "")
    return [(r["tenant_id"], r["revision"], json.loads(r["data"])) for r in app.table(
        "SELECT tenant_id, revision, data FROM report_snapshots WHERE %s ORDER BY tenant_id, period" % where)]


def count(app, table):
    return app.table("SELECT COUNT(*) AS n FROM " + table)[0]["n"]


def signatures(app):
    ident, body = message("signatures")
    now = int(time.time())
    good = standard(body, OLD, ident=ident)
    refused = {
        "another secret": standard(body, "another", ident=ident),
        "no headers": {"Content-Type": "application/json"},
        "no signature": dict(good, **{"webhook-signature": ""}),
        "another id": dict(good, **{"webhook-id": "pr_" + "f" * 32}),
        "another time": dict(good, **{"webhook-timestamp": str(now + 1 + now % 2)}),
        "six minutes late": standard(body, OLD, ident=ident, timestamp=now - 360),
        "six minutes early": standard(body, OLD, ident=ident, timestamp=now + 360),
        "a time that is none": standard(body, OLD, ident=ident, timestamp="now"),
        "another version": dict(good, **{"webhook-signature": good["webhook-signature"].replace("v1,", "v1a,")}),
        "the other scheme": spatie(body, OLD),
    }
    for name, headers in refused.items():
        checks.equal(post(app, STANDARD, body, headers)[0], 401, "Standard Webhooks: %s is refused" % name)
    checks.equal(post(app, STANDARD, body.replace(b"Daily", b"daily"), good)[0], 401, "so is another body")
    signed = spatie(body, OLD)
    refused = {
        "another secret": spatie(body, "another"),
        "no signature": {"Content-Type": "application/json"},
        "upper case": dict(signed, Signature=signed["Signature"].upper()),
        "a prefix": dict(signed, Signature="sha256=" + signed["Signature"]),
        "the other scheme": good,
    }
    for path in (SPATIE, PACKAGE):
        for name, headers in refused.items():
            checks.equal(post(app, path, body, headers)[0], 500, "%s: %s is refused, as spatie's client does" % (path, name))
    checks.equal((count(app, "report_snapshots"), count(app, "pressrun_messages"), count(app, "webhook_calls")), (0, 0, 0),
                 "nothing of that was stored")
    checks.equal(send(app, (ident, body), timestamp=now - 240), (201, "stored"), "control: the right signature, 4 minutes late")
    checks.equal(post(app, SPATIE, body, signed), (200, "duplicate"), "control: the right header Signature")
    checks.equal(post(app, PACKAGE, body, signed)[0], 200, "control: the same for spatie's client")


def rotation(app):
    """A secret is changed, on one side after the other, and nothing is refused on the way."""
    def statuses(*sender):
        one, two = message("rotation"), message("rotation")
        return (post(app, STANDARD, one[1], standard(one[1], *sender, ident=one[0]))[0],
                post(app, SPATIE, two[1], spatie(two[1], sender[0]))[0])
    checks.equal(statuses(OLD), (201, 201), "before the change")
    app.set(PRESSRUN_SECRETS="%s,%s" % (NEW, OLD))
    checks.equal(statuses(OLD), (201, 201), "the application knows both")
    checks.equal(statuses(NEW, OLD), (201, 201), "pressrun signs with both")
    checks.equal(statuses(NEW), (201, 201), "pressrun signs with the new one")
    app.set(PRESSRUN_SECRETS=NEW)
    checks.equal(statuses(NEW, OLD), (201, 201), "the application has forgotten the old one")
    checks.equal(statuses(OLD), (401, 500), "control: the old one alone is refused now")
    app.set(PRESSRUN_SECRETS="")
    checks.equal(statuses(""), (500, 500), "without any secret nothing is taken")
    app.set(PRESSRUN_SECRETS=OLD)


def once(app):
    """Whatever comes twice, late or at the same time."""
    first = message("once")
    stored = json.loads(first[1])["snapshot"]
    checks.equal(send(app, first), (201, "stored"), "a new message")
    checks.equal(send(app, first), (200, "duplicate"), "the same again")
    checks.equal(send(app, message("once", revision=2, ident=first[0])), (409, "conflict"), "the same id, another body")
    checks.equal(snapshots(app, "once"), [("6", 1, stored)], "one row with what came first, to the last blank")
    newer, older = message("once", revision=3), message("once", revision=2)
    checks.equal((send(app, newer)[0], send(app, older)[0]), (201, 201), "revision 3, then 2, which was overtaken")
    checks.equal([row[:2] for row in snapshots(app, "once")], [("6", 3)], "the newer one stays")
    checks.equal(send(app, message("once", tenant="7"))[0], 201, "the same report of another tenant")
    checks.equal([row[:2] for row in snapshots(app, "once")], [("6", 3), ("7", 1)], "is a row of its own")
    before = count(app, "pressrun_messages")
    same, different = message("race"), [message("race-2", revision=n + 1) for n in range(20)]
    with ThreadPool(20) as pool:
        answers = pool.map(lambda _: send(app, same)[0], range(20))
        checks.equal(sorted(answers), [200] * 19 + [201], "20 posts of one message at once: one is stored")
        answers = pool.map(lambda sent: send(app, sent)[0], different)
        checks.equal(answers, [201] * 20, "20 revisions of one report at once: all are taken")
    checks.equal([row[:2] for row in snapshots(app, "race")], [("6", 1)], "one row")
    checks.equal([row[:2] for row in snapshots(app, "race-2")], [("6", 20)], "one row, the newest revision")
    checks.equal(count(app, "pressrun_messages"), before + 21, "each message is known once")
    packed = dict(artifact("daily.json.gz", "json", b"packed", "http://127.0.0.1:9/daily.json.gz"), media_type="application/gzip")
    for what, sent in (("a platform's report", message("x", tenant=None)), ("another schema", message("x", schema="other/1")),
                       ("neither snapshot nor link", message("x", snapshot=None)), ("no JSON", ("pr_x", b"hello")),
                       ("a compressed report only", message("x", snapshot=None, artifacts=[packed]))):
        sent = (sent[0], sent[1].replace(b'{"id": null, "name": "Studio"}', b"null"))
        checks.equal(send(app, sent)[0], 422, "%s is refused for good" % what)


def links(app):
    """Snapshots too large to come along, and spreadsheets; the file store is python's."""
    store = http_server.HttpServer()
    document, sheet = json.dumps({"results": ["ü" * 1000]}).encode(), os.urandom(300000)
    files = [artifact("daily.json", "json", document, store.url("/daily.json")),
             artifact("daily.xlsx", "xlsx", sheet, store.url("/daily.xlsx"))]
    sent = message("links", snapshot=None, artifacts=files)
    for what, behaviour in (("absent", http_server.status(404)), ("other bytes", http_server.status(200, {}, b"{}"))):
        store.behave(behaviour)
        checks.equal(send(app, sent)[0], 500, "the linked snapshot is %s: to be tried again" % what)
    store.behave(http_server.status(200, {}, document))
    checks.equal(send(app, sent), (201, "stored"), "and it can be tried again")
    checks.equal(snapshots(app, "links"), [("6", 1, json.loads(document))], "the snapshot behind the link is stored")
    past = message("past", artifacts=[artifact("past.xlsx", "xlsx", sheet, store.url("/x"), "2026-01-01T00:00:00Z")])
    other = message("links", tenant="7", artifacts=[artifact("other.xlsx", "xlsx", sheet, store.url("/x"))])
    checks.equal((send(app, past)[0], send(app, other)[0]), (201, 201), "a link that has expired, and one of another tenant")
    number = {r["name"]: r["id"] for r in app.table("SELECT id, name FROM report_artifacts")}
    path = "/reports/files/%d"
    person, stranger = Browser(app), Browser(app)
    app.artisan("user:add", "6", "six@example.org", "a password")
    store.behave(http_server.status(200, {}, sheet))
    checks.equal(person.get(path % number["daily.xlsx"])[0], 302, "signed out: to the sign-in page")
    checks.equal(person.get(path % number["daily.xlsx"], Accept="application/json")[0], 401, "signed out: 401 for programs")
    checks.that(not stranger.sign_in("six@example.org", "another password"), "control: a wrong password")
    checks.that(person.sign_in("six@example.org", "a password"), "a person of tenant 6 signs in")
    status, headers, body = person.get(path % number["daily.xlsx"])
    checks.equal((status, body == sheet, headers["Content-Type"]), (200, True, "application/xlsx"), "downloads the spreadsheet")
    checks.equal((headers["Content-Disposition"], headers["Content-Length"]), ("attachment; filename=daily.xlsx", "300000"),
                 "under its name")
    checks.equal(person.get(path % number["other.xlsx"])[0], 404, "but not another tenant's")
    page = person.get("/reports")[2].decode()
    checks.that("files/%d" % number["daily.xlsx"] in page and "files/%d\"" % number["other.xlsx"] not in page, "nor is it listed", page)
    checks.that("Daily &lt;b&gt;report" in page, "titles are shown as text", page)
    status, _, body = person.get(path % number["past.xlsx"])
    checks.that(status == 410 and b"expired" in body, "an expired link says so", (status, body))
    for what, behaviour in (("refuses", http_server.status(403)), ("sends others", http_server.status(200, {}, sheet[1:]))):
        store.behave(behaviour)
        checks.equal(person.get(path % number["daily.xlsx"])[0], 502, "the file store %s: no wrong file is passed on" % what)
    left = os.listdir(os.path.join(app.root, "storage", "app"))
    checks.equal(left, [], "no downloaded file is left behind")
    store.close()


def ways_to_fail(app, server):
    """The answers of Laravel and nginx that docs/laravel.md explains."""
    checks.equal(send(app, message("x"), GUARDED)[0], 419, "without an exemption from CSRF protection")
    checks.equal(send(app, message("x"), "/nothing")[0], 404, "a wrong address")
    checks.equal(send(app, message("large", snapshot={"a": "x" * 900000}))[0], 201, "900 KB are taken")
    large = message("x", snapshot={"a": "x" * ((9 << 20) if server == "php" else (1 << 20))})
    checks.equal(send(app, large)[0], 413, "more than %s is too large" % ("8 MB" if server == "php" else "1 MB"))
    answers = [Browser(app).request("POST", THROTTLED, b"", standard(b"", OLD)) for _ in range(61)]
    late = [headers["Retry-After"] for status, headers, _ in answers if status == 429]
    checks.that(late and 1 <= int(late[0]) <= 60, "routes/api.php: the 61st call in a minute is put off", late)


def package(app):
    """The classes for spatie/laravel-webhook-client."""
    def call(sent):
        return post(app, PACKAGE, sent[1], spatie(sent[1], OLD))
    sent, stored = message("package"), count(app, "webhook_calls")
    checks.equal((call(sent)[0], call(sent)[0]), (200, 200), "a message, and again")
    checks.equal(snapshots(app, "package"), [("6", 1, json.loads(sent[1])["snapshot"])], "one row, to the last blank")
    checks.equal(count(app, "webhook_calls"), stored + 1, "the profile left out the second")
    app.set(QUEUE_CONNECTION="database")
    sent = message("queue")
    checks.equal((call(sent)[0], call(sent)[0], snapshots(app, "queue")), (200, 200, []), "with a queue: taken, twice, and put off")
    app.artisan("queue:work", "--stop-when-empty")
    checks.equal([row[:2] for row in snapshots(app, "queue")], [("6", 1)], "the worker stores one row")
    app.set(QUEUE_CONNECTION="sync")


# ---- the guide ----


def fenced(text):
    """[(file named above the block or None, language, content)]"""
    pattern = r"(?:\*\*File\*\*: `([^`\n]+)`\n\n)?^```(\w*)\n(.*?)^```$"
    return re.findall(pattern, text, re.MULTILINE | re.DOTALL)


def is_quoted(block, whole):
    """A block is the whole file, or some of its lines in their order."""
    rest = iter(whole.splitlines())
    return block == whole or not block.startswith("<?php") and all(
        line in rest for line in block.splitlines() if line)


def guide(app):
    """What docs/laravel.md says to paste is what was tested. The rest is PHP, at least."""
    with open(GUIDE, encoding="utf-8") as f:
        blocks = fenced(f.read())
    quoted = set()
    for name, language, block in blocks:
        if name:
            with open(os.path.join(laravel.SOURCE, name), encoding="utf-8") as f:
                checks.that(is_quoted(block, f.read()), "docs/laravel.md quotes %s as it is" % name, block)
            quoted.add(name)
        elif language == "php":
            code = "<?php\n" + ("$app" if block.startswith("->") else "") + block.rstrip() + ";"
            done = subprocess.run(["php", "-l"], input=code, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
            checks.equal(done.returncode, 0, "docs/laravel.md: %s\nis PHP: %s" % (block, done.stdout))
    own = {"app/Http/Controllers/PressrunWebhookController.php", "app/Http/Controllers/ReportController.php",
           "app/Http/Middleware/VerifyStandardWebhook.php", "app/Models/ReportArtifact.php", "app/Models/ReportSnapshot.php",
           "app/Reports/ReportImport.php", "app/Webhooks/PressrunJob.php", "app/Webhooks/PressrunProfile.php",
           "config/services.php", "config/webhook-client.php", "database/migrations/2026_01_01_000001_create_reports.php",
           "routes/web.php"}
    checks.that(not is_quoted("one\nthree\n", "one\nTwo\n") and not is_quoted("two\none\n", "one\ntwo\n"), "control: it is noticed")
    checks.equal(own - quoted, set(), "control: every file to paste was found in the guide")
    by_hand = [block for _, language, block in blocks if language == "sh" and "openssl dgst" in block]
    checks.equal(len(by_hand), 1, "the guide has a test by hand")
    app.set(PRESSRUN_SECRETS=delivery.SECRET)
    for secret, status in ((NEW, "401"), (delivery.SECRET, "201"), (delivery.SECRET, "200")):
        script = re.sub(r"^url=.*$", "url=" + app.url(STANDARD), by_hand[0], flags=re.MULTILINE)
        script = re.sub(r"^secret=.*$", "secret=" + secret, script, flags=re.MULTILINE)
        done = subprocess.run(["bash", "-eu"], input=script, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        checks.that(done.stdout.startswith("HTTP/1.1 " + status), "the test by hand is answered with " + status, done.stdout + done.stderr)
    app.set(PRESSRUN_SECRETS=OLD)
    return [block for _, language, block in blocks if language == "yaml"]


# ---- with pressrun ----


def destination(app, path, **more):
    return dict({"kind": "webhook", "url": app.url(path), "secret": {"env": "WEBHOOK_SECRET"}, "insecure": True,
                 "allow_private": ["127.0.0.1/32"]}, **more)


def whole_way(apps, bucket):
    """pressrun -> S3 and webhook -> Laravel, on both servers, in both schemes and with a link instead of
    the snapshot."""
    php, nginx = apps
    proxy = FaultProxy(php.port)
    project = delivery.Project(
        "whole-way", TENANTS, store=bucket.destination(),
        standard=destination(php, STANDARD, signature="standard", url=proxy.endpoint + STANDARD),
        linked=destination(nginx, SPATIE, signature="spatie", inline="0"))
    for app in apps:
        app.set(PRESSRUN_SECRETS=delivery.SECRET)
    project.job("whole-way", formats="[xlsx, csv, json]", deliver=("store", "standard", "linked"))
    proxy.rules({"do": "lost_reply", "times": 2})
    done = project.run_job("whole-way")
    checks.equal(done.code, 1, "pressrun delivers to S3 and to both applications; two answers get lost: %s" % done)
    documents = {t: json.loads(bucket.get("%s/whole-way/%s/whole-way.json" % (t, PERIOD))) for t in TENANTS}
    checks.that(all(len(d["results"][0]["rows"]) > 10 for d in documents.values()), "control: the reports have rows")
    expected = [(t, 1, documents[t]) for t in TENANTS]
    for app in apps:
        checks.equal(snapshots(app, job="whole-way"), expected, "every tenant's snapshot is its JSON artifact")
    checks.equal(project.states("standard"), {"pending": 2, "delivered": 1}, "where no answer came, it will be tried again")
    proxy.forget()
    checks.equal(project.due_now(), 2, "their time has come")
    done = project.run("deliver")
    checks.equal(done.code, 0, "they are delivered again: %s" % done)
    checks.equal([entry["status"] for entry in proxy.seen()], [200, 200], "as duplicates")
    checks.equal(project.run_job("whole-way").code, 0, "run again: nothing is left to do")
    for app in apps:
        checks.equal(snapshots(app, job="whole-way"), expected, "no second row")
    done = project.run_job("whole-way", "--again")
    checks.equal(done.code, 0, "a second revision: %s" % done)
    for app in apps:
        checks.equal([row[:2] for row in snapshots(app, job="whole-way")], [(t, 2) for t in TENANTS], "takes the place of the first")
        download(app, bucket)


def download(app, bucket):
    """Each tenant gets its own spreadsheet, and no other's."""
    for tenant in TENANTS[:2]:
        app.artisan("user:add", tenant, "%s@example.org" % tenant, "of " + tenant)
    files = {r["tenant_id"]: r for r in app.table(
        "SELECT a.id, a.`key`, s.tenant_id FROM report_artifacts a JOIN report_snapshots s ON s.id = a.report_snapshot_id "
        "WHERE a.format = 'xlsx' AND s.job = 'whole-way'")}
    checks.equal(set(files), set(TENANTS), "there is a spreadsheet for each")
    for tenant, other in (TENANTS[:2], TENANTS[1::-1]):
        person = Browser(app)
        checks.that(person.sign_in("%s@example.org" % tenant, "of " + tenant), "tenant %s signs in" % tenant)
        status, _, body = person.get("/reports/files/%d" % files[tenant]["id"])
        checks.that(status == 200 and body == bucket.get(files[tenant]["key"]) and body[:2] == b"PK",
                    "tenant %s gets its spreadsheet byte for byte" % tenant, (status, body[:200]))
        checks.equal(person.get("/reports/files/%d" % files[other]["id"])[0], 404, "and not the one of %s" % other)


def mending(app):
    """What a wrong secret, or a route with CSRF protection, looks like to the operator."""
    for name, path, scheme, code, permanent, word in (
            ("unknown", STANDARD, "standard", "401", True, "secret"), ("unsigned", SPATIE, "spatie", "500", False, "secret"),
            ("guarded", GUARDED, "standard", "419", True, "CSRF")):
        project = delivery.Project(name, TENANTS[1:], portal=destination(app, path, signature=scheme))
        project.job(name, formats="[json]", deliver=("local", "portal"))
        if path != GUARDED:
            project.environment["WEBHOOK_SECRET"] = "not the right one"
        done = project.run_job(name)
        checks.equal(done.code, 1, "%s: the run says that not all is well: %s" % (name, done))
        checks.equal(project.states("portal"), {"dead" if permanent else "pending": 2}, "%s: %s" % (name, project.errors("portal")))
        told = project.run("status", name).out
        checks.that(code in told and word.lower() in told.lower(), "%s: the answer and a hint are in the status" % name, told)
        checks.equal(snapshots(app, job=name), [], "%s: nothing was stored" % name)
        project.environment["WEBHOOK_SECRET"] = delivery.SECRET
        if path == GUARDED:
            project.change("portal", url=app.url(STANDARD))
        if permanent:
            done = project.run("deliver", "--destination", "portal")
        else:
            runs = [str(run) for run, in project.ledger("SELECT id FROM runs")]
            done = [project.run("deliver", "--retry", run) for run in runs][-1]
        checks.equal(done.code, 0, "%s: mended: %s" % (name, done))
        checks.equal(project.states("portal"), {"delivered": 2}, "%s: everything arrives" % name)
        checks.equal([row[:2] for row in snapshots(app, job=name)], [(t, 1) for t in TENANTS[1:]], "%s: and is stored" % name)


def changing_secrets(app):
    """pressrun signs with both while a secret is changed."""
    project = delivery.Project("secrets", TENANTS[1:], portal=destination(app, STANDARD))
    project.environment.update(OLD_SECRET=OLD, NEW_SECRET=NEW)
    app.set(PRESSRUN_SECRETS=OLD)
    for number, (secret, code) in enumerate(((["NEW_SECRET", "OLD_SECRET"], 0), (["NEW_SECRET"], 1), (["OLD_SECRET"], 0))):
        project.change("portal", secret=[{"env": name} for name in secret])
        project.job("secrets-%d" % number, formats="[json]", deliver=("portal",))
        done = project.run_job("secrets-%d" % number)
        checks.equal(done.code, code, "the application knows the old secret, pressrun signs with %s: %s" % (secret, done))


def quoted_configuration(blocks):
    """The guide's part of pressrun.yaml is understood by pressrun."""
    checks.equal(len(blocks), 2, "the guide has a part of pressrun.yaml and of a job")
    project, name = delivery.Project("quoted", TENANTS[1:]), re.search("job: (.*)", blocks[1]).group(1)
    text = textwrap.dedent(blocks[0])
    project.write("pressrun.yaml", project.read("pressrun.yaml").split("destinations:\n")[0] + text)
    for secret in re.findall(r"\{file: ([\w.-]+)\}", text):
        project.write(secret, "x" * 32, 0o600)
    project.write("jobs/%s.yaml" % name, blocks[1])
    done = project.run("check", "--offline")
    checks.equal(done.code, 0, "pressrun takes it: %s" % done)


def main():
    why = laravel.why_not()
    if why:
        scenario.skip("Laravel is not here: %s" % why)
    apps = [Application("php", PRESSRUN_SECRETS=OLD, PRESSRUN_SECRET=OLD),
            Application("nginx", mysql="pressrun_portal", PRESSRUN_SECRETS=OLD, PRESSRUN_SECRET=OLD)]
    for app, server in zip(apps, ("php", "nginx")):
        app.start(server)
        for part in (signatures, rotation, once, links, package):
            part(app)
        ways_to_fail(app, server)
        print("%s: %d checks, %d failed" % (server, checks.done, checks.failed))
    blocks = guide(apps[0])
    if os.environ.get("PRESSRUN_ONLY_APPLICATION"):
        checks.finish()
    whole_way(apps, s3.Store().bucket())
    mending(apps[0])
    changing_secrets(apps[1])
    quoted_configuration(blocks)
    for app in apps:
        app.stop()
    checks.finish()


main()
