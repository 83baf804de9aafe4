"""A client that checks every byte that the server sends, for the tests beside it.

lsprotocol's converter alone is lax: it drops unknown properties and turns 42 into "42". So each message also has to
survive being read and written unchanged.
"""

import json
import os
import pathlib
import queue
import subprocess
import threading
import urllib.parse

from lsprotocol import converters, types

SERVER = os.environ.get("THREATLINE", str(pathlib.Path(__file__).parents[2] / "target/debug/threatline"))
CONVERTER = converters.get_converter()


def differences(sent, back, path=""):
    if isinstance(sent, dict) and isinstance(back, dict):
        for key in sorted(sent.keys() | back.keys()):
            if key not in back:
                if sent[key] is not None:
                    yield f"{path}.{key}: unknown property"
            elif key not in sent:
                if back[key] is not None:
                    yield f"{path}.{key}: missing"
            else:
                yield from differences(sent[key], back[key], f"{path}.{key}")
    elif isinstance(sent, list) and isinstance(back, list) and len(sent) == len(back):
        for at, (one, other) in enumerate(zip(sent, back)):
            yield from differences(one, other, f"{path}[{at}]")
    elif type(sent) is not type(back) or sent != back:
        yield f"{path}: {sent!r} read back as {back!r}"


def violations(message, pending):
    """What is wrong with a message of a server. `pending` has the methods that it was asked, by id."""
    if message.get("jsonrpc") != "2.0":
        yield "jsonrpc is not 2.0"
        return
    if "method" in message:
        known = types.METHOD_TO_TYPES.get(message["method"])
        if not known:
            if not message["method"].startswith("$/"):
                yield "unknown method"
            return
        kind = known[0]
    else:
        method = pending.pop(message.get("id"), None)
        if method is None:
            yield "an answer to nothing that was asked"
            return
        if ("result" in message) == ("error" in message):
            yield "it needs one of result and error"
            return
        if "error" in message:
            kind = types.ResponseErrorMessage
        elif method in types.METHOD_TO_TYPES:
            kind = types.METHOD_TO_TYPES[method][1]
        else:
            return
    try:
        read = CONVERTER.structure(message, kind)
        back = json.loads(json.dumps(CONVERTER.unstructure(read, unstructure_as=kind)))
    except Exception as error:  # whatever is wrong with it
        while getattr(error, "exceptions", None):
            error = error.exceptions[0]
        yield f"it is no {kind.__name__} ({type(error).__name__}: {error})"
        return
    for difference in differences(message, back):
        yield f"{kind.__name__}{difference}"


def uri(path):
    return "file://" + urllib.parse.quote(str(path))


class Gone(Exception):
    """The server closed its output."""


class Client:
    """A session with a server of its own. What breaks the protocol is collected in `wrong`."""

    def __init__(self, capabilities=None, folders=(), options=None, start=True, arguments=(), stderr=None, trace=None):
        self.process = subprocess.Popen([SERVER, "lsp", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr)
        self.wrong = []
        self.ids = 0
        self.pending = {}
        self.answers = {}
        self.messages = []
        self.problems = {}
        self.inbox = queue.Queue()
        self.versions = {}
        self.answer_requests = True
        self.settings = None
        threading.Thread(target=self._read, daemon=True).start()
        if start:
            self.initialized = self.request(
                "initialize",
                {
                    "processId": os.getpid(),
                    "rootUri": None,
                    "capabilities": capabilities or {},
                    "workspaceFolders": [{"uri": uri(folder), "name": str(folder)} for folder in folders],
                    **({"initializationOptions": options} if options else {}),
                    **({"trace": trace} if trace else {}),
                },
            )
            self.notify("initialized", {})

    # ---- the wire ---------------------------------------------------------------------------

    def _read(self):
        stream = self.process.stdout
        while True:
            headers = {}
            while (line := stream.readline()) not in (b"\r\n", b""):
                if not line.endswith(b"\r\n"):
                    self.wrong.append(f"a header line that does not end with CRLF: {line!r}")
                key, _, value = line.partition(b":")
                headers[key.strip().lower()] = value.strip()
            if line == b"":
                break
            body = stream.read(int(headers[b"content-length"]))
            message = json.loads(body.decode("utf-8"))
            self._check(message)
            self.inbox.put(message)
        self.inbox.put(None)

    def _check(self, message):
        self.wrong += (f"{what}: {json.dumps(message)[:300]}" for what in violations(message, self.pending))

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def notify(self, method, params):
        self.send({"method": method, "params": params})

    def ask(self, method, params=None):
        """Sends a request, and gives its id."""
        self.ids += 1
        self.pending[self.ids] = method
        self.send({"id": self.ids, "method": method, **({} if params is None else {"params": params})})
        return self.ids

    def take(self, timeout=30):
        """Takes one message in."""
        message = self.inbox.get(timeout=timeout)
        if message is None:
            self.inbox.put(None)
            raise Gone
        if "method" in message:
            self.messages.append(message)
            if message["method"] == "textDocument/publishDiagnostics":
                self.problems[message["params"]["uri"]] = message["params"]
            if "id" in message and self.answer_requests:
                is_settings = message["method"] == "workspace/configuration"
                result = [self.settings] * len(message["params"]["items"]) if is_settings else None
                self.send({"id": message["id"], "result": result})
        else:
            self.answers[message["id"]] = message
        return message

    def answer(self, id, timeout=30):
        """Waits for the answer to a request."""
        while id not in self.answers:
            self.take(timeout)
        return self.answers.pop(id)

    def request(self, method, params=None, timeout=30):
        """The result of a request; an error is raised."""
        message = self.answer(self.ask(method, params), timeout)
        if "error" in message:
            raise AssertionError(f"{method}: {message['error']}")
        return message["result"]

    # ---- documents --------------------------------------------------------------------------

    def open(self, address, text, version=1):
        self.versions[address] = version
        document = {"uri": address, "languageId": "threat", "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    def change(self, address, *changes):
        self.versions[address] += 1
        document = {"uri": address, "version": self.versions[address]}
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": list(changes)})

    def close(self, address):
        self.notify("textDocument/didClose", {"textDocument": {"uri": address}})

    def pull(self, address):
        """The diagnostics of a document, asked for."""
        return self.request("textDocument/diagnostic", {"textDocument": {"uri": address}})["items"]

    def told(self, address, version=None):
        """Waits for the diagnostics of a document that the server tells by itself."""
        while address not in self.problems or (version and self.problems[address].get("version") != version):
            self.take()
        return self.problems[address]["diagnostics"]

    # ---- the end ----------------------------------------------------------------------------

    def end(self):
        """Ends the session in order, and says what was wrong with it."""
        self.request("shutdown")
        self.notify("exit", None)
        code = self.process.wait(10)
        assert code == 0, f"exit code {code}"
        try:
            while True:
                self.take(5)
        except Gone:
            pass
        assert not self.pending, f"never answered: {self.pending}"
        assert not self.wrong, "\n".join(self.wrong)


PULL = {"textDocument": {"diagnostic": {"dynamicRegistration": False}}, "workspace": {"diagnostics": {"refreshSupport": True}}}
