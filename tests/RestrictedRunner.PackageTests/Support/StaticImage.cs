namespace RestrictedRunner.PackageTests;

/// <summary>A Dockerfile that starts from nothing, so that its image has the same key on each engine.</summary>
internal static class StaticImage
{
    /// <summary>Writes <c>tools/Dockerfile</c>, with busybox as a shell and as the programs.</summary>
    public static void Write(TestProject project, params IReadOnlyList<string> programs)
    {
        project.Write("tools/Dockerfile", $"FROM scratch\n{string.Concat(programs.Append("sh").Select(program => $"COPY busybox /bin/{program}\n"))}");
        File.Copy(Path.Combine(Repository.Root, "artifacts", "busybox"), project["tools/busybox"]);
    }
}
