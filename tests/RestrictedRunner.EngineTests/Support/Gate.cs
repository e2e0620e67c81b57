namespace RestrictedRunner.EngineTests;

/// <summary>Holds a command until the test lets it go on, or ends.</summary>
internal sealed class Gate : IDisposable
{
    /// <summary>Shell text that waits until the gate is open.</summary>
    public const string Wait = "while [ -e /gate/closed ]; do sleep 0.05; done";

    private readonly TempFolder _folder = new();

    public Gate() => _folder.Write("closed", "");

    /// <summary>The mount that <see cref="Wait"/> needs.</summary>
    public Mount Mount => new(_folder.Path, "/gate", ReadOnly: true);

    public void Open() => File.Delete(_folder["closed"]);

    public void Dispose() => _folder.Dispose();
}
