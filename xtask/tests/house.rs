//! Holds the house rules as a test, so that a plain test run sees them too.

#[test]
fn every_house_rule_holds() {
    let broken: Vec<String> = xtask::house::inspect()
        .expect("cargo describes the workspace")
        .into_iter()
        .filter(|(_, places)| !places.is_empty())
        .map(|(sentence, places)| format!("not true: {sentence}\n    {}", places.join("\n    ")))
        .collect();
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}
