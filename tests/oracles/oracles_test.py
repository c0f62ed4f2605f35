# SPDX-License-Identifier: Apache-2.0
"""What our adapters sign, judged by the providers' own libraries: each CHANNEL.PROVIDER.mjs beside this file is handed every signed
fixture of that adapter. SATUPINTU_SIGNED_FIXTURE is the program of signed_fixture.cpp. The libraries are installed once per lock file
into build/oracles; judge.mjs says what an oracle must export."""
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
INSTALLED = ROOT / "build" / "oracles"
SIGNED_FIXTURE = os.environ.get("SATUPINTU_SIGNED_FIXTURE", str(ROOT / "build/dev/tests/signed_fixture"))


def install():
    if shutil.which("npm") is None:
        raise AssertionError("npm is missing: run scripts/setup")
    packages = [HERE / name for name in ("package.json", "package-lock.json", ".npmrc")]
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in packages)).hexdigest()
    stamp = INSTALLED / "installed"
    if not stamp.exists() or stamp.read_text() != digest:
        shutil.rmtree(INSTALLED, ignore_errors=True)
        INSTALLED.mkdir(parents=True)
        for file in packages:
            shutil.copy(file, INSTALLED)
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"], cwd=INSTALLED, check=True, timeout=240)
        stamp.write_text(digest)
    for program in HERE.glob("*.mjs"):
        shutil.copy(program, INSTALLED)


def signed_fixtures(adapter):
    return subprocess.run([SIGNED_FIXTURE, adapter], capture_output=True, check=True, timeout=60).stdout


def judge(oracle, signed):
    told = subprocess.run(["node", "judge.mjs", f"./{oracle.name}"], input=signed, cwd=INSTALLED, capture_output=True, check=False, timeout=120)
    if told.returncode != 0:
        raise AssertionError(told.stderr.decode())
    return json.loads(told.stdout)


class OraclesTest(unittest.TestCase):
    oracles = sorted(HERE.glob("*.*.mjs"))

    @classmethod
    def setUpClass(cls):
        install()

    def test_there_is_an_oracle(self):
        self.assertTrue(self.oracles)

    def test_the_lock_file_names_no_registry(self):
        lock = json.loads((HERE / "package-lock.json").read_text())
        self.assertEqual([name for name, package in lock["packages"].items() if "resolved" in package], [])

    def test_the_judge_hears_a_refusal(self):
        signed = json.loads(signed_fixtures("sms/twilio"))
        signed["secrets"]["auth_token"] += "0"
        complaints = judge(HERE / "sms.twilio.mjs", json.dumps(signed).encode())
        self.assertEqual([found["fixture"] for found in complaints], [request["fixture"] for request in signed["requests"]])


def agrees(oracle):
    adapter = oracle.stem.replace(".", "/", 1)

    def test(self):
        signed = signed_fixtures(adapter)
        self.assertTrue(json.loads(signed)["requests"], "the adapter has no fixtures")
        self.assertEqual(judge(oracle, signed), [])
    return test


for found in OraclesTest.oracles:
    setattr(OraclesTest, f"test_{found.stem}_agrees", agrees(found))

if __name__ == "__main__":
    unittest.main()
