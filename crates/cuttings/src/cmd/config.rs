//! `cuttings config`: the settings in force and where each came from.

use crate::config::Config;
use crate::{Failure, print};

/// Prints a setting a line.
pub fn run(config: &Config, json: bool) -> Result<(), Failure> {
    for setting in &config.settings {
        if json {
            print::line(serde_json::json!({
                "key": setting.key,
                "value": setting.value,
                "source": setting.source.to_string(),
            }))?;
        } else {
            print::line(format_args!(
                "{:<22} {:<34} {}",
                setting.key, setting.value, setting.source
            ))?;
        }
    }
    Ok(())
}
