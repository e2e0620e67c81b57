using CsCheck;
using RestrictedRunner.Build.Shells;
using RestrictedRunner.Options;

namespace RestrictedRunner.Tests;

public class ShellCommandTests
{
    private static string Of(string step, string project = "/p/app/a.csproj", string startedIn = "/p", Host? host = null, params (string Name, string Value)[] properties) =>
        ShellCommand.Of(step, project, startedIn, properties.ToDictionary(property => property.Name, property => property.Value), host ?? Host.Linux);

    [Fact]
    public void A_project_has_its_path_from_where_the_build_was_started()
    {
        Assert.Equal("dotnet build app/a.csproj -t:DockerExecShell -p:Step=Parser", Of("Parser"));
        Assert.Equal("dotnet build /p/app/a.csproj -t:DockerExecShell -p:Step=Parser", Of("Parser", startedIn: "/q"));
        Assert.Equal("dotnet build '/p q/a.csproj' -t:DockerExecShell -p:Step=Parser", Of("Parser", "/p q/a.csproj", startedIn: ""));
    }

    [Fact]
    public void The_only_project_of_its_folder_needs_no_name()
    {
        var folder = Directory.CreateTempSubdirectory();
        var project = Path.Combine(folder.FullName, "a.csproj");
        File.WriteAllText(project, "");

        Assert.Equal("dotnet build -t:DockerExecShell -p:Step=Parser", Of("Parser", project, folder.FullName, Here.Host));
        File.WriteAllText(Path.Combine(folder.FullName, "b.slnx"), "");
        Assert.Equal("dotnet build a.csproj -t:DockerExecShell -p:Step=Parser", Of("Parser", project, folder.FullName, Here.Host));
        folder.Delete(recursive: true);
    }

    [Fact]
    public void What_decides_how_the_step_is_read_is_repeated_and_nothing_else() =>
        Assert.Equal(
            "dotnet build app/a.csproj -t:DockerExecShell -p:Step=Parser -p:TargetFramework=net8.0 -p:Configuration=Release",
            Of("Parser", properties: [("Configuration", "Release"), ("Platform", "AnyCPU"), ("Token", "x"), ("TargetFramework", "net8.0"), ("RuntimeIdentifier", "")]));

    [Fact]
    public void Any_name_of_a_step_arrives() =>
        Gen.String[Gen.Char["a ;,%'\"$`\\&|é\n"], 1, 8].Sample(step =>
        {
            var words = ShellWords.Split(Of(step));

            Assert.Equal(5, words.Count);
            Assert.Equal(step, Uri.UnescapeDataString(words[4]["-p:Step=".Length..]));
            Assert.DoesNotContain(words[4], static c => c is ';' or ',');
        });

    [Fact]
    public void Windows_has_quotes_of_its_own() =>
        Assert.Equal("dotnet build \"C:\\my app\\a.csproj\" -t:DockerExecShell \"-p:Step=a b\"", Of("a b", @"C:\my app\a.csproj", @"C:\q", Host.Windows));
}
