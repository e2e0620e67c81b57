using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using RestrictedRunner.Build;
using RestrictedRunner.TestSupport;

namespace RestrictedRunner.Tests;

/// <summary>Folders are in the order of a step's way: what is in one uses what is in those before it, and nothing that comes later.</summary>
public class FolderTests
{
    private static readonly Architecture Compiled = new ArchLoader().LoadAssemblies(typeof(StepOptions).Assembly, typeof(DockerExec).Assembly).Build();

    // MSBuild knows the attribute by its full name.
    private static readonly string[] NamedByMSBuild = ["Microsoft.Build.Framework.MSBuildMultiThreadableTaskAttribute is in MSBuild"];

    private static readonly string[] EnvironmentOfProcess = ["Environment.GetEnvironmentVariable", "Environment.GetFolderPath", "Environment.CurrentDirectory", "Path.GetTempPath"];

    public static TheoryData<string, string[]> Orders => new()
    {
        { "RestrictedRunner", ["Hosts", "Options", "Results", "Masking", "Output", "Commands", "Engine", "Images", "Planning", "Transfer", "", "Workers"] },
        {
            "RestrictedRunner.Build",
            [
                "Text", "Paths", "Hosts", "Keys", "RemoteServers", "ToolMessages", "MSBuild", "Reports", "Parameters", "Steps", "Inputs", "Outputs", "Cache", "SharedCache", "State",
                "Images", "Dockerfiles", "Locking", "Workers", "Failures", "Logging", "Execution", "Cluster", "Strategies", "Shells", "Building", "Tasks",
            ]
        },
    };

    [Theory]
    [MemberData(nameof(Orders))]
    public void A_folder_uses_only_those_before_it(string project, string[] order)
    {
        var folders = Folders(project);

        Assert.Equal(order.Order(StringComparer.Ordinal), folders.Values.Distinct().Order(StringComparer.Ordinal));
        var back = from type in Compiled.Types
                   where folders.ContainsKey(NameOf(type))
                   from dependency in type.Dependencies
                   where folders.ContainsKey(NameOf(dependency.Target)) && dependency.Target.Assembly.Name == type.Assembly.Name
                   let uses = (From: folders[NameOf(type)], To: folders[NameOf(dependency.Target)])
                   where Array.IndexOf(order, uses.To) > Array.IndexOf(order, uses.From)
                   select $"{uses.From}/{NameOf(type)} uses {uses.To}/{NameOf(dependency.Target)}";
        Assert.Equal("", string.Join(Environment.NewLine, back.Distinct().Order(StringComparer.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void A_namespace_is_that_of_the_folder(string project, string[] order)
    {
        Assert.NotEmpty(order);
        var folders = Folders(project);

        var elsewhere = from type in Compiled.Types
                        where folders.ContainsKey(NameOf(type)) && type.Assembly.Name.Split(',')[0] == project && type.Visibility != Visibility.Public
                        let folder = folders[NameOf(type)]
                        where type.Namespace.FullName != (folder is "" or "Tasks" ? project : $"{project}.{folder}")
                        select $"{type.FullName} is in {folder}";
        Assert.Equal([.. NamedByMSBuild.Where(_ => project == "RestrictedRunner.Build")], elsewhere);
    }

    // Tests give values in place of them, and a reader sees at once what a build depends on.
    [Fact]
    public void The_environment_of_the_process_is_read_in_one_file() =>
        Assert.Equal(
            ["Host.cs"],
            Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
                .Where(file => EnvironmentOfProcess.Any(call => File.ReadAllText(file).Contains(call, StringComparison.Ordinal)))
                .Select(Path.GetFileName));

    // What differs by host is decided by the value that Host is, so that each host's decisions can be tested on every other.
    [Fact]
    public void The_operating_system_is_asked_in_one_folder()
    {
        string[] questions =
        [
            "OperatingSystem.", "RuntimeInformation", "DirectorySeparatorChar", "PathSeparator", "Path.GetFullPath", "Path.GetRelativePath", "Path.IsPathRooted", "Path.IsPathFullyQualified", "Path.GetPathRoot",
            "Path.TrimEndingDirectorySeparator", "DllImport", "LibraryImport", "SetUnixFileMode", "UnixCreateMode", "File.CreateSymbolicLink", "HResult",
        ];

        Assert.Empty(
            from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            let folder = Path.GetFileName(Path.GetDirectoryName(file))
            where folder != "Hosts" && !file.Split(Path.DirectorySeparatorChar).Contains("obj")
            from line in File.ReadLines(file)
            where !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
            from question in questions
            where line.Contains(question, StringComparison.Ordinal)
            select $"{Path.GetFileName(file)}: {line.Trim()}");
    }

    // A file is named after its type; what else is in it is beside that type, or in it.
    private static Dictionary<string, string> Folders(string project)
    {
        var source = Path.Combine(Repository.Root, "src", project);
        return Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            .Select(file => Here.Paths.Relative(source, file))
            .Where(file => !file.StartsWith("obj/", StringComparison.Ordinal) && !file.StartsWith("bin/", StringComparison.Ordinal))
            .DistinctBy(file => Path.GetFileName(file).Split('.')[0])
            .ToDictionary(file => Path.GetFileName(file).Split('.')[0], file => Path.GetDirectoryName(file)!);
    }

    // Without what is around it and its type parameters. What is generated from the API's messages has no file, and may be called as a file is.
    private static string NameOf(IType type) =>
        type.FullName.StartsWith("RestrictedRunner.Build.RemoteExecution.", StringComparison.Ordinal) ? "" : type.FullName.Split('+')[0].Split('.')[^1].Split('`')[0];
}
