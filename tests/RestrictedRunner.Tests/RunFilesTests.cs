namespace RestrictedRunner.Tests;

public class RunFilesTests
{
    [Fact]
    public void A_prepare_command_is_through_when_it_has_said_so()
    {
        using var files = Make();
        Assert.True(files.PrepareFailed);

        File.WriteAllText(files.PreparedPath!, "1");

        Assert.False(files.PrepareFailed);
    }

    [Fact]
    public void Who_cleans_the_temporary_folder_meanwhile_makes_no_failure()
    {
        using var files = Make();
        File.Delete(files.PreparedPath!);

        Assert.False(files.PrepareFailed);
    }

    private static RunFiles Make() => new(Here.Host, RunFiles.NewFolder(Here.Host), "true", environment: null, hasPrepare: true, hasPipes: false);
}
