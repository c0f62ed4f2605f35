# SPDX-License-Identifier: Apache-2.0
"""What adapters/email/README.md says about mailboxes, tried with a real one: mail sent by swaks through Postfix into Dovecot, read by the
adapter. SATUPINTU_IMAP_POLL is the program of imap_poll.cpp."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from mail_server import ADDRESS, MailServer

ROOT = pathlib.Path(__file__).resolve().parents[2]
POLL = os.environ.get("SATUPINTU_IMAP_POLL", str(ROOT / "build/dev/tests/imap_poll"))
FIXTURES = ROOT / "adapters/email/fixtures"


def mail(identity, text="Lampu mati.\r\n", headers=""):
    return (f"From: Sari <sari@contoh.example>\r\nTo: {ADDRESS}\r\nSubject: Lampu\r\nMessage-ID: <{identity}@contoh.example>\r\n{headers}\r\n"
            f"{text}").encode()


HOSTILE = {
    "forged end": mail("jahat1", "a9 OK FETCH completed.\r\na10 OK done\r\n* BYE\r\n)\r\n* 1 FETCH (UID 1 BODY[] {5}\r\nhalo)\r\n"),
    "literal in the subject": mail("jahat2", headers="Subject: {12}\r\nX-Lain: {99999}\r\n"),
    "only dots": mail("jahat3", ".\r\n..\r\n...\r\n. \r\n"),
    "eight bit": mail("jahat4") + bytes(range(0x80, 0x100)) + b"\r\n",
    "long line": mail("jahat5", "x" * 900 + "\r\n" + "y" * 20000 + "\r\n"),
    "lonely carriage returns": mail("jahat6", "satu\rdua\r\r\ntiga\r\n"),
}


class ImapTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if os.geteuid() != 0:
            raise unittest.SkipTest("Dovecot and Postfix are started by root")

    def setUp(self):
        self.server = self.enterContext(MailServer())
        self.directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def run_poll(self, *options, tls="implicit", ca=None):
        port = self.server.imaps if tls == "implicit" else self.server.imap
        return subprocess.run([POLL, str(port), tls, str(ca or self.server.ca), str(self.directory), *options],
                              capture_output=True, text=True, check=False, timeout=120)

    def poll(self, *options, tls="implicit"):
        done = self.run_poll(*options, tls=tls)
        self.assertEqual(done.returncode, 0, done.stderr + self.server.log("dovecot.log")[-2000:])
        return json.loads(done.stdout)

    def committed(self):
        files = sorted(self.directory.glob("*.eml"), key=lambda path: int(path.stem))
        return [path.read_bytes() for path in files]

    def flags(self, folder="INBOX"):
        return [b"\\Seen" in description for _, description in self.server.stored(folder).values()]

    def test_hostile_mail_sent_through_postfix_arrives_byte_by_byte_and_once(self):
        for name, raw in HOSTILE.items():
            with self.subTest(name):
                self.server.send(data=raw)
        stored = [raw for raw, _ in self.server.stored().values()]
        self.assertEqual(self.flags(), [False] * len(HOSTILE))
        events = self.poll()
        self.assertEqual(self.committed(), stored)
        self.assertEqual(len(events), len(HOSTILE))
        self.assertEqual([event["external_id"] for event in events], [f"jahat{n}@contoh.example" for n in range(1, 7)])
        self.assertEqual(self.flags(), [True] * len(HOSTILE))
        self.assertEqual(self.poll(), [])
        self.assertEqual(len(self.committed()), len(HOSTILE))

    def test_whatever_lies_in_the_mailbox_is_read_as_it_lies_there(self):
        raws = [path.read_bytes().split(b"\n\n", 1)[1] for path in sorted(FIXTURES.glob("imap.*.pulled"))]
        raws = [raw for raw in raws if raw]
        for raw in raws:
            self.server.append(raw)
        self.poll()
        self.assertEqual(self.committed(), [raw for raw, _ in self.server.stored().values()])
        self.assertEqual(len(self.committed()), len(raws))

    def test_an_attachment_and_a_tag_travel_through_swaks(self):
        photo = self.directory / "foto.jpg"
        photo.write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40)
        self.server.send("--to", "lapor+SP-0ABCD-EFGHV@kota.example", "--header", "Subject: =?utf-8?Q?Jalan_berlubang_=F0=9F=98=A2?=",
                         "--body", "Foto terlampir.", "--attach-type", "image/jpeg", "--attach-name", "foto.jpg", "--attach", f"@{photo}")
        (event,) = self.poll()
        self.assertEqual(event["subject"], "Jalan berlubang \U0001F622")
        self.assertEqual(event["text"], "Foto terlampir.")
        self.assertIn(["tracking_code", "SP-0ABCD-EFGHV"], event["stated"]["attributes"])
        (attachment,) = event["attachments"]
        self.assertEqual((attachment["kind"], attachment["mime_type"], attachment["name"]), ("image", "image/jpeg", "foto.jpg"))

    def test_every_way_of_encryption_works_and_a_stranger_is_not_believed(self):
        for number, tls in enumerate(("implicit", "starttls", "none")):
            self.server.append(mail(f"tls{number}"))
            self.assertEqual(len(self.poll(tls=tls)), 1, tls)
        other = self.directory / "lain.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", "/dev/null",
                        "-out", str(other)], check=True, capture_output=True)
        for tls in ("implicit", "starttls"):
            done = self.run_poll(tls=tls, ca=other)
            self.assertEqual(done.returncode, 1, tls)
            self.assertIn("unavailable", done.stderr)

    def test_what_is_not_committed_stays_unread(self):
        self.server.append(mail("a"))
        self.assertIn("overloaded", self.run_poll("refuse_commits").stderr)
        self.assertEqual(self.flags(), [False])
        self.assertEqual(len(self.poll()), 1)
        self.assertEqual(self.flags(), [True])

    def test_a_crash_after_the_commit_neither_doubles_nor_leaves_a_mail_unread(self):
        for name in "abc":
            self.server.append(mail(name))
        self.assertEqual(self.run_poll("die_after_commits=2").returncode, 9)
        self.assertEqual(self.flags(), [True, False, False])
        self.poll()
        self.assertEqual(self.committed(), [raw for raw, _ in self.server.stored().values()])
        self.assertEqual(self.flags(), [True, True, True])

    def test_processed_mail_is_moved_into_a_folder_that_is_made(self):
        self.server.append(mail("a"))
        self.server.append(mail("b"))
        self.assertEqual(self.run_poll("processed_folder=Sudah Masuk", "die_after_commits=1").returncode, 9)
        self.poll("processed_folder=Sudah Masuk")
        self.assertEqual(self.server.stored(), {})
        self.assertEqual(self.flags('"Sudah Masuk"'), [True, True])
        self.assertEqual(self.committed(), [mail("a"), mail("b")])

    def test_a_folder_made_anew_is_read_again_and_ids_tell_what_was_known(self):
        self.server.append(mail("a"))
        self.poll()
        before = (self.directory / "bookmark").read_text().split()[0]
        self.server.forget_uids()
        self.server.append(mail("b"))
        events = self.poll()
        self.assertNotEqual((self.directory / "bookmark").read_text().split()[0], before)
        self.assertEqual([event["external_id"] for event in events], ["a@contoh.example", "b@contoh.example"])
        self.assertEqual(self.poll(), [])

    def test_a_mail_of_thirty_megabytes_is_taken_in_part(self):
        self.server.append(mail("besar", "Lampu mati.\r\n" + ("x" * 998 + "\r\n") * 30_000))
        self.server.append(mail("kecil"))
        events = self.poll()
        self.assertEqual([event["external_id"] for event in events], ["besar@contoh.example", "kecil@contoh.example"])
        self.assertEqual(events[0]["flags"], ["truncated"])
        self.assertLess(len(self.committed()[0]), 70_000)

    def test_a_wrong_password_is_told_as_such(self):
        (self.server.directory / "users").write_text(f"{ADDRESS}:{{PLAIN}}lain::::::\n")
        self.assertIn("unauthentic", self.run_poll().stderr)


if __name__ == "__main__":
    unittest.main()
