namespace RestrictedRunner.WindowsTests;

/// <summary>Paths of Windows in what a project writes.</summary>
public class CommandTests
{
    // As the page has it, which people copy.
    [EngineFact]
    public void Moving_from_Exec_works_as_it_is_printed()
    {
        var example = Page.At("docs/recipes.md").Examples.First(example => example.Text.Contains("CountLikeExec", StringComparison.Ordinal)).Text;
        using var msbuild = new HostedMSBuild();
        File.WriteAllText(msbuild["names.txt"], "Ada\nGrace\n");

        var build = msbuild.BuildProject($"""<Project><Import Project="{HostedMSBuild.Targets}" />{example}</Project>""", "CountLikeExec");

        build.AssertSucceeded();
        Assert.Contains("2 names.txt", build.Output[0]!, StringComparison.Ordinal);
    }

    [EngineFact]
    public void A_path_in_options_keeps_its_backslashes()
    {
        using var msbuild = new HostedMSBuild();

        var build = msbuild.Build("""<DockerExec Image="busybox:latest" DockerRunOpts="-v $(MSBuildProjectDirectory):/here:ro" Command="head -n 1 /here/step.proj" />""");

        build.AssertSucceeded();
        Assert.Equal(["<Project>"], build.Output);
    }

    [EngineFact]
    public void A_path_of_Windows_in_a_command_is_told()
    {
        using var msbuild = new HostedMSBuild();
        Directory.CreateDirectory(msbuild["obj"]);

        var build = msbuild.Build("""<DockerExec Image="busybox:latest" Command="echo obj\Debug\a.txt" />""");

        build.AssertSucceeded();
        Assert.Equal(["objDebuga.txt"], build.Output);
        Assert.Contains(build.Events.OfType<Microsoft.Build.Framework.BuildWarningEventArgs>(), warning => warning.Code == "RRB1027");
    }

    [EngineFact]
    public void Two_variables_that_differ_in_case_are_two()
    {
        using var msbuild = new HostedMSBuild();

        var build = msbuild.Build("""<DockerExec Image="busybox:latest" Command="echo $FOO $Foo" EnvironmentVariables="FOO=1;Foo=2" />""");

        build.AssertSucceeded();
        Assert.Equal(["1 2"], build.Output);
    }

    // What another program has open is an error that names the file, and no fault of ours.
    [EngineTheory]
    [InlineData("a.txt")]
    [InlineData("b.txt")]
    public void A_file_that_is_open_elsewhere_is_told(string name)
    {
        using var project = new StepProject("""<DockerExecStep Include="Copy" Image="busybox:latest" Hermetic="true" Command="cp a.txt b.txt" Inputs="a.txt" Outputs="b.txt" />""");
        project.Write("a.txt", $"{Guid.NewGuid()}\n");
        project.Write("b.txt", "earlier");
        HostedBuild build;
        using (File.Open(project[name], FileMode.Open, FileAccess.Read, FileShare.None))
        {
            build = project.Build();
        }

        var error = Assert.Single(build.Errors);
        Assert.Equal("RRB5001", error.Code);
        Assert.Contains("another process", error.Message!, StringComparison.Ordinal);
        project.Build().AssertSucceeded();
    }

    // As Perforce and TFVC have files that nobody has checked out.
    [EngineFact]
    public void Files_that_are_read_only_are_staged_and_replaced()
    {
        using var project = new StepProject("""<DockerExecStep Include="Copy" Image="busybox:latest" Hermetic="true" Command="cp a.txt b.txt; echo x &gt;&gt; a.txt" Inputs="a.txt" Outputs="b.txt" />""");
        var text = $"{Guid.NewGuid()}\n";
        project.Write("a.txt", text);
        File.SetAttributes(project["a.txt"], FileAttributes.ReadOnly);
        project.Build().AssertSucceeded();
        Assert.Equal(text, project.Read("b.txt"));

        // Somebody has checked it in.
        File.SetAttributes(project["b.txt"], FileAttributes.ReadOnly);
        File.SetAttributes(project["a.txt"], FileAttributes.Normal);
        project.Write("a.txt", $"more {text}");
        project.Build().AssertSucceeded();

        Assert.Equal($"more {text}", project.Read("b.txt"));
        project.Clean().AssertSucceeded();
        Assert.False(File.Exists(project["b.txt"]));
    }
}
