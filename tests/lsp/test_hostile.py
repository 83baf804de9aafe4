"""Models of others: what an editor shows of them does nothing, and leads nowhere but to where it says."""

import unicodedata

import pytest

from strict import Client, uri
from test_features import FULL, PLAIN

ACTS = "\x1b[2J\x1b]8;;https://evil.example\x07\u202e\u200b\x9b2J\U000e0041"
MODEL = f"""boundary net "Net {ACTS}" {{ trust: untrusted }}
external buyer "Buyer {ACTS}" in net
/// About it {ACTS}
/// ~~~~
process shop "Shop {ACTS}" {{
  technology: web_service
  owner: "{ACTS}"
}}
flow buyer -> shop {{ protocol: http }}
threat theft "Theft {ACTS} \\n\\n# It is mitigated" {{
  category: tampering
  targets: shop
  likelihood: high
  impact: high
  advice: "Do {ACTS}"
}}
accept it "{ACTS}" {{ findings: theft  by: "{ACTS}"  until: 2020-12-01  because: "{ACTS}" }}
process unfinished "{ACTS}" {{ technology: nothing }}
"""


def acting(value, at=""):
    """Where a text does something to a terminal, or hides; but for what is put into the text of the model itself."""
    if isinstance(value, dict):
        for key, within in value.items():
            if key not in ("newText", "insertText", "uri", "data"):
                yield from acting(within, f"{at}.{key}")
    elif isinstance(value, list):
        for number, within in enumerate(value):
            yield from acting(within, f"{at}[{number}]")
    elif isinstance(value, str):
        bad = [hex(ord(sign)) for sign in value if unicodedata.category(sign) in ("Cc", "Cf") and sign not in "\n\t"]
        if bad:
            yield f"{at}: {bad}"


@pytest.mark.parametrize("capabilities", [FULL, PLAIN], ids=["full", "plain"])
def test_nothing_that_an_editor_is_told_acts(tmp_path, capabilities):
    model = tmp_path / "a.threat"
    model.write_text(MODEL)
    client = Client(capabilities, folders=[tmp_path])
    document = {"uri": uri(model)}
    client.open(uri(model), MODEL)
    told = [client.pull(uri(model)) if capabilities is FULL else client.told(uri(model))]
    assert len(told[0]) > 3
    lines = MODEL.splitlines()
    for method in ["documentSymbol", "codeLens", "documentLink", "foldingRange"]:
        told.append(client.request(f"textDocument/{method}", {"textDocument": document}))
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": len(lines), "character": 0}}
    told.append(client.request("textDocument/inlayHint", {"textDocument": document, "range": whole}))
    told.append(client.request("workspace/symbol", {"query": ""}))
    for line, text in enumerate(lines):
        for column in {0, 2, max(0, text.find(" ") + 1), len(text.encode("utf-16-le")) // 2}:
            place = {"textDocument": document, "position": {"line": line, "character": column}}
            for method in ["hover", "completion", "signatureHelp", "prepareCallHierarchy", "prepareTypeHierarchy"]:
                told.append(client.request(f"textDocument/{method}", place))
        at = {"start": {"line": line, "character": 0}, "end": {"line": line, "character": 0}}
        told.append(client.request("textDocument/codeAction", {"textDocument": document, "range": at, "context": {"diagnostics": []}}))
    position = {"textDocument": document, "position": {"line": 4, "character": 9}}
    for command in ["explain", "matrix", "findings", "diagram"]:
        told.append(client.request("workspace/executeCommand", {"command": f"threatline.{command}", "arguments": [position]}))
    assert "Theft" in str(told) and "Shop" in str(told)
    assert not list(acting(told)), list(acting(told))
    client.end()


def test_a_page_of_explanations_is_the_servers_own(tmp_path):
    model = tmp_path / "a.threat"
    model.write_text(MODEL)
    client = Client(FULL, folders=[tmp_path])
    client.open(uri(model), MODEL)
    at = {"textDocument": {"uri": uri(model)}, "position": {"line": 4, "character": 9}}
    page = client.request("workspace/executeCommand", {"command": "threatline.explain", "arguments": [at]})["markdown"]
    assert "It is mitigated" in page
    assert not [line for line in page.splitlines() if line.startswith("# ")], page
    hover = client.request("textDocument/hover", at)["contents"]["value"]
    for shown in [page, hover]:
        assert shown.count("~~~~") % 2 == 0, shown
    client.end()


def test_a_link_of_the_disk_leads_not_out_of_the_model(tmp_path):
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "secret").write_text("")
    (inside / "plan.md").write_text("")
    (inside / "out").symlink_to(outside)
    text = """component shop {
  links: "plan.md", "out/secret", "../outside/secret", "file:///etc/passwd", "data:text/html,x", "command:x", "javascript:x", "//evil/x"
}
"""
    (inside / "a.threat").write_text(text)
    client = Client(FULL, folders=[inside])
    client.open(uri(inside / "a.threat"), text)
    links = client.request("textDocument/documentLink", {"textDocument": {"uri": uri(inside / "a.threat")}})
    assert [link["target"] for link in links] == [uri(inside / "plan.md")]
    client.end()
