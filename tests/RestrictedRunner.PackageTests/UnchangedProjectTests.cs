using System.Globalization;

namespace RestrictedRunner.PackageTests;

/// <summary>
/// A build that finds every step up to date remembers what it looked at. While that has not changed, the next builds read no
/// step. They must say the same, and must see whatever a build that reads the steps would see.
/// </summary>
public class UnchangedProjectTests
{
    private const int MostBuilds = 8;

    private const string Steps =
        """
        <DockerExecStep Include="Files" Image="$(TheImage)" Inputs="in.txt;src/**/*.c" Outputs="out.txt;made/" Mounts="$(MSBuildProjectDirectory)/data:/data:ro"
                        Command="cat in.txt `find src -name '*.c' | sort` &gt; out.txt; mkdir -p made; cp out.txt made/copy.txt" />
        <DockerExecStep Include="Alone" Image="$(TheImage)" Hermetic="true" Inputs="in.txt" Outputs="alone.txt" Command="cat in.txt &gt; alone.txt" />
        """;

    [EngineFact]
    public async Task It_says_the_same_and_reads_no_step()
    {
        var project = Project();
        (await project.BuildAsync("-p:DockerExecAllowNetworking=true")).SucceededWithoutWarnings();
        var read = (await project.BuildAsync("-p:DockerExecAllowNetworking=true")).SucceededWithoutWarnings();
        var stamp = File.GetLastWriteTimeUtc(project["obj/step.proj.DockerExec.stamp"]);

        var unread = (await BuildUntilUnreadAsync(project, "-p:DockerExecAllowNetworking=true"))!.SucceededWithoutWarnings();

        Assert.Contains(unread.StepMessages, message => message.Text == "Step 'Files' is up to date.");
        Assert.Contains(unread.StepMessages, message => message.Text.StartsWith("Step 'Alone' is hermetic and ignores DockerExecAllowNetworking", StringComparison.Ordinal));
        Assert.Equal(read.StepMessages.OrderBy(Text, StringComparer.Ordinal), unread.StepMessages.OrderBy(Text, StringComparer.Ordinal));
        Assert.Equal(["alone.txt of Alone", "made/copy.txt of Files", "out.txt of Files"], unread.Said.Order(StringComparer.Ordinal));
        Assert.Equal(read.Said, unread.Said);
        Assert.True(File.GetLastWriteTimeUtc(project["obj/step.proj.DockerExec.stamp"]) > stamp);

        // Nor is there anything to do for who only asks.
        (await project.BuildAsync("-question", "-p:DockerExecAllowNetworking=true")).SucceededWithoutWarnings();
        Assert.False(AreRead(project));
    }

    [EngineFact]
    public async Task Whatever_changes_is_seen()
    {
        // What is done to the project; how many steps then run, or what the build says of it.
        (string What, Action<TestProject> Do, string[] Arguments, string Then)[] changes =
        [
            ("nothing", _ => { }, [], "0"),
            ("a file of the user's among the outputs", p => p.Write("made/own.txt", "mine"), [], "0"),
            ("a file that is no input", p => p.Write("src/readme.md", "text"), [], "0"),
            ("an input has another content of the same size", p => p.Write("in.txt", "2\n"), [], "2"),
            ("an input is written anew with its old time", p => WriteWithOldTime(p["in.txt"], "3\n"), [], "2"),
            ("an input is replaced by another file of the same size and time", p => Replace(p["in.txt"], "4\n"), [], "2"),
            ("a file more in a folder of the inputs", p => p.Write("src/b.c", "b\n"), [], "1"),
            ("a folder more", p => p.Write("src/deep/er/c.c", "c\n"), [], "1"),
            ("an input is gone", p => File.Delete(p["src/b.c"]), [], "1"),
            ("an input has another name", p => File.Move(p["src/a.c"], p["src/z.c"]), [], "1"),
            ("an input can be executed", p => File.SetUnixFileMode(p["src/z.c"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute), [], "1"),
            ("an output was changed", p => p.Write("out.txt", "mine"), [], "1"),
            ("an output has its content and another file's place", p => Replace(p["out.txt"], File.ReadAllText(p["out.txt"])), [], "0"),
            ("an output is gone", p => File.Delete(p["made/copy.txt"]), [], "1"),
            ("a folder of outputs is gone", p => Directory.Delete(p["made"], recursive: true), [], "1"),
            ("a default of the project", _ => { }, ["-p:DockerExecMemory=64m"], "2"),
            ("a parameter of a step", p => p.Write("step.proj", File.ReadAllText(p.File).Replace("cat in.txt &gt; alone.txt", "cat in.txt in.txt &gt; alone.txt", StringComparison.Ordinal)), [], "1"),
            ("the folder of a mount is gone", p => Directory.Delete(p["data"]), [], "RRB1007"),
            ("it is there again", p => Directory.CreateDirectory(p["data"]), [], "0"),
            ("a property that there is not", p => p.Write("step.proj", File.ReadAllText(p.File).Replace("<PropertyGroup>", "<PropertyGroup><DockerExecMemroy>1m</DockerExecMemroy>", StringComparison.Ordinal)), [], "0 RRB1016"),
            ("still", _ => { }, [], "0 RRB1016"),
            ("no such property any more", p => p.Write("step.proj", File.ReadAllText(p.File).Replace("<DockerExecMemroy>1m</DockerExecMemroy>", "", StringComparison.Ordinal)), [], "0"),
            ("what was remembered of a step is gone", p => Directory.GetFiles(p["obj/docker-exec"], "*.Alone-*.state").ToList().ForEach(File.Delete), [], "1"),
            ("everything that was remembered is gone", p => Directory.Delete(p["obj"], recursive: true), [], "2"),
            ("Clean", _ => { }, ["-t:CleanDockerExec;Build"], "2"),
            ("a step less", p => p.Write("step.proj", File.ReadAllText(p.File).Replace("Include=\"Alone\"", "Include=\"Alone\" Condition=\"false\"", StringComparison.Ordinal)), [], "0"),
        ];
        var project = Project();
        (await project.BuildAsync("-p:DockerExecCache=off")).SucceededWithoutWarnings();
        var seen = new List<string>();
        foreach (var (what, change, arguments, _) in changes)
        {
            // Unless the last change makes each build tell something.
            await BuildUntilUnreadAsync(project, "-p:DockerExecCache=off");
            ForgetThatStepsAreRead(project);
            change(project);

            var build = await project.BuildAsync(["-p:DockerExecCache=off", .. arguments]);

            seen.Add($"{what}: {string.Join(' ', new[] { build.ExitCode == 0 ? build.Runs.ToString(CultureInfo.InvariantCulture) : "" }.Concat(build.Errors.Concat(build.Warnings).Select(problem => problem.Code))).Trim()}");
            if (what == "nothing")
            {
                Assert.False(AreRead(project));
            }
        }

        Assert.Equal(changes.Select(change => $"{change.What}: {change.Then}"), seen);
    }

    [EngineFact]
    public async Task A_name_that_stands_for_another_image_is_seen()
    {
        await using var image = await DerivedImage.CreateAsync("docker", "LABEL rr.test=1");
        var project = Project();
        string[] arguments = [$"-p:TheImage={image.Name}", "-p:DockerExecCache=off"];
        Assert.Equal(2, (await project.BuildAsync(arguments)).SucceededWithoutWarnings().Runs);
        Assert.Equal(0, (await BuildUntilUnreadAsync(project, arguments))!.SucceededWithoutWarnings().Runs);
        await Client.OutputAsync("docker", "tag", TestImages.Busybox, image.Name);

        Assert.Equal(2, (await project.BuildAsync(arguments)).SucceededWithoutWarnings().Runs);
    }

    [EngineFact]
    public async Task A_lock_file_that_says_another_image_is_seen()
    {
        await using var first = await DerivedImage.CreateAsync("docker", "LABEL rr.test=1");
        await using var second = await DerivedImage.CreateAsync("docker", "LABEL rr.test=2");
        var project = Project();
        string[] arguments = ["-p:TheImage=tools:1", "-p:DockerExecCache=off"];
        await LockAsync(first);
        Assert.Equal(2, (await project.BuildAsync(arguments)).SucceededWithoutWarnings().Runs);
        Assert.Equal(0, (await BuildUntilUnreadAsync(project, arguments))!.SucceededWithoutWarnings().Runs);

        await LockAsync(second);
        Assert.Equal(2, (await project.BuildAsync(arguments)).SucceededWithoutWarnings().Runs);

        async Task LockAsync(DerivedImage image) => project.Write(
            "docker-exec.lock.json",
            $"{{\"version\": 1, \"images\": {{\"tools:1\": {{\"local\": true, \"platforms\": {{\"linux/amd64\": \"{await Docker.IdAsync(image.Name)}\"}}}}}}}}");
    }

    [EngineFact]
    public async Task What_stamps_do_not_tell_is_read_each_time()
    {
        var project = Project();
        Directory.CreateDirectory(project["elsewhere"]);
        project.Write("elsewhere/one.c", "one\n");
        File.CreateSymbolicLink(project["src/link"], "../elsewhere");
        (await project.BuildAsync("-p:DockerExecCache=off")).SucceededWithoutWarnings();

        Assert.Null(await BuildUntilUnreadAsync(project, "-p:DockerExecCache=off"));
        project.Write("elsewhere/two.c", "two\n");
        Assert.Equal(1, (await project.BuildAsync("-p:DockerExecCache=off")).SucceededWithoutWarnings().Runs);
    }

    // Who only asks removes nothing, and what is to be removed still has to be.
    [EngineFact]
    public async Task What_a_step_wrote_that_is_gone_is_removed_after_a_question_too()
    {
        var project = Project();
        (await project.BuildAsync()).SucceededWithoutWarnings();
        project.Write("step.proj", string.Join('\n', File.ReadAllLines(project.File).Where(line => !line.Contains("Include=\"Alone\"", StringComparison.Ordinal))));
        (await project.BuildAsync("-question")).SucceededWithoutWarnings();
        Assert.True(File.Exists(project["alone.txt"]));

        (await project.BuildAsync()).SucceededWithoutWarnings();

        Assert.False(File.Exists(project["alone.txt"]));
    }

    [EngineFact]
    public async Task A_file_of_the_project_that_is_a_link_is_read_each_time()
    {
        var project = Project();
        project.Write("shared/real.props", "<Project />");
        File.CreateSymbolicLink(project["Directory.Build.props"], "shared/real.props");
        string[] arguments = [$"-p:DirectoryBuildPropsPath={project["Directory.Build.props"]}"];
        (await project.BuildAsync(arguments)).SucceededWithoutWarnings();
        Assert.Null(await BuildUntilUnreadAsync(project, arguments));
        project.Write("shared/real.props", "<Project><PropertyGroup><DockerExecMemroy>1m</DockerExecMemroy></PropertyGroup></Project>");

        Assert.Equal(["RRB1016"], (await project.BuildAsync(arguments)).Succeeded().Warnings.Select(warning => warning.Code));
    }

    [EngineFact]
    public async Task Clean_removes_what_is_remembered_of_a_project_that_has_another_name_now()
    {
        var project = Project();
        (await project.BuildAsync()).SucceededWithoutWarnings();
        Assert.NotNull(await BuildUntilUnreadAsync(project));
        Assert.Single(Directory.GetFiles(project["obj/docker-exec"], "*.uptodate"));
        File.Move(project.File, project["other.proj"]);
        var other = TestProject.At(project["other.proj"]);
        (await other.BuildAsync()).SucceededWithoutWarnings();

        (await other.BuildAsync("-t:CleanDockerExec")).SucceededWithoutWarnings();

        Assert.False(Directory.Exists(project["obj/docker-exec"]));
    }

    [EngineFact]
    public async Task A_folder_on_another_file_system_is_searched_each_time()
    {
        var project = Project();
        var elsewhere = Directory.CreateDirectory(Path.Combine("/dev/shm", $"rr-test-{Guid.NewGuid():N}"));
        try
        {
            File.WriteAllText(Path.Combine(elsewhere.FullName, "one.c"), "one\n");
            project.Write("step.proj", File.ReadAllText(project.File).Replace("src/**/*.c", $"src/**/*.c;{elsewhere.FullName}/*.c", StringComparison.Ordinal));
            (await project.BuildAsync("-p:DockerExecCache=off")).SucceededWithoutWarnings();

            Assert.Null(await BuildUntilUnreadAsync(project, "-p:DockerExecCache=off"));
        }
        finally
        {
            elsewhere.Delete(recursive: true);
        }
    }

    private static TestProject Project()
    {
        var project = new TestProject(
            $"""
            <Project>
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
              <PropertyGroup>
                <BaseIntermediateOutputPath>obj/</BaseIntermediateOutputPath>
                <IntermediateOutputPath>obj/</IntermediateOutputPath>
                <TheImage Condition="'$(TheImage)' == ''">busybox:latest</TheImage>
              </PropertyGroup>
              <ItemGroup>
                {Steps}
              </ItemGroup>
              <Target Name="Build">
                <Message Importance="high" Text="%(DockerExecOutput.Identity) of %(DockerExecOutput.Step)" />
              </Target>
            </Project>
            """);
        project.Write("in.txt", "1\n");
        project.Write("src/a.c", "a\n");
        Directory.CreateDirectory(project["data"]);
        return project;
    }

    private static string Text(StepMessage message) => message.Text;

    // A build remembers nothing of files that were written a moment before: until they are a tenth of a second old, which is
    // the time of two builds. Null when the steps are read every time.
    private static async Task<Build?> BuildUntilUnreadAsync(TestProject project, params string[] arguments)
    {
        for (var builds = 0; builds < MostBuilds; builds++)
        {
            ForgetThatStepsAreRead(project);
            var build = await project.BuildAsync(arguments);
            if (!AreRead(project))
            {
                return build;
            }
        }

        return null;
    }

    // Whoever reads a step opens its lock, and makes it first.
    private static void ForgetThatStepsAreRead(TestProject project) => Locks(project).ToList().ForEach(File.Delete);

    private static bool AreRead(TestProject project) => Locks(project).Length > 0;

    private static string[] Locks(TestProject project) => Directory.GetFiles(project["obj/docker-exec"], "*.lock");

    private static void WriteWithOldTime(string path, string text)
    {
        var time = File.GetLastWriteTimeUtc(path);
        File.WriteAllText(path, text);
        File.SetLastWriteTimeUtc(path, time);
    }

    private static void Replace(string path, string text)
    {
        var (time, other) = (File.GetLastWriteTimeUtc(path), $"{path}.other");
        File.WriteAllText(other, text);
        File.SetLastWriteTimeUtc(other, time);
        File.Move(other, path, overwrite: true);
    }
}
