# SPDX-License-Identifier: Apache-2.0
"""The rules of the house that a compiler does not check: which room may include which, where third-party headers
live, and what never stands in the code. The tables here are the ones of docs/architecture.md."""
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROOMS = {
    "core": {"core"},
    "adapters": {"core", "adapters"},
    "normalizer": {"core", "normalizer"},
    "queue": {"core", "queue"},
    "gateway": {"core", "adapters", "normalizer", "queue", "gateway"},
}
# Header prefix -> the files that may include it. A file of tests may include what it tests with.
THIRD_PARTY = {
    "boost/json": {"core/complaint.cpp", "gateway/"},
    "boost/beast": set(),   # a witness in tests only
    "boost/asio": {"queue/", "gateway/"},
    "simdjson": {"adapters/json.cpp"},
    "gmime/": {"adapters/email/mime.cpp"},
    "openssl/": {"adapters/signature.cpp", "gateway/tls.cpp"},
    "unicode/": {"normalizer/text.cpp"},
    "sqlite3": {"queue/sqlite.cpp"},
    "hiredis": {"queue/resp.cpp"},
    "sodium": {"core/crypto.cpp"},
    "toml++": {"gateway/toml.cpp"},
    "CLI/": {"gateway/"},
    "spdlog/": {"gateway/telemetry.cpp"},
    "prometheus/": {"gateway/telemetry.cpp"},
    "curl/": {"gateway/"},
    "libexif/": {"gateway/image_metadata.cpp"},
    "magic.h": {"gateway/media_store.cpp"},
}
BANNED = {
    r"std::regex|<regex>": "std::regex has no bound on time or stack",
    r"\b(std::)?system\(": "system() hands text to a shell",
    r"\bdetached\b": "a detached coroutine's failure is nobody's",
}


def sources():
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [p for p in listed.split() if p.endswith((".cpp", ".hpp")) and p.split("/")[0] in ROOMS]


def includes(path):
    return re.findall(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', (ROOT / path).read_text(), re.M)


class HouseTest(unittest.TestCase):
    def test_there_is_something_to_check(self):
        self.assertGreater(len(sources()), 30)

    def test_rooms_include_only_what_they_may(self):
        wrong = []
        for path in sources():
            room = path.split("/")[0]
            for quote, target in includes(path):
                if quote != '"':
                    continue
                other = target.split("/")[0]
                if other == "tests" and path.endswith("_test.cpp"):
                    continue
                if other not in ROOMS[room]:
                    wrong.append(f"{path} includes {target}: {room} may include only {sorted(ROOMS[room])}")
                elif not (ROOT / target).exists() and not (ROOT / (target + ".in")).exists():
                    wrong.append(f"{path} includes {target}, which is not written from the root")
        self.assertEqual(wrong, [])

    def test_third_party_headers_stay_in_their_files(self):
        wrong = []
        for path in sources():
            if path.endswith("_test.cpp"):
                continue
            for _, target in includes(path):
                for prefix, homes in THIRD_PARTY.items():
                    if target.startswith(prefix) and not any(path.startswith(home) for home in homes):
                        if target == "boost/asio/awaitable.hpp" and path in ("adapters/adapter.hpp", "adapters/transport.hpp"):
                            continue
                        wrong.append(f"{path} includes {target}, which belongs in {sorted(homes)}")
        self.assertEqual(wrong, [])

    def test_what_the_style_bans_is_absent(self):
        wrong = []
        for path in sources():
            code = re.sub(r"//[^\n]*", "", (ROOT / path).read_text())
            for pattern, why in BANNED.items():
                if why and re.search(pattern, code):
                    wrong.append(f"{path}: {why}")
            if re.search(r'(prepare|run)\(\s*(std::string[({]|fmt::format|"[^"]*"\s*\+)', code):
                wrong.append(f"{path}: SQL built from strings")
        self.assertEqual(wrong, [])

    def test_every_source_says_its_licence(self):
        self.assertEqual([p for p in sources() if not (ROOT / p).read_text().startswith("// SPDX-License-Identifier: Apache-2.0\n")], [])

    def test_every_header_opens_with_what_it_is(self):
        silent = []
        for path in sources():
            if path.endswith(".hpp") and not (ROOT / path).read_text().split("\n")[1].startswith("// "):
                silent.append(path)
        self.assertEqual(silent, [])


if __name__ == "__main__":
    unittest.main()
