# SPDX-License-Identifier: Apache-2.0
"""What cannot be understood is kept, counted, and let go once the cause is mended."""
import contextlib
import pathlib
import signal
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.gateway import ACCOUNTS, Gateway, wait_until, whatsapp_text  # noqa: E402
from tests.support.provider import message  # noqa: E402
from tests.support.redis import RedisServer  # noqa: E402

SECOND_ACCOUNT = """
[accounts.wa-kecamatan]
adapter = "whatsapp/cloud"
app_secret = { file = "app.secret" }
verify_token = { file = "verify.token" }
"""
STILL_HELD = 1


def outcomes(ledger):
    return {(line["account"], line["outcome"], line["why"]): line["count"] for line in ledger["lines"] if line["count"]}


class QuarantineTest(unittest.TestCase):
    def setUp(self):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.enter = stack.enter_context

    def test_authentic_garbage_is_answered_2xx_and_quarantined_alone(self):
        gateway = self.enter(Gateway())
        for body in (b"{", b"\xff\xfe\x00garis", b'{"object": "whatsapp_business_account", "entry": [', message("baik", 1)[1]):
            self.assertEqual(gateway.post_whatsapp(body)[0], 200)
        ledger = gateway.wait_until_drained()
        self.assertTrue(ledger["balances"])
        self.assertEqual(outcomes(ledger), {("wa-utama", "quarantined", "the body is not valid JSON"): 3, ("wa-utama", "published", ""): 1})
        self.assertEqual(gateway.command("quarantine", "retry", "--all", check=False).returncode, STILL_HELD)
        self.assertEqual(outcomes(gateway.ledger()), outcomes(ledger))

    def test_an_unreadable_element_leaves_its_siblings_alone(self):
        gateway = self.enter(Gateway())
        delivery = whatsapp_text("Lampu jalan mati di Jl. Merdeka", "wamid.utuh")
        delivery["entry"][0]["changes"][0]["value"]["messages"].append("bukan pesan")
        self.assertEqual(gateway.post_whatsapp(delivery)[0], 200)
        ledger = gateway.wait_until_drained()
        self.assertEqual(outcomes(ledger), {("wa-utama", "published", ""): 1, ("wa-utama", "quarantined", "unreadable_message"): 1})
        self.assertTrue(ledger["balances"])

    def test_deliveries_of_an_account_that_was_removed_wait_until_it_is_back(self):
        redis = self.enter(RedisServer())
        gateway = self.enter(Gateway(accounts=ACCOUNTS + SECOND_ACCOUNT, redis_url=redis.url))
        redis.kill()
        for n in range(20):
            self.assertEqual(gateway.post_whatsapp(message("kecamatan", n)[1], account="wa-kecamatan")[0], 200)
            self.assertEqual(gateway.post_whatsapp(message("kota", n)[1])[0], 200)
        self.assertEqual(gateway.stop(), 0)

        redis.start()
        gateway.write_config(redis_url=redis.url)
        gateway.start()
        ledger = gateway.wait_until_drained()
        self.assertTrue(ledger["balances"])
        self.assertEqual(outcomes(ledger)["wa-kecamatan", "quarantined", "unknown_account"], 20)
        self.assertEqual(len(gateway.entries(redis.connect())), 20)
        self.assertEqual(gateway.command("quarantine", "retry", "--all", check=False).returncode, STILL_HELD)
        self.assertEqual(gateway.stop(), 0)

        gateway.write_config(accounts=ACCOUNTS + SECOND_ACCOUNT, redis_url=redis.url)
        gateway.start()
        gateway.command("quarantine", "retry", "--all")
        ledger = wait_until(lambda: self.without_quarantine(gateway), what="the ledger without quarantine")
        self.assertTrue(ledger["balances"])
        self.assertEqual(gateway.command("quarantine", "list").stdout, "Nothing is in quarantine.\n")
        self.assertEqual({event["source"] for _, _, event in gateway.entries(redis.connect())}, {"/channels/wa-kecamatan", "/channels/wa-utama"})
        self.assertEqual(len(gateway.entries(redis.connect())), 40)

    def test_a_row_that_kills_the_process_three_times_is_set_aside(self):
        redis = self.enter(RedisServer())
        gateway = self.enter(Gateway(redis_url=redis.url))
        redis.kill()
        for n in range(20):
            self.assertEqual(gateway.post_whatsapp(message("racun", n)[1])[0], 200)
        gateway.stop()
        redis.start()
        for _ in range(3):
            gateway.start({"SATUPINTU_KILL_AT": "assembly.decode:7"})
            self.assertEqual(gateway.wait(), -signal.SIGKILL)
        gateway.start()
        ledger = gateway.wait_until_drained()
        self.assertEqual(outcomes(ledger)["wa-utama", "quarantined", "crashed"], 1)
        self.assertEqual(len(gateway.entries(redis.connect())), 19)
        self.assertEqual(gateway.command("quarantine", "retry", "7").stdout, "row 7: released\n")
        self.assertTrue(wait_until(lambda: self.without_quarantine(gateway), what="the ledger without quarantine")["balances"])
        redis.tell("FLUSHALL")
        wait_until(lambda: len(gateway.entries(redis.connect())) == 20, what="all rows on the stream again, the row released too")

    def without_quarantine(self, gateway):
        ledger = gateway.ledger()
        return None if any(outcome == "quarantined" for _, outcome, _ in outcomes(ledger)) else ledger


if __name__ == "__main__":
    unittest.main()
