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
        var all = await WatchAsync(project, [option, "run"], async hearAsync =>
        {
            foreach (var name in new[] { "one", "two", "three" })
            {
                project.Write("names/a.txt", name);
                await hearAsync($"made from {name}");
                await hearAsync("Waiting for a file to change");
            }
        });

        Assert.Equal(["made from one", "made from two", "made from three"], all.Where(line => line.StartsWith("made from", StringComparison.Ordinal)));
        Assert.Equal(3, File.ReadLines(project["obj/runs"]).Count());
    }

    // What docs/declared-steps.md says of this: the SDK builds nothing, and somebody else may.
    [EngineFact]
    [Trait("Tier", "Long")]
    public async Task While_an_app_runs_a_changed_input_is_no_code_and_what_another_build_writes_of_it_is()
    {
        var project = TestProject.Library(
            """
            <PropertyGroup><OutputType>Exe</OutputType></PropertyGroup>
            <ItemGroup>
              <DockerExecStep Include="Generate" Image="busybox:latest" Inputs="names/*.txt" Outputs="Generated.cs"
                              Command="echo &quot;public class Made { public static string Name() { return \&quot;%24(cat names/a.txt)\&quot;; } }&quot; &gt; Generated.cs" />
            </ItemGroup>
            """);
        project.Write(
            "Program.cs",
            """
            for (var last = ""; ; System.Threading.Thread.Sleep(100))
            {
                if (Made.Name() != last)
                {
                    last = Made.Name();
                    System.Console.WriteLine($"made from {last}");
                }
            }
            """);
        project.Write("names/a.txt", "one");

        await WatchAsync(project, ["run"], async hearAsync =>
        {
            await hearAsync("made from one");
            await hearAsync("Waiting for changes");
            project.Write("names/a.txt", "two");
            await hearAsync("No managed code changes to apply");
            (await DotNet.RunAsync(project.Folder, ["build", project.File, "-t:RunDockerExecSteps", "-nodeReuse:false"])).Succeeded();
            await hearAsync("made from two");
        });
    }

    private static async Task<IReadOnlyCollection<string>> WatchAsync(TestProject project, IReadOnlyList<string> arguments, Func<Func<string, Task>, Task> useAsync)
    {
        var all = new ConcurrentQueue<string>();
        var lines = Channel.CreateUnbounded<string>();
        var dotnet = DotNet.Command(project.Folder, Heard, new Dictionary<string, string?> { ["DOTNET_WATCH_SUPPRESS_EMOJIS"] = "1" })
            .WithTargetFile("setsid")
            .WithArguments(["env", "--default-signal=INT", "dotnet", "watch", "--project", project.File, "--non-interactive", .. arguments]);

        var running = dotnet.ExecuteAsync(TestContext.Current.CancellationToken);
        try
        {
            await useAsync(HearAsync);
        }
        finally
        {
            _ = Kill(-running.ProcessId, InterruptSignal);
            DotNet.Report(dotnet, (await running.Task.WaitAsync(Patience, TestContext.Current.CancellationToken)).ExitCode, all);
        }

        // The first process of the group may be gone before the others: there is no event for the end of a group.
        Assert.True(SpinWait.SpinUntil(() => Kill(-running.ProcessId, NoSignal) == -1, Patience), "a process of dotnet watch still runs");
        return all;

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
