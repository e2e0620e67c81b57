using System.ComponentModel;
using System.Diagnostics;
using RestrictedRunner.Commands;

namespace RestrictedRunner.Engine;

/// <summary>
/// A small process of the system's shell that outlives this one if this one is killed, and then removes what the step leaves: its
/// container, its temporary folder, its client. It learns of the end by the end of its standard input, which only this
/// process holds open.
/// </summary>
internal sealed class Reaper : IDisposable
{
    // Its watchdog ends it before.
    private static readonly TimeSpan LongestReaping = TimeSpan.FromSeconds(6);

    private readonly Process? _process;
    private bool _takesOver;

    /// <summary>Starts to watch over a container and a folder that do not exist yet.</summary>
    /// <param name="engine">The client.</param>
    /// <param name="hasSecrets">True for a folder that is to be in memory, where the host has some.</param>
    public Reaper(EngineProcess engine, bool hasSecrets = false)
    {
        Folder = RunFiles.NewFolder(engine.Host, hasSecrets);
        Container = Container.New(engine.Host.Owner, RunFiles.IdFile(Folder));
        _process = Start(engine, Container, Folder);
    }

    /// <summary>The step's container.</summary>
    public Container Container { get; private set; }

    /// <summary>Path of the step's temporary folder.</summary>
    public string Folder { get; }

    /// <summary>Environment of a client that pulls, by which the reaper finds it.</summary>
    public IReadOnlyDictionary<string, string?> PullEnvironment => new Dictionary<string, string?> { ["RESTRICTED_RUNNER_PULL"] = Container.Name };

    /// <summary>The client cannot write the file that tells of the container's creation: it runs as somebody else, or sees other files.</summary>
    public void DoWithoutIdFile() => Container = Container with { IdFile = "" };

    /// <summary>The engine did not remove the container in time: the reaper goes on trying when this one is disposed of.</summary>
    public void TakeOver() => _takesOver = true;

    /// <summary>
    /// Nobody waits for the step any more, though this process lives: the reaper does what it would do after this
    /// process's end, in less time than a process that has never stopped a step.
    /// </summary>
    /// <returns>
    /// What became of the container of a client that has ended: absent also where the engine does not answer. Unknown when
    /// the reaper was not through in time, or there is none, and the client may still run.
    /// </returns>
    public async Task<Removal> ReapAsync()
    {
        if (_process is null)
        {
            return Removal.Unknown;
        }

        TakeOver();
        _process.StandardInput.Dispose();
        try
        {
            return await _process.StandardOutput.ReadLineAsync().WaitAsync(LongestReaping).ConfigureAwait(false) switch
            {
                "removed" => Removal.Removed,
                "absent" => Removal.Absent,
                _ => Removal.Unknown,
            };
        }
        catch (TimeoutException)
        {
            return Removal.Unknown;
        }
    }

    /// <summary>The step has ended and cleaned up after itself: the reaper ends.</summary>
    public void Dispose()
    {
        try
        {
            if (!_takesOver)
            {
                _process?.StandardInput.WriteLine("done");
            }

            _process?.StandardInput.Dispose();
        }
        catch (IOException)
        {
            // Somebody has killed the reaper. The step needs it only when this process is killed too.
        }

        _process?.Dispose();
    }

    private static Process? Start(EngineProcess engine, Container container, string folder)
    {
        // Not by CliWrap, which ends the input with the process: this one is gone at once, and its child reads on.
        try
        {
            var process = Process.Start(ReaperCommand.Of(engine, container, folder))!;

            // What kills the process group together with this process kills a reaper that has not left it yet: nothing
            // may be made before. A line comes after 2 ms, or the end of a reaper that was killed.
            _ = process.StandardOutput.ReadLine();
            return process;
        }
        catch (Win32Exception)
        {
            // No shell, or no more processes: the step itself will tell, and the next build removes what it leaves.
            return null;
        }
    }
}
