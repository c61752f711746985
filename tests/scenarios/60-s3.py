#!/usr/bin/python3
# Goal: reports reach S3 with the right bytes, names and headers, the manifest last, and no key is ever written twice.
# needs: s3
"""Against a real server over http and https, with buckets in the path and in the host name; what is there is
read with another client and compared with a directory that the same job was delivered to. What the server
does not tell is seen by a proxy in front of it. Two pressruns with state directories of their own race for
the same keys."""

import base64
import hashlib
import os
import re
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import delivery
import s3
import scenario
from delivery import PERIOD, Checks, Project, wait_for
from http_fault_proxy import FaultProxy, s3_error
from http_server import make_certificate

TYPES = {
    "csv": "text/csv",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zst": "application/zstd",
}
FORMATS = "[xlsx, csv, json, {ndjson: {compress: zstd}}]"
FILES = ["job.json", "job.rows.csv", "job.rows.ndjson.zst", "job.xlsx", "manifest.json"]
# Dashes and underscores at every end, and pairs that are one id to whoever folds them.
AWKWARD = ["a-b", "a_b", "-", "_", "--x", "x__", "A-1_b", "0"]


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def delivered_files(project):
    """What lies in the project's directory, as keys of the default template."""
    return delivery.files_below(project.out)


# ---- what arrives ----


def check_ways(checks, store):
    """http and https, path and virtual host, in one run."""
    ways = {"plain": (store.endpoint, "path"), "tls": (store.tls_endpoint, "path"),
            "virtual": (store.virtual_endpoint, "virtual"), "virtual-tls": (store.virtual_tls_endpoint, "virtual")}
    buckets = {name: store.bucket(name) for name in ways}
    project = Project("ways", **{
        name: buckets[name].destination(endpoint=endpoint, addressing=addressing, tls_ca=store.ca if "tls" in name else None,
                                        insecure="tls" not in name)
        for name, (endpoint, addressing) in ways.items()})
    project.job("job", formats=FORMATS, deliver=["local", *ways])
    done = project.run_job("job")
    checks.equal(done.code, 0, "four ways to the server: all is delivered")
    expected = delivered_files(project)
    checks.equal(sorted(expected), sorted("%s/job/%s/%s" % (t, PERIOD, f) for t in delivery.TENANTS for f in FILES),
                 "control: the directory has all files")
    for name, bucket in buckets.items():
        found = bucket.all()
        checks.equal(sorted(found), sorted(expected), "%s: the same names as in the directory" % name)
        checks.that(found == expected, "%s: and the same bytes" % name)
        checks.equal(project.states(name), {"delivered": len(expected)}, "%s: the ledger knows" % name)
        checks.equal(bucket.uploads(), [], "%s: no multipart upload is left" % name)
    if not checks.that(done.code == 0, "the run's own words", done):
        return
    for key, data in expected.items():
        check_object(checks, project, buckets["virtual-tls"].head(key), key, data)
    checks.equal(project.run("deliver").code, 0, "deliver has nothing to do")


def check_object(checks, project, found, key, data):
    tenant, name = key.split("/")[0], key.split("/")[-1]
    run = project.ledger("SELECT r.id FROM runs r JOIN tasks t ON t.id = r.task WHERE t.tenant = ?", tenant)[0][0]
    checks.equal(found.size, len(data), "%s: its size" % key)
    checks.equal(found.type.split(";")[0], TYPES[name.split(".")[-1]], "%s: its Content-Type" % key)
    checks.equal(found.encoding, None, "%s: nothing unpacks it unasked" % key)
    checks.equal(found.metadata, {"pressrun-run": str(run), "pressrun-job": "job", "pressrun-tenant": tenant,
                                  "pressrun-period": PERIOD, "pressrun-revision": "1", "pressrun-sha256": sha256(data)},
                 "%s: its metadata" % key)
    disposition = found.disposition or ""
    checks.that(re.match('attachment; *filename="[ -~]+"', disposition), "%s: its Content-Disposition" % key, disposition)
    extension = re.escape(name.split(".")[-1])
    checks.that(re.search(r'filename="[^"/\\]+\.%s"' % extension, disposition), "%s: with the name's end" % key, disposition)


def check_refused_ways(checks, store):
    """A certificate that nobody vouches for, and http without leave."""
    bucket = store.bucket("ways")
    project = Project("refused", s3=bucket.destination(endpoint=store.tls_endpoint, insecure=None))
    project.job("job", deliver=["s3"])
    done = project.run_job("job")
    checks.equal(done.code, 1, "an unknown authority: exit code 1")
    checks.that("certificate" in project.errors("s3").lower(), "and the reason", project.errors("s3"))
    checks.equal(bucket.keys(), [], "and nothing is sent")
    other = os.path.join(scenario.DIRECTORY, "other-ca.pem")
    shutil.copy(make_certificate(os.path.join(scenario.DIRECTORY, "other"), "DNS:localhost")[0], other)
    project.change("s3", tls_ca=other)
    project.due_now()
    checks.equal((project.run("deliver").code, bucket.keys()), (1, []), "nor with another authority")
    project.change("s3", tls_ca=store.ca)
    project.run("deliver", "--dead")
    project.due_now()
    checks.equal((project.run("deliver").code, len(bucket.keys())), (0, 4), "control: with the right one all is well")
    project.change("s3", endpoint=store.endpoint)
    done = project.run("check", "--offline")
    checks.equal(done.code, 3, "http without insecure: true is refused")
    checks.that("insecure" in str(done), "and it says what to write", done)


def check_templates(checks, store):
    """The key is the author's, the segments of it are signed and sent as they are."""
    bucket = store.bucket("templates")
    proxy = FaultProxy(store.port)
    project = Project("templates", s3=bucket.destination(
        endpoint=proxy.endpoint, key="tenant={tenant.id}/v1.0_x/{job}/{period}/{file}"))
    project.job("job", formats=FORMATS, deliver=["s3", "local"])
    checks.equal(project.run_job("job").code, 0, "a template with = and .")
    expected = {re.sub("^([^/]+)/(.*)", r"tenant=\1/v1.0_x/\2", key): data for key, data in delivered_files(project).items()}
    checks.that(bucket.all() == expected, "the keys are those of the template", bucket.keys())
    checks.that(all("tenant%3D" in e["target"] for e in proxy.seen("PUT")), "= is encoded in the path",
                [e["target"] for e in proxy.seen("PUT")][:3])
    proxy.close()
    for wrong in ("/{file}", "a/../{tenant.id}/{file}", "{job}/{file}", "{tenant.id}/{tenant.name}/{file}", "{tenant.id}"):
        project.change("s3", key=wrong)
        checks.equal(project.run("check", "--offline").code, 3, "the template %s is refused" % wrong)


# ---- what is sent ----


def check_requests(checks, store):
    """The proxy sees what the server does not tell: conditions, digests, signatures, the host."""
    bucket = store.bucket("requests")
    proxy = FaultProxy(store.port)
    project = Project("requests", s3=bucket.destination(
        endpoint="http://s3.localhost:%d" % proxy.port, addressing="virtual"))
    project.job("job", formats=FORMATS, deliver=["s3", "local"])
    checks.equal(project.run_job("job").code, 0, "through the proxy")
    expected = delivered_files(project)
    sent = {e["target"].lstrip("/"): e for e in proxy.seen("PUT")}
    checks.equal(sorted(sent), sorted(expected), "each file is sent once, and the path is the key alone")
    checks.equal(len(proxy.seen("PUT")), len(expected), "control: no key twice")
    for key, data in expected.items():
        h = sent[key]["headers"]
        checks.equal(h.get("host"), "%s.s3.localhost:%d" % (bucket.name, proxy.port), "%s: the bucket is in the host" % key)
        checks.equal(h.get("if-none-match"), "*", "%s: only where nothing is" % key)
        checks.equal(h.get("x-amz-content-sha256"), sha256(data), "%s: the signed hash is the file's" % key)
        checks.equal(h.get("content-md5"), base64.b64encode(hashlib.md5(data).digest()).decode(), "%s: Content-MD5" % key)
        checks.equal(sent[key]["sha256"], sha256(data), "%s: the body is the file" % key)
        authorization = h.get("authorization", "")
        checks.that(authorization.startswith("AWS4-HMAC-SHA256 Credential=%s/" % store.access_key_id), "%s: signed" % key)
        signed = re.search("SignedHeaders=([^,]*)", authorization).group(1).split(";")
        must = {"host", "if-none-match"} | {n for n in h if n.startswith("x-amz-") or n in ("content-md5", "content-type")}
        checks.equal(sorted(must - set(signed)), [], "%s: all that matters is signed" % key)
    proxy.close()


def check_manifest_last(checks, store):
    """While one file of a tenant is on its way its manifest waits; other tenants' do not."""
    bucket = store.bucket("manifest")
    proxy = FaultProxy(store.port)
    project = Project("manifest", s3=bucket.destination(endpoint=proxy.endpoint))
    project.job("job", formats=FORMATS, deliver=["s3"])
    slow, other = delivery.TENANTS
    proxy.rules({"do": "hold_reply", "method": "PUT", "path": "/%s/job/.*ndjson" % slow})
    running = project.start("run", "job", "--period", PERIOD)
    manifest = "%s/job/" + PERIOD + "/manifest.json"
    wait_for(lambda: bucket.head(manifest % other), "the other tenant's manifest", running)
    wait_for(lambda: len(proxy.seen("PUT", "/%s/" % slow)) == 4, "all other files", running)
    checks.that(not proxy.seen("PUT", "/%s/.*manifest.json" % slow), "while a file is on its way, its manifest waits")
    proxy.release()
    checks.equal(running.wait(), 0, "then all is delivered")
    for tenant in delivery.TENANTS:
        puts = proxy.seen("PUT", "/%s/" % tenant)
        others = [e for e in puts if not e["target"].endswith("/manifest.json")]
        checks.that(puts[-1] not in others and len(others) == 4 and all(e["answered"] <= puts[-1]["time"] for e in others),
                    "tenant %s: the manifest begins when all else has ended" % tenant)
    proxy.close()


def check_parallel(checks, store):
    """As many transfers at once as `parallel` says, and not more."""
    for parallel, most in ((1, 1), (3, 3)):
        bucket = store.bucket("parallel")
        proxy = FaultProxy(store.port)
        project = Project("parallel-%d" % parallel, s3=bucket.destination(endpoint=proxy.endpoint, parallel=parallel))
        project.job("job", formats=FORMATS, deliver=["s3"])
        proxy.rules({"do": "delay", "seconds": 0.1, "times": None})
        checks.equal(project.run_job("job").code, 0, "parallel: %d" % parallel)
        times = [(e["time"], 1) for e in proxy.seen()] + [(e["answered"], -1) for e in proxy.seen()]
        now = found = 0
        for _, step in sorted(times):
            now += step
            found = max(found, now)
        checks.equal(found, most, "parallel: %d is reached and kept" % parallel)
        proxy.close()


# ---- written once ----


def check_again(checks, store):
    bucket = store.bucket("again")
    project = Project("again", s3=bucket.destination())
    project.job("job", formats="[csv, json]", deliver=["s3"])
    checks.equal(project.run_job("job").code, 0, "revision 1")
    first = bucket.all()
    checks.equal(project.run_job("job").code, 0, "run again: nothing to do")
    checks.that(bucket.all() == first, "and nothing is sent")
    for revision in (2, 3):
        before = bucket.all()
        checks.equal(project.run_job("job", "--again").code, 0, "revision %d" % revision)
        after = bucket.all()
        checks.that(all(after.get(k) == v for k, v in before.items()), "revision %d: what was there stays" % revision)
        new = sorted(set(after) - set(before))
        checks.equal(new, sorted(re.sub("([^/]+)$", r"r%d/\1" % revision, key) for key in first),
                     "revision %d has a folder of its own" % revision)
        checks.equal({bucket.head(k).metadata["pressrun-revision"] for k in new}, {str(revision)}, "and says so")


def twins(name, bucket, proxy, same):
    """Two projects whose files of one tenant wait to be sent to the same keys: the same files, or others."""
    proxy.rules(s3_error(503, "SlowDown", times=None))
    projects = []
    for number in (1, 2):
        if same and number == 2:
            shutil.copytree(projects[0].directory, os.path.join(scenario.DIRECTORY, name + "-2"))
            twin = Project.__new__(Project)
            twin.__dict__ = dict(projects[0].__dict__, directory=os.path.join(scenario.DIRECTORY, name + "-2"))
        else:
            twin = Project("%s-%d" % (name, number), tenants=("9",), s3=bucket.destination(endpoint=proxy.endpoint))
            query = delivery.QUERY.replace("50", str(5 + number))
            twin.job("job", query, deliver=["s3", "local"])
            twin.run_job("job")
        projects.append(twin)
    proxy.rules()
    for p in projects:
        p.due_now()
    return projects


def race(projects, proxy):
    """Both send the same key at the same moment; their exit codes."""
    proxy.forget()
    proxy.rules({"do": "hold_request", "method": "PUT", "path": "csv", "times": None})
    running = [p.start("deliver") for p in projects]
    wait_for(lambda: len(proxy.seen("PUT", "csv")) == 2, "both have sent")
    proxy.release()
    codes = [r.wait() for r in running]
    proxy.rules()
    return codes


def check_race(checks, store):
    proxy = FaultProxy(store.port)
    bucket = store.bucket("same")
    projects = twins("same", bucket, proxy, same=True)
    checks.equal(race(projects, proxy), [0, 0], "two send the same bytes: both are content")
    checks.that(bucket.all() == delivered_files(projects[0]), "and they are there")
    checks.equal(sorted(e["status"] for e in proxy.seen("PUT", "csv")), [200, 412], "control: the server took one of them")
    checks.equal([p.states("s3") for p in projects], [{"delivered": 2}] * 2, "delivered, both say")

    bucket = store.bucket("other")
    projects = twins("other", bucket, proxy, same=False)
    codes = race(projects, proxy)
    checks.equal(sorted(codes), [0, 1], "two send other bytes: one wins")
    winner, loser = projects if codes[0] == 0 else projects[::-1]
    checks.that(bucket.all() == delivered_files(winner), "the winner's files are there")
    checks.that(delivered_files(winner) != delivered_files(loser), "control: the loser's are others")
    checks.equal(loser.states("s3"), {"dead": 2}, "the loser's are given up, the manifest as well")
    checks.that("CONFLICT" in loser.errors("s3"), "with the reason", loser.errors("s3"))
    proxy.forget()
    checks.equal((loser.run("deliver").code, proxy.seen()), (1, []), "and not sent any more")
    checks.equal(loser.run("deliver", "--dead").code, 1, "when they are sent once more")
    checks.that(bucket.all() == delivered_files(winner), "the winner's files stay")
    checks.that("CONFLICT" in str(loser.run("status", "--failed")), "status says why", loser.run("status", "--failed"))
    proxy.close()


def check_strangers(checks, store):
    """What somebody else has put under the key is never replaced, whatever it is."""
    # The report is made elsewhere first, so that its bytes are known.
    copy = Project("strangers", tenants=("9",))
    copy.job("job", deliver=["local"])
    copy.run_job("job")
    key = "9/job/%s/job.rows.csv" % PERIOD
    ours = delivered_files(copy)[key]
    other = ours[:-3] + b"?\r\n"
    for name, data, metadata in (
            ("another file", b"mine", {}),
            ("an empty object", b"", {}),
            ("another file of the same size", other, {}),
            ("another report of the same size", other, {"pressrun-sha256": sha256(other)}),
            ("another file with the metadata of ours", b"mine", {"pressrun-sha256": sha256(ours)})):
        bucket = store.bucket("strangers")
        project = Project(name.replace(" ", "-"), tenants=("9",), s3=bucket.destination())
        project.job("job", deliver=["s3", "local"])
        bucket.put(key, data, Metadata=metadata)
        checks.equal(project.run_job("job").code, 1, "%s is in the way: exit code 1" % name)
        checks.equal(bucket.all(), {key: data}, "%s: it stays, and no manifest tells of it" % name)
        checks.that("CONFLICT" in project.errors("s3"), "%s: the reason" % name, project.errors("s3"))
        checks.equal(project.states("local"), {"delivered": 2}, "%s: other destinations are not touched by it" % name)
        checks.that(delivered_files(project)[key] == ours, "%s: control: the report is the one that is known" % name)


# ---- values ----


def check_awkward(checks, store):
    schema, user = "pressrun_s3_ids", "pressrun_s3_ids"
    drop = "DROP DATABASE IF EXISTS %s; DROP USER IF EXISTS '%s'@'%%';" % (schema, user)
    scenario.sql(drop + "CREATE DATABASE {0} CHARACTER SET utf8mb4; CREATE USER '{1}'@'%' IDENTIFIED BY 'ids';"
                 "CREATE TABLE {0}.tenants (id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY, name VARCHAR(80));"
                 "CREATE TABLE {0}.things (n INT PRIMARY KEY AUTO_INCREMENT, owner VARCHAR(64) CHARACTER SET ascii "
                 "COLLATE ascii_bin, KEY (owner)); GRANT SELECT ON {0}.* TO '{1}'@'%';".format(schema.replace("_", "_"), user))
    try:
        for value in AWKWARD:
            scenario.sql("INSERT INTO {0}.tenants VALUES ('{1}', 'Tenant \"{1}\"; ü/\\\\'); INSERT INTO {0}.things (owner) "
                         "VALUES ('{1}'), ('{1}');".format(schema, value))
        bucket = store.bucket("awkward")
        project = Project("awkward", s3=bucket.destination(endpoint=store.virtual_endpoint, addressing="virtual"))
        project.environment["REPORT_PASSWORD"] = "ids"
        text = project.read("pressrun.yaml")
        text = re.sub("  query: .*\n", "  query: SELECT id, name FROM tenants ORDER BY id\n", text)
        text = text.replace("schema: ai_pipeline_db", "schema: " + schema).replace("user: ai_pipeline_readonly", "user: " + user)
        text = re.sub("scope:\n(  .*\n)+", "scope:\n  tenants: {tenant: id}\n  things: {tenant: owner}\n", text)
        project.write("pressrun.yaml", text)
        project.job("a-job-1", "SELECT n, owner FROM things ORDER BY n", deliver=["s3", "local"])
        done = project.run_job("a-job-1")
        checks.equal(done.code, 0, "ids with - and _")
        checks.equal({k.split("/")[0] for k in bucket.keys()}, set(AWKWARD), "each tenant has its own prefix")
        checks.that(bucket.all() == delivered_files(project), "with its own bytes", done)
        for value in AWKWARD:
            key = "%s/a-job-1/%s/a-job-1.rows.csv" % (value, PERIOD)
            owners = re.findall(r"\d+,'?([^\r]+)", bucket.get(key).decode("utf-8-sig"))
            checks.equal(owners, [value] * 2, "%s: its own rows" % value)
            checks.that("\n" not in (bucket.head(key).disposition or "\n"), "%s: a name for people" % value)
    finally:
        scenario.sql(drop)


def check_session_token(checks):
    """Temporary credentials, against a server that checks them."""
    store = s3.Store(PRESSRUN_S3_STS="1")
    right = {"access_key_id": store.token["access_key_id"], "secret_access_key": {"env": "STS_SECRET"},
             "session_token": {"env": "STS_TOKEN"}}
    for what, settings, token, code in (("a token", right, store.token["session_token"], 0),
                                        ("no token", dict(right, session_token=None), "", 1),
                                        ("a wrong token", right, "A" * 40, 1)):
        bucket = store.bucket("token")
        project = Project(what.replace(" ", "-"), tenants=("9",), s3=bucket.destination(**settings))
        project.environment.update(STS_SECRET=store.token["secret_access_key"], STS_TOKEN=token)
        project.job("job", deliver=["s3"])
        done = project.run_job("job")
        checks.equal((done.code, len(bucket.keys())), (code, 2 - 2 * code), "temporary credentials with %s" % what)
        checks.that(not token or token not in str(done), "%s is not printed" % what)


def main():
    checks = Checks()
    store = s3.Store()
    check_ways(checks, store)
    check_refused_ways(checks, store)
    check_templates(checks, store)
    check_requests(checks, store)
    check_manifest_last(checks, store)
    check_parallel(checks, store)
    check_again(checks, store)
    check_race(checks, store)
    check_strangers(checks, store)
    check_awkward(checks, store)
    check_session_token(checks)
    checks.finish()


main()
