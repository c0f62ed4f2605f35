# SPDX-License-Identifier: Apache-2.0
"""Tables of calls entered with `satupintu import`, into the real program."""
import csv
import http.server
import json
import pathlib
import signal
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from gateway import ACCOUNTS, BEARER_KEY, ROOT, Gateway, free_port  # noqa: E402

FIXTURES = ROOT / "adapters/hotline/fixtures"
SECOND_DESK = """
[accounts.meja-dua]
adapter = "hotline/form"
key = { file = "bearer.key" }
"""
# As an office's own table looks: abbreviations, one misspelt heading, categories by label, hashtag and code.
SPREADSHEET = """No.;Tgl.;JAM;Nama Penelpon;no_penelpon;Jenis;Kategori Laporan;ISI LAPORAN;Kelurahan;Kecamatn
1;05/01/2026;07.58;Sari Dewi;081255501001;laporan;PENERANGAN JALAN UMUM;Lampu padam depan SDN Cipondoh 3 – gelap bgt;cipondoh;Cipondoh
2;05/01/2026;08.10;Bpk. Budi;'081255501002;laporan;#Sampah;Café di Pasar Lama buang sampah ke kali;Rumah Bpk. Budi;
3;5 Januari 2026;08.20;;anonim;iseng;;;;
4;05/01/2026;08.30;Ibu Ani;081255501003;laporan;banjir;Air sdh selutut, tlg perahu karet;Periuk;
""".encode("windows-1252")
CALLS = "Waktu;No HP;Kategori;Isi Laporan\n" + "".join(
    f"05/01/2026 08:{i:02};0812555010{i:02};pju;Lampu jalan nomor {i} padam di Jl. Moh. Toha\n" for i in range(1, 9))


def outcomes(ledger):
    sums = {}
    for line in ledger["lines"]:
        sums[line["outcome"]] = sums.get(line["outcome"], 0) + line["count"]
    return sums


class Desk:
    """A staff listener that answers as told: each answer once, the last one for good."""

    def __init__(self, *answers):
        self.requests = []
        waiting = list(answers)
        requests = self.requests

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                requests.append((self.path, dict(self.headers), json.loads(body)))
                status, headers, text = waiting.pop(0) if len(waiting) > 1 else waiting[0]
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(text))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class ImportTest(unittest.TestCase):
    def start(self, **kwargs):
        self.gateway = Gateway(**kwargs)
        self.addCleanup(self.gateway.__exit__)

    def file(self, content, name="panggilan.csv"):
        path = self.gateway.directory / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def run_import(self, file, *options):
        return self.gateway.command("import", str(file), *options, check=False)

    def run_json(self, file, *options):
        answer = self.run_import(file, "--json", *options)
        return answer.returncode, json.loads(answer.stdout)

    def desk(self, *answers):
        desk = Desk(*answers)
        self.addCleanup(desk.close)
        return desk

    def test_a_preview_explains_the_table_and_enters_nothing(self):
        self.start()
        answer = self.run_import(self.file(SPREADSHEET))
        self.assertEqual((answer.returncode, answer.stderr), (0, ""))
        for told in ("profile columns, separator ;, charset windows-1252, 4 rows", "no_penelpon", "call.caller_number", "add --yes to enter them"):
            self.assertIn(told, answer.stdout)
        self.assertRegex(answer.stdout, r"10 +Kecamatn +\(not read\)")
        self.assertRegex(answer.stdout, r"3 +to be entered\n *1 +to be entered, and counted only +call_prank")
        self.assertRegex(answer.stdout, r"2 +to be entered +pju +Cipondoh\n")
        self.assertRegex(answer.stdout, r"3 +to be entered +sampah +in words\n")
        for private in ("0812555", "Sari", "Budi", "Caf", "gelap"):
            self.assertNotIn(private, answer.stdout)
        self.assertEqual(self.gateway.ledger()["committed"], 0)

    def test_a_table_is_entered_once_however_often_it_is_sent(self):
        self.start()
        file = self.file(SPREADSHEET)
        answer = self.run_import(file, "--yes")
        self.assertEqual((answer.returncode, answer.stderr), (0, ""))
        self.assertRegex(answer.stdout, r"3 +accepted by the gateway\n *1 +accepted, and counted only +call_prank")
        self.assertEqual(outcomes(self.gateway.wait_until_drained()), {"published": 3, "ignored": 1})
        entries = self.gateway.entries()
        self.assertEqual({event["data"]["service_code"] for _, _, event in entries}, {"pju", "sampah", "banjir"})
        self.assertIn("Café di Pasar Lama buang sampah ke kali", {event["data"]["description"] for _, _, event in entries})
        self.assertEqual({event["data"]["source_first"] for _, _, event in entries}, {"call"})
        self.assertEqual(self.run_import(file, "--yes").returncode, 0)
        ledger = self.gateway.wait_until_drained()
        self.assertEqual((ledger["committed"], len(self.gateway.entries())), (8, 3))
        self.assertEqual(outcomes(ledger), {"published": 3, "duplicate": 4, "ignored": 1})
        self.assertTrue(ledger["balances"])

    def test_call_records_are_counted_and_open_nothing(self):
        self.start()
        answer = self.run_import(FIXTURES / "import.freepbx.csv", "--yes")
        self.assertEqual((answer.returncode, answer.stderr), (0, ""))
        self.assertIn("profile freepbx, separator ,", answer.stdout)
        self.assertRegex(answer.stdout, r"1 +counted here only +call_answered\n *1 +counted here only +call_missed")
        self.assertIn("There is nothing to enter.", answer.stdout)
        self.assertEqual(self.gateway.ledger()["committed"], 0)

    def test_a_row_with_mistakes_is_told_and_the_others_go_in(self):
        self.start()
        answer = self.run_import(FIXTURES / "import.columns_bad.csv", "--yes")
        self.assertEqual((answer.returncode, answer.stderr), (1, ""))
        self.assertIn("row 2: Waktu (column 1) is no time that we can read\n      → write it as 2026-01-05 10:04:05", answer.stdout)
        self.assertRegex(answer.stdout, r"1 +accepted by the gateway\n *11 +left out: has mistakes")
        self.assertEqual(outcomes(self.gateway.wait_until_drained()), {"published": 1})
        many = "Waktu;No HP;Kategori;Isi Laporan\n" + "kemarin;081255501001;pju;Lampu mati\n" * 30
        told = self.run_import(self.file(many)).stdout
        self.assertEqual(told.count("is no time that we can read"), 20 + 5)   # five more stand among the first rows
        self.assertIn("… and 10 more", told)

    def test_a_kill_in_the_middle_and_a_second_run_enter_each_row_once(self):
        for failpoint, unknown in (("intake.admitted:4", 0), ("intake.before_answer:4", 1)):
            with self.subTest(failpoint):
                self.start(start=False)
                self.gateway.start(environment={"SATUPINTU_KILL_AT": failpoint})
                file = self.file(CALLS)
                status, said = self.run_json(file, "--yes")
                self.assertEqual(status, 2)
                self.assertEqual({name: count for name, count in said["counts"].items() if count}, {"accepted": 3, "unanswered": 1, "not_sent": 4})
                self.assertIn("no answer from", said["stopped"])
                self.assertEqual(self.gateway.wait(60), -signal.SIGKILL)
                down = self.run_import(file, "--yes")
                self.assertEqual(down.returncode, 2)
                self.assertIn("Until then 0 of 8 forms were accepted. Run it again: nothing is entered twice.", down.stderr)
                self.gateway.start()
                self.assertEqual(self.run_import(file, "--yes").returncode, 0)
                ledger = self.gateway.wait_until_drained()
                self.assertEqual(outcomes(ledger), {"published": 8, "duplicate": 3 + unknown})
                self.assertEqual(len({event["data"]["description"] for _, _, event in self.gateway.entries()}), 8)

    def test_a_busy_gateway_is_waited_for_and_not_for_ever(self):
        self.start(start=False)
        busy = (503, {"Retry-After": "0"}, b"busy, please try again\n")
        desk = self.desk(busy, (503, {"Retry-After": "1"}, b""), (202, {}, b"{}"))
        status, said = self.run_json(self.file(CALLS), "--yes", "--to", desk.url)
        self.assertEqual((status, said["counts"]["accepted"], len(desk.requests)), (0, 8, 10))
        keys = [headers["Idempotency-Key"] for _, headers, _ in desk.requests]
        self.assertEqual((len(set(keys[:3])), len(set(keys))), (1, 8))
        self.assertEqual({path for path, _, _ in desk.requests}, {"/channels/hotline"})
        self.assertEqual({headers["Authorization"] for _, headers, _ in desk.requests}, {"Bearer " + BEARER_KEY})
        desk = self.desk((202, {}, b"{}"), busy)
        status, said = self.run_json(self.file(CALLS), "--yes", "--to", desk.url)
        self.assertEqual((status, said["counts"]["accepted"], said["counts"]["not_sent"], len(desk.requests)), (2, 1, 7, 11))
        self.assertIn("stays busy", said["stopped"])

    def test_what_the_gateway_refuses_is_told_with_its_words(self):
        self.start(start=False)
        desk = self.desk((400, {}, b"the call form cannot be accepted:\n- call.line: \x1b[2Jis odd; mend it\n"), (202, {}, b"{}"))
        answer = self.run_import(self.file(CALLS), "--yes", "--to", desk.url)
        self.assertEqual(answer.returncode, 1)
        self.assertIn("row 2: the call form cannot be accepted: - call.line:  [2Jis odd; mend it", answer.stdout)
        self.assertRegex(answer.stdout, r"7 +accepted by the gateway\n *1 +refused by the gateway")
        desk = self.desk((403, {}, b"forbidden\n"))
        answer = self.run_import(self.file(CALLS), "--yes", "--to", desk.url)
        self.assertEqual((answer.returncode, len(desk.requests)), (2, 1))
        self.assertIn("answered 403; is this the configuration that it runs with?", answer.stderr)

    def test_json_has_everything_a_program_needs(self):
        self.start(start=False)
        status, said = self.run_json(self.file(SPREADSHEET))
        self.assertEqual((status, said["is_preview"], said["profile"], said["separator"], said["account"]), (0, True, "columns", ";", "hotline"))
        self.assertEqual([row["outcome"] for row in said["rows"]], ["not_sent"] * 4)
        self.assertEqual([row["category"] for row in said["rows"]], ["pju", "sampah", "", "banjir"])
        self.assertEqual(said["columns"][9], {"number": 10, "heading": "Kecamatn", "field": ""})
        status, said = self.run_json(FIXTURES / "import.columns_bad.csv")
        self.assertEqual((status, said["counts"]["mistaken"]), (1, 11))
        self.assertEqual({key: said["mistakes"][0][key] for key in ("row", "line", "column", "field")},
                         {"row": 2, "line": 2, "column": 1, "field": "call.started_at"})
        status, said = self.run_json(self.file("halo\ndunia\n"))
        self.assertEqual((status, said["rows"], len(said["mistakes"])), (2, [], 1))

    def test_a_report_holds_one_line_a_row_and_no_formula(self):
        self.start(start=False)
        table = ('Waktu;=HYPERLINK("http://contoh.example");Call ID;Kategori;=Isi Laporan\n'
                 "05/01/2026 08:01;x;a;=HYPERLINK(1);Lampu mati\n"
                 "05/01/2026 08:02;x;b;pju;\n"
                 "05/01/2026 08:03;x;c;pju;" + "x" * 10_001 + "\n")
        report = self.gateway.directory / "hasil.csv"
        answer = self.run_import(self.file(table), "--report", str(report))
        self.assertEqual(answer.returncode, 1)
        with report.open(newline="") as lines:
            rows = list(csv.reader(lines))
        self.assertEqual(rows[0], ["row", "line", "outcome", "key", "what"])
        self.assertEqual([row[:3] for row in rows[1:]], [["2", "2", "mistaken"], ["3", "3", "not_sent"], ["4", "4", "mistaken"]])
        self.assertTrue(rows[3][4].startswith("'=Isi Laporan (column 5) cannot be taken"), rows[3][4])
        table = "Waktu,Call ID,Kategori,Isi Laporan\n05/01/2026 08:01,\"id;=HYPERLINK(1)\",pju,Lampu mati\n"
        self.run_import(self.file(table), "--report", str(report))
        text = report.read_bytes()
        self.assertIn(b"\"impor-id:id;'=HYPERLINK(1)\"", text)
        self.assertTrue(text.endswith(b"\r\n"))
        itself = self.file(table)
        self.assertEqual(self.run_import(itself, "--report", itself).returncode, 2)
        self.assertEqual(pathlib.Path(itself).read_text(), table)

    def test_a_category_and_a_zone_may_be_chosen_for_the_whole_table(self):
        self.start(start=False)
        desk = self.desk((202, {}, b"{}"))
        file = self.file("Waktu|No HP|Isi Laporan\n05/01/2026 08:01|081255501001|Lampu mati\n")
        self.assertEqual(self.run_import(file).returncode, 1)
        self.assertEqual(self.run_import(file, "--category", "Street lighting", "--zone", "WITA", "--yes", "--to", desk.url).returncode, 0)
        form = desk.requests[0][2]
        self.assertEqual((form["incident"]["category"], form["call"]["started_at"][:19]), ("pju", "2026-01-05T00:01:00"))
        for wrong in (("--category", "aneh"), ("--zone", "pukul"), ("--zone", "kemarin"), ("--profile", "lain")):
            answer = self.run_import(file, *wrong)
            self.assertEqual((wrong, answer.returncode), (wrong, 2))

    def test_the_account_must_be_clear(self):
        self.start(start=False, accounts=ACCOUNTS + SECOND_DESK)
        file = self.file(CALLS)
        answer = self.run_import(file)
        self.assertEqual(answer.returncode, 2)
        self.assertIn("choose one with --account: hotline, meja-dua", answer.stderr)
        self.assertEqual(self.run_json(file, "--account", "meja-dua")[1]["account"], "meja-dua")
        for wrong in ("wa-utama", "tidak-ada"):
            self.assertEqual(self.run_import(file, "--account", wrong).returncode, 2)
        answer = self.run_import(file, "--account", "hotline", "--yes", "--to", f"http://127.0.0.1:{free_port()}")
        self.assertEqual(answer.returncode, 2)


if __name__ == "__main__":
    unittest.main()
