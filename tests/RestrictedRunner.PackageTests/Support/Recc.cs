using CliWrap;
using CliWrap.Buffered;

namespace RestrictedRunner.PackageTests;

/// <summary>A real recc, which keeps what a compiler makes on a server of the Remote Execution API.</summary>
internal sealed class Recc : IDisposable
{
    private readonly TempFolder _folder = new();

    public Recc() => _folder.Write("hello.c", "int hello(void) { return 1; }\n");

    /// <summary>Compiles a file.</summary>
    /// <param name="server">The server's address: <c>http://…</c>.</param>
    /// <returns>True when the server had the result.</returns>
    public async Task<bool> CompileAsync(string server)
    {
        File.Delete(_folder["hello.o"]);
        var result = await Cli.Wrap(OtherMachines.Program("recc")).WithArguments(["/usr/bin/gcc", "-c", "hello.c", "-o", "hello.o"])
            .WithWorkingDirectory(_folder.Path)
            .WithEnvironmentVariables(new Dictionary<string, string?>
            {
                ["RECC_SERVER"] = server,
                ["RECC_CACHE_ONLY"] = "1",
                ["RECC_CACHE_UPLOAD_LOCAL_BUILD"] = "1",
                ["RECC_PROJECT_ROOT"] = _folder.Path,
                ["RECC_LOG_LEVEL"] = "info",
            })
            .ExecuteBufferedAsync();
        Assert.True(File.Exists(_folder["hello.o"]), result.StandardError);
        return result.StandardError.Contains("Action Cache hit", StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
