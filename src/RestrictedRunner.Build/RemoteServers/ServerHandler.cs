using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RestrictedRunner.Build.Hosts;

namespace RestrictedRunner.Build.RemoteServers;

/// <summary>Sends requests to one server, over HTTP or gRPC, and tells it who asks.</summary>
internal sealed class ServerHandler : DelegatingHandler
{
    // A window as large as a batch: with the 64 KB that HTTP/2 begins with, each stream waits for the other side again and again.
    private const int StreamWindow = 4 << 20;
    private const int MaxConnections = 8;

    private readonly KeyValuePair<string, string>? _header;

    private ServerHandler(SocketsHttpHandler inner, KeyValuePair<string, string>? header)
        : base(inner)
    {
        _header = header;
        inner.ConnectCallback = ConnectAsync;
    }

    /// <summary>What goes to the server and comes from it.</summary>
    public Traffic Traffic { get; } = new();

    /// <summary>The handler of a server.</summary>
    /// <exception cref="ServerException">A certificate cannot be read.</exception>
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "It is returned.")]
    public static ServerHandler Of(ServerAccess access)
    {
        var sockets = new SocketsHttpHandler
        {
            // Credentials are for this server and for no other, so it cannot send us to one.
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = access.ConnectLimit,

            // A proxy speaks no HTTP/2 without TLS.
            UseProxy = !access.Url.IsLoopback && !(access.IsGrpc && access.Url.Scheme == Uri.UriSchemeHttp),
            MaxConnectionsPerServer = MaxConnections,
            EnableMultipleHttp2Connections = true,
            InitialHttp2StreamWindowSize = StreamWindow,
        };
        try
        {
            Trust(sockets.SslOptions, access.CaBundle);
            Identify(sockets.SslOptions, access.ClientCertificate);
            return new(sockets, access.Header);
        }
        catch
        {
            sockets.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (_header is { } header)
        {
            request.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        return base.SendAsync(request, cancellationToken);
    }

    // As the handler does it itself.
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "The stream that is returned has it.")]
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            UnsentBytes.Limit(socket);
            await socket.ConnectAsync(context.DnsEndPoint, cancellation).ConfigureAwait(false);
            return Traffic.Count(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // As with the system's authorities, the server's name is checked and no list of revoked certificates is asked for.
    private static void Trust(SslClientAuthenticationOptions options, string bundle)
    {
        if (bundle.Length > 0)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(Certificates(bundle));
            options.CertificateChainPolicy = policy;
        }
    }

    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "The options keep it.")]
    private static void Identify(SslClientAuthenticationOptions options, string file)
    {
        if (file.Length > 0)
        {
            options.ClientCertificateContext = SslStreamCertificateContext.Create(ClientCertificate(file), Certificates(file), offline: true);
        }
    }

    private static X509Certificate2Collection Certificates(string file) => Read(file, static path =>
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPemFile(path);
        return certificates.Count > 0 ? certificates : throw new CryptographicException("It has no certificate.");
    });

    // Windows' TLS takes no key that is in memory only, so it goes once through the form in which it takes one.
    private static X509Certificate2 ClientCertificate(string file) => Read(file, static path =>
    {
        using var certificate = X509Certificate2.CreateFromPemFile(path);
        return new X509Certificate2(certificate.Export(X509ContentType.Pkcs12));
    });

    private static T Read<T>(string file, Func<string, T> read)
    {
        try
        {
            return read(file);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ServerException(ServerFailure.Certificate, $"'{file}' cannot be used: {e.Message}", e);
        }
    }
}
