# SPDX-License-Identifier: Apache-2.0
"""A provider that has lost its memory delivers everything ten times over, to whichever gateway answers."""
import concurrent.futures
import pathlib
import random
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.gateway import Gateway  # noqa: E402
from tests.support.oracle import assert_nothing_lost_doubled_or_invented  # noqa: E402
from tests.support.provider import Poured, message, pour  # noqa: E402
from tests.support.redis import RedisServer  # noqa: E402

MESSAGES = 10_000
TIMES = 10


class RetryStormTest(unittest.TestCase):
    def test_the_same_message_ten_times_to_two_gateways_is_one_entry(self):
        messages = dict(message("badai", n) for n in range(MESSAGES))
        deliveries = list(messages.values()) * TIMES
        random.Random(MESSAGES).shuffle(deliveries)
        half = len(deliveries) // 2
        with RedisServer() as redis, Gateway(redis_url=redis.url) as one, Gateway(redis_url=redis.url, keys=one.keys) as other:
            with concurrent.futures.ThreadPoolExecutor() as both:
                answered = both.map(pour, (one, other), (deliveries[:half], deliveries[half:]))
                self.assertEqual(sum(answered), len(deliveries))
            entries = assert_nothing_lost_doubled_or_invented(self, [Poured(messages)], [one, other], redis.connect)
            duplicates = sum(line["count"] for gateway in (one, other) for line in gateway.ledger()["lines"] if line["outcome"] == "duplicate")
        self.assertEqual(len(entries), MESSAGES)
        self.assertEqual(duplicates, MESSAGES * (TIMES - 1))


if __name__ == "__main__":
    unittest.main()
