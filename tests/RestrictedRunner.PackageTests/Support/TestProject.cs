using System.Collections.Concurrent;
using RestrictedRunner.BuildHost;

namespace RestrictedRunner.PackageTests;

/// <summary>A project in a folder of its own outside the repository.</summary>
internal sealed class TestProject
{
    // What "dotnet build" gives to MSBuild, but for its nodes: in one process, unless a test wants more.
    private static readonly string[] OfTheCli =
    [
        "-maxcpucount:1", "-verbosity:m", "-nologo", "-consoleloggerparameters:Summary", "-restore",
        "-restoreProperty:EnableDefaultCompileItems=false", "-restoreProperty:EnableDefaultEmbeddedResourceItems=false", "-restoreProperty:EnableDefaultNoneItems=false",
    ];

    private readonly string _text;

    /// <summary>Writes a project; <c>$VERSION</c> in its text is our package's.</summary>
    public TestProject(string text, string name = "step.proj")
    {
        Folder = TestFolder.New();
        _text = text.Replace("$VERSION", TestRun.Version, StringComparison.Ordinal);
        File = Write(name, _text);
    }

    private TestProject(FileInfo file)
    {
        Folder = file.DirectoryName!;
        _text = System.IO.File.ReadAllText(file.FullName);
        File = file.FullName;
    }

    public string Folder { get; }

    /// <summary>Path of the project file.</summary>
    public string File { get; }

    /// <summary>Path of a file or folder in the project's folder.</summary>
    public string this[string name] => Path.Combine(Folder, name);

    /// <summary>The quickest project there is, for tests of the task: no restore, no compiler.</summary>
    public static TestProject WithTarget(string content) => new(
        $"""
        <Project>
          <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
          <Target Name="Build">
        {content}
          </Target>
        </Project>
        """);

    /// <summary>A project with items, such as declared steps, and with nothing to compile.</summary>
    /// <param name="items">The items.</param>
    /// <param name="tasks">What its target does.</param>
    public static TestProject WithItems(string items, string tasks = "") => new(
        $"""
        <Project>
          <ItemGroup>
        {items}
          </ItemGroup>
          <Target Name="Build">
        {tasks}
          </Target>
          <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
        </Project>
        """);

    /// <summary>A library as <c>dotnet new classlib</c> makes it, with our package and more.</summary>
    public static TestProject Library(string content) => new(
        $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="RestrictedRunner.Build" Version="$VERSION" PrivateAssets="all" />
          </ItemGroup>
        {content}
        </Project>
        """,
        "Library.csproj");

    /// <summary>A project that is there already.</summary>
    public static TestProject At(string file) => new(new FileInfo(file));

    /// <summary>Writes a file and returns its path.</summary>
    public string Write(string name, string text)
    {
        var path = this[name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Number of the first line of the project file with this text.</summary>
    public int LineOf(string text) => Array.FindIndex(_text.Split('\n'), line => line.Contains(text, StringComparison.Ordinal)) + 1;

    /// <summary>An error at the project's first step.</summary>
    public Problem ErrorAtStep(string code, string text) => new(code, File, LineOf("<DockerExec"), text);

    /// <summary>The log file of the project's first step, with its own part of the name as <see cref="Build.Errors"/> show it.</summary>
    public string LogFile => this[$"obj/docker-exec/{Path.GetFileName(File)}-{LineOf("<DockerExec")}-UNIQUE.docker-exec.log"];

    public Task<Build> BuildAsync(params string[] arguments) => BuildAsync(new BuildSetting { Arguments = arguments });

    /// <summary>Builds with <c>dotnet build</c>, as a user does.</summary>
    public Task<Build> BuildInItsOwnProcessAsync(params string[] arguments) => BuildAsync(new BuildSetting { Arguments = arguments, InItsOwnProcess = true });

    public async Task<Build> BuildAsync(BuildSetting setting)
    {
        var log = this[$"{Path.GetRandomFileName()}.binlog"];
        var lines = new ConcurrentQueue<string>();
        return setting.InItsOwnProcess ? await RunAsync() : await RunWarmAsync();

        async Task<Build> RunAsync()
        {
            var command = DotNet.Command(setting.WorkingDirectory ?? Folder, Heard, setting.Environment).WithArguments(CommandLine(log, setting.Arguments));
            var running = command.ExecuteAsync(TestContext.Current.CancellationToken);
            var result = await running;
            return new(DotNet.Report(command, result.ExitCode, lines), log) { ProcessId = running.ProcessId };
        }

        async Task<Build> RunWarmAsync()
        {
            var request = new BuildRequest(setting.WorkingDirectory ?? Folder, DotNet.Environment(setting.Environment), [.. OfTheCli, .. CommandLine(log, setting.Arguments).Skip(1)]);
            var (exitCode, processId) = await WarmProcess.BuildAsync(request, Heard);
            return new(DotNet.Report($"{request.Folder}$ in process {processId}: msbuild {string.Join(' ', request.Arguments)}", exitCode, lines), log) { ProcessId = processId };
        }

        void Heard(string line)
        {
            lines.Enqueue(line);
            setting.OnLine(line);
        }
    }

    /// <summary>Arguments of <c>dotnet</c> that build the project and write the log.</summary>
    public IReadOnlyList<string> CommandLine(string log, IReadOnlyList<string> arguments) =>
        ["build", File, $"-bl:{log};ProjectImports=None", "-nodeReuse:false", "-tl:off", .. arguments];
}

/// <summary>What is special about one build.</summary>
internal sealed record BuildSetting
{
    // Arguments that "dotnet build" reads itself, and variables of MSBuild's that it reads when it starts.
    private readonly bool _inItsOwnProcess;

    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>True for a <c>dotnet build</c> as a user starts it.</summary>
    public bool InItsOwnProcess
    {
        get => _inItsOwnProcess
            || Arguments.Any(argument => argument.StartsWith("--", StringComparison.Ordinal) || argument.StartsWith("-c:", StringComparison.Ordinal))
            || Environment?.Keys.Any(name => name.StartsWith("MSBUILD", StringComparison.Ordinal)) == true;
        init => _inItsOwnProcess = value;
    }

    public string? WorkingDirectory { get; init; }

    public IReadOnlyDictionary<string, string?>? Environment { get; init; }

    public Action<string> OnLine { get; init; } = static _ => { };
}
