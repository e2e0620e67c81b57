namespace RestrictedRunner.EngineTests;

/// <summary>Runs after all tests that run at once, since none of those could tell whose a container is.</summary>
[Collection(nameof(RunsAlone))]
public class NothingIsLeftBehindTests
{
    [Theory]
    [EachEngine]
    public Task No_container_of_this_process_is_left(string engine) =>
        Leftovers.AssertNoContainerAsync(engine, $"label={TestRun.OwnerLabel}");

    [Fact]
    public void No_file_of_the_runner_is_left() => Assert.Empty(Directory.GetFileSystemEntries(TestRun.Folder, "rr-*"));
}
