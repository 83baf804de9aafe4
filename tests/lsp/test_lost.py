"""What cannot be read: the server never answers from a text that the client does not have, and never ends."""

import json

import pytest

from strict import PULL, Client, uri
from test_session import at, raw

TEXT = """process   shop "Shop" { technology: web_service }
process   till "Till \U0001f600" { technology: web_service }
"""
OPTIONS = {"tabSize": 2, "insertSpaces": True}
GOOD = '{"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}},"text":"// a\\n"}'
DEEP = "[" * 200 + "]" * 200


def notification(method, address, changes=GOOD, version="2", more="", end="}"):
    document = '"textDocument":{"uri":"%s","version":%s}' % (address, version)
    params = '"params":{%s,"contentChanges":[%s]}' % (document, changes)
    return '{"jsonrpc":"2.0","method":"textDocument/%s",%s%s%s' % (method, params, more, end)


def ranged(start, end, text='"x"'):
    edges = ",".join('"%s":{"line":%s,"character":%s}' % (edge, *place) for edge, place in [("start", start), ("end", end)])
    return '{"range":{%s},"text":%s}' % (edges, text)


# What differs from a change that can be read.
UNREADABLE = {
    "half a surrogate": {"changes": ranged((0, 0), (0, 0), r'"// \ud83d\n"')},
    "the other half": {"changes": ranged((0, 0), (0, 0), r'"\ude00"')},
    "a number that is none": {"version": "1e999"},
    "deep": {"version": DEEP},
    "deep beside a change": {"changes": '{"text":"","extra":%s}' % DEEP},
    "version 2^31": {"version": "2147483648"},
    "no version": {"version": "null"},
    "a version of text": {"version": '"2"'},
    "no text": {"changes": '{"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":1}}}'},
    "a text that is none": {"changes": ranged((0, 0), (0, 0), "7")},
    "a line below zero": {"changes": ranged((-1, 0), (0, 0))},
    "half a line": {"changes": ranged((0.5, 0), (1, 0))},
    "a line past 2^32": {"changes": ranged((4294967296, 0), (4294967296, 0))},
    "a line behind the end": {"changes": ranged((90, 0), (90, 0))},
    "an end before the start": {"changes": ranged((1, 0), (0, 0))},
    "within a character": {"changes": ranged((1, 22), (1, 22))},
    "the second of two changes": {"changes": GOOD + "," + ranged((90, 0), (90, 0))},
    "a version before": {"version": "0"},
    "a key twice": {"more": ',"jsonrpc":"2.0"'},
    "a method twice": {"more": ',"method":"exit"'},
    "cut off": {"end": ""},
}


def lost(client, address):
    """Whether nothing is answered about a document, and the user knows why."""
    for method, params in [
        ("textDocument/formatting", {"options": OPTIONS}),
        ("textDocument/hover", {"position": {"line": 0, "character": 11}}),
        ("textDocument/documentSymbol", {}),
        ("textDocument/semanticTokens/full", {}),
    ]:
        answer = client.answer(client.ask(method, {"textDocument": {"uri": address}, **params}))
        if "error" not in answer:
            return False
        assert "close and reopen" in answer["error"]["message"]
    shown = [message["params"] for message in client.messages if message["method"] == "window/showMessage"]
    assert [message["type"] for message in shown] == [1]
    assert address.rsplit("/", 1)[1] in shown[0]["message"]
    return True


@pytest.fixture
def open_document(tmp_path):
    (tmp_path / "shop.threat").write_text("process on_the_disk\n")
    client = Client(PULL, folders=[tmp_path])
    address = uri(tmp_path / "shop.threat")
    client.open(address, TEXT)
    assert client.request("textDocument/formatting", {"textDocument": {"uri": address}, "options": OPTIONS})
    return client, address


@pytest.mark.parametrize("heals", ["open", "whole text"])
@pytest.mark.parametrize("wrong", UNREADABLE.values(), ids=UNREADABLE)
def test_a_change_that_cannot_be_used_closes_the_document_until_its_text_is_known(open_document, wrong, heals):
    client, address = open_document
    client.process.stdin.write(raw(notification("didChange", address, **wrong).encode()))
    client.versions[address] = 2
    client.change(address, at(0, 0, 7, "store"))
    assert lost(client, address)
    [problem] = client.pull(address)
    assert problem["code"] == "unreadable-file" and problem["severity"] == 1
    assert "on_the_disk" not in json.dumps(client.request("workspace/symbol", {"query": ""}))
    if heals == "open":
        client.open(address, TEXT, version=9)
    else:
        client.change(address, {"text": TEXT}, at(0, 0, 0, ""))
    edits = client.request("textDocument/formatting", {"textDocument": {"uri": address}, "options": OPTIONS})
    assert {edit["range"]["start"]["line"] for edit in edits} == {0, 1}
    client.end()


@pytest.mark.parametrize("place", [(0, 9000), (1, 9000), (2, 0), (2, 7)])
def test_a_column_past_the_end_is_the_end(open_document, place):
    client, address = open_document
    line, column = place
    client.change(address, at(line, column, column, " // end\n"))
    assert client.request("textDocument/formatting", {"textDocument": {"uri": address}, "options": OPTIONS})
    client.end()


def test_a_change_without_a_readable_address_may_be_of_any_document(open_document):
    client, address = open_document
    client.notify("textDocument/didChange", {"contentChanges": [{"text": "x"}]})
    assert lost(client, address)
    client.close(address)
    assert "on_the_disk" in json.dumps(client.request("workspace/symbol", {"query": ""}))
    client.end()


def test_a_change_of_a_document_that_is_not_open(tmp_path):
    (tmp_path / "shop.threat").write_text(TEXT)
    client = Client(PULL, folders=[tmp_path])
    address = uri(tmp_path / "shop.threat")
    client.versions[address] = 1
    client.change(address, at(0, 0, 0, "// a\n"))
    assert lost(client, address)
    client.end()


def test_a_document_that_cannot_be_opened_is_not_that_of_the_disk(tmp_path):
    (tmp_path / "shop.threat").write_text(TEXT)
    client = Client(PULL, folders=[tmp_path])
    address = uri(tmp_path / "shop.threat")
    body = notification("didOpen", address, more=r',"text":"\ud83d"')
    client.process.stdin.write(raw(body.encode()))
    assert lost(client, address)
    client.end()


def test_a_document_that_is_too_long_is_not_that_of_the_disk(tmp_path):
    (tmp_path / "shop.threat").write_text(TEXT)
    client = Client(PULL, folders=[tmp_path])
    address = uri(tmp_path / "shop.threat")
    client.open(address, "// " + "x" * (64 << 20))
    assert lost(client, address)
    client.end()


def test_a_lost_text_of_settings_counts_for_nothing(tmp_path):
    (tmp_path / "shop.threat").write_text(TEXT)
    client = Client(folders=[tmp_path])
    address = uri(tmp_path / "threatline.toml")
    client.open(address, "")
    client.change(address, at(9, 0, 0, "x"))
    while not client.problems.get(address, {}).get("diagnostics"):
        client.take()
    [problem] = client.problems[address]["diagnostics"]
    assert problem["code"] == "unreadable-file"
    client.change(address, {"text": ""})
    while client.problems[address]["diagnostics"]:
        client.take()
    client.end()


def test_a_client_that_does_not_ask_is_sent_what_is_wrong(tmp_path):
    client = Client(folders=[tmp_path])
    address = uri(tmp_path / "shop.threat")
    client.open(address, TEXT)
    client.told(address, 1)
    client.change(address, at(90, 0, 0, "x"))
    while "unreadable-file" not in [problem["code"] for problem in client.problems[address]["diagnostics"]]:
        client.take()
    client.end()


@pytest.mark.parametrize("key", ['"method":"workspace/symbol"', '"params":{}', '"jsonrpc":"2.0"', '"extra":1,"extra":2', '"params":[1]', '"params":"x"'])
def test_a_request_with_a_key_twice_or_a_wrong_type_is_answered(tmp_path, key):
    client = Client(PULL, folders=[tmp_path])
    client.ids += 1
    client.pending[client.ids] = "workspace/symbol"
    params = "" if key.startswith('"params":[') or key == '"params":"x"' else ',"params":{"query":""}'
    body = '{"jsonrpc":"2.0","id":%d,"method":"workspace/symbol"%s,%s}' % (client.ids, params, key)
    client.process.stdin.write(raw(body.encode()))
    client.process.stdin.flush()
    answer = client.answer(client.ids)
    assert answer.get("error", {}).get("code") in (-32600, -32602) or key.startswith('"extra"')
    assert client.request("workspace/symbol", {"query": ""}) is not None
    client.end()


def test_a_notification_with_a_key_twice_is_logged_and_shown(tmp_path):
    client = Client(PULL, folders=[tmp_path])
    for _ in range(3):
        client.process.stdin.write(raw(b'{"jsonrpc":"2.0","method":"workspace/didChangeConfiguration","params":{},"params":{}}'))
    client.process.stdin.flush()
    client.request("workspace/symbol", {"query": ""})
    methods = [message["method"] for message in client.messages if message["params"].get("type") == 1]
    assert methods.count("window/logMessage") == 3
    assert methods.count("window/showMessage") == 1
    client.end()


def test_a_request_that_is_too_long_is_answered_with_an_error(tmp_path):
    client = Client(PULL, folders=[tmp_path])
    answer = client.answer(client.ask("workspace/symbol", {"query": "x" * (64 << 20)}))
    assert "64 MB" in answer["error"]["message"]
    client.end()


def memory(client):
    status = open(f"/proc/{client.process.pid}/status").read()
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


@pytest.mark.parametrize(
    "noise",
    [b"x" * (1 << 20), b"Content-Length: 99999999999999\r\n\r\n" + b"x" * (1 << 20), b"Content-Length: 1" + b"0" * (1 << 20), b"X: y\r\n" * (1 << 18)],
    ids=["a header without an end", "a length that is a lie", "a length without an end", "headers without an end"],
)
def test_what_is_no_message_takes_no_memory(tmp_path, noise):
    client = Client(PULL, folders=[tmp_path])
    client.request("workspace/symbol", {"query": ""})
    before = memory(client)
    try:
        client.process.stdin.write(noise)
        for _ in range(100):
            client.process.stdin.write(b"x" * (1 << 20))
        client.process.stdin.flush()
    except BrokenPipeError:
        pass
    # Of 100 MB; what the server keeps of the library may come in between.
    assert memory(client) - before < 64
    client.process.kill()
    client.process.wait(10)
