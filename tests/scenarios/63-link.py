#!/usr/bin/python3
# Goal: a link from `pressrun link` gives the file's bytes to plain curl for its time, and nothing else to anybody.
# needs: s3
"""Links are fetched by curl, which knows no keys. Each way to make more of a link than it is worth is tried:
another key, another method, a longer time, another signature."""

import json
import os
import re
import subprocess
import sys
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import delivery
import s3
from delivery import Checks, Project

DAY = 86400


def curl(url, *options):
    """(status, headers in lower case, body)"""
    done = subprocess.run(["curl", "-sS", "-i", "--max-time", "30", *options, url], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    while head.startswith(b"HTTP/1.1 100"):
        head, _, body = body.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    if not lines[0].startswith("HTTP/"):
        raise RuntimeError("curl %s: %s" % (url, done.stderr.decode()))
    headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
    return int(lines[0].split()[1]), headers, body


def links_in(text):
    return re.findall(r"https?://[^\s\"]+", text)


def file_of(link):
    return urllib.parse.unquote(urllib.parse.urlsplit(link).path).rsplit("/", 1)[1]


def query_of(link):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(link).query, keep_blank_values=True))


def with_query(link, **changes):
    query = dict(query_of(link), **{k.replace("_", "-"): v for k, v in changes.items()})
    return link.split("?")[0] + "?" + urllib.parse.urlencode(query, quote_via=urllib.parse.quote)


def run_of(project, tenant):
    return str(project.ledger("SELECT MAX(r.id) FROM runs r JOIN tasks t ON t.id = r.task WHERE t.tenant = ?", tenant)[0][0])


def fetches(checks, project, links, tenant, what, *options):
    """Each link gives the bytes that the directory has, under a name that people can keep it by."""
    expected = {os.path.basename(name): data for name, data in delivery.files_below(project.out).items()
                if name.startswith(tenant + "/") and "/r2/" not in name}
    checks.equal(sorted(map(file_of, links)), sorted(expected), "%s: a link for each file" % what)
    for link in links:
        name = file_of(link)
        status, headers, body = curl(link, *options)
        checks.equal(status, 200, "%s: curl fetches %s" % (what, name))
        checks.that(body == expected.get(name), "%s: the bytes of %s" % (what, name), body[:300])
        disposition = r'attachment; *filename="[^"]+\.%s"' % name.rsplit(".", 1)[1]
        checks.that(re.search(disposition, headers.get("content-disposition", "")), "%s: a name to keep %s by" % (what, name), headers)


def check_links(checks, store):
    for name, endpoint, addressing in (("path", store.endpoint, "path"), ("virtual", store.virtual_endpoint, "virtual"),
                                       ("tls", store.tls_endpoint, "path"), ("virtual-tls", store.virtual_tls_endpoint, "virtual")):
        bucket = store.bucket("link")
        project = Project("links-" + name, s3=bucket.destination(
            endpoint=endpoint, addressing=addressing, key="t={tenant.id}/{job}/{period}/{file}",
            tls_ca=store.ca if "tls" in name else None, insecure="tls" not in name))
        project.job("job", formats="[xlsx, csv, json]", deliver=["s3", "local"])
        checks.equal(project.run_job("job").code, 0, "%s: delivered" % name)
        done = project.run("link", run_of(project, "9"))
        checks.equal((done.code, done.err), (0, ""), "%s: link RUN" % name)
        links = links_in(done.out)
        fetches(checks, project, links, "9", name, "--cacert", store.ca)
        checks.that(store.secret_access_key not in done.out, "%s: the secret is not in it" % name)
        # Without the signature, nothing is to be had: the bucket is not public.
        status, _, _ = curl(links[0].split("?")[0], "--cacert", store.ca)
        checks.equal(status, 403, "%s: control: without its query the link is worth nothing" % name)
    return project, links


def check_options(checks, store):
    bucket, other = store.bucket("link"), store.bucket("link")
    project = Project("options", s3=bucket.destination(), second=other.destination(key="{job}/{tenant.id}/{period}/{file}"))
    project.job("job", formats="[csv]", deliver=["s3", "second", "local"])
    project.job("more", formats="[csv]", deliver=["s3"])
    project.job("elsewhere", formats="[csv]", deliver=["local"])
    for name in ("job", "more", "elsewhere"):
        checks.equal(project.run_job(name).code, 0, "%s is delivered" % name)
    done = project.run("link", "--tenant", "9")
    links = links_in(done.out)
    checks.equal(done.code, 0, "link --tenant")
    checks.that(len(links) >= 2 and all("/9/" in link for link in links), "only this tenant's files", links)
    checks.that(all(curl(link)[0] == 200 for link in links), "each can be fetched")
    one = links_in(project.run("link", "--tenant", "9", "more").out)
    checks.that(len(one) == 2 and all("/9/more/" in link for link in one), "link --tenant with a job", one)
    done = project.run("link", run_of_job(project, "job", "8"), "--destination", "second")
    links = links_in(done.out)
    checks.that(len(links) == 2 and all("/%s/job/8/" % other.name in link for link in links), "link --destination", done)
    checks.that(all(curl(link)[0] == 200 for link in links), "each of these can be fetched, too")
    answer = project.run("link", run_of_job(project, "job", "8"), "--json")
    json.loads(answer.out)
    checks.equal(len(links_in(answer.out.replace("\\/", "/"))), 2, "link --json")
    for text, seconds in (("7d", 7 * DAY), ("1h", 3600), ("60s", 60)):
        link = links_in(project.run("link", run_of_job(project, "job", "8"), "--expires", text).out)[0]
        checks.equal(query_of(link).get("X-Amz-Expires"), str(seconds), "--expires %s" % text)
    for arguments in (("--expires", "8d"), ("--expires", "0s"), ("--expires", "soon"), ("--destination", "nowhere"),
                      ("--destination", "local")):
        done = project.run("link", run_of_job(project, "job", "8"), *arguments)
        checks.that(done.code in (1, 2) and not links_in(done.out), "link %s is refused" % " ".join(arguments), done)
    for arguments in ((), ("9999",), ("x",), ("--tenant", "77"), (run_of_job(project, "elsewhere", "8"),)):
        done = project.run("link", *arguments)
        checks.that(done.code in (1, 2) and not links_in(done.out), "link %s is refused" % " ".join(arguments), done)
        checks.that(done.err, "and says why", done)


def run_of_job(project, job, tenant):
    return str(project.ledger("SELECT MAX(r.id) FROM runs r JOIN tasks t ON t.id = r.task WHERE t.job = ? AND t.tenant = ?",
                              job, tenant)[0][0])


def check_tampering(checks, store):
    bucket = store.bucket("link")
    project = Project("tampering", s3=bucket.destination())
    project.job("job", formats="[csv]", deliver=["s3", "local"])
    project.run_job("job")
    before = bucket.all()
    links = links_in(project.run("link", run_of(project, "9"), "--expires", "1h").out)
    link = next(x for x in links if "csv" in x)
    checks.equal(curl(link)[0], 200, "control: the link as it is")
    signature = query_of(link)["X-Amz-Signature"]
    flipped = ("0" if signature[0] != "0" else "1") + signature[1:]
    for what, tampered in (
            ("another tenant's file", link.replace("/9/", "/8/")),
            ("another file", link.replace("job.rows.csv", "manifest.json")),
            ("another bucket", link.replace(bucket.name, store.bucket("link").name)),
            ("a longer time", with_query(link, X_Amz_Expires="604800")),
            ("a later date", with_query(link, X_Amz_Date=re.sub("^....", "2030", query_of(link)["X-Amz-Date"]))),
            ("another signature", link.replace(signature, flipped)),
            ("no signature", re.sub("&?X-Amz-Signature=[0-9a-f]*", "", link)),
            ("another parameter", with_query(link, versionId="null")),
            ("another name to keep it by", with_query(link, response_content_disposition="inline"))):
        checks.that(tampered != link, "control: %s is another link" % what)
        status, _, body = curl(tampered)
        checks.that(status in (400, 403) and not any(data in body for data in before.values()), "%s is refused" % what,
                    (status, body[:200]))
    for method in ("HEAD", "PUT", "DELETE", "POST"):
        options = ["--head"] if method == "HEAD" else ["-X", method, "--data-binary", "gone"]
        checks.that(curl(link, *options)[0] in (400, 403), "the link is not good for %s" % method)
    checks.that(bucket.all() == before, "all is as it was")


def check_expiry(checks, store):
    bucket = store.bucket("link")
    project = Project("expiry", tenants=("9",), s3=bucket.destination())
    project.job("job", formats="[csv]", deliver=["s3"])
    project.run_job("job")
    for age, status in ((-30, 200), (-90, 403)):
        done = project.run("link", run_of(project, "9"), "--expires", "1m", variables=delivery.shifted_clock(age))
        found = links_in(done.out)
        checks.that(found and all(curl(link)[0] == status for link in found),
                    "a link of one minute, made %d s ago: %d" % (-age, status), done)


def check_session_token(checks):
    store = s3.Store(PRESSRUN_S3_STS="1")
    bucket = store.bucket("link")
    project = Project("token", tenants=("9",), s3=bucket.destination(
        access_key_id=store.token["access_key_id"], secret_access_key={"env": "STS_SECRET"}, session_token={"env": "STS_TOKEN"}))
    project.environment.update(STS_SECRET=store.token["secret_access_key"], STS_TOKEN=store.token["session_token"])
    project.job("job", formats="[csv]", deliver=["s3"])
    checks.equal(project.run_job("job").code, 0, "delivered with temporary credentials")
    links = links_in(project.run("link", run_of(project, "9")).out)
    checks.that(links and all(curl(link)[0] == 200 for link in links), "a link by temporary credentials works", links)
    checks.that(all(curl(re.sub("&?X-Amz-Security-Token=[^&]*", "", link))[0] in (400, 403) for link in links),
                "but not without their token")


def main():
    checks = Checks()
    store = s3.Store()
    check_links(checks, store)
    check_options(checks, store)
    check_tampering(checks, store)
    check_expiry(checks, store)
    check_session_token(checks)
    checks.finish()


main()
