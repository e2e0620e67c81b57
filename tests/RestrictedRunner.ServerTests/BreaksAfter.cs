using Grpc.Core;

namespace RestrictedRunner.ServerTests;

/// <summary>Answers that end in the middle, as they do when a proxy is started anew.</summary>
internal sealed class BreaksAfter(IServerStreamWriter<ReadResponse> responses, int messages) : IServerStreamWriter<ReadResponse>
{
    private int _left = messages;

    public WriteOptions? WriteOptions { get => responses.WriteOptions; set => responses.WriteOptions = value; }

    public Task WriteAsync(ReadResponse message) => _left-- > 0 ? responses.WriteAsync(message) : throw new RpcException(new(StatusCode.Unavailable, "broken"));

    public Task WriteAsync(ReadResponse message, CancellationToken cancellationToken) => WriteAsync(message);
}
