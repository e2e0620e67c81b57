namespace RestrictedRunner.PackageTests;

/// <summary>A Dockerfile that starts from nothing, so that its image has the same key on each engine.</summary>
internal static class StaticImage
{
    /// <summary>Writes <c>tools/Dockerfile</c>, with busybox as a shell and as the programs.</summary>
    /// <param name="project">The project that it is for.</param>
    /// <param name="name">Its layers are those of no other name, because one test must not remove the layers of another.</param>
    /// <param name="programs">Names of applets.</param>
    public static void Write(TestProject project, string name, params IReadOnlyList<string> programs)
    {
        project.Write("tools/Dockerfile", $"FROM scratch\nLABEL of={name}\n{string.Concat(programs.Append("sh").Select(program => $"COPY busybox /bin/{program}\n"))}");
        File.Copy(Path.Combine(Repository.Root, "artifacts", "busybox"), project["tools/busybox"]);
    }
}
