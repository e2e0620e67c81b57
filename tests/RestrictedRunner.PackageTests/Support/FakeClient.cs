namespace RestrictedRunner.PackageTests;

/// <summary>A script that stands in for docker.</summary>
internal static class FakeClient
{
    /// <summary>A client that writes its arguments, one a line, into the file <c>calls</c> beside it and succeeds.</summary>
    public static void WriteRecorder(TestProject project) => Write(project, """printf '%s\n' "$@" >>"${0%/*}/calls" """);

    /// <summary>What the recorder was called with; empty when it was not.</summary>
    public static IReadOnlyList<string> Calls(TestProject project) => File.Exists(project["calls"]) ? File.ReadAllLines(project["calls"]) : [];

    /// <summary>A client <c>client</c> in the project's folder.</summary>
    public static void Write(TestProject project, string script)
    {
        var path = project.Write("client", $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
