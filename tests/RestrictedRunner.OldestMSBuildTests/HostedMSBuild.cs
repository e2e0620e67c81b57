using System.IO.Compression;
using Microsoft.Build.Evaluation;
using Microsoft.Build.Exceptions;
using Microsoft.Build.Execution;
using Microsoft.Build.Framework;

namespace RestrictedRunner.OldestMSBuildTests;

/// <summary>What one build of the hosted MSBuild said.</summary>
/// <param name="Succeeded">True for a build without errors.</param>
/// <param name="Returned">What the target returns.</param>
/// <param name="Events">Everything logged, in order.</param>
internal sealed record HostedBuild(bool Succeeded, IReadOnlyList<string> Returned, IReadOnlyList<BuildEventArgs> Events)
{
    public IReadOnlyList<BuildErrorEventArgs> Errors => [.. Events.OfType<BuildErrorEventArgs>()];

    /// <summary>Fails with the errors that there are.</summary>
    public void AssertSucceeded() => Assert.True(Succeeded && Errors.Count == 0, string.Join('\n', Errors.Select(error => $"{error.Code}: {error.Message}")));

    /// <summary>Everything said, of any importance.</summary>
    public IReadOnlyList<string> Texts => [.. Events.OfType<BuildMessageEventArgs>().Select(e => e.Message ?? "")];

    /// <summary>Names of the containers that steps ran.</summary>
    public IReadOnlyList<string> Containers =>
        [.. Events.OfType<BuildMessageEventArgs>().Where(e => e.Message!.Contains(" run --rm --name rr-", StringComparison.Ordinal)).Select(e => e.Message!.Split(' ').SkipWhile(word => word != "--name").ElementAt(1))];

    /// <summary>The lines that steps printed.</summary>
    public IReadOnlyList<string?> Output =>
        [.. Events.OfType<BuildMessageEventArgs>().Where(e => e is { SenderName: "DockerExec", Importance: MessageImportance.High } and not TaskCommandLineEventArgs).Select(e => e.Message)];
}

/// <summary>
/// The engine of the oldest supported MSBuild, in this process, and a folder for one project that imports the packed
/// package's targets. SDKs cannot be resolved, and MSBuild's own tasks are not there.
/// </summary>
internal sealed class HostedMSBuild : IDisposable
{
    // Once, because on Windows nobody removes assemblies that a process has loaded.
    private static readonly Lazy<string> Package = new(Unpack);

    private readonly string _folder = Directory.CreateTempSubdirectory("test-").FullName;

    /// <summary>Path of the project file.</summary>
    public string Project => this["step.proj"];

    /// <summary>Path of the file of the package that projects import.</summary>
    public static string Targets => Path.Combine(Package.Value, "build", "RestrictedRunner.Build.targets");

    /// <summary>Path of a file or folder beside the project.</summary>
    public string this[string name] => Path.Combine(_folder, name);

    /// <summary>Builds a project whose target has the content and returns <c>@(Result)</c>.</summary>
    public HostedBuild Build(string content) => BuildProject(
        $"""
        <Project>
          <Import Project="{Targets}" />
          <Target Name="Build" Returns="@(Result)">
        {content}
          </Target>
        </Project>
        """,
        "Build");

    /// <summary>Builds a target of a project.</summary>
    /// <param name="text">The project's text.</param>
    /// <param name="target">The target.</param>
    /// <param name="cancelAt">Cancels the build when this line was logged; null for a build to its end.</param>
    public HostedBuild BuildProject(string text, string target, string? cancelAt = null)
    {
        File.WriteAllText(Project, text);
        using var projects = new ProjectCollection();
        using var manager = new BuildManager();
        var log = new Log(cancelAt, manager.CancelAllSubmissions);
        var result = manager.Build(
            new BuildParameters(projects) { Loggers = [log], EnableNodeReuse = false },
            new BuildRequestData(Project, new Dictionary<string, string?>(), null, [target], null));
        Assert.True(result.Exception is null or BuildAbortedException, $"{result.Exception}");
        return new(
            result.OverallResult == BuildResultCode.Success,
            result.HasResultsForTarget(target) ? [.. result[target].Items.Select(item => item.ItemSpec)] : [],
            log.Events);
    }

    public void Dispose()
    {
        // The engine leaves it at the project, and on Windows nobody removes a current directory.
        Directory.SetCurrentDirectory(AppContext.BaseDirectory);
        Directory.Delete(_folder, recursive: true);
    }

    private static string Unpack()
    {
        var package = Assert.Single(Directory.GetFiles(Path.Combine(Repository.Root, "artifacts", "packages"), "RestrictedRunner.Build.*.nupkg"));
        var folder = Path.Combine(AppContext.BaseDirectory, "package");
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        ZipFile.ExtractToDirectory(package, folder);
        return folder;
    }

    private sealed class Log(string? cancelAt, Action cancel) : ILogger
    {
        public List<BuildEventArgs> Events { get; } = [];

        public LoggerVerbosity Verbosity { get; set; } = LoggerVerbosity.Diagnostic;

        public string? Parameters { get; set; }

        public void Initialize(IEventSource eventSource) => eventSource.AnyEventRaised += (_, e) =>
        {
            Events.Add(e);
            if (cancelAt is not null && e is BuildMessageEventArgs and not TaskCommandLineEventArgs && e.Message == cancelAt)
            {
                // Elsewhere, because a build does not go on before its loggers have heard.
                Task.Run(cancel);
            }
        };

        public void Shutdown()
        {
        }
    }
}
