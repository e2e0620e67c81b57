using System.Net;
using System.Net.Sockets;
using CliWrap;
using CliWrap.Buffered;
using RestrictedRunner.Benchmarks;
using RestrictedRunner.FakeServer;

if (args is [BlobTransfer.Word, ..])
{
    return await BlobTransfer.RunAsync(args);
}

if (args is [PlainCluster.Word, ..])
{
    return await PlainCluster.RunAsync(args);
}

// Whole processes, ours and the peer in turn in one run, so that a machine that grows slower slows both.
if (args is not [var package, ..])
{
    Console.Error.WriteLine("usage: RestrictedRunner.Benchmarks <RestrictedRunner.Build.nupkg> [part of a title]");
    return 1;
}

using var folder = new BenchmarkFolder(package, Path.GetTempPath());
Environment.SetEnvironmentVariable("XDG_CACHE_HOME", folder.Cache);
var duel = new Duel(only: args.ElementAtOrDefault(1) ?? "");

const string Restrictions = """AllowNetworking="false" Memory="256m" CapDrop="ALL" """;
const string DockerRun = "docker run --rm --pull never --network none --memory 256m --cap-drop ALL busybox sh -c";

var gigabyte = $"yes {new string('x', 999)} | head -n 1000000";

await duel.RunAsync(
    "One small step: DockerExec / Exec + docker run",
    folder.Project("ours-small", $"""<DockerExec Image="busybox" {Restrictions} Command="echo a; echo b" />"""),
    folder.Project("exec-small", $"""<Exec Command="{DockerRun} 'echo a; echo b'" />"""),
    pairs: 20);

await duel.RunAsync(
    "Two million lines, low importance (logged, not printed): DockerExec / Exec + docker run",
    folder.Project("ours-lines-low", $"""<DockerExec Image="busybox" {Restrictions} Command="seq 2000000" StandardOutputImportance="low" />"""),
    folder.Project("exec-lines-low", $"""<Exec Command="{DockerRun} 'seq 2000000'" StandardOutputImportance="low" />"""),
    pairs: 5);

await duel.RunAsync(
    "Two million lines, high importance (printed by the console logger): DockerExec / Exec + docker run",
    folder.Project("ours-lines", $"""<DockerExec Image="busybox" {Restrictions} Command="seq 2000000" />"""),
    folder.Project("exec-lines", $"""<Exec Command="{DockerRun} 'seq 2000000'" />"""),
    pairs: 5);

// What no task can be faster than: MSBuild's own time for that many messages.
var messages = folder.Project("messages", """<LogLines Count="2000000" />""");
var execLines = folder.Project("exec-lines", $"""<Exec Command="{DockerRun} 'seq 2000000'" />""");
await duel.RunAsync("Two million messages, printed by the console logger, by a task that does nothing else / Exec + docker run", messages, execLines, pairs: 5);
await duel.RunAsync("Two million messages, with the terminal logger, by a task that does nothing else / Exec + docker run", messages, execLines, pairs: 5, logger: "-tl:on");

await duel.RunAsync(
    "Two million lines, high importance, with the terminal logger, which prints no messages: DockerExec / Exec + docker run",
    folder.Project("ours-lines-terminal", $"""<DockerExec Image="busybox" {Restrictions} Command="seq 2000000" />"""),
    folder.Project("exec-lines-terminal", $"""<Exec Command="{DockerRun} 'seq 2000000'" />"""),
    pairs: 5,
    logger: "-tl:on");

await duel.RunAsync(
    "A gigabyte in a million lines, low importance: DockerExec / Exec + docker run",
    folder.Project("ours-gigabyte", $"""<DockerExec Image="busybox" {Restrictions} Command="{gigabyte}" StandardOutputImportance="low" />"""),
    folder.Project("exec-gigabyte", $"""<Exec Command="{DockerRun} '{gigabyte}'" StandardOutputImportance="low" />"""),
    pairs: 3);

await duel.RunAsync(
    "The same, against Exec without any container",
    folder.Project("ours-lines-again", $"""<DockerExec Image="busybox" {Restrictions} Command="seq 2000000" />"""),
    folder.Project("exec-lines-host", """<Exec Command="seq 2000000" />"""),
    pairs: 3);

// By id, so that the engine is not asked.
var busybox = (await Cli.Wrap("docker").WithArguments(["image", "inspect", "--format", "{{.Id}}", "busybox"]).ExecuteBufferedAsync()).StandardOutput.Trim();
var nothing = folder.Steps("nothing", "");

// What comes with the first step: our assemblies, and what MSBuild itself does for items and a task.
await duel.RunAsync(
    "One unchanged step / a build of nothing",
    folder.Steps("one", $"""<DockerExecStep Include="S" Image="{busybox}" Command="echo 0 &gt; 0.txt" Outputs="0.txt" />"""),
    nothing,
    pairs: 10);

await duel.RunAsync(
    "100 unchanged steps / a build of nothing",
    folder.Steps("unchanged", string.Join('\n', Enumerable.Range(0, 100).Select(i => $"""<DockerExecStep Include="S{i}" Image="{busybox}" Command="echo {i} &gt; {i}.txt" Outputs="{i}.txt" />"""))),
    nothing,
    pairs: 10);

// As it is met: what a build of C# brings along anyway is not counted a second time.
await duel.RunAsync(
    "100 unchanged steps in a class library / the library without the package",
    folder.Library("library-steps", string.Join('\n', Enumerable.Range(0, 100).Select(i => $"""<DockerExecStep Include="S{i}" Image="{busybox}" Command="echo {i} &gt; {i}.txt" Outputs="{i}.txt" />"""))),
    folder.Library("library", ""),
    pairs: 10);

folder.Files("inputs", 10_000);
await duel.RunAsync(
    "One unchanged step with 10,000 inputs / a build of nothing",
    folder.Steps("inputs", $"""<DockerExecStep Include="S" Image="{busybox}" Command="ls input | wc -l &gt; count.txt" Inputs="input/" Outputs="count.txt" />"""),
    nothing,
    pairs: 10);

// The files are there in both: the SDK looks at all of a project's.
folder.Files("library-inputs", 10_000);
folder.Files("library-files", 10_000);
await duel.RunAsync(
    "One unchanged step with 10,000 inputs in a class library / the library with these files, without the package",
    folder.Library("library-inputs", $"""<DockerExecStep Include="S" Image="{busybox}" Command="ls input | wc -l &gt; count.txt" Inputs="input/" Outputs="count.txt" />"""),
    folder.Library("library-files", ""),
    pairs: 10);

// 1,000 files of 500,000 bytes that no file system can make smaller; gone before each build. In memory: before ext4 makes
// a file, it looks at every inode that was freed within minutes, for cp as for us, and takes 1 ms for that.
const string Memory = "/dev/shm";
const string Write = "for i in %24(seq 1000); do head -c 500000 /dev/urandom &gt; out/$i; done";
using var memory = new BenchmarkFolder(package, Directory.Exists(Memory) ? Memory : Path.GetTempPath());
Environment.SetEnvironmentVariable("XDG_CACHE_HOME", memory.Cache);
var restore = memory.Steps("restore", $"""<DockerExecStep Include="S" Image="{busybox}" Command="mkdir -p out; {Write}" Outputs="out/" />""", cache: "local");
memory.RandomFiles("kept/out", count: 1000, size: 500_000);
var copy = memory.Steps("copy", "", task: """<Exec Command="cp -r ../kept/out copy" />""");
await duel.RunAsync("1,000 files and 500 MB: steps restored from the cache / a build of nothing", restore, nothing, pairs: 5, before: _ => RemoveOutputs());
await duel.RunAsync("1,000 files and 500 MB: Exec + cp -r / a build of nothing", copy, nothing, pairs: 5, before: _ => RemoveOutputs());

await MeasureSharedCacheAsync();
await MeasureTransfersAsync();

// A Dockerfile, because the image of the test machine came from no registry. Restored are 100 results that this machine does
// not have, against the same that it has; and a step that runs with a dead cache, against one without any.
async Task MeasureSharedCacheAsync()
{
    var (local, remote) = (Path.Combine(folder.Cache, "local"), Path.Combine(folder.Cache, "remote"));
    foreach (var start in new[] { LoopbackCache.NginxAsync, () => LoopbackCache.CasdAsync(Path.GetFullPath("artifacts/remote/bin")) })
    {
        await using var server = await start();
        var kind = server.Address.Split(':')[0];
        var title = $"100 steps, all results from a shared cache on the loopback, {(kind == "http" ? "nginx" : "casd")} / all from this machine's cache";
        if (!duel.IsWanted(title))
        {
            continue;
        }

        var steps = $"""<DockerImage Include="tool" Dockerfile="tool/Dockerfile" />{string.Join('\n', Enumerable.Range(0, 100).Select(i => $"""<DockerExecStep Include="S{i}" Image="tool" Hermetic="true" Command="echo {kind} {i} &gt; {i}.txt" Outputs="{i}.txt" />"""))}""";
        var address = $"<DockerExecCacheUrl>{server.Address}</DockerExecCacheUrl>";
        var shared = folder.Steps($"shared-{kind}", steps, cache: "local", properties: address);
        var own = folder.Steps($"own-{kind}", steps, cache: "local");
        foreach (var project in new[] { shared, own })
        {
            var context = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(project)!, "tool")).FullName;
            File.WriteAllText(Path.Combine(context, "Dockerfile"), "FROM busybox\nLABEL bench=1\n");
        }

        Environment.SetEnvironmentVariable("XDG_CACHE_HOME", remote);
        await Cli.Wrap("dotnet").WithArguments(["build", shared, "-nodeReuse:false", "-p:DockerExecCachePush=true"]).ExecuteAsync();
        await duel.RunAsync(title, shared, own, pairs: 5, before: project =>
        {
            Environment.SetEnvironmentVariable("XDG_CACHE_HOME", project == shared ? remote : local);
            if (project == shared && Directory.Exists(remote))
            {
                Directory.Delete(remote, recursive: true);
            }

            var place = Path.GetDirectoryName(project)!;
            foreach (var file in Directory.GetFiles(place, "*.txt"))
            {
                File.Delete(file);
            }

            if (Directory.Exists(Path.Combine(place, "obj")))
            {
                Directory.Delete(Path.Combine(place, "obj"), recursive: true);
            }
        });
    }

    Environment.SetEnvironmentVariable("XDG_CACHE_HOME", folder.Cache);

    // Nobody accepts its connections; the kernel does, and nothing is ever said.
    using var silent = new TcpListener(IPAddress.Loopback, 0);
    silent.Start();
    var fresh = $"""<DockerImage Include="tool" Dockerfile="tool/Dockerfile" />{Fresh("", count: 10).Replace(busybox, "tool", StringComparison.Ordinal)}""";
    var dead = folder.Steps("dead", fresh, cache: "local", properties: $"<DockerExecCacheUrl>http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}</DockerExecCacheUrl><DockerExecCachePush>true</DockerExecCachePush>");
    var alone = folder.Steps("alone", fresh, cache: "local");
    foreach (var project in new[] { dead, alone })
    {
        var context = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(project)!, "tool")).FullName;
        File.WriteAllText(Path.Combine(context, "Dockerfile"), "FROM busybox\nLABEL bench=1\n");
    }

    await duel.RunAsync("10 fresh steps with a shared cache that says nothing / without one", dead, alone, pairs: 5);
}

async Task MeasureTransfersAsync()
{
    const string Transfers = "Files to casd and back by this package's calls / casupload and casdownload: ";
    var programs = Path.GetFullPath("artifacts/remote/bin");
    foreach (var (title, count, size, pairs) in new[] { ("1,000 files and 100 MB", 1000, 100_000, 7), ("10,000 files and 10 MB", 10_000, 1000, 3), ("one file of 200 MB", 1, 200_000_000, 5) })
    {
        if (duel.IsWanted(Transfers + title))
        {
            await using var server = await LoopbackCache.CasdAsync(programs);
            await new TransferDuel(server.Address.Replace("grpc", "http", StringComparison.Ordinal), programs, Directory.Exists(Memory) ? Memory : Path.GetTempPath(), folder.WithPackage()).RunAsync(Transfers + title, count, size, pairs);
        }
    }
}

// A cluster elsewhere takes none of this machine's processors. One on the same machine does, and the peer is what it needs itself.
const string OnCluster = "200 fresh hermetic steps of a second on a cluster with 40 places, ";
if (duel.IsWanted(OnCluster + "elsewhere / the plainest client"))
{
    using var cluster = new SleepingCluster();
    await using var host = await FakeHost.StartAsync(cluster);
    await OnClusterAsync("elsewhere", host.Address);
}

if (Directory.Exists("artifacts/remote/bin") && duel.IsWanted(OnCluster + "here / the plainest client"))
{
    await using var server = await LoopbackCache.CasdAsync(Path.GetFullPath("artifacts/remote/bin"), places: SleepingCluster.Places);
    await OnClusterAsync("here", server.Address);
}

async Task OnClusterAsync(string where, string address) => await duel.RunAsync(
    $"{OnCluster}{where} / the plainest client",
    folder.Steps($"cluster-{where}", string.Join('\n', Enumerable.Range(0, 200).Select(i => $"""<DockerExecStep Include="S{i}" Hermetic="true" Image="127.0.0.1:1/tool@sha256:{new string('0', 64)}" Command="sleep 1; echo {i} &gt; {i}.txt" Outputs="{i}.txt" EnvironmentVariables="FRESH=$([System.Guid]::NewGuid())" />""")), properties: $"<DockerExecRemote>{address}</DockerExecRemote>"),
    folder.Project($"plain-{where}", $"""<Exec Command="dotnet {folder.WithPackage()} {PlainCluster.Word} {address.Replace("grpc", "http", StringComparison.Ordinal)} 200 'sleep 1; echo &gt; out.txt'" />"""),
    pairs: 5);

string Fresh(string more, int count = 20) => string.Join('\n', Enumerable.Range(0, count).Select(i => $"""<DockerExecStep Include="S{i}" Image="{busybox}" Command="echo {i} &gt; {i}.txt" Outputs="{i}.txt" {more} EnvironmentVariables="FRESH=$([System.Guid]::NewGuid())" />"""));
string ExecFresh(string more, int count = 20) => string.Join('\n', Enumerable.Range(0, count).Select(i => $"""<Exec Command="docker run --rm --pull never {more} -v $(MSBuildProjectDirectory):/project -w /project busybox sh -c 'echo {i} &gt; {i}.txt'" />"""));
var execFresh = folder.Project("exec-fresh", ExecFresh(""));

// What no runner of "docker run" can be faster than, with as many at once.
string Xargs(int atOnce) => $"""<Exec Command="seq 0 19 | xargs -P {atOnce} -I@ docker run --rm --pull never -v $(MSBuildProjectDirectory):/project -w /project busybox sh -c 'echo @ &gt; @.txt'" />""";
await duel.RunAsync("20 docker run by xargs, two at once / 20 Exec + docker run", folder.Project("xargs-2", Xargs(2)), execFresh, pairs: 5);
await duel.RunAsync("20 docker run by xargs, four at once / 20 Exec + docker run", folder.Project("xargs-4", Xargs(4)), execFresh, pairs: 5);
await duel.RunAsync("20 fresh independent steps / 20 Exec + docker run", folder.Steps("fresh", Fresh("")), execFresh, pairs: 5);
await duel.RunAsync("20 fresh independent steps, four at once / 20 Exec + docker run", folder.Steps("fresh-4", Fresh(""), parallel: "4"), execFresh, pairs: 5);
await duel.RunAsync("20 fresh hermetic steps / 20 Exec + docker run", folder.Steps("fresh-hermetic", Fresh("Hermetic='true'")), execFresh, pairs: 5);
await duel.RunAsync("20 fresh hermetic steps, four at once / 20 Exec + docker run", folder.Steps("fresh-hermetic-4", Fresh("Hermetic='true'"), parallel: "4"), execFresh, pairs: 5);
await duel.RunAsync(
    "20 fresh hermetic steps / 20 Exec + docker run with its restrictions",
    folder.Steps("fresh-hermetic", Fresh("Hermetic='true'")),
    folder.Project("exec-fresh-hermetic", ExecFresh("--network none --read-only --cap-drop ALL --security-opt no-new-privileges --pids-limit 1024")),
    pairs: 5);

var workers = folder.Steps("fresh-workers", Fresh("Hermetic='true'", count: 100));
await duel.RunAsync("100 fresh hermetic steps, which share containers / 100 Exec on the host", workers, folder.Project("exec-host", string.Join('\n', Enumerable.Range(0, 100).Select(i => $"""<Exec Command="echo {i} &gt; {i}.txt" />"""))), pairs: 5);
await duel.RunAsync("100 fresh hermetic steps, which share containers / 100 Exec + docker run", workers, folder.Project("exec-fresh-100", ExecFresh("", count: 100)), pairs: 2);
await duel.RunAsync("100 fresh hermetic steps, which share containers / the same in containers of their own", workers, folder.Steps("fresh-own", Fresh("Hermetic='true' Workers='false'", count: 100)), pairs: 2);
await duel.RunAsync("One fresh hermetic step / Exec + docker run", folder.Steps("fresh-one", Fresh("Hermetic='true'", count: 1)), folder.Project("exec-fresh-one", ExecFresh("", count: 1)), pairs: 10);

// What an engine that does not see the host's files costs, on the same engine: it sees them, and is not shown them.
folder.Files("copied/small", 1);
folder.Files("copied/many", 1000);
folder.RandomFiles("copied/large", count: 20, size: 10_000_000);
folder.Files("copied/written", 1);
string TenTimes(string transfer, string mount, string command) => folder.Project(
    $"ours-{transfer}-{mount.Split(':')[0].Replace('/', '-')}",
    string.Concat(Enumerable.Repeat($"""<DockerExec Image="busybox" Transfer="{transfer}" Mounts="{mount}" WorkDir="/in" Command="{command}" />""", 10)));
async Task CopiedAsync(string what, string mount, string command) =>
    await duel.RunAsync($"10 steps, copied: {what} / the same mounted", TenTimes("copy", mount, command), TenTimes("mount", mount, command), pairs: 3);
await CopiedAsync("a script alone", "", "true; true");
await CopiedAsync("one file that is read", "copied/small:/in:ro", "cat input/*; true");
await CopiedAsync("1,000 files that are read", "copied/many:/in:ro", "cat input/* | wc -c");
await CopiedAsync("200 MB that are read", "copied/large:/in:ro", "cat * | wc -c");
await CopiedAsync("one file that is written", "copied/written:/in", "date >date");

string Declared(string name, string transfer, string more, int inputs)
{
    folder.Files(name, inputs);
    return folder.Steps(
        name,
        string.Concat(Enumerable.Range(0, 10).Select(i => $"""<DockerExecStep Include="S{i}" Image="{busybox}" Transfer="{transfer}" Workers="false" {more} Inputs="input/" Outputs="{i}.txt" Command="find input -type f | wc -l &gt; {i}.txt" EnvironmentVariables="FRESH=$([System.Guid]::NewGuid())" />""")),
        parallel: "1");
}

async Task DeclaredCopiedAsync(string what, string more, int inputs) =>
    await duel.RunAsync($"10 steps, copied: {what} / the same mounted", Declared($"declared-copy-{what.Length}", "copy", more, inputs), Declared($"declared-mount-{what.Length}", "mount", more, inputs), pairs: 3);
await DeclaredCopiedAsync("declared, with one input", "", 1);
await DeclaredCopiedAsync("declared, with 1,000 inputs", "", 1000);
await DeclaredCopiedAsync("declared and hermetic, with 1,000 inputs", "Hermetic='true'", 1000);

return 0;

void RemoveOutputs()
{
    memory.Remove("restore/out");
    memory.Remove("copy/copy");
}
