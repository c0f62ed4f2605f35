# SPDX-License-Identifier: Apache-2.0
"""A provider as the gateway meets it: several connections, each delivering message after message and each message again and
again until it is answered 2xx. It keeps what it sent and what it was told; oracle.py compares that with the stream."""
import collections
import concurrent.futures
import hashlib
import http.client
import json
import socket
import threading
import time

from tests.support.gateway import whatsapp_signature, whatsapp_text

TEXTS = (
    "Lampu jalan mati sejak Senin di Jl. Merdeka No. {n}, Kel. Sukasari",
    "Sampah menumpuk di TPS RT {n}, baunya sampai ke sekolah",
    "Jalan berlubang di depan rumah nomor {n}, kemarin ada yang jatuh dari motor",
    "Tolong, ada kebakaran rumah di gang {n}!",
    "Terima kasih, laporan nomor {n} sudah ditangani",
)


def message(name, n):
    """A delivery of one message, distinct per `name` and `n`: (its id, its body)."""
    message_id = f"wamid.{name}.{n}"
    sender = str(6281100000000 + hash_of(name) * 1000 + n % 997)
    return message_id, json.dumps(whatsapp_text(TEXTS[n % len(TEXTS)].format(n=n), message_id, sender)).encode()


def hash_of(name):
    return int(hashlib.sha256(name.encode()).hexdigest()[:4], 16) % 90000


class Provider:
    """Delivers from construction until the end of `with`, which comes when each message it began was answered 2xx."""

    def __init__(self, gateway, name="a", connections=8, pause=0.005, path="/channels/wa-utama"):
        self.gateway = gateway
        self.path = path
        self.pause = pause
        self.sent = {}                              # message id -> SHA-256 of the body
        self.answered = []                          # message ids, each with a 2xx
        self.told = collections.Counter()           # every status; 0 for a connection that was refused or cut
        self.failures = []                          # (when the try began, status) of what was not 2xx
        self.latencies = []                         # seconds, of what was 2xx
        self.ending = threading.Event()
        self.abandoned = threading.Event()
        self.threads = [threading.Thread(target=self._deliver, args=(f"{name}{i}",), daemon=True) for i in range(connections)]
        for thread in self.threads:
            thread.start()

    def __enter__(self):
        return self

    def __exit__(self, failed, *_):
        if failed:
            self.abandoned.set()
        self.finish()

    def finish(self, seconds=60):
        self.ending.set()
        for thread in self.threads:
            thread.join(seconds)
            if thread.is_alive():
                raise TimeoutError(f"a delivery was not answered 2xx within {seconds} s; told so far: {dict(self.told)}")

    def _deliver(self, name):
        connection = None
        n = 0
        while not self.ending.is_set():
            n += 1
            message_id, body = message(name, n)
            self.sent[message_id] = hashlib.sha256(body).hexdigest()
            while not self.abandoned.is_set():
                began = time.monotonic()
                connection, status = self._try(connection, body)
                self.told[status] += 1
                if 200 <= status < 300:
                    self.latencies.append(time.monotonic() - began)
                    self.answered.append(message_id)
                    break
                self.failures.append((began, status))
                self.abandoned.wait(0.01)
            self.ending.wait(self.pause)
        if connection:
            connection.close()

    def _try(self, connection, body):
        try:
            connection = connection or http.client.HTTPConnection("127.0.0.1", self.gateway.ports["public"], timeout=60)
            connection.request("POST", self.path, body, {"Content-Type": "application/json", **whatsapp_signature(body)})
            answer = connection.getresponse()
            answer.read()
            if not answer.will_close:
                return connection, answer.status
            connection.close()
            return None, answer.status
        except (OSError, http.client.HTTPException):
            connection.close()
            return None, 0


class Poured:
    """Messages (id -> body) that `pour` delivered and that were all answered 200."""

    def __init__(self, messages):
        self.sent = {message_id: hashlib.sha256(body).hexdigest() for message_id, body in messages.items()}
        self.answered = list(messages)


def pour(gateway, bodies, path="/channels/wa-utama", connections=64, at_a_time=100):
    """Delivers each body once, many at a time and without waiting for each answer; gives how many were answered 200."""
    def deliver(stretch):
        request = b"".join(b"POST %s HTTP/1.1\r\nHost: uji\r\nX-Hub-Signature-256: %s\r\nContent-Length: %d\r\n\r\n%s" %
                           (path.encode(), whatsapp_signature(body)["X-Hub-Signature-256"].encode(), len(body), body) for body in stretch)
        answers = b""
        with socket.create_connection(("127.0.0.1", gateway.ports["public"])) as connection:
            connection.sendall(request)
            while answers.count(b"\r\n\r\n") < len(stretch) and (more := connection.recv(65536)):
                answers += more
        return answers.count(b"HTTP/1.1 200 ")

    stretches = [bodies[first:first + at_a_time] for first in range(0, len(bodies), at_a_time)]
    with concurrent.futures.ThreadPoolExecutor(connections) as pool:
        return sum(pool.map(deliver, stretches))
