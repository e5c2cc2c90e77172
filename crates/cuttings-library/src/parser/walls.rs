//! What a parser process gives up before it reads anything: files and sockets
//! (Landlock), nearly all system calls (seccomp), memory, processor time and
//! descriptors (resource limits).
//!
//! Landlock alone would leave UDP and signals, seccomp alone would have to know
//! every way to open something; each stands where the other has a gap. A kernel
//! that has one of them only is used with what it has, and it is said so.

use std::io;

use serde::{Deserialize, Serialize};

use super::ParserLimits;

/// What holds a process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walls {
    /// Whether memory, processor time and descriptors are limited.
    pub limits: bool,
    /// Whether files and TCP are closed by Landlock: wholly, in part or not.
    pub landlock: Held,
    /// Whether system calls are filtered.
    pub seccomp: bool,
}

/// How much of a wall the kernel gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Held {
    /// All that was asked for.
    Wholly,
    /// An older kernel's part of it.
    Partly,
    /// Nothing.
    Not,
}

impl Walls {
    /// Whether all of them stand.
    pub fn all_stand(&self) -> bool {
        self.limits && self.landlock == Held::Wholly && self.seccomp
    }
}

/// Something a parser may not do, and whether it was refused.
#[derive(Debug, Serialize)]
pub struct Attempt {
    /// What was tried.
    pub what: &'static str,
    /// Whether it was refused.
    pub refused: bool,
    /// What the system said.
    pub answer: String,
}

/// Tries what a parser may not do, in a process that has its walls.
pub(super) fn attempts(limits: ParserLimits, parent: u32) -> Vec<Attempt> {
    fn attempt<T>(what: &'static str, result: io::Result<T>) -> Attempt {
        Attempt {
            what,
            refused: result.is_err(),
            answer: result.map_or_else(|error| error.to_string(), |_| "done".to_owned()),
        }
    }
    let over = usize::try_from(limits.memory_mib + 1).unwrap_or(usize::MAX) << 20;
    let mut memory: Vec<u8> = Vec::new();
    let reserved = memory.try_reserve_exact(over).map_err(io::Error::other);
    vec![
        attempt("read a file", std::fs::read("/etc/hostname")),
        attempt("list a folder", std::fs::read_dir("/")),
        attempt(
            "write a file",
            std::fs::write(std::env::temp_dir().join("cuttings-parser"), "x"),
        ),
        attempt("connect", std::net::TcpStream::connect("127.0.0.1:9")),
        attempt("listen", std::net::TcpListener::bind("127.0.0.1:0")),
        attempt(
            "open a UDP socket",
            std::net::UdpSocket::bind("127.0.0.1:0"),
        ),
        attempt(
            "start a program",
            std::process::Command::new("/proc/self/exe").spawn(),
        ),
        attempt(
            "start a thread",
            std::thread::Builder::new().spawn(|| ()).map(drop),
        ),
        attempt("take more memory than allowed", reserved),
        attempt("signal another process", signal(parent)),
    ]
}

#[cfg(target_os = "linux")]
use self::linux::signal;
#[cfg(target_os = "linux")]
pub(super) use self::linux::{processor_seconds, raise};

#[cfg(not(target_os = "linux"))]
pub(super) fn raise(_: ParserLimits) -> io::Result<Walls> {
    Ok(Walls {
        limits: false,
        landlock: Held::Not,
        seccomp: false,
    })
}

#[cfg(not(target_os = "linux"))]
pub(super) fn processor_seconds() -> u64 {
    0
}

#[cfg(not(target_os = "linux"))]
fn signal(_: u32) -> io::Result<()> {
    Ok(())
}

#[cfg(target_os = "linux")]
mod linux {
    use std::io;

    use landlock::{
        ABI, Access as _, AccessFs, AccessNet, Ruleset, RulesetAttr as _, RulesetStatus, Scope,
    };
    use rustix::process::{Pid, Resource, Rlimit, getrlimit, setrlimit, test_kill_process};
    use rustix::time::{ClockId, clock_gettime};
    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
        SeccompRule, apply_filter,
    };

    use super::super::pool::SPENT_AFTER_SECONDS;
    use super::{Held, ParserLimits, Walls};

    /// Raises all walls around this process; there is no way back.
    pub(in super::super) fn raise(limits: ParserLimits) -> io::Result<Walls> {
        limit(Resource::As, limits.memory_mib << 20)?;
        // Of the whole life; the other side counts each page by the clock.
        limit(Resource::Cpu, limits.seconds + SPENT_AFTER_SECONDS)?;
        limit(Resource::Nofile, 32)?;
        limit(Resource::Fsize, 256 << 20)?;
        limit(Resource::Core, 0)?;
        let landlock = close_files_and_sockets();
        // After Landlock, which needs calls that are refused from here on.
        let seccomp = filter_calls();
        Ok(Walls {
            limits: true,
            landlock,
            seccomp,
        })
    }

    /// Lowers a limit, as far as it is not lower already.
    fn limit(resource: Resource, most: u64) -> io::Result<()> {
        let hard = getrlimit(resource).maximum;
        let most = hard.map_or(most, |hard| hard.min(most));
        let both = Rlimit {
            current: Some(most),
            maximum: Some(most),
        };
        Ok(setrlimit(resource, both)?)
    }

    fn close_files_and_sockets() -> Held {
        let newest = ABI::V6;
        let closed = Ruleset::default()
            .handle_access(AccessFs::from_all(newest))
            .and_then(|rules| rules.handle_access(AccessNet::from_all(newest)))
            .and_then(|rules| rules.scope(Scope::from_all(newest)))
            .and_then(Ruleset::create)
            .and_then(landlock::RulesetCreated::restrict_self);
        match closed.map(|status| status.ruleset) {
            Ok(RulesetStatus::FullyEnforced) => Held::Wholly,
            Ok(RulesetStatus::PartiallyEnforced) => Held::Partly,
            Ok(RulesetStatus::NotEnforced) | Err(_) => Held::Not,
        }
    }

    /// What reading a pipe, computing and writing a pipe need; everything else
    /// is answered with "not permitted".
    fn filter_calls() -> bool {
        let always = [
            libc::SYS_read,
            libc::SYS_readv,
            libc::SYS_write,
            libc::SYS_writev,
            libc::SYS_close,
            libc::SYS_brk,
            libc::SYS_munmap,
            libc::SYS_mremap,
            libc::SYS_madvise,
            libc::SYS_futex,
            libc::SYS_exit,
            libc::SYS_exit_group,
            libc::SYS_rt_sigaction,
            libc::SYS_rt_sigprocmask,
            libc::SYS_rt_sigreturn,
            libc::SYS_sigaltstack,
            libc::SYS_clock_gettime,
            libc::SYS_getrandom,
            libc::SYS_getpid,
            libc::SYS_gettid,
            libc::SYS_sched_yield,
            libc::SYS_restart_syscall,
        ];
        let mut calls: Vec<(i64, Vec<SeccompRule>)> =
            always.into_iter().map(|call| (call, Vec::new())).collect();
        let rules = || -> Result<_, seccompiler::BackendError> {
            // Memory, but none that code can be run from.
            let not_executable = || {
                let executable = u64::try_from(libc::PROT_EXEC).unwrap_or(u64::MAX);
                let masked = SeccompCmpOp::MaskedEq(executable);
                let protection = SeccompCondition::new(2, SeccompCmpArgLen::Dword, masked, 0)?;
                Ok(vec![SeccompRule::new(vec![protection])?])
            };
            // Ending oneself with a signal, as `abort` does, and nobody else.
            let oneself = {
                let own = u64::from(std::process::id());
                let group =
                    SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, own)?;
                vec![SeccompRule::new(vec![group])?]
            };
            calls.push((libc::SYS_mmap, not_executable()?));
            calls.push((libc::SYS_mprotect, not_executable()?));
            calls.push((libc::SYS_tgkill, oneself));
            let filter = SeccompFilter::new(
                calls.into_iter().collect(),
                SeccompAction::Errno(libc::EPERM.unsigned_abs()),
                SeccompAction::Allow,
                std::env::consts::ARCH.try_into()?,
            )?;
            BpfProgram::try_from(filter)
        };
        rules().is_ok_and(|program| apply_filter(&program).is_ok())
    }

    /// Processor time this process has used, in whole seconds.
    pub(in super::super) fn processor_seconds() -> u64 {
        clock_gettime(ClockId::ProcessCPUTime)
            .tv_sec
            .try_into()
            .unwrap_or(0)
    }

    /// Asks whether a process could be sent a signal.
    pub(super) fn signal(process: u32) -> io::Result<()> {
        let process = i32::try_from(process).ok().and_then(Pid::from_raw);
        let process = process.ok_or_else(|| io::Error::other("there is no such process"))?;
        Ok(test_kill_process(process)?)
    }
}
