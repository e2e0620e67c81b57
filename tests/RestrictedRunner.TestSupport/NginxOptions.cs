namespace RestrictedRunner.TestSupport;

/// <summary>Who may do what on a <see cref="NginxCache"/>.</summary>
internal enum NginxAccess
{
    /// <summary>Everybody reads and writes.</summary>
    Open,

    /// <summary>Everybody reads, and nobody writes: 403.</summary>
    ReadOnly,

    /// <summary>Everybody reads, and <see cref="NginxCache.User"/> writes; others get 401.</summary>
    PasswordToWrite,

    /// <summary><see cref="NginxCache.User"/> reads and writes; others get 401.</summary>
    Password,

    /// <summary>Who sends <c>Authorization: Bearer</c> with <see cref="NginxCache.Token"/> reads and writes; others get 401.</summary>
    Token,
}

/// <summary>How a <see cref="NginxCache"/> is started.</summary>
internal sealed record NginxOptions
{
    public NginxAccess Access { get; init; }

    /// <summary>Its certificates, when it is to speak TLS.</summary>
    public Certificates? Tls { get; init; }

    /// <summary>True when clients have to show a certificate of the same authority.</summary>
    public bool WantsClientCertificate { get; init; }

    /// <summary>The most that one request may send, such as <c>1k</c>; more is answered by 413. <c>0</c>: no limit.</summary>
    public string SizeLimit { get; init; } = "0";

    /// <summary>What stands before <c>/ac/</c> and <c>/cas/</c>: <c>/team/a</c>.</summary>
    public string PathPrefix { get; init; } = "";

    /// <summary>Port of a gRPC server that it hands all requests on to, instead of being a cache itself.</summary>
    public int? Grpc { get; init; }

    /// <summary>More directives for the server, such as <c>limit_rate 10k;</c> or a location.</summary>
    public string MoreDirectives { get; init; } = "";
}
