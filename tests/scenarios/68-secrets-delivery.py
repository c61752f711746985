#!/usr/bin/python3
# Goal: no secret of a destination is ever written anywhere but where it belongs, whatever goes right or wrong.
# needs: s3
# slow
"""All secrets of deliveries are canaries: S3's key and token, those that sign notices, those in headers and in
a URL, the database's password. They are given in all three ways and looked for in all that pressrun prints at the
level debug, in ledger, spool, files, in /proc, and in every request that servers get: there, each may stand in
its own header alone. Servers do what they can to get them written: they send back what they got."""

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import delivery
import faults
import http_server
import s3
import scenario
from delivery import PERIOD, Checks, wait_for
from http_server import HttpServer, redirect, status

SCHEMA = "pressrun_secrets_delivery"
PLACES = ("secrets", "credentials", "pressrun.yaml")  # where secrets may stand in a project
LINK_QUERY = {"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders",
              "X-Amz-Signature", "response-content-disposition"}
HEADERS = {"X-Token": "header", "Authorization": "bearer"}  # of a notice, and what may stand in them


def canary():
    return "Canary" + secrets.token_hex(16)


def make_secrets(store):
    raw = os.urandom(24)
    return {"db": canary(), "s3": store.secret_access_key, "fake-s3": canary(), "token": canary(), "wrong": canary(),
            "key-id": "AKID" + secrets.token_hex(8).upper(), "whsec": "whsec_" + base64.b64encode(raw).decode(),
            "old": canary(), "header": canary(), "bearer": "Bearer " + canary(), "url": canary()}


def forms(secret):
    """What a secret looks like when a program writes it without thinking, whole or cut."""
    raws = [secret.encode()]
    if secret.startswith("whsec_"):
        raws += [secret[6:].encode(), base64.b64decode(secret[6:])]
    for day in {time.strftime("%Y%m%d", time.gmtime(time.time() + seconds)) for seconds in (-300, 0, 900)}:
        key = b"AWS4" + secret.encode()  # keys that are made of it
        for part in (day, "us-east-1", "s3", "aws4_request"):
            key = hmac.new(key, part.encode(), "sha256").digest()
            raws.append(key)
    found = set()
    for raw in raws:
        found |= {raw, base64.b64encode(raw), raw.hex().encode(), raw.hex().upper().encode(),
                  urllib.parse.quote(raw, safe="").encode(), hashlib.md5(raw).hexdigest().encode(),
                  hashlib.sha1(raw).hexdigest().encode(), hashlib.sha256(raw).hexdigest().encode()}
    text = secret.replace("Bearer ", "").replace("whsec_", "").replace("Canary", "").replace("AKID", "").encode()
    return found | {text[:12], text[-12:]}


class Search:
    def __init__(self, all_secrets):
        self.forms = {name: forms(secret) for name, secret in all_secrets.items()}
        self.bytes = 0

    def __call__(self, data, allowed=()):
        """The names of the secrets in it."""
        self.bytes += len(data)
        return sorted(n for n, all_forms in self.forms.items() if n not in allowed and any(f in data for f in all_forms))

    def tree(self, directory):
        """[(file, secrets)] below a project's directory."""
        found = []
        for base, directories, names in os.walk(directory):
            if base == directory:
                directories[:] = [d for d in directories if d not in PLACES]
                names = [n for n in names if n not in PLACES]
            for name in names:
                with open(os.path.join(base, name), "rb") as f:
                    here = self(f.read() + name.encode(), ("key-id",))
                if here:
                    found.append((os.path.join(base, name), here))
        return found

    def notice(self, request):
        """Of a webhook's request: what stands where it does not belong."""
        found = self(request.path.encode(), ("url",)) + self(without_credentials(request.body))
        for name, value in request.headers:
            found += self(("%s: %s" % (name, value)).encode("latin-1"), (HEADERS.get(name),))
        return found

    def object(self, request):
        """Of an S3 request."""
        found = self(request.path.encode()) + self(request.body)
        for name, value in request.headers:
            allowed = {"authorization": "key-id", "x-amz-security-token": "token"}.get(name.lower())
            found += self(("%s: %s" % (name, value)).encode("latin-1"), (allowed,))
        return found


def without_credentials(data):
    """Links without what a server needs in them: the account's name, and a temporary account's token."""
    return re.sub(rb"X-Amz-(Credential|Security-Token)=[^&\"\s]*", b"", data)


class Project(delivery.Project):
    """Its own account at the database, and secrets by references of any kind."""

    def __init__(self, name, all_secrets, how="env"):
        self.secrets, self.how, self.password = all_secrets, how, None
        super().__init__(name, tenants=("9",))
        self.environment.pop("REPORT_PASSWORD")
        self.environment.pop("WEBHOOK_SECRET")
        self.environment.pop("S3_SECRET", None)
        for place in PLACES[:2]:
            os.mkdir(self.path(place), 0o700)

    def write_configuration(self):
        super().write_configuration()
        text = self.read("pressrun.yaml").replace("schema: ai_pipeline_db", "schema: " + SCHEMA)
        text = text.replace("user: ai_pipeline_readonly", "user: " + SCHEMA)
        if self.password:
            text = text.replace("{env: REPORT_PASSWORD}", json.dumps(self.password))
        self.write("pressrun.yaml", text)

    def reference(self, name, value=None, mode=0o600, how=None):
        """Puts a secret where its reference says; the reference."""
        value, how = value or self.secrets[name], how or self.how
        if how == "env":
            self.environment["TEST_" + name.upper().replace("-", "_")] = value
            return {"env": "TEST_" + name.upper().replace("-", "_")}
        directory = "secrets" if how == "file" else "credentials"
        self.environment["CREDENTIALS_DIRECTORY"] = self.path("credentials")
        self.write(os.path.join(directory, name), value + "\n", mode)
        return {"file": "secrets/" + name} if how == "file" else {"credential": name}

    def set_up(self, bucket, hook, ca, **more):
        self.password = self.reference("db")
        self.configure(
            s3=dict(bucket, **more), hook={
                "kind": "webhook", "url": "${HOOK_URL}", "secret": [self.reference("whsec"), self.reference("old")],
                "headers": {n: self.reference(HEADERS[n]) for n in HEADERS}, "allow_private": ["127.0.0.1/32"], "tls_ca": ca})
        self.environment["HOOK_URL"] = hook.url("/hook?token=" + self.secrets["url"], host="localhost")
        self.job("job", formats="[csv, json]", deliver=["local", "s3", "hook"])

    def keep(self, name):
        shutil.copytree(self.path("state"), self.path(name))

    def back_to(self, name):
        """A state that was kept, with everything due, to try the next way to fail."""
        shutil.rmtree(self.path("state"))
        shutil.copytree(self.path(name), self.path("state"))
        self.due_now()


class Watched:
    """Runs pressrun, and looks at what it prints and at what /proc tells of it and its workers."""

    def __init__(self, checks, search, project):
        self.checks, self.search, self.project, self.looked = checks, search, project, 0

    def run(self, sentence, codes, *arguments):
        p = subprocess.Popen([faults.FAST, "--log-level", "debug", *arguments], cwd=self.project.directory,
                             env=self.project.environment, stdin=subprocess.DEVNULL,
                             stdout=open(self.project.path("printed"), "wb"), stderr=subprocess.STDOUT)
        told = b""
        while p.poll() is None:
            told += self.look(p.pid)
            time.sleep(0.005)
        return self.judge(sentence, codes, p.returncode, told)

    def judge(self, sentence, codes, code, told):
        with open(self.project.path("printed"), "rb") as f:
            output = f.read()
        os.unlink(self.project.path("printed"))
        text = output.decode("utf-8", "replace")
        self.checks.that(codes is None or code in codes, "%s: exit code %s" % (sentence, codes), "%s\n%s" % (code, text[-1500:]))
        found = self.search(without_credentials(output), ("key-id",))
        self.checks.that(not found, "%s: nothing is printed" % sentence, "%s in\n%s" % (found, text))
        self.checks.that(not self.search(told), "%s: /proc tells nothing" % sentence, self.search(told))
        found = self.search.tree(self.project.directory)
        self.checks.that(not found, "%s: no file holds a secret" % sentence, found)
        return text

    def look(self, pid):
        """Command lines and names of the process and its children; the environment is the user's own."""
        data = b""
        try:
            with open("/proc/%d/task/%d/children" % (pid, pid), encoding="ascii") as f:
                children = f.read().split()
        except OSError:
            children = []
        for process in [str(pid)] + children:
            for name in ("cmdline", "comm"):
                try:
                    with open("/proc/%s/%s" % (process, name), "rb") as f:
                        data += f.read()
                except OSError:
                    continue
                self.looked += 1
        return data


# ---- servers ----


class Storage:
    """Takes everything as S3 would, without a look at who sends it."""

    def __init__(self):
        self.server = HttpServer(self.store)
        self.objects = {}

    def store(self, answering, request):
        key = request.path.split("?")[0]
        if request.method == "PUT":
            self.objects[key] = request.body
            return status(200, {"ETag": '"%s"' % hashlib.md5(request.body).hexdigest()})(answering, request)
        return status(200 if key in self.objects else 404)(answering, request)

    def destination(self, project):
        return {"kind": "s3", "endpoint": self.server.url("", host="127.0.0.1"), "insecure": True, "bucket": "fake",
                "access_key_id": project.reference("key-id"), "secret_access_key": project.reference("fake-s3"),
                "session_token": project.reference("token")}


def echo(code, shape, headers=None):
    """Answers with what was asked, secrets first, as pages for programmers do."""
    def behaviour(answering, request):
        got = sorted(request.headers, key=lambda h: h[0] not in ("X-Token", "x-amz-security-token"))
        line = ", ".join("%s: %s" % h for h in got)
        body = {"line": line, "lines": line.replace(", ", "\n"), "json": json.dumps({"headers": dict(got)}),
                "body": request.body.decode("latin-1"), "target": request.path,
                "token": request.header("x-amz-security-token") or request.header("X-Token") or "",
                "page": "<html><body><pre>%s</pre></body></html>" % line,
                "message": "<Error><Code>X</Code><Message>%s</Message></Error>" % line.replace("<", "&lt;"),
                "code": "<Error><Code>%s</Code></Error>" % line,
                "element": "<Error><Code>InvalidToken</Code><Message>The token is not valid.</Message><Token-0>%s</Token-0>"
                           "</Error>" % request.header("x-amz-security-token"),
                "region": "<Error><Code>PermanentRedirect</Code><Region>%s</Region></Error>"
                          % request.header("x-amz-security-token")}[shape]
        more = {n: v % (request.header("x-amz-security-token") or request.header("X-Token")) for n, v in (headers or {}).items()}
        return status(code, more, body.encode("latin-1"))(answering, request)
    return behaviour


# ---- ways that are right ----


def check_link(checks, search, text, account):
    for link in re.findall(r"https?://[^\s\"]+", text):
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(link).query))
        checks.equal(set(query), LINK_QUERY, "a link has what it needs and no more")
        checks.that(query["X-Amz-Credential"].startswith(account + "/"), "the account's name is in it")
        checks.equal(search(link.encode()), [], "and no secret")


def right_ways(checks, search, store, all_secrets, hook, ca):
    for how in ("env", "file", "credential"):
        bucket = store.bucket("secrets")
        project = Project("right-" + how, all_secrets, how)
        project.set_up(bucket.destination(endpoint=store.tls_endpoint, tls_ca=store.ca, insecure=False),
                       hook, ca, secret_access_key=project.reference("s3"))
        watched = Watched(checks, search, project)
        for command in (("check",), ("check", "--json"), ("plan",), ("plan", "--json")):
            watched.run("%s by %s" % (" ".join(command), how), (0,), *command)
        watched.run("run by " + how, (0,), "run", "job", "--period", PERIOD)
        checks.equal((len(bucket.keys()), len(hook.requests)), (3, 1), "control: all was delivered by " + how)
        for command in (("status",), ("status", "--json"), ("status", "--failed"), ("deliver",), ("deliver", "--json")):
            watched.run("%s by %s" % (" ".join(command), how), (0,), *command)
        for command in (("link", "1"), ("link", "--tenant", "9", "--json")):
            text = watched.run("%s by %s" % (" ".join(command), how), (0,), *command)
            checks.equal(len(re.findall("https://", text)), 3, "control: links are printed")
            check_link(checks, search, text, store.access_key_id)
        requests, _ = hook.forget()
        check_notices(checks, search, requests, all_secrets)
        body = json.loads(requests[0].body)
        check_link(checks, search, " ".join(a["link"] for a in body["artifacts"]), store.access_key_id)
        for key in bucket.keys():
            head = bucket.client.head_object(Bucket=bucket.name, Key=key)
            checks.equal(search(bucket.get(key) + repr(head).encode()), [], "%s: no secret in it or its metadata" % key)


def check_notices(checks, search, requests, all_secrets):
    for request in requests:
        checks.equal(search.notice(request), [], "a notice holds each secret in its own place alone")
        for name, secret in HEADERS.items():
            checks.equal(request.header(name), all_secrets[secret], "control: %s was sent" % name)


# ---- ways that are wrong ----


class Wrong:
    """A project whose servers and settings can be spoilt one by one."""

    def __init__(self, watched, storage, hook):
        self.watched, self.project, self.storage, self.hook = watched, watched.project, storage, hook

    def attempt(self, sentence, destination, code=(1,), behaviours=(), **settings):
        """Sends with other settings, or to a server that behaves so; all that is told is judged. How often that
        server was asked by deliver."""
        project, search, checks = self.project, self.watched.search, self.watched.checks
        kept = project.destinations[destination]
        project.change(destination, **settings)
        project.back_to("unnoticed" if destination == "hook" else "unsent")
        self.hook.forget()
        self.storage.server.forget()
        server = self.hook if destination == "hook" else self.storage.server
        if behaviours:
            server.behave(*behaviours)
        self.watched.run(sentence, code, "deliver")
        asked = len(server.requests)
        for command in (("check",), ("link", "1"), ("status", "--failed", "--json")):
            self.watched.run("%s, %s" % (sentence, command[0]), None, *command)
        judged = [(r, search.notice(r)) for r in self.hook.requests]
        judged += [(r, search.object(r)) for r in self.storage.server.requests]
        for request, found in judged:
            checks.that(set(found) <= {"wrong"} and not request.header("X-Evil"),
                        "%s: servers are told what they may know alone" % sentence, (found, request.headers))
        self.hook.behave(status(204))
        self.storage.server.behave(self.storage.store)
        project.destinations[destination] = kept
        project.write_configuration()
        return asked

    def reference(self, value, how="file", mode=0o600):
        return self.project.reference("wrong", value, mode, how)


def echoes(wrong):
    """Servers that answer with what they got."""
    def attempt(sentence, destination, *behaviours):
        wrong.watched.checks.that(wrong.attempt(sentence, destination, (1,), behaviours), "control: %s: it was asked" % sentence)

    for code, shape in ((403, "message"), (403, "element"), (400, "element"), (500, "message"), (400, "code"), (301, "region"),
                        (403, "token"), (403, "page"), (200, "message"), (200, "line"), (412, "message"), (503, "target")):
        attempt("S3 sends back %d with a %s" % (code, shape), "s3", echo(code, shape))
    for code, headers in ((301, {"x-amz-bucket-region": "%s"}), (307, {"Location": "https://x/?t=%s"}),
                          (503, {"Retry-After": "%s"}), (500, {"X-Error": "%s"})):
        attempt("S3 sends back %d with the token in %s" % (code, list(headers)[0]), "s3", echo(code, "page", headers))
    for code in (400, 401, 410, 429, 500):
        for shape in ("line", "lines", "json", "body", "token", "target", "page"):
            attempt("a receiver sends back %d with %s" % (code, shape), "hook", echo(code, shape))
    for code in (301, 302, 307, 308):
        target = "https://user:%s@localhost/" % wrong.project.secrets["header"]
        attempt("a redirect with %d" % code, "hook", redirect(target, code))
        attempt("a redirect with %d and more" % code, "hook", echo(code, "line", {"Location": "https://localhost/?token=%s"}))


def broken_lines(wrong):
    token = "?token=" + wrong.project.secrets["url"]
    plain = HttpServer(status(204))
    other_ca, other = http_server.make_certificate(wrong.project.path(), "DNS:elsewhere", name="elsewhere")
    wrong_name = HttpServer(status(204), tls=other)
    asked = [wrong.attempt(sentence, "hook", **settings) for sentence, settings in (
        ("an unknown authority", {"tls_ca": other_ca}),
        ("a certificate of another name", {"tls_ca": other_ca, "url": wrong_name.url("/" + token, host="localhost")}),
        ("no authority's file", {"tls_ca": "no-such-file.pem"}),
        ("TLS with a server that has none", {"url": "https://127.0.0.1:%d/%s" % (plain.port, token)}),
        ("nobody listens", {"url": "https://127.0.0.1:1/" + token}),
        ("an unknown host", {"url": "https://no-such-host.invalid/" + token}),
        ("a private address", {"allow_private": None}))]
    for url in ("https://user:%s@localhost/", "https://localhost/?token=%s#x", "https://localhost/?token=%s a", "%s://x/",
                "http://localhost/%s", "https://localhost:%s/", "https://[%s]/", "//%s"):
        asked.append(wrong.attempt("the URL %s" % url, "hook", (3,), url=url % wrong.project.secrets["url"]))
    asked.append(wrong.attempt("nobody listens for S3", "s3", endpoint="http://127.0.0.1:1"))
    wrong.attempt("TLS with an S3 that has none", "s3", endpoint=wrong.storage.server.url("").replace("http:", "https:"))
    wrong.watched.checks.equal(set(asked), {0}, "none of them gets a notice")
    for what, behaviour in (("reset", http_server.reset()), ("a cut answer", http_server.cut_with_length(500)),
                            ("cut headers", http_server.cut_headers()), ("no HTTP", http_server.raw("220 hello\r\n"))):
        for destination in ("s3", "hook"):
            wrong.attempt("%s at %s" % (what, destination), destination, (1,), [behaviour])


def wrong_contents(wrong):
    """Secrets that can't be used: they must neither be told nor sent."""
    def refused(sentence, destination, **settings):
        wrong.watched.checks.equal(wrong.attempt(sentence, destination, **settings), 0, "%s: nothing is sent" % sentence)

    value = wrong.project.secrets["wrong"]
    evil = value + "\r\nX-Evil: " + value
    for what, text in (("a line too many", value + "\n\n"), ("a control character", value + "\x1b[2J"), ("another header", evil),
                       ("too long", value * 200)):
        for how in ("file", "credential", "env"):
            one = wrong.reference(text, how)
            refused("%s in a header by %s" % (what, how), "hook", headers={"X-Token": one})
            wrong.attempt("%s in a signing secret by %s" % (what, how), "hook", None, secret=one)
        for key in ("access_key_id", "secret_access_key", "session_token"):
            wrong.attempt("%s in %s" % (what, key), "s3", None, **{key: wrong.reference(text)})
    wrong.attempt("no ASCII in a header", "hook", None, headers={"X-Token": wrong.reference(value + "\xe9\u2028")})
    for what, text in (("no base64", "whsec_" + value + "?"), ("nothing behind whsec_", "whsec_"),
                       ("a NUL", value + "\0" + value)):
        refused("%s in a signing secret" % what, "hook", secret=[wrong.reference(text)])
    refused("a file that others can read", "hook", secret=wrong.reference(value, mode=0o644))
    refused("a file that others can write", "s3", secret_access_key=wrong.reference(value, mode=0o622))
    refused("a credential that others can write", "hook", secret=wrong.reference(value, "credential", 0o622))
    refused("a directory", "hook", secret={"file": "secrets"})
    refused("a file that is not there", "hook", secret={"file": "secrets/none"})


def wrong_places(watched, project):
    """What a user who knows no better would write: it must not be repeated on the terminal."""
    def check(sentence, destination, **settings):
        kept = project.destinations[destination]
        project.change(destination, **settings)
        watched.run(sentence, (3,), "check", "--offline")
        project.destinations[destination] = kept

    value = project.secrets["wrong"]
    wrongs = (value, [value], [[value]], {"env": "$" + value}, {"env": value + " x"}, {"plain": value}, {value: "x"},
              {"credential": "../" + value}, {"env": "A", "file": value}, {"env": [value]}, {"env": {"file": value}})
    for number, wrong in enumerate(wrongs):
        for destination, key in (("s3", "secret_access_key"), ("s3", "session_token"), ("hook", "secret")):
            check("%s in the wrong place (%d)" % (key, number), destination, **{key: wrong})
    for headers in ({"X-A": [value]}, {"X-A": {"plain": value}}, {"X-A": value + "\n"}, [value], value, {"X-A": {value: "x"}}):
        check("headers: %s" % str(headers).replace(value, "..."), "hook", headers=headers)
    for text in ("secret: \"%s", "secret: {env: %s", "secret: |%s\n  x", "secret: &a %s\n  *a", "\tsecret: %s"):
        project.write_configuration()
        project.write("pressrun.yaml", project.read("pressrun.yaml") + "    " + text % value)
        watched.run("a file that is no YAML: %s" % text, (3,), "check", "--offline")
    project.write_configuration()


def aborted(wrong):
    """What is left of a process that ends in the middle of a delivery."""
    project, server = wrong.project, wrong.storage.server
    server.behave(http_server.silence())
    server.forget()
    project.back_to("unsent")
    with open(project.path("printed"), "wb") as out:
        p = subprocess.Popen([faults.FAST, "--log-level", "debug", "deliver"], cwd=project.directory, env=project.environment,
                             stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
        wait_for(lambda: server.requests, "it sends", p)
        p.send_signal(signal.SIGABRT)
        told = wrong.watched.look(p.pid)
        p.wait()
    wrong.watched.judge("aborted", (-6,), p.returncode, told)


def controls(checks, search, all_secrets, project):
    """Planted, it is found: in each form, in each place."""
    for name, all_forms in search.forms.items():
        checks.that(all(name in search(b"x" + form + b"y") for form in all_forms), "control: all forms of %s are noticed" % name)
        checks.equal(search(all_secrets[name].encode(), (name,)), [], "control: %s where it belongs is not" % name)
    os.mkdir(project.path("planted"))
    for name in ("log", all_secrets["token"]):
        with open(project.path("planted", name), "wb") as f:
            f.write(b"\0" * 5000 + (base64.b64encode(all_secrets["header"].encode()) if name == "log" else b""))
    checks.equal(sorted(s for _, s in search.tree(project.directory)), [["header"], ["token"]],
                 "control: planted secrets are found")
    for name in os.listdir(project.path("planted")):
        os.unlink(project.path("planted", name))

    class Planted:
        path, body, headers = "/", b"", [("X-Token", all_secrets["header"]), ("Authorization", all_secrets["key-id"])]
    checks.equal(search.notice(Planted), ["key-id"], "control: in a notice each header has its own")
    checks.equal(search.object(Planted), ["header"], "control: in an S3 request as well")
    Planted.headers = []
    Planted.body = ("x?X-Amz-Credential=%s&y=%s" % (all_secrets["key-id"], all_secrets["s3"])).encode()
    checks.equal(search.notice(Planted), ["s3"], "control: in a link only the account's name is allowed")


def main():
    checks, store = Checks(), s3.Store()
    all_secrets = make_secrets(store)
    os.environ.pop("S3_SECRET")
    scenario.own_schema(SCHEMA, all_secrets["db"], "tenant_id = 9")
    search = Search(all_secrets)
    ca, certificate = http_server.make_certificate(scenario.DIRECTORY, "DNS:localhost", "IP:127.0.0.1")
    hook, storage = HttpServer(status(204), tls=certificate), Storage()
    right_ways(checks, search, store, all_secrets, hook, ca)
    project = Project("wrong", all_secrets)
    controls(checks, search, all_secrets, project)
    project.set_up(storage.destination(project), hook, ca)
    watched = Watched(checks, search, project)
    storage.server.behave(status(503))
    watched.run("a server that takes nothing", (1,), "run", "job", "--period", PERIOD)
    project.keep("unsent")
    project.configure(s3=store.bucket("wrong").destination(secret_access_key=project.reference("wrong")))
    project.due_now()
    watched.run("a wrong secret at a real server", (1,), "deliver")
    project.configure(s3=storage.destination(project))
    project.back_to("unsent")
    storage.server.behave(storage.store)
    hook.behave(status(503))
    watched.run("a server that takes everything", (1,), "deliver")
    project.keep("unnoticed")
    text = watched.run("links with a token", (0,), "link", "1")
    checks.equal(text.count("X-Amz-Security-Token"), 3, "control: these hold the token, as servers want it")
    hook.behave(status(204))
    wrong = Wrong(watched, storage, hook)
    echoes(wrong)
    broken_lines(wrong)
    wrong_contents(wrong)
    wrong_places(watched, project)
    aborted(wrong)
    print("%d bytes and %d looks into /proc searched for %d secrets" % (search.bytes, watched.looked, len(all_secrets)))
    checks.finish()


main()
