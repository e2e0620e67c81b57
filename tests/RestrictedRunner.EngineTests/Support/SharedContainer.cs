using System.Globalization;
using System.Text;

namespace RestrictedRunner.EngineTests;

/// <summary>
/// A container in which commands run one after another, each from the words and the files that the runner plans for a
/// run of its own: what a shell makes of a text, and what an option makes of a container, need no container each.
/// </summary>
internal sealed class SharedContainer : IAsyncDisposable
{
    // The link fails where the root is not written, or not by this user; no command with a prepare command runs there.
    private static readonly string RunsWhatItReads =
        $"""
        while read -r run words; do
            ln -sf /runs/$run/prepared {OwnPlaces.Mounted.Prepared} 2>/dev/null
            (unset SHLVL; eval "exec $words") >/runs/$run.stdout 2>/runs/$run.stderr </dev/null
            echo $?
        done
        """;

    private const UnixFileMode EveryoneEnters =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute |
        UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly TempFolder _runs = new();
    private readonly Task<InteractiveContainer> _container;
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private StreamReader? _exitCodes;
    private int _count;

    /// <summary>Starts the container.</summary>
    /// <param name="options">Engine, image and options, without a command.</param>
    public SharedContainer(StepOptions options) =>
        _container = DockerRunner.StartAsync(options with { Arguments = ["sh", "-c", RunsWhatItReads], Mounts = [new(_runs.Path, "/runs")] });

    /// <summary>Runs a command, or a script.</summary>
    /// <param name="step">The command; its options are those of the container.</param>
    public async Task<RunResult> RunAsync(StepOptions step)
    {
        await _oneAtATime.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            var container = await _container;
            _exitCodes ??= new(container.StandardOutput);
            var run = (++_count).ToString(CultureInfo.InvariantCulture);
            var plan = CommandPlan.For(step);
            using var files = new RunFiles(Host.OfThisMachine, _runs[run], plan.Script, environment: null, plan.HasPrepare, hasPipes: false);
            if (plan.Script is not null)
            {
                File.SetUnixFileMode(_runs[run], EveryoneEnters);
            }

            IEnumerable<string> words = plan.Script is null ? plan.Words : [.. plan.Words, $"/runs/{run}/script.sh"];
            var line = $"{run} {string.Join(' ', words.Select(word => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'"))}\n";
            await container.StandardInput.WriteAsync(Encoding.UTF8.GetBytes(line), TestContext.Current.CancellationToken);
            var exitCode = await _exitCodes.ReadLineAsync(TestContext.Current.CancellationToken);

            Assert.True(exitCode is not null, "the shared container has ended");
            return new RunResult
            {
                ExitCode = int.Parse(exitCode, CultureInfo.InvariantCulture),
                Duration = TimeSpan.Zero,
                ContainerName = "",
                PrepareFailed = files.PrepareFailed,
                StandardOutput = await File.ReadAllTextAsync(_runs[$"{run}.stdout"], TestContext.Current.CancellationToken),
                StandardError = await File.ReadAllTextAsync(_runs[$"{run}.stderr"], TestContext.Current.CancellationToken),
            };
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await using var container = await _container;
        await container.StandardInput.DisposeAsync();
        await container.Completion;
        _exitCodes?.Dispose();
        _runs.Dispose();
        _oneAtATime.Dispose();
    }
}
