# SPDX-License-Identifier: Apache-2.0
"""A real gateway for tests: its own directory, keys, configuration and embedded Redis, on free ports of loopback."""
import contextlib
import hashlib
import hmac
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
APP_SECRET = "uji-rahasia-aplikasi-3f9a77c0"
VERIFY_TOKEN = "uji-token-verifikasi-8d1e5b"
BEARER_KEY = "uji-kunci-meja-bantuan-51c2aa"
KANNEL_SECRET = "uji-rahasia-kannel-a90bd4e7"

ACCOUNTS = """
[accounts.wa-utama]
adapter = "whatsapp/cloud"
app_secret = { file = "app.secret" }
verify_token = { file = "verify.token" }

[accounts.sms-1708]
adapter = "sms/kannel"
secret = { file = "kannel.secret" }

[accounts.hotline]
adapter = "hotline/form"
key = { file = "bearer.key" }
"""


def binary():
    """The program under test: SATUPINTU_BINARY, or the one of the preset `dev`."""
    return os.environ.get("SATUPINTU_BINARY", str(ROOT / "build/dev/gateway/satupintu"))


def free_port():
    """A TCP port of loopback that nobody listens on, from below those that the kernel gives to outgoing connections."""
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port


def wait_until(condition, seconds=30, what="the condition"):
    """Polls until `condition()` is true and returns what it gave; raises when time runs out."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come true within {seconds} s")
        time.sleep(0.01)


class RedisClient:
    """The few lines of RESP that a test needs."""

    def __init__(self, path=None, port=None):
        if path:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.connect(str(path))
        else:
            self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.settimeout(30)
        self.stream = self.socket.makefile("rb")

    def __call__(self, *parts):
        self.send(*parts)
        return self._read()

    def send(self, *parts):
        """Without waiting for the reply."""
        out = b"*%d\r\n" % len(parts)
        for part in parts:
            data = part if isinstance(part, bytes) else str(part).encode()
            out += b"$%d\r\n%s\r\n" % (len(data), data)
        self.socket.sendall(out)

    def _read(self):
        line = self.stream.readline()
        if not line:
            raise ConnectionError("Redis closed the connection")
        kind, rest = line[:1], line[1:-2]
        if kind == b"+":
            return rest.decode()
        if kind == b"-":
            raise RuntimeError(rest.decode())
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return None if rest == b"-1" else self.stream.read(int(rest) + 2)[:-2]
        return None if rest == b"-1" else [self._read() for _ in range(int(rest))]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()
        self.socket.close()


class Gateway:
    """Starts on construction; `with Gateway() as gateway:` stops it and removes its directory at the end."""

    def __init__(self, settings="", accounts=ACCOUNTS, redis_url=None, directory=None, data=None, keys=None, program=None, environment=None, prefix=(),
                 start=True):
        self.owns_directory = directory is None
        self.directory = pathlib.Path(directory or tempfile.mkdtemp(prefix="satupintu-"))
        self.data = pathlib.Path(data or self.directory / "data")
        self.keys = pathlib.Path(keys or self.directory / "keys")
        self.config = self.directory / "satupintu.toml"
        self.program = program or binary()
        self.environment = environment or {}
        self.prefix = list(prefix)
        self.ports = {listener: free_port() for listener in ("public", "staff", "admin")}
        self.process = None
        self.log = []
        self._write_secrets()
        self.write_config(settings, accounts, redis_url)
        if start:
            self.start()

    def _write_secrets(self):
        if not self.keys.exists():
            subprocess.run([self.program, "keygen", "--into", str(self.keys)], check=True, stdout=subprocess.DEVNULL)
        for name, value in (("app.secret", APP_SECRET), ("verify.token", VERIFY_TOKEN), ("bearer.key", BEARER_KEY), ("kannel.secret", KANNEL_SECRET)):
            (self.directory / name).write_text(value + "\n")

    def write_config(self, settings="", accounts=ACCOUNTS, redis_url=None):
        listeners = "".join(f'[listeners.{name}]\naddress = "127.0.0.1"\nport = {port}\n\n' for name, port in self.ports.items())
        redis = f'[redis]\nurl = "{redis_url}"\n' if redis_url else ""
        self.config.write_text(f"""
data_directory = "{self.data}"
rules_directory = "{ROOT / 'config'}"

[keys]
master = {{ file = "{self.keys}/master.key" }}
identity = {{ file = "{self.keys}/identity.key" }}
back_office_public = {{ file = "{self.keys}/back-office.public" }}

{listeners}{redis}{settings}{accounts}""")

    # --- its life
    def start(self, environment=None):
        """Returns once it is ready, or has ended."""
        self.log = []
        self.process = subprocess.Popen([*self.prefix, self.program, "serve", "--config", str(self.config)], stderr=subprocess.PIPE,
                                        stdout=subprocess.DEVNULL, env={**os.environ, **self.environment, **(environment or {})})
        self.ready = threading.Event()
        self.reader = threading.Thread(target=self._read_log, args=(self.process, self.log, self.ready), daemon=True)
        self.reader.start()
        wait_until(lambda: self.ready.is_set() or not self.is_running(), 60, "readiness")
        return self

    @staticmethod
    def _read_log(process, log, ready):
        for raw in process.stderr:
            line = raw.decode(errors="replace").rstrip("\n")
            try:
                entry = json.loads(line)
            except ValueError:
                entry = {"event": "not_json", "text": line}
            log.append(entry)
            if entry["event"] == "ready":
                ready.set()
        process.stderr.close()

    def events(self, name):
        """What happened since the start, as the log tells it."""
        return [entry for entry in list(self.log) if entry["event"] == name]

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        self.signal(signal.SIGKILL)
        return self.wait()

    def stop(self):
        """SIGTERM; gives the exit status."""
        if self.is_running():
            self.signal(signal.SIGTERM)
        return self.wait()

    def wait(self, seconds=60):
        """Until it ends by itself; gives the exit status."""
        status = self.process.wait(seconds)
        self.reader.join(seconds)
        return status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.is_running():
            self.signal(signal.SIGCONT)
            self.stop()
        self.end_orphaned_redis()
        if self.owns_directory:
            shutil.rmtree(self.directory, ignore_errors=True)

    # --- its embedded Redis
    def redis_socket(self):
        return self.data / "redis" / "redis.sock"

    def redis(self):
        wait_until(self.redis_socket().exists, 60, "the embedded Redis")
        return RedisClient(path=self.redis_socket())

    def redis_pid(self):
        """None when there is none."""
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.redis_socket()))
            except OSError:
                return None
            return struct.unpack("3i", probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]

    def end_orphaned_redis(self):
        """After a kill -9 of the gateway its Redis lives on; nobody will come back for it here."""
        pid = self.redis_pid()
        if pid:
            os.kill(pid, signal.SIGKILL)

    # --- talking to it
    def url(self, path, listener="public"):
        return f"http://127.0.0.1:{self.ports[listener]}{path}"

    def request(self, path, body=None, headers=None, listener="public", timeout=30):
        """Gives (status, body); a refused or cut connection gives (0, b"")."""
        request = urllib.request.Request(self.url(path, listener), data=body, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except OSError:
            return 0, b""

    def post_whatsapp(self, body, secret=APP_SECRET, account="wa-utama", **kwargs):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.request(f"/channels/{account}", raw, {"Content-Type": "application/json", **whatsapp_signature(raw, secret)}, **kwargs)

    # --- looking behind it
    def entries(self, redis=None, with_links=False):
        """Every message's stream entry as (lane, type, event); on request also those that tell of a link."""
        found = []
        with redis or self.redis() as client:
            for lane in ("emergency", "complaints"):
                for _, fields in client("XRANGE", "{sp:0}:" + lane, "-", "+"):
                    pairs = dict(zip(fields[::2], fields[1::2]))
                    if with_links or pairs[b"type"] != b"complaint.linked":
                        found.append((lane, pairs[b"type"].decode(), json.loads(pairs[b"event"])))
        return found

    def command(self, name, *arguments, check=True, stdin=None, config=True):
        """Runs another command of the program, with this configuration where it takes one."""
        configured = ["--config", str(self.config)] if config else []
        return subprocess.run([self.program, name, *configured, *arguments], capture_output=True, text=True, check=check, input=stdin, timeout=120)

    def ledger(self):
        return json.loads(self.command("ledger", "--json", check=False).stdout)

    def metric(self, name):
        """The sum over all labels of one metric; 0 when there is none yet."""
        text = self.request("/metrics", listener="admin")[1].decode()
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.split("{")[0].split(" ")[0] == name)

    def wait_until_drained(self, seconds=120):
        """Until every delivery has its outcome; gives the ledger."""
        wait_until(lambda: self.request("/readyz", listener="admin")[0] == 200 and self.metric("satupintu_backlog_deliveries") == 0, seconds,
                   "the backlog's end")

        def settled():
            ledger = self.ledger()
            return ledger if ledger["waiting"] == 0 else None
        return wait_until(settled, seconds, "the ledger's end")

    def resident_megabytes(self, which="VmRSS"):
        """VmRSS: now; VmHWM: at its most."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split(which + ":")[1].split()[0]) / 1024


def whatsapp_signature(body, secret=APP_SECRET):
    return {"X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def whatsapp_text(text, message_id, sender="6281100001001", name="Sari", at=None):
    """A Cloud API delivery of one text message."""
    return {"object": "whatsapp_business_account", "entry": [{"id": "104", "changes": [{"field": "messages", "value": {
        "messaging_product": "whatsapp", "metadata": {"display_phone_number": "622100001", "phone_number_id": "9001"},
        "contacts": [{"profile": {"name": name}, "wa_id": sender}],
        "messages": [{"from": sender, "id": message_id, "timestamp": str(at or int(time.time())), "type": "text", "text": {"body": text}}]}}]}]}
