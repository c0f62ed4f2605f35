# SPDX-License-Identifier: Apache-2.0
"""Redis dies, stops, fills up, is demoted, forgets and talks nonsense, while providers go on delivering. They are told 2xx all
the while; once Redis is well again, everything is on the stream once."""
import contextlib
import os
import pathlib
import signal
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.gateway import Gateway, free_port, wait_until  # noqa: E402
from tests.support.oracle import assert_nothing_lost_doubled_or_invented  # noqa: E402
from tests.support.provider import Provider  # noqa: E402
from tests.support.redis import RedisServer  # noqa: E402
from tests.support.tcp_proxy import TcpProxy  # noqa: E402

class RedisFaultTest(unittest.TestCase):
    def setUp(self):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.enter = stack.enter_context

    def serve_from(self, url, connect):
        self.connect = connect
        self.gateway = self.enter(Gateway(f'[redis]\nurl = "{url}"\nreply_timeout = "500ms"\n'))

    @contextlib.contextmanager
    def under_load(self):
        """Redis is well when this begins and when it ends; what it was in between, no provider may notice."""
        with Provider(self.gateway) as provider:
            self.provider = provider
            self.wait_for_answers()
            yield
            self.wait_for_answers()
        self.assertEqual(set(provider.told), {200})
        self.entries = assert_nothing_lost_doubled_or_invented(self, [provider], [self.gateway], self.connect)

    def wait_for_answers(self, more=300):
        enough = len(self.provider.answered) + more
        wait_until(lambda: len(self.provider.answered) > enough, what="answers to the provider")

    def wait_for_failure(self, words):
        wait_until(lambda: any(words in event["what"] for event in self.gateway.events("publish_failed")), what=f"a batch that fails with {words}")


class OurOwnServerTest(RedisFaultTest):
    """An external server, of which the test may ask anything."""

    def setUp(self):
        super().setUp()
        self.redis = self.enter(RedisServer())
        self.serve_from(self.redis.url, self.redis.connect)

    def test_redis_is_killed_and_started_again(self):
        with self.under_load():
            self.redis.kill()
            self.wait_for_failure("Connection refused")
            self.wait_for_answers()
            self.redis.start()

    def test_redis_is_killed_without_having_kept_anything(self):
        with self.under_load():
            self.redis.kill()
            self.wait_for_answers()
            for file in (self.redis.directory / "appendonlydir").iterdir():
                file.unlink()
            self.redis.start()
        self.assertGreater(self.gateway.metric("satupintu_entries_restored_total"), 0)

    def test_redis_is_stopped_and_goes_on(self):
        with self.under_load():
            self.redis.signal(signal.SIGSTOP)
            self.wait_for_failure("in time")
            self.wait_for_answers()
            self.redis.signal(signal.SIGCONT)

    def test_redis_has_no_memory_left(self):
        with self.under_load():
            self.redis.tell("CONFIG", "SET", "maxmemory", "1")
            self.wait_for_failure("OOM")
            self.wait_for_answers()
            self.redis.tell("CONFIG", "SET", "maxmemory", "0")

    def test_redis_is_demoted_and_promoted_again(self):
        with self.under_load():
            self.redis.tell("REPLICAOF", "127.0.0.1", free_port())
            self.wait_for_failure("READONLY")
            self.wait_for_answers()
            self.redis.tell("REPLICAOF", "NO", "ONE")

    def test_redis_cannot_save(self):
        obstacle = self.redis.directory / "dump.rdb"
        obstacle.mkdir()
        self.redis.tell("CONFIG", "SET", "save", "3600 1000000")
        with self.under_load():
            self.redis.tell("BGSAVE")
            self.wait_for_failure("MISCONF")
            self.wait_for_answers()
            obstacle.rmdir()
            self.redis.tell("BGSAVE")

    def test_redis_wants_a_replica_that_is_not_there(self):
        with self.under_load():
            self.redis.tell("CONFIG", "SET", "min-replicas-to-write", "1")
            self.wait_for_failure("NOREPLICAS")
            self.wait_for_answers()
            self.redis.tell("CONFIG", "SET", "min-replicas-to-write", "0")

    def test_redis_wants_a_password_that_we_do_not_have(self):
        with self.under_load():
            with self.redis.connect() as administrator:
                administrator("CONFIG", "SET", "requirepass", "kata-sandi-baru")
                administrator("AUTH", "kata-sandi-baru")
                administrator("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
                self.wait_for_failure("NOAUTH")
                self.wait_for_answers()
                administrator("CONFIG", "SET", "requirepass", "")

    def test_redis_is_busy_with_a_script(self):
        self.redis.tell("CONFIG", "SET", "busy-reply-threshold", "100")
        with self.under_load():
            with self.redis.connect() as script:
                script.send("EVAL", "while true do end", "0")
                self.wait_for_failure("BUSY")
                self.wait_for_answers()
                wait_until(self.script_is_killed, what="the script's end")

    def script_is_killed(self):
        with contextlib.suppress(RuntimeError):
            return self.redis.tell("SCRIPT", "KILL")

    def test_redis_loads_for_long(self):
        # While it loads, Redis answers once every 1024 commands.
        self.redis.tell("EVAL", "for i = 1, 50000 do redis.call('SET', 'isi:' .. i, i) end", "0")
        with self.under_load():
            self.redis.kill()
            self.redis.start("--key-load-delay", "200")
            self.wait_for_failure("LOADING")
            self.wait_for_answers()
            self.redis.tell("CONFIG", "SET", "key-load-delay", "0")

    def test_redis_forgets_everything(self):
        with self.under_load():
            self.redis.tell("FLUSHALL")
            wait_until(lambda: self.gateway.events("redis_lost_its_tail"), what="the loss being noticed")
        self.assertGreater(self.gateway.metric("satupintu_entries_restored_total"), 0)

    def test_redis_forgets_its_scripts(self):
        with self.under_load():
            for _ in range(20):
                self.redis.tell("SCRIPT", "FLUSH")
                self.wait_for_answers(20)

    def test_connections_are_killed_again_and_again(self):
        with self.under_load():
            for _ in range(30):
                self.redis.tell("CLIENT", "KILL", "TYPE", "normal")
                self.wait_for_answers(20)


class LinkTest(RedisFaultTest):
    """The network between the gateway and Redis misbehaves."""

    def setUp(self):
        super().setUp()
        self.redis = self.enter(RedisServer())
        self.proxy = self.enter(TcpProxy(self.redis.port))
        self.serve_from(self.proxy.url, self.redis.connect)

    def misbehave(self, mischief, times):
        with self.under_load():
            self.proxy.mischief = mischief
            wait_until(lambda: self.proxy.times >= times, 60, f"{mischief} for the {times}th time")
            self.wait_for_answers()
            self.proxy.mischief = None

    def test_replies_are_lost_after_their_batch_was_done(self):
        self.misbehave("eat_reply", 5)

    def test_replies_break_off_in_the_middle(self):
        self.misbehave("cut_reply", 5)

    def test_replies_are_garbage(self):
        self.misbehave("garbage", 5)

    def test_the_connection_is_half_closed(self):
        self.misbehave("half_close", 5)

    def test_replies_never_come(self):
        self.misbehave("silence", 2)


class EmbeddedTest(RedisFaultTest):
    def setUp(self):
        super().setUp()
        self.serve_from("embedded", lambda: self.gateway.redis())
        wait_until(self.gateway.redis_pid, what="the embedded Redis")

    def test_the_embedded_redis_is_killed_and_comes_back(self):
        with self.under_load():
            for _ in range(3):
                killed = self.gateway.redis_pid()
                os.kill(killed, signal.SIGKILL)
                self.wait_for_answers()
                wait_until(lambda: self.gateway.redis_pid() not in (None, killed), what="another Redis")

    def test_the_embedded_redis_is_stopped_and_goes_on(self):
        with self.under_load():
            os.kill(self.gateway.redis_pid(), signal.SIGSTOP)
            self.wait_for_failure("in time")
            self.wait_for_answers()
            os.kill(self.gateway.redis_pid(), signal.SIGCONT)


if __name__ == "__main__":
    unittest.main()
