# SPDX-License-Identifier: Apache-2.0
"""Attachments in an S3 bucket and past a virus scanner: s3rver, a bucket of our own that checks signatures (s3rver does not, in version 4), and a
real clamd with a virus signature of our own."""
import hashlib
import hmac
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracles"))
import oracles_test  # noqa: E402
from errands_test import PICTURE, WITHOUT_COMMENT, MediaTest as MediaCase  # noqa: E402
from gateway import free_port, wait_until  # noqa: E402


S3_SECRET = "rahasia-ember-uji-51c2aa"
BUCKET_SERVER = """
const fs = require('fs');
const S3rver = require('s3rver');
require('s3rver/lib/models/account').DUMMY_ACCOUNT.createKeyPair('KUNCI-UJI', '%(secret)s');
new S3rver({directory: '%(directory)s', address: '127.0.0.1', port: %(port)s, silent: true, key: fs.readFileSync('%(key)s'),
            cert: fs.readFileSync('%(cert)s'), configureBuckets: [{name: 'laporan'}]}).run();
"""


def load_tests(loader, _tests, _pattern):
    """Not the cases of the class that is only borrowed from."""
    return unittest.TestSuite(loader.loadTestsFromTestCase(case) for case in (BucketTest, ScannerTest))


class Borrowed(MediaCase):
    test_a_picture_is_fetched_stored_once_and_handed_out_without_its_metadata = None
    test_an_attachment_survives_kill_at_every_step = None
    test_a_token_that_died_shows_and_the_complaint_is_there_all_the_same = None
    test_what_is_no_picture_at_all_is_lost_with_its_reason = None
    test_a_report_that_is_to_stay_anonymous_shows_no_name_with_its_picture = None
    test_a_provider_that_points_to_an_inner_address_is_not_followed = None


class BucketTest(Borrowed):
    def start_bucket(self):
        oracles_test.install()
        port = free_port()
        (self.directory / "s3").mkdir()
        server = BUCKET_SERVER % {"directory": self.directory / "s3", "port": port, "key": self.directory / "provider-key.pem", "cert": self.api.ca_file,
                                  "secret": S3_SECRET}
        self.s3 = subprocess.Popen(["node", "--input-type=commonjs", "--eval", server], cwd=oracles_test.INSTALLED, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        self.addCleanup(self.s3.wait)
        self.addCleanup(self.s3.kill)
        wait_until(lambda: subprocess.run(["curl", "-sk", f"https://127.0.0.1:{port}/"], capture_output=True, check=False).returncode == 0, 30, "s3rver")
        return port

    def settings(self, port, secret=S3_SECRET):
        (self.directory / "secret").write_text(secret + "\n")
        return (f'[media]\ns3_endpoint = "https://127.0.0.1:{port}"\ns3_bucket = "laporan"\ns3_access_key = "KUNCI-UJI"\n'
                f's3_secret_key = {{ file = "{self.directory}/secret" }}\n\n')

    def keep_as_a_bucket_would(self, request):
        """403 unless the request is signed as AWS Signature Version 4 asks; then it is kept, or handed out."""
        told = dict(re.findall(r"(\w+)=([^, ]+)", request["headers"]["Authorization"]))
        _, day, region, service, kind = told["Credential"].split("/")
        lower = {name.lower(): value.strip() for name, value in request["headers"].items()}
        names = told["SignedHeaders"].split(";")
        canonical = "\n".join([request["method"], request["path"], "", *(f"{name}:{lower[name]}" for name in names), "", ";".join(names),
                               hashlib.sha256(request["body"]).hexdigest()])
        to_sign = "\n".join(["AWS4-HMAC-SHA256", lower["x-amz-date"], f"{day}/{region}/{service}/{kind}", hashlib.sha256(canonical.encode()).hexdigest()])
        key = b"AWS4" + S3_SECRET.encode()
        for part in (day, region, service, kind):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        if hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest() != told["Signature"]:
            return 403, {}, b"<Error><Code>SignatureDoesNotMatch</Code></Error>"
        self.assertIn("x-amz-content-sha256", names)
        if request["method"] == "PUT":
            self.api.answers[("GET", request["path"])] = self.keep_as_a_bucket_would
            self.kept[request["path"]] = request["body"]
        return 200, {}, self.kept[request["path"]] if request["method"] == "GET" else b""

    def keep_here(self):
        self.kept = {}
        self.api.answers[("PUT", "/laporan/" + hashlib.sha256(PICTURE).hexdigest())] = self.keep_as_a_bucket_would
        return int(self.api.url.rsplit(":", 1)[1])

    def test_what_goes_to_the_bucket_and_comes_back_is_signed(self):
        self.start(self.settings(self.keep_here()))
        self.serve_picture()
        self.send_picture()
        wait_until(self.outcomes, 30, "the attachment")
        self.assertEqual(self.gateway.request(self.attachment(self.outcomes()[0][1])["url"]), (200, PICTURE))

    def test_a_bucket_that_refuses_us_is_a_reason_to_try_again(self):
        self.start(self.settings(self.keep_here(), secret="rahasia-yang-salah-0001"))
        self.serve_picture()
        self.send_picture()
        wait_until(lambda: self.gateway.metric("satupintu_errands_postponed_total") >= 1, 30, "the refusal")
        self.assertEqual((self.outcomes(), self.kept), ([], {}))

    def test_a_picture_is_kept_in_the_bucket_and_handed_out_from_there(self):
        self.start(self.settings(self.start_bucket()))
        self.serve_picture()
        self.send_picture()
        wait_until(self.outcomes, 30, "the attachment")
        (kind, event), = self.outcomes()
        self.assertEqual(kind, "attachment.stored")
        attachment = self.attachment(event)
        kept = [path for path in (self.directory / "s3" / "laporan").rglob("*") if attachment["id"] in path.name and path.is_file()]
        self.assertTrue(any(path.read_bytes() == PICTURE for path in kept))
        self.assertFalse((self.gateway.data / "media").exists())
        self.assertEqual(self.gateway.request(attachment["url"]), (200, PICTURE))
        self.assertEqual(self.gateway.request(attachment["public_url"]), (200, WITHOUT_COMMENT))


class ScannerTest(Borrowed):
    def start_scanner(self):
        database = self.directory / "signatures"
        database.mkdir()
        (database / "uji.ndb").write_text("Uji.Satu-Pintu:0:*:" + b"JAHAT-SEKALI".hex() + "\n")
        socket = self.directory / "clamd.sock"
        (self.directory / "clamd.conf").write_text(f"LocalSocket {socket}\nDatabaseDirectory {database}\nForeground yes\nTemporaryDirectory {self.directory}\n"
                                                   "OfficialDatabaseOnly no\nStreamMaxLength 100M\n")
        clamd = subprocess.Popen([shutil.which("clamd") or "/usr/sbin/clamd", "--config-file", str(self.directory / "clamd.conf")], stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        self.addCleanup(clamd.wait)
        self.addCleanup(clamd.kill)
        wait_until(socket.exists, 60, "clamd")
        return f'[media]\nclamd = "{socket}"\n\n'

    def test_what_the_scanner_finds_is_lost_and_the_complaint_is_kept(self):
        self.start(self.start_scanner())
        self.serve_picture(PICTURE + b"JAHAT-SEKALI")
        self.send_picture()
        wait_until(self.outcomes, 60, "the attachment")
        (kind, event), = self.outcomes()
        self.assertEqual((kind, self.attachment(event)["why"]), ("attachment.lost", "infected"))
        self.assertEqual(len([1 for _, entry, _ in self.gateway.entries() if entry == "complaint.received"]), 1)

    def test_what_is_clean_is_stored(self):
        self.start(self.start_scanner())
        self.serve_picture()
        self.send_picture()
        wait_until(self.outcomes, 60, "the attachment")
        self.assertEqual(self.outcomes()[0][0], "attachment.stored")


if __name__ == "__main__":
    unittest.main()
