"""What Python's library has on one kind of system only, or does otherwise on each.

Source: the notes "Availability" in the library's reference.
"""

from __future__ import annotations

SIGBREAK = 21
"""The number of Windows' signal for Ctrl-Break. On Linux it is SIGTTIN, which no test needs."""

_MODULES = """
    crypt curses fcntl grp nis posix pty pwd readline resource spwd syslog termios tty
"""
_OS = """
    chown chroot confstr copy_file_range ctermid eventfd fchdir fchmod fchown fdatasync fork
    forkpty fpathconf fstatvfs fwalk getegid getenvb geteuid getgid getgrouplist getgroups
    getloadavg getpgid getpgrp getpriority getresgid getresuid getsid getuid getxattr initgroups
    killpg lchflags lchown listxattr lockf major makedev memfd_create minor mkfifo mknod nice
    openpty pathconf pidfd_open pipe2 posix_fadvise posix_fallocate posix_spawn posix_spawnp
    pread preadv pwrite pwritev register_at_fork removexattr sched_get_priority_max
    sched_getaffinity sched_getparam sched_getscheduler sched_rr_get_interval sched_setaffinity
    sched_setparam sched_setscheduler sched_yield sendfile set_blocking get_blocking setegid
    seteuid setgid setgroups setns setpgid setpriority setregid setresgid setresuid setreuid
    setsid setuid setxattr splice statvfs sync sysconf tcgetpgrp tcsetpgrp ttyname uname unshare
    wait wait3 wait4 waitid environb WCOREDUMP WEXITSTATUS WIFCONTINUED WIFEXITED WIFSIGNALED
    WIFSTOPPED WNOHANG WSTOPSIG WTERMSIG WUNTRACED O_ACCMODE O_ASYNC O_CLOEXEC O_DIRECT
    O_DIRECTORY O_DSYNC O_LARGEFILE O_NDELAY O_NOATIME O_NOCTTY O_NOFOLLOW O_NONBLOCK O_PATH
    O_RSYNC O_SYNC O_TMPFILE
"""
_SIGNAL = """
    SIGALRM SIGBUS SIGCHLD SIGCLD SIGCONT SIGHUP SIGIO SIGIOT SIGKILL SIGPIPE SIGPOLL SIGPROF
    SIGPWR SIGQUIT SIGRTMAX SIGRTMIN SIGSTOP SIGSYS SIGTRAP SIGTSTP SIGTTIN SIGTTOU SIGURG
    SIGUSR1 SIGUSR2 SIGVTALRM SIGWINCH SIGXCPU SIGXFSZ SIG_BLOCK SIG_SETMASK SIG_UNBLOCK alarm
    getitimer pause pidfd_send_signal pthread_kill pthread_sigmask setitimer siginterrupt
    sigpending sigtimedwait sigwait sigwaitinfo
"""
_SOCKET = """
    AF_UNIX CMSG_LEN SCM_RIGHTS SO_REUSEPORT recv_fds send_fds
"""
_ARGUMENTS = """
    creationflags dir_fd dst_dir_fd pass_fds preexec_fn process_group src_dir_fd
    start_new_session startupinfo umask
"""
_DIFFERENT_OS = """
    chmod fchmod kill lchmod link name rename replace umask
"""
_DIFFERENT_ATTRIBUTES = """
    add_signal_handler chmod hardlink_to lchmod st_gid st_mode st_uid
"""

POSIX_MODULES = frozenset(_MODULES.split())
WINDOWS_MODULES = frozenset({"_winapi", "msvcrt", "nt", "winreg", "winsound"})
POSIX_NAMES = {
    "os": frozenset(_OS.split()),
    "signal": frozenset(_SIGNAL.split()),
    "socket": frozenset(_SOCKET.split()),
    "select": frozenset({"devpoll", "epoll", "kevent", "kqueue", "poll"}),
    "time": frozenset({"pthread_getcpuclockid", "tzset"}),
}
WINDOWS_NAMES = {
    "os": frozenset({"O_BINARY", "O_NOINHERIT", "O_TEXT", "add_dll_directory", "startfile"}),
    "signal": frozenset({"CTRL_BREAK_EVENT", "CTRL_C_EVENT", "SIGBREAK"}),
    "socket": frozenset({"SO_EXCLUSIVEADDRUSE"}),
    "subprocess": frozenset({"CREATE_NEW_PROCESS_GROUP", "CREATE_NO_WINDOW", "STARTUPINFO"}),
}
DIFFERENT_NAMES = {
    "os": frozenset(_DIFFERENT_OS.split()),
    "platform": frozenset({"system"}),
    "shlex": frozenset({"join", "quote"}),
    "socket": frozenset({"SO_REUSEADDR"}),
    "sys": frozenset({"platform"}),
}
"""What both have: the mode of a file, ``os.kill`` and renames do something else on Windows."""

DIFFERENT_ATTRIBUTES = frozenset(_DIFFERENT_ATTRIBUTES.split())
"""Attributes of any object, like a path, the status of a file, or an event loop."""

POSIX_ARGUMENTS = frozenset(_ARGUMENTS.split())
"""Arguments of functions in os and subprocess that only one system takes."""
