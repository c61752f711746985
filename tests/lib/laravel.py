"""The application of tests/laravel in scenarios: a copy of it with a database of its own, started with
PHP's own server or with nginx and php-fpm; requests signed by other means than pressrun's; and a browser."""

import atexit
import base64
import hashlib
import hmac
import http.cookiejar
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import scenario
from faults import wait_until

SOURCE = os.path.join(scenario.ROOT, "tests", "laravel")
PROGRAMS = ("php", "nginx", "php-fpm8.2")
# The application's settings are in its .env; what is in our environment would come first.
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
EXTENSIONS = ("curl", "dom", "mbstring", "pdo_mysql", "pdo_sqlite")


def why_not():
    """What is missing to run it, or an empty text."""
    missing = [p for p in PROGRAMS if not shutil.which(p, path=ENVIRONMENT["PATH"])]
    missing += [f for f in ("/usr/share/php/Illuminate/autoload.php", "/usr/share/php/GuzzleHttp/autoload.php")
                if not os.path.exists(f)]
    if "php" not in missing:
        loaded = subprocess.run(["php", "-m"], stdout=subprocess.PIPE, text=True, check=True).stdout.lower().split()
        missing += ["PHP's extension " + e for e in EXTENSIONS if e not in loaded]
    return ", ".join(missing)


class Application:
    """`mysql` makes it keep its tables in that schema, as root of the scenarios' database server;
    otherwise they are in an SQLite file. `settings` are lines of its .env."""

    def __init__(self, name, mysql=None, **settings):
        self.directory = os.path.join(scenario.DIRECTORY, name)
        self.root = os.path.join(self.directory, "app")
        self.port, self.processes = None, []
        shutil.copytree(SOURCE, self.root)
        for part in ("bootstrap/cache", "storage/app", "storage/logs", "storage/framework/cache",
                     "storage/framework/sessions", "storage/framework/views"):
            os.makedirs(os.path.join(self.root, part))
        open(os.path.join(self.root, "database", "database.sqlite"), "wb").close()
        key = base64.b64encode(os.urandom(32)).decode()
        self.settings = {"APP_KEY": "base64:" + key}
        if mysql:
            scenario.sql("DROP DATABASE IF EXISTS %s; CREATE DATABASE %s CHARACTER SET utf8mb4" % (mysql, mysql))
            atexit.register(scenario.sql, "DROP DATABASE IF EXISTS %s" % mysql)
            self.settings.update(DB_CONNECTION="mysql", DB_SOCKET=scenario.SOCKET, DB_DATABASE=mysql)
        self.set(**settings)
        self.artisan("migrate", "--force")
        atexit.register(self.stop)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that atexit has its turn

    def set(self, **settings):
        """Changes its .env. It reads it anew with each request."""
        self.settings.update(settings)
        text = "".join('%s="%s"\n' % item for item in self.settings.items())
        with open(os.path.join(self.root, ".env.new"), "w", encoding="utf-8") as f:
            f.write(text)
        os.replace(os.path.join(self.root, ".env.new"), os.path.join(self.root, ".env"))

    def artisan(self, *arguments):
        done = subprocess.run(["php", "artisan", *arguments], cwd=self.root, env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError("artisan %s: %s" % (" ".join(arguments), done.stdout))
        return done.stdout

    def log(self):
        """What Laravel has logged."""
        try:
            with open(os.path.join(self.root, "storage", "logs", "laravel.log"), encoding="utf-8") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    def table(self, statement):
        """Rows of a SELECT, as dictionaries; by its own connection, whatever database that is."""
        code = ('require "autoload.php"; $app = require "bootstrap/app.php"; '
                "$app->make(Illuminate\\Contracts\\Console\\Kernel::class)->bootstrap(); "
                "echo json_encode(Illuminate\\Support\\Facades\\DB::select($argv[1]));")
        done = subprocess.run(["php", "-r", code, statement], cwd=self.root, env=ENVIRONMENT,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True)
        return json.loads(done.stdout)

    # ---- servers ----

    def url(self, path="/"):
        return "http://127.0.0.1:%d%s" % (self.port, path)

    def start(self, server):
        """`server`: "php", PHP's own; or "nginx", with php-fpm behind it."""
        self.port = free_port()
        getattr(self, "start_" + server)()
        wait_until(self.answers, "%s answers" % server, 60)

    def answers(self):
        for process in self.processes:
            if process.poll() is not None:
                raise RuntimeError("%s ended at once: %s" % (process.args[0], self.output()))
        return Browser(self).get("/login")[0] == 200

    def start_php(self):
        self.spawn(["php", "-S", "127.0.0.1:%d" % self.port, "-t", "public", "public/index.php"],
                   PHP_CLI_SERVER_WORKERS="4")

    def start_nginx(self):
        root = os.geteuid() == 0
        self.configure("php-fpm.conf", "user = root\ngroup = root" if root else "")
        self.configure("nginx.conf", "user root;" if root else "")
        self.spawn(["/usr/sbin/php-fpm8.2", "-F", "-y", self.path("php-fpm.conf")] + (["-R"] if root else []))
        wait_until(lambda: os.path.exists(self.path("php-fpm.sock")), "php-fpm listens", 30)
        self.spawn(["/usr/sbin/nginx", "-e", self.path("nginx.log"), "-p", self.directory, "-c", self.path("nginx.conf")])

    def path(self, name):
        return os.path.join(self.directory, name)

    def configure(self, name, user):
        with open(os.path.join(SOURCE, name), encoding="utf-8") as f:
            text = f.read()
        for word, value in (("@DIR@", self.directory), ("@PORT@", str(self.port)), ("@USER@", user)):
            text = text.replace(word, value)
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(text)

    def spawn(self, command, **variables):
        """In a process group of its own: PHP's server leaves its workers behind when only it is ended."""
        with open(self.path("servers.out"), "ab") as out:
            self.processes.append(subprocess.Popen(
                command, cwd=self.root, env=dict(ENVIRONMENT, **variables), stdin=subprocess.DEVNULL, stdout=out,
                stderr=out, preexec_fn=os.setpgrp))

    def output(self):
        with open(self.path("servers.out"), encoding="utf-8", errors="replace") as f:
            return f.read()[-2000:]

    def stop(self):
        """Ends the servers; they can be started again."""
        for process in reversed(self.processes):
            for number in (signal.SIGTERM, signal.SIGKILL):
                try:
                    os.killpg(process.pid, number)
                    process.wait(10)
                except ProcessLookupError:
                    break
                except subprocess.TimeoutExpired:
                    pass
        self.processes = []


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


# ---- requests ----


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Browser:
    """Keeps cookies, follows no redirect. Its answers are (status, headers, body)."""

    def __init__(self, application):
        self.application = application
        self.opener = urllib.request.build_opener(
            NoRedirect, urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def request(self, method, path, body=None, headers=None):
        request = urllib.request.Request(self.application.url(path), body, dict(headers or {}), method=method)
        try:
            with self.opener.open(request, timeout=60) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as e:
            with e:
                return e.code, e.headers, e.read()
        except urllib.error.URLError as e:
            return 0, {}, str(e).encode()

    def get(self, path, **headers):
        return self.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def sign_in(self, email, password):
        """As a person would: with the form and its token. True when that led to the reports."""
        page = self.get("/login")[2].decode()
        token = re.search('name="_token" value="([^"]+)"', page).group(1)
        form = urllib.parse.urlencode({"_token": token, "email": email, "password": password}).encode()
        status, headers, _ = self.request("POST", "/login", form)
        return status == 302 and headers["Location"].endswith("/reports")


# ---- signatures, by python's own means ----


def spatie(body, secret):
    """Headers as spatie/laravel-webhook-server makes them."""
    return {"Content-Type": "application/json",
            "Signature": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def standard(body, *secrets, ident="pr_" + "0" * 32, timestamp=None):
    """Headers of Standard Webhooks 1.0."""
    timestamp = str(int(time.time()) if timestamp is None else timestamp)
    text = ("%s.%s." % (ident, timestamp)).encode() + body

    def sign(secret):
        key = base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()
        return "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    return {"Content-Type": "application/json", "webhook-id": ident, "webhook-timestamp": timestamp,
            "webhook-signature": " ".join(map(sign, secrets))}
