using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using RestrictedRunner.Build.RemoteExecution;
using RestrictedRunner.FakeServer;
using Action = RestrictedRunner.Build.RemoteExecution.Action;

namespace RestrictedRunner.Benchmarks;

/// <summary>
/// A cluster as it is elsewhere: it runs so many actions at once, each for a second, and none of that takes this machine's
/// processors. Each output that an action declares is a file.
/// </summary>
internal sealed class SleepingCluster : FakeService, IDisposable
{
    /// <summary>How many actions it runs at once.</summary>
    public const int Places = 40;

    private readonly SemaphoreSlim _places = new(Places);

    /// <summary>One that nobody has asked yet.</summary>
    public SleepingCluster() => Capabilities = new() { CacheCapabilities = new() { DigestFunctions = { DigestFunction.Types.Value.Sha256 } }, ExecutionCapabilities = new() { ExecEnabled = true } };

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();

    /// <inheritdoc/>
    public override async Task ExecuteAsync(ExecuteRequest request, IServerStreamWriter<Operation> responses, ServerCallContext call)
    {
        Note(call);
        var command = Command.Parser.ParseFrom(Blobs[Action.Parser.ParseFrom(Blobs[request.ActionDigest.Hash]).CommandDigest.Hash]);
        var result = new ActionResult { OutputFiles = { command.OutputPaths.Select(path => new OutputFile { Path = path, Digest = Store(System.Text.Encoding.UTF8.GetBytes(path)) }) } };
        var operation = new Operation { Name = request.ActionDigest.Hash };
        await responses.WriteAsync(operation);
        await _places.WaitAsync(call.CancellationToken);
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(1), call.CancellationToken);
        }
        finally
        {
            _places.Release();
        }

        operation.Done = true;
        operation.Response = Any.Pack(new ExecuteResponse { Result = result });
        await responses.WriteAsync(operation);
    }
}
