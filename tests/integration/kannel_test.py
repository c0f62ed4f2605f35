# SPDX-License-Identifier: Apache-2.0
"""What adapters/sms/README.md says about Kannel, tried with a real one: SMS of every kind through bearerbox and smsbox,
decoded by the adapter. SATUPINTU_KANNEL_DECODE is the program of kannel_decode.cpp."""
import json
import os
import pathlib
import re
import subprocess
import unittest
import urllib.parse
import urllib.request

from kannel import Capture, Kannel, wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
DECODE = os.environ.get("SATUPINTU_KANNEL_DECODE", str(ROOT / "build/dev/tests/kannel_decode"))
PATH = "/channels/sms-1708/k4nn3l-rahasia-di-jalur-url"
GET_QUERY = "?from=%q&to=%P&text=%b&charset=%C&coding=%c&udh=%u&id=%I&ts=%T&smsc=%i"
POST_QUERY = "?id=%I&ts=%T"
LONG = ("Selamat pagi. Kami warga Kel. Gebang Raya melaporkan sampah menumpuk di TPS depan pasar sudah dua minggu, baunya sampai "
        "ke SDN dan lalat masuk kelas. Petugas kelurahan sudah kami datangi tiga kali, dijawab menunggu truk. Mohon diangkut.")


def by_get(capture):
    return {"get-url": capture.url(PATH + GET_QUERY)}


def by_post(capture):
    return {"post-url": capture.url(PATH + POST_QUERY), "send-sender": "true"}


WAYS = {"get-url": by_get, "post-url": by_post}


def decoded(request):
    answer = subprocess.run([DECODE], input=request, capture_output=True, check=False, timeout=60)
    if answer.returncode != 0:
        raise AssertionError(f"{answer.stderr.decode()}\n{request.decode(errors='replace')}")
    return json.loads(answer.stdout)


class DeliveryTest:
    """What both ways of delivery have in common."""

    @classmethod
    def setUpClass(cls):
        cls.capture = cls.enterClassContext(Capture())
        cls.kannel = cls.enterClassContext(Kannel(cls.service(cls.capture)))

    def event_of(self, send):
        """What the adapter makes of the one delivery that `send` leads to."""
        before = len(self.capture.requests)
        send()
        events = decoded(self.capture.wait_for(before + 1)[-1])
        self.assertEqual(len(events), 1)
        return events[0]

    def test_a_seven_bit_text_arrives_with_every_symbol(self):
        text = "Hub sari@contoh.example, biaya \"parkir\" Rp5.000 + Rp2.000 = 50% & ditagih 2x? #pungli café {RT 03} €"
        event = self.event_of(lambda: self.kannel.send_text(text))
        self.assertEqual(event["text"], text)
        self.assertEqual(event["sender"], {"address_kind": "phone", "address": "+6281255501001"})
        self.assertEqual(event["to"], ["1708"])
        self.assertRegex(event["external_id"], r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
        self.assertRegex(event["provider_at"], r"^20\d\d-")
        self.assertNotIn("flags", event)

    def test_a_unicode_text_arrives_with_its_emoji_and_line_breaks(self):
        text = "Banjir selutut \U0001F30A\U0001F64F\nRT 03/RW 05 @ Periuk + # \u0e01"
        event = self.event_of(lambda: self.kannel.send_unicode(text))
        self.assertEqual(event["text"], text)
        self.assertNotIn("flags", event)

    def test_a_long_text_is_joined_by_bearerbox_in_whatever_order_its_parts_come(self):
        parts = [LONG[:80], LONG[80:159], LONG[159:]]

        def send():
            for number in (3, 1, 2):
                self.kannel.send_part(parts[number - 1], 0xAA, 3, number)
        event = self.event_of(send)
        self.assertEqual(event["text"], LONG)
        self.assertNotIn("flags", event)

    def test_an_empty_text_is_delivered(self):
        event = self.event_of(lambda: self.kannel.send_text(""))
        self.assertEqual(event["event"], "message")
        self.assertNotIn("text", event)

    def test_names_and_short_numbers_write_too(self):
        event = self.event_of(lambda: self.kannel.send_text("Siaga 2", sender="BPBD-TNG"))
        self.assertEqual(event["sender"], {"address_kind": "platform_id", "address": "BPBD-TNG"})
        event = self.event_of(lambda: self.kannel.send_text("Siaga 2", sender="98108"))
        self.assertEqual(event["sender"], {"address_kind": "phone", "address": "98108"})

    def test_binary_messages_are_ignored(self):
        event = self.event_of(lambda: self.kannel.send_binary(b"\x00\xff\x01biner"))
        self.assertEqual((event["event"], event["why"]), ("ignored", "binary_sms"))

    def test_every_message_has_an_id_of_its_own(self):
        ids = {self.event_of(lambda: self.kannel.send_text("sama persis"))["external_id"] for _ in range(3)}
        self.assertEqual(len(ids), 3)

    def test_nothing_is_texted_back_to_the_citizen(self):
        self.event_of(lambda: self.kannel.send_text("halo"))
        self.assertEqual(self.kannel.texts_back_before_echo(), [])


class GetUrlTest(DeliveryTest, unittest.TestCase):
    service = staticmethod(by_get)


class PostUrlTest(DeliveryTest, unittest.TestCase):
    service = staticmethod(by_post)


class PartsTest(unittest.TestCase):
    def test_parts_that_nobody_joins_say_which_part_of_what_they_are(self):
        for way, service in WAYS.items():
            with self.subTest(way), Capture() as capture, Kannel(service(capture), core={"sms-combine-concatenated-mo": "false"}) as kannel:
                kannel.send_part("bagian kedua", 0xAA, 2, 2)
                kannel.send_part("bagian pertama", 0xAA, 2, 1)
                events = [decoded(request)[0] for request in capture.wait_for(2)]
                self.assertEqual({(e["text"], e["part"]["reference"], e["part"]["number"]) for e in events},
                                 {("bagian pertama", "aa/2", "1 of 2"), ("bagian kedua", "aa/2", "2 of 2")})

    def test_a_part_without_its_siblings_comes_alone_in_the_end(self):
        with Capture() as capture, Kannel(by_post(capture), core={"sms-combine-concatenated-mo-timeout": 1}) as kannel:
            kannel.send_part("bagian kedua", 0xAA, 2, 2)
            event = decoded(capture.wait_for(1)[0])[0]
            self.assertEqual((event["text"], event["part"]["number"]), ("bagian kedua", "2 of 2"))


class RetryTest(unittest.TestCase):
    def test_whatever_is_not_200_or_202_is_tried_again_with_the_same_request(self):
        refusals = (503, 500, 429, 403, 400, 302, 204)
        # After the 202 comes a message whose own retry takes longer than one of the first message would.
        statuses = (*refusals, 202, 503, 200)
        for way, service in WAYS.items():
            with self.subTest(way), Capture(*statuses) as capture, Kannel(service(capture)) as kannel:
                kannel.send_text("pohon tumbang")
                requests = capture.wait_for(len(refusals) + 1)
                self.assertEqual(len(set(requests)), 1)
                kannel.send_text("lagi")
                texts = [decoded(request)[0]["text"] for request in capture.wait_for(len(statuses))[-2:]]
                self.assertEqual(texts, ["lagi", "lagi"])

    def test_a_gateway_that_is_down_is_tried_until_it_is_up(self):
        with Capture() as capture:
            port, service = capture.port, by_post(capture)
        with Kannel(service) as kannel:
            kannel.send_text("pohon tumbang")
            kannel.texts_back_before_echo()
            with Capture(port=port) as capture:
                self.assertEqual(decoded(capture.wait_for(1)[0])[0]["text"], "pohon tumbang")


class FactsTest(unittest.TestCase):
    """Why the settings in the README are as they are."""

    def test_an_answer_is_texted_to_the_citizen_unless_max_messages_is_0(self):
        for body, text in ((b"", "<Empty reply from service provider>"), (b"diterima", "diterima")):
            with self.subTest(body), Capture(body=body) as capture, Kannel({**by_post(capture), "max-messages": 1}) as kannel:
                kannel.send_text("halo")
                self.assertEqual(kannel.next_text_back(), f"1708 +6281255501001 text {text}")

    def test_post_url_names_no_sender_without_send_sender(self):
        with Capture() as capture, Kannel({"post-url": capture.url(PATH)}) as kannel:
            kannel.send_text("halo")
            event = decoded(capture.wait_for(1)[0])[0]
            self.assertEqual(event["sender"], {"address_kind": "none"})
            self.assertEqual(event["text"], "halo")
            self.assertNotIn("external_id", event)
            self.assertIn("provider_at", event)

    def test_smsbox_sends_an_escape_that_it_does_not_know_as_it_stands(self):
        with Capture() as capture, Kannel({"get-url": capture.url(PATH + "?text=%b&from=%q&udh=%U")}) as kannel:
            kannel.send_text("halo")
            request = capture.wait_for(1)[0]
            self.assertTrue(re.search(rb"udh=%U ", request), request)
            self.assertEqual(decoded(request)[0]["text"], "halo")

    def test_an_smsbox_with_an_id_gets_nothing_without_a_route(self):
        with Capture() as capture, Kannel(by_post(capture), smsbox={"smsbox-id": "satupintu"}) as kannel:
            kannel.send_text("halo")
            wait_until(lambda: "smsbox_list empty!" in kannel.log(), what="bearerbox's complaint")
            self.assertEqual(capture.requests, [])

    def test_smsbox_writes_texts_and_the_url_into_its_log_below_level_2(self):
        for level, told in ((0, True), (2, False)):
            with self.subTest(level), Capture(503, 200) as capture:
                with Kannel(by_post(capture), smsbox={"log-file": "smsbox.file.log", "log-level": level}) as kannel:
                    kannel.send_text("halo isi pesan")
                    capture.wait_for(2)
                    log = (kannel.directory / "smsbox.file.log").read_text(errors="replace")
                    self.assertEqual("halo isi pesan" in log, told)
                    self.assertEqual(PATH in log, told)

    def test_what_waits_for_a_retry_is_lost_with_smsbox(self):
        with Capture(503) as capture, Kannel(by_post(capture)) as kannel:
            kannel.send_text("hilang")
            capture.wait_for(1)
            kannel.kill_smsbox()
            lost = len(capture.requests)
            kannel.start_smsbox()
            kannel.send_text("sampai")
            self.assertEqual(decoded(capture.wait_for(lost + 1)[-1])[0]["text"], "sampai")

    def test_a_delivery_report_is_a_receipt(self):
        with Capture() as capture, Kannel(by_post(capture)) as kannel:
            dlr_url = capture.url(PATH + "?dlr=%d&id=kita-0001&ts=%T")
            query = urllib.parse.urlencode({"from": "1708", "to": "+6281255501001", "text": "Laporan diterima", "dlr-mask": 31, "dlr-url": dlr_url})
            with urllib.request.urlopen(kannel.sendsms_url + "&" + query, timeout=30) as answer:
                self.assertEqual(answer.status, 202)
            self.assertEqual(kannel.next_text_back(), "1708 +6281255501001 text Laporan diterima")
            receipt = decoded(capture.wait_for(1)[0])[0]
            self.assertEqual((receipt["event"], receipt["external_id"], receipt["state"]), ("receipt", "kita-0001", "sent"))


if __name__ == "__main__":
    unittest.main()
