# SPDX-License-Identifier: Apache-2.0
"""The disk under the journal fills up, fails to sync, is slow, or holds something else than it did. What was answered is kept;
what cannot be kept is not answered, and the process ends to be started again (exit status 3)."""
import contextlib
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.gateway import Gateway, wait_until  # noqa: E402
from tests.support.oracle import assert_nothing_lost_doubled_or_invented  # noqa: E402
from tests.support.provider import Provider  # noqa: E402
from tests.support.redis import RedisServer  # noqa: E402

JOURNAL_FAILED = 3
REFUSED_TO_START = 2


@contextlib.contextmanager
def small_disk(megabytes):
    directory = tempfile.mkdtemp(prefix="satupintu-disk-")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", directory], capture_output=True, text=True, check=False)
    try:
        if mounted.returncode != 0:
            raise unittest.SkipTest("needs the right to mount a small file system: " + mounted.stderr.strip())
        yield pathlib.Path(directory)
    finally:
        subprocess.run(["umount", directory], stderr=subprocess.DEVNULL, check=False)
        shutil.rmtree(directory)


def fill(directory):
    with open(directory / "pengisi", "wb", buffering=0) as filler, contextlib.suppress(OSError):
        while True:
            filler.write(bytes(4096))


def injecting(fault):
    """A prefix under which the journal's syncs meet `fault`. The gateway stays the test's own child (-D)."""
    return ["strace", "-D", "-f", "-q", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=fdatasync,fsync", "-e", f"inject=fdatasync,fsync:{fault}"]


# LeakSanitizer cannot look at a process that is being traced.
TRACED = {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}


class DiskTest(unittest.TestCase):
    def setUp(self):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.enter = stack.enter_context
        self.redis = self.enter(RedisServer())
        self.providers = []

    def deliver_to(self, gateway, connections=8):
        self.providers.append(Provider(gateway, f"p{len(self.providers)}-", connections))
        return self.providers[-1]

    def assert_all_kept(self, gateway, connect=None):
        assert_nothing_lost_doubled_or_invented(self, self.providers, [gateway], connect or self.redis.connect)

    def wait_for_answers(self, provider, more=300):
        enough = len(provider.answered) + more
        wait_until(lambda: len(provider.answered) > enough, what="answers to the provider")

    def assert_journal_failed(self, gateway, provider):
        self.assertEqual(gateway.wait(), JOURNAL_FAILED)
        self.assertEqual(len(gateway.events("journal_latched")), 1)
        self.assertGreater(provider.told[503], 0)

    def test_a_full_disk_answers_503_and_keeps_what_was_answered(self):
        data = self.enter(small_disk(16)) / "data"
        gateway = self.enter(Gateway(redis_url=self.redis.url, data=data))
        with self.deliver_to(gateway) as provider:
            self.wait_for_answers(provider)
            fill(data)
            self.assert_journal_failed(gateway, provider)
            gateway.start()
            self.assertEqual(gateway.wait(), JOURNAL_FAILED)
            (data / "pengisi").unlink()
            gateway.start()
            self.wait_for_answers(provider)
        self.assert_all_kept(gateway)

    def test_a_disk_that_filled_up_while_redis_was_away_ends_the_process_in_order(self):
        data = self.enter(small_disk(16)) / "data"
        self.redis.kill()
        gateway = self.enter(Gateway(redis_url=self.redis.url, data=data))
        with self.deliver_to(gateway) as provider:
            self.wait_for_answers(provider)
        fill(data)
        self.redis.start()
        self.assertEqual(gateway.wait(), JOURNAL_FAILED)
        (data / "pengisi").unlink()
        gateway.start()
        self.assert_all_kept(gateway)

    def test_an_embedded_redis_on_a_full_disk_comes_back_with_it(self):
        data = self.enter(small_disk(32)) / "data"
        gateway = self.enter(Gateway(data=data))
        with self.deliver_to(gateway) as provider:
            self.wait_for_answers(provider)
            fill(data)
            self.assert_journal_failed(gateway, provider)
            (data / "pengisi").unlink()
            gateway.start()
            self.wait_for_answers(provider)
        self.assert_all_kept(gateway, gateway.redis)

    def test_a_failed_sync_promises_nothing(self):
        gateway = self.enter(Gateway(redis_url=self.redis.url, start=False, environment=TRACED))
        for sync in (10, 30, 60):
            with self.subTest(sync=sync), self.deliver_to(gateway) as provider:
                gateway.prefix = injecting(f"error=EIO:when={sync}")
                gateway.start()
                self.assert_journal_failed(gateway, provider)
                gateway.prefix = []
                gateway.start()
                self.wait_for_answers(provider)
            self.assert_all_kept(gateway)
            gateway.stop()

    def test_a_slow_sync_answers_late_but_right(self):
        gateway = self.enter(Gateway(redis_url=self.redis.url, prefix=injecting("delay_enter=200000"), environment=TRACED))
        with self.deliver_to(gateway, 32) as provider:
            self.wait_for_answers(provider)
        self.assertEqual(set(provider.told), {200})
        self.assertGreater(min(provider.latencies), 0.2)
        self.assert_all_kept(gateway)

    def test_a_damaged_journal_is_refused_and_left_alone(self):
        gateway = self.enter(Gateway(redis_url=self.redis.url))
        with self.deliver_to(gateway) as provider:
            self.wait_for_answers(provider)
        gateway.stop()
        journal = gateway.data / "journal.db"
        whole = journal.read_bytes()
        for damage in (bytes(4096) + whole[4096:], b"catatan belanja: beras, telur\n" * 200):
            with self.subTest(damage=damage[:16]):
                journal.write_bytes(damage)
                gateway.start()
                self.assertEqual(gateway.wait(), REFUSED_TO_START)
                self.assertEqual(journal.read_bytes(), damage)
        journal.write_bytes(whole)
        gateway.start()
        self.assert_all_kept(gateway)

    def test_a_row_whose_bytes_changed_is_quarantined_and_the_rest_flows(self):
        self.redis.kill()
        gateway = self.enter(Gateway(redis_url=self.redis.url))
        with self.deliver_to(gateway) as provider:
            self.wait_for_answers(provider)
        gateway.stop()
        with contextlib.closing(sqlite3.connect(gateway.data / "journal.db")) as journal:
            journal.execute("UPDATE delivery SET sealed = zeroblob(100) WHERE seq IN (7, 11)")
            journal.commit()
        self.redis.start()
        gateway.start()
        ledger = gateway.wait_until_drained()
        self.assertEqual([(line["why"], line["count"]) for line in ledger["lines"] if line["outcome"] == "quarantined"], [("undecryptable", 2)])
        self.assertTrue(ledger["balances"])
        self.assertEqual(len(gateway.entries(self.redis.connect())), len(provider.answered) - 2)


if __name__ == "__main__":
    unittest.main()
