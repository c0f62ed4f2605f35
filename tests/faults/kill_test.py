# SPDX-License-Identifier: Apache-2.0
"""kill -9 of the gateway, at random moments and at each of its named crash points (core/failpoint.hpp), under load."""
import collections
import contextlib
import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.gateway import Gateway, wait_until  # noqa: E402
from tests.support.oracle import assert_nothing_lost_doubled_or_invented  # noqa: E402
from tests.support.provider import Provider  # noqa: E402

CYCLES = 300
CYCLES_BETWEEN_CHECKS = 50

# Where, and up to which pass; those that are passed only when Redis has to be started are reached by killing it too.
CRASH_POINTS = {
    "http.accepted": 8, "http.head_read": 60, "http.in_body": 60, "http.answered": 60,
    "intake.admitted": 60, "intake.before_answer": 60,
    "journal.before_begin": 40, "journal.in_transaction": 40, "journal.after_commit": 40,
    "assembly.decode": 60, "pipeline.before_publish": 40, "pipeline.after_publish": 40, "publisher.scripts_loaded": 1,
    "redis.before_spawn": 1, "redis.after_spawn": 1,
}
POINTS_OF_REDIS = ("redis.before_spawn", "redis.after_spawn")


class KillTest(unittest.TestCase):
    def test_an_answered_delivery_survives_300_kills(self):
        seed = int(os.environ.get("SATUPINTU_SEED", random.randrange(1_000_000)))
        print(f"to repeat this run: SATUPINTU_SEED={seed}", flush=True)
        self.random = random.Random(seed)
        plan = list(CRASH_POINTS) * (CYCLES // 2 // len(CRASH_POINTS))
        plan += [None] * (CYCLES - len(plan))
        self.random.shuffle(plan)
        reached = collections.Counter()
        providers = []
        with Gateway(start=False) as gateway:
            for first in range(0, CYCLES, CYCLES_BETWEEN_CHECKS):
                with Provider(gateway, name=f"p{first}-") as provider:
                    providers.append(provider)
                    for point in plan[first:first + CYCLES_BETWEEN_CHECKS]:
                        self.run_until_killed(gateway, point, reached)
                    gateway.start()
                entries = assert_nothing_lost_doubled_or_invented(self, providers, [gateway])
                gateway.kill()
        print(f"{len(entries)} deliveries over {CYCLES} kills", flush=True)
        self.assertGreater(len(entries), CYCLES)
        self.assertEqual([point for point in CRASH_POINTS if reached[point] == 0], [], "crash points that were never reached")

    def run_until_killed(self, gateway, point, reached):
        if point in POINTS_OF_REDIS or self.random.random() < 0.1:
            gateway.end_orphaned_redis()
        if point is None:
            gateway.start()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.fail(f"it ended by itself with status {gateway.wait(self.random.uniform(0, 0.3))}")
            gateway.kill()
            return
        gateway.start({"SATUPINTU_KILL_AT": f"{point}:{self.random.randint(1, CRASH_POINTS[point])}"})
        try:
            self.assertEqual(gateway.wait(5), -signal.SIGKILL)
            reached[point] += 1
        except subprocess.TimeoutExpired:
            gateway.kill()

    def test_an_orphaned_redis_is_found_again(self):
        with Gateway() as gateway:
            orphan = wait_until(gateway.redis_pid, what="Redis")
            gateway.kill()
            self.assertEqual(gateway.redis_pid(), orphan)
            gateway.start()
            found = wait_until(lambda: gateway.events("embedded_redis_started"), what="Redis")
            self.assertEqual([(event["pid"], event["adopted"]) for event in found], [(orphan, True)])
            self.assertEqual(gateway.stop(), 0)
            self.assertIsNone(gateway.redis_pid())

    def test_a_restoration_that_is_killed_half_way_is_begun_again(self):
        with Gateway() as gateway:
            with Provider(gateway) as provider:
                wait_until(lambda: len(provider.answered) > 3000, what="3000 answers")
            gateway.wait_until_drained()
            with gateway.redis() as redis:
                redis("EVAL", "for _, key in ipairs(redis.call('KEYS', '*')) do redis.call('DEL', key) end", "0")
            for batch in (1, 3, 5):
                gateway.kill()
                gateway.start({"SATUPINTU_KILL_AT": f"pipeline.after_publish:{batch}"})
                self.assertEqual(gateway.wait(), -signal.SIGKILL)
            gateway.start()
            entries = assert_nothing_lost_doubled_or_invented(self, [provider], [gateway])
            self.assertEqual(len(entries), len(provider.answered))

    def test_an_erasure_that_is_killed_half_way_is_done_the_next_time(self):
        with Gateway() as gateway:
            with Provider(gateway) as provider:
                wait_until(lambda: len(provider.answered) > 100, what="100 answers")
            gateway.wait_until_drained()
            gateway.stop()
            with contextlib.closing(sqlite3.connect(gateway.data / "journal.db")) as journal:
                journal.execute("INSERT INTO day_key SELECT day - 100, wrapped FROM day_key")
                journal.execute("UPDATE delivery SET day = day - 100 WHERE seq <= 60")
                journal.commit()
            gateway.start({"SATUPINTU_KILL_AT": "journal.in_erasure:1"})
            self.assertEqual(gateway.wait(), -signal.SIGKILL)
            gateway.start()
            erased = wait_until(lambda: gateway.events("journal_erased"), what="the erasure")
            self.assertEqual([event["deliveries"] for event in erased], [60])
            assert_nothing_lost_doubled_or_invented(self, [provider], [gateway])
            gateway.stop()
            with contextlib.closing(sqlite3.connect(gateway.data / "journal.db")) as journal:
                self.assertEqual(journal.execute("SELECT COUNT(DISTINCT day), (SELECT COUNT(*) FROM day_key) FROM delivery").fetchone(), (1, 1))


if __name__ == "__main__":
    unittest.main()
