"""A session with a language server over a pipe, the same for every server, and what its processes cost.

Times end with the last byte of a message. It does not know whose server it is, or what the texts mean.
"""

import json
import os
import queue
import subprocess
import threading
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


class TooLong(Exception):
    """Something took longer than it may."""


class Gone(Exception):
    """The server ended."""


# What a usual editor can do. Diagnostics are pushed, since both servers do that.
CAPABILITIES = {
    "general": {"positionEncodings": ["utf-16"]},
    "window": {"workDoneProgress": True},
    "workspace": {
        "configuration": True,
        "didChangeConfiguration": {"dynamicRegistration": True},
        "didChangeWatchedFiles": {"dynamicRegistration": True},
        "workspaceFolders": True,
    },
    "textDocument": {
        "publishDiagnostics": {"versionSupport": True, "relatedInformation": True},
        "completion": {"completionItem": {"snippetSupport": True}, "contextSupport": True},
        "hover": {"contentFormat": ["markdown"]},
    },
}


def tree(process):
    """The ids of a process and of all below it."""
    found = [process]
    for one in found:
        for children in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += map(int, children.read_text().split())
            except OSError:
                pass  # It has just ended.
    return found


def memory(process):
    """The resident memory of a process and all below it, in bytes."""
    pages = 0
    for one in tree(process):
        try:
            pages += int(Path(f"/proc/{one}/statm").read_text().split()[1])
        except OSError:
            pass
    return pages * os.sysconf("SC_PAGE_SIZE")


def cpu(process):
    """How many ticks of a processor a process and all below it have used."""
    ticks = 0
    for one in tree(process):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        except OSError:
            pass
    return ticks


class Session:
    def __init__(self, command, folder, bound):
        self.folder, self.bound = folder, bound
        self.inbox = queue.Queue()
        self.writing = threading.Lock()
        self.id = 0
        self.versions = {}
        # Which documents were diagnosed so far, and when the last one was.
        self.told, self.last_told = set(), 0
        self.begin = time.perf_counter()
        self.process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        threading.Thread(target=self._read, daemon=True).start()
        folders = [{"uri": folder.as_uri(), "name": "model"}]
        params = {"processId": os.getpid(), "rootUri": folders[0]["uri"], "workspaceFolders": folders}
        try:
            self.initialized = self.ask("initialize", {**params, "capabilities": CAPABILITIES}, self.begin)[1]
        except (TooLong, Gone):
            self.process.kill()
            self.process.wait()
            raise
        self.tell("initialized", {})

    # ---- messages ---------------------------------------------------------------------------

    def _read(self):
        stream = self.process.stdout
        while True:
            length = 0
            while (line := stream.readline()) not in (b"\r\n", b""):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            body = stream.read(length)
            arrived = time.perf_counter()
            if line == b"":
                self.inbox.put(None)
                return
            message = json.loads(body)
            if "method" in message and "id" in message:
                settings = message["method"] == "workspace/configuration"
                result = [None] * len(message["params"]["items"]) if settings else None
                self._send({"id": message["id"], "result": result})
            self.inbox.put((arrived, message))

    def _send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        with self.writing:
            try:
                self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
                self.process.stdin.flush()
            except BrokenPipeError:
                raise Gone from None

    def tell(self, method, params):
        self._send({"method": method, "params": params})

    def messages(self, bound=None):
        """Messages with the time of their arrival, until a bound."""
        end = time.perf_counter() + (bound or self.bound)
        while True:
            try:
                message = self.inbox.get(timeout=max(0, end - time.perf_counter()))
            except queue.Empty:
                raise TooLong from None
            if message is None:
                raise Gone
            if message[1].get("method") == "textDocument/publishDiagnostics":
                self.told.add(message[1]["params"]["uri"])
                self.last_told = message[0]
            yield message

    def ask(self, method, params=None, begin=None):
        """The result of a request, and the seconds that it took since it was sent, or since a time before."""
        self.id += 1
        begin = begin or time.perf_counter()
        self._send({"id": self.id, "method": method, **({} if params is None else {"params": params})})
        for arrived, message in self.messages():
            if message.get("id") == self.id and "method" not in message:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"], arrived - begin

    def rest(self, quiet=0.1):
        """Waits until the server says nothing and does nothing for some time."""
        used, end = cpu(self.process.pid), time.perf_counter() + self.bound
        while True:
            try:
                for _ in self.messages(quiet):
                    pass
            except TooLong:
                pass
            before, used = used, cpu(self.process.pid)
            if used - before <= max(1, quiet * TICKS / 20):
                return
            if time.perf_counter() > end:
                raise TooLong

    # ---- documents --------------------------------------------------------------------------

    def open(self, address, language, text):
        self.versions[address] = 1
        document = {"uri": address, "languageId": language, "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})

    def edit(self, address, line, column, gone, text):
        """Replaces some characters. The time when that was sent."""
        self.versions[address] += 1
        span = {"start": {"line": line, "character": column}, "end": {"line": line, "character": column + gone}}
        document = {"uri": address, "version": self.versions[address]}
        begin = time.perf_counter()
        change = {"range": span, "text": text}
        self.tell("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
        return begin

    def diagnosed(self, address, begin, expected=lambda diagnostics: True):
        """The seconds since a time until a document's current version has the diagnostics that are expected.

        A server that says of which version they are is taken at its word; of another the next are taken.
        """
        for arrived, message in self.messages():
            if message.get("method") != "textDocument/publishDiagnostics":
                continue
            params = message["params"]
            current = params.get("version") in (None, self.versions.get(address))
            if params["uri"] == address and current and arrived > begin and expected(params["diagnostics"]):
                return arrived - begin

    # ---- the end ----------------------------------------------------------------------------

    def end(self):
        """Ends the server, by force if it does not end by itself."""
        self.bound = 10
        try:
            self.ask("shutdown")
            self.tell("exit", None)
            self.process.wait(10)
        except (TooLong, Gone, RuntimeError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
