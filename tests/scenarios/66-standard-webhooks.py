#!/usr/bin/python3
# Goal: an independent implementation of Standard Webhooks verifies what pressrun sends.
"""Requests that pressrun has really sent are captured and given to the reference library for JavaScript
(npm: standardwebhooks): with a secret in the form whsec_..., with a raw one, and with two while one is
being changed. What was tampered with, or is too old, must be refused."""

import base64
import hashlib
import hmac
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import delivery
import http_server
import npm
import scenario
from scenario import Checks

LIBRARY = "standardwebhooks@1.1.1"
TENANTS = ("3", "9")  # the name of the first is not in ASCII
RAW = "a raw secret, of the kind that people type"
VERIFY = """\
const { Webhook } = require(process.argv[1]);
const cases = JSON.parse(require("fs").readFileSync(0));
console.log(JSON.stringify(cases.map(({ secret, raw, headers, body }) => {
    try {
        const webhook = raw ? new Webhook(secret, { format: "raw" }) : new Webhook(secret);
        return { id: webhook.verify(Buffer.from(body, "base64"), headers).id };
    } catch (error) {
        return { error: error.message };
    }
})));
"""


class Verifier:
    def __init__(self, library):
        self.library = library

    def __call__(self, secret, *requests):
        """The id of each request, or why the library refuses it. A request is (headers, body)."""
        cases = [{"secret": secret, "raw": not secret.startswith("whsec_"), "headers": headers,
                  "body": base64.b64encode(body).decode()} for headers, body in requests]
        done = subprocess.run(["node", "-e", VERIFY, self.library], input=json.dumps(cases).encode(),
                              stdout=subprocess.PIPE, check=True)
        return [answer.get("id") or answer["error"] for answer in json.loads(done.stdout)]


def signature_headers(request):
    return {name: value for name, value in request.headers if name.lower().startswith("webhook-")}


def known_vector(checks, verify):
    """The library itself, with the example of the specification: it is from 2021."""
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    headers = {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330",
               "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}
    checks.equal(verify(secret, (headers, body)), ["Message timestamp too old"], "control: the library looks at the time")


def captured(checks, server, project, name, secrets):
    """Has a job delivered; [(headers, body, id)] of what came."""
    project.change("portal", secret=[{"env": secret} for secret in secrets] if len(secrets) > 1 else {"env": secrets[0]})
    project.job(name, formats="[json]", deliver=("portal",))
    server.forget()
    done = project.run_job(name)
    checks.equal(done.code, 0, "%s is delivered: %s" % (name, done))
    requests = server.requests
    checks.equal(len(requests), len(TENANTS), "%s: one request for each tenant" % name)
    for r in requests:
        checks.equal((r.method, r.header("content-type"), r.header("webhook-id")),
                     ("POST", "application/json", json.loads(r.body)["id"]), "%s: a JSON body with its id" % name)
    return [(signature_headers(r), r.body, r.header("webhook-id")) for r in requests]


def main():
    checks = Checks()
    library, why = npm.find(LIBRARY, "standardwebhooks")
    if not library:
        scenario.skip("the library for Standard Webhooks: " + why)
    verify = Verifier(library)
    known_vector(checks, verify)
    server = http_server.HttpServer()
    project = delivery.Project("project", TENANTS, portal={
        "kind": "webhook", "url": server.url("/hook"), "secret": {"env": "CODED"}, "insecure": True,
        "allow_private": ["127.0.0.1/32"]})
    secrets = {"CODED": delivery.SECRET, "TYPED": RAW}
    project.environment.update(secrets)
    names = set()
    for number, used in enumerate((("CODED",), ("TYPED",), ("CODED", "TYPED"), ("TYPED", "CODED"))):
        for headers, body, ident in captured(checks, server, project, "job-%d" % number, used):
            names.add(json.loads(body)["tenant"]["name"])
            signatures = headers["webhook-signature"].split(" ")
            checks.equal(len(signatures), len(used), "a signature for each secret")
            for variable, secret in secrets.items():
                found = verify(secret, (headers, body))[0]
                checks.equal(found == ident, variable in used, "%s of %s verifies: %s" % (variable, used, found))
            secret = secrets[used[0]]
            tampered = ((headers, body.replace(b'"rows"', b'"Rows"', 1)), (headers, body + b" "),
                        (dict(headers, **{"webhook-id": ident[:-1] + "_"}), body),
                        (dict(headers, **{"webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)}), body),
                        (dict(headers, **{"webhook-signature": "v1," + "A" * 43 + "="}), body))
            checks.equal(verify(secret, *tampered), ["No matching signature found"] * 5, "control: what was tampered with is refused")
            old = dict(headers, **{"webhook-timestamp": str(int(headers["webhook-timestamp"]) - 600)})
            checks.equal(verify(secret, (old, body)), ["Message timestamp too old"], "control: so is an old time")
    checks.that(any(not name.isascii() for name in names), "control: there are names that are not ASCII", names)
    spatie_only = server.requests[-1]
    checks.equal(spatie_only.header("signature"), hmac.new(RAW.encode(), spatie_only.body, hashlib.sha256).hexdigest(),
                 "the header Signature goes along, with the first secret")
    checks.finish()


main()
