using RestrictedRunner.TestSupport;

namespace RestrictedRunner.Tests.Locking;

public sealed class LockSettingTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_nearest_file_above_the_project_holds_unless_another_is_named()
    {
        var project = Directory.CreateDirectory(_folder["a/b/c"]).FullName;
        Assert.Equal("", Read("", "", project).File);

        var above = _folder.Write("a/docker-exec.lock.json", "");
        Assert.Equal((above, false), (Read("", "", project).File, Read("", "", project).IsNamed));

        var own = _folder.Write("a/b/c/docker-exec.lock.json", "");
        Assert.Equal(own, Read("", "", project).File);

        var named = Read("../other.json", "", project);
        Assert.Equal((_folder["a/b/other.json"], true), (named.File, named.IsNamed));
        Assert.Equal("DockerExecLockFile names it", named.WhyFileIsMissed);
    }

    [Theory]
    [InlineData("", false, false, false)]
    [InlineData("", true, false, false)]
    [InlineData("", false, true, false)]
    [InlineData("", true, true, true)]
    [InlineData("true", false, true, true)]
    [InlineData("True", false, false, true)]
    [InlineData("false", true, true, false)]
    public void A_build_is_locked_by_the_property_or_on_a_build_server_that_has_a_file(string lockedMode, bool byDefault, bool hasFile, bool isLocked)
    {
        if (hasFile)
        {
            _folder.Write("docker-exec.lock.json", "");
        }

        var setting = Read("", lockedMode, _folder.Path, byDefault);

        Assert.Equal(isLocked, setting.IsLocked);
        Assert.Equal(isLocked && !hasFile ? "DockerExecLockedMode wants one in the project's folder or above it" : null, setting.WhyFileIsMissed);
    }

    [Fact]
    public void A_mode_that_is_none_is_told()
    {
        List<OptionProblem> problems = [];
        LockSetting.Read("", "yes", isLockedByDefault: false, _folder.Path, Here.Host, problems.Add);

        Assert.Equal([new(OptionProblemKind.ValueInvalid, "DockerExecLockedMode", "yes", "it is true or false")], problems);
    }

    private static LockSetting Read(string lockFile, string lockedMode, string project, bool byDefault = false) =>
        LockSetting.Read(lockFile, lockedMode, byDefault, project, Here.Host, problem => Assert.Fail(problem.ToString()));
}
