using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace RestrictedRunner.Options;

/// <summary>The forms that single values have, so that none is read as an option or as something else than it is.</summary>
internal static partial class OptionForms
{
    /// <summary>What the names of our labels and files begin with: nobody else may set one.</summary>
    public const string OwnPrefix = "restricted-runner.";

    /// <summary>The value of <see cref="StepOptions.Proxy"/> that sets no variable.</summary>
    public const string WithoutProxy = "none";

    public static bool IsSize(string value) => Size().IsMatch(value);

    public static bool IsWord(string value) => !value.StartsWith('-') && !value.Any(c => char.IsWhiteSpace(c) || char.IsControl(c));

    public static bool IsCapability(string value) => value.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    public static bool IsLabel(string value) => !value.StartsWith('-') && !value.StartsWith('=') && !value.StartsWith(OwnPrefix, StringComparison.Ordinal);

    public static bool IsCpus(string value) => decimal.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var cpus) && cpus > 0;

    public static bool IsAddress(string value) => IPAddress.TryParse(value, out _);

    public static bool IsHostLine(string value) => IsWord(value) && value.IndexOf(':', StringComparison.Ordinal) > 0;

    public static bool IsProxy(string value) =>
        value == WithoutProxy || (IsWord(value) && value.Contains("://", StringComparison.Ordinal) && Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.Host.Length > 0);

    /// <summary>True for a security option that takes a protection away: https://docs.docker.com/reference/cli/docker/container/run/#security-opt</summary>
    public static bool LoosensSecurity(string value) =>
        value.EndsWith("=unconfined", StringComparison.Ordinal) || value.EndsWith(":unconfined", StringComparison.Ordinal)
        || value is "no-new-privileges=false" or "no-new-privileges:false" or "label=disable" or "label:disable"
        || value.StartsWith("unmask=", StringComparison.Ordinal);

    public static bool IsText(string value)
    {
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '\0' || (char.IsSurrogate(value[i]) && !char.IsSurrogatePair(value, i++)))
            {
                return false;
            }
        }

        return true;
    }

    // The grammar of https://pkg.go.dev/github.com/distribution/reference; an image id has the form of a name.
    [GeneratedRegex(
        @"\A(([a-zA-Z0-9]+(-+[a-zA-Z0-9]+)*(\.[a-zA-Z0-9]+(-+[a-zA-Z0-9]+)*)*|\[[a-fA-F0-9:]+\])(:[0-9]+)?/)?" +
        @"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*" +
        @"(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@[A-Za-z][A-Za-z0-9]*([-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?\z",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    public static partial Regex ImageReference();

    // The form that https://pkg.go.dev/github.com/docker/go-units#RAMInBytes reads.
    [GeneratedRegex(@"\A[0-9]+(\.[0-9]+)?[kmgtpKMGTP]?[iI]?[bB]?\z", RegexOptions.ExplicitCapture)]
    public static partial Regex Size();

    [GeneratedRegex(@"\A[a-z0-9_]+(/[a-z0-9_]+){0,2}\z", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    public static partial Regex Platform();

    [GeneratedRegex(@"\A[a-z]+=-?[0-9]+(:-?[0-9]+)?\z", RegexOptions.ExplicitCapture)]
    public static partial Regex Ulimit();

    [GeneratedRegex(@"\A[a-zA-Z0-9]([a-zA-Z0-9.-]{0,61}[a-zA-Z0-9])?\z", RegexOptions.ExplicitCapture)]
    public static partial Regex HostName();
}
