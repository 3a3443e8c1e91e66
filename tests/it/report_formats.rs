//! The four formats of a plan, on a plan made by hand.

use polysource::plan::{
    Assignment, CertificateInfo, ContractResult, Cost, CostKind, CostLine, Exposure, GroupShare, LimitResult,
    ModelInfo, PeriodCost, Plan, Purchase, Status, Unmet,
};
use polysource::report::{Format, Style, output_schema, write};

fn told(plan: &Plan, format: Format) -> String {
    let mut out = Vec::new();
    write(plan, format, Style::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn purchase(offer: &str, period: &str, chips: f64, spend: f64, contract: Option<&str>) -> Purchase {
    let (offer, period) = (offer.to_owned(), period.to_owned());
    let contract = contract.map(str::to_owned);
    let (standby, filling, idle, idle_spend) = (0.0, 0.0, 0.0, 0.0);
    Purchase { offer, period, chips, spend, contract, used: chips, standby, filling, idle, idle_spend, node: None }
}

fn group(name: &str, amount: f64, share: f64, investor: Option<f64>) -> GroupShare {
    GroupShare { group: name.to_owned(), amount, share, investor }
}

fn line(kind: CostKind, id: &str, cost: f64) -> CostLine {
    CostLine { kind, id: id.to_owned(), cost }
}

/// Two quarters on two clouds, with everything that a report can show.
fn plan() -> Plan {
    let limit = |name: &str, kind: &str, binding: bool, price: Option<f64>, sentence: &str| LimitResult {
        about: None,
        bound: polysource::plan::Bound::AtMost,
        key: None,
        name: name.to_owned(),
        kind: kind.to_owned(),
        line: 52,
        binding,
        activity: 0.6,
        limit: 0.6,
        shadow_price: price,
        tightening_price: None,
        tightest: false,
        statement: String::new(),
        unit: "share".to_owned(),
        requirement: None,
        premium: None,
        holds_from: None,
        holds_to: None,
        sentence: sentence.to_owned(),
    };
    Plan {
        polysource: "0.1.0".to_owned(),
        format: 1,
        model: ModelInfo {
            name: "Two clouds".to_owned(),
            sha256: "00".repeat(32),
            scenarios: vec!["tight-supply".to_owned()],
            periods: vec!["2026-Q1".to_owned(), "2026-Q2".to_owned()],
            hours: vec![],
        },
        status: Status::Optimal,
        currency: "USD".to_owned(),
        cost: Some(Cost {
            total: 100e6,
            nominal: 104e6,
            unrestricted: Some(98e6),
            premium: Some(2e6),
            by_period: vec![
                PeriodCost { period: "2026-Q1".to_owned(), cost: 34e6, kinds: Vec::new() },
                PeriodCost { period: "2026-Q2".to_owned(), cost: 70e6, kinds: Vec::new() },
            ],
            lines: vec![
                line(CostKind::Spend, "aws-trn2", 200e6 / 3.0),
                line(CostKind::Spend, "coreweave-h100", 100e6 / 3.0),
                line(CostKind::Fee, "aws-2026", 1e6),
                line(CostKind::Funding, "aws-2026", -1e6),
            ],
        }),
        purchases: vec![
            purchase("aws-trn2", "2026-Q1", 10_000.0, 20e6, Some("aws-2026")),
            purchase("aws-trn2", "2026-Q2", 30_000.0, 49e6, Some("aws-2026")),
            purchase("coreweave-h100", "2026-Q2", 4_000.0, 35e6, None),
        ],
        reservations: Vec::new(),
        assets: Vec::new(),
        assignments: vec![
            Assignment {
                workload: "chat".to_owned(),
                offer: "aws-trn2".to_owned(),
                period: "2026-Q1".to_owned(),
                chips: 10_000.0,
                work: 7.5e12,
                node: None,
            },
            Assignment {
                workload: "chat".to_owned(),
                offer: "coreweave-h100".to_owned(),
                period: "2026-Q2".to_owned(),
                chips: 4_000.0,
                work: 2.5e12,
                node: None,
            },
        ],
        contracts: vec![ContractResult {
            contract: "aws-2026".to_owned(),
            signed: true,
            optional: false,
            cost_signed: None,
            cost_unsigned: None,
            worth: None,
            other: None,
            spend: 69e6,
            commit: 69e6,
            commit_in_chips: false,
            idle: 0.000_3,
            funding: 1e6,
            over_from: None,
            clauses: Vec::new(),
            lowered: Vec::new(),
            repriced: vec![],
            node: None,
        }],
        moves: vec![],
        unmet: vec![Unmet { workload: "chat".to_owned(), period: "2026-Q2".to_owned(), work: 1e9, node: None }],
        exposure: vec![
            Exposure {
                by: "vendor".to_owned(),
                of: "spend".to_owned(),
                period: "horizon".to_owned(),
                groups: vec![group("amazon", 69e6, 0.6, Some(0.27)), group("nvidia", 34.5e6, 0.3, None)],
                hhi: 0.45,
                effective: 1.0 / 0.45,
            },
            Exposure {
                by: "cloud".to_owned(),
                of: "spend".to_owned(),
                period: "horizon".to_owned(),
                groups: vec![group("aws", 70e6, 0.7, Some(0.0)), group("coreweave", 30e6, 0.3, None)],
                hhi: 0.58,
                effective: 1.0 / 0.58,
            },
        ],
        resilience: None,
        risk: None,
        organisations: vec![],
        balances: vec![],
        burn_down: vec![],
        equity: vec![],
        limits: vec![
            limit(
                "a",
                "share",
                true,
                Some(-1e6),
                "The share of `nvidia` in spend is at its minimum of 30 % (line 50).",
            ),
            limit(
                "b",
                "share",
                true,
                Some(-9e6),
                "The share of `amazon` in spend is at its maximum of 60 % (line 52).",
            ),
            limit("c", "share", false, Some(0.0), "The share of `coreweave` is below its most."),
        ],
        break_even: None,
        uncertainty: None,
        idle_to_meet_limit: vec![],
        certificate: CertificateInfo {
            engine: "microlp".to_owned(),
            primal: Some(1e-12),
            bound: Some(99.999_99e6),
            gap: Some(3e-8),
            relaxation: None,
            bound_by: None,
            conditional_prices: false,
            arithmetic: String::new(),
            verified: true,
            size: [12, 9, 40],
        },
        notes: vec!["the commitment counts in part".to_owned()],
    }
}

#[test]
fn text_is_a_screen_for_a_planner() {
    insta::assert_snapshot!(told(&plan(), Format::Tables), @r#"
    Two clouds (tight-supply): optimal (certified, gap below 1e-7)
    The lowest-cost plan that satisfies the policy costs 100M USD (present value; 104M USD undiscounted) over 2026-Q1 to 2026-Q2.
    The dependency limits add 2M USD (2.041 %) to the cost without them.
    Largest shares of spend: vendor `amazon` 60 % (an investor holding 27 %), cloud `aws` 70 % (an investor).

    Cost 100M USD (present value)
      line                        cost    part
      spend aws-trn2         66.7M USD  66.7 %
      spend coreweave-h100   33.3M USD  33.3 %
      fee aws-2026            1.0M USD     1 %
      funding aws-2026       -1.0M USD    -1 %
      total                 100.0M USD   100 %
      Without the dependency limits it would cost 98M USD: the diversification premium is 2M USD (2.041 %). Undiscounted: 104M USD.

    Capacity purchased
      offer           chips, average  most  when                spend  contract
      aws-trn2                   20k   30k  2026-Q1..2026-Q2  69M USD  aws-2026
      coreweave-h100            4000  4000  2026-Q2           35M USD

    Workload placement (share of the work)
      workload  offers
      chat      aws-trn2 75 %, coreweave-h100 25 %

    Contracts (within the horizon, undiscounted, USD)
      contract          committed  spent  idle  funding
      aws-2026  signed        69M    69M     0       1M

    Unmet demand, at its price
      workload  work  periods
      chat        1B        1

    Spend by vendor
      vendor          share     amount
      amazon           60 %    69M USD  ############  investor, holds 27 %
      nvidia           30 %  34.5M USD  ######
      not attributed   10 %  11.5M USD
      HHI 0.450, of the shares above: what is not attributed counts as spread out.

    Spend by cloud
      cloud      share   amount
      aws         70 %  70M USD  ##############  investor
      coreweave   30 %  30M USD  ######
      HHI 0.580: as concentrated as 1.72 equal suppliers.

    Binding limits
      The share of `amazon` in spend is at its maximum of 60 % (line 52).
      The share of `nvidia` in spend is at its minimum of 30 % (line 50).

    Notes
      the commitment counts in part

    Certificate
      engine microlp, constraints satisfied to within 1e-9, gap at most 1e-7, 12 columns, 9 rows, 40 non-zeros
    "#);
}

#[test]
fn markdown_is_the_same_as_a_document() {
    insta::assert_snapshot!(told(&plan(), Format::Markdown), @r#"
    # Two clouds

    Scenarios: tight-supply

    **optimal (certified, gap below 1e-7)**

    - The lowest-cost plan that satisfies the policy costs 100M USD (present value; 104M USD undiscounted) over 2026-Q1 to 2026-Q2.
    - The dependency limits add 2M USD (2.041 %) to the cost without them.
    - Largest shares of spend: vendor `amazon` 60 % (an investor holding 27 %), cloud `aws` 70 % (an investor).

    ## Cost 100M USD (present value)

    | line | cost | part |
    | --- | ---: | ---: |
    | spend aws-trn2 | 66.7M USD | 66.7 % |
    | spend coreweave-h100 | 33.3M USD | 33.3 % |
    | fee aws-2026 | 1.0M USD | 1 % |
    | funding aws-2026 | -1.0M USD | -1 % |
    | total | 100.0M USD | 100 % |

    Without the dependency limits it would cost 98M USD: the diversification premium is 2M USD (2.041 %). Undiscounted: 104M USD.

    ## Capacity purchased

    | offer | chips, average | most | when | spend | contract |
    | --- | ---: | ---: | --- | ---: | --- |
    | aws-trn2 | 20k | 30k | 2026-Q1..2026-Q2 | 69M USD | aws-2026 |
    | coreweave-h100 | 4000 | 4000 | 2026-Q2 | 35M USD |  |

    ## Workload placement (share of the work)

    | workload | offers |
    | --- | --- |
    | chat | aws-trn2 75 %, coreweave-h100 25 % |

    ## Contracts (within the horizon, undiscounted, USD)

    | contract |  | committed | spent | idle | funding |
    | --- | --- | ---: | ---: | ---: | ---: |
    | aws-2026 | signed | 69M | 69M | 0 | 1M |

    ## Unmet demand, at its price

    | workload | work | periods |
    | --- | ---: | ---: |
    | chat | 1B | 1 |

    ## Spend by vendor

    | vendor | share | amount |  |  |
    | --- | ---: | ---: | --- | --- |
    | amazon | 60 % | 69M USD | ############ | investor, holds 27 % |
    | nvidia | 30 % | 34.5M USD | ###### |  |
    | not attributed | 10 % | 11.5M USD |  |  |

    HHI 0.450, of the shares above: what is not attributed counts as spread out.

    ## Spend by cloud

    | cloud | share | amount |  |  |
    | --- | ---: | ---: | --- | --- |
    | aws | 70 % | 70M USD | ############## | investor |
    | coreweave | 30 % | 30M USD | ###### |  |

    HHI 0.580: as concentrated as 1.72 equal suppliers.

    ## Binding limits

    - The share of `amazon` in spend is at its maximum of 60 % (line 52).
    - The share of `nvidia` in spend is at its minimum of 30 % (line 50).

    ## Notes

    - the commitment counts in part

    ## Certificate

    engine microlp, constraints satisfied to within 1e-9, gap at most 1e-7, 12 columns, 9 rows, 40 non-zeros
    "#);
}

#[test]
fn csv_has_the_assignments_with_all_their_digits() {
    insta::assert_snapshot!(told(&plan(), Format::Csv), @r#"
    workload,offer,period,chips,work
    chat,aws-trn2,2026-Q1,10000,7500000000000
    chat,coreweave-h100,2026-Q2,4000,2500000000000
    "#);
}

#[test]
fn json_is_the_plan_and_follows_its_schema() {
    let text = told(&plan(), Format::Json);
    assert!(text.ends_with("}\n"), "ends with one line end");
    assert_eq!(serde_json::from_str::<Plan>(&text).unwrap(), plan());
    let validator = jsonschema::validator_for(&output_schema()).unwrap();
    let value = serde_json::from_str(&text).unwrap();
    let problems: Vec<String> = validator.iter_errors(&value).map(|e| e.to_string()).collect();
    assert!(problems.is_empty(), "{problems:?}");
}

#[test]
fn the_gap_is_told_as_a_bound_that_holds() {
    let told_gap = |gap: f64| {
        let mut plan = plan();
        plan.certificate.gap = Some(gap);
        let text = told(&plan, Format::Tables);
        let headline = text.lines().next().unwrap();
        headline.split("gap below ").nth(1).unwrap().trim_end_matches(')').to_owned()
    };
    assert_eq!(told_gap(3e-8), "1e-7");
    assert_eq!(told_gap(9e-7), "1e-6");
    // A gap below zero is rounding, and no promise below a billionth is worth making.
    assert_eq!(told_gap(-1e-15), "1e-9");
}

#[test]
fn without_a_plan_it_says_so_and_what_to_do() {
    for (status, says, does) in [
        (Status::Infeasible, "infeasible, proved", Some("Raise a capacity or a limit")),
        (Status::InfeasibleUnverified, "NOT PROVED", Some("Raise a capacity or a limit")),
        (Status::Unbounded, "unbounded: cost can fall without end; a price or a limit is missing", None),
    ] {
        let mut plan = plan();
        plan.status = status;
        plan.cost = None;
        plan.purchases.clear();
        plan.assignments.clear();
        plan.contracts.clear();
        plan.unmet.clear();
        plan.exposure.clear();
        plan.limits.clear();
        plan.certificate.primal = None;
        plan.certificate.gap = None;
        for format in [Format::Tables, Format::Markdown] {
            let text = told(&plan, format);
            assert!(text.contains(says), "{text}");
            assert!(does.is_none_or(|does| text.contains(does)), "{text}");
            assert!(!text.contains("optimal"), "{text}");
        }
        assert_eq!(told(&plan, Format::Csv), "workload,offer,period,chips,work\n");
    }
}

#[test]
fn a_plan_that_is_not_certified_is_never_called_optimal() {
    for (status, says) in [(Status::Unverified, "NOT CERTIFIED"), (Status::LimitReached, "may not be the cheapest")] {
        let mut plan = plan();
        plan.status = status;
        let text = told(&plan, Format::Tables);
        assert!(text.contains(says) && !text.contains("optimal"), "{text}");
    }
}

#[test]
fn a_large_error_is_not_told_smaller_than_it_is() {
    let mut plan = plan();
    plan.status = Status::Unverified;
    (plan.certificate.primal, plan.certificate.gap) = (Some(0.98), Some(260.0));
    let text = told(&plan, Format::Tables);
    assert!(text.contains("satisfied to within 98 %, gap at most 26000 %"), "{text}");
}

#[test]
fn colour_only_where_it_is_asked_for() {
    let plan = plan();
    let mut out = Vec::new();
    write(&plan, Format::Tables, Style { colour: true }, &mut out).unwrap();
    let coloured = String::from_utf8(out).unwrap();
    assert!(coloured.contains("\u{1b}[32moptimal"));
    let plain = told(&plan, Format::Tables);
    assert!(!plain.contains('\u{1b}'));
    let mut stripped = coloured;
    for code in ["\u{1b}[32m", "\u{1b}[1m", "\u{1b}[0m"] {
        stripped = stripped.replace(code, "");
    }
    assert_eq!(stripped, plain, "colour changes nothing else");
}

#[test]
fn names_that_are_formulas_escapes_or_markup_stay_text() {
    let mut plan = plan();
    plan.model.name = "\u{1b}[31mred|<b>".to_owned();
    plan.assignments[0].workload = "=cmd()".to_owned();
    plan.assignments[1].workload = "+1".to_owned();
    let csv = told(&plan, Format::Csv);
    assert!(csv.contains("\n'=cmd(),") && csv.contains("\n'+1,"), "{csv}");
    assert!(!told(&plan, Format::Tables).contains('\u{1b}'));
    let markdown = told(&plan, Format::Markdown);
    assert!(markdown.starts_with("# ?\\[31mred\\|&lt;b>\n"), "{markdown}");
}

#[test]
fn long_tables_end_in_what_is_left_out() {
    let mut plan = plan();
    let names: Vec<String> = (0..40).map(|i| format!("cloud-{i:02}")).collect();
    plan.exposure = vec![Exposure {
        by: "cloud".to_owned(),
        of: "spend".to_owned(),
        period: "horizon".to_owned(),
        groups: names.iter().map(|n| group(n, 2.5e6, 0.025, None)).collect(),
        hhi: 0.025,
        effective: 40.0,
    }];
    plan.purchases = names.iter().map(|n| purchase(n, "2026-Q1", 10.0, 2.5e6, None)).collect();
    let first = plan.limits[0].clone();
    plan.limits = (0..25).map(|i| LimitResult { name: format!("l{i}"), ..first.clone() }).collect();
    let text = told(&plan, Format::Tables);
    assert!(text.contains("29 more"), "{text}");
    assert!(text.contains("29 more offers"), "{text}");
    assert!(text.contains("72.5 %  72.5M USD"), "what is left out is told with its part: {text}");
    assert!(text.contains("and 15 more (see --format json)"), "{text}");
    assert_eq!(text.lines().filter(|l| l.contains("at its minimum")).count(), 10);
}

#[test]
fn tables_hold_all_that_the_plan_has() {
    let plan = plan();
    let tables = plan.tables();
    let rows = |name: &str| tables.iter().find(|t| t.name == name).unwrap().rows();
    let counts = [
        "purchases",
        "assignments",
        "unmet",
        "cost-lines",
        "contracts",
        "repriced",
        "balances",
        "burn-down",
        "equity",
        "exposure",
        "resilience",
        "limits",
        "cost-periods",
        "organisations",
        "clauses",
        "moves",
        "break-even",
    ];
    let groups = plan.exposure.iter().map(|e| e.groups.len()).sum();
    let lines = plan.cost.as_ref().unwrap().lines.len();
    let held = [
        plan.purchases.len(),
        plan.assignments.len(),
        plan.unmet.len(),
        lines,
        plan.contracts.len(),
        plan.contracts.iter().map(|c| c.repriced.len()).sum(),
        plan.balances.len(),
        plan.burn_down.len(),
        plan.equity.len(),
        groups,
        plan.resilience.as_ref().map_or(0, Vec::len),
        plan.limits.len(),
        plan.cost.as_ref().unwrap().by_period.iter().map(|p| p.kinds.len()).sum(),
        plan.organisations.len(),
        plan.contracts.iter().map(|c| c.clauses.len()).sum(),
        plan.moves.len(),
        plan.break_even.as_ref().map_or(0, Vec::len),
    ];
    assert_eq!(counts.map(rows), held);
    assert_eq!(tables.len(), counts.len());
    assert!(lines > 0 && groups > 0);
    // Every column is as long as its table, and is called as in JSON.
    let json = serde_json::to_value(&plan).unwrap();
    for table in &tables {
        let key = match table.name {
            "cost-lines" | "cost-periods" => "cost".to_owned(),
            "clauses" => "contracts".to_owned(),
            name => name.replace('-', "_"),
        };
        for column in &table.columns {
            let length = match &column.cells {
                polysource::plan::Cells::Text(all) => all.len(),
                polysource::plan::Cells::Number(all) => all.len(),
                polysource::plan::Cells::Flag(all) => all.len(),
                _ => unreachable!(),
            };
            assert_eq!(length, table.rows(), "{} {}", table.name, column.name);
            let text = json[key.as_str()].to_string();
            let there = text.contains(&format!("\"{}\":", column.name));
            assert!(there || table.rows() == 0, "{} has no {}", table.name, column.name);
        }
    }
    let purchases = tables.iter().find(|t| t.name == "purchases").unwrap();
    for (i, p) in plan.purchases.iter().enumerate() {
        assert_eq!(purchases.text(i, "chips"), p.chips.to_string());
        assert_eq!(purchases.text(i, "contract"), p.contract.clone().unwrap_or_default());
    }
}

/// The decision first, and what there is no room for is counted.
#[test]
fn a_plan_fits_one_screen() {
    let models = ["quickstart", "inference-fleet", "startup-credits", "own-or-rent", "meta-google", "trainium-late"];
    for model in models.into_iter().chain(["uncertain-demand"]) {
        let run = crate::common::program().args(["solve", &format!("models/{model}.yaml")]).output().unwrap();
        let text = String::from_utf8(run.stdout).unwrap();
        let lines: usize = text.lines().map(|l| l.chars().count().div_ceil(100).max(1)).sum();
        assert!(lines <= 41, "{model}: {lines} lines\n{text}");
        let at = |word: &str| text.find(word).unwrap_or_else(|| panic!("{model} has no {word}\n{text}"));
        let cost = text.find("\nCost ").or_else(|| text.find("\nExpected cost ")).unwrap();
        assert!(cost < at("\nCertificate\n"));
        assert!(at("\nCertificate\n") < at("\nMore: `--format tables` shows"), "{text}");
    }
}

/// Money by line adds up to the total, and money by period to the undiscounted one, in the files too.
#[test]
fn every_table_is_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let tables = folder.path().join("tables");
    let run = crate::common::program()
        .args(["solve", "models/startup-credits.yaml", "--format", "json", "--tables", tables.to_str().unwrap()])
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let plan: Plan = serde_json::from_slice(&run.stdout).unwrap();
    let cost = plan.cost.as_ref().unwrap();
    let sum = |name: &str| -> f64 {
        let mut table = csv::Reader::from_path(tables.join(format!("{name}.csv"))).unwrap();
        let at = table.headers().unwrap().iter().position(|h| h == "cost").unwrap();
        table.records().map(|r| r.unwrap()[at].parse::<f64>().unwrap()).sum()
    };
    assert!((sum("cost-lines") - cost.total).abs() < 1e-6 * cost.total.abs());
    assert!((sum("cost-periods") - cost.nominal).abs() < 1e-6 * cost.nominal.abs());
    assert_eq!(std::fs::read_dir(&tables).unwrap().count(), plan.tables().len());
}
