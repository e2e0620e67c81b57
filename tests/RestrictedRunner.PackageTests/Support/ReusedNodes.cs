using System.Diagnostics;

namespace RestrictedRunner.PackageTests;

/// <summary>Processes of MSBuild that outlive their builds: of this test's builds only, and they end with it.</summary>
internal sealed class ReusedNodes : IDisposable
{
    private const string Salt = "MSBUILDNODEHANDSHAKESALT";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // Builds with other salt do not talk to a node: https://github.com/dotnet/msbuild/blob/main/documentation/wiki/MSBuild-Environment-Variables.md
    private readonly string _salt = Guid.NewGuid().ToString("N");

    /// <summary>Environment of builds that share nodes.</summary>
    /// <param name="server">True for builds that run in a server of MSBuild.</param>
    public IReadOnlyDictionary<string, string?> Environment(bool server) => new Dictionary<string, string?>
    {
        [Salt] = _salt,
        ["MSBUILDDISABLENODEREUSE"] = null,
        ["DOTNET_CLI_USE_MSBUILD_SERVER"] = server ? "1" : "0",
        ["MSBUILDUSESERVER"] = server ? "1" : "0",
    };

    public void Dispose()
    {
        foreach (var id in Unix.ProcessesWith(Salt, _salt))
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
        }

        Assert.True(SpinWait.SpinUntil(() => !Unix.ProcessesWith(Salt, _salt).Any(), Patience), "a node of MSBuild still runs");
    }
}
