namespace RestrictedRunner.Build;

/// <summary>An input or output as it is declared: a file, a folder with a slash at its end, or a glob.</summary>
/// <param name="text">Relative to the project's folder, or absolute.</param>
/// <param name="projectDirectory">Full path of that folder.</param>
/// <param name="isInput">True for what is read, which is not in every folder with a dot.</param>
internal sealed class NamePattern(string text, string projectDirectory, bool isInput)
{
    /// <summary>What it stands for.</summary>
    public Glob Glob { get; } = isInput ? Glob.ParseInput(text, projectDirectory) : Glob.Parse(text, projectDirectory);

    /// <summary>The text as a full path, whatever it stands for.</summary>
    public string Path { get; } = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(text, projectDirectory));

    /// <summary>True when it ends with a slash.</summary>
    public bool IsFolder { get; } = text.EndsWith('/');
}
