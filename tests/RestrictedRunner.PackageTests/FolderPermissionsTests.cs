using CliWrap;

namespace RestrictedRunner.PackageTests;

/// <summary>Steps that leave folders without write permission, as Go's module cache has them. Root would not notice, so an ordinary user builds.</summary>
public class FolderPermissionsTests
{
    private const string Steps = """
        <ItemGroup>
          <DockerExecStep Include="Folder" Image="busybox:latest" Inputs="in.txt" Outputs="folder/" Command="mkdir -p folder/a/b; cp in.txt folder/a/b/out.txt; chmod -R a-w folder" />
          <DockerExecStep Include="Glob" Image="busybox:latest" Inputs="in.txt" Outputs="glob/**/*.txt" Command="mkdir -p glob/a/b; cp in.txt glob/a/b/out.txt; chmod -R a-w glob" />
          <DockerExecStep Include="Named" Image="busybox:latest" Inputs="in.txt" Outputs="named/a/out.txt" Command="cp in.txt named/a/out.txt; chmod -R a-w named" />
          <DockerExecStep Include="Hermetic" Image="busybox:latest" Inputs="in.txt" Outputs="hermetic/" Hermetic="true" Command="mkdir -p hermetic/a cache/x; touch cache/x/y; cp in.txt hermetic/a/out.txt; chmod -R a-w hermetic cache" />
          <DockerExecStep Include="Closed" Image="busybox:latest" Inputs="in.txt" Outputs="closed/" Command="mkdir -p closed/a/b; cp in.txt closed/a/b/out.txt; chmod 000 closed/a/b closed/a closed" />
          <DockerExecStep Include="Tmpfs" Image="busybox:latest" Inputs="in.txt" Outputs="tmpfs.txt" Hermetic="true" Tmpfs="/tmp;/project/t/u" Command="touch t/u/file; cp in.txt tmpfs.txt" />
          <DockerExecStep Include="Fails" Image="busybox:latest" Inputs="in.txt" Outputs="fails/" Command="mkdir fails/a; cp in.txt fails/a; chmod -R a-w fails; false" Condition="'$(WithFailure)' == 'true'" />
        </ItemGroup>
        """;

    private static readonly string[] Written =
        ["closed/a/b/out.txt", "folder/a/b/out.txt", "glob/a/b/out.txt", "hermetic/a/out.txt", "named/a/out.txt", "tmpfs.txt"];

    [OrdinaryUserFact]
    public async Task What_a_step_wrote_there_is_written_anew_restored_and_cleaned()
    {
        await using var user = await OrdinaryUser.MemberAsync();
        await user.WriteAsync(
            user.Project,
            PipeSource.FromString(
                $"""
                <Project>
                  <Sdk Name="RestrictedRunner.Build" Version="{TestRun.Version}" />
                {Steps}
                  <Target Name="Build" />
                  <Target Name="Clean" />
                </Project>
                """));

        foreach (var (content, runs) in ((string, int)[])[("one", 6), ("two", 6), ("one", 0)])
        {
            await user.WriteAsync("in.txt", PipeSource.FromString(content));
            Assert.Equal(runs, (await user.BuildAsync([])).SucceededWithoutWarnings().Runs);
            Assert.All(Written, file => Assert.Equal(content, File.ReadAllText($"{user.Folder}/{file}")));
        }

        Assert.Equal("RRB3001", (await user.BuildAsync(["-p:WithFailure=true"])).FailedWithOneError().Code);
        (await user.BuildAsync(["-t:Clean"])).SucceededWithoutWarnings();

        // The folder that the build made for the step that failed is empty.
        Assert.Equal(
            ["Directory.Build.props", "Directory.Build.targets", "fails", "in.txt", "nuget.config", "obj", "step.proj"],
            (await user.OutputAsync("find", ".", "-path", "./home", "-prune", "-o", "-path", "./tmp", "-prune", "-o", "-path", "./run", "-prune", "-o", "-path", "./feed", "-prune", "-o", "-not", "-name", "*.binlog", "-mindepth", "1", "-printf", "%P\n"))
                .Split('\n').Order(StringComparer.Ordinal));
    }

    [OrdinaryUserFact]
    public async Task Clean_of_the_SDK_does_not_stumble_over_them()
    {
        await using var user = await OrdinaryUser.MemberAsync();
        await user.WriteAsync(
            user.Project,
            PipeSource.FromString(
                $"""
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup>
                    <TargetFramework>net10.0</TargetFramework>
                    <!-- Which SDK projects choose by the name of their file. -->
                    <LanguageTargets>$(MSBuildToolsPath)/Microsoft.CSharp.targets</LanguageTargets>
                  </PropertyGroup>
                  <ItemGroup>
                    <PackageReference Include="RestrictedRunner.Build" Version="{TestRun.Version}" PrivateAssets="all" />
                    <DockerExecStep Include="Gen" Image="busybox:latest" Outputs="$(IntermediateOutputPath)gen/" Compile="true" Command="echo 'class A;' &gt; $(IntermediateOutputPath)gen/A.cs; chmod -R a-w $(IntermediateOutputPath)gen" />
                  </ItemGroup>
                </Project>
                """));
        (await user.BuildAsync(["-restore"])).SucceededWithoutWarnings();

        (await user.BuildAsync(["-t:Clean"])).SucceededWithoutWarnings();

        Assert.False(Directory.Exists($"{user.Folder}/obj/Debug/net10.0/gen"));
    }
}
