using System.Text;
using Microsoft.Build.Framework;

namespace RestrictedRunner.PackageTests;

/// <summary>A step that is not up to date says why, and a project says what became of its steps.</summary>
public class WhyTests
{
    private const string Secret = "a-value-that-nobody-finds";

    [EngineFact]
    public async Task Each_cause_is_told_where_the_step_runs_and_where_it_is_restored()
    {
        var first = Unique();

        // What is done to the project, what the step then says, and the sum.
        (Action<TestProject> Do, string[] Arguments, string Then, string Sum)[] changes =
        [
            (_ => { }, [], "runs because it has not run here before", "1 run in"),
            (_ => { }, [], "", "1 up to date"),
            (p => p.Write("in/a.txt", "2"), [], "runs because input in/a.txt changed", "1 run in"),
            (p => Change(p, "cat in/*", "cat ./in/*", "b.txt"), [], "runs because Command changed (and 1 more)", "1 run in"),
            (p => p.Write("in/a.txt", first), [], "runs because input in/a.txt changed", "1 run in"),
            (p => Change(p, "cat ./in/*", "cat in/*", "c.txt"), [], "runs because Command changed (and 1 more)", "1 run in"),
            (p => File.Delete(p["in/c.txt"]), [], "runs because input in/c.txt is gone", "1 run in"),
            (p => File.Delete(p["in/b.txt"]), [], "is restored because input in/b.txt is gone", "1 from cache"),
            (p => File.Delete(p["out.txt"]), [], "is restored because output out.txt is gone", "1 from cache"),
            (p => p.Write("out.txt", "mine"), [], "is restored because output out.txt changed since it was written", "1 from cache"),
            (p => File.SetUnixFileMode(p["in/a.txt"], UnixFileMode.UserRead | UnixFileMode.UserExecute), [], "runs because input in/a.txt is executable now", "1 run in"),
            (_ => { }, ["-p:DockerExecMemory=64m"], "runs because Memory changed", "1 run in"),
            (_ => { }, ["-p:DockerExecMemory=64m", "-p:Hermetic=true"], "runs because Hermetic changed (and N more)", "1 run in"),
            (_ => { }, ["-p:Variables=TOKEN=1"], "runs because Hermetic changed (and N more)", "1 run in"),
            (_ => { }, [$"-p:Variables=TOKEN={Secret}"], "runs because variable TOKEN changed", "1 run in"),
            (_ => { }, [$"-p:Variables=TOKEN={Secret}", "-p:Fails=true"], "runs because Command changed", "1 failed"),
            (_ => { }, [$"-p:Variables=TOKEN={Secret}", "-p:Fails=true"], "runs because its last run failed", "1 failed"),
            (_ => { }, [$"-p:Variables=TOKEN={Secret}"], "is restored because its last run failed", "1 from cache"),
            (p => Directory.Delete(p["obj"], recursive: true), [], "is restored because it has not run here before", "1 from cache"),
        ];
        var project = Project();
        project.Write("in/a.txt", first);
        var seen = new List<string>();
        foreach (var (change, arguments, _, _) in changes)
        {
            change(project);

            var build = await project.BuildAsync(arguments);

            seen.Add($"{Why(build)} | {Sum(build)}");
            Assert.DoesNotContain(Directory.GetFiles(project["obj/docker-exec"], "*.key").Select(file => Encoding.UTF8.GetString(File.ReadAllBytes(file))), text => text.Contains(Secret, StringComparison.Ordinal));
        }

        Assert.Equal(changes.Select(change => $"{change.Then} | {change.Sum}"), seen);

        static void Change(TestProject project, string before, string after, string newInput)
        {
            project.Write("step.proj", File.ReadAllText(project.File).Replace(before, after, StringComparison.Ordinal));
            project.Write($"in/{newInput}", "new");
        }
    }

    [EngineFact]
    public async Task All_causes_are_at_low_importance_and_in_the_error_of_a_question_are_the_same()
    {
        var project = Project();
        project.Write("in/a.txt", Unique());
        (await project.BuildAsync()).SucceededWithoutWarnings();
        File.Delete(project["in/a.txt"]);
        project.Write("in/b.txt", Unique());
        project.Write("in/c.txt", "");

        Assert.Equal(
            project.ErrorAtStep("RRB3017", "Step 'Copy' is not up to date: input in/b.txt is new (and 2 more). The build only asks (-question), so it was not run."),
            (await project.BuildAsync("-question")).FailedWithOneError());
        var build = (await project.BuildAsync()).SucceededWithoutWarnings();

        Assert.Contains(new StepMessage(MessageImportance.Normal, "Copy: runs because input in/b.txt is new (and 2 more)"), build.StepMessages);
        Assert.Contains(new StepMessage(MessageImportance.Low, "Copy: runs because\n  input in/b.txt is new\n  input in/c.txt is new\n  input in/a.txt is gone"), build.StepMessages);
    }

    [EngineFact]
    public async Task An_image_that_is_another_one_is_told_with_both()
    {
        await using var image = await DerivedImage.CreateAsync("docker", "LABEL rr.test=why");
        var project = Project();
        project.Write("in/a.txt", Unique());
        (await project.BuildAsync($"-p:TheImage={image.Name}")).SucceededWithoutWarnings();
        await Client.OutputAsync("docker", "tag", TestImages.Busybox, image.Name);

        var build = (await project.BuildAsync($"-p:TheImage={image.Name}")).SucceededWithoutWarnings();

        Assert.Matches("^runs because its image changed: sha256:[0-9a-f]{12} → sha256:[0-9a-f]{12}$", Why(build));
    }

    [EngineFact]
    public async Task A_build_that_was_cancelled_is_why_the_next_one_runs()
    {
        var project = Project();
        project.Write("in/a.txt", Unique());
        var interrupted = await Interrupted.RunAsync(project, wholeGroup: false, line => line == "started", "-p:Waits=true");
        Assert.NotEqual(0, interrupted.Build.ExitCode);

        Assert.Equal("runs because its last run was cancelled", Why((await project.BuildAsync()).SucceededWithoutWarnings()));
    }

    [EngineFact]
    public async Task Steps_that_were_not_run_are_in_the_sum_at_high_importance()
    {
        var project = Project("""<DockerExecStep Include="After" Image="busybox:latest" Inputs="out.txt" Outputs="after.txt" Command="cp out.txt after.txt" />""");
        project.Write("in/a.txt", Unique());

        var failed = await project.BuildAsync("-p:Fails=true");
        Assert.Contains(new(MessageImportance.High, "Steps: 1 failed, 1 not run"), failed.SaidByTask("DockerExecSteps"));

        (await project.BuildAsync()).SucceededWithoutWarnings();
        Assert.Contains(new(MessageImportance.Normal, "Steps: 2 up to date"), (await project.BuildAsync()).SucceededWithoutWarnings().SaidByTask("DockerExecSteps"));
    }

    private static string Why(Build build) =>
        System.Text.RegularExpressions.Regex.Replace(string.Join('\n', build.StepMessages.Where(message => message.Importance == MessageImportance.Normal && message.Text.StartsWith("Copy: ", StringComparison.Ordinal)).Select(message => message.Text["Copy: ".Length..])), @"(?<=Hermetic changed \(and )\d+", "N");

    private static string Sum(Build build) =>
        System.Text.RegularExpressions.Regex.Replace(string.Join('\n', build.SaidByTask("DockerExecSteps").Select(message => message.Text).Where(text => text.StartsWith("Steps: ", StringComparison.Ordinal)).Select(text => text["Steps: ".Length..])), @" \d+\.\d s$", "");

    private static string Unique() => $"{Guid.NewGuid()}";

    private static TestProject Project(string more = "") => new(
        $"""
        <Project>
          <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
          <PropertyGroup>
            <TheImage Condition="'$(TheImage)' == ''">busybox:latest</TheImage>
            <End Condition="'$(Fails)' == 'true'">; exit 3</End>
            <Start Condition="'$(Waits)' == 'true'">echo started; sleep 60; </Start>
          </PropertyGroup>
          <ItemGroup>
            <DockerExecStep Include="Copy" Image="$(TheImage)" Hermetic="$(Hermetic)" EnvironmentVariables="$(Variables)" Inputs="in/" Outputs="out.txt"
                            Command="$(Start)cat in/* &gt; out.txt$(End)" />
            {more}
          </ItemGroup>
          <Target Name="Build" />
        </Project>
        """);
}
