# SPDX-License-Identifier: Apache-2.0
"""Runs Satu Pintu and its peers in turn under the same load, then measures single steps, and writes bench/RESULTS.md. Called by scripts/bench,
which builds what is needed first. Everything stays on loopback, in a directory of its own that is removed at the end."""
import argparse
import contextlib
import dataclasses
import datetime
import getpass
import grp
import hashlib
import json
import os
import pathlib
import platform
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

BENCH = pathlib.Path(__file__).resolve().parent
ROOT = BENCH.parent
BUILD = ROOT / "build" / "release"
sys.path.insert(0, str(ROOT))
os.environ["SATUPINTU_BINARY"] = str(BUILD / "gateway" / "satupintu")
from tests.support.gateway import Gateway, RedisClient, wait_until  # noqa: E402

CORES = 2
CONNECTIONS = 64
RATE = 2000
BODY_BYTES = 1200
MOST_NOISE = 0.05
SECRET = "rahasia-beban-uji-7c1d20e4"
PATH = "/channels/wa"
PARTS = ("systems", "decode", "normalize", "similar", "mail")
MOST_DECODE_US = 60
MOST_NORMALIZE_US = 60
MOST_SKETCH_US = 15
MOST_SIMILAR_MB = 250
MOST_SIMILAR_MS = 3
MOST_MAIL_MB = 80
MARKER = "<!-- scripts/bench writes what is above this line and keeps what is below it. -->"
TICKS = os.sysconf("SC_CLK_TCK")


# --- processes

def process_table():
    """Every process as pid -> (parent's pid, seconds of CPU of its own and of children that have ended)."""
    table = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                table[int(entry.name)] = (int(fields[1]), sum(map(int, fields[11:15])) / TICKS)
    return table


def family(pid, without, table):
    members = [pid]
    for member in members:
        members += [child for child, (parent, _) in table.items() if parent == member and child != without]
    return members


def foreign_seconds(table):
    """CPU time of programs that are no part of this. Kernel threads are: they write what the systems under test have them write."""
    own = set(family(os.getpid(), None, table))
    return sum(seconds for pid, (parent, seconds) in table.items() if pid not in own and 2 not in (pid, parent))


def peak_rss_mb(pids):
    kib = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            kib += next(int(line.split()[1]) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
    return kib / 1024


def machine_busy_seconds():
    """CPU time that anything on our cores has used, waiting for disks apart."""
    cores = {f"cpu{core}" for core in os.sched_getaffinity(0)}
    lines = (line.split() for line in pathlib.Path("/proc/stat").read_text().splitlines())
    return sum(sum(map(int, line[1:9])) - int(line[4]) - int(line[5]) for line in lines if line[0] in cores) / TICKS


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def accepts(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def started(stack, command, directory, **environment):
    """A process of ours, ended with the stack."""
    with open(directory / f"{pathlib.Path(command[0]).name}.log", "wb") as log:
        process = subprocess.Popen([str(word) for word in command], cwd=directory, stdout=log, stderr=log, env={"PATH": os.environ["PATH"], **environment})

    def end():
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    stack.callback(end)
    return process


# --- what is measured

@dataclasses.dataclass
class Server:
    """A running system. Its own processes are those under `pid`, Redis apart."""
    port: int
    pid: int
    secret_file: pathlib.Path
    redis_socket: pathlib.Path
    streams: list

    def __post_init__(self):
        self.redis = RedisClient(path=self.redis_socket)
        self.redis_pid = int(self.info("process_id"))

    def info(self, name):
        return next(line.split(":", 1)[1] for line in self.redis("INFO").decode().splitlines() if line.startswith(name + ":"))

    def entries(self):
        return sum(self.redis("XLEN", stream) for stream in self.streams)

    def sample(self):
        table = process_table()
        own = family(self.pid, self.redis_pid, table)
        return {"server": sum(table[pid][1] for pid in own if pid in table), "redis": table[self.redis_pid][1], "busy": machine_busy_seconds(), "foreign": foreign_seconds(table),
                "at": time.monotonic(), "server_mb": peak_rss_mb(own), "redis_mb": peak_rss_mb([self.redis_pid]),
                "redis_bytes": int(self.info("used_memory"))}


def start_satupintu(stack, directory):
    accounts = '\n[accounts.wa]\nadapter = "whatsapp/cloud"\napp_secret = { file = "app.secret" }\nverify_token = { file = "verify.token" }\n'
    gateway = stack.enter_context(Gateway(accounts=accounts, directory=directory))
    wait_until(gateway.redis_socket().exists, 20, "Redis' socket")
    return Server(port=gateway.ports["public"], pid=gateway.process.pid, secret_file=directory / "app.secret", redis_socket=gateway.redis_socket(),
                  streams=["{sp:0}:complaints", "{sp:0}:emergency"])


def start_redis(stack, directory, fsync):
    path = directory / "redis.sock"
    started(stack, ["redis-server", "--port", "0", "--unixsocket", path, "--dir", directory, "--save", "", "--appendonly", "yes", "--appendfsync", fsync,
                    "--auto-aof-rewrite-percentage", "0"], directory)
    wait_until(path.exists, 20, "Redis' socket")
    return path


def peer(stack, directory, fsync, start):
    """A peer behind its own Redis; `start(port, environment)` gives its process."""
    redis_socket = start_redis(stack, directory, fsync)
    secret_file = directory / "app.secret"
    secret_file.write_text(SECRET + "\n")
    port = free_port()
    process = start(port, {"APP_SECRET": SECRET, "REDIS_SOCKET": str(redis_socket), "ENTER_SCRIPT": (BENCH / "peers/enter.lua").read_text()})
    wait_until(lambda: accepts(port) or process.poll() is not None, 20, "the peer's port")
    if process.poll() is not None:
        sys.exit(f"a peer did not start; its log is in {directory}")
    return Server(port=port, pid=process.pid, secret_file=secret_file, redis_socket=redis_socket, streams=["deliveries"])


def nginx(workers, fsync):
    def start(stack, directory):
        def run(port, environment):
            config = (BENCH / "peers/nginx/nginx.conf").read_text()
            words = {"USER": getpass.getuser(), "GROUP": grp.getgrgid(os.getgid()).gr_name, "WORKERS": workers, "PORT": port, "DIRECTORY": directory,
                     "PEER": BENCH / "peers/nginx"}
            for word, value in words.items():
                config = config.replace(f"@{word}@", str(value))
            (directory / "nginx.conf").write_text(config)
            return started(stack, ["nginx", "-e", "stderr", "-p", directory, "-c", directory / "nginx.conf"], directory, **environment)
        return peer(stack, directory, fsync, run)
    return start


def node(processes, fsync):
    def start(stack, directory):
        def run(port, environment):
            return started(stack, ["node", node_program()], directory, PORT=str(port), PROCESSES=str(processes), NODE_ENV="production", **environment)
        return peer(stack, directory, fsync, run)
    return start


def node_program():
    """The Node peer with its packages, installed once per lockfile."""
    source, installed = BENCH / "peers/node", ROOT / "build" / "bench-node"
    digest = hashlib.sha256(b"".join((source / name).read_bytes() for name in ("package.json", "package-lock.json"))).hexdigest()
    stamp = installed / "installed"
    if not stamp.exists() or stamp.read_text() != digest:
        shutil.rmtree(installed, ignore_errors=True)
        installed.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(source / name, installed)
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"], cwd=installed, check=True)
        stamp.write_text(digest)
    shutil.copy(source / "server.js", installed)
    return installed / "server.js"


@dataclasses.dataclass
class System:
    key: str
    label: str
    durability: str
    start: object


SYSTEMS = [
    System("satupintu", "Satu Pintu", "journal, synchronous=FULL", start_satupintu),
    System("nginx-1", "nginx + Lua, 1 worker", "appendfsync always", nginx(1, "always")),
    System("nginx-2", "nginx + Lua, 2 workers", "appendfsync always", nginx(2, "always")),
    System("node-1", "Node, 1 process", "appendfsync always", node(1, "always")),
    System("node-2", "Node, cluster of 2", "appendfsync always", node(2, "always")),
    System("nginx-1-everysec", "nginx + Lua, 1 worker", "everysec: loses up to 1 s", nginx(1, "everysec")),
    System("node-1-everysec", "Node, 1 process", "everysec: loses up to 1 s", node(1, "everysec")),
]


# --- measuring

class Run:
    """One start of one system, and the loads on it."""

    def __init__(self, server, directory):
        self.server = server
        self.directory = directory

    def load(self, name, *options):
        """Plays a load and gives its report."""
        command = [BUILD / "bench/satupintu_load", "--port", self.server.port, "--path", PATH, "--secret-file", self.server.secret_file, "--run", name,
                   "--connections", CONNECTIONS, "--body-bytes", BODY_BYTES, "--json", *options]
        done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True)
        if not done.stdout:
            sys.exit("the load did not run")
        report = json.loads(done.stdout)
        if done.returncode != 0:
            print(f"  not every delivery was accepted: {report}", file=sys.stderr)
        return report

    def measure(self, name, *options, expected=None):
        """A load from its first byte until everything it delivered is on the stream; `expected` entries, or one per delivery accepted."""
        entries, before = self.server.entries(), self.server.sample()
        report = self.load(name, *options)
        answered = time.monotonic()
        wanted = entries + (report["accepted"] if expected is None else expected)
        if expected == 0:
            # Duplicates leave no trace on the stream; one more delivery does, and it comes after them.
            wanted += self.load(name + "z", "--count", 1)["accepted"]
        wait_until(lambda: self.server.entries() >= wanted, 120, "the stream's catching up")
        caught_up = time.monotonic()
        after = self.server.sample()
        messages = report["accepted"]
        spent = {who: after[who] - before[who] for who in ("server", "redis", "busy", "foreign", "at", "redis_bytes")}
        lag = caught_up - answered
        return {**report, "lag_s": lag, "to_stream_per_second": messages / (report["seconds"] + lag),
                "server_us": spent["server"] * 1e6 / messages, "redis_us": spent["redis"] * 1e6 / messages,
                "server_mb": after["server_mb"], "redis_mb": after["redis_mb"], "redis_kb_each": spent["redis_bytes"] / 1024 / messages,
                "busy": spent["busy"] / CORES / spent["at"], "others": max(0, spent["foreign"]) / CORES / spent["at"]}

    def measure_open(self, name, seconds):
        ledger, seen = self.directory / f"{name}.ledger", self.directory / f"{name}.seen"
        watcher = subprocess.Popen([str(BUILD / "bench/satupintu_stream_watch"), "--socket", str(self.server.redis_socket), "--out", str(seen),
                                    *(word for stream in self.server.streams for word in ("--stream", stream))], stdout=subprocess.PIPE)
        try:
            watcher.stdout.readline()
            result = self.measure(name, "--rate", RATE, "--seconds", seconds, "--count", RATE * seconds, "--ledger", ledger)
        finally:
            watcher.send_signal(signal.SIGTERM)
            watcher.wait(10)
        on_stream = dict(line.split("\t") for line in seen.read_text().splitlines())
        attempts = [line.split("\t") for line in ledger.read_text().splitlines()]
        accepted = [(attempt[0], int(attempt[3]), int(attempt[5])) for attempt in attempts if attempt[2].startswith("2")]
        missing = sum(1 for external_id, _, _ in accepted if external_id not in on_stream)
        if missing:
            sys.exit(f"{missing} deliveries were accepted but not seen on the stream")
        result["to_stream_ms"] = percentiles((int(on_stream[external_id]) - due) / 1e6 for external_id, due, _ in accepted)
        result["after_answer_ms"] = percentiles((int(on_stream[external_id]) - answered) / 1e6 for external_id, _, answered in accepted)
        return result


def percentiles(values):
    ranked = sorted(values)
    return {name: ranked[min(len(ranked) - 1, int(share * len(ranked)))] for name, share in (("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999))}


def measure_system(system, options, work, round_number):
    directory = work / f"{system.key}-{round_number}"
    directory.mkdir()
    with contextlib.ExitStack() as stack:
        run = Run(system.start(stack, directory), directory)
        run.measure("warm", "--seconds", options.warm_seconds, "--count", options.warm_seconds * 30_000)
        closed = run.measure("closed", "--seconds", options.seconds, "--count", options.seconds * 30_000)
        opened = run.measure_open("open", options.seconds)
        run.measure("storm", "--count", options.storm)
        storm = run.measure("storm", "--count", options.storm, "--repeat", 10, expected=0)
    shutil.rmtree(directory)
    return {"closed": closed, "open": opened, "storm": storm}


def median(results):
    """Of results of the same shape, the median of each number."""
    if isinstance(results[0], dict):
        return {key: median([result[key] for result in results if key in result]) for key in results[0]}
    return statistics.median(results) if isinstance(results[0], (int, float)) else results[0]


def fdatasync_ms(directory):
    """How long the disk takes to keep 4 KiB: what every durable answer waits for."""
    times = []
    with open(directory / "probe", "wb") as probe:
        for _ in range(300):
            probe.write(os.urandom(4096))
            probe.flush()
            start = time.perf_counter()
            os.fdatasync(probe.fileno())
            times.append((time.perf_counter() - start) * 1e3)
    return percentiles(times)


# --- single steps

def measure_decode(options, work):
    """Per adapter the CPU time of admit and decode, and where its body is JSON, of Node's parsing the same bytes. One after the other, on one core."""
    core = max(os.sched_getaffinity(0))
    bodies = work / "bodies"
    rounds, milliseconds = str(options.step_rounds), "50"

    def on_one_core(*command):
        return subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True, check=True,
                              preexec_fn=lambda: os.sched_setaffinity(0, {core})).stdout
    rows = json.loads(on_one_core(BUILD / "bench/satupintu_decode_cost", "--rounds", rounds, "--milliseconds", milliseconds, "--bodies", bodies))
    for row in rows:
        if (bodies / row["adapter"]).exists():
            row["node_us"] = float(on_one_core("node", BENCH / "peers/node/parse.js", bodies / row["adapter"], rounds, milliseconds))
        print(f"{row['adapter']:24} admit {row['admit_us']:6.1f} µs  decode {row['decode_us']:6.1f} µs" +
              (f"  Node's JSON.parse {row['node_us']:6.1f} µs, decode ÷ Node {row['decode_us'] / row['node_us']:.2f}" if "node_us" in row else ""), flush=True)
    return rows


def measure_normalize():
    """What satupintu_normalize_cost says."""
    said = subprocess.run([str(BUILD / "bench/satupintu_normalize_cost")], stdout=subprocess.PIPE, text=True, check=True).stdout
    print(said, flush=True)
    return json.loads(said)


def measure_similar(options, work):
    """What satupintu_similar_cost says of a Redis of its own that keeps nothing on disk; its progress goes to the terminal."""
    directory = work / "similar"
    directory.mkdir()
    with contextlib.ExitStack() as stack:
        path = directory / "redis.sock"
        started(stack, ["redis-server", "--port", "0", "--unixsocket", path, "--dir", directory, "--save", ""], directory)
        wait_until(path.exists, 20, "Redis' socket")
        said = subprocess.run([str(BUILD / "bench/satupintu_similar_cost"), "--socket", str(path), "--reports", str(options.reports)],
                              stdout=subprocess.PIPE, text=True, check=True).stdout
    print(said, flush=True)
    return json.loads(said)


def measure_mail():
    """What satupintu_mail_memory says, as (mail, step, MB above what the process held, ms), and what the process held."""
    said = subprocess.run([str(BUILD / "bench/satupintu_mail_memory")], stdout=subprocess.PIPE, text=True, check=True).stdout
    print(said, flush=True)
    held, steps, mail = 0, [], ""
    for line in said.splitlines():
        words = re.match(r"(.*?)\s+([\d.]+) MB(?:\s+(\d+) ms)?", line)
        if not words:
            mail = line
        elif words[3] is None:
            held = float(words[2])
        else:
            steps.append((mail, words[1].strip(), float(words[2]), int(words[3])))
    return held, steps


# --- writing it down

def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "|".join(["---"] + ["---:"] * (len(head) - 1)) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def name_of(system):
    return f"{system.label} ({system.durability})"


def both_us(load):
    return load["server_us"] + load["redis_us"]


def duplicate_share(result):
    """The CPU of a duplicate, of a first delivery's."""
    return both_us(result["storm"]) / both_us(result["closed"])


def throughput_table(results):
    rows = []
    for system, result in results:
        closed, latency = result["closed"], result["closed"]["latency_ms"]
        rows.append([name_of(system), f"{closed['per_second']:,.0f}", f"{closed['to_stream_per_second']:,.0f}",
                     f"{latency['p50']:.1f}", f"{latency['p99']:.1f}", f"{latency['p99.9']:.1f}",
                     f"{closed['server_us']:.1f}", f"{closed['redis_us']:.1f}", f"{both_us(closed):.1f}", f"{closed['lag_s']:.2f}", f"{closed['server_mb']:.0f}",
                     f"{closed['redis_mb']:.0f}", f"{closed['redis_kb_each']:.1f}", f"{closed['busy']:.0%} ({closed['others']:.0%})"])
    return table(["system", "answers/s", "onto the stream/s", "p50 ms", "p99 ms", "p99.9 ms", "server µs", "Redis µs", "both µs", "lag s", "server MB", "Redis MB",
                  "Redis KB/message", "CPU busy (by others)"], rows)


def open_table(results):
    def three(latencies):
        return " / ".join(f"{latencies[name]:.1f}" for name in ("p50", "p99", "p99.9"))
    rows = []
    for system, result in results:
        opened = result["open"]
        rows.append([name_of(system), three(opened["latency_ms"]), three(opened["to_stream_ms"]), three(opened["after_answer_ms"]), f"{opened['server_us']:.1f}",
                     f"{opened['redis_us']:.1f}", f"{both_us(opened):.1f}", f"{opened['busy']:.0%}"])
    return table(["system", "due → answer ms", "due → stream ms", "answer → stream ms", "server µs", "Redis µs", "both µs", "CPU busy"], rows)


def storm_table(results):
    rows = []
    for system, result in results:
        storm = result["storm"]
        rows.append([name_of(system), f"{storm['per_second']:,.0f}", f"{storm['server_us']:.1f}", f"{storm['redis_us']:.1f}", f"{both_us(storm):.1f}",
                     f"{duplicate_share(result):.0%}"])
    return table(["system", "answers/s", "server µs", "Redis µs", "both µs", "of a first delivery"], rows)


def ratio_table(results):
    (_, ours), *peers = results

    def ratios(theirs):
        a, b = ours["closed"], theirs["closed"]
        pairs = [(a["per_second"], b["per_second"]), (a["to_stream_per_second"], b["to_stream_per_second"]),
                 (a["server_us"], b["server_us"]), (both_us(a), both_us(b)),
                 (ours["open"]["latency_ms"]["p99"], theirs["open"]["latency_ms"]["p99"]), (a["server_mb"], b["server_mb"]),
                 (a["redis_kb_each"], b["redis_kb_each"])]
        return [f"{mine / other:.2f}" for mine, other in pairs]
    return table(["Satu Pintu ÷", "answers/s", "onto the stream/s", "server CPU", "server + Redis CPU", "p99 at the fixed rate", "server memory",
                  "Redis memory per message"],
                 [[name_of(system), *ratios(result)] for system, result in peers])


def goal_table(ours):
    closed, opened, duplicate = ours["closed"], ours["open"], duplicate_share(ours)
    goals = [("durable answers per second", "≥ 12,000", f"{closed['per_second']:,.0f}", closed["per_second"] >= 12_000),
             ("gateway CPU per message, socket to stream", "≤ 100 µs", f"{closed['server_us']:.0f} µs", closed["server_us"] <= 100),
             (f"p50 to the answer at {RATE:,}/s", "≤ 5 ms", f"{opened['latency_ms']['p50']:.1f} ms", opened["latency_ms"]["p50"] <= 5),
             (f"p99 to the answer at {RATE:,}/s", "≤ 50 ms", f"{opened['latency_ms']['p99']:.1f} ms", opened["latency_ms"]["p99"] <= 50),
             (f"p99 to the stream at {RATE:,}/s", "≤ 100 ms", f"{opened['to_stream_ms']['p99']:.1f} ms", opened["to_stream_ms"]["p99"] <= 100),
             ("CPU of a duplicate, of a first delivery's", "< 30 %", f"{duplicate:.0%}", duplicate < 0.3)]
    return table(["goal", "wanted", "measured", "met"], [[what, wanted, measured, "yes" if met else "no"] for what, wanted, measured, met in goals])


def first_line(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True).stdout.splitlines()[0]


def machine():
    cpu = next(line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name"))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{cpu}, {CORES} cores used of {os.cpu_count()}, {memory:.0f} GiB, {platform.system()} {platform.release()}"


def versions():
    packages = json.loads((BENCH / "peers/node/package.json").read_text())["dependencies"]
    redis = first_line("redis-server", "--version").split("v=")[1].split()[0]
    commit = first_line("git", "-C", str(ROOT), "describe", "--always", "--dirty")
    return (f"Satu Pintu {commit} (preset `release`), Redis {redis}, nginx {first_line('nginx', '-v').split('/')[1]} with lua-nginx-module, "
            f"Node {first_line('node', '--version')}, " + ", ".join(f"{name} {version}" for name, version in packages.items()))


def decode_part(rows, options):
    slowest = max(rows, key=lambda row: row["decode_us"])
    lines = []
    for row in rows:
        node_us, admit_us = row.get("node_us"), row["admit_us"]
        lines.append([row["adapter"], f"{row['bytes']:,}", f"{admit_us:.1f}" if admit_us else "", f"{row['decode_us']:.1f}", f"{node_us:.1f}" if node_us else "",
                      f"{row['decode_us'] / node_us:.2f}" if node_us else ""])
    met = "yes" if slowest["decode_us"] <= MOST_DECODE_US else "**no**"
    return f"""## Decoding

{measured_line()}; medians of {options.step_rounds} rounds of 50 ms

CPU time of one thread per delivery (`CLOCK_THREAD_CPUTIME_ID`), 64 different ones of about 1.5 KB each, composed and signed by the adapter itself. Beside it, where the body is
JSON, what Node needs on the same core for `JSON.parse` of the same bytes and a walk over every value, and nothing else. Goal: at most {MOST_DECODE_US} µs; the slowest is
{slowest['adapter']} with {slowest['decode_us']:.1f} µs: {met}.

""" + table(["adapter", "bytes", "admit µs", "decode µs", "Node µs", "decode ÷ Node"], lines)


def normalize_part(cost):
    rows = [["all ten steps", f"≤ {MOST_NORMALIZE_US} µs", f"{cost['normalize_us']:.1f} µs", "yes" if cost["normalize_us"] <= MOST_NORMALIZE_US else "no"],
            ["of these the sketch", f"≤ {MOST_SKETCH_US} µs", f"{cost['sketch_us']:.1f} µs", "yes" if cost["sketch_us"] <= MOST_SKETCH_US else "no"]]
    return f"""## Normalising

{measured_line()}; medians of 15 rounds

CPU time of one thread per message of {cost["characters"]} characters, with the shipped rules.

""" + table(["step", "wanted", "measured", "met"], rows)


def similar_part(cost):
    added = {name: cost["with_ms"][name] - cost["without_ms"][name] for name in ("p50", "p99")}
    rows = [[f"added to publishing one, {name}", f"≤ {MOST_SIMILAR_MS} ms", f"{added[name]:.2f} ms", "yes" if added[name] <= MOST_SIMILAR_MS else "no"]
            for name in ("p50", "p99")]
    million = cost["megabytes"] * 1e6 / cost["reports"]
    rows.append(["Redis memory for a million reports", f"≤ {MOST_SIMILAR_MB} MB", f"{million:.0f} MB", "yes" if million <= MOST_SIMILAR_MB else "no"])
    return f"""## Similar reports

{measured_line()}

{cost["reports"]:,} invented reports from {cost["streets"]:,} streets, of which {cost["alike_percent"]} % tell of what another one told of before, in other words and with other parts
of its place, spread over the 14 days for which they are remembered, entered into a Redis that keeps nothing on disk ({cost["fill_seconds"]:.0f} s, {cost["links"]:,} links told); then single ones with a sketch and without, from the call to the answer: p50 {cost["with_ms"]["p50"]:.2f} and
{cost["without_ms"]["p50"]:.2f} ms, p99 {cost["with_ms"]["p99"]:.2f} and {cost["without_ms"]["p99"]:.2f} ms. Memory is what Redis gives back when all that is kept for links is taken away.

""" + table(["goal", "wanted", "measured", "met"], rows)


def mail_part(held, steps):
    decodes = [megabytes for _, step, megabytes, _ in steps if "decode" in step]
    met = "yes" if held + max(decodes) < MOST_MAIL_MB else "**no**"
    return f"""## The largest mails

{measured_line()}

Resident memory that mails of 25 MB, the largest that are read, add at most to the {held:.0f} MB that the process holds without them, the mail itself included. Goal: less than
{MOST_MAIL_MB} MB in all while such a mail is decoded; measured {held + max(decodes):.0f} MB: {met}.

""" + table(["mail, and what is done with it", "MB", "ms"], [[f"{mail}: {step}", f"{megabytes:.1f}", f"{took}"] for mail, step, megabytes, took in steps])


def measured_line():
    return (f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC, {first_line('git', '-C', str(ROOT), 'describe', '--always', '--dirty')}, "
            f"{machine()}, Node {first_line('node', '--version')}: {command()}")


def command():
    return f"`scripts/bench{' ' + ' '.join(sys.argv[1:]) if sys.argv[1:] else ''}`"


def write_part(file, name, text):
    """Puts a part where it stood, or at the end."""
    begin, end = f"<!-- scripts/bench writes {name} from here -->", f"<!-- to here: {name} -->"
    old = file.read_text() if file.exists() else "# Results of the benchmark\n"
    before, _, rest = old.partition(begin)
    after = rest.partition(end)[2] or "\n"
    file.write_text(f"{before.rstrip()}\n\n{begin}\n\n{text}\n\n{end}{after}")


def write_results(file, results, options, sync):
    old = file.read_text() if file.exists() else ""
    kept = old.split(MARKER, 1)[1] if MARKER in old else "\n"
    others = max(r["closed"]["others"] for _, r in results)
    noise = "; **that is too much: these figures say nothing, run it again on an idle machine**" if others > MOST_NOISE else ""
    load_us = results[0][1]["closed"]["cpu_us_per_request"]
    parts = [
        "# Results of the benchmark",
        f"""- **When**: {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC
- **Machine**: {machine()}; a 4 KiB `fdatasync` takes {sync['p50']:.2f} ms (p50), {sync['p99']:.2f} ms (p99)
- **Versions**: {versions()}
- **Command**: {command()}; medians of {options.rounds} round{'s' if options.rounds > 1 else ''}
- **Noise**: programs that are no part of this used at most {others:.1%} of the CPU during a throughput run{noise}""",
        f"""WhatsApp deliveries of {BODY_BYTES / 1000:.1f} KB, each with its own id, sender and signature, over {CONNECTIONS} keep-alive connections; server, Redis and load generator
share {CORES} cores. Every system checks the signature, drops duplicates, adds to a Redis stream, and answers only what is on disk; the `everysec` rows
show what the peers gain by not doing that. The peers (bench/peers) do no more than this: they keep no journal, do not normalise, and store the body as
it came. CPU time is that of all of a system's processes from the first byte until the last message is on the stream; µs are per message, and the load
generator's own ({load_us:.1f} µs here) are not in them. A peer answers when the message is on the stream, Satu Pintu when it is in the journal: what
reaches the stream per second counts the time to catch up after the last answer (lag). Memory is peak resident size, of Redis with everything stored so far.""",
    ]
    if results[0][0].key == "satupintu":
        parts += ["## Goals", goal_table(results[0][1])]
    parts += [f"## Throughput: closed loop, {options.seconds} s", throughput_table(results)]
    if results[0][0].key == "satupintu" and len(results) > 1:
        parts += ["## Ratios: Satu Pintu to each peer", ratio_table(results)]
    parts += [f"## Latency: open loop, {RATE:,} per second for {options.seconds} s", "p50 / p99 / p99.9. A negative time to the stream: the peers answer after adding.",
              open_table(results), f"## Storm: {options.storm:,} known deliveries ×10, shuffled", storm_table(results), MARKER]
    file.write_text("\n\n".join(parts) + kept)


def read_options():
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Compares Satu Pintu with nginx + Lua and Node, measures decoding, and writes bench/RESULTS.md.")
    parser.add_argument("--only", default=",".join(PARTS), help="which parts, of: %(default)s")
    parser.add_argument("--quick", action="store_true", help="one round of 5 s runs instead of three of 10 s")
    parser.add_argument("--systems", default=",".join(system.key for system in SYSTEMS), help="which systems, of: %(default)s")
    parser.add_argument("--rounds", type=int, help="how often each system is run")
    parser.add_argument("--reports", type=int, default=1_000_000, help="how many reports the part similar remembers (default: %(default)s)")
    parser.add_argument("--directory", type=pathlib.Path, default=ROOT / "build",
                        help="where the journals and Redis' files go: a real disk, not tmpfs (default: build)")
    parser.add_argument("--out", type=pathlib.Path, default=BENCH / "RESULTS.md", help="the file to write (default: bench/RESULTS.md)")
    options = parser.parse_args()
    unknown = set(options.systems.split(",")) - {system.key for system in SYSTEMS}
    if unknown:
        parser.error(f"no such system: {', '.join(sorted(unknown))}")
    unknown = set(options.only.split(",")) - set(PARTS)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    options.step_rounds = 5 if options.quick else 15
    options.rounds = options.rounds or (1 if options.quick else 3)
    options.seconds, options.warm_seconds, options.storm = (5, 1, 5_000) if options.quick else (10, 2, 10_000)
    return options


def compare_systems(options, work):
    systems = [system for system in SYSTEMS if system.key in options.systems.split(",")]
    rounds = {system.key: [] for system in systems}
    sync = fdatasync_ms(work)
    for number in range(options.rounds):
        for system in systems:
            result = measure_system(system, options, work, number)
            rounds[system.key].append(result)
            closed, opened = result["closed"], result["open"]
            print(f"round {number + 1}  {name_of(system):58} {closed['per_second']:8,.0f}/s  {closed['server_us']:6.1f} + {closed['redis_us']:5.1f} µs  "
                  f"at {RATE}/s p50 {opened['latency_ms']['p50']:.1f} p99 {opened['latency_ms']['p99']:.1f} ms, "
                  f"to the stream p99 {opened['to_stream_ms']['p99']:.1f} ms", flush=True)
    write_results(options.out, [(system, median(rounds[system.key])) for system in systems], options, sync)


def main():
    options = read_options()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    parts = options.only.split(",")
    work = pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir=options.directory))
    try:
        if "systems" in parts:
            compare_systems(options, work)
        if "decode" in parts:
            write_part(options.out, "decode", decode_part(measure_decode(options, work), options))
        if "normalize" in parts:
            write_part(options.out, "normalize", normalize_part(measure_normalize()))
        if "similar" in parts:
            write_part(options.out, "similar", similar_part(measure_similar(options, work)))
        if "mail" in parts:
            write_part(options.out, "mail", mail_part(*measure_mail()))
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print(f"\nWritten: {options.out}")


if __name__ == "__main__":
    main()
