"""How anyone sees what a running server does: `$/setTrace`, and `--log` on the command line."""

import pytest

from strict import PULL, Client, uri
from test_session import SHOP

# A word of the document, which is to be in no trace that leaves out contents.
SECRET = "project_blackbird"
TEXT = f"// {SECRET}\n{SHOP}"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "shop.threat").write_text(TEXT)
    return tmp_path


def hover(client, folder):
    """Has the server answer a request, and gives what it traced of it."""
    # A message may have been read before the server handled `$/setTrace`, but none after an answer.
    client.request("textDocument/foldingRange", {"textDocument": {"uri": uri(folder / "shop.threat")}})
    client.messages.clear()
    place = {"textDocument": {"uri": uri(folder / "shop.threat")}, "position": {"line": 5, "character": 9}}
    assert client.request("textDocument/hover", place)
    # What was traced before the answer to this has been sent.
    client.request("textDocument/foldingRange", {"textDocument": {"uri": uri(folder / "shop.threat")}})
    return [message["params"] for message in client.messages if message["method"] == "$/logTrace"]


def mentions_hover(entries):
    return any("textDocument/hover" in entry["message"] for entry in entries)


def test_a_client_sets_how_much_is_traced(folder):
    client = Client(PULL, folders=[folder])
    client.open(uri(folder / "shop.threat"), TEXT)
    assert hover(client, folder) == [], "nothing is traced unless the client wants it"
    client.notify("$/setTrace", {"value": "messages"})
    entries = hover(client, folder)
    assert mentions_hover(entries)
    assert not any("verbose" in entry for entry in entries)
    client.change(uri(folder / "shop.threat"), {"text": TEXT + f"// {SECRET}\n"})
    assert SECRET not in str(hover(client, folder))
    client.notify("$/setTrace", {"value": "verbose"})
    entries = hover(client, folder)
    assert mentions_hover(entries)
    assert any("textDocument/hover" in entry["message"] and "position" in entry.get("verbose", "") for entry in entries)
    client.notify("$/setTrace", {"value": "off"})
    hover(client, folder)
    assert hover(client, folder) == []
    client.notify("$/setTrace", {"value": "loud"})
    assert hover(client, folder) == [], "a value that is none changes nothing"
    client.end()


@pytest.mark.parametrize("value", ["off", "messages", "verbose"])
def test_a_trace_from_the_start(folder, value):
    client = Client(PULL, folders=[folder], trace=value)
    client.open(uri(folder / "shop.threat"), TEXT)
    entries = hover(client, folder)
    assert mentions_hover(entries) == (value != "off")
    assert any("verbose" in entry for entry in entries) == (value == "verbose")
    if value != "off":
        assert any("queries" in entry["message"] for entry in entries), "what a request costs"
    client.end()


@pytest.mark.parametrize("log", [None, "info", "messages", "contents"])
def test_a_log_goes_to_standard_error(folder, tmp_path_factory, log):
    file = tmp_path_factory.mktemp("log") / "stderr"
    with open(file, "w") as stderr:
        # What would be on standard output in between would break the protocol.
        client = Client(PULL, folders=[folder], arguments=["--log", log] if log else [], stderr=stderr)
        client.open(uri(folder / "shop.threat"), TEXT)
        assert hover(client, folder) == [], "it is not for the client"
        client.end()
    written = file.read_text()
    assert ("read 1 files in 1 models" in written) == (log is not None)
    assert ("textDocument/hover" in written) == (log in ("messages", "contents"))
    assert (SECRET in written) == (log == "contents")
    assert log or not written


def test_a_log_says_what_failed(folder, tmp_path_factory, monkeypatch):
    monkeypatch.setenv("THREATLINE_PANIC_ON", "textDocument/didOpen")
    file = tmp_path_factory.mktemp("log") / "stderr"
    with open(file, "w") as stderr:
        client = Client(PULL, folders=[folder], arguments=["--log", "info"], stderr=stderr)
        client.open(uri(folder / "shop.threat"), TEXT)
        hover(client, folder)
        client.end()
    assert "`textDocument/didOpen` failed" in file.read_text()
