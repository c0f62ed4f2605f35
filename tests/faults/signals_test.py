# SPDX-License-Identifier: Apache-2.0
"""The gateway is told to stop, is stopped and goes on, or is started twice."""
import contextlib
import os
import pathlib
import signal
import socket
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.gateway import Gateway, wait_until, whatsapp_signature  # noqa: E402
from tests.support.oracle import assert_nothing_lost_doubled_or_invented  # noqa: E402
from tests.support.provider import Poured, Provider, message  # noqa: E402

LONGEST_STOP = 10
REFUSED_TO_START = 2


class SignalsTest(unittest.TestCase):
    def setUp(self):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.enter = stack.enter_context
        self.gateway = self.enter(Gateway('[redis]\nreply_timeout = "1s"\n'))

    def wait_for_answers(self, provider, more=300):
        enough = len(provider.answered) + more
        wait_until(lambda: len(provider.answered) > enough, what="answers to the provider")

    def stop_in_time(self):
        began = time.monotonic()
        self.assertEqual(self.gateway.stop(), 0)
        self.assertLess(time.monotonic() - began, LONGEST_STOP)

    def begin(self, body):
        """A connection on which all but the last byte of a delivery was sent."""
        connection = self.enter(socket.create_connection(("127.0.0.1", self.gateway.ports["public"])))
        signature = whatsapp_signature(body)["X-Hub-Signature-256"]
        head = f"POST /channels/wa-utama HTTP/1.1\r\nHost: uji\r\nX-Hub-Signature-256: {signature}\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body[:-1])
        return connection

    def test_requests_that_have_begun_are_answered_before_it_stops(self):
        messages = dict(message("mulai", n) for n in range(50))
        connections = [(self.begin(body), body) for body in messages.values()]
        wait_until(lambda: self.gateway.metric("satupintu_http_connections") == len(connections), what="the connections")
        self.gateway.signal(signal.SIGTERM)
        wait_until(lambda: self.gateway.events("draining"), what="draining")
        for connection, body in connections:
            connection.sendall(body[-1:])
        for connection, _ in connections:
            answer = connection.makefile("rb").read()
            self.assertTrue(answer.startswith(b"HTTP/1.1 200 "), answer)
            self.assertIn(b"Connection: close\r\n", answer)
        self.assertEqual(self.gateway.wait(), 0)
        self.gateway.start()
        assert_nothing_lost_doubled_or_invented(self, [Poured(messages)], [self.gateway])

    def test_it_stops_in_order_and_in_time_under_load(self):
        with Provider(self.gateway) as provider:
            for _ in range(3):
                self.wait_for_answers(provider)
                self.stop_in_time()
                self.gateway.start()
        self.assertEqual(set(provider.told), {200, 0})
        assert_nothing_lost_doubled_or_invented(self, [provider], [self.gateway])

    def test_it_stops_in_time_while_redis_hangs(self):
        wait_until(self.gateway.redis_pid, what="Redis")
        with Provider(self.gateway) as provider:
            self.wait_for_answers(provider)
            os.kill(self.gateway.redis_pid(), signal.SIGSTOP)
            self.wait_for_answers(provider)
            self.stop_in_time()
            self.gateway.start()
        assert_nothing_lost_doubled_or_invented(self, [provider], [self.gateway])

    def test_it_stops_when_told_so_at_any_moment_after_its_start(self):
        for delay in range(20):
            threading.Event().wait(delay / 1000)
            self.stop_in_time()
            self.gateway.start()

    def test_stopped_for_five_seconds_it_goes_on_as_if_nothing_was(self):
        with Provider(self.gateway) as provider:
            self.wait_for_answers(provider)
            self.gateway.signal(signal.SIGSTOP)
            threading.Event().wait(5)
            self.gateway.signal(signal.SIGCONT)
            self.wait_for_answers(provider)
        self.assertEqual(set(provider.told), {200})
        assert_nothing_lost_doubled_or_invented(self, [provider], [self.gateway])

    def test_a_second_gateway_on_the_same_directory_is_refused_with_the_remedy(self):
        second = self.gateway.command("serve", check=False)
        self.assertEqual(second.returncode, REFUSED_TO_START)
        self.assertIn(f"another gateway runs on {self.gateway.data}; stop it, or give this one its own data directory", second.stderr)
        self.assertEqual(self.gateway.request("/readyz", listener="admin")[0], 200)


if __name__ == "__main__":
    unittest.main()
