//! The help text of every command and subcommand.

use super::session::{Session, SessionError};

/// The headline above the subcommands in a help text.
const HEADLINE: &str = "Commands:";

/// The subcommand that prints help; its own help says nothing of the lab.
const HELP: &str = "help";

/// Hashes the help texts of the program and, from what each lists, of its commands and theirs.
pub fn walk(session: &mut Session) -> Result<(), SessionError> {
    let mut open = vec![String::new()];
    while let Some(command) = open.pop() {
        let name = format!("help {command}");
        let text = session.print(name.trim_end(), &format!("{command} --help"))?;
        open.extend(subcommands(&text).map(|sub| format!("{command} {sub}").trim_start().to_owned()));
    }
    Ok(())
}

/// The subcommands that a help text lists.
fn subcommands(text: &str) -> impl Iterator<Item = &str> {
    let list = text.lines().skip_while(|line| *line != HEADLINE).skip(1);
    // A description that goes on is indented further than a name.
    let names = list
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' ')))
        .filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != HELP)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subcommands_are_read_from_the_help() {
        let text = "About\n\nUsage: a\n\nCommands:\n  one  First\n         and more\n  help  Print\n  two  Second\n\nOptions:\n  -h  Help\n";
        assert_eq!(subcommands(text).collect::<Vec<_>>(), ["one", "two"]);
        assert_eq!(subcommands("Usage: a\n").count(), 0);
    }
}
