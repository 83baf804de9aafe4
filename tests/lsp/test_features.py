"""What an editor gets of each feature, with a client that can all and with one that can little."""

import copy
from xml.etree import ElementTree

import pytest

from strict import PULL, Client, uri
from test_requests import ALL, MODELS, place
from test_session import SHOP

import shutil

FULL = copy.deepcopy(ALL)
FULL["textDocument"] |= {
    "completion": {
        "completionItem": {"snippetSupport": True, "insertReplaceSupport": True, "documentationFormat": ["markdown"]}
    },
    "signatureHelp": {"signatureInformation": {"activeParameterSupport": True}},
    "rename": {"prepareSupport": True},
    "codeAction": {
        "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["", "quickfix", "refactor", "source"]}},
        "isPreferredSupport": True,
        "dataSupport": True,
        "resolveSupport": {"properties": ["edit"]},
    },
    "documentLink": {"tooltipSupport": True},
    "semanticTokens": {
        "requests": {"full": {"delta": True}, "range": True},
        "tokenTypes": [],
        "tokenModifiers": [],
        "formats": ["relative"],
    },
}
FULL["workspace"] |= {
    "workspaceEdit": {"documentChanges": True, "resourceOperations": ["create"], "snippetEditSupport": True},
    "executeCommand": {},
}
FULL["experimental"] = {"commands": {"commands": ["threatline.showReferences", "threatline.show"]}}

# Code actions of a client that cannot ask for their edits later, nor fill in places.
PLAIN = {"textDocument": {"codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": [""]}}}}}


def at(line, character):
    return {"line": line, "character": character}


class Doc:
    """One open document, and questions about places in it: the cursor is `|` in some words of the text."""

    def __init__(self, folder, capabilities, text, options=None, files=()):
        for name, other in files:
            (folder / name).write_text(other)
        (folder / "a.threat").write_text(text)
        self.client = Client(capabilities, folders=[folder], options=options)
        self.uri = uri(folder / "a.threat")
        self.text = text
        self.client.open(self.uri, text)

    def change(self, text):
        self.text = text
        self.client.change(self.uri, {"text": text})

    def position(self, words):
        before = words.index("|")
        offset = self.text.index(words.replace("|", "")) + before
        line = self.text.count("\n", 0, offset)
        return at(line, offset - (self.text.rfind("\n", 0, offset) + 1))

    def ask(self, method, words=None, **params):
        if words:
            params["position"] = self.position(words)
        return self.client.request(method, {"textDocument": {"uri": self.uri}, **params})

    def offset(self, position):
        return sum(len(line) + 1 for line in self.text.split("\n")[: position["line"]]) + position["character"]

    def applied(self, edits, text=None):
        text = self.text if text is None else text
        start = lambda edit: self.offset(edit["range"]["start"])
        for edit in sorted(edits, key=start, reverse=True):
            new = edit["newText"] if "newText" in edit else edit["snippet"]["value"]
            text = text[: start(edit)] + new + text[self.offset(edit["range"]["end"]) :]
        return text


@pytest.fixture
def doc(tmp_path):
    made = []

    def make(capabilities, text, **more):
        made.append(Doc(tmp_path, capabilities, text, **more))
        return made[-1]

    yield make
    for one in made:
        one.client.end()


def test_completion_with_snippets_and_documentation(doc):
    shop = doc(FULL, SHOP + "\nflow back: shop -> shopper { sends: c }\n\n")
    items = shop.ask("textDocument/completion", "sends: c| }")["items"]
    [card] = [item for item in items if item["label"] == "card"]
    assert {"insert", "replace"} <= card["textEdit"].keys()
    resolved = shop.client.request("completionItem/resolve", card)
    assert resolved["documentation"]["kind"] == "markdown" and "restricted" in resolved["documentation"]["value"]
    end = at(shop.text.count("\n"), 0)
    items = shop.client.request("textDocument/completion", {"textDocument": {"uri": shop.uri}, "position": end})["items"]
    [process] = [item for item in items if item["label"] == "process"]
    assert process["insertTextFormat"] == 2 and "${1:name}" in process["textEdit"]["newText"]


def test_completion_for_a_client_that_can_little(doc):
    shop = doc({}, SHOP + "\nprocess other in v {}\n\n")
    [vpc] = shop.ask("textDocument/completion", "other in v| {}")["items"]
    assert vpc["textEdit"]["newText"] == "vpc" and "range" in vpc["textEdit"]
    assert shop.client.request("completionItem/resolve", vpc)["documentation"]["kind"] == "plaintext"
    end = at(shop.text.count("\n"), 0)
    items = shop.client.request("textDocument/completion", {"textDocument": {"uri": shop.uri}, "position": end})["items"]
    assert all(item.get("insertTextFormat", 1) == 1 and "${" not in item["textEdit"]["newText"] for item in items)


def test_completion_opens_after_a_space_only_where_something_has_to_come(doc):
    shop = doc(FULL, SHOP + "\nprocess other { technology: }\n")
    typed = {"context": {"triggerKind": 2, "triggerCharacter": " "}}
    assert shop.ask("textDocument/completion", "process other |{", **typed) is None
    shop.change(shop.text.replace("technology: }", "technology:  }"))
    assert shop.ask("textDocument/completion", "technology: | }", **typed)["items"]


def test_completion_in_settings(doc, tmp_path):
    shop = doc(FULL, SHOP, files=[("threatline.toml", "[check]\n\n")])
    settings = uri(tmp_path / "threatline.toml")
    shop.client.open(settings, "[check]\n\n")
    answer = shop.client.request("textDocument/completion", {"textDocument": {"uri": settings}, "position": at(1, 0)})
    assert [item["label"] for item in answer["items"]] == ["fail_on", "unjudged", "release", "planned_days"]


def test_settings_have_problems_and_are_asked_for_nothing_else(doc, tmp_path):
    shop = doc(FULL, SHOP, files=[("threatline.toml", "[chek]\n")])
    settings = uri(tmp_path / "threatline.toml")
    shop.client.open(settings, "[chek]\n")
    assert [problem["code"] for problem in shop.client.pull(settings)] == ["invalid-setting"]
    here = {"textDocument": {"uri": settings}, "position": at(0, 1)}
    for method in ("hover", "definition", "documentHighlight", "prepareRename"):
        assert shop.client.request(f"textDocument/{method}", here) is None
    for method in ("documentSymbol", "semanticTokens/full", "codeLens", "foldingRange", "documentLink"):
        assert shop.client.request(f"textDocument/{method}", {"textDocument": {"uri": settings}}) is None


def test_signature_help(doc):
    rule = doc(FULL, "rule r {\n  on: process\n  category: tampering\n  when: any(incoming where exposed)\n}\n")
    help = rule.ask("textDocument/signatureHelp", "where |exposed")
    assert help["signatures"][0]["label"] == "any(elements where condition)" and help["activeParameter"] == 1


def test_rename_with_versions_and_refusals(doc):
    shop = doc(FULL, SHOP)
    prepared = shop.ask("textDocument/prepareRename", "process sh|op")
    assert prepared["placeholder"] == "shop"
    edit = shop.ask("textDocument/rename", "process sh|op", newName="market")
    [document] = edit["documentChanges"]
    assert document["textDocument"] == {"uri": shop.uri, "version": 1}
    renamed = shop.applied(document["edits"])
    assert "process market in vpc" in renamed and "shopper -> market {" in renamed
    answer = shop.client.answer(shop.client.ask("textDocument/rename", {"textDocument": {"uri": shop.uri}, "position": shop.position("process sh|op"), "newName": "shopper"}))
    assert answer["error"]["code"] == -32803 and "already declared" in answer["error"]["message"]
    answer = shop.client.answer(shop.client.ask("textDocument/prepareRename", {"textDocument": {"uri": shop.uri}, "position": shop.position("proc|ess shop")}))
    assert answer["error"]["code"] == -32803


def test_rename_for_a_client_that_can_little(doc):
    shop = doc({}, SHOP)
    edit = shop.ask("textDocument/rename", "process sh|op", newName="market")
    assert list(edit["changes"]) == [shop.uri]


def test_files_and_folders_that_are_renamed(doc, tmp_path):
    shop = doc(FULL, 'component a { source: "services/a/**" }\nprocess p\n', files=[("b.threat", "process q\nflow f: q -> a.p\n")])
    moved = {"files": [{"oldUri": shop.uri, "newUri": uri(tmp_path / "billing.threat")}]}
    edit = shop.client.request("workspace/willRenameFiles", moved)
    texts = {change["textDocument"]["uri"]: [one["newText"] for one in change["edits"]] for change in edit["documentChanges"]}
    assert texts == {shop.uri: ["billing"], uri(tmp_path / "b.threat"): ["billing"]}
    moved = {"files": [{"oldUri": uri(tmp_path / "services"), "newUri": uri(tmp_path / "apps")}]}
    edit = shop.client.request("workspace/willRenameFiles", moved)
    assert shop.applied(edit["documentChanges"][0]["edits"]).startswith('component a { source: "apps/a/**" }')
    moved = {"files": [{"oldUri": uri(tmp_path / "x.md"), "newUri": uri(tmp_path / "y.md")}]}
    assert shop.client.request("workspace/willRenameFiles", moved) is None


def test_linked_editing(doc):
    shop = doc(FULL, SHOP)
    ranges = shop.ask("textDocument/linkedEditingRange", "process sh|op")["ranges"]
    assert len(ranges) == 2
    assert shop.ask("textDocument/linkedEditingRange", "protocol: ht|tp") is None


def test_links_lead_to_what_is_there(doc, tmp_path):
    (tmp_path / "services/a").mkdir(parents=True)
    text = 'component a { source: "services/a/**", "gone/**" }\nthreat t { category: spoofing targets: p references: CWE-79 ticket: "SEC-1" }\nprocess p\n'
    shop = doc(FULL, text, files=[("threatline.toml", '[links]\nticket = "https://tickets.example.com/{}"\n')])
    targets = [link["target"] for link in shop.ask("textDocument/documentLink")]
    assert targets[0] == uri(tmp_path / "services/a")
    assert targets[1].startswith("https://cwe.mitre.org/") and targets[2] == "https://tickets.example.com/SEC-1"
    assert len(targets) == 3, "what is not there is no link"


def test_problems_link_to_their_page_in_the_book(doc):
    shop = doc(FULL, SHOP + "\nasset unused { classification: public }\n")
    pages = {problem["code"]: problem["codeDescription"]["href"] for problem in shop.client.pull(shop.uri)}
    book = "https://threatline.github.io/threatline/reference"
    assert pages["missing-mitigation"].startswith(f"{book}/rules/")
    assert pages["unused-asset"] == f"{book}/diagnostics/unused-asset.html"


def actions(doc, words, problems=(), only=None):
    where = doc.position(words)
    context = {"diagnostics": list(problems), **({"only": only} if only else {})}
    params = {"textDocument": {"uri": doc.uri}, "range": {"start": where, "end": where}, "context": context}
    return doc.client.request("textDocument/codeAction", params)


def test_actions_are_filled_in_when_they_are_chosen(doc):
    shop = doc(FULL, SHOP)
    problems = shop.client.pull(shop.uri)
    found = actions(shop, "flow pa|y", problems)
    assert all("edit" not in action for action in found)
    assert [action["title"][:9] for action in found if action.get("isPreferred")] == ["Change `p"]
    assert found[0]["diagnostics"] == problems
    chosen = shop.client.request("codeAction/resolve", found[0])
    after = shop.applied(chosen["edit"]["documentChanges"][0]["edits"])
    assert "protocol: https\n" in after
    shop.change(after)
    assert shop.client.pull(shop.uri) == []


def test_accepting_a_risk_asks_for_who_and_why(doc):
    shop = doc(FULL, SHOP)
    [accept] = [action for action in actions(shop, "flow pa|y") if action["title"].startswith("Accept")]
    chosen = shop.client.request("codeAction/resolve", accept)
    [edit] = chosen["edit"]["documentChanges"][0]["edits"]
    assert edit["snippet"]["kind"] == "snippet" and "by: \"${1:" in edit["snippet"]["value"]


def test_actions_for_a_client_that_can_little(doc):
    shop = doc(PLAIN, SHOP)
    found = actions(shop, "flow pa|y")
    assert found and all("edit" in action and "isPreferred" not in action for action in found)
    [accept] = [action for action in found if action["title"].startswith("Accept")]
    assert "${" not in shop.applied(accept["edit"]["changes"][shop.uri])
    assert actions(doc({}, SHOP), "flow pa|y") == []


def test_actions_of_one_kind(doc):
    shop = doc(FULL, SHOP + "\nprocess other { tecnology: web_service accepts: json, json }\n")
    only = lambda kind: [action["kind"] for action in actions(shop, "tecno|logy", only=[kind])]
    assert set(only("quickfix")) == {"quickfix"}
    assert only("source.fixAll") == ["source.fixAll.threatline"]
    assert only("source.organizeImports") == []
    [all] = actions(shop, "tecno|logy", only=["source"])
    fixed = shop.applied(shop.client.request("codeAction/resolve", all)["edit"]["documentChanges"][0]["edits"])
    assert "technology: web_service" in fixed and "json, json" not in fixed


def test_a_component_gets_a_file_of_its_own(doc, tmp_path):
    shop = doc(FULL, SHOP)
    [extract] = [action for action in actions(shop, "proc|ess shop") if action["kind"] == "refactor.extract"]
    create, text, rest = shop.client.request("codeAction/resolve", extract)["edit"]["documentChanges"]
    assert create["kind"] == "create" and create["uri"] == uri(tmp_path / "shop.threat")
    assert text["edits"][0]["newText"].startswith("component shop\n")
    assert "shopper -> shop.shop {" in shop.applied(rest["edits"])


def test_a_client_that_makes_files_takes_versions_even_if_it_does_not_say_so(doc):
    can = copy.deepcopy(FULL)
    can["workspace"]["workspaceEdit"] = {"resourceOperations": ["rename", "create", "delete"]}
    shop = doc(can, SHOP)
    [extract] = [action for action in actions(shop, "proc|ess shop") if action["kind"] == "refactor.extract"]
    changes = shop.client.request("codeAction/resolve", extract)["edit"]["documentChanges"]
    assert [change.get("kind", "edit") for change in changes] == ["create", "edit", "edit"]
    cannot = doc(PLAIN, SHOP)
    assert "refactor.extract" not in [action["kind"] for action in actions(cannot, "proc|ess shop")]


def test_actions_in_settings(doc, tmp_path):
    shop = doc(FULL, SHOP, files=[("threatline.toml", "[chek]\n")])
    settings = uri(tmp_path / "threatline.toml")
    shop.client.open(settings, "[chek]\n")
    context = {"textDocument": {"uri": settings}, "range": {"start": at(0, 2), "end": at(0, 2)}, "context": {"diagnostics": []}}
    [change] = shop.client.request("textDocument/codeAction", context)
    edit = shop.client.request("codeAction/resolve", change)["edit"]["documentChanges"][0]["edits"][0]
    assert edit["newText"] == "check"


def decoded(doc, data, legend):
    """The words of a text with the names of their types."""
    lines = doc.text.split("\n")
    line = start = 0
    found = []
    for down, right, length, kind, modifiers in zip(*[iter(data)] * 5):
        line, start = line + down, right if down else start + right
        word = lines[line].encode("utf-16-le")[2 * start : 2 * (start + length)].decode("utf-16-le")
        names = [name for bit, name in enumerate(legend["tokenModifiers"]) if modifiers >> bit & 1]
        found.append(" ".join([word, legend["tokenTypes"][kind], *names]))
    return found


def test_words_have_colors_and_changes_of_them(doc):
    text = '// 😀 note\nprocess shop "😀" in vpc { technology: web_service }\nboundary vpc\n'
    shop = doc(FULL, text)
    legend = shop.client.initialized["capabilities"]["semanticTokensProvider"]["legend"]
    full = shop.ask("textDocument/semanticTokens/full")
    assert decoded(shop, full["data"], legend) == [
        "// 😀 note comment",
        "process keyword",
        "shop class declaration",
        '"😀" string',
        "in keyword",
        "vpc enum",
        "technology property",
        "web_service type defaultLibrary",
        "boundary keyword",
        "vpc enum declaration",
    ]
    part = shop.ask("textDocument/semanticTokens/range", range={"start": at(2, 0), "end": at(2, 12)})
    assert decoded(shop, part["data"], legend) == ["boundary keyword", "vpc enum declaration"]
    shop.change(text + "store books\n")
    delta = shop.ask("textDocument/semanticTokens/full/delta", previousResultId=full["resultId"])
    data = full["data"]
    for edit in delta["edits"]:
        data = data[: edit["start"]] + edit["data"] + data[edit["start"] + edit["deleteCount"] :]
    assert len(delta["edits"][0]["data"]) == 10
    now = shop.ask("textDocument/semanticTokens/full")
    assert data == now["data"] and now["resultId"] == delta["resultId"]
    unknown = shop.ask("textDocument/semanticTokens/full/delta", previousResultId="nonsense")
    assert unknown["data"] == now["data"]


JUDGED = SHOP + """
mitigation guard { counters: tampering }
threat copied { category: tampering targets: shop likelihood: high impact: high mitigations: guard }
accept known {
  findings: unencrypted_flow@pay
  by: "CISO"
  until: 2999-01-01
  because: "tried"
}
"""


def hints(doc):
    end = at(doc.text.count("\n"), 0)
    found = doc.ask("textDocument/inlayHint", range={"start": at(0, 0), "end": end})
    label = lambda hint: hint["label"] if isinstance(hint["label"], str) else "".join(part["value"] for part in hint["label"])
    return [label(hint) for hint in found]


def test_hints_and_how_they_are_turned_off(doc):
    shop = doc(FULL, JUDGED)
    shown = hints(shop)
    assert shown[:4] == ["restricted", "implemented", "high", "critical"] and shown[4].startswith("in ")
    off = {"inlayHints": {"severity": False, "sensitivity": False}}
    shop.client.notify("workspace/didChangeConfiguration", {"settings": {"threatline": off}})
    assert hints(shop)[0] == "implemented" and len(hints(shop)) == 2


def test_settings_come_at_the_start_and_wrong_ones_are_told(doc):
    shop = doc(FULL, JUDGED, options={"inlayHints": {"state": False, "severity": "maybe"}})
    assert hints(shop) == ["restricted", "high", "critical"]
    told = [message["params"]["message"] for message in shop.client.messages if message["method"] == "window/logMessage"]
    assert told == ['the setting `threatline.inlayHints.severity` must be `true` or `false`, not `"maybe"`']


def test_settings_are_asked_for_by_clients_that_want_it(doc):
    shop = doc({**FULL, "workspace": {**FULL["workspace"], "configuration": True}}, JUDGED)
    shop.client.settings = {"inlayHints": {"state": False, "severity": False}}
    shop.client.notify("workspace/didChangeConfiguration", {"settings": None})
    while not [message for message in shop.client.messages if message["method"] == "workspace/configuration"][1:]:
        shop.client.take()
    assert hints(shop) == ["restricted"]


def test_lenses_count_what_is_found_and_named(doc):
    shop = doc(FULL, SHOP)
    lenses = shop.ask("textDocument/codeLens")
    titles = lambda lenses: [lens["command"]["title"] for lens in lenses]
    of_flow = [lens for lens in lenses if lens["range"]["start"] == shop.position("flow |pay")]
    assert titles(of_flow) == ["1 open: 1 critical", "S T R I! D E"]
    [of_card] = [lens for lens in lenses if lens["range"]["start"] == shop.position("asset |card")]
    assert "command" not in of_card
    resolved = shop.client.request("codeLens/resolve", of_card)
    assert resolved["command"]["title"] == "1 reference"
    assert resolved["command"]["command"] == "threatline.showReferences"
    assert len(resolved["command"]["arguments"][2]) == 1
    matrix = shop.client.request("workspace/executeCommand", {"command": of_flow[1]["command"]["command"], "arguments": of_flow[1]["command"]["arguments"]})
    assert matrix["title"] == "STRIDE matrix of the model" and "| pay |" in matrix["markdown"] and "critical" in matrix["markdown"]
    told = shop.client.request("workspace/executeCommand", {"command": "threatline.explain", "arguments": [shop.uri, "unencrypted_flow@pay"]})
    assert "it uses `http`" in told["markdown"]
    told = shop.client.request("workspace/executeCommand", {"command": "threatline.explain", "arguments": of_flow[0]["command"]["arguments"]})
    assert "it uses `http`" in told["markdown"]
    assert not [message for message in shop.client.messages if message["method"] == "window/showMessage"]


def test_commands_show_a_message_where_the_editor_shows_nothing(doc):
    shop = doc({}, SHOP)
    shop.client.request("workspace/executeCommand", {"command": "threatline.matrix", "arguments": [shop.uri]})
    told = [message for message in shop.client.messages if message["method"] == "window/showMessage"]
    assert "pay" in told[0]["params"]["message"]
    shop.client.request("workspace/executeCommand", {"command": "threatline.matrix", "arguments": []})
    wrong = shop.client.answer(shop.client.ask("workspace/executeCommand", {"command": "threatline.nonsense", "arguments": [shop.uri]}))
    assert wrong["error"]["code"] == -32602
    [lens] = [lens for lens in shop.ask("textDocument/codeLens") if lens["range"]["start"] == shop.position("asset |card")]
    assert shop.client.request("codeLens/resolve", lens)["command"] == {"title": "1 reference", "command": ""}


def test_a_model_is_drawn_with_the_places_of_its_parts(doc):
    shop = doc(FULL, SHOP)
    run = lambda *arguments: shop.client.request("workspace/executeCommand", {"command": "threatline.diagram", "arguments": list(arguments)})
    for arguments in ({"uri": shop.uri}, {"uri": shop.uri, "only": True}):
        drawn = run(arguments)
        root = ElementTree.fromstring(drawn["svg"])
        parts = [part for part in root.iter() if "data-part" in part.attrib]
        [pay] = [part for part in parts if part.attrib["aria-label"].startswith("flow pay")]
        assert pay.attrib["class"].split()[:2] == ["flow", "critical"]
        assert len(drawn["places"]) == len(parts)
        place = drawn["places"][int(pay.attrib["data-part"])]
        assert place["uri"] == shop.uri and place["range"]["start"] == shop.position("flow |pay")
        assert [component["uri"] for component in drawn["components"]] == [shop.uri]
    shop.change("asset card\n")
    assert run({"uri": shop.uri})["note"] == "The model has nothing to draw yet."


def test_findings_are_listed_by_component(doc):
    shop = doc(FULL, SHOP)
    run = lambda *arguments: shop.client.request("workspace/executeCommand", {"command": "threatline.findings", "arguments": list(arguments)})
    [component] = run()
    assert component["uri"] == shop.uri and component["worst"] == "critical" and "1 critical" in component["says"]
    first = run({"uri": shop.uri})[0]
    assert (first["on"], first["severity"], first["state"]) == ("pay", "critical", "open")
    assert first["place"]["range"]["start"] == shop.position("flow |pay")
    told = shop.client.request("workspace/executeCommand", {"command": "threatline.explain", "arguments": [shop.uri, first["id"]]})
    assert "it uses `http`" in told["markdown"]


def test_lenses_are_turned_off(doc):
    shop = doc(FULL, SHOP, options={"codeLens": {"findings": False, "coverage": False, "references": False}})
    assert shop.ask("textDocument/codeLens") == []


@pytest.mark.parametrize("capabilities", [{}, FULL], ids=["a client that can little", "a client that can all"])
def test_every_feature_anywhere_is_in_the_protocol(tmp_path, capabilities):
    shutil.copytree(MODELS / "webshop", tmp_path, dirs_exist_ok=True)
    client = Client(capabilities, folders=[tmp_path])
    for path in sorted(tmp_path.rglob("*.threat")):
        document = {"uri": uri(path)}
        text = path.read_text()
        lines = text.split("\n")
        whole = {"start": at(0, 0), "end": at(len(lines) - 1, 0)}
        asked = [
            client.ask("textDocument/semanticTokens/full", {"textDocument": document}),
            client.ask("textDocument/inlayHint", {"textDocument": document, "range": whole}),
            client.ask("textDocument/codeLens", {"textDocument": document}),
            client.ask("textDocument/documentLink", {"textDocument": document}),
            client.ask("textDocument/codeAction", {"textDocument": document, "range": whole, "context": {"diagnostics": []}}),
        ]
        for number, line in enumerate(lines):
            for character in range(0, len(line) + 1, 5):
                here = {"textDocument": document, "position": at(number, character)}
                asked += [client.ask(f"textDocument/{method}", here) for method in ("completion", "signatureHelp", "linkedEditingRange")]
                asked.append(client.ask("textDocument/codeAction", {"textDocument": document, "range": {"start": here["position"], "end": here["position"]}, "context": {"diagnostics": []}}))
        answers = [client.answer(id) for id in asked]
        assert all("error" not in answer for answer in answers), [answer for answer in answers if "error" in answer][:2]
    client.end()
