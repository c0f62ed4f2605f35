# SPDX-License-Identifier: Apache-2.0
"""A real Kannel for tests: bearerbox and smsbox on free ports of loopback, with the test as the mobile network. The
network's side is the line protocol of Kannel's own `fakesmsc`, spoken here so that a test also sees what Kannel texts
back. `Capture` is a web server that keeps what smsbox sends it."""
import http.server
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.parse
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from gateway import wait_until  # noqa: E402

PASSWORD = "uji-kannel"


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def group(name, settings):
    lines = [f"{key} = {value}" if isinstance(value, int) else f'{key} = "{value}"' for key, value in settings.items()]
    return "\n".join([f"group = {name}", *lines]) + "\n"


class Kannel:
    """Starts on construction; `with Kannel(service) as kannel:` ends it and removes its directory.

    `service` is the `sms-service` group that takes every SMS, such as {"post-url": "http://…", "send-sender": "true"}.
    `core` and `smsbox` add to these groups. The keyword `gema` has a service of its own that answers "gema" at once."""

    def __init__(self, service, core=None, smsbox=None):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="kannel-"))
        self.admin, box, self.smsc, sending = free_ports(4)
        self.config = self.directory / "kannel.conf"
        self.config.write_text("\n".join([
            group("core", {"admin-port": self.admin, "admin-interface": "127.0.0.1", "admin-password": PASSWORD, "smsbox-port": box,
                           "smsbox-interface": "127.0.0.1", "dlr-storage": "internal", **(core or {})}),
            group("smsc", {"smsc": "fake", "smsc-id": "uji", "port": self.smsc, "connect-allow-ip": "127.0.0.1"}),
            group("smsbox", {"bearerbox-host": "127.0.0.1", "bearerbox-port": box, "sendsms-port": sending,
                             "sendsms-interface": "127.0.0.1", "http-request-retry": 60, "http-queue-delay": 1, **(smsbox or {})}),
            group("sendsms-user", {"username": "uji", "password": PASSWORD, "max-messages": 3}),
            group("sms-service", {"keyword": "default", "catch-all": "true", "max-messages": 0, **service}),
            group("sms-service", {"keyword": "gema", "text": "gema"})]))
        self.sendsms_url = f"http://127.0.0.1:{sending}/cgi-bin/sendsms?username=uji&password={PASSWORD}"
        self.processes = []
        self.network = None
        try:
            self._run("bearerbox")
            wait_until(self._status, what="bearerbox")
            self.start_smsbox()
            self.network = wait_until(self._connect, what="the port of the mobile network")
            self.received = self.network.makefile("rb")
            wait_until(lambda: "(online" in self._status(), what="the mobile network")
        except BaseException:
            self.stop()
            raise

    def _run(self, program):
        log = (self.directory / f"{program}.log").open("ab")
        with log:
            process = subprocess.Popen([program, "-v", "1", str(self.config)], stdout=log, stderr=log, cwd=self.directory)
        self.processes.append(process)
        return process

    def start_smsbox(self):
        self.smsbox = self._run("smsbox")
        wait_until(lambda: "smsbox:" in self._status(), what="smsbox")

    def _status(self):
        """bearerbox's own page; empty while it does not answer."""
        for process in self.processes:
            if process.poll() is not None:
                raise RuntimeError(f"{process.args[0]} ended by itself:\n{self.log()}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.admin}/status.txt?password={PASSWORD}", timeout=10) as page:
                return page.read().decode()
        except OSError:
            return ""

    def _connect(self):
        try:
            return socket.create_connection(("127.0.0.1", self.smsc), timeout=30)
        except ConnectionRefusedError:
            return None

    def log(self):
        return "".join(path.read_text(errors="replace") for path in sorted(self.directory.glob("*.log")))

    def kill_smsbox(self):
        self.smsbox.kill()
        self.smsbox.wait()
        self.processes.remove(self.smsbox)

    def stop(self):
        if self.network:
            self.network.close()
        for process in self.processes:
            process.kill()
            process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.received.close()
        self.stop()

    # --- the mobile network

    def _send(self, sender, receiver, kind, payload):
        self.network.sendall(f"{sender} {receiver} {kind} {payload}\n".encode())

    def send_text(self, text, sender="+6281255501001", receiver="1708"):
        """7-bit text without a line break."""
        self._send(sender, receiver, "text", text)

    def send_unicode(self, text, sender="+6281255501001", receiver="1708"):
        self._send(sender, receiver, "ucs2", urllib.parse.quote(text.encode("utf-16-be")))

    def send_part(self, text, reference, total, number, sender="+6281255501001", receiver="1708"):
        """One part of a long 7-bit text, without a line break."""
        self._send(sender, receiver, "udh-text", f"%05%00%03%{reference:02X}%{total:02X}%{number:02X} {text}")

    def send_binary(self, payload, sender="+6281255501001", receiver="1708"):
        self._send(sender, receiver, "data", urllib.parse.quote(payload))

    def next_text_back(self):
        """What Kannel sends to a telephone next, as "FROM TO KIND TEXT"."""
        return self.received.readline().decode().rstrip("\n")

    def texts_back_before_echo(self):
        """What Kannel has sent to a telephone since the last call."""
        self.send_text("gema")
        texts = []
        while not texts or not texts[-1].endswith(" text gema"):
            texts.append(self.next_text_back())
        return texts[:-1]


class Capture:
    """A web server that answers with `statuses` in turn, the last one for good, and keeps every request in the form of the
    adapters' fixtures (tests/golden/fixtures.hpp)."""

    def __init__(self, *statuses, port=0, body=b""):
        self.requests = []
        capture = self
        remaining = list(statuses or (200,))

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                payload = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                head = "".join(f"{line}\n" for line in [self.requestline, *(f"{name}: {value}" for name, value in self.headers.items())])
                self.send_response(remaining.pop(0) if len(remaining) > 1 else remaining[0])
                self.send_header("Content-Type", "text/plain")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                capture.requests.append(head.encode("latin-1") + b"\n" + payload)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def wait_for(self, count):
        """The first `count` requests."""
        wait_until(lambda: len(self.requests) >= count, what=f"request {count}")
        return self.requests[:count]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
