//! Running other programs: their output goes straight to the reader, none of them waits for a
//! keyboard, and a failure names the exact line that was run.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Why another program did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// The program is not there, or may not be run.
    #[error("`{line}` could not be started ({source}). Check that `{program}` is installed and on the PATH.")]
    Start {
        /// The program alone.
        program: String,
        /// The whole line.
        line: String,
        /// What the system said.
        source: io::Error,
    },
    /// The program ran and said no.
    #[error("`{line}` failed ({status}). Its last lines above say why: mend that, then try again.")]
    Failed {
        /// The whole line.
        line: String,
        /// How it ended.
        status: ExitStatus,
    },
    /// The program was stopped because it took too long.
    #[error("`{line}` was stopped after {seconds} s without a result. Check the network, then try again.")]
    TooSlow {
        /// The whole line.
        line: String,
        /// The limit it ran into.
        seconds: u64,
    },
}

/// Runs a command to its end, its output in front of the reader.
pub fn run(command: &mut Command) -> Result<(), ProcessError> {
    let status = command.stdin(Stdio::null()).status().map_err(|source| start_error(command, source))?;
    judge(command, status)
}

/// Runs a command to its end, its output in front of the reader, and returns what it printed.
pub fn run_and_read(command: &mut Command) -> Result<String, ProcessError> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|source| start_error(command, source))?;
    let (output, errors) = (child.stdout.take(), child.stderr.take());
    let mut printed = Vec::new();
    thread::scope(|scope| {
        let errors = scope.spawn(|| pass_on(errors, io::stderr()));
        printed = pass_on(output, io::stdout());
        // A thread that died has read nothing, and the command's status says whether that matters.
        printed.extend(errors.join().unwrap_or_default());
    });
    let status = child.wait().map_err(|source| start_error(command, source))?;
    judge(command, status)?;
    Ok(String::from_utf8_lossy(&printed).into_owned())
}

/// Writes a stream through, line by line, and returns it.
fn pass_on(stream: Option<impl Read>, mut to: impl Write) -> Vec<u8> {
    let mut whole = Vec::new();
    let Some(stream) = stream else { return whole };
    let mut lines = BufReader::new(stream);
    loop {
        let before = whole.len();
        match lines.read_until(b'\n', &mut whole) {
            Ok(1..) => {
                // A reader who has gone away keeps no test from running.
                let _ = to.write_all(&whole[before..]).and_then(|()| to.flush());
            }
            _ => return whole,
        }
    }
}

/// Runs a command that may hang, for want of a network say, and stops it at the limit.
pub fn run_within(command: &mut Command, limit: Duration) -> Result<(), ProcessError> {
    let mut child = command.stdin(Stdio::null()).spawn().map_err(|source| start_error(command, source))?;
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().map_err(|source| start_error(command, source))? {
            return judge(command, status);
        }
        if started.elapsed() > limit {
            // The child may have ended in this very moment: then there is nothing to stop.
            let _ = child.kill();
            let _ = child.wait();
            return Err(ProcessError::TooSlow { line: line(command), seconds: limit.as_secs() });
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Runs a command and returns what it printed, without the white space at the ends.
pub fn read(command: &mut Command) -> Result<String, ProcessError> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|source| start_error(command, source))?;
    judge(command, output.status)?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The same for a question to the machine, where no answer is an answer too: nothing is shown.
pub fn ask(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Where a program is on the PATH, if it is.
pub fn find(program: &str) -> Option<PathBuf> {
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(&file)).find(|candidate| candidate.is_file())
}

/// The cargo that started this program, so that every nested build uses the same toolchain.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

fn judge(command: &Command, status: ExitStatus) -> Result<(), ProcessError> {
    if status.success() { Ok(()) } else { Err(ProcessError::Failed { line: line(command), status }) }
}

fn start_error(command: &Command, source: io::Error) -> ProcessError {
    let program = command.get_program().to_string_lossy().into_owned();
    ProcessError::Start { program, line: line(command), source }
}

/// The command as a person would type it.
fn line(command: &Command) -> String {
    let words: Vec<_> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = run(Command::new("no-such-program").arg("--flag")).unwrap_err();
        assert!(error.to_string().starts_with("`no-such-program --flag` could not be started"), "{error}");
    }

    #[test]
    #[cfg(unix)]
    fn a_failure_shows_the_line() {
        let error = run(Command::new("sh").args(["-c", "exit 3"])).unwrap_err();
        assert!(error.to_string().contains("`sh -c exit 3` failed"), "{error}");
    }

    #[test]
    #[cfg(unix)]
    fn what_was_printed_is_returned_and_a_failure_is_no_answer() {
        assert_eq!(read(Command::new("echo").arg(" v20 ")).unwrap(), "v20");
        assert_eq!(ask(Command::new("echo").arg("v20")).as_deref(), Some("v20"));
        assert_eq!(ask(Command::new("sh").args(["-c", "echo v20; exit 1"])), None);
        assert_eq!(ask(&mut Command::new("no-such-program")), None);
    }

    #[test]
    #[cfg(unix)]
    fn both_streams_of_a_test_runner_are_read() {
        let both =
            run_and_read(Command::new("sh").args(["-c", "echo one; echo two >&2; printf three"])).unwrap();
        assert_eq!(both, "one\nthreetwo\n");
        let error = run_and_read(Command::new("sh").args(["-c", "exit 3"])).unwrap_err();
        assert!(matches!(error, ProcessError::Failed { .. }), "{error}");
    }

    #[test]
    #[cfg(unix)]
    fn a_program_that_hangs_is_stopped() {
        let error = run_within(Command::new("sleep").arg("60"), Duration::from_millis(1)).unwrap_err();
        assert!(matches!(error, ProcessError::TooSlow { .. }), "{error}");
    }
}
