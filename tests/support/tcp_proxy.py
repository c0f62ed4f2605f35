# SPDX-License-Identifier: Apache-2.0
"""Stands between the gateway and Redis on a port of its own, passes bytes on, and misbehaves while it is told to."""
import contextlib
import socket
import threading

from tests.support.gateway import free_port

REPLIES_PASSED = 3      # per connection, before the mischief: the introduction and the mark come through, a batch does not
GARBAGE = b"*3\r\n$5\r\nPADA!\r\n:x\r\n" + bytes(range(256))


class TcpProxy:
    def __init__(self, target_port):
        self.port = free_port()
        self.target_port = target_port
        self.mischief = None     # eat_reply, cut_reply, garbage, half_close, silence
        self.times = 0           # that it has misbehaved
        self.connections = set()
        self.listener = socket.create_server(("127.0.0.1", self.port), backlog=16)
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}"

    def switch_to(self, target_port):
        """Cuts every connection; new ones lead to another server."""
        self.target_port = target_port
        for connection in list(self.connections):
            hang_up(connection)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        hang_up(self.listener)
        self.switch_to(0)

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client, socket.socket() as server:
            with contextlib.suppress(OSError):
                server.connect(("127.0.0.1", self.target_port))
                self.connections |= {client, server}
                threading.Thread(target=self._pass_requests, args=(client, server), daemon=True).start()
                self._pass_replies(client, server)
            hang_up(client)
            hang_up(server)
            self.connections -= {client, server}

    def _pass_requests(self, client, server):
        with contextlib.suppress(OSError):
            while request := client.recv(65536):
                server.sendall(request)
        hang_up(server)

    def _pass_replies(self, client, server):
        passed = 0
        while reply := server.recv(65536):
            if self.mischief and passed >= REPLIES_PASSED:
                self.times += 1
                if self._misbehave(client, reply):
                    return
                continue
            client.sendall(reply)
            passed += 1

    def _misbehave(self, client, reply):
        """True when that was the connection's end."""
        if self.mischief == "cut_reply":
            client.sendall(reply[:len(reply) // 2])
        elif self.mischief == "garbage":
            client.sendall(GARBAGE)
        elif self.mischief == "half_close":
            client.shutdown(socket.SHUT_WR)
        return self.mischief in ("eat_reply", "cut_reply")


def hang_up(connection):
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
