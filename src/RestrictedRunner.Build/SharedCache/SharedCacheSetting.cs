using System.Text.RegularExpressions;
using RestrictedRunner.Build.RemoteServers;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.SharedCache;

/// <summary>What is wrong with what a project says of a shared cache.</summary>
internal enum SharedCacheFault
{
    /// <summary>The address is none.</summary>
    UrlInvalid,

    /// <summary>The address has a user or a password in it.</summary>
    UrlHasPassword,

    /// <summary>What is to be the name of an environment variable is none.</summary>
    HeaderInvalid,

    /// <summary>Whether results are to be stored is not said.</summary>
    PushInvalid,
}

/// <summary>What a project says of a shared cache.</summary>
/// <param name="Url">The address, as the user wrote it.</param>
/// <param name="Access">Where it is, without who asks.</param>
/// <param name="Pushes">True to store new results there.</param>
/// <param name="Header">Name of the environment variable that holds a header; empty for none.</param>
internal sealed partial record SharedCacheSetting(string Url, ServerAccess Access, bool Pushes, string Header)
{
    private const string InContinuousIntegration = "ci";

    /// <summary>Reads the properties.</summary>
    /// <param name="given">What the project says.</param>
    /// <param name="projectDirectory">Full path of the folder that relative paths start in.</param>
    /// <param name="host">The machine that builds.</param>
    /// <param name="problem">Is told what is wrong with them, and in what words.</param>
    /// <returns>Null where no shared cache is used, or something is wrong.</returns>
    public static SharedCacheSetting? Read(SharedCacheProperties given, string projectDirectory, Host host, Action<SharedCacheFault, string> problem)
    {
        if (given.Url.Length == 0)
        {
            return null;
        }

        var isGood = true;
        var access = ServerUrl.Read(given.Url, out var reason);
        if (access is null)
        {
            var hasPassword = ServerUrl.HasCredentials(given.Url);
            Tell(hasPassword ? SharedCacheFault.UrlHasPassword : SharedCacheFault.UrlInvalid, reason);
        }

        // Who has written $(CACHE_HEADER) has written the value, which no message may repeat.
        if (given.Header.Length > 0 && !Variable().IsMatch(given.Header))
        {
            Tell(SharedCacheFault.HeaderInvalid, "");
        }

        var pushes = given.Push.Equals(InContinuousIntegration, StringComparison.OrdinalIgnoreCase)
            ? given.IsContinuousIntegration
            : bool.TryParse(given.Push, out var push) && push;
        if (given.Push.Length > 0 && !bool.TryParse(given.Push, out _) && !given.Push.Equals(InContinuousIntegration, StringComparison.OrdinalIgnoreCase))
        {
            Tell(SharedCacheFault.PushInvalid, given.Push);
        }

        return !isGood ? null : new(given.Url, access! with { CaBundle = Absolute(given.CaBundle), ClientCertificate = Absolute(given.Certificate) }, pushes, given.Header);

        string Absolute(string path) => path.Length == 0 ? "" : host.Paths.Full(path, projectDirectory);

        void Tell(SharedCacheFault fault, string text)
        {
            isGood = false;
            problem(fault, text);
        }
    }

    /// <summary>What tells the server, and who asks, from others.</summary>
    public string Address => $"{Access.Url} {Access.IsGrpc} {Access.Instance} {Header} {Access.CaBundle} {Access.ClientCertificate}";

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z")]
    private static partial Regex Variable();
}

/// <summary>The properties of a project that are about a shared cache, as they are written.</summary>
/// <param name="Url"><c>DockerExecCacheUrl</c>.</param>
/// <param name="Push"><c>DockerExecCachePush</c>: <c>true</c>, <c>false</c> (default) or <c>ci</c>.</param>
/// <param name="Header"><c>DockerExecCacheHeader</c>.</param>
/// <param name="Certificate"><c>DockerExecCacheCertificate</c>.</param>
/// <param name="CaBundle"><c>DockerExecCacheCaBundle</c>.</param>
/// <param name="IsContinuousIntegration">True where nobody sits at the machine that builds.</param>
internal sealed record SharedCacheProperties(string Url, string Push, string Header, string Certificate, string CaBundle, bool IsContinuousIntegration);
