//! How much is read at once. What is more is an error that names the limit, and never a part that
//! is left out. It must not know what is in the files.

use anyhow::{Result, bail};
use threatline_syntax::MAX_TEXT;

/// The most model files that are read at once.
pub const MAX_FILES: usize = 20_000;

/// The most models that are read at once.
pub const MAX_MODELS: usize = 2_000;

/// The most bytes that all files have together which are read at once.
pub const MAX_BYTES: usize = MAX_TEXT;

/// The most files that a commit lists, whatever they are.
pub const MAX_LISTED: usize = 1_000_000;

/// Fails where there are too many models or files.
///
/// # Errors
/// When there are.
pub fn check_counts(models: usize, files: usize) -> Result<()> {
    if files > MAX_FILES {
        bail!("there are more than {MAX_FILES} model files here; pass a subfolder");
    }
    if models > MAX_MODELS {
        bail!("there are more than {MAX_MODELS} models here; pass a subfolder");
    }
    Ok(())
}

/// Fails where the files that are read have too many bytes together.
///
/// # Errors
/// When they have.
pub fn check_bytes(bytes: usize) -> Result<()> {
    if bytes > MAX_BYTES {
        let limit = MAX_BYTES >> 20;
        bail!("the model files here exceed {limit} MB in total; pass a subfolder");
    }
    Ok(())
}
