//! The process that started the server. It must not know why.

#[cfg(unix)]
use std::time::Duration;

/// How often it is checked whether the process still runs.
#[cfg(unix)]
const INTERVAL: Duration = Duration::from_secs(3);

/// Ends the program when the process that started it is gone without `exit`.
pub fn end_with(process: u32) {
    #[cfg(unix)]
    if let Some(process) = i32::try_from(process)
        .ok()
        .and_then(rustix::process::Pid::from_raw)
    {
        std::thread::spawn(move || {
            use rustix::{io::Errno, process::test_kill_process};
            while test_kill_process(process) != Err(Errno::SRCH) {
                std::thread::sleep(INTERVAL);
            }
            std::process::exit(1);
        });
    }
    #[cfg(not(unix))]
    let _ = process;
}
