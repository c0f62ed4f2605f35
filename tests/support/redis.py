# SPDX-License-Identifier: Apache-2.0
"""Real redis-servers and Sentinels of the test's own, each in a directory of its own on a free port of loopback."""
import pathlib
import shutil
import signal
import subprocess
import tempfile

from tests.support.gateway import RedisClient, free_port, wait_until


class RedisServer:
    """Keeps its log on disk unless the options say otherwise. Starts on construction; `with` ends it and removes its directory."""

    def __init__(self, *options):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="satupintu-redis-"))
        self.port = free_port()
        self.options = self._all_options(options)
        self.start()

    def _all_options(self, options):
        return ["--port", str(self.port), "--dir", str(self.directory), "--save", "", "--appendonly", "yes", *options]

    def start(self, *more_options):
        """Returns once it listens; it may still be loading."""
        self.process = subprocess.Popen(["redis-server", *self.options, *more_options], stdout=subprocess.DEVNULL)
        wait_until(self._listens, 20, "Redis' port")

    def _listens(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"redis-server ended with status {self.process.returncode}")
        try:
            with self.connect():
                return True
        except OSError:
            return False

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}"

    def connect(self):
        return RedisClient(port=self.port)

    def tell(self, *command):
        """One command over a connection of its own."""
        with self.connect() as client:
            return client(*command)

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        self.signal(signal.SIGKILL)
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)


class Sentinel(RedisServer):
    """Watches one master under the name `kota` and promotes its replica soon after its death."""

    def __init__(self, master):
        self.master = master
        super().__init__()

    def _all_options(self, options):
        config = self.directory / "sentinel.conf"
        config.write_text(f"port {self.port}\ndir {self.directory}\nsentinel monitor kota 127.0.0.1 {self.master.port} 1\n"
                          "sentinel down-after-milliseconds kota 500\nsentinel failover-timeout kota 60000\n")
        return [str(config), "--sentinel"]

    @property
    def url(self):
        return f"sentinel://127.0.0.1:{self.port}/kota"

    def knows_a_replica(self):
        return len(self.tell("SENTINEL", "replicas", "kota")) > 0
