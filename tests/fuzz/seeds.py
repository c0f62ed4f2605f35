# SPDX-License-Identifier: Apache-2.0
"""seeds.py TARGET DIRECTORY: writes what that fuzz target begins with, made of the adapters' fixtures. scripts/fuzz calls it."""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = sorted(ROOT.glob("adapters/*/fixtures/*"))
CHARSETS = {"UTF-8": 0, "UTF-16BE": 1, "GSM": 3, "ISO-8859-1": 4, "8-BIT": 6}   # as fuzz_sms numbers them


def fixtures(kind, channel=None):
    """(channel, file's name, bytes) of each fixture of this kind."""
    for path in FIXTURES:
        if path.suffix == kind and channel in (None, path.parts[-3]):
            yield path.parts[-3], path.name, path.read_bytes()


def messages():
    for _, _, text in fixtures(".json"):
        yield from (event for event in json.loads(text) if event.get("event") == "message")


def decode():
    for kind in (".http", ".pulled"):
        for channel, name, content in fixtures(kind):
            yield f"{channel}/{name.split('.')[0]}{kind}\n".encode() + content


def form():
    for _, _, content in fixtures(".http"):
        head, _, body = content.partition(b"\n\n")
        yield from re.findall(rb"^[A-Z]+ \S*\?(\S+)", head)
        if b"x-www-form-urlencoded" in head:
            yield body
        yield from re.findall(rb"^Content-Type: (.*)", head, re.M)
        yield head.replace(b"\n", b"\r\n")


def http_guard():
    for _, _, content in fixtures(".http"):
        head, _, body = content.partition(b"\n\n")
        lines = head.split(b"\n")
        yield b"\r\n".join([*lines, b"Content-Length: %d" % len(body), b"", body])
        pieces = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in re.findall(rb"(?s).{1,400}", body))
        yield b"\r\n".join([*lines, b"Transfer-Encoding: chunked", b"", pieces + b"0\r\n\r\n"])


def mail():
    for _, _, content in fixtures(".pulled", "email"):
        yield content.partition(b"\n\n")[2]
    # And what an IMAP server says, which fuzz_mail reads the same bytes as.
    yield b"* OK [CAPABILITY IMAP4rev1 IDLE] siap\r\n* 3 EXISTS\r\n* OK [UIDVALIDITY 1767229200] ya\r\n* SEARCH 101 102 103\r\nA1 OK [READ-WRITE] selesai\r\n"
    yield b'* 1 FETCH (UID 101 RFC822.SIZE 7 INTERNALDATE "01-Jan-2026 08:00:00 +0700" BODY[] {7}\r\nHalo.\r\n FLAGS (\\Seen))\r\nA2 OK\r\n'


def multipart():
    return (content for _, _, content in fixtures(".http") if b"multipart/" in content)


def normalize():
    for number, message in enumerate(messages()):
        sender, stated = message.get("sender", {}), message.get("stated", {})
        captions = [attachment.get("caption", "") for attachment in message.get("attachments", [])]
        fields = [message.get("text"), message.get("subject"), sender.get("address"), sender.get("name"), message.get("external_id"), stated.get("landmark"),
                  stated.get("category"), captions[0] if captions else None]
        choices = bytes([number % 11, number % 14, ["phone", "email", "platform_id", "none"].index(sender.get("address_kind", "none")) + (4 if captions else 0)])
        yield choices + b"\0".join((field or "").encode() for field in fields)


def sms():
    texts = [message["text"] for message in messages() if message.get("text") and message["channel"] == "sms"]
    for text in texts:
        yield bytes([CHARSETS["UTF-8"]]) + text.encode()
        yield bytes([CHARSETS["UTF-16BE"]]) + text.encode("utf-16-be")
        for charset in ("GSM", "ISO-8859-1", "8-BIT"):
            yield bytes([CHARSETS[charset]]) + text.encode("latin-1", "replace")
    # A header in front of a message: 8-bit and 16-bit references, ports, a national alphabet.
    for header in ("050003440201", "06080412340301", "06050415811581", "0b0003440201050415811581", "03240101"):
        yield bytes([CHARSETS["8-BIT"]]) + bytes.fromhex(header) + b"Lampu jalan mati"


def main():
    target, directory = sys.argv[1], pathlib.Path(sys.argv[2])
    for number, seed in enumerate(globals()[target]()):
        (directory / f"{number:04}").write_bytes(seed)


if __name__ == "__main__":
    main()
