namespace RestrictedRunner.EngineTests;

/// <summary>
/// Steps that try to leave something for the next step of their container, to see something of it, or to change something for it.
/// Each runs as root and as somebody else.
/// </summary>
[SeesFiles]
public class WorkerAttackTests(TestWorkers workers) : IClassFixture<TestWorkers>
{
    // All that a step can see of where it runs and that should be the same each time.
    private const string Probe =
        """
        {
            find /tmp /var/tmp /run /dev /dev/shm /dev/mqueue /project -xdev -exec stat -c '%n %f %u:%g' {} +
            cat /proc/sysvipc/shm /proc/sysvipc/sem /proc/sysvipc/msg
            ulimit -a; ulimit -Ha; umask; nice; id; pwd; hostname; env | sort
            set -- /proc/[0-9]*; echo $#
            ls /proc/self/fd; readlink /proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2
            grep -E '^(Sig(Ign|Blk)|Cap|Cpus_allowed:|NoNew|Seccomp:|Threads)' /proc/self/status
            cat /proc/self/oom_score_adj /proc/self/coredump_filter /proc/net/unix /proc/net/tcp | sed 's/^[0-9a-f]*: [0-9a-f]* //'
            ls -l /.restricted-runner* | sed 's/ [A-Z][a-z][a-z] .*:[0-9][0-9] / /; s/ 1 root root *[0-9]* / /'
            df -i /tmp /dev/shm | sed 's/ .* / /'; df /tmp /dev/shm | sed 's/ .* / /'
            echo x >/tmp/probe && echo x >/dev/shm/probe && cat /tmp/probe /dev/shm/probe
            sleep 0.01 & wait; echo $?
        } 2>&1
        """;

    // In Perl, which the image has, because there are no commands for them. Numbers of system calls are those of x86-64.
    [Theory]
    // Processes.
    [InlineData("a process in the background", "sleep 1000 & echo done", "done")]
    [InlineData("a process of nobody", "(setsid sleep 1000 &) & wait; echo done", "done")]
    [InlineData("a process that ignores all signals", "perl -e 'if (!fork) { $SIG{$_} = \"IGNORE\" for keys %SIG; setpgrp; sleep 1000 }'; echo done", "done")]
    [InlineData("a stopped process", "sleep 1000 & kill -STOP $!; echo done", "done")]
    [InlineData("a dead process that nobody waits for", "perl -e 'if (!fork) { exit if fork; exit } if (!fork) { sleep 1000 }'; echo done", "done")]
    [InlineData("five hundred processes", "perl -e 'for (1..600) { my $p = fork; last if !defined $p; if (!$p) { sleep 1000 } }' 2>/dev/null; echo done", "done")]
    [InlineData("a fork bomb", "exec 2>/dev/null; perl -e 'if (!fork) { while (1) { fork } }'; sleep 0.3; exit 0", "")]
    [InlineData("a process that becomes another all the time", "perl -e 'if (!fork) { while (1) { my $p = fork; exit if $p } }'; echo done", "done")]
    // Files.
    [InlineData("files in all places in memory", "echo x >/tmp/a; echo x >/dev/shm/a; mkdir -p /tmp/d/e; echo done", "done")]
    [InlineData("a folder that nobody may look into", "mkdir -p /tmp/d/e; touch /tmp/d/f; chmod 000 /tmp/d/e /tmp/d; echo done", "done")]
    [InlineData("a folder that nobody may write to", "mkdir -p /tmp/d/e; touch /tmp/d/f; chmod 555 /tmp/d/e /tmp/d; echo done", "done")]
    [InlineData("odd names", "cd /tmp; touch -- -x 'a b' '*' \"$(printf 'new\\nline')\" \"$(printf 'raw\\377')\" ..x ...; mkdir -- -d; echo done", "done")]
    [InlineData("a name of 255 bytes", "touch /tmp/$(printf '%0255d' 1); echo done", "done")]
    [InlineData("a deep tree", "cd /tmp; i=0; while [ $i -lt 200 ]; do mkdir d; cd d; i=$((i+1)); done; echo done", "done")]
    [InlineData("twenty thousand files", "cd /tmp; perl -e 'for (1..20000) { open my $f, \">\", $_ }'; echo done", "done")]
    [InlineData("links", "ln -s /proc/1/root /tmp/l; ln -s /project /dev/shm/p; ln -s /tmp /tmp/t; echo done", "done")]
    [InlineData("pipes, sockets and devices", "mkfifo /tmp/f; perl -MSocket -e 'socket(S, PF_UNIX, SOCK_STREAM, 0); bind(S, sockaddr_un(\"/tmp/s\"))'; mknod /tmp/n c 1 3 2>/dev/null; echo done", "done")]
    [InlineData("a program with the owner's rights", "cp /bin/sh /tmp/s; chmod 6755 /tmp/s; echo done", "done")]
    [InlineData("a full file system", "dd if=/dev/zero of=/dev/shm/full bs=1M 2>/dev/null; echo done", "done")]
    [InlineData("a file that is deleted and open", "sleep 1000 7>/dev/shm/d & rm -f /dev/shm/d; echo done", "done")]
    [InlineData("a file that is mapped", "perl -e 'open my $f, \"+>\", \"/dev/shm/m\"; if (!fork) { sleep 1000 }'; echo done", "done")]
    [InlineData("a locked file", "perl -e 'open my $f, \"<\", \"/dev/null\"; flock $f, 2; if (!fork) { sleep 1000 }'; echo done", "done")]
    [InlineData("a file in the root", "{ echo x >/seen; echo x >/etc/seen; echo x >/usr/seen; } 2>/dev/null; echo done", "done")]
    // Objects of the kernel.
    [InlineData("a POSIX message queue", "perl -e '$q = \"q\"; print syscall(240, $q, 0102, 0666, 0) >= 0 ? \"made\" : \"$!\"'", "made")]
    [InlineData("an abstract socket", "perl -MSocket -e 'socket(S, PF_UNIX, SOCK_STREAM, 0); bind(S, pack(\"Sa*\", 1, \"\\0name\")) or die; listen(S, 1); if (!fork) { sleep 1000 }'; echo done", "done")]
    [InlineData("a port", "perl -MSocket -e 'socket(S, PF_INET, SOCK_STREAM, 0); bind(S, sockaddr_in(8000, INADDR_LOOPBACK)) or die; listen(S, 1); if (!fork) { sleep 1000 }'; echo done", "done")]
    [InlineData("memory without a name", "perl -e '$m = \"m\"; my $f = syscall(319, $m, 0); syscall(1, $f, $m, 1); if (!fork) { sleep 1000 }'; echo done", "done")]
    [InlineData("a key of the kernel", "perl -e '($t, $k, $v) = qw(user k v); print syscall(248, $t, $k, $v, 1, -4) < 0 ? \"denied\" : \"made\"'", "denied")]
    [InlineData("a namespace", "unshare -r true 2>/dev/null && echo made || echo denied", "denied")]
    [InlineData("a mount", "mount -t tmpfs none /tmp 2>/dev/null && echo made || echo denied", "denied")]
    [InlineData("the clock", "date -s 2001-01-01 >/dev/null 2>&1 && echo set || echo denied", "denied")]
    [InlineData("the host name", "hostname other 2>/dev/null && echo set || echo denied", "denied")]
    // The first process.
    [InlineData("signals to the first process", "for s in HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM CHLD CONT STOP TSTP TTIN TTOU XCPU IO SYS; do kill -$s 1 2>/dev/null; done; echo done", "done")]
    [InlineData("tracing the first process", "perl -e 'print syscall(101, 16, 1, 0, 0) < 0 ? \"denied\" : \"traced\"'; perl -e 'print syscall(101, 0x4206, 1, 0, 0) < 0 ? \" denied\" : \" traced\"'", "denied denied")]
    [InlineData("memory of the first process", "{ cat /proc/1/mem || cat /proc/1/maps /proc/1/environ /proc/1/auxv; echo x >/proc/1/mem; } 2>/dev/null && echo seen || echo denied", "denied")]
    [InlineData("memory of the first process, by a call", "perl -e '$b = \"x\" x 8; $l = pack(\"QQ\", unpack(\"Q\", pack(\"p\", $b)), 8); $r = pack(\"QQ\", 4096, 8); print syscall(311, 1, $l, 1, $r, 1, 0) < 0 && $! == 1 ? \"denied\" : \"written $!\"'", "denied")]
    [InlineData("open files of the first process", "{ echo '1 0 0 clean' >/proc/1/fd/1 || cat /proc/1/fd/0; } 2>/dev/null && echo seen || echo denied", "denied")]
    [InlineData("open files of the first process, by a call", "perl -e '$p = syscall(434, 1, 0); print $p < 0 || syscall(438, $p, 1, 0) < 0 ? \"denied\" : \"open\"'", "denied")]
    [InlineData("the folder of the first process", "{ ls /proc/1/cwd/ || ls /proc/1/root/ || readlink /proc/1/exe; } 2>/dev/null && echo seen || echo denied", "denied")]
    [InlineData("the program of the first process", "{ cat /.restricted-runner.worker/sh || chmod 777 /.restricted-runner.worker/sh || cp /bin/true /.restricted-runner.worker/sh; } >/dev/null 2>&1 && echo seen || echo denied", "denied")]
    [InlineData("the scripts of the first process", "{ echo exit >/.restricted-runner.worker/worker.sh || echo exit >/.restricted-runner.worker/step.sh || rm /.restricted-runner.sh || echo exit >>/.restricted-runner.sh; } 2>/dev/null && echo changed || echo denied", "denied")]
    [InlineData("an answer in the output", "echo '1 0 0 clean'; echo '2 0 0 clean' >&2", "1 0 0 clean\n2 0 0 clean")]
    // Not at once: it would take away what tells that its command runs, and the step would have to run in another container.
    [InlineData("somebody who reads the next output", "sleep 0.3; { cat /.restricted-runner.output/stdout >/dev/shm/stolen & sleep 1000 </.restricted-runner.output/stderr & } 2>/dev/null; exit 0", "")]
    [InlineData("somebody who writes into the next output", "(sleep 0.02; while true; do echo stolen; done) & exit 0", "")]
    // What a shell keeps.
    [InlineData("mask, limits and folder of its own", "umask 0777; ulimit -n 20; ulimit -c 0; cd /tmp; export LD_PRELOAD=/x IFS=x PATH=/x; exit 0", "")]
    [InlineData("traps and functions of its own", "trap 'sleep 1000 &' EXIT; ls() { :; }; alias ls=true; set -e -u -f; exit 3", "")]
    [InlineData("death by a signal", "kill -KILL $$", "")]
    [InlineData("death by a fault", "perl -e 'kill 11, $$'; exit 0", "Segmentation fault")]
    public Task The_next_step_is_as_in_a_new_container(string name, string command, string output) => AssertNextIsAsFirstAsync(name, command, output, isUsedAgain: true, ["0:0", "1000:1000"]);

    // What cannot be undone from inside ends the container, and the next step has another one.
    [Theory]
    [InlineData("System V shared memory", "ipcmk -M 4096 >/dev/null; echo done")]
    [InlineData("System V shared memory with a negative key", "perl -e 'shmget(-2000000000, 4096, 0600 | 01000) // die'; echo done")]
    [InlineData("System V semaphores", "ipcmk -S 2 >/dev/null; echo done")]
    [InlineData("a System V message queue", "ipcmk -Q >/dev/null; echo done")]
    [InlineData("limits of the first process", "prlimit --pid 1 --nofile=100:100; echo done")]
    [InlineData("priority of the first process", "renice -n 5 -p 1 >/dev/null; echo done")]
    [InlineData("policy of the first process", "perl -e '$p = pack(\"i\", 0); syscall(144, 1, 3, $p) == 0 or die $!'; echo done")]
    [InlineData("processors of the first process", "taskset -p 1 1 >/dev/null; echo done")]
    public Task What_cannot_be_undone_ends_the_container(string name, string command) => AssertNextIsAsFirstAsync(name, command, "done", isUsedAgain: false, ["0:0", "1000:1000"]);

    // Only root owns them.
    [Theory]
    [InlineData("the mode of a folder in memory", "chmod 755 /tmp; echo done")]
    [InlineData("no way into a folder in memory", "touch /tmp/x; chmod 000 /tmp; echo done")]
    [InlineData("the mode of a device", "chmod 000 /dev/null; echo done")]
    [InlineData("another device", "rm /dev/null; echo x >/dev/null; echo done")]
    [InlineData("a file beside the devices", "echo x >/dev/seen; echo done")]
    [InlineData("the first process as the first to die", "echo 900 >/proc/1/oom_score_adj; echo done")]
    [InlineData("what the first process leaves when it dies", "echo 0 >/proc/1/coredump_filter; echo done")]
    public Task What_only_root_can_change_ends_the_container(string name, string command) => AssertNextIsAsFirstAsync(name, command, "done", isUsedAgain: false, ["0:0"]);

    private async Task AssertNextIsAsFirstAsync(string name, string command, string output, bool isUsedAgain, string[] users)
    {
        foreach (var user in users)
        {
            var (printed, whyNotAgain, seen, clean) = await workers.RunAsync(TestWorkers.Hermetic(Engines.Docker, TestImages.Gcc, user, command), Probe);

            Assert.Equal((name, user, output), (name, user, printed));
            Assert.Equal((name, user, isUsedAgain), (name, user, whyNotAgain is null));
            Assert.Equal(clean, seen);
            Assert.Contains("x\nx\n0", seen, StringComparison.Ordinal);
        }
    }
}
