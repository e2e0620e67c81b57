namespace RestrictedRunner.PackageTests.SameAsExec;

/// <summary>
/// The body of a target, written once and built with both tasks: <c>TASK</c> in it stands for <c>Exec</c>, and for
/// <c>DockerExec</c> with an image.
/// </summary>
/// <param name="Name">What it is about, in words.</param>
/// <param name="Xml">The body.</param>
internal sealed record Snippet(string Name, string Xml)
{
    /// <summary>What the two logs do not have in common.</summary>
    public IReadOnlyList<Deviation> Deviations { get; init; } = [];

    /// <summary>True when lines of both streams are written, so that only the set of events is the same.</summary>
    public bool InAnyOrder { get; init; }

    /// <summary>True when the container sees the project's folder, at the same path.</summary>
    public bool SeesProject { get; init; }

    /// <summary>The project, with our package in either case, so that lines and columns are the same.</summary>
    public string Project(string task, string attributes) =>
        $"""
        <Project>
          <Sdk Name="RestrictedRunner.Build" Version="{TestRun.Version}" />
          <Target Name="Build">
            {Xml.Replace("</TASK>", $"</{task}>", StringComparison.Ordinal).Replace("<TASK", $"<{task}{attributes}", StringComparison.Ordinal)}
          </Target>
        </Project>
        """;

    /// <summary>The same snippet, with a difference that is meant.</summary>
    public Snippet Deviates(Difference difference, IReadOnlyList<string> exec, IReadOnlyList<string> dockerExec) =>
        this with { Deviations = [.. Deviations, new(difference, exec, dockerExec)] };
}

/// <summary>Lines of the two logs that differ, and which of the documented differences that is.</summary>
internal sealed record Deviation(Difference Difference, IReadOnlyList<string> Exec, IReadOnlyList<string> DockerExec);
