using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class LogFilePlaceTests
{
    [Theory]
    [InlineData("", "obj/docker-exec")]
    [InlineData("obj\\", "obj/docker-exec")]
    [InlineData("/repo/artifacts/obj/App/", "/repo/artifacts/obj/App/docker-exec")]
    [InlineData("out; %/o&b", "out; %/o&b/docker-exec")]
    public void The_folder_is_in_that_of_the_projects_intermediate_files(string intermediate, string folder) =>
        Assert.Equal(folder, LogFilePlace.FolderIn(HostPaths.Linux, intermediate));

    // As in a process of its own, where MSBuild has no project.
    [Fact]
    public void Where_MSBuild_does_not_show_the_project_nothing_is_known_of_it() =>
        Assert.Equal("", BuiltProject.Property(new HeardEvents(out _), "BaseIntermediateOutputPath"));
}
