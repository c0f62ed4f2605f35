# SPDX-License-Identifier: Apache-2.0
"""How much memory the program takes, whatever is asked of it. Needs what runs in the city: SATUPINTU_RELEASE_BINARY, built
without sanitizers."""
import concurrent.futures
import contextlib
import os
import pathlib
import socket
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.gateway import Gateway, wait_until, whatsapp_signature  # noqa: E402
from tests.support.oracle import assert_nothing_lost_doubled_or_invented  # noqa: E402
from tests.support.provider import Poured, message, pour  # noqa: E402
from tests.support.redis import RedisServer  # noqa: E402

RELEASE = os.environ.get("SATUPINTU_RELEASE_BINARY")
BACKLOG = 100_000
UPLOADS = 500
MEBIBYTE = 1 << 20


@unittest.skipUnless(RELEASE, "SATUPINTU_RELEASE_BINARY is not set; sanitizers need several times the memory that is measured here")
class MemoryTest(unittest.TestCase):
    def test_an_idle_gateway_takes_less_than_40_megabytes(self):
        with Gateway(program=RELEASE) as gateway:
            wait_until(lambda: gateway.events("embedded_redis_started"), what="Redis")
            print(f"idle: {gateway.resident_megabytes():.0f} MB", flush=True)
            self.assertLess(gateway.resident_megabytes(), 40)

    def test_a_backlog_of_100000_neither_fills_memory_nor_keeps_a_provider_waiting(self):
        backlog = dict(message("tumpuk", n) for n in range(BACKLOG))
        latest_id, latest = message("terbaru", 1)
        with RedisServer() as redis, Gateway(redis_url=redis.url, program=RELEASE) as gateway:
            redis.kill()
            self.assertEqual(pour(gateway, list(backlog.values())), BACKLOG)
            print(f"with {BACKLOG} waiting: {gateway.resident_megabytes('VmHWM'):.0f} MB at most", flush=True)
            self.assertLess(gateway.resident_megabytes("VmHWM"), 256)
            gateway.kill()

            began = time.monotonic()
            gateway.start()
            self.assertEqual(gateway.post_whatsapp(latest)[0], 200)
            first_answer = time.monotonic() - began
            print(f"first answer {first_answer:.2f} s after the start", flush=True)
            self.assertLess(first_answer, 1)
            redis.start()
            assert_nothing_lost_doubled_or_invented(self, [Poured({**backlog, latest_id: latest})], [gateway], redis.connect)
            self.assertLess(gateway.resident_megabytes("VmHWM"), 256)

    def test_500_uploads_at_once_take_less_than_256_megabytes(self):
        small = dict(message("besar", n) for n in range(UPLOADS))
        uploads = {message_id: body + b" " * MEBIBYTE for message_id, body in small.items()}
        begun = []
        go_on = threading.Event()

        def upload(body):
            """All but the last byte; that comes when every upload has got so far. Who is turned away tries again."""
            head = f"POST /channels/wa-utama HTTP/1.1\r\nHost: uji\r\nContent-Length: {len(body)}\r\n"
            head += "".join(f"{name}: {value}\r\n" for name, value in whatsapp_signature(body).items())
            answer = b""
            while not answer.startswith(b"HTTP/1.1 200 "):
                with socket.create_connection(("127.0.0.1", gateway.ports["public"])) as connection, contextlib.suppress(OSError):
                    connection.sendall(head.encode() + b"\r\n" + body[:-1])
                    begun.append(body)
                    go_on.wait()
                    connection.sendall(body[-1:])
                    answer = connection.recv(4096)

        with Gateway(program=RELEASE) as gateway, concurrent.futures.ThreadPoolExecutor(UPLOADS) as pool:
            done = [pool.submit(upload, body) for body in uploads.values()]
            wait_until(lambda: len(begun) >= UPLOADS, 60, "all uploads but the last byte")
            go_on.set()
            concurrent.futures.wait(done)
            print(f"{UPLOADS} uploads of 1 MiB: {gateway.resident_megabytes('VmHWM'):.0f} MB at most", flush=True)
            self.assertLess(gateway.resident_megabytes("VmHWM"), 256)
            assert_nothing_lost_doubled_or_invented(self, [Poured(uploads)], [gateway])


if __name__ == "__main__":
    unittest.main()
