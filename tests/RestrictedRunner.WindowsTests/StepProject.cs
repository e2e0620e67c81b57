namespace RestrictedRunner.WindowsTests;

/// <summary>A project with declared steps and without an SDK, in a folder of its own on drive C:.</summary>
internal sealed class StepProject(string steps) : IDisposable
{
    private readonly HostedMSBuild _msbuild = new();

    /// <summary>The items; a test may change them between builds.</summary>
    public string Steps { get; set; } = steps;

    /// <summary>Full path of a file or folder of the project.</summary>
    public string this[string name] => _msbuild[name];

    public string Read(string name) => File.ReadAllText(this[name]);

    public void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], text);
    }

    public HostedBuild Build() => BuildTarget("Build");

    public HostedBuild Clean() => BuildTarget("Clean");

    public void Dispose() => _msbuild.Dispose();

    /// <summary>Names as they are, whatever names Windows takes for the same.</summary>
    public IReadOnlyList<string> Files(string pattern) => [.. Directory.GetFiles(this[""], pattern).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    // The steps' targets are there only where a project says what its intermediate folder is. The tasks of MSBuild's own
    // are declared in files that only an SDK has.
    private HostedBuild BuildTarget(string target) => _msbuild.BuildProject(
        $"""
        <Project>
          <PropertyGroup>
            <BaseIntermediateOutputPath>obj\</BaseIntermediateOutputPath>
          </PropertyGroup>
          <UsingTask TaskName="Microsoft.Build.Tasks.Delete" AssemblyName="Microsoft.Build.Tasks.Core" />
          <UsingTask TaskName="Microsoft.Build.Tasks.FindUnderPath" AssemblyName="Microsoft.Build.Tasks.Core" />
          <UsingTask TaskName="Microsoft.Build.Tasks.Message" AssemblyName="Microsoft.Build.Tasks.Core" />
          <UsingTask TaskName="Microsoft.Build.Tasks.Touch" AssemblyName="Microsoft.Build.Tasks.Core" />
          <ItemGroup>
        {Steps}
          </ItemGroup>
          <Target Name="Build" />
          <Target Name="Clean" />
          <Import Project="{HostedMSBuild.Targets}" />
        </Project>
        """,
        target);
}
