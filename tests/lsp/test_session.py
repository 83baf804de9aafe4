"""The session: how it starts and ends, how documents are kept, and what the disk does behind the editor."""

import random
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from strict import PULL, Client, uri

MODELS = Path(__file__).parents[1] / "models"

SHOP = """asset card { classification: restricted }
boundary internet { trust: untrusted }
boundary vpc
external shopper in internet { kind: person }
process shop in vpc { mitigations: rate_limiting technology: web_service accepts: nothing privileges: service }
flow pay: shopper -> shop {
  protocol: http
  authentication: token
  authorization: end_user multi_factor: yes
  sends: card
}
"""


def codes(problems):
    return sorted(problem["code"] for problem in problems)


def at(line, start, end, text):
    return {"range": {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}}, "text": text}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "shop.threat").write_text(SHOP)
    return tmp_path


def test_requests_out_of_place_are_refused():
    client = Client(start=False)
    early = client.answer(client.ask("textDocument/hover", {"textDocument": {"uri": "file:///a.threat"}, "position": {"line": 0, "character": 0}}))
    assert early["error"]["code"] == -32002
    client.request("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
    twice = client.answer(client.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {}}))
    assert twice["error"]["code"] == -32600
    unknown = client.answer(client.ask("textDocument/nonsense", {}))
    assert unknown["error"]["code"] == -32601
    wrong = client.answer(client.ask("textDocument/formatting", {"nonsense": 1}))
    assert wrong["error"]["code"] == -32602
    client.request("shutdown")
    late = client.answer(client.ask("textDocument/hover", {"textDocument": {"uri": "file:///a.threat"}, "position": {"line": 0, "character": 0}}))
    assert late["error"]["code"] == -32600
    client.notify("exit", None)
    assert client.process.wait(10) == 0


def test_exit_without_shutdown_is_a_failure():
    client = Client()
    client.notify("exit", None)
    assert client.process.wait(10) == 1


def test_a_client_that_is_gone_ends_the_server():
    client = Client()
    client.process.stdin.close()
    assert client.process.wait(10) == 1


def test_the_whole_workspace_is_told_after_the_start(folder):
    client = Client(folders=[folder])
    assert codes(client.told(uri(folder / "shop.threat"))) == ["missing-mitigation"]
    client.end()


def test_problems_are_pulled_by_a_client_that_can(folder):
    client = Client(PULL, folders=[folder])
    address = uri(folder / "shop.threat")
    client.open(address, SHOP)
    assert codes(client.pull(address)) == ["missing-mitigation"]
    report = client.request("workspace/diagnostic", {"previousResultIds": []})
    assert [(item["uri"], item["version"]) for item in report["items"]] == [(address, 1)]
    known = [{"uri": address, "value": report["items"][0]["resultId"]}]
    report = client.request("workspace/diagnostic", {"previousResultIds": known})
    assert report["items"][0]["kind"] == "unchanged"
    # One that is gone has no problems any more.
    known = [{"uri": "file:///gone.threat", "value": "1"}]
    report = client.request("workspace/diagnostic", {"previousResultIds": known})
    [gone] = [item for item in report["items"] if item["uri"] == "file:///gone.threat"]
    assert gone["kind"] == "full" and gone["items"] == []
    client.end()
    assert all(not problems["diagnostics"] for problems in client.problems.values()), "what is pulled is not pushed"


def test_a_client_that_pulls_documents_alone_is_told_of_the_others(folder):
    (folder / "other.threat").write_text("process lonely\n")
    client = Client(PULL, folders=[folder])
    shop, other = uri(folder / "shop.threat"), uri(folder / "other.threat")
    assert codes(client.told(other)) == ["isolated-element"]
    assert codes(client.told(shop)) == ["missing-mitigation"]
    client.problems.clear()
    client.open(other, "process lonely\n")
    # What it asks for itself from now on is taken back.
    assert client.told(other) == []
    assert codes(client.pull(other)) == ["isolated-element"]
    client.close(other)
    client.problems.clear()
    assert codes(client.told(other)) == ["isolated-element"]
    client.problems.clear()
    client.request("workspace/diagnostic", {"previousResultIds": []})
    assert client.told(other) == [] and client.told(shop) == []
    client.end()


def parts(client, token, method, params):
    """The result of a request that is given in parts."""
    result = client.request(method, {**params, "partialResultToken": token})
    told = [message["params"]["value"] for message in client.messages if message["method"] == "$/progress"]
    return result, told


def test_results_come_in_parts(tmp_path):
    for number in range(250):
        (tmp_path / f"part{number}.threat").write_text(f"process it{number} {{ technology: mine }}\n")
    (tmp_path / "mine.threat").write_text("technology mine\n")
    client = Client(PULL, folders=[tmp_path])
    result, told = parts(client, "one", "workspace/diagnostic", {"previousResultIds": []})
    assert result["items"] == [] and len(told) > 2
    assert len({item["uri"] for part in told for item in part["items"]}) == 251
    client.messages.clear()
    at = {"textDocument": {"uri": uri(tmp_path / "mine.threat")}, "position": {"line": 0, "character": 12}}
    result, told = parts(client, "two", "textDocument/references", {**at, "context": {"includeDeclaration": True}})
    assert result == [] and len(told) > 2 and sum(map(len, told)) == 251
    client.end()


def test_all_problems_are_answered_when_they_change(folder):
    """A client that asks again at once waits for a change instead of asking for ever."""
    client = Client(PULL, folders=[folder])
    address = uri(folder / "shop.threat")
    client.open(address, SHOP)
    ask = lambda token, known: client.ask("workspace/diagnostic", {"previousResultIds": known, "partialResultToken": token})
    told = lambda token: [
        item
        for message in client.messages
        if message["method"] == "$/progress" and message["params"]["token"] == token
        for item in message["params"]["value"]["items"]
    ]
    client.answer(ask("first", []))
    known = [{"uri": item["uri"], "value": item["resultId"]} for item in told("first")]
    second = ask("second", known)
    assert codes(client.pull(address)) == ["missing-mitigation"]
    assert second not in client.answers, "nothing has changed"
    client.change(address, at(6, 12, 16, "https"))
    client.answer(second)
    assert [item["items"] for item in told("second")] == [[]]
    third, fourth = ask("third", []), ask("fourth", [])
    client.notify("$/cancelRequest", {"id": third})
    assert client.answer(third)["error"]["code"] == -32800
    client.request("shutdown")
    assert client.answer(fourth)["error"]["code"] == -32800
    client.notify("exit", None)
    assert client.process.wait(10) == 0


def test_the_server_ends_with_its_input_whatever_waits(folder):
    """A client that is gone without a word changes nothing any more."""
    client = Client(PULL, folders=[folder])
    client.answer(client.ask("workspace/diagnostic", {"previousResultIds": [], "partialResultToken": "first"}))
    waiting = client.ask("workspace/diagnostic", {"previousResultIds": [], "partialResultToken": "second"})
    assert client.request("workspace/symbol", {"query": ""})
    assert waiting not in client.answers, "nothing has changed"
    client.process.stdin.close()
    assert client.answer(waiting)["error"]["code"] == -32800
    assert client.process.wait(10) == 1


def test_a_client_is_asked_to_look_again_when_more_changed_than_it_edited(folder):
    methods = {
        "diagnostics": "workspace/diagnostic/refresh",
        "semanticTokens": "workspace/semanticTokens/refresh",
        "inlayHint": "workspace/inlayHint/refresh",
        "codeLens": "workspace/codeLens/refresh",
    }
    client = Client({"workspace": {name: {"refreshSupport": True} for name in methods}}, folders=[folder])
    address = uri(folder / "shop.threat")
    client.open(address, SHOP)
    asked = lambda: {message["method"] for message in client.messages} & set(methods.values())
    client.change(address, {"text": "// a note\n" + SHOP})
    client.told(address, 2)
    time.sleep(1)
    client.request("textDocument/documentSymbol", {"textDocument": {"uri": address}})
    assert asked() == set(), "a comment changes nothing else"
    client.change(address, {"text": SHOP.replace("http\n", "https\n")})
    while asked() != set(methods.values()):
        client.take()
    client.end()


def test_the_server_watches_the_disk_for_a_client_that_does_not(folder):
    client = Client(folders=[folder])
    shop, other = uri(folder / "shop.threat"), uri(folder / "new/deep/other.threat")
    assert codes(client.told(shop)) == ["missing-mitigation"]
    client.problems.clear()
    (folder / "shop.threat").write_text(SHOP.replace("http\n", "https\n"))
    assert client.told(shop) == []
    (folder / "new/deep").mkdir(parents=True)
    (folder / "new/deep/other.threat").write_text("process lonely\n")
    assert codes(client.told(other)) == ["isolated-element"]
    client.problems.clear()
    (folder / "threatline.toml").write_text('[diagnostics]\nisolated-element = "off"\n')
    assert client.told(other) == []
    (folder / "threatline.toml").unlink()
    client.problems.clear()
    assert codes(client.told(other)) == ["isolated-element"]
    client.problems.clear()
    shutil.rmtree(folder / "new")
    assert client.told(other) == []
    client.end()


def test_a_client_that_watches_is_asked_to(folder):
    client = Client({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}, folders=[folder])
    client.told(uri(folder / "shop.threat"))
    [asked] = [message for message in client.messages if message["method"] == "client/registerCapability"]
    [registration] = asked["params"]["registrations"]
    patterns = [watcher["globPattern"] for watcher in registration["registerOptions"]["watchers"]]
    assert patterns == ["**/*.threat", "**/threatline.toml"]
    client.end()


def test_the_start_shows_its_progress(folder):
    client = Client({"window": {"workDoneProgress": True}}, folders=[folder])
    kinds = lambda: [message["params"]["value"]["kind"] for message in client.messages if message["method"] == "$/progress"]
    while "end" not in kinds():
        client.take()
    assert kinds() == ["begin", "report", "end"]
    assert client.problems, "it ends when all has been told"
    client.end()


def test_the_server_ends_with_the_process_that_started_it(folder):
    other = subprocess.Popen(["sleep", "600"])
    client = Client(start=False)
    client.request("initialize", {"processId": other.pid, "rootUri": None, "capabilities": {}})
    other.kill()
    other.wait()
    assert client.process.wait(30) == 1


def test_changes_are_seen_by_what_is_asked_behind_them(folder):
    client = Client(PULL, folders=[folder])
    address = uri(folder / "shop.threat")
    client.open(address, SHOP)
    asked = []
    for turn in range(50):
        protocol = "https" if turn % 2 == 0 else "http"
        client.change(address, at(6, 12, 17 if turn % 2 else 16, protocol))
        asked.append((protocol, client.ask("textDocument/diagnostic", {"textDocument": {"uri": address}})))
    for protocol, id in asked:
        answer = client.answer(id)
        # A request that a change overtook again and again may be given up.
        if "error" in answer:
            assert answer["error"]["code"] == -32801
    expected = [] if asked[-1][0] == "https" else ["missing-mitigation"]
    assert codes(client.pull(address)) == expected
    client.end()


@pytest.mark.parametrize("encoding,width", [("utf-8", 4), ("utf-16", 2), ("utf-32", 1)])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_columns_are_counted_as_agreed(tmp_path, encoding, width, end):
    text = end.join(["// 😀", 'process shop "😀 Shop" in vcp', "boundary vpc", ""])
    (tmp_path / "a.threat").write_text(text, newline="")
    client = Client({**PULL, "general": {"positionEncodings": [encoding]}}, folders=[tmp_path])
    assert client.initialized["capabilities"]["positionEncoding"] == encoding
    address = uri(tmp_path / "a.threat")
    client.open(address, text)
    [problem] = [problem for problem in client.pull(address) if problem["code"] == "unresolved-reference"]
    start = len('process shop "') + width + len(' Shop" in ')
    assert problem["range"] == {"start": {"line": 1, "character": start}, "end": {"line": 1, "character": start + 3}}
    client.change(address, at(1, start, start + 3, "vpc"))
    assert "unresolved-reference" not in codes(client.pull(address))
    client.end()


def test_what_does_not_fit_the_text_breaks_nothing(folder):
    client = Client(PULL, folders=[folder])
    address = uri(folder / "shop.threat")
    client.open(address, SHOP)
    far = {"line": 4_000_000, "character": 4_000_000}
    last = {"line": SHOP.count("\n"), "character": 4_000_000}
    client.change(address, {"range": {"start": last, "end": far}, "text": "process end\n"})
    client.notify("textDocument/nothing", {"nonsense": True})
    client.notify("textDocument/didClose", {"textDocument": {"uri": "file:///nowhere.threat"}})
    assert "isolated-element" in codes(client.pull(address))
    client.end()


def test_what_is_open_counts_more_than_the_disk(folder):
    client = Client(PULL, folders=[folder])
    address = uri(folder / "shop.threat")
    client.open(address, SHOP.replace("http\n", "https\n"))
    (folder / "shop.threat").write_text("process nothing\n")
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": address, "type": 2}]})
    assert codes(client.pull(address)) == []
    client.close(address)
    assert codes(client.pull(address)) == ["isolated-element"]
    client.end()


def test_files_that_come_go_and_change_behind_the_editor(folder):
    client = Client(folders=[folder])
    first, second = uri(folder / "shop.threat"), uri(folder / "more/b.threat")
    client.told(first)
    (folder / "more").mkdir()
    (folder / "more/b.threat").write_text("process lonely\n")
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": second, "type": 1}]})
    assert codes(client.told(second)) == ["isolated-element"]
    client.problems.clear()
    (folder / "more/b.threat").unlink()
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": second, "type": 3}]})
    assert client.told(second) == []
    client.problems.clear()
    (folder / "shop.threat").write_text(SHOP.replace("http\n", "https\n"))
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": first, "type": 2}]})
    assert client.told(first) == []
    client.end()


def test_settings_take_effect_at_once(folder):
    client = Client(PULL, folders=[folder])
    address, settings = uri(folder / "shop.threat"), uri(folder / "threatline.toml")
    assert codes(client.pull(address)) == ["missing-mitigation"]
    client.open(settings, '[diagnostics]\nmissing-mitigation = "off"\n')
    assert codes(client.pull(address)) == []
    client.change(settings, {"text": "[diagnostics]\nmissing-mitigaton = 1\n"})
    assert codes(client.pull(address)) == ["missing-mitigation"]
    report = client.request("workspace/diagnostic", {"previousResultIds": []})
    told = {item["uri"]: codes(item["items"]) for item in report["items"]}
    assert told[settings] == ["invalid-setting"]
    client.close(settings)
    (folder / "threatline.toml").write_text('[diagnostics]\nmissing-mitigation = "off"\n')
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": settings, "type": 1}]})
    assert codes(client.pull(address)) == []
    client.end()


def test_nested_models_folders_and_files_outside_of_any(tmp_path):
    for name in ("one", "two", "two/inner", "outside"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.threat").write_text("boundary vpc\nprocess shop in vpc\n")
    (tmp_path / "two/inner/threatline.toml").write_text("")
    client = Client(PULL, folders=[tmp_path / "one", tmp_path / "two"])
    for name in ("one", "two", "two/inner"):
        assert codes(client.pull(uri(tmp_path / name / "a.threat"))) == ["isolated-element"], name
    outside = uri(tmp_path / "outside/a.threat")
    client.open(outside, "process shop in vpc\n")
    assert "unresolved-reference" in codes(client.pull(outside))
    client.open("untitled:Untitled-1", "process shop in vpc\nboundary vpc\n")
    assert codes(client.pull("untitled:Untitled-1")) == ["isolated-element"]
    removed = [{"uri": uri(tmp_path / "one"), "name": "one"}]
    client.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": [], "removed": removed}})
    report = client.request("workspace/diagnostic", {"previousResultIds": []})
    assert uri(tmp_path / "one/a.threat") not in [item["uri"] for item in report["items"]]
    client.end()


def test_a_root_that_comes_or_goes_moves_its_files(tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "a.threat").write_text("boundary vpc\n")
    (tmp_path / "inner/b.threat").write_text("process shop in vpc\n")
    client = Client(PULL, folders=[tmp_path])
    shop, desk, settings = (uri(tmp_path / "inner" / name) for name in ("b.threat", "c.threat", "threatline.toml"))

    def is_resolved(address):
        return "unresolved-reference" not in codes(client.pull(address))

    def changed(address, how):
        client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": address, "type": how}]})

    assert is_resolved(shop)
    (tmp_path / "inner/threatline.toml").write_text("[nonsense]\n")
    changed(settings, 1)
    assert not is_resolved(shop)
    (tmp_path / "inner/threatline.toml").unlink()
    changed(settings, 3)
    assert is_resolved(shop)
    # A file that comes now is not in the model that is gone, and nothing is said of its settings.
    (tmp_path / "inner/c.threat").write_text("process desk in vpc\n")
    changed(desk, 1)
    assert is_resolved(desk)
    report = client.request("workspace/diagnostic", {"previousResultIds": []})
    assert settings not in [item["uri"] for item in report["items"]]
    client.end()


def test_the_disk_is_read_again_for_a_model_outside_of_all_folders(tmp_path):
    for name in ("folder", "outside"):
        (tmp_path / name).mkdir()
    (tmp_path / "outside/a.threat").write_text("boundary vpc\n")
    client = Client(PULL, folders=[tmp_path / "folder"])
    shop = uri(tmp_path / "outside/b.threat")
    client.open(shop, "process shop in vpc\n")
    assert "unresolved-reference" not in codes(client.pull(shop))
    (tmp_path / "folder/threatline.toml").write_text("")
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": uri(tmp_path / "folder/threatline.toml"), "type": 1}]})
    assert "unresolved-reference" not in codes(client.pull(shop))
    client.end()


@pytest.mark.parametrize("address", ["file:///c%3A/a%20b/x.threat", "file:///C:/a/x.threat", "file://server/share/x.threat", "file:///tmp/%C3%BC%23.threat"])
def test_addresses_come_back_as_they_were_written(address):
    client = Client()
    client.open(address, "process shop in vcp\nboundary vpc\n")
    assert "unresolved-reference" in codes(client.told(address, 1))
    client.end()


def test_a_panic_is_an_answer_and_the_server_lives_on(folder, monkeypatch):
    monkeypatch.setenv("THREATLINE_PANIC_ON", "textDocument/hover")
    client = Client(PULL, folders=[folder])
    address = uri(folder / "shop.threat")
    for _ in range(20):
        answer = client.answer(client.ask("textDocument/hover", {"textDocument": {"uri": address}, "position": {"line": 4, "character": 9}}))
        assert answer["error"]["code"] == -32603
    assert codes(client.pull(address)) == ["missing-mitigation"]
    client.open(address, SHOP)
    client.change(address, at(6, 12, 16, "https"))
    assert codes(client.pull(address)) == []
    client.end()


@pytest.mark.parametrize("method", ["initialized", "textDocument/didOpen", "textDocument/didChange", "textDocument/didClose", "workspace/didChangeWatchedFiles"])
def test_a_panic_at_a_notification_is_reported_and_the_server_recovers(folder, monkeypatch, method):
    monkeypatch.setenv("THREATLINE_PANIC_ON", method)
    client = Client(PULL, folders=[folder])
    address = uri(folder / "shop.threat")
    for _ in range(3):
        client.open(address, SHOP)
        client.change(address, at(6, 12, 16, "https"))
        assert codes(client.pull(address)) == [], "what is open counts"
        client.close(address)
        (folder / "more.threat").write_text("process lonely\n")
        client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": uri(folder / "more.threat"), "type": 1}]})
        assert codes(client.pull(address)) == ["missing-mitigation"], "what is closed is as on the disk"
        assert codes(client.pull(uri(folder / "more.threat"))) == ["isolated-element"]
    logged = [message["params"] for message in client.messages if message["method"] == "window/logMessage"]
    assert len(logged) == (1 if method == "initialized" else 3)
    assert all(entry["type"] == 1 and f"`{method}`" in entry["message"] for entry in logged), logged
    shown = [message["params"] for message in client.messages if message["method"] == "window/showMessage"]
    assert [entry["type"] for entry in shown] == [1], "a user sees it once"
    client.end()


def test_a_panic_at_a_notification_leaves_diagnostics_published(folder, monkeypatch):
    monkeypatch.setenv("THREATLINE_PANIC_ON", "textDocument/didChange")
    (folder / "more.threat").write_text("process lonely\n")
    more = uri(folder / "more.threat")
    # A client that says that it watches, and does not: only what is read again is seen.
    client = Client({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}, folders=[folder])
    address = uri(folder / "shop.threat")
    client.open(address, SHOP)
    assert codes(client.told(address, 1)) == ["missing-mitigation"]
    assert codes(client.told(more)) == ["isolated-element"]
    (folder / "more.threat").unlink()
    client.change(address, at(6, 12, 16, "https"))
    assert codes(client.told(address, 2)) == []
    while client.problems[more]["diagnostics"]:
        client.take()
    client.change(address, at(6, 12, 17, "http"))
    assert codes(client.told(address, 3)) == ["missing-mitigation"]
    client.end()


def test_a_panic_while_diagnostics_are_published_is_reported(folder, monkeypatch):
    monkeypatch.setenv("THREATLINE_PANIC_ON", "textDocument/publishDiagnostics")
    client = Client(folders=[folder])
    address = uri(folder / "shop.threat")
    client.open(address, SHOP)
    while not any(message["method"] == "window/logMessage" for message in client.messages):
        client.take()
    assert client.request("textDocument/hover", {"textDocument": {"uri": address}, "position": {"line": 4, "character": 9}})
    client.end()


@pytest.mark.parametrize("can", [{}, PULL], ids=["published", "asked for"])
def test_diagnostics_carry_the_version_that_they_were_computed_from(folder, can):
    """Each key fixes or breaks the model, so that each version has other diagnostics than the one before."""
    client = Client(can, folders=[folder])
    address = uri(folder / "shop.threat")
    client.open(address, SHOP)
    seen = []

    def check(item, problems):
        version = item.get("version")
        # An answer without diagnostics is about a version, too.
        assert codes(item[problems]) == ([] if version % 2 == 0 else ["missing-mitigation"]), version
        seen.append(version)

    asked = []
    for turn in range(60):
        client.change(address, at(6, 12, 16, "https") if turn % 2 == 0 else at(6, 12, 17, "http"))
        if can:
            asked.append((client.versions[address], client.ask("workspace/diagnostic", {"previousResultIds": []})))
    if can:
        for version, id in asked:
            # One that keys overtake again and again is to be asked again.
            if "result" in (answer := client.answer(id)):
                [item] = answer["result"]["items"]
                check(item, "items")
                assert item["version"] >= version, "it sees all keys before it"
    else:
        client.told(address, client.versions[address])
        for message in client.messages:
            params = message["params"]
            if message["method"] == "textDocument/publishDiagnostics" and params["uri"] == address and "version" in params:
                check(params, "diagnostics")
        assert seen == sorted(seen)
    assert seen[-1] == client.versions[address]
    client.end()


def test_overlays_of_several_files_and_of_two_editors(folder):
    (folder / "card.threat").write_text("asset card { classification: restricted }\n")
    shop, card = uri(folder / "shop.threat"), uri(folder / "card.threat")
    rest = SHOP.split("\n", 1)[1]
    (folder / "shop.threat").write_text(rest)
    one, other = Client(PULL, folders=[folder]), Client(PULL, folders=[folder])
    # Each editor has changes of its own in both files, and the disk stays as it is.
    one.open(card, "asset cards { classification: restricted }\n")
    one.open(shop, rest.replace("sends: card", "sends: cards"))
    other.open(card, "asset card { classification: public }\n")
    other.open(shop, rest.replace("http\n", "https\n"))
    assert codes(one.pull(shop)) == ["missing-mitigation"]
    assert codes(other.pull(shop)) == []
    one.close(card)
    assert "unresolved-reference" in codes(one.pull(shop))
    one.end()
    other.end()
    assert (folder / "card.threat").read_text() == "asset card { classification: restricted }\n"


def test_a_file_that_is_renamed_behind_the_editor(folder):
    client = Client(PULL, folders=[folder])
    old, new = uri(folder / "shop.threat"), uri(folder / "market.threat")
    (folder / "shop.threat").rename(folder / "market.threat")
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": old, "type": 3}, {"uri": new, "type": 1}]})
    report = client.request("workspace/diagnostic", {"previousResultIds": [{"uri": old, "value": "1"}]})
    told = {item["uri"]: codes(item["items"]) for item in report["items"]}
    assert told == {old: [], new: ["missing-mitigation"]}
    client.end()


def test_a_client_that_answers_nothing_keeps_nobody_waiting(folder):
    asks = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}, "configuration": True}, "window": {"workDoneProgress": True}}
    client = Client(asks, folders=[folder], start=False)
    client.answer_requests = False
    client.request("initialize", {"processId": None, "rootUri": None, "capabilities": asks, "workspaceFolders": [{"uri": uri(folder), "name": "x"}]})
    client.notify("initialized", {})
    address = uri(folder / "shop.threat")
    client.open(address, SHOP)
    for turn in range(30):
        client.change(address, {"text": SHOP.replace("http\n", "https\n") if turn % 2 else SHOP})
    assert client.request("textDocument/hover", {"textDocument": {"uri": address}, "position": {"line": 4, "character": 9}})
    assert codes(client.told(address, 31)) == []
    client.end()


def test_slots_full_of_slow_requests_keep_no_change_and_no_cancellation_waiting(tmp_path):
    """Far more requests than threads, each cancelled or not, and edits between them."""
    for number in range(200):
        (tmp_path / f"part{number}.threat").write_text(f"component part{number}\n" + "".join(f"process it{at} {{ technology: mine }}\n" for at in range(20)))
    (tmp_path / "mine.threat").write_text("technology mine\n")
    client = Client(PULL, folders=[tmp_path])
    mine = uri(tmp_path / "mine.threat")
    client.open(mine, "technology mine\n")
    place = {"textDocument": {"uri": mine}, "position": {"line": 0, "character": 12}}
    asked = []
    for turn in range(200):
        asked.append(client.ask("textDocument/references", {**place, "context": {"includeDeclaration": True}}))
        if turn % 5 == 0:
            client.change(mine, {"text": "technology mine\n" + "// x\n" * turn})
        if turn % 2:
            client.notify("$/cancelRequest", {"id": asked[-1]})
    answers = [client.answer(id) for id in asked]
    for turn, answer in enumerate(answers):
        code = answer.get("error", {}).get("code")
        assert code in ((None, -32800, -32801) if turn % 2 else (None, -32801)), answer
        assert code or len(answer["result"]) == 4001
    assert sum("result" in answer for answer in answers) > 50
    client.end()


@pytest.mark.parametrize("address", ["git:/a/b.threat?ref=1", "vscode-notebook-cell:/a#b", "untitled:x", "file:///", "file://", "nonsense", "file:///a%", "file:///%FF.threat", "threatline:/std/none.threat"])
def test_addresses_of_all_sorts_are_served_or_refused(address):
    client = Client(PULL)
    client.open(address, "process shop in vcp\n")
    for method in ("hover", "completion", "definition"):
        client.answer(client.ask(f"textDocument/{method}", {"textDocument": {"uri": address}, "position": {"line": 0, "character": 9}}))
    client.close(address)
    client.end()


def test_everything_is_offered_to_every_client():
    client = Client()
    offered = client.initialized["capabilities"]
    providers = "codeAction codeLens completion declaration definition documentFormatting documentHighlight documentLink documentOnTypeFormatting documentRangeFormatting documentSymbol executeCommand foldingRange hover implementation inlayHint linkedEditingRange references rename selectionRange semanticTokens signatureHelp typeDefinition typeHierarchy callHierarchy workspaceSymbol"
    assert [name for name in providers.split() if not offered.get(f"{name}Provider")] == []
    assert "diagnosticProvider" not in offered, "this client does not ask for them"
    assert offered["textDocumentSync"]["change"] == 2
    assert {"didCreate", "didRename", "didDelete", "willRename"} <= offered["workspace"]["fileOperations"].keys()
    client.end()
    client = Client(PULL)
    assert client.initialized["capabilities"]["diagnosticProvider"]["workspaceDiagnostics"]
    client.end()


def raw(body, length=None):
    return b"Content-Length: %d\r\n\r\n" % (len(body) if length is None else length) + body


@pytest.mark.parametrize(
    "garbage",
    [
        raw(b"{"),
        raw(b"[]"),
        raw(b"null"),
        raw(b'{"jsonrpc": "2.0"}'),
        raw(b'{"jsonrpc": "1.0", "id": 1, "method": "x"}'),
        raw(b'{"jsonrpc": "2.0", "id": {}, "method": "x"}'),
        raw(b'{"jsonrpc": "2.0", "id": 7777, "result": null}'),
        raw(b'{"jsonrpc": "2.0", "id": 8888, "id": 9999, "method": "shutdown"}'),
        raw(b'{"jsonrpc": "2.0", "method": "exit", "method": "exit"}'),
        raw(b'{"jsonrpc": "2.0", "method": "textDocument/didChange"}'),
        raw(b'{"jsonrpc": "2.0", "method": "textDocument/didChange", "params": [1]}'),
        raw(b"\xff\xfe"),
        b"Content-Type: x\r\n" + raw(b'{"jsonrpc": "2.0", "method": "$/nothing"}'),
        b"X-Unknown: 1\r\n" + raw(b'{"jsonrpc": "2.0", "method": "$/nothing"}'),
    ],
)
def test_a_client_that_misbehaves_breaks_nothing(folder, garbage):
    client = Client(PULL, folders=[folder])
    client.process.stdin.write(garbage)
    client.process.stdin.flush()
    assert codes(client.pull(uri(folder / "shop.threat"))) == ["missing-mitigation"]
    client.request("shutdown")
    client.notify("exit", None)
    assert client.process.wait(10) == 0


@pytest.mark.parametrize("wrong", ['"params": {}, "params": {}', '"params": 1', '"jsonrpc": "2.0"', '"result": 1, "result": 1'])
def test_a_request_that_cannot_be_read_is_refused_and_reported(folder, wrong):
    client = Client(PULL, folders=[folder])
    client.ids += 1
    client.pending[client.ids] = "textDocument/hover"
    body = '{"jsonrpc": "2.0", "id": %d, "method": "textDocument/hover", %s}' % (client.ids, wrong)
    client.process.stdin.write(raw(body.encode()))
    client.process.stdin.flush()
    assert client.answer(client.ids)["error"]["code"] == -32600
    assert codes(client.pull(uri(folder / "shop.threat"))) == ["missing-mitigation"]
    [logged] = [message["params"] for message in client.messages if message["method"] == "window/logMessage"]
    assert logged["type"] == 1 and "invalid message" in logged["message"]
    client.end()


def test_random_edits_leave_what_a_fresh_server_sees(tmp_path):
    """Two thousand edits over several files with requests in between; after each hundred, a new server agrees."""
    chance = random.Random(7)
    shutil.copytree(MODELS / "webshop", tmp_path, dirs_exist_ok=True)
    paths = sorted(tmp_path.rglob("*.threat"))
    texts = {path: path.read_text() for path in paths}
    words = ["process x\n", "}", "{", "https", "http", "in ", "sends: ", "\n", "// note\n", "😀", "ü", '"', "store ", "->", ","]
    client = Client(PULL, folders=[tmp_path])
    asked = []
    for path in paths:
        client.open(uri(path), texts[path])
    for turn in range(1, 2001):
        path = chance.choice(paths)
        text = texts[path]
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.choice([0, 0, 0, 1, 3, 20]))
        put = chance.choice(words) if chance.random() < 0.7 else ""
        if chance.random() < 0.2:
            # Back to what it was, so that models stay models.
            texts[path] = path.read_text()
            client.change(uri(path), {"text": texts[path]})
        else:
            place = lambda offset: {"line": text.count("\n", 0, offset), "character": utf16(text[text.rfind("\n", 0, offset) + 1 : offset])}
            client.change(uri(path), {"range": {"start": place(start), "end": place(end)}, "text": put})
            texts[path] = text[:start] + put + text[end:]
        document = {"textDocument": {"uri": uri(path)}}
        here = {**document, "position": {"line": chance.randrange(40), "character": chance.randrange(30)}}
        if turn % 3 == 0:
            method = chance.choice(["completion", "hover", "definition", "codeLens", "prepareCallHierarchy", "semanticTokens/full", "documentSymbol"])
            asked.append(client.ask(f"textDocument/{method}", here if method in ("completion", "hover", "definition", "prepareCallHierarchy") else document))
        if turn % 7 == 0:
            asked.append(client.ask("textDocument/formatting", {**document, "options": {"tabSize": 2, "insertSpaces": True}}))
        if turn % 11 == 0:
            client.notify("$/cancelRequest", {"id": asked[-1]})
        if turn % 100 == 0:
            fresh = Client(PULL, folders=[tmp_path])
            for path in paths:
                fresh.open(uri(path), texts[path])
            for path in paths:
                document = {"textDocument": {"uri": uri(path)}}
                places = [{"line": chance.randrange(40), "character": chance.randrange(30)} for _ in range(3)]
                questions = [("diagnostic", {}), ("documentSymbol", {}), ("semanticTokens/full", {}), ("codeLens", {})]
                questions += [(method, {"position": place}) for method in ("hover", "completion", "references") for place in places]
                for method, params in questions:
                    if method == "references":
                        params = {**params, "context": {"includeDeclaration": True}}
                    answers = [one.request(f"textDocument/{method}", {**document, **params}) for one in (client, fresh)]
                    assert answers[0] == answers[1], f"after {turn} edits: {method} of {path}"
            fresh.end()
    for id in asked:
        answer = client.answer(id)
        # Cancelled, or overtaken by changes again and again.
        assert "result" in answer or answer["error"]["code"] in (-32800, -32801, -32802), answer
    client.end()


def utf16(text):
    return len(text.encode("utf-16-le")) // 2


def test_a_workspace_of_a_thousand_files(tmp_path):
    for number in range(1000):
        (tmp_path / f"part{number}.threat").write_text(f"component part{number}\nasset page {{ classification: public }}\nprocess it {{ handles: page }}\nprocess other\nflow go: it -> other {{ protocol: https }}\n")
    client = Client(PULL, folders=[tmp_path])
    report = client.request("workspace/diagnostic", {"previousResultIds": []})
    assert len(report["items"]) == 1000
    assert all(codes(item["items"]) == ["empty-flow"] for item in report["items"])
    client.end()
