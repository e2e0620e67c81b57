namespace RestrictedRunner.Build.MSBuild;

/// <summary>Ends what a task runs: when MSBuild cancels it, at Ctrl-C, and when the build that it belongs to is gone.</summary>
internal sealed class StepCancellation : IDisposable
{
    private readonly CancellationTokenSource _cancelled = new();
    private readonly CancellationTokenSource _stopAtOnce = new();
    private volatile BuildLink? _link;

    /// <summary>Ends what runs.</summary>
    public CancellationToken Token => _cancelled.Token;

    /// <summary>Nobody is left who would give a command time to end.</summary>
    public CancellationToken StopAtOnce => _stopAtOnce.Token;

    /// <summary>Watches the build and the terminal until the result is disposed of.</summary>
    public IDisposable Watch()
    {
        _link = BuildLink.Find();
        return new Watches(_link?.Watch(Cancel), CtrlC.Watch(Cancel));
    }

    /// <summary>Ends what runs.</summary>
    public void Cancel()
    {
        // As in a build of one node, where nobody is left to give the command time. MSBuild cancels before the link tells.
        if (_link is { IsBroken: true })
        {
            _stopAtOnce.Cancel();
        }

        _cancelled.Cancel();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _cancelled.Dispose();
        _stopAtOnce.Dispose();
    }

    private sealed record Watches(IDisposable? Link, IDisposable CtrlC) : IDisposable
    {
        public void Dispose()
        {
            CtrlC.Dispose();
            Link?.Dispose();
        }
    }
}
