# SPDX-License-Identifier: Apache-2.0
"""Pull channels in the real program: a mailbox of a real Dovecot, and X's mentions, which also find what the webhook missed. After any outage what was
missed is there, once."""
import base64
import hashlib
import hmac
import json
import os
import pathlib
import signal
import sys
import tempfile
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from gateway import BEARER_KEY, Gateway, wait_until  # noqa: E402
from mail_server import ADDRESS, PASSWORD, MailServer  # noqa: E402
from provider_api import ProviderApi  # noqa: E402


def complaints(gateway):
    gateway.wait_until_drained()
    return [event["data"] for _, kind, event in gateway.entries() if kind == "complaint.received"]


class MailboxTest(unittest.TestCase):
    def setUp(self):
        if os.geteuid() != 0:
            self.skipTest("Dovecot and Postfix are started by root")
        self.server = self.enterContext(MailServer())
        self.gateway = Gateway(
            f'[outbound]\ninternal_hosts = ["localhost"]\nca_file = "{self.server.ca}"\n\n',
            f'[accounts.surat]\nadapter = "email/imap"\nhost = "localhost"\nport = {self.server.imaps}\nusername = "{ADDRESS}"\n'
            f'password = {{ file = "mailbox.password" }}\naddresses = ["{ADDRESS}"]\nevery = "5s"\n', start=False)
        self.addCleanup(self.gateway.__exit__)
        (self.gateway.directory / "mailbox.password").write_text(PASSWORD + "\n")

    @staticmethod
    def mail(number, text="Lampu jalan mati di Jl. Moh. Toha", sender="sari"):
        picture = base64.b64encode(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xda\x00\x04abgambar\xff\xd9").decode()
        return (f"From: Sari <{sender}{number}@contoh.example>\r\nTo: {ADDRESS}\r\nSubject: Laporan {number}\r\nMessage-ID: <lapor-{number}@contoh.example>\r\n"
                f"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=batas\r\n\r\n--batas\r\nContent-Type: text/plain\r\n\r\n{text} nomor {number}\r\n"
                f"--batas\r\nContent-Type: image/jpeg; name=lampu.jpg\r\nContent-Transfer-Encoding: base64\r\n\r\n{picture}\r\n--batas--\r\n").encode()

    def seen(self):
        return [b"\\Seen" in description for _, description in self.server.stored().values()]

    def test_a_mailbox_is_read_through_kills_and_each_mail_becomes_one_complaint_with_its_picture(self):
        for number in (1, 2, 3):
            self.server.send(data=self.mail(number))
        wait_until(lambda: len(self.server.stored()) == 3, 60, "three mails in the mailbox")
        for failpoint in ("poller.before_commit:2", "poller.after_commit:2"):
            self.gateway.start(environment={"SATUPINTU_KILL_AT": failpoint})
            self.assertEqual(self.gateway.wait(60), -signal.SIGKILL)
        self.assertFalse(all(self.seen()))
        self.gateway.start()
        wait_until(lambda: all(self.seen()), 60, "all mails to be marked as read")
        self.assertEqual(len(complaints(self.gateway)), 3)
        stored = wait_until(lambda: len(found := [event for _, kind, event in self.gateway.entries() if kind == "attachment.stored"]) == 3 and found, 60, "three pictures")
        self.assertEqual(len({event["subject"] for event in stored}), 3)
        self.assertTrue(self.gateway.ledger()["balances"])

    def test_what_came_during_an_outage_is_found_once_and_a_wrong_password_shows(self):
        self.gateway.start()
        self.server.send(data=self.mail(1))
        wait_until(lambda: len(complaints(self.gateway)) == 1, 60, "the first mail")
        self.gateway.stop()
        self.server.send(data=self.mail(2))
        (self.gateway.directory / "mailbox.password").write_text("sandi yang salah\n")
        self.gateway.start()

        def state():
            return json.loads(self.gateway.request("/accounts", listener="admin")[1])[0]["state"]
        wait_until(lambda: state() == "auth_failed", 60, "the state of the account")
        self.assertEqual(len(complaints(self.gateway)), 1)
        self.gateway.stop()
        (self.gateway.directory / "mailbox.password").write_text(PASSWORD + "\n")
        self.gateway.start()
        wait_until(lambda: len(complaints(self.gateway)) == 2, 60, "the second mail")
        self.assertEqual(state(), "ok")


class MentionsTest(unittest.TestCase):
    SECRET = "rahasia-konsumen-x-uji-5b1d90"
    US = "2901555010"

    def setUp(self):
        self.directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="satupintu-x-")))
        self.api = self.enterContext(ProviderApi(self.directory))
        self.posts = []
        self.api.answers[("GET", f"/2/users/{self.US}/mentions")] = self.mentions
        self.gateway = Gateway(self.api.settings(), f'[accounts.x-kota]\nadapter = "x/account"\nconsumer_secret = {{ file = "x.secret" }}\nuser_id = "{self.US}"\n'
                               f'username = "kota_uji"\nbearer_token = {{ file = "x.token" }}\npoll_every = "5s"\napi_url = "{self.api.url}"\n'
                               '\n[accounts.hotline]\nadapter = "hotline/form"\nkey = { file = "bearer.key" }\n', start=False)
        self.addCleanup(self.gateway.__exit__)
        (self.gateway.directory / "x.secret").write_text(self.SECRET + "\n")
        (self.gateway.directory / "x.token").write_text("token-pembawa-x-uji-77c3e1f0\n")

    def post(self, number, text):
        return {"id": str(2_007_300_000_000_000_000 + number), "text": "@kota_uji " + text, "author_id": str(1_480_555_000 + number),
                "created_at": "2026-01-03T02:04:05.000Z", "conversation_id": str(2_007_300_000_000_000_000 + number),
                "entities": {"mentions": [{"start": 0, "end": 9, "username": "kota_uji", "id": self.US}]}}

    def mentions(self, request):
        """As X answers: the newest first, two to a page, those after since_id."""
        asked = dict(urllib.parse.parse_qsl(request["path"].split("?")[1]))
        since = int(asked.get("since_id", 0))
        found = sorted((post for post in self.posts if int(post["id"]) > since), key=lambda post: -int(post["id"]))
        begin = int(asked.get("pagination_token", 0))
        page = found[begin:begin + 2]
        meta = {"result_count": len(page)}
        if page:
            meta.update(newest_id=page[0]["id"], oldest_id=page[-1]["id"])
        if begin + 2 < len(found):
            meta["next_token"] = str(begin + 2)
        users = [{"id": post["author_id"], "name": "Warga", "username": "warga" + post["author_id"][-3:]} for post in page]
        return 200, {"Content-Type": "application/json"}, json.dumps({"data": page, "includes": {"users": users}, "meta": meta} if page else {"meta": meta}).encode()

    def push(self, post):
        body = json.dumps({"data": {"event_uuid": "-68", "event_type": "post.mention.create", "filter": {"user_id": self.US}, "tag": "m", "payload": post,
                                    "includes": {"users": [{"id": post["author_id"], "name": "Warga", "username": "warga"}]}}}).encode()
        signature = base64.b64encode(hmac.new(self.SECRET.encode(), body, hashlib.sha256).digest()).decode()
        status, _ = self.gateway.request("/channels/x-kota", body, {"Content-Type": "application/json", "x-twitter-webhooks-signature": "sha256=" + signature})
        self.assertEqual(status, 200)

    def test_the_poll_finds_what_the_webhook_missed_once_through_an_outage_and_a_kill_between_pages(self):
        self.posts = [self.post(1, "Banjir di RW 3 Periuk")]
        self.gateway.start()
        wait_until(lambda: self.gateway.metric("satupintu_deliveries_committed_total") >= 1, 60, "the first page")
        self.push(self.posts[0])   # the webhook tells of it, too
        self.assertEqual(len(complaints(self.gateway)), 1)
        self.gateway.stop()
        missed = ["Lampu jalan padam di Cipondoh", "Sampah menumpuk di Neglasari", "Pohon tumbang di Karawaci", "Got mampet di Larangan", "Jalan berlubang di Ciledug"]
        self.posts += [self.post(number, text) for number, text in enumerate(missed, 2)]
        self.gateway.start(environment={"SATUPINTU_KILL_AT": "poller.after_commit:2"})   # with two of three pages committed
        self.assertEqual(self.gateway.wait(60), -signal.SIGKILL)
        self.gateway.start()
        wait_until(lambda: len(complaints(self.gateway)) == 6, 60, "six complaints")
        self.push(self.posts[3])
        ledger = self.gateway.wait_until_drained()
        self.assertEqual(len(complaints(self.gateway)), 6)
        self.assertTrue(ledger["balances"])
        self.assertNotIn("token-pembawa", json.dumps(self.gateway.log))

    def test_a_post_that_staff_write_down_is_the_one_that_was_read_or_will_be(self):
        self.gateway.start()
        texts = ["Banjir di RW 3 Periuk", "Lampu jalan padam di Cipondoh"]
        posts = [self.post(number, text) for number, text in enumerate(texts, 1)]
        forms = [{"channel": "x", "disposition": "normal", "operator": {"id": "rina.k", "position": "media sosial", "shift": "pagi"},
                  "incident": {"category": "banjir", "what_happened": "Disalin petugas: " + post["text"]},
                  "source": {"url": f"https://twitter.com/warga/status/{post['id']}?s=20"}} for post in posts]

        def write_down(form, key):
            status, _ = self.gateway.request("/channels/hotline", json.dumps(form).encode(), listener="staff", headers={
                "Content-Type": "application/json", "Authorization": "Bearer " + BEARER_KEY, "Idempotency-Key": key})
            self.assertEqual(status, 202)
        write_down(forms[0], "salinan-0001")   # before the poll reads it
        self.gateway.wait_until_drained()
        self.posts = posts
        wait_until(lambda: len(complaints(self.gateway)) == 2, 60, "the second post")
        write_down(forms[1], "salinan-0002")   # after
        ledger = self.gateway.wait_until_drained()
        self.assertEqual(len(complaints(self.gateway)), 2)
        self.assertEqual(sum(line["count"] for line in ledger["lines"] if line["outcome"] == "duplicate"), 2)


if __name__ == "__main__":
    unittest.main()
