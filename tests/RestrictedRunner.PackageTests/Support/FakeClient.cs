namespace RestrictedRunner.PackageTests;

/// <summary>A script that stands in for docker.</summary>
internal static class FakeClient
{
    /// <summary>A client that writes its arguments, one a line, into a file named after the first of them that is no option, and succeeds.</summary>
    public static void WriteRecorder(TestProject project) => Write(project, """case $1 in --context) call=$3 ;; *) call=$1 ;; esac; printf '%s\n' "$@" >>"${0%/*}/call-$call" """);

    /// <summary>
    /// What the recorder was called with; empty when it was not called at all. Of a step that runs it is the call of
    /// <c>run</c>; beside it there is a <c>ps</c> for what an earlier build left.
    /// </summary>
    public static IReadOnlyList<string> Calls(TestProject project) =>
        File.Exists(project["call-run"])
            ? File.ReadAllLines(project["call-run"])
            : [.. Directory.GetFiles(project.Folder, "call-*").SelectMany(File.ReadAllLines)];

    /// <summary>A client <c>client</c> in the project's folder.</summary>
    public static void Write(TestProject project, string script) => Write(project, "client", script);

    /// <summary>A script in place of another program.</summary>
    public static void Write(TestProject project, string program, string script)
    {
        var path = project.Write(program, $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
