# SPDX-License-Identifier: Apache-2.0
"""A provider's server for tests, over TLS on loopback: answers by a table of paths, and remembers what it was asked."""
import http.server
import pathlib
import ssl
import subprocess
import threading


class ProviderApi:
    """`with ProviderApi(directory) as api:`; `api.answers[("GET", "/path")] = (status, headers, body)`, or a function of the request that gives one."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.ca_file = self.directory / "provider-ca.pem"
        key = self.directory / "provider-key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                        "/CN=penyedia uji", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", str(key), "-out", str(self.ca_file)],
                       check=True, capture_output=True)
        self.answers = {}
        self.requests = []
        api = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                request = {"method": self.command, "path": self.path, "headers": dict(self.headers), "body": body}
                api.requests.append(request)
                answer = api.answers.get((self.command, self.path.split("?")[0]), (404, {}, b"nothing here"))
                status, headers, content = answer(request) if callable(answer) else answer
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_HEAD = answer

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.ca_file, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def url(self):
        return f"https://127.0.0.1:{self.server.server_address[1]}"

    def settings(self):
        """The gateway's [outbound] table that lets it come here."""
        return f'\n[outbound]\ninternal_hosts = ["127.0.0.1"]\nca_file = "{self.ca_file}"\n\n'

    def asked(self, path):
        return [request for request in list(self.requests) if request["path"].split("?")[0] == path]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
