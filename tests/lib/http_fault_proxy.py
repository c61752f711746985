#!/usr/bin/python3
"""A proxy before an HTTP server on loopback that breaks chosen requests.

    http_fault_proxy.py UPSTREAM_PORT [PORT]     prints its port; or FaultProxy in a scenario

What is not meant by a rule passes unchanged byte for byte, Host too, so that signatures stay valid.

A rule is a dictionary, the same from python (FaultProxy.rules) and as JSON (PUT /__rules__, a list):
    do      what happens, see below           method  only to this method
    path    only to targets in which this regular expression is found
    header  only to requests that have this header (its name in lower case)
    skip    so many of these pass first       times   then so many are met (1); None: all
The first rule that fits a request is used. What `do` can be:
    status          answers `code` with `headers` and `body`, and the server never sees it.
                    early: true answers before the request's body is read, and closes;
                    close: true closes behind the answer
    close           closes without an answer
    stall           never answers; of the request's body, only the first `after` bytes are read (all)
    delay           passes after `seconds`
    throttle        passes with `rate` bytes a second
    hold_request    passes when FaultProxy.release() is called
    reset_request   RST when more than `after` bytes of the request's body have passed
    corrupt_request one bit is flipped in the first bytes of the request's body
    hold_reply      the server has answered, but that passes when FaultProxy.release() is called
    lost_reply      the server has answered, but the client gets a RST
    replace_reply   the server has answered, but the client gets `code`, `headers` and `body`;
                    close: true closes behind them
    corrupt_reply   one bit is flipped in the reply's body
    truncate_reply  closes after `after` bytes of the reply's body; reset: true with a RST

All requests are in FaultProxy.log (GET /__log__): number, time, method, target, headers (names in lower
case), did (the action or "pass"), received and sha256 (of the request's body, as far as it came), status
(the one the client was sent, 0 before) and answered (the time just before that), held (true while and after
it was), done (true when all has happened that will)."""

import hashlib
import json
import re
import select
import socket
import struct
import sys
import threading
import time

S3_ERROR = '<?xml version="1.0" encoding="UTF-8"?><Error><Code>%s</Code><Message>injected</Message></Error>'
PIECE = 65536


def s3_error(status, code, **more):
    """A rule that answers as S3 does."""
    return dict({"do": "status", "code": status, "headers": {"Content-Type": "application/xml"},
                 "body": S3_ERROR % code}, **more)


class Gone(Exception):
    """The other side has closed in the middle."""


class Peer:
    """One side of a connection, read as HTTP."""

    def __init__(self, sock):
        self.socket, self.buffer = sock, b""
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data):
        self.socket.sendall(data)

    def until(self, mark):
        """Bytes up to and with a mark; nothing when the other side closed before it began."""
        while mark not in self.buffer:
            data = self.socket.recv(PIECE)
            if not data:
                if self.buffer:
                    raise Gone()
                return b""
            self.buffer += data
        found, _, self.buffer = self.buffer.partition(mark)
        return found + mark

    def some(self, most):
        if not self.buffer:
            self.buffer = self.socket.recv(PIECE)
            if not self.buffer:
                raise Gone()
        data, self.buffer = self.buffer[:most], self.buffer[most:]
        return data

    def exactly(self, size):
        while size:
            data = self.some(min(size, PIECE))
            size -= len(data)
            yield data

    def chunks(self):
        """A chunked body, framing included."""
        while True:
            line = self.until(b"\n")
            yield line
            size = int(line.split(b";")[0], 16)
            if size == 0:
                break
            yield from self.exactly(size + 2)
        while line != b"\r\n":
            line = self.until(b"\n")
            yield line

    def rest(self):
        try:
            while True:
                yield self.some(PIECE)
        except Gone:
            return

    def has_left(self, seconds):
        """True when the other side has closed, also with bytes still unread."""
        poll = select.poll()
        poll.register(self.socket, select.POLLRDHUP)
        return bool(poll.poll(seconds * 1000))

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def close(self):
        try:
            self.socket.close()
        except OSError:
            pass


class Head:
    """The first line and the headers of a message."""

    def __init__(self, raw):
        self.raw = raw
        self.first, *lines = raw.decode("latin-1").split("\r\n")
        self.headers = {}
        for line in lines:
            name, colon, value = line.partition(":")
            if colon:
                self.headers[name.lower()] = value.strip()

    def is_chunked(self):
        return self.headers.get("transfer-encoding", "").lower() == "chunked"

    def request_body(self, peer):
        if self.is_chunked():
            return peer.chunks()
        return peer.exactly(int(self.headers.get("content-length", 0)))

    def reply_body(self, peer, method):
        if method == "HEAD" or self.status() in (204, 304):
            return iter(())
        if self.is_chunked():
            return peer.chunks()
        if "content-length" in self.headers:
            return peer.exactly(int(self.headers["content-length"]))
        return peer.rest()

    def status(self):
        return int(self.first.split(" ")[1])


class FaultProxy:
    """Listens on loopback until the process ends or close(); `upstream` is a port there, too."""

    def __init__(self, upstream, port=0):
        self.upstream = upstream
        self.log = []
        self.lock = threading.Lock()
        self.active, self.gate = [], threading.Event()
        self.closed = False
        self.listener = socket.create_server(("127.0.0.1", port), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.endpoint = "http://127.0.0.1:%d" % self.port
        threading.Thread(target=self.accept, daemon=True).start()

    def rules(self, *rules):
        """Replaces all rules; without any, everything passes."""
        with self.lock:
            self.active = [dict(rule) for rule in rules]
            self.gate.set()
            self.gate = threading.Event()

    def release(self):
        """Lets pass what is held now and from now on, until rules() is called."""
        self.gate.set()

    def seen(self, method=None, path=""):
        """The requests that came, in order."""
        with self.lock:
            return [e for e in self.log if method in (None, e["method"]) and re.search(path, e["target"])]

    def forget(self):
        with self.lock:
            self.log = []

    def close(self):
        self.closed = True
        self.gate.set()
        self.listener.shutdown(socket.SHUT_RDWR)  # or it would listen until accept() returns
        self.listener.close()

    def accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=Connection(self, sock).serve, daemon=True).start()

    def choose(self, head):
        """(the rule that applies, the gate for those that hold)"""
        method, target = head.first.split(" ")[:2]
        with self.lock:
            for rule in self.active:
                if rule.get("method", method) != method or not re.search(rule.get("path", ""), target):
                    continue
                if "header" in rule and rule["header"] not in head.headers:
                    continue
                if rule.get("skip", 0) > 0:
                    rule["skip"] -= 1
                    continue
                times = rule.get("times", 1)
                if times is None or times > 0:
                    rule["times"] = times if times is None else times - 1
                    return dict(rule), self.gate
        return {"do": "pass"}, self.gate

    def note(self, head, rule):
        method, target = head.first.split(" ")[:2]
        entry = {"time": time.time(), "method": method, "target": target, "headers": head.headers, "did": rule["do"],
                 "received": 0, "sha256": hashlib.sha256(b"").hexdigest(), "status": 0, "held": False,
                 "done": False, "answered": None}
        with self.lock:
            entry["number"] = len(self.log) + 1
            self.log.append(entry)
        return entry


def answers(entry, status):
    entry["status"], entry["answered"] = status, time.time()


class Connection:
    """One client, and the connection to the server that belongs to it."""

    def __init__(self, proxy, sock):
        self.proxy, self.client, self.server = proxy, Peer(sock), None

    def serve(self):
        try:
            while self.serve_one():
                pass
        except (OSError, Gone, ValueError):
            pass
        finally:
            self.client.close()
            if self.server:
                self.server.close()

    def serve_one(self):
        """One request; false when the connection is at its end."""
        raw = self.client.until(b"\r\n\r\n")
        if not raw:
            return False
        head = Head(raw)
        target = head.first.split(" ")[1]
        if target in ("/__rules__", "/__log__"):
            self.command(head, target)
            return True
        rule, gate = self.proxy.choose(head)
        entry = self.proxy.note(head, rule)
        try:
            own = getattr(self, "do_" + rule["do"], None)
            if own:
                return own(head, rule, entry)
            return Exchange(self, head, rule, entry, gate).run()
        finally:
            entry["done"] = True

    def command(self, head, target):
        body = b"".join(head.request_body(self.client))
        if target == "/__rules__":
            self.proxy.rules(*json.loads(body))
            self.answer("GET", {"code": 200, "body": "ok\n"})
        else:
            self.answer("GET", {"code": 200, "body": json.dumps(self.proxy.seen())})

    def answer(self, method, rule, close=False):
        """An answer that the proxy makes up."""
        body = rule.get("body", "").encode()
        headers = dict({"Content-Length": str(len(body))}, **rule.get("headers", {}))
        if close:
            headers["Connection"] = "close"
        lines = "".join("%s: %s\r\n" % h for h in headers.items())
        self.client.send(("HTTP/1.1 %d Injected\r\n%s\r\n" % (rule["code"], lines)).encode()
                         + (b"" if method == "HEAD" else body))

    def take_body(self, head, entry, most=None):
        """Reads the request's body, or the beginning of it."""
        if head.headers.get("expect", "").lower() == "100-continue":
            self.client.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        digest = hashlib.sha256()
        for data in head.request_body(self.client):
            entry["received"] += len(data)
            digest.update(data)
            if most is not None and entry["received"] >= most:
                break
        entry["sha256"] = digest.hexdigest()

    def do_status(self, head, rule, entry):
        early = rule.get("early", False)
        if not early:
            self.take_body(head, entry)
        answers(entry, rule["code"])
        self.answer(entry["method"], rule, close=early)
        if early:  # what is unread would turn the close into a RST that overtakes the answer
            self.client.socket.shutdown(socket.SHUT_WR)
            self.wait_for_leaving(5)
        return not early and not rule.get("close")

    def do_close(self, _head, _rule, _entry):
        return False

    def do_stall(self, head, rule, entry):
        self.take_body(head, entry, rule.get("after"))
        self.wait_for_leaving(600)
        return False

    def wait_for_leaving(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.proxy.closed and not self.client.has_left(0.1):
            pass

    def to_server(self):
        if not self.server:
            self.server = Peer(socket.create_connection(("127.0.0.1", self.proxy.upstream)))
        return self.server


class Exchange:
    """A request that reaches the server, or begins to."""

    def __init__(self, connection, head, rule, entry, gate):
        self.connection, self.client, self.head = connection, connection.client, head
        self.rule, self.entry, self.gate = rule, entry, gate
        self.do = rule["do"]
        self.broken = False  # the upload ended early

    def run(self):
        if self.do == "delay":
            time.sleep(self.rule["seconds"])
        if self.do == "hold_request":
            self.hold()
            if self.client.has_left(0):
                return False
        server = self.connection.to_server()
        server.send(self.head.raw)
        upload = threading.Thread(target=self.upload, args=(server,), daemon=True)
        upload.start()
        reply = self.reply_head(server)
        expects = "expect" in self.head.headers and not self.entry["received"]
        go_on = self.pass_reply(server, reply, upload)
        if expects and upload.is_alive():  # refused before the body, which will not come
            return False
        upload.join()
        return go_on and not self.broken and reply.headers.get("connection", "").lower() != "close"

    def upload(self, server):
        digest = hashlib.sha256()
        limit = self.rule.get("after", 0) if self.do == "reset_request" else None
        try:
            for data in self.head.request_body(self.client):
                self.entry["received"] += len(data)
                digest.update(data)
                if limit is not None and self.entry["received"] > limit:
                    self.client.reset()
                    raise Gone()
                if self.do == "corrupt_request" and self.entry["received"] == len(data):
                    data = bytes([data[0] ^ 1]) + data[1:]
                server.send(data)
                self.pace(data)
        except (OSError, Gone):
            self.broken = True
            try:  # wakes the thread that waits for an answer
                server.socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.entry["sha256"] = digest.hexdigest()

    def hold(self):
        self.entry["held"] = True
        self.gate.wait()

    def pace(self, data):
        if self.do == "throttle":
            time.sleep(len(data) / self.rule["rate"])

    def reply_head(self, server):
        """The head of the final answer; what comes before it passes."""
        while True:
            raw = server.until(b"\r\n\r\n")
            if not raw:
                raise Gone()
            reply = Head(raw)
            if reply.status() >= 200:
                return reply
            self.client.send(raw)

    def pass_reply(self, server, reply, upload):
        """False when the connection can't be used any more."""
        method = self.entry["method"]
        body = reply.reply_body(server, method)
        if self.do in ("lost_reply", "replace_reply", "hold_reply"):
            upload.join()
            body = list(body)
        if self.do == "hold_reply":
            self.hold()
        if self.do == "lost_reply":
            self.client.reset()
            return False
        if self.do == "replace_reply":
            answers(self.entry, self.rule["code"])
            self.connection.answer(method, self.rule)
            return not self.rule.get("close")
        answers(self.entry, reply.status())
        self.client.send(reply.raw)
        return self.pass_body(body)

    def pass_body(self, body):
        sent = 0
        for data in body:
            if self.do == "corrupt_reply" and sent == 0:
                data = bytes([data[0] ^ 1]) + data[1:]
            if self.do == "truncate_reply" and sent + len(data) > self.rule["after"]:
                self.client.send(data[:self.rule["after"] - sent])
                if self.rule.get("reset"):
                    self.client.reset()
                return False
            self.client.send(data)
            sent += len(data)
            self.pace(data)
        return True


def main():
    proxy = FaultProxy(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    print(proxy.port, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
