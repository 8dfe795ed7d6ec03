//! `lint --show-settings FILE`: which rules run for a file, how loud, and why.

use std::path::Path;

use super::{LintArgs, LintFormat};
use crate::cli::Global;
use crate::cli::error::{CliError, Outcome};
use crate::cli::ui::Ui;
use crate::lint::select::Selection;
use crate::output::settings::{self, FileSettings};
use crate::repo;
use crate::store::Store;

pub(super) fn run(file: &Path, args: &LintArgs, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    let (location, path) = repo::discover_new(file, global.root.as_deref())?;
    let store = Store::load(repo::snapshot(&location)?);
    let request = args.rules_alone(&location);
    let selection = Selection::new(&store.config().lint, &request)?.with_policies(&store, &request);
    let config = store.config().path.as_ref().and_then(|path| store.file(path));
    let shown = FileSettings {
        file: &path,
        rules: selection.settings(&path),
        config: config.map(|file| (&file.path, file.text.as_str())),
    };
    if args.format == Some(LintFormat::Json) {
        ui.machine(|out| settings::write_json(out, &shown))?;
    } else {
        ui.people(|out, screen| settings::write_table(out, &shown, screen.colour))?;
    }
    if store.file(&path).is_none() {
        ui.warning(format_args!("`{path}` is not part of this store: no rule looks at it"));
    }
    Ok(Outcome::Done)
}
