using RestrictedRunner.Benchmarks;

// Whole processes, ours and the peer in turn in one run, so that a machine that grows slower slows both.
if (args is not [var package])
{
    Console.Error.WriteLine("usage: RestrictedRunner.Benchmarks <RestrictedRunner.Build.nupkg>");
    return 1;
}

using var folder = new BenchmarkFolder(package);

const string Restrictions = """AllowNetworking="false" Memory="256m" CapDrop="ALL" """;
const string DockerRun = "docker run --rm --pull never --network none --memory 256m --cap-drop ALL busybox sh -c";

var gigabyte = $"yes {new string('x', 999)} | head -n 1000000";

await Duel.RunAsync(
    "One small step: DockerExec / Exec + docker run",
    folder.Project("ours-small", $"""<DockerExec Image="busybox" {Restrictions} Command="echo a; echo b" />"""),
    folder.Project("exec-small", $"""<Exec Command="{DockerRun} 'echo a; echo b'" />"""),
    pairs: 20);

await Duel.RunAsync(
    "Two million lines, low importance (logged, not printed): DockerExec / Exec + docker run",
    folder.Project("ours-lines-low", $"""<DockerExec Image="busybox" {Restrictions} Command="seq 2000000" StandardOutputImportance="low" />"""),
    folder.Project("exec-lines-low", $"""<Exec Command="{DockerRun} 'seq 2000000'" StandardOutputImportance="low" />"""),
    pairs: 5);

await Duel.RunAsync(
    "Two million lines, high importance (printed by the console logger): DockerExec / Exec + docker run",
    folder.Project("ours-lines", $"""<DockerExec Image="busybox" {Restrictions} Command="seq 2000000" />"""),
    folder.Project("exec-lines", $"""<Exec Command="{DockerRun} 'seq 2000000'" />"""),
    pairs: 5);

await Duel.RunAsync(
    "Two million lines, high importance, with the terminal logger, which prints no messages: DockerExec / Exec + docker run",
    folder.Project("ours-lines-terminal", $"""<DockerExec Image="busybox" {Restrictions} Command="seq 2000000" />"""),
    folder.Project("exec-lines-terminal", $"""<Exec Command="{DockerRun} 'seq 2000000'" />"""),
    pairs: 5,
    logger: "-tl:on");

await Duel.RunAsync(
    "A gigabyte in a million lines, low importance: DockerExec / Exec + docker run",
    folder.Project("ours-gigabyte", $"""<DockerExec Image="busybox" {Restrictions} Command="{gigabyte}" StandardOutputImportance="low" />"""),
    folder.Project("exec-gigabyte", $"""<Exec Command="{DockerRun} '{gigabyte}'" StandardOutputImportance="low" />"""),
    pairs: 3);

await Duel.RunAsync(
    "The same, against Exec without any container",
    folder.Project("ours-lines-again", $"""<DockerExec Image="busybox" {Restrictions} Command="seq 2000000" />"""),
    folder.Project("exec-lines-host", """<Exec Command="seq 2000000" />"""),
    pairs: 3);

return 0;
