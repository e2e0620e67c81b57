using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace RestrictedRunner.EngineTests;

/// <summary>A network that is not open: a proxy, and a server whose certificate only the company's authority has signed.</summary>
public class NetworkEnvironmentTests
{
    // Of the machine, because no image has a client that checks certificates.
    private const string Curl = "exec /host/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 --library-path /host/lib/x86_64-linux-gnu /host/bin/curl -sS";

    [Theory]
    [OfThisMachine]
    [EachEngine]
    public async Task Programs_go_through_the_proxy_but_not_to_hosts_without_one(string engine)
    {
        using var server = new Server(certificate: null);
        var step = With(Step.On(engine, $"{Curl} http://packages.example/file {server.Address}/direct")) with { Proxy = server.Address, NoProxy = "127.0.0.1" };

        Assert.Equal("GET http://packages.example/file HTTP/1.1\nGET /direct HTTP/1.1\n", await step.OutputAsync());
    }

    [Theory]
    [OfThisMachine]
    [EachEngine]
    public async Task Programs_believe_the_authorities_of_the_bundle_and_no_others(string engine)
    {
        using var authority = Authority("Company");
        using var other = Authority("Other");
        using var server = new Server(CertificateOf(authority));
        using var folder = new TempFolder();
        var (bundle, ofOther) = (folder.Write("company, inc.pem", authority.ExportCertificatePem()), folder.Write("other.pem", other.ExportCertificatePem()));
        var step = With(Step.On(engine, $"{Curl} {server.Address}/file"));

        Assert.Equal("GET /file HTTP/1.1\n", await (step with { CaBundle = bundle }).OutputAsync());
        Assert.Equal(60, (await (step with { CaBundle = ofOther }).RunAsync()).ExitCode);
    }

    [Theory]
    [EachEngine]
    public async Task A_step_without_a_network_sees_neither(string engine)
    {
        var step = Step.On(engine, "env | grep -i -e proxy -e ssl_cert; ls -A / | grep pem; true") with { AllowNetworking = false, Proxy = "http://proxy:3128", CaBundle = "/absent" };

        Assert.Equal("", await step.OutputAsync());
    }

    private static StepOptions With(StepOptions step) => step with { Network = "host", ReadOnly = true, User = "1234:1234", Mounts = [new("/usr", "/host", ReadOnly: true)] };

    private static X509Certificate2 Authority(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static X509Certificate2 CertificateOf(X509Certificate2 authority)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(authority, authority.NotBefore, authority.NotAfter, [1]);
        return signed.CopyWithPrivateKey(key);
    }

    /// <summary>Answers each request with its first line. It is a proxy, too: to one that line has the whole address.</summary>
    private sealed class Server : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly X509Certificate2? _certificate;

        public Server(X509Certificate2? certificate)
        {
            _certificate = certificate;
            _listener.Start();
            Address = $"{(certificate is null ? "http" : "https")}://{_listener.LocalEndpoint}";
            _ = ServeAsync();
        }

        public string Address { get; }

        public void Dispose()
        {
            _listener.Dispose();
            _certificate?.Dispose();
        }

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync();
                    await AnswerAsync(client.GetStream());
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        private async Task AnswerAsync(NetworkStream network)
        {
            try
            {
                using var secure = _certificate is null ? null : new SslStream(network);
                if (secure is not null)
                {
                    await secure.AuthenticateAsServerAsync(_certificate!);
                }

                Stream stream = secure is null ? network : secure;
                using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
                var first = await reader.ReadLineAsync();
                while (await reader.ReadLineAsync() is { Length: > 0 })
                {
                }

                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {first!.Length + 1}\r\nConnection: close\r\n\r\n{first}\n"));
            }
            catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
            {
                // A client that does not believe the certificate hangs up.
            }
        }
    }
}
