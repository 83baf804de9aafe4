//! Models of the Microsoft Threat Modeling Tool.

mod common;

use common::{problems, report_of};
use expect_test::expect;

/// A property of a stencil: its label, and a text, a chosen value, or that it is true.
fn property(label: &str, value: &str) -> String {
    let (kind, value) = match value.strip_prefix('*') {
        Some(chosen) => (
            "List",
            format!(
                "<b:Value><a:string>Not Selected</a:string><a:string>{chosen}</a:string></b:Value>\
                     <b:SelectedIndex>1</b:SelectedIndex>"
            ),
        ),
        None if value == "true" => ("Boolean", "<b:Value>true</b:Value>".to_owned()),
        None => ("String", format!("<b:Value>{value}</b:Value>")),
    };
    format!(
        "<a:anyType i:type=\"b:{kind}DisplayAttribute\"><b:DisplayName>{label}</b:DisplayName>{value}</a:anyType>"
    )
}

/// A stencil: its shape, its ids, what the template calls it, its properties, and what tells its
/// place or its ends.
fn stencil(
    shape: &str,
    ids: [&str; 3],
    header: &str,
    properties: &[(&str, &str)],
    rest: &str,
) -> String {
    let [guid, generic, type_id] = ids;
    let properties: String = properties
        .iter()
        .map(|(label, value)| property(label, value))
        .collect();
    format!(
        "<a:KeyValueOfguidanyType><a:Key>{guid}</a:Key><a:Value i:type=\"{shape}\"><GenericTypeId>{generic}</GenericTypeId>\
         <Guid>{guid}</Guid><Properties><a:anyType i:type=\"b:HeaderDisplayAttribute\"><b:DisplayName>{header}\
         </b:DisplayName><b:Value i:nil=\"true\"/></a:anyType>{properties}</Properties><TypeId>{type_id}</TypeId>{rest}\
         </a:Value></a:KeyValueOfguidanyType>\n"
    )
}

fn area(left: i32, top: i32, width: i32, height: i32) -> String {
    format!("<Height>{height}</Height><Left>{left}</Left><Top>{top}</Top><Width>{width}</Width>")
}

fn ends(source: &str, target: &str) -> String {
    format!("<SourceGuid>{source}</SourceGuid><TargetGuid>{target}</TargetGuid>")
}

fn line(points: [(i32, i32); 3]) -> String {
    let [source, handle, target] = points;
    format!(
        "<HandleX>{}</HandleX><HandleY>{}</HandleY><SourceX>{}</SourceX><SourceY>{}</SourceY><TargetX>{}</TargetX>\
         <TargetY>{}</TargetY>",
        handle.0, handle.1, source.0, source.1, target.0, target.1
    )
}

fn surface(title: &str, borders: &[String], lines: &[String]) -> String {
    format!(
        "<DrawingSurfaceModel><Properties>{}</Properties><Borders>\n{}</Borders><Lines>\n{}</Lines>\
         </DrawingSurfaceModel>\n",
        property("Name", title),
        borders.concat(),
        lines.concat()
    )
}

/// A threat: its type, the flow, its state, what was said of it, and its title and category.
fn threat(
    type_id: &str,
    flow: &str,
    state: &str,
    why: &str,
    title: &str,
    category: &str,
) -> String {
    let pair = |key: &str, value: &str| {
        format!(
            "<a:KeyValueOfstringstring><a:Key>{key}</a:Key><a:Value>{value}</a:Value></a:KeyValueOfstringstring>"
        )
    };
    format!(
        "<a:KeyValueOfstringThreatpc_P0_PhOB><a:Key>{type_id}{flow}</a:Key><a:Value><b:FlowGuid>{flow}</b:FlowGuid>\
         <b:ModifiedAt>0001-01-01T00:00:00</b:ModifiedAt><b:Properties>{}{}{}{}</b:Properties><b:State>{state}</b:State>\
         <b:StateInformation>{why}</b:StateInformation><b:TypeId>{type_id}</b:TypeId></a:Value>\
         </a:KeyValueOfstringThreatpc_P0_PhOB>\n",
        pair("Title", title),
        pair("UserThreatCategory", category),
        pair("Priority", "High"),
        pair(
            "PossibleMitigations",
            "Refer: &amp;lt;a href=\"x\"&amp;gt;the guide&amp;lt;/a&amp;gt;"
        ),
    )
}

fn document(rest: &str) -> String {
    format!(
        "<ThreatModel xmlns=\"http://schemas.datacontract.org/2004/07/ThreatModeling.Model\" \
         xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:a=\"urn:a\" xmlns:b=\"urn:b\">\n{rest}</ThreatModel>"
    )
}

fn shop() -> String {
    let login = surface(
        "Login",
        &[
            stencil(
                "BorderBoundary",
                ["b1", "GE.TB.B", "SE.TB.TMCore.AzureTrustBoundary"],
                "Azure Trust Boundary",
                &[("Name", "Cloud")],
                &area(200, 0, 600, 600),
            ),
            stencil(
                "BorderBoundary",
                ["b2", "GE.TB.B", "GE.TB.B"],
                "Generic Trust Border Boundary",
                &[("Name", "Data zone")],
                &area(500, 100, 250, 300),
            ),
            stencil(
                "BorderBoundary",
                ["b3", "GE.TB.B", "GE.TB.B"],
                "Generic Trust Border Boundary",
                &[("Name", "Internet")],
                &area(0, 0, 150, 600),
            ),
            stencil(
                "StencilRectangle",
                ["e1", "GE.EI", "SE.EI.TMCore.User"],
                "Human User",
                &[("Name", "Shopper")],
                &area(20, 200, 80, 80),
            ),
            stencil(
                "StencilEllipse",
                ["p1", "GE.P", "SE.P.TMCore.WebApp"],
                "Web Application",
                &[
                    ("Name", "Shop"),
                    ("Running As", "*Network Service"),
                    ("Team", "Blue"),
                ],
                &area(300, 200, 100, 100),
            ),
            // A part of it is over the line.
            stencil(
                "StencilParallelLines",
                ["s1", "GE.DS", "SE.DS.TMCore.SQL"],
                "SQL Database",
                &[
                    ("Name", "Orders"),
                    ("Stores Credentials", "*Yes"),
                    ("Encrypted", "*Yes"),
                ],
                &area(470, 200, 100, 100),
            ),
            stencil(
                "StencilEllipse",
                ["p2", "GE.P", "SE.P.TMCore.Thread"],
                "Thread",
                &[
                    ("Name", "Cleaner"),
                    ("Out Of Scope", "true"),
                    ("Reason For Out Of Scope", "Not ours"),
                ],
                &area(300, 400, 100, 100),
            ),
            stencil(
                "StencilRectangle",
                ["t1", "GE.A", "GE.A"],
                "Free Text Annotation",
                &[("Name", "Ask Kim about this")],
                &area(0, 0, 1, 1),
            ),
        ],
        &[
            stencil(
                "Connector",
                ["f1", "GE.DF", "SE.DF.TMCore.HTTPS"],
                "HTTPS",
                &[
                    ("Name", "HTTPS"),
                    ("JSON Payload", "*Yes"),
                    ("Source Authenticated", "*No"),
                    ("Physical Network", "*Wi-Fi"),
                ],
                &(ends("e1", "p1") + &line([(60, 240), (180, 230), (350, 250)])),
            ),
            stencil(
                "Connector",
                ["f2", "GE.DF", "SE.DF.TMCore.Request"],
                "Request",
                &[("Name", "Order request"), ("Dataflow Order", "0")],
                &(ends("p1", "s1") + &line([(350, 250), (420, 250), (520, 250)])),
            ),
            stencil(
                "Connector",
                ["f3", "GE.DF", "SE.DF.TMCore.Response"],
                "Response",
                &[("Name", "Order response")],
                &ends("s1", "p1"),
            ),
            stencil(
                "Connector",
                ["f4", "GE.DF", "GE.DF"],
                "Generic Data Flow",
                &[("Name", "Lost")],
                &ends("p1", "00000000-0000-0000-0000-000000000000"),
            ),
            stencil(
                "LineBoundary",
                ["l1", "GE.TB.L", "SE.TB.L.TMCore.Internet"],
                "Internet Boundary",
                &[("Name", "Edge")],
                &line([(170, 0), (160, 300), (170, 600)]),
            ),
        ],
    );
    let backup = surface(
        "Backup",
        &[
            stencil(
                "StencilParallelLines",
                ["s2", "GE.DS", "SE.DS.TMCore.SQL"],
                "SQL Database",
                &[("Name", "Orders"), ("Backup", "*Yes")],
                &area(0, 0, 100, 100),
            ),
            stencil(
                "StencilParallelLines",
                ["s3", "GE.DS", "SE.DS.TMCore.AzureStorage"],
                "Azure Storage",
                &[("Name", "Copies"), ("Storage Type", "*Blob")],
                &area(200, 0, 100, 100),
            ),
        ],
        &[stencil(
            "Connector",
            ["f5", "GE.DF", "GE.DF"],
            "Generic Data Flow",
            &[
                ("Name", "Nightly copy"),
                ("Protocol", "*FTPS"),
                ("Authentication", "*API key"),
            ],
            &ends("s2", "s3"),
        )],
    );
    document(&format!(
        "<DrawingSurfaceList>\n{login}{backup}</DrawingSurfaceList>\n\
         <MetaInformation><Assumptions>- The cloud is patched\n- None\n</Assumptions>\
         <Contributors>Kim</Contributors><HighLevelSystemDescription>Sells things.</HighLevelSystemDescription>\
         <Owner>Team Blue</Owner><ThreatModelName>Web shop</ThreatModelName></MetaInformation>\n\
         <Notes><Note><AddedBy>Kim</AddedBy><Date>2024-01-01</Date><Id>1</Id><Message>Look at logins</Message></Note>\
         </Notes>\n<ThreatInstances>\n{}{}{}{}{}{}{}</ThreatInstances>\n\
         <KnowledgeBase><ThreatCategories><ThreatCategory><Id>S</Id><Name>Spoofing</Name></ThreatCategory>\
         </ThreatCategories><ThreatTypes><ThreatType><Id>S1</Id><Category>S</Category></ThreatType>\
         <ThreatType><Id>T1</Id><Category>T</Category></ThreatType></ThreatTypes></KnowledgeBase>\n",
        threat(
            "S1",
            "f1",
            "AutoGenerated",
            "",
            "Spoofing of Shopper",
            "Spoofing"
        ),
        threat("T1", "f1", "AutoGenerated", "", "Tampering", "Tampering"),
        threat(
            "S1",
            "f2",
            "Mitigated",
            "Both ends have certificates. They are renewed.",
            "Spoofing",
            "Spoofing"
        ),
        threat(
            "S1",
            "f5",
            "Mitigated",
            "Both ends have certificates. They are renewed.",
            "Spoofing",
            "Spoofing"
        ),
        threat(
            "T1",
            "f3",
            "NotApplicable",
            "Answers are signed",
            "Tampering with answers",
            "Tampering"
        ),
        threat(
            "T1",
            "f1",
            "NeedsInvestigation",
            "Ask Kim",
            "Prices are changed",
            "Elevation Of Privileges"
        ),
        threat("X9", "gone", "AutoGenerated", "", "Someone's own", "Abuse"),
    ))
}

#[test]
fn a_model_becomes_what_a_person_would_have_written() {
    expect![[r#"
        //- backup.threat
        component backup "Backup"

        store copies "Copies" { technology: object_store }

        flow nightly_copy "Nightly copy": login.orders -> copies {
          protocol: ftps
          authentication: key
        }
        //- login.threat
        component login "Login"

        asset credentials "Credentials" {
          classification: restricted
          kind: credential
          // Assumed from a flag of an element; the model did not name it.
        }

        boundary cloud "Cloud" { kind: cloud }
        boundary data_zone "Data zone" in cloud

        boundary internet "Internet" { trust: untrusted }

        external shopper "Shopper" in internet { kind: person }

        process shop "Shop" in cloud {
          technology: web_application
          accepts: json
          privileges: service
          // Team: Blue
        }

        process cleaner "Cleaner" in cloud {
          out_of_scope: "Not ours"
          // drawn as: Thread
        }

        store orders "Orders" in data_zone {
          technology: relational_database
          stores: credentials
          encryption: at_rest
          // Backup: Yes
        }

        flow shopper_to_shop "Shopper to Shop": shopper -> shop {
          protocol: https
          authentication: none
          // Physical Network: Wi-Fi
        }

        flow order_request "Order request": shop -> orders {
          // Its response was drawn as a flow: Order response
          // Not applicable: Tampering with answers: Answers are signed
        }

        threat prices_are_changed "Prices are changed" {
          category: elevation_of_privilege
          targets: shopper_to_shop
          impact: high
          // possible mitigations: Refer: the guide
          // Ask Kim
        }

        threat someones_own "Someone's own" {
          category: tampering
          targets: shop, cleaner
          impact: high
          // category: Abuse
          // possible mitigations: Refer: the guide
          // TODO: review the category: none was specified, `tampering` is assumed
          // No element was named, so all are listed.
        }
        //- model.threat
        // Web shop
        // Sells things.
        // Owner: Team Blue

        // contributors: Kim
        // on the diagram: Ask Kim about this
        // unattached flow: Lost, from "Shop" to nothing
        // trust boundary drawn as a line: Edge; it crosses Shopper to Shop
        // note (Kim, 2024-01-01): Look at logins

        threat spoofing "Spoofing" {
          category: spoofing
          targets: login.order_request, backup.nightly_copy
          impact: high
          mitigations: both_ends_have_certificates
          // possible mitigations: Refer: the guide
        }

        /// Both ends have certificates. They are renewed.
        mitigation both_ends_have_certificates "Both ends have certificates" { status: implemented }

        assumption the_cloud_is_patched "The cloud is patched"
        //- without a place
        shop.tm7:28:15: MetaInformation.Contributors: kept in a comment
        shop.tm7:39:1: KnowledgeBase: dropped: the template, with its stencils and threat types
        shop.tm7:2:1: DrawingSurfaceList: dropped: diagrams have an automatic layout
        shop.tm7:8:599: DrawingSurfaceList[0].Borders[4].Value.Properties[3].Value: Team: kept in a comment
        shop.tm7:10:648: DrawingSurfaceList[0].Borders[6].Value.TypeId: kept in a comment: the library has no technology for this stencil
        shop.tm7:11:128: DrawingSurfaceList[0].Borders[7].Value.Properties: kept in a comment: text on the diagram
        shop.tm7:13:793: DrawingSurfaceList[0].Lines[0].Value.Properties[4].Value: Physical Network: kept in a comment
        shop.tm7:16:439: DrawingSurfaceList[0].Lines[3].Value.TargetGuid: kept in a comment: a flow must connect two elements
        shop.tm7:15:107: DrawingSurfaceList[0].Lines[2].Value.Guid: merged with its request: a request and its response are one flow
        shop.tm7:17:127: DrawingSurfaceList[0].Lines[4].Value.Properties: kept in a comment: a line encloses nothing; draw a box instead
        shop.tm7:20:385: DrawingSurfaceList[1].Borders[0].Value.Properties[2].Value: Backup: kept in a comment
        shop.tm7:20:133: DrawingSurfaceList[1].Borders[0].Value.Properties: merged with the element of the same name on another diagram
        shop.tm7:37:67: ThreatInstances[6].Value.FlowGuid: its target is not on a diagram
        shop.tm7:30:1: ThreatInstances: generated threats that nobody reviewed were dropped: 2 (1 of Spoofing, 1 of Tampering)
        shop.tm7:30:1: ThreatInstances: threats that do not apply are kept in comments: 1
        shop.tm7:29:69: Notes[0].Message: kept in a comment
    "#]].assert_eq(&report_of("shop.tm7", &shop(), &[]));
}

#[test]
fn several_things_are_wrong() {
    let wrong = shop()
        .replace("<Height>300</Height>", "<Height>tall</Height>")
        .replace("<Guid>e1</Guid>", "<Guid><x/><y/></Guid>");
    expect![[r#"
        shop.tm7:5:438: DrawingSurfaceList[0].Borders[1].Value.Height: expected a number, but this is a string
        shop.tm7:7:114: DrawingSurfaceList[0].Borders[3].Value.Guid: expected a string, but this is an object
    "#]]
    .assert_eq(&problems("shop.tm7", &wrong, &[]));
}

#[test]
fn what_is_not_a_model_is_reported() {
    let long = shop();
    let broken = [
        &long[..long.len() / 2],
        "<mxfile/>",
        "<KnowledgeBase/>",
        "<ThreatModel/>",
        "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]><ThreatModel>&b;</ThreatModel>",
        &format!(
            "<ThreatModel>{}{}</ThreatModel>",
            "<a>".repeat(100_000),
            "</a>".repeat(100_000)
        ),
    ];
    let reports: String = broken
        .iter()
        .map(|text| problems("x.tm7", text, &[]))
        .collect();
    expect![[r#"
        x.tm7:1:1: invalid XML: the root node was opened but never closed
        x.tm7:1:1: this is not a .tm7 file: its root is `<mxfile>`, not `<ThreatModel>`
        x.tm7:1:1: this is a template of the Microsoft Threat Modeling Tool, not a model
        x.tm7:1:1: DrawingSurfaceList: the file has no diagram
        x.tm7:1:1: invalid XML: XML with DTD detected
        x.tm7:1:3011: elements are nested more than 1000 levels deep
    "#]]
    .assert_eq(&reports);
}

#[test]
fn elements_without_end_are_given_back() {
    let nested: String = (0..20_000)
        .map(|index| format!("<a xmlns:n{index}=\"u\">"))
        .collect();
    let text = format!("<ThreatModel>{nested}");
    assert!(
        problems("deep.tm7", &text, &[]).contains("elements are nested more than 1000 levels deep")
    );
}
