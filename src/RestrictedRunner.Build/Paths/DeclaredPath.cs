using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Paths;

/// <summary>An input or output of a step: a file, a folder with a slash at its end, or a glob. Its text is parsed here, once.</summary>
/// <param name="Text">As the project has it, with <c>/</c>: relative to the project's folder, or absolute.</param>
/// <param name="Glob">What it stands for.</param>
/// <param name="FullPath">The text as a full path, whatever it stands for.</param>
internal sealed record DeclaredPath(string Text, Glob Glob, string FullPath)
{
    /// <summary>The form of paths on the host.</summary>
    public HostPaths Host => Glob.Host;

    /// <summary>True for a path without patterns.</summary>
    public bool IsPlain => Glob.IsPlain;

    /// <summary>True when it ends with a slash.</summary>
    public bool IsFolder => Text.EndsWith('/');

    /// <summary>Full path of the folder that has to be there for an output: a file's parent, a folder itself, or where a glob starts.</summary>
    public string Folder => IsFolder || !IsPlain ? Glob.Start : Host.Parent(Glob.Start)!;

    /// <summary>Reads an input.</summary>
    /// <param name="host">The form of paths on the host.</param>
    /// <param name="text">The text.</param>
    /// <param name="projectDirectory">Full path of the folder that it is relative to.</param>
    public static DeclaredPath Input(HostPaths host, string text, string projectDirectory) => new(host.ToSlashes(text), Glob.ParseInput(host, text, projectDirectory), Full(host, text, projectDirectory));

    /// <summary>Reads an output, or what is taken away from the inputs.</summary>
    /// <inheritdoc cref="Input"/>
    public static DeclaredPath Output(HostPaths host, string text, string projectDirectory) => new(host.ToSlashes(text), Glob.Parse(host, text, projectDirectory), Full(host, text, projectDirectory));

    /// <summary>The path of one file, in which no character is special.</summary>
    /// <inheritdoc cref="Input"/>
    public static DeclaredPath File(HostPaths host, string text, string projectDirectory) => new(host.ToSlashes(text), Glob.Plain(host, Full(host, text, projectDirectory)), Full(host, text, projectDirectory));

    /// <summary>The same path from another folder, which stands in for the project's.</summary>
    /// <param name="from">Full path of the folder that it is relative to.</param>
    /// <param name="to">Full path of the other.</param>
    public DeclaredPath Moved(string from, string to) => this with { Glob = Glob.Moved(from, to), FullPath = Host.At(to, Host.Relative(from, FullPath)) };

    /// <summary>
    /// True when what this stands for may be an output, be below it, or have it below, as far as the names tell before any of
    /// it is there. Of two globs it is told as far as their own texts match.
    /// </summary>
    public bool MayOverlap(DeclaredPath output) => MayHave(output) || (!output.IsPlain && MayBeOf(output.Glob));

    private bool MayHave(DeclaredPath output)
    {
        if (IsPlain)
        {
            return Contains(Glob.Start, output.FullPath) || Contains(output.FullPath, Glob.Start);
        }

        // Of a folder anything may be below that matches.
        return Glob.IsMatch(output.FullPath) || (output.IsFolder && (Contains(output.FullPath, Glob.Start) || Glob.MayMatchBelow(output.FullPath)));
    }

    // What a glob writes is read by its name, with its folder, or by a glob that is a part of it.
    private bool MayBeOf(Glob written) =>
        IsPlain
            ? written.IsMatch(Glob.Start) || Contains(Glob.Start, written.Start) || (Contains(written.Start, Glob.Start) && IsFolder && written.MayMatchBelow(Glob.Start))
            : IsFolder ? written.MayMatchBelow(FullPath) : written.IsMatch(FullPath);

    private bool Contains(string folder, string path) => Host.IsAtOrBelow(path, folder);

    private static string Full(HostPaths host, string text, string folder) => host.Trimmed(host.Full(text, folder));
}
