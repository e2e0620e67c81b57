namespace RestrictedRunner.TestSupport;

/// <summary>A folder that goes with its test.</summary>
internal sealed class TempFolder : IDisposable
{
    // Containers of other users reach what is mounted from there.
    private const UnixFileMode Everyone =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute |
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute |
        UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    public TempFolder()
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path, Everyone);
        }
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("test-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file and returns its path.</summary>
    public string Write(string name, string text)
    {
        File.WriteAllText(this[name], text);
        return this[name];
    }

    public void Dispose()
    {
        // Under another name first: what is still about to write there would make it full again while it is emptied.
        var gone = $"{Path}.gone";
        Directory.Move(Path, gone);
        Directory.Delete(gone, recursive: true);
    }
}
