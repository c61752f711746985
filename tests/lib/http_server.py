"""A web server for scenarios that records what it gets, and answers well or as badly as told.

    server = HttpServer(status(503, {"Retry-After": "7"}), status(204))
    ... server.url("/hook") ... server.requests[0].body

Each request is answered by the next behaviour; the last one stays. A behaviour is a function of the
connection and the request; the functions here that make them end with the connection, when the client
has left, or when the server is closed."""

import os
import socket
import ssl
import subprocess
import threading
import time

from http_fault_proxy import Gone, Head, Peer


class Request:
    """`headers` are as they came, in order; header() finds one by its name in any case."""

    def __init__(self, head, body):
        self.time = time.time()
        self.method, self.path = head.first.split(" ")[:2]
        self.body = body
        self.headers = [tuple(part.strip() for part in line.split(":", 1))
                        for line in head.raw.decode("latin-1").split("\r\n")[1:] if line]

    def header(self, name):
        values = self.all(name)
        return values[0] if values else None

    def all(self, name):
        return [v for n, v in self.headers if n.lower() == name.lower()]

    def __repr__(self):
        return "%s %s, %d bytes" % (self.method, self.path, len(self.body))


class HttpServer:
    """Listens on a free port of `host`. `tls` is a file with a key and its certificate (make_certificate).
    Behaviours are taken in the order in which requests came whole."""

    def __init__(self, *behaviours, host="127.0.0.1", tls=None):
        self.requests, self.connections = [], 0
        self.lock = threading.Lock()
        self.closed = threading.Event()
        self.behaviours = list(behaviours) or [status(204)]
        self.context = None
        if tls:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(tls)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.listener = socket.create_server((host, 0), family=family, backlog=128)
        self.host, self.port = host, self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def url(self, path="/", host=None):
        host = host or (self.host if ":" not in self.host else "[%s]" % self.host)
        return "%s://%s:%d%s" % ("https" if self.context else "http", host, self.port, path)

    def behave(self, *behaviours):
        """From now on."""
        with self.lock:
            self.behaviours = list(behaviours)

    def forget(self):
        """(requests, connections) until now, and begins to count anew."""
        with self.lock:
            seen = self.requests, self.connections
            self.requests, self.connections = [], 0
            return seen

    def close(self):
        self.closed.set()
        self.listener.shutdown(socket.SHUT_RDWR)  # or it would listen until accept() returns
        self.listener.close()

    def accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections += 1
            threading.Thread(target=self.serve, args=(sock,), daemon=True).start()

    def serve(self, sock):
        peer = None
        try:
            if self.context:
                sock = self.context.wrap_socket(sock, server_side=True)
            peer = Peer(sock)
            while self.serve_one(peer):
                pass
        except (OSError, Gone, ValueError):
            pass
        finally:
            if peer:
                peer.close()
            else:
                sock.close()

    def serve_one(self, peer):
        raw = peer.until(b"\r\n\r\n")
        if not raw:
            return False
        head = Head(raw)
        if head.headers.get("expect", "").lower() == "100-continue":
            peer.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        request = Request(head, b"".join(head.request_body(peer)))
        with self.lock:
            self.requests.append(request)
            behaviour = self.behaviours[0]
            if len(self.behaviours) > 1:
                self.behaviours.pop(0)
        return behaviour(Answering(self, peer), request) is not False

    def wait_for(self, count, seconds=30):
        """Waits until so many requests have come; their list."""
        end = time.monotonic() + seconds
        while len(self.requests) < count:
            if time.monotonic() > end:
                raise TimeoutError("only %d of %d requests came" % (len(self.requests), count))
            time.sleep(0.01)
        return list(self.requests)


class Answering:
    """What a behaviour works with."""

    def __init__(self, server, peer):
        self.server, self.peer = server, peer

    def send(self, *parts):
        for part in parts:
            self.peer.send(part if isinstance(part, bytes) else part.encode("latin-1"))

    def go_on(self, seconds=0):
        """Pauses; false when the client has left or the server is closed."""
        return not self.peer.has_left(seconds) and not self.server.closed.is_set()


# ---- behaviours ----


def status(code, headers=None, body=b""):
    """A whole answer, after which the connection can be used again."""
    def behaviour(answering, request):
        lines = "".join("%s: %s\r\n" % h for h in dict(headers or {}).items())
        if code not in (204, 304):
            lines += "Content-Length: %d\r\n" % len(body)
        answering.send("HTTP/1.1 %d Told\r\n%s\r\n" % (code, lines), b"" if request.method == "HEAD" else body)
    return behaviour


def redirect(target, code=302):
    return status(code, {"Location": target})


def informational(count, then):
    """So many 100 Continue first."""
    def behaviour(answering, request):
        answering.send("HTTP/1.1 100 Continue\r\n\r\n" * count)
        return then(answering, request)
    return behaviour


def silence():
    """Takes the request and says nothing."""
    def behaviour(answering, _request):
        while answering.go_on(0.1):
            pass
        return False
    return behaviour


def slow_headers(pause=0.1):
    """A status line at once, then one header after the other, without an end."""
    def behaviour(answering, _request):
        answering.send("HTTP/1.1 200 OK\r\n")
        number = 0
        while answering.go_on(pause):
            answering.send("X-%d: y\r\n" % number)
            number += 1
        return False
    return behaviour


def slow_body(pause=0.1, code=200):
    """All headers at once, then a byte at a time."""
    def behaviour(answering, _request):
        answering.send("HTTP/1.1 %d Told\r\nContent-Length: 1000000\r\n\r\n" % code)
        while answering.go_on(pause):
            answering.send("z")
        return False
    return behaviour


def endless_body(code=200):
    """As fast as it goes, without a length and without an end."""
    def behaviour(answering, _request):
        answering.send("HTTP/1.1 %d Told\r\nConnection: close\r\n\r\n" % code)
        block = b"z" * 1000000
        while answering.go_on():
            answering.send(block)
        return False
    return behaviour


def header_flood():
    """Headers of a kilobyte each, as fast as it goes, without an end."""
    def behaviour(answering, _request):
        answering.send("HTTP/1.1 200 OK\r\n")
        number = 0
        while answering.go_on():
            answering.send("".join("X-%d-%d: %s\r\n" % (number, i, "y" * 1000) for i in range(100)))
            number += 1
        return False
    return behaviour


def reset():
    """RST instead of an answer."""
    def behaviour(answering, _request):
        answering.peer.reset()
        return False
    return behaviour


def raw(*parts):
    """Sends these bytes and closes: answers that are cut, or none at all."""
    def behaviour(answering, _request):
        answering.send(*parts)
        return False
    return behaviour


def cut_with_length(code=200):
    return raw("HTTP/1.1 %d Told\r\nContent-Length: 1000\r\n\r\nabc" % code)


def cut_chunk(code=200):
    return raw("HTTP/1.1 %d Told\r\nTransfer-Encoding: chunked\r\n\r\n20\r\nhello" % code)


def cut_headers(code=200):
    return raw("HTTP/1.1 %d Told\r\nContent-Length: 0\r\nX-Half: y" % code)


def no_length(code=200):
    """Whole only because the connection ends: that can't be told from a cut answer."""
    return raw("HTTP/1.1 %d Told\r\nConnection: close\r\n\r\nhello" % code)


# ---- certificates ----


def make_certificate(directory, *names, name="server"):
    """(file of the authority, file for HttpServer's tls): an authority of its own, and a certificate for
    these names, "DNS:localhost" or "IP:127.0.0.1"."""
    os.makedirs(directory, exist_ok=True)
    path = {end: os.path.join(directory, "%s.%s" % (name, end)) for end in ("ca", "ca-key", "key", "csr", "pem", "ext")}
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    openssl("req", "-x509", *key, "-days", "2", "-subj", "/CN=%s authority" % name, "-keyout", path["ca-key"], "-out", path["ca"])
    openssl("req", *key, "-subj", "/CN=%s" % name, "-keyout", path["key"], "-out", path["csr"])
    with open(path["ext"], "w", encoding="ascii") as f:
        f.write("subjectAltName=%s\n" % ",".join(names))
    openssl("x509", "-req", "-in", path["csr"], "-CA", path["ca"], "-CAkey", path["ca-key"], "-CAcreateserial", "-days", "2",
            "-extfile", path["ext"], "-out", path["pem"])
    with open(path["pem"], "ab") as whole, open(path["key"], "rb") as private:
        whole.write(private.read())
    return path["ca"], path["pem"]
