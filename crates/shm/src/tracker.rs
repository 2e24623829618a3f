//! The tracker: removes the names of segments whose creator ended without doing so, be it by `kill -9`.
//!
//! It is a child process, one for the whole process, that reads from a pipe which names it is to look after. The kernel
//! closes the pipe with this process, however that ends; then the tracker removes what is left, says so, and ends too.
//! (Python's `multiprocessing.resource_tracker` works the same way.) It is a shell: there is one on every Linux that
//! people log in to, it costs no memory worth mentioning, and the few lines it runs need nothing else. It ignores the
//! signals that a terminal sends to all processes, and has a process group of its own.
//!
//! A name is removed only while it still names the same segment: the tracker compares inodes.

use std::collections::HashMap;
use std::io::{self, Write};
use std::process::Child;
use std::sync::{LazyLock, Mutex, PoisonError};

/// Reads `+inode:name` and `-inode:name`, and at the end removes what was added and not taken back. Names have no slash.
#[cfg(unix)]
const SCRIPT: &str = r#"
trap '' INT TERM HUP QUIT TSTP
set -f
left=/
while IFS= read -r line; do
  entry=${line#?}
  case $line in
    +*) left=$left$entry/ ;;
    *) case $left in */"$entry"/*) left=${left%%"/$entry/"*}/${left#*"/$entry/"} ;; esac ;;
  esac
done
IFS=/
for entry in $left; do
  [ -n "$entry" ] || continue
  name=${entry#*:}
  found=$(ls -di "/dev/shm/$name" 2>/dev/null) || continue
  found=${found%%"/dev/shm/"*}
  case " $found " in *" ${entry%%:*} "*) ;; *) continue ;; esac
  rm -f "/dev/shm/$name" && echo "polycore: a process ended without unlinking its shared memory '$name', which is removed now" >&2
done
"#;

#[derive(Default)]
struct Tracker {
    child: Option<Child>,
    /// Inodes of the names it looks after.
    names: HashMap<String, u64>,
}

static TRACKER: LazyLock<Mutex<Tracker>> = LazyLock::new(Mutex::default);

/// From now on the name is removed when this process ends, unless it names another segment then.
///
/// # Errors
/// When no tracker can be started; the segment is there all the same.
pub fn track(name: &str, inode: u64) -> io::Result<()> {
    with_tracker(|tracker| {
        tracker.names.insert(name.to_owned(), inode);
        tracker.tell(&format!("+{inode}:{name}\n"))
    })
}

/// The name was removed, or is to stay.
///
/// # Errors
/// When the tracker had ended and no other can be started.
pub fn untrack(name: &str) -> io::Result<()> {
    with_tracker(|tracker| match tracker.names.remove(name) {
        Some(inode) => tracker.tell(&format!("-{inode}:{name}\n")),
        None => Ok(()),
    })
}

fn with_tracker<T>(work: impl FnOnce(&mut Tracker) -> T) -> T {
    work(&mut TRACKER.lock().unwrap_or_else(PoisonError::into_inner))
}

impl Tracker {
    /// Sends a line; a tracker that somebody has killed is replaced by one that knows everything.
    fn tell(&mut self, line: &str) -> io::Result<()> {
        if let Some(child) = &mut self.child {
            let told = child.stdin.as_mut().map(|pipe| pipe.write_all(line.as_bytes()));
            if matches!(told, Some(Ok(()))) {
                return Ok(());
            }
            // It is dead or will be: it reads no more. Reaped, so that no zombie stays.
            child.kill()?;
            child.wait()?;
            self.child = None;
        }
        let mut child = start()?;
        if let Some(pipe) = child.stdin.as_mut() {
            for (name, inode) in &self.names {
                pipe.write_all(format!("+{inode}:{name}\n").as_bytes())?;
            }
        }
        self.child = Some(child);
        Ok(())
    }
}

#[cfg(unix)]
fn start() -> io::Result<Child> {
    use std::os::fd::AsFd;
    use std::os::unix::process::CommandExt;
    use std::process::{Command, Stdio};
    // By a copy: Node closes its own standard streams in child processes.
    let stderr = io::stderr().as_fd().try_clone_to_owned().map_or_else(|_| Stdio::null(), Stdio::from);
    let mut command = Command::new("/bin/sh");
    command.args(["-c", SCRIPT, "polycore-tracker"]).current_dir("/").process_group(0);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(stderr).spawn()
}

#[cfg(not(unix))]
fn start() -> io::Result<Child> {
    Err(io::ErrorKind::Unsupported.into())
}
