//! A plan that was agreed, and what differs from it.

use polysource::compare::{Gate, Lock};

use super::{Folder, TWO, expecting};
use crate::common::{NEWSVENDOR, close, follows, text};

fn found(folder: &Folder, more: &[&str]) -> (i32, Gate) {
    let out = folder.gate(&[&["--lock", "plan.lock", "--format", "json"], more].concat());
    (out.status.code().unwrap(), serde_json::from_slice(&out.stdout).unwrap())
}

#[test]
fn what_differs_from_a_lock() {
    let folder = Folder::new(TWO);
    let out = folder.gate(&["--lock", "plan.lock", "--write-lock"]);
    assert_eq!((out.status.code(), text(&out.stderr)), (Some(0), ""));
    follows("lock", folder.read("plan.lock").as_bytes());
    let lock = Lock::read(&folder.read("plan.lock")).unwrap();
    assert_eq!((lock.cost, lock.signed.len(), lock.not_signed.as_slice()), (180.0, 0, &["deal".to_owned()][..]));
    assert_eq!(lock.purchases["azure-h100"]["steady"], 30.0);
    let (code, gate) = found(&folder, &[]);
    assert!(code == 0 && gate.passed && gate.lock.is_some_and(|l| l.same_input && !l.differs()));

    // A scenario that is not applied changes the model and not the decision.
    folder.put("model.yaml", &TWO.replace("capacity: 10 }", "capacity: 11 }"));
    let (code, gate) = found(&folder, &[]);
    assert!(code == 0 && gate.lock.is_some_and(|l| !l.same_input && !l.differs()));

    // For 5 the contract pays: 60 + 108 + 5 = 173. The fee is spent with it: nvidia has 113 of 173.
    let cheaper = ["--set", "contracts.deal.fee=5"];
    let (code, gate) = found(&folder, &cheaper);
    assert_eq!((code, gate.passed), (2, false));
    let diff = gate.lock.unwrap();
    close(diff.cost.change.after.unwrap(), 173.0);
    assert!(diff.cost.differs && diff.purchases.is_empty());
    assert_eq!(diff.decisions.len(), 1);
    assert_eq!((diff.decisions[0].signed.before, diff.decisions[0].signed.after), (Some(false), Some(true)));
    let nvidia = diff.shares.iter().find(|s| s.group == "nvidia").unwrap();
    close(nvidia.share.after.unwrap(), 113.0 / 173.0);
    let comment = folder.gate(&[&["--lock", "plan.lock", "--format", "markdown"][..], &cheaper].concat()).stdout;
    let comment = text(&comment);
    assert!(
        comment.contains(
            "### What changed against plan.lock\n\nThe cost was 180 USD and is 173 USD (-7 USD, -3.889 %).\n"
        ),
        "{comment}"
    );
    assert!(comment.contains("| deal | not signed | signed |"), "{comment}");
    assert!(comment.contains("| vendor nvidia | 66.67 % | 65.32 % | -1.349 points |"), "{comment}");

    // What is tolerated stands in the lock, and stays there.
    let loose = folder
        .read("plan.lock")
        .replace("\"cost\": 0.0002", "\"cost\": 0.05")
        .replace("\"share\": 0.001", "\"share\": 0.1");
    folder.put("plan.lock", &loose);
    let (code, gate) = found(&folder, &["--set", "offers.aws-trn2.price=1.1"]);
    assert_eq!(code, 0, "{:?}", gate.lock);
    assert!(gate.lock.is_some_and(|l| !l.cost.differs && l.cost.change.after > Some(185.0)));
    let out = folder.gate(&["--lock", "plan.lock", "--write-lock", "--set", "contracts.deal.fee=5"]);
    assert_eq!(out.status.code(), Some(0));
    let lock = Lock::read(&folder.read("plan.lock")).unwrap();
    assert_eq!((lock.cost, lock.tolerance.cost, lock.signed.as_slice()), (173.0, 0.05, &["deal".to_owned()][..]));

    // Other chips: 20 of Trainium less are 20 H100 more.
    let (code, gate) = found(&folder, &["--set", "contracts.deal.fee=5", "--set", "offers.aws-trn2.capacity=40"]);
    assert_eq!(code, 2);
    let diff = gate.lock.unwrap();
    let chips: Vec<(&str, Option<f64>)> =
        diff.purchases.iter().map(|p| (p.offer.as_str(), p.periods[0].chips.change)).collect();
    assert_eq!(chips, [("aws-trn2", Some(-20.0)), ("azure-h100", Some(20.0))]);
}

#[test]
fn a_lock_is_of_a_plan_that_is_as_expected() {
    let folder = Folder::new(&expecting("  - { cost: { at_most: 100 USD } }\n"));
    let out = folder.gate(&["--lock", "plan.lock", "--write-lock"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).starts_with("plan.lock is not written"), "{}", text(&out.stderr));
    assert!(!folder.0.path().join("plan.lock").exists());
}

#[test]
fn what_is_no_lock_and_what_is_no_place_for_one() {
    let folder = Folder::new(TWO);
    let told = |arguments: &[&str]| {
        let out = folder.gate(arguments);
        (out.status.code().unwrap(), text(&out.stderr).to_owned())
    };
    let (code, why) = told(&["--lock", "plan.lock"]);
    assert!(code == 1 && why.contains("--write-lock"), "{code}: {why}");
    folder.put("plan.lock", "{\n  \"polysource\": 1\n");
    let (code, why) = told(&["--lock", "plan.lock"]);
    assert!(code == 3 && why.contains("plan.lock is not a lock: line 2"), "{code}: {why}");
    assert_eq!(told(&["--lock", "plan.lock", "--write-lock"]).0, 3, "what is no lock is not replaced");
    std::fs::remove_file(folder.0.path().join("plan.lock")).unwrap();
    let (code, why) = told(&["--lock", "model.yaml", "--write-lock"]);
    assert!(code == 2 && why.contains("model.yaml is not replaced"), "{code}: {why}");
    let (code, why) = told(&["--lock", "plan.lock", "--write-lock", "-o", "./plan.lock"]);
    assert!(code == 2 && why.contains("name the same file"), "{code}: {why}");
    assert_eq!(folder.read("model.yaml"), TWO);
}

/// Of several futures it is of what is expected: 20 reserved, and 0, 0, 10 and 20 rented.
#[test]
fn a_lock_over_futures() {
    let folder = Folder::new(NEWSVENDOR);
    assert_eq!(folder.gate(&["--lock", "plan.lock", "--write-lock"]).status.code(), Some(0));
    let lock = Lock::read(&folder.read("plan.lock")).unwrap();
    close(lock.cost, 19.5);
    let held = |offer: &str| lock.purchases[offer].values().sum::<f64>();
    close(held("res"), 20.0);
    close(held("od"), 7.5);
    assert_eq!(lock.shares["vendor"]["nvidia"], 1.0);
    assert_eq!(found(&folder, &[]).0, 0);
}
