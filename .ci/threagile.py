#!/usr/bin/env python3
"""Compares the findings on an import of Threagile's demo with Threagile's own risks, rule by rule.

    threagile.py THREATLINE MODEL.yaml RISKS.json

The comparison fails if one of the numbers below changes in either direction. A risk counts as found if one of the rules for the
same threat has a finding, in any state, on its element, its link, or an end of the link.
"""
import collections
import json
import subprocess
import sys
import tempfile

# Threagile's category: our rules; its risks; how many of them are found here; why the others are not.
EXPECTED = {
    "accidental-secret-leak": (["secrets_in_source"], 1, 1, ""),
    "code-backdooring": (["unreviewed_changes", "exposed_development", "unsigned_artifacts", "untrusted_dependencies"], 2, 2, ""),
    "container-baseimage-backdooring": (["untrusted_dependencies", "unsigned_artifacts"], 2, 0, "it is on every container, whatever its image"),
    "container-platform-escape": (["container_escape"], 0, 0, ""),
    "cross-site-request-forgery": (["cross_site_request_forgery"], 0, 0, ""),
    "cross-site-scripting": (["cross_site_scripting"], 0, 0, ""),
    "dos-risky-access-across-trust-boundary": (["missing_rate_limit"], 3, 0, "told once, where requests come in (missing_rate_limit of load_balancer); the others are staff"),
    "incomplete-model": ([], 0, 0, ""),
    "ldap-injection": (["directory_injection"], 2, 2, ""),
    "missing-authentication": (["unauthenticated_flow", "unauthenticated_inside"], 2, 1, "the other carries public data"),
    "missing-authentication-second-factor": (["single_factor_login", "single_factor_administration"], 9, 4, "certificates, a VPN, and hops that no person makes"),
    "missing-build-infrastructure": ([], 0, 0, ""),
    "missing-cloud-hardening": ([], 6, 0, "hardening in general, of no stated fact"),
    "missing-file-validation": (["unchecked_upload"], 1, 1, ""),
    "missing-hardening": ([], 6, 0, "hardening in general, of no stated fact"),
    "missing-identity-propagation": (["lost_identity"], 1, 1, ""),
    "missing-identity-provider-isolation": (["unisolated_security_service"], 0, 0, ""),
    "missing-identity-store": ([], 0, 0, ""),
    "missing-network-segmentation": (["missing_segmentation"], 0, 0, ""),
    "missing-vault": (["secrets_without_vault"], 1, 0, "the document has no asset that is a credential"),
    "missing-vault-isolation": (["unisolated_security_service"], 0, 0, ""),
    "missing-waf": ([], 0, 0, ""),
    "mixed-targets-on-shared-runtime": ([], 1, 0, "there are no shared runtimes in the language"),
    "path-traversal": (["path_traversal"], 1, 0, "nothing states how far the developers' network is trusted"),
    "push-instead-of-pull-deployment": (["push_deployment"], 2, 1, "the other carries no code"),
    "search-query-injection": (["injection"], 0, 0, ""),
    "server-side-request-forgery": (["server_side_request_forgery"], 2, 0, "nothing states that a caller chooses an address"),
    "service-registry-poisoning": (["registry_poisoning"], 0, 0, ""),
    "sql-nosql-injection": (["injection"], 1, 1, ""),
    "unchecked-deployment": (["unreviewed_changes", "unsigned_artifacts"], 3, 1, "one cause, told at the repository"),
    "unencrypted-asset": (["unencrypted_store"], 7, 1, "the others keep nothing, or encrypt"),
    "unencrypted-communication": (["unencrypted_flow", "clear_text_credentials", "unprotected_integrity"], 4, 4, ""),
    "unguarded-access-from-internet": (["exposed_administration", "exposed_development"], 3, 3, ""),
    "unguarded-direct-datastore-access": (["direct_store_access"], 0, 0, ""),
    "unnecessary-communication-link": ([], 0, 0, ""),
    "unnecessary-data-asset": ([], 0, 0, ""),
    "unnecessary-data-transfer": ([], 0, 0, ""),
    "unnecessary-technical-asset": ([], 0, 0, ""),
    "untrusted-deserialization": (["untrusted_deserialization"], 2, 2, ""),
    "wrong-communication-link-content": ([], 0, 0, ""),
    "wrong-trust-boundary-content": ([], 0, 0, ""),
    "xml-external-entity": (["xml_external_entities"], 1, 1, ""),
}


def name(threagile_id):
    """The name of an id in the imported model."""
    return threagile_id.replace("-", "_")


def main():
    threatline, model, risks_file = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([threatline, "import", model, "--to", folder], check=True, stdout=subprocess.DEVNULL)
        checked = subprocess.run(
            [threatline, "check", folder, "--today", "2026-11-23", "--fail-on", "never", "--format", "json"],
            check=True,
            capture_output=True,
        )
    found = collections.defaultdict(set)
    findings = json.loads(checked.stdout)["models"][0]["findings"]
    for finding in findings:
        if finding["rule"]:
            found[finding["rule"].removeprefix("std.")].add(finding["subject"].rsplit(".", 1)[-1])
    risks = json.load(open(risks_file, encoding="utf-8"))
    theirs, ours = collections.Counter(), collections.Counter()
    for risk in risks:
        category = risk["category"]
        theirs[category] += 1
        subjects = {name(risk.get("most_relevant_technical_asset", ""))}
        source, _, link = risk.get("most_relevant_communication_link", "").partition(">")
        subjects |= {name(source), name(link)}
        rules = EXPECTED.get(category, ([],))[0]
        if any(found[rule] & subjects for rule in rules):
            ours[category] += 1
        else:
            print("  not found:", risk["synthetic_id"])
    print(f"{'Threagile':42}{'risks':>6}{'found':>7}  by, and why not the others")
    failed = False
    for category in sorted(theirs.keys() | EXPECTED.keys()):
        rules, expected, expected_found, why = EXPECTED.get(category, ([], 0, 0, "unknown"))
        is_as_expected = (theirs[category], ours[category]) == (expected, expected_found)
        failed |= not is_as_expected
        mark = "" if is_as_expected else f"  <- expected {expected} and {expected_found}"
        text = "; ".join(part for part in [", ".join(rules), why] if part)
        print(f"{category:42}{theirs[category]:>6}{ours[category]:>7}  {text}{mark}")
    print(f"{'':42}{sum(theirs.values()):>6}{sum(ours.values()):>7}  {len(findings)} findings here")
    sys.exit(failed)


if __name__ == "__main__":
    main()
