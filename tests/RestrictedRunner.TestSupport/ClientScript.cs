namespace RestrictedRunner.TestSupport;

/// <summary>A client that writes down how it is called and then becomes the real one.</summary>
internal sealed class ClientScript : IDisposable
{
    private readonly TempFolder _folder = new();

    /// <summary>Makes the script.</summary>
    /// <param name="engine">Client that it becomes, with words in front where wanted: <c>setpriv --reuid=65534 docker</c>.</param>
    /// <param name="setUp">Shell text that runs before that.</param>
    public ClientScript(string engine, string setUp = "")
    {
        // The kernel refuses to execute a file that is open for writing, and a process that another test starts
        // meanwhile holds all open files of this one for a moment. One that is copied into place never was open here.
        _folder.Write("source", $$"""
            #!/bin/sh
            cp /proc/$$/environ {{_folder["environment"]}}
            printf '%s\0' "$@" >{{_folder["arguments"]}}
            echo "$1" >>{{_folder["calls"]}}
            {{setUp}}
            exec {{engine}} "$@"
            """);
        Path = _folder[engine.Contains(Engines.Podman, StringComparison.Ordinal) ? Engines.Podman : Engines.Docker];
        var installed = Client.Succeeds("install", "-m", "755", _folder["source"], Path);
        Assert.True(installed);
    }

    /// <summary>Its file name is the engine's, by which podman is known.</summary>
    public string Path { get; }

    /// <summary>First word of each call, in order: <c>run</c>, <c>pull</c>.</summary>
    public IReadOnlyList<string> Calls => File.Exists(_folder["calls"]) ? File.ReadAllLines(_folder["calls"]) : [];

    /// <summary>Words of the last call.</summary>
    public IReadOnlyList<string> Arguments => File.ReadAllText(_folder["arguments"]).TrimEnd('\0').Split('\0');

    /// <summary>Environment of the last call, as <c>NAME=value</c>.</summary>
    public IReadOnlyList<string> Environment => File.ReadAllText(_folder["environment"]).TrimEnd('\0').Split('\0');

    public void Dispose() => _folder.Dispose();
}
