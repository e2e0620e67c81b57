using RestrictedRunner.Options;

namespace RestrictedRunner.Commands;

/// <summary>
/// What a step with a network needs in a network that is not open: a proxy, and the authorities whose certificates count. A
/// step without a network gets neither.
/// </summary>
internal static class NetworkEnvironment
{
    // Programs read the one spelling or the other: https://about.gitlab.com/blog/we-need-to-talk-no-proxy/
    private static readonly string[] ProxyVariables = ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"];
    private static readonly string[] NoProxyVariables = ["NO_PROXY", "no_proxy"];

    // OpenSSL, Go and .NET read the first. The others are of programs that bring a list of their own.
    private static readonly string[] CaBundleVariables =
        ["SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "PIP_CERT", "NODE_EXTRA_CA_CERTS", "GIT_SSL_CAINFO", "CARGO_HTTP_CAINFO", "AWS_CA_BUNDLE"];

    /// <summary>True when the options give the container a network.</summary>
    public static bool HasNetwork(StepOptions options) => options.AllowNetworking && options.Network != "none";

    /// <summary>The options with the variables and the mount. A variable that has a value keeps it.</summary>
    /// <param name="options">The options.</param>
    /// <param name="places">Where our own files are; null where they are mounted.</param>
    public static StepOptions AddTo(StepOptions options, OwnPlaces? places = null)
    {
        var caBundle = (places ?? OwnPlaces.Mounted).CaBundle;
        if (!HasNetwork(options) || (options.CaBundle.Length == 0 && options.Proxy.Length == 0))
        {
            return options;
        }

        return options with
        {
            EnvironmentVariables = [.. options.EnvironmentVariables, .. Variables(options, caBundle).Where(variable => !HasValue(options, variable.Name))],
            Mounts = options.CaBundle.Length == 0 ? options.Mounts : [.. options.Mounts, new Mount(options.CaBundle, caBundle, ReadOnly: true)],
        };
    }

    // Hermetic steps have proxies that are empty, so that those of the client's own configuration do not count.
    private static bool HasValue(StepOptions options, string name) =>
        options.EnvironmentVariables.LastOrDefault(variable => variable.Name == name) is { Value.Length: > 0 };

    private static IEnumerable<EnvironmentVariable> Variables(StepOptions options, string caBundle) =>
    [
        .. options.Proxy is "" or OptionForms.WithoutProxy ? [] : All(ProxyVariables, options.Proxy),
        .. options.Proxy is "" or OptionForms.WithoutProxy || options.NoProxy.Length == 0 ? [] : All(NoProxyVariables, options.NoProxy),
        .. options.CaBundle.Length == 0 ? [] : All(CaBundleVariables, caBundle),
    ];

    private static IEnumerable<EnvironmentVariable> All(string[] names, string value) => names.Select(name => new EnvironmentVariable(name, value));
}
