# SPDX-License-Identifier: Apache-2.0
"""A master acknowledges what its replica never hears of, and dies; the replica is promoted. The gateway must notice, and put
back exactly what was lost."""
import contextlib
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.gateway import Gateway, free_port, wait_until  # noqa: E402
from tests.support.oracle import assert_nothing_lost_doubled_or_invented  # noqa: E402
from tests.support.provider import Provider  # noqa: E402
from tests.support.redis import RedisServer, Sentinel  # noqa: E402
from tests.support.tcp_proxy import TcpProxy  # noqa: E402


def entries_on(server):
    """How many messages' entries are there; links follow from them."""
    return sum(fields[1] != b"complaint.linked" for lane in ("emergency", "complaints")
               for _, fields in server.tell("XRANGE", "{sp:0}:" + lane, "-", "+"))



class FailoverTest(unittest.TestCase):
    def setUp(self):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.enter = stack.enter_context
        self.master = self.enter(RedisServer("--repl-diskless-sync-delay", "0"))
        self.replica = self.enter(RedisServer("--replicaof", f"127.0.0.1 {self.master.port}"))
        wait_until(lambda: "master_link_status:up" in self.replica.tell("INFO", "replication").decode(), what="replication")

    def cut_off_the_replica(self):
        """It goes on waiting for a master that is not there."""
        self.replica.tell("REPLICAOF", "127.0.0.1", free_port())

    def wait_for_promotion(self):
        wait_until(self.is_promoted, 30, "the promotion")

    def is_promoted(self):
        with contextlib.suppress(ConnectionError):   # a replica that becomes a master hangs up on everybody
            return self.replica.tell("ROLE")[0] == b"master"

    def wait_for_answers(self, provider, more=500):
        enough = len(provider.answered) + more
        wait_until(lambda: len(provider.answered) > enough, what="answers to the provider")

    def test_what_a_sentinel_failover_loses_is_put_back_to_the_last_entry(self):
        sentinel = self.enter(Sentinel(self.master))
        wait_until(sentinel.knows_a_replica, 30, "the Sentinel's finding the replica")
        gateway = self.enter(Gateway(redis_url=sentinel.url))
        with Provider(gateway) as provider:
            self.wait_for_answers(provider)
            self.cut_off_the_replica()
            self.wait_for_answers(provider)
        gateway.wait_until_drained()
        lost = entries_on(self.master) - entries_on(self.replica)
        self.assertGreater(lost, 0)
        self.master.kill()
        self.wait_for_promotion()
        entries = assert_nothing_lost_doubled_or_invented(self, [provider], [gateway], self.replica.connect)
        self.assertEqual(set(provider.told), {200})
        self.assertEqual(len(entries), len(provider.answered))
        self.assertEqual(gateway.metric("satupintu_entries_restored_total"), lost)

    def test_no_provider_notices_a_sentinel_failover(self):
        sentinel = self.enter(Sentinel(self.master))
        wait_until(sentinel.knows_a_replica, 30, "the Sentinel's finding the replica")
        gateway = self.enter(Gateway(redis_url=sentinel.url))
        with Provider(gateway) as provider:
            self.wait_for_answers(provider)
            self.cut_off_the_replica()
            self.wait_for_answers(provider)
            self.master.kill()
            self.wait_for_promotion()
            self.wait_for_answers(provider)
        self.assertEqual(set(provider.told), {200})
        assert_nothing_lost_doubled_or_invented(self, [provider], [gateway], self.replica.connect)

    def test_an_address_that_leads_to_another_server_of_a_sudden_loses_nothing(self):
        proxy = self.enter(TcpProxy(self.master.port))
        gateway = self.enter(Gateway(redis_url=proxy.url))
        with Provider(gateway) as provider:
            self.wait_for_answers(provider)
            self.cut_off_the_replica()
            self.wait_for_answers(provider)
            self.replica.tell("REPLICAOF", "NO", "ONE")
            proxy.switch_to(self.replica.port)
            self.wait_for_answers(provider)
        self.assertEqual(set(provider.told), {200})
        assert_nothing_lost_doubled_or_invented(self, [provider], [gateway], self.replica.connect)
        self.assertGreater(gateway.metric("satupintu_entries_restored_total"), 0)

    def test_two_gateways_put_back_what_each_of_them_lost(self):
        proxy = self.enter(TcpProxy(self.master.port))
        one = self.enter(Gateway(redis_url=proxy.url))
        other = self.enter(Gateway(redis_url=proxy.url, keys=one.keys))
        with Provider(one, "a") as first, Provider(other, "b") as second:
            self.wait_for_answers(first)
            self.cut_off_the_replica()
            self.wait_for_answers(first)
            self.wait_for_answers(second)
            self.replica.tell("REPLICAOF", "NO", "ONE")
            proxy.switch_to(self.replica.port)
        assert_nothing_lost_doubled_or_invented(self, [first, second], [one, other], self.replica.connect)
        for gateway in (one, other):
            self.assertGreater(gateway.metric("satupintu_entries_restored_total"), 0)


if __name__ == "__main__":
    unittest.main()
