"""Stands between an editor and the server, and checks all that the server sends: proxy.py LOG SERVER [ARGUMENT]...

LOG gets a line for each message, and a line that begins with VIOLATION for what breaks the protocol.
"""

import json
import os
import pathlib
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lsp"))
sys.dont_write_bytecode = True
from strict import violations

log = open(sys.argv[1], "a", buffering=1, encoding="utf-8")
server = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
lock = threading.Lock()
pending = {}


def check(message, from_server):
    if from_server:
        for what in violations(message, pending):
            log.write(f"VIOLATION {what}: {json.dumps(message)[:300]}\n")
    elif "method" in message and "id" in message:
        pending[message["id"]] = message["method"]


def pump(source, target, from_server):
    while True:
        head, length = b"", 0
        while (line := source.readline()) not in (b"\r\n", b""):
            head += line
            name, _, value = line.partition(b":")
            if name.strip().lower() == b"content-length":
                length = int(value)
        if line == b"":
            break
        body = source.read(length)
        # Before it is passed on: a fast answer must not overtake its question.
        with lock:
            log.write(f"{'server' if from_server else 'editor'} {body.decode()}\n")
            check(json.loads(body), from_server)
        try:
            target.write(head + b"\r\n" + body)
            target.flush()
        except OSError:
            break
    try:
        target.close()
    except OSError:
        pass


threading.Thread(target=pump, args=(sys.stdin.buffer, server.stdin, False), daemon=True).start()
pump(server.stdout, sys.stdout.buffer, True)
code = server.wait()
log.write(f"EXIT {code}\n")
os._exit(code)
