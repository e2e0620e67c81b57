namespace RestrictedRunner.Build.RemoteServers;

/// <summary>Where a server is, and how it is told who asks.</summary>
/// <param name="Url"><c>http</c> or <c>https</c> and the host, also for gRPC; with a path for an HTTP cache. Without user and password.</param>
/// <param name="IsGrpc">True for <c>grpc://</c> and <c>grpcs://</c>.</param>
internal sealed record ServerAccess(Uri Url, bool IsGrpc)
{
    /// <summary>The instance name of a gRPC server; often empty.</summary>
    public string Instance { get; init; } = "";

    /// <summary>A header of each request, <c>Name: value</c>; null for none. Its value is a secret.</summary>
    public KeyValuePair<string, string>? Header { get; init; }

    /// <summary>Where the header comes from, in words: <c>user 'ci' of .netrc</c>. Empty where that is not known.</summary>
    public string HeaderSource { get; init; } = "";

    /// <summary>For a message that the server does not know who asks: whether anything was sent that says so.</summary>
    public string AskedAs => Header is null && ClientCertificate.Length == 0 ? ", and no credentials were sent" : HeaderSource.Length > 0 ? $", though {HeaderSource} was sent" : "";

    /// <summary>Path of a PEM file with the authorities that sign the server's certificate; empty for the system's.</summary>
    public string CaBundle { get; init; } = "";

    /// <summary>Path of a PEM file with the client's certificate and its key; empty for none.</summary>
    public string ClientCertificate { get; init; } = "";

    /// <summary>Longest time until a connection is there, in the name of everybody who waits for it.</summary>
    public TimeSpan ConnectLimit { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Longest time until a question is answered, and longest time in which nothing of a blob arrives. So long does a build
    /// wait for a server that says nothing.
    /// </summary>
    public TimeSpan AnswerLimit { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <summary>Longest time in which a blob that is being stored makes no progress: what the server does with it may take longer than an answer.</summary>
    public TimeSpan StoreLimit { get; init; } = TimeSpan.FromSeconds(10);
}
