# SPDX-License-Identifier: Apache-2.0
"""The main job, end to end: three channels in, one queue out, against the real program, a real Kannel and a real Redis."""
import json
import pathlib
import sys
import unittest

import jsonschema
import referencing

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from gateway import BEARER_KEY, KANNEL_SECRET, ROOT, Gateway, wait_until, whatsapp_text  # noqa: E402
from kannel import Kannel  # noqa: E402



def strict(schema):
    """The schema without room for additions: a field that the code writes and the schema does not name is a mistake here."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: strict(value) for key, value in schema.items()}
    return {**closed, "additionalProperties": False} if isinstance(schema.get("properties"), dict) else closed


COMPLAINT = strict(json.loads((ROOT / "docs/schema/complaint-v1.json").read_text()))
LINKED = strict(json.loads((ROOT / "docs/schema/complaint-linked-v1.json").read_text()))
SCHEMA = jsonschema.Draft202012Validator(COMPLAINT)
LINKED_SCHEMA = jsonschema.Draft202012Validator(LINKED, registry=referencing.Registry().with_resource(
    COMPLAINT["$id"], referencing.Resource.from_contents(COMPLAINT)))
CALL = {"disposition": "normal",
        "call": {"call_id": "1767229101.7", "direction": "in", "line": "112", "caller_number": "0812 5550 1001", "started_at": "2026-01-01T07:58:30+07:00"},
        "operator": {"id": "rina.k", "position": "meja-3", "shift": "pagi"},
        "incident": {"category": "banjir", "what_happened": "Air masuk rumah setinggi lutut di Periuk."}}


def outcomes(ledger):
    """{"published": 3, …} over all accounts."""
    sums = {}
    for line in ledger["lines"]:
        sums[line["outcome"]] = sums.get(line["outcome"], 0) + line["count"]
    return sums


class SpineTest(unittest.TestCase):
    def setUp(self):
        self.gateway = Gateway()
        self.addCleanup(self.gateway.__exit__)

    def post_call(self, record, key="panggilan-0001", bearer=BEARER_KEY):
        return self.gateway.request("/channels/hotline", json.dumps(record).encode(),
                                    {"Content-Type": "application/json", "Authorization": "Bearer " + bearer, "Idempotency-Key": key}, listener="staff")

    def get_sms(self, query, secret=KANNEL_SECRET):
        return self.gateway.request(f"/channels/sms-1708/{secret}?{query}")

    def fixtures(self, folder):
        return sorted(str(path) for path in (ROOT / "adapters" / folder / "fixtures").glob("*.http"))

    def test_three_channels_become_complaints_once_each(self):
        for _ in range(3):   # each provider repeats itself
            self.assertEqual(self.gateway.post_whatsapp(whatsapp_text("Lampu jalan mati di Jl. Moh. Toha Karawaci", "wamid.SATU", at=1767229200)), (200, b""))
            self.assertEqual(self.get_sms("from=%2B6281255501002&to=1708&text=Sampah+menumpuk+di+pasar+Anyar&charset=UTF-8&coding=0&id=5b1f0c1e-0001&ts=1767229200"),
                             (200, b""))
            self.assertEqual(self.post_call(CALL)[0], 202)
        ledger = self.gateway.wait_until_drained()
        self.assertEqual(outcomes(ledger), {"published": 3, "duplicate": 6})
        self.assertTrue(ledger["balances"])
        entries = self.gateway.entries()
        self.assertEqual(sorted(event["data"]["source_first"] for _, _, event in entries), ["call", "sms", "whatsapp"])
        self.assertEqual({event["data"]["service_code"] for _, _, event in entries}, {"pju", "sampah", "banjir"})
        self.assertEqual(len({event["subject"] for _, _, event in entries}), 3)

    def test_a_real_kannel_delivers_and_texts_nothing_back(self):
        query = f"{KANNEL_SECRET}?from=%q&to=%P&text=%b&charset=%C&coding=%c&udh=%u&id=%I&ts=%T&smsc=%i"
        with Kannel({"get-url": self.gateway.url("/channels/sms-1708/") + query}) as kannel:
            kannel.send_text("Lampu jalan mati di gang Mangga, mohon segera diperbaiki")
            kannel.send_unicode("Selokan mampet 😷 di Cipondoh, airnya bau", sender="+6281255501003")
            entries = wait_until(lambda: (found := self.gateway.entries()) and len(found) == 2 and found, 60, "two complaints")
            self.assertEqual({event["data"]["description"] for _, _, event in entries},
                             {"Lampu jalan mati di gang Mangga, mohon segera diperbaiki", "Selokan mampet 😷 di Cipondoh, airnya bau"})
            kannel.send_text("gema")
            self.assertTrue(kannel.next_text_back().endswith("gema"))   # the first text back is the echo service's: we sent none

    def test_every_fixture_ends_somewhere_and_every_entry_validates(self):
        sent = 0
        for account, folder in (("wa-utama", "whatsapp"), ("sms-1708", "sms"), ("hotline", "hotline")):
            files = self.fixtures(folder)
            listener = "--to", self.gateway.url("", "staff" if folder == "hotline" else "public")
            answer = self.gateway.command("send-fixture", *files, "--account", account, *listener, check=False)
            self.assertEqual(answer.stderr, "")
            sent += answer.stdout.count("200  ") + answer.stdout.count("202  ")
        self.assertGreater(sent, 100)
        ledger = self.gateway.wait_until_drained()
        self.assertTrue(ledger["balances"])
        for _, kind, event in self.gateway.entries(with_links=True):
            with self.subTest(kind=kind, id=event["id"]):
                self.assertEqual((event["specversion"], event["type"], event["subject"]), ("1.0", kind, event["data"]["tracking_code"]))
                schema = LINKED_SCHEMA if kind == "complaint.linked" else SCHEMA
                self.assertEqual([error.message for error in schema.iter_errors(event["data"])], [])

    def test_reports_of_one_thing_by_different_people_are_linked(self):
        self.gateway.post_whatsapp(whatsapp_text("lampu pju di jl moh toha depan pabrik torabika mati udah 3 hari", "wamid.LAMPU1", sender="6281255501001"))
        self.gateway.wait_until_drained()
        self.gateway.post_whatsapp(whatsapp_text("Penerangan Jalan Mohamad Toha seberang Torabika padam sejak senin", "wamid.LAMPU2", sender="6281255501002"))
        self.gateway.post_whatsapp(whatsapp_text("lampu pju di jl merdeka mati udah 3 hari", "wamid.LAMPU3", sender="6281255501003"))
        self.gateway.wait_until_drained()
        (_, _, first), (_, second_kind, second), (_, linked_kind, linked), (_, _, other) = self.gateway.entries(with_links=True)
        self.assertEqual((second_kind, linked_kind), ("complaint.received", "complaint.linked"))
        self.assertEqual([error.message for error in SCHEMA.iter_errors(second["data"])], [])
        self.assertEqual([error.message for error in LINKED_SCHEMA.iter_errors(linked["data"])], [])
        self.assertEqual([found["tracking_code"] for found in second["data"]["similar"]], [first["subject"]])
        self.assertEqual((linked["subject"], linked["data"]["complaint_id"]), (first["subject"], first["data"]["complaint_id"]))
        self.assertEqual([found["complaint_id"] for found in linked["data"]["similar"]], [second["data"]["complaint_id"]])
        self.assertEqual([event["data"]["interest_count"] for event in (first, second, linked, other)], [1, 2, 2, 1])
        self.assertTrue(linked["dataschema"].endswith("/complaint-linked-v1.json"))
        self.assertEqual(len({event["id"] for event in (first, second, linked, other)}), 4)
        self.assertNotIn("similar", other["data"])

    def test_an_emergency_stands_on_its_own_lane_and_nowhere_else(self):
        self.gateway.post_whatsapp(whatsapp_text("Kebakaran rumah di Jl. Kisamaun, api besar, ada anak terjebak, tolong!", "wamid.API"))
        self.gateway.wait_until_drained()
        self.assertEqual([(lane, event["data"]["priority"]) for lane, _, event in self.gateway.entries()], [("emergency", "emergency")])

    def test_an_unauthentic_request_stores_nothing_and_learns_nothing(self):
        refused = {self.gateway.post_whatsapp(whatsapp_text("x", "wamid.PALSU"), secret="bukan-rahasia-yang-benar"),
                   self.gateway.request("/channels/wa-utama", b"{}"),
                   self.get_sms("from=1&to=2&text=x", secret="salah-salah-salah-salah"),
                   self.post_call(CALL, bearer="salah-salah-salah-salah")}
        self.assertEqual(refused, {(403, b"forbidden\n")})
        self.assertEqual(self.gateway.ledger()["committed"], 0)

    def test_nothing_that_identifies_the_sender_is_on_the_queue(self):
        body = whatsapp_text("Nama saya Sari, nomor 0811-0000-1001, NIK 3671014505900001, lampu mati", "wamid.RAHASIA", sender="6281100001001")
        self.gateway.post_whatsapp(body)
        self.gateway.wait_until_drained()
        queued = json.dumps([event for _, _, event in self.gateway.entries()])
        for secret in ("81100001001", "0811-0000-1001", "3671014505900001"):
            self.assertNotIn(secret, queued)
        sealed = self.gateway.entries()[0][2]["data"]["sealed"]
        opened = json.loads(self.gateway.command("unseal", "--key", str(self.gateway.directory / "keys/back-office.secret"), stdin=sealed, config=False).stdout)
        self.assertEqual(opened["identity"], "tel:+6281100001001")
        self.assertIn("3671014505900001", opened["original_text"])

    def test_a_consumer_that_fails_sees_the_entry_again_and_the_dead_are_kept(self):
        self.gateway.post_whatsapp(whatsapp_text("Jalan berlubang di Batuceper", "wamid.LUBANG"))
        self.gateway.wait_until_drained()
        seen = self.gateway.directory / "seen"
        fail_once = f'cat >> {seen}; [ "$SATUPINTU_ATTEMPT" -gt 1 ]'
        self.gateway.command("consume", "--group", "uji", "--until-idle", "--exec", "sh", "--", "-c", fail_once)
        events = [json.loads(line) for line in seen.read_text().replace("}{", "}\n{").split("\n")]
        self.assertEqual(len(events), 2)
        self.assertEqual(events[0]["id"], events[1]["id"])
        self.gateway.command("consume", "--group", "rusak", "--attempts", "2", "--until-idle", "--exec", "false")
        self.assertEqual(self.gateway.redis()("XLEN", "sp:dead"), 1)

    def test_a_replay_adds_nothing_to_a_stream_that_is_whole(self):
        for i in range(20):
            self.gateway.post_whatsapp(whatsapp_text(f"Pohon tumbang nomor {i}", f"wamid.POHON{i}", sender=f"62811000020{i:02}"))
        self.gateway.wait_until_drained()
        before = self.gateway.entries()
        self.assertEqual(json.loads(self.gateway.command("replay", "--json").stdout), {"rows": 20, "events": 20, "added": 0})
        self.assertEqual(self.gateway.entries(), before)
        redis = self.gateway.redis()
        redis("DEL", *redis("SCAN", "0", "COUNT", "1000")[1])
        wait_until(lambda: len(self.gateway.entries()) == 20, what="the journal's second run")
        self.assertEqual({e["id"] for _, _, e in self.gateway.entries()}, {e["id"] for _, _, e in before})

    def test_the_simulation_is_accepted_on_every_channel(self):
        answer = self.gateway.command("simulate", "--count", "60", "--rate", "1000", "--to", self.gateway.url(""), "--staff", self.gateway.url("", "staff"))
        self.assertEqual(sorted(line.split()[0] for line in answer.stdout.splitlines()[1:]), ["hotline", "sms-1708", "wa-utama"])
        ledger = self.gateway.wait_until_drained()
        self.assertEqual(ledger["events"], 60)
        self.assertTrue(ledger["balances"])


if __name__ == "__main__":
    unittest.main()
