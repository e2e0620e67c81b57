using System.Diagnostics;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Engine;

/// <summary>
/// What a <see cref="Reaper"/> runs. It says "watching" when nothing can keep it from its work any more; ends when it reads
/// "done"; and, when its input ends otherwise, removes what a step leaves and says what became of the container.
/// </summary>
internal static class ReaperCommand
{
    // Detached twice: in a session of its own, which neither a terminal's signals nor a kill of the process group
    // reach, and as nobody's child, so that who kills a tree of processes does not find it.
    private const string Launch = """exec 3<&0 4>&1 </dev/null >/dev/null 2>&1; "$@" &""";

    // The files go first: without the script, its mount, a start under way fails at once and is not waited for (three at
    // once, in their starts: all gone after 1.31 s of 1.44, averages of 74 and 48 kills). They go last too: a client that is
    // just starting may have put its file with the container's id there meanwhile.
    // Clients are found among all processes, because whatever they are told, a build may be killed before: those that run the
    // container by its name and its owner's label among their words, which no others have (docker rm, logs -f), those
    // that pull, or build an image, by their environment. What podman runs for a build is its child, without that
    // environment: when it is killed podman ends by itself, and removes the container that it works in. Docker's, which run, are killed at once: they would go on from the creation to the
    // start of a container, which takes the engine longer than all the rest. Podman's (see MayBeKilled) end by themselves
    // when the container is gone, or are killed after three seconds, with whatever an engine that hangs has kept waiting;
    // a last try has another second.
    // Of a client that was killed a container may come within a second, which four looks take. One that is seen to end
    // by itself is through with it then: two looks. One that the engine is removing needs one more, to see it through.
    // They are no closer together because each costs a tenth of a second of a processor, which the engine needs to get
    // done with what it was asked for.
    private const string UnixScript =
        """
        trap '' HUP INT QUIT TERM PIPE
        PATH=$PATH:/usr/bin:/bin
        engine=$1 container=${2#*=} folder=$3 owner=$4 kills=$5
        shift 5
        echo watching >&4
        if read -r done <&3; then exit; fi
        #clients
        (sleep 3 && { kill -9 $(runs) $(pulls); "$engine" "$@" rm --force --volumes "$container" & sleep 1; rm -rf "$folder"; kill -9 -$$; }) &
        rm -rf "$folder"
        if [ "$kills" ]; then kill -9 $(runs); fi
        (while [ "$(pulls)" ]; do if kill -9 $(started); then sleep 1.5; else [ "$asked" ] || kill $(pulls); asked=1; sleep 0.3; fi; done) &
        end=absent looks=4
        while [ "$looks" -gt 0 ]; do
            answer=$("$engine" "$@" rm --force --volumes "$container" 2>&1)
            if echo "$answer" | grep -qx -e "$container"; then end=removed; break; fi
            case $answer in *'is already in progress'*) end=removed looks=2 ;; esac
            if [ -n "$(runs)" ]; then looks=2; else looks=$((looks - 1)); fi
            sleep 0.3
        done
        while [ -n "$(runs)$(pulls)" ]; do sleep 0.1; done
        rm -rf "$folder"
        echo "$end" >&4
        kill -9 -$$
        """;

    // Of Linux: what stands in /proc, word for word.
    private const string ClientsInProc =
        """
        numbers() {
            for file; do
                file=${file#/proc/}
                echo "${file%%/*}"
            done
        }
        pulls() { numbers $(grep -lzx -e "^RESTRICTED_RUNNER_PULL=$container\$" /proc/[0-9]*/environ); }
        started() {
            clients=" $(echo $(pulls)) "
            for child in $(for client in $clients; do cat /proc/"$client"/task/*/children; done); do
                case $clients in *" $child "*) ;; *) echo "$child" ;; esac
            done
        }
        runs() { numbers $(grep -lzxF -e "$owner" $(grep -lzx -e "^$container\$" /proc/[0-9]*/cmdline)); }
        """;

    // Of macOS, which has no /proc. The words of a process come in one line, those of its environment behind them.
    private const string ClientsInList =
        """
        having() { awk -v one="$1" -v other="$2" '$2 != "awk" && index($0, one) && index($0, other) { print $1 }'; }
        started() { :; }
        pulls() { ps -axwwE -o pid=,command= | having "RESTRICTED_RUNNER_PULL=$container" pull; }
        runs() { ps -axww -o pid=,command= | having "$owner" "--name $container "; }
        """;

    // Windows has no shell but its own. With a console of its own, which nobody sees, neither Ctrl-C nor the end of the
    // build's console reaches it. The values are in variables, which it does not read as commands. A client that is still
    // creating goes on from there, so that the container may come later than the first try.
    private const string WindowsScript =
        """
        /d /v:on /s /c "echo watching& set done=& set /p done=& (if "!done!"=="done" exit 0)& (for /l %n in (1,1,5) do ("!RESTRICTED_RUNNER_CLIENT!" !RESTRICTED_RUNNER_ENGINE! rm --force --volumes "!RESTRICTED_RUNNER_CONTAINER!" >nul 2>&1 & ping -n 2 127.0.0.1 >nul))& rmdir /s /q "!RESTRICTED_RUNNER_FOLDER!""
        """;

    /// <summary>The process to start for a step.</summary>
    /// <param name="engine">Its client.</param>
    /// <param name="container">Its container.</param>
    /// <param name="folder">Its temporary folder.</param>
    public static ProcessStartInfo Of(EngineProcess engine, Container container, string folder)
    {
        var start = engine.Host.IsWindows ? OfWindows(engine, container, folder) : OfUnix(engine, container, folder);
        (start.RedirectStandardInput, start.RedirectStandardOutput) = (true, true);
        foreach (var name in engine.Withheld)
        {
            start.Environment.Remove(name);
        }

        return start;
    }

    private static ProcessStartInfo OfUnix(EngineProcess engine, Container container, string folder)
    {
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = "/" };
        var script = UnixScript.Replace("#clients", engine.Host.Kind == HostKind.MacOS ? ClientsInList : ClientsInProc, StringComparison.Ordinal);
        foreach (var word in (string[])["-c", Launch, "sh", .. OwnSession.Words(engine.Host), "/bin/sh", "-c", script, "restricted-runner-reaper", engine.ClientPath, $"container={container.Name}", folder, container.OwnedBy, engine.MayBeKilled ? "kills" : "", .. engine.CallWords])
        {
            start.ArgumentList.Add(word);
        }

        return start;
    }

    private static ProcessStartInfo OfWindows(EngineProcess engine, Container container, string folder)
    {
        var host = engine.Host;
        var system = host.Variable("SystemRoot") ?? @"C:\Windows";
        return new ProcessStartInfo(host.Paths.Join(system, @"System32\cmd.exe"), WindowsScript)
        {
            WorkingDirectory = system,
            CreateNoWindow = true,
            Environment =
            {
                ["RESTRICTED_RUNNER_CLIENT"] = engine.ClientPath,
                ["RESTRICTED_RUNNER_ENGINE"] = string.Join(' ', engine.CallWords),
                ["RESTRICTED_RUNNER_CONTAINER"] = container.Name,
                ["RESTRICTED_RUNNER_FOLDER"] = folder,
            },
        };
    }
}
