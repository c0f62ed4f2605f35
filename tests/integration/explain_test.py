# SPDX-License-Identifier: Apache-2.0
"""`satupintu explain`, the real program, on the rules that are shipped and on rules with mistakes."""
import fcntl
import json
import os
import pathlib
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.gateway import ROOT, Gateway, binary  # noqa: E402

RULES = ["--rules", str(ROOT / "config")]
LAMP = "pak lampu jln mati di gg mawar cimone"
AT = ["--at", "2026-03-02 08:00"]
# Invented, of people who exist nowhere. None of these may be shown, in whatever spelling.
PHONE, PHONE_WRITTEN, MAIL, NIK = "081255501234", "0812-5550-1234", "sari.dewi@surat.contoh.id", "3671014107900001"
FAILED = 2


def explain(*arguments, text=None, rules=RULES, **options):
    environment = {key: value for key, value in os.environ.items() if key != "SATUPINTU_CONFIG"}
    return subprocess.run([binary(), "explain", *rules, *arguments], input=text or b"", capture_output=True, timeout=60,
                          env=environment, **options)


def page(*arguments, **options):
    done = explain(*arguments, **options)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def found(*arguments, **options):
    return json.loads(page(*arguments, "--json", **options))


def section(shown, number):
    """The lines under one heading."""
    return re.search(rf"^{re.escape(number)}  .*\n((?:   .*\n)*)", shown, re.M)[1]


def on_a_terminal(columns, *arguments):
    """What a terminal of that width gets to see."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    with subprocess.Popen([binary(), "explain", *RULES, *arguments], stdin=subprocess.DEVNULL, stdout=follower, stderr=follower) as process:
        os.close(follower)
        shown = b""
        while True:
            try:
                piece = os.read(leader, 65536)
            except OSError:   # the other end is closed
                break
            if not piece:
                break
            shown += piece
        process.wait(60)
    os.close(leader)
    return shown.decode().replace("\r\n", "\n")


class ExplainTest(unittest.TestCase):
    maxDiff = None

    def test_every_step_is_told_in_the_order_of_reading(self):
        shown = page(LAMP, *AT)
        self.assertEqual(re.findall(r"^(\S)  \S", shown, re.M), [*"123456789", "="])
        self.assertIn("jln → jalan", section(shown, "1"))
        self.assertIn("bukan perintah / no command", section(shown, "2"))
        self.assertRegex(section(shown, "5"), r"kategori / category +pju +Penerangan jalan umum")
        self.assertIn("“lampu jln”", section(shown, "5"))
        self.assertRegex(section(shown, "7"), r"kelurahan +Cimone\n +kecamatan +Karawaci")
        self.assertRegex(section(shown, "8"), r"verifikasi / verify +2026-03-06 00.00 WIB")
        self.assertIn("Penerangan jalan umum", section(shown, "="))

    def test_matched_phrases_are_marked_below_the_text(self):
        lines = section(page(LAMP, *AT), "1").splitlines()
        marked = next(line for line in lines if line.endswith("kategori / category"))
        self.assertEqual(lines[0].strip(), LAMP)
        self.assertEqual([lines[0][m.start():m.end()] for m in re.finditer("━+", marked)][0], "lampu jln")

    def test_the_same_is_told_to_programs(self):
        told = found(LAMP, *AT)
        self.assertEqual(list(told), ["title", "text", "command", "reporter", "personal_data", "category", "assessment", "place", "clocks",
                                      "fingerprints", "continuation", "similarity"])
        self.assertEqual(told["category"]["category"], "pju")
        self.assertEqual(told["category"]["source"], "keyword")
        best = told["category"]["candidates"][0]
        self.assertEqual(best["category"], "pju")
        self.assertIn("lampu jln", [phrase["phrase"] for phrase in best["phrases"]])
        self.assertIn({"word": "jln", "read_as": "jalan", "how": "other_spelling"}, told["text"]["words"])
        self.assertEqual((told["place"]["kelurahan"], told["place"]["kecamatan"]), ("Cimone", "Karawaci"))
        self.assertEqual(told["clocks"]["verify"], {"due_at": "2026-03-05T17:00:00.000Z", "amount": 3, "unit": "working days", "standard": "city"})
        read = told["text"]["read"].encode()
        for mark in told["text"]["marks"]:
            self.assertTrue(read[mark["begin"]:mark["end"]].strip(), mark)

    def test_the_message_may_come_by_standard_input_or_in_several_words(self):
        self.assertEqual(found(*AT, text=LAMP.encode()), found(*LAMP.split(), *AT))
        self.assertIn("(kosong / empty)", page(text=b""))

    def test_what_came_with_the_message_counts(self):
        told = found("Mohon bantuannya", "--channel", "email", "--subject", "Sampah menumpuk di Cimone", "--from", MAIL, "--attachments", "2")
        self.assertEqual(told["category"]["category"], "sampah")
        self.assertEqual(told["reporter"]["kind"], "mail")
        self.assertEqual(told["command"], {"kind": "none", "why": "with_attachment"})
        self.assertEqual(found("lubang", "--place", "-6.1783, 106.6319")["place"]["position"], [-6.1783, 106.6319])
        self.assertEqual(found("lampu mati", "--channel", "call")["reporter"]["stated_by"], "operator")
        self.assertEqual(found("lampu mati", "--from", PHONE)["reporter"]["kind"], "telephone")
        self.assertTrue(found("lampu mati di cimone", "--from", PHONE)["fingerprints"]["said"])

    def test_commands_and_codes_are_told(self):
        self.assertEqual(found("BANTUAN")["command"], {"kind": "help"})
        self.assertEqual(found("LAKSA#PJU#jl moh toha no 5#lampu mati")["command"]["code"], {"category": "pju", "place": "jl moh toha no 5"})

    def test_what_does_not_count_is_told_with_its_reason(self):
        told = found("bukan soal lampu jalan, sampah menumpuk depan sekolah. warga kebakaran jenggot")
        voided = {phrase["phrase"]: phrase.get("void") for candidate in told["category"]["candidates"] for phrase in candidate["phrases"]}
        self.assertEqual(voided["lampu jalan"], "denied")
        self.assertEqual(voided["sekolah"], "beside")
        self.assertEqual(told["category"]["idioms"], ["kebakaran jenggot"])

    def test_dangers_are_told_with_what_weakened_them(self):
        told = found("ada kebakaran besar di rumah warga, orangnya masih di dalam")["assessment"]
        self.assertEqual(told["priority"], "emergency")
        self.assertIn("real", [danger["standing"] for danger in told["dangers"]])
        feared = found("jalan licin, takut ada yang ketabrak")["assessment"]
        self.assertEqual({danger["standing"] for danger in feared["dangers"]}, {"feared"})
        self.assertEqual(feared["dangers"][0]["weakened_by"]["why"], "only_feared")

    def test_places_are_told_with_what_speaks_for_and_against_them(self):
        names = found("saya warga ciledug, jalan rusak di kel cipondoh arah serpong dekat jl raya karawaci")["place"]["names"]
        self.assertEqual({name["name"]: (name["why"], name["counts"]) for name in names},
                         {"ciledug": ("people", True), "cipondoh": ("announced", True), "serpong": ("passed", False),
                          "karawaci": ("street", False)})

    def test_a_report_that_resembles_a_command_is_told_why_it_is_none(self):
        self.assertEqual(found("petugas kebersihan belum datang")["command"],
                         {"kind": "none", "why": "not_a_whole_command", "resembles": "officer", "unexplained_word": "kebersihan"})
        self.assertEqual(found("lampu mati")["command"], {"kind": "none", "why": "no_command_word"})
        self.assertNotIn("unexplained_word", found(f"stop {PHONE_WRITTEN}")["command"])

    def test_a_long_text_is_explained_in_seconds(self):
        self.assertIn("similarity", found(text=b"kebakaran di cimone, jalan rusak. " * 3000))

    def test_nothing_shows_who_wrote_or_what_was_masked(self):
        text = f"lampu mati, hub saya {PHONE_WRITTEN} atau {MAIL}, NIK {NIK}. {PHONE}"
        for channel, sender in (("whatsapp", PHONE), ("sms", "+62 812 5550 1234"), ("email", MAIL), ("telegram", PHONE)):
            for style in ((), ("--json",)):
                done = explain(text, "--channel", channel, "--from", sender, "--subject", f"dari {PHONE}", *style)
                shown = (done.stdout + done.stderr).decode()
                self.assertEqual(done.returncode, 0, shown)
                for secret in (MAIL, "sari.dewi", NIK, PHONE_WRITTEN, PHONE, "5550"):
                    self.assertNotIn(secret, shown)
        masked = {mask["mask"]: mask["times"] for mask in found(text)["personal_data"]["masked"]}
        self.assertEqual(masked, {"[NIK disamarkan]": 1, "[email disamarkan]": 1, "[telepon disamarkan]": 2})

    def test_a_name_that_is_to_stay_unknown_is_not_shown(self):
        told = found("rahasiakan nama saya, lampu mati di cimone")
        self.assertEqual(told["personal_data"]["visibility"], "anonymous")
        self.assertTrue(told["personal_data"]["asked_by"])

    def test_control_characters_never_reach_the_terminal(self):
        text = "la\x1b[31mmpu\u202e mati\u2066 \u200bdi\x07 \x9bcimone\x00".encode() + b"\xff"
        shown = page(text=text)
        for character in shown:
            self.assertTrue(character == "\n" or (ord(character) >= 0x20 and not 0x7f <= ord(character) < 0xa0), repr(character))
            self.assertNotIn(character, "\u202e\u2066\u200b")
        self.assertEqual(found(text=text)["text"]["dropped"], {"controls": 4, "bidi": 2, "invisible": 1, "not_utf8": 1})

    def test_a_terminal_gets_colours_and_lines_of_its_width(self):
        for columns in (48, 80, 132):
            shown = on_a_terminal(columns, LAMP + " 🙏🏽 " + "tolong segera diperbaiki ya pak " * 5)
            self.assertIn("\x1b[1m", shown)
            plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
            self.assertLessEqual(max(map(len, plain.splitlines())), columns)
        self.assertNotIn("\x1b", on_a_terminal(80, LAMP, "--color", "never"))
        self.assertNotIn("\x1b", page(LAMP))
        self.assertIn("\x1b", page(LAMP, "--color", "always"))

    def test_options_that_are_no_good_are_told_with_a_remedy(self):
        for arguments, remedy in ((["--channel", "fax"], "whatsapp"), (["--place", "106.6319"], "latitude first"),
                                  (["--place", "91, 106"], "latitude first"), (["--at", "kapan-kapan"], "2026-03-02 08:00"),
                                  (["--attachments", "-1"], "attachments"), (["--color", "merah"], "never")):
            done = explain(LAMP, *arguments)
            self.assertNotEqual(done.returncode, 0, arguments)
            self.assertEqual(done.stdout, b"")
            self.assertIn(remedy, done.stderr.decode())

    def test_rules_with_a_mistake_are_told_as_check_config_tells_them(self):
        with tempfile.TemporaryDirectory() as directory, Gateway(start=False) as gateway:
            rules = pathlib.Path(directory)
            shutil.copytree(ROOT / "config", rules, dirs_exist_ok=True)
            words = rules / "words.toml"
            words.write_text(words.read_text().replace('category = "kebakaran"', 'category = "kebakarn"'))
            done = explain(LAMP, rules=["--rules", directory])
            self.assertEqual((done.returncode, done.stdout), (FAILED, b""))
            mistake = done.stderr.decode().split("\n", 1)[1]
            self.assertIn('category is "kebakarn", which is no category', mistake)
            gateway.config.write_text(re.sub(r"rules_directory = .*", f'rules_directory = "{directory}"', gateway.config.read_text()))
            self.assertIn(mistake, gateway.command("check-config", check=False).stderr)
            self.assertIn(mistake, explain(LAMP, rules=["--config", str(gateway.config)]).stderr.decode())

    def test_rules_are_found_without_keys_and_accounts(self):
        with tempfile.TemporaryDirectory() as directory:
            config = pathlib.Path(directory) / "satupintu.toml"
            config.write_text(f'rules_directory = "{ROOT}/config"\n[keys]\nmaster = {{ file = "nowhere.key" }}\n')
            self.assertIn("Penerangan", page(LAMP, rules=["--config", str(config)]))
            self.assertIn("Penerangan", page(LAMP, rules=[], cwd=ROOT))
            lost = explain(LAMP, rules=[], cwd=directory)
            self.assertEqual(lost.returncode, FAILED)
            self.assertIn("routing.toml", lost.stderr.decode())

    def test_help_teaches_with_examples(self):
        shown = page("--help", rules=[])
        self.assertGreaterEqual(shown.count("\n  satupintu explain "), 2)


if __name__ == "__main__":
    unittest.main()
