//! threatcl's HCL.

mod common;

use common::{problems, report_of};
use expect_test::expect;

const SHOP: &str = r#"spec_version = "0.7.0"

variable "team" {
  value = "payments team"
}

component "control" "second_factor" {
  description = "Everyone logs in with a second factor"
  implemented = true
}

threatmodel "Web shop" {
  author      = var.team
  including   = "base.hcl"
  imports     = ["controls.hcl", "https://example.com/more.hcl"]
  created_at  = 1594033151
  description = <<EOT
Sells things, for the ${var.team}.
EOT

  attributes {
    new_initiative  = "false"
    internet_facing = true
    initiative_size = "Small"
  }

  additional_attribute "network_segment" {
    value = "dmz"
  }

  information_asset "card_data" {
    description                = "Cards, of the ${var.team}"
    information_classification = "Restricted"
  }

  information_asset "odds" {
    information_classification = "Top"
  }

  usecase {
    description = "People buy things"
  }

  third_party_dependency "cdn" {
    description       = "Brings pictures"
    saas              = true
    uptime_dependency = "degraded"
  }

  threat "card_theft" {
    description            = "Someone reads cards out of the orders db"
    stride                 = ["Info Disclosure", "Theft"]
    impacts                = ["Confidentiality"]
    information_asset_refs = ["card_data", "gone"]
    control                = "Access is limited"
    control_imports        = ["import.control.second_factor", "import.control.unknown"]

    risk {
      likelihood = "very_low"
      impact     = "very_high"
      rationale  = "It happened before"
    }

    control "Encryption" {
      description    = import.control.encryption.description
      implemented    = true
      risk_reduction = 50

      attribute "owner" {
        value = "blue"
      }
      attribute "verification" {
        value = "tests/encryption.rs"
      }
    }

    proposed_control {
      description = "Replace cards by tokens. Then drop them."
    }

    control "Elsewhere" {
      description = import.control.gone.description
    }
  }

  threat "outage" {
    description = "Nobody can buy"
    impacts     = ["Availability"]
  }

  data_flow_diagram_v2 "main" {
    external_element "Shopper" {
      trust_zone = "internet"
    }
    trust_zone "cloud_account" {
      process "API Gateway" {}
      process "shop_service" {}
      data_store "Orders DB" {
        information_asset = "card_data"
      }
    }
    flow "https" {
      from = "Shopper"
      to   = "API Gateway"
    }
    flow "place order" {
      from     = "API Gateway"
      to       = "shop_service"
      protocol = "grpc"
    }
    flow "save" {
      from     = "shop_service"
      to       = "Orders DB"
      protocol = "carrier pigeon"
    }
  }
}
"#;

const BASE: &str = r#"threatmodel "Base" {
  author = "someone else"
  link   = "https://example.com/base"
  usecase {
    description = "People look at things"
  }
}
"#;

const CONTROLS: &str = r#"component "control" "encryption" {
  description = "Disks are encrypted"
}
"#;

#[test]
fn a_model_becomes_what_a_person_would_have_written() {
    let others = [("base.hcl", BASE), ("controls.hcl", CONTROLS)];
    expect![[r#"
        //- web_shop.threat
        // link: https://example.com/base
        // created: 2020-07-06
        // internet facing: yes, new initiative: false, initiative size: Small
        // Network segment: dmz
        // use case: People look at things
        // use case: People buy things

        /// Sells things, for the payments team.
        component web_shop "Web shop" { owner: "payments team" }

        /// Cards, of the payments team
        asset card_data "Card data" { classification: restricted }

        asset odds {
          classification: confidential
          // TODO: review the classification: it was Top
        }

        boundary cloud_account "Cloud account"

        boundary internet { trust: untrusted }

        external shopper "Shopper" in internet { kind: person }

        /// Brings pictures
        external cdn {
          kind: system
          // uptime dependency: degraded; saas: yes
        }

        process api_gateway "API Gateway" in cloud_account { technology: std.api_gateway }
        process shop_service "Shop service" in cloud_account

        store orders_db "Orders DB" in cloud_account { stores: card_data }

        flow shopper_to_api_gateway "Shopper to API Gateway": shopper -> api_gateway { protocol: https }

        flow place_order "place order": api_gateway -> shop_service { protocol: grpc }

        flow save: shop_service -> orders_db {
          // protocol: carrier pigeon
        }

        /// Someone reads cards out of the orders db
        threat card_theft "Card theft" {
          category: information_disclosure
          targets: orders_db
          affects: card_data
          likelihood: low
          impact: critical
          mitigations:
            access_is_limited,
            encryption,
            elsewhere,
            replace_cards_by_tokens,
            second_factor,
            unknown,
          // stride: Theft
          // impacts: Confidentiality
          // rationale: It happened before
          // information asset: gone
          // TODO: review `targets`: none was specified, these are assumed
        }

        /// Nobody can buy
        threat outage {
          category: denial_of_service
          targets: api_gateway, shop_service
          // impacts: Availability
          // TODO: review `targets`: none was specified, these are assumed
        }

        /// Everyone logs in with a second factor
        mitigation second_factor "Second factor" { status: implemented }

        mitigation access_is_limited "Access is limited" { status: implemented }

        /// Disks are encrypted
        mitigation encryption "Encryption" {
          status: implemented
          evidence: "tests/encryption.rs"
          owner: "blue"
          // risk reduction: 50
        }

        mitigation elsewhere "Elsewhere" {
          status: proposed
          // TODO: add its description, which is elsewhere: import.control.gone.description
        }

        /// Replace cards by tokens. Then drop them.
        mitigation replace_cards_by_tokens "Replace cards by tokens" { status: proposed }

        mitigation unknown {
          status: proposed
          // TODO: describe it: its control is in a file that was not imported
        }
        //- without a place
        shop.hcl:15:17: threatmodel[0].imports: `https://example.com/more.hcl` is not imported: `https://example.com/more.hcl`: is not there
        shop.hcl:82:21: threatmodel[0].threat[0].control[1].description: `import.control.gone.description` is kept as it is: unknown reference
        base.hcl:3:12: threatmodel[0].link: kept in a comment
        shop.hcl:23:23: threatmodel[0].attributes[0].internet_facing: kept in a comment
        shop.hcl:22:23: threatmodel[0].attributes[0].new_initiative: kept in a comment
        shop.hcl:24:23: threatmodel[0].attributes[0].initiative_size: kept in a comment
        shop.hcl:28:13: threatmodel[0].additional_attribute[0].value: kept in a comment
        base.hcl:5:19: threatmodel[0].usecase[0].description: kept in a comment
        shop.hcl:41:19: threatmodel[0].usecase[1].description: kept in a comment
        shop.hcl:37:34: threatmodel[0].information_asset[1].information_classification: kept in a comment: `confidential` is assumed
        shop.hcl:114:18: threatmodel[0].data_flow_diagram_v2[0].flow[2].protocol: kept in a comment: the library has no such protocol
        shop.hcl:47:25: threatmodel[0].third_party_dependency[0].uptime_dependency: kept in a comment
        shop.hcl:52:30: threatmodel[0].threat[0].stride: `Theft` is kept in a comment: not a STRIDE category
        shop.hcl:53:30: threatmodel[0].threat[0].impacts: kept in a comment
        shop.hcl:61:20: threatmodel[0].threat[0].risk[0].rationale: kept in a comment
        shop.hcl:54:30: threatmodel[0].threat[0].information_asset_refs: `gone` is kept in a comment: there is no such asset
        shop.hcl:67:24: threatmodel[0].threat[0].control[0].risk_reduction: kept in a comment
        shop.hcl:56:30: threatmodel[0].threat[0].control_imports: unknown control `import.control.unknown`: no imported file defines it
    "#]].assert_eq(&report_of("shop.hcl", SHOP, &others));
}

#[test]
fn several_models_are_parts_and_one_without_elements_is_a_system() {
    let text = r#"
      threatmodel "Tower" {
        author = "@a"
        description = "A castle"
        information_asset "jewels" {}
        threat "theft" {
          description = "Jewels are stolen"
          stride = ["Spoofing"]
          control "Guards" {
            description = "Guards walk around"
            implemented = true
          }
        }
      }
      threatmodel "Fort" {
        author = "@b"
        threat "theft" {
          description = "Gold is stolen"
          control "Guards" { description = "Guards walk around" }
        }
      }
    "#;
    expect![[r#"
        //- fort_system.threat
        component fort_system "Fort"

        process system "Fort" {
          // Represents the whole system: the imported model has no elements.
        }

        /// Gold is stolen
        threat theft {
          category: tampering
          targets: system
          mitigations: guards
          // TODO: review the category: none was specified, `tampering` is assumed
        }

        /// Guards walk around
        mitigation guards "Guards" { status: proposed }
        //- model.threat
        // castles
        // Owner: @a, @b
        //- tower_system.threat
        component tower_system "Tower"

        asset jewels { classification: confidential }

        /// A castle
        process system "Tower" {
          // Represents the whole system: the imported model has no elements.
        }

        /// Jewels are stolen
        threat theft {
          category: spoofing
          targets: system
          mitigations: guards
        }

        /// Guards walk around
        mitigation guards "Guards" { status: implemented }
        //- without a place
    "#]]
    .assert_eq(&report_of("castles.hcl", text, &[]));
}

#[test]
fn a_library_of_controls_becomes_mitigations() {
    let text = r#"
      spec_version = "0.7.0"
      component "control" "account_use_policies" {
        description = "Lock accounts after failed logins"
        attribute "framework" {
          value = "NIST"
        }
      }
      component "control" "account_use_policies" {
        description = "The same again"
      }
    "#;
    expect![[r#"
        //- my_controls.threat
        component my_controls "My controls"

        /// Lock accounts after failed logins
        mitigation account_use_policies "Account use policies" {
          status: proposed
          // framework: NIST
        }

        /// The same again
        mitigation account_use_policies_mitigation "Account use policies" { status: proposed }
        //- without a place
        my-controls.hcl:6:19: component[0].attribute[0].value: kept in a comment
    "#]]
    .assert_eq(&report_of("my-controls.hcl", text, &[]));
}

#[test]
fn all_errors_are_reported_with_their_places() {
    let wrong = r#"threatmodel "Shop" {
  author    = ["a", {b = 1}]
  including = "gone.hcl"
  data_flow_diagram_v2 "d" {
    process "Shop" {}
    flow "f" {
      from = "Shopp"
    }
  }
  threat "t" {
    description = { a = 1 }
  }
}
"#;
    let reports = [
        problems("wrong.hcl", wrong, &[]),
        problems(
            "rules.hcl",
            "invariant \"x\" {\n  condition = length(item.threats) > 0\n}\n",
            &[],
        ),
        problems("empty.hcl", "spec_version = \"0.7.0\"\n", &[]),
        problems("cut.hcl", &SHOP[..400], &[]),
        problems(
            "circle.hcl",
            "threatmodel \"a\" {\n  including = \"circle.hcl\"\n}\n",
            &[(
                "circle.hcl",
                "threatmodel \"a\" {\n  including = \"circle.hcl\"\n}\n",
            )],
        ),
    ];
    expect![[r#"
        wrong.hcl:2:15: threatmodel[0].author: expected a string, but this is an array
        wrong.hcl:3:15: threatmodel[0].including: `gone.hcl`: is not there
        wrong.hcl:6:5: threatmodel[0].data_flow_diagram_v2[0].flow[0].to: `to` is missing
        wrong.hcl:7:14: threatmodel[0].data_flow_diagram_v2[0].flow[0].from: unknown value `Shopp`; did you mean `Shop`?
        wrong.hcl:11:19: threatmodel[0].threat[0].description: expected a string, but this is an object
        --
        rules.hcl:1:1: invariant: this file has rules (`invariant`) but no `threatmodel` to import; write such rules in the language
        --
        empty.hcl:1:1: threatmodel: this file has no `threatmodel` and no `component` with a control
        --
        cut.hcl:18:1: invalid HCL: expected heredoc end delimiter
        --
        circle.hcl:2:15: threatmodel[0].including: includes are nested more than 16 levels deep
    "#]].assert_eq(&reports.join("--\n"));
}

#[test]
fn names_that_stand_for_much_are_put_in_up_to_a_limit() {
    let uses = "  usecase {\n    description = \"${var.x}${var.x}\"\n  }\n".repeat(30);
    let text = format!(
        "variable \"x\" {{\n  value = \"{}\"\n}}\nthreatmodel \"t\" {{\n{uses}}}\n",
        "v".repeat(100_000)
    );
    let report = report_of("long.hcl", &text, &[]);
    assert!(report.len() < 16 << 20);
    assert!(report.contains("`var.x` is kept as it is: the text would be too long"));
}
