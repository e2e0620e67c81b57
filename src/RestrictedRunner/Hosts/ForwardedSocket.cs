namespace RestrictedRunner.Hosts;

/// <summary>How an engine of another machine is reached.</summary>
/// <param name="Path">Full path of a socket of this machine that leads to it; null where there is none, and a client makes connections of its own.</param>
/// <param name="Remark">Why there is none; empty when there is one.</param>
internal sealed record ForwardedSocket(string? Path, string Remark = "");
