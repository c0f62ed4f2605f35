# SPDX-License-Identifier: Apache-2.0
"""A real mail system for tests: Postfix takes mail by SMTP and hands it to Dovecot by LMTP, which keeps it and gives it out by IMAP. Both run
from a directory of their own, on free ports of loopback; what the machine itself has configured is neither read nor touched. Both are made to be
started by root."""
import contextlib
import imaplib
import os
import pathlib
import pwd
import shutil
import signal
import smtplib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from gateway import free_port, wait_until  # noqa: E402

ADDRESS = "lapor@kota.example"
PASSWORD = 'sandi "uji" \\ 5d20'

DOVECOT = """
protocols = imap lmtp
listen = 127.0.0.1
base_dir = {directory}/run
state_dir = {directory}/state
log_path = {directory}/dovecot.log
instance_name = satupintu-uji
ssl = yes
ssl_cert = <{directory}/server.pem
ssl_key = <{directory}/server.key
disable_plaintext_auth = no
mail_location = maildir:{directory}/mail
recipient_delimiter = +
first_valid_uid = 1
lmtp_rcpt_check_quota = no
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {directory}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={directory}/home allow_all_users=yes
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
"""

POSTFIX_MAIN = """
compatibility_level = 3.6
queue_directory = {directory}/queue
data_directory = {directory}/data
myhostname = mx.kota.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
alias_maps =
local_recipient_maps =
virtual_mailbox_domains = kota.example
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
recipient_delimiter = +
message_size_limit = 60000000
mailbox_size_limit = 0
virtual_mailbox_limit = 0
maillog_file = {directory}/postfix.log
maillog_file_prefixes = {directory}
smtpd_banner = mx.kota.example ESMTP
smtp_dns_support_level = disabled
"""

POSTFIX_MASTER = """
127.0.0.1:{smtp} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
showq unix n - n - - showq
postlog unix-dgram n - n - 1 postlogd
"""


class MailServer:
    """Starts on construction; `with MailServer() as server:` ends it and removes its directory."""

    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="satupintu-mail-"))
        self.directory.chmod(0o755)
        self.imap, self.imaps, self.lmtp, self.smtp = (free_port() for _ in range(4))
        keeper = pwd.getpwnam("mail")
        names = {"directory": self.directory, "uid": keeper.pw_uid, "gid": keeper.pw_gid, "imap": self.imap, "imaps": self.imaps,
                 "lmtp": self.lmtp, "smtp": self.smtp}
        self.dovecot = None
        try:
            self._make_certificate()
            for name in ("mail", "home"):
                (self.directory / name).mkdir()
                os.chown(self.directory / name, keeper.pw_uid, keeper.pw_gid)
            for name in ("run", "state", "postfix", "queue"):
                (self.directory / name).mkdir()
            (self.directory / "data").mkdir()
            os.chown(self.directory / "data", pwd.getpwnam("postfix").pw_uid, -1)
            (self.directory / "users").write_text(f"{ADDRESS}:{{PLAIN}}{PASSWORD}::::::\n")
            (self.directory / "dovecot.conf").write_text(DOVECOT.format(**names))
            (self.directory / "postfix/main.cf").write_text(POSTFIX_MAIN.format(**names))
            (self.directory / "postfix/master.cf").write_text(POSTFIX_MASTER.format(**names))
            self._start_dovecot()
            self._postfix("start")
            self.postfix_runs = True
            wait_until(self._greets, what="Postfix")
        except BaseException:
            self.stop()
            raise

    def _make_certificate(self):
        def openssl(*arguments):
            subprocess.run(["openssl", *arguments], cwd=self.directory, check=True, capture_output=True)
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=Satu Pintu Uji", "-keyout", "ca.key", "-out", "ca.pem")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr")
        (self.directory / "server.ext").write_text("subjectAltName=DNS:localhost\n")
        openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "server.ext",
                "-out", "server.pem")
        self.ca = self.directory / "ca.pem"

    def _start_dovecot(self):
        with (self.directory / "dovecot.out").open("ab") as out:
            self.dovecot = subprocess.Popen(["dovecot", "-F", "-c", str(self.directory / "dovecot.conf")], stdout=out, stderr=out)
        wait_until(self._lets_in, what="Dovecot")

    def _lets_in(self):
        with contextlib.suppress(OSError, imaplib.IMAP4.error):
            with self.mailbox():
                return True
        return False

    def _greets(self):
        with contextlib.suppress(OSError, smtplib.SMTPException):
            with smtplib.SMTP("127.0.0.1", self.smtp, timeout=5):
                return True
        return False

    def _postfix(self, verb):
        done = subprocess.run(["postfix", "-c", str(self.directory / "postfix"), verb], capture_output=True, text=True, check=False, timeout=60)
        if done.returncode != 0 and verb == "start":
            raise RuntimeError(done.stdout + done.stderr + self.log("postfix.log"))

    def log(self, name):
        path = self.directory / name
        return path.read_text(errors="replace") if path.exists() else ""

    @contextlib.contextmanager
    def mailbox(self, folder="INBOX", readonly=True):
        """A connection of Python's imaplib, the witness."""
        client = imaplib.IMAP4("127.0.0.1", self.imap, timeout=30)
        try:
            client.login(ADDRESS, PASSWORD)
            client.select(folder, readonly=readonly)
            yield client
        finally:
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                client.logout()

    def stored(self, folder="INBOX"):
        """UID -> (bytes, flags) of every mail in the folder."""
        with self.mailbox(folder) as client:
            uids = client.uid("SEARCH", "ALL")[1][0].split()
            return {int(uid): self._stored_mail(client, uid) for uid in uids}

    @staticmethod
    def _stored_mail(client, uid):
        answer = client.uid("FETCH", uid, "(FLAGS BODY.PEEK[])")[1]
        description = b" ".join(part if isinstance(part, bytes) else part[0] for part in answer)
        return answer[0][1], description

    def append(self, raw):
        with self.mailbox(readonly=False) as client:
            client.append("INBOX", None, None, raw)

    def send(self, *options, data=None):
        """By swaks, through Postfix, and waits until it is in the mailbox."""
        before = len(self.stored())
        command = ["swaks", "--server", "127.0.0.1", "--port", str(self.smtp), "--from", "sari@contoh.example", "--to", ADDRESS, "--silent", "2", *options]
        if data is not None:
            command += ["--data", "-"]
        subprocess.run(command, input=data, capture_output=True, check=True, timeout=120)
        wait_until(lambda: len(self.stored()) > before, what="the mail in the mailbox")

    def forget_uids(self):
        """Makes the folder anew, as a restored backup would: another UIDVALIDITY, and UIDs from 1."""
        self._end_dovecot()
        for path in (self.directory / "mail").glob("dovecot*"):
            path.unlink()
        self._start_dovecot()

    def _end_dovecot(self):
        if self.dovecot is not None:
            self.dovecot.send_signal(signal.SIGTERM)
            self.dovecot.wait(timeout=30)
            self.dovecot = None

    def stop(self):
        if getattr(self, "postfix_runs", False):
            self._postfix("stop")
        self._end_dovecot()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
