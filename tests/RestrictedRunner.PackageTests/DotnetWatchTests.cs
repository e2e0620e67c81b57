using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace RestrictedRunner.PackageTests;

/// <summary>Steps under <c>dotnet watch</c>.</summary>
public class DotnetWatchTests
{
    private const int InterruptSignal = 2;
    private const int NoSignal = 0;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [EngineTheory]
    [InlineData("--no-hot-reload")]
    [InlineData("--verbose")]
    [Trait("Tier", "Long")]
    public async Task A_changed_input_runs_its_step_once_and_what_the_step_writes_is_no_change(string option)
    {
        var project = TestProject.Library(
            """
            <PropertyGroup><OutputType>Exe</OutputType><DockerExecCache>off</DockerExecCache></PropertyGroup>
            <ItemGroup>
              <DockerExecStep Include="Generate" Image="busybox:latest" Inputs="names/*.txt" Outputs="Generated.cs"
                              Command="echo run &gt;&gt; obj/runs; echo &quot;public class Made { public const string Name = \&quot;%24(cat names/a.txt)\&quot;; }&quot; &gt; Generated.cs" />
            </ItemGroup>
            """);
        project.Write("Program.cs", "System.Console.WriteLine($\"made from {Made.Name}\");");
        project.Write("names/a.txt", "one");
        var all = new ConcurrentQueue<string>();
        var lines = Channel.CreateUnbounded<string>();
        var dotnet = DotNet.Command(project.Folder, Heard, new Dictionary<string, string?> { ["DOTNET_WATCH_SUPPRESS_EMOJIS"] = "1" })
            .WithTargetFile("setsid")
            .WithArguments(["env", "--default-signal=INT", "dotnet", "watch", "--project", project.File, "--non-interactive", option, "run"]);

        var running = dotnet.ExecuteAsync(TestContext.Current.CancellationToken);
        try
        {
            foreach (var name in new[] { "one", "two", "three" })
            {
                project.Write("names/a.txt", name);
                await HearAsync($"made from {name}");
                await HearAsync("Waiting for a file to change");
            }
        }
        finally
        {
            _ = Kill(-running.ProcessId, InterruptSignal);
            DotNet.Report(dotnet, (await running.Task.WaitAsync(Patience, TestContext.Current.CancellationToken)).ExitCode, all);
        }

        Assert.Equal(["made from one", "made from two", "made from three"], all.Where(line => line.StartsWith("made from", StringComparison.Ordinal)));
        Assert.Equal(3, File.ReadLines(project["obj/runs"]).Count());
        Assert.Equal(-1, Kill(-running.ProcessId, NoSignal));

        void Heard(string line)
        {
            all.Enqueue(line);
            lines.Writer.TryWrite(line);
        }

        async Task HearAsync(string text)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            patience.CancelAfter(Patience);
            while (!(await lines.Reader.ReadAsync(patience.Token)).Contains(text, StringComparison.Ordinal))
            {
            }
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
