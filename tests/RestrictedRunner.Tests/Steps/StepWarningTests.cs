using Microsoft.Build.Framework;
using RestrictedRunner.Build;
using TaskLoggingHelper = Microsoft.Build.Utilities.TaskLoggingHelper;

namespace RestrictedRunner.Tests;

/// <summary>Warnings that are logged again.</summary>
public sealed class StepWarningTests : IDisposable
{
    private static readonly ProjectPlace Step = new("/app/app.csproj", () => 7);

    private readonly string _folder = Directory.CreateTempSubdirectory("test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("/app/src/a b.c", "/moved/src/a b.c")]
    [InlineData("/usr/include/a.h", "/usr/include/a.h")]
    [InlineData("app/a.c", "app/a.c")]
    [InlineData("<stdin>", "<stdin>")]
    public void They_are_the_same_also_when_the_project_has_moved(string file, string moved)
    {
        var warning = new BuildWarningEventArgs("fatal", "X 1", file, 1, 2, 3, 4, "100 % {0} odd\nsecond line", "", "DockerExec");

        Assert.Equal([HeardEvents.Described("Warning", "fatal", "X 1", moved, 1, 2, 3, 4, "100 % {0} odd\nsecond line")], LoggedAgain(warning));
    }

    [Fact]
    public void One_about_the_step_is_where_the_step_is_by_then()
    {
        var warning = new BuildWarningEventArgs("", "RRB3013", "/app/app.csproj", 7, 0, 0, 0, "odd", "", "DockerExec");

        Assert.Equal([HeardEvents.Described("Warning", "", "RRB3013", "", 0, 0, 0, 0, "odd")], LoggedAgain(warning));
    }

    private List<string> LoggedAgain(BuildWarningEventArgs warning)
    {
        var path = Path.Combine(_folder, "step.state");
        StateFile.Save(path, new() { Warnings = [StepWarning.Of(warning, Step, "/app", HostPaths.Linux)] });

        Assert.Single(StateFile.Load(path).Warnings).Log(new TaskLoggingHelper(new HeardEvents(out var heard), nameof(DockerExec)), "/moved", HostPaths.Linux);
        return heard;
    }
}
