namespace RestrictedRunner.PackageTests;

/// <summary>Steps of a program that is a single file.</summary>
public class FileBasedAppTests
{
    [EngineFact]
    public async Task A_changed_input_runs_its_step_though_the_program_is_the_same()
    {
        var app = new TestProject(
            """
            <Project>
              <ItemGroup>
                <DockerExecStep Include="Generate" Image="busybox:latest" Inputs="name.txt" Outputs="gen/Made.cs" Compile="true"
                                Command="echo &quot;class Made { public const string Name = \&quot;%24(cat name.txt)\&quot;; }&quot; &gt; gen/Made.cs" />
              </ItemGroup>
            </Project>
            """,
            "Directory.Build.targets");
        app.Write("app.cs", $$"""
            #:package RestrictedRunner.Build@{{TestRun.Version}}
            #:property PublishAot=false
            System.Console.WriteLine($"made from {Made.Name}");
            """);

        // Below it the SDK keeps what it builds of such programs.
        var data = Directory.CreateDirectory(app["data"]).FullName;
        foreach (var name in new[] { "one", "two" })
        {
            app.Write("name.txt", name);

            var run = await DotNet.RunAsync(app.Folder, new Dictionary<string, string?> { ["XDG_DATA_HOME"] = data }, ["run", "app.cs"]);

            Assert.Contains($"made from {name}\n", run.Succeeded().Console, StringComparison.Ordinal);
        }
    }
}
