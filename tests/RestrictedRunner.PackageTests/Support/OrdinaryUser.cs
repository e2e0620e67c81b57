using System.Collections.Concurrent;
using System.Text;
using CliWrap;
using CliWrap.Buffered;

namespace RestrictedRunner.PackageTests;

/// <summary>
/// A real user of this machine who is not root, with one bare project and a home folder of the test's own. The users are
/// those that build/engine.sh adds.
/// </summary>
internal sealed class OrdinaryUser : IAsyncDisposable
{
    private readonly string _name;
    private readonly Dictionary<string, string> _environment;

    private OrdinaryUser(string name, string folder)
    {
        _name = name;
        Folder = folder;
        _environment = new()
        {
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            ["DOTNET_CLI_UI_LANGUAGE"] = "en",
            ["DOTNET_GENERATE_ASPNET_CERTIFICATE"] = "false",
            ["DOTNET_NOLOGO"] = "1",
            ["HOME"] = $"{folder}/home",
            ["MSBUILDDISABLENODEREUSE"] = "1",
            ["MSBUILDUSESERVER"] = "0",
            ["PATH"] = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin",
            ["TMPDIR"] = $"{folder}/tmp",
            ["XDG_RUNTIME_DIR"] = $"{folder}/run",
        };
    }

    /// <summary>False lets the tests that need the users be skipped.</summary>
    public static bool AreThere => Environment.GetEnvironmentVariable("RESTRICTED_RUNNER_REQUIRE_ENGINE") == "1" || Known.Value;

    private static Lazy<bool> Known { get; } = new(() => Docker.CanBeUsed && File.ReadLines("/etc/passwd").Count(line => line.StartsWith("rr-tester:", StringComparison.Ordinal) || line.StartsWith("rr-stranger:", StringComparison.Ordinal)) == 2);

    /// <summary>Folder of the project; the user's own.</summary>
    public string Folder { get; }

    /// <summary>The project's file.</summary>
    public string Project => $"{Folder}/step.proj";

    /// <summary>One who may use docker.</summary>
    public static Task<OrdinaryUser> MemberAsync() => NewAsync("rr-tester");

    /// <summary>One who may not.</summary>
    public static Task<OrdinaryUser> StrangerAsync() => NewAsync("rr-stranger");

    /// <summary>Sets a variable for all that the user runs from now on.</summary>
    public void Set(string name, string value) => _environment[name] = value;

    /// <summary>The user's number.</summary>
    public Task<string> IdAsync() => OutputAsync("id", "-u");

    /// <summary>What a program of the user prints, without the last line end. It has to succeed.</summary>
    public async Task<string> OutputAsync(string program, params string[] arguments)
    {
        var result = await Command([program, .. arguments]).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();
        Assert.True(result.IsSuccess, $"{program} {string.Join(' ', arguments)}\n{result.StandardOutput}\n{result.StandardError}");
        return result.StandardOutput.TrimEnd('\n');
    }

    /// <summary>Writes a file of the user's.</summary>
    public async Task WriteAsync(string path, PipeSource content) =>
        await Command(["sh", "-c", """mkdir -p "${1%/*}" && cat >"$1" """, "sh", Path.Combine(Folder, path)]).WithStandardInputPipe(content).ExecuteAsync();

    /// <summary>Builds a project whose target has the content.</summary>
    public async Task<Build> BuildAsync(string content, params string[] arguments)
    {
        await WriteAsync(
            Project,
            PipeSource.FromString(
                $"""
                <Project>
                  <Sdk Name="RestrictedRunner.Build" Version="{TestRun.Version}" />
                  <Target Name="Build">
                {content}
                  </Target>
                </Project>
                """));
        return await BuildAsync(arguments);
    }

    /// <summary>Builds the project as it is.</summary>
    public async Task<Build> BuildAsync(IReadOnlyList<string> arguments)
    {
        var log = $"{Folder}/{Path.GetRandomFileName()}.binlog";
        var lines = new ConcurrentQueue<string>();
        var command = Command(["dotnet", "build", Project, $"-bl:{log}", "-nodeReuse:false", "-tl:off", .. arguments])
            .WithStandardOutputPipe(PipeTarget.ToDelegate(lines.Enqueue))
            .WithStandardErrorPipe(PipeTarget.ToDelegate(lines.Enqueue))
            .WithValidation(CommandResultValidation.None);
        var result = await command.ExecuteAsync(TestContext.Current.CancellationToken);
        Assert.Equal("", await OutputAsync("find", $"{Folder}/tmp", "-name", "rr-*"));
        return new(DotNet.Report(command, result.ExitCode, lines), log);
    }

    /// <summary>A command line that the user runs in the project's folder.</summary>
    public Command Command(IReadOnlyList<string> words) =>
        As(_name, ["env", .. _environment.Select(variable => $"{variable.Key}={variable.Value}"), .. words]).WithWorkingDirectory(Folder);

    // As root, because users of containers have numbers of their own.
    public async ValueTask DisposeAsync() => await As("root", ["rm", "-rf", Folder]).ExecuteAsync();

    private static async Task<OrdinaryUser> NewAsync(string name)
    {
        var folder = (await As(name, ["mktemp", "-d", "/tmp/rr-user-XXXXXXXX"]).ExecuteBufferedAsync()).StandardOutput.Trim();
        var user = new OrdinaryUser(name, folder);
        // Read by the tests, who may be another user.
        await user.OutputAsync("chmod", "755", folder);
        await user.OutputAsync("mkdir", "-m", "700", $"{folder}/home", $"{folder}/run", $"{folder}/tmp");
        await user.WriteAsync($"feed/{Path.GetFileName(TestRun.PackagePath)}", PipeSource.FromFile(TestRun.PackagePath));
        await user.WriteAsync("nuget.config", PipeSource.FromString("""<configuration><packageSources><clear /><add key="local" value="feed" /></packageSources></configuration>"""));
        foreach (var file in (string[])["Directory.Build.props", "Directory.Build.targets"])
        {
            await user.WriteAsync(file, PipeSource.FromString("<Project />"));
        }

        return user;
    }

    private static Command As(string user, IReadOnlyList<string> words) =>
        Environment.UserName == "root"
            // Without runuser's own process in between, so that a signal reaches the program.
            ? Cli.Wrap("setpriv").WithArguments(["--reuid", user, "--regid", user, "--init-groups", .. words])
            : Cli.Wrap("sudo").WithArguments(["--non-interactive", "--user", user, "--", .. words]);
}

/// <summary>A test that is another user of this machine.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OrdinaryUserFactAttribute : FactAttribute
{
    public OrdinaryUserFactAttribute([System.Runtime.CompilerServices.CallerFilePath] string? sourceFilePath = null, [System.Runtime.CompilerServices.CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber)
    {
        Skip = "there is no docker or no user rr-tester and rr-stranger; run build/engine.sh --test and build/images.sh";
        SkipType = typeof(OrdinaryUser);
        SkipUnless = nameof(OrdinaryUser.AreThere);
    }
}
