using RestrictedRunner.Hosts;

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

    /// <summary>Does something, and watches the build and the terminal while it is done.</summary>
    public T Watch<T>(Func<T> action)
    {
        _link = BuildLink.Find();
        using var link = _link?.Watch(Cancel);
        using var ctrlC = CtrlC.Watch(Cancel);
        using var close = CtrlC.WatchClose(Cancel, Host.OfThisMachine);
        return action();
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
}
