"""The disk behind the editor: folders that are not there, walks that take long, and more than is read."""

import os
import shutil
import time

import pytest

from strict import PULL, Client, uri
from test_session import codes

OTHER = "process of_another_project { tecnology: x }\n"


def names(client):
    return {symbol["name"] for symbol in client.request("workspace/symbol", {"query": ""})}


def folders(client, added=(), removed=()):
    folder = lambda path: {"uri": uri(path), "name": path.name}
    event = {"added": [folder(path) for path in added], "removed": [folder(path) for path in removed]}
    client.notify("workspace/didChangeWorkspaceFolders", {"event": event})


def watched(client, *paths, kind=1):
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": uri(path), "type": kind} for path in paths]})


def eventually(holds):
    until = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.fixture
def beside(tmp_path):
    """A folder with a model beside one that is not there."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "m.threat").write_text(OTHER)
    (tmp_path / "m.threat").write_text("process above\n")
    return tmp_path


@pytest.mark.parametrize("name", ["gone", "gone/below", "m.threat"])
@pytest.mark.parametrize("has_settings", [False, True])
def test_a_folder_that_is_not_there_is_empty(beside, name, has_settings):
    if has_settings:
        (beside / "threatline.toml").write_text("")
    client = Client(PULL, folders=[beside / name])
    assert names(client) == set()
    client.end()
    client = Client(PULL)
    folders(client, added=[beside / name])
    assert names(client) == set()
    client.end()
    client = Client(folders=[beside / name])
    client.request("workspace/symbol", {"query": ""})
    time.sleep(0.5)
    client.request("workspace/symbol", {"query": ""})
    assert client.problems == {}
    client.end()


@pytest.mark.parametrize("watcher", ["client", "server", "folders"])
def test_a_folder_that_is_deleted_while_it_is_open_is_empty(beside, watcher):
    (beside / "own").mkdir()
    (beside / "own" / "a.threat").write_text("process own\n")
    watches = {"didChangeWatchedFiles": {"dynamicRegistration": True}} if watcher == "client" else {}
    client = Client({**PULL, "workspace": {**PULL["workspace"], **watches}}, folders=[beside / "own"])
    assert names(client) == {"own"}
    shutil.rmtree(beside / "own")
    if watcher == "client":
        watched(client, beside / "own" / "a.threat", beside / "own", kind=3)
    elif watcher == "folders":
        folders(client, added=[beside / "gone"])
    eventually(lambda: names(client) == set())
    (beside / "own").mkdir()
    (beside / "own" / "b.threat").write_text("process again\n")
    folders(client, removed=[beside / "own"])
    folders(client, added=[beside / "own"])
    eventually(lambda: names(client) == {"again"})
    client.end()


@pytest.mark.parametrize("watcher", ["client", "server"])
def test_events_of_large_folders_keep_nobody_waiting(tmp_path, watcher):
    for number in range(20_000):
        os.makedirs(tmp_path / str(number // 250) / str(number))
    (tmp_path / "a.threat").write_text("process first\n")
    watches = {"didChangeWatchedFiles": {"dynamicRegistration": True}} if watcher == "client" else {}
    client = Client({**PULL, "workspace": {**PULL["workspace"], **watches}}, folders=[tmp_path])
    client.request("workspace/symbol", {"query": ""}, timeout=120)
    (tmp_path / "b.threat").write_text("process second\n")
    begin = time.monotonic()
    for number in range(20):
        if watcher == "client":
            watched(client, tmp_path / f"n{number}")
        else:
            (tmp_path / f"n{number}").mkdir()
        client.request("workspace/symbol", {"query": ""})
    longest = time.monotonic() - begin
    assert longest < 8, f"20 events and answers took {longest:.1f} s"
    eventually(lambda: names(client) == {"first", "second"})
    client.end()


def test_what_is_more_than_is_read_is_shown_and_marked(tmp_path):
    for number in range(20_010):
        (tmp_path / f"m{number:05}.threat").write_text("")
    client = Client(PULL, folders=[tmp_path])
    client.request("workspace/symbol", {"query": ""}, timeout=120)
    assert [problem["code"] for problem in client.pull(uri(tmp_path / "m20000.threat"))] == ["unreadable-file"]
    assert client.pull(uri(tmp_path / "m19999.threat")) == []
    for _ in range(3):
        watched(client, tmp_path / "new.threat")
        client.request("workspace/symbol", {"query": ""}, timeout=120)
    assert_one_warning(client, "20000 model files")
    client.end()


def assert_one_warning(client, limit):
    """The user is shown the limit once, and the log has it."""
    for method in ("window/showMessage", "window/logMessage"):
        messages = [message["params"] for message in client.messages if message["method"] == method]
        assert [message["type"] for message in messages if limit in message["message"]] == [2], messages


def test_bytes_beyond_the_limit_are_not_read_and_reported(tmp_path):
    comments = f"// {'x' * 1_000}\n" * 7_500
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.threat").write_text(f"process {name}\n{comments}")
    client = Client(PULL, folders=[tmp_path])
    # Two are within 16 MB, and the third stands for all that is not.
    assert names(client) == {"a", "b"}
    problems = client.pull(uri(tmp_path / "c.threat"))
    assert [problem["code"] for problem in problems] == ["unreadable-file"]
    assert "more than 16 MB" in problems[0]["message"]
    assert_one_warning(client, "16 MB in model files")
    client.end()


def test_models_beyond_the_limit_are_not_read_and_reported(tmp_path):
    for number in range(2_002):
        folder = tmp_path / f"m{number:04}"
        folder.mkdir()
        (folder / "threatline.toml").write_text("")
        (folder / "a.threat").write_text(f"process p{number}\n" if number >= 1_999 else "")
    client = Client(PULL, folders=[tmp_path])
    assert names(client) == {"p1999"}
    for _ in range(2):
        watched(client, tmp_path / "new.threat")
        names(client)
    assert_one_warning(client, "2000 models")
    client.end()


@pytest.mark.parametrize("pulls", [True, False])
@pytest.mark.parametrize("kind", ["bytes", "folder", "link"])
def test_settings_that_cannot_be_read_are_an_error_where_they_are(tmp_path, kind, pulls):
    settings = tmp_path / "threatline.toml"
    (tmp_path / "a.threat").write_text("process shop\n")
    make = {
        "bytes": lambda: settings.write_bytes(b"[model]\nname = \"caf\xe9\"\n"),
        "folder": lambda: settings.mkdir(),
        "link": lambda: settings.symlink_to("nowhere"),
    }
    reason = {"bytes": "not UTF-8: byte 19", "folder": "is a folder", "link": "cannot read"}[kind]
    make[kind]()

    def problems():
        if pulls:
            items = client.request("workspace/diagnostic", {"previousResultIds": []})["items"]
            return [problem for item in items if item["uri"] == uri(settings) for problem in item["items"]]
        client.request("workspace/symbol", {"query": ""})
        return client.problems.get(uri(settings), {"diagnostics": []})["diagnostics"]

    client = Client(PULL if pulls else {}, folders=[tmp_path])
    eventually(lambda: [problem["code"] for problem in problems()] == ["invalid-setting"])
    assert reason in problems()[0]["message"] and problems()[0]["severity"] == 1
    # What is repaired is read.
    settings.rmdir() if kind == "folder" else settings.unlink()
    settings.write_text("")
    watched(client, settings)
    eventually(lambda: problems() == [])
    client.end()


def test_names_that_some_systems_do_not_tell_apart_are_not_read(tmp_path):
    (tmp_path / "Shop.threat").write_text("process first\n")
    client = Client(PULL, folders=[tmp_path])
    assert names(client) == {"first"}
    (tmp_path / "shop.threat").write_text("process second\n")
    if len(list(tmp_path.iterdir())) == 1:
        pytest.skip("this file system does not tell them apart")
    watched(client, tmp_path / "shop.threat")
    eventually(lambda: codes(client.pull(uri(tmp_path / "shop.threat"))) == ["unreadable-file"])
    watched(client, tmp_path / "shop.threat", kind=2)
    client.request("workspace/symbol", {"query": ""})
    assert names(client) == {"first"}
    (tmp_path / "Shop.threat").unlink()
    watched(client, tmp_path / "Shop.threat", kind=3)
    eventually(lambda: names(client) == {"second"})
    (tmp_path / os.fsdecode(b"b\xfcro.threat")).write_text("process third\n")
    watched(client, tmp_path / "other.threat")
    eventually(lambda: [problem for problem in client.request("workspace/diagnostic", {"previousResultIds": []})["items"] if "ro.threat" in problem["uri"]])
    assert names(client) == {"second"}
    client.end()


def test_the_first_walk_keeps_nobody_waiting(tmp_path):
    for number in range(10_000):
        os.makedirs(tmp_path / str(number // 250) / str(number))
    (tmp_path / "a.threat").write_text("process shop\n")
    (tmp_path / "b.threat").write_text("flow f: desk -> shop\nprocess desk\n")
    client = Client(start=False)
    folders = [{"uri": uri(tmp_path), "name": "x"}]
    capabilities = {"window": {"workDoneProgress": True}}
    start = {"processId": None, "rootUri": None, "capabilities": capabilities, "workspaceFolders": folders}
    client.request("initialize", start)
    client.notify("initialized", {})
    client.open(uri(tmp_path / "b.threat"), "flow f: desk -> shop\nprocess desk\n")
    cancelled = client.ask("workspace/symbol", {"query": ""})
    client.notify("$/cancelRequest", {"id": cancelled})
    refused = client.ask("initialize", start)
    asked = client.ask("workspace/symbol", {"query": ""})
    progress = lambda: [message["params"]["value"]["kind"] for message in client.messages if message["method"] == "$/progress"]
    while refused not in client.answers:
        client.take(120)
    # Both were answered while the disk is walked.
    assert client.answers[cancelled]["error"]["code"] == -32800
    assert progress() == ["begin"]
    assert client.problems == {} and asked not in client.answers
    # What has to know the models waits for them, and so do diagnostics.
    while asked not in client.answers:
        client.take(120)
    assert {symbol["name"] for symbol in client.answers[asked]["result"]} == {"f", "desk", "shop"}
    while "end" not in progress():
        client.take(120)
    assert progress() == ["begin", "report", "end"]
    published = [message["params"] for message in client.messages if message["method"] == "textDocument/publishDiagnostics"]
    assert all("unknown-name" not in codes(params["diagnostics"]) for params in published)
    client.end()


def test_a_session_ends_during_the_first_walk(tmp_path):
    for number in range(1_000):
        os.makedirs(tmp_path / str(number // 250) / str(number))
    (tmp_path / "a.threat").write_text("process shop\n")
    client = Client(folders=[tmp_path])
    asked = client.ask("workspace/symbol", {"query": ""})
    client.end()
    assert "result" in client.answers[asked] or client.answers[asked]["error"]["code"] == -32800
    # When nothing more comes in, what was asked is answered.
    client = Client(folders=[tmp_path])
    asked = client.ask("workspace/symbol", {"query": ""})
    client.process.stdin.close()
    while asked not in client.answers:
        client.take(120)
    assert [symbol["name"] for symbol in client.answers[asked]["result"]] == ["shop"]
