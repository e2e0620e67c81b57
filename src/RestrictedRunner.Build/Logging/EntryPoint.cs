namespace RestrictedRunner.Build;

/// <summary>Tells of a command that an image's entry point got as its arguments, and perhaps did not run.</summary>
internal static class EntryPoint
{
    private const string Option = "--entrypoint";

    // Init programs, and env: they run what they are given.
    private static readonly string[] Runners = ["tini", "dumb-init", "catatonit", "docker-init", "env", "nice"];

    /// <summary>True when a script was handed to an entry point that the step chose itself, and that does not run what it gets.</summary>
    public static bool GotScript(StepOptions options) =>
        options.Entrypoint is not ("" or "none") && CommandPlan.For(options).Script is not null && !RunsItsArguments(options.Entrypoint, options.Entrypoint);

    /// <summary>The sentence for an error; empty when there is no such entry point.</summary>
    /// <param name="options">The step.</param>
    /// <param name="image">What its image brought.</param>
    public static string Hint(StepOptions options, ImageSettings image) =>
        GotScript(options) ? $"Entrypoint '{options.Entrypoint}' got the shell and the script as its arguments; what it is to get goes into Arguments."
        : image.Entrypoint is [var program, ..] && options.Entrypoint.Length == 0 && !options.DockerRunOpts.Contains(Option, StringComparison.Ordinal) && !RunsItsArguments(program, image.Entrypoint[^1])
            ? $"The image has an entry point, '{ShellWords.Join(image.Entrypoint)}', which got {(CommandPlan.For(options).Script is null ? "the command" : "the shell and the script")} as its arguments; to run the command in its place, set Entrypoint=\"none\"."
            : "";

    // By convention such a script ends with exec "$@": https://docs.docker.com/build/building/best-practices/#entrypoint
    private static bool RunsItsArguments(string program, string last) =>
        last == "--" || Runners.Contains(NameOf(program)) || NameOf(last).EndsWith(".sh", StringComparison.Ordinal) || NameOf(last).Contains("entrypoint", StringComparison.OrdinalIgnoreCase);

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];
}
