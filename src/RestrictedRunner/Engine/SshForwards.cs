using System.Collections.Concurrent;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Engine;

/// <summary>The connections of one build to machines of engines: one to each, made when the first call needs it.</summary>
/// <param name="host">The machine that builds.</param>
internal sealed class SshForwards(Host host) : IDisposable
{
    private readonly ConcurrentDictionary<(string ClientPath, string Context), string> _endpoints = [];
    private readonly ConcurrentDictionary<string, Lazy<ForwardedSocket>> _sockets = [];
    private readonly ConcurrentBag<SshForward> _forwards = [];

    /// <summary>How the engine of a client is reached; null for an engine that is not behind ssh.</summary>
    /// <param name="clientPath">Path of the client.</param>
    /// <param name="context">Value of <see cref="StepOptions.Context"/>.</param>
    public ForwardedSocket? Find(string clientPath, string context)
    {
        // Podman's client makes a connection itself, and one only.
        var endpoint = _endpoints.GetOrAdd((clientPath, context), _ => host.IsWindows || EngineFacts.IsPodmanClient(clientPath) ? "" : EngineEndpoint.Of(context, isPodman: false, host));
        return SshAddress.Parse(endpoint) is { } address ? _sockets.GetOrAdd(endpoint, _ => new(() => Start(address))).Value : null;
    }

    /// <summary>Ends them.</summary>
    public void Dispose()
    {
        while (_forwards.TryTake(out var forward))
        {
            forward.Dispose();
        }
    }

    private ForwardedSocket Start(SshAddress address)
    {
        try
        {
            var forward = Task.Run(() => SshForward.StartAsync(address, host)).GetAwaiter().GetResult();
            _forwards.Add(forward);
            return new(forward.Socket);
        }
        catch (Exception e) when (e is RunnerException or IOException or UnauthorizedAccessException)
        {
            return new(null, $"One connection by ssh for the whole build cannot be had, so each call of docker's client makes its own: {e.Message}");
        }
    }
}
