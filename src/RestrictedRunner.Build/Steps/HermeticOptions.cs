using RestrictedRunner.Build.Parameters;
using RestrictedRunner.Options;

namespace RestrictedRunner.Build.Steps;

/// <summary>What a hermetic step gets that does not say otherwise. What it does say is a part of its key.</summary>
internal static class HermeticOptions
{
    private const string Everything = "ALL";
    private const string NoNewPrivileges = "no-new-privileges";

    // Docker's client adds those of its own configuration, except where a step has them already.
    private static readonly string[] Proxies = ["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"];

    private static readonly EnvironmentVariable[] Variables =
    [
        new("HOME", "/tmp"),
        new("LANG", "C.UTF-8"),
        new("LC_ALL", "C.UTF-8"),
        new("TZ", "UTC"),
        // 1980-01-01, the first day that a zip archive can hold: https://reproducible-builds.org/docs/source-date-epoch/
        new("SOURCE_DATE_EPOCH", "315532800"),
        .. Proxies.SelectMany(name => new EnvironmentVariable[] { new(name, ""), new(name.ToLowerInvariant(), "") }),
    ];

    /// <summary>Parameters that would show a step what it does not declare, whatever their value.</summary>
    public static IEnumerable<string> Forbidden(DeclaredStep step) =>
        new[] { nameof(StepOptions.Mounts), nameof(StepOptions.DockerRunOpts), Parameter.WorkingDirectory }.Where(step.Own.Has);

    /// <summary>Defaults of a project that are for its other steps: a hermetic one says itself what it is to be given back.</summary>
    public static IEnumerable<string> Loosening(GivenValues defaults) =>
        Parameter.All.Values
            .Where(parameter => defaults.Has(parameter.Name) && defaults.Values[parameter.Name].Texts.Any(text => parameter.LoosensHermetic(text)))
            .Select(parameter => parameter.Name);

    /// <summary>The options with what the step does not set itself.</summary>
    /// <param name="options">Those that it sets.</param>
    /// <param name="isGiven">True for the name of one that it sets.</param>
    public static StepOptions AddTo(StepOptions options, Predicate<string> isGiven) => options with
    {
        AllowNetworking = isGiven(nameof(options.AllowNetworking)) ? options.AllowNetworking : isGiven(nameof(options.Network)),
        ReadOnly = !isGiven(nameof(options.ReadOnly)) || options.ReadOnly,
        Tmpfs = isGiven(nameof(options.Tmpfs)) ? options.Tmpfs : ["/tmp"],

        // Lists that take away are added to: a default of the project, meant for its other steps, would else give back
        // what is not in it. CapAdd and "no-new-privileges=false" say that something is to be given back.
        CapDrop = options.CapDrop.Contains(Everything, StringComparer.OrdinalIgnoreCase) ? options.CapDrop : [Everything, .. options.CapDrop],
        SecurityOpt = options.SecurityOpt.Any(option => option.StartsWith(NoNewPrivileges, StringComparison.Ordinal)) ? options.SecurityOpt : [NoNewPrivileges, .. options.SecurityOpt],
        PidsLimit = isGiven(nameof(options.PidsLimit)) ? options.PidsLimit : StepOption.HermeticPidsLimit,
        Hostname = isGiven(nameof(options.Hostname)) ? options.Hostname : "hermetic",

        // The step's own come last, and win.
        EnvironmentVariables = [.. Variables, .. options.EnvironmentVariables],
    };
}
