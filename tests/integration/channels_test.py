# SPDX-License-Identifier: Apache-2.0
"""Every channel of the example configuration, end to end in the real program: citizens speak on each, correctly signed, and each becomes a complaint."""
import json
import pathlib
import re
import sys
import tomllib
import unittest
import urllib.parse
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from gateway import ROOT, Gateway, wait_until  # noqa: E402

EXAMPLE = ROOT / "config" / "satupintu.example.toml"
# What tells of calls without a citizen's words: counted, or joined to a call.
WORDLESS = {"hotline/aml", "hotline/cti"}


def example_accounts():
    """The accounts of the example configuration as text, and by name."""
    text = EXAMPLE.read_text()
    return text[text.index("[accounts."):], tomllib.loads(text)["accounts"]


class ChannelsTest(unittest.TestCase):
    def setUp(self):
        text, self.accounts = example_accounts()
        self.gateway = Gateway(accounts=text, start=False)
        self.addCleanup(self.gateway.__exit__)
        for name in set(re.findall(r'file = "(keys/[^"]+)"', text)):
            made = self.gateway.command("keygen", config=False).stdout
            # Telegram's tokens begin with the bot's number.
            (self.gateway.directory / name).write_text("7000000112:" + made[:35] if name == "keys/telegram-bot-token" else made)
        self.gateway.start()

    def test_the_example_has_an_account_for_every_adapter_that_is_pushed_to(self):
        reference = self.gateway.command("config-reference", config=False).stdout
        known = set(re.findall(r"\((\w+/[\w-]+)\)", reference))
        pulled = {"email/imap", "hotline/cdr", "sms/aggregator-poll"}
        self.assertEqual(known - pulled - {account["adapter"] for account in self.accounts.values()}, set())

    def test_a_citizen_is_heard_on_every_channel(self):
        told = self.gateway.command("simulate", "--count", str(4 * len(self.accounts)), "--rate", "1000")
        self.assertEqual(told.returncode, 0)
        ledger = self.gateway.wait_until_drained()
        self.assertTrue(ledger["balances"])
        self.assertEqual([line for line in ledger["lines"] if line["outcome"] == "quarantined"], [])
        published = {line["account"] for line in ledger["lines"] if line["outcome"] == "published"}
        self.assertEqual({name for name, account in self.accounts.items() if account["adapter"] not in WORDLESS} - published, set())


    def test_a_wrong_secret_of_ours_does_not_make_a_provider_give_up_a_mail(self):
        for account, status in (("surat-postmark", 401), ("surat-sendgrid", 503), ("surat-mailgun", 403)):
            with self.subTest(account):
                self.assertEqual(self.gateway.request(f"/channels/{account}/rahasia-yang-salah-000", b"{}", {"Content-Type": "application/json"})[0], status)


class Open311Test(unittest.TestCase):
    KEY = "kunci-api-open311-uji-77c1"

    def setUp(self):
        self.gateway = Gateway(accounts='[accounts.aplikasi]\nadapter = "web/open311"\napi_key = { file = "open311.key" }\n', start=False)
        self.addCleanup(self.gateway.__exit__)
        (self.gateway.directory / "open311.key").write_text(self.KEY + "\n")
        self.gateway.start()

    def post(self, form, kind="json"):
        body = urllib.parse.urlencode({"jurisdiction_id": "id.tangerang", "api_key": self.KEY, **form}).encode()
        return self.gateway.request(f"/open311/v2/requests.{kind}", body, {"Content-Type": "application/x-www-form-urlencoded"})

    def get(self, path):
        return self.gateway.request("/open311/v2/" + path)

    def wait_for_redis(self):
        wait_until(lambda: self.gateway.metric("satupintu_redis_up") == 1, 60, "Redis")

    REPORT = {"service_code": "pju", "description": "Lampu jalan padam di depan SDN Cipondoh 3", "lat": "-6.1753", "long": "106.6812",
              "email": "sari@contoh.example", "first_name": "Sari"}

    def test_a_client_posts_and_follows_its_request_by_token_and_code(self):
        services = json.loads(self.get("services.json")[1])
        self.assertIn("pju", {service["service_code"] for service in services})
        status, body = self.post(self.REPORT)
        self.assertEqual(status, 200)
        token = json.loads(body)[0]["token"]
        self.assertEqual(json.loads(self.post(self.REPORT)[1])[0]["token"], token)   # it asks again, not knowing

        def told():
            status, body = self.get(f"tokens/{token}.json")
            return status == 200 and json.loads(body)[0].get("service_request_id")
        code = wait_until(told, 30, "the tracking code")
        complaint, = [event["data"] for _, _, event in self.gateway.entries()]
        self.assertEqual((complaint["tracking_code"], complaint["service_code"]), (code, "pju"))
        status, body = self.get(f"requests/{code.lower()}.json")
        request, = json.loads(body)
        self.assertEqual((request["service_request_id"], request["status"], request["service_name"]), (code, "open", "Penerangan jalan umum"))
        self.assertNotIn("Sari", body.decode())
        self.assertNotIn("Lampu", body.decode())
        answer = ElementTree.fromstring(self.get(f"requests/{code}.xml")[1])
        self.assertEqual(answer.findtext("request/service_request_id"), code)

    def test_what_is_wrong_is_said_in_the_clients_format_and_leaves_nothing(self):
        self.wait_for_redis()
        for form, status in (({"service_code": "tidak-ada"}, 404), ({"lat": "", "long": ""}, 400), ({"lat": "abc"}, 400)):
            with self.subTest(form):
                answer, body = self.post({**self.REPORT, **form})
                self.assertEqual((answer, json.loads(body)[0]["code"]), (status, status))
        self.assertEqual(self.post({**self.REPORT, "api_key": "kunci-yang-salah-000"})[0], 403)
        self.assertEqual(self.get("requests/SP-00000-00000.json")[0], 404)
        self.assertEqual(self.get("requests/..%2f..json")[0], 404)
        self.assertEqual(self.gateway.wait_until_drained()["committed"], 0)

    def test_codes_cannot_be_guessed_through(self):
        self.wait_for_redis()
        answers = [self.get(f"requests/SP-{number:05d}-00000.json")[0] for number in range(80)]
        self.assertEqual(set(answers[:50]), {404})
        self.assertEqual(answers[-1], 429)


class AlbumTest(unittest.TestCase):
    """An album is several messages to Telegram, and one complaint to the city."""
    SECRET = "rahasia_setwebhook_uji_51c0"

    def setUp(self):
        self.gateway = Gateway(accounts='[accounts.tg-kota]\nadapter = "telegram/bot"\nsecret_token = { file = "telegram.secret" }\nbot_token = { file = "telegram.token" }\n',
                               start=False)
        self.addCleanup(self.gateway.__exit__)
        (self.gateway.directory / "telegram.secret").write_text(self.SECRET + "\n")
        (self.gateway.directory / "telegram.token").write_text("7000000112:AAE0contoh-token-bot-untuk-uji_77aa\n")
        self.gateway.start()

    def send_photo(self, number, caption=None):
        message = {"message_id": number, "date": 1767229200, "media_group_id": "13500000000000001", "chat": {"id": 810000041, "type": "private", "first_name": "Sari"},
                   "from": {"id": 810000041, "is_bot": False, "first_name": "Sari"},
                   "photo": [{"file_id": f"AgAC-kecil-{number}", "file_unique_id": f"k{number}", "width": 90, "height": 60, "file_size": 1200},
                             {"file_id": f"AgAC-besar-{number}", "file_unique_id": f"b{number}", "width": 1280, "height": 853, "file_size": 181200}]}
        if caption:
            message["caption"] = caption
        body = json.dumps({"update_id": 500000000 + number, "message": message}).encode()
        return self.gateway.request("/channels/tg-kota", body, {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": self.SECRET})[0]

    def test_five_photos_are_one_complaint(self):
        self.assertEqual([self.send_photo(1, "Sampah menumpuk di depan pasar Ciledug")] + [self.send_photo(number) for number in (3, 2, 5, 4)], [200] * 5)
        self.send_photo(3)   # Telegram repeats itself
        ledger = self.gateway.wait_until_drained()
        self.assertEqual({line["outcome"]: line["count"] for line in ledger["lines"]}, {"published": 1, "appended": 4, "duplicate": 1})
        entries = self.gateway.entries()
        self.assertEqual(len({event["subject"] for _, _, event in entries}), 1)
        self.assertEqual(sum(len(event["data"]["contacts"][0]["attachments"]) for _, _, event in entries), 5)


if __name__ == "__main__":
    unittest.main()
