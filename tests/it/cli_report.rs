//! `report` as a command. How its page looks and behaves is tested in `browser.rs`.

use crate::common::{example, program};

#[test]
fn a_model_from_standard_input_is_read_once() {
    let model = example("quickstart");
    let from_file = program().args(["report", "models/quickstart.yaml"]).output().unwrap();
    let from_input = program().args(["report", "-"]).write_stdin(model).output().unwrap();
    assert!(from_input.status.success(), "{}", String::from_utf8_lossy(&from_input.stderr));
    let page = String::from_utf8(from_input.stdout).unwrap();
    // Its curves are read from the same input.
    assert_eq!(page.matches("data-curve=").count(), 2);
    assert_eq!(page, String::from_utf8(from_file.stdout).unwrap());
}

#[test]
fn what_is_asked_for_and_cannot_be_drawn_is_an_error() {
    for (option, value, code) in [("--frontier", "hhi:planet", 2), ("--curve", "offers.none.price=*0.5..1.5", 3)] {
        let run = program().args(["report", "models/quickstart.yaml", option, value]).output().unwrap();
        assert_eq!((run.status.code(), run.stdout.len()), (Some(code), 0), "{}", String::from_utf8_lossy(&run.stderr));
    }
}
