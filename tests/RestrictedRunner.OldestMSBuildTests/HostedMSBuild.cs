using System.IO.Compression;
using Microsoft.Build.Evaluation;
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
    private readonly string _folder = Directory.CreateTempSubdirectory("rr-oldest-msbuild-").FullName;

    public HostedMSBuild() => ZipFile.ExtractToDirectory(Package(), Path.Combine(_folder, "package"));

    /// <summary>Path of the project file.</summary>
    public string Project => Path.Combine(_folder, "step.proj");

    /// <summary>Builds a project whose target has the content and returns <c>@(Result)</c>.</summary>
    public HostedBuild Build(string content)
    {
        File.WriteAllText(
            Project,
            $"""
            <Project>
              <Import Project="package/build/RestrictedRunner.Build.targets" />
              <Target Name="Build" Returns="@(Result)">
            {content}
              </Target>
            </Project>
            """);
        var log = new Log();
        using var projects = new ProjectCollection();
        using var manager = new BuildManager();
        var result = manager.Build(
            new BuildParameters(projects) { Loggers = [log], EnableNodeReuse = false },
            new BuildRequestData(Project, new Dictionary<string, string?>(), null, ["Build"], null));
        Assert.Null(result.Exception);
        return new(
            result.OverallResult == BuildResultCode.Success,
            [.. result["Build"].Items.Select(item => item.ItemSpec)],
            log.Events);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Package()
    {
        var found = Directory.GetFiles(Path.Combine(Repository.Root, "artifacts", "packages"), "RestrictedRunner.Build.*.nupkg");
        return Assert.Single(found);
    }

    private sealed class Log : ILogger
    {
        public List<BuildEventArgs> Events { get; } = [];

        public LoggerVerbosity Verbosity { get; set; } = LoggerVerbosity.Diagnostic;

        public string? Parameters { get; set; }

        public void Initialize(IEventSource eventSource) => eventSource.AnyEventRaised += (_, e) => Events.Add(e);

        public void Shutdown()
        {
        }
    }
}
