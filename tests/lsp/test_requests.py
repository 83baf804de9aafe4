"""Every request, on every kind of place, with a client that rejects what the protocol does not know."""

import re
import shutil
from pathlib import Path

import pytest

from strict import PULL, Client, uri

MODELS = Path(__file__).parents[1] / "models"

ALL = {
    **PULL,
    "workspace": {**PULL["workspace"], "textDocumentContent": {}},
    "textDocument": {
        **PULL["textDocument"],
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "definition": {"linkSupport": True},
        "declaration": {"linkSupport": True},
        "typeDefinition": {"linkSupport": True},
        "implementation": {"linkSupport": True},
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
    },
}


@pytest.fixture(params=[{}, ALL], ids=["a client that can little", "a client that can all"])
def shop(request, tmp_path):
    shutil.copytree(MODELS / "webshop", tmp_path, dirs_exist_ok=True)
    client = Client(request.param, folders=[tmp_path])
    client.folder = tmp_path
    client.shows_library = request.param is ALL
    yield client
    client.end()


def words(path):
    """The first character of each different word of a file, as positions."""
    seen = set()
    for number, line in enumerate(path.read_text().splitlines()):
        for word in re.finditer(r"[A-Za-z_][\w.-]*", line):
            if word[0] not in seen:
                seen.add(word[0])
                yield {"line": number, "character": word.start()}


def test_whatever_is_asked_anywhere_the_answer_is_in_the_protocol(shop):
    methods = ["hover", "definition", "declaration", "typeDefinition", "implementation", "documentHighlight", "prepareCallHierarchy", "prepareTypeHierarchy"]
    asked = []
    for path in sorted(shop.folder.rglob("*.threat")):
        document = {"uri": uri(path)}
        for method in ["documentSymbol", "foldingRange"]:
            asked.append(shop.ask(f"textDocument/{method}", {"textDocument": document}))
        for position in words(path):
            at = {"textDocument": document, "position": position}
            asked += [shop.ask(f"textDocument/{method}", at) for method in methods]
            asked.append(shop.ask("textDocument/references", {**at, "context": {"includeDeclaration": True}}))
            asked.append(shop.ask("textDocument/selectionRange", {"textDocument": document, "positions": [position]}))
    answers = [shop.answer(id) for id in asked]
    assert all("error" not in answer for answer in answers), [answer for answer in answers if "error" in answer][:3]
    assert sum(1 for answer in answers if answer["result"]) > len(answers) / 5


def place(shop, name, text, within=""):
    """The document and position of a text in a file; `|` is where the cursor is."""
    [path] = shop.folder.rglob(name)
    cursor = text.index("|")
    plain = text.replace("|", "")
    all = path.read_text()
    start = all.index(plain, all.index(within)) + cursor
    line = all.count("\n", 0, start)
    return {"textDocument": {"uri": uri(path)}, "position": {"line": line, "character": start - all.rfind("\n", 0, start) - 1}}


def where(shop, answer):
    """The files and lines of locations and links, counted from 1."""
    found = []
    for one in answer or []:
        address = one.get("uri") or one["targetUri"]
        range = one.get("range") or one["targetSelectionRange"]
        found.append(f"{address.removeprefix(uri(shop.folder))}:{range['start']['line'] + 1}")
    return found


def test_definitions_are_found_in_other_files_and_in_the_library(shop):
    [found] = where(shop, shop.request("textDocument/definition", place(shop, "payments.threat", "edge.wa|f")))
    assert found.startswith("/platform/edge.threat:")
    found = where(shop, shop.request("textDocument/definition", place(shop, "payments.threat", "technology: web_s|ervice")))
    if not shop.shows_library:
        # What it cannot open, a client is not sent to.
        assert found == []
        return
    assert [address.rpartition(":")[0] for address in found] == ["threatline:/std/technologies.threat"]
    line = int(found[0].rpartition(":")[2])
    text = shop.request("workspace/textDocumentContent", {"uri": "threatline:/std/technologies.threat"})["text"]
    assert text.splitlines()[line - 1].startswith("technology web_service ")
    inside = {"textDocument": {"uri": "threatline:/std/technologies.threat"}, "position": {"line": line - 1, "character": 13}}
    assert "Web service" in shop.request("textDocument/hover", inside)["contents"]["value"]


def test_hover_tells_what_follows_from_the_model(shop):
    hover = shop.request("textDocument/hover", place(shop, "payments.threat", "process a|pi"))
    text = hover["contents"]["value"]
    assert "payments.api" in text and "card" in text


def test_hierarchies_go_on_from_what_was_sent_back(shop):
    [item] = shop.request("textDocument/prepareCallHierarchy", place(shop, "payments.threat", "process a|pi"))
    callers = shop.request("callHierarchy/incomingCalls", {"item": item})
    assert callers and all(call["from"]["name"] for call in callers)
    called = shop.request("callHierarchy/outgoingCalls", {"item": item})
    assert called
    again = shop.request("callHierarchy/incomingCalls", {"item": called[0]["to"]})
    assert item["name"] in [call["from"]["name"] for call in again]
    [item] = shop.request("textDocument/prepareTypeHierarchy", place(shop, "edge.threat", "boundary v|pc"))
    assert [above["name"] for above in shop.request("typeHierarchy/supertypes", {"item": item})] == ["edge.cloud"]
    assert shop.request("typeHierarchy/subtypes", {"item": item})


def test_symbols_of_the_workspace_are_found_by_some_letters(shop):
    names = [symbol["name"] for symbol in shop.request("workspace/symbol", {"query": "ldgr"})]
    assert any("ledger" in name for name in names)


def test_a_change_is_seen_at_once(shop):
    at = place(shop, "payments.threat", "process a|pi")
    address = at["textDocument"]["uri"]
    [path] = shop.folder.rglob("payments.threat")
    shop.open(address, path.read_text())
    shop.change(address, {"text": path.read_text().replace('process api "Payments API"', 'process api "Something else"')})
    assert "Something else" in shop.request("textDocument/hover", at)["contents"]["value"]


def test_other_requests_do_not_keep_a_cancelled_one(shop):
    ids = [shop.ask("workspace/symbol", {"query": ""}) for _ in range(200)]
    for id in ids:
        shop.notify("$/cancelRequest", {"id": id})
    answers = [shop.answer(id) for id in ids]
    assert all("result" in answer or answer["error"]["code"] == -32800 for answer in answers)


def test_a_file_a_range_and_what_was_just_closed_are_laid_out(tmp_path):
    text = "boundary  vpc {kind:network}\nprocess  a   in vpc { technology : web_service\n  custom_code:yes }\nprocess   b\n"
    (tmp_path / "a.threat").write_text(text)
    client = Client(PULL, folders=[tmp_path])
    address = uri(tmp_path / "a.threat")
    client.open(address, text)
    options = {"tabSize": 2, "insertSpaces": True}
    document = {"textDocument": {"uri": address}, "options": options}

    def applied(edits):
        lines = text.splitlines(keepends=True)
        offset = lambda place: sum(map(len, lines[: place["line"]])) + place["character"]
        new = text
        for edit in sorted(edits, key=lambda edit: offset(edit["range"]["start"]), reverse=True):
            new = new[: offset(edit["range"]["start"])] + edit["newText"] + new[offset(edit["range"]["end"]) :]
        return new

    whole = applied(client.request("textDocument/formatting", document))
    assert "process a in vpc {\n  technology: web_service\n  custom_code: yes\n}\n" in whole and "process b\n" in whole
    last = {"start": {"line": 3, "character": 0}, "end": {"line": 3, "character": 11}}
    part = applied(client.request("textDocument/rangeFormatting", {**document, "range": last}))
    assert "process b\n" in part and part.startswith("boundary  vpc {kind:network}\n")
    closed = applied(client.request("textDocument/onTypeFormatting", {**document, "position": {"line": 2, "character": 19}, "ch": "}"}))
    assert "  custom_code: yes\n}" in closed and "process   b\n" in closed
    client.end()
