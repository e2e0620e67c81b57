namespace RestrictedRunner.Engine;

/// <summary>An engine of another machine as docker's client is told of it, <c>ssh://user@machine:22/run/docker.sock</c>.</summary>
/// <param name="User">The user there; empty for the one that ssh is set up for.</param>
/// <param name="Machine">Name or address of the machine.</param>
/// <param name="Port">Port of its ssh server; empty for the one that ssh is set up for.</param>
/// <param name="Socket">Full path of the engine's socket there; empty where the client of that machine is to tell.</param>
internal sealed record SshAddress(string User, string Machine, string Port, string Socket)
{
    private const string Scheme = "ssh://";

    /// <summary>Reads an endpoint; null for one of another kind, or of a form that docker's client refuses.</summary>
    public static SshAddress? Parse(string endpoint) =>
        endpoint.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && Uri.TryCreate(endpoint, UriKind.Absolute, out var uri)
        && uri is { Host.Length: > 0, Query: "", Fragment: "" }
        && !uri.UserInfo.Contains(':', StringComparison.Ordinal)
            ? new(Uri.UnescapeDataString(uri.UserInfo), uri.Host.Trim('[', ']'), uri.Port > 0 ? $"{uri.Port}" : "", uri.AbsolutePath == "/" ? "" : Uri.UnescapeDataString(uri.AbsolutePath))
            : null;

    /// <summary>The words of ssh that lead to the machine. A name that looks like an option is none.</summary>
    public IReadOnlyList<string> Words => [.. User.Length > 0 ? new[] { "-l", User } : [], .. Port.Length > 0 ? new[] { "-p", Port } : [], "--", Machine];
}
