using System.Diagnostics;

namespace RestrictedRunner.PackageTests;

/// <summary>Names of files that are no UTF-8, which .NET can neither open nor remove.</summary>
public sealed class FileNamesTests
{
    [EngineFact]
    public async Task RRB1025_for_inputs_and_outputs_that_are_named_so()
    {
        var project = Project(
            Step("Glob", """Inputs="src/*.txt" Outputs="1.txt" Command="cat src/* &gt; 1.txt" """),
            Step("Folder", """Inputs="src" Outputs="2.txt" Command="cat src/* &gt; 2.txt" """),
            Step("InFolder", """Inputs="sub/**/*.txt" Outputs="3.txt" Command="cat sub/*/* &gt; 3.txt" """),
            """<Found Include="src/caf*.txt" /> """,
            Step("Item", """Inputs="@(Found)" Outputs="4.txt" Command="cat src/* &gt; 4.txt" """),
            Step("Without", """Inputs="src/*.txt;!src/caf?.txt;sub/**/*.c" Outputs="5.txt" Command="cat src/a.txt &gt; 5.txt" """),
            Step("Written", """Outputs="written/" Command="touch written/a `printf 'written/caf\351.txt'`; mkdir `printf 'written/d\351'`" """),
            Step("Matched", """Outputs="matched/*.txt" Command="touch matched/a.txt `printf 'matched/caf\351.txt'`" """),
            Step("Hermetic", """Outputs="hermetic/" Hermetic="true" Command="touch `printf 'hermetic/caf\351.txt'`" """),
            Step("Scratch", """Outputs="6.txt" Hermetic="true" Command="mkdir `printf 'd\351'`; touch `printf 'd\351/caf\351.txt'` 6.txt" """));
        project.Write("src/a.txt", "a");
        Shell(project, """touch "$(printf 'src/caf\351.txt')"; mkdir sub "$(printf 'sub/d\351')"; touch "$(printf 'sub/d\351/q.txt')" """);

        var build = await project.BuildAsync();

        const string input = "is not UTF-8, in which the step's key and its results are written. Rename it ('convmv -f latin1 -t utf8' does), or leave it out: what begins with '!' in Inputs takes files away, and '?' in it stands for such a byte.";
        const string output = "is not UTF-8, in which the step's key and its results are written. Let the command give it another name, or write it where no output is. What the step wrote is removed.";
        Assert.Equal(
            [
                Error(project, "Glob", @$"the name of the input 'src/caf\xe9.txt' {input}"),
                Error(project, "Folder", @$"the name of the input 'src/caf\xe9.txt' {input}"),
                Error(project, "InFolder", @$"the name of the input 'sub/d\xe9/q.txt' {input}"),
                Error(project, "Item", @$"the name of the input 'src/caf\xe9.txt' {input}"),
                Error(project, "Written", @$"the name of the output 'written/caf\xe9.txt' (and of 1 more) {output}"),
                Error(project, "Matched", @$"the name of the output 'matched/caf\xe9.txt' {output}"),
                Error(project, "Hermetic", @$"the name of the output 'hermetic/caf\xe9.txt' {output}"),
            ],
            build.Errors.OrderBy(error => error.Line));
        Assert.True(File.Exists(project["5.txt"]) && File.Exists(project["6.txt"]));
        Assert.Empty(Directory.GetFileSystemEntries(project["written"]).Concat(Directory.GetFileSystemEntries(project["matched"])));
        Assert.Empty(Directory.GetDirectories(project["obj/docker-exec"]));
        // .NET could not, at the end of the test.
        Shell(project, "rm -r src sub");
    }

    private static Problem Error(TestProject project, string step, string text) =>
        new("RRB1025", project.File, project.LineOf($"Include=\"{step}\""), $"Step '{step}': {text}");

    private static string Step(string name, string attributes) => $"""<DockerExecStep Include="{name}" Image="busybox:latest" {attributes} />""";

    private static TestProject Project(params string[] items) => new(
        $"""
        <Project>
          <PropertyGroup><DockerExecCache>off</DockerExecCache></PropertyGroup>
          <ItemGroup>
            {string.Join('\n', items)}
          </ItemGroup>
          <Target Name="Build" />
          <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
        </Project>
        """);

    private static void Shell(TestProject project, string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", script]) { WorkingDirectory = project.Folder })!;
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }
}
