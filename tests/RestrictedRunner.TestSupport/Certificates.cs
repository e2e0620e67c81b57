using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RestrictedRunner.TestSupport;

/// <summary>An authority for certificates, with one of a server on the loopback and one of a client, as PEM files.</summary>
internal sealed class Certificates : IDisposable
{
    private readonly TempFolder _folder = new();

    public Certificates()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=authority of a test", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        using var authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        _folder.Write("authority.pem", authority.ExportCertificatePem());
        Issue(authority, "server", "CN=localhost", "1.3.6.1.5.5.7.3.1");
        Issue(authority, "client", "CN=builder", "1.3.6.1.5.5.7.3.2");
    }

    /// <summary>The authority's certificate.</summary>
    public string Authority => _folder["authority.pem"];

    /// <summary>A server's certificate, for <c>localhost</c> and <c>127.0.0.1</c>.</summary>
    public string Server => _folder["server.pem"];

    public string ServerKey => _folder["server.key"];

    /// <summary>A client's certificate.</summary>
    public string Client => _folder["client.pem"];

    public string ClientKey => _folder["client.key"];

    /// <summary>The client's certificate and key in one file, without a password.</summary>
    public string ClientPkcs12 => _folder["client.pfx"];

    public void Dispose() => _folder.Dispose();

    private void Issue(X509Certificate2 authority, string file, string name, string use)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new(use)], false));
        using var certificate = request.Create(authority, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1), RandomNumberGenerator.GetBytes(8));
        using var withKey = certificate.CopyWithPrivateKey(key);
        _folder.Write($"{file}.pem", certificate.ExportCertificatePem());
        _folder.Write($"{file}.key", key.ExportPkcs8PrivateKeyPem());
        File.WriteAllBytes(_folder[$"{file}.pfx"], withKey.Export(X509ContentType.Pkcs12));
    }
}
