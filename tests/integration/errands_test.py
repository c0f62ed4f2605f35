# SPDX-License-Identifier: Apache-2.0
"""What the gateway does about a delivery afterwards: joins the parts of a text, finds the call of a position, brings in attachments. Against the
real program and a provider's server over TLS."""
import base64
import hashlib
import json
import pathlib
import signal
import sys
import tempfile
import time
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from gateway import ACCOUNTS, BEARER_KEY, KANNEL_SECRET, Gateway, wait_until, whatsapp_signature, whatsapp_text  # noqa: E402
from provider_api import ProviderApi  # noqa: E402

SENDER = "6281255501001"
PARTS = ["Selamat pagi, lampu jalan di depan masjid Al-Ikhlas Cipondoh ", "sudah padam sejak hari Senin dan warga takut lewat, ", "mohon segera diperbaiki."]
PICTURE = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xfe\x00\x0fdifoto Sari!!\xff\xda\x00\x04abgambar\xff\xd9"
WITHOUT_COMMENT = PICTURE.replace(b"\xff\xfe\x00\x0fdifoto Sari!!", b"")


def part_query(number, total=3, sender="+6281255501002", reference="aa", text=None):
    return urllib.parse.urlencode({"from": sender, "to": "1708", "text": text or PARTS[number - 1], "charset": "UTF-8", "coding": "0", "ts": int(time.time()),
                                   "udh": f"050003{reference}{total:02x}{number:02x}", "id": f"bagian-{sender}-{reference}-{number}"})


def texts(gateway):
    return sorted(event["data"]["description"] for _, kind, event in gateway.entries() if kind == "complaint.received")


class PartsTest(unittest.TestCase):
    def start(self, settings=""):
        self.gateway = Gateway(settings)
        self.addCleanup(self.gateway.__exit__)

    def send(self, *args, **kwargs):
        self.assertEqual(self.gateway.request(f"/channels/sms-1708/{KANNEL_SECRET}?{part_query(*args, **kwargs)}"), (200, b""))

    def test_parts_in_any_order_and_of_two_senders_with_the_same_reference_become_a_text_each(self):
        self.start()
        for number in (3, 1):
            self.send(number)
            self.send(number, sender="+6281255501009", text=f"({number} dari warga lain) ")
        self.gateway.wait_until_drained()
        self.assertEqual(texts(self.gateway), [])
        self.gateway.kill()   # what was held is held still
        self.gateway.start()
        self.send(2)
        self.send(2, sender="+6281255501009", text="(2 dari warga lain) ")
        wait_until(lambda: len(texts(self.gateway)) == 2, 30, "two joined texts")
        self.assertEqual(texts(self.gateway), ["(1 dari warga lain) (2 dari warga lain) (3 dari warga lain)", "".join(PARTS)])
        for number in (1, 2, 3):   # a provider that repeats itself
            self.send(number)
        ledger = self.gateway.wait_until_drained()
        time.sleep(1.5)
        self.assertEqual(len(texts(self.gateway)), 2)
        self.assertTrue(ledger["balances"])
        held = [line for line in ledger["lines"] if line["why"] == "joined_with_its_siblings"]
        self.assertEqual(held[0]["count"], 6)
        self.assertEqual(self.gateway.stop(), 0)

    def test_a_text_whose_part_never_comes_goes_without_it_and_says_so(self):
        self.start('[dedupe]\nwait_for_parts = "2s"\n\n')
        self.send(1)
        self.send(3)
        self.gateway.wait_until_drained()
        wait_until(lambda: texts(self.gateway), 30, "the text with a gap")
        data = [event["data"] for _, _, event in self.gateway.entries()][0]
        self.assertIn("bagian 2 dari 3", data["description"])
        self.assertIn("gap", data["contact"]["flags"] if "contact" in data else data["contacts"][0]["flags"])


class CallerLocationTest(unittest.TestCase):
    AML = 'A"ML=1;lt=-6.17500;lg=+106.63000;rd=25;top=20260105030405;lc=68;pm=G;si=510101234567890;ei=356938035643809;mcc=510;mnc=10;ml='

    def setUp(self):
        self.gateway = Gateway()
        self.addCleanup(self.gateway.__exit__)

    def post_call(self):
        call = {"disposition": "normal", "call": {"call_id": "1767229101.7", "direction": "in", "line": "112", "caller_number": "081255501001",
                                                  "started_at": "2026-01-01T07:58:30+07:00"},
                "operator": {"id": "rina.k", "position": "meja-3", "shift": "pagi"},
                "incident": {"category": "kebakaran", "what_happened": "Rumah terbakar di Periuk."}}
        status, _ = self.gateway.request("/channels/hotline", json.dumps(call).encode(), listener="staff",
                                         headers={"Content-Type": "application/json", "Authorization": "Bearer " + BEARER_KEY, "Idempotency-Key": "panggilan-0001"})
        self.assertEqual(status, 202)

    def send_location(self):
        query = urllib.parse.urlencode({"from": "+6281255501001", "to": "112", "text": self.AML + str(len(self.AML) + 3), "charset": "UTF-8", "coding": "0", "id": "aml-1", "ts": int(time.time())})
        self.assertEqual(self.gateway.request(f"/channels/sms-1708/{KANNEL_SECRET}?{query}"), (200, b""))

    def located(self):
        return [event for _, kind, event in self.gateway.entries() if kind == "complaint.appended"]

    def check_located(self):
        wait_until(self.located, 60, "the position under the call's complaint")
        complaint = [event for _, kind, event in self.gateway.entries() if kind == "complaint.received"]
        self.assertEqual(len(complaint), 1)
        self.assertEqual(self.located()[0]["subject"], complaint[0]["subject"])
        place = self.located()[0]["data"]["location"]
        self.assertAlmostEqual(place["lat"], -6.175)
        self.assertEqual((place["role"], place["method"], place["accuracy_m"]), ("caller", "gps", 25))
        self.assertNotIn("356938035643809", json.dumps(self.gateway.entries()))
        self.assertTrue(self.gateway.wait_until_drained()["balances"])

    def test_a_position_joins_the_call_that_came_before_it(self):
        self.post_call()
        self.gateway.wait_until_drained()
        self.send_location()
        self.check_located()
        self.assertEqual(len(self.located()), 1)

    def test_positions_whose_calls_never_come_do_not_multiply(self):
        for number in ("01", "02"):
            query = urllib.parse.urlencode({"from": "+62812555010" + number, "to": "112", "text": self.AML + str(len(self.AML) + 3), "charset": "UTF-8", "coding": "0",
                                            "id": "aml-" + number, "ts": int(time.time())})
            self.assertEqual(self.gateway.request(f"/channels/sms-1708/{KANNEL_SECRET}?{query}"), (200, b""))
        wait_until(lambda: self.gateway.wait_until_drained()["committed"] >= 6, 90, "the second look again")
        self.assertEqual(self.gateway.ledger()["committed"], 6)   # two, and each looked at twice more

    def test_a_position_that_comes_first_waits_for_its_call_and_opens_no_complaint(self):
        self.send_location()
        self.gateway.wait_until_drained()
        self.assertEqual(self.gateway.entries(), [])
        self.post_call()
        self.check_located()
        self.assertEqual(len(self.located()), 1)


class MediaTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="satupintu-api-")
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        self.api = ProviderApi(self.directory)
        self.addCleanup(self.api.__exit__)
        (self.directory / "token").write_text("token-graph-uji-7d21a0c9\n")
        self.accounts = ACCOUNTS.replace('[accounts.sms-1708]', f'api_url = "{self.api.url}/v26.0"\naccess_token = {{ file = "{self.directory}/token" }}\n\n[accounts.sms-1708]', 1)

    def start(self, settings=""):
        self.gateway = Gateway(self.api.settings() + settings, self.accounts)
        self.addCleanup(self.gateway.__exit__)

    def serve_picture(self, content=PICTURE, digest=None):
        self.api.answers[("GET", "/v26.0/media-1")] = (200, {"Content-Type": "application/json"}, json.dumps({
            "url": self.api.url + "/berkas/1", "mime_type": "image/jpeg", "sha256": digest or hashlib.sha256(content).hexdigest(), "file_size": len(content),
            "id": "media-1"}).encode())
        self.api.answers[("GET", "/berkas/1")] = (200, {"Content-Type": "image/jpeg"}, content)

    @staticmethod
    def picture():
        body = whatsapp_text("", "wamid." + base64.b64encode(SENDER.encode()).decode(), sender=SENDER)
        message = body["entry"][0]["changes"][0]["value"]["messages"][0]
        del message["text"]
        message.update(type="image", image={"id": "media-1", "mime_type": "image/jpeg", "caption": "Pohon tumbang menutup jalan di Cipondoh"})
        return body

    def send_picture(self):
        self.assertEqual(self.gateway.post_whatsapp(self.picture())[0], 200)
        self.gateway.wait_until_drained()

    def outcomes(self):
        return [(kind, event) for _, kind, event in self.gateway.entries() if kind.startswith("attachment.")]

    @staticmethod
    def attachment(event):
        return event["data"]["contacts"][0]["attachments"][0]

    def account_state(self):
        states = json.loads(self.gateway.request("/accounts", listener="admin")[1])
        return next(state["state"] for state in states if state["account"] == "wa-utama")

    def test_a_picture_is_fetched_stored_once_and_handed_out_without_its_metadata(self):
        self.start()
        self.serve_picture()
        self.send_picture()
        wait_until(self.outcomes, 30, "the attachment")
        (kind, event), = self.outcomes()
        self.assertEqual(kind, "attachment.stored")
        attachment = self.attachment(event)
        self.assertEqual((attachment["state"], attachment["mime"], attachment["bytes"]), ("stored", "image/jpeg", len(PICTURE)))
        complaint, = [event for _, kind, event in self.gateway.entries() if kind == "complaint.received"]
        self.assertEqual(event["subject"], complaint["subject"])
        self.assertEqual(self.attachment(complaint)["state"], "pending")
        self.assertNotIn(base64.b64encode(SENDER.encode()).decode(), json.dumps(self.gateway.entries()))   # as WhatsApp's ids hold it
        self.assertEqual(self.gateway.request(attachment["url"]), (200, PICTURE))
        self.assertEqual(self.gateway.request(attachment["public_url"]), (200, WITHOUT_COMMENT))
        self.assertEqual(self.gateway.request(attachment["url"].replace("until=", "until=9"))[0], 404)
        self.assertEqual(self.gateway.request("/media/" + attachment["id"])[0], 404)
        self.assertEqual(self.api.asked("/v26.0/media-1")[0]["headers"]["Authorization"], "Bearer token-graph-uji-7d21a0c9")
        self.send_picture()   # again by the provider: nothing more is fetched
        self.assertTrue(self.gateway.wait_until_drained()["balances"])
        time.sleep(1.5)
        self.assertEqual(len(self.api.asked("/berkas/1")), 1)
        self.assertEqual(self.account_state(), "ok")

    def test_an_attachment_survives_kill_at_every_step(self):
        for failpoint in ("errands.before_commit", "journal.in_transaction:2", "journal.after_commit:2", "pipeline.after_publish:2"):
            with self.subTest(failpoint):
                self.start()
                self.gateway.kill()
                self.serve_picture()
                self.gateway.start(environment={"SATUPINTU_KILL_AT": failpoint})
                body = self.picture()
                wait_until(lambda: self.gateway.post_whatsapp(body)[0] in (0, 200), 30, "the delivery")
                self.assertEqual(self.gateway.wait(60), -signal.SIGKILL)
                self.gateway.start()
                self.send_picture()
                wait_until(self.outcomes, 30, "the attachment")
                self.gateway.wait_until_drained()
                self.assertEqual([kind for kind, _ in self.outcomes()], ["attachment.stored"])
                self.assertEqual(len([kind for _, kind, _ in self.gateway.entries() if kind == "complaint.received"]), 1)

    def test_a_token_that_died_shows_and_the_complaint_is_there_all_the_same(self):
        self.start()
        self.api.answers[("GET", "/v26.0/media-1")] = (401, {"Content-Type": "application/json"}, b'{"error":{"code":190,"message":"expired"}}')
        self.send_picture()
        wait_until(lambda: self.account_state() == "auth_failed", 30, "the state")
        self.assertEqual(len(self.gateway.entries()), 1)
        self.assertIn('satupintu_account_state{account="wa-utama",state="auth_failed"} 1', self.gateway.request("/metrics", listener="admin")[1].decode())
        doctor = self.gateway.command("doctor", check=False).stdout
        self.assertRegex(doctor, r"check\s+channel wa-utama: auth_failed: ")
        self.assertIn("renew its token", doctor)
        told = self.gateway.events("credentials_refused")
        self.assertEqual(len(told), 1)
        self.assertNotIn("token-graph", json.dumps(self.gateway.log))

    def test_a_report_that_is_to_stay_anonymous_shows_no_name_with_its_picture(self):
        self.start()
        self.serve_picture()
        body = self.picture()
        body["entry"][0]["changes"][0]["value"]["messages"][0]["image"]["caption"] = "Anonim: pohon tumbang menutup jalan di Cipondoh"
        self.assertEqual(self.gateway.post_whatsapp(body)[0], 200)
        wait_until(lambda: self.gateway.wait_until_drained() and self.outcomes(), 30, "the attachment")
        self.assertEqual({event["data"]["visibility"] for _, _, event in self.gateway.entries()}, {"anonymous"})

    def test_what_is_no_picture_at_all_is_lost_with_its_reason(self):
        self.start()
        self.serve_picture(b"<html><script>alert(1)</script></html>")
        self.send_picture()
        wait_until(self.outcomes, 30, "the attachment")
        (kind, event), = self.outcomes()
        self.assertEqual(kind, "attachment.lost")
        self.assertEqual((self.attachment(event)["state"], self.attachment(event)["why"]), ("lost", "type_not_kept"))

    def test_a_provider_that_points_to_an_inner_address_is_not_followed(self):
        self.start()
        self.api.answers[("GET", "/v26.0/media-1")] = (200, {"Content-Type": "application/json"}, json.dumps({
            "url": "https://169.254.169.254/latest/meta-data", "mime_type": "image/jpeg", "sha256": "0" * 64, "file_size": 3, "id": "media-1"}).encode())
        self.send_picture()
        wait_until(lambda: self.gateway.metric("satupintu_errands_postponed_total") >= 1, 30, "the refusal")
        self.assertEqual(len(self.gateway.entries()), 1)


class MentionTest(unittest.TestCase):
    """A mention of which Instagram tells the ids only."""
    SECRET = "rahasia-aplikasi-meta-uji-9a64"

    def setUp(self):
        self.directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="satupintu-graph-")))
        self.api = self.enterContext(ProviderApi(self.directory))
        self.gateway = Gateway(self.api.settings(), f'[accounts.ig-kota]\nadapter = "meta/instagram"\napp_secret = {{ file = "ig.secret" }}\nverify_token = {{ file = "verify.token" }}\n'
                               f'access_token = {{ file = "ig.token" }}\napi_url = "{self.api.url}/v26.0"\naccount_id = "1784"\n', start=False)
        self.addCleanup(self.gateway.__exit__)
        (self.gateway.directory / "ig.secret").write_text(self.SECRET + "\n")
        (self.gateway.directory / "ig.token").write_text("token-instagram-uji-42aa17\n")

    def test_two_citizens_under_one_post_are_two_complaints(self):
        (self.gateway.directory / "fb.secret").write_text(self.SECRET + "\n")
        self.gateway.write_config(accounts='[accounts.fb-kota]\nadapter = "meta/facebook"\napp_secret = { file = "fb.secret" }\nverify_token = { file = "verify.token" }\npage_id = "11"\n')
        self.gateway.start()
        for number, text in ((77, "Jembatan di Batuceper retak"), (78, "Lampu jalan padam di Cipondoh")):
            body = json.dumps({"object": "page", "entry": [{"id": "11", "time": 1767229200, "changes": [{"field": "feed", "value": {
                "item": "comment", "verb": "add", "post_id": "11_500", "comment_id": f"500_{number}", "parent_id": "11_500", "from": {"id": f"9{number}", "name": "Warga"},
                "message": text, "created_time": 1767225600, "post": {"permalink_url": "https://www.facebook.com/11/posts/500", "is_published": True}}}]}]}).encode()
            self.assertEqual(self.gateway.request("/channels/fb-kota", body, {"Content-Type": "application/json", **whatsapp_signature(body, self.SECRET)})[0], 200)
        self.gateway.wait_until_drained()
        self.assertEqual(len(texts(self.gateway)), 2)

    def mention(self):
        body = json.dumps({"object": "instagram", "entry": [{"id": "1784", "time": 1767229200, "changes": [{"field": "mentions", "value": {"media_id": "1790"}}]}]}).encode()
        return self.gateway.request("/channels/ig-kota", body, {"Content-Type": "application/json", **whatsapp_signature(body, self.SECRET)})[0]

    def test_what_is_only_pointed_at_is_looked_up_through_kill_and_trouble_and_entered_once(self):
        answers = iter([(500, {}, b"{}")])
        found = (200, {"Content-Type": "application/json"}, json.dumps({"id": "1784", "mentioned_media": {
            "id": "1790", "caption": "Sampah menumpuk di Neglasari @pemkot.uji", "media_type": "TEXT", "timestamp": "2026-01-01T01:00:00+0000", "username": "budi.poris"}}).encode())
        self.api.answers[("GET", "/v26.0/1784")] = lambda request: next(answers, found)
        self.gateway.start(environment={"SATUPINTU_KILL_AT": "errands.before_commit:2"})   # the first try postpones, the second has the post
        self.assertEqual(self.mention(), 200)
        self.assertEqual(self.gateway.wait(60), -signal.SIGKILL)
        self.gateway.start()
        self.assertEqual(self.mention(), 200)   # Meta repeats itself
        self.gateway.wait_until_drained()
        wait_until(lambda: texts(self.gateway), 60, "the post")
        wait_until(lambda: len([line for line in self.gateway.ledger()["lines"] if line["outcome"] == "duplicate"]) == 1, 60, "the second look at it")
        self.assertEqual(texts(self.gateway), ["Sampah menumpuk di Neglasari @pemkot.uji"])
        self.assertTrue(self.gateway.wait_until_drained()["balances"])
        self.assertIn("Bearer token-instagram", self.api.asked("/v26.0/1784")[0]["headers"]["Authorization"])


if __name__ == "__main__":
    unittest.main()
