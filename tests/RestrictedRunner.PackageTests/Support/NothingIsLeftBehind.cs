namespace RestrictedRunner.PackageTests;

/// <summary>Checked once, after the last test.</summary>
public sealed class NothingIsLeftBehind : IAsyncLifetime
{
    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        // A connection to another machine ends after the build that had it.
        await Until.IsSoAsync(TimeSpan.FromSeconds(10), () => Directory.GetDirectories(TestRun.Temp, "rr-ssh-*").Length == 0);
        CompilerServer.End();
        await WarmProcess.EndAsync();
        var files = Directory.GetFileSystemEntries(TestRun.Temp, "rr-*");
        Directory.Delete(TestRun.Temp, recursive: true);
        if (TestFolder.AllAreRemoved)
        {
            Directory.Delete(TestRun.Folder, recursive: true);
        }

        Assert.Empty(files);
    }
}
